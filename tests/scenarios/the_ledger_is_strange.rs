//! A run that carries on with a ledger that is days old, was copied, or comes from a backup, has a question first.

use std::fs;

use crate::support::{Charity, Ran, Server, signal};

const LEDGER: &str = ".roundup/ledger.db";

/// A run of 400 people that was stopped after some of them.
fn stopped() -> (Server, Charity) {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 200/s");
    server.wait_for(20);
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    (server, charity)
}

fn change(charity: &Charity, sql: &str) {
    let ledger = rusqlite::Connection::open(charity.path(LEDGER)).unwrap();
    ledger.execute_batch(sql).unwrap();
}

#[test]
fn a_backup_that_was_brought_back_does_not_mail_people_again() {
    let (server, charity) = stopped();
    change(&charity, "PRAGMA wal_checkpoint(TRUNCATE)");
    let backup = fs::read(charity.path(LEDGER)).unwrap();
    charity.run("send 2020 --confirm 400").ends(0);
    assert_eq!(server.everybody_once().len(), 400);
    for file in [".roundup/ledger.db-wal", ".roundup/ledger.db-shm"] {
        let _ = fs::remove_file(charity.path(file));
    }
    fs::write(charity.path(LEDGER), backup).unwrap();
    charity.run("send 2020 --confirm 400").ends(2).says("it may come from a backup");
    // Nobody was mailed again.
    assert_eq!(server.everybody_once().len(), 400);
}

#[test]
fn a_ledger_from_another_computer_is_asked_about() {
    let (server, charity) = stopped();
    let taken = server.taken().len();
    fs::remove_dir_all(charity.path(".state")).unwrap();
    charity.run("send 2020 --confirm 400").ends(2).says("it may be a copy");
    assert_eq!(server.taken().len(), taken);
    charity.run("send 2020 --confirm 400 --trust-ledger").ends(0).says("it may be a copy");
    assert_eq!(server.everybody_once().len(), 400);
}

#[test]
fn a_run_that_is_days_old_is_asked_about() {
    let (server, charity) = stopped();
    let taken = server.taken().len();
    let days = "4 * 24 * 3600 * 1000";
    change(
        &charity,
        &format!(
            "UPDATE editions SET planned_at = planned_at - {days}; UPDATE senders SET kept_at = kept_at - {days}"
        ),
    );
    charity.run("send 2020 --confirm 400").ends(2).says("nothing was sent or recorded since");
    assert_eq!(server.taken().len(), taken);
    charity.run("send 2020 --confirm 400 --trust-ledger").ends(0);
}
