//! What differs by person: braces that were meant to be slots. (A slot without a fallback cannot be composed.)
//! Pure: a composition in, findings out.

use super::{Finding, Known, Rule, Severity, excerpt, parts};
use crate::compose::Composition;

pub const RULES: [Rule; 1] = [Rule {
    id: "raw-braces",
    title: "Are braces left in the mail?",
    why: "{{first_name}}, *|FNAME|* or %FNAME% in a mail that has gone out are the mark of a machine. Stories are \
              plain text: personal words work in the draft and in templates only.",
    find: raw_braces,
}];

fn raw_braces(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    const MARKS: [&str; 4] = ["{{", "}}", "*|", "%FNAME%"];
    let mut findings: Vec<Finding> = Vec::new();
    for (part, text) in parts(composition) {
        // Style sheets are full of braces, and nobody sees them.
        let seen = without_styles(&text);
        for mark in MARKS {
            let Some(at) = seen.find(mark) else { continue };
            let around: String = seen[at..].chars().take(40).collect();
            let place = known
                .edition
                .shown()
                .find(|item| item.title.contains(mark) || item.summary.contains(mark))
                .map_or_else(|| known.edition.introduction.place(), |item| item.place.clone());
            if findings.iter().all(|finding| finding.place != place) {
                findings.push(Finding {
                    rule: "raw-braces",
                    severity: Severity::Must,
                    place,
                    message: format!("`{}` is left in the {part}", excerpt(&around)),
                    cure: "take it out, or write it in the draft as {{recipient \"first_name\" fallback=\"friend\"}}"
                        .to_owned(),
                });
            }
        }
    }
    findings
}

fn without_styles(html: &str) -> String {
    let mut seen = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<style") {
        seen.push_str(before);
        rest = after.split_once("</style>").map_or("", |(_, after)| after);
    }
    seen.push_str(rest);
    seen
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;

    #[test]
    fn braces_of_another_system() {
        let mail = Mail::with(|mail| {
            mail.edition.items[0].summary = "Dear *|FNAME|*, look.".to_owned();
        });
        assert!(mail.only_finding().starts_with("raw-braces: `*|FNAME|*, look"));
    }
}
