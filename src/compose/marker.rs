//! Markers: what stands in a text where a slot will be filled, and how text becomes HTML.
//! Pure: text in, text and places out.

use std::ops::Range;

use crate::rfc::text::of_a_text;

/// What a nonce is made of.
const CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

pub(super) const NONCE_LENGTH: usize = 16;

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

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A word that no input holds, for other marks of a composition.
    pub fn word(&self) -> String {
        format!("rup{}", self.0)
    }

    pub(super) fn marker(&self, index: usize) -> String {
        format!("rup{}n{index:04}", self.0)
    }
}

/// Text for between tags or quotation marks; what cannot stand in a text is left out.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = of_a_text(text);
    let mut rest = &*text;
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
