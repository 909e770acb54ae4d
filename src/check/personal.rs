//! What differs by person: copies that would look wrong, and braces that were meant to be slots. (A slot without a fallback cannot be composed.)
//! Pure: a composition in, findings out.

use super::{Finding, Known, Rule, Severity, excerpt, parts};
use crate::compose::Composition;
use crate::problem::Place;

pub const RULES: [Rule; 2] = [
    Rule {
        id: "raw-braces",
        title: "Are braces left in the mail?",
        why: "{{first_name}}, *|FNAME|* or %FNAME% in a mail that has gone out are the mark of a machine. Stories are \
              plain text: personal words work in the draft and in templates only.",
        find: raw_braces,
    },
    Rule {
        id: "each-copy",
        title: "Does everybody's own copy read well?",
        why: "Lists from other systems hold {{name}} or *|FNAME|* where a name should be, or nothing at all. roundup \
              writes everybody's copy once before the first one leaves, and names those that would look wrong. Mend the \
              row of the list, or give the words in the draft a fallback.",
        find: each_copy,
    },
];

fn each_copy(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = known
        .doubts
        .first
        .iter()
        .map(|doubt| Finding {
            rule: "each-copy",
            severity: Severity::Must,
            place: Place::whole("subscribers/"),
            message: format!("{} {}", doubt.address, excerpt(&doubt.what)),
            cure: "mend the row of the list, or give the words in the draft a fallback".to_owned(),
        })
        .collect();
    let more = known.doubts.count.saturating_sub(findings.len());
    if more > 0
        && let Some(last) = findings.last_mut()
    {
        last.message.push_str(&format!(", and {more} more like it"));
    }
    findings
}

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
    fn copies_that_would_look_wrong_are_named() {
        let doubt = |n: usize| super::super::Doubt {
            address: format!("p{n}@example.org"),
            what: "would be greeted without a name".to_owned(),
        };
        let mail = Mail::with(|mail| mail.doubts.add(doubt(1)));
        assert!(mail.only_finding().starts_with("each-copy: p1@example.org would be greeted"));
        let many = Mail::with(|mail| {
            for n in 0..9 {
                let mut later = super::super::Doubts::default();
                later.add(doubt(n));
                mail.doubts = std::mem::take(&mut mail.doubts).and(later);
            }
        });
        let findings = many.findings();
        assert_eq!(findings.len(), 5);
        assert!(findings[4].contains("and 4 more like it"), "{findings:?}");
    }

    #[test]
    fn braces_of_another_system() {
        let mail = Mail::with(|mail| {
            mail.edition.items[0].summary = "Dear *|FNAME|*, look.".to_owned();
        });
        assert!(mail.only_finding().starts_with("raw-braces: `*|FNAME|*, look"));
    }
}
