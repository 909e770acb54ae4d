//! What people did about our emails: who left, how and when, on its way into the ledger.
//! Pure: values; `spool.rs`, `journal.rs` and `import_spool.rs` are the shells that keep them.

mod import_spool;
mod joining;
mod journal;
mod returns;
mod spool;
mod ways;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::audience::frequency::Frequency;
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};

pub use import_spool::{ImportSpool, SpooledRow};
pub use joining::{JoinSettings, Welcome};
pub use journal::{ActPlace, Journal, JournalError, drain};
pub use returns::BounceSettings;
pub use spool::{Spool, SpoolError};
pub use ways::{LeavingProof, PROOF_HOLDS_DAYS, Settings};

/// How somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeavingWay {
    /// Their mail provider's own button (RFC 8058).
    OneClick,
    /// The button of the public page.
    Page,
    /// An email to the unsubscribe address.
    Email,
    /// The link or button of the mail service that sends for us.
    Service,
}

impl LeavingWay {
    fn origin(self) -> ChangeOrigin {
        match self {
            Self::OneClick => ChangeOrigin::OneClick,
            Self::Page => ChangeOrigin::Page,
            Self::Email => ChangeOrigin::Email,
            Self::Service => ChangeOrigin::Service,
        }
    }
}

/// What a person did. They are named by their address's keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub person: String,
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub what: ActKind,
    /// The hash of the email that it stood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ActKind {
    Left {
        way: LeavingWay,
        /// What they ticked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// They took their leaving back.
    Stayed,
    /// They chose how often they want the email.
    Chose { frequency: Frequency },
}

/// Where a person stands, as far as a page may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standpoint {
    /// Nothing keeps us from mailing them.
    Mailed,
    /// The same, and they may choose how often; this is what they get.
    MailedAs(Frequency),
    /// They left, and may come back from the page itself.
    LeftLately,
    /// They are not mailed, and only they can change that, by signing up again.
    NotMailed,
    /// The ledger is away, and nothing of theirs waits.
    Unknown,
}

impl Act {
    pub fn new(person: &str, at: DateTime<Utc>, what: ActKind) -> Self {
        Self { person: person.to_owned(), at, what, notice: None }
    }

    /// The same for the do-not-mail list; `None` where it says nothing about whether they are mailed.
    pub fn change(&self) -> Option<NoMailChange> {
        let (step, origin, detail) = match &self.what {
            ActKind::Left { way, reason } => {
                (NoMailStep::Add(NoMailReason::Unsubscribed), way.origin(), reason.clone())
            }
            ActKind::Stayed => (NoMailStep::Lift, ChangeOrigin::Page, None),
            ActKind::Chose { .. } => return None,
        };
        let notice = self.notice.clone();
        let change = NoMailChange::new(&self.person, step, origin, self.at);
        Some(NoMailChange { detail, notice, ..change })
    }
}
