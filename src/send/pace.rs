//! How fast, and when again: rates as people write them, and the times of retries.
//! Pure: the time comes in as an argument.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

/// Messages in a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The time from one message to the next.
    pub gap: Duration,
}

/// A rate that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a rate")]
pub struct RateError(pub String);

impl RateError {
    pub const CURE: &str = "write 30/min, 5/s or 1000/h";
}

impl Rate {
    /// Reads `30/min`, `5/s`, `1000/h`.
    ///
    /// # Errors
    /// When the text is none of these, or nothing would ever be sent.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError(text.escape_debug().take(40).collect());
        let (number, unit) = text.trim().split_once('/').ok_or_else(wrong)?;
        let number: u32 = number.trim().parse().map_err(|_| wrong())?;
        let span = match unit.trim() {
            "s" | "sec" | "second" => Duration::from_secs(1),
            "min" | "m" | "minute" => Duration::from_mins(1),
            "h" | "hour" => Duration::from_hours(1),
            _ => return Err(wrong()),
        };
        if number == 0 {
            return Err(wrong());
        }
        Ok(Self { gap: span / number })
    }
}

/// What kind of "not now" it was: each passes after a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    Ordinary,
    /// The relay wants to see us a second time, and most wait five minutes for it.
    Greylisted,
    /// It wants fewer messages in a span of time.
    Throttled,
    /// The mailbox is full: somebody has to clear it.
    MailboxFull,
    /// It was refused, and somebody may have to do something about it: the next run tries it, or this one much later.
    Refused,
}

impl Delay {
    /// The first wait, in times of the ordinary one.
    fn factor(self) -> u32 {
        match self {
            Delay::Ordinary | Delay::Refused => 1,
            Delay::Greylisted => 5,
            Delay::Throttled => 10,
            Delay::MailboxFull => 60,
        }
    }
}

/// When a deferred copy is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// After the first ordinary refusal (`Delay` says how much longer others wait); four times as long after each further one.
    pub first: Duration,
    /// Never longer than this.
    pub longest: Duration,
    /// Tries, the first included; then the copy is expired, whatever the time.
    pub most_tries: u32,
    /// After this moment a copy that was tried a few times is expired.
    pub expires_at: DateTime<Utc>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            first: Duration::from_mins(1),
            longest: Duration::from_hours(4),
            most_tries: 20,
            expires_at: DateTime::<Utc>::MAX_UTC,
        }
    }
}

/// After a refusal for good, nothing is won by hurry, however short other waits are set.
const AFTER_REFUSAL: Duration = Duration::from_hours(2);

/// Greylisting refuses the first time and takes the second.
const FEWEST_TRIES: u32 = 3;

impl Retry {
    /// The next time after `tries` tries, or `None` when there have been enough. `jitter` (0 to 1) spreads copies that
    /// were refused together. A run that carries on late still tries everybody a few times.
    pub fn next(
        &self,
        tries: u32,
        delay: Delay,
        now: DateTime<Utc>,
        jitter: f64,
    ) -> Option<DateTime<Utc>> {
        if tries >= self.most_tries {
            return None;
        }
        let factor = 4u32.saturating_pow(tries.saturating_sub(1));
        let first = self.first.saturating_mul(delay.factor());
        let wait = match delay {
            Delay::Refused => AFTER_REFUSAL,
            _ => first.saturating_mul(factor).min(self.longest),
        };
        let spread = wait.mul_f64(0.25 * jitter.clamp(0.0, 1.0));
        let wait = TimeDelta::from_std(wait + spread).unwrap_or(TimeDelta::hours(4));
        let next = now + wait;
        (next <= self.expires_at || tries < FEWEST_TRIES).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_as_people_write_them() {
        assert_eq!(Rate::parse("30/min").unwrap().gap, Duration::from_secs(2));
        assert_eq!(Rate::parse(" 5 / s ").unwrap().gap, Duration::from_millis(200));
        assert_eq!(Rate::parse("3600/h").unwrap().gap, Duration::from_secs(1));
        for text in ["", "30", "0/s", "-1/s", "30/day", "1.5/s"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn retries_come_later_and_later_and_end() {
        let retry = Retry::default();
        let now = DateTime::UNIX_EPOCH;
        let minutes =
            |tries| retry.next(tries, Delay::Ordinary, now, 0.0).map(|at| (at - now).num_minutes());
        assert_eq!(minutes(1), Some(1));
        assert_eq!(minutes(2), Some(4));
        assert_eq!(minutes(3), Some(16));
        assert_eq!(minutes(5), Some(240));
        assert_eq!(minutes(19), Some(240));
        assert_eq!(minutes(20), None);
        // Late, everybody has three tries all the same.
        let late = Retry { expires_at: now, ..retry };
        assert!(late.next(2, Delay::Ordinary, now, 0.0).is_some());
        assert_eq!(late.next(3, Delay::Ordinary, now, 0.0), None);
        let seconds =
            |delay, jitter| retry.next(1, delay, now, jitter).map(|at| (at - now).num_seconds());
        assert_eq!(seconds(Delay::Ordinary, 1.0), Some(75));
        assert_eq!(seconds(Delay::Greylisted, 0.0), Some(300));
        assert_eq!(seconds(Delay::Throttled, 0.0), Some(600));
        assert_eq!(seconds(Delay::MailboxFull, 0.0), Some(3600));
        assert_eq!(seconds(Delay::Refused, 0.0), Some(7200));
    }
}
