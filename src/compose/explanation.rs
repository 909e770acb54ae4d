//! What is wrong with a template that cannot be parsed or rendered, in words and with its place.
//! Pure: errors of libraries in, ours out.

use crate::compose::fault::{Source, TemplateFault};
use crate::compose::helper_names::{self, HelperFault};

use crate::compose::names;
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
