//! A ledger in memory, for tests and for dry runs: the same laws, no disk.
//! Pure: nothing outlives it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::delivery::{after_a_crash, next};
use super::{
    Claim, Counts, Delivery, Event, Ledger, LedgerError, LeftOutRow, Plan, PlannedEdition,
    PlannedRow, Row, Status,
};

#[derive(Debug, Default)]
struct Books {
    editions: Vec<PlannedEdition>,
    rows: Vec<Entry>,
    left_out: Vec<LeftOutRow>,
    suppressions: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Entry {
    edition: String,
    planned: PlannedRow,
    status: Status,
    attempts: u32,
    changed_at: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
    detail: String,
}

/// See the module.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    books: Mutex<Books>,
}

impl MemoryLedger {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn apply(&mut self, event: &Event, now: DateTime<Utc>) -> Result<Status, LedgerError> {
        self.status = next(self.status, event)?;
        self.changed_at = now;
        event.detail().clone_into(&mut self.detail);
        self.next_at = match event {
            Event::Deferred { next_at, .. } => Some(*next_at),
            _ => None,
        };
        if matches!(event, Event::Claimed) {
            self.attempts += 1;
        }
        if matches!(event, Event::Released { .. }) {
            self.attempts = self.attempts.saturating_sub(1);
        }
        Ok(self.status)
    }

    fn shown(&self) -> Row {
        Row {
            edition: self.edition.clone(),
            address: self.planned.recipient.address.to_string(),
            status: self.status,
            attempts: self.attempts,
            changed_at: self.changed_at,
            detail: self.detail.clone(),
            next_at: self.next_at,
            message_id: self.planned.message_id.clone(),
        }
    }
}

fn id_of(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

impl Ledger for MemoryLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        let mut books = self.books();
        if books.editions.iter().any(|known| known.name == plan.edition.name) {
            return Err(LedgerError::PlannedAlready { edition: plan.edition.name });
        }
        for planned in plan.rows {
            books.rows.push(Entry {
                edition: plan.edition.name.clone(),
                planned,
                status: Status::Planned,
                attempts: 0,
                changed_at: plan.edition.planned_at,
                next_at: None,
                detail: String::new(),
            });
        }
        books.left_out.extend(plan.left_out);
        books.editions.insert(0, plan.edition);
        Ok(())
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        Ok(self.books().editions.iter().find(|known| known.name == name).cloned())
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        Ok(self.books().editions.clone())
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let mut uncertain = 0;
        for entry in self.books().rows.iter_mut().filter(|entry| entry.edition == edition) {
            if let Some(event) = after_a_crash(entry.status)
                && entry.apply(&event, now)? == Status::Uncertain
            {
                uncertain += 1;
            }
        }
        Ok(uncertain)
    }

    async fn claim(
        &self,
        edition: &str,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        let mut books = self.books();
        let books = &mut *books;
        let mut claim = Claim::default();
        for (index, entry) in books.rows.iter_mut().enumerate() {
            if entry.edition != edition {
                continue;
            }
            let due = match entry.status {
                Status::Planned => true,
                Status::Deferred => entry.next_at.is_none_or(|at| at <= now),
                _ => false,
            };
            if !due {
                if entry.status == Status::Deferred {
                    claim.next_due = match (claim.next_due, entry.next_at) {
                        (Some(one), Some(other)) => Some(one.min(other)),
                        (one, other) => one.or(other),
                    };
                }
                continue;
            }
            if claim.deliveries.len() == most {
                continue;
            }
            if let Some(why) = books.suppressions.get(&entry.planned.person) {
                entry.apply(&Event::Suppressed { why: why.clone() }, now)?;
                continue;
            }
            let attempts = entry.attempts;
            entry.apply(&Event::Claimed, now)?;
            claim.deliveries.push(Delivery {
                id: id_of(index),
                recipient: entry.planned.recipient.clone(),
                attempts,
            });
        }
        if !claim.deliveries.is_empty() {
            claim.next_due = None;
        }
        Ok(claim)
    }

    async fn record(
        &self,
        id: i64,
        event: Event,
        now: DateTime<Utc>,
    ) -> Result<Status, LedgerError> {
        let mut books = self.books();
        let index = usize::try_from(id).map_err(|_| LedgerError::NoRow { id })?;
        books.rows.get_mut(index).ok_or(LedgerError::NoRow { id })?.apply(&event, now)
    }

    async fn record_all(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let mut books = self.books();
        // First a look whether all of them can happen.
        let mut after: BTreeMap<usize, Status> = BTreeMap::new();
        for (id, event) in &events {
            let index = usize::try_from(*id).map_err(|_| LedgerError::NoRow { id: *id })?;
            let entry = books.rows.get(index).ok_or(LedgerError::NoRow { id: *id })?;
            let from = after.get(&index).copied().unwrap_or(entry.status);
            after.insert(index, next(from, event)?);
        }
        for (id, event) in events {
            if let Some(entry) =
                usize::try_from(id).ok().and_then(|index| books.rows.get_mut(index))
            {
                entry.apply(&event, now)?;
            }
        }
        Ok(())
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let mut counts = Counts::default();
        for entry in self.books().rows.iter().filter(|entry| entry.edition == edition) {
            counts.add(entry.status, 1);
        }
        Ok(counts)
    }

    async fn rows(&self, edition: &str) -> Result<Vec<(i64, Row)>, LedgerError> {
        let books = self.books();
        let rows = books.rows.iter().enumerate().filter(|(_, entry)| entry.edition == edition);
        Ok(rows.map(|(index, entry)| (id_of(index), entry.shown())).collect())
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let count = self.books().left_out.iter().filter(|row| row.edition == edition).count();
        Ok(count as u64)
    }

    async fn history(&self, key: &str) -> Result<(Vec<Row>, Vec<LeftOutRow>), LedgerError> {
        let books = self.books();
        let rows = books.rows.iter().filter(|entry| entry.planned.recipient.address.key() == key);
        let left_out = books.left_out.iter().filter(|row| row.address.to_lowercase() == key);
        Ok((rows.map(Entry::shown).collect(), left_out.cloned().collect()))
    }

    async fn suppress(
        &self,
        person: &str,
        why: &str,
        _now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.books().suppressions.entry(person.to_owned()).or_insert_with(|| why.to_owned());
        Ok(())
    }

    async fn suppression(&self, person: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.books().suppressions.get(person).cloned())
    }
}
