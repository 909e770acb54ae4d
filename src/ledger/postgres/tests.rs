//! Tests: The ledger on a server: the laws, leases, and tables of earlier versions.
//! Shell: a server that `scripts/with-postgres` starts.

use tokio_postgres::NoTls;

use super::*;
use crate::ledger::laws::joining::hold_of_joining;
use crate::ledger::laws::moves::{hold_of_copies_in_hand, hold_of_moves};
use crate::ledger::laws::sharing::hold_of_sharing;
use crate::ledger::laws::undo::hold_of_undo;
use crate::ledger::{Status, laws};

/// A database of its own on the server that `scripts/with-postgres` starts.
pub(crate) async fn database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("ROUNDUP_TEST_POSTGRES") else {
        let everything = std::env::var_os("ROUNDUP_TEST_EVERYTHING").is_some();
        assert!(!everything, "PostgreSQL is missing");
        eprintln!("skipped: PostgreSQL is missing (scripts/test starts one)");
        return None;
    };
    let (client, connection) =
        tokio_postgres::connect(&format!("{server}/postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    Some(format!("{server}/{name}"))
}

pub(in crate::ledger) async fn execute(address: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn the_laws_of_returns_hold_on_a_server() {
    let Some(address) = database("returns").await else { return };
    laws::hold_of_returns(&PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_approvals_hold_on_a_server() {
    let Some(address) = database("approvals").await else { return };
    laws::hold_of_approvals(&PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_schedules_hold_on_a_server() {
    let Some(address) = database("schedules").await else { return };
    let ledger = PostgresLedger::open(&address, 4).await.unwrap();
    Box::pin(laws::hold_of_schedules(&ledger)).await;
}

#[tokio::test]
async fn the_laws_of_the_list_hold_on_a_server() {
    let Some(address) = database("list").await else { return };
    laws::hold_of_the_list(&PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_moves_hold_on_a_server() {
    let Some(address) = database("moves").await else { return };
    let ledger = PostgresLedger::open(&address, 4).await.unwrap();
    hold_of_moves(&ledger).await;
    hold_of_copies_in_hand(&ledger).await;
}

#[tokio::test]
async fn the_laws_of_joining_hold_on_a_server() {
    let Some(address) = database("joining").await else { return };
    hold_of_joining(&PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_taking_imports_back_hold_on_a_server() {
    let Some(address) = database("undo").await else { return };
    hold_of_undo(&PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_of_signing_up_beside_a_shared_list_hold_on_a_server() {
    let Some(address) = database("sharing").await else { return };
    hold_of_sharing(PostgresLedger::open(&address, 4).await.unwrap()).await;
}

#[tokio::test]
async fn the_laws_hold_on_a_server() {
    let Some(address) = database("laws").await else { return };
    laws::hold(&PostgresLedger::open(&address, 4).await.unwrap()).await;
    // Opened again, everything is there.
    let again = PostgresLedger::open(&address, 1).await.unwrap();
    assert_eq!(again.counts("2020").await.unwrap().people(), 4);
}

#[tokio::test]
async fn several_senders_never_get_the_same_row() {
    let Some(address) = database("several").await else { return };
    let addresses: Vec<String> = (0..900).map(|n| format!("p{n}@example.org")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let first = PostgresLedger::open(&address, 4).await.unwrap();
    first.plan(laws::plan("2020", &addresses)).await.unwrap();
    let mut claims = Vec::new();
    for number in 0..3 {
        let address = address.clone();
        claims.push(tokio::spawn(async move {
            let ledger = PostgresLedger::open(&address, 4).await.unwrap();
            let name = format!("sender {number}");
            let sender = ledger.enter("2020", &name, laws::now()).await.unwrap().sender;
            let mut mine = Vec::new();
            loop {
                let claim = ledger.claim(sender, laws::now(), 10).await.unwrap();
                if claim.deliveries.is_empty() {
                    return mine;
                }
                mine.extend(claim.deliveries.into_iter().map(|delivery| delivery.id));
            }
        }));
    }
    let mut all = Vec::new();
    for claim in claims {
        all.extend(claim.await.unwrap());
    }
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 900);
    assert_eq!(first.edition_state("2020").await.unwrap().senders, 3);
}

#[tokio::test]
async fn a_sender_past_its_lease_can_write_nothing_and_others_take_over() {
    let Some(address) = database("lease").await else { return };
    let late = PostgresLedger::open(&address, 1).await.unwrap();
    late.plan(laws::plan("2020", &["a@example.org", "b@example.org"])).await.unwrap();
    let zombie = late.enter("2020", "late", laws::now()).await.unwrap().sender;
    let rows = late.claim(zombie, laws::now(), 2).await.unwrap().deliveries;
    late.record(zombie, rows[0].id, Event::HandingOver, laws::now()).await.unwrap();
    // Its lease passes; nobody has noticed yet.
    execute(&address, "UPDATE roundup.senders SET lease_until = clock_timestamp()").await;
    let handing_over = late.record(zombie, rows[1].id, Event::HandingOver, laws::now()).await;
    assert_eq!(handing_over, Err(LedgerError::Fenced));
    assert_eq!(late.keep(zombie, laws::now()).await, Err(LedgerError::Fenced));
    let other = PostgresLedger::open(&address, 1).await.unwrap();
    let entered = other.enter("2020", "other", laws::now()).await.unwrap();
    assert_eq!(entered.uncertain, 1);
    assert!(entered.sender > zombie);
    let taken = other.claim(entered.sender, laws::now(), 9).await.unwrap().deliveries;
    assert_eq!(taken.iter().map(|row| row.id).collect::<Vec<_>>(), [rows[1].id]);
    // It wakes.
    let accepted = Event::Accepted { reply: "250 ok".to_owned() };
    for event in [accepted, Event::HandingOver] {
        let written = late.record(zombie, rows[1].id, event, laws::now()).await;
        assert_eq!(written, Err(LedgerError::Fenced));
    }
    assert_eq!(other.counts("2020").await.unwrap().claimed, 1);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_its_words() {
    let error = PostgresLedger::open("postgres://u:s3cret@host:port/x", 1).await.unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn tables_of_the_first_version_are_brought_to_the_newest() {
    let Some(address) = database("earlier").await else { return };
    execute(&address, "CREATE SCHEMA roundup").await;
    let edition = crate::ledger::column::to_json(&laws::plan("2020", &[]).edition).unwrap();
    let mut sql = format!(
        "SET search_path TO roundup; {} INSERT INTO editions (name, planned_at, planned, wish, wished_at)
         VALUES ('2020', 7, $q${edition}$q$, 'pause', 8);
         INSERT INTO senders (edition, name, entered_at, kept_at, lease_until) VALUES ('2020', 'old', 7, 9, clock_timestamp());
         INSERT INTO left_out VALUES ('2020', 'Gone@example.org', 'left');
         UPDATE ledger SET age = 5;",
        include_str!("schema/1.sql")
    );
    for status in Status::ALL {
        let recipient = laws::recipient(&format!("{}@example.org", status.word()));
        let (key, person) =
            (recipient.address.key(), laws::keys().address_hash(&recipient.address));
        let recipient = crate::ledger::column::to_json(&recipient).unwrap();
        let holder = if status.is_in_hand() { "1" } else { "NULL" };
        let next_at = if status == Status::Deferred { "8" } else { "NULL" };
        sql += &format!(
            "INSERT INTO deliveries (edition, key, address, recipient, person, message_id, status, attempts, changed_at,
             next_at, detail, sender) VALUES ('2020', '{key}', '{key}', $q${recipient}$q$, '{person}', 'id',
             '{status}', 2, 7, {next_at}, 'why', {holder});"
        );
    }
    execute(&address, &sql).await;
    // Several computers are brought to the new version at the same moment.
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let address = address.clone();
            tokio::spawn(async move { PostgresLedger::open(&address, 1).await })
        })
        .collect();
    let mut ledgers = Vec::new();
    for ledger in opened {
        ledgers.push(ledger.await.unwrap().unwrap());
    }
    let ledger = &ledgers[0];
    let counts = ledger.counts("2020").await.unwrap();
    for status in Status::ALL {
        assert_eq!(counts.of(status), 1, "{status}");
    }
    let state = ledger.edition_state("2020").await.unwrap();
    assert_eq!((state.control, state.control_number), (RunControl::Pause, 0));
    let nature = ledger.nature().await.unwrap();
    assert!(!nature.mark.is_empty() && nature.mark == nature.place, "{nature:?}");
    ledger.control("2020", RunControl::Go, laws::now()).await.unwrap();
    let entered = ledger.enter("2020", "new", laws::now()).await.unwrap();
    assert_eq!(entered.uncertain, 1);
    assert_eq!(ledger.claim(entered.sender, laws::now(), 9).await.unwrap().deliveries.len(), 3);
    execute(&address, "UPDATE roundup.ledger SET version = 99").await;
    let newer = PostgresLedger::open(&address, 1).await.unwrap_err();
    assert!(matches!(newer, LedgerError::Newer { found: 99, .. }), "{newer}");
}

#[tokio::test]
async fn a_copied_database_knows_that_it_is_one() {
    let Some(address) = database("original").await else { return };
    drop(PostgresLedger::open(&address, 1).await.unwrap());
    let (server, _) = address.rsplit_once('/').unwrap();
    let copy = "CREATE DATABASE its_copy TEMPLATE original";
    // The connection that was dropped needs a moment to end.
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'original'";
    execute(&format!("{server}/postgres"), ended).await;
    execute(&format!("{server}/postgres"), copy).await;
    let ledger = PostgresLedger::open(&format!("{server}/its_copy"), 1).await.unwrap();
    assert!(ledger.nature().await.unwrap().is_copy());
    ledger.settle_here().await.unwrap();
    assert!(!ledger.nature().await.unwrap().is_copy());
}

#[tokio::test]
async fn what_was_answered_while_the_server_was_away_is_written_when_it_is_back() {
    let Some(address) = database("away").await else { return };
    let ledger = PostgresLedger::open(&address, 1).await.unwrap();
    ledger.plan(laws::plan("2020", &["a@example.org", "b@example.org"])).await.unwrap();
    let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
    let rows = ledger.claim(sender, laws::now(), 2).await.unwrap().deliveries;
    for row in &rows {
        ledger.record(sender, row.id, Event::HandingOver, laws::now()).await.unwrap();
    }
    let (server, name) = address.rsplit_once('/').unwrap();
    let server = format!("{server}/postgres");
    // Nobody gets in, and those who are in are thrown out: as when it restarts.
    let away = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    execute(&server, "ALTER DATABASE away ALLOW_CONNECTIONS false").await;
    execute(&server, away.split_once(';').unwrap().1).await;
    let accepted = || Event::Accepted { reply: "250 ok".to_owned() };
    let events = rows.iter().map(|row| (row.id, accepted())).collect();
    let writing = ledger.record_all(sender, events, laws::now());
    execute(&server, "ALTER DATABASE away ALLOW_CONNECTIONS true").await;
    writing.await.unwrap();
    let counts = ledger.counts("2020").await.unwrap();
    assert_eq!((counts.accepted, counts.uncertain), (2, 0));
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_made_twice() {
    let Some(address) = database("lost_answer").await else { return };
    let server = PostgresServer::open(&address).await.unwrap();
    let ledger = PostgresLedger::open(&address, 1).await.unwrap();
    ledger.plan(laws::plan("2020", &["a@example.org"])).await.unwrap();
    let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
    let id = ledger.claim(sender, laws::now(), 1).await.unwrap().deliveries[0].id;
    let job = || {
        let events = vec![(id, Event::HandingOver)];
        vec![WriteBatch { sender, events, now: laws::now(), reply: oneshot::channel().0 }]
    };
    let write = async |again: bool| {
        let jobs = job();
        server
            .transaction(async |transaction, statements| {
                apply_jobs(transaction, statements, &jobs, again).await
            })
            .await
            .unwrap()
    };
    assert_eq!(write(false).await, [Ok(())]);
    assert_eq!(write(true).await, [Ok(())]);
    assert!(matches!(write(false).await[..], [Err(LedgerError::Impossible(_))]));
    assert_eq!(ledger.counts("2020").await.unwrap().handing_over, 1);
}

/// Changes of a few people in any order: a server decides about many at once, and comes to what a file does one after the other.
#[tokio::test]
async fn many_noes_at_once_come_to_what_they_do_one_after_the_other() {
    use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
    use crate::ledger::SqliteLedger;
    use crate::ledger::laws::joining::{edit, moved, of_key};

    let Some(address) = database("many_noes").await else { return };
    let server = PostgresLedger::open(&address, 4).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
    let names: Vec<String> = (0..12).map(|number| format!("p{number}@charity.org.uk")).collect();
    for number in 0..4 {
        let [from, to] = [number, number + 6].map(|at| of_key(&names[at]));
        edit(&server, |change| change.moved = Some(moved(&from, &to))).await;
        edit(&file, |change| change.moved = Some(moved(&from, &to))).await;
    }
    let mut seed: usize = 7;
    let mut below = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    let mut changes = Vec::new();
    for _ in 0..2500 {
        let person = of_key(&names[below(names.len())]).person;
        let step = match below(3) {
            0 => NoMailStep::Lift,
            _ => NoMailStep::Add(NoMailReason::ALL[below(3)]),
        };
        let origin = ChangeOrigin::ALL[below(ChangeOrigin::ALL.len())];
        let hours = i64::try_from(below(2000)).unwrap();
        let change =
            NoMailChange::new(&person, step, origin, laws::now() + chrono::TimeDelta::hours(hours));
        let notice = (below(4) == 0).then(|| format!("notice {}", below(400)));
        let detail = (below(5) == 0).then(|| "too_many".to_owned());
        let change = NoMailChange { detail, notice, ..change };
        changes.push(if below(6) == 0 { change.with_note("a reason") } else { change });
    }
    let counted = server.change_no_mail(changes.clone()).await.unwrap();
    assert_eq!(counted, file.change_no_mail(changes).await.unwrap());
    assert!(counted.iter().filter(|counted| **counted).count() > 100);
    for name in &names {
        let person = of_key(name).person;
        let of_server = server.no_mail_changes(&person).await.unwrap();
        assert_eq!(of_server, file.no_mail_changes(&person).await.unwrap(), "{name}");
        let of_server = server.suppression(&person).await.unwrap();
        assert_eq!(of_server, file.suppression(&person).await.unwrap(), "{name}");
    }
}
