//! How fast messages leave: send slots of the edition's rate, the number of connections, the rest between messages.
//! Shell: the run's clock, and the ledger for slots that several runs share.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::Instant;

use super::limit::LearntLimit;
use super::pace::Rate;
use super::throttle::Throttle;
use super::verdict::LimitKind;
use crate::ledger::Ledger;
use crate::ledger::error::LedgerError;

/// Send slots that this run has reserved.
struct SendSlots {
    first: Instant,
    left: u32,
}

pub(super) struct RateLimit {
    started: Instant,
    rate: Option<Rate>,
    slots: tokio::sync::Mutex<SendSlots>,
    throttle: Mutex<Throttle>,
    /// Messages in a span of time, as far as the relay has let us know.
    limit: Mutex<LearntLimit>,
    /// Which connections may be in use, for those who wait for it.
    connections: watch::Sender<Connections>,
}

/// The connections of a round, and how many of them the relay takes: those with the smallest numbers. One that has nothing
/// left to do makes room for the next.
struct Connections {
    working: BTreeSet<usize>,
    limit: usize,
}

impl Connections {
    fn may(&self, number: usize) -> bool {
        self.working.range(..number).count() < self.limit
    }
}

impl RateLimit {
    pub fn new(rate: Option<Rate>, connections: usize) -> Self {
        let throttle = Throttle::new(connections);
        let started = Instant::now();
        Self {
            started,
            rate,
            slots: tokio::sync::Mutex::new(SendSlots { first: started, left: 0 }),
            connections: watch::Sender::new(Connections {
                working: (0..connections.max(1)).collect(),
                limit: throttle.limit(),
            }),
            throttle: Mutex::new(throttle),
            limit: Mutex::default(),
        }
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self) -> MutexGuard<'_, LearntLimit> {
        self.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since the run began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether the next message may leave at once.
    pub fn is_free(&self) -> bool {
        self.rate.is_none() && self.throttle().gap().is_zero() && self.limit().is_free()
    }

    /// Whether a connection is one of those that the relay takes now.
    pub fn may_connect(&self, number: usize) -> bool {
        self.connections.borrow().may(number)
    }

    /// Waits until the relay takes this connection too.
    pub async fn wait_to_connect(&self, number: usize) {
        let mut connections = self.connections.subscribe();
        // The channel lives in `self`: it cannot close while we wait.
        let _ = connections.wait_for(|connections| connections.may(number)).await;
    }

    /// A connection has nothing left to do in this round: another may have its place.
    pub fn leave_round(&self, number: usize) {
        self.connections.send_modify(|connections| {
            connections.working.remove(&number);
        });
    }

    /// A new round begins, with the number of connections at a time that the last one was allowed.
    pub fn begin_round(&self, connections: usize) {
        self.connections.send_modify(|round| round.working = (0..connections.max(1)).collect());
    }

    fn allow_connections(&self, limit: usize) {
        self.connections.send_modify(|connections| connections.limit = limit);
    }

    /// How long the next message has to wait; its slot is taken.
    pub async fn wait_for_slot(
        &self,
        ledger: &impl Ledger,
        edition: &str,
        now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        let rest = self.throttle().gap().max(self.limit().slot(self.elapsed()));
        let Some(rate) = self.rate else { return Ok(rest) };
        let mut slots = self.slots.lock().await;
        if slots.left == 0 {
            // A second's worth at a time: slow rates go to the ledger for each message, fast ones once a second.
            let second = Duration::from_secs(1).as_nanos() / rate.gap.as_nanos().max(1);
            let count = u32::try_from(second.max(1)).unwrap_or(u32::MAX);
            let wait = ledger.reserve_send_slots(edition, count, rate.gap, now).await?;
            *slots = SendSlots { first: Instant::now() + wait, left: count };
        }
        let wait = slots.first.saturating_duration_since(Instant::now());
        slots.first += rate.gap;
        slots.left -= 1;
        Ok(rest.max(wait))
    }

    /// The relay wants less, of connections or of messages in a span of time. Gives whether there was something to be less
    /// of, and what the relay gets now if that has changed. `began` is when the message was begun.
    pub fn slow_down(&self, less: LimitKind, began: Duration) -> (bool, Option<(usize, Duration)>) {
        let mut throttle = self.throttle();
        if less == LimitKind::Messages {
            let mut limit = self.limit();
            let is_news = limit.refused(began, self.elapsed());
            return (true, is_news.then(|| (throttle.limit(), limit.gap())));
        }
        let had_more = throttle.limit() > 1;
        if !throttle.cut(self.elapsed() + Duration::from_secs(1)) {
            return (had_more, None);
        }
        self.allow_connections(throttle.limit());
        (had_more, Some((throttle.limit(), throttle.gap())))
    }

    /// For how long the relay has refused every message for how many there were.
    pub fn refusing_for(&self) -> Duration {
        let since = self.limit().refusing_since();
        since.map_or(Duration::ZERO, |since| self.elapsed().saturating_sub(since))
    }

    /// The relay took a message that was begun at `began`.
    pub fn speed_up(&self, began: Duration) {
        self.limit().taken(began, self.elapsed());
        let mut throttle = self.throttle();
        if throttle.taken() {
            self.allow_connections(throttle.limit());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_done_makes_room_whenever_the_relay_asked_for_less() {
        let limit = RateLimit::new(None, 4);
        assert!((0..4).all(|number| limit.may_connect(number)));
        limit.leave_round(0);
        // The relay wants fewer when one of them has nothing left to do: the others are two then, and not one.
        limit.slow_down(LimitKind::Connections, Duration::ZERO);
        let may = [1, 2, 3].map(|number| limit.may_connect(number));
        assert_eq!(may, [true, true, false]);
        limit.leave_round(2);
        assert!(limit.may_connect(3));
        limit.begin_round(4);
        let may = [0, 1, 2, 3].map(|number| limit.may_connect(number));
        assert_eq!(may, [true, true, false, false]);
    }
}
