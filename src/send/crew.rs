//! What the connections of a run share: the rows claimed, the pace, the troubles, the sign of life.
//! Shell: the ledger and the run's clock.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::domains::Domains;
use super::run::{End, Orders, Pause, Told, World};
use super::stop::{Handle, Stop, Stopper, line};
use super::throttle::Throttle;
use super::verdict::{RowFate, RunFate, Verdict};
use crate::ledger::delivery::next;
use crate::ledger::{Delivery, Event, Ledger, LedgerError, Progress, SenderId, Status, Wish};
use crate::message::{Message, Skeleton};

/// Connections that fail one after the other before the run ends.
const MOST_FAILURES: u32 = 5;
/// The same while no message was ever answered: then it is the address or the network, and waiting is vain.
const MOST_FAILURES_AT_FIRST: u32 = 2;
/// Refusals for reasons of policy, with no acceptance between them, before the run pauses.
const MOST_POLICY_REFUSALS: u32 = 3;
/// Fewer refusals than this say nothing about a list.
const FEWEST_REFUSED: u64 = 20;
/// A copy on which this many connections failed waits like a deferred one: it may itself be the reason.
const MOST_RELEASES: u32 = 3;
/// Rows claimed at a time: few enough to be on time for an unsubscribe, enough to share one sync.
const CLAIM: usize = 64;
const LARGEST_CLAIM: usize = 512;
/// Rows held back for their domain's rate, before no more are claimed behind them.
const MOST_HELD: usize = 4096;
/// A lease is trusted until this long before its end: the message's last bytes need a moment to leave.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

pub(super) struct Crew<L> {
    pub ledger: Arc<L>,
    pub skeleton: Arc<Skeleton>,
    pub orders: Orders,
    pub world: World,
    /// The operator's wish.
    pub stopper: Stopper,
    sender: SenderId,
    told: Box<dyn Fn(Told) + Send + Sync>,
    queue: tokio::sync::Mutex<Queue>,
    started: Instant,
    moments: tokio::sync::Mutex<Moments>,
    throttle: Mutex<Throttle>,
    /// Connections that may be in use: `Throttle::limit`, for those who wait for it.
    limit: watch::Sender<usize>,
    alive: Mutex<(Instant, SystemTime)>,
    troubles: Mutex<Troubles>,
    /// The run's own end, once there is one.
    ending: Handle,
    ended: Stopper,
}

/// Rows claimed and not begun.
struct Queue {
    rows: VecDeque<Delivery>,
    domains: Domains,
    senders: u32,
    /// The last claim gave all there was.
    drained: bool,
}

/// Moments of the rate that this sender has reserved.
struct Moments {
    first: Instant,
    left: u32,
}

#[derive(Default)]
struct Troubles {
    answered: bool,
    failures: u32,
    policy_refusals: u32,
    settled: u64,
    refused: u64,
    releases: BTreeMap<i64, u32>,
    /// The last reason for waiting that was told.
    waited_for: Option<Pause>,
    end: Option<End>,
    failure: Option<LedgerError>,
}

/// What a connection does next.
enum Next {
    Row(Box<Delivery>),
    /// All rows at hand have to wait for their domain's rate.
    After(Duration),
    /// There is none now.
    Nothing,
}

/// Rows being written by the ledger while something else goes on.
pub(super) type Writing<'a> = Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send + 'a>>;

/// A message with its row. `intent` is *handing over* on its way to the disk, or there already.
pub(super) struct Turn<'a> {
    pub delivery: Delivery,
    pub message: Message,
    pub intent: Option<Writing<'a>>,
}

impl Turn<'_> {
    /// Waits until *handing over* is on disk, if it was asked for. Anything written to the row must wait for this.
    pub async fn settle_intent(&mut self) -> Result<(), LedgerError> {
        if let Some(writing) = &mut self.intent {
            let written = writing.await;
            self.intent = None;
            written?;
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Ledger> Crew<L> {
    pub async fn enter(
        ledger: Arc<L>,
        skeleton: Arc<Skeleton>,
        orders: Orders,
        stopper: Stopper,
        world: World,
        told: impl Fn(Told) + Send + Sync + 'static,
    ) -> Result<Self, LedgerError> {
        let (ending, ended) = line();
        let alive = (Instant::now(), SystemTime::now());
        let sender = ledger.enter(&orders.edition, &orders.sender, (world.now)()).await?.sender;
        told(Told::Alive { age: ledger.age().await?.age });
        let throttle = Throttle::new(orders.connections);
        let queue = Queue {
            rows: VecDeque::new(),
            domains: orders.domains.clone(),
            senders: 1,
            drained: false,
        };
        Ok(Self {
            ledger,
            skeleton,
            world,
            stopper,
            sender,
            told: Box::new(told),
            queue: tokio::sync::Mutex::new(queue),
            started: Instant::now(),
            moments: tokio::sync::Mutex::new(Moments { first: Instant::now(), left: 0 }),
            limit: watch::Sender::new(throttle.limit()),
            throttle: Mutex::new(throttle),
            alive: Mutex::new(alive),
            troubles: Mutex::default(),
            ending,
            ended,
            orders,
        })
    }

    pub async fn leave(&self) -> Result<(), LedgerError> {
        self.ledger.leave(self.sender, (self.world.now)()).await?;
        let age = self.ledger.age().await?.age;
        (self.told)(Told::Alive { age });
        Ok(())
    }

    /// Shows that the run lives, until it is aborted or must end.
    pub async fn keep(&self) {
        loop {
            sleep(self.orders.keep_every).await;
            let alive = (Instant::now(), SystemTime::now());
            match self.ledger.keep(self.sender, (self.world.now)()).await {
                Ok(kept) => {
                    *locked(&self.alive) = alive;
                    (self.told)(Told::Alive { age: kept.age });
                    self.share_domains(kept.senders).await;
                    let end = match kept.wish {
                        Wish::Go => continue,
                        Wish::Pause => End::Halted,
                        Wish::Cancel => End::Cancelled,
                    };
                    self.end(&mut locked(&self.troubles), end);
                    return;
                }
                // It may come back within the lease.
                Err(LedgerError::Unreachable { .. }) if self.lease_holds() => {}
                Err(error) => {
                    locked(&self.troubles).failure.get_or_insert(error);
                    self.finish_soon();
                    return;
                }
            }
        }
    }

    async fn share_domains(&self, senders: u32) {
        let mut queue = self.queue.lock().await;
        if queue.senders != senders {
            queue.senders = senders;
            queue.domains = self.orders.domains.clone().shared_by(senders);
        }
    }

    /// Whether nobody else can have taken over what this sender has in hand. A process that was stopped, or a computer
    /// that slept, may wake up long after: the clock that goes on in sleep counts as well.
    pub fn lease_holds(&self) -> bool {
        let Some(lease) = self.ledger.lease() else { return true };
        let (instant, time) = *locked(&self.alive);
        let slept = time.elapsed().unwrap_or_default();
        instant.elapsed().max(slept) < lease.saturating_sub(LEASE_MARGIN)
    }

    pub fn finish_soon(&self) {
        self.ending.wish(Stop::Soon);
    }

    pub fn failure(&self) -> Option<LedgerError> {
        locked(&self.troubles).failure.take()
    }

    pub fn take_end(&self) -> Option<End> {
        locked(&self.troubles).end.take()
    }

    pub async fn progress(&self) -> Result<Progress, LedgerError> {
        self.ledger.progress(&self.orders.edition).await
    }

    pub fn is_over(&self) -> bool {
        self.stopper.wish() > Stop::No || self.ended.wish() > Stop::No
    }

    /// Whether a connection is one of those that the relay bears now.
    pub fn may_work(&self, number: usize) -> bool {
        number < *self.limit.borrow()
    }

    /// Waits until the relay bears this connection too. False when the run is over, or nothing is left for it.
    pub async fn wait_to_work(&self, number: usize) -> bool {
        let mut limit = self.limit.subscribe();
        tokio::select! {
            // The sender lives in `self`.
            _ = limit.wait_for(|limit| number < *limit) => {}
            () = self.stopper.wished(Stop::Soon) => {}
            () = self.ended.wished(Stop::Soon) => {}
        }
        !self.is_over()
    }

    /// Those who wait for room at the relay have nothing more to wait for in this round.
    pub fn open_the_doors(&self) {
        self.limit.send_replace(usize::MAX);
    }

    /// The next row to try.
    async fn next(&self) -> Result<Next, LedgerError> {
        let mut queue = self.queue.lock().await;
        let queue = &mut *queue;
        loop {
            let now = (self.world.now)();
            if self.is_over() || self.closed_until(now).is_some() {
                return Ok(Next::Nothing);
            }
            let mut shortest: Option<Duration> = None;
            let elapsed = self.started.elapsed();
            let ready = queue.rows.iter().position(|delivery| {
                let wait = queue.domains.take(delivery.recipient.address.domain(), elapsed);
                if !wait.is_zero() {
                    shortest = Some(shortest.map_or(wait, |shortest| shortest.min(wait)));
                }
                wait.is_zero()
            });
            if let Some(delivery) = ready.and_then(|index| queue.rows.remove(index)) {
                return Ok(Next::Row(Box::new(delivery)));
            }
            if queue.rows.len() < MOST_HELD && !(queue.drained && shortest.is_some()) {
                let most = (CLAIM * self.orders.connections.max(1)).min(LARGEST_CLAIM);
                let claim = self.ledger.claim(self.sender, now, most).await?;
                queue.drained = claim.deliveries.len() < most;
                if !claim.deliveries.is_empty() {
                    queue.rows.extend(claim.deliveries);
                    continue;
                }
            }
            return Ok(shortest.map_or(Next::Nothing, Next::After));
        }
    }

    /// The next row with its message, when it is its turn. Without patience, only if that is at once.
    pub async fn turn(&self, patient: bool) -> Result<Option<Turn<'_>>, LedgerError> {
        let delivery = loop {
            match self.next().await? {
                Next::Row(delivery) => break *delivery,
                Next::After(wait) if patient && self.rest(wait).await => {}
                Next::After(_) | Next::Nothing => return Ok(None),
            }
        };
        if !self.wait_for_moment().await? {
            self.give_back(delivery.id).await?;
            return Ok(None);
        }
        let message = self.skeleton.address(&delivery.recipient);
        Ok(Some(Turn { delivery, message, intent: None }))
    }

    /// With a rate the next message has to wait, and so does its announcement.
    pub fn looks_ahead(&self) -> bool {
        self.orders.rate.is_none()
            && self.orders.window > 0
            && !self.is_over()
            && locked(&self.throttle).gap().is_zero()
    }

    /// Begins to write *handing over*, and with it what the last message came to: one commit a message.
    pub fn hand_over(&self, id: i64, accepted: Option<(i64, Event)>) -> Writing<'_> {
        let now = (self.world.now)();
        let events = accepted.into_iter().chain([(id, Event::HandingOver)]).collect();
        Box::pin(self.ledger.record_all(self.sender, events, now))
    }

    /// A row that was certainly not sent goes back to the plan.
    pub async fn give_back(&self, id: i64) -> Result<(), LedgerError> {
        let why = "the run stopped before the message ended".to_owned();
        self.write(vec![(id, Event::Released { why })]).await
    }

    /// What was claimed and not begun goes back.
    pub async fn give_back_queue(&self) -> Result<(), LedgerError> {
        let mut queue = self.queue.lock().await;
        queue.drained = false;
        let why = "the run stopped before the message ended".to_owned();
        let back = |delivery: Delivery| (delivery.id, Event::Released { why: why.clone() });
        let rows: Vec<_> = queue.rows.drain(..).map(back).collect();
        if rows.is_empty() { Ok(()) } else { self.write(rows).await }
    }

    pub async fn write(&self, events: Vec<(i64, Event)>) -> Result<(), LedgerError> {
        self.ledger.record_all(self.sender, events, (self.world.now)()).await
    }

    /// False when the run ended while we waited.
    async fn wait_for_moment(&self) -> Result<bool, LedgerError> {
        let mut wait = locked(&self.throttle).gap();
        if let Some(rate) = self.orders.rate {
            let mut moments = self.moments.lock().await;
            if moments.left == 0 {
                // A second's worth at a time: slow rates ask the ledger for each message, fast ones once a second.
                let second = Duration::from_secs(1).as_nanos() / rate.gap.as_nanos().max(1);
                let count = u32::try_from(second.max(1)).unwrap_or(u32::MAX);
                let now = (self.world.now)();
                let wait = self.ledger.moments(&self.orders.edition, count, rate.gap, now).await?;
                *moments = Moments { first: Instant::now() + wait, left: count };
            }
            wait = wait.max(moments.first.saturating_duration_since(Instant::now()));
            moments.first += rate.gap;
            moments.left -= 1;
        }
        Ok(self.rest(wait).await)
    }

    /// Sleeps, and says whether the run goes on.
    async fn rest(&self, wait: Duration) -> bool {
        if !wait.is_zero() {
            tokio::select! {
                () = sleep(wait) => {}
                () = self.stopper.wished(Stop::Soon) => {}
                () = self.ended.wished(Stop::Soon) => {}
            }
        }
        !self.is_over()
    }

    /// Writes what became of a row; `slower` when the relay asked for less and gets less. What was accepted is kept for the commit of the next *handing over*.
    pub async fn record(
        &self,
        delivery: &Delivery,
        verdict: Verdict,
        slower: bool,
        accepted: &mut Option<(i64, Event)>,
    ) -> Result<(), LedgerError> {
        let now = (self.world.now)();
        if let Some(earlier) = accepted.take() {
            // Nobody took it along.
            self.write(vec![earlier]).await?;
        }
        if let RowFate::Accepted { reply } = verdict.row {
            let address = delivery.recipient.address.to_string();
            (self.told)(Told::Row { address, status: Status::Accepted, why: reply.clone() });
            let event = (delivery.id, Event::Accepted { reply });
            if self.looks_ahead() {
                *accepted = Some(event);
            } else {
                // The next message may be far away: a crash until then must not put this one in doubt.
                self.write(vec![event]).await?;
            }
            self.note(Status::Accepted, verdict.run, slower).await;
            return Ok(());
        }
        let tries = delivery.attempts + 1;
        let mut fate = verdict.row;
        let delay = match &fate {
            RowFate::Deferred { delay, .. } => *delay,
            _ => super::pace::Delay::Ordinary,
        };
        let next_at = self.orders.retry.next(tries, delay, now, (self.world.jitter)());
        if let RowFate::Released { why } = &fate
            && matches!(verdict.run, RunFate::ConnectionFailed { .. })
            && self.count_release(delivery.id) >= MOST_RELEASES
        {
            fate = RowFate::Deferred { why: why.clone(), delay };
        }
        let mut events = vec![fate.event(next_at.unwrap_or(now))];
        if matches!(fate, RowFate::Deferred { .. }) && next_at.is_none() {
            let why = format!("{} (tried {tries} times)", events[0].detail());
            events.push(Event::Expired { why });
        }
        // A handed over copy and a claimed one come to the same by these events.
        let status = events.iter().try_fold(Status::HandingOver, next)?;
        let why = events.last().map_or("", Event::detail).to_owned();
        self.write(events.into_iter().map(|event| (delivery.id, event)).collect()).await?;
        if let RowFate::Rejected { why, suppress: true } = &fate {
            let person = self.skeleton.keys().person_name(&delivery.recipient.address);
            self.ledger.suppress(&person, why, now).await?;
        }
        let address = delivery.recipient.address.to_string();
        (self.told)(Told::Row { address, status, why });
        self.note(status, verdict.run, slower).await;
        Ok(())
    }

    fn count_release(&self, id: i64) -> u32 {
        let mut troubles = locked(&self.troubles);
        let releases = troubles.releases.entry(id).or_default();
        *releases += 1;
        *releases
    }

    /// The relay asked for less. True when it had more than one connection to be less of.
    pub fn slow_down(&self) -> bool {
        let mut throttle = locked(&self.throttle);
        let had_more = throttle.limit() > 1;
        if throttle.cut(self.started.elapsed() + Duration::from_secs(1)) {
            self.limit.send_replace(throttle.limit());
            (self.told)(Told::Slower { connections: throttle.limit(), rest: throttle.gap() });
        }
        had_more
    }

    fn speed_up(&self) {
        let mut throttle = locked(&self.throttle);
        if throttle.taken() {
            self.limit.send_replace(throttle.limit());
        }
    }

    /// A new round begins with as many connections as the last one was allowed.
    fn close_the_doors(&self) {
        self.limit.send_replace(locked(&self.throttle).limit());
    }

    /// Counts what the verdict means for the run, and ends it where that is too much.
    async fn note(&self, status: Status, fate: RunFate, slower: bool) {
        if status == Status::Accepted {
            self.speed_up();
        }
        let wait = {
            let mut troubles = locked(&self.troubles);
            self.count_refusals(&mut troubles, status);
            match fate {
                RunFate::GoOn => {
                    troubles.answered = true;
                    troubles.failures = 0;
                    if status == Status::Accepted {
                        troubles.policy_refusals = 0;
                    }
                    return;
                }
                RunFate::PolicyRefusal { why } => {
                    troubles.answered = true;
                    troubles.failures = 0;
                    troubles.policy_refusals += 1;
                    if troubles.policy_refusals >= MOST_POLICY_REFUSALS {
                        let why = format!("the relay refuses one message after the other: {why}");
                        self.end(&mut troubles, End::Paused { why });
                    }
                    return;
                }
                RunFate::Pause { why } => {
                    self.end(&mut troubles, End::Paused { why });
                    return;
                }
                RunFate::ConnectionFailed { why } if slower => {
                    // Too many connections are no failure of the relay.
                    (self.told)(Told::Trouble { why });
                    self.orders.reconnect
                }
                RunFate::ConnectionFailed { why } => {
                    troubles.failures += 1;
                    let most =
                        if troubles.answered { MOST_FAILURES } else { MOST_FAILURES_AT_FIRST };
                    if troubles.failures >= most {
                        self.end(&mut troubles, End::Unreachable { why });
                        return;
                    }
                    (self.told)(Told::Trouble { why });
                    self.orders.reconnect * 2u32.saturating_pow(troubles.failures - 1)
                }
            }
        };
        self.rest(wait).await;
    }

    /// A list on which many are refused harms those who send to it: somebody has to look.
    fn count_refusals(&self, troubles: &mut Troubles, status: Status) {
        match status {
            Status::Accepted => troubles.settled += 1,
            Status::Rejected => {
                troubles.settled += 1;
                troubles.refused += 1;
            }
            _ => return,
        }
        let percent = u64::from(self.orders.most_refused_percent);
        if troubles.refused >= FEWEST_REFUSED && troubles.refused * 100 > troubles.settled * percent
        {
            let why = format!(
                "{} of {} messages were refused, more than {percent} of a hundred",
                troubles.refused, troubles.settled
            );
            self.end(troubles, End::Paused { why });
        }
    }

    fn end(&self, troubles: &mut Troubles, end: End) {
        troubles.end.get_or_insert(end);
        self.finish_soon();
    }

    fn closed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.orders.hours.and_then(|hours| hours.closed_until(now))
    }

    /// Waits for the next deferred row, for the hours of sending, or for what other senders have in hand, if that is not
    /// too long. Gives the run's end when it is.
    pub async fn wait_for_more(&self) -> Result<Option<End>, LedgerError> {
        let now = (self.world.now)();
        let (until, why) = if let Some(until) = self.closed_until(now) {
            (until, Pause::Hours)
        } else {
            let claim = self.ledger.claim(self.sender, now, 0).await?;
            let others = chrono::TimeDelta::from_std(self.orders.keep_every).unwrap_or_default();
            match claim.next_due {
                Some(due) => (due, Pause::Deferred),
                None => (now + others, Pause::Others),
            }
        };
        let wait = (until - now).to_std().unwrap_or_default();
        if wait > self.orders.patience && wait > self.orders.keep_every {
            return Ok(Some(End::Waiting { until, why }));
        }
        let is_news = locked(&self.troubles).waited_for.replace(why) != Some(why);
        if wait > Duration::from_secs(1) || why == Pause::Others && is_news {
            (self.told)(Told::Waiting { until, why });
        }
        if self.rest(wait).await {
            self.close_the_doors();
            return Ok(None);
        }
        let end = self.take_end().unwrap_or(End::Interrupted);
        Ok(Some(end))
    }
}
