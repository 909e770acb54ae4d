//! An edition's plan on its way into the tables, in one transaction, and all plans out of them.
//! Shell: writes and reads rows.

use serde::de::DeserializeOwned;
use tokio_postgres::Transaction;

use super::approvals::stops_of;
use super::schema::{PLAN_COPIES, PLAN_LEFT_OUT};
use super::server::PostgresServer;
use crate::ledger::column::{from_json, millis, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::{LeftOutRow, Plan, PlannedEdition, PlannedRow, RowPlan};

/// Rows of one INSERT.
const PLAN_ROWS: usize = 5000;

/// Writes an edition and its rows, or nothing.
pub(super) async fn insert_plan(
    transaction: &Transaction<'_>,
    plan: &Plan,
) -> Result<(), LedgerError> {
    let edition = &plan.edition;
    let inserted = transaction
        .execute(
            "INSERT INTO editions (name, planned_at, planned, last_no)
             VALUES ($1, $2, $3, (SELECT coalesce(max(id), 0) FROM no_mail_changes)) ON CONFLICT DO NOTHING",
            &[&edition.name, &millis(edition.planned_at), &to_json(edition)?],
        )
        .await?;
    if inserted == 0 {
        return Err(LedgerError::PlannedAlready { edition: edition.name.clone() });
    }
    if stops_of(transaction, &edition.name).await? > plan.stops_seen {
        return Err(LedgerError::StoppedMeanwhile { edition: edition.name.clone() });
    }
    let (mut copies, mut left_out, mut written) = (Vec::new(), Vec::new(), 0);
    for rows in (plan.rows)() {
        for row in rows? {
            match row {
                RowPlan::Copy(row) => copies.push(row),
                RowPlan::LeftOut(row) => left_out.push(row),
            }
        }
        if copies.len().max(left_out.len()) >= PLAN_ROWS {
            written += copies.len() as u64;
            insert_rows(transaction, plan, &mut copies, &mut left_out).await?;
        }
    }
    written += copies.len() as u64;
    insert_rows(transaction, plan, &mut copies, &mut left_out).await?;
    if written != plan.people {
        return Err(LedgerError::Miscounted { people: plan.people, written });
    }
    Ok(())
}

async fn insert_rows(
    transaction: &Transaction<'_>,
    plan: &Plan,
    copies: &mut Vec<PlannedRow>,
    left_out: &mut Vec<LeftOutRow>,
) -> Result<(), LedgerError> {
    let edition = &plan.edition.name;
    let rows = std::mem::take(copies);
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let addresses: Vec<&str> = rows.iter().map(|row| row.address.as_str()).collect();
    let recipients: Vec<&str> = rows.iter().map(|row| row.recipient.as_str()).collect();
    let persons: Vec<&str> = rows.iter().map(|row| row.person.as_str()).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.message_id.as_str()).collect();
    let planned_at = millis(plan.edition.planned_at);
    transaction
        .execute(
            PLAN_COPIES,
            &[edition, &planned_at, &keys, &addresses, &recipients, &persons, &ids],
        )
        .await?;
    let rows = std::mem::take(left_out);
    let addresses: Vec<&str> = rows.iter().map(|row| row.address.as_str()).collect();
    let whys: Vec<&str> = rows.iter().map(|row| row.why.as_str()).collect();
    transaction.execute(PLAN_LEFT_OUT, &[edition, &addresses, &whys]).await?;
    Ok(())
}

/// An edition that was planned.
pub(super) async fn edition(
    server: &PostgresServer,
    name: &str,
) -> Result<Option<PlannedEdition>, LedgerError> {
    let rows = server.query("SELECT planned FROM editions WHERE name = $1", &[&name]).await?;
    rows.first().map(|row| from_json(row.get(0))).transpose()
}

/// All editions, as much of each as `T` takes.
pub(super) async fn editions<T: DeserializeOwned>(
    server: &PostgresServer,
) -> Result<Vec<T>, LedgerError> {
    let sql = "SELECT planned FROM editions ORDER BY planned_at DESC, name";
    let rows = server.query(sql, &[]).await?;
    rows.iter().map(|row| from_json(row.get(0))).collect()
}
