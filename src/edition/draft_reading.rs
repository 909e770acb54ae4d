//! The file of an edition as its draft, and the file of its translation.
//! Pure: text in, a draft out, or what is wrong with it and where.

use super::draft::{Draft, DraftTranslation, Grouping, ItemMention, Override};
use super::field_lines::FieldLines;
use crate::count::counted;
use crate::edition::{PlacedText, figures};
use crate::news::readers::front_matter::MarkdownDocument;
use crate::news::readers::markdown;
use crate::problem::{Place, Problem, nearest};
use crate::rfc::text::of_a_text;
use crate::window::{Window, WindowError, impossible, meant};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

const FIELDS: [&str; 16] = [
    "subject",
    "preheader",
    "headline",
    "figures",
    "template",
    "window",
    "group",
    "pinned",
    "items",
    "left_out",
    "overrides",
    "as_of",
    "segment",
    "purpose",
    "correction",
    "archive",
];

/// Twenty times what anybody reads in one sitting. Every check goes through each text several times, and some of them look from
/// every letter to the end.
pub const MOST_CHARACTERS: usize = 100_000;

/// # Errors
/// When the words are more than a draft can have: the place at which the last one too many begins.
fn of_a_length(what: &str, words: PlacedText) -> Result<PlacedText, Problem> {
    let Some((at, _)) = words.text.char_indices().nth(MOST_CHARACTERS) else { return Ok(words) };
    let has = counted(words.text.chars().count(), "character", "characters");
    let most = counted(MOST_CHARACTERS, "character", "characters");
    Err(Problem::new(
        words.exact_place_of(at).0,
        format!("{what} has {has}, but a draft takes at most {most}"),
        "shorten it: put the rest into a story or on the website, and link to it",
    ))
}

/// What stands below the front matter of `text`.
///
/// # Errors
/// When it is too long.
fn introduction(path: &str, text: &str, body: &str) -> Result<PlacedText, Problem> {
    let body = body.trim_start_matches(['\r', '\n']);
    let words = PlacedText {
        // Files of Windows end lines with two characters, and the studio's page with one.
        text: body.trim_end().replace("\r\n", "\n"),
        source: Some(path.to_owned()),
        line: text.lines().count() - body.lines().count() + 1,
        field: None,
    };
    of_a_length("the introduction", words)
}

/// The window that an edition's name stands for.
///
/// # Errors
/// When the name does not stand for a window.
pub fn window_from_name(name: &str, zone: Tz) -> Result<Window, WindowError> {
    if let Some((since, until)) = name.split_once('_') {
        return Window::days(since, until, zone);
    }
    if name.contains("-Q") || name.contains("-q") {
        return Window::quarter(name, zone);
    }
    if name.len() == 4 { Window::year(name, zone) } else { Window::month(name, zone) }
}

/// The group `overrides:`, by id.
fn overrides(
    document: &MarkdownDocument,
    path: &str,
) -> Result<BTreeMap<String, Override>, Problem> {
    let start = document.line_of("overrides").unwrap_or(1);
    let line_below = |from: usize, name: &str| {
        document
            .front
            .lines()
            .enumerate()
            .skip((from + 1).saturating_sub(document.first_field_line))
            .find(|(_, line)| line.trim_start().trim_start_matches(['"', '\'']).starts_with(name))
            .map_or(from, |(index, _)| index + document.first_field_line)
    };
    let wrong = |line: usize, what: String| {
        let cure = "write overrides:, below it `  id:`, and below that `    title: \"…\"`";
        Problem::new(Place::line(path, line), what, cure)
    };
    let group = match document.fields.get("overrides") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(group)) => group,
        Some(_) => return Err(wrong(start, "`overrides` is not a group".to_owned())),
    };
    let mut found = BTreeMap::new();
    for (id, own) in group {
        let line = line_below(start, id);
        let Value::Object(own) = own else {
            return Err(wrong(line, format!("`{id}` has no group of fields")));
        };
        let mut words = Override { line, ..Override::default() };
        for (name, value) in own {
            let line = line_below(line, name);
            let Some(text) = value.as_str() else {
                return Err(wrong(line, format!("`{name}` of `{id}` is not text")));
            };
            let given = PlacedText {
                text: text.to_owned(),
                source: Some(path.to_owned()),
                line,
                field: None,
            };
            match name.as_str() {
                // A story without a title is none: an empty one is the source's.
                "title" => words.title = Some(given).filter(|given| !given.text.trim().is_empty()),
                "summary" => words.summary = Some(given),
                "alt" => words.alt = Some(given),
                other => {
                    return Err(wrong(line, format!("`{other}` of a story cannot be overridden")));
                }
            }
        }
        found.insert(id.clone(), words);
    }
    Ok(found)
}

/// The lines of a list's entries, each by what stands there: a draft may have thousands.
struct EntryLines<'a> {
    of_entry: HashMap<&'a str, usize>,
    lines: Vec<(usize, &'a str)>,
}

impl<'a> EntryLines<'a> {
    /// Those from the line of the list's field on.
    fn below(document: &MarkdownDocument<'a>, start: usize) -> Self {
        let first = document.first_field_line;
        let lines = document.front.lines().enumerate().skip(start.saturating_sub(first));
        let lines: Vec<(usize, &str)> = lines.map(|(index, line)| (index + first, line)).collect();
        let mut of_entry = HashMap::new();
        for (number, line) in &lines {
            let Some(entry) = line.trim_start().strip_prefix("- ") else { continue };
            let entry = entry.split(" #").next().unwrap_or_default().trim();
            of_entry.entry(entry.trim_matches(['"', '\''])).or_insert(*number);
        }
        Self { of_entry, lines }
    }

    /// Where an entry stands; or else the first line that has its id, for lists on one line.
    fn of(&self, id: &str) -> Option<usize> {
        let holds = || self.lines.iter().find(|(_, line)| line.contains(id));
        self.of_entry.get(id).copied().or_else(|| holds().map(|(number, _)| *number))
    }
}

fn mentions(
    document: &MarkdownDocument,
    path: &str,
    field: &str,
) -> Result<Vec<ItemMention>, Problem> {
    let start = document.line_of(field).unwrap_or(1);
    let wrong = |what: &str| {
        Problem::new(
            placed(path, document.value_place(field)),
            format!("`{field}` {what}"),
            format!("write {field}: and one `  - id` a line"),
        )
    };
    let values = match document.fields.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(wrong("is not a list")),
    };
    let lines = EntryLines::below(document, start);
    let mut seen: HashSet<String> = HashSet::new();
    let mut mentions: Vec<ItemMention> = Vec::new();
    for value in values {
        let id = match value {
            Value::String(id) => id.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(wrong("has an entry that is not an id")),
        };
        let line = lines.of(&id).unwrap_or(start);
        if !seen.insert(id.clone()) {
            return Err(Problem::new(
                Place::line(path, line),
                format!("`{id}` appears twice in `{field}`"),
                "remove one of the lines",
            ));
        }
        mentions.push(ItemMention { id, line });
    }
    Ok(mentions)
}

/// A line and column of the file; its first line where they are not known.
fn placed(path: &str, at: Option<(usize, usize)>) -> Place {
    at.map_or_else(|| Place::line(path, 1), |(line, column)| Place::at(path, line, column))
}

/// The fields of a draft's file, each with the place where it stands.
struct DraftFile<'a> {
    path: &'a str,
    document: &'a MarkdownDocument<'a>,
}

impl DraftFile<'_> {
    /// Where the value of a field stands.
    fn place_of(&self, field: &str) -> Place {
        placed(self.path, self.document.value_place(field))
    }

    fn refuse_unknown_fields(&self) -> Result<(), Problem> {
        let unknown = self.document.fields.keys().find(|field| !FIELDS.contains(&field.as_str()));
        let Some(field) = unknown else { return Ok(()) };
        let cure = match nearest(field, FIELDS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the fields are {}", FIELDS.join(", ")),
        };
        let what = format!("`{field}` is not a field of a draft");
        Err(Problem::new(placed(self.path, self.document.name_place(field)), what, cure))
    }

    fn text(&self, field: &str) -> Result<Option<String>, Problem> {
        match self.document.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Problem::new(
                self.place_of(field),
                format!("`{field}` is not text"),
                format!("put it in quotation marks: {field}: \"…\""),
            )),
        }
    }

    fn words(&self, field: &str) -> Result<Option<PlacedText>, Problem> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        let words = PlacedText {
            text,
            source: Some(self.path.to_owned()),
            line: self.document.line_of(field).unwrap_or(1),
            field: self.document.lines_of(field).map(FieldLines::new),
        };
        of_a_length(&format!("`{field}`"), words).map(Some)
    }

    fn missing(&self, field: &str, example: &str) -> Problem {
        Problem::new(
            Place::line(self.path, 1),
            format!("the draft has no `{field}`"),
            format!("add a line {field}: {example}"),
        )
    }

    fn window(&self, zone: Tz) -> Result<Window, Problem> {
        let name = self.text("window")?.ok_or_else(|| self.missing("window", "2020-12"))?;
        window_from_name(&name, zone).map_err(|error| {
            let cure = match (&error, meant(&name)) {
                (WindowError::Backwards { .. } | WindowError::Outside(_), _) => error.cure(),
                (_, Some(name)) => format!("did you mean `{name}`?"),
                _ => impossible(&name).unwrap_or_else(|| {
                    "write 2020, 2020-Q4, 2020-12 or 2020-12-01_2020-12-15".to_owned()
                }),
            };
            Problem::new(self.place_of("window"), error.to_string(), cure)
        })
    }

    fn grouping(&self) -> Result<Grouping, Problem> {
        match self.text("group")?.as_deref() {
            None | Some("month" | "time") => Ok(Grouping::Time),
            Some("topic") => Ok(Grouping::Topic),
            Some(other) => Err(Problem::new(
                self.place_of("group"),
                format!("stories cannot be grouped by `{other}`"),
                "write group: month, or group: topic",
            )),
        }
    }

    fn archive(&self) -> Result<Option<bool>, Problem> {
        let value = match self.document.fields.get("archive") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Bool(value)) => return Ok(Some(*value)),
            Some(value) => value.as_str().unwrap_or_default().trim().to_lowercase(),
        };
        match value.as_str() {
            "yes" | "true" => Ok(Some(true)),
            "no" | "false" => Ok(Some(false)),
            _ => Err(Problem::new(
                self.place_of("archive"),
                "`archive` is neither yes nor no",
                "write archive: no to keep the edition out of the archive, or remove the line",
            )),
        }
    }

    fn as_of(&self) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(text) = self.text("as_of")? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Problem::new(
                self.place_of("as_of"),
                format!("`{text}` is not a time"),
                "write it as 2020-12-31T09:00:00Z, or remove the line",
            )
        })
    }
}

impl Draft {
    /// Reads the words of another language.
    ///
    /// # Errors
    /// Says at which line the file is wrong, and the cure.
    pub fn read_translation(path: &str, text: &str) -> Result<DraftTranslation, Problem> {
        const WORDS: [&str; 5] = ["subject", "preheader", "headline", "figures", "correction"];
        let text = &*of_a_text(text);
        let document = markdown::document(path, text)?;
        for field in document.fields.keys() {
            if !WORDS.contains(&field.as_str()) {
                return Err(Problem::new(
                    placed(path, document.name_place(field)),
                    format!("`{field}` does not belong in a translation"),
                    "keep only `subject:`, `preheader:`, `headline:`, `figures:`, `correction:` and \
                     the introduction; everything else is in the edition's own file",
                ));
            }
        }
        let words = |field: &str| {
            document.fields.get(field).and_then(Value::as_str).map(|text| PlacedText {
                text: text.to_owned(),
                source: Some(path.to_owned()),
                line: document.line_of(field).unwrap_or(1),
                field: document.lines_of(field).map(FieldLines::new),
            })
        };
        let subject = words("subject").ok_or_else(|| {
            Problem::new(
                Place::line(path, 1),
                "the translation has no `subject`",
                "add a line subject: \"…\"",
            )
        })?;
        Ok(DraftTranslation {
            subject,
            preheader: words("preheader").unwrap_or_else(|| PlacedText::proposed("")),
            introduction: introduction(path, text, document.body)?,
            headline: words("headline").unwrap_or_else(|| PlacedText::proposed("")),
            figures: figures::read(&document, path)?,
            correction: words("correction"),
        })
    }

    /// Reads a draft file.
    ///
    /// # Errors
    /// Says at which line it is wrong, and the cure.
    pub fn read(name: &str, path: &str, text: &str, zone: Tz) -> Result<Self, Problem> {
        let text = &*of_a_text(text);
        let document = markdown::document(path, text)?;
        let file = DraftFile { path, document: &document };
        file.refuse_unknown_fields()?;
        let window = file.window(zone)?;
        let subject = file.words("subject")?.ok_or_else(|| file.missing("subject", "\"…\""))?;
        let list = |field: &str| mentions(&document, path, field);
        Ok(Self {
            name: name.to_owned(),
            source: Some(path.to_owned()),
            subject,
            preheader: file.words("preheader")?.unwrap_or_else(|| PlacedText::proposed("")),
            template_place: document.value_place("template").map(|_| file.place_of("template")),
            template: file
                .text("template")?
                .unwrap_or_else(|| if window.is_year() { "year" } else { "monthly" }.to_owned()),
            window,
            items: list("items")?,
            pinned: list("pinned")?,
            left_out: list("left_out")?,
            introduction: introduction(path, text, document.body)?,
            headline: file.words("headline")?.unwrap_or_else(|| PlacedText::proposed("")),
            figures: figures::read(&document, path)?,
            group: file.grouping()?,
            overrides: overrides(&document, path)?,
            as_of: file.as_of()?,
            segment: file.words("segment")?,
            purpose: file.words("purpose")?,
            correction: file.words("correction")?,
            archive: file.archive()?,
            translations: BTreeMap::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::edition::draft_writing::yaml_word;
    use crate::edition::proposal::as_words;
    use crate::rfc::text::one_line;

    fn read(text: &str) -> Result<Draft, Problem> {
        Draft::read("x", "editions/x.md", text, London)
    }

    #[test]
    fn an_entry_stands_on_its_own_line() {
        let text = "---\nsubject: x\nwindow: 2020\nitems:\n  - s-10 # like s-1\n  - 's-1' # s-2\n\
                    \x20 - \"s-2\"\npinned: [s-3, s-10b]\n---\n";
        let draft = read(text).unwrap();
        let lines = |mentions: &[ItemMention]| mentions.iter().map(|m| m.line).collect::<Vec<_>>();
        assert_eq!((lines(&draft.items), lines(&draft.pinned)), (vec![5, 6, 7], vec![8, 8]));
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
                "remove one of the lines",
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
    fn a_draft_has_a_limit_and_its_place() {
        let with = |letters: usize| {
            let words = "a ".repeat(letters / 2);
            read(&format!("---\nsubject: x\nwindow: 2020\n---\n\nHello.\n{words}.\n"))
        };
        assert!(with(MOST_CHARACTERS - 8).is_ok());
        let problem = with(MOST_CHARACTERS + 20).unwrap_err();
        assert_eq!(problem.place, Place::at("editions/x.md", 7, MOST_CHARACTERS - 6));
        assert!(problem.what.contains("a draft takes at most 100,000 characters"), "{problem}");
        let long = "b".repeat(MOST_CHARACTERS + 1);
        let problem = read(&format!("---\nsubject: \"{long}\"\nwindow: 2020\n---\n")).unwrap_err();
        assert_eq!(
            (problem.place.line, problem.place.column),
            (Some(2), Some(MOST_CHARACTERS + 11))
        );
    }

    #[test]
    fn faults_of_the_front_matter_name_their_column() {
        for (text, line, column) in [
            ("---\nsubject: x\nwindow: 2020-12\npined: [a]\n---\n", 4, 1),
            ("---\nsubject: x\nwindow: \"soon\"\n---\n", 3, 9),
            ("---\nsubject: x\nwindow: 2020\ngroup:  topci\n---\n", 4, 9),
        ] {
            let place = read(text).unwrap_err().place;
            assert_eq!((place.line, place.column), (Some(line), Some(column)), "{text}");
        }
        let draft = read("---\nsubject: x\nwindow: 2020\ntemplate: yaer\n---\n").unwrap();
        assert_eq!(draft.template_place, Some(Place::at("editions/x.md", 4, 11)));
    }

    #[test]
    fn headline_and_figures_survive_the_file() {
        let front = "subject: x\nwindow: 2020\nheadline: \"A \\\"b\\\": c\"\nfigures:\n  - value: 112\n    label: \"a: b\"\n";
        let draft = read(&format!("---\n{front}---\n")).unwrap();
        let written = draft.write(&crate::window::Selection::default(), &[]);
        let again = read(&written).unwrap();
        assert_eq!(again.headline.text, "A \"b\": c");
        assert_eq!((&*again.figures[0].value, &*again.figures[0].label), ("112", "a: b"));
        let words = Draft::read_translation(
            "editions/x.cy.md",
            "---\nsubject: x\nheadline: y\nfigures:\n  - value: 1\n    label: z\n---\n",
        )
        .unwrap();
        let again = Draft::read_translation("editions/x.cy.md", &words.write()).unwrap();
        assert_eq!((&*again.headline.text, &*again.figures[0].label), ("y", "z"));
    }

    proptest::proptest! {
        #[test]
        fn words_from_outside_are_words_in_a_template(text in r"[{}\\!#/> a-c~é\n]{0,24}|\PC{0,40}") {
            let escaped = as_words(&text);
            let rendered = handlebars::Handlebars::new().render_template(&escaped, &());
            proptest::prop_assert_eq!(rendered.map_err(|error| error.to_string()), Ok(one_line(&text)), "{}", escaped);
            let quoted = Value::String(escaped.clone());
            let draft = read(&format!("---\nsubject: {quoted}\nwindow: 2020\n---\n"));
            proptest::prop_assert_eq!(draft.unwrap().subject.text, escaped);
        }
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
