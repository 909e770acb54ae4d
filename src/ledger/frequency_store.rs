//! How often people want the email, by their address hashes.
//! Pure: what a database must do for it, and the statements.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::LedgerError;
use crate::audience::frequency::Frequency;

/// A database that keeps people's choices.
pub trait FrequencyStore: Send + Sync {
    fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Nothing where they have not chosen.
    fn frequency_of(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Option<Frequency>, LedgerError>> + Send;

    /// Everybody who has chosen, and the word of their choice.
    fn frequencies(
        &self,
    ) -> impl Future<Output = Result<Vec<(String, String)>, LedgerError>> + Send;
}

pub(super) const CHOOSE: &str =
    "INSERT INTO frequencies (person, frequency, at) VALUES ($1, $2, $3)
    ON CONFLICT (person) DO UPDATE SET frequency = excluded.frequency, at = excluded.at";

pub(super) const CHOICE: &str = "SELECT frequency FROM frequencies WHERE person = $1";

pub(super) const CHOICES: &str = "SELECT person, frequency FROM frequencies ORDER BY person";

pub(super) const ERASE_CHOICE: &str = "DELETE FROM frequencies WHERE person = $1";
