//! The whole way round: a relay that others wrote takes the edition, returns what it cannot deliver, and brings what people
//! answer; `inbox` reads the mailbox over IMAP.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::daemons::{Daemon, dovecot, exim_with_mailbox, postfix_with_mailbox};
use crate::support::{Act, Charity, Server, Stage};

/// What takes longer on this computer is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A person's email, through the relay.
fn write_to(relay: &Daemon, recipient: &str, email: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", relay.port)).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut answered = |expected: &str| {
        let last = lines.find(|line| line.as_ref().unwrap().as_bytes().get(3) == Some(&b' '));
        let last = last.unwrap().unwrap();
        assert!(last.starts_with(expected), "{last}");
    };
    answered("220");
    for (command, expected) in [
        ("EHLO reader.example".to_owned(), "250"),
        ("MAIL FROM:<p1@example.org>".to_owned(), "250"),
        (format!("RCPT TO:<{recipient}>"), "250"),
        ("DATA".to_owned(), "354"),
        (format!("{}\r\n.", email.replace('\n', "\r\n")), "250"),
        ("QUIT".to_owned(), "221"),
    ] {
        write!(stream, "{command}\r\n").unwrap();
        answered(expected);
    }
}

fn goes_round(start: impl Fn(&Server, &Daemon) -> Option<Daemon>) {
    let Some(mailbox) = dovecot(&[]) else { return };
    let server = Server::scripted(|moment| match (moment.stage, moment.recipient) {
        (Stage::Recipient, "p2@example.org") => Act::Answer("550 5.1.1 No such user here"),
        (Stage::Recipient, "p3@example.org") => {
            Act::Answer("554 5.7.1 Client host blocked using zen.spamhaus.org")
        }
        _ => Act::Go,
    });
    let Some(relay) = start(&server, &mailbox) else { return };
    let authority = std::fs::read_to_string(mailbox.path("ca.pem")).unwrap();
    let charity = Charity::new().people(6);
    let settings = format!("{}ca_file = \"ca.pem\"\n", charity.read("roundup.toml"));
    let charity = charity
        .file("ca.pem", authority)
        .file("roundup.toml", settings)
        .variable("ROUNDUP_RELAY", &relay.address())
        .variable("ROUNDUP_INBOX", &format!("imaps://localhost:{}", mailbox.port))
        .variable("ROUNDUP_INBOX_USERNAME", "ann")
        .variable("ROUNDUP_INBOX_PASSWORD", "secret");
    charity.run("send --year 2020 --dry-run").ends(0);
    let message = charity.message_to("p1@example.org");
    let token = message.split("subject=unsubscribe%20").nth(1).unwrap().split('>').next().unwrap();
    charity.run("send --year 2020 --confirm 6").ends(0).says("6 accepted");
    write_to(
        &relay,
        "news@charity.example",
        &format!(
            "From: p1@example.org\nTo: news@charity.example\nSubject: unsubscribe {token}\n\nGoodbye"
        ),
    );
    let begin = Instant::now();
    let waiting = || std::fs::read_dir(mailbox.path("mail/new")).unwrap().count();
    while waiting() < 3 {
        assert!(
            begin.elapsed() < PATIENCE,
            "{} of 3 emails; {}",
            waiting(),
            relay.read("mail.log")
        );
        std::thread::yield_now();
    }
    charity.run("inbox").ends(0).says("1 person left");
    charity.run("why p1@example.org").ends(0).says("unsubscribed by email");
    charity
        .run("why p2@example.org")
        .ends(0)
        .says("Is not mailed: an earlier message was rejected for good");
    // The relay's own name is blocked: that is about us.
    let blocked = charity.run("why p3@example.org").ends(0);
    assert!(!blocked.stdout.contains("Is not mailed"), "{}", blocked.stdout);
    // Everything is settled, and counts once.
    charity.run("inbox").ends(4).says("0 people left");
    let delivered: Vec<String> = server.everybody_once();
    assert_eq!(delivered, ["p0", "p1", "p4", "p5"].map(|name| format!("{name}@example.org")));
}

#[test]
fn through_postfix() {
    goes_round(postfix_with_mailbox);
}

#[test]
fn through_exim() {
    goes_round(exim_with_mailbox);
}
