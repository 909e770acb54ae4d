//! Who has approved an edition, what exactly they saw, and what has changed since.
//! Pure: values in, words out.

mod changes;
mod name;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::law::BasisCounts;
use crate::compose::setting;

pub use name::{ApproverName, ApproverNameError, is_same};

/// `[approval]` of `roundup.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How many different people must have approved an edition before it is sent: 0, 1 or 2.
    #[serde(deserialize_with = "setting::within::<0, 2, _, _>")]
    pub people: u8,
    /// Who uses which account of the computer: `sam = "Sam Jones"`.
    pub accounts: BTreeMap<String, String>,
}

/// An edition as somebody saw it: the composition, and the question that the audience is the answer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenEdition {
    /// Names the words that are sent: the composition's hash.
    pub hash: String,
    pub subject: String,
    pub preheader: String,
    /// The template's name, and the hash of its files.
    pub template: String,
    pub template_hash: String,
    /// The hash of the editor's words: introduction, headline, figures, translations.
    pub words_hash: String,
    /// The hash of what `roundup.toml` says of theme, organisation and sender.
    pub settings_hash: String,
    /// In the order of the email.
    pub stories: Vec<FrozenStory>,
    pub audience: FrozenAudience,
}

/// A story as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenStory {
    pub id: String,
    pub title: String,
    /// The hash of all that it says.
    pub hash: String,
}

/// Whom an edition is for. People may leave the list after the approval; the question stays the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenAudience {
    /// The filter of a segment; `None` for everybody.
    pub segment: Option<String>,
    /// As `--segment` takes it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_segment: Option<String>,
    pub purpose: String,
    /// How many people it was, and by which basis.
    pub people: u64,
    pub bases: BasisCounts,
}

/// Somebody's yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub edition: String,
    pub who: String,
    /// The computer's user.
    pub account: String,
    /// Whether the account had written the draft last.
    pub by_last_editor: bool,
    pub at: DateTime<Utc>,
    pub frozen: FrozenEdition,
}

impl Approval {
    /// `Amina (account office) on 27 November 2026 at 08:01`
    pub fn words(&self, zone: chrono_tz::Tz) -> String {
        format!(
            "{} (account {}) on {}",
            self.who,
            self.account,
            self.at.with_timezone(&zone).format("%-d %B %Y at %H:%M")
        )
    }
}

/// Where an edition stands with those who must approve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalState {
    /// How many people it needs.
    pub needed: u8,
    /// Approvals of the edition as it is now, one a person, the oldest first.
    pub valid: Vec<Approval>,
    /// What has changed since the last approval that holds no more, in words.
    pub changes: Vec<String>,
    /// Whether only whoever edited it last has approved it.
    pub only_by_editor: bool,
}

impl ApprovalState {
    /// Judges the approvals of one edition (in the order they were given) against the edition as it is now.
    pub fn of(needed: u8, given: &[Approval], now: &FrozenEdition) -> Self {
        let mut valid: Vec<Approval> = Vec::new();
        let mut changes = Vec::new();
        for approval in given {
            let since = approval.frozen.changes_to(now);
            if !since.is_empty() {
                changes = since;
                continue;
            }
            match valid.iter_mut().find(|other| name::is_same(&other.who, &approval.who)) {
                // Somebody who has said yes from two accounts has not only said it as the editor.
                Some(other) => other.by_last_editor &= approval.by_last_editor,
                None => valid.push(approval.clone()),
            }
        }
        let only_by_editor =
            !valid.is_empty() && valid.iter().all(|approval| approval.by_last_editor);
        Self { needed, valid, changes, only_by_editor }
    }

    /// Whether it may be sent.
    pub fn is_enough(&self) -> bool {
        self.valid.len() >= usize::from(self.needed) && (self.needed == 0 || !self.only_by_editor)
    }

    /// How many more people must approve.
    pub fn missing(&self) -> u64 {
        let missing = u64::from(self.needed).saturating_sub(self.valid.len() as u64);
        // One more, who did not write it.
        if missing == 0 && !self.is_enough() { 1 } else { missing }
    }

    /// When it came to be approved: the moment of the last yes that was needed.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.valid.iter().map(|approval| approval.at).max()
    }
}

#[cfg(test)]
pub(crate) mod tests;
