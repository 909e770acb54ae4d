//! One edition, one ledger on `PostgreSQL`, several runs.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{Charity, Ran, Server, change_database, database, signal};

#[test]
fn three_senders_share_an_edition_and_a_pause_stops_them_all() {
    let Some(address) = database("machines") else { return };
    let server = Server::good();
    let charity = Charity::new().people(600).relay(&server).variable("ROUNDUP_LEDGER", &address);
    let command = "send --year 2020 --confirm 600 --rate 300/s --connections 2";
    let first = charity.start(command);
    server.wait_for(5);
    let others: Vec<_> = (0..2).map(|_| charity.start(command)).collect();
    server.wait_for(150);
    charity.run("pause 2020").ends(0);
    for child in others.into_iter().chain([first]) {
        Ran::of(child.wait_with_output().unwrap()).ends(6).says("it was paused");
    }
    let report = charity.report("2020");
    assert_eq!(report["uncertain"], 0);
    assert_eq!(report["accepted"].as_u64().unwrap(), server.taken().len() as u64);
    charity.run("send 2020 --confirm 600 --unpause").ends(0);
    assert_eq!(server.everybody_once().len(), 600);
}

#[test]
fn one_rate_for_all_senders() {
    let Some(address) = database("one_rate") else { return };
    let server = Server::good();
    let charity = Charity::new().people(120).relay(&server).variable("ROUNDUP_LEDGER", &address);
    let started = std::time::Instant::now();
    let command = "send --year 2020 --confirm 120 --rate 60/s";
    let first = charity.start(command);
    server.wait_for(1);
    let second = charity.start(command);
    for child in [first, second] {
        Ran::of(child.wait_with_output().unwrap()).ends(0);
    }
    assert_eq!(server.everybody_once().len(), 120);
    // At the rate of a single one: 120 slots, the first at once.
    assert!(started.elapsed().as_secs_f64() >= 119.0 / 60.0, "{:?}", started.elapsed());
}

#[test]
fn a_sender_that_was_stopped_past_its_lease_sends_nothing_when_it_wakes() {
    let Some(address) = database("zombie") else { return };
    let server = Server::halting_after(20);
    let charity = Charity::new().people(300).relay(&server).variable("ROUNDUP_LEDGER", &address);
    let zombie = charity.start("send --year 2020 --confirm 300 --rate 100/s --connections 2");
    server.wait_for(20);
    signal(&zombie, "STOP");
    server.go_on();
    // Its lease passes by the server's clock; another one takes over and finishes.
    change_database(&address, "UPDATE roundup.senders SET lease_until = clock_timestamp()");
    let ran = charity.run("send 2020 --confirm 300");
    assert!(matches!(ran.code, 0 | 5), "{ran:?}");
    let taken = server.taken().len();
    signal(&zombie, "CONT");
    Ran::of(zombie.wait_with_output().unwrap()).ends(6).says("the same command sends what is left");
    let report = charity.report("2020");
    assert_eq!((&report["state"], &report["planned"]), (&"finished".into(), &0.into()));
    assert!(report["uncertain"].as_u64().unwrap() <= 4, "{report}");
    server.everybody_once();
    // A message that was complete before the stop may be counted a moment later; none is begun.
    assert!(server.taken().len() <= taken + 2);
}

/// A database server of this test only, that it may restart.
struct OwnServer {
    child: std::process::Child,
    address: String,
    restart: String,
}

impl OwnServer {
    fn start() -> Option<Self> {
        // Where the tests have no server, this one has none either.
        database("own_server")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres");
        let said = "echo $ROUNDUP_TEST_POSTGRES $ROUNDUP_TEST_POSTGRES_RESTART; cat > /dev/null";
        let mut child = Command::new(script)
            .args(["sh", "-c", said])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, restart) = line.trim().split_once(' ').unwrap();
        Some(Self { address: address.to_owned(), restart: restart.to_owned(), child })
    }

    fn database(&self, name: &str) -> String {
        let address = format!("{}/postgres", self.address);
        change_database(&address, &format!("CREATE DATABASE {name}"));
        format!("{}/{name}", self.address)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
fn a_database_server_that_restarts_under_load_leaves_one_in_doubt_a_connection_at_most() {
    let Some(server) = OwnServer::start() else { return };
    for mode in ["fast", "immediate"] {
        let address = server.database(mode);
        let relay = Server::good();
        let charity = Charity::new().people(600).relay(&relay).variable("ROUNDUP_LEDGER", &address);
        let child = charity.start("send --year 2020 --confirm 600 --connections 3");
        relay.wait_for(100);
        for restart in 1..=2 {
            let ended = Command::new(&server.restart).arg(mode).status().unwrap();
            assert!(ended.success());
            relay.wait_for(100 + restart * 150);
        }
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(matches!(ran.code, 0 | 5), "{mode}: {ran:?}");
        let report = charity.report("2020");
        let uncertain = report["uncertain"].as_u64().unwrap();
        assert!(uncertain <= 6, "{mode}: {report}");
        assert_eq!(report["accepted"].as_u64().unwrap() + uncertain, 600, "{mode}: {report}");
        assert!(relay.everybody_once().len() as u64 >= 600 - uncertain, "{mode}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    let charity = Charity::new()
        .people(3)
        .variable("ROUNDUP_RELAY", "smtp://127.0.0.1:9")
        .variable("ROUNDUP_LEDGER", "postgres://roundup:s3cret@127.0.0.1:9/news");
    let ran = charity.run("send --year 2020 --confirm 3").ends(6).says("cannot be reached");
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
}
