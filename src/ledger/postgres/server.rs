//! The connection to a ledger's server, made again when it was lost, and transactions that have patience with it.
//! Shell: the network.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row as SqlRow, Statement, Transaction};

use super::schema::{FENCE, LOCK, PLACE, SCHEMA, WRITE_COPIES};
use crate::database::postgres::{self, ANSWER_WITHIN};
use crate::ledger::LEASE;
use crate::ledger::error::LedgerError;

/// A server that is away is waited for until shortly before the lease ends: then others may take over.
pub(super) const PATIENCE: Duration = LEASE.saturating_sub(Duration::from_secs(5));
/// Between two tries: a server that restarts is back within a second or two.
const TRY_AGAIN: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct PostgresServer {
    config: Config,
    session: Mutex<Option<Session>>,
    /// Where the first connection led to.
    first_place: OnceLock<String>,
}

/// A connection with what it does all the time, prepared.
#[derive(Debug)]
struct Session {
    client: Client,
    statements: Statements,
}

#[derive(Debug)]
pub(super) struct Statements {
    pub fence: Statement,
    pub lock: Statement,
    pub update: Statement,
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            fence: client.prepare(FENCE).await?,
            lock: client.prepare(LOCK).await?,
            update: client.prepare(WRITE_COPIES).await?,
        })
    }
}

/// Waits for what passes. Gives up with the first error once patience is at its end.
pub(super) struct ServerPatience {
    until: Option<Instant>,
}

impl ServerPatience {
    pub(super) fn new() -> Self {
        Self { until: None }
    }

    /// True when it is worth trying again; returns after a pause.
    pub(super) async fn bears(&mut self, error: &LedgerError) -> bool {
        let until = *self.until.get_or_insert_with(|| Instant::now() + PATIENCE);
        if !error.passes() || Instant::now() >= until {
            return false;
        }
        sleep(TRY_AGAIN).await;
        true
    }
}

/// Does a transaction, waiting for a server that is away. The work may be done twice: once it is known to have failed, or
/// once its end is uncertain. Only what does no harm twice may be done so.
macro_rules! patiently {
    ($server:expr, $work:expr) => {{
        let mut patience = $crate::ledger::postgres::server::ServerPatience::new();
        loop {
            match $server.transaction($work).await {
                Err(error) if patience.bears(&error).await => {}
                outcome => break outcome,
            }
        }
    }};
}
pub(super) use patiently;

/// Whether the tables on a server are those of this version.
pub(super) async fn is_newest(address: &str) -> Result<bool, LedgerError> {
    let config =
        postgres::parse(address).map_err(|error| LedgerError::at("ROUNDUP_LEDGER", error))?;
    let server = PostgresServer { config, session: Mutex::new(None), first_place: OnceLock::new() };
    let connecting = timeout(ANSWER_WITHIN, postgres::connect(&server.config));
    let client = connecting.await.map_err(|_| server.silent())??;
    Ok(postgres::version(&client).await? == SCHEMA.newest())
}

impl PostgresServer {
    pub(super) async fn open(address: &str) -> Result<Self, LedgerError> {
        let config =
            postgres::parse(address).map_err(|error| LedgerError::at("ROUNDUP_LEDGER", error))?;
        let server = Self { config, session: Mutex::new(None), first_place: OnceLock::new() };
        drop(server.session().await?);
        Ok(server)
    }

    /// The connection, made again when it was lost.
    async fn session(&self) -> Result<MutexGuard<'_, Option<Session>>, LedgerError> {
        let mut session = self.session.lock().await;
        if session.as_ref().is_none_or(|session| session.client.is_closed()) {
            let connecting = timeout(ANSWER_WITHIN, postgres::connect(&self.config));
            let mut client = connecting.await.map_err(|_| self.silent())??;
            // Its steps have their own limits: a large ledger takes a while to change.
            self.migrate(&mut client).await?;
            self.refuse_another(&client).await?;
            let statements = Statements::prepare(&client).await?;
            *session = Some(Session { client, statements });
        }
        Ok(session)
    }

    async fn migrate(&self, client: &mut Client) -> Result<(), LedgerError> {
        postgres::migrate(client, SCHEMA).await?.map_err(|newer| LedgerError::Newer {
            path: postgres::shown(&self.config),
            found: newer.found,
            known: newer.known,
        })?;
        // Tables that were made or changed now are right where they are.
        let unmarked: bool = client.query_one("SELECT mark = '' FROM ledger", &[]).await?.get(0);
        if unmarked {
            // A server that does not give its numbers is not compared.
            let place = place(client).await.unwrap_or_default();
            client.execute("UPDATE ledger SET mark = $1 WHERE mark = ''", &[&place]).await?;
        }
        Ok(())
    }

    /// A replica that took over, or a backup that was brought back, may not know what this run has written.
    async fn refuse_another(&self, client: &Client) -> Result<(), LedgerError> {
        let place = place(client).await.unwrap_or_default();
        let first = self.first_place.get_or_init(|| place.clone());
        if first.is_empty() || place.is_empty() || *first == place {
            return Ok(());
        }
        Err(LedgerError::Moved { path: postgres::shown(&self.config) })
    }

    fn silent(&self) -> LedgerError {
        LedgerError::Unreachable {
            what: format!("{} does not answer", postgres::shown(&self.config)),
        }
    }

    /// Which server and database this is; empty where the server does not say.
    pub(super) async fn place(&self) -> Result<String, LedgerError> {
        let mut session = self.session().await?;
        let Some(Session { client, .. }) = session.as_mut() else {
            return Err(LedgerError::Stopped);
        };
        match timeout(ANSWER_WITHIN, place(client)).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(error)) => {
                let error = LedgerError::from(error);
                if error.passes() { Err(error) } else { Ok(String::new()) }
            }
            Err(_) => {
                *session = None;
                Err(self.silent())
            }
        }
    }

    /// Frees the rows that an erasure left behind, so that no page of the tables keeps them.
    pub(super) async fn vacuum(&self) -> Result<(), LedgerError> {
        let mut session = self.session().await?;
        let Some(Session { client, .. }) = session.as_mut() else {
            return Err(LedgerError::Stopped);
        };
        let tables =
            "people, people_before, deliveries, events, left_out, no_mail_notes, copy_moves";
        client.batch_execute(&format!("VACUUM (FULL) {tables}")).await?;
        Ok(())
    }

    /// Does some work in a transaction, all or nothing.
    pub(super) async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>, &Statements) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        self.transaction_within(ANSWER_WITHIN, work).await
    }

    /// The same for work that takes longer.
    pub(super) async fn transaction_within<T>(
        &self,
        limit: Duration,
        work: impl AsyncFnOnce(&Transaction<'_>, &Statements) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut session = self.session().await?;
        let Some(Session { client, statements }) = session.as_mut() else {
            return Err(LedgerError::Stopped);
        };
        let outcome = timeout(limit, async {
            let transaction = client.transaction().await?;
            let value = work(&transaction, statements).await?;
            transaction.commit().await?;
            Ok(value)
        });
        let Ok(outcome) = outcome.await else {
            // An answer that comes later could not be matched with its question.
            *session = None;
            return Err(self.silent());
        };
        outcome
    }

    /// Reads rows.
    pub(super) async fn query(
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
        Ok(rows?)
    }

    /// The same, waiting for a server that is away.
    pub(super) async fn patient_query(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<SqlRow>, LedgerError> {
        let mut patience = ServerPatience::new();
        loop {
            match self.query(sql, values).await {
                Err(error) if patience.bears(&error).await => {}
                outcome => return outcome,
            }
        }
    }
}

async fn place(client: &Client) -> Result<String, tokio_postgres::Error> {
    client.query_one(PLACE, &[]).await.map(|row| row.get(0))
}
