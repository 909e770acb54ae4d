//! From a list and a composition to the rows of a ledger.
//! Pure: values in, a plan out.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::delivery::{Event, Status};
use super::{EditionSummary, LeftOutRow, PlannedEdition, PlannedList, PlannedRow};
use crate::audience::list_error::ListError;
use crate::audience::segment::OUTSIDE;
use crate::audience::{Keys, LeftOut, Person};
use crate::compose::composition::Composition;
use crate::window::Window;

/// All that is written when a run is planned. The people are not in memory: there may be a million.
#[derive(Clone)]
pub struct Plan {
    pub edition: PlannedEdition,
    /// How many rows there must be: what somebody has confirmed.
    pub people: u64,
    /// How many stops of the edition somebody had seen: with more of them nothing is planned.
    pub stops_seen: usize,
    /// Reads the people from the first to the last, some at a time. It may be called again.
    pub rows: Arc<dyn Fn() -> PlannedRows + Send + Sync>,
}

/// Rows on their way into a ledger.
pub type PlannedRows = Box<dyn Iterator<Item = Result<Vec<RowPlan>, ListError>> + Send>;

/// What becomes of one row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowPlan {
    Copy(PlannedRow),
    LeftOut(LeftOutRow),
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("edition", &self.edition.name)
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}

/// What makes rows out of people: the names of their copies.
#[derive(Debug, Clone)]
pub struct RowBuilder {
    pub edition: String,
    pub keys: Keys,
    /// The right part of the Message-IDs.
    pub domain: String,
}

impl RowBuilder {
    /// # Panics
    /// Never: a recipient is made of words only, and words can be written as JSON.
    pub fn planned(&self, person: &Person) -> RowPlan {
        match person {
            Person::Mailed(recipient) => {
                let id = self.keys.message_id(&self.edition, &recipient.address);
                RowPlan::Copy(PlannedRow {
                    address: recipient.address.to_string(),
                    key: recipient.address.key(),
                    recipient: serde_json::to_string(recipient).expect("words"),
                    person: self.keys.address_hash(&recipient.address),
                    message_id: format!("{id}@{}", self.domain),
                })
            }
            Person::LeftOut(left) => RowPlan::LeftOut(left_out_row(&self.edition, left)),
        }
    }
}

impl PlannedEdition {
    /// What is kept of a composition. `list` is what it was composed for.
    pub fn new(
        composition: Composition,
        window: &Window,
        list: Option<PlannedList>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            summary: EditionSummary {
                name: composition.edition.clone(),
                subject: composition.shown(&composition.subject),
                window_start: window.start,
                window_end: window.end,
                hash: composition.hash(),
                planned_at: now,
                list,
                corrects: None,
                after_complaints: None,
                archive: None,
                correction_note: None,
            },
            composition,
        }
    }
}

/// What becomes of a copy when its person has another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyAfterMove {
    /// It is settled.
    Stays,
    /// It goes to the new address.
    Follows,
    /// It is on its way to the old address, or was. When it is given back or sent again, it goes to the new one.
    FollowsLater,
    /// The edition has a copy for the new address: they would get two.
    IsThere,
}

/// What becomes of a copy with this status. A run that has a copy in progress delivers it to the address that it has read: the
/// row says so, and what comes back of it is about that address.
pub(super) fn after_move(status: Status, has_other: bool) -> CopyAfterMove {
    match status {
        Status::Accepted | Status::Suppressed | Status::Cancelled | Status::Closed => {
            CopyAfterMove::Stays
        }
        Status::Planned | Status::Deferred if has_other => CopyAfterMove::IsThere,
        Status::Planned | Status::Deferred => CopyAfterMove::Follows,
        Status::Claimed
        | Status::HandingOver
        | Status::Rejected
        | Status::Uncertain
        | Status::Expired => CopyAfterMove::FollowsLater,
    }
}

/// What becomes of a copy beside another of the same person.
pub(super) fn copy_is_there() -> Event {
    Event::Suppressed { why: "the edition has a copy for their new address".to_owned() }
}

impl LeftOutRow {
    /// Whether they count as left out: a person who may be mailed, and is not in the segment of an edition, does not.
    pub fn is_counted(&self) -> bool {
        !self.why.starts_with(OUTSIDE)
    }
}

/// A person left out of the plan, with the reason in words.
pub fn left_out_row(edition: &str, left_out: &LeftOut) -> LeftOutRow {
    LeftOutRow {
        edition: edition.to_owned(),
        address: left_out.address.clone(),
        why: left_out.why.to_string(),
    }
}
