//! What emails and events come to: kept in the ledger, counted, and shown.
//! Shell: the ledger, the screen.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::audience::Keys;
use crate::bounces::NoticeKind;
use crate::cli::globals::Globals;
use crate::cli::leaving::keeping::LeavingStore;
use crate::cli::leaving::policy_stop::stop_what_is_refused;
use crate::cli::leaving::returned::Recogniser;
use crate::cli::leaving::verdicts::{MatchedBy, ReadEmail, Verdict};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::notices::notify_of_complaints;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::screen::counted;
use crate::cli::terminal::system;
use crate::inbox::mailbox::StoredEmail;
use crate::ledger::AnyLedger;
use crate::people::{Act, ActKind, LeavingWay};
use crate::project::Project;
use crate::rfc::address::EmailAddress;

/// What an email came to, as one line of JSON.
#[derive(Debug, Serialize)]
struct EmailLine {
    schema: &'static str,
    file: String,
    people: Vec<PersonLine>,
}

#[derive(Debug, Serialize)]
struct PersonLine {
    /// The address, where the email's sender is the person; otherwise only the hash is known.
    recipient: String,
    action: NoticeKind,
    /// As in 5.1.1, or empty.
    status: String,
    reason: String,
    matched_by: MatchedBy,
}

#[derive(Debug, Default)]
pub struct Counts {
    left: u64,
    already: u64,
    /// Addresses: one may come back several times.
    hard: BTreeSet<String>,
    soft: BTreeSet<String>,
    policy: u64,
    complaints: u64,
    /// Returned for a reason that is not understood.
    unclear: u64,
    /// People newly on the do-not-mail list for what came back.
    suppressed: u64,
    automatic: u64,
    forged: u64,
    strangers: u64,
    pub other: u64,
    /// Of those who left: in the spool, until the ledger is back.
    waiting: u64,
}

/// What became of emails.
#[derive(Default)]
pub struct SettledEmails {
    pub counts: Counts,
    /// Those of an IMAP folder.
    pub uids: Vec<u32>,
    /// The first that could not be moved.
    pub trouble: Option<Failure>,
}

/// Keeps what emails say, and shows it.
pub async fn settle_emails(
    project: &Project,
    dry_run: bool,
    emails: &mut [(StoredEmail, ReadEmail)],
    (keeping, keys): (&LeavingStore, &Keys),
    globals: &Globals,
) -> Result<SettledEmails, Failure> {
    let mut done = SettledEmails::default();
    let mut suppressed = BTreeSet::new();
    let back = recogniser(project, emails, keeping, keys).await?;
    for (email, read) in emails.iter_mut() {
        let (mut is_settled, added) = match &back {
            Some(back) => {
                back.settle(read, project.settings.bounces, dry_run, system::now()).await?
            }
            None => (false, BTreeSet::new()),
        };
        suppressed.extend(added);
        for verdict in &read.verdicts {
            let changed = match &verdict.person {
                Some(person) => {
                    is_settled = !dry_run;
                    keeping.keep(leaving(person, &read.notice), &mut done.counts.waiting).await?
                }
                None => false,
            };
            count(&mut done.counts, verdict, (&read.notice, changed));
        }
        if is_settled {
            done.uids.extend(email.uid());
            if let Err(error) = email.mark_done() {
                done.trouble.get_or_insert(error.into());
            }
        }
        // Some events say nothing of anybody.
        if !read.verdicts.is_empty() {
            show(globals, &email.name, &read.verdicts.iter().collect::<Vec<_>>())?;
        }
    }
    done.counts.suppressed = suppressed.len() as u64;
    if let (false, Some(ledger)) = (dry_run, keeping.ledger()) {
        act_on_trouble(project, ledger, emails, &globals.screen).await?;
    }
    Ok(done)
}

/// Refusals because of us stop what is being sent; complaints are for the operator to know.
async fn act_on_trouble(
    project: &Project,
    ledger: &AnyLedger,
    emails: &[(StoredEmail, ReadEmail)],
    screen: &Screen,
) -> Result<(), Failure> {
    let any = |kind| {
        emails.iter().flat_map(|(_, read)| &read.verdicts).any(|verdict| verdict.action == kind)
    };
    if any(NoticeKind::Policy) {
        stop_what_is_refused(project, ledger, screen).await?;
    }
    if any(NoticeKind::Complaint) {
        let destination = Destination::of(project, None)?;
        notify_of_complaints(project, ledger, &destination, screen).await?;
    }
    Ok(())
}

/// Who knows the people of returned mail, if there is any and the ledger is there. While it is away, such emails stay where
/// they are, and are read again.
async fn recogniser<'a>(
    project: &Project,
    emails: &[(StoredEmail, ReadEmail)],
    keeping: &'a LeavingStore,
    keys: &'a Keys,
) -> Result<Option<Recogniser<'a>>, Failure> {
    let is_return = |read: &&ReadEmail| {
        !read.traces.message_ids.is_empty() || read.verdicts.iter().any(|verdict| verdict.is_return)
    };
    let returned: Vec<&ReadEmail> = emails.iter().map(|(_, read)| read).filter(is_return).collect();
    let (false, Some(ledger)) = (returned.is_empty(), keeping.ledger()) else { return Ok(None) };
    // The right part of Message-IDs.
    let domain = EmailAddress::parse(&project.settings.sender.address)
        .map(|address| address.domain().to_owned())
        .unwrap_or_default();
    Ok(Some(Recogniser::new(&returned, ledger, keys, &domain).await?))
}

fn leaving(person: &str, notice: &str) -> Act {
    let what = ActKind::Left { way: LeavingWay::Email, reason: None };
    Act { notice: Some(notice.to_owned()), ..Act::new(person, system::now(), what) }
}

/// Emails that surely came back, and whose reason is not understood.
pub fn show_unknown(
    emails: &[(StoredEmail, ReadEmail)],
    globals: &Globals,
) -> Result<Exit, Failure> {
    let mut found: u64 = 0;
    for (email, read) in emails {
        let is_unknown = |one: &&Verdict| one.is_return && one.action == NoticeKind::Unknown;
        let unknown: Vec<&Verdict> = read.verdicts.iter().filter(is_unknown).collect();
        if !unknown.is_empty() {
            found += 1;
            show(globals, &email.name, &unknown)?;
        }
    }
    globals.screen.for_people(|text| {
        let (one, more) = ("email that came back was", "emails that came back were");
        text.line(format!("{} not understood.", counted(found, one, more)));
    })?;
    Ok(if found == 0 { Exit::Nothing } else { Exit::Done })
}

fn show(globals: &Globals, name: &str, verdicts: &[&Verdict]) -> Result<(), Failure> {
    let people = verdicts.iter().map(|verdict| PersonLine {
        recipient: verdict.recipient.clone(),
        action: verdict.action,
        status: verdict.status.clone(),
        reason: verdict.reason.clone(),
        matched_by: verdict.matched_by,
    });
    globals.screen.record(&EmailLine {
        schema: "roundup.inbox/1",
        file: name.to_owned(),
        people: people.collect(),
    })
}

impl Outcome for EmailLine {
    fn text(&self, text: &mut Text) {
        for person in &self.people {
            if text.verbose || person.action == NoticeKind::Unknown {
                text.line(format!("{}: {}", self.file, person.reason));
            }
        }
    }
}

/// `notice` stands for an address that is not known.
fn count(counts: &mut Counts, verdict: &Verdict, (notice, changed): (&str, bool)) {
    let address = match verdict.recipient.as_str() {
        "" => notice.to_owned(),
        address => address.to_lowercase(),
    };
    let of = match (verdict.action, verdict.matched_by) {
        (NoticeKind::Unsubscribe, _) if changed => &mut counts.left,
        (NoticeKind::Unsubscribe, _) => &mut counts.already,
        (NoticeKind::Hard, _) => {
            counts.hard.insert(address);
            return;
        }
        (NoticeKind::Soft, _) => {
            counts.soft.insert(address);
            return;
        }
        (NoticeKind::Policy, _) => &mut counts.policy,
        (NoticeKind::Complaint, _) => &mut counts.complaints,
        (NoticeKind::Autoreply, _) => &mut counts.automatic,
        (NoticeKind::Unknown, _) if verdict.is_return => &mut counts.unclear,
        (NoticeKind::Unknown, _) if verdict.recipient.is_empty() => &mut counts.forged,
        (NoticeKind::Unknown, _) => &mut counts.strangers,
        (NoticeKind::None, _) => &mut counts.other,
    };
    *of += 1;
}

pub fn summarise(counts: &Counts, dry_run: bool, text: &mut Text) {
    let verb = if dry_run { "would leave" } else { "left" };
    text.line(format!("{} {verb}.", crate::cli::terminal::screen::people(counts.left)));
    text.counts(&[
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
        (
            counts.hard.len() as u64,
            "address that does not work any more",
            "addresses that do not work any more",
        ),
        (
            counts.soft.len() as u64,
            "address that did not work for now",
            "addresses that did not work for now",
        ),
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
    ]);
}
