//! What the store knows of each source: when it was fetched, what it said, of which days stories may be missing.
//! Shell: the store's tables.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, date, time};
use crate::news::source_state::{SourceState, Trouble, Validators};

impl Store {
    /// What is known of a source; empty for one that was never fetched.
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

    /// Notes that a source was fetched in vain; what is known of it stays.
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
}
