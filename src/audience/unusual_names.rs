//! The people whose copies are most likely to look wrong: they are shown before anything is sent.
//! Pure: recipients in, a few of them out.

use super::Recipient;
use crate::audience::Values;

/// A recipient to look at, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusualRecipient<'a> {
    pub recipient: &'a Recipient,
    pub why: &'static str,
}

/// A name that is longer is seldom one.
const LONG_NAME: usize = 30;
/// Enough of each kind to fill the whole, if there is no other.
pub const STRANGEST: usize = 5;

/// The most unusual names of those who were looked at.
#[derive(Debug, Clone, Default)]
pub struct UnusualNames {
    found: [Vec<Recipient>; REASONS.len()],
}

impl UnusualNames {
    pub fn look_at(&mut self, recipient: &Recipient) {
        if let Some(reason) = reason(&recipient.values)
            && self.found[reason].len() < STRANGEST
        {
            self.found[reason].push(recipient.clone());
        }
    }

    /// Those of a later part of the list too.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        for (found, later) in self.found.iter_mut().zip(later.found) {
            found.extend(later);
            found.truncate(STRANGEST);
        }
        self
    }

    /// The most unusual first, and each reason once before any comes a second time.
    pub fn shown(&self) -> impl Iterator<Item = UnusualRecipient<'_>> {
        (0..STRANGEST)
            .flat_map(|round| {
                self.found.iter().zip(REASONS).filter_map(move |(found, why)| {
                    found.get(round).map(|recipient| UnusualRecipient { recipient, why })
                })
            })
            .take(STRANGEST)
    }
}

/// The most unusual first.
const REASONS: [&str; 9] = [
    "has merge fields of another system",
    "has an email address in it",
    "has a digit in it",
    "is very long",
    "is written from right to left",
    "is all capitals",
    "is all lower case",
    "is a single letter",
    "is empty",
];

/// The place of the first reason in `REASONS`.
fn reason(values: &Values) -> Option<usize> {
    let name = values.get("first_name").or_else(|| values.get("name"))?.trim();
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let cased = || letters().any(|c| c.is_lowercase() || c.is_uppercase());
    if name.is_empty() {
        Some(8)
    } else if name.contains(['{', '}', '|', '%', '[', ']', '<', '>', '\\']) {
        Some(0)
    } else if name.contains('@') || name.contains("://") {
        Some(1)
    } else if name.chars().any(char::is_numeric) {
        Some(2)
    } else if name.chars().count() > LONG_NAME {
        Some(3)
    } else if name.chars().any(is_right_to_left) {
        Some(4)
    } else if letters().count() <= 1 {
        Some(7)
    } else if cased() && !letters().any(char::is_lowercase) {
        Some(5)
    } else if cased() && !letters().any(char::is_uppercase) {
        Some(6)
    } else {
        None
    }
}

/// Hebrew, Arabic and their neighbours, and the characters that turn the direction of text.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rfc::address::EmailAddress;

    fn people(names: &[&str]) -> Vec<Recipient> {
        (0..)
            .zip(names)
            .map(|(n, name)| Recipient {
                address: EmailAddress::parse(&format!("p{n}@example.org")).unwrap(),
                values: [("first_name".to_owned(), (*name).to_owned())].into(),
                segments: BTreeSet::new(),
            })
            .collect()
    }

    fn shown(names: &[&str]) -> Vec<String> {
        let (early, late) = names.split_at(names.len() / 2);
        let look = |names: &[&str]| {
            let mut strangest = UnusualNames::default();
            for recipient in &people(names) {
                strangest.look_at(recipient);
            }
            strangest
        };
        let both = look(early).and(look(late));
        both.shown().map(|strange| strange.recipient.values["first_name"].clone()).collect()
    }

    #[test]
    fn the_strangest_come_first_and_each_kind_before_a_second_of_any() {
        let names =
            ["Ann", "Zoë", "bob", "EVE", "Agent 7", "Agent 8", "{{name}}", "a@b.example", "ليلى"];
        assert_eq!(shown(&names), ["{{name}}", "a@b.example", "Agent 7", "ليلى", "EVE"]);
        assert_eq!(shown(&["bob", "Ann", "cid", "X", "", "日本"]), ["bob", "X", "", "cid"]);
        assert!(shown(&["Ann", "Zoë"]).is_empty());
    }
}
