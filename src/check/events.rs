//! Words that age between writing and reading, and invitations to what is over.
//! Pure: text in, findings out.

use crate::check::phrase_search::Phrases;
use crate::check::{CheckContext, Finding, RenderedEmail, Severity, calendar, excerpt};
use chrono::{Days, NaiveDate};

/// Words that change their meaning with the day on which they are read.
const STALE: [&str; 12] = [
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "this morning",
    "this week",
    "last week",
    "next week",
    "this month",
    "last month",
    "next month",
    "this weekend",
];

pub fn stale_words(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for written in known.written() {
        // The editor's own words and the appeal are written for the day of sending.
        let Some(item) = written.item() else { continue };
        let zone = known.edition.window.zone;
        let is_new = item.date.is_some_and(|date| {
            let (first, last) = date.days(zone);
            (first..=last).contains(&known.today) && first == last
        });
        if is_new {
            continue;
        }
        let found = sentences(written.text).find_map(|(start, sentence)| {
            let (at, found) = Phrases::of(sentence).find_any(&STALE)?;
            speaks_of_a_day(sentence, at, found).then_some((start + at, found))
        });
        let Some((at, found)) = found else { continue };
        let place = written.place(at);
        // A title made from the first sentence says it a second time.
        if findings.iter().all(|finding| finding.place != place) {
            findings.push(Finding::new(
                "stale-words",
                Severity::Note,
                place,
                format!(
                    "\"{found}\" in \"{}\" may not be true when the email is read",
                    excerpt(written.text)
                ),
                "give the date",
            ));
        }
    }
    findings
}

/// Whether "today" is the day of writing, and not our times: "the inquiry opens today", and not "today the club has sixty
/// children" or "what happens tomorrow".
fn speaks_of_a_day(sentence: &str, at: usize, found: &str) -> bool {
    let before = &sentence[..at];
    let is_quoted = before.matches(['“', '"']).count() > before.matches('”').count()
        && before.matches('"').count() % 2 == before.matches('"').count().min(1);
    if is_quoted {
        return false;
    }
    let after = &sentence[at + found.len()..];
    let next = after.split_whitespace().next().unwrap_or_default();
    let previous = before.split_whitespace().next_back().unwrap_or_default();
    match found {
        "today" => {
            let acts = |word: &str| word.len() > 4 && word.ends_with("ed");
            acts(next)
                || acts(previous)
                || (previous.len() > 3
                    && previous.ends_with('s')
                    && !previous.ends_with("ss")
                    && is_act(previous))
                || matches!(
                    previous.to_lowercase().as_str(),
                    "later"
                        | "earlier"
                        | "until"
                        | "by"
                        | "from"
                        | "begins"
                        | "began"
                        | "met"
                        | "here"
                )
        }
        "tomorrow" => {
            // "What happens tomorrow", "a better tomorrow", "tomorrow's leaders".
            !after.starts_with(['\'', '’'])
                && !matches!(
                    previous.to_lowercase().as_str(),
                    "happens" | "a" | "better" | "brighter" | "of" | "for" | "the"
                )
        }
        _ => true,
    }
}

fn is_act(word: &str) -> bool {
    [
        "opens",
        "closes",
        "begins",
        "starts",
        "launches",
        "publishes",
        "meets",
        "hears",
        "speaks",
        "ends",
    ]
    .contains(&word.to_lowercase().as_str())
}

/// Words that ask people to come, and the ways in which they only tell of it.
const INVITING: &[&str] = &[
    "join us",
    "register",
    "sign up",
    "book your",
    "book a place",
    "book now",
    "book by",
    "rsvp",
    "come along",
    "apply by",
    "apply before",
    "apply now",
    "deadline",
    "tickets",
    "closes on",
    "close on",
    "closing date",
    "register by",
    "entries close",
    "will take place",
    "will be held",
    "save the date",
    "see you",
];

const PAST: &[&str] = &[
    "sold",
    "showed",
    "shows",
    "was",
    "were",
    "had",
    "did",
    "came",
    "went",
    "could",
    "took",
    "met",
    "gave",
    "closed",
    "ended",
    "ago",
    "passed",
    "missed",
    "opened",
    "learned",
    "told",
    "held",
    "registered",
    "last year",
    "at that time",
];

pub fn past_event(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in known.edition.shown() {
        let Some(event) = &item.event else { continue };
        let last = event.date.days(known.edition.window.zone).1;
        if last < known.today {
            findings.push(Finding::new(
                "past-event",
                Severity::Should,
                item.place_of(item.lines.event),
                format!("\"{}\" took place on {}", item.title, last.format("%-d %B %Y")),
                "leave it out, or say how it went",
            ));
        }
    }
    let near = near(known);
    for written in known.written() {
        for (start, sentence) in sentences(written.text) {
            let words = Phrases::of(sentence);
            let Some((_, phrase)) = words.find_any(INVITING) else { continue };
            // History in the past tense invites nobody.
            if words.find_any(PAST).is_some() || is_reported(sentence) {
                continue;
            }
            let last = calendar::mentions(sentence)
                .into_iter()
                .filter_map(|mention| Some((mention.at, mention.nearest(near)?)))
                .max_by_key(|(_, date)| *date);
            let Some((at, date)) = last else { continue };
            if date < known.today {
                findings.push(Finding::new(
                    "past-event",
                    Severity::Should,
                    written.place(start + at),
                    format!("\"{phrase}\" for {}, which has passed", date.format("%-d %B %Y")),
                    "leave it out, or say how it went",
                ));
            }
        }
    }
    findings
}

/// A sentence that names a year of long ago, or tells what somebody said.
fn is_reported(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["would take place", "to register", "to sign up", "who register"]
        .iter()
        .any(|words| lower.contains(words))
        && !["please", "remember to", "want to", "like to", "how to", "link to"]
            .iter()
            .any(|words| lower.contains(words))
}

/// The sentences of a text, each with the byte at which it begins.
pub fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive(['.', '!', '?', '\n']).map(move |sentence| {
        let at = start;
        start += sentence.len();
        (at, sentence)
    })
}

/// The day to which dates without a year are near: today, or the end of an edition that was over long ago.
pub(super) fn near(known: &CheckContext<'_>) -> NaiveDate {
    let end = known.edition.window.end;
    if known.today > end + Days::new(120) { end } else { known.today }
}
