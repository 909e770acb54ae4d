//! What is wrong with a database, by its own code and never by its words: `SQLite` result codes, SQLSTATE, operating system.
//! Pure: errors in, errors out.

use std::error::Error as _;
use std::io;

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use thiserror::Error;
use tokio_postgres::error::{Severity, SqlState};

/// The kinds of trouble that need different cures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatabaseFault {
    /// There is no space left where the database is.
    Full,
    /// It can be read and not written: a read-only disk, or a replica.
    ReadOnly,
    /// Somebody else holds what is needed: another process, a lock on a table.
    Locked,
    /// The server has no free connection.
    TooManyConnections,
    /// The server cannot be reached, or is going down or coming up.
    Away,
    /// What is there is not a database, or is broken.
    Damaged,
    /// The login or the rights do not suffice.
    Denied,
    /// Anything else, in the database's words.
    Other,
}

impl DatabaseFault {
    /// True when waiting may help, with nobody doing anything.
    pub fn passes(self) -> bool {
        match self {
            Self::Away | Self::Locked | Self::TooManyConnections => true,
            Self::Full | Self::ReadOnly | Self::Damaged | Self::Denied | Self::Other => false,
        }
    }
}

/// A database could not do something.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct DatabaseError {
    pub fault: DatabaseFault,
    /// In the words of the database. They never hold a value of a row or a password.
    pub what: String,
}

impl DatabaseError {
    pub fn new(fault: DatabaseFault, what: impl Into<String>) -> Self {
        Self { fault, what: what.into() }
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        let what = match &error {
            rusqlite::Error::SqliteFailure(_, Some(what)) => what.clone(),
            other => other.to_string(),
        };
        let fault = error.sqlite_error().map_or(DatabaseFault::Other, |code| {
            if code.extended_code == SQLITE_IOERR_SHMSIZE {
                // The file beside the database could not grow.
                return DatabaseFault::Full;
            }
            match code.code {
                ErrorCode::DiskFull => DatabaseFault::Full,
                ErrorCode::ReadOnly => DatabaseFault::ReadOnly,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DatabaseFault::Locked,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => DatabaseFault::Damaged,
                ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
                    DatabaseFault::Denied
                }
                _ => DatabaseFault::Other,
            }
        });
        Self { fault, what }
    }
}

impl From<io::Error> for DatabaseError {
    fn from(error: io::Error) -> Self {
        let fault = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DatabaseFault::Full,
            io::ErrorKind::ReadOnlyFilesystem => DatabaseFault::ReadOnly,
            io::ErrorKind::PermissionDenied => DatabaseFault::Denied,
            _ => DatabaseFault::Other,
        };
        Self::new(fault, error.to_string())
    }
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(answer) = error.as_db_error() {
            let is_fatal =
                matches!(answer.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
            return Self::new(of_state(answer.code(), is_fatal), answer.message());
        }
        let what = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        Self::new(DatabaseFault::Away, what)
    }
}

/// By the class of a SQLSTATE (`PostgreSQL`, appendix A), and the codes that differ from their class.
fn of_state(state: &SqlState, is_fatal: bool) -> DatabaseFault {
    match state.code() {
        "53100" => DatabaseFault::Full,
        "53300" => DatabaseFault::TooManyConnections,
        "25006" => DatabaseFault::ReadOnly,
        // A lock that was not given, a deadlock, and a statement that waited too long for one.
        "55P03" | "40P01" | "40001" | "57014" | "55006" => DatabaseFault::Locked,
        "42501" => DatabaseFault::Denied,
        // A database that is not there is a wrong address, like a wrong password.
        "3D000" => DatabaseFault::Denied,
        code if code.starts_with("28") => DatabaseFault::Denied,
        code if code.starts_with("08") || code.starts_with("57P") => DatabaseFault::Away,
        code if code.starts_with("XX") => DatabaseFault::Damaged,
        // A fatal answer ends the session: the server goes down, or did not want to wait for us any longer.
        _ if is_fatal => DatabaseFault::Away,
        _ => DatabaseFault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sqlstate_is_what_it_says() {
        for (state, is_fatal, fault) in [
            ("53100", false, DatabaseFault::Full),
            ("53300", true, DatabaseFault::TooManyConnections),
            ("25006", false, DatabaseFault::ReadOnly),
            ("55P03", false, DatabaseFault::Locked),
            ("57014", false, DatabaseFault::Locked),
            ("40P01", false, DatabaseFault::Locked),
            ("57P01", true, DatabaseFault::Away),
            ("57P02", true, DatabaseFault::Away),
            ("57P03", true, DatabaseFault::Away),
            ("25P03", true, DatabaseFault::Away),
            ("08006", false, DatabaseFault::Away),
            ("28P01", true, DatabaseFault::Denied),
            ("28000", true, DatabaseFault::Denied),
            ("3D000", true, DatabaseFault::Denied),
            ("42501", false, DatabaseFault::Denied),
            ("XX001", false, DatabaseFault::Damaged),
            ("42P01", false, DatabaseFault::Other),
            ("23505", false, DatabaseFault::Other),
        ] {
            assert_eq!(of_state(&SqlState::from_code(state), is_fatal), fault, "{state}");
        }
    }

    #[test]
    fn each_result_code_is_what_it_says() {
        use rusqlite::ffi;
        for (code, fault) in [
            (ffi::SQLITE_FULL, DatabaseFault::Full),
            (ffi::SQLITE_IOERR_SHMSIZE, DatabaseFault::Full),
            (ffi::SQLITE_READONLY, DatabaseFault::ReadOnly),
            (ffi::SQLITE_READONLY_DIRECTORY, DatabaseFault::ReadOnly),
            (ffi::SQLITE_BUSY, DatabaseFault::Locked),
            (ffi::SQLITE_BUSY_SNAPSHOT, DatabaseFault::Locked),
            (ffi::SQLITE_LOCKED, DatabaseFault::Locked),
            (ffi::SQLITE_CORRUPT, DatabaseFault::Damaged),
            (ffi::SQLITE_NOTADB, DatabaseFault::Damaged),
            (ffi::SQLITE_PERM, DatabaseFault::Denied),
            (ffi::SQLITE_IOERR_FSYNC, DatabaseFault::Other),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(DatabaseError::from(error).fault, fault, "{code}");
        }
        for (kind, fault) in [
            (io::ErrorKind::StorageFull, DatabaseFault::Full),
            (io::ErrorKind::ReadOnlyFilesystem, DatabaseFault::ReadOnly),
            (io::ErrorKind::PermissionDenied, DatabaseFault::Denied),
            (io::ErrorKind::NotADirectory, DatabaseFault::Other),
        ] {
            assert_eq!(DatabaseError::from(io::Error::from(kind)).fault, fault, "{kind}");
        }
    }
}
