//! The laws of people with another address, as one test that each ledger with a list runs.
//! Shell: runs ledgers that come in as arguments.

use chrono::TimeDelta;

use super::joining::{edit, moved, of_key, subscribed};
use super::{keys, now, plan};
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::ledger::list_store::{ErasedAddress, ListStore, RemovedPerson};
use crate::ledger::returns::ReturnStore;
use crate::ledger::{CopyRow, Event, Ledger, LedgerError, RunId, Status};

/// The copy of an edition that is not sent yet goes to the new address, once; and the person who comes to the old address later is
/// somebody else.
pub async fn hold_of_moves(ledger: &(impl Ledger + ListStore)) {
    let [old, new, other] = ["ro@old.org.uk", "ro@new.org.uk", "other@old.org.uk"].map(of_key);
    edit(ledger, |change| change.people = vec![subscribed(&old.key), subscribed(&other.key)]).await;
    ledger.plan(plan("sent", &[&old.key])).await.unwrap();
    ledger.plan(plan("open", &[&old.key, &other.key])).await.unwrap();
    ledger.plan(plan("both", &[&old.key, &new.key])).await.unwrap();
    let sender = ledger.enter("sent", "a", now()).await.unwrap().sender;
    let copy = ledger.claim(sender, now(), 9).await.unwrap().deliveries[0].id;
    ledger.record(sender, copy, Event::HandingOver, now()).await.unwrap();
    let reply = "250 ok".to_owned();
    ledger.record(sender, copy, Event::Accepted { reply }, now()).await.unwrap();
    edit(ledger, |change| {
        change.people = vec![subscribed(&new.key)];
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
        change.people = vec![subscribed(&old.key)];
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

/// How a copy in progress ends while its person gets another address, and where it went.
const IN_HAND: [(&str, &str); 9] = [
    ("accepted", "old"),
    ("assumed", "old"),
    ("released", "new"),
    ("deferred", "new"),
    ("retried", "new"),
    ("resent", "new"),
    ("moved-again", "third"),
    ("has-other", "new"),
    ("left", ""),
];

/// A copy in progress is recorded at the address to which it goes, and so is what comes back of it. When it is given back
/// or sent again, it goes to the address that the person has by then. Nobody gets two.
pub async fn hold_of_copies_in_hand(ledger: &(impl Ledger + ListStore + ReturnStore)) {
    for (end, place) in IN_HAND {
        let address = |place: &str| of_key(&format!("{end}@{place}.org.uk"));
        let [old, new, third] = ["old", "new", "third"].map(address);
        edit(ledger, |change| change.people = vec![subscribed(&old.key)]).await;
        let planned = if end == "has-other" { vec![&*old.key, &*new.key] } else { vec![&*old.key] };
        ledger.plan(plan(end, &planned)).await.unwrap();
        let sender = ledger.enter(end, "a", now()).await.unwrap().sender;
        let copy = ledger.claim(sender, now(), 1).await.unwrap().deliveries[0].id;
        if end != "left" {
            ledger.record(sender, copy, Event::HandingOver, now()).await.unwrap();
        }
        let steps = if end == "moved-again" {
            vec![(&old, &new), (&new, &third)]
        } else {
            vec![(&old, &new)]
        };
        for (from, to) in steps {
            edit(ledger, |change| {
                change.people = vec![subscribed(&to.key)];
                change.moved = Some(moved(from, to));
            })
            .await;
        }
        end_copy(ledger, (sender, copy), end, &new.person).await;
        let later = now() + TimeDelta::hours(1);
        for delivery in ledger.claim(sender, later, 9).await.unwrap().deliveries {
            assert_eq!(delivery.recipient.address.to_string(), address(place).key, "{end}");
            ledger.record(sender, delivery.id, Event::HandingOver, later).await.unwrap();
            let reply = "250 ok".to_owned();
            ledger.record(sender, delivery.id, Event::Accepted { reply }, later).await.unwrap();
        }
        let got = address(place).key;
        let expected = if place.is_empty() { Vec::new() } else { vec![(got.clone(), got)] };
        assert_eq!(arrived_at(ledger, [&old, &new, &third]).await, expected, "{end}");
        ledger.leave(sender, later).await.unwrap();
    }
}

/// What becomes of a copy that is in progress, and who says so.
async fn end_copy(
    ledger: &(impl Ledger + ListStore),
    (sender, copy): (RunId, i64),
    end: &str,
    person: &str,
) {
    let record = async |event| ledger.record(sender, copy, event, now()).await;
    let decide = async |event| ledger.decide(vec![(copy, event)], now()).await;
    let why = || "x".to_owned();
    match end {
        "accepted" => record(Event::Accepted { reply: why() }).await.unwrap(),
        "deferred" => record(Event::Deferred { why: why(), next_at: now() }).await.unwrap(),
        "retried" => {
            record(Event::Rejected { why: why() }).await.unwrap();
            assert_eq!(decide(Event::Retried { why: why() }).await, Ok(1));
        }
        "assumed" => {
            record(Event::Uncertain { why: why() }).await.unwrap();
            assert_eq!(decide(Event::AssumedSent { why: why() }).await, Ok(1));
        }
        "resent" => {
            record(Event::Uncertain { why: why() }).await.unwrap();
            assert_eq!(decide(Event::Resent).await, Ok(1));
        }
        "left" => {
            let leave = NoMailStep::Add(NoMailReason::Unsubscribed);
            let left = NoMailChange::new(person, leave, ChangeOrigin::OneClick, now());
            ledger.change_no_mail(vec![left]).await.unwrap();
            let refused = record(Event::HandingOver).await;
            assert!(matches!(refused, Err(LedgerError::Suppressed { .. })), "{refused:?}");
            record(Event::Suppressed { why: why() }).await.unwrap();
        }
        _ => record(Event::Released { why: why() }).await.unwrap(),
    }
}

/// The addresses under which an accepted copy is found, and the one that it names. What comes back of a copy is about the address
/// that got it.
async fn arrived_at(
    ledger: &(impl Ledger + ReturnStore),
    addresses: [&RemovedPerson; 3],
) -> Vec<(String, String)> {
    let mut arrived = Vec::new();
    for one in addresses {
        let (rows, _) = ledger.history(&one.key).await.unwrap();
        let got = rows.iter().filter(|row| row.status == Status::Accepted);
        arrived.extend(got.map(|row| (one.key.clone(), row.address.clone())));
        let found = ledger.find_copies(Vec::new(), vec![one.person.clone()]).await.unwrap();
        assert!(found.iter().all(|copy| copy.row.address == one.key), "{found:?}");
    }
    arrived
}
