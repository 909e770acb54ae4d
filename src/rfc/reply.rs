//! Replies of an SMTP server (RFC 5321 section 4.2, RFC 3463 for enhanced codes), read from bytes as they come.
//! Pure: bytes in, replies out.
//!
//! A text that is not UTF-8 is read as windows-1252; neither that, nor one that is missing, ever loses an answer.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The point of an SMTP session at which something happened, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Connect,
    Banner,
    Hello,
    Tls,
    Login,
    Mail,
    Recipient,
    Data,
    Body,
    /// The final dot has left; its answer has not been read.
    Dot,
    Reset,
    Quit,
}

impl Stage {
    /// What people call it, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Connect => "connecting",
            Stage::Banner => "greeting",
            Stage::Hello => "EHLO",
            Stage::Tls => "TLS",
            Stage::Login => "login",
            Stage::Mail => "MAIL",
            Stage::Recipient => "RCPT",
            Stage::Data => "DATA",
            Stage::Body => "message text",
            Stage::Dot => "end of message",
            Stage::Reset => "RSET",
            Stage::Quit => "QUIT",
        }
    }
}

/// An enhanced status code, such as 5.1.1 (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EnhancedStatus {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads a code at the start of a reply's text.
    pub fn parse_prefix(text: &str) -> Option<Self> {
        let word = text.split([' ', '\t']).next()?;
        let mut parts = word.split('.');
        let mut number = |longest: usize| {
            let part = parts.next()?;
            (!part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
        if parts.next().is_some() || !matches!(class, 2 | 4 | 5) {
            return None;
        }
        Some(Self { class: u8::try_from(class).ok()?, subject, detail })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl From<EnhancedStatus> for String {
    fn from(status: EnhancedStatus) -> Self {
        status.to_string()
    }
}

impl TryFrom<String> for EnhancedStatus {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse_prefix(&text).ok_or_else(|| format!("`{text}` is not an enhanced status code"))
    }
}

/// A whole answer of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    pub enhanced: Option<EnhancedStatus>,
    /// The texts of its lines, without codes. Hidden characters are gone: the text is safe to print.
    pub lines: Vec<String>,
}

impl Reply {
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, enhanced: EnhancedStatus::parse_prefix(text), lines: vec![text.to_owned()] }
    }

    /// 2yz: done.
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 4yz: not now.
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// 5yz: never.
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// On one line, at most 300 characters, for logs and people.
    pub fn summary(&self) -> String {
        let text = self.lines.join(" ");
        let mut summary = format!("{} {}", self.code, text.trim());
        if let Some((end, _)) = summary.char_indices().nth(300) {
            summary.truncate(end);
            summary.push('…');
        }
        summary.trim_end().to_owned()
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())
    }
}

/// What makes bytes no reply. The connection cannot be used after any of these.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplyError {
    #[error("the server sent something that is not an SMTP reply: `{0}`")]
    NotAReply(String),
    #[error("the lines of one reply have different codes")]
    MixedCodes,
    #[error("a line of the reply is longer than {LONGEST_LINE_BYTES} bytes")]
    LineTooLong,
    #[error("the reply is longer than {LONGEST_REPLY_BYTES} bytes or {MOST_LINES} lines")]
    TooLong,
}

/// RFC 5321 section 4.5.3.1.5 says 512; real servers send more.
pub const LONGEST_LINE_BYTES: usize = 4096;
/// A server that never ends its reply must not fill our memory (256 MB were taken from a well-known library this way).
pub const LONGEST_REPLY_BYTES: usize = 64 * 1024;
/// As above, for many short lines.
pub const MOST_LINES: usize = 100;

/// Takes bytes as they arrive and gives whole replies.
#[derive(Debug, Default)]
pub struct ReplyReader {
    bytes: Vec<u8>,
    lines: Vec<String>,
    code: Option<u16>,
    taken: usize,
}

impl ReplyReader {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// True when nothing at all waits: a command may be written only then.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.lines.is_empty()
    }

    /// The next whole reply, or `None` until more bytes come.
    ///
    /// # Errors
    /// When the bytes cannot be a reply, or pass a limit.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ReplyError> {
        while let Some(end) = self.bytes.iter().position(|b| *b == b'\n') {
            if end > LONGEST_LINE_BYTES {
                return Err(ReplyError::LineTooLong);
            }
            self.taken += end + 1;
            if self.taken > LONGEST_REPLY_BYTES || self.lines.len() >= MOST_LINES {
                return Err(ReplyError::TooLong);
            }
            let rest = self.bytes.split_off(end + 1);
            let mut line = std::mem::replace(&mut self.bytes, rest);
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            let (code, more, text) = parse_line(&line)?;
            if self.code.is_some_and(|first| first != code) {
                return Err(ReplyError::MixedCodes);
            }
            self.code = Some(code);
            self.lines.push(text);
            if !more {
                let lines = std::mem::take(&mut self.lines);
                self.code = None;
                self.taken = 0;
                let enhanced = lines.first().and_then(|text| EnhancedStatus::parse_prefix(text));
                return Ok(Some(Reply { code, enhanced, lines }));
            }
        }
        if self.bytes.len() > LONGEST_LINE_BYTES {
            return Err(ReplyError::LineTooLong);
        }
        Ok(None)
    }
}

fn parse_line(line: &[u8]) -> Result<(u16, bool, String), ReplyError> {
    let not_a_reply = || {
        let text: String = String::from_utf8_lossy(line)
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .take(60)
            .collect();
        ReplyError::NotAReply(text)
    };
    let digits = line.get(..3).ok_or_else(not_a_reply)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(&digits[0]) {
        return Err(not_a_reply());
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let more = match line.get(3) {
        None | Some(b' ') => false,
        Some(b'-') => true,
        Some(_) => return Err(not_a_reply()),
    };
    let text = line.get(4..).unwrap_or_default();
    // Servers that know nothing of UTF-8 write the letters of their country as Windows does.
    let text = std::str::from_utf8(text)
        .map_or_else(|_| encoding_rs::WINDOWS_1252.decode(text).0, std::borrow::Cow::from);
    let text = text.chars().filter(|c| !crate::rfc::text::is_hidden(*c)).collect();
    Ok((code, more, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let mut reader = ReplyReader::default();
        reader.push(bytes);
        reader.next_reply()
    }

    #[test]
    fn replies_as_servers_send_them() {
        let cases: [(&[u8], u16, Option<&str>, &[&str]); 7] = [
            (b"250 OK\r\n", 250, None, &["OK"]),
            (b"250\r\n", 250, None, &[""]),
            (b"250 OK\n", 250, None, &["OK"]),
            (b"550 5.1.1 no such user\r\n", 550, Some("5.1.1"), &["5.1.1 no such user"]),
            (b"250-one\r\n250-SIZE 100\r\n250 end\r\n", 250, None, &["one", "SIZE 100", "end"]),
            (b"250 caf\xe9\r\n", 250, None, &["café"]),
            (b"421 \x1b[31mbye\0\r\n", 421, None, &["[31mbye"]),
        ];
        for (bytes, code, enhanced, lines) in cases {
            let reply = read(bytes).unwrap().unwrap();
            assert_eq!(reply.code, code);
            assert_eq!(reply.enhanced.map(|e| e.to_string()).as_deref(), enhanced);
            assert_eq!(reply.lines, lines);
        }
    }

    #[test]
    fn bytes_that_are_no_reply_are_refused() {
        assert!(matches!(read(b"hello\r\n"), Err(ReplyError::NotAReply(_))));
        assert!(matches!(read(b"25\r\n"), Err(ReplyError::NotAReply(_))));
        assert!(matches!(read(b"150 early\r\n"), Err(ReplyError::NotAReply(_))));
        assert!(matches!(read(b"250_x\r\n"), Err(ReplyError::NotAReply(_))));
        assert_eq!(read(b"250-a\r\n550 b\r\n"), Err(ReplyError::MixedCodes));
        assert_eq!(read(&[b'2'; 5000]), Err(ReplyError::LineTooLong));
        let endless = b"250-x\r\n".repeat(200);
        assert_eq!(read(&endless), Err(ReplyError::TooLong));
    }

    #[test]
    fn a_reply_may_come_byte_by_byte_and_the_next_one_waits() {
        let mut reader = ReplyReader::default();
        for byte in b"250 ok\r\n" {
            assert_eq!(reader.next_reply(), Ok(None));
            reader.push(&[*byte]);
        }
        reader.push(b"354 go");
        assert_eq!(reader.next_reply().unwrap().unwrap().code, 250);
        assert!(!reader.is_empty());
        assert_eq!(reader.next_reply(), Ok(None));
    }

    #[test]
    fn enhanced_codes_are_only_real_ones() {
        for (text, expected) in [
            ("5.7.26 unauthenticated", Some("5.7.26")),
            ("2.0.0", Some("2.0.0")),
            ("3.1.1 no", None),
            ("5.1 no", None),
            ("5.1.1.1 no", None),
            ("5.1234.1 no", None),
            ("hello", None),
        ] {
            let found = EnhancedStatus::parse_prefix(text).map(|e| e.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
