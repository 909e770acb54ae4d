//! What was mailed before: a subject, stories and links that went out already.
//! Pure: earlier editions in, findings out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};
use crate::compose::composition::Composition;
use crate::count::{counted, grouped, people};
use crate::edition::Edition;
use crate::news::Item;
use crate::news::dedupe::canonical;

/// An edition that was mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedEdition {
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
    /// The ids of its stories; compositions of earlier versions do not have them.
    pub ids: BTreeSet<String>,
}

impl MailedEdition {
    fn has(&self, item: &Item) -> bool {
        self.ids.iter().any(|id| item.is_named(id))
            || item.link.as_deref().is_some_and(|link| self.links.contains(&canonical(link)))
    }

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

/// The latest edition that had all stories of this one. A round-up of a longer time repeats them on purpose.
pub fn copied_edition<'e>(
    edition: &Edition,
    earlier: &'e [MailedEdition],
) -> Option<&'e MailedEdition> {
    let window = &edition.window;
    let mut stories = edition.shown().peekable();
    stories.peek()?;
    earlier.iter().find(|earlier| {
        let is_part = earlier.window_start >= window.start
            && earlier.window_end <= window.end
            && (earlier.window_start, earlier.window_end) != (window.start, window.end);
        !is_part && edition.shown().all(|item| earlier.has(item))
    })
}

pub const RULES: [Rule; 3] = [
    Rule::new(
        "earlier-edition",
        "Is it more than a copy of an earlier edition?",
        "roundup mails each edition once, and goes by its name: a copy of a draft under another name, \
            with another subject, would go to the same people again. Where all stories were in one \
            edition, roundup looks up a hundred people of the audience. A copy of the whole edition, for the \
            same days, and for people most of whom have it, must be fixed; a part of one, or a copy of which only some \
            have the first, should be looked at. For people who have not got it, it is not a finding.",
        earlier_edition,
    ),
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

fn earlier_edition(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let copied = copied_edition(known.edition, known.earlier);
    let looked_up = known.numbers.and_then(|numbers| numbers.repeats);
    let (Some(copied), Some((looked_up, have_it))) = (copied, looked_up) else { return Vec::new() };
    if have_it == 0 {
        return Vec::new();
    }
    let count = known.edition.shown().count();
    // A copy of a draft keeps its window; a month after the round-up of its year does not.
    let window = &known.edition.window;
    let is_whole = copied.ids.len() <= count
        && (copied.window_start, copied.window_end) == (window.start, window.end);
    let severity =
        if is_whole && have_it * 2 > looked_up { Severity::Must } else { Severity::Should };
    let stories = counted(count, "story was", "stories were");
    vec![Finding::new(
        "earlier-edition",
        severity,
        known.edition.subject.place(),
        format!(
            "all of it ({stories}) in edition {} already, which {} of {} looked up have got",
            copied.name,
            grouped(have_it),
            people(looked_up)
        ),
        "say what is new, or send it to people who have not got it (`segment:` in the draft); where it goes out twice on \
         purpose, give the reason under [[checks.ignore]] in roundup.toml",
    )]
}

fn earlier_story(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let window = &known.edition.window;
    // What `earlier-edition` looks at is not said a second time, story by story.
    let is_looked_up = known.numbers.is_some_and(|numbers| numbers.repeats.is_some());
    let copied = copied_edition(known.edition, known.earlier).filter(|_| is_looked_up);
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
            let is_copied = copied.is_some_and(|copied| copied.name == earlier.name);
            !is_within && !is_copied && earlier.links.contains(&address)
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
    use crate::check::rules::audience::Numbers;
    use crate::check::tests::SampleEmail;

    fn earlier(window: &str, subject: &str) -> MailedEdition {
        let window = crate::window::Window::month(window, chrono_tz::UTC).unwrap();
        MailedEdition {
            name: window.name(),
            subject: subject.to_owned(),
            window_start: window.start,
            window_end: window.end,
            segment: String::new(),
            people: 3,
            links: [canonical("https://charity.org.uk/nurses")].into(),
            ids: BTreeSet::new(),
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
    #[test]
    fn a_copy_of_an_edition_goes_to_nobody_twice() {
        let found = |repeats: Option<(u64, u64)>, more: usize, window: &str| {
            let mail = SampleEmail::with(|mail| {
                let mut copied = earlier(window, "x");
                copied.ids = mail.edition.shown().map(|item| item.id.clone()).collect();
                copied.ids.extend((0..more).map(|number| format!("other-{number}")));
                mail.earlier = vec![copied];
                mail.numbers = Some(Numbers { repeats, ..Numbers::default() });
            });
            let findings = mail.checked().findings.into_iter();
            let own = findings.filter(|finding| finding.rule == "earlier-edition");
            own.map(|finding| (finding.severity, finding.message)).collect::<Vec<_>>()
        };
        let of = |severity: Severity, have: u64, window: &str| {
            let said = format!(
                "all of it (1 story was) in edition {window} already, which {have} of 100 people looked up have got"
            );
            vec![(severity, said)]
        };
        let (same, other) = ("2020-12", "2020-11");
        assert_eq!(found(Some((100, 51)), 0, same), of(Severity::Must, 51, same));
        assert_eq!(found(Some((100, 50)), 0, same), of(Severity::Should, 50, same));
        assert_eq!(found(Some((100, 100)), 1, same), of(Severity::Should, 100, same));
        assert_eq!(found(Some((100, 100)), 0, other), of(Severity::Should, 100, other));
        assert_eq!(found(Some((100, 0)), 0, same), []);
        assert_eq!(found(None, 0, same), []);
    }
}
