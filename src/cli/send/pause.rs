//! `roundup pause`: stop an edition, or every edition, whoever sends it.
//! Shell: writes the ledgers.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use crate::approval::{EditionStop, StopKind};
use crate::cli::globals::Globals;
use crate::cli::report::{report_of, resume_command};
use crate::cli::send::planned::{find_planned, is_sending};
use crate::cli::send::stop::{StoppedEdition, stop_everything, stop_unplanned, unplanned};
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{Screen, people};
use crate::ledger::{AnyLedger, ApprovalStore, EditionSummary, Ledger, RunControl};
use crate::project::Project;
use crate::report::Report;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition; every edition that is not finished if not given
    edition: Option<String>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    match &arguments.edition {
        Some(name) => pause_one(&project, name, &globals.screen).await,
        None => pause_all(&project, &globals.screen).await,
    }
}

async fn pause_one(project: &Project, name: &str, screen: &Screen) -> Result<Exit, Failure> {
    if let Some(stopped) = stop_unplanned(project, name, StopKind::Paused).await? {
        screen.outcome(&HeldOutcome::of(&stopped))?;
        return Ok(Exit::Done);
    }
    let (ledger, planned, practice) = find_planned(project, name).await?;
    ledger.nature().await?.refuse_retired()?;
    let name = &planned.name;
    if ledger.counts(name).await?.open() == 0 {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` is finished: there is nothing to pause"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    }
    let Some(paused) = pause(project, &ledger, &planned, practice).await? else {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` was cancelled: there is nothing to pause"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    };
    screen.outcome(&paused)?;
    Ok(Exit::Done)
}

/// Every edition of both ledgers that somebody sends, or could go on with.
async fn pause_all(project: &Project, screen: &Screen) -> Result<Exit, Failure> {
    // First: what nobody has planned by now finds it when they plan, and what somebody has is paused below.
    stop_everything(project).await?;
    let mut paused = Vec::new();
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if ledger.nature().await?.retired.is_some() {
            continue;
        }
        for planned in ledger.summaries().await? {
            if ledger.progress(&planned.name).await?.open > 0 {
                paused.extend(pause(project, &ledger, &planned, practice).await?);
            }
        }
    }
    let mut held = Vec::new();
    for name in unplanned(project).await? {
        let stopped = stop_unplanned(project, &name, StopKind::Paused).await?;
        held.extend(stopped.as_ref().map(HeldEdition::of));
    }
    if paused.is_empty() && held.is_empty() {
        return Err(Failure::new(
            Exit::Nothing,
            "every edition is finished: there is nothing to pause",
        )
        .help(
            "`roundup status` shows them; a `roundup send` that waits for its number sends nothing now",
        ));
    }
    screen.outcome(&PauseOutcome { schema: "roundup.status/1", editions: paused, held })?;
    Ok(Exit::Done)
}

/// `roundup.status/1`: the editions that were paused just now.
#[derive(Serialize)]
struct PauseOutcome {
    schema: &'static str,
    editions: Vec<PausedEdition>,
    /// Those that nobody had planned.
    held: Vec<HeldEdition>,
}

/// An edition that was approved or has a time, and that nobody has planned: `due` does not send it.
#[derive(Serialize)]
struct HeldEdition {
    #[serde(flatten)]
    stop: EditionStop,
    /// The time that it has, and that passes while it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<DateTime<Utc>>,
    /// As `send` and `approve` take it.
    typed: String,
}

impl HeldEdition {
    fn of(stopped: &StoppedEdition) -> Self {
        Self { stop: stopped.stop.clone(), time: stopped.time, typed: stopped.typed.clone() }
    }

    fn line(&self) -> String {
        let passes = self.time.map_or("", |_| ", and its time passes");
        format!("{} is paused: `roundup due` does not send it{passes}.", self.stop.edition)
    }
}

/// `roundup.paused/1`.
#[derive(Serialize)]
struct HeldOutcome {
    schema: &'static str,
    #[serde(flatten)]
    held: HeldEdition,
}

impl HeldOutcome {
    fn of(stopped: &StoppedEdition) -> Self {
        Self { schema: "roundup.paused/1", held: HeldEdition::of(stopped) }
    }
}

impl Outcome for HeldOutcome {
    fn text(&self, text: &mut Text) {
        let (edition, typed) = (&self.held.stop.edition, &self.held.typed);
        text.line(self.held.line());
        text.say(format!(
            "To send it now: roundup send {typed} --unpause. To let `roundup due` send it again: roundup approve {typed}. \
             To end it: roundup cancel {edition}"
        ));
    }
}

/// `roundup.report/1`: an edition that was paused just now.
#[derive(Serialize)]
struct PausedEdition {
    #[serde(flatten)]
    report: Report,
    /// Somebody sends it at this moment: they stop at their next sign of life.
    sending: bool,
}

/// Pauses an edition; `None` where it is cancelled.
async fn pause(
    project: &Project,
    ledger: &AnyLedger,
    planned: &EditionSummary,
    practice: bool,
) -> Result<Option<PausedEdition>, Failure> {
    let name = &planned.name;
    let row = stop_row(project, name, StopKind::Paused);
    if ledger.stop_run(row, None).await? == RunControl::Cancel {
        return Ok(None);
    }
    let sending = is_sending(project, ledger, name, practice).await?;
    let report = report_of(project, ledger, planned, practice).await?;
    Ok(Some(PausedEdition { report, sending }))
}

impl Outcome for PausedEdition {
    fn text(&self, text: &mut Text) {
        let edition = &self.report.edition;
        paused_lines(std::slice::from_ref(self), text);
        text.say(format!(
            "To resume: {}. To end it: roundup cancel {edition}",
            resume_command(edition, true)
        ));
    }
}

impl Outcome for PauseOutcome {
    fn text(&self, text: &mut Text) {
        paused_lines(&self.editions, text);
        for held in &self.held {
            text.line(held.line());
        }
        text.say("To resume one of them: roundup send, its name and --unpause. To end one: roundup cancel");
    }
}

fn paused_lines(editions: &[PausedEdition], text: &mut Text) {
    for PausedEdition { report, .. } in editions {
        let waiting = report.planned + report.deferred;
        let are = if waiting == 1 { "is" } else { "are" };
        let waiting = people(waiting);
        text.line(format!("{} is paused. {waiting} {are} still to be mailed.", report.edition));
    }
    if editions.iter().any(|paused| paused.sending) {
        text.say(
            "The computer that sends it finishes the messages in progress, and stops within a \
             second or two.",
        );
    }
}
