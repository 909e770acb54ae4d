//! Why somebody on a list is not mailed.
//! Pure: values and words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::segment::OUTSIDE;
use crate::count::counted;

/// Why a row is not mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason", content = "detail")]
pub enum ExclusionReason {
    /// The cell holds no address that can be mailed; the sentence says what is wrong with it.
    NotAnAddress(String),
    /// The same address stands on an earlier line, in different case perhaps.
    Duplicate {
        line: usize,
        /// The file of that line, where it is another than this row's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    Unsubscribed,
    Bounced,
    Complained,
    /// Has not answered the question whether they want the email.
    Unconfirmed,
    /// The list has a word for their status that is in no table.
    UnknownStatus(String),
    /// In a column that is about getting emails stands something that is neither a yes nor a no.
    NotAYes(String),
    /// A no in a column of which it is not known what it is about.
    PerhapsNo(String),
    /// The list gives others a status, and this person none.
    NoStatus {
        column: String,
    },
    /// Is known to another system, and never signed up for anything.
    NeverAsked,
    /// Another system sends them nothing for now.
    OnHold,
    /// Was on the list when a file came that had an unclear word for them: they wait for a clear one.
    Unclear,
    Deceased,
    /// Was taken off the list, or erased.
    Removed,
    /// The row has more or fewer cells than there are columns: a no may stand in the wrong one.
    Ragged {
        cells: usize,
        columns: usize,
    },
    /// The same, since a quotation mark of the row is never closed.
    OpenQuote,
    /// Says no somewhere else than in the column `status`.
    Elsewhere {
        place: String,
        why: Box<ExclusionReason>,
    },
    /// On the do-not-mail list, and why.
    Suppressed(String),
    /// The domain is one that people type by mistake; this is what they mean.
    Mistyped(String),
    NoBasis,
    UnknownBasis(String),
    /// Their basis does not cover what the edition is for.
    NotForPurpose {
        basis: String,
        purpose: String,
    },
    /// People who seek help from a service are not supporters.
    MetThroughService,
    /// A platform, an agency or another organisation has the address from them.
    GivenToOthers,
    /// The list has an unknown word for how they were met.
    UnknownMetThrough(String),
    /// They were not offered to say no when they gave their address.
    NoOptOutOffered,
    /// The charity soft opt-in did not exist when the address was collected.
    SoftOptInTooEarly,
    /// The day on which the address was given has not come yet: the list is wrong about it.
    ObtainedLater,
    /// The list has a day on which the address was given, and there is no such day.
    NoSuchDay(String),
    /// An example domain: no mail ever arrives there.
    ExampleDomain,
    /// `abuse@` and `postmaster@` reach those who act against unsolicited mail.
    RoleAddress,
    /// They want the year's round-up only.
    YearlyOnly,
    /// May be mailed, but this edition is for a segment that they are not in.
    OutsideSegment(String),
    /// The same, because a cell cannot be compared with what the segment's filter needs.
    UnclearSegment {
        segment: String,
        column: String,
    },
    /// May be mailed, and a correction of this edition does not concern them.
    NotCorrected(String),
}

impl fmt::Display for ExclusionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(words) = self.plain() {
            return f.write_str(words);
        }
        match self {
            Self::NotAnAddress(what) => f.write_str(what),
            Self::Duplicate { line, file: None } => {
                write!(f, "the same address is on line {line}")
            }
            Self::Duplicate { line, file: Some(file) } => {
                write!(f, "the same address is in {file}, line {line}")
            }
            Self::UnknownStatus(word) => {
                write!(f, "unknown status `{word}`; use subscribed or unsubscribed")
            }
            Self::NotAYes(word) if word.is_empty() => {
                f.write_str("the cell is empty, and others have a yes or a no")
            }
            Self::NotAYes(word) => write!(f, "`{word}` is neither a yes nor a no"),
            Self::PerhapsNo(word) => write!(f, "`{word}` may be a no to email"),
            Self::NoStatus { column } => write!(
                f,
                "no `{column}`, but other rows have one: write `subscribed` if that is true"
            ),
            Self::Ragged { cells, columns } => write!(
                f,
                "the row has {} for {}, so an opt-out may be in the wrong column: put cells that \
                 contain commas in quotation marks, or add the missing commas",
                counted(*cells, "cell", "cells"),
                counted(*columns, "column", "columns")
            ),
            Self::Elsewhere { place, why } => write!(f, "{why} ({place})"),
            Self::Suppressed(why) => write!(f, "suppressed: {why}"),
            Self::Mistyped(meant) => {
                write!(f, "the domain looks mistyped: did you mean `{meant}`?")
            }
            Self::UnknownBasis(word) => write!(
                f,
                "unknown basis `{word}`; use consent, soft_opt_in_charity, soft_opt_in_sale or corporate"
            ),
            Self::NotForPurpose { basis, purpose } => {
                write!(f, "the basis {basis} does not cover an edition whose purpose is {purpose}")
            }
            Self::UnknownMetThrough(word) if word.is_empty() => f.write_str(
                "no `met_through`, but the list has this column: write ourselves if that is true",
            ),
            Self::UnknownMetThrough(word) => {
                write!(f, "unknown `met_through` `{word}`; use ourselves, service or others")
            }
            Self::NoSuchDay(text) => {
                write!(f, "the address was collected on `{text}`, which is not a date: correct it")
            }
            Self::OutsideSegment(segment) => write!(f, "{OUTSIDE}{segment}"),
            Self::UnclearSegment { segment, column } => write!(
                f,
                "{OUTSIDE}{segment}: the cell in `{column}` is empty or cannot be compared"
            ),
            Self::NotCorrected(edition) => {
                write!(f, "{OUTSIDE}of people who got {edition} or were to get it")
            }
            // The words of all others stand above.
            _ => Ok(()),
        }
    }
}

impl ExclusionReason {
    /// The words of a reason that names nothing further.
    fn plain(&self) -> Option<&'static str> {
        let words = match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Bounced => "earlier messages bounced",
            Self::Complained => "reported earlier messages as spam",
            Self::Unconfirmed => "has not confirmed",
            Self::NeverAsked => "never signed up",
            Self::OnHold => "on hold",
            Self::Unclear => "waits, since a file had no clear word for them",
            Self::OpenQuote => {
                "a quotation mark of the row is not closed, so an opt-out may be in the wrong \
                 column: close or remove it"
            }
            Self::Deceased => "has died",
            Self::Removed => "was removed",
            Self::NoBasis => "no lawful basis given (column `basis`)",
            Self::MetThroughService => "met through a service: a soft opt-in does not cover them",
            Self::GivenToOthers => {
                "the address was not given to the organisation itself: a soft opt-in does not cover it"
            }
            Self::NoOptOutOffered => {
                "no opt-out was offered when the address was given: a soft opt-in does not cover it"
            }
            Self::SoftOptInTooEarly => {
                "the charity soft opt-in covers only addresses collected on or after 5 February \
                 2026"
            }
            Self::ObtainedLater => {
                "the date on which the address was collected is in the future: \
                    correct it"
            }
            Self::ExampleDomain => "an example address: it receives no email",
            Self::YearlyOnly => "wants the year's round-up only",
            Self::RoleAddress => "this address is for reporting abuse",
            _ => return None,
        };
        Some(words)
    }

    /// How clearly the list says no: a no that is written in it beats a word that is in no table, a row that cannot be read
    /// with certainty, and a cell that says nothing.
    pub(super) fn clarity(&self) -> u8 {
        match self {
            Self::NoStatus { .. } => 0,
            Self::Ragged { .. } | Self::OpenQuote => 1,
            Self::UnknownStatus(_)
            | Self::NotAYes(_)
            | Self::PerhapsNo(_)
            | Self::UnknownBasis(_)
            | Self::Unclear => 2,
            Self::Elsewhere { why, .. } => why.clarity(),
            _ => 3,
        }
    }

    /// Whether they may be mailed, and only this edition is for others.
    pub fn is_outside(&self) -> bool {
        matches!(
            self,
            Self::OutsideSegment(_) | Self::UnclearSegment { .. } | Self::NotCorrected(_)
        )
    }

    /// Whether it is, or may be, a no of the person: it holds on every row and in every file.
    pub(super) fn is_no(&self) -> bool {
        self.clarity() > 0
    }

    /// Whether the cells of the row may be those of other columns.
    pub(super) fn is_ragged(&self) -> bool {
        matches!(self, Self::Ragged { .. } | Self::OpenQuote)
    }

    /// Whether somebody was waiting already for a clear word.
    pub(super) fn is_waiting(&self) -> bool {
        match self {
            Self::Unclear => true,
            Self::Elsewhere { why, .. } => why.is_waiting(),
            _ => false,
        }
    }

    /// Whether it is uncertain that this is a no: a word that is in no table, or a row with cells in the wrong columns.
    pub(super) fn is_unclear(&self) -> bool {
        matches!(self.clarity(), 1 | 2)
    }

    /// Whether the person has said no, or cannot be reached or mailed any more.
    pub fn has_said_no(&self) -> bool {
        match self {
            Self::Unsubscribed
            | Self::Bounced
            | Self::Complained
            | Self::OnHold
            | Self::Deceased
            | Self::Removed
            | Self::Suppressed(_) => true,
            Self::Elsewhere { why, .. } => why.has_said_no(),
            Self::NotAnAddress(_)
            | Self::Duplicate { .. }
            | Self::Unconfirmed
            | Self::UnknownStatus(_)
            | Self::NotAYes(_)
            | Self::PerhapsNo(_)
            | Self::NoStatus { .. }
            | Self::NeverAsked
            | Self::Unclear
            | Self::Ragged { .. }
            | Self::OpenQuote
            | Self::Mistyped(_)
            | Self::NoBasis
            | Self::UnknownBasis(_)
            | Self::NotForPurpose { .. }
            | Self::YearlyOnly
            | Self::MetThroughService
            | Self::GivenToOthers
            | Self::UnknownMetThrough(_)
            | Self::NoOptOutOffered
            | Self::SoftOptInTooEarly
            | Self::ObtainedLater
            | Self::NoSuchDay(_)
            | Self::ExampleDomain
            | Self::RoleAddress
            | Self::OutsideSegment(_)
            | Self::UnclearSegment { .. }
            | Self::NotCorrected(_) => false,
        }
    }
}

/// A word of a list, fit to be shown.
pub(super) fn shown(word: &str) -> String {
    word.trim().escape_debug().take(40).collect()
}
