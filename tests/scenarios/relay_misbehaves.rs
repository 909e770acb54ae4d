//! The relay refuses, closes, answers nonsense or never answers: one clear line, the right exit code, nobody lost.

use crate::support::server::Offer;
use crate::support::{Act, Charity, Server, Stage};

#[test]
fn nobody_listens() {
    let charity = Charity::new().people(5);
    // A port that was free a moment ago, and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let command = format!("send --year 2020 --confirm 5 --relay smtp://127.0.0.1:{port}");
    charity.run(&command).ends(6).says("connection refused").says("roundup send 2020");
    assert_eq!(charity.report("2020")["planned"], 5);
}

#[test]
fn it_closes_or_says_nothing_or_nonsense_at_every_stage_before_the_dot() {
    let stages = [Stage::Banner, Stage::Hello, Stage::Mail, Stage::Recipient, Stage::Data];
    for stage in stages {
        for act in [Act::Close, Act::Silence, Act::Answer("hello there")] {
            let server = Server::scripted(move |at| if at.stage == stage { act } else { Act::Go });
            let charity = Charity::new().people(3).relay(&server);
            let ran = charity.run("send --year 2020 --confirm 3 --connections 1");
            let ran = ran.ends(6);
            assert!(ran.stderr.contains("error: "), "{stage:?} {act:?} {ran:?}");
            let report = charity.report("2020");
            let open = report["planned"].as_u64().unwrap() + report["deferred"].as_u64().unwrap();
            assert_eq!((open, server.taken().len()), (3, 0), "{stage:?} {act:?} {report}");
        }
    }
}

#[test]
fn it_closes_after_the_dot() {
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Dot, "p1@example.org") => Act::TakeAndClose,
        _ => Act::Go,
    });
    let charity = Charity::new().people(5).relay(&server);
    charity.run("send --year 2020 --confirm 5").ends(5).says("4 accepted + 1 uncertain");
    assert_eq!(server.everybody_once().len(), 5);
    // It is never sent again by itself.
    charity.run("send --year 2020 --confirm 5").ends(0).says("is finished");
    assert_eq!(server.taken().len(), 5);
    charity.run("resolve 2020").ends(0).says("p1@example.org").says("Message-ID");
    charity.run("resolve 2020 --assume-sent").ends(0);
    assert_eq!(charity.report("2020")["accepted"], 5);
}

#[test]
fn an_uncertain_copy_is_sent_again_only_on_somebodys_word() {
    let server = Server::scripted(|at| match (at.stage, at.recipient, at.before) {
        (Stage::Dot, "p1@example.org", 0) => Act::Close,
        _ => Act::Go,
    });
    let charity = Charity::new().people(3).relay(&server);
    charity.run("send --year 2020 --confirm 3").ends(5);
    charity.run("resolve 2020 --resend --only p1@example.org").ends(0);
    charity.run("send --year 2020 --confirm 3").ends(0);
    assert_eq!(server.everybody_once().len(), 3);
}

#[test]
fn one_person_is_refused_and_the_others_are_not() {
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Recipient, "p2@example.org") => Act::Answer("550 5.1.1 no such user"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(6).relay(&server);
    charity
        .run("send --year 2020 --confirm 6 --connections 1")
        .ends(5)
        .says("p2@example.org: not delivered: 550 5.1.1 no such user")
        .says("5 accepted + 1 rejected");
    // Until somebody has looked at it, neither command calls it done.
    charity.run("send --year 2020").ends(5);
    charity.run("report 2020").ends(5);
    assert_eq!(server.everybody_once().len(), 5);
    // The address does not exist: later editions leave it out.
    charity.run("why p2@example.org").ends(0).says("an earlier message was rejected for good");
    charity.run("send --month 2020-12 --confirm 5").ends(0).says("5 people = 5 accepted");
}

#[test]
fn greylisted_people_are_tried_again() {
    let server = Server::scripted(|at| match (at.stage, at.before) {
        (Stage::Recipient, 0) => Act::Answer("451 4.7.1 greylisted, come back later"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(8).relay(&server);
    charity.run("send --year 2020 --confirm 8").ends(0).says("8 accepted");
    assert_eq!(server.everybody_once().len(), 8);
}

#[test]
fn deferred_people_wait_for_the_next_run_when_it_takes_long() {
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Dot, "p0@example.org") => Act::Answer("452 4.2.2 mailbox full"),
        _ => Act::Go,
    });
    let settings = Charity::new()
        .people(2)
        .read("roundup.toml")
        .replace("retry_after_seconds = 0", "retry_after_seconds = 80000");
    let charity = Charity::new().people(2).file("roundup.toml", settings).relay(&server);
    charity
        .run("send --year 2020 --confirm 2")
        .ends(6)
        .says("the relay wants 1 person to be tried again later");
    assert_eq!(charity.report("2020")["deferred"], 1);
}

#[test]
fn a_refusal_about_us_stops_the_run_and_touches_nobody() {
    for (stage, answer) in [
        (Stage::Banner, "554 5.3.2 go away"),
        (Stage::Mail, "550 5.7.1 your domain may not send here"),
        (Stage::Dot, "550 5.7.26 no DMARC, no mail"),
    ] {
        let server =
            Server::scripted(
                move |at| {
                    if at.stage == stage { Act::Answer(answer) } else { Act::Go }
                },
            );
        let charity = Charity::new().people(20).relay(&server);
        charity.run("send --year 2020 --confirm 20 --connections 1").ends(6).says(answer);
        let report = charity.report("2020");
        let waiting = report["planned"].as_u64().unwrap() + report["deferred"].as_u64().unwrap();
        assert_eq!((waiting, report["rejected"].as_u64()), (20, Some(0)), "{answer}");
    }
}

#[test]
fn a_wrong_password_is_tried_once() {
    let offer = Offer { extensions: vec!["AUTH PLAIN LOGIN"], ..Offer::default() };
    let server = Server::offering(offer, |at| match at.stage {
        Stage::Login => Act::Answer("535 5.7.8 bad username or password"),
        _ => Act::Go,
    });
    let charity = Charity::new()
        .people(9)
        .relay(&server)
        .variable("ROUNDUP_RELAY_USERNAME", "ann")
        .variable("ROUNDUP_RELAY_PASSWORD", "s3cret");
    let ran = charity.run("send --year 2020 --confirm 9 --connections 1").ends(6).says("535 5.7.8");
    assert!(!ran.stderr.contains("s3cret"));
    let logins = server.said().iter().filter(|line| line.starts_with("AUTH")).count();
    assert_eq!(logins, 1);
}

#[test]
fn a_late_answer_never_becomes_anothers() {
    // The answer to the first message is followed by one to no command.
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Dot, "p0@example.org") => Act::GoAnd("250 2.0.0 taken"),
        (Stage::Dot, "p1@example.org") => Act::Answer("554 5.6.0 broken message"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(4).relay(&server);
    charity
        .run("send --year 2020 --confirm 4 --connections 1")
        .ends(6)
        .says("3 accepted + 1 deferred");
    let rejected = &charity.report("2020")["rows"][0];
    assert_eq!(rejected["address"], "p1@example.org");
    assert_eq!(server.connections(), 2);
}

#[test]
fn who_is_never_taken_expires_and_is_listed() {
    let server = Server::scripted(|at| match (at.stage, at.recipient) {
        (Stage::Recipient, "p1@example.org") => Act::Answer("450 4.2.1 busy"),
        _ => Act::Go,
    });
    let charity = Charity::new().people(3);
    let settings = charity.read("roundup.toml") + "expires_after_hours = 0\n";
    let charity = charity.file("roundup.toml", settings).relay(&server);
    charity
        .run("send --year 2020 --confirm 3")
        .ends(5)
        .says("2 accepted + 1 expired")
        .says("450 4.2.1 busy (tried 3 times)");
}
