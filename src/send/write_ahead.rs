//! Whether the next message's *handing over* is written while this one's answer is awaited.
//! Pure: measured times in, a decision out.
//!
//! Written ahead it costs no time, and a crash leaves two rows of a connection in doubt instead of one. That is worth it
//! only where the disk is slow beside the relay.

use std::time::Duration;

/// Ahead only where the relay answers within this many times of what a commit takes.
const WORTH: u32 = 3;
/// A relay that takes this long is waited for anyway: a copy more in doubt would save little of the time.
const NEAR: Duration = Duration::from_millis(10);
/// While it is written ahead, this often it is not: to see what a commit takes.
const LOOK_EVERY: u32 = 64;

/// What was measured, as moving averages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteAhead {
    answer: Option<Duration>,
    commit: Option<Duration>,
    count: u32,
}

impl WriteAhead {
    /// The relay answered a message's end after this time.
    pub fn answered(&mut self, after: Duration) {
        self.answer = Some(average(self.answer, after));
    }

    /// A commit that was waited for took this long.
    pub fn committed(&mut self, after: Duration) {
        self.commit = Some(average(self.commit, after));
    }

    /// Whether the next *handing over* is written ahead.
    pub fn pays(&mut self) -> bool {
        let (Some(answer), Some(commit)) = (self.answer, self.commit) else { return false };
        self.count = self.count.wrapping_add(1);
        answer < NEAR && answer < commit * WORTH && !self.count.is_multiple_of(LOOK_EVERY)
    }
}

fn average(before: Option<Duration>, now: Duration) -> Duration {
    before.map_or(now, |before| (before * 7 + now) / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_the_disk_is_slow_beside_the_relay() {
        let millis = Duration::from_millis;
        for (answer, commit, expected) in [
            (20, 2, false),
            (20, 30, false),
            (9, 8, true),
            (150, 5, false),
            (1, 2, true),
            (5, 2, true),
            (6, 2, false),
        ] {
            let mut ahead = WriteAhead::default();
            assert!(!ahead.pays(), "nothing is known yet");
            for _ in 0..9 {
                ahead.answered(millis(answer));
                ahead.committed(millis(commit));
            }
            assert_eq!(ahead.pays(), expected, "{answer} {commit}");
        }
    }

    #[test]
    fn it_looks_again_from_time_to_time() {
        let mut ahead = WriteAhead::default();
        ahead.answered(Duration::from_millis(1));
        ahead.committed(Duration::from_millis(2));
        let waits = (0..640).filter(|_| !ahead.pays()).count();
        assert_eq!(waits, 10);
    }
}
