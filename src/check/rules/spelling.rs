//! Words that are misspelt: those that can be nothing else, and the names of months and days.
//! Pure: texts in, findings out.

use crate::check::spelling::misspellings;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};

pub const RULES: [Rule; 1] = [Rule::new(
    "misspelling",
    "Is every common word spelled correctly?",
    "\"Recieved\", \"teh\" and \"6 Decemebr\" are slips of the keyboard that a program for \
     writing underlines, and a draft in a plain file does not. roundup knows a few hundred such \
     words, in English, and the names of months and days. It is not a spell checker: names and \
     rare words are left alone.",
    misspelling,
)];

fn misspelling(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    if !known.theme.look.language.to_lowercase().starts_with("en") {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = Vec::new();
    for written in &known.written() {
        for misspelling in misspellings(&written.without_own_slots()) {
            let message = format!(
                "\"{}\" is misspelt in \"{}\"",
                misspelling.found.words,
                excerpt(written.text)
            );
            if findings.iter().all(|finding| finding.message != message) {
                findings.push(Finding::new(
                    "misspelling",
                    Severity::Should,
                    written.place(misspelling.found.at),
                    message,
                    format!("write \"{}\"", misspelling.meant),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn a_misspelt_word_gets_what_was_meant() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "We recieved forty hats.".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "misspelling: \"recieved\" is misspelt in \"We recieved forty hats.\""
        );
        let welsh = SampleEmail::with(|mail| {
            mail.theme.look.language = "cy".to_owned();
            mail.edition.items[0].summary = "We recieved forty hats.".to_owned();
        });
        assert!(welsh.findings().iter().all(|finding| !finding.starts_with("misspelling")));
    }
}
