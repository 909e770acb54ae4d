//! A text of Markdown, split at its front matter.
//! Pure: values.

use std::collections::BTreeMap;

use serde_json::Value;

/// A text split at its front matter.
pub struct MarkdownDocument<'a> {
    pub fields: BTreeMap<String, Value>,
    pub body: &'a str,
    /// Line of the file at which the front matter's own first line stands, from 1.
    pub first_field_line: usize,
    pub front: &'a str,
}

impl MarkdownDocument<'_> {
    /// The line of the file on which a field stands.
    pub fn line_of(&self, name: &str) -> Option<usize> {
        self.front
            .lines()
            .position(|line| {
                let line = line.trim_start().trim_start_matches('"');
                line.strip_prefix(name).is_some_and(|rest| {
                    rest.trim_start_matches('"').trim_start().starts_with([':', '='])
                })
            })
            .map(|index| index + self.first_field_line)
    }
}
