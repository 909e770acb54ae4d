//! `roundup` without a command: where this project stands, and the next step.
//! Shell: reads the project.

use crate::cli::globals::Globals;
use crate::cli::report::status::reports;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::ledgers;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::stories;
use crate::cli::terminal::world;
use crate::project;
use crate::report::EditionPhase;
use crate::window::{Window, select_reading};

pub async fn run(globals: &Globals) -> Result<Exit, Failure> {
    let screen = &globals.screen;
    if globals.project.is_none() {
        let here = std::env::current_dir().map_err(|error| {
            Failure::new(Exit::Failed, format!("this folder cannot be read: {error}"))
        })?;
        if project::find(&here).is_err() {
            screen.print("roundup turns an organisation's news into one email, and sends it once to everybody on the list.")?;
            screen.print(
                "This folder is not a roundup project: there is no roundup.toml in it or above it.",
            )?;
            screen.print(
                "Next: `roundup init charity-news` makes one that works at once; or go to a project \
                 folder. `roundup --help` lists the commands.",
            )?;
            return Ok(Exit::Done);
        }
    }
    let project = globals.project()?;
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    for report in reports(&project).await? {
        if report.state != EditionPhase::Finished {
            screen.print(&format!(
                "{} is not finished: {}.",
                report.edition,
                report.arithmetic()
            ))?;
            screen.print(&format!("Next: roundup send {}", report.edition))?;
            return Ok(Exit::Done);
        }
    }
    let window = match ledgers::last_window(&project).await? {
        Some(last) => Window::since_last(&last, today)
            .unwrap_or_else(|_| Window::last_full_month(today, zone)),
        None => Window::last_full_month(today, zone),
    };
    let wish = NewsQuery { window: Some(&window), ..NewsQuery::quick() };
    let reading = gather::read_aloud(&project, wish, screen).await?;
    let all = reading.items.len() + reading.elsewhere.before + reading.elsewhere.after;
    let nearest = reading.elsewhere.nearest;
    let selection = select_reading(reading, &window, today);
    screen.print(&format!(
        "{} · {window}: {} of {}",
        project.settings.organisation.name,
        selection.chosen.len(),
        stories(all)
    ))?;
    if let (true, Some(day)) = (selection.chosen.is_empty(), nearest) {
        let (said, typed) = (day.format("%B %Y"), day.format("%Y-%m"));
        screen.print(&format!("The nearest stories are of {said}."))?;
        screen.print(&format!("Next: roundup news --month {typed}"))?;
    } else if selection.chosen.is_empty() {
        screen.print("Next: add news, or try another window, as in `roundup news --year 2020`")?;
    } else {
        screen.print("Next: roundup news, then roundup draft")?;
    }
    Ok(Exit::Done)
}
