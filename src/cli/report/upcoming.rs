//! What is due next, what was missed, and what is approved and waits: a part of `roundup status`.
//! Shell: reads the ledger and the clock.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::EditionStop;
use crate::cli::due::facts::{unplanned, unsendable_words};
use crate::cli::steps::corrections::corrected_name;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::{Text, time_words, zone_name};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::count::{counted, listed};
use crate::ledger::{AnyLedger, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::{
    Occurrence, OccurrenceState, PlannedSending, Schedule, ScheduleFacts, unseen_days,
};

/// The longest `catch_up` that the settings may name.
const MOST_CATCH_UP_DAYS: u64 = 14;
/// Longer ago it is history.
const MISSED_SINCE: TimeDelta = TimeDelta::days(30);
/// Days that are named; the rest is counted.
const MOST_DAYS: usize = 6;
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
    /// Since when a day of the schedule is due that nothing has come of yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_since: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DateTime<Utc>>,
    waiting: Vec<Occurrence>,
    missed: Vec<Occurrence>,
    /// Editions that are approved as somebody last saw them, and not sent.
    approved: Vec<String>,
    /// Corrections among them: `due` passes them by.
    #[serde(skip)]
    by_hand: Vec<String>,
    /// Days that have passed without `due`.
    #[serde(flatten)]
    unseen: Option<UnseenDays>,
    /// Editions that somebody has paused or cancelled before they were planned.
    stopped: Vec<EditionStop>,
}

/// Days of the schedule that have passed, and that no run of `due` has looked at.
#[derive(Debug, Serialize)]
pub struct UnseenDays {
    #[serde(rename = "unseen_days")]
    days: Vec<NaiveDate>,
    /// When it ran last.
    due_ran: DateTime<Utc>,
    #[serde(skip)]
    zone: Tz,
}

impl UnseenDays {
    /// `2 days of the schedule have passed without roundup due: …; it ran last on …`
    pub fn words(&self) -> String {
        let days: Vec<String> =
            self.days.iter().map(|day| day.format("%-d %B %Y").to_string()).collect();
        let number = days.len() as u64;
        let have = if number == 1 { "has" } else { "have" };
        format!(
            "{} of the schedule {have} passed without `roundup due`: {}; it ran last on {}",
            counted(number, "day", "days"),
            listed(&days, MOST_DAYS),
            time_words(self.due_ran, self.zone)
        )
    }
}

/// When `due` ran last, and the days that have passed without it.
pub async fn unseen(
    project: &Project,
    ledger: &AnyLedger,
    now: DateTime<Utc>,
) -> Result<Option<UnseenDays>, Failure> {
    let schedule = project.schedule()?;
    let Some(phrase) = &schedule.phrase else { return Ok(None) };
    let followed = ledger.followed(&phrase.to_string(), now).await?;
    // Where it has never run, nothing was missed yet.
    let Some(begun) = followed.begun else { return Ok(None) };
    let rows = ledger.occurrences().await?;
    let editions = ledger.summaries().await?.into_iter();
    let planned: Vec<PlannedSending> = editions
        .map(|edition| PlannedSending {
            is_correction: edition.corrects.is_some(),
            at: edition.planned_at,
            edition: edition.name,
        })
        .collect();
    let days = unseen_days(&ScheduleFacts {
        now,
        schedule: &schedule,
        begun,
        rows: &rows,
        approved: &[],
        stopped: &[],
        planned: &planned,
        unfinished: &[],
    });
    // Earlier versions did not note their runs.
    let due_ran = followed.last_run.unwrap_or(begun);
    let zone = schedule.zone;
    Ok((!days.is_empty()).then_some(UnseenDays { days, due_ran, zone }))
}

pub async fn upcoming(project: &Project, screen: &Screen) -> Result<ScheduleOutlook, Failure> {
    let schedule = project.schedule()?;
    let now = system::now();
    let mut upcoming = ScheduleOutlook {
        time_zone: schedule.zone,
        every: schedule.phrase.as_ref().map(ToString::to_string),
        due_since: due_since(&schedule, &[], now),
        next: next(&schedule, now),
        waiting: Vec::new(),
        missed: Vec::new(),
        approved: Vec::new(),
        by_hand: Vec::new(),
        unseen: None,
        stopped: Vec::new(),
    };
    let practice = Destination::of(project, None)?.is_practice();
    let Some(ledger) = existing_ledger(project, practice).await? else { return Ok(upcoming) };
    let rows = ledger.occurrences().await?;
    upcoming.due_since = due_since(&schedule, &rows, now);
    let planned: Vec<String> =
        ledger.summaries().await?.into_iter().map(|edition| edition.name).collect();
    for row in rows {
        match row.state {
            // Somebody has sent it by hand: nothing waits any more.
            OccurrenceState::Waiting
                if row.edition.as_ref().is_some_and(|edition| planned.contains(edition)) => {}
            OccurrenceState::Waiting => upcoming.waiting.push(row),
            OccurrenceState::Missed if row.at > now - MISSED_SINCE => upcoming.missed.push(row),
            _ => {}
        }
    }
    let known = unplanned(project, &ledger, &planned, screen).await?;
    upcoming.approved = known.approved.into_iter().map(|edition| edition.name).collect();
    upcoming.by_hand.clone_from(&known.corrections);
    upcoming.approved.extend(known.corrections);
    upcoming.unseen = unseen(project, &ledger, now).await?;
    upcoming.stopped = known.stopped;
    for (name, why) in &known.unsendable {
        screen.warn(&unsendable_words(name, why));
    }
    Ok(upcoming)
}

/// When the latest day opened that may still begin, where no computer has begun it and nobody has ended it.
fn due_since(
    schedule: &Schedule,
    rows: &[Occurrence],
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let today: NaiveDate = now.with_timezone(&schedule.zone).date_naive();
    let first = today.checked_sub_days(Days::new(MOST_CATCH_UP_DAYS))?;
    let open = |day: &NaiveDate| {
        let is_settled = rows.iter().any(|row| row.day == *day && !row.is_once());
        schedule.slot(*day).may_begin(now) && !is_settled
    };
    schedule.days(first, today).filter(open).last().map(|day| schedule.slot(day).opens)
}

fn next(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today: NaiveDate = now.with_timezone(&schedule.zone).date_naive();
    let last = today.checked_add_days(Days::new(LOOK_AHEAD_DAYS))?;
    schedule.days(today, last).map(|day| schedule.slot(day).opens).find(|opens| *opens > now)
}

impl ScheduleOutlook {
    pub fn lines(&self, text: &mut Text) {
        let shown = |at| time_words(at, self.time_zone);
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
        let is_timed =
            |name: &&String| self.waiting.iter().any(|row| row.edition.as_ref() == Some(*name));
        for name in self.approved.iter().filter(|name| !is_timed(name)) {
            if self.by_hand.contains(name) {
                let first = corrected_name(name).unwrap_or_default();
                text.line(format!(
                    "{name} is approved, and goes out by hand: roundup send --correction {first}"
                ));
            } else {
                text.line(format!("{name} is approved, and not sent yet."));
            }
        }
        for stop in &self.stopped {
            let (name, words) = (&stop.edition, stop.words(self.time_zone));
            text.line(format!("{name} was {words}, and is not sent."));
        }
        if let (Some(every), Some(since)) = (&self.every, self.due_since) {
            let what = if self.approved.iter().all(|name| self.by_hand.contains(name)) {
                "nothing is approved for it"
            } else {
                "`roundup due` sends what is approved"
            };
            text.line(format!(
                "The schedule ({every}) is due now, since {}: {what}.",
                shown(since)
            ));
        }
        if let Some(unseen) = &self.unseen {
            text.line(format!("{}.", unseen.words()));
        }
        if let (Some(every), Some(next)) = (&self.every, self.next) {
            text.line(format!("The schedule ({every}) is due next on {}.", shown(next)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Settings;

    #[test]
    fn a_day_is_due_from_its_hour_until_something_came_of_it() {
        let settings = Settings {
            every: Some("first Tuesday".to_owned()),
            between: Some("09:00-17:00".to_owned()),
            catch_up: Some("3 days".to_owned()),
            ..Settings::default()
        };
        let schedule = Schedule::new(&settings, chrono_tz::Europe::London).unwrap();
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let opens = at("2026-12-01T09:00:00Z");
        for (now, since) in [
            ("2026-12-01T08:59:00Z", None),
            ("2026-12-01T09:00:00Z", Some(opens)),
            ("2026-12-01T16:59:00Z", Some(opens)),
            ("2026-12-03T10:00:00Z", Some(opens)),
            ("2026-12-05T10:00:00Z", None),
        ] {
            assert_eq!(due_since(&schedule, &[], at(now)), since, "{now}");
        }
        let row = |schedule: &str, state| Occurrence {
            schedule: schedule.to_owned(),
            day: "2026-12-01".parse().unwrap(),
            state,
            edition: None,
            opens_at: opens,
            at: opens,
            closed_at: opens,
            by: String::new(),
            why: String::new(),
        };
        let now = at("2026-12-01T10:00:00Z");
        for state in OccurrenceState::ALL {
            assert_eq!(due_since(&schedule, &[row("first Tuesday", state)], now), None);
            assert_eq!(due_since(&schedule, &[row("once 2026", state)], now), Some(opens));
        }
    }
}
