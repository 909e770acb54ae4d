//! `roundup news`: what is in a window, from which source, and what is left out and why.
//! Shell: reads the news.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::window_args::WindowArguments;
use super::{
    Exit, Failure, Globals, Outcome, ShownItem, Text, flags, lines_with_reasons, numbered_lines,
    shown, system,
};
use crate::cli::terminal::screen::{counted, stories};
use crate::count::{and_more, grouped};
use crate::edition::coverage::{first_planned, last_window, late_for};
use crate::news::{PartialDate, SkippedItem};
use crate::problem::Problem;
use crate::window::{AFTER, BEFORE, Selection, Window, select_reading};

/// Stories that may belong in, of which the first are shown.
const MOST_UNDECIDED: usize = 5;

/// `roundup.news/1`.
#[derive(Serialize)]
struct NewsOutcome<'a> {
    schema: &'static str,
    window: ShownWindow,
    r#in: Vec<ShownItem<'a>>,
    out: Vec<ShownItem<'a>>,
    /// How many are out, by why.
    out_counts: BTreeMap<&'a str, usize>,
    undecided: Vec<ShownItem<'a>>,
    /// How they get a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided_cure: Option<String>,
    /// Of earlier days, and in no edition, because they came after it was planned.
    late: Vec<ShownItem<'a>>,
    skipped: &'a [SkippedItem],
    /// Said as they are found, and again in the JSON.
    problems: &'a [Problem],
    /// A day of the nearest stories, where the window has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<NaiveDate>,
    next: String,
}

#[derive(Serialize)]
struct ShownWindow {
    name: String,
    /// As people say it.
    title: String,
    /// First day.
    start: NaiveDate,
    /// The day after the last.
    end: NaiveDate,
    time_zone: &'static str,
}

pub async fn run(window: &WindowArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    let mailed = gather::mailed(&project).await?;
    let window = window.window(zone, today, last_window(&mailed))?;
    let query = NewsQuery {
        // All of it where somebody wants to see all that is out.
        window: (!screen.shows_all()).then_some(&window),
        late_since: first_planned(&mailed),
        reported_window: Some(&window),
        ..NewsQuery::quick()
    };
    let reading = gather::read_aloud(&project, query, screen).await?;
    let (skipped, problems) = (reading.skipped.clone(), reading.problems.clone());
    let selection = select_reading(reading, &window, today);
    let late = late_for(&selection, &mailed, &window, today);
    let nearest = selection.elsewhere.nearest.filter(|_| selection.chosen.is_empty());
    let with_reason = |(item, why)| shown(item, Some(why), zone);
    screen.outcome(&NewsOutcome {
        schema: "roundup.news/1",
        window: ShownWindow {
            name: window.name(),
            title: window.to_string(),
            start: window.start,
            end: window.end,
            time_zone: zone.name(),
        },
        r#in: selection.chosen.iter().map(|item| shown(item, None, zone)).collect(),
        out: pairs(&selection.left_out).map(with_reason).collect(),
        out_counts: reasons(&selection),
        undecided: pairs(&selection.undecided).map(with_reason).collect(),
        undecided_cure: undecided_cure(&selection, &window),
        late: late.iter().map(|(item, edition)| shown(item, Some(edition), zone)).collect(),
        skipped: &skipped,
        problems: &problems,
        next: match nearest {
            Some(day) => format!("roundup news --month {}", day.format("%Y-%m")),
            None if selection.chosen.is_empty() => {
                "try another window, as in `roundup news --year 2020`".to_owned()
            }
            None => format!("roundup draft {}", flags(&window)),
        },
        nearest,
    })?;
    Ok(Exit::Done)
}

fn pairs<A>(list: &[(A, String)]) -> impl Iterator<Item = (&A, &str)> {
    list.iter().map(|(item, why)| (item, why.as_str()))
}

/// How many stories are not in the window, by why.
fn reasons(selection: &Selection) -> BTreeMap<&str, usize> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, why) in &selection.left_out {
        // "before the window (23 December 2019)" counts as "before the window".
        *reasons.entry(why.split(" (").next().unwrap_or(why)).or_default() += 1;
    }
    // Where only the window's stories were read, the others were counted.
    for (why, count) in [(BEFORE, selection.elsewhere.before), (AFTER, selection.elsewhere.after)] {
        if count > 0 {
            reasons.insert(why, count);
        }
    }
    reasons
}

fn undecided_cure(selection: &Selection, window: &Window) -> Option<String> {
    let (first, _) = selection.undecided.first()?;
    let mut cure = format!(
        "write the date in each file, as in `date: {}` in {}",
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
        cure.push_str(&format!(", or choose the whole year: roundup news --year {year}"));
    } else if let Some(month) = month {
        cure.push_str(&format!(", or choose the whole month: roundup news --month {month}"));
    }
    Some(cure)
}

impl Outcome for NewsOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &self.r#in {
            *sources.entry(item.source).or_default() += 1;
        }
        let sources: Vec<String> = sources
            .into_iter()
            .map(|(source, count)| format!("{source} {}", grouped(count)))
            .collect();
        let from = match sources.as_slice() {
            [] => String::new(),
            sources => format!("   from: {}", sources.join(", ")),
        };
        let ShownWindow { title, start, end, time_zone, .. } = &self.window;
        let heading = text.strong(&format!("{title} · {}", stories(self.r#in.len())));
        let last_day = end.pred_opt().unwrap_or(*end);
        let days = text.faint(&format!(
            " ({} to {}, {} time){from}",
            start.format("%-d %B %Y"),
            last_day.format("%-d %B %Y"),
            time_zone.rsplit('/').next().unwrap_or_default().replace('_', " "),
        ));
        text.line(format!("{heading}{days}"));
        numbered_lines(&self.r#in, text);
        for (why, count) in &self.out_counts {
            text.line(format!("Not in the window: {} {why}", stories(*count)));
        }
        if text.verbose {
            lines_with_reasons(&self.out, text);
        }
        for item in self.skipped {
            text.line(format!("Skipped: {} ({}: {})", item.title, item.place, item.reason));
        }
        self.late_lines(text);
        self.undecided_lines(text);
        if let Some(day) = self.nearest {
            text.line(format!("The nearest stories are from {}.", day.format("%B %Y")));
        }
        text.say(format!("Next: {}", self.next));
    }
}

impl NewsOutcome<'_> {
    /// Stories that are in no edition, because they came too late for theirs.
    fn late_lines(&self, text: &mut Text) {
        if self.late.is_empty() {
            return;
        }
        let came = counted(self.late.len(), "story came", "stories came");
        text.line(
            text.strong(&format!("Late: {came} after the edition for their day was planned")),
        );
        lines_with_reasons(&self.late, text);
        text.line(format!(
            "{} `roundup draft` lists them: remove the # in front of those to include now",
            text.faint("help:")
        ));
    }

    fn undecided_lines(&self, text: &mut Text) {
        let Some(cure) = &self.undecided_cure else { return };
        let count = self.undecided.len();
        text.line(text.strong(&format!("Not sure: {} might belong here", stories(count))));
        let most = if text.verbose { count } else { count.min(MOST_UNDECIDED) };
        lines_with_reasons(&self.undecided[..most], text);
        if count > most {
            text.line(format!("      {} (-v shows them all)", and_more(count - most)));
        }
        text.line(format!("{} {cure}", text.faint("help:")));
    }
}
