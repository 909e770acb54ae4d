//! `roundup news coverage`: which story went out in which edition: once, twice, never, and why.
//! Shell: reads the news and the ledger.

use clap::Args;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::gather::{self, NewsQuery};
use super::window_args::WindowArguments;
use super::{Exit, Failure, Globals, Outcome, ShownItem, Text, shown, system};
use crate::cli::terminal::screen::{counted, stories};
use crate::edition::coverage::{EarlierEdition, Fate, cover, last_window};
use crate::news::Item;
use crate::window::{Placement, sort_newest_first};

/// Columns of a title beside its date and the editions.
const TITLE_COLUMNS: usize = 48;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    window: WindowArguments,
}

/// `roundup.coverage/1`.
#[derive(Serialize)]
struct CoverageOutcome<'a> {
    schema: &'static str,
    window: String,
    /// As people say it.
    title: String,
    editions: Vec<&'a str>,
    once: usize,
    twice: usize,
    never: usize,
    stories: Vec<CoveredStory<'a>>,
}

#[derive(Serialize)]
struct CoveredStory<'a> {
    #[serde(flatten)]
    item: ShownItem<'a>,
    /// `once`, `twice` or `never`.
    fate: &'static str,
    editions: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

fn word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Once => "once",
        Fate::Twice => "twice",
        Fate::Never(_) => "never",
    }
}

fn why(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Never(why) => Some(why.words()),
        Fate::Once | Fate::Twice => None,
    }
}

pub async fn run(arguments: &Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    let mailed = gather::mailed(&project).await?;
    let window = arguments.window.window(zone, today, last_window(&mailed))?;
    let reading = gather::read_aloud(&project, NewsQuery::quick(), screen).await?;
    let mut items: Vec<Item> = reading
        .items
        .into_iter()
        .filter(|item| match item.date.map(|date| window.judge(date)) {
            None | Some(Placement::In | Placement::CannotSay) => true,
            Some(Placement::Before | Placement::After) => false,
        })
        .collect();
    sort_newest_first(&mut items, zone);
    items.reverse();
    // Editions of other times have nothing to do with these days, unless they have a late story of them.
    let mailed: Vec<EarlierEdition> = mailed
        .into_iter()
        .filter(|edition| {
            let overlaps = edition.window.start < window.end && edition.window.end > window.start;
            overlaps || items.iter().any(|item| edition.has(item))
        })
        .collect();
    let rows = cover(&items, &mailed, today);
    let count = |wanted: &str| rows.iter().filter(|row| word(&row.fate) == wanted).count();
    let (once, twice, never) = (count("once"), count("twice"), count("never"));
    let name = |at: &usize| mailed[*at].name.as_str();
    screen.outcome(&CoverageOutcome {
        schema: "roundup.coverage/1",
        window: window.name(),
        title: window.to_string(),
        editions: mailed.iter().map(|edition| edition.name.as_str()).collect(),
        once,
        twice,
        never,
        stories: rows
            .iter()
            .map(|row| CoveredStory {
                item: shown(row.item, None, zone),
                fate: word(&row.fate),
                editions: row.editions.iter().map(name).collect(),
                why: why(&row.fate),
            })
            .collect(),
    })?;
    Ok(Exit::Done)
}

impl Outcome for CoverageOutcome<'_> {
    fn text(&self, text: &mut Text) {
        text.line(text.strong(&format!(
            "{} · {} · {}",
            self.title,
            stories(self.stories.len()),
            match self.editions.len() {
                0 => "no editions yet".to_owned(),
                many => counted(many, "edition", "editions"),
            }
        )));
        table(&self.stories, &self.editions, text);
        text.line(format!("{} once, {} twice, {} never.", self.once, self.twice, self.never));
    }
}

fn table(rows: &[CoveredStory<'_>], editions: &[&str], text: &mut Text) {
    let width = editions.iter().map(|edition| edition.width()).max().unwrap_or(0);
    // Few editions stand over their columns by name; many have numbers, which are explained first.
    let by_name = editions.len() * (width + 1) <= 36;
    let labels: Vec<String> = (1..)
        .zip(editions)
        .map(|(number, name)| if by_name { (*name).to_owned() } else { number.to_string() })
        .collect();
    if !by_name {
        for (number, edition) in (1..).zip(editions) {
            text.line(text.faint(&format!("{number:>4}  {edition}")));
        }
    }
    let mut head = " ".repeat(2 + 17 + 1 + TITLE_COLUMNS);
    for label in &labels {
        head.push(' ');
        head.push_str(label);
    }
    if !editions.is_empty() {
        text.line(text.faint(head.trim_end()));
    }
    for row in rows {
        let mut line = format!("  {:<17} {}", row.item.day, fitted(row.item.title, TITLE_COLUMNS));
        for (edition, label) in editions.iter().zip(&labels) {
            let sign = if row.editions.contains(edition) { "x" } else { "·" };
            line.push_str(&format!(" {sign:^width$}", width = label.width()));
        }
        let note = match (row.fate, &row.why) {
            (fate, Some(why)) => format!("  {fate}: {why}"),
            ("twice", None) => "  twice".to_owned(),
            _ => String::new(),
        };
        if note.is_empty() {
            text.line(line.trim_end());
        } else {
            text.line(format!("{line}{}", text.faint(&note)));
        }
    }
}

/// A text in exactly this number of columns.
fn fitted(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return format!("{text}{}", " ".repeat(columns - text.width()));
    }
    let mut fitted = String::new();
    let mut used = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        fitted.push(c);
    }
    fitted.push('…');
    format!("{fitted}{}", " ".repeat(columns - used - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_fit_their_column() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdef", 5), "abcd…");
        assert_eq!(fitted("新しい井戸", 6).width(), 6);
    }
}
