//! A database in one `SQLite` file: opened private, every commit as durable as its owner wants, brought to the newest tables.
//! Shell: the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{DatabaseError, DatabaseFault, NewerSchema, Schema, private};

/// How long another process may hold the file before we give up.
pub const BUSY_WITHIN: Duration = Duration::from_secs(10);
/// Up to this size a file is read through when it is opened: that takes some tenths of a second.
const LARGEST_QUICK_CHECK_BYTES: u64 = 64 * 1024 * 1024;

/// How a database is used.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Each commit reaches the disk before it returns. Without it a power cut may take the last commits.
    pub durable: bool,
    /// The database's own memory, in KiB.
    pub cache_kib: i64,
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    Newer(NewerSchema),
    Database(DatabaseError),
}

impl<E: Into<DatabaseError>> From<E> for OpenError {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

/// Opens or makes the file, for its owner only, with its folder.
///
/// # Errors
/// When it cannot be opened or read through, or comes from a newer roundup. An old file is never replaced.
pub fn open(path: &Path, settings: Settings) -> Result<Connection, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::folder(folder)?;
    }
    private::file(path)?;
    let connection = Connection::open(path)?;
    prepare(&connection, settings)?;
    Ok(connection)
}

/// A database for what is needed only while a command runs. It is a file that `SQLite` makes among the computer's temporary ones,
/// for its owner only, and takes out of its folder at once: nobody finds it, and a program that dies leaves nothing behind.
///
/// # Errors
/// When it cannot be made.
pub fn scratch(cache_kib: i64) -> Result<Connection, DatabaseError> {
    let connection = Connection::open("")?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    // It is never committed: nobody reads it afterwards.
    connection.execute_batch("BEGIN")?;
    Ok(connection)
}

/// Sets how a connection works.
///
/// # Errors
/// When it does not take the settings.
pub fn prepare(connection: &Connection, settings: Settings) -> Result<(), DatabaseError> {
    connection.busy_timeout(BUSY_WITHIN)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = if settings.durable { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -settings.cache_kib)?;
    Ok(())
}

/// Brings the tables to the newest version: all of the missing steps in one transaction, or none. `after_first` runs behind
/// step 1 of a database that had no tables.
///
/// # Errors
/// When a step fails, or the tables come from a newer roundup.
pub fn migrate(
    connection: &mut Connection,
    schema: Schema,
    after_first: impl Fn(&Transaction<'_>) -> rusqlite::Result<()>,
) -> Result<(), OpenError> {
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
    };
    if schema.pending(version(connection)?).map_err(OpenError::Newer)?.next().is_some() {
        // A table that others refer to is replaced on the way.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have made the tables while we waited for the lock.
        let found = version(&transaction)?;
        for (number, changes) in schema.pending(found).map_err(OpenError::Newer)? {
            transaction.execute_batch(changes)?;
            if number == 1 {
                after_first(&transaction)?;
            }
        }
        transaction.pragma_update(None, "user_version", schema.newest())?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "foreign_keys", "ON")?;
    Ok(())
}

/// Reads a small file through.
///
/// # Errors
/// When something in it is broken.
pub fn check(connection: &Connection, path: &Path) -> Result<(), DatabaseError> {
    if !std::fs::metadata(path).is_ok_and(|file| file.len() <= LARGEST_QUICK_CHECK_BYTES) {
        return Ok(());
    }
    let health: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if health == "ok" { Ok(()) } else { Err(DatabaseError::new(DatabaseFault::Damaged, health)) }
}

/// Which file stands at a path, whatever its name: another file at the same path is another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
}

impl FileId {
    /// `None` where nothing stands, or the system does not say.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok()?;
        Some(Self { device: found.dev(), number: found.ino() })
    }

    /// `None` where nothing stands. The time of its making stands for the file's number, which this system does not give.
    #[cfg(not(unix))]
    pub fn of(path: &Path) -> Option<Self> {
        let made = std::fs::metadata(path).ok()?.created().ok()?;
        let since = made.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Self { device: 0, number: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX) })
    }

    /// As text, to be remembered.
    pub fn text(self) -> String {
        format!("{:x}-{:x}", self.device, self.number)
    }
}

/// Writes a whole consistent copy of a database into a new file, while others may write into the original.
///
/// # Errors
/// When the original cannot be read or the copy not be written.
pub fn copy(from: &Path, to: &Path) -> Result<(), OpenError> {
    private::new_file(to)?;
    let original = Connection::open_with_flags(
        from,
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    original.busy_timeout(BUSY_WITHIN)?;
    // One read transaction: the copy is the database as it was at one moment.
    original.execute("VACUUM INTO ?1", [to.to_string_lossy().as_ref()])?;
    // Its content must be on the disk before somebody counts on it.
    std::fs::File::open(to)?.sync_all()?;
    Ok(())
}

/// One text of a database that stands at a path, without changing anything there; `None` where there is none.
pub fn read_text(path: &Path, sql: &str) -> Option<String> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(path, flags).ok()?;
    connection.busy_timeout(BUSY_WITHIN).ok()?;
    connection.query_row(sql, [], |row| row.get(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Schema =
        Schema { steps: &["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y DEFAULT 7"] };
    const WRONG: Schema = Schema {
        steps: &["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y DEFAULT 7", "CREATE NONSENSE"],
    };
    const FIRST: Schema = Schema { steps: &["CREATE TABLE a (x)"] };
    const SETTINGS: Settings = Settings { durable: true, cache_kib: 100 };

    #[test]
    fn a_step_that_fails_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let mut connection = open(&path, SETTINGS).unwrap();
        migrate(&mut connection, FIRST, |made| {
            made.execute("INSERT INTO a VALUES (1)", []).map(drop)
        })
        .unwrap();
        assert!(migrate(&mut connection, WRONG, |_| Ok(())).is_err());
        assert!(connection.prepare("SELECT y FROM a").is_err());
        migrate(&mut connection, SCHEMA, |_| panic!("only behind the first step")).unwrap();
        let row =
            connection.query_row("SELECT x, y FROM a", [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(row, Ok((1, 7)));
        let older = migrate(&mut connection, FIRST, |_| Ok(()));
        assert_eq!(older, Err(OpenError::Newer(NewerSchema { found: 2, known: 1 })));
    }

    #[test]
    fn a_copy_has_what_was_committed_and_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let [path, to] = ["x.db", "copy.db"].map(|name| folder.path().join(name));
        let mut connection = open(&path, SETTINGS).unwrap();
        migrate(&mut connection, SCHEMA, |_| Ok(())).unwrap();
        connection.execute("INSERT INTO a VALUES (1, 2)", []).unwrap();
        copy(&path, &to).unwrap();
        assert!(copy(&path, &to).is_err(), "an older copy is never replaced");
        let rows: i64 = open(&to, SETTINGS)
            .unwrap()
            .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 1);
        assert_ne!(FileId::of(&path), FileId::of(&to));
        assert_eq!(FileId::of(&folder.path().join("none")), None);
    }
}
