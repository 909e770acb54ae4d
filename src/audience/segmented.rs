//! The segments of a list: those that files define, and the one that an edition is for.
//! Pure: rows in, a yes or no out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ExclusionReason;
use super::segment::{FilteredPerson, Segment};
use super::sheet::Sheet;
use super::subscriber::Subscriber;

/// The segments of one list. Each was bound to its columns.
#[derive(Debug, Default)]
pub(super) struct ListSegments {
    /// Those of `segments/`: templates use them as they use a word of the list.
    pub defined: Vec<Segment>,
    /// Whom the edition is for; everybody where there is none.
    pub chosen: Option<Segment>,
}

/// One row of the list, for filters.
pub(super) struct RowOfList<'a> {
    pub sheet: &'a Sheet,
    pub record: &'a csv::StringRecord,
    pub subscriber: &'a Subscriber,
}

impl FilteredPerson for RowOfList<'_> {
    fn cell(&self, column: &str) -> Cow<'_, str> {
        if let Some(value) = self.subscriber.values.get(column) {
            return Cow::Borrowed(value);
        }
        if column == "domain" {
            return Cow::Borrowed(self.subscriber.address.domain());
        }
        Cow::Borrowed(self.sheet.further_cell(self.record, column))
    }

    fn tags(&self) -> &BTreeSet<String> {
        &self.subscriber.segments
    }
}

impl ListSegments {
    /// Why the edition is not for a person, where it is not.
    pub fn outside(&self, row: &RowOfList<'_>) -> Option<ExclusionReason> {
        let chosen = self.chosen.as_ref()?;
        match chosen.holds(row) {
            Ok(true) => None,
            Ok(false) => Some(ExclusionReason::OutsideSegment(chosen.to_string())),
            Err(column) => Some(ExclusionReason::UnclearSegment {
                segment: chosen.to_string(),
                column: column.to_owned(),
            }),
        }
    }

    /// The segments of a person: words of the list, and the files whose filter finds them. A file beats a word of its name.
    pub fn of(&self, row: &RowOfList<'_>) -> BTreeSet<String> {
        let mut names = row.subscriber.segments.clone();
        for segment in &self.defined {
            if segment.holds(row) == Ok(true) {
                names.insert(segment.name.clone());
            } else {
                names.remove(&segment.name);
            }
        }
        names
    }
}
