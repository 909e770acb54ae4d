//! A text that a command is run for: a manual page, the completions of a shell. To stdout, or into a file.
//! Pure: a value in, lines out.

use serde::Serialize;

use crate::cli::terminal::outcome::{Outcome, Text};
use crate::count::counted;

/// What a document holds one of or many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentUnit {
    Pages,
    Scripts,
}

/// A text of its own format. Programs get it as one string, or the name of its file.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: &'static str,
    count: u64,
    unit: DocumentUnit,
    /// Where it was written; the text is not repeated then.
    file: Option<String>,
    text: Option<String>,
}

impl Document {
    pub fn shown(unit: DocumentUnit, count: usize, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..Self::written(unit, count, None) }
    }

    pub fn written(unit: DocumentUnit, count: usize, file: Option<String>) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Self { schema: "roundup.document/1", count, unit, file, text: None }
    }
}

impl Outcome for Document {
    fn text(&self, text: &mut Text) {
        if let Some(whole) = &self.text {
            text.document(whole.as_str());
        }
        if let Some(file) = &self.file {
            let (one, many) = match self.unit {
                DocumentUnit::Pages => ("page", "pages"),
                DocumentUnit::Scripts => ("script", "scripts"),
            };
            text.say(format!("{} written to {file}.", counted(self.count, one, many)));
        }
    }
}
