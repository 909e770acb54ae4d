//! Which line of which template wrote a byte of the MJML.
//! Pure: texts in, places out.
//!
//! Only when something is wrong are the templates rendered a second time, with markers (`syntax::parse_marked`): they say
//! where what follows them was written. They are taken out again, and what is left must be the same MJML.

use super::tags::line_and_column;
use crate::problem::Place;

/// A place in the MJML and where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    /// Byte of the MJML.
    at: usize,
    /// Number of the file.
    file: usize,
    /// Byte of the file.
    offset: usize,
}

/// All markers of a rendering.
#[derive(Debug, Default)]
pub struct SourceMap {
    points: Vec<Point>,
}

/// What says that the words behind it stand at this byte of a file. `word` is one that no input holds.
pub fn mark(file: usize, at: usize, word: &str) -> String {
    format!("{word}s{file:03}a{at:09}e")
}

/// What a marked rendering is without its markers, and the markers.
pub fn unmarked(text: &str, word: &str) -> (String, SourceMap) {
    const DIGITS: usize = "s000a000000000e".len();
    let mut out = String::with_capacity(text.len());
    let mut map = SourceMap::default();
    let mut rest = text;
    while let Some(found) = rest.find(word) {
        let (before, marker) = rest.split_at(found);
        out.push_str(before);
        let after = &marker[word.len()..];
        let number = |from: usize, to: usize| after.get(from..to).and_then(|n| n.parse().ok());
        if let (true, Some(file), Some(offset)) =
            (after.starts_with('s'), number(1, 4), number(5, 14))
        {
            map.points.push(Point { at: out.len(), file, offset });
            rest = &after[DIGITS..];
        } else {
            out.push_str(word);
            rest = after;
        }
    }
    out.push_str(rest);
    (out, map)
}

impl SourceMap {
    /// The place at which a byte of the MJML was written, and its line. `files` are names for people and texts.
    pub fn place(
        &self,
        mjml: &str,
        at: usize,
        files: &[(String, &str)],
    ) -> Option<(Place, String)> {
        let point = self.points.iter().rev().find(|point| point.at <= at)?;
        let (shown, text) = files.get(point.file)?;
        // What was written here word for word has its own column; what a name stood for has that of the `<` before it.
        let behind = mjml
            .get(point.at..at)
            .filter(|behind| text.get(point.offset..).is_some_and(|text| text.starts_with(behind)));
        let offset = point.offset + behind.map_or(0, str::len);
        let (line, column) = line_and_column(text, offset);
        let line_text = text.lines().nth(line - 1).unwrap_or_default().to_owned();
        Some((Place::at(shown, line, column), line_text))
    }
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde_json::json;

    use super::*;
    use crate::compose::syntax;

    #[test]
    fn a_byte_is_found_where_it_was_written() {
        let text = "<a>\n {{#if x}}<b c='{{v}}'>é <d e>{{/if}}\n</a>";
        let template = syntax::parse_marked("f7", text, &|at| mark(7, at, "word")).unwrap();
        let mut registry = Handlebars::new();
        registry.register_template("f7", template);
        let rendered = registry.render("f7", &json!({"x": true, "v": "<"})).unwrap();
        assert_eq!(rendered.matches("words007a").count(), 6);
        let (plain, map) = unmarked(&rendered, "word");
        assert_eq!(plain, "<a>\n <b c='&lt;'>é <d e>\n</a>");
        let files: Vec<(String, &str)> = (0..8).map(|n| (format!("f{n}"), text)).collect();
        let place = |words: &str| map.place(&plain, plain.find(words).unwrap(), &files).unwrap().0;
        assert_eq!(place("<b"), Place::at("f7", 2, 11));
        assert_eq!(place("c="), Place::at("f7", 2, 14));
        assert_eq!(place("&lt;"), Place::at("f7", 2, 17));
        assert_eq!(place("é"), Place::at("f7", 2, 24));
        assert_eq!(place("e>\n"), Place::at("f7", 2, 29));
        assert_eq!(place("</a"), Place::at("f7", 3, 1));
    }
}
