//! Every address that a person has had, for what is deleted or given out of them.
//! Shell: the ledger.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::audience::Keys;
use crate::cli::terminal::failure::Failure;
use crate::ledger::list_store::{ErasedAddress, ListStore, Moves};
use crate::ledger::{AnyLedger, CopyRow, Ledger, LeftOutRow};
use crate::rfc::address::EmailAddress;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldAddress {
    /// Its keyed hash.
    pub person: String,
    /// Folded; nothing where only the hash is kept.
    pub key: Option<String>,
    /// Since when it is theirs, where somebody had it before and left it.
    pub since: Option<DateTime<Utc>>,
    /// Until when it was theirs, where they left it.
    pub until: Option<DateTime<Utc>>,
    /// Somebody else has it now.
    pub is_taken: bool,
}

impl HeldAddress {
    /// What somebody has typed, of which nothing else is known.
    pub fn typed(key: &str) -> Self {
        let key = Some(key.to_owned());
        Self { person: String::new(), key, since: None, until: None, is_taken: false }
    }

    /// Whether what was planned at a moment, for the address, was for this person.
    pub fn was_theirs(&self, at: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| at >= since)
            && self.until.filter(|_| self.is_taken).is_none_or(|until| at <= until)
    }

    /// What was planned for the address while it was theirs.
    pub async fn history(
        &self,
        ledger: &AnyLedger,
    ) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), Failure> {
        let Some(key) = &self.key else { return Ok((Vec::new(), Vec::new())) };
        let (mut rows, mut left_out) = ledger.history(key).await?;
        if self.since.is_some() || self.is_taken {
            let planned = ledger.summaries().await?;
            let theirs = planned.iter().filter(|edition| self.was_theirs(edition.planned_at));
            let theirs: Vec<&str> = theirs.map(|edition| edition.name.as_str()).collect();
            rows.retain(|row| theirs.contains(&row.edition.as_str()));
            left_out.retain(|row| theirs.contains(&row.edition.as_str()));
        }
        Ok((rows, left_out))
    }

    /// The same for an erasure.
    pub fn erased(&self) -> ErasedAddress {
        ErasedAddress {
            key: self.key.clone().unwrap_or_default(),
            person: self.person.clone(),
            until: self.until.filter(|_| self.is_taken),
        }
    }
}

/// The addresses of the person who has or had this one, which comes first. Nothing is known without a ledger.
pub(crate) async fn addresses_of(
    address: &EmailAddress,
    ledger: Option<&AnyLedger>,
    keys: &Keys,
) -> Result<Vec<HeldAddress>, Failure> {
    let moves = match ledger {
        Some(ledger) => ledger.moves().await?,
        None => Moves::default(),
    };
    let own = address.key();
    let mut known: HashMap<String, (&String, Option<String>)> = HashMap::new();
    for key in moves.keys.iter().chain([&own]) {
        let mut before = None;
        for owner in keys.owners_of_key(key) {
            known.insert(owner.clone(), (key, before.replace(owner)));
        }
    }
    let person = keys.address_hash(address);
    let others = moves.of_person(&person).into_iter().filter(|other| *other != person);
    let held = std::iter::once(person.clone()).chain(others).map(|person| {
        let left = moves.left.get(&person);
        let (key, before) = known.get(&person).cloned().unzip();
        let before = before.flatten().and_then(|before| moves.left.get(&before));
        HeldAddress {
            key: key.cloned(),
            since: before.map(|before| before.at),
            until: left.map(|left| left.at),
            is_taken: left.is_some_and(|left| left.is_taken),
            person,
        }
    });
    Ok(held.collect())
}
