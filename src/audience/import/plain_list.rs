//! Tables that begin below a title, and lists of addresses without any header, read line by line.
//! Pure: text in, text out.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use crate::audience::cell;
use crate::rfc::csv::{self, Input, TableError};

/// No line of addresses is longer.
const LONGEST_LINE_BYTES: usize = 16 * 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;

type DecodedText = BufReader<Box<dyn Read + Send>>;

fn text_of(input: &dyn Input) -> Result<DecodedText, TableError> {
    Ok(BufReader::with_capacity(CHUNK_BYTES, csv::decoded(input)?))
}

/// The lines of a text, whichever of CR, LF and both ends each of them: Excel for Mac once wrote CR, and LF within a cell.
pub(super) fn lines_of(text: &str) -> Vec<&str> {
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

pub(super) fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\u{feff}'))
        || line.trim_start_matches('\u{feff}').trim_start().to_lowercase().starts_with("sep=")
}

pub(super) fn has_address(line: &str) -> bool {
    !cell::possible_addresses(line).is_empty()
}

/// A table below a few other lines. Blank ones stand in their place, so that the line numbers stay.
#[derive(Debug)]
pub(super) struct TableBelow {
    pub input: Arc<dyn Input>,
    pub above: usize,
}

impl Input for TableBelow {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let text = text_of(&*self.input).map_err(io::Error::other)?;
        Ok(Box::new(TextBelow { text, above: self.above, after_return: false }))
    }
}

struct TextBelow {
    text: DecodedText,
    above: usize,
    after_return: bool,
}

impl Read for TextBelow {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let chunk = self.text.fill_buf()?;
            let (mut read, mut written) = (0, 0);
            for &byte in chunk {
                if written == out.len() {
                    break;
                }
                read += 1;
                let is_end = byte == b'\r' || byte == b'\n' && !self.after_return;
                self.after_return = byte == b'\r';
                if is_end {
                    self.above = self.above.saturating_sub(1);
                }
                if is_end || byte != b'\n' && self.above == 0 {
                    out[written] = if is_end { b'\n' } else { byte };
                    written += 1;
                }
            }
            self.text.consume(read);
            if written > 0 || read == 0 {
                return Ok(written);
            }
        }
    }
}

/// A list of addresses, as `email,name` rows: `Ann <ann@example.org>`, one or several on a line.
pub(super) struct PlainList {
    text: DecodedText,
    line: u32,
    after_return: bool,
    has_ended: bool,
    out: Vec<u8>,
    at: usize,
    /// The line of the file for each line that was written.
    pub numbers: Vec<u32>,
}

impl PlainList {
    pub fn of(input: &dyn Input) -> Result<Self, TableError> {
        Ok(Self {
            text: text_of(input)?,
            line: 0,
            after_return: false,
            has_ended: false,
            out: b"email,name\n".to_vec(),
            at: 0,
            numbers: vec![1],
        })
    }

    /// The next line, without its end.
    fn next_line(&mut self) -> io::Result<Option<String>> {
        if self.has_ended {
            return Ok(None);
        }
        let mut line = Vec::new();
        self.line = self.line.saturating_add(1);
        loop {
            let chunk = self.text.fill_buf()?;
            if chunk.is_empty() {
                self.has_ended = true;
                break;
            }
            if self.after_return && chunk[0] == b'\n' {
                self.text.consume(1);
                self.after_return = false;
                continue;
            }
            self.after_return = false;
            let end = memchr::memchr2(b'\r', b'\n', chunk);
            line.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            self.after_return = end.is_some_and(|end| chunk[end] == b'\r');
            let read = end.map_or(chunk.len(), |end| end + 1);
            self.text.consume(read);
            if line.len() > LONGEST_LINE_BYTES {
                return Err(io::Error::other(TableError::LongLine));
            }
            if end.is_some() {
                break;
            }
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }

    fn write_rows(&mut self, line: &str) {
        let line = line.trim_matches(['\u{feff}', ' ', '\t']);
        if is_blank(line) || line.starts_with('#') {
            return;
        }
        let mut out = ::csv::Writer::from_writer(&mut self.out);
        for piece in pieces(line) {
            let (address, name) = split_name(piece);
            self.numbers.push(self.line);
            // Writing into memory cannot fail.
            let _ = out.write_record([address, name]);
        }
    }
}

impl Read for PlainList {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            let Some(line) = self.next_line()? else { return Ok(0) };
            self.write_rows(&line);
        }
        let read = (&self.out[self.at..]).read(out)?;
        self.at += read;
        Ok(read)
    }
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
