//! Tests: people who are mailed from a file are mailed when it has moved into the database, and nobody else.
//! Pure: texts in, people out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{export, options};
use crate::audience::import::{ImportOptions, ListState};
use crate::audience::list::List;
use crate::audience::{EditionPurpose, Person};

/// Titles that say something about permission, and one that says nothing.
const TITLES: &[&str] = &[
    "status",
    "Newsletter",
    "Can we email you?",
    "GDPR",
    "Email preference",
    "subscribed",
    "Opted in",
    "Unsubscribed",
    "Do not email",
    "On hold",
    "Deceased",
    "membership status",
    "EMAIL_BLACKLISTED",
    "consent",
    "lawful_basis",
    "notes",
    "Left",
];

const CELLS: &[&str] = &[
    "",
    "yes",
    "Yes!",
    "no",
    "No thanks",
    "?",
    "maybe",
    "n/a",
    "0",
    "1",
    "-1",
    "2",
    "x",
    "monthly",
    "by post only",
    "subscribed",
    "unsubscribed",
    "Unsubscribed 2021",
    "cleaned",
    "pending",
    "active",
    "inactive",
    "member",
    "2021-05-03",
    "2031-01-01",
    "0000-00-00",
    "do not email",
    "consent",
    "corporate",
    "soft opt-in",
    "died",
    "bounced",
    "spam",
    "TBC",
    "true",
    "false",
    "subscribed?",
    "\"Yes; no post\"",
    "tick",
    "✓",
    "non",
    "nein",
    "oui",
];

/// Addresses that are mailed from a file, and those that are subscribed once it has moved.
fn mailed_and_subscribed(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let input: Arc<[u8]> = text.as_bytes().into();
    let list = List::survey(vec![("a.csv".to_owned(), Arc::new(input))]).unwrap();
    let list = list.on(options().today).for_purpose(EditionPurpose::default());
    let mailed = list.everybody(true).filter_map(|person| match person.unwrap() {
        Person::Mailed(recipient) => Some(recipient.address.to_string()),
        Person::LeftOut(_) => None,
    });
    let of_the_list = ImportOptions::of_the_list(options().today);
    let people = export(&[("a.csv", text)], &of_the_list).people.into_iter();
    let subscribed = people.filter(|person| person.state == ListState::Subscribed);
    (mailed.collect(), subscribed.map(|person| person.address).collect())
}

#[test]
fn a_row_means_the_same_in_a_file_and_after_the_move_into_the_database() {
    for title in TITLES {
        for beside in ["consent,2024-05-01", "consent,", "corporate,", ",2024-05-01"] {
            let rows: String = CELLS
                .iter()
                .enumerate()
                .map(|(at, cell)| format!("p{at}@e.org,{beside},{cell}\n"))
                .collect();
            let text = format!("email,basis,obtained_at,{title}\n{rows}");
            let (mailed, subscribed) = mailed_and_subscribed(&text);
            assert_eq!(mailed, subscribed, "{title}, {beside}: cells {CELLS:?}");
        }
    }
    let (mailed, _) = mailed_and_subscribed(
        "email,basis,Newsletter\na@e.org,consent,?\nb@e.org,consent,yes\nc@e.org,consent,\n",
    );
    assert_eq!(mailed, ["b@e.org", "c@e.org"].map(str::to_owned).into());
}
