//! `roundup due`: sends what is approved and due, for cron and its like. It may run every five minutes, on several computers.
//! Shell: the ledger and the clock.

pub mod facts;
mod hints;
mod notices;
mod sending;
mod trouble;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

use crate::cli::globals::Globals;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, time_words, zone_name};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, Ledger, OccurrenceStep, ScheduleStore};
use crate::schedule::{
    Decision, HandSentOccurrence, MissedOccurrence, Occurrence, OccurrenceState, Schedule,
    after_missed, decide, needs_approval,
};

/// The same trouble is said once in this time: cron sends every word by email.
pub const REPEATED_EVERY: TimeDelta = TimeDelta::hours(1);

#[derive(Debug, Args)]
pub struct Arguments {
    /// Print what to add to cron, systemd, launchd or the Task Scheduler; install nothing
    #[arg(long)]
    install_hints: bool,
}

/// `roundup.due/1`.
#[derive(Serialize)]
struct DueReport<'a> {
    schema: &'static str,
    sent: &'a [SentEdition],
    missed: &'a [MissedReport],
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for_approval: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DateTime<Utc>>,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
    has_schedule: bool,
    /// How what is due is approved.
    #[serde(skip)]
    approve: String,
    /// Somebody is there to read what they did not look for.
    #[serde(skip)]
    is_seen: bool,
}

impl DueReport<'_> {
    fn new(schedule: &Schedule, decision: &Decision, screen: &Screen) -> Self {
        Self {
            schema: "roundup.due/1",
            sent: &[],
            missed: &[],
            waits_for_approval: decision.waits_for_approval,
            next: decision.next,
            time_zone: schedule.zone,
            has_schedule: schedule.phrase.is_some(),
            approve: String::new(),
            is_seen: screen.verbose || screen.asks,
        }
    }
}

/// What became of an edition that was due.
#[derive(Debug, Serialize)]
pub struct SentEdition {
    edition: String,
    day: NaiveDate,
    is_late: bool,
    /// The exit code of its `send`.
    exit: u8,
    #[serde(skip_serializing_if = "String::is_empty")]
    error: String,
}

#[derive(Debug, Serialize)]
struct MissedReport {
    day: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<String>,
    why: String,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    if arguments.install_hints {
        return hints::print(&globals.project()?, &globals.screen);
    }
    match Box::pin(look(globals)).await {
        Ok(exit) => Ok(exit),
        Err(failure) => trouble::once_an_hour(failure, globals).await,
    }
}

/// Does what is due now.
async fn look(globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let schedule = project.schedule()?;
    let destination = Destination::of(&project, None)?;
    let practice = destination.is_practice();
    let existing = ledgers::existing_ledger(&project, practice).await?;
    let ledger = match existing {
        Some(ledger) => ledger,
        // Without a schedule and without a ledger nothing can be due.
        None if schedule.phrase.is_none() => {
            screen.outcome(&DueReport::new(&schedule, &Decision::default(), screen))?;
            return Ok(Exit::Done);
        }
        None => {
            project.own_folder(practice)?;
            ledgers::ledger_for(&project, practice, 1).await?
        }
    };
    ledger.nature().await?.refuse_retired()?;
    let now = system::now();
    let mut known = facts::gather(&project, &ledger, &schedule, now, screen).await?;
    let mut decision = decide(&known.facts(&schedule, now));
    let missed = decision.missed.iter().filter_map(|missed| missed.edition.as_deref()).collect();
    if known.look_again(&project, &ledger, &missed, screen).await {
        decision = decide(&known.facts(&schedule, now));
    }
    let missed = record_missed(&ledger, &decision, now).await?;
    finish(&ledger, &decision, now).await?;
    record_by_hand(&ledger, &decision, now).await?;
    let mut sent = Vec::new();
    let mut exit = Exit::Done;
    for due in &decision.sends {
        let asked = known.asked(&due.edition);
        let Some((one, code)) =
            sending::send(&project, &ledger, &schedule, due, asked, globals).await?
        else {
            continue;
        };
        if code != Exit::Done {
            exit = code;
        }
        sent.push(one);
    }
    notices::notify_of_what_waits(&project, &ledger, &destination, &decision, screen).await?;
    let report = DueReport::new(&schedule, &decision, screen);
    let approve = notices::what_to_approve(&project, &destination).await?;
    screen.outcome(&DueReport { sent: &sent, missed: &missed, approve, ..report })?;
    Ok(exit)
}

/// Writes what was missed; gives what no other computer has written before.
async fn record_missed(
    ledger: &AnyLedger,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<Vec<MissedReport>, Failure> {
    let mut recorded = Vec::new();
    for missed in &decision.missed {
        let MissedOccurrence { schedule, day, opens_at, closed_at, edition, why, was } =
            missed.clone();
        let by = system::process_name();
        let is_mine = match was {
            None => {
                let row = Occurrence {
                    schedule,
                    day,
                    state: OccurrenceState::Missed,
                    edition: edition.clone(),
                    opens_at,
                    at: now,
                    closed_at,
                    by,
                    why: why.clone(),
                };
                ledger.claim_occurrence(row).await?
            }
            Some(from) => {
                let (to, why) = (OccurrenceState::Missed, why.clone());
                let step = OccurrenceStep { schedule, day, from, to, at: now, closed_at, by, why };
                ledger.step_occurrence(step).await?
            }
        };
        if is_mine {
            recorded.push(MissedReport { day, edition, why });
        }
    }
    Ok(recorded)
}

/// Editions that were finished elsewhere, or by hand.
async fn finish(
    ledger: &AnyLedger,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    for (schedule, day) in &decision.finished {
        for from in [OccurrenceState::Claimed, OccurrenceState::Waiting] {
            ledger
                .step_occurrence(OccurrenceStep {
                    schedule: schedule.clone(),
                    day: *day,
                    from,
                    to: OccurrenceState::Done,
                    at: now,
                    closed_at: now,
                    by: system::process_name(),
                    why: String::new(),
                })
                .await?;
        }
    }
    Ok(())
}

/// Days for which somebody has sent an edition: nothing was missed.
async fn record_by_hand(
    ledger: &AnyLedger,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    for HandSentOccurrence { schedule, day, opens_at, closed_at, edition } in &decision.by_hand {
        let row = Occurrence {
            schedule: schedule.clone(),
            day: *day,
            state: OccurrenceState::Done,
            edition: Some(edition.clone()),
            opens_at: *opens_at,
            at: now,
            closed_at: *closed_at,
            by: system::process_name(),
            why: "sent by hand".to_owned(),
        };
        ledger.claim_occurrence(row).await?;
    }
    Ok(())
}

/// What was missed and what is next. Where nothing happened nothing is said: cron sends every word by email.
impl Outcome for DueReport<'_> {
    fn text(&self, text: &mut Text) {
        for MissedReport { day, edition, why } in self.missed {
            let name = edition.as_ref().map_or(String::new(), |edition| format!(" (`{edition}`)"));
            let day = day.format("%-d %B %Y");
            text.warn(format!("the sending of {day}{name} was missed: {why}"));
            if let Some(edition) = edition {
                let word = if needs_approval(why) { "Next" } else { "To send it now" };
                text.say(format!("{word}: {}", after_missed(edition, why)));
            }
        }
        if !self.is_seen {
            return;
        }
        if self.sent.is_empty() {
            text.say(match self.waits_for_approval {
                Some(day) => format!(
                    "{} is due, and nothing is approved for it. Next: {}",
                    day.format("%-d %B %Y"),
                    self.approve
                ),
                None => "Nothing is due now.".to_owned(),
            });
        }
        if let Some(next) = self.next {
            text.say(format!("The next time is {}.", time_words(next, self.time_zone)));
        } else if !self.has_schedule {
            text.say(
                "roundup.toml has no schedule: add every = \"first Tuesday\" under [schedule], or give an edition a time with \
                 `roundup send EDITION --at TIME`.",
            );
        }
    }
}
