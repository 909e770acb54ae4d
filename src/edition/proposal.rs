//! The draft that is proposed for a window: its stories, their order, its words.
//! Pure: a selection in, a draft out.

use super::draft::{Draft, DraftTranslation, Grouping, ItemMention};
use crate::edition::PlacedText;
use crate::locale::Locale;
use crate::news::{Item, PartialDate};
use crate::rfc::text::{cut_at_word, one_line};
use crate::window::{Selection, Window};
use std::collections::BTreeMap;

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

/// The first titles that fit into the line of an inbox.
pub fn first_titles(titles: &[&str]) -> String {
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

impl Draft {
    /// The draft that takes everything of a window. A year is in order from its beginning, a month from its end.
    pub fn propose(
        window: &Window,
        selection: &Selection,
        template: Option<&str>,
        organisation: &str,
        locale: &Locale,
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
        let stories = locale.count("stories", chosen.len()).unwrap_or_default();
        let said = locale.window(window);
        let say = |key: &str| {
            let values =
                [("window", &*said), ("stories", &*stories), ("organisation", organisation)];
            locale.fill(key, &values)
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
            template_place: None,
            window: window.clone(),
            items: chosen.iter().map(|item| ItemMention { id: item.id.clone(), line: 0 }).collect(),
            pinned: Vec::new(),
            left_out: Vec::new(),
            introduction: PlacedText::proposed(""),
            headline: PlacedText::proposed(""),
            figures: Vec::new(),
            group: Grouping::default(),
            overrides: BTreeMap::new(),
            as_of: None,
            segment: None,
            purpose: None,
            correction: None,
            archive: None,
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

    /// The words that would be proposed in another language.
    pub fn propose_in(
        &self,
        selection: &Selection,
        organisation: &str,
        locale: &Locale,
    ) -> DraftTranslation {
        let language = &locale.language;
        let translated = Selection {
            chosen: selection.chosen.iter().map(|item| item.in_language(language)).collect(),
            ..Selection::default()
        };
        let proposed =
            Self::propose(&self.window, &translated, Some(&self.template), organisation, locale);
        DraftTranslation {
            subject: proposed.subject,
            preheader: proposed.preheader,
            introduction: proposed.introduction,
            headline: proposed.headline,
            figures: proposed.figures,
            correction: None,
        }
    }
}
