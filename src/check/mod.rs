//! What a careful colleague would say of an email before it leaves: one rule, one question.
//! Pure: a composition in, findings out.

mod around;
mod at_once;
mod brackets;
mod calendar;
mod charity_number;
pub mod client_lists;
mod clock;
mod colleague_notes;
pub mod colour;
pub mod dark;
pub mod date_words;
pub mod events;
mod example_names;
mod expression;
mod greetings;
pub mod html;
mod link_kinds;
mod link_shapes;
mod lorem;
mod markdown_slips;
mod merge_tags;
mod mojibake;
mod newsroom_notes;
mod pasted;
mod phones;
mod phrase_search;
mod places;
pub mod probe;
mod ranges;
mod rendering;
mod repetition;
pub mod rules;
mod screen_words;
pub mod settings;
pub mod silence;
mod spelling;
pub mod spoken;
mod texts;
mod written_language;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::audience::settings::ListPlace;
use crate::compose::composition::Composition;
use crate::compose::readings::Readers;
use crate::compose::{Branding, Piece, Templates};
use crate::edition::Edition;
use crate::problem::Place;

use self::at_once::at_once;

pub use html::HtmlPage;
pub use rules::audience::Numbers;
pub use rules::earlier::MailedEdition;
pub use rules::link_results::{LinkResult, LinkResults};
pub use rules::spam::SpamReport;
pub use rules::terms::Term;
pub use settings::Settings;
pub use silence::SilencedRule;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Finding {
    fn new(
        rule: &'static str,
        severity: Severity,
        place: Place,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { rule, severity, place, message: message.into(), cure: cure.into() }
    }
}

/// What all rules found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedEmail {
    /// What must be fixed stands first.
    pub findings: Vec<Finding>,
    pub silenced: Vec<SilencedRule>,
}

impl CheckedEmail {
    /// Those of the same email in another language too, where they are not the same.
    pub fn add_translation(&mut self, language: &str, translated: Self) {
        for mut finding in translated.findings {
            let is_known = self.findings.iter().any(|known| {
                known.rule == finding.rule
                    && (known.message == finding.message || known.place == finding.place)
            });
            if !is_known {
                finding.message = format!("{language}: {}", finding.message);
                self.findings.push(finding);
            }
        }
        self.findings.sort_by_key(|finding| finding.severity);
    }
}

/// How many findings there are of each severity: must, should, note.
pub fn tally(findings: &[Finding]) -> [usize; 3] {
    [Severity::Must, Severity::Should, Severity::Note]
        .map(|severity| findings.iter().filter(|finding| finding.severity == severity).count())
}

/// What the rules know beside the composition.
#[derive(Debug, Clone, Copy)]
pub struct CheckContext<'a> {
    pub edition: &'a Edition,
    /// Whether the email is a translation of the edition.
    pub is_translation: bool,
    pub theme: &'a Branding,
    pub templates: &'a Templates,
    /// The text of `roundup.toml`, for the lines of what stands in it.
    pub settings: &'a str,
    pub today: NaiveDate,
    /// The largest message of all that would be sent, and whose it is.
    pub largest: Option<(usize, &'a str)>,
    /// People whose copy nobody would want to get.
    pub doubts: &'a CopyWarnings,
    /// How many people there are, when there is a list.
    pub numbers: Option<&'a Numbers>,
    /// Editions that were mailed before, the latest first.
    pub earlier: &'a [MailedEdition],
    /// The messages of two people, as they would be sent.
    pub messages: &'a [Vec<u8>],
    /// What the links answered, as far as they were fetched.
    pub answers: &'a LinkResults,
    pub terms: &'a [Term],
    pub spam: Option<&'a SpamReport>,
    /// Whether example addresses may be written to: nothing leaves this computer.
    pub takes_examples: bool,
    /// Whether the public unsubscribe links were tried lately, and worked.
    pub links_work: bool,
    /// Where the list is.
    pub list: ListPlace,
}

/// Where rules find what is wrong with the list, wherever that is.
pub const IN_THE_LIST: &str = "subscribers/";

impl CheckContext<'_> {
    /// A finding in the list names the place where the list really is, and what changes it there.
    fn in_its_list(&self, mut finding: Finding) -> Finding {
        if self.list == ListPlace::Database && finding.place.source == IN_THE_LIST {
            finding.place = Place::whole("the list in the database");
            finding.cure.push_str(
                "; `roundup subscribers list` shows the people in the database, and `roundup subscribers import FILE` \
                 corrects them",
            );
        }
        finding
    }
}

/// Each way to fill an email is a page to read: more would cost more than they find.
const MOST_OTHER_READINGS: usize = 60;

/// A composition as people get to see it.
pub struct RenderedEmail<'a> {
    pub composition: &'a Composition,
    /// Each as whoever gets it reads it: a person with every column first, and then others where their words differ.
    pub variants: Vec<RenderedVariant>,
    /// Columns that the email's words depend on.
    pub columns: Vec<String>,
    /// What all variants use of HTML and CSS; read when it is first needed.
    signs: OnceLock<BTreeSet<String>>,
}

/// Both parts for the people of some segments, slots shown by name.
pub struct RenderedVariant {
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub text: String,
    pub page: HtmlPage,
    /// Words with a gap where somebody has nothing: `Dear ,`.
    pub gaps: Vec<String>,
}

impl<'a> RenderedEmail<'a> {
    pub fn of(composition: &'a Composition) -> Self {
        let readers = Readers::of(&composition.slots);
        let mut variants: Vec<RenderedVariant> = Vec::new();
        let mut seen = BTreeSet::new();
        for (number, person) in readers.people.iter().enumerate() {
            for variant in &composition.variants {
                if number > 0 && variants.len() > composition.variants.len() + MOST_OTHER_READINGS {
                    break;
                }
                let read = |pieces: &[Piece]| readers.read(composition, pieces, person);
                let (html, text) = (read(&variant.html), read(&variant.text));
                let subject = read(composition.subject_of(variant));
                let preheader = read(&variant.preheader).text;
                let words = (subject.text, preheader, html.text, text.text);
                if !seen.insert(words.clone()) {
                    continue;
                }
                let mut gaps: Vec<String> = [subject.gaps, html.gaps, text.gaps].concat();
                gaps.dedup();
                let (subject, preheader, html, text) = words;
                let page = HtmlPage::read(&html);
                variants.push(RenderedVariant { subject, preheader, html, text, page, gaps });
            }
        }
        let columns = readers.columns().map(str::to_owned).collect();
        Self { composition, variants, columns, signs: OnceLock::new() }
    }

    /// The subjects that some people or others get, each once.
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> =
            self.variants.iter().map(|variant| variant.subject.trim()).collect();
        let mut seen = BTreeSet::new();
        subjects.retain(|subject| seen.insert(*subject));
        subjects
    }

    /// What the email uses, as `clients` names it.
    fn signs(&self) -> &BTreeSet<String> {
        self.signs.get_or_init(|| {
            self.variants
                .iter()
                .flat_map(|variant| rules::clients::signs_of(&variant.html))
                .collect()
        })
    }

    /// The web addresses that the email sends people to or takes pictures from, each once.
    pub fn addresses(&self) -> Vec<String> {
        let mut addresses: Vec<String> = Vec::new();
        for variant in &self.variants {
            let links = variant.page.links.iter().map(|link| &link.address);
            let pictures = variant.page.pictures.iter().map(|picture| &picture.address);
            for address in links.chain(pictures) {
                let is_web = address.starts_with("https://") || address.starts_with("http://");
                // A slot stands in braces: what it becomes is another address for each person.
                if is_web && !address.contains('{') && !addresses.contains(address) {
                    addresses.push(address.clone());
                }
            }
        }
        addresses
    }
}

/// One person's copy that would look wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyWarning {
    pub address: String,
    /// As in "would be greeted without a name".
    pub what: String,
}

/// All doubts, counted, with the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyWarnings {
    pub first: Vec<CopyWarning>,
    pub count: usize,
}

impl CopyWarnings {
    /// More than this are counted and not named.
    const MOST_NAMED: usize = 5;

    pub fn add(&mut self, doubt: CopyWarning) {
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

/// One question, with its reason for people who want to know.
pub struct Rule {
    pub id: &'static str,
    /// The question as a sentence.
    pub title: &'static str,
    /// Why it exists, and what to do.
    pub why: &'static str,
    /// It guards what the law wants: no project can silence it.
    pub is_law: bool,
    find: fn(&RenderedEmail<'_>, &CheckContext<'_>) -> Vec<Finding>,
}

impl Rule {
    const fn new(
        id: &'static str,
        title: &'static str,
        why: &'static str,
        find: fn(&RenderedEmail<'_>, &CheckContext<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { id, title, why, is_law: false, find }
    }

    const fn of_law(self) -> Self {
        Self { is_law: true, ..self }
    }
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.into_iter().flatten()
}

/// Applies every rule, and weighs what they find as the project wants it.
pub fn check(
    shown: &RenderedEmail<'_>,
    known: &CheckContext<'_>,
    settings: &Settings,
) -> CheckedEmail {
    // Words that there is no room for nobody reads: a store of thousands of stories costs what the email's own cost.
    let stories = known.edition.shown().count();
    let edition = known.edition.with_first(shown.composition.density.shows(stories));
    let known = &CheckContext { edition: &edition, ..*known };
    let mut checked = CheckedEmail::default();
    let rules: Vec<&Rule> = rules().collect();
    // Rules know nothing of each other; each compiles the patterns that it needs, which is most of the work.
    let found = at_once(&rules, |rule| (rule.find)(shown, known));
    for (rule, found) in rules.into_iter().zip(found) {
        // Variants share most of what they show: what a rule finds in several is one finding.
        let mut findings: Vec<Finding> = Vec::new();
        for finding in found.into_iter().map(|finding| known.in_its_list(finding)) {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        if let Some(severity) = settings.severity_of(rule.id) {
            for finding in &mut findings {
                finding.severity = severity;
            }
        }
        checked.silenced.extend(silence::take(rule.id, &mut findings, known.edition, settings));
        checked.findings.append(&mut findings);
    }
    checked.findings.sort_by_key(|finding| finding.severity);
    checked
}

/// The template of the edition, for findings about it.
fn template(known: &CheckContext<'_>) -> Place {
    Place::whole(Templates::shown(&format!("{}.mjml.hbs", known.edition.template)))
}

/// Some words of a text, for a finding.
fn excerpt(text: &str) -> String {
    crate::rfc::text::cut_at_word(&crate::rfc::text::one_line(text), 60)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono_tz::Europe::London;

    use super::*;
    use crate::audience::People;
    use crate::compose::theme::{Appeal, Organisation, Theme};
    use crate::compose::{Nonce, compose};
    use crate::edition::{Draft, edit};
    use crate::news::readers::markdown;
    use crate::window::{Window, select};

    /// An email in which no rule finds anything, and what may be done to it.
    pub struct SampleEmail {
        pub edition: Edition,
        pub theme: Branding,
        pub templates: Vec<(String, String)>,
        pub largest: usize,
        pub doubts: super::CopyWarnings,
        pub numbers: Option<Numbers>,
        pub earlier: Vec<MailedEdition>,
        pub messages: Vec<Vec<u8>>,
        pub answers: LinkResults,
        pub terms: Vec<Term>,
        pub spam: Option<SpamReport>,
        pub settings: Settings,
        /// The text of `roundup.toml`.
        pub toml: String,
        pub takes_examples: bool,
        pub links_work: bool,
        pub list: ListPlace,
        pub today: NaiveDate,
    }

    impl SampleEmail {
        pub fn good() -> Self {
            let text = "---\ntitle: Training for forty nurses\ndate: 2020-12-09\nlink: https://charity.org.uk/nurses\n\
                        image: https://charity.org.uk/nurses.jpg\nimage_alt: Nurses in a class room\n---\n\
                        Forty nurses of three hospitals learned to see the signs of exploitation, and what to do next.\n";
            let items = markdown::read("news", "news/nurses.md", text, London).items;
            let window = Window::month("2020-12", London).unwrap();
            let selection = select(items, &window, "2021-01-04".parse().unwrap());
            let mut draft = Draft::propose(
                &window,
                &selection,
                None,
                "Example Charity",
                &crate::locale::Locale::english(),
            );
            draft.preheader.text = "Forty nurses learned to see the signs".to_owned();
            let theme = Branding {
                organisation: Organisation {
                    name: "Example Charity".to_owned(),
                    legal_name: "Example Charity Limited".to_owned(),
                    address: "1 Example Street, London".to_owned(),
                    charity: Some("Registered charity no. 1234567".to_owned()),
                    website: "https://charity.org.uk/".to_owned(),
                    contact: "hello@charity.org.uk".to_owned(),
                    why: "You asked for our news.".to_owned(),
                },
                look: Theme::default(),
                appeal: Some(Appeal {
                    title: "Help".to_owned(),
                    text: "Every pound helps us to train nurses, teachers and police officers."
                        .to_owned(),
                    button: "Give".to_owned(),
                    url: "https://charity.org.uk/give".to_owned(),
                }),
                archive: None,
                links: crate::compose::theme::FooterLinks::default(),
                translations: BTreeMap::new(),
            };
            let edition = edit(&draft, selection).unwrap();
            Self {
                edition,
                theme,
                templates: Vec::new(),
                largest: 40_000,
                doubts: super::CopyWarnings::default(),
                numbers: None,
                earlier: Vec::new(),
                messages: Vec::new(),
                answers: LinkResults::new(),
                terms: Vec::new(),
                spam: None,
                settings: Settings::default(),
                toml: String::new(),
                takes_examples: true,
                links_work: false,
                list: ListPlace::Files,
                today: "2021-01-04".parse().unwrap(),
            }
        }

        pub fn composition(&self) -> Result<Composition, String> {
            let templates = Templates::with(self.templates.clone());
            let people =
                People { columns: vec!["first_name".to_owned()], segments: BTreeSet::new() };
            compose(&self.edition, &self.theme, &templates, &people, Nonce::new([7; 16]))
                .map_err(|error| error.to_string())
        }

        pub fn with(change: impl FnOnce(&mut Self)) -> Self {
            let mut mail = Self::good();
            change(&mut mail);
            mail
        }

        /// What the rules say.
        pub fn checked(&self) -> CheckedEmail {
            self.checked_if_composed().unwrap()
        }

        /// The same, or why it cannot be composed.
        pub fn checked_if_composed(&self) -> Result<CheckedEmail, String> {
            let composition = self.composition()?;
            let known = CheckContext {
                edition: &self.edition,
                is_translation: false,
                theme: &self.theme,
                templates: &Templates::with(self.templates.clone()),
                settings: &self.toml,
                today: self.today,
                largest: Some((self.largest, "ann@example.org")),
                doubts: &self.doubts,
                numbers: self.numbers.as_ref(),
                earlier: &self.earlier,
                messages: &self.messages,
                answers: &self.answers,
                terms: &self.terms,
                spam: self.spam.as_ref(),
                takes_examples: self.takes_examples,
                links_work: self.links_work,
                list: self.list,
            };
            Ok(check(&RenderedEmail::of(&composition), &known, &self.settings))
        }

        /// The same, as `rule: message`.
        pub fn findings(&self) -> Vec<String> {
            self.checked()
                .findings
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
        assert_eq!(SampleEmail::good().findings(), Vec::<String>::new());
    }

    #[test]
    fn a_project_weighs_and_silences_rules() {
        let mut mail = SampleEmail::with(|mail| mail.edition.items[0].link = None);
        mail.settings = toml::from_str("[severity]\nno-link = 'must'\n").unwrap();
        assert_eq!(mail.checked().findings[0].severity, Severity::Must);
        mail.settings = toml::from_str("[silence]\nno-link = 'short news'\nalt = 'x'\n").unwrap();
        let checked = mail.checked();
        assert_eq!(checked.findings, []);
        // A rule that found nothing was not silenced.
        let silenced = SilencedRule {
            rule: "no-link",
            findings: 1,
            reason: "short news".to_owned(),
            edition: None,
            story: None,
        };
        assert_eq!(checked.silenced, [silenced]);
    }

    #[test]
    fn a_rule_is_silent_in_one_edition_or_for_one_story() {
        let mut mail = SampleEmail::with(|mail| mail.edition.items[0].link = None);
        let (edition, story) = (mail.edition.name.clone(), mail.edition.items[0].id.clone());
        let mut found = |edition: &str, story: &str| {
            let ignored = format!(
                "[[ignore]]\nrule = 'no-link'\nedition = '{edition}'\nreason = 'short'\n{story}"
            );
            mail.settings = toml::from_str(&ignored).unwrap();
            let checked = mail.checked();
            (checked.findings.len(), checked.silenced.len())
        };
        assert_eq!(found(&edition, ""), (0, 1));
        assert_eq!(found(&edition, &format!("story = '{story}'\n")), (0, 1));
        assert_eq!(found(&edition, "story = 'another'\n"), (1, 0));
        assert_eq!(found("1999-01", ""), (1, 0));
    }

    #[test]
    fn findings_name_the_line_where_the_words_were_written() {
        let mail = SampleEmail::with(|mail| {
            let text = "---\ntitle: Training for forty nurses\ndate: 2020-12-09\nlink: http://charity.org.uk/nurses\n\
                        ---\nForty nurses learned.\n\nJoin us TODO.\n";
            mail.edition.items = markdown::read("news", "news/nurses.md", text, London).items;
            mail.edition.introduction = crate::edition::PlacedText {
                text: "Hello.\n\nThe XXX of the year.".to_owned(),
                source: Some("editions/x.md".to_owned()),
                line: 7,
                field: None,
            };
        });
        let places: Vec<String> =
            mail.checked().findings.iter().map(|finding| finding.place.to_string()).collect();
        assert_eq!(places, ["editions/x.md:9", "news/nurses.md:8", "news/nurses.md:4"]);
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
