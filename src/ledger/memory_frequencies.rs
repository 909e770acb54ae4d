//! How often people want the email, in memory.
//! Pure: nothing outlives it.

use chrono::{DateTime, Utc};

use super::MemoryLedger;
use crate::audience::frequency::Frequency;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::FrequencyStore;

impl FrequencyStore for MemoryLedger {
    async fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let mut books = self.books();
        let is_late = books.frequencies.get(person).is_some_and(|(_, kept)| *kept >= at);
        if !is_late {
            books.frequencies.insert(person.to_owned(), (frequency, at));
        }
        Ok(!is_late)
    }

    async fn frequency_of(&self, person: &str) -> Result<Option<Frequency>, LedgerError> {
        Ok(self.books().frequencies.get(person).map(|(frequency, _)| *frequency))
    }

    async fn frequencies(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let books = self.books();
        let word = |(person, (frequency, _)): (&String, &(Frequency, DateTime<Utc>))| {
            (person.clone(), frequency.word().to_owned())
        };
        Ok(books.frequencies.iter().map(word).collect())
    }
}
