//! The fault matrix: what goes wrong, at which stage, on a new connection and on one that has served before; and what
//! becomes of the person's row, the run, the connection and the list of addresses that exist no more.

mod support;

use std::sync::Arc;
use std::time::Duration;

use roundup::message::{Envelope, Message};
use roundup::providers::Blame;
use roundup::providers::Correspondents;
use roundup::rfc::address::EmailAddress;
use roundup::send::relay::{Relay, SmtpRelay};
use roundup::send::verdict::{Refusal, RowFate, RunFate, Verdict, judge};
use roundup::smtp::RelayServer as Client;
use roundup::smtp::conversation::{Credentials, Security, Settings};
use roundup::smtp::deadlines::Deadlines;
use roundup::smtp::quirks::RememberedQuirks;
use support::server::Offer;
use support::{Act, Server, Stage};

/// The stages a fault can be put at, in the order of a session.
fn judged(outcome: &roundup::smtp::TransmitOutcome) -> Verdict {
    judge(outcome, Correspondents::default())
}

const STAGES: [Stage; 7] = [
    Stage::Banner,
    Stage::Hello,
    Stage::Login,
    Stage::Mail,
    Stage::Recipient,
    Stage::Data,
    Stage::Dot,
];

/// `row run connection`, a cell for each stage. Row: A accepted, D deferred, R rejected, S rejected and suppressed,
/// U uncertain, P planned again. Run: `.` goes on, `c` counts a failed connection, `r` a refusal, `u` a refusal
/// about us, `!` pauses. Connection: `+` serves again, `-` is gone. `=` is a fault that this stage does not have.
type Line = (&'static str, Act, [&'static str; 7]);

const MATRIX: [Line; 31] = [
    // What                  banner  hello  login   mail   rcpt   data   dot
    ("nothing goes wrong", Act::Go, ["A.+", "A.+", "A.+", "A.+", "A.+", "A.+", "A.+"]),
    ("F1 silence", Act::Silence, ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"]),
    ("F2 closes", Act::Close, ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"]),
    ("F3 breaks off", Act::Reset, ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"]),
    ("F4 421", Act::Answer("421 4.3.2 closing"), ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-"]),
    (
        "F5 450",
        Act::Answer("450 4.2.0 greylisted"),
        ["Pc-", "Pc-", "Pc-", "D.+", "D.+", "D.+", "D.+"],
    ),
    ("F5 451", Act::Answer("451 4.3.0 later"), ["Pc-", "Pc-", "Pc-", "P.+", "D.+", "P.+", "D.+"]),
    ("F5 452", Act::Answer("452 4.3.1 no room"), ["Pc-", "Pc-", "Pc-", "D.+", "D.+", "D.+", "D.+"]),
    (
        "F6 454",
        Act::Answer("454 4.7.0 throttled"),
        ["Pc-", "Pc-", "Pc-", "P.+", "P.+", "P.+", "P.+"],
    ),
    (
        "F7 5.1.1",
        Act::Answer("550 5.1.1 no such user"),
        ["P!-", "P!-", "P!-", "P!+", "Sr+", "Dr+", "Sr+"],
    ),
    (
        "F7 5.1.2",
        Act::Answer("550 5.1.2 no such domain"),
        ["P!-", "P!-", "P!-", "P!+", "Sr+", "Dr+", "Sr+"],
    ),
    (
        "F7 5.2.1",
        Act::Answer("550 5.2.1 mailbox disabled"),
        ["P!-", "P!-", "P!-", "P!+", "Sr+", "Dr+", "Sr+"],
    ),
    (
        "F8 5.2.2",
        Act::Answer("552 5.2.2 mailbox full"),
        ["P!-", "P!-", "P!-", "Dr+", "Dr+", "Dr+", "Dr+"],
    ),
    (
        "F8 5.3.4",
        Act::Answer("552 5.3.4 too big"),
        ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"],
    ),
    ("F9 5.7.1", Act::Answer("554 5.7.1 spam"), ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"]),
    (
        "F9 5.7.26",
        Act::Answer("550 5.7.26 no DMARC"),
        ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"],
    ),
    (
        "F9 5.7.515",
        Act::Answer("550 5.7.515 denied"),
        ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"],
    ),
    (
        "F10 535",
        Act::Answer("535 5.7.8 who are you"),
        ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"],
    ),
    (
        "F10 530",
        Act::Answer("530 5.7.0 log in first"),
        ["P!-", "P!-", "P!-", "P!+", "Du+", "Du+", "Du+"],
    ),
    ("F11 354", Act::Answer("354 out of place"), ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "=", "Uc-"]),
    ("F11 250", Act::Answer("250 out of place"), ["Pc-", "=", "Pc-", "A.+", "A.+", "Pc-", "A.+"]),
    (
        "F12 one answer too many",
        Act::GoAnd("250 extra"),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "A.-"],
    ),
    (
        "F13 mixed codes",
        Act::Raw(b"250-ok\r\n550 no\r\n"),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"],
    ),
    (
        "F14 drips",
        Act::Drip("250 slower than anybody waits for an answer to come"),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"],
    ),
    (
        "F15 no SMTP",
        Act::Raw(b"HTTP/1.1 400 Bad Request\r\n"),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"],
    ),
    (
        "F15 zero bytes",
        Act::Raw(b"\0\0\0\0\r\n"),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"],
    ),
    (
        "F15 not UTF-8",
        Act::Raw(b"250 caf\xe9\r\n"),
        ["Pc-", "=", "Pc-", "A.+", "A.+", "Pc-", "A.+"],
    ),
    (
        "F16 a line without end",
        Act::Raw(&[b'2'; 9000]),
        ["Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Pc-", "Uc-"],
    ),
    (
        "F17 a bare line feed",
        Act::Raw(b"250 ok\n"),
        ["Pc-", "=", "Pc-", "A.+", "A.+", "Pc-", "A.+"],
    ),
    ("F17 a code alone", Act::Raw(b"250\r\n"), ["Pc-", "=", "Pc-", "A.+", "A.+", "Pc-", "A.+"]),
    ("F9 a bare 550", Act::Answer("550 no"), ["P!-", "P!-", "P!-", "P!+", "Dr+", "Dr+", "Dr+"]),
];

fn message(recipient: &str) -> Message {
    Message {
        envelope: Envelope {
            sender: EmailAddress::parse("news@charity.example").unwrap(),
            recipient: EmailAddress::parse(recipient).unwrap(),
        },
        message_id: "1@charity.example".to_owned(),
        bytes: b"Subject: x\r\n\r\nwords\r\n".to_vec(),
    }
}

/// A server that only makes us wait is given up soon; any other has time enough on the slowest machine.
fn patience(act: Act) -> Duration {
    match act {
        Act::Silence | Act::Drip(_) => Duration::from_millis(500),
        _ => Duration::from_secs(20),
    }
}

fn client(server: &Server, credentials: Option<Credentials>, answer: Duration) -> SmtpRelay {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("certificate.pem");
    // A server with a certificate is spoken to over STARTTLS.
    let (security, trusted) = match &server.certificate {
        Some(certificate) => {
            std::fs::write(&path, certificate).unwrap();
            (Security::StartTls, Some(path.as_path()))
        }
        None => (Security::Plain, None),
    };
    let settings = Settings { ehlo_name: "charity.example".to_owned(), security, credentials };
    let deadlines = Deadlines { connect: answer, answer, message: answer, dot: answer };
    let client =
        Client::new("127.0.0.1".to_owned(), server.port(), settings, deadlines, trusted).unwrap();
    SmtpRelay::new(Arc::new(client), Arc::default())
}

/// What goes wrong between STARTTLS and the first word inside: it is always about us, and nothing ever leaves in the clear.
const AT_STARTTLS: [(&str, Act, &str); 16] = [
    ("nothing goes wrong", Act::Go, "A.+"),
    ("F1 silence", Act::Silence, "Pc-"),
    ("F2 closes", Act::Close, "Pc-"),
    ("F3 breaks off", Act::Reset, "Pc-"),
    ("F4 421", Act::Answer("421 4.3.2 closing"), "Pc-"),
    ("F5 451", Act::Answer("451 4.3.0 later"), "Pc-"),
    ("F10 530", Act::Answer("530 5.7.0 no"), "P!-"),
    ("F11 354", Act::Answer("354 out of place"), "Pc-"),
    ("F12 one answer too many", Act::GoAnd("250 extra"), "P!-"),
    ("F12 a whole session slipped in", Act::GoAnd("250-evil\r\n250 AUTH PLAIN"), "P!-"),
    ("F13 mixed codes", Act::Raw(b"220-ok\r\n550 no\r\n"), "Pc-"),
    ("F14 drips", Act::Drip("220 slower than anybody waits for an answer to come"), "Pc-"),
    ("F15 no SMTP", Act::Raw(b"HTTP/1.1 400 Bad Request\r\n"), "Pc-"),
    ("F16 a line without end", Act::Raw(&[b'2'; 9000]), "Pc-"),
    ("F19 454", Act::Answer("454 4.7.0 no TLS today"), "Pc-"),
    ("F19 502", Act::Answer("502 5.5.1 what?"), "P!-"),
];

/// What arrives while the message is under way, before its dot has left: a server that gives up early. The dot never follows.
const IN_MID_BODY: [(&str, Act, &str); 6] = [
    ("F2 closes", Act::Close, "Pc-"),
    ("F3 breaks off", Act::Reset, "Pc-"),
    ("F4 421", Act::Answer("421 4.3.2 shutting down"), "Pc-"),
    ("F12 an answer nobody asked for", Act::Answer("250 2.0.0 taken"), "Pc-"),
    ("a refusal", Act::Answer("552 5.3.4 too much"), "Du-"),
    ("a refusal for now", Act::Answer("452 4.3.1 no room"), "D.-"),
];

/// How commands reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    OneByOne,
    /// MAIL, RCPT and DATA in one write.
    InGroups,
    /// The same, in one write with the dot of the message before.
    Announced,
}

fn letters(verdict: &Verdict) -> String {
    let row = match &verdict.row {
        RowFate::Accepted { .. } => 'A',
        RowFate::Deferred { .. } => 'D',
        RowFate::Rejected { suppress: false, .. } => 'R',
        RowFate::Rejected { suppress: true, .. } => 'S',
        RowFate::Uncertain { .. } => 'U',
        RowFate::Released { .. } => 'P',
    };
    let run = match verdict.run {
        RunFate::GoOn => '.',
        RunFate::ConnectionFailed { .. } | RunFate::SessionLost { .. } => 'c',
        RunFate::Refused(Refusal { about: Blame::Us, .. }) => 'u',
        RunFate::Refused(_) => 'r',
        RunFate::Pause { .. } => '!',
    };
    format!("{row}{run}")
}

/// Sends one message that meets the fault, and says what became of everything. `before` messages have gone well on the
/// same connection.
async fn cell(act: Act, stage: Stage, before: usize, way: Way) -> String {
    let mut extensions = vec!["AUTH PLAIN", "SIZE 100000"];
    if way != Way::OneByOne {
        extensions.push("PIPELINING");
    }
    let server = Server::offering(Offer { extensions, ..Offer::default() }, move |at| {
        // The opening of a session happens once; the rest once a message.
        let opening = at.stage < Stage::Mail;
        let meets =
            at.stage == stage && at.connection == 1 && (opening || at.message == before + 1);
        if meets { act } else { Act::Go }
    });
    let login = Credentials::new("ann".to_owned(), "secret".to_owned());
    let mut relay = client(&server, Some(login), patience(act));
    let ann = message("ann@example.org");
    for number in 0..before {
        let next = (way == Way::Announced && number + 1 == before).then_some(&ann);
        let outcome =
            relay.transmit(&message(&format!("before{number}@example.org")), leave(), next).await;
        assert!(matches!(judged(&outcome).row, RowFate::Accepted { .. }), "{outcome:?}");
    }
    let outcome = relay.transmit(&ann, leave(), None).await;
    let verdict = judged(&outcome);
    let row = letters(&verdict);
    // The next message shows whether the connection lives; whatever happened, its own answer is its own.
    let next = relay.transmit(&message("next@example.org"), leave(), None).await;
    assert!(matches!(judged(&next).row, RowFate::Accepted { .. }), "the next message: {next:?}");
    let connection = if server.connections() == 1 { '+' } else { '-' };
    // What the ledger says and what the server took must agree, but for the uncertain.
    let taken = server.taken().iter().filter(|taken| taken.recipient == "ann@example.org").count();
    match row.as_bytes()[0] {
        b'A' => assert_eq!(taken, 1, "recorded as sent, and not taken"),
        b'U' => assert!(taken <= 1),
        _ => assert_eq!(taken, 0, "taken, and not recorded as sent"),
    }
    format!("{row}{connection}")
}

fn leave() -> roundup::send::relay::Leave<'static> {
    Box::pin(async { Ok(()) })
}

async fn compare(before: usize, way: Way) {
    let mut wrong = Vec::new();
    let mut cells = 0;
    for (name, act, expected) in MATRIX {
        let row = STAGES
            .into_iter()
            .zip(expected)
            // A connection that has served before has its opening behind it.
            .filter(|(stage, expected)| *expected != "=" && (before == 0 || *stage >= Stage::Mail))
            .map(|(stage, expected)| (stage, expected, tokio::spawn(cell(act, stage, before, way))))
            .collect::<Vec<_>>();
        for (stage, expected, found) in row {
            cells += 1;
            let found = found.await.unwrap();
            // A session that is lost while a message is only announced is replaced, and the message goes over the new one.
            let is_goodbye = name.starts_with("F4");
            let in_message = stage == Stage::Data && matches!(act, Act::GoAnd(_));
            let is_replaced =
                way == Way::Announced && stage < Stage::Dot && expected == "Pc-" && !in_message;
            let expected = if is_replaced && !is_goodbye { "A.-" } else { expected };
            if found != expected {
                wrong.push(format!("{name} at {stage:?}: {found}, and not {expected}"));
            }
        }
    }
    assert!(cells > 100, "{cells}");
    assert!(wrong.is_empty(), "{} of {cells}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_new_connection() {
    compare(0, Way::InGroups).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_connection_that_has_served_before() {
    compare(2, Way::InGroups).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_message_that_was_announced_with_the_last_ones_dot() {
    compare(2, Way::Announced).await;
}

/// How servers lose the commands that stand behind a message's end in one packet.
const BEHIND_THE_DOT: [(&str, Act, Stage); 6] = [
    ("Haraka: 503", Act::Answer("503 5.5.1 pipelining is not allowed here"), Stage::Mail),
    ("503 at RCPT", Act::Answer("503 5.5.1 no sender"), Stage::Recipient),
    ("503 at DATA", Act::Answer("503 5.5.1 no recipient"), Stage::Data),
    ("MAIL is dropped", Act::Silence, Stage::Mail),
    ("RCPT is dropped", Act::Silence, Stage::Recipient),
    ("DATA is dropped", Act::Silence, Stage::Data),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_loses_announced_messages_is_learnt_once_and_nobody_pays_for_it() {
    for (name, act, stage) in BEHIND_THE_DOT {
        let offer = Offer { extensions: vec!["PIPELINING"], ..Offer::default() };
        let server = Server::offering(offer, move |at| {
            // The first message of a connection has nothing in front of it.
            if at.stage == stage && at.message == 2 && at.connection == 1 { act } else { Act::Go }
        });
        let remembered = Arc::new(std::sync::Mutex::new(0));
        let count = Arc::clone(&remembered);
        let settings = Settings {
            ehlo_name: "charity.example".to_owned(),
            security: Security::Plain,
            credentials: None,
        };
        let deadlines = Deadlines::of_answers(patience(act));
        let known = RememberedQuirks::default();
        let client =
            Client::new("127.0.0.1".to_owned(), server.port(), settings, deadlines, None).unwrap();
        let client = client.with_quirks(known, move |quirks| {
            assert!(quirks.takes_no_announcement);
            *count.lock().unwrap() += 1;
        });
        let mut relay = SmtpRelay::new(Arc::new(client), Arc::default());
        let messages: Vec<_> = (0..6).map(|n| message(&format!("p{n}@example.org"))).collect();
        for (n, this) in messages.iter().enumerate() {
            let outcome = relay.transmit(this, leave(), messages.get(n + 1)).await;
            assert!(
                matches!(judged(&outcome).row, RowFate::Accepted { .. }),
                "{name}: {outcome:?}"
            );
        }
        assert_eq!(server.everybody_once().len(), 6, "{name}");
        assert_eq!((server.connections(), *remembered.lock().unwrap()), (2, 1), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_refused_end_rset_comes_first_and_an_open_transaction_costs_a_connection() {
    // Postfix keeps the transaction open: MAIL is answered 503 until RSET.
    let offer = Offer { extensions: vec!["PIPELINING"], ..Offer::default() };
    let server = Server::offering(offer, |at| match (at.stage, at.recipient) {
        (Stage::Dot, "p1@example.org") => Act::Answer("550 5.7.1 end-of-data restriction"),
        _ => Act::Go,
    });
    let mut relay = client(&server, None, patience(Act::Go));
    let messages: Vec<_> = (0..4).map(|n| message(&format!("p{n}@example.org"))).collect();
    for this in &messages {
        relay.transmit(this, leave(), None).await;
    }
    assert_eq!(server.everybody_once().len(), 3);
    assert_eq!(server.connections(), 1);
    let said = server.said();
    let after = said.iter().position(|line| line.contains("RCPT TO:<p1@")).unwrap();
    let next: Vec<&String> = said[after..].iter().filter(|line| line.contains("RSET")).collect();
    assert_eq!(next.len(), 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_that_takes_one_command_at_a_time() {
    compare(0, Way::OneByOne).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_starttls_and_the_first_word_inside() {
    let mut wrong = Vec::new();
    for (name, act, expected) in AT_STARTTLS {
        let extensions = vec!["STARTTLS", "AUTH PLAIN", "PIPELINING"];
        let offer = Offer { extensions, implicit: false, tls: true };
        let server = Server::offering(offer, move |at| {
            if at.stage == Stage::StartTls && at.connection == 1 { act } else { Act::Go }
        });
        let login = Credentials::new("ann".to_owned(), "secret".to_owned());
        let mut relay = client(&server, Some(login), patience(act));
        let outcome = relay.transmit(&message("ann@example.org"), leave(), None).await;
        let row = letters(&judged(&outcome));
        if !row.starts_with('A') {
            // Nothing but the greeting and the wish for TLS was said in the clear.
            let said = server.said();
            let is_harmless =
                |line: &String| line.starts_with("EHLO") || line.starts_with("STARTTLS");
            assert!(
                said.iter().all(|line| is_harmless(line) || line == "QUIT"),
                "{name}: {said:?}"
            );
            assert_eq!(server.taken().len(), 0, "{name}");
        }
        let next = relay.transmit(&message("next@example.org"), leave(), None).await;
        assert!(matches!(judged(&next).row, RowFate::Accepted { .. }), "{name}: {next:?}");
        let connection = if server.connections() == 1 { '+' } else { '-' };
        let found = format!("{row}{connection}");
        if found != expected {
            wrong.push(format!("{name}: {found}, and not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_mid_body_the_dot_never_follows() {
    let mut wrong = Vec::new();
    for (name, act, expected) in IN_MID_BODY {
        let server = Server::offering(
            Offer { extensions: vec!["PIPELINING"], ..Offer::default() },
            move |at| if at.stage == Stage::Body && at.connection == 1 { act } else { Act::Go },
        );
        let mut relay = client(&server, None, patience(act));
        // The ledger gives leave when the server has had its say: what it said is there before the dot would leave.
        let happened = server.acted();
        let leave: roundup::send::relay::Leave<'_> = Box::pin(async move {
            tokio::task::spawn_blocking(move || happened.recv().unwrap()).await.unwrap();
            Ok(())
        });
        let outcome = relay.transmit(&message("ann@example.org"), leave, None).await;
        let row = letters(&judged(&outcome));
        let next = relay.transmit(&message("next@example.org"), self::leave(), None).await;
        assert!(matches!(judged(&next).row, RowFate::Accepted { .. }), "{name}: {next:?}");
        let connection = if server.connections() == 1 { '+' } else { '-' };
        let taken: Vec<String> = server.taken().into_iter().map(|taken| taken.recipient).collect();
        assert_eq!(taken, ["next@example.org"], "{name}");
        let found = format!("{row}{connection}");
        if found != expected {
            wrong.push(format!("{name}: {found}, and not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_the_message_is_never_ended() {
    let server = Server::good();
    let mut relay = client(&server, None, patience(Act::Go));
    let refused: roundup::send::relay::Leave<'_> =
        Box::pin(async { Err("the disk is full".to_owned()) });
    let outcome = relay.transmit(&message("ann@example.org"), refused, None).await;
    let verdict = judged(&outcome);
    assert!(matches!(verdict.row, RowFate::Released { .. }), "{verdict:?}");
    assert!(matches!(verdict.run, RunFate::Pause { .. }), "{verdict:?}");
    relay.close().await;
    assert_eq!(server.taken().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_larger_than_the_server_takes_is_not_begun() {
    let offer = Offer { extensions: vec!["SIZE 10"], ..Offer::default() };
    let server = Server::offering(offer, |_| Act::Go);
    let mut relay = client(&server, None, patience(Act::Go));
    let outcome = relay.transmit(&message("ann@example.org"), leave(), None).await;
    assert!(matches!(judged(&outcome).run, RunFate::Pause { .. }), "{outcome:?}");
    assert!(server.said().iter().all(|line| !line.starts_with("MAIL")));
}
