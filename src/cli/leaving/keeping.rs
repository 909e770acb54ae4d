//! Where what people want is kept by a command: in the ledger, in the spool while that is away, or nowhere in a dry run.
//! Shell: the ledger and the spool.

use std::sync::Arc;

use super::spooled::{COMMAND_PATIENCE, spool, warn_of_damage};
use crate::audience::Keys;
use crate::cli::globals::Globals;
use crate::cli::steps::ledgers::{keys_for, ledger_or_away, ledger_unchanged};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, Ledger};
use crate::people::{Act, ActPlace, Journal};
use crate::project::Project;

/// Where what people want goes.
pub enum LeavingStore {
    Journal(Journal<AnyLedger>),
    /// Nothing is kept; the ledger says who has left already.
    DryRun(Option<AnyLedger>),
}

/// What a command needs to keep something, or to keep nothing at all.
pub async fn keeping(
    project: &Project,
    dry_run: bool,
    globals: &Globals,
) -> Result<(LeavingStore, Keys), Failure> {
    if dry_run {
        let ledger = ledger_unchanged(project).await?;
        let keys = if project.secret_source()?.is_some() {
            keys_for(project, ledger.as_ref()).await?
        } else {
            // No token can be right, and none is made right by looking.
            let mut secret = [0; 32];
            system::random(&mut secret);
            Keys::new(&secret)
        };
        return Ok((LeavingStore::DryRun(ledger), keys));
    }
    project.own_folder(false)?;
    warn_of_damage(project, &globals.screen);
    let journal = Journal::new(spool(project), COMMAND_PATIENCE);
    let keys = match ledger_or_away(project, 1).await? {
        Ok(ledger) => {
            let keys = keys_for(project, Some(&ledger)).await?;
            ledger.bind_secret(&keys.check()).await?;
            journal.open_ledger(Arc::new(ledger));
            journal.drain().await?;
            keys
        }
        Err(away) if project.secret_source()?.is_none() => return Err(away.into()),
        Err(away) => {
            globals
                .screen
                .warn(&format!("{away}: requests to leave wait in `.roundup` until it is back"));
            project.keys(system::random)?
        }
    };
    Ok((LeavingStore::Journal(journal), keys))
}

impl LeavingStore {
    /// The ledger, if it is there.
    pub fn ledger(&self) -> Option<&AnyLedger> {
        match self {
            Self::Journal(journal) => journal.ledger(),
            Self::DryRun(ledger) => ledger.as_ref(),
        }
    }

    /// Keeps acts in their order; of each, whether it changes something. `waiting` counts what waits for the ledger.
    pub async fn keep(&self, acts: Vec<Act>, waiting: &mut u64) -> Result<Vec<bool>, Failure> {
        if acts.is_empty() {
            return Ok(Vec::new());
        }
        let mut changed = Vec::new();
        match self {
            Self::Journal(journal) => {
                for place in journal.record(acts).await? {
                    *waiting += u64::from(place == ActPlace::Spool);
                    changed.push(place != ActPlace::Ledger { changed: false });
                }
            }
            Self::DryRun(ledger) => {
                for act in acts {
                    changed.push(match (ledger, act.change()) {
                        (Some(ledger), Some(change)) => {
                            change.counts(ledger.suppression(&act.person).await?.as_ref())
                        }
                        _ => true,
                    });
                }
            }
        }
        Ok(changed)
    }
}
