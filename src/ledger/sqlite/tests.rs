//! Tests: The ledger in a file: the laws, its own promises, and files of earlier versions.
//! Shell: makes files.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, params};

use super::writer::connect;
use super::*;
use crate::audience::{ChangeOrigin, NoMailReason};
use crate::ledger::column::to_json;
use crate::ledger::laws::joining::hold_of_joining;
use crate::ledger::laws::moves::{hold_of_copies_in_hand, hold_of_moves};
use crate::ledger::laws::sharing::hold_of_sharing;
use crate::ledger::laws::undo::hold_of_undo;
use crate::ledger::{Status, laws};

#[test]
fn claiming_is_answered_by_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(&folder.path().join("ledger.db")).unwrap();
    for (status, order) in [("planned", "id"), ("deferred", "next_at, id")] {
        let plan: String = connection
            .query_row(
                &format!(
                    "EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE edition = 'x' AND status = '{status}' \
                     ORDER BY {order} LIMIT 3"
                ),
                [],
                |row| row.get(3),
            )
            .unwrap();
        assert!(plan.contains(&format!("deliveries_{status}")), "{plan}");
    }
}

/// The tables that say something about a person, and what `why`, `export --person` and `erase` do with each. A new one comes
/// here only with all three.
const ABOUT_PEOPLE: [(&str, &str, &str, &str); 14] = [
    ("copies", "by its delivery", "by its delivery", "the address becomes `erased:`"),
    ("copy_moves", "by its delivery", "by its delivery", "the row is deleted"),
    ("deliveries", "an edition", "an edition", "address, name and replies are emptied"),
    ("do_not_mail", "why not mailed", "the changes", "the row stays, by its hash"),
    ("frequencies", "has chosen", "has chosen", "the row is deleted"),
    ("join_changes", "signing up", "signing up", "the row stays, by its hash"),
    ("join_requests", "unconfirmed, on the list", "unconfirmed, on the list", "the row is deleted"),
    ("left_out", "left out", "left out", "the address becomes `erased`"),
    ("moves", "their addresses", "their addresses", "followed, and its rows stay by hash"),
    ("no_mail_changes", "do-not-mail list", "do-not-mail list", "notes go, the row stays by hash"),
    ("people", "basis, consent", "the whole row", "the row is deleted"),
    ("people_before", "undoes an import", "undoes an import", "the row is deleted"),
    ("returns", "came back", "came back", "the row stays, by its hash"),
    (
        "single_messages",
        "email about signing up",
        "email about signing up",
        "the address is emptied",
    ),
];

#[test]
fn every_table_about_people_is_known_to_why_to_export_and_to_erase() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(&folder.path().join("ledger.db")).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT DISTINCT t.name FROM sqlite_master t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND c.name IN ('person', 'address', 'key', 'recipient')
             ORDER BY t.name",
        )
        .unwrap();
    let found: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(found, ABOUT_PEOPLE.map(|(table, ..)| table));
    for (table, why, export, erase) in ABOUT_PEOPLE {
        assert!(![why, export, erase].contains(&""), "{table}");
    }
}

#[tokio::test]
async fn the_laws_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    laws::hold(&SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_returns_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    laws::hold_of_returns(&SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_approvals_hold_on_disk_and_no_row_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    laws::hold_of_approvals(&SqliteLedger::open(&path).unwrap()).await;
    let connection = Connection::open(&path).unwrap();
    for sql in ["UPDATE approvals SET who = 'Eve'", "DELETE FROM approvals"] {
        assert!(
            connection.execute(sql, []).unwrap_err().to_string().contains("an approval is never")
        );
    }
}

/// A file without rows, as each later version made it.
#[tokio::test]
async fn an_empty_ledger_of_each_later_version_is_brought_to_the_newest() {
    for version in 6..schema::SCHEMA.steps.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let connection = Connection::open(&path).unwrap();
        for step in &schema::SCHEMA.steps[..version] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
        drop(connection);
        laws::hold_of_approvals(&SqliteLedger::open(&path).unwrap()).await;
    }
}

#[tokio::test]
async fn the_laws_of_joining_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    hold_of_joining(&SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_taking_imports_back_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    hold_of_undo(&SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_signing_up_beside_a_shared_list_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    hold_of_sharing(SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_moves_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap();
    hold_of_moves(&ledger).await;
    hold_of_copies_in_hand(&ledger).await;
}

#[tokio::test]
async fn the_laws_of_schedules_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    laws::hold_of_schedules(&SqliteLedger::open(&folder.path().join("ledger.db")).unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_the_list_hold_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap();
    laws::hold_of_the_list(&ledger).await;
    drop(ledger);
    for entry in fs::read_dir(folder.path().join("a")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let is_there = memchr::memmem::find(&bytes, b"ann@example.org").is_some();
        assert!(!is_there, "{} still names whoever was erased", path.display());
    }
}

#[tokio::test]
async fn what_was_told_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.plan(laws::plan("2020", &["a@example.org", "b@example.org"])).await.unwrap();
    let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
    let claim = ledger.claim(sender, laws::now(), 1).await.unwrap();
    ledger.record(sender, claim.deliveries[0].id, Event::HandingOver, laws::now()).await.unwrap();
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(ledger.counts("2020").await.unwrap().handing_over, 1);
    assert_eq!(ledger.recover("2020", laws::now()).await.unwrap(), 1);
    assert_eq!(ledger.edition("2020").await.unwrap().unwrap().name, "2020");
}

#[tokio::test]
async fn many_changes_at_once_all_reach_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = std::sync::Arc::new(SqliteLedger::open(&folder.path().join("ledger.db")).unwrap());
    let addresses: Vec<String> = (0..2000).map(|n| format!("p{n}@example.org")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    ledger.plan(laws::plan("2020", &addresses)).await.unwrap();
    let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
    let claim = ledger.claim(sender, laws::now(), 2000).await.unwrap();
    let tasks: Vec<_> = claim
        .deliveries
        .into_iter()
        .map(|delivery| {
            let ledger = std::sync::Arc::clone(&ledger);
            tokio::spawn(async move {
                ledger.record(sender, delivery.id, Event::HandingOver, laws::now()).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(ledger.counts("2020").await.unwrap().handing_over, 2000);
}

#[test]
fn a_file_that_is_no_ledger_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    fs::write(&path, "this is not a database, and somebody may want it").unwrap();
    assert!(matches!(SqliteLedger::open(&path), Err(LedgerError::Damaged { .. })));
    assert!(fs::read_to_string(&path).unwrap().starts_with("this is"));
}

/// Every form in which a version was written that has landed.
const EARLIER: [(&str, i64, &[&str]); 7] = [
    ("1, as it was first", 1, &[include_str!("schema/history/1-first.sql")]),
    ("1", 1, &[include_str!("schema/1.sql")]),
    (
        "2, from the first 1",
        2,
        &[include_str!("schema/history/1-first.sql"), include_str!("schema/2.sql")],
    ),
    ("2", 2, &[include_str!("schema/1.sql"), include_str!("schema/2.sql")]),
    (
        "3, as it was first",
        3,
        &[
            include_str!("schema/1.sql"),
            include_str!("schema/2.sql"),
            include_str!("schema/history/3-first.sql"),
        ],
    ),
    (
        "3",
        3,
        &[include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")],
    ),
    (
        "5",
        5,
        &[
            include_str!("schema/1.sql"),
            include_str!("schema/2.sql"),
            include_str!("schema/3.sql"),
            include_str!("schema/4.sql"),
            include_str!("schema/5.sql"),
        ],
    ),
];

/// Two editions with a row in each status, as that version wrote them.
fn write_earlier(path: &Path, version: i64, steps: &[&str]) {
    let connection = Connection::open(path).unwrap();
    for step in steps {
        connection.execute_batch(step).unwrap();
    }
    connection.pragma_update(None, "user_version", version).unwrap();
    connection.pragma_update(None, "foreign_keys", "ON").unwrap();
    let keys = laws::keys();
    for (at, name) in ["2019", "2020"].into_iter().enumerate() {
        let edition = laws::plan(name, &[]).edition;
        connection
            .execute(
                "INSERT INTO editions (name, planned_at, planned) VALUES (?1, 7, ?2)",
                params![name, to_json(&edition).unwrap()],
            )
            .unwrap();
        connection
            .execute("INSERT INTO left_out VALUES (?1, 'Gone@example.org', 'left')", [name])
            .unwrap();
        for status in Status::ALL {
            let recipient = laws::recipient(&format!("{}@example.org", status.word()));
            let next_at = (status == Status::Deferred).then_some(8);
            connection
                .execute(
                    "INSERT INTO deliveries (edition, key, recipient, person, message_id, status, attempts,
                     changed_at, next_at, detail) VALUES (?1, ?2, ?3, ?4, 'id', ?5, 2, 7, ?6, 'why')",
                    params![
                        name,
                        recipient.address.key(),
                        to_json(&recipient).unwrap(),
                        keys.address_hash(&recipient.address),
                        status.word(),
                        next_at
                    ],
                )
                .unwrap();
        }
        if version >= 3 {
            let number = i64::try_from(Status::ALL.len()).unwrap();
            let first = i64::try_from(at).unwrap() * number + 1;
            connection
                .execute(
                    "UPDATE editions SET first_row = ?2, last_row = ?3, left_out = 1 WHERE name = ?1",
                    params![name, first, first + number - 1],
                )
                .unwrap();
            connection
                .execute(
                    "INSERT INTO copies SELECT key, edition, id FROM deliveries WHERE edition = ?1",
                    [name],
                )
                .unwrap();
        }
    }
    if version >= 2 {
        connection
            .execute_batch(
                "INSERT INTO senders (edition, name, entered_at, kept_at) VALUES ('2020', 'old', 7, 9);
                 UPDATE deliveries SET sender = 1 WHERE status IN ('claimed', 'handing_over');
                 UPDATE editions SET wish = 'pause', wished_at = 8 WHERE name = '2020';
                 UPDATE ledger SET age = 5",
            )
            .unwrap();
    }
    let gone = keys.address_hash(&laws::recipient("gone@example.org").address);
    connection.execute("INSERT INTO suppressions VALUES (?1, 'unsubscribed', 7)", [gone]).unwrap();
    connection.execute("INSERT INTO events VALUES (4, 7, 'resent', '')", []).unwrap();
}

#[tokio::test]
async fn a_ledger_of_each_earlier_version_is_brought_to_the_newest() {
    for (named, version, steps) in EARLIER {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        write_earlier(&path, version, steps);
        let ledger = SqliteLedger::open(&path).unwrap();
        for edition in ["2019", "2020"] {
            let counts = ledger.counts(edition).await.unwrap();
            for status in Status::ALL {
                assert_eq!(counts.of(status), 1, "{named}: {status}");
            }
            assert_eq!(ledger.left_out(edition).await, Ok(1), "{named}");
        }
        let state = ledger.edition_state("2020").await.unwrap();
        let control = if version >= 2 { RunControl::Pause } else { RunControl::Go };
        assert_eq!((state.control, state.control_number), (control, 0), "{named}");
        assert_eq!(ledger.nature().await.unwrap().secret_check, None);
        assert_eq!(ledger.history("gone@example.org").await.unwrap().1.len(), 2, "{named}");
        let (rows, _) = ledger.history("deferred@example.org").await.unwrap();
        let row = &rows[1];
        assert_eq!((rows.len(), row.attempts, row.detail.as_str()), (2, 2, "why"), "{named}");
        let gone = laws::keys().address_hash(&laws::recipient("gone@example.org").address);
        let entry = ledger.suppression(&gone).await.unwrap().unwrap();
        assert_eq!(entry.reason, NoMailReason::Unsubscribed, "{named}");
        assert_eq!(entry.at.timestamp_millis(), 7);
        // The edition goes on: what was in progress is settled, what waits is given out, and nobody else.
        let seen = Some(state.control_number);
        assert_eq!(
            ledger.control_if("2020", RunControl::Go, seen, laws::now()).await,
            Ok(RunControl::Go)
        );
        let entered = ledger.enter("2020", "new", laws::now()).await.unwrap();
        assert_eq!(entered.uncertain, 1, "{named}");
        let claim = ledger.claim(entered.sender, laws::now(), 9).await.unwrap();
        let mut addresses: Vec<_> =
            claim.deliveries.iter().map(|d| d.recipient.address.as_str()).collect();
        addresses.sort_unstable();
        let waiting = ["claimed@example.org", "deferred@example.org", "planned@example.org"];
        assert_eq!(addresses, waiting, "{named}");
        ledger.plan(laws::plan("2021", &["a@example.org"])).await.unwrap();
        drop(ledger);
        // Opened again, nothing is done twice.
        let ledger = SqliteLedger::open(&path).unwrap();
        assert_eq!(ledger.counts("2020").await.unwrap().claimed, 3, "{named}");
        assert_eq!(ledger.editions().await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_ledger_that_is_moved_or_replaced_is_written_no_more() {
    for replaced in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".roundup/ledger.db");
        let ledger = SqliteLedger::open(&path).unwrap();
        ledger.plan(laws::plan("2020", &["a@example.org"])).await.unwrap();
        let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
        let claim = ledger.claim(sender, laws::now(), 1).await.unwrap();
        fs::rename(folder.path().join(".roundup"), folder.path().join("elsewhere")).unwrap();
        if replaced {
            drop(SqliteLedger::open(&path).unwrap());
        }
        let id = claim.deliveries[0].id;
        let written = ledger.record(sender, id, Event::HandingOver, laws::now()).await;
        assert!(matches!(written, Err(LedgerError::Moved { .. })), "{written:?}");
    }
}

#[tokio::test]
async fn a_retired_ledger_can_be_read_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
    ledger.plan(laws::plan("2020", &["a@example.org"])).await.unwrap();
    ledger.retire("it was restored elsewhere").await.unwrap();
    let retired = LedgerError::Retired { what: "it was restored elsewhere".to_owned() };
    assert_eq!(ledger.enter("2020", "a", laws::now()).await, Err(retired.clone()));
    assert_eq!(ledger.plan(laws::plan("2021", &["a@example.org"])).await, Err(retired));
    assert_eq!(ledger.counts("2020").await.unwrap().planned, 1);
    let before = ledger.age().await.unwrap().identity;
    ledger.rename().await.unwrap();
    assert_ne!(ledger.age().await.unwrap().identity, before);
    ledger.enter("2020", "a", laws::now()).await.unwrap();
}

#[test]
fn a_ledger_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert!(matches!(SqliteLedger::open(&path), Err(LedgerError::Newer { found: 99, .. })));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".roundup/ledger.db");
    drop(SqliteLedger::open(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn earlier_suppressions_keep_their_reasons_and_what_was_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let (_, version, steps) = EARLIER[6];
    write_earlier(&path, version, steps);
    let connection = Connection::open(&path).unwrap();
    let click = "unsubscribed by one click at 2026-11-01T10:00:00Z";
    let cases = [
        ("550 5.1.1 no such user", NoMailReason::Bounced, ChangeOrigin::Relay),
        ("550 mailbox reported as spam trap", NoMailReason::Bounced, ChangeOrigin::Relay),
        (click, NoMailReason::Unsubscribed, ChangeOrigin::OneClick),
        ("unsubscribed on the web page at x", NoMailReason::Unsubscribed, ChangeOrigin::Page),
        ("unsubscribed by email at x", NoMailReason::Unsubscribed, ChangeOrigin::Email),
        ("complained (feedback loop)", NoMailReason::Complained, ChangeOrigin::Operator),
        ("objected by letter", NoMailReason::Objected, ChangeOrigin::Operator),
        ("erased at their request", NoMailReason::Erased, ChangeOrigin::Operator),
        ("bounced: 5.2.1", NoMailReason::Bounced, ChangeOrigin::Operator),
        ("words of somebody", NoMailReason::Unsubscribed, ChangeOrigin::Operator),
    ];
    for (number, (why, ..)) in cases.iter().enumerate() {
        let person = format!("p{number}");
        connection
            .execute("INSERT INTO suppressions VALUES (?1, ?2, 9)", params![person, why])
            .unwrap();
        connection
            .execute("INSERT INTO lifts VALUES (?1, '550 gone', 7, 'it is back', 8)", [person])
            .unwrap();
    }
    drop(connection);
    let ledger = SqliteLedger::open(&path).unwrap();
    for (number, (why, reason, origin)) in cases.iter().enumerate() {
        let person = format!("p{number}");
        let entry = ledger.suppression(&person).await.unwrap().unwrap();
        assert_eq!((entry.reason, entry.origin), (*reason, *origin), "{why}");
        assert_eq!(entry.at.timestamp_millis(), 9);
        let lifts = ledger.lifts(&person).await.unwrap();
        assert_eq!(lifts.len(), 1);
        assert_eq!(
            (lifts[0].suppressed_for.as_str(), lifts[0].why.as_str()),
            ("550 gone", "it is back")
        );
        assert_eq!(ledger.no_mail_changes(&person).await.unwrap().len(), 3);
    }
}

#[test]
fn the_record_of_changes_only_grows() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(&folder.path().join("ledger.db")).unwrap();
    let add = "INSERT INTO no_mail_changes (at, person, step, reason, origin) VALUES (1, 'p', 'add', 'bounced', 'relay')";
    connection.execute(add, []).unwrap();
    for sql in ["UPDATE no_mail_changes SET at = 2", "DELETE FROM no_mail_changes"] {
        let refused = connection.execute(sql, []).unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{refused}");
    }
}

/// What sixty editions of a hundred stories cost to list, whole and as summaries: `cargo test --lib -- --nocapture summaries_say`.
#[tokio::test]
async fn summaries_say_what_the_whole_editions_say() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
    for number in 0..60 {
        let mut plan = laws::plan(&format!("edition-{number}"), &[]);
        let html = "<p class=\"story\">One of a hundred stories.</p>\n".repeat(7_000);
        plan.edition.composition.variants[0].html = vec![crate::compose::slot::Piece::Text(html)];
        ledger.plan(plan).await.unwrap();
    }
    let begun = std::time::Instant::now();
    let whole = ledger.editions().await.unwrap();
    let listed_whole = begun.elapsed();
    let begun = std::time::Instant::now();
    let summaries = ledger.summaries().await.unwrap();
    println!("whole {listed_whole:?}, summaries {:?}", begun.elapsed());
    assert!(whole.iter().map(|planned| &planned.summary).eq(&summaries));
    assert_eq!(summaries.len(), 60);
}
