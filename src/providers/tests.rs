//! Every reply of `tests/replies/replies.txt`, and what must hold of the tables.
//! Pure: data in, verdicts out.

use super::*;

/// `(name, stage, reply, about)` of every line.
fn replies() -> Vec<(&'static str, Stage, Reply, &'static str)> {
    replies_of(include_str!("../../tests/replies/replies.txt"))
}

fn replies_of(text: &'static str) -> Vec<(&'static str, Stage, Reply, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").collect();
            let [name, stage, reply, about] = parts[..] else { panic!("{line}") };
            let stage = match stage {
                "banner" => Stage::Banner,
                "ehlo" => Stage::Hello,
                "auth" => Stage::Login,
                "mail" => Stage::Mail,
                "rcpt" => Stage::Recipient,
                "data" => Stage::Data,
                "dot" => Stage::Dot,
                _ => panic!("{line}"),
            };
            let texts: Vec<&str> = reply.split("\\n").collect();
            let text_of = |line: &str| line.get(4..).unwrap_or_default().to_owned();
            let mut reply = Reply::new(texts[0][..3].parse().unwrap(), &text_of(texts[0]));
            reply.lines = texts.iter().map(|line| text_of(line)).collect();
            (name, stage, reply, about)
        })
        .collect()
}

fn word(about: Blame) -> &'static str {
    match about {
        Blame::Us => "us",
        Blame::Person => "person",
        Blame::Later => "later",
        Blame::Unclear => "unclear",
    }
}

#[test]
fn every_reply_is_about_whom_it_is_about() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, stage, reply, about) in replies() {
        if reply.code < 400 {
            continue;
        }
        count += 1;
        let meaning = meaning(stage, &reply);
        if word(meaning.about) != about {
            wrong.push(format!("{name}: {meaning:?}, and not {about}"));
        }
    }
    assert!(count > 120, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_and_echoes_are_no_reasons() {
    let between = Correspondents {
        sender: "news@charity.example",
        domain: "charity.example",
        recipient: "p@example.com",
    };
    let mut wrong = Vec::new();
    for (name, stage, reply, about) in replies_of(include_str!("../../tests/replies/whom.txt")) {
        let found = meaning_between(stage, &reply, between);
        if !about.split(',').any(|about| about == word(found.about)) {
            wrong.push(format!("{name}: {found:?}, and not {about}: {reply}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_absence_after_a_message_is_the_persons_filter_where_their_host_is_known_for_that() {
    use RefusalKind::{Closed, NoMailbox};
    for (recipient, stage, kind) in [
        ("hanako@docomo.ne.jp", Stage::Dot, Closed),
        ("hanako@docomo.ne.jp", Stage::Recipient, NoMailbox),
        ("taro@ezweb.ne.jp", Stage::Dot, Closed),
        ("ann@example.org", Stage::Dot, NoMailbox),
    ] {
        let between = Correspondents { recipient, ..Correspondents::default() };
        let reply = Reply::new(550, &format!("Unknown user {recipient}"));
        let found = meaning_between(stage, &reply, between);
        assert_eq!((found.kind, found.about), (kind, Blame::Person), "{recipient}");
    }
}

#[test]
fn a_greeting_that_is_not_understood_is_not_a_wrong_name() {
    use RefusalKind::{BlockList, EhloName, NoEhlo};
    for (stage, code, text, kind) in [
        (Stage::Hello, 500, "5.5.1 Command unrecognized: \"EHLO mail.charity.example\"", NoEhlo),
        (Stage::Hello, 502, "Command not implemented", NoEhlo),
        (Stage::Hello, 500, "Syntax error", NoEhlo),
        (Stage::Mail, 503, "5.5.1 Error: send HELO/EHLO first", NoEhlo),
        (Stage::Hello, 501, "Syntactically invalid EHLO argument(s)", EhloName),
        (
            Stage::Recipient,
            504,
            "5.5.2 <desk>: Helo command rejected: need fully-qualified hostname",
            EhloName,
        ),
        (
            Stage::Recipient,
            554,
            "5.7.1 <mail.charity.example>: Helo command rejected: Host is blacklisted",
            BlockList,
        ),
    ] {
        let found = meaning(stage, &Reply::new(code, text));
        assert_eq!((found.kind, found.about), (kind, Blame::Us), "{text}");
    }
}

/// All of these stop a run: only the cure differs.
#[test]
fn the_cure_is_that_of_the_stronger_reason() {
    use RefusalKind::{BlockList, Login, LoginAttempts};
    for (stage, text, kind) in [
        (
            Stage::Login,
            "5.7.8 Error: authentication failed: too many logon attempts",
            LoginAttempts,
        ),
        (Stage::Login, "5.7.0 Authentication failed, too many failed attempts", LoginAttempts),
        (Stage::Login, "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", Login),
        (Stage::Mail, "Mail from a dynamic IP, unauthenticated", BlockList),
        (
            Stage::Banner,
            "A problem occurred. (Ask your postmaster for help or to contact tosa@rx.example) (BL)",
            BlockList,
        ),
    ] {
        let code = if stage == Stage::Login { 535 } else { 554 };
        assert_eq!(meaning(stage, &Reply::new(code, text)).kind, kind, "{text}");
    }
}

/// A server that has looked for our own mailbox repeats the words about it: they say nothing about whoever is written to.
#[test]
fn words_about_the_sender_outweigh_what_is_said_of_a_mailbox() {
    let persons = replies().into_iter().filter(|(_, stage, reply, about)| {
        *about == "person" && meaning(*stage, reply).kind.is_gone()
    });
    let mut count = 0;
    for (name, stage, reply, _) in persons {
        for words in [
            "Sender address rejected: undeliverable address:",
            "Sender verify failed:",
            "sender mailbox:",
            "please log in first:",
            "relay access denied:",
            "MAIL FROM refused:",
        ] {
            let mut reply = reply.clone();
            reply.lines.insert(0, words.to_owned());
            let about = meaning(stage, &reply).about;
            assert_ne!(about, Blame::Person, "{name}: {words}");
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn nobody_is_named_before_rcpt_nor_at_data() {
    for (name, _, reply, _) in replies().into_iter().filter(|(_, _, reply, _)| reply.code >= 400) {
        for stage in
            [Stage::Banner, Stage::Hello, Stage::Tls, Stage::Login, Stage::Mail, Stage::Data]
        {
            assert_ne!(meaning(stage, &reply).about, Blame::Person, "{name} at {stage:?}");
        }
    }
}

#[test]
fn not_now_is_never_about_the_person_and_words_without_meaning_are_about_nobody() {
    for (name, stage, mut reply, _) in replies() {
        reply.code = 450;
        assert_ne!(meaning(stage, &reply).about, Blame::Person, "{name}");
    }
    for code in [500, 501, 502, 503, 504, 541, 550, 551, 552, 553, 554, 555, 571] {
        for text in ["", "no", "5.0.0 no", "5.9.9 Kein Zugang", "5.7.1 non", "\u{fffd}\u{fffd}"] {
            for stage in [Stage::Recipient, Stage::Data, Stage::Dot] {
                let about = meaning(stage, &Reply::new(code, text)).about;
                assert_eq!(about, Blame::Unclear, "{code} {text}");
            }
        }
    }
}

#[test]
fn an_address_in_a_reply_is_never_its_reason() {
    for word in ["spam", "quota", "login", "unknown.user", "virus", "relaying"] {
        let reply =
            Reply::new(550, &format!("<{word}@example.org>: no, see https://{word}.example/x"));
        assert_eq!(meaning(Stage::Recipient, &reply).about, Blame::Unclear, "{word}");
    }
}

#[test]
fn each_row_can_be_reached_and_each_group_has_a_source() {
    for group in GROUPS {
        assert!(!group.rows.is_empty() && group.source.len() > 8, "{}", group.provider);
        for ReplyRule(status, words, kind) in group.rows {
            assert!(!(status.is_empty() && words.is_empty()), "{}: a row fits all", group.provider);
            assert_eq!(words.to_lowercase(), **words, "words stand in lower case");
            assert!(!kind.cure().is_empty());
        }
    }
    assert_eq!(sources().count(), GROUPS.len());
}

#[test]
fn each_kind_has_a_name_and_a_cure_of_its_own() {
    let names: std::collections::BTreeSet<_> =
        RefusalKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), RefusalKind::ALL.len());
    for kind in RefusalKind::ALL {
        assert!(!kind.cure().ends_with('.'), "{}", kind.cure());
        assert_ne!(kind.about(false), Blame::Person, "{kind:?}: not now is not never");
    }
}
