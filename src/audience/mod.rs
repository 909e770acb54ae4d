//! Who gets an edition, who does not, and why.
//! Pure: lists in, an audience out.

pub mod address_file;
mod answer_words;
mod answers;
mod built_in;
mod cell;
mod columns;
mod consent_cells;
pub mod consent_columns;
mod consent_titles;
mod consent_topics;
pub mod consent_words;

pub mod correction;
mod days_given;
pub mod do_not_mail;
mod doubts;
pub mod exclusion;
pub mod fingerprint;
mod first_rows;
pub mod frequency;
pub mod import;
pub mod law;
pub mod list;
pub mod list_error;
mod list_signs;
mod no_files;
pub mod no_mail;
mod notice;
pub mod one_person;
mod other_topics;
pub mod portions;
pub mod segment;
mod segmented;
pub mod settings;
mod sheet;
mod sheet_titles;
pub mod subscriber;
mod survey;
mod title_meaning;
pub mod token;
pub mod unusual_names;
mod without_person;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::locale::language_code;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

pub use cell::possible_addresses as addresses_in_cell;
pub use columns::{People, Values};
pub use do_not_mail::{DoNotMail, SharedNo, SharedNos};
pub use exclusion::ExclusionReason;
pub use law::{Basis, EditionPurpose};
use law::{BasisCounts, basis_of};
pub use list::List;
pub use list_signs::ListSigns;
pub use no_mail::{ChangeOrigin, LiftedBy, NoMail, NoMailChange, NoMailReason, NoMailStep};
pub use portions::on_all_cores;
pub use subscriber::Subscriber;
pub use token::{Keys, TakenAddresses};
pub use unusual_names::{UnusualNames, UnusualRecipient};
pub use without_person::{WithoutPerson, without_person};

/// One person who gets the edition, with all that their copy needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub address: EmailAddress,
    /// The columns of the list.
    pub values: Values,
    pub segments: BTreeSet<String>,
}

impl Recipient {
    /// First and last name as the list has them, if any.
    pub fn name(&self) -> Option<String> {
        let part = |column: &str| self.values.get(column).map_or("", String::as_str).trim();
        let name = format!("{} {}", part("first_name"), part("last_name"));
        let name = crate::rfc::text::one_line(&name);
        (!name.is_empty()).then_some(name)
    }
}

/// A row of the list that is not mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// As the list has it.
    pub address: String,
    pub place: Place,
    pub why: ExclusionReason,
}

/// A row of the list as an edition takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    Mailed(Recipient),
    LeftOut(LeftOut),
}

/// The people of an edition, counted, with a few of them to show.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    pub mailed: u64,
    pub left_out: u64,
    /// May be mailed, and are not in the segment that the edition is for.
    pub outside: u64,
    /// Of those, how many have a cell that cannot be compared.
    pub unclear: u64,
    /// Left out for nothing but their example address.
    pub examples: u64,
    /// Left out because nothing says why they may be mailed.
    pub without_basis: u64,
    /// Left out because they said no, complained, or their mail came back.
    pub said_no: u64,
    /// Left out because they want the year's round-up only.
    pub yearly: u64,
    /// Of those who are mailed, how many want each language, by code.
    pub languages: BTreeMap<String, u64>,
    /// Of those who are mailed, how many by each basis.
    pub bases: BasisCounts,
    /// The first who are mailed, in the order of the list.
    pub first: Vec<Recipient>,
    /// The first who are not.
    pub first_left_out: Vec<LeftOut>,
    /// Some of the reasons, in words.
    pub reasons: BTreeSet<String>,
    pub strangest: UnusualNames,
    pub signs: ListSigns,
}

/// The most people and reasons of a kind that an audience keeps to show.
const MOST_SHOWN: usize = 10;
/// No list has more languages.
const MOST_LANGUAGES: usize = 100;

impl Audience {
    pub fn count(&mut self, person: &Person) {
        self.signs.count(person);
        match person {
            Person::Mailed(recipient) => {
                self.mailed += 1;
                let basis = basis_of(&recipient.values).map_or("another basis", Basis::word);
                match self.bases.get_mut(basis) {
                    Some(count) => *count += 1,
                    None => drop(self.bases.insert(basis.to_owned(), 1)),
                }
                if let Some(written) = recipient.values.get("language") {
                    let code = language_code(written);
                    // A column of something else has a word for everybody.
                    let has_room = self.languages.len() < MOST_LANGUAGES;
                    if !code.is_empty() && (has_room || self.languages.contains_key(&code)) {
                        *self.languages.entry(code).or_default() += 1;
                    }
                }
                if self.first.len() < MOST_SHOWN {
                    self.first.push(recipient.clone());
                }
                self.strangest.look_at(recipient);
            }
            Person::LeftOut(left_out) if left_out.why.is_outside() => {
                self.outside += 1;
                let is_unclear = matches!(left_out.why, ExclusionReason::UnclearSegment { .. });
                self.unclear += u64::from(is_unclear);
            }
            Person::LeftOut(left_out) => {
                self.left_out += 1;
                let why = &left_out.why;
                self.examples += u64::from(*why == ExclusionReason::ExampleDomain);
                self.without_basis += u64::from(matches!(
                    why,
                    ExclusionReason::NoBasis
                        | ExclusionReason::UnknownBasis(_)
                        | ExclusionReason::MetThroughService
                        | ExclusionReason::GivenToOthers
                        | ExclusionReason::UnknownMetThrough(_)
                        | ExclusionReason::NoOptOutOffered
                        | ExclusionReason::SoftOptInTooEarly
                        | ExclusionReason::ObtainedLater
                        | ExclusionReason::NoSuchDay(_)
                ));
                self.said_no += u64::from(why.has_said_no());
                self.yearly += u64::from(*why == ExclusionReason::YearlyOnly);
                if self.first_left_out.len() < MOST_SHOWN {
                    self.first_left_out.push(left_out.clone());
                }
                if self.reasons.len() < MOST_SHOWN {
                    self.reasons.insert(left_out.why.to_string());
                }
            }
        }
    }

    /// Those of a later part of the list too.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.mailed += later.mailed;
        self.left_out += later.left_out;
        self.outside += later.outside;
        self.unclear += later.unclear;
        self.examples += later.examples;
        self.without_basis += later.without_basis;
        self.said_no += later.said_no;
        self.yearly += later.yearly;
        for (language, people) in later.languages {
            *self.languages.entry(language).or_default() += people;
        }
        for (basis, people) in later.bases {
            *self.bases.entry(basis).or_default() += people;
        }
        self.first.extend(later.first);
        self.first.truncate(MOST_SHOWN);
        self.first_left_out.extend(later.first_left_out);
        self.first_left_out.truncate(MOST_SHOWN);
        self.reasons.extend(later.reasons.into_iter().take(MOST_SHOWN));
        self.strangest = self.strangest.and(later.strangest);
        self.signs = self.signs.and(later.signs);
        self
    }
}

/// Addresses of programs, of those who act against unsolicited mail, and of people who were erased.
fn role(address: &EmailAddress) -> Option<ExclusionReason> {
    const ROLES: [&str; 8] = [
        "abuse",
        "postmaster",
        "noreply",
        "no-reply",
        "donotreply",
        "do-not-reply",
        "mailer-daemon",
        "no_reply",
    ];
    // Substack gives people who were erased an address of this domain.
    if address.domain() == "deletion-request.substack.com" {
        return Some(ExclusionReason::Removed);
    }
    let key = address.key();
    let local = key.split('@').next().unwrap_or("");
    ROLES.contains(&local).then_some(ExclusionReason::RoleAddress)
}

/// Domains that are a slip of the fingers, and what is meant. Some belong to people who collect what is mailed there.
const SLIPS: [(&str, &str); 31] = [
    ("gmial.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gmal.com", "gmail.com"),
    ("gmil.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("gmaill.com", "gmail.com"),
    ("gmaul.com", "gmail.com"),
    ("gmsil.com", "gmail.com"),
    ("gmali.com", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.cm", "gmail.com"),
    ("gmail.om", "gmail.com"),
    ("googlemial.com", "googlemail.com"),
    ("hotmial.com", "hotmail.com"),
    ("hotmal.com", "hotmail.com"),
    ("hotmai.com", "hotmail.com"),
    ("hotmaill.com", "hotmail.com"),
    ("hotamil.com", "hotmail.com"),
    ("hotnail.com", "hotmail.com"),
    ("homtail.com", "hotmail.com"),
    ("yaho.com", "yahoo.com"),
    ("yahooo.com", "yahoo.com"),
    ("yhaoo.com", "yahoo.com"),
    ("outlok.com", "outlook.com"),
    ("outloook.com", "outlook.com"),
    ("iclould.com", "icloud.com"),
    ("iclod.com", "icloud.com"),
    ("googlemail.co", "googlemail.com"),
    ("hotmail.co", "hotmail.com"),
    ("outloo.com", "outlook.com"),
];
/// Endings that no domain has.
const SLIPPED_ENDINGS: [(&str, &str); 9] = [
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".vom", ".com"),
    (".xom", ".com"),
    (".comm", ".com"),
    (".ogr", ".org"),
    (".orgg", ".org"),
    (".co.ku", ".co.uk"),
];

/// A domain that is a slip: mail to it is lost, or goes to strangers.
fn mistyped(address: &EmailAddress) -> Option<ExclusionReason> {
    let domain = address.domain();
    if let Some((_, meant)) = SLIPS.iter().find(|(slip, _)| *slip == domain) {
        return Some(ExclusionReason::Mistyped((*meant).to_owned()));
    }
    SLIPPED_ENDINGS.iter().find_map(|(slip, meant)| {
        let rest = domain.strip_suffix(slip)?;
        Some(ExclusionReason::Mistyped(format!("{rest}{meant}")))
    })
}

/// Why an address is never mailed, whoever has it and whatever they agreed to.
pub fn never_mailed(address: &EmailAddress) -> Option<ExclusionReason> {
    role(address).or_else(|| mistyped(address))
}

/// The domain that somebody most likely meant who typed a slip of one.
pub fn mistyped_domain(address: &EmailAddress) -> Option<String> {
    match mistyped(address)? {
        ExclusionReason::Mistyped(meant) => Some(meant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sorted {
        recipients: Vec<Recipient>,
        left_out: Vec<LeftOut>,
    }

    fn audience(rows: &str, examples: bool) -> Sorted {
        let text = format!("email,first_name,basis,status\n{rows}");
        let input: std::sync::Arc<[u8]> = text.as_bytes().into();
        let list =
            List::survey(vec![("people.csv".to_owned(), std::sync::Arc::new(input))]).unwrap();
        let mut sorted = Sorted { recipients: Vec::new(), left_out: Vec::new() };
        let mut counted = Audience::default();
        for person in list.everybody(examples) {
            let person = person.unwrap();
            counted.count(&person);
            match person {
                Person::Mailed(recipient) => sorted.recipients.push(recipient),
                Person::LeftOut(left_out) => sorted.left_out.push(left_out),
            }
        }
        assert_eq!(counted.mailed, sorted.recipients.len() as u64);
        assert_eq!(counted.left_out, sorted.left_out.len() as u64);
        sorted
    }

    fn reasons(audience: &Sorted) -> Vec<(usize, String)> {
        audience
            .left_out
            .iter()
            .map(|left_out| (left_out.place.line.unwrap(), left_out.why.to_string()))
            .collect()
    }

    #[test]
    fn a_person_is_mailed_once_whatever_the_case_of_the_address() {
        let audience = audience("Ann@Example.org,A,consent,\nann@example.ORG,B,consent,\n", true);
        assert_eq!(audience.recipients.len(), 1);
        assert_eq!(audience.recipients[0].address.as_str(), "Ann@example.org");
        assert_eq!(reasons(&audience), [(3, "the same address is on line 2".to_owned())]);
    }

    #[test]
    fn a_no_anywhere_wins_over_a_yes() {
        let audience = audience(
            "ann@example.org,A,consent,subscribed\nANN@example.org,A,consent,unsubscribed\n",
            true,
        );
        assert!(audience.recipients.is_empty());
        assert_eq!(reasons(&audience)[0], (2, "unsubscribed".to_owned()));
    }

    #[test]
    fn every_row_is_mailed_or_named() {
        let audience = audience(
            "ann@example.org,A,consent,active\nbob,B,consent,active\ncy@example.org,C,,active\ndi@example.org,D,consent,maybe\n\
             postmaster@example.org,P,consent,active\nel@example.org,E,friend,active\n,F,consent,active\ngus@example.org,G,consent,\n",
            true,
        );
        assert_eq!(audience.recipients.len(), 1);
        let lines: Vec<usize> = reasons(&audience).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn example_addresses_are_only_for_practice() {
        assert_eq!(audience("ann@example.org,A,consent,\n", false).recipients.len(), 0);
        assert_eq!(audience("ann@charity.org.uk,A,consent,\n", false).recipients.len(), 1);
    }
}
