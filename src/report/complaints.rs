//! How many people reported an edition as spam, and from when on that stops the next one.
//! Pure: counts in, a level out.
//!
//! Google and Yahoo want senders to stay below 0.1% and to never reach 0.3%: whoever does lands in spam folders.

use serde::Serialize;

/// One complaint by itself is an accident; with few people it would be a rate of per cents.
pub const FEWEST_THAT_HOLD: u64 = 5;

/// What the rate of complaints means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintLevel {
    Fine,
    /// 0.1% and more.
    Warning,
    /// 0.3% and more, and at least five people: the next edition waits for somebody's decision.
    Held,
}

impl ComplaintLevel {
    /// Of complaints among accepted copies.
    pub fn of(complaints: u64, accepted: u64) -> Self {
        let times =
            |factor: u64| complaints.saturating_mul(1000) >= accepted.saturating_mul(factor);
        if complaints == 0 {
            Self::Fine
        } else if times(3) && complaints >= FEWEST_THAT_HOLD {
            Self::Held
        } else if times(1) {
            Self::Warning
        } else {
            Self::Fine
        }
    }

    /// As the end of a sentence about the rate.
    pub fn words(self) -> &'static str {
        match self {
            Self::Fine => "below the 0.1% at which mailbox providers begin to mind",
            Self::Warning => "at or above 0.1%, at which mailbox providers begin to mind",
            Self::Held => "at or above 0.3%: the next edition waits until somebody decides",
        }
    }
}

/// A share of accepted copies, in hundredths of a per cent, rounded half up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PercentShare {
    hundredths: u32,
}

impl PercentShare {
    pub fn of(part: u64, whole: u64) -> Self {
        let hundredths = (part.saturating_mul(20_000) + whole).checked_div(2 * whole).unwrap_or(0);
        Self { hundredths: u32::try_from(hundredths).unwrap_or(u32::MAX) }
    }

    /// As in "0.08%".
    pub fn words(self) -> String {
        format!("{}.{:02}%", self.hundredths / 100, self.hundredths % 100)
    }
}

impl Serialize for PercentShare {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.hundredths) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_begin_where_they_are_said_to() {
        for (complaints, accepted, level) in [
            (0, 0, ComplaintLevel::Fine),
            (0, 1000, ComplaintLevel::Fine),
            (1, 1001, ComplaintLevel::Fine),
            (1, 1000, ComplaintLevel::Warning),
            (4, 20, ComplaintLevel::Warning),
            (5, 1667, ComplaintLevel::Warning),
            (5, 1666, ComplaintLevel::Held),
            (5, 5, ComplaintLevel::Held),
            (u64::MAX, 1, ComplaintLevel::Held),
        ] {
            assert_eq!(
                ComplaintLevel::of(complaints, accepted),
                level,
                "{complaints} of {accepted}"
            );
        }
    }

    #[test]
    fn shares_are_rounded_and_nothing_of_nothing_is_nothing() {
        for (part, whole, words) in [
            (0, 0, "0.00%"),
            (1, 1190, "0.08%"),
            (1, 3, "33.33%"),
            (2, 3, "66.67%"),
            (7, 7, "100.00%"),
        ] {
            assert_eq!(PercentShare::of(part, whole).words(), words);
        }
    }
}
