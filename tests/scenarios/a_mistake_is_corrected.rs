//! An edition had a mistake: people who got it get one correction; people who have nothing yet get the corrected edition, and nobody else anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Act, Charity, Ran, Server, Stage};

const NOTE: &str = "It is on 3 May, not on 3 June.";

/// The draft of the year with another introduction, and what was wrong.
fn correct(charity: Charity) -> Charity {
    let draft = charity.read("editions/2020.md");
    let draft = draft.replacen(
        "---\n\n",
        &format!("correction: \"{NOTE}\"\n---\n\nSee you on 3 May.\n"),
        1,
    );
    charity.file("editions/2020.md", draft)
}

/// How many messages each person has, and their last subject.
fn got(server: &Server) -> BTreeMap<String, Vec<String>> {
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for taken in server.taken() {
        let message = taken.bytes.replace("\r\n ", " ");
        got.entry(taken.recipient.clone()).or_default().push(message);
    }
    got
}

#[test]
fn those_who_got_it_get_the_correction_once_and_nobody_else_does() {
    let server = Server::good();
    let charity = Charity::new().people(6).relay(&server);
    charity.run("draft --year 2020").ends(0);
    charity.run("send 2020 --confirm 6").ends(0);
    charity.run("send --correction 2020 --confirm 6").ends(2).says("does not say what was wrong");
    let draft = charity.read("editions/2020.md");
    let only_the_note = draft.replacen("---\n\n", &format!("correction: \"{NOTE}\"\n---\n\n"), 1);
    let charity = charity.file("editions/2020.md", only_the_note);
    charity.run("send --correction 2020 --confirm 6").ends(2).says("nothing has changed since");
    let charity = correct(charity.file("editions/2020.md", draft));
    // Who left since then is not mailed again, and who came since then never had the mistake.
    charity.run("subscribers suppress p5@example.org --why unsubscribed").ends(0);
    let list =
        charity.read("subscribers/people.csv").replace("p4@example.org,Person 4,consent\n", "");
    let charity =
        charity.file("subscribers/people.csv", format!("{list}new@example.org,New,consent\n"));
    let six = charity.run("send --correction 2020 --dry-run --json").ends(0);
    assert!(six.stdout.contains("\"edition\": \"2020-correction\""), "{}", six.stdout);
    let people: serde_json::Value = serde_json::from_str(&six.stdout).unwrap();
    let people = people["people"].as_u64().unwrap();
    charity
        .run("send --correction 2020 --confirm 6")
        .ends(2)
        .says(&format!("the plan has {people}"));
    charity
        .run("approve --correction 2020 --show --json")
        .ends(0)
        .says("\"subject\": \"Correction: ");
    charity
        .run(&format!("send --correction 2020 --confirm {people}"))
        .ends(0)
        .says("Corrects  2020: 6 people got it");
    charity.run(&format!("send --correction 2020 --confirm {people}")).ends(0).says("is finished");
    charity.run(&format!("send 2020-correction --confirm {people}")).ends(0).says("is finished");
    let got = got(&server);
    for person in ["p0@example.org", "p1@example.org", "p2@example.org", "p3@example.org"] {
        assert_eq!(got[person].len(), 2, "{person}");
        assert!(got[person][1].contains("Subject: Correction: "), "{}", got[person][1]);
        assert!(got[person][1].contains(NOTE) && !got[person][0].contains(NOTE));
    }
    assert_eq!(got["p4@example.org"].len(), 1);
    assert!(!got.contains_key("new@example.org"));
    assert_eq!(charity.report("2020")["corrected_by"], "2020-correction");
    assert_eq!(charity.report("2020-correction")["corrects"], "2020");
    // Its subject is the one that people read.
    let subject = charity.report("2020-correction")["subject"].as_str().unwrap().to_owned();
    assert!(subject.starts_with("Correction: "), "{subject}");
    charity.run("report 2020-correction --html correction.html").ends(0).says(&subject);
    assert!(charity.read("correction.html").contains(&format!("“{subject}”")));
    charity.run("status").ends(0).says("2020-correction (corrects 2020)");
    charity.run("why p1@example.org").ends(0).says("2020-correction (corrects 2020): accepted");
    charity.run("why new@example.org").ends(0).says("not in the segment of people who got 2020");
}

#[test]
fn who_has_nothing_yet_gets_the_corrected_edition_without_a_word_of_the_mistake() {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(300).relay(&server);
    charity.run("draft --year 2020").ends(0);
    let child = charity.start("send 2020 --confirm 300 --rate 100/s");
    server.wait_for(20);
    let charity = correct(charity);
    charity.run("send --correction 2020 --confirm 300").ends(1).says("is being sent now");
    charity.run("pause").ends(0);
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(6);
    let first: Vec<String> = got(&server).into_keys().collect();
    assert!(first.len() < 300);
    charity.run("send --correction 2020 --confirm 300").ends(0).says("had nothing yet");
    for (person, messages) in got(&server) {
        let had_it = first.contains(&person);
        assert_eq!(messages.len(), if had_it { 2 } else { 1 }, "{person}");
        let last = messages.last().unwrap();
        assert_eq!(last.contains(NOTE), had_it, "{person}");
        assert_eq!(last.contains("Subject: Correction: "), had_it, "{person}");
        assert!(last.contains("See you on 3 May."), "{person}");
    }
    assert_eq!(got(&server).len(), 300);
    // The edition with the mistake is over.
    charity.run("send 2020 --confirm 300 --unpause").ends(0).says("2020 was cancelled");
    assert_eq!(charity.report("2020")["cancelled"].as_u64().unwrap(), 300 - first.len() as u64);
}

#[test]
fn those_in_doubt_get_it_only_where_somebody_says_so() {
    let last = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&last);
    let server = Server::scripted(move |at| {
        if at.stage == Stage::Dot && count.fetch_add(1, Ordering::SeqCst) == 0 {
            Act::TakeAndClose
        } else {
            Act::Go
        }
    });
    let charity = Charity::new().people(3).relay(&server);
    charity.run("draft --year 2020").ends(0);
    charity.run("send 2020 --confirm 3 --connections 1");
    let uncertain = charity.report("2020")["uncertain"].as_u64().unwrap();
    assert_eq!(uncertain, 1, "{:?}", charity.report("2020"));
    let charity = correct(charity);
    charity
        .run("send --correction 2020 --dry-run")
        .ends(0)
        .says("2 people would get it")
        .says("Subject   Correction: ")
        .says("then roundup send --correction 2020\n");
    charity.run("send --correction 2020").says("2020-correction · \"Correction: ");
    charity.run("send --correction 2020 --those-in-doubt --dry-run").ends(0).says("3 people");
    charity.run("send --correction 2020 --those-in-doubt --confirm 3").ends(0);
    assert_eq!(charity.report("2020-correction")["accepted"], 3);
}

#[test]
fn a_correction_can_be_corrected_and_what_was_never_sent_cannot() {
    let server = Server::good();
    let charity = Charity::new().people(2).relay(&server);
    charity.run("draft --year 2020").ends(0);
    charity.run("send --correction 2020 --confirm 2").ends(2).says("has never been sent");
    charity.run("send --those-in-doubt").ends(2);
    charity.run("send --correction 2020 --year 2020").ends(2);
    charity.run("send 2020 --confirm 2").ends(0);
    let charity = correct(charity);
    charity.run("send --correction 2020 --confirm 2").ends(0);
    charity
        .run("send --correction 2020-correction --confirm 2")
        .ends(2)
        .says("nothing has changed");
    let draft = charity.read("editions/2020.md").replace("See you", "We see you");
    let charity = charity.file("editions/2020.md", draft);
    charity.run("send --correction 2020-correction --confirm 2").ends(0);
    assert_eq!(charity.report("2020-correction-2")["corrects"], "2020-correction");
    assert!(got(&server).values().all(|messages| messages.len() == 3));
}
