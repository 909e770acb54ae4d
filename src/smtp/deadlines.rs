//! How long each stage of an SMTP session may take (RFC 5321, 4.5.3.2).
//! Shell: the monotonic clock.

use crate::rfc::reply::Stage;
use std::time::Duration;
use tokio::time::Instant;

/// How long each stage may take, in all (RFC 5321 section 4.5.3.2 allows more; a person waits at the other end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    pub connect: Duration,
    /// One answer, from the command's first byte to the answer's last.
    pub answer: Duration,
    /// Writing one message.
    pub message: Duration,
    /// The answer to the final dot: a hasty client is what makes duplicates (RFC 1047).
    pub dot: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::of_answers(Duration::from_mins(1))
    }
}

/// A server that has just answered to a message's end answers to the commands behind it soon, or has dropped them.
pub const ANNOUNCED_WITHIN: Duration = Duration::from_secs(10);

/// A server that says nothing for so long may wait for TLS. Postfix may pause for six seconds, others for longer: they are
/// still waited for.
pub const SILENCE_BEFORE_PROBE: Duration = Duration::from_secs(8);

/// A server that speaks TLS answers at once; one that does not says nothing here either.
pub const PROBE_WITHIN: Duration = Duration::from_secs(3);

/// What a server said before it closed is there already, or on its way.
pub const LAST_WORDS_WITHIN: Duration = Duration::from_secs(2);

impl Deadlines {
    /// All deadlines from that of one answer.
    pub fn of_answers(answer: Duration) -> Self {
        Self { connect: answer / 2, answer, message: answer * 3, dot: answer * 10 }
    }

    pub fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect | Stage::Tls => self.connect,
            Stage::Banner
            | Stage::Hello
            | Stage::Login
            | Stage::Mail
            | Stage::Recipient
            | Stage::Data
            | Stage::Reset => self.answer,
            Stage::Body => self.message,
            Stage::Dot => self.dot,
            // Nothing depends on a goodbye.
            Stage::Quit => Duration::from_secs(2),
        }
    }

    pub fn of_announced(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Mail | Stage::Recipient | Stage::Data => self.of(stage).min(ANNOUNCED_WITHIN),
            _ => self.of(stage),
        }
    }
}

/// The time of a stage runs from its first step, however many reads and writes it takes.
pub struct StageClock {
    pub deadlines: Deadlines,
    pub is_announced: bool,
    pub current: Option<(Stage, Instant)>,
}

impl StageClock {
    pub fn new(deadlines: Deadlines, is_announced: bool) -> Self {
        Self { deadlines, is_announced, current: None }
    }

    pub fn until(&mut self, stage: Stage) -> Instant {
        match self.current {
            Some((current, until)) if current == stage => until,
            _ => {
                let within = if self.is_announced {
                    self.deadlines.of_announced(stage)
                } else {
                    self.deadlines.of(stage)
                };
                let until = Instant::now() + within;
                self.current = Some((stage, until));
                until
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_message_is_given_up_soon_and_its_end_is_not() {
        let deadlines = Deadlines::default();
        assert_eq!(deadlines.of_announced(Stage::Mail), ANNOUNCED_WITHIN);
        assert_eq!(deadlines.of_announced(Stage::Dot), Duration::from_mins(10));
        let quick = Deadlines::of_answers(Duration::from_secs(1));
        assert_eq!(quick.of_announced(Stage::Mail), Duration::from_secs(1));
    }
}
