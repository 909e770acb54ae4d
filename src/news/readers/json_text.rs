//! JSON behind what servers put around it: a byte order mark, notices of a program, comments of a cache, a page.
//! Pure: text in, a value out.

use serde_json::{Deserializer, Error, Value};

use super::json_repair::{JsonFaults, RepairedJson, repaired};
use crate::count::counted;
use crate::problem::{Place, Problem};

/// Brackets that may be the beginning of the JSON; notices have a few.
const MOST_BEGINNINGS: usize = 40;
/// The same for what has slips, which takes longer to read.
const MOST_REPAIRS: usize = 4;

/// A text that was read as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonText {
    pub value: Value,
    /// What had to be repaired.
    pub damage: Option<JsonDamage>,
}

/// What was wrong with a text as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonDamage {
    /// In words for people: `line 3 has a comma too many`.
    pub words: String,
    pub line: usize,
    pub column: usize,
    /// Entries of lists that could not be read.
    pub lost: usize,
}

impl JsonDamage {
    /// What was wrong, and how much of it is lost.
    pub fn said(&self) -> String {
        match self.lost {
            0 => self.words.clone(),
            lost => {
                let lost = counted(lost, "item", "items");
                format!("{}; {lost} of it cannot be read", self.words)
            }
        }
    }

    /// Says that the answer of a website, from an address, was damaged.
    pub fn problem(&self, address: &str) -> Problem {
        let what = format!("the answer was damaged and has been repaired: {}", self.said());
        Problem::new(Place::whole(address), what, "tell whoever runs the site")
    }
}

/// The value of a text that is JSON, or of the JSON that is most of the text, also where it has slips.
///
/// # Errors
/// What is wrong with the text as JSON, by its line and column.
pub fn read(text: &str) -> Result<JsonText, Error> {
    let bare = text.trim_start_matches('\u{feff}').trim();
    let whole = |value| JsonText { value, damage: None };
    let error = match serde_json::from_str(bare) {
        Ok(value) => return Ok(whole(value)),
        Err(error) => error,
    };
    let begins = |rest: &str| {
        let inner = rest[1..].trim_start();
        inner.starts_with(['"', '\'']) && rest.starts_with('{') || inner.starts_with('{')
    };
    // What begins as JSON and does not go on so has a slip: an entry within it must not pass for the whole.
    let mut repairs = 0;
    let likely = bare.match_indices(['{', '[']).map(|(at, _)| at).filter(|at| begins(&bare[*at..]));
    let found = likely.take(MOST_BEGINNINGS).find_map(|at| {
        strict(&bare[at..]).map(whole).or_else(|| {
            repairs += 1;
            if repairs <= MOST_REPAIRS { with_slips(bare, at) } else { None }
        })
    });
    let found = found.or_else(|| within(bare).map(whole)).or_else(|| with_slips(bare, 0));
    let found = found.or_else(|| {
        // A browser's or a proxy's page around it, with the quotation marks as entities.
        let escaped = bare.starts_with('<') && bare.contains("&quot;");
        escaped.then(|| within(&super::text::html_to_text(bare))).flatten().map(whole)
    });
    found.ok_or(error)
}

/// The value of a text, whatever its slips.
///
/// # Errors
/// What is wrong with the text as JSON, by its line and column.
pub fn value(text: &str) -> Result<Value, Error> {
    read(text).map(|read| read.value)
}

fn within(text: &str) -> Option<Value> {
    let beginnings = text.match_indices(['{', '[']).take(MOST_BEGINNINGS);
    beginnings.map(|(at, _)| &text[at..]).find_map(strict)
}

/// The value at the beginning of a text, if it is most of it.
fn strict(text: &str) -> Option<Value> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let is_list =
        value.is_object() || value.as_array().is_some_and(|list| list.iter().all(Value::is_object));
    (is_list && is_most(text, values.byte_offset())).then_some(value)
}

/// Whether a value that ends there is most of a text, and not the first of several.
fn is_most(text: &str, end: usize) -> bool {
    let after = text[end..].trim_start();
    let goes_on = after.starts_with(['{', '[', ',', '}', ']']);
    after.starts_with('<') || (end * 2 >= text.len() && !goes_on)
}

/// The value that begins there, its slips repaired.
fn with_slips(text: &str, at: usize) -> Option<JsonText> {
    let RepairedJson { value, slips, end } = repaired(&text[at..])?;
    if end * 2 < text.len() - at && !text[at + end..].starts_with('<') {
        return None;
    }
    let JsonFaults { what, at: slip, count, lost, .. } = slips;
    let before = &text[..(at + slip).min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let words = match count {
        1 => format!("line {line} has {what}"),
        _ => format!("line {line} has {what}, and there is more like it"),
    };
    Some(JsonText { value, damage: Some(JsonDamage { words, line, column, lost }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_it_is_left_out() {
        let posts = r#"[{"id": 1, "title": "Fair"}]"#;
        for text in [
            posts.to_owned(),
            format!("\u{feff}{posts}"),
            format!("\n\n{posts}\n<!-- Cached page generated by a plugin [x] -->"),
            format!(
                "<br />\n<b>Notice</b>: Undefined index [x] in <b>/srv/a.php</b> on line <b>3</b><br />\n{posts}"
            ),
            format!("Warning: array {{ }} in a.php\n{posts}"),
            format!("<html><body><pre>{}</pre></body></html>", posts.replace('"', "&quot;")),
        ] {
            let read = read(&text).unwrap();
            assert_eq!(read.value[0]["title"], "Fair", "{text}");
            assert_eq!(read.damage, None, "{text}");
        }
    }

    #[test]
    fn a_slip_is_repaired_and_said_and_no_entry_passes_for_the_whole() {
        let long = "a sentence that is longer than all the others together, and goes on and on";
        for (text, words, titles, lost) in [
            (
                format!(
                    "[\n{{\"title\": \"Fair\", \"text\": \"{long}\"}},\n{{\"title\": \"Well\",}}]"
                ),
                "line 3 has a comma too many",
                vec!["Fair", "Well"],
                0,
            ),
            (
                format!(
                    "Notice: x\n[{{\"title\": \"Fair\", \"text\": \"{long}\"}},\n!!, {{\"title\": \"Well\"}}]"
                ),
                "line 3 has a value that cannot be read",
                vec!["Fair", "Well"],
                1,
            ),
            (
                format!("{{\"title\": \"Fair\", \"text\": \"{long}\"}}\n{{\"title\": \"Well\"}}\n"),
                "line 2 has several objects without a list around them",
                vec!["Fair", "Well"],
                0,
            ),
            (
                "// ours\n[{title: 'Fair'}]".to_owned(),
                "line 2 has a name without quotation marks, and there is more like it",
                vec!["Fair"],
                0,
            ),
        ] {
            let read = read(&text).unwrap();
            let found: Vec<&str> = read
                .value
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|entry| entry["title"].as_str())
                .collect();
            let damage = read.damage.unwrap();
            assert_eq!(
                (found, damage.words.as_str(), damage.lost),
                (titles, words, lost),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_json_stays_so() {
        for text in
            ["", "[\n\"title\" 1}]", "<!doctype html>", "{broken and long and longer", "a: 1"]
        {
            assert!(value(text).is_err(), "{text}");
        }
        assert_eq!(value("[\n{\"title\" 1}").unwrap(), serde_json::json!([{"title": 1}]));
        assert_eq!(value("[\n{title 1}]").unwrap_err().line(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "([\\[\\]{}\",:0-9a]|<b>|\u{feff}|\\PC){0,60}") {
            let _ = value(&text);
        }
    }
}
