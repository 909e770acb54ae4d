//! The people who are suppressed, by keyed names: nobody can read an address out of the list.
//! Pure: names and reasons in, a reason out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Keys;
use crate::rfc::address::EmailAddress;

/// Everybody who must not be mailed, whatever a list says.
#[derive(Debug, Clone)]
pub struct DoNotMail {
    keys: Keys,
    people: HashMap<String, Arc<str>>,
}

impl DoNotMail {
    /// From keyed names and reasons. The names were made with `keys`.
    pub fn new(keys: Keys, people: impl IntoIterator<Item = (String, String)>) -> Self {
        // A million people have a few dozen reasons.
        let mut reasons: BTreeSet<Arc<str>> = BTreeSet::new();
        let people = people
            .into_iter()
            .map(|(person, why)| {
                let why: Arc<str> = why.into();
                let known = reasons.get(&why).cloned();
                let why = known.unwrap_or_else(|| {
                    reasons.insert(Arc::clone(&why));
                    why
                });
                (person, why)
            })
            .collect();
        Self { keys, people }
    }

    /// Why a person must not be mailed.
    pub fn why(&self, address: &EmailAddress) -> Option<&str> {
        // Each name costs a microsecond: a million people are not looked up in an empty list.
        if self.people.is_empty() {
            return None;
        }
        self.people.get(&self.keys.address_hash(address)).map(|why| &**why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_in_any_spelling_and_nobody_else_is() {
        let keys = Keys::new(b"a secret of this test");
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        let person = keys.address_hash(&address("Ann@e.org"));
        let list = DoNotMail::new(keys, [(person, "550 no such user".to_owned())]);
        assert_eq!(list.why(&address("ann@E.org")), Some("550 no such user"));
        assert_eq!(list.why(&address("bob@e.org")), None);
    }
}
