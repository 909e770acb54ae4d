//! The project's spool, and what people read about it.
//! Shell: the files of the spool.

use std::time::Duration;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, counted};
use crate::people::{JournalError, Spool, SpoolError};
use crate::project::Project;

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
