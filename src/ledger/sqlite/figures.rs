//! What is read of a ledger in a file: editions, figures, rows, the ledger itself.
//! Shell: reads rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};
use serde::de::DeserializeOwned;

use super::schema::{COUNTS, PROGRESS, ROW_COLUMNS, STANDING};
use crate::ledger::column::{from_json, status_of, time};
use crate::ledger::error::LedgerError;
use crate::ledger::{
    CopyRow, Counts, EditionProgress, EditionState, LedgerMark, LeftOutRow, Nature, PAGE,
    PlannedEdition, RowFilter, RunControl,
};

pub(super) fn edition(
    connection: &Connection,
    name: &str,
) -> Result<Option<PlannedEdition>, LedgerError> {
    let text: Option<String> = connection
        .query_row("SELECT planned FROM editions WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    text.map(|text| from_json(&text)).transpose()
}

/// All editions, as much of each as `T` takes.
pub(super) fn editions<T: DeserializeOwned>(
    connection: &Connection,
) -> Result<Vec<T>, LedgerError> {
    let mut query =
        connection.prepare("SELECT planned FROM editions ORDER BY planned_at DESC, name")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|row| from_json(&row?)).collect()
}

pub(super) fn edition_state(
    connection: &Connection,
    edition: &str,
) -> Result<EditionState, LedgerError> {
    Ok(connection.query_row(STANDING, [edition], |row| {
        Ok(EditionState {
            control: RunControl::parse(&row.get::<_, String>(0)?).unwrap_or_default(),
            controlled_at: row.get::<_, Option<i64>>(1)?.map(time),
            last_sign: time(row.get(2)?),
            senders: row.get(3)?,
            control_number: row.get(4)?,
        })
    })?)
}

pub(super) fn age(connection: &Connection) -> Result<LedgerMark, LedgerError> {
    Ok(connection.query_row("SELECT identity, age FROM ledger", [], |row| {
        Ok(LedgerMark { identity: row.get(0)?, age: row.get(1)? })
    })?)
}

pub(super) fn nature(connection: &Connection) -> Result<Nature, LedgerError> {
    let (secret_check, retired) =
        connection.query_row("SELECT secret_check, retired FROM ledger", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let somebody = connection
        .query_row("SELECT key, person FROM deliveries ORDER BY id DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    // A file has no mark: whether it is another one is known by the computer (`project::Memory`).
    Ok(Nature { secret_check, somebody, retired, ..Nature::default() })
}

/// Why the ledger may not be used for sending any more, if it was retired.
pub(super) fn refuse_retired(connection: &Connection) -> Result<(), LedgerError> {
    let retired: Option<String> =
        connection.prepare_cached("SELECT retired FROM ledger")?.query_row([], |row| row.get(0))?;
    retired.map_or(Ok(()), |what| Err(LedgerError::Retired { what }))
}

pub(super) fn counts(connection: &Connection, edition: &str) -> Result<Counts, LedgerError> {
    let mut query = connection.prepare_cached(COUNTS)?;
    let rows = query.query_map([edition], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut counts = Counts::default();
    for row in rows {
        let (word, rows): (String, i64) = row?;
        counts.add(status_of(&word)?, u64::try_from(rows).unwrap_or(0));
    }
    Ok(counts)
}

pub(super) fn left_out(connection: &Connection, edition: &str) -> Result<u64, LedgerError> {
    let count: i64 = connection.query_row(
        "SELECT left_out FROM editions WHERE name = ?1",
        [edition],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(super) fn progress(
    connection: &Connection,
    edition: &str,
) -> Result<EditionProgress, LedgerError> {
    Ok(connection.query_row(PROGRESS, [edition], |row| {
        let figure = |at| row.get::<_, i64>(at).map(|rows| u64::try_from(rows).unwrap_or(0));
        Ok(EditionProgress { people: figure(0)?, open: figure(1)? })
    })?)
}

pub(super) struct RawCopy {
    status: String,
    row: CopyRow,
}

pub(super) fn raw(row: &SqlRow, from: usize) -> rusqlite::Result<RawCopy> {
    let changed_at: DateTime<Utc> = time(row.get(from + 4)?);
    Ok(RawCopy {
        status: row.get(from + 2)?,
        row: CopyRow {
            edition: row.get(from)?,
            address: row.get(from + 1)?,
            status: crate::ledger::Status::Planned,
            attempts: row.get(from + 3)?,
            changed_at,
            detail: row.get(from + 6)?,
            next_at: row.get::<_, Option<i64>>(from + 5)?.map(time),
            message_id: row.get(from + 7)?,
        },
    })
}

impl RawCopy {
    pub fn row(self) -> Result<CopyRow, LedgerError> {
        Ok(CopyRow { status: status_of(&self.status)?, ..self.row })
    }
}

pub(super) fn page(
    connection: &Connection,
    edition: &str,
    pick: RowFilter,
    after: Option<i64>,
) -> Result<Vec<(i64, CopyRow)>, LedgerError> {
    let sql = format!(
        "SELECT id, {ROW_COLUMNS} FROM deliveries
         WHERE id BETWEEN max(?2, (SELECT first_row FROM editions WHERE name = ?1))
             AND (SELECT last_row FROM editions WHERE name = ?1) AND {}
         ORDER BY id LIMIT {PAGE}",
        pick.condition()
    );
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map(params![edition, after.map_or(0, |after| after + 1)], |row| {
        Ok((row.get(0)?, raw(row, 1)?))
    })?;
    rows.map(|row| row.map_err(LedgerError::from).and_then(|(id, raw)| Ok((id, raw.row()?))))
        .collect()
}

pub(super) fn history(
    connection: &Connection,
    key: &str,
) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError> {
    let sql = format!(
        "SELECT {ROW_COLUMNS} FROM deliveries
         WHERE id IN (SELECT delivery FROM copies WHERE key = ?1) ORDER BY id DESC"
    );
    let mut query = connection.prepare(&sql)?;
    let rows = query.query_map([key], |row| raw(row, 0))?;
    let rows = rows.map(|row| row?.row()).collect::<Result<_, _>>()?;
    let mut query = connection.prepare(
        "SELECT edition, address, why FROM left_out WHERE lower(address) = ?1 ORDER BY rowid DESC",
    )?;
    let left_out = query.query_map([key], |row| {
        Ok(LeftOutRow { edition: row.get(0)?, address: row.get(1)?, why: row.get(2)? })
    })?;
    Ok((rows, left_out.collect::<Result<_, _>>()?))
}
