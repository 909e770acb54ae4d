//! Messages to one person, in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteLedger, figures, joining};
use crate::audience::import::StoredPerson;
use crate::ledger::column::millis;
use crate::ledger::error::LedgerError;
use crate::ledger::single_store::{
    self as sql, SingleMessage, SingleRecord, SingleResult, SingleStore,
};

impl SingleStore for SqliteLedger {
    async fn claim_single(
        &self,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SingleMessage>, LedgerError> {
        let holder = holder.to_owned();
        self.writer
            .run(true, move |connection| {
                figures::refuse_retired(connection)?;
                claim(connection, &holder, now)
            })
            .await
    }

    async fn hand_over_single(
        &self,
        id: i64,
        holder: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let holder = holder.to_owned();
        self.writer
            .run(true, move |connection| {
                let values = params![millis(now), id, holder];
                Ok(connection.prepare_cached(&sql::hand_over())?.execute(values)? == 1)
            })
            .await
    }

    async fn record_single(
        &self,
        id: i64,
        holder: &str,
        result: SingleResult,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let holder = holder.to_owned();
        self.writer
            .run(true, move |connection| {
                let (status, detail, next_at, at, ends) = sql::result_columns(&result, now);
                let values = params![status, detail, next_at, at, ends, id, holder];
                connection.prepare_cached(sql::RECORD_RESULT)?.execute(values)?;
                Ok(())
            })
            .await
    }

    async fn single_messages_of(&self, person: &str) -> Result<Vec<SingleRecord>, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(false, move |connection| {
                let mut query = connection.prepare_cached(sql::OF_PERSON)?;
                let rows = query.query_map([person], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?;
                rows.map(|row| sql::single_record_of(row?)).collect()
            })
            .await
    }

    async fn person_on_list(&self, key: &str) -> Result<Option<StoredPerson>, LedgerError> {
        let key = key.to_owned();
        self.writer.run(false, move |connection| joining::on_list(connection, &key)).await
    }
}

fn claim(
    connection: &Connection,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<Option<SingleMessage>, LedgerError> {
    let at = millis(now);
    connection.prepare_cached(sql::RELEASE_STALE)?.execute([at])?;
    connection.prepare_cached(sql::SETTLE_STALE)?.execute([at])?;
    connection.prepare_cached(&sql::drop_unwanted())?.execute([at])?;
    let row = connection
        .prepare_cached(&sql::claim(""))?
        .query_row(params![holder, at, sql::held_until(now)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .optional()?;
    row.map(sql::message_of).transpose()
}
