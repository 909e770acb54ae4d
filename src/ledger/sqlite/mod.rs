//! The ledger in one `SQLite` file, for the one computer that sends.
//! Shell: passes each call to the thread that writes.

mod aftermath;
mod approvals;
mod copies;
mod figures;
mod followed;
mod frequency;
mod joining;
mod no_mail;
mod people;
mod planning;
mod returns;
mod schedules;
mod schema;
mod single;
#[cfg(test)]
mod tests;
mod writer;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::column::{HighestAge, gather, millis};
use super::delivery::Writer;
use super::{
    Claim, CopyRow, Counts, EditionProgress, EditionState, EditionSummary, Event, Heartbeat,
    Ledger, LedgerMark, LeftOutRow, Nature, Plan, PlannedEdition, RowFilter, RunControl, RunId,
    RunStart, reserve, until,
};
use crate::audience::import::StoredPerson;
use crate::audience::{NoMail, NoMailChange};
use crate::database::sqlite::read_text as database_text;
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::{
    ErasedAddress, ErasedRows, ImportUndo, ListChange, ListStore, Moves, PastImport,
    PeoplePortions, StoredList, erasure,
};
pub use people::stored_person;

use copies::{apply, control_of, decide, edition_of, recover, settle};
use writer::WriterThread;

/// How long the writer gathers, for each connection beyond the first, and at most. The next message's row is needed one
/// round trip later: a wait much shorter than that costs nothing.
const GATHER_EACH: Duration = Duration::from_micros(10);
const GATHER_LONGEST: Duration = Duration::from_micros(500);

/// A ledger in a file, and the thread that writes it.
#[derive(Debug)]
pub struct SqliteLedger {
    path: PathBuf,
    writer: WriterThread,
    highest_age: HighestAge,
}

impl SqliteLedger {
    /// Opens or makes the file; its folder is made for its owner only.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or comes from a newer roundup. An old file is never replaced.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::gathering(path, Duration::ZERO)
    }

    /// Opens it for a number of connections. A commit costs the same for one change as for twenty: with several connections
    /// the writer waits a moment for the changes of the others.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_for(path: &Path, connections: usize) -> Result<Self, LedgerError> {
        let gather = gather(connections, GATHER_EACH, GATHER_LONGEST);
        Self::gathering(path, gather)
    }

    fn gathering(path: &Path, gather: Duration) -> Result<Self, LedgerError> {
        Ok(Self {
            path: path.to_owned(),
            writer: WriterThread::start(path, gather)?,
            highest_age: HighestAge::default(),
        })
    }

    /// Whether there is a file with tables of the newest version: one that is opened without changing it.
    pub fn is_newest(path: &Path) -> bool {
        let version =
            database_text(path, "SELECT CAST(user_version AS TEXT) FROM pragma_user_version");
        version.is_some_and(|version| version == schema::SCHEMA.newest().to_string())
    }

    /// Ends this ledger's use for sending: it was restored elsewhere.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn retire(&self, what: &str) -> Result<(), LedgerError> {
        let what = what.to_owned();
        self.writer
            .run(true, move |connection| {
                connection.execute("UPDATE ledger SET retired = ?1", [what])?;
                Ok(())
            })
            .await
    }

    /// A copy that takes the original's place: it has a name of its own from now on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn rename(&self) -> Result<(), LedgerError> {
        self.writer
            .run(true, |connection| {
                let sql = "UPDATE ledger SET identity = lower(hex(randomblob(16))), retired = NULL";
                connection.execute(sql, [])?;
                Ok(())
            })
            .await
    }
}

/// The ledger grows older.
fn bump_generation(connection: &rusqlite::Connection) -> Result<i64, LedgerError> {
    let mut update = connection.prepare_cached("UPDATE ledger SET age = age + 1 RETURNING age")?;
    Ok(update.query_row([], |row| row.get(0))?)
}

impl Ledger for SqliteLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        self.writer
            .run(true, move |connection| {
                figures::refuse_retired(connection)?;
                planning::insert_plan(connection, &plan)
            })
            .await
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        let name = name.to_owned();
        self.writer.run(false, move |connection| figures::edition(connection, &name)).await
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        self.writer.run(false, figures::editions).await
    }

    async fn summaries(&self) -> Result<Vec<EditionSummary>, LedgerError> {
        self.writer.run(false, figures::editions).await
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(true, move |connection| recover(connection, &edition, now)).await
    }

    async fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<RunStart, LedgerError> {
        let (edition, name) = (edition.to_owned(), name.to_owned());
        self.writer
            .run(true, move |connection| {
                figures::refuse_retired(connection)?;
                let uncertain = recover(connection, &edition, now)?;
                connection.execute(
                    "INSERT INTO senders (edition, name, entered_at, kept_at) VALUES (?1, ?2, ?3, ?3)",
                    params![edition, name, millis(now)],
                )?;
                let sender = RunId(connection.last_insert_rowid());
                bump_generation(connection)?;
                Ok(RunStart { sender, uncertain })
            })
            .await
    }

    async fn keep(&self, sender: RunId, now: DateTime<Utc>) -> Result<Heartbeat, LedgerError> {
        let kept = self
            .writer
            .run(true, move |connection| {
                let edition = edition_of(connection, sender)?;
                connection
                    .prepare_cached("UPDATE senders SET kept_at = ?2 WHERE id = ?1")?
                    .execute(params![sender.0, millis(now)])?;
                figures::refuse_retired(connection)?;
                let (control, _) = control_of(connection, &edition)?;
                Ok(Heartbeat { control, senders: 1, age: bump_generation(connection)? })
            })
            .await?;
        self.highest_age.see(kept.age)?;
        Ok(kept)
    }

    async fn leave(&self, sender: RunId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let edition = edition_of(connection, sender)?;
                let uncertain = settle(connection, &edition, Some(sender), now)?;
                connection.execute(
                    "UPDATE senders SET ended_at = ?2, kept_at = ?2 WHERE id = ?1",
                    params![sender.0, millis(now)],
                )?;
                bump_generation(connection)?;
                Ok(uncertain)
            })
            .await
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
        self.writer
            .run(true, move |connection| {
                followed::follow(connection, &edition_of(connection, sender)?, now)?;
                copies::claim(connection, sender, now, most)
            })
            .await
    }

    fn record_all(
        &self,
        sender: RunId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        self.writer.run(true, move |connection| {
            edition_of(connection, sender)?;
            for (id, event) in &events {
                apply(connection, *id, event, now, Writer::Sender(sender))?;
            }
            Ok(())
        })
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let mut decided = 0;
                for (id, event) in &events {
                    decided += u64::from(decide(connection, *id, event, now)?);
                }
                Ok(decided)
            })
            .await
    }

    async fn control_if(
        &self,
        edition: &str,
        control: RunControl,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<RunControl, LedgerError> {
        let edition = edition.to_owned();
        self.writer
            .run(true, move |connection| {
                copies::control_if(connection, &edition, (control, seen), now)
            })
            .await
    }

    async fn edition_state(&self, edition: &str) -> Result<EditionState, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| figures::edition_state(connection, &edition)).await
    }

    async fn age(&self) -> Result<LedgerMark, LedgerError> {
        self.writer.run(false, figures::age).await
    }

    async fn nature(&self) -> Result<Nature, LedgerError> {
        let place = self.writer.place();
        let nature = self.writer.run(false, figures::nature).await?;
        Ok(Nature { place, ..nature })
    }

    async fn bind_secret(&self, check: &str) -> Result<(), LedgerError> {
        let check = check.to_owned();
        self.writer
            .run(true, move |connection| {
                let sql = "UPDATE ledger SET secret_check = ?1 WHERE secret_check IS NULL";
                connection.execute(sql, [check])?;
                Ok(())
            })
            .await
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
        let edition = edition.to_owned();
        self.writer
            .run(true, move |connection| {
                let sql = "SELECT next_moment FROM editions WHERE name = ?1";
                let next: i64 = connection.query_row(sql, [&edition], |row| row.get(0))?;
                let (first, next) = reserve(next, count, gap, now);
                let sql = "UPDATE editions SET next_moment = ?2 WHERE name = ?1";
                connection.execute(sql, params![edition, next])?;
                Ok(until(first, now))
            })
            .await
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| figures::counts(connection, &edition)).await
    }

    async fn progress(&self, edition: &str) -> Result<EditionProgress, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| figures::progress(connection, &edition)).await
    }

    async fn page(
        &self,
        edition: &str,
        pick: RowFilter,
        after: Option<i64>,
    ) -> Result<Vec<(i64, CopyRow)>, LedgerError> {
        let edition = edition.to_owned();
        self.writer
            .run(false, move |connection| figures::page(connection, &edition, pick, after))
            .await
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| figures::left_out(connection, &edition)).await
    }

    async fn history(&self, key: &str) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError> {
        let key = key.to_owned();
        self.writer.run(false, move |connection| figures::history(connection, &key)).await
    }

    async fn change_no_mail(&self, changes: Vec<NoMailChange>) -> Result<Vec<bool>, LedgerError> {
        self.writer
            .run(true, move |connection| {
                changes.iter().map(|change| no_mail::write(connection, change)).collect()
            })
            .await
    }

    async fn no_mail_changes(&self, person: &str) -> Result<Vec<NoMailChange>, LedgerError> {
        let person = person.to_owned();
        self.writer.run(false, move |connection| no_mail::changes(connection, &person)).await
    }

    async fn suppression(&self, person: &str) -> Result<Option<NoMail>, LedgerError> {
        let person = person.to_owned();
        self.writer.run(false, move |connection| no_mail::entry(connection, &person)).await
    }

    async fn no_mail_list(&self) -> Result<Vec<(String, NoMail)>, LedgerError> {
        self.writer.run(false, no_mail::entries).await
    }
}

impl ListStore for SqliteLedger {
    async fn stored_list(&self) -> Result<StoredList, LedgerError> {
        self.writer.run(false, people::stored_list).await
    }

    async fn write_list(&self, change: ListChange) -> Result<bool, LedgerError> {
        self.writer.run(true, move |connection| people::write(connection, &change, None)).await
    }

    async fn write_many(
        &self,
        change: ListChange,
        people: PeoplePortions,
    ) -> Result<bool, LedgerError> {
        let write = move |connection: &_| people::write(connection, &change, Some(&people));
        self.writer.run(true, write).await
    }

    async fn list_version(&self) -> Result<i64, LedgerError> {
        self.writer.run(false, people::version).await
    }

    async fn people_of(&self, keys: Vec<String>) -> Result<Vec<StoredPerson>, LedgerError> {
        self.writer.run(false, move |connection| people::people_of(connection, &keys)).await
    }

    async fn keys_after(&self, key: String) -> Result<Vec<String>, LedgerError> {
        self.writer.run(false, move |connection| people::keys_after(connection, &key)).await
    }

    async fn no_mail_of(&self, people: Vec<String>) -> Result<Vec<(String, NoMail)>, LedgerError> {
        self.writer.run(false, move |connection| no_mail::entries_of(connection, people)).await
    }

    async fn own_yeses_of(
        &self,
        people: Vec<String>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        self.writer.run(false, move |connection| no_mail::own_yeses_of(connection, people)).await
    }

    async fn moves(&self) -> Result<Moves, LedgerError> {
        self.writer.run(false, people::moves).await
    }

    async fn taken_addresses(&self) -> Result<Vec<String>, LedgerError> {
        self.writer.run(false, people::taken_addresses).await
    }

    async fn imports(&self) -> Result<Vec<PastImport>, LedgerError> {
        self.writer.run(false, people::imports).await
    }

    async fn undo_of_last_import(&self) -> Result<Option<ImportUndo>, LedgerError> {
        self.writer.run(false, people::undo_of_last_import).await
    }

    async fn erase(
        &self,
        addresses: Vec<ErasedAddress>,
        at: DateTime<Utc>,
    ) -> Result<ErasedRows, LedgerError> {
        let erase = move |connection: &_| {
            let mut erased = ErasedRows::default();
            for one in &addresses {
                erased += people::erase(connection, one, &erasure(&one.person, at))?;
            }
            Ok(erased)
        };
        let erased = self.writer.run(true, erase).await?;
        people::scrub(&self.path)?;
        Ok(erased)
    }

    async fn undo_import(
        &self,
        import: i64,
        seen: i64,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let at = millis(at);
        let undo = move |connection: &_| people::undo_import(connection, import, seen, at);
        self.writer.run(true, undo).await
    }
}
