//! A ledger in memory, for tests and for dry runs: the same laws, no disk.
//! Pure: nothing outlives it.

use crate::ledger::memory_state::{MemoryCopy, MemoryRun, MemoryState, id_of};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::column::from_json;
use super::delivery::{CopyState, Writer, in_cancelled};
use super::{
    ApprovalStore, Claim, CopyRow, Counts, Delivery, EditionProgress, EditionState, EditionSummary,
    Event, Heartbeat, Ledger, LedgerMark, LeftOutRow, Nature, PAGE, Plan, PlannedEdition,
    RowFilter, RowPlan, RunControl, RunId, RunStart, Status, reserve, until,
};
use crate::approval::{Approval, EditionStop};
use crate::audience::{NoMail, NoMailChange};
use crate::ledger::error::LedgerError;

/// A ledger that is gone when the process ends.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    books: Mutex<MemoryState>,
}

impl MemoryLedger {
    pub(super) fn books(&self) -> MutexGuard<'_, MemoryState> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        let mut books = self.books();
        if books.editions.iter().any(|known| known.name == plan.edition.name) {
            return Err(LedgerError::PlannedAlready { edition: plan.edition.summary.name });
        }
        if books.stops_of(&plan.edition.name) > plan.stops_seen {
            return Err(LedgerError::StoppedMeanwhile { edition: plan.edition.summary.name });
        }
        let (mut rows, mut left_out) = (Vec::new(), Vec::new());
        for some in (plan.rows)() {
            for row in some? {
                match row {
                    RowPlan::Copy(planned) => rows.push(MemoryCopy {
                        edition: plan.edition.name.clone(),
                        planned,
                        copy: CopyState::planned(plan.edition.planned_at),
                    }),
                    RowPlan::LeftOut(row) => left_out.push(row),
                }
            }
        }
        let written = rows.len() as u64;
        if written != plan.people {
            return Err(LedgerError::Miscounted { people: plan.people, written });
        }
        books.rows.extend(rows);
        books.left_out.extend(left_out);
        books.editions.insert(0, plan.edition);
        Ok(())
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        Ok(self.books().editions.iter().find(|known| known.name == name).cloned())
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        Ok(self.books().editions.clone())
    }

    async fn summaries(&self) -> Result<Vec<EditionSummary>, LedgerError> {
        Ok(self.books().editions.iter().map(|planned| planned.summary.clone()).collect())
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.books().recover(edition, now)
    }

    async fn enter(
        &self,
        edition: &str,
        _name: &str,
        now: DateTime<Utc>,
    ) -> Result<RunStart, LedgerError> {
        let mut books = self.books();
        let uncertain = books.recover(edition, now)?;
        books.senders.push(MemoryRun { edition: edition.to_owned(), kept_at: now, ended: false });
        books.age += 1;
        Ok(RunStart { sender: RunId(id_of(books.senders.len())), uncertain })
    }

    async fn keep(&self, sender: RunId, now: DateTime<Utc>) -> Result<Heartbeat, LedgerError> {
        let mut books = self.books();
        let edition = books.edition_of(sender)?;
        books.age += 1;
        let index = usize::try_from(sender.0 - 1).map_err(|_| LedgerError::Fenced)?;
        books.senders[index].kept_at = now;
        Ok(Heartbeat { control: books.control_of(&edition), senders: 1, age: books.age })
    }

    async fn leave(&self, sender: RunId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let mut books = self.books();
        let edition = books.edition_of(sender)?;
        let uncertain = books.settle(&edition, Some(sender), now)?;
        books.age += 1;
        let index = usize::try_from(sender.0 - 1).map_err(|_| LedgerError::Fenced)?;
        books.senders[index].ended = true;
        Ok(uncertain)
    }

    fn lease(&self) -> Option<Duration> {
        None
    }

    async fn claim(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        let mut books = self.books();
        let books = &mut *books;
        let edition = books.edition_of(sender)?;
        let mut claim = Claim::default();
        if books.control_of(&edition) != RunControl::Go {
            return Ok(claim);
        }
        for (index, entry) in books.rows.iter_mut().enumerate() {
            if entry.edition != edition {
                continue;
            }
            let copy = &mut entry.copy;
            let due = match copy.status {
                Status::Planned => true,
                Status::Deferred => copy.next_at.is_none_or(|at| at <= now),
                _ => false,
            };
            if !due {
                if copy.status == Status::Deferred {
                    claim.next_due = match (claim.next_due, copy.next_at) {
                        (Some(one), Some(other)) => Some(one.min(other)),
                        (one, other) => one.or(other),
                    };
                }
                continue;
            }
            if claim.deliveries.len() == most {
                continue;
            }
            if let Some(entry) = books.do_not_mail.get(&entry.planned.person) {
                copy.apply(Writer::Settlement, &Event::Suppressed { why: entry.words() }, now)?;
                continue;
            }
            let attempts = copy.attempts;
            copy.apply(Writer::Sender(sender), &Event::Claimed, now)?;
            claim.deliveries.push(Delivery {
                id: id_of(index),
                recipient: from_json(&entry.planned.recipient)?,
                attempts,
            });
        }
        if !claim.deliveries.is_empty() {
            claim.next_due = None;
        }
        Ok(claim)
    }

    async fn record_all(
        &self,
        sender: RunId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let mut books = self.books();
        books.edition_of(sender)?;
        // On copies of the rows first: all of the events are written, or none.
        let mut after: BTreeMap<i64, CopyState> = BTreeMap::new();
        for (id, event) in &events {
            let copy = match after.entry(*id) {
                std::collections::btree_map::Entry::Occupied(seen) => seen.into_mut(),
                std::collections::btree_map::Entry::Vacant(new) => {
                    new.insert(books.entry(*id)?.copy.clone())
                }
            };
            copy.apply(Writer::Sender(sender), event, now)?;
            if *event == Event::HandingOver {
                let person = books.entry(*id)?.planned.person.clone();
                if let Some(entry) = books.do_not_mail.get(&person) {
                    return Err(LedgerError::Suppressed { why: entry.words() });
                }
            }
        }
        for (id, copy) in after {
            books.entry(id)?.copy = copy;
        }
        Ok(())
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        let mut books = self.books();
        let mut decided = 0;
        for (id, event) in events {
            let edition = books.entry(id)?.edition.clone();
            let is_cancelled = books.control_of(&edition) == RunControl::Cancel;
            let events = if is_cancelled { in_cancelled(&event) } else { vec![event] };
            let copy = &mut books.entry(id)?.copy;
            let mut apply = |event| copy.apply(Writer::Operator, event, now).is_ok();
            decided += u64::from(!events.is_empty() && events.iter().all(&mut apply));
        }
        Ok(decided)
    }

    async fn control_if(
        &self,
        edition: &str,
        control: RunControl,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<RunControl, LedgerError> {
        self.books().control_if(edition, (control, seen), now)
    }

    async fn edition_state(&self, edition: &str) -> Result<EditionState, LedgerError> {
        let books = self.books();
        let planned = books.editions.iter().find(|known| known.name == edition);
        let planned_at = planned.map_or(DateTime::UNIX_EPOCH, |planned| planned.planned_at);
        let senders = books.senders.iter().filter(|sender| sender.edition == edition);
        let last_sign = senders.clone().map(|sender| sender.kept_at).max();
        Ok(EditionState {
            control: books.control_of(edition),
            controlled_at: books.controls.get(edition).map(|(_, at, _)| *at),
            control_number: books.controls.get(edition).map_or(0, |(_, _, number)| *number),
            last_sign: last_sign.unwrap_or(planned_at).max(planned_at),
            senders: u32::try_from(senders.filter(|sender| !sender.ended).count())
                .unwrap_or(u32::MAX),
        })
    }

    async fn age(&self) -> Result<LedgerMark, LedgerError> {
        Ok(LedgerMark { identity: "memory".to_owned(), age: self.books().age })
    }

    async fn nature(&self) -> Result<Nature, LedgerError> {
        let books = self.books();
        let last = books.rows.last();
        Ok(Nature {
            secret_check: books.secret_check.clone(),
            somebody: last.map(|row| (row.planned.key.clone(), row.planned.person.clone())),
            ..Nature::default()
        })
    }

    async fn bind_secret(&self, check: &str) -> Result<(), LedgerError> {
        self.books().secret_check.get_or_insert_with(|| check.to_owned());
        Ok(())
    }

    async fn settle_here(&self) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn reserve_send_slots(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        let mut books = self.books();
        let next = books.next_moments.entry(edition.to_owned()).or_default();
        let (first, after) = reserve(*next, count, gap, now);
        *next = after;
        Ok(until(first, now))
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let mut counts = Counts::default();
        for entry in self.books().rows.iter().filter(|entry| entry.edition == edition) {
            counts.add(entry.copy.status, 1);
        }
        Ok(counts)
    }

    async fn progress(&self, edition: &str) -> Result<EditionProgress, LedgerError> {
        let counts = self.counts(edition).await?;
        Ok(EditionProgress { people: counts.people(), open: counts.open() })
    }

    async fn page(
        &self,
        edition: &str,
        pick: RowFilter,
        after: Option<i64>,
    ) -> Result<Vec<(i64, CopyRow)>, LedgerError> {
        let books = self.books();
        let rows = books.rows.iter().enumerate().map(|(index, entry)| (id_of(index), entry));
        let rows = rows
            .filter(|(id, entry)| entry.edition == edition && after.is_none_or(|after| *id > after))
            .filter(|(_, entry)| pick.takes(entry.copy.status, &entry.copy.detail));
        Ok(rows.take(PAGE).map(|(id, entry)| (id, entry.shown())).collect())
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let count = self
            .books()
            .left_out
            .iter()
            .filter(|row| row.edition == edition && row.is_counted())
            .count();
        Ok(count as u64)
    }

    async fn history(&self, key: &str) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError> {
        let books = self.books();
        let rows = books.rows.iter().filter(|entry| entry.planned.key == key);
        let left_out = books.left_out.iter().filter(|row| row.address.to_lowercase() == key);
        Ok((rows.map(MemoryCopy::shown).collect(), left_out.cloned().collect()))
    }

    async fn change_no_mail(&self, changes: Vec<NoMailChange>) -> Result<Vec<bool>, LedgerError> {
        let mut books = self.books();
        let mut counted = Vec::new();
        for change in changes {
            let counts = books.is_new(&change)
                && !change.is_overtaken(books.own_yes(&change.person))
                && change.counts(books.do_not_mail.get(&change.person));
            books.notices.extend(change.notice.clone());
            if counts {
                books.write(change);
            }
            counted.push(counts);
        }
        Ok(counted)
    }

    async fn no_mail_changes(&self, person: &str) -> Result<Vec<NoMailChange>, LedgerError> {
        let books = self.books();
        Ok(books.no_mail_changes.iter().filter(|change| change.person == person).cloned().collect())
    }

    async fn suppression(&self, person: &str) -> Result<Option<NoMail>, LedgerError> {
        Ok(self.books().do_not_mail.get(person).cloned())
    }

    async fn no_mail_list(&self) -> Result<Vec<(String, NoMail)>, LedgerError> {
        let books = self.books();
        Ok(books
            .do_not_mail
            .iter()
            .map(|(person, entry)| (person.clone(), entry.clone()))
            .collect())
    }
}

impl ApprovalStore for MemoryLedger {
    async fn approve(&self, approval: Approval, stops_seen: usize) -> Result<bool, LedgerError> {
        let mut books = self.books();
        if books.stops_of(&approval.edition) > stops_seen {
            return Ok(false);
        }
        books.approvals.push(approval);
        Ok(true)
    }

    async fn approvals(&self) -> Result<Vec<Approval>, LedgerError> {
        Ok(self.books().approvals.clone())
    }

    async fn stop(&self, stop: EditionStop, stops_seen: usize) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let is_planned = books.editions.iter().any(|known| known.name == stop.edition);
        let is_unseen = stop.kind.lifts() && books.stops_of(&stop.edition) > stops_seen;
        if is_planned || is_unseen {
            return Ok(false);
        }
        books.add_stop(stop);
        Ok(true)
    }

    async fn stop_run(
        &self,
        stop: EditionStop,
        seen: Option<i64>,
    ) -> Result<RunControl, LedgerError> {
        let (mut books, wanted) = (self.books(), RunControl::of(stop.kind));
        let holds = books.control_if(&stop.edition, (wanted, seen), stop.at)?;
        if holds == wanted {
            books.add_stop(stop);
        }
        Ok(holds)
    }

    async fn stops(&self) -> Result<Vec<EditionStop>, LedgerError> {
        Ok(self.books().stops.clone())
    }
}
