//! How often people want the email, in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::SqliteLedger;
use crate::audience::frequency::Frequency;
use crate::ledger::column::millis;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::{self as sql, FrequencyStore};

impl FrequencyStore for SqliteLedger {
    async fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(true, move |connection| {
                let values = params![person, frequency.word(), millis(at)];
                Ok(connection.execute(sql::CHOOSE, values)? > 0)
            })
            .await
    }

    async fn frequency_of(&self, person: &str) -> Result<Option<Frequency>, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(false, move |connection| {
                let word: Option<String> =
                    connection.query_row(sql::CHOICE, [person], |row| row.get(0)).optional()?;
                Ok(word.and_then(|word| Frequency::parse(&word)))
            })
            .await
    }

    async fn frequencies(&self) -> Result<Vec<(String, String)>, LedgerError> {
        self.writer
            .run(false, |connection| {
                let mut query = connection.prepare(sql::CHOICES)?;
                let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }
}
