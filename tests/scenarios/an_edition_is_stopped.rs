//! Before anybody is mailed: what was approved, or has a time, is cancelled, paused, and let go again.

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use crate::support::{Charity, Server, Terminal};

fn charity(server: &Server) -> Charity {
    Charity::new().people(2).relay(server).variable("USER", "office")
}

/// The schedule of every day, with hours that are open now.
fn daily(charity: Charity) -> Charity {
    charity.setting("[schedule]\nevery = \"every day\"\nbetween = \"00:00-23:59\"")
}

fn json(charity: &Charity, command: &str, code: i32) -> Value {
    serde_json::from_str(&charity.run(&format!("{command} --json")).ends(code).stdout).unwrap()
}

fn sent_by_due(charity: &Charity) -> usize {
    json(charity, "due", 0)["sent"].as_array().unwrap().len()
}

#[test]
fn what_was_approved_and_cancelled_is_sent_by_nobody_until_it_is_approved_again() {
    let server = Server::good();
    let charity = daily(charity(&server));
    charity.run("draft --month 2020-12").ends(0);
    charity.run("approve 2020-12 --as Amina").ends(0);
    let cancelled = charity.run("cancel 2020-12").ends(0).says("2020-12 is cancelled");
    cancelled.says("roundup approve 2020-12");
    charity.run("cancel 2020-12").ends(4).says("nothing to cancel");
    charity.run("pause 2020-12").ends(4).says("nothing to cancel or pause");
    assert_eq!(sent_by_due(&charity), 0);
    charity
        .run("send 2020-12 --confirm 2")
        .ends(3)
        .says("was cancelled by office (account office)");
    charity.run("send 2020-12 --confirm 2 --unpause").ends(3).says("was cancelled by office");
    assert!(server.everybody_once().is_empty());
    let shown =
        charity.run("approve 2020-12 --show").ends(0).says("2020-12 was cancelled by office");
    shown.says("not approved as it is now");
    let shown = json(&charity, "approve 2020-12 --show", 0);
    assert_eq!((&shown["approved"], &shown["missing"]), (&false.into(), &1.into()));
    assert_eq!(shown["stopped"]["kind"], "cancelled");
    charity.run("status").ends(0).says("2020-12 was cancelled by office");
    charity.run("report 2020-12").ends(2).says("was cancelled by office").says("it was never sent");
    // The same person may say yes again: that is the new decision.
    charity.run("approve 2020-12 --as Amina").ends(0).says("an approval lets it go out again");
    assert_eq!(json(&charity, "approve 2020-12 --show", 0)["approved"], true);
    assert_eq!(sent_by_due(&charity), 1);
    assert_eq!(server.everybody_once().len(), 2);
    charity.run("report 2020-12").ends(0).says("It was cancelled by office");
    assert_eq!(charity.report("2020-12")["stops"][0]["kind"], "cancelled");
}

#[test]
fn a_draft_that_nobody_has_approved_is_cancelled_too() {
    let server = Server::good();
    let charity = charity(&server);
    charity.run("cancel december --confirm 1").ends(2).says("has never been sent");
    charity.run("draft --month 2020-12").ends(0);
    charity.run("pause 2020-12").ends(0).says("2020-12 is paused");
    charity.run("cancel editions/2020-12.md").ends(0).says("2020-12 is cancelled");
    charity.run("send 2020-12 --confirm 2").ends(3).says("was cancelled");
    charity.run("approve 2020-12 --as Amina").ends(0).says("Next: roundup send 2020-12");
    charity.run("send 2020-12 --confirm 2").ends(0);
    assert_eq!(server.everybody_once().len(), 2);
    charity.run("cancel 2020-12").ends(4).says("is finished");
}

/// A year without a story, next to one that is approved: a slip of the hand stops nothing, and says so.
#[test]
fn an_edition_that_does_not_exist_is_not_stopped() {
    let server = Server::good();
    let charity = charity(&server);
    charity.run("approve 2020 --as Amina").ends(0);
    for stop in ["cancel", "pause"] {
        for name in ["2012", "2012-03", "2020-13", "newslettr", "editions/2012.md"] {
            let said = charity.run(&format!("{stop} {name}")).ends(2).says("has never been sent");
            said.says("not sent yet: 2020");
        }
    }
    let decided = json(&charity, "approve 2020 --show", 0);
    assert_eq!((&decided["approved"], &decided["stops"]), (&true.into(), &Value::Array(vec![])));
    assert!(!charity.run("status").ends(0).stdout.contains("2012"));
    // Its stories are enough, and so is a decision that somebody has taken before.
    charity.run("pause 2020-12").ends(0).says("2020-12 is paused");
    charity.run("cancel 2020-12").ends(0).says("roundup approve 2020-12");
    charity.run("approve 2020-12 --as Amina").ends(0).says("Next: roundup send 2020-12");
}

/// The stop stands in the ledger of the relay, and the edition in the one of practice.
#[test]
fn what_everybody_has_in_practice_is_finished_whatever_stops_it_elsewhere() {
    let charity = Charity::new().people(2).variable("USER", "office");
    charity.run("cancel 2020").ends(0);
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run("send 2020 --confirm 2").ends(0);
    charity.run("status").ends(0).says("finished (practice)");
    for stop in ["cancel 2020", "pause 2020"] {
        let said = charity.run(stop).ends(4).says("`2020` is finished in practice");
        said.says("cancelled by office").says("for the relay").says("roundup report 2020");
    }
    // For the relay the stop still holds, and is what there is to say of it.
    let server = Server::good();
    charity.run(&format!("send 2020 --confirm 2 --relay {}", server.address())).ends(3);
    assert!(server.everybody_once().is_empty());
}

/// Without a relay in `.env` everything is practice, until a command line names one.
#[test]
fn a_stop_without_a_relay_holds_for_one_that_the_command_line_names() {
    for (stop, code) in [("cancel 2020-12", 3), ("pause 2020-12", 6)] {
        for practised in [false, true] {
            let server = Server::good();
            let charity = Charity::new().people(2).variable("USER", "office");
            charity.run("draft --month 2020-12").ends(0);
            if practised {
                charity.run("send 2020-12 --confirm 2").ends(0);
            }
            charity.run(stop).ends(0);
            let relay = server.address();
            charity.run(&format!("send 2020-12 --confirm 2 --relay {relay}")).ends(code);
            assert!(server.everybody_once().is_empty(), "{stop}, practised: {practised}");
        }
    }
}

#[test]
fn a_send_that_waits_for_its_number_is_stopped_with_a_draft_and_without() {
    for has_draft in [false, true] {
        for stop in ["cancel 2020-12", "pause 2020-12"] {
            let server = Server::good();
            let charity = charity(&server);
            if has_draft {
                charity.run("draft --month 2020-12").ends(0);
            }
            let mut terminal = Terminal::start(&charity, "send 2020-12");
            terminal.wait_for("ress Enter to ");
            charity.run(stop).ends(0);
            terminal.type_line("2");
            let (code, said) = terminal.end();
            assert!(server.everybody_once().is_empty(), "{stop}, draft: {has_draft}: {said}");
            assert!(code != 0 && said.contains("meanwhile"), "{stop}, draft: {has_draft}: {said}");
        }
    }
}

#[test]
fn two_people_who_must_approve_must_do_so_again() {
    let server = Server::good();
    let charity = charity(&server).setting("[approval]\npeople = 2");
    for name in ["Amina", "Ben"] {
        charity.run(&format!("approve 2020 --as {name}")).ends(0);
    }
    charity.run("cancel 2020").ends(0);
    charity.run("approve 2020 --as Amina").ends(0).says("1 person to go");
    charity.run("send 2020 --confirm 2").ends(3).says("was cancelled");
    charity.run("approve 2020 --as Ben").ends(0).says("Next: roundup send 2020");
    charity.run("send 2020 --confirm 2").ends(0);
    assert_eq!(server.everybody_once().len(), 2);
}

#[test]
fn what_is_paused_waits_and_keeps_its_approval() {
    let server = Server::good();
    let charity = daily(charity(&server));
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run("pause 2020").ends(0).says("2020 is paused").says("roundup send 2020 --unpause");
    charity.run("pause 2020").ends(4).says("nothing to pause");
    assert_eq!(sent_by_due(&charity), 0);
    charity.run("status").ends(0).says("2020 was paused by office");
    charity.run("send 2020 --confirm 2").ends(6).says("--unpause");
    let again = charity.run("approve 2020 --as Amina").ends(0);
    again.says("an approval lets it go out again");
    charity.run("pause").ends(0).says("2020 is paused");
    assert_eq!(sent_by_due(&charity), 0);
    charity.run("send 2020 --confirm 2 --unpause").ends(0);
    assert_eq!(server.everybody_once().len(), 2);
    let kinds: Vec<Value> = charity.report("2020")["stops"].as_array().unwrap().clone();
    let kinds: Vec<&str> = kinds.iter().map(|stop| stop["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["paused", "paused", "resumed"]);
}

#[test]
fn a_time_is_a_new_decision_and_one_that_is_paused_does_not_go_out() {
    let server = Server::good();
    let charity = charity(&server);
    charity.run("approve 2020 --as Amina").ends(0);
    let later = (Utc::now() + TimeDelta::days(300)).format("%Y-%m-%dT%H:%M:00Z").to_string();
    let due_now = || {
        let soon = Utc::now().timestamp_millis() - 60_000;
        let ledger = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
        let sql = "UPDATE occurrences SET opens_at = ?1 WHERE state = 'waiting'";
        ledger.execute(sql, [soon]).unwrap();
    };
    charity.run(&format!("send 2020 --at {later}")).ends(0);
    charity.run("pause 2020").ends(0).says("is paused");
    due_now();
    assert_eq!(sent_by_due(&charity), 0);
    charity.run("cancel 2020").ends(0).says("has no time any more");
    assert_eq!(sent_by_due(&charity), 0);
    charity.run(&format!("send 2020 --at {later}")).ends(0).says("2020 is due on");
    due_now();
    assert_eq!(sent_by_due(&charity), 1);
    assert_eq!(server.everybody_once().len(), 2);
}

#[test]
fn a_second_edition_does_not_follow_one_that_was_sent_by_hand_that_day() {
    let server = Server::good();
    let charity = daily(charity(&server));
    charity.run("due").ends(0);
    charity.run("send --month 2020-11 --confirm 2").ends(4);
    charity.run("send --month 2020-12 --confirm 2").ends(0);
    charity.run("approve 2020 --as Amina").ends(0);
    let due = charity.run("due").ends(0).says("2020-12 was sent by hand for that day");
    due.says("To send it now: roundup send 2020");
    assert_eq!(server.everybody_once().len(), 2);
    assert_eq!(sent_by_due(&charity), 0);
}

#[test]
fn whoever_names_the_next_step_knows_of_a_stop() {
    for (stop, words, next) in [
        ("cancel", "was cancelled by office", "roundup approve 2020-12"),
        ("pause", "was paused by office", "roundup send 2020-12 --unpause"),
    ] {
        let server = Server::good();
        let charity = charity(&server);
        charity.run("draft --month 2020-12").ends(0);
        charity.run("approve 2020-12 --as Amina").ends(0);
        charity.run("").ends(0).says("Next: roundup send 2020-12");
        charity.run(&format!("{stop} 2020-12")).ends(0);
        for command in ["", "test 2020-12 --to me@charity.org.uk"] {
            let ran = charity.run(command).ends(0);
            ran.says(words).says(&format!("Next: {next}"));
        }
    }
}
