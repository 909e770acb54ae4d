//! An edition is for some people only: a filter finds them, they are counted before it is sent, and the plan keeps them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Act, Charity, Server, Stage};

const LIST: &str = "email,first_name,basis,town,joined,tags\n\
    ann@charity.org.uk,Ann,consent,York,2023-05-01,\"policy,press\"\n\
    bob@charity.org.uk,Bob,consent,Leeds,2025-05-01,policy\n\
    cy@charity.org.uk,Cy,consent,leeds,,policy\n\
    di@charity.org.uk,Di,,York,2022-01-01,policy\n\
    ed@charity.org.uk,Ed,consent,Hull,2021-01-01,press\n";
const POLICY: &str =
    "name = \"Policy people\"\nfilter = 'tag = \"policy\" and joined < 2026-01-01'\n";

fn charity() -> Charity {
    Charity::new().file("subscribers/people.csv", LIST).file("segments/policy.toml", POLICY)
}

#[test]
fn only_the_people_of_the_segment_are_mailed_and_the_plan_keeps_them() {
    let server = Server::good();
    let charity = charity().relay(&server);
    let counted = "policy (Policy people): 2 of 4 people who may be mailed; 1 person has a cell";
    charity.run("preview 2020 --segment policy --out pages").ends(0).says(counted);
    charity.run("send 2020 --segment policy --dry-run").ends(0).says("2 people would get it");
    charity.run("send 2020 --segment policy --confirm 4").ends(2).says("--confirm gives 4");
    charity.run("send 2020 --segment policy --confirm 2").ends(0).says(counted);
    assert_eq!(server.everybody_once(), ["ann@charity.org.uk", "bob@charity.org.uk"]);
    let report = charity.report("2020");
    assert_eq!((&report["people"], &report["left_out"]), (&2.into(), &1.into()));
    assert_eq!(report["segment"], "policy");
    charity.run("why ed@charity.org.uk").ends(0).says("not in the segment policy");
    charity.run("why cy@charity.org.uk").ends(0).says("cannot be compared");
}

#[test]
fn a_draft_keeps_its_segment_and_templates_ask_about_a_filter() {
    let charity = charity();
    charity.run("draft --year 2020 --segment policy").ends(0);
    let draft = charity.read("editions/2020.md");
    assert!(draft.contains("segment: \"policy\""), "{draft}");
    charity.run("send 2020 --dry-run").ends(0).says("2 people would get it");
    let draft = draft.replace("segment: \"policy\"", "segment: \"press\"");
    let words = "{{#for_segment \"far\"}}Come and visit{{else}}See you soon{{/for_segment}}";
    let charity = charity
        .file("editions/2020.md", format!("{draft}\n{words}\n"))
        .file("segments/far.toml", "filter = 'town not in (\"York\", \"Leeds\")'\n");
    charity.run("send 2020 --dry-run").ends(2).says("there is no segment `press`");
    let charity = charity.file("segments/press.toml", "filter = 'tag = \"press\"'\n");
    charity.run("send 2020 --dry-run").ends(0).says("2 people would get it");
    let message = |name: &str| charity.read(&format!("preview/2020/messages/{name}.eml"));
    assert!(message("1-ann@charity.org.uk").contains("See you soon"));
    assert!(message("2-ed@charity.org.uk").contains("Come and visit"));
}

#[test]
fn what_is_wrong_with_a_filter_is_shown_and_nothing_is_sent() {
    let charity = charity();
    for (filter, code, what, help) in [
        ("twon=1", 2, "the list has no column `twon`", "did you mean `town`?"),
        ("town=York", 2, "`York` is a text without quotation marks", "write \"York\""),
        ("polcy", 2, "there is no segment `polcy`", "did you mean `policy`?"),
        ("town=\"Bath\"", 4, "there is nobody to mail", "nobody is in the segment"),
    ] {
        let arguments = format!("send 2020 --dry-run --segment {filter}");
        charity.run(&arguments).ends(code).says(what).says(help);
    }
    let bad = "filter = '''\n  town = \"York\" or\n  town < \"x\"'''\n";
    let charity = charity.file("segments/bad.toml", bad);
    charity.run("send 2020 --dry-run").ends(2).says("segments/bad.toml:3:8");
}

#[test]
fn an_edition_goes_on_as_it_was_planned() {
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let server = Server::scripted(move |at| {
        let waits = at.stage == Stage::Recipient && !is_open.load(Ordering::SeqCst);
        if waits {
            Act::Answer("550 5.4.5 You have reached your daily SMTP relay limit")
        } else {
            Act::Go
        }
    });
    let charity = charity().relay(&server);
    charity.run("send 2020 --segment policy --confirm 2").says("Segment   policy");
    assert_eq!(server.taken().len(), 0);
    open.store(true, Ordering::SeqCst);
    // Another filter and another town: the plan stands. Somebody new would be in the segment.
    let moved = LIST.replace("Leeds,2025-05-01,policy", "Bath,2025-05-01,press")
        + "fy@charity.org.uk,Fy,consent,York,2020-01-01,policy\n\
           gus@charity.org.uk,Gus,consent,York,2020-01-01,donor\n";
    let charity = charity
        .file("segments/policy.toml", "filter = 'town = \"Hull\"'\n")
        .file("subscribers/people.csv", moved);
    charity
        .run("send 2020 --segment policy --confirm 2")
        .ends(2)
        .says("`2020` was planned for the segment policy, and not for the segment policy");
    charity.run("send 2020 --confirm 2").ends(0).says("1 person joined the list since the plan");
    assert_eq!(server.everybody_once(), ["ann@charity.org.uk", "bob@charity.org.uk"]);
}

#[test]
fn whoever_was_not_in_a_finished_edition_is_counted_and_not_passed_over() {
    let server = Server::good();
    let charity = charity().relay(&server);
    charity.run("draft --month 2020-12").ends(0);
    charity.run("send 2020-12 --segment policy --confirm 2").ends(0);
    // The number of everybody is not the number of those who got it.
    charity
        .run("send 2020-12 --confirm 4")
        .ends(2)
        .says("`2020-12` is finished with 2 people, but --confirm gives 4")
        .says("2 people have not got it: it was planned for the segment policy, and now means everybody")
        .says("roundup send 2020-12-others");
    charity.run("send 2020-12").ends(5).says("2 people have not got it");
    // Whoever types the number of the plan means the plan; so does the same command again.
    charity.run("send 2020-12 --confirm 2").ends(0).says("2020-12 is finished");
    charity.run("send 2020-12 --segment policy --confirm 2").ends(0);
    charity
        .run("send 2020-12 --segment town=\"Hull\" --confirm 1")
        .ends(2)
        .says("planned for the segment");
    // The draft that means other people now, the same number of them.
    let draft = charity.read("editions/2020-12.md");
    let hull = draft.replacen("---\n", "---\nsegment: 'town in (\"Hull\", \"York\")'\n", 1);
    let charity = charity.file("editions/2020-12.md", &hull);
    let others = charity.run("send 2020-12 --confirm 2").ends(5).says("1 person has not got it");
    let line = others.stderr.split("with the line segment: '").nth(1).unwrap();
    let filter = line.split("', then").next().unwrap();
    let copy = draft.replacen("---\n", &format!("---\nsegment: '{filter}'\n"), 1);
    let charity = charity.file("editions/2020-12-others.md", &copy);
    charity.run("send 2020-12-others --confirm 1").ends(0);
    assert_eq!(
        server.everybody_once(),
        ["ann@charity.org.uk", "bob@charity.org.uk", "ed@charity.org.uk"]
    );
}

#[test]
fn a_copy_of_a_draft_under_another_name_goes_to_nobody_twice() {
    let server = Server::good();
    let charity = charity().relay(&server);
    charity.run("draft --month 2020-12").ends(0);
    charity.run("send 2020-12 --segment policy --confirm 2").ends(0);
    let draft = charity.read("editions/2020-12.md");
    let subject = draft.lines().find(|line| line.starts_with("subject:")).unwrap();
    let copy = draft.replace(subject, "subject: Please read this one");
    let charity = charity.file("editions/2020-12-b.md", &copy);
    let said = "in edition 2020-12 already, which 2 of ";
    charity.run("check 2020-12-b --segment policy").ends(3).says(said);
    charity.run("approve 2020-12-b --segment policy --as Amina").ends(3).says(said);
    charity.run("send 2020-12-b --segment policy --confirm 2").ends(3).says(said);
    charity.run("send 2020-12-b --segment town=\"Hull\" --confirm 1").ends(0);
    // On purpose, with a reason.
    let charity = charity.setting(
        "[[checks.ignore]]\nrule = \"earlier-edition\"\nedition = \"2020-12-b\"\nreason = \"a reminder\"",
    );
    charity.run("check 2020-12-b --segment policy").ends(0);
}
