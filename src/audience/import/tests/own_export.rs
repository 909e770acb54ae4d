//! Tests: an export of the list, imported into a new list, keeps everybody as they were, in whichever state they are.
//! Pure: people in, a table, people out.

use std::collections::HashMap;

use proptest::prelude::*;

use super::options;
use crate::audience::Basis;
use crate::audience::cell;
use crate::audience::consent_cells::no_anywhere;
use crate::audience::import::own_columns::own_cell;
use crate::audience::import::tags::tags_of;
use crate::audience::import::{
    BasisEvidence, Difference, ImportStep, ImportedPerson, ListState, OwnCells, StoredPerson,
    WordKind, WordKinds, as_table, read,
};
use crate::audience::law::{CollectionFacts, MetThrough};
use crate::problem::Place;
use crate::rfc::text::one_line;

fn day() -> impl Strategy<Value = Option<chrono::NaiveDate>> {
    proptest::option::of(
        (1995_i32..2027, 1_u32..11, 1_u32..29).prop_map(|(year, month, day)| {
            chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap()
        }),
    )
}

/// What may stand in a cell: words, and what a spreadsheet or a table would take for something else.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z]{1,6}",
        "[ ,;|'=+@\"éß😀#:-]{1,3}",
        Just("unsubscribed".to_owned()),
        Just("do not email".to_owned()),
        Just("3/4/2021".to_owned()),
        Just("no".to_owned()),
        Just("?".to_owned()),
    ];
    proptest::collection::vec(word, 0..4).prop_map(|words| tidy(&words.concat()))
}

/// The same of a cell in which a no would be the person's, and so is none.
fn said() -> impl Strategy<Value = String> {
    text().prop_filter("a no", |text| no_anywhere(text).is_none())
}

/// A cell as the list holds it: tidy, and without a pair of quotation marks around it, which the reader of a table takes away.
fn tidy(text: &str) -> String {
    let line = one_line(text);
    let mut inner = line.as_str();
    while let Some(rest) = inner.strip_prefix('"').or_else(|| inner.strip_suffix('"')) {
        inner = rest.trim();
    }
    one_line(cell::tidy_cell(inner))
}

fn evidence() -> impl Strategy<Value = Option<BasisEvidence>> {
    let met = prop_oneof![
        Just(MetThrough::Unstated),
        Just(MetThrough::Ourselves),
        Just(MetThrough::Service),
        Just(MetThrough::Others),
    ];
    let stated = || proptest::option::of(any::<bool>());
    let facts = (0..Basis::ALL.len(), day(), stated(), stated(), met, said(), said());
    facts.prop_map(|(basis, obtained, directly, optout_offered, met_through, source, wording)| {
        let given = CollectionFacts { obtained, directly, optout_offered, met_through };
        let evidence = BasisEvidence { basis: Basis::ALL[basis], source, wording, given };
        // The list takes no other.
        evidence.lawful().ok()
    })
}

fn kinds() -> impl Strategy<Value = WordKinds> {
    proptest::collection::vec(0..WordKind::ALL.len(), 0..4)
        .prop_map(|kinds| kinds.into_iter().map(|kind| WordKind::ALL[kind]).collect())
}

fn person() -> impl Strategy<Value = ImportedPerson> {
    let state = (0..ListState::ALL.len()).prop_map(|at| ListState::ALL[at]);
    let about = (state, day(), day(), evidence(), kinds());
    let cells = (text(), text(), said(), text(), text(), text(), text());
    (about, cells, any::<bool>()).prop_map(|(about, cells, is_upper)| {
        let (state, joined, since, evidence, waits_for) = about;
        let (first, last, language, tags, town, frequency, why) = cells;
        let stored = StoredPerson {
            key: String::new(),
            address: String::new(),
            state: state.word().to_owned(),
            fields: "{}".to_owned(),
        };
        let own = [("town", town), ("frequency", frequency), ("colour_2", String::new())];
        let own = own
            .into_iter()
            .filter_map(|(name, cell)| Some((name.to_owned(), tidy(&own_cell(name, &cell)?))));
        let columns: OwnCells = own.filter(|(_, cell)| !cell.is_empty()).collect();
        let (first_name, last_name) =
            (cell::value("first_name", &first), cell::value("last_name", &last));
        // A tag that says no is a no of theirs.
        let is_held = |tag: &String| tidy(tag) == *tag && no_anywhere(tag).is_none();
        let tags: Vec<String> = tags_of(&tags).into_iter().filter(is_held).collect();
        // Nobody is mailed without evidence, or while they wait; and whoever waits waits for something.
        let state = match state {
            ListState::Subscribed if evidence.is_none() => ListState::NoEvidence,
            other => other,
        };
        let waits_for = match state {
            ListState::LeftOut if waits_for.is_empty() => {
                WordKinds::default().with(WordKind::Basis)
            }
            ListState::Subscribed | ListState::NoEvidence | ListState::Unconfirmed => {
                WordKinds::default()
            }
            _ => waits_for,
        };
        let why = match (&evidence, state) {
            (Some(evidence), ListState::Subscribed) => evidence.to_string(),
            _ => format!("reason: {why}"),
        };
        let why = tidy(&why);
        let address = if is_upper { "P+{}@Bücher.Example" } else { "'=p{}@e.org" }.to_owned();
        let person =
            ImportedPerson { address, state, joined, since, waits_for, evidence, ..stored.into() };
        ImportedPerson { first_name, last_name, tags, why, columns, language, ..person }
    })
}

/// People with an address each.
fn people() -> impl Strategy<Value = Vec<ImportedPerson>> {
    proptest::collection::vec(person(), 1..12).prop_map(|people| {
        let numbered = people.into_iter().enumerate().map(|(number, person)| {
            let written = person.address.replace("{}", &number.to_string());
            let address = cell::address(&written).unwrap();
            let (address, key) = (address.to_string(), address.key());
            ImportedPerson { address, key, ..person }
        });
        numbered.collect()
    })
}

/// What must come back: all but the place, which is where they were read.
fn kept(person: &ImportedPerson) -> ImportedPerson {
    let mut kept = ImportedPerson { place: Place::whole(""), ..person.clone() };
    // What somebody agreed to before a no of theirs lets no other system mail them: it stays behind.
    if matches!(person.state, ListState::Unsubscribed | ListState::Complained) {
        kept.evidence = None;
    }
    kept
}

/// Everybody of a list, exported and imported into an empty one.
fn carried(people: &[ImportedPerson]) -> Vec<ImportedPerson> {
    let table = as_table(people);
    let export = read(&[("out.csv".to_owned(), table)], &options()).unwrap();
    let difference = Difference::between(&export, &HashMap::new());
    let steps = difference.steps().map(|(step, person)| {
        assert_eq!(step, ImportStep::New, "{}: {}", person.address, person.why);
        person
    });
    let mut found: Vec<ImportedPerson> = steps.collect();
    found.sort_by_key(|person| people.iter().position(|known| known.key == person.key));
    found
}

proptest! {
    #[test]
    fn an_export_keeps_everybody_as_they_were(people in people()) {
        let expected: Vec<ImportedPerson> = people.iter().map(kept).collect();
        let found: Vec<ImportedPerson> = carried(&people).iter().map(kept).collect();
        prop_assert_eq!(&found, &expected);
        // What is stored of them is the same too.
        let stored = |people: &[ImportedPerson]| -> Vec<StoredPerson> {
            people.iter().map(StoredPerson::from).collect()
        };
        prop_assert_eq!(stored(&found), stored(&expected));
    }
}

#[test]
fn whoever_waits_goes_on_waiting_for_the_same_words() {
    let waiting = |status: &str, waits_for: &str| {
        let titles = "email,first_name,last_name,status,basis,obtained_at,joined,source,wording,language,tags,\
                      obtained_directly,optout_offered,met_through,state_since,state_reason,waits_for";
        let row = format!(
            "a@e.org,,,{status},consent,2024-01-01,,form,,,,,,,,list.csv:3: so,{waits_for}"
        );
        let file = format!("{titles}\n{row}\n").into_bytes();
        let export = read(&[("out.csv".to_owned(), file)], &options()).unwrap();
        let difference = Difference::between(&export, &HashMap::new());
        let (_, person) = difference.steps().next().unwrap();
        (person.state, person.waits_for.cell(), person.why)
    };
    let so = "list.csv:3: so".to_owned();
    let left_out = ListState::LeftOut;
    assert_eq!(waiting("left_out", "consent"), (left_out, "consent".to_owned(), so.clone()));
    // An export of an earlier version does not say for what.
    assert_eq!(waiting("left_out", ""), (left_out, "status".to_owned(), so.clone()));
    // Somebody has corrected one of two cells.
    assert_eq!(waiting("subscribed", "consent"), (left_out, "consent".to_owned(), so));
    assert_eq!(waiting("subscribed", "").0, ListState::Subscribed);
    assert_eq!(waiting("unsubscribed", "consent").0, ListState::Unsubscribed);
}
