//! Slots: the places of a composition that differ by person, and how they are filled.
//! Pure: markers and values in, pieces and text out.
//!
//! While templates are rendered, a slot is a marker: a random word of letters and digits that no input can hold. It
//! passes Handlebars, MJML and HTML unharmed, is found again in the result, and classified by where it stands. The
//! result is never run through Handlebars: a story that contains `{{` is a story that contains `{{`.

use std::collections::BTreeMap;
use std::ops::Range;

use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::personal::{self, BlockFault};
use super::words::{self, Look};
use crate::problem::Place;
use crate::rfc::header::one_line;

/// What a nonce is made of.
const CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const NONCE_LENGTH: usize = 16;
const INDEX_DIGITS: usize = 4;

/// The first text that has the form of a marker.
pub fn find_marker(text: &str) -> Option<Range<usize>> {
    text.match_indices("rup").map(|(at, _)| at).find_map(|at| {
        let rest = &text.as_bytes()[at + 3..];
        let end = 3 + NONCE_LENGTH + 1 + INDEX_DIGITS;
        let is_marker = rest.len() + 3 >= end
            && rest[..NONCE_LENGTH].iter().all(|byte| CHARACTERS.contains(byte))
            && rest[NONCE_LENGTH] == b'n'
            && rest[NONCE_LENGTH + 1..end - 3].iter().all(u8::is_ascii_digit);
        is_marker.then_some(at..at + end)
    })
}

/// Whether a text holds what has the form of a marker.
pub fn holds_marker(text: &str) -> bool {
    find_marker(text).is_some()
}

/// A random word, fresh for each composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// From random bytes. Letters and digits only, so that nothing on the way changes them.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random.iter().map(|byte| char::from(CHARACTERS[usize::from(byte % 32)])).collect())
    }

    /// A word that no input holds, for other marks of a composition.
    pub fn word(&self) -> String {
        format!("rup{}", self.0)
    }

    fn marker(&self, index: usize) -> String {
        format!("rup{}n{index:04}", self.0)
    }
}

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
    /// Of an introduction.
    Markdown(Look),
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

/// Where a slot stands, and so how its value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    HtmlText,
    HtmlAttribute,
    /// Inside an `href` or `src`.
    HtmlAddress,
    /// The text part.
    PlainText,
    /// The subject.
    Header,
}

/// A rendered text, cut at its slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Text(String),
    Slot(SlotPlace),
}

/// Where a slot stands, with what belongs to it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPlace {
    pub index: usize,
    pub context: Context,
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
    pub fn new(index: usize, context: Context) -> Self {
        Self { index, context, before: String::new(), after: String::new(), is_paragraph: false }
    }
}

/// The columns of one person, by name. A column that is empty for her is there and empty.
pub type Values = BTreeMap<String, String>;

/// A slot at a place where no value can be put.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlotError {
    #[error("a slot stands inside a style sheet")]
    InStyle,
    #[error("a slot stands inside a comment, or in a part for Outlook only")]
    InComment,
    #[error("a slot stands inside a tag, outside the quotation marks of an attribute")]
    InTag,
    #[error("a `for_recipient` block stands inside an attribute")]
    BlockInAttribute,
    #[error("a column of the list stands where a whole address must")]
    WholeAddress,
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
    pub fn cut_text(&self, text: &str, context: Context) -> Vec<Piece> {
        let mut pieces = self.cut(text, |_| Ok(context)).unwrap_or_default();
        if context == Context::PlainText {
            own_lines(&mut pieces, &self.slots);
        }
        pieces
    }

    /// Cuts HTML at its markers.
    ///
    /// # Errors
    /// When a slot stands where nothing can be put.
    pub fn cut_html(&self, html: &str) -> Result<Vec<Piece>, SlotError> {
        let mut walk = HtmlWalk::default();
        let mut pieces = self.cut(html, |before| walk.context_after(before))?;
        own_elements(&mut pieces, &self.slots);
        Ok(pieces)
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
            .any(|at| lower.contains(&self.nonce.0[at..at + PART]))
    }

    /// `context_of` is given the text between the last marker and this one.
    fn cut(
        &self,
        text: &str,
        mut context_of: impl FnMut(&str) -> Result<Context, SlotError>,
    ) -> Result<Vec<Piece>, SlotError> {
        let start = format!("rup{}n", self.nonce.0);
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
            let context = context_of(before)?;
            let is_raw =
                matches!(&self.slots[index], Slot::Block { form, .. } if *form != BlockForm::Plain);
            if is_raw && matches!(context, Context::HtmlAttribute | Context::HtmlAddress) {
                return Err(SlotError::BlockInAttribute);
            }
            // An address that a list gives could lead anywhere, and written for a part of one it leads nowhere.
            let begins_address = context == Context::HtmlAddress && before.ends_with(['"', '\'']);
            if begins_address && self.slots[index] != Slot::UnsubscribeUrl {
                return Err(SlotError::WholeAddress);
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

/// In plain text: a slot that may be empty takes the line ends behind it that would leave a gap.
fn own_lines(pieces: &mut [Piece], slots: &[Slot]) {
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
        if place.context != Context::HtmlText || !slots[place.index].may_be_empty() {
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
        if matches!(form, BlockForm::Markdown(_))
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

/// Follows HTML just closely enough to know what kind of place a marker stands at.
#[derive(Debug, Default)]
struct HtmlWalk {
    state: HtmlState,
    /// The text of the tag so far.
    tag: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum HtmlState {
    #[default]
    Text,
    Tag,
    Value(char),
    Comment,
    Style,
}

impl HtmlWalk {
    fn context_after(&mut self, text: &str) -> Result<Context, SlotError> {
        let mut rest = text;
        while let Some(sign) = rest.chars().next() {
            let after = &rest[sign.len_utf8()..];
            match self.state {
                HtmlState::Text if rest.starts_with("<!--") => self.state = HtmlState::Comment,
                HtmlState::Text if sign == '<' => {
                    self.state = HtmlState::Tag;
                    self.tag.clear();
                }
                HtmlState::Tag if sign == '>' => {
                    let is_style = self.tag.to_ascii_lowercase().starts_with("style");
                    self.state = if is_style { HtmlState::Style } else { HtmlState::Text };
                }
                HtmlState::Tag if matches!(sign, '"' | '\'') => self.state = HtmlState::Value(sign),
                HtmlState::Tag => self.tag.push(sign),
                HtmlState::Value(quote) if sign == quote => {
                    self.tag.push(' ');
                    self.state = HtmlState::Tag;
                }
                HtmlState::Comment if rest.starts_with("-->") => self.state = HtmlState::Text,
                HtmlState::Style if rest.starts_with("</style") => self.state = HtmlState::Text,
                HtmlState::Text | HtmlState::Value(_) | HtmlState::Comment | HtmlState::Style => {}
            }
            rest = after;
        }
        match self.state {
            HtmlState::Text => Ok(Context::HtmlText),
            HtmlState::Value(_) => {
                let name = self.tag.trim_end().trim_end_matches('=').trim_end();
                let name = name.rsplit([' ', '\n', '\t']).next().unwrap_or("");
                Ok(if matches!(name, "href" | "src") {
                    Context::HtmlAddress
                } else {
                    Context::HtmlAttribute
                })
            }
            HtmlState::Tag => Err(SlotError::InTag),
            HtmlState::Comment => Err(SlotError::InComment),
            HtmlState::Style => Err(SlotError::InStyle),
        }
    }
}

/// Slots made ready to be filled many times.
pub struct Filler {
    slots: Vec<Slot>,
    /// Blocks by index, one registry for each way in which values are written.
    in_html: Handlebars<'static>,
    in_text: Handlebars<'static>,
    in_markdown: Handlebars<'static>,
}

impl std::fmt::Debug for Filler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filler({} slots)", self.slots.len())
    }
}

/// A block that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", fault.what)]
pub struct BlockError {
    pub place: Place,
    pub fault: BlockFault,
}

impl Filler {
    /// Compiles the blocks.
    ///
    /// # Errors
    /// When a block is not a template, or holds what could fail for somebody.
    pub fn new(slots: &[Slot]) -> Result<Self, BlockError> {
        let registry = |escape: fn(&str) -> String| {
            let mut registry = Handlebars::new();
            registry.register_escape_fn(escape);
            personal::register(&mut registry);
            registry
        };
        let mut in_html = registry(|text| escape_html(&one_line(text)));
        let mut in_text = registry(one_line);
        let mut in_markdown = registry(|text| escape_markdown(&one_line(text)));
        for (index, slot) in slots.iter().enumerate() {
            let Slot::Block { source, place, form } = slot else { continue };
            personal::read(source, None)
                .map_err(|fault| BlockError { place: place.clone(), fault })?;
            let used = match form {
                BlockForm::Raw => vec![&mut in_html, &mut in_text],
                BlockForm::Plain => vec![&mut in_text],
                BlockForm::Markdown(_) => vec![&mut in_markdown],
            };
            for registry in used {
                // It was compiled a moment ago.
                if registry.register_template_string(&index.to_string(), source).is_err() {
                    let fault = BlockFault {
                        line: 0,
                        what: "the block is not Handlebars".to_owned(),
                        cure: "look for a missing or extra brace".to_owned(),
                        unknown: None,
                    };
                    return Err(BlockError { place: place.clone(), fault });
                }
            }
        }
        Ok(Self { slots: slots.to_vec(), in_html, in_text, in_markdown })
    }

    /// Looks at every block with the columns of the list, in every branch.
    ///
    /// # Errors
    /// Names the block and what it asks for.
    pub fn look_at_blocks(&self, columns: &[String]) -> Result<(), BlockError> {
        for slot in &self.slots {
            if let Slot::Block { source, place, .. } = slot {
                personal::read(source, Some(columns))
                    .map_err(|fault| BlockError { place: place.clone(), fault })?;
            }
        }
        Ok(())
    }

    /// The value of a slot for one person, written for its place, at the end of `out`.
    pub fn fill(
        &self,
        place: &SlotPlace,
        person: &Values,
        unsubscribe_url: &str,
        out: &mut String,
    ) {
        let start = out.len();
        out.push_str(&place.before);
        let value = out.len();
        self.value(place, person, unsubscribe_url, out);
        let is_alone = !place.before.is_empty() || !place.after.is_empty() || place.is_paragraph;
        if is_alone && out[value..].trim().is_empty() {
            out.truncate(start);
        } else {
            out.push_str(&place.after);
        }
    }

    fn value(&self, place: &SlotPlace, person: &Values, unsubscribe_url: &str, out: &mut String) {
        let context = place.context;
        let is_html = match context {
            Context::HtmlText | Context::HtmlAttribute | Context::HtmlAddress => true,
            Context::PlainText | Context::Header => false,
        };
        match &self.slots[place.index] {
            Slot::Field { name, fallback } => {
                let value =
                    person.get(name).map(|value| one_line(value)).filter(|value| !value.is_empty());
                write_value(value.as_deref().unwrap_or(fallback), context, out);
            }
            // The address is a whole one of our own making: only the characters of HTML need care.
            Slot::UnsubscribeUrl if is_html => out.push_str(&escape_html(unsubscribe_url)),
            Slot::UnsubscribeUrl => out.push_str(unsubscribe_url),
            Slot::Block { source, form, .. } => {
                let registry = match form {
                    BlockForm::Raw if is_html => &self.in_html,
                    BlockForm::Raw | BlockForm::Plain => &self.in_text,
                    BlockForm::Markdown(_) => &self.in_markdown,
                };
                let name = place.index.to_string();
                let rendered = if source.contains(personal::UNSUBSCRIBE_URL) {
                    let mut person = person.clone();
                    person.insert(personal::UNSUBSCRIBE_URL.to_owned(), unsubscribe_url.to_owned());
                    registry.render(&name, &person)
                } else {
                    registry.render(&name, person)
                };
                // `new` refused every block with something in it that could fail; a column that is not there is empty.
                debug_assert!(rendered.is_ok(), "{rendered:?}");
                let filled = rendered.unwrap_or_default();
                let filled = filled.trim_matches('\n');
                match form {
                    BlockForm::Raw => out.push_str(filled),
                    BlockForm::Plain if is_html => out.push_str(&escape_html(&on_one_line(filled))),
                    BlockForm::Plain => out.push_str(&on_one_line(filled)),
                    BlockForm::Markdown(look) => {
                        let written = match (is_html, place.is_paragraph) {
                            (true, true) => words::html(filled, look),
                            (true, false) => words::html_within_a_line(filled, look),
                            (false, true) => words::text(filled),
                            (false, false) => words::text_within_a_line(filled),
                        };
                        out.push_str(&written);
                    }
                }
            }
        }
    }
}

/// A subject or preheader is one line; the blanks at the ends of a block belong to the words around it.
fn on_one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// A value in Markdown that is words and nothing else.
fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn write_value(value: &str, context: Context, out: &mut String) {
    match context {
        Context::HtmlText | Context::HtmlAttribute => out.push_str(&escape_html(value)),
        Context::HtmlAddress => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        Context::PlainText | Context::Header => out.push_str(value),
    }
}

/// Text for between tags or quotation marks.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out
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

    fn contexts(html: &str) -> Result<Vec<Context>, SlotError> {
        let mut slots = slots();
        let marker = slots.marker(field("first_name"));
        let pieces = slots.cut_html(&html.replace('@', &marker))?;
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
        use Context as C;
        assert_eq!(contexts("<p>@ and @</p>"), Ok(vec![C::HtmlText, C::HtmlText]));
        assert_eq!(
            contexts("<a title=\"x @\" href=\"https://e.org/@\">@</a>"),
            Ok(vec![C::HtmlAttribute, C::HtmlAddress, C::HtmlText])
        );
        assert_eq!(contexts("<p data-href=\"@\">"), Ok(vec![C::HtmlAttribute]));
        assert_eq!(contexts("<style>p{}</style><p>@"), Ok(vec![C::HtmlText]));
        assert_eq!(contexts("<!-- x --><p>@"), Ok(vec![C::HtmlText]));
        assert_eq!(contexts("<style>@</style>"), Err(SlotError::InStyle));
        assert_eq!(contexts("<!--[if mso]><p>@</p><![endif]-->"), Err(SlotError::InComment));
        assert_eq!(contexts("<p @>"), Err(SlotError::InTag));
    }

    #[test]
    fn a_marker_that_was_not_made_stays_text() {
        let slots = slots();
        let fake = slots.nonce.marker(3);
        assert_eq!(slots.cut_text(&fake, Context::PlainText), [Piece::Text(fake.clone())]);
    }

    fn filled(slots: &[Slot], place: &SlotPlace, person: &Values) -> String {
        let mut out = String::new();
        let filler = Filler::new(slots).unwrap();
        filler.fill(place, person, "https://e.org/u?a=1&b=2", &mut out);
        out
    }

    fn person(values: &[(&str, &str)]) -> Values {
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn block(source: &str, form: BlockForm) -> Slot {
        Slot::Block { source: source.to_owned(), place: Place::line("a", 1), form }
    }

    #[test]
    fn values_are_written_for_their_place() {
        let slots = [field("first_name"), Slot::UnsubscribeUrl];
        let person = person(&[("first_name", "O'N <b> &\r\nx é")]);
        let fill = |index, context| filled(&slots, &SlotPlace::new(index, context), &person);
        assert_eq!(fill(0, Context::HtmlText), "O&#39;N &lt;b&gt; &amp; x é");
        assert_eq!(fill(0, Context::HtmlAddress), "O%27N%20%3Cb%3E%20%26%20x%20%C3%A9");
        assert_eq!(fill(0, Context::PlainText), "O'N <b> & x é");
        assert_eq!(fill(1, Context::HtmlAddress), "https://e.org/u?a=1&amp;b=2");
    }

    #[test]
    fn an_empty_value_takes_the_fallback() {
        for values in [Values::new(), person(&[("first_name", " \u{200b}")])] {
            let place = SlotPlace::new(0, Context::PlainText);
            assert_eq!(filled(&[field("first_name")], &place, &values), "friend");
        }
    }

    #[test]
    fn blocks_choose_by_the_persons_columns() {
        let slot =
            block("{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}}", BlockForm::Raw);
        for (name, html, plain) in [("A&B", "Dear A&amp;B,", "Dear A&B,"), ("", "Hello,", "Hello,")]
        {
            let person = person(&[("first_name", name)]);
            let fill =
                |context| filled(std::slice::from_ref(&slot), &SlotPlace::new(0, context), &person);
            assert_eq!(
                (fill(Context::HtmlText).as_str(), fill(Context::PlainText).as_str()),
                (html, plain)
            );
        }
        // Somebody whose columns are others than those of the list is nobody to stop for.
        let nobody = filled(&[slot], &SlotPlace::new(0, Context::PlainText), &Values::new());
        assert_eq!(nobody, "Hello,");
    }

    #[test]
    fn blocks_of_the_editors_words_are_written_like_the_words_around_them() {
        let look = Look { accent: "#000000".to_owned(), start: "left".to_owned() };
        let source = "**Hi** {{first_name}} & co <b>, [leave]({{unsubscribe_url}})";
        let slots = [
            block(source, BlockForm::Markdown(look)),
            block("Hi {{first_name}} & co", BlockForm::Plain),
        ];
        let person = person(&[("first_name", "*A* <i> https://evil.example [x](y)")]);
        let html = filled(&slots, &SlotPlace::new(0, Context::HtmlText), &person);
        assert!(html.starts_with("<strong>Hi</strong> *A* &lt;i&gt; https://evil.example [x](y) &amp; co &lt;b&gt;, <a "), "{html}");
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(html.contains("href=\"https://e.org/u?a=1&amp;b=2\""), "{html}");
        let mut place = SlotPlace::new(0, Context::HtmlText);
        place.is_paragraph = true;
        assert!(filled(&slots, &place, &person).starts_with(words::PARAGRAPH));
        let text = filled(&slots, &SlotPlace::new(0, Context::PlainText), &person);
        assert_eq!(
            text,
            "Hi *A* <i> https://evil.example [x](y) & co <b>, leave (https://e.org/u?a=1&b=2)"
        );
        let attribute = filled(&slots, &SlotPlace::new(1, Context::HtmlAttribute), &person);
        assert_eq!(attribute, "Hi *A* &lt;i&gt; https://evil.example [x](y) &amp; co");
    }

    #[test]
    fn an_empty_block_leaves_no_gap() {
        let source = "{{#if town}}In {{town}}.{{/if}}";
        let look = Look { accent: "#000000".to_owned(), start: "left".to_owned() };
        for form in [BlockForm::Raw, BlockForm::Markdown(look)] {
            let mut slots = slots();
            let marker = slots.marker(block(source, form.clone()));
            let filler = Filler::new(&slots.slots).unwrap();
            let fill = |pieces: &[Piece], town: &str| {
                let mut out = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Slot(place) => {
                            filler.fill(place, &person(&[("town", town)]), "", &mut out);
                        }
                    }
                }
                out
            };
            for (text, empty) in [
                ("Hello.\n\n@\n\nBye.\n", "Hello.\n\nBye.\n"),
                ("@\n\nBye.\n", "Bye.\n"),
                ("Hello.\n\n@\n", "Hello.\n\n"),
                ("a\n@\nb\n", "a\nb\n"),
                ("a\n\n@\n\n@\n\nb\n", "a\n\nb\n"),
                ("Well, @ so.\n", "Well,  so.\n"),
            ] {
                let pieces = slots.cut_text(&text.replace('@', &marker), Context::PlainText);
                assert_eq!(fill(&pieces, ""), empty, "{text}");
                assert_eq!(fill(&pieces, "York"), text.replace('@', "In York."), "{text}");
            }
            for (html, empty) in [
                ("<p>a</p><p class=\"x\"> @ </p><p>b</p>", "<p>a</p><p>b</p>"),
                ("<td><ul><li>@</li></ul></td>", "<td></td>"),
                ("<p>a @</p>", "<p>a </p>"),
                ("<b>@</i>", "<b></i>"),
            ] {
                let pieces = slots.cut_html(&html.replace('@', &marker)).unwrap();
                assert_eq!(fill(&pieces, ""), empty, "{html}");
                assert!(fill(&pieces, "York").contains("In York."), "{html}");
            }
        }
    }

    #[test]
    fn a_part_of_a_marker_is_found() {
        let mut slots = Slots::new(Nonce::new(*b"0123456789abcdef"));
        let marker = slots.marker(field("first_name"));
        assert_eq!(find_marker(&format!("é{marker}x")), Some(2..2 + marker.len()));
        assert!(!holds_marker("rupture and rupees"));
        for changed in [marker.to_uppercase(), marker[..15].to_owned(), marker[6..].to_owned()] {
            assert!(slots.holds_a_part(&format!("words {changed} words")), "{changed}");
        }
        assert!(!slots.holds_a_part("words of everyday"));
    }

    #[test]
    fn a_column_is_no_whole_address() {
        assert_eq!(contexts("<a href=\"@\">"), Err(SlotError::WholeAddress));
        assert_eq!(contexts("<a href=\"https://e.org/@\">"), Ok(vec![Context::HtmlAddress]));
    }
}
