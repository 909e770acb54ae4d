//! Lines of a name and a value at the beginning of a text without any fence around them, as Pelican and Notion write them.
//! Pure: text in, fields out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::news::readers::front_matter::MarkdownDocument;
use crate::rfc::csv::simple;

/// Lines of a name and a value that stand at the beginning without any fence (`Pelican`), or below the heading (exports of
/// `Notion`): "Date: 3 December 2020". One of them must be a title or a date, or they are words of the text.
pub fn property_lines(text: &str) -> Option<MarkdownDocument<'_>> {
    const MOST_LINES: usize = 30;
    const TELLING: [&str; 5] = ["title", "date", "published", "publishdate", "created"];
    let mut fields = BTreeMap::new();
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').take(MOST_LINES).enumerate() {
        let bare = line.trim();
        let is_before = fields.is_empty();
        if is_before && (bare.is_empty() || index == 0 && bare.starts_with("# ")) {
            if let Some(title) = bare.strip_prefix("# ") {
                fields.insert("title".to_owned(), Value::String(title.trim().to_owned()));
            }
        } else if bare.is_empty() && fields.len() == 1 && fields.contains_key("title") {
            // Between the heading and the lines below it.
        } else if bare.is_empty() {
            break;
        } else {
            let (name, value) = line.split_once(':').filter(|(name, _)| is_field_name(name))?;
            let name = name.trim().to_lowercase();
            fields.entry(name).or_insert_with(|| Value::String(value.trim().to_owned()));
        }
        at += line.len();
    }
    let is_telling = fields.keys().any(|name| TELLING.contains(&simple(name).as_str()));
    let (front, body) = text.split_at(at);
    let has_lines = front.lines().any(|line| line.contains(':') && !line.starts_with('#'));
    (is_telling && has_lines).then_some(MarkdownDocument {
        fields,
        body,
        first_field_line: 1,
        front,
    })
}

/// Whether fields stand over a line `---` that nothing opens, as Hexo writes them.
pub fn is_fenced_below(text: &str) -> bool {
    const MOST_LINES: usize = 60;
    let Some((first, _)) = text.split_once('\n') else { return false };
    let mut above = text.lines().take(MOST_LINES);
    let is_field = |line: &str| {
        line.split_once(':').is_some_and(|(name, rest)| {
            is_field_name(name) && (rest.trim().is_empty() || rest.starts_with(' '))
        })
    };
    let goes_on = |line: &str| line.starts_with([' ', '\t', '-', '#']);
    let is_telling = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        is_field(line) && matches!(simple(name).as_str(), "title" | "date")
    };
    let is_closed = above
        .find(|line| line.trim_end() == "---" || !is_field(line) && !goes_on(line))
        .is_some_and(|line| line.trim_end() == "---");
    is_closed
        && is_field(first)
        && text.lines().take_while(|line| line.trim_end() != "---").any(is_telling)
}

/// One or two words in letters.
fn is_field_name(name: &str) -> bool {
    name.split(' ').count() <= 2
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_over_a_line_that_closes_them() {
        for (text, expected) in [
            ("title: Fair\ndate: 2020-12-03\ntags:\n- a\n---\nIt was full.\n", true),
            ("layout: post\ntitle: Fair\n---\n", true),
            ("title: Fair\n\nIt was full.\n---\n", false),
            ("Opening: at nine\n---\nIt was full.\n", false),
            ("Fair\n---\nIt was full.\n", false),
            ("title: Fair", false),
        ] {
            assert_eq!(is_fenced_below(text), expected, "{text}");
        }
    }
}
