//! Tags of HTML and MJML: where one begins and ends, and what it is called.
//! Pure: text in, places out.

/// Whether a tag begins here, as a browser reads it: `a < b` is text.
pub fn starts_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'<')
        && bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!' | b'?'))
}

/// Past the `>` that ends a tag, quotation marks observed.
pub fn tag_end(text: &str) -> usize {
    let mut quote = None;
    let mut is_value = false;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') && is_value => quote = Some(byte),
            None if byte == b'>' => return at + 1,
            None => {}
        }
        is_value = byte == b'=' || (is_value && byte.is_ascii_whitespace());
    }
    text.len()
}

/// The name of a tag, without `/`.
pub fn tag_name(tag: &str) -> &str {
    let rest = tag.strip_prefix("</").or_else(|| tag.strip_prefix('<')).unwrap_or(tag);
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '!' | '?' | ':' | '[')))
        .unwrap_or(rest.len());
    &rest[..end]
}

/// Up to the next tag or comment.
pub fn text_end(text: &str) -> usize {
    text.match_indices('<')
        .map(|(at, _)| at)
        .find(|at| *at > 0 && starts_tag(&text[*at..]))
        .unwrap_or(text.len())
}

/// Whether an element holds nothing and is never closed.
pub fn is_void(name: &str) -> bool {
    const VOID: [&str; 10] =
        ["br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "source"];
    VOID.iter().any(|void| name.eq_ignore_ascii_case(void))
}

/// Whether an element's text is not markup.
pub fn is_raw_text(name: &str) -> bool {
    ["mj-style", "style", "script"].iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// The bytes up to the end tag of an element whose text is not markup.
pub fn raw_text_length(text: &str, name: &str) -> Option<usize> {
    let ends = text.match_indices("</").map(|(at, _)| at);
    ends.into_iter().find(|at| {
        text.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name))
    })
}
