//! Whether what was approved is what would be sent now.
//! Shell: reads the project, the list and the ledger.

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::ApprovalState;
use crate::cli::steps::chosen_edition::choose;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen::frozen_unchecked;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::next_edition::NextEdition;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::ledger::{AnyLedger, ApprovalStore};
use crate::project::Project;

/// Where an edition stands with those who must approve it, as `send` would make it now.
pub async fn approval_now(
    project: &Project,
    ledger: &AnyLedger,
    asked: &EditionArguments,
    screen: &Screen,
) -> Result<ApprovalState, Failure> {
    let screen = screen.silent();
    let destination = Destination::of(project, None)?;
    let chosen = choose(project, asked, &screen).await?;
    let list = mailing_list(project, destination.is_practice(), &chosen.audience).await?;
    let examples = destination.takes_examples();
    let now = frozen_unchecked(project, &chosen, &list, examples).await?;
    let needed = project.settings.approval.people.max(1);
    Ok(ApprovalState::of(needed, &ledger.decisions_of(&chosen.name).await?, &now))
}

/// Those of approved editions that have changed since. What cannot be made now is not known to have changed.
pub async fn changed(
    project: &Project,
    ledger: &AnyLedger,
    asked: &BTreeMap<String, EditionArguments>,
    screen: &Screen,
) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for (name, asked) in asked {
        let state = Box::pin(approval_now(project, ledger, asked, screen)).await;
        if state.is_ok_and(|state| state.stopped.is_none() && !state.is_enough()) {
            changed.insert(name.clone());
        }
    }
    changed
}

/// What comes next, with a look at what is approved: `changed` has the names of what is not approved as it is now.
pub struct NextEditionNow {
    pub next: NextEdition,
    pub changed: BTreeSet<String>,
}

impl NextEditionNow {
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn of(project: &Project, practice: bool, screen: &Screen) -> Result<Self, Failure> {
        let mut next = NextEdition::of(project, practice).await?;
        let changed = match existing_ledger(project, practice).await? {
            Some(ledger) => changed(project, &ledger, &next.approved(), screen).await,
            None => BTreeSet::new(),
        };
        next.mark_changed(&changed, project.settings.time_zone);
        Ok(Self { next, changed })
    }
}
