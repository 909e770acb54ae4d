//! How long trouble with the relay may last, and how long to wait in between: by the clock, whatever the number of connections.
//! Pure: the time comes in as an argument.

use std::time::Duration;

use thiserror::Error;

/// What `[send] patience` is when nothing is set. A relay that restarts is away for seconds, its computer for minutes.
pub const DEFAULT: Duration = Duration::from_mins(5);
/// Longer than this nobody means: the same command carries on at any time.
const LONGEST: Duration = Duration::from_hours(24);
/// A relay that is back is noticed within this time.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Copies that came to nothing at their very end, with no acceptance between them: each leaves a person in doubt, so
/// that waiting for a better time would cost more of them.
const MOST_UNCERTAIN: u32 = 3;

/// A text that is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("patience under [send] is `{0}`, which is not a length of time")]
pub struct PatienceError(pub String);

impl PatienceError {
    pub const CURE: &str =
        "write patience = \"5m\", \"90s\" or \"1h\"; \"0\" ends the run at the first trouble";
}

/// Reads `5m`, `90s`, `1h`, or `0` for none.
///
/// # Errors
/// When it is none of these, or longer than a day.
pub fn parse(text: &str) -> Result<Duration, PatienceError> {
    let wrong = || PatienceError(text.escape_debug().take(40).collect());
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "s" | "sec" | "seconds" => Some(number),
        "m" | "min" | "minutes" => number.checked_mul(60),
        "h" | "hours" => number.checked_mul(3600),
        "" if number == 0 => Some(0),
        _ => None,
    };
    let length = Duration::from_secs(seconds.ok_or_else(wrong)?);
    if length > LONGEST { Err(wrong()) } else { Ok(length) }
}

/// What comes after a connection has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// Try again after this pause; the run gives up when the trouble has lasted for `left` longer.
    TryAfter {
        pause: Duration,
        left: Duration,
    },
    GiveUp,
}

/// The trouble there is at the moment, if there is any.
#[derive(Debug, Clone)]
pub struct Patience {
    longest: Duration,
    first_pause: Duration,
    /// When the first connection failed after the last that did well.
    since: Option<Duration>,
    uncertain: u32,
}

impl Patience {
    pub fn new(longest: Duration, first_pause: Duration) -> Self {
        Self { longest, first_pause, since: None, uncertain: 0 }
    }

    /// The relay answered to a message: what was before is over. True when there was trouble.
    pub fn answered(&mut self, accepted: bool) -> bool {
        if accepted {
            self.uncertain = 0;
        }
        self.since.take().is_some()
    }

    /// A connection failed at `now`, counted from the run's beginning.
    pub fn failed(&mut self, now: Duration, uncertain: bool) -> NextAttempt {
        self.uncertain += u32::from(uncertain);
        let lasted = now.saturating_sub(*self.since.get_or_insert(now));
        let left = self.longest.saturating_sub(lasted);
        // A relay that closes at a message's end was there: it is given up for doing so often, not for the time.
        if self.uncertain >= MOST_UNCERTAIN || left.is_zero() && !uncertain {
            return NextAttempt::GiveUp;
        }
        if left.is_zero() {
            return NextAttempt::TryAfter { pause: self.first_pause, left: Duration::MAX };
        }
        // Half as long as the trouble has lasted: several connections that fail together wait as long as one would.
        let pause = (lasted / 2).clamp(self.first_pause, LONGEST_PAUSE.max(self.first_pause));
        NextAttempt::TryAfter { pause: pause.min(left), left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn lengths_of_time() {
        for (text, expected) in [
            ("5m", 300),
            (" 5 min ", 300),
            ("90s", 90),
            ("1h", 3600),
            ("24h", 86_400),
            ("0", 0),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(seconds(expected)), "{text}");
        }
        for text in ["", "5", "m", "-5m", "1.5m", "25h", "5 days", "99999999999999999999h", "5m30s"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    /// Connections that fail side by side, each again when its pause is over: when the run ended, and after how many tries.
    fn run(connections: u64, longest: u64) -> (u64, u64) {
        let mut patience = Patience::new(seconds(longest), seconds(1));
        let mut due: Vec<Duration> = (0..connections).map(|_| seconds(0)).collect();
        let mut tries = 0;
        loop {
            due.sort();
            let now = due.remove(0);
            tries += 1;
            match patience.failed(now, false) {
                NextAttempt::GiveUp => return (now.as_secs(), tries),
                NextAttempt::TryAfter { pause, left } => {
                    assert!(pause >= seconds(1).min(left) && pause <= seconds(30), "{pause:?}");
                    due.push(now + pause);
                }
            }
        }
    }

    #[test]
    fn patience_is_time_whatever_the_number_of_connections() {
        for connections in [1, 4, 64] {
            let (ended, tries) = run(connections, 300);
            assert_eq!(ended, 300, "{connections}");
            assert!((10..=30).contains(&(tries / connections)), "{connections}: {tries}");
        }
        assert_eq!(run(1, 0), (0, 1));
        assert_eq!(run(4, 20).0, 20);
    }

    #[test]
    fn a_relay_that_is_back_is_noticed_and_forgiven() {
        let mut patience = Patience::new(seconds(300), seconds(1));
        assert!(!patience.answered(true));
        for now in [0, 60, 200] {
            assert!(matches!(patience.failed(seconds(now), false), NextAttempt::TryAfter { .. }));
        }
        assert!(patience.answered(false));
        // The next trouble has the whole time again.
        let next = patience.failed(seconds(1000), false);
        assert_eq!(next, NextAttempt::TryAfter { pause: seconds(1), left: seconds(300) });
    }

    #[test]
    fn copies_in_doubt_are_few_however_long_the_patience() {
        let mut patience = Patience::new(seconds(300), seconds(1));
        assert!(matches!(patience.failed(seconds(0), true), NextAttempt::TryAfter { .. }));
        patience.answered(false);
        assert!(matches!(patience.failed(seconds(1), true), NextAttempt::TryAfter { .. }));
        assert_eq!(patience.failed(seconds(2), true), NextAttempt::GiveUp);
        // Without patience, too, one of them ends nothing.
        let mut patience = Patience::new(seconds(0), seconds(1));
        let next = patience.failed(seconds(0), true);
        assert_eq!(next, NextAttempt::TryAfter { pause: seconds(1), left: Duration::MAX });
        let mut patience = Patience::new(seconds(300), seconds(1));
        for now in 0..20 {
            assert!(matches!(patience.failed(seconds(now), true), NextAttempt::TryAfter { .. }));
            patience.answered(true);
        }
    }
}
