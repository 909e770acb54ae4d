//! The people of the list, on the server.
//! Shell: reads and writes rows.

use tokio_postgres::Transaction;

use super::no_mail;
use super::server::PostgresServer;
use crate::audience::NoMailChange;
use crate::audience::import::StoredPerson;
use crate::ledger::LedgerError;
use crate::ledger::column::{millis, time};
use crate::ledger::list_store::{
    ErasedRows, ListChange, ListChangeKind, MovedPerson, Moves, PastImport, RemovedPerson,
    StoredList, UndonePeople, summary_of_undo,
};
use crate::ledger::schema_of_people as sql;
use crate::ledger::{frequency_store, join_store};

pub(super) async fn stored_list(server: &PostgresServer) -> Result<StoredList, LedgerError> {
    // The version first: a change in between is then noticed by whoever writes.
    let version = server.query(sql::VERSION, &[]).await?;
    let version = version.first().map_or(0, |row| row.get(0));
    let rows = server.query(sql::PEOPLE, &[]).await?;
    let people = rows.iter().map(|row| StoredPerson {
        key: row.get(0),
        address: row.get(1),
        state: row.get(2),
        fields: row.get(3),
    });
    Ok(StoredList { version, people: people.collect() })
}

/// One writer at a time.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), LedgerError> {
    let sql = "LOCK TABLE list_changes IN SHARE ROW EXCLUSIVE MODE";
    Ok(transaction.batch_execute(sql).await?)
}

/// One writer at a time; false when the list is not as it was seen.
async fn is_as_seen(transaction: &Transaction<'_>, seen: i64) -> Result<bool, LedgerError> {
    lock(transaction).await?;
    let version: i64 = transaction.query_one(sql::VERSION, &[]).await?.get(0);
    Ok(version == seen)
}

pub(super) async fn begin(
    transaction: &Transaction<'_>,
    at: i64,
    kind: ListChangeKind,
    summary: &str,
) -> Result<i64, LedgerError> {
    Ok(transaction.query_one(sql::BEGIN, &[&at, &kind.word(), &summary]).await?.get(0))
}

/// Writes a person as they are from now on, after keeping what they were.
pub(super) async fn put(
    transaction: &Transaction<'_>,
    number: i64,
    person: &StoredPerson,
) -> Result<(), LedgerError> {
    let StoredPerson { key, address, state, fields } = person;
    transaction.execute(sql::KEEP_BEFORE, &[&number, key]).await?;
    transaction.execute(sql::PUT, &[key, address, state, fields, &number]).await?;
    Ok(())
}

/// Whether the list is still as it was seen; then the change is written.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    change: &ListChange,
) -> Result<bool, LedgerError> {
    if !is_as_seen(transaction, change.seen).await? {
        return Ok(false);
    }
    let number = begin(transaction, millis(change.at), change.kind, &change.summary).await?;
    let keep = transaction.prepare(sql::KEEP_BEFORE).await?;
    let put = transaction.prepare(sql::PUT).await?;
    for person in &change.people {
        let StoredPerson { key, address, state, fields } = person;
        transaction.execute(&keep, &[&number, key]).await?;
        transaction.execute(&put, &[key, address, state, fields, &number]).await?;
    }
    for RemovedPerson { key, person } in &change.removed {
        remove(transaction, number, key).await?;
        let at = millis(change.at);
        transaction.execute(join_store::RECORD_REMOVED, &[&at, person]).await?;
    }
    if let Some(moved) = &change.moved {
        move_person(transaction, number, moved, millis(change.at)).await?;
    }
    for person in &change.arrived {
        transaction.execute(sql::ARRIVE, &[person]).await?;
    }
    if !change.no_mail.is_empty() {
        no_mail::write(transaction, &change.no_mail).await?;
    }
    Ok(true)
}

async fn remove(transaction: &Transaction<'_>, number: i64, key: &str) -> Result<(), LedgerError> {
    transaction.execute(sql::KEEP_BEFORE, &[&number, &key]).await?;
    transaction.execute(sql::REMOVE, &[&key]).await?;
    Ok(())
}

async fn move_person(
    transaction: &Transaction<'_>,
    number: i64,
    moved: &MovedPerson,
    at: i64,
) -> Result<(), LedgerError> {
    let MovedPerson { from: RemovedPerson { key, person }, to } = moved;
    remove(transaction, number, key).await?;
    transaction.execute(sql::MOVE_ON, &[to, person]).await?;
    transaction.execute(sql::MOVE, &[person, to, &at]).await?;
    transaction.execute(sql::ARRIVE, &[to]).await?;
    transaction.execute(frequency_store::MOVE_CHOICE, &[to, person]).await?;
    transaction.execute(frequency_store::ERASE_CHOICE, &[person]).await?;
    Ok(())
}

pub(super) async fn moves(server: &PostgresServer) -> Result<Moves, LedgerError> {
    let to = server.query(sql::MOVES, &[]).await?;
    let mut moves =
        Moves { to: to.iter().map(|row| (row.get(0), row.get(1))).collect(), keys: Vec::new() };
    if !moves.to.is_empty() {
        let keys = server.query(sql::MOVED_KEYS, &[]).await?;
        moves.keys = keys.iter().map(|row| row.get(0)).collect();
    }
    Ok(moves)
}

pub(super) async fn imports(server: &PostgresServer) -> Result<Vec<PastImport>, LedgerError> {
    let rows = server.query(sql::IMPORTS, &[]).await?;
    let import =
        |row: &tokio_postgres::Row| PastImport { at: time(row.get(0)), summary: row.get(1) };
    Ok(rows.iter().map(import).collect())
}

pub(super) async fn undo_of_last_import(
    server: &PostgresServer,
) -> Result<Option<UndonePeople>, LedgerError> {
    let last = server.query(sql::LAST_IMPORT, &[]).await?;
    let Some(last) = last.first() else { return Ok(None) };
    let (import, at_millis): (i64, i64) = (last.get(0), last.get(1));
    let mut undone =
        UndonePeople { import, at_millis, summary: last.get(2), ..UndonePeople::default() };
    for row in server.query(sql::BEFORE, &[&import]).await? {
        undone.take(row.get(0), row.get(1), row.get(2));
    }
    Ok(Some(undone))
}

pub(super) async fn undo_import(
    transaction: &Transaction<'_>,
    import: i64,
    seen: i64,
    at: i64,
) -> Result<bool, LedgerError> {
    if !is_as_seen(transaction, seen).await? {
        return Ok(false);
    }
    let summary = summary_of_undo(import);
    let number = begin(transaction, at, ListChangeKind::Undo, &summary).await?;
    // Restored before the others are deleted: a person who was there keeps a row all the time.
    transaction.execute(sql::RESTORE, &[&number, &import]).await?;
    transaction.execute(sql::TAKE_BACK, &[&import]).await?;
    transaction.execute(sql::MARK_UNDONE, &[&at, &import]).await?;
    Ok(true)
}

/// An edition has one row for each key.
const ERASE_MESSAGES: &str =
    "UPDATE deliveries SET key = 'erased:' || id, address = 'erased', recipient = $1, detail = ''
    WHERE person = $2 AND key NOT LIKE 'erased:%'";

pub(super) async fn erase(
    transaction: &Transaction<'_>,
    key: &str,
    change: &NoMailChange,
) -> Result<ErasedRows, LedgerError> {
    let person = &change.person;
    let before = transaction.execute(sql::ERASE_BEFORE, &[&key]).await?;
    let people = before + transaction.execute(sql::ERASE_PERSON, &[&key]).await?;
    transaction.execute(sql::ERASE_EVENTS, &[person]).await?;
    let messages = transaction.execute(ERASE_MESSAGES, &[&sql::ERASED_RECIPIENT, person]).await?;
    let left_out = transaction.execute(sql::ERASE_LEFT_OUT, &[&key]).await?;
    let notes = transaction.execute(sql::ERASE_NOTES, &[person]).await?;
    let people = people + transaction.execute(join_store::ERASE_REQUEST, &[person]).await?;
    transaction.execute(join_store::ERASE_SINGLE, &[person]).await?;
    transaction.execute(frequency_store::ERASE_CHOICE, &[person]).await?;
    no_mail::write(transaction, std::slice::from_ref(change)).await?;
    Ok(ErasedRows { people, messages, left_out, notes })
}
