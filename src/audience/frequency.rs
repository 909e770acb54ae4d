//! How often somebody wants the email: every edition, or the year's round-up only.
//! Pure: values.

use serde::{Deserialize, Serialize};

/// The column of a list that says it.
pub const COLUMN: &str = "frequency";

/// How often a person wants the email.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    #[default]
    Every,
    Year,
}

impl Frequency {
    pub const ALL: [Self; 2] = [Self::Every, Self::Year];

    /// As databases and forms have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Year => "year",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|frequency| frequency.word() == word.trim().to_lowercase())
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Every => "every edition",
            Self::Year => "the year's round-up only",
        }
    }
}
