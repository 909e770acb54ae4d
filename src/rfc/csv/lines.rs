//! The lines of a table: how they end, which of them are not rows, and where in the bytes they stand.
//! Pure: bytes in, bytes out.

use std::io::{self, BufRead, Read};

/// A text with each of its lines ended by a line feed, and the last one too, so that lines can be counted: `\r\n` and `\r` are one.
pub(super) struct LineFeeds<R> {
    input: R,
    /// The byte before those that are read next.
    last: u8,
}

impl<R> LineFeeds<R> {
    pub fn new(input: R) -> Self {
        Self { input, last: b'\n' }
    }
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.input.read(buffer)?;
            if read == 0 {
                let is_ended = matches!(self.last, b'\n' | b'\r') || buffer.is_empty();
                self.last = b'\n';
                if !is_ended {
                    buffer[0] = b'\n';
                }
                return Ok(usize::from(!is_ended));
            }
            let before = std::mem::replace(&mut self.last, buffer[read - 1]);
            let written = feeds_only(&mut buffer[..read], before);
            // A feed behind a return that was read before is not the end.
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

/// Makes each end of a line in `bytes` one line feed, and gives how many bytes are left.
fn feeds_only(bytes: &mut [u8], mut before: u8) -> usize {
    let is_mid_end = before == b'\r' && bytes.first() == Some(&b'\n');
    let first = if is_mid_end { Some(0) } else { memchr::memchr(b'\r', bytes) };
    let Some(first) = first else { return bytes.len() };
    let mut written = first;
    for at in first..bytes.len() {
        let byte = bytes[at];
        if byte != b'\n' || before != b'\r' {
            bytes[written] = if byte == b'\r' { b'\n' } else { byte };
            written += 1;
        }
        before = byte;
    }
    written
}

/// The lines of a file with their ends, numbered as the rows of a table are: line 1 is the first.
pub fn lines_of(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        let end = at + if rest[at..].starts_with(b"\r\n") { 2 } else { 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// The first line as an empty one, where it is not a row, and some lines without their quotation marks: the numbers of all lines
/// stay as they are.
pub(super) struct ReadableLines<R> {
    lines: R,
    /// Of the line that is read now.
    line: usize,
    skips_first: bool,
    open_quotes: Vec<usize>,
    /// Those before this one are passed.
    at: usize,
}

impl<R> ReadableLines<R> {
    pub fn new(lines: R, skips_first: bool, open_quotes: Vec<usize>) -> Self {
        Self { lines, line: 1, skips_first, open_quotes, at: 0 }
    }
}

impl<R: BufRead> Read for ReadableLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let available = self.lines.fill_buf()?;
            if available.is_empty() || buffer.is_empty() {
                return Ok(0);
            }
            let end = memchr::memchr(b'\n', available);
            let most = end.map_or(available.len(), |end| end + 1).min(buffer.len());
            let piece = &available[..most];
            let ends = piece.ends_with(b"\n");
            let is_open = self.open_quotes.get(self.at) == Some(&self.line);
            let is_skipped = self.skips_first && self.line == 1;
            let mut written = 0;
            for byte in piece {
                // The line's end stays.
                if *byte == b'\n' || !(is_skipped || is_open && *byte == b'"') {
                    buffer[written] = *byte;
                    written += 1;
                }
            }
            self.lines.consume(most);
            self.line += usize::from(ends);
            self.at += usize::from(ends && is_open);
            // A piece of nothing but quotation marks is not the end.
            if written > 0 {
                return Ok(written);
            }
        }
    }
}
