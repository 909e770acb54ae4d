//! Rows of a database: how times, statuses and values are written into columns, and how changes are gathered into commits.
//! Pure: values in, values out.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Status;
use crate::ledger::error::LedgerError;

/// The most changes of one commit: more would keep the first of them waiting.
pub(super) const LARGEST_COMMIT: usize = 512;

/// How long a writer gathers for a number of connections: `each` for every one beyond the first, and `longest` at most.
pub(super) fn gather(connections: usize, each: Duration, longest: Duration) -> Duration {
    let others = u32::try_from(connections.saturating_sub(1)).unwrap_or(u32::MAX);
    each.saturating_mul(others).min(longest)
}

/// The highest age that a run has seen: a ledger only grows older, and one that does not is another.
#[derive(Debug, Default)]
pub(super) struct HighestAge(AtomicI64);

impl HighestAge {
    pub(super) fn see(&self, age: i64) -> Result<(), LedgerError> {
        if self.0.fetch_max(age, Ordering::Relaxed) < age {
            Ok(())
        } else {
            Err(LedgerError::Older)
        }
    }
}

/// Milliseconds since 1970.
pub(super) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(super) fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

pub(super) fn damaged(what: String) -> LedgerError {
    LedgerError::Damaged { path: "row".to_owned(), what }
}

pub(super) fn status_of(word: &str) -> Result<Status, LedgerError> {
    Status::parse(word).ok_or_else(|| damaged(format!("`{word}` is not a status")))
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|error| damaged(error.to_string()))
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| damaged(error.to_string()))
}
