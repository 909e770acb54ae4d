//! Whether this computer's clock is right: a wrong one dates every message wrongly, and sends at the wrong time.
//! Pure: two times in, a diagnosis out. `website_date.rs` is the shell.

use chrono::{DateTime, TimeDelta, Utc};

use super::Diagnosis;
use crate::count::counted;

const ABOUT: &str = "Clock";
/// Websites and computers differ by seconds.
const RIGHT_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Receivers take such a date for a sign of spam, and signatures and certificates do not hold.
const WRONG_BEYOND: TimeDelta = TimeDelta::hours(24);
const CURE: &str = "let the computer set its time by itself (NTP), and check its date";

/// Compared with the time that a website gave.
pub fn against_website(now: DateTime<Utc>, theirs: DateTime<Utc>, host: &str) -> Diagnosis {
    let ahead = now - theirs;
    let off = ahead.abs();
    if off <= RIGHT_WITHIN {
        return Diagnosis::good(ABOUT, format!("this computer and {host} have the same time"));
    }
    let word = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
    let what = format!("this computer's clock is {} {word} that of {host}", length(off));
    if off > WRONG_BEYOND {
        Diagnosis::bad(ABOUT, what, CURE)
    } else {
        Diagnosis::doubtful(ABOUT, what, CURE)
    }
}

/// Compared with the latest time in the ledger: nothing was planned in the future.
pub fn against_ledger(now: DateTime<Utc>, latest: Option<DateTime<Utc>>) -> Option<Diagnosis> {
    let behind = latest? - now;
    (behind > RIGHT_WITHIN).then(|| {
        let what =
            format!("the ledger has an edition that was planned {} from now", length(behind));
        Diagnosis::bad(ABOUT, what, CURE)
    })
}

fn length(span: TimeDelta) -> String {
    let (days, hours) = (span.num_days(), span.num_hours());
    if days > 1 {
        counted(days.unsigned_abs(), "day", "days")
    } else if hours > 1 {
        counted(hours.unsigned_abs(), "hour", "hours")
    } else {
        counted(span.num_minutes().unsigned_abs(), "minute", "minutes")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn a_clock_is_right_to_some_minutes() {
        let now: DateTime<Utc> = "2027-01-05T10:00:00Z".parse().unwrap();
        for (minutes, verdict, words) in [
            (0, Health::Good, "the same time"),
            (5, Health::Good, "the same time"),
            (-5, Health::Good, "the same time"),
            (6, Health::Doubtful, "6 minutes behind"),
            (-61, Health::Doubtful, "61 minutes ahead of"),
            (-121, Health::Doubtful, "2 hours ahead of"),
            (24 * 60 + 1, Health::Bad, "24 hours behind"),
            (-60 * 24 * 400, Health::Bad, "400 days ahead of"),
        ] {
            let found = against_website(now, now + TimeDelta::minutes(minutes), "charity.example");
            assert_eq!(found.verdict, verdict, "{found:?}");
            assert!(found.what.contains(words), "{found:?}");
        }
        let future = now + TimeDelta::days(3);
        assert_eq!(against_ledger(now, None), None);
        assert_eq!(against_ledger(now, Some(now - TimeDelta::days(9))), None);
        let found = against_ledger(now, Some(future)).unwrap();
        assert!(found.what.contains("3 days from now"), "{found:?}");
    }
}
