//! What differs by person: copies that would look wrong, and braces that were meant to be slots. (A slot without a fallback cannot be composed.)
//! Pure: a composition in, findings out.

use crate::check::merge_tags::merge_tags;
use crate::check::texts::TextKind;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};
use crate::problem::Place;

pub const RULES: [Rule; 2] = [
    Rule::new(
        "raw-braces",
        "Are merge fields from another system left in the email?",
        "Other systems fill in {{first_name}}, *|FNAME|*, %FNAME% and [firstname]; roundup does \
         not, so readers would see them. Stories are plain text: personal words work only in the \
         draft and in templates.",
        raw_braces,
    ),
    Rule::new(
        "each-copy",
        "Does every person's message read well?",
        "Lists from other systems may have {{name}} or *|FNAME|* where a name should be, or \
         nothing at all. roundup writes every message before the first one is sent, and lists \
         those that would look wrong. Correct the row of the list, or give the words in the draft \
         a fallback.",
        each_copy,
    ),
];

fn each_copy(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = known
        .doubts
        .first
        .iter()
        .map(|doubt| Finding {
            rule: "each-copy",
            severity: Severity::Must,
            place: Place::whole("subscribers/"),
            message: format!("{} {}", doubt.address, excerpt(&doubt.what)),
            cure: "correct the row of the list, or give the words in the draft a fallback"
                .to_owned(),
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

fn raw_braces(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const CURE: &str =
        "remove it, or write it in the draft as {{recipient \"first_name\" fallback=\"friend\"}}";
    let mut findings: Vec<Finding> = known
        .look(shown, merge_tags)
        .into_iter()
        .map(|placed| {
            let words = placed.found.words.trim().to_owned();
            let (severity, message) = if placed.found.is_certain {
                (Severity::Must, format!("`{words}` is left in \"{}\"", placed.around))
            } else {
                (Severity::Should, format!("`{words}` greets nobody in \"{}\"", placed.around))
            };
            Finding::new("raw-braces", severity, placed.place, message, CURE)
        })
        .collect();
    for link in shown.variants.iter().flat_map(|variant| &variant.page.links) {
        for found in merge_tags(&link.address.replace("{unsubscribe_url}", ""), TextKind::Block) {
            let message = format!("`{}` is left in the address of a link", found.words);
            if findings.iter().all(|finding| finding.message != message) {
                let place = known.place_of(&link.address);
                findings.push(Finding::new("raw-braces", Severity::Must, place, message, CURE));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn copies_that_would_look_wrong_are_named() {
        let doubt = |n: usize| crate::check::CopyWarning {
            address: format!("p{n}@example.org"),
            what: "would be greeted without a name".to_owned(),
        };
        let mail = SampleEmail::with(|mail| mail.doubts.add(doubt(1)));
        assert!(mail.only_finding().starts_with("each-copy: p1@example.org would be greeted"));
        let many = SampleEmail::with(|mail| {
            for n in 0..9 {
                let mut later = crate::check::CopyWarnings::default();
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
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "Dear *|FNAME|*, look.".to_owned();
        });
        assert!(mail.only_finding().starts_with("raw-braces: `*|FNAME|*` is left in"));
    }
}
