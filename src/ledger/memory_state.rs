//! The rows, runs and lists of a ledger in memory.
//! Pure: nothing outlives it.

use crate::approval::{Approval, EVERY_EDITION, EditionStop};
use crate::audience::frequency::Frequency;
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailStep};
use crate::ledger::delivery::{CopyState, Writer, after_a_crash};
use crate::ledger::error::LedgerError;
use crate::ledger::{
    CopyRow, Event, LeftOutRow, PlannedEdition, PlannedRow, RunControl, RunId, Status,
};
use crate::schedule::Occurrence;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub struct MemoryState {
    pub editions: Vec<PlannedEdition>,
    pub controls: BTreeMap<String, (RunControl, DateTime<Utc>, i64)>,
    pub secret_check: Option<String>,
    pub next_moments: BTreeMap<String, i64>,
    pub senders: Vec<MemoryRun>,
    pub age: i64,
    pub rows: Vec<MemoryCopy>,
    pub left_out: Vec<LeftOutRow>,
    pub do_not_mail: BTreeMap<String, NoMail>,
    pub no_mail_changes: Vec<NoMailChange>,
    pub notices: BTreeSet<String>,
    pub approvals: Vec<Approval>,
    pub stops: Vec<EditionStop>,
    pub schedules: BTreeMap<String, BTreeSet<DateTime<Utc>>>,
    pub occurrences: Vec<Occurrence>,
    pub operator_notices: BTreeMap<String, DateTime<Utc>>,
    pub frequencies: BTreeMap<String, (Frequency, DateTime<Utc>)>,
}

impl MemoryState {
    /// How many stops an edition has.
    pub fn stops_of(&self, edition: &str) -> usize {
        self.stops
            .iter()
            .filter(|stop| stop.edition == edition || stop.edition == EVERY_EDITION)
            .count()
    }

    pub fn is_new(&self, change: &NoMailChange) -> bool {
        let is_settled = change.notice.as_ref().is_some_and(|notice| self.notices.contains(notice));
        let is_same = |other: &NoMailChange| {
            (&other.person, other.at, other.step, other.origin)
                == (&change.person, change.at, change.step, change.origin)
        };
        let is_known = change.may_come_twice() && self.no_mail_changes.iter().any(is_same);
        !is_settled && !is_known
    }

    /// When they last undid a leaving; nobody signs up in memory.
    pub fn own_yes(&self, person: &str) -> Option<DateTime<Utc>> {
        let is_theirs = |change: &&NoMailChange| {
            change.person == person
                && change.step == NoMailStep::Lift
                && change.origin == ChangeOrigin::Page
        };
        self.no_mail_changes.iter().filter(is_theirs).map(|change| change.at).max()
    }

    pub fn write(&mut self, change: NoMailChange) {
        match change.step {
            NoMailStep::Add(reason) => {
                let NoMailChange { origin, at, detail, note, .. } = change.clone();
                let entry = NoMail { reason, origin, at, detail, note };
                self.do_not_mail.insert(change.person.clone(), entry);
            }
            NoMailStep::Lift => {
                self.do_not_mail.remove(&change.person);
            }
        }
        self.no_mail_changes.push(NoMailChange { notice: None, key: None, ..change });
    }
}

#[derive(Debug)]
pub struct MemoryRun {
    pub edition: String,
    pub kept_at: DateTime<Utc>,
    pub ended: bool,
}

#[derive(Debug)]
pub struct MemoryCopy {
    pub edition: String,
    pub planned: PlannedRow,
    pub copy: CopyState,
}

impl MemoryCopy {
    pub fn shown(&self) -> CopyRow {
        CopyRow {
            edition: self.edition.clone(),
            address: self.planned.address.clone(),
            status: self.copy.status,
            attempts: self.copy.attempts,
            changed_at: self.copy.changed_at,
            detail: self.copy.detail.clone(),
            next_at: self.copy.next_at,
            message_id: self.planned.message_id.clone(),
        }
    }
}

impl MemoryState {
    /// A run that was ended writes nothing more. Gives its edition.
    pub fn edition_of(&self, sender: RunId) -> Result<String, LedgerError> {
        usize::try_from(sender.0 - 1)
            .ok()
            .and_then(|index| self.senders.get(index))
            .filter(|sender| !sender.ended)
            .map(|sender| sender.edition.clone())
            .ok_or(LedgerError::Fenced)
    }

    pub fn control_of(&self, edition: &str) -> RunControl {
        self.controls.get(edition).map_or(RunControl::Go, |(control, ..)| *control)
    }

    pub fn settle(
        &mut self,
        edition: &str,
        of: Option<RunId>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        let mut uncertain = 0;
        for entry in self.rows.iter_mut().filter(|entry| entry.edition == edition) {
            let copy = &mut entry.copy;
            if (of.is_none() || copy.holder == of)
                && let Some(event) = after_a_crash(copy.status)
                && copy.apply(Writer::Settlement, &event, now)? == Status::Uncertain
            {
                uncertain += 1;
            }
        }
        if self.control_of(edition) == RunControl::Cancel {
            self.cancel_rest(edition, now)?;
        }
        Ok(uncertain)
    }

    /// What holds of an edition afterwards.
    pub fn control_if(
        &mut self,
        edition: &str,
        (control, seen): (RunControl, Option<i64>),
        now: DateTime<Utc>,
    ) -> Result<RunControl, LedgerError> {
        let found = self.controls.get(edition);
        let (current, number) =
            found.map_or((RunControl::Go, 0), |(control, _, number)| (*control, *number));
        if !current.gives_way(number, control, seen) {
            return Ok(current);
        }
        self.controls.insert(edition.to_owned(), (control, now, number + 1));
        if control == RunControl::Cancel {
            self.cancel_rest(edition, now)?;
        }
        Ok(control)
    }

    pub fn add_stop(&mut self, stop: EditionStop) {
        let of_it = self.approvals.iter().filter(|approval| approval.edition == stop.edition);
        let approvals = of_it.count();
        self.stops.push(EditionStop { approvals, ..stop });
    }

    fn cancel_rest(&mut self, edition: &str, now: DateTime<Utc>) -> Result<(), LedgerError> {
        for entry in self.rows.iter_mut().filter(|entry| entry.edition == edition) {
            if matches!(entry.copy.status, Status::Planned | Status::Deferred) {
                entry.copy.apply(Writer::Operator, &Event::Cancelled, now)?;
            }
        }
        Ok(())
    }

    pub fn recover(&mut self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        for sender in self.senders.iter_mut().filter(|sender| sender.edition == edition) {
            sender.ended = true;
        }
        self.settle(edition, None, now)
    }

    pub fn entry(&mut self, id: i64) -> Result<&mut MemoryCopy, LedgerError> {
        usize::try_from(id)
            .ok()
            .and_then(|index| self.rows.get_mut(index))
            .ok_or(LedgerError::NoRow { id })
    }
}

pub fn id_of(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
