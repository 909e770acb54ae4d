//! Header fields of an email as they come (RFC 5322 section 2.2): folded, repeated, and with encoded words (RFC 2047).
//! Pure: text in, fields out.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::rfc::quoted_printable;

/// Fields of one head. A notice has thirty; more are somebody's attempt to keep us busy.
const MOST_FIELDS: usize = 500;
/// The longest value that is looked at.
const LONGEST_VALUE_BYTES: usize = 16 * 1024;
/// Encoded words of one value.
const MOST_ENCODED_WORDS: usize = 200;

/// Base64 as mail has it: padded or not, and with stray bits at its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The fields of a head, in their order; names in lower case, values unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HeaderFields(Vec<(String, String)>);

impl HeaderFields {
    /// Reads fields up to the first empty line, and gives what follows it. A line that is neither a field nor the rest
    /// of one ends the head.
    pub fn read(text: &str) -> (Self, &str) {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            if line.trim().is_empty() {
                return (Self(fields), after);
            }
            if line.starts_with([' ', '\t']) && !fields.is_empty() {
                if let Some((_, value)) = fields.last_mut()
                    && value.len() + line.len() < LONGEST_VALUE_BYTES
                {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = field_of(line) {
                if fields.len() < MOST_FIELDS {
                    let value = within(value.trim(), LONGEST_VALUE_BYTES);
                    fields.push((name.to_ascii_lowercase(), value.to_owned()));
                }
            } else {
                break;
            }
            rest = after;
        }
        (Self(fields), rest)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of a field, or nothing; `name` is in lower case.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Every field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A value's words as people read them. Letters that were not encoded are as good as their bytes.
    pub fn decoded(&self, name: &str) -> String {
        let value = self.get(name);
        let bytes: Option<Vec<u8>> =
            value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        match bytes {
            Some(bytes) if !value.is_ascii() => decoded_words(&text_of(&bytes, "")),
            _ => decoded_words(value),
        }
    }
}

/// A line's field: its name has no space in it and ends in a colon.
pub(super) fn field_of(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    let is_name = !name.is_empty()
        && name.len() <= 80
        && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'@');
    is_name.then_some((name, value))
}

/// The longest start of a text that has at most this number of bytes.
pub(super) fn within(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The value before the first semicolon, in lower case: `text/plain` of `Text/Plain; charset=utf-8`.
pub(super) fn main_value(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A parameter of a value, such as `boundary` (RFC 2045 section 5.1), with or without quotes.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name) {
        let at = from + at;
        let before = lower[..at].trim_end().chars().next_back();
        let after = lower[at + name.len()..].trim_start();
        from = at + name.len();
        if !matches!(before, Some(';')) || !after.starts_with('=') {
            continue;
        }
        let rest = value[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let found = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => rest.split([';', ' ', '\t']).next().unwrap_or_default(),
        };
        return (!found.is_empty()).then(|| found.to_owned());
    }
    None
}

/// Base64 with line ends and other characters in it that do not belong there, as far as it can be read.
pub(super) fn base64_bytes(text: &str) -> Vec<u8> {
    let mut plain: Vec<u8> = text
        .bytes()
        .take_while(|byte| *byte != b'=')
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .collect();
    // One letter by itself holds no byte.
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    BASE64.decode(plain).unwrap_or_default()
}

/// Bytes as text, by the name of an encoding, or by what they look like.
pub(super) fn text_of(bytes: &[u8], charset: &str) -> String {
    let named = Encoding::for_label(charset.trim().as_bytes());
    let is_escaped = bytes.windows(2).any(|two| two == b"\x1b$");
    let is_utf_8 = std::str::from_utf8(bytes).is_ok();
    let encoding = match named {
        _ if is_escaped => encoding_rs::ISO_2022_JP,
        // Its name says seven bits: some systems write one encoding and name another.
        Some(encoding) if encoding == encoding_rs::ISO_2022_JP && is_utf_8 => UTF_8,
        Some(encoding) => encoding,
        None if is_utf_8 => UTF_8,
        None => WINDOWS_1252,
    };
    encoding.decode(bytes).0.into_owned()
}

/// Replaces the encoded words of a value; what is not one stays as it is.
pub(super) fn decoded_words(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    for _ in 0..MOST_ENCODED_WORDS {
        let Some(at) = rest.find("=?") else { break };
        let (before, word) = rest.split_at(at);
        let Some((text, length)) = encoded_word(word) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &word[2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not text.
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&text);
        rest = &word[length..];
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// An encoded word at the start of a text, and its length.
fn encoded_word(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix("=?")?;
    let (charset, inner) = inner.split_once('?')?;
    let (how, inner) = inner.split_once('?')?;
    let (data, _) = inner.split_once("?=")?;
    if charset.len() > 40
        || how.len() != 1
        || data.contains([' ', '\n']) && how != "Q" && how != "q"
    {
        return None;
    }
    let bytes = match how {
        "B" | "b" => base64_bytes(data),
        "Q" | "q" => quoted_printable::decode(data.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or_default();
    Some((text_of(&bytes, charset), 2 + charset_and_more(text)? + data.len() + 2))
}

/// The length of `charset?Q?` behind the first two characters.
fn charset_and_more(text: &str) -> Option<usize> {
    let inner = text.get(2..)?;
    let first = inner.find('?')?;
    Some(first + 1 + inner.get(first + 1..)?.find('?')? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_end_at_an_empty_line() {
        let (fields, rest) = HeaderFields::read("A: one\n two\nb : x\nA: three\n\nbody\n");
        assert_eq!(fields.get("a"), "one two");
        assert_eq!(fields.all("a").count(), 2);
        assert_eq!(fields.get("b"), "x");
        assert_eq!(rest, "body\n");
        let (fields, rest) = HeaderFields::read("no field here: x\nmore");
        assert!(fields.is_empty());
        assert_eq!(rest, "no field here: x\nmore");
    }

    #[test]
    fn parameters_with_and_without_quotes() {
        for (value, found) in [
            ("multipart/report; boundary=\"a=b;c\"", Some("a=b;c")),
            ("multipart/report;report-type=x; Boundary=abc; y=z", Some("abc")),
            ("multipart/report; boundary = abc", Some("abc")),
            ("multipart/report; xboundary=abc", None),
            ("text/plain", None),
            ("text/plain; boundary", None),
        ] {
            assert_eq!(parameter(value, "boundary").as_deref(), found, "{value}");
        }
    }

    #[test]
    fn encoded_words_become_text() {
        for (value, text) in [
            ("=?utf-8?B?w6k=?= x", "é x"),
            ("=?iso-8859-1?Q?Abwesenheit_=FCber?= =?utf-8?q?_x?=", "Abwesenheit über x"),
            ("=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト"),
            ("=?iso-2022-jp?B?44OG44K544OI?=", "テスト"),
            ("=?utf-8*en?Q?a?=", "a"),
            ("=?broken", "=?broken"),
            ("a =?x?y?z b", "a =?x?y?z b"),
        ] {
            assert_eq!(decoded_words(value), text, "{value}");
        }
    }
}
