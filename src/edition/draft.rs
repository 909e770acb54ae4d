//! The file of an edition, `editions/NAME.md`: front matter for the decisions, a body for the introduction.
//! Pure: text in, a draft out, and back.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::Words;
use crate::lexicon::Lexicon;
use crate::news::{Item, PartialDate, markdown};
use crate::problem::{Place, Problem, nearest};
use crate::window::{Selection, Window, WindowError};

/// What the editor has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// Where it was read from; `None` for one made on the fly.
    pub source: Option<String>,
    pub subject: Words,
    pub preheader: Words,
    /// `monthly`, `year` or `announcement`, or the name of a template of the project.
    pub template: String,
    pub window: Window,
    pub items: Vec<Mention>,
    pub pinned: Vec<Mention>,
    pub left_out: Vec<Mention>,
    pub introduction: Words,
    /// The editor's words in other languages, by code.
    pub translations: BTreeMap<String, Translation>,
}

/// The editor's words in another language: the file `editions/NAME.cy.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    pub subject: Words,
    pub preheader: Words,
    /// Markdown.
    pub introduction: Words,
}

/// An item named in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub id: String,
    /// Line of the file, from 1.
    pub line: usize,
}

const FIELDS: [&str; 7] =
    ["subject", "preheader", "template", "window", "pinned", "items", "left_out"];

impl Draft {
    /// The draft that takes everything of a window. A year is told from its beginning, a month from its end.
    pub fn propose(
        window: &Window,
        selection: &Selection,
        template: Option<&str>,
        organisation: &str,
        lexicon: &Lexicon,
    ) -> Self {
        let template =
            template.unwrap_or(if window.is_year() { "year" } else { "monthly" }).to_owned();
        let mut chosen: Vec<&Item> = selection.chosen.iter().collect();
        if template == "year" {
            chosen.reverse();
            // Within a month, stories dated to the day stand before those known only to the month.
            chosen.sort_by_key(|item| {
                item.date
                    .map(|date| (date.days(window.zone).1, matches!(date, PartialDate::Month(..))))
            });
        }
        let stories = lexicon.count("stories", chosen.len()).unwrap_or_default();
        let said = lexicon.window(window);
        let say = |key: &str| {
            let values =
                [("window", &*said), ("stories", &*stories), ("organisation", organisation)];
            lexicon.fill(key, &values)
        };
        let first = selection.chosen.first().filter(|_| template == "announcement");
        let (subject, preheader) = if let Some(first) = first {
            (first.title.clone(), first_titles(&[&first.summary]))
        } else if template == "year" {
            (say("draft_year_subject"), say("draft_year_preheader"))
        } else {
            let titles: Vec<&str> =
                selection.chosen.iter().map(|item| item.title.as_str()).collect();
            (say("draft_subject"), first_titles(&titles))
        };
        Self {
            name: window.name(),
            source: None,
            subject: Words::proposed(subject),
            preheader: Words::proposed(preheader),
            template,
            window: window.clone(),
            items: chosen.iter().map(|item| Mention { id: item.id.clone(), line: 0 }).collect(),
            pinned: Vec::new(),
            left_out: Vec::new(),
            introduction: Words::proposed(""),
            translations: BTreeMap::new(),
        }
    }

    /// The words that would be proposed in another language.
    pub fn propose_in(
        &self,
        selection: &Selection,
        organisation: &str,
        lexicon: &Lexicon,
    ) -> Translation {
        let language = &lexicon.language;
        let translated = Selection {
            chosen: selection.chosen.iter().map(|item| item.in_language(language)).collect(),
            ..Selection::default()
        };
        let proposed =
            Self::propose(&self.window, &translated, Some(&self.template), organisation, lexicon);
        Translation {
            subject: proposed.subject,
            preheader: proposed.preheader,
            introduction: proposed.introduction,
        }
    }

    /// Reads the words of another language.
    ///
    /// # Errors
    /// Says at which line the file is wrong, and the cure.
    pub fn read_translation(path: &str, text: &str) -> Result<Translation, Problem> {
        const WORDS: [&str; 2] = ["subject", "preheader"];
        let document = markdown::document(path, text)?;
        for field in document.fields.keys() {
            if !WORDS.contains(&field.as_str()) {
                let line = document.line_of(field).unwrap_or(1);
                return Err(Problem::new(
                    Place::line(path, line),
                    format!("`{field}` does not belong into a translation"),
                    "it has `subject:`, `preheader:` and the introduction; all else stands in the edition's own file",
                ));
            }
        }
        let words = |field: &str| {
            document.fields.get(field).and_then(Value::as_str).map(|text| Words {
                text: text.to_owned(),
                source: Some(path.to_owned()),
                line: document.line_of(field).unwrap_or(1),
            })
        };
        let subject = words("subject").ok_or_else(|| {
            Problem::new(
                Place::line(path, 1),
                "the translation has no `subject`",
                "add a line subject: \"…\"",
            )
        })?;
        Ok(Translation {
            subject,
            preheader: words("preheader").unwrap_or_else(|| Words::proposed("")),
            introduction: introduction(path, text, document.body),
        })
    }

    /// The file's name, for places.
    pub fn path(&self) -> String {
        self.source.clone().unwrap_or_else(|| format!("editions/{}.md", self.name))
    }

    /// Reads a draft file.
    ///
    /// # Errors
    /// Says at which line it is wrong, and the cure.
    pub fn read(name: &str, path: &str, text: &str, zone: Tz) -> Result<Self, Problem> {
        let document = markdown::document(path, text)?;
        let place_of = |field: &str| match document.line_of(field) {
            Some(line) => Place::line(path, line),
            None => Place::line(path, 1),
        };
        for field in document.fields.keys() {
            if !FIELDS.contains(&field.as_str()) {
                let cure = match nearest(field, FIELDS) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("the fields are {}", FIELDS.join(", ")),
                };
                return Err(Problem::new(
                    place_of(field),
                    format!("`{field}` is not a field of a draft"),
                    cure,
                ));
            }
        }
        let text_of = |field: &str| -> Result<Option<String>, Problem> {
            match document.fields.get(field) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(Value::Number(number)) => Ok(Some(number.to_string())),
                Some(_) => Err(Problem::new(
                    place_of(field),
                    format!("`{field}` is not a text"),
                    format!("put it in quotation marks: {field}: \"…\""),
                )),
            }
        };
        let words = |field: &str| -> Result<Option<Words>, Problem> {
            Ok(text_of(field)?.map(|text| Words {
                text,
                source: Some(path.to_owned()),
                line: document.line_of(field).unwrap_or(1),
            }))
        };
        let missing = |field: &str, example: &str| {
            Problem::new(
                Place::line(path, 1),
                format!("the draft has no `{field}`"),
                format!("add a line {field}: {example}"),
            )
        };
        let window_name = text_of("window")?.ok_or_else(|| missing("window", "2020-12"))?;
        let window = window_from_name(&window_name, zone).map_err(|error| {
            Problem::new(
                place_of("window"),
                error.to_string(),
                "write 2020, 2020-Q4, 2020-12 or 2020-12-01_2020-12-15",
            )
        })?;
        let list = |field: &str| mentions(&document, path, field);
        Ok(Self {
            name: name.to_owned(),
            source: Some(path.to_owned()),
            subject: words("subject")?.ok_or_else(|| missing("subject", "\"…\""))?,
            preheader: words("preheader")?.unwrap_or_else(|| Words::proposed("")),
            template: text_of("template")?
                .unwrap_or_else(|| if window.is_year() { "year" } else { "monthly" }.to_owned()),
            window,
            items: list("items")?,
            pinned: list("pinned")?,
            left_out: list("left_out")?,
            introduction: introduction(path, text, document.body),
            translations: BTreeMap::new(),
        })
    }

    /// The draft as a file that people edit. Titles stand behind the items as comments.
    pub fn write(&self, selection: &Selection) -> String {
        let zone = self.window.zone;
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let title_of = |id: &str| {
            selection.chosen.iter().find(|item| item.id == id).map_or_else(String::new, |item| {
                let date = item.date.map_or_else(|| "no date".to_owned(), |date| date.long(zone));
                format!(" # {date} · {}", item.title)
            })
        };
        let list = |name: &str, mentions: &[Mention], note: &str| {
            let mut text =
                format!("{name}:{} # {note}\n", if mentions.is_empty() { " []" } else { "" });
            for mention in mentions {
                text.push_str(&format!(
                    "  - {}{}\n",
                    yaml_word(&mention.id),
                    title_of(&mention.id)
                ));
            }
            text
        };
        let mut file = String::from("---\n");
        file.push_str(&format!("subject: {}\n", quoted(&self.subject.text)));
        file.push_str(&format!(
            "preheader: {} # shown after the subject in the inbox\n",
            quoted(&self.preheader.text)
        ));
        file.push_str(&format!("template: {}\n", self.template));
        file.push_str(&format!("window: \"{}\"\n", self.window.name()));
        file.push_str(&list("pinned", &self.pinned, "ids of stories to show first and large"));
        file.push_str(&list("items", &self.items, "in this order; move or remove lines"));
        file.push_str(&list("left_out", &self.left_out, "ids of stories left out on purpose"));
        file.push_str("---\n\n");
        if !self.introduction.text.is_empty() {
            file.push_str(&self.introduction.text);
            file.push('\n');
        }
        file
    }
}

impl Translation {
    /// The words as a file that people edit.
    pub fn write(&self) -> String {
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        format!(
            "---\nsubject: {}\npreheader: {}\n---\n\n{}",
            quoted(&self.subject.text),
            quoted(&self.preheader.text),
            self.introduction.text
        )
    }
}

/// What stands below the front matter of `text`.
fn introduction(path: &str, text: &str, body: &str) -> Words {
    let body = body.trim_start_matches(['\r', '\n']);
    Words {
        text: body.trim_end().to_owned(),
        source: Some(path.to_owned()),
        line: text.lines().count() - body.lines().count() + 1,
    }
}

/// An id as a YAML word: plain where it can be nothing else, in quotation marks otherwise.
fn yaml_word(id: &str) -> String {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && id.chars().any(|c| c.is_ascii_alphabetic())
        && id.contains('-')
        && !id.starts_with('-');
    if plain { id.to_owned() } else { Value::String(id.to_owned()).to_string() }
}

/// The window that an edition's name stands for.
///
/// # Errors
/// When the name is no window.
pub fn window_from_name(name: &str, zone: Tz) -> Result<Window, WindowError> {
    if let Some((since, until)) = name.split_once('_') {
        return Window::days(since, until, zone);
    }
    if name.contains("-Q") || name.contains("-q") {
        return Window::quarter(name, zone);
    }
    if name.len() == 4 { Window::year(name, zone) } else { Window::month(name, zone) }
}

fn mentions(
    document: &markdown::Document,
    path: &str,
    field: &str,
) -> Result<Vec<Mention>, Problem> {
    let start = document.line_of(field).unwrap_or(1);
    let wrong = |what: &str| {
        Problem::new(
            Place::line(path, start),
            format!("`{field}` {what}"),
            format!("write {field}: and one `  - id` a line"),
        )
    };
    let values = match document.fields.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(wrong("is not a list")),
    };
    let mut mentions: Vec<Mention> = Vec::new();
    for value in values {
        let id = match value {
            Value::String(id) => id.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(wrong("has an entry that is no id")),
        };
        // The entry's own line: the first one below the field that holds the id.
        let line = document
            .front
            .lines()
            .enumerate()
            .skip(start.saturating_sub(document.first_field_line))
            .find(|(_, line)| line.contains(&id))
            .map_or(start, |(index, _)| index + document.first_field_line);
        if mentions.iter().any(|mention| mention.id == id) {
            return Err(Problem::new(
                Place::line(path, line),
                format!("`{id}` stands twice in `{field}`"),
                "take one of the lines out",
            ));
        }
        mentions.push(Mention { id, line });
    }
    Ok(mentions)
}

/// As many titles as fit into the line of an inbox.
fn first_titles(titles: &[&str]) -> String {
    const LONGEST_PREHEADER_CHARS: usize = 90;
    let mut text = String::new();
    for title in titles {
        let separator = if text.is_empty() { "" } else { " · " };
        if text.chars().count() + separator.chars().count() + title.chars().count()
            > LONGEST_PREHEADER_CHARS
        {
            break;
        }
        text.push_str(separator);
        text.push_str(title);
    }
    if text.is_empty() {
        text = titles.first().map_or_else(String::new, |title| {
            title.chars().take(LONGEST_PREHEADER_CHARS).collect()
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn read(text: &str) -> Result<Draft, Problem> {
        Draft::read("x", "editions/x.md", text, London)
    }

    #[test]
    fn mistakes_name_their_line_and_cure() {
        for (text, line, cure) in [
            ("---\nsubject: x\nwindow: 2020-12\npined: [a]\n---\n", 4, "did you mean `pinned`?"),
            ("---\nsubject: x\n---\n", 1, "add a line window: 2020-12"),
            ("---\nwindow: 2020\n---\n", 1, "add a line subject: \"…\""),
            (
                "---\nsubject: x\nwindow: soon\n---\n",
                3,
                "write 2020, 2020-Q4, 2020-12 or 2020-12-01_2020-12-15",
            ),
            (
                "---\nsubject: x\nwindow: 2020\nitems:\n  - a\n  - b\n  - a\n---\n",
                5,
                "take one of the lines out",
            ),
            (
                "---\nsubject: x\nwindow: 2020\nitems: a\n---\n",
                4,
                "write items: and one `  - id` a line",
            ),
        ] {
            let problem = read(text).unwrap_err();
            assert_eq!(problem.place.line, Some(line), "{text} {problem}");
            assert_eq!(problem.cure, cure);
        }
    }

    #[test]
    fn the_introduction_knows_its_line() {
        let draft = read("---\nsubject: x\nwindow: 2020\n---\n\nHello **you**.\n\nBye.\n").unwrap();
        assert_eq!(draft.introduction.text, "Hello **you**.\n\nBye.");
        assert_eq!(draft.introduction.line, 6);
        assert_eq!(draft.template, "year");
    }

    #[test]
    fn odd_ids_survive_the_file() {
        for id in ["https://e.org/?p=1", "7", "true", "- x", "a: b # c", "\"q\"", "2020"] {
            let word = yaml_word(id);
            let draft =
                read(&format!("---\nsubject: x\nwindow: 2020\nitems:\n  - {word} # t\n---\n"))
                    .unwrap();
            assert_eq!(draft.items[0].id, id);
        }
    }
}
