//! What came back of editions: whose copy it was, and what was settled of it.
//! Pure: what a database must do for it.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::column::damaged;
use super::{CopyRow, Event, LedgerError};
use crate::audience::NoMailChange;

/// A copy that a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCopy {
    pub id: i64,
    /// The person's address hash.
    pub person: String,
    pub row: CopyRow,
}

/// What came back, as a ledger keeps it: no address and no words of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReturnedKind {
    Hard,
    Soft,
    /// A server goes on trying: it weighs nothing.
    Delay,
    Policy,
    Complaint,
}

impl ReturnedKind {
    pub const ALL: [Self; 5] = [Self::Hard, Self::Soft, Self::Delay, Self::Policy, Self::Complaint];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::Delay => "delay",
            Self::Policy => "policy",
            Self::Complaint => "complaint",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A kind as its column has it.
pub(super) fn kind_of(word: &str) -> Result<ReturnedKind, LedgerError> {
    ReturnedKind::parse(word).ok_or_else(|| damaged(format!("`{word}` is not a kind of return")))
}

/// One line of what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedCopy {
    pub person: String,
    /// None where only the person is known.
    pub edition: Option<String>,
    pub kind: ReturnedKind,
    pub at: DateTime<Utc>,
    /// As in 5.1.1, or empty.
    pub status: String,
}

/// A notice about one person, and what it changes. Written whole or not at all, and once.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    /// The hash of the email, or a provider's name of its event.
    pub notice: String,
    pub returned: ReturnedCopy,
    /// What it does to the do-not-mail list.
    pub change: Option<NoMailChange>,
    /// What it shows about a copy: whatever came back had been taken.
    pub proof: Option<(i64, Event)>,
}

/// What came back, in a ledger's database.
pub trait ReturnStore {
    /// The copies with one of these Message-IDs, and all copies of these people (by their keyed names). One look through
    /// all rows, however many are wanted.
    fn find_copies(
        &self,
        message_ids: Vec<String>,
        people: Vec<String>,
    ) -> impl Future<Output = Result<Vec<FoundCopy>, LedgerError>> + Send;

    /// Writes what notices say, in one commit; of each, whether it was new. What was settled before changes nothing.
    fn settle_returns(
        &self,
        settlements: Vec<Settlement>,
    ) -> impl Future<Output = Result<Vec<bool>, LedgerError>> + Send;

    /// Whatever came back of a person's, the oldest first.
    fn returns_of(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Vec<ReturnedCopy>, LedgerError>> + Send;
}
