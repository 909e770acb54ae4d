//! What the values of named fields say, in whatever form they were written.
//! Pure: values in, texts out.

use serde_json::Value;

use crate::news::item::add_topic;
use crate::rfc::text::one_line;

/// Whether a value says yes.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(text) => matches!(text.to_lowercase().as_str(), "true" | "yes" | "1"),
        _ => false,
    }
}

/// A text, a number, or the first of a list of them (`images: [a.jpg]`), or the address within a mapping.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values.first().and_then(plain),
        Value::Object(map) => ["url", "src", "image", "path", "created"]
            .iter()
            .find_map(|key| map.get(*key))
            .and_then(plain),
        Value::Bool(_) | Value::Null => None,
    }
}

/// A list, or a text with commas or semicolons between its words.
pub fn words(value: &Value) -> Vec<String> {
    let written: Vec<String> = match value {
        Value::Array(values) => values.iter().filter_map(plain).collect(),
        Value::String(text) => text.split([',', ';']).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut words: Vec<String> = Vec::new();
    for word in &written {
        add_topic(&mut words, one_line(word));
    }
    words
}
