//! Markup that nests without end, or has attributes without end, is cut before a parser sees it: its time grows with their square.
//! Pure: HTML in, HTML out.

use std::borrow::Cow;

/// Deeper elements lose their tags, and keep their words. Pages of real editors nest some dozens deep.
const DEEPEST: usize = 120;
/// Blanks and quotation marks between the attributes of a tag: each attribute is compared with all before it.
const MOST_PARTS_OF_TAG: usize = 200;

/// Elements that have no end tag, or whose end tag may be left out: they do not nest by being repeated.
const WITHOUT_DEPTH: [&str; 30] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "colgroup",
    "option", "optgroup", "rt", "rp", "a",
];

/// HTML with no element deeper, and no tag longer, than a parser can bear. Two passes, whatever stands in it.
pub fn flattened(html: &str) -> Cow<'_, str> {
    match thinned(html) {
        Cow::Borrowed(html) => flat(html),
        Cow::Owned(html) => Cow::Owned(flat(&html).into_owned()),
    }
}

/// HTML whose tags have no more attributes than a parser can bear. One pass.
pub fn thinned(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        at = start + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut tag = TagScan::default();
        let mut cut = None;
        while at < bytes.len() && !tag.is_end(bytes[at]) {
            if tag.parts > MOST_PARTS_OF_TAG && cut.is_none() {
                // Such a byte is ASCII, and so is the beginning of a letter.
                cut = Some(at);
            }
            at += 1;
        }
        if let Some(cut) = cut {
            out.push_str(&html[copied..cut]);
            copied = at;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// Where a tag ends, and what parts its attributes.
#[derive(Default)]
struct TagScan {
    quote: Option<u8>,
    is_after_equals: bool,
    parts: usize,
}

impl TagScan {
    fn is_end(&mut self, byte: u8) -> bool {
        match (self.quote, byte) {
            (Some(quote), _) => {
                if byte == quote {
                    self.quote = None;
                    self.parts += 1;
                }
            }
            (None, b'>') => return true,
            (None, b'"' | b'\'') if self.is_after_equals => {
                self.quote = Some(byte);
                self.is_after_equals = false;
            }
            (None, b'=') => self.is_after_equals = true,
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') if self.is_after_equals => {}
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/') => {
                self.is_after_equals = false;
                self.parts += 1;
            }
            (None, _) => self.is_after_equals = false,
        }
        false
    }
}

fn flat(html: &str) -> Cow<'_, str> {
    if html.bytes().filter(|byte| *byte == b'<').count() <= DEEPEST {
        return Cow::Borrowed(html);
    }
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    let (mut depth, mut dropped) = (0usize, 0usize);
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let rest = &html[start + 1..];
        let is_closing = rest.starts_with('/');
        let name = rest.trim_start_matches('/');
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let end = html[start..].find('>').map_or(html.len(), |end| start + end + 1);
        at = end;
        if WITHOUT_DEPTH.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            continue;
        }
        let is_dropped = if is_closing {
            let is_dropped = dropped > 0;
            (dropped, depth) =
                if is_dropped { (dropped - 1, depth) } else { (0, depth.saturating_sub(1)) };
            is_dropped
        } else if depth >= DEEPEST {
            dropped += 1;
            true
        } else {
            depth += 1;
            false
        };
        if is_dropped {
            out.push_str(&html[copied..start]);
            copied = end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nests_as_people_nest_stays_and_the_rest_becomes_flat() {
        let page = "<div><p>a<p>b<ul><li>c</ul></div>".repeat(300);
        assert_eq!(flattened(&page), page);
        for tag in ["div", "span class='x'", "b", "blockquote", "DIV", "section"] {
            let name = tag.split(' ').next().unwrap();
            let deep = format!(
                "{}words{} after",
                format!("<{tag}>").repeat(100_000),
                format!("</{name}>").repeat(100_000)
            );
            let flat = flattened(&deep);
            assert!(
                flat.len() < 20_000 && flat.contains("words") && flat.ends_with(" after"),
                "{tag}"
            );
            assert_eq!(flat.matches("</").count(), DEEPEST, "{tag}");
        }
        // Attributes without end go, and what stands behind the tag stays.
        for attribute in ["a1='x > y' ", "b ", "c=1/", "d=\"é\"", "e\u{a0}é= 'x' "] {
            let tag = format!("<p {}>One</p>", attribute.repeat(10_000));
            let thin = thinned(&tag);
            assert!(thin.len() < 4000 && thin.ends_with(">One</p>"), "{attribute}");
            let few = format!("<p {}>One</p>", attribute.repeat(60));
            assert_eq!(thinned(&few), few, "{attribute}");
        }
        let open = format!("<p {}", "a='".repeat(10_000));
        assert!(thinned(&open).len() <= open.len());
        assert!(flattened(&"<div".repeat(100_000)).len() <= 400_000);
        assert!(flattened(&format!("{}é", "<div>".repeat(100_000))).ends_with('é'));
        assert_eq!(flattened(&"a < b <3 ".repeat(500)), "a < b <3 ".repeat(500));
    }
}
