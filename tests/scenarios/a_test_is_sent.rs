//! A test goes to typed addresses, says that it is one, and leaves no trace in ledger and list.

use serde_json::Value;

use crate::support::{Charity, Server};

#[test]
fn a_few_typed_addresses_get_it_and_the_list_does_not() {
    let server = Server::good();
    let charity = Charity::new().people(5).relay(&server);
    let ran = charity.run("test 2020-12 --to me@charity.org.uk you@charity.org.uk --json").ends(0);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (told["schema"].as_str(), told["practice"].as_bool()),
        (Some("roundup.test/1"), Some(false))
    );
    let taken = server.taken();
    let recipients: Vec<&str> = taken.iter().map(|taken| taken.recipient.as_str()).collect();
    assert_eq!(recipients, ["me@charity.org.uk", "you@charity.org.uk"]);
    for message in &taken {
        assert!(message.bytes.contains("\r\nSubject: [TEST] "), "{}", message.bytes);
        assert!(message.bytes.contains("X-Roundup-Test: 1\r\n"));
        // A stand-in's name, and nobody's of the list.
        assert!(!message.bytes.contains("Person 0"));
    }
    // The edition is as unsent as before.
    assert!(!charity.path(".roundup/ledger.db").exists());
    charity.run("send 2020-12 --confirm 5").ends(0);
    assert_eq!(server.taken().len(), 7);
}

#[test]
fn its_unsubscribe_links_unsubscribe_nobody() {
    let server = Server::good();
    let charity = Charity::new().people(1).relay(&server);
    let link = |bytes: &str| {
        let rest = bytes.split("subject=unsubscribe%20").nth(1).unwrap();
        rest.split(['>', '"', ' ']).next().unwrap().to_owned()
    };
    for _ in 0..2 {
        charity.run("test 2020-12 --to p0@example.org").ends(0);
    }
    charity.run("send 2020-12 --confirm 1").ends(0);
    let links: Vec<String> = server.taken().iter().map(|taken| link(&taken.bytes)).collect();
    assert!(links[0] != links[1] && links[1] != links[2] && links[0] != links[2], "{links:?}");
}

#[test]
fn a_list_is_no_test_and_a_refusal_is_told() {
    let many: Vec<String> = (0..11).map(|n| format!("p{n}@charity.org.uk")).collect();
    let charity = Charity::new();
    charity
        .run(&format!("test 2020-12 --to {}", many.join(" ")))
        .ends(2)
        .says("11 addresses are too many: a test goes to 10 at most");
    charity.run("test 2020-12 --to me").ends(2).says("`me`");
    // Practice: it is in the outbox.
    charity.run("test 2020-12 --to me@charity.org.uk").ends(0).says("outbox/");
    assert_eq!(charity.files("outbox/new").len(), 1);
}
