//! The people who are suppressed, by keyed names: nobody can read an address out of the list.
//! Pure: names and reasons in, a reason out.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{ChangeOrigin, Keys, NoMail, NoMailReason};
use crate::rfc::address::EmailAddress;

/// Everybody who must not be mailed, whatever a list says.
#[derive(Debug, Clone)]
pub struct DoNotMail {
    keys: Keys,
    people: HashMap<String, Arc<str>>,
    shared: Option<SharedNos>,
}

/// Whom no newsletter of the organisation mails, on the list that they share.
#[derive(Debug, Clone)]
pub struct SharedNos {
    /// The list's own.
    pub keys: Keys,
    /// By hashes of those keys.
    pub people: HashMap<String, SharedNo>,
    /// By this newsletter's hash of the address that people have now: what was said at one that they have left.
    pub moved: Arc<HashMap<String, SharedNo>>,
    /// When people last said yes themselves, by this newsletter's hashes: whoever signed up here since is mailed here.
    pub yes: HashMap<String, DateTime<Utc>>,
}

impl SharedNos {
    /// Somebody's place on the list, by their folded address and this newsletter's `hash` of it; none where they have signed up
    /// here since.
    pub fn of(&self, hash: &str, key: &str) -> Option<&SharedNo> {
        if self.people.is_empty() {
            return None;
        }
        let now = self.people.get(&self.keys.address_hash_of_key(key));
        let yes = self.yes.get(hash);
        let said = now.into_iter().chain(self.moved.get(hash));
        said.filter(|no| yes.is_none_or(|yes| *yes <= no.at)).max_by_key(|no| no.reason)
    }
}

/// A place on the shared list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNo {
    pub reason: NoMailReason,
    pub at: DateTime<Utc>,
    /// The newsletter to which they said it.
    pub newsletter: String,
}

impl SharedNo {
    /// As a place on the newsletter's own list.
    pub fn entry(&self) -> NoMail {
        let (reason, origin) = (self.reason, ChangeOrigin::Shared);
        NoMail { reason, origin, at: self.at, detail: Some(self.newsletter.clone()), note: None }
    }
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
        Self { keys, people, shared: None }
    }

    /// The same with what newsletters share.
    #[must_use]
    pub fn and(self, shared: Option<SharedNos>) -> Self {
        Self { shared, ..self }
    }

    /// Why a person must not be mailed.
    pub fn why(&self, address: &EmailAddress) -> Option<Cow<'_, str>> {
        // Each name costs a microsecond: a million people are not looked up in an empty list.
        let own = if self.people.is_empty() {
            None
        } else {
            self.people.get(&self.keys.address_hash(address))
        };
        own.map(|why| Cow::Borrowed(&**why)).or_else(|| self.shared_why(address).map(Cow::Owned))
    }

    fn shared_why(&self, address: &EmailAddress) -> Option<String> {
        let shared = self.shared.as_ref().filter(|shared| !shared.people.is_empty())?;
        let key = address.key();
        let no = shared.of(&self.keys.address_hash_of_key(&key), &key)?;
        Some(no.entry().words())
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
        assert_eq!(list.why(&address("ann@E.org")).as_deref(), Some("550 no such user"));
        assert_eq!(list.why(&address("bob@e.org")), None);
    }

    #[test]
    fn a_shared_no_holds_until_they_sign_up_here() {
        let [own, keys] = [b"one", b"two"].map(|secret| Keys::new(secret));
        let ann = EmailAddress::parse("ann@e.org").unwrap();
        let at = |hours: i64| DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::hours(hours);
        let no = SharedNo {
            reason: NoMailReason::Objected,
            at: at(5),
            newsletter: "The other letter".to_owned(),
        };
        for (yes, is_mailed) in [(None, false), (Some(4), false), (Some(5), false), (Some(6), true)]
        {
            let shared = SharedNos {
                keys: keys.clone(),
                people: [(keys.address_hash(&ann), no.clone())].into(),
                moved: Arc::default(),
                yes: yes.map(|hours| (own.address_hash(&ann), at(hours))).into_iter().collect(),
            };
            let list = DoNotMail::new(own.clone(), []).and(Some(shared));
            let why = list.why(&ann);
            assert_eq!(why.is_none(), is_mailed, "{yes:?}");
            if let Some(why) = why {
                assert!(why.contains("The other letter"), "{why}");
            }
            assert_eq!(list.why(&EmailAddress::parse("bob@e.org").unwrap()), None);
        }
    }
}
