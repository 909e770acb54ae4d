//! Stopping an edition that nobody has planned yet: approved, with a time, or only a draft. It is written down, and holds.
//! Shell: writes the ledgers.

use chrono::{DateTime, NaiveDate, Utc};

use crate::approval::{EVERY_EDITION, EditionStop, StopKind};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::gather::{self, NewsQuery};
use crate::cli::steps::ledgers::{existing_ledger, ledger_for};
use crate::cli::steps::stop_row::stop_row;
use crate::cli::steps::typed_again::as_decided;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::edition::draft_reading::window_from_name;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, OccurrenceStep, ScheduleStore};
use crate::news::gather::FetchPolicy;
use crate::project::Project;
use crate::schedule::{Occurrence, OccurrenceState};
use crate::window::{Window, select_reading};

/// An edition that was stopped just now.
pub struct StoppedEdition {
    pub edition: String,
    /// As `send` and `approve` take it.
    pub typed: String,
    pub stop: EditionStop,
    /// The time that it had; after a cancellation it has none.
    pub time: Option<DateTime<Utc>>,
}

/// Stops an edition that is not planned, in every ledger that knows it. `None` where none does; then `find_planned` finds it,
/// or it is unknown.
pub async fn stop_unplanned(
    project: &Project,
    name: &str,
    kind: StopKind,
) -> Result<Option<StoppedEdition>, Failure> {
    let name = name.trim_start_matches("editions/").trim_end_matches(".md");
    // A `send` that waits for its number has planned nothing yet: its edition is one that anybody could send now.
    let could_be_sent = could_be_sent(project, name).await?;
    let mut practised = existing_ledger(project, true).await?;
    let is_practised = match &practised {
        Some(ledger) => is_open(ledger, name).await?,
        None => false,
    };
    let is_practice = Destination::of(project, None)?.is_practice();
    let mut stopped = None;
    let (mut was_stopped, mut is_planned, mut is_finished) = (None, false, false);
    for practice in [false, true] {
        let existing =
            if practice { practised.take() } else { existing_ledger(project, false).await? };
        let ledger = match existing {
            Some(ledger) => ledger,
            // The stop holds for `send --relay` too, which nobody may have used yet.
            None if could_be_sent && (is_practice || !practice) && !is_practised => {
                project.own_folder(practice)?;
                ledger_for(project, practice, 1).await?
            }
            None => continue,
        };
        if ledger.edition(name).await?.is_some() {
            if !practice {
                // A run, or what is left of it: `find_planned` finds this one first.
                return Ok(None);
            }
            is_planned |= is_practised;
            is_finished = is_practice && !is_practised;
            continue;
        }
        let decisions = ledger.decisions_of(name).await?;
        let times = times_of(&ledger, name).await?;
        if !could_be_sent && decisions.is_empty() && times.is_empty() {
            continue;
        }
        ledger.nature().await?.refuse_retired()?;
        let holds = decisions
            .stop_without_approval()
            .filter(|stop| stop.kind == StopKind::Cancelled || stop.kind == kind);
        if let Some(stop) = holds {
            was_stopped = Some(stop.clone());
            continue;
        }
        let row = stop_row(project, name, kind);
        if !ledger.stop(row.clone(), decisions.stops_seen()).await? {
            // A computer has planned it just now: it is stopped as a run is.
            continue;
        }
        if kind == StopKind::Cancelled {
            take_back(&ledger, times.clone()).await?;
        }
        let waiting = times.iter().find(|time| time.is_once());
        let time = waiting.map(|time| time.opens_at);
        stopped = Some(StoppedEdition {
            edition: name.to_owned(),
            typed: as_decided(project, name, &decisions)?,
            stop: row,
            time,
        });
    }
    match (stopped, was_stopped) {
        (None, Some(before)) if !is_planned => Err(stands(project, &before, is_finished)),
        (stopped, _) => Ok(stopped),
    }
}

/// Whether an edition is there to be sent: somebody has drafted, decided or begun it, or its days have stories.
async fn could_be_sent(project: &Project, name: &str) -> Result<bool, Failure> {
    // No other command would take its name.
    project.draft_path(name)?;
    if project.drafts()?.iter().any(|known| known == name) {
        return Ok(true);
    }
    let Ok(window) = window_from_name(name, project.settings.time_zone) else { return Ok(false) };
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        if ledger.edition(name).await?.is_some() || !ledger.decisions_of(name).await?.is_empty() {
            return Ok(true);
        }
    }
    let query = NewsQuery { window: Some(&window), ask: FetchPolicy::Never, ..NewsQuery::quick() };
    // Where the news cannot be read, or is on another computer, a stop is the safe answer.
    let Ok((reading, _)) = gather::read(project, query).await else { return Ok(true) };
    let known = reading.items.len() + reading.elsewhere.before + reading.elsewhere.after;
    if known == 0 || !reading.problems.is_empty() {
        return Ok(true);
    }
    let today = system::today(window.zone);
    if is_behind(project, &window, today)? {
        return Ok(true);
    }
    Ok(!select_reading(reading, &window, today).chosen.is_empty())
}

/// Whether a website was not fetched since these days: another computer may know stories of them, and somebody may be about to
/// send them there.
fn is_behind(project: &Project, window: &Window, today: NaiveDate) -> Result<bool, Failure> {
    if window.start > today {
        return Ok(false);
    }
    let store = project.news_store()?;
    for source in project.settings.sources().iter().filter(|source| source.url.is_some()) {
        let answered = store.state(&source.name)?.answered;
        let day = answered.map(|at| at.with_timezone(&window.zone).date_naive());
        if day.is_none_or(|day| day < window.end.min(today)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes that everything is paused: a `send` that waits for its number plans nothing any more, with practice or without.
pub async fn stop_everything(project: &Project) -> Result<(), Failure> {
    let is_practice = Destination::of(project, None)?.is_practice();
    for practice in [false, true] {
        let ledger = match existing_ledger(project, practice).await? {
            Some(ledger) => ledger,
            // A first `send` makes its ledger when it plans.
            None if is_practice || !practice => {
                project.own_folder(practice)?;
                ledger_for(project, practice, 1).await?
            }
            None => continue,
        };
        // Nobody sends with a ledger that was moved to another computer.
        if ledger.nature().await?.refuse_retired().is_ok() {
            ledger.stop(stop_row(project, EVERY_EDITION, StopKind::Paused), 0).await?;
        }
    }
    Ok(())
}

/// Whether a ledger has planned an edition, and somebody is still to get it.
async fn is_open(ledger: &AnyLedger, name: &str) -> Result<bool, Failure> {
    Ok(ledger.edition(name).await?.is_some() && ledger.counts(name).await?.open() > 0)
}

/// A stop of the same kind holds already; in practice everybody may have the edition, and then both are so.
fn stands(project: &Project, stop: &EditionStop, is_finished: bool) -> Failure {
    let (edition, words) = (&stop.edition, stop.words(project.settings.time_zone));
    if is_finished {
        return Failure::new(
            Exit::Nothing,
            format!("`{edition}` is finished in practice, and was {words} for the relay: there is nothing to stop"),
        )
            .help(format!("`roundup report {edition}` shows who got it"));
    }
    let doing = match stop.kind {
        StopKind::Cancelled => "cancel or pause",
        StopKind::Paused | StopKind::Resumed | StopKind::Timed => "pause",
    };
    Failure::new(Exit::Nothing, format!("`{edition}` was {words}: there is nothing to {doing}"))
        .help(format!("`roundup approve {edition} --show` shows what was decided"))
}

/// The rows by which an edition would go out, or is about to.
async fn times_of(ledger: &AnyLedger, edition: &str) -> Result<Vec<Occurrence>, Failure> {
    let mut rows = ledger.occurrences().await?;
    rows.retain(|row| {
        row.edition.as_deref() == Some(edition)
            && matches!(row.state, OccurrenceState::Waiting | OccurrenceState::Claimed)
    });
    Ok(rows)
}

/// Takes its times back. A computer that has claimed one has planned nothing: it finds the stop when it does.
async fn take_back(ledger: &AnyLedger, times: Vec<Occurrence>) -> Result<(), Failure> {
    for time in times {
        let now = system::now();
        ledger
            .step_occurrence(OccurrenceStep {
                schedule: time.schedule,
                day: time.day,
                from: time.state,
                to: OccurrenceState::Cancelled,
                at: now,
                closed_at: now,
                by: system::process_name(),
                why: "the edition was cancelled".to_owned(),
            })
            .await?;
    }
    Ok(())
}

/// Every edition that is approved or has a time, and is not planned: what `due` could send.
pub async fn unplanned(project: &Project) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let approved = ledger.approvals().await?.into_iter().map(|approval| approval.edition);
        let rows = ledger.occurrences().await?.into_iter();
        let waiting = rows.filter(|row| row.state == OccurrenceState::Waiting);
        let timed = waiting.filter_map(|row| row.edition);
        for name in approved.chain(timed) {
            if !names.contains(&name) && ledger.edition(&name).await?.is_none() {
                let decisions = ledger.decisions_of(&name).await?;
                if decisions.stop_without_approval().is_none() {
                    names.push(name);
                }
            }
        }
    }
    Ok(names)
}
