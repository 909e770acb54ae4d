//! One edition that is due: looked at again, claimed, and sent as `roundup send` sends it.
//! Shell: the ledger, the list, the relay.

use chrono::Utc;

use crate::cli::due::{REPEATED_EVERY, SentEdition};
use crate::cli::globals::Globals;
use crate::cli::send::arguments::Arguments;
use crate::cli::send::gate;
use crate::cli::send::planned::is_sending;
use crate::cli::steps::approved_now::approval_now;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::notices::notify;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, Ledger, OccurrenceStep, RunControl, ScheduleStore};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::project::Project;
use crate::schedule::{DueSend, Occurrence, OccurrenceState, Schedule, once_name};

/// Sends it, where this computer is the one that claims it. `None` where another did.
pub async fn send(
    project: &Project,
    ledger: &AnyLedger,
    schedule: &Schedule,
    due: &DueSend,
    asked: EditionArguments,
    globals: &Globals,
) -> Result<Option<(SentEdition, Exit)>, Failure> {
    if !goes_on(project, ledger, &due.edition).await? {
        return Ok(None);
    }
    if ledger.edition(&due.edition).await?.is_none() {
        // What was approved is what is sent: an edition that has changed, or that somebody has stopped, is not even claimed.
        match approval_now(project, ledger, &asked, &globals.screen).await {
            // Whoever stopped it has said all there is to say.
            Ok(state) if state.stopped.is_some() => return Ok(None),
            Ok(state) => {
                if let Err(failure) =
                    gate::refuse_unapproved(&due.edition, &asked.typed(), &state, project)
                {
                    return Ok(Some(ended(project, ledger, due, Err(failure), globals).await?));
                }
            }
            Err(failure) => {
                return Ok(Some(ended(project, ledger, due, Err(failure), globals).await?));
            }
        }
    }
    if !due.is_begun && !claim(ledger, schedule, due).await? {
        return Ok(None);
    }
    // One object is printed, and it is that of `due`.
    let own = Globals { screen: globals.screen.within(), project: globals.project.clone() };
    let result = Box::pin(crate::cli::send::run(order(asked), &own)).await;
    let is_finished = match ledger.edition(&due.edition).await? {
        Some(_) => ledger.progress(&due.edition).await?.open == 0,
        None => false,
    };
    if is_finished {
        let now = system::now();
        let why = String::new();
        step(ledger, due, OccurrenceState::Claimed, OccurrenceState::Done, now, why).await?;
    }
    Ok(Some(ended(project, ledger, due, result, globals).await?))
}

/// Whether there is something to do: an edition that somebody has paused waits for them, and one that is being sent with a
/// ledger in a file needs nobody else.
async fn goes_on(project: &Project, ledger: &AnyLedger, edition: &str) -> Result<bool, Failure> {
    if ledger.edition(edition).await?.is_none() {
        return Ok(true);
    }
    let practice = Destination::of(project, None)?.is_practice();
    let is_elsewhere =
        ledger.lease().is_none() && is_sending(project, ledger, edition, practice).await?;
    Ok(!is_elsewhere && ledger.edition_state(edition).await?.control == RunControl::Go)
}

/// The same as somebody would type, without the number: it was approved.
fn order(which: EditionArguments) -> Arguments {
    Arguments {
        which,
        correction: None,
        those_in_doubt: false,
        dry_run: false,
        out: None,
        sample: None,
        confirm: None,
        after_complaints: None,
        at: None,
        unattended: true,
        relay: None,
        rate: None,
        connections: None,
        unpause: false,
        trust_ledger: false,
    }
}

/// What became of it. What went wrong is said once an hour: cron sends every word by email.
async fn ended(
    project: &Project,
    ledger: &AnyLedger,
    due: &DueSend,
    result: Result<Exit, Failure>,
    globals: &Globals,
) -> Result<(SentEdition, Exit), Failure> {
    let screen = &globals.screen;
    let (exit, error) = match result {
        Ok(exit) => (exit, String::new()),
        Err(failure) => {
            let kind = format!("due {}: {}", due.edition, failure.what);
            let may = ledger.claim_notice(&kind, REPEATED_EVERY, system::now()).await?;
            if screen.asks || screen.verbose || may {
                screen.failure_for_people(&failure);
            }
            // What goes on by itself, or was paused, `send` has made known.
            if failure.exit != Exit::Later {
                let destination = Destination::of(project, None)?;
                let notice = not_sent(&due.edition, &failure);
                notify(project, ledger, &destination, Some(notice), screen).await;
            }
            (failure.exit, failure.what)
        }
    };
    let sent = SentEdition {
        edition: due.edition.clone(),
        day: due.day,
        is_late: due.is_late,
        exit: exit as u8,
        error,
    };
    Ok((sent, exit))
}

fn not_sent(edition: &str, failure: &Failure) -> OperatorNotice {
    let subject = format!("{edition} was due, and was not sent");
    let cure = failure.help.as_deref().unwrap_or_default();
    OperatorNotice::new(NoticeTopic::Paused, &subject, &failure.what, cure)
}

/// True for the one computer that begins it.
async fn claim(ledger: &AnyLedger, schedule: &Schedule, due: &DueSend) -> Result<bool, Failure> {
    let now = system::now();
    if due.schedule == once_name(&due.edition) {
        let (from, to) = (OccurrenceState::Waiting, OccurrenceState::Claimed);
        return step(ledger, due, from, to, now, String::new()).await;
    }
    let slot = schedule.slot(due.day);
    let row = Occurrence {
        schedule: due.schedule.clone(),
        day: due.day,
        state: OccurrenceState::Claimed,
        edition: Some(due.edition.clone()),
        opens_at: slot.opens,
        at: now,
        closed_at: now,
        by: system::process_name(),
        why: String::new(),
    };
    Ok(ledger.claim_occurrence(row).await?)
}

async fn step(
    ledger: &AnyLedger,
    due: &DueSend,
    from: OccurrenceState,
    to: OccurrenceState,
    at: chrono::DateTime<Utc>,
    why: String,
) -> Result<bool, Failure> {
    Ok(ledger
        .step_occurrence(OccurrenceStep {
            schedule: due.schedule.clone(),
            day: due.day,
            from,
            to,
            at,
            closed_at: at,
            by: system::process_name(),
            why,
        })
        .await?)
}
