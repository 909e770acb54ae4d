//! Everybody's message reviewed once before the first is sent: its size, and what is in its slots.
//! Pure: a skeleton and a recipient in, what was found out.
//!
//! What is the same for everybody was looked at when it was composed; here only what differs by person is rendered.

use super::MessageTemplate;
use super::mail::{BodyPart, fixed_bytes};
use crate::audience::Recipient;
use crate::check::CopyWarning;
use crate::compose::readings::gap_within;
use crate::compose::{Piece, Slot, SlotContext, filled};
use crate::rfc::quoted_printable;

/// What other systems leave behind where a name should be.
const MARKS: [&str; 8] = ["{{", "}}", "*|", "|*", "[[", "]]", "%%", "<%"];

/// One person's message, measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyMeasure {
    /// Without the signature, which has the same length for everybody.
    pub bytes: usize,
    /// What nobody would want to get.
    pub doubt: Option<CopyWarning>,
}

/// Memory that is used again for the next person.
#[derive(Debug, Default)]
pub struct Buffers {
    encoded: Vec<u8>,
    value: String,
}

impl MessageTemplate {
    /// Renders what differs in one person's message.
    pub fn examine(&self, recipient: &Recipient, scratch: &mut Buffers) -> CopyMeasure {
        let mail = self.mail_of(recipient);
        let head = self.head_of(mail, recipient);
        let parts = mail.body(recipient);
        let mut bytes = head.fields.len() + 2 + fixed_bytes(parts);
        // The name stands in the To field, whether the text uses it or not.
        let mut doubt = recipient.name().filter(|name| has_marks(name)).map(|name| CopyWarning {
            address: recipient.address.to_string(),
            what: format!("would be addressed as `{name}`"),
        });
        let subject = mail.subject(recipient);
        // Where words stand that everybody gets, nobody's is empty.
        if subject.iter().all(|piece| matches!(piece, Piece::Slot(_)) || is_blank(piece))
            && filled(&mail.filler, subject, &recipient.values, "").trim().is_empty()
        {
            doubt = Some(CopyWarning {
                address: recipient.address.to_string(),
                what: "would get no subject".to_owned(),
            });
        }
        for (at, part) in parts.iter().enumerate() {
            let BodyPart::Slot(place) = part else { continue };
            let Buffers { encoded, value } = scratch;
            value.clear();
            mail.filler.fill(place, &recipient.values, &head.unsubscribe_url, value);
            encoded.clear();
            quoted_printable::encode_piece(value, encoded);
            bytes += encoded.len();
            let is_field = mail.composition.slots[place.index].is_field();
            let is_own_address = mail.composition.slots[place.index] == Slot::UnsubscribeUrl;
            if doubt.is_none() && !is_own_address && place.context == SlotContext::PlainText {
                let what = if let Some(gap) = gap_in(&mail.composition.slots[place.index], value) {
                    Some(format!("would read `{gap}`"))
                } else if has_marks(value)
                    && (is_field || recipient.values.values().any(|own| has_marks(own)))
                {
                    Some(format!("would read `{value}`"))
                } else if value.trim().is_empty() && leaves_a_hole(parts, at) {
                    Some("would be greeted without a name".to_owned())
                } else {
                    None
                };
                doubt =
                    what.map(|what| CopyWarning { address: recipient.address.to_string(), what });
            }
        }
        CopyMeasure { bytes, doubt }
    }

    /// The first line of the plain text that differs by person, as this person reads it.
    pub fn first_personal_line(&self, recipient: &Recipient) -> Option<String> {
        let mail = self.mail_of(recipient);
        let variant = mail.variant(recipient);
        let is_field = |piece: &Piece| match piece {
            Piece::Slot(place) => mail.composition.slots[place.index].is_field(),
            Piece::Text(_) => false,
        };
        let at = variant.text.iter().position(is_field)?;
        let (_, _, whole) = self.seen_by(recipient);
        let before: usize = variant.text[..at]
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.matches('\n').count(),
                Piece::Slot(_) => 0,
            })
            .sum();
        whole.lines().nth(before).map(|line| line.trim().to_owned())
    }
}

/// The gap that an empty value leaves in a block.
fn gap_in(slot: &Slot, value: &str) -> Option<String> {
    match slot {
        Slot::Block { source, .. } => gap_within(source, value),
        Slot::Field { .. } | Slot::UnsubscribeUrl => None,
    }
}

fn is_blank(piece: &Piece) -> bool {
    matches!(piece, Piece::Text(text) if text.trim().is_empty())
}

fn has_marks(value: &str) -> bool {
    // Nearly every name is without any.
    value.contains(['{', '}', '|', '[', ']', '%']) && MARKS.iter().any(|mark| value.contains(mark))
}

/// Whether nothing at this place is seen: a space before it, and a sign or the line's end after it.
fn leaves_a_hole(parts: &[BodyPart], at: usize) -> bool {
    let before = match at.checked_sub(1).map(|before| &parts[before]) {
        // Quoted-printable writes a space before a soft break as it is.
        Some(BodyPart::Fixed(bytes)) => {
            bytes.trim_ascii_end().len() < bytes.len() || ends_softly(bytes)
        }
        Some(BodyPart::Slot(_)) | None => false,
    };
    let after = match parts.get(at + 1) {
        Some(BodyPart::Fixed(bytes)) => {
            bytes.iter().find(|byte| !matches!(byte, b'=' | b'\r' | b'\n'))
        }
        Some(BodyPart::Slot(_)) | None => None,
    };
    before && matches!(after, Some(b',' | b'!' | b'.' | b':' | b';'))
}

/// A space that stands before a soft line break is encoded (RFC 2045 section 6.7, rule 3) or followed by `=`.
fn ends_softly(bytes: &[u8]) -> bool {
    let text = bytes.strip_suffix(b"=\r\n").unwrap_or(bytes);
    text.ends_with(b" ") || text.ends_with(b"=20")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{person, settings, skeleton};
    use super::*;

    #[test]
    fn the_size_is_that_of_the_message() {
        let skeleton = skeleton(&settings());
        let mut scratch = Buffers::default();
        for name in ["Ann", "", "Zoë Ünal 日本", "a name of more than one line ".repeat(20).trim()]
        {
            let recipient = person(name);
            let examined = skeleton.examine(&recipient, &mut scratch);
            assert_eq!(examined.bytes, skeleton.personalise(&recipient).bytes.len(), "{name}");
            assert_eq!(examined.doubt, None, "{name}");
        }
    }

    #[test]
    fn what_another_system_left_is_doubted() {
        let skeleton = skeleton(&settings());
        for name in ["{{first_name}}", "*|FNAME|*", "%%name%%", "[[x]]"] {
            let doubt = skeleton.examine(&person(name), &mut Buffers::default()).doubt.unwrap();
            assert_eq!(doubt.address, "ann@example.org");
            assert!(doubt.what.contains(name), "{doubt:?}");
        }
    }

    #[test]
    fn the_first_personal_line_is_as_she_reads_it() {
        let skeleton = skeleton(&settings());
        assert_eq!(skeleton.first_personal_line(&person("Zoë")).as_deref(), Some("Dear Zoë,"));
        assert_eq!(skeleton.first_personal_line(&person("")).as_deref(), Some("Dear friend,"));
    }
}
