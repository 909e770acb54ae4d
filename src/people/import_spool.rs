//! The rows of an import while they are compared with the list: however many, they are on disk and not in memory.
//! Shell: a database without a name, which goes with the command.
//!
//! Rows come in as the files have them, and go out person by person. What becomes of each person is kept too: for the change that
//! is written, and for programs that want to know all of them.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::audience::import::{ImportRow, ImportStep, ImportedPerson, StoredPerson, WordKind};
use crate::database::{DatabaseError, sqlite};
use crate::ledger::sqlite::stored_person;
use crate::problem::Place;
use crate::rfc::csv::{Input, ReadAt};

/// Of the database's own memory; sorting takes as much.
const CACHE_KIB: i64 = 4 * 1024;
const PART_BYTES: usize = 64 * 1024;
/// People of a portion, and rows that are read at a time.
const PORTION: i64 = 1000;

const TABLES: &str = "
    CREATE TABLE file_parts (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    -- `person` is the folded address by which a row's person is on the list, where it is not that of the row. What is about an
    -- address that only may be meant has no person of its own.
    CREATE TABLE rows (number INTEGER PRIMARY KEY, person TEXT NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL,
        state TEXT NOT NULL, fields TEXT NOT NULL, source INTEGER NOT NULL, line INTEGER NOT NULL, marks INTEGER NOT NULL);
    -- The people of the list, where it is in files.
    CREATE TABLE listed (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, address TEXT NOT NULL, state TEXT NOT NULL,
        fields TEXT NOT NULL);";

/// What the comparison comes to, and the rows by person.
const RESULTS: &str = "
    DROP TABLE IF EXISTS changed;
    DROP TABLE IF EXISTS named;
    DROP TABLE IF EXISTS by_person;
    CREATE TABLE changed (id INTEGER PRIMARY KEY, key TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,
        fields TEXT NOT NULL);
    CREATE TABLE named (step INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, address TEXT NOT NULL,
        state TEXT NOT NULL, fields TEXT NOT NULL);
    CREATE TABLE by_person AS SELECT * FROM rows ORDER BY person, number;";

const ADD: &str = "INSERT INTO rows (person, key, address, state, fields, source, line, marks)
    VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const SLICE: &str = "SELECT rowid, person, number, key, address, state, fields, source, line, marks
    FROM by_person WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";

const UNCLEAR: i64 = 1;
const DOUBT: i64 = 2;
const CLEAR: [(WordKind, i64); 3] =
    [(WordKind::Status, 4), (WordKind::Basis, 8), (WordKind::Consent, 16)];

/// A row as it comes out again.
#[derive(Debug)]
pub struct SpooledRow {
    /// Its place among all rows.
    pub number: i64,
    /// The folded address by which the person is known; empty where a row has no address.
    pub person: String,
    pub row: ImportRow,
    /// It only says that somebody whose address may be this one said no.
    pub is_doubt: bool,
}

/// A temporary table of an import's rows. Copies share what it holds.
#[derive(Clone)]
pub struct ImportSpool {
    state: Arc<Mutex<SpoolTables>>,
}

struct SpoolTables {
    connection: Connection,
    /// The names of tables, by their numbers.
    sources: Vec<String>,
    files: i64,
}

impl fmt::Debug for ImportSpool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportSpool").finish_non_exhaustive()
    }
}

impl ImportSpool {
    /// An empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self, DatabaseError> {
        let connection = sqlite::scratch(CACHE_KIB)?;
        connection.execute_batch(TABLES)?;
        let state = SpoolTables { connection, sources: Vec::new(), files: 0 };
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    fn state(&self) -> MutexGuard<'_, SpoolTables> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the bytes of a file, and gives their number: it may change or end while it is read again and again.
    ///
    /// # Errors
    /// When it cannot be read, or there is no space for it.
    pub fn keep(&self, reader: &mut dyn Read) -> io::Result<(Arc<dyn Input>, u64)> {
        let number = {
            let mut state = self.state();
            state.files += 1;
            state.files
        };
        let first = number << 32;
        let (mut next, mut length) = (first, 0);
        loop {
            let mut part = Vec::new();
            Read::take(&mut *reader, PART_BYTES as u64).read_to_end(&mut part)?;
            if part.is_empty() {
                let file = KeptFile { spool: self.clone(), first, length };
                return Ok((Arc::new(file), length));
            }
            length += part.len() as u64;
            let state = self.state();
            let mut insert = state
                .connection
                .prepare_cached("INSERT INTO file_parts VALUES (?1, ?2)")
                .map_err(io::Error::other)?;
            insert.execute(params![next, part]).map_err(io::Error::other)?;
            next += 1;
        }
    }

    /// Takes a row in.
    ///
    /// # Errors
    /// When there is no space for it.
    pub fn add(&self, row: ImportRow) -> Result<(), DatabaseError> {
        let mut state = self.state();
        let ImportRow { person, is_unclear, clear, misspelt, problem: _ } = row;
        let (place, source) = (person.place.clone(), state.source(&person.place.source));
        let line = i64::try_from(place.line.unwrap_or_default()).unwrap_or(i64::MAX);
        let mark = |is: bool, mark: i64| if is { mark } else { 0 };
        let clear = CLEAR.into_iter().map(|(kind, bit)| mark(clear.has(kind), bit));
        let marks = clear.fold(mark(is_unclear, UNCLEAR), |marks, bit| marks | bit);
        let stored = StoredPerson::from(&person);
        let mut insert = state.connection.prepare_cached(ADD)?;
        let StoredPerson { key, address, state, fields } = &stored;
        insert.execute(params![key, address, state, fields, source, line, marks])?;
        for key in misspelt {
            insert.execute(params![key, "", state, "{}", source, line, DOUBT])?;
        }
        Ok(())
    }

    /// Makes ready to compare. `person_of` gives the folded address by which a person with another one now is on the list.
    ///
    /// # Errors
    /// When there is no space.
    pub fn sort(
        &self,
        person_of: Option<&dyn Fn(&str) -> Option<String>>,
    ) -> Result<(), DatabaseError> {
        let state = self.state();
        state.connection.execute("UPDATE rows SET person = key WHERE person <> key", [])?;
        if let Some(person_of) = person_of {
            let mut moved = Vec::new();
            let mut query = state.connection.prepare("SELECT number, key FROM rows")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                if let Some(person) = person_of(row.get_ref(1)?.as_str().unwrap_or_default()) {
                    moved.push((row.get::<_, i64>(0)?, person));
                }
            }
            let mut update =
                state.connection.prepare("UPDATE rows SET person = ?2 WHERE number = ?1")?;
            for (number, person) in moved {
                update.execute(params![number, person])?;
            }
        }
        state.connection.execute_batch(RESULTS)?;
        Ok(())
    }

    /// Some rows, everything of each of their people among them; none behind the last one. `after` is where the slice before
    /// ended, and is moved on.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn slice(&self, after: &mut i64) -> Result<Vec<SpooledRow>, DatabaseError> {
        let state = self.state();
        let mut query = state.connection.prepare_cached(SLICE)?;
        let mut slice: Vec<(i64, SpooledRow)> = Vec::new();
        loop {
            let last = slice.last().map_or(*after, |(place, _)| *place);
            let found = query.query_map(params![last, PORTION], |row| state.row(row))?;
            let before = slice.len();
            for row in found {
                slice.push(row?);
            }
            if slice.len() - before < usize::try_from(PORTION).unwrap_or_default() {
                break;
            }
            // The last person may have more rows.
            let person = slice.last().map(|(_, row)| row.person.clone()).unwrap_or_default();
            let theirs = slice.partition_point(|(_, row)| row.person < person);
            if person.is_empty() {
                break;
            }
            if theirs > 0 {
                slice.truncate(theirs);
                break;
            }
        }
        *after = slice.last().map_or(*after, |(place, _)| *place);
        Ok(slice.into_iter().map(|(_, row)| row).collect())
    }

    /// Keeps what becomes of somebody: always of those whom the import changes, and of all where they are to be `named`.
    ///
    /// # Errors
    /// When there is no space.
    pub fn put(
        &self,
        step: ImportStep,
        number: i64,
        person: &ImportedPerson,
        named: bool,
    ) -> Result<(), DatabaseError> {
        let is_change = matches!(step, ImportStep::New | ImportStep::Changed);
        if !named && !is_change {
            return Ok(());
        }
        let state = self.state();
        let StoredPerson { key, address, state: word, fields } = StoredPerson::from(person);
        if is_change {
            let sql = "INSERT INTO changed (key, address, state, fields) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = state.connection.prepare_cached(sql)?;
            insert.execute(params![key, address, word, fields])?;
        }
        if named {
            let sql = "INSERT INTO named VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let mut insert = state.connection.prepare_cached(sql)?;
            insert.execute(params![step as i64, number, key, address, word, fields])?;
        }
        Ok(())
    }

    /// A portion of the people whom the import changes, in the order of their folded addresses; none behind the last one.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn changed(&self, portion: u64) -> Result<Vec<StoredPerson>, DatabaseError> {
        self.portion("changed", portion)
    }

    /// The same of the list that was taken in.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn listed(&self, portion: u64) -> Result<Vec<StoredPerson>, DatabaseError> {
        self.portion("listed", portion)
    }

    fn portion(&self, table: &str, portion: u64) -> Result<Vec<StoredPerson>, DatabaseError> {
        let first = i64::try_from(portion).unwrap_or(i64::MAX).saturating_mul(PORTION);
        let sql = format!(
            "SELECT key, address, state, fields FROM {table} WHERE id > ?1 AND id <= ?2 ORDER BY id"
        );
        let state = self.state();
        let mut query = state.connection.prepare_cached(&sql)?;
        let rows = query.query_map([first, first.saturating_add(PORTION)], stored_person)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everybody of whom [`put`](Self::put) was to keep the name: by what happens to them, in the order of the files.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn sort_named(&self) -> Result<(), DatabaseError> {
        let sql = "DROP TABLE IF EXISTS named_in_order;
            CREATE TABLE named_in_order AS SELECT * FROM named ORDER BY step, number";
        Ok(self.state().connection.execute_batch(sql)?)
    }

    /// A portion of them, after `sort_named`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn named(&self, portion: u64) -> Result<Vec<ImportedPerson>, DatabaseError> {
        let first = i64::try_from(portion).unwrap_or(i64::MAX).saturating_mul(PORTION);
        let sql = "SELECT key, address, state, fields FROM named_in_order
            WHERE rowid > ?1 AND rowid <= ?2 ORDER BY rowid";
        let state = self.state();
        let mut query = state.connection.prepare_cached(sql)?;
        let rows = query.query_map([first, first.saturating_add(PORTION)], stored_person)?;
        let people = rows.map(|person| Ok(ImportedPerson::from(person?)));
        people.collect::<Result<_, rusqlite::Error>>().map_err(DatabaseError::from)
    }

    /// Takes in a person of a list that is in files.
    ///
    /// # Errors
    /// When there is no space.
    pub fn list(&self, person: &ImportedPerson) -> Result<(), DatabaseError> {
        let StoredPerson { key, address, state: word, fields } = StoredPerson::from(person);
        let state = self.state();
        let sql =
            "INSERT OR IGNORE INTO listed (key, address, state, fields) VALUES (?1, ?2, ?3, ?4)";
        let mut insert = state.connection.prepare_cached(sql)?;
        insert.execute(params![key, address, word, fields])?;
        Ok(())
    }

    /// How many people the list has.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn count_listed(&self) -> Result<u64, DatabaseError> {
        let sql = "SELECT count(*) FROM listed";
        let count: i64 = self.state().connection.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Those of the list with one of these folded addresses.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn listed_of(&self, keys: &[String]) -> Result<Vec<StoredPerson>, DatabaseError> {
        let state = self.state();
        let sql = "SELECT key, address, state, fields FROM listed WHERE key = ?1";
        let mut query = state.connection.prepare_cached(sql)?;
        let mut found = Vec::new();
        for key in keys {
            found.extend(query.query_row([key], stored_person).optional()?);
        }
        Ok(found)
    }
}

impl SpoolTables {
    fn source(&mut self, name: &str) -> i64 {
        if self.sources.last().is_none_or(|last| last != name) {
            self.sources.push(name.to_owned());
        }
        i64::try_from(self.sources.len() - 1).unwrap_or(i64::MAX)
    }

    /// A row with its place in the order of people.
    fn row(&self, row: &Row<'_>) -> rusqlite::Result<(i64, SpooledRow)> {
        let marks: i64 = row.get(9)?;
        let source = usize::try_from(row.get::<_, i64>(7)?).unwrap_or(usize::MAX);
        let source = self.sources.get(source).map_or("", String::as_str);
        let line = usize::try_from(row.get::<_, i64>(8)?).unwrap_or(usize::MAX);
        let stored = StoredPerson {
            key: row.get(3)?,
            address: row.get(4)?,
            state: row.get(5)?,
            fields: row.get(6)?,
        };
        let person = ImportedPerson { place: Place::line(source, line), ..stored.into() };
        let clear = CLEAR.into_iter().filter(|(_, bit)| marks & bit != 0);
        let spooled = SpooledRow {
            number: row.get(2)?,
            person: row.get(1)?,
            row: ImportRow {
                person,
                problem: None,
                is_unclear: marks & UNCLEAR != 0,
                clear: clear.map(|(kind, _)| kind).collect(),
                misspelt: Vec::new(),
            },
            is_doubt: marks & DOUBT != 0,
        };
        Ok((row.get(0)?, spooled))
    }
}

/// The bytes of a file, in parts. Each but the last is full.
#[derive(Debug)]
struct KeptFile {
    spool: ImportSpool,
    /// The number of the first part.
    first: i64,
    length: u64,
}

impl KeptFile {
    fn reader(&self) -> PartReader {
        let (spool, first, length) = (self.spool.clone(), self.first, self.length);
        PartReader { spool, first, length, position: 0, read: None }
    }
}

impl Input for KeptFile {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(self.reader()))
    }

    fn open_at(&self) -> io::Result<Box<dyn ReadAt>> {
        Ok(Box::new(self.reader()))
    }
}

struct PartReader {
    spool: ImportSpool,
    first: i64,
    length: u64,
    position: u64,
    /// The part that was read last, with its place among the parts.
    read: Option<(u64, Vec<u8>)>,
}

impl Read for PartReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length {
            return Ok(0);
        }
        let place = self.position / PART_BYTES as u64;
        if self.read.as_ref().is_none_or(|(known, _)| *known != place) {
            let state = self.spool.state();
            let sql = "SELECT bytes FROM file_parts WHERE id = ?1";
            let mut query = state.connection.prepare_cached(sql).map_err(io::Error::other)?;
            let number = self.first.saturating_add_unsigned(place);
            let bytes = query.query_row([number], |row| row.get(0)).map_err(io::Error::other)?;
            self.read = Some((place, bytes));
        }
        let part = self.read.as_ref().map_or(&[][..], |(_, part)| part.as_slice());
        let at = usize::try_from(self.position % PART_BYTES as u64).unwrap_or(part.len());
        let read = part.get(at..).unwrap_or_default().read(out)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for PartReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(by) => (self.length, by),
            SeekFrom::Current(by) => (self.position, by),
        };
        self.position = from
            .checked_add_signed(by)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::import::{ImportOptions, in_memory, read_rows, tables};

    fn spool_of(text: &str) -> ImportSpool {
        let spool = ImportSpool::new().unwrap();
        let (input, length) = spool.keep(&mut text.as_bytes()).unwrap();
        assert_eq!(length, text.len() as u64);
        let mut again = String::new();
        input.open().unwrap().read_to_string(&mut again).unwrap();
        assert!(again == text, "what was kept is what was given");
        let mut here_and_there = input.open_at().unwrap();
        assert_eq!(here_and_there.seek(SeekFrom::End(0)).unwrap(), length);
        for at in [0, text.len() / 2, text.len().saturating_sub(3), text.len()] {
            here_and_there.seek(SeekFrom::Start(at as u64)).unwrap();
            again.clear();
            here_and_there.read_to_string(&mut again).unwrap();
            assert!(again == text[at..], "from {at} on");
        }
        let tables = tables(&[("a.csv".to_owned(), input)], &in_memory).unwrap();
        let options = ImportOptions::on("2026-11-26".parse().unwrap());
        read_rows(&tables, &options, |row| spool.add(row).map_err(|error| error.to_string()))
            .unwrap();
        spool
    }

    fn slices(spool: &ImportSpool) -> Vec<Vec<SpooledRow>> {
        let (mut after, mut slices) = (0, Vec::new());
        loop {
            let slice = spool.slice(&mut after).unwrap();
            if slice.is_empty() {
                return slices;
            }
            slices.push(slice);
        }
    }

    #[test]
    fn whoever_has_several_rows_has_all_of_them_in_one_slice() {
        let mut text = "email,first_name\n".to_owned();
        for number in 0..7_000 {
            // Everybody twice, far apart, one person on a thousand rows, and rows that are of nobody.
            let person = number % 3_000;
            let address = match number % 7 {
                0 => "many@charity.org.uk".to_owned(),
                1 => format!("nobody {number}"),
                _ => format!("p{person}@charity.org.uk"),
            };
            text.push_str(&format!("{address},{number}\n"));
        }
        let spool = spool_of(&text);
        spool.sort(None).unwrap();
        let slices = slices(&spool);
        assert!(slices.len() > 3);
        let rows: usize = slices.iter().map(Vec::len).sum();
        assert_eq!(rows, 7_000);
        let mut seen = std::collections::HashSet::new();
        for slice in &slices {
            let people: std::collections::HashSet<&str> =
                slice.iter().map(|row| row.person.as_str()).filter(|key| !key.is_empty()).collect();
            for person in people {
                assert!(seen.insert(person.to_owned()), "{person} is in two slices");
            }
            for row in slice {
                // Each row is what it was, with its line.
                assert_eq!(row.row.person.first_name, (row.number - 1).to_string());
                let line = usize::try_from(row.number + 1).unwrap();
                assert_eq!(row.row.person.place, Place::line("a.csv", line));
            }
            assert!(slice.is_sorted_by_key(|row| (row.person.clone(), row.number)));
        }
    }

    #[test]
    fn rows_of_somebody_who_has_moved_stand_together() {
        let spool = spool_of("email\nold@e.org\nmid@e.org\nnew@e.org\n");
        let person_of = |key: &str| (key == "old@e.org").then(|| "new@e.org".to_owned());
        let people = |spool: &ImportSpool| -> Vec<(String, String)> {
            let rows = slices(spool).into_iter().flatten();
            rows.map(|row| (row.person, row.row.person.key)).collect()
        };
        let pair = |person: &str, key: &str| (person.to_owned(), key.to_owned());
        for _ in 0..2 {
            spool.sort(Some(&person_of)).unwrap();
            let expected = [
                pair("mid@e.org", "mid@e.org"),
                pair("new@e.org", "old@e.org"),
                pair("new@e.org", "new@e.org"),
            ];
            assert_eq!(people(&spool), expected);
            // They may be back at it when it is compared again.
            spool.sort(None).unwrap();
            let expected = ["mid@e.org", "new@e.org", "old@e.org"].map(|key| pair(key, key));
            assert_eq!(people(&spool), expected);
        }
    }
}
