//! `roundup news`: what is in a window, and what is not; `roundup news import`: items from elsewhere as files in `news/`.
//! Shell: reads sources, writes files.

use std::collections::BTreeMap;
use std::path::Path;

use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::ledgers;
use super::screen::{Screen, stories};
use super::which::WindowArguments;
use super::{Desk, prepare, world};
use crate::news::gather::{Kind, fetch_cure, read_bytes, read_file};
use crate::news::{Item, PartialDate, Reading, Skipped, fetch, item, markdown};
use crate::problem::Problem;
use crate::project::Project;
use crate::window::{Selection, Window, select};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    window: WindowArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write items from a file or an address as Markdown into news/
    Import(ImportArguments),
}

#[derive(Debug, Args)]
struct ImportArguments {
    /// A file, or an http(s) address
    #[arg(value_name = "FILE|URL")]
    from: String,
    /// What it is made of; guessed from the name's ending when not given
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// All that is known of when undated items were published: 2020, 2020-12 or 2020-12-23
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Show what would be written
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Allow an address inside this computer or its network
    #[arg(long)]
    allow_local: bool,
}

/// `roundup.news/1`.
#[derive(Serialize)]
struct News<'a> {
    schema: &'static str,
    window: ShownWindow,
    r#in: Vec<ShownItem<'a>>,
    out: Vec<ShownItem<'a>>,
    undecided: Vec<ShownItem<'a>>,
    skipped: &'a [Skipped],
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct ShownWindow {
    name: String,
    /// First day.
    start: String,
    /// The day after the last.
    end: String,
    time_zone: String,
}

#[derive(Serialize)]
struct ShownItem<'a> {
    id: &'a str,
    title: &'a str,
    title_made: bool,
    date: Option<String>,
    precision: Option<&'static str>,
    source: &'a str,
    also_in: &'a [String],
    place: String,
    link: Option<&'a str>,
    topics: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

fn shown<'a>(item: &'a Item, reason: Option<&'a str>) -> ShownItem<'a> {
    ShownItem {
        id: &item.id,
        title: &item.title,
        title_made: item.title_made,
        date: item.date.map(|date| date.to_string()),
        precision: item.date.map(PartialDate::precision),
        source: &item.source,
        also_in: &item.also_in,
        place: item.place.to_string(),
        link: item.link.as_deref(),
        topics: &item.topics,
        reason,
    }
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    match arguments.command {
        Some(Command::Import(arguments)) => import(&arguments, desk).await,
        None => list(&arguments.window, desk).await,
    }
}

async fn list(window: &WindowArguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    let last = ledgers::last_window(&project).await?;
    let window = window.window(zone, today, last.as_ref())?;
    let Reading { items, skipped, problems, .. } = prepare::read_news(&project, screen).await;
    let selection = select(items, &window, today);
    if screen.json {
        screen.object(&News {
            schema: "roundup.news/1",
            window: ShownWindow {
                name: window.name(),
                start: window.start.to_string(),
                end: window.end.to_string(),
                time_zone: zone.name().to_owned(),
            },
            r#in: selection.chosen.iter().map(|item| shown(item, None)).collect(),
            out: selection.left_out.iter().map(|(item, why)| shown(item, Some(why))).collect(),
            undecided: selection
                .undecided
                .iter()
                .map(|(item, why)| shown(item, Some(why)))
                .collect(),
            skipped: &skipped,
            problems: &problems,
        })?;
        return Ok(Exit::Done);
    }
    show(&selection, &skipped, &window, screen)?;
    Ok(Exit::Done)
}

fn show(
    selection: &Selection,
    skipped: &[Skipped],
    window: &Window,
    screen: &Screen,
) -> Result<(), Failure> {
    let zone = window.zone;
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &selection.chosen {
        *sources.entry(item.source.as_str()).or_default() += 1;
    }
    let sources: Vec<String> =
        sources.into_iter().map(|(source, count)| format!("{source} {count}")).collect();
    let heading = format!("{window} · {}", stories(selection.chosen.len()));
    let from =
        if sources.is_empty() { String::new() } else { format!("   from: {}", sources.join(", ")) };
    screen.print(&format!(
        "{}{}",
        screen.strong(&heading),
        screen.faint(&format!(
            " ({} to {}, {} time){from}",
            window.start.format("%-d %B %Y"),
            window.last_day().format("%-d %B %Y"),
            zone.name().rsplit('/').next().unwrap_or_default().replace('_', " "),
        ))
    ))?;
    print_items(&selection.chosen, zone, screen)?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, why) in &selection.left_out {
        // "before the window (23 December 2019)" counts as "before the window".
        *reasons.entry(why.split(" (").next().unwrap_or(why)).or_default() += 1;
    }
    for (why, count) in reasons {
        screen.print(&format!("Not in it: {} {why}", stories(count)))?;
    }
    if screen.verbose {
        for (item, why) in &selection.left_out {
            screen.print(&format!(
                "      {:<17} {}  {}",
                date_of(item, zone),
                item.title,
                screen.faint(why)
            ))?;
        }
    }
    for item in skipped {
        screen.print(&format!("Skipped: {} ({}: {})", item.title, item.place, item.reason))?;
    }
    show_undecided(selection, window, screen)?;
    if selection.chosen.is_empty() {
        screen.say("Next: another window, as in `roundup news --year 2020`");
    } else {
        screen.say(&format!("Next: roundup draft {}", flags(window)));
    }
    Ok(())
}

/// A numbered line for each item.
fn print_items(items: &[Item], zone: Tz, screen: &Screen) -> Result<(), Failure> {
    for (number, item) in (1..).zip(items) {
        let made = if item.title_made { "  (title made from the first sentence)" } else { "" };
        screen.print(&format!(
            "{number:>4}  {:<17} {}{}",
            date_of(item, zone),
            item.title,
            screen.faint(made)
        ))?;
    }
    Ok(())
}

fn show_undecided(selection: &Selection, window: &Window, screen: &Screen) -> Result<(), Failure> {
    let Some((first, _)) = selection.undecided.first() else {
        return Ok(());
    };
    let zone = window.zone;
    screen.print(&screen.strong(&format!(
        "Cannot say: {} may or may not belong here",
        stories(selection.undecided.len())
    )))?;
    let most = if screen.verbose { usize::MAX } else { 5 };
    for (item, why) in selection.undecided.iter().take(most) {
        screen.print(&format!(
            "      {:<17} {}  {}",
            date_of(item, zone),
            item.title,
            screen.faint(why)
        ))?;
    }
    if selection.undecided.len() > most {
        screen.print(&format!(
            "      … and {} more (-v shows them all)",
            selection.undecided.len() - most
        ))?;
    }
    let mut help = format!(
        "write the day into each file, as in `date: {}` in {}",
        window.start, first.place.source
    );
    let year = selection.undecided.iter().find_map(|(item, _)| match item.date {
        Some(PartialDate::Year(year)) => Some(year.to_string()),
        _ => None,
    });
    let month = selection.undecided.iter().find_map(|(item, _)| match item.date {
        Some(PartialDate::Month(year, month)) => Some(format!("{year}-{month:02}")),
        _ => None,
    });
    if let Some(year) = year {
        help.push_str(&format!(", or take the whole year: roundup news --year {year}"));
    } else if let Some(month) = month {
        help.push_str(&format!(", or take the whole month: roundup news --month {month}"));
    }
    screen.print(&format!("{} {help}", screen.faint("help:")))
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

/// `roundup.import/1`.
#[derive(Serialize)]
struct Imported<'a> {
    schema: &'static str,
    dry_run: bool,
    written: Vec<String>,
    /// Files that were there already; nothing is ever overwritten.
    kept: Vec<String>,
    items: Vec<ShownItem<'a>>,
    skipped: &'a [Skipped],
    problems: &'a [Problem],
}

async fn import(arguments: &ImportArguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let zone = project.settings.time_zone;
    let date =
        match arguments.date.as_deref().map(|text| PartialDate::parse(text, zone)).transpose() {
            Ok(date) => date,
            Err(error) => {
                return Err(Failure::new(Exit::Usage, error.to_string())
                    .help("write --date 2020, --date 2020-12 or --date 2020-12-23"));
            }
        };
    let is_address =
        arguments.from.starts_with("http://") || arguments.from.starts_with("https://");
    let (bytes, base) = if is_address {
        let bytes = fetch::get(&arguments.from, arguments.allow_local).await.map_err(|error| {
            let failure = Failure::new(Exit::Failed, error.to_string());
            match error {
                fetch::FetchError::Private(_) => failure.help("add --allow-local if this is meant"),
                _ => failure.help(fetch_cure(&error)),
            }
        })?;
        (bytes, arguments.from.clone())
    } else {
        let bytes = read_file(Path::new(&arguments.from)).map_err(|what| {
            Failure::new(Exit::Failed, format!("{} cannot be read: {what}", arguments.from))
        })?;
        let name = Path::new(&arguments.from).file_name().and_then(|name| name.to_str());
        (bytes, name.unwrap_or(&arguments.from).to_owned())
    };
    let kind = match arguments.kind {
        Some(kind) => kind,
        None => guess(&arguments.from, &bytes).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("nobody can tell what {} is made of", arguments.from))
                .help("say it with --kind csv, json, feed, listing or markdown")
        })?,
    };
    let reading = read_bytes(kind, "import", &base, &bytes, zone, date);
    screen.problems(&reading.problems);
    if reading.items.is_empty() {
        return Err(Failure::new(
            Exit::Nothing,
            format!("there is no story in {}", arguments.from),
        )
        .help("look whether --kind says what it is"));
    }
    write_items(&project, &reading, kind, arguments.dry_run, screen)
}

fn guess(from: &str, bytes: &[u8]) -> Option<Kind> {
    let name = from.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    match name.rsplit('.').next() {
        Some("csv" | "tsv") => return Some(Kind::Csv),
        Some("md" | "markdown") => return Some(Kind::Markdown),
        Some("rss" | "atom" | "xml") => return Some(Kind::Feed),
        _ => {}
    }
    let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]).to_lowercase();
    if start.contains("<rss")
        || start.contains("<feed")
        || start.contains("<rdf")
        || start.contains("jsonfeed.org")
    {
        return Some(Kind::Feed);
    }
    let start = start.trim_start_matches('\u{feff}').trim_start();
    (start.starts_with('[') || start.starts_with('{')).then_some(Kind::Json)
}

/// A name that people recognise: day and title. A listing's items are named by their place on the page, which is all that
/// is known of their order.
fn file_name(item: &Item, kind: Kind) -> String {
    match kind {
        Kind::Listing => item::slug(&item.id),
        Kind::Markdown | Kind::Csv | Kind::Json | Kind::Feed => {
            let title = item::slug(&item.title);
            match item.date {
                Some(PartialDate::Instant(at)) => format!("{}-{title}", at.format("%Y-%m-%d")),
                Some(date) => format!("{date}-{title}"),
                None => title,
            }
        }
    }
}

fn write_items(
    project: &Project,
    reading: &Reading,
    kind: Kind,
    dry_run: bool,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let cannot = |path: &str, error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{path} cannot be written: {error}"))
    };
    let (mut written, mut kept) = (Vec::new(), Vec::new());
    if !dry_run {
        std::fs::create_dir_all(project.path("news")).map_err(|error| cannot("news/", error))?;
    }
    let mut taken = std::collections::BTreeSet::new();
    for item in &reading.items {
        let slug = file_name(item, kind);
        let mut name = slug.clone();
        // Ids from outside may differ only in signs that no file name has.
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{slug}-{number}");
            number += 1;
        }
        let shown = format!("news/{name}.md");
        let path = project.path(&shown);
        if path.exists() {
            kept.push(shown);
            continue;
        }
        if !dry_run {
            super::draft::write_new(&path, &markdown::write(item))
                .map_err(|error| cannot(&shown, error))?;
        }
        written.push(shown);
    }
    if screen.json {
        screen.object(&Imported {
            schema: "roundup.import/1",
            dry_run,
            written,
            kept,
            items: reading.items.iter().map(|item| shown(item, None)).collect(),
            skipped: &reading.skipped,
            problems: &reading.problems,
        })?;
        return Ok(Exit::Done);
    }
    let zone = project.settings.time_zone;
    print_items(&reading.items, zone, screen)?;
    let verb = if dry_run { "Would write" } else { "Wrote" };
    screen.print(&screen.strong(&format!("{verb} {} into news/.", stories(written.len()))))?;
    if !kept.is_empty() {
        screen.print(&format!(
            "{} there already: nothing was overwritten (first: {}).",
            if kept.len() == 1 {
                "1 file was".to_owned()
            } else {
                format!("{} files were", kept.len())
            },
            kept[0]
        ))?;
    }
    let undated = reading.items.iter().filter(|item| item.date.is_none()).count();
    if undated > 0 {
        screen.say(&format!(
            "{} no date: add `date: 2020-12-23` to each, or import with --date 2020.",
            if undated == 1 { "1 story has".to_owned() } else { format!("{undated} stories have") }
        ));
    }
    screen.say("Next: roundup news --year 2020 (or another window)");
    Ok(Exit::Done)
}
