//! `roundup status`: what runs, what is finished, and what to do next.
//! Shell: reads the ledgers.

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::report_of;
use crate::cli::report::upcoming::{ScheduleOutlook, upcoming};
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::ledger::Ledger;
use crate::project::Project;
use crate::report::{EditionPhase, Report};

#[derive(Debug, Args)]
pub struct Arguments {}

/// `roundup.status/1`.
#[derive(Serialize)]
struct StatusOutcome {
    schema: &'static str,
    editions: Vec<Report>,
    schedule: ScheduleOutlook,
}

impl Outcome for StatusOutcome {
    fn text(&self, text: &mut Text) {
        self.schedule.lines(text);
        let Some(latest) = self.editions.first() else {
            text.line("No edition has been sent yet.");
            text.say("Next: roundup news");
            return;
        };
        for report in &self.editions {
            let state = match report.state {
                EditionPhase::Sending => "being sent",
                EditionPhase::Unfinished => "unfinished",
                EditionPhase::Paused => "paused",
                EditionPhase::Finished => "finished",
            };
            text.line(format!(
                "{}{}  {state}{}  {}",
                text.strong(&report.edition),
                report.correction_note(),
                if report.practice { " (practice)" } else { "" },
                report.arithmetic()
            ));
        }
        let waits = |report: &&Report| {
            matches!(report.state, EditionPhase::Unfinished | EditionPhase::Paused)
        };
        text.say(match self.editions.iter().find(waits) {
            Some(report) => format!("To resume: {}", resume_command(report)),
            None => format!("Next: roundup report {}", latest.edition),
        });
    }
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

pub async fn run(_: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let editions = reports(&project).await?;
    if let Some(ledger) = existing_ledger(&project, false).await?
        && let Err(error) = ledger.nature().await?.refuse_retired()
    {
        screen.warn(&format!("{error}: send from the restored project, and delete this one"));
    }
    let schedule = upcoming(&project, screen).await?;
    screen.outcome(&StatusOutcome { schema: "roundup.status/1", editions, schedule })?;
    Ok(Exit::Done)
}
