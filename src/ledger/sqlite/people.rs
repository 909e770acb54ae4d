//! The people of the list, in the file.
//! Shell: reads and writes rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{followed, no_mail};
use crate::audience::NoMailChange;
use crate::audience::import::StoredPerson;
use crate::ledger::LedgerError;
use crate::ledger::column::{millis, time};
use crate::ledger::list_store::{
    ErasedAddress, ErasedRows, FormerAddress, ImportUndo, ListChange, ListChangeKind, ListedPerson,
    MovedPerson, Moves, PastImport, PeoplePortions, RemovedPerson, StoredList, summary_of_undo,
};
use crate::ledger::schema_of_people as sql;
use crate::ledger::{frequency_store, join_store};

pub(super) fn version(connection: &Connection) -> Result<i64, LedgerError> {
    Ok(connection.query_row(sql::VERSION, [], |row| row.get(0))?)
}

pub(super) fn stored_list(connection: &Connection) -> Result<StoredList, LedgerError> {
    let mut query = connection.prepare_cached(sql::PEOPLE)?;
    let rows = query.query_map([], stored_person)?;
    Ok(StoredList { version: version(connection)?, people: rows.collect::<Result<_, _>>()? })
}

pub(super) fn begin(
    connection: &Connection,
    at: i64,
    kind: ListChangeKind,
    summary: &str,
) -> Result<i64, LedgerError> {
    let values = params![at, kind.word(), summary];
    Ok(connection.query_row(sql::BEGIN, values, |row| row.get(0))?)
}

/// Writes a person as they are from now on, after keeping what they were.
pub(super) fn put(
    connection: &Connection,
    number: i64,
    person: &StoredPerson,
) -> Result<(), LedgerError> {
    let StoredPerson { key, address, state, fields } = person;
    connection.prepare_cached(sql::KEEP_BEFORE)?.execute(params![number, key])?;
    let values = params![key, address, state, fields, number];
    connection.prepare_cached(sql::PUT)?.execute(values)?;
    Ok(())
}

const PERSON: &str = "SELECT key, address, state, fields FROM people WHERE key = ?1";

pub(super) fn people_of(
    connection: &Connection,
    keys: &[String],
) -> Result<Vec<StoredPerson>, LedgerError> {
    let mut query = connection.prepare_cached(PERSON)?;
    let mut found = Vec::new();
    for key in keys {
        found.extend(query.query_row([key], stored_person).optional()?);
    }
    Ok(found)
}

pub(super) fn keys_after(connection: &Connection, key: &str) -> Result<Vec<String>, LedgerError> {
    let mut query = connection.prepare_cached(sql::KEYS_AFTER)?;
    Ok(query.query_map([key], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A person of a row with the key, the address, the state and the fields, in this order.
///
/// # Errors
/// When a column is not a text.
pub fn stored_person(row: &Row<'_>) -> rusqlite::Result<StoredPerson> {
    Ok(StoredPerson {
        key: row.get(0)?,
        address: row.get(1)?,
        state: row.get(2)?,
        fields: row.get(3)?,
    })
}

/// Whether the list is still as it was seen; then the change is written.
pub(super) fn write(
    connection: &Connection,
    change: &ListChange,
    more: Option<&PeoplePortions>,
) -> Result<bool, LedgerError> {
    if version(connection)? != change.seen {
        return Ok(false);
    }
    let number = begin(connection, millis(change.at), change.kind, &change.summary)?;
    for person in &change.people {
        put(connection, number, person)?;
    }
    for portion in more.into_iter().flat_map(PeoplePortions::all) {
        for ListedPerson { person, no } in portion? {
            put(connection, number, &person)?;
            if let Some(no) = no {
                no_mail::write(connection, &no)?;
            }
        }
    }
    for RemovedPerson { key, person } in &change.removed {
        remove(connection, number, key)?;
        let values = params![millis(change.at), person];
        connection.prepare_cached(join_store::RECORD_REMOVED)?.execute(values)?;
    }
    if let Some(moved) = &change.moved {
        move_person(connection, number, moved, millis(change.at))?;
    }
    for person in &change.taken {
        connection.prepare_cached(sql::TAKE)?.execute([person])?;
    }
    for no in &change.no_mail {
        no_mail::write(connection, no)?;
    }
    Ok(true)
}

fn remove(connection: &Connection, number: i64, key: &str) -> Result<(), LedgerError> {
    connection.prepare_cached(sql::KEEP_BEFORE)?.execute(params![number, key])?;
    connection.prepare_cached(sql::REMOVE)?.execute([key])?;
    Ok(())
}

fn move_person(
    connection: &Connection,
    number: i64,
    moved: &MovedPerson,
    at: i64,
) -> Result<(), LedgerError> {
    let MovedPerson { from: RemovedPerson { key, person }, to, .. } = moved;
    remove(connection, number, key)?;
    connection.execute(sql::MOVE_ON, params![to, person])?;
    connection.execute(sql::MOVE, params![person, to, at])?;
    connection.execute(sql::COME_BACK, [to])?;
    connection.execute(frequency_store::MOVE_CHOICE, params![to, person])?;
    connection.execute(frequency_store::ERASE_CHOICE, [person])?;
    followed::move_copies(connection, moved, at)
}

pub(super) fn taken_addresses(connection: &Connection) -> Result<Vec<String>, LedgerError> {
    let mut query = connection.prepare(sql::TAKEN)?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn moves(connection: &Connection) -> Result<Moves, LedgerError> {
    let mut query = connection.prepare(sql::MOVES)?;
    let left = query.query_map([], |row| {
        let left = FormerAddress { to: row.get(1)?, at: time(row.get(2)?), is_taken: row.get(3)? };
        Ok((row.get(0)?, left))
    })?;
    let mut moves = Moves { left: left.collect::<Result<_, _>>()?, keys: Vec::new() };
    if !moves.left.is_empty() {
        let mut query = connection.prepare(sql::MOVED_KEYS)?;
        moves.keys = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    Ok(moves)
}

pub(super) fn imports(connection: &Connection) -> Result<Vec<PastImport>, LedgerError> {
    let mut query = connection.prepare(sql::IMPORTS)?;
    let rows = query
        .query_map([], |row| Ok(PastImport { at: time(row.get(0)?), summary: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn undo_of_last_import(
    connection: &Connection,
) -> Result<Option<ImportUndo>, LedgerError> {
    let last = connection
        .query_row(sql::LAST_IMPORT, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((import, at_millis, summary)) = last else { return Ok(None) };
    let mut undone = ImportUndo { import, at_millis, summary, ..ImportUndo::default() };
    let mut query = connection.prepare(sql::BEFORE)?;
    let rows = query.query_map([import], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?))
    })?;
    for row in rows {
        let (key, is_untouched, was_there) = row?;
        undone.take(key, is_untouched, was_there);
    }
    Ok(Some(undone))
}

pub(super) fn undo_import(
    connection: &Connection,
    import: i64,
    seen: i64,
    at: i64,
) -> Result<bool, LedgerError> {
    if version(connection)? != seen {
        return Ok(false);
    }
    begin(connection, at, ListChangeKind::Undo, &summary_of_undo(import))?;
    // Restored before the others are deleted: a person who was there keeps a row all the time.
    connection.execute(sql::RESTORE, [import])?;
    connection.execute(sql::TAKE_BACK, [import])?;
    connection.execute(sql::MARK_UNDONE, params![at, import])?;
    Ok(true)
}

/// The row of every copy is found by its person: there is no index, and an erasure is rare.
const ERASE_MESSAGES: &str = "UPDATE deliveries SET key = 'erased', recipient = ?1, detail = ''
    WHERE person = ?2 AND key <> 'erased'";

const ERASE_COPIES: &str = "DELETE FROM copies WHERE key = ?1
    AND delivery IN (SELECT id FROM deliveries WHERE id = copies.delivery AND person = ?2)";

pub(super) fn erase(
    connection: &Connection,
    of: &ErasedAddress,
    change: &NoMailChange,
) -> Result<ErasedRows, LedgerError> {
    let ErasedAddress { key, person, until } = of;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let mut erased = ErasedRows::default();
    let before = connection.execute(sql::ERASE_BEFORE, params![key, of.until_millis()])?;
    let is_theirs = until.is_none();
    let listed = if is_theirs { connection.execute(sql::ERASE_PERSON, [key])? } else { 0 };
    erased.people = count(listed + before);
    connection.execute(sql::ERASE_EVENTS, [person])?;
    connection.execute(ERASE_COPIES, params![key, person])?;
    connection.execute(sql::ERASE_FOLLOWING, [person])?;
    let values = params![sql::ERASED_RECIPIENT, person];
    erased.messages = count(connection.execute(ERASE_MESSAGES, values)?);
    let left_out = connection.execute(sql::ERASE_LEFT_OUT, params![key, of.until_millis()])?;
    erased.left_out = count(left_out);
    erased.notes = count(connection.execute(sql::ERASE_NOTES, [person])?);
    erased.people += count(connection.execute(join_store::ERASE_REQUEST, [person])?);
    connection.execute(join_store::ERASE_SINGLE, [person])?;
    connection.execute(frequency_store::ERASE_CHOICE, [person])?;
    no_mail::write(connection, change)?;
    Ok(erased)
}

/// Writes the whole file again, so that no page of it holds what was deleted.
pub(super) fn scrub(path: &std::path::Path) -> Result<(), LedgerError> {
    let connection = super::writer::connect(path)?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.execute_batch("VACUUM")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}
