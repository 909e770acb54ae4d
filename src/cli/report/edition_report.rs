//! The report of an edition, as its rows are now.
//! Shell: reads the ledger.

use crate::cli::send::planned::is_sending;
use crate::cli::steps::corrections::correction_of;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::ledger::{ApprovalStore, EditionSummary, Ledger, RowFilter, RunControl};
use crate::project::Project;
use crate::report::{EditionPhase, Report};

/// The report of an edition, counted from its rows.
pub async fn report_of(
    project: &Project,
    ledger: &(impl Ledger + ApprovalStore),
    planned: &EditionSummary,
    practice: bool,
) -> Result<Report, Failure> {
    let name = &planned.name;
    let known = phase_of(project, ledger, name, practice).await?;
    let rows =
        ledger.rows(name, RowFilter::Unusual).await?.into_iter().map(|(_, row)| row).collect();
    let left_out = ledger.left_out(name).await?;
    let counts = ledger.counts(name).await?;
    let mut report = Report::new(planned, counts, rows, left_out, practice, known);
    report.stops = ledger.stops().await?;
    report.stops.retain(|stop| stop.edition == *name);
    report.is_retired = ledger.nature().await?.retired.is_some();
    report.corrected_by = correction_of(ledger, name).await?;
    Ok(report)
}

/// The same of one that may not be planned yet, without anybody's row: quick enough for each key that somebody types in the
/// studio.
pub async fn figures_of(
    project: &Project,
    ledger: &impl Ledger,
    edition: &str,
    practice: bool,
) -> Result<Option<Report>, Failure> {
    let counts = ledger.counts(edition).await?;
    // Nobody is planned: no other edition is read for it.
    if counts.people() == 0 {
        return Ok(None);
    }
    let planned = ledger.summaries().await?;
    let Some(planned) = planned.into_iter().find(|one| one.name == edition) else {
        return Ok(None);
    };
    let known = phase_of(project, ledger, edition, practice).await?;
    let mut report = Report::new(&planned, counts, Vec::new(), 0, practice, known);
    report.is_retired = ledger.nature().await?.retired.is_some();
    Ok(Some(report))
}

/// What became of an edition that is planned, in a sentence.
pub fn became(report: &Report) -> String {
    let state = match report.state {
        EditionPhase::Finished => "is finished",
        EditionPhase::Sending => "is being sent now",
        EditionPhase::Paused => "is paused",
        EditionPhase::Unfinished => "is not finished",
    };
    format!("{} {state}: {}.", report.edition, report.arithmetic())
}

/// What is known of an edition beside its rows.
async fn phase_of(
    project: &Project,
    ledger: &impl Ledger,
    name: &str,
    practice: bool,
) -> Result<EditionPhase, Failure> {
    Ok(if is_sending(project, ledger, name, practice).await? {
        EditionPhase::Sending
    } else if ledger.edition_state(name).await?.control == RunControl::Pause {
        EditionPhase::Paused
    } else {
        EditionPhase::Unfinished
    })
}

/// What lets an edition go on that has begun. Only a person lifts a pause: without a terminal they must say so.
pub fn resume_command(edition: &str, is_paused: bool) -> String {
    let unpause = if is_paused { " --unpause" } else { "" };
    format!("roundup send {edition}{unpause}")
}

/// The same for an edition that waits for it; none where it is finished, being sent, or another computer's.
pub fn resume_step(report: &Report) -> Option<String> {
    let is_paused = match report.state {
        EditionPhase::Paused => true,
        EditionPhase::Unfinished => false,
        EditionPhase::Sending | EditionPhase::Finished => return None,
    };
    (!report.is_retired).then(|| resume_command(&report.edition, is_paused))
}

/// The reports of all editions, the latest first; the real ones before practice.
pub async fn reports(project: &Project) -> Result<Vec<Report>, Failure> {
    let mut reports = Vec::new();
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        for planned in ledger.summaries().await? {
            reports.push(report_of(project, &ledger, &planned, practice).await?);
        }
    }
    Ok(reports)
}

/// Whether the real ledger was moved to another computer: that comes before any next step.
pub async fn warn_of_retired(project: &Project, screen: &Screen) -> Result<bool, Failure> {
    let Some(ledger) = existing_ledger(project, false).await? else { return Ok(false) };
    let Err(error) = ledger.nature().await?.refuse_retired() else { return Ok(false) };
    screen.warn(&format!("{error}: send from the restored project, and delete this one"));
    Ok(true)
}
