//! An edition's plan on its way into the tables: a million rows, in one commit.
//! Shell: writes rows.

use rusqlite::{Connection, params};

use super::approvals::stops_of;
use super::schema::FILL_COPIES;
use crate::ledger::column::{millis, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::{Plan, PlannedEdition, PlannedRow, RowPlan};

/// Rows of one INSERT.
const TOGETHER: usize = 32;

/// The numbers of a row's own parameters; the first two are everybody's.
fn places(at: usize) -> [usize; 5] {
    [3, 4, 5, 6, 7].map(|place| place + at * 5)
}

/// Writes some copies, numbered from `first`.
fn insert_copies(
    connection: &Connection,
    edition: &PlannedEdition,
    first: i64,
    rows: &[PlannedRow],
) -> rusqlite::Result<()> {
    let values: Vec<String> = (0..rows.len())
        .map(|at| {
            let [id, key, recipient, person, message_id] = places(at);
            format!("(?{id}, ?1, ?{key}, ?{recipient}, ?{person}, ?{message_id}, 'planned', ?2)")
        })
        .collect();
    let values = values.join(", ");
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO deliveries (id, edition, key, recipient, person, message_id, status, changed_at) VALUES {values}"
    ))?;
    insert.raw_bind_parameter(1, &edition.name)?;
    insert.raw_bind_parameter(2, millis(edition.planned_at))?;
    for (at, (id, row)) in (first..).zip(rows).enumerate() {
        insert.raw_bind_parameter(places(at)[0], id)?;
        let texts = [&row.key, &row.recipient, &row.person, &row.message_id];
        for (place, text) in places(at).into_iter().skip(1).zip(texts) {
            insert.raw_bind_parameter(place, text)?;
        }
    }
    insert.raw_execute().map(drop)
}

/// Writes an edition and its rows, or nothing.
pub(super) fn insert_plan(connection: &Connection, plan: &Plan) -> Result<(), LedgerError> {
    let edition = &plan.edition;
    let inserted = connection.execute(
        "INSERT INTO editions (name, planned_at, planned, last_no)
             VALUES (?1, ?2, ?3, (SELECT coalesce(max(id), 0) FROM no_mail_changes)) ON CONFLICT DO NOTHING",
        params![edition.name, millis(edition.planned_at), to_json(edition)?],
    )?;
    if inserted == 0 {
        return Err(LedgerError::PlannedAlready { edition: edition.name.clone() });
    }
    if stops_of(connection, &edition.name)? > plan.stops_seen {
        return Err(LedgerError::StoppedMeanwhile { edition: edition.name.clone() });
    }
    let last: Option<i64> =
        connection.query_row("SELECT max(id) FROM deliveries", [], |row| row.get(0))?;
    let first = last.unwrap_or(0) + 1;
    let mut next = first;
    let mut left_out = 0;
    let mut insert_left_out = connection
        .prepare_cached("INSERT INTO left_out (edition, address, why) VALUES (?1, ?2, ?3)")?;
    let mut waiting: Vec<PlannedRow> = Vec::new();
    for rows in (plan.rows)().map(Some).chain([None]) {
        let is_last = rows.is_none();
        for row in rows.transpose()?.unwrap_or_default() {
            match row {
                RowPlan::Copy(row) => waiting.push(row),
                RowPlan::LeftOut(row) => {
                    left_out += i64::from(row.is_counted());
                    insert_left_out.execute(params![row.edition, row.address, row.why])?;
                }
            }
        }
        // Several rows in one statement take two thirds of the time of one by one.
        let whole = if is_last { waiting.len() } else { waiting.len() / TOGETHER * TOGETHER };
        for some in waiting[..whole].chunks(TOGETHER) {
            insert_copies(connection, edition, next, some)?;
            next += i64::try_from(some.len()).unwrap_or(i64::MAX);
        }
        waiting.drain(..whole);
    }
    let written = u64::try_from(next - first).unwrap_or(0);
    if written != plan.people {
        return Err(LedgerError::Miscounted { people: plan.people, written });
    }
    connection.execute(FILL_COPIES, params![edition.name, first, next - 1])?;
    connection.execute(
        "UPDATE editions SET first_row = ?2, last_row = ?3, left_out = ?4 WHERE name = ?1",
        params![edition.name, first, next - 1, left_out],
    )?;
    Ok(())
}
