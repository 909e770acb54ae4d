//! How a run ended, in words and as an exit code: what went out, what is left, and how to go on.
//! Shell: prints.

use crate::cli::send::announce::SendReport;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, people};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::report::Report;
use crate::send::config::{End, Pause};

/// Prints what a run did, and gives the exit code: or the reason why it is not at its end, with a cure.
pub fn tell_end(end: &End, report: &Report, screen: &Screen) -> Result<Exit, Failure> {
    let name = &report.edition;
    let exit = exit_of(end, report);
    if screen.json {
        screen.object(&SendReport {
            schema: "roundup.send/1",
            edition: name,
            dry_run: false,
            people: report.people,
            segment: report.segment.clone(),
            messages: report.accepted,
            hash: &report.hash,
            bytes_largest: None,
            folder: None,
            report: Some(report),
        })?;
    } else {
        screen.print(&format!("{name}: {}.", report.arithmetic()))?;
        if report.practice && report.accepted > 0 {
            screen.say(
                "The messages are in outbox/, a Maildir that mail programs can open. Nothing was \
                 sent.",
            );
        }
    }
    match end {
        End::Finished | End::Cancelled => {
            if *end == End::Cancelled {
                screen.say(&reason(end, report));
            }
            screen.say(&format!("Next: roundup report {name}"));
            Ok(exit)
        }
        End::Interrupted => {
            screen.say(&format!("Stopped. To resume: roundup send {name}"));
            Ok(exit)
        }
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } | End::Halted => {
            Err(Failure::new(exit, reason(end, report)).help(cure(end, report)))
        }
    }
}

/// What whoever looks after the newsletter should know of it: that it is done, or why it is not and waits for them.
pub fn notice(end: &End, report: &Report) -> Option<OperatorNotice> {
    let name = &report.edition;
    match end {
        End::Finished => Some(OperatorNotice::new(
            NoticeTopic::Finished,
            &format!("{name} was sent"),
            &format!("{name}: {}.", report.arithmetic()),
            &format!("roundup report {name}"),
        )),
        End::Paused { .. } | End::Unreachable { .. } | End::Halted => Some(OperatorNotice::new(
            NoticeTopic::Paused,
            &format!("{name} is paused"),
            &format!("{name}: {}.", reason(end, report)),
            &cure(end, report),
        )),
        // It goes on by itself, or somebody is there.
        End::Waiting { .. } | End::Cancelled | End::Interrupted => None,
    }
}

/// What to do where a run is not at its end.
fn cure(end: &End, report: &Report) -> String {
    let first = match end {
        End::Paused { cure, .. } if !cure.is_empty() => format!("{cure}. Then: "),
        End::Unreachable { .. } => format!("{RELAY_CURE}. Then: "),
        _ => String::new(),
    };
    format!("{first}{}", still_to_go(report))
}

fn exit_of(end: &End, report: &Report) -> Exit {
    let settled = report.accepted + report.suppressed + report.cancelled + report.closed;
    match end {
        End::Finished if settled == report.people => Exit::Done,
        End::Finished | End::Cancelled => Exit::Partly,
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } | End::Halted => {
            Exit::Later
        }
        End::Interrupted => Exit::Interrupted,
    }
}

/// Why a run ended before everybody had their message.
fn reason(end: &End, report: &Report) -> String {
    match end {
        End::Finished => String::new(),
        End::Waiting { until, why: Pause::Deferred } => format!(
            "the relay wants {} to be tried again later, from {} UTC on",
            people(report.deferred),
            until.format("%H:%M on %-d %B")
        ),
        End::Waiting { until, why: Pause::Hours | Pause::Others } => format!(
            "outside the hours for sending: it can resume from {} UTC on",
            until.format("%H:%M on %-d %B")
        ),
        End::Halted => "it was paused".to_owned(),
        End::Cancelled => "it was cancelled: nobody else gets it".to_owned(),
        End::Paused { why, .. } | End::Unreachable { why } => why.clone(),
        End::Interrupted => "stopped on request; nobody is mailed twice".to_owned(),
    }
}

/// What to do when the relay has been away, or has made no sense, for as long as the run is patient.
const RELAY_CURE: &str = "look whether this computer is online and ROUNDUP_RELAY names the right server and port; if both are \
                          right, ask the relay's provider";

/// What is left, and how to go on. That nobody was missed is said only where the rows prove it.
fn still_to_go(report: &Report) -> String {
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
    format!("{so_far}. To resume: roundup send {}", report.edition)
}
