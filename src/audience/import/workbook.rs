//! The sheets of a workbook as comma-separated values: however long they are, one of their rows is in memory.
//! Pure: bytes in, text out.
//!
//! A workbook is a ZIP of XML, and one of a few kilobytes may name a cell in the last of a billion rows, or a million texts
//! that are not there. What it says of its own size is looked at before it is believed.

use std::io::{self, BufReader, Read, Seek};

use calamine::{
    Cell, Data, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError,
};
use zip::ZipArchive;

use super::tables_error::TablesError;
use crate::rfc::csv::ReadAt;

/// The XML of a sheet with a million people.
const LONGEST_XML_BYTES: u64 = 512 * 1024 * 1024;
/// The texts of a workbook are in memory as a whole.
const LONGEST_TEXTS_BYTES: u64 = 128 * 1024 * 1024;
/// A cell of Excel has at most 32,767 characters; between one `<` and the next there is no more than one.
const LONGEST_PIECE_BYTES: usize = 1024 * 1024;
/// A list of people has far fewer columns, and Excel 16,384.
const MOST_COLUMNS: u32 = 1_000;
/// The last row that Excel knows.
const MOST_ROWS: u32 = 1_048_576;
const CHUNK_BYTES: usize = 64 * 1024;

/// Looks whether the parts of a workbook are as long as they say, and no longer than a list of people can be.
pub(super) fn check_parts<R: ReadAt>(archive: &mut ZipArchive<R>) -> Result<(), TablesError> {
    let mut rest = LONGEST_XML_BYTES;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| fault(&error))?;
        let name = entry.name().map_err(|error| fault(&error))?.to_lowercase();
        if !matches!(name.rsplit('.').next(), Some("xml" | "rels")) {
            continue;
        }
        let is_sheet = name.contains("worksheets/");
        let most = if is_sheet { rest } else { rest.min(LONGEST_TEXTS_BYTES) };
        if entry.size() > most {
            return Err(TablesError::LargeWorkbook);
        }
        rest = rest.saturating_sub(check_part(&mut entry, most)?);
    }
    Ok(())
}

/// Unpacks a part into nothing, and gives its length.
fn check_part(entry: &mut impl Read, most: u64) -> Result<u64, TablesError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut length, mut piece, mut is_first) = (0_u64, 0, true);
    loop {
        let read = entry.read(&mut chunk).map_err(|error| fault(&error))?;
        if read == 0 {
            return Ok(length);
        }
        let part = &chunk[..read];
        if std::mem::take(&mut is_first) {
            check_count(part, most)?;
        }
        length += read as u64;
        match (memchr::memchr(b'<', part), memchr::memrchr(b'<', part)) {
            (Some(first), Some(last)) => {
                piece =
                    if piece + first > LONGEST_PIECE_BYTES { piece + first } else { read - last };
            }
            _ => piece += read,
        }
        if length > most || piece > LONGEST_PIECE_BYTES {
            return Err(TablesError::LargeWorkbook);
        }
    }
}

/// How many texts a workbook says that it has is room that is made for them before they are read: each takes a few bytes.
fn check_count(beginning: &[u8], most: u64) -> Result<(), TablesError> {
    let name = b"uniqueCount";
    for at in memchr::memmem::find_iter(beginning, name) {
        let rest = &beginning[at + name.len()..];
        let digits = rest.iter().skip_while(|byte| !byte.is_ascii_digit());
        let digits: String =
            digits.take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
        if digits.parse::<u64>().is_ok_and(|count| count > most / 16) || digits.len() > 18 {
            return Err(TablesError::LargeWorkbook);
        }
    }
    Ok(())
}

fn fault(error: &dyn std::error::Error) -> TablesError {
    TablesError::Workbook(error.to_string())
}

/// Each sheet that people see in the workbook, by its name, as `take` reads it; gives the names of those that they do not see.
pub(super) fn with_sheets<R: ReadAt>(
    file: R,
    mut take: impl FnMut(String, &mut SheetText<'_, BufReader<R>>) -> Result<(), TablesError>,
) -> Result<Vec<String>, TablesError> {
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| fault(&error))?;
    let sheets = workbook.sheets_metadata().to_vec();
    let sheets = sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (seen, hidden): (Vec<_>, Vec<_>) =
        sheets.partition(|sheet| sheet.visible == SheetVisible::Visible);
    if seen.is_empty() {
        return Err(TablesError::Workbook("it has no sheet that people see".to_owned()));
    }
    for sheet in seen {
        let cells = workbook.worksheet_cells_reader(&sheet.name).map_err(|error| fault(&error))?;
        let mut text = SheetText {
            cells,
            next: None,
            row: 0,
            has_ended: false,
            widest: 0,
            out: Vec::new(),
            at: 0,
            fault: None,
        };
        take(sheet.name, &mut text)?;
    }
    Ok(hidden.into_iter().map(|sheet| sheet.name).collect())
}

/// The rows of a sheet as they are read. Row numbers stay those that people see in the workbook.
pub(super) struct SheetText<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// The first cell of the next row that has any.
    next: Option<Cell<DataRef<'a>>>,
    row: u32,
    has_ended: bool,
    /// Every row is as long as the longest so far: an empty cell at its end is not a missing one.
    widest: usize,
    out: Vec<u8>,
    at: usize,
    /// Why it ended early.
    pub fault: Option<TablesError>,
}

impl<'a, R: Read + Seek> SheetText<'a, R> {
    fn next_cell(&mut self) -> Result<Option<Cell<DataRef<'a>>>, TablesError> {
        let read = |error: XlsxError| TablesError::Workbook(error.to_string());
        while !self.has_ended {
            let Some(cell) = self.cells.next_cell().map_err(read)? else {
                // Behind the last cell there are other parts of the sheet.
                self.has_ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            if row >= MOST_ROWS {
                return Err(TablesError::Workbook(format!("it has a cell in row {row}")));
            }
            if matches!(cell.get_value(), DataRef::Empty) {
                continue;
            }
            if column >= MOST_COLUMNS {
                return Err(TablesError::Workbook("it has more than 1,000 columns".to_owned()));
            }
            return Ok(Some(cell));
        }
        Ok(None)
    }

    /// Writes the next row that has a cell; false behind the last one.
    fn write_row(&mut self) -> Result<bool, TablesError> {
        let first = match self.next.take() {
            Some(cell) => cell,
            None => match self.next_cell()? {
                Some(cell) => cell,
                None => return Ok(false),
            },
        };
        let row = first.get_position().0;
        if row < self.row {
            return Err(TablesError::Workbook("its rows are not in their order".to_owned()));
        }
        let mut cells: Vec<String> = vec![String::new(); self.widest];
        let mut put = |cell: &Cell<DataRef<'a>>| {
            let column = usize::try_from(cell.get_position().1).unwrap_or_default();
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = cell_text(&Data::from(cell.get_value().clone()));
        };
        put(&first);
        while let Some(cell) = self.next_cell()? {
            if cell.get_position().0 != row {
                self.next = Some(cell);
                break;
            }
            put(&cell);
        }
        self.widest = cells.len();
        let blank = usize::try_from(row - self.row).unwrap_or_default();
        self.out.extend(std::iter::repeat_n(b'\n', blank));
        self.row = row + 1;
        let mut out = ::csv::Writer::from_writer(&mut self.out);
        out.write_record(&cells).map_err(|error| fault(&error))?;
        out.flush().map_err(|error| fault(&error))?;
        Ok(true)
    }
}

impl<R: Read + Seek> Read for SheetText<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            match self.write_row() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(io::Error::other("the sheet cannot be read"));
                }
            }
        }
        let read = (&self.out[self.at..]).read(out)?;
        self.at += read;
        Ok(read)
    }
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

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::sync::Arc;

    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::audience::import::tables::{in_memory, tables_of};
    use crate::rfc::csv::Input;

    const WORKBOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
        xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
        <sheet name=\"People\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
        Target=\"worksheets/sheet1.xml\"/></Relationships>";

    const ROOT: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
        <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
        Target=\"xl/workbook.xml\"/></Relationships>";

    fn workbook(sheet: &str, texts: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let texts = format!("<sst {texts}</sst>");
        let sheet = format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>");
        for (name, text) in [
            ("_rels/.rels", ROOT),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/sharedStrings.xml", &texts),
            ("xl/worksheets/sheet1.xml", &sheet),
        ] {
            // Packed as they are, their ratio is not that of a bomb.
            let stored =
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(name, stored).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(sheet: &str, texts: &str) -> Result<String, TablesError> {
        let bytes: Arc<dyn Input> = Arc::new(Arc::<[u8]>::from(workbook(sheet, texts)));
        let tables = tables_of("people.xlsx", &bytes, &in_memory)?;
        let mut text = String::new();
        tables[0].input.open().unwrap().read_to_string(&mut text).unwrap();
        Ok(text)
    }

    fn cell(place: &str, text: &str) -> String {
        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    fn row(number: u32, cells: &[(&str, &str)]) -> String {
        let cells: String = cells.iter().map(|(place, text)| cell(place, text)).collect();
        format!("<row r=\"{number}\">{cells}</row>")
    }

    #[test]
    fn rows_keep_their_numbers_and_are_as_long_as_the_columns() {
        let sheet = row(2, &[("A2", "Email"), ("B2", "Town"), ("C2", "Left")])
            + &row(3, &[("A3", "ann@e.org"), ("B3", "York, or\nnear it")])
            + "<row r=\"4\"></row>"
            + &row(6, &[("A6", "bob@e.org")]);
        let expected = "\nEmail,Town,Left\nann@e.org,\"York, or near it\",\n\n\nbob@e.org,,\n";
        assert_eq!(read(&sheet, ">").as_deref(), Ok(expected));
        let shared = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c></row>";
        let texts = "uniqueCount=\"2\"><si><t>Email</t></si><si><t>ann@e.org</t></si>";
        assert_eq!(read(shared, texts).as_deref(), Ok("Email\nann@e.org\n"));
    }

    #[test]
    fn a_workbook_that_says_more_than_it_has_is_refused_and_not_believed() {
        let head = row(1, &[("A1", "Email")]);
        let far = head.clone() + &row(1_048_576, &[("XFD1048576", "x")]);
        assert!(
            matches!(read(&far, ">"), Err(TablesError::Workbook(what)) if what.contains("1,000 columns"))
        );
        let back = row(9, &[("A9", "Email")]) + &row(1, &[("A1", "x")]);
        assert!(
            matches!(read(&back, ">"), Err(TablesError::Workbook(what)) if what.contains("order"))
        );
        for count in ["99999999999999", "99999999999999999999999999", "18446744073709551615"] {
            for sign in ['"', '\''] {
                let texts = format!("count=\"1\" uniqueCount = {sign}{count}{sign}>");
                assert_eq!(read(&head, &texts), Err(TablesError::LargeWorkbook), "{texts}");
            }
        }
        let long = row(2, &[("A2", &"a".repeat(LONGEST_PIECE_BYTES + 1))]);
        assert_eq!(read(&(head.clone() + &long), ">"), Err(TablesError::LargeWorkbook));
        // The last row of all is only a gap before it.
        let last = head + &row(1_048_576, &[("A1048576", "ann@e.org")]);
        assert_eq!(read(&last, ">").unwrap().len(), "Email\nann@e.org\n".len() + 1_048_574);
    }

    #[test]
    fn what_is_longer_than_it_may_be_is_not_unpacked_to_its_end() {
        let mut endless = io::repeat(b'<');
        assert_eq!(check_part(&mut endless, 1024 * 1024), Err(TablesError::LargeWorkbook));
        let mut one_piece = io::repeat(b'a');
        assert_eq!(check_part(&mut one_piece, u64::MAX), Err(TablesError::LargeWorkbook));
        let exact = "<a>".repeat(10);
        assert_eq!(check_part(&mut exact.as_bytes(), 30), Ok(30));
        assert_eq!(check_part(&mut exact.as_bytes(), 29), Err(TablesError::LargeWorkbook));
    }
}
