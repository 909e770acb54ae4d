//! What was due, on the server.
//! Shell: reads and writes rows.

use chrono::{DateTime, TimeDelta, Utc};
use tokio_postgres::{Row, Transaction};

use super::PostgresLedger;
use super::server::patiently;
use crate::ledger::column::{damaged, millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::schedule_store::{
    DUE_RAN, FollowedSchedule, OccurrenceStep, ScheduleStore, WRONG_CLOCK,
};
use crate::ledger::schema_of_schedules as sql;
use crate::schedule::{Occurrence, OccurrenceState};

/// One claim at a time: the answer of each is what the one before has left.
const LOCK: &str = "LOCK TABLE occurrences IN SHARE ROW EXCLUSIVE MODE";

impl ScheduleStore for PostgresLedger {
    async fn begin_schedule(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, LedgerError> {
        let now = millis(now);
        patiently!(self.server, async |transaction, _| {
            transaction.execute(sql::BEGIN, &[&schedule, &now]).await?;
            let begun: Option<i64> =
                transaction.query_one(sql::BEGUN, &[&schedule, &now]).await?.get(0);
            if begun.is_none() {
                let again = sql::again(schedule, now);
                transaction.execute(sql::BEGIN, &[&again, &now]).await?;
            }
            Ok(time(begun.unwrap_or(now)))
        })
    }

    async fn followed(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<FollowedSchedule, LedgerError> {
        let begun = self.server.query(sql::BEGUN, &[&schedule, &millis(now)]).await?;
        let last_run = self.server.query(sql::NOTICED, &[&DUE_RAN]).await?;
        Ok(FollowedSchedule {
            begun: begun.first().and_then(|row| row.get::<_, Option<i64>>(0)).map(time),
            last_run: last_run.first().map(|row| time(row.get(0))),
        })
    }

    async fn occurrences(&self) -> Result<Vec<Occurrence>, LedgerError> {
        self.server.query(sql::ALL, &[]).await?.iter().map(occurrence).collect()
    }

    async fn claim_occurrence(&self, row: Occurrence) -> Result<bool, LedgerError> {
        // Tried once: after a lost answer it is not known whether the row is ours, and the next run sees it.
        let latest = millis(row.at + WRONG_CLOCK);
        let (day, state) = (row.day.to_string(), row.state.word());
        let moments = [millis(row.opens_at), millis(row.at), millis(row.closed_at)];
        self.server
            .transaction(async |transaction, _| {
                let values: &[&(dyn tokio_postgres::types::ToSql + Sync)] = &[
                    &row.schedule,
                    &day,
                    &state,
                    &row.edition,
                    &moments[0],
                    &moments[1],
                    &moments[2],
                    &row.by,
                    &row.why,
                    &latest,
                ];
                Ok(transaction.execute(sql::CLAIM, values).await? > 0)
            })
            .await
    }

    async fn step_occurrence(&self, step: OccurrenceStep) -> Result<bool, LedgerError> {
        let OccurrenceStep { schedule, day, from, to, at, closed_at, by, why } = step;
        let (day, at, closed_at) = (day.to_string(), millis(at), millis(closed_at));
        self.server
            .transaction(async |transaction, _| {
                let values: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
                    &[&to.word(), &at, &closed_at, &by, &why, &schedule, &day, &from.word()];
                Ok(transaction.execute(sql::STEP, values).await? > 0)
            })
            .await
    }

    async fn set_time(&self, row: Occurrence) -> Result<bool, LedgerError> {
        self.server.transaction(async |transaction, _| set_time(transaction, &row).await).await
    }

    async fn claim_notice(
        &self,
        kind: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let (before, after) = (millis(now - every), millis(now + every));
        let now = millis(now);
        self.server
            .transaction(async |transaction, _| {
                let values: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
                    &[&kind, &now, &before, &after];
                Ok(transaction.execute(sql::NOTICE, values).await? > 0)
            })
            .await
    }

    async fn release_notice(&self, kind: &str, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let at = millis(at);
        self.server
            .transaction(async |transaction, _| {
                transaction.execute(sql::RELEASE_NOTICE, &[&kind, &at]).await?;
                Ok(())
            })
            .await
    }
}

async fn set_time(transaction: &Transaction<'_>, row: &Occurrence) -> Result<bool, LedgerError> {
    transaction.batch_execute(LOCK).await?;
    let begun: i64 = transaction.query_one(sql::IS_BEGUN, &[&row.schedule]).await?.get(0);
    if begun > 0 {
        return Ok(false);
    }
    let (day, state) = (row.day.to_string(), row.state.word());
    let (opens_at, at, closed_at) = (millis(row.opens_at), millis(row.at), millis(row.closed_at));
    transaction.execute(sql::CANCEL_OTHERS, &[&at, &row.by, &row.schedule, &day]).await?;
    let values: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
        &[&row.schedule, &day, &state, &row.edition, &opens_at, &at, &closed_at, &row.by, &row.why];
    Ok(transaction.execute(sql::SET_TIME, values).await? > 0)
}

fn occurrence(row: &Row) -> Result<Occurrence, LedgerError> {
    let (day, state): (String, String) = (row.get(1), row.get(2));
    Ok(Occurrence {
        schedule: row.get(0),
        day: day.parse().map_err(|_| damaged(format!("`{day}` is not a day")))?,
        state: OccurrenceState::parse(&state)
            .ok_or_else(|| damaged(format!("`{state}` is not a state of an occurrence")))?,
        edition: row.get(3),
        opens_at: time(row.get(4)),
        at: time(row.get(5)),
        closed_at: time(row.get(6)),
        by: row.get(7),
        why: row.get(8),
    })
}
