//! Two newsletters of one charity: people who say no to one have left one, and people who say no to all are mailed by none.

use std::fs;

use crate::support::{Charity, Server};

fn complaint(returned: &str) -> String {
    format!(
        "From: fbl@isp.example\nTo: news@charity.example\nSubject: complaint\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n\
         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: redacted@isp.example\n\
         --b\nContent-Type: message/rfc822\n\nFrom: news@charity.example\nTo: redacted@isp.example\n{returned}\n\nText\n--b--\n"
    )
}

#[test]
fn who_says_no_to_all_newsletters_is_mailed_by_none() {
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("do-not-mail.db");
    let share = format!("subscribers share {} --yes", shared.display());
    let servers = [Server::good(), Server::good()];
    let nowhere = "smtp://127.0.0.1:1";
    let other = Charity::new().people(6).variable("ROUNDUP_RELAY", nowhere);
    let one = Charity::new().people(6).relay(&servers[0]);

    // What a newsletter knows already comes along.
    other.run("subscribers suppress p0@example.org --why objected").ends(0);
    other.run("subscribers suppress stranger@example.org --why objected").ends(0);
    other
        .run(&share)
        .ends(0)
        .says("was made")
        .says("1 person of this newsletter")
        .says("1 more person, whose address is not kept here");
    one.run(&share).ends(0).says("was found").says("1 person on the list in all");
    one.run(&share).ends(0).says("1 person on the list in all");
    assert!(one.read("roundup.toml").contains("do_not_mail = "));
    one.run("doctor").says("1 person said no to all newsletters");

    // To leave is of one newsletter.
    one.run("subscribers suppress p1@example.org --why unsubscribed").ends(0);
    one.run("why p0@example.org").ends(0).says("to another newsletter that shares");
    one.run("send --year 2020 --dry-run").ends(0).says("4 people");
    let unfolded = one.message_to("p2@example.org");
    let id = unfolded.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    one.run("send --year 2020 --confirm 4").ends(0);
    let mailed = ["p2", "p3", "p4", "p5"].map(|name| format!("{name}@example.org"));
    assert_eq!(servers[0].everybody_once(), mailed);

    // A complaint and an erasure are of all, also between the plan and the sending.
    other.run("send --year 2020 --confirm 5").ends(6);
    let one = one.file("mail/1", complaint(&id));
    one.run("inbox --dir mail").ends(0).says("1 complaint");
    one.run("subscribers erase p3@example.org --yes").ends(0);
    one.run("subscribers suppress p4@example.org --why preference-service").ends(0);
    other.run("why p2@example.org").ends(0).says("complained, to another newsletter");
    let other = other.relay(&servers[1]);
    let sent =
        other.run("send 2020 --confirm 5").says("5 of 5 people left, of whom 3 have said no");
    assert!(sent.code == 0 || sent.code == 5, "{sent:?}");
    let mailed = ["p1", "p5"].map(|name| format!("{name}@example.org"));
    assert_eq!(servers[1].everybody_once(), mailed);
    other.run("why p3@example.org").ends(0).says("erased, to another newsletter");
    // The list names nobody.
    let bytes = fs::read(&shared).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("@example.org"));

    // They wrote for it again, and the operator says where.
    one.run("why p4@example.org --at-their-request letter").ends(0);
    other.run("send --month 2020-12 --dry-run").ends(0);

    // Without the list nobody is mailed.
    let kept = fs::read(&shared).unwrap();
    for (bytes, words) in [
        (None, "is missing"),
        (Some(&b"email\nann@example.org\n"[..]), "is another kind of file"),
        (Some(&kept[..kept.len() / 2]), "cannot be used"),
    ] {
        match bytes {
            None => fs::remove_file(&shared).unwrap(),
            Some(bytes) => fs::write(&shared, bytes).unwrap(),
        }
        let refused = one.run("send --month 2020-12 --confirm 2").ends(1).says(words);
        assert!(refused.stderr.contains("help: "), "{refused:?}");
        one.run("doctor").says(words);
    }
    assert_eq!(servers[0].everybody_once().len(), 4);
    fs::write(&shared, kept).unwrap();
    one.run("send --month 2020-12 --dry-run").ends(0);
}

/// The people of a newsletter in its database, each with their state.
fn states(charity: &Charity) -> Vec<String> {
    let list = charity.run("subscribers list --json").ends(0);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let people = list["people"].as_array().unwrap().iter();
    people.map(|one| format!("{} {}", one["address"], one["state"]).replace('"', "")).collect()
}

#[test]
fn a_no_of_either_address_holds_in_every_newsletter() {
    let folder = tempfile::tempdir().unwrap();
    let share = format!("subscribers share {} --yes", folder.path().join("no.db").display());
    let people = (0..6).map(|n| format!("p{n}@example.org,consent\n")).collect::<String>();
    let [one, other] = [(), ()].map(|()| {
        let list = format!("email,basis\n{people}");
        let charity = Charity::new().people(0).file("list.csv", list);
        charity.run("subscribers import list.csv --yes").ends(0);
        charity.run(&share).ends(0);
        charity
    });
    // Said to one, and moved in the other afterwards.
    one.run("subscribers suppress p0@example.org --why objected").ends(0);
    let moved = other.run("subscribers move p0@example.org q0@example.org").ends(0);
    moved.says("is not mailed");
    // Moved in the other first.
    other.run("subscribers move p1@example.org q1@example.org").ends(0);
    one.run("subscribers suppress p1@example.org --why objected").ends(0);
    other
        .run("why q1@example.org")
        .ends(0)
        .says("objected to being emailed, to another newsletter");
    // Said at an address that the other does not have.
    one.run("subscribers move p2@example.org q2@example.org").ends(0);
    one.run("subscribers suppress q2@example.org --why objected").ends(0);
    other
        .run("why p2@example.org")
        .ends(0)
        .says("objected to being emailed, to another newsletter");
    // Said before at the address to which they move.
    other.run("subscribers suppress q3@example.org --why objected").ends(0);
    one.run("subscribers move p3@example.org q3@example.org").ends(0).says("is not mailed");
    other.run("why p3@example.org").ends(0).says("objected");
    // Erased.
    one.run("subscribers erase p4@example.org --yes").ends(0);
    let refused = other.run("subscribers move p4@example.org q4@example.org").ends(2);
    refused.says("p4@example.org was erased, and stays so");
    other.run("send --year 2020 --dry-run").ends(0).says("1 person");

    // The list shows it wherever people look, and no file takes it back.
    let expected =
        ["p2", "p3", "p4", "q0", "q1"].map(|who| format!("{who}@example.org unsubscribed"));
    let mailed = "p5@example.org subscribed".to_owned();
    let mut shown = states(&other);
    shown.sort();
    assert_eq!(shown, [&expected[..2], &expected[2..3], &[mailed], &expected[3..]].concat());
    let table = other.run("subscribers export").ends(0).stdout;
    assert_eq!(table.lines().filter(|line| line.contains(",unsubscribed,")).count(), 5, "{table}");
    other.run("subscribers import list.csv --yes").ends(0).says("stay so: 5 people");
    other.run("send --year 2020 --dry-run").ends(0).says("1 person");
    // What they take back at one address counts at the other.
    one.run("why q2@example.org --at-their-request letter").ends(0);
    other.run("send --year 2020 --dry-run").ends(0).says("2 people");

    // Between the plan and the sending too.
    let server = Server::good();
    other.run("subscribers move p5@example.org q5@example.org").ends(0);
    let other = other.variable("ROUNDUP_RELAY", "smtp://127.0.0.1:1");
    other.run("send --year 2020 --confirm 2").ends(6);
    one.run("subscribers suppress p5@example.org --why objected").ends(0);
    let other = other.relay(&server);
    let sent = other.run("send 2020 --confirm 2");
    assert!(sent.code == 0 || sent.code == 5, "{sent:?}");
    assert_eq!(server.everybody_once(), ["p2@example.org"]);
}
