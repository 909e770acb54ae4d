//! Every way of losing, copying or replacing a ledger is noticed before the first message.

use std::fs;
use std::path::Path;

use crate::support::{
    Charity, NameServer, Ran, Server, change_database, copied_database, database, has_ended, signal,
};

const LEDGER: &str = ".roundup/ledger.db";

/// Twenty people, all of them mailed.
fn sent() -> (Server, Charity) {
    let server = Server::good();
    let charity = Charity::new().people(20).relay(&server);
    charity.run("send --year 2020 --confirm 20").ends(0);
    assert_eq!(server.everybody_once().len(), 20);
    (server, charity)
}

/// A run of four hundred people, at work.
fn running() -> (Server, Charity, std::process::Child) {
    let server = Server::halting_after(20);
    let charity = Charity::new().people(400).relay(&server);
    let child = charity.start("send --year 2020 --confirm 400 --rate 100/s");
    server.wait_for(20);
    (server, charity, child)
}

fn remove_log(charity: &Charity) {
    for file in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(charity.path(".roundup").join(file));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn the_doctor_knows_of_a_lost_ledger_what_send_knows() {
    let (_server, charity) = sent();
    let names = NameServer::new(&[]);
    let doctor = format!("doctor --dns {}", names.address());
    let ledger_line = |ran: &Ran| -> String {
        ran.stdout.lines().find(|line| line.contains("Ledger")).unwrap().to_owned()
    };
    let before = charity.run(&doctor);
    assert!(ledger_line(&before).contains("is whole and holds 1 edition"), "{before:?}");
    fs::remove_file(charity.path(LEDGER)).unwrap();
    remove_log(&charity);
    let lost = charity.run(&doctor).ends(3);
    assert!(ledger_line(&lost).contains("with a ledger that is gone"), "{lost:?}");
    charity.run("send --year 2020 --confirm 20").ends(2).says("check its ledger");
}

#[test]
fn a_ledger_in_a_folder_that_is_copied_is_noticed_wherever_the_project_is() {
    let names = NameServer::new(&[]);
    for folder in ["Dropbox", "OneDrive - Charity"] {
        let charity = Charity::new().people(2);
        fs::create_dir(charity.path(folder)).unwrap();
        let path = charity.path(folder).join("ledger.db").display().to_string();
        let charity = charity.variable("ROUNDUP_LEDGER", &path);
        charity
            .run(&format!("doctor --dns {}", names.address()))
            .says("ROUNDUP_LEDGER names a file in a folder that")
            .says("copies to other computers");
    }
}

#[test]
fn a_deleted_ledger_mails_nobody_again() {
    for what in [".roundup", LEDGER] {
        let (server, charity) = sent();
        let path = charity.path(what);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        remove_log(&charity);
        let before = charity.files(".roundup");
        charity
            .run("send --year 2020 --confirm 20")
            .ends(2)
            .says("this computer sent it on")
            .says("to 20 people")
            .says("--trust-ledger");
        assert_eq!(
            charity.files(".roundup"),
            before,
            "nothing is made before somebody has said yes"
        );
        assert_eq!(server.everybody_once().len(), 20);
        // Who says so is obeyed.
        charity.run("send --year 2020 --confirm 20 --trust-ledger").ends(0);
        assert_eq!(server.taken().len(), 40);
    }
}

#[test]
fn another_edition_is_not_planned_with_another_ledger_unasked() {
    let (server, charity) = sent();
    fs::remove_dir_all(charity.path(".roundup")).unwrap();
    charity
        .run("send --month 2020-12 --confirm 20")
        .ends(2)
        .says("was sent from this folder with another ledger");
    assert_eq!(server.taken().len(), 20);
    charity.run("send --month 2020-12 --confirm 20 --trust-ledger").ends(0);
    // Once somebody has said yes, the new ledger is the one.
    let month = charity.run("send --month 2020-11 --confirm 20");
    assert!(!month.stderr.contains("another ledger"), "{month:?}");
}

#[test]
fn a_ledger_that_is_moved_away_during_a_run_ends_it() {
    let (server, charity, child) = running();
    fs::rename(charity.path(".roundup"), charity.path("renamed")).unwrap();
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(1).says("was moved or replaced");
    let taken = server.everybody_once().len();
    assert!(taken < 400);
    // A second run does not begin a new ledger in its place.
    charity.run("send --year 2020 --confirm 400").ends(2).says("this computer sent it on");
    assert_eq!(server.taken().len(), taken);
    let _ = fs::remove_dir_all(charity.path(".roundup"));
    fs::rename(charity.path("renamed"), charity.path(".roundup")).unwrap();
    let ran = charity.run("send 2020 --confirm 400");
    assert!(matches!(ran.code, 0 | 5), "{ran:?}");
    // Nobody twice; at most the copies that were in flight are in doubt.
    assert!(server.everybody_once().len() >= 400 - 2);
}

#[test]
fn a_copy_of_a_running_ledger_that_is_restored_is_older() {
    for with_log in [false, true] {
        let (server, charity, child) = running();
        let copies: Vec<(String, Vec<u8>)> = ["ledger.db", "ledger.db-wal"]
            .into_iter()
            .take(if with_log { 2 } else { 1 })
            .map(|name| (name.to_owned(), fs::read(charity.path(".roundup").join(name)).unwrap()))
            .collect();
        server.go_on_to(250);
        server.wait_for(250);
        signal(&child, "KILL");
        child.wait_with_output().unwrap();
        server.go_on();
        let taken = server.taken().len();
        let _ = fs::remove_file(charity.path(LEDGER));
        remove_log(&charity);
        for (name, bytes) in copies {
            fs::write(charity.path(".roundup").join(name), bytes).unwrap();
        }
        let ran = charity.run("send --year 2020 --confirm 400");
        assert_ne!(ran.code, 0, "{ran:?}");
        // The copies that were in flight were taken, though their run was gone.
        assert!(server.taken().len() <= taken + 8, "mailed again with an old ledger: {ran:?}");
        server.everybody_once();
    }
}

#[test]
fn a_ledger_replaced_by_its_own_copy_is_asked_about() {
    let (server, charity, child) = running();
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    let taken = server.taken().len();
    let copy = charity.path(".roundup/copy");
    fs::copy(charity.path(LEDGER), &copy).unwrap();
    fs::rename(&copy, charity.path(LEDGER)).unwrap();
    charity.run("send 2020 --confirm 400").ends(2).says("a different file from before");
    assert_eq!(server.taken().len(), taken);
    charity.run("send 2020 --confirm 400 --trust-ledger").ends(0);
    assert_eq!(server.everybody_once().len(), 400);
}

#[test]
fn a_copied_project_does_not_send_what_the_first_has_sent() {
    let (server, charity, child) = running();
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    let copy = tempfile::tempdir().unwrap();
    for folder in [".roundup", "news", "subscribers"] {
        copy_folder(&charity.path(folder), &copy.path().join(folder));
    }
    fs::copy(charity.path("roundup.toml"), copy.path().join("roundup.toml")).unwrap();
    charity.run("send 2020 --confirm 400").ends(0);
    assert_eq!(server.everybody_once().len(), 400);
    let named = format!("--project {} send 2020 --confirm 400", copy.path().display());
    charity.run(&named).ends(2).says("older than this computer remembers");
    // The same without its ledger.
    fs::remove_dir_all(copy.path().join(".roundup")).unwrap();
    let named = format!("--project {} send --year 2020 --confirm 400", copy.path().display());
    charity.run(&named).ends(2).says("this computer sent it on");
    assert_eq!(server.everybody_once().len(), 400);
}

#[test]
fn another_secret_is_refused_and_a_lost_one_is_not_made_again() {
    let (server, charity) = sent();
    let secret = charity.read(".roundup/secret");
    let other = Charity::variable(charity, "ROUNDUP_SECRET", "another secret, and a long one");
    for command in
        ["send --month 2020-12 --confirm 20", "send 2020", "why p1@example.org", "keys rotate"]
    {
        other.run(command).ends(2).says("made with another secret").says("restore the secret");
    }
    other.run("status").ends(0);
    // The same words in the environment are the same secret.
    let charity = Charity::variable(other, "ROUNDUP_SECRET", secret.trim());
    charity.run("why p1@example.org").ends(0);
    let charity = Charity::variable(charity, "ROUNDUP_SECRET", "");
    fs::remove_file(charity.path(".roundup/secret")).unwrap();
    for command in ["send --month 2020-12 --confirm 20", "send 2020", "why p1@example.org"] {
        charity.run(command).ends(2).says("secret is missing");
        assert!(!charity.path(".roundup/secret").exists(), "{command}");
    }
    fs::write(charity.path(".roundup/secret"), secret).unwrap();
    charity.run("why p1@example.org").ends(0);
    assert_eq!(server.taken().len(), 20);
}

#[test]
fn a_secret_that_was_cut_off_is_said_to_be_that() {
    let (server, charity) = sent();
    for (text, said) in
        [("", "has 0 characters"), ("a", "has 1 character,"), ("cut off", "has 7 characters")]
    {
        fs::write(charity.path(".roundup/secret"), text).unwrap();
        for command in ["send --month 2020-12 --confirm 20", "why p1@example.org", "keys"] {
            charity.run(command).ends(2).says(".roundup/secret").says(said).says("from a backup");
        }
        assert_eq!(charity.read(".roundup/secret"), text);
    }
    assert_eq!(server.taken().len(), 20);
}

#[test]
fn where_the_secret_is_lost_for_good_a_new_ledger_begins_and_the_list_says_who_left() {
    let (server, charity) = sent();
    fs::remove_file(charity.path(".roundup/secret")).unwrap();
    charity.run("send --month 2020-12 --confirm 20").ends(2).says("DELIVERY.md");
    // As docs/DELIVERY.md has it.
    fs::rename(charity.path(LEDGER), charity.path(".roundup/before.db")).unwrap();
    let rows: String = (0..20)
        .map(|i| {
            let status = if i == 1 { "unsubscribed" } else { "subscribed" };
            format!("p{i}@example.org,Person {i},consent,{status}\n")
        })
        .collect();
    let charity =
        charity.file("subscribers/people.csv", format!("email,first_name,basis,status\n{rows}"));
    charity.run("send --month 2020-12 --confirm 19").ends(2).says("--trust-ledger");
    charity.run("send --month 2020-12 --confirm 19 --trust-ledger").ends(0).says("19 accepted");
    let again = server.taken().iter().filter(|t| t.recipient == "p1@example.org").count();
    assert_eq!((server.taken().len(), again), (39, 1));
}

#[test]
fn a_ledger_without_a_check_value_knows_its_secret_by_its_people() {
    let (_server, charity) = sent();
    rusqlite::Connection::open(charity.path(LEDGER))
        .unwrap()
        .execute_batch("UPDATE ledger SET secret_check = NULL")
        .unwrap();
    let charity = Charity::variable(charity, "ROUNDUP_SECRET", "another secret, and a long one");
    charity.run("send --month 2020-12 --confirm 20").ends(2).says("made with another secret");
    let charity = Charity::variable(charity, "ROUNDUP_SECRET", "");
    charity.run("send --month 2020-12 --confirm 20").ends(0);
    let check: Option<String> = rusqlite::Connection::open(charity.path(LEDGER))
        .unwrap()
        .query_row("SELECT secret_check FROM ledger", [], |row| row.get(0))
        .unwrap();
    assert!(check.is_some());
}

#[test]
fn a_backup_during_a_run_is_restored_elsewhere_and_the_first_project_retires() {
    let (server, charity, child) = running();
    let new = tempfile::tempdir().unwrap();
    let file = new.path().join("backup");
    charity.run(&format!("backup {} --json", file.display())).ends(0);
    server.go_on_to(60);
    server.wait_for(60);
    let into = new.path().join("news");
    let restore = format!("--project {} restore {}", into.display(), file.display());
    charity.run(&restore).ends(0).says("was used after the backup was made");
    server.go_on();
    // The run that was at work ends within a second or two.
    Ran::of(child.wait_with_output().unwrap()).says("this ledger was retired");
    let taken = server.everybody_once().len();
    assert!(taken < 400, "{taken}");
    charity.run("send 2020 --confirm 400").ends(2).says("this ledger was retired");
    let send = format!("--project {} send 2020 --confirm 400", into.display());
    charity.run(&send).ends(2).says("restored from a backup");
    assert_eq!(server.taken().len(), taken);
}

#[test]
fn a_backup_at_rest_carries_on_elsewhere_without_a_question() {
    let (server, charity, child) = running();
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    let new = tempfile::tempdir().unwrap();
    let file = new.path().join("backup");
    charity.run(&format!("backup {}", file.display())).ends(0).says("keep it where only you");
    charity.run(&format!("backup {}", file.display())).ends(2).says("already");
    let into = new.path().join("news");
    charity
        .run(&format!("--project {} restore {}", into.display(), file.display()))
        .ends(0)
        .says("is retired");
    charity.run("send 2020 --confirm 400").ends(2).says("this ledger was retired");
    charity.run(&format!("--project {} send 2020 --confirm 400", into.display())).ends(0);
    assert_eq!(server.everybody_once().len(), 400);
    // Everything is there: the report, the keys, the news.
    charity.run(&format!("--project {} report 2020", into.display())).ends(0);
    assert_eq!(
        fs::read_to_string(into.join(".roundup/secret")).unwrap(),
        charity.read(".roundup/secret")
    );
}

/// The project that was restored is retired whatever was done with it: nothing, practice, or a first edition since.
#[test]
fn a_project_is_retired_by_its_copy_before_it_has_sent_anything() {
    for (before, since) in [
        (&[][..], &[][..]),
        (&["send 2020-12 --confirm 2", "approve 2020 --as Amina"], &[]),
        (&[], &["send 2020-12 --confirm 2"]),
        (&["send 2020-12 --confirm 2"], &["pause 2020"]),
    ] {
        let charity = Charity::new().people(2).variable("USER", "office");
        for command in before {
            charity.run(command).ends(0);
        }
        let server = Server::good();
        let charity = charity.relay(&server);
        let new = tempfile::tempdir().unwrap();
        let file = new.path().join("backup");
        charity.run(&format!("backup {}", file.display())).ends(0);
        for command in since {
            charity.run(command).ends(0);
        }
        let into = format!("--project {}", new.path().join("news").display());
        charity.run(&format!("{into} restore {}", file.display())).ends(0).says("is retired");
        let taken = server.taken().len();
        for command in ["send 2020 --confirm 2", "approve 2020 --as Amina", "cancel 2020"] {
            charity.run(command).ends(2).says("this ledger was retired");
        }
        assert_eq!(server.taken().len(), taken, "{before:?} {since:?}");
        let sent = charity.run(&format!("{into} send 2020-10 --confirm 2 --trust-ledger"));
        assert!(sent.code == 0 || sent.code == 4, "{before:?} {since:?}: {sent:?}");
    }
}

/// Paused, and moved to another computer: the old one says that first, and nothing of how to go on.
#[test]
fn a_retired_project_names_no_step_that_must_fail() {
    let (server, charity, child) = running();
    charity.run("pause 2020").ends(0);
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(6);
    charity.run("pause 2020-12").ends(0);
    let new = tempfile::tempdir().unwrap();
    let file = new.path().join("backup");
    charity.run(&format!("backup {}", file.display())).ends(0);
    let into = format!("--project {}", new.path().join("news").display());
    charity.run(&format!("{into} restore {}", file.display())).ends(0);
    for refused in [
        "send 2020 --confirm 400",
        "send 2020 --confirm 400 --unpause",
        "send 2020-12 --confirm 400",
        "send 2020-12 --at 2099-01-05",
        "approve 2020-12 --as Amina",
        "pause 2020",
        "pause 2020-12",
        "cancel 2020 --confirm 1",
        "cancel 2020-12",
        "resolve 2020",
    ] {
        let ran = charity.run(refused).ends(2).says("this ledger was retired");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        for step in ["resume", "--unpause", "roundup approve"] {
            assert!(!said.contains(step), "{refused}: {said}");
        }
    }
    for look in ["status", "report 2020", ""] {
        let ran = charity.run(look).ends(0);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        for step in ["To resume", "--unpause", "roundup send"] {
            assert!(!said.contains(step), "{look}: {said}");
        }
    }
    charity.run("status").ends(0).says("this ledger was retired");
    charity.run("").ends(0).says("this ledger was retired");
    charity.run(&format!("{into} status")).ends(0).says("send 2020 --unpause");
    let resumed = charity.run(&format!("{into} send 2020 --confirm 400 --unpause"));
    resumed.ends(0);
    assert_eq!(server.everybody_once().len(), 400);
}

#[test]
fn keys_are_shown_backed_up_and_rotated() {
    let (_server, charity) = sent();
    let secret = charity.read(".roundup/secret");
    let shown = charity.run("keys").ends(0).says("check value").says("1 key");
    assert!(!shown.stdout.contains(secret.trim()), "{shown:?}");
    charity.run("keys rotate").ends(0).says("2 keys");
    charity.run("keys backup saved-keys").ends(0);
    assert!(charity.read("saved-keys").starts_with(secret.trim()));
    charity.run("keys backup saved-keys").ends(2).says("already");
    // Names stay: nobody is mailed again, and people who left are still known.
    charity.run("send 2020 --confirm 20").ends(0).says("is finished");
    charity.run("send --month 2020-12 --confirm 20").ends(0);
}

#[test]
fn a_project_in_a_synced_folder_is_named() {
    let (_server, charity) = sent();
    let names = NameServer::new(&[]);
    for (folder, service) in [("Dropbox/news", "Dropbox"), ("OneDrive - Charity/n", "OneDrive")] {
        let root = charity.path(folder);
        for below in ["news", "subscribers"] {
            copy_folder(&charity.path(below), &root.join(below));
        }
        fs::copy(charity.path("roundup.toml"), root.join("roundup.toml")).unwrap();
        let what = format!("{service} copies to other computers");
        charity.run_in(folder, &format!("doctor --dns {}", names.address())).says(&what);
        charity.run_in(folder, "send --month 2020-11 --confirm 1").says(&what);
    }
}

#[test]
fn a_stale_copy_of_a_database_is_asked_about_on_every_computer() {
    let Some(address) = database("stale") else { return };
    let server = Server::halting_after(20);
    let charity = Charity::new().people(200).relay(&server).variable("ROUNDUP_LEDGER", &address);
    let child = charity.start("send --year 2020 --confirm 200 --rate 100/s");
    server.wait_for(20);
    signal(&child, "INT");
    server.go_on();
    Ran::of(child.wait_with_output().unwrap()).ends(130);
    has_ended(&address);
    let copy = copied_database(&address, "stale_copy");
    charity.run("send 2020 --confirm 200").ends(0);
    assert_eq!(server.everybody_once().len(), 200);
    let charity = Charity::variable(charity, "ROUNDUP_LEDGER", &copy);
    for forget in [false, true] {
        if forget {
            // Another computer, which has never seen either of them.
            fs::remove_dir_all(charity.path(".state")).unwrap();
        }
        charity.run("send 2020 --confirm 200").ends(2).says("its ledger is a copy");
    }
    assert_eq!(server.everybody_once().len(), 200);
}

#[test]
fn a_replica_is_told_from_a_wrong_login_and_from_a_server_that_is_away() {
    let Some(address) = database("replica") else { return };
    let server = Server::good();
    let charity = Charity::new().people(3).relay(&server).variable("ROUNDUP_LEDGER", &address);
    charity.run("send --year 2020 --confirm 3").ends(0);
    let (base, name) = address.rsplit_once('/').unwrap();
    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    change_database(&format!("{base}/postgres"), &read_only);
    charity
        .run("send --month 2020-12 --confirm 3")
        .ends(2)
        .says("can be read but not written")
        .says("not its replica");
    let charity = Charity::variable(charity, "ROUNDUP_LEDGER", &format!("{base}/nowhere"));
    charity.run("send --month 2020-12 --confirm 3").ends(2).says("these rights are not enough");
    assert_eq!(server.taken().len(), 3);
}

#[test]
fn a_restore_brings_nobody_back_who_has_said_no_since() {
    for keeps_database in [true, false] {
        let people = ["ann", "bob", "cat", "dan", "eve", "fay"]
            .map(|name| format!("{name}@example.org,consent\n"))
            .concat();
        let list = format!("email,basis\n{people}");
        let charity = Charity::new().people(0).file("subscribers/people.csv", &list);
        if keeps_database {
            charity.run("subscribers import subscribers/people.csv --yes").ends(0);
        }
        charity.run("subscribers suppress fay@example.org --why unsubscribed").ends(0);
        let folder = tempfile::tempdir().unwrap();
        let (file, into) = (folder.path().join("backup"), folder.path().join("news"));
        charity.run(&format!("backup {}", file.display())).ends(0);

        charity.run("subscribers suppress ann@example.org --why unsubscribed").ends(0);
        charity.run("subscribers erase cat@example.org --yes").ends(0);
        if keeps_database {
            charity.run("subscribers move dan@example.org dan@new.org").ends(0);
            charity.run("subscribers suppress dan@new.org --why objected").ends(0);
            charity.run("subscribers move bob@example.org bob@new.org").ends(0);
        } else {
            charity.run("subscribers suppress dan@example.org --why objected").ends(0);
        }
        charity.run("why fay@example.org --at-their-request letter").ends(0);
        let restore = format!("--project {} restore {}", into.display(), file.display());
        let ran = charity.run(&restore).ends(0);
        let is_moved = ran.stderr.contains("1 person of the list before is not on this one");
        assert_eq!(is_moved, keeps_database, "{ran:?}");
        ran.says("was used after the backup was made").says(
            "4 people said no or took it back after the backup was made, one of whom was erased",
        );
        let restored =
            |command: &str| charity.run(&format!("--project {} {command}", into.display()));
        restored("send --year 2020 --dry-run").ends(0).says("3 people");
        restored("why ann@example.org").ends(0).says("unsubscribed");
        restored("why dan@example.org").ends(0).says("objected");
        restored("why cat@example.org").ends(0).says("erased");
        restored("why bob@example.org").ends(0).says("Is mailed");
        restored("why fay@example.org").ends(0).says("Is mailed");
        let is_named = fs::read(into.join(".roundup/ledger.db"))
            .unwrap()
            .windows(15)
            .any(|bytes| bytes == b"cat@example.org");
        assert!(!is_named, "erased here too");
    }
}
