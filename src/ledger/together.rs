//! Two commands at once: every pair of them, step by step in every order, over every ledger.
//! Shell: runs ledgers.

use super::postgres::tests::database;
use super::{
    Event, Ledger, MemoryLedger, PostgresLedger, RowFilter, RunControl, SqliteLedger, Status, laws,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Send,
    Pause,
    Cancel,
    /// `resolve --resend`.
    Resend,
    /// `resolve --rejected --retry`.
    Retry,
    /// `resolve --rejected --accept`.
    Accept,
}

const COMMANDS: [Command; 6] = [
    Command::Send,
    Command::Pause,
    Command::Cancel,
    Command::Resend,
    Command::Retry,
    Command::Accept,
];

impl Command {
    /// Looking is the first step of each; a question stands between it and the next.
    fn steps(self) -> usize {
        if self == Self::Send { 3 } else { 2 }
    }
}

/// One command on its way.
struct Underway {
    command: Command,
    step: usize,
    control: RunControl,
    control_number: i64,
    uncertain: Vec<i64>,
    rejected: Vec<i64>,
    /// It goes no further: somebody wanted something else meanwhile.
    has_ended: bool,
    decided: u64,
}

impl Underway {
    fn new(command: Command) -> Self {
        Self {
            command,
            step: 0,
            control: RunControl::Go,
            control_number: 0,
            uncertain: Vec::new(),
            rejected: Vec::new(),
            has_ended: false,
            decided: 0,
        }
    }

    async fn go_on(&mut self, ledger: &impl Ledger, edition: &str) {
        let step = self.step;
        self.step += 1;
        if self.has_ended {
            return;
        }
        match (self.command, step) {
            (_, 0) => self.look(ledger, edition).await,
            (Command::Send, 1) => self.begin(ledger, edition).await,
            (Command::Send, _) => claim(ledger, edition).await,
            (Command::Pause, _) => {
                ledger.control(edition, RunControl::Pause, laws::now()).await.unwrap();
            }
            (Command::Cancel, _) => {
                ledger.control(edition, RunControl::Cancel, laws::now()).await.unwrap();
            }
            (Command::Resend, _) => self.decide(ledger, &Event::Resent).await,
            (Command::Retry, _) => {
                self.decide(ledger, &Event::Retried { why: "again".to_owned() }).await;
            }
            (Command::Accept, _) => {
                self.decide(ledger, &Event::Closed { why: "so be it".to_owned() }).await;
            }
        }
    }

    async fn look(&mut self, ledger: &impl Ledger, edition: &str) {
        let state = ledger.edition_state(edition).await.unwrap();
        (self.control, self.control_number) = (state.control, state.control_number);
        self.has_ended = self.command == Command::Send && state.control == RunControl::Cancel;
        let ids = async |status| {
            let rows = ledger.rows(edition, RowFilter::In(status)).await.unwrap();
            rows.into_iter().map(|(id, _)| id).collect()
        };
        self.uncertain = ids(Status::Uncertain).await;
        self.rejected = ids(Status::Rejected).await;
    }

    /// As `send` does when the number was typed.
    async fn begin(&mut self, ledger: &impl Ledger, edition: &str) {
        let now = ledger.edition_state(edition).await.unwrap();
        if now.control_number != self.control_number {
            self.has_ended = now.control != RunControl::Go;
            return;
        }
        if self.control == RunControl::Pause {
            let seen = Some(self.control_number);
            let holds =
                ledger.control_if(edition, RunControl::Go, seen, laws::now()).await.unwrap();
            self.has_ended = holds != RunControl::Go;
        }
    }

    async fn decide(&mut self, ledger: &impl Ledger, event: &Event) {
        let ids = if self.command == Command::Resend { &self.uncertain } else { &self.rejected };
        let events = ids.iter().map(|id| (*id, event.clone())).collect();
        self.decided = ledger.decide(events, laws::now()).await.unwrap();
    }
}

/// A run takes what there is, and ends without having begun any of it.
async fn claim(ledger: &impl Ledger, edition: &str) {
    let sender = ledger.enter(edition, "send", laws::now()).await.unwrap().sender;
    let control = ledger.edition_state(edition).await.unwrap().control;
    let claim = ledger.claim(sender, laws::now(), 9).await.unwrap();
    assert!(
        claim.deliveries.is_empty() || control == RunControl::Go,
        "{edition}: claimed at {control:?}"
    );
    ledger.leave(sender, laws::now()).await.unwrap();
}

/// An edition with one person in each of four states.
async fn prepare(ledger: &impl Ledger, edition: &str, is_paused: bool) {
    let people = ["waits@a.example", "doubt@a.example", "no@a.example", "yes@a.example"];
    ledger.plan(laws::plan(edition, &people)).await.unwrap();
    let sender = ledger.enter(edition, "before", laws::now()).await.unwrap().sender;
    let rows = ledger.claim(sender, laws::now(), 4).await.unwrap().deliveries;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let why = String::new;
    let events = vec![
        (ids[1], Event::HandingOver),
        (ids[1], Event::Uncertain { why: why() }),
        (ids[2], Event::Rejected { why: why() }),
        (ids[3], Event::HandingOver),
        (ids[3], Event::Accepted { reply: why() }),
    ];
    ledger.record_all(sender, events, laws::now()).await.unwrap();
    ledger.leave(sender, laws::now()).await.unwrap();
    if is_paused {
        ledger.control(edition, RunControl::Pause, laws::now()).await.unwrap();
    }
}

/// Every order in which the steps of two commands can come: `false` is the first's.
fn orders(first: usize, second: usize) -> Vec<Vec<bool>> {
    if first == 0 || second == 0 {
        return vec![[vec![false; first], vec![true; second]].concat()];
    }
    let with = |turn: bool, rest: Vec<Vec<bool>>| {
        rest.into_iter().map(move |rest| [vec![turn], rest].concat())
    };
    let first_goes = with(false, orders(first - 1, second));
    first_goes.chain(with(true, orders(first, second - 1))).collect()
}

async fn holds(ledger: &impl Ledger, edition: &str, both: [Command; 2], order: &[bool]) {
    let mut underway = both.map(Underway::new);
    let mut written = Vec::new();
    for is_second in order {
        let one = &mut underway[usize::from(*is_second)];
        one.go_on(ledger, edition).await;
        if one.step == 2 {
            written.push(one.command);
        }
    }
    let what = format!("{edition}: {both:?} {order:?}");
    let state = ledger.edition_state(edition).await.unwrap();
    let rows = ledger.rows(edition, RowFilter::All).await.unwrap();
    let status: Vec<Status> = rows.iter().map(|(_, row)| row.status).collect();
    assert_eq!(status.len(), 4, "{what}");
    assert_eq!(status[3], Status::Accepted, "{what}");
    let decided: u64 = underway.iter().map(|one| one.decided).sum();
    if both.contains(&Command::Cancel) {
        assert_eq!(state.control, RunControl::Cancel, "{what}");
        assert_eq!(status[0], Status::Cancelled, "{what}");
        assert!(status.iter().all(|status| status.is_final()), "{what} {status:?}");
        let at = |command| written.iter().position(|one| *one == command);
        if both.contains(&Command::Resend) {
            // Who may have it already is cancelled only after somebody decided that they get it again.
            let was_resent = at(Command::Resend) < at(Command::Cancel);
            let expected = if was_resent { Status::Cancelled } else { Status::Uncertain };
            assert_eq!(status[1], expected, "{what}");
        }
    } else if both.contains(&Command::Pause) {
        // A send that looked before goes no further; one that looked afterwards has seen it.
        let send = underway.iter().find(|one| one.command == Command::Send);
        let lifted = send.is_some_and(|send| !send.has_ended && send.control == RunControl::Pause);
        let paused_last = written.last() == Some(&Command::Pause);
        let expected = if lifted && !paused_last { RunControl::Go } else { RunControl::Pause };
        assert_eq!(state.control, expected, "{what}");
    }
    // What two people decide about one row is decided once.
    let about = |command: Command| match command {
        Command::Resend => Some(1),
        Command::Retry | Command::Accept => Some(2),
        _ => None,
    };
    if let [Some(one), Some(other)] = both.map(about) {
        assert_eq!(decided, if one == other { 1 } else { 2 }, "{what}");
    }
}

/// Runs one in `every` of the cases.
async fn together(ledger: &impl Ledger, every: usize) -> usize {
    let mut number = 0;
    for is_paused in [false, true] {
        for first in COMMANDS {
            for second in COMMANDS {
                for order in orders(first.steps(), second.steps()) {
                    number += 1;
                    if number % every == 0 {
                        let edition = format!("pair {number}, paused: {is_paused}");
                        prepare(ledger, &edition, is_paused).await;
                        holds(ledger, &edition, [first, second], &order).await;
                    }
                }
            }
        }
    }
    number
}

#[tokio::test]
async fn every_pair_of_commands_at_every_step_in_memory() {
    assert!(together(&MemoryLedger::default(), 1).await > 500);
}

#[tokio::test]
async fn every_pair_of_commands_at_every_step_in_a_file() {
    // Where the system has a folder in memory, nothing waits for a disk.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    together(&SqliteLedger::open(&folder.path().join("ledger.db")).unwrap(), 1).await;
}

#[tokio::test]
async fn every_pair_of_commands_at_every_step_on_a_server() {
    let Some(address) = database("together").await else { return };
    together(&PostgresLedger::open(&address, 1).await.unwrap(), 5).await;
}
