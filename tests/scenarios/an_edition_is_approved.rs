//! Where two people must approve an edition, nothing goes out before, and every change needs their approval again.

use serde_json::Value;

use crate::support::{Charity, Ran, Server};

/// A charity where a number of people must approve; the account is the office's.
fn charity(people: u8) -> Charity {
    Charity::new()
        .people(2)
        .setting(&format!("[approval]\npeople = {people}"))
        .variable("ROUNDUP_SECRET", "0123456789abcdef0123456789abcdef")
        .variable("USER", "office")
}

fn shown(charity: &Charity, edition: &str) -> Value {
    serde_json::from_str(&charity.run(&format!("approve {edition} --show --json")).ends(0).stdout)
        .unwrap()
}

fn changes(charity: &Charity, edition: &str) -> String {
    let shown = shown(charity, edition);
    let changes = shown["changes"].as_array().unwrap();
    changes.iter().map(|change| change.as_str().unwrap()).collect::<Vec<_>>().join("; ")
}

#[test]
fn two_different_people_approve_and_then_it_is_sent() {
    let server = Server::good();
    let charity = charity(2).relay(&server);
    let refused = charity.run("send 2020 --confirm 2").ends(3);
    let refused =
        refused.says("`2020` is not approved: 2 people must approve it").says("nobody has");
    refused.says("roundup approve 2020");
    let first = charity.run("approve 2020 --as Amina").ends(0);
    let first = first.says("2 people").says("2 by consent").says("Story of the 21");
    first.says("2020 is approved by Amina (account office) on ").says("1 person to go");
    // The same person is not a second one, however the name is typed.
    for again in ["Amina", "AMINA", "amina"] {
        charity.run(&format!("approve 2020 --as {again}")).ends(0).says("1 person to go");
        charity.run("send 2020 --confirm 2").ends(3).says("1 has done so");
    }
    charity.run("approve 2020 --as Ben --confirm 3").ends(2).says("--confirm gives 3");
    charity.run("approve 2020 --as Ben --confirm 2").ends(0).says("Next: roundup send 2020");
    assert_eq!(shown(&charity, "2020")["approved"], true);
    assert!(server.everybody_once().is_empty());
    charity.run("send 2020 --confirm 2").ends(0);
    assert_eq!(server.everybody_once().len(), 2);
    charity.run("report 2020").ends(0).says("Approved by Amina").says("Approved by Ben");
    let report = charity.report("2020");
    assert_eq!(report["approvals"].as_array().unwrap().len(), 2);
    assert_eq!(report["approvals"][0]["account"], "office");
    assert_eq!(report["approvals"][0]["hash"], report["hash"]);
    charity
        .run("why p0@example.org")
        .ends(0)
        .says("approved by Amina (account office) on ")
        .says(" and by Ben (account office) on ");
    let why: Value =
        serde_json::from_str(&charity.run("why p0@example.org --json").ends(0).stdout).unwrap();
    assert_eq!(why["deliveries"][0]["approvals"][1]["who"], "Ben");
    // What was planned is sent: there is nothing left to approve.
    charity.run("approve 2020 --as Cy").ends(2).says("was planned already");
    charity.run("approve 2020 --show").ends(0).says("Approved by Ben").says("was planned on");
    let record = shown(&charity, "2020");
    assert_eq!(record["approvals"].as_array().unwrap().len(), 2);
    assert_eq!((&record["approved"], &record["hash"]), (&Value::Bool(true), &report["hash"]));
    assert_eq!(record["audience"]["people"], 2);
    charity.run("send 2020 --confirm 2").ends(0);
}

#[test]
fn every_change_voids_it_and_is_named() {
    let charity = charity(1);
    charity.run("draft --month 2020-12").ends(0);
    let approve = || drop(charity.run("approve 2020-12 --as Amina").ends(0).says("is approved by"));
    let voided = |words: &str| {
        charity.run("send 2020-12 --confirm 2").ends(3).says(words);
        assert!(changes(&charity, "2020-12").contains(words), "{words}");
        assert_eq!(shown(&charity, "2020-12")["approved"], false);
        charity.run("approve 2020-12 --show").ends(0).says("Changed since").says(words);
        approve();
        assert_eq!(shown(&charity, "2020-12")["approved"], true);
    };
    let write = |name: &str, text: &str| std::fs::write(charity.path(name), text).unwrap();
    let edit = |name: &str, from: &str, to: &str| {
        let text = charity.read(name);
        assert!(text.contains(from), "{text}");
        write(name, &text.replace(from, to));
    };
    approve();
    let draft = charity.read("editions/2020-12.md");
    let subject = draft.lines().find(|line| line.starts_with("subject:")).unwrap().to_owned();
    edit("editions/2020-12.md", &subject, "subject: A quiet winter");
    voided("the subject was");
    edit("news/2020-12-12-story.md", "What happened", "What really happened");
    voided("a story was edited: Story of the 12");
    edit("editions/2020-12.md", "template: monthly", "template: announcement");
    voided("the template was `monthly` and is `announcement`");
    charity.run("templates copy announcement").ends(0);
    let template = "templates/announcement.txt.hbs";
    write(template, &format!("{}\nAnother line\n", charity.read(template)));
    voided("the template `announcement` was edited");
    edit("roundup.toml", "1 Example Street", "2 Example Street");
    voided("edited: [organisation] in roundup.toml");
    let mut rows = charity.read("subscribers/people.csv");
    for number in 0..40 {
        rows.push_str(&format!("q{number}@example.org,Q,consent\n"));
    }
    write("subscribers/people.csv", &rows);
    voided("the audience was 2 people and is 42 people: 40 others are new");
    write("subscribers/people.csv", &rows.replace("q1", "r1").replace("q2", "r2"));
    voided("22 of the 42 people approved are no longer in it, and 22 others are");
    write("subscribers/people.csv", &rows.replace("q3", "r3"));
    voided("are no longer in it");
    write("subscribers/people.csv", &rows);
    approve();
    let segment = charity.run("send 2020-12 --segment first_name=\"Q\" --confirm 40").ends(3);
    segment.says("the audience was everybody and is the segment");
    // A few people who leave or join are the same audience.
    write("subscribers/people.csv", &rows.replace("q1@example.org,Q,consent\n", ""));
    charity.run("send 2020-12 --confirm 41").ends(0);
}

#[test]
fn whoever_edited_it_last_is_not_enough() {
    let charity = charity(1);
    charity.run("draft --month 2020-12").ends(0);
    let own = charity.run("approve 2020-12").ends(0);
    if cfg!(unix) {
        own.says("somebody else must too").says("1 person to go");
        charity.run("send 2020-12 --confirm 2").ends(3).says("whoever edited it last");
        // Another name on the same account is another person, and the record says which account it was.
        charity.run("approve 2020-12 --as Amina").ends(0).says("Amina (account office)");
    }
    charity.run("send 2020-12 --confirm 2").ends(0);
}

#[test]
fn an_account_has_one_owner() {
    let accounts =
        "[approval]\npeople = 1\n[approval.accounts]\noffice = \"Sam Jones\"\nak = \"Amina\"";
    let charity = charity(1).setting(accounts);
    let typed = |name: &str| -> Ran { charity.run(&format!("approve 2020 --as {name}")) };
    typed("Ben").ends(2).says("the account `office` belongs to Sam Jones");
    typed("--").ends(2);
    charity.run("approve 2020").ends(0).says("approved by Sam Jones (account office)");
    assert_eq!(shown(&charity, "2020")["approved"], true);
    let charity = charity.variable("USER", "lent");
    charity.run("approve 2020 --as amina").ends(2).says("approves from the account `ak`");
}

#[test]
fn nothing_is_approved_that_could_not_be_sent() {
    let charity = charity(1);
    for (settings, words) in [
        ("[approval]\npeople = 3", "0 to 2"),
        ("[approval]\npeople = \"two\"", "expected"),
        ("[approval]\npeopl = 2", "did you mean"),
    ] {
        charity.run("status").ends(0);
        let wrong = Charity::new().people(1).setting(settings);
        wrong.run("approve 2020 --as A").ends(2).says(words);
    }
    charity.run("approve 2019-07 --as Amina").ends(4);
    charity.run("approve no-such-edition --as Amina").ends(2);
    charity.run("approve").ends(4);
    let held = charity.file("subscribers/people.csv", "email,first_name,basis\n");
    held.run("approve 2020 --as Amina").ends(4).says("nobody to mail");
    assert_eq!(shown(&held, "2020")["approvals"].as_array().unwrap().len(), 0);
    // Without [approval] nobody waits for it.
    let free = Charity::new().people(2);
    free.run("approve 2020 --show").ends(0).says("asks for no approval");
    free.run("send 2020 --confirm 2").ends(0);
}
