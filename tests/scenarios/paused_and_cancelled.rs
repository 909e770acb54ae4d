//! Somebody other than the person who sends stops a run, for a while or for ever.

use chrono::{TimeDelta, Utc};

use crate::support::{Charity, Ran, Server};

#[test]
fn paused_from_elsewhere_it_stops_and_goes_on_when_it_is_let() {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(20);
    charity.run("pause 2020").ends(0).says("2020 is paused.");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap())
        .ends(6)
        .says("it was paused")
        .says("nobody was missed")
        .says("To resume: roundup send 2020 --unpause");
    let report = charity.report("2020");
    assert_eq!((&report["uncertain"], &report["state"]), (&0.into(), &"paused".into()));
    // A timer that runs the same command again does not undo it.
    charity.run("send 2020 --confirm 400").ends(6).says("--unpause");
    let another = "send 2020 --confirm 400 --purpose sales";
    charity.run(another).ends(2).says("as it was planned: roundup send 2020 --unpause");
    charity.run("status").ends(0).says("paused").says("To resume: roundup send 2020 --unpause");
    assert_eq!(server.taken().len() as u64, report["accepted"].as_u64().unwrap());
    charity.run("send 2020 --confirm 400 --unpause").ends(0);
    assert_eq!(server.everybody_once().len(), 400);
    charity.run("pause 2020").ends(4).says("nothing to pause");
}

#[test]
fn cancelled_who_has_nothing_yet_gets_nothing() {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(20);
    charity.run("cancel 2020 --confirm 380").ends(1).says("is being sent now");
    charity.run("pause 2020").ends(0);
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(6);
    let left = 400 - server.taken().len();
    charity.run("cancel 2020").ends(2).says(&format!("--confirm {left}"));
    charity.run("cancel 2020 --confirm 1").ends(2).says("nothing was changed");
    charity
        .run(&format!("cancel 2020 --confirm {left}"))
        .ends(0)
        .says(&format!("{} accepted + {left} cancelled", 400 - left));
    charity.run("send 2020 --confirm 400").ends(0).says("2020 was cancelled");
    charity.run("cancel 2020 --confirm 0").ends(4).says("nothing to cancel");
    assert_eq!(server.everybody_once().len(), 400 - left);
}

#[test]
fn without_a_name_every_run_is_paused() {
    let server = Server::halting_after(40);
    let charity = Charity::new().people(300).relay(&server);
    charity.run("pause").ends(4).says("there is nothing to pause");
    let year = charity.start("send --year 2020 --confirm 300 --rate 100/s");
    let month = charity.start("send --month 2020-12 --confirm 300 --rate 100/s");
    server.wait_for(40);
    charity.run("pause").ends(0).says("2020 is paused.").says("2020-12 is paused.");
    server.go_on();
    for child in [year, month] {
        Ran::of(child.wait_with_output().unwrap()).ends(6).says("it was paused");
    }
    for edition in ["2020", "2020-12"] {
        let report = charity.report(edition);
        assert_eq!((&report["uncertain"], &report["state"]), (&0.into(), &"paused".into()));
        charity.run(&format!("send {edition} --confirm 300")).ends(6).says("--unpause");
    }
    // A finished edition is not touched, and a second pause changes nothing.
    charity.run("send 2020 --confirm 300 --unpause").ends(0);
    let again = charity.run("pause --json").ends(0);
    let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    let names: Vec<&str> = again["editions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["edition"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["2020-12"]);
}

/// Who paused and cancelled a run stands in each look at it, in the order of time; what was cancelled is over for good.
#[test]
fn whoever_stops_a_run_is_named_afterwards() {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(400).relay(&server).variable("USER", "amina");
    let charity = charity.setting("[approval]\npeople = 1");
    charity.run("approve 2020 --as Amina").ends(0);
    let child = charity.start("send --year 2020 --confirm 400 --rate 100/s");
    server.wait_for(20);
    let charity = charity.variable("USER", "ben");
    charity.run("pause 2020").ends(0);
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(6);
    let looks = ["status", "report 2020", "approve 2020 --show"];
    for look in looks {
        charity.run(look).ends(0).says("It was paused by ben (account ben) on ");
    }
    let charity = charity.variable("USER", "cy");
    let left = 400 - server.taken().len();
    charity.run(&format!("cancel 2020 --confirm {left}")).ends(0);
    for look in looks {
        charity.run(look).ends(0).says("It was cancelled by cy (account cy) on ");
    }
    for look in &looks[1..] {
        let said = charity.run(look).stdout;
        let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("{words}: {said}"));
        assert!(at("Approved by Amina") < at("It was paused by ben"), "{said}");
        assert!(at("It was paused by ben") < at("It was cancelled by cy"), "{said}");
    }
    let later = (Utc::now() + TimeDelta::days(300)).format("%Y-%m-%dT%H:%M:00Z").to_string();
    for command in ["approve 2020 --as Dee".to_owned(), format!("send 2020 --at {later}")] {
        let refused = charity.run(&command).ends(2).says("was cancelled by cy (account cy) on ");
        refused.says("nobody else gets it").says("`roundup report 2020`");
    }
    charity.run("approve 2020 --show").says("and was cancelled: nobody else gets it");
    assert_eq!(server.everybody_once().len(), 400 - left);
}
