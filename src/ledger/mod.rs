//! The ledger: one row for each person and edition, and the only truth about what was sent.
//! Pure: the types and the trait; `sqlite/` and `postgres/` are the shells that keep them.

pub mod aftermath;
mod any_ledger;
pub mod approval_store;
mod column;
mod counts;
pub mod delivery;
pub mod error;
pub mod frequency_store;
pub mod join_store;
pub mod joining;
#[cfg(test)]
pub mod laws;
pub mod list_store;
pub mod memory;
mod memory_frequencies;
mod memory_schedules;
mod memory_state;
#[cfg(test)]
mod model;
mod no_mail;
pub mod plan;
pub mod postgres;
pub mod returns;
mod rows_of_list;
mod run_control;
pub mod schedule_store;
mod schema_of_people;
mod schema_of_schedules;
mod schema_of_stops;
pub mod shared_list;
pub mod single_store;
pub mod sqlite;
#[cfg(test)]
mod together;

pub use error::LedgerError;
use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::EditionPurpose;
use crate::audience::People;
use crate::audience::law::BasisCounts;
use crate::audience::segment::PlannedSegment;
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailReason, NoMailStep, Recipient};
use crate::compose::composition::Composition;

pub use any_ledger::AnyLedger;
pub use approval_store::ApprovalStore;
pub use counts::Counts;
pub use delivery::{CopyState, Event, Status, Writer};
pub use memory::MemoryLedger;
pub use plan::{Plan, RowBuilder, RowPlan, left_out_row};
pub use postgres::PostgresLedger;
pub use run_control::RunControl;
pub use schedule_store::{OccurrenceStep, ScheduleStore};
pub use sqlite::SqliteLedger;

/// A row as a run gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: i64,
    pub recipient: Recipient,
    /// How often it was tried before.
    pub attempts: u32,
}

/// A run of `send` at work on an edition: a number that only grows. Rows carry the number of the run that has them in progress,
/// and a run that was ended can write nothing more, however late it wakes: a fencing token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

/// How long a run that shares its edition with others may be silent before they take over what it had in progress.
pub const LEASE: Duration = Duration::from_secs(30);

/// What a new run finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunStart {
    pub sender: RunId,
    /// Rows that a run which is gone left in doubt.
    pub uncertain: u64,
}

/// How an edition stands beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionState {
    pub control: RunControl,
    pub controlled_at: Option<DateTime<Utc>>,
    /// Counts the commands: whoever lets the edition go on names the one they have seen.
    pub control_number: i64,
    /// When a run last showed that it lives; the time of planning when there was none.
    pub last_sign: DateTime<Utc>,
    /// Runs that have not ended and are within their lease. A ledger in a file cannot know: see the run's lock.
    pub senders: u32,
}

/// Which ledger this is, and how far it has come: a copy has the same identity, a restored backup an older age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerMark {
    /// Random, made with the ledger.
    pub identity: String,
    /// Grows each time that a run enters, shows that it lives, or leaves.
    pub age: i64,
}

/// What a ledger knows of itself, beside its age.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nature {
    /// Made from the secret (`audience::Keys::check`); none in a ledger that an earlier version wrote.
    pub secret_check: Option<String>,
    /// The key and the address hash of somebody in it: what a secret without a check value is tried on.
    pub somebody: Option<(String, String)>,
    /// Where it was last known to be right: a server's system identifier, timeline and database. Empty in a file.
    pub mark: String,
    /// Where it is now.
    pub place: String,
    /// Why it may not send any more.
    pub retired: Option<String>,
}

impl Nature {
    /// # Errors
    /// When it may not send any more.
    pub fn refuse_retired(&self) -> Result<(), LedgerError> {
        match &self.retired {
            Some(what) => Err(LedgerError::Retired { what: what.clone() }),
            None => Ok(()),
        }
    }

    /// True when it is known to have come from another place.
    pub fn is_copy(&self) -> bool {
        !self.mark.is_empty() && !self.place.is_empty() && self.mark != self.place
    }
}

/// What a living run learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    pub control: RunControl,
    /// Runs at work on this edition, this one included.
    pub senders: u32,
    pub age: i64,
}

/// What one claim gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    pub deliveries: Vec<Delivery>,
    /// When the next deferred row is due, if nothing else is left.
    pub next_due: Option<DateTime<Utc>>,
}

/// An edition as it was planned, without what is sent: enough to list hundreds of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionSummary {
    pub name: String,
    /// For people: the subject with slots shown by name.
    pub subject: String,
    /// First day of its window.
    pub window_start: chrono::NaiveDate,
    /// The day after its last (windows are half-open).
    pub window_end: chrono::NaiveDate,
    pub hash: String,
    pub planned_at: DateTime<Utc>,
    /// The list it was planned for; ledgers of earlier versions do not say.
    #[serde(default)]
    pub list: Option<PlannedList>,
    /// The edition that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// Why somebody let it go out although an edition before it had many complaints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_complaints: Option<String>,
    /// Whether it has a page in the public archive, where its draft had decided that when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<bool>,
    /// What was wrong, in one line, where it is a correction that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction_note: Option<String>,
}

/// An edition as it was planned. What is sent is what stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedEdition {
    #[serde(flatten)]
    pub summary: EditionSummary,
    pub composition: Composition,
}

/// A planned edition answers whatever its summary answers.
impl std::ops::Deref for PlannedEdition {
    type Target = EditionSummary;

    fn deref(&self) -> &EditionSummary {
        &self.summary
    }
}

/// A list as it was when an edition was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedList {
    /// Names the bytes of its files, and how they were read: while it is the same, so are the people.
    pub fingerprint: String,
    pub people: People,
    /// Whom it was planned for; everybody where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<PlannedSegment>,
    #[serde(default)]
    pub purpose: EditionPurpose,
    /// How many people by each basis.
    #[serde(default)]
    pub bases: BasisCounts,
}

/// How far an edition is, by its indexes only: at once, however many rows there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EditionProgress {
    pub people: u64,
    /// Rows that a run still has to do something about.
    pub open: u64,
}

/// Which rows somebody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFilter {
    All,
    /// Those in one status.
    In(Status),
    /// All but those that were accepted, and those that were not begun.
    Unusual,
    /// Planned again after a refusal or a failure.
    PlannedAgain,
}

impl RowFilter {
    pub fn takes(self, status: Status, detail: &str) -> bool {
        match self {
            Self::All => true,
            Self::In(wanted) => status == wanted,
            Self::Unusual => !matches!(status, Status::Accepted | Status::Planned),
            Self::PlannedAgain => status == Status::Planned && !detail.is_empty(),
        }
    }

    /// The same as a condition on `deliveries`.
    fn condition(self) -> String {
        match self {
            Self::All => "true".to_owned(),
            Self::In(status) => format!("status = '{}'", status.word()),
            Self::Unusual => "status NOT IN ('accepted', 'planned')".to_owned(),
            Self::PlannedAgain => "status = 'planned' AND detail <> ''".to_owned(),
        }
    }
}

/// Rows that are read at a time.
pub const PAGE: usize = 2000;

/// A row as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyRow {
    pub edition: String,
    pub address: String,
    pub status: Status,
    pub attempts: u32,
    /// When it became what it is.
    pub changed_at: DateTime<Utc>,
    /// The relay's answer, or why.
    pub detail: String,
    pub next_at: Option<DateTime<Utc>>,
    pub message_id: String,
}

/// A person of the list who was left out of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOutRow {
    pub edition: String,
    pub address: String,
    pub why: String,
}

/// A suppression that somebody has lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lift {
    /// Why the person had been suppressed.
    pub suppressed_for: String,
    /// Why it was lifted.
    pub why: String,
    pub at: DateTime<Utc>,
}

/// Where rows are kept. Every call that changes something has reached the disk when it returns.
pub trait Ledger: Send + Sync + 'static {
    /// Writes an edition and one planned row for each recipient, all or nothing.
    fn plan(&self, plan: Plan) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// An edition that was planned.
    fn edition(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<PlannedEdition>, LedgerError>> + Send;

    /// All editions that were planned, the latest first, with what is sent: megabytes of it.
    fn editions(&self) -> impl Future<Output = Result<Vec<PlannedEdition>, LedgerError>> + Send;

    /// All editions that were planned, the latest first. Their compositions are passed over and never built.
    fn summaries(&self) -> impl Future<Output = Result<Vec<EditionSummary>, LedgerError>> + Send;

    /// Ends the runs of an edition that are gone and settles what they had in progress (see `delivery::after_a_crash`);
    /// gives how many rows became uncertain. In a ledger of one computer every run is taken for gone: only the holder
    /// of the edition's lock may call it.
    fn recover(
        &self,
        edition: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// A run begins; what others left is recovered first. `name` says to people which computer and process it is.
    fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<RunStart, LedgerError>> + Send;

    /// A run shows that it lives, and learns what is wanted of it. Where others may send too, it must do so within `LEASE`.
    fn keep(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Heartbeat, LedgerError>> + Send;

    /// A run ends. What it still has in progress is settled as after a crash.
    fn leave(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// How long `keep` holds; `None` where one computer's lock says who lives.
    fn lease(&self) -> Option<Duration>;

    /// Takes at most `most` rows that are planned, or deferred and due. Suppressed people are never given out, and of a
    /// cancelled edition nobody is.
    fn claim(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
        most: usize,
    ) -> impl Future<Output = Result<Claim, LedgerError>> + Send;

    /// Writes what happened to rows that a run has in progress, all or nothing, in one commit. The writing may begin before
    /// the future is first polled, so that it goes on while the caller does something else. *Handing over* is not written
    /// for somebody who was suppressed since their row was claimed: `LedgerError::Suppressed`.
    fn record_all(
        &self,
        sender: RunId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Writes what happened to one row that a run has in progress.
    fn record(
        &self,
        sender: RunId,
        id: i64,
        event: Event,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        self.record_all(sender, vec![(id, event)], now)
    }

    /// Writes somebody's word about rows that no run has in progress, in one commit; gives how many of them it was true
    /// for. Rows in progress, or in a status that the event cannot happen to, stay as they are, and in a cancelled edition
    /// nothing is planned again (`delivery::in_cancelled`).
    fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// Keeps what an operator wants of an edition, where it may take the place of what is wanted now (`RunControl::gives_way`;
    /// `seen` is the `control_number` of the state); gives what is wanted then. Cancelling also cancels every row that is planned
    /// or deferred.
    fn control_if(
        &self,
        edition: &str,
        control: RunControl,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<RunControl, LedgerError>> + Send;

    /// The same for a caller that has not looked before.
    fn control(
        &self,
        edition: &str,
        control: RunControl,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<RunControl, LedgerError>> + Send {
        self.control_if(edition, control, None, now)
    }

    fn edition_state(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<EditionState, LedgerError>> + Send;

    fn age(&self) -> impl Future<Output = Result<LedgerMark, LedgerError>> + Send;

    /// What the ledger knows of itself.
    fn nature(&self) -> impl Future<Output = Result<Nature, LedgerError>> + Send;

    /// Keeps the check value of the secret, where there is none yet.
    fn bind_secret(&self, check: &str) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Says that this ledger is the right one where it is now: its mark is the place's.
    fn settle_here(&self) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Reserves `count` send slots, `gap` apart, for messages of an edition, for any of its runs; gives how long to wait for
    /// the first.
    fn reserve_send_slots(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Duration, LedgerError>> + Send;

    fn counts(&self, edition: &str) -> impl Future<Output = Result<Counts, LedgerError>> + Send;

    /// How many people an edition has, and how many rows are open. Much faster than `counts`.
    fn progress(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<EditionProgress, LedgerError>> + Send;

    /// Rows of an edition in the order of the list: at most `PAGE` of them, from the first or those behind row `after`.
    fn page(
        &self,
        edition: &str,
        pick: RowFilter,
        after: Option<i64>,
    ) -> impl Future<Output = Result<Vec<(i64, CopyRow)>, LedgerError>> + Send;

    /// All rows of an edition that somebody wants, in the order of the list. They are in memory together.
    fn rows(
        &self,
        edition: &str,
        pick: RowFilter,
    ) -> impl Future<Output = Result<Vec<(i64, CopyRow)>, LedgerError>> + Send {
        async move {
            let mut rows: Vec<(i64, CopyRow)> = Vec::new();
            loop {
                let after = rows.last().map(|(id, _)| *id);
                let page = self.page(edition, pick, after).await?;
                if page.is_empty() {
                    return Ok(rows);
                }
                rows.extend(page);
            }
        }
    }

    /// How many people of the list were left out of an edition when it was planned.
    fn left_out(&self, edition: &str) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// Everything about one address (by its key): rows, and editions that left it out.
    fn history(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError>> + Send;

    /// Writes changes to the do-not-mail list, all in one commit, and says of each whether it counted
    /// (`NoMailChange::counts`). A change that was written before, or whose email was settled before, does not count again.
    fn change_no_mail(
        &self,
        changes: Vec<NoMailChange>,
    ) -> impl Future<Output = Result<Vec<bool>, LedgerError>> + Send;

    /// Keeps a person (by their keyed name) from ever being claimed again: a server rejected their mailbox.
    fn suppress(
        &self,
        person: &str,
        reply: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        let step = NoMailStep::Add(NoMailReason::Bounced);
        let change = NoMailChange::new(person, step, ChangeOrigin::Relay, now).with_note(reply);
        async move { self.change_no_mail(vec![change]).await.map(drop) }
    }

    /// Takes a person off the do-not-mail list at an operator's word, and remembers that with the reason. False when they
    /// were not on it, or only they can come off it.
    fn lift(
        &self,
        person: &str,
        why: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send {
        let step = NoMailStep::Lift;
        let change = NoMailChange::new(person, step, ChangeOrigin::Operator, now).with_note(why);
        async move { Ok(self.change_no_mail(vec![change]).await? == [true]) }
    }

    /// All changes to the do-not-mail list about a person, the oldest first.
    fn no_mail_changes(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Vec<NoMailChange>, LedgerError>> + Send;

    /// The suppressions of a person that were lifted, the oldest first.
    fn lifts(&self, person: &str) -> impl Future<Output = Result<Vec<Lift>, LedgerError>> + Send {
        async move { Ok(no_mail::lifts_of(&self.no_mail_changes(person).await?)) }
    }

    /// A person's place on the do-not-mail list (by their keyed name).
    fn suppression(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Option<NoMail>, LedgerError>> + Send;

    /// The whole do-not-mail list, by keyed name.
    fn no_mail_list(
        &self,
    ) -> impl Future<Output = Result<Vec<(String, NoMail)>, LedgerError>> + Send;

    /// Everybody who is suppressed, by keyed name, and why.
    fn suppressions(
        &self,
    ) -> impl Future<Output = Result<Vec<(String, String)>, LedgerError>> + Send {
        async move {
            let list = self.no_mail_list().await?;
            Ok(list.into_iter().map(|(person, entry)| (person, entry.words())).collect())
        }
    }
}

/// The first send slot that is free, and the one after the last that is taken now, both in microseconds since 1970.
/// A slot further away than runs can have reserved is one of another clock: it is not waited for.
pub(crate) fn reserve(next: i64, count: u32, gap: Duration, now: DateTime<Utc>) -> (i64, i64) {
    let now = now.timestamp_micros();
    let gap = i64::try_from(gap.as_micros()).unwrap_or(i64::MAX / 8192);
    let farthest = now.saturating_add(gap.saturating_mul(MOST_RESERVED));
    let first = if next > farthest { now } else { next.max(now) };
    (first, first.saturating_add(gap.saturating_mul(i64::from(count))))
}

/// Send slots that runs may hold at a time: some machines with 64 connections each, and a second's worth of a fast rate.
const MOST_RESERVED: i64 = 8192;

/// From now until a send slot.
pub(crate) fn until(moment: i64, now: DateTime<Utc>) -> Duration {
    Duration::from_micros(u64::try_from(moment - now.timestamp_micros()).unwrap_or(0))
}

/// One planned row, as `plan` writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub address: String,
    /// The address in lower case.
    pub key: String,
    /// The recipient as JSON: what is kept about them.
    pub recipient: String,
    /// Keyed name of the person, for suppressions.
    pub person: String,
    pub message_id: String,
}
