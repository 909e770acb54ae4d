//! What people see when the ledger cannot be used, and what to type.
//! Pure: an error in, words and an exit code out.

use crate::cli::terminal::failure::{Exit, Failure};
use crate::ledger::error::{LedgerError, SharedListError};

/// The end of a cure after which the same command goes on.
const RUN_AGAIN: &str = ", then run the same command again: nothing is done twice";

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        if let LedgerError::List(list) = &error {
            return list.clone().into();
        }
        let what = error.to_string();
        if let Some(cure) = later(&error) {
            return Self::new(Exit::Later, what).help(format!("{cure}{RUN_AGAIN}"));
        }
        let (exit, help) = cure(&error);
        Self::new(exit, what).help(help)
    }
}

/// What to do before the same command goes on, where that is all it takes.
fn later(error: &LedgerError) -> Option<&'static str> {
    match error {
        LedgerError::Full { .. } => Some("free some space there and keep the ledger where it is"),
        LedgerError::Locked { .. } => Some("end the other program, a backup or a database session"),
        LedgerError::TooManyConnections { .. } => {
            Some("close other programs that use this server, or raise its `max_connections`")
        }
        LedgerError::Unreachable { .. } => Some("check ROUNDUP_LEDGER and its server"),
        LedgerError::Shared(SharedListError::Locked { .. }) => {
            Some("end the other program, such as another newsletter's import")
        }
        _ => None,
    }
}

fn cure(error: &LedgerError) -> (Exit, &'static str) {
    match error {
        LedgerError::Open { .. } | LedgerError::Write { .. } => (
            Exit::Failed,
            "check that the ledger's folder exists, that you may write in it, and that its disk has space and no fault; \
             then run the same command again",
        ),
        LedgerError::ReadOnly { .. } => (
            Exit::Usage,
            "in ROUNDUP_LEDGER, name the server that accepts changes, not its replica; a file must be on a disk that \
             can be written to",
        ),
        LedgerError::Denied { .. } => (
            Exit::Usage,
            "check the user, the password and the database in ROUNDUP_LEDGER, or the permissions of the ledger's folder",
        ),
        LedgerError::Newer { .. } => (Exit::Failed, "install the newest version of roundup"),
        LedgerError::Damaged { .. } => (
            Exit::Failed,
            "nothing was sent; restore the file from a backup: it records who got what",
        ),
        LedgerError::Moved { .. } | LedgerError::Older => (
            Exit::Failed,
            "put the ledger back where it was, or find out who moved it, before sending anything else: it records who \
             got what",
        ),
        LedgerError::OtherSecret => (
            Exit::Usage,
            "restore the secret of this ledger: `.roundup/secret` from a backup, or the earlier ROUNDUP_SECRET. With a \
             different one, people who left could not be recognised",
        ),
        LedgerError::Retired { .. } => (
            Exit::Usage,
            "send from the restored project; this one does not know who got what since",
        ),
        LedgerError::Shared(error) => (Exit::Failed, cure_of_shared(error)),
        LedgerError::Fenced => {
            (Exit::Later, "nobody is mailed twice; the same command sends what is left")
        }
        LedgerError::StoppedMeanwhile { .. } => (
            Exit::Later,
            "`roundup status` shows who stopped it, and what lets it go out again; where `roundup pause` stopped \
             everything, the same command asks you again",
        ),
        LedgerError::Full { .. }
        | LedgerError::Locked { .. }
        | LedgerError::TooManyConnections { .. }
        | LedgerError::Unreachable { .. }
        | LedgerError::List(_)
        | LedgerError::PlannedAlready { .. }
        | LedgerError::Miscounted { .. }
        | LedgerError::Suppressed { .. }
        | LedgerError::Impossible(_)
        | LedgerError::NoRow { .. }
        | LedgerError::Stopped => (Exit::Failed, "this is a bug in roundup: please report it"),
    }
}

fn cure_of_shared(error: &SharedListError) -> &'static str {
    match error {
        SharedListError::Missing { .. } => {
            "put it back from a backup, or correct `do_not_mail` under [people]: without it somebody would be mailed who \
             has said no to all newsletters"
        }
        SharedListError::Foreign { .. } => {
            "correct `do_not_mail` under [people]: it names a file that `roundup subscribers share` made"
        }
        SharedListError::Newer { .. } => "install the newest version of roundup",
        SharedListError::Locked { .. } | SharedListError::Other { .. } => {
            "check that the file and its folder can be read and written, then run the same command again"
        }
    }
}
