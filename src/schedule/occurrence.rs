//! One occurrence of a schedule, as a ledger keeps it: one row a schedule and local date.
//! Pure: values.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What became of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OccurrenceState {
    /// Somebody has set a time, which has not come.
    Waiting,
    /// A computer has begun it.
    Claimed,
    Done,
    Missed,
    Cancelled,
}

impl OccurrenceState {
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Claimed, Self::Done, Self::Missed, Self::Cancelled];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Claimed => "claimed",
            Self::Done => "done",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A row of a schedule: one date, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Occurrence {
    /// The phrase, or `once EDITION`.
    pub schedule: String,
    /// By the clock of the project's time zone.
    pub day: NaiveDate,
    pub state: OccurrenceState,
    pub edition: Option<String>,
    /// When it was due.
    pub opens_at: DateTime<Utc>,
    /// When the row was written last.
    pub at: DateTime<Utc>,
    /// What was approved before this belongs to this occurrence, or to an earlier one.
    pub closed_at: DateTime<Utc>,
    /// The computer and process, or the person.
    pub by: String,
    pub why: String,
}

/// The schedule of an edition whose time somebody has set.
pub fn once_name(edition: &str) -> String {
    format!("once {edition}")
}

impl Occurrence {
    /// Whether somebody has set its time.
    pub fn is_once(&self) -> bool {
        self.schedule.starts_with("once ")
    }
}
