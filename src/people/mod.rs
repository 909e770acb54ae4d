//! People and what they have said to us: who left, how, and when.
//! Pure: values; `spool.rs` is the shell that keeps them until the ledger has them.

pub mod spool;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use spool::{Spool, SpoolError};

/// How somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Their mail provider's own button (RFC 8058).
    OneClick,
    /// The button of the public page.
    Page,
    /// An email to the unsubscribe address.
    Email,
}

impl Way {
    /// In words, for the ledger and for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::OneClick => "unsubscribed by one click",
            Self::Page => "unsubscribed on the web page",
            Self::Email => "unsubscribed by email",
        }
    }
}

/// How long somebody who left may come back from the page itself.
pub const STAY_DAYS: i64 = 30;

/// What a person did. They are named by their address's keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub person: String,
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    Left {
        way: Way,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// They took their leaving back.
    Stayed,
}

/// Why the ledger says that a person left, in words that `left_at` can read again.
pub fn left_words(way: Way, reason: Option<&str>, at: DateTime<Utc>) -> String {
    let day = at.format("%Y-%m-%dT%H:%M:%SZ");
    match reason {
        Some(reason) => format!("{} at {day} (reason: {reason})", way.words()),
        None => format!("{} at {day}", way.words()),
    }
}

/// When a person left by their own act, from the ledger's words; nothing for a bounce or anybody else's word.
pub fn left_at(words: &str) -> Option<DateTime<Utc>> {
    let ways = [Way::OneClick, Way::Page, Way::Email];
    let rest = ways.iter().find_map(|way| words.strip_prefix(way.words())?.strip_prefix(" at "))?;
    rest.get(..20)?.parse().ok()
}

/// Whether they may still take it back.
pub fn may_stay(words: &str, now: DateTime<Utc>) -> bool {
    // An older "stay" never undoes a later leaving.
    left_at(words).is_some_and(|at| at <= now && now - at < TimeDelta::days(STAY_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_their_own_leaving_can_be_taken_back_and_for_thirty_days() {
        let at: DateTime<Utc> = "2026-11-01T10:00:00Z".parse().unwrap();
        let later = |days| at + TimeDelta::days(days);
        for way in [Way::OneClick, Way::Page, Way::Email] {
            for reason in [None, Some("too_many")] {
                let words = left_words(way, reason, at);
                assert_eq!(left_at(&words), Some(at), "{words}");
                assert!(may_stay(&words, later(29)));
                assert!(!may_stay(&words, later(30)));
                assert!(!may_stay(&words, later(-1)));
            }
        }
        for words in ["550 5.1.1 no such user", "complained", "", "unsubscribed by one click at"] {
            assert_eq!(left_at(words), None, "{words}");
            assert!(!may_stay(words, at));
        }
    }
}
