//! What was approved or got a time in practice, and does not count for the mail server that is set now.
//! Shell: reads the ledgers.

use std::collections::BTreeSet;

use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::count::listed;
use crate::ledger::{ApprovalStore, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::OccurrenceState;

/// Said wherever somebody decides something in practice.
pub const PRACTICE_ONLY: &str =
    "This is practice: it does not count once `roundup setup relay` has set a mail server.";

/// Editions that are named; the rest is counted.
const MOST_EDITIONS: usize = 6;

/// Editions that were approved or got a time in practice, and about which nobody has decided anything for real.
///
/// # Errors
/// When a ledger cannot be read.
async fn only_in_practice(project: &Project) -> Result<Vec<String>, Failure> {
    let Some(practised) = existing_ledger(project, true).await? else { return Ok(Vec::new()) };
    let approved = practised.approvals().await?.into_iter().map(|approval| approval.edition);
    let rows = practised.occurrences().await?.into_iter();
    let waiting = rows.filter(|row| row.is_once() && row.state == OccurrenceState::Waiting);
    let timed = waiting.filter_map(|row| row.edition);
    let names: BTreeSet<String> = approved.chain(timed).collect();
    let real = existing_ledger(project, false).await?;
    let mut only = Vec::new();
    for name in names {
        // What was sent in practice has had its rehearsal.
        let is_open = practised.edition(&name).await?.is_none()
            && practised.decisions_of(&name).await?.stop_without_approval().is_none();
        let is_decided = match &real {
            Some(real) => {
                real.edition(&name).await?.is_some() || !real.decisions_of(&name).await?.is_empty()
            }
            None => false,
        };
        if is_open && !is_decided {
            only.push(name);
        }
    }
    Ok(only)
}

/// What was decided in practice only, and what to type for it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PractisedNote {
    pub what: String,
    pub cure: String,
}

/// What there is to say of it where mail goes to people; nothing in practice.
///
/// # Errors
/// When a ledger cannot be read.
pub async fn practised_note(
    project: &Project,
    is_practice: bool,
) -> Result<Option<PractisedNote>, Failure> {
    if is_practice {
        return Ok(None);
    }
    let names = only_in_practice(project).await?;
    let Some(first) = names.first() else { return Ok(None) };
    let names = listed(&names, MOST_EDITIONS);
    Ok(Some(PractisedNote {
        what: format!(
            "approved in practice only: {names}; neither that nor a time given then counts for the mail server"
        ),
        cure: format!("roundup approve {first}"),
    }))
}
