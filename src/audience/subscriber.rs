//! One row of the list: an address, the law's word for why it may be mailed, and what the person wants.
//! Pure: words in, values out.

use std::collections::BTreeSet;

use super::ExclusionReason;
use super::exclusion::shown;
use super::law::{Basis, CollectionFacts, EditionPurpose, law_of};
use crate::audience::Values;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

/// A person of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    pub address: EmailAddress,
    /// All columns by name, the address under `email`.
    pub values: Values,
    pub segments: BTreeSet<String>,
    pub basis: Result<Basis, ExclusionReason>,
    pub given: CollectionFacts,
    /// What the list says instead, where there is no such day.
    pub no_such_day: Option<String>,
    /// Why the list does not let them be mailed, whatever the basis.
    pub refusal: Option<ExclusionReason>,
    pub place: Place,
}

impl Subscriber {
    /// Whether the list gives a lawful reason to mail them an edition with this purpose.
    ///
    /// # Errors
    /// Says which reason is missing.
    pub fn lawful(&self, purpose: EditionPurpose) -> Result<(), ExclusionReason> {
        if let Some(text) = &self.no_such_day {
            return Err(ExclusionReason::NoSuchDay(shown(text)));
        }
        let law = law_of(self.basis.clone()?);
        law.allows(&self.given)?;
        law.covers(purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charity_soft_opt_in_holds_from_its_day_on() {
        let subscriber = |date: Option<&str>| Subscriber {
            address: EmailAddress::parse("a@example.org").unwrap(),
            values: Values::new(),
            segments: BTreeSet::new(),
            basis: Basis::parse("soft opt-in charity"),
            given: CollectionFacts {
                obtained: date.map(|date| date.parse().unwrap()),
                ..CollectionFacts::default()
            },
            no_such_day: None,
            refusal: None,
            place: Place::whole("x"),
        };
        assert_eq!(subscriber(Some("2026-02-05")).lawful(EditionPurpose::Charitable), Ok(()));
        assert_eq!(
            subscriber(Some("2026-02-04")).lawful(EditionPurpose::Charitable),
            Err(ExclusionReason::SoftOptInTooEarly)
        );
        assert_eq!(
            subscriber(None).lawful(EditionPurpose::Charitable),
            Err(ExclusionReason::SoftOptInTooEarly)
        );
    }
}
