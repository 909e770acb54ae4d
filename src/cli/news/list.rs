//! `roundup news`: what is in a window, from which source, and what is left out and why.
//! Shell: reads the news.

use std::collections::BTreeMap;

use serde::Serialize;

use super::gather::{self, NewsQuery};
use super::window_args::WindowArguments;
use super::{
    Exit, Failure, Globals, ShownItem, flags, print_items, print_with_reasons, shown, world,
};
use crate::cli::terminal::screen::{Screen, counted, stories};
use crate::edition::coverage::{first_planned, last_window, late_for};
use crate::news::{Item, PartialDate, SkippedItem};
use crate::problem::Problem;
use crate::window::{AFTER, BEFORE, Selection, Window, select_reading};

/// `roundup.news/1`.
#[derive(Serialize)]
struct News<'a> {
    schema: &'static str,
    window: ShownWindow,
    r#in: Vec<ShownItem<'a>>,
    out: Vec<ShownItem<'a>>,
    undecided: Vec<ShownItem<'a>>,
    /// Of earlier days, and in no edition, because they came after it was planned.
    late: Vec<ShownItem<'a>>,
    skipped: &'a [SkippedItem],
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

pub async fn run(window: &WindowArguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    let mailed = gather::mailed(&project).await?;
    let window = window.window(zone, today, last_window(&mailed))?;
    let wish = NewsQuery {
        // All of it where somebody wants to see all that is out.
        window: (!screen.json && !screen.verbose).then_some(&window),
        late_since: first_planned(&mailed),
        told_window: Some(&window),
        ..NewsQuery::quick()
    };
    let reading = gather::read_aloud(&project, wish, screen).await?;
    let (skipped, problems) = (reading.skipped.clone(), reading.problems.clone());
    let selection = select_reading(reading, &window, today);
    let late = late_for(&selection, &mailed, &window, today);
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
            late: late.iter().map(|(item, edition)| shown(item, Some(edition))).collect(),
            skipped: &skipped,
            problems: &problems,
        })?;
        return Ok(Exit::Done);
    }
    show(&selection, &skipped, &late, &window, screen)?;
    Ok(Exit::Done)
}

fn show(
    selection: &Selection,
    skipped: &[SkippedItem],
    late: &[(&Item, String)],
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
    // Where only the window's stories were read, the others were counted.
    for (why, count) in [(BEFORE, selection.elsewhere.before), (AFTER, selection.elsewhere.after)] {
        if count > 0 {
            reasons.insert(why, count);
        }
    }
    for (why, count) in reasons {
        screen.print(&format!("Not in the window: {} {why}", stories(count)))?;
    }
    if screen.verbose {
        print_with_reasons(selection.left_out.iter(), zone, screen)?;
    }
    for item in skipped {
        screen.print(&format!("Skipped: {} ({}: {})", item.title, item.place, item.reason))?;
    }
    show_late(late, window, screen)?;
    show_undecided(selection, window, screen)?;
    if let (true, Some(day)) = (selection.chosen.is_empty(), selection.elsewhere.nearest) {
        screen.print(&format!("The nearest stories are of {}.", day.format("%B %Y")))?;
        screen.say(&format!("Next: roundup news --month {}", day.format("%Y-%m")));
    } else if selection.chosen.is_empty() {
        screen.say("Next: try another window, as in `roundup news --year 2020`");
    } else {
        screen.say(&format!("Next: roundup draft {}", flags(window)));
    }
    Ok(())
}

/// Stories that are in no edition, because they came too late for theirs.
fn show_late(late: &[(&Item, String)], window: &Window, screen: &Screen) -> Result<(), Failure> {
    if late.is_empty() {
        return Ok(());
    }
    let came = counted(late.len(), "story came", "stories came");
    screen.print(
        &screen.strong(&format!("Late: {came} after the edition for their day was planned")),
    )?;
    let late: Vec<(Item, String)> =
        late.iter().map(|(item, edition)| ((*item).clone(), edition.clone())).collect();
    print_with_reasons(late.iter(), window.zone, screen)?;
    screen.print(&format!(
        "{} `roundup draft` lists them: remove the # in front of those to include now",
        screen.faint("help:")
    ))
}

fn show_undecided(selection: &Selection, window: &Window, screen: &Screen) -> Result<(), Failure> {
    let Some((first, _)) = selection.undecided.first() else {
        return Ok(());
    };
    screen.print(
        &screen
            .strong(&format!("Not sure: {} might belong here", stories(selection.undecided.len()))),
    )?;
    let most = if screen.verbose { usize::MAX } else { 5 };
    print_with_reasons(selection.undecided.iter().take(most), window.zone, screen)?;
    if selection.undecided.len() > most {
        screen.print(&format!(
            "      … and {} more (-v shows them all)",
            selection.undecided.len() - most
        ))?;
    }
    let mut help = format!(
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
        help.push_str(&format!(", or choose the whole year: roundup news --year {year}"));
    } else if let Some(month) = month {
        help.push_str(&format!(", or choose the whole month: roundup news --month {month}"));
    }
    screen.print(&format!("{} {help}", screen.faint("help:")))
}
