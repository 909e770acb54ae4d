//! A draft: what the editor has decided about an edition, as `editions/NAME.md` holds it.
//! Pure: plain data.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::PlacedText;
use super::figures::Figure;
use crate::problem::Place;
use crate::window::Window;

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
    pub template_place: Option<Place>,
    pub window: Window,
    pub items: Vec<ItemMention>,
    pub pinned: Vec<ItemMention>,
    pub left_out: Vec<ItemMention>,
    pub introduction: PlacedText,
    /// The title of the email. Empty: the subject is.
    pub headline: PlacedText,
    /// Numbers that the charity chose, at most three.
    pub figures: Vec<Figure>,
    /// What the sections are made of.
    pub group: Grouping,
    /// The editor's own words for stories, by id; their sources stay as they are.
    pub overrides: BTreeMap<String, Override>,
    /// Stories of websites are taken as they were then: what has changed since is shown, and not slipped in.
    pub as_of: Option<DateTime<Utc>>,
    /// Whom it is for: the name of a segment, or a filter.
    pub segment: Option<PlacedText>,
    /// What it is for, in the law's sense: one word.
    pub purpose: Option<PlacedText>,
    /// What was wrong with it when it was mailed: Markdown, for those who got it and for its page in the archive.
    pub correction: Option<PlacedText>,
    /// Whether it has a page in the public archive, where somebody has decided that.
    pub archive: Option<bool>,
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
    /// Empty: the subject is the title.
    pub headline: PlacedText,
    /// None: those of the main language stay.
    pub figures: Vec<Figure>,
    pub correction: Option<PlacedText>,
}

/// An item named in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemMention {
    pub id: String,
    /// Line of the file, from 1.
    pub line: usize,
}

impl Draft {
    /// The ids of all stories that it names.
    pub fn ids(&self) -> Vec<String> {
        let named = self.pinned.iter().chain(&self.items).chain(&self.left_out);
        named.map(|mention| mention.id.clone()).collect()
    }

    /// The file's name, for places.
    pub fn path(&self) -> String {
        self.source.clone().unwrap_or_else(|| format!("editions/{}.md", self.name))
    }
}
