//! The list changes between two runs of one edition.

use crate::support::{Charity, Ran, Server, signal};

#[test]
fn who_unsubscribes_after_the_plan_is_not_mailed_and_who_joins_waits_for_the_next() {
    let server = Server::halting_after(5);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 100/s --connections 1");
    server.wait_for(5);
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    // The last two of the list cannot have been mailed yet; one unsubscribes, one is taken off, and one joins.
    let list = charity
        .read("subscribers/people.csv")
        .replace(",consent\n", ",consent,subscribed\n")
        .replace("first_name,basis\n", "first_name,basis,status\n")
        .replace("p399@example.org,Person 399,consent,subscribed\n", "")
        .replace(
            "p398@example.org,Person 398,consent,subscribed\n",
            "p398@example.org,Person 398,consent,unsubscribed\nnew@example.org,New,consent,subscribed\n",
        );
    let charity = charity.file("subscribers/people.csv", list);
    charity
        .run("send --year 2020 --confirm 400")
        .ends(0)
        .says("p398@example.org: not mailed: unsubscribed")
        .says("p399@example.org: not mailed: is no longer on the list")
        .says("1 person joined the list since the plan")
        .says("398 accepted + 2 suppressed");
    let everybody = server.everybody_once();
    assert_eq!(everybody.len(), 398);
    assert!(!everybody.iter().any(|who| who.starts_with("new@") || who.starts_with("p398@")));
}
