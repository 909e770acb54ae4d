//! Somebody else than the sender stops a run, for a while or for ever.

use crate::support::{Charity, Ran, Server};

#[test]
fn paused_from_elsewhere_it_stops_and_goes_on_when_it_is_let() {
    let server = Server::good();
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(20);
    charity.run("pause 2020").ends(0).says("2020 is paused.");
    Ran::of(child.wait_with_output().unwrap())
        .ends(6)
        .says("it was paused")
        .says("nobody was missed");
    let report = charity.report("2020");
    assert_eq!((&report["uncertain"], &report["state"]), (&0.into(), &"paused".into()));
    // A timer that runs the same command again does not undo it.
    charity.run("send 2020 --confirm 400").ends(6).says("--unpause");
    charity.run("status").ends(0).says("paused");
    assert_eq!(server.taken().len() as u64, report["accepted"].as_u64().unwrap());
    charity.run("send 2020 --confirm 400 --unpause").ends(0);
    assert_eq!(server.everybody_once().len(), 400);
    charity.run("pause 2020").ends(4).says("nothing to pause");
}

#[test]
fn cancelled_who_has_nothing_yet_gets_nothing() {
    let server = Server::good();
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(20);
    charity.run("cancel 2020 --confirm 380").ends(1).says("is being sent now");
    charity.run("pause 2020").ends(0);
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
