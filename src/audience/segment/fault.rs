//! What is wrong with a filter: what, where, and the cure.
//! Pure: values.

use thiserror::Error;

use crate::problem::Place;

/// A fault of a filter. The place is counted in characters of the filter, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct SegmentFault {
    pub at: usize,
    pub what: String,
    pub cure: String,
}

impl SegmentFault {
    pub(super) fn new(at: usize, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { at, what: what.into(), cure: cure.into() }
    }
}

/// The same where people wrote it: in a file, a draft, or on the command line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct SegmentError {
    pub place: Place,
    /// The line that the place points to.
    pub line_text: String,
    pub what: String,
    pub cure: String,
}
