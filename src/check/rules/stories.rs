//! The choice of stories: nothing left out silently, nothing twice.
//! Pure: an edition in, findings out.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::check::phrase_search::Phrases;
use crate::check::{CheckContext, Finding, RenderedEmail, Rule, Severity};
use crate::count::counted;
use crate::news::Item;
use crate::news::dedupe::canonical;
use crate::problem::Place;

pub const RULES: [Rule; 7] = [
    Rule::new(
        "changed",
        "Are the stories unchanged since the draft was made?",
        "A website may change a story after an editor has read it. The email keeps the story as \
         the editor read it, until somebody checks the change and accepts it with `roundup draft \
         NAME --refresh`.",
        changed,
    ),
    Rule::new(
        "unmentioned",
        "Is every story in the window either shown or left out by name?",
        "Nobody would see a story that arrived after the draft was made. Add it to `items:` in \
         the draft, or to `left_out:` if it should wait.",
        unmentioned,
    ),
    Rule::new(
        "undecided",
        "Does every story that might belong here have a date?",
        "A story without a date, or with only a year, might belong in this window or not. It is \
         not in the email. Give it a date, or name it in the draft's `items:` or `left_out:`.",
        undecided,
    ),
    Rule::new(
        "same-title",
        "Does every story have its own title?",
        "Two stories with the same title are either one story twice, or have a title that says \
         too little. Leave one out, or change a title.",
        same_title,
    ),
    Rule::new(
        "similar",
        "Is each story about something different?",
        "Two stories whose titles or texts share nearly all their words, or that link to the same page, \
         are often one story that came in twice. Leave one out, or make the difference clear in \
         the titles.",
        similar,
    ),
    Rule::new(
        "consent",
        "Do the people in the stories still agree to appear?",
        "People who tell their story may decide where it appears and for how long. Record it with \
         the story: `consent:` with `channels: [website, email]` and `until: 2021-06-30`. roundup \
         does not send a story whose consent has expired, or was not given for email.",
        consent,
    ),
    Rule::new(
        "room",
        "Is there room for every story?",
        "Gmail cuts off emails longer than 102 KB. If there are many stories, roundup gives each \
         less room, step by step: cards, rows, a list. Stories that do not fit even as a list \
         stay out, and the email says how many more are on the website. Leave some out yourself, \
         or make two editions.",
        room,
    ),
];

fn changed(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let edition = known.edition;
    edition
        .shown()
        .filter(|item| !item.seen.changes.is_empty())
        .map(|item| {
            Finding::new(
                "changed",
                Severity::Should,
                item.place.clone(),
                format!(
                    "\"{}\" has changed since it was added to the draft: {}",
                    item.title,
                    item.seen.changes.join("; ")
                ),
                format!(
                    "accept the change with `roundup draft {} --refresh`, or leave the story as \
                     it was",
                    edition.name
                ),
            )
        })
        .collect()
}

fn room(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let more = shown.composition.more;
    if more == 0 {
        return Vec::new();
    }
    vec![Finding {
        rule: "room",
        severity: Severity::Should,
        place: known.edition.introduction.place(),
        message: format!(
            "there is no room for {}: the email links to the website instead",
            counted(more, "story at the end", "stories at the end")
        ),
        cure: "leave stories out by name, or split the window into two editions".to_owned(),
    }]
}

fn unmentioned(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    known
        .edition
        .unmentioned
        .iter()
        .map(|item| Finding {
            rule: "unmentioned",
            severity: Severity::Should,
            place: item.place.clone(),
            message: format!("\"{}\" is in the window but not in the draft", item.title),
            cure: format!("add `{}` to `items:` or `left_out:` in the draft", item.id),
        })
        .collect()
}

fn undecided(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    // A listing of a whole year has dozens of these, and one cure: they are one finding.
    let items = &known.edition.undecided;
    let Some(first) = items.first() else {
        return Vec::new();
    };
    let message = match items.len() {
        1 => {
            format!("not sure: \"{}\" might belong here, but has no exact date", first.title)
        }
        many => format!("not sure: {many} stories might belong here, but have no exact date"),
    };
    vec![Finding {
        rule: "undecided",
        severity: Severity::Should,
        place: first.place.clone(),
        message,
        cure: "give them a `date:`, or name them in the draft's `items:` or `left_out:`".to_owned(),
    }]
}

fn same_title(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &Place> = BTreeMap::new();
    let mut findings = Vec::new();
    for item in known.edition.shown() {
        if let Some(first) = seen.insert(item.title.to_lowercase(), &item.place) {
            findings.push(Finding {
                rule: "same-title",
                severity: Severity::Should,
                place: item.place_of_title(),
                message: format!("\"{}\" is also the title of {first}", item.title),
                cure: "leave one of them out, or change a title".to_owned(),
            });
        }
    }
    findings
}

/// The words of a title by number, in order, and whether each is a number itself.
struct Words(Vec<(u32, bool)>);

impl Words {
    /// Whether three quarters of all words of two titles are in both, and not only numbers differ: "Part 1" and "Part 2" are
    /// two parts.
    fn is_nearly(&self, other: &Self) -> bool {
        /// Shorter titles share their words by chance.
        const FEWEST_WORDS: usize = 4;
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        if few.0.len() < FEWEST_WORDS || few.0.len() * 4 < many.0.len() * 3 {
            return false;
        }
        let (mut both, mut all, mut is_series) = (0, 0, true);
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let order = match (one.peek(), two.peek()) {
                (Some(a), Some(b)) => a.0.cmp(&b.0),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            all += 1;
            let alone = match order {
                Ordering::Less => one.next(),
                Ordering::Greater => two.next(),
                Ordering::Equal => {
                    both += 1;
                    one.next();
                    two.next();
                    None
                }
            };
            is_series &= alone.is_none_or(|(_, is_number)| *is_number);
        }
        !(is_series && both < all) && both * 4 >= all * 3
    }
}

/// The words that titles and texts have, each with its number: a thousand stories are half a million pairs.
#[derive(Default)]
struct WordNumbers(BTreeMap<String, u32>);

impl WordNumbers {
    /// The words of a text in order of their numbers, and whether each may differ in a series: a number, and in running text a
    /// name.
    fn words_of(&mut self, text: &str, names_differ: bool) -> Words {
        let mut words: Vec<(u32, bool)> = Phrases::of(text)
            .words
            .iter()
            .map(|(_, word)| {
                let is_number = word.chars().any(|c| c.is_ascii_digit());
                let is_name = names_differ && word.chars().next().is_some_and(char::is_uppercase);
                let fresh = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                (*self.0.entry(word.to_lowercase()).or_insert(fresh), is_number || is_name)
            })
            .collect();
        words.sort_unstable();
        words.dedup_by_key(|(number, _)| *number);
        Words(words)
    }
}

/// A story as `similar` compares it.
struct ComparedStory<'a> {
    item: &'a Item,
    title: Words,
    text: Words,
    link: Option<String>,
}

impl ComparedStory<'_> {
    /// What two stories share, if they share too much.
    fn shared(&self, first: &Self, of_address: &BTreeMap<&str, usize>) -> Option<&'static str> {
        /// Shorter texts share their words by chance: "Come and see".
        const FEWEST_WORDS_OF_A_TEXT: usize = 10;
        let link = self.link.as_deref();
        let one_page = link.is_some_and(|link| {
            first.link.as_deref() == Some(link) && of_address.get(link) == Some(&2)
        });
        let is_long = self.text.0.len().min(first.text.0.len()) >= FEWEST_WORDS_OF_A_TEXT;
        if self.title.is_nearly(&first.title) {
            Some("says nearly the same as")
        } else if one_page {
            Some("links to the same page as")
        } else {
            (is_long && self.text.is_nearly(&first.text)).then_some("has nearly the same text as")
        }
    }
}

fn similar(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut numbers = WordNumbers::default();
    let stories: Vec<ComparedStory<'_>> = known
        .edition
        .shown()
        .map(|item| ComparedStory {
            item,
            title: numbers.words_of(&item.title, false),
            text: numbers.words_of(&item.summary, true),
            link: item.link.as_deref().map(canonical),
        })
        .collect();
    // Many sites give one listing page as the address of all their stories: that says nothing.
    let mut of_address: BTreeMap<&str, usize> = BTreeMap::new();
    for link in stories.iter().filter_map(|story| story.link.as_deref()) {
        *of_address.entry(link).or_default() += 1;
    }
    let mut findings = Vec::new();
    for (index, story) in stories.iter().enumerate() {
        let alike = stories[..index]
            .iter()
            .filter_map(|first| Some((first.item, story.shared(first, &of_address)?)))
            // The same title is another rule's.
            .find(|(first, _)| story.item.title.to_lowercase() != first.title.to_lowercase());
        if let Some((first, what)) = alike {
            findings.push(Finding::new(
                "similar",
                Severity::Should,
                story.item.place_of_title(),
                format!("\"{}\" {what} \"{}\"", story.item.title, first.title),
                "leave one of them out, or make the difference clear",
            ));
        }
    }
    findings
}

fn consent(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    const EMAIL: [&str; 7] =
        ["email", "e-mail", "mail", "newsletter", "newsletters", "digest", "all"];
    let mut findings = Vec::new();
    for item in known.edition.shown() {
        let Some(consent) = &item.consent else { continue };
        let place = || item.place_of(item.lines.consent);
        if let Some(until) = consent.until.filter(|until| *until < known.today) {
            let when = if until == chrono::NaiveDate::MIN {
                "its last day cannot be read".to_owned()
            } else {
                format!("it ended on {}", until.format("%-d %B %Y"))
            };
            findings.push(Finding::new(
                "consent",
                Severity::Must,
                place(),
                format!("the consent for \"{}\" has expired: {when}", item.title),
                "ask the people again, or leave the story out",
            ));
        }
        let channels = &consent.channels;
        if !channels.is_empty() && !channels.iter().any(|channel| EMAIL.contains(&channel.as_str()))
        {
            findings.push(Finding::new(
                "consent",
                Severity::Must,
                place(),
                format!(
                    "\"{}\" has consent for {}, but not for email",
                    item.title,
                    channels.join(", ")
                ),
                "ask for consent, or leave the story out",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::check::tests::SampleEmail;

    #[test]
    fn stories_that_there_is_no_room_for() {
        let mail = SampleEmail::with(|mail| {
            let item = mail.edition.items[0].clone();
            mail.edition.items = (0..600)
                .map(|n| crate::news::Item {
                    id: format!("{n}"),
                    title: format!("Story number {n} of a year with many of them"),
                    summary: format!("{n}. {}", item.summary),
                    ..item.clone()
                })
                .collect();
        });
        assert!(mail.only_finding().starts_with("room: there is no room for "));
        // What is wrong with those that the email shows is found, and nobody reads the others.
        let shown = mail.edition.items.len() - mail.composition().unwrap().more;
        for (place, found) in [(shown - 1, 2), (shown, 1)] {
            let mail = SampleEmail::with(|mail_with| {
                mail_with.edition.items = mail.edition.items.clone();
                mail_with.edition.items[place].title =
                    format!("Story number {place} of the the year with many of them");
            });
            assert_eq!(mail.findings().len(), found, "{:?}", mail.findings());
        }
    }

    #[test]
    fn stories_that_the_draft_does_not_know() {
        let mail = SampleEmail::with(|mail| {
            let mut item = mail.edition.items[0].clone();
            item.title = "Another".to_owned();
            mail.edition.unmentioned.push(item);
        });
        assert_eq!(
            mail.only_finding(),
            "unmentioned: \"Another\" is in the window but not in the draft"
        );
    }

    #[test]
    fn stories_without_a_date_are_one_finding() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.undecided =
                vec![mail.edition.items[0].clone(), mail.edition.items[0].clone()];
        });
        assert!(mail.only_finding().starts_with("undecided: not sure: 2 stories"));
    }

    #[test]
    fn one_title_twice() {
        let mail = SampleEmail::with(|mail| {
            let mut item = mail.edition.items[0].clone();
            item.title = item.title.to_lowercase();
            mail.edition.items.push(item);
        });
        assert!(mail.only_finding().starts_with("same-title: "));
    }

    #[test]
    fn stories_that_look_alike() {
        let second = |change: fn(&mut crate::news::Item)| {
            SampleEmail::with(|mail| {
                let mut item = mail.edition.items[0].clone();
                item.title = "A training for forty nurses".to_owned();
                item.link = Some("https://charity.org.uk/other".to_owned());
                change(&mut item);
                mail.edition.items.push(item);
            })
        };
        assert_eq!(
            second(|_| ()).only_finding(),
            "similar: \"A training for forty nurses\" says nearly the same as \"Training for forty nurses\""
        );
        let same_page = second(|item| {
            item.title = "What we did".to_owned();
            item.link = Some("http://www.charity.org.uk/nurses/?utm_source=x".to_owned());
        });
        assert!(same_page.findings().iter().any(|f| f.contains("links to the same page as")));
        let same_text = second(|item| item.title = "What we did".to_owned());
        assert_eq!(
            same_text.only_finding(),
            "similar: \"What we did\" has nearly the same text as \"Training for forty nurses\""
        );
        let other = second(|item| {
            item.title = "Training for forty doctors in Wales".to_owned();
            item.summary =
                "Doctors of two hospitals have begun a course about children.".to_owned();
        });
        assert_eq!(other.findings(), Vec::<String>::new());
        // A series: the place and the day differ.
        let series = second(|item| {
            item.title = "What we did".to_owned();
            item.summary = item.summary.replace("Forty", "Sixty");
        });
        assert_eq!(series.findings(), Vec::<String>::new());
    }

    #[test]
    fn stories_without_consent() {
        let with = |channels: &[&str], until: Option<&str>| {
            SampleEmail::with(|mail| {
                mail.edition.items[0].consent = Some(crate::news::item::Consent {
                    channels: channels.iter().map(|c| (*c).to_owned()).collect(),
                    until: until.map(|day| day.parse().unwrap()),
                });
            })
        };
        assert!(
            with(&[], Some("2021-01-03")).only_finding().ends_with("it ended on 3 January 2021")
        );
        assert_eq!(with(&["email"], Some("2021-01-04")).findings(), Vec::<String>::new());
        assert!(with(&["website"], None).only_finding().ends_with("but not for email"));
    }
}
