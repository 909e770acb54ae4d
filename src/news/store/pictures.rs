//! How large pictures are, as their addresses said when they were fetched.
//! Shell: the store's tables.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};
use crate::news::item::ImageSize;

/// An address that did not say is fetched again after this time.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::days(7);

/// What is known of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownSize {
    Is(ImageSize),
    /// Its address did not say, and is not fetched again yet.
    NotSaid,
    /// To be fetched.
    Unknown,
}

impl Store {
    /// What is known of a picture.
    ///
    /// # Errors
    /// When the file fails.
    pub fn picture_size(&self, address: &str, now: DateTime<Utc>) -> Result<KnownSize, StoreError> {
        let read = || {
            self.database
                .prepare_cached(
                    "SELECT width, height, asked FROM picture_sizes WHERE address = ?1",
                )?
                .query_row([address], |row| {
                    let sides: (Option<u32>, Option<u32>) = (row.get(0)?, row.get(1)?);
                    Ok((sides, row.get::<_, i64>(2)?))
                })
                .optional()
        };
        Ok(match read().map_err(|error| self.failed(error))? {
            Some(((Some(width), Some(height)), _)) => KnownSize::Is(ImageSize { width, height }),
            Some((_, asked)) => {
                let again = now.timestamp_millis() - ASKED_AGAIN_AFTER.num_milliseconds();
                if asked > again { KnownSize::NotSaid } else { KnownSize::Unknown }
            }
            None => KnownSize::Unknown,
        })
    }

    /// Keeps what a picture's address said.
    ///
    /// # Errors
    /// When the file fails.
    pub fn keep_picture_size(
        &self,
        address: &str,
        size: Option<ImageSize>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (width, height) = size.map(|size| (size.width, size.height)).unzip();
        let sql = "INSERT OR REPLACE INTO picture_sizes (address, width, height, asked) \
                   VALUES (?1, ?2, ?3, ?4)";
        self.database
            .execute(sql, params![address, width, height, now.timestamp_millis()])
            .map(drop)
            .map_err(|error| self.failed(error))
    }
}
