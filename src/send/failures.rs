//! When failures and refusals are too many: go on, wait, or end the run.
//! Pure: what became of a row and of its connection in, together with what came before; the next step out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::config::End;
use super::verdict::RunFate;

/// Connections that fail one after the other before the run ends.
const MOST_FAILURES: u32 = 5;
/// The same while no message was ever answered: then it is the address or the network, and waiting is vain.
const MOST_FAILURES_AT_FIRST: u32 = 2;
/// A row on which this many sessions were lost, each on a fresh connection, is itself the reason: it waits, and the next
/// run tries it behind the others.
const MOST_LOST_ON_A_ROW: u32 = 3;
/// Sessions lost one after the other while they had rows in hand, before it is the relay.
const MOST_LOST: u32 = 12;
/// The longest wait after a lost session, in times of the shortest.
const LONGEST_WAIT: u32 = 4;

/// What the run does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    GoOn,
    /// A connection failed: people are told, and the next waits this long.
    Wait {
        why: String,
        pause: Duration,
    },
    End(End),
}

/// What has gone wrong so far.
#[derive(Debug, Clone)]
pub(super) struct Failures {
    /// Before the first new connection after one that failed; doubled after each further one.
    reconnect: Duration,
    answered: bool,
    in_a_row: u32,
    /// Sessions lost in a row.
    lost: u32,
    /// The same by row.
    lost_on: BTreeMap<i64, u32>,
}

impl Failures {
    pub fn new(reconnect: Duration) -> Self {
        Self { reconnect, answered: false, in_a_row: 0, lost: 0, lost_on: BTreeMap::new() }
    }

    /// A session was lost while it had this row in hand. True when the trouble is the row's.
    pub fn lost_on(&mut self, id: i64) -> bool {
        let lost = self.lost_on.entry(id).or_default();
        *lost += 1;
        *lost >= MOST_LOST_ON_A_ROW
    }

    /// Counts one outcome. `slower`: the relay wanted less, and gets less from now on.
    pub fn note(&mut self, fate: RunFate, slower: bool) -> Step {
        match fate {
            RunFate::GoOn | RunFate::Refused(_) => {
                self.answered = true;
                self.in_a_row = 0;
                self.lost = 0;
                Step::GoOn
            }
            RunFate::Pause { why, cure } => Step::End(End::Paused { why, cure }),
            // Too many connections are not a failure of the relay.
            RunFate::ConnectionFailed { why } | RunFate::SessionLost { why } if slower => {
                Step::Wait { why, pause: self.reconnect }
            }
            RunFate::SessionLost { why } => {
                // The relay was there, and took a command or two.
                self.answered = true;
                self.in_a_row = 0;
                self.lost += 1;
                if self.lost >= MOST_LOST {
                    return Step::End(End::Unreachable { why });
                }
                let times = 2u32.saturating_pow(self.lost - 1).min(LONGEST_WAIT);
                Step::Wait { why, pause: self.reconnect * times }
            }
            RunFate::ConnectionFailed { why } => {
                self.in_a_row += 1;
                let most = if self.answered { MOST_FAILURES } else { MOST_FAILURES_AT_FIRST };
                if self.in_a_row >= most {
                    Step::End(End::Unreachable { why })
                } else {
                    let pause = self.reconnect * 2u32.saturating_pow(self.in_a_row - 1);
                    Step::Wait { why, pause }
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

    /// One letter a step: `.` goes on, a digit waits that number of seconds, `!` pauses, `x` gives the relay up.
    fn steps(happened: &[(RunFate, bool)]) -> String {
        let mut failures = Failures::new(Duration::from_secs(1));
        let letter = |step| match step {
            Step::GoOn => '.',
            Step::Wait { pause, .. } => {
                char::from_digit(u32::try_from(pause.as_secs()).unwrap(), 10).unwrap()
            }
            Step::End(End::Paused { .. }) => '!',
            Step::End(_) => 'x',
        };
        happened.iter().cloned().map(|(fate, slower)| letter(failures.note(fate, slower))).collect()
    }

    #[test]
    fn what_comes_of_it() {
        let ok = || (RunFate::GoOn, false);
        let fails = || (trouble(), false);
        let lost = || (RunFate::SessionLost { why: "silence at RCPT".to_owned() }, false);
        for (happened, expected) in [
            (vec![fails(), fails()], "1x"),
            (vec![ok(), fails(), fails(), fails(), fails(), fails()], ".1248x"),
            (vec![ok(), fails(), fails(), ok(), fails()], ".12.1"),
            (vec![(trouble(), true); 3], "111"),
            (vec![lost(); 12], "12444444444x"),
            ([vec![lost(); 4], vec![ok()], vec![lost(); 2]].concat(), "1244.12"),
            (vec![lost(), fails(), fails()], "112"),
            (vec![(RunFate::Pause { why: String::new(), cure: String::new() }, false)], "!"),
        ] {
            assert_eq!(steps(&happened), expected);
        }
    }

    #[test]
    fn a_row_on_which_three_sessions_were_lost_is_the_trouble() {
        let mut failures = Failures::new(Duration::ZERO);
        let counts = [1, 1, 2, 1].map(|id| failures.lost_on(id));
        assert_eq!(counts, [false, false, false, true]);
    }
}
