//! How often people want the email, by their address hashes.
//! Pure: what a database must do for it, and the statements.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::LedgerError;
use crate::audience::frequency::Frequency;

/// A database that keeps people's choices.
pub trait FrequencyStore: Send + Sync {
    /// Whether it changed anything: a choice that is older than the one that is kept does not, and an old address leads to the one
    /// they have now.
    fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// How often the person wants the email; `None` where they have not chosen.
    fn frequency_of(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Option<Frequency>, LedgerError>> + Send;

    /// Everybody who has chosen, and the word of their choice.
    fn frequencies(
        &self,
    ) -> impl Future<Output = Result<Vec<(String, String)>, LedgerError>> + Send;
}

pub(super) const CHOOSE: &str = "INSERT INTO frequencies (person, frequency, at)
    VALUES (coalesce((SELECT moved_to FROM moves WHERE person = $1), $1), $2, $3)
    ON CONFLICT (person) DO UPDATE SET frequency = excluded.frequency, at = excluded.at
    WHERE excluded.at > frequencies.at";

pub(super) const CHOICE: &str = "SELECT frequency FROM frequencies
    WHERE person = coalesce((SELECT moved_to FROM moves WHERE person = $1), $1)";

pub(super) const CHOICES: &str = "SELECT person, frequency FROM frequencies ORDER BY person";

/// The choice of an old address is that of the new one, unless they have chosen there since.
pub(super) const MOVE_CHOICE: &str = "INSERT INTO frequencies (person, frequency, at)
    SELECT $1, frequency, at FROM frequencies WHERE person = $2
    ON CONFLICT (person) DO UPDATE SET frequency = excluded.frequency, at = excluded.at
    WHERE excluded.at > frequencies.at";

pub(super) const ERASE_CHOICE: &str = "DELETE FROM frequencies WHERE person = $1";
