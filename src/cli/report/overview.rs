//! `roundup` without a command: where this project stands, and the next step.
//! Shell: reads the project.

use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::status::reports;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::ledgers;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::stories;
use crate::cli::terminal::world;
use crate::project::{self, Project};
use crate::report::EditionPhase;
use crate::window::{Window, select_reading};

/// `roundup.overview/1`.
#[derive(Serialize, Default)]
struct OverviewOutcome {
    schema: &'static str,
    /// The organisation; none where this folder is not a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<UnfinishedEdition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<NewsInSight>,
    next: String,
}

/// The first edition that is not finished.
#[derive(Serialize)]
struct UnfinishedEdition {
    edition: String,
    /// The figures of its report, in words.
    figures: String,
}

/// The stories of the window that comes next.
#[derive(Serialize)]
struct NewsInSight {
    window: String,
    stories: usize,
    all_stories: usize,
    /// The month of the nearest stories, where the window has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
}

impl Outcome for OverviewOutcome {
    fn text(&self, text: &mut Text) {
        match &self.organisation {
            None => {
                text.line("roundup turns an organisation's news into one email, and sends it once to everybody on the list.");
                text.line(
                    "This folder is not a roundup project: there is no roundup.toml in it or above it.",
                );
            }
            Some(organisation) => {
                if let Some(UnfinishedEdition { edition, figures }) = &self.unfinished {
                    text.line(format!("{edition} is not finished: {figures}."));
                }
                if let Some(NewsInSight { window, stories: count, all_stories, nearest }) =
                    &self.news
                {
                    let all = stories(*all_stories);
                    text.line(format!("{organisation} · {window}: {count} of {all}"));
                    if let Some(nearest) = nearest {
                        text.line(format!("The nearest stories are from {nearest}."));
                    }
                }
            }
        }
        text.line(format!("Next: {}", self.next));
    }
}

pub async fn run(globals: &Globals) -> Result<Exit, Failure> {
    let outcome = overview(globals).await?;
    globals.screen.outcome(&OverviewOutcome { schema: "roundup.overview/1", ..outcome })?;
    Ok(Exit::Done)
}

async fn overview(globals: &Globals) -> Result<OverviewOutcome, Failure> {
    if globals.project.is_none() {
        let here = std::env::current_dir().map_err(|error| {
            Failure::new(Exit::Failed, format!("this folder cannot be read: {error}"))
        })?;
        if project::find(&here).is_err() {
            let next = "`roundup init charity-news` makes one that works at once; or go to a \
                        project folder. `roundup --help` lists the commands.";
            return Ok(OverviewOutcome { next: next.to_owned(), ..OverviewOutcome::default() });
        }
    }
    let project = globals.project()?;
    let organisation = Some(project.settings.organisation.name.clone());
    for report in reports(&project).await? {
        if report.state != EditionPhase::Finished {
            let figures = report.arithmetic();
            return Ok(OverviewOutcome {
                organisation,
                next: format!("roundup send {}", report.edition),
                unfinished: Some(UnfinishedEdition { edition: report.edition, figures }),
                ..OverviewOutcome::default()
            });
        }
    }
    let (news, next) = news_in_sight(&project, globals).await?;
    Ok(OverviewOutcome { organisation, news: Some(news), next, ..OverviewOutcome::default() })
}

/// What the window that comes next has, and what to type.
async fn news_in_sight(
    project: &Project,
    globals: &Globals,
) -> Result<(NewsInSight, String), Failure> {
    let zone = project.settings.time_zone;
    let today = world::today(zone);
    let window = match ledgers::last_window(project).await? {
        Some(last) => Window::since_last(&last, today)
            .unwrap_or_else(|_| Window::last_full_month(today, zone)),
        None => Window::last_full_month(today, zone),
    };
    let wish = NewsQuery { window: Some(&window), ..NewsQuery::quick() };
    let reading = gather::read_aloud(project, wish, &globals.screen).await?;
    let all_stories = reading.items.len() + reading.elsewhere.before + reading.elsewhere.after;
    let nearest = reading.elsewhere.nearest;
    let chosen = select_reading(reading, &window, today).chosen.len();
    let nearest = nearest.filter(|_| chosen == 0);
    let next = match nearest {
        Some(day) => format!("roundup news --month {}", day.format("%Y-%m")),
        None if chosen == 0 => {
            "add news, or try another window, as in `roundup news --year 2020`".to_owned()
        }
        None => "roundup news, then roundup draft".to_owned(),
    };
    let news = NewsInSight {
        window: window.to_string(),
        stories: chosen,
        all_stories,
        nearest: nearest.map(|day| day.format("%B %Y").to_string()),
    };
    Ok((news, next))
}
