//! When failures and refusals are too many: go on, wait, or end the run.
//! Pure: what became of a row and of its connection in, together with what came before; the next step out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::config::RunEnd;
use super::patience::{LONGEST_PAUSE, NextAttempt, Patience};
use super::verdict::RunFate;
use crate::ledger::Status;

/// A row on which this many sessions were lost, each on a fresh connection, is itself the reason: it waits, and the next
/// run tries it behind the others.
const MOST_LOST_ON_A_ROW: u32 = 3;
/// A row that met the relay's limit this often waits by itself: it is not the pace.
const MOST_LIMITS_OF_A_ROW: u32 = 8;
/// Sessions lost one after the other while they had rows in progress, before it may be the relay: then patience counts.
const MOST_LOST: u32 = 12;
/// The first waits after lost sessions are this part of the pause before a new connection: it is probably the row, and
/// others need not wait for it.
const SHORTER: u32 = 4;

/// What the run does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RunStep {
    GoOn,
    /// The relay answers again after trouble.
    Recovered,
    /// A connection failed: it is reported, and the next waits this long. The run ends when the trouble has lasted for
    /// `left` longer.
    Wait {
        why: String,
        pause: Duration,
        left: Duration,
    },
    End(RunEnd),
}

/// Four connections may be refused side by side, and once more each.
const LEAST_LIMITS: u32 = 8;

/// What has gone wrong so far.
#[derive(Debug, Clone)]
pub(super) struct Failures {
    /// Before the first new connection after one that failed.
    reconnect: Duration,
    patience: Patience,
    /// The relay has taken a message in this run.
    has_taken: bool,
    /// How often it wanted less.
    limits: u32,
    /// Sessions lost in a row.
    lost: u32,
    /// The same by row.
    lost_on: BTreeMap<i64, u32>,
    met_limit: BTreeMap<i64, u32>,
}

impl Failures {
    pub fn new(patience: Duration, reconnect: Duration) -> Self {
        let patience = Patience::new(patience, reconnect);
        Self {
            reconnect,
            patience,
            has_taken: false,
            limits: 0,
            lost: 0,
            lost_on: BTreeMap::new(),
            met_limit: BTreeMap::new(),
        }
    }

    /// A session was lost while it had this row in progress. True when the trouble is the row's.
    pub fn lost_on(&mut self, id: i64) -> bool {
        let lost = self.lost_on.entry(id).or_default();
        *lost += 1;
        *lost >= MOST_LOST_ON_A_ROW
    }

    /// How many rows sessions are lost on again and again.
    pub fn broken_off(&self) -> u64 {
        self.lost_on.values().filter(|lost| **lost >= MOST_LOST_ON_A_ROW).map(|_| 1).sum()
    }

    /// A row met the relay's limit. True when it has met it too often.
    pub fn met_limit(&mut self, id: i64) -> bool {
        let met = self.met_limit.entry(id).or_default();
        *met += 1;
        *met >= MOST_LIMITS_OF_A_ROW
    }

    /// Counts one outcome, `now` after the run began. `slower`: the relay wanted less, and gets less from now on.
    pub fn note(&mut self, status: Status, fate: RunFate, slower: bool, now: Duration) -> RunStep {
        self.has_taken |= status == Status::Accepted;
        match fate {
            RunFate::GoOn | RunFate::Refused(_) => {
                self.lost = 0;
                let was_trouble = self.patience.answered(status == Status::Accepted);
                if was_trouble { RunStep::Recovered } else { RunStep::GoOn }
            }
            RunFate::Pause { why, cure } => RunStep::End(RunEnd::Paused { why, cure }),
            // A limit is not a failure of the relay, and goes by. Where it has taken nothing yet, it may as well be the login
            // that is closed: each further try makes that longer.
            RunFate::ConnectionFailed { why } | RunFate::SessionLost { why } if slower => {
                self.limits += 1;
                match self.patience.failed(now, false) {
                    NextAttempt::TryAfter { pause, .. } => {
                        RunStep::Wait { why, pause, left: Duration::MAX }
                    }
                    NextAttempt::GiveUp if self.has_taken => {
                        RunStep::Wait { why, pause: LONGEST_PAUSE, left: Duration::MAX }
                    }
                    // Another connection may be handing over the first message.
                    NextAttempt::GiveUp if self.limits < LEAST_LIMITS => {
                        RunStep::Wait { why, pause: self.reconnect, left: Duration::MAX }
                    }
                    NextAttempt::GiveUp => RunStep::End(RunEnd::Unreachable { why }),
                }
            }
            RunFate::SessionLost { why } => {
                // The relay was there, and took a command or two: it may be the rows.
                self.lost += 1;
                let left = match self.patience.failed(now, false) {
                    NextAttempt::TryAfter { left, .. } => left,
                    NextAttempt::GiveUp if self.lost < MOST_LOST => Duration::MAX,
                    NextAttempt::GiveUp => return RunStep::End(RunEnd::Unreachable { why }),
                };
                let times = 2u32.saturating_pow(self.lost - 1).min(SHORTER);
                RunStep::Wait { why, pause: (self.reconnect * times / SHORTER).min(left), left }
            }
            RunFate::ConnectionFailed { why } => {
                match self.patience.failed(now, status == Status::Uncertain) {
                    NextAttempt::TryAfter { pause, left } => RunStep::Wait { why, pause, left },
                    NextAttempt::GiveUp => RunStep::End(RunEnd::Unreachable { why }),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble() -> RunFate {
        RunFate::ConnectionFailed { why: "closed".to_owned() }
    }

    /// One letter a step, a minute apart: `.` goes on, `+` the relay is back, a digit waits that number of seconds, `w` longer,
    /// `!` pauses, `x` gives the relay up.
    fn steps(happened: &[(Status, RunFate, bool)]) -> String {
        let patience = Duration::from_mins(5);
        let mut failures = Failures::new(patience, Duration::from_secs(1));
        let letter = |step| match step {
            RunStep::GoOn => '.',
            RunStep::Recovered => '+',
            RunStep::Wait { pause, .. } => u32::try_from(pause.as_secs())
                .ok()
                .and_then(|s| char::from_digit(s, 10))
                .unwrap_or('w'),
            RunStep::End(RunEnd::Paused { .. }) => '!',
            RunStep::End(_) => 'x',
        };
        (0..)
            .zip(happened.iter().cloned())
            .map(|(minute, (status, fate, slower))| {
                letter(failures.note(status, fate, slower, Duration::from_mins(minute)))
            })
            .collect()
    }

    #[test]
    fn what_comes_of_it() {
        use Status::{Accepted, Planned, Uncertain};
        let ok = || (Accepted, RunFate::GoOn, false);
        let fails = || (Planned, trouble(), false);
        let lost = || (Planned, RunFate::SessionLost { why: "silence at RCPT".to_owned() }, false);
        let pause = RunFate::Pause { why: String::new(), cure: String::new() };
        for (happened, expected) in [
            (vec![fails(); 6], "1wwwwx"),
            (vec![fails(), fails(), ok(), fails()], "1w+1"),
            // Limits of a relay that has taken nothing are trouble like any other; one that has taken a message is waited for.
            (vec![(Planned, trouble(), true); 8], "1wwww11x"),
            ([vec![ok()], vec![(Planned, trouble(), true); 8]].concat(), ".1wwwwwww"),
            // Each of these leaves a person in doubt: patience would cost more of them.
            (vec![(Uncertain, trouble(), false); 3], "1wx"),
            // Rows may be the trouble: the relay is given up after many of them, and not before patience ends.
            (vec![lost(); 13], "00111111111x"),
            ([vec![lost(); 4], vec![ok()], vec![lost(); 2]].concat(), "0011+00"),
            (vec![lost(), fails()], "0w"),
            (vec![(Planned, pause, false)], "!"),
        ] {
            let happened = &happened[..expected.len()];
            assert_eq!(steps(happened), expected);
        }
    }

    #[test]
    fn a_row_on_which_three_sessions_were_lost_is_the_trouble() {
        let mut failures = Failures::new(Duration::ZERO, Duration::ZERO);
        let counts = [1, 1, 2, 1].map(|id| failures.lost_on(id));
        assert_eq!(counts, [false, false, false, true]);
    }
}
