//! The laws of people with another address, as one test that each ledger with a list runs.
//! Shell: runs ledgers that come in as arguments.

use super::joining::{edit, moved, of_key};
use super::{keys, now, plan};
use crate::audience::import::StoredPerson;
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::ledger::list_store::{ErasedAddress, ListStore};
use crate::ledger::{CopyRow, Event, Ledger};

/// The copy of an edition that is not sent yet goes to the new address, once; and whoever comes to the old address later is
/// somebody else.
pub async fn hold_of_moves(ledger: &(impl Ledger + ListStore)) {
    let [old, new, other] = ["ro@old.org.uk", "ro@new.org.uk", "other@old.org.uk"].map(of_key);
    let stored = |key: &str| StoredPerson {
        key: key.to_owned(),
        address: key.to_owned(),
        state: "subscribed".to_owned(),
        fields: "{}".to_owned(),
    };
    edit(ledger, |change| change.people = vec![stored(&old.key), stored(&other.key)]).await;
    ledger.plan(plan("sent", &[&old.key])).await.unwrap();
    ledger.plan(plan("open", &[&old.key, &other.key])).await.unwrap();
    ledger.plan(plan("both", &[&old.key, &new.key])).await.unwrap();
    let sender = ledger.enter("sent", "a", now()).await.unwrap().sender;
    let copy = ledger.claim(sender, now(), 9).await.unwrap().deliveries[0].id;
    ledger.record(sender, copy, Event::HandingOver, now()).await.unwrap();
    let reply = "250 ok".to_owned();
    ledger.record(sender, copy, Event::Accepted { reply }, now()).await.unwrap();
    edit(ledger, |change| {
        change.people = vec![stored(&new.key)];
        change.moved = Some(moved(&old, &new));
    })
    .await;
    let mut mailed = Vec::new();
    for edition in ["sent", "open", "both"] {
        let sender = ledger.enter(edition, "b", now()).await.unwrap().sender;
        for delivery in ledger.claim(sender, now(), 9).await.unwrap().deliveries {
            mailed.push((edition, delivery.recipient.address.to_string()));
        }
    }
    mailed.sort();
    let expected =
        [("both", &new.key), ("open", &other.key), ("open", &new.key)].map(|(e, k)| (e, k.clone()));
    assert_eq!(mailed, expected, "each edition once");
    let (rows, _) = ledger.history(&old.key).await.unwrap();
    let mut editions: Vec<String> = rows.into_iter().map(|row: CopyRow| row.edition).collect();
    editions.sort();
    assert_eq!(editions, ["both", "sent"]);
    // Somebody else comes to the old address.
    let keys = keys();
    let moves = ledger.moves().await.unwrap();
    let (person, left) = moves.arrival(&keys, &old.key);
    assert_eq!(left.as_ref(), Some(&old.person));
    assert_ne!(person, old.person);
    edit(ledger, |change| {
        change.people = vec![stored(&old.key)];
        change.taken = left.into_iter().collect();
    })
    .await;
    assert_eq!(ledger.taken_addresses().await.unwrap(), std::slice::from_ref(&old.person));
    keys.learn_taken(ledger.taken_addresses().await.unwrap());
    assert_eq!(keys.address_hash_of_key(&old.key), person);
    // A link in an email that the old owner got speaks for the old owner.
    let leave = NoMailStep::Add(NoMailReason::Unsubscribed);
    let left = NoMailChange::new(&old.person, leave, ChangeOrigin::OneClick, now());
    assert_eq!(ledger.change_no_mail(vec![left]).await, Ok(vec![true]));
    assert!(ledger.suppression(&new.person).await.unwrap().is_some());
    assert_eq!(ledger.suppression(&person).await, Ok(None));
    // What names the old owner goes with them, and the new owner stays.
    let until = Some(ledger.moves().await.unwrap().left[&old.person].at);
    let addresses = vec![
        ErasedAddress::own(&new.key, &new.person),
        ErasedAddress { until, ..ErasedAddress::own(&old.key, &old.person) },
    ];
    ledger.erase(addresses, now()).await.unwrap();
    let people = ledger.stored_list().await.unwrap().people;
    let keys: Vec<&str> = people.iter().map(|person| person.key.as_str()).collect();
    assert_eq!(keys, [other.key.as_str(), old.key.as_str()]);
    assert_eq!(ledger.suppression(&person).await, Ok(None));
}
