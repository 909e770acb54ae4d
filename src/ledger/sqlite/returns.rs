//! What came back, in the file.
//! Shell: reads and writes rows.

use rusqlite::{Connection, params};

use super::figures::raw;
use super::schema::ROW_COLUMNS;
use super::{SqliteLedger, copies, no_mail};
use crate::ledger::column::{millis, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::returns::{FoundCopy, ReturnStore, ReturnedCopy, Settlement, kind_of};

impl ReturnStore for SqliteLedger {
    async fn find_copies(
        &self,
        message_ids: Vec<String>,
        people: Vec<String>,
    ) -> Result<Vec<FoundCopy>, LedgerError> {
        self.writer.run(false, move |connection| find(connection, &message_ids, &people)).await
    }

    async fn settle_returns(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, LedgerError> {
        self.writer
            .run(true, move |connection| {
                settlements.iter().map(|one| settle(connection, one)).collect()
            })
            .await
    }

    async fn returns_of(&self, person: &str) -> Result<Vec<ReturnedCopy>, LedgerError> {
        let person = person.to_owned();
        self.writer.run(false, move |connection| of_person(connection, &person)).await
    }
}

fn find(
    connection: &Connection,
    message_ids: &[String],
    people: &[String],
) -> Result<Vec<FoundCopy>, LedgerError> {
    let sql = format!(
        "SELECT id, person, {ROW_COLUMNS} FROM deliveries
         WHERE message_id IN (SELECT value FROM json_each(?1)) OR person IN (SELECT value FROM json_each(?2))
         ORDER BY id"
    );
    let mut query = connection.prepare(&sql)?;
    let wanted = params![to_json(&message_ids)?, to_json(&people)?];
    let rows = query.query_map(wanted, |row| Ok((row.get(0)?, row.get(1)?, raw(row, 2)?)))?;
    rows.map(|row| {
        let (id, person, raw) = row?;
        Ok(FoundCopy { id, person, row: raw.row()? })
    })
    .collect()
}

/// Whether a notice was new.
fn settle(connection: &Connection, settlement: &Settlement) -> Result<bool, LedgerError> {
    let Settlement { notice, returned, change, proof } = settlement;
    let sql = "INSERT INTO returns VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let values = params![
        notice,
        returned.person,
        returned.edition,
        returned.kind.word(),
        millis(returned.at),
        returned.status
    ];
    if connection.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(false);
    }
    if let Some(change) = change {
        no_mail::write(connection, change)?;
    }
    if let Some((id, event)) = proof {
        copies::decide(connection, *id, event, returned.at)?;
    }
    Ok(true)
}

fn of_person(connection: &Connection, person: &str) -> Result<Vec<ReturnedCopy>, LedgerError> {
    let sql = "SELECT edition, kind, at, status FROM returns WHERE person = ?1 ORDER BY at, notice";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([person], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
    })?;
    rows.map(|row| {
        let (edition, word, at, status) = row?;
        let kind = kind_of(&word)?;
        Ok(ReturnedCopy { person: person.to_owned(), edition, kind, at: time(at), status })
    })
    .collect()
}
