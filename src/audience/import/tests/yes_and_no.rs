//! Tests: a column of yes and no is judged by its cells, whatever its title is.
//! Pure: texts in, people out.

use std::sync::Arc;

use super::{export, options, states_of};
use crate::audience::import::{Export, ImportOptions, Obtained, StatedBasis, as_table};
use crate::audience::law::MetThrough;
use crate::audience::list::List;
use crate::audience::{Basis, Person};

fn stated(mapping: &[&str]) -> ImportOptions {
    let stated = StatedBasis {
        basis: Basis::Consent,
        source: "fair".to_owned(),
        obtained: Obtained::Day("2024-05-01".parse().unwrap()),
        met_through: MetThrough::Unstated,
    };
    let mapping = mapping.iter().map(|text| text.parse().unwrap()).collect();
    ImportOptions { stated: Some(stated), mapping, ..options() }
}

fn read(text: &str, mapping: &[&str]) -> Export {
    export(&[("a.csv", text)], &stated(mapping))
}

#[test]
fn the_usual_grid_of_channels_is_read_by_what_stands_in_it() {
    for address in ["Email address", "Primary contact"] {
        for answer in ["Email", "E-mail", "Email?", "By email", "Electronic", "Email (Y/N)"] {
            for (yes, no) in [("Yes", "No"), ("y", "n"), ("1", "0"), ("TRUE", "FALSE"), ("x", "-")]
            {
                let text = format!(
                    "{address},Name,{answer},Phone,Post\nann@e.org,Ann,{yes},{no},{no}\n\
                     bob@e.org,Bob,{no},{yes},{yes}\ncy@e.org,Cy,,,\n"
                );
                let mapped = format!("email={address}");
                let mappings: [&[&str]; 2] = [&[], &[&mapped]];
                for mapping in mappings {
                    let found = read(&text, mapping);
                    let expected = "ann subscribed, bob unsubscribed, cy no_evidence";
                    assert_eq!(states_of(&found), expected, "{address}, {answer}: {yes}");
                    assert!(found.problems.is_empty(), "{address}, {answer}: {:?}", found.problems);
                }
                let text = format!(
                    "Email address,{answer},basis\nann@e.org,{yes},consent\nbob@e.org,{no},consent\n"
                );
                let input: Arc<[u8]> = text.as_bytes().into();
                let list = List::survey(vec![("a.csv".to_owned(), Arc::new(input))]).unwrap();
                let mailed = list.everybody(true).map(|person| match person.unwrap() {
                    Person::Mailed(recipient) => recipient.address.to_string(),
                    Person::LeftOut(_) => String::new(),
                });
                assert_eq!(mailed.collect::<Vec<_>>(), ["ann@e.org", ""], "{answer}: {no}");
                assert!(list.problems.is_empty(), "{answer}: {:?}", list.problems);
            }
        }
    }
}

#[test]
fn words_that_nobody_knows_beside_answers_are_not_a_yes() {
    for title in ["Subscription", "Keep me informed", "Comms"] {
        for cell in ["?", "maybe", "Lapsed", "by post only"] {
            let text = format!("email,{title}\nann@e.org,Yes\nbob@e.org,{cell}\n");
            let expected = "ann subscribed, bob no_evidence";
            assert_eq!(states_of(&read(&text, &[])), expected, "{title}: {cell}");
        }
    }
    for (cell, state) in [
        ("0", "unsubscribed"),
        ("-", "unsubscribed"),
        ("false", "unsubscribed"),
        ("", "subscribed"),
    ] {
        let text = format!("email,Member status\nann@e.org,Subscribed\nbob@e.org,{cell}\n");
        let expected = format!("ann subscribed, bob {state}");
        assert_eq!(states_of(&read(&text, &[])), expected, "{cell}");
    }
    // Of a membership that has its own words nothing is known.
    let text = "email,Member status\nann@e.org,Gold\nbob@e.org,Silver\ncy@e.org,Lapsed\n";
    assert_eq!(states_of(&read(text, &[])), "ann subscribed, bob subscribed, cy subscribed");
}

#[test]
fn a_no_below_a_title_that_says_nothing_is_a_question() {
    for title in ["Sunrise", "OK", "Weekly round-up", "Hear more"] {
        for no in ["No", "n", "FALSE", "nein"] {
            let text = format!("email,{title}\nann@e.org,Yes\nbob@e.org,{no}\ncy@e.org,\n");
            let found = read(&text, &[]);
            let expected = "ann subscribed, bob no_evidence, cy subscribed";
            assert_eq!(states_of(&found), expected, "{title}: {no}");
            assert_eq!(found.problems.len(), 1, "{title}: {:?}", found.problems);
            // The answer: it is about something else, or it is about email.
            let other = read(&text, &[&format!("further={title}")]);
            assert_eq!(states_of(&other), "ann subscribed, bob subscribed, cy subscribed");
            assert!(other.problems.is_empty(), "{:?}", other.problems);
            let consent = read(&text, &[&format!("consent={title}")]);
            assert_eq!(states_of(&consent), "ann subscribed, bob unsubscribed, cy no_evidence");
        }
    }
    for title in ["Vegetarian", "Volunteer", "Gift Aid", "Post", "Can we phone you?", "Trustee"] {
        let found = read(&format!("email,{title}\nann@e.org,Yes\nbob@e.org,No\n"), &[]);
        assert_eq!(states_of(&found), "ann subscribed, bob subscribed", "{title}");
        assert!(found.problems.is_empty(), "{title}: {:?}", found.problems);
    }
    // An unknown word beside answers does not answer it, and a no by a sign is one too.
    let found =
        read("email,OK to mail\nann@e.org,Yes\nbob@e.org,No\ncy@e.org,?\ndi@e.org,0\n", &[]);
    let expected = "ann subscribed, bob no_evidence, cy subscribed, di no_evidence";
    assert_eq!(states_of(&found), expected);
    // Most words are others: it is not a question.
    let found = read("email,Sunrise\nann@e.org,York\nbob@e.org,No\ncy@e.org,Leeds\n", &[]);
    assert_eq!(states_of(&found), "ann subscribed, bob subscribed, cy subscribed");
    // A list says itself why people may be mailed: the column is named, and nobody is left out for it.
    let text = "email,basis,Sunrise\nann@e.org,consent,Yes\nbob@e.org,consent,No\n";
    let found = read(text, &[]);
    assert_eq!(states_of(&found), "ann subscribed, bob subscribed");
    assert_eq!(found.problems.len(), 1);
}

#[test]
fn an_export_of_the_list_changes_no_day_of_joining() {
    let text = "email,basis,obtained_at\nann@e.org,consent,2019-03-14\n";
    let of_the_list = ImportOptions::of_the_list("2026-11-26".parse().unwrap());
    let list = export(&[("people.csv", text)], &of_the_list);
    let table = String::from_utf8(as_table(&list.people)).unwrap();
    let again = export(&[("out.csv", &table)], &options());
    assert_eq!(list.people[0].joined, None);
    assert_eq!(again.people[0].joined, list.people[0].joined);
    assert_eq!(again.people[0].evidence, list.people[0].evidence);
}
