//! `roundup news sync`: fetches every source now, and keeps what it has.
//! Shell: files and the network.

use clap::Args;
use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::{Exit, Failure, Globals, Outcome, Text};
use crate::cli::terminal::guarded::value;
use crate::cli::terminal::screen::stories;
use crate::count::grouped;
use crate::news::gather::{FetchPolicy, SourceSync, SyncOutcome};
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
struct SyncReport<'a> {
    schema: &'static str,
    sources: Vec<SyncedSource<'a>>,
    /// All stories there are now.
    stories: usize,
    /// Said as they are found, and again in the JSON.
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct SyncedSource<'a> {
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
    /// It was held back because it looks unusual.
    held_back: bool,
}

impl<'a> SyncedSource<'a> {
    fn of(synced: &'a SourceSync) -> Self {
        let none = IntakeCounts::default();
        let (outcome, items, taken, trouble) = match &synced.outcome {
            SyncOutcome::Taken { items, taken } => ("taken", Some(*items), taken, None),
            SyncOutcome::Same => ("same", None, &none, None),
            SyncOutcome::Recent => ("recent", None, &none, None),
            SyncOutcome::Trouble(trouble) => ("trouble", None, &none, Some(trouble)),
        };
        let IntakeCounts { new, changed, gone, unlisted } = *taken;
        Self {
            source: &synced.source,
            outcome,
            items,
            new,
            changed,
            gone,
            unlisted,
            trouble: trouble.map(|trouble| trouble.what.as_str()),
            held_back: trouble.is_some_and(|trouble| trouble.is_strange),
        }
    }

    fn words(&self) -> String {
        match (self.items, self.outcome) {
            (Some(items), _) => format!("{}{}", stories(items), self.changes()),
            (None, "same") => "no change".to_owned(),
            (None, "recent") => "fetched a short while ago".to_owned(),
            (None, _) if self.held_back => "held back: it looks unusual".to_owned(),
            (None, _) => "could not be read".to_owned(),
        }
    }

    fn changes(&self) -> String {
        let parts: Vec<String> = [
            (self.new, "new"),
            (self.changed, "changed"),
            (self.gone, "gone"),
            (self.unlisted, "no longer listed"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count)))
        .collect();
        if parts.is_empty() {
            ", nothing new".to_owned()
        } else {
            format!(": {}", parts.join(", "))
        }
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
    let ask = FetchPolicy::Now { accept: arguments.accept.clone() };
    let (reading, synced) = gather::read(&project, NewsQuery { ask, ..NewsQuery::quick() }).await?;
    screen.problems(&reading.problems);
    let sources: Vec<SyncedSource<'_>> = synced.iter().map(SyncedSource::of).collect();
    let is_troubled = sources.iter().any(|source| source.trouble.is_some());
    screen.outcome(&SyncReport {
        schema: "roundup.sync/1",
        sources,
        stories: reading.items.len(),
        problems: &reading.problems,
    })?;
    Ok(if is_troubled { Exit::Failed } else { Exit::Done })
}

impl Outcome for SyncReport<'_> {
    fn text(&self, text: &mut Text) {
        let width = self.sources.iter().map(|source| source.source.chars().count()).max();
        let width = width.unwrap_or(0);
        for source in &self.sources {
            text.line(format!("  {:<width$}  {}", value(source.source), source.words()));
        }
        text.line(text.strong(&format!("{} known in total.", stories(self.stories))));
        if self.sources.iter().all(|source| source.trouble.is_none()) {
            text.say("Next: roundup news");
        }
    }
}
