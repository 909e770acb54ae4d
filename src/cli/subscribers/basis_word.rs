//! A lawful basis as people type it.
//! Pure: words in, values out.

use clap::ValueEnum;

use crate::audience::Basis;
use crate::audience::law::MetThrough;

/// A lawful basis, as the command line names it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StatedWord {
    /// They agreed to it
    Consent,
    /// They supported the charity, were offered to say no, and did not (from 5 February 2026)
    SoftOptInCharity,
    /// They bought something, were offered to say no, and did not
    SoftOptInSale,
    /// These are addresses of organisations
    Corporate,
}

/// Through whom people met the organisation, as people type it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum MetWord {
    /// They gave their address to the organisation itself
    Ourselves,
    /// They sought help from one of its services: a soft opt-in does not cover them
    Service,
    /// A platform, an agency or another organisation: a soft opt-in does not cover them
    Others,
}

impl MetWord {
    pub(super) fn met_through(word: Option<Self>) -> MetThrough {
        match word {
            None => MetThrough::Unstated,
            Some(Self::Ourselves) => MetThrough::Ourselves,
            Some(Self::Service) => MetThrough::Service,
            Some(Self::Others) => MetThrough::Others,
        }
    }
}

impl StatedWord {
    pub(super) fn basis(self) -> Basis {
        match self {
            Self::Consent => Basis::Consent,
            Self::SoftOptInCharity => Basis::SoftOptInCharity,
            Self::SoftOptInSale => Basis::SoftOptInSale,
            Self::Corporate => Basis::Corporate,
        }
    }
}
