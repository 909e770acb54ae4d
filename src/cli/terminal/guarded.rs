//! What may reach a terminal: no control but our own, no mark that turns the reading direction, and no value without an end.
//! Pure: texts in, texts out.
//!
//! Names of files, settings, columns, stories and replies of servers come from elsewhere. A terminal obeys what stands in them
//! (ECMA-48 section 5.3), and Unicode's overrides show one command where another stands (TR36). So every text passes here on
//! its way out, and what is ours is painted here.

use std::borrow::Cow;
use std::fmt::Write;

use crate::rfc::text::is_hidden;

/// How a word is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    Strong,
    Red,
    Faint,
}

/// Until a text is written, a noncharacter stands where painting begins and ends: no escape sequence of anybody else is
/// ever taken for ours.
const PAINTS: [(char, &str); 4] = [
    ('\u{fdd0}', "\u{1b}[1m"),
    ('\u{fdd1}', "\u{1b}[1;31m"),
    ('\u{fdd2}', "\u{1b}[2m"),
    PAINT_ENDS,
];
const PAINT_ENDS: (char, &str) = ('\u{fdd3}', "\u{1b}[0m");
/// A value as long as this is still read; of a longer one the beginning says which it is.
const LONGEST_VALUE_CHARS: usize = 120;
/// Three lines of a wide terminal: what happened is said in fewer.
const LONGEST_SENTENCE_CHARS: usize = 600;

/// A line of what is printed: ten of a terminal's.
const LONGEST_LINE_CHARS: usize = 1000;

/// A word, painted.
pub fn painted(emphasis: Emphasis, word: &str) -> String {
    format!("{}{word}{}", PAINTS[emphasis as usize].0, PAINT_ENDS.0)
}

/// A text as it is written to a terminal: what nobody sees is spelt out, and our own painting becomes the terminal's.
pub fn guarded(text: &str, paints: bool) -> Cow<'_, str> {
    if text.chars().all(|c| !is_hidden(c) || matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut fit = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let paint = PAINTS.iter().find(|(mark, _)| paints && *mark == c);
        match (paint, c) {
            (Some((_, code)), _) => fit.push_str(code),
            (None, '\n' | '\t') => fit.push(c),
            (None, c) if is_hidden(c) => fit.extend(c.escape_default()),
            (None, c) => fit.push(c),
        }
    }
    Cow::Owned(fit)
}

/// Lines for people: a longer one is cut.
pub fn lines(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_LINE_CHARS {
        return Cow::Borrowed(text);
    }
    let lines: Vec<String> = text.split('\n').map(|line| cut(line, LONGEST_LINE_CHARS)).collect();
    Cow::Owned(lines.join("\n"))
}

/// One sentence about something from elsewhere: on one line, its values and itself cut.
pub fn sentence(text: &str) -> String {
    let line = text.replace("\r\n", " ").replace(['\n', '\r'], " ");
    let is_short = line.chars().nth(LONGEST_VALUE_CHARS).is_none();
    if is_short {
        return line;
    }
    let parts: Vec<String> = line
        .split('`')
        .enumerate()
        .map(
            |(at, part)| {
                if at % 2 == 1 { cut(part, LONGEST_VALUE_CHARS) } else { part.to_owned() }
            },
        )
        .collect();
    cut(&parts.join("`"), LONGEST_SENTENCE_CHARS)
}

/// A value by itself, with what nobody sees spelt out, ends of lines too.
pub fn value(text: &str) -> String {
    let mut fit = String::new();
    for c in text.chars() {
        if is_hidden(c) { fit.extend(c.escape_default()) } else { fit.push(c) }
    }
    cut(&fit, LONGEST_VALUE_CHARS)
}

/// Where something stands: the name of a file may have ends of lines in it.
pub fn place(text: &str) -> String {
    cut(&text.replace('\n', "\\n"), 2 * LONGEST_VALUE_CHARS)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// JSON that a terminal can show: what nobody sees is escaped, as JSON has it (RFC 8259 section 7).
pub fn guarded_json(json: &str) -> Cow<'_, str> {
    if json.chars().all(|c| !is_hidden(c) || c == '\n') {
        return Cow::Borrowed(json);
    }
    let mut fit = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if !is_hidden(c) || c == '\n' {
            fit.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // A `String` takes everything.
            let _ = write!(fit, "\\u{unit:04x}");
        }
    }
    Cow::Owned(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_painting_reaches_a_terminal() {
        for (text, shown) in [
            ("plain\n\tline", "plain\n\tline"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("\u{1b}[1mbold", "\\u{1b}[1mbold"),
            ("\u{9b}31m\r", "\\u{9b}31m\\r"),
            ("a\u{202e}b\u{2066}c\u{2028}\u{feff}", "a\\u{202e}b\\u{2066}c\\u{2028}\\u{feff}"),
            ("ليلى, Zoë, 👩‍👧", "ليلى, Zoë, 👩‍👧"),
        ] {
            assert_eq!(guarded(text, true), shown);
            assert_eq!(guarded(text, false), shown);
        }
        let word = painted(Emphasis::Red, "error:");
        assert_eq!(guarded(&word, true), "\u{1b}[1;31merror:\u{1b}[0m");
        assert_eq!(guarded(&word, false), "\\u{fdd1}error:\\u{fdd3}");
    }

    #[test]
    fn a_sentence_is_one_line_and_its_values_have_an_end() {
        let long = "x".repeat(5000);
        assert_eq!(sentence("`a`\nb"), "`a` b");
        let said = sentence(&format!("`{long}` is not a setting of [sender]"));
        assert!(said.ends_with("…` is not a setting of [sender]"), "{said}");
        assert!(said.chars().count() < 200, "{said}");
        assert_eq!(lines(&format!("a\n{long}\nb")), format!("a\n{}…\nb", &long[..1000]));
        assert_eq!(sentence(&long).chars().count(), LONGEST_SENTENCE_CHARS + 1);
        assert!(place(&long).chars().count() < 300);
        assert_eq!(place("news/a\nb.md"), "news/a\\nb.md");
        assert_eq!(value("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(value("plain words"), "plain words");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_said_nothing_hidden_is_left_and_json_means_the_same(text in "\\PC{0,5}[\\x00-\\x{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{fdd0}\u{feff}\u{1fffe}]{0,9}\\PC{0,5}") {
            let shown = guarded(&text, false);
            proptest::prop_assert!(shown.chars().all(|c| !is_hidden(c) || matches!(c, '\n' | '\t')));
            let json = serde_json::to_string_pretty(&[&text]).unwrap();
            let shown = guarded_json(&json);
            proptest::prop_assert!(shown.chars().all(|c| !is_hidden(c) || c == '\n'));
            let read: Vec<String> = serde_json::from_str(&shown).unwrap();
            proptest::prop_assert_eq!(&read[0], &text);
        }
    }
}
