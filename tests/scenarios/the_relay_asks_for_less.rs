//! A relay that bears less than it was offered: fewer connections, fewer messages on each, some providers slower.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Act, Charity, Server, Stage};

#[test]
fn too_many_connections_become_fewer_and_everybody_is_mailed() {
    static GREETED: AtomicUsize = AtomicUsize::new(0);
    let server = Server::scripted(|moment| {
        // The first connection is served, and the next two are too many.
        let too_many = moment.stage == Stage::Banner
            && (1..3).contains(&GREETED.fetch_add(1, Ordering::SeqCst));
        if too_many { Act::Answer("421 4.7.0 too many connections") } else { Act::Go }
    });
    let charity = Charity::new().people(60).relay(&server);
    charity
        .run("send --year 2020 --confirm 60 --connections 4")
        .ends(0)
        .says("The relay wants less: sending 2 messages at a time");
    assert_eq!(server.everybody_once().len(), 60);
}

#[test]
fn a_relay_that_hangs_up_after_some_messages_is_learned() {
    let server = Server::scripted(|moment| {
        let worn = moment.stage == Stage::Mail && moment.message > 10;
        if worn { Act::Close } else { Act::Go }
    });
    let charity = Charity::new().people(60).relay(&server);
    let ran = charity.run("send --year 2020 --confirm 60 --connections 1").ends(0);
    assert_eq!(server.everybody_once().len(), 60);
    // Hung up on twice at most; after that the connection is made again in time.
    assert!(ran.stderr.matches("Trouble with the relay").count() <= 2, "{}", ran.stderr);
    assert_eq!(server.connections(), 6);
}

#[test]
fn a_connection_is_made_anew_after_as_many_messages_as_the_settings_say() {
    let server = Server::good();
    let charity = Charity::new().setting("messages_per_connection = 7").people(21).relay(&server);
    charity.run("send --year 2020 --confirm 21 --connections 1").ends(0);
    assert_eq!((server.everybody_once().len(), server.connections()), (21, 3));
}

#[test]
fn people_of_a_provider_with_a_rate_wait_and_the_others_do_not() {
    let server = Server::good();
    let mut list = String::from("email,basis\n");
    for person in 0..3 {
        list.push_str(&format!("slow{person}@slow.example,consent\n"));
    }
    for person in 0..30 {
        list.push_str(&format!("p{person}@charity.example,consent\n"));
    }
    let charity = Charity::new()
        .setting("domains = { \"slow.example\" = \"4/s\" }")
        .file("subscribers/people.csv", list)
        .relay(&server);
    charity.run("send --year 2020 --confirm 33 --connections 1").ends(0);
    let order: Vec<bool> =
        server.taken().iter().map(|taken| taken.recipient.starts_with("slow")).collect();
    assert_eq!(server.everybody_once().len(), 33);
    assert!(order[0] && order[32], "the first at once, the last after all others: {order:?}");
}

#[test]
fn hours_and_rates_that_are_none_are_named() {
    for (setting, words) in [
        ("hours = \"9 to 5\"", "is not a span of hours"),
        ("days = \"weekdays\"", "is not a list of days"),
        ("domains = { \"x.example\" = \"fast\" }", "is not a rate"),
    ] {
        let server = Server::good();
        let charity = Charity::new().setting(setting).people(3).relay(&server);
        charity.run("send --year 2020 --confirm 3").ends(2).says(words);
    }
}
