//! Tests: what is unclear is never a yes, a no holds wherever it stands, and one person is one.
//! Pure: texts in, people out.

use std::collections::HashMap;

use super::{export, options, states_of};
use crate::audience::Basis;
use crate::audience::import::ListState::{LeftOut, NoEvidence, Subscribed, Unsubscribed};
use crate::audience::import::{
    Difference, ImportOptions, ImportedPerson, KnownPerson, ListState, Obtained, StatedBasis,
    as_table,
};
use crate::audience::law::MetThrough;
use crate::problem::Place;

#[test]
fn what_is_said_of_the_whole_file_is_not_said_of_whoever_has_not_said_yes() {
    let stated = StatedBasis {
        basis: Basis::Consent,
        source: "fair".to_owned(),
        obtained: Obtained::Day("2024-05-01".parse().unwrap()),
        met_through: MetThrough::Unstated,
    };
    let stated = ImportOptions { stated: Some(stated), ..options() };
    for title in ["Newsletter", "Mailing", "Can we email you?"] {
        let text = format!(
            "email,{title}\nann@e.org,Yes\nbob@e.org,?\ncy@e.org,By post only\ndot@e.org,n/a\neve@e.org,\nfay@e.org,0\n\
             gil@e.org,1\n"
        );
        let export = export(&[("a.csv", &text)], &stated);
        let states: Vec<ListState> = export.people.iter().map(|person| person.state).collect();
        let unclear = [NoEvidence; 4];
        let expected = [&[Subscribed][..], &unclear, &[Unsubscribed, Subscribed]].concat();
        assert_eq!(states, expected, "{title}");
        assert!(export.people[1].why.contains("`?` is neither a yes nor a no"), "{title}");
    }
    // A day on which somebody left, in a column that says nothing more.
    let left = export(&[("a.csv", "email,Left\nann@e.org,2021-05-03\nbob@e.org,\n")], &stated);
    assert_eq!(left.people[0].state, ListState::Unsubscribed);
    assert_eq!(left.people[0].since, Some("2021-05-03".parse().unwrap()));
    assert_eq!(left.people[1].state, ListState::Subscribed);
}

#[test]
fn a_day_that_cannot_be_is_no_evidence() {
    let state = |text: &str, options: &ImportOptions| {
        export(&[("a.csv", text)], options).people.remove(0).state
    };
    let of_the_list = ImportOptions::of_the_list(options().today);
    for (cell, of_another, of_ours) in [
        ("2024-05-01", Subscribed, Subscribed),
        ("2031-01-02", NoEvidence, NoEvidence),
        ("2031", NoEvidence, NoEvidence),
        ("", NoEvidence, Subscribed),
        ("0000-00-00", NoEvidence, Subscribed),
        ("1970-01-01", NoEvidence, Subscribed),
        ("rubbish", NoEvidence, Subscribed),
    ] {
        for title in ["obtained_at", "obtained"] {
            let text = format!("email,basis,{title}\nann@e.org,consent,{cell}\n");
            assert_eq!(state(&text, &options()), of_another, "{title}: {cell}");
            assert_eq!(state(&text, &of_the_list), of_ours, "{title}: {cell}");
        }
    }
    // What is said about a whole file needs a day too.
    let stated = |obtained| {
        let (source, met_through) = ("fair".to_owned(), MetThrough::Unstated);
        let stated = StatedBasis { basis: Basis::Consent, source, obtained, met_through };
        ImportOptions { stated: Some(stated), ..options() }
    };
    let text = "email,Joined us\nann@e.org,2024-05-01\n";
    assert_eq!(state(text, &stated(Obtained::NotStated)), NoEvidence);
    assert_eq!(state(text, &stated(Obtained::Column("Joined us".to_owned()))), Subscribed);
}

#[test]
fn a_column_that_is_named_for_consents_needs_a_yes_whatever_is_said_of_the_file() {
    let (source, met_through) = ("paper form".to_owned(), MetThrough::Unstated);
    let obtained = Obtained::Day("2024-05-01".parse().unwrap());
    let stated = StatedBasis { basis: Basis::Consent, source, obtained, met_through };
    let mapping = vec!["consent=Newsletter?".parse().unwrap()];
    let options = ImportOptions { stated: Some(stated), mapping, ..options() };
    for (cell, expected) in
        [("Yes", Subscribed), ("", NoEvidence), ("?", NoEvidence), ("No", Unsubscribed)]
    {
        let text = format!("email,Newsletter?\nann@e.org,{cell}\nbob@e.org,yes\n");
        let found = export(&[("a.csv", &text)], &options);
        assert_eq!(found.people[0].state, expected, "{cell}");
    }
}

#[test]
fn a_no_holds_in_whatever_a_column_is_taken_for() {
    let text = "email,Name,Newsletter,Unsubscribed\nann@e.org,Ann,No,\nbob@e.org,Bob,Yes,\ncy@e.org,Cy,Yes,yes\n";
    for field in
        ["first_name", "last_name", "name", "source", "wording", "tags", "language", "consent"]
    {
        for column in ["Newsletter", "Unsubscribed"] {
            let mapping = vec![format!("{field}={column}").parse().unwrap()];
            let export = export(&[("a.csv", text)], &ImportOptions { mapping, ..options() });
            for (person, is_no) in export.people.iter().zip([true, false, true]) {
                assert_eq!(person.state.is_no(), is_no, "{field}={column}: {}", person.address);
            }
        }
    }
}

#[test]
fn a_name_that_is_not_taken_is_named_with_its_line() {
    let text = "email,first_name,last_name,basis\nann@e.org,\"An\u{1}n\",Lee,consent\nbob@e.org,Bob,\"Le\ne\",consent\n";
    let export = export(&[("a.csv", text)], &options());
    assert_eq!(export.people[0].first_name, "");
    let found: Vec<String> = export.problems.iter().map(ToString::to_string).collect();
    assert_eq!(export.problems.len(), 2, "{found:?}");
    for (problem, (line, field)) in
        export.problems.iter().zip([(2, "first_name"), (3, "last_name")])
    {
        assert_eq!(problem.place, Place::line("a.csv", line));
        assert!(
            problem.what.contains(&format!("`{field}` has a line break or a control character"))
        );
        assert!(!problem.cure.is_empty());
    }
}

#[test]
fn rows_with_an_old_and_a_new_address_are_one_person() {
    let person =
        export(&[("a.csv", "email,basis\nnew@e.org,consent\n")], &options()).people.remove(0);
    let listed = KnownPerson::listed(person);
    let old = KnownPerson { by_old_address: true, ..listed.clone() };
    let known: HashMap<String, KnownPerson> =
        [("new@e.org".to_owned(), listed), ("old@e.org".to_owned(), old)].into();
    let count = |rows: [&str; 2]| {
        let text = format!("email,basis,status\n{}\n{}\n", rows[0], rows[1]);
        let difference = Difference::between(&export(&[("a.csv", &text)], &options()), &known);
        let Difference { new, changed, same, repeated, .. } = difference;
        let states: Vec<ListState> = changed.iter().chain(&same).map(|one| one.state).collect();
        (new.len(), states, repeated)
    };
    let yes = ListState::Subscribed;
    for (old, new, state) in [
        ("old@e.org,consent,subscribed", "new@e.org,consent,subscribed", yes),
        ("old@e.org,consent,bounced", "new@e.org,consent,subscribed", yes),
        ("old@e.org,consent,unsubscribed", "new@e.org,consent,subscribed", ListState::Unsubscribed),
        ("old@e.org,consent,subscribed", "new@e.org,consent,unsubscribed", ListState::Unsubscribed),
        ("old@e.org,consent,subscribed", "new@e.org,consent,bounced", ListState::Bounced),
    ] {
        for rows in [[old, new], [new, old]] {
            assert_eq!(count(rows), (0, vec![state], 1), "{rows:?}");
        }
    }
    // A person who was taken off the list under the new address did not say no.
    let person =
        export(&[("a.csv", "email,basis\nold@e.org,consent\n")], &options()).people.remove(0);
    let gone = KnownPerson { is_gone: true, by_old_address: true, ..KnownPerson::listed(person) };
    let known = [("old@e.org".to_owned(), gone)].into();
    let file = export(&[("a.csv", "email,basis\nold@e.org,consent\n")], &options());
    let difference = Difference::between(&file, &known);
    assert_eq!((difference.stays_no.len(), difference.left_out.len()), (0, 1));
    assert!(difference.left_out[0].why.contains("another address"));
}

#[test]
fn whoever_has_died_is_never_mailed_whether_the_list_has_them_or_not() {
    let listed = |text: &str| {
        let people = export(&[("a.csv", text)], &options()).people.into_iter();
        people.map(|one| (one.key.clone(), KnownPerson::listed(one))).collect::<HashMap<_, _>>()
    };
    let known = listed("email,basis\nann@e.org,consent\nbob@e.org,consent\n");
    for title in ["Is Deceased", "deleted_at"] {
        let text = format!(
            "email,basis,{title}\nann@e.org,consent,2024-05-01\ncy@e.org,consent,2024-05-01\nbob@e.org,consent,\n"
        );
        let difference = Difference::between(&export(&[("a.csv", &text)], &options()), &known);
        let changed: Vec<_> =
            difference.changed.iter().map(|one| (one.key.as_str(), one.state)).collect();
        assert_eq!(changed, [("ann@e.org", ListState::Unsubscribed)], "{title}");
        let new: Vec<_> = difference.new.iter().map(|one| (one.key.as_str(), one.state)).collect();
        assert_eq!(new, [("cy@e.org", ListState::Unsubscribed)], "{title}");
        assert_eq!((difference.left_out.len(), difference.same.len()), (0, 1), "{title}");
        // The day on which somebody joined is not that of their no: a yes of their own in between does not overtake it.
        let text = format!("email,basis,joined,{title}\nann@e.org,consent,2020-05-01,yes\n");
        let own_yes = Some("2024-01-01T00:00:00Z".parse().unwrap());
        let one = KnownPerson { own_yes, ..known["ann@e.org"].clone() };
        let known = [("ann@e.org".to_owned(), one)].into();
        let difference = Difference::between(&export(&[("a.csv", &text)], &options()), &known);
        assert_eq!(difference.changed[0].state, ListState::Unsubscribed, "{title}");
    }
}

#[test]
fn a_no_and_a_word_that_nobody_knows_hold_in_whichever_order_the_files_come() {
    type List = HashMap<String, KnownPerson>;
    let import = |text: &str, list: &List| -> List {
        let mut list = list.clone();
        for _ in 0..2 {
            let difference = Difference::between(&export(&[("a.csv", text)], &options()), &list);
            for person in difference.new.into_iter().chain(difference.changed) {
                list.insert(person.key.clone(), KnownPerson::listed(person));
            }
        }
        list
    };
    let yes = "email,basis,obtained_at\nann@e.org,consent,2024-05-01\n";
    for (title, cell, expected) in [
        ("Is Deceased", "1", Unsubscribed),
        ("date_of_death", "2024-01-01", Unsubscribed),
        ("deleted_at", "2024-01-01", Unsubscribed),
        ("Deleted", "x", Unsubscribed),
        ("status", "Deleted", Unsubscribed),
        ("status", "deceased", Unsubscribed),
        ("status", "Do not bother", LeftOut),
        ("Email permission status", "perhaps", LeftOut),
        ("newsletter", "by post only", LeftOut),
        ("subscribed", "?", LeftOut),
    ] {
        for basis in ["", "consent"] {
            let no = format!("email,basis,{title}\nann@e.org,{basis},{cell}\n");
            let none = List::new();
            let lists = [import(yes, &import(&no, &none)), import(&no, &import(yes, &none))];
            for list in lists {
                let ann = &list["ann@e.org"].person;
                assert_eq!(ann.state, expected, "{title}: {cell}, {basis}");
                // A clear word in the same column is what they wait for.
                let clear = format!("email,basis,{title}\nann@e.org,consent,yes\n");
                let again = import(&clear, &list)["ann@e.org"].person.state;
                let is_back = expected == LeftOut;
                assert_eq!(again, if is_back { Subscribed } else { expected }, "{title}: {cell}");
            }
        }
    }
}

#[test]
fn where_two_columns_are_named_email_a_row_has_its_address_in_either() {
    let text = "Email,Email,basis,unsubscribed\nann@e.org,,consent,\n,bob@e.org,consent,yes\n";
    let export = export(&[("a.csv", text)], &options());
    let found: Vec<_> = export.people.iter().map(|one| (one.key.as_str(), one.state)).collect();
    assert_eq!(found, [("ann@e.org", Subscribed), ("bob@e.org", Unsubscribed)]);
    assert!(export.left_out.is_empty());
}

#[test]
fn whoever_is_mailed_waits_when_a_file_has_no_clear_word_for_them() {
    let listed = export(&[("a.csv", "email,basis\nann@e.org,consent\n")], &options()).people;
    let known = |person: ImportedPerson| -> HashMap<String, KnownPerson> {
        [(person.key.clone(), KnownPerson::listed(person))].into()
    };
    let step = |text: &str, known: &HashMap<String, KnownPerson>| {
        let difference = Difference::between(&export(&[("a.csv", text)], &options()), known);
        let Difference { changed, same, new, left_out, .. } = difference;
        assert_eq!((new.len(), left_out.len()), (0, 0), "{text}");
        let (word, person) =
            changed.first().map_or_else(|| ("same", &same[0]), |person| ("changed", person));
        (word, person.clone())
    };
    for unclear in [
        "email,status\nann@e.org,perhaps\n",
        "email,consent_given\nann@e.org,?\nbob@e.org,yes\n",
        "email,unsubscribed,note\nann@e.org\n",
        "email,status,basis\nann@e.org,perhaps,consent\nann@e.org,subscribed,consent\n",
        "email,basis\nann@e.org,perhaps\n",
        "email,basis\nann@e.org,consent\nann@e.org,legitimate interest\n",
        "email,consent\nann@e.org,tbc\n",
        "email,Newsletter\nann@e.org,by post only\n",
        "email,Can we email you?,basis\nann@e.org,?,\n",
        "email,basis,met_through\nann@e.org,soft_opt_in_sale,perhaps\n",
    ] {
        let text = unclear.replace("bob@e.org,yes\n", "");
        let (word, waits) = step(&text, &known(listed[0].clone()));
        assert_eq!((word, waits.state), ("changed", ListState::LeftOut), "{unclear}");
        assert!(waits.why.starts_with("a.csv:"), "{}", waits.why);
        assert_eq!(waits.evidence, listed[0].evidence, "what they agreed to stays");
        // The same file again, and one that has no word for them at all.
        for text in [text.as_str(), "email,first_name\nann@e.org,\n"] {
            assert_eq!(step(text, &known(waits.clone())).0, "same", "{unclear}");
        }
        // Nobody mails them: not as the list has them, and not as it is written out.
        let table = String::from_utf8(as_table([&waits])).unwrap();
        let again = export(&[("a.csv", &table)], &options());
        assert_eq!(states_of(&again), "ann left_out", "{table}");
        let clear = "email,status,basis,Newsletter\nann@e.org,subscribed,consent,yes\n";
        let (word, back) = step(clear, &known(waits.clone()));
        assert_eq!((word, back.state), ("changed", ListState::Subscribed), "{clear}");
        assert!(back.evidence.is_some());
        let (_, left) = step("email,status\nann@e.org,unsubscribed\n", &known(waits.clone()));
        assert_eq!(left.state, ListState::Unsubscribed);
    }
    // A plain yes, another basis that the law does not let count, and an empty cell are not unclear words.
    for clear in ["email,consent\nann@e.org,yes\n", "email,Newsletter,basis\nann@e.org,,\n"] {
        assert_eq!(step(clear, &known(listed[0].clone())).0, "same", "{clear}");
    }
    let (_, left) = step("email,consent\nann@e.org,No\n", &known(listed[0].clone()));
    assert_eq!(left.state, ListState::Unsubscribed);
    // A person who is not mailed anyway waits too: a yes may come later. A person who said no has said it.
    for state in [ListState::NoEvidence, ListState::Unconfirmed] {
        let person = ImportedPerson { state, ..listed[0].clone() };
        let (word, waits) = step("email,status\nann@e.org,perhaps\n", &known(person));
        assert_eq!((word, waits.state), ("changed", ListState::LeftOut));
    }
    let export = export(&[("a.csv", "email,status\nann@e.org,perhaps\n")], &options());
    let problem = &export.problems[0];
    assert_eq!(
        (problem.place.line, problem.cure.contains("import the file again")),
        (Some(2), true)
    );
}
