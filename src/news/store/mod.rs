//! Every item that a source ever had: a feed forgets, and December needs the whole year.
//! Shell: one `SQLite` file, or memory where no file can be made.
//!
//! A source is taken in as a whole or not at all: one transaction. An item keeps the id under which it was seen first, so
//! that drafts that name it hold, and each version of it, so that a change can be shown instead of slipped in.

mod intake;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use thiserror::Error;

use crate::database::sqlite::{self, OpenError};
use crate::database::{DatabaseError, DatabaseFault, Schema};
use crate::news::dates_file::{self, StoryDates};
use crate::news::dedupe;
use crate::news::fetch::Validators;
use crate::news::item::{Elsewhere, Item, Sightings};

/// A step that has landed never changes: stores of every version are out there.
const SCHEMA: Schema = Schema {
    steps: &[
        include_str!("schema/1.sql"),
        include_str!("schema/2.sql"),
        include_str!("schema/3.sql"),
    ],
};
/// The news can be fetched again: a power cut may take the last of it.
const SETTINGS: sqlite::Settings = sqlite::Settings { durable: false, cache_kib: 16 * 1024 };

/// What keeps the store from being used.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("{path} was made by a newer roundup")]
    Newer { path: String },
    #[error("the store of news {path} cannot be used: {what}")]
    Failed { path: String, what: String },
    #[error("the store of news {path} is damaged: {what}")]
    Damaged { path: String, what: String },
    #[error("the disk that holds the store of news {path} is full: {what}")]
    Full { path: String, what: String },
    #[error("the store of news {path} can be read and not written: {what}")]
    ReadOnly { path: String, what: String },
    #[error("the store of news {path} is locked by another program: {what}")]
    Locked { path: String, what: String },
}

/// See the module.
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

/// What is known of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceState {
    /// When it was asked last, whatever came of it.
    pub asked: Option<DateTime<Utc>>,
    /// When its items were taken in last, or were the same.
    pub answered: Option<DateTime<Utc>>,
    pub validators: Validators,
    /// Items of its last answer.
    pub items: usize,
    pub language: Option<String>,
    /// From this day on nothing is missing.
    pub reaches_back: Option<NaiveDate>,
    /// Days, exclusive on both sides, of which nothing is known.
    pub gaps: Vec<(NaiveDate, NaiveDate)>,
    /// Why the last asking gave nothing, if it did.
    pub trouble: Option<Trouble>,
    /// What was asked then: see `gather::asked_of`.
    pub asked_of: Option<String>,
}

/// Why a source could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub what: String,
    pub cure: String,
    /// It answered, and what it said is strange: a person must look.
    pub is_strange: bool,
}

/// A source in a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceQuery<'a> {
    pub name: &'a str,
    /// Its items are wanted as they were at the question's `as_of`: it is not in the editor's own hands.
    pub is_remote: bool,
}

/// Which stories are wanted.
#[derive(Debug, Clone, Default)]
pub struct ItemQuery<'a> {
    /// Those that may be of these days, the last one not among them, and those without a date; all where there are none.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// And these, whenever they are of.
    pub ids: &'a [String],
    /// And those of earlier days that were seen first after this.
    pub late_since: Option<DateTime<Utc>>,
    /// Stories of remote sources as they were then.
    pub as_of: Option<DateTime<Utc>>,
}

/// The answer to `ItemQuery`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemMatches {
    /// Each story once: of the source that is named first, with what the others have beyond it.
    pub items: Vec<Item>,
    pub elsewhere: Elsewhere,
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

    /// What is known of a source; nothing of one that was never asked.
    ///
    /// # Errors
    /// When the file fails.
    pub fn state(&self, source: &str) -> Result<SourceState, StoreError> {
        let read = || -> rusqlite::Result<SourceState> {
            let mut state = self
                .database
                .prepare_cached(
                    "SELECT asked, answered, etag, last_modified, items, language, reaches_back, \
                     trouble, cure, strange, asked_of FROM sources WHERE name = ?1",
                )?
                .query_row([source], |row| {
                    Ok(SourceState {
                        asked: row.get::<_, Option<i64>>(0)?.and_then(time),
                        answered: row.get::<_, Option<i64>>(1)?.and_then(time),
                        validators: Validators { etag: row.get(2)?, last_modified: row.get(3)? },
                        items: row.get::<_, u32>(4)? as usize,
                        language: row.get(5)?,
                        reaches_back: row.get::<_, Option<i32>>(6)?.and_then(date),
                        gaps: Vec::new(),
                        trouble: row
                            .get::<_, Option<String>>(7)?
                            .map(|what| {
                                Ok::<_, rusqlite::Error>(Trouble {
                                    what,
                                    cure: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
                                    is_strange: row.get(9)?,
                                })
                            })
                            .transpose()?,
                        asked_of: row.get(10)?,
                    })
                })
                .optional()?
                .unwrap_or_default();
            let mut gaps = self.database.prepare_cached(
                "SELECT after_day, before_day FROM gaps WHERE source = ?1 ORDER BY 1",
            )?;
            let rows = gaps.query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                let (after, before): (i32, i32) = row?;
                state.gaps.extend(date(after).zip(date(before)));
            }
            Ok(state)
        };
        read().map_err(|error| self.failed(error))
    }

    /// Notes that a source was asked in vain; what is known of it stays.
    ///
    /// # Errors
    /// When the file fails.
    pub fn note_trouble(
        &mut self,
        source: &str,
        trouble: &Trouble,
        asked_of: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .execute(
                "INSERT INTO sources (name, asked, trouble, cure, strange, asked_of) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET \
                 asked = ?2, trouble = ?3, cure = ?4, strange = ?5, asked_of = ?6",
                params![
                    source,
                    now.timestamp_millis(),
                    trouble.what,
                    trouble.cure,
                    trouble.is_strange,
                    asked_of
                ],
            )
            .map(|_| ())
            .map_err(|error| self.failed(error))
    }

    /// Notes that a source says that nothing has changed.
    ///
    /// # Errors
    /// When the file fails.
    pub fn note_same(&mut self, source: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.database
            .execute(
                "UPDATE sources SET asked = ?2, answered = ?2, trouble = NULL, strange = 0 WHERE name = ?1",
                params![source, now.timestamp_millis()],
            )
            .map(|_| ())
            .map_err(|error| self.failed(error))
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

    /// The stories that are wanted, of these sources in their order.
    ///
    /// # Errors
    /// When the file fails.
    pub fn find(
        &self,
        sources: &[SourceQuery<'_>],
        wanted: &ItemQuery<'_>,
    ) -> Result<ItemMatches, StoreError> {
        self.look(sources, wanted).map_err(|error| self.failed(error))
    }

    fn look(
        &self,
        sources: &[SourceQuery<'_>],
        wanted: &ItemQuery<'_>,
    ) -> rusqlite::Result<ItemMatches> {
        const COLUMNS: &str = "SELECT key, source, id, story, first_seen, changed, gone, item, former, unlisted FROM items";
        let mut rows: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        let place: HashMap<&str, usize> =
            sources.iter().enumerate().map(|(at, asked)| (asked.name, at)).collect();
        let mut add = |row: &rusqlite::Row<'_>| -> rusqlite::Result<()> {
            let source: String = row.get(1)?;
            // A source that the project has no more has no stories.
            let Some(place) = place.get(source.as_str()).copied() else { return Ok(()) };
            rows.entry(row.get(3)?).or_default().push(Row {
                key: row.get(0)?,
                place,
                id: row.get(2)?,
                first_seen: time(row.get(4)?),
                changed: row.get(5)?,
                gone: row.get::<_, Option<i64>>(6)?.and_then(time),
                text: row.get(7)?,
                former: row.get(8)?,
                unlisted: row.get::<_, Option<i64>>(9)?.and_then(time),
            });
            Ok(())
        };
        if let Some((start, end)) = wanted.days {
            let (start, end) = (number(start), number(end));
            let late = wanted.late_since.map_or(i64::MAX, |since| since.timestamp_millis());
            // Each part names its index: left to itself, SQLite walks through all of them in the order of stories.
            let mut statement = self.database.prepare_cached(&format!(
                "{COLUMNS} WHERE story IN (\
                   SELECT story FROM items INDEXED BY items_by_day WHERE last_day >= ?1 AND first_day < ?2 \
                   UNION ALL SELECT story FROM items INDEXED BY items_undated WHERE first_day IS NULL \
                   UNION ALL SELECT story FROM items INDEXED BY items_by_sight \
                     WHERE first_seen > ?3 AND last_day < ?1 \
                   UNION ALL SELECT story FROM items INDEXED BY items_by_id WHERE id IN (SELECT value FROM json_each(?4)))"
            ))?;
            let ids = serde_json::to_string(wanted.ids).unwrap_or_default();
            let mut found = statement.query(params![start, end, late, ids])?;
            while let Some(row) = found.next()? {
                add(row)?;
            }
        } else {
            let mut statement = self.database.prepare_cached(COLUMNS)?;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                add(row)?;
            }
        }
        let mut items = Vec::with_capacity(rows.len());
        for (_, story) in rows {
            items.push(self.story(sources, story, wanted.as_of)?);
        }
        let elsewhere = match wanted.days {
            Some((start, end)) => self.elsewhere(sources, start, end)?,
            None => Elsewhere::default(),
        };
        Ok(ItemMatches { items, elsewhere })
    }

    /// One item of all that are this story: the first source that still has it gives the words.
    fn story(
        &self,
        sources: &[SourceQuery<'_>],
        mut rows: Vec<Row>,
        as_of: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<Item> {
        rows.sort_by_key(|row| (row.gone.is_some(), row.place, row.key));
        let mut story: Option<Item> = None;
        for row in rows {
            let mut item = parse(&row.text)?;
            let is_remote = sources.get(row.place).is_some_and(|asked| asked.is_remote);
            if let Some(as_of) = as_of.filter(|_| is_remote)
                && row.changed > as_of.timestamp_millis()
                && let Some(then) = self.version(row.key, as_of)?
            {
                item = Item {
                    seen: Sightings { changes: dedupe::differences(&then, &item), ..item.seen },
                    ..then
                };
            }
            item.id = row.id;
            item.seen.first = row.first_seen;
            item.seen.gone = row.gone;
            item.seen.unlisted = row.unlisted;
            item.seen.aliases = serde_json::from_str(&row.former).unwrap_or_default();
            match &mut story {
                None => story = Some(item),
                // What its own source took away adds nothing to another's story but its name.
                Some(story) if row.gone.is_some() => story.seen.aliases.push(item.id),
                Some(story) => dedupe::merge(story, item),
            }
        }
        Ok(story.unwrap_or_default())
    }

    /// The item as it was at a time, or as it was first, if it came later.
    fn version(&self, key: i64, as_of: DateTime<Utc>) -> rusqlite::Result<Option<Item>> {
        let text: Option<String> = self
            .database
            .prepare_cached(
                "SELECT item FROM versions WHERE key = ?1 \
                 ORDER BY changed <= ?2 DESC, CASE WHEN changed <= ?2 THEN -changed ELSE changed END LIMIT 1",
            )?
            .query_row(params![key, as_of.timestamp_millis()], |row| row.get(0))
            .optional()?;
        text.map(|text| parse(&text)).transpose()
    }

    /// Counts the stories of other days. (A story that its first source took away and another still has is not counted.)
    fn elsewhere(
        &self,
        sources: &[SourceQuery<'_>],
        start: NaiveDate,
        end: NaiveDate,
    ) -> rusqlite::Result<Elsewhere> {
        let count = |condition: &str, day: NaiveDate| -> rusqlite::Result<usize> {
            let mut statement = self.database.prepare_cached(&format!(
                "SELECT count(*) FROM items INDEXED BY stories_by_day \
                 WHERE key = story AND gone IS NULL AND source = ?1 AND {condition}"
            ))?;
            let mut all = 0;
            for asked in sources {
                let one: u32 =
                    statement.query_row(params![asked.name, number(day)], |row| row.get(0))?;
                all += one as usize;
            }
            Ok(all)
        };
        Ok(Elsewhere {
            before: count("last_day < ?2", start)?,
            // What begins after the window ends after it too.
            after: count("last_day >= ?2 AND first_day >= ?2", end)?,
        })
    }
}

struct Row {
    key: i64,
    /// Of its source in the question.
    place: usize,
    id: String,
    first_seen: Option<DateTime<Utc>>,
    changed: i64,
    gone: Option<DateTime<Utc>>,
    text: String,
    former: String,
    unlisted: Option<DateTime<Utc>>,
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
    /// What was asked: see `gather::asked_of`.
    pub asked_of: &'a str,
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

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use chrono_tz::Pacific::Auckland;

    use super::*;
    use crate::news::PartialDate;

    fn at(day: &str) -> DateTime<Utc> {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_store_of_each_earlier_form_is_brought_to_the_newest() {
        const TO_2: &str = include_str!("schema/2.sql");
        let first = include_str!("schema/history/1-first.sql");
        for (version, earlier) in [
            (1, vec![first]),
            (1, vec![include_str!("schema/history/1-second.sql")]),
            (1, vec![include_str!("schema/1.sql")]),
            (2, vec![first, TO_2]),
            (2, vec![include_str!("schema/history/2-first.sql")]),
        ] {
            let earlier = earlier.concat();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("news.db");
            let old = Connection::open(&path).unwrap();
            old.execute_batch(&earlier).unwrap();
            let has_former = earlier.contains("former");
            let text = written(&item("a", "A story", "2020-12-03")).unwrap();
            old.execute("INSERT INTO about VALUES (?1)", [London.name()]).unwrap();
            old.execute(
                "INSERT INTO items (key, source, id, words, story, first_seen, changed, item)
                 VALUES (7, 'feed', 'a', 'a story', 7, 1, 1, ?1)",
                [&text],
            )
            .unwrap();
            if has_former {
                old.execute("UPDATE items SET former = '[\"b\"]'", []).unwrap();
            }
            old.pragma_update(None, "user_version", version).unwrap();
            drop(old);
            for _ in 0..2 {
                let store = Store::open(&path, London).unwrap();
                let former: String = store
                    .database
                    .query_row("SELECT former FROM items WHERE key = 7", [], |row| row.get(0))
                    .unwrap();
                assert_eq!(former, if has_former { "[\"b\"]" } else { "[]" });
                let indexes: i64 = store
                    .database
                    .query_row(
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
                        [],
                        |row| row.get(0),
                    )
                    .unwrap();
                assert_eq!(indexes, 8);
            }
        }
    }

    fn item(id: &str, title: &str, date: &str) -> Item {
        Item {
            id: id.to_owned(),
            title: title.to_owned(),
            link: Some(format!("https://e.org/{id}")),
            date: PartialDate::parse(date, London).ok(),
            ..Item::default()
        }
    }

    fn answered(now: DateTime<Utc>) -> SourceVisit<'static> {
        static NONE: Validators = Validators { etag: None, last_modified: None };
        SourceVisit {
            at: now,
            validators: &NONE,
            language: None,
            to_the_end: false,
            ids_are_files: false,
            missing: &[],
            withdrawn: &[],
            unread: &[],
            asked_of: "",
        }
    }

    impl Store {
        fn take(
            &mut self,
            source: &str,
            items: Vec<Item>,
            scope: Scope,
            day: &str,
        ) -> IntakeCounts {
            let items =
                items.into_iter().map(|i| Item { source: source.to_owned(), ..i }).collect();
            self.take_in(source, items, scope, &answered(at(day))).unwrap()
        }

        fn all(&self, sources: &[&str], wanted: &ItemQuery<'_>) -> Vec<Item> {
            let asked: Vec<SourceQuery<'_>> =
                sources.iter().map(|name| SourceQuery { name, is_remote: true }).collect();
            self.find(&asked, wanted).unwrap().items
        }
    }

    fn titles(items: &[Item]) -> Vec<&str> {
        items.iter().map(|item| item.title.as_str()).collect()
    }

    const NONE: Scope = Scope::Part;

    #[test]
    fn an_item_keeps_its_id_and_each_of_its_versions() {
        let mut store = Store::in_memory(London).unwrap();
        let first = store.take("s", vec![item("a", "One", "2020-12-03")], NONE, "2020-12-04");
        assert_eq!(first, IntakeCounts { new: 1, ..IntakeCounts::default() });
        let again = store.take("s", vec![item("a", "One", "2020-12-03")], NONE, "2020-12-05");
        assert_eq!(again, IntakeCounts::default());
        // The same address under another id, with another title, twice.
        for (title, day) in [("Two", "2020-12-06"), ("Three", "2020-12-08")] {
            let other = Item { id: "x".to_owned(), ..item("a", title, "2020-12-03") };
            assert_eq!(store.take("s", vec![other], NONE, day).changed, 1);
        }
        for (as_of, title, changes) in [
            (None, "Three", 0),
            (Some("2020-12-09"), "Three", 0),
            (Some("2020-12-07"), "Two", 1),
            (Some("2020-12-05"), "One", 1),
            // Before it was known: as it was first.
            (Some("2020-12-01"), "One", 1),
        ] {
            let wanted = ItemQuery { as_of: as_of.map(at), ..ItemQuery::default() };
            let found = store.all(&["s"], &wanted);
            assert_eq!((found[0].title.as_str(), found[0].id.as_str()), (title, "a"), "{as_of:?}");
            assert_eq!(found[0].seen.changes.len(), changes, "{as_of:?}");
            assert_eq!(found[0].seen.first, Some(at("2020-12-04")));
        }
    }

    #[test]
    fn absence_is_no_withdrawal_unless_the_address_or_a_whole_source_says_so() {
        let mut store = Store::in_memory(London).unwrap();
        let (a, b, c) = (
            item("a", "A", "2020-12-01"),
            item("b", "B", "2020-12-05"),
            item("c", "C", "2020-12-09"),
        );
        let seen = |store: &Store| {
            let items = store.all(&["s"], &ItemQuery::default());
            items.into_iter().find(|item| item.id == "b").unwrap().seen
        };
        store.take("s", vec![c.clone(), b.clone(), a.clone()], NONE, "2020-12-10");
        let ids = ["b".to_owned()];
        let day = at("2020-12-11");
        // It should stand in the list and does not: that proves nothing.
        let unlisted = SourceVisit { missing: &ids, ..answered(day) };
        let taken = store.take_in("s", vec![c.clone(), a.clone()], NONE, &unlisted).unwrap();
        assert_eq!(taken, IntakeCounts { unlisted: 1, ..IntakeCounts::default() });
        assert_eq!((seen(&store).gone, seen(&store).unlisted), (None, Some(day)));
        // Its own address says so.
        let withdrawn =
            SourceVisit { missing: &ids, withdrawn: &ids, ..answered(at("2020-12-12")) };
        let taken = store.take_in("s", vec![c.clone(), a.clone()], NONE, &withdrawn).unwrap();
        assert_eq!(taken, IntakeCounts { gone: 1, ..IntakeCounts::default() });
        assert_eq!(seen(&store).gone, Some(at("2020-12-12")));
        // It comes back; a whole source has it no longer; said once, it is not said again.
        store.take("s", vec![c.clone(), b.clone(), a.clone()], NONE, "2020-12-13");
        assert_eq!((seen(&store).gone, seen(&store).unlisted), (None, None));
        for gone in [1, 0] {
            let whole = store.take("s", vec![c.clone(), a.clone()], Scope::Whole, "2020-12-14");
            assert_eq!(whole, IntakeCounts { gone, ..IntakeCounts::default() });
        }
        // A file that is there and cannot be read is not taken away.
        let unread = SourceVisit { unread: &ids, ..answered(at("2020-12-15")) };
        store.take("s", vec![c.clone(), b, a.clone()], Scope::Whole, "2020-12-15");
        let taken = store.take_in("s", vec![c, a], Scope::Whole, &unread).unwrap();
        assert_eq!(taken, IntakeCounts { unlisted: 1, ..IntakeCounts::default() });
    }

    #[test]
    fn a_store_of_the_first_version_loses_no_story_that_was_only_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(SCHEMA.steps[0]).unwrap();
        let text = written(&item("a", "A", "2020-12-01")).unwrap();
        old.execute_batch(
            "INSERT INTO about (zone) VALUES ('Europe/London'); PRAGMA user_version = 1;",
        )
        .unwrap();
        old.execute("INSERT INTO sources (name, asked, etag) VALUES ('s', 5, 'x')", []).unwrap();
        old.execute(
            "INSERT INTO items (source, id, words, story, first_seen, changed, gone, item) \
             VALUES ('s', 'a', 'a', 1, 5, 5, 7, ?1)",
            [text],
        )
        .unwrap();
        drop(old);
        let store = Store::open(&path, London).unwrap();
        let found = store.all(&["s"], &ItemQuery::default());
        assert_eq!(titles(&found), ["A"]);
        assert_eq!((found[0].seen.gone, found[0].seen.unlisted), (None, time(7)));
        let state = store.state("s").unwrap();
        assert_eq!((state.asked, state.validators.etag), (None, None));
    }

    #[test]
    fn one_story_of_two_sources_is_one_and_its_first_source_gives_the_words() {
        let mut store = Store::in_memory(London).unwrap();
        store.take("feed", vec![item("a", "A well", "2020-12-03")], NONE, "2020-12-04");
        let own = Item {
            id: "well".to_owned(),
            summary: "Ours".to_owned(),
            link: Some("http://www.e.org/a/?utm_source=x".to_owned()),
            ..item("well", "The new well", "2020-11-30")
        };
        store.take("folder", vec![own], Scope::Whole, "2020-12-05");
        let found = store.all(&["folder", "feed"], &ItemQuery::default());
        assert_eq!(titles(&found), ["The new well"]);
        assert_eq!(found[0].also_in, ["feed"]);
        assert!(found[0].is_named("a") && found[0].is_named("well"));
        assert_eq!(found[0].seen.first, Some(at("2020-12-04")));
        // Wherever the days of its sources lie, it is found whole.
        let day = |text: &str| text.parse().unwrap();
        let december = ItemQuery {
            days: Some((day("2020-12-01"), day("2021-01-01"))),
            ..ItemQuery::default()
        };
        assert_eq!(titles(&store.all(&["folder", "feed"], &december)), ["The new well"]);
        assert_eq!(titles(&store.all(&["feed"], &december)), ["A well"]);
        // When its first source takes it away, the other still has it.
        store.take("folder", Vec::new(), Scope::Whole, "2020-12-06");
        let found = store.all(&["folder", "feed"], &ItemQuery::default());
        assert_eq!((titles(&found), found[0].seen.gone), (vec!["A well"], None));
    }

    #[test]
    fn a_source_is_taken_in_whole_or_not_at_all() {
        let mut store = Store::in_memory(London).unwrap();
        store.take("s", vec![item("a", "A", "2020-12-01")], NONE, "2020-12-02");
        let before = (store.items_of("s").unwrap(), store.state("s").unwrap());
        // The disk is full at the third item.
        store
            .database
            .execute_batch(
                "CREATE TRIGGER full BEFORE INSERT ON items WHEN NEW.id = 'c' \
                 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            )
            .unwrap();
        let items =
            vec![item("a", "Changed", "2020-12-01"), item("b", "B", ""), item("c", "C", "")];
        let error =
            store.take_in("s", items, Scope::Whole, &answered(at("2020-12-03"))).unwrap_err();
        assert!(error.to_string().contains("disk full"), "{error}");
        assert_eq!((store.items_of("s").unwrap(), store.state("s").unwrap()), before);
    }

    #[test]
    fn a_window_finds_its_own_the_undated_the_named_and_the_late() {
        let mut store = Store::in_memory(London).unwrap();
        let early = vec![
            item("nov", "November", "2020-11-30"),
            item("dec", "December", "2020-12-01"),
            item("year", "Some day", "2020"),
            item("none", "Undated", ""),
            item("jan", "January", "2021-01-01"),
        ];
        store.take("s", early, NONE, "2020-12-01");
        store.take("s", vec![item("late", "Late", "2020-11-02")], NONE, "2020-12-20");
        store.take("other", vec![item("o", "Other", "2020-12-05")], NONE, "2020-12-20");
        let day = |text: &str| text.parse().unwrap();
        let days = Some((day("2020-12-01"), day("2021-01-01")));
        let found = |wanted: &ItemQuery<'_>| {
            let mut ids: Vec<String> =
                store.all(&["s"], wanted).into_iter().map(|item| item.id).collect();
            ids.sort();
            ids
        };
        assert_eq!(found(&ItemQuery { days, ..ItemQuery::default() }), ["dec", "none", "year"]);
        let ids = ["jan".to_owned()];
        assert_eq!(
            found(&ItemQuery { days, ids: &ids, ..ItemQuery::default() }),
            ["dec", "jan", "none", "year"]
        );
        let late_since = Some(at("2020-12-10"));
        assert_eq!(
            found(&ItemQuery { days, late_since, ..ItemQuery::default() }),
            ["dec", "late", "none", "year"]
        );
        let asked = [SourceQuery { name: "s", is_remote: true }];
        let elsewhere =
            store.find(&asked, &ItemQuery { days, ..ItemQuery::default() }).unwrap().elsewhere;
        assert_eq!(elsewhere, Elsewhere { before: 2, after: 1 });
    }

    #[test]
    fn days_follow_the_zone_of_the_project() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.db");
        let mut store = Store::open(&path, London).unwrap();
        let midnight = Item {
            date: PartialDate::parse("2020-12-31T20:00:00Z", London).ok(),
            ..item("a", "New year", "")
        };
        store.take("s", vec![midnight], NONE, "2021-01-01");
        drop(store);
        let january = ("2021-01-01".parse().unwrap(), "2021-02-01".parse().unwrap());
        for (zone, found) in [(London, 0), (Auckland, 1), (London, 0)] {
            let store = Store::open(&path, zone).unwrap();
            let wanted = ItemQuery { days: Some(january), ..ItemQuery::default() };
            assert_eq!(store.all(&["s"], &wanted).len(), found, "{zone}");
        }
    }

    #[test]
    fn a_store_of_a_newer_roundup_and_a_file_that_is_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("news.db");
        let store = Store::open(&path, London).unwrap();
        store.database.pragma_update(None, "user_version", SCHEMA.newest() + 1).unwrap();
        drop(store);
        assert!(matches!(Store::open(&path, London), Err(StoreError::Newer { .. })));
        std::fs::write(
            &path,
            "this is a letter and no database, and long enough to be seen as one",
        )
        .unwrap();
        assert!(matches!(Store::open(&path, London), Err(StoreError::Damaged { .. })));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is a letter"));
    }

    #[test]
    fn a_title_that_comes_again_each_week_is_a_story_each_week() {
        for link in ["https://e.org/news", "https://e.org/"] {
            let mut store = Store::in_memory(London).unwrap();
            // The feed only ever has the newest, at an address that is always the same.
            for (id, day) in [("1", "2020-12-01"), ("2", "2020-12-08"), ("3", "2020-12-15")] {
                let item = Item { link: Some(link.to_owned()), ..item(id, "Weekly bulletin", day) };
                let bulletin = Item { title: format!("Weekly bulletin {id}"), ..item.clone() };
                store.take("numbered", vec![bulletin], NONE, day);
                let own = Item { link: Some(format!("{link}{id}")), ..item };
                store.take("named", vec![own], NONE, day);
            }
            assert_eq!(store.all(&["numbered"], &ItemQuery::default()).len(), 3, "{link}");
            assert_eq!(store.all(&["named"], &ItemQuery::default()).len(), 3, "{link}");
        }
    }

    #[test]
    fn a_file_that_is_renamed_goes_by_its_new_name_and_is_known_by_its_old_one() {
        let mut store = Store::in_memory(London).unwrap();
        let files = SourceVisit { ids_are_files: true, ..answered(at("2020-12-02")) };
        let file = |id: &str, title: &str| Item {
            link: Some(format!("https://e.org/{title}")),
            source: "s".to_owned(),
            ..item(id, title, "2020-12-01")
        };
        let mut take = |items: Vec<Item>| store.take_in("s", items, Scope::Whole, &files).unwrap();
        take(vec![file("a", "One"), file("b", "Two"), file("c", "Three")]);
        // Two have changed names, one has a new one, and its old one is another story's.
        take(vec![file("b", "One"), file("a", "Two"), file("d", "Three"), file("c", "Four")]);
        let mut found = store.all(&["s"], &ItemQuery::default());
        found.sort_by(|one, two| one.id.cmp(&two.id));
        let told: Vec<(&str, &str, Vec<&str>)> = found
            .iter()
            .map(|item| {
                let aliases = item.seen.aliases.iter().map(String::as_str).collect();
                (item.id.as_str(), item.title.as_str(), aliases)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a", "Two", vec!["b"]),
                ("b", "One", vec!["a"]),
                ("c", "Four", vec![]),
                ("d", "Three", vec!["c"])
            ]
        );
        assert!(found.iter().all(|item| item.seen.gone.is_none()));
    }

    #[test]
    fn what_lies_between_two_answers_that_share_nothing_may_be_missing() {
        let mut store = Store::in_memory(London).unwrap();
        store.take("s", vec![item("a", "A", "2020-12-01")], NONE, "2020-12-02");
        store.take("s", vec![item("b", "B", "2020-12-09")], NONE, "2020-12-10");
        let state = store.state("s").unwrap();
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(state.gaps, [(day("2020-12-01"), day("2020-12-09"))]);
        assert_eq!(state.reaches_back, Some(day("2020-12-01")));
        // An old story that stands first in each answer proves nothing.
        let mut pinned = Store::in_memory(London).unwrap();
        let old = || item("old", "Pinned", "2019-01-01");
        let days = ["2020-12-01", "2020-12-02", "2020-12-03", "2020-12-04"];
        let before = days.iter().map(|day| item(day, day, day)).chain([old()]).collect();
        pinned.take("s", before, NONE, "2020-12-05");
        pinned.take("s", vec![old(), item("new", "New", "2020-12-20")], NONE, "2020-12-21");
        assert_eq!(pinned.state("s").unwrap().gaps, [(day("2020-12-04"), day("2020-12-20"))]);
        // Read to its first item, nothing is missing any more.
        let all = SourceVisit { to_the_end: true, ..answered(at("2020-12-11")) };
        store.take_in("s", vec![item("b", "B", "2020-12-09")], NONE, &all).unwrap();
        let state = store.state("s").unwrap();
        assert_eq!((state.gaps.len(), state.reaches_back < Some(day("2000-01-01"))), (0, true));
    }
}
