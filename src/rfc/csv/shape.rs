//! What has to be known of a table before its rows are read: encoding, separator, columns, lines to leave out.
//! Pure: bytes in, a shape out.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::lines::{LineFeeds, ReadableLines};
use super::{
    Input, LONGEST_LINE_BYTES, LONGEST_TABLE_BYTES, MOST_COLUMNS, Rows, TableError, column, simple,
};
use crate::problem::{Place, Problem};

/// More faulty quotation marks than this mean the file is not what it seems.
const MOST_QUOTE_FAULTS: usize = 50;
/// No row of column names is longer.
const LONGEST_HEADING_BYTES: u64 = 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;

/// The layout of a table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvShape {
    /// As written, trimmed.
    pub columns: Vec<String>,
    /// The line at which bytes of windows-1252 stand in a file that has letters in UTF-8 too: no encoding reads it.
    pub mixed_at: Option<usize>,
    /// What was put right in the file as a whole, and lines whose cells cannot be trusted.
    pub problems: Vec<Problem>,
    encoding: &'static Encoding,
    /// Bytes of a byte order mark.
    skipped: usize,
    delimiter: u8,
    /// The first line names the separator, and is not a row.
    names_delimiter: bool,
    /// Lines (from 1, in order) that open a quotation which is never closed: they are read without quotation marks.
    open_quotes: Vec<usize>,
}

/// The text of an input of unknown encoding, as UTF-8: by its byte order mark, else UTF-8, else windows-1252 (what Excel
/// writes as "CSV").
///
/// # Errors
/// When it cannot be read, or is too large.
pub fn decoded(input: &dyn Input) -> Result<Box<dyn Read + Send>, TableError> {
    let mut shape = CsvShape::unseen(input)?;
    if !shape.is_encoded_so(input)? {
        shape.encoding = WINDOWS_1252;
    }
    Ok(shape.text_of(input.open()?)?)
}

/// The encoding that the first bytes show, and how long its mark is.
pub(super) fn encoding_at(start: &[u8]) -> (&'static Encoding, usize) {
    if start.starts_with(b"\xef\xbb\xbf") {
        (UTF_8, 3)
    } else if start.starts_with(b"\xff\xfe") {
        (UTF_16LE, 2)
    } else if start.starts_with(b"\xfe\xff") {
        (UTF_16BE, 2)
    } else if looks_like_utf_16(start, 1) {
        (UTF_16LE, 0)
    } else if looks_like_utf_16(start, 0) {
        (UTF_16BE, 0)
    } else {
        (UTF_8, 0)
    }
}

/// Excel's "Unicode text" without a mark: every other byte of the beginning is zero.
fn looks_like_utf_16(bytes: &[u8], zero_at: usize) -> bool {
    let start = &bytes[..bytes.len().min(64) & !1];
    start.len() >= 8 && start.chunks(2).all(|pair| pair[zero_at] == 0 && pair[1 - zero_at] != 0)
}

impl CsvShape {
    /// Looks through a table, several times where it must. `source` is its name, for places.
    ///
    /// # Errors
    /// When as a whole it is not a table.
    pub fn of(source: &str, input: &dyn Input) -> Result<Self, TableError> {
        let mut shape = Self::unseen(input)?;
        if !shape.is_encoded_so(input)? {
            shape.mixed_at = mixed_at(&mut input.open()?)?;
            shape.encoding = WINDOWS_1252;
            shape.problems.push(Problem::new(
                Place::whole(source),
                "the file is not UTF-8: it was read as windows-1252",
                "look at names with accents, and save as “CSV UTF-8” next time",
            ));
        }
        let has_quotes = shape.see_signs(input)?;
        shape.see_heading(input)?;
        if has_quotes {
            shape.see_faults(source, input)?;
        }
        shape.columns = shape.read_columns(input)?;
        Ok(shape)
    }

    /// What its first bytes say.
    fn unseen(input: &dyn Input) -> Result<Self, TableError> {
        let mut start = Vec::new();
        input.open()?.take(64).read_to_end(&mut start)?;
        let (encoding, skipped) = encoding_at(&start);
        Ok(Self {
            columns: Vec::new(),
            problems: Vec::new(),
            mixed_at: None,
            encoding,
            skipped,
            delimiter: b',',
            names_delimiter: false,
            open_quotes: Vec::new(),
        })
    }

    /// Its rows, from the first below the names of the columns.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn rows(&self, input: &dyn Input) -> Result<Rows, TableError> {
        self.rows_of(input.open()?)
    }

    /// The rows of an input that was opened already.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rows_of(&self, opened: Box<dyn Read + Send>) -> Result<Rows, TableError> {
        Ok(Rows::new(self.text_of(opened)?, self.delimiter, self.columns.len()))
    }

    /// Index of the first column whose name, in lower case and without punctuation, is one of `names`.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        column(&self.columns, names)
    }

    /// All columns whose names are among `names`, in the order of those.
    pub fn columns_named(&self, names: &[&str]) -> Vec<usize> {
        let named = |name: &str| {
            let columns = self.columns.iter().enumerate();
            columns
                .filter(move |(_, column)| simple(column) == simple(name))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        names.iter().flat_map(|name| named(name)).collect()
    }

    /// Whether a quotation mark on this line is never closed: its cells may be those of other columns.
    pub fn has_open_quote(&self, line: usize) -> bool {
        !self.open_quotes.is_empty() && self.open_quotes.binary_search(&line).is_ok()
    }

    /// Whether its lines can be cut out of its bytes: in UTF-16 a line feed is two of them.
    pub fn has_lines_in_bytes(&self) -> bool {
        self.encoding == UTF_8 || self.encoding == WINDOWS_1252
    }

    /// Its text as UTF-8 without what makes no row.
    fn text_of(&self, mut opened: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        io::copy(&mut opened.by_ref().take(self.skipped as u64), &mut io::sink())?;
        let mut text = opened;
        if self.encoding != UTF_8 {
            text = Box::new(
                DecodeReaderBytesBuilder::new()
                    .encoding(Some(self.encoding))
                    .bom_sniffing(false)
                    .build(text),
            );
        }
        text = Box::new(LineFeeds::new(text));
        if self.names_delimiter || !self.open_quotes.is_empty() {
            let lines = BufReader::with_capacity(CHUNK_BYTES, text);
            let open_quotes = self.open_quotes.clone();
            text = Box::new(ReadableLines::new(lines, self.names_delimiter, open_quotes));
        }
        Ok(text)
    }

    /// Whether the bytes are of the encoding, as far as that can be seen. Their number is counted too.
    fn is_encoded_so(&self, input: &dyn Input) -> Result<bool, TableError> {
        let mut bytes = 0;
        let mut rest: Vec<u8> = Vec::new();
        let mut chunks = Chunks::new(input.open()?);
        while let Some(chunk) = chunks.next()? {
            bytes += chunk.len();
            if bytes > LONGEST_TABLE_BYTES {
                return Err(TableError::TooLarge);
            }
            if self.encoding != UTF_8 {
                continue;
            }
            // A letter may be cut in two at the end of a chunk.
            let whole = if rest.is_empty() {
                chunk
            } else {
                rest.extend_from_slice(chunk);
                &rest
            };
            let tail = match std::str::from_utf8(whole) {
                Ok(_) => Vec::new(),
                Err(error) if error.error_len().is_none() => whole[error.valid_up_to()..].to_vec(),
                Err(_) => return Ok(false),
            };
            rest = tail;
        }
        Ok(rest.is_empty())
    }

    /// Whether there are quotation marks.
    fn see_signs(&self, input: &dyn Input) -> Result<bool, TableError> {
        let mut quotes = false;
        let mut length = 0;
        let mut chunks = Chunks::new(self.text_of(input.open()?)?);
        while let Some(chunk) = chunks.next()? {
            if memchr::memchr(0, chunk).is_some() {
                return Err(TableError::NotText);
            }
            length = match memchr::memrchr(b'\n', chunk) {
                Some(end) => chunk.len() - end,
                None => length + chunk.len(),
            };
            if length > LONGEST_LINE_BYTES {
                return Err(TableError::LongLine);
            }
            quotes |= memchr::memchr(b'"', chunk).is_some();
        }
        Ok(quotes)
    }

    /// Sees the separator: the one that the first line names, or else the one it has most of.
    fn see_heading(&mut self, input: &dyn Input) -> Result<(), TableError> {
        let mut lines = BufReader::new(self.text_of(input.open()?)?);
        let mut told = None;
        for number in 1.. {
            let mut line = Vec::new();
            let read = lines.by_ref().take(LONGEST_HEADING_BYTES).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Err(TableError::Empty);
            }
            let heading = line.trim_ascii();
            if number == 1
                && let Some(sign) = heading.strip_prefix(b"sep=")
            {
                told = sign.first().copied().or((line.get(4) == Some(&b'\t')).then_some(b'\t'));
                self.names_delimiter = true;
            } else if !heading.is_empty() {
                self.delimiter = told.unwrap_or_else(|| sniff(heading));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Finds lines that open a quotation which is never closed, or closed in mid-cell, one after the other.
    fn see_faults(&mut self, source: &str, input: &dyn Input) -> Result<(), TableError> {
        while let Some(line) = self.quote_fault(input)? {
            if self.open_quotes.len() >= MOST_QUOTE_FAULTS {
                return Err(TableError::Quotes { line });
            }
            self.problems.push(Problem::new(
                Place::line(source, line),
                "this line has a quotation mark that is not closed: the line was left out",
                "close or remove the quotation mark",
            ));
            let at = self.open_quotes.partition_point(|before| *before < line);
            self.open_quotes.insert(at, line);
        }
        Ok(())
    }

    fn quote_fault(&self, input: &dyn Input) -> Result<Option<usize>, TableError> {
        #[derive(PartialEq)]
        enum In {
            CellStart,
            Plain,
            Quoted,
            QuoteSeen,
        }
        let mut state = In::CellStart;
        let (mut line, mut opened, mut quoted) = (1, 0, 0);
        let mut chunks = Chunks::new(self.text_of(input.open()?)?);
        while let Some(chunk) = chunks.next()? {
            for &byte in chunk {
                let ends = byte == self.delimiter || byte == b'\n' || byte == b'\r';
                state = match state {
                    In::CellStart if byte == b'"' => {
                        opened = line;
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
                    In::QuoteSeen => return Ok(Some(opened)),
                };
                line += usize::from(byte == b'\n');
                quoted = if state == In::Quoted { quoted + 1 } else { 0 };
                if quoted > LONGEST_LINE_BYTES {
                    return Ok(Some(opened));
                }
            }
        }
        Ok((state == In::Quoted).then_some(opened))
    }

    fn read_columns(&self, input: &dyn Input) -> Result<Vec<String>, TableError> {
        let columns = self.rows(input)?.heading()?;
        match columns.len() {
            0 => Err(TableError::Empty),
            1..=MOST_COLUMNS => Ok(columns),
            _ => Err(TableError::TooManyColumns),
        }
    }
}

/// The first line with bytes that are not UTF-8, when letters outside ASCII are in UTF-8 elsewhere in the file.
fn mixed_at(input: &mut dyn Read) -> io::Result<Option<usize>> {
    let (mut line_number, mut is_utf_8, mut other) = (0, false, None);
    let mut lines = BufReader::with_capacity(CHUNK_BYTES, input);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line that never ends is looked at in pieces.
        let read = lines.by_ref().take(LONGEST_HEADING_BYTES).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(if is_utf_8 { other } else { None });
        }
        line_number += usize::from(line.ends_with(b"\n") || other.is_none());
        let is_cut = read as u64 == LONGEST_HEADING_BYTES;
        match std::str::from_utf8(&line) {
            Ok(text) => is_utf_8 |= !text.is_ascii(),
            Err(error) if is_cut && error.error_len().is_none() => is_utf_8 = true,
            Err(_) => other = other.or(Some(line_number)),
        }
    }
}

/// The separator that the heading has most of; a comma when it has none.
fn sniff(heading: &[u8]) -> u8 {
    let count = |sign: u8| heading.iter().filter(|b| **b == sign).count();
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// A file, piece by piece.
struct Chunks {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
}

impl Chunks {
    fn new(input: Box<dyn Read + Send>) -> Self {
        Self { input, buffer: vec![0; CHUNK_BYTES] }
    }

    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            match self.input.read(&mut self.buffer) {
                Ok(0) => return Ok(None),
                Ok(read) => return Ok(Some(&self.buffer[..read])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
