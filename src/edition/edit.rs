//! One change of a draft at a time, as the studio makes them, and every other line as it was.
//! Pure: a file's text in, its text out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

use super::draft::{Draft, DraftTranslation, ItemMention, Override};
use super::draft_lines::{
    StoryListChange, comment, is_comment, line_of, value_end, with_figures, with_moved, with_own,
};
use super::figures::{self, Figure};
use crate::edition::draft_writing::yaml_word;
use crate::problem::{Place, Problem};
use crate::rfc::text::with_line_ends_of;

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

/// Makes a change. `path` is the file's name, for places.
///
/// # Errors
/// When the text is not a draft, or the change makes it unreadable as one.
pub fn change(
    path: &str,
    text: &str,
    zone: Tz,
    change: &DraftChange,
    said: StoryCaption<'_>,
) -> Result<ChangedDraft, Problem> {
    let draft = Draft::read("draft", path, text, zone)?;
    let file = Text::of(path, text)?;
    let changed = match change {
        DraftChange::Subject { .. }
        | DraftChange::Preheader { .. }
        | DraftChange::Headline { .. }
        | DraftChange::Introduction { .. }
        | DraftChange::Figures { .. } => {
            with_words(path, file, change, &draft.figures)?.unwrap_or_else(|| text.to_owned())
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
            let moved = lists.change(change);
            lists.put_into(file, &draft, moved, said)
        }
        DraftChange::Own { id, part, text } => {
            // A story without a title is none: an empty one is the source's again.
            let words = text
                .as_deref()
                .filter(|text| *part != StoryField::Title || !text.trim().is_empty());
            own(path, file, &draft, zone, (id, *part, words))
        }
    };
    let changed = with_line_ends_of(text, changed);
    // What was written must be read again: a draft is never left broken.
    let then = Draft::read("draft", path, &changed, zone)?;
    let (before, words) = (words_now(&draft, change), words_now(&then, change));
    Ok(ChangedDraft { text: changed, before, words })
}

/// Changes the words of another language: `editions/NAME.cy.md`.
///
/// # Errors
/// When the text is not a translation, or the change is not about words that are translated.
pub fn change_translation(path: &str, text: &str, change: &DraftChange) -> Result<String, Problem> {
    let figures = Draft::read_translation(path, text)?.figures;
    let Some(changed) = with_words(path, Text::of(path, text)?, change, &figures)? else {
        return Err(Problem::new(
            Place::whole(path),
            "this does not belong in a translation",
            "change it in the main language: it is the same in every language",
        ));
    };
    let changed = with_line_ends_of(text, changed);
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
fn with_words(
    path: &str,
    mut file: Text,
    change: &DraftChange,
    figures: &[Figure],
) -> Result<Option<String>, Problem> {
    let field = |name: &str, text: &str| format!("{name}: {}\n", Value::String(text.to_owned()));
    Ok(Some(match change {
        DraftChange::Subject { text } => file.with("subject", &field("subject", text)),
        DraftChange::Preheader { text } => file.with("preheader", &field("preheader", text)),
        DraftChange::Headline { text } if text.trim().is_empty() => file.with("headline", ""),
        DraftChange::Headline { text } => file.with("headline", &field("headline", text)),
        DraftChange::Introduction { text } => file.with_body(text),
        DraftChange::Figures { text } => {
            let before: Vec<String> = figures.iter().map(Figure::typed).collect();
            file.front = with_figures(&file.front, &before, &figures::entries_of(path, text)?);
            file.text()
        }
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

    /// The file with another line for a field, at its end where it had none. What stands on the field's own line behind ` #`
    /// is kept, and so are comments below it.
    fn with(mut self, field: &str, line: &str) -> String {
        match line_of(&self.front, field) {
            Some(start) => {
                let note = comment(&self.front[start]).filter(|_| !line.is_empty());
                let line = match note {
                    Some(note) => format!("{} {note}\n", line.trim_end()),
                    None => line.to_owned(),
                };
                let end = value_end(&self.front, start);
                self.front.splice(start..end, [line]);
            }
            None if line.is_empty() => {}
            None => self.front.push(line.to_owned()),
        }
        self.text()
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

    /// Makes the change; gives the story that it moves.
    fn change<'a>(&mut self, change: &'a DraftChange) -> &'a str {
        match change {
            DraftChange::Show { id } => {
                self.take_out(id);
                self.items.push(id.clone());
                id
            }
            DraftChange::LeaveOut { id } => {
                self.take_out(id);
                self.left_out.push(id.clone());
                id
            }
            DraftChange::Pin { id, pinned: true } => {
                self.take_out(id);
                self.pinned.push(id.clone());
                id
            }
            DraftChange::Pin { id, pinned: false } => {
                self.take_out(id);
                self.items.insert(0, id.clone());
                id
            }
            DraftChange::Move { id, before, behind } => {
                let other = before.as_ref().or(behind.as_ref()).unwrap_or(id);
                let is_pinned = self.pinned.contains(other);
                self.take_out(id);
                let list = if is_pinned { &mut self.pinned } else { &mut self.items };
                let place = list.iter().position(|known| known == other);
                let place = place.map(|place| place + usize::from(before.is_none()));
                list.insert(place.unwrap_or(list.len()), id.clone());
                id
            }
            DraftChange::Subject { .. }
            | DraftChange::Preheader { .. }
            | DraftChange::Headline { .. }
            | DraftChange::Introduction { .. }
            | DraftChange::Figures { .. }
            | DraftChange::Template { .. }
            | DraftChange::Group { .. }
            | DraftChange::Own { .. } => "",
        }
    }

    fn put_into(
        &self,
        mut file: Text,
        draft: &Draft,
        moved: &str,
        said: StoryCaption<'_>,
    ) -> String {
        let list = |name, note, before: &[ItemMention], after| StoryListChange {
            name,
            note,
            before: before.iter().map(|mention| mention.id.clone()).collect(),
            after,
        };
        let lists = [
            list("pinned", "ids of stories to show first and large", &draft.pinned, &self.pinned),
            list("items", "in this order; move or remove lines", &draft.items, &self.items),
            list("left_out", "ids of stories left out on purpose", &draft.left_out, &self.left_out),
        ];
        let caption = said(moved).map(|said| format!(" # {said}")).unwrap_or_default();
        let line = format!("- {}{caption}\n", yaml_word(moved));
        file.front = with_moved(&file.front, &lists, moved, &line);
        file.text()
    }
}

/// The file with an editor's own words for a story, or without them.
fn own(
    path: &str,
    file: Text,
    draft: &Draft,
    zone: Tz,
    (id, part, text): (&str, StoryField, Option<&str>),
) -> String {
    let mut wanted = draft.overrides.clone();
    let story = wanted.entry(id.to_owned()).or_default();
    let words = text.map(super::PlacedText::proposed);
    match part {
        StoryField::Title => story.title = words,
        StoryField::Summary => story.summary = words,
        StoryField::Alt => story.alt = words,
    }
    if let Some(front) = with_own(&file.front, id, part.word(), text) {
        let changed = Text { front, ..file.clone() }.text();
        let is_wanted = |now: &Draft| own_words(&now.overrides) == own_words(&wanted);
        if Draft::read("draft", path, &changed, zone).as_ref().is_ok_and(is_wanted) {
            return changed;
        }
    }
    rewritten(file, &wanted)
}

type WordsOfStories<'a> = Vec<(&'a str, [Option<&'a str>; 3])>;

/// The words only, without their places in the file.
fn own_words(overrides: &BTreeMap<String, Override>) -> WordsOfStories<'_> {
    let stories = overrides.iter().map(|(id, own)| {
        let parts = [&own.title, &own.summary, &own.alt];
        (id.as_str(), parts.map(|words| words.as_ref().map(|words| words.text.as_str())))
    });
    stories.filter(|(_, parts)| parts.iter().any(Option::is_some)).collect()
}

/// The file with all own words written as roundup writes them: a group on one line has no lines to change.
fn rewritten(mut file: Text, overrides: &BTreeMap<String, Override>) -> String {
    let start = line_of(&file.front, "overrides");
    if let Some(start) = start {
        let end = value_end(&file.front, start);
        let comments: Vec<String> =
            file.front[start + 1..end].iter().filter(|line| is_comment(line)).cloned().collect();
        file.front.splice(start..end, comments);
    }
    for (id, parts) in own_words(overrides) {
        for (name, text) in ["title", "summary", "alt"].into_iter().zip(parts) {
            let Some(text) = text else { continue };
            if let Some(front) = with_own(&file.front, id, name, Some(text)) {
                file.front = front;
            }
        }
    }
    file.text()
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
            change("editions/x.md", &text, London, one, &said).map(|changed| changed.text).unwrap()
        })
    }

    fn id(id: &str) -> String {
        id.to_owned()
    }

    #[test]
    fn a_draft_of_windows_stays_one() {
        let text = |text: &str| text.to_owned();
        for one in [
            DraftChange::Subject { text: text("New") },
            DraftChange::Headline { text: text("New") },
            DraftChange::Introduction { text: text("Dear all,\r\n\nhello.") },
            DraftChange::Figures { text: text("3 = homes\n4 = schools") },
            DraftChange::Template { name: text("year") },
            DraftChange::Group { by: text("topic") },
            DraftChange::LeaveOut { id: id("a-1") },
            DraftChange::Pin { id: id("b-1"), pinned: true },
            DraftChange::Own { id: id("a-1"), part: StoryField::Title, text: Some(text("Own")) },
        ] {
            let said = |id: &str| Some(format!("title of {id}"));
            let made = |draft: &str| change("editions/x.md", draft, London, &one, &said).unwrap();
            let (plain, windows) = (made(DRAFT), made(&DRAFT.replace('\n', "\r\n")));
            assert_eq!(windows.text, plain.text.replace('\n', "\r\n"), "{one:?}");
            assert_eq!((windows.before, windows.words), (plain.before, plain.words), "{one:?}");
        }
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
        assert!(text.contains("left_out:\n  - b-1 # B\n"), "{text}");
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

    /// Comments in every place, and values in every form that YAML has for them.
    const NOTED: &str = "---\n# Above all.\nsubject: Old # say it short\n  # Below the subject.\n\n# Above the preheader.\npreheader: >-\n  two\n  lines\n# Below the preheader.\n\
        headline: 'Mine' # the head\nfigures: # chosen\n  # The first.\n  - value: \"1\" # sure\n    label: \"one\"\n  # The second.\n  - label: two\n    value: 2\n  # Below the figures.\n# Above the template.\n\
        template: monthly # ours\nwindow: \"2020-12\"\ngroup: time # as ever\n# Above the lists.\npinned: [] # none yet\nitems: # order\n  # First of all.\n  - a-1 # A\n\n  # Keep this one.\n  # Really.\n  - b-1 # B\n\
        \x20 # - c-1 # late\n  - 'd-1'\n  # Below the items.\nleft_out: # why\n# At the margin.\n- e-1 # E\n# Above the words.\noverrides: # agreed\n  # With Amina.\n  a-1: # hers\n    # Do not shorten.\n    title: \"Our title\" # the chair\n\
        \x20   # Above the summary.\n    summary: >-\n      First line\n      # no comment\n    # Below the summary.\n  # Above b.\n  'b-1':\n    alt: A table\n# At the end.\n---\n\nHello.\n";

    fn noted(one: &DraftChange) -> (String, ChangedDraft) {
        let said = |id: &str| Some(format!("title of {id}"));
        (format!("{one:?}"), change("x.md", NOTED, London, one, &said).unwrap())
    }

    /// The lines that are in one text and not in the other.
    fn lines_gone(from: &str, to: &str) -> Vec<String> {
        let mut left: Vec<&str> = to.lines().collect();
        let mut gone = Vec::new();
        for line in from.lines() {
            match left.iter().position(|other| *other == line) {
                Some(at) => drop(left.remove(at)),
                None => gone.push(line.to_owned()),
            }
        }
        gone
    }

    #[test]
    fn one_change_takes_its_own_lines_and_no_other() {
        let text = |text: &str| text.to_owned();
        let own = |story: &str, part, text: Option<&str>| DraftChange::Own {
            id: id(story),
            part,
            text: text.map(str::to_owned),
        };
        let to = |story: &str| Some(story.to_owned());
        let moved =
            |story: &str, before, behind| DraftChange::Move { id: id(story), before, behind };
        let cases: [(DraftChange, &[&str], &[&str]); 24] = [
            (
                DraftChange::Subject { text: text("New") },
                &["subject: Old # say it short"],
                &["subject: \"New\" # say it short"],
            ),
            (
                DraftChange::Preheader { text: text("x") },
                &["preheader: >-", "  two", "  lines"],
                &["preheader: \"x\""],
            ),
            (DraftChange::Headline { text: text("") }, &["headline: 'Mine' # the head"], &[]),
            (
                DraftChange::Figures { text: text("1: one\n3: two") },
                &["  - label: two", "    value: 2"],
                &["  - value: \"3\"", "    label: \"two\""],
            ),
            (
                DraftChange::Figures { text: text("2: two") },
                &["  - value: \"1\" # sure", "    label: \"one\""],
                &[],
            ),
            (
                DraftChange::Figures { text: text("0: none\n1: one\n2: two") },
                &[],
                &["  - value: \"0\"", "    label: \"none\""],
            ),
            (
                DraftChange::Template { name: text("year") },
                &["template: monthly # ours"],
                &["template: year # ours"],
            ),
            (
                DraftChange::Group { by: text("topic") },
                &["group: time # as ever"],
                &["group: topic # as ever"],
            ),
            (DraftChange::Introduction { text: text("Hi.") }, &["Hello."], &["Hi."]),
            (moved("a-1", None, to("d-1")), &[], &[]),
            (moved("b-1", to("a-1"), None), &[], &[]),
            (
                DraftChange::Pin { id: id("b-1"), pinned: true },
                &["pinned: [] # none yet"],
                &["pinned: # none yet"],
            ),
            (
                DraftChange::LeaveOut { id: id("a-1") },
                &["  # First of all.", "  - a-1 # A"],
                &["# First of all.", "- a-1 # A"],
            ),
            (
                DraftChange::Show { id: id("e-1") },
                &["left_out: # why", "# At the margin.", "- e-1 # E"],
                &["  # At the margin.", "  - e-1 # E", "left_out: [] # why"],
            ),
            (
                DraftChange::Show { id: id("c-1") },
                &["  # - c-1 # late"],
                &["  - c-1 # title of c-1"],
            ),
            (DraftChange::Show { id: id("c-10") }, &[], &["  - c-10 # title of c-10"]),
            (
                own("a-1", StoryField::Title, Some("New")),
                &["    title: \"Our title\" # the chair"],
                &["    title: \"New\" # the chair"],
            ),
            (
                own("a-1", StoryField::Title, Some(" ")),
                &["    title: \"Our title\" # the chair"],
                &["    # the chair"],
            ),
            (
                own("a-1", StoryField::Summary, Some("New")),
                &["    summary: >-", "      First line", "      # no comment"],
                &["    summary: \"New\""],
            ),
            (own("a-1", StoryField::Alt, Some("New")), &[], &["    alt: \"New\""]),
            (own("b-1", StoryField::Alt, None), &["  'b-1':", "    alt: A table"], &[]),
            (own("b-1", StoryField::Title, Some("B")), &[], &["    title: \"B\""]),
            (own("x-1", StoryField::Title, Some("X")), &[], &["  x-1:", "    title: \"X\""]),
            (own("x-1", StoryField::Title, None), &[], &[]),
        ];
        for (one, gone, new) in &cases {
            let (name, changed) = noted(one);
            assert_eq!(lines_gone(NOTED, &changed.text), *gone, "{name}: {}", changed.text);
            assert_eq!(lines_gone(&changed.text, NOTED), *new, "{name}: {}", changed.text);
        }
        // Comments go along with the story that they stand above.
        let (_, changed) = noted(&moved("b-1", to("a-1"), None));
        let wanted =
            "  # Keep this one.\n  # Really.\n  - b-1 # B\n  # First of all.\n  - a-1 # A\n";
        assert!(changed.text.contains(wanted), "{}", changed.text);
    }

    #[test]
    fn words_on_one_line_are_written_on_lines_of_their_own() {
        let flow = NOTED.split("overrides:").next().unwrap().to_owned()
            + "overrides: { a-1: { title: \"T\" } } # all\n# At the end.\n---\n";
        let lists = flow.replace(
            "left_out: # why\n# At the margin.\n- e-1 # E\n",
            "left_out: [e-1, f-1] # why\n",
        );
        let said = |_: &str| None;
        for one in [
            DraftChange::Own { id: id("b-1"), part: StoryField::Alt, text: Some("B".to_owned()) },
            DraftChange::LeaveOut { id: id("a-1") },
            DraftChange::Show { id: id("e-1") },
        ] {
            let changed = change("x.md", &lists, London, &one, &said).unwrap().text;
            let draft = Draft::read("x", "x.md", &changed, London).unwrap();
            let known: Vec<&str> = draft.overrides.keys().map(String::as_str).collect();
            assert!(known.contains(&"a-1"), "{changed}");
            assert!(
                changed.contains("# At the end.\n") && changed.contains("  # Below the items.\n"),
                "{changed}"
            );
            let left: Vec<&str> = draft.left_out.iter().map(|one| one.id.as_str()).collect();
            let wanted: &[&str] = match one {
                DraftChange::LeaveOut { .. } => &["e-1", "f-1", "a-1"],
                DraftChange::Show { .. } => &["f-1"],
                _ => &["e-1", "f-1"],
            };
            assert_eq!(left, wanted, "{changed}");
        }
    }

    #[test]
    fn a_change_that_would_break_the_draft_is_refused() {
        let said = |_: &str| None;
        let wrong = DraftChange::Group { by: "colour".to_owned() };
        assert!(change("x", DRAFT, London, &wrong, &said).is_err());
        let toml = DRAFT.replace("---", "+++");
        let fine = DraftChange::Subject { text: "x".to_owned() };
        assert!(change("x", &toml, London, &fine, &said).is_err());
    }
}
