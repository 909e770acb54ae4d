//! The relay's limit of messages in a span of time, learnt from its refusals, and the pace just under it.
//! Pure: the time comes in as an argument.
//!
//! Until the limit is known, messages go at full speed until one is refused; then one at a time tries, ever more rarely,
//! whether more are taken again: at a limit of a fixed span (Postfix, policyd) that costs a thirtieth of the span. From
//! the second refusal on, what was taken between two of them gives the pace. Each span without a refusal it goes a
//! little faster, and in larger steps: so a limit that was lifted is soon forgotten.

use std::time::Duration;

/// While messages are refused, the next one waits for this share of the time since they were last taken, …
const SHARE: f64 = 0.03;
/// … but not less, and not more.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The pace stays this much under what was measured.
const MARGIN: f64 = 1.002;
/// Slower by this when a pace was refused before it was proven.
const SLOWER: f64 = 1.01;
/// The first step faster, and the largest. Each is twice the one before.
const FIRST_STEP: f64 = 0.01;
const CAREFUL_STEP: f64 = 0.005;
const LARGEST_STEP: f64 = 0.5;
/// A pace is proven by this many messages at least.
const PROOF: u32 = 16;
/// A shorter gap is not a limit.
const SHORTEST_GAP: Duration = Duration::from_millis(1);

/// What is known of the limit. `now` is any clock that only goes forward; `began` is when a message was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct LearntLimit {
    /// The time from one message to the next; none when no limit is known.
    gap: Option<Duration>,
    /// A gap at which a whole span went by without a refusal.
    proven: Option<Duration>,
    /// The next message may begin.
    next: Duration,
    /// When the relay began to refuse.
    refused_at: Option<Duration>,
    is_refusing: bool,
    /// When messages were last taken again.
    taken_again_at: Duration,
    taken: u32,
    /// The span of the limit, as far as it is known.
    span: Duration,
    /// Time and messages of the spans that were measured, the older ones for less.
    measured: (f64, f64),
    step: f64,
    changed_at: Duration,
}

impl Default for LearntLimit {
    fn default() -> Self {
        Self {
            gap: None,
            proven: None,
            next: Duration::ZERO,
            refused_at: None,
            is_refusing: false,
            taken_again_at: Duration::ZERO,
            taken: 0,
            span: Duration::ZERO,
            measured: (0.0, 0.0),
            step: FIRST_STEP,
            changed_at: Duration::ZERO,
        }
    }
}

impl LearntLimit {
    /// Whether messages may leave as fast as they can.
    pub fn is_free(&self) -> bool {
        self.gap.is_none() && !self.is_refusing
    }

    /// The time between messages at present.
    pub fn gap(&self) -> Duration {
        self.gap.unwrap_or_default()
    }

    /// Since when the relay refuses every message for now.
    pub fn refusing_since(&self) -> Option<Duration> {
        self.refused_at.filter(|_| self.is_refusing)
    }

    /// How long the next message has to wait; its place is taken.
    pub fn slot(&mut self, now: Duration) -> Duration {
        let gap = if self.is_refusing { self.wait(now) } else { self.gap() };
        let start = self.next.max(now);
        self.next = start + gap;
        start.saturating_sub(now)
    }

    fn wait(&self, now: Duration) -> Duration {
        let share = now.saturating_sub(self.taken_again_at).mul_f64(SHARE);
        share.clamp(SHORTEST_WAIT, LONGEST_WAIT)
    }

    /// The relay took a message.
    pub fn taken(&mut self, began: Duration, now: Duration) {
        self.taken = self.taken.saturating_add(1);
        if self.is_refusing {
            // One that was under way when the refusals began says nothing of now.
            if self.refused_at.is_some_and(|refused| began < refused) {
                return;
            }
            self.is_refusing = false;
            self.taken_again_at = began;
            self.changed_at = now;
            self.next = now + self.gap();
            return;
        }
        let Some(gap) = self.gap else { return };
        if now.saturating_sub(self.changed_at) < self.span.max(gap * PROOF) {
            return;
        }
        self.proven = Some(gap);
        self.gap = Some(gap.mul_f64(1.0 - self.step)).filter(|gap| *gap >= SHORTEST_GAP);
        self.step = (self.step * 2.0).min(LARGEST_STEP);
        self.changed_at = now;
    }

    /// The relay refused a message for how many there were. True when that is news.
    pub fn refused(&mut self, began: Duration, now: Duration) -> bool {
        if self.is_refusing || self.refused_at.is_some_and(|refused| began < refused) {
            return false;
        }
        match (self.gap, self.proven.take(), self.refused_at) {
            (Some(_), Some(proven), _) => {
                self.gap = Some(proven.mul_f64(MARGIN));
                self.step = CAREFUL_STEP;
            }
            (Some(gap), None, _) => {
                self.gap = Some(gap.mul_f64(SLOWER));
                self.step = CAREFUL_STEP;
            }
            (None, _, Some(before)) if self.taken > 0 => {
                self.span = now.saturating_sub(before);
                let (time, messages) = self.measured;
                let time = time / 2.0 + self.span.as_secs_f64();
                let messages = messages / 2.0 + f64::from(self.taken);
                self.measured = (time, messages);
                self.gap = Some(Duration::from_secs_f64(time / messages * MARGIN));
                self.step = FIRST_STEP;
            }
            (None, ..) => {}
        }
        self.is_refusing = true;
        self.refused_at = Some(now);
        self.taken = 0;
        self.next = now + self.wait(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A relay with a limit.
    trait Server {
        fn takes(&mut self, at: f64) -> bool;
    }

    /// A number of messages in a span that begins with the first one, as Postfix counts; refused ones count too.
    struct Span {
        most: u32,
        seconds: f64,
        began: Option<f64>,
        count: u32,
    }

    impl Server for Span {
        fn takes(&mut self, at: f64) -> bool {
            if self.began.is_none_or(|began| at - began >= self.seconds) {
                self.began = Some(at);
                self.count = 0;
            }
            self.count += 1;
            self.count <= self.most
        }
    }

    /// Tokens that come back one by one, as rspamd counts.
    struct Bucket {
        size: f64,
        rate: f64,
        tokens: f64,
        at: f64,
    }

    impl Server for Bucket {
        fn takes(&mut self, at: f64) -> bool {
            self.tokens = (self.tokens + (at - self.at) * self.rate).min(self.size);
            self.at = at;
            let takes = self.tokens >= 1.0;
            if takes {
                self.tokens -= 1.0;
            }
            takes
        }
    }

    /// Sends for a time over one connection, 20 ms a message; gives how many were taken and how many refused after
    /// `from`. The limit is lifted at a moment.
    fn send(server: &mut dyn Server, seconds: f64, from: f64, lifted: f64) -> (f64, f64) {
        let mut limit = LearntLimit::default();
        let (mut taken, mut refused) = (0.0, 0.0);
        let mut now = Duration::ZERO;
        loop {
            now += limit.slot(now);
            let began = now;
            if now.as_secs_f64() >= seconds {
                return (taken, refused);
            }
            let takes = now.as_secs_f64() >= lifted || server.takes(now.as_secs_f64());
            now += Duration::from_millis(20);
            let counts = if now.as_secs_f64() > from { 1.0 } else { 0.0 };
            if takes {
                limit.taken(began, now);
                taken += counts;
            } else {
                limit.refused(began, now);
                refused += counts;
            }
        }
    }

    #[test]
    fn from_the_fourth_span_on_nearly_all_that_the_limit_allows_is_sent() {
        for (most, seconds) in
            [(20, 5.0), (20, 60.0), (100, 60.0), (5, 5.0), (500, 3600.0), (1, 5.0)]
        {
            let mut server = Span { most, seconds, began: None, count: 0 };
            let (taken, refused) = send(&mut server, seconds * 33.0, seconds * 3.0, f64::MAX);
            let allowed = f64::from(most) * 30.0;
            assert!(taken >= allowed * 0.95, "{most} in {seconds} s: {taken} of {allowed}");
            assert!(refused <= 20.0, "{most} in {seconds} s: {refused} refused");
        }
        for (size, rate) in [(20.0, 1.0 / 3.0), (1.0, 1.0 / 3.0), (50.0, 5.0), (100.0, 0.5)] {
            let mut server = Bucket { size, rate, tokens: size, at: 0.0 };
            let (taken, _) = send(&mut server, 1800.0, 300.0, f64::MAX);
            let allowed = rate * 1500.0;
            assert!(taken >= allowed * 0.95, "{rate}/s: {taken} of {allowed}");
        }
    }

    #[test]
    fn from_the_first_message_on_it_is_as_good() {
        let mut server = Span { most: 20, seconds: 5.0, began: None, count: 0 };
        let (taken, _) = send(&mut server, 50.0, 0.0, f64::MAX);
        assert!(taken >= 190.0, "{taken} of 200");
    }

    #[test]
    fn a_limit_that_is_lifted_is_forgotten() {
        let mut server = Span { most: 20, seconds: 5.0, began: None, count: 0 };
        // A minute later, more than thirty times as much is sent.
        let (taken, refused) = send(&mut server, 200.0, 160.0, 100.0);
        assert!(taken > 1000.0 && refused == 0.0, "{taken}");
    }

    #[test]
    fn messages_under_way_together_are_one_refusal_and_late_ones_say_nothing() {
        let seconds = Duration::from_secs;
        let mut limit = LearntLimit::default();
        assert!(limit.is_free());
        assert!(limit.refused(seconds(1), seconds(2)));
        assert!(!limit.refused(seconds(1), seconds(2)), "the same refusal");
        limit.taken(seconds(1), seconds(3));
        assert_eq!(limit.refusing_since(), Some(seconds(2)), "it was under way");
        limit.taken(seconds(3), seconds(4));
        assert_eq!(limit.refusing_since(), None);
        assert!(!limit.refused(seconds(1), seconds(4)));
        assert!(limit.is_free());
    }
}
