//! What is wrong with one input while the rest goes on: where, what, and the cure.
//! Pure: nothing here reads or writes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where something stands in what people gave us: a file or an address, and a line and column where known (both from 1).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file as people typed it, or an http(s) address.
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Place {
    pub fn whole(source: impl Into<String>) -> Self {
        Self { source: source.into(), line: None, column: None }
    }

    pub fn line(source: impl Into<String>, line: usize) -> Self {
        Self { source: source.into(), line: Some(line), column: None }
    }

    pub fn at(source: impl Into<String>, line: usize, column: usize) -> Self {
        Self { source: source.into(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}

/// Stands between what is wrong and its cure in an error that comes out of `toml`.
pub const HELP: &str = "\nhelp: ";

/// One input that is bad. It is collected, listed and counted; it never stops the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    pub place: Place,
    pub what: String,
    pub cure: String,
}

impl Problem {
    pub fn new(place: Place, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { place, what: what.into(), cure: cure.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.what, self.cure)
    }
}

/// What the operating system says without its numbers: "(os error 2)" says nothing to people.
pub fn without_system_numbers(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
        match rest.strip_prefix(')') {
            Some(rest) if rest.len() < part.len() - 1 => out.push_str(rest),
            _ => {
                out.push_str(" (os error ");
                out.push_str(part);
            }
        }
    }
    out
}

/// The known name nearest to a mistyped one, if any is near enough to be what was meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        // Each letter that one has more than the other is a difference.
        .filter(|name| typed.chars().count().abs_diff(name.chars().count()) <= 1 + name.len() / 4)
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// The cure for an unknown name: the nearest one, or all there are, after `otherwise` ("the themes are").
pub fn did_you_mean<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    otherwise: &str,
) -> String {
    match nearest(typed, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{otherwise} {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

/// What stands where something else belongs, out of `invalid type: integer `7`, expected a string`.
pub fn of_another_kind(message: &str, line: Option<&str>) -> (String, String) {
    const KINDS: [(&str, &str); 14] = [
        ("string", "text"),
        ("a string", "text"),
        ("a boolean", "true or false"),
        ("boolean", "true or false"),
        ("integer", "a number"),
        ("floating", "a number"),
        ("sequence", "a list"),
        ("a sequence", "a list"),
        ("map", "a group"),
        ("a map", "a group"),
        ("struct", "a group"),
        ("u", "a whole number"),
        ("i", "a whole number"),
        ("a nonzero", "a whole number"),
    ];
    let line = line.unwrap_or_default().trim();
    if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
        return (
            format!("`{line}` begins one group of several, but there is only one"),
            format!("write [{name}]"),
        );
    }
    let kind = |words: &str| {
        let known = KINDS.iter().find(|(word, _)| words.starts_with(word));
        known.map_or("something else", |(_, said)| *said)
    };
    let (found, expected) = message
        .trim_start_matches("invalid type: ")
        .split_once(", expected ")
        .map_or(("something else", "something else"), |(f, e)| (kind(f), kind(e)));
    let cure = match expected {
        "text" => "put it in quotation marks: name = \"text\"",
        "a list" => "put it in square brackets: name = [\"one\", \"two\"]",
        "a group" => "begin it with its name in brackets on a line of its own: [name]",
        "true or false" => "write true or false, without quotation marks",
        _ => "write a number, without quotation marks",
    };
    (format!("expected {expected}, found {found}"), cure.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_editors_write_it() {
        assert_eq!(Place::at("news/a.md", 3, 7).to_string(), "news/a.md:3:7");
        assert_eq!(Place::whole("news/a.md").to_string(), "news/a.md");
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_near() {
        let known = ["summary", "title", "date"];
        assert_eq!(nearest("sumary", known), Some("summary"));
        assert_eq!(nearest("weather", known), None);
    }

    #[test]
    fn numbers_of_the_system_are_left_out_and_nothing_else() {
        for (said, words) in [
            ("No such file or directory (os error 2)", "No such file or directory"),
            ("a (os error 2): b (os error -13)", "a: b"),
            ("nothing of the kind", "nothing of the kind"),
            ("(os error 2)", "(os error 2)"),
            ("cut (os error ", "cut (os error "),
            ("none (os error )", "none (os error )"),
            ("a name (os error x) b", "a name (os error x) b"),
        ] {
            assert_eq!(without_system_numbers(said), words);
        }
    }
}
