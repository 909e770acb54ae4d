//! What a source has now, taken into the store: which items it had before, and what has become of them.
//! Shell: the store's tables.

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{IntakeCounts, Scope, SourceVisit, days_of, parse, written};
use crate::news::dedupe::{self, EarlierItem};
use crate::news::item::Item;

const TWIN_BY_LINK: &str =
    "SELECT key, story FROM items WHERE source <> ?1 AND link = ?2 ORDER BY key LIMIT 1";
/// A story that is shown twice is seen and corrected; one that was taken for another is missed. So a title is enough on one
/// day only, or, where no day is known, with an address for one of the two at most.
const TWIN_BY_TITLE: &str = "SELECT key, story FROM items WHERE source <> ?1 AND words = ?2 \
     AND first_day IS ?3 AND (?3 IS NOT NULL OR ?4 IS NULL OR link IS NULL) ORDER BY key LIMIT 1";

/// A row of the source as it stands.
struct StoredRow {
    key: i64,
    changed: i64,
    gone: bool,
    /// Taken away, or no longer listed.
    away: bool,
    text: String,
}

/// Takes in what a source has now, within a transaction: new items, changed ones, those that are gone, and how it answered.
pub fn take_in(
    change: &Transaction<'_>,
    source: &str,
    mut items: Vec<Item>,
    scope: Scope,
    answer: &SourceVisit<'_>,
    zone: Tz,
) -> rusqlite::Result<IntakeCounts> {
    let now = answer.at.timestamp_millis();
    let (stored, known) = stored_rows(change, source)?;
    let links = dedupe::own_links(&items);
    let here: Vec<EarlierItem> = items
        .iter()
        .zip(links)
        .map(|(item, link)| EarlierItem {
            id: item.id.clone(),
            link,
            words: dedupe::words(&item.title),
            day: days_of(item, zone).0,
        })
        .collect();
    let recognised = dedupe::recognise(&here, &known);
    let mut taken = IntakeCounts::default();
    // The number that the next item with this id gets: a source may give one id to thousands.
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut twins = Twins::default();
    let mut ids: HashSet<String> = known.iter().map(|known| known.id.clone()).collect();
    if answer.ids_are_files {
        rename(change, &here, &known, &recognised, &stored)?;
        for which in recognised.iter().flatten() {
            ids.remove(&known[*which].id);
        }
        let now = here.iter().zip(&recognised).filter(|(_, which)| which.is_some());
        ids.extend(now.map(|(here, _)| here.id.clone()));
    }
    for ((item, here), which) in items.iter_mut().zip(&here).zip(&recognised) {
        if let Some(which) = which {
            if !answer.ids_are_files {
                item.id.clone_from(&known[*which].id);
            }
            if update(change, item, here, &stored[*which], now, zone)? {
                taken.changed += 1;
            }
        } else {
            // A source that gives one id to two items has two items all the same.
            let number = numbers.entry(here.id.as_str()).or_insert(2);
            while !ids.insert(item.id.clone()) {
                item.id = format!("{}-{number}", here.id);
                *number += 1;
            }
            insert(change, source, item, here, &mut twins, now, zone)?;
            taken.new += 1;
        }
    }
    for (which, is_gone) in absent(&known, &recognised, scope, answer) {
        let row = &stored[which];
        if is_gone && !row.gone {
            change
                .prepare_cached("UPDATE items SET gone = ?2 WHERE key = ?1")?
                .execute(params![row.key, now])?;
            taken.gone += 1;
        } else if !is_gone && !row.away {
            change
                .prepare_cached("UPDATE items SET unlisted = ?2 WHERE key = ?1")?
                .execute(params![row.key, now])?;
            taken.unlisted += 1;
        }
    }
    note_answer(change, source, &here, &known, &recognised, scope, answer)?;
    Ok(taken)
}

/// Gives items the ids that their files have now. Two files may have changed names: no id is given before all are free.
fn rename(
    change: &Transaction<'_>,
    here: &[EarlierItem],
    known: &[EarlierItem],
    recognised: &[Option<usize>],
    stored: &[StoredRow],
) -> rusqlite::Result<()> {
    let renamed: Vec<(i64, &str, &str)> = here
        .iter()
        .zip(recognised)
        .filter_map(|(here, which)| {
            let which = (*which)?;
            let (new, old) = (here.id.as_str(), known[which].id.as_str());
            (new != old).then_some((stored[which].key, new, old))
        })
        .collect();
    for (key, _, old) in &renamed {
        change.execute(
            "UPDATE items SET id = char(0) || key, former = json_insert(former, '$[#]', ?2) WHERE key = ?1",
            params![key, old],
        )?;
    }
    for (key, new, _) in &renamed {
        // A file that is gone may have had the name: it gives it up.
        change.execute(
            "UPDATE items SET id = id || char(0) || key, former = json_insert(former, '$[#]', id) \
             WHERE id = ?2 AND key <> ?1 AND source = (SELECT source FROM items WHERE key = ?1)",
            params![key, new],
        )?;
        change.execute("UPDATE items SET id = ?2 WHERE key = ?1", params![key, new])?;
    }
    Ok(())
}

fn stored_rows(
    change: &Transaction<'_>,
    source: &str,
) -> rusqlite::Result<(Vec<StoredRow>, Vec<EarlierItem>)> {
    let mut rows = change.prepare_cached(
        "SELECT key, changed, gone, unlisted, item, id, link, words, first_day FROM items \
         WHERE source = ?1",
    )?;
    let found = rows.query_map([source], |row| {
        Ok((
            StoredRow {
                key: row.get(0)?,
                changed: row.get(1)?,
                gone: row.get::<_, Option<i64>>(2)?.is_some(),
                away: row.get::<_, Option<i64>>(2)?.or(row.get(3)?).is_some(),
                text: row.get(4)?,
            },
            EarlierItem {
                id: row.get(5)?,
                link: row.get(6)?,
                words: row.get(7)?,
                day: row.get(8)?,
            },
        ))
    })?;
    found.collect::<rusqlite::Result<Vec<_>>>().map(|rows| rows.into_iter().unzip())
}

/// Writes an item again where it differs; returns whether people would see a difference.
fn update(
    change: &Transaction<'_>,
    item: &mut Item,
    here: &EarlierItem,
    stored: &StoredRow,
    now: i64,
    zone: Tz,
) -> rusqlite::Result<bool> {
    if written(item)? == stored.text && !stored.away {
        return Ok(false);
    }
    let old = parse(&stored.text)?;
    // A story that is changed again does not become younger: the first day that its source gave is the nearest to its publication.
    if item.date_of_change && old.date_of_change && old.date.is_some() {
        item.date = old.date;
    }
    let text = written(item)?;
    if text == stored.text && !stored.away {
        return Ok(false);
    }
    let is_changed = !dedupe::differences(&old, item).is_empty();
    if is_changed {
        change
            .prepare_cached(
                "INSERT OR IGNORE INTO versions (key, changed, item) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![stored.key, stored.changed, stored.text])?;
    }
    let (first, last) = days_of(item, zone);
    change
        .prepare_cached(
            "UPDATE items SET link = ?2, words = ?3, first_day = ?4, last_day = ?5, changed = ?6, \
             gone = NULL, unlisted = NULL, item = ?7 WHERE key = ?1",
        )?
        .execute(params![
            stored.key,
            here.link,
            here.words,
            first,
            last,
            if is_changed { now } else { stored.changed },
            text
        ])?;
    Ok(is_changed)
}

fn insert<'a>(
    change: &Transaction<'_>,
    source: &str,
    item: &Item,
    here: &'a EarlierItem,
    twins: &mut Twins<'a>,
    now: i64,
    zone: Tz,
) -> rusqlite::Result<()> {
    let twin = twins.of(change, source, here)?;
    let (first, last) = days_of(item, zone);
    change
        .prepare_cached(
            "INSERT INTO items (source, id, link, words, story, first_day, last_day, first_seen, \
             changed, item) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
        )?
        .execute(params![
            source,
            item.id,
            here.link,
            here.words,
            twin.unwrap_or(0),
            first,
            last,
            now,
            written(item)?
        ])?;
    if twin.is_none() {
        change
            .prepare_cached("UPDATE items SET story = key WHERE key = ?1")?
            .execute([change.last_insert_rowid()])?;
    }
    Ok(())
}

/// Titles for which other sources were searched: they do not change while one is taken in.
#[derive(Default)]
struct Twins<'a> {
    by_title: HashMap<(&'a str, Option<i32>, bool), Option<(i64, i64)>>,
}

impl<'a> Twins<'a> {
    /// The story that another source's item already is: the first with its own address, or with its title and day.
    fn of(
        &mut self,
        change: &Transaction<'_>,
        source: &str,
        here: &'a EarlierItem,
    ) -> rusqlite::Result<Option<i64>> {
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let mut by_link: Option<(i64, i64)> = None;
        // A home page is the address of no story.
        if let Some(link) = here.link.as_ref().filter(|link| link.contains('/')) {
            by_link = change
                .prepare_cached(TWIN_BY_LINK)?
                .query_row(params![source, link], pair)
                .optional()?;
        }
        let title = (here.words.as_str(), here.day, here.link.is_some());
        let by_title = match self.by_title.get(&title) {
            Some(known) => *known,
            None if here.words.is_empty() => None,
            None => change
                .prepare_cached(TWIN_BY_TITLE)?
                .query_row(params![source, here.words, here.day, here.link], pair)
                .optional()?,
        };
        self.by_title.insert(title, by_title);
        Ok(by_link.into_iter().chain(by_title).min().map(|(_, story)| story))
    }
}

/// The known items that are not in the reading, and whether each was taken away. Only two things say so: its own address,
/// and a source that is read whole. A feed or a page forgets, is capped, or stands in the order of changes.
fn absent(
    known: &[EarlierItem],
    recognised: &[Option<usize>],
    scope: Scope,
    answer: &SourceVisit<'_>,
) -> Vec<(usize, bool)> {
    let mut seen = vec![false; known.len()];
    for which in recognised.iter().flatten() {
        seen[*which] = true;
    }
    let says = |ids: &[String], which: usize| ids.contains(&known[which].id);
    (0..known.len())
        .filter(|which| !seen[*which])
        .filter_map(|which| match scope {
            // A file that is there and cannot be read is not taken away.
            Scope::Whole => Some((which, !says(answer.unread, which))),
            Scope::Part if says(answer.withdrawn, which) => Some((which, true)),
            Scope::Part => says(answer.missing, which).then_some((which, false)),
        })
        .collect()
}

/// Whether an answer goes back to what was known: one of the three newest known items is in it. The newest may have been taken
/// away, and an old one may stand first in every answer.
fn is_continuous(known: &[EarlierItem], recognised: &[Option<usize>]) -> bool {
    const NEWEST: usize = 3;
    let mut newest: Vec<usize> = (0..known.len()).filter(|at| known[*at].day.is_some()).collect();
    newest.sort_by_key(|at| std::cmp::Reverse(known[*at].day));
    newest.truncate(NEWEST);
    recognised.iter().flatten().any(|which| newest.contains(which))
}

/// The day to which an answer goes back. One old story at the end of a short list ("About this feed") is pinned there, and
/// proves nothing of the days between: it counts only when the gap before it is like the others.
fn oldest(here: &[EarlierItem]) -> Option<i32> {
    /// A shorter silence is nothing unusual.
    const LONG_DAYS: i32 = 60;
    const TIMES_LONGER: i32 = 4;
    let mut days: Vec<i32> = here.iter().filter_map(|item| item.day).collect();
    days.sort_unstable();
    if let [first, second, .., last] = days[..]
        && days.len() > 3
        && second - first > LONG_DAYS
        && second - first > (last - second) * TIMES_LONGER
    {
        return Some(second);
    }
    days.first().copied()
}

/// Keeps how the source answered, and what of its days is known since.
fn note_answer(
    change: &Transaction<'_>,
    source: &str,
    here: &[EarlierItem],
    known: &[EarlierItem],
    recognised: &[Option<usize>],
    scope: Scope,
    answer: &SourceVisit<'_>,
) -> rusqlite::Result<()> {
    let oldest = oldest(here);
    let newest_known = known.iter().filter_map(|known| known.day).max();
    let new = here.iter().zip(recognised).filter(|(_, which)| which.is_none());
    let oldest_new = new.filter_map(|(item, _)| item.day).min();
    let all = scope == Scope::Whole || answer.to_the_end;
    let reaches_back: Option<i32> = change
        .prepare_cached("SELECT reaches_back FROM sources WHERE name = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?
        .flatten();
    // Days before any news count from the first of all.
    let reaches_back = if all { Some(1) } else { reaches_back.or(oldest) };
    if all {
        change.execute("DELETE FROM gaps WHERE source = ?1", [source])?;
    } else if !is_continuous(known, recognised)
        && let (Some(after), Some(before)) = (newest_known, oldest_new)
        && after < before
    {
        // It does not go back to what was known: something may have come and gone in between.
        change.execute(
            "INSERT INTO gaps (source, after_day, before_day) VALUES (?1, ?2, ?3)",
            params![source, after, before],
        )?;
    }
    change.execute(
        "INSERT INTO sources (name, asked, answered, etag, last_modified, items, language, reaches_back, \
         asked_of) VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (name) DO UPDATE SET \
         asked = ?2, answered = ?2, etag = ?3, last_modified = ?4, items = ?5, \
         language = coalesce(?6, language), reaches_back = ?7, trouble = NULL, strange = 0, asked_of = ?8",
        params![
            source,
            answer.at.timestamp_millis(),
            answer.validators.etag,
            answer.validators.last_modified,
            i64::try_from(here.len()).unwrap_or(i64::MAX),
            answer.language,
            reaches_back,
            answer.asked_of
        ],
    )?;
    Ok(())
}
