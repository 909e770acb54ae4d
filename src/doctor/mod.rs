//! What a newsletter needs around it, looked at before anybody is mailed: the records of its domain, its relay.
//! Pure: answers in, diagnoses out; `names.rs`, `links.rs` and `website_date.rs` are the shells.

pub mod clock;
pub mod hosts;
pub mod links;
pub mod lookup;
pub mod names;
pub mod records;
pub mod website_date;

use serde::Serialize;

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// As people call it: `DKIM`, `Relay`.
    pub about: &'static str,
    pub verdict: Health,
    pub what: String,
    /// What to do, where there is something.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cure: String,
}

/// How it is with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Good,
    /// It works, and could be better; or it cannot be known now.
    Doubtful,
    /// Mail will not arrive, or not be trusted.
    Bad,
}

impl Diagnosis {
    pub fn good(about: &'static str, what: impl Into<String>) -> Self {
        Self { about, verdict: Health::Good, what: what.into(), cure: String::new() }
    }

    pub fn doubtful(about: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { about, verdict: Health::Doubtful, what: what.into(), cure: cure.into() }
    }

    pub fn bad(about: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { about, verdict: Health::Bad, what: what.into(), cure: cure.into() }
    }
}
