//! `roundup status`: what runs, what is finished, and what to do next.
//! Shell: reads the ledgers.

use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::edition_report::{reports, resume_step, warn_of_retired};
use crate::cli::report::overview;
use crate::cli::report::upcoming::{ScheduleOutlook, upcoming};
use crate::cli::steps::approved_now::NextEditionNow;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::practised::practised_note;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::report::{EditionPhase, Report};

#[derive(Debug, Args)]
pub struct Arguments {}

/// `roundup.status/1`.
#[derive(Serialize)]
struct StatusOutcome {
    schema: &'static str,
    editions: Vec<Report>,
    schedule: ScheduleOutlook,
    /// What to type next.
    next: String,
}

impl Outcome for StatusOutcome {
    fn text(&self, text: &mut Text) {
        self.schedule.lines(text);
        if self.editions.is_empty() {
            text.line("No edition has been sent yet.");
            text.say(format!("Next: {}", self.next));
            return;
        }
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
            if let Some(stop) = report.held_by() {
                text.line(format!("  It was {}.", stop.words(self.schedule.time_zone)));
            }
        }
        let waits = self.editions.iter().any(|report| resume_step(report).is_some());
        let word = if waits { "To resume" } else { "Next" };
        text.say(format!("{word}: {}", self.next));
    }
}

pub async fn run(_: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let editions = reports(&project).await?;
    let practice = Destination::of(&project, None)?.is_practice();
    let is_retired = warn_of_retired(&project, screen).await? && !practice;
    if let Some(note) = practised_note(&project, practice).await? {
        screen.warn(&format!("{}. To approve it now: {}", note.what, note.cure));
    }
    screen.problems(&project.misnamed_drafts()?);
    let now = NextEditionNow::of(&project, practice, screen).await?;
    let schedule = upcoming(&project, &now, screen).await?;
    let mut unsent = now.next.unsent;
    if is_retired {
        // Nothing is sent from here any more.
        unsent.clear();
    }
    let begun = editions.iter().find_map(resume_step);
    let next = match (begun, unsent.into_iter().next(), editions.first()) {
        (Some(begun), ..) => begun,
        (None, Some(unsent), _) => unsent.next,
        (None, None, Some(latest)) => format!("roundup report {}", latest.edition),
        (None, None, None) => overview::next_step(globals).await?,
    };
    screen.outcome(&StatusOutcome { schema: "roundup.status/1", editions, schedule, next })?;
    Ok(Exit::Done)
}
