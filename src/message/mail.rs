//! The email of one language, encoded once: everybody's message is made of these bytes and a few slots.
//! Pure: a composition in, bytes out.

use crate::audience::Recipient;
use crate::compose::composition::{Composition, Variant};
use crate::compose::filler::BlockError;
use crate::compose::{Filler, Piece, SlotPlace};
use crate::rfc::quoted_printable;

/// The bytes of one language's email, ready to be personalised.
#[derive(Debug)]
pub(super) struct EncodedEmail {
    /// Empty for the newsletter's own.
    pub language: String,
    pub composition: Composition,
    pub filler: Filler,
    /// Header fields after those that name the person.
    pub tail: String,
    /// For each variant, its body.
    bodies: Vec<Vec<BodyPart>>,
}

#[derive(Debug)]
pub(super) enum BodyPart {
    Fixed(Vec<u8>),
    Slot(SlotPlace),
}

impl EncodedEmail {
    /// Encodes all that is fixed. `fields` are header fields that every language has.
    ///
    /// # Errors
    /// When a stored block is not a template, which a composition of `compose` cannot have.
    pub fn new(language: &str, composition: Composition, fields: &str) -> Result<Self, BlockError> {
        let filler = Filler::new(&composition.slots)?;
        // `=_` cannot occur in quoted-printable text (RFC 2045 section 6.7).
        let boundary = format!("=_roundup_{}", composition.hash());
        let tail = format!(
            "{fields}MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n"
        );
        let bodies =
            composition.variants.iter().map(|variant| encoded(variant, &boundary)).collect();
        Ok(Self { language: language.to_owned(), composition, filler, tail, bodies })
    }

    /// What a person's segments get.
    pub fn variant(&self, recipient: &Recipient) -> &Variant {
        &self.composition.variants[self.composition.variant(&recipient.segments)]
    }

    /// The subject that a person's segments get.
    pub fn subject(&self, recipient: &Recipient) -> &[Piece] {
        self.composition.subject_of(self.variant(recipient))
    }

    /// The body that a person's segments get.
    pub fn body(&self, recipient: &Recipient) -> &[BodyPart] {
        &self.bodies[self.composition.variant(&recipient.segments)]
    }
}

/// Both parts of a variant, between boundaries (RFC 2046 section 5.1).
fn encoded(variant: &Variant, boundary: &str) -> Vec<BodyPart> {
    let mut parts = vec![BodyPart::Fixed(Vec::new())];
    for (kind, pieces) in [("plain", &variant.text), ("html", &variant.html)] {
        push_fixed(
            &mut parts,
            format!(
                "--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n\
                 Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            )
            .as_bytes(),
        );
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    let mut encoded = Vec::with_capacity(text.len() + text.len() / 8);
                    quoted_printable::encode_piece(text, &mut encoded);
                    push_fixed(&mut parts, &encoded);
                }
                Piece::Slot(place) => parts.push(BodyPart::Slot(place.clone())),
            }
        }
        push_fixed(&mut parts, b"\r\n");
    }
    push_fixed(&mut parts, format!("--{boundary}--\r\n").as_bytes());
    parts
}

pub(super) fn fixed_bytes(parts: &[BodyPart]) -> usize {
    parts.iter().map(|part| if let BodyPart::Fixed(fixed) = part { fixed.len() } else { 0 }).sum()
}

fn push_fixed(parts: &mut Vec<BodyPart>, bytes: &[u8]) {
    if let Some(BodyPart::Fixed(last)) = parts.last_mut() {
        last.extend_from_slice(bytes);
    } else {
        parts.push(BodyPart::Fixed(bytes.to_vec()));
    }
}
