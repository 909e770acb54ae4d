//! What trustees read: figures that add up, nobody's name, and complaints that stop the next edition.

use std::fmt::Write;

use crate::support::{Charity, Server};

/// A provider's events about people by their number.
fn events(record: &str, kind: &str, people: std::ops::Range<usize>) -> String {
    let mut events = String::new();
    for at in people {
        let _ = writeln!(
            events,
            "{{\"RecordType\":\"{record}\",\"ID\":{at},\"Type\":\"{kind}\",\"Email\":\"p{at}@example.org\",\
             \"BouncedAt\":\"2099-01-01T00:00:00Z\"}}"
        );
    }
    events
}

#[test]
fn what_came_back_is_counted_of_what_was_accepted_and_adds_up() {
    let server = Server::good();
    let charity = Charity::new().people(60).relay(&server);
    charity.run("report --year 2020").ends(4).says("no edition of 2020 has been sent");
    charity.run("send --month 2020-12 --confirm 60").ends(0);
    let hard = events("Bounce", "HardBounce", 0..6);
    let soft = events("Bounce", "SoftBounce", 6..13);
    let charity = charity.file("events.json", hard + &soft);
    charity.run("inbox --events events.json").ends(0);
    charity.run("inbox --events events.json").ends(0);
    charity
        .run("report 2020-12")
        .ends(0)
        .says("60 people = 60 accepted.")
        .says("Of 60 accepted, 13 came back later (= 7 for now + 6 for good), 0 complained");
    let report = charity.report("2020-12");
    assert_eq!((&report["accepted"], &report["bounced"]["people"]), (&60.into(), &13.into()));
    assert_eq!(
        (&report["bounced"]["hard"], &report["complaint_level"]),
        (&6.into(), &"fine".into())
    );
    charity.run("report 2020-12 --html page.html --csv table.csv").ends(0).says("Wrote page.html.");
    charity.run("report --year 2020 --html year.html --csv year.csv").ends(0);
    for file in ["page.html", "table.csv", "year.html", "year.csv"] {
        let text = charity.read(file);
        for at in 0..60 {
            assert!(!text.contains(&format!("p{at}@")), "{file} names p{at}");
        }
        assert!(!text.contains("://"), "{file}");
    }
    assert!(charity.read("page.html").contains("60 people = 60 accepted."));
    assert!(charity.read("table.csv").contains("2020-12,bounced,for good,6\n"));
    let year = charity.run("report --year 2020 --json").ends(0);
    let year: serde_json::Value = serde_json::from_str(&year.stdout).unwrap();
    assert_eq!((&year["schema"], &year["accepted"]), (&"roundup.report/1".into(), &60.into()));
}

#[test]
fn too_many_complaints_hold_the_next_edition_until_somebody_decides() {
    let server = Server::good();
    let charity = Charity::new().people(60).relay(&server);
    charity.run("send --month 2020-12 --confirm 60").ends(0);
    let charity = charity.file("events.json", events("SpamComplaint", "SpamComplaint", 0..4));
    charity.run("inbox --events events.json").ends(0);
    charity.run("report 2020-12").ends(0).says("Complaints: 6.67%, at or above 0.1%");
    charity.run("send --year 2020 --confirm 1").ends(2).says("the plan has 56 people");
    let charity = charity.file("events.json", events("SpamComplaint", "SpamComplaint", 4..5));
    charity.run("inbox --events events.json").ends(0);
    charity
        .run("send --year 2020 --confirm 55")
        .ends(3)
        .says("too many people reported `2020-12` as spam: 5 of 60")
        .says("--after-complaints");
    charity.run("send --year 2020 --confirm 55 --after-complaints=").ends(2);
    charity.run("send --year 2020 --confirm 55 --after-complaints=we-asked-them").ends(0);
    charity
        .run("report 2020")
        .ends(0)
        .says("Sent after complaints about an edition before: we-asked-them.");
    assert_eq!(charity.report("2020")["after_complaints"], "we-asked-them");
    assert_eq!(server.taken().len(), 60 + 55);
}

#[test]
fn ten_refusals_at_one_provider_stop_the_run() {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(200).relay(&server);
    let charity = charity.file("events.json", events("Bounce", "Blocked", 0..12));
    let child = charity.start("send --month 2020-12 --confirm 200 --rate 100/s --connections 1");
    server.wait_for(20);
    charity.run("inbox --events events.json").ends(0).says("2020-12 is paused");
    server.go_on();
    crate::support::Ran::of(child.wait_with_output().unwrap()).ends(6).says("it was paused");
    // Whoever resumes it has looked.
    charity.run("send 2020-12 --confirm 200 --unpause").ends(0);
    assert_eq!(server.everybody_once().len(), 200);
}
