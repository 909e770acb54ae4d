//! What became of an edition after it was accepted, in the file.
//! Shell: reads rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteLedger;
use crate::ledger::aftermath::{
    AcceptedCopy, AftermathStore, EditionReturn, Leaving, RecordedNo, leavings_of_accepted,
    returns_of_accepted,
};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::reason_of;
use crate::ledger::returns::kind_of;

/// The rows of an edition stand together: its copies are looked through once, for all figures.
const ROWS: &str =
    "FROM deliveries d WHERE d.id BETWEEN (SELECT first_row FROM editions WHERE name = ?1)
    AND (SELECT last_row FROM editions WHERE name = ?1)";

const NEW_NOES: &str = "SELECT count(*) FROM do_not_mail
    WHERE change > (SELECT last_no FROM editions WHERE name = ?1)";

impl AftermathStore for SqliteLedger {
    async fn returns_of_edition(&self, edition: &str) -> Result<Vec<EditionReturn>, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| returns(connection, &edition)).await
    }

    async fn leavings_of_edition(
        &self,
        edition: &str,
        until: DateTime<Utc>,
    ) -> Result<Vec<Leaving>, LedgerError> {
        let edition = edition.to_owned();
        self.writer.run(false, move |connection| leavings(connection, &edition, until)).await
    }

    async fn noes_since_plan(&self, edition: &str) -> Result<u64, LedgerError> {
        let edition = edition.to_owned();
        self.writer
            .run(false, move |connection| {
                let count: i64 = connection.query_row(NEW_NOES, [edition], |row| row.get(0))?;
                Ok(u64::try_from(count).unwrap_or(0))
            })
            .await
    }

    async fn people_missing_from(&self, edition: &str, other: &str) -> Result<u64, LedgerError> {
        let (edition, other) = (edition.to_owned(), other.to_owned());
        self.writer
            .run(false, move |connection| {
                let sql = format!(
                    "SELECT count(*) {ROWS} AND NOT EXISTS
                         (SELECT 1 FROM copies c WHERE c.key = d.key AND c.edition = ?2)"
                );
                let count: i64 =
                    connection.query_row(&sql, params![edition, other], |row| row.get(0))?;
                Ok(u64::try_from(count).unwrap_or(0))
            })
            .await
    }
}

/// The accepted copies of the people whom a query finds.
fn accepted(
    connection: &Connection,
    people: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<AcceptedCopy>, LedgerError> {
    let sql = format!(
        "SELECT d.person, d.key, d.changed_at {ROWS} AND d.status = 'accepted' AND d.person IN ({people})"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_map(values, |row| {
        Ok(AcceptedCopy { person: row.get(0)?, key: row.get(1)?, accepted_at: time(row.get(2)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn returns(connection: &Connection, edition: &str) -> Result<Vec<EditionReturn>, LedgerError> {
    let people = "SELECT person FROM returns WHERE edition = ?1";
    let accepted = accepted(connection, people, [edition])?;
    let mut query =
        connection.prepare_cached("SELECT person, kind, status FROM returns WHERE edition = ?1")?;
    let rows = query.query_map([edition], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let returns = rows
        .map(|row| {
            let (person, word, status) = row?;
            Ok((person, kind_of(&word)?, status))
        })
        .collect::<Result<_, LedgerError>>()?;
    Ok(returns_of_accepted(accepted, returns))
}

fn leavings(
    connection: &Connection,
    edition: &str,
    until: DateTime<Utc>,
) -> Result<Vec<Leaving>, LedgerError> {
    let planned: Option<i64> = connection
        .query_row("SELECT planned_at FROM editions WHERE name = ?1", [edition], |row| row.get(0))
        .optional()?;
    let Some(planned) = planned else { return Ok(Vec::new()) };
    let people = "SELECT person FROM no_mail_changes WHERE step = 'add' AND at >= ?2 AND at < ?3";
    let accepted = accepted(connection, people, params![edition, planned, millis(until)])?;
    let mut query = connection.prepare_cached(
        "SELECT person, reason, detail, at FROM no_mail_changes
         WHERE step = 'add' AND at >= ?1 AND at < ?2 ORDER BY id",
    )?;
    let rows = query.query_map(params![planned, millis(until)], |row| {
        let reason = row.get::<_, Option<String>>(1)?;
        Ok((row.get::<_, String>(0)?, reason, row.get(2)?, time(row.get(3)?)))
    })?;
    let noes = rows
        .map(|row| {
            let (person, reason, detail, at) = row?;
            Ok(RecordedNo { person, reason: reason_of(reason.as_deref())?, detail, at })
        })
        .collect::<Result<_, LedgerError>>()?;
    Ok(leavings_of_accepted(accepted, noes))
}
