//! The file of an edition, `editions/NAME.md`: front matter for the decisions, a body for the introduction.
//! Pure: text in, a draft out, and back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::PlacedText;
use crate::locale::Locale;
use crate::news::{Item, PartialDate, markdown};
use crate::problem::{Place, Problem, nearest};
use crate::rfc::text::{cut_at_word, of_a_text, one_line};
use crate::window::{Selection, Window, WindowError};

/// What the editor has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// Where it was read from; `None` for one made on the fly.
    pub source: Option<String>,
    pub subject: PlacedText,
    pub preheader: PlacedText,
    /// `monthly`, `year` or `announcement`, or the name of a template of the project.
    pub template: String,
    /// Line of the file that names the template.
    pub template_line: Option<usize>,
    pub window: Window,
    pub items: Vec<ItemMention>,
    pub pinned: Vec<ItemMention>,
    pub left_out: Vec<ItemMention>,
    pub introduction: PlacedText,
    /// What the sections are made of.
    pub group: Grouping,
    /// The editor's own words for stories, by id; their sources stay as they are.
    pub overrides: BTreeMap<String, Override>,
    /// Stories of websites are taken as they were then: what has changed since is shown, and not slipped in.
    pub as_of: Option<DateTime<Utc>>,
    /// The editor's words in other languages, by code.
    pub translations: BTreeMap<String, DraftTranslation>,
}

/// What the sections of an email are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// A year by its months, anything shorter in one.
    #[default]
    Time,
    /// A section for each topic.
    Topic,
}

/// The editor's own words for a story.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Override {
    pub title: Option<PlacedText>,
    pub summary: Option<PlacedText>,
    /// What the picture says to those who cannot see it.
    pub alt: Option<PlacedText>,
    /// Line of the file, from 1.
    pub line: usize,
}

/// The editor's words in another language: the file `editions/NAME.cy.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftTranslation {
    pub subject: PlacedText,
    pub preheader: PlacedText,
    /// Markdown.
    pub introduction: PlacedText,
}

/// An item named in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemMention {
    pub id: String,
    /// Line of the file, from 1.
    pub line: usize,
}

const FIELDS: [&str; 10] = [
    "subject",
    "preheader",
    "template",
    "window",
    "group",
    "pinned",
    "items",
    "left_out",
    "overrides",
    "as_of",
];

impl Draft {
    /// The draft that takes everything of a window. A year is told from its beginning, a month from its end.
    pub fn propose(
        window: &Window,
        selection: &Selection,
        template: Option<&str>,
        organisation: &str,
        lexicon: &Locale,
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
            subject: PlacedText::proposed(as_words(&subject)),
            preheader: PlacedText::proposed(as_words(&preheader)),
            template,
            template_line: None,
            window: window.clone(),
            items: chosen.iter().map(|item| ItemMention { id: item.id.clone(), line: 0 }).collect(),
            pinned: Vec::new(),
            left_out: Vec::new(),
            introduction: PlacedText::proposed(""),
            group: Grouping::default(),
            overrides: BTreeMap::new(),
            as_of: None,
            translations: BTreeMap::new(),
        }
    }

    /// Puts a section for each topic into a proposal; its preheader does not speak of months then.
    pub fn by_topic(&mut self, selection: &Selection) {
        self.group = Grouping::Topic;
        let title_of = |mention: &ItemMention| {
            selection.chosen.iter().find(|item| item.id == mention.id).map(|item| &*item.title)
        };
        let titles: Vec<&str> = self.items.iter().filter_map(title_of).collect();
        self.preheader = PlacedText::proposed(as_words(&first_titles(&titles)));
    }

    /// The ids of all stories that it names.
    pub fn ids(&self) -> Vec<String> {
        let named = self.pinned.iter().chain(&self.items).chain(&self.left_out);
        named.map(|mention| mention.id.clone()).collect()
    }

    /// The words that would be proposed in another language.
    pub fn propose_in(
        &self,
        selection: &Selection,
        organisation: &str,
        lexicon: &Locale,
    ) -> DraftTranslation {
        let language = &lexicon.language;
        let translated = Selection {
            chosen: selection.chosen.iter().map(|item| item.in_language(language)).collect(),
            ..Selection::default()
        };
        let proposed =
            Self::propose(&self.window, &translated, Some(&self.template), organisation, lexicon);
        DraftTranslation {
            subject: proposed.subject,
            preheader: proposed.preheader,
            introduction: proposed.introduction,
        }
    }

    /// Reads the words of another language.
    ///
    /// # Errors
    /// Says at which line the file is wrong, and the cure.
    pub fn read_translation(path: &str, text: &str) -> Result<DraftTranslation, Problem> {
        const WORDS: [&str; 2] = ["subject", "preheader"];
        let text = &*of_a_text(text);
        let document = markdown::document(path, text)?;
        for field in document.fields.keys() {
            if !WORDS.contains(&field.as_str()) {
                let line = document.line_of(field).unwrap_or(1);
                return Err(Problem::new(
                    Place::line(path, line),
                    format!("`{field}` does not belong in a translation"),
                    "keep only `subject:`, `preheader:` and the introduction; everything else is \
                     in the edition's own file",
                ));
            }
        }
        let words = |field: &str| {
            document.fields.get(field).and_then(Value::as_str).map(|text| PlacedText {
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
        Ok(DraftTranslation {
            subject,
            preheader: words("preheader").unwrap_or_else(|| PlacedText::proposed("")),
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
        let text = &*of_a_text(text);
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
                    format!("`{field}` is not text"),
                    format!("put it in quotation marks: {field}: \"…\""),
                )),
            }
        };
        let words = |field: &str| -> Result<Option<PlacedText>, Problem> {
            Ok(text_of(field)?.map(|text| PlacedText {
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
            preheader: words("preheader")?.unwrap_or_else(|| PlacedText::proposed("")),
            template_line: document.line_of("template"),
            template: text_of("template")?
                .unwrap_or_else(|| if window.is_year() { "year" } else { "monthly" }.to_owned()),
            window,
            items: list("items")?,
            pinned: list("pinned")?,
            left_out: list("left_out")?,
            introduction: introduction(path, text, document.body),
            group: match text_of("group")?.as_deref() {
                None | Some("month" | "time") => Grouping::Time,
                Some("topic") => Grouping::Topic,
                Some(other) => {
                    return Err(Problem::new(
                        place_of("group"),
                        format!("stories cannot be grouped by `{other}`"),
                        "write group: month, or group: topic",
                    ));
                }
            },
            overrides: overrides(&document, path)?,
            as_of: match text_of("as_of")? {
                None => None,
                Some(text) => Some(text.parse().map_err(|_| {
                    Problem::new(
                        place_of("as_of"),
                        format!("`{text}` is not a time"),
                        "write it as 2020-12-31T09:00:00Z, or remove the line",
                    )
                })?),
            },
            translations: BTreeMap::new(),
        })
    }

    /// A draft's text with another `as_of`, and nothing else changed.
    pub fn with_as_of(text: &str, now: DateTime<Utc>) -> String {
        let stamp = format!("as_of: \"{}\"", now.format("%Y-%m-%dT%H:%M:%S%.3fZ"));
        let mut out = String::with_capacity(text.len() + stamp.len());
        let mut is_done = false;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let ends_front = number > 0 && line.trim_end() == "---";
            if !is_done && line.starts_with("as_of:") {
                let note = line.find(" #").map_or("\n", |at| &line[at..]);
                out.push_str(&stamp);
                out.push_str(note);
                is_done = true;
                continue;
            }
            if !is_done && ends_front {
                out.push_str(&stamp);
                out.push('\n');
                is_done = true;
            }
            out.push_str(line);
        }
        out
    }

    /// The draft as a file that people edit. Titles stand behind the items as comments. `late` are stories that came after
    /// the edition of their day: they are offered as lines that only need a `#` taken away.
    pub fn write(&self, selection: &Selection, late: &[(&Item, String)]) -> String {
        let zone = self.window.zone;
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let said = |item: &Item| {
            let date = item.date.map_or_else(|| "no date".to_owned(), |date| date.long(zone));
            format!("{date} · {}", item.title)
        };
        let title_of = |id: &str| {
            let item = selection.chosen.iter().find(|item| item.id == id);
            item.map_or_else(String::new, |item| format!(" # {}", said(item)))
        };
        let list = |name: &str, mentions: &[ItemMention], note: &str| {
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
        if self.group == Grouping::Topic {
            file.push_str("group: topic\n");
        }
        file.push_str(&list("pinned", &self.pinned, "ids of stories to show first and large"));
        file.push_str(&list("items", &self.items, "in this order; move or remove lines"));
        for (item, edition) in late {
            file.push_str(&format!(
                "  # - {} # {} (late: it arrived after {edition}; remove the first # to include \
                 it now)\n",
                yaml_word(&item.id),
                said(item)
            ));
        }
        file.push_str(&list("left_out", &self.left_out, "ids of stories left out on purpose"));
        if !self.overrides.is_empty() {
            file.push_str("overrides: # your own words for a story: title, summary, alt\n");
        }
        for (id, own) in &self.overrides {
            file.push_str(&format!("  {}:\n", yaml_word(id)));
            for (name, words) in
                [("title", &own.title), ("summary", &own.summary), ("alt", &own.alt)]
            {
                if let Some(words) = words {
                    file.push_str(&format!("    {name}: {}\n", quoted(&words.text)));
                }
            }
        }
        if let Some(as_of) = self.as_of {
            file.push_str(&format!(
                "as_of: \"{}\" # stories of websites as they were then; `roundup draft {} \
                 --refresh` accepts what has changed\n",
                as_of.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
                self.name
            ));
        }
        file.push_str("---\n\n");
        if !self.introduction.text.is_empty() {
            file.push_str(&self.introduction.text);
            file.push('\n');
        }
        file
    }
}

impl DraftTranslation {
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
fn introduction(path: &str, text: &str, body: &str) -> PlacedText {
    let body = body.trim_start_matches(['\r', '\n']);
    PlacedText {
        text: body.trim_end().to_owned(),
        source: Some(path.to_owned()),
        line: text.lines().count() - body.lines().count() + 1,
    }
}

/// An id as a YAML word: plain where it can be nothing else, in quotation marks otherwise.
pub(super) fn yaml_word(id: &str) -> String {
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

/// The group `overrides:`, by id.
fn overrides(
    document: &crate::news::front_matter::MarkdownDocument,
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
            let given = PlacedText { text: text.to_owned(), source: Some(path.to_owned()), line };
            match name.as_str() {
                "title" => words.title = Some(given),
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

fn mentions(
    document: &crate::news::front_matter::MarkdownDocument,
    path: &str,
    field: &str,
) -> Result<Vec<ItemMention>, Problem> {
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
    let mut mentions: Vec<ItemMention> = Vec::new();
    for value in values {
        let id = match value {
            Value::String(id) => id.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(wrong("has an entry that is not an id")),
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
                format!("`{id}` appears twice in `{field}`"),
                "remove one of the lines",
            ));
        }
        mentions.push(ItemMention { id, line });
    }
    Ok(mentions)
}

/// Words from outside for a field that is a template, on one line: their braces stay braces.
pub fn as_words(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let braces = rest[at..].bytes().take_while(|byte| *byte == b'{').count();
        // A backslash before braces makes words of them, and one before that a backslash again: a comment parts them.
        if out.ends_with('\\') {
            out.push_str("\\{{!}}");
        }
        let mut left = braces;
        while left > 1 {
            let taken = if left > 3 { 4 } else { 2 };
            out.push('\\');
            out.extend(std::iter::repeat_n('{', taken));
            left -= taken;
        }
        out.extend(std::iter::repeat_n('{', left));
        rest = &rest[at + braces..];
    }
    out.push_str(rest);
    out
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
        text = titles
            .first()
            .map_or_else(String::new, |title| cut_at_word(title, LONGEST_PREHEADER_CHARS - 1));
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
