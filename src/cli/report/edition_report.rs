//! The report of an edition, as its rows are now.
//! Shell: reads the ledger.

use crate::cli::send::planned::is_sending;
use crate::cli::steps::corrections::correction_of;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::ledger::{EditionSummary, Ledger, RowFilter, RunControl};
use crate::project::Project;
use crate::report::{EditionPhase, Report};

/// The report of an edition, counted from its rows.
pub async fn report_of(
    project: &Project,
    ledger: &impl Ledger,
    planned: &EditionSummary,
    practice: bool,
) -> Result<Report, Failure> {
    let name = &planned.name;
    let known = if is_sending(project, ledger, name, practice).await? {
        EditionPhase::Sending
    } else if ledger.edition_state(name).await?.control == RunControl::Pause {
        EditionPhase::Paused
    } else {
        EditionPhase::Unfinished
    };
    let rows =
        ledger.rows(name, RowFilter::Unusual).await?.into_iter().map(|(_, row)| row).collect();
    let left_out = ledger.left_out(name).await?;
    let counts = ledger.counts(name).await?;
    let mut report = Report::new(planned, counts, rows, left_out, practice, known);
    report.corrected_by = correction_of(ledger, name).await?;
    Ok(report)
}

/// What lets an edition go on that has begun.
pub fn resume_command(report: &Report) -> String {
    let unpause = if report.state == EditionPhase::Paused { " --unpause" } else { "" };
    format!("roundup send {}{unpause}", report.edition)
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
