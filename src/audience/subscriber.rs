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
    /// What the list says instead, where there is no such day.
    pub no_such_day: Option<String>,
    /// Why the list does not let them be mailed, whatever the basis.
    pub refusal: Option<WhyNot>,
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
    /// When there is none, or it is unknown.
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

    /// As a list has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::SoftOptInSale => "soft_opt_in_sale",
            Self::SoftOptInCharity => "soft_opt_in_charity",
            Self::Corporate => "corporate",
        }
    }

    /// Whether it lets somebody be mailed who gave their address on this day.
    ///
    /// # Errors
    /// Says why not.
    pub fn lawful(self, obtained: Option<NaiveDate>) -> Result<(), WhyNot> {
        match self {
            Self::Consent | Self::SoftOptInSale | Self::Corporate => Ok(()),
            Self::SoftOptInCharity => {
                // Section 114 came into force on 5 February 2026, for addresses given from then on.
                let in_force = NaiveDate::from_ymd_opt(2026, 2, 5);
                if obtained.is_some() && obtained >= in_force {
                    Ok(())
                } else {
                    Err(WhyNot::SoftOptInTooEarly)
                }
            }
        }
    }
}

impl Subscriber {
    /// Whether the list gives a lawful reason to mail them.
    ///
    /// # Errors
    /// Says which reason is missing.
    pub fn lawful(&self) -> Result<(), WhyNot> {
        if let Some(text) = &self.no_such_day {
            return Err(WhyNot::NoSuchDay(shown(text)));
        }
        self.basis.clone()?.lawful(self.obtained_at)
    }
}

pub(super) fn shown(word: &str) -> String {
    word.trim().escape_debug().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charity_soft_opt_in_holds_from_its_day_on() {
        let subscriber = |date: Option<&str>| Subscriber {
            address: EmailAddress::parse("a@example.org").unwrap(),
            values: Values::new(),
            segments: BTreeSet::new(),
            basis: Basis::parse("soft opt-in charity"),
            obtained_at: date.map(|date| date.parse().unwrap()),
            no_such_day: None,
            refusal: None,
            place: Place::whole("x"),
        };
        assert_eq!(subscriber(Some("2026-02-05")).lawful(), Ok(()));
        assert_eq!(subscriber(Some("2026-02-04")).lawful(), Err(WhyNot::SoftOptInTooEarly));
        assert_eq!(subscriber(None).lawful(), Err(WhyNot::SoftOptInTooEarly));
    }
}
