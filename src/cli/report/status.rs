//! `roundup status`: what runs, what is finished, and what to do next.
//! Shell: reads the ledgers.

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::report_of;
use crate::cli::report::upcoming::{Upcoming, upcoming};
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::ledger::Ledger;
use crate::project::Project;
use crate::report::{EditionPhase, Report};

#[derive(Debug, Args)]
pub struct Arguments {}

/// `roundup.status/1`.
#[derive(Serialize)]
pub struct Standing {
    schema: &'static str,
    editions: Vec<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Upcoming>,
}

impl Standing {
    pub fn new(editions: Vec<Report>) -> Self {
        Self { schema: "roundup.status/1", editions, schedule: None }
    }
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

pub async fn run(_: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let editions = reports(&project).await?;
    if let Some(ledger) = existing_ledger(&project, false).await?
        && let Err(error) = ledger.nature().await?.refuse_retired()
    {
        screen.warn(&format!("{error}: send from the restored project, and delete this one"));
    }
    if screen.json {
        let schedule = Some(upcoming(&project, screen).await?);
        screen.object(&Standing { schedule, ..Standing::new(editions) })?;
        return Ok(Exit::Done);
    }
    upcoming(&project, screen).await?.tell(&project, screen)?;
    if editions.is_empty() {
        screen.print("No edition has been sent yet.")?;
        screen.say("Next: roundup news");
        return Ok(Exit::Done);
    }
    for report in &editions {
        let state = match report.state {
            EditionPhase::Sending => "being sent",
            EditionPhase::Unfinished => "unfinished",
            EditionPhase::Paused => "paused",
            EditionPhase::Finished => "finished",
        };
        screen.print(&format!(
            "{}{}  {state}{}  {}",
            screen.strong(&report.edition),
            report.correction_note(),
            if report.practice { " (practice)" } else { "" },
            report.arithmetic()
        ))?;
    }
    match editions
        .iter()
        .find(|report| matches!(report.state, EditionPhase::Unfinished | EditionPhase::Paused))
    {
        Some(report) => screen.say(&format!("To resume: roundup send {}", report.edition)),
        None => screen.say(&format!("Next: roundup report {}", editions[0].edition)),
    }
    Ok(Exit::Done)
}
