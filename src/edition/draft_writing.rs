//! A draft as the file that people edit.
//! Pure: a draft in, text out.

use super::PlacedText;
use super::draft::{Draft, DraftTranslation, Grouping, ItemMention};
use super::figures::Figure;
use crate::news::Item;
use crate::rfc::text::with_line_ends_of;
use crate::window::Selection;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A text as a YAML string.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// An id as a YAML word: plain where it can be nothing else, in quotation marks otherwise.
pub(super) fn yaml_word(id: &str) -> String {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && id.chars().any(|c| c.is_ascii_alphabetic())
        && id.contains('-')
        && !id.starts_with('-');
    if plain { id.to_owned() } else { Value::String(id.to_owned()).to_string() }
}

impl Draft {
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
        with_line_ends_of(text, out)
    }

    /// The draft as a file that people edit. Titles stand behind the items as comments. `late` are stories that came after
    /// the edition of their day: they are offered as lines that only need a `#` taken away.
    pub fn write(&self, selection: &Selection, late: &[(&Item, String)]) -> String {
        let list = |name, mentions, note| self.list(selection, name, mentions, note);
        let mut file = String::from("---\n");
        file.push_str(&format!("subject: {}\n", quoted(&self.subject.text)));
        file.push_str(&format!(
            "preheader: {} # shown after the subject in the inbox\n",
            quoted(&self.preheader.text)
        ));
        file.push_str(&written_words(&self.headline, &self.figures));
        file.push_str(&format!("template: {}\n", self.template));
        file.push_str(&format!("window: \"{}\"\n", self.window.name()));
        if let Some(segment) = &self.segment {
            file.push_str(&format!("segment: {} # who gets it\n", quoted(&segment.text)));
        }
        if let Some(purpose) = &self.purpose {
            file.push_str(&format!("purpose: {}\n", quoted(&purpose.text)));
        }
        file.push_str(&written_correction(self.correction.as_ref()));
        if let Some(archive) = self.archive {
            file.push_str(if archive { "archive: yes\n" } else { "archive: no\n" });
        }
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
                self.dated_title(item)
            ));
        }
        file.push_str(&list("left_out", &self.left_out, "ids of stories left out on purpose"));
        file.push_str(&self.written_overrides());
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

    fn dated_title(&self, item: &Item) -> String {
        let zone = self.window.zone;
        let date = item.date.map_or_else(|| "no date".to_owned(), |date| date.long(zone));
        format!("{date} · {}", item.title)
    }

    /// One list of stories, a line each, with the title as a comment.
    fn list(
        &self,
        selection: &Selection,
        name: &str,
        mentions: &[ItemMention],
        note: &str,
    ) -> String {
        let mut text =
            format!("{name}:{} # {note}\n", if mentions.is_empty() { " []" } else { "" });
        for mention in mentions {
            let item = selection.chosen.iter().find(|item| item.id == mention.id);
            let title =
                item.map_or_else(String::new, |item| format!(" # {}", self.dated_title(item)));
            text.push_str(&format!("  - {}{title}\n", yaml_word(&mention.id)));
        }
        text
    }

    fn written_overrides(&self) -> String {
        let mut text = String::new();
        if !self.overrides.is_empty() {
            text.push_str("overrides: # your own words for a story: title, summary, alt\n");
        }
        for (id, own) in &self.overrides {
            text.push_str(&format!("  {}:\n", yaml_word(id)));
            for (name, words) in
                [("title", &own.title), ("summary", &own.summary), ("alt", &own.alt)]
            {
                if let Some(words) = words {
                    text.push_str(&format!("    {name}: {}\n", quoted(&words.text)));
                }
            }
        }
        text
    }
}

/// The lines of `headline` and `figures`, where there are any.
fn written_words(headline: &PlacedText, figures: &[Figure]) -> String {
    let mut text = String::new();
    if !headline.text.is_empty() {
        text.push_str(&format!("headline: {}\n", quoted(&headline.text)));
    }
    if !figures.is_empty() {
        text.push_str("figures:\n");
    }
    for figure in figures {
        let (value, label) = (quoted(&figure.value), quoted(&figure.label));
        text.push_str(&format!("  - value: {value}\n    label: {label}\n"));
    }
    text
}

fn written_correction(correction: Option<&PlacedText>) -> String {
    correction.map_or_else(String::new, |note| format!("correction: {}\n", quoted(&note.text)))
}

impl DraftTranslation {
    /// The words as a file that people edit.
    pub fn write(&self) -> String {
        format!(
            "---\nsubject: {}\npreheader: {}\n{}{}---\n\n{}",
            quoted(&self.subject.text),
            quoted(&self.preheader.text),
            written_words(&self.headline, &self.figures),
            written_correction(self.correction.as_ref()),
            self.introduction.text
        )
    }
}
