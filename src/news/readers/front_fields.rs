//! The fields of front matter in YAML and TOML, and what is wrong with it, in words for people who know neither.
//! Pure: text in, fields or a problem out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::yaml;
use crate::problem::{Place, Problem};

/// The fields of front matter in YAML.
///
/// # Errors
/// Says at which line of `source` it is wrong, and the cure.
pub(super) fn yaml_fields(source: &str, front: &str) -> Result<BTreeMap<String, Value>, Problem> {
    if front.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    match serde_saphyr::from_str(front) {
        Ok(fields) => Ok(yaml::with_texts(front, fields)),
        Err(error) => {
            // The most common mistake of all: a colon in a title that is not quoted.
            let unquoted = front.lines().enumerate().find(|(_, line)| {
                line.split_once(": ").is_some_and(|(_, value)| {
                    value.contains(": ") && !value.trim_start().starts_with(['"', '\'', '[', '{'])
                })
            });
            if let Some((index, line)) = unquoted {
                let name = line.split(':').next().unwrap_or("title").trim();
                return Err(Problem::new(
                    Place::line(source, index + 2),
                    format!("the front matter cannot be read: `{name}` has a second colon"),
                    format!("put it in quotation marks: {name}: \"…: …\""),
                ));
            }
            let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
            let column = error.location().map_or(1, |at| usize::try_from(at.column()).unwrap_or(1));
            let said = error.without_snippet().to_string();
            // A text that goes on into an indented line is reported where it begins.
            let mut lines = front.lines().skip(line.saturating_sub(1));
            let (first, next) = (lines.next(), lines.next());
            let at_fault = next.filter(|next| next.starts_with('\t')).or(first);
            let before = front.lines().take(line.saturating_sub(1)).last();
            let (what, cure) = in_our_words(&said, at_fault, before);
            Err(Problem::new(
                Place::at(source, line + 1, column),
                format!("the front matter cannot be read: {what}"),
                cure,
            ))
        }
    }
}

/// What the reader of YAML says about a line, for people who do not know YAML.
fn in_our_words(said: &str, line: Option<&str>, before: Option<&str>) -> (String, &'static str) {
    const CURE: &str = "write one `name: value` on each line, without tabs; put text with other \
        punctuation in quotation marks";
    let line = line.unwrap_or_default();
    if let Some(rest) = said.strip_prefix("duplicate mapping key: ") {
        let name = rest.split([',', ' ']).next().unwrap_or_default();
        return (format!("`{name}` appears twice"), "remove one of them");
    }
    if line.contains(|c: char| c.is_control() && c != '\t') {
        return (
            "this line has a character that cannot be shown".to_owned(),
            "write the line again by hand",
        );
    }
    if line.contains('\t') {
        return ("this line has a tab".to_owned(), "write spaces instead of the tab");
    }
    if line.matches(['"']).count() % 2 == 1 || said.contains("quoted") {
        return (
            "a quotation mark is missing here, or one too many".to_owned(),
            "begin and end the text with \", and write \\\" for one within it",
        );
    }
    let is_entry = |line: &str| line.trim_start().starts_with('-');
    if is_entry(line) || (before.is_some_and(is_entry) && !line.contains(": ")) {
        return (
            "this entry of a list is not like the others".to_owned(),
            "begin each entry with two spaces, a hyphen and a space: `  - id`",
        );
    }
    ("this line is not `name: value`".to_owned(), CURE)
}

/// The fields of front matter in TOML.
///
/// # Errors
/// Says at which line of `source` it is wrong, and the cure.
pub(super) fn toml_fields(source: &str, front: &str) -> Result<BTreeMap<String, Value>, Problem> {
    let table: toml::Table = front.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = front[..at.min(front.len())].matches('\n').count() + 2;
        Problem::new(
            Place::line(source, line),
            format!("the front matter cannot be read: {}", error.message()),
            "write one `name = \"value\"` a line",
        )
    })?;
    Ok(table.into_iter().map(|(name, value)| (name, json_of_toml(value))).collect())
}

fn json_of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(value) => Value::Bool(value),
        // Dates are bare words in TOML.
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(values) => Value::Array(values.into_iter().map(json_of_toml).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(k, v)| (k, json_of_toml(v))).collect())
        }
    }
}
