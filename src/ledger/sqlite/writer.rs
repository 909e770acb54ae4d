//! The thread that writes: many changes a commit, every commit on the disk before anybody hears of it.
//! Shell: the file and its thread.
//!
//! Group commit: while one commit waits for the disk, further changes queue up, and the next commit takes them all.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::schema::SCHEMA;
use crate::database::sqlite::{self, FileId, OpenError};
use crate::ledger::column::LARGEST_COMMIT;
use crate::ledger::error::LedgerError;

/// With its default of 2 MB, planning ten thousand people writes pages twice.
const SETTINGS: sqlite::Settings = sqlite::Settings { durable: true, cache_kib: 10 * 1024 };

/// Reports to one caller what became of their job.
type Reply = Box<dyn FnOnce(Result<(), LedgerError>) + Send>;

pub(super) struct WriterJob {
    writes: bool,
    /// Does the work, or learns why there is no transaction to do it in.
    work: Box<dyn FnOnce(Result<&Connection, LedgerError>) -> Reply + Send>,
}

/// The thread, and the way to it. Dropping it ends the thread after the last commit.
#[derive(Debug)]
pub(super) struct WriterThread {
    jobs: Option<mpsc::Sender<WriterJob>>,
    thread: Option<thread::JoinHandle<()>>,
    file: Option<FileId>,
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // The callers that waited for the thread know of its panic.
            let _ = thread.join();
        }
    }
}

impl WriterThread {
    pub(super) fn start(path: &Path, gather: Duration) -> Result<Self, LedgerError> {
        let connection = connect(path)?;
        let file = OpenFile::of(path);
        let id = file.id;
        let (jobs, queue) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || work(&connection, &file, &queue, gather))
            .map_err(|error| LedgerError::at(&path.display().to_string(), error.into()))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), file: id })
    }

    /// Which file it is; empty where the system does not say.
    pub(super) fn place(&self) -> String {
        self.file.map(FileId::text).unwrap_or_default()
    }

    /// Queues some work at once; the future only waits for its commit.
    pub(super) fn run<T: Send + 'static>(
        &self,
        writes: bool,
        work: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> impl Future<Output = Result<T, LedgerError>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let job = WriterJob {
            writes,
            work: Box::new(move |connection| {
                let outcome =
                    connection.and_then(|connection| in_savepoint(connection, writes, work));
                Box::new(move |committed| {
                    let outcome = outcome.and_then(|value| committed.map(|()| value));
                    // The caller may have gone; the change stands all the same.
                    let _ = reply.send(outcome);
                })
            }),
        };
        // Each connection waits for its rows before it requests more: the queue cannot grow beyond their number.
        let queued = match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|_| LedgerError::Stopped),
            None => Err(LedgerError::Stopped),
        };
        async move {
            queued?;
            answer.await.map_err(|_| LedgerError::Stopped)?
        }
    }
}

/// Opens or makes the file, and brings its tables to the newest version.
pub(super) fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let shown = path.display().to_string();
    let failed = |error: OpenError| match error {
        OpenError::Newer(newer) => {
            LedgerError::Newer { path: shown.clone(), found: newer.found, known: newer.known }
        }
        OpenError::Database(error) => LedgerError::at(&shown, error),
    };
    let mut connection = sqlite::open(path, SETTINGS).map_err(failed)?;
    sqlite::migrate(&mut connection, SCHEMA, |_| Ok(())).map_err(failed)?;
    sqlite::check(&connection, path).map_err(|error| LedgerError::at(&shown, error))?;
    Ok(connection)
}

/// The file that was opened. A ledger that was moved away or replaced would be written by us and read by nobody.
struct OpenFile {
    path: PathBuf,
    id: Option<FileId>,
}

impl OpenFile {
    fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), id: FileId::of(path) }
    }

    fn is_still_there(&self) -> Result<(), LedgerError> {
        if FileId::of(&self.path) == self.id {
            return Ok(());
        }
        Err(LedgerError::Moved { path: self.path.display().to_string() })
    }
}

/// The writer's life: take what waits, do it in one transaction, commit, answer every caller.
fn work(
    connection: &Connection,
    file: &OpenFile,
    queue: &mpsc::Receiver<WriterJob>,
    gather: Duration,
) {
    let mut next: Option<WriterJob> = None;
    loop {
        let Some(first) = next.take().or_else(|| queue.recv().ok()) else {
            return;
        };
        let writes = first.writes;
        if writes && !gather.is_zero() {
            // Not a timed receive: that would wake this thread for every change.
            thread::sleep(gather);
        }
        let begin = if writes { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let begun = connection.execute_batch(begin).map_err(LedgerError::from);
        let begun = begun.and_then(|()| {
            let there = if writes { file.is_still_there() } else { Ok(()) };
            if there.is_err() {
                connection.execute_batch("ROLLBACK")?;
            }
            there
        });
        if let Err(error) = begun {
            (first.work)(Err(error))(Ok(()));
            continue;
        }
        let mut replies = Vec::new();
        let mut job = first;
        loop {
            replies.push((job.work)(Ok(connection)));
            if replies.len() == LARGEST_COMMIT {
                break;
            }
            match queue.try_recv() {
                Ok(another) if another.writes == writes => job = another,
                Ok(another) => {
                    next = Some(another);
                    break;
                }
                Err(_) => break,
            }
        }
        let committed = commit(connection);
        for reply in replies {
            reply(committed.clone());
        }
    }
}

fn commit(connection: &Connection) -> Result<(), LedgerError> {
    let Err(error) = connection.execute_batch("COMMIT") else { return Ok(()) };
    let error = LedgerError::from(error);
    // Nothing of a failed commit may linger in the next one. Some failures have rolled it back already.
    if !connection.is_autocommit()
        && let Err(again) = connection.execute_batch("ROLLBACK")
    {
        return Err(LedgerError::Write { what: format!("{error}, and then: {again}") });
    }
    Err(error)
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
    let run = |sql: &str| -> Result<(), LedgerError> {
        connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    run("SAVEPOINT job")?;
    let outcome = work(connection);
    // A full disk ends the whole transaction, and its savepoints with it.
    if outcome.is_err() && !connection.is_autocommit() {
        run("ROLLBACK TO job")?;
    }
    if !connection.is_autocommit() {
        run("RELEASE job")?;
    }
    outcome
}
