//! The attributes of a tag.
//! Pure: text in, attributes out.

/// One attribute of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    pub name: &'a str,
    /// Byte of the tag at which it begins.
    pub at: usize,
    /// `None` when there is no `=`.
    pub value: Option<Value<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    Quoted(&'a str),
    /// Without quotation marks.
    Bare(&'a str),
    /// The quotation mark that opens it is never closed.
    Open,
}

/// The attributes of a tag in their order.
pub fn attributes(tag: &str) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = tag.find(|c: char| c.is_whitespace()).unwrap_or(tag.len());
    loop {
        let skipped = tag[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        at = tag.len() - skipped.len();
        let end = skipped
            .find(|c: char| matches!(c, '=' | '>' | '/') || c.is_whitespace())
            .unwrap_or(skipped.len());
        if end == 0 {
            return found;
        }
        let name = &skipped[..end];
        let rest = skipped[end..].trim_start();
        let mut next = at + end;
        let value = rest.strip_prefix('=').map(|rest| {
            let value = rest.trim_start();
            let start = tag.len() - value.len();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let Some(quote) = quote else {
                let end =
                    value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len());
                next = start + end;
                return Value::Bare(&value[..end]);
            };
            let Some(end) = value[1..].find(quote) else {
                next = tag.len();
                return Value::Open;
            };
            next = start + end + 2;
            Value::Quoted(&value[1..=end])
        });
        found.push(Attribute { name, at, value });
        at = next;
    }
}
