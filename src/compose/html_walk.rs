//! What kind of place each byte of some HTML is, as far as slots need to know.
//! Pure: HTML in, contexts out.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a slot stands, and so how its value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotContext {
    HtmlText,
    HtmlAttribute,
    /// Inside an `href` or `src`.
    HtmlAddress,
    /// The text part.
    PlainText,
    /// The subject.
    Header,
}

/// A slot at a place where no value can be put.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlotError {
    #[error("a slot is inside a style")]
    InStyle,
    #[error("a slot is inside a comment, or in a part for Outlook only")]
    InComment,
    #[error("a slot is inside a tag, outside the quotation marks of an attribute")]
    InTag,
    #[error("a `for_recipient` block is inside an attribute")]
    BlockInAttribute,
    #[error("a column of the list is used as a whole web address")]
    WholeAddress,
}

impl SlotError {
    pub fn cure(&self) -> &'static str {
        match self {
            Self::WholeAddress => {
                "write the same address for everybody: roundup follows nobody by the links they get"
            }
            Self::InStyle | Self::InComment | Self::InTag | Self::BlockInAttribute => {
                "move it into the text of the email, or into an attribute's quotation marks"
            }
        }
    }
}

/// The first of some values of a text that stands where none can be put, by its byte. `true` is the person's own address for
/// leaving.
pub fn first_misplaced(html: &str, values: &[(Range<usize>, bool)]) -> Option<(usize, SlotError)> {
    let mut walk = HtmlWalk::default();
    let mut from = 0;
    for (value, is_own_address) in values {
        let before = &html[from..value.start];
        from = value.end;
        match walk.context_after(before) {
            Err(error) => return Some((value.start, error)),
            Ok(SlotContext::HtmlAddress)
                if !is_own_address && before.trim_end().ends_with(['"', '\'']) =>
            {
                return Some((value.start, SlotError::WholeAddress));
            }
            Ok(_) => {}
        }
    }
    None
}

/// Follows HTML just closely enough to know what kind of place a marker stands at.
#[derive(Debug, Default)]
pub struct HtmlWalk {
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
    pub fn context_after(&mut self, text: &str) -> Result<SlotContext, SlotError> {
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
                    let name = self.tag.to_ascii_lowercase();
                    let is_style = name.starts_with("style") || name.starts_with("mj-style");
                    self.state = if is_style { HtmlState::Style } else { HtmlState::Text };
                }
                HtmlState::Tag if matches!(sign, '"' | '\'') => self.state = HtmlState::Value(sign),
                HtmlState::Tag => self.tag.push(sign),
                HtmlState::Value(quote) if sign == quote => {
                    self.tag.push(' ');
                    self.state = HtmlState::Tag;
                }
                HtmlState::Comment if rest.starts_with("-->") => self.state = HtmlState::Text,
                HtmlState::Style
                    if ["</style", "</mj-style"].iter().any(|end| {
                        rest.get(..end.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(end))
                    }) =>
                {
                    self.state = HtmlState::Text;
                }
                HtmlState::Text | HtmlState::Value(_) | HtmlState::Comment | HtmlState::Style => {}
            }
            rest = after;
        }
        match self.state {
            HtmlState::Text => Ok(SlotContext::HtmlText),
            HtmlState::Value(_) => {
                let name = self.tag.trim_end().trim_end_matches('=').trim_end();
                let name = name.rsplit([' ', '\n', '\t']).next().unwrap_or("");
                match name {
                    "href" | "src" => Ok(SlotContext::HtmlAddress),
                    // What a list gives could fetch something, or hide the rest.
                    "style" => Err(SlotError::InStyle),
                    _ => Ok(SlotContext::HtmlAttribute),
                }
            }
            HtmlState::Tag => Err(SlotError::InTag),
            HtmlState::Comment => Err(SlotError::InComment),
            HtmlState::Style => Err(SlotError::InStyle),
        }
    }
}
