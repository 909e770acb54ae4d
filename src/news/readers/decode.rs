//! The bytes of a source as text, whatever encoding they are in: the one place where news is decoded.
//! Pure: bytes in, text out.
//!
//! In this order: a byte order mark, the pattern of zero bytes that UTF-16 and UTF-32 have, the `charset` of the HTTP
//! answer, the declaration in the text, and at last a guess. Bytes that are good UTF-8 with letters beyond ASCII are
//! UTF-8 whatever they are declared as: in no other encoding does such text come about by chance.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::rfc::text::of_a_text;

/// The first bytes of gzip (RFC 1952).
pub const GZIP: &[u8] = &[0x1f, 0x8b];
/// Where a declaration is looked for: blank lines, comments or notices of a program may stand before it.
const LONGEST_PROLOG_BYTES: usize = 16 * 1024;
/// The bytes in which zeros show that a text is UTF-16 or UTF-32.
const PATTERN_BYTES: usize = 256;

/// Bytes by which an encoding is guessed, and the fewest of them beyond ASCII that show one.
const GUESSED_BYTES: usize = 64 * 1024;
const FEWEST_TO_GUESS_BY: usize = 24;

/// Text, and whether a part of it could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText<'a> {
    /// Without a byte order mark.
    pub text: Cow<'a, str>,
    /// Some bytes belong to no letter of the encoding; each was replaced.
    pub damaged: bool,
}

/// Decodes the bytes of a source. `content_type` is the field of the HTTP answer, or empty.
pub fn decode<'a>(bytes: &'a [u8], content_type: &str) -> DecodedText<'a> {
    let DecodedText { text, damaged } = with_controls(bytes, content_type);
    let clean = match of_a_text(&text) {
        Cow::Owned(clean) => Some(clean),
        Cow::Borrowed(_) => None,
    };
    DecodedText { text: clean.map_or(text, Cow::Owned), damaged }
}

/// As the bytes have it, with characters that cannot stand in a text.
fn with_controls<'a>(bytes: &'a [u8], content_type: &str) -> DecodedText<'a> {
    let Some((encoding, mark)) = marked(bytes).or_else(|| patterned(bytes)) else {
        return by_declaration(bytes, content_type);
    };
    let bytes = &bytes[mark..];
    let (text, damaged) = match encoding {
        Unicode::Utf8 => utf8(bytes),
        Unicode::Utf16(encoding) => {
            let (text, damaged) = encoding.decode_without_bom_handling(bytes);
            (text, damaged)
        }
        Unicode::Utf32 { big_endian } => utf32(bytes, big_endian),
    };
    DecodedText { text, damaged }
}

/// As `decode`, for bytes that came without an HTTP answer.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    decode(bytes, "").text
}

/// What to do about a file that is not a text.
pub const NOT_A_TEXT_CURE: &str = "save it as plain text (UTF-8), or remove it";

/// Whether bytes are a picture, a document or a program, and not a text in any encoding.
pub fn is_binary(bytes: &[u8]) -> bool {
    /// Texts have a stray control character now and then; a hundred bytes of anything else have ten.
    const MOST_CONTROLS: usize = 2;
    const CONTROLS_IN: usize = 50;
    const DOCUMENTS: [&[u8]; 5] = [b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0", GZIP];
    if DOCUMENTS.iter().any(|start| bytes.starts_with(start)) {
        return true;
    }
    if marked(bytes).or_else(|| patterned(bytes)).is_some() {
        return false;
    }
    let start = &bytes[..bytes.len().min(GUESSED_BYTES)];
    // 27 is the escape of ISO-2022-JP, 26 the end of a file of old.
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 14..=25 | 28..=31 | 127);
    let controls = start.iter().filter(is_control).count();
    controls > MOST_CONTROLS && controls * CONTROLS_IN > start.len()
}

#[derive(Debug, Clone, Copy)]
enum Unicode {
    Utf8,
    Utf16(&'static Encoding),
    Utf32 { big_endian: bool },
}

/// By a byte order mark, and its length.
fn marked(bytes: &[u8]) -> Option<(Unicode, usize)> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some((Unicode::Utf32 { big_endian: false }, 4)),
        [0, 0, 0xfe, 0xff, ..] => Some((Unicode::Utf32 { big_endian: true }, 4)),
        [0xef, 0xbb, 0xbf, ..] => Some((Unicode::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Unicode::Utf16(UTF_16LE), 2)),
        [0xfe, 0xff, ..] => Some((Unicode::Utf16(UTF_16BE), 2)),
        _ => None,
    }
}

/// By the zero bytes that Latin letters have in UTF-16 and UTF-32. Markup is mostly such letters in every language.
fn patterned(bytes: &[u8]) -> Option<(Unicode, usize)> {
    let start = &bytes[..bytes.len().min(PATTERN_BYTES) / 4 * 4];
    if start.is_empty() {
        return None;
    }
    let mut zeros = [0_usize; 4];
    for four in start.chunks_exact(4) {
        for (count, byte) in zeros.iter_mut().zip(four) {
            *count += usize::from(*byte == 0);
        }
    }
    let groups = start.len() / 4;
    let most = |count: usize| count * 3 >= groups * 2;
    let few = |count: usize| count * 3 <= groups;
    let unicode = match zeros.map(most) {
        [false, true, true, true] => Unicode::Utf32 { big_endian: false },
        [true, true, true, false] => Unicode::Utf32 { big_endian: true },
        [false, true, false, true] if few(zeros[0]) && few(zeros[2]) => Unicode::Utf16(UTF_16LE),
        [true, false, true, false] if few(zeros[1]) && few(zeros[3]) => Unicode::Utf16(UTF_16BE),
        _ => return None,
    };
    Some((unicode, 0))
}

fn utf32(bytes: &[u8], big_endian: bool) -> (Cow<'_, str>, bool) {
    let mut damaged = !bytes.len().is_multiple_of(4);
    let text = bytes
        .chunks_exact(4)
        .map(|four| {
            let four: [u8; 4] = four.try_into().unwrap_or_default();
            let number =
                if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
            char::from_u32(number).unwrap_or_else(|| {
                damaged = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    (Cow::Owned(text), damaged)
}

/// By what the answer or the text says of itself, as far as the bytes bear it out.
fn by_declaration<'a>(bytes: &'a [u8], content_type: &str) -> DecodedText<'a> {
    let is_utf8 = std::str::from_utf8(bytes);
    if let Ok(text) = is_utf8
        && (!text.is_ascii() || !text.contains('\u{1b}'))
    {
        return DecodedText { text: Cow::Borrowed(text), damaged: false };
    }
    let declared = [in_content_type(content_type), in_text(bytes)];
    for encoding in declared.into_iter().flatten() {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        if !damaged {
            return DecodedText { text, damaged };
        }
    }
    // What is declared in neither way, or wrongly: mostly UTF-8 with a few bad bytes, or windows-1252.
    let declared = declared.into_iter().flatten().find(|encoding| *encoding != UTF_8);
    let (text, damaged) = match declared {
        _ if is_mostly_utf8(bytes) => utf8(bytes),
        Some(encoding) => encoding.decode_without_bom_handling(bytes),
        None => guessed(bytes).decode_without_bom_handling(bytes),
    };
    DecodedText { text, damaged }
}

/// The encoding of bytes that say nothing of it: by the frequency of their letters where most are beyond ASCII. Elsewhere a
/// few accents would be too few to guess by, and windows-1252 is what nearly every such text is in.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let start = &bytes[..bytes.len().min(GUESSED_BYTES)];
    let beyond = start.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = start.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if beyond < FEWEST_TO_GUESS_BY || beyond * 5 < letters {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(start, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// UTF-8 in which a byte that fits nowhere is taken for the windows-1252 letter that it nearly always was.
fn utf8(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), false);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    (Cow::Owned(text), true)
}

fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// The `charset` of a Content-Type field, if it is an encoding that bytes without zeros can be in.
fn in_content_type(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let rest = lower.split("charset").nth(1)?.trim_start().strip_prefix('=')?;
    usable(rest.trim_start())
}

/// By `<?xml encoding="…"?>`, `<meta charset>`, `<meta http-equiv>` or `@charset` near the beginning.
fn in_text(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(LONGEST_PROLOG_BYTES)];
    // The declaration is ASCII in every encoding that gets here.
    let lower: String = start.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let in_xml = lower.find("<?xml").and_then(|at| {
        let declaration = lower[at..].split("?>").next()?;
        let rest = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?;
        usable(rest.trim_start())
    });
    in_xml.or_else(|| {
        let mut rests = lower.split("charset").skip(1).filter_map(|rest| {
            let rest = rest.trim_start();
            rest.strip_prefix('=').or_else(|| rest.starts_with(['"', '\'']).then_some(rest))
        });
        rests.find_map(|rest| usable(rest.trim_start()))
    })
}

/// The encoding of a label. UTF-16 shows itself by its zeros: bytes without them are not in it, whatever they say.
fn usable(text: &str) -> Option<&'static Encoding> {
    let label: String = text
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '+'))
        .take(40)
        .collect();
    let encoding = Encoding::for_label(label.as_bytes()).or_else(|| {
        // Names that programs write and the WHATWG does not list.
        match label.replace(['-', '_'], "").as_str() {
            "utf8mb4" | "utf8mb3" | "u8" => Some(UTF_8),
            "cp1252" | "win1252" | "ansi" | "latin1" | "iso88591" => Some(WINDOWS_1252),
            "cp932" => Some(encoding_rs::SHIFT_JIS),
            "cp936" => Some(encoding_rs::GBK),
            "cp950" => Some(encoding_rs::BIG5),
            "cp949" => Some(encoding_rs::EUC_KR),
            _ => None,
        }
    })?;
    let cannot_be =
        encoding == UTF_16BE || encoding == UTF_16LE || encoding == encoding_rs::REPLACEMENT;
    (!cannot_be).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FEED: &str = "<rss><channel><title>Café – naïve</title></channel></rss>";

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let two = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(two).collect()
    }

    fn utf32(text: &str, big_endian: bool) -> Vec<u8> {
        let four = |c: char| {
            if big_endian { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() }
        };
        text.chars().flat_map(four).collect()
    }

    #[test]
    fn what_is_not_a_text_is_known() {
        let noise: Vec<u8> = (0..=255).cycle().step_by(7).take(2000).collect();
        for bytes in [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".as_slice(),
            b"%PDF-1.4\n1 0 obj",
            b"PK\x03\x04word/document.xml",
            b"{\\rtf1\\ansi Fair}",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0",
            noise.as_slice(),
        ] {
            assert!(is_binary(bytes), "{bytes:?}");
        }
        let utf16: Vec<u8> = "# Fair\n\nFine.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            b"".as_slice(),
            "# Café\n\tfür alle".as_bytes(),
            b"caf\xe9 \x93fine\x94",
            b"a stray \0 is no picture",
            b"\x1b$B$3$s\x1b(B",
            utf16.as_slice(),
        ] {
            assert!(!is_binary(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn every_unicode_form_with_and_without_a_mark() {
        for declared in
            ["", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "\n\n<?xml encoding='utf-16'?>"]
        {
            let text = format!("{declared}{FEED}");
            let marked = format!("\u{feff}{text}");
            for text_or_marked in [&text, &marked] {
                for bytes in [
                    text_or_marked.as_bytes().to_vec(),
                    utf16(text_or_marked, true),
                    utf16(text_or_marked, false),
                    utf32(text_or_marked, true),
                    utf32(text_or_marked, false),
                ] {
                    let decoded = decode(&bytes, "text/xml; charset=iso-8859-1");
                    assert_eq!(decoded.text.trim_start_matches('\u{feff}'), text, "{declared}");
                    assert!(!decoded.damaged);
                }
            }
        }
    }

    #[test]
    fn declared_here_or_there_rightly_or_wrongly() {
        let latin = encoding_rs::WINDOWS_1252.encode(FEED).0.into_owned();
        let greek = encoding_rs::ISO_8859_7.encode("<t>Ιούλιος</t>").0.into_owned();
        let xml = |label: &str, bytes: &[u8]| {
            [
                format!("{}<?xml version='1.0' encoding='{label}' ?>", "\n".repeat(40)).as_bytes(),
                bytes,
            ]
            .concat()
        };
        for (bytes, content_type, expected) in [
            (latin.clone(), "", FEED),
            (latin.clone(), "text/xml", FEED),
            (latin.clone(), "text/xml; charset=utf-8", FEED),
            (latin.clone(), "text/xml; charset=\"windows-1252\"", FEED),
            (xml("utf-8", &latin), "", FEED),
            (xml("iso-8859-1", &latin), "text/xml; charset=utf-8", FEED),
            (xml("no-such-encoding", &latin), "", FEED),
            (xml("utf-16", &latin), "", FEED),
            (xml("iso-8859-1", FEED.as_bytes()), "text/xml; charset=windows-1252", FEED),
            (greek.clone(), "text/xml; charset=ISO-8859-7", "<t>Ιούλιος</t>"),
            (xml("iso-8859-7", &greek), "", "<t>Ιούλιος</t>"),
            ([b"<meta charset=\"iso-8859-7\">", greek.as_slice()].concat(), "", "<t>Ιούλιος</t>"),
            (
                [
                    b"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-7'>",
                    greek.as_slice(),
                ]
                .concat(),
                "",
                "<t>Ιούλιος</t>",
            ),
        ] {
            let decoded = decode(&bytes, content_type);
            assert!(decoded.text.ends_with(expected), "{content_type}: {}", decoded.text);
        }
    }

    #[test]
    fn an_encoding_that_nobody_names_is_guessed_by_its_letters() {
        let russian =
            "Сегодня в нашем клубе открылась выставка детских рисунков, и пришли все соседи";
        let japanese = "今日はクラブで子供たちの絵の展覧会が始まり、近所の人々が集まりました。";
        for (text, encoding) in [
            (russian, encoding_rs::KOI8_R),
            (russian, encoding_rs::WINDOWS_1251),
            (japanese, encoding_rs::SHIFT_JIS),
            (japanese, encoding_rs::EUC_JP),
        ] {
            let bytes = encoding.encode(text).0.into_owned();
            assert_eq!(decode(&bytes, "").text, text, "{}", encoding.name());
        }
    }

    #[test]
    fn one_bad_byte_costs_one_letter() {
        let mut bytes = "<t>Ελλάδα, cafe, Αθήνα</t>".as_bytes().to_vec();
        let at = bytes.windows(4).position(|four| four == b"cafe").unwrap() + 3;
        bytes[at] = 0xe9;
        assert_eq!(decode(&bytes, "").text, "<t>Ελλάδα, café, Αθήνα</t>");
        assert!(decode(&bytes, "").damaged);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in "[ -~]{0,30}") {
            let decoded = decode(&bytes, &kind);
            prop_assert!(decoded.text.len() <= bytes.len() * 3 + 3);
        }

        #[test]
        fn what_is_utf8_stays_as_it_is(text in "[^\u{0}\u{1b}]{0,200}", kind in "charset=[a-z0-9-]{1,12}") {
            prop_assume!(!text.starts_with('\u{feff}'));
            prop_assert_eq!(decode(text.as_bytes(), &kind).text, of_a_text(&text));
        }
    }
}
