//! What is due next, what was missed, and what is approved and waits: a part of `roundup status`.
//! Shell: reads the ledger and the clock.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::EditionStop;
use crate::cli::due::facts::{unplanned, unsendable_words};
use crate::cli::send::at::shown_in;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::{Text, zone_name};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::{Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::{Occurrence, OccurrenceState, Schedule};

/// Longer ago it is history.
const MISSED_SINCE: TimeDelta = TimeDelta::days(30);
/// A yearly occurrence may be this far away.
const LOOK_AHEAD_DAYS: u64 = 400;

/// What the schedule has before it.
#[derive(Debug, Serialize)]
pub struct ScheduleOutlook {
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
    /// The phrase of `[schedule]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DateTime<Utc>>,
    waiting: Vec<Occurrence>,
    missed: Vec<Occurrence>,
    /// Editions that are approved as somebody last saw them, and not sent.
    approved: Vec<String>,
    /// Editions that somebody has paused or cancelled before they were planned.
    stopped: Vec<EditionStop>,
}

pub async fn upcoming(project: &Project, screen: &Screen) -> Result<ScheduleOutlook, Failure> {
    let schedule = Schedule::new(&project.settings.schedule, project.settings.time_zone)?;
    let now = system::now();
    let mut upcoming = ScheduleOutlook {
        time_zone: schedule.zone,
        every: schedule.phrase.as_ref().map(ToString::to_string),
        next: next(&schedule, now),
        waiting: Vec::new(),
        missed: Vec::new(),
        approved: Vec::new(),
        stopped: Vec::new(),
    };
    let practice = Destination::of(project, None)?.is_practice();
    let Some(ledger) = existing_ledger(project, practice).await? else { return Ok(upcoming) };
    for row in ledger.occurrences().await? {
        match row.state {
            OccurrenceState::Waiting => upcoming.waiting.push(row),
            OccurrenceState::Missed if row.at > now - MISSED_SINCE => upcoming.missed.push(row),
            _ => {}
        }
    }
    let planned: Vec<String> =
        ledger.summaries().await?.into_iter().map(|edition| edition.name).collect();
    let known = unplanned(project, &ledger, &planned, screen).await?;
    upcoming.approved = known.approved.into_iter().map(|edition| edition.name).collect();
    upcoming.approved.extend(known.corrections);
    upcoming.stopped = known.stopped;
    for (name, why) in &known.unsendable {
        screen.warn(&unsendable_words(name, why));
    }
    Ok(upcoming)
}

fn next(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today: NaiveDate = now.with_timezone(&schedule.zone).date_naive();
    let last = today.checked_add_days(Days::new(LOOK_AHEAD_DAYS))?;
    schedule.days(today, last).map(|day| schedule.slot(day).opens).find(|opens| *opens > now)
}

impl ScheduleOutlook {
    pub fn lines(&self, text: &mut Text) {
        let shown = |at| shown_in(at, self.time_zone);
        for row in &self.missed {
            let edition =
                row.edition.as_ref().map_or(String::new(), |name| format!(" of `{name}`"));
            text.line(format!(
                "The sending{edition} on {} was missed: {}.",
                row.day.format("%-d %B %Y"),
                row.why
            ));
        }
        for row in &self.waiting {
            let edition = row.edition.as_deref().unwrap_or_default();
            text.line(format!("{edition} is due on {}.", shown(row.opens_at)));
        }
        for name in &self.approved {
            text.line(format!("{name} is approved, and not sent yet."));
        }
        for stop in &self.stopped {
            let (name, words) = (&stop.edition, stop.words(self.time_zone));
            text.line(format!("{name} was {words}, and is not sent."));
        }
        if let (Some(every), Some(next)) = (&self.every, self.next) {
            text.line(format!("The schedule ({every}) is due next on {}.", shown(next)));
        }
    }
}
