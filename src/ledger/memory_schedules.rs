//! What was due, in a ledger in memory.
//! Pure: nothing outlives it.

use chrono::{DateTime, TimeDelta, Utc};

use super::MemoryLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::schedule_store::{
    DUE_RAN, FollowedSchedule, OccurrenceStep, ScheduleStore, WRONG_CLOCK,
};
use crate::schedule::{Occurrence, OccurrenceState};

impl ScheduleStore for MemoryLedger {
    async fn begin_schedule(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, LedgerError> {
        let mut books = self.books();
        let beginnings = books.schedules.entry(schedule.to_owned()).or_default();
        if let Some(begun) = beginnings.range(..=now).next_back() {
            return Ok(*begun);
        }
        beginnings.insert(now);
        Ok(now)
    }

    async fn followed(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<FollowedSchedule, LedgerError> {
        let books = self.books();
        let beginnings = books.schedules.get(schedule);
        Ok(FollowedSchedule {
            begun: beginnings.and_then(|all| all.range(..=now).next_back()).copied(),
            last_run: books.operator_notices.get(DUE_RAN).copied(),
        })
    }

    async fn occurrences(&self) -> Result<Vec<Occurrence>, LedgerError> {
        let mut rows = self.books().occurrences.clone();
        rows.sort_by(|a, b| (a.day, &a.schedule).cmp(&(b.day, &b.schedule)));
        Ok(rows)
    }

    async fn claim_occurrence(&self, row: Occurrence) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let gives_way = |known: &Occurrence| {
            let is_same = known.edition.is_none() || known.edition == row.edition;
            known.state == OccurrenceState::Missed && known.at > row.at + WRONG_CLOCK && is_same
        };
        Ok(match place_of(&mut books.occurrences, &row) {
            Some(known) if !gives_way(known) => false,
            Some(known) => {
                *known = row;
                true
            }
            None => {
                books.occurrences.push(row);
                true
            }
        })
    }

    async fn step_occurrence(&self, step: OccurrenceStep) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let is_it = |row: &&mut Occurrence| {
            row.schedule == step.schedule && row.day == step.day && row.state == step.from
        };
        let Some(row) = books.occurrences.iter_mut().find(is_it) else { return Ok(false) };
        (row.state, row.at, row.closed_at) = (step.to, step.at, step.closed_at);
        (row.by, row.why) = (step.by, step.why);
        Ok(true)
    }

    async fn set_time(&self, row: Occurrence) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let rows = &mut books.occurrences;
        let mut own = rows.iter_mut().filter(|known| known.schedule == row.schedule);
        if own.any(|known| known.state == OccurrenceState::Claimed) {
            return Ok(false);
        }
        for known in rows.iter_mut().filter(|known| known.schedule == row.schedule) {
            if known.day != row.day && known.state == OccurrenceState::Waiting {
                (known.state, known.at, known.closed_at) =
                    (OccurrenceState::Cancelled, row.at, row.at);
                "another time was set".clone_into(&mut known.why);
                known.by.clone_from(&row.by);
            }
        }
        Ok(match place_of(rows, &row) {
            Some(known) if known.state == OccurrenceState::Done => false,
            Some(known) => {
                *known = row;
                true
            }
            None => {
                rows.push(row);
                true
            }
        })
    }

    async fn claim_notice(
        &self,
        kind: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let may = books
            .operator_notices
            .get(kind)
            .is_none_or(|last| *last <= now - every || *last > now + every);
        if may {
            books.operator_notices.insert(kind.to_owned(), now);
        }
        Ok(may)
    }

    async fn release_notice(&self, kind: &str, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut books = self.books();
        if books.operator_notices.get(kind) == Some(&at) {
            books.operator_notices.remove(kind);
        }
        Ok(())
    }
}

fn place_of<'a>(rows: &'a mut [Occurrence], row: &Occurrence) -> Option<&'a mut Occurrence> {
    rows.iter_mut().find(|known| known.schedule == row.schedule && known.day == row.day)
}
