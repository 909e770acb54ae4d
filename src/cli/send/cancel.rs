//! `roundup cancel`: end an edition. Who has nothing yet gets nothing; what is not planned waits for a new approval.
//! Shell: writes the ledger.

use crate::approval::{EditionStop, StopKind};
use crate::cli::terminal::number;
use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::report_of;
use crate::cli::send::ending::{EditionNow, EndedEdition};
use crate::cli::send::planned::{find_planned, hold, is_sending};
use crate::cli::send::stop::{StoppedEdition, stop_unplanned};
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::prompt;
use crate::cli::terminal::screen::{Screen, grouped, people};
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger};
use crate::project::Project;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition
    edition: String,
    /// The number of people who will get nothing, for scripts: it must match the number left
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::people)]
    confirm: Option<u64>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    if let Some(stopped) = stop_unplanned(&project, &arguments.edition, StopKind::Cancelled).await?
    {
        let StoppedEdition { edition, typed, stop, time } = &stopped;
        let schema = "roundup.cancelled/1";
        let time = *time;
        globals.screen.outcome(&CancelledEdition {
            schema,
            edition,
            people: 0,
            typed,
            stop,
            time,
        })?;
        return Ok(Exit::Done);
    }
    cancel(project, arguments, &globals.screen).await
}

async fn cancel(project: Project, arguments: Arguments, screen: &Screen) -> Result<Exit, Failure> {
    let (ledger, planned, practice) = find_planned(&project, &arguments.edition).await?;
    ledger.nature().await?.refuse_retired()?;
    let name = &planned.name;
    let open = ledger.counts(name).await?.open();
    if open == 0 {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` is finished: there is nothing to cancel"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    }
    refuse_sending(&project, &ledger, name, practice).await?;
    let sure = match arguments.confirm {
        Some(number) if number == open => true,
        Some(number) => {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} left, but --confirm gives {}: nothing was changed",
                    people(open),
                    grouped(number)
                ),
            )
            .help(format!("`roundup report {name}` shows who")));
        }
        None if screen.asks => prompt::number(
            &format!(
                "{} would never get it. Type that number to cancel the edition, or press Enter to \
                 keep it: ",
                people(open)
            ),
            open,
            "nothing was changed",
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
        )?,
        None => {
            return Err(Failure::new(
                Exit::Usage,
                "cannot ask for confirmation without a terminal: nothing was changed",
            )
            .help(format!("add --confirm {open} if that is the number you expect")));
        }
    };
    if !sure {
        screen.say("Nothing was changed.");
        return Ok(Exit::Interrupted);
    }
    // Somebody may have sent, paused or cancelled it while the question stood.
    refuse_sending(&project, &ledger, name, practice).await?;
    let held = hold(&project, &ledger, name, practice)?;
    ledger.recover(name, system::now()).await?;
    let now = ledger.counts(name).await?.open();
    if now != open {
        return Err(Failure::new(
            Exit::Later,
            format!("{} left now, not {}: nothing was changed", people(now), grouped(open)),
        )
        .help(format!("to cancel it as it is now: roundup cancel {name}")));
    }
    ledger.stop_run(stop_row(&project, name, StopKind::Cancelled), None).await?;
    drop(held);
    let report = report_of(&project, &ledger, &planned, practice).await?;
    screen.outcome(&EndedEdition {
        now: EditionNow::Cancelled,
        report: &report,
        not_covered: None,
    })?;
    Ok(Exit::Done)
}

/// `roundup.cancelled/1`: an edition that nobody had planned.
#[derive(Serialize)]
struct CancelledEdition<'a> {
    schema: &'static str,
    edition: &'a str,
    /// Nobody was mailed, and nobody loses anything.
    people: u64,
    /// As `send` and `approve` take it.
    typed: &'a str,
    #[serde(flatten)]
    stop: &'a EditionStop,
    /// The time that was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<DateTime<Utc>>,
}

impl Outcome for CancelledEdition<'_> {
    fn text(&self, text: &mut Text) {
        let Self { edition, typed, .. } = self;
        text.line(format!("{edition} is cancelled: nobody sends it until it is approved again."));
        if self.time.is_some() {
            text.line(format!("{edition} has no time any more: `roundup due` does not send it."));
        }
        text.say(format!("To let it go out after all: roundup approve {typed}"));
    }
}

/// While it is sent, the number would change as it is typed.
async fn refuse_sending(
    project: &Project,
    ledger: &AnyLedger,
    name: &str,
    practice: bool,
) -> Result<(), Failure> {
    if !is_sending(project, ledger, name, practice).await? {
        return Ok(());
    }
    Err(Failure::new(Exit::Failed, format!("`{name}` is being sent now"))
        .help(format!("run this first: roundup pause {name}")))
}
