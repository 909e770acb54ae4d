//! What is due next, what was missed, and what is approved and waits: a part of `roundup status`.
//! Shell: reads the ledger and the clock.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::EditionStop;
use crate::cli::due::facts::{KnownSchedule, unplanned, unsendable_words};
use crate::cli::steps::approved_now::NextEditionNow;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::steps::next_edition::UnsentEdition;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::{Text, time_words, zone_name};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::count::{counted, listed};
use crate::ledger::AnyLedger;
use crate::project::Project;
use crate::schedule::{
    ApprovedEdition, Occurrence, OccurrenceState, Schedule, decide, unseen_days,
};

/// Longer ago it is history.
const MISSED_SINCE: TimeDelta = TimeDelta::days(30);
/// What is said where nobody has set `due` up, and what to do.
pub const NEVER_RAN: &str = "`roundup due` has never run: nothing goes out by itself";
pub const INSTALL: &str =
    "`roundup due --install-hints` prints the line to add to cron or its like";
/// Days that are named; the rest is counted.
const MOST_DAYS: usize = 6;
/// A yearly occurrence may be this far away.
const LOOK_AHEAD_DAYS: u64 = 400;

/// What the schedule has before it.
#[derive(Debug, Serialize)]
pub struct ScheduleOutlook {
    #[serde(serialize_with = "zone_name")]
    pub time_zone: Tz,
    /// The phrase of `[schedule]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    /// Since when a day of the schedule is due that nothing has come of yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_since: Option<DateTime<Utc>>,
    /// The edition that `due` sends on that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    sends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DateTime<Utc>>,
    waiting: Vec<Occurrence>,
    missed: Vec<Occurrence>,
    /// Editions that are approved, and not sent.
    approved: Vec<String>,
    /// Those among them that were approved for a day that has passed, or by a clock that was ahead.
    not_taken: Vec<String>,
    /// Editions that have changed since their approval.
    changed: Vec<String>,
    /// Corrections among them: `due` passes them by.
    #[serde(skip)]
    by_hand: Vec<String>,
    /// What comes next of each edition, and how it is approved again.
    #[serde(skip)]
    steps: BTreeMap<String, EditionSteps>,
    /// Days that have passed without `due`.
    #[serde(flatten)]
    unseen: Option<UnseenDays>,
    /// Something waits for `due`, which has never run.
    never_ran: bool,
    /// Editions that somebody has paused or cancelled before they were planned.
    stopped: Vec<EditionStop>,
}

/// What to type for an edition.
#[derive(Debug)]
struct EditionSteps {
    next: String,
    approve: String,
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
    fn of(known: &KnownSchedule, schedule: &Schedule, now: DateTime<Utc>) -> Option<Self> {
        // Whoever has never run it has missed nothing yet.
        let begun = known.followed.begun?;
        let days = unseen_days(&known.facts(schedule, now));
        // Earlier versions did not note their runs.
        let due_ran = known.followed.last_run.unwrap_or(begun);
        (!days.is_empty()).then_some(Self { days, due_ran, zone: schedule.zone })
    }

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

/// What has come of `due` so far, as `doctor` judges it.
pub enum DueRuns {
    Never,
    Passed(UnseenDays),
    AsPlanned,
}

/// Whether `due` runs as it must. Without a ledger it has never run.
///
/// # Errors
/// When the ledger cannot be read, or the schedule is wrong.
pub async fn due_runs(
    project: &Project,
    ledger: Option<&AnyLedger>,
    now: DateTime<Utc>,
) -> Result<DueRuns, Failure> {
    let schedule = project.schedule()?;
    let known = match ledger {
        Some(ledger) => KnownSchedule::read(ledger, &schedule, now).await?,
        None => KnownSchedule::default(),
    };
    if known.waits_in_vain(&schedule) {
        return Ok(DueRuns::Never);
    }
    Ok(UnseenDays::of(&known, &schedule, now).map_or(DueRuns::AsPlanned, DueRuns::Passed))
}

/// The schedule, and what people have decided about editions that are not planned.
pub async fn upcoming(
    project: &Project,
    coming: &NextEditionNow,
    screen: &Screen,
) -> Result<ScheduleOutlook, Failure> {
    let schedule = project.schedule()?;
    let now = system::now();
    let mut upcoming = ScheduleOutlook {
        time_zone: schedule.zone,
        every: schedule.phrase.as_ref().map(ToString::to_string),
        due_since: None,
        sends: None,
        next: next(&schedule, now),
        waiting: Vec::new(),
        missed: Vec::new(),
        approved: Vec::new(),
        not_taken: Vec::new(),
        changed: Vec::new(),
        by_hand: Vec::new(),
        steps: steps(&coming.next.unsent),
        unseen: None,
        never_ran: KnownSchedule::default().waits_in_vain(&schedule),
        stopped: Vec::new(),
    };
    let practice = Destination::of(project, None)?.is_practice();
    let Some(ledger) = existing_ledger(project, practice).await? else {
        upcoming.due_since = decide(&KnownSchedule::default().facts(&schedule, now)).open_since;
        return Ok(upcoming);
    };
    let known = KnownSchedule::read(&ledger, &schedule, now).await?;
    let planned = known.planned();
    for row in &known.rows {
        match row.state {
            // Somebody has sent it by hand: nothing waits any more.
            OccurrenceState::Waiting
                if row.edition.as_ref().is_some_and(|edition| planned.contains(edition)) => {}
            OccurrenceState::Waiting => upcoming.waiting.push(row.clone()),
            OccurrenceState::Missed if row.at > now - MISSED_SINCE => {
                upcoming.missed.push(row.clone());
            }
            _ => {}
        }
    }
    let decided = unplanned(project, &ledger, &planned, screen).await?;
    for (name, why) in &decided.unsendable {
        screen.warn(&unsendable_words(name, why));
    }
    upcoming.never_ran = known.waits_in_vain(&schedule);
    upcoming.unseen = UnseenDays::of(&known, &schedule, now);
    upcoming.stopped.clone_from(&decided.stopped);
    upcoming.by_hand.clone_from(&decided.corrections);
    upcoming.decide(&known.with(decided, &coming.changed), &schedule, now);
    upcoming.take_corrections(&coming.changed);
    Ok(upcoming)
}

fn steps(unsent: &[UnsentEdition]) -> BTreeMap<String, EditionSteps> {
    let steps = |edition: &UnsentEdition| {
        let (next, approve) = (edition.next.clone(), edition.approve_command());
        (edition.edition.clone(), EditionSteps { next, approve })
    };
    unsent.iter().map(steps).collect()
}

fn next(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today: NaiveDate = now.with_timezone(&schedule.zone).date_naive();
    let last = today.checked_add_days(Days::new(LOOK_AHEAD_DAYS))?;
    schedule.days(today, last).map(|day| schedule.slot(day).opens).find(|opens| *opens > now)
}

impl ScheduleOutlook {
    /// What `due` would do now, by the same decision.
    fn decide(&mut self, known: &KnownSchedule, schedule: &Schedule, now: DateTime<Utc>) {
        let decision = decide(&known.facts(schedule, now));
        let (changed, good): (Vec<_>, Vec<_>) =
            known.approved.iter().partition(|edition| edition.has_changed);
        let names = |editions: &[&ApprovedEdition]| -> Vec<String> {
            editions.iter().map(|edition| edition.name.clone()).collect()
        };
        self.changed = names(&changed);
        self.approved = names(&good);
        let passed: Vec<_> = good.into_iter().filter(|one| !decision.takes(one, now)).collect();
        self.not_taken = names(&passed);
        self.due_since = decision.open_since;
        let sent = decision.sent_now().filter(|name| !self.changed.iter().any(|one| one == name));
        self.sends = sent.map(str::to_owned);
    }

    /// Corrections are approved or have changed as editions are.
    fn take_corrections(&mut self, changed: &BTreeSet<String>) {
        for name in &self.by_hand {
            let list = if changed.contains(name) { &mut self.changed } else { &mut self.approved };
            list.push(name.clone());
        }
    }

    fn next_step(&self, edition: &str) -> String {
        let known = self.steps.get(edition).map(|steps| steps.next.clone());
        known.unwrap_or_else(|| "roundup status".to_owned())
    }

    fn approve_step(&self, edition: &str) -> String {
        let known = self.steps.get(edition).map(|steps| steps.approve.clone());
        known.unwrap_or_else(|| format!("roundup approve {edition}"))
    }

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
                text.line(format!(
                    "{name} is approved, and goes out by hand. Next: {}",
                    self.next_step(name)
                ));
            } else if self.every.is_some() && self.not_taken.contains(name) {
                text.line(format!(
                    "{name} is approved, but not for the next day of the schedule: `{}` approves it for that.",
                    self.approve_step(name)
                ));
            } else {
                text.line(format!("{name} is approved, and not sent yet."));
            }
        }
        for name in &self.changed {
            text.line(format!(
                "{name} has changed since its approval, and is not sent. Next: {}",
                self.approve_step(name)
            ));
        }
        for stop in &self.stopped {
            let (name, words) = (&stop.edition, stop.words(self.time_zone));
            text.line(format!("{name} was {words}, and is not sent."));
        }
        if let (Some(every), Some(since)) = (&self.every, self.due_since) {
            let what = match &self.sends {
                Some(edition) => format!("`roundup due` sends {edition}"),
                None => "nothing is approved for it".to_owned(),
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
        if self.never_ran {
            text.line(format!("{NEVER_RAN}. {INSTALL}."));
        }
    }
}
