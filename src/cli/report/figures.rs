//! What became of editions: counted in the ledger, for one edition or a year.
//! Shell: reads the ledgers.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::report_of;
use crate::cli::steps::ledgers::{existing_ledger, window_of};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::ledger::aftermath::AftermathStore;
use crate::ledger::{AnyLedger, EditionSummary, Ledger, PlannedEdition};
use crate::project::Project;
use crate::report::Report;
use crate::report::complaints::ComplaintLevel;
use crate::report::figures::{AftermathRows, EditionFigures, Growth};
use crate::report::year::YearReport;
use crate::window::Window;

/// An edition's report with what became of it. `editions` are all of the ledger, the latest first.
pub async fn with_figures(
    project: &Project,
    ledger: &AnyLedger,
    planned: &PlannedEdition,
    editions: &[EditionSummary],
    practice: bool,
) -> Result<Report, Failure> {
    let mut report = report_of(project, ledger, planned, practice).await?;
    let name = &planned.name;
    let next =
        next_after(planned, editions).map_or(DateTime::<Utc>::MAX_UTC, |next| next.planned_at);
    let found = AftermathRows {
        stories: &planned.composition.stories,
        accepted: report.accepted,
        returns: ledger.returns_of_edition(name).await?,
        leavings: ledger.leavings_of_edition(name, next).await?,
        rows: &report.rows,
        growth: growth(ledger, planned, editions).await?,
        after_complaints: planned.after_complaints.clone(),
    };
    report.figures = Some(EditionFigures::new(found));
    Ok(report)
}

/// The edition after one: people who left after it left because of that one.
fn next_after<'a>(
    planned: &EditionSummary,
    editions: &'a [EditionSummary],
) -> Option<&'a EditionSummary> {
    editions
        .iter()
        .filter(|other| other.planned_at > planned.planned_at)
        .min_by_key(|other| other.planned_at)
}

/// The whole list is compared with the whole list: a segment or a correction is not growth.
async fn growth(
    ledger: &AnyLedger,
    planned: &EditionSummary,
    editions: &[EditionSummary],
) -> Result<Option<Growth>, Failure> {
    if !is_for_all(planned) {
        return Ok(None);
    }
    let earlier = editions.iter().filter(|other| other.planned_at < planned.planned_at);
    let Some(last) = earlier.filter(|other| is_for_all(other)).max_by_key(|other| other.planned_at)
    else {
        return Ok(None);
    };
    Ok(Some(Growth {
        since: last.name.clone(),
        before: ledger.progress(&last.name).await?.people,
        new: ledger.people_missing_from(&planned.name, &last.name).await?,
        gone: ledger.people_missing_from(&last.name, &planned.name).await?,
    }))
}

fn is_for_all(planned: &EditionSummary) -> bool {
    let segment = planned.list.as_ref().and_then(|list| list.segment.as_ref());
    planned.corrects.is_none() && segment.is_none()
}

/// The editions of a year, real ones or else those of practice: those whose windows lie in it.
pub async fn of_year(project: &Project, year: &str) -> Result<YearReport, Failure> {
    let window = Window::year(year, project.settings.time_zone)?;
    for practice in [false, true] {
        let Some(ledger) = existing_ledger(project, practice).await? else { continue };
        let editions = ledger.summaries().await?;
        let mut reports = Vec::new();
        for listed in &editions {
            let own = window_of(project, listed);
            let is_within = own.start >= window.start && own.end <= window.end;
            if is_within && let Some(planned) = ledger.edition(&listed.name).await? {
                reports.push(with_figures(project, &ledger, &planned, &editions, practice).await?);
            }
        }
        if !reports.is_empty() {
            return Ok(YearReport::new(year, reports));
        }
    }
    Err(Failure::new(Exit::Nothing, format!("no edition of {year} has been sent"))
        .help("`roundup status` shows what was sent; a year has the editions whose days lie in it"))
}

/// How long complaints about an edition may come in, and hold the next.
const COMPLAINTS_HOLD_DAYS: i64 = 90;

/// Refuses an edition while one before it has too many complaints, and nobody has decided to go on.
pub async fn refuse_after_complaints(
    ledger: Option<&AnyLedger>,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let Some(ledger) = ledger.filter(|_| reason.is_none()) else { return Ok(()) };
    let Some(held) = too_many_complaints(ledger, now).await? else { return Ok(()) };
    Err(Failure::new(Exit::Findings, held.to_string()).help(
        "find out why first (`roundup report` shows who left and why); then send with \
         --after-complaints \"what you have changed\"",
    ))
}

/// An edition that holds the next.
#[derive(Debug, Error)]
#[error("too many people reported `{edition}` as spam: {complained} of {accepted}")]
pub struct HeldByComplaints {
    pub edition: String,
    complained: u64,
    accepted: u64,
}

/// The edition with too many complaints, where nobody has decided to go on since.
pub async fn too_many_complaints(
    ledger: &AnyLedger,
    now: DateTime<Utc>,
) -> Result<Option<HeldByComplaints>, Failure> {
    let since = now - chrono::TimeDelta::days(COMPLAINTS_HOLD_DAYS);
    for planned in ledger.summaries().await?.iter().filter(|planned| planned.planned_at >= since) {
        let returns = ledger.returns_of_edition(&planned.name).await?;
        let complained = returns
            .iter()
            .filter(|one| one.kind == crate::ledger::returns::ReturnedKind::Complaint);
        let complained = complained.count() as u64;
        let accepted = ledger.counts(&planned.name).await?.accepted;
        if ComplaintLevel::of(complained, accepted) == ComplaintLevel::Held {
            let edition = planned.name.clone();
            return Ok(Some(HeldByComplaints { edition, complained, accepted }));
        }
        if planned.after_complaints.is_some() {
            // The person who decided then knew of everything before.
            return Ok(None);
        }
    }
    Ok(None)
}
