//! A place in a text of JSON with slips: what stands there, where a text ends, and what its escapes stand for.
//! Pure: text in, a value out.

use serde_json::Value;

/// No name of a field is longer.
pub(super) const LONGEST_NAME_BYTES: usize = 200;

/// A value that was read.
pub(super) enum ParsedValue {
    Whole(Value),
    /// The text ends within it.
    Cut(Value),
}

/// A place in a text, and what was wrong up to it.
pub(super) struct JsonCursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) first: Option<(&'static str, usize)>,
    pub(super) count: usize,
    pub(super) lost: usize,
    pub(super) left_out: usize,
}

impl<'a> JsonCursor<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: 0, first: None, count: 0, lost: 0, left_out: 0 }
    }
}

impl JsonCursor<'_> {
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    pub(super) fn note(&mut self, what: &'static str) {
        self.note_at(what, self.at);
    }

    pub(super) fn note_at(&mut self, what: &'static str, at: usize) {
        self.count += 1;
        self.first.get_or_insert((what, at));
    }

    /// Goes on behind blanks and comments.
    pub(super) fn skip(&mut self) {
        loop {
            let blanks = self.rest().find(|c: char| !c.is_whitespace() && c != '\u{feff}');
            self.at += blanks.unwrap_or(self.rest().len());
            let end = match self.rest() {
                rest if rest.starts_with("//") || rest.starts_with('#') => rest.find('\n'),
                rest if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
                _ => return,
            };
            self.note("a comment");
            self.at += end.unwrap_or(self.rest().len());
        }
    }

    pub(super) fn string(&mut self, open: char) -> ParsedValue {
        let Some(close) = closing(open) else { return ParsedValue::Cut(Value::Null) };
        if open != '"' {
            self.note("quotation marks that are not JSON’s");
        }
        self.advance();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c == close {
                if self.closes(c) {
                    self.advance();
                    return ParsedValue::Whole(Value::String(text));
                }
                self.note("quotation marks within a text");
            } else if c == '\\' {
                self.advance();
                self.escape(&mut text);
                continue;
            } else if c == '\n' && self.is_name_ahead(self.at) {
                self.note("a text without its closing quotation mark");
                let whole = text.trim_end().trim_end_matches(',').trim_end();
                return ParsedValue::Whole(Value::String(whole.to_owned()));
            } else if c.is_control() {
                self.note("a control character within a text");
            }
            text.push(if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c });
            self.advance();
        }
        self.note("no end: the text breaks off");
        ParsedValue::Cut(Value::String(text))
    }

    /// What stands behind a backslash.
    fn escape(&mut self, text: &mut String) {
        let Some(c) = self.peek() else { return };
        let slip = self.at - 1;
        self.advance();
        match c {
            '"' | '\\' | '/' => text.push(c),
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'b' | 'f' | 'r' => text.push(' '),
            'u' => {
                let Some(unit) = self.unit() else {
                    self.note_at("an escape that JSON does not have", slip);
                    text.push(char::REPLACEMENT_CHARACTER);
                    return;
                };
                let mut units = vec![unit];
                if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
                    let before = self.at;
                    self.at += 2;
                    match self.unit() {
                        Some(low) if (0xdc00..0xe000).contains(&low) => units.push(low),
                        _ => self.at = before,
                    }
                }
                for read in char::decode_utf16(units) {
                    if read.is_err() {
                        self.note_at("an escape that JSON does not have", slip);
                    }
                    text.push(read.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
            }
            _ => {
                self.note_at("an escape that JSON does not have", slip);
                text.push(c);
            }
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u16> {
        let digits =
            self.rest().get(..4).filter(|four| four.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let unit = u16::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    /// Whether the quotation mark here ends its text: behind it comes what comes behind a value.
    fn closes(&self, quote: char) -> bool {
        let rest = &self.rest()[quote.len_utf8()..];
        let after = rest.trim_start();
        let Some(next) = after.chars().next() else { return true };
        match next {
            '}' | ']' => true,
            ',' => {
                let behind = after[1..].trim_start();
                let begins = |c: char| {
                    closing(c).is_some()
                        || c.is_ascii_digit()
                        || matches!(c, '{' | '[' | '}' | ']' | '-' | '/' | '#' | ',')
                };
                behind.chars().next().is_none_or(begins)
                    || is_lone_word(behind)
                    || self.is_name_ahead(self.text.len() - behind.len())
            }
            '/' => after.starts_with("//") || after.starts_with("/*"),
            // A comma is missing.
            _ => self.is_name_ahead(self.text.len() - after.len()) && rest.len() > after.len(),
        }
    }

    /// Whether the name of a field and its colon stand here, behind blanks.
    fn is_name_ahead(&self, at: usize) -> bool {
        let rest = self.text[at..].trim_start();
        let rest = &rest[..rest.floor_char_boundary(LONGEST_NAME_BYTES)];
        let Some(first) = rest.chars().next() else { return false };
        let behind = match closing(first) {
            Some(quote) => rest[first.len_utf8()..].split_once(quote).map(|(_, behind)| behind),
            None => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|end| *end > 0)
                .map(|end| &rest[end..]),
        };
        behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
    }
}

/// Whether a text begins with one word between marks: a value, or something that is none.
fn is_lone_word(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    end > 0 && text[end..].trim_start().starts_with([',', '}', ']'])
}

/// The quotation mark that closes what another has opened.
pub(super) fn closing(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '\'' => Some('\''),
        '“' | '”' => Some('”'),
        _ => None,
    }
}
