//! A lawful basis as people type it.
//! Pure: words in, values out.

use clap::ValueEnum;

use crate::audience::Basis;

/// See the module.
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
