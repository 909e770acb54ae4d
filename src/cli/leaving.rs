//! What people did at the public address or by email, on its way into the ledger.
//! Shell: the ledger and the spool.

use std::sync::Arc;
use std::time::Duration;

use super::failure::{Exit, Failure};
use crate::ledger::{Ledger, LedgerError};
use crate::people::{Act, Spool, SpoolError, What, left_at, left_words, may_stay};
use crate::project::Project;

/// How often the spool is emptied while a program runs.
pub const DRAIN_EVERY: Duration = Duration::from_secs(1);

/// What could not be taken from the spool.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

impl From<DrainError> for Failure {
    fn from(error: DrainError) -> Self {
        match error {
            DrainError::Ledger(error) => error.into(),
            DrainError::Spool(error) => error.into(),
        }
    }
}

impl From<SpoolError> for Failure {
    fn from(error: SpoolError) -> Self {
        let help = match &error {
            SpoolError::Write { .. } | SpoolError::Read { .. } => {
                "check that the disk has room and that you may write in the folder `.roundup`"
            }
            SpoolError::Damaged { .. } => {
                "people who left wait in this file: take the damaged line out of it, and keep a copy of it"
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
    Spool::new(project.path(".roundup/leaving.spool"))
}

/// Writes an act; true when it changed something. A second leaving changes nothing, and nobody comes back but by their own
/// act within thirty days.
///
/// # Errors
/// When the ledger cannot keep it.
pub async fn apply(ledger: &impl Ledger, act: &Act) -> Result<bool, LedgerError> {
    match &act.what {
        What::Left { way, reason } => {
            let before = ledger.suppression(&act.person).await?;
            if before.is_some_and(|words| left_at(&words).is_some()) {
                return Ok(false);
            }
            // Their own word outlasts a bounce's: the ledger keeps the stronger one.
            let why = left_words(*way, reason.as_deref(), act.at);
            ledger.suppress(&act.person, &why, act.at).await?;
            Ok(true)
        }
        What::Stayed => {
            let words = ledger.suppression(&act.person).await?.unwrap_or_default();
            if !may_stay(&words, act.at) {
                return Ok(false);
            }
            ledger.lift(&act.person, "they came back themselves", act.at).await
        }
    }
}

/// Takes what waits in the spool into the ledger: before every plan and claim.
///
/// # Errors
/// When one of them cannot be read or written; then everything stays in the spool.
pub async fn drain(spool: &Spool, ledger: &impl Ledger) -> Result<usize, DrainError> {
    spool
        .drain(|acts| async move {
            for act in &acts {
                apply(ledger, act).await?;
            }
            Ok::<_, DrainError>(())
        })
        .await
}

/// Takes in what arrives during a run, until it is dropped: at most a second passes before the next claim knows of it.
pub async fn keep_draining(spool: Spool, ledger: Arc<impl Ledger>) {
    loop {
        tokio::time::sleep(DRAIN_EVERY).await;
        // What cannot be taken now stays in the spool, and is tried again.
        let _ = drain(&spool, &*ledger).await;
    }
}
