//! The do-not-mail list that several newsletters share: one small file beside them, which every plan and claim reads.
//! Shell: the file.
//!
//! Each newsletter has a secret of its own, so the hashes of one mean nothing to another. The file has a key of its own, made
//! with it: whoever knows an address can look for it, and nobody reads an address out. A plain unsubscribe is of one
//! newsletter and never comes here.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::Delivery;
use super::column::{millis, time};
use super::error::{LedgerError, SharedListError};
use super::list_store::{ListStore, Moves};
use super::no_mail::{reason_of, step_words};
use crate::audience::{
    ChangeOrigin, Keys, LiftedBy, NoMail, NoMailChange, NoMailReason, NoMailStep, SharedNo,
    SharedNos,
};
use crate::database::sqlite::{self, BUSY_WITHIN, OpenError};
use crate::database::{DatabaseError, DatabaseFault, Schema, private};
use crate::rfc::address::EmailAddress;

const SCHEMA: Schema = Schema { steps: &[include_str!("schema_of_shared/1.sql")] };
/// `PRAGMA application_id`: no other database has it.
const APPLICATION_ID: u32 = 0x726e_646d;
/// The header of a database file: its words, the counter that each commit moves on, and the application's number
/// (`SQLite`, "Database File Format", section 1.3).
const HEADER_BYTES: usize = 100;
const HEADER_WORDS: &[u8] = b"SQLite format 3\0";

/// A newsletter's way to the list.
#[derive(Debug)]
pub struct SharedList {
    path: PathBuf,
    /// What people know the newsletter by.
    newsletter: String,
    /// The newsletter's own keys.
    own: Keys,
    read: Mutex<Option<(Header, Arc<SharedPeople>)>>,
    moved: Mutex<Option<MovedNos>>,
}

/// What was said at addresses that people have left, by the newsletter's hash of the one that they have now.
#[derive(Debug)]
struct MovedNos {
    /// The list of people by which it was found, and this one.
    version: i64,
    read: Arc<SharedPeople>,
    nos: Arc<HashMap<String, SharedNo>>,
}

type Header = [u8; HEADER_BYTES];

/// Everybody on the list, as it was read.
#[derive(Debug)]
struct SharedPeople {
    keys: Keys,
    people: HashMap<String, SharedNo>,
}

impl SharedList {
    pub fn new(path: PathBuf, newsletter: &str, own: Keys) -> Self {
        let (newsletter, read, moved) = (newsletter.to_owned(), Mutex::new(None), Mutex::new(None));
        Self { path, newsletter, own, read, moved }
    }

    /// Makes the list where there is none; true where it did.
    ///
    /// # Errors
    /// When it cannot be written, or something else stands there.
    pub fn make(path: &Path) -> Result<bool, SharedListError> {
        let failed = |error: OpenError| of_open(path, error);
        if path.exists() {
            open(path)?;
            return Ok(false);
        }
        private::new_file(path).map_err(|error| other(path, &error))?;
        let made = (|| {
            let mut connection = Connection::open(path)?;
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            sqlite::migrate(&mut connection, SCHEMA, |made| {
                let sql = "INSERT INTO shared_list VALUES (lower(hex(randomblob(32))))";
                made.execute(sql, []).map(drop)
            })
        })();
        if made.is_err() {
            // Half a list would be taken for something else's file.
            let _ = std::fs::remove_file(path);
        }
        made.map_err(failed).map(|()| true)
    }

    /// Everybody on the list as a plan needs them. `yes` is when people last said yes themselves, by this newsletter's hashes.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub async fn nos(
        self: &Arc<Self>,
        yes: Vec<(String, DateTime<Utc>)>,
        moves: &Moves,
    ) -> Result<SharedNos, LedgerError> {
        let read = self.people().await?;
        let moved = Arc::new(self.said_before(&read, moves));
        let (keys, people) = (read.keys.clone(), read.people.clone());
        Ok(SharedNos { keys, people, moved, yes: yes.into_iter().collect() })
    }

    /// What is on the list at addresses that people have left. Where somebody else has such an address now, what was said later
    /// is theirs.
    fn said_before(&self, read: &SharedPeople, moves: &Moves) -> HashMap<String, SharedNo> {
        let mut found: HashMap<String, SharedNo> = HashMap::new();
        if read.people.is_empty() || moves.left.is_empty() {
            return found;
        }
        for key in &moves.keys {
            let Some(no) = read.people.get(&read.keys.address_hash_of_key(key)) else { continue };
            for owner in self.own.owners_of_key(key) {
                let Some(left) = moves.left.get(&owner) else { continue };
                let is_theirs = !left.is_taken || no.at <= left.at;
                if is_theirs && found.get(&left.to).is_none_or(|had| had.reason < no.reason) {
                    found.insert(left.to.clone(), no.clone());
                }
            }
        }
        found
    }

    /// The folded addresses of a person beside the one named: of those that are kept, and that nobody else has now.
    pub(super) fn other_addresses(&self, key: &str, person: &str, moves: &Moves) -> Vec<String> {
        let all = moves.of_person(person);
        let is_own = |other: &&String| {
            let owners = self.own.owners_of_key(other);
            *other != key && owners.last().is_some_and(|owner| all.contains(owner))
        };
        moves.keys.iter().filter(is_own).cloned().collect()
    }

    /// How many people are on it; a count proves that the list can be read.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub async fn count(self: &Arc<Self>) -> Result<usize, LedgerError> {
        Ok(self.people().await?.people.len())
    }

    /// Those of a claim who are on the list, as changes to the newsletter's own. The `ledger` says who has left which address:
    /// that is looked at again when one or the other list has changed.
    pub(super) async fn among(
        self: &Arc<Self>,
        deliveries: &[Delivery],
        ledger: &impl ListStore,
    ) -> Result<Vec<NoMailChange>, LedgerError> {
        let read = self.people().await?;
        if read.people.is_empty() || deliveries.is_empty() {
            return Ok(Vec::new());
        }
        let moved = self.moved_by(&read, ledger).await?;
        let found = deliveries.iter().filter_map(|delivery| {
            let key = delivery.recipient.address.key();
            let person = self.own.address_hash_of_key(&key);
            let now = read.people.get(&read.keys.address_hash_of_key(&key));
            let said = now.into_iter().chain(moved.get(&person));
            let no = said.max_by_key(|no| no.reason)?;
            Some(NoMailChange::new(
                &person,
                NoMailStep::Add(no.reason),
                ChangeOrigin::Shared,
                no.at,
            ))
        });
        Ok(found.collect())
    }

    /// What a person has said last at one of some folded addresses, or at one that they have left; nothing where they have
    /// said yes to this newsletter since.
    pub(super) async fn no_of(
        self: &Arc<Self>,
        person: &str,
        keys: &[String],
        ledger: &impl ListStore,
    ) -> Result<Option<NoMail>, LedgerError> {
        let read = self.people().await?;
        if read.people.is_empty() {
            return Ok(None);
        }
        let moved = self.moved_by(&read, ledger).await?;
        let now =
            keys.iter().filter_map(|key| read.people.get(&read.keys.address_hash_of_key(key)));
        let Some(no) = now.chain(moved.get(person)).max_by_key(|no| no.at) else {
            return Ok(None);
        };
        let yes = ledger.own_yeses_of(vec![person.to_owned()]).await?.pop();
        Ok(yes.is_none_or(|(_, yes)| yes <= no.at).then(|| no.entry()))
    }

    /// Whether a folded address is, was or will be the one that a person of this newsletter has their hash from.
    pub(super) fn is_address_of(&self, key: &str, person: &str) -> bool {
        let owners = self.own.owners_of_key(key);
        owners.iter().any(|owner| owner == person) || self.own.next_address_hash(key) == person
    }

    async fn moved_by(
        self: &Arc<Self>,
        read: &Arc<SharedPeople>,
        ledger: &impl ListStore,
    ) -> Result<Arc<HashMap<String, SharedNo>>, LedgerError> {
        let version = ledger.list_version().await?;
        let known =
            self.moved.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|known| {
                let is_same = known.version == version && Arc::ptr_eq(&known.read, read);
                is_same.then(|| Arc::clone(&known.nos))
            });
        if let Some(nos) = known {
            return Ok(nos);
        }
        let nos = Arc::new(self.said_before(read, &ledger.moves().await?));
        let found = MovedNos { version, read: Arc::clone(read), nos: Arc::clone(&nos) };
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(nos)
    }

    /// This newsletter's hash of an address.
    pub(super) fn own_hash(&self, address: &EmailAddress) -> String {
        self.own.address_hash(address)
    }

    async fn people(self: &Arc<Self>) -> Result<Arc<SharedPeople>, LedgerError> {
        let list = Arc::clone(self);
        Ok(blocking(move || list.read()).await??)
    }

    /// Reads it again only when somebody has written: the header says so.
    fn read(&self) -> Result<Arc<SharedPeople>, SharedListError> {
        let header = header_of(&self.path)?;
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, people)) = &*kept
            && *then == header
        {
            return Ok(Arc::clone(people));
        }
        let connection = open(&self.path)?;
        let people =
            Arc::new(read_people(&connection).map_err(|error| of_ledger(&self.path, &error))?);
        // Whatever was written since the header was read is read again next time.
        *kept = Some((header, Arc::clone(&people)));
        Ok(people)
    }

    /// Writes what concerns every newsletter. It is on disk when this returns.
    pub(super) async fn write(
        self: &Arc<Self>,
        changes: impl IntoIterator<Item = &NoMailChange>,
    ) -> Result<(), LedgerError> {
        let changes: Vec<NoMailChange> =
            changes.into_iter().filter(|change| is_for_all(change)).cloned().collect();
        let list = Arc::clone(self);
        Ok(blocking(move || list.write_now(&changes)).await??)
    }

    fn write_now(&self, changes: &[NoMailChange]) -> Result<(), SharedListError> {
        let mut connection = open(&self.path)?;
        let mut write = || {
            let keys = keys_of(&connection)?;
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for change in changes {
                write_one(&transaction, &keys, change, &self.newsletter)?;
            }
            Ok(transaction.commit()?)
        };
        write().map_err(|error: LedgerError| of_ledger(&self.path, &error))
    }
}

/// Whether a change concerns every newsletter, and names an address that is known.
pub(super) fn is_for_all(change: &NoMailChange) -> bool {
    let concerns = match change.step {
        NoMailStep::Add(reason) => reason.is_of_all(),
        NoMailStep::Lift => change.origin == ChangeOrigin::Operator,
    };
    concerns && change.origin != ChangeOrigin::Shared && change.key.is_some()
}

fn write_one(
    connection: &Connection,
    keys: &Keys,
    change: &NoMailChange,
    newsletter: &str,
) -> Result<(), LedgerError> {
    let Some(key) = &change.key else { return Ok(()) };
    let (person, at) = (keys.address_hash_of_key(key), millis(change.at));
    let sql = "SELECT reason, at, newsletter FROM shared_no_mail WHERE person = ?1";
    let had: Option<(String, i64, String)> = connection
        .query_row(sql, [&person], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let had = had.map(|(word, at, of)| Ok::<_, LedgerError>((reason_of(Some(&word))?, at, of)));
    let had = had.transpose()?;
    let (step, reason) = step_words(change.step);
    // A file that is imported again says nothing new.
    let is_said_now = change.origin != ChangeOrigin::Import;
    match (change.step, &had) {
        (NoMailStep::Add(wanted), had)
            if had
                .as_ref()
                .is_none_or(|(had, then, _)| wanted > *had || (is_said_now && at > *then)) =>
        {
            // Whoever says it again means it again: they may have signed up in between. The stronger reason stays.
            let weaker = had.as_ref().filter(|(had, ..)| *had > wanted);
            let (word, of) = weaker
                .map_or((wanted.word(), newsletter), |(had, _, of)| (had.word(), of.as_str()));
            let at = had.as_ref().map_or(at, |(_, then, _)| at.max(*then));
            let sql = "INSERT OR REPLACE INTO shared_no_mail VALUES (?1, ?2, ?3, ?4)";
            connection.execute(sql, params![person, word, at, of])?;
        }
        (NoMailStep::Lift, Some((had, ..))) if had.lifted_by() == LiftedBy::TheirRequest => {
            connection.execute("DELETE FROM shared_no_mail WHERE person = ?1", [&person])?;
        }
        _ => return Ok(()),
    }
    let sql = "INSERT INTO shared_changes (at, person, step, reason, newsletter)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.execute(sql, params![at, person, step, reason, newsletter])?;
    Ok(())
}

fn read_people(connection: &Connection) -> Result<SharedPeople, LedgerError> {
    let keys = keys_of(connection)?;
    let mut query =
        connection.prepare("SELECT person, reason, at, newsletter FROM shared_no_mail")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
    })?;
    let mut people = HashMap::new();
    for row in rows {
        let (person, word, at, newsletter) = row?;
        let reason: NoMailReason = reason_of(Some(&word))?;
        people.insert(person, SharedNo { reason, at: time(at), newsletter });
    }
    Ok(SharedPeople { keys, people })
}

fn keys_of(connection: &Connection) -> Result<Keys, LedgerError> {
    let key: String =
        connection.query_row("SELECT hash_key FROM shared_list", [], |row| row.get(0))?;
    Ok(Keys::new(key.as_bytes()))
}

/// The first bytes of the file, where they are those of a list.
fn header_of(path: &Path) -> Result<Header, SharedListError> {
    let mut header = [0; HEADER_BYTES];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    let path = || path.display().to_string();
    match read {
        Ok(()) if header.starts_with(HEADER_WORDS) && application_id(&header) == APPLICATION_ID => {
            Ok(header)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(SharedListError::Missing { path: path() })
        }
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(SharedListError::Other { path: path(), what: error.to_string() })
        }
        _ => Err(SharedListError::Foreign { path: path() }),
    }
}

fn application_id(header: &Header) -> u32 {
    u32::from_be_bytes([header[68], header[69], header[70], header[71]])
}

/// Opens a list that is there, and brings it to the newest version. One file and no other beside it: it may be copied at any
/// time, and lie on a drive that computers share.
fn open(path: &Path) -> Result<Connection, SharedListError> {
    header_of(path)?;
    let opened = || -> Result<Connection, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WITHIN)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        sqlite::migrate(&mut connection, SCHEMA, |_| Ok(()))?;
        Ok(connection)
    };
    opened().map_err(|error| of_open(path, error))
}

fn of_open(path: &Path, error: OpenError) -> SharedListError {
    let path = path.display().to_string();
    match error {
        OpenError::Newer(_) => SharedListError::Newer { path },
        OpenError::Database(DatabaseError { fault: DatabaseFault::Locked, what }) => {
            SharedListError::Locked { path, what }
        }
        OpenError::Database(error) => SharedListError::Other { path, what: error.what },
    }
}

fn of_ledger(path: &Path, error: &LedgerError) -> SharedListError {
    let path = path.display().to_string();
    match error {
        LedgerError::Locked { what } => SharedListError::Locked { path, what: what.clone() },
        LedgerError::Full { what }
        | LedgerError::ReadOnly { what }
        | LedgerError::Write { what } => SharedListError::Other { path, what: what.clone() },
        error => SharedListError::Other { path, what: error.to_string() },
    }
}

fn other(path: &Path, error: &io::Error) -> SharedListError {
    SharedListError::Other { path: path.display().to_string(), what: error.to_string() }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LedgerError> {
    // The runtime is ending.
    tokio::task::spawn_blocking(work).await.map_err(|_| LedgerError::Stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ann@charity.org.uk";

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::hours(hours)
    }

    fn newsletter(path: &Path, name: &str) -> Arc<SharedList> {
        Arc::new(SharedList::new(path.to_owned(), name, Keys::new(name.as_bytes())))
    }

    fn change(step: NoMailStep, origin: ChangeOrigin, hours: i64) -> NoMailChange {
        NoMailChange::new("whoever", step, origin, at(hours)).of_key(KEY)
    }

    async fn reason(list: &Arc<SharedList>) -> Option<NoMailStep> {
        let nos = list.nos(Vec::new(), &Moves::default()).await.unwrap();
        nos.of("any hash", KEY).map(|no| NoMailStep::Add(no.reason))
    }

    #[tokio::test]
    async fn what_one_newsletter_writes_the_other_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared.db");
        assert_eq!(SharedList::make(&path), Ok(true));
        assert_eq!(SharedList::make(&path), Ok(false));
        let [one, other] = ["one", "two"].map(|name| newsletter(&path, name));
        for reason_word in NoMailReason::ALL {
            assert_eq!(reason(&other).await, None);
            let add = NoMailStep::Add(reason_word);
            one.write(&[change(add, ChangeOrigin::Email, 1)]).await.unwrap();
            let expected = reason_word.is_of_all().then_some(add);
            assert_eq!(reason(&other).await, expected, "{reason_word:?}");
            // A weaker no takes nothing away, and what came from the list is not written to it again.
            one.write(&[change(
                NoMailStep::Add(NoMailReason::PreferenceService),
                ChangeOrigin::Shared,
                2,
            )])
            .await
            .unwrap();
            assert_eq!(reason(&other).await, expected, "{reason_word:?}");
            for origin in ChangeOrigin::ALL {
                let is_theirs = origin == ChangeOrigin::Operator
                    && reason_word.lifted_by() == LiftedBy::TheirRequest;
                one.write(&[change(NoMailStep::Lift, origin, 3)]).await.unwrap();
                let expected = if is_theirs { None } else { expected };
                assert_eq!(reason(&other).await, expected, "{reason_word:?} {origin:?}");
                one.write(&[change(add, ChangeOrigin::Email, 4)]).await.unwrap();
            }
            // The next one begins with an empty list.
            std::fs::remove_file(&path).unwrap();
            SharedList::make(&path).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        assert!(memchr::memmem::find(&bytes, b"ann@").is_none());
    }

    #[tokio::test]
    async fn a_list_that_is_missing_foreign_newer_or_locked_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared.db");
        let list = newsletter(&path, "one");
        let fault = async || match list.count().await {
            Err(LedgerError::Shared(error)) => Err(error),
            other => Ok(other),
        };
        let shown = path.display().to_string();
        assert_eq!(fault().await, Err(SharedListError::Missing { path: shown.clone() }));
        for foreign in [&b""[..], b"email\nann@charity.org.uk\n", &[0; 4096]] {
            std::fs::write(&path, foreign).unwrap();
            assert_eq!(fault().await, Err(SharedListError::Foreign { path: shown.clone() }));
            assert!(SharedList::make(&path).is_err(), "nothing is replaced");
        }
        std::fs::remove_file(&path).unwrap();
        let ledger = Connection::open(&path).unwrap();
        ledger.execute_batch("CREATE TABLE a (x)").unwrap();
        assert_eq!(fault().await, Err(SharedListError::Foreign { path: shown.clone() }));
        drop(ledger);
        std::fs::remove_file(&path).unwrap();
        SharedList::make(&path).unwrap();
        assert_eq!(fault().await, Ok(Ok(0)));
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(fault().await, Err(SharedListError::Newer { path: shown.clone() }));
    }
}
