//! What people did at the public address or by email, on its way into the ledger.
//! Shell: the ledger and the spool.

mod imap_login;
pub mod inbox;
pub mod serve;
pub mod ways;

use std::sync::Arc;
use std::time::Duration;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, counted};
use crate::ledger::Ledger;
use crate::people::{JournalError, Spool, SpoolError, drain};
use crate::project::Project;

/// How often the spool is looked at while a run goes on: two questions to the file system.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long a command waits for the ledger to take in what waits.
pub const COMMAND_PATIENCE: Duration = Duration::from_secs(30);

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Ledger(error) => error.into(),
            JournalError::Spool(error) => error.into(),
            JournalError::Silent { .. } | JournalError::Busy { .. } => {
                Self::new(Exit::Later, error.to_string()).help(
                    "requests to leave wait in `.roundup`, and no message is sent before they are \
                     recorded: run the same command again in a minute",
                )
            }
        }
    }
}

impl From<SpoolError> for Failure {
    fn from(error: SpoolError) -> Self {
        let help = match &error {
            SpoolError::Write { .. } | SpoolError::Read { .. } => {
                "check that the disk has free space and that you may write in the folder \
                 `.roundup`"
            }
            SpoolError::Full { .. } => {
                "start `roundup serve` again where the ledger can be reached"
            }
        };
        Self::new(Exit::Failed, error.to_string()).help(help)
    }
}

/// The project's spool. Practice has none: nobody real leaves it.
pub fn spool(project: &Project) -> Spool {
    Spool::new(&project.path(".roundup"))
}

/// Says that lines were set aside which nobody could read.
pub fn warn_of_damage(project: &Project, screen: &Screen) {
    let lines = u64::try_from(spool(project).damaged_lines()).unwrap_or(u64::MAX);
    if lines > 0 {
        screen.warn(&format!(
            "{} in `.roundup/leaving.damaged` cannot be read: a person may have left and still be \
             on the list. Open the file, record them with `roundup subscribers suppress ADDRESS \
             --why unsubscribed`, then delete it",
            counted(lines, "line", "lines")
        ));
    }
}

/// Takes in what arrives during a run, until it is dropped, so that the next claim knows of it.
pub async fn keep_draining(spool: Spool, ledger: Arc<impl Ledger>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // What cannot be taken now stays in the spool, and is tried again.
        let _ = drain(&spool, &*ledger, COMMAND_PATIENCE).await;
    }
}
