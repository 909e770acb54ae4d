//! What is wrong with a template that cannot be parsed or rendered, in words and with its place.
//! Pure: errors of libraries in, ours out.

use crate::compose::fault::{Source, TemplateFault};
use crate::compose::helper_names::{self, HelperFault};

use crate::compose::names;
use crate::compose::tags::{Tag, TagKind, tags};
use crate::compose::templates::TemplateFiles;
use crate::problem::{Place, nearest};
use handlebars::{RenderError, RenderErrorReason};
use serde_json::Value;

/// Finds the template of an error's name.
fn locate(
    templates: &TemplateFiles,
    name: Option<&str>,
    words: Option<&Source>,
    line: usize,
    column: usize,
) -> (Place, Option<String>) {
    let known =
        name.and_then(|name| templates.text(name).map(|text| (TemplateFiles::shown(name), text)));
    match (known, words) {
        (Some((shown, text)), _) => (
            Place::at(shown, line, column),
            text.lines().nth(line.saturating_sub(1)).map(str::to_owned),
        ),
        (None, Some(words)) => {
            let place = match words.place.line {
                Some(first) => Place::at(&words.place.source, first + line - 1, column),
                None => words.place.clone(),
            };
            (place, words.text.lines().nth(line.saturating_sub(1)).map(str::to_owned))
        }
        (None, None) => {
            (Place::whole(name.map_or_else(|| "templates".to_owned(), TemplateFiles::shown)), None)
        }
    }
}

/// A text that cannot be rendered with its data.
pub fn of_rendering(
    templates: &TemplateFiles,
    words: Option<&Source>,
    data: &Value,
    columns: &[String],
    error: &RenderError,
) -> TemplateFault {
    let (line, column) = (error.line_no.unwrap_or(1), error.column_no.unwrap_or(1));
    let (place, line_text) = locate(templates, error.template_name.as_deref(), words, line, column);
    let (what, cure) = words_of(templates, data, columns, error);
    TemplateFault { place, what, cure, line_text }
}

/// What is wrong with a name of a value, a helper or a partial, and the cure.
fn words_of(
    templates: &TemplateFiles,
    data: &Value,
    columns: &[String],
    error: &RenderError,
) -> (String, String) {
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(path)) => {
            let is_known = |name: &str| names::NAMES.contains(&name);
            match names::names_of_path(path).find(|name| !is_known(name)) {
                Some(unknown) => names::unknown_name(path, unknown, columns),
                None => names::missing_value(path, data),
            }
        }
        RenderErrorReason::HelperNotFound(name) => {
            let cure = match nearest(name, helper_names::all_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "docs/TEMPLATES.md lists the helpers".to_owned(),
            };
            (format!("there is no helper `{name}`"), cure)
        }
        RenderErrorReason::PartialNotFound(name) => {
            let partials: Vec<&str> = templates.partials().map(|(name, _)| name).collect();
            let cure = match nearest(name, partials.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the partials are {}", partials.join(", ")),
            };
            (format!("there is no partial `{name}`"), cure)
        }
        RenderErrorReason::CannotIncludeSelf => {
            ("a partial calls itself".to_owned(), "remove the call".to_owned())
        }
        other => misuse(other),
    }
}

/// What is wrong with how something is used, and the cure.
fn misuse(reason: &RenderErrorReason) -> (String, String) {
    match reason {
        RenderErrorReason::PartialBlockNotFound => (
            "there is no content for {{> @partial-block}} here".to_owned(),
            "call this partial as a block: {{#> name}}…{{/name}}".to_owned(),
        ),
        RenderErrorReason::NestedError(inner) if inner.is::<HelperFault>() => {
            let inner = inner.downcast_ref::<HelperFault>();
            inner.map(|inner| (inner.what.clone(), inner.cure.clone())).unwrap_or_default()
        }
        RenderErrorReason::ParamNotFoundForIndex(name, _)
        | RenderErrorReason::ParamNotFoundForName(name, _) => {
            (format!("`{name}` lacks a value"), usage(name))
        }
        RenderErrorReason::ParamTypeMismatchForName(name, ..)
        | RenderErrorReason::HashTypeMismatchForName(name, ..) => {
            (format!("`{name}` cannot use this value"), usage(name))
        }
        RenderErrorReason::DecoratorNotFound(name) => (
            format!("no `{name}` begins with `*`"),
            "only {{#*inline \"name\"}}…{{/inline}} does".to_owned(),
        ),
        RenderErrorReason::InvalidParamType(_)
        | RenderErrorReason::InvalidJsonPath(_)
        | RenderErrorReason::InvalidJsonIndex(_) => (
            "this name is not known here".to_owned(),
            "docs/TEMPLATES.md lists the \
                names"
                .to_owned(),
        ),
        RenderErrorReason::BlockContentRequired => {
            ("this is a block, but it is empty".to_owned(), "write {{#name}}…{{/name}}".to_owned())
        }
        RenderErrorReason::Other(what) => {
            (what.clone(), "docs/TEMPLATES.md shows how it is used".to_owned())
        }
        _ => (
            "this cannot be rendered".to_owned(),
            "remove it, or write it as docs/TEMPLATES.md shows".to_owned(),
        ),
    }
}

/// How a helper is used, as a cure.
pub fn usage(helper: &str) -> String {
    let example = match helper {
        "recipient" => "{{recipient \"first_name\" fallback=\"friend\"}}",
        "for_segment" => "{{#for_segment \"donors\"}}…{{/for_segment}}",
        "say" => "{{say \"read_story\"}}",
        "date" => "{{date story \"month\"}}",
        "plural" => "{{plural count \"story\" \"stories\"}}",
        "truncate" => "{{truncate text 300}}",
        "wrap" => "{{wrap text 72}}",
        "underline" => "{{underline text \"=\"}}",
        "upper" | "markdown" => return format!("write {{{{{helper} text}}}}"),
        "len" => "{{len sections}}",
        "if" | "unless" | "each" | "with" => {
            return format!("write {{{{#{helper} name}}}}…{{{{/{helper}}}}}");
        }
        "lookup" => "{{lookup list 0}}",
        "fit" => "{{#with (fit image 534 300)}}{{width}}{{/with}}",
        "pairs" => "{{#each (pairs cards)}}…{{/each}}",
        "not" => "{{#if (not image)}}",
        "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "and" | "or" => {
            return format!("write ({helper} one other)");
        }
        _ => return "docs/TEMPLATES.md shows how it is used".to_owned(),
    };
    format!("write {example}")
}

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
        if tag.kind != TagKind::Comment && tag.inner(text).contains("{{") {
            return Some((tag.start, "{{ is never closed".to_owned(), "add }}".to_owned()));
        }
        let named = text[tag.start..tag.end].trim_start_matches(['{', '~', ' ']).strip_prefix('^');
        let name = named.map(|rest| rest.trim_matches(['}', '~', ' '])).unwrap_or_default();
        if !name.is_empty() && !name.contains(' ') {
            return Some((
                tag.start,
                format!("{{{{^{name}}}}} does not begin a block here"),
                format!("write {{{{#unless {name}}}}}…{{{{/unless}}}}"),
            ));
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
