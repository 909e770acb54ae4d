//! Somebody's yes, as it is written down: once, unless it says more than the one before.
//! Shell: the ledger, the clock.

use crate::approval::{Approval, ApprovalState, EditionDecisions, is_same};
use crate::cli::due::facts::KnownSchedule;
use crate::cli::send::gate;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, ApprovalStore};
use crate::project::Project;
use crate::schedule::{ApprovedEdition, decide};

/// Writes somebody's yes, where it says more than they have said before.
pub async fn record(
    (project, ledger, screen): (&Project, &AnyLedger, &Screen),
    approval: Approval,
    stops_seen: usize,
) -> Result<(), Failure> {
    let edition = approval.edition.clone();
    let decisions = gate::decisions(Some(ledger), &edition).await?;
    let before = ApprovalState::of(1, &decisions, &approval.frozen);
    let is_known = before.valid.iter().any(|known| {
        is_same(&known.who, &approval.who) && known.by_last_editor == approval.by_last_editor
    });
    if is_known
        && before.stopped.is_none()
        && !is_passed(project, ledger, &decisions, &approval).await?
    {
        screen.say(&format!("{} has approved this before.", approval.who));
    } else if !ledger.approve(approval, stops_seen).await? {
        return Err(stopped_meanwhile(&edition));
    }
    Ok(())
}

/// Whether it is approved, and `due` does not take that for the day that comes next: a yes says more then.
async fn is_passed(
    project: &Project,
    ledger: &AnyLedger,
    decisions: &EditionDecisions,
    approval: &Approval,
) -> Result<bool, Failure> {
    let schedule = project.schedule()?;
    let needed = project.settings.approval.people.max(1);
    let state = ApprovalState::of(needed, decisions, &approval.frozen);
    if !state.is_enough() || schedule.phrase.is_none() {
        return Ok(false);
    }
    let now = system::now();
    let edition = ApprovedEdition {
        name: approval.edition.clone(),
        window_end: now.date_naive(),
        moments: state.moments,
        has_changed: false,
    };
    let known = KnownSchedule::read(ledger, &schedule, now).await?;
    // What is planned waits for no day: its page is approved.
    let is_planned = known.planned().contains(&edition.name);
    Ok(!is_planned && !decide(&known.facts(&schedule, now)).takes(&edition, now))
}

/// Somebody has stopped it while the question stood.
fn stopped_meanwhile(edition: &str) -> Failure {
    Failure::new(
        Exit::Later,
        format!("`{edition}` was paused or cancelled meanwhile: nothing was approved"),
    )
    .help(format!("`roundup approve {edition} --show` shows who stopped it"))
}
