//! One change of a draft at a time, as the studio makes them, and every other line as it was.
//! Pure: a file's text in, its text out.

use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, DraftTranslation, ItemMention};
use super::figures;
use crate::edition::draft_writing::yaml_word;
use crate::problem::{Place, Problem};

/// What an editor does to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum DraftChange {
    Subject {
        text: String,
    },
    Preheader {
        text: String,
    },
    /// The title of the email; empty: the subject is.
    Headline {
        text: String,
    },
    /// Markdown.
    Introduction {
        text: String,
    },
    /// One a line, as in `112: young people supported`.
    Figures {
        text: String,
    },
    Template {
        name: String,
    },
    Group {
        by: String,
    },
    /// Shows a story, behind those that are shown.
    Show {
        id: String,
    },
    /// Leaves a story out, by name.
    LeaveOut {
        id: String,
    },
    /// Shows a story first and large, or where the others are.
    Pin {
        id: String,
        pinned: bool,
    },
    /// Puts a story before or behind another one, into the other's list; at the end of its own where none is named.
    Move {
        id: String,
        #[serde(default)]
        before: Option<String>,
        #[serde(default)]
        behind: Option<String>,
    },
    /// The editor's own words for a story; none gives the source's back.
    Own {
        id: String,
        part: StoryField,
        text: Option<String>,
    },
}

/// What of a story can have words of the editor's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryField {
    Title,
    Summary,
    Alt,
}

impl StoryField {
    fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Alt => "alt",
        }
    }
}

/// What stands behind an id in the file, for people: `3 December 2020 · The fair`.
pub type StoryCaption<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A draft with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDraft {
    pub text: String,
    /// The words that the change is about, before it and with it; none where the edition has none of its own.
    pub before: Option<String>,
    pub words: Option<String>,
}

/// Makes a change. `path` is the file's name, for places; `late` are the lines that offer stories.
///
/// # Errors
/// When the text is no draft, or the change makes it none.
pub fn change(
    path: &str,
    text: &str,
    zone: Tz,
    change: &DraftChange,
    said: StoryCaption<'_>,
    late: &[String],
) -> Result<ChangedDraft, Problem> {
    let draft = Draft::read("draft", path, text, zone)?;
    let file = Text::of(path, text)?;
    let changed = match change {
        DraftChange::Subject { .. }
        | DraftChange::Preheader { .. }
        | DraftChange::Headline { .. }
        | DraftChange::Introduction { .. }
        | DraftChange::Figures { .. } => {
            with_words(path, file, change)?.unwrap_or_else(|| text.to_owned())
        }
        DraftChange::Template { name } => {
            file.with("template", &format!("template: {}\n", word(name)))
        }
        DraftChange::Group { by } => file.with("group", &format!("group: {}\n", word(by))),
        DraftChange::Show { .. }
        | DraftChange::LeaveOut { .. }
        | DraftChange::Pin { .. }
        | DraftChange::Move { .. } => {
            let mut lists = Lists::of(&draft);
            lists.change(change);
            lists.put_into(file, &draft, said, late)
        }
        DraftChange::Own { id, part, text } => own(file, &draft, id, *part, text.as_deref()),
    };
    // What was written must be read again: a draft is never left broken.
    let then = Draft::read("draft", path, &changed, zone)?;
    let (before, words) = (words_now(&draft, change), words_now(&then, change));
    Ok(ChangedDraft { text: changed, before, words })
}

/// Changes the words of another language: `editions/NAME.cy.md`.
///
/// # Errors
/// When the text is no translation, or the change is not about words that are translated.
pub fn change_translation(path: &str, text: &str, change: &DraftChange) -> Result<String, Problem> {
    Draft::read_translation(path, text)?;
    let Some(changed) = with_words(path, Text::of(path, text)?, change)? else {
        return Err(Problem::new(
            Place::whole(path),
            "this does not belong in a translation",
            "change it in the main language: it is the same in every language",
        ));
    };
    Draft::read_translation(path, &changed)?;
    Ok(changed)
}

/// The words of a translation that stand where a change would put others.
pub fn translated_words_now(words: &DraftTranslation, change: &DraftChange) -> Option<String> {
    let text = match change {
        DraftChange::Subject { .. } => &words.subject,
        DraftChange::Preheader { .. } => &words.preheader,
        DraftChange::Headline { .. } => &words.headline,
        DraftChange::Introduction { .. } => &words.introduction,
        DraftChange::Figures { .. } => return Some(figures::typed(&words.figures)),
        _ => return None,
    };
    Some(text.text.clone())
}

/// The file with other words in one of its fields of words.
fn with_words(path: &str, file: Text, change: &DraftChange) -> Result<Option<String>, Problem> {
    let field = |name: &str, text: &str| format!("{name}: {}\n", Value::String(text.to_owned()));
    Ok(Some(match change {
        DraftChange::Subject { text } => file.with("subject", &field("subject", text)),
        DraftChange::Preheader { text } => file.with("preheader", &field("preheader", text)),
        DraftChange::Headline { text } if text.trim().is_empty() => file.with("headline", ""),
        DraftChange::Headline { text } => file.with("headline", &field("headline", text)),
        DraftChange::Introduction { text } => file.with_body(text),
        DraftChange::Figures { text } => file.with("figures", &figures::field_of(path, text)?),
        _ => return Ok(None),
    }))
}

/// The words that stand where a change would put others; none where the edition has none of its own.
fn words_now(draft: &Draft, change: &DraftChange) -> Option<String> {
    match change {
        DraftChange::Subject { .. } => Some(draft.subject.text.clone()),
        DraftChange::Preheader { .. } => Some(draft.preheader.text.clone()),
        DraftChange::Headline { .. } => Some(draft.headline.text.clone()),
        DraftChange::Introduction { .. } => Some(draft.introduction.text.clone()),
        DraftChange::Figures { .. } => Some(figures::typed(&draft.figures)),
        DraftChange::Own { id, part, .. } => {
            let own = draft.overrides.get(id)?;
            let words = match part {
                StoryField::Title => &own.title,
                StoryField::Summary => &own.summary,
                StoryField::Alt => &own.alt,
            };
            words.as_ref().map(|words| words.text.clone())
        }
        DraftChange::Template { .. }
        | DraftChange::Group { .. }
        | DraftChange::Show { .. }
        | DraftChange::LeaveOut { .. }
        | DraftChange::Pin { .. }
        | DraftChange::Move { .. } => None,
    }
}

/// The words that a change puts there.
pub fn words_of(change: &DraftChange) -> Option<&str> {
    match change {
        DraftChange::Subject { text }
        | DraftChange::Preheader { text }
        | DraftChange::Headline { text }
        | DraftChange::Introduction { text }
        | DraftChange::Figures { text } => Some(text),
        DraftChange::Own { text, .. } => text.as_deref(),
        _ => None,
    }
}

/// A name as it is where it can be nothing else, in quotation marks otherwise.
fn word(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_plain { name.to_owned() } else { Value::String(name.to_owned()).to_string() }
}

/// A draft's text in its three parts.
#[derive(Debug, Clone)]
struct Text {
    /// Each line with its end, between the two fences.
    front: Vec<String>,
    opening: String,
    closing: String,
    body: String,
}

impl Text {
    fn of(path: &str, text: &str) -> Result<Self, Problem> {
        let mut lines = text.split_inclusive('\n');
        let opening = lines.next().unwrap_or_default().to_owned();
        if opening.trim_end().trim_start_matches('\u{feff}') != "---" {
            return Err(Problem::new(
                Place::line(path, 1),
                "the studio can change only drafts with `---` around their fields",
                "edit this one in a text editor",
            ));
        }
        let mut front = Vec::new();
        for line in lines.by_ref() {
            if line.trim_end() == "---" {
                let closing = line.to_owned();
                let body: String = lines.collect();
                return Ok(Self { front, opening, closing, body });
            }
            front.push(line.to_owned());
        }
        Err(Problem::new(Place::line(path, 1), "the draft is not closed", "add a line `---`"))
    }

    fn text(&self) -> String {
        format!("{}{}{}{}", self.opening, self.front.concat(), self.closing, self.body)
    }

    /// The file with a field's block replaced, or put at its end. What stands on the field's own line behind ` #` is kept.
    fn with(self, field: &str, block: &str) -> String {
        self.with_field(field, block).text()
    }

    fn with_field(mut self, field: &str, block: &str) -> Self {
        let is_top = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"');
        let start = self.front.iter().position(|line| {
            line.strip_prefix(field).is_some_and(|rest| rest.trim_start().starts_with(':'))
        });
        let Some(start) = start else {
            if !block.is_empty() {
                self.front.push(block.to_owned());
            }
            return self;
        };
        let end = (start + 1..self.front.len())
            .find(|at| is_top(&self.front[*at]))
            .unwrap_or(self.front.len());
        let is_plain = !block.trim_end().contains('\n') && !block.is_empty();
        let note = comment(&self.front[start]).filter(|_| is_plain).map(str::to_owned);
        let block = match note {
            Some(note) => format!("{} {note}\n", block.trim_end()),
            None => block.to_owned(),
        };
        self.front.splice(start..end, [block]);
        self
    }

    fn with_body(mut self, introduction: &str) -> String {
        let text = introduction.replace("\r\n", "\n");
        let text = text.trim();
        self.body = if text.is_empty() { String::new() } else { format!("\n{text}\n") };
        if !self.closing.ends_with('\n') {
            self.closing.push('\n');
        }
        self.text()
    }
}

/// The comment at the end of a line, outside of quotation marks.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(sign) if c == sign && before != '\\' => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && matches!(before, ' ' | '[' | ',') => quote = Some(c),
            None if c == '#' && before == ' ' => return Some(&line[at..]),
            None => {}
        }
        before = c;
    }
    None
}

/// The three lists of a draft.
struct Lists {
    pinned: Vec<String>,
    items: Vec<String>,
    left_out: Vec<String>,
}

impl Lists {
    fn of(draft: &Draft) -> Self {
        let ids = |mentions: &[ItemMention]| mentions.iter().map(|m| m.id.clone()).collect();
        let pinned: Vec<String> = ids(&draft.pinned);
        let mut items: Vec<String> = ids(&draft.items);
        // A pinned story may stand among the others too: it is shown once.
        items.retain(|id| !pinned.contains(id));
        Self { pinned, items, left_out: ids(&draft.left_out) }
    }

    fn take_out(&mut self, id: &str) {
        for list in [&mut self.pinned, &mut self.items, &mut self.left_out] {
            list.retain(|known| known != id);
        }
    }

    fn change(&mut self, change: &DraftChange) {
        match change {
            DraftChange::Show { id } => {
                self.take_out(id);
                self.items.push(id.clone());
            }
            DraftChange::LeaveOut { id } => {
                self.take_out(id);
                self.left_out.push(id.clone());
            }
            DraftChange::Pin { id, pinned: true } => {
                self.take_out(id);
                self.pinned.push(id.clone());
            }
            DraftChange::Pin { id, pinned: false } => {
                self.take_out(id);
                self.items.insert(0, id.clone());
            }
            DraftChange::Move { id, before, behind } => {
                let other = before.as_ref().or(behind.as_ref()).unwrap_or(id);
                let is_pinned = self.pinned.contains(other);
                self.take_out(id);
                let list = if is_pinned { &mut self.pinned } else { &mut self.items };
                let place = list.iter().position(|known| known == other);
                let place = place.map(|place| place + usize::from(before.is_none()));
                list.insert(place.unwrap_or(list.len()), id.clone());
            }
            DraftChange::Subject { .. }
            | DraftChange::Preheader { .. }
            | DraftChange::Headline { .. }
            | DraftChange::Introduction { .. }
            | DraftChange::Figures { .. }
            | DraftChange::Template { .. }
            | DraftChange::Group { .. }
            | DraftChange::Own { .. } => {}
        }
    }

    fn put_into(
        self,
        file: Text,
        draft: &Draft,
        said: StoryCaption<'_>,
        late: &[String],
    ) -> String {
        let before = Self::of(draft);
        let mut file = file;
        for (name, list, was, note) in [
            ("pinned", &self.pinned, &before.pinned, "ids of stories to show first and large"),
            ("items", &self.items, &before.items, "in this order; move or remove lines"),
            ("left_out", &self.left_out, &before.left_out, "ids of stories left out on purpose"),
        ] {
            if list == was && name != "items" {
                continue;
            }
            let mut block =
                format!("{name}:{} # {note}\n", if list.is_empty() { " []" } else { "" });
            for id in list {
                let comment = said(id).map(|said| format!(" # {said}")).unwrap_or_default();
                block.push_str(&format!("  - {}{comment}\n", yaml_word(id)));
            }
            if name == "items" {
                block.push_str(&late.concat());
            }
            file = file.with_field(name, &block);
        }
        file.text()
    }
}

/// The file with an editor's own words for a story.
fn own(file: Text, draft: &Draft, id: &str, part: StoryField, text: Option<&str>) -> String {
    let mut overrides = draft.overrides.clone();
    let story = overrides.entry(id.to_owned()).or_default();
    let words = text.map(super::PlacedText::proposed);
    match part {
        StoryField::Title => story.title = words,
        StoryField::Summary => story.summary = words,
        StoryField::Alt => story.alt = words,
    }
    let mut block = String::new();
    for (id, own) in &overrides {
        let parts = [
            (StoryField::Title, &own.title),
            (StoryField::Summary, &own.summary),
            (StoryField::Alt, &own.alt),
        ];
        if parts.iter().all(|(_, words)| words.is_none()) {
            continue;
        }
        block.push_str(&format!("  {}:\n", yaml_word(id)));
        for (part, words) in parts {
            if let Some(words) = words {
                let text = Value::String(words.text.clone());
                block.push_str(&format!("    {}: {text}\n", part.word()));
            }
        }
    }
    if !block.is_empty() {
        block = format!("overrides: # your own words for a story: title, summary, alt\n{block}");
    }
    file.with("overrides", &block)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    const DRAFT: &str = "---\n# My own note.\nsubject: \"Old # subject\" # say it short\npreheader: \"x\"\ntemplate: monthly\nwindow: \"2020-12\"\n\
        pinned: [] # ids\nitems: # order\n  - a-1 # A\n  - b-1 # B\n  # - c-1 # late\n  - d-1\nleft_out: []\n---\n\nHello.\n";

    fn made(changes: &[DraftChange]) -> String {
        changes.iter().fold(DRAFT.to_owned(), |text, one| {
            let said = |id: &str| Some(format!("title of {id}"));
            change("editions/x.md", &text, London, one, &said, &["  # - c-1 # late\n".to_owned()])
                .map(|changed| changed.text)
                .unwrap()
        })
    }

    fn id(id: &str) -> String {
        id.to_owned()
    }

    #[test]
    fn one_field_changes_and_all_else_stays() {
        let text = made(&[DraftChange::Subject { text: "New \"words\"".to_owned() }]);
        assert_eq!(text, DRAFT.replace("\"Old # subject\"", "\"New \\\"words\\\"\""));
        let text =
            made(&[DraftChange::Introduction { text: "\nDear all,\r\n\r\nhello.\n\n".to_owned() }]);
        assert_eq!(text, DRAFT.replace("\nHello.\n", "\nDear all,\n\nhello.\n"));
        let text = made(&[DraftChange::Group { by: "topic".to_owned() }]);
        assert_eq!(text, DRAFT.replace("left_out: []\n", "left_out: []\ngroup: topic\n"));
    }

    #[test]
    fn stories_are_moved_shown_and_left_out() {
        let lists = |changes: &[DraftChange]| {
            let draft = Draft::read("x", "x", &made(changes), London).unwrap();
            let ids =
                |m: &[ItemMention]| m.iter().map(|m| m.id.clone()).collect::<Vec<_>>().join(" ");
            (ids(&draft.pinned), ids(&draft.items), ids(&draft.left_out))
        };
        let are = |p: &str, i: &str, l: &str| (p.to_owned(), i.to_owned(), l.to_owned());
        let to = |before: &str| Some(before.to_owned());
        assert_eq!(lists(&[DraftChange::LeaveOut { id: id("b-1") }]), are("", "a-1 d-1", "b-1"));
        assert_eq!(
            lists(&[DraftChange::LeaveOut { id: id("b-1") }, DraftChange::Show { id: id("b-1") }]),
            are("", "a-1 d-1 b-1", "")
        );
        assert_eq!(
            lists(&[DraftChange::Move { id: id("d-1"), before: to("a-1"), behind: None }]),
            are("", "d-1 a-1 b-1", "")
        );
        assert_eq!(
            lists(&[DraftChange::Move { id: id("a-1"), before: None, behind: None }]),
            are("", "b-1 d-1 a-1", "")
        );
        for (moved, behind, are_now) in [
            ("a-1", "b-1", are("", "b-1 a-1 d-1", "")),
            ("a-1", "d-1", are("", "b-1 d-1 a-1", "")),
            ("d-1", "a-1", are("", "a-1 d-1 b-1", "")),
            ("a-1", "a-1", are("", "b-1 d-1 a-1", "")),
            ("a-1", "gone", are("", "b-1 d-1 a-1", "")),
        ] {
            let change = DraftChange::Move { id: id(moved), before: None, behind: to(behind) };
            assert_eq!(lists(&[change]), are_now, "{moved} behind {behind}");
        }
        // Behind the lead stories is among them.
        let pin = DraftChange::Pin { id: id("b-1"), pinned: true };
        let behind = DraftChange::Move { id: id("a-1"), before: None, behind: to("b-1") };
        assert_eq!(lists(&[pin, behind]), are("b-1 a-1", "d-1", ""));
        assert_eq!(
            lists(&[DraftChange::Pin { id: id("d-1"), pinned: true }]),
            are("d-1", "a-1 b-1", "")
        );
        assert_eq!(
            lists(&[
                DraftChange::Pin { id: id("d-1"), pinned: true },
                DraftChange::Pin { id: id("d-1"), pinned: false }
            ]),
            are("", "d-1 a-1 b-1", "")
        );
        let text = made(&[DraftChange::LeaveOut { id: id("b-1") }]);
        assert!(text.contains("# My own note.\n") && text.contains("  # - c-1 # late\n"), "{text}");
        assert!(
            text.contains(
                "left_out: # ids of stories left out on purpose\n  - b-1 # title of b-1\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn own_words_come_and_go() {
        let own = |part, text: Option<&str>| DraftChange::Own {
            id: id("a-1"),
            part,
            text: text.map(str::to_owned),
        };
        let text = made(&[
            own(StoryField::Title, Some("Mine: \"so\"")),
            own(StoryField::Alt, Some("A table")),
        ]);
        let draft = Draft::read("x", "x", &text, London).unwrap();
        assert_eq!(draft.overrides["a-1"].title.as_ref().unwrap().text, "Mine: \"so\"");
        let text = made(&[own(StoryField::Title, Some("Mine")), own(StoryField::Title, None)]);
        assert_eq!(text, DRAFT);
    }

    #[test]
    fn a_change_that_would_break_the_draft_is_refused() {
        let said = |_: &str| None;
        let wrong = DraftChange::Group { by: "colour".to_owned() };
        assert!(change("x", DRAFT, London, &wrong, &said, &[]).is_err());
        let toml = DRAFT.replace("---", "+++");
        let fine = DraftChange::Subject { text: "x".to_owned() };
        assert!(change("x", &toml, London, &fine, &said, &[]).is_err());
    }
}
