//! What came back, on the server.
//! Shell: reads and writes rows.

use std::collections::HashSet;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Transaction};

use super::runs::decide;
use super::schema::ROW_COLUMNS;
use super::server::{Statements, patiently};
use super::{PostgresLedger, no_mail_batch, row_of};
use crate::audience::NoMailChange;
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

/// Those that are new, with whom they are about.
const ADD: &str = "INSERT INTO returns
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
    ON CONFLICT DO NOTHING RETURNING notice, person";

/// Of each notice, whether it was new.
async fn settle(
    transaction: &Transaction<'_>,
    statements: &Statements,
    settlements: &[Settlement],
) -> Result<Vec<bool>, LedgerError> {
    let returned = || settlements.iter().map(|one| &one.returned);
    let notices: Vec<&str> = settlements.iter().map(|one| one.notice.as_str()).collect();
    let people: Vec<&str> = returned().map(|one| one.person.as_str()).collect();
    let editions: Vec<Option<&str>> = returned().map(|one| one.edition.as_deref()).collect();
    let kinds: Vec<&str> = returned().map(|one| one.kind.word()).collect();
    let at: Vec<i64> = returned().map(|one| millis(one.at)).collect();
    let statuses: Vec<&str> = returned().map(|one| one.status.as_str()).collect();
    let values: [&(dyn ToSql + Sync); 6] = [&notices, &people, &editions, &kinds, &at, &statuses];
    let written = transaction.query(ADD, &values).await?;
    let mut written: HashSet<(String, String)> =
        written.iter().map(|row| (row.get(0), row.get(1))).collect();
    // The same notice about the same person is new once.
    let is_new =
        |one: &Settlement| written.remove(&(one.notice.clone(), one.returned.person.clone()));
    let new: Vec<bool> = settlements.iter().map(is_new).collect();
    let counted = || settlements.iter().zip(&new).filter(|(_, is_new)| **is_new);
    let changes: Vec<NoMailChange> = counted().filter_map(|(one, _)| one.change.clone()).collect();
    if !changes.is_empty() {
        no_mail_batch::write(transaction, &changes).await?;
    }
    for (one, _) in counted() {
        if let Some(proof) = &one.proof {
            decide(transaction, statements, std::slice::from_ref(proof), one.returned.at).await?;
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
