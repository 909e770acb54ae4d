//! One row of the list: an address, the law's word for why it may be mailed, and what the person wants.
//! Pure: words in, values out.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::WhyNot;
use crate::compose::Values;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

/// A person of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    pub address: EmailAddress,
    /// All columns by name, the address under `email`.
    pub values: Values,
    pub segments: BTreeSet<String>,
    pub basis: Result<Basis, WhyNot>,
    /// When the address was given, where the list says so.
    pub obtained_at: Option<NaiveDate>,
    pub standing: Standing,
    pub place: Place,
}

/// Why somebody may be mailed (PECR regulation 22; the charity soft opt-in of the Data (Use and Access) Act 2025,
/// section 114).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Consent,
    /// Bought something, and was offered to say no.
    SoftOptInSale,
    /// Supported a charity, and was offered to say no.
    SoftOptInCharity,
    /// An address of an organisation, not of a person.
    Corporate,
}

impl Basis {
    /// Reads the word of the list.
    ///
    /// # Errors
    /// When there is none, or nobody knows it.
    pub fn parse(word: &str) -> Result<Self, WhyNot> {
        match word.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
            "consent" | "opt_in" | "double_opt_in" => Ok(Self::Consent),
            "soft_opt_in_sale" => Ok(Self::SoftOptInSale),
            "soft_opt_in_charity" => Ok(Self::SoftOptInCharity),
            "corporate" => Ok(Self::Corporate),
            "" => Err(WhyNot::NoBasis),
            _ => Err(WhyNot::UnknownBasis(shown(word))),
        }
    }
}

/// What the person wants, or what became of earlier mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Subscribed,
    Unsubscribed,
    Bounced,
    Complained,
    Unconfirmed,
    Unknown(String),
}

impl Standing {
    /// Reads the word of the list, in the words that other systems export. A word that nobody knows is never a yes.
    pub fn parse(word: &str) -> Self {
        match word.trim().to_lowercase().as_str() {
            "" | "subscribed" | "active" | "enabled" | "confirmed" | "yes" | "member" => {
                Self::Subscribed
            }
            "unsubscribed" | "unsubscribe" | "cancelled" | "canceled" | "inactive" | "disabled"
            | "opted out" | "opt-out" | "no" | "blocklisted" | "blacklisted" | "removed" => {
                Self::Unsubscribed
            }
            "bounced" | "cleaned" | "bounce" | "undeliverable" => Self::Bounced,
            "complained" | "complaint" | "spam" => Self::Complained,
            "unconfirmed" | "pending" => Self::Unconfirmed,
            _ => Self::Unknown(shown(word)),
        }
    }

    /// Why this standing keeps her from being mailed.
    pub fn refusal(&self) -> Option<WhyNot> {
        match self {
            Self::Subscribed => None,
            Self::Unsubscribed => Some(WhyNot::Unsubscribed),
            Self::Bounced => Some(WhyNot::Bounced),
            Self::Complained => Some(WhyNot::Complained),
            Self::Unconfirmed => Some(WhyNot::Unconfirmed),
            Self::Unknown(word) => Some(WhyNot::UnknownStatus(word.clone())),
        }
    }
}

impl Subscriber {
    /// Whether the list gives a lawful reason to mail her.
    ///
    /// # Errors
    /// Says which reason is missing.
    pub fn lawful(&self) -> Result<(), WhyNot> {
        match self.basis.clone()? {
            Basis::Consent | Basis::SoftOptInSale | Basis::Corporate => Ok(()),
            Basis::SoftOptInCharity => {
                // Section 114 came into force on 5 February 2026, for addresses given from then on.
                let in_force = NaiveDate::from_ymd_opt(2026, 2, 5);
                if self.obtained_at.is_some() && self.obtained_at >= in_force {
                    Ok(())
                } else {
                    Err(WhyNot::SoftOptInTooEarly)
                }
            }
        }
    }
}

fn shown(word: &str) -> String {
    word.trim().escape_debug().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_systems_are_understood_and_unknown_ones_are_a_no() {
        for word in ["", "subscribed", "Active", " YES "] {
            assert_eq!(Standing::parse(word).refusal(), None, "{word}");
        }
        for word in ["unsubscribed", "Cleaned", "pending", "spam", "désinscrit", "0"] {
            assert!(Standing::parse(word).refusal().is_some(), "{word}");
        }
    }

    #[test]
    fn the_charity_soft_opt_in_holds_from_its_day_on() {
        let subscriber = |date: Option<&str>| Subscriber {
            address: EmailAddress::parse("a@example.org").unwrap(),
            values: Values::new(),
            segments: BTreeSet::new(),
            basis: Basis::parse("soft opt-in charity"),
            obtained_at: date.map(|date| date.parse().unwrap()),
            standing: Standing::Subscribed,
            place: Place::whole("x"),
        };
        assert_eq!(subscriber(Some("2026-02-05")).lawful(), Ok(()));
        assert_eq!(subscriber(Some("2026-02-04")).lawful(), Err(WhyNot::SoftOptInTooEarly));
        assert_eq!(subscriber(None).lawful(), Err(WhyNot::SoftOptInTooEarly));
    }
}
