//! What comes back, and when it means that nobody can be reached at an address any more.
//! Pure: editions and what came back of them in, a decision out.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::compose::setting;
use crate::ledger::returns::{ReturnedCopy, ReturnedKind};
use crate::ledger::{CopyRow, Status};

/// `[bounces]` of the settings: when failures that may pass count as one that will not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BounceSettings {
    /// Editions that came back for now.
    #[serde(deserialize_with = "setting::within::<1, 100, _, _>")]
    pub soft_editions: usize,
    /// The number of last editions among which they count.
    #[serde(deserialize_with = "setting::within::<1, 100, _, _>")]
    pub of_last: usize,
    /// Days between the first and the last of them, at least.
    #[serde(deserialize_with = "setting::within::<0, 3660, _, _>")]
    pub over_days: u32,
}

impl Default for BounceSettings {
    fn default() -> Self {
        Self { soft_editions: 3, of_last: 5, over_days: 14 }
    }
}

/// One edition, as far as it went to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Arrived,
    CameBack(DateTime<Utc>),
    /// It came back for a reason of ours: that says nothing about the person.
    Refused,
}

impl BounceSettings {
    /// Whether a person is out of reach: enough of their last editions came back for now, over enough days, and each that
    /// arrived in between takes one off. `copies` are theirs, in any order; `returns` too.
    pub fn are_exceeded(&self, copies: &[CopyRow], returns: &[ReturnedCopy]) -> bool {
        let mut sent: Vec<&CopyRow> = copies
            .iter()
            .filter(|copy| matches!(copy.status, Status::Accepted | Status::Uncertain))
            .collect();
        sent.sort_by_key(|copy| copy.changed_at);
        let outcomes: Vec<Outcome> = sent.iter().map(|copy| outcome_of(copy, returns)).collect();
        // What is on its way has not arrived: only editions before the last that came back say so.
        let Some(last) = outcomes.iter().rposition(|one| matches!(one, Outcome::CameBack(_)))
        else {
            return false;
        };
        let window = &outcomes[(last + 1).saturating_sub(self.of_last)..=last];
        let (mut count, mut first, mut latest) = (0_usize, None, None);
        for outcome in window {
            match outcome {
                Outcome::CameBack(at) => {
                    count += 1;
                    first = first.or(Some(*at));
                    latest = Some(*at);
                }
                Outcome::Refused => {}
                Outcome::Arrived => {
                    count = count.saturating_sub(1);
                    if count == 0 {
                        first = None;
                    }
                }
            }
        }
        let days = TimeDelta::days(i64::from(self.over_days));
        let is_long = first.zip(latest).is_some_and(|(first, latest)| latest - first >= days);
        count >= self.soft_editions.max(1) && is_long
    }
}

/// A delay is not a failure: that comes as a notice of its own. The time is the edition's: notices may be read months later.
fn outcome_of(copy: &CopyRow, returns: &[ReturnedCopy]) -> Outcome {
    let of_edition =
        returns.iter().filter(|one| one.edition.as_deref() == Some(copy.edition.as_str()));
    let has = |kind| of_edition.clone().any(|one| one.kind == kind);
    if has(ReturnedKind::Soft) {
        Outcome::CameBack(copy.changed_at)
    } else if has(ReturnedKind::Policy) {
        Outcome::Refused
    } else {
        Outcome::Arrived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(day)
    }

    /// Editions some days apart, the oldest first: `s` came back for now, `d` was delayed, `p` was refused for our sake.
    fn exceeded(days: i64, editions: &str) -> bool {
        let (mut copies, mut returns) = (Vec::new(), Vec::new());
        for (at, sign) in (0..).zip(editions.chars()) {
            let edition = format!("e{at}");
            copies.push(CopyRow {
                edition: edition.clone(),
                address: "ann@example.org".to_owned(),
                status: if sign == 'x' { Status::Rejected } else { Status::Accepted },
                attempts: 1,
                changed_at: day(at * days),
                detail: String::new(),
                next_at: None,
                message_id: String::new(),
            });
            let kind = match sign {
                's' => ReturnedKind::Soft,
                'd' => ReturnedKind::Delay,
                'p' => ReturnedKind::Policy,
                _ => continue,
            };
            returns.push(ReturnedCopy {
                person: "ann".to_owned(),
                edition: Some(edition),
                kind,
                at: day(900),
                status: String::new(),
            });
        }
        BounceSettings::default().are_exceeded(&copies, &returns)
    }

    #[test]
    fn three_of_the_last_five_over_two_weeks() {
        for (editions, is_exceeded) in [
            ("", false),
            ("s", false),
            ("ss", false),
            ("sss", true),
            // Sent, and not come back yet.
            ("sssa", true),
            ("sasas", false),
            ("sass", false),
            ("sasss", true),
            ("sssas", true),
            ("saaass", false),
            ("sssaa", true),
            ("ssass", true),
            ("sapss", false),
            ("aasss", true),
            ("ssd", false),
            ("ddd", false),
            ("ppp", false),
            ("sspss", true),
            ("sxsxs", true),
            ("saaaaass", false),
        ] {
            assert_eq!(exceeded(10, editions), is_exceeded, "{editions}");
        }
    }

    #[test]
    fn three_in_one_week_are_one_full_mailbox() {
        assert!(exceeded(10, "sss"));
        assert!(exceeded(7, "sss"));
        assert!(!exceeded(6, "sss"));
        assert!(!exceeded(1, "sssss"));
    }
}
