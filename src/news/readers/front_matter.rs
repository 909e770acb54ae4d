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
    /// The line and column of the file at which a field's value begins, or its name where the value stands below it.
    pub fn value_place(&self, name: &str) -> Option<(usize, usize)> {
        let (line, column) = self.name_place(name)?;
        let text = self.front.lines().nth(line - self.first_field_line)?;
        let behind = text.find(name)? + name.len();
        let sign = behind + text[behind..].find([':', '='])? + 1;
        let value = text[sign..].trim_start();
        let at = text.len() - value.len();
        Some(if value.is_empty() { (line, column) } else { (line, text[..at].chars().count() + 1) })
    }

    /// The line and column of the file at which a field's name begins.
    pub fn name_place(&self, name: &str) -> Option<(usize, usize)> {
        let line = self.line_of(name)?;
        let text = self.front.lines().nth(line - self.first_field_line)?;
        Some((line, text[..text.find(name)?].chars().count() + 1))
    }

    /// The lines of a field as they stand in the file: up to the next one that is not indented.
    pub fn lines_of(&self, name: &str) -> Option<&str> {
        let skipped = self.line_of(name)? - self.first_field_line;
        let start: usize = self.front.split_inclusive('\n').take(skipped).map(str::len).sum();
        let rest = &self.front[start..];
        let mut lines = rest.split_inclusive('\n');
        let first = lines.next()?.len();
        let more = lines.take_while(|line| line.trim().is_empty() || line.starts_with([' ', '\t']));
        Some(&rest[..first + more.map(str::len).sum::<usize>()])
    }

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
