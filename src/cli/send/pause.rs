//! `roundup pause`: stop an edition, whoever sends it.
//! Shell: writes the ledger.

use clap::Args;

use crate::cli::globals::Globals;
use crate::cli::report::report_of;
use crate::cli::send::planned::{find_planned, is_sending};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::world;
use crate::ledger::{Ledger, RunControl};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition
    edition: String,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let (ledger, planned, practice) = find_planned(&project, &arguments.edition).await?;
    let name = &planned.name;
    if ledger.counts(name).await?.open() == 0 {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` is finished: there is nothing to pause"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    }
    if ledger.wish(name, RunControl::Pause, world::now()).await? == RunControl::Cancel {
        return Err(Failure::new(
            Exit::Nothing,
            format!("`{name}` was cancelled: there is nothing to pause"),
        )
        .help(format!("`roundup report {name}` shows who got it")));
    }
    let sending = is_sending(&project, &ledger, name, practice).await?;
    if screen.json {
        screen.object(&report_of(&project, &ledger, &planned, practice).await?)?;
        return Ok(Exit::Done);
    }
    screen.print(&format!("{name} is paused."))?;
    if sending {
        screen.say(
            "The computer that sends it finishes the messages in progress, and stops within a \
                 second or two.",
        );
    }
    screen.say(&format!("To resume: roundup send {name}. To end it: roundup cancel {name}"));
    Ok(Exit::Done)
}
