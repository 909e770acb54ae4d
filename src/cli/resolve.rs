//! `roundup resolve`: somebody's word on copies of which nobody knows whether they arrived.
//! Shell: reads and writes the ledger.

use clap::Args;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::screen::people;
use super::send::{find_planned, is_sending};
use super::{Desk, world};
use crate::ledger::{Event, Ledger, Row, Status};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The edition
    edition: String,
    /// Send them again: some will get it twice
    #[arg(long, conflicts_with = "assume_sent")]
    resend: bool,
    /// Take them for arrived: some may have got nothing
    #[arg(long)]
    assume_sent: bool,
    /// Only this address; all of them when not given
    #[arg(long, value_name = "ADDRESS")]
    only: Vec<String>,
}

/// `roundup.resolve/1`.
#[derive(Serialize)]
struct Resolved {
    schema: &'static str,
    edition: String,
    uncertain: Vec<Row>,
    resend: u64,
    assumed_sent: u64,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let (ledger, planned, practice) = find_planned(&project, &arguments.edition).await?;
    let name = &planned.name;
    if is_sending(&project, name, practice) {
        return Err(Failure::new(
            Exit::Failed,
            format!("the edition `{name}` is being sent at this moment"),
        )
        .help("let it finish, or stop it with Ctrl-C, then decide"));
    }
    // A run that was killed has left copies that only this can name.
    ledger.recover(name, world::now()).await?;
    let mut uncertain = Vec::new();
    for (id, row) in ledger.rows(name).await? {
        let wanted = arguments.only.is_empty()
            || arguments.only.iter().any(|only| only.eq_ignore_ascii_case(&row.address));
        if row.status == Status::Uncertain && wanted {
            uncertain.push((id, row));
        }
    }
    let decide = arguments.resend || arguments.assume_sent;
    if decide {
        for (id, _) in &uncertain {
            let event = if arguments.resend {
                Event::Resent
            } else {
                Event::AssumedSent { why: "assumed to have arrived, by hand".to_owned() }
            };
            ledger.record(*id, event, world::now()).await?;
        }
    }
    let count = uncertain.len() as u64;
    if screen.json {
        screen.object(&Resolved {
            schema: "roundup.resolve/1",
            edition: name.clone(),
            resend: if arguments.resend { count } else { 0 },
            assumed_sent: if arguments.assume_sent { count } else { 0 },
            uncertain: uncertain.into_iter().map(|(_, row)| row).collect(),
        })?;
        return Ok(Exit::Done);
    }
    if uncertain.is_empty() {
        screen.print(&format!("{name}: nothing is uncertain."))?;
        return Ok(Exit::Done);
    }
    for (_, row) in &uncertain {
        screen.print(&format!(
            "  {}  {}",
            row.address,
            screen.faint(&format!("Message-ID <{}>", row.message_id))
        ))?;
    }
    if arguments.resend {
        screen.print(&format!("{} will get it again.", people(count)))?;
        screen.say(&format!("Next: roundup send {name}"));
    } else if arguments.assume_sent {
        screen.print(&format!("{} taken for arrived.", people(count)))?;
    } else {
        screen.print(&format!(
            "Of {} nobody knows whether the message arrived: the answer to its last dot was never read.",
            people(count)
        ))?;
        screen.say(&format!(
            "Look for the Message-IDs in the relay's log. Then: roundup resolve {name} --assume-sent, or --resend \
             (some may get it twice)"
        ));
    }
    Ok(Exit::Done)
}
