//! Emails made after the shape of many mail systems' notices, and what must be read in each.

use std::fs;

use roundup::bounces::{NoticeKind, read};

/// `(name, bytes, people)` of every line of `tests/bounces/expected.txt`.
fn notices() -> Vec<(String, Vec<u8>, Vec<(String, String)>)> {
    let table = fs::read_to_string("tests/bounces/expected.txt").unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, people) = line.split_once(" | ").unwrap();
            let people = people
                .split(' ')
                .map(|person| person.rsplit_once('=').unwrap())
                .map(|(who, kind)| (who.trim_matches('-').to_owned(), kind.to_owned()))
                .collect();
            (name.to_owned(), fs::read(format!("tests/bounces/{name}.eml")).unwrap(), people)
        })
        .collect()
}

fn word(kind: NoticeKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn each_notice_says_what_it_must_of_whom() {
    let notices = notices();
    assert!(notices.len() >= 60);
    let mut wrong = Vec::new();
    for (name, bytes, mut wanted) in notices {
        // Requests to leave are read elsewhere.
        if wanted.iter().any(|(_, kind)| kind == "unsubscribe") {
            wanted = Vec::new();
        }
        let mut found: Vec<(String, String)> = read(&bytes)
            .people
            .into_iter()
            .map(|person| (person.recipient, word(person.kind)))
            .collect();
        // Nobody, and nothing to say of them.
        found.retain(|(who, kind)| !(who.is_empty() && kind == "none"));
        wanted.retain(|(who, kind)| !(who.is_empty() && kind == "none"));
        found.sort();
        wanted.sort();
        if found != wanted {
            wrong.push(format!("{name}: wanted {wanted:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
