//! People with another address in a random life, files that still have the old one, and erasures by any of them.
//! Shell: runs ledgers.

use super::{PEOPLE, World, meets};
use crate::audience::NoMailReason;
use crate::cli::subscribers::addresses::{HeldAddress, addresses_of};
use crate::ledger::Ledger;
use crate::ledger::list_store::ListStore;
use crate::rfc::address::EmailAddress;

impl World {
    /// One person gets a new address, as the command does it: a no moves with them.
    pub(super) async fn move_them(&mut self, seed: u64) {
        let Some(person) = (0..PEOPLE).find(|person| meets(seed, *person)) else { return };
        let old = self.known.names[person].clone();
        let stored = self.list.ledger.stored_list().await.unwrap();
        let Some(row) = stored.people.iter().find(|row| row.key == old) else { return };
        self.moves += 1;
        let new = format!("m{}-{old}", self.moves);
        let entry =
            self.list.ledger.suppression(&self.list.keys.address_hash_of_key(&old)).await.unwrap();
        let to = EmailAddress::parse(&new).unwrap();
        let moves = self.list.ledger.moves().await.unwrap();
        let change = self.list.moving(stored.version, row, (&to, &moves), entry.as_ref(), self.now);
        assert!(self.list.ledger.write_list(change).await.unwrap());
        // A mailbox that is gone says nothing of another.
        if let Some(no) = self.known.nos.get(&old).copied()
            && no.reason != NoMailReason::Bounced
        {
            self.say_no(&new, no.reason, false);
        }
        if self.known.yes.contains(&old) {
            self.known.yes.insert(new.clone());
        }
        self.known.plain.remove(&old);
        for now in self.known.left.values_mut().filter(|now| **now == old) {
            now.clone_from(&new);
        }
        if let Some(yes) = self.known.own_yes.get(&old).copied() {
            self.known.own_yes.insert(new.clone(), yes);
        }
        if self.known.waits.remove(&old) {
            self.known.waits.insert(new.clone());
        }
        self.known.left.insert(old, new.clone());
        self.known.names[person] = new;
    }

    pub(super) async fn name_old_addresses(&mut self, says_yes: bool) {
        let left = self.known.left.clone();
        let old: Vec<String> = left.keys().cloned().collect();
        let status = if says_yes { "subscribed" } else { "unsubscribed" };
        self.import(&old, status).await;
        for (old, now) in left {
            if says_yes {
                self.known.waits.remove(&now);
                self.known.yes.insert(now);
            } else {
                self.say_no(&now, NoMailReason::Unsubscribed, false);
                self.say_no(&old, NoMailReason::Unsubscribed, false);
            }
        }
    }

    /// By any of their addresses.
    pub(super) async fn erase(&mut self, key: &str) {
        let (ledger, address) = (&self.list.ledger, EmailAddress::parse(key).unwrap());
        let held = addresses_of(&address, Some(ledger), &self.list.keys).await.unwrap();
        // A person who was erased by one of their addresses has no other that is still kept.
        let is_again = self.known.erased.contains(key);
        assert!(is_again || held.iter().all(|one| one.key.is_some()), "every change is kept");
        ledger.erase(held.iter().map(HeldAddress::erased).collect(), self.now).await.unwrap();
        for HeldAddress { key, .. } in held {
            let Some(key) = key else { continue };
            self.say_no(&key, NoMailReason::Erased, false);
            self.known.erased.insert(key);
        }
    }
}
