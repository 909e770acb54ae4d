//! The relay says no: to everybody after some thousand, about everybody, about a few. Nobody is lost, and somebody decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::support::{Act, Charity, Server, Stage, Terminal};

/// A server that gives an answer at a stage from the `after`th message on, until it is cured.
fn after(after: usize, stage: Stage, answer: &'static str) -> (Server, Arc<AtomicBool>) {
    let cured = Arc::new(AtomicBool::new(false));
    let is_cured = Arc::clone(&cured);
    let accepted = AtomicUsize::new(0);
    let server = Server::scripted(move |at| {
        let is_refused = accepted.load(Ordering::SeqCst) >= after
            && at.stage == stage
            && !is_cured.load(Ordering::SeqCst);
        if is_refused {
            return Act::Answer(answer);
        }
        if at.stage == Stage::Dot {
            accepted.fetch_add(1, Ordering::SeqCst);
        }
        Act::Go
    });
    (server, cured)
}

#[test]
fn a_daily_limit_is_used_up_and_the_same_command_mails_the_rest() {
    for (stage, answer) in [
        (Stage::Dot, "550 5.4.5 Daily user sending limit exceeded"),
        (
            Stage::Dot,
            "550 5.1.90 Your message cannot be sent because you have reached your daily limit for message recipients",
        ),
        (Stage::Dot, "454 Throttling failure: Daily message quota exceeded."),
        (Stage::Recipient, "554 5.7.1 Sender has exceeded the message quota for today"),
        (Stage::Recipient, "550 5.4.5 You have reached your daily SMTP relay limit"),
        (Stage::Mail, "550 5.4.5 Daily sending quota exceeded"),
    ] {
        let (server, cured) = after(30, stage, answer);
        let charity = Charity::new().people(60).relay(&server);
        let command = "send --year 2020 --confirm 60 --connections 1";
        for _ in 0..2 {
            charity
                .run(command)
                .ends(6)
                .says(&answer[4..20])
                .says("the relay's limit is used up")
                .says("nobody was missed: 30 people left");
        }
        let report = charity.report("2020");
        assert_eq!((&report["accepted"], &report["rejected"]), (&30.into(), &0.into()), "{report}");
        cured.store(true, Ordering::SeqCst);
        charity.run(command).ends(0).says("60 accepted");
        assert_eq!(server.everybody_once().len(), 60, "{answer}");
    }
}

#[test]
fn no_such_user_for_everybody_is_about_us_and_nobody_is_written_off() {
    for (first, answer) in [
        (0, "550 5.1.1 User unknown in relay recipient table"),
        (0, "550 5.1.2 Domain not found"),
        (25, "550 5.1.1 User unknown in relay recipient table"),
    ] {
        let (server, cured) = after(first, Stage::Recipient, answer);
        let charity = Charity::new().people(60).relay(&server);
        let command = "send --year 2020 --confirm 60 --connections 1";
        charity.run(command).ends(6).says("the same reply").says("check that the relay knows");
        let report = charity.report("2020");
        assert_eq!(
            (&report["accepted"], &report["rejected"]),
            (&first.into(), &0.into()),
            "{report}"
        );
        assert!(!charity.run("why p59@example.org").ends(0).stdout.contains("rejected for good"));
        cured.store(true, Ordering::SeqCst);
        charity.run(command).ends(0).says("60 accepted");
        assert_eq!(server.everybody_once().len(), 60);
    }
}

#[test]
fn a_block_of_dead_addresses_is_given_back_and_people_can_leave_it_out() {
    let is_dead =
        |address: &str| address.starts_with("p1") && address.len() > "p1@example.org".len();
    let server = Server::scripted(move |at| {
        if at.stage == Stage::Recipient && is_dead(at.recipient) {
            return Act::Answer("550 5.1.1 User unknown");
        }
        Act::Go
    });
    let charity = Charity::new().people(40).relay(&server);
    let command = "send --year 2020 --confirm 40 --connections 1";
    for _ in 0..3 {
        charity.run(command).ends(6).says("roundup resolve EDITION --rejected");
    }
    assert_eq!(server.everybody_once().len(), 30);
    charity
        .run("resolve 2020 --rejected")
        .ends(5)
        .says("10 people: 550 5.1.1 user unknown")
        .says("p19@example.org");
    charity.run("resolve 2020 --rejected --retry --only p10@example.org").ends(0).says("1 person");
    charity.run(command).ends(6);
    charity.run("resolve 2020 --rejected --accept").ends(0).says("10 people closed");
    charity.run("resolve 2020 --rejected").ends(0).says("no rejected messages");
    charity.run(command).ends(0).says("30 accepted");
    assert_eq!(server.everybody_once().len(), 30);
}

/// Thirty people, of whom the relay says that three do not exist and one is switched off, until it is cured.
fn four_refused() -> (Server, Charity, Arc<AtomicBool>) {
    let cured = Arc::new(AtomicBool::new(false));
    let is_cured = Arc::clone(&cured);
    let server = Server::scripted(move |at| {
        if at.stage != Stage::Recipient || is_cured.load(Ordering::SeqCst) {
            return Act::Go;
        }
        match at.recipient {
            "p11@example.org" => Act::Answer("550 5.1.1 <p11@example.org>: user unknown"),
            "p12@example.org" => Act::Answer("550 5.1.1 <p12@example.org>: user unknown"),
            "p13@example.org" => Act::Answer("550 5.1.1 <p13@example.org>: user unknown"),
            "p17@example.org" => Act::Answer("550 5.2.1 mailbox disabled"),
            _ => Act::Go,
        }
    });
    let charity = Charity::new().people(30).relay(&server);
    charity
        .run("send --year 2020 --confirm 30 --connections 1")
        .ends(5)
        .says("26 accepted + 4 rejected");
    (server, charity, cured)
}

#[test]
fn the_rejected_are_grouped_and_each_is_tried_again_or_accepted() {
    let (server, charity, cured) = four_refused();
    charity.run("report 2020").ends(5);
    let listed = charity.run("resolve 2020 --rejected").ends(5);
    let listed = listed.says("3 people: 550 5.1.1").says("1 person: 550 5.2.1").says("--retry");
    assert!(listed.stdout.contains("p11@example.org") && listed.stdout.contains("p17@example.org"));
    let listed = charity.run("resolve 2020 --rejected --json").ends(5);
    let groups: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let sizes: Vec<usize> = groups["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["people"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [3, 1]);
    // One is left so. The others still want somebody's word.
    charity
        .run("resolve 2020 --rejected --accept --only p17@example.org")
        .ends(0)
        .says("1 person closed");
    charity.run("send --year 2020 --confirm 30").ends(5);
    // One is tried again, and refused again.
    charity
        .run("resolve 2020 --rejected --retry --only P11@example.org")
        .ends(0)
        .says("1 person will be tried again");
    charity.run("send --year 2020 --confirm 30").ends(5);
    cured.store(true, Ordering::SeqCst);
    charity.run("resolve 2020 --rejected --retry --only p11@example.org").ends(0);
    charity.run("send --year 2020 --confirm 30").ends(5).says("27 accepted");
    charity.run("report 2020").ends(5);
    charity.run("resolve 2020 --rejected --accept").ends(0).says("2 people closed");
    for command in ["send --year 2020 --confirm 30", "report 2020", "resolve 2020 --rejected"] {
        charity.run(command).ends(0);
    }
    assert_eq!(server.everybody_once().len(), 27);
    assert!(server.everybody_once().contains(&"p11@example.org".to_owned()));
}

#[test]
fn in_a_cancelled_edition_nobody_is_tried_again() {
    let (server, charity, cured) = four_refused();
    cured.store(true, Ordering::SeqCst);
    charity.run("resolve 2020 --rejected --retry --only p11@example.org").ends(0);
    charity.run("cancel 2020 --confirm 1").ends(0);
    for command in ["resolve 2020 --rejected --retry", "resolve 2020 --resend"] {
        charity.run(command).ends(4).says("was cancelled");
    }
    charity.run("send --year 2020 --confirm 30");
    charity.run("resolve 2020 --rejected --accept").ends(0).says("3 people closed");
    assert_eq!(server.everybody_once().len(), 26);
    let report = charity.report("2020");
    assert_eq!((&report["cancelled"], &report["planned"]), (&1.into(), &0.into()), "{report}");
}

/// Changes why p17 is on the do-not-mail list.
fn suppressed_because(charity: &Charity, reason: &str) {
    let ledger = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    let sql = "UPDATE do_not_mail SET reason = ?1 WHERE person IN (SELECT person FROM deliveries
               WHERE json_extract(recipient, '$.address') = 'p17@example.org')";
    assert_eq!(ledger.execute(sql, [reason]).unwrap(), 1);
}

#[test]
fn a_suppression_is_lifted_with_a_reason_and_the_next_edition_goes_to_them() {
    let (server, charity, cured) = four_refused();
    cured.store(true, Ordering::SeqCst);
    charity.run("why p17@example.org").ends(0).says("rejected for good: 550 5.2.1");
    for words in ["--lift=", "--lift=\u{a0}"] {
        charity.run(&format!("why p17@example.org {words}")).ends(2).says("needs a reason");
    }
    charity.run("why p0@example.org --lift back").ends(2).says("not on the do-not-mail list");
    charity
        .run("why p17@example.org --lift it-is-back")
        .ends(0)
        .says("Lifted")
        .says("it-is-back (it was: 550 5.2.1")
        .says("Is mailed");
    // Three are still on the do-not-mail list.
    charity.run("send --month 2020-12 --confirm 27").ends(0).says("27 accepted");
    let taken = server.taken();
    let got = taken.iter().filter(|taken| taken.recipient == "p17@example.org").count();
    assert_eq!(got, 1);
}

#[test]
fn what_they_said_is_lifted_at_their_request_and_complaints_never() {
    for (reason, at_request) in [
        ("unsubscribed", true),
        ("objected", true),
        ("preference_service", true),
        ("complained", false),
        ("erased", false),
    ] {
        let (server, charity, cured) = four_refused();
        cured.store(true, Ordering::SeqCst);
        suppressed_because(&charity, reason);
        let said = if at_request { "--at-their-request" } else { "is never lifted" };
        charity.run("why p17@example.org --lift back").ends(2).says(said);
        let asked = charity.run("why p17@example.org --at-their-request letter-of-3-May");
        if at_request {
            asked.ends(0).says("at their request: letter-of-3-May").says("Is mailed");
        } else {
            asked.ends(2).says("is never lifted");
        }
        // Nor does another try of a refused copy lift what they said.
        charity.run("resolve 2020 --rejected --retry --only p17@example.org").ends(0);
        charity.run("send --year 2020 --confirm 30").ends(5);
        let got = server.everybody_once().contains(&"p17@example.org".to_owned());
        assert_eq!(got, at_request, "{reason}");
    }
}

/// Waits for the question in one terminal, does something in another, and answers then.
fn answered(charity: &Charity, command: &str, answer: &str, meanwhile: &str) -> (i32, String) {
    let mut terminal = Terminal::start(charity, command);
    terminal.wait_for("ress Enter to ");
    charity.run(meanwhile);
    terminal.type_line(answer);
    terminal.end()
}

#[test]
fn whoever_decides_while_a_question_stands_is_seen() {
    for (command, answer, meanwhile, code, said, sent) in [
        // Three more are to be tried: the number that was typed is not theirs.
        ("cancel 2020", "1", "resolve 2020 --rejected --retry", 6, "left now", 0),
        ("cancel 2020", "1", "pause 2020", 0, "is cancelled", 0),
        ("send 2020", "30", "cancel 2020 --confirm 1", 5, "2020", 0),
        ("send 2020", "30", "pause 2020", 6, "was paused", 0),
        ("send 2020", "30", "resolve 2020 --rejected --retry", 0, "30 accepted", 4),
        ("send 2020", "30", "resolve 2020 --rejected --accept", 0, "27 accepted", 1),
    ] {
        let (server, charity, cured) = four_refused();
        cured.store(true, Ordering::SeqCst);
        charity.run("resolve 2020 --rejected --retry --only p11@example.org").ends(0);
        let what = format!("{command}, and meanwhile {meanwhile}");
        let (ended, shown) = answered(&charity, command, answer, meanwhile);
        assert!(ended == code && shown.contains(said), "{what}: {ended}\n{shown}");
        assert_eq!(server.everybody_once().len(), 26 + sent, "{what}");
    }
}
