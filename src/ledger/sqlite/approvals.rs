//! Who has approved and who has stopped what, in the file.
//! Shell: reads and writes rows.

use rusqlite::{Connection, params};

use super::SqliteLedger;
use super::copies::control_if;
use crate::approval::{Approval, EditionStop, StopKind};
use crate::ledger::RunControl;
use crate::ledger::approval_store::ApprovalStore;
use crate::ledger::column::{damaged, from_json, millis, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::schema_of_stops as sql;

impl ApprovalStore for SqliteLedger {
    async fn approve(&self, approval: Approval, stops_seen: usize) -> Result<bool, LedgerError> {
        self.writer
            .run(true, move |connection| {
                if stops_of(connection, &approval.edition)? > stops_seen {
                    return Ok(false);
                }
                add(connection, &approval).map(|()| true)
            })
            .await
    }

    async fn approvals(&self) -> Result<Vec<Approval>, LedgerError> {
        self.writer.run(false, all).await
    }

    async fn stop(&self, stop: EditionStop, stops_seen: usize) -> Result<bool, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let EditionStop { edition, kind, .. } = &stop;
                let planned: i64 =
                    connection.query_row(sql::IS_PLANNED, [edition], |row| row.get(0))?;
                let is_unseen = kind.lifts() && stops_of(connection, edition)? > stops_seen;
                if planned > 0 || is_unseen {
                    return Ok(false);
                }
                add_stop(connection, &stop).map(|()| true)
            })
            .await
    }

    async fn stop_run(
        &self,
        stop: EditionStop,
        seen: Option<i64>,
    ) -> Result<RunControl, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let wanted = RunControl::of(stop.kind);
                let holds = control_if(connection, &stop.edition, (wanted, seen), stop.at)?;
                if holds == wanted {
                    add_stop(connection, &stop)?;
                }
                Ok(holds)
            })
            .await
    }

    async fn stops(&self) -> Result<Vec<EditionStop>, LedgerError> {
        self.writer.run(false, all_stops).await
    }
}

/// How many stops an edition has.
pub(super) fn stops_of(connection: &Connection, edition: &str) -> Result<usize, LedgerError> {
    let count: i64 = connection.query_row(sql::COUNT, [edition], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn add_stop(connection: &Connection, stop: &EditionStop) -> Result<(), LedgerError> {
    let EditionStop { edition, kind, who, account, at, .. } = stop;
    let values = params![edition, millis(*at), kind.word(), who, account, edition];
    connection.execute(sql::ADD, values)?;
    Ok(())
}

fn add(connection: &Connection, approval: &Approval) -> Result<(), LedgerError> {
    let sql = "INSERT INTO approvals (edition, at, who, account, by_last_editor, frozen)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Approval { edition, who, account, by_last_editor, at, frozen } = approval;
    let frozen = to_json(frozen)?;
    connection.execute(sql, params![edition, millis(*at), who, account, by_last_editor, frozen])?;
    Ok(())
}

fn all(connection: &Connection) -> Result<Vec<Approval>, LedgerError> {
    let sql = "SELECT edition, at, who, account, by_last_editor, frozen FROM approvals ORDER BY id";
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get::<_, String>(5)?,
        ))
    })?;
    rows.map(|row| {
        let (edition, at, who, account, by_last_editor, frozen) = row?;
        let frozen = from_json(&frozen)?;
        Ok(Approval { edition, who, account, by_last_editor, at: time(at), frozen })
    })
    .collect()
}

fn all_stops(connection: &Connection) -> Result<Vec<EditionStop>, LedgerError> {
    let mut query = connection.prepare(sql::ALL)?;
    let rows = query.query_map([], |row| {
        let (edition, at, kind): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((edition, at, kind, row.get(3)?, row.get(4)?, row.get::<_, i64>(5)?))
    })?;
    rows.map(|row| {
        let (edition, at, kind, who, account, approvals) = row?;
        Ok(EditionStop {
            edition,
            kind: StopKind::parse(&kind)
                .ok_or_else(|| damaged(format!("`{kind}` is not a kind of stop")))?,
            who,
            account,
            at: time(at),
            approvals: usize::try_from(approvals).unwrap_or(0),
        })
    })
    .collect()
}
