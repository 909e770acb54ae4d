//! Trouble that passes, settings that do not fit, logins of every kind: the run goes on, or says what to change.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use base64::Engine;

use crate::support::server::Offer;
use crate::support::{Act, Charity, Server, Stage};

fn patient(charity: Charity) -> Charity {
    let settings = charity.read("roundup.toml").replace("patience = \"0\"", "patience = \"5m\"");
    charity.file("roundup.toml", settings)
}

/// A charity that trusts the server's certificate and logs in.
fn trusting(people: usize, server: &Server) -> Charity {
    let charity = Charity::new()
        .people(people)
        .relay(server)
        .variable("ROUNDUP_RELAY_USERNAME", "ann")
        .variable("ROUNDUP_RELAY_PASSWORD", "s3cret");
    let Some(certificate) = &server.certificate else { return charity };
    let settings = charity.read("roundup.toml") + "ca_file = \"ca.pem\"\n";
    charity.file("ca.pem", certificate).file("roundup.toml", settings)
}

fn implicit() -> Offer {
    Offer { extensions: vec!["PIPELINING", "AUTH PLAIN"], implicit: true, tls: true }
}

fn plain(extensions: &[&'static str]) -> Offer {
    Offer { extensions: extensions.to_vec(), ..Offer::default() }
}

#[test]
fn handshakes_that_break_and_refusals_in_the_clear_pass() {
    for act in [Act::Close, Act::Reset, Act::Answer("421 4.7.0 too many connections from you")] {
        let server = Server::offering(implicit(), move |at| match (at.stage, at.connection) {
            (Stage::Connect, 1..=2) => act,
            _ => Act::Go,
        });
        let charity = patient(trusting(4, &server));
        let ran = charity.run("send --year 2020 --confirm 4 --connections 1");
        let ran = ran.ends(0).says("4 accepted").says("Trouble with the relay");
        assert!(!ran.stderr.contains("TLS failed"), "{act:?} {ran:?}");
        assert_eq!(server.everybody_once().len(), 4);
    }
}

#[test]
fn a_relay_that_is_away_for_a_while_ends_nothing() {
    let server = Server::scripted(|at| match (at.stage, at.connection) {
        (Stage::Connect, 2..=4) => Act::Close,
        (Stage::Dot, 1) if at.message == 3 => Act::Answer("421 4.3.2 restarting"),
        _ => Act::Go,
    });
    let charity = patient(Charity::new().people(6).relay(&server));
    charity
        .run("send --year 2020 --confirm 6 --connections 1")
        .ends(0)
        .says("6 accepted")
        .says("Trouble with the relay")
        .says("The relay answers again");
    assert_eq!(server.everybody_once().len(), 6);
}

#[test]
fn patience_ends_and_the_same_command_carries_on() {
    let server = Server::scripted(|at| match (at.stage, at.connection) {
        (Stage::Connect, 1..=2) => Act::Close,
        _ => Act::Go,
    });
    let charity = Charity::new().people(3).relay(&server);
    for _ in 0..2 {
        charity
            .run("send --year 2020 --confirm 3 --connections 1")
            .ends(6)
            .says("nobody was missed: 3 people left");
    }
    charity.run("send --year 2020 --confirm 3 --connections 1").ends(0).says("3 accepted");
    assert_eq!(server.everybody_once().len(), 3);
    let charity = Charity::new().people(1).relay(&server);
    let settings = charity.read("roundup.toml").replace("patience = \"0\"", "patience = \"soon\"");
    charity
        .file("roundup.toml", settings)
        .run("send --year 2020 --confirm 1")
        .ends(2)
        .says("patience under [send] is `soon`")
        .says("patience = \"5m\"");
}

#[test]
fn a_scheme_that_does_not_fit_the_port_names_the_other() {
    // smtps:// where STARTTLS is spoken.
    let server = Server::good();
    let relay = format!("smtps://127.0.0.1:{}", server.port());
    let charity = Charity::new().people(2);
    charity
        .run(&format!("send --year 2020 --confirm 2 --relay {relay}"))
        .ends(6)
        .says("starts without TLS")
        .says(&format!("smtp://127.0.0.1:{}", server.port()));
    assert_eq!(charity.report("2020")["planned"], 2);
    // smtp:// where TLS comes first.
    let server = Server::offering(implicit(), |_| Act::Go);
    let relay = format!("smtp://127.0.0.1:{}", server.port());
    let charity = Charity::new().people(2);
    charity
        .run(&format!("send --year 2020 --confirm 2 --connections 1 --relay {relay}"))
        .ends(6)
        .says("expects TLS from the first byte")
        .says(&format!("smtps://127.0.0.1:{}", server.port()));
    assert_eq!(server.said(), Vec::<String>::new());
    assert_eq!(charity.report("2020")["planned"], 2);
}

#[test]
fn a_certificate_of_ones_own_says_what_to_set() {
    let server = Server::offering(implicit(), |_| Act::Go);
    let charity = Charity::new().people(2).relay(&server);
    charity
        .run("send --year 2020 --confirm 2")
        .ends(6)
        .says("the certificate of 127.0.0.1")
        .says("ca_file");
    charity.run("doctor").says("not from an authority that this computer trusts").says("ca_file");
}

#[test]
fn where_plain_is_refused_login_is_taken_and_remembered() {
    let server = Server::offering(plain(&["AUTH PLAIN LOGIN"]), |at| match (at.stage, at.before) {
        (Stage::Login, 0) => Act::Answer("504 5.7.4 Unrecognized authentication type"),
        _ => Act::Go,
    });
    let charity = trusting(3, &server);
    charity.run("send --year 2020 --confirm 3 --connections 1").ends(0).says("3 accepted");
    charity.run("send --month 2020-12 --confirm 3 --connections 1").ends(0).says("3 accepted");
    let logins: Vec<String> =
        server.said().into_iter().filter(|line| line.starts_with("AUTH")).collect();
    assert_eq!(logins.len(), 3, "{logins:?}");
    assert!(logins[0].starts_with("AUTH PLAIN"), "{logins:?}");
    assert!(logins[1..].iter().all(|line| line == "AUTH LOGIN"), "{logins:?}");
}

#[test]
fn an_access_token_comes_from_a_command_and_is_shown_to_nobody() {
    // The first token has expired.
    let server = Server::offering(plain(&["AUTH XOAUTH2"]), |at| match (at.stage, at.before) {
        (Stage::Login, 0) => Act::Answer("535 5.7.3 Authentication unsuccessful"),
        _ => Act::Go,
    });
    let charity = Charity::new()
        .people(3)
        .relay(&server)
        .file("token", "old-s3cret")
        .variable("ROUNDUP_RELAY_USERNAME", "news@charity.example")
        .variable("ROUNDUP_RELAY_TOKEN_COMMAND", "cat token; printf new-s3cret > token");
    let ran = charity.run("send --year 2020 --confirm 3 --connections 1").ends(0);
    assert!(!format!("{ran:?}").contains("s3cret"), "{ran:?}");
    let said = server.said();
    let logins: Vec<&String> = said.iter().filter(|line| line.starts_with("AUTH")).collect();
    let expected = ["old", "new"].map(|word| {
        let text = format!("user=news@charity.example\x01auth=Bearer {word}-s3cret\x01\x01");
        format!("AUTH XOAUTH2 {}", base64::engine::general_purpose::STANDARD.encode(text))
    });
    assert_eq!(logins, expected.iter().collect::<Vec<_>>());
    charity.run("doctor").says("XOAUTH2");
}

#[test]
fn a_login_that_cannot_be_says_what_to_set() {
    let server = Server::offering(plain(&["AUTH XOAUTH2 OAUTHBEARER"]), |_| Act::Go);
    trusting(2, &server)
        .run("send --year 2020 --confirm 2")
        .ends(6)
        .says("the server accepts only access tokens (OAuth)")
        .says("ROUNDUP_RELAY_TOKEN_COMMAND");
    let with_command = |command: &str| {
        Charity::new()
            .people(2)
            .relay(&server)
            .variable("ROUNDUP_RELAY_USERNAME", "ann")
            .variable("ROUNDUP_RELAY_TOKEN_COMMAND", command)
    };
    with_command("echo s3cret; exit 7")
        .run("send --year 2020 --confirm 2")
        .ends(6)
        .says("there is no access token: the command exited with 7")
        .says("by hand");
    with_command("echo token")
        .variable("ROUNDUP_RELAY_PASSWORD", "s3cret")
        .run("send --year 2020 --confirm 2")
        .ends(2)
        .says("ROUNDUP_RELAY_PASSWORD and ROUNDUP_RELAY_TOKEN_COMMAND are both set");
    let server = Server::offering(plain(&[]), |_| Act::Go);
    trusting(2, &server)
        .run("send --year 2020 --confirm 2")
        .ends(6)
        .says("the server offers no login here")
        .says("587");
    assert!(server.said().iter().all(|line| !line.starts_with("MAIL")));
}

#[test]
fn doctor_and_test_say_what_to_change_like_send() {
    let refusal = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled";
    let server = Server::offering(plain(&["AUTH PLAIN"]), move |at| match at.stage {
        Stage::Login => Act::Answer(refusal),
        _ => Act::Go,
    });
    let charity = trusting(2, &server);
    for command in ["send --year 2020 --confirm 2", "doctor", "test 2020-12 --to me@charity.org.uk"]
    {
        charity.run(command).says("5.7.139").says("ROUNDUP_RELAY_TOKEN_COMMAND");
    }
}

#[test]
fn a_relay_that_loses_announced_messages_is_remembered_by_the_next_run() {
    let server = Server::scripted(|at| match (at.stage, at.message, at.connection) {
        (Stage::Mail, 2, 1) => Act::Answer("503 Bad sequence of commands"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(8).relay(&server);
    charity.run("send --year 2020 --confirm 8 --connections 1").ends(0).says("8 accepted");
    assert_eq!((server.everybody_once().len(), server.connections()), (8, 2));
    let remembered: serde_json::Value =
        serde_json::from_str(&charity.read(".roundup/relays.json")).unwrap();
    let relay = &remembered[format!("127.0.0.1:{}", server.port())];
    assert_eq!(relay["takes_no_announcement"], true, "{remembered}");
    charity.run("send --month 2020-12 --confirm 8 --connections 1").ends(0).says("8 accepted");
    assert_eq!(server.connections(), 3);
}

#[test]
fn after_a_crash_a_copy_in_hand_is_uncertain_before_anybody_sends_again() {
    let (sender, reached) = channel();
    let sender = Mutex::new(sender);
    let server = Server::scripted(move |at| {
        if at.stage == Stage::Dot {
            // The dot is here: that it was about to leave is in the ledger.
            sender.lock().unwrap().send(at.recipient.to_owned()).unwrap();
            return Act::Silence;
        }
        Act::Go
    });
    let charity = Charity::new().people(5).relay(&server);
    let mut child = charity.start("send --year 2020 --confirm 5 --connections 1 --rate 100/s");
    let person = reached.recv().unwrap();
    // While a run has it in progress, it may still come to anything.
    assert_eq!(charity.report("2020")["uncertain"], 0);
    child.kill().unwrap();
    child.wait().unwrap();
    let report = charity.report("2020");
    assert_eq!((&report["uncertain"], &report["planned"]), (&1.into(), &4.into()), "{report}");
    assert_eq!(report["rows"][0]["address"], person.as_str());
    assert_eq!(report["rows"][0]["status"], "uncertain");
    charity.run("status").ends(0).says("1 uncertain + 4 planned");
    charity.run(&format!("why {person}")).ends(0).says("uncertain");
}
