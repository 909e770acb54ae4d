//! An edition that people have approved, and the days of a schedule that it was approved for.
//! Pure: moments in, an answer out.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// What was written this far in the future was written by a clock that was wrong.
pub(super) const WRONG_CLOCK: TimeDelta = TimeDelta::hours(2);

/// An edition that may go out without a person: approved as it was last seen, and not planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedEdition {
    pub name: String,
    /// The day after its last.
    pub window_end: NaiveDate,
    /// When the approval was complete, and when somebody said yes again after that.
    pub moments: Vec<DateTime<Utc>>,
    /// Whether it has changed since: nobody sends it before it is approved again.
    pub has_changed: bool,
}

impl ApprovedEdition {
    /// The last yes of a time. One of a clock that was ahead belongs to no day that has come: it is unknown when it was said.
    pub(super) fn approved_within(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let known = self.moments.iter().filter(|at| **at <= now + WRONG_CLOCK);
        // Two computers never have quite the same time.
        known.map(|at| (*at).min(now)).filter(|at| *at > after && *at <= until).max()
    }
}
