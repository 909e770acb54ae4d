//! How many connections a relay bears: halved when it wants fewer, grown again one by one (AIMD, as in TCP).
//! Pure: (state, what happened, now) → state.

use std::time::Duration;

/// Answers to messages that were under way together are one request to go slower, not several.
const ONE_REQUEST: Duration = Duration::from_secs(2);
/// Messages taken for each connection in use, before one more is tried.
const TAKEN_BEFORE_MORE: u32 = 50;
/// The pause between messages, when even one connection is too much for the relay.
const FIRST_GAP: Duration = Duration::from_millis(250);
const LONGEST_GAP: Duration = Duration::from_mins(1);

/// The number of connections that a run may have now. `now` is any clock that only goes forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    most: usize,
    limit: usize,
    gap: Duration,
    taken: u32,
    /// Grows with each cut, so that a limit that the relay has is not tried again and again.
    caution: u32,
    last_cut: Option<Duration>,
}

impl Throttle {
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { most, limit: most, gap: Duration::ZERO, taken: 0, caution: 1, last_cut: None }
    }

    /// How many connections may be in use.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How long to rest before each message.
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// The relay wanted fewer. True when that changed something.
    pub fn cut(&mut self, now: Duration) -> bool {
        if self.last_cut.is_some_and(|cut| now.saturating_sub(cut) < ONE_REQUEST) {
            return false;
        }
        self.last_cut = Some(now);
        self.taken = 0;
        self.caution = self.caution.saturating_mul(2).min(64);
        if self.limit > 1 {
            self.limit /= 2;
        } else {
            self.gap = (self.gap * 2).clamp(FIRST_GAP, LONGEST_GAP);
        }
        true
    }

    /// The relay took a message. True when more is allowed now.
    pub fn taken(&mut self) -> bool {
        if self.limit == self.most && self.gap.is_zero() {
            return false;
        }
        self.taken += 1;
        let wanted = if self.gap.is_zero() {
            let limit = u32::try_from(self.limit).unwrap_or(u32::MAX);
            TAKEN_BEFORE_MORE.saturating_mul(limit).saturating_mul(self.caution)
        } else {
            // With a pause between messages, waiting for fifty would take the day.
            4
        };
        if self.taken < wanted {
            return false;
        }
        self.taken = 0;
        if self.gap.is_zero() {
            self.limit += 1;
        } else {
            self.gap = self.gap.checked_sub(FIRST_GAP).unwrap_or_default();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn halved_at_each_request_and_once_for_those_that_come_together() {
        let mut throttle = Throttle::new(16);
        assert!(throttle.cut(seconds(10)));
        assert!(!throttle.cut(seconds(10)));
        assert!(!throttle.cut(seconds(11)));
        assert_eq!(throttle.limit(), 8);
        for (now, limit) in [(20, 4), (30, 2), (40, 1), (50, 1)] {
            assert!(throttle.cut(seconds(now)));
            assert_eq!(throttle.limit(), limit);
        }
        assert_eq!(throttle.gap(), FIRST_GAP);
        for now in 6..30 {
            throttle.cut(seconds(now * 10));
        }
        assert_eq!(throttle.gap(), LONGEST_GAP);
    }

    #[test]
    fn grown_one_by_one_and_more_slowly_after_each_cut() {
        let mut throttle = Throttle::new(4);
        assert!(!throttle.taken(), "nothing to grow");
        let grow = |throttle: &mut Throttle| (1..10_000).find(|_| throttle.taken()).unwrap();
        throttle.cut(seconds(10));
        assert_eq!(throttle.limit(), 2);
        let first = grow(&mut throttle);
        assert_eq!((throttle.limit(), first), (3, 200));
        throttle.cut(seconds(20));
        assert_eq!(throttle.limit(), 1);
        assert_eq!(grow(&mut throttle), 200, "one connection, twice the caution");
        assert_eq!(grow(&mut throttle), 400);
        assert_eq!(grow(&mut throttle), 600);
        assert_eq!(throttle.limit(), 4);
        assert!(!throttle.taken());
    }

    #[test]
    fn the_pause_goes_before_connections_come_back() {
        let mut throttle = Throttle::new(2);
        for now in [10, 20, 30] {
            throttle.cut(seconds(now));
        }
        assert_eq!((throttle.limit(), throttle.gap()), (1, FIRST_GAP * 2));
        for _ in 0..8 {
            throttle.taken();
        }
        assert_eq!((throttle.limit(), throttle.gap()), (1, Duration::ZERO));
    }
}
