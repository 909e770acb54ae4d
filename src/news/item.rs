//! One story, and what a reader of a source gives.
//! Pure: plain values.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::date::{Numeric, PartialDate};
use crate::problem::{Place, Problem};
use crate::rfc::text::one_line;

/// One news item, as its source has it. An item without a date keeps none: no reader makes one up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Names the item in drafts. Stable while the source keeps it: a file's name, a feed's id, a row's id.
    pub id: String,
    /// One line of plain text.
    pub title: String,
    /// True when the source had no title and this one was made from the first sentence.
    pub title_made: bool,
    /// Plain text; paragraphs are kept apart by an empty line. May be empty.
    pub summary: String,
    /// An absolute http(s) address.
    pub link: Option<String>,
    pub image: Option<Image>,
    /// A picture that is a file of the project, and not on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_file: Option<PictureFile>,
    pub topics: Vec<String>,
    pub date: Option<PartialDate>,
    /// The date is of its last change: its source never says when anything was published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub date_of_change: bool,
    /// What its source wrote for its date, until the other dates of the source have decided what it means.
    #[serde(skip)]
    pub numeric: Option<Numeric>,
    /// Name of the source, as in `roundup.toml`.
    pub source: String,
    /// Other sources that have the same story.
    #[serde(skip)]
    pub also_in: Vec<String>,
    pub place: Place,
    /// Place within the source, for items of one date.
    pub order: i64,
    /// What the people in the story have agreed to, where the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// When and where it takes place, for a story that is an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventDetails>,
    /// A sentence that somebody in the story said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    #[serde(default)]
    pub lines: Lines,
    /// The same story in other languages, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<String, Item>,
    /// Where each of its parts was taken from, in words for people.
    #[serde(default, skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
    /// What the store knows of it.
    #[serde(skip)]
    pub seen: Sightings,
    /// Where the draft has other words for it.
    #[serde(skip)]
    pub overridden: OverridePlaces,
}

/// The places of an editor's own words for a story, which stand for the source's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OverridePlaces {
    pub title: Option<Place>,
    pub summary: Option<Place>,
    pub alt: Option<Place>,
}

/// Where the parts of a story were taken from, as in `the words “Published 3 December 2020” below the headline`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

impl Evidence {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// When a story came, and whether it is still there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sightings {
    /// When one of its sources had it first.
    pub first: Option<DateTime<Utc>>,
    /// When its source was found to have taken it away: its own address says so, or a source that is read whole has it
    /// no longer.
    pub gone: Option<DateTime<Utc>>,
    /// When its source was first found not to list it any more. That proves nothing: feeds and pages forget.
    pub unlisted: Option<DateTime<Utc>>,
    /// Other ids that it goes by: of the same story in other sources, and of files before they were renamed.
    pub aliases: Vec<String>,
    /// What its source has changed since the draft was written, in words: `title: “A” is “B” now`.
    pub changes: Vec<String>,
}

impl Item {
    /// Whether an id means this story.
    pub fn is_named(&self, id: &str) -> bool {
        self.id == id || self.seen.aliases.iter().any(|alias| alias == id)
    }

    /// The story in a language: what is not translated stays as it is, and so do its name, date and order.
    #[must_use]
    pub fn in_language(&self, language: &str) -> Self {
        let Some(own) = self.translations.get(language) else { return self.clone() };
        let or = |own: &Option<String>, whole: &Option<String>| own.clone().or(whole.clone());
        Self {
            title: own.title.clone(),
            title_made: own.title_made,
            summary: if own.summary.is_empty() {
                self.summary.clone()
            } else {
                own.summary.clone()
            },
            link: or(&own.link, &self.link),
            image: own.image.clone().or(self.image.clone()),
            topics: if own.topics.is_empty() { self.topics.clone() } else { own.topics.clone() },
            event: own.event.clone().or(self.event.clone()),
            quote: own.quote.clone().or(self.quote.clone()),
            place: own.place.clone(),
            lines: own.lines.clone(),
            ..self.clone()
        }
    }

    /// The place of one of its parts, as exactly as the source has lines.
    pub fn place_of(&self, line: Option<usize>) -> Place {
        match line {
            Some(line) => Place::line(&self.place.source, line),
            None => self.place.clone(),
        }
    }

    pub fn place_of_title(&self) -> Place {
        self.overridden.title.clone().unwrap_or_else(|| self.place_of(self.lines.title))
    }

    pub fn place_of_alt(&self) -> Place {
        self.overridden.alt.clone().unwrap_or_else(|| self.place_of(self.lines.image))
    }

    /// The place of the summary's paragraph that has its byte `at`.
    pub fn place_in_summary(&self, at: usize) -> Place {
        if let Some(place) = &self.overridden.summary {
            return place.clone();
        }
        let before = self.summary.get(..at).unwrap_or(&self.summary);
        let paragraph = before.matches("\n\n").count();
        self.place_of(self.lines.paragraphs.get(paragraph).copied())
    }
}

/// The lines of the source on which the parts of an item begin, where its format has lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lines {
    pub title: Option<usize>,
    pub link: Option<usize>,
    pub image: Option<usize>,
    pub consent: Option<usize>,
    pub event: Option<usize>,
    pub quote: Option<usize>,
    /// Of each paragraph of the summary.
    pub paragraphs: Vec<usize>,
}

/// When and where something takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetails {
    pub date: PartialDate,
    /// Empty: the source does not say.
    pub place: String,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub words: String,
    /// Empty: the source does not say.
    pub by: String,
}

/// Where a story and its picture may be shown, and how long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Such as `website`, `email`. Empty: the source does not say.
    pub channels: Vec<String>,
    /// The last day.
    pub until: Option<NaiveDate>,
}

/// A picture with what it says to those who cannot see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// An absolute http(s) address.
    pub address: String,
    /// Empty when the source gives none; a check says so.
    pub alt: String,
    /// In pixels, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ImageSize>,
    /// The same picture cut to the frames of an email, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crops: Vec<Crop>,
}

/// A picture cut to a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crop {
    /// An absolute http(s) address.
    pub address: String,
    pub size: ImageSize,
}

/// A picture that is a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFile {
    /// Below the project.
    pub path: String,
    pub alt: String,
    /// Why it cannot be published.
    #[serde(skip)]
    pub fault: Option<String>,
}

/// Width and height of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSize {
    pub width: u32,
    pub height: u32,
}

impl Image {
    /// One that a source names, with what it says of it.
    pub fn given(address: String, alt: Option<String>, size: Option<ImageSize>) -> Self {
        Self { address, alt: one_line(&alt.unwrap_or_default()), size, crops: Vec::new() }
    }
}

/// No camera makes a picture with a longer side.
const LONGEST_SIDE: u32 = 100_000;

impl ImageSize {
    /// One that a source names. A value that is not a size is a problem.
    pub fn given(
        text: Option<String>,
        place: impl Fn() -> Place,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let size = Self::parse(&text);
        if size.is_none() {
            problems.push(Problem::new(
                place(),
                format!("`{}` is not the size of a picture", one_line(&text)),
                "write its width and height in pixels: 1200x675",
            ));
        }
        size
    }

    /// `1200x675`, as people write it; with `×` or blanks too.
    pub fn parse(text: &str) -> Option<Self> {
        let (width, height) = text.split_once(['x', 'X', '×'])?;
        Self::of(width.trim().parse().ok()?, height.trim().parse().ok()?)
    }

    /// A size that a picture can have.
    pub fn of(width: u32, height: u32) -> Option<Self> {
        let is_a_side = |side| (1..=LONGEST_SIDE).contains(&side);
        (is_a_side(width) && is_a_side(height)).then_some(Self { width, height })
    }
}

/// Something in a source that is deliberately not an item: a draft, an unpublished page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedItem {
    pub title: String,
    pub source: String,
    pub place: Place,
    pub reason: String,
}

/// All that a reader found in one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    pub items: Vec<Item>,
    pub skipped: Vec<SkippedItem>,
    pub problems: Vec<Problem>,
    /// Sources that could not be read now.
    pub unread: Vec<UnreadSource>,
    /// The source says that this is all it has.
    pub is_complete: bool,
    /// Some of its items could not be read: one that is missing here need not be gone.
    pub has_lost: bool,
    /// Stories outside of the requested days.
    pub elsewhere: OutsideCounts,
}

/// A source that could not be read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadSource {
    pub source: String,
    /// When its stories were last taken into the store, if those may be used.
    pub answered: Option<DateTime<Utc>>,
}

/// How many stories lie outside of the requested days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutsideCounts {
    pub before: usize,
    pub after: usize,
    /// The day of a story that is nearest to those days.
    pub nearest: Option<NaiveDate>,
}

impl Reading {
    pub fn append(&mut self, mut other: Reading) {
        self.items.append(&mut other.items);
        self.skipped.append(&mut other.skipped);
        self.problems.append(&mut other.problems);
        self.unread.append(&mut other.unread);
    }
}

/// No story has more topics that say anything.
const MOST_TOPICS: usize = 50;

/// Adds a topic that is not there yet.
pub fn add_topic(topics: &mut Vec<String>, topic: String) {
    if topics.len() < MOST_TOPICS && !topic.is_empty() && !topics.contains(&topic) {
        topics.push(topic);
    }
}

/// The longest title made from a text, in characters.
const LONGEST_MADE_TITLE: usize = 90;

/// A title made from the first sentence of a text, cut at a word where it is long.
pub fn title_from(text: &str) -> String {
    let text = crate::rfc::text::one_line(text);
    let sentence = first_sentence(&text).trim_end_matches(['.', ' ']);
    if sentence.chars().count() <= LONGEST_MADE_TITLE {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(LONGEST_MADE_TITLE).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', '–', '-', ' ']))
}

/// Whether a title is cut short: "The fair in the…".
pub fn is_cut(title: &str) -> bool {
    title.ends_with('…') || title.ends_with("...")
}

/// Whether a longer title is the one that was cut short.
pub fn is_whole_of(whole: &str, cut: &str) -> bool {
    let begins = cut.trim_end_matches(['…', '.', ' ']).to_lowercase();
    is_cut(cut) && !is_cut(whole) && !begins.is_empty() && whole.to_lowercase().starts_with(&begins)
}

/// Up to the first full stop, question or exclamation mark that ends a sentence: followed by a space and a capital,
/// and not part of an abbreviation.
pub fn first_sentence(text: &str) -> &str {
    const NOT_AN_END: [&str; 12] =
        ["Mr", "Mrs", "Ms", "Dr", "St", "Prof", "No", "vs", "e.g", "i.e", "etc", "approx"];
    for (at, sign) in text.char_indices() {
        if !matches!(sign, '.' | '!' | '?') {
            continue;
        }
        let rest = &text[at + sign.len_utf8()..];
        let after = rest.trim_start_matches(['’', '”', '"', '\'', ')']);
        if after.is_empty() {
            return text;
        }
        let mut next = after.chars();
        let ends = next.next() == Some(' ') && next.next().is_some_and(|c| !c.is_lowercase());
        let word = text[..at].rsplit([' ', '(']).next().unwrap_or("");
        let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
        if ends && !(sign == '.' && (initial || NOT_AN_END.contains(&word))) {
            return &text[..text.len() - after.len()];
        }
    }
    text
}

/// A name for files and anchors: lower-case words of the text, joined by hyphens, at most eight of them.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    let plain = text.replace(['’', '\''], "");
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words.take(8) {
        if slug.len() + word.len() > 70 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().flat_map(char::to_lowercase));
    }
    if slug.is_empty() { "item".to_owned() } else { slug }
}

/// An absolute http(s) address, or nothing when the text is none. `base` is where a relative one stands.
pub fn web_address(text: &str, base: Option<&str>) -> Option<String> {
    let text = text.trim();
    let parsed = match url::Url::parse(text) {
        Ok(address) => address,
        Err(_) => url::Url::parse(base?).ok()?.join(text).ok()?,
    };
    (matches!(parsed.scheme(), "http" | "https") && parsed.has_host()).then(|| parsed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_title_is_the_first_sentence() {
        for (text, title) in [
            ("The report is out. Read it.", "The report is out"),
            ("Is it enough? We think not.", "Is it enough?"),
            ("Mr. Hill met Dr. Lee. They talked.", "Mr. Hill met Dr. Lee"),
            ("It costs 4.5 million pounds. Really.", "It costs 4.5 million pounds"),
            ("She said “enough.” Then she left.", "She said “enough.”"),
            ("No end", "No end"),
            ("", ""),
        ] {
            assert_eq!(title_from(text), title);
        }
    }

    #[test]
    fn a_long_title_is_cut_at_a_word() {
        let title = title_from(&"wonderful ".repeat(20));
        assert!(title.ends_with("wonderful…"), "{title}");
        assert!(title.chars().count() <= LONGEST_MADE_TITLE + 1);
    }

    #[test]
    fn slugs_are_fit_for_file_names() {
        assert_eq!(slug("Court of Appeal: children’s rights"), "court-of-appeal-childrens-rights");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("…"), "item");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address("javascript:alert(1)", None), None);
        assert_eq!(web_address("file:///etc/passwd", None), None);
        assert_eq!(web_address("/a", None), None);
        assert_eq!(
            web_address("/a", Some("https://example.org/b/")).as_deref(),
            Some("https://example.org/a")
        );
    }
}
