//! Eleventy's `permalink`: a template, as far as it needs no program.
//! Pure: a template and fields in, a path out.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use chrono::format::StrftimeItems;
use serde_json::Value;

use super::names::{Name, text, zola_slug};
use crate::rfc::csv::simple;

/// What a template knows of its page.
pub(super) struct TemplatePage<'a> {
    pub(super) fields: &'a BTreeMap<String, Value>,
    /// What all pages know.
    pub(super) globals: &'a BTreeMap<String, Value>,
    pub(super) name: &'a Name<'a>,
    pub(super) stem: &'a str,
    pub(super) day: Option<NaiveDate>,
}

/// A template of Eleventy's `permalink`, as far as it needs no program; `None` where it does.
pub(super) fn template(pattern: &str, page: &TemplatePage<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find("}}")? + at;
        let inner = rest[at + 2..end].trim().trim_matches('-').trim();
        out.push_str(&expression(inner, page)?);
        rest = &rest[end + 2..];
    }
    if rest.contains("{%") {
        return None;
    }
    out.push_str(rest);
    Some(out)
}

fn expression(inner: &str, page: &TemplatePage<'_>) -> Option<String> {
    let TemplatePage { fields, globals, name, stem, day } = *page;
    let mut parts = inner.split('|').map(str::trim);
    let word = parts.next()?;
    let mut value = match word {
        "page.fileSlug" => name.base.to_owned(),
        "page.filePathStem" => format!("/{stem}"),
        "page.date" | "date" => day?.to_string(),
        "page.outputFileExtension" => "html".to_owned(),
        _ => {
            let quoted =
                word.strip_prefix(['"', '\'']).and_then(|word| word.strip_suffix(['"', '\'']));
            quoted
                .map(str::to_owned)
                .or_else(|| text(fields, &simple(word)))
                .or_else(|| inner_text(fields, word))
                .or_else(|| inner_text(globals, word))?
        }
    };
    for filter in parts {
        let (filter, argument) = match filter.find([':', '(']) {
            Some(at) => (
                filter[..at].trim(),
                filter[at + 1..].trim().trim_end_matches(')').trim_matches(['"', '\'']),
            ),
            None => (filter, ""),
        };
        value = match filter {
            "slugify" | "slug" => zola_slug(&value.replace('&', " and ")),
            "lower" | "downcase" => value.to_lowercase(),
            "url" | "safe" | "string" | "trim" | "strip" => value,
            "date" if argument.contains('%') => formatted(day?, argument)?,
            _ => return None,
        };
    }
    Some(value)
}

/// The text at a path such as `site.base`.
fn inner_text(values: &BTreeMap<String, Value>, path: &str) -> Option<String> {
    let mut names = path.split('.');
    let first = values.get(names.next()?)?;
    match names.try_fold(first, |value, name| value.get(name))? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A day by a pattern of somebody else's; nothing where the pattern is not one.
fn formatted(day: NaiveDate, pattern: &str) -> Option<String> {
    let items = StrftimeItems::new(pattern).parse().ok()?;
    let mut text = String::new();
    write!(text, "{}", day.format_with_items(items.iter())).ok()?;
    Some(text)
}
