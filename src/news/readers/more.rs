//! "Read more" and its kin, which websites put at the end of a beginning, in the languages of the house.
//! Pure: text in, text out.

use crate::rfc::text::one_line;

/// A blank line as it is written, which is a new paragraph only where no markup says so.
pub const BLANK_LINE: char = '\u{2029}';

/// What a website puts at the end of a beginning, in the languages of the house.
const MORE: [&str; 22] = [
    "read more",
    "read on",
    "read the full story",
    "read full story",
    "read the rest",
    "continue reading",
    "find out more",
    "learn more",
    "more",
    "full story",
    "view more",
    "see more",
    "darllen mwy",
    "darllenwch ragor",
    "mehr lesen",
    "weiterlesen",
    "lire la suite",
    "leer más",
    "leggi tutto",
    "czytaj więcej",
    "lees verder",
    "leia mais",
];
const ARROWS: [char; 6] = [' ', '»', '>', '→', '›', '\u{a0}'];
pub const END_MARKS: [char; 12] =
    [' ', '.', '…', '»', '>', '→', '›', '\u{a0}', '\n', ')', ']', BLANK_LINE];

/// Whether the words of a link at the end of a text only lead to the rest of it.
pub fn is_link_to_more(words: &str) -> bool {
    let words = one_line(words).to_lowercase();
    let words =
        words.trim_matches(|c| END_MARKS.contains(&c) || matches!(c, '(' | '[' | '«' | '←'));
    MORE.iter().any(|more| {
        words.strip_prefix(more).is_some_and(|rest| {
            let rest = rest.trim_start_matches(END_MARKS);
            let names_it = ["about", ":", "“", "\"", "-", "–", "of"];
            rest.is_empty()
                || *more == "continue reading"
                || names_it.iter().any(|start| rest.starts_with(start))
        })
    })
}

/// A beginning of a text without what websites put at its end: "[…]", "Read more", "The post … appeared first on …". Words
/// of the text itself stay: "Read more books this winter" is a sentence.
pub fn without_more(text: &str) -> String {
    let text = match text.rfind("The post ") {
        Some(at) if text[at..].contains(" appeared first on ") && !text[at..].contains("\n\n") => {
            text[..at].trim_end()
        }
        _ => text,
    };
    let mut cut = text.trim_end();
    while let Some(before) = before_bracket(cut).or_else(|| before_more(cut)) {
        cut = before.trim_end();
    }
    if cut.len() == text.trim_end().len() {
        return text.to_owned();
    }
    let cut = cut.trim_end_matches(['…', ' ']);
    if cut.is_empty() { String::new() } else { format!("{cut}…") }
}

/// A text without the brackets at its end that say that it goes on.
fn before_bracket(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(ARROWS);
    // A link to the rest that stood behind the brackets has left its dots.
    let text = text
        .strip_suffix('…')
        .map(str::trim_end)
        .filter(|rest| rest.ends_with([']', ')']))
        .unwrap_or(text);
    ["[…]", "[...]", "[&hellip;]", "[ … ]", "(more…)", "(more...)", "(…)"]
        .iter()
        .find_map(|bracket| text.strip_suffix(bracket))
}

/// A text without the "Read more" that stands at its end as words of its own.
fn before_more(text: &str) -> Option<&str> {
    let bare = text.trim_end_matches(END_MARKS);
    // "More" by itself may be the last word of anything.
    MORE.iter().filter(|more| **more != "more").find_map(|more| {
        let at = bare.len().checked_sub(more.len()).filter(|at| bare.is_char_boundary(*at))?;
        let (before, words) = bare.split_at(at);
        let before = before.trim_end_matches([' ', '\n', '[', '(', '\u{a0}']);
        let ends = ['.', '!', '?', '…', '”', '"', '’', ')', ':', ']'];
        let stands_alone =
            before.is_empty() || before.ends_with(ends) || text[..at].ends_with('\n');
        let is_more = words.to_lowercase() == **more && words.starts_with(char::is_uppercase);
        (is_more && stands_alone).then_some(before)
    })
}
