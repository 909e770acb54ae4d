//! Who has approved what, in the file.
//! Shell: reads and writes rows.

use rusqlite::{Connection, params};

use super::SqliteLedger;
use crate::approval::Approval;
use crate::ledger::approval_store::ApprovalStore;
use crate::ledger::column::{from_json, millis, time, to_json};
use crate::ledger::error::LedgerError;

impl ApprovalStore for SqliteLedger {
    async fn approve(&self, approval: Approval) -> Result<(), LedgerError> {
        self.writer.run(true, move |connection| add(connection, &approval)).await
    }

    async fn approvals(&self) -> Result<Vec<Approval>, LedgerError> {
        self.writer.run(false, all).await
    }
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
