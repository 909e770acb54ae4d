//! Occurrences of schedules, and notices to the operator, in a ledger's database: each is claimed once, whoever runs.
//! Pure: what a database must do for it.

use std::future::Future;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::LedgerError;
use crate::schedule::{Occurrence, OccurrenceState};

/// A missed row that was written further in the future than this was written by a clock that was wrong.
pub(super) const WRONG_CLOCK: TimeDelta = TimeDelta::hours(2);

/// What is written of an occurrence that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OccurrenceStep {
    pub schedule: String,
    pub day: NaiveDate,
    /// The state that it must be in.
    pub from: OccurrenceState,
    pub to: OccurrenceState,
    pub at: DateTime<Utc>,
    pub closed_at: DateTime<Utc>,
    pub by: String,
    pub why: String,
}

/// The kind under which each run of `roundup due` is noted.
pub const DUE_RAN: &str = "due ran";

/// Since when a schedule is followed, and when anything last looked at what is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FollowedSchedule {
    pub begun: Option<DateTime<Utc>>,
    pub last_run: Option<DateTime<Utc>>,
}

/// A database that remembers what was due.
pub trait ScheduleStore: Send + Sync {
    /// When a schedule was first followed: now, if it never was, or only by a clock that was ahead.
    fn begin_schedule(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<DateTime<Utc>, LedgerError>> + Send;

    /// What is known of a schedule at a moment, without beginning it.
    fn followed(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<FollowedSchedule, LedgerError>> + Send;

    /// All rows, the oldest day first.
    fn occurrences(&self) -> impl Future<Output = Result<Vec<Occurrence>, LedgerError>> + Send;

    /// Adds a row where there is none of its schedule and day; true for the one computer that did.
    fn claim_occurrence(
        &self,
        row: Occurrence,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Changes a row that is in the state it was seen in; true for the one computer that did.
    fn step_occurrence(
        &self,
        step: OccurrenceStep,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Sets the time of an edition; an earlier time of it that still waits is cancelled. False when a computer has begun it.
    fn set_time(&self, row: Occurrence) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Whether a notice of a kind may go to the operator now, of which there is one in a time; true for the one computer that
    /// sends it.
    fn claim_notice(
        &self,
        kind: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Takes a claim back: the notice did not get through, and the next may.
    fn release_notice(
        &self,
        kind: &str,
        claimed_at: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;
}
