//! What people give to an import, as tables with a header.
//! Pure: bytes in, tables out.
//!
//! That may be the files of a ZIP, the sheets of a workbook, a table below its title, or a list of addresses without
//! any header.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, OnceLock};

use zip::ZipArchive;
use zip::result::ZipError;

use super::columns::Columns;
use super::plain_list::{PlainList, TableBelow, has_address, is_blank, lines_of};
use super::recipe::Recipe;
use super::tables_error::{LONGEST_FILE_BYTES, MOST_ENTRIES, TablesError};
use super::workbook::{check_parts, with_sheets};
use crate::audience::no_files::file_name;
use crate::audience::sheet_titles::EMAIL;
use crate::rfc::csv::{self, CsvShape, Input, ReadAt, TableError, simple};

/// All that a ZIP holds, unpacked.
const LONGEST_UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;
/// Text shrinks to a tenth; what shrinks to less than a hundredth is meant to fill a disk.
const MOST_RATIO: u64 = 100;
/// A title, a date and a few notes may stand above the names of the columns.
const MOST_LINES_ABOVE: usize = 10;

/// Characters of a name that is shown.
const LONGEST_NAME: usize = 120;
/// A title, a date and a few notes are shorter.
const LONGEST_START_BYTES: u64 = 256 * 1024;

/// Keeps what is made of a file, to be read again and again.
pub type Keep<'a> = &'a dyn Fn(&mut dyn Read) -> io::Result<Arc<dyn Input>>;

/// In memory, where it is short.
///
/// # Errors
/// When it cannot be read.
pub fn in_memory(reader: &mut dyn Read) -> io::Result<Arc<dyn Input>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(Arc::new(Arc::<[u8]>::from(bytes)))
}

/// A table with the names of its columns on its first line that is not blank.
#[derive(Debug, Clone)]
pub struct HeadedTable {
    /// As people know it, a ZIP's name before that of the file in it.
    pub name: String,
    pub input: Arc<dyn Input>,
    /// The line of the file for each line of the table, where they differ.
    pub lines: Option<Vec<u32>>,
    /// What stands beside it and is not read, for people to know.
    pub notes: Vec<String>,
    /// What is known of its form, once somebody wants to know.
    shape: OnceLock<Result<CsvShape, TableError>>,
}

impl HeadedTable {
    /// Its columns and how they are written. The file is looked through for it once.
    pub(super) fn shape(&self) -> Result<&CsvShape, TableError> {
        let shape = self.shape.get_or_init(|| CsvShape::of(&self.name, &*self.input));
        shape.as_ref().map_err(Clone::clone)
    }

    /// The same under another name, which what is said of it has too.
    fn renamed(self, name: String) -> Self {
        let shape = if name == self.name { self.shape } else { OnceLock::new() };
        Self { name, shape, ..self }
    }

    /// The line of the file that a line of the table comes from.
    pub fn line(&self, line: usize) -> usize {
        let lines = self.lines.as_ref();
        let found = lines.and_then(|lines| lines.get(line.checked_sub(1)?));
        found.and_then(|found| usize::try_from(*found).ok()).unwrap_or(line)
    }
}

/// The tables of a file. `name` is what people call it.
///
/// # Errors
/// When it is nothing that people can be imported from.
pub fn tables_of(
    name: &str,
    input: &Arc<dyn Input>,
    keep: Keep<'_>,
) -> Result<Vec<HeadedTable>, TablesError> {
    let mut start = Vec::new();
    open(input)?.take(64).read_to_end(&mut start).map_err(TableError::from)?;
    if let Some(kind) = wrong_kind(&start) {
        return Err(match kind {
            OLD_OFFICE if has_password(input)? => TablesError::Password,
            kind => TablesError::WrongKind(kind),
        });
    }
    if !start.starts_with(b"PK\x03\x04") && !start.starts_with(b"PK\x05\x06") {
        return Ok(vec![headed(name, Arc::clone(input), keep)?]);
    }
    let mut file = input.open_at().map_err(TableError::from)?;
    let packed = file.seek(SeekFrom::End(0)).map_err(TableError::from)?;
    if packed > LONGEST_FILE_BYTES {
        return Err(TablesError::TooLarge);
    }
    let named = entries_named(&mut *file, packed).map_err(TableError::from)?;
    let mut archive = ZipArchive::new(file).map_err(|error| zip_fault(&error))?;
    // The library keeps the last of those that have one name.
    if named.is_some_and(|named| named > archive.len()) {
        return Err(TablesError::SameNames);
    }
    let most = check_size(&mut archive, packed)?;
    if archive.index_for_name("xl/workbook.xml").is_some() {
        return workbook_tables(name, archive, keep);
    }
    tables_in(name, &mut archive, keep, most)
}

fn open(input: &Arc<dyn Input>) -> Result<Box<dyn Read + Send>, TableError> {
    Ok(input.open()?)
}

fn kept(keep: Keep<'_>, reader: &mut dyn Read) -> Result<Arc<dyn Input>, TablesError> {
    keep(reader).map_err(|error| TablesError::NotKept(error.to_string()))
}

/// The sheets of a workbook that hold people. What else is in it is named.
fn workbook_tables(
    name: &str,
    mut archive: ZipArchive<Box<dyn ReadAt>>,
    keep: Keep<'_>,
) -> Result<Vec<HeadedTable>, TablesError> {
    check_parts(&mut archive)?;
    let mut sheets = Vec::new();
    let hidden = with_sheets(archive.into_inner(), |title, sheet| {
        let input = match (keep(sheet), sheet.fault.take()) {
            (_, Some(fault)) => return Err(fault),
            (kept, None) => kept.map_err(|error| TablesError::NotKept(error.to_string()))?,
        };
        match headed(name, input, keep) {
            Ok(table) => sheets.push((title, table)),
            Err(TablesError::Table(TableError::Empty)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    })?;
    let mut unread: Vec<String> = hidden
        .iter()
        .map(|title| format!("the hidden sheet {} is not read", shown(title)))
        .collect();
    if sheets.iter().any(|(_, table)| holds_people(table)) {
        sheets.retain(|(title, table)| {
            let has_people = holds_people(table);
            if !has_people {
                unread.push(format!("the sheet {} has no addresses and is not read", shown(title)));
            }
            has_people
        });
    } else {
        sheets.truncate(1);
    }
    // A sheet is called as people know it where there are several, and where its name says something.
    let is_one_of_several = sheets.len() > 1;
    let mut tables: Vec<HeadedTable> = Vec::new();
    for (title, table) in sheets {
        let says_something = is_one_of_several || file_name(&title).is_some();
        let name =
            if says_something { format!("{name}/{}", plain(&title)) } else { table.name.clone() };
        tables.push(HeadedTable { notes: std::mem::take(&mut unread), ..table.renamed(name) });
    }
    if tables.is_empty() { Err(TableError::Empty.into()) } else { Ok(tables) }
}

/// Whether a table has a column of addresses.
fn holds_people(table: &HeadedTable) -> bool {
    let Ok(shape) = table.shape() else { return false };
    let Ok(rows) = shape.rows(&*table.input) else { return false };
    !Recipe::recognise(&shape.columns).is_empty()
        || Columns::of(shape, rows, None, &[], None).is_some()
}

/// A name out of a file, fit to be shown.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

fn shown(name: &str) -> String {
    format!("`{}`", plain(name))
}

/// What a file of a ZIP is, by the ending of its name.
enum EntryKind {
    Table,
    Workbook,
    /// It may hold people, and cannot be read.
    Unreadable,
    /// It holds nobody.
    Other,
}

impl EntryKind {
    fn of(base: &str) -> Self {
        const UNREADABLE: [&str; 24] = [
            "xls", "xlsb", "ods", "numbers", "fods", "gz", "tgz", "bz2", "xz", "zst", "zip", "7z",
            "rar", "tar", "json", "jsonl", "ndjson", "vcf", "ldif", "dat", "db", "sqlite", "mdb",
            "accdb",
        ];
        match base.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).as_deref() {
            None | Some("csv" | "tsv" | "tab" | "txt") => Self::Table,
            Some("xlsx" | "xlsm") => Self::Workbook,
            Some(ending) if UNREADABLE.contains(&ending) => Self::Unreadable,
            Some(_) => Self::Other,
        }
    }
}

/// Each table of a ZIP, whose files have at most this number of bytes together.
fn tables_in(
    name: &str,
    archive: &mut ZipArchive<Box<dyn ReadAt>>,
    keep: Keep<'_>,
    most: u64,
) -> Result<Vec<HeadedTable>, TablesError> {
    let (mut tables, mut unread) = (Vec::<HeadedTable>::new(), Vec::new());
    // Its files may be longer than it says that they are.
    let mut rest = most;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| zip_fault(&error))?;
        // Entries are named in messages, and never written anywhere.
        let inner = entry.name().map_err(|error| zip_fault(&error))?.replace('\\', "/");
        let base = inner.rsplit('/').next().unwrap_or_default().to_owned();
        let is_hidden = base.starts_with('.') || inner.starts_with("__MACOSX");
        if entry.is_dir() || is_hidden {
            continue;
        }
        let kind = EntryKind::of(&base);
        match kind {
            EntryKind::Unreadable => return Err(TablesError::UnreadInZip(plain(&base))),
            EntryKind::Other => {
                unread.push(format!("{} in {name} is not read", shown(&base)));
                continue;
            }
            EntryKind::Table | EntryKind::Workbook => {}
        }
        let longest = rest.min(LONGEST_FILE_BYTES);
        let mut unpacked = UnpackedEntry { entry, rest: longest, fault: None };
        let input = keep(&mut unpacked);
        rest -= longest - unpacked.rest;
        let input = match unpacked.fault {
            Some(fault) => return Err(fault),
            None => input.map_err(|error| TablesError::NotKept(error.to_string()))?,
        };
        let whole = format!("{name}/{}", plain(&base));
        let read = match kind {
            EntryKind::Workbook => in_zip(&whole, &input, keep),
            _ => headed(&whole, input, keep).map(|table| vec![table]),
        };
        match read {
            Ok(read) => tables.extend(read),
            Err(TablesError::Table(TableError::NotText)) if !base.contains('.') => {
                return Err(TablesError::UnreadInZip(plain(&base)));
            }
            // Mailchimp writes one file for each state, also where nobody is in it.
            Err(TablesError::Table(TableError::Empty)) => {}
            Err(error) => return Err(error),
        }
    }
    let Some(first) = tables.first_mut() else { return Err(TablesError::NothingInZip) };
    first.notes.append(&mut unread);
    Ok(tables)
}

/// The sheets of a workbook that is a file of a ZIP.
fn in_zip(
    name: &str,
    input: &Arc<dyn Input>,
    keep: Keep<'_>,
) -> Result<Vec<HeadedTable>, TablesError> {
    let mut file = input.open_at().map_err(TableError::from)?;
    let packed = file.seek(SeekFrom::End(0)).map_err(TableError::from)?;
    let mut archive = ZipArchive::new(file).map_err(|error| zip_fault(&error))?;
    check_size(&mut archive, packed)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(TablesError::UnreadInZip(plain(name)));
    }
    workbook_tables(name, archive, keep)
}

/// A file of a ZIP as it is unpacked, which remembers why it could not be.
struct UnpackedEntry<R> {
    entry: R,
    rest: u64,
    fault: Option<TablesError>,
}

impl<R: Read> Read for UnpackedEntry<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match self.entry.read(out) {
            Ok(read) => read,
            Err(error) => {
                self.fault = Some(TablesError::Zip(error.to_string()));
                return Err(error);
            }
        };
        let Some(rest) = self.rest.checked_sub(read as u64) else {
            self.fault = Some(TablesError::Bomb);
            return Err(io::Error::other("too much"));
        };
        self.rest = rest;
        Ok(read)
    }
}

fn zip_fault(error: &ZipError) -> TablesError {
    match error {
        ZipError::UnsupportedArchive(what) if what.contains("assword") => TablesError::Encrypted,
        other => TablesError::Zip(other.to_string()),
    }
}

/// How many files a ZIP says that it has, by its last record (APPNOTE 4.3.16); nothing where there are too many for that.
fn entries_named(file: &mut dyn ReadAt, packed: u64) -> io::Result<Option<usize>> {
    const RECORD_BYTES: u64 = 22;
    /// Behind the record there may be a comment.
    const LONGEST_COMMENT: u64 = 65_535;
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(packed.saturating_sub(RECORD_BYTES + LONGEST_COMMENT)))?;
    file.read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(0))?;
    let record = memchr::memmem::rfind(&end, b"PK\x05\x06").map(|at| &end[at..]);
    let count =
        record.and_then(|record| Some(u16::from_le_bytes([*record.get(10)?, *record.get(11)?])));
    Ok(count.filter(|count| *count < u16::MAX).map(usize::from))
}

/// How long the files of a ZIP may be together, where what it says of them is no longer.
fn check_size(archive: &mut ZipArchive<Box<dyn ReadAt>>, packed: u64) -> Result<u64, TablesError> {
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
    if unpacked > most { Err(TablesError::Bomb) } else { Ok(most) }
}

/// Whether what looks like an old Office file is a new one with a password: then it is a container (MS-CFB) with an entry of
/// that name (MS-OFFCRYPTO 2.3.4).
fn has_password(input: &Arc<dyn Input>) -> Result<bool, TablesError> {
    /// As much of the list of entries as is searched: those of a workbook with a password are a dozen of 128 bytes.
    const SEARCHED_BYTES: u64 = 64 * 1024;
    let mut file = input.open_at().map_err(TableError::from)?;
    let mut header = [0; 52];
    let mut entries = Vec::new();
    file.read_exact(&mut header)
        .and_then(|()| file.seek(SeekFrom::Start(entries_at(&header))))
        .and_then(|_| (&mut *file).take(SEARCHED_BYTES).read_to_end(&mut entries))
        .or_else(
            |error| if error.kind() == io::ErrorKind::UnexpectedEof { Ok(0) } else { Err(error) },
        )
        .map_err(TableError::from)?;
    let wanted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    Ok(memchr::memmem::find(&entries, &wanted).is_some())
}

/// Where the list of entries begins, by the first bytes of a container (MS-CFB 2.2).
fn entries_at(header: &[u8; 52]) -> u64 {
    let sector_bytes = 1_u64 << u32::from(header[30]).min(16);
    let first = u32::from_le_bytes([header[48], header[49], header[50], header[51]]);
    (u64::from(first) + 1) * sector_bytes
}

const OLD_OFFICE: &str = "an old Excel or Word file";

/// What a file is by its first bytes, where it is surely no list.
fn wrong_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 12] = [
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"RIFF", "a picture or a sound"),
        (b"\xd0\xcf\x11\xe0", OLD_OFFICE),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"SQLite format 3", "a database"),
        (b"{\\rtf", "a text document (RTF)"),
        (b"<!DOCTYPE html", "a web page"),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind)
}

/// Finds the line with the names of the columns; a list of addresses without one gets it.
fn headed(name: &str, input: Arc<dyn Input>, keep: Keep<'_>) -> Result<HeadedTable, TablesError> {
    let mut start = Vec::new();
    let text = csv::decoded(&*input)?;
    text.take(LONGEST_START_BYTES).read_to_end(&mut start).map_err(TableError::from)?;
    if start.contains(&0) {
        return Err(TableError::NotText.into());
    }
    let text = String::from_utf8_lossy(&start);
    let whole = |input: Arc<dyn Input>| HeadedTable {
        name: name.to_owned(),
        input,
        lines: None,
        notes: Vec::new(),
        shape: OnceLock::new(),
    };
    let lines = lines_of(&text);
    let filled = || lines.iter().enumerate().filter(|(_, line)| !is_blank(line));
    let Some((_, first)) = filled().next() else { return Err(TableError::Empty.into()) };
    if is_header(first) {
        return Ok(whole(input));
    }
    let above = filled().take(MOST_LINES_ABOVE);
    if let Some((at, _)) = above.clone().find(|(_, line)| is_header(line))
        && lines[..at].iter().all(|line| !has_address(line))
    {
        return Ok(whole(Arc::new(TableBelow { input, above: at })));
    }
    // Mailman and people write notes above a list.
    let is_note = |line: &str| line.trim_start_matches(['\u{feff}', ' ', '\t']).starts_with('#');
    let mut below_notes = filled().map(|(_, line)| *line).skip_while(|line| is_note(line));
    if below_notes.next().is_some_and(has_address) {
        let mut list = PlainList::of(&*input)?;
        let input = kept(keep, &mut list)?;
        return Ok(HeadedTable { lines: Some(list.numbers), ..whole(input) });
    }
    Ok(whole(input))
}

fn columns_of(line: &str) -> Vec<String> {
    let line = line.trim_start_matches('\u{feff}').trim();
    line.split([',', ';', '\t', '|']).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;

    use super::*;

    fn input(bytes: &[u8]) -> Arc<dyn Input> {
        Arc::new(Arc::<[u8]>::from(bytes))
    }

    fn headed(name: &str, bytes: &[u8]) -> Result<HeadedTable, TablesError> {
        super::headed(name, input(bytes), &in_memory)
    }

    fn tables_of(name: &str, bytes: &[u8]) -> Result<Vec<HeadedTable>, TablesError> {
        super::tables_of(name, &input(bytes), &in_memory)
    }

    fn text(table: &HeadedTable) -> String {
        let mut text = String::new();
        table.input.open().unwrap().read_to_string(&mut text).unwrap();
        text
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
        // A container of sectors of 512 bytes, whose entries begin in the third.
        let mut bytes = b"\xd0\xcf\x11\xe0".to_vec();
        bytes.resize(4 * 512, 0);
        (bytes[30], bytes[48]) = (9, 2);
        assert_eq!(tables_of("x", &bytes).unwrap_err(), TablesError::WrongKind(OLD_OFFICE));
        let entry: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[3 * 512 + 128..][..entry.len()].copy_from_slice(&entry);
        assert_eq!(tables_of("x", &bytes).unwrap_err(), TablesError::Password);
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
