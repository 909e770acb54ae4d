//! The stories that are wanted: of some days, by their names, late ones, each as it was when a draft was written.
//! Shell: the store's tables.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, number, parse, time};
use crate::news::dedupe;
use crate::news::item::{Item, OutsideCounts, Sightings};

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
    pub elsewhere: OutsideCounts,
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

impl Store {
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
            None => OutsideCounts::default(),
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

    /// Counts the stories of other days, and finds the nearest. (A story that its first source took away and another still has is not counted.)
    fn elsewhere(
        &self,
        sources: &[SourceQuery<'_>],
        start: NaiveDate,
        end: NaiveDate,
    ) -> rusqlite::Result<OutsideCounts> {
        const BEFORE: &str = "last_day < ?2";
        // What begins after the window ends after it too.
        const AFTER: &str = "last_day >= ?2 AND first_day >= ?2";
        let look = |nearest: &str, condition: &str, day: NaiveDate| {
            let mut statement = self.database.prepare_cached(&format!(
                "SELECT count(*), {nearest} FROM items INDEXED BY stories_by_day \
                 WHERE key = story AND gone IS NULL AND source = ?1 AND {condition}"
            ))?;
            let (mut all, mut days) = (0, Vec::new());
            for asked in sources {
                let (count, day): (u32, Option<i32>) = statement
                    .query_row(params![asked.name, number(day)], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?;
                all += count as usize;
                days.extend(day.and_then(super::date));
            }
            Ok::<_, rusqlite::Error>((all, days))
        };
        let (before, mut days) = look("max(last_day)", BEFORE, start)?;
        let (after, later) = look("min(first_day)", AFTER, end)?;
        days.extend(later);
        // The window's end is the day behind its last.
        let away = |day: &NaiveDate| (start - *day).num_days().max((*day - end).num_days() + 1);
        Ok(OutsideCounts { before, after, nearest: days.into_iter().min_by_key(away) })
    }
}
