//! The ledger: one row for each person and edition, and the only truth about what was sent.
//! Pure: the types and the trait; `sqlite.rs` is the shell that keeps them on disk.

pub mod delivery;
#[cfg(test)]
pub mod laws;
pub mod memory;
pub mod plan;
pub mod sqlite;

use std::future::Future;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::audience::{LeftOut, Recipient};
use crate::compose::Composition;

pub use delivery::{Event, Status};
pub use memory::MemoryLedger;
pub use plan::Plan;
pub use sqlite::SqliteLedger;

/// A row as a sender gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: i64,
    pub recipient: Recipient,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What one claim gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    pub deliveries: Vec<Delivery>,
    /// When the next deferred row is due, if nothing else is left.
    pub next_due: Option<DateTime<Utc>>,
}

/// An edition as it was planned. What is sent is what stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedEdition {
    pub name: String,
    /// For people: the subject with slots shown by name.
    pub subject: String,
    /// First day of its window.
    pub window_start: chrono::NaiveDate,
    /// The day after its last (windows are half-open).
    pub window_end: chrono::NaiveDate,
    pub hash: String,
    pub planned_at: DateTime<Utc>,
    pub composition: Composition,
}

/// How many rows are in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub planned: u64,
    pub claimed: u64,
    pub handing_over: u64,
    pub accepted: u64,
    pub deferred: u64,
    pub rejected: u64,
    pub uncertain: u64,
    pub suppressed: u64,
    pub cancelled: u64,
    pub expired: u64,
}

impl Counts {
    pub fn add(&mut self, status: Status, rows: u64) {
        *self.of_mut(status) += rows;
    }

    fn of_mut(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Planned => &mut self.planned,
            Status::Claimed => &mut self.claimed,
            Status::HandingOver => &mut self.handing_over,
            Status::Accepted => &mut self.accepted,
            Status::Deferred => &mut self.deferred,
            Status::Rejected => &mut self.rejected,
            Status::Uncertain => &mut self.uncertain,
            Status::Suppressed => &mut self.suppressed,
            Status::Cancelled => &mut self.cancelled,
            Status::Expired => &mut self.expired,
        }
    }

    pub fn of(mut self, status: Status) -> u64 {
        *self.of_mut(status)
    }

    pub fn people(self) -> u64 {
        Status::ALL.into_iter().map(|status| self.of(status)).sum()
    }

    /// Rows that a run still has to do something about.
    pub fn open(self) -> u64 {
        Status::ALL
            .into_iter()
            .filter(|status| !status.is_final())
            .map(|status| self.of(status))
            .sum()
    }
}

/// A row as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
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

/// Why the ledger cannot say or keep something. Nothing is ever sent after one of these.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    #[error("the ledger {path} cannot be opened: {what}")]
    Open { path: String, what: String },
    #[error(
        "the ledger {path} was made by a newer roundup (version {found}; this one knows {known})"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error("the ledger {path} is damaged: {what}")]
    Damaged { path: String, what: String },
    #[error("the ledger cannot be written: {what}")]
    Write { what: String },
    #[error("the edition `{edition}` is planned already")]
    PlannedAlready { edition: String },
    #[error(transparent)]
    Impossible(#[from] delivery::ImpossibleStep),
    #[error("the ledger has no row {id}")]
    NoRow { id: i64 },
    #[error("the ledger has stopped")]
    Stopped,
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

    /// All editions that were planned, the latest first: name, subject, time of planning, last day of the window.
    fn editions(&self) -> impl Future<Output = Result<Vec<PlannedEdition>, LedgerError>> + Send;

    /// Settles what an earlier run left open (see `delivery::after_a_crash`); gives how many rows became uncertain.
    /// Only the holder of the edition's lock may call it.
    fn recover(
        &self,
        edition: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// Takes at most `most` rows that are planned, or deferred and due. Suppressed people are never given out.
    fn claim(
        &self,
        edition: &str,
        now: DateTime<Utc>,
        most: usize,
    ) -> impl Future<Output = Result<Claim, LedgerError>> + Send;

    /// Writes what happened to one row and gives its new status.
    fn record(
        &self,
        id: i64,
        event: Event,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Status, LedgerError>> + Send;

    /// Writes what happened to several rows, all or nothing, in one commit. The writing may begin before the future is
    /// first polled, so that it goes on while the caller does something else.
    fn record_all(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    fn counts(&self, edition: &str) -> impl Future<Output = Result<Counts, LedgerError>> + Send;

    /// The rows of an edition in the order of the list.
    fn rows(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<Vec<(i64, Row)>, LedgerError>> + Send;

    /// How many people of the list were left out of an edition when it was planned.
    fn left_out(&self, edition: &str) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// Everything about one address (by its key): rows, and editions that left it out.
    fn history(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<(Vec<Row>, Vec<LeftOutRow>), LedgerError>> + Send;

    /// Keeps a person (by her keyed name) from ever being claimed again.
    fn suppress(
        &self,
        person: &str,
        why: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Why a person (by her keyed name) is suppressed.
    fn suppression(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Option<String>, LedgerError>> + Send;
}

/// One planned row, as `plan` writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    pub recipient: Recipient,
    /// Keyed name of the person, for suppressions.
    pub person: String,
    pub message_id: String,
}

/// A person left out of the plan, with the reason in words.
pub fn left_out_row(edition: &str, left_out: &LeftOut) -> LeftOutRow {
    LeftOutRow {
        edition: edition.to_owned(),
        address: left_out.address.clone(),
        why: left_out.why.to_string(),
    }
}
