//! The news as a command needs it: every source read or fetched, the store, and what earlier editions included.
//! Shell: files, the network, the store and the ledger.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::check::MailedEdition;
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::corrections::first_name;
use crate::cli::steps::ledgers::{existing_ledger, planned, window_of};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::edition::coverage::EarlierEdition;
use crate::edition::{Draft, Edition, YearFigures};
use crate::ledger::{Ledger, PlannedEdition};
use crate::news::Reading;
use crate::news::gather::{FetchPolicy, GatherRequest, SourceSync, gather};
use crate::news::store::ItemQuery;
use crate::project::Project;
use crate::window::Window;

/// What a command wants of the news.
#[derive(Debug, Clone)]
pub struct NewsQuery<'a> {
    /// Stories of its days; all there are where there is none.
    pub window: Option<&'a Window>,
    /// And those that it names, as they were when it was made.
    pub draft: Option<&'a Draft>,
    /// And those of earlier days that came after this.
    pub late_since: Option<DateTime<Utc>>,
    pub ask: FetchPolicy,
    /// Days of which it is said whether stories may be missing, where all stories are wanted.
    pub reported_window: Option<&'a Window>,
}

impl<'a> NewsQuery<'a> {
    /// What an edition is made of.
    pub fn of(chosen: &'a ChosenEdition) -> Self {
        Self {
            window: Some(&chosen.window),
            draft: chosen.draft.as_ref(),
            late_since: chosen.late_since,
            ask: chosen.ask.clone(),
            reported_window: None,
        }
    }

    /// Everything, with sources that are due fetched again.
    pub fn quick() -> Self {
        Self {
            window: None,
            draft: None,
            late_since: None,
            ask: FetchPolicy::InTime,
            reported_window: None,
        }
    }
}

/// Reads the news.
///
/// # Errors
/// When the store or the answers cannot be used. A source that cannot be read is a problem of the reading.
pub async fn read(
    project: &Project,
    query: NewsQuery<'_>,
) -> Result<(Reading, Vec<SourceSync>), Failure> {
    let settings = &project.settings;
    let mut store = project.news_store()?;
    let answers = project.news_answers()?;
    let ids = query.draft.map(Draft::ids).unwrap_or_default();
    let gathering = GatherRequest {
        project: &project.root,
        sources: &settings.sources(),
        answers: &answers,
        zone: settings.time_zone,
        now: system::now(),
        ask: query.ask,
        wanted: ItemQuery {
            days: query.window.map(|window| (window.start, window.end)),
            ids: &ids,
            late_since: query.late_since,
            as_of: query.draft.and_then(|draft| draft.as_of),
        },
        reported_days: query.reported_window.map(|window| (window.start, window.end)),
        contact: &settings.organisation.contact,
    };
    Ok(Box::pin(gather(&gathering, &mut store)).await?)
}

/// Reads the news, and reports what could not be read.
///
/// # Errors
/// As `read`.
pub async fn read_aloud(
    project: &Project,
    query: NewsQuery<'_>,
    screen: &Screen,
) -> Result<Reading, Failure> {
    let (reading, _) = read(project, query).await?;
    screen.problems(&reading.problems);
    Ok(reading)
}

/// The editions that were planned for real, or else for practice, in the order of their windows, with their stories.
///
/// # Errors
/// When the ledger or a draft cannot be read.
pub async fn mailed(project: &Project) -> Result<Vec<EarlierEdition>, Failure> {
    let editions = planned(project).await?;
    let mut mailed: Vec<EarlierEdition> =
        editions.iter().map(|edition| as_mailed(project, edition)).collect();
    mailed.sort_by_key(|edition| (edition.window.end, edition.window.start));
    Ok(mailed)
}

fn as_mailed(project: &Project, edition: &PlannedEdition) -> EarlierEdition {
    // A draft that is gone, or cannot be read any more, left nothing out that anybody could know of.
    let draft = project.draft(&edition.name).ok().flatten();
    let left_out: BTreeSet<String> = draft
        .map(|draft| draft.left_out.into_iter().map(|mention| mention.id).collect())
        .unwrap_or_default();
    EarlierEdition {
        name: edition.name.clone(),
        window: window_of(project, edition),
        planned_at: edition.planned_at,
        ids: edition.composition.stories.iter().map(|story| story.id.clone()).collect(),
        links: MailedEdition::links_of(&edition.composition),
        left_out,
    }
}

/// How many editions there were within an edition's window, and people. A ledger that cannot be read counts nothing: the
/// mail does without, and sending it needs the ledger anyway.
pub async fn counted(project: &Project, edition: &Edition) -> Option<YearFigures> {
    let ledger = existing_ledger(project, false).await.ok()??;
    let editions = ledger.summaries().await.ok()?;
    let window = &edition.window;
    let within = editions.iter().filter(|planned| {
        planned.name != edition.name
            && planned.name != first_name(&edition.name)
            && planned.corrects.is_none()
            && planned.window_start >= window.start
            && planned.window_end <= window.end
    });
    let mut counted = YearFigures { editions: 0, people: 0 };
    for planned in within {
        counted.editions += 1;
        counted.people = counted.people.max(ledger.progress(&planned.name).await.ok()?.people);
    }
    (counted.editions > 0).then_some(counted)
}
