//! `roundup inbox`: reads emails of people who leave, and keeps what they want.
//! Shell: a mailbox, the list, the ledger.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::leaving::apply;
use super::ledgers::{existing_ledger, keys_for, ledger_for};
use super::screen::number_of;
use super::{Desk, world};
use crate::audience::{Keys, List};
use crate::inbox::{EmailRequest, Mailbox, MailboxError, read};
use crate::ledger::Ledger;
use crate::people::{Act, Way, What};
use crate::project::ProjectError;
use crate::rfc::address::EmailAddress;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A Maildir; settled emails move to its folder `Done`
    #[arg(long, value_name = "DIR", group = "from")]
    maildir: Option<PathBuf>,
    /// An mbox file
    #[arg(long, value_name = "FILE", group = "from")]
    mbox: Option<PathBuf>,
    /// A folder with one email a file
    #[arg(long, value_name = "DIR", group = "from")]
    dir: Option<PathBuf>,
    /// One email on standard input
    #[arg(long, group = "from")]
    stdin: bool,
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    fn mailbox(&self) -> Result<Mailbox, Failure> {
        match self {
            Self { maildir: Some(path), .. } => Ok(Mailbox::Maildir(path.clone())),
            Self { mbox: Some(path), .. } => Ok(Mailbox::Mbox(path.clone())),
            Self { dir: Some(path), .. } => Ok(Mailbox::Folder(path.clone())),
            Self { stdin: true, .. } => Ok(Mailbox::Input),
            Self { .. } => Err(Failure::new(Exit::Usage, "no mailbox is named")
                .help("name one: --maildir DIR, --mbox FILE, --dir DIR or --stdin")),
        }
    }
}

impl From<MailboxError> for Failure {
    fn from(error: MailboxError) -> Self {
        let help = match &error {
            MailboxError::Read { .. } => "check its name and that you may read it",
            MailboxError::NotAMaildir { .. } => "a folder with one email a file is read with --dir",
            MailboxError::NotAnMbox { .. } => {
                "one email by itself is read with --stdin, a folder with --dir"
            }
            MailboxError::Move { .. } => {
                "what was read is kept; make the folder writable, so that emails are not read again"
            }
        };
        Self::new(Exit::Usage, error.to_string()).help(help)
    }
}

/// What an email came to, as one line of JSON.
#[derive(Debug, Serialize)]
struct Line {
    schema: &'static str,
    file: String,
    people: Vec<PersonLine>,
}

#[derive(Debug, Serialize)]
struct PersonLine {
    /// The address, where the email's sender is the person; otherwise only the hash is known.
    recipient: String,
    action: Action,
    reason: String,
    matched_by: MatchedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Unsubscribe,
    Autoreply,
    None,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum MatchedBy {
    Token,
    Address,
    Nothing,
}

/// What one email means for whom.
struct Verdict {
    action: Action,
    matched_by: MatchedBy,
    /// The person's address hash, when something is to be kept.
    person: Option<String>,
    recipient: String,
    reason: String,
}

#[derive(Debug, Default)]
struct Counts {
    left: u64,
    already: u64,
    automatic: u64,
    forged: u64,
    strangers: u64,
    other: u64,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let mailbox = arguments.mailbox()?;
    let ledger = if arguments.dry_run {
        existing_ledger(&project, false).await?
    } else {
        project.own_folder(false)?;
        Some(ledger_for(&project, false, 1).await?)
    };
    let keys = keys_for(&project, ledger.as_ref()).await?;
    if let (Some(ledger), false) = (&ledger, arguments.dry_run) {
        ledger.bind_secret(&keys.check()).await?;
    }
    let list = match project.list() {
        Ok(list) => Some(list),
        // Tokens need no list.
        Err(ProjectError::NoList) => None,
        Err(error) => return Err(error.into()),
    };
    let mut emails = Vec::new();
    mailbox.each(|email| {
        let verdict = judge(&read(&email.bytes), &keys, list.as_ref())?;
        // The bytes have been read: only what they came to is kept.
        emails.push((email.without_bytes(), verdict));
        Ok::<(), Failure>(())
    })?;
    let mut counts = Counts::default();
    // An email that cannot be moved holds up none of those behind it.
    let mut not_moved = None;
    for (email, verdict) in &emails {
        let mut changed = false;
        if let (Some(person), Some(ledger), false) = (&verdict.person, &ledger, arguments.dry_run) {
            let what = What::Left { way: Way::Email, reason: None };
            let act = Act { person: person.clone(), at: world::now(), what };
            changed = apply(ledger, &act).await?;
            if let Err(error) = email.mark_done() {
                not_moved.get_or_insert(error);
            }
        }
        count(&mut counts, verdict, changed || arguments.dry_run);
        if screen.json {
            let person = PersonLine {
                recipient: verdict.recipient.clone(),
                action: verdict.action,
                reason: verdict.reason.clone(),
                matched_by: verdict.matched_by,
            };
            let line =
                Line { schema: "roundup.inbox/1", file: email.name.clone(), people: vec![person] };
            screen.print(&serde_json::to_string(&line).unwrap_or_default())?;
        } else if screen.verbose || verdict.action == Action::Unknown {
            screen.print(&format!("{}: {}", email.name, verdict.reason))?;
        }
    }
    if !screen.json {
        summarise(desk, &counts, arguments.dry_run)?;
    }
    if let Some(error) = not_moved {
        return Err(error.into());
    }
    Ok(if emails.is_empty() { Exit::Nothing } else { Exit::Done })
}

fn judge(request: &EmailRequest, keys: &Keys, list: Option<&List>) -> Result<Verdict, Failure> {
    let nobody = |action, reason: &str| Verdict {
        action,
        matched_by: MatchedBy::Nothing,
        person: None,
        recipient: String::new(),
        reason: reason.to_owned(),
    };
    let (tokens, from, in_words) = match request {
        EmailRequest::Leave { tokens, from, in_words } => (tokens, from, *in_words),
        EmailRequest::AutoReply => {
            return Ok(nobody(Action::Autoreply, "an automatic reply: nothing changes"));
        }
        EmailRequest::Other => return Ok(nobody(Action::None, "does not ask to leave")),
        EmailRequest::Unreadable => return Ok(nobody(Action::None, "not an email")),
    };
    if let Some(person) = tokens.iter().find_map(|token| keys.person_of_unsubscribe_token(token)) {
        return Ok(Verdict {
            action: Action::Unsubscribe,
            matched_by: MatchedBy::Token,
            person: Some(person),
            recipient: from.as_ref().map(EmailAddress::to_string).unwrap_or_default(),
            reason: "asks to leave, with a token of ours".to_owned(),
        });
    }
    if !in_words || !tokens.is_empty() {
        return Ok(nobody(Action::Unknown, "its token is not one of ours: nothing changes"));
    }
    let Some(from) = from else {
        return Ok(nobody(
            Action::Unknown,
            "asks to leave, but has no single sender: read it yourself",
        ));
    };
    let is_known = match list {
        Some(list) => list.find(&from.key(), true)?.is_some(),
        None => false,
    };
    if !is_known {
        let reason = format!(
            "{from} asks to leave, but this address is not on the list: ask which address the emails go to"
        );
        return Ok(Verdict { recipient: from.to_string(), ..nobody(Action::Unknown, &reason) });
    }
    Ok(Verdict {
        action: Action::Unsubscribe,
        matched_by: MatchedBy::Address,
        person: Some(keys.person_name(from)),
        recipient: from.to_string(),
        reason: format!("{from} asks to leave, without a token: matched by the sender's address"),
    })
}

fn count(counts: &mut Counts, verdict: &Verdict, changed: bool) {
    let of = match (verdict.action, verdict.matched_by) {
        (Action::Unsubscribe, _) if changed => &mut counts.left,
        (Action::Unsubscribe, _) => &mut counts.already,
        (Action::Autoreply, _) => &mut counts.automatic,
        (Action::Unknown, _) if verdict.recipient.is_empty() => &mut counts.forged,
        (Action::Unknown, _) => &mut counts.strangers,
        (Action::None, _) => &mut counts.other,
    };
    *of += 1;
}

fn summarise(desk: &Desk, counts: &Counts, dry_run: bool) -> Result<(), Failure> {
    let screen = &desk.screen;
    let verb = if dry_run { "would leave" } else { "left" };
    screen.print(&format!("{} {verb}.", super::screen::people(counts.left)))?;
    for (count, one, many) in [
        (
            counts.already,
            "email from a person who had left before",
            "emails from people who had left before",
        ),
        (counts.automatic, "automatic reply", "automatic replies"),
        (counts.forged, "email whose token is not ours", "emails whose tokens are not ours"),
        (
            counts.strangers,
            "email from an address that is not on the list",
            "emails from addresses that are not on the list",
        ),
        (counts.other, "other email", "other emails"),
    ] {
        if count > 0 {
            screen.print(&format!("  {}", number_of(count, one, many)))?;
        }
    }
    Ok(())
}
