//! What differs by person: copies that would look wrong, and braces that were meant to be slots. (A slot without a fallback cannot be composed.)
//! Pure: a composition in, findings out.

use super::{Finding, Known, Rule, Severity, Shown, excerpt};
use crate::problem::Place;

pub const RULES: [Rule; 2] = [
    Rule::new(
        "raw-braces",
        "Are braces left in the mail?",
        "{{first_name}}, *|FNAME|* or %FNAME% in a mail that has gone out are the mark of a machine. Stories are \
              plain text: personal words work in the draft and in templates only.",
        raw_braces,
    ),
    Rule::new(
        "each-copy",
        "Does everybody's own copy read well?",
        "Lists from other systems hold {{name}} or *|FNAME|* where a name should be, or nothing at all. roundup \
              writes everybody's copy once before the first one leaves, and names those that would look wrong. Mend the \
              row of the list, or give the words in the draft a fallback.",
        each_copy,
    ),
];

fn each_copy(_: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
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

fn raw_braces(shown: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    const MARKS: [&str; 4] = ["{{", "}}", "*|", "%FNAME%"];
    let mut findings: Vec<Finding> = Vec::new();
    for variant in &shown.variants {
        // Style sheets are full of braces, and nobody sees them.
        let addresses = variant.page.links.iter().map(|link| ("HTML", link.address.as_str()));
        let parts = [("HTML", variant.page.words.as_str()), ("plain text", variant.text.as_str())];
        for (part, text) in parts.into_iter().chain(addresses) {
            for mark in MARKS {
                let Some(at) = text.find(mark) else { continue };
                let around: String = text[at..].chars().take(40).collect();
                let place = known.place_of(mark);
                if findings.iter().all(|finding| finding.place != place) {
                    findings.push(Finding::new(
                        "raw-braces",
                        Severity::Must,
                        place,
                        format!("`{}` is left in the {part}", excerpt(&around)),
                        "take it out, or write it in the draft as {{recipient \"first_name\" fallback=\"friend\"}}",
                    ));
                }
            }
        }
    }
    findings
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
