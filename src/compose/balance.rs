//! Blocks and comments of Handlebars that are left open, closed under another name, or stand where none can.
//! Pure: a text in, its first fault out.

use super::tags::{Tag, TagKind, tags};

/// A comment that begins with `{{!--` and ends with the first `}}`: the tag that it was to hide is shown, or hidden by half.
pub fn open_comment(text: &str, found: &[Tag]) -> Option<(usize, String, String)> {
    let is_open = |tag: &&Tag| {
        let words = &text[tag.start..tag.end];
        let begins = words.trim_start_matches(['{', '~']).starts_with("!--");
        tag.kind == TagKind::Comment
            && begins
            && !words.trim_end_matches(['}', '~']).ends_with("--")
    };
    let tag = found.iter().find(is_open)?;
    Some((tag.start, "this comment is never closed".to_owned(), "add --}} at its end".to_owned()))
}

/// The first block that is not closed, or closed under another name, and tags that stand where none can.
pub fn unbalanced(text: &str) -> Option<(usize, String, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    // How deep the blocks stand that had their {{else}}.
    let mut finished: Vec<usize> = Vec::new();
    let mut last = 0;
    let found = tags(text);
    if let Some(open) = open_comment(text, &found) {
        return Some(open);
    }
    for (index, tag) in found.iter().enumerate() {
        last = tag.end;
        let word = tag.word(text);
        if let Some(fault) = fault_of_one(text, *tag) {
            return Some(fault);
        }
        // What was finished deeper than here is closed.
        finished.retain(|depth| *depth <= open.len());
        match tag.kind {
            TagKind::Open => open.push((tag.start, word)),
            TagKind::Else | TagKind::ElseChain
                if open.last().is_none_or(|(at, _)| !may_have_else(&text[*at..])) =>
            {
                let what = "{{else}} is outside a block".to_owned();
                let cure = "take it out, or add {{#if …}} before it".to_owned();
                return Some((tag.start, what, cure));
            }
            TagKind::Else | TagKind::ElseChain if finished.last() == Some(&open.len()) => {
                let what = "a second {{else}} is in one block".to_owned();
                let cure = "keep one, or write {{else if …}} before the last".to_owned();
                return Some((tag.start, what, cure));
            }
            TagKind::Else => finished.push(open.len()),
            TagKind::Close => match open.pop() {
                None => {
                    let what = format!("{{{{/{word}}}}} closes nothing");
                    return Some((tag.start, what, "take it out".to_owned()));
                }
                // Its own end comes later, and nothing waits for this one.
                Some((_, opened))
                    if opened != word
                        && open.iter().all(|(_, waiting)| *waiting != word)
                        && is_closed_later(opened, &found[index + 1..], text) =>
                {
                    let what = format!("{{{{/{word}}}}} closes nothing");
                    return Some((tag.start, what, "take it out".to_owned()));
                }
                Some((at, opened)) if opened != word => {
                    let what = format!("{{{{#{opened}}}}} is closed by {{{{/{word}}}}}");
                    return Some((at, what, format!("add {{{{/{opened}}}}}")));
                }
                Some(_) => {}
            },
            TagKind::Comment | TagKind::ElseChain | TagKind::Single => {}
        }
    }
    // Braces that are never closed hide what comes after them.
    let is_raw = open.last().is_some_and(|(at, _)| text[*at..].starts_with("{{{{"));
    if let Some(at) = text[last..].find("{{").filter(|_| !is_raw) {
        let at = last + at;
        if !text[..at].ends_with('\\') {
            return Some((at, "{{ is never closed".to_owned(), "add }}".to_owned()));
        }
    }
    open.pop().map(|(at, name)| {
        let braces = if text[at..].starts_with("{{{{") { 4 } else { 2 };
        let tag = |sign: &str| format!("{}{sign}{name}{}", "{".repeat(braces), "}".repeat(braces));
        let begins = if braces == 4 { "" } else { "#" };
        (at, format!("{} is never closed", tag(begins)), format!("add {}", tag("/")))
    })
}

/// What is wrong with a tag whatever stands around it.
fn fault_of_one(text: &str, tag: Tag) -> Option<(usize, String, String)> {
    if tag.kind != TagKind::Comment && tag.inner(text).contains("{{") {
        return Some((tag.start, "{{ is never closed".to_owned(), "add }}".to_owned()));
    }
    cannot_be_inverted(text, tag).map(|(what, cure)| (tag.start, what, cure))
}

/// A block that begins with `^` and is neither `if` nor `unless`: what is wrong, and what to write.
pub fn cannot_be_inverted(text: &str, tag: Tag) -> Option<(String, String)> {
    let name = tag.word(text);
    if !tag.is_inverted(text) || matches!(name, "if" | "unless") {
        return None;
    }
    let words = tag.inner(text);
    let what = format!("{{{{^{name}}}}} does not begin a block here");
    let cure = if words == name {
        format!("write {{{{#unless {name}}}}}…{{{{/unless}}}}")
    } else {
        format!("write {{{{#{words}}}}}…{{{{else}}}}…{{{{/{name}}}}}, with the two parts exchanged")
    };
    Some((what, cure))
}

/// Whether the block that begins here is one of those that take `{{else}}`: a partial's content and an inline partial do not.
fn may_have_else(block: &str) -> bool {
    let begins = block.trim_start_matches(['{', '~', '#', ' ']);
    !begins.starts_with(['>', '*'])
}

/// Whether a block that is open has its end among these tags.
fn is_closed_later(name: &str, rest: &[Tag], text: &str) -> bool {
    let mut depth = 0usize;
    for tag in rest.iter().filter(|tag| tag.word(text) == name) {
        match tag.kind {
            TagKind::Open => depth += 1,
            TagKind::Close if depth == 0 => return true,
            TagKind::Close => depth -= 1,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_that_was_left_open_is_named_at_its_beginning() {
        let found = |text: &str| unbalanced(text).map(|(at, what, _)| (at, what));
        for (text, at, what) in [
            ("a\n  {{#each items}}\n{{#if x}}{{/if}}\n", 4, "{{#each}} is never closed"),
            ("{{#if a}}\n{{/each}}", 0, "{{#if}} is closed by {{/each}}"),
            ("x {{/if}}", 2, "{{/if}} closes nothing"),
            ("{{#> layout}}x{{/if}}{{/layout}}", 14, "{{/if}} closes nothing"),
            ("{{#if a}}{{#each b}}{{/if}}", 9, "{{#each}} is closed by {{/if}}"),
            ("{{else}}", 0, "{{else}} is outside a block"),
            ("{{#if a}}{{^b}}x{{/b}}{{/if}}", 9, "{{^b}} does not begin a block here"),
            ("{{#if a}}{{b{{/if}}", 9, "{{ is never closed"),
        ] {
            assert_eq!(found(text).map(|(_, what)| what).as_deref(), Some(what), "{text}");
            assert_eq!(found(text).map(|(at, _)| at), Some(at), "{text}");
        }
        assert_eq!(
            found("{{#> layout}}{{#*inline \"x\"}}{{/inline}}{{!-- {{#if --}}{{/layout}}"),
            None
        );
    }
}
