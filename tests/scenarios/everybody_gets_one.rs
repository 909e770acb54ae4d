//! The good day: everybody on the list gets exactly one message, and the report says so.

use std::collections::BTreeSet;

use crate::support::{Charity, Server, field};

#[test]
fn fifty_people_get_one_message_each() {
    let server = Server::good();
    let charity = Charity::new().people(50).relay(&server);
    charity.run("send --year 2020 --confirm 50").ends(0).says("50 people = 50 accepted");
    assert_eq!(server.everybody_once().len(), 50);
    let ids: BTreeSet<String> = server
        .taken()
        .iter()
        .map(|taken| {
            let id = field(&taken.bytes, "Message-ID");
            assert_eq!(id.len(), 1);
            let to = field(&taken.bytes, "To");
            assert_eq!(to.len(), 1);
            assert!(to[0].contains(&taken.recipient) && to[0].matches('@').count() == 1, "{to:?}");
            for name in ["From", "Subject", "Date", "List-Id", "List-Unsubscribe"] {
                assert_eq!(field(&taken.bytes, name).len(), 1, "{name}: {}", taken.bytes);
            }
            id[0].to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 50);
    let report = charity.report("2020");
    assert_eq!(
        (report["accepted"].as_u64(), report["state"].as_str()),
        (Some(50), Some("finished"))
    );

    // The same command line, run again, says that it is finished, and sends nothing.
    charity.run("send --year 2020 --confirm 50").ends(0).says("2020 is finished");
    assert_eq!(server.taken().len(), 50);
}

#[test]
fn practise_mode_fills_a_maildir_and_mails_nobody() {
    let charity = Charity::new().people(3);
    charity.run("send --month 2020-12 --confirm 3").ends(0).says("Nothing was sent");
    assert_eq!(charity.files("outbox"), ["cur", "new", "tmp"]);
    assert_eq!(charity.files("outbox/tmp"), [""; 0]);
    let messages = charity.files("outbox/new");
    assert_eq!(messages.len(), 3);
    let message = charity.read(&format!("outbox/new/{}", messages[0]));
    assert_eq!(field(&message, "Subject"), ["December 2020 at Example Charity"]);
    charity.run("send --month 2020-12 --confirm 3").ends(0).says("is finished");
    // Practice says nothing about the real run that follows.
    let server = Server::good();
    let charity = charity.relay(&server);
    charity.run("send --month 2020-12 --confirm 3").ends(0);
    assert_eq!(server.everybody_once().len(), 3);
}

#[test]
fn a_rate_keeps_its_distance() {
    let server = Server::good();
    let charity = Charity::new().people(4).relay(&server);
    let started = std::time::Instant::now();
    charity.run("send --year 2020 --confirm 4 --rate 10/s --connections 4").ends(0);
    // Four messages at ten a second have three gaps; a slow machine only makes it longer.
    assert!(started.elapsed() >= std::time::Duration::from_millis(300));
    assert_eq!(server.everybody_once().len(), 4);
}

#[test]
fn the_number_of_people_must_be_the_plans() {
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server);
    charity
        .run("send --year 2020 --confirm 4")
        .ends(2)
        .says("the plan has 3 people, but --confirm gives 4");
    charity.run("send --year 2020").ends(2).says("add --confirm 3");
    assert_eq!(server.connections(), 0);
    charity.run("report 2020").ends(2).says("has never been sent");
}

#[test]
fn what_happened_to_one_person() {
    let server = Server::good();
    let charity = Charity::new().relay(&server).file(
        "subscribers/people.csv",
        "email,first_name,basis,status\nann@example.org,Ann,consent,subscribed\nBob@example.org,Bob,consent,unsubscribed\n",
    );
    charity
        .run("send --year 2020 --confirm 1")
        .ends(0)
        .says("subscribers/people.csv:3 Bob@example.org: unsubscribed");
    let why = charity.run("why ann@example.org --json").ends(0);
    let why: serde_json::Value = serde_json::from_str(&why.stdout).unwrap();
    assert_eq!(why["schema"], "roundup.why/1");
    assert_eq!(why["deliveries"][0]["state"], "accepted");
    assert_eq!(why["deliveries"][0]["reply"], "250 2.0.0 taken");
    charity.run("why bob@example.org").ends(0).says("Is not mailed: unsubscribed").says("left out");
    charity.run("why eve@example.org").ends(0).says("is not on the list");
}
