//! Settings of `[send]` that are texts with a grammar: a wrong one is named with its line when the file is read.
//! Pure: text in, the same text or a fault out.

use std::collections::BTreeMap;
use std::fmt::Display;

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
