//! A list of subscribers from tables.
//! Pure: inputs in, people and problems out.
//!
//! It may be longer than memory: it is surveyed once, and then read row by row, as often as wanted.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use chrono_tz::Tz;
use thiserror::Error;

use super::subscriber::{Basis, Standing, Subscriber};
use super::{LeftOut, Person, Recipient, WhyNot, role};
use crate::compose::{People, Values};
use crate::news::PartialDate;
use crate::problem::{Place, Problem};
use crate::rfc::address::EmailAddress;
use crate::rfc::base16;
use crate::rfc::csv::{Input, Ragged, Rows, Shape, TableError, simple};
use crate::rfc::header::{is_hidden, one_line};

const EMAIL: &[&str] =
    &["email", "emailaddress", "mail", "emailvalue", "email1value", "primaryemail"];
const FIRST_NAME: &[&str] = &["firstname", "givenname", "forename"];
const LAST_NAME: &[&str] = &["lastname", "surname", "familyname"];
const STATUS: &[&str] = &["status"];
const BASIS: &[&str] = &["basis", "consent", "lawfulbasis"];
const SEGMENTS: &[&str] = &["segments", "segment", "tags"];
const OBTAINED: &[&str] = &["obtainedat", "consentat", "subscribedat", "createdat"];

/// A longer cell is not a name or a town.
const LONGEST_VALUE_BYTES: usize = 1024;
/// More rows than this with something to mend: the rest is counted.
const MOST_PROBLEMS: usize = 200;
/// More combinations of segments than this: the column holds something else.
const MOST_COMBINATIONS: usize = 10_000;
/// Rows that are handed on together.
const PORTION: usize = 512;

/// What tables have of subscribers.
#[derive(Debug, Default)]
pub struct List {
    files: Vec<Sheet>,
    /// The merge fields, by the names templates use, and the combinations of segments.
    pub people: People,
    /// Rows, those without a usable address too.
    pub rows: u64,
    /// What was mended, or looks wrong, without costing anybody her mail.
    pub problems: Vec<Problem>,
    /// Addresses that stand on several rows.
    several: BTreeMap<String, Several>,
}

#[derive(Debug)]
struct Sheet {
    /// As people know it: `subscribers/people.csv`.
    name: String,
    input: Arc<dyn Input>,
    shape: Shape,
    /// What templates call the columns; empty for a column without a name.
    fields: Vec<String>,
    email: usize,
    status: Option<usize>,
    basis: Option<usize>,
    segments: Option<usize>,
    obtained: Option<usize>,
    digest: Vec<u8>,
}

/// What the rows of one address say together.
#[derive(Debug)]
struct Several {
    /// File and line of the first.
    first: (usize, usize),
    /// A no on any of them.
    refusal: Option<WhyNot>,
}

/// Some rows as they stand in a file, one after the other.
#[derive(Debug)]
pub struct Portion {
    file: usize,
    rows: Vec<(usize, csv::StringRecord)>,
}

/// Why a file is no list at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: {fault}")]
pub struct ListError {
    pub path: String,
    pub fault: ListFault,
}

/// See [`ListError`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("no column is named `email`: the columns are {}", .columns.join(", "))]
    NoEmailColumn { columns: Vec<String> },
    #[error(
        "the column `{column}` has more than {MOST_COMBINATIONS} different combinations: these are no segments"
    )]
    TooManySegments { column: String },
    #[error("the file was changed while it was read")]
    Changed,
}

impl ListFault {
    fn of(self, path: &str) -> ListError {
        ListError { path: path.to_owned(), fault: self }
    }
}

/// A file of subscribers: its name, and its bytes.
pub type NamedInput = (String, Arc<dyn Input>);

/// Names the exact bytes of some files.
///
/// # Errors
/// When one cannot be read.
pub fn fingerprint(inputs: &[NamedInput]) -> Result<String, ListError> {
    let mut digests = Vec::new();
    for (name, input) in inputs {
        let fault = |error: io::Error| ListFault::Table(error.into()).of(name);
        let (mut opened, so_far) = Hashed::open(&**input).map_err(fault)?;
        io::copy(&mut opened, &mut io::sink()).map_err(fault)?;
        digests.push((name.as_str(), so_far.digest()));
    }
    Ok(joint_fingerprint(digests.iter().map(|(name, digest)| (*name, digest.as_slice()))))
}

fn joint_fingerprint<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for (name, digest) in files {
        // A length keeps names and what follows apart.
        context.update(&(name.len() as u64).to_be_bytes());
        context.update(name.as_bytes());
        context.update(digest);
    }
    base16::encode(context.finish().as_ref())
}

/// An input that is hashed while it is read.
struct Hashed {
    input: Box<dyn Read + Send>,
    so_far: SoFar,
}

/// What was read of an input until now, as a hash.
#[derive(Clone)]
struct SoFar(Arc<Mutex<digest::Context>>);

impl Hashed {
    fn open(input: &dyn Input) -> io::Result<(Box<dyn Read + Send>, SoFar)> {
        let so_far = SoFar(Arc::new(Mutex::new(digest::Context::new(&digest::SHA256))));
        let hashed = Self { input: input.open()?, so_far: so_far.clone() };
        Ok((Box::new(hashed), so_far))
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.so_far.0.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..read]);
        Ok(read)
    }
}

impl SoFar {
    fn digest(&self) -> Vec<u8> {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        context.finish().as_ref().to_vec()
    }
}

impl List {
    /// Looks through all rows: what templates may ask for, what was mended, which addresses stand there more than once.
    ///
    /// # Errors
    /// When a file as a whole is no list; a bad row is only left out.
    pub fn survey(inputs: Vec<NamedInput>) -> Result<Self, ListError> {
        let mut list = Self::default();
        for (name, input) in inputs {
            let file = Sheet::of(name, input)?;
            for field in file.fields.iter().filter(|field| !field.is_empty()) {
                if !list.people.columns.contains(field) {
                    list.people.columns.push(field.clone());
                }
            }
            list.files.push(file);
        }
        let mut survey = Survey::default();
        for at in 0..list.files.len() {
            list.files[at].digest = survey.file(&list.files[at])?;
        }
        let twice = survey.twice();
        if !twice.is_empty() {
            list.several = list.see_several(&survey.hasher, &twice)?;
        }
        list.rows = survey.rows;
        list.people.segments = survey.combinations;
        list.problems = survey.problems;
        Ok(list)
    }

    /// Names the exact bytes of its files.
    pub fn fingerprint(&self) -> String {
        joint_fingerprint(
            self.files.iter().map(|file| (file.name.as_str(), file.digest.as_slice())),
        )
    }

    fn see_several(
        &self,
        hasher: &RandomState,
        twice: &HashSet<u64>,
    ) -> Result<BTreeMap<String, Several>, ListError> {
        let mut several: BTreeMap<String, Several> = BTreeMap::new();
        for portion in self.portions() {
            let portion = portion?;
            let file = &self.files[portion.file];
            for (line, record) in &portion.rows {
                let Ok(address) = file.address(record) else { continue };
                let key = address.key();
                if !twice.contains(&hasher.hash_one(&key)) {
                    continue;
                }
                let refusal = file.standing(record).refusal();
                let first = (portion.file, *line);
                let known = several.entry(key).or_insert(Several { first, refusal: None });
                known.refusal = known.refusal.take().or(refusal);
            }
        }
        Ok(several)
    }

    /// All rows in their order, some at a time. The last of a file is an error when the file is no longer what it was when
    /// it was surveyed.
    pub fn portions(&self) -> impl Iterator<Item = Result<Portion, ListError>> + Send + '_ {
        let mut file = 0;
        let mut open: Option<(Rows, SoFar)> = None;
        std::iter::from_fn(move || {
            loop {
                let this = self.files.get(file)?;
                let (mut rows, so_far) = match open.take() {
                    Some(open) => open,
                    None => match this.open() {
                        Ok(open) => open,
                        Err(error) => {
                            file = self.files.len();
                            return Some(Err(error));
                        }
                    },
                };
                let mut portion = Portion { file, rows: Vec::with_capacity(PORTION) };
                let more = loop {
                    match rows.advance() {
                        Ok(Some(line)) => portion.rows.push((line, rows.record().clone())),
                        Ok(None) => break false,
                        Err(error) => {
                            file = self.files.len();
                            return Some(Err(ListFault::Table(error).of(&this.name)));
                        }
                    }
                    if portion.rows.len() == PORTION {
                        break true;
                    }
                };
                if more {
                    open = Some((rows, so_far));
                    return Some(Ok(portion));
                }
                file += 1;
                if so_far.digest() != this.digest {
                    file = self.files.len();
                    return Some(Err(ListFault::Changed.of(&this.name)));
                }
                if !portion.rows.is_empty() {
                    return Some(Ok(portion));
                }
            }
        })
    }

    /// The people of some rows, in their order: who is mailed and who is not. Where an address stands twice, any row that
    /// says no wins over one that says yes. `examples` lets the reserved example domains in: for practice and for servers
    /// of one's own.
    pub fn people<'a>(
        &'a self,
        portion: &'a Portion,
        examples: bool,
    ) -> impl Iterator<Item = Person> + 'a {
        portion
            .rows
            .iter()
            .map(move |(line, record)| self.person((portion.file, *line), record, examples))
    }

    /// Everybody, one after the other.
    pub fn everybody(
        &self,
        examples: bool,
    ) -> impl Iterator<Item = Result<Person, ListError>> + '_ {
        self.portions().flat_map(move |portion| match portion {
            Ok(portion) => self.people(&portion, examples).map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    fn person(&self, place: (usize, usize), record: &csv::StringRecord, examples: bool) -> Person {
        let file = &self.files[place.0];
        let subscriber = match file.subscriber(place.1, record) {
            Ok(subscriber) => subscriber,
            Err(left_out) => return Person::LeftOut(left_out),
        };
        let several = if self.several.is_empty() {
            None
        } else {
            self.several.get(&subscriber.address.key())
        };
        let why = match several {
            Some(several) if several.first != place => {
                Some(WhyNot::Duplicate { line: several.first.1 })
            }
            Some(several) => several.refusal.clone(),
            None => subscriber.standing.refusal(),
        };
        let why = why
            .or_else(|| subscriber.lawful().err())
            .or_else(|| role(&subscriber.address))
            .or_else(|| {
                (!examples && subscriber.address.is_reserved()).then_some(WhyNot::ExampleDomain)
            });
        if let Some(why) = why {
            let address = subscriber.address.to_string();
            return Person::LeftOut(LeftOut { address, place: subscriber.place, why });
        }
        let mut values = subscriber.values;
        if self.files.len() > 1 {
            // Templates may ask everybody for every column.
            for column in &self.people.columns {
                values.entry(column.clone()).or_default();
            }
        }
        Person::Mailed(Recipient {
            address: subscriber.address,
            values,
            segments: subscriber.segments,
        })
    }

    /// What the rows of one address (by its key) say: the word for its basis, and the person who comes of it.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn find(&self, key: &str, examples: bool) -> Result<Option<(String, Person)>, ListError> {
        for portion in self.portions() {
            let portion = portion?;
            for (line, record) in &portion.rows {
                let file = &self.files[portion.file];
                let found = match file.address(record) {
                    Ok(address) => address.key() == key,
                    Err(_) => one_line(file.cell(record, Some(file.email))).to_lowercase() == key,
                };
                if found {
                    let basis = one_line(file.cell(record, file.basis));
                    return Ok(Some((basis, self.person((portion.file, *line), record, examples))));
                }
            }
        }
        Ok(None)
    }
}

/// What is gathered in the first look through all rows.
#[derive(Default)]
struct Survey {
    hasher: RandomState,
    /// A hash of each address: a million of them are eight megabytes.
    seen: Vec<u64>,
    rows: u64,
    problems: Vec<Problem>,
    more_problems: u64,
    combinations: BTreeSet<BTreeSet<String>>,
    cells: HashSet<String>,
}

impl Survey {
    /// Gives the file's digest.
    fn file(&mut self, file: &Sheet) -> Result<Vec<u8>, ListError> {
        self.problems.extend(file.shape.problems.iter().cloned());
        let fault = |error: TableError| ListFault::Table(error).of(&file.name);
        let (mut rows, so_far) = file.open()?;
        while let Some(line) = rows.advance().map_err(fault)? {
            self.rows += 1;
            let address = file.address(rows.record());
            self.see_problems(file, line, rows.record(), rows.raggedness(), address.is_ok());
            let cell = file.cell(rows.record(), file.segments);
            if !cell.is_empty() && !self.cells.contains(cell) {
                self.cells.insert(cell.to_owned());
                self.combinations.insert(segments(cell));
                if self.combinations.len() > MOST_COMBINATIONS {
                    let column = file.segments.map_or("", |at| file.shape.columns[at].as_str());
                    let column = column.to_owned();
                    return Err(ListFault::TooManySegments { column }.of(&file.name));
                }
            }
            if let Ok(address) = address {
                self.seen.push(self.hasher.hash_one(address.key()));
            }
        }
        if self.more_problems > 0 {
            self.problems.push(Problem::new(
                Place::whole(&file.name),
                format!("{} more places like these were mended", self.more_problems),
                "look at the file as a whole",
            ));
            self.more_problems = 0;
        }
        Ok(so_far.digest())
    }

    fn see_problems(
        &mut self,
        file: &Sheet,
        line: usize,
        record: &csv::StringRecord,
        ragged: Option<Ragged>,
        has_address: bool,
    ) {
        let most = MOST_PROBLEMS;
        let mut tell = |problem: &dyn Fn() -> Problem| {
            if self.problems.len() < most {
                self.problems.push(problem());
            } else {
                self.more_problems += 1;
            }
        };
        let place = || Place::line(&file.name, line);
        if let Some(ragged) = ragged {
            tell(&|| ragged.problem(&file.name, line));
        }
        if !has_address {
            return;
        }
        for (field, cell) in file.fields.iter().zip(record) {
            if field.is_empty() {
                continue;
            }
            if !is_plain(cell) && cell.trim().chars().any(is_hidden) {
                tell(&|| {
                    Problem::new(
                        place(),
                        format!(
                            "`{field}` has line breaks or hidden characters: they were taken out"
                        ),
                        "look at the cell",
                    )
                });
            }
            if cell.len() > LONGEST_VALUE_BYTES && one_line(cell).len() > LONGEST_VALUE_BYTES {
                tell(&|| {
                    Problem::new(
                        place(),
                        format!(
                            "`{field}` is longer than {LONGEST_VALUE_BYTES} bytes: it is taken as empty"
                        ),
                        "look at the cell: it may hold other rows",
                    )
                });
            }
        }
    }

    /// Hashes that were seen more than once: of addresses that stand twice, or, once in many millions, of two.
    fn twice(&mut self) -> HashSet<u64> {
        self.seen.sort_unstable();
        let twice = self.seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let twice = twice.collect();
        self.seen = Vec::new();
        twice
    }
}

impl Sheet {
    fn of(name: String, input: Arc<dyn Input>) -> Result<Self, ListError> {
        let shape = Shape::of(&name, &*input).map_err(|error| ListFault::Table(error).of(&name))?;
        let Some(email) = shape.column(EMAIL) else {
            return Err(ListFault::NoEmailColumn { columns: shape.columns }.of(&name));
        };
        let (first_name, last_name) = (shape.column(FIRST_NAME), shape.column(LAST_NAME));
        let field = |(index, column): (usize, &String)| {
            if index == email {
                "email".to_owned()
            } else if Some(index) == first_name {
                "first_name".to_owned()
            } else if Some(index) == last_name {
                "last_name".to_owned()
            } else {
                field_name(column)
            }
        };
        Ok(Self {
            fields: shape.columns.iter().enumerate().map(field).collect(),
            email,
            status: shape.column(STATUS),
            basis: shape.column(BASIS),
            segments: shape.column(SEGMENTS),
            obtained: shape.column(OBTAINED),
            digest: Vec::new(),
            name,
            input,
            shape,
        })
    }

    fn open(&self) -> Result<(Rows, SoFar), ListError> {
        let opened = Hashed::open(&*self.input).map_err(TableError::from);
        opened
            .and_then(|(input, so_far)| Ok((self.shape.rows_of(input)?, so_far)))
            .map_err(|error| ListFault::Table(error).of(&self.name))
    }

    fn cell<'a>(&self, record: &'a csv::StringRecord, column: Option<usize>) -> &'a str {
        column.and_then(|column| record.get(column)).unwrap_or_default()
    }

    fn address(
        &self,
        record: &csv::StringRecord,
    ) -> Result<EmailAddress, crate::rfc::address::AddressError> {
        EmailAddress::parse(&tidy_address(self.cell(record, Some(self.email))))
    }

    fn standing(&self, record: &csv::StringRecord) -> Standing {
        Standing::parse(self.cell(record, self.status))
    }

    fn subscriber(&self, line: usize, record: &csv::StringRecord) -> Result<Subscriber, LeftOut> {
        let place = Place::line(&self.name, line);
        let address = match self.address(record) {
            Ok(address) => address,
            Err(error) => {
                return Err(LeftOut {
                    address: one_line(self.cell(record, Some(self.email))),
                    place,
                    why: WhyNot::NotAnAddress(error.to_string()),
                });
            }
        };
        let mut values = Values::new();
        for (index, field) in self.fields.iter().enumerate() {
            if field.is_empty() {
                continue;
            }
            let value = if index == self.email {
                address.to_string()
            } else {
                tidy_value(field, self.cell(record, Some(index)))
            };
            values.insert(field.clone(), value);
        }
        let obtained = self.cell(record, self.obtained);
        let obtained =
            if obtained.is_empty() { None } else { PartialDate::parse(obtained, Tz::UTC).ok() };
        let obtained_at = obtained.map(|date| date.days(Tz::UTC).0);
        Ok(Subscriber {
            address,
            values,
            segments: segments(self.cell(record, self.segments)),
            basis: Basis::parse(self.cell(record, self.basis)),
            obtained_at,
            standing: self.standing(record),
            place,
        })
    }
}

fn segments(cell: &str) -> BTreeSet<String> {
    if cell.is_empty() {
        return BTreeSet::new();
    }
    cell.split([';', ',', '|'])
        .map(|word| one_line(word.trim_matches(['"', ' '])))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Letters, digits and signs of ASCII alone: nothing is hidden among them.
fn is_plain(cell: &str) -> bool {
    cell.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A cell as a template shows it.
fn tidy_value(field: &str, cell: &str) -> String {
    let mut tidy = one_line(cell);
    let is_name = matches!(field, "first_name" | "last_name");
    if tidy.len() > LONGEST_VALUE_BYTES || is_name && is_no_name(&tidy) {
        tidy.clear();
    }
    tidy
}

/// A column's name as templates write it: `Town / City` is `town_city`.
fn field_name(column: &str) -> String {
    let mut name = String::new();
    for c in column.trim().chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') && !name.is_empty() {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// An address out of what people and exports put into its cell: `mailto:`, angle brackets with a name before them,
/// blanks, invisible signs, a comma or full stop at the end.
fn tidy_address(cell: &str) -> String {
    let cell = cell.trim();
    if is_plain(cell) && !cell.contains(['<', ':']) {
        return cell.trim_end_matches([',', '.', ';']).trim().to_owned();
    }
    // A line break inside is no tidying matter: the parser refuses it.
    let visible: String = cell
        .chars()
        .filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{a0}' | '\u{2060}'))
        .collect();
    let mut text = visible.trim();
    if let (Some(open), Some(close)) = (text.find('<'), text.rfind('>'))
        && open < close
        && close == text.len() - 1
    {
        text = text[open + 1..close].trim();
    }
    let text =
        text.strip_prefix("mailto:").or_else(|| text.strip_prefix("MAILTO:")).unwrap_or(text);
    text.trim_end_matches([',', '.', ';']).trim().to_owned()
}

/// What exports write where there is no name.
fn is_no_name(text: &str) -> bool {
    let simple = simple(text);
    simple.is_empty()
        || matches!(simple.as_str(), "null" | "na" | "none" | "unknown")
        || text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn input(text: &str) -> Arc<dyn Input> {
        Arc::new(Arc::<[u8]>::from(text.as_bytes()))
    }

    fn survey(text: &str) -> List {
        List::survey(vec![("p.csv".to_owned(), input(text))]).unwrap()
    }

    fn people(list: &List) -> (Vec<Recipient>, Vec<LeftOut>) {
        let mut split = (Vec::new(), Vec::new());
        for person in list.everybody(true) {
            match person.unwrap() {
                Person::Mailed(recipient) => split.0.push(recipient),
                Person::LeftOut(left_out) => split.1.push(left_out),
            }
        }
        split
    }

    #[test]
    fn names_and_further_columns_become_fields() {
        let list = survey(
            "E-mail Address,First Name,Town / City,Basis,Tags\nann@e.org,Ann,York,consent,\"donors;press\"\n",
        );
        assert_eq!(list.people.columns, ["email", "first_name", "town_city", "basis", "tags"]);
        let (mailed, _) = people(&list);
        assert_eq!(mailed[0].values["town_city"], "York");
        assert_eq!(mailed[0].segments.iter().collect::<Vec<_>>(), ["donors", "press"]);
        assert!(list.people.segments.contains(&mailed[0].segments));
    }

    #[test]
    fn cells_are_tidied_and_what_is_hidden_is_told() {
        let list = survey(
            "email,first_name,basis\n Ann B <ann@e.org>,\"Bob\r\nBcc: x@y.org\",consent\nmailto:cy@e.org.,NULL,consent\n\
             di\u{200b}@e.org,-,consent\n\"ed@e.org\nfy@e.org\",Ed,consent\n",
        );
        let (mailed, left_out) = people(&list);
        let addresses: Vec<&str> = mailed.iter().map(|s| s.address.as_str()).collect();
        assert_eq!(addresses, ["ann@e.org", "cy@e.org", "di@e.org"]);
        assert!(mailed.iter().all(|recipient| recipient.values["first_name"].is_empty()));
        assert_eq!(list.problems[0].place, Place::line("p.csv", 2));
        assert!(matches!(&left_out[0].why, WhyNot::NotAnAddress(what) if what.contains("control")));
    }

    #[test]
    fn a_wrong_file_says_what_its_columns_are() {
        let wrong = vec![("news.csv".to_owned(), input("title,date\nx,2020\n"))];
        assert_eq!(
            List::survey(wrong).unwrap_err().to_string(),
            "news.csv: no column is named `email`: the columns are title, date"
        );
    }

    #[test]
    fn files_are_one_list_and_everybody_has_every_column() {
        let list = List::survey(vec![
            ("a.csv".to_owned(), input("email,town,basis\nann@e.org,York,consent\nbob@e.org,,consent\n")),
            ("b.csv".to_owned(), input("email,shoe,basis,status\ncy@e.org,7,consent,\nBOB@e.org,8,consent,unsubscribed\n")),
        ])
        .unwrap();
        let (mailed, left_out) = people(&list);
        let shown: Vec<(&str, &str)> = mailed
            .iter()
            .map(|one| (one.values["town"].as_str(), one.values["shoe"].as_str()))
            .collect();
        assert_eq!(shown, [("York", ""), ("", "7")]);
        // A no in one file holds in the other, and the second row is named as one.
        assert_eq!(left_out[0].why, WhyNot::Unsubscribed);
        assert_eq!(left_out[1].why, WhyNot::Duplicate { line: 3 });
    }

    /// A file that somebody saves anew while it is read.
    #[derive(Debug)]
    struct Moving(Mutex<Vec<&'static str>>);

    impl Input for Moving {
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            let mut versions = self.0.lock().unwrap();
            let version = if versions.len() > 1 { versions.remove(0) } else { versions[0] };
            Ok(Box::new(version.as_bytes()))
        }
    }

    #[test]
    fn a_list_that_changes_while_it_is_read_is_never_mixed() {
        let old = "email,basis\nann@e.org,consent\n";
        let new = "email,basis\nann@e.org,consent\nbob@e.org,consent\n";
        let mut versions = vec![old; 7];
        versions.push(new);
        let moving: Arc<dyn Input> = Arc::new(Moving(Mutex::new(versions)));
        let list = List::survey(vec![("p.csv".to_owned(), Arc::clone(&moving))]).unwrap();
        let last =
            std::iter::repeat_with(|| list.everybody(true).last().unwrap()).find_map(Result::err);
        assert_eq!(last, Some(ListFault::Changed.of("p.csv")));
    }

    #[test]
    fn the_fingerprint_is_that_of_the_bytes() {
        let text = "email,basis\nann@e.org,consent\n";
        let files = || vec![("p.csv".to_owned(), input(text))];
        assert_eq!(fingerprint(&files()).unwrap(), survey(text).fingerprint());
        assert_ne!(fingerprint(&files()).unwrap(), survey(&text.replace('n', "m")).fingerprint());
    }

    #[test]
    fn many_rows_are_read_in_portions_and_in_their_order() {
        let mut text = "email,basis\n".to_owned();
        for n in 0..PORTION * 3 + 7 {
            text.push_str(&format!("p{n}@e.org,consent\n"));
        }
        let list = survey(&text);
        assert_eq!(list.portions().count(), 4);
        let (mailed, _) = people(&list);
        assert_eq!(mailed.len() as u64, list.rows);
        assert!(
            mailed.iter().enumerate().all(|(n, one)| one.address.as_str() == format!("p{n}@e.org"))
        );
    }
}
