//! What was due, in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteLedger;
use crate::ledger::column::{damaged, millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::schedule_store::{
    DUE_RAN, FollowedSchedule, OccurrenceStep, ScheduleStore, WRONG_CLOCK,
};
use crate::ledger::schema_of_schedules as sql;
use crate::schedule::{Occurrence, OccurrenceState};

impl ScheduleStore for SqliteLedger {
    async fn begin_schedule(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, LedgerError> {
        let schedule = schedule.to_owned();
        self.writer
            .run(true, move |connection| {
                let now = millis(now);
                connection.execute(sql::BEGIN, params![schedule, now])?;
                let begun: Option<i64> =
                    connection.query_row(sql::BEGUN, params![schedule, now], |row| row.get(0))?;
                if begun.is_none() {
                    connection.execute(sql::BEGIN, params![sql::again(&schedule, now), now])?;
                }
                Ok(time(begun.unwrap_or(now)))
            })
            .await
    }

    async fn followed(
        &self,
        schedule: &str,
        now: DateTime<Utc>,
    ) -> Result<FollowedSchedule, LedgerError> {
        let schedule = schedule.to_owned();
        self.writer
            .run(false, move |connection| {
                let begun: Option<i64> =
                    connection
                        .query_row(sql::BEGUN, params![schedule, millis(now)], |row| row.get(0))?;
                let last_run =
                    connection.query_row(sql::NOTICED, [DUE_RAN], |row| row.get(0)).optional()?;
                Ok(FollowedSchedule { begun: begun.map(time), last_run: last_run.map(time) })
            })
            .await
    }

    async fn occurrences(&self) -> Result<Vec<Occurrence>, LedgerError> {
        self.writer.run(false, all).await
    }

    async fn claim_occurrence(&self, row: Occurrence) -> Result<bool, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let latest = millis(row.at + WRONG_CLOCK);
                Ok(connection.execute(
                    sql::CLAIM,
                    params![
                        row.schedule,
                        row.day.to_string(),
                        row.state.word(),
                        row.edition,
                        millis(row.opens_at),
                        millis(row.at),
                        millis(row.closed_at),
                        row.by,
                        row.why,
                        latest
                    ],
                )? > 0)
            })
            .await
    }

    async fn step_occurrence(&self, step: OccurrenceStep) -> Result<bool, LedgerError> {
        self.writer
            .run(true, move |connection| {
                let OccurrenceStep { schedule, day, from, to, at, closed_at, by, why } = step;
                Ok(connection.execute(
                    sql::STEP,
                    params![
                        to.word(),
                        millis(at),
                        millis(closed_at),
                        by,
                        why,
                        schedule,
                        day.to_string(),
                        from.word()
                    ],
                )? > 0)
            })
            .await
    }

    async fn set_time(&self, row: Occurrence) -> Result<bool, LedgerError> {
        self.writer.run(true, move |connection| set_time(connection, &row)).await
    }

    async fn claim_notice(
        &self,
        kind: &str,
        every: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let kind = kind.to_owned();
        self.writer
            .run(true, move |connection| {
                let (before, after) = (millis(now - every), millis(now + every));
                Ok(connection.execute(sql::NOTICE, params![kind, millis(now), before, after])? > 0)
            })
            .await
    }

    async fn release_notice(&self, kind: &str, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let kind = kind.to_owned();
        self.writer
            .run(true, move |connection| {
                connection.execute(sql::RELEASE_NOTICE, params![kind, millis(at)])?;
                Ok(())
            })
            .await
    }
}

fn set_time(connection: &Connection, row: &Occurrence) -> Result<bool, LedgerError> {
    let begun: i64 = connection.query_row(sql::IS_BEGUN, [&row.schedule], |row| row.get(0))?;
    if begun > 0 {
        return Ok(false);
    }
    let day = row.day.to_string();
    connection.execute(sql::CANCEL_OTHERS, params![millis(row.at), row.by, row.schedule, day])?;
    let values = params![
        row.schedule,
        day,
        row.state.word(),
        row.edition,
        millis(row.opens_at),
        millis(row.at),
        millis(row.closed_at),
        row.by,
        row.why
    ];
    Ok(connection.execute(sql::SET_TIME, values)? > 0)
}

fn all(connection: &Connection) -> Result<Vec<Occurrence>, LedgerError> {
    let mut query = connection.prepare(sql::ALL)?;
    let rows = query.query_map([], |row| {
        let words: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let moments: (i64, i64, i64) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let texts: (Option<String>, String, String) = (row.get(3)?, row.get(7)?, row.get(8)?);
        Ok((words, moments, texts))
    })?;
    rows.map(|row| {
        let ((schedule, day, state), (opens_at, at, closed_at), (edition, by, why)) = row?;
        Ok(Occurrence {
            schedule,
            day: day.parse().map_err(|_| damaged(format!("`{day}` is not a day")))?,
            state: OccurrenceState::parse(&state)
                .ok_or_else(|| damaged(format!("`{state}` is not a state of an occurrence")))?,
            edition,
            opens_at: time(opens_at),
            at: time(at),
            closed_at: time(closed_at),
            by,
            why,
        })
    })
    .collect()
}
