//! Runs, their leases, and what they take, write and leave behind. Their rows stand in the table `senders`: see ARCHITECTURE.md.
//! Shell: reads and writes rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use tokio_postgres::Transaction;

use super::changes::Changes;
use super::no_mail::suppressed_for;
use super::schema::{CLAIMABLE, END_SILENT, LEFT_OPEN, OF_CANCELLED, WAITING};
use super::server::Statements;
use crate::ledger::column::{from_json, millis, time};
use crate::ledger::delivery::{Event, Status, Writer, after_a_crash, in_cancelled};
use crate::ledger::error::LedgerError;
use crate::ledger::{Claim, Delivery, RunControl, RunId};

/// Some changes, and who waits for them.
#[derive(Debug)]
pub(super) struct WriteBatch {
    pub sender: RunId,
    pub events: Vec<(i64, Event)>,
    pub now: DateTime<Utc>,
    pub reply: oneshot::Sender<Result<(), LedgerError>>,
}

/// The editions of those runs whose lease holds.
async fn living(
    transaction: &Transaction<'_>,
    statements: &Statements,
    senders: Vec<i64>,
) -> Result<BTreeMap<i64, String>, LedgerError> {
    let rows = transaction.query(&statements.fence, &[&senders]).await?;
    Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The edition of a run whose lease holds.
pub(super) async fn edition_of(
    transaction: &Transaction<'_>,
    statements: &Statements,
    sender: RunId,
) -> Result<String, LedgerError> {
    let mut living = living(transaction, statements, vec![sender.0]).await?;
    living.remove(&sender.0).ok_or(LedgerError::Fenced)
}

/// Writes the changes of several callers, each all or nothing. `again` when an earlier try may have written them.
pub(super) async fn apply_jobs(
    transaction: &Transaction<'_>,
    statements: &Statements,
    jobs: &[WriteBatch],
    again: bool,
) -> Result<Vec<Result<(), LedgerError>>, LedgerError> {
    let senders: BTreeSet<i64> = jobs.iter().map(|job| job.sender.0).collect();
    let living = living(transaction, statements, senders.into_iter().collect()).await?;
    let ids: BTreeSet<i64> =
        jobs.iter().flat_map(|job| job.events.iter().map(|(id, _)| *id)).collect();
    let mut changes = Changes::lock(transaction, statements, ids.into_iter().collect()).await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        outcomes.push(if again && changes.has_all(&job.events, job.sender, job.now) {
            Ok(())
        } else if living.contains_key(&job.sender.0) {
            changes.apply_all(&job.events, Writer::Sender(job.sender), job.now)
        } else {
            Err(LedgerError::Fenced)
        });
    }
    changes.write(transaction, statements).await?;
    Ok(outcomes)
}

/// Writes somebody's word about rows; gives how many of them it was true for.
pub(super) async fn decide(
    transaction: &Transaction<'_>,
    statements: &Statements,
    events: &[(i64, Event)],
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    let ids: BTreeSet<i64> = events.iter().map(|(id, _)| *id).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    // The edition before its rows, as `control_if` does.
    let controls = transaction.query(OF_CANCELLED, &[&ids]).await?;
    let cancelled: BTreeSet<i64> = controls
        .iter()
        .filter(|row| RunControl::parse(row.get(1)) == Some(RunControl::Cancel))
        .map(|row| row.get(0))
        .collect();
    let mut changes = Changes::lock(transaction, statements, ids).await?;
    let mut decided = 0;
    for (id, event) in events {
        let events = if cancelled.contains(id) { in_cancelled(event) } else { vec![event.clone()] };
        let steps: Vec<_> = events.into_iter().map(|event| (*id, event)).collect();
        match changes.apply_all(&steps, Writer::Operator, now) {
            Ok(()) => decided += u64::from(!steps.is_empty()),
            Err(LedgerError::Impossible(_)) => {}
            Err(error) => return Err(error),
        }
    }
    changes.write(transaction, statements).await?;
    Ok(decided)
}

/// Settles the rows in progress of runs that have ended.
pub(super) async fn settle(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    let mut changes = Changes::default();
    let mut uncertain = 0;
    for row in transaction.query(LEFT_OPEN, &[&edition]).await? {
        let id = changes.take(&row)?;
        if let Some(event) = after_a_crash(changes.copy(id)?.status)
            && changes.apply(id, &event, Writer::Settlement, now)? == Status::Uncertain
        {
            uncertain += 1;
        }
    }
    changes.write(transaction, statements).await?;
    if control_of(transaction, edition).await?.0 == RunControl::Cancel {
        cancel_rest(transaction, statements, edition, now).await?;
    }
    Ok(uncertain)
}

/// Ends the runs whose lease is over, and settles what they had in progress.
pub(super) async fn recover(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    transaction.execute(END_SILENT, &[&edition, &millis(now)]).await?;
    settle(transaction, statements, edition, now).await
}

/// What is wanted of an edition, and how many commands there were.
pub(super) async fn control_of(
    transaction: &Transaction<'_>,
    edition: &str,
) -> Result<(RunControl, i64), LedgerError> {
    let sql = "SELECT wish, wish_number FROM editions WHERE name = $1";
    let row = transaction.query_opt(sql, &[&edition]).await?;
    Ok(row.map_or((RunControl::Go, 0), |row| {
        (RunControl::parse(row.get(0)).unwrap_or_default(), row.get(1))
    }))
}

pub(super) async fn control_if(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    (control, seen): (RunControl, Option<i64>),
    now: DateTime<Utc>,
) -> Result<RunControl, LedgerError> {
    // Locked, so that of two operators one comes after the other.
    transaction.execute("SELECT 1 FROM editions WHERE name = $1 FOR UPDATE", &[&edition]).await?;
    let (current, number) = control_of(transaction, edition).await?;
    if !current.gives_way(number, control, seen) {
        return Ok(current);
    }
    transaction
        .execute(
            "UPDATE editions SET wish = $2, wished_at = $3, wish_number = $4 WHERE name = $1",
            &[&edition, &control.word(), &millis(now), &(number + 1)],
        )
        .await?;
    if control == RunControl::Cancel {
        cancel_rest(transaction, statements, edition, now).await?;
    }
    Ok(control)
}

async fn cancel_rest(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut changes = Changes::default();
    for row in transaction.query(WAITING, &[&edition]).await? {
        let id = changes.take(&row)?;
        changes.apply(id, &Event::Cancelled, Writer::Operator, now)?;
    }
    changes.write(transaction, statements).await
}

/// The ledger grows older.
pub(super) async fn bump_generation(transaction: &Transaction<'_>) -> Result<i64, LedgerError> {
    let sql = "UPDATE ledger SET age = age + 1 RETURNING age";
    Ok(transaction.query_one(sql, &[]).await?.get(0))
}

/// Rows that are planned, or deferred and due, and that no other run is taking at this moment.
pub(super) async fn claim(
    transaction: &Transaction<'_>,
    statements: &Statements,
    sender: RunId,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Claim, LedgerError> {
    let edition = edition_of(transaction, statements, sender).await?;
    let mut claim = Claim::default();
    if control_of(transaction, &edition).await?.0 != RunControl::Go {
        return Ok(claim);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    while claim.deliveries.is_empty() {
        let mut changes = Changes::default();
        for sql in CLAIMABLE {
            let room = most - i64::try_from(changes.len()).unwrap_or(most);
            for row in transaction.query(sql, &[&edition, &millis(now), &room]).await? {
                let id = changes.take(&row)?;
                if let Some(why) = suppressed_for(&row, 8)? {
                    changes.apply(id, &Event::Suppressed { why }, Writer::Settlement, now)?;
                    continue;
                }
                let attempts = changes.copy(id)?.attempts;
                changes.apply(id, &Event::Claimed, Writer::Sender(sender), now)?;
                let recipient = from_json(row.get(7))?;
                claim.deliveries.push(Delivery { id, recipient, attempts });
            }
        }
        if changes.is_empty() {
            let sql =
                "SELECT min(next_at) FROM deliveries WHERE edition = $1 AND status = 'deferred'";
            let row = transaction.query_one(sql, &[&edition]).await?;
            claim.next_due = row.get::<_, Option<i64>>(0).map(time);
            return Ok(claim);
        }
        // When all of these were suppressed, it looks for others.
        changes.write(transaction, statements).await?;
    }
    Ok(claim)
}
