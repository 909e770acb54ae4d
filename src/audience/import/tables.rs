//! What people give to an import, as tables with a header.
//! Pure: bytes in, tables out.
//!
//! That may be the files of a ZIP, the first sheet of a workbook, a table below its title, or a list of addresses without
//! any header.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use super::recipe::Recipe;
use crate::audience::cell;
use crate::audience::sheet::EMAIL;
use crate::rfc::csv::{self, TableError, simple};

/// A file that is larger is no list of people.
pub const LONGEST_FILE_BYTES: u64 = 512 * 1024 * 1024;
/// All that a ZIP holds, unpacked.
const LONGEST_UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;
const MOST_ENTRIES: usize = 100;
/// Text shrinks to a tenth; what shrinks to less than a hundredth is meant to fill a disk.
const MOST_RATIO: u64 = 100;
/// A title, a date and a few notes may stand above the names of the columns.
const MOST_LINES_ABOVE: usize = 10;

/// A table with the names of its columns on its first line that is not blank.
#[derive(Debug, Clone)]
pub struct HeadedTable {
    /// As people know it, a ZIP's name before that of the file in it.
    pub name: String,
    pub bytes: Arc<[u8]>,
    /// The line of the file for each line of the table, where they differ.
    pub lines: Option<Vec<usize>>,
}

impl HeadedTable {
    /// The line of the file that a line of the table comes from.
    pub fn line(&self, line: usize) -> usize {
        let lines = self.lines.as_ref();
        lines.and_then(|lines| lines.get(line.checked_sub(1)?)).copied().unwrap_or(line)
    }
}

/// Why a file is none that people can be imported from.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TablesError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("this is {0}, not a list of people")]
    WrongKind(&'static str),
    #[error("the ZIP is encrypted")]
    Encrypted,
    #[error("the ZIP cannot be read: {0}")]
    Zip(String),
    #[error("the ZIP has more than {MOST_ENTRIES} files")]
    TooManyEntries,
    #[error("the ZIP unpacks to far more than a list of people can be")]
    Bomb,
    #[error("the ZIP has no CSV, TSV or text file in it")]
    NothingInZip,
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    #[error("the file is larger than {} MB", LONGEST_FILE_BYTES / 1024 / 1024)]
    TooLarge,
}

impl TablesError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Table(TableError::Empty) => "export it again: the file has nothing in it",
            Self::Table(_) => "export it again as CSV, in UTF-8",
            Self::WrongKind(_) => {
                "give the CSV, ZIP or XLSX file that your newsletter or contacts system exports"
            }
            Self::Encrypted => "unpack it with its password, and give the files in it",
            Self::Zip(_) => "download it again, or unpack it and give the files in it",
            Self::TooManyEntries | Self::Bomb => "unpack it, and give only the files with people",
            Self::NothingInZip => "give the file with the people in it",
            Self::Workbook(_) => "save the sheet as CSV (UTF-8), and give that file",
            Self::TooLarge => "split it into several files",
        }
    }
}

/// The tables of a file. `name` is what people call it.
///
/// # Errors
/// When it is nothing that people can be imported from.
pub fn tables_of(name: &str, bytes: &[u8]) -> Result<Vec<HeadedTable>, TablesError> {
    if let Some(kind) = wrong_kind(bytes) {
        return Err(TablesError::WrongKind(kind));
    }
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return Ok(vec![headed(name, bytes)?]);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| zip_fault(&error))?;
    check_size(&mut archive, bytes.len() as u64)?;
    if archive.index_for_name("xl/workbook.xml").is_some() {
        return Ok(vec![headed(name, &first_sheet(bytes)?)?]);
    }
    let mut tables = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| zip_fault(&error))?;
        // Entries are named in messages, and never written anywhere.
        let inner = entry.name().map_err(|error| zip_fault(&error))?.replace('\\', "/");
        let base = inner.rsplit('/').next().unwrap_or_default().to_owned();
        let is_hidden = base.starts_with('.') || inner.starts_with("__MACOSX");
        let ending = base.rsplit('.').next().unwrap_or_default().to_lowercase();
        if entry.is_dir() || is_hidden || !matches!(ending.as_str(), "csv" | "tsv" | "txt") {
            continue;
        }
        let mut text = Vec::new();
        let mut limited = entry.by_ref().take(LONGEST_FILE_BYTES + 1);
        limited.read_to_end(&mut text).map_err(|error| TablesError::Zip(error.to_string()))?;
        if text.len() as u64 > LONGEST_FILE_BYTES {
            return Err(TablesError::Bomb);
        }
        let shown: String = base.chars().filter(|c| !c.is_control()).take(120).collect();
        match headed(&format!("{name}/{shown}"), &text) {
            Ok(table) => tables.push(table),
            // Mailchimp writes one file for each state, also where nobody is in it.
            Err(TablesError::Table(TableError::Empty)) => {}
            Err(error) => return Err(error),
        }
    }
    if tables.is_empty() { Err(TablesError::NothingInZip) } else { Ok(tables) }
}

fn zip_fault(error: &ZipError) -> TablesError {
    match error {
        ZipError::UnsupportedArchive(what) if what.contains("assword") => TablesError::Encrypted,
        other => TablesError::Zip(other.to_string()),
    }
}

fn check_size(archive: &mut ZipArchive<Cursor<&[u8]>>, packed: u64) -> Result<(), TablesError> {
    if archive.len() > MOST_ENTRIES {
        return Err(TablesError::TooManyEntries);
    }
    let mut unpacked: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| zip_fault(&error))?;
        if entry.encrypted() {
            return Err(TablesError::Encrypted);
        }
        unpacked = unpacked.saturating_add(entry.size());
    }
    let most = LONGEST_UNPACKED_BYTES.min(packed.saturating_mul(MOST_RATIO));
    if unpacked > most { Err(TablesError::Bomb) } else { Ok(()) }
}

/// What a file is by its first bytes, where it is surely no list.
fn wrong_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 12] = [
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"RIFF", "a picture or a sound"),
        (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"SQLite format 3", "a database"),
        (b"{\\rtf", "a text document (RTF)"),
        (b"<!DOCTYPE html", "a web page"),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind)
}

/// The first sheet of a workbook, as comma-separated values.
fn first_sheet(bytes: &[u8]) -> Result<Vec<u8>, TablesError> {
    let fault = |what: String| TablesError::Workbook(what);
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| fault(error.to_string()))?;
    let sheet = workbook
        .worksheet_range_at(0)
        .ok_or_else(|| fault("it has no sheet".to_owned()))?
        .map_err(|error| fault(error.to_string()))?;
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let above = sheet.start().map_or(0, |(row, _)| row);
    // Row numbers stay those that the person sees in the workbook.
    let mut text = "\n".repeat(usize::try_from(above).unwrap_or_default()).into_bytes();
    for row in sheet.rows() {
        let cells: Vec<String> = row.iter().map(cell_text).collect();
        out.write_record(&cells).map_err(|error| fault(error.to_string()))?;
    }
    text.extend(out.into_inner().map_err(|error| fault(error.to_string()))?);
    Ok(text)
}

fn cell_text(data: &Data) -> String {
    match data {
        Data::DateTime(date) => match date.as_datetime() {
            Some(date) => date.format("%Y-%m-%d %H:%M:%S").to_string(),
            None => data.to_string(),
        },
        // A line break would move the rows below it.
        other => other.to_string().replace(['\r', '\n'], " "),
    }
}

/// Finds the line with the names of the columns; a list of addresses without one gets it.
fn headed(name: &str, bytes: &[u8]) -> Result<HeadedTable, TablesError> {
    let whole =
        |bytes: &[u8]| HeadedTable { name: name.to_owned(), bytes: bytes.into(), lines: None };
    let (text, _) = csv::decode(bytes)?;
    let lines = lines_of(&text);
    let filled = || lines.iter().enumerate().filter(|(_, line)| !is_blank(line));
    let Some((_, first)) = filled().next() else { return Err(TableError::Empty.into()) };
    if is_header(first) {
        return Ok(whole(bytes));
    }
    let above = filled().take(MOST_LINES_ABOVE);
    if let Some((at, _)) = above.clone().find(|(_, line)| is_header(line))
        && lines[..at].iter().all(|line| !has_address(line))
    {
        // Blank lines in place of what stands above it: the line numbers stay.
        let table = format!("{}{}", "\n".repeat(at), lines[at..].join("\n"));
        return Ok(whole(table.as_bytes()));
    }
    if filled().take(MOST_LINES_ABOVE).any(|(_, line)| has_address(line)) && has_address(first) {
        return Ok(without_header(name, &lines));
    }
    Ok(whole(bytes))
}

/// The lines of a text, whichever of CR, LF and both ends each of them: Excel for Mac once wrote CR, and LF within a cell.
fn lines_of(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\r', '\n']) {
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after.strip_prefix("\r\n").unwrap_or(&after[1..]);
    }
    lines.push(rest);
    lines
}

fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\u{feff}'))
        || line.trim_start_matches('\u{feff}').trim_start().to_lowercase().starts_with("sep=")
}

fn columns_of(line: &str) -> Vec<String> {
    let line = line.trim_start_matches('\u{feff}').trim();
    line.split([',', ';', '\t', '|']).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
}

fn has_address(line: &str) -> bool {
    !cell::possible_addresses(line).is_empty()
}

/// Whether a line names columns: one of them is called as addresses are, or a system is known by them.
fn is_header(line: &str) -> bool {
    if has_address(line) {
        return false;
    }
    let columns = columns_of(line);
    columns.iter().any(|column| EMAIL.contains(&simple(column).as_str()))
        || !Recipe::recognise(&columns).is_empty()
}

/// A list of addresses, as `email,name` rows: `Ann <ann@example.org>`, one or several on a line.
fn without_header(name: &str, lines: &[&str]) -> HeadedTable {
    let mut numbers = vec![1];
    let mut out = ::csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = out.write_record(["email", "name"]);
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim_matches(['\r', '\u{feff}', ' ', '\t']);
        if is_blank(line) || line.starts_with('#') {
            continue;
        }
        for piece in pieces(line) {
            let (address, name) = split_name(piece);
            numbers.push(at + 1);
            let _ = out.write_record([address, name]);
        }
    }
    let bytes = out.into_inner().unwrap_or_default();
    HeadedTable { name: name.to_owned(), bytes: bytes.into(), lines: Some(numbers) }
}

/// The parts of a line that hold an address each; the line itself where it holds only one.
fn pieces(line: &str) -> Vec<&str> {
    if line.matches('@').count() < 2 && cell::address(line).is_ok() {
        return vec![line];
    }
    let parts: Vec<&str> =
        line.split([',', ';', '\t', '|']).filter(|part| has_address(part)).collect();
    if parts.is_empty() { vec![line] } else { parts }
}

/// `Ann Smith <ann@example.org>` as address and name. A name is never made of an address.
fn split_name(piece: &str) -> (&str, &str) {
    let piece = piece.trim().trim_matches('"');
    match piece.split_once('<') {
        Some((name, _)) if !name.contains('@') => (piece, name.trim().trim_matches(['"', '\''])),
        _ => (piece, ""),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn text(table: &HeadedTable) -> String {
        String::from_utf8_lossy(&table.bytes).into_owned()
    }

    fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_title_above_the_columns_keeps_the_line_numbers() {
        let table = headed("a.csv", b"Supporters 2026\n\nEmail,Name\nann@e.org,Ann\n").unwrap();
        assert_eq!(text(&table), "\n\nEmail,Name\nann@e.org,Ann\n");
    }

    #[test]
    fn each_end_of_a_line_is_one() {
        for end in ["\n", "\r\n", "\r"] {
            for title in ["", "Supporters 2026\n\n"] {
                let file = format!("{title}email,first_name\nann@e.org,Ann\n").replace('\n', end);
                let table = headed("a.csv", file.as_bytes()).unwrap();
                let lines: Vec<String> =
                    lines_of(&text(&table)).into_iter().map(str::to_owned).collect();
                let at = title.matches('\n').count();
                assert_eq!(lines[at..], ["email,first_name", "ann@e.org,Ann", ""], "{end:?}");
                assert!(lines[..at].iter().all(String::is_empty) && table.lines.is_none());
            }
            let list = headed("a.txt", format!("ann@e.org{end}bob@e.org{end}").as_bytes()).unwrap();
            assert_eq!([2, 3].map(|line| list.line(line)), [1, 2], "{end:?}");
        }
    }

    #[test]
    fn a_list_of_addresses_gets_a_header_and_never_a_name_of_its_own_making() {
        let table =
            headed("a.txt", "j.smith@e.org\n\nZoë B <zoe@e.org>\na@e.org; b@e.org\n".as_bytes());
        let table = table.unwrap();
        assert_eq!(
            text(&table),
            "email,name\nj.smith@e.org,\nZoë B <zoe@e.org>,Zoë B\na@e.org,\n b@e.org,\n"
                .replace("\n b@", "\nb@")
        );
        assert_eq!([2, 3, 4, 5].map(|line| table.line(line)), [1, 3, 4, 4]);
    }

    #[test]
    fn every_table_of_a_zip_is_read_and_nothing_else() {
        let csv = "email\nann@e.org\n";
        let bytes = zip_of(&[
            ("a/subscribed.csv", csv),
            ("__MACOSX/a/._subscribed.csv", "x"),
            ("../../cleaned.csv", csv),
            ("empty.csv", ""),
            ("readme.html", "x"),
        ]);
        let names: Vec<String> =
            tables_of("x.zip", &bytes).unwrap().into_iter().map(|table| table.name).collect();
        assert_eq!(names, ["x.zip/subscribed.csv", "x.zip/cleaned.csv"]);
        let nothing = tables_of("x.zip", &zip_of(&[("readme.html", "x")]));
        assert_eq!(nothing.unwrap_err(), TablesError::NothingInZip);
    }

    #[test]
    fn a_zip_that_would_fill_a_disk_is_not_unpacked() {
        let bytes = zip_of(&[("a.csv", &"a".repeat(20 * 1024 * 1024))]);
        assert_eq!(tables_of("x.zip", &bytes).unwrap_err(), TablesError::Bomb);
        let many: Vec<(String, String)> =
            (0..101).map(|n| (format!("{n}.csv"), "email\n".to_owned())).collect();
        let many: Vec<(&str, &str)> =
            many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(tables_of("x.zip", &zip_of(&many)).unwrap_err(), TablesError::TooManyEntries);
    }

    #[test]
    fn files_of_another_kind_are_called_by_their_name() {
        for (bytes, kind) in [
            (&b"%PDF-1.7"[..], "a PDF"),
            (b"\x89PNG\r\n", "a picture"),
            (b"\xd0\xcf\x11\xe0\xa1", "an old Excel or Word file"),
        ] {
            assert_eq!(tables_of("x", bytes).unwrap_err(), TablesError::WrongKind(kind));
        }
        assert!(matches!(tables_of("x", b"PK\x03\x04garbage"), Err(TablesError::Zip(_))));
        assert_eq!(tables_of("x", b"").unwrap_err(), TablesError::Table(TableError::Empty));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = tables_of("x", &bytes);
            let zipped = [&b"PK\x03\x04"[..], &bytes].concat();
            let _ = tables_of("x", &zipped);
        }
    }
}
