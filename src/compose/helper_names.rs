//! The names of helpers, and what each does with a person's own word.
//! Pure: names in, answers and faults out.

use handlebars::{RenderError, RenderErrorReason};

/// roundup's own, by name.
const OWN: [&str; 14] = [
    "say",
    "recipient",
    "unsubscribe_url",
    "for_recipient",
    "for_segment",
    "date",
    "fit",
    "markdown",
    "pairs",
    "plural",
    "truncate",
    "upper",
    "wrap",
    "underline",
];

/// Those that Handlebars brings.
const OF_HANDLEBARS: [&str; 15] = [
    "if", "unless", "each", "with", "lookup", "raw", "eq", "ne", "gt", "gte", "lt", "lte", "and",
    "or", "not",
];

/// Those that stand for a person's own words: what they write is not known before the message is.
const SLOTS: [&str; 3] = ["recipient", "unsubscribe_url", "slot_block"];

/// The names of all helpers, for messages.
pub fn all_names() -> impl Iterator<Item = &'static str> + Clone {
    OWN.into_iter().chain(OF_HANDLEBARS).chain(["len"])
}

pub fn is_helper(name: &str) -> bool {
    name == "slot_block" || all_names().any(|known| known == name)
}

/// Whether a name stands for a person's own word.
pub fn is_slot(name: &str) -> bool {
    SLOTS.contains(&name)
}

/// Whether a helper writes a personal word as it is.
pub fn passes_slots(helper: &str) -> bool {
    matches!(helper, "wrap" | "underline" | "markdown")
}

/// How many values a helper takes at most, where that is known: Handlebars drops the others silently.
pub fn most_values(helper: &str) -> Option<usize> {
    match helper {
        "if" | "unless" | "each" | "with" | "not" | "len" | "upper" | "markdown" | "pairs" => {
            Some(1)
        }
        "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "lookup" => Some(2),
        _ => None,
    }
}

/// The options of a helper, as in `fallback="friend"`: Handlebars drops any other silently.
pub fn options(helper: &str) -> &'static [&'static str] {
    match helper {
        "recipient" => &["fallback"],
        "pairs" => &["skip"],
        "if" | "unless" => &["includeZero"],
        _ => &[],
    }
}

/// Whether a helper may stand around content; another throws it away.
pub fn takes_content(helper: &str) -> bool {
    needs_content(helper)
        || matches!(helper, "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "and" | "or" | "not")
}

/// Whether a helper writes nothing but its content.
pub fn needs_content(helper: &str) -> bool {
    matches!(helper, "if" | "unless" | "each" | "with" | "raw" | "for_recipient" | "for_segment")
}

/// What is wrong, and the cure, when a personal word goes through a helper.
pub fn personal_word(helper: &str) -> (String, String) {
    let what = match helper {
        "if" | "unless" | "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "and" | "or" | "not"
        | "each" | "with" | "for_segment" | "lookup" | "len" => {
            format!("a personal word cannot decide in `{helper}`: it is not the same for everybody")
        }
        _ => format!(
            "a personal word cannot go through `{helper}`: it is not the same for everybody"
        ),
    };
    let cure = "use {{#for_recipient}}{{#if first_name}}{{upper first_name}}{{else}}…{{/if}}{{/for_recipient}}: inside it each person's columns are known";
    (what, cure.to_owned())
}

/// A fault found while a template runs, with its cure.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct HelperFault {
    pub what: String,
    pub cure: String,
}

pub fn explained(what: String, cure: String) -> RenderError {
    RenderErrorReason::NestedError(Box::new(HelperFault { what, cure })).into()
}

/// A fault found while a template runs; docs/TEMPLATES.md is its cure.
pub fn wrong(what: impl Into<String>) -> RenderError {
    RenderErrorReason::Other(what.into()).into()
}

/// The helper that looks at the names of the call behind it.
pub const GUARD: &str = "known_names";

/// What the guard is called with where a value is written as it is.
pub const WRITTEN: &str = "";
