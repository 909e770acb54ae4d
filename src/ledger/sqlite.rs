//! The ledger in one `SQLite` file: a single writer thread, many changes a commit, every commit fsynced.
//! Shell: the file and its thread.
//!
//! Group commit: while one commit waits for the disk, further changes queue up, and the next commit takes them all.
//! Each change is told done only after the commit that holds it.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};
use tokio::sync::oneshot;

use super::column::{LARGEST_COMMIT, from_json, gather, millis, status_of, time, to_json};
use super::delivery::{after_a_crash, next};
use super::{
    Claim, Counts, Delivery, Entered, Event, Kept, Ledger, LedgerAge, LedgerError, LeftOutRow,
    PAGE, Pick, Plan, Planned, PlannedEdition, PlannedRow, Progress, Row, SenderId, Standing,
    Status, Wish, reserve, until,
};

/// How long the writer gathers, for each connection beyond the first, and at most. The next message's row is needed one
/// round trip later: a wait much shorter than that costs nothing.
const GATHER_EACH: Duration = Duration::from_micros(10);
const GATHER_LONGEST: Duration = Duration::from_micros(500);
/// How long another process may hold the file before we give up on a commit.
const BUSY_WITHIN: Duration = Duration::from_secs(10);
/// Each version's changes to the one before: a ledger is brought to the newest when it is opened.
const SCHEMA: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];
const VERSION: i64 = 3;
/// The database's own memory. With its default of 2 MB, planning ten thousand people writes pages twice.
const CACHE_KIB: i64 = 10 * 1024;
/// Up to this size a file is read through when it is opened: that takes some tenths of a second.
const LARGEST_QUICK_CHECK_BYTES: u64 = 64 * 1024 * 1024;

type Told = Box<dyn FnOnce(Result<(), LedgerError>) + Send>;

struct Job {
    writes: bool,
    /// Does the work, or is told why there is no transaction to do it in.
    work: Box<dyn FnOnce(Result<&Connection, LedgerError>) -> Told + Send>,
}

/// See the module. Dropping it ends the thread after the last commit.
#[derive(Debug)]
pub struct SqliteLedger {
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<thread::JoinHandle<()>>,
}

impl Drop for SqliteLedger {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(writer) = self.writer.take() {
            // A panic of the writer was told to whoever waited for it.
            let _ = writer.join();
        }
    }
}

impl SqliteLedger {
    /// Opens or makes the file; its folder is made for its owner alone.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or comes from a newer roundup. It is never made anew over an old one.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::gathering(path, Duration::ZERO)
    }

    /// Opens it for so many connections at a time. A commit costs the same for one change as for twenty: with several
    /// connections the writer waits a moment for the changes of the others.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_for(path: &Path, connections: usize) -> Result<Self, LedgerError> {
        Self::gathering(path, gather(connections, GATHER_EACH, GATHER_LONGEST))
    }

    fn gathering(path: &Path, gather: Duration) -> Result<Self, LedgerError> {
        let shown = path.display().to_string();
        let failed = |what: String| LedgerError::Open { path: shown.clone(), what };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_private_folder(folder).map_err(|error| failed(error.to_string()))?;
        }
        let connection = connect(path)?;
        let (jobs, queue) = mpsc::channel();
        let writer = thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || work(&connection, &queue, gather))
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { jobs: Some(jobs), writer: Some(writer) })
    }

    /// Queues some work at once; the future only waits for its commit.
    fn run<T: Send + 'static>(
        &self,
        writes: bool,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> impl Future<Output = Result<T, LedgerError>> + Send + 'static {
        let (tell, told) = oneshot::channel();
        let job = Job {
            writes,
            work: Box::new(move |connection| {
                let outcome =
                    connection.and_then(|connection| in_savepoint(connection, writes, work));
                Box::new(move |committed| {
                    let outcome = outcome.and_then(|value| committed.map(|()| value));
                    // The one who asked may have gone; the change stands all the same.
                    let _ = tell.send(outcome);
                })
            }),
        };
        // Each connection waits for its rows before it asks for more: the queue cannot grow beyond their number.
        let queued = match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|_| LedgerError::Stopped),
            None => Err(LedgerError::Stopped),
        };
        async move {
            queued?;
            told.await.map_err(|_| LedgerError::Stopped)?
        }
    }
}

/// Makes a folder that only its owner can enter.
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let shown = path.display().to_string();
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            LedgerError::Damaged { path: shown.clone(), what: plain(&error) }
        }
        _ => LedgerError::Open { path: shown.clone(), what: plain(&error) },
    };
    make_private_file(path)
        .map_err(|error| LedgerError::Open { path: shown.clone(), what: error.to_string() })?;
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(BUSY_WITHIN).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    // Each commit reaches the disk before it is told done: the promise rests on this line.
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
    };
    let found = version(&connection).map_err(failed)?;
    if found > VERSION {
        return Err(LedgerError::Newer { path: shown, found, known: VERSION });
    }
    if found < VERSION {
        // A table that others refer to is made anew on the way.
        connection.pragma_update(None, "foreign_keys", "OFF").map_err(failed)?;
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(failed)?;
        // Another process may have made the tables while we waited for the lock.
        let found = version(&transaction).map_err(failed)?;
        for (step, changes) in (1..).zip(SCHEMA) {
            if step > found {
                transaction.execute_batch(changes).map_err(failed)?;
            }
        }
        transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    connection.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
    if fs::metadata(path).is_ok_and(|file| file.len() <= LARGEST_QUICK_CHECK_BYTES) {
        let health: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if health != "ok" {
            return Err(LedgerError::Damaged { path: shown, what: health });
        }
    }
    Ok(connection)
}

fn make_private_file(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(|_| ())
}

fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(what)) => what.clone(),
        other => other.to_string(),
    }
}

fn write_error(error: &rusqlite::Error) -> LedgerError {
    LedgerError::Write { what: plain(error) }
}

/// The writer's life: take what waits, do it in one transaction, commit, tell everybody.
fn work(connection: &Connection, queue: &mpsc::Receiver<Job>, gather: Duration) {
    let mut kept: Option<Job> = None;
    loop {
        let Some(first) = kept.take().or_else(|| queue.recv().ok()) else {
            return;
        };
        let writes = first.writes;
        if writes && !gather.is_zero() {
            // Not a timed receive: that would wake this thread for every change.
            thread::sleep(gather);
        }
        let begin = if writes { "BEGIN IMMEDIATE" } else { "BEGIN" };
        if let Err(error) = connection.execute_batch(begin) {
            (first.work)(Err(write_error(&error)))(Ok(()));
            continue;
        }
        let mut told = Vec::new();
        let mut job = first;
        loop {
            told.push((job.work)(Ok(connection)));
            if told.len() == LARGEST_COMMIT {
                break;
            }
            match queue.try_recv() {
                Ok(next) if next.writes == writes => job = next,
                Ok(next) => {
                    kept = Some(next);
                    break;
                }
                Err(_) => break,
            }
        }
        let committed = connection.execute_batch("COMMIT").map_err(|error| {
            let error = write_error(&error);
            // Nothing of a failed commit may linger in the next one.
            if let Err(again) = connection.execute_batch("ROLLBACK") {
                return LedgerError::Write {
                    what: format!("{error}, and then: {}", plain(&again)),
                };
            }
            error
        });
        for tell in told {
            tell(committed.clone());
        }
    }
}

/// One job must not leave half of itself in the transaction of the others.
fn in_savepoint<T>(
    connection: &Connection,
    writes: bool,
    work: impl FnOnce(&Connection) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    if !writes {
        return work(connection);
    }
    let say = |sql: &str| -> Result<(), LedgerError> {
        let mut statement = connection.prepare_cached(sql).map_err(|error| write_error(&error))?;
        statement.execute([]).map(drop).map_err(|error| write_error(&error))
    };
    say("SAVEPOINT job")?;
    let outcome = work(connection);
    if outcome.is_err() {
        say("ROLLBACK TO job")?;
    }
    say("RELEASE job")?;
    outcome
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// A sender that takes rows, or has them in hand.
    Sender(SenderId),
    /// Whoever settles what a sender left.
    Settling,
    /// An operator: rows in a sender's hand are not hers.
    Operator,
}

/// Writes one event into its row. Ordinary steps leave no line in `events`: their row says all.
fn apply(
    connection: &Connection,
    id: i64,
    event: &Event,
    now: DateTime<Utc>,
    hand: Hand,
) -> Result<Status, LedgerError> {
    let (word, holder): (String, Option<i64>) = connection
        .prepare_cached("SELECT status, sender FROM deliveries WHERE id = ?1")
        .and_then(|mut query| {
            query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(|error| write_error(&error))?
        .ok_or(LedgerError::NoRow { id })?;
    let from = status_of(&word)?;
    let sender = match hand {
        Hand::Sender(SenderId(sender)) => {
            if from.is_in_hand() && holder != Some(sender) {
                return Err(LedgerError::Fenced);
            }
            Some(sender)
        }
        Hand::Settling => holder,
        Hand::Operator if from.is_in_hand() => {
            return Err(LedgerError::Impossible(super::delivery::ImpossibleStep {
                from,
                event: event.word(),
            }));
        }
        Hand::Operator => holder,
    };
    let status = next(from, event)?;
    connection
        .prepare_cached(
            "UPDATE deliveries SET status = ?2, changed_at = ?3, next_at = ?4, detail = ?5,
             attempts = max(0, attempts + ?6), sender = ?7 WHERE id = ?1",
        )
        .and_then(|mut update| {
            update.execute(params![
                id,
                status.word(),
                millis(now),
                event.next_at().map(millis),
                event.detail(),
                event.tries(),
                sender
            ])
        })
        .map_err(|error| write_error(&error))?;
    if !event.is_ordinary() {
        connection
            .prepare_cached(
                "INSERT INTO events (delivery, at, event, detail) VALUES (?1, ?2, ?3, ?4)",
            )
            .and_then(|mut insert| {
                insert.execute(params![id, millis(now), event.word(), event.detail()])
            })
            .map_err(|error| write_error(&error))?;
    }
    Ok(status)
}

/// Rows of one INSERT when an edition is planned.
const TOGETHER: usize = 32;

/// The numbers of a row's own parameters; the first two are everybody's.
fn places(at: usize) -> [usize; 5] {
    [3, 4, 5, 6, 7].map(|place| place + at * 5)
}

/// Writes some copies, numbered from `first`.
fn insert_copies(
    connection: &Connection,
    edition: &PlannedEdition,
    first: i64,
    rows: &[PlannedRow],
) -> rusqlite::Result<()> {
    let values: Vec<String> = (0..rows.len())
        .map(|at| {
            let [id, key, recipient, person, message_id] = places(at);
            format!("(?{id}, ?1, ?{key}, ?{recipient}, ?{person}, ?{message_id}, 'planned', ?2)")
        })
        .collect();
    let values = values.join(", ");
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO deliveries (id, edition, key, recipient, person, message_id, status, changed_at) VALUES {values}"
    ))?;
    insert.raw_bind_parameter(1, &edition.name)?;
    insert.raw_bind_parameter(2, millis(edition.planned_at))?;
    for (at, (id, row)) in (first..).zip(rows).enumerate() {
        insert.raw_bind_parameter(places(at)[0], id)?;
        let texts = [&row.key, &row.recipient, &row.person, &row.message_id];
        for (place, text) in places(at).into_iter().skip(1).zip(texts) {
            insert.raw_bind_parameter(place, text)?;
        }
    }
    insert.raw_execute().map(drop)
}

fn insert_plan(connection: &Connection, plan: &Plan) -> Result<(), LedgerError> {
    let edition = &plan.edition;
    let exists: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM editions WHERE name = ?1)",
            [&edition.name],
            |row| row.get(0),
        )
        .map_err(|error| write_error(&error))?;
    if exists {
        return Err(LedgerError::PlannedAlready { edition: edition.name.clone() });
    }
    let planned_at = millis(edition.planned_at);
    connection
        .execute(
            "INSERT INTO editions (name, planned_at, planned) VALUES (?1, ?2, ?3)",
            params![edition.name, planned_at, to_json(edition)?],
        )
        .map_err(|error| write_error(&error))?;
    let last: Option<i64> = connection
        .query_row("SELECT max(id) FROM deliveries", [], |row| row.get(0))
        .map_err(|error| write_error(&error))?;
    let first = last.unwrap_or(0) + 1;
    let mut next = first;
    let mut left_out = 0;
    let mut insert_left_out = connection
        .prepare_cached("INSERT INTO left_out (edition, address, why) VALUES (?1, ?2, ?3)")
        .map_err(|error| write_error(&error))?;
    let mut waiting: Vec<PlannedRow> = Vec::new();
    let rows = (plan.rows)().map(Some).chain([None]);
    for rows in rows {
        let is_last = rows.is_none();
        for row in rows.transpose()?.unwrap_or_default() {
            match row {
                Planned::Copy(row) => waiting.push(row),
                Planned::LeftOut(row) => {
                    left_out += 1;
                    insert_left_out
                        .execute(params![row.edition, row.address, row.why])
                        .map_err(|error| write_error(&error))?;
                }
            }
        }
        // Several rows in one statement take two thirds of the time of one by one.
        let whole = if is_last { waiting.len() } else { waiting.len() / TOGETHER * TOGETHER };
        for some in waiting[..whole].chunks(TOGETHER) {
            insert_copies(connection, edition, next, some).map_err(|error| write_error(&error))?;
            next += i64::try_from(some.len()).unwrap_or(i64::MAX);
        }
        waiting.drain(..whole);
    }
    let written = u64::try_from(next - first).unwrap_or(0);
    if written != plan.people {
        return Err(LedgerError::Miscounted { people: plan.people, written });
    }
    for (sql, values) in [
        (
            // In the order of the table that is filled: page after page, and none a second time.
            "INSERT INTO copies SELECT key, edition, id FROM deliveries WHERE id BETWEEN ?2 AND ?3 AND edition = ?1
             AND ?4 >= 0 ORDER BY key",
            params![edition.name, first, next - 1, left_out],
        ),
        (
            "UPDATE editions SET first_row = ?2, last_row = ?3, left_out = ?4 WHERE name = ?1",
            params![edition.name, first, next - 1, left_out],
        ),
    ] {
        connection.execute(sql, values).map_err(|error| write_error(&error))?;
    }
    Ok(())
}

/// A sender that was ended writes nothing more. Gives its edition.
fn edition_of(connection: &Connection, sender: SenderId) -> Result<String, LedgerError> {
    connection
        .prepare_cached("SELECT edition FROM senders WHERE id = ?1 AND ended_at IS NULL")
        .and_then(|mut query| query.query_row([sender.0], |row| row.get(0)).optional())
        .map_err(|error| write_error(&error))?
        .ok_or(LedgerError::Fenced)
}

fn wish_of(connection: &Connection, edition: &str) -> Result<Wish, LedgerError> {
    let word: Option<String> = connection
        .prepare_cached("SELECT wish FROM editions WHERE name = ?1")
        .and_then(|mut query| query.query_row([edition], |row| row.get(0)).optional())
        .map_err(|error| write_error(&error))?;
    Ok(word.and_then(|word| Wish::parse(&word)).unwrap_or_default())
}

/// What senders that are gone had in hand: all of an edition, or those of one sender.
fn settle(
    connection: &Connection,
    edition: &str,
    of: Option<SenderId>,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    let mut query = connection
        .prepare_cached(
            "SELECT id, status FROM deliveries WHERE edition = ?1 AND status IN ('claimed', 'handing_over')
             AND (?2 IS NULL OR sender = ?2)",
        )
        .map_err(|error| write_error(&error))?;
    let open: Vec<(i64, String)> = query
        .query_map(params![edition, of.map(|of| of.0)], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(|error| write_error(&error))?;
    let mut uncertain = 0;
    for (id, word) in open {
        if let Some(event) = after_a_crash(status_of(&word)?)
            && apply(connection, id, &event, now, Hand::Settling)? == Status::Uncertain
        {
            uncertain += 1;
        }
    }
    if wish_of(connection, edition)? == Wish::Cancel {
        cancel_rest(connection, edition, now)?;
    }
    Ok(uncertain)
}

/// Ends every sender of an edition. On one computer the run's lock has shown that they are gone.
fn recover(connection: &Connection, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
    connection
        .execute(
            "UPDATE senders SET ended_at = ?2 WHERE edition = ?1 AND ended_at IS NULL",
            params![edition, millis(now)],
        )
        .map_err(|error| write_error(&error))?;
    settle(connection, edition, None, now)
}

fn cancel_rest(
    connection: &Connection,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut query = connection
        .prepare_cached(
            "SELECT id FROM deliveries WHERE edition = ?1 AND status = 'planned'
             UNION ALL SELECT id FROM deliveries WHERE edition = ?1 AND status = 'deferred'",
        )
        .map_err(|error| write_error(&error))?;
    let rest: Vec<i64> = query
        .query_map([edition], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(|error| write_error(&error))?;
    for id in rest {
        apply(connection, id, &Event::Cancelled, now, Hand::Operator)?;
    }
    Ok(())
}

/// The ledger grows older.
fn grow(connection: &Connection) -> Result<i64, LedgerError> {
    connection
        .prepare_cached("UPDATE ledger SET age = age + 1 RETURNING age")
        .and_then(|mut update| update.query_row([], |row| row.get(0)))
        .map_err(|error| write_error(&error))
}

fn claim(
    connection: &Connection,
    sender: SenderId,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Claim, LedgerError> {
    let edition = &edition_of(connection, sender)?;
    if wish_of(connection, edition)? != Wish::Go {
        return Ok(Claim::default());
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    loop {
        // Due retries first: they have waited. Two queries, so that each is answered by the index.
        let mut found: Vec<(i64, String, u32, Option<String>)> = Vec::new();
        // The statuses stand in the SQL: with a parameter SQLite cannot see that the partial index holds all of them.
        for sql in [
        "SELECT d.id, d.recipient, d.attempts, s.why FROM deliveries d LEFT JOIN suppressions s USING (person)
         WHERE d.edition = ?1 AND d.status = 'deferred' AND d.next_at <= ?2 ORDER BY d.next_at, d.id LIMIT ?3",
        "SELECT d.id, d.recipient, d.attempts, s.why FROM deliveries d LEFT JOIN suppressions s USING (person)
         WHERE d.edition = ?1 AND d.status = 'planned' AND ?2 IS NOT NULL ORDER BY d.id LIMIT ?3",
    ] {
        let room = most - i64::try_from(found.len()).unwrap_or(most);
        let mut query = connection.prepare_cached(sql).map_err(|error| write_error(&error))?;
        let rows = query
            .query_map(params![edition, millis(now), room], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .map_err(|error| write_error(&error))?;
        for row in rows {
            found.push(row.map_err(|error| write_error(&error))?);
        }
    }
        let mut claim = Claim::default();
        let nothing_found = found.is_empty();
        for (id, recipient, attempts, suppressed) in found {
            if let Some(why) = suppressed {
                apply(connection, id, &Event::Suppressed { why }, now, Hand::Settling)?;
                continue;
            }
            apply(connection, id, &Event::Claimed, now, Hand::Sender(sender))?;
            claim.deliveries.push(Delivery { id, recipient: from_json(&recipient)?, attempts });
        }
        if claim.deliveries.is_empty() {
            if !nothing_found {
                // All of these were suppressed: look again for others.
                continue;
            }
            let due: Option<i64> = connection
            .query_row(
                "SELECT min(next_at) FROM deliveries WHERE edition = ?1 AND status = 'deferred'",
                [edition],
                |row| row.get(0),
            )
            .map_err(|error| write_error(&error))?;
            claim.next_due = due.map(time);
        }
        return Ok(claim);
    }
}

type Raw = (String, String, String, u32, i64, Option<i64>, String, String);

const ROW_COLUMNS: &str = "edition, json_extract(recipient, '$.address'), status, attempts, changed_at, next_at, detail, message_id";

fn raw(row: &SqlRow, from: usize) -> rusqlite::Result<Raw> {
    Ok((
        row.get(from)?,
        row.get(from + 1)?,
        row.get(from + 2)?,
        row.get(from + 3)?,
        row.get(from + 4)?,
        row.get(from + 5)?,
        row.get(from + 6)?,
        row.get(from + 7)?,
    ))
}

fn shown(raw: Raw) -> Result<Row, LedgerError> {
    let (edition, address, status, attempts, changed_at, next_at, detail, message_id) = raw;
    Ok(Row {
        edition,
        address,
        status: status_of(&status)?,
        attempts,
        changed_at: time(changed_at),
        detail,
        next_at: next_at.map(time),
        message_id,
    })
}

impl Ledger for SqliteLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        self.run(true, move |connection| insert_plan(connection, &plan)).await
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        let name = name.to_owned();
        self.run(false, move |connection| {
            let text: Option<String> = connection
                .query_row("SELECT planned FROM editions WHERE name = ?1", [name], |row| row.get(0))
                .optional()
                .map_err(|error| write_error(&error))?;
            text.map(|text| from_json(&text)).transpose()
        })
        .await
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        self.run(false, |connection| {
            let mut query = connection
                .prepare("SELECT planned FROM editions ORDER BY planned_at DESC, name")
                .map_err(|error| write_error(&error))?;
            let rows = query
                .query_map([], |row| row.get::<_, String>(0))
                .map_err(|error| write_error(&error))?;
            rows.map(|row| from_json(&row.map_err(|error| write_error(&error))?)).collect()
        })
        .await
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let edition = edition.to_owned();
        self.run(true, move |connection| recover(connection, &edition, now)).await
    }

    async fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Entered, LedgerError> {
        let (edition, name) = (edition.to_owned(), name.to_owned());
        self.run(true, move |connection| {
            let uncertain = recover(connection, &edition, now)?;
            connection
                .execute(
                    "INSERT INTO senders (edition, name, entered_at, kept_at) VALUES (?1, ?2, ?3, ?3)",
                    params![edition, name, millis(now)],
                )
                .map_err(|error| write_error(&error))?;
            let sender = SenderId(connection.last_insert_rowid());
            grow(connection)?;
            Ok(Entered { sender, uncertain })
        })
        .await
    }

    async fn keep(&self, sender: SenderId, now: DateTime<Utc>) -> Result<Kept, LedgerError> {
        self.run(true, move |connection| {
            let edition = edition_of(connection, sender)?;
            connection
                .prepare_cached("UPDATE senders SET kept_at = ?2 WHERE id = ?1")
                .and_then(|mut update| update.execute(params![sender.0, millis(now)]))
                .map_err(|error| write_error(&error))?;
            Ok(Kept { wish: wish_of(connection, &edition)?, senders: 1, age: grow(connection)? })
        })
        .await
    }

    async fn leave(&self, sender: SenderId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.run(true, move |connection| {
            let edition = edition_of(connection, sender)?;
            let uncertain = settle(connection, &edition, Some(sender), now)?;
            connection
                .execute(
                    "UPDATE senders SET ended_at = ?2, kept_at = ?2 WHERE id = ?1",
                    params![sender.0, millis(now)],
                )
                .map_err(|error| write_error(&error))?;
            grow(connection)?;
            Ok(uncertain)
        })
        .await
    }

    fn lease(&self) -> Option<Duration> {
        None
    }

    async fn claim(
        &self,
        sender: SenderId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        self.run(true, move |connection| claim(connection, sender, now, most)).await
    }

    fn record_all(
        &self,
        sender: SenderId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        self.run(true, move |connection| {
            edition_of(connection, sender)?;
            for (id, event) in &events {
                apply(connection, *id, event, now, Hand::Sender(sender))?;
            }
            Ok(())
        })
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        self.run(true, move |connection| {
            let mut decided = 0;
            for (id, event) in &events {
                match apply(connection, *id, event, now, Hand::Operator) {
                    Ok(_) => decided += 1,
                    Err(LedgerError::Impossible(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(decided)
        })
        .await
    }

    async fn wish(&self, edition: &str, wish: Wish, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let edition = edition.to_owned();
        self.run(true, move |connection| {
            connection
                .execute(
                    "UPDATE editions SET wish = ?2, wished_at = ?3 WHERE name = ?1",
                    params![edition, wish.word(), millis(now)],
                )
                .map_err(|error| write_error(&error))?;
            if wish == Wish::Cancel {
                cancel_rest(connection, &edition, now)?;
            }
            Ok(())
        })
        .await
    }

    async fn standing(&self, edition: &str) -> Result<Standing, LedgerError> {
        let edition = edition.to_owned();
        self.run(false, move |connection| {
            connection
                .query_row(
                    "SELECT wish, wished_at, max(planned_at, coalesce(
                         (SELECT max(kept_at) FROM senders WHERE edition = editions.name), 0)),
                         (SELECT count(*) FROM senders WHERE edition = editions.name AND ended_at IS NULL)
                     FROM editions WHERE name = ?1",
                    [&edition],
                    |row| {
                        Ok(Standing {
                            wish: Wish::parse(&row.get::<_, String>(0)?).unwrap_or_default(),
                            wished_at: row.get::<_, Option<i64>>(1)?.map(time),
                            last_sign: time(row.get(2)?),
                            senders: row.get(3)?,
                        })
                    },
                )
                .map_err(|error| write_error(&error))
        })
        .await
    }

    async fn age(&self) -> Result<LedgerAge, LedgerError> {
        self.run(false, |connection| {
            connection
                .query_row("SELECT identity, age FROM ledger", [], |row| {
                    Ok(LedgerAge { identity: row.get(0)?, age: row.get(1)? })
                })
                .map_err(|error| write_error(&error))
        })
        .await
    }

    async fn moments(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        let edition = edition.to_owned();
        self.run(true, move |connection| {
            let next: i64 = connection
                .query_row("SELECT next_moment FROM editions WHERE name = ?1", [&edition], |row| {
                    row.get(0)
                })
                .map_err(|error| write_error(&error))?;
            let (first, next) = reserve(next, count, gap, now);
            connection
                .execute(
                    "UPDATE editions SET next_moment = ?2 WHERE name = ?1",
                    params![edition, next],
                )
                .map_err(|error| write_error(&error))?;
            Ok(until(first, now))
        })
        .await
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        let edition = edition.to_owned();
        self.run(false, move |connection| {
            let mut query = connection
                .prepare_cached(
                    "SELECT status, count(*) FROM deliveries
                     WHERE id BETWEEN (SELECT first_row FROM editions WHERE name = ?1)
                         AND (SELECT last_row FROM editions WHERE name = ?1) GROUP BY status",
                )
                .map_err(|error| write_error(&error))?;
            let rows: Vec<(String, i64)> = query
                .query_map([edition], |row| Ok((row.get(0)?, row.get(1)?)))
                .and_then(Iterator::collect)
                .map_err(|error| write_error(&error))?;
            let mut counts = Counts::default();
            for (word, rows) in rows {
                counts.add(status_of(&word)?, u64::try_from(rows).unwrap_or(0));
            }
            Ok(counts)
        })
        .await
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        let edition = edition.to_owned();
        self.run(false, move |connection| {
            let count: i64 = connection
                .query_row("SELECT left_out FROM editions WHERE name = ?1", [edition], |row| {
                    row.get(0)
                })
                .map_err(|error| write_error(&error))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
        .await
    }

    async fn progress(&self, edition: &str) -> Result<Progress, LedgerError> {
        let edition = edition.to_owned();
        self.run(false, move |connection| {
            connection
                .query_row(
                    "SELECT last_row - first_row + 1,
                         (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status = 'planned')
                       + (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status = 'deferred')
                       + (SELECT count(*) FROM deliveries WHERE edition = ?1 AND status IN ('claimed', 'handing_over'))
                     FROM editions WHERE name = ?1",
                    [edition],
                    |row| {
                        let figure = |at| {
                            row.get::<_, i64>(at).map(|rows| u64::try_from(rows).unwrap_or(0))
                        };
                        Ok(Progress { people: figure(0)?, open: figure(1)? })
                    },
                )
                .map_err(|error| write_error(&error))
        })
        .await
    }

    async fn page(
        &self,
        edition: &str,
        pick: Pick,
        after: Option<i64>,
    ) -> Result<Vec<(i64, Row)>, LedgerError> {
        let edition = edition.to_owned();
        self.run(false, move |connection| {
            let sql = format!(
                "SELECT id, {ROW_COLUMNS} FROM deliveries
                 WHERE id BETWEEN max(?2, (SELECT first_row FROM editions WHERE name = ?1))
                     AND (SELECT last_row FROM editions WHERE name = ?1) AND {}
                 ORDER BY id LIMIT {PAGE}",
                pick.condition()
            );
            let mut query = connection.prepare_cached(&sql).map_err(|error| write_error(&error))?;
            let rows: Vec<(i64, Raw)> = query
                .query_map(params![edition, after.map_or(0, |after| after + 1)], |row| {
                    Ok((row.get(0)?, raw(row, 1)?))
                })
                .and_then(Iterator::collect)
                .map_err(|error| write_error(&error))?;
            rows.into_iter().map(|(id, raw)| Ok((id, shown(raw)?))).collect()
        })
        .await
    }

    async fn history(&self, key: &str) -> Result<(Vec<Row>, Vec<LeftOutRow>), LedgerError> {
        let key = key.to_owned();
        self.run(false, move |connection| {
            let sql = format!(
                "SELECT {ROW_COLUMNS} FROM deliveries
                 WHERE id IN (SELECT delivery FROM copies WHERE key = ?1) ORDER BY id DESC"
            );
            let mut query = connection.prepare(&sql).map_err(|error| write_error(&error))?;
            let rows: Vec<Raw> = query
                .query_map([&key], |row| raw(row, 0))
                .and_then(Iterator::collect)
                .map_err(|error| write_error(&error))?;
            let mut query = connection
                .prepare("SELECT edition, address, why FROM left_out WHERE lower(address) = ?1 ORDER BY rowid DESC")
                .map_err(|error| write_error(&error))?;
            let left_out = query
                .query_map([&key], |row| {
                    Ok(LeftOutRow { edition: row.get(0)?, address: row.get(1)?, why: row.get(2)? })
                })
                .and_then(Iterator::collect)
                .map_err(|error| write_error(&error))?;
            Ok((rows.into_iter().map(shown).collect::<Result<_, _>>()?, left_out))
        })
        .await
    }

    async fn suppress(
        &self,
        person: &str,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let (person, why) = (person.to_owned(), why.to_owned());
        self.run(true, move |connection| {
            connection
                .execute(
                    "INSERT INTO suppressions (person, why, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![person, why, millis(now)],
                )
                .map(|_| ())
                .map_err(|error| write_error(&error))
        })
        .await
    }

    async fn suppression(&self, person: &str) -> Result<Option<String>, LedgerError> {
        let person = person.to_owned();
        self.run(false, move |connection| {
            connection
                .query_row("SELECT why FROM suppressions WHERE person = ?1", [person], |row| {
                    row.get(0)
                })
                .optional()
                .map_err(|error| write_error(&error))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::laws;

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

    #[tokio::test]
    async fn the_laws_hold_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        laws::hold(&SqliteLedger::open(&folder.path().join("a/ledger.db")).unwrap()).await;
    }

    #[tokio::test]
    async fn what_was_told_is_there_after_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = SqliteLedger::open(&path).unwrap();
        ledger.plan(laws::plan("2020", &["a@example.org", "b@example.org"])).await.unwrap();
        let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
        let claim = ledger.claim(sender, laws::now(), 1).await.unwrap();
        ledger
            .record(sender, claim.deliveries[0].id, Event::HandingOver, laws::now())
            .await
            .unwrap();
        drop(ledger);
        let ledger = SqliteLedger::open(&path).unwrap();
        assert_eq!(ledger.counts("2020").await.unwrap().handing_over, 1);
        assert_eq!(ledger.recover("2020", laws::now()).await.unwrap(), 1);
        assert_eq!(ledger.edition("2020").await.unwrap().unwrap().name, "2020");
    }

    #[tokio::test]
    async fn many_changes_at_once_all_reach_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let ledger =
            std::sync::Arc::new(SqliteLedger::open(&folder.path().join("ledger.db")).unwrap());
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

    #[tokio::test]
    async fn a_ledger_of_the_first_version_is_brought_to_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(SCHEMA[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        for (name, addresses) in [("2019", ["a", "b"]), ("2020", ["b", "c"])] {
            let edition = laws::plan(name, &[]).edition;
            let values = params![name, to_json(&edition).unwrap()];
            connection.execute("INSERT INTO editions VALUES (?1, 7, ?2)", values).unwrap();
            connection
                .execute("INSERT INTO left_out VALUES (?1, 'Gone@example.org', 'left')", [name])
                .unwrap();
            for address in addresses {
                let recipient = laws::recipient(&format!("{address}@example.org"));
                let key = recipient.address.key();
                let values = params![name, key, to_json(&recipient).unwrap(), "id", "planned"];
                connection
                    .execute(
                        "INSERT INTO deliveries (edition, key, recipient, person, message_id, status, changed_at)
                         VALUES (?1, ?2, ?3, 'person', ?4, ?5, 7)",
                        values,
                    )
                    .unwrap();
            }
        }
        connection.execute("INSERT INTO events VALUES (4, 7, 'resent', '')", []).unwrap();
        drop(connection);
        let ledger = SqliteLedger::open(&path).unwrap();
        let progress = ledger.progress("2020").await.unwrap();
        assert_eq!((progress.people, progress.open), (2, 2));
        let sender = ledger.enter("2020", "a", laws::now()).await.unwrap().sender;
        let claim = ledger.claim(sender, laws::now(), 9).await.unwrap();
        let addresses: Vec<_> =
            claim.deliveries.iter().map(|d| d.recipient.address.as_str()).collect();
        assert_eq!(addresses, ["b@example.org", "c@example.org"]);
        assert_eq!(ledger.left_out("2020").await, Ok(1));
        let (rows, left_out) = ledger.history("b@example.org").await.unwrap();
        assert_eq!((rows.len(), left_out.len()), (2, 0));
        assert_eq!(ledger.history("gone@example.org").await.unwrap().1.len(), 2);
        ledger.plan(laws::plan("2021", &["a@example.org"])).await.unwrap();
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
        assert_eq!(
            fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}
