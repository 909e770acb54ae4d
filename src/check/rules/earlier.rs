//! What was mailed before: a subject, stories and links that went out already.
//! Pure: earlier editions in, findings out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};
use crate::compose::composition::Composition;
use crate::news::dedupe::canonical;

/// An edition that was mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub name: String,
    pub subject: String,
    pub window_start: NaiveDate,
    /// The day after the window's last.
    pub window_end: NaiveDate,
    pub people: u64,
    /// The segment that it was for; empty where it was for everybody.
    pub segment: String,
    /// Where its mail led, without what does not change a page.
    pub links: BTreeSet<String>,
}

impl Earlier {
    /// The links of a composition that was mailed.
    pub fn links_of(composition: &Composition) -> BTreeSet<String> {
        if !composition.stories.is_empty() {
            return composition.stories.iter().filter_map(|story| story.link.clone()).collect();
        }
        // Compositions of earlier versions do not name their stories.
        RenderedEmail::of(composition)
            .addresses()
            .iter()
            .map(|address| canonical(address))
            .collect()
    }
}

pub const RULES: [Rule; 2] = [
    Rule::new(
        "earlier-subject",
        "Is the subject new?",
        "A draft is often a copy of the last one, with the same subject. People think they have \
            already read it. roundup compares the subject with every edition that was sent.",
        earlier_subject,
    ),
    Rule::new(
        "earlier-story",
        "Is every story new to your readers?",
        "A story from an earlier edition would go to the same people a second time. A round-up of \
            a year may do that: editions whose window lies within this one are not compared.",
        earlier_story,
    ),
];

fn earlier_subject(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let subjects: Vec<String> = shown.subjects().into_iter().map(str::to_lowercase).collect();
    known
        .earlier
        .iter()
        .find(|earlier| subjects.contains(&earlier.subject.trim().to_lowercase()))
        .map(|earlier| {
            Finding::new(
                "earlier-subject",
                Severity::Should,
                known.edition.subject.place(),
                format!("edition {} had the same subject", earlier.name),
                "say what is new in this edition",
            )
        })
        .into_iter()
        .collect()
}

fn earlier_story(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let window = &known.edition.window;
    let mut of_address: BTreeMap<String, usize> = BTreeMap::new();
    for link in known.edition.shown().filter_map(|item| item.link.as_deref()) {
        *of_address.entry(canonical(link)).or_default() += 1;
    }
    let website = canonical(&known.theme.organisation.website);
    let mut findings = Vec::new();
    for item in known.edition.shown() {
        let Some(address) = item.link.as_deref().map(canonical) else { continue };
        // A listing page that several stories share proves nothing, and neither does the website itself.
        if of_address.get(&address).is_some_and(|count| *count > 1) || address == website {
            continue;
        }
        let before = known.earlier.iter().find(|earlier| {
            let is_within =
                earlier.window_start >= window.start && earlier.window_end <= window.end;
            !is_within && earlier.links.contains(&address)
        });
        if let Some(earlier) = before {
            findings.push(Finding::new(
                "earlier-story",
                Severity::Should,
                item.place_of_title(),
                format!("\"{}\" was in edition {}", item.title, earlier.name),
                format!("add `{}` to `left_out:` in the draft", item.id),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;

    fn earlier(window: &str, subject: &str) -> Earlier {
        let window = crate::window::Window::month(window, chrono_tz::UTC).unwrap();
        Earlier {
            name: window.name(),
            subject: subject.to_owned(),
            window_start: window.start,
            window_end: window.end,
            segment: String::new(),
            people: 3,
            links: [canonical("https://charity.org.uk/nurses")].into(),
        }
    }

    #[test]
    fn a_subject_that_was_used() {
        let mail = SampleEmail::with(|mail| {
            let mut earlier = earlier("2020-11", &mail.edition.subject.text.to_uppercase());
            earlier.links.clear();
            mail.earlier = vec![earlier];
        });
        assert_eq!(mail.only_finding(), "earlier-subject: edition 2020-11 had the same subject");
    }

    #[test]
    fn a_story_that_was_mailed() {
        let mail = SampleEmail::with(|mail| mail.earlier = vec![earlier("2020-11", "x")]);
        assert_eq!(
            mail.only_finding(),
            "earlier-story: \"Training for forty nurses\" was in edition 2020-11"
        );
        // A year repeats its months.
        let year = SampleEmail::with(|mail| {
            mail.earlier = vec![earlier("2020-11", "x")];
            mail.edition.window = crate::window::Window::year("2020", chrono_tz::UTC).unwrap();
        });
        assert_eq!(year.findings(), Vec::<String>::new());
    }
}
