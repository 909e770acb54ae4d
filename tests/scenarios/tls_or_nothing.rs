//! TLS from the first byte, STARTTLS, and servers that have neither.

use crate::support::server::Offer;
use crate::support::{Act, Charity, Server, Stage};

const STARTTLS: [&str; 3] = ["STARTTLS", "AUTH PLAIN", "SIZE 10000000"];

fn secret_charity(server: &Server, address: &str) -> Charity {
    let charity = Charity::new()
        .people(4)
        .variable("ROUNDUP_RELAY", address)
        .variable("ROUNDUP_RELAY_USERNAME", "ann")
        .variable("ROUNDUP_RELAY_PASSWORD", "s3cret");
    match &server.certificate {
        Some(certificate) => {
            let settings = charity.read("roundup.toml") + "ca_file = \"ca.pem\"\n";
            charity.file("ca.pem", certificate).file("roundup.toml", settings)
        }
        None => charity,
    }
}

#[test]
fn implicit_tls_and_starttls() {
    for implicit in [true, false] {
        let extensions = if implicit { vec!["AUTH PLAIN"] } else { STARTTLS.to_vec() };
        let server = Server::offering(Offer { extensions, implicit, tls: true }, |_| Act::Go);
        let address =
            if implicit { server.address() } else { format!("{}?tls=starttls", server.address()) };
        let charity = secret_charity(&server, &address);
        charity.run("send --year 2020 --confirm 4").ends(0).says("4 accepted");
        assert_eq!(server.everybody_once().len(), 4);
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    let server = Server::offering(
        Offer { extensions: vec!["AUTH PLAIN"], implicit: true, tls: true },
        |_| Act::Go,
    );
    let charity = secret_charity(&server, &server.address()).setting("");
    charity.run("send --year 2020 --confirm 4").ends(6).says("TLS failed");
    assert_eq!(server.said(), Vec::<String>::new());
}

#[test]
fn no_password_leaves_without_tls() {
    // Not offered; refused; and offered with something slipped in behind the answer.
    let plain = vec!["AUTH PLAIN"];
    let cases: [(Vec<&str>, Act); 3] = [
        (plain, Act::Go),
        (STARTTLS.to_vec(), Act::Answer("454 4.7.0 no TLS today")),
        (STARTTLS.to_vec(), Act::GoAnd("250 injected")),
    ];
    for (extensions, act) in cases {
        let server =
            Server::offering(Offer { extensions, implicit: false, tls: true }, move |at| {
                if at.stage == Stage::StartTls { act } else { Act::Go }
            });
        let charity = secret_charity(&server, &format!("{}?tls=starttls", server.address()));
        charity.run("send --year 2020 --confirm 4").ends(6);
        assert!(server.said().iter().all(|line| !line.starts_with("AUTH")), "{:?}", server.said());
        assert_eq!(charity.report("2020")["planned"], 4);
    }
}

#[test]
fn addresses_that_would_leak() {
    let charity = Charity::new().people(1);
    for (relay, said) in [
        ("smtps://ann:s3cret@smtp.charity.example", "ROUNDUP_RELAY_USERNAME"),
        ("smtp://smtp.charity.example?tls=none", "without TLS"),
        ("http://smtp.charity.example", "smtps://"),
    ] {
        let ran = charity
            .run(&format!("send --year 2020 --confirm 1 --relay {relay}"))
            .ends(2)
            .says(said);
        assert!(!ran.stderr.contains("s3cret"));
    }
}
