//! A run: connections work side by side, in rounds, until no row is left that can be tried now.
//! Shell: tasks and their timers; what to do is decided in `verdict`, `pace` and their neighbours.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::config::{RunConfig, RunEnd, RunEvent};
use super::relay::Relay;
use super::run_state::RunState;
use super::stop::{StopSignal, Urgency};
use super::system::Clock;
use super::worker::work;
use crate::ledger::Ledger;
use crate::ledger::error::LedgerError;
use crate::message::MessageTemplate;

/// Runs until it ends. Where the ledger is one computer's, the caller holds the edition's lock.
///
/// # Errors
/// When the ledger fails. Nothing is sent after that; the next run settles what was open.
pub async fn run<L: Ledger, R: Relay>(
    ledger: Arc<L>,
    skeleton: Arc<MessageTemplate>,
    config: RunConfig,
    new_relay: impl Fn() -> R,
    stopper: StopSignal,
    clock: Clock,
    report: impl Fn(RunEvent) + Send + Sync + 'static,
) -> Result<RunEnd, LedgerError> {
    let state = Arc::new(RunState::enter(ledger, skeleton, config, stopper, clock, report).await?);
    let heartbeat = tokio::spawn({
        let state = Arc::clone(&state);
        async move { state.heartbeat().await }
    });
    state.retry_refused().await?;
    let end = match rounds(&state, new_relay).await {
        Ok(end) => state.close_refusals(end).await,
        Err(error) => Err(error),
    };
    heartbeat.abort();
    // Cancelled is not stopped in the middle of a commit: the ledger finishes what it began.
    let _ = heartbeat.await;
    match end {
        Ok(end) => {
            state.leave().await?;
            Ok(end)
        }
        // The ledger itself failed: what was in progress is settled by the next that enters.
        Err(error) => Err(error),
    }
}

async fn rounds<L: Ledger, R: Relay>(
    state: &Arc<RunState<L>>,
    new_relay: impl Fn() -> R,
) -> Result<RunEnd, LedgerError> {
    loop {
        let mut workers = JoinSet::new();
        for number in 0..state.config.connections.max(1) {
            workers.spawn(work(Arc::clone(state), new_relay(), number));
        }
        let mut failed = None;
        while let Some(worker) = workers.join_next().await {
            let result = match worker {
                Ok(result) => result,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => Err(LedgerError::Stopped),
            };
            if let Err(error) = result {
                state.finish_soon();
                failed.get_or_insert(error);
            }
        }
        if let Some(error) = failed.or_else(|| state.failure()) {
            return Err(error);
        }
        state.give_back_queue().await?;
        if state.progress().await?.open == 0 {
            return Ok(RunEnd::Finished);
        }
        if let Some(end) = state.take_end() {
            return Ok(end);
        }
        if state.stopper.urgency() > Urgency::No {
            return Ok(RunEnd::Interrupted);
        }
        if let Some(end) = state.wait_for_more().await? {
            return Ok(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::time::Duration;

    use chrono_tz::Europe::London;

    use super::super::config::Pause;
    use super::super::hours::Hours;
    use super::super::pace::{Rate, Retry};
    use super::super::relay::scripted::{ScriptStep, ScriptedRelay};
    use super::super::stop::channel;
    use super::*;
    use crate::audience::Keys;
    use crate::ledger::{Counts, MemoryLedger, RowFilter, RunControl, laws};
    use crate::message::{Sender, Settings};
    use crate::rfc::reply::Stage;

    const OK: ScriptStep = ScriptStep::Answer(Stage::Dot, 250, "2.0.0 ok");

    struct Happening {
        ledger: Arc<MemoryLedger>,
        relay: ScriptedRelay,
        config: RunConfig,
        stop: Option<Urgency>,
        slower: Option<Arc<Mutex<Vec<usize>>>>,
    }

    impl Happening {
        async fn new(
            people: usize,
            script: impl Fn(&str, usize) -> ScriptStep + Send + Sync + 'static,
        ) -> Self {
            let ledger = Arc::new(MemoryLedger::default());
            let addresses: Vec<_> = (0..people).map(|i| format!("p{i}@example.org")).collect();
            let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
            ledger.plan(laws::plan("2020", &addresses)).await.unwrap();
            let config = RunConfig {
                connections: 2,
                retry: Retry { first: Duration::ZERO, most_tries: 6, ..Retry::default() },
                patience: Duration::ZERO,
                relay_patience: Duration::ZERO,
                reconnect: Duration::ZERO,
                keep_every: Duration::from_millis(1),
                ..RunConfig::new("2020")
            };
            Self { ledger, relay: ScriptedRelay::new(script), config, stop: None, slower: None }
        }

        async fn run(&self) -> (RunEnd, Counts) {
            let composition = self.ledger.edition("2020").await.unwrap().unwrap().composition;
            let identity = Sender::new(&Settings {
                name: "Example Charity".to_owned(),
                address: "news@charity.example".to_owned(),
                reply_to: None,
                bounce_address: None,
                bounce_tokens: false,
                list_id: None,
                unsubscribe_address: None,
                public_url: None,
            })
            .unwrap();
            let skeleton = MessageTemplate::new(
                composition,
                identity,
                Keys::new(b"secret"),
                Vec::new(),
                laws::now(),
                London,
            );
            let (handle, stopper) = channel();
            let stop = self.stop;
            let slower = self.slower.clone();
            let clock = Clock { now: laws::now, jitter: || 0.0 };
            let end = run(
                Arc::clone(&self.ledger),
                Arc::new(skeleton.unwrap()),
                self.config.clone(),
                || self.relay.clone(),
                stopper,
                clock,
                move |event| match (event, stop) {
                    (RunEvent::Row { .. }, Some(stop)) => handle.stop(stop),
                    (RunEvent::Slower { connections, .. }, _) => {
                        if let Some(slower) = &slower {
                            slower.lock().unwrap().push(connections);
                        }
                    }
                    _ => {}
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
        assert_eq!((end, counts.accepted), (RunEnd::Finished, 100));
        assert_eq!(happening.taken(), 100);
        // Run again: nothing is left to do.
        let (end, _) = happening.run().await;
        assert_eq!((end, happening.taken()), (RunEnd::Finished, 100));
    }

    #[tokio::test]
    async fn a_refused_person_stops_nobody_else_and_is_suppressed() {
        let happening = Happening::new(20, |who, _| match who {
            "p3@example.org" => ScriptStep::Answer(Stage::Recipient, 550, "5.1.1 no such user"),
            _ => OK,
        })
        .await;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, counts.rejected), (RunEnd::Finished, 19, 1));
        let person = Keys::new(b"secret").address_hash(&laws::recipient("p3@example.org").address);
        let why = happening.ledger.suppression(&person).await.unwrap();
        assert_eq!(why.unwrap().words(), "550 5.1.1 no such user");
    }

    #[tokio::test]
    async fn a_deferred_copy_is_tried_again_and_expires_in_the_end() {
        let happening = Happening::new(10, |who, before| match (who, before) {
            ("p1@example.org", 0 | 1) => ScriptStep::Answer(Stage::Dot, 451, "4.7.1 greylisted"),
            ("p2@example.org", _) => ScriptStep::Answer(Stage::Recipient, 450, "4.2.1 busy"),
            _ => OK,
        })
        .await;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, counts.expired), (RunEnd::Finished, 9, 1));
        let rows = happening.ledger.rows("2020", RowFilter::All).await.unwrap();
        assert_eq!(rows[2].1.detail, "450 4.2.1 busy (tried 6 times)");
    }

    #[tokio::test]
    async fn deferred_copies_that_wait_long_end_the_run() {
        let mut happening = Happening::new(3, |who, _| match who {
            "p1@example.org" => ScriptStep::Answer(Stage::Dot, 451, "4.7.1 greylisted"),
            _ => OK,
        })
        .await;
        happening.config.retry = Retry::default();
        let (end, counts) = happening.run().await;
        assert_eq!(
            end,
            RunEnd::Waiting {
                until: laws::now() + chrono::TimeDelta::seconds(60 * 5),
                why: Pause::Deferred
            }
        );
        assert_eq!((counts.accepted, counts.deferred), (2, 1));
    }

    #[tokio::test]
    async fn a_dead_relay_touches_nobody() {
        let happening = Happening::new(10, |_, _| ScriptStep::Break(Stage::Connect)).await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, RunEnd::Unreachable { .. }), "{end:?}");
        assert_eq!((counts.planned, happening.taken()), (10, 0));
    }

    #[tokio::test]
    async fn a_relay_that_drops_after_the_dot_leaves_uncertain_copies_that_are_never_sent_again() {
        let happening = Happening::new(30, |_, _| ScriptStep::Break(Stage::Dot)).await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, RunEnd::Unreachable { .. }), "{end:?}");
        assert!(counts.uncertain <= 3, "{counts:?}");
        assert_eq!(counts.uncertain + counts.planned, 30);
    }

    #[tokio::test]
    async fn one_copy_that_breaks_connections_does_not_hold_the_others() {
        let mut happening = Happening::new(30, |who, _| match who {
            "p4@example.org" => ScriptStep::Break(Stage::Body),
            _ => OK,
        })
        .await;
        happening.config.relay_patience = Duration::from_mins(5);
        let (end, counts) = happening.run().await;
        assert_eq!(happening.taken() as u64, counts.accepted);
        assert!(matches!(end, RunEnd::Waiting { .. }), "{end:?}");
        assert_eq!((counts.accepted, counts.deferred), (29, 1));
        // The next run tries it again, and nobody else.
        let (end, counts) = happening.run().await;
        assert!(matches!(end, RunEnd::Waiting { .. }), "{end:?}");
        assert_eq!((counts.accepted, counts.deferred), (29, 1));
    }

    #[tokio::test]
    async fn trouble_about_us_pauses_the_run_and_everybody_waits() {
        for act in [
            ScriptStep::Answer(Stage::Login, 535, "5.7.8 bad password"),
            ScriptStep::Answer(Stage::Mail, 550, "5.7.1 sender not allowed"),
            ScriptStep::Answer(Stage::Recipient, 554, "5.7.1 Relay access denied"),
            ScriptStep::Answer(Stage::Data, 554, "5.7.1 Access denied"),
            ScriptStep::Answer(Stage::Dot, 550, "5.7.26 unauthenticated"),
            ScriptStep::Answer(Stage::Dot, 554, "5.7.1 looks like spam"),
            ScriptStep::Answer(
                Stage::Dot,
                454,
                "Throttling failure: Daily message quota exceeded.",
            ),
        ] {
            let happening = Happening::new(20, move |_, _| act.clone()).await;
            let (end, counts) = happening.run().await;
            assert!(matches!(&end, RunEnd::Paused { cure, .. } if !cure.is_empty()), "{end:?}");
            assert_eq!(counts.planned + counts.deferred, 20, "{counts:?}");
        }
    }

    #[tokio::test]
    async fn after_the_cure_the_same_command_mails_everybody() {
        let cured: Arc<Mutex<bool>> = Arc::default();
        let is_cured = Arc::clone(&cured);
        let happening = Happening::new(30, move |_, _| {
            if *is_cured.lock().unwrap() {
                OK
            } else {
                ScriptStep::Answer(Stage::Dot, 550, "5.7.60 SMTP; Client does not have permissions")
            }
        })
        .await;
        for _ in 0..4 {
            let (end, counts) = happening.run().await;
            assert!(matches!(end, RunEnd::Paused { .. }), "{end:?}");
            assert_eq!(counts.open(), 30);
        }
        *cured.lock().unwrap() = true;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, happening.taken()), (RunEnd::Finished, 30, 30));
    }

    #[tokio::test]
    async fn the_same_answer_for_ten_people_is_about_us_and_nobody_is_marked() {
        let happening = Happening::new(60, |_, _| {
            ScriptStep::Answer(Stage::Recipient, 550, "5.1.1 no such user")
        })
        .await;
        let (end, counts) = happening.run().await;
        assert!(matches!(end, RunEnd::Paused { .. }), "{end:?}");
        assert_eq!((counts.rejected, counts.planned), (0, 60));
        for number in 0..12 {
            let address = laws::recipient(&format!("p{number}@example.org")).address;
            let person = Keys::new(b"secret").address_hash(&address);
            assert_eq!(happening.ledger.suppression(&person).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn dead_addresses_that_stand_together_hold_up_nobody_in_the_next_run() {
        for (from, before) in [(0, 0), (20, 20)] {
            let mut happening = Happening::new(60, move |who, _| {
                let number: usize = who[1..].split('@').next().unwrap().parse().unwrap();
                let is_dead = (from..from + 12).contains(&number);
                let dead = ScriptStep::Answer(Stage::Recipient, 550, "5.1.2 Domain not found");
                if is_dead { dead } else { OK }
            })
            .await;
            happening.config.connections = 1;
            let (end, counts) = happening.run().await;
            assert!(matches!(end, RunEnd::Paused { .. }), "{end:?}");
            assert_eq!((counts.rejected, counts.accepted), (0, before), "from {from}");
            let (end, counts) = happening.run().await;
            assert!(matches!(end, RunEnd::Paused { .. }), "{end:?}");
            assert_eq!(
                (counts.accepted, counts.rejected + counts.planned),
                (48, 12),
                "from {from}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_for_which_the_relay_hangs_up_is_no_rows_fault() {
        for (stage, words) in [
            (Stage::Recipient, "4.7.28 an unusual rate of mail"),
            (Stage::Dot, "4.7.0 Try again later, closing connection."),
        ] {
            let taken: Arc<Mutex<(u32, u32)>> = Arc::default();
            let happening = Happening::new(30, move |_, _| {
                let (accepted, refused) = &mut *taken.lock().unwrap();
                // Ten, and then nothing until it was said often.
                if *accepted < 10 || *refused >= 12 {
                    *accepted += 1;
                    return OK;
                }
                *refused += 1;
                ScriptStep::Answer(stage, 421, words)
            })
            .await;
            let (end, counts) = happening.run().await;
            let is_broken_off = matches!(
                end,
                RunEnd::Waiting { why: Pause::BrokenOff, .. } | RunEnd::Unreachable { .. }
            );
            assert!(!is_broken_off, "{words}: {end:?}");
            assert_eq!((counts.rejected, counts.uncertain), (0, 0), "{words}");
            happening.run().await;
            assert_eq!(happening.taken(), 30, "{words}");
        }
    }

    #[tokio::test]
    async fn odd_rows_at_the_top_hold_up_nobody() {
        for act in [
            ScriptStep::Answer(
                Stage::Data,
                554,
                "5.7.1 <DATA>: Data command rejected: Access denied",
            ),
            ScriptStep::Answer(Stage::Recipient, 550, "Administrative prohibition"),
            ScriptStep::Answer(Stage::Recipient, 550, "rejected because it is in a black list"),
            ScriptStep::Break(Stage::Recipient),
        ] {
            let odd = ["p0@example.org", "p1@example.org", "p2@example.org", "p3@example.org"];
            let happening =
                Happening::new(60, move |who, _| if odd.contains(&who) { act.clone() } else { OK })
                    .await;
            let (end, counts) = happening.run().await;
            assert!(!matches!(end, RunEnd::Finished), "{end:?}");
            assert_eq!(counts.accepted, 56, "{end:?} {counts:?}");
        }
    }

    #[tokio::test]
    async fn a_stop_finishes_what_is_in_flight_and_a_second_run_does_the_rest() {
        let mut happening = Happening::new(50, |_, _| OK).await;
        happening.stop = Some(Urgency::Soon);
        let (end, counts) = happening.run().await;
        assert_eq!(end, RunEnd::Interrupted);
        assert_eq!((counts.claimed, counts.handing_over, counts.uncertain), (0, 0, 0));
        assert!(counts.accepted >= 1 && counts.planned > 0, "{counts:?}");
        happening.stop = None;
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, happening.taken()), (RunEnd::Finished, 50, 50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_does_not_wait_for_a_relay_that_is_silent_before_the_end_of_a_message() {
        for stage in [Stage::Banner, Stage::Login, Stage::Mail, Stage::Recipient, Stage::Body] {
            let mut happening = Happening::new(20, move |who, _| match who {
                "p0@example.org" => OK,
                _ => ScriptStep::Hang(stage),
            })
            .await;
            happening.stop = Some(Urgency::Soon);
            let run = tokio::time::timeout(Duration::from_secs(11), happening.run());
            let (end, counts) = run.await.expect("it ends");
            assert_eq!(end, RunEnd::Interrupted, "{stage:?}");
            assert_eq!((counts.claimed, counts.handing_over), (0, 0), "{stage:?} {counts:?}");
            assert_eq!((counts.accepted, counts.uncertain), (1, 0), "{stage:?} {counts:?}");
        }
    }

    #[tokio::test]
    async fn a_hasty_stop_leaves_at_most_one_uncertain_copy_a_connection() {
        let mut happening = Happening::new(50, |who, _| match who {
            "p0@example.org" => OK,
            _ => ScriptStep::Hang(Stage::Dot),
        })
        .await;
        happening.stop = Some(Urgency::Now);
        let (end, counts) = happening.run().await;
        assert_eq!(end, RunEnd::Interrupted);
        assert_eq!((counts.claimed, counts.handing_over), (0, 0));
        assert!(counts.uncertain <= 2, "{counts:?}");
        assert_eq!(counts.accepted + counts.uncertain + counts.planned, 50);
    }

    #[tokio::test]
    async fn a_pause_from_elsewhere_halts_the_run_and_going_on_does_the_rest() {
        let ledger: Arc<Mutex<Option<Arc<MemoryLedger>>>> = Arc::default();
        let elsewhere = Arc::clone(&ledger);
        let happening = Happening::new(50, move |who, _| {
            if who == "p20@example.org" {
                let ledger = elsewhere.lock().unwrap().clone().unwrap();
                // The ledger in memory does it at once, and needs no runtime for it.
                let control = ledger.control("2020", RunControl::Pause, laws::now());
                futures_now(control).unwrap();
            }
            OK
        })
        .await;
        *ledger.lock().unwrap() = Some(Arc::clone(&happening.ledger));
        let mut happening = happening;
        // The queue holds all fifty: only the sign of life can learn of the pause.
        happening.config.rate = Some(Rate::parse("1000/s").unwrap());
        let (end, counts) = happening.run().await;
        assert_eq!(end, RunEnd::Halted);
        assert!(counts.accepted >= 20 && counts.planned > 0, "{counts:?}");
        assert_eq!((counts.claimed, counts.handing_over, counts.uncertain), (0, 0, 0));
        happening.ledger.control("2020", RunControl::Go, laws::now()).await.unwrap();
        *ledger.lock().unwrap() = Some(Arc::default());
        let (end, _) = happening.run().await;
        assert_eq!((end, happening.taken()), (RunEnd::Finished, 50));
    }

    /// The value of a future that needs no waiting.
    fn futures_now<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => panic!("it waits"),
        }
    }

    #[tokio::test]
    async fn a_cancelled_edition_goes_to_nobody_else() {
        let happening = Happening::new(30, |_, _| OK).await;
        happening.ledger.control("2020", RunControl::Cancel, laws::now()).await.unwrap();
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.cancelled, happening.taken()), (RunEnd::Finished, 30, 0));
    }

    #[tokio::test]
    async fn a_relay_that_asks_for_less_gets_less_and_everybody_is_mailed() {
        let slower: Arc<Mutex<Vec<usize>>> = Arc::default();
        let mut happening = Happening::new(60, |who, before| match (who, before) {
            ("p7@example.org", 0) => {
                ScriptStep::Answer(Stage::Mail, 421, "4.7.0 too many connections")
            }
            _ => OK,
        })
        .await;
        happening.config.connections = 8;
        happening.slower = Some(Arc::clone(&slower));
        let (end, counts) = happening.run().await;
        assert_eq!((end, counts.accepted, happening.taken()), (RunEnd::Finished, 60, 60));
        assert_eq!(*slower.lock().unwrap(), [4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_relay_that_asks_for_less_when_one_connection_is_done_holds_up_nobody() {
        for number in 0..2 {
            // The last row is with either connection, while the other has nothing left to do.
            let mut happening = Happening::new(2, move |who, before| {
                let is_last = who == if number == 0 { "p0@example.org" } else { "p1@example.org" };
                match before {
                    0 if is_last => ScriptStep::Answer(Stage::Dot, 451, "4.3.0 later"),
                    1..=3 if is_last => {
                        ScriptStep::Answer(Stage::Mail, 421, "4.7.0 too many errors")
                    }
                    _ => OK,
                }
            })
            .await;
            happening.config.relay_patience = Duration::from_mins(5);
            happening.config.keep_every = Duration::from_mins(1);
            let run = tokio::time::timeout(Duration::from_mins(10), happening.run());
            let (end, counts) = run.await.expect("it ends");
            assert_eq!((end, counts.accepted), (RunEnd::Finished, 2));
        }
    }

    #[tokio::test]
    async fn who_leaves_while_their_row_waits_in_the_queue_is_not_mailed() {
        for connections in [1, 2] {
            let ledger: Arc<Mutex<Option<Arc<MemoryLedger>>>> = Arc::default();
            let elsewhere = Arc::clone(&ledger);
            let mut happening = Happening::new(50, move |who, _| {
                if who == "p20@example.org" {
                    // All rows are claimed by now.
                    let ledger = elsewhere.lock().unwrap().clone().unwrap();
                    for gone in ["p30@example.org", "p31@example.org", "p49@example.org"] {
                        let person =
                            Keys::new(b"secret").address_hash(&laws::recipient(gone).address);
                        let leaving = ledger.suppress(&person, "unsubscribed", laws::now());
                        futures_now(leaving).unwrap();
                    }
                }
                OK
            })
            .await;
            happening.config.connections = connections;
            *ledger.lock().unwrap() = Some(Arc::clone(&happening.ledger));
            let (end, counts) = happening.run().await;
            assert_eq!((end, counts.accepted, counts.suppressed), (RunEnd::Finished, 47, 3));
            assert_eq!(happening.taken(), 47);
        }
    }

    /// Whose turn it is at, of thirty people: name, and who gets the reply.
    const PLACES: [(&str, fn(usize) -> bool); 6] = [
        ("everybody", |_| true),
        ("the first", |number| number == 0),
        ("the first four", |number| number < 4),
        ("one in the middle", |number| number == 15),
        ("the last", |number| number == 29),
        ("from the tenth on", |number| number >= 10),
    ];

    /// Every reply of the table, wherever in the list it comes: nobody is marked for what is about us, nobody holds up an
    /// edition, and after the cure the same command mails everybody.
    #[tokio::test(start_paused = true)]
    async fn every_reply_at_every_place_of_the_list() {
        let text = include_str!("../../tests/replies/replies.txt");
        let mut cells = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let parts: Vec<&str> = line.split(" | ").collect();
            let (name, about) = (parts[0], parts[3]);
            let stage = match parts[1] {
                "banner" => Stage::Banner,
                "auth" => Stage::Login,
                "mail" => Stage::Mail,
                "rcpt" => Stage::Recipient,
                "data" => Stage::Data,
                _ => Stage::Dot,
            };
            let code: u16 = parts[2][..3].parse().unwrap();
            if code < 400 {
                continue;
            }
            for (place, gets_it) in PLACES {
                cells += 1;
                let cell = format!("{name}, {place}");
                let cured: Arc<Mutex<bool>> = Arc::default();
                let is_cured = Arc::clone(&cured);
                let passes = about == "later";
                let words = &parts[2][4..];
                let mut happening = Happening::new(30, move |who, before| {
                    let number = who[1..].split('@').next().unwrap().parse().unwrap();
                    let is_over = *is_cured.lock().unwrap() || passes && before > 0;
                    if gets_it(number) && !is_over {
                        ScriptStep::Answer(stage, code, words)
                    } else {
                        OK
                    }
                })
                .await;
                happening.config.keep_every = Duration::from_mins(1);
                let (end, counts) = happening.run().await;
                assert_eq!(counts.uncertain, 0, "{cell}");
                let few = !matches!(place, "everybody" | "from the tenth on");
                if about == "person" && few {
                    let number = u64::try_from((0..30).filter(|n| gets_it(*n)).count()).unwrap();
                    assert_eq!((end, counts.rejected), (RunEnd::Finished, number), "{cell}");
                    assert_eq!(counts.accepted, 30 - number, "{cell}");
                    continue;
                }
                assert_eq!(counts.rejected + counts.expired, 0, "{cell}: {end:?}");
                if about == "us" {
                    let has_cure = matches!(&end, RunEnd::Paused { cure, .. } if !cure.is_empty());
                    assert!(has_cure, "{cell}: {end:?}");
                }
                *cured.lock().unwrap() = true;
                for _ in 0..3 {
                    happening.run().await;
                }
                assert_eq!(happening.taken(), 30, "{cell}");
                for number in 0..30 {
                    let address = laws::recipient(&format!("p{number}@example.org")).address;
                    let person = Keys::new(b"secret").address_hash(&address);
                    let why = happening.ledger.suppression(&person).await.unwrap();
                    assert_eq!(why, None, "{cell}");
                }
            }
        }
        assert!(cells > 900, "{cells}");
    }

    #[tokio::test]
    async fn outside_its_hours_nothing_is_sent() {
        let mut happening = Happening::new(3, |_, _| OK).await;
        // It is noon on Thursday, the last day of 2020.
        happening.config.hours = Hours::parse(Some("08:00-11:00"), None, London).unwrap();
        let (end, counts) = happening.run().await;
        let until = "2021-01-01T08:00:00Z".parse().unwrap();
        assert_eq!(end, RunEnd::Waiting { until, why: Pause::Hours });
        assert_eq!((counts.planned, happening.taken()), (3, 0));
        happening.config.hours = Hours::parse(Some("08:00-18:00"), Some("thu"), London).unwrap();
        let (end, _) = happening.run().await;
        assert_eq!((end, happening.taken()), (RunEnd::Finished, 3));
    }
}
