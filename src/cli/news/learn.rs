//! `roundup news learn`: finds out where a web page has its stories, shows them, and writes the selectors.
//! Shell: the network, `roundup.toml`.

use clap::Args;
use serde::Serialize;

use chrono_tz::Tz;

use super::{Exit, Failure, Globals, Outcome, ShownItem, Text, prompt, refused, shown};
use crate::cli::steps::source_text::{host_of, source_text};
use crate::cli::terminal::files::{cannot_write, save};
use crate::cli::terminal::screen::stories;
use crate::news::credentials;
use crate::news::readers::feed;
use crate::news::readers::page::{self, learn, sitemap};
use crate::news::shown_address::without_password;
use crate::news::source::{Select, SourceKind};
use crate::news::sources::crawl::{Crawler, text_of};
use crate::news::sources::fetch::{FetchedBytes, Web};
use crate::project::{Project, SETTINGS_FILE};

/// Stories that are shown in full.
const SHOWN_IN_FULL: usize = 3;
/// A longer summary is cut where it is shown.
const SHOWN_CHARS: usize = 160;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The page that lists the news
    #[arg(value_name = "URL")]
    address: String,
    /// A name for the source; the website's name if not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Use the second or third way to read the page, if the first is wrong
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    way: usize,
    /// Show what was found, and write nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Allow an address on this computer or its network
    #[arg(long)]
    allow_local: bool,
}

/// `roundup.learn/1`.
#[derive(Serialize)]
struct LearnOutcome<'a> {
    schema: &'static str,
    /// Ways to read the page, and the one that was used.
    ways: usize,
    way: usize,
    stories: Vec<ShownItem<'a>>,
    /// What belongs into `roundup.toml`.
    settings: &'a str,
    /// Feeds that the page names.
    feeds: Vec<String>,
    /// What a person should look at.
    unsure: Vec<String>,
    written: bool,
    /// The settings have a source of this name or address already.
    already_there: bool,
    /// Somebody has seen the stories and said yes to them.
    #[serde(skip)]
    was_confirmed: bool,
}

pub async fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;

    let web = Web::new(arguments.allow_local, &project.settings.organisation.contact)
        .map_err(|error| refused(&error))?;
    let PageFinding { answer, html, mut guesses, address } = find(&web, arguments, zone).await?;
    let feeds = feed::advertised_feeds(&html, &answer.address);
    let mut way = arguments.way;
    if way == 0 || way > guesses.len() {
        return Err(no_way(guesses.len(), &arguments.address));
    }
    let name = arguments.name.clone().unwrap_or_else(|| host_of(&answer.address));
    let there = project.settings.news.iter().any(|source| {
        source.name == name || source.url.as_deref() == Some(arguments.address.as_str())
    });
    let asks = screen.asks && !arguments.dry_run && !there;
    let listed = loop {
        let guess = &guesses[way - 1];
        let mut listed = page::read(&name, &answer.address, &html, &guess.select, zone, 1, 0);
        credentials::remove(&mut listed.reading);
        if !asks {
            break listed;
        }
        let stories: Vec<ShownItem<'_>> =
            listed.reading.items.iter().map(|item| shown(item, None, zone)).collect();
        screen.lines(|text| found_lines(&stories, &guess.doubts, text))?;
        match ask(way, guesses.len())? {
            Reply::Yes => break listed,
            Reply::Other(other) => way = other,
            Reply::No => {
                screen.say("Nothing was written.");
                return Ok(Exit::Done);
            }
        }
    };
    let ways = guesses.len();
    let guess = guesses.swap_remove(way - 1);
    let settings = format!(
        "\n{}",
        source_text(&name, SourceKind::Page, &address, arguments.allow_local, Some(&guess.select))
    );
    let writes = !arguments.dry_run && !there;
    if writes {
        append(&project, &settings)?;
    }
    // A key stands in the file only.
    let settings = settings.replace(&address, &without_password(&address));
    screen.outcome(&LearnOutcome {
        schema: "roundup.learn/1",
        ways,
        way,
        stories: listed.reading.items.iter().map(|item| shown(item, None, zone)).collect(),
        settings: &settings,
        feeds,
        unsure: guess.doubts,
        written: writes,
        already_there: there,
        was_confirmed: asks,
    })?;
    Ok(Exit::Done)
}

impl Outcome for LearnOutcome<'_> {
    fn text(&self, text: &mut Text) {
        if !self.was_confirmed {
            found_lines(&self.stories, &self.unsure, text);
            if self.ways > 1 {
                let other = if self.way == 1 { 2 } else { 1 };
                text.say(format!(
                    "Not these? There is another way to read the page: --way {other}"
                ));
            }
        }
        if let Some(feed) = self.feeds.first() {
            text.say(format!(
                "The page names a feed, which may be better: {}",
                without_password(feed)
            ));
        }
        text.line(if self.written {
            format!("Added to {SETTINGS_FILE}:")
        } else if self.already_there {
            format!(
                "{SETTINGS_FILE} already has a source of this name or address; this is how it \
                 would look now:"
            )
        } else {
            format!("Would add to {SETTINGS_FILE}:")
        });
        text.line(self.settings);
        text.say("Next: roundup news sync (it reads each story's own page for its date)");
    }
}

/// What was found at an address.
struct PageFinding {
    answer: FetchedBytes,
    html: String,
    guesses: Vec<learn::Guess>,
    /// What belongs into the settings: the address of the page, or of the sitemap that has its stories.
    address: String,
}

/// Reads the page, and where it has no list the website's sitemaps.
async fn find(web: &Web, arguments: &Arguments, zone: Tz) -> Result<PageFinding, Failure> {
    let mut crawler = Crawler::new(web);
    let answer = crawler.get(&arguments.address).await.map_err(|error| refused(&error))?;
    let html = text_of(&mut crawler, &answer).await;
    let guesses = guesses_of(&html, &answer.address, zone);
    if !guesses.is_empty() {
        // A page that has moved for good is read where it is now.
        let address = answer.moved.clone().unwrap_or_else(|| arguments.address.clone());
        return Ok(PageFinding { answer, html, guesses, address });
    }
    for named in crawler.sitemaps(&answer.address).await {
        let Ok(answer) = crawler.get(&named).await else { continue };
        let html = text_of(&mut crawler, &answer).await;
        let guesses = guesses_of(&html, &answer.address, zone);
        if sitemap::is_sitemap(&html) && !guesses.is_empty() {
            let address = answer.address.clone();
            return Ok(PageFinding { answer, html, guesses, address });
        }
    }
    Ok(PageFinding { answer, html, guesses, address: arguments.address.clone() })
}

fn guesses_of(html: &str, address: &str, zone: Tz) -> Vec<learn::Guess> {
    if !sitemap::is_sitemap(html) {
        return learn::learn(html, address, zone);
    }
    let stories = sitemap::stories("", html, address, zone).0.len();
    let select = Select { item: page::SITEMAP_ITEM.to_owned(), ..Select::default() };
    let doubts = vec![
        "this is a sitemap: titles, days and texts come from each story's own page".to_owned(),
    ];
    (stories > 0).then_some(learn::Guess { select, stories, doubts }).into_iter().collect()
}

fn no_way(count: usize, address: &str) -> Failure {
    match count {
        0 => Failure::new(
            Exit::Nothing,
            format!("no list of stories was found on {}", without_password(address)),
        )
        .help("give the page that lists the news; a page that a script fills in cannot be read"),
        count => Failure::new(Exit::Usage, format!("there are {count} ways to read this page"))
            .help(format!("write --way with a number from 1 to {count}")),
    }
}

/// The first stories in full, the titles of the others, and what a person should look at.
fn found_lines(found: &[ShownItem<'_>], unsure: &[String], text: &mut Text) {
    text.line(text.strong(&format!("Found {} on the page:", stories(found.len()))));
    for (number, story) in (1..).zip(found.iter().take(SHOWN_IN_FULL)) {
        text.line(format!("{number:>4}  {}", story.title));
        let summary = cut(story.summary);
        for (what, value) in [
            ("day", story.date.as_ref().map(|_| story.day.as_str())),
            ("link", story.link),
            ("text", Some(summary.as_str()).filter(|summary| !summary.is_empty())),
            ("picture", story.image.map(|image| image.address.as_str())),
        ] {
            text.line(format!("        {what:<8} {}", value.unwrap_or("none")));
        }
    }
    for (number, story) in (1..).zip(found).skip(SHOWN_IN_FULL) {
        text.line(format!("{number:>4}  {:<17} {}", story.day, story.title));
    }
    for doubt in unsure {
        text.line(format!("Not sure: {doubt}"));
    }
}

/// One line of a summary.
fn cut(summary: &str) -> String {
    let line: String = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(SHOWN_CHARS).collect();
    if short.len() < line.len() { format!("{}…", short.trim_end()) } else { short }
}

enum Reply {
    Yes,
    Other(usize),
    No,
}

/// Asks whether these are the stories.
fn ask(way: usize, ways: usize) -> Result<Reply, Failure> {
    let others = if ways > 1 {
        format!(", or the number of another way (1 to {ways})")
    } else {
        String::new()
    };
    loop {
        let answer = prompt::word(
            &format!(
                "Are these your stories, each with its own title, day and link? y, n{others} [way {way}]: "
            ),
            &mut std::io::stdin().lock(),
            &mut std::io::stderr(),
        )?;
        match answer.to_lowercase().as_str() {
            "y" | "yes" => return Ok(Reply::Yes),
            "n" | "no" | "q" | "" => return Ok(Reply::No),
            number => {
                if let Some(way) = number.parse().ok().filter(|way| (1..=ways).contains(way)) {
                    return Ok(Reply::Other(way));
                }
            }
        }
    }
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
