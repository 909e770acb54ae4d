//! `roundup news --why STORY`: what was taken of a story, and from where.
//! Shell: reads the news.

use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::{Exit, Failure, Globals, ShownItem, date_of, shown};
use crate::news::Item;
use crate::news::dedupe::canonical;
use crate::news::item::Evidence;
use crate::problem::nearest;

/// More stories than these are no answer.
const SHOWN: usize = 5;

/// `roundup.why/1`.
#[derive(Serialize)]
struct Shown<'a> {
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
    if screen.json {
        screen.object(&Shown {
            schema: "roundup.why/1",
            stories: found.iter().map(|item| shown(item, None)).collect(),
        })?;
        return Ok(Exit::Done);
    }
    for item in found.iter().take(SHOWN) {
        screen.print(&screen.strong(&item.title))?;
        screen.print(&format!("  {}, {}", item.source, item.place))?;
        let Evidence { title, link, date, image, summary } = &item.evidence;
        let picture = item.image.as_ref().map(|image| image.address.clone());
        for (name, value, why) in [
            ("title", Some(item.title.clone()), title),
            ("link", item.link.clone(), link),
            ("day", item.date.map(|_| date_of(item, zone)), date),
            ("picture", picture, image),
            ("summary", Some(item.summary.clone()).filter(|text| !text.is_empty()), summary),
        ] {
            let line = match (value, why) {
                (Some(value), Some(why)) => {
                    format!(
                        "  {name:<8} {}  {}",
                        short(&value),
                        screen.faint(&format!("from {why}"))
                    )
                }
                (Some(value), None) => format!("  {name:<8} {}", short(&value)),
                (None, Some(why)) => format!("  {name:<8} none  {}", screen.faint(why)),
                (None, None) => format!("  {name:<8} none"),
            };
            screen.print(&line)?;
        }
    }
    if found.len() > SHOWN {
        screen.print(&format!("… and {} more: write more of the title", found.len() - SHOWN))?;
    }
    Ok(Exit::Done)
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
