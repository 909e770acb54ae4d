//! `roundup report`: who got an edition, who did not, and why.
//! Shell: reads the ledger.

pub mod figures;
pub mod overview;
pub mod rejected;
pub mod resolve;
mod standing;
pub mod status;
mod upcoming;
pub mod why;

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::Args;

use crate::cli::globals::Globals;
use crate::cli::send::planned::find_planned;
use crate::cli::steps::ledgers::{existing_ledger, window_of};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::{cannot_write, write_whole};
use crate::cli::terminal::screen::{Screen, counted};
use crate::cli::terminal::world;
use crate::count::{listed, people};
use crate::ledger::{ApprovalStore, Ledger, Status};
use crate::locale::capitalised;
use crate::project::Project;
use crate::report::figures::EditionFigures;
use crate::report::page::TrusteePage;
use crate::report::year::YearReport;
use crate::report::{EditionPhase, Report, ReportedApproval, table};
use crate::window::Window;

pub use standing::report_of;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition; the last one if not given
    #[arg(conflicts_with = "year")]
    edition: Option<String>,
    /// The editions of a year together, as in 2020
    #[arg(long, value_name = "YEAR")]
    year: Option<String>,
    /// Write the figures as a table for spreadsheets
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write one page for trustees, to be read or printed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Arguments {
    /// Writes what was wished for beside the terminal.
    fn write(
        &self,
        project: &Project,
        (title, screen): (&str, &Screen),
        table: &dyn Fn() -> String,
        page: &dyn Fn(&TrusteePage<'_>) -> String,
    ) -> Result<(), Failure> {
        let write = |path: &Path, text: &str| {
            write_whole(path, text.as_bytes())
                .map_err(|error| cannot_write(&path.display().to_string(), &error))?;
            screen.say(&format!("Wrote {}.", path.display()));
            Ok::<(), Failure>(())
        };
        if let Some(path) = &self.csv {
            write(path, &table())?;
        }
        if let Some(path) = &self.html {
            let made_on = world::today(project.settings.time_zone).format("%-d %B %Y").to_string();
            let organisation = &project.settings.organisation.name;
            write(path, &page(&TrusteePage { organisation, title, made_on: &made_on }))?;
        }
        Ok(())
    }
}

/// The name of the edition that was planned last, for real or else for practice.
async fn last(project: &Project) -> Result<String, Failure> {
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if let Some(last) = ledger.summaries().await?.first() {
            return Ok(last.name.clone());
        }
    }
    Err(Failure::new(Exit::Usage, "no edition has been sent yet")
        .help("to see what comes next: roundup"))
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    match &arguments.year {
        Some(year) => report_year(&arguments, &project, year, &globals.screen).await,
        None => report_edition(&arguments, &project, &globals.screen).await,
    }
}

async fn report_year(
    arguments: &Arguments,
    project: &Project,
    year: &str,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let report = figures::of_year(project, year).await?;
    let (table, page) =
        (|| table::year_table(&report), |page: &TrusteePage<'_>| page.year(&report));
    arguments.write(project, (year, screen), &table, &page)?;
    if screen.json {
        screen.object(&report)?;
    } else {
        tell_year(&report, screen)?;
    }
    Ok(Exit::Done)
}

async fn report_edition(
    arguments: &Arguments,
    project: &Project,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let name = match &arguments.edition {
        Some(name) => name.clone(),
        None => last(project).await?,
    };
    let (ledger, planned, practice) = find_planned(project, &name).await?;
    let editions = ledger.summaries().await?;
    let mut report = figures::with_figures(project, &ledger, &planned, &editions, practice).await?;
    let given = ledger.approvals_of(&planned.name).await?;
    report.approvals = ReportedApproval::of(&planned, &given, project.settings.time_zone);
    let exit = if report.has_open_rejections() { Exit::Partly } else { Exit::Done };
    let title = title_of(project, &window_of(project, &planned))?;
    let (table, page) =
        (|| table::edition_table(&report), |page: &TrusteePage<'_>| page.edition(&report));
    arguments.write(project, (&title, screen), &table, &page)?;
    if screen.json {
        screen.object(&report)?;
        return Ok(exit);
    }
    tell_head(&report, project.settings.time_zone, screen)?;
    screen.print(&screen.strong(&format!("{}.", report.arithmetic())))?;
    tell_audience(&report, screen)?;
    if let Some(figures) = &report.figures {
        tell_figures(&report, figures, screen)?;
    }
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

/// The window of an edition as people call it.
fn title_of(project: &Project, window: &Window) -> Result<String, Failure> {
    Ok(capitalised(&project.lexicon()?.window(window)))
}

/// What became of the copies that were accepted.
fn tell_figures(report: &Report, figures: &EditionFigures, screen: &Screen) -> Result<(), Failure> {
    if report.accepted > 0 {
        screen.print(&format!("{}.", figures.afterwards(report.accepted)))?;
    }
    if let Some(growth) = &figures.growth {
        screen.print(&format!("The list: {}.", growth.arithmetic()))?;
    }
    for (group, count) in figures.left.shown() {
        screen.print(&format!("  left: {} ({group})", people(count)))?;
    }
    for refusal in &figures.refusals {
        let whom = people(refusal.people);
        screen.print(&format!("  refused because of us at {}: {whom}", refusal.provider))?;
        screen.say(&format!("    {}", refusal.cure));
    }
    if figures.complained > 0 {
        screen.print(&format!("{}.", figures.complaint_words()))?;
    }
    if let Some(reason) = &figures.after_complaints {
        screen.print(&format!("Sent after complaints about an edition before: {reason}."))?;
    }
    Ok(())
}

fn tell_year(year: &YearReport, screen: &Screen) -> Result<(), Failure> {
    let editions = counted(year.editions.len(), "edition", "editions");
    screen.print(&format!("{} · {editions}", screen.strong(&year.year)))?;
    for report in &year.editions {
        let note = report.correction_note();
        screen.print(&format!("  {}{note}: {}.", report.edition, report.arithmetic()))?;
    }
    screen.print(&screen.strong(&format!("{}.", year.arithmetic())))?;
    let bounced = year.bounced;
    let kinds: Vec<String> =
        bounced.shown().iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let kinds =
        if kinds.is_empty() { String::new() } else { format!(" (= {})", kinds.join(" + ")) };
    screen.print(&format!(
        "Afterwards {} came back{kinds}, {} complained ({}) and {} left.",
        people(bounced.people),
        people(year.complained),
        year.complaint_rate_percent.words(),
        people(year.unsubscribed)
    ))?;
    for (group, count) in year.left.shown() {
        screen.print(&format!("  left: {} ({group})", people(count)))?;
    }
    for refusal in &year.refusals {
        let whom = people(refusal.people);
        screen.print(&format!("  refused because of us at {}: {whom}", refusal.provider))?;
        screen.say(&format!("    {}", refusal.cure));
    }
    Ok(())
}
