//! `roundup doctor`: the key in the DNS, the records of the domain, the relay, the list.

use crate::support::{Act, Charity, NameServer, Server, Stage};

/// The record that the doctor says must be published, out of its own advice.
fn wanted(output: &str) -> String {
    let (_, record) = output.split_once("news._domainkey.charity.example: ").unwrap();
    record.lines().next().unwrap().trim().to_owned()
}

fn charity(server: &Server) -> Charity {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    Charity::new()
        .people(3)
        .setting("[dkim]\nselector = \"news\"\n")
        .file("dkim.pem", key.unwrap().serialize_pem())
        .variable("ROUNDUP_DKIM_KEY_FILE", "dkim.pem")
        .relay(server)
}

#[test]
fn what_is_missing_is_named_with_its_cure_and_once_published_all_is_well() {
    let server = Server::good();
    let charity = charity(&server);
    let empty = NameServer::new(&[]);
    let ran = charity.run(&format!("doctor --dns {}", empty.address())).ends(3);
    let ran = ran
        .says("there is no key at news._domainkey.charity.example")
        .says("charity.example has no SPF record")
        .says("charity.example has no DMARC record");
    let record = wanted(&ran.stdout);
    assert!(record.starts_with("v=DKIM1; k=rsa; p=MII"), "{record}");

    let spf = ("charity.example", "v=spf1 include:relay.example ~all");
    let dmarc = ("_dmarc.charity.example", "v=DMARC1; p=quarantine");
    let full = NameServer::new(&[("news._domainkey.charity.example", &record), spf, dmarc]);
    charity
        .run(&format!("doctor --dns {}", full.address()))
        .ends(0)
        .says("is the one roundup signs with")
        .says("p=quarantine")
        .says("all 3 people can be mailed");
    assert_eq!(server.taken().len(), 0, "the doctor mails nobody");

    let other = record.replace("MII", "MIJ");
    let wrong = NameServer::new(&[("news._domainkey.charity.example", &other), spf, dmarc]);
    let ran = charity.run(&format!("doctor --json --dns {}", wrong.address())).ends(3);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["schema"], "roundup.doctor/1");
    let bad: Vec<_> = found["diagnoses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|diagnosis| diagnosis["verdict"] == "bad")
        .map(|diagnosis| diagnosis["about"].as_str().unwrap())
        .collect();
    assert_eq!(bad, ["DKIM"], "{found}");
}

#[test]
fn a_relay_that_is_not_there_and_a_list_that_is_none_are_named() {
    let server = Server::scripted(|moment| match moment.stage {
        Stage::Banner => Act::Answer("554 5.3.2 no service here"),
        _ => Act::Go,
    });
    let charity = charity(&server).file("subscribers/people.csv", "name\nAnn\n");
    let empty = NameServer::new(&[]);
    charity
        .run(&format!("doctor --dns {}", empty.address()))
        .ends(3)
        .says("the relay answered 554 5.3.2 no service here")
        .says("no column is named `email`");
}

#[test]
fn practice_needs_nothing() {
    let charity = Charity::new().people(2);
    charity.run("doctor").ends(0).says("practice mode").says("is an example");
}
