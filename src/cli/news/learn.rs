//! `roundup news learn`: finds out where a web page has its stories, shows them, and writes the selectors.
//! Shell: the network, `roundup.toml`.

use clap::Args;
use serde::Serialize;

use super::screen::stories;
use super::{Desk, Exit, Failure, ShownItem, print_items, refused, shown};
use crate::cli::files::{cannot_write, save};
use crate::news::ask::decoded;
use crate::news::fetch::Web;
use crate::news::page::{self, learn};
use crate::news::source::Select;
use crate::news::{Item, feed};
use crate::project::{Project, SETTINGS_FILE};

/// What is shown of what was found.
const SHOWN: usize = 6;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The page that lists the news
    #[arg(value_name = "URL")]
    address: String,
    /// What to call it; the website's name when not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Take the second or third way to read the page, if the first is wrong
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    way: usize,
    /// Show what was found, and write nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Allow an address inside this computer or its network
    #[arg(long)]
    allow_local: bool,
}

/// `roundup.learn/1`.
#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    /// Ways to read the page.
    ways: usize,
    stories: Vec<ShownItem<'a>>,
    /// What belongs into `roundup.toml`.
    settings: &'a str,
    /// Feeds that the page names.
    feeds: Vec<String>,
    written: bool,
}

pub async fn run(arguments: &Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let zone = project.settings.time_zone;

    let web = Web::new(arguments.allow_local, &project.settings.organisation.contact)
        .map_err(|error| refused(&error))?;
    let answer = web.get(&arguments.address).await.map_err(|error| refused(&error))?;
    let html = decoded(&answer);
    let guesses = learn::learn(&html, &answer.address, zone);
    let feeds = feed::advertised_feeds(&html, &answer.address);
    let Some(guess) = arguments.way.checked_sub(1).and_then(|way| guesses.get(way)) else {
        return Err(match guesses.len() {
            0 => Failure::new(
                Exit::Nothing,
                format!("no list of stories was found on {}", arguments.address),
            )
            .help("give the page that lists the news; a page that a script fills cannot be read"),
            count => Failure::new(Exit::Usage, format!("there are {count} ways to read this page"))
                .help(format!("write --way with a number from 1 to {count}")),
        });
    };
    let name = arguments.name.clone().unwrap_or_else(|| host(&answer.address));
    let listed = page::read(&name, &answer.address, &html, &guess.select, zone, 1, 0);
    let settings = settings_text(&name, &arguments.address, arguments.allow_local, &guess.select);
    let there = project.settings.news.iter().any(|source| {
        source.name == name || source.url.as_deref() == Some(arguments.address.as_str())
    });
    let writes = !arguments.dry_run && !there;
    if writes {
        append(&project, &settings)?;
    }
    let items: Vec<Item> = listed.reading.items.iter().take(SHOWN).cloned().collect();
    if screen.json {
        screen.object(&Shown {
            schema: "roundup.learn/1",
            ways: guesses.len(),
            stories: items.iter().map(|item| shown(item, None)).collect(),
            settings: &settings,
            feeds,
            written: writes,
        })?;
        return Ok(Exit::Done);
    }
    let all = listed.reading.items.len();
    screen.print(&screen.strong(&format!("Found {} on the page:", stories(all))))?;
    print_items(&items, zone, screen)?;
    if all > items.len() {
        screen.print(&format!("      … and {} more", all - items.len()))?;
    }
    if guesses.len() > 1 {
        let other = if arguments.way == 1 { 2 } else { 1 };
        screen.say(&format!("Not these? There is another way to read it: --way {other}"));
    }
    if let Some(feed) = feeds.first() {
        screen.say(&format!("The page names a feed, which may be better: {feed}"));
    }
    if writes {
        screen.print(&format!("Wrote this into {SETTINGS_FILE}:"))?;
    } else if there {
        screen.print(&format!(
            "{SETTINGS_FILE} has a source of this name or address already; this is how it would stand there now:"
        ))?;
    } else {
        screen.print(&format!("Would write this into {SETTINGS_FILE}:"))?;
    }
    screen.print(&settings)?;
    screen.say("Next: roundup news sync (it looks at each story's own page for its date)");
    Ok(Exit::Done)
}

/// The website's name as people say it: `charity.example`.
fn host(address: &str) -> String {
    let canonical = crate::news::same::canonical(address);
    canonical.split(['/', ':']).next().unwrap_or("website").to_owned()
}

fn settings_text(name: &str, address: &str, allow_local: bool, select: &Select) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "\n[[news]]\nname = {}\nkind = \"page\"\nurl = {}\n",
        quoted(name),
        quoted(address)
    );
    if allow_local {
        text.push_str("allow_local = true\n");
    }
    text.push_str(&format!("[news.select]\nitem = {}\n", quoted(&select.item)));
    for (part, selector) in [
        ("title", &select.title),
        ("link", &select.link),
        ("date", &select.date),
        ("summary", &select.summary),
        ("image", &select.image),
        ("next", &select.next),
        ("pages", &select.pages),
    ] {
        if let Some(selector) = selector {
            text.push_str(&format!("{part} = {}\n", quoted(selector)));
        }
    }
    text
}

/// Adds a source at the end of the settings. A project without any had the folder `news/`, and keeps it.
fn append(project: &Project, settings: &str) -> Result<(), Failure> {
    let mut text = std::fs::read_to_string(project.path(SETTINGS_FILE))
        .map_err(|error| cannot_write(SETTINGS_FILE, &error))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if project.settings.news.is_empty() {
        text.push_str("\n[[news]]\nname = \"news\"\nkind = \"markdown\"\npath = \"news\"\n");
    }
    text.push_str(settings);
    save(project, SETTINGS_FILE, &text)
}
