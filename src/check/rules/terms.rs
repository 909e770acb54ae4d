//! Words that an organisation has decided about: those it avoids, those it uses with care, and what to say instead.
//! Pure: texts and a list of terms in, findings out.

use serde::Deserialize;

use crate::check::phrase_search::Phrases;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity, excerpt};

/// One decision about some words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The words, in every form that is meant.
    pub words: Vec<String>,
    pub level: Level,
    /// What to say instead.
    #[serde(default)]
    pub say: String,
    /// Why, in a sentence.
    #[serde(default)]
    pub why: String,
}

/// How the guidelines of the field grade a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Can be used.
    NoConcern,
    /// Can be used where it says exactly what is meant.
    SpecialAttention,
    Avoid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    term: Vec<Term>,
}

/// The lists that come with roundup, by name.
const BUILT_IN: [(&str, &str); 1] =
    [("children", include_str!("../../../templates/terms/children.toml"))];

/// A list that comes with roundup.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of those.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Reads a list of terms.
///
/// # Errors
/// As the library says it, with the place.
pub fn read(text: &str) -> Result<Vec<Term>, toml::de::Error> {
    toml::from_str::<File>(text).map(|file| file.term)
}

pub const RULES: [Rule; 1] = [Rule::new(
    "terms",
    "Does the email use the organisation's preferred words?",
    "Words about abuse can hurt those it happened to, or make a crime sound like a business. \
     `terms = \"children\"` under [checks] compares the email with a list based on the Luxembourg \
     Guidelines (Terminology Guidelines for the Protection of Children from Sexual Exploitation \
     and Sexual Abuse); a list of your own in templates/terms/ takes precedence. roundup never \
     reports abuse being named. Words within a quotation or the name of a law may stay.",
    terms,
)];

fn terms(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for written in known.written() {
        let text = Phrases::of(written.text);
        for term in known.terms {
            let severity = match term.level {
                Level::NoConcern => continue,
                Level::SpecialAttention => Severity::Note,
                Level::Avoid => Severity::Should,
            };
            let words: Vec<&str> = term.words.iter().map(String::as_str).collect();
            let Some((at, found)) = text.find_any(&words) else { continue };
            let place = written.place(at);
            let why = if term.why.is_empty() { String::new() } else { format!(": {}", term.why) };
            let message = format!("\"{found}\" in \"{}\"{why}", excerpt(written.text));
            if findings.iter().any(|finding| finding.message == message) {
                continue;
            }
            let cure = if term.say.is_empty() {
                "say exactly what you mean".to_owned()
            } else {
                format!("say \"{}\"", term.say)
            };
            findings.push(Finding::new("terms", severity, place, message, cure));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;

    #[test]
    fn the_words_that_were_decided_about() {
        let terms = read(built_in("children").unwrap()).unwrap();
        let with = |text: &str| {
            let terms = terms.clone();
            SampleEmail::with(|mail| {
                mail.edition.items[0].summary = text.to_owned();
                mail.terms = terms;
            })
            .findings()
        };
        let found = with("We campaign against Child\nPornography.");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("terms: \"child pornography\" in"));
        // Whoever works against abuse must be able to name it.
        for fine in [
            "Child sexual abuse and exploitation of children.",
            "Rape is a crime. Trafficking is one.",
        ] {
            assert_eq!(with(fine), Vec::<String>::new());
        }
    }

    #[test]
    fn a_list_is_checked_when_it_is_read() {
        assert!(read("[[term]]\nwords = ['x']\nlevel = 'avod'\n").is_err());
        let own = read("[[term]]\nwords = ['x']\nlevel = 'no-concern'\n").unwrap();
        assert_eq!(own[0].level, Level::NoConcern);
    }
}
