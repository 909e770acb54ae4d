//! The laws of taking imports back, as one test that each ledger with a list runs.
//! Shell: runs ledgers that come in as arguments.

use super::joining::{edit, of_key, subscribed};
use super::now;
use crate::audience::import::StoredPerson;
use crate::ledger::list_store::{ImportUndo, ListChangeKind, ListStore};

const NAMES: [&str; 4] = ["ann", "bob", "cy", "di"];
/// Which of them a file has, by their bits.
const FILES: [u8; 4] = [0b0011, 0b0110, 0b1111, 0b1000];

fn key(name: &str) -> String {
    format!("{name}@undo.org.uk")
}

fn person(name: &str, number: usize) -> StoredPerson {
    StoredPerson { fields: format!("{{\"first_name\":\"{number}\"}}"), ..subscribed(&key(name)) }
}

async fn import(ledger: &impl ListStore, file: u8, number: usize) {
    let is_in = |at: &usize| file >> at & 1 == 1;
    let people = (0..NAMES.len()).filter(is_in).map(|at| person(NAMES[at], number)).collect();
    edit(ledger, |change| (change.kind, change.people) = (ListChangeKind::Import, people)).await;
}

async fn people(ledger: &impl ListStore) -> Vec<StoredPerson> {
    ledger.stored_list().await.unwrap().people
}

async fn undo(ledger: &impl ListStore) -> ImportUndo {
    let undone = ledger.undo_of_last_import().await.unwrap().unwrap();
    let version = ledger.list_version().await.unwrap();
    assert_eq!(ledger.undo_import(undone.import, version, now()).await, Ok(true));
    undone
}

pub async fn hold_of_undo(ledger: &impl ListStore) {
    edit(ledger, |change| change.people = vec![person("bob", 0)]).await;
    each_undo_gives_the_list_back_as_it_was_before_its_import(ledger).await;
    whoever_was_changed_since_stays_as_they_are(ledger).await;
}

/// Every three files after one another, and the second one twice.
async fn each_undo_gives_the_list_back_as_it_was_before_its_import(ledger: &impl ListStore) {
    let pairs = FILES.into_iter().flat_map(|one| FILES.map(|two| (one, two)));
    for (one, two, three) in pairs.flat_map(|(one, two)| FILES.map(|three| (one, two, three))) {
        let files = format!("{one:b} {two:b} {three:b}");
        let first = people(ledger).await;
        import(ledger, one, 1).await;
        let second = people(ledger).await;
        import(ledger, two, 2).await;
        assert_eq!(undo(ledger).await.kept, [""; 0]);
        assert_eq!(people(ledger).await, second, "{files}");
        import(ledger, two, 3).await;
        let third = people(ledger).await;
        import(ledger, three, 4).await;
        for before in [third, second, first] {
            assert_eq!(undo(ledger).await.kept, [""; 0], "{files}");
            assert_eq!(people(ledger).await, before, "{files}");
        }
        assert_eq!(ledger.undo_of_last_import().await, Ok(None));
    }
}

async fn whoever_was_changed_since_stays_as_they_are(ledger: &impl ListStore) {
    import(ledger, 0b1111, 1).await;
    edit(ledger, |change| {
        change.people = vec![person("ann", 2)];
        change.removed = vec![of_key(&key("di"))];
    })
    .await;
    import(ledger, 0b1111, 3).await;
    undo(ledger).await;
    // Whoever is off the list does not stay on it.
    assert_eq!(undo(ledger).await.kept, [key("ann")]);
    assert_eq!(people(ledger).await, [person("ann", 2), person("bob", 0)]);
}
