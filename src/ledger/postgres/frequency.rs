//! How often people want the email, on the server.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};

use super::PostgresLedger;
use super::server::patiently;
use crate::audience::frequency::Frequency;
use crate::ledger::column::millis;
use crate::ledger::error::LedgerError;
use crate::ledger::frequency_store::{self as sql, FrequencyStore};

impl FrequencyStore for PostgresLedger {
    async fn choose_frequency(
        &self,
        person: &str,
        frequency: Frequency,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        patiently!(self.server, async |transaction, _| {
            let word = frequency.word();
            Ok(transaction.execute(sql::CHOOSE, &[&person, &word, &millis(at)]).await? > 0)
        })
    }

    async fn frequency_of(&self, person: &str) -> Result<Option<Frequency>, LedgerError> {
        let rows = self.server.query(sql::CHOICE, &[&person]).await?;
        Ok(rows.first().and_then(|row| Frequency::parse(row.get(0))))
    }

    async fn frequencies(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let rows = self.server.query(sql::CHOICES, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
