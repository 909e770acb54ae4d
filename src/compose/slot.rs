//! Slots: the places of a composition that differ by person, and how they are filled.
//! Pure: markers and values in, pieces and text out.
//!
//! While templates are rendered, a slot is a marker: a random word of letters and digits that no input can hold. It
//! passes Handlebars, MJML and HTML unharmed, is found again in the result, and classified by where it stands. The
//! result is never run through Handlebars: a story that contains `{{` is a story that contains `{{`.

use std::collections::BTreeMap;

use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::Place;
use crate::rfc::header::one_line;

/// A random word, fresh for each composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// From random bytes. Letters and digits only, so that nothing on the way changes them.
    pub fn new(random: [u8; 16]) -> Self {
        const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        Self(random.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect())
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
    Block { source: String, place: Place },
}

impl Slot {
    /// Whether it holds a column of the list.
    pub fn is_field(&self) -> bool {
        match self {
            Slot::Field { .. } => true,
            Slot::UnsubscribeUrl | Slot::Block { .. } => false,
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
    Slot { index: usize, context: Context },
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

    pub fn into_slots(self) -> Vec<Slot> {
        self.slots
    }

    /// Cuts plain text (or a header's text) at its markers.
    pub fn cut_text(&self, text: &str, context: Context) -> Vec<Piece> {
        self.cut(text, |_| Ok(context)).unwrap_or_default()
    }

    /// Cuts HTML at its markers.
    ///
    /// # Errors
    /// When a slot stands where nothing can be put.
    pub fn cut_html(&self, html: &str) -> Result<Vec<Piece>, SlotError> {
        let mut walk = HtmlWalk::default();
        self.cut(html, |before| walk.context_after(before))
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
            let is_block = matches!(self.slots[index], Slot::Block { .. });
            if is_block && matches!(context, Context::HtmlAttribute | Context::HtmlAddress) {
                return Err(SlotError::BlockInAttribute);
            }
            push_text(&mut pieces, before);
            pieces.push(Piece::Slot { index, context });
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
    /// Blocks by index: `h0` writes HTML, `t0` plain text.
    blocks: Handlebars<'static>,
    plain_blocks: Handlebars<'static>,
}

impl std::fmt::Debug for Filler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filler({} slots)", self.slots.len())
    }
}

/// A block that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct BlockError {
    pub place: Place,
    /// Line within the block, from 0.
    pub line: usize,
    pub column: usize,
    pub what: String,
    /// The name that is not known, when that is what is wrong.
    pub unknown: Option<String>,
}

impl Filler {
    /// Compiles the blocks.
    ///
    /// # Errors
    /// When a block is not a template.
    pub fn new(slots: &[Slot]) -> Result<Self, BlockError> {
        let mut blocks = Handlebars::new();
        blocks.set_strict_mode(true);
        blocks.register_escape_fn(|text| escape_html(&one_line(text)));
        let mut plain_blocks = Handlebars::new();
        plain_blocks.set_strict_mode(true);
        plain_blocks.register_escape_fn(one_line);
        for (index, slot) in slots.iter().enumerate() {
            if let Slot::Block { source, place } = slot {
                for registry in [&mut blocks, &mut plain_blocks] {
                    registry.register_template_string(&index.to_string(), source).map_err(
                        |error| {
                            let (line, column) = error.pos().unwrap_or((1, 1));
                            BlockError {
                                place: place.clone(),
                                line: line.saturating_sub(1),
                                column,
                                what: error.reason().to_string(),
                                unknown: None,
                            }
                        },
                    )?;
                }
            }
        }
        Ok(Self { slots: slots.to_vec(), blocks, plain_blocks })
    }

    /// Fills every block once with nothing in any column, so that a name the list does not have is found before a
    /// person is.
    ///
    /// # Errors
    /// Names the block and the column it asks for.
    pub fn try_blocks(&self, columns: &[String]) -> Result<(), BlockError> {
        let values: Values = columns.iter().map(|name| (name.clone(), String::new())).collect();
        let full: Values = columns.iter().map(|name| (name.clone(), "x".to_owned())).collect();
        for (index, slot) in self.slots.iter().enumerate() {
            let Slot::Block { place, .. } = slot else { continue };
            for values in [&values, &full] {
                self.blocks.render(&index.to_string(), values).map_err(|error| {
                    let unknown = match error.reason() {
                        handlebars::RenderErrorReason::MissingVariable(name) => name.clone(),
                        _ => None,
                    };
                    BlockError {
                        place: place.clone(),
                        line: error.line_no.unwrap_or(1).saturating_sub(1),
                        column: error.column_no.unwrap_or(1),
                        what: error.reason().to_string(),
                        unknown,
                    }
                })?;
            }
        }
        Ok(())
    }

    /// The value of a slot for one person, written for its place, at the end of `out`.
    pub fn fill(
        &self,
        index: usize,
        context: Context,
        person: &Values,
        unsubscribe_url: &str,
        out: &mut String,
    ) {
        match &self.slots[index] {
            Slot::Field { name, fallback } => {
                let value =
                    person.get(name).map(|value| one_line(value)).filter(|value| !value.is_empty());
                write_value(value.as_deref().unwrap_or(fallback), context, out);
            }
            Slot::UnsubscribeUrl => match context {
                // The address is a whole one of our own making: only the signs of HTML need care.
                Context::HtmlText | Context::HtmlAttribute | Context::HtmlAddress => {
                    out.push_str(&escape_html(unsubscribe_url));
                }
                Context::PlainText | Context::Header => out.push_str(unsubscribe_url),
            },
            Slot::Block { .. } => {
                let registry = match context {
                    Context::HtmlText | Context::HtmlAttribute | Context::HtmlAddress => {
                        &self.blocks
                    }
                    Context::PlainText | Context::Header => &self.plain_blocks,
                };
                // Every block was filled with this list's columns by `try_blocks` before the first person.
                let filled = registry
                    .render(&index.to_string(), person)
                    .expect("a block that was tried with all columns can be filled");
                out.push_str(filled.trim_matches('\n'));
            }
        }
    }
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
                Piece::Slot { context, .. } => Some(*context),
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
        assert_eq!(contexts("<a href='@'>"), Ok(vec![C::HtmlAddress]));
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

    #[test]
    fn values_are_written_for_their_place() {
        let filler = Filler::new(&[field("first_name"), Slot::UnsubscribeUrl]).unwrap();
        let person: Values = [("first_name".to_owned(), "O'N <b> &\r\nx é".to_owned())].into();
        let fill = |index, context| {
            let mut out = String::new();
            filler.fill(index, context, &person, "https://e.org/u?a=1&b=2", &mut out);
            out
        };
        assert_eq!(fill(0, Context::HtmlText), "O&#39;N &lt;b&gt; &amp; x é");
        assert_eq!(fill(0, Context::HtmlAddress), "O%27N%20%3Cb%3E%20%26%20x%20%C3%A9");
        assert_eq!(fill(0, Context::PlainText), "O'N <b> & x é");
        assert_eq!(fill(1, Context::HtmlAddress), "https://e.org/u?a=1&amp;b=2");
    }

    #[test]
    fn an_empty_value_takes_the_fallback() {
        let filler = Filler::new(&[field("first_name")]).unwrap();
        for person in [Values::new(), [("first_name".to_owned(), " \u{200b}".to_owned())].into()] {
            let mut out = String::new();
            filler.fill(0, Context::PlainText, &person, "", &mut out);
            assert_eq!(out, "friend");
        }
    }

    #[test]
    fn blocks_choose_by_the_persons_columns() {
        let slot = Slot::Block {
            source: "{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}}".to_owned(),
            place: Place::line("a", 1),
        };
        let filler = Filler::new(&[slot]).unwrap();
        filler.try_blocks(&["first_name".to_owned()]).unwrap();
        for (name, html, plain) in [("A&B", "Dear A&amp;B,", "Dear A&B,"), ("", "Hello,", "Hello,")]
        {
            let person: Values = [("first_name".to_owned(), name.to_owned())].into();
            let mut out = String::new();
            filler.fill(0, Context::HtmlText, &person, "", &mut out);
            assert_eq!(out, html);
            out.clear();
            filler.fill(0, Context::PlainText, &person, "", &mut out);
            assert_eq!(out, plain);
        }
    }

    #[test]
    fn a_block_that_asks_for_a_column_the_list_lacks_is_found_first() {
        let slot = Slot::Block {
            source: "x\n{{#if first_name}}{{town}}{{/if}}".to_owned(),
            place: Place::line("a", 5),
        };
        let filler = Filler::new(&[slot]).unwrap();
        let error = filler.try_blocks(&["first_name".to_owned()]).unwrap_err();
        assert_eq!(error.unknown.as_deref(), Some("town"));
        assert_eq!((error.place.line, error.line), (Some(5), 1));
    }
}
