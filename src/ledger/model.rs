//! A ledger and its runs under whatever may happen, against a model that knows what really arrived.
//! Shell: runs ledgers.
//!
//! Sequences of happenings are made at random: runs enter, claim, hand over, get answers, die, are replaced; people
//! unsubscribe; operators pause, cancel, resend; the clock jumps. After each step the invariants hold:
//!
//! - the figures add up to everybody;
//! - nobody's copy arrived twice, unless an operator sent it again;
//! - *accepted* means that the relay took it, or that an operator said so;
//! - people who have left get nothing handed over, whether their copy was claimed before or not;
//! - in the end everybody is in a final state, and people who have nothing are named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::postgres::tests::{database, execute};
use super::{
    Event, Ledger, MemoryLedger, PostgresLedger, RowFilter, RunControl, RunId, SqliteLedger,
    Status, laws,
};
use crate::audience::Keys;
use crate::ledger::error::LedgerError;
use crate::rfc::address::EmailAddress;

const PEOPLE: usize = 6;
const EDITION: &str = "2020";

/// What happens next. Numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// A new process takes over; the one before may be dead, or a zombie that goes on.
    Enter,
    Claim {
        most: usize,
    },
    /// The run writes *handing over* for a row it has.
    HandOver {
        which: usize,
    },
    /// The dot leaves, and this is what becomes of it.
    Answer {
        which: usize,
        answer: Answer,
    },
    /// The row is given back before the dot.
    Release {
        which: usize,
    },
    /// A run that was replaced tries to go on.
    ZombieWrites {
        which: usize,
    },
    Crash,
    Leave,
    Pause,
    GoOn,
    Cancel,
    Unsubscribe {
        who: usize,
    },
    Resend,
    AssumeSent,
    ClockJumps {
        minutes: i64,
    },
    /// Another edition's run, beside it.
    OtherEdition,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Taken,
    Later,
    Never,
    /// The connection dies after the dot: taken or not, nobody hears of it.
    Silence {
        taken: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..PEOPLE;
    prop_oneof![
        3 => Just(Step::Enter),
        6 => (1..4usize).prop_map(|most| Step::Claim { most }),
        8 => which.clone().prop_map(|which| Step::HandOver { which }),
        8 => (which.clone(), prop_oneof![
            4 => Just(Answer::Taken),
            2 => Just(Answer::Later),
            1 => Just(Answer::Never),
            1 => Just(Answer::Silence { taken: true }),
            1 => Just(Answer::Silence { taken: false }),
        ]).prop_map(|(which, answer)| Step::Answer { which, answer }),
        2 => which.clone().prop_map(|which| Step::Release { which }),
        2 => which.clone().prop_map(|which| Step::ZombieWrites { which }),
        2 => Just(Step::Crash),
        2 => Just(Step::Leave),
        1 => Just(Step::Pause),
        2 => Just(Step::GoOn),
        1 => Just(Step::Cancel),
        1 => which.prop_map(|who| Step::Unsubscribe { who }),
        1 => Just(Step::Resend),
        1 => Just(Step::AssumeSent),
        2 => (-600..600i64).prop_map(|minutes| Step::ClockJumps { minutes }),
        1 => Just(Step::OtherEdition),
    ]
}

fn address(who: usize) -> EmailAddress {
    EmailAddress::parse(&format!("p{who}@example.org")).unwrap()
}

/// The secret of the plan's names.
fn keys() -> Keys {
    Keys::new(b"secret")
}

/// What the model knows of one person's copy, beside what the ledger says.
#[derive(Debug, Default, Clone)]
struct Truth {
    arrived: u32,
    /// How often it may have arrived: once, and once more for each time an operator said "again".
    allowed: u32,
    assumed: bool,
    left: bool,
}

struct Simulation<L> {
    ledger: L,
    now: DateTime<Utc>,
    sender: Option<RunId>,
    /// Died, and nobody has taken over yet.
    fallen: Option<RunId>,
    /// Ended by others, or by itself: it may write nothing more.
    zombies: Vec<RunId>,
    /// Rows the run has in memory, and whether *handing over* was written.
    hand: BTreeMap<i64, (usize, bool)>,
    zombie_hand: Vec<i64>,
    truth: Vec<Truth>,
    /// Where the ledger is a server's: its address. A run that is gone must be silent there for a lease.
    server: Option<String>,
}

impl<L: Ledger> Simulation<L> {
    async fn new(ledger: L, server: Option<String>) -> Self {
        let addresses: Vec<String> = (0..PEOPLE).map(|who| address(who).to_string()).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        for edition in [EDITION, "other"] {
            ledger.plan(laws::plan(edition, &addresses)).await.unwrap();
        }
        Self {
            ledger,
            now: laws::now(),
            sender: None,
            fallen: None,
            zombies: Vec::new(),
            hand: BTreeMap::new(),
            zombie_hand: Vec::new(),
            truth: vec![Truth { allowed: 1, ..Truth::default() }; PEOPLE],
            server,
        }
    }

    async fn rows(&self) -> Vec<(i64, Status)> {
        let rows = self.ledger.rows(EDITION, RowFilter::All).await.unwrap();
        rows.into_iter().map(|(id, row)| (id, row.status)).collect()
    }

    /// One of the rows in progress, and its person.
    fn pick(&self, which: usize) -> Option<(i64, usize, bool)> {
        let count = self.hand.len();
        self.hand
            .iter()
            .nth(which.checked_rem(count)?)
            .map(|(id, (who, handed))| (*id, *who, *handed))
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Enter => {
                self.lose_hand();
                self.zombies.extend(self.sender.take());
                self.zombies.extend(self.fallen.take());
                if let Some(server) = &self.server {
                    let passed = "UPDATE roundup.senders SET lease_until = clock_timestamp() WHERE ended_at IS NULL";
                    execute(server, passed).await;
                }
                self.sender =
                    Some(self.ledger.enter(EDITION, "model", self.now).await.unwrap().sender);
            }
            Step::Claim { most } => {
                let Some(sender) = self.sender else { return };
                for delivery in self.ledger.claim(sender, self.now, most).await.unwrap().deliveries
                {
                    let who = (0..PEOPLE).find(|who| address(*who) == delivery.recipient.address);
                    let who = who.expect("one of ours");
                    assert!(!self.truth[who].left, "{who} was claimed after they left");
                    let twice = self.hand.insert(delivery.id, (who, false));
                    assert_eq!(twice, None, "claimed twice");
                }
            }
            Step::HandOver { which } => {
                let (Some(sender), Some((id, who, false))) = (self.sender, self.pick(which)) else {
                    return;
                };
                let written = self.ledger.record(sender, id, Event::HandingOver, self.now).await;
                if self.truth[who].left {
                    let why = "unsubscribed".to_owned();
                    assert_eq!(written, Err(LedgerError::Suppressed { why: why.clone() }));
                    let event = Event::Suppressed { why };
                    self.ledger.record(sender, id, event, self.now).await.unwrap();
                    self.hand.remove(&id);
                    return;
                }
                written.unwrap();
                self.hand.insert(id, (who, true));
            }
            Step::Answer { which, answer } => self.answer(which, answer).await,
            Step::Release { which } => {
                let (Some(sender), Some((id, _, false))) = (self.sender, self.pick(which)) else {
                    return;
                };
                let event = Event::Released { why: "released".to_owned() };
                self.ledger.record(sender, id, event, self.now).await.unwrap();
                self.hand.remove(&id);
            }
            Step::ZombieWrites { which } => {
                let Some(zombie) = self.zombies.last().copied() else { return };
                let Some(id) = self.zombie_hand.get(which).copied() else { return };
                for event in [Event::HandingOver, Event::Accepted { reply: "250".to_owned() }] {
                    let written = self.ledger.record(zombie, id, event, self.now).await;
                    assert_eq!(written, Err(LedgerError::Fenced));
                }
                assert_eq!(self.ledger.claim(zombie, self.now, 9).await, Err(LedgerError::Fenced));
            }
            Step::Crash => {
                if let Some(sender) = self.sender.take() {
                    self.lose_hand();
                    self.fallen = Some(sender);
                }
            }
            Step::Leave => {
                if let Some(sender) = self.sender.take() {
                    self.ledger.leave(sender, self.now).await.unwrap();
                    self.lose_hand();
                    self.zombies.push(sender);
                }
            }
            Step::Pause => {
                self.ledger.control(EDITION, RunControl::Pause, self.now).await.unwrap();
            }
            Step::GoOn => {
                self.ledger.control(EDITION, RunControl::Go, self.now).await.unwrap();
            }
            Step::Cancel => {
                self.ledger.control(EDITION, RunControl::Cancel, self.now).await.unwrap();
            }
            Step::Unsubscribe { who } => {
                let person = keys().address_hash(&address(who));
                self.ledger.suppress(&person, "unsubscribed", self.now).await.unwrap();
                self.truth[who].left = true;
            }
            Step::Resend => self.decide(&Event::Resent).await,
            Step::AssumeSent => {
                self.decide(&Event::AssumedSent { why: "an operator".to_owned() }).await;
            }
            Step::ClockJumps { minutes } => self.now += TimeDelta::minutes(minutes),
            Step::OtherEdition => {
                let before = self.rows().await;
                let sender = self.ledger.enter("other", "other", self.now).await.unwrap().sender;
                self.ledger.claim(sender, self.now, 2).await.unwrap();
                self.ledger.leave(sender, self.now).await.unwrap();
                assert_eq!(self.rows().await, before, "another edition's run touched this one");
            }
        }
    }

    async fn answer(&mut self, which: usize, answer: Answer) {
        let (Some(sender), Some((id, who, true))) = (self.sender, self.pick(which)) else { return };
        let event = match answer {
            Answer::Taken => {
                self.truth[who].arrived += 1;
                Event::Accepted { reply: "250 2.0.0 ok".to_owned() }
            }
            Answer::Later => Event::Deferred {
                why: "451 later".to_owned(),
                next_at: self.now + TimeDelta::minutes(5),
            },
            Answer::Never => Event::Rejected { why: "550 5.1.1 nobody".to_owned() },
            Answer::Silence { taken } => {
                self.truth[who].arrived += u32::from(taken);
                Event::Uncertain { why: "closed after the dot".to_owned() }
            }
        };
        self.ledger.record(sender, id, event, self.now).await.unwrap();
        self.hand.remove(&id);
    }

    /// What the process had in memory is gone. A dot that had left may have arrived.
    fn lose_hand(&mut self) {
        self.zombie_hand = self.hand.keys().copied().collect();
        for (id, (who, handed)) in std::mem::take(&mut self.hand) {
            if handed && id % 2 == 0 {
                self.truth[who].arrived += 1;
            }
        }
    }

    async fn decide(&mut self, event: &Event) {
        let control = self.ledger.edition_state(EDITION).await.unwrap().control;
        // In a cancelled edition nobody gets it again.
        let may = *event != Event::Resent || control != RunControl::Cancel;
        for (at, (id, status)) in self.rows().await.into_iter().enumerate() {
            let decided = self.ledger.decide(vec![(id, event.clone())], self.now).await.unwrap();
            let expected = u64::from(may && status == Status::Uncertain);
            assert_eq!(decided, expected, "{status} {event:?}");
            if decided == 1 {
                match event {
                    Event::Resent => self.truth[at].allowed += 1,
                    _ => self.truth[at].assumed = true,
                }
            }
        }
    }

    async fn invariants_hold(&self) {
        let counts = self.ledger.counts(EDITION).await.unwrap();
        assert_eq!(counts.people(), PEOPLE as u64);
        for (who, (_, status)) in self.rows().await.into_iter().enumerate() {
            let truth = &self.truth[who];
            assert!(truth.arrived <= truth.allowed, "{who} was mailed twice: {truth:?}");
            if status == Status::Accepted {
                assert!(truth.arrived > 0 || truth.assumed, "{who} is said to have it: {truth:?}");
            }
            let unsent = matches!(status, Status::Planned | Status::Claimed | Status::Deferred);
            if unsent && truth.allowed == 1 {
                assert_eq!(truth.arrived, 0, "{who} would be mailed again ({status})");
            }
        }
    }

    /// A last run with a good relay: nobody is left over.
    async fn finish(&mut self) {
        self.step(Step::GoOn).await;
        self.step(Step::Enter).await;
        for _ in 0..4 * PEOPLE {
            self.now += TimeDelta::days(2);
            self.step(Step::Claim { most: 3 }).await;
            for which in (0..PEOPLE).rev() {
                self.step(Step::HandOver { which }).await;
                self.step(Step::Answer { which, answer: Answer::Taken }).await;
            }
            self.invariants_hold().await;
        }
        self.step(Step::Leave).await;
        let counts = self.ledger.counts(EDITION).await.unwrap();
        assert_eq!(counts.open(), 0, "somebody was left over: {counts:?}");
        for (who, (_, status)) in self.rows().await.into_iter().enumerate() {
            let got_nothing = self.truth[who].arrived == 0 && !self.truth[who].assumed;
            if got_nothing {
                assert_ne!(status, Status::Accepted, "{who} was lost");
            }
        }
    }
}

async fn live(ledger: impl Ledger, server: Option<String>, steps: &[Step]) {
    let mut world = Simulation::new(ledger, server).await;
    for step in steps {
        world.step(*step).await;
        world.invariants_hold().await;
    }
    world.finish().await;
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_memory(steps in prop::collection::vec(step(), 0..60)) {
        block_on(live(MemoryLedger::default(), None, &steps));
    }
}

proptest! {
    // Each case makes a file and syncs it a hundred times.
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_on_disk(steps in prop::collection::vec(step(), 0..60)) {
        let folder = tempfile::tempdir().unwrap();
        block_on(live(SqliteLedger::open(&folder.path().join("ledger.db")).unwrap(), None, &steps));
    }
}

proptest! {
    // Each case makes a database.
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_on_a_server(steps in prop::collection::vec(step(), 0..60)) {
        static CASE: AtomicU32 = AtomicU32::new(0);
        let name = format!("model_{}", CASE.fetch_add(1, Ordering::Relaxed));
        block_on(async {
            let Some(address) = database(&name).await else { return };
            let ledger = PostgresLedger::open(&address, 1).await.unwrap();
            live(ledger, Some(address), &steps).await;
        });
    }
}
