//! What is left of the sample project and of forms that were never filled in.
//! Pure: settings in, findings out.

use crate::check::example_names::is_unwritten_address;
use crate::check::expression::Expression;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};

pub const RULES: [Rule; 1] = [Rule::new(
    "sample",
    "Are all the sample's settings replaced by your own?",
    "The sample that comes with roundup has an invented charity, with an invented address, number \
     and appeal. That is fine in practice mode. Before you send to real people it must be yours: \
     the law requires the true sender.",
    sample,
)];

/// The settings that come with roundup.
const OURS: &str = include_str!("../../../roundup.toml");

/// Where an organisation says who it is.
const GROUPS: [&str; 3] = ["organisation", "sender", "appeal"];

/// Settings that may stay as they are.
const MAY_STAY: &[&str] = &["why", "button", "use", "language"];

/// Forms that nobody filled in, by the setting in which they stand.
static NEVER_FILLED: [(&str, Expression); 5] = [
    ("charity", Expression::new(r"\b(?:0{5,8}|123456\d?|[Xx#]{5,8})\b|(?i)\bno\.? ?$|your number")),
    (
        "address",
        Expression::new(
            r"(?i)\b(?:1|123) example (?:street|road)\b|\bstreet name\b|\b(?:your|any) (?:street|road|town|city|address)\b|\banytown\b|\bAB1 2CD\b|\bXX\d* \dXX\b|\baddress line \d|\bpostcode\b",
        ),
    ),
    (
        "name",
        Expression::new(
            r"(?i)^\s*(?:(?:your|my|our|the) (?:charity|organi[sz]ation|name|company)(?: name)?|(?:charity|organi[sz]ation|company|sender) name|example charity|charity|organi[sz]ation|test)\s*$",
        ),
    ),
    (
        "legal_name",
        Expression::new(
            r"(?i)\(an? example charity\)|^\s*(?:(?:your|my|our|the) (?:charity|organi[sz]ation|company)(?: name)?|(?:charity|organi[sz]ation|company|legal) name|example charity(?: limited| ltd)?)\s*$",
        ),
    ),
    ("why", Expression::new(r"(?i)\bwhy (?:they|people) get\b|\bexplain why\b")),
];

fn sample(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let severity = if known.takes_examples { Severity::Should } else { Severity::Must };
    let ours: toml::Table = OURS.parse().unwrap_or_default();
    let theirs: toml::Table = known.settings.parse().unwrap_or_default();
    let mut findings = Vec::new();
    for group in GROUPS {
        let Some(settings) = theirs.get(group).and_then(toml::Value::as_table) else { continue };
        for (name, value) in settings {
            let Some(value) = value.as_str() else { continue };
            if MAY_STAY.contains(&name.as_str())
                && !NEVER_FILLED.iter().any(|(of, form)| *of == name && form.is_match(value))
            {
                continue;
            }
            let of_sample = ours
                .get(group)
                .and_then(|ours| ours.get(name))
                .and_then(toml::Value::as_str)
                .is_some_and(|ours| same(ours, value));
            let is_example = is_unwritten_address(value);
            let is_form = NEVER_FILLED.iter().any(|(of, form)| *of == name && form.is_match(value));
            let what = if of_sample {
                "is still the sample's"
            } else if is_form {
                "was not filled in"
            } else if is_example {
                "is an example, not a real address"
            } else {
                continue;
            };
            findings.push(Finding::new(
                "sample",
                severity,
                known.setting_place(&format!("{group}.{name}")),
                format!("`{name} = \"{value}\"` under [{group}] {what}"),
                "write your organisation's own",
            ));
        }
    }
    findings
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        text.trim()
            .trim_end_matches('/')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    plain(one) == plain(other)
}

/// Whether an address is one of the settings that this rule speaks of.
pub fn is_reported(settings: &str, address: &str) -> bool {
    let theirs: toml::Table = settings.parse().unwrap_or_default();
    GROUPS
        .iter()
        .filter_map(|group| theirs.get(*group)?.as_table())
        .flat_map(|group| group.values())
        .filter_map(toml::Value::as_str)
        .any(|value| is_unwritten_address(value) && value.contains(address.trim_end_matches('/')))
}
