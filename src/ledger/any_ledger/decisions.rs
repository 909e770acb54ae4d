//! What people decide about editions, and what was due, in the ledger of a project.
//! Shell: passes everything on to the file or the server.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AnyLedger, LedgerStore};
use crate::approval::{Approval, EditionStop};
use crate::ledger::RunControl;
use crate::ledger::approval_store::ApprovalStore;
use crate::ledger::error::LedgerError;
use crate::ledger::schedule_store::{FollowedSchedule, OccurrenceStep, ScheduleStore};
use crate::schedule::Occurrence;

macro_rules! pass_on {
    ($self:ident, $ledger:ident => $call:expr) => {
        match &$self.store {
            LedgerStore::File($ledger) => $call.await,
            LedgerStore::Server($ledger) => $call.await,
        }
    };
}

impl ApprovalStore for AnyLedger {
    async fn approve(&self, approval: Approval, stops_seen: usize) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.approve(approval, stops_seen))
    }

    async fn stop(&self, stop: EditionStop, stops_seen: usize) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.stop(stop, stops_seen))
    }

    async fn stop_run(
        &self,
        stop: EditionStop,
        seen: Option<i64>,
    ) -> Result<RunControl, LedgerError> {
        pass_on!(self, ledger => ledger.stop_run(stop, seen))
    }

    async fn stops(&self) -> Result<Vec<EditionStop>, LedgerError> {
        pass_on!(self, ledger => ledger.stops())
    }

    async fn approvals(&self) -> Result<Vec<Approval>, LedgerError> {
        pass_on!(self, ledger => ledger.approvals())
    }
}

impl ScheduleStore for AnyLedger {
    async fn begin_schedule(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, LedgerError> {
        pass_on!(self, ledger => ledger.begin_schedule(schedule, now))
    }

    async fn followed(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<FollowedSchedule, LedgerError> {
        pass_on!(self, ledger => ledger.followed(schedule, now))
    }

    async fn occurrences(&self) -> Result<Vec<Occurrence>, LedgerError> {
        pass_on!(self, ledger => ledger.occurrences())
    }

    async fn claim_occurrence(&self, row: Occurrence) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.claim_occurrence(row))
    }

    async fn step_occurrence(&self, step: OccurrenceStep) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.step_occurrence(step))
    }

    async fn set_time(&self, row: Occurrence) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.set_time(row))
    }

    async fn claim_notice(
        &self,
        kind: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.claim_notice(kind, every, now))
    }

    async fn release_notice(&self, kind: &str, at: DateTime<Utc>) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.release_notice(kind, at))
    }
}
