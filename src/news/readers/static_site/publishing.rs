//! The fields of a file that decide whether its tool publishes it.
//! Pure: fields in, values out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use crate::date::PartialDate;
use crate::rfc::csv::simple;

/// A file's fields, as far as they decide whether the website has it.
pub(super) struct PublishingFields<'a> {
    pub(super) fields: &'a BTreeMap<String, Value>,
    pub(super) zone: Tz,
}

impl PublishingFields<'_> {
    pub(super) fn find(&self, names: &[&str]) -> Option<&Value> {
        self.fields.iter().find(|(name, _)| names.contains(&simple(name).as_str())).map(|(_, v)| v)
    }

    pub(super) fn is(&self, names: &[&str], wanted: bool) -> bool {
        self.find(names).is_some_and(|value| match value {
            Value::Bool(value) => *value == wanted,
            Value::String(text) => text.eq_ignore_ascii_case(if wanted { "true" } else { "false" }),
            _ => false,
        })
    }

    pub(super) fn day(&self, names: &[&str]) -> Option<NaiveDate> {
        let text = self.find(names)?.as_str()?;
        Some(PartialDate::parse(text, self.zone).ok()?.days(self.zone).0)
    }
}
