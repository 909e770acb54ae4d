//! `[checks]` of `roundup.toml`: which rules weigh more or less here, and which are silent, and why.
//! Pure: settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Severity, rules};
use crate::problem::HELP;

/// What a project says about the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A list of terms: `children`, or a file of the project in `templates/terms/`.
    pub terms: Option<String>,
    /// Links to this computer and its network are fetched too.
    pub allow_local: bool,
    /// Rule by rule, how much it matters here.
    pub severity: BTreeMap<RuleId, Severity>,
    /// Rule by rule, why it is silent here.
    pub silence: BTreeMap<Silenceable, SilenceReason>,
    /// Rules that are silent in one edition, or for one story of it.
    pub ignore: Vec<IgnoredRule>,
}

/// One `[[checks.ignore]]`: a rule that is silent in one edition, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IgnoredRule {
    rule: Silenceable,
    /// The edition's name, as in `2020-12`.
    pub edition: String,
    /// The id of a story; the whole edition where there is none.
    pub story: Option<String>,
    reason: SilenceReason,
}

impl IgnoredRule {
    /// Whether it is about what a rule found in an edition, at one of its stories or elsewhere.
    pub fn is_about(&self, rule: &str, edition: &str, story: Option<&str>) -> bool {
        self.rule.0.0 == rule
            && self.edition == edition
            && self.story.as_deref().is_none_or(|own| Some(own) == story)
    }

    pub fn reason(&self) -> &str {
        &self.reason.0
    }
}

impl Settings {
    /// How much a rule matters here, if the project says so.
    pub fn severity_of(&self, rule: &str) -> Option<Severity> {
        self.severity.iter().find(|(id, _)| id.0 == rule).map(|(_, severity)| *severity)
    }

    /// Why a rule is silent here, if it is.
    pub fn silence_of(&self, rule: &str) -> Option<&str> {
        self.silence.iter().find(|(id, _)| id.0.0 == rule).map(|(_, reason)| reason.0.as_str())
    }
}

/// The id of a rule that there is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub struct RuleId(String);

/// The id of a rule that may be silent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub struct Silenceable(RuleId);

/// Why a rule is silent. It is shown each time, so it must say something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub struct SilenceReason(String);

impl TryFrom<String> for RuleId {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        if rules().any(|rule| rule.id == id) {
            return Ok(Self(id));
        }
        let known: Vec<String> = rules().map(|rule| format!("`{}`", rule.id)).collect();
        Err(format!("unknown variant `{id}`, expected one of {}", known.join(", ")))
    }
}

impl TryFrom<String> for Silenceable {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        let known = RuleId::try_from(id)?;
        if rules().any(|rule| rule.id == known.0 && rule.is_law) {
            return Err(format!(
                "the rule `{}` cannot be ignored: it is a legal requirement{HELP}remove this line",
                known.0
            ));
        }
        Ok(Self(known))
    }
}

impl TryFrom<String> for SilenceReason {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err(format!(
                "a rule cannot be ignored without a reason{HELP}give a reason: it is shown beside the findings"
            ));
        }
        Ok(Self(text.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_named_and_silence_has_a_reason() {
        let read = |text: &str| toml::from_str::<Settings>(text);
        let settings =
            read("[severity]\nno-link = 'must'\n[silence]\nalt = ' our pictures are borders '\n")
                .unwrap();
        assert_eq!(settings.severity_of("no-link"), Some(Severity::Must));
        assert_eq!(settings.silence_of("alt"), Some("our pictures are borders"));
        for (text, said) in [
            ("[silence]\nlat = 'x'\n", "unknown variant `lat`"),
            ("[silence]\nalt = ' '\n", "give a reason"),
            ("[silence]\nunsubscribe = 'x'\n", "cannot be ignored: it is a legal requirement"),
            (
                "[[ignore]]\nrule = 'unsubscribe'\nedition = '2020-12'\nreason = 'x'\n",
                "legal requirement",
            ),
            ("[[ignore]]\nrule = 'alt'\nedition = '2020-12'\nreason = ''\n", "give a reason"),
            ("[[ignore]]\nrule = 'alt'\nreason = 'x'\n", "missing field `edition`"),
            ("[severity]\nalt = 'loud'\n", "unknown variant `loud`"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
