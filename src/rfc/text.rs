//! Text that is fit for one line of a header field (RFC 5322 section 2.2): which characters nobody sees, and names.
//! Pure: values in, values out.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Characters nobody sees and that can break a line, turn the reading direction, or hide text: C0 and C1 controls,
/// line and paragraph separators, bidirectional overrides (Unicode TR36), zero-width space and byte order mark.
/// Zero-width joiners stay: names and emoji of several scripts need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_noncharacter(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
}

/// Numbers that Unicode promises never to give to a character, such as U+FFFE. XML refuses some of them, HTML all.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether a character can stand in a text of several lines, of HTML and of XML (XML 1.0 section 2.2): no control but the
/// ends of lines and tabs, and no code point that is not a character.
pub fn is_of_a_text(c: char) -> bool {
    (!c.is_control() || matches!(c, '\n' | '\r' | '\t')) && !is_noncharacter(c)
}

/// A text without what cannot stand in one. Controls that programs of Microsoft write for a quotation mark or a dash
/// become what was meant.
pub fn of_a_text(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_of_a_text) {
        return Cow::Borrowed(text);
    }
    let meant = |c: char| {
        if matches!(c, '\u{b}' | '\u{c}') {
            return Some(' ');
        }
        let byte = u8::try_from(u32::from(c)).ok().filter(|byte| (0x80..0xa0).contains(byte));
        let c = byte.map_or(c, |byte| {
            let bytes = [byte];
            let (meant, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
            meant.chars().next().unwrap_or(c)
        });
        is_of_a_text(c).then_some(c)
    };
    Cow::Owned(text.chars().filter_map(meant).collect())
}

/// Characters that nobody sees, in whatever script: all of Unicode that is ignored when it cannot be shown, and the marks of
/// direction. None of them belongs into an address.
pub fn is_invisible(c: char) -> bool {
    is_hidden(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The same text with every hidden character gone and each run of white space made one space.
pub fn one_line(text: &str) -> String {
    // Nearly every name is one already.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ") {
        return text.trim_matches(' ').to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || (c.is_control() && c != '\0') {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_hidden(c) {
            line.push(c);
        }
    }
    line.trim().to_owned()
}

/// A name shown beside an address. One line, nothing hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

/// A text that a header field cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeaderTextError {
    #[error("the text is empty")]
    Empty,
    #[error("the text has a line break or a hidden character")]
    Hidden,
    #[error("the text is longer than {LONGEST_TEXT_BYTES} bytes")]
    TooLong,
}

/// Longer header texts are cut by mail programs and refused by some relays.
const LONGEST_TEXT_BYTES: usize = 500;

impl DisplayName {
    /// # Errors
    /// When the text is empty, too long, or holds a hidden character.
    pub fn parse(text: &str) -> Result<Self, HeaderTextError> {
        check(text).map(|()| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), HeaderTextError> {
    if text.trim().is_empty() {
        Err(HeaderTextError::Empty)
    } else if text.chars().any(is_hidden) {
        Err(HeaderTextError::Hidden)
    } else if text.len() > LONGEST_TEXT_BYTES {
        Err(HeaderTextError::TooLong)
    } else {
        Ok(())
    }
}

impl TryFrom<String> for DisplayName {
    type Error = HeaderTextError;
    fn try_from(text: String) -> Result<Self, HeaderTextError> {
        Self::parse(&text)
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands between words and not at an end, in the scripts that people send us.
const PAUSES: [char; 14] = [',', ';', ':', '.', ' ', '–', '—', '-', '،', '؛', '۔', '、', '，', '·'];

/// At most `length` characters, cut at a word, with an ellipsis.
pub fn cut_at_word(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = &text[..end];
            let words = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
            format!("{}…", words.trim_end_matches(PAUSES))
        }
    }
}

/// A text that was made of another, with the line ends of that one: where those are all CR LF, so are these.
pub fn with_line_ends_of(before: &str, text: String) -> String {
    let ends = before.matches('\n').count();
    if ends == 0 || before.matches("\r\n").count() < ends {
        return text;
    }
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// Bytes with line ends of LF. CR LF, CR CR LF and a CR by itself each end one line.
pub fn with_plain_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = match rest {
            [b'\r', b'\r', b'\n', after @ ..]
            | [b'\r', b'\n', after @ ..]
            | [b'\r', after @ ..] => {
                out.push(b'\n');
                after
            }
            _ => {
                out.push(*first);
                tail
            }
        };
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_words_and_letters_stay_whole() {
        assert_eq!(cut_at_word("one two three", 9), "one two…");
        assert_eq!(cut_at_word("one two", 7), "one two");
        assert_eq!(cut_at_word("ééééé", 3), "ééé…");
    }

    #[test]
    fn a_name_cannot_hold_a_line_break() {
        for text in ["Bob\r\nBcc: v@z.com", "Bob\u{0}", "Bob\u{202e}", "Bob\u{2028}x"] {
            assert_eq!(DisplayName::parse(text), Err(HeaderTextError::Hidden), "{text:?}");
        }
    }

    #[test]
    fn one_line_keeps_words_apart() {
        assert_eq!(one_line("  a\r\nb\tc\u{200b}d  "), "a b cd");
    }
}
