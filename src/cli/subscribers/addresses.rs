//! Every address that a person has had, for what is deleted or given out of them.
//! Shell: the ledger.

use std::collections::HashMap;

use crate::audience::Keys;
use crate::cli::terminal::failure::Failure;
use crate::ledger::AnyLedger;
use crate::ledger::list_store::{ListStore, Moves};
use crate::rfc::address::EmailAddress;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldAddress {
    /// Its keyed hash.
    pub person: String,
    /// Folded; nothing where only the hash is kept.
    pub key: Option<String>,
}

/// The addresses of the person who has or had this one, which comes first. Nothing is known without a ledger.
pub(super) async fn addresses_of(
    address: &EmailAddress,
    ledger: Option<&AnyLedger>,
    keys: &Keys,
) -> Result<Vec<HeldAddress>, Failure> {
    let (key, person) = (address.key(), keys.address_hash(address));
    let moves = match ledger {
        Some(ledger) => ledger.moves().await?,
        None => Moves::default(),
    };
    let known: HashMap<String, &String> =
        moves.keys.iter().map(|key| (keys.address_hash_of_key(key), key)).collect();
    let others = moves.of_person(&person).into_iter().filter(|other| *other != person);
    let others = others.map(|person| {
        let key = known.get(&person).map(|key| (*key).clone());
        HeldAddress { person, key }
    });
    let first = HeldAddress { person: person.clone(), key: Some(key) };
    Ok(std::iter::once(first).chain(others).collect())
}
