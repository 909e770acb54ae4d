//! Somebody has another address: what they said goes with them, and that a mailbox is gone does not.

use serde_json::Value;

use crate::people_are_imported::is_named_below;
use crate::support::{Charity, Ran, Server};

fn with_a_list(people: &str) -> Charity {
    let charity = Charity::new().people(0).file("subscribers/people.csv", people);
    charity.run("subscribers import subscribers/people.csv --yes").ends(0);
    charity
}

fn state(charity: &Charity, address: &str) -> String {
    let shown = charity.run(&format!("subscribers show {address} --json")).ends(0);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    shown["people"][0]["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_bounce_stays_with_the_mailbox_and_every_other_no_goes_along() {
    for why in ["unsubscribed", "objected", "preference-service"] {
        let charity = with_a_list("email,basis\nann@charity.org.uk,consent\n");
        charity.run(&format!("subscribers suppress ann@charity.org.uk --why {why}")).ends(0);
        let moved = charity.run("subscribers move ann@charity.org.uk ann@new.org.uk").ends(0);
        assert!(moved.stdout.contains("is not mailed"), "{why}: {moved:?}");
    }
    // A file that said bounced: the mailbox is gone, and what they agreed to is not.
    for (basis, becomes) in [("consent", "subscribed"), ("", "no_evidence")] {
        let people = format!("email,basis,status\nann@charity.org.uk,{basis},\n");
        let charity = with_a_list(&people)
            .file("bounced.csv", "email,basis,status\nann@charity.org.uk,,bounced\n");
        charity.run("subscribers import bounced.csv --yes").ends(0);
        assert_eq!(state(&charity, "ann@charity.org.uk"), "bounced");
        charity.run("subscribers move ann@charity.org.uk ann@new.org.uk").ends(0);
        assert_eq!(state(&charity, "ann@new.org.uk"), becomes);
        charity.run("why ann@charity.org.uk").ends(0).says("bounced");
    }
}

#[test]
fn an_older_file_knows_the_old_address_and_puts_nobody_on_the_list_twice() {
    let people = "email,basis\nann@charity.org.uk,consent\nbob@charity.org.uk,consent\n";
    let charity = with_a_list(people)
        .file("yes.csv", "email,basis,first_name\nann@charity.org.uk,consent,Ann\n")
        .file("bounced.csv", "email,status\nann@charity.org.uk,bounced\n")
        .file("no.csv", "email,status\nann@charity.org.uk,unsubscribed\n");
    charity.run("subscribers move ann@charity.org.uk ann@mid.org.uk").ends(0);
    charity.run("subscribers move ann@mid.org.uk ann@new.org.uk").ends(0);
    charity.run("subscribers import yes.csv --yes").ends(0);
    charity.run("subscribers list").ends(0).says("2 people");
    charity.run("subscribers import bounced.csv --yes").ends(0);
    assert_eq!(state(&charity, "ann@new.org.uk"), "subscribed");
    charity.run("subscribers import no.csv --yes").ends(0);
    assert_eq!(state(&charity, "ann@new.org.uk"), "unsubscribed");
    charity.run("subscribers import yes.csv --yes").ends(0).says("stay so: 1 person");
    let add = "subscribers add ann@charity.org.uk --basis consent --source fair";
    charity.run(add).ends(2).says("must not be mailed");
    charity.run("send --year 2020 --dry-run").ends(0).says("1 person");
    // Somebody else may have a left address.
    charity.run("subscribers move bob@charity.org.uk bob@new.org.uk").ends(0);
    charity.run("subscribers add bob@charity.org.uk --basis consent --source fair").ends(0);
    charity.run("subscribers suppress bob@charity.org.uk --why objected").ends(0);
    assert_eq!(state(&charity, "bob@new.org.uk"), "subscribed");
}

#[test]
fn whoever_is_forgotten_is_so_by_each_of_their_addresses() {
    for typed in ["ann@charity.org.uk", "ann@new.org.uk"] {
        let server = Server::good();
        let people = "email,basis,first_name\nann@charity.org.uk,consent,Annabel\n\
                      bob@charity.org.uk,consent,Bob\n";
        let charity = with_a_list(people).relay(&server);
        charity.run("send --year 2020 --confirm 2").ends(0);
        charity.run("subscribers move ann@charity.org.uk ann@new.org.uk").ends(0);
        let kept = charity.run(&format!("subscribers export --person {typed}")).ends(0);
        assert!(kept.stdout.contains("Edition 2020: accepted"), "{typed}: {kept:?}");
        assert!(kept.stdout.contains("Annabel"), "{typed}: {kept:?}");
        std::fs::remove_file(charity.path("subscribers/people.csv")).unwrap();
        charity
            .run(&format!("subscribers erase {typed} --yes"))
            .ends(0)
            .says("other addresses too");
        for word in ["ann@", "Annabel"] {
            let named = is_named_below(&charity.path("."), word);
            assert!(named.is_empty(), "{typed}: {word} is in {named:?}");
        }
        let charity = charity.file("yes.csv", people);
        charity.run("subscribers import yes.csv --yes").ends(0);
        charity.run("subscribers list").ends(0).says("1 person");
    }
}

#[test]
fn an_edition_that_is_not_sent_yet_follows_and_why_knows_it() {
    let server = Server::halting_after(5);
    let others = (0..60).map(|number| format!("p{number:02}@charity.org.uk,consent\n"));
    let people = format!("email,basis\n{}zoe@charity.org.uk,consent\n", others.collect::<String>());
    let charity = with_a_list(&people).relay(&server);
    let child = charity.start("send --year 2020 --confirm 61 --rate 50/s");
    server.wait_for(5);
    charity.run("pause 2020").ends(0);
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(6);
    charity.run("subscribers move zoe@charity.org.uk zoe@new.org.uk").ends(0);
    charity.run("why zoe@charity.org.uk").ends(0).says("has another address now: zoe@new.org.uk");
    charity.run("send 2020 --confirm 61 --unpause").ends(0);
    let mailed = server.everybody_once();
    assert_eq!(mailed.len(), 61);
    assert!(mailed.iter().any(|address| address.contains("zoe@new.org.uk")), "{mailed:?}");
    assert!(mailed.iter().all(|address| !address.contains("zoe@charity.org.uk")), "{mailed:?}");
    let why = charity.run("why zoe@new.org.uk").ends(0);
    assert!(why.stdout.contains("moved on from zoe@charity.org.uk"), "{why:?}");
    assert!(why.stdout.contains("accepted"), "{why:?}");
    let shown = charity.run("subscribers export --json").ends(0);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["people"].as_array().unwrap().len(), 61);
}
