//! What may reach a terminal: no control but our own, no mark that turns the reading direction, and no value without an end.
//! Pure: texts in, texts out.
//!
//! Names of files, settings, columns, stories and replies of servers come from elsewhere. A terminal obeys what stands in them
//! (ECMA-48 section 5.3), and Unicode's overrides show one command where another stands (TR36). So every text passes here on
//! its way out, and what is ours is painted here.

use std::borrow::Cow;
use std::fmt::Write;

use crate::cli::terminal::colour::{PAINT_ENDS, Paint};
use crate::rfc::text::is_hidden;

/// A value as long as this is still read; of a longer one the beginning says which it is.
const LONGEST_VALUE_CHARS: usize = 120;
/// Three lines of a wide terminal: what happened is said in fewer.
const LONGEST_SENTENCE_CHARS: usize = 600;

/// A line of what is printed: ten of a terminal's.
pub const LONGEST_LINE_CHARS: usize = 1000;

/// A command to type has the name of a file in it, which Linux ends here (`PATH_MAX`).
const LONGEST_COMMAND_CHARS: usize = 4096;

/// A text as it is written to a terminal: what nobody sees is spelt out, our own painting becomes the terminal's, and what is
/// longer than the longest line is cut.
pub fn guarded(text: &str, paint: Paint, longest_line_chars: usize) -> Cow<'_, str> {
    let is_plain = |c: char| !is_hidden(c) || matches!(c, '\n' | '\t');
    if text.len() <= longest_line_chars && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| guarded_line(line, paint, longest_line_chars));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// A line whose painting ends with it.
fn guarded_line(line: &str, paint: Paint, longest_chars: usize) -> String {
    let (mut fit, mut count, mut is_painted) = (String::with_capacity(line.len() + 16), 0, false);
    for (code, words) in paint.parts(line) {
        if let Some(code) = code {
            fit.push_str(code);
            is_painted = code != PAINT_ENDS;
        }
        for c in words.chars() {
            count += 1;
            match c {
                _ if count > longest_chars + 1 => break,
                _ if count > longest_chars => fit.push('…'),
                '\t' => fit.push(c),
                c if is_hidden(c) => fit.extend(c.escape_default()),
                c => fit.push(c),
            }
        }
    }
    if is_painted && paint.has_colour() {
        fit.push_str(PAINT_ENDS);
    }
    fit
}

/// One sentence about something from elsewhere: on one line, its values and itself cut.
pub fn sentence(text: &str) -> String {
    let line = one_line(text);
    let is_short = line.chars().nth(LONGEST_VALUE_CHARS).is_none();
    if is_short {
        return line;
    }
    cut(&with_values_cut(&line, LONGEST_VALUE_CHARS), LONGEST_SENTENCE_CHARS)
}

/// What people can do about it: on one line. What stands in backticks can be typed, and half of it would be another command:
/// a sentence that is too long ends behind one, and never within.
pub fn cure(text: &str) -> String {
    let line = with_values_cut(&one_line(text), LONGEST_COMMAND_CHARS);
    let Some((most, _)) = line.char_indices().nth(LONGEST_SENTENCE_CHARS) else { return line };
    let is_within = line[..most].matches('`').count() % 2 == 1;
    let end =
        if is_within { line[most..].find('`').map_or(most, |at| most + at + 1) } else { most };
    if end == line.len() { line } else { format!("{}…", &line[..end]) }
}

fn one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ")
}

fn with_values_cut(line: &str, most: usize) -> String {
    let parts = line
        .split('`')
        .enumerate()
        .map(|(at, part)| if at % 2 == 1 { cut(part, most) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
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
            for paint in [Paint::plain(), Paint::new(true, 7), Paint::new(false, 7)] {
                assert_eq!(guarded(text, paint, 1000), shown);
            }
        }
    }

    #[test]
    fn only_who_knows_the_seal_of_this_run_paints() {
        let (ours, other, piped) = (Paint::new(true, 7), Paint::new(true, 8), Paint::new(false, 7));
        let word = ours.red("error:");
        assert_eq!(guarded(&word, ours, 1000), "\u{1b}[1;31merror:\u{1b}[0m");
        // A stream without colour beside one that has some.
        assert_eq!(guarded(&word, piped, 1000), "error:");
        for stranger in [other, Paint::plain()] {
            let shown = guarded(&word, stranger, 1000);
            assert!(!shown.contains('\u{1b}') && shown.contains("\\u{fdd"), "{shown}");
        }
        for mark in ['\u{fdd0}', '\u{fdd1}', '\u{fdd2}', '\u{fdd3}'] {
            let text = format!("a {mark}word{mark}");
            let spelt = text.replace(mark, &mark.escape_default().to_string());
            assert_eq!(guarded(&text, ours, 1000), spelt);
        }
    }

    #[test]
    fn a_line_that_is_cut_ends_its_painting() {
        let paint = Paint::new(true, 7);
        let line = format!("{} {}\nnext", "x".repeat(8), paint.strong("many words"));
        let shown = "xxxxxxxx \u{1b}[1mm…\u{1b}[0m\nnext";
        assert_eq!(guarded(&line, paint, 10), shown);
        let line = paint.strong("many words\nnext");
        assert_eq!(guarded(&line, paint, 100), "\u{1b}[1mmany words\u{1b}[0m\nnext\u{1b}[0m");
    }

    #[test]
    fn a_sentence_is_one_line_and_its_values_have_an_end() {
        let long = "x".repeat(5000);
        assert_eq!(sentence("`a`\nb"), "`a` b");
        let said = sentence(&format!("`{long}` is not a setting of [sender]"));
        assert!(said.ends_with("…` is not a setting of [sender]"), "{said}");
        assert!(said.chars().count() < 200, "{said}");
        let lines = format!("a\n{long}\nb");
        let shown = guarded(&lines, Paint::plain(), LONGEST_LINE_CHARS);
        assert_eq!(shown, format!("a\n{}…\nb", &long[..1000]));
        assert_eq!(sentence(&long).chars().count(), LONGEST_SENTENCE_CHARS + 1);
        assert!(place(&long).chars().count() < 300);
        assert_eq!(place("news/a\nb.md"), "news/a\\nb.md");
        assert_eq!(value("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(value("plain words"), "plain words");
    }

    #[test]
    fn a_command_to_type_is_whole_or_not_there() {
        let path = "folder/".repeat(200);
        let help = format!("run `roundup news import {path}`, then `roundup news`");
        assert!(cure(&help).contains(&format!("`roundup news import {path}`")), "{}", cure(&help));
        let many = vec!["`roundup status`"; 400].join("\n");
        let cut = cure(&many);
        assert!(cut.chars().count() < 700 && cut.matches('`').count().is_multiple_of(2), "{cut}");
        assert!(cure(&format!("`{}`", "x".repeat(9000))).chars().count() < 5000);
        assert_eq!(cure("one\r\ntwo `three`"), "one two `three`");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_said_nothing_hidden_is_left_and_json_means_the_same(text in "\\PC{0,5}[\\x00-\\x{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{fdd0}\u{feff}\u{1fffe}]{0,9}\\PC{0,5}") {
            let shown = guarded(&text, Paint::new(true, 7), 1000);
            proptest::prop_assert!(shown.chars().all(|c| !is_hidden(c) || matches!(c, '\n' | '\t')));
            let json = serde_json::to_string_pretty(&[&text]).unwrap();
            let shown = guarded_json(&json);
            proptest::prop_assert!(shown.chars().all(|c| !is_hidden(c) || c == '\n'));
            let read: Vec<String> = serde_json::from_str(&shown).unwrap();
            proptest::prop_assert_eq!(&read[0], &text);
        }
    }
}
