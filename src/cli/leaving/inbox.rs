//! `roundup inbox`: reads emails of people who leave, and keeps what they want.
//! Shell: a mailbox, the list, the ledger.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::audience::Keys;
use crate::cli::globals::Globals;
use crate::cli::leaving::drop_box;
use crate::cli::leaving::imap_login::login;
use crate::cli::leaving::keeping::{Keeping, keeping};
use crate::cli::leaving::returned::Recogniser;
use crate::cli::leaving::verdicts::{Action, MatchedBy, ReadEmail, Verdict, judge};
use crate::cli::steps::list_place::list_of_any;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::counted;
use crate::cli::terminal::world;
use crate::inbox::mailbox::StoredEmail;
use crate::inbox::{EmailSource, ImapAddress, ImapLogin, ImapMailbox, MailboxError};
use crate::people::{Act, LeavingProof, Way, What};
use crate::project::{Project, Variable};
use crate::rfc::address::EmailAddress;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A Maildir; processed emails move to its folder `Done`
    #[arg(long, value_name = "DIR", group = "from")]
    maildir: Option<PathBuf>,
    /// An mbox file
    #[arg(long, value_name = "FILE", group = "from")]
    mbox: Option<PathBuf>,
    /// A folder with one email per file
    #[arg(long, value_name = "DIR", group = "from")]
    dir: Option<PathBuf>,
    /// One email on standard input
    #[arg(long, group = "from")]
    stdin: bool,
    #[arg(
        long,
        value_name = "URL",
        group = "from",
        help = "An IMAP mailbox, as in imaps://imap.example.org/INBOX; ROUNDUP_INBOX if nothing is named. \
                Processed emails move to its folder `Done`"
    )]
    imap: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        group = "from",
        num_args = 0..=1,
        default_missing_value = "",
        help = "A drop box, as in https://charity.example/news/drop; the one of the settings if no address is given"
    )]
    drop: Option<String>,
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    /// Where the emails are: as the command says, or in the mailbox of the settings.
    fn source(&self, project: &Project) -> Result<MailSource, Failure> {
        let mailbox = match self {
            Self { maildir: Some(path), .. } => EmailSource::Maildir(path.clone()),
            Self { mbox: Some(path), .. } => EmailSource::Mbox(path.clone()),
            Self { dir: Some(path), .. } => EmailSource::Folder(path.clone()),
            Self { stdin: true, .. } => EmailSource::Input,
            Self { imap, .. } => {
                let address = match (imap, project.secret(Variable::Inbox)?) {
                    (Some(address), _) => address.clone(),
                    (None, Some(address)) => address.expose_secret().to_owned(),
                    (None, None) => {
                        return Err(Failure::new(Exit::Usage, "no mailbox is named").help(
                            "name one: --maildir DIR, --mbox FILE, --dir DIR, --stdin, or an IMAP mailbox in ROUNDUP_INBOX",
                        ));
                    }
                };
                return Ok(MailSource::Imap(ImapAddress::parse(&address)?, login(project)?));
            }
        };
        Ok(MailSource::Local(mailbox))
    }
}

/// Where emails are.
enum MailSource {
    Local(EmailSource),
    Imap(ImapAddress, ImapLogin),
}

impl MailSource {
    /// Where emails arrive, and not a copy of some of them.
    fn is_a_mailbox(&self) -> bool {
        matches!(self, Self::Imap(..) | Self::Local(EmailSource::Maildir(_) | EmailSource::Mbox(_)))
    }
}

impl From<MailboxError> for Failure {
    fn from(error: MailboxError) -> Self {
        let help = match &error {
            MailboxError::Read { .. } => "check its name, and that you may read it",
            MailboxError::NotAMaildir { .. } => "use --dir for a folder with one email per file",
            MailboxError::NotAnMbox { .. } => "use --stdin for a single email, --dir for a folder",
            MailboxError::Move { .. } => {
                "what was read is saved; make the folder writable, so that emails are not read \
                 again"
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
    /// As in 5.1.1, or empty.
    status: String,
    reason: String,
    matched_by: MatchedBy,
}

#[derive(Debug, Default)]
struct Counts {
    left: u64,
    already: u64,
    hard: u64,
    soft: u64,
    policy: u64,
    complaints: u64,
    /// Returned for a reason that is not understood.
    unclear: u64,
    /// On the do-not-mail list for what came back.
    suppressed: u64,
    automatic: u64,
    forged: u64,
    strangers: u64,
    other: u64,
    /// Of those who left: in the spool, until the ledger is back.
    waiting: u64,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    if let Some(named) = &arguments.drop {
        return Box::pin(drop_box::settle(Some(named), arguments.dry_run, globals)).await;
    }
    let project = globals.project()?;
    let source = arguments.source(&project)?;
    let (keeping, keys) = keeping(&project, arguments.dry_run, globals).await?;
    // Tokens need no list.
    let list = list_of_any(&project).await?;
    let mut emails = Vec::new();
    let take = |email: StoredEmail| {
        let read = judge(&email.bytes, &keys, list.as_ref())?;
        // The bytes have been read: only what they came to is kept.
        emails.push((email.without_bytes(), read));
        Ok::<(), Failure>(())
    };
    let mut remote = None;
    let outcome = match &source {
        MailSource::Local(mailbox) => mailbox.each(take),
        MailSource::Imap(address, login) => {
            let ca_file = project.settings.send.ca_file.as_ref().map(|path| project.path(path));
            let mailbox = ImapMailbox::open(address, login, ca_file.as_deref()).await?;
            remote.insert(mailbox).each(take).await
        }
    };
    // What was read before a mailbox broke off is settled all the same, and an email that cannot be moved holds up none of
    // those behind it.
    let settled =
        settle_emails(&project, arguments.dry_run, &mut emails, (&keeping, &keys), globals).await?;
    let SettledEmails { counts, uids, trouble } = settled;
    let mut trouble = outcome.err().or(trouble);
    if let Some(mut mailbox) = remote
        && trouble.is_none()
    {
        match mailbox.mark_done(&uids).await {
            Ok(true) => {}
            Ok(false) => globals.screen.warn(
                "this mailbox cannot move emails: processed ones are copied to `Done` and also \
                 stay where they are",
            ),
            Err(error) => trouble = Some(error.into()),
        }
        mailbox.close().await;
    }
    if trouble.is_none() && !arguments.dry_run && source.is_a_mailbox() {
        remember_reading(&project)?;
    }
    if !globals.screen.json {
        summarise(globals, &counts, arguments.dry_run)?;
    }
    match trouble {
        Some(failure) => Err(failure),
        None if emails.is_empty() => Ok(Exit::Nothing),
        None => Ok(Exit::Done),
    }
}

/// What became of emails.
#[derive(Default)]
struct SettledEmails {
    counts: Counts,
    /// Those of an IMAP folder.
    uids: Vec<u32>,
    /// The first that could not be moved.
    trouble: Option<Failure>,
}

/// Keeps what emails say, and shows it.
async fn settle_emails(
    project: &Project,
    dry_run: bool,
    emails: &mut [(StoredEmail, ReadEmail)],
    (keeping, keys): (&Keeping, &Keys),
    globals: &Globals,
) -> Result<SettledEmails, Failure> {
    let mut done = SettledEmails::default();
    let back = recogniser(project, emails, keeping, keys).await?;
    for (email, read) in emails {
        let (mut is_settled, added) = match &back {
            Some(back) => {
                back.settle(read, project.settings.bounces, dry_run, world::now()).await?
            }
            None => (false, 0),
        };
        done.counts.suppressed += added;
        for verdict in &read.verdicts {
            let changed = match &verdict.person {
                Some(person) => {
                    is_settled = !dry_run;
                    keeping.keep(leaving(person, &read.notice), &mut done.counts.waiting).await?
                }
                None => false,
            };
            count(&mut done.counts, verdict, changed);
        }
        if is_settled {
            done.uids.extend(email.uid());
            if let Err(error) = email.mark_done() {
                done.trouble.get_or_insert(error.into());
            }
        }
        show(globals, &email.name, &read.verdicts)?;
    }
    Ok(done)
}

/// Who knows the people of returned mail, if there is any and the ledger is there. While it is away, such emails stay where
/// they are, and are read again.
async fn recogniser<'a>(
    project: &Project,
    emails: &[(StoredEmail, ReadEmail)],
    keeping: &'a Keeping,
    keys: &'a Keys,
) -> Result<Option<Recogniser<'a>>, Failure> {
    let is_return = |read: &&ReadEmail| read.verdicts.iter().any(|verdict| verdict.is_return);
    let returned: Vec<&ReadEmail> = emails.iter().map(|(_, read)| read).filter(is_return).collect();
    let (false, Some(ledger)) = (returned.is_empty(), keeping.ledger()) else { return Ok(None) };
    // The right part of Message-IDs.
    let domain = EmailAddress::parse(&project.settings.sender.address)
        .map(|address| address.domain().to_owned())
        .unwrap_or_default();
    Ok(Some(Recogniser::new(&returned, ledger, keys, &domain).await?))
}

fn leaving(person: &str, notice: &str) -> Act {
    let what = What::Left { way: Way::Email, reason: None };
    Act { notice: Some(notice.to_owned()), ..Act::new(person, world::now(), what) }
}

/// The mailbox was read to its end: a way of leaving that works.
fn remember_reading(project: &Project) -> Result<(), Failure> {
    LeavingProof::mailbox_read(&project.path(".roundup"), world::now()).map_err(|error| {
        Failure::new(Exit::Failed, format!("the outcome cannot be kept in .roundup: {error}"))
    })
}

fn show(globals: &Globals, name: &str, verdicts: &[Verdict]) -> Result<(), Failure> {
    let screen = &globals.screen;
    if screen.json {
        let people = verdicts
            .iter()
            .map(|verdict| PersonLine {
                recipient: verdict.recipient.clone(),
                action: verdict.action,
                status: verdict.status.clone(),
                reason: verdict.reason.clone(),
                matched_by: verdict.matched_by,
            })
            .collect();
        let line = Line { schema: "roundup.inbox/1", file: name.to_owned(), people };
        return screen.print(&serde_json::to_string(&line).unwrap_or_default());
    }
    for verdict in verdicts {
        if screen.verbose || verdict.action == Action::Unknown {
            screen.print(&format!("{name}: {}", verdict.reason))?;
        }
    }
    Ok(())
}

fn count(counts: &mut Counts, verdict: &Verdict, changed: bool) {
    let of = match (verdict.action, verdict.matched_by) {
        (Action::Unsubscribe, _) if changed => &mut counts.left,
        (Action::Unsubscribe, _) => &mut counts.already,
        (Action::Hard, _) => &mut counts.hard,
        (Action::Soft, _) => &mut counts.soft,
        (Action::Policy, _) => &mut counts.policy,
        (Action::Complaint, _) => &mut counts.complaints,
        (Action::Autoreply, _) => &mut counts.automatic,
        (Action::Unknown, _) if verdict.is_return => &mut counts.unclear,
        (Action::Unknown, _) if verdict.recipient.is_empty() => &mut counts.forged,
        (Action::Unknown, _) => &mut counts.strangers,
        (Action::None, _) => &mut counts.other,
    };
    *of += 1;
}

fn summarise(globals: &Globals, counts: &Counts, dry_run: bool) -> Result<(), Failure> {
    let screen = &globals.screen;
    let verb = if dry_run { "would leave" } else { "left" };
    screen.print(&format!("{} {verb}.", crate::cli::terminal::screen::people(counts.left)))?;
    for (count, one, many) in [
        (
            counts.already,
            "email from a person who had already left",
            "emails from people who had already left",
        ),
        (
            counts.waiting,
            "of them waits in `.roundup` until the ledger is back",
            "of them wait in `.roundup` until the ledger is back",
        ),
        (counts.hard, "address that does not work any more", "addresses that do not work any more"),
        (counts.soft, "address that did not work for now", "addresses that did not work for now"),
        (counts.policy, "refusal that is about us", "refusals that are about us"),
        (counts.complaints, "complaint", "complaints"),
        (
            counts.suppressed,
            "of these people is on the do-not-mail list from now on",
            "of these people are on the do-not-mail list from now on",
        ),
        (
            counts.unclear,
            "returned email whose reason is not clear",
            "returned emails whose reasons are not clear",
        ),
        (counts.automatic, "automatic reply", "automatic replies"),
        (counts.forged, "email whose token is not one of ours", "emails whose tokens are not ours"),
        (
            counts.strangers,
            "email from an address that is not on the list",
            "emails from addresses that are not on the list",
        ),
        (counts.other, "other email", "other emails"),
    ] {
        if count > 0 {
            screen.print(&format!("  {}", counted(count, one, many)))?;
        }
    }
    Ok(())
}
