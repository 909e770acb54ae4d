//! A mistake in a template or in the editor's words, with its place and the line it stands on.
//! Pure: errors of libraries in, ours out.

use handlebars::{RenderError, RenderErrorReason, TemplateError, TemplateErrorReason};
use thiserror::Error;

use super::inlined;
use super::templates::Templates;
use crate::problem::{Place, nearest};

/// Where, what, and the cure; the line's text lets a caret point at it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct TemplateFault {
    pub place: Place,
    pub what: String,
    pub cure: String,
    pub line_text: Option<String>,
}

/// Where a text that is not a file of `templates/` stands: the words of a draft.
pub struct Source<'a> {
    pub place: Place,
    pub text: &'a str,
}

/// Finds the template of an error's name.
fn locate(
    templates: &Templates,
    name: Option<&str>,
    words: Option<&Source>,
    line: usize,
    column: usize,
) -> (Place, Option<String>) {
    let known =
        name.and_then(|name| templates.text(name).map(|text| (Templates::shown(name), text)));
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
        (None, None) => (Place::at(name.unwrap_or("the template"), line, column), None),
    }
}

/// A text that Handlebars cannot parse.
pub fn of_parsing(
    templates: &Templates,
    name: &str,
    text: &str,
    words: Option<&Source>,
    error: &TemplateError,
) -> TemplateFault {
    // An open block is reported at the end of the file; people need its beginning.
    if let Some((line, column, block, closed_by)) = open_block(text) {
        let (place, line_text) = locate(templates, Some(name), words, line, column);
        let what = match closed_by {
            Some(other) => format!("{{{{#{block}}}}} is closed by {{{{/{other}}}}}"),
            None => format!("{{{{#{block}}}}} is never closed"),
        };
        return TemplateFault { place, what, cure: format!("add {{{{/{block}}}}}"), line_text };
    }
    let (line, column) = error.pos().unwrap_or((1, 1));
    let (place, line_text) = locate(templates, Some(name), words, line, column);
    let what = match error.reason() {
        TemplateErrorReason::InvalidSyntax(_) => "this is not Handlebars".to_owned(),
        other => other.to_string(),
    };
    TemplateFault {
        place,
        what,
        cure: "look for a missing or extra brace or quotation mark".to_owned(),
        line_text,
    }
}

/// A text that cannot be rendered. `names` are the fields and helpers that exist.
pub fn of_rendering(
    templates: &Templates,
    words: Option<&Source>,
    names: &[String],
    error: &RenderError,
) -> TemplateFault {
    let (partial, line) = inlined::origin(error.line_no.unwrap_or(1));
    let partial = partial.and_then(|number| templates.partials().nth(number));
    let name = partial.map(|(name, _)| name).or(error.template_name.as_deref());
    let (place, line_text) = locate(templates, name, words, line, error.column_no.unwrap_or(1));
    let known = || names.iter().map(String::as_str);
    let (what, cure) = match error.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => {
            // `organisaton.name`: the first part that nothing is called is the one that is misspelt.
            let parts = || name.split(['.', '/']).filter(|part| !part.is_empty());
            let wrong = parts().find(|part| !known().any(|known| known == *part));
            let cure = match wrong.and_then(|wrong| nearest(wrong, known())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "docs/TEMPLATES.md lists the names".to_owned(),
            };
            (format!("`{name}` is not known here"), cure)
        }
        RenderErrorReason::HelperNotFound(name) => {
            let cure = match nearest(name, known()) {
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
        other => (other.to_string(), "docs/TEMPLATES.md shows how it is used".to_owned()),
    };
    TemplateFault { place, what, cure, line_text }
}

/// The first block that is not closed, or closed under another name: line, column, name, and what closes it.
fn open_block(text: &str) -> Option<(usize, usize, String, Option<String>)> {
    let mut open: Vec<(usize, usize, String)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let rest = &text[start..];
        if rest.starts_with("{{!--") {
            at = start + rest.find("--}}").map_or(rest.len(), |end| end + 4);
            continue;
        }
        at = start + 2;
        let tag = rest[2..].trim_start_matches(['{', '~']).trim_start();
        let word = |text: &str| {
            text.trim_start_matches(['>', '*'])
                .trim_start()
                .split(|c: char| c.is_whitespace() || matches!(c, '}' | '~'))
                .next()
                .unwrap_or("")
                .to_owned()
        };
        if let Some(rest) = tag.strip_prefix('#') {
            let before = &text[..start];
            let line = before.matches('\n').count() + 1;
            let column = start - before.rfind('\n').map_or(0, |at| at + 1) + 1;
            open.push((line, column, word(rest)));
        } else if let Some(rest) = tag.strip_prefix('/') {
            let name = word(rest);
            let (line, column, opened) = open.pop()?;
            if opened != name {
                return Some((line, column, opened, Some(name)));
            }
        }
    }
    open.pop().map(|(line, column, name)| (line, column, name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_that_was_left_open_is_named_at_its_beginning() {
        assert_eq!(
            open_block("a\n  {{#each items}}\n{{#if x}}{{/if}}\n"),
            Some((2, 3, "each".to_owned(), None))
        );
        assert_eq!(
            open_block("{{#if a}}\n{{/each}}"),
            Some((1, 1, "if".to_owned(), Some("each".to_owned())))
        );
        assert_eq!(
            open_block("{{#> layout}}{{#*inline \"x\"}}{{/inline}}{{!-- {{#if --}}{{/layout}}"),
            None
        );
    }
}
