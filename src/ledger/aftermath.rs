//! What became of an edition after it was accepted: what came back, who left, and who is new since the one before.
//! Pure: what a database must do for it, and how its rows come together.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;

use chrono::{DateTime, Utc};

use super::returns::ReturnedKind;
use crate::audience::NoMailReason;
use crate::ledger::LedgerError;

/// What came back of one accepted copy, of each kind once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditionReturn {
    /// The address in lower case.
    pub key: String,
    pub kind: ReturnedKind,
    /// As in 5.1.1, or empty.
    pub status: String,
}

/// Somebody who said no after they had got an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    pub reason: NoMailReason,
    /// A word of ours, as in `too_many`.
    pub detail: Option<String>,
}

/// A person who got an edition.
pub(super) struct AcceptedCopy {
    pub person: String,
    pub key: String,
    pub accepted_at: DateTime<Utc>,
}

/// A no, as the record of changes has it.
pub(super) struct RecordedNo {
    pub person: String,
    pub reason: NoMailReason,
    pub detail: Option<String>,
    pub at: DateTime<Utc>,
}

/// What became of editions, in a ledger's database.
pub trait AftermathStore {
    /// What came back of the accepted copies of an edition.
    fn returns_of_edition(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<Vec<EditionReturn>, LedgerError>> + Send;

    /// Who said no after they had got an edition, and before a time: each person once. A server's no is none of theirs, and
    /// complaints are counted by themselves.
    fn leavings_of_edition(
        &self,
        edition: &str,
        until: DateTime<Utc>,
    ) -> impl Future<Output = Result<Vec<Leaving>, LedgerError>> + Send;

    /// How many people came onto the do-not-mail list after an edition was planned, and are still there. A file that is
    /// imported today may say no with a day of last year: what counts is when the list learnt of it.
    fn noes_since_plan(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// How many people of an edition are not in another.
    fn people_missing_from(
        &self,
        edition: &str,
        other: &str,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;
}

/// Returns of people whose copy was accepted, of each kind once, in the order of their addresses.
pub(super) fn returns_of_accepted(
    accepted: Vec<AcceptedCopy>,
    returns: Vec<(String, ReturnedKind, String)>,
) -> Vec<EditionReturn> {
    let keys: HashMap<String, String> =
        accepted.into_iter().map(|copy| (copy.person, copy.key)).collect();
    let mut kinds = BTreeSet::new();
    let mut found = Vec::new();
    for (person, kind, status) in returns {
        if let Some(key) = keys.get(&person)
            && kinds.insert((key.clone(), kind.word()))
        {
            found.push(EditionReturn { key: key.clone(), kind, status });
        }
    }
    found.sort();
    found
}

/// The first no of each person since their copy was accepted.
pub(super) fn leavings_of_accepted(
    accepted: Vec<AcceptedCopy>,
    mut noes: Vec<RecordedNo>,
) -> Vec<Leaving> {
    let mut since: HashMap<String, DateTime<Utc>> =
        accepted.into_iter().map(|copy| (copy.person, copy.accepted_at)).collect();
    noes.sort_by_key(|no| no.at);
    let mut leavings = Vec::new();
    for no in noes {
        // Complaints are counted by themselves.
        let is_theirs = !matches!(no.reason, NoMailReason::Bounced | NoMailReason::Complained);
        let has_it = since.get(&no.person).is_some_and(|accepted| no.at >= *accepted);
        if is_theirs && has_it {
            since.remove(&no.person);
            leavings.push(Leaving { reason: no.reason, detail: no.detail });
        }
    }
    leavings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(person: &str, at: i64) -> AcceptedCopy {
        AcceptedCopy {
            person: person.to_owned(),
            key: format!("{person}@e.org"),
            accepted_at: DateTime::from_timestamp(at, 0).unwrap(),
        }
    }

    fn no(person: &str, reason: NoMailReason, at: i64) -> RecordedNo {
        let at = DateTime::from_timestamp(at, 0).unwrap();
        RecordedNo { person: person.to_owned(), reason, detail: None, at }
    }

    #[test]
    fn each_person_leaves_once_and_not_before_they_got_it() {
        let noes = vec![
            no("ann", NoMailReason::Objected, 30),
            no("ann", NoMailReason::Unsubscribed, 20),
            no("bob", NoMailReason::Unsubscribed, 5),
            no("cy", NoMailReason::Bounced, 20),
            no("cy", NoMailReason::Complained, 21),
            no("nobody", NoMailReason::Unsubscribed, 20),
        ];
        let left =
            leavings_of_accepted(vec![copy("ann", 10), copy("bob", 10), copy("cy", 10)], noes);
        let reasons: Vec<_> = left.iter().map(|leaving| leaving.reason).collect();
        assert_eq!(reasons, [NoMailReason::Unsubscribed]);
    }

    #[test]
    fn what_came_back_twice_counts_once_and_only_of_accepted_copies() {
        let returned = |person: &str, kind| (person.to_owned(), kind, String::new());
        let returns = vec![
            returned("ann", ReturnedKind::Soft),
            returned("ann", ReturnedKind::Soft),
            returned("ann", ReturnedKind::Hard),
            returned("nobody", ReturnedKind::Hard),
        ];
        let found = returns_of_accepted(vec![copy("ann", 10)], returns);
        assert_eq!(found.len(), 2);
    }
}
