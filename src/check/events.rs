//! Words that age between writing and reading, and invitations to what is over.
//! Pure: text in, findings out.

use crate::check::phrase_search::Phrases;
use crate::check::{CheckContext, Finding, RenderedEmail, Severity, calendar, excerpt};
use chrono::{Datelike, Days, NaiveDate};

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
            // "Today we opened the doors."
            let mut behind = after.split_whitespace().map(|word| word.trim_end_matches(','));
            let is_we = behind.next().is_some_and(|word| matches!(word, "we" | "I"));
            if is_we && behind.next().is_some_and(|word| word.len() > 4 && word.ends_with("ed")) {
                return true;
            }
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

/// Words that invite people to come, and the ways in which they only report.
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
    "don't miss",
    "don’t miss",
    "do not miss",
    "drop in",
    "pop in",
    "you are invited",
    "you're invited",
    "you’re invited",
    "come to",
    "come and",
    "return by",
    "must reach us by",
    "reply by",
    "vote by",
    "enter by",
    "nominate by",
    "submit by",
    "look forward to seeing",
    "look forward to welcoming",
    "look forward to meeting",
    "hope to see",
    "open until",
    "on show until",
    "on display until",
    "on sale until",
    "available until",
    "runs until",
    "continues until",
];

/// Verbs that make a request where a sentence begins with them: whatever the rest of it says of the past, the day is meant to
/// come.
const IMPERATIVES: &[&str] = &[
    "join",
    "register",
    "sign",
    "book",
    "rsvp",
    "come",
    "apply",
    "save",
    "see",
    "don't",
    "don’t",
    "do",
    "drop",
    "pop",
    "return",
    "reply",
    "vote",
    "enter",
    "nominate",
    "submit",
    "please",
    "we look",
    "we hope",
    "you are invited",
    "you're invited",
    "you’re invited",
];

/// Verbs that stand directly before their day, and say that it is to come.
const TO_COME: &[&str] = &[
    "closes on",
    "close on",
    "will take place",
    "will be held",
    "is on",
    "are on",
    "will be on",
    "takes place on",
    "takes place",
    "is open until",
    "are open until",
    "is on show until",
    "is on display until",
    "are on sale until",
    "is available until",
    "runs until",
    "continues until",
];

/// Words with which somebody reports what was said or planned.
const REPORTING: &[&str] = &[
    "said",
    "told",
    "announced",
    "reported",
    "wrote",
    "hoped",
    "thought",
    "promised",
    "planned",
    "knew",
    "heard",
];

/// Words of an invitation that begin a sentence, or stand behind one of `ASKING`; elsewhere they report people who came.
const AT_A_START: &[&str] = &["come to", "come and", "drop in", "pop in"];

const ASKING: &[&str] =
    &["please", "do", "to", "and", "not", "just", "everybody", "everyone", "or"];

/// Words that say of a day to come that something happens on it.
const ANNOUNCING: &[&str] = &["is on", "are on", "will be on", "takes place on", "takes place"];

/// A day that was announced lies this far back at most: a day without a year may be the next year's.
const ANNOUNCED_WITHIN_DAYS: i64 = 60;

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
    "invited us",
    "was invited",
    "were invited",
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
            let said = invitation(&words, sentence).or_else(|| deadline(&words, sentence));
            let Some((phrase, is_announced)) = said else { continue };
            let last = calendar::mentions(sentence)
                .into_iter()
                .filter_map(|mention| Some((mention.at, day_meant(&mention, &words, near)?)))
                .max_by_key(|(_, date)| *date);
            let Some((at, date)) = last else { continue };
            // History in the past tense invites nobody.
            let is_past = words.find_any(PAST).is_some() && !is_to_come(sentence, &words, at);
            if is_past || is_reported(sentence) {
                continue;
            }
            if is_announced && (known.today - date).num_days() > ANNOUNCED_WITHIN_DAYS {
                continue;
            }
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

/// Whether the verb that a day belongs to makes a request or speaks of what is to come, whatever other verbs stand there: "Join
/// us on 21 November in the hall that was rebuilt".
fn is_to_come(sentence: &str, words: &Phrases<'_>, day: usize) -> bool {
    /// Words between the verb and its day: "on", "Saturday", "in the hall on".
    const FEW: usize = 4;
    let start = sentence.trim_start_matches([' ', '*', '_', '\n']);
    let is_quoted = sentence.contains(['“', '"', '”']);
    if is_quoted || words.find_any(REPORTING).is_some() {
        return false;
    }
    let lower = start.to_lowercase();
    let asks = IMPERATIVES.iter().any(|verb| {
        lower.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    // A condition may come first: "Do you remember", "See what we did".
    let asks_back = start.contains('?')
        || ["see how", "see what", "see the", "see our"].iter().any(|w| lower.starts_with(w));
    let is_finite = TO_COME.iter().any(|phrase| {
        words.find(phrase).is_some_and(|at| {
            let end = at + phrase.len();
            end <= day && Phrases::of(&sentence[end..day]).words.len() <= FEW
        })
    });
    (asks && !asks_back) || is_finite
}

/// What a sentence says to invite people, and whether it only says when something happens.
fn invitation(words: &Phrases<'_>, sentence: &str) -> Option<(&'static str, bool)> {
    let asks = INVITING.iter().find(|phrase| {
        words.find_any(&[**phrase]).is_some_and(|(at, _)| {
            let before = sentence[..at].trim_end_matches([' ', '*', '_', '“', '"']);
            let previous = before.rsplit(' ').next().unwrap_or_default().to_lowercase();
            !AT_A_START.contains(phrase)
                || before.trim().is_empty()
                || before.ends_with([':', ',', '–', '—', ';'])
                || ASKING.contains(&previous.as_str())
        })
    });
    let announces = || ANNOUNCING.iter().find(|phrase| words.find_any(&[**phrase]).is_some());
    asks.map(|phrase| (*phrase, false)).or_else(|| announces().map(|phrase| (*phrase, true)))
}

/// "Please return the form by 13 November": a request, and a day that ends it.
fn deadline(words: &Phrases<'_>, sentence: &str) -> Option<(&'static str, bool)> {
    let (_, asks) = words.find_any(&["please", "must", "need to", "needs to", "remember to"])?;
    let ends = |mention: &calendar::DayMention| {
        let before = sentence[..mention.at].trim_end();
        ["by", "before", "until", "than"].iter().any(|word| before.ends_with(word))
    };
    calendar::mentions(sentence).iter().any(ends).then_some((asks, false))
}

/// The day that a sentence means: "on 5 November next year" is not this year's.
fn day_meant(
    mention: &calendar::DayMention,
    words: &Phrases<'_>,
    near: NaiveDate,
) -> Option<NaiveDate> {
    if mention.year.is_none() && words.find_any(&["next year"]).is_some() {
        return mention.in_year(near.year() + 1);
    }
    mention.nearest(near)
}

/// A sentence that names a year of long ago, or reports what somebody said.
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
