//! One connection's work: message after message, until there is none.
//! Shell: the relay and the ledger, at the same time.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::time::Instant;

use super::relay::{Leave, Relay};
use super::run_state::{Attempt, PendingCopy, RunState, Writing};
use super::stop::Urgency;
use super::verdict::{judge_message, wants_less};
use super::write_ahead::WriteAhead;
use crate::ledger::error::LedgerError;
use crate::ledger::{Event, Ledger};
use crate::rfc::reply::Stage;

/// Servers answer ever later to whoever is refused again and again in one session, and hang up in the end: Postfix after
/// ten errors without a message between them (`smtpd_soft_error_limit`), and a message whose MAIL is refused is three, as
/// its RCPT and DATA have left too. A new session begins before.
const MOST_REFUSED_HERE: u32 = 3;

fn write_ahead<L>(state: &RunState<L>) -> MutexGuard<'_, WriteAhead> {
    state.write_ahead.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works until the run ends, or no row is left that can be tried now.
///
/// Three things overlap, so that a message costs one round trip and no wait for the disk: the next message is announced
/// with this one's dot; its *handing over* is written while this one's answer is awaited, where the disk is slow beside the
/// relay (`write_ahead.rs`); and *accepted* shares a commit with a later *handing over*. A crash leaves one row a connection
/// uncertain, or two where it is written ahead: this one and the next.
pub(super) async fn work<L: Ledger, R: Relay>(
    state: Arc<RunState<L>>,
    mut relay: R,
    number: usize,
) -> Result<(), LedgerError> {
    let state = &*state;
    let mut upcoming: Option<PendingCopy<'_>> = None;
    let mut accepted: Option<(i64, Event)> = None;
    // Refusals of this session, one after the other.
    let mut refused_here = 0;
    loop {
        if upcoming.is_none() && !state.rate_limit.may_connect(number) {
            // The relay takes fewer connections now.
            if let Some(accepted) = accepted.take() {
                state.write(vec![accepted]).await?;
            }
            relay.close().await;
            if !state.wait_to_connect(number).await {
                break;
            }
        }
        let turn = match upcoming.take() {
            Some(turn) => Some(turn),
            None => state.turn(true).await?,
        };
        let Some(mut turn) = turn else { break };
        let ahead = state.looks_ahead() && state.rate_limit.may_connect(number);
        upcoming = if ahead { state.turn(false).await? } else { None };
        // When leave to end the message was given.
        let granted: OnceLock<Instant> = OnceLock::new();
        // Why the person must not be mailed any more.
        let left: OnceLock<String> = OnceLock::new();
        let next_intent: Mutex<Option<Writing<'_>>> = Mutex::default();
        let outcome = {
            turn.began = state.rate_limit.elapsed();
            let PendingCopy { delivery, message, intent, .. } = &mut turn;
            let next = upcoming.as_ref().map(|next| &next.message);
            let next_id = upcoming.as_ref().map(|next| next.delivery.id);
            let leave: Leave<'_> = Box::pin(async {
                let is_written_ahead = intent.is_some();
                let writing =
                    intent.get_or_insert_with(|| state.hand_over(delivery.id, accepted.take()));
                let waited_since = (!is_written_ahead).then(Instant::now);
                let written = writing.await;
                *intent = None;
                if let Some(since) = waited_since {
                    write_ahead(state).committed(since.elapsed());
                }
                if let Err(LedgerError::Suppressed { why }) = &written {
                    left.get_or_init(|| why.clone());
                }
                written.map_err(|error| error.to_string())?;
                if !state.lease.holds() {
                    return Err(LedgerError::Fenced.to_string());
                }
                granted.get_or_init(Instant::now);
                if let Some(id) = next_id.filter(|_| write_ahead(state).pays()) {
                    let writing = state.hand_over(id, accepted.take());
                    *next_intent.lock().unwrap_or_else(PoisonError::into_inner) = Some(writing);
                }
                Ok(())
            });
            tokio::select! {
                outcome = relay.transmit(message, leave, next) => Some(outcome),
                () = state.stopper.wished(Urgency::Now) => None,
                () = too_late(state, &granted) => None,
            }
        };
        if let Some(next) = &mut upcoming {
            next.intent = next_intent.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
        let unasked = turn.settle_intent().await?;
        match outcome {
            _ if unasked.is_some() || left.get().is_some() => {
                let why = left.into_inner().or(unasked).unwrap_or_default();
                state.left(&turn.delivery, why);
            }
            Some(outcome) => {
                if let (Stage::Dot, Some(granted)) = (outcome.stage, granted.get()) {
                    write_ahead(state).answered(granted.elapsed());
                }
                let began = turn.began;
                let less = wants_less(&outcome);
                let slower = less.is_some_and(|less| state.slow_down(less, began));
                let tried = Attempt { began, slower };
                let verdict = judge_message(&outcome, &turn.message);
                state.record(&turn.delivery, tried, verdict, &mut accepted).await?;
                refused_here = if outcome.result.is_ok_and(|reply| reply.is_positive()) {
                    0
                } else {
                    refused_here + 1
                };
                if refused_here >= MOST_REFUSED_HERE && upcoming.is_none() {
                    refused_here = 0;
                    relay.close().await;
                }
            }
            // Without leave no dot has left. With it nobody can know: the row stays as it is, and becomes uncertain.
            None if granted.get().is_none() => state.give_back(turn.delivery.id).await?,
            None => {}
        }
        if state.is_over() {
            break;
        }
    }
    end_round(state, relay, number, upcoming, accepted).await
}

/// The run has been over for long, and the message has no leave to end: dropping it leaves nobody in doubt. One with leave is
/// waited for as long as the relay may take.
async fn too_late<L: Ledger>(state: &RunState<L>, granted: &OnceLock<Instant>) {
    state.over_for_long().await;
    if granted.get().is_some() {
        std::future::pending::<()>().await;
    }
}

/// Nothing is left for this connection to try: what it has in progress goes back, and the session ends politely.
async fn end_round<L: Ledger, R: Relay>(
    state: &RunState<L>,
    mut relay: R,
    number: usize,
    upcoming: Option<PendingCopy<'_>>,
    accepted: Option<(i64, Event)>,
) -> Result<(), LedgerError> {
    // Another that waits for room at the relay has it.
    state.rate_limit.leave_round(number);
    if let Some(mut next) = upcoming {
        match next.settle_intent().await? {
            Some(why) => state.left(&next.delivery, why),
            None => state.give_back(next.delivery.id).await?,
        }
    }
    if let Some(accepted) = accepted {
        state.write(vec![accepted]).await?;
    }
    if state.stopper.urgency() < Urgency::Now {
        relay.close().await;
    }
    Ok(())
}
