//! The letters of XML that are written as references, and those that should have been.
//! Pure: text in, text out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::escape::resolve_html5_entity;

/// A text in which each `<` begins markup: one that cannot is a sign of the text.
pub fn prepared(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let skip = |end: &str| rest.find(end).map_or(rest.len(), |found| found + end.len());
        let next = rest[1..].chars().next();
        if rest.starts_with("<![CDATA[") {
            at = start + skip("]]>");
        } else if rest.starts_with("<!--") {
            at = start + skip("-->");
        } else if rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!DOCTYPE")) {
            // Its own declarations begin with `<!` too.
            let closes = |end: usize| rest[..end].contains('[') && !rest[..end].contains(']');
            let end = rest.find('>').filter(|end| !closes(*end));
            at = start + end.or_else(|| rest.find("]>")).unwrap_or(0) + 1;
        } else if next.is_some_and(|c| c.is_alphabetic() || matches!(c, '/' | '?' | '_' | ':')) {
            at = start + 1;
        } else {
            out.push_str(&text[done..start]);
            out.push_str("&lt;");
            at = start + 1;
            done = at;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Writes a text as markup.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// A text with its references as letters; what is not a reference stays.
pub fn unescaped<'a>(text: &'a str, entities: &BTreeMap<String, String>) -> Cow<'a, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let resolved = part.split_once(';').and_then(|(name, rest)| {
            let letters = match name.strip_prefix('#') {
                Some(number) => Cow::Owned(numbered(number)?.to_string()),
                None => match entities.get(name) {
                    Some(own) => Cow::Borrowed(own.as_str()),
                    None => Cow::Borrowed(resolve_html5_entity(name)?),
                },
            };
            Some((letters, rest))
        });
        if let Some((letters, rest)) = resolved {
            out.push_str(&letters);
            out.push_str(rest);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

/// A letter by its number; numbers that windows-1252 programs wrote are meant as there.
fn numbered(number: &str) -> Option<char> {
    let value = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    match u8::try_from(value) {
        Ok(0) => None,
        Ok(byte @ 0x80..=0x9f) => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next()
        }
        _ => char::from_u32(value),
    }
}
