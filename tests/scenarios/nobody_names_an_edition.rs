//! Where no edition is named, every command takes the one that `roundup` by itself names, and every next command works.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::{Act, Charity, Ran, Server, Stage};

fn charity() -> Charity {
    Charity::new()
        .people(2)
        .file("news/november.md", "---\ntitle: Bells\ndate: 2020-11-05\n---\n\nWords.\n")
        .variable("ROUNDUP_SECRET", "0123456789abcdef0123456789abcdef")
        .variable("USER", "office")
}

/// The next command of `roundup` by itself and of `status`, which agree; it works.
fn next(charity: &Charity) -> String {
    let json = |command: &str| -> Value {
        serde_json::from_str(&charity.run(&format!("{command} --json")).ends(0).stdout).unwrap()
    };
    let (overview, status) = (json(""), json("status"));
    assert_eq!(overview["next"], status["next"], "{overview} {status}");
    let next = overview["next"].as_str().unwrap().to_owned();
    let words = next.strip_prefix("roundup ").unwrap().to_owned();
    let tried = match words.split(' ').next().unwrap() {
        "preview" => format!("{words} --out look"),
        "send" => format!("{words} --dry-run"),
        "approve" => format!("{words} --show"),
        _ => words,
    };
    charity.run(&tried).ends(0);
    next
}

#[test]
fn an_unsent_draft_is_taken_by_every_command_and_not_written_twice() {
    let charity = charity();
    charity.run("draft --month 2020-11").ends(0);
    charity.run("send 2020-11 --confirm 2").ends(0);
    charity.run("draft --month 2020-12").ends(0);
    assert_eq!(next(&charity), "roundup preview 2020-12");
    for command in [
        "check --offline",
        "test --to me@charity.org.uk",
        "preview --out look",
        "send --dry-run",
        "approve --show",
        "draft --refresh",
    ] {
        charity.run(command).ends(0).says("Using your draft editions/2020-12.md.");
    }
    let again = charity.run("draft").ends(2).says("`2020-12` is not sent yet");
    again.says("`roundup preview 2020-12`");
    assert_eq!(charity.files("editions").len(), 2);
    // A window that is named is the one that is meant.
    charity.run("send --month 2020-12 --segment everybody --dry-run").ends(2);
    charity.run("send --confirm 2").ends(0).says("2020-12");
    charity.run("report").ends(0).says("2020-12");
}

#[test]
fn what_has_begun_is_carried_on_by_the_same_command_line() {
    let charity = charity().variable("ROUNDUP_RELAY", "smtp://127.0.0.1:9");
    charity.run("draft --month 2020-11").ends(0);
    charity.run("send --confirm 2").ends(6).says("Using your draft editions/2020-11.md.");
    charity.run("").ends(0).says("Next: roundup send 2020-11");
    charity.run("draft --month 2020-12").ends(0);
    let server = Server::good();
    let charity = charity.relay(&server);
    charity.run("send --confirm 2").ends(0).says("Taking 2020-11, which is not finished.");
    assert_eq!(server.everybody_once().len(), 2);
    assert_eq!(next(&charity), "roundup preview 2020-12");
}

#[test]
fn what_was_practised_is_not_sent_for_real() {
    let charity = charity();
    charity.run("draft --month 2020-11").ends(0);
    charity.run("send --confirm 2").ends(0);
    let server = Server::good();
    let charity = charity.relay(&server);
    assert_eq!(next(&charity), "roundup preview 2020-11");
    charity.run("send --confirm 2").ends(0).says("Using your draft editions/2020-11.md.");
    assert_eq!(server.everybody_once().len(), 2);
}

#[test]
fn an_approval_a_time_and_a_stop_are_known_wherever_the_next_step_is_named() {
    let charity = charity();
    charity.run("draft --month 2020-11").ends(0);
    charity.run("approve 2020-11 --as Amina").ends(0);
    charity.run("").ends(0).says("2020-11 is approved, and not sent yet.");
    assert_eq!(next(&charity), "roundup send 2020-11");
    let at = format!("{}-01-05T10:00:00Z", chrono::Datelike::year(&chrono::Utc::now()) + 1);
    charity.run(&format!("send 2020-11 --at {at}")).ends(0);
    charity.run("").ends(0).says("2020-11 is approved, and due on ");
    assert_eq!(next(&charity), "roundup due --install-hints");
    charity.run("pause 2020-11").ends(0);
    assert_eq!(next(&charity), "roundup send 2020-11 --unpause");
    charity.run("approve 2020-11 --as Amina").ends(0);
    // One that was cancelled does not hide another.
    charity.run("draft --month 2020-12").ends(0);
    assert_eq!(next(&charity), "roundup preview 2020-12");
    charity.run("cancel 2020-12").ends(0);
    assert_eq!(next(&charity), "roundup due --install-hints");
    let both = charity.run("").ends(0).says("2020-11 is approved, and due on ");
    both.says("2020-12 has a draft, and was cancelled");
    charity
        .run("check --offline")
        .ends(0)
        .says("Not sent yet either: 2020-12; name one to take it.");
    // What went out by hand has no time any more.
    charity.run("send 2020-11 --confirm 2").ends(0);
    let status = charity.run("status").ends(0).says("finished");
    assert!(!status.stdout.contains("due on"), "{}", status.stdout);
    assert_eq!(next(&charity), "roundup approve 2020-12");
}

#[test]
fn those_whom_it_was_approved_for_stay_the_same() {
    let charity = charity();
    let filter = "email=\"p0@example.org\"";
    let words = ["approve", "2020-12", "--as", "Amina", "--segment", filter].map(str::to_owned);
    charity.run_words(&words).ends(0).says("1 person");
    charity.run("").ends(0).says("Next: roundup send 2020-12 --segment '").says(filter);
    charity.run("send --confirm 1").ends(0).says("Taking 2020-12, which is not sent yet.");
}

/// Runs each command that was printed, but those that mail somebody.
fn every_step_can_be_taken(charity: &Charity, printed: &Ran) {
    let text = format!("{}\n{}", printed.stdout, printed.stderr);
    let mut taken = 0;
    for step in text.split("roundup ").skip(1) {
        let end = step.find(['`', '\n', ')', '"']).unwrap_or(step.len());
        let step = step[..end].trim().trim_end_matches(['.', ',']);
        let rest = if step.starts_with("preview") {
            " --out looked-at"
        } else if step.starts_with("send") {
            " --dry-run"
        } else {
            continue;
        };
        charity.run(&format!("{step}{rest}")).ends(0);
        taken += 1;
    }
    assert!(taken > 0, "{text}");
}

#[test]
fn an_approved_correction_is_named_and_taken_only_by_its_name() {
    let charity = charity();
    // Nothing is prepared yet: `status` names the same step.
    assert_eq!(next(&charity), "roundup preview --month 2020-12");
    charity.run("draft --month 2020-11").ends(0);
    charity.run("send --confirm 2").ends(0);
    let draft = charity.read("editions/2020-11.md");
    let noted = draft.replacen("---\n", "---\ncorrection: \"The bells ring at six.\"\n", 1);
    let corrected = noted.replace("preheader: \"", "preheader: \"At six: ");
    let charity = charity.file("editions/2020-11.md", noted);
    let unchanged = charity.run("approve --correction 2020-11 --as Amina");
    unchanged.ends(2).says("nothing has changed since `2020-11` was sent");
    let charity = charity.file("editions/2020-11.md", corrected);
    let approved = charity.run("approve --correction 2020-11 --as Amina").ends(0);
    every_step_can_be_taken(&charity, &approved);
    let later = charity.run_words(
        &["send", "--correction", "2020-11", "--at", "2027-01-05 10:00"].map(str::to_owned),
    );
    later.ends(2).says("a correction gets no time").says("roundup send --correction 2020-11");
    charity.run("status").ends(0).says(
        "2020-11-correction is approved, and goes out by hand. Next: roundup send --correction 2020-11",
    );
    charity.run("check 2020-11-correction --offline").ends(0);
    charity.run("due").ends(0);
    charity.run("").ends(0).says("2020-11-correction is approved, and not sent yet.");
    assert_eq!(next(&charity), "roundup send --correction 2020-11");
    // A command without a name does not touch it, and says so.
    let check = charity.run("check --offline").says("2020-11-correction is approved");
    assert!(!check.stdout.contains("Corrects"), "{}", check.stdout);
    charity.run("draft --month 2020-12").ends(0);
    charity
        .run("check --offline")
        .ends(0)
        .says("Using your draft editions/2020-12.md. Not sent yet either: 2020-11-correction");
    charity.run("send --correction 2020-11 --confirm 2").ends(0);
    charity.run("approve 2020-12 --as Amina").ends(0);
    assert_eq!(next(&charity), "roundup send 2020-12");
}

/// The server takes the first message, and the connection ends before it says so.
fn uncertain_once() -> Server {
    let count = AtomicUsize::new(0);
    Server::scripted(move |at| {
        if at.stage == Stage::Dot && count.fetch_add(1, Ordering::SeqCst) == 0 {
            Act::TakeAndClose
        } else {
            Act::Go
        }
    })
}

#[test]
fn an_approved_correction_that_has_changed_is_named_as_an_edition_is() {
    let server = uncertain_once();
    let charity = Charity::new()
        .people(3)
        .relay(&server)
        .variable("ROUNDUP_SECRET", "0123456789abcdef0123456789abcdef")
        .variable("USER", "office");
    charity.run("draft --year 2020").ends(0);
    charity.run("send 2020 --confirm 3 --connections 1");
    let draft = charity.read("editions/2020.md");
    let noted = draft.replacen("---\n", "---\ncorrection: \"The bells ring at six.\"\n", 1);
    let corrected = noted.replace("preheader: \"", "preheader: \"At six: ");
    let mut charity = charity.file("editions/2020.md", &corrected);
    for (doubt, other) in [("", " --those-in-doubt"), (" --those-in-doubt", "")] {
        let which = format!("--correction 2020{doubt}");
        charity
            .run(&format!("approve {which} --as Amina"))
            .ends(0)
            .says(&format!("Next: roundup send {which}\n"));
        // By its name it is what was approved.
        for show in [format!("approve {which} --show"), "approve 2020-correction --show".to_owned()]
        {
            charity.run(&show).ends(0).says("is approved by Amina");
        }
        charity
            .run(&format!("approve --correction 2020{other} --show"))
            .ends(0)
            .says("people whose delivery is uncertain were");
        let by_hand = format!(
            "2020-correction is approved, and goes out by hand. Next: roundup send {which}\n"
        );
        charity.run("status").ends(0).says(&by_hand);
        assert_eq!(next(&charity), format!("roundup send {which}"));
        charity
            .run(&format!("send {which} --dry-run"))
            .says(&format!("then roundup send {which}\n"));

        let edited =
            corrected.replace("preheader: \"", &format!("preheader: \"Again{}: ", doubt.len()));
        charity = charity.file("editions/2020.md", edited);
        let changed = format!(
            "2020-correction has changed since its approval, and is not sent. Next: roundup approve {which}\n"
        );
        let status = charity.run("status").ends(0).says(&changed);
        assert!(!status.stdout.contains("goes out by hand"), "{}", status.stdout);
        let json = charity.run("status --json").ends(0).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["schedule"]["changed"], serde_json::json!(["2020-correction"]));
        assert_eq!(json["schedule"]["approved"], serde_json::json!([]));
        charity.run("").ends(0).says("2020-correction has changed since its approval");
        assert_eq!(next(&charity), format!("roundup approve {which}"));
        charity.run("approve 2020-correction --show").ends(0).says("the preheader was");
        let due = charity.run("due").ends(0);
        assert!(!due.stdout.contains("2020-correction"), "{}", due.stdout);
    }
    // One that can no longer be made is named with the reason.
    let charity = charity.file("editions/2020.md", draft);
    charity.run("approve --correction 2020 --as Amina").ends(2).says("does not say what was wrong");
}

#[test]
fn an_approved_correction_without_its_note_cannot_be_sent_and_status_says_so() {
    let charity = charity();
    charity.run("draft --month 2020-11").ends(0);
    charity.run("send 2020-11 --confirm 2").ends(0);
    let draft = charity.read("editions/2020-11.md");
    let noted = draft.replacen("---\n", "---\ncorrection: \"The bells ring at six.\"\n", 1);
    let corrected = noted.replace("preheader: \"", "preheader: \"At six: ");
    let charity = charity.file("editions/2020-11.md", corrected);
    charity.run("approve --correction 2020-11 --as Amina").ends(0);
    let charity = charity.file("editions/2020-11.md", draft);
    let status = charity.run("status").ends(0);
    let status = status.says("`2020-11-correction` is approved, and cannot be sent: ");
    assert!(!status.stdout.contains("goes out by hand"), "{}", status.stdout);
}

#[test]
fn the_next_command_keeps_the_segment_and_the_purpose_that_were_typed() {
    let charity = charity().setting("[approval]\npeople = 1");
    charity.run("draft --month 2020-12").ends(0);
    let typed = "2020-12 --segment 'first_name = \"Person 1\"' --purpose sales";
    let words = |command: &str| -> Vec<String> {
        let all = ["2020-12", "--segment", "first_name = \"Person 1\"", "--purpose", "sales"];
        let more = command.split(' ').chain(all).map(str::to_owned);
        more.collect()
    };
    let charity = charity.file(
        "subscribers/people.csv",
        "email,first_name,basis\np0@example.org,Person 0,consent\np1@example.org,Person 1,consent\n",
    );
    let dry = charity.run_words(&words("send --dry-run"));
    dry.ends(0).says(&format!("then roundup send {typed}\n"));
    let refused = charity.run_words(&words("send --confirm 1"));
    refused.ends(3).says(&format!("approve it: roundup approve {typed}\n"));
    let approved = charity.run_words(&words("approve --as Amina --confirm 1"));
    approved.ends(0).says(&format!("Next: roundup send {typed}\n"));
    charity.run("pause 2020-12").ends(0).says(&format!("roundup send {typed} --unpause"));
    let mut test = words("test");
    test.extend(["--to", "me@charity.org.uk"].map(str::to_owned));
    charity.run_words(&test).ends(0).says(&format!("roundup send {typed}"));
    charity.run("cancel 2020-12").ends(0).says(&format!("roundup approve {typed}"));
    let status = charity.run("status").ends(0);
    status.says(&format!("roundup approve {typed}"));
}
