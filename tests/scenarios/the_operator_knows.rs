//! Whoever looks after the newsletter hears what happened while nobody was at the keyboard; nobody on the list does, and no
//! sending fails for it.

use chrono::{TimeDelta, Utc};

use crate::support::{Act, Charity, Server, Stage};

const OPERATOR: &str = "sam@charity.example";
const NOTIFY: &str = "[notify]\nto = \"sam@charity.example\"\ncommand = \"cat >> notices\"";
const ALWAYS: &str =
    "[schedule]\nevery = \"every day\"\nbetween = \"00:00-24:00\"\ncatch_up = \"same day\"";

/// The notices that arrived, by their kind. None of them has an address in it but the sender's and the operator's.
fn notices(server: &Server) -> Vec<String> {
    let taken = server.taken().into_iter();
    let notices = taken.filter(|taken| taken.bytes.contains("\r\nX-Roundup-Notice: "));
    notices
        .map(|notice| {
            assert_eq!(notice.recipient, OPERATOR);
            for hidden in ["example.org", "List-Unsubscribe", "Precedence: bulk", "Person 0"] {
                assert!(!notice.bytes.contains(hidden), "{}", notice.bytes);
            }
            assert!(notice.bytes.contains("Auto-Submitted: auto-generated\r\n"));
            let kind = notice.bytes.split("X-Roundup-Notice: ").nth(1).unwrap();
            kind.lines().next().unwrap().to_owned()
        })
        .collect()
}

/// Who got an edition.
fn readers(server: &Server) -> usize {
    server.taken().iter().filter(|taken| taken.recipient != OPERATOR).count()
}

fn change(charity: &Charity, sql: &str) {
    let ledger = rusqlite::Connection::open(charity.path(".roundup/ledger.db")).unwrap();
    assert!(ledger.execute(sql, []).unwrap() > 0, "{sql}");
}

/// As if it had gone out long ago.
fn age_the_edition(charity: &Charity) {
    change(
        charity,
        "UPDATE editions SET planned = json_set(planned, '$.planned_at', '2021-01-04T09:00:00Z')",
    );
}

#[test]
fn what_waits_what_was_sent_and_what_was_missed_is_known_once() {
    let server = Server::good();
    let settings = format!("{NOTIFY}\n[approval]\npeople = 2\n{ALWAYS}");
    let charity = Charity::new().people(2).setting(&settings).relay(&server);
    charity.run("due").ends(0);
    charity.run("due").ends(0);
    assert_eq!(notices(&server), ["waits-for-approval"]);
    assert!(charity.read("notices").contains("Next: roundup status"));
    // A day later the first of two approves, and the second is missing.
    let earlier = "UPDATE operator_notices SET at = at - 90000000";
    change(&charity, earlier);
    charity.run("approve 2020 --as Amina").ends(0);
    charity.run("due").ends(0);
    assert_eq!(notices(&server), ["waits-for-approval"; 2]);
    assert!(
        charity.read("notices").contains("2020 is approved by 1 person, and needs 1 more person.")
    );
    charity.run("approve 2020 --as Ben").ends(0);
    charity.run("due").ends(0);
    assert_eq!(notices(&server)[2..], ["finished"]);
    assert_eq!(readers(&server), 2);
    change(&charity, &format!("UPDATE schedules SET begun_at = begun_at - {}", 3 * 86_400_000_i64));
    age_the_edition(&charity);
    for _ in 0..3 {
        charity.run("due").ends(0);
    }
    // Nothing has read the mailbox to which people write who leave.
    let mut all = notices(&server)[3..].to_vec();
    all.sort();
    assert_eq!(all, ["missed", "unread"]);
    assert!(charity.read("notices").contains("Nothing has read the mailbox for a day"));
    let texts = charity.read("notices");
    assert!(texts.contains("The sending on ") && texts.contains("was missed: "), "{texts}");
    assert!(!texts.contains('@'), "{texts}");
}

#[test]
fn a_pause_is_known_with_its_reason_and_without_the_addresses_in_it() {
    let server = Server::scripted(|moment| match moment.stage {
        Stage::Recipient if moment.recipient != OPERATOR => Act::Answer(
            "550 5.7.1 <p0@example.org>: sender news@charity.example is blocked by policy",
        ),
        _ => Act::Go,
    });
    let charity = Charity::new().people(40).setting(NOTIFY).relay(&server);
    let ran = charity.run("send 2020 --confirm 40");
    assert!(ran.code == 6, "{ran:?}");
    assert_eq!(notices(&server), ["paused"]);
    let text = charity.read("notices");
    assert!(text.contains("2020 is paused") && !text.contains('@'), "{text}");
    assert!(text.contains("roundup send 2020"), "{text}");
    // Within the hour nothing more of this kind.
    charity.run("send 2020 --confirm 40");
    assert_eq!(notices(&server), ["paused"]);
}

#[test]
fn a_notice_that_does_not_get_through_fails_nothing_and_is_tried_again() {
    let server = Server::scripted(|moment| match moment.stage {
        Stage::Recipient if moment.recipient == OPERATOR => Act::Answer("550 5.1.1 no such user"),
        _ => Act::Go,
    });
    let notify = "[notify]\nto = \"sam@charity.example\"\ncommand = \"exit 7\"";
    let charity = Charity::new().people(2).setting(notify).relay(&server);
    let ran = charity.run("send 2020 --confirm 2").ends(0);
    let ran = ran.says("the notice that [notify] asks for did not get through");
    ran.says("550 5.1.1 no such user").says("the command exited with 7");
    assert_eq!(readers(&server), 2);
    // Nothing was used up: the next one goes.
    let charity = charity.setting("[notify]\ncommand = \"cat > second\"");
    charity.run("send 2020-12 --confirm 2").ends(0);
    assert!(charity.read("second").starts_with("2020-12 was sent\n"));
}

#[test]
fn a_command_gets_no_secret_and_practice_writes_to_the_outbox() {
    let charity = Charity::new()
        .people(2)
        .setting("[notify]\nto = \"sam@charity.example\"\ncommand = \"env > environment\"")
        .variable("ROUNDUP_SECRET", "a-secret-of-thirty-two-characters");
    charity.run("send 2020 --confirm 2").ends(0);
    let environment = charity.read("environment");
    assert!(environment.contains("ROUNDUP_NOTICE=finished"));
    assert!(!environment.contains("a-secret-of"), "{environment}");
    // Two people, and the notice.
    assert_eq!(charity.files("outbox/new").len(), 3);
}

#[test]
fn complaints_and_a_drop_box_that_nobody_reads_are_known() {
    let server = Server::good();
    let box_of_settings =
        "[leaving]\nmailbox_read_by = \"Ann\"\ndrop = \"http://127.0.0.1:9/drop\"";
    let charity = Charity::new().people(6).setting("").relay(&server);
    charity.run("send 2020 --confirm 6").ends(0);
    let charity = charity.setting(&format!("{NOTIFY}\n{box_of_settings}"));
    let complaint = |person: usize| {
        format!(
            "{{\"RecordType\":\"SpamComplaint\",\"ID\":{person},\"Type\":\"SpamComplaint\",\
             \"Email\":\"p{person}@example.org\",\"BouncedAt\":\"2099-01-01T00:00:00Z\"}}\n"
        )
    };
    let charity = charity.file("events.json", (0..4).map(complaint).collect::<String>());
    charity.run("inbox --events events.json").ends(0);
    charity.run("due").ends(0);
    // Four may be an accident, and the edition went out a moment ago.
    assert!(notices(&server).is_empty());
    let charity = charity.file("events.json", complaint(4));
    charity.run("inbox --events events.json").ends(0);
    assert_eq!(notices(&server), ["complaints"]);
    age_the_edition(&charity);
    charity.run("due").ends(0);
    charity.run("due").ends(0);
    let mut all = notices(&server);
    all.sort();
    assert_eq!(all, ["complaints", "unread"]);
    let text = charity.read("notices");
    assert!(text.contains("too many people reported `2020` as spam: 5 of 6"), "{text}");
    assert!(text.contains("Nothing has read the drop box for a day"), "{text}");
}

#[test]
fn a_wrong_setting_is_refused_with_its_line() {
    for (setting, words) in [
        ("to = \"sam\"", "is not an email address"),
        ("to = \"a@charity.example, b@charity.example\"", "is more than one address"),
        ("command = \"a\\nb\"", "must be on one line"),
        ("mail = \"x\"", "there is no setting `mail` here"),
    ] {
        let charity = Charity::new().people(1).setting(&format!("[notify]\n{setting}"));
        charity.run("status").ends(2).says(words).says("roundup.toml:");
    }
}

/// The first trap of a schedule is that nobody has set `due` up.
#[test]
fn a_schedule_that_nobody_has_set_up_is_named() {
    let never = "`roundup due` has never run";
    let says_never = |charity: &Charity| {
        let looks = ["status", "doctor"].map(|look| charity.run(look).stdout.contains(never));
        assert_eq!(looks[0], looks[1]);
        looks[0]
    };
    let plain = Charity::new().people(2);
    assert!(!says_never(&plain));
    plain.run("approve 2020 --as Amina").ends(0);
    assert!(!says_never(&plain));
    let later = (Utc::now() + TimeDelta::days(300)).format("%Y-%m-%dT%H:%M:00Z").to_string();
    plain.run(&format!("send 2020 --at {later}")).ends(0);
    assert!(says_never(&plain));
    plain.run("due").ends(0);
    assert!(!says_never(&plain));
    let with_schedule = Charity::new().people(2).setting("[schedule]\nevery = \"first Tuesday\"");
    assert!(says_never(&with_schedule));
    with_schedule.run("approve 2020 --as Amina").ends(0);
    assert!(says_never(&with_schedule));
    with_schedule.run("due").ends(0);
    assert!(!says_never(&with_schedule));
}

/// A mistake in the settings keeps `due` from everything: it is printed once an hour, and the operator hears of it where what a
/// notice needs can be read.
#[test]
fn settings_that_are_wrong_are_said_once_an_hour() {
    for wrong in [
        "[schedul]\nevery = \"first Tuesday\"",
        "[schedule]\nevery = \"someday\"",
        "[schedule]\nevery = 7",
        "[schedule\nevery = \"first Tuesday\"",
        "[archive]\nin_emails = true",
    ] {
        let server = Server::good();
        let charity = Charity::new().people(2).relay(&server).setting(NOTIFY);
        charity.run("due").ends(0);
        let charity = charity.setting(&format!("{NOTIFY}\n{wrong}"));
        let first = charity.run("due").ends(2);
        assert!(first.stderr.starts_with("error: "), "{wrong}: {first:?}");
        let again = charity.run("due").ends(2);
        assert_eq!(again.stderr, "", "{wrong}");
        assert!(charity.run("due --verbose").ends(2).stderr.contains("error: "), "{wrong}");
        assert!(charity.run("due --json").ends(2).stdout.contains("roundup.error/1"), "{wrong}");
        assert_eq!(notices(&server), ["trouble"], "{wrong}");
        assert!(charity.read("notices").contains("roundup due does nothing"), "{wrong}");
    }
    // Where that cannot be read either, it is printed, and no notice goes out.
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server).setting("[notify]\nto = 7");
    charity.run("due").ends(2);
    assert_eq!(charity.run("due").ends(2).stderr, "");
    assert_eq!(notices(&server).len(), 0);
}

#[test]
fn a_notice_names_the_project_where_the_command_was_given_one() {
    let server = Server::good();
    let settings = format!("{NOTIFY}\n[approval]\npeople = 2\n{ALWAYS}");
    let charity = Charity::new().people(2).setting(&settings).relay(&server);
    let folder = charity.path("roundup.toml").parent().unwrap().canonicalize().unwrap();
    let project = format!("roundup --project {}", folder.display());
    charity.run_in("news", "due --project ..").ends(0);
    assert!(charity.read("notices").contains(&format!("Next: {project} status")));
    change(&charity, "UPDATE operator_notices SET at = at - 90000000");
    charity.run_in("news", "approve 2020 --as Amina --project ..").ends(0);
    assert!(charity.read("notices").contains(&format!("Next: {project} approve 2020 --as ")));
    let emails: Vec<String> = server.taken().iter().map(|taken| taken.bytes.clone()).collect();
    assert_eq!(emails.iter().filter(|email| email.contains("--project")).count(), 2, "{emails:?}");
    // Settings that cannot be read: what writes the notice knows the folder all the same.
    let settings = charity.read("roundup.toml").replace("people = 2", "people = 7");
    let charity = charity.file("roundup.toml", settings);
    charity.run_in("news", "due --project ..").ends(2);
}
