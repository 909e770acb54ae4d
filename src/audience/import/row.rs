//! What one row of an export says.
//! Pure: values.

use super::model::ImportedPerson;
use crate::problem::Problem;

/// What a row says.
#[derive(Debug)]
pub struct ImportRow {
    pub person: ImportedPerson,
    pub problem: Option<Problem>,
    /// They have died, or the system that the file comes from has deleted them: whoever has them on a list mails them no more.
    pub is_over: bool,
    /// Nobody can say whether the row is a no.
    pub is_unclear: bool,
    /// A word of the row is a clear yes, and nothing in it is a no.
    pub is_clear: bool,
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
        let (is_over, is_unclear, is_clear) = (false, false, false);
        Self { person, problem, is_over, is_unclear, is_clear, misspelt }
    }
}
