//! What is known of a source: when it was fetched, what came of it, of which days stories may be missing.
//! Pure: types.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What is known of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceState {
    /// When it was fetched last, whatever came of it.
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
    /// Why the last fetch gave nothing, if it did.
    pub trouble: Option<Trouble>,
    /// The settings it was fetched with: see `gather::asked_of`.
    pub asked_of: Option<String>,
}

/// Why a source could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub what: String,
    pub cure: String,
    /// It answered, and what it said is unusual: a person must look.
    pub is_strange: bool,
}

/// What an answer says of its version (RFC 9110, 8.8): given back, it lets the server say "the same as before".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}
