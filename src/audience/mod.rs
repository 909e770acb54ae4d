//! Who gets an edition, who does not, and why.
//! Pure: lists in, an audience out.

pub mod list;
pub mod portions;
pub mod strange;
pub mod subscriber;
pub mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::compose::{Values, language_code};
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

pub use list::List;
pub use portions::on_all_cores;
pub use strange::{Strange, Strangest};
pub use subscriber::{Basis, Standing, Subscriber};
pub use token::Keys;

/// One person who gets the edition, with all that her copy needs.
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
        let name = crate::rfc::header::one_line(&name);
        (!name.is_empty()).then_some(name)
    }
}

/// A row of the list that is not mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// As the list has it.
    pub address: String,
    pub place: Place,
    pub why: WhyNot,
}

/// Why a row is not mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason", content = "detail")]
pub enum WhyNot {
    /// The cell holds no address that can be mailed; the sentence says what is wrong with it.
    NotAnAddress(String),
    /// The same address stands on an earlier line, in letters of another size perhaps.
    Duplicate {
        line: usize,
    },
    Unsubscribed,
    Bounced,
    Complained,
    /// Has not answered the question whether she wants the mail.
    Unconfirmed,
    /// The list has a word for her status that nobody knows.
    UnknownStatus(String),
    NoBasis,
    UnknownBasis(String),
    /// The charity soft opt-in did not exist when the address was collected.
    SoftOptInTooEarly,
    /// An example domain: no mail ever arrives there.
    ExampleDomain,
    /// `abuse@` and `postmaster@` reach those who act against mail nobody asked for.
    RoleAddress,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress(what) => f.write_str(what),
            Self::Duplicate { line } => write!(f, "the same address stands on line {line}"),
            Self::Unsubscribed => f.write_str("unsubscribed"),
            Self::Bounced => f.write_str("earlier mail came back"),
            Self::Complained => f.write_str("reported earlier mail as spam"),
            Self::Unconfirmed => f.write_str("has not confirmed"),
            Self::UnknownStatus(word) => write!(f, "nobody knows what status `{word}` means"),
            Self::NoBasis => {
                f.write_str("the list does not say why she may be mailed (column `basis`)")
            }
            Self::UnknownBasis(word) => write!(f, "nobody knows what basis `{word}` means"),
            Self::SoftOptInTooEarly => f.write_str(
                "the charity soft opt-in covers addresses collected from 5 February 2026 on",
            ),
            Self::ExampleDomain => f.write_str("an example address: no mail arrives there"),
            Self::RoleAddress => f.write_str("this address belongs to the people who handle abuse"),
        }
    }
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
    /// Left out for nothing but their example address.
    pub examples: u64,
    /// Left out because nothing says why they may be mailed.
    pub without_basis: u64,
    /// Left out because they said no, complained, or their mail came back.
    pub said_no: u64,
    /// Of those who are mailed, how many ask for each language, by code.
    pub languages: BTreeMap<String, u64>,
    /// The first who are mailed, in the order of the list.
    pub first: Vec<Recipient>,
    /// The first who are not.
    pub first_left_out: Vec<LeftOut>,
    /// Some of the reasons, in words.
    pub reasons: BTreeSet<String>,
    pub strangest: Strangest,
}

/// The most people and reasons of a kind that an audience keeps to show.
const MOST_SHOWN: usize = 10;
/// No list has more languages.
const MOST_LANGUAGES: usize = 100;

impl Audience {
    pub fn count(&mut self, person: &Person) {
        match person {
            Person::Mailed(recipient) => {
                self.mailed += 1;
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
            Person::LeftOut(left_out) => {
                self.left_out += 1;
                let why = &left_out.why;
                self.examples += u64::from(*why == WhyNot::ExampleDomain);
                self.without_basis += u64::from(matches!(
                    why,
                    WhyNot::NoBasis | WhyNot::UnknownBasis(_) | WhyNot::SoftOptInTooEarly
                ));
                self.said_no += u64::from(matches!(
                    why,
                    WhyNot::Unsubscribed | WhyNot::Bounced | WhyNot::Complained
                ));
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
        self.examples += later.examples;
        self.without_basis += later.without_basis;
        self.said_no += later.said_no;
        for (language, people) in later.languages {
            *self.languages.entry(language).or_default() += people;
        }
        self.first.extend(later.first);
        self.first.truncate(MOST_SHOWN);
        self.first_left_out.extend(later.first_left_out);
        self.first_left_out.truncate(MOST_SHOWN);
        self.reasons.extend(later.reasons.into_iter().take(MOST_SHOWN));
        self.strangest = self.strangest.and(later.strangest);
        self
    }
}

fn role(address: &EmailAddress) -> Option<WhyNot> {
    let key = address.key();
    let local = key.split('@').next().unwrap_or("");
    matches!(local, "abuse" | "postmaster" | "noreply" | "no-reply" | "mailer-daemon")
        .then_some(WhyNot::RoleAddress)
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
    fn a_person_is_mailed_once_whatever_the_case_of_her_address() {
        let audience = audience("Ann@Example.org,A,consent,\nann@example.ORG,B,consent,\n", true);
        assert_eq!(audience.recipients.len(), 1);
        assert_eq!(audience.recipients[0].address.as_str(), "Ann@example.org");
        assert_eq!(reasons(&audience), [(3, "the same address stands on line 2".to_owned())]);
    }

    #[test]
    fn a_no_anywhere_wins_over_a_yes() {
        let audience =
            audience("ann@example.org,A,consent,\nANN@example.org,A,consent,unsubscribed\n", true);
        assert!(audience.recipients.is_empty());
        assert_eq!(reasons(&audience)[0], (2, "unsubscribed".to_owned()));
    }

    #[test]
    fn every_row_is_mailed_or_named() {
        let audience = audience(
            "ann@example.org,A,consent,\nbob,B,consent,\ncy@example.org,C,,\ndi@example.org,D,consent,maybe\n\
             postmaster@example.org,P,consent,\nel@example.org,E,friend,\n,F,consent,\n",
            true,
        );
        assert_eq!(audience.recipients.len(), 1);
        let lines: Vec<usize> = reasons(&audience).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn example_addresses_are_only_for_practice() {
        assert_eq!(audience("ann@example.org,A,consent,\n", false).recipients.len(), 0);
        assert_eq!(audience("ann@charity.org.uk,A,consent,\n", false).recipients.len(), 1);
    }
}
