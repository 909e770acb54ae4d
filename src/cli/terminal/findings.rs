//! Findings of the checks as people read them: what one rule found at many places is said once.
//! Pure: findings in, lines out.

use crate::check::{Finding, Severity};
use crate::cli::terminal::guarded::{cure, place, sentence};
use crate::cli::terminal::outcome::Text;
use crate::count::{and_more, grouped};

/// Findings of one rule that are written in full; of more, only the first places are.
const MOST_IN_FULL: usize = 3;

/// Each rule's findings together, the gravest first; with `-v` every place.
pub fn findings(found: &[Finding], text: &mut Text) {
    for group in by_rule(found) {
        if group.len() <= MOST_IN_FULL {
            for finding in group {
                in_full(finding, text);
            }
        } else {
            together(&group, text);
        }
    }
}

/// The findings of each rule and severity, where the first of them stood.
fn by_rule(found: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in found {
        let same = groups
            .iter_mut()
            .find(|group| group[0].rule == finding.rule && group[0].severity == finding.severity);
        match same {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn in_full(finding: &Finding, text: &mut Text) {
    let severity = severity(finding.severity, text);
    text.line(format!("{severity} [{}] {}", finding.rule, sentence(&finding.message)));
    text.line(format!("  {} {}", text.faint("-->"), place(&finding.place.to_string())));
    text.line(format!("  {} {}", text.faint("help:"), cure(&finding.cure)));
}

fn together(group: &[&Finding], text: &mut Text) {
    let (severity, first) = (severity(group[0].severity, text), group[0]);
    let (rule, count) = (first.rule, grouped(group.len()));
    let is_same = group.iter().all(|finding| finding.message == first.message);
    let what = if is_same { format!(": {}", sentence(&first.message)) } else { String::new() };
    text.line(format!("{severity} [{rule}] found {count} times{what}"));
    let most = if text.verbose { group.len() } else { MOST_IN_FULL };
    for finding in &group[..most] {
        let what =
            if is_same { String::new() } else { format!(": {}", sentence(&finding.message)) };
        text.line(format!("  {} {}{what}", text.faint("-->"), place(&finding.place.to_string())));
    }
    if group.len() > most {
        text.line(format!("  {} (-v shows them all)", and_more(group.len() - most)));
    }
    let is_one_cure = group.iter().all(|finding| finding.cure == first.cure);
    let others = if is_one_cure { "" } else { "; the others in the same way" };
    text.line(format!("  {} {}{others}", text.faint("help:"), cure(&first.cure)));
}

fn severity(severity: Severity, text: &Text) -> String {
    match severity {
        Severity::Must => text.strong("must fix"),
        Severity::Should => text.strong("should fix"),
        Severity::Note => text.faint("good to know"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::colour::Paint;
    use crate::cli::terminal::outcome::Line;
    use crate::problem::Place;

    fn finding(rule: &'static str, severity: Severity, line: usize, message: &str) -> Finding {
        Finding {
            rule,
            severity,
            place: Place::line("news/a.md", line),
            message: message.to_owned(),
            cure: "write it".to_owned(),
        }
    }

    fn shown(found: &[Finding], verbose: bool) -> String {
        let mut text = Text::new(Paint::plain(), verbose);
        findings(found, &mut text);
        match text.into_lines().as_slice() {
            [] => String::new(),
            [Line::Data(lines)] => lines.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn any_number_of_one_rule_is_a_few_lines_and_none_is_lost() {
        for count in [0, 1, 2, 3, 4, 10, 1_000] {
            for is_same in [true, false] {
                let found: Vec<Finding> = (1..=count)
                    .map(|line| {
                        let message =
                            if is_same { "none".to_owned() } else { format!("none {line}") };
                        finding("alt", Severity::Should, line, &message)
                    })
                    .collect();
                let short = shown(&found, false);
                assert!(short.lines().count() <= 3 * MOST_IN_FULL, "{count}: {short}");
                if count > MOST_IN_FULL {
                    let times = format!("[alt] found {} times", grouped(count as u64));
                    assert!(short.starts_with(&format!("should fix {times}")), "{short}");
                    let more = and_more(count - MOST_IN_FULL);
                    assert!(short.contains(&more), "{short}");
                    assert_eq!(short.matches("help:").count(), 1);
                }
                let all = shown(&found, true);
                for line in 1..=count {
                    assert!(all.contains(&format!("--> news/a.md:{line}")), "{count}: {all}");
                }
            }
        }
    }

    #[test]
    fn rules_and_severities_stay_apart_and_in_their_order() {
        let mut found = Vec::new();
        for line in 1..=4 {
            found.push(finding("links", Severity::Must, line, "gone"));
        }
        for line in 1..=4 {
            found.push(finding("links", Severity::Should, line, "slow"));
            found.push(finding("alt", Severity::Should, line, "none"));
        }
        let text = shown(&found, false);
        let heads: Vec<&str> = text.lines().filter(|line| line.contains("found")).collect();
        assert_eq!(
            heads,
            [
                "must fix [links] found 4 times: gone",
                "should fix [links] found 4 times: slow",
                "should fix [alt] found 4 times: none",
            ]
        );
    }
}
