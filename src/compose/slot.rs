//! Slots: the places of a composition that differ by person, and how they are filled.
//! Pure: markers and values in, pieces and text out.
//!
//! While templates are rendered, a slot is a marker: a random word of letters and digits that no input can hold. It
//! passes Handlebars, MJML and HTML unharmed, is found again in the result, and classified by where it stands. The
//! result is never run through Handlebars: a story that contains `{{` is a story that contains `{{`.

use serde::{Deserialize, Serialize};

use super::html_walk::HtmlWalk;
pub use super::html_walk::{SlotContext, SlotError};
use super::marker::{NONCE_LENGTH, Nonce};
use super::words::{self, MarkdownStyle};
use crate::problem::Place;

/// What a slot is filled with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// A column of the list; the fallback where it is empty.
    Field { name: String, fallback: String },
    /// The person's own unsubscribe address.
    UnsubscribeUrl,
    /// A small Handlebars template over the person's columns.
    Block {
        source: String,
        place: Place,
        #[serde(default, skip_serializing_if = "BlockForm::is_raw")]
        form: BlockForm,
    },
}

/// What the words of a block are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockForm {
    /// Of a template: what the part is made of, HTML or text.
    #[default]
    Raw,
    /// Of a subject or preheader: plain words.
    Plain,
    /// A part of an introduction.
    Markdown(MarkdownStyle),
    /// A whole introduction, whose Markdown is read when it is filled.
    Introduction(MarkdownStyle),
}

impl BlockForm {
    fn is_raw(&self) -> bool {
        *self == Self::Raw
    }
}

impl Slot {
    /// Whether it holds a column of the list.
    pub fn is_field(&self) -> bool {
        match self {
            Slot::Field { .. } => true,
            Slot::UnsubscribeUrl | Slot::Block { .. } => false,
        }
    }

    /// Whether there may be nothing in it for somebody.
    fn may_be_empty(&self) -> bool {
        match self {
            Slot::Field { fallback, .. } => fallback.trim().is_empty(),
            Slot::UnsubscribeUrl => false,
            Slot::Block { .. } => true,
        }
    }
}

/// A rendered text, cut at its slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Text(String),
    Slot(SlotPlace),
}

/// Where a slot stands, with what belongs only to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPlace {
    pub index: usize,
    pub context: SlotContext,
    /// What is written before its value and behind it, unless that is empty: its own paragraph, its own line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Whether it stands by itself, so that its words are whole paragraphs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_paragraph: bool,
}

impl SlotPlace {
    pub fn new(index: usize, context: SlotContext) -> Self {
        Self { index, context, before: String::new(), after: String::new(), is_paragraph: false }
    }
}

/// A slot that stands where no value can be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisplacedSlot {
    pub error: SlotError,
    index: usize,
}

/// The slots of a composition while it is rendered.
#[derive(Debug)]
pub struct Slots {
    nonce: Nonce,
    slots: Vec<Slot>,
}

impl Slots {
    pub fn new(nonce: Nonce) -> Self {
        Self { nonce, slots: Vec::new() }
    }

    /// The marker of a slot; the same slot has the same marker.
    pub fn marker(&mut self, slot: Slot) -> String {
        let index = self.slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        self.nonce.marker(index)
    }

    /// All slots, by number.
    pub fn all(&self) -> &[Slot] {
        &self.slots
    }

    /// Cuts plain text (or a header's text) at its markers.
    pub fn cut_text(&self, text: &str, context: SlotContext) -> Vec<Piece> {
        let mut pieces = self.cut(text, |_| Ok(context)).unwrap_or_default();
        if context == SlotContext::PlainText {
            own_lines(&mut pieces, &self.slots);
        }
        pieces
    }

    /// Cuts HTML at its markers.
    ///
    /// # Errors
    /// When a slot stands where nothing can be put.
    pub fn cut_html(&self, html: &str) -> Result<Vec<Piece>, MisplacedSlot> {
        let mut walk = HtmlWalk::default();
        let mut pieces = self.cut(html, |before| walk.context_after(before))?;
        own_elements(&mut pieces, &self.slots);
        Ok(pieces)
    }

    /// The byte of the MJML at which a slot stands that its HTML has in a wrong place: the first in such a place, or the first.
    pub fn place_in(&self, mjml: &str, misplaced: &MisplacedSlot) -> Option<usize> {
        let marker = self.nonce.marker(misplaced.index);
        let mut walk = HtmlWalk::default();
        let mut from = 0;
        let mut places = mjml.match_indices(&marker).map(|(at, _)| {
            let context = walk.context_after(&mjml[from..at]);
            from = at + marker.len();
            (at, context)
        });
        let first = places.next()?;
        let is_there = |(_, context): &(usize, Result<SlotContext, SlotError>)| match context {
            Ok(SlotContext::HtmlAttribute | SlotContext::HtmlAddress) => true,
            Ok(_) => false,
            Err(error) => *error == misplaced.error,
        };
        let found = std::iter::once(first.clone()).chain(places).find(is_there);
        Some(found.unwrap_or(first).0)
    }

    /// Whether a marker of these slots stands in a text.
    pub fn hold(&self, text: &str) -> bool {
        text.contains(&self.nonce.word())
    }

    /// Whether a text holds a part of a marker: one that something has changed on the way is found, too.
    pub fn holds_a_part(&self, text: &str) -> bool {
        const PART: usize = 8;
        let lower = text.to_ascii_lowercase();
        (0..=NONCE_LENGTH - PART)
            .step_by(PART / 2)
            .any(|at| lower.contains(&self.nonce.as_str()[at..at + PART]))
    }

    /// `context_of` is given the text between the last marker and this one.
    fn cut(
        &self,
        text: &str,
        mut context_of: impl FnMut(&str) -> Result<SlotContext, SlotError>,
    ) -> Result<Vec<Piece>, MisplacedSlot> {
        let start = format!("rup{}n", self.nonce.as_str());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(&start) {
            let (before, marked) = rest.split_at(at);
            let digits = &marked[start.len()..];
            let index = digits.get(..4).and_then(|digits| digits.parse::<usize>().ok());
            let Some(index) = index.filter(|index| *index < self.slots.len()) else {
                // Never made by `marker`: it stays text.
                let end = at + start.len();
                push_text(&mut pieces, &rest[..end]);
                rest = &rest[end..];
                continue;
            };
            let misplaced = |error| MisplacedSlot { error, index };
            let context = context_of(before).map_err(misplaced)?;
            let is_raw =
                matches!(&self.slots[index], Slot::Block { form, .. } if *form != BlockForm::Plain);
            if is_raw && matches!(context, SlotContext::HtmlAttribute | SlotContext::HtmlAddress) {
                return Err(misplaced(SlotError::BlockInAttribute));
            }
            // An address that a list gives could lead anywhere, and written for a part of one it leads nowhere.
            let begins_address =
                context == SlotContext::HtmlAddress && before.ends_with(['"', '\'']);
            if begins_address && self.slots[index] != Slot::UnsubscribeUrl {
                return Err(misplaced(SlotError::WholeAddress));
            }
            push_text(&mut pieces, before);
            pieces.push(Piece::Slot(SlotPlace::new(index, context)));
            rest = &digits[4..];
        }
        push_text(&mut pieces, rest);
        Ok(pieces)
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.push_str(text);
    } else {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// The line ends that some pieces end in; at the beginning of the text there is no end to them.
fn line_ends_before(pieces: &[Piece]) -> usize {
    let line_ends = |text: &str| text.len() - text.trim_end_matches('\n').len();
    match pieces {
        [] => usize::MAX,
        [Piece::Text(text)] if text.trim_matches('\n').is_empty() => usize::MAX,
        // A slot before has taken all of it.
        [before @ .., Piece::Text(text)] if text.is_empty() => line_ends_before(before),
        [.., Piece::Text(text)] => line_ends(text),
        [.., Piece::Slot(place)] => line_ends(&place.after),
    }
}

/// The bytes of what begins a line of a list or a quotation, if `text` ends in nothing else. `is_whole`: it begins a line.
fn line_begin(text: &str, is_whole: bool) -> usize {
    let line = text.rsplit('\n').next().unwrap_or_default();
    if line.len() == text.len() && !is_whole {
        return 0;
    }
    let marker = line.trim_start_matches([' ', '>']);
    let is_number = |n: &str| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit());
    let is_marker = matches!(marker, "" | "- ") || marker.strip_suffix(". ").is_some_and(is_number);
    if is_marker { line.len() } else { 0 }
}

/// In plain text: a slot that may be empty takes what begins its own line, and the line ends behind it that would leave a gap.
fn own_lines(pieces: &mut [Piece], slots: &[Slot]) {
    for at in 1..pieces.len() {
        let (before, here) = pieces.split_at_mut(at);
        let behind = here.get(1);
        let ends_line = match behind {
            Some(Piece::Text(text)) => text.starts_with('\n'),
            Some(Piece::Slot(_)) => false,
            None => true,
        };
        if let (Some(Piece::Text(text)), Some(Piece::Slot(place))) =
            (before.last_mut(), here.first_mut())
            && ends_line
            && slots[place.index].may_be_empty()
        {
            let begin = text.len() - line_begin(text, at == 1);
            place.before = text.split_off(begin);
        }
    }
    for at in 0..pieces.len() {
        let before = line_ends_before(&pieces[..at]);
        let (here, rest) = pieces.split_at_mut(at + 1);
        let (Some(Piece::Slot(place)), Some(Piece::Text(text))) =
            (here.last_mut(), rest.first_mut())
        else {
            continue;
        };
        let after = text.len() - text.trim_start_matches('\n').len();
        let own = before.min(after);
        if own == 0 || !slots[place.index].may_be_empty() {
            continue;
        }
        place.is_paragraph = before >= 2 && (after >= 2 || after == text.len());
        text[..own].clone_into(&mut place.after);
        text.replace_range(..own, "");
    }
}

/// Elements that are nothing without what is in them.
const OWN_ELEMENTS: [&str; 15] = [
    "p",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "div",
    "strong",
    "em",
    "b",
    "i",
    "span",
];

/// In HTML: a slot that may be empty takes the elements that hold nothing else.
fn own_elements(pieces: &mut [Piece], slots: &[Slot]) {
    for at in 1..pieces.len().saturating_sub(1) {
        let [Piece::Text(before), Piece::Slot(place), Piece::Text(after)] =
            &mut pieces[at - 1..=at + 1]
        else {
            continue;
        };
        if place.context != SlotContext::HtmlText || !slots[place.index].may_be_empty() {
            continue;
        }
        while let Some((start, end)) = own_element(before, after) {
            place.before.insert_str(0, &before[start..]);
            before.truncate(start);
            place.after.push_str(&after[..end]);
            after.replace_range(..end, "");
        }
        // A paragraph of the introduction that is all one block: the block's words are paragraphs themselves.
        let form = match &slots[place.index] {
            Slot::Block { form, .. } => form,
            Slot::Field { .. } | Slot::UnsubscribeUrl => &BlockForm::Raw,
        };
        if matches!(form, BlockForm::Markdown(_) | BlockForm::Introduction(_))
            && let Some(rest) = place.before.strip_suffix(words::PARAGRAPH)
            && let Some(behind) = place.after.strip_prefix("</p>")
        {
            (place.before, place.after) = (rest.to_owned(), behind.to_owned());
            place.is_paragraph = true;
        }
    }
}

/// Where the element begins that ends `before`, and where its end tag ends that begins `after`.
fn own_element(before: &str, after: &str) -> Option<(usize, usize)> {
    let opened = before.trim_end().strip_suffix('>')?;
    let start = opened.rfind('<')?;
    let name = opened[start + 1..].split_whitespace().next()?;
    let rest = after.trim_start().strip_prefix("</")?.strip_prefix(name)?.strip_prefix('>')?;
    (OWN_ELEMENTS.contains(&name) && !opened.ends_with('/'))
        .then(|| (start, after.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots() -> Slots {
        Slots::new(Nonce::new([7; 16]))
    }

    fn field(name: &str) -> Slot {
        Slot::Field { name: name.to_owned(), fallback: "friend".to_owned() }
    }

    fn contexts(html: &str) -> Result<Vec<SlotContext>, SlotError> {
        let mut slots = slots();
        let marker = slots.marker(field("first_name"));
        let pieces = slots.cut_html(&html.replace('@', &marker)).map_err(|one| one.error)?;
        Ok(pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Slot(place) => Some(place.context),
                Piece::Text(_) => None,
            })
            .collect())
    }

    #[test]
    fn a_slot_is_classified_by_where_it_stands() {
        use SlotContext as C;
        assert_eq!(contexts("<p>@ and @</p>"), Ok(vec![C::HtmlText, C::HtmlText]));
        assert_eq!(
            contexts("<a title=\"x @\" href=\"https://e.org/@\">@</a>"),
            Ok(vec![C::HtmlAttribute, C::HtmlAddress, C::HtmlText])
        );
        assert_eq!(contexts("<p data-href=\"@\">"), Ok(vec![C::HtmlAttribute]));
        assert_eq!(contexts("<style>p{}</style><p>@"), Ok(vec![C::HtmlText]));
        assert_eq!(contexts("<STYLE>p{}</STYLE><p>@"), Ok(vec![C::HtmlText]));
        assert_eq!(contexts("<!-- x --><p>@"), Ok(vec![C::HtmlText]));
        assert_eq!(contexts("<style>@</style>"), Err(SlotError::InStyle));
        assert_eq!(contexts("<p style=\"color:@\">"), Err(SlotError::InStyle));
        assert_eq!(contexts("<!--[if mso]><p>@</p><![endif]-->"), Err(SlotError::InComment));
        assert_eq!(contexts("<p @>"), Err(SlotError::InTag));
    }

    #[test]
    fn a_marker_that_was_not_made_stays_text() {
        let slots = slots();
        let fake = slots.nonce.marker(3);
        assert_eq!(slots.cut_text(&fake, SlotContext::PlainText), [Piece::Text(fake.clone())]);
    }

    #[test]
    fn a_part_of_a_marker_is_found() {
        let mut slots = Slots::new(Nonce::new(*b"0123456789abcdef"));
        let marker = slots.marker(field("first_name"));
        assert_eq!(
            super::super::marker::find_marker(&format!("é{marker}x")),
            Some(2..2 + marker.len())
        );
        assert!(!super::super::marker::holds_marker("rupture and rupees"));
        for changed in [marker.to_uppercase(), marker[..15].to_owned(), marker[6..].to_owned()] {
            assert!(slots.holds_a_part(&format!("words {changed} words")), "{changed}");
        }
        assert!(!slots.holds_a_part("words of everyday"));
    }

    #[test]
    fn a_column_is_no_whole_address() {
        assert_eq!(contexts("<a href=\"@\">"), Err(SlotError::WholeAddress));
        assert_eq!(contexts("<a href=\"https://e.org/@\">"), Ok(vec![SlotContext::HtmlAddress]));
    }
}
