//! `roundup news sync`: asks every source now, and keeps what it has.
//! Shell: files and the network.

use clap::Args;
use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::{Exit, Failure, Globals};
use crate::cli::terminal::screen::stories;
use crate::news::gather::{Ask, SourceSync, SyncOutcome};
use crate::news::store::IntakeCounts;
use crate::problem::{Problem, did_you_mean};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Accept a source that looks unusual, once you have checked it
    #[arg(long, value_name = "SOURCE")]
    accept: Vec<String>,
}

/// `roundup.sync/1`.
#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    sources: Vec<ShownSource<'a>>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct ShownSource<'a> {
    source: &'a str,
    /// `taken`, `same`, `recent` or `trouble`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<usize>,
    new: usize,
    changed: usize,
    gone: usize,
    unlisted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
}

impl<'a> ShownSource<'a> {
    fn of(synced: &'a SourceSync) -> Self {
        let none = IntakeCounts::default();
        let (outcome, items, taken, trouble) = match &synced.outcome {
            SyncOutcome::Taken { items, taken } => ("taken", Some(*items), taken, None),
            SyncOutcome::Same => ("same", None, &none, None),
            SyncOutcome::Recent => ("recent", None, &none, None),
            SyncOutcome::Trouble(trouble) => ("trouble", None, &none, Some(trouble.what.as_str())),
        };
        let IntakeCounts { new, changed, gone, unlisted } = *taken;
        Self { source: &synced.source, outcome, items, new, changed, gone, unlisted, trouble }
    }
}

pub async fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let sources = project.settings.sources();
    let names = || sources.iter().map(|source| source.name.as_str());
    for name in &arguments.accept {
        if !names().any(|known| known == name) {
            let names: Vec<&str> = names().collect();
            return Err(Failure::new(Exit::Usage, format!("there is no source `{name}`"))
                .help(did_you_mean(name, names, "the sources are")));
        }
    }
    let ask = Ask::Now { accept: arguments.accept.clone() };
    let (reading, synced) = gather::read(&project, NewsQuery { ask, ..NewsQuery::quick() }).await?;
    let is_trouble = |synced: &&SourceSync| matches!(synced.outcome, SyncOutcome::Trouble(_));
    let troubled = synced.iter().filter(is_trouble).count();
    let exit = if troubled == 0 { Exit::Done } else { Exit::Failed };
    if screen.json {
        screen.object(&Shown {
            schema: "roundup.sync/1",
            sources: synced.iter().map(ShownSource::of).collect(),
            problems: &reading.problems,
        })?;
        return Ok(exit);
    }
    screen.problems(&reading.problems);
    let width = synced.iter().map(|synced| synced.source.chars().count()).max().unwrap_or(0);
    for SourceSync { source, outcome } in &synced {
        let what = match outcome {
            SyncOutcome::Taken { items, taken } => format!("{}{}", stories(*items), said(taken)),
            SyncOutcome::Same => "no change".to_owned(),
            SyncOutcome::Recent => "fetched a short while ago".to_owned(),
            SyncOutcome::Trouble(trouble) if trouble.is_strange => {
                "held back: it looks unusual".to_owned()
            }
            SyncOutcome::Trouble(_) => "could not be read".to_owned(),
        };
        screen.print(&format!("  {source:<width$}  {what}"))?;
    }
    screen.print(&screen.strong(&format!("{} known in total.", stories(reading.items.len()))))?;
    if troubled == 0 {
        screen.say("Next: roundup news");
    }
    Ok(exit)
}

fn said(taken: &IntakeCounts) -> String {
    let parts: Vec<String> = [
        (taken.new, "new"),
        (taken.changed, "changed"),
        (taken.gone, "gone"),
        (taken.unlisted, "no longer listed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if parts.is_empty() { ", nothing new".to_owned() } else { format!(": {}", parts.join(", ")) }
}
