//! Who gets an edition, who does not, and why.
//! Pure: lists in, an audience out.

pub mod list;
pub mod strange;
pub mod subscriber;
pub mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::compose::Values;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;

pub use list::List;
pub use strange::{Strange, strangest};
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

/// The people of an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// In the order of the list.
    pub recipients: Vec<Recipient>,
    pub left_out: Vec<LeftOut>,
}

/// Sorts a list into those who are mailed and those who are not. Where an address stands twice, any row that says no
/// wins over one that says yes. `examples` lets the reserved example domains in: for practice and for servers of one's
/// own.
pub fn assemble(list: &List, examples: bool) -> Audience {
    let mut refusals: BTreeMap<String, WhyNot> = BTreeMap::new();
    for subscriber in &list.subscribers {
        if let Some(why) = subscriber.standing.refusal() {
            refusals.entry(subscriber.address.key()).or_insert(why);
        }
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut audience = Audience { left_out: list.left_out.clone(), ..Audience::default() };
    for subscriber in &list.subscribers {
        let key = subscriber.address.key();
        let duplicate = seen.get(&key).map(|line| WhyNot::Duplicate { line: *line });
        seen.entry(key.clone()).or_insert_with(|| subscriber.place.line.unwrap_or(0));
        let why = duplicate
            .or_else(|| refusals.get(&key).cloned())
            .or_else(|| subscriber.lawful().err())
            .or_else(|| role(&subscriber.address))
            .or_else(|| {
                (!examples && subscriber.address.is_reserved()).then_some(WhyNot::ExampleDomain)
            });
        match why {
            Some(why) => audience.left_out.push(LeftOut {
                address: subscriber.address.to_string(),
                place: subscriber.place.clone(),
                why,
            }),
            None => audience.recipients.push(Recipient {
                address: subscriber.address.clone(),
                values: subscriber.values.clone(),
                segments: subscriber.segments.clone(),
            }),
        }
    }
    audience.left_out.sort_by_key(|left_out| left_out.place.line);
    audience
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

    fn audience(rows: &str, examples: bool) -> Audience {
        let text = format!("email,first_name,basis,status\n{rows}");
        assemble(&list::read("people.csv", text.as_bytes()).unwrap(), examples)
    }

    fn reasons(audience: &Audience) -> Vec<(usize, String)> {
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
