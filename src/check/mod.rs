//! What a careful colleague would say of a mail before it leaves: one rule, one question.
//! Pure: a composition in, findings out.

mod law;
mod links;
mod look;
mod personal;
mod pictures;
mod stories;
mod words;

use chrono::NaiveDate;
use serde::Serialize;

use crate::compose::{Composition, Templates, Theme};
use crate::edition::Edition;
use crate::problem::Place;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Holds the sending.
    Must,
    /// Somebody will notice.
    Should,
    /// Good to know.
    Note,
}

/// What one rule found at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    pub place: Place,
    pub message: String,
    pub cure: String,
}

/// How many findings there are of each severity: must, should, note.
pub fn tally(findings: &[Finding]) -> [usize; 3] {
    [Severity::Must, Severity::Should, Severity::Note]
        .map(|severity| findings.iter().filter(|finding| finding.severity == severity).count())
}

/// What the rules know beside the composition.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub edition: &'a Edition,
    pub theme: &'a Theme,
    pub today: NaiveDate,
    /// The largest message of all that would be sent, and whose it is.
    pub largest: Option<(usize, &'a str)>,
    /// People whose copy nobody would want to get.
    pub doubts: &'a Doubts,
}

/// One person's copy that would look wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub address: String,
    /// As in "would be greeted without a name".
    pub what: String,
}

/// All doubts, counted, with the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    pub first: Vec<Doubt>,
    pub count: usize,
}

impl Doubts {
    /// More than this are counted and not named.
    const MOST_NAMED: usize = 5;

    pub fn add(&mut self, doubt: Doubt) {
        self.count += 1;
        if self.first.len() < Self::MOST_NAMED {
            self.first.push(doubt);
        }
    }

    /// Those of a later part of the list too.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.count += later.count;
        self.first.extend(later.first);
        self.first.truncate(Self::MOST_NAMED);
        self
    }
}

/// One question, with its reason for people who ask.
pub struct Rule {
    pub id: &'static str,
    /// The question as a sentence.
    pub title: &'static str,
    /// Why it exists, and what to do.
    pub why: &'static str,
    find: fn(&Composition, &Known<'_>) -> Vec<Finding>,
}

/// All rules, in the order in which they are asked.
pub const RULES: [&[Rule]; 7] = [
    &words::RULES,
    &stories::RULES,
    &links::RULES,
    &pictures::RULES,
    &personal::RULES,
    &law::RULES,
    &look::RULES,
];

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().flatten()
}

/// Asks every rule. What must be mended stands first.
pub fn check(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        rules().flat_map(|rule| (rule.find)(composition, known)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Both parts of every variant as text, slots shown by name.
fn parts(composition: &Composition) -> impl Iterator<Item = (&'static str, String)> + '_ {
    composition.variants.iter().flat_map(|variant| {
        [
            ("HTML", composition.shown(&variant.html)),
            ("plain text", composition.shown(&variant.text)),
        ]
    })
}

/// What the mail shows that somebody wrote: the editor's words and the stories', each with its place.
fn written<'a>(known: &Known<'a>) -> Vec<(Place, &'a str)> {
    let edition = known.edition;
    let mut texts: Vec<(Place, &str)> =
        [&edition.subject, &edition.preheader, &edition.introduction]
            .into_iter()
            .map(|words| (words.place(), words.text.as_str()))
            .collect();
    for item in edition.shown() {
        texts.push((item.place.clone(), &item.title));
        texts.push((item.place.clone(), &item.summary));
    }
    texts
}

/// The template of the edition, for findings about it.
fn template(known: &Known<'_>) -> Place {
    Place::whole(Templates::shown(&format!("{}.mjml.hbs", known.edition.template)))
}

/// Some words of a text, for a finding.
fn excerpt(text: &str) -> String {
    crate::compose::text::cut_at_word(&crate::rfc::header::one_line(text), 60)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Europe::London;

    use super::*;
    use crate::compose::theme::{Appeal, Look, Organisation};
    use crate::compose::{Nonce, People, compose};
    use crate::edition::{Draft, edit};
    use crate::news::markdown;
    use crate::window::{Window, select};

    /// A mail in which no rule finds anything, and what may be done to it.
    pub struct Mail {
        pub edition: Edition,
        pub theme: Theme,
        pub templates: Vec<(String, String)>,
        pub largest: usize,
        pub doubts: super::Doubts,
    }

    impl Mail {
        pub fn good() -> Self {
            let text = "---\ntitle: Training for forty nurses\ndate: 2020-12-09\nlink: https://charity.example/nurses\n\
                        image: https://charity.example/nurses.jpg\nimage_alt: Nurses in a class room\n---\n\
                        Forty nurses learned to see the signs.\n";
            let items = markdown::read("news", "news/nurses.md", text, London).items;
            let window = Window::month("2020-12", London).unwrap();
            let selection = select(items, &window, "2021-01-04".parse().unwrap());
            let mut draft = Draft::propose(&window, &selection, None, "Example Charity");
            draft.preheader.text = "Forty nurses learned to see the signs".to_owned();
            let theme = Theme {
                organisation: Organisation {
                    name: "Example Charity".to_owned(),
                    legal_name: "Example Charity Limited".to_owned(),
                    address: "1 Example Street, London".to_owned(),
                    charity: Some("Registered charity no. 1234567".to_owned()),
                    website: "https://charity.example/".to_owned(),
                    contact: "hello@charity.example".to_owned(),
                    why: "You asked for our news.".to_owned(),
                },
                look: Look::default(),
                appeal: Some(Appeal {
                    title: "Help".to_owned(),
                    text: "Every pound helps.".to_owned(),
                    button: "Give".to_owned(),
                    url: "https://charity.example/give".to_owned(),
                }),
            };
            let edition = edit(&draft, selection).unwrap();
            Self {
                edition,
                theme,
                templates: Vec::new(),
                largest: 40_000,
                doubts: super::Doubts::default(),
            }
        }

        pub fn with(change: impl FnOnce(&mut Self)) -> Self {
            let mut mail = Self::good();
            change(&mut mail);
            mail
        }

        /// What the rules say, as `rule: message`.
        pub fn findings(&self) -> Vec<String> {
            let templates = Templates::with(self.templates.clone());
            let people =
                People { columns: vec!["first_name".to_owned()], segments: BTreeSet::new() };
            let composition =
                compose(&self.edition, &self.theme, &templates, &people, Nonce::new([7; 16]))
                    .unwrap();
            let known = Known {
                edition: &self.edition,
                theme: &self.theme,
                today: "2021-01-04".parse().unwrap(),
                largest: Some((self.largest, "ann@example.org")),
                doubts: &self.doubts,
            };
            check(&composition, &known)
                .into_iter()
                .map(|finding| format!("{}: {}", finding.rule, finding.message))
                .collect()
        }

        /// The one thing that is found.
        pub fn only_finding(&self) -> String {
            let findings = self.findings();
            assert_eq!(findings.len(), 1, "{findings:?}");
            findings[0].clone()
        }
    }

    #[test]
    fn nothing_is_found_in_a_good_mail() {
        assert_eq!(Mail::good().findings(), Vec::<String>::new());
    }

    #[test]
    fn every_rule_has_its_own_id_and_a_reason() {
        let ids: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules().count());
        for rule in rules() {
            assert!(rule.why.len() > 80 && rule.title.ends_with('?'), "{}", rule.id);
        }
    }
}
