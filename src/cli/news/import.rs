//! `roundup news import`: items from elsewhere as files in `news/`.
//! Shell: reads a file or an address, writes files.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::{Exit, Failure, Globals, Outcome, ShownItem, Text, numbered_lines, refused, shown};
use crate::cli::terminal::files::write_new;
use crate::cli::terminal::screen::{Screen, counted, stories};
use crate::date::DateOrder;
use crate::news::readers::by_kind::read_bytes;
use crate::news::readers::story_file;
use crate::news::source::{Settings, SourceContext, SourceKind};
use crate::news::sources::fetch::Web;
use crate::news::sources::folder::read_file;
use crate::news::{Item, PartialDate, Reading, SkippedItem, item};
use crate::problem::Problem;
use crate::project::Project;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A file, or an http(s) address
    #[arg(value_name = "FILE|URL")]
    from: String,
    /// The kind of file; guessed from the name's ending if not given
    #[arg(long, value_enum)]
    kind: Option<SourceKind>,
    /// When undated items were published, as far as you know: 2020, 2020-12 or 2020-12-23
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// The order of day and month in dates such as 3/4/2021
    #[arg(long, value_enum, value_name = "ORDER")]
    dates: Option<DateOrder>,
    /// Which of two ways to read a pasted text, where it can be read in two
    #[arg(long, value_name = "NUMBER")]
    way: Option<usize>,
    /// Show what would be written
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Allow an address on this computer or its network
    #[arg(long)]
    allow_local: bool,
}

/// `roundup.import/1`.
#[derive(Serialize)]
struct StoryImport<'a> {
    schema: &'static str,
    dry_run: bool,
    written: Vec<String>,
    /// Files that were there already; nothing is ever overwritten.
    kept: Vec<String>,
    items: Vec<ShownItem<'a>>,
    skipped: &'a [SkippedItem],
    /// Said as they are found, and again in the JSON.
    problems: &'a [Problem],
}

pub async fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
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
        let web = Web::new(arguments.allow_local, &project.settings.organisation.contact)
            .map_err(|error| refused(&error))?;
        let answer = web.get(&arguments.from).await.map_err(|error| refused(&error))?;
        (answer.bytes, answer.address)
    } else {
        let bytes = read_file(Path::new(&arguments.from)).map_err(|what| {
            let help = if arguments.from.contains("://") {
                "save the page as a file first, or give an address that begins with https://"
            } else {
                "check its name, and that you may read it"
            };
            Failure::new(Exit::Failed, format!("{} cannot be read: {what}", arguments.from))
                .help(help)
        })?;
        let name = Path::new(&arguments.from).file_name().and_then(|name| name.to_str());
        (bytes, name.unwrap_or(&arguments.from).to_owned())
    };
    let kind = match arguments.kind {
        Some(kind) => kind,
        None => guess(&arguments.from, &bytes).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("not sure what kind of file {} is", arguments.from))
                .help("name it with --kind csv, json, feed, listing or markdown")
        })?,
    };
    let settings =
        Settings { way: arguments.way, dates: arguments.dates, ..Settings::new("import", kind) };
    let reading =
        read_bytes(&SourceContext { settings: &settings, shown: &base, zone, date }, &bytes);
    screen.problems(&reading.problems);
    if reading.items.is_empty() {
        return Err(Failure::new(
            Exit::Nothing,
            format!("there is no story in {}", arguments.from),
        )
        .help("check that --kind matches the file"));
    }
    write_items(&project, &reading, kind, arguments.dry_run, screen)
}

fn guess(from: &str, bytes: &[u8]) -> Option<SourceKind> {
    let name = from.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    match name.rsplit('.').next() {
        Some("csv" | "tsv") => return Some(SourceKind::Csv),
        Some("md" | "markdown") => return Some(SourceKind::Markdown),
        Some("rss" | "atom" | "xml") => return Some(SourceKind::Feed),
        Some("html" | "htm") => return Some(SourceKind::Listing),
        _ => {}
    }
    let start: String = String::from_utf8_lossy(&bytes[..bytes.len().min(500)]).to_lowercase();
    if start.contains("<rss")
        || start.contains("<feed")
        || start.contains("<rdf")
        || start.contains("jsonfeed.org")
    {
        return Some(SourceKind::Feed);
    }
    let start = start.trim_start_matches('\u{feff}').trim_start();
    (start.starts_with('[') || start.starts_with('{')).then_some(SourceKind::Json)
}

/// A name that people recognise: day and title. A listing's items are named by their place on the page, which is all that
/// is known of their order.
fn file_name(item: &Item, kind: SourceKind) -> String {
    match kind {
        SourceKind::Listing | SourceKind::Page => item::slug(&item.id),
        SourceKind::Markdown
        | SourceKind::Hugo
        | SourceKind::Jekyll
        | SourceKind::Zola
        | SourceKind::Eleventy
        | SourceKind::Csv
        | SourceKind::Json
        | SourceKind::Feed
        | SourceKind::Wordpress
        | SourceKind::Ghost => {
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
    kind: SourceKind,
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
        // Ids from outside may differ only in characters that no file name has.
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
            write_new(&path, story_file::write(item)).map_err(|error| cannot(&shown, error))?;
        }
        written.push(shown);
    }
    let zone = project.settings.time_zone;
    screen.outcome(&StoryImport {
        schema: "roundup.import/1",
        dry_run,
        written,
        kept,
        items: reading.items.iter().map(|item| shown(item, None, zone)).collect(),
        skipped: &reading.skipped,
        problems: &reading.problems,
    })?;
    Ok(Exit::Done)
}

impl Outcome for StoryImport<'_> {
    fn text(&self, text: &mut Text) {
        numbered_lines(&self.items, text);
        for item in self.skipped {
            text.line(format!("Skipped: {} ({}: {})", item.title, item.place, item.reason));
        }
        let verb = if self.dry_run { "Would write" } else { "Wrote" };
        let count = stories(self.written.len());
        text.line(text.strong(&format!("{verb} {count} into news/.")));
        if let Some(first) = self.kept.first() {
            text.line(format!(
                "{} already in place: nothing was overwritten (first: {first}).",
                counted(self.kept.len(), "file", "files"),
            ));
        }
        let undated = self.items.iter().filter(|item| item.date.is_none()).count();
        if undated > 0 {
            text.say(format!(
                "{} no date: add one with `roundup news dates`, or import with --date 2020.",
                counted(undated, "story has", "stories have")
            ));
        }
        // The year that most of them are of.
        let mut years: BTreeMap<&str, usize> = BTreeMap::new();
        for year in self.items.iter().filter_map(|item| item.date.as_deref()?.get(..4)) {
            *years.entry(year).or_default() += 1;
        }
        match years.into_iter().max_by_key(|(_, count)| *count) {
            Some((year, _)) => {
                text.say(format!("Next: roundup news --year {year} (or another window)"));
            }
            None => text.say("Next: roundup news dates"),
        }
    }
}
