//! The ledger on a `PostgreSQL` server, for several computers that send one edition together.
//! Shell: one connection to the server, and a task that gathers changes into commits.
//!
//! Rows are claimed with `FOR UPDATE SKIP LOCKED`, so that no two senders get the same. Each sender has a lease by the
//! server's clock and a number that only grows; every change it makes is made in a transaction that first sees that the
//! lease holds. A sender that was away past its lease can therefore change nothing, however late it wakes.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::Severity;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row as SqlRow, Statement, Transaction};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::column::{LARGEST_COMMIT, damaged, from_json, gather, millis, status_of, time, to_json};
use super::delivery::{ImpossibleStep, after_a_crash, next};
use super::{
    Claim, Counts, Delivery, Entered, Event, Kept, LEASE, Ledger, LedgerAge, LedgerError,
    LeftOutRow, PAGE, Pick, Plan, Planned, PlannedEdition, PlannedRow, Progress, Row, SenderId,
    Standing, Status, Wish, reserve, until,
};

const SCHEMA: &str = include_str!("schema/postgres-1.sql");
const VERSION: i64 = 1;
/// The number that keeps two processes from making the tables at once: any number, the same for all.
const MAKING_TABLES: i64 = 0x726f_756e_6475_7001;
/// How long changes are gathered, for each connection beyond the first, and at most: a commit is a round trip and a sync.
const GATHER_EACH: Duration = Duration::from_micros(100);
const GATHER_LONGEST: Duration = Duration::from_millis(1);
/// A server that does not answer within this time is not there. Well within the lease.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Rows of one INSERT when an edition is planned.
const PLAN_ROWS: usize = 5000;

/// Some changes, and who waits for them.
struct Job {
    sender: SenderId,
    events: Vec<(i64, Event)>,
    now: DateTime<Utc>,
    tell: oneshot::Sender<Result<(), LedgerError>>,
}

/// See the module.
#[derive(Debug)]
pub struct PostgresLedger {
    server: Arc<Server>,
    jobs: mpsc::UnboundedSender<Job>,
}

#[derive(Debug)]
struct Server {
    config: Config,
    session: Mutex<Option<Session>>,
}

/// A connection with what it does all the time, prepared.
#[derive(Debug)]
struct Session {
    client: Client,
    statements: Statements,
}

#[derive(Debug)]
struct Statements {
    fence: Statement,
    lock: Statement,
    update: Statement,
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            fence: client
                .prepare(
                    "SELECT id, edition FROM senders WHERE id = ANY($1) AND ended_at IS NULL
                     AND lease_until > clock_timestamp() FOR SHARE",
                )
                .await?,
            lock: client
                .prepare(
                    "SELECT id, status, sender FROM deliveries WHERE id = ANY($1) ORDER BY id FOR UPDATE",
                )
                .await?,
            update: client
                .prepare(
                    "UPDATE deliveries d SET status = u.status, changed_at = u.changed_at, next_at = u.next_at,
                     detail = u.detail, attempts = greatest(0, d.attempts + u.tried), sender = u.sender
                     FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::int[], $7::bigint[])
                     AS u (id, status, changed_at, next_at, detail, tried, sender) WHERE d.id = u.id",
                )
                .await?,
        })
    }
}

impl PostgresLedger {
    /// Connects, and makes the tables if there are none. `address` is a `postgres://` URL, which may hold a password.
    ///
    /// # Errors
    /// When the address is none, the server cannot be reached, or its tables come from a newer roundup.
    pub async fn open(address: &str, connections: usize) -> Result<Self, LedgerError> {
        let mut config: Config = address.parse().map_err(|_| LedgerError::Open {
            // The parser's words may hold the password.
            path: "ROUNDUP_LEDGER".to_owned(),
            what: "it is no address like postgres://user:password@host/database".to_owned(),
        })?;
        config.connect_timeout(ANSWER_WITHIN).application_name("roundup");
        let server = Arc::new(Server { config, session: Mutex::new(None) });
        let gather = gather(connections, GATHER_EACH, GATHER_LONGEST);
        drop(server.session().await?);
        let (jobs, queue) = mpsc::unbounded_channel();
        tokio::spawn(write(Arc::clone(&server), queue, gather));
        Ok(Self { server, jobs })
    }
}

/// The host, user and database of an address: what may be shown of it.
fn shown(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    format!("postgres://{host}/{}", config.get_dbname().unwrap_or_default())
}

fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn broken(error: &tokio_postgres::Error) -> LedgerError {
    if let Some(answer) = error.as_db_error() {
        let what = answer.message().to_owned();
        // A fatal answer ends the session: the server goes down, or did not want to wait for us any longer.
        return match answer.parsed_severity() {
            Some(Severity::Fatal | Severity::Panic) => LedgerError::Unreachable { what },
            _ => LedgerError::Write { what },
        };
    }
    LedgerError::Unreachable { what: cause(error) }
}

impl Server {
    async fn connect(&self) -> Result<Client, LedgerError> {
        // A sender that is stopped in the middle of a transaction must not hold up the others for long.
        let session = "SET search_path TO roundup; SET synchronous_commit TO on; SET statement_timeout TO '10s'; \
                       SET idle_in_transaction_session_timeout TO '5s'";
        let unreachable = |what: String| LedgerError::Unreachable {
            what: format!("{}: {what}", shown(&self.config)),
        };
        let client = if is_local(&self.config) && self.config.get_ssl_mode() != SslMode::Require {
            let (client, connection) =
                self.config.connect(NoTls).await.map_err(|error| unreachable(cause(&error)))?;
            tokio::spawn(connection);
            client
        } else {
            // Names and addresses of people never cross a network in the clear.
            let mut config = self.config.clone();
            config.ssl_mode(SslMode::Require);
            let tls = tls().map_err(unreachable)?;
            let (client, connection) =
                config.connect(tls).await.map_err(|error| unreachable(cause(&error)))?;
            tokio::spawn(connection);
            client
        };
        client.batch_execute(session).await.map_err(|error| broken(&error))?;
        Ok(client)
    }

    /// The connection, made anew when it was lost.
    async fn session(&self) -> Result<MutexGuard<'_, Option<Session>>, LedgerError> {
        let mut session = self.session.lock().await;
        if session.as_ref().is_none_or(|session| session.client.is_closed()) {
            let connecting = async {
                let client = self.connect().await?;
                self.make_tables(&client).await?;
                let statements =
                    Statements::prepare(&client).await.map_err(|error| broken(&error))?;
                Ok::<_, LedgerError>(Session { client, statements })
            };
            *session = Some(timeout(ANSWER_WITHIN, connecting).await.map_err(|_| self.silent())??);
        }
        Ok(session)
    }

    fn silent(&self) -> LedgerError {
        LedgerError::Unreachable { what: format!("{} does not answer", shown(&self.config)) }
    }

    /// Does some work in a transaction, all or nothing.
    async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>, &Statements) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut session = self.session().await?;
        let Some(Session { client, statements }) = session.as_mut() else {
            return Err(LedgerError::Stopped);
        };
        let outcome = timeout(ANSWER_WITHIN, async {
            let transaction = client.transaction().await.map_err(|error| broken(&error))?;
            let value = work(&transaction, statements).await?;
            transaction.commit().await.map_err(|error| broken(&error))?;
            Ok(value)
        });
        let Ok(outcome) = outcome.await else {
            // Nobody knows what an answer that comes later belongs to.
            *session = None;
            return Err(self.silent());
        };
        outcome
    }

    /// Asks for rows.
    async fn query(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<SqlRow>, LedgerError> {
        let mut session = self.session().await?;
        let Some(Session { client, .. }) = session.as_mut() else {
            return Err(LedgerError::Stopped);
        };
        let Ok(rows) = timeout(ANSWER_WITHIN, client.query(sql, values)).await else {
            *session = None;
            return Err(self.silent());
        };
        rows.map_err(|error| broken(&error))
    }

    async fn make_tables(&self, client: &Client) -> Result<(), LedgerError> {
        let are_there = async || -> Result<bool, LedgerError> {
            let row = client
                .query_one("SELECT to_regclass('roundup.ledger') IS NOT NULL", &[])
                .await
                .map_err(|error| broken(&error))?;
            Ok(row.get(0))
        };
        if !are_there().await? {
            // Another process may make them at the same time: the lock is held until both statements are through.
            let sql = format!(
                "BEGIN; SELECT pg_advisory_xact_lock({MAKING_TABLES}); CREATE SCHEMA IF NOT EXISTS roundup; COMMIT"
            );
            client.batch_execute(&sql).await.map_err(|error| broken(&error))?;
            let sql =
                format!("BEGIN; SELECT pg_advisory_xact_lock({MAKING_TABLES}); {SCHEMA} COMMIT");
            if let Err(error) = client.batch_execute(&sql).await {
                client.batch_execute("ROLLBACK").await.map_err(|error| broken(&error))?;
                if !are_there().await? {
                    return Err(broken(&error));
                }
            }
        }
        let row = client
            .query_one("SELECT version FROM ledger", &[])
            .await
            .map_err(|error| broken(&error))?;
        let found: i64 = row.get(0);
        if found > VERSION {
            return Err(LedgerError::Newer { path: shown(&self.config), found, known: VERSION });
        }
        Ok(())
    }
}

fn cause(error: &tokio_postgres::Error) -> String {
    use std::error::Error;
    match (error.as_db_error(), error.source()) {
        (Some(answer), _) => answer.message().to_owned(),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    }
}

fn tls() -> Result<MakeRustlsConnect, String> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| error.to_string())?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// The writer's life: take what waits, do it in one transaction, tell everybody.
async fn write(server: Arc<Server>, mut queue: mpsc::UnboundedReceiver<Job>, gather: Duration) {
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
        let written = server.transaction(async |transaction, statements| {
            apply_jobs(transaction, statements, &jobs).await
        });
        match written.await {
            Ok(outcomes) => {
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    // The one who asked may have gone; the change stands all the same.
                    let _ = job.tell.send(outcome);
                }
            }
            Err(error) => {
                for job in jobs {
                    let _ = job.tell.send(Err(error.clone()));
                }
            }
        }
    }
}

/// A row as it is while changes are gathered.
#[derive(Debug, Clone)]
struct Entry {
    status: Status,
    sender: Option<i64>,
    tried: i32,
    changed_at: i64,
    next_at: Option<i64>,
    detail: String,
    changed: bool,
}

impl Entry {
    fn apply(&mut self, event: &Event, now: DateTime<Utc>) -> Result<(), ImpossibleStep> {
        self.status = next(self.status, event)?;
        self.changed_at = millis(now);
        self.next_at = event.next_at().map(millis);
        // The server refuses the sign of no sign.
        self.detail = event.detail().replace('\0', "\u{fffd}");
        self.tried += event.tries();
        self.changed = true;
        Ok(())
    }

    fn is_in_hand(&self) -> bool {
        self.status.is_in_hand()
    }
}

/// Rows under change, and what is worth a line in `events`.
#[derive(Debug, Default)]
struct Changes {
    rows: BTreeMap<i64, Entry>,
    events: Vec<(i64, i64, &'static str, String)>,
}

impl Changes {
    /// Locks rows, in one order for everybody, so that nobody waits for each other.
    async fn lock(
        transaction: &Transaction<'_>,
        statements: &Statements,
        ids: Vec<i64>,
    ) -> Result<Self, LedgerError> {
        let found =
            transaction.query(&statements.lock, &[&ids]).await.map_err(|error| broken(&error))?;
        let mut changes = Self::default();
        for row in found {
            changes.take(row.get(0), row.get(1), row.get(2))?;
        }
        Ok(changes)
    }

    fn take(&mut self, id: i64, status: &str, sender: Option<i64>) -> Result<(), LedgerError> {
        let entry = Entry {
            status: status_of(status)?,
            sender,
            tried: 0,
            changed_at: 0,
            next_at: None,
            detail: String::new(),
            changed: false,
        };
        self.rows.insert(id, entry);
        Ok(())
    }

    fn apply(&mut self, id: i64, event: &Event, now: DateTime<Utc>) -> Result<Status, LedgerError> {
        let entry = self.rows.get_mut(&id).ok_or(LedgerError::NoRow { id })?;
        entry.apply(event, now)?;
        let status = entry.status;
        if !event.is_ordinary() {
            self.events.push((id, millis(now), event.word(), entry.detail.clone()));
        }
        Ok(status)
    }

    async fn write(
        self,
        transaction: &Transaction<'_>,
        statements: &Statements,
    ) -> Result<(), LedgerError> {
        let changed: Vec<(&i64, &Entry)> =
            self.rows.iter().filter(|(_, entry)| entry.changed).collect();
        if !changed.is_empty() {
            let ids: Vec<i64> = changed.iter().map(|(id, _)| **id).collect();
            let statuses: Vec<&str> =
                changed.iter().map(|(_, entry)| entry.status.word()).collect();
            let changed_at: Vec<i64> = changed.iter().map(|(_, entry)| entry.changed_at).collect();
            let next_at: Vec<Option<i64>> =
                changed.iter().map(|(_, entry)| entry.next_at).collect();
            let details: Vec<&str> =
                changed.iter().map(|(_, entry)| entry.detail.as_str()).collect();
            let tried: Vec<i32> = changed.iter().map(|(_, entry)| entry.tried).collect();
            let senders: Vec<Option<i64>> = changed.iter().map(|(_, entry)| entry.sender).collect();
            transaction
                .execute(
                    &statements.update,
                    &[&ids, &statuses, &changed_at, &next_at, &details, &tried, &senders],
                )
                .await
                .map_err(|error| broken(&error))?;
        }
        if !self.events.is_empty() {
            let ids: Vec<i64> = self.events.iter().map(|event| event.0).collect();
            let at: Vec<i64> = self.events.iter().map(|event| event.1).collect();
            let words: Vec<&str> = self.events.iter().map(|event| event.2).collect();
            let details: Vec<&str> = self.events.iter().map(|event| event.3.as_str()).collect();
            transaction
                .execute(
                    "INSERT INTO events (delivery, at, event, detail)
                     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])",
                    &[&ids, &at, &words, &details],
                )
                .await
                .map_err(|error| broken(&error))?;
        }
        Ok(())
    }
}

/// The editions of those senders whose lease holds.
async fn living(
    transaction: &Transaction<'_>,
    statements: &Statements,
    senders: Vec<i64>,
) -> Result<BTreeMap<i64, String>, LedgerError> {
    let rows =
        transaction.query(&statements.fence, &[&senders]).await.map_err(|error| broken(&error))?;
    Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
}

async fn edition_of(
    transaction: &Transaction<'_>,
    statements: &Statements,
    sender: SenderId,
) -> Result<String, LedgerError> {
    living(transaction, statements, vec![sender.0])
        .await?
        .remove(&sender.0)
        .ok_or(LedgerError::Fenced)
}

async fn apply_jobs(
    transaction: &Transaction<'_>,
    statements: &Statements,
    jobs: &[Job],
) -> Result<Vec<Result<(), LedgerError>>, LedgerError> {
    let senders: BTreeSet<i64> = jobs.iter().map(|job| job.sender.0).collect();
    let living = living(transaction, statements, senders.into_iter().collect()).await?;
    let ids: BTreeSet<i64> =
        jobs.iter().flat_map(|job| job.events.iter().map(|(id, _)| *id)).collect();
    let mut changes = Changes::lock(transaction, statements, ids.into_iter().collect()).await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        // One job must not leave half of itself among the others.
        let touched: Vec<(i64, Option<Entry>)> =
            job.events.iter().map(|(id, _)| (*id, changes.rows.get(id).cloned())).collect();
        let events = changes.events.len();
        let outcome = if living.contains_key(&job.sender.0) {
            apply_job(&mut changes, job)
        } else {
            Err(LedgerError::Fenced)
        };
        if outcome.is_err() {
            changes.events.truncate(events);
            for (id, before) in touched.into_iter().rev() {
                match before {
                    Some(before) => drop(changes.rows.insert(id, before)),
                    None => drop(changes.rows.remove(&id)),
                }
            }
        }
        outcomes.push(outcome);
    }
    changes.write(transaction, statements).await?;
    Ok(outcomes)
}

fn apply_job(changes: &mut Changes, job: &Job) -> Result<(), LedgerError> {
    for (id, event) in &job.events {
        let entry = changes.rows.get_mut(id).ok_or(LedgerError::NoRow { id: *id })?;
        if entry.is_in_hand() && entry.sender != Some(job.sender.0) {
            return Err(LedgerError::Fenced);
        }
        entry.sender = Some(job.sender.0);
        changes.apply(*id, event, job.now)?;
    }
    Ok(())
}

/// Settles rows in the hand of senders that have ended.
async fn settle(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    let rows = transaction
        .query(
            "SELECT id, status, sender FROM deliveries d WHERE edition = $1 AND status IN ('claimed', 'handing_over')
             AND NOT EXISTS (SELECT 1 FROM senders s WHERE s.id = d.sender AND s.ended_at IS NULL)
             ORDER BY id FOR UPDATE",
            &[&edition],
        )
        .await
        .map_err(|error| broken(&error))?;
    let mut changes = Changes::default();
    let mut uncertain = 0;
    for row in rows {
        let id = row.get(0);
        changes.take(id, row.get(1), row.get(2))?;
        let status = changes.rows[&id].status;
        if let Some(event) = after_a_crash(status)
            && changes.apply(id, &event, now)? == Status::Uncertain
        {
            uncertain += 1;
        }
    }
    changes.write(transaction, statements).await?;
    if wish_of(transaction, edition).await? == Wish::Cancel {
        cancel_rest(transaction, statements, edition, now).await?;
    }
    Ok(uncertain)
}

/// Ends the senders whose lease is over, and settles what they had in hand.
async fn recover(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    transaction
        .execute(
            "UPDATE senders SET ended_at = $2 WHERE edition = $1 AND ended_at IS NULL
             AND lease_until <= clock_timestamp()",
            &[&edition, &millis(now)],
        )
        .await
        .map_err(|error| broken(&error))?;
    settle(transaction, statements, edition, now).await
}

async fn wish_of(transaction: &Transaction<'_>, edition: &str) -> Result<Wish, LedgerError> {
    let row = transaction
        .query_opt("SELECT wish FROM editions WHERE name = $1", &[&edition])
        .await
        .map_err(|error| broken(&error))?;
    Ok(row.and_then(|row| Wish::parse(row.get(0))).unwrap_or_default())
}

async fn cancel_rest(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let rows = transaction
        .query(
            "SELECT id, status, sender FROM deliveries WHERE edition = $1 AND status IN ('planned', 'deferred')
             ORDER BY id FOR UPDATE",
            &[&edition],
        )
        .await
        .map_err(|error| broken(&error))?;
    let mut changes = Changes::default();
    for row in rows {
        let id = row.get(0);
        changes.take(id, row.get(1), row.get(2))?;
        changes.apply(id, &Event::Cancelled, now)?;
    }
    changes.write(transaction, statements).await
}

async fn grow(transaction: &Transaction<'_>) -> Result<i64, LedgerError> {
    let row = transaction
        .query_one("UPDATE ledger SET age = age + 1 RETURNING age", &[])
        .await
        .map_err(|error| broken(&error))?;
    Ok(row.get(0))
}

async fn insert_plan(transaction: &Transaction<'_>, plan: &Plan) -> Result<(), LedgerError> {
    let edition = &plan.edition;
    let planned_at = millis(edition.planned_at);
    let inserted = transaction
        .execute(
            "INSERT INTO editions (name, planned_at, planned) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[&edition.name, &planned_at, &to_json(edition)?],
        )
        .await
        .map_err(|error| broken(&error))?;
    if inserted == 0 {
        return Err(LedgerError::PlannedAlready { edition: edition.name.clone() });
    }
    let (mut copies, mut left_out, mut written) = (Vec::new(), Vec::new(), 0);
    for rows in (plan.rows)() {
        for row in rows? {
            match row {
                Planned::Copy(row) => copies.push(row),
                Planned::LeftOut(row) => left_out.push(row),
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
    transaction
        .execute(
            "INSERT INTO deliveries (edition, key, address, recipient, person, message_id, status, changed_at)
             SELECT $1, u.key, u.address, u.recipient, u.person, u.message_id, 'planned', $2
             FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
             WITH ORDINALITY AS u (key, address, recipient, person, message_id, position) ORDER BY u.position",
            &[edition, &millis(plan.edition.planned_at), &keys, &addresses, &recipients, &persons, &ids],
        )
        .await
        .map_err(|error| broken(&error))?;
    let rows = std::mem::take(left_out);
    let addresses: Vec<&str> = rows.iter().map(|row| row.address.as_str()).collect();
    let whys: Vec<&str> = rows.iter().map(|row| row.why.as_str()).collect();
    transaction
        .execute(
            "INSERT INTO left_out (edition, address, why) SELECT $1, * FROM unnest($2::text[], $3::text[])",
            &[edition, &addresses, &whys],
        )
        .await
        .map_err(|error| broken(&error))?;
    Ok(())
}

const ROW_COLUMNS: &str =
    "id, edition, address, status, attempts, changed_at, next_at, detail, message_id";

fn row_of(row: &SqlRow) -> Result<(i64, Row), LedgerError> {
    let shown = Row {
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

async fn claim(
    transaction: &Transaction<'_>,
    statements: &Statements,
    sender: SenderId,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Claim, LedgerError> {
    let edition = edition_of(transaction, statements, sender).await?;
    let mut claim = Claim::default();
    if wish_of(transaction, &edition).await? != Wish::Go {
        return Ok(claim);
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    while claim.deliveries.is_empty() {
        let mut changes = Changes::default();
        // Due retries first: they have waited.
        for (which, order) in [
            ("status = 'deferred' AND d.next_at <= $2", "d.next_at, d.id"),
            ("status = 'planned' AND $2::bigint IS NOT NULL", "d.id"),
        ] {
            let room = most - i64::try_from(changes.rows.len()).unwrap_or(most);
            let sql = format!(
                "SELECT d.id, d.status, d.sender, d.recipient, d.attempts, s.why
                 FROM deliveries d LEFT JOIN suppressions s USING (person)
                 WHERE d.edition = $1 AND d.{which} ORDER BY {order} LIMIT $3 FOR UPDATE OF d SKIP LOCKED"
            );
            let rows = transaction
                .query(&sql, &[&edition, &millis(now), &room])
                .await
                .map_err(|error| broken(&error))?;
            for row in rows {
                let id: i64 = row.get(0);
                changes.take(id, row.get(1), Some(sender.0))?;
                if let Some(why) = row.get::<_, Option<String>>(5) {
                    changes.apply(id, &Event::Suppressed { why }, now)?;
                    continue;
                }
                changes.apply(id, &Event::Claimed, now)?;
                claim.deliveries.push(Delivery {
                    id,
                    recipient: from_json(row.get(3))?,
                    attempts: u32::try_from(row.get::<_, i32>(4)).unwrap_or(0),
                });
            }
        }
        if changes.rows.is_empty() {
            let row = transaction
                .query_one(
                    "SELECT min(next_at) FROM deliveries WHERE edition = $1 AND status = 'deferred'",
                    &[&edition],
                )
                .await
                .map_err(|error| broken(&error))?;
            claim.next_due = row.get::<_, Option<i64>>(0).map(time);
            return Ok(claim);
        }
        // When all of these were suppressed, it looks again for others.
        changes.write(transaction, statements).await?;
    }
    Ok(claim)
}

impl Ledger for PostgresLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        self.server.transaction(async |transaction, _| insert_plan(transaction, &plan).await).await
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        let rows =
            self.server.query("SELECT planned FROM editions WHERE name = $1", &[&name]).await?;
        rows.first().map(|row| from_json(row.get(0))).transpose()
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        let sql = "SELECT planned FROM editions ORDER BY planned_at DESC, name";
        let rows = self.server.query(sql, &[]).await?;
        rows.iter().map(|row| from_json(row.get(0))).collect()
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
    ) -> Result<Entered, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                let uncertain = recover(transaction, statements, edition, now).await?;
                let row = transaction
                    .query_one(
                        "INSERT INTO senders (edition, name, entered_at, kept_at, lease_until)
                         VALUES ($1, $2, $3, $3, clock_timestamp() + $4::text::interval) RETURNING id",
                        &[&edition, &name, &millis(now), &lease_text()],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                grow(transaction).await?;
                Ok(Entered { sender: SenderId(row.get(0)), uncertain })
            })
            .await
    }

    async fn keep(&self, sender: SenderId, now: DateTime<Utc>) -> Result<Kept, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                let edition = edition_of(transaction, statements, sender).await?;
                transaction
                    .execute(
                        "UPDATE senders SET kept_at = $2, lease_until = clock_timestamp() + $3::text::interval
                         WHERE id = $1",
                        &[&sender.0, &millis(now), &lease_text()],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                // Who is gone is noticed by those who live, and what it had in hand goes on.
                recover(transaction, statements, &edition, now).await?;
                let row = transaction
                    .query_one(
                        "SELECT count(*) FROM senders WHERE edition = $1 AND ended_at IS NULL",
                        &[&edition],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                Ok(Kept {
                    wish: wish_of(transaction, &edition).await?,
                    senders: u32::try_from(row.get::<_, i64>(0)).unwrap_or(u32::MAX),
                    age: grow(transaction).await?,
                })
            })
            .await
    }

    async fn leave(&self, sender: SenderId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                let edition = edition_of(transaction, statements, sender).await?;
                transaction
                    .execute(
                        "UPDATE senders SET ended_at = $2, kept_at = $2 WHERE id = $1",
                        &[&sender.0, &millis(now)],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                let uncertain = settle(transaction, statements, &edition, now).await?;
                grow(transaction).await?;
                Ok(uncertain)
            })
            .await
    }

    fn lease(&self) -> Option<Duration> {
        Some(LEASE)
    }

    async fn claim(
        &self,
        sender: SenderId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                claim(transaction, statements, sender, now, most).await
            })
            .await
    }

    fn record_all(
        &self,
        sender: SenderId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        let (tell, told) = oneshot::channel();
        let queued =
            self.jobs.send(Job { sender, events, now, tell }).map_err(|_| LedgerError::Stopped);
        async move {
            queued?;
            told.await.map_err(|_| LedgerError::Stopped)?
        }
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                let ids: BTreeSet<i64> = events.iter().map(|(id, _)| *id).collect();
                let ids = ids.into_iter().collect();
                let mut changes = Changes::lock(transaction, statements, ids).await?;
                let mut decided = 0;
                for (id, event) in &events {
                    if changes.rows.get(id).is_none_or(Entry::is_in_hand) {
                        continue;
                    }
                    match changes.apply(*id, event, now) {
                        Ok(_) => decided += 1,
                        Err(LedgerError::Impossible(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                changes.write(transaction, statements).await?;
                Ok(decided)
            })
            .await
    }

    async fn wish(&self, edition: &str, wish: Wish, now: DateTime<Utc>) -> Result<(), LedgerError> {
        self.server
            .transaction(async |transaction, statements| {
                transaction
                    .execute(
                        "UPDATE editions SET wish = $2, wished_at = $3 WHERE name = $1",
                        &[&edition, &wish.word(), &millis(now)],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                if wish == Wish::Cancel {
                    cancel_rest(transaction, statements, edition, now).await?;
                }
                Ok(())
            })
            .await
    }

    async fn standing(&self, edition: &str) -> Result<Standing, LedgerError> {
        let sql = "SELECT wish, wished_at, greatest(planned_at, coalesce(
                       (SELECT max(kept_at) FROM senders s WHERE s.edition = e.name), 0)),
                       (SELECT count(*) FROM senders s WHERE s.edition = e.name AND ended_at IS NULL
                        AND lease_until > clock_timestamp())
                   FROM editions e WHERE name = $1";
        let rows = self.server.query(sql, &[&edition]).await?;
        let Some(row) = rows.first() else {
            return Err(damaged(format!("there is no edition `{edition}`")));
        };
        Ok(Standing {
            wish: Wish::parse(row.get(0)).unwrap_or_default(),
            wished_at: row.get::<_, Option<i64>>(1).map(time),
            last_sign: time(row.get(2)),
            senders: u32::try_from(row.get::<_, i64>(3)).unwrap_or(u32::MAX),
        })
    }

    async fn age(&self) -> Result<LedgerAge, LedgerError> {
        let rows = self.server.query("SELECT identity, age FROM ledger", &[]).await?;
        let Some(row) = rows.first() else { return Err(damaged("it has no age".to_owned())) };
        Ok(LedgerAge { identity: row.get(0), age: row.get(1) })
    }

    async fn moments(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        _now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        self.server
            .transaction(async |transaction, _| {
                let row = transaction
                    .query_one(
                        "SELECT next_moment, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
                         FROM editions WHERE name = $1 FOR UPDATE",
                        &[&edition],
                    )
                    .await
                    .map_err(|error| broken(&error))?;
                // The server's clock is the one that all senders share.
                let now = DateTime::from_timestamp_micros(row.get(1)).unwrap_or_default();
                let (first, next) = reserve(row.get(0), count, gap, now);
                transaction
                    .execute("UPDATE editions SET next_moment = $2 WHERE name = $1", &[&edition, &next])
                    .await
                    .map_err(|error| broken(&error))?;
                Ok(until(first, now))
            })
            .await
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let sql = "SELECT status, count(*) FROM deliveries WHERE edition = $1 GROUP BY status";
        let mut counts = Counts::default();
        for row in self.server.query(sql, &[&edition]).await? {
            counts.add(status_of(row.get(0))?, u64::try_from(row.get::<_, i64>(1)).unwrap_or(0));
        }
        Ok(counts)
    }

    async fn progress(&self, edition: &str) -> Result<Progress, LedgerError> {
        let sql = "SELECT (SELECT count(*) FROM deliveries WHERE edition = $1),
                (SELECT count(*) FROM deliveries WHERE edition = $1 AND status = 'planned')
              + (SELECT count(*) FROM deliveries WHERE edition = $1 AND status = 'deferred')
              + (SELECT count(*) FROM deliveries WHERE edition = $1 AND status IN ('claimed', 'handing_over'))";
        let rows = self.server.query(sql, &[&edition]).await?;
        let figure = |at| {
            let figure = rows.first().map_or(0, |row| row.get::<_, i64>(at));
            u64::try_from(figure).unwrap_or(0)
        };
        Ok(Progress { people: figure(0), open: figure(1) })
    }

    async fn page(
        &self,
        edition: &str,
        pick: Pick,
        after: Option<i64>,
    ) -> Result<Vec<(i64, Row)>, LedgerError> {
        let sql = format!(
            "SELECT {ROW_COLUMNS} FROM deliveries WHERE edition = $1 AND id > $2 AND {}
             ORDER BY id LIMIT {PAGE}",
            pick.condition()
        );
        let rows = self.server.query(&sql, &[&edition, &after.unwrap_or(-1)]).await?;
        rows.iter().map(row_of).collect()
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let sql = "SELECT count(*) FROM left_out WHERE edition = $1";
        let rows = self.server.query(sql, &[&edition]).await?;
        Ok(rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or(0)))
    }

    async fn history(&self, key: &str) -> Result<(Vec<Row>, Vec<LeftOutRow>), LedgerError> {
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

    async fn suppress(
        &self,
        person: &str,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let sql =
            "INSERT INTO suppressions (person, why, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let why = why.replace('\0', "\u{fffd}");
        self.server.query(sql, &[&person, &why, &millis(now)]).await.map(drop)
    }

    async fn suppression(&self, person: &str) -> Result<Option<String>, LedgerError> {
        let rows =
            self.server.query("SELECT why FROM suppressions WHERE person = $1", &[&person]).await?;
        Ok(rows.first().map(|row| row.get(0)))
    }
}

fn lease_text() -> String {
    format!("{} seconds", LEASE.as_secs())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ledger::laws;

    /// A database of its own on the server that `scripts/with-postgres` starts.
    pub(in crate::ledger) async fn database(name: &str) -> Option<String> {
        let Ok(server) = std::env::var("ROUNDUP_TEST_POSTGRES") else {
            let everything = std::env::var_os("ROUNDUP_TEST_EVERYTHING").is_some();
            assert!(!everything, "PostgreSQL is missing");
            eprintln!("skipped: PostgreSQL is missing (scripts/test starts one)");
            return None;
        };
        let (client, connection) =
            tokio_postgres::connect(&format!("{server}/postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Some(format!("{server}/{name}"))
    }

    pub(in crate::ledger) async fn execute(address: &str, sql: &str) {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    }

    #[tokio::test]
    async fn the_laws_hold_on_a_server() {
        let Some(address) = database("laws").await else { return };
        laws::hold(&PostgresLedger::open(&address, 4).await.unwrap()).await;
        // Opened again, everything is there.
        let again = PostgresLedger::open(&address, 1).await.unwrap();
        assert_eq!(again.counts("2020").await.unwrap().people(), 4);
    }

    #[tokio::test]
    async fn several_senders_never_get_the_same_row() {
        let Some(address) = database("several").await else { return };
        let addresses: Vec<String> = (0..900).map(|n| format!("p{n}@example.org")).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let first = PostgresLedger::open(&address, 4).await.unwrap();
        first.plan(laws::plan("2020", &addresses)).await.unwrap();
        let mut claims = Vec::new();
        for number in 0..3 {
            let address = address.clone();
            claims.push(tokio::spawn(async move {
                let ledger = PostgresLedger::open(&address, 4).await.unwrap();
                let name = format!("sender {number}");
                let sender = ledger.enter("2020", &name, laws::now()).await.unwrap().sender;
                let mut mine = Vec::new();
                loop {
                    let claim = ledger.claim(sender, laws::now(), 10).await.unwrap();
                    if claim.deliveries.is_empty() {
                        return mine;
                    }
                    mine.extend(claim.deliveries.into_iter().map(|delivery| delivery.id));
                }
            }));
        }
        let mut all = Vec::new();
        for claim in claims {
            all.extend(claim.await.unwrap());
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 900);
        assert_eq!(first.standing("2020").await.unwrap().senders, 3);
    }

    #[tokio::test]
    async fn a_sender_past_its_lease_can_write_nothing_and_others_take_over() {
        let Some(address) = database("lease").await else { return };
        let late = PostgresLedger::open(&address, 1).await.unwrap();
        late.plan(laws::plan("2020", &["a@example.org", "b@example.org"])).await.unwrap();
        let zombie = late.enter("2020", "late", laws::now()).await.unwrap().sender;
        let rows = late.claim(zombie, laws::now(), 2).await.unwrap().deliveries;
        late.record(zombie, rows[0].id, Event::HandingOver, laws::now()).await.unwrap();
        // Its lease passes; nobody has noticed yet.
        execute(&address, "UPDATE roundup.senders SET lease_until = clock_timestamp()").await;
        let handing_over = late.record(zombie, rows[1].id, Event::HandingOver, laws::now()).await;
        assert_eq!(handing_over, Err(LedgerError::Fenced));
        assert_eq!(late.keep(zombie, laws::now()).await, Err(LedgerError::Fenced));
        let other = PostgresLedger::open(&address, 1).await.unwrap();
        let entered = other.enter("2020", "other", laws::now()).await.unwrap();
        assert_eq!(entered.uncertain, 1);
        assert!(entered.sender > zombie);
        let taken = other.claim(entered.sender, laws::now(), 9).await.unwrap().deliveries;
        assert_eq!(taken.iter().map(|row| row.id).collect::<Vec<_>>(), [rows[1].id]);
        // It wakes.
        let accepted = Event::Accepted { reply: "250 ok".to_owned() };
        for event in [accepted, Event::HandingOver] {
            let written = late.record(zombie, rows[1].id, event, laws::now()).await;
            assert_eq!(written, Err(LedgerError::Fenced));
        }
        assert_eq!(other.counts("2020").await.unwrap().claimed, 1);
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let config: Config = "postgres://roundup:s3cret@db.example/news".parse().unwrap();
        assert_eq!(shown(&config), "postgres://db.example/news");
        assert!(!is_local(&config));
        let config: Config = "postgres://roundup@127.0.0.1:5432/news".parse().unwrap();
        assert!(is_local(&config));
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused_without_its_words() {
        let error = PostgresLedger::open("postgres://u:s3cret@host:port/x", 1).await.unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
