//! A run: claim, address, transmit, record, until no row is left that can be tried now.
//! Shell: tasks and their timers; what to do is decided in `verdict` and `pace`.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::pace::{Pace, Rate, Retry};
use super::relay::{Leave, Relay};
use super::stop::{Handle, Stop, Stopper, line};
use super::verdict::{RowFate, RunFate, Verdict, judge};
use crate::ledger::{Delivery, Event, Ledger, LedgerError, Status};
use crate::message::{Message, Skeleton};

/// How a run shall go.
#[derive(Debug, Clone)]
pub struct Orders {
    pub edition: String,
    /// How many messages are under way at a time, each on a connection of its own.
    pub connections: usize,
    pub rate: Option<Rate>,
    /// How many messages beyond the one under way a connection may announce and record ahead: 0 or 1. After a crash at
    /// most `window + 1` rows a connection are uncertain.
    pub window: u8,
    pub retry: Retry,
    /// How long the run waits for the next deferred copy before it ends and says when to carry on.
    pub patience: Duration,
    /// Before the first new connection after one that failed; doubled after each further one.
    pub reconnect: Duration,
}

impl Orders {
    pub fn new(edition: impl Into<String>) -> Self {
        Self {
            edition: edition.into(),
            connections: 4,
            rate: None,
            window: 1,
            retry: Retry::default(),
            patience: Duration::from_mins(30),
            reconnect: Duration::from_secs(1),
        }
    }
}

/// Clock and chance, from outside.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub now: fn() -> DateTime<Utc>,
    /// From 0 to 1.
    pub jitter: fn() -> f64,
}

/// What a run tells while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A copy came to this status.
    Row { address: String, status: Status, why: String },
    /// A connection failed; another is tried.
    Trouble { why: String },
    /// Nothing can be done before this moment.
    Waiting { until: DateTime<Utc> },
}

/// How a run ended. What happened to each person stands in the ledger, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// No row is left to try.
    Finished,
    /// Deferred copies wait longer than the run does.
    Waiting { until: DateTime<Utc> },
    /// The relay has something against us: somebody has to look.
    Paused { why: String },
    /// The relay cannot be reached, or drops every connection.
    Unreachable { why: String },
    /// Somebody asked it to stop.
    Interrupted,
}

/// Connections that fail one after the other before the run ends.
const MOST_FAILURES: u32 = 5;
/// The same while no message was ever answered: then it is the address or the network, and waiting is vain.
const MOST_FAILURES_AT_FIRST: u32 = 2;
/// Refusals for reasons of policy, with no acceptance between them, before the run pauses.
const MOST_POLICY_REFUSALS: u32 = 3;
/// A copy on which this many connections failed waits like a deferred one: it may itself be the reason.
const MOST_RELEASES: u32 = 3;
/// Rows claimed at a time: few enough to be on time for an unsubscribe, enough to share one sync.
const CLAIM: usize = 64;
const LARGEST_CLAIM: usize = 512;

struct Shared<L> {
    ledger: Arc<L>,
    skeleton: Arc<Skeleton>,
    orders: Orders,
    world: World,
    told: Box<dyn Fn(Told) + Send + Sync>,
    queue: tokio::sync::Mutex<VecDeque<Delivery>>,
    started: Instant,
    pace: Mutex<Pace>,
    troubles: Mutex<Troubles>,
    /// The operator's wish.
    stopper: Stopper,
    /// The run's own end, once there is one.
    ending: Handle,
    ended: Stopper,
}

#[derive(Default)]
struct Troubles {
    answered: bool,
    failures: u32,
    policy_refusals: u32,
    releases: BTreeMap<i64, u32>,
    end: Option<End>,
}

/// Runs until it ends. The caller holds the edition's lock and has settled what an earlier run left (`recover`).
///
/// # Errors
/// When the ledger fails. Nothing is sent after that; the next run settles what was open.
pub async fn run<L: Ledger, R: Relay>(
    ledger: Arc<L>,
    skeleton: Arc<Skeleton>,
    orders: Orders,
    new_relay: impl Fn() -> R,
    stopper: Stopper,
    world: World,
    told: impl Fn(Told) + Send + Sync + 'static,
) -> Result<End, LedgerError> {
    let (ending, ended) = line();
    let shared = Arc::new(Shared {
        ledger,
        skeleton,
        world,
        told: Box::new(told),
        queue: tokio::sync::Mutex::default(),
        started: Instant::now(),
        pace: Mutex::new(Pace::new(orders.rate)),
        troubles: Mutex::default(),
        stopper,
        ending,
        ended,
        orders,
    });
    loop {
        let mut workers = JoinSet::new();
        for _ in 0..shared.orders.connections.max(1) {
            workers.spawn(work(Arc::clone(&shared), new_relay()));
        }
        let mut failed = None;
        while let Some(worker) = workers.join_next().await {
            let result = match worker {
                Ok(result) => result,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(LedgerError::Stopped),
            };
            if let Err(error) = result {
                shared.ending.wish(Stop::Soon);
                failed.get_or_insert(error);
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        // What was claimed and not begun goes back; what a hasty stop cut off after the dot is uncertain.
        shared.queue.lock().await.clear();
        shared.ledger.recover(&shared.orders.edition, (shared.world.now)()).await?;
        let counts = shared.ledger.counts(&shared.orders.edition).await?;
        if counts.open() == 0 {
            return Ok(End::Finished);
        }
        if let Some(end) = shared.troubles().end.take() {
            return Ok(end);
        }
        if shared.stopper.wish() > Stop::No {
            return Ok(End::Interrupted);
        }
        if !shared.wait_for_deferred().await? {
            let until = shared.next_due().await?;
            return Ok(match shared.stopper.wish() {
                Stop::No => End::Waiting { until },
                Stop::Soon | Stop::Now => End::Interrupted,
            });
        }
    }
}

/// Rows being written by the ledger while something else goes on.
type Writing<'a> = Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send + 'a>>;

/// A message with its row. `intent` is *handing over* on its way to the disk, or there already.
struct Turn<'a> {
    delivery: Delivery,
    message: Message,
    intent: Option<Writing<'a>>,
}

impl Turn<'_> {
    /// Waits until *handing over* is on disk, if it was asked for. Anything written to the row must wait for this.
    async fn settle_intent(&mut self) -> Result<(), LedgerError> {
        if let Some(writing) = &mut self.intent {
            let written = writing.await;
            self.intent = None;
            written?;
        }
        Ok(())
    }
}

/// One connection's work.
///
/// Three things overlap, so that a message costs one round trip and no wait for the disk: the next message is announced
/// with this one's dot; its *handing over* is written while this one's answer is awaited; and *accepted* shares a commit with
/// a later *handing over*. A crash can leave two rows a connection uncertain, and no more: this one and the next.
async fn work<L: Ledger, R: Relay>(
    shared: Arc<Shared<L>>,
    mut relay: R,
) -> Result<(), LedgerError> {
    let shared = &*shared;
    let mut upcoming: Option<Turn<'_>> = None;
    let mut accepted: Option<(i64, Event)> = None;
    loop {
        let turn = match upcoming.take() {
            Some(turn) => Some(turn),
            None => shared.turn().await?,
        };
        let Some(mut turn) = turn else { break };
        upcoming = if shared.looks_ahead() { shared.turn().await? } else { None };
        let granted = AtomicBool::new(false);
        let next_intent: Mutex<Option<Writing<'_>>> = Mutex::default();
        let outcome = {
            let Turn { delivery, message, intent } = &mut turn;
            let next = upcoming.as_ref().map(|next| &next.message);
            let next_id = upcoming.as_ref().map(|next| next.delivery.id);
            let leave: Leave<'_> = Box::pin(async {
                let writing =
                    intent.get_or_insert_with(|| shared.hand_over(delivery.id, accepted.take()));
                let written = writing.await;
                *intent = None;
                written.map_err(|error| error.to_string())?;
                granted.store(true, Ordering::Release);
                if let Some(id) = next_id {
                    let writing = shared.hand_over(id, accepted.take());
                    *next_intent.lock().unwrap_or_else(PoisonError::into_inner) = Some(writing);
                }
                Ok(())
            });
            tokio::select! {
                outcome = relay.transmit(message, leave, next) => Some(outcome),
                () = shared.stopper.wished(Stop::Now) => None,
            }
        };
        if let Some(next) = &mut upcoming {
            next.intent = next_intent.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
        turn.settle_intent().await?;
        match outcome {
            Some(outcome) => shared.record(&turn.delivery, judge(&outcome), &mut accepted).await?,
            // Without leave no dot has left. With it nobody can know: the row stays as it is, and becomes uncertain.
            None if !granted.load(Ordering::Acquire) => shared.give_back(turn.delivery.id).await?,
            None => {}
        }
        if shared.is_over() {
            break;
        }
    }
    if let Some(mut next) = upcoming {
        next.settle_intent().await?;
        shared.give_back(next.delivery.id).await?;
    }
    if let Some(accepted) = accepted {
        shared.ledger.record_all(vec![accepted], (shared.world.now)()).await?;
    }
    if shared.stopper.wish() < Stop::Now {
        relay.close().await;
    }
    Ok(())
}

impl<L: Ledger> Shared<L> {
    fn troubles(&self) -> MutexGuard<'_, Troubles> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.stopper.wish() > Stop::No || self.ended.wish() > Stop::No
    }

    /// The next row to try, or `None` when there is none now.
    async fn next(&self) -> Result<Option<Delivery>, LedgerError> {
        let mut queue = self.queue.lock().await;
        if self.is_over() {
            return Ok(None);
        }
        if queue.is_empty() {
            let most = (CLAIM * self.orders.connections.max(1)).min(LARGEST_CLAIM);
            let now = (self.world.now)();
            queue.extend(self.ledger.claim(&self.orders.edition, now, most).await?.deliveries);
        }
        Ok(queue.pop_front())
    }

    /// The next row with its message, when it is its turn.
    async fn turn(&self) -> Result<Option<Turn<'_>>, LedgerError> {
        let Some(delivery) = self.next().await? else { return Ok(None) };
        if !self.wait_for_turn().await {
            return Ok(None);
        }
        let message = self.skeleton.address(&delivery.recipient);
        Ok(Some(Turn { delivery, message, intent: None }))
    }

    /// With a rate the next message has to wait, and so does its announcement.
    fn looks_ahead(&self) -> bool {
        self.orders.rate.is_none() && self.orders.window > 0 && !self.is_over()
    }

    /// Begins to write *handing over*, and with it what the last message came to: one commit a message.
    fn hand_over(&self, id: i64, accepted: Option<(i64, Event)>) -> Writing<'_> {
        let now = (self.world.now)();
        let events = accepted.into_iter().chain([(id, Event::HandingOver)]).collect();
        Box::pin(self.ledger.record_all(events, now))
    }

    /// A row that was certainly not sent goes back to the plan.
    async fn give_back(&self, id: i64) -> Result<(), LedgerError> {
        let why = "the run stopped before the message ended".to_owned();
        let now = (self.world.now)();
        self.ledger.record(id, Event::Released { why }, now).await.map(drop)
    }

    /// False when the run ended while we waited.
    async fn wait_for_turn(&self) -> bool {
        let wait =
            self.pace.lock().unwrap_or_else(PoisonError::into_inner).wait(self.started.elapsed());
        self.rest(wait).await
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

    /// Writes what became of a row. What was accepted is kept for the commit of the next *handing over*.
    async fn record(
        &self,
        delivery: &Delivery,
        verdict: Verdict,
        accepted: &mut Option<(i64, Event)>,
    ) -> Result<(), LedgerError> {
        let now = (self.world.now)();
        if let Some(earlier) = accepted.take() {
            // Nobody took it along.
            self.ledger.record_all(vec![earlier], now).await?;
        }
        if let RowFate::Accepted { reply } = verdict.row {
            let address = delivery.recipient.address.to_string();
            (self.told)(Told::Row { address, status: Status::Accepted, why: reply.clone() });
            let event = (delivery.id, Event::Accepted { reply });
            if self.looks_ahead() {
                *accepted = Some(event);
            } else {
                // The next message may be far away: a crash until then must not put this one in doubt.
                self.ledger.record_all(vec![event], now).await?;
            }
            self.note(Status::Accepted, verdict.run).await;
            return Ok(());
        }
        let tries = delivery.attempts + 1;
        let next_at = self.orders.retry.next(tries, now, (self.world.jitter)());
        let mut fate = verdict.row;
        if let RowFate::Released { why } = &fate
            && matches!(verdict.run, RunFate::ConnectionFailed { .. })
            && self.count_release(delivery.id) >= MOST_RELEASES
        {
            fate = RowFate::Deferred { why: why.clone() };
        }
        let event = fate.event(next_at.unwrap_or(now));
        let mut why = event.detail().to_owned();
        let mut status = self.ledger.record(delivery.id, event, now).await?;
        if status == Status::Deferred && next_at.is_none() {
            why = format!("{why} (tried {tries} times)");
            let expired = Event::Expired { why: why.clone() };
            status = self.ledger.record(delivery.id, expired, now).await?;
        }
        if let RowFate::Rejected { why, suppress: true } = &fate {
            let person = self.skeleton.keys().person_name(&delivery.recipient.address);
            self.ledger.suppress(&person, why, now).await?;
        }
        let address = delivery.recipient.address.to_string();
        (self.told)(Told::Row { address, status, why });
        self.note(status, verdict.run).await;
        Ok(())
    }

    fn count_release(&self, id: i64) -> u32 {
        let mut troubles = self.troubles();
        let releases = troubles.releases.entry(id).or_default();
        *releases += 1;
        *releases
    }

    /// Counts what the verdict means for the run, and ends it where that is too much.
    async fn note(&self, status: Status, fate: RunFate) {
        let wait = {
            let mut troubles = self.troubles();
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

    fn end(&self, troubles: &mut Troubles, end: End) {
        troubles.end.get_or_insert(end);
        self.ending.wish(Stop::Soon);
    }

    async fn next_due(&self) -> Result<DateTime<Utc>, LedgerError> {
        let now = (self.world.now)();
        let claim = self.ledger.claim(&self.orders.edition, now, 0).await?;
        Ok(claim.next_due.unwrap_or(now))
    }

    /// Waits for the next deferred row if that is not too long, and says whether it did.
    async fn wait_for_deferred(&self) -> Result<bool, LedgerError> {
        let until = self.next_due().await?;
        let wait = (until - (self.world.now)()).to_std().unwrap_or_default();
        if wait > self.orders.patience {
            return Ok(false);
        }
        if wait > Duration::from_secs(1) {
            (self.told)(Told::Waiting { until });
        }
        Ok(self.rest(wait).await)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Europe::London;

    use super::super::relay::scripted::{Act, ScriptedRelay};
    use super::*;
    use crate::audience::Keys;
    use crate::ledger::{Counts, MemoryLedger, laws};
    use crate::message::{Identity, Settings};
    use crate::rfc::reply::Stage;

    const OK: Act = Act::Answer(Stage::Dot, 250, "2.0.0 ok");

    struct Happening {
        ledger: Arc<MemoryLedger>,
        relay: ScriptedRelay,
        orders: Orders,
        stop: Option<Stop>,
    }

    impl Happening {
        async fn new(
            people: usize,
            script: impl Fn(&str, usize) -> Act + Send + Sync + 'static,
        ) -> Self {
            let ledger = Arc::new(MemoryLedger::default());
            let addresses: Vec<_> = (0..people).map(|i| format!("p{i}@example.org")).collect();
            let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
            ledger.plan(laws::plan("2020", &addresses)).await.unwrap();
            let orders = Orders {
                connections: 2,
                retry: Retry { first: Duration::ZERO, most_tries: 6, ..Retry::default() },
                patience: Duration::ZERO,
                reconnect: Duration::ZERO,
                ..Orders::new("2020")
            };
            Self { ledger, relay: ScriptedRelay::new(script), orders, stop: None }
        }

        async fn run(&self) -> (End, Counts) {
            let composition = self.ledger.edition("2020").await.unwrap().unwrap().composition;
            let identity = Identity::new(&Settings {
                name: "Example Charity".to_owned(),
                address: "news@charity.example".to_owned(),
                reply_to: None,
                bounce_address: None,
                list_id: None,
                unsubscribe_address: None,
                public_url: None,
            })
            .unwrap();
            let skeleton = Skeleton::new(
                composition,
                identity,
                Keys::new(b"secret"),
                Vec::new(),
                laws::now(),
                London,
            );
            let (handle, stopper) = line();
            let stop = self.stop;
            let world = World { now: laws::now, jitter: || 0.0 };
            let end = run(
                Arc::clone(&self.ledger),
                Arc::new(skeleton.unwrap()),
                self.orders.clone(),
                || self.relay.clone(),
                stopper,
                world,
                move |told| {
                    if let (Told::Row { .. }, Some(stop)) = (told, stop) {
                        handle.wish(stop);
                    }
                },
            );
            let end = end.await.unwrap();
            (end, self.ledger.counts("2020").await.unwrap())
        }

        /// Nobody was taken twice.
        fn taken(&self) -> usize {
            let taken = self.relay.taken.lock().unwrap();
            assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len(), "{taken:?}");
            taken.len()
        }
    }

    #[tokio::test]
    async fn everybody_gets_one() {
        let happening = Happening::new(100, |_, _| OK).await;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted), (End::Finished, 100));
        assert_eq!(happening.taken(), 100);
        // Run again: nothing is left to do.
        let (end, _) = happening.run().await;
        assert_eq!((end, happening.taken()), (End::Finished, 100));
    }

    #[tokio::test]
    async fn a_refused_person_stops_nobody_else_and_is_suppressed() {
        let happening = Happening::new(20, |who, _| match who {
            "p3@example.org" => Act::Answer(Stage::Recipient, 550, "5.1.1 no such user"),
            _ => OK,
        })
        .await;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, counts.rejected), (End::Finished, 19, 1));
        let person = Keys::new(b"secret").person_name(&laws::recipient("p3@example.org").address);
        let why = happening.ledger.suppression(&person).await.unwrap();
        assert_eq!(why.as_deref(), Some("550 5.1.1 no such user"));
    }

    #[tokio::test]
    async fn a_deferred_copy_is_tried_again_and_expires_in_the_end() {
        let happening = Happening::new(10, |who, before| match (who, before) {
            ("p1@example.org", 0 | 1) => Act::Answer(Stage::Dot, 451, "4.7.1 greylisted"),
            ("p2@example.org", _) => Act::Answer(Stage::Recipient, 450, "4.2.1 busy"),
            _ => OK,
        })
        .await;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, counts.expired), (End::Finished, 9, 1));
        let rows = happening.ledger.rows("2020").await.unwrap();
        assert_eq!(rows[2].1.detail, "450 4.2.1 busy (tried 6 times)");
    }

    #[tokio::test]
    async fn deferred_copies_that_wait_long_end_the_run() {
        let mut happening = Happening::new(3, |who, _| match who {
            "p1@example.org" => Act::Answer(Stage::Dot, 451, "4.7.1 greylisted"),
            _ => OK,
        })
        .await;
        happening.orders.retry = Retry::default();
        let (end, counts) = happening.run().await;
        assert_eq!(end, End::Waiting { until: laws::now() + chrono::TimeDelta::seconds(60) });
        assert_eq!((counts.accepted, counts.deferred), (2, 1));
    }

    #[tokio::test]
    async fn a_dead_relay_touches_nobody() {
        let happening = Happening::new(10, |_, _| Act::Break(Stage::Connect)).await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, End::Unreachable { .. }), "{end:?}");
        assert_eq!((counts.planned, happening.taken()), (10, 0));
    }

    #[tokio::test]
    async fn a_relay_that_drops_after_the_dot_leaves_uncertain_copies_that_are_never_sent_again() {
        let happening = Happening::new(30, |_, _| Act::Break(Stage::Dot)).await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, End::Unreachable { .. }), "{end:?}");
        assert!(counts.uncertain <= 3, "{counts:?}");
        assert_eq!(counts.uncertain + counts.planned, 30);
    }

    #[tokio::test]
    async fn one_copy_that_breaks_connections_does_not_hold_the_others() {
        let happening = Happening::new(30, |who, _| match who {
            "p4@example.org" => Act::Break(Stage::Body),
            _ => OK,
        })
        .await;
        let (end, counts) = happening.run().await;
        assert_eq!(happening.taken() as u64, counts.accepted);
        // With nobody else left, the run ends as unreachable; had there been others, she would expire.
        assert!(matches!(end, End::Finished | End::Unreachable { .. }), "{end:?}");
        assert_eq!(counts.accepted, 29);
    }

    #[tokio::test]
    async fn trouble_about_us_pauses_the_run_and_keeps_everybody_planned() {
        for act in [
            Act::Answer(Stage::Login, 535, "5.7.8 bad password"),
            Act::Answer(Stage::Mail, 550, "5.7.1 sender not allowed"),
            Act::Answer(Stage::Dot, 550, "5.7.26 unauthenticated"),
        ] {
            let happening = Happening::new(10, move |_, _| act.clone()).await;
            let (end, counts) = happening.run().await;
            assert!(matches!(end, End::Paused { .. }), "{end:?}");
            assert_eq!(counts.planned, 10);
        }
    }

    #[tokio::test]
    async fn refusals_for_policy_pause_after_three() {
        let happening =
            Happening::new(20, |_, _| Act::Answer(Stage::Dot, 554, "5.7.1 looks like spam")).await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, End::Paused { .. }), "{end:?}");
        assert!((3..=4).contains(&counts.rejected), "{counts:?}");
    }

    #[tokio::test]
    async fn a_stop_finishes_what_is_in_flight_and_a_second_run_does_the_rest() {
        let mut happening = Happening::new(50, |_, _| OK).await;
        happening.stop = Some(Stop::Soon);
        let (end, counts) = happening.run().await;
        assert_eq!(end, End::Interrupted);
        assert_eq!((counts.claimed, counts.handing_over, counts.uncertain), (0, 0, 0));
        assert!(counts.accepted >= 1 && counts.planned > 0, "{counts:?}");
        happening.stop = None;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, happening.taken()), (End::Finished, 50, 50));
    }

    #[tokio::test]
    async fn a_hasty_stop_leaves_at_most_one_uncertain_copy_a_connection() {
        let mut happening = Happening::new(50, |who, _| match who {
            "p0@example.org" => OK,
            _ => Act::Hang(Stage::Dot),
        })
        .await;
        happening.stop = Some(Stop::Now);
        let (end, counts) = happening.run().await;
        assert_eq!(end, End::Interrupted);
        assert_eq!((counts.claimed, counts.handing_over), (0, 0));
        assert!(counts.uncertain <= 2, "{counts:?}");
        assert_eq!(counts.accepted + counts.uncertain + counts.planned, 50);
    }
}
