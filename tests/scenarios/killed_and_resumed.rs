//! The process dies or is stopped in the middle. The second run loses nobody and mails nobody twice.

use std::collections::BTreeSet;

use crate::support::{Charity, Ran, Server, signal};

#[test]
fn killed_nine_times_nobody_is_lost_and_nobody_is_mailed_twice() {
    let people = 300;
    let server = Server::good();
    let charity = Charity::new().people(people).relay(&server);
    for kill in 1..=9 {
        let mut child = charity.start("send --year 2020 --confirm 300 --connections 3");
        server.wait_for(kill * 30);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let ran = charity.run("send --year 2020 --confirm 300");
    assert!(ran.code == 0 || ran.code == 5, "{ran:?}");
    let taken: BTreeSet<String> = server.everybody_once().into_iter().collect();
    let report = charity.report("2020");
    assert_eq!(report["state"], "finished");
    let uncertain: BTreeSet<String> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["status"] == "uncertain")
        .map(|row| row["address"].as_str().unwrap().to_owned())
        .collect();
    // At most two a connection and kill, and each of them is named.
    assert!(uncertain.len() <= 54, "{}", uncertain.len());
    for person in (0..people).map(|i| format!("p{i}@example.org")) {
        assert!(taken.contains(&person) || uncertain.contains(&person), "{person} was lost");
    }
    let accepted = report["accepted"].as_u64().unwrap();
    assert_eq!(accepted + uncertain.len() as u64, people as u64);
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_leaves_nothing_uncertain() {
    for name in ["INT", "TERM", "HUP", "QUIT"] {
        let server = Server::halting_after(20);
        let charity = Charity::new().people(400).relay(&server);
        let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
        server.wait_for(20);
        signal(&child, name);
        server.go_on();
        Ran::of(child.wait_with_output().unwrap()).ends(130).says("To resume: roundup send 2020");
        let report = charity.report("2020");
        assert_eq!(report["uncertain"], 0);
        assert_eq!(report["state"], "unfinished");
        assert_eq!(report["accepted"].as_u64().unwrap(), server.taken().len() as u64);
        charity.run("send 2020 --confirm 400").ends(0).says("Resuming 2020");
        assert_eq!(server.everybody_once().len(), 400);
    }
}

#[test]
fn two_senders_of_one_edition_are_one_too_many() {
    let server = Server::halting_after(5);
    let charity = Charity::new().people(400).relay(&server);
    let mut child = charity.start("send --year 2020 --confirm 400 --rate 100/s");
    server.wait_for(5);
    charity.run("send --year 2020 --confirm 400").ends(1).says("is being sent now");
    charity.run("status").ends(0).says("being sent");
    charity.run("resolve 2020").ends(1).says("is being sent now");
    child.kill().unwrap();
    child.wait().unwrap();
    server.go_on();
    // The lock went with the process.
    let ran = charity.run("send --year 2020 --confirm 400");
    assert!(ran.code == 0 || ran.code == 5, "{ran:?}");
    server.everybody_once();
}

#[test]
fn stories_and_templates_changed_since_the_plan_change_nothing() {
    let server = Server::halting_after(5);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(5);
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    let charity = charity.file(
        "news/2020-12-12-story.md",
        "---\ntitle: Another title\ndate: 2020-12-12\n---\nOther words.\n",
    );
    charity.run("send --year 2020 --confirm 400").ends(0).says("have changed since the plan");
    assert_eq!(server.everybody_once().len(), 400);
    for taken in server.taken() {
        assert!(!taken.bytes.contains("Another title"));
    }
}
