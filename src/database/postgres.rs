//! A `PostgreSQL` server: addresses that may be shown, connections that never cross a network in the clear, tables.
//! Shell: the network.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{DatabaseError, DatabaseFault, NewerSchema, Schema};

/// A server that does not answer within this time is away. Well within a run's lease.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// The number that keeps two processes from making the tables at once: any number, the same for all.
const MAKING_TABLES: i64 = 0x726f_756e_6475_7001;
/// A run that is stopped in the middle of a transaction must not hold up the others for long; and one that waits for a
/// lock must learn that it was a lock, before the statement's own time is over.
const SESSION: &str = "SET search_path TO roundup; SET synchronous_commit TO on; SET lock_timeout TO '8s'; \
     SET statement_timeout TO '10s'; SET idle_in_transaction_session_timeout TO '5s'";

/// Reads an address. What is wrong with it is not said in the parser's words: they may hold the password.
///
/// # Errors
/// When it is not an address like `postgres://user:password@host/database`.
pub fn parse(address: &str) -> Result<Config, DatabaseError> {
    let mut config: Config = address.parse().map_err(|_| {
        DatabaseError::new(
            DatabaseFault::Other,
            "it is not an address like postgres://user:password@host/database",
        )
    })?;
    config.connect_timeout(ANSWER_WITHIN).application_name("roundup");
    Ok(config)
}

/// The host and database of an address: what may be shown of it.
pub fn shown(config: &Config) -> String {
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

/// Connects, with TLS unless the server is on this computer.
///
/// # Errors
/// When the server cannot be reached, or refuses the login.
pub async fn connect(config: &Config) -> Result<Client, DatabaseError> {
    let failed = |error: tokio_postgres::Error| {
        let error = DatabaseError::from(error);
        DatabaseError::new(error.fault, format!("{}: {}", shown(config), error.what))
    };
    let client = if is_local(config) && config.get_ssl_mode() != SslMode::Require {
        let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        client
    } else {
        // Names and addresses of people never cross a network in the clear.
        let mut config = config.clone();
        config.ssl_mode(SslMode::Require);
        let (client, connection) = config.connect(tls()?).await.map_err(failed)?;
        tokio::spawn(connection);
        client
    };
    client.batch_execute(SESSION).await?;
    Ok(client)
}

fn tls() -> Result<MakeRustlsConnect, DatabaseError> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| DatabaseError::new(DatabaseFault::Other, error.to_string()))?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Brings the tables in the schema `roundup` to the newest version: all of the missing steps in one transaction, or none.
/// `ledger.version` says which version they are.
///
/// # Errors
/// When a step fails, or the tables come from a newer roundup: then nothing was changed.
pub async fn migrate(
    client: &mut Client,
    schema: Schema,
) -> Result<Result<(), NewerSchema>, DatabaseError> {
    let found = version(client).await?;
    match schema.pending(found) {
        Err(newer) => return Ok(Err(newer)),
        Ok(mut pending) => {
            if pending.next().is_none() {
                return Ok(Ok(()));
            }
        }
    }
    // The tables of a large ledger take longer to change than a statement of a run may.
    let transaction = client.transaction().await?;
    transaction
        .batch_execute("SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout TO '60s'")
        .await?;
    // Another process may do the same at this moment: it is waited for.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&MAKING_TABLES]).await?;
    let found = version(&transaction).await?;
    let pending = match schema.pending(found) {
        Ok(pending) => pending,
        Err(newer) => return Ok(Err(newer)),
    };
    // An administrator may have made the schema for a user who may not.
    let sql = "SELECT to_regnamespace('roundup') IS NOT NULL";
    if !transaction.query_one(sql, &[]).await?.get::<_, bool>(0) {
        transaction.batch_execute("CREATE SCHEMA roundup").await?;
    }
    for (_, changes) in pending {
        transaction.batch_execute(changes).await?;
    }
    transaction.execute("UPDATE ledger SET version = $1", &[&schema.newest()]).await?;
    transaction.commit().await?;
    Ok(Ok(()))
}

/// The version of the tables; 0 where there are none.
///
/// # Errors
/// When the server does not answer, or refuses.
pub async fn version(client: &impl tokio_postgres::GenericClient) -> Result<i64, DatabaseError> {
    let row = client.query_one("SELECT to_regclass('roundup.ledger') IS NOT NULL", &[]).await?;
    if !row.get::<_, bool>(0) {
        return Ok(0);
    }
    Ok(client.query_one("SELECT version FROM ledger", &[]).await?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let config = parse("postgres://roundup:s3cret@db.example/news").unwrap();
        assert_eq!(shown(&config), "postgres://db.example/news");
        assert!(!is_local(&config));
        assert!(is_local(&parse("postgres://roundup@127.0.0.1:5432/news").unwrap()));
        let error = parse("postgres://u:s3cret@host:port/x").unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
