//! Why an occurrence was missed, and what to do about it.
//! Pure: values in, words out.

use chrono::{DateTime, NaiveDate, Utc};

use super::OccurrenceState;
use super::approved::ApprovedEdition;

/// An occurrence that nothing came of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedOccurrence {
    pub schedule: String,
    pub day: NaiveDate,
    pub opens_at: DateTime<Utc>,
    pub closed_at: DateTime<Utc>,
    /// What would have gone out, where something would.
    pub edition: Option<String>,
    pub why: String,
    /// The state of its row; none where there is none yet.
    pub was: Option<OccurrenceState>,
}

pub(super) const SUPERSEDED: &str = "a later one is due, and two never go out together";
pub(super) const NOTHING_APPROVED: &str = "nothing was approved for it in time";
pub(super) const CHANGED: &str =
    "it has changed since its approval, and nobody has approved it again";
pub(super) const NOTHING_RAN: &str = "`roundup due` did not run in its hours";
pub(super) const WAS_STOPPED: &str = "somebody had paused or cancelled it";
pub(super) const NOT_FINISHED: &str = "it began, and stopped before the first message";

/// Whether nothing could have been sent: somebody must approve it first.
pub fn needs_approval(why: &str) -> bool {
    [NOTHING_APPROVED, CHANGED, WAS_STOPPED].contains(&why)
}

/// What to type for an edition that was missed.
pub fn after_missed(edition: &str, why: &str) -> String {
    let command = if needs_approval(why) { "approve" } else { "send" };
    format!("roundup {command} {edition}")
}

/// Why an edition was missed: one that nobody could have sent is missed for that.
pub(super) fn as_it_is<'a>(edition: Option<&ApprovedEdition>, why: &'a str) -> &'a str {
    match edition {
        Some(edition) if edition.has_changed => CHANGED,
        Some(_) => why,
        None => NOTHING_APPROVED,
    }
}
