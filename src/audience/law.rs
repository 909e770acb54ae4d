//! Why people may be mailed at all: the law of the United Kingdom as a table.
//! Pure: a table, and what follows from it.
//!
//! PECR regulation 22 (consent; soft opt-in of paragraphs 3 and 3A), the Data (Use and Access) Act 2025, section 114 (the
//! charity soft opt-in), and the guidance of the Information Commissioner and the Fundraising Regulator on it. Whoever
//! compares the table with the law again writes the day into [`LAST_CHECKED`]; `docs/CONSENT.md` shows it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::exclusion::{ExclusionReason, shown};
use crate::audience::Values;
use crate::rfc::csv::simple;

/// The day on which the table was last compared with the law and its guidance.
pub const LAST_CHECKED: &str = "2026-11-27";

/// Why somebody may be mailed (PECR regulation 22; the charity soft opt-in of the Data (Use and Access) Act 2025,
/// section 114).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    pub const ALL: [Self; 4] =
        [Self::Consent, Self::SoftOptInSale, Self::SoftOptInCharity, Self::Corporate];

    /// Reads the word of the list.
    ///
    /// # Errors
    /// When there is none, or it is unknown.
    pub fn parse(word: &str) -> Result<Self, ExclusionReason> {
        match word.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
            "consent" | "opt_in" | "double_opt_in" => Ok(Self::Consent),
            "soft_opt_in_sale" => Ok(Self::SoftOptInSale),
            "soft_opt_in_charity" => Ok(Self::SoftOptInCharity),
            "corporate" => Ok(Self::Corporate),
            "" => Err(ExclusionReason::NoBasis),
            _ => Err(ExclusionReason::UnknownBasis(shown(word))),
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
}

/// What an edition is for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EditionPurpose {
    /// Nothing but the purposes of the charity: news, campaigns, appeals.
    #[default]
    Charitable,
    /// Goods or services of its own.
    Sales,
}

impl EditionPurpose {
    pub const ALL: [Self; 2] = [Self::Charitable, Self::Sales];

    /// As drafts and the command line have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Charitable => "charitable",
            Self::Sales => "sales",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word.trim())
    }
}

/// Through whom people and the organisation met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MetThrough {
    #[default]
    Unstated,
    /// The organisation itself: its website, its stall, its form.
    Ourselves,
    /// A service that people seek help from: a helpline, a refuge, casework.
    Service,
    /// A platform, an agency, a trading company, another organisation.
    Others,
    /// The list has a word that is none of these.
    Unknown(String),
}

impl MetThrough {
    pub const WORDS: [&'static str; 3] = ["ourselves", "service", "others"];

    pub fn parse(cell: &str) -> Self {
        match simple(cell).as_str() {
            "" | "unstated" => Self::Unstated,
            "ourselves" => Self::Ourselves,
            "service" => Self::Service,
            "others" => Self::Others,
            _ => Self::Unknown(shown(cell)),
        }
    }

    pub fn word(&self) -> &str {
        match self {
            Self::Unstated => UNSTATED,
            Self::Ourselves => "ourselves",
            Self::Service => "service",
            Self::Others => "others",
            Self::Unknown(word) => word,
        }
    }
}

/// What a list has where nobody said it: an empty cell of a column that others fill is not a yes.
pub const UNSTATED: &str = "unstated";

/// How somebody gave their address, as far as a list says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionFacts {
    /// The last day on which they gave it.
    pub obtained: Option<NaiveDate>,
    /// To the organisation itself.
    pub directly: Option<bool>,
    /// Whether they were offered to say no then.
    pub optout_offered: Option<bool>,
    pub met_through: MetThrough,
}

/// What a basis requires, and which editions it lets people have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasisLaw {
    pub basis: Basis,
    /// Where the law says so.
    pub source: &'static str,
    /// Year, month and day from which on an address must have been given.
    pub from: Option<(i32, u32, u32)>,
    /// Given to the organisation itself, and not to somebody else or to a service that people seek help from.
    pub directly: bool,
    pub optout_offered: bool,
    pub purposes: &'static [EditionPurpose],
}

/// What the law of the United Kingdom requires for each basis, and where it says so.
pub const LAW: [BasisLaw; 4] = [
    BasisLaw {
        basis: Basis::Consent,
        source: "PECR regulation 22(2)",
        from: None,
        directly: false,
        optout_offered: false,
        purposes: &EditionPurpose::ALL,
    },
    BasisLaw {
        basis: Basis::SoftOptInCharity,
        source: "PECR regulation 22(3A), by section 114 of the Data (Use and Access) Act 2025",
        from: Some((2026, 2, 5)),
        directly: true,
        optout_offered: true,
        purposes: &[EditionPurpose::Charitable],
    },
    BasisLaw {
        basis: Basis::SoftOptInSale,
        source: "PECR regulation 22(3)",
        from: None,
        directly: true,
        optout_offered: true,
        purposes: &[EditionPurpose::Sales],
    },
    BasisLaw {
        basis: Basis::Corporate,
        source: "PECR regulation 22(1)",
        from: None,
        directly: false,
        optout_offered: false,
        purposes: &EditionPurpose::ALL,
    },
];

/// The row of a basis.
pub fn law_of(basis: Basis) -> &'static BasisLaw {
    // Every basis has its row: a test counts them.
    LAW.iter().find(|law| law.basis == basis).unwrap_or(&LAW[0])
}

impl BasisLaw {
    /// Whether it lets somebody be mailed at all who gave their address like this.
    ///
    /// # Errors
    /// Says why not.
    pub fn allows(&self, given: &CollectionFacts) -> Result<(), ExclusionReason> {
        let first =
            self.from.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
        if first.is_some() && (given.obtained.is_none() || given.obtained < first) {
            return Err(ExclusionReason::SoftOptInTooEarly);
        }
        if self.directly {
            match &given.met_through {
                MetThrough::Service => return Err(ExclusionReason::MetThroughService),
                MetThrough::Others => return Err(ExclusionReason::GivenToOthers),
                MetThrough::Unknown(word) => {
                    return Err(ExclusionReason::UnknownMetThrough(word.clone()));
                }
                MetThrough::Unstated | MetThrough::Ourselves => {}
            }
            if given.directly == Some(false) {
                return Err(ExclusionReason::GivenToOthers);
            }
        }
        if self.optout_offered && given.optout_offered == Some(false) {
            return Err(ExclusionReason::NoOptOutOffered);
        }
        Ok(())
    }

    /// Whether it lets somebody have an edition with this purpose.
    ///
    /// # Errors
    /// Says why not.
    pub fn covers(&self, purpose: EditionPurpose) -> Result<(), ExclusionReason> {
        if self.purposes.contains(&purpose) {
            return Ok(());
        }
        Err(ExclusionReason::NotForPurpose {
            basis: self.basis.word().to_owned(),
            purpose: purpose.to_string(),
        })
    }
}

/// People by the word of their basis.
pub type BasisCounts = BTreeMap<String, u64>;

/// The basis of somebody who is mailed, by their columns.
pub fn basis_of(columns: &Values) -> Option<Basis> {
    const TITLES: [&str; 3] = ["basis", "consent", "lawful_basis"];
    let mut cells = TITLES.iter().filter_map(|title| columns.get(*title));
    cells.find_map(|cell| Basis::parse(cell).ok())
}

impl fmt::Display for EditionPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stated() -> impl Strategy<Value = Option<bool>> {
        prop::sample::select(vec![None, Some(false), Some(true)])
    }

    fn given() -> impl Strategy<Value = CollectionFacts> {
        let first = NaiveDate::from_ymd_opt(2026, 2, 5).unwrap();
        let day = prop::option::of(
            (-3_i64..3).prop_map(move |days| first + chrono::TimeDelta::days(days)),
        );
        let met =
            prop::sample::select(vec!["", "unstated", "Ourselves", "service", "others", "fair"]);
        (day, stated(), stated(), met).prop_map(|(obtained, directly, optout_offered, met)| {
            CollectionFacts {
                obtained,
                directly,
                optout_offered,
                met_through: MetThrough::parse(met),
            }
        })
    }

    #[test]
    fn every_basis_and_every_purpose_has_its_row() {
        for basis in Basis::ALL {
            assert_eq!(law_of(basis).basis, basis);
        }
        for purpose in EditionPurpose::ALL {
            assert!(LAW.iter().any(|law| law.covers(purpose).is_ok()), "{purpose}");
            assert_eq!(EditionPurpose::parse(purpose.word()), Some(purpose));
        }
        assert!(LAST_CHECKED.parse::<NaiveDate>().is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        /// The law in sentences, beside the table.
        #[test]
        fn a_soft_opt_in_holds_only_where_every_condition_does(given in given()) {
            let by_us = given.directly != Some(false)
                && matches!(given.met_through, MetThrough::Unstated | MetThrough::Ourselves);
            let could_say_no = given.optout_offered != Some(false);
            let in_force = given.obtained.is_some_and(|day| day.to_string().as_str() >= "2026-02-05");
            let allows = |basis| law_of(basis).allows(&given).is_ok();
            prop_assert_eq!(allows(Basis::SoftOptInCharity), in_force && by_us && could_say_no);
            prop_assert_eq!(allows(Basis::SoftOptInSale), by_us && could_say_no);
            prop_assert!(allows(Basis::Consent) && allows(Basis::Corporate));
        }

        /// Nothing that is taken away from somebody's evidence lets them be mailed.
        #[test]
        fn less_evidence_never_allows_more(
            basis in prop::sample::select(Basis::ALL.to_vec()),
            given in given(),
            purpose in prop::sample::select(EditionPurpose::ALL.to_vec()),
        ) {
            let law = law_of(basis);
            let less = [
                CollectionFacts { obtained: None, ..given.clone() },
                CollectionFacts { directly: Some(false), ..given.clone() },
                CollectionFacts { optout_offered: Some(false), ..given.clone() },
                CollectionFacts { met_through: MetThrough::Service, ..given.clone() },
                CollectionFacts { met_through: MetThrough::Others, ..given.clone() },
            ];
            for less in less {
                prop_assert!(law.allows(&less).is_err() || law.allows(&given).is_ok(), "{less:?}");
            }
            let charity = basis == Basis::SoftOptInCharity && purpose == EditionPurpose::Sales;
            let sale = basis == Basis::SoftOptInSale && purpose == EditionPurpose::Charitable;
            prop_assert_eq!(law.covers(purpose).is_err(), charity || sale);
        }
    }
}
