//! The people whose copies are most likely to look wrong: they are shown before anything is sent.
//! Pure: recipients in, a few of them out.

use super::Recipient;
use crate::compose::Values;

/// A recipient to look at, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strange<'a> {
    pub recipient: &'a Recipient,
    pub why: &'static str,
}

/// A name that is longer is seldom one.
const LONG_NAME: usize = 30;

/// The strangest of them, the strangest first, and each reason once before any comes a second time.
pub fn strangest(recipients: &[Recipient], most: usize) -> Vec<Strange<'_>> {
    let mut found: Vec<(usize, u32, usize, Strange<'_>)> = Vec::new();
    let mut seen: [usize; REASONS.len()] = [0; REASONS.len()];
    for (at, recipient) in recipients.iter().enumerate() {
        let Some(reason) = reason(&recipient.values) else { continue };
        // Enough of each kind to fill the whole, if there is no other.
        if seen[reason] < most {
            let strange = Strange { recipient, why: REASONS[reason] };
            found.push((seen[reason], u32::try_from(reason).unwrap_or(0), at, strange));
            seen[reason] += 1;
        }
    }
    found.sort_by_key(|(round, reason, at, _)| (*round, *reason, *at));
    found.into_iter().take(most).map(|(.., strange)| strange).collect()
}

/// The strangest first.
const REASONS: [&str; 9] = [
    "holds signs of another system",
    "holds an address",
    "holds a digit",
    "is very long",
    "is written from right to left",
    "is in capitals",
    "is in small letters",
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

/// Hebrew, Arabic and their neighbours, and the signs that turn the direction of text.
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

    #[test]
    fn the_strangest_come_first_and_each_kind_before_a_second_of_any() {
        let names = [
            "Ann",
            "Zoë",
            "bob",
            "cid",
            "EVE",
            "X",
            "",
            "a@b.example",
            "{{name}}",
            "Agent 7",
            "ليلى",
            "日本",
        ];
        let people = people(&names);
        let found: Vec<&str> = strangest(&people, 9)
            .iter()
            .map(|strange| strange.recipient.values["first_name"].as_str())
            .collect();
        assert_eq!(
            found,
            ["{{name}}", "a@b.example", "Agent 7", "ليلى", "EVE", "bob", "X", "", "cid"]
        );
        assert_eq!(strangest(&people, 5).len(), 5);
        assert_eq!(strangest(&people[..2], 5), []);
    }
}
