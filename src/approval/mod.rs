//! Who has approved an edition, what exactly they saw, and what has changed since.
//! Pure: values in, words out.

mod changes;
mod name;
mod people_sample;
mod public_page;
mod stop;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::law::BasisCounts;
use crate::compose::setting;

pub use name::{ApproverName, ApproverNameError, approve_command, is_same};
pub use people_sample::{PeopleChange, PeopleSample};
pub use public_page::{PublicPage, SentEdition};
pub use stop::{EVERY_EDITION, EditionDecisions, EditionStop, StopKind};

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

impl Settings {
    /// The first account that names nobody, what is wrong with it, and the cure: whoever uses it could approve nothing.
    pub fn unusable_account(&self) -> Option<(&str, (String, String))> {
        self.accounts.iter().find_map(|(account, name)| {
            let cure = "write whose account it is, as in sam = \"Sam Jones\", or remove the line";
            let what = match name::usable(name) {
                Ok(_) if account.trim().is_empty() => {
                    "an account under [approval.accounts] has no name".to_owned()
                }
                Ok(_) => return None,
                Err(error) => {
                    format!("`{account}` under [approval.accounts] names nobody: {error}")
                }
            };
            Some((account.as_str(), (what, cure.to_owned())))
        })
    }
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
    /// What the draft says of the public archive; none where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<bool>,
    /// Words and settings by the names that people know them by: they say what has changed where a hash does. Earlier
    /// versions kept none.
    #[serde(default, skip_serializing_if = "FrozenParts::is_empty")]
    pub parts: FrozenParts,
    /// In the order of the email.
    pub stories: Vec<FrozenStory>,
    pub audience: FrozenAudience,
    /// Who they were; earlier versions counted them only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleSample>,
}

/// What an edition was made of, apart from its stories, in pieces that have names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrozenParts {
    /// Short texts, which are shown: `the subject in cy`.
    pub texts: BTreeMap<String, String>,
    /// Hashes of everything else: `the introduction`, `[appeal] in roundup.toml`.
    pub hashes: BTreeMap<String, String>,
}

impl FrozenParts {
    fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.hashes.is_empty()
    }
}

/// A story as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenStory {
    pub id: String,
    pub title: String,
    /// The hash of all that it says.
    pub hash: String,
}

/// Whom an edition is for. A few people may come and go after the approval; the question stays the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenAudience {
    /// The filter of a segment; `None` for everybody.
    pub segment: Option<String>,
    /// As `--segment` takes it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_segment: Option<String>,
    /// Of a correction: whether it goes to people whose delivery is uncertain, too. Earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub those_in_doubt: Option<bool>,
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
    /// Approvals of the edition as it is now, the last of each person.
    pub valid: Vec<Approval>,
    /// When it came to be approved, and when somebody said yes again after that, in the order in which it was written.
    pub moments: Vec<DateTime<Utc>>,
    /// What has changed since the last approval that holds no more, in words.
    pub changes: Vec<String>,
    /// Whether only the person who edited it last has approved it.
    pub only_by_editor: bool,
    /// What keeps it from being sent, whoever has approved it before.
    pub stopped: Option<EditionStop>,
}

impl ApprovalState {
    /// Judges what people have decided about one edition against the edition as it is now.
    pub fn of(needed: u8, decisions: &EditionDecisions, now: &FrozenEdition) -> Self {
        let (cancelled, paused) = (decisions.cancelled(), decisions.paused());
        let voided = cancelled.map_or(0, |stop| stop.approvals);
        let mut state = Self {
            needed,
            valid: Vec::new(),
            moments: Vec::new(),
            changes: Vec::new(),
            only_by_editor: false,
            stopped: None,
        };
        let mut is_approved_since_pause = false;
        for (number, approval) in decisions.approvals.iter().enumerate().skip(voided) {
            let since = approval.frozen.changes_to(now);
            if !since.is_empty() {
                state.changes = since;
                continue;
            }
            is_approved_since_pause |= paused.is_none_or(|pause| number >= pause.approvals);
            state.count(approval);
        }
        let is_cancelled = cancelled.filter(|_| !state.has_enough(needed.max(1)));
        let is_paused = paused.filter(|_| !is_approved_since_pause);
        state.stopped = is_cancelled.or(is_paused).cloned();
        state
    }

    /// Counts one more yes to the edition as it is now.
    fn count(&mut self, approval: &Approval) {
        let known = self.valid.iter_mut().find(|other| name::is_same(&other.who, &approval.who));
        match known {
            // Somebody who has said yes from two accounts has not only said it as the editor.
            Some(other) if approval.by_last_editor && !other.by_last_editor => {}
            Some(other) => *other = approval.clone(),
            None => self.valid.push(approval.clone()),
        }
        self.only_by_editor = self.valid.iter().all(|approval| approval.by_last_editor);
        if self.has_enough(self.needed) {
            self.moments.push(approval.at);
        }
    }

    fn has_enough(&self, needed: u8) -> bool {
        self.valid.len() >= usize::from(needed) && (self.needed == 0 || !self.only_by_editor)
    }

    /// Whether it may be sent.
    pub fn is_enough(&self) -> bool {
        self.stopped.is_none() && self.has_enough(self.needed)
    }

    /// How many more people must approve.
    pub fn missing(&self) -> u64 {
        let is_cancelled =
            self.stopped.as_ref().is_some_and(|stop| stop.kind == StopKind::Cancelled);
        let needed = self.needed.max(u8::from(is_cancelled));
        let missing = u64::from(needed).saturating_sub(self.valid.len() as u64);
        // One more, who did not write it.
        if missing == 0 && !self.has_enough(needed) { 1 } else { missing }
    }
}

#[cfg(test)]
pub(crate) mod tests;
