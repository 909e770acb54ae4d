//! Tables of comma-separated values (RFC 4180), as spreadsheets and exports really write them.
//! Pure: bytes in, rows and problems out.
//!
//! Put right, and named: UTF-8 with a byte order mark, UTF-16, windows-1252, `;`, tab and `|`, Excel's `sep=` line, ragged
//! rows. A quotation mark that is never closed costs its own line and not the rest of the file, as it would in most
//! readers; [`CsvShape::has_open_quote`] knows the line, for readers to whom its address matters.
//!
//! A table may be longer than memory: [`CsvShape::of`] looks at it once, and [`CsvShape::rows`] reads it row by row, as often
//! as wanted. [`read`] takes a short one whole.

mod lines;
mod shape;

use std::fmt;
use std::io::{self, Cursor, Read, Seek};
use std::sync::Arc;

use thiserror::Error;

use crate::count::{counted, grouped};
use crate::problem::{Place, Problem};

pub use lines::lines_of;
pub use shape::{CsvShape, decoded};

/// Ten million people with some columns stay below this: a list is read row by row, and never whole.
pub const LONGEST_TABLE_BYTES: usize = 2000 * 1024 * 1024;
/// No line and no cell is longer, notes and all: a file that is not a table has lines without an end.
const LONGEST_LINE_BYTES: usize = 16 * 1024 * 1024;
const MOST_COLUMNS: usize = 500;

/// Bytes that can be read from their beginning again and again: a file, or some at hand.
pub trait Input: fmt::Debug + Send + Sync {
    /// Opens them at their beginning.
    ///
    /// # Errors
    /// When the file is gone, or cannot be read.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// Opens them to be read here and there, as a ZIP is. What cannot do better has all of them in memory.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    fn open_at(&self) -> io::Result<Box<dyn ReadAt>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

/// Bytes that are read here and there.
pub trait ReadAt: Read + Seek {}
impl<T: Read + Seek> ReadAt for T {}

impl Input for Arc<[u8]> {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(Arc::clone(self))))
    }

    fn open_at(&self) -> io::Result<Box<dyn ReadAt>> {
        Ok(Box::new(Cursor::new(Arc::clone(self))))
    }
}

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// As written, trimmed.
    pub columns: Vec<String>,
    pub rows: Vec<CsvRow>,
    /// What was put right or left out.
    pub problems: Vec<Problem>,
}

/// One row, with a cell for each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// Line of the file at which it begins, from 1.
    pub line: usize,
    pub cells: Vec<String>,
}

/// What makes a file no table at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    #[error("the file is empty")]
    Empty,
    #[error("the file holds zero bytes: it is not a text file")]
    NotText,
    #[error("the file is larger than {} MB", LONGEST_TABLE_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("a line is longer than {} MB: this is not a table", LONGEST_LINE_BYTES / 1024 / 1024)]
    LongLine,
    #[error("line {line} has a quotation mark that is not closed, and so have many others")]
    Quotes { line: usize },
    #[error("the first line has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    #[error("line {line}: {what}")]
    Unreadable { line: usize, what: String },
    #[error("the file cannot be read: {0}")]
    Input(String),
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        Self::Input(error.to_string())
    }
}

impl Table {
    /// Index of the first column whose name, in lower case and without punctuation, is one of `names`.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        column(&self.columns, names)
    }
}

fn column(columns: &[String], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| columns.iter().position(|column| simple(column) == simple(name)))
}

/// A column name without case, spaces and punctuation: `E-mail Address` and `email_address` are one.
pub fn simple(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Reads a table whose first line names its columns. `source` is the file's name, for places.
///
/// # Errors
/// When the file as a whole is not a table; a bad row is only a problem.
pub fn read(source: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let input: Arc<[u8]> = bytes.into();
    let shape = CsvShape::of(source, &input)?;
    let mut problems = shape.problems.clone();
    let mut rows = Vec::new();
    let mut reader = shape.rows(&input)?;
    while let Some(line) = reader.advance()? {
        if shape.has_open_quote(line) {
            continue;
        }
        problems.extend(reader.raggedness().map(|what| what.problem(source, line)));
        let cells = (0..shape.columns.len()).map(|column| reader.cell(column).to_owned()).collect();
        rows.push(CsvRow { line, cells });
    }
    problems.sort();
    Ok(Table { columns: shape.columns, rows, problems })
}

/// The rows of a table, one after the other in the same memory.
pub struct Rows {
    reader: csv::Reader<Box<dyn Read + Send>>,
    record: csv::StringRecord,
    columns: usize,
    headed: bool,
}

/// A row with too many or too few cells for its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaggedRow {
    Spare(usize),
    Missing { cells: usize, columns: usize },
}

impl RaggedRow {
    pub fn problem(self, source: &str, line: usize) -> Problem {
        let place = Place::line(source, line);
        match self {
            Self::Spare(spare) => Problem::new(
                place,
                if spare == 1 {
                    "this line has 1 more cell than there are columns: it was left out".to_owned()
                } else {
                    let spare = grouped(spare);
                    format!(
                        "this line has {spare} more cells than there are columns: they were left out"
                    )
                },
                "put cells that hold commas in quotation marks",
            ),
            Self::Missing { cells, columns } => Problem::new(
                place,
                format!(
                    "this line has {} for {}: the missing ones are taken as empty",
                    counted(cells, "cell", "cells"),
                    counted(columns, "column", "columns")
                ),
                "add the missing commas, or look whether the line is whole",
            ),
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Rows {
    fn new(input: Box<dyn Read + Send>, delimiter: u8, columns: usize) -> Self {
        let reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .buffer_capacity(64 * 1024)
            .from_reader(input);
        Self { reader, record: csv::StringRecord::new(), columns, headed: false }
    }

    /// Goes to the next row below the names of the columns that is not blank, and gives the line at which it begins.
    ///
    /// # Errors
    /// When the file cannot be read further.
    pub fn advance(&mut self) -> Result<Option<usize>, TableError> {
        if !self.headed {
            self.headed = true;
            self.read_record()?;
        }
        Ok(self.read_record()?.then(|| self.record.position().map_or(0, line_of)))
    }

    /// The names of the columns: none where the table is empty.
    fn heading(&mut self) -> Result<Vec<String>, TableError> {
        self.headed = true;
        self.read_record()?;
        Ok(self.record.iter().map(|cell| cell.trim().to_owned()).collect())
    }

    fn read_record(&mut self) -> Result<bool, TableError> {
        loop {
            let more =
                self.reader.read_record(&mut self.record).map_err(|error| match error.kind() {
                    csv::ErrorKind::Io(error) => TableError::Input(error.to_string()),
                    _ => TableError::Unreadable {
                        line: error.position().map_or(0, line_of),
                        what: error.to_string(),
                    },
                })?;
            if !more || self.record.iter().any(|cell| !cell.trim().is_empty()) {
                self.number_line();
                return Ok(more);
            }
        }
    }

    /// The reader's own number counts from where it began to look, which may be a blank line before the row: what is certain is
    /// where the row ends, and the ends of lines within it.
    fn number_line(&mut self) {
        let inner = memchr::memchr_iter(b'\n', self.record.as_slice().as_bytes()).count() as u64;
        if let Some(mut position) = self.record.position().cloned() {
            position.set_line(self.reader.position().line().saturating_sub(inner + 1));
            self.record.set_position(Some(position));
        }
    }

    /// A cell of this row; empty where the row is too short.
    pub fn cell(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// The cells of this row, for somebody else to look at.
    pub fn record(&self) -> &csv::StringRecord {
        &self.record
    }

    pub fn raggedness(&self) -> Option<RaggedRow> {
        let spare =
            self.record.iter().skip(self.columns).filter(|cell| !cell.trim().is_empty()).count();
        if spare > 0 {
            Some(RaggedRow::Spare(spare))
        } else if self.record.len() < self.columns {
            Some(RaggedRow::Missing { cells: self.record.len(), columns: self.columns })
        } else {
            None
        }
    }
}

fn line_of(at: &csv::Position) -> usize {
    usize::try_from(at.line()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let table = read("people.csv", bytes).unwrap();
        table.rows.into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn encodings_and_separators_of_real_files_give_the_same_rows() {
        let expected = vec![vec!["Zoë".to_owned(), "z@example.org".to_owned()]];
        let utf_16: Vec<u8> = "\u{feff}name\temail\r\nZoë\tz@example.org\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let files: [&[u8]; 7] = [
            "name,email\nZoë,z@example.org\n".as_bytes(),
            "\u{feff}name;email\r\nZoë;z@example.org\r\n".as_bytes(),
            b"name,email\r\nZo\xeb,z@example.org\r\n",
            "sep=;\nname;email\nZoë;z@example.org".as_bytes(),
            "name,email\rZoë,z@example.org\r".as_bytes(),
            "\n\nname|email\n\nZoë|z@example.org\n".as_bytes(),
            &utf_16,
        ];
        for file in files {
            assert_eq!(cells(file), expected, "{:?}", String::from_utf8_lossy(file));
        }
    }

    /// Rows as they may stand in a file: blank lines before them, cells with ends of lines, and any end of a line.
    fn lines() -> impl Strategy<Value = Vec<(u8, u8)>> {
        proptest::collection::vec((0u8..4, 0u8..3), 0..12)
    }

    /// Gives a few bytes at a time: ends of lines are cut in two.
    #[derive(Debug)]
    struct Slow(Vec<u8>, usize);

    impl Input for Slow {
        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            struct Pieces(Cursor<Vec<u8>>, usize);
            impl Read for Pieces {
                fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                    let most = buffer.len().min(self.1);
                    self.0.read(&mut buffer[..most])
                }
            }
            Ok(Box::new(Pieces(Cursor::new(self.0.clone()), self.1)))
        }
    }

    proptest! {
        #[test]
        fn each_row_is_at_the_line_that_an_editor_shows(
            lines in lines(), names_separator: bool, is_ended: bool, piece in 1usize..9,
        ) {
            let end_of = |end: u8| ["\n", "\r\n", "\r"][usize::from(end)];
            let mut text = String::from(if names_separator { "sep=,\r\n" } else { "" });
            text.push_str("name,email\n");
            let mut line = 2 + usize::from(names_separator);
            let mut expected = Vec::new();
            for (number, (kind, end)) in lines.iter().enumerate() {
                match kind {
                    0 => line += 1,
                    1 | 2 => {
                        text.push_str(&format!("{number},a@example.org"));
                        expected.push((line, number.to_string()));
                        line += 1;
                    }
                    _ => {
                        text.push_str(&format!("\"{number}{}\",a@example.org", end_of(*end)));
                        expected.push((line, format!("{number}\n")));
                        line += 2;
                    }
                }
                // A return and a feed that meet are one end.
                let is_last = number + 1 == lines.len();
                let end = if *kind == 0 || *end == 2 { 1 } else { *end };
                if is_ended || !is_last {
                    text.push_str(end_of(end));
                }
            }
            let input = Slow(text.clone().into_bytes(), piece);
            let shape = CsvShape::of("people.csv", &input).unwrap();
            let mut rows = shape.rows(&input).unwrap();
            let mut found = Vec::new();
            while let Some(line) = rows.advance().unwrap() {
                found.push((line, rows.cell(0).to_owned()));
            }
            prop_assert_eq!(&found, &expected, "{:?}", text);
            let all = lines_of(text.as_bytes());
            prop_assert_eq!(all.concat(), text.as_bytes());
            for (line, name) in expected {
                let is_there = all[line - 1].windows(name.trim().len()).any(|w| w == name.trim().as_bytes());
                prop_assert!(is_there, "{line} {name} {text:?}");
            }
        }
    }

    #[test]
    fn an_open_quotation_mark_costs_its_own_line_only() {
        let table = read(
            "people.csv",
            b"name,email\n\"Bob,b@example.org\nAnn,a@example.org\n\"Cy\",c@example.org\n",
        )
        .unwrap();
        let names: Vec<&str> = table.rows.iter().map(|row| row.cells[0].as_str()).collect();
        assert_eq!(names, ["Ann", "Cy"]);
        assert_eq!(table.rows[1].line, 4);
        assert_eq!(table.problems.len(), 1);
        assert_eq!(table.problems[0].place, Place::line("people.csv", 2));
    }

    #[test]
    fn ragged_rows_are_kept_and_named() {
        let table = read("p.csv", b"name,email\nAnn\nBob,b@example.org,x,y\n").unwrap();
        assert_eq!(table.rows[0].cells, ["Ann", ""]);
        assert_eq!(table.rows[1].cells, ["Bob", "b@example.org"]);
        assert_eq!(table.problems.len(), 2);
    }

    #[test]
    fn quoted_line_breaks_belong_to_the_cell() {
        let rows = cells(b"name,note\nAnn,\"one\ntwo, \"\"three\"\"\"\nBob,x\n");
        assert_eq!(rows[0][1], "one\ntwo, \"three\"");
        assert_eq!(rows[1][0], "Bob");
    }

    #[test]
    fn files_that_are_no_table_say_so() {
        assert_eq!(read("p", b""), Err(TableError::Empty));
        assert_eq!(read("p", b"\n \n"), Err(TableError::Empty));
        assert_eq!(read("p", b"a,b\n\0\0\0,c"), Err(TableError::NotText));
        let many = format!("a,b\n{}", "\"x,1\n".repeat(201));
        assert!(matches!(read("p", many.as_bytes()), Err(TableError::Quotes { .. })));
    }

    #[test]
    fn a_line_or_a_cell_without_an_end_is_not_read_into_memory() {
        let endless = format!("a,b\n{}", "x".repeat(LONGEST_LINE_BYTES + 100_000));
        assert_eq!(read("p", endless.as_bytes()), Err(TableError::LongLine));
        let cell = format!("{}\n", "x".repeat(9_999)).repeat(LONGEST_LINE_BYTES / 10_000 + 10);
        let table = read("p", format!("a,b\n\"{cell}\",y\nAnn,z\n").as_bytes());
        assert!(table.is_ok_and(|table| table.problems.iter().any(|p| p.place.line == Some(2))));
    }

    #[test]
    fn columns_are_found_by_any_of_their_names() {
        let table = read("p", b"First Name,E-mail Address\na,b@c.org\n").unwrap();
        assert_eq!(table.column(&["email", "email_address"]), Some(1));
        assert_eq!(table.column(&["first_name"]), Some(0));
        assert_eq!(table.column(&["status"]), None);
    }
}
