//! A ledger beside the do-not-mail list that several newsletters share.
//! Shell: reads and writes the list.
//!
//! People have one word, whichever of their addresses it was said at: what is on the list at an address that somebody has left holds
//! for them here, and what is said here is written for every address that is known to be theirs.

use std::sync::Arc;

use super::AnyLedger;
use crate::audience::{ChangeOrigin, NoMail, NoMailChange, NoMailStep, SharedNos};
use crate::ledger::error::LedgerError;
use crate::ledger::join_store::JoinStore;
use crate::ledger::list_store::ListStore;
use crate::ledger::shared_list::{SharedList, is_for_all};
use crate::rfc::address::EmailAddress;

impl AnyLedger {
    /// The same beside a list that newsletters share.
    #[must_use]
    pub fn sharing(self, shared: SharedList) -> Self {
        Self { shared: Some(Arc::new(shared)), ..self }
    }

    pub fn shared(&self) -> Option<&Arc<SharedList>> {
        self.shared.as_ref()
    }

    /// Whom no newsletter mails, where this one shares a list.
    ///
    /// # Errors
    /// When the list or the ledger cannot be read.
    pub async fn shared_nos(&self) -> Result<Option<SharedNos>, LedgerError> {
        let Some(shared) = &self.shared else { return Ok(None) };
        Ok(Some(shared.nos(self.own_yeses().await?, &self.moves().await?).await?))
    }

    /// Somebody's place on the list that newsletters share, unless they have signed up here since.
    ///
    /// # Errors
    /// When the list or the ledger cannot be read.
    pub async fn shared_no(
        &self,
        address: &EmailAddress,
    ) -> Result<Option<NoMailChange>, LedgerError> {
        let (Some(shared), Some(nos)) = (&self.shared, self.shared_nos().await?) else {
            return Ok(None);
        };
        let person = shared.own_hash(address);
        let found = nos.of(&person, &address.key());
        Ok(found.map(|no| {
            NoMailChange::new(&person, NoMailStep::Add(no.reason), ChangeOrigin::Shared, no.at)
        }))
    }

    /// What a person has said to every newsletter at one of some folded addresses, unless they have said yes here since.
    pub(super) async fn said_to_all(
        &self,
        person: &str,
        keys: &[String],
    ) -> Result<Option<NoMail>, LedgerError> {
        let Some(shared) = &self.shared else { return Ok(None) };
        shared.no_of(person, keys, self).await
    }

    /// The same of a person who signed up: only their request, or the list that they are on, has their address.
    pub(super) async fn said_by_whoever_asked(
        &self,
        person: &str,
    ) -> Result<Option<NoMail>, LedgerError> {
        let Some(shared) = &self.shared else { return Ok(None) };
        let mut keys = self.keys_of_requests(person).await?;
        keys.retain(|key| shared.is_address_of(key, person));
        shared.no_of(person, &keys, self).await
    }

    /// What concerns every newsletter is in the shared list before it is in this ledger: whatever fails then is done again.
    pub(super) async fn share<'c>(
        &self,
        changes: impl IntoIterator<Item = &'c NoMailChange>,
    ) -> Result<(), LedgerError> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let mut changes: Vec<NoMailChange> =
            changes.into_iter().filter(|change| is_for_all(change)).cloned().collect();
        if changes.is_empty() {
            return Ok(());
        }
        let moves = self.moves().await?;
        if !moves.left.is_empty() {
            let elsewhere: Vec<NoMailChange> = changes
                .iter()
                .filter_map(|change| Some((change, change.key.as_deref()?)))
                .flat_map(|(change, key)| {
                    let others = shared.other_addresses(key, &change.person, &moves);
                    others.into_iter().map(|other| change.clone().of_key(&other))
                })
                .collect();
            changes.extend(elsewhere);
        }
        shared.write(&changes).await
    }
}
