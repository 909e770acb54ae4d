//! Rows under change in one transaction: locked in one order, changed in memory, written together.
//! Shell: reads and writes rows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio_postgres::{Row as SqlRow, Transaction};

use super::no_mail::suppressed_for;
use super::schema::WRITE_EVENTS;
use super::server::Statements;
use crate::ledger::RunId;
use crate::ledger::column::{millis, status_of, time};
use crate::ledger::delivery::{CopyState, Event, Status, Writer};
use crate::ledger::error::LedgerError;

/// Rows under change, and what is worth a line in `events`.
#[derive(Debug, Default)]
pub(super) struct Changes {
    rows: BTreeMap<i64, Entry>,
    events: Vec<(i64, i64, &'static str, String)>,
}

#[derive(Debug, Clone)]
struct Entry {
    copy: CopyState,
    changed: bool,
    /// Why its person must not be mailed any more.
    suppressed: Option<String>,
}

impl Changes {
    /// Locks rows, in one order for everybody, so that no two runs wait for each other.
    pub(super) async fn lock(
        transaction: &Transaction<'_>,
        statements: &Statements,
        ids: Vec<i64>,
    ) -> Result<Self, LedgerError> {
        let mut changes = Self::default();
        for row in transaction.query(&statements.lock, &[&ids]).await? {
            let id = changes.take(&row)?;
            if let Some(entry) = changes.rows.get_mut(&id) {
                entry.suppressed = suppressed_for(&row, 7)?;
            }
        }
        Ok(changes)
    }

    /// Takes in a row whose first columns are those of `schema::LOCK`; gives its number.
    pub(super) fn take(&mut self, row: &SqlRow) -> Result<i64, LedgerError> {
        let copy = CopyState {
            status: status_of(row.get(1))?,
            holder: row.get::<_, Option<i64>>(2).map(RunId),
            attempts: u32::try_from(row.get::<_, i32>(3)).unwrap_or(0),
            changed_at: time(row.get(4)),
            next_at: row.get::<_, Option<i64>>(5).map(time),
            detail: row.get(6),
        };
        let id = row.get(0);
        self.rows.insert(id, Entry { copy, changed: false, suppressed: None });
        Ok(id)
    }

    pub(super) fn copy(&self, id: i64) -> Result<&CopyState, LedgerError> {
        self.rows.get(&id).map(|entry| &entry.copy).ok_or(LedgerError::NoRow { id })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn apply(
        &mut self,
        id: i64,
        event: &Event,
        writer: Writer,
        now: DateTime<Utc>,
    ) -> Result<Status, LedgerError> {
        let entry = self.rows.get_mut(&id).ok_or(LedgerError::NoRow { id })?;
        if let (Event::HandingOver, Some(why)) = (event, &entry.suppressed) {
            entry.copy.may_write(writer, event)?;
            return Err(LedgerError::Suppressed { why: why.clone() });
        }
        let status = entry.copy.apply(writer, event, now)?;
        entry.changed = true;
        if !event.is_ordinary() {
            self.events.push((id, millis(now), event.word(), entry.copy.detail.clone()));
        }
        Ok(status)
    }

    /// Lets several events happen, or none of them.
    pub(super) fn apply_all(
        &mut self,
        events: &[(i64, Event)],
        writer: Writer,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let before: Vec<(i64, Option<Entry>)> =
            events.iter().map(|(id, _)| (*id, self.rows.get(id).cloned())).collect();
        let lines = self.events.len();
        let applied =
            events.iter().try_for_each(|(id, event)| self.apply(*id, event, writer, now).map(drop));
        if applied.is_err() {
            self.events.truncate(lines);
            for (id, entry) in before.into_iter().rev() {
                if let Some(entry) = entry {
                    self.rows.insert(id, entry);
                }
            }
        }
        applied
    }

    /// Whether these very events were written already, by a commit whose answer was lost.
    pub(super) fn has_all(
        &self,
        events: &[(i64, Event)],
        sender: RunId,
        at: DateTime<Utc>,
    ) -> bool {
        let last: BTreeMap<i64, &Event> = events.iter().map(|(id, event)| (*id, event)).collect();
        last.into_iter().all(|(id, event)| {
            self.rows.get(&id).is_some_and(|entry| entry.copy.has(sender, event, at))
        })
    }

    pub(super) async fn write(
        self,
        transaction: &Transaction<'_>,
        statements: &Statements,
    ) -> Result<(), LedgerError> {
        let changed: Vec<(i64, &CopyState)> = self
            .rows
            .iter()
            .filter(|(_, entry)| entry.changed)
            .map(|(id, entry)| (*id, &entry.copy))
            .collect();
        if !changed.is_empty() {
            let ids: Vec<i64> = changed.iter().map(|(id, _)| *id).collect();
            let copies = || changed.iter().map(|(_, copy)| copy);
            let statuses: Vec<&str> = copies().map(|copy| copy.status.word()).collect();
            let holders: Vec<Option<i64>> =
                copies().map(|copy| copy.holder.map(|holder| holder.0)).collect();
            let attempts: Vec<i32> =
                copies().map(|copy| i32::try_from(copy.attempts).unwrap_or(i32::MAX)).collect();
            let changed_at: Vec<i64> = copies().map(|copy| millis(copy.changed_at)).collect();
            let next_at: Vec<Option<i64>> = copies().map(|copy| copy.next_at.map(millis)).collect();
            let details: Vec<&str> = copies().map(|copy| copy.detail.as_str()).collect();
            transaction
                .execute(
                    &statements.update,
                    &[&ids, &statuses, &holders, &attempts, &changed_at, &next_at, &details],
                )
                .await?;
        }
        if !self.events.is_empty() {
            let ids: Vec<i64> = self.events.iter().map(|event| event.0).collect();
            let at: Vec<i64> = self.events.iter().map(|event| event.1).collect();
            let words: Vec<&str> = self.events.iter().map(|event| event.2).collect();
            let details: Vec<&str> = self.events.iter().map(|event| event.3.as_str()).collect();
            transaction.execute(WRITE_EVENTS, &[&ids, &at, &words, &details]).await?;
        }
        Ok(())
    }
}
