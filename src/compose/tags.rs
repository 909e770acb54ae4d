//! Where the tags of a Handlebars text stand: places come from here, never from searching for words.
//! Pure: text in, tags out.

/// A tag between braces, with its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    pub start: usize,
    /// Past the last brace.
    pub end: usize,
    pub kind: TagKind,
}

/// What a tag does to the blocks around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    Comment,
    /// `{{#if}}`, `{{^if}}`, `{{#> layout}}`, `{{#*inline}}`, `{{{{raw}}}}`
    Open,
    /// `{{else}}`
    Else,
    /// `{{else if}}`
    ElseChain,
    Close,
    /// Any other: a value, a helper, a partial.
    Single,
}

/// Deeper nesting is a slip, or an attack on the parser's stack: a real template nests a handful deep.
const DEEPEST_BLOCKS: usize = 100;
const DEEPEST_PARENTHESES: usize = 20;

/// The tags of a text in their order, as Handlebars reads them. One that is never ended ends the list.
pub fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    let mut raw: Option<&str> = None;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let rest = &text[start..];
        if let Some(name) = raw {
            let is_end = rest.strip_prefix("{{{{").is_some_and(|rest| {
                rest.trim_start_matches(['~', ' ']).strip_prefix('/').is_some_and(|rest| {
                    rest.trim_start().trim_start_matches(name).trim_start().starts_with(['}', '~'])
                })
            });
            match rest.find("}}}}").filter(|_| is_end) {
                Some(end) => {
                    tags.push(Tag { start, end: start + end + 4, kind: TagKind::Close });
                    at = start + end + 4;
                    raw = None;
                }
                None => at = start + 2,
            }
            continue;
        }
        // One backslash makes braces text; two are a backslash before a tag.
        if text[..start].bytes().rev().take_while(|byte| *byte == b'\\').count() == 1 {
            at = start + if rest.starts_with("{{{{") { 4 } else { 2 };
            continue;
        }
        let (length, kind) = if let Some(rest) = rest.strip_prefix("{{{{") {
            let name = rest.trim_start_matches(['~', ' ']);
            raw = Some(name.split(|c: char| c.is_whitespace() || c == '}').next().unwrap_or(""));
            (rest.find("}}}}").map(|end| end + 8), TagKind::Open)
        } else if rest.starts_with("{{!") || rest.starts_with("{{~!") {
            (end_of_comment(rest), TagKind::Comment)
        } else {
            (end_of(rest), kind_of(rest))
        };
        let Some(length) = length else { break };
        tags.push(Tag { start, end: start + length, kind });
        at = start + length;
    }
    tags
}

/// Past the braces that end the comment at the beginning of `rest`: those behind `--`, where it begins with `!--` and has them.
fn end_of_comment(rest: &str) -> Option<usize> {
    let words = rest.find("!--").filter(|at| *at <= 3).map(|at| at + 3);
    let long = words.and_then(|words| {
        let ends = rest[words..].match_indices("--").map(|(at, _)| words + at + 2);
        ends.into_iter().find_map(|end| {
            let tilde = usize::from(rest[end..].starts_with('~'));
            rest[end + tilde..].starts_with("}}").then_some(end + tilde + 2)
        })
    });
    long.or_else(|| Some(rest.find("}}")? + 2))
}

/// Past the braces that end the tag at the beginning of `rest`; what stands between quotation marks is skipped.
fn end_of(rest: &str) -> Option<usize> {
    let is_triple = rest.starts_with("{{{") || rest.starts_with("{{~{");
    let end_at = |at: usize| {
        let forms: &[&str] = if is_triple { &["}}}", "}~}}"] } else { &["}}"] };
        forms.iter().find(|form| rest[at..].starts_with(**form)).map(|form| at + form.len())
    };
    let mut quote: Option<char> = None;
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(2) {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if end_at(at).is_some() => return end_at(at),
            None => {}
        }
    }
    // A quotation mark that stands by itself: the parser says what is wrong; the tag ends where it seems to.
    rest.match_indices('}').find_map(|(at, _)| end_at(at))
}

fn kind_of(rest: &str) -> TagKind {
    let inner = rest[2..].trim_start_matches('~').trim_start();
    if inner.starts_with('#') {
        return TagKind::Open;
    }
    if inner.starts_with('/') {
        return TagKind::Close;
    }
    let after_else = match inner.strip_prefix('^') {
        // With a name it begins a block, within others too.
        Some(rest) if !rest.trim_start().starts_with(['}', '~']) => return TagKind::Open,
        Some(rest) => Some(rest),
        None => inner
            .strip_prefix("else")
            .filter(|rest| rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '}' | '~'))),
    };
    match after_else {
        Some(rest) if rest.trim_start().starts_with(['}', '~']) => TagKind::Else,
        Some(_) => TagKind::ElseChain,
        None => TagKind::Single,
    }
}

impl Tag {
    /// What stands in it, without braces, tildes and the sign of a block.
    pub fn inner<'a>(&self, text: &'a str) -> &'a str {
        text[self.start..self.end]
            .trim_start_matches('{')
            .trim_end_matches('}')
            .trim_matches('~')
            .trim_start_matches(['#', '/', '^'])
            .trim()
    }

    /// Whether it begins a block whose first part is for what is not: `{{^if town}}`.
    pub fn is_inverted(&self, text: &str) -> bool {
        self.kind == TagKind::Open
            && text[self.start..self.end].trim_start_matches(['{', '~', ' ']).starts_with('^')
    }

    /// The first word of that: `if`, `for_recipient`, `layout`.
    pub fn word<'a>(&self, text: &'a str) -> &'a str {
        let inner = self.inner(text).trim_start_matches(['>', '*', '^']).trim_start();
        let inner = match self.kind {
            TagKind::ElseChain => inner.strip_prefix("else").unwrap_or(inner).trim_start(),
            _ => inner,
        };
        inner.split(|c: char| c.is_whitespace() || matches!(c, '}' | '~')).next().unwrap_or("")
    }
}

/// Line and column of a byte, both from 1; the column in characters.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Where a text nests deeper than its parser's stack can bear, and what is nested.
pub fn too_deep(text: &str) -> Option<(usize, String)> {
    let found = tags(text);
    // Each `{{else if}}` is a block within the one before it.
    let mut open: Vec<usize> = Vec::new();
    let mut blocks = 0usize;
    for tag in &found {
        match tag.kind {
            TagKind::Open => {
                open.push(1);
                blocks += 1;
            }
            TagKind::ElseChain => {
                open.last_mut().into_iter().for_each(|chain| *chain += 1);
                blocks += usize::from(!open.is_empty());
            }
            TagKind::Close => blocks -= open.pop().unwrap_or_default(),
            TagKind::Comment | TagKind::Else | TagKind::Single => {}
        }
        if blocks > DEEPEST_BLOCKS {
            let what = format!("blocks are nested more than {DEEPEST_BLOCKS} deep");
            return Some((tag.start, what));
        }
    }
    // What a broken tag leaves at the end is parsed too.
    let last = found.last().map_or(0, |tag| tag.end);
    let broken = text[last..].find("{{").map(|at| (last + at, text.len()));
    let spans =
        found.iter().filter(|tag| tag.kind != TagKind::Comment).map(|tag| (tag.start, tag.end));
    for (start, end) in spans.chain(broken) {
        let mut depth = 0usize;
        for (at, byte) in text.as_bytes()[start..end].iter().enumerate() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST_PARENTHESES {
                let what = format!("parentheses are nested more than {DEEPEST_PARENTHESES} deep");
                return Some((start + at, what));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TagKind> {
        tags(text).iter().map(|tag| tag.kind).collect()
    }

    #[test]
    fn tags_are_read_as_handlebars_reads_them() {
        use TagKind::{Close, Comment, Else, ElseChain, Open, Single};
        for (text, expected) in [
            ("a {{b}} {{{c}}} {{> d}}", vec![Single, Single, Single]),
            ("{{#if a}}x{{else if b}}y{{else}}z{{/if}}", vec![Open, ElseChain, Else, Close]),
            ("{{~#if a~}}{{~^~}}{{~/if~}}", vec![Open, Else, Close]),
            ("{{^if a}}x{{else}}y{{/if}}", vec![Open, Else, Close]),
            ("{{#if a}}{{~^ if b}}x{{^}}y{{/if}}{{/if}}", vec![Open, Open, Else, Close, Close]),
            ("{{elsewhere}}{{else_x}}", vec![Single, Single]),
            ("{{!-- {{#if a}} --}}{{! b }}", vec![Comment, Comment]),
            ("{{~!-- {{a}} -- --~}}{{~! b ~}}{{!-- c }}", vec![Comment, Comment, Comment]),
            ("{{~{a}~}}{{{b}~}}{{{c}}}", vec![Single, Single, Single]),
            ("\\{{a}} \\\\{{b}}", vec![Single]),
            ("{{x \"}}\"}}{{y '{{'}}", vec![Single, Single]),
            ("{{{{raw}}}} {{#if}} {{{{/raw}}}}{{a}}", vec![Open, Close, Single]),
            (
                "{{#> layout}}{{#*inline \"a\"}}{{/inline}}{{/layout}}",
                vec![Open, Open, Close, Close],
            ),
            ("{{a", vec![]),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
        let text = "é {{~# for_segment \"a\" ~}}\n {{else unless b}}";
        let found = tags(text);
        assert_eq!((found[0].word(text), found[1].word(text)), ("for_segment", "unless"));
        assert_eq!(line_and_column(text, found[0].start), (1, 3));
        assert_eq!(line_and_column(text, found[1].start), (2, 2));
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = |n: usize| format!("{{{{x {}a{}}}}}", "(y ".repeat(n), ")".repeat(n));
        assert_eq!(too_deep(&deep(10)), None);
        assert!(too_deep(&deep(2000)).unwrap().1.contains("parentheses"));
        assert!(
            too_deep(&format!("{{{{x {}", "(".repeat(2000))).unwrap().1.contains("parentheses")
        );
        let blocks = |n: usize| "{{#if a}}".repeat(n) + &"{{/if}}".repeat(n);
        assert_eq!(too_deep(&blocks(20)), None);
        assert!(too_deep(&blocks(2000)).unwrap().1.contains("blocks"));
        let chain = |n: usize| format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if b}}".repeat(n));
        assert_eq!(too_deep(&chain(90)), None);
        assert!(too_deep(&chain(2000)).unwrap().1.contains("blocks"));
        assert_eq!(too_deep(&"(".repeat(3000)), None, "text is no tag");
    }
}
