//! What is approved goes out when it is due, once, and never twice: days against another calendar, lives with sleeps, kills and
//! clocks that jump, and the command itself.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use roundup::ledger::{MemoryLedger, OccurrenceStep, ScheduleStore, SqliteLedger};
use roundup::schedule::{
    ApprovedEdition, Occurrence, OccurrenceState, PlannedSending, Schedule, ScheduleFacts,
    Settings, decide,
};
use serde_json::Value;

use crate::support::{Charity, Server, needed};

fn schedule(every: &str, between: &str, catch_up: &str, zone: Tz) -> Schedule {
    let holidays = ["2027-01-01", "2027-05-31", "2027-12-31"].map(str::to_owned).to_vec();
    let settings = Settings {
        every: Some(every.to_owned()),
        between: Some(between.to_owned()),
        catch_up: Some(catch_up.to_owned()),
        holidays,
    };
    Schedule::new(&settings, zone).unwrap()
}

#[test]
fn four_hundred_days_are_as_another_calendar_has_them() {
    let Some(python) = needed("python3") else { return };
    let output = Command::new(python).arg("tests/schedule/days.py").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut phrases, mut slots) = (0, 0);
    let (first, last): (NaiveDate, NaiveDate) =
        ("2026-12-01".parse().unwrap(), "2028-01-04".parse().unwrap());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["phrase", phrase, days] => {
                let schedule = schedule(phrase, "09:00-17:00", "ask", Tz::UTC);
                let own: Vec<String> =
                    schedule.days(first, last).map(|day| day.to_string()).collect();
                assert_eq!(own.join(","), *days, "{phrase}");
                phrases += 1;
            }
            ["slot", zone, hours, day, opens, closes] => {
                let schedule = schedule("every day", hours, "ask", zone.parse().unwrap());
                let slot = schedule.slot(day.parse().unwrap());
                let expected: [DateTime<Utc>; 2] = [opens, closes].map(|at| at.parse().unwrap());
                assert_eq!([slot.opens, slot.closes], expected, "{line}");
                slots += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(phrases > 80 && slots == 4 * 4 * 400, "{phrases} {slots}");
}

/// One look of one computer at one moment, and what becomes of it.
#[derive(Debug, Clone)]
enum Happening {
    /// Both computers sleep for some minutes.
    Sleep(i64),
    /// A computer looks, its clock ahead by some minutes. A slow one decides by what it read when the last one looked.
    Look { is_slow: bool, ahead: i64, dies: u8 },
    /// Somebody approves the edition of the month.
    Approve,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let sleep = prop_oneof![
        6 => 1i64..15,
        4 => 30i64..600,
        2 => 600i64..6_000,
        1 => 6_000i64..90_000,
    ];
    let ahead = prop_oneof![8 => -2i64..3, 1 => -4_000i64..4_000, 1 => 100_000i64..400_000];
    let look = (proptest::bool::weighted(0.3), ahead, 0u8..6)
        .prop_map(|(is_slow, ahead, dies)| Happening::Look { is_slow, ahead, dies });
    let one = prop_oneof![
        3 => sleep.prop_map(Happening::Sleep),
        6 => look,
        1 => Just(Happening::Approve),
    ];
    proptest::collection::vec(one, 50..250)
}

/// What really happened, beside what the ledger says.
#[derive(Default)]
struct Life {
    approved: Vec<ApprovedEdition>,
    planned: Vec<PlannedSending>,
    unfinished: Vec<String>,
    /// Editions that were claimed, by schedule and day; more than one is a second sending.
    claimed: BTreeMap<(String, NaiveDate), Vec<String>>,
    reported: Vec<(String, NaiveDate)>,
    /// What a slow computer has read: rows, plans, and those of them that are not finished.
    read: (Vec<Occurrence>, Vec<PlannedSending>, Vec<String>),
}

fn step_of(
    (schedule, day): (&str, NaiveDate),
    from: OccurrenceState,
    to: OccurrenceState,
    now: DateTime<Utc>,
) -> OccurrenceStep {
    OccurrenceStep {
        schedule: schedule.to_owned(),
        day,
        from,
        to,
        at: now,
        closed_at: now,
        by: String::new(),
        why: String::new(),
    }
}

/// What `due` does at a moment; `dies` says after which step it is killed.
async fn look(
    ledger: &impl ScheduleStore,
    schedule: &Schedule,
    life: &mut Life,
    now: DateTime<Utc>,
    is_slow: bool,
    dies: u8,
) {
    let name = schedule.phrase.as_ref().unwrap().to_string();
    let begun = ledger.begin_schedule(&name, now).await.unwrap();
    let read = (ledger.occurrences().await.unwrap(), life.planned.clone(), life.unfinished.clone());
    let before = std::mem::replace(&mut life.read, read.clone());
    let (rows, planned, unfinished) = if is_slow { before } else { read };
    let decision = decide(&ScheduleFacts {
        now,
        schedule,
        begun,
        rows: &rows,
        approved: &life.approved,
        stopped: &[],
        planned: &planned,
        unfinished: &unfinished,
    });
    let late = decision.sends.iter().filter(|send| send.is_late && !send.is_begun).count();
    assert!(late <= 1, "{decision:?}");
    assert!(late == 0 || decision.sends.len() == 1, "two go out together: {decision:?}");
    let step = |schedule: &str, day, from, to| step_of((schedule, day), from, to, now);
    for missed in decision.missed {
        let key = (missed.schedule.clone(), missed.day);
        let is_mine = match missed.was {
            None => {
                let row = Occurrence {
                    schedule: missed.schedule,
                    day: missed.day,
                    state: OccurrenceState::Missed,
                    edition: missed.edition,
                    opens_at: missed.opens_at,
                    at: now,
                    closed_at: missed.closed_at,
                    by: String::new(),
                    why: missed.why,
                };
                ledger.claim_occurrence(row).await.unwrap()
            }
            Some(from) => {
                let step = step(&missed.schedule, missed.day, from, OccurrenceState::Missed);
                ledger.step_occurrence(step).await.unwrap()
            }
        };
        if is_mine {
            life.reported.push(key);
        }
    }
    for (schedule, day) in decision.finished {
        let step = step(&schedule, day, OccurrenceState::Claimed, OccurrenceState::Done);
        ledger.step_occurrence(step).await.unwrap();
    }
    for send in decision.sends {
        if dies == 1 {
            return;
        }
        let key = (send.schedule.clone(), send.day);
        if !send.is_begun {
            let slot = schedule.slot(send.day);
            assert!(slot.may_begin(now), "{send:?} at {now}");
            let row = Occurrence {
                schedule: send.schedule.clone(),
                day: send.day,
                state: OccurrenceState::Claimed,
                edition: Some(send.edition.clone()),
                opens_at: send.opens_at,
                at: now,
                closed_at: now,
                by: String::new(),
                why: String::new(),
            };
            if !ledger.claim_occurrence(row).await.unwrap() {
                continue;
            }
            let approved = life.approved.iter().find(|known| known.name == send.edition).unwrap();
            // Whoever approves may have a clock that is a little ahead.
            let latest = now + TimeDelta::hours(2);
            assert!(approved.moments.iter().any(|at| *at <= latest));
            life.claimed.entry(key.clone()).or_default().push(send.edition.clone());
        }
        if dies == 2 {
            return;
        }
        // The plan is written once, whoever writes it.
        if !life.planned.iter().any(|planned| planned.edition == send.edition) {
            let edition = send.edition.clone();
            life.planned.push(PlannedSending { edition, at: now, is_correction: false });
            life.unfinished.push(send.edition.clone());
        }
        if dies == 3 {
            return;
        }
        life.unfinished.retain(|name| *name != send.edition);
        if dies == 4 {
            return;
        }
        let done = step(&send.schedule, send.day, OccurrenceState::Claimed, OccurrenceState::Done);
        ledger.step_occurrence(done).await.unwrap();
    }
}

async fn live(ledger: &impl ScheduleStore, schedule: &Schedule, happenings: &[Happening]) {
    let mut life = Life::default();
    let mut now: DateTime<Utc> = "2027-01-01T00:00:00Z".parse().unwrap();
    let mut month = 0;
    for happening in happenings {
        match happening {
            Happening::Sleep(minutes) => now += TimeDelta::minutes(*minutes),
            Happening::Approve => {
                month += 1;
                life.approved.push(ApprovedEdition {
                    name: format!("e{month}"),
                    window_end: now.date_naive(),
                    moments: vec![now],
                    has_changed: false,
                });
            }
            Happening::Look { is_slow, ahead, dies } => {
                let clock = now + TimeDelta::minutes(*ahead);
                look(ledger, schedule, &mut life, clock, *is_slow, *dies).await;
            }
        }
    }
    // A sound computer, long afterwards, leaves nothing open.
    now += TimeDelta::days(400);
    for _ in 0..3 {
        look(ledger, schedule, &mut life, now, false, 0).await;
    }
    let rows = ledger.occurrences().await.unwrap();
    let keys: BTreeSet<_> = rows.iter().map(|row| (row.schedule.clone(), row.day)).collect();
    assert_eq!(keys.len(), rows.len());
    let editions: Vec<&String> = life.claimed.values().flatten().collect();
    let once: BTreeSet<_> = editions.iter().collect();
    let planned: BTreeSet<_> = life.planned.iter().map(|planned| &planned.edition).collect();
    assert_eq!(planned.len(), life.planned.len(), "an edition was planned twice");
    // A claim that a clock far ahead took for missed may be made again; something came of one of them at most.
    for (occurrence, claims) in &life.claimed {
        let sent: BTreeSet<_> = claims.iter().filter(|name| planned.contains(name)).collect();
        assert!(sent.len() <= 1, "{occurrence:?}: {claims:?}");
    }
    assert!(planned.iter().all(|name| once.contains(name)));
    assert!(life.unfinished.is_empty(), "what began is finished");
    for row in &rows {
        assert!(
            matches!(row.state, OccurrenceState::Done | OccurrenceState::Missed),
            "nothing stays open: {row:?}"
        );
    }
    // Each day of the schedule up to now has its row.
    let name = schedule.phrase.as_ref().unwrap().to_string();
    let begun = ledger.begin_schedule(&name, now).await.unwrap();
    let today = now.with_timezone(&schedule.zone).date_naive();
    for day in schedule.days(begun.with_timezone(&schedule.zone).date_naive(), today) {
        let slot = schedule.slot(day);
        if slot.closes > begun && slot.is_over(now) {
            assert!(keys.contains(&(name.clone(), day)), "{day} has no row");
        }
    }
}

fn lives(cases: u32, run: impl Fn(&Schedule, &[Happening])) {
    let phrases = vec!["first Tuesday", "last working day", "day 31", "every Friday", "every day"];
    let zones = vec![Tz::Europe__London, Tz::Europe__Lisbon, Tz::Australia__Lord_Howe, Tz::UTC];
    let hours = vec!["09:00-17:00", "01:30-01:45", "00:00-24:00"];
    let strategy = (
        prop::sample::select(phrases),
        prop::sample::select(zones),
        prop::sample::select(hours),
        prop::sample::select(vec!["same day", "3 days", "ask"]),
        happenings(),
    );
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&strategy, |(phrase, zone, hours, catch_up, happenings)| {
            run(&schedule(phrase, hours, catch_up, zone), &happenings);
            Ok(())
        })
        .unwrap();
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

#[test]
fn whatever_happens_each_occurrence_is_once_in_memory() {
    lives(300, |schedule, happenings| {
        block_on(live(&MemoryLedger::default(), schedule, happenings));
    });
}

#[test]
fn whatever_happens_each_occurrence_is_once_in_a_file() {
    lives(6, |schedule, happenings| {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
        block_on(live(&ledger, schedule, happenings));
    });
}

#[test]
fn a_computer_that_never_sleeps_keeps_every_day_on_time() {
    for phrase in
        ["first Tuesday", "last working day", "day 31", "every Friday", "third working day"]
    {
        for zone in [Tz::Europe__London, Tz::Australia__Lord_Howe] {
            let schedule = schedule(phrase, "09:00-17:00", "ask", zone);
            block_on(async {
                let (ledger, mut life) = (MemoryLedger::default(), Life::default());
                let start: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().unwrap();
                for hour in (0..400 * 24).step_by(4) {
                    let now = start + TimeDelta::hours(hour);
                    if hour % 20 == 0 {
                        let window_end = now.date_naive();
                        let name = format!("e{hour}");
                        life.approved.push(ApprovedEdition {
                            name,
                            window_end,
                            moments: vec![now],
                            has_changed: false,
                        });
                    }
                    look(&ledger, &schedule, &mut life, now, false, 0).await;
                    let planned = &life.planned;
                    life.approved
                        .retain(|edition| planned.iter().all(|sent| sent.edition != edition.name));
                }
                assert!(life.reported.is_empty());
                let last = start + TimeDelta::days(399);
                let days = schedule.days(start.date_naive(), last.date_naive());
                let days: BTreeSet<NaiveDate> = days.collect();
                let kept: BTreeSet<NaiveDate> = life.claimed.keys().map(|(_, day)| *day).collect();
                assert!(days.is_subset(&kept) && days.len() > 11, "{phrase} {zone}");
            });
        }
    }
}

/// A schedule that is due now, whenever the test runs.
const ALWAYS: &str = "[approval]\npeople = 1\n[schedule]\nevery = \"every day\"\nbetween = \"00:00-24:00\"\ncatch_up = \"same day\"";

fn json(charity: &Charity, command: &str, code: i32) -> Value {
    let ran = charity.run(&format!("{command} --json")).ends(code);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn change(charity: &Charity, sql: &str) {
    let ledger = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    assert!(ledger.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn only_what_is_approved_goes_out_and_only_once() {
    let server = Server::good();
    let charity = Charity::new().people(2).setting(ALWAYS).relay(&server);
    // Nothing is said where nothing happens: cron would send it by email.
    let quiet = charity.run("due").ends(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    charity.run("due -v").ends(0).says("nothing is approved for it");
    charity.run("approve 2020 --as Amina").ends(0);
    // A change after the approval: nothing goes out, and nothing is claimed.
    let story = charity.read("news/2020-12-12-story.md");
    let write =
        |text: &str| std::fs::write(charity.path("news/2020-12-12-story.md"), text).unwrap();
    write(&story.replace("What happened", "Something else"));
    charity.run("due").ends(3).says("a story was edited");
    let again = charity.run("due").ends(3);
    assert_eq!(again.stderr, "", "once an hour is enough");
    assert!(server.everybody_once().is_empty());
    write(&story);
    let due = json(&charity, "due", 0);
    assert_eq!(due["sent"][0]["edition"], "2020");
    assert_eq!(server.everybody_once().len(), 2);
    for _ in 0..3 {
        assert_eq!(json(&charity, "due", 0)["sent"], serde_json::json!([]));
    }
    // Another edition on the same day waits for the next.
    charity.run("approve 2020-12 --as Amina").ends(0);
    assert_eq!(json(&charity, "due", 0)["sent"], serde_json::json!([]));
    assert_eq!(server.everybody_once().len(), 2);
    charity.run("report 2020").ends(0).says("Approved by Amina");
}

#[test]
fn what_was_missed_is_reported_once_and_two_never_go_together() {
    let server = Server::good();
    let charity = Charity::new().people(2).setting(ALWAYS).relay(&server);
    charity.run("due").ends(0);
    charity.run("approve 2020-12 --as Amina").ends(0);
    let day = 24 * 3600 * 1000_i64;
    change(&charity, &format!("UPDATE schedules SET begun_at = begun_at - {}", 3 * day));
    let first = charity.run("due").ends(0);
    assert!(first.stderr.matches("was missed").count() >= 2, "{first:?}");
    assert_eq!(server.everybody_once().len(), 2);
    let second = charity.run("due").ends(0);
    assert!(!second.stderr.contains("was missed"), "{second:?}");
    charity.run("status").ends(0).says("missed");
}

#[test]
fn a_yes_after_a_day_has_passed_is_written_again_and_counts_for_the_next() {
    let server = Server::good();
    let charity = Charity::new().people(2).setting(ALWAYS).relay(&server);
    let yeses = || json(&charity, "approve 2020 --show", 0)["approvals"].as_array().unwrap().len();
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run("approve 2020 --as Amina").ends(0).says("has approved this before");
    assert_eq!(yeses(), 1);
    charity.run("status").ends(0).says("is due now").says("`roundup due` sends 2020");
    let now = Utc::now();
    let today = now.with_timezone(&Tz::Europe__London).date_naive();
    change(
        &charity,
        &format!(
            "INSERT INTO occurrences (schedule, day, state, edition, opens_at, at, closed_at, author, why) \
             VALUES ('every day', '{today}', 'missed', NULL, {0}, {0}, {0}, 'a', 'the computer slept')",
            now.timestamp_millis()
        ),
    );
    charity
        .run("status")
        .ends(0)
        .says("2020 is approved, but not for the next day of the schedule");
    let again = charity.run("approve 2020 --as Amina").ends(0);
    assert!(!again.stderr.contains("before"), "{again:?}");
    assert_eq!(yeses(), 2);
    charity.run("approve 2020 --as Amina").ends(0).says("has approved this before");
    charity.run("status").ends(0).says("2020 is approved, and not sent yet.");
    // On the next day it goes out, whatever a clock that is ahead has written meanwhile.
    let yesterday = today - chrono::Days::new(1);
    let begun = (now - TimeDelta::days(1)).timestamp_millis();
    change(&charity, &format!("UPDATE occurrences SET day = '{yesterday}'"));
    change(
        &charity,
        "INSERT INTO approvals (edition, at, who, account, by_last_editor, frozen) \
         SELECT edition, at + 126230400000, 'Ben', account, by_last_editor, frozen FROM approvals LIMIT 1",
    );
    change(&charity, &format!("INSERT INTO schedules VALUES ('every day', {begun})"));
    charity.run("status").ends(0).says("`roundup due` sends 2020");
    assert_eq!(json(&charity, "due", 0)["sent"][0]["edition"], "2020");
    assert_eq!(server.everybody_once().len(), 2);
}

#[test]
fn an_approval_that_a_change_has_voided_is_not_named_as_one() {
    let server = Server::good();
    let charity = Charity::new().people(2).setting(ALWAYS).relay(&server);
    let later = (Utc::now() + TimeDelta::days(300)).format("%Y-%m-%dT%H:%M:00Z").to_string();
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run(&format!("send 2020 --at {later}")).ends(0);
    let story = charity.read("news/2020-12-12-story.md");
    let write =
        |text: &str| std::fs::write(charity.path("news/2020-12-12-story.md"), text).unwrap();
    write(&story.replace("What happened", "Something else"));
    for command in ["", "status"] {
        let shown = charity.run(command).ends(0).says("2020 has changed since its approval");
        let shown = shown.says("Next: roundup approve 2020");
        assert!(!shown.stdout.contains("2020 is approved"), "{shown:?}");
        assert!(!shown.stdout.contains("roundup send 2020"), "{shown:?}");
    }
    assert_eq!(json(&charity, "status", 0)["schedule"]["changed"][0], "2020");
    // Its time passes: what is printed next can be taken.
    let long_ago = (Utc::now() - TimeDelta::days(3)).timestamp_millis();
    change(&charity, &format!("UPDATE occurrences SET opens_at = {long_ago}"));
    let due = charity.run("due").ends(0).says("it has changed since its approval");
    due.says("Next: roundup approve 2020");
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run("").ends(0).says("2020 is approved, and not sent yet.");
    charity.run("send 2020 --confirm 2").ends(0);
    assert_eq!(server.everybody_once().len(), 2);
}

#[test]
fn an_edition_gets_a_time_and_can_lose_it_again() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server);
    let later = (Utc::now() + TimeDelta::days(300)).format("%Y-%m-%dT%H:%M:00Z").to_string();
    let set = |at: &str| charity.run(&format!("send 2020 --at {at}"));
    set(&later).ends(3).says("is not approved");
    charity.run("approve 2020 --as Amina").ends(0);
    for (at, words) in [
        ("2001-01-01T10:00", "has passed"),
        ("2999-01-01T10:00", "more than two years away"),
        ("soon", "is not a time"),
    ] {
        set(at).ends(2).says(words);
    }
    set(&later).ends(0).says("2020 is due on");
    assert_eq!(json(&charity, "due", 0)["sent"], serde_json::json!([]));
    charity.run("status").ends(0).says("is due on");
    charity.run("cancel 2020").ends(0).says("has no time any more");
    let soon = Utc::now().timestamp_millis() - 60_000;
    change(&charity, &format!("UPDATE occurrences SET opens_at = {soon}"));
    assert_eq!(json(&charity, "due", 0)["sent"], serde_json::json!([]));
    set(&later).ends(0);
    change(&charity, &format!("UPDATE occurrences SET opens_at = {soon} WHERE state = 'waiting'"));
    assert_eq!(json(&charity, "due", 0)["sent"][0]["edition"], "2020");
    assert_eq!(server.everybody_once().len(), 2);
    assert_eq!(json(&charity, "due", 0)["sent"], serde_json::json!([]));
    set(&later).ends(2).says("gets no other time");
    charity.run("send 2020 --at 2027-01-05 --dry-run").ends(2);
}

#[test]
fn days_that_pass_without_due_are_named_with_its_last_run() {
    let server = Server::good();
    let charity = Charity::new().people(2).setting(ALWAYS).relay(&server);
    charity.run("due").ends(0);
    assert!(!charity.run("status").ends(0).stdout.contains("passed without"));
    let begun = Utc::now() - TimeDelta::days(5);
    let at = begun.timestamp_millis();
    change(&charity, &format!("UPDATE schedules SET begun_at = {at}"));
    change(&charity, &format!("UPDATE operator_notices SET at = {at} WHERE kind = 'due ran'"));
    let ran = format!("it ran last on {}", begun.format("%A %-d %B %Y"));
    let words = "days of the schedule have passed without `roundup due`";
    charity.run("status").ends(0).says(words).says(&ran);
    charity.run("doctor").ends(3).says(words).says(&ran).says("roundup due --install-hints");
    // Once it runs, what it finds is missed, and said as such.
    charity.run("due").ends(0);
    let status =
        charity.run("status").ends(0).says("was missed: nothing was approved for it in time");
    assert!(!status.stdout.contains("passed without"), "{}", status.stdout);
}

#[test]
fn wrong_schedules_are_refused_and_hints_install_nothing() {
    for (setting, words) in [
        ("every = \"frist Tuesday\"", "did you mean `first`?"),
        ("every = \"monthly\"", "did you mean `first Tuesday`?"),
        ("every = \"day 32\"", "is not a day that a schedule knows"),
        ("between = \"17:00-09:00\"", "is not a span of hours"),
        ("catch_up = \"later\"", "is not a time to catch up in"),
        ("holidays = [\"Christmas\"]", "is not a day"),
    ] {
        let charity = Charity::new().people(1).setting(&format!("[schedule]\n{setting}"));
        let line = charity.read("roundup.toml").lines().position(|line| line == setting).unwrap();
        charity.run("due").ends(2).says(words).says(&format!("roundup.toml:{}:", line + 1));
        charity.run("doctor").ends(3).says(words);
    }
    let charity = Charity::new().people(1);
    let before = crate::support::contents(&charity.path(""));
    let hints = charity.run("due --install-hints").ends(0);
    let hints = hints.says("*/5 * * * *").says("OnCalendar=*:0/5").says("StartInterval");
    let hints = hints.says("Register-ScheduledTask").says("enable-linger").says("MAILTO");
    let hints = hints.says("AllowStartIfOnBatteries").says("Network at boot");
    hints.says("PATH: cron knows only");
    assert_eq!(crate::support::contents(&charity.path("")), before);
    charity.run("due").ends(0);
    assert_eq!(crate::support::contents(&charity.path("")), before);
}
