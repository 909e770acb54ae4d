//! A composition: everything that is the same for everybody, rendered once.
//! Pure: values.

use super::fault::TemplateFault;
use super::layout::Density;
use super::slot::{Piece, Slot};
use crate::locale::words::WordsFileError;
use crate::rfc::base16;
use crate::rfc::quoted_printable;
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// An email that is ready but for the slots. A plain value: it is stored when a run is planned, and what is sent is
/// what was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composition {
    pub edition: String,
    pub subject: Vec<Piece>,
    pub preheader: String,
    /// One for each combination of segments in use; the first is for people without any.
    pub variants: Vec<Variant>,
    pub slots: Vec<Slot>,
    /// Segments that the templates use: the others make no difference.
    pub segments: BTreeSet<String>,
    /// Segments that nobody on the list is in, where they are named. For checks; no part of the email.
    #[serde(skip)]
    pub unknown_segments: Vec<UnknownSegment>,
    /// How much room a story got.
    #[serde(default = "as_in_earlier_versions")]
    pub density: Density,
    /// Stories that there was no room for: the email says that they are on the website.
    #[serde(default)]
    pub more: usize,
    /// The stories that it has, in its order. Compositions of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stories: Vec<ComposedStory>,
    /// The same email in other languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<TranslatedEmail>,
}

/// A segment that templates or the draft use, and nobody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSegment {
    pub name: String,
    pub place: crate::problem::Place,
    /// The segment that was meant, if one is near.
    pub nearest: Option<String>,
}

/// A story of an email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposedStory {
    pub id: String,
    /// Its address in canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
}

/// An email in another language than the newsletter's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranslatedEmail {
    /// `cy`
    pub language: String,
    pub composition: Composition,
}

fn as_in_earlier_versions() -> Density {
    Density::Cards
}

/// The two parts for the people of some segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub segments: BTreeSet<String>,
    /// Their subject, where it is another than everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Vec<Piece>>,
    /// Their preheader, for people who look: the email has it in its HTML.
    #[serde(skip)]
    pub preheader: Vec<Piece>,
    pub html: Vec<Piece>,
    pub text: Vec<Piece>,
    /// Where the HTML came from, for people who look; not part of the email.
    #[serde(skip)]
    pub mjml: String,
}

impl Variant {
    /// What both parts take as they are sent, with a little for each slot.
    pub fn bytes(&self) -> usize {
        const SLOT_BYTES: usize = 40;
        let mut encoded = Vec::new();
        let mut slots = 0;
        for piece in self.html.iter().chain(&self.text) {
            match piece {
                Piece::Text(text) => quoted_printable::encode_piece(text, &mut encoded),
                Piece::Slot(_) => slots += SLOT_BYTES,
            }
        }
        encoded.len() + slots
    }
}

/// Why nothing can be composed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComposeError {
    #[error("there is no template `{name}`")]
    NoTemplate {
        name: String,
        /// Where the draft names it.
        place: Option<crate::problem::Place>,
        known: Vec<String>,
        nearest: Option<String>,
    },
    #[error("the template `{name}` has no file `templates/{missing}`")]
    HalfATemplate { name: String, place: Option<crate::problem::Place>, missing: String },
    #[error(transparent)]
    Template(#[from] TemplateFault),
    #[error(transparent)]
    Words(#[from] WordsFileError),
}

impl Composition {
    /// Which variant a person of these segments gets.
    pub fn variant(&self, segments: &BTreeSet<String>) -> usize {
        if segments.is_empty() || self.segments.is_empty() {
            return 0;
        }
        let asked: BTreeSet<&String> = segments.intersection(&self.segments).collect();
        self.variants
            .iter()
            .position(|variant| variant.segments.iter().collect::<BTreeSet<_>>() == asked)
            .unwrap_or(0)
    }

    /// The subject of the people who get a variant.
    pub fn subject_of<'a>(&'a self, variant: &'a Variant) -> &'a [Piece] {
        variant.subject.as_ref().unwrap_or(&self.subject)
    }

    /// Names these words and no others: sixteen hexadecimal digits of their SHA-256.
    pub fn hash(&self) -> String {
        let bytes =
            serde_json::to_vec(self).expect("a composition of texts can be written as JSON");
        base16::encode(&digest::digest(&digest::SHA256, &bytes).as_ref()[..8])
    }

    /// The same email as a test: its subject says so, in every language.
    #[must_use]
    pub fn as_test(mut self) -> Self {
        let mark = |composition: &mut Self| {
            let own =
                composition.variants.iter_mut().filter_map(|variant| variant.subject.as_mut());
            for subject in std::iter::once(&mut composition.subject).chain(own) {
                subject.insert(0, Piece::Text("[TEST] ".to_owned()));
            }
        };
        mark(&mut self);
        for translation in &mut self.translations {
            mark(&mut translation.composition);
        }
        self
    }

    /// The fixed text of some pieces, slots shown by their names in braces.
    pub fn shown(&self, pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Slot(place) => {
                    let name = match &self.slots[place.index] {
                        Slot::Field { name, .. } => name,
                        Slot::UnsubscribeUrl => "unsubscribe_url",
                        Slot::Block { .. } => "for_recipient",
                    };
                    format!("{}{{{name}}}{}", place.before, place.after)
                }
            })
            .collect()
    }
}
