//! What the last check found out, so that it is not looked up again at once, and `send` can say how old it is.
//! Shell: one small file in `.roundup`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Project, ProjectError, read_text};
use crate::check::LinkResults;
use crate::check::rules::link_results::COUNTS_FOR;
use crate::database::private;

const FILE: &str = ".roundup/checks.json";
/// Some hundred links and editions.
const LONGEST_BYTES: u64 = 4 * 1024 * 1024;

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PastChecks {
    pub answers: LinkResults,
    /// By edition.
    pub editions: BTreeMap<String, LastCheck>,
}

/// One edition's last check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// The composition that was checked.
    pub hash: String,
    pub at: DateTime<Utc>,
    /// Links that were fetched; none with `--offline`.
    pub links: usize,
}

impl Project {
    /// What earlier checks found out. A file that cannot be read is as good as none: everything in it can be found out again.
    pub fn checked_before(&self, now: DateTime<Utc>) -> PastChecks {
        let text = read_text(&self.path(FILE), FILE, LONGEST_BYTES).unwrap_or_default();
        let mut before: PastChecks = serde_json::from_str(&text).unwrap_or_default();
        before.answers.retain(|_, answer| now - answer.at < COUNTS_FOR);
        before
    }

    /// Keeps what a check found out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_checked(&self, checked: &PastChecks) -> Result<(), ProjectError> {
        let wrong = |what: String| ProjectError::Write { path: FILE.to_owned(), what };
        let text = serde_json::to_vec(checked).map_err(|error| wrong(error.to_string()))?;
        private::write(&self.path(FILE), &text).map_err(|error| wrong(error.to_string()))
    }
}
