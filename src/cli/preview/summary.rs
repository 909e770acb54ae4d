//! An email in a few lines: its subject, its size, whom it is for, and what the checks found.
//! Shell: takes what was prepared from the project.

use serde::Serialize;

use crate::check::tally;
use crate::cli::steps::prepare::PreparedEdition;
use crate::cli::terminal::outcome::Text;
use crate::cli::terminal::screen::{kilobytes, stories};
use crate::count::counted;

/// A part of what `preview` and `send --dry-run` come to.
#[derive(Serialize)]
pub struct EmailSummary {
    subject: String,
    stories: usize,
    bytes_largest: usize,
    /// Whom it is for, where that is not everybody, in words.
    #[serde(rename = "segment_words", skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    /// What it is for, and how many people by which basis, in words.
    #[serde(rename = "purpose_words", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    checks: CheckCounts,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CheckCounts {
    must_fix: usize,
    should_fix: usize,
    good_to_know: usize,
}

impl CheckCounts {
    pub fn of(prepared: &PreparedEdition) -> Self {
        let [must_fix, should_fix, good_to_know] = tally(&prepared.findings);
        Self { must_fix, should_fix, good_to_know }
    }

    pub fn words(self) -> String {
        let Self { must_fix, should_fix, good_to_know } = self;
        format!("{must_fix} must fix, {should_fix} should fix, {good_to_know} good to know")
    }
}

impl EmailSummary {
    pub fn of(prepared: &PreparedEdition) -> Self {
        Self {
            subject: prepared.shown_subject(),
            stories: prepared.edition.shown().count(),
            bytes_largest: prepared.largest,
            segment: prepared.segment_words(),
            purpose: prepared.purpose_words(),
            checks: CheckCounts::of(prepared),
        }
    }

    pub fn lines(&self, text: &mut Text) {
        let length = counted(self.subject.chars().count(), "character", "characters");
        text.line(format!("  Subject   {} {}", self.subject, text.faint(&format!("({length})"))));
        text.line(format!(
            "  Content   {}, {} of 102 KB before Gmail cuts it off",
            stories(self.stories),
            kilobytes(self.bytes_largest)
        ));
        if let Some(segment) = &self.segment {
            text.line(format!("  Segment   {segment}"));
        }
        if let Some(purpose) = &self.purpose {
            text.line(format!("  Purpose   {purpose}"));
        }
        let CheckCounts { must_fix, should_fix, good_to_know } = self.checks;
        let checks = match must_fix + should_fix + good_to_know {
            0 => "nothing found".to_owned(),
            _ => self.checks.words(),
        };
        text.line(format!("  Checks    {checks}"));
    }
}
