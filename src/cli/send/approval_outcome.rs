//! What `roundup approve` shows: who has said yes, what has changed since, who has stopped it, and who is missing.
//! Shell: prints.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::approval::{EditionStop, FrozenAudience, PeopleChange};
use crate::cli::steps::practised::PRACTICE_ONLY;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::count::people;

/// `roundup.approval/1`.
#[derive(Serialize)]
pub struct ApprovalOutcome<'a> {
    pub schema: &'static str,
    pub edition: &'a str,
    /// What `send` and `approve` are given for it.
    pub argument: &'a str,
    /// How whoever is missing approves it.
    #[serde(skip)]
    pub approve: String,
    /// Whether it counts for practice only.
    pub practice: bool,
    /// Whether it may be sent.
    pub approved: bool,
    /// How many people it needs, and how many are missing.
    pub needed: u8,
    pub missing: u64,
    pub hash: &'a str,
    pub subject: &'a str,
    pub audience: &'a FrozenAudience,
    pub approvals: Vec<GivenApproval<'a>>,
    /// What has changed since the last approval that holds no more.
    pub changes: &'a [String],
    /// Whoever edited it last has approved it, and nobody else has.
    pub only_by_editor: bool,
    /// What keeps it from being sent, and all that was written of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<ShownStop<'a>>,
    pub stops: Vec<ShownStop<'a>>,
}

/// Who has stopped it, or let it go on, and when.
#[derive(Serialize)]
pub struct ShownStop<'a> {
    #[serde(flatten)]
    pub stop: &'a EditionStop,
    /// As people read it.
    pub words: String,
}

/// Who has come and gone since an approval.
#[derive(Serialize)]
pub struct PeopleSince {
    pub joined: u64,
    pub left: u64,
    /// Whether everybody was compared; else a sample was.
    pub exact: bool,
}

impl PeopleSince {
    pub fn of(PeopleChange { left, joined, is_exact }: PeopleChange) -> Self {
        Self { joined, left, exact: is_exact }
    }

    /// `Since then 3 people have joined and 1 person has left.` Nothing where nobody has.
    fn words(&self) -> Option<String> {
        let have = |count: u64| {
            let about = if self.exact { "" } else { "about " };
            format!("{about}{} {}", people(count), if count == 1 { "has" } else { "have" })
        };
        let joined = (self.joined > 0).then(|| format!("{} joined", have(self.joined)));
        let left = (self.left > 0).then(|| format!("{} left", have(self.left)));
        let both: Vec<String> = joined.into_iter().chain(left).collect();
        (!both.is_empty()).then(|| format!("  Since then {}.", both.join(" and ")))
    }
}

#[derive(Serialize)]
pub struct GivenApproval<'a> {
    pub who: &'a str,
    pub account: &'a str,
    pub at: DateTime<Utc>,
    pub hash: &'a str,
    pub by_last_editor: bool,
    /// Whether it is for the edition as it is now.
    pub holds: bool,
    /// Whether it is counted: one a person is.
    pub counts: bool,
    /// Who has come and gone since; none where it counted its people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people_since: Option<PeopleSince>,
    /// Who and when, as people read it.
    pub words: String,
}

impl Outcome for ApprovalOutcome<'_> {
    fn text(&self, text: &mut Text) {
        let Self { edition, argument, .. } = self;
        let mut counted = self.approvals.iter().filter(|approval| approval.counts).peekable();
        if counted.peek().is_none() {
            text.line(format!("{edition} is not approved as it is now."));
        }
        for approval in counted {
            text.line(format!("{edition} is approved by {}.", approval.words));
            for since in approval.people_since.iter().filter_map(PeopleSince::words) {
                text.line(since);
            }
        }
        if let Some(ShownStop { stop, words }) = &self.stopped {
            text.line(format!("{edition} was {words}: it is not sent."));
            for earlier in self.stops.iter().filter(|one| one.stop != *stop) {
                text.line(format!("  It was {}.", earlier.words));
            }
        } else {
            for earlier in &self.stops {
                text.line(format!("  It was {}.", earlier.words));
            }
        }
        // Where none is needed, one that was given may have been for something else.
        let has_none = self.approvals.iter().all(|approval| !approval.counts);
        if !self.changes.is_empty() && (!self.approved || has_none) {
            if let Some(last) = self.approvals.iter().rfind(|approval| !approval.holds) {
                text.line(format!("Changed since the approval of {}:", last.words));
            }
            for change in self.changes {
                text.line(format!("  {change}"));
            }
        }
        if self.only_by_editor && self.needed > 0 {
            text.say("Whoever edited it last has approved it: somebody else must too.");
        }
        if self.practice && self.approvals.iter().any(|approval| approval.counts) {
            text.line(PRACTICE_ONLY);
        }
        match self.missing {
            0 if self.stopped.is_some() => {
                text.say(format!("To let it go out again: roundup approve {argument}"));
            }
            0 if has_none => {
                text.say("roundup.toml asks for no approval: `send` works without one.");
                text.say(format!("Next: roundup approve {argument}"));
            }
            0 => text.say(format!("Next: roundup send {argument}")),
            missing => {
                text.say(format!("{} to go. Next: {}", people(missing), self.approve));
            }
        }
    }
}
