//! `roundup` without a command: where this project stands, and the next step.
//! Shell: reads the project.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::report::edition_report::{reports, resume_step, warn_of_retired};
use crate::cli::steps::approved_now::NextEditionNow;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::next_edition::{NextEdition, UnsentEdition};
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::stories;
use crate::cli::terminal::system;
use crate::edition::coverage::{Fate, MissedReason, cover};
use crate::news::Item;
use crate::news::gather::FetchPolicy;
use crate::project::{self, Project};
use crate::report::Report;
use crate::window::{Window, select_reading};

/// `roundup.overview/1`.
#[derive(Serialize, Default)]
struct OverviewOutcome {
    schema: &'static str,
    /// The organisation; none where this folder is not a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<EditionInSight>,
    /// The last edition that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<EditionInSight>,
    /// The draft of an edition that comes after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<String>,
    /// Who has stopped it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    /// Every edition that is prepared and not sent, what comes next first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsent: Vec<UnsentEdition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    news: Option<NewsInSight>,
    /// The day on which the next window begins, where the last edition covers today.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_window: Option<NaiveDate>,
    /// Messages are saved, not sent.
    practice: bool,
    next: String,
}

/// An edition that was begun or sent.
#[derive(Serialize)]
struct EditionInSight {
    edition: String,
    /// The figures of its report, in words.
    figures: String,
}

impl From<Report> for EditionInSight {
    fn from(report: Report) -> Self {
        Self { figures: report.arithmetic(), edition: report.edition }
    }
}

/// The stories of the window that comes next.
#[derive(Serialize)]
struct NewsInSight {
    window: String,
    stories: usize,
    all_stories: usize,
    /// The month of the nearest stories that no edition had, where the window has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
}

impl Outcome for OverviewOutcome {
    fn text(&self, text: &mut Text) {
        let Some(organisation) = &self.organisation else {
            text.line("roundup turns an organisation's news into one email, and sends it once to everybody on the list.");
            text.line(
                "This folder is not a roundup project: there is no roundup.toml in it or above it.",
            );
            text.line(format!("Next: {}", self.next));
            return;
        };
        if let Some(EditionInSight { edition, figures }) = &self.unfinished {
            text.line(format!("{edition} is not finished: {figures}."));
        }
        if let Some(EditionInSight { edition, figures }) = &self.last {
            text.line(format!("{edition} is finished: {figures}."));
        }
        if let Some(NewsInSight { window, stories: count, all_stories, nearest }) = &self.news {
            let all = stories(*all_stories);
            text.line(format!("{organisation} · {window}: {count} of {all}"));
            if let Some(nearest) = nearest {
                text.line(format!("The nearest stories are from {nearest}."));
            }
        }
        if let Some(day) = &self.next_window {
            let day = day.format("%-d %B %Y");
            text.line(format!("{organisation} · the next edition begins on {day}."));
        }
        for unsent in &self.unsent {
            text.line(unsent.words.clone());
        }
        if self.practice {
            text.line("Practice mode: messages are saved, not sent, until `roundup setup relay` has set a mail server.");
        }
        text.line(format!("Next: {}", self.next));
    }
}

pub async fn run(globals: &Globals) -> Result<Exit, Failure> {
    let outcome = overview(globals).await?;
    globals.screen.outcome(&OverviewOutcome { schema: "roundup.overview/1", ..outcome })?;
    Ok(Exit::Done)
}

/// What to type next.
pub async fn next_step(globals: &Globals) -> Result<String, Failure> {
    Ok(overview(globals).await?.next)
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
    let practice = Destination::of(&project, None)?.is_practice();
    let is_retired = warn_of_retired(&project, &globals.screen).await? && !practice;
    // What was practised with is over once a mail server is set.
    let mut reports = reports(&project).await?;
    reports.retain(|report| report.practice == practice);
    globals.screen.problems(&project.misnamed_drafts()?);
    let NextEdition { unfinished, unsent, last: last_window } =
        NextEditionNow::of(&project, practice, &globals.screen).await?.next;
    let first = unsent.first().cloned();
    let outcome = OverviewOutcome {
        organisation,
        practice,
        draft: first.as_ref().filter(|next| next.has_draft).map(|next| next.edition.clone()),
        stopped: first.as_ref().and_then(|next| next.stopped.clone()),
        unsent,
        ..OverviewOutcome::default()
    };
    if let Some(begun) = unfinished
        && let Some(at) = reports.iter().position(|report| report.edition == begun.name)
    {
        let report = reports.swap_remove(at);
        let next = resume_step(&report);
        return Ok(OverviewOutcome {
            next: next.unwrap_or_else(|| format!("roundup report {}", report.edition)),
            unfinished: Some(EditionInSight::from(report)),
            ..outcome
        });
    }
    let last = reports.into_iter().next().map(EditionInSight::from);
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    let window = window_after(last_window.as_ref(), today, zone);
    let (news, next) = match (&window, &last) {
        (Some(window), _) => {
            let (news, nearest) = news_in_sight(&project, window, today, globals).await?;
            let next = match nearest {
                _ if news.stories > 0 => "roundup preview".to_owned(),
                Some(month) => format!("roundup preview --month {}", month.format("%Y-%m")),
                None => more_news(&project),
            };
            (Some(news), next)
        }
        (None, Some(last)) => (None, format!("roundup report {}", last.edition)),
        (None, None) => (None, "roundup status".to_owned()),
    };
    Ok(OverviewOutcome {
        last,
        next: first.filter(|_| !is_retired).map_or(next, |first| first.next),
        news,
        next_window: last_window.filter(|_| window.is_none()).map(|last| last.end),
        ..outcome
    })
}

/// The window that comes next; none where the last edition covers today.
fn window_after(last: Option<&Window>, today: NaiveDate, zone: Tz) -> Option<Window> {
    match last {
        Some(last) => Window::since_last(last, today).ok(),
        None => Some(Window::last_full_month(today, zone)),
    }
}

/// An edition that there is something to see of: what comes next, or else the month that has stories.
pub async fn edition_in_sight(
    project: &Project,
    globals: &Globals,
) -> Result<Option<String>, Failure> {
    let practice = Destination::of(project, None)?.is_practice();
    let next = NextEdition::of(project, practice).await?;
    if let Some(meant) = next.meant(&EditionArguments::default()) {
        return Ok(meant.edition);
    }
    let zone = project.settings.time_zone;
    let today = system::today(zone);
    let Some(window) = window_after(next.last.as_ref(), today, zone) else { return Ok(None) };
    let (news, nearest) = news_in_sight(project, &window, today, globals).await?;
    let nearest = nearest.map(|month| month.format("%Y-%m").to_string());
    Ok(if news.stories > 0 { Some(window.name()) } else { nearest })
}

/// What the window that comes next has, and the nearest month that has something where it has nothing.
async fn news_in_sight(
    project: &Project,
    window: &Window,
    today: NaiveDate,
    globals: &Globals,
) -> Result<(NewsInSight, Option<NaiveDate>), Failure> {
    let query = NewsQuery { window: Some(window), ..NewsQuery::quick() };
    let reading = gather::read_aloud(project, query, &globals.screen).await?;
    let all_stories = reading.items.len() + reading.elsewhere.before + reading.elsewhere.after;
    let count = select_reading(reading, window, today).chosen.len();
    let mut nearest = None;
    if count == 0 {
        let query = NewsQuery { ask: FetchPolicy::Stored, ..NewsQuery::quick() };
        let (all, _) = gather::read(project, query).await?;
        let mailed = gather::mailed(project).await?;
        let rows = cover(&all.items, &mailed, today);
        let waiting = rows.iter().filter(|row| {
            matches!(row.fate, Fate::Never(MissedReason::NoEdition | MissedReason::Late(_)))
        });
        nearest = nearest_month(waiting.map(|row| row.item), window, window.zone);
    }
    let news = NewsInSight {
        window: window.to_string(),
        stories: count,
        all_stories,
        nearest: nearest.map(|month| month.format("%B %Y").to_string()),
    };
    Ok((news, nearest))
}

/// The month of the story that is nearest to a window; stories of which only the year is known have none.
fn nearest_month<'a>(
    items: impl Iterator<Item = &'a Item>,
    window: &Window,
    zone: Tz,
) -> Option<NaiveDate> {
    let months = items.filter_map(|item| {
        let (first, last) = item.date?.days(zone);
        (first.with_day(1) == last.with_day(1)).then_some((first, last))
    });
    let away = |(first, last): &(NaiveDate, NaiveDate)| {
        (*first - window.last_day()).num_days().max((window.start - *last).num_days())
    };
    months.min_by_key(away).and_then(|(first, _)| first.with_day(1))
}

/// Where more news comes from.
fn more_news(project: &Project) -> String {
    let sources = project.settings.sources();
    if sources.iter().any(|source| source.url.is_some()) {
        return "roundup news sync".to_owned();
    }
    let folder = sources.iter().find_map(|source| source.path.as_ref());
    let folder = folder.map_or_else(|| "news".to_owned(), |folder| folder.display().to_string());
    format!("put a story into {folder}/, or `roundup news learn URL` to read your website's news")
}
