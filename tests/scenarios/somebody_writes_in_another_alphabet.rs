//! An address with letters outside a-z before the @ (RFC 6531).

use crate::support::{Act, Charity, Offer, Server, field};

const LIST: &str = "email,first_name,basis\nann@example.org,Ann,consent\njösé@example.org,José,consent\n\
                    bob@example.org,Bob,consent\n";

#[test]
fn a_relay_that_offers_it_gets_the_address_as_it_is_and_for_others_nothing_changes() {
    let extensions = vec!["PIPELINING", "SIZE 10240000", "8BITMIME", "SMTPUTF8"];
    let server = Server::offering(Offer { extensions, ..Offer::default() }, |_| Act::Go);
    let charity = Charity::new().file("subscribers/people.csv", LIST).relay(&server);
    charity.run("send --year 2020 --confirm 3 --connections 1").ends(0);
    assert_eq!(server.everybody_once(), ["ann@example.org", "bob@example.org", "jösé@example.org"]);
    let mails: Vec<String> =
        server.said().into_iter().filter(|line| line.starts_with("MAIL")).collect();
    let utf8: Vec<bool> = mails.iter().map(|line| line.contains("SMTPUTF8")).collect();
    assert_eq!(utf8, [false, true, false], "{mails:?}");
    let taken = server.taken();
    let hers = taken.iter().find(|taken| taken.recipient == "jösé@example.org").unwrap();
    assert!(field(&hers.bytes, "To")[0].ends_with("<jösé@example.org>"), "{hers:?}");
}

#[test]
fn a_relay_without_it_leaves_that_one_person_out_and_says_so() {
    let server = Server::good();
    let charity = Charity::new().file("subscribers/people.csv", LIST).relay(&server);
    charity.run("send --year 2020 --confirm 3 --connections 1").ends(5);
    assert_eq!(server.everybody_once(), ["ann@example.org", "bob@example.org"]);
    let report = charity.report("2020");
    assert_eq!((&report["accepted"], &report["rejected"]), (&2.into(), &1.into()), "{report}");
    let why = "takes no addresses with letters outside a-z";
    charity.run("why jösé@example.org").ends(0).says(why).says("Is mailed");
}
