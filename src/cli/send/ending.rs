//! How a run ended, in words and as an exit code: what went out, what is left, and how to go on.
//! Shell: prints.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::cli::report::resume_command;
use crate::cli::send::not_covered::NotCoveredPeople;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::{Screen, people};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::report::{EditionPhase, Report};
use crate::send::config::{Pause, RunEnd};
use crate::send::verdict::ANSWERED;

/// `roundup.send/1`.
#[derive(Serialize)]
struct SendOutcome<'a> {
    schema: &'static str,
    edition: &'a str,
    dry_run: bool,
    people: u64,
    /// Whom it is for, where it is not for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<&'a str>,
    messages: u64,
    hash: &'a str,
    /// Why it is not at its end, and what to do.
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    cure: &'a str,
    report: &'a Report,
    #[serde(skip)]
    end: &'a RunEnd,
}

/// Prints what a run did, and gives the exit code: or the reason why it is not at its end, with a cure.
pub fn tell_end(end: &RunEnd, report: &Report, zone: Tz, screen: &Screen) -> Result<Exit, Failure> {
    let exit = exit_of(end, report);
    let reason = reason(end, report, zone);
    let cure = if waits(end) { cure(end, report) } else { String::new() };
    screen.outcome(&SendOutcome {
        schema: "roundup.send/1",
        edition: &report.edition,
        dry_run: false,
        people: report.people,
        segment: report.segment.as_deref(),
        messages: report.accepted,
        hash: &report.hash,
        reason: &reason,
        cure: &cure,
        report,
        end,
    })?;
    if waits(end) {
        return Err(Failure::new(exit, reason).help(cure));
    }
    Ok(exit)
}

/// Whether it stopped by itself, before its end: that is a failure with a cure.
fn waits(end: &RunEnd) -> bool {
    match end {
        RunEnd::Waiting { .. }
        | RunEnd::Paused { .. }
        | RunEnd::Unreachable { .. }
        | RunEnd::Halted => true,
        RunEnd::Finished | RunEnd::Cancelled | RunEnd::Interrupted => false,
    }
}

impl Outcome for SendOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let name = self.edition;
        text.line(format!("{name}: {}.", self.report.arithmetic()));
        if self.report.practice && self.messages > 0 {
            text.say(
                "The messages are in outbox/, a Maildir that mail programs can open. Nothing was \
                 sent.",
            );
        }
        match self.end {
            RunEnd::Finished => text.say(format!("Next: roundup report {name}")),
            RunEnd::Cancelled => {
                text.say(self.reason);
                text.say(format!("Next: roundup report {name}"));
            }
            RunEnd::Interrupted => {
                text.say(format!("Stopped. To resume: {}", resume(self.end, self.report)));
            }
            // Said as the failure that it is.
            RunEnd::Waiting { .. }
            | RunEnd::Paused { .. }
            | RunEnd::Unreachable { .. }
            | RunEnd::Halted => {}
        }
    }
}

/// What an edition is that nothing more is sent of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditionNow {
    /// Just now.
    Cancelled,
    CancelledBefore,
    Finished,
}

/// `roundup.report/1`: an edition of which nothing more is sent.
#[derive(Serialize)]
pub struct EndedEdition<'a> {
    #[serde(flatten)]
    pub report: &'a Report,
    #[serde(skip)]
    pub now: EditionNow,
    /// People whom it means now, and did not when it was planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<&'a NotCoveredPeople>,
}

impl Outcome for EndedEdition<'_> {
    fn text(&self, text: &mut Text) {
        let Self { report, now, not_covered } = self;
        let word = match now {
            EditionNow::Cancelled => "is cancelled",
            EditionNow::CancelledBefore => "was cancelled",
            EditionNow::Finished => "is finished",
        };
        text.line(format!("{} {word}: {}.", report.edition, report.arithmetic()));
        if let Some(others) = not_covered {
            others.lines(text);
        }
        text.say(format!("Next: roundup report {}", report.edition));
    }
}

/// What the people in charge of the newsletter should know of it: that it is done, or why it is not and waits for them.
pub fn notice(end: &RunEnd, report: &Report, zone: Tz) -> Option<OperatorNotice> {
    let name = &report.edition;
    match end {
        RunEnd::Finished => Some(OperatorNotice::new(
            NoticeTopic::Finished,
            &format!("{name} was sent"),
            &format!("{name}: {}.", report.arithmetic()),
            &format!("roundup report {name}"),
        )),
        RunEnd::Paused { .. } | RunEnd::Unreachable { .. } | RunEnd::Halted => {
            Some(OperatorNotice::new(
                NoticeTopic::Paused,
                &format!("{name} is paused"),
                &format!("{name}: {}.", reason(end, report, zone)),
                &cure(end, report),
            ))
        }
        // It goes on by itself, or somebody is there.
        RunEnd::Waiting { .. } | RunEnd::Cancelled | RunEnd::Interrupted => None,
    }
}

/// What to do where a run is not at its end.
fn cure(end: &RunEnd, report: &Report) -> String {
    let first = match end {
        RunEnd::Paused { cure, .. } if !cure.is_empty() => format!("{cure}. Then: "),
        RunEnd::Unreachable { why } if why.starts_with(ANSWERED) => {
            format!("{ANSWER_CURE}. Then: ")
        }
        RunEnd::Unreachable { .. } => format!("{RELAY_CURE}. Then: "),
        _ => String::new(),
    };
    format!("{first}{}", still_to_go(end, report))
}

fn exit_of(end: &RunEnd, report: &Report) -> Exit {
    let settled = report.accepted + report.suppressed + report.cancelled + report.closed;
    match end {
        RunEnd::Finished if settled == report.people => Exit::Done,
        RunEnd::Finished | RunEnd::Cancelled => Exit::Partly,
        RunEnd::Waiting { .. }
        | RunEnd::Paused { .. }
        | RunEnd::Unreachable { .. }
        | RunEnd::Halted => Exit::Later,
        RunEnd::Interrupted => Exit::Interrupted,
    }
}

/// Why a run ended before everybody had their message.
fn reason(end: &RunEnd, report: &Report, zone: Tz) -> String {
    match end {
        RunEnd::Finished => String::new(),
        RunEnd::Waiting { until, why: Pause::Deferred } => format!(
            "the relay wants {} to be tried again later, from {} on",
            people(report.deferred),
            local(*until, zone)
        ),
        RunEnd::Waiting { why: Pause::BrokenOff, .. } => {
            let (whom, them) = if report.deferred == 1 {
                ("one person is named", "that person")
            } else {
                ("some people are named", "those people")
            };
            format!("the relay breaks off whenever {whom}: a later run tries {them} again")
        }
        RunEnd::Waiting { until, why: Pause::Hours | Pause::Others } => {
            format!("outside the hours for sending: it can resume from {} on", local(*until, zone))
        }
        RunEnd::Halted => "it was paused".to_owned(),
        RunEnd::Cancelled => "it was cancelled: nobody else gets it".to_owned(),
        RunEnd::Paused { why, .. } | RunEnd::Unreachable { why } => why.clone(),
        RunEnd::Interrupted => "stopped on request; nobody is mailed twice".to_owned(),
    }
}

/// A moment as the newsletter's own clocks show it.
fn local(at: DateTime<Utc>, zone: Tz) -> impl std::fmt::Display {
    at.with_timezone(&zone).format("%H:%M on %-d %B")
}

/// What to do when the relay has been away, or has made no sense, for as long as the run is patient.
const RELAY_CURE: &str = "look whether this computer is online and ROUNDUP_RELAY names the right server and port; if both are \
                          right, ask the relay's provider";

/// The same when it is there, and said no each time.
const ANSWER_CURE: &str = "the relay can be reached, and has taken nothing for a while: wait an hour; if it says the same \
                           then, send its words to its provider";

/// What is left, and how to go on. That nobody was missed is said only where the rows prove it.
fn still_to_go(end: &RunEnd, report: &Report) -> String {
    let left = report.planned + report.deferred;
    let missed = report.rejected + report.uncertain + report.expired;
    let so_far = if missed == 0 {
        format!("nobody was missed: {} left", people(left))
    } else {
        format!(
            "{} left; not delivered or uncertain: {} (see `roundup report {}`)",
            people(left),
            people(missed),
            report.edition
        )
    };
    format!("{so_far}. To resume: {}", resume(end, report))
}

/// As long as other computers finish their messages the report does not say that it is paused: the end of this run does.
fn resume(end: &RunEnd, report: &Report) -> String {
    let is_paused = report.state == EditionPhase::Paused || matches!(end, RunEnd::Halted);
    resume_command(&report.edition, is_paused)
}
