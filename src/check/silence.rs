//! Which findings a project does not want to see: of a rule everywhere, in one edition, or for one story.
//! Pure: findings and settings in, what is left out.

use serde::Serialize;

use super::{Finding, Settings};
use crate::edition::Edition;
use crate::news::Item;

/// A rule that found something and is silent here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SilencedRule {
    pub rule: &'static str,
    /// How many findings are not shown.
    pub findings: usize,
    /// As the settings have it.
    pub reason: String,
    /// Silent in this edition only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// Silent for this story only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
}

/// Takes the findings of a rule away that the project ignores. A rule that found nothing is not named.
pub(super) fn take(
    rule: &'static str,
    findings: &mut Vec<Finding>,
    edition: &Edition,
    settings: &Settings,
) -> Vec<SilencedRule> {
    if findings.is_empty() {
        return Vec::new();
    }
    if let Some(reason) = settings.silence_of(rule) {
        let silenced = SilencedRule {
            rule,
            findings: findings.len(),
            reason: reason.to_owned(),
            edition: None,
            story: None,
        };
        findings.clear();
        return vec![silenced];
    }
    let stories: Vec<&Item> = edition.shown().collect();
    let mut silenced = Vec::new();
    for ignored in &settings.ignore {
        let before = findings.len();
        findings
            .retain(|finding| !ignored.is_about(rule, &edition.name, story_of(finding, &stories)));
        if findings.len() < before {
            silenced.push(SilencedRule {
                rule,
                findings: before - findings.len(),
                reason: ignored.reason().to_owned(),
                edition: Some(ignored.edition.clone()),
                story: ignored.story.clone(),
            });
        }
    }
    silenced
}

/// The story whose source a finding points into.
pub fn story_of<'a>(finding: &Finding, shown: &[&'a Item]) -> Option<&'a str> {
    let of_source: Vec<&&Item> =
        shown.iter().filter(|item| item.place.source == finding.place.source).collect();
    let item = match of_source.as_slice() {
        [] => shown.iter().find(|item| {
            let own = [&item.overridden.title, &item.overridden.summary, &item.overridden.alt];
            own.into_iter().flatten().any(|place| *place == finding.place)
        })?,
        [one] => one,
        many => many
            .iter()
            .find(|item| item.place.line == finding.place.line)
            .or_else(|| many.iter().find(|item| finding.message.contains(&item.title)))?,
    };
    Some(&item.id)
}
