//! Why a ledger cannot be read or written.
//! Pure: errors of databases in, ours out.

use super::delivery::{ImpossibleStep, WriteRefusal};
use crate::audience::list_error::ListError;
use crate::database::{DatabaseError, DatabaseFault};
use thiserror::Error;

/// Why the ledger cannot read or keep something. Nothing is ever sent after one of these.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    #[error("the ledger {path} cannot be opened: {what}")]
    Open { path: String, what: String },
    #[error(
        "the ledger {path} was made by a newer version of roundup (version {found}; this one \
         knows {known})"
    )]
    Newer { path: String, found: i64, known: i64 },
    #[error("the ledger {path} is damaged: {what}")]
    Damaged { path: String, what: String },
    #[error("the ledger cannot be written: {what}")]
    Write { what: String },
    #[error("the disk that holds the ledger is full: {what}")]
    Full { what: String },
    #[error("the ledger can be read but not written: {what}")]
    ReadOnly { what: String },
    #[error("the ledger is locked by another program: {what}")]
    Locked { what: String },
    #[error("the ledger's server has no free connection: {what}")]
    TooManyConnections { what: String },
    #[error("these rights are not enough to use the ledger: {what}")]
    Denied { what: String },
    #[error("the ledger {path} was moved or replaced while it was in use")]
    Moved { path: String },
    #[error("the ledger was replaced by an older copy while it was in use")]
    Older,
    #[error("the ledger was made with another secret")]
    OtherSecret,
    #[error("this ledger was retired: {what}")]
    Retired { what: String },
    #[error("this person must not be mailed any more: {why}")]
    Suppressed { why: String },
    #[error("the edition `{edition}` is already planned")]
    PlannedAlready { edition: String },
    #[error("the edition `{edition}` was paused or cancelled meanwhile: nothing was sent")]
    StoppedMeanwhile { edition: String },
    #[error(transparent)]
    Impossible(#[from] ImpossibleStep),
    #[error("the ledger has no row {id}")]
    NoRow { id: i64 },
    #[error("the ledger has stopped")]
    Stopped,
    #[error(transparent)]
    List(#[from] ListError),
    #[error("the plan has {}, but {written} were written: nothing was saved", crate::count::people(*.people))]
    Miscounted { people: u64, written: u64 },
    #[error("this run was silent for too long: other runs have taken over its messages")]
    Fenced,
    #[error(transparent)]
    Shared(#[from] SharedListError),
    #[error("the ledger's server cannot be reached: {what}")]
    Unreachable { what: String },
}

/// Why the shared list cannot be used. Nothing is sent after one of these.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SharedListError {
    #[error("the shared do-not-mail list {path} is missing")]
    Missing { path: String },
    #[error("the shared do-not-mail list {path} is another kind of file")]
    Foreign { path: String },
    #[error("the shared do-not-mail list {path} was made by a newer version of roundup")]
    Newer { path: String },
    #[error("the shared do-not-mail list {path} is locked by another program: {what}")]
    Locked { path: String, what: String },
    #[error("the shared do-not-mail list {path} cannot be used: {what}")]
    Other { path: String, what: String },
}

impl LedgerError {
    /// True when waiting may help, with nobody doing anything: the server is away, busy or full of others.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Self::Shared(SharedListError::Locked { .. })
                | Self::Unreachable { .. }
                | Self::Locked { .. }
                | Self::TooManyConnections { .. }
        )
    }

    /// What keeps a ledger from being opened at a path.
    pub(super) fn at(path: &str, error: DatabaseError) -> Self {
        let (path, what) = (path.to_owned(), error.what);
        match error.fault {
            DatabaseFault::Damaged => Self::Damaged { path, what: UNREADABLE.to_owned() },
            DatabaseFault::Other => Self::Open { path, what },
            fault => DatabaseError::new(fault, format!("{path}: {what}")).into(),
        }
    }
}

/// What a database says of its pages helps nobody who has to restore a backup.
const UNREADABLE: &str = "it was cut off, or overwritten, and cannot be read as a whole";

impl From<DatabaseError> for LedgerError {
    fn from(error: DatabaseError) -> Self {
        let what = error.what;
        match error.fault {
            DatabaseFault::Full => Self::Full { what },
            DatabaseFault::ReadOnly => Self::ReadOnly { what },
            DatabaseFault::Locked => Self::Locked { what },
            DatabaseFault::TooManyConnections => Self::TooManyConnections { what },
            DatabaseFault::Away => Self::Unreachable { what },
            DatabaseFault::Damaged => {
                Self::Damaged { path: "file".to_owned(), what: UNREADABLE.to_owned() }
            }
            DatabaseFault::Denied => Self::Denied { what },
            DatabaseFault::Other => Self::Write { what },
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl From<tokio_postgres::Error> for LedgerError {
    fn from(error: tokio_postgres::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl From<WriteRefusal> for LedgerError {
    fn from(refusal: WriteRefusal) -> Self {
        match refusal {
            WriteRefusal::Fenced => Self::Fenced,
            WriteRefusal::Impossible(step) => Self::Impossible(step),
        }
    }
}
