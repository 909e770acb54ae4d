//! `roundup news --why STORY`: what was taken of a story, and from where.
//! Shell: reads the news.

use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::{Exit, Failure, Globals, Outcome, ShownItem, Text, shown};
use crate::count::and_more;
use crate::news::Item;
use crate::news::dedupe::canonical;
use crate::news::item::Evidence;
use crate::problem::nearest;

/// More stories than these are not an answer.
const SHOWN: usize = 5;

/// `roundup.why/1`.
#[derive(Serialize)]
struct StoriesOutcome<'a> {
    schema: &'static str,
    stories: Vec<ShownItem<'a>>,
}

pub async fn run(story: &str, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let reading = gather::read_aloud(&project, NewsQuery::quick(), screen).await?;
    let found = named(story, &reading.items);
    if found.is_empty() {
        let near = nearest(story, reading.items.iter().map(|item| item.title.as_str()));
        let help = near.map_or_else(
            || "`roundup news` lists the titles, `roundup news --json` the ids".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(
            Failure::new(Exit::Usage, format!("no source has a story `{story}`")).help(help)
        );
    }
    screen.outcome(&StoriesOutcome {
        schema: "roundup.why/1",
        stories: found.iter().map(|item| shown(item, None, zone)).collect(),
    })?;
    Ok(Exit::Done)
}

impl Outcome for StoriesOutcome<'_> {
    fn text(&self, text: &mut Text) {
        for story in self.stories.iter().take(SHOWN) {
            story_lines(story, text);
        }
        if self.stories.len() > SHOWN {
            let more = and_more(self.stories.len() - SHOWN);
            text.line(format!("{more}: write more of the title"));
        }
    }
}

/// Each part of a story, and where it was taken from.
fn story_lines(story: &ShownItem<'_>, text: &mut Text) {
    text.line(text.strong(story.title));
    text.line(format!("  {}, {}", story.source, story.place));
    let Evidence { title, link, date, image, summary } = story.why;
    for (name, value, why) in [
        ("title", Some(story.title), title),
        ("link", story.link, link),
        ("day", story.date.as_ref().map(|_| story.day.as_str()), date),
        ("picture", story.image.map(|image| image.address.as_str()), image),
        ("summary", Some(story.summary).filter(|text| !text.is_empty()), summary),
    ] {
        text.line(match (value, why) {
            (Some(value), Some(why)) => {
                format!("  {name:<8} {}  {}", short(value), text.faint(&format!("from {why}")))
            }
            (Some(value), None) => format!("  {name:<8} {}", short(value)),
            (None, Some(why)) => format!("  {name:<8} none  {}", text.faint(why)),
            (None, None) => format!("  {name:<8} none"),
        });
    }
}

/// The story of that id, address or title, or those that have the words in their titles.
fn named<'a>(story: &str, items: &'a [Item]) -> Vec<&'a Item> {
    let wanted = story.trim().to_lowercase();
    let exact: Vec<&Item> = items
        .iter()
        .filter(|item| {
            item.is_named(story.trim())
                || item.title.to_lowercase() == wanted
                || item.link.as_deref().is_some_and(|link| canonical(link) == canonical(story))
        })
        .collect();
    if exact.is_empty() && !wanted.is_empty() {
        return items.iter().filter(|item| item.title.to_lowercase().contains(&wanted)).collect();
    }
    exact
}

fn short(text: &str) -> String {
    const COLUMNS: usize = 70;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= COLUMNS {
        return line;
    }
    format!("{}…", line.chars().take(COLUMNS - 1).collect::<String>().trim_end())
}
