//! Tables of comma-separated values (RFC 4180), as spreadsheets and exports really write them.
//! Pure: bytes in, rows and problems out.
//!
//! Mended and told: UTF-8 with a byte order mark, UTF-16, windows-1252, `;`, tab and `|`, Excel's `sep=` line, ragged
//! rows. A quotation mark that is never closed costs its own line and not the rest of the file, as it would in most
//! readers.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use thiserror::Error;

use crate::problem::{Place, Problem};

/// A list of a million people with twenty columns stays below this.
pub const LONGEST_TABLE_BYTES: usize = 256 * 1024 * 1024;
/// More faulty quotation marks than this mean the file is not what it seems.
const MOST_QUOTE_FAULTS: usize = 50;
const MOST_COLUMNS: usize = 500;

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// As written, trimmed.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// What was mended or left out.
    pub problems: Vec<Problem>,
}

/// One row: as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
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
    #[error("line {line} has a quotation mark that is not closed, and so have many others")]
    Quotes { line: usize },
    #[error("the first line has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    #[error("line {line}: {what}")]
    Unreadable { line: usize, what: String },
}

impl Table {
    /// Index of the first column whose name, in lower case and without signs, is one of `names`.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.columns.iter().position(|column| simple(column) == simple(name)))
    }
}

/// A column name without case, spaces and signs: `E-mail Address` and `email_address` are one.
pub fn simple(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Text of a file whose encoding is not told: byte order mark, else UTF-8, else windows-1252 (what Excel writes as
/// "CSV"), and whether it was the last.
///
/// # Errors
/// When no encoding reads it.
pub fn decode(bytes: &[u8]) -> Result<(String, bool), TableError> {
    let (encoding, start) = if bytes.starts_with(b"\xef\xbb\xbf") {
        (UTF_8, 3)
    } else if bytes.starts_with(b"\xff\xfe") {
        (UTF_16LE, 2)
    } else if bytes.starts_with(b"\xfe\xff") {
        (UTF_16BE, 2)
    } else if looks_like_utf_16(bytes, 1) {
        (UTF_16LE, 0)
    } else if looks_like_utf_16(bytes, 0) {
        (UTF_16BE, 0)
    } else {
        (UTF_8, 0)
    };
    let bytes = &bytes[start..];
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let (text, guessed) = if had_errors && encoding == UTF_8 {
        (WINDOWS_1252.decode_without_bom_handling(bytes).0, true)
    } else {
        (text, false)
    };
    if text.contains('\0') {
        return Err(TableError::NotText);
    }
    Ok((text.into_owned(), guessed))
}

/// Excel's "Unicode text" without a mark: every other byte of the beginning is zero.
fn looks_like_utf_16(bytes: &[u8], zero_at: usize) -> bool {
    let start = &bytes[..bytes.len().min(64) & !1];
    start.len() >= 8 && start.chunks(2).all(|pair| pair[zero_at] == 0 && pair[1 - zero_at] != 0)
}

/// Reads a table whose first line names its columns. `source` is the file's name, for places.
///
/// # Errors
/// When the file as a whole is no table; a bad row is only a problem.
pub fn read(source: &str, bytes: &[u8]) -> Result<Table, TableError> {
    if bytes.len() > LONGEST_TABLE_BYTES {
        return Err(TableError::TooLarge);
    }
    let (text, guessed) = decode(bytes)?;
    let mut problems = Vec::new();
    if guessed {
        problems.push(Problem::new(
            Place::whole(source),
            "the file is not UTF-8: it was read as windows-1252",
            "look at names with accents, and save as “CSV UTF-8” next time",
        ));
    }
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.len() == 1 && text.contains('\r') {
        lines = text.split_inclusive('\r').collect();
    }
    let mut delimiter = None;
    if let Some(first) = lines.first_mut()
        && let Some(rest) = first.trim_end().strip_prefix("sep=")
    {
        delimiter = rest.bytes().next();
        *first = "\n";
    }
    let heading = lines.iter().find(|line| !line.trim().is_empty()).ok_or(TableError::Empty)?;
    let delimiter = delimiter.unwrap_or_else(|| sniff(heading));
    while let Some(line) = quote_fault(&lines, delimiter) {
        if problems.len() > MOST_QUOTE_FAULTS {
            return Err(TableError::Quotes { line });
        }
        problems.push(Problem::new(
            Place::line(source, line),
            "this line has a quotation mark that is not closed: the line was left out",
            "close or remove the quotation mark",
        ));
        lines[line - 1] = "\n";
    }
    parse(source, &lines, delimiter, problems)
}

fn parse(
    source: &str,
    lines: &[&str],
    delimiter: u8,
    mut problems: Vec<Problem>,
) -> Result<Table, TableError> {
    let text = lines.concat();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut columns: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record).map_err(|error| TableError::Unreadable {
            line: error.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(usize::MAX)),
            what: error.to_string(),
        })?;
        if !more {
            break;
        }
        let line =
            record.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(usize::MAX));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            if record.len() > MOST_COLUMNS {
                return Err(TableError::TooManyColumns);
            }
            columns = Some(record.iter().map(|cell| cell.trim().to_owned()).collect());
            continue;
        };
        let spare =
            record.iter().skip(columns.len()).filter(|cell| !cell.trim().is_empty()).count();
        if spare > 0 {
            problems.push(Problem::new(
                Place::line(source, line),
                format!(
                    "this line has {spare} more cells than there are columns: they were left out"
                ),
                "put cells that hold commas in quotation marks",
            ));
        } else if record.len() < columns.len() {
            problems.push(Problem::new(
                Place::line(source, line),
                format!(
                    "this line has {} cells for {} columns: the missing ones are taken as empty",
                    record.len(),
                    columns.len()
                ),
                "add the missing commas, or look whether the line is whole",
            ));
        }
        let mut cells: Vec<String> = record.iter().take(columns.len()).map(str::to_owned).collect();
        cells.resize(columns.len(), String::new());
        rows.push(Row { line, cells });
    }
    problems.sort();
    Ok(Table { columns: columns.ok_or(TableError::Empty)?, rows, problems })
}

/// The separator that the heading has most of; a comma when it has none.
fn sniff(heading: &str) -> u8 {
    let count = |sign: u8| heading.bytes().filter(|b| *b == sign).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The line (from 1) that opens a quotation which is never closed, or closed in mid-cell.
fn quote_fault(lines: &[&str], delimiter: u8) -> Option<usize> {
    #[derive(PartialEq)]
    enum In {
        CellStart,
        Plain,
        Quoted,
        QuoteSeen,
    }
    let mut state = In::CellStart;
    let mut opened = 0;
    for (index, line) in lines.iter().enumerate() {
        for byte in line.bytes() {
            let ends = byte == delimiter || byte == b'\n' || byte == b'\r';
            state = match state {
                In::CellStart if byte == b'"' => {
                    opened = index + 1;
                    In::Quoted
                }
                In::CellStart | In::Plain if ends => In::CellStart,
                In::CellStart | In::Plain => In::Plain,
                In::Quoted if byte == b'"' => In::QuoteSeen,
                In::Quoted => In::Quoted,
                In::QuoteSeen if ends => In::CellStart,
                In::QuoteSeen if byte == b'"' => In::Quoted,
                // Spaces between the quotation mark and the comma are common and harmless.
                In::QuoteSeen if byte == b' ' => In::QuoteSeen,
                In::QuoteSeen => return Some(opened),
            };
        }
    }
    (state == In::Quoted).then_some(opened)
}

#[cfg(test)]
mod tests {
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
    fn ragged_rows_are_kept_and_told() {
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
    fn columns_are_found_by_any_of_their_names() {
        let table = read("p", b"First Name,E-mail Address\na,b@c.org\n").unwrap();
        assert_eq!(table.column(&["email", "email_address"]), Some(1));
        assert_eq!(table.column(&["first_name"]), Some(0));
        assert_eq!(table.column(&["status"]), None);
    }
}
