//! `roundup news`: what is in a window, and what is not; its subcommands fetch, learn, date and account for stories.
//! Shell: reads the news.

mod coverage;
mod dates;
mod import;
mod learn;
mod list;
mod sync;
mod why;

use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::gather;
use crate::cli::steps::window_args;
use crate::cli::steps::window_args::WindowArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::prompt;
use crate::cli::terminal::system;
use crate::news::item::Evidence;
use crate::news::sources::fetch_error::FetchError;
use crate::news::trouble::fetch_cure;
use crate::news::{Image, Item, PartialDate};
use crate::window::Window;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: WindowArguments,
    /// Show where each part of a story came from: give its title, id or address, or part of its title
    #[arg(long, value_name = "STORY")]
    why: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch every source now
    Sync(sync::Arguments),
    /// Import stories from a file or an address into news/, as Markdown
    Import(import::Arguments),
    /// Find the stories on a web page, and add it to roundup.toml
    Learn(learn::Arguments),
    /// Add dates to stories that came without one
    Dates(dates::Arguments),
    /// Show which story went out in which edition: once, twice, never, and why
    Coverage(coverage::Arguments),
}

#[derive(Serialize)]
struct ShownItem<'a> {
    id: &'a str,
    title: &'a str,
    title_made: bool,
    date: Option<String>,
    precision: Option<&'static str>,
    /// The date as people read it, in the project's time zone.
    day: String,
    source: &'a str,
    also_in: &'a [String],
    place: String,
    link: Option<&'a str>,
    topics: &'a [String],
    summary: &'a str,
    image: Option<&'a Image>,
    /// Where each part was taken from.
    why: &'a Evidence,
    /// When its source was first found not to list it any more; an edition can include it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    unlisted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

fn shown<'a>(item: &'a Item, reason: Option<&'a str>, zone: Tz) -> ShownItem<'a> {
    ShownItem {
        id: &item.id,
        title: &item.title,
        title_made: item.title_made,
        date: item.date.map(|date| date.to_string()),
        precision: item.date.map(PartialDate::precision),
        day: date_of(item, zone),
        source: &item.source,
        also_in: &item.also_in,
        place: item.place.to_string(),
        link: item.link.as_deref(),
        topics: &item.topics,
        summary: &item.summary,
        image: item.image.as_ref(),
        why: &item.evidence,
        unlisted: item.seen.unlisted.map(|at| at.to_rfc3339()),
        reason,
    }
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    match arguments.command {
        None => match &arguments.why {
            Some(story) => why::run(story, globals).await,
            None => list::run(&arguments.window, globals).await,
        },
        Some(Command::Sync(arguments)) => sync::run(&arguments, globals).await,
        Some(Command::Import(arguments)) => import::run(&arguments, globals).await,
        Some(Command::Learn(arguments)) => learn::run(&arguments, globals).await,
        Some(Command::Dates(arguments)) => dates::run(&arguments, globals).await,
        Some(Command::Coverage(arguments)) => coverage::run(&arguments, globals).await,
    }
}

/// Why an address that somebody typed gave nothing.
fn refused(error: &FetchError) -> Failure {
    let failure = Failure::new(Exit::Failed, error.to_string());
    match error {
        FetchError::Private(_) | FetchError::Port { .. } => {
            failure.help("add --allow-local if this is what you want")
        }
        _ => failure.help(fetch_cure(error)),
    }
}

/// A line for each item, with why it stands there.
fn lines_with_reasons(items: &[ShownItem<'_>], text: &mut Text) {
    for ShownItem { day, title, reason, .. } in items {
        let why = text.faint(reason.unwrap_or_default());
        text.line(format!("      {day:<17} {title}  {why}"));
    }
}

/// A numbered line for each item.
fn numbered_lines(items: &[ShownItem<'_>], text: &mut Text) {
    for (number, item) in (1..).zip(items) {
        let made = if item.title_made { "  (title taken from the first sentence)" } else { "" };
        text.line(format!("{number:>4}  {:<17} {}{}", item.day, item.title, text.faint(made)));
    }
}

fn date_of(item: &Item, zone: Tz) -> String {
    item.date.map_or_else(|| "no date".to_owned(), |date| date.long(zone))
}

/// The window as the flags that choose it.
pub fn flags(window: &Window) -> String {
    let name = window.name();
    match name.split_once('_') {
        Some((since, until)) => format!("--since {since} --until {until}"),
        None if window.is_year() => format!("--year {name}"),
        None if name.contains('Q') => format!("--quarter {name}"),
        None if name.len() == 7 => format!("--month {name}"),
        None => format!("--since {name} --until {name}"),
    }
}
