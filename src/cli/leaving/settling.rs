//! What emails and events come to: kept in the ledger, counted, and shown.
//! Shell: the ledger, the screen.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::audience::Keys;
use crate::bounces::NoticeKind;
use crate::cli::globals::Globals;
use crate::cli::leaving::keeping::LeavingStore;
use crate::cli::leaving::policy_stop::stop_what_is_refused;
use crate::cli::leaving::returned::{EmailSettlement, Recogniser};
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
    /// Came back with a token that no copy has.
    forged_returns: u64,
    /// Came back, and names no copy of ours.
    unmatched: u64,
    /// Complaints that only an address connects with a copy.
    weak_complaints: u64,
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

/// Emails whose settlements go into one commit.
const PORTION: usize = 200;
/// Or those of this time: after an end in between, that much is read again.
const PORTION_TIME: Duration = Duration::from_millis(500);

/// Emails that were judged and not written yet.
struct EmailPortion {
    began: Instant,
    /// Each with its place among all.
    settlements: Vec<(usize, EmailSettlement)>,
    people: BTreeSet<String>,
}

impl EmailPortion {
    fn new() -> Self {
        Self { began: Instant::now(), settlements: Vec::new(), people: BTreeSet::new() }
    }

    fn add(&mut self, at: usize, settlement: EmailSettlement) {
        self.people.extend(settlement.people.iter().cloned());
        self.settlements.push((at, settlement));
    }

    fn is_about_any(&self, settlement: &EmailSettlement) -> bool {
        !self.people.is_disjoint(&settlement.people)
    }

    fn is_full(&self) -> bool {
        self.settlements.len() >= PORTION || self.began.elapsed() >= PORTION_TIME
    }
}

/// What settles emails, a portion at a time.
struct Settler<'a> {
    project: &'a Project,
    dry_run: bool,
    keeping: &'a LeavingStore,
    back: Option<Recogniser<'a>>,
    globals: &'a Globals,
    done: SettledEmails,
    suppressed: BTreeSet<String>,
}

impl Settler<'_> {
    async fn settlement_of(&self, read: &mut ReadEmail) -> Result<EmailSettlement, Failure> {
        match &self.back {
            Some(back) => {
                back.settlement_of(read, self.project.settings.bounces, system::now()).await
            }
            None => Ok(EmailSettlement::default()),
        }
    }

    /// Writes a portion and only then moves its emails: after a crash in between they are read again, and each counts once.
    async fn write(
        &mut self,
        portion: EmailPortion,
        emails: &[(StoredEmail, ReadEmail)],
    ) -> Result<(), Failure> {
        let mut places = Vec::new();
        let mut settlements = Vec::new();
        for (at, settlement) in portion.settlements {
            places.push((at, settlement.is_settled()));
            settlements.push(settlement);
        }
        match &self.back {
            Some(back) if !self.dry_run => {
                self.suppressed.extend(back.write(settlements, system::now()).await?);
            }
            _ => self
                .suppressed
                .extend(settlements.iter().flat_map(EmailSettlement::newly_out).cloned()),
        }
        let acts = places.iter().flat_map(|(at, _)| leavings(&emails[*at].1)).collect();
        let mut changed = self.keeping.keep(acts, &mut self.done.counts.waiting).await?.into_iter();
        for (at, mut is_settled) in places {
            let (email, read) = &emails[at];
            for verdict in &read.verdicts {
                is_settled |= verdict.person.is_some();
                let has_changed = verdict.person.is_some() && changed.next().unwrap_or(false);
                count(&mut self.done.counts, read, verdict, has_changed);
            }
            if is_settled && !self.dry_run {
                self.done.uids.extend(email.uid());
                if let Err(error) = email.mark_done() {
                    self.done.trouble.get_or_insert(error.into());
                }
            }
            // Some events say nothing of anybody.
            if !read.verdicts.is_empty() {
                show(self.globals, &email.name, &read.verdicts.iter().collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }
}

/// Keeps what emails say, and shows it.
pub async fn settle_emails(
    project: &Project,
    dry_run: bool,
    emails: &mut [(StoredEmail, ReadEmail)],
    (keeping, keys): (&LeavingStore, &Keys),
    globals: &Globals,
) -> Result<SettledEmails, Failure> {
    let back = recogniser(project, emails, keeping, keys).await?;
    let (done, suppressed) = (SettledEmails::default(), BTreeSet::new());
    let mut settler = Settler { project, dry_run, keeping, back, globals, done, suppressed };
    let mut portion = EmailPortion::new();
    for at in 0..emails.len() {
        let mut settlement = settler.settlement_of(&mut emails[at].1).await?;
        // What is written about somebody decides what the next email about them comes to.
        if portion.is_about_any(&settlement) {
            settler.write(std::mem::replace(&mut portion, EmailPortion::new()), emails).await?;
            settlement = settler.settlement_of(&mut emails[at].1).await?;
        }
        portion.add(at, settlement);
        if portion.is_full() {
            settler.write(std::mem::replace(&mut portion, EmailPortion::new()), emails).await?;
        }
    }
    settler.write(portion, emails).await?;
    let Settler { mut done, suppressed, .. } = settler;
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

/// The acts of those who leave by an email.
fn leavings(read: &ReadEmail) -> impl Iterator<Item = Act> {
    let act = |person| {
        let way = if read.is_event { LeavingWay::Service } else { LeavingWay::Email };
        let what = ActKind::Left { way, reason: None };
        Act { notice: Some(read.notice.clone()), ..Act::new(person, system::now(), what) }
    };
    read.verdicts.iter().filter_map(|verdict| verdict.person.as_deref()).map(act)
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

/// Counts what a verdict changed, or that it changed nothing.
fn count(counts: &mut Counts, read: &ReadEmail, verdict: &Verdict, has_changed: bool) {
    let address = match verdict.recipient.as_str() {
        // Stands for an address that is not known.
        "" => read.notice.clone(),
        address => address.to_lowercase(),
    };
    let is_weak = verdict.matched_by == MatchedBy::Address && !read.is_event;
    let of = match verdict.action {
        NoticeKind::Unknown if verdict.is_return => &mut counts.unclear,
        NoticeKind::Unknown if verdict.recipient.is_empty() => &mut counts.forged,
        NoticeKind::Unknown => &mut counts.strangers,
        NoticeKind::Autoreply => &mut counts.automatic,
        NoticeKind::None => &mut counts.other,
        _ if verdict.is_return && read.has_forged_token => &mut counts.forged_returns,
        NoticeKind::Policy => &mut counts.policy,
        _ if verdict.matched_by == MatchedBy::Nothing => &mut counts.unmatched,
        NoticeKind::Unsubscribe if has_changed => &mut counts.left,
        NoticeKind::Unsubscribe => &mut counts.already,
        NoticeKind::Complaint if is_weak => &mut counts.weak_complaints,
        NoticeKind::Complaint => &mut counts.complaints,
        NoticeKind::Hard if !is_weak => {
            counts.hard.insert(address);
            return;
        }
        NoticeKind::Hard | NoticeKind::Soft => {
            counts.soft.insert(address);
            return;
        }
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
            counts.forged_returns,
            "returned email with a token that no copy has: nothing was changed",
            "returned emails with tokens that no copies have: nothing was changed",
        ),
        (
            counts.unmatched,
            "returned email that names no copy of ours: nothing was changed",
            "returned emails that name no copies of ours: nothing was changed",
        ),
        (
            counts.weak_complaints,
            "complaint that names an address and no copy: nothing was changed",
            "complaints that name an address and no copy: nothing was changed",
        ),
        (
            counts.strangers,
            "email from an address that is not on the list",
            "emails from addresses that are not on the list",
        ),
        (counts.other, "other email", "other emails"),
    ]);
}
