//! The figures that a charity chose for an edition: `figures:` of a draft, up to three numbers with their labels.
//! Pure: a document's fields in, figures or what is wrong and where out.

use serde_json::Value;

use crate::count::counted;
use crate::news::readers::front_matter::MarkdownDocument;
use crate::problem::{Place, Problem, did_you_mean};
use crate::rfc::text::one_line;

/// A number that says what was done, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// As it is written: `1,340`, `£2m`.
    pub value: String,
    pub label: String,
    /// Line of the file, from 1.
    pub line: usize,
}

impl Figure {
    /// As people type it.
    pub(super) fn typed(&self) -> String {
        format!("{}: {}", self.value, self.label)
    }
}

/// Three stand beside each other on a phone.
pub const MOST_FIGURES: usize = 3;
/// A value is as large as a title: a longer one is a sentence.
const LONGEST_VALUE: usize = 12;
/// Three lines below the value on a phone.
const LONGEST_LABEL: usize = 60;

const FORM: &str = "write figures:, below it `  - value: \"112\"`, and below that `    label: young people supported`";

/// Reads the field `figures` of a document.
///
/// # Errors
/// At the line of the first that is wrong.
pub fn read(document: &MarkdownDocument<'_>, path: &str) -> Result<Vec<Figure>, Problem> {
    let start = document.line_of("figures").unwrap_or(1);
    let wrong =
        |line: usize, what: String, cure: String| Problem::new(Place::line(path, line), what, cure);
    let entries = match document.fields.get("figures") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => {
            let place = document.value_place("figures").map_or_else(
                || Place::line(path, 1),
                |(line, column)| Place::at(path, line, column),
            );
            return Err(Problem::new(place, "`figures` is not a list", FORM));
        }
    };
    let lines = lines_of_entries(document, start);
    let line_of = |number: usize| lines.get(number).copied().unwrap_or(start);
    if entries.len() > MOST_FIGURES {
        let what = format!("`figures` has {}", counted(entries.len(), "entry", "entries"));
        let cure = format!("keep at most {MOST_FIGURES}: more do not fit beside each other");
        return Err(wrong(line_of(MOST_FIGURES), what, cure));
    }
    let mut figures = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let line = line_of(number);
        let Value::Object(fields) = entry else {
            let what = "a figure has no value and label".to_owned();
            return Err(wrong(line, what, FORM.to_owned()));
        };
        if let Some(name) = fields.keys().find(|name| !["value", "label"].contains(&name.as_str()))
        {
            let cure = did_you_mean(name, ["value", "label"], "the fields are");
            return Err(wrong(line, format!("`{name}` is not a field of a figure"), cure));
        }
        let text = |name: &str, most: usize| {
            let text = match fields.get(name) {
                Some(Value::String(text)) => one_line(text),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            let length = text.chars().count();
            if text.is_empty() {
                Err(wrong(line, format!("a figure has no `{name}`"), FORM.to_owned()))
            } else if length > most {
                let what = format!(
                    "the `{name}` of a figure has {}",
                    counted(length, "character", "characters")
                );
                Err(wrong(line, what, format!("shorten it to {most}")))
            } else {
                Ok(text)
            }
        };
        let (value, label) = (text("value", LONGEST_VALUE)?, text("label", LONGEST_LABEL)?);
        figures.push(Figure { value, label, line });
    }
    Ok(figures)
}

/// As people type them: one a line, the number, a colon and what it counts.
pub fn typed(figures: &[Figure]) -> String {
    let lines: Vec<String> = figures.iter().map(Figure::typed).collect();
    lines.join("\n")
}

/// What somebody typed: each figure as it is read again, and its lines in a draft. Where a line has no colon, its first word
/// is the number.
///
/// # Errors
/// When a line has no number, or nothing that it counts.
pub(super) fn entries_of(path: &str, text: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut entries = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts = line.split_once(": ").or_else(|| line.split_once(char::is_whitespace));
        let (value, label) = parts.unwrap_or((line, ""));
        let (value, label) = (value.trim().trim_end_matches(':'), label.trim());
        if value.is_empty() || label.is_empty() {
            return Err(Problem::new(
                Place::whole(path),
                format!("the figure `{}` does not say what it counts", one_line(line)),
                "write the number, a colon and what it counts, as in 112: young people supported",
            ));
        }
        let quoted = |text: &str| Value::String(text.to_owned());
        let typed = format!("{}: {}", one_line(value), one_line(label));
        let (value, label) = (quoted(value), quoted(label));
        entries.push((typed, format!("  - value: {value}\n    label: {label}\n")));
    }
    Ok(entries)
}

/// The lines on which the entries of a list begin. A list on one line has that line for all.
fn lines_of_entries(document: &MarkdownDocument<'_>, start: usize) -> Vec<usize> {
    let mut indent = None;
    document
        .front
        .lines()
        .enumerate()
        .skip((start + 1).saturating_sub(document.first_field_line))
        .take_while(|(_, line)| line.starts_with([' ', '-', '#']) || line.trim().is_empty())
        .filter(|(_, line)| {
            let own = line.len() - line.trim_start().len();
            line.trim_start().starts_with('-') && *indent.get_or_insert(own) == own
        })
        .map(|(index, _)| index + document.first_field_line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::readers::markdown;

    #[test]
    fn what_people_type_is_what_the_file_gets_and_says_again() {
        for (text, again) in [
            ("112: young people supported", "112: young people supported"),
            ("1,340 professionals trained", "1,340: professionals trained"),
            (
                "£2m: raised\n\n  10:30: o'clock: \"sharp\" \n",
                "£2m: raised\n10:30: o'clock: \"sharp\"",
            ),
            ("", ""),
            (" \n", ""),
        ] {
            let entries = entries_of("a.md", text).unwrap();
            let lines: String = entries.iter().map(|(_, lines)| lines.as_str()).collect();
            let read = figures(&format!("figures:\n{lines}")).unwrap();
            assert_eq!(typed(&read), again, "{lines}");
            assert!(
                entries.iter().map(|(typed, _)| typed).eq(read
                    .iter()
                    .map(Figure::typed)
                    .collect::<Vec<_>>()
                    .iter())
            );
            assert_eq!(entries_of("a.md", again), Ok(entries));
        }
        for wrong in ["112", "112:", ": people", "4: laws\n112: "] {
            let problem = entries_of("a.md", wrong).unwrap_err();
            assert!(problem.what.contains("does not say what it counts"), "{wrong}");
        }
    }

    fn figures(front: &str) -> Result<Vec<Figure>, Problem> {
        let text = format!("---\nsubject: x\n{front}---\n");
        read(&markdown::document("editions/x.md", &text).unwrap(), "editions/x.md")
    }

    #[test]
    fn values_are_words_or_numbers_and_labels_are_words() {
        let found = figures(
            "figures:\n  - value: 112\n    label: young people supported\n  - label: \"laws we\\n changed\"\n    value: \"1,340\"\n",
        );
        let found: Vec<_> =
            found.unwrap().into_iter().map(|one| (one.value, one.label, one.line)).collect();
        assert_eq!(
            found,
            [
                ("112".to_owned(), "young people supported".to_owned(), 4),
                ("1,340".to_owned(), "laws we changed".to_owned(), 6)
            ]
        );
        for none in ["", "figures:\n", "figures: []\n"] {
            assert_eq!(figures(none), Ok(Vec::new()));
        }
        let flow = figures("figures: [{value: 4, label: laws}, {value: 5, label: bills}]\n");
        assert_eq!(flow.unwrap().iter().map(|one| one.line).collect::<Vec<_>>(), [3, 3]);
    }

    #[test]
    fn a_wrong_figure_names_its_line() {
        let one = "  - value: 1\n    label: a\n";
        let long = "x".repeat(61);
        for (front, line, what) in [
            ("figures: 112\n".to_owned(), 3, "`figures` is not a list"),
            (format!("figures:\n{}", one.repeat(4)), 10, "`figures` has 4 entries"),
            (format!("figures:\n{one}  - 112\n"), 6, "a figure has no value and label"),
            (format!("figures:\n{one}  - value: 2\n"), 6, "a figure has no `label`"),
            ("figures:\n- label: a\n".to_owned(), 4, "a figure has no `value`"),
            ("figures:\n  - value: []\n    label: a\n".to_owned(), 4, "a figure has no `value`"),
            (
                "figures:\n  - value: 1\n    lable: a\n".to_owned(),
                4,
                "`lable` is not a field of a figure",
            ),
            (
                "figures:\n  - value: 1234567890123\n    label: a\n".to_owned(),
                4,
                "the `value` of a figure has 13 characters",
            ),
            (
                format!("figures:\n  - value: 1\n    label: {long}\n"),
                4,
                "the `label` of a figure has 61 characters",
            ),
        ] {
            let problem = figures(&front).unwrap_err();
            assert_eq!((problem.place.line, problem.what.as_str()), (Some(line), what), "{front}");
        }
    }
}
