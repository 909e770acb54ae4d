//! `roundup report`: who got an edition, who did not, and why.
//! Shell: reads the ledger.

pub mod overview;
pub mod rejected;
pub mod resolve;
pub mod status;
pub mod why;

use chrono_tz::Tz;
use clap::Args;

use crate::cli::globals::Globals;
use crate::cli::send::planned::{find_planned, is_sending};
use crate::cli::steps::corrections::correction_of;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, counted};
use crate::count::listed;
use crate::ledger::{ApprovalStore, Ledger, Pick, PlannedEdition, RunControl, Status};
use crate::project::Project;
use crate::report::{EditionPhase, Report, ReportedApproval};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition; the last one if not given
    edition: Option<String>,
}

/// The report of an edition, counted from its rows.
pub async fn report_of(
    project: &Project,
    ledger: &impl Ledger,
    planned: &PlannedEdition,
    practice: bool,
) -> Result<Report, Failure> {
    let name = &planned.name;
    let known = if is_sending(project, ledger, name, practice).await? {
        EditionPhase::Sending
    } else if ledger.standing(name).await?.wish == RunControl::Pause {
        EditionPhase::Paused
    } else {
        EditionPhase::Unfinished
    };
    let rows = ledger.rows(name, Pick::Unusual).await?.into_iter().map(|(_, row)| row).collect();
    let left_out = ledger.left_out(name).await?;
    let counts = ledger.counts(name).await?;
    let mut report = Report::new(planned, counts, rows, left_out, practice, known);
    report.corrected_by = correction_of(ledger, name).await?;
    Ok(report)
}

/// The name of the edition that was planned last, for real or else for practice.
async fn last(project: &Project) -> Result<String, Failure> {
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if let Some(last) = ledger.editions().await?.first() {
            return Ok(last.name.clone());
        }
    }
    Err(Failure::new(Exit::Usage, "no edition has been sent yet")
        .help("to try it: roundup send --year 2020 --dry-run"))
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let name = match arguments.edition {
        Some(name) => name,
        None => last(&project).await?,
    };
    let (ledger, planned, practice) = find_planned(&project, &name).await?;
    let mut report = report_of(&project, &ledger, &planned, practice).await?;
    let given = ledger.approvals_of(&planned.name).await?;
    report.approvals = ReportedApproval::of(&planned, &given, project.settings.time_zone);
    let exit = if report.has_open_rejections() { Exit::Partly } else { Exit::Done };
    if screen.json {
        screen.object(&report)?;
        return Ok(exit);
    }
    tell_head(&report, project.settings.time_zone, screen)?;
    screen.print(&screen.strong(&format!("{}.", report.arithmetic())))?;
    tell_audience(&report, screen)?;
    tell_rows(&report, screen)?;
    match report.state {
        EditionPhase::Sending => screen.say("It is being sent now."),
        EditionPhase::Paused => {
            screen.say(&format!("It is paused. To resume: roundup send {}", report.edition));
        }
        EditionPhase::Unfinished => {
            screen.say(&format!("To resume: roundup send {}", report.edition));
        }
        EditionPhase::Finished if report.uncertain > 0 => {
            screen.say(&format!("Next: roundup resolve {}", report.edition));
        }
        EditionPhase::Finished if report.has_open_rejections() => {
            screen.say(&format!("Next: roundup resolve {} --rejected", report.edition));
        }
        EditionPhase::Finished => {}
    }
    Ok(exit)
}

/// Whom it was planned for, and how many of the list were left out.
fn tell_audience(report: &Report, screen: &Screen) -> Result<(), Failure> {
    if let Some(segment) = &report.segment {
        screen.print(&format!("For the segment {segment}."))?;
    }
    if !report.bases.is_empty() {
        let bases = report.bases.iter();
        let bases: Vec<String> = bases
            .map(|(basis, people)| format!("{people} by {}", basis.replace('_', " ")))
            .collect();
        let bases = listed(&bases, usize::MAX);
        screen.print(&format!("Purpose: {}. Planned for {bases}.", report.purpose))?;
    }
    if report.left_out > 0 {
        screen.print(&format!(
            "{} left out of the plan (`roundup why ADDRESS` says why).",
            counted(report.left_out, "person on the list was", "people on the list were")
        ))?;
    }
    Ok(())
}

/// Which edition it is, when it was planned, and who said yes to it.
fn tell_head(report: &Report, zone: Tz, screen: &Screen) -> Result<(), Failure> {
    screen.print(&format!(
        "{} · \"{}\"{}",
        screen.strong(&report.edition),
        report.subject,
        if report.practice { " · practice: the messages are in outbox/" } else { "" }
    ))?;
    let correction = report.correction_note();
    if !correction.is_empty() {
        screen.print(correction.trim())?;
    }
    screen.print(&format!(
        "{} · version {}",
        report.planned_at.with_timezone(&zone).format("planned on %-d %B %Y at %H:%M"),
        report.hash
    ))?;
    for approval in &report.approvals {
        screen.print(&format!("Approved by {}.", approval.words))?;
    }
    Ok(())
}

/// Everybody who did not simply get it.
fn tell_rows(report: &Report, screen: &Screen) -> Result<(), Failure> {
    for status in [
        Status::Uncertain,
        Status::Rejected,
        Status::Expired,
        Status::Deferred,
        Status::Closed,
        Status::Suppressed,
    ] {
        let rows: Vec<_> = report.rows.iter().filter(|row| row.status == status).collect();
        if rows.is_empty() {
            continue;
        }
        screen.print(&format!("{}:", screen.strong(status.word())))?;
        for row in rows {
            screen.print(&format!("  {}  {}", row.address, screen.faint(&row.detail)))?;
        }
    }
    Ok(())
}
