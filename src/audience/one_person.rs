//! One stored person, as the plan of an edition would take them.
//! Pure: a person in, a list of one out.

use std::sync::Arc;

use chrono::NaiveDate;

use super::import::{ImportedPerson, ListState, as_table};
use super::list_error::ListError;
use super::{Basis, EditionPurpose, List, Person, Recipient};

/// The list with nobody else on it, on a day. Whoever is on it is a member of segments, and covered by a basis, as in a plan.
///
/// # Errors
/// When it cannot be read.
pub fn list_of_one(person: &ImportedPerson, today: NaiveDate) -> Result<List, ListError> {
    let table: Arc<[u8]> = as_table([person]).into();
    let list = List::survey_stored(vec![("the database".to_owned(), Arc::new(table))])?;
    Ok(list.on(today))
}

impl List {
    /// The one who is mailed, of a list of one.
    pub fn only_recipient(&self) -> Option<Recipient> {
        self.everybody(true).find_map(|person| match person.ok()? {
            Person::Mailed(recipient) => Some(recipient),
            Person::LeftOut(_) => None,
        })
    }
}

/// Whether somebody gets editions of every purpose since they consented: they have nothing to agree to. Whoever is mailed on
/// another basis, or by no plan, has.
pub fn is_mailed_by_consent(person: &ImportedPerson, today: NaiveDate) -> bool {
    let has_consented = person.state == ListState::Subscribed
        && person.evidence.as_ref().is_some_and(|evidence| evidence.basis == Basis::Consent);
    let is_in_a_plan = |purpose| {
        list_of_one(person, today)
            .is_ok_and(|list| list.for_purpose(purpose).only_recipient().is_some())
    };
    has_consented && EditionPurpose::ALL.into_iter().all(is_in_a_plan)
}
