//! Messages to one person, on the server.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::server::patiently;
use super::{PostgresLedger, joining};
use crate::audience::import::StoredPerson;
use crate::ledger::column::millis;
use crate::ledger::error::LedgerError;
use crate::ledger::join_store::ON_LIST;
use crate::ledger::single_store::{
    self as sql, SingleMessage, SingleRecord, SingleResult, SingleStore,
};

impl SingleStore for PostgresLedger {
    async fn claim_single(
        &self,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SingleMessage>, LedgerError> {
        patiently!(self.server, async |transaction, _| claim(transaction, holder, now).await)
    }

    async fn hand_over_single(
        &self,
        id: i64,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let sql = sql::hand_over();
        patiently!(self.server, async |transaction, _| {
            Ok(transaction.execute(&sql, &[&millis(now), &id, &holder]).await? == 1)
        })
    }

    async fn record_single(
        &self,
        id: i64,
        holder: &str,
        result: SingleResult,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        patiently!(self.server, async |transaction, _| {
            let (status, detail, next_at, at, ends) = sql::result_columns(&result, now);
            let values: [&(dyn ToSql + Sync); 7] =
                [&status, &detail, &next_at, &at, &ends, &id, &holder];
            transaction.execute(sql::RECORD_RESULT, &values).await?;
            Ok(())
        })
    }

    async fn single_messages_of(&self, person: &str) -> Result<Vec<SingleRecord>, LedgerError> {
        let rows = self.server.query(sql::OF_PERSON, &[&person]).await?;
        let record = |row: &tokio_postgres::Row| {
            sql::single_record_of((row.get(0), row.get(1), row.get(2), row.get(3)))
        };
        rows.iter().map(record).collect()
    }

    async fn person_on_list(&self, key: &str) -> Result<Option<StoredPerson>, LedgerError> {
        let rows = self.server.query(ON_LIST, &[&key]).await?;
        Ok(rows.first().map(joining::person_of))
    }
}

async fn claim(
    transaction: &Transaction<'_>,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<Option<SingleMessage>, LedgerError> {
    let at = millis(now);
    transaction.execute(sql::RELEASE_STALE, &[&at]).await?;
    transaction.execute(sql::SETTLE_STALE, &[&at]).await?;
    transaction.execute(&sql::drop_unwanted(), &[&at]).await?;
    let values: [&(dyn ToSql + Sync); 3] = [&holder, &at, &sql::held_until(now)];
    let row = transaction.query_opt(&sql::claim("FOR UPDATE SKIP LOCKED"), &values).await?;
    row.map(|row| {
        let columns = (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5));
        sql::message_of(columns)
    })
    .transpose()
}
