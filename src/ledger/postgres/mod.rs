//! The ledger on a `PostgreSQL` server, for several computers that send one edition together.
//! Shell: one connection to the server, and a task that gathers changes into commits.
//!
//! Rows are claimed with `FOR UPDATE SKIP LOCKED`, so that no two runs get the same. Each run has a lease by the
//! server's clock and a number that only grows; every change it makes is made in a transaction that first sees that the
//! lease holds. A run that was away past its lease can therefore change nothing, however late it wakes. A server that is
//! away is waited for until the lease ends: the answers of the relay are kept, and written when it is back.

mod aftermath;
mod approvals;
mod changes;
mod followed;
mod frequency;
mod joining;
mod no_mail;
mod no_mail_batch;
mod people;
mod planning;
mod returns;
mod runs;
mod schedules;
mod schema;
mod server;
mod single;
#[cfg(test)]
pub(crate) mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;
use tokio_postgres::Row as SqlRow;

use super::column::{HighestAge, LARGEST_COMMIT, damaged, gather, millis, status_of, time};
use super::no_mail::{change_of, entry_of};
use super::{
    Claim, CopyRow, Counts, EditionProgress, EditionState, EditionSummary, Event, Heartbeat, LEASE,
    Ledger, LedgerMark, LeftOutRow, Nature, PAGE, Plan, PlannedEdition, RowFilter, RunControl,
    RunId, RunStart, reserve, until,
};
use crate::audience::segment::OUTSIDE;
use crate::audience::{NoMail, NoMailChange};
use crate::ledger::error::LedgerError;
use runs::{
    WriteBatch, apply_jobs, bump_generation, claim, control_if, control_of, decide, edition_of,
    recover, settle,
};
use schema::{ENTER, KEEP, NEXT_MOMENT, PROGRESS, ROW_COLUMNS, STANDING};
use server::{PostgresServer, ServerPatience, patiently};

/// How long changes are gathered, for each connection beyond the first, and at most: a commit is a round trip and a sync.
const GATHER_EACH: Duration = Duration::from_micros(100);
const GATHER_LONGEST: Duration = Duration::from_millis(1);

/// A ledger on a server: the connection, and the queue of its writer.
#[derive(Debug)]
pub struct PostgresLedger {
    server: Arc<PostgresServer>,
    jobs: mpsc::UnboundedSender<WriteBatch>,
    highest_age: HighestAge,
}

impl PostgresLedger {
    /// Whether its tables are those of this version, so that opening it changes nothing.
    ///
    /// # Errors
    /// When the address is not one, or the server cannot be reached.
    pub async fn is_newest(address: &str) -> Result<bool, LedgerError> {
        server::is_newest(address).await
    }

    /// Connects, and makes the tables or brings them to the newest version. `address` is a `postgres://` URL, which may
    /// hold a password.
    ///
    /// # Errors
    /// When the address is not one, the server cannot be reached, or its tables come from a newer roundup.
    pub async fn open(address: &str, connections: usize) -> Result<Self, LedgerError> {
        let server = Arc::new(PostgresServer::open(address).await?);
        let (jobs, queue) = mpsc::unbounded_channel();
        let gather = gather(connections, GATHER_EACH, GATHER_LONGEST);
        tokio::spawn(write(Arc::clone(&server), queue, gather));
        Ok(Self { server, jobs, highest_age: HighestAge::default() })
    }
}

/// The writer's life: take what waits, do it in one transaction, answer every caller.
async fn write(
    server: Arc<PostgresServer>,
    mut queue: mpsc::UnboundedReceiver<WriteBatch>,
    gather: Duration,
) {
    while let Some(first) = queue.recv().await {
        if !gather.is_zero() {
            sleep(gather).await;
        }
        let mut jobs = vec![first];
        while jobs.len() < LARGEST_COMMIT
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        let mut patience = ServerPatience::new();
        let mut again = false;
        let written = loop {
            let written = server.transaction(async |transaction, statements| {
                apply_jobs(transaction, statements, &jobs, again).await
            });
            match written.await {
                // What the relay answered is known: it is kept until the server is back, or others may take over.
                Err(error) if patience.bears(&error).await => again = true,
                written => break written,
            }
        };
        match written {
            Ok(outcomes) => {
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    // The caller may have gone; the change stands all the same.
                    let _ = job.reply.send(outcome);
                }
            }
            Err(error) => {
                for job in jobs {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
        }
    }
}

fn row_of(row: &SqlRow) -> Result<(i64, CopyRow), LedgerError> {
    let shown = CopyRow {
        edition: row.get(1),
        address: row.get(2),
        status: status_of(row.get(3))?,
        attempts: u32::try_from(row.get::<_, i32>(4)).unwrap_or(0),
        changed_at: time(row.get(5)),
        detail: row.get(7),
        next_at: row.get::<_, Option<i64>>(6).map(time),
        message_id: row.get(8),
    };
    Ok((row.get(0), shown))
}

fn count_of(row: Option<&SqlRow>, at: usize) -> u64 {
    row.map_or(0, |row| u64::try_from(row.get::<_, i64>(at)).unwrap_or(0))
}

fn lease_text() -> String {
    format!("{} seconds", LEASE.as_secs())
}

impl Ledger for PostgresLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        self.server
            .transaction(async |transaction, _| planning::insert_plan(transaction, &plan).await)
            .await
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        planning::edition(&self.server, name).await
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        planning::editions(&self.server).await
    }

    async fn summaries(&self) -> Result<Vec<EditionSummary>, LedgerError> {
        planning::editions(&self.server).await
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                recover(transaction, statements, edition, now).await
            })
            .await
    }

    async fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<RunStart, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                let uncertain = recover(transaction, statements, edition, now).await?;
                let values: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                    [&edition, &name, &millis(now), &lease_text()];
                let row = transaction.query_one(ENTER, &values).await?;
                bump_generation(transaction).await?;
                Ok(RunStart { sender: RunId(row.get(0)), uncertain })
            })
            .await
    }

    async fn keep(&self, sender: RunId, now: DateTime<Utc>) -> Result<Heartbeat, LedgerError> {
        let kept = self
            .server
            .transaction(async |transaction, statements| {
                let edition = edition_of(transaction, statements, sender).await?;
                transaction.execute(KEEP, &[&sender.0, &millis(now), &lease_text()]).await?;
                // The runs that live notice which are gone, and what those had in progress goes on.
                recover(transaction, statements, &edition, now).await?;
                let sql = "SELECT count(*) FROM senders WHERE edition = $1 AND ended_at IS NULL";
                let row = transaction.query_one(sql, &[&edition]).await?;
                Ok(Heartbeat {
                    control: control_of(transaction, &edition).await?.0,
                    senders: u32::try_from(row.get::<_, i64>(0)).unwrap_or(u32::MAX),
                    age: bump_generation(transaction).await?,
                })
            })
            .await?;
        self.highest_age.see(kept.age)?;
        Ok(kept)
    }

    async fn leave(&self, sender: RunId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        patiently!(self.server, async |transaction, statements| {
            let edition = edition_of(transaction, statements, sender).await?;
            let sql = "UPDATE senders SET ended_at = $2, kept_at = $2 WHERE id = $1";
            transaction.execute(sql, &[&sender.0, &millis(now)]).await?;
            let uncertain = settle(transaction, statements, &edition, now).await?;
            bump_generation(transaction).await?;
            Ok(uncertain)
        })
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    async fn claim(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        // Rows that were claimed by a commit whose answer was lost go back when the run leaves.
        patiently!(self.server, async |transaction, statements| {
            let edition = edition_of(transaction, statements, sender).await?;
            followed::follow(transaction, statements, &edition, now).await?;
            claim(transaction, statements, sender, now, most).await
        })
    }

    fn record_all(
        &self,
        sender: RunId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        let (reply, answer) = oneshot::channel();
        let queued = self
            .jobs
            .send(WriteBatch { sender, events, now, reply })
            .map_err(|_| LedgerError::Stopped);
        async move {
            queued?;
            answer.await.map_err(|_| LedgerError::Stopped)?
        }
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                decide(transaction, statements, &events, now).await
            })
            .await
    }

    async fn control_if(
        &self,
        edition: &str,
        control: RunControl,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<RunControl, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                control_if(transaction, statements, edition, (control, seen), now).await
            })
            .await
    }

    async fn edition_state(&self, edition: &str) -> Result<EditionState, LedgerError> {
        let rows = self.server.query(STANDING, &[&edition]).await?;
        let Some(row) = rows.first() else {
            return Err(damaged(format!("there is no edition `{edition}`")));
        };
        Ok(EditionState {
            control: RunControl::parse(row.get(0)).unwrap_or_default(),
            controlled_at: row.get::<_, Option<i64>>(1).map(time),
            last_sign: time(row.get(2)),
            senders: u32::try_from(row.get::<_, i64>(3)).unwrap_or(u32::MAX),
            control_number: row.get(4),
        })
    }

    async fn age(&self) -> Result<LedgerMark, LedgerError> {
        let rows = self.server.patient_query("SELECT identity, age FROM ledger", &[]).await?;
        let Some(row) = rows.first() else {
            return Err(damaged("it has no generation".to_owned()));
        };
        Ok(LedgerMark { identity: row.get(0), age: row.get(1) })
    }

    async fn nature(&self) -> Result<Nature, LedgerError> {
        let rows = self.server.query("SELECT secret_check, mark FROM ledger", &[]).await?;
        let Some(row) = rows.first() else { return Err(damaged("it has no mark".to_owned())) };
        let sql = "SELECT key, person FROM deliveries ORDER BY id DESC LIMIT 1";
        let somebody = self.server.query(sql, &[]).await?;
        Ok(Nature {
            secret_check: row.get(0),
            somebody: somebody.first().map(|row| (row.get(0), row.get(1))),
            mark: row.get(1),
            place: self.server.place().await?,
            retired: None,
        })
    }

    async fn bind_secret(&self, check: &str) -> Result<(), LedgerError> {
        let sql = "UPDATE ledger SET secret_check = $1 WHERE secret_check IS NULL";
        self.server.query(sql, &[&check]).await.map(drop)
    }

    async fn settle_here(&self) -> Result<(), LedgerError> {
        let place = self.server.place().await?;
        self.server.query("UPDATE ledger SET mark = $1", &[&place]).await.map(drop)
    }

    async fn reserve_send_slots(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        _now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        patiently!(self.server, async |transaction, _| {
            let row = transaction.query_one(NEXT_MOMENT, &[&edition]).await?;
            // The server's clock is the one that all runs share.
            let now = DateTime::from_timestamp_micros(row.get(1)).unwrap_or_default();
            let (first, next) = reserve(row.get(0), count, gap, now);
            let sql = "UPDATE editions SET next_moment = $2 WHERE name = $1";
            transaction.execute(sql, &[&edition, &next]).await?;
            Ok(until(first, now))
        })
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let sql = "SELECT status, count(*) FROM deliveries WHERE edition = $1 GROUP BY status";
        let mut counts = Counts::default();
        for row in self.server.query(sql, &[&edition]).await? {
            counts.add(status_of(row.get(0))?, count_of(Some(&row), 1));
        }
        Ok(counts)
    }

    async fn progress(&self, edition: &str) -> Result<EditionProgress, LedgerError> {
        let rows = self.server.patient_query(PROGRESS, &[&edition]).await?;
        Ok(EditionProgress { people: count_of(rows.first(), 0), open: count_of(rows.first(), 1) })
    }

    async fn page(
        &self,
        edition: &str,
        pick: RowFilter,
        after: Option<i64>,
    ) -> Result<Vec<(i64, CopyRow)>, LedgerError> {
        let sql = format!(
            "SELECT {ROW_COLUMNS} FROM deliveries WHERE edition = $1 AND id > $2 AND {}
             ORDER BY id LIMIT {PAGE}",
            pick.condition()
        );
        let rows = self.server.query(&sql, &[&edition, &after.unwrap_or(-1)]).await?;
        rows.iter().map(row_of).collect()
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM left_out WHERE edition = $1 AND NOT starts_with(why, $2)";
        Ok(count_of(self.server.query(sql, &[&edition, &OUTSIDE]).await?.first(), 0))
    }

    async fn history(&self, key: &str) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError> {
        let sql = format!("SELECT {ROW_COLUMNS} FROM deliveries WHERE key = $1 ORDER BY id DESC");
        let rows = self.server.query(&sql, &[&key]).await?;
        let rows = rows.iter().map(|row| Ok(row_of(row)?.1)).collect::<Result<_, LedgerError>>()?;
        let sql = "SELECT edition, address, why FROM left_out WHERE lower(address) = $1";
        let left_out = self.server.query(sql, &[&key]).await?;
        let left_out = left_out.iter().map(|row| LeftOutRow {
            edition: row.get(0),
            address: row.get(1),
            why: row.get(2),
        });
        Ok((rows, left_out.collect()))
    }

    async fn change_no_mail(&self, changes: Vec<NoMailChange>) -> Result<Vec<bool>, LedgerError> {
        // What was written by a commit whose answer was lost does not count again.
        patiently!(self.server, async |transaction, _| {
            no_mail_batch::write(transaction, &changes).await
        })
    }

    async fn no_mail_changes(&self, person: &str) -> Result<Vec<NoMailChange>, LedgerError> {
        let rows = self.server.query(no_mail::CHANGES, &[&person]).await?;
        rows.iter().map(|row| change_of(person, row.get(5), no_mail::columns(row, 0))).collect()
    }

    async fn suppression(&self, person: &str) -> Result<Option<NoMail>, LedgerError> {
        let rows = self.server.query(no_mail::ENTRY, &[&person]).await?;
        rows.first().map(|row| entry_of(no_mail::columns(row, 0))).transpose()
    }

    async fn no_mail_list(&self) -> Result<Vec<(String, NoMail)>, LedgerError> {
        let rows = self.server.query(no_mail::ENTRIES, &[]).await?;
        rows.iter().map(|row| Ok((row.get(5), entry_of(no_mail::columns(row, 0))?))).collect()
    }
}
