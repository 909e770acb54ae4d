//! `roundup report`: who got an edition, who did not, and why.
//! Shell: reads the ledger.

pub mod edition_report;
pub mod figures;
pub mod overview;
pub mod rejected;
pub mod resolve;
#[cfg(test)]
mod small_groups;
pub mod status;
pub mod upcoming;
pub mod why;

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::send::planned::find_planned;
use crate::cli::steps::ledgers::{existing_ledger, window_of};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::NamedOutput;
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::screen::{Screen, counted};
use crate::cli::terminal::system;
use crate::count::{grouped, listed, people};
use crate::ledger::{ApprovalStore, Ledger, Status};
use crate::locale::capitalised;
use crate::project::Project;
use crate::report::breakdown::Breakdown;
use crate::report::decisions::{ReportedApproval, decision_lines};
use crate::report::figures::{EditionFigures, ProviderRefusals};
use crate::report::page::TrusteePage;
use crate::report::year::YearReport;
use crate::report::{EditionPhase, Report, page, table};
use crate::window::Window;

use edition_report::resume_step;
pub use edition_report::{report_of, resume_command};

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
        made: &dyn Fn(&TrusteePage<'_>) -> String,
    ) -> Result<(), Failure> {
        let output = |path, mark| NamedOutput {
            path,
            project: Some(project),
            what: "an earlier report",
            mark,
        };
        let csv = self.csv.as_deref().map(|path| output(path, table::HEADER));
        let html = self.html.as_deref().map(|path| output(path, page::GENERATOR));
        for output in csv.iter().chain(&html) {
            output.refuse_other_files()?;
        }
        let write = |output: &NamedOutput<'_>, text: &str| {
            output.write(text.as_bytes())?;
            screen.say(&format!("Wrote {}.", output.path.display()));
            Ok::<(), Failure>(())
        };
        if let Some(output) = &csv {
            write(output, &table())?;
        }
        if let Some(output) = &html {
            let made_on = system::today(project.settings.time_zone).format("%-d %B %Y").to_string();
            let organisation = &project.settings.organisation.name;
            write(output, &made(&TrusteePage { organisation, title, made_on: &made_on }))?;
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
    screen.outcome(&report)?;
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
    let decisions = ledger.decisions_of(&planned.name).await?;
    let time_zone = project.settings.time_zone;
    report.approvals = ReportedApproval::of(&planned, &decisions.approvals, time_zone);
    let exit = if report.has_open_rejections() { Exit::Partly } else { Exit::Done };
    let title = title_of(project, &window_of(project, &planned))?;
    let (table, page) =
        (|| table::edition_table(&report), |page: &TrusteePage<'_>| page.edition(&report));
    arguments.write(project, (&title, screen), &table, &page)?;
    screen.outcome(&ReportOutcome { report: &report, time_zone })?;
    Ok(exit)
}

/// `roundup.report/1`.
#[derive(Serialize)]
struct ReportOutcome<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
}

impl Outcome for ReportOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let report = self.report;
        head(report, self.time_zone, text);
        text.line(text.strong(&format!("{}.", report.arithmetic())));
        audience(report, text);
        if let Some(figures) = &report.figures {
            afterwards(report, figures, text);
        }
        unusual_rows(report, text);
        let edition = &report.edition;
        if report.is_retired {
            text.say("Another computer has this newsletter now: send from there.");
            return;
        }
        if let Some(resume) = resume_step(report) {
            let paused = if report.state == EditionPhase::Paused { "It is paused. " } else { "" };
            text.say(format!("{paused}To resume: {resume}"));
        }
        match report.state {
            EditionPhase::Sending => text.say("It is being sent now."),
            EditionPhase::Finished if report.uncertain > 0 => {
                text.say(format!("Next: roundup resolve {edition}"));
            }
            EditionPhase::Finished if report.has_open_rejections() => {
                text.say(format!("Next: roundup resolve {edition} --rejected"));
            }
            EditionPhase::Finished | EditionPhase::Paused | EditionPhase::Unfinished => {}
        }
    }
}

/// How many by each basis, as all pages for trustees show it: no group points at somebody.
fn bases_of(report: &Report) -> Vec<String> {
    let breakdown = report.bases_shown();
    let shown =
        breakdown.groups.iter().map(|group| format!("{} by {}", grouped(group.count), group.group));
    let small = (breakdown.in_small_groups > 0)
        .then(|| format!("{} by several bases together", grouped(breakdown.in_small_groups)));
    shown.chain(small).collect()
}

/// Whom it was planned for, and how many of the list were left out.
fn audience(report: &Report, text: &mut Text) {
    if let Some(segment) = &report.segment {
        text.line(format!("For the segment {segment}."));
    }
    if !report.bases.is_empty() {
        let bases = listed(&bases_of(report), usize::MAX);
        text.line(format!("Purpose: {}. Planned for {bases}.", report.purpose));
    }
    if report.left_out > 0 {
        text.line(format!(
            "{} left out of the plan (`roundup why ADDRESS` says why).",
            counted(report.left_out, "person on the list was", "people on the list were")
        ));
    }
}

/// Which edition it is, when it was planned, and who said yes to it.
fn head(report: &Report, zone: Tz, text: &mut Text) {
    text.line(format!(
        "{} · \"{}\"{}",
        text.strong(&report.edition),
        report.subject,
        if report.practice { " · practice: the messages are in outbox/" } else { "" }
    ));
    let correction = report.correction_note();
    if !correction.is_empty() {
        text.line(correction.trim());
    }
    text.line(format!(
        "{} · version {}",
        report.planned_at.with_timezone(&zone).format("planned on %-d %B %Y at %H:%M"),
        report.hash
    ));
    for line in decision_lines(&report.approvals, &report.stops, zone) {
        text.line(line);
    }
}

/// Everybody who did not simply get it.
fn unusual_rows(report: &Report, text: &mut Text) {
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
        text.line(format!("{}:", text.strong(status.word())));
        for row in rows {
            text.line(format!("  {}  {}", row.address, text.faint(&row.detail)));
        }
    }
}

/// The window of an edition as people call it.
fn title_of(project: &Project, window: &Window) -> Result<String, Failure> {
    Ok(capitalised(&project.locale()?.window(window)))
}

/// What became of the copies that were accepted.
fn afterwards(report: &Report, figures: &EditionFigures, text: &mut Text) {
    if report.accepted > 0 {
        text.line(format!("{}.", figures.afterwards(report.accepted)));
    }
    if let Some(growth) = &figures.growth {
        text.line(format!("The list: {}.", growth.arithmetic()));
    }
    leavers_and_refusals(&figures.left, &figures.refusals, text);
    if figures.complained > 0 {
        text.line(format!("{}.", figures.complaint_words()));
    }
    if let Some(reason) = &figures.after_complaints {
        text.line(format!("Sent after complaints about an edition before: {reason}."));
    }
}

/// Who left by which way, and which providers would not have it because of us.
fn leavers_and_refusals(left: &Breakdown, refusals: &[ProviderRefusals], text: &mut Text) {
    for (group, count) in left.shown() {
        text.line(format!("  left: {} ({group})", people(count)));
    }
    for refusal in refusals {
        let whom = people(refusal.people);
        text.line(format!("  refused because of us at {}: {whom}", refusal.provider));
        text.say(format!("    {}", refusal.cure));
    }
}

impl Outcome for YearReport {
    fn text(&self, text: &mut Text) {
        let editions = counted(self.editions.len(), "edition", "editions");
        text.line(format!("{} · {editions}", text.strong(&self.year)));
        for report in &self.editions {
            let note = report.correction_note();
            text.line(format!("  {}{note}: {}.", report.edition, report.arithmetic()));
        }
        text.line(text.strong(&format!("{}.", self.arithmetic())));
        let bounced = &self.bounced;
        let kinds: Vec<String> = bounced
            .shown()
            .iter()
            .map(|(kind, count)| format!("{} {kind}", grouped(*count)))
            .collect();
        let kinds =
            if kinds.is_empty() { String::new() } else { format!(" (= {})", kinds.join(" + ")) };
        text.line(format!(
            "Afterwards {} came back{kinds}, {} complained ({}) and {} left.",
            people(bounced.people()),
            people(self.complained),
            self.complaint_rate_percent.words(),
            people(self.unsubscribed)
        ));
        leavers_and_refusals(&self.left, &self.refusals, text);
    }
}
