//! `roundup send --at`: an approved edition gets a time, and `roundup due` sends it then.
//! Shell: the ledger.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{ApprovalState, StopKind};
use crate::cli::send::cancelled_run::refuse_cancelled;
use crate::cli::send::first_plan::is_planned;
use crate::cli::send::gate;
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen::frozen;
use crate::cli::steps::ledgers;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::practised::PRACTICE_ONLY;
use crate::cli::steps::prepare::prepare;
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, time_words};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::error::LedgerError;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::{
    CatchUp, Occurrence, OccurrenceHours, OccurrenceState, Schedule, once_name, read_moment,
};

/// A time further away is a mistake of the keyboard.
const FARTHEST: TimeDelta = TimeDelta::days(731);

/// `roundup.scheduled/1`.
#[derive(Serialize)]
struct ScheduledEdition<'a> {
    schema: &'static str,
    edition: &'a str,
    at: DateTime<Utc>,
    zone: &'a str,
    /// The time by the clock of the zone, as people read it.
    due: String,
    /// Whether it counts for practice only.
    practice: bool,
    /// What is missed by an hour waits for somebody's yes.
    asks_when_missed: bool,
}

impl Outcome for ScheduledEdition<'_> {
    fn text(&self, text: &mut Text) {
        let Self { edition, due, .. } = self;
        text.line(format!("{edition} is due on {due}."));
        if self.practice {
            text.line(PRACTICE_ONLY);
        }
        if self.asks_when_missed {
            text.say("If `roundup due` does not run within an hour of that, it asks you instead.");
        }
        text.say(format!(
            "`roundup due` sends it, where it runs every five minutes (`roundup due --install-hints`). To take the time back: \
             roundup cancel {edition}"
        ));
    }
}

/// Nobody waits for a correction: `due` leaves it to people.
fn refuse_correction(chosen: &ChosenEdition) -> Result<(), Failure> {
    let Some(whom) = &chosen.audience.correction else { return Ok(()) };
    Err(Failure::new(
        Exit::Usage,
        "a correction gets no time: it goes out by hand, as soon as it is approved",
    )
    .help(format!("send it when you are ready: roundup send --correction {}", whom.edition)))
}

/// What was planned goes on by itself, or was cancelled for good.
async fn refuse_begun(ledger: &AnyLedger, edition: &str, zone: Tz) -> Result<(), Failure> {
    if !is_planned(Some(ledger), edition).await? {
        return Ok(());
    }
    refuse_cancelled(ledger, edition, zone).await?;
    Err(Failure::new(
        Exit::Usage,
        format!("`{edition}` was sent, or has begun: it gets no other time"),
    )
    .help(format!("`roundup report {edition}` shows who got it")))
}

/// Stores the time of an edition, where it is approved.
pub async fn set_time(
    project: &Project,
    chosen: &ChosenEdition,
    destination: &Destination,
    text: &str,
    screen: &Screen,
) -> Result<Exit, Failure> {
    refuse_correction(chosen)?;
    let (schedule, now) = (project.schedule()?, system::now());
    let at = moment(text, &schedule, now)?;
    let (edition, practice) = (&chosen.name, destination.is_practice());
    let existing = ledgers::existing_ledger(project, practice).await?;
    if let Some(ledger) = &existing {
        refuse_begun(ledger, edition, schedule.zone).await?;
    }
    let list = mailing_list(project, practice, &chosen.audience).await?;
    let examples = destination.takes_examples();
    let prepared =
        prepare(project, chosen, Some(Arc::clone(&list)), examples, Reach::Project, screen).await?;
    let seen = frozen(project, chosen, &prepared)?;
    let needed = project.settings.approval.people.max(1);
    let mut decisions = gate::decisions(existing.as_ref(), edition).await?;
    let stops_seen = decisions.stops_seen();
    let is_stopped = ApprovalState::of(needed, &decisions, &seen).stopped.is_some();
    let timed = stop_row(project, edition, StopKind::Timed);
    // A time is a new decision: what was approved counts again.
    if is_stopped {
        decisions.stops.push(timed.clone());
    }
    let state = ApprovalState::of(needed, &decisions, &seen);
    gate::refuse_unapproved(edition, &chosen.argument, &state, project)?;
    drop(existing);
    let ledger = ledgers::ledger_for(project, practice, 1).await?;
    ledger.nature().await?.refuse_retired()?;
    if is_stopped && !ledger.stop(timed, stops_seen).await? {
        return Err(LedgerError::StoppedMeanwhile { edition: edition.clone() }.into());
    }
    let slot = OccurrenceHours::once(at, schedule.between, schedule.catch_up, schedule.zone);
    let row = Occurrence {
        schedule: once_name(edition),
        day: at.with_timezone(&schedule.zone).date_naive(),
        state: OccurrenceState::Waiting,
        edition: Some(edition.clone()),
        opens_at: at,
        at: now,
        closed_at: slot.closes,
        by: system::process_name(),
        why: String::new(),
    };
    if !ledger.set_time(row).await? {
        return Err(Failure::new(
            Exit::Failed,
            format!("`{edition}` is being sent now: it gets no other time"),
        )
        .help(format!("to stop it: roundup pause {edition}")));
    }
    screen.outcome(&ScheduledEdition {
        schema: "roundup.scheduled/1",
        edition,
        at,
        zone: schedule.zone.name(),
        due: shown(at, &schedule),
        practice,
        asks_when_missed: schedule.catch_up == CatchUp::Ask,
    })?;
    Ok(Exit::Done)
}

fn moment(text: &str, schedule: &Schedule, now: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
    let typed: String = text.escape_debug().take(40).collect();
    let at = read_moment(text, schedule.zone).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{typed}` is not a time"))
            .help("write the day and the hour: --at \"2027-01-05 10:00\"")
    })?;
    if at <= now {
        return Err(Failure::new(Exit::Usage, format!("`{typed}` has passed"))
            .help("give a time to come, or leave out --at to send it now"));
    }
    if at > now + FARTHEST {
        return Err(Failure::new(Exit::Usage, format!("`{typed}` is more than two years away"))
            .help("check the year"));
    }
    Ok(at)
}

/// A time by the clock of the schedule.
pub fn shown(at: DateTime<Utc>, schedule: &Schedule) -> String {
    time_words(at, schedule.zone)
}
