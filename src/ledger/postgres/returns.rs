//! What came back, on the server.
//! Shell: reads and writes rows.

use tokio_postgres::{Row, Transaction};

use super::runs::decide;
use super::schema::ROW_COLUMNS;
use super::server::{Statements, patiently};
use super::{PostgresLedger, no_mail_batch, row_of};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::returns::{FoundCopy, ReturnStore, ReturnedCopy, Settlement, kind_of};

const OF_PERSON: &str =
    "SELECT edition, kind, at, status FROM returns WHERE person = $1 ORDER BY at, notice";

impl ReturnStore for PostgresLedger {
    async fn find_copies(
        &self,
        message_ids: Vec<String>,
        people: Vec<String>,
    ) -> Result<Vec<FoundCopy>, LedgerError> {
        let sql = format!(
            "SELECT {ROW_COLUMNS}, person FROM deliveries
             WHERE message_id = ANY($1) OR person = ANY($2) ORDER BY id"
        );
        let rows = self.server.query(&sql, &[&message_ids, &people]).await?;
        rows.iter()
            .map(|found| {
                let (id, row) = row_of(found)?;
                Ok(FoundCopy { id, person: found.get(9), row })
            })
            .collect()
    }

    async fn settle_returns(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, LedgerError> {
        // What was written by a commit whose answer was lost is not new again.
        patiently!(self.server, async |transaction, statements| {
            settle(transaction, statements, &settlements).await
        })
    }

    async fn returns_of(&self, person: &str) -> Result<Vec<ReturnedCopy>, LedgerError> {
        let rows = self.server.query(OF_PERSON, &[&person]).await?;
        rows.iter().map(|row| returned(person, row)).collect()
    }
}

/// Of each notice, whether it was new.
async fn settle(
    transaction: &Transaction<'_>,
    statements: &Statements,
    settlements: &[Settlement],
) -> Result<Vec<bool>, LedgerError> {
    let mut new = Vec::new();
    for Settlement { notice, returned, change, proof } in settlements {
        let sql = "INSERT INTO returns VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let (kind, at) = (returned.kind.word(), millis(returned.at));
        let written = transaction
            .execute(
                sql,
                &[notice, &returned.person, &returned.edition, &kind, &at, &returned.status],
            )
            .await?;
        new.push(written > 0);
        if written == 0 {
            continue;
        }
        if let Some(change) = change {
            no_mail_batch::write(transaction, std::slice::from_ref(change)).await?;
        }
        if let Some(proof) = proof {
            decide(transaction, statements, std::slice::from_ref(proof), returned.at).await?;
        }
    }
    Ok(new)
}

fn returned(person: &str, row: &Row) -> Result<ReturnedCopy, LedgerError> {
    let word: String = row.get(1);
    let kind = kind_of(&word)?;
    Ok(ReturnedCopy {
        person: person.to_owned(),
        edition: row.get(0),
        kind,
        at: time(row.get(2)),
        status: row.get(3),
    })
}
