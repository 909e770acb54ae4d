//! Tests: an export of the list, imported again, keeps everybody as they were, in whichever state they are.
//! Pure: people in, a table, people out.

use proptest::prelude::*;

use super::options;
use crate::audience::Basis;
use crate::audience::import::{
    BasisEvidence, ImportedPerson, ListState, OwnCells, StoredPerson, as_table, read,
};
use crate::audience::law::{CollectionFacts, MetThrough};

fn day() -> impl Strategy<Value = Option<chrono::NaiveDate>> {
    proptest::option::of(
        (1995_i32..2026, 1_u32..13, 1_u32..29).prop_map(|(year, month, day)| {
            chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap()
        }),
    )
}

fn evidence() -> impl Strategy<Value = Option<BasisEvidence>> {
    // Cells are stored as they are read: without quotation marks around them.
    let wording = "([A-Za-z][A-Za-z ,\"]{0,10}[a-z])?";
    let facts = (day(), proptest::option::of(any::<bool>()), "[a-z]{0,8}", wording);
    proptest::option::of(facts.prop_map(|(obtained, optout_offered, source, wording)| {
        let given = CollectionFacts {
            obtained,
            directly: None,
            optout_offered,
            met_through: MetThrough::Unstated,
        };
        let wording = wording.split_whitespace().collect::<Vec<_>>().join(" ");
        BasisEvidence { basis: Basis::Consent, source, wording, given }
    }))
}

fn people() -> impl Strategy<Value = Vec<ImportedPerson>> {
    let one = (0..ListState::ALL.len(), day(), day(), evidence(), "[a-z]{0,6}");
    proptest::collection::vec(one, 1..12).prop_map(|people| {
        let mut found = Vec::new();
        for (state, joined, since, evidence, town) in people {
            let address = format!("person{}@e.org", found.len());
            let stored = StoredPerson {
                key: address.clone(),
                address,
                state: ListState::ALL[state].word().to_owned(),
                fields: "{}".to_owned(),
            };
            let cells = [("town".to_owned(), town)].into_iter();
            let columns: OwnCells = cells.filter(|(_, town)| !town.is_empty()).collect();
            let person = ImportedPerson::from(stored);
            found.push(ImportedPerson { joined, since, columns, evidence, ..person });
        }
        found
    })
}

/// What must come back. What somebody agreed to before a no of theirs lets no other system mail them.
fn kept(person: &ImportedPerson) -> impl PartialEq + std::fmt::Debug + use<> {
    let is_over = matches!(person.state, ListState::Unsubscribed | ListState::Complained);
    let evidence = person.evidence.clone().filter(|_| !is_over);
    // Whoever is mailed without a date of their state has been since they joined.
    let is_plain = !person.state.is_no();
    let since = person.since.or(person.joined.filter(|_| is_plain));
    (person.key.clone(), person.state, person.joined, since, evidence, person.columns.clone())
}

proptest! {
    #[test]
    fn an_export_keeps_everybody_as_they_were(people in people()) {
        // Nobody is mailed without evidence.
        let people: Vec<ImportedPerson> = people
            .into_iter()
            .filter(|person| person.state != ListState::Subscribed || person.evidence.is_some())
            .collect();
        prop_assume!(!people.is_empty());
        let table = as_table(&people);
        let export = read(&[("out.csv".to_owned(), table)], &options()).unwrap();
        let mut found: Vec<&ImportedPerson> = export.people.iter().chain(&export.left_out).collect();
        found.sort_by_key(|person| people.iter().position(|known| known.key == person.key));
        let found: Vec<_> = found.into_iter().map(kept).collect();
        let expected: Vec<_> = people.iter().map(kept).collect();
        prop_assert_eq!(found, expected);
    }
}
