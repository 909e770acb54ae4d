//! The people of the list, on the server.
//! Shell: reads and writes rows.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_postgres::{Row, Transaction};

use super::PostgresLedger;
use super::no_mail_batch::own_yeses_of;
use super::server::{PostgresServer, ServerPatience, Statements, patiently};
use super::{followed, no_mail, no_mail_batch};
use crate::audience::import::StoredPerson;
use crate::audience::{NoMail, NoMailChange};
use crate::ledger::LedgerError;
use crate::ledger::column::{millis, time};
use crate::ledger::list_store::{
    ErasedAddress, ErasedRows, FormerAddress, ImportUndo, ListChange, ListChangeKind, ListStore,
    MovedPerson, Moves, PastImport, PeoplePortions, RemovedPerson, StoredList, erasure,
    summary_of_undo,
};
use crate::ledger::no_mail::entry_of;
use crate::ledger::schema_of_people as sql;
use crate::ledger::{frequency_store, join_store};

impl ListStore for PostgresLedger {
    async fn stored_list(&self) -> Result<StoredList, LedgerError> {
        stored_list(&self.server).await
    }

    async fn write_list(&self, change: ListChange) -> Result<bool, LedgerError> {
        patiently!(self.server, async |transaction, statements| {
            write(transaction, statements, &change, None).await
        })
    }

    async fn write_many(
        &self,
        change: ListChange,
        people: PeoplePortions,
    ) -> Result<bool, LedgerError> {
        let mut patience = ServerPatience::new();
        loop {
            let written =
                self.server.transaction_within(IMPORTS_WITHIN, async |transaction, statements| {
                    write(transaction, statements, &change, Some(&people)).await
                });
            match written.await {
                Err(error) if patience.bears(&error).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn list_version(&self) -> Result<i64, LedgerError> {
        let rows = self.server.query(sql::VERSION, &[]).await?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    async fn people_of(&self, keys: Vec<String>) -> Result<Vec<StoredPerson>, LedgerError> {
        let rows = self.server.query(PEOPLE_OF, &[&keys]).await?;
        Ok(rows.iter().map(stored).collect())
    }

    async fn keys_after(&self, key: String) -> Result<Vec<String>, LedgerError> {
        let rows = self.server.query(sql::KEYS_AFTER, &[&key]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn no_mail_of(&self, people: Vec<String>) -> Result<Vec<(String, NoMail)>, LedgerError> {
        let sql = format!("{} WHERE d.person = ANY($1)", no_mail::ENTRIES);
        let rows = self.server.query(&sql, &[&people]).await?;
        rows.iter().map(|row| Ok((row.get(5), entry_of(no_mail::columns(row, 0))?))).collect()
    }

    async fn own_yeses_of(
        &self,
        people: Vec<String>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        let rows = self.server.query(&own_yeses_of(), &[&people]).await?;
        let yes = |row: &Row| Some((row.get(0), time(row.get::<_, Option<i64>>(1)?)));
        Ok(rows.iter().filter_map(yes).collect())
    }

    async fn moves(&self) -> Result<Moves, LedgerError> {
        moves(&self.server).await
    }

    async fn taken_addresses(&self) -> Result<Vec<String>, LedgerError> {
        taken_addresses(&self.server).await
    }

    async fn imports(&self) -> Result<Vec<PastImport>, LedgerError> {
        imports(&self.server).await
    }

    async fn undo_of_last_import(&self) -> Result<Option<ImportUndo>, LedgerError> {
        undo_of_last_import(&self.server).await
    }

    async fn erase(
        &self,
        addresses: Vec<ErasedAddress>,
        at: DateTime<Utc>,
    ) -> Result<ErasedRows, LedgerError> {
        let erased = patiently!(self.server, async |transaction, _| {
            let mut erased = ErasedRows::default();
            for one in &addresses {
                erased += erase(transaction, one, &erasure(&one.person, at)).await?;
            }
            Ok(erased)
        })?;
        self.server.vacuum().await?;
        Ok(erased)
    }

    async fn undo_import(
        &self,
        import: i64,
        seen: i64,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let at = millis(at);
        patiently!(self.server, async |transaction, _| {
            undo_import(transaction, import, seen, at).await
        })
    }
}

async fn stored_list(server: &PostgresServer) -> Result<StoredList, LedgerError> {
    // The version first: a writer then notices a change in between.
    let version = server.query(sql::VERSION, &[]).await?;
    let version = version.first().map_or(0, |row| row.get(0));
    let rows = server.query(sql::PEOPLE, &[]).await?;
    Ok(StoredList { version, people: rows.iter().map(stored).collect() })
}

fn stored(row: &Row) -> StoredPerson {
    StoredPerson { key: row.get(0), address: row.get(1), state: row.get(2), fields: row.get(3) }
}

const PEOPLE_OF: &str = "SELECT key, address, state, fields FROM people WHERE key = ANY($1)";

/// A million people take minutes.
const IMPORTS_WITHIN: Duration = Duration::from_mins(30);

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

/// People of one statement.
const TOGETHER: usize = 5000;

const KEEP_MANY: &str =
    "INSERT INTO people_before (change, key, address, state, fields, was_change)
    SELECT $1, k.key, p.address, p.state, p.fields, p.change
    FROM unnest($2::text[]) AS k (key) LEFT JOIN people p ON p.key = k.key
    ON CONFLICT DO NOTHING";

const PUT_MANY: &str = "INSERT INTO people (key, address, state, fields, change)
    SELECT n.key, n.address, n.state, n.fields, $5
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (key, address, state, fields)
    ON CONFLICT (key) DO UPDATE SET address = excluded.address, state = excluded.state,
        fields = excluded.fields, change = excluded.change";

/// The same for many people, each once: a round trip for each would take minutes.
async fn put_many(
    transaction: &Transaction<'_>,
    number: i64,
    people: &[StoredPerson],
) -> Result<(), LedgerError> {
    let column = |of: fn(&StoredPerson) -> &str| people.iter().map(of).collect::<Vec<&str>>();
    let keys = column(|person| &person.key);
    let addresses = column(|person| &person.address);
    let states = column(|person| &person.state);
    let fields = column(|person| &person.fields);
    transaction.execute(KEEP_MANY, &[&number, &keys]).await?;
    transaction.execute(PUT_MANY, &[&keys, &addresses, &states, &fields, &number]).await?;
    Ok(())
}

/// Whether the list is still as it was seen; then the change is written.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    statements: &Statements,
    change: &ListChange,
    more: Option<&PeoplePortions>,
) -> Result<bool, LedgerError> {
    if !is_as_seen(transaction, change.seen).await? {
        return Ok(false);
    }
    let number = begin(transaction, millis(change.at), change.kind, &change.summary).await?;
    for people in change.people.chunks(TOGETHER) {
        put_many(transaction, number, people).await?;
    }
    for portion in more.into_iter().flat_map(PeoplePortions::all) {
        let (people, noes): (Vec<StoredPerson>, Vec<Option<NoMailChange>>) =
            portion?.into_iter().map(|one| (one.person, one.no)).unzip();
        put_many(transaction, number, &people).await?;
        let noes: Vec<NoMailChange> = noes.into_iter().flatten().collect();
        if !noes.is_empty() {
            no_mail_batch::write(transaction, &noes).await?;
        }
    }
    for RemovedPerson { key, person } in &change.removed {
        remove(transaction, number, key).await?;
        let at = millis(change.at);
        transaction.execute(join_store::RECORD_REMOVED, &[&at, person]).await?;
    }
    if let Some(moved) = &change.moved {
        move_person(transaction, statements, number, (moved, millis(change.at))).await?;
    }
    if !change.taken.is_empty() {
        transaction.execute(TAKE, &[&change.taken]).await?;
    }
    if !change.no_mail.is_empty() {
        no_mail_batch::write(transaction, &change.no_mail).await?;
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
    statements: &Statements,
    number: i64,
    (moved, at): (&MovedPerson, i64),
) -> Result<(), LedgerError> {
    let MovedPerson { from: RemovedPerson { key, person }, to, .. } = moved;
    remove(transaction, number, key).await?;
    transaction.execute(sql::MOVE_ON, &[to, person]).await?;
    transaction.execute(sql::MOVE, &[person, to, &at]).await?;
    transaction.execute(sql::COME_BACK, &[to]).await?;
    transaction.execute(frequency_store::MOVE_CHOICE, &[to, person]).await?;
    transaction.execute(frequency_store::ERASE_CHOICE, &[person]).await?;
    followed::move_copies(transaction, statements, moved, at).await
}

/// However many come at a time, as when a whole list moves in.
const TAKE: &str = "UPDATE moves SET taken = 1 WHERE person = ANY($1)";

async fn taken_addresses(server: &PostgresServer) -> Result<Vec<String>, LedgerError> {
    let rows = server.query(sql::TAKEN, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn moves(server: &PostgresServer) -> Result<Moves, LedgerError> {
    let rows = server.query(sql::MOVES, &[]).await?;
    let left = |row: &tokio_postgres::Row| FormerAddress {
        to: row.get(1),
        at: time(row.get(2)),
        is_taken: row.get(3),
    };
    let left = rows.iter().map(|row| (row.get(0), left(row))).collect();
    let mut moves = Moves { left, keys: Vec::new() };
    if !moves.left.is_empty() {
        let keys = server.query(sql::MOVED_KEYS, &[]).await?;
        moves.keys = keys.iter().map(|row| row.get(0)).collect();
    }
    Ok(moves)
}

async fn imports(server: &PostgresServer) -> Result<Vec<PastImport>, LedgerError> {
    let rows = server.query(sql::IMPORTS, &[]).await?;
    let import =
        |row: &tokio_postgres::Row| PastImport { at: time(row.get(0)), summary: row.get(1) };
    Ok(rows.iter().map(import).collect())
}

async fn undo_of_last_import(server: &PostgresServer) -> Result<Option<ImportUndo>, LedgerError> {
    let last = server.query(sql::LAST_IMPORT, &[]).await?;
    let Some(last) = last.first() else { return Ok(None) };
    let (import, at_millis): (i64, i64) = (last.get(0), last.get(1));
    let mut undone =
        ImportUndo { import, at_millis, summary: last.get(2), ..ImportUndo::default() };
    for row in server.query(sql::BEFORE, &[&import]).await? {
        undone.take(row.get(0), row.get(1), row.get(2));
    }
    Ok(Some(undone))
}

async fn undo_import(
    transaction: &Transaction<'_>,
    import: i64,
    seen: i64,
    at: i64,
) -> Result<bool, LedgerError> {
    if !is_as_seen(transaction, seen).await? {
        return Ok(false);
    }
    let summary = summary_of_undo(import);
    begin(transaction, at, ListChangeKind::Undo, &summary).await?;
    // Restored before the others are deleted: a person who was there keeps a row all the time.
    transaction.execute(sql::RESTORE, &[&import]).await?;
    transaction.execute(sql::TAKE_BACK, &[&import]).await?;
    transaction.execute(sql::MARK_UNDONE, &[&at, &import]).await?;
    Ok(true)
}

/// An edition has one row for each key.
const ERASE_MESSAGES: &str =
    "UPDATE deliveries SET key = 'erased:' || id, address = 'erased', recipient = $1, detail = ''
    WHERE person = $2 AND key NOT LIKE 'erased:%'";

async fn erase(
    transaction: &Transaction<'_>,
    of: &ErasedAddress,
    change: &NoMailChange,
) -> Result<ErasedRows, LedgerError> {
    let ErasedAddress { key, person, until } = of;
    let mut people = transaction.execute(sql::ERASE_BEFORE, &[key, &of.until_millis()]).await?;
    if until.is_none() {
        people += transaction.execute(sql::ERASE_PERSON, &[key]).await?;
    }
    transaction.execute(sql::ERASE_EVENTS, &[person]).await?;
    transaction.execute(sql::ERASE_FOLLOWING, &[person]).await?;
    let messages = transaction.execute(ERASE_MESSAGES, &[&sql::ERASED_RECIPIENT, person]).await?;
    let left_out = transaction.execute(sql::ERASE_LEFT_OUT, &[key, &of.until_millis()]).await?;
    let notes = transaction.execute(sql::ERASE_NOTES, &[person]).await?;
    people += transaction.execute(join_store::ERASE_REQUEST, &[person]).await?;
    transaction.execute(join_store::ERASE_SINGLE, &[person]).await?;
    transaction.execute(frequency_store::ERASE_CHOICE, &[person]).await?;
    no_mail_batch::write(transaction, std::slice::from_ref(change)).await?;
    Ok(ErasedRows { people, messages, left_out, notes })
}
