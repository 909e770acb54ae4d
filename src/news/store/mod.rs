//! Every item that a source ever had: a feed forgets, and December needs the whole year.
//! Shell: one `SQLite` file, or memory where no file can be made.
//!
//! A source is taken in as a whole or not at all: one transaction. An item keeps the id under which it was seen first, so
//! that drafts that name it hold, and each version of it, so that a change can be shown instead of slipped in.

mod intake;
mod pictures;
mod query;
mod sources;
#[cfg(test)]
mod tests;

use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use thiserror::Error;

pub use pictures::KnownSize;
pub use query::{ItemMatches, ItemQuery, SourceQuery};

use crate::database::sqlite::{self, OpenError};
use crate::database::{DatabaseError, DatabaseFault, Schema};
use crate::news::dates_file::{self, StoryDates};
use crate::news::item::Item;
use crate::news::source_state::Validators;

/// A step that has landed never changes: stores of every version are out there.
const SCHEMA: Schema = Schema {
    steps: &[
        include_str!("schema/1.sql"),
        include_str!("schema/2.sql"),
        include_str!("schema/3.sql"),
        include_str!("schema/4.sql"),
        include_str!("schema/5.sql"),
    ],
};
/// The news can be fetched again: a power cut may take the last of it.
const SETTINGS: sqlite::Settings = sqlite::Settings { durable: false, cache_kib: 16 * 1024 };

/// What keeps the store from being used.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("{path} was made by a newer version of roundup")]
    Newer { path: String },
    #[error("the news store {path} cannot be used: {what}")]
    Failed { path: String, what: String },
    #[error("the news store {path} is damaged: {what}")]
    Damaged { path: String, what: String },
    #[error("the disk that holds the news store {path} is full: {what}")]
    Full { path: String, what: String },
    #[error("the news store {path} can be read but not written: {what}")]
    ReadOnly { path: String, what: String },
    #[error("the news store {path} is locked by another program: {what}")]
    Locked { path: String, what: String },
}

/// The news store of a project: what its sources said, in one file.
#[derive(Debug)]
pub struct Store {
    database: Connection,
    path: String,
    zone: Tz,
}

/// How much of its source a reading has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All there is: what is not in it was taken away.
    Whole,
    /// Some of it: what is not in it may be there all the same.
    Part,
}

/// What a reading of a source changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeCounts {
    pub new: usize,
    pub changed: usize,
    pub gone: usize,
    /// No longer in the list where they should stand, and there all the same.
    pub unlisted: usize,
}

/// How a source answered.
#[derive(Debug, Clone)]
pub struct SourceVisit<'a> {
    pub at: DateTime<Utc>,
    pub validators: &'a Validators,
    pub language: Option<&'a str>,
    /// Whether its answer went on to the very first item.
    pub to_the_end: bool,
    /// Ids are names of files, which people see and change: an item goes by the one it has now.
    pub ids_are_files: bool,
    /// Known items that should stand in the answer and do not.
    pub missing: &'a [String],
    /// Those of them whose own address says that they were taken away.
    pub withdrawn: &'a [String],
    /// Known items whose files are there and cannot be read now.
    pub unread: &'a [String],
    /// The settings it was fetched with: see `gather::asked_of`.
    pub asked_of: &'a str,
}

impl Store {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// When it cannot be opened, is damaged, or comes from a newer roundup.
    pub fn open(path: &Path, zone: Tz) -> Result<Self, StoreError> {
        let shown = path.display().to_string();
        let database = sqlite::open(path, SETTINGS).map_err(|error| unopened(&shown, error))?;
        Self::with(database, shown, zone)
    }

    /// A store that is forgotten when it is dropped.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory(zone: Tz) -> Result<Self, StoreError> {
        let shown = "in memory".to_owned();
        let database = Connection::open_in_memory().map_err(|error| failed(&shown, error))?;
        Self::with(database, shown, zone)
    }

    fn with(mut database: Connection, path: String, zone: Tz) -> Result<Self, StoreError> {
        let tables = sqlite::migrate(&mut database, SCHEMA, |first| {
            first.execute("INSERT INTO about (zone) VALUES (?1)", [zone.name()]).map(drop)
        });
        tables.map_err(|error| unopened(&path, error))?;
        let mut store = Self { database, path, zone };
        store.follow_zone()?;
        Ok(store)
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        failed(&self.path, error)
    }

    /// Days depend on the zone: when the project's has changed, they are computed again.
    fn follow_zone(&mut self) -> Result<(), StoreError> {
        let zone = self.zone;
        let renew = |database: &mut Connection| -> rusqlite::Result<()> {
            let kept: String =
                database.query_row("SELECT zone FROM about", [], |row| row.get(0))?;
            if kept == zone.name() {
                return Ok(());
            }
            let change = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute("UPDATE about SET zone = ?1", [zone.name()])?;
            let mut rows = change.prepare("SELECT key, item FROM items")?;
            let items: Vec<(i64, String)> = rows
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            drop(rows);
            for (key, text) in items {
                let (first, last) = days_of(&parse(&text)?, zone);
                change.execute(
                    "UPDATE items SET first_day = ?2, last_day = ?3 WHERE key = ?1",
                    params![key, first, last],
                )?;
            }
            change.commit()
        };
        renew(&mut self.database).map_err(|error| failed(&self.path, error))
    }

    /// Puts people's answers to the items that have no whole day of their own.
    ///
    /// # Errors
    /// When the file fails.
    pub fn put_dates(&mut self, answers: &StoryDates) -> Result<(), StoreError> {
        let zone = self.zone;
        let put = |database: &mut Connection| -> rusqlite::Result<()> {
            for (source, id, date) in answers.all() {
                let text: Option<String> = database
                    .prepare_cached("SELECT item FROM items WHERE source = ?1 AND id = ?2")?
                    .query_row([source, id], |row| row.get(0))
                    .optional()?;
                let Some(mut item) = text.map(|text| parse(&text)).transpose()? else { continue };
                if !dates_file::is_open(item.date) {
                    continue;
                }
                item.date = Some(date);
                item.evidence.date = Some(dates_file::own_word());
                let (first, last) = days_of(&item, zone);
                database
                    .prepare_cached(
                        "UPDATE items SET item = ?3, first_day = ?4, last_day = ?5 \
                         WHERE source = ?1 AND id = ?2",
                    )?
                    .execute(params![source, id, written(&item)?, first, last])?;
            }
            Ok(())
        };
        put(&mut self.database).map_err(|error| failed(&self.path, error))
    }

    /// A source's items, for a reader that need not look at each page again.
    ///
    /// # Errors
    /// When the file fails.
    pub fn items_of(&self, source: &str) -> Result<Vec<Item>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Item>> {
            let mut rows = self
                .database
                .prepare_cached("SELECT item, id, gone, unlisted FROM items WHERE source = ?1")?;
            let found = rows.query_map([source], |row| {
                let mut item = parse(&row.get::<_, String>(0)?)?;
                item.id = row.get(1)?;
                item.seen.gone = row.get::<_, Option<i64>>(2)?.and_then(time);
                item.seen.unlisted = row.get::<_, Option<i64>>(3)?.and_then(time);
                Ok(item)
            })?;
            found.collect()
        };
        read().map_err(|error| self.failed(error))
    }

    /// Takes in what a source has now, all of it or, when something fails, nothing. `language` is what its text is in.
    ///
    /// # Errors
    /// When the file fails.
    pub fn take_in(
        &mut self,
        source: &str,
        items: Vec<Item>,
        scope: Scope,
        answer: &SourceVisit<'_>,
    ) -> Result<IntakeCounts, StoreError> {
        let zone = self.zone;
        let take = || -> rusqlite::Result<IntakeCounts> {
            let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let taken = intake::take_in(&change, source, items, scope, answer, zone)?;
            change.commit()?;
            Ok(taken)
        };
        take().map_err(|error| failed(&self.path, error))
    }
}

fn failed(path: &str, error: impl Into<DatabaseError>) -> StoreError {
    let DatabaseError { fault, what } = error.into();
    let path = path.to_owned();
    match fault {
        DatabaseFault::Full => StoreError::Full { path, what },
        DatabaseFault::ReadOnly => StoreError::ReadOnly { path, what },
        DatabaseFault::Locked => StoreError::Locked { path, what },
        DatabaseFault::Damaged => StoreError::Damaged { path, what },
        DatabaseFault::TooManyConnections
        | DatabaseFault::Away
        | DatabaseFault::Denied
        | DatabaseFault::Other => StoreError::Failed { path, what },
    }
}

fn unopened(path: &str, error: OpenError) -> StoreError {
    match error {
        OpenError::Newer(_) => StoreError::Newer { path: path.to_owned() },
        OpenError::Database(error) => failed(path, error),
    }
}

fn time(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

fn number(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}

fn date(number: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(number)
}

fn days_of(item: &Item, zone: Tz) -> (Option<i32>, Option<i32>) {
    let days = item.date.map(|date| date.days(zone));
    (days.map(|(first, _)| number(first)), days.map(|(_, last)| number(last)))
}

fn parse(text: &str) -> rusqlite::Result<Item> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn written(item: &Item) -> rusqlite::Result<String> {
    serde_json::to_string(item)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
