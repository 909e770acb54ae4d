//! The parts of an email (RFC 2045, RFC 2046), read so that nothing of a stranger's making costs more than its bytes.
//! Pure: bytes in, parts out.
//!
//! Notices are often broken: boundaries that never come, line ends of a bare CR, text that says it is something else. What
//! cannot be taken apart is read as text.

use std::borrow::Cow;

use super::fields::{HeaderFields, base64_bytes, main_value, parameter, text_of, within};
use crate::rfc::quoted_printable;
use crate::rfc::text::with_plain_line_ends;

/// What is read of one email.
pub const LONGEST_READ_BYTES: usize = 1024 * 1024;
/// Parts within parts.
const DEEPEST: usize = 10;
const MOST_PARTS: usize = 100;
/// What is read of one part's text. Behind it stands the returned mail.
const LONGEST_TEXT_BYTES: usize = 256 * 1024;

/// An address in angle brackets is no longer (RFC 5321 section 4.5.3.1.3).
const LONGEST_BRACKETS: usize = 320;

/// What a part is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartUse {
    /// Words for people.
    Text,
    /// `message/delivery-status` (RFC 3464).
    DeliveryStatus,
    /// `message/feedback-report` (RFC 5965).
    Feedback,
    /// `message/disposition-notification` (RFC 8098).
    Disposition,
    /// The mail that came back, or its head.
    Returned,
    /// Anything else.
    Other,
}

/// One part that is not made of parts.
#[derive(Debug, Clone)]
pub(super) struct MimePart {
    pub used_as: PartUse,
    /// `text/plain` and the like.
    pub media: String,
    /// Decoded.
    pub text: String,
}

/// An email in its parts.
#[derive(Debug, Clone)]
pub(super) struct ParsedEmail {
    pub fields: HeaderFields,
    pub media: String,
    pub parts: Vec<MimePart>,
}

/// Takes an email apart.
pub(super) fn parse(bytes: &[u8]) -> ParsedEmail {
    let text = lines_of(&bytes[..bytes.len().min(LONGEST_READ_BYTES)]);
    let mut text: &str = after_empty_lines(&text);
    // The first line of an mbox entry.
    if text.starts_with("From ") {
        text = text.split_once('\n').map_or("", |(_, rest)| rest);
    }
    let (fields, body) = HeaderFields::read(text);
    let mut parts = Vec::new();
    take_apart(&fields, body, 0, &mut parts);
    let media = main_value(fields.get("content-type"));
    ParsedEmail { fields, media, parts }
}

/// What stands behind the empty lines at the start: some mailboxes keep emails with them.
fn after_empty_lines(mut text: &str) -> &str {
    while let Some((line, rest)) = text.split_once('\n')
        && line.trim().is_empty()
    {
        text = rest;
    }
    text
}

/// The bytes as characters, one for each, with line ends of LF: encodings are read part by part.
fn lines_of(bytes: &[u8]) -> String {
    with_plain_line_ends(bytes).iter().map(|byte| char::from(*byte)).collect()
}

/// The bytes again, of characters made by `lines_of`.
fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

fn take_apart(fields: &HeaderFields, body: &str, depth: usize, parts: &mut Vec<MimePart>) {
    if parts.len() >= MOST_PARTS {
        return;
    }
    let kind = fields.get("content-type");
    let media = main_value(kind);
    if media.starts_with("multipart/")
        && depth < DEEPEST
        && let Some(boundary) = parameter(kind, "boundary")
    {
        let pieces = pieces_of(body, &boundary);
        if !pieces.is_empty() {
            for piece in pieces {
                // A piece without a head begins with an empty line.
                let (fields, body) = HeaderFields::read(piece);
                take_apart(&fields, body, depth + 1, parts);
            }
            return;
        }
    }
    let used_as = use_of(&media);
    if used_as == PartUse::Other {
        return;
    }
    let text = decoded(fields, body, used_as);
    let text = if media == "text/html" { without_markup(&text) } else { text };
    parts.push(MimePart { used_as, media, text });
}

fn use_of(media: &str) -> PartUse {
    match media {
        "message/delivery-status" | "message/global-delivery-status" => PartUse::DeliveryStatus,
        "message/feedback-report" => PartUse::Feedback,
        "message/disposition-notification" | "message/global-disposition-notification" => {
            PartUse::Disposition
        }
        "message/rfc822"
        | "message/global"
        | "text/rfc822-headers"
        | "message/rfc822-headers"
        | "message/partial"
        | "message/global-headers"
        | "text/rfc822" => PartUse::Returned,
        "" | "text/plain" | "text/html" | "text" | "application/json" => PartUse::Text,
        _ if media.starts_with("text/") || media.starts_with("multipart/") => PartUse::Text,
        _ => PartUse::Other,
    }
}

/// The text between the lines of a boundary.
fn pieces_of<'a>(body: &'a str, boundary: &str) -> Vec<&'a str> {
    let line_start = format!("--{boundary}");
    let (mut pieces, mut from, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix(line_start.as_str()) {
            let rest = rest.trim();
            if rest.is_empty() || rest == "--" {
                if let Some(from) = from {
                    pieces.push(&body[from..at]);
                }
                from = (rest != "--").then_some(at + line.len());
                if pieces.len() >= MOST_PARTS {
                    return pieces;
                }
            }
        }
        at += line.len();
    }
    // An email that was cut off.
    pieces.extend(from.map(|from| &body[from..]));
    pieces
}

fn decoded(fields: &HeaderFields, body: &str, used_as: PartUse) -> String {
    // Base64 of three bytes has four letters.
    let body = within(body, LONGEST_TEXT_BYTES / 3 * 4);
    let encoding = main_value(fields.get("content-transfer-encoding"));
    let bytes: Cow<'_, [u8]> = match encoding.as_str() {
        "base64" => base64_bytes(body).into(),
        "quoted-printable" => quoted_printable::decode(&bytes_of(body)).into(),
        _ => bytes_of(body).into(),
    };
    let charset = parameter(fields.get("content-type"), "charset").unwrap_or_default();
    // A part with an encoding has line ends of its own.
    let text = text_of(&bytes, &charset);
    let text = String::from_utf8_lossy(&with_plain_line_ends(text.as_bytes())).into_owned();
    let longest =
        if used_as == PartUse::Returned { LONGEST_TEXT_BYTES / 4 } else { LONGEST_TEXT_BYTES };
    within(&text, longest).to_owned()
}

/// The words of HTML, with the line ends that people see.
fn without_markup(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at].replace('\n', " "));
        let tag = &rest[at + 1..];
        let name: String = tag
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '!'))
            .take(12)
            .flat_map(char::to_lowercase)
            .collect();
        // An address in angle brackets that somebody forgot to escape.
        let end = tag.find('>');
        if let Some(end) = end
            && end <= LONGEST_BRACKETS
            && tag[..end].contains('@')
            && !tag[..end].contains([' ', '='])
        {
            out.push('<');
            rest = tag;
            continue;
        }
        let skipped = match name.as_str() {
            "style" => tag.find("</style"),
            "script" => tag.find("</script"),
            _ => end.map(|end| end + 1),
        };
        if matches!(
            name.trim_start_matches('/'),
            "br" | "p"
                | "div"
                | "tr"
                | "li"
                | "td"
                | "h1"
                | "h2"
                | "h3"
                | "table"
                | "pre"
                | "ul"
                | "ol"
        ) {
            out.push('\n');
        }
        rest = skipped.and_then(|skipped| tag.get(skipped..)).unwrap_or_default();
    }
    out.push_str(&rest.replace('\n', " "));
    for (entity, text) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#64;", "@"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        if out.contains(entity) {
            out = out.replace(entity, text);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(email: &str) -> Vec<String> {
        parse(email.as_bytes()).parts.into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn line_ends_of_every_kind_are_one() {
        for end in ["\n", "\r\n", "\r", "\r\r\n"] {
            let email = "Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x--\n"
                .replace('\n', end);
            assert_eq!(texts(&email), ["one\n", "two\n"], "{end:?}");
        }
    }

    #[test]
    fn encoded_parts_are_decoded() {
        let base64 = "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: BASE64\n\nZvxy\nDQp4\n";
        assert_eq!(texts(base64), ["für\nx"]);
        let quoted = "Content-Transfer-Encoding: quoted-printable\n\na=C3=A9 =\nb\n";
        assert_eq!(texts(quoted), ["aé b\n"]);
        let html = "Content-Type: text/html\n\n<style>p {}</style><p>a<br>&lt;b@example.org&gt; <c@example.org>\n";
        assert_eq!(texts(html), ["\na\n<b@example.org> <c@example.org> "]);
    }

    #[test]
    fn a_boundary_that_never_comes_leaves_text() {
        assert_eq!(texts("Content-Type: multipart/report; boundary=x\n\nwords\n"), ["words\n"]);
        assert_eq!(texts("Content-Type: multipart/mixed; boundary=x\n\n--x\n\ncut"), ["cut"]);
        assert_eq!(texts("words only, no head\n"), ["words only, no head\n"]);
    }

    #[test]
    fn depth_and_number_have_limits() {
        let mut deep = String::new();
        for level in 0..200 {
            deep.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
            ));
        }
        assert!(parse(deep.as_bytes()).parts.len() <= 1);
        let many =
            format!("Content-Type: multipart/mixed; boundary=x\n\n{}", "--x\n\na\n".repeat(5000));
        assert_eq!(parse(many.as_bytes()).parts.len(), MOST_PARTS);
    }
}
