//! Where somebody stands with a list, as an import gives it.
//! Pure: values.

use serde::{Deserialize, Serialize};

use crate::audience::{ExclusionReason, NoMailReason};

/// A person's state on the list. The words are those of `roundup.import/1` and `roundup.subscribers/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListState {
    Subscribed,
    /// Was sent a message to confirm that they want the email, and has not answered.
    Unconfirmed,
    Unsubscribed,
    Bounced,
    Complained,
    /// Nothing says why they may be mailed: they stay on the list, and get nothing.
    NoEvidence,
    /// The row is not taken; or somebody waits, since a file had no clear word for them.
    LeftOut,
}

impl ListState {
    pub const ALL: [Self; 7] = [
        Self::Subscribed,
        Self::Unconfirmed,
        Self::Unsubscribed,
        Self::Bounced,
        Self::Complained,
        Self::NoEvidence,
        Self::LeftOut,
    ];

    /// As JSON and databases have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Unconfirmed => "unconfirmed",
            Self::Unsubscribed => "unsubscribed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::NoEvidence => "no_evidence",
            Self::LeftOut => "left_out",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Which of two rows of one person counts: the one with the higher number. A no beats any yes, and a row that is left
    /// out because it may hold a no beats one too.
    pub fn weight(self) -> u8 {
        match self {
            Self::NoEvidence => 0,
            Self::Unconfirmed => 1,
            Self::Subscribed => 2,
            Self::LeftOut => 3,
            Self::Bounced => 4,
            Self::Unsubscribed => 5,
            Self::Complained => 6,
        }
    }

    /// Whether they said no, or cannot be reached.
    pub fn is_no(self) -> bool {
        matches!(self, Self::Unsubscribed | Self::Bounced | Self::Complained)
    }

    /// Why somebody in this state comes onto the do-not-mail list; `None` where they do not.
    pub fn no_mail_reason(self) -> Option<NoMailReason> {
        match self {
            Self::Unsubscribed => Some(NoMailReason::Unsubscribed),
            Self::Bounced => Some(NoMailReason::Bounced),
            Self::Complained => Some(NoMailReason::Complained),
            Self::Subscribed | Self::Unconfirmed | Self::NoEvidence | Self::LeftOut => None,
        }
    }

    /// The state of somebody who is on the do-not-mail list.
    pub fn of_no_mail(reason: NoMailReason) -> Self {
        match reason {
            NoMailReason::Bounced => Self::Bounced,
            NoMailReason::Complained => Self::Complained,
            NoMailReason::Unsubscribed
            | NoMailReason::PreferenceService
            | NoMailReason::Objected
            | NoMailReason::Erased => Self::Unsubscribed,
        }
    }

    /// The state of somebody whom a file refuses for this reason.
    pub(super) fn of(why: &ExclusionReason) -> Self {
        match why {
            // A person who has died, or was deleted by a system, is as surely not to be mailed.
            ExclusionReason::Unsubscribed
            | ExclusionReason::Suppressed(_)
            | ExclusionReason::Deceased
            | ExclusionReason::Removed => Self::Unsubscribed,
            // Systems put an address on hold whose mail came back.
            ExclusionReason::Bounced | ExclusionReason::OnHold => Self::Bounced,
            ExclusionReason::Complained => Self::Complained,
            ExclusionReason::Unconfirmed => Self::Unconfirmed,
            ExclusionReason::NeverAsked
            | ExclusionReason::NotAYes(_)
            | ExclusionReason::PerhapsNo(_)
            | ExclusionReason::NoStatus { .. }
            | ExclusionReason::NoBasis
            | ExclusionReason::UnknownBasis(_)
            | ExclusionReason::MetThroughService
            | ExclusionReason::GivenToOthers
            | ExclusionReason::UnknownMetThrough(_)
            | ExclusionReason::NoOptOutOffered
            | ExclusionReason::SoftOptInTooEarly
            | ExclusionReason::ObtainedLater
            | ExclusionReason::NoSuchDay(_) => Self::NoEvidence,
            ExclusionReason::Elsewhere { why, .. } => Self::of(why),
            ExclusionReason::NotAnAddress(_)
            | ExclusionReason::Duplicate { .. }
            | ExclusionReason::UnknownStatus(_)
            | ExclusionReason::Unclear
            | ExclusionReason::Ragged { .. }
            | ExclusionReason::OpenQuote
            | ExclusionReason::Mistyped(_)
            | ExclusionReason::ExampleDomain
            | ExclusionReason::RoleAddress
            | ExclusionReason::YearlyOnly
            | ExclusionReason::NotForPurpose { .. }
            | ExclusionReason::OutsideSegment(_)
            | ExclusionReason::UnclearSegment { .. }
            | ExclusionReason::NotCorrected(_) => Self::LeftOut,
        }
    }

    /// Why a list refuses somebody in this state; `None` where it does not.
    pub(super) fn refusal(self) -> Option<ExclusionReason> {
        match self {
            Self::Subscribed => None,
            Self::Unconfirmed => Some(ExclusionReason::Unconfirmed),
            Self::Unsubscribed => Some(ExclusionReason::Unsubscribed),
            Self::Bounced => Some(ExclusionReason::Bounced),
            Self::Complained => Some(ExclusionReason::Complained),
            Self::NoEvidence => Some(ExclusionReason::NeverAsked),
            Self::LeftOut => Some(ExclusionReason::Unclear),
        }
    }
}
