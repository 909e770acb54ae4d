//! When failures and refusals are too many: go on, wait, or end the run.
//! Pure: what became of a row and of its connection in, together with what came before; the next step out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::config::End;
use super::verdict::RunFate;
use crate::ledger::Status;

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
    most_refused_percent: u64,
    answered: bool,
    in_a_row: u32,
    policy_refusals: u32,
    settled: u64,
    refused: u64,
    releases: BTreeMap<i64, u32>,
}

impl Failures {
    pub fn new(reconnect: Duration, most_refused_percent: u8) -> Self {
        Self {
            reconnect,
            most_refused_percent: most_refused_percent.into(),
            answered: false,
            in_a_row: 0,
            policy_refusals: 0,
            settled: 0,
            refused: 0,
            releases: BTreeMap::new(),
        }
    }

    /// A connection failed while it had this row in hand. True when the row waits like a deferred one from now on.
    pub fn count_release(&mut self, id: i64) -> bool {
        let releases = self.releases.entry(id).or_default();
        *releases += 1;
        *releases >= MOST_RELEASES
    }

    /// Counts one outcome. `slower`: the relay wanted less, and gets less from now on.
    pub fn note(&mut self, status: Status, fate: RunFate, slower: bool) -> Step {
        let too_many = self.count_refusals(status);
        let step = match fate {
            RunFate::GoOn => {
                self.answered = true;
                self.in_a_row = 0;
                if status == Status::Accepted {
                    self.policy_refusals = 0;
                }
                Step::GoOn
            }
            RunFate::PolicyRefusal { why } => {
                self.answered = true;
                self.in_a_row = 0;
                self.policy_refusals += 1;
                if self.policy_refusals >= MOST_POLICY_REFUSALS {
                    let why = format!("the relay refuses one message after the other: {why}");
                    Step::End(End::Paused { why })
                } else {
                    Step::GoOn
                }
            }
            RunFate::Pause { why } => Step::End(End::Paused { why }),
            // Too many connections are not a failure of the relay.
            RunFate::ConnectionFailed { why } if slower => {
                Step::Wait { why, pause: self.reconnect }
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
        };
        too_many.map_or(step, Step::End)
    }

    /// A list on which many are refused harms those who send to it: somebody has to look.
    fn count_refusals(&mut self, status: Status) -> Option<End> {
        match status {
            Status::Accepted => self.settled += 1,
            Status::Rejected => {
                self.settled += 1;
                self.refused += 1;
            }
            _ => return None,
        }
        let percent = self.most_refused_percent;
        let too_many =
            self.refused >= FEWEST_REFUSED && self.refused * 100 > self.settled * percent;
        too_many.then(|| End::Paused {
            why: format!(
                "{} of {} messages were refused, more than {percent} of a hundred",
                self.refused, self.settled
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble() -> RunFate {
        RunFate::ConnectionFailed { why: "closed".to_owned() }
    }

    fn policy() -> RunFate {
        RunFate::PolicyRefusal { why: "spam".to_owned() }
    }

    /// One letter a step: `.` goes on, a digit waits that number of seconds, `!` pauses, `x` gives the relay up.
    fn steps(happened: &[(Status, RunFate, bool)]) -> String {
        let mut failures = Failures::new(Duration::from_secs(1), 5);
        let letter = |step| match step {
            Step::GoOn => '.',
            Step::Wait { pause, .. } => {
                char::from_digit(u32::try_from(pause.as_secs()).unwrap(), 10).unwrap()
            }
            Step::End(End::Paused { .. }) => '!',
            Step::End(_) => 'x',
        };
        happened
            .iter()
            .cloned()
            .map(|(s, fate, slower)| letter(failures.note(s, fate, slower)))
            .collect()
    }

    #[test]
    fn what_comes_of_it() {
        use Status::{Accepted, Planned, Rejected};
        let ok = || (Accepted, RunFate::GoOn, false);
        let fails = || (Planned, trouble(), false);
        let refused = || (Rejected, policy(), false);
        for (happened, expected) in [
            (vec![fails(), fails()], "1x"),
            (vec![ok(), fails(), fails(), fails(), fails(), fails()], ".1248x"),
            (vec![ok(), fails(), fails(), ok(), fails()], ".12.1"),
            (vec![(Planned, trouble(), true); 3], "111"),
            (vec![refused(), refused(), refused()], "..!"),
            (vec![refused(), refused(), ok(), refused(), refused()], "....."),
            (vec![(Planned, RunFate::Pause { why: String::new() }, false)], "!"),
        ] {
            assert_eq!(steps(&happened), expected);
        }
        let people = vec![(Rejected, RunFate::GoOn, false); 20];
        assert_eq!(steps(&people), format!("{}!", ".".repeat(19)));
    }

    #[test]
    fn a_row_on_which_three_connections_failed_waits() {
        let mut failures = Failures::new(Duration::ZERO, 5);
        let counts = [1, 1, 2, 1].map(|id| failures.count_release(id));
        assert_eq!(counts, [false, false, false, true]);
    }
}
