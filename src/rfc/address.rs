//! Addresses that can be mailed (RFC 5321 section 4.1.2, RFC 5322 section 3.4, RFC 5890 for domains).
//! Pure: parsing only.
//!
//! An [`EmailAddress`] cannot hold a control character, a second address, an address literal or a domain without a
//! dot: whatever is built from one (an envelope, a header) cannot be broken out of.

use std::fmt;

use lettre::Address;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::rfc::text::DisplayName;

/// RFC 5321 section 4.5.3.1.3: a path is at most 256 octets with its brackets.
const LONGEST_ADDRESS_BYTES: usize = 254;

/// One address, its domain in ASCII (punycode), its local part as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// Why a text is not an address that can be mailed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    #[error("the address is empty")]
    Empty,
    #[error("`{0}` holds a control or invisible character")]
    Control(String),
    #[error("`{0}` is not an email address")]
    NotAnAddress(String),
    #[error("`{0}` holds more than one address")]
    Several(String),
    #[error("the domain of `{0}` has no dot")]
    NoDot(String),
    #[error("`{0}` names a machine by number, not a domain")]
    Literal(String),
    #[error("`{0}` is longer than {LONGEST_ADDRESS_BYTES} characters")]
    TooLong(String),
    #[error("`{0}` has letters outside a-z before the @, which a sender's address cannot have")]
    LocalPartNotAscii(String),
}

impl AddressError {
    /// A text as errors quote it: what could move a cursor, or is not seen, is shown as an escape.
    pub(crate) fn shown(text: &str) -> String {
        let mut shown = String::new();
        for c in text.chars().take(80) {
            if crate::rfc::text::is_invisible(c) {
                shown.extend(c.escape_unicode());
            } else {
                shown.push(c);
            }
        }
        shown
    }

    /// What to do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::Empty => "type an address, or delete the row",
            Self::Control(_) => "delete the cell and type the address by hand",
            Self::Several(_) => "keep one address, and give each other a row of its own",
            Self::NotAnAddress(_) | Self::NoDot(_) | Self::Literal(_) | Self::TooLong(_) => {
                "correct it, as in ann@charity.example"
            }
            Self::LocalPartNotAscii(_) => "use an address with the letters a-z",
        }
    }
}

/// True for the domains RFC 2606 and RFC 6761 keep for examples and tests.
pub fn is_reserved_domain(domain: &str) -> bool {
    const NAMES: [&str; 3] = ["example.com", "example.net", "example.org"];
    const ENDINGS: [&str; 4] = ["example", "test", "invalid", "localhost"];
    let last = domain.rsplit('.').next().unwrap_or(domain);
    ENDINGS.contains(&last)
        || NAMES.iter().any(|name| {
            domain.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

impl EmailAddress {
    /// Reads exactly one address, nothing around it.
    ///
    /// # Errors
    /// Says what about the text keeps it from being an address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if let Some(at) = plain_at(text) {
            return Ok(Self { text: text.to_owned(), at });
        }
        Self::parse_any(text)
    }

    fn parse_any(text: &str) -> Result<Self, AddressError> {
        let shown = || AddressError::shown(text);
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.chars().any(crate::rfc::text::is_invisible) {
            return Err(AddressError::Control(shown()));
        }
        if text.len() > LONGEST_ADDRESS_BYTES {
            return Err(AddressError::TooLong(shown()));
        }
        // A letter and its accent apart are the same address as both in one (RFC 6532 section 3.1): one person.
        let text = &*text.nfc().collect::<String>();
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(AddressError::NotAnAddress(shown()));
        };
        if !local.starts_with('"') && local.contains(['@', ',', ';']) {
            return Err(AddressError::Several(shown()));
        }
        if domain.starts_with('[') {
            return Err(AddressError::Literal(shown()));
        }
        // RFC 6531 allows nearly any character; those that are not letters or digits of some language are slips.
        let is_letter = |c: char| c.is_ascii() || c.is_alphanumeric();
        if !local.is_ascii() && (local.starts_with('"') || !local.chars().all(is_letter)) {
            return Err(AddressError::NotAnAddress(shown()));
        }
        let domain = idna::domain_to_ascii_strict(domain)
            .map_err(|_| AddressError::NotAnAddress(shown()))?;
        if domain.parse::<std::net::IpAddr>().is_ok() {
            return Err(AddressError::Literal(shown()));
        }
        if !domain.contains('.') {
            return Err(AddressError::NoDot(shown()));
        }
        Address::new(local, &domain).map_err(|_| AddressError::NotAnAddress(shown()))?;
        Ok(Self { text: format!("{local}@{domain}"), at: local.len() })
    }

    /// The same, for a sender: relays that take letters outside a-z from anybody are few.
    ///
    /// # Errors
    /// When there are such letters before the `@`.
    pub fn in_ascii(self) -> Result<Self, AddressError> {
        if self.needs_utf8() {
            return Err(AddressError::LocalPartNotAscii(self.text));
        }
        Ok(self)
    }

    /// Whether it can only be written to where the relay offers SMTPUTF8 (RFC 6531).
    pub fn needs_utf8(&self) -> bool {
        !self.text.is_ascii()
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part after the `@`, in lower-case ASCII.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What two spellings of one person's address have in common: all of it in lower case. Never used as an envelope.
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }

    /// True where no mail ever arrives.
    pub fn is_reserved(&self) -> bool {
        is_reserved_domain(self.domain())
    }

    /// The same address as lettre's type, for its commands and headers.
    pub fn to_lettre(&self) -> Address {
        // `parse` already had lettre accept exactly these two parts.
        Address::new_dangerous(&self.text[..self.at], self.domain())
    }

    /// First letter and domain only, for screens that strangers may see: `a•••@example.org`.
    pub fn masked(&self) -> String {
        let first = self.text.chars().next().unwrap_or('•');
        format!("{first}•••@{}", self.domain())
    }
}

/// The place of the `@` in an address as nearly all are: letters, digits and a few marks, its domain in lower case. Such
/// a one is an address and is written as it stands; of a million, this is what is looked at.
fn plain_at(text: &str) -> Option<usize> {
    let (local, domain) = text.split_once('@')?;
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+'))
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
            // Hyphens in the third and fourth place are kept for encodings (RFC 5891 section 4.2.3.1).
            && label.get(2..4) != Some("--")
    };
    let (_, top) = domain.rsplit_once('.')?;
    let plain = local.len() <= 64
        && text.len() <= LONGEST_ADDRESS_BYTES
        && domain.len() <= 253
        && local.split('.').all(is_atom)
        && domain.split('.').all(is_label)
        && top.bytes().all(|b| b.is_ascii_lowercase());
    plain.then_some(local.len())
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.text
    }
}

/// An address with the name people see beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub name: Option<DisplayName>,
    pub address: EmailAddress,
}

impl Mailbox {
    /// As lettre writes it into a header field.
    pub fn to_lettre(&self) -> lettre::message::Mailbox {
        lettre::message::Mailbox::new(
            self.name.as_ref().map(|name| name.as_str().to_owned()),
            self.address.to_lettre(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_short_way_gives_what_the_long_one_gives(
            text in "[a-zA-Z0-9._+@-]{1,12}@[a-zA-Z0-9.-]{1,12}\\.(com|uk|x1|xn--p1ai|-a|1)|[a-z.]{60,70}@e\\.org"
        ) {
            if plain_at(&text).is_some() {
                proptest::prop_assert_eq!(EmailAddress::parse(&text), EmailAddress::parse_any(&text));
                proptest::prop_assert!(EmailAddress::parse_any(&text).is_ok());
            }
        }
    }

    #[test]
    fn letters_of_other_languages_are_for_relays_that_take_them() {
        let address = EmailAddress::parse("jösé@bücher.example").unwrap();
        assert_eq!(address.as_str(), "jösé@xn--bcher-kva.example");
        assert!(address.needs_utf8());
        assert!(matches!(address.in_ascii(), Err(AddressError::LocalPartNotAscii(_))));
        assert!(!EmailAddress::parse("post@bücher.example").unwrap().needs_utf8());
    }

    #[test]
    fn most_addresses_are_plain() {
        for text in ["p1@example.org", "Ann.Lee+news@charity.org.uk", "a_b@1.co"] {
            assert_eq!(plain_at(text), text.find('@'), "{text}");
        }
        for text in [
            "a@b",
            "a@@b.org",
            "a@Example.org",
            "a@xn--p1ai.org",
            "a@1.2.3.4",
            ".a@b.org",
            "a@-b.org",
            "a b@c.org",
        ] {
            assert_eq!(plain_at(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_be_mailed_is_kept_as_written() {
        for text in [
            "amina@example.org",
            "First.Last+news@example.co.uk",
            "o'brien@example.com",
            "\"a b\"@example.com",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_domain_in_other_letters_becomes_ascii() {
        let address = EmailAddress::parse("post@bücher.example").unwrap();
        assert_eq!(address.as_str(), "post@xn--bcher-kva.example");
    }

    #[test]
    fn what_cannot_be_mailed_says_why() {
        use AddressError as E;
        type Case = (&'static str, fn(&E) -> bool);
        let cases: [Case; 15] = [
            ("", |e| matches!(e, E::Empty)),
            ("amina", |e| matches!(e, E::NotAnAddress(_))),
            ("@example.org", |e| matches!(e, E::NotAnAddress(_))),
            ("a@", |e| matches!(e, E::NotAnAddress(_))),
            ("a..b@example.org", |e| matches!(e, E::NotAnAddress(_))),
            ("<a@example.org>", |e| matches!(e, E::NotAnAddress(_))),
            ("a b@example.org", |e| matches!(e, E::NotAnAddress(_))),
            ("a@example.org\r\nBcc: b@example.org", |e| matches!(e, E::Control(_))),
            ("a@b.org,c@d.org", |e| matches!(e, E::Several(_))),
            ("a@b@example.org", |e| matches!(e, E::Several(_))),
            ("a@localhost", |e| matches!(e, E::NoDot(_))),
            ("a@[127.0.0.1]", |e| matches!(e, E::Literal(_))),
            ("a@127.0.0.1", |e| matches!(e, E::Literal(_))),
            ("jösé\u{2122}@example.org", |e| matches!(e, E::NotAnAddress(_))),
            ("\"jösé\"@example.org", |e| matches!(e, E::NotAnAddress(_))),
        ];
        for (text, expected) in cases {
            let error = EmailAddress::parse(text).unwrap_err();
            assert!(expected(&error), "{text:?} gave {error:?}");
            assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn reserved_domains_are_known() {
        for (text, reserved) in [
            ("a@example.org", true),
            ("a@mail.example.net", true),
            ("a@charity.example", true),
            ("a@myexample.org", false),
            ("a@charity.org.uk", false),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().is_reserved(), reserved, "{text}");
        }
    }
}
