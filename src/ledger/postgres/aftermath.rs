//! What became of an edition after it was accepted, on the server.
//! Shell: reads rows.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::PostgresLedger;
use crate::ledger::aftermath::{
    AcceptedCopy, AftermathStore, EditionReturn, Leaving, RecordedNo, leavings_of_accepted,
    returns_of_accepted,
};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::reason_of;
use crate::ledger::returns::kind_of;

const RETURNED: &str = "SELECT d.person, d.key, d.changed_at FROM deliveries d
    WHERE d.edition = $1 AND d.status = 'accepted'
        AND d.person IN (SELECT person FROM returns WHERE edition = $1)";
const RETURNS: &str = "SELECT person, kind, status FROM returns WHERE edition = $1";
const LEFT: &str = "SELECT d.person, d.key, d.changed_at FROM deliveries d
    WHERE d.edition = $1 AND d.status = 'accepted' AND d.person IN
        (SELECT person FROM no_mail_changes WHERE step = 'add' AND at < $2
            AND at >= (SELECT planned_at FROM editions WHERE name = $1))";
const NOES: &str = "SELECT person, reason, detail, at FROM no_mail_changes
    WHERE step = 'add' AND at < $2 AND at >= (SELECT planned_at FROM editions WHERE name = $1) ORDER BY id";
const MISSING: &str = "SELECT count(*) FROM deliveries d WHERE d.edition = $1
    AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.edition = $2 AND o.key = d.key)";

const NEW_NOES: &str = "SELECT count(*) FROM do_not_mail
    WHERE change > (SELECT last_no FROM editions WHERE name = $1)";

impl AftermathStore for PostgresLedger {
    async fn returns_of_edition(&self, edition: &str) -> Result<Vec<EditionReturn>, LedgerError> {
        let accepted = self.server.query(RETURNED, &[&edition]).await?;
        let rows = self.server.query(RETURNS, &[&edition]).await?;
        let returns = rows
            .iter()
            .map(|row| Ok((row.get(0), kind_of(row.get(1))?, row.get(2))))
            .collect::<Result<_, LedgerError>>()?;
        Ok(returns_of_accepted(accepted.iter().map(accepted_copy).collect(), returns))
    }

    async fn leavings_of_edition(
        &self,
        edition: &str,
        until: DateTime<Utc>,
    ) -> Result<Vec<Leaving>, LedgerError> {
        let accepted = self.server.query(LEFT, &[&edition, &millis(until)]).await?;
        let rows = self.server.query(NOES, &[&edition, &millis(until)]).await?;
        let noes = rows
            .iter()
            .map(|row| {
                let reason: Option<&str> = row.get(1);
                let (reason, at) = (reason_of(reason)?, time(row.get(3)));
                Ok(RecordedNo { person: row.get(0), reason, detail: row.get(2), at })
            })
            .collect::<Result<_, LedgerError>>()?;
        Ok(leavings_of_accepted(accepted.iter().map(accepted_copy).collect(), noes))
    }

    async fn noes_since_plan(&self, edition: &str) -> Result<u64, LedgerError> {
        let rows = self.server.query(NEW_NOES, &[&edition]).await?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn people_missing_from(&self, edition: &str, other: &str) -> Result<u64, LedgerError> {
        let rows = self.server.query(MISSING, &[&edition, &other]).await?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn accepted_copy(row: &Row) -> AcceptedCopy {
    AcceptedCopy { person: row.get(0), key: row.get(1), accepted_at: time(row.get(2)) }
}
