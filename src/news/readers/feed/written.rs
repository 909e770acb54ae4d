//! A text of a feed in any of the ways to write one: escaped, not escaped, as XHTML, packed, or plain.
//! Pure: a tree in, a text out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reader::Reader;
use crate::news::readers::text::{self, Markup, has_entity, is_escaped_markup, tidy};
use crate::rfc::text::one_line;

/// A text and whether it is markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Html(String),
    Plain(String),
}

impl Text {
    pub fn read(&self) -> Markup {
        match self {
            Self::Html(html) => text::read(html),
            Self::Plain(plain) => Markup { text: tidy(plain), pictures: Vec::new() },
        }
    }

    pub fn one_line(&self) -> String {
        match self {
            Self::Html(html) => text::title_text(html),
            Self::Plain(plain) => one_line(&tidy(plain)),
        }
    }
}

impl Reader<'_> {
    /// A text of Atom or RSS, in any of the ways to write one.
    pub fn text(&self, of: usize) -> Text {
        let node = self.node(of);
        let kind = node.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let mode = node.attribute("mode").unwrap_or_default().to_ascii_lowercase();
        if self.document.has_elements(of) {
            return Text::Html(self.document.markup(of));
        }
        let text = self.document.text(of);
        let is_atom = self.node(self.of).name == "entry";
        let is_binary = mode == "base64"
            || (is_atom
                && !kind.is_empty()
                && kind.contains('/')
                && !kind.starts_with("text/")
                && !kind.contains("xml")
                && !kind.contains("html"));
        if is_binary {
            let packed: String = text.split_whitespace().collect();
            let unpacked =
                STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(unpacked) = unpacked {
                return if kind == "text/plain" {
                    Text::Plain(unpacked)
                } else {
                    Text::Html(unpacked)
                };
            }
        }
        // What is called plain is often markup all the same; what only has an angle bracket is not.
        let is_plain = is_atom && !kind.contains("html") && mode != "escaped";
        if is_plain && !is_escaped_markup(&text) && !has_entity(&text) {
            return Text::Plain(text);
        }
        Text::Html(text)
    }
}
