//! What one row of an export says.
//! Pure: values.

use super::model::ImportedPerson;
use super::word_kinds::WordKinds;
use crate::problem::Problem;

/// What a row says.
#[derive(Debug)]
pub struct ImportRow {
    pub person: ImportedPerson,
    pub problem: Option<Problem>,
    /// Whether the row is a no is uncertain.
    pub is_unclear: bool,
    /// The kinds of words of the row that are a clear yes, where nothing in it is a no.
    pub clear: WordKinds,
    /// A no for addresses that the cell may mean, where it is not one address.
    pub misspelt: Vec<String>,
}

impl ImportRow {
    /// A row without an address of anybody.
    pub(super) fn without_address(
        person: ImportedPerson,
        problem: Option<Problem>,
        misspelt: Vec<String>,
    ) -> Self {
        Self { person, problem, is_unclear: false, clear: WordKinds::default(), misspelt }
    }
}
