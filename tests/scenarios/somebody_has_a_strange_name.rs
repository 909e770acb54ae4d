//! Everybody's copy is looked at before the first byte leaves; the most unusual are shown, and the broken hold the sending.

use crate::support::{Charity, Server};

const DRAFT: &str = "---\nsubject: \"Our 2020\"\npreheader: \"What happened\"\ntemplate: year\nwindow: \"2020\"\nitems:\n  \
                     - 2020-12-03-story\n  - 2020-12-12-story\n  - 2020-12-21-story\n---\n\nDear {{recipient \"first_name\" \
                     fallback=\"\"}},\n\nThank you.\n";

fn charity(server: &Server, names: &[&str]) -> Charity {
    let mut list = String::from("email,first_name,basis\n");
    for (number, name) in names.iter().enumerate() {
        list.push_str(&format!("p{number}@example.org,{name},consent\n"));
    }
    Charity::new()
        .file("subscribers/people.csv", list)
        .file("editions/2020.md", DRAFT)
        .relay(server)
}

#[test]
fn the_strangest_are_shown_as_they_will_be_addressed() {
    let server = Server::good();
    let charity = charity(&server, &["Ann", "BOB", "ليلى", "Agent 7", "Zoë"]);
    let ran = charity
        .run("send 2020 --confirm 5")
        .ends(0)
        .says("\"Dear BOB,\" for p•••@example.org: the name is all capitals")
        .says("\"Dear ليلى,\" for p•••@example.org: the name is written from right to left")
        .says("\"Dear Agent 7,\" for p•••@example.org: the name has a digit in it");
    assert!(!ran.stderr.contains("Dear Zoë"), "{}", ran.stderr);
    assert_eq!(server.everybody_once().len(), 5);
}

#[test]
fn copies_that_would_look_broken_hold_everybodys() {
    for (name, words) in [
        ("", "p1@example.org would be greeted without a name"),
        ("*|FNAME|*", "p1@example.org would be addressed as `*|FNAME|*`"),
        ("{{first_name}}", "p1@example.org would be addressed as `{{first_name}}`"),
    ] {
        let server = Server::good();
        charity(&server, &["Ann", name]).run("send 2020 --confirm 2").ends(3).says(words);
        assert_eq!(server.connections(), 0);
    }
}
