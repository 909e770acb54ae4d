//! Settings of `[send]` that are texts with a grammar: a wrong one is named with its line when the file is read.
//! Pure: text in, the same text or a fault out.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Deserializer};

use super::domains::Domains;
use super::hours::Hours;
use super::pace::{Rate, RateError};
use super::patience::{self, PatienceError};
use crate::compose::setting::fault;

/// A text that `read` understands. What was read is thrown away: the text is what the settings show.
fn text<'de, D: Deserializer<'de>, E: Display>(
    deserializer: D,
    read: impl Fn(&str) -> Result<(), E>,
    cure: impl Fn(&E) -> &'static str,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).map_err(|error| fault(&error.to_string(), cure(&error)))?;
    Ok(Some(text))
}

pub fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer, |text| Rate::parse(text).map(|_| ()), |_| RateError::CURE)
}

pub fn hours<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let read = |text: &str| Hours::parse(Some(text), None, chrono_tz::UTC).map(|_| ());
    text(deserializer, read, super::hours::HoursError::cure)
}

pub fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let read = |text: &str| Hours::parse(None, Some(text), chrono_tz::UTC).map(|_| ());
    text(deserializer, read, super::hours::HoursError::cure)
}

/// A name goes to the relay as it stands, on a line of its own.
pub fn ehlo_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    const CURE: &str =
        "write this computer's full name, as in mail.charity.example, or its address in brackets";
    let read = |text: &str| {
        let what = format!("`{}` is not a name to greet a relay with", text.escape_debug());
        if is_ehlo_name(text) { Ok(()) } else { Err(what) }
    };
    text(deserializer, read, |_| CURE)
}

/// A domain or an address literal (RFC 5321 section 4.1.2); a single label too, since private relays take it.
fn is_ehlo_name(text: &str) -> bool {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match inner.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => inner.parse::<Ipv4Addr>().is_ok(),
        };
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 255 && text.split('.').all(is_label)
}

pub fn patience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer, |text| patience::parse(text).map(|_| ()), |_| PatienceError::CURE)
}

pub fn domains<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let domains = BTreeMap::deserialize(deserializer)?;
    Domains::new(&domains).map_err(|error| fault(&error.to_string(), RateError::CURE))?;
    Ok(domains)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_greeted_with_a_name_and_nothing_else() {
        for name in
            ["mail.charity.example", "localhost", "a", "xn--krzel-kva.example", "[192.0.2.1]"]
        {
            assert!(is_ehlo_name(name), "{name}");
        }
        assert!(is_ehlo_name("[IPv6:2001:db8::1]"));
        let long = "a".repeat(64);
        let hostile = [
            "",
            "a\r\nMAIL FROM:<x@y.example>",
            "a\n",
            "not a name",
            "kürzel.example",
            "a..b",
            ".a",
            "a.",
        ];
        for name in hostile.into_iter().chain([
            "-a.b",
            "a\0",
            "[1.2.3]",
            "[IPv6:1.2.3.4]",
            "[::1]",
            "<a>",
            &long,
        ]) {
            assert!(!is_ehlo_name(name), "{name:?}");
        }
    }
}
