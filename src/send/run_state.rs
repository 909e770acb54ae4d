//! What the connections of a run share: rows at hand, the rate, failures, the lease.
//! Shell: the ledger and the run's clock.

mod recording;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::sleep;

use super::config::{Pause, RunConfig, RunEnd, RunEvent};
use super::failures::Failures;
use super::lease::Lease;
use super::queue::{NextRow, Queue};
use super::rate_limit::RateLimit;
use super::refusals::Refusals;
use super::stop::{StopHandle, StopSignal, Urgency, channel};
use super::system::Clock;
use super::verdict::LimitKind;
use super::write_ahead::WriteAhead;
use crate::ledger::delivery::NOT_BEGUN;
use crate::ledger::error::LedgerError;
use crate::ledger::{Delivery, EditionProgress, Event, Ledger, RunControl, RunId, Status};
use crate::message::{Message, MessageTemplate};

/// A limit that opens within this time is waited for.
const LONGEST_LIMIT: Duration = Duration::from_mins(90);
/// How long a run that is over waits for a relay that says nothing, while a message has certainly not been sent.
const LAST_PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct RunState<L> {
    pub ledger: Arc<L>,
    pub skeleton: Arc<MessageTemplate>,
    pub config: RunConfig,
    pub rate_limit: RateLimit,
    pub lease: Lease,
    pub write_ahead: Mutex<WriteAhead>,
    /// Who may stop the run from outside.
    pub stopper: StopSignal,
    clock: Clock,
    sender: RunId,
    report: Box<dyn Fn(RunEvent) + Send + Sync>,
    queue: tokio::sync::Mutex<Queue>,
    ending: Mutex<Ending>,
    /// The run's own end, once there is one.
    end_handle: StopHandle,
    ended: StopSignal,
}

/// What decides about the run's end.
struct Ending {
    failures: Failures,
    refusals: Refusals,
    /// The last reason for waiting that was reported.
    waited_for: Option<Pause>,
    end: Option<RunEnd>,
    failure: Option<LedgerError>,
}

/// Rows being written by the ledger while something else goes on.
pub(super) type Writing<'a> = Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send + 'a>>;

/// A message with its row. `intent` is *handing over* on its way to the disk, or there already.
pub(super) struct PendingCopy<'a> {
    pub delivery: Delivery,
    pub message: Message,
    pub intent: Option<Writing<'a>>,
    /// When the relay got it, since the run began.
    pub began: Duration,
}

/// When a message was begun, and whether the relay wanted less and gets less since.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub began: Duration,
    pub slower: bool,
}

impl PendingCopy<'_> {
    /// Waits until *handing over* is on disk, if its writing was begun. Anything written to the row must wait for this.
    /// Gives why the person must not be mailed any more, when that is what has come of it.
    pub async fn settle_intent(&mut self) -> Result<Option<String>, LedgerError> {
        let Some(writing) = &mut self.intent else { return Ok(None) };
        let written = writing.await;
        self.intent = None;
        match written {
            Ok(()) => Ok(None),
            Err(LedgerError::Suppressed { why }) => Ok(Some(why)),
            Err(error) => Err(error),
        }
    }
}

impl<L: Ledger> RunState<L> {
    pub async fn enter(
        ledger: Arc<L>,
        skeleton: Arc<MessageTemplate>,
        config: RunConfig,
        stopper: StopSignal,
        clock: Clock,
        report: impl Fn(RunEvent) + Send + Sync + 'static,
    ) -> Result<Self, LedgerError> {
        let (end_handle, ended) = channel();
        let lease = Lease::new(ledger.lease());
        let sender = ledger.enter(&config.edition, &config.sender, (clock.now)()).await?.sender;
        report(RunEvent::Alive { age: ledger.age().await?.age });
        let ending = Ending {
            failures: Failures::new(config.relay_patience, config.reconnect),
            refusals: Refusals::default(),
            waited_for: None,
            end: None,
            failure: None,
        };
        Ok(Self {
            ledger,
            skeleton,
            rate_limit: RateLimit::new(config.rate, config.connections),
            lease,
            write_ahead: Mutex::default(),
            stopper,
            clock,
            sender,
            report: Box::new(report),
            queue: tokio::sync::Mutex::new(Queue::new(config.domains.clone(), config.connections)),
            ending: Mutex::new(ending),
            end_handle,
            ended,
            config,
        })
    }

    pub async fn leave(&self) -> Result<(), LedgerError> {
        self.ledger.leave(self.sender, self.now()).await?;
        let age = self.ledger.age().await?.age;
        (self.report)(RunEvent::Alive { age });
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        (self.clock.now)()
    }

    fn ending(&self) -> MutexGuard<'_, Ending> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows that the run lives, until it is aborted or must end.
    pub async fn heartbeat(&self) {
        loop {
            sleep(self.config.keep_every).await;
            let moment = Lease::moment();
            match self.ledger.keep(self.sender, self.now()).await {
                Ok(kept) => {
                    self.lease.renew(moment);
                    (self.report)(RunEvent::Alive { age: kept.age });
                    self.queue.lock().await.share_with(kept.senders);
                    let end = match kept.control {
                        RunControl::Go => continue,
                        RunControl::Pause => RunEnd::Halted,
                        RunControl::Cancel => RunEnd::Cancelled,
                    };
                    self.end(end);
                    return;
                }
                // It may come back within the lease.
                Err(LedgerError::Unreachable { .. }) if self.lease.holds() => {}
                Err(error) => {
                    self.ending().failure.get_or_insert(error);
                    self.finish_soon();
                    return;
                }
            }
        }
    }

    pub fn finish_soon(&self) {
        self.end_handle.stop(Urgency::Soon);
    }

    pub fn failure(&self) -> Option<LedgerError> {
        self.ending().failure.take()
    }

    pub fn take_end(&self) -> Option<RunEnd> {
        self.ending().end.take()
    }

    fn end(&self, end: RunEnd) {
        self.ending().end.get_or_insert(end);
        self.finish_soon();
    }

    pub async fn progress(&self) -> Result<EditionProgress, LedgerError> {
        self.ledger.progress(&self.config.edition).await
    }

    pub fn is_over(&self) -> bool {
        self.stopper.urgency() > Urgency::No || self.ended.urgency() > Urgency::No
    }

    async fn over(&self) {
        tokio::select! {
            () = self.stopper.wished(Urgency::Soon) => {}
            () = self.ended.wished(Urgency::Soon) => {}
        }
    }

    /// Waits until the run is over, and for what is in flight after that.
    pub async fn over_for_long(&self) {
        self.over().await;
        sleep(LAST_PATIENCE).await;
    }

    /// Waits until the relay takes this connection too. False when the run is over, or nothing is left for it.
    pub async fn wait_to_connect(&self, number: usize) -> bool {
        tokio::select! {
            () = self.rate_limit.wait_to_connect(number) => {}
            () = self.over() => {}
        }
        !self.is_over()
    }

    /// The next row to try.
    async fn next(&self) -> Result<NextRow, LedgerError> {
        let mut queue = self.queue.lock().await;
        loop {
            let now = self.now();
            if self.is_over() || self.closed_until(now).is_some() {
                return Ok(NextRow::Nothing);
            }
            let next = queue.take(self.rate_limit.elapsed());
            if matches!(next, NextRow::Row(_)) || !queue.wants_more(&next) {
                return Ok(next);
            }
            let claim = self.ledger.claim(self.sender, now, queue.claim).await?;
            if !queue.add(claim.deliveries) {
                return Ok(next);
            }
        }
    }

    /// The next row with its message, when it is its turn. Without patience, only if that is at once.
    pub async fn turn(&self, patient: bool) -> Result<Option<PendingCopy<'_>>, LedgerError> {
        let delivery = loop {
            match self.next().await? {
                NextRow::Row(delivery) => break *delivery,
                NextRow::After(wait) if patient && self.rest(wait).await => {}
                NextRow::After(_) | NextRow::Nothing => return Ok(None),
            }
        };
        let slot = self.rate_limit.wait_for_slot(&*self.ledger, &self.config.edition, self.now());
        if !self.rest(slot.await?).await {
            self.give_back(delivery.id).await?;
            return Ok(None);
        }
        let message = self.skeleton.personalise(&delivery.recipient);
        Ok(Some(PendingCopy { delivery, message, intent: None, began: self.rate_limit.elapsed() }))
    }

    /// With a rate the next message has to wait, and so does its announcement.
    pub fn looks_ahead(&self) -> bool {
        self.config.lookahead > 0 && !self.is_over() && self.rate_limit.is_free()
    }

    /// Begins to write *handing over*, and with it what the last message came to: one commit a message. A person who has left
    /// since their row was claimed is written down as suppressed, and the error says so.
    pub fn hand_over(&self, id: i64, accepted: Option<(i64, Event)>) -> Writing<'_> {
        let with = |event| accepted.clone().into_iter().chain([(id, event)]).collect();
        let writing = self.ledger.record_all(self.sender, with(Event::HandingOver), self.now());
        Box::pin(async move {
            let written = writing.await;
            if let Err(LedgerError::Suppressed { why }) = &written {
                let gone = Event::Suppressed { why: why.clone() };
                self.write(accepted.into_iter().chain([(id, gone)]).collect()).await?;
            }
            written
        })
    }

    /// Somebody left at the last moment: their message was not ended, and their row says why.
    pub fn left(&self, delivery: &Delivery, why: String) {
        let address = delivery.recipient.address.to_string();
        (self.report)(RunEvent::Row { address, status: Status::Suppressed, why });
    }

    /// A row that was certainly not sent goes back to the plan.
    pub async fn give_back(&self, id: i64) -> Result<(), LedgerError> {
        self.write(vec![(id, stopped())]).await
    }

    /// What was claimed and not begun goes back.
    pub async fn give_back_queue(&self) -> Result<(), LedgerError> {
        let deliveries = self.queue.lock().await.empty();
        let rows: Vec<_> = deliveries.iter().map(|delivery| (delivery.id, stopped())).collect();
        if rows.is_empty() { Ok(()) } else { self.write(rows).await }
    }

    pub async fn write(&self, events: Vec<(i64, Event)>) -> Result<(), LedgerError> {
        self.ledger.record_all(self.sender, events, self.now()).await
    }

    /// Sleeps, and says whether the run goes on.
    async fn rest(&self, wait: Duration) -> bool {
        if !wait.is_zero() {
            tokio::select! {
                () = sleep(wait) => {}
                () = self.over() => {}
            }
        }
        !self.is_over()
    }

    /// The relay wants less. True when there was something to be less of.
    pub fn slow_down(&self, less: LimitKind, began: Duration) -> bool {
        let (had_more, now) = self.rate_limit.slow_down(less, began);
        if let Some((connections, rest)) = now {
            (self.report)(RunEvent::Slower { connections, rest });
        }
        had_more
    }

    /// Whether rows wait because the relay said so, or because it breaks off at all of them.
    async fn why_deferred(&self) -> Result<Pause, LedgerError> {
        let broken_off = self.ending().failures.broken_off();
        if broken_off == 0 {
            return Ok(Pause::Deferred);
        }
        let deferred = self.ledger.counts(&self.config.edition).await?.of(Status::Deferred);
        Ok(if broken_off >= deferred { Pause::BrokenOff } else { Pause::Deferred })
    }

    fn closed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.config.hours.and_then(|hours| hours.closed_until(now))
    }

    /// Waits for the next deferred row, for the hours of sending, or for what other runs have in progress, if that is not
    /// too long. Gives the run's end when it is.
    pub async fn wait_for_more(&self) -> Result<Option<RunEnd>, LedgerError> {
        let now = self.now();
        let (until, why) = if let Some(until) = self.closed_until(now) {
            (until, Pause::Hours)
        } else {
            let claim = self.ledger.claim(self.sender, now, 0).await?;
            let others = chrono::TimeDelta::from_std(self.config.keep_every).unwrap_or_default();
            match claim.next_due {
                Some(due) => (due, self.why_deferred().await?),
                None => (now + others, Pause::Others),
            }
        };
        let wait = (until - now).to_std().unwrap_or_default();
        if wait > self.config.patience && wait > self.config.keep_every {
            return Ok(Some(RunEnd::Waiting { until, why }));
        }
        let is_news = self.ending().waited_for.replace(why) != Some(why);
        if wait > Duration::from_secs(1) || why == Pause::Others && is_news {
            (self.report)(RunEvent::Waiting { until, why });
        }
        if self.rest(wait).await {
            self.rate_limit.begin_round(self.config.connections);
            return Ok(None);
        }
        Ok(Some(self.take_end().unwrap_or(RunEnd::Interrupted)))
    }
}

fn stopped() -> Event {
    Event::Released { why: NOT_BEGUN.to_owned() }
}
