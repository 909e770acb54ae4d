//! A line of a page or a pasted text that says a day and little else: "Published on 3 December 2020 by Ann | News".
//! Pure: a line in, its day and what the day is of out.
//!
//! Prose names days too, and those are of anything. So the rest of the line must be what stands beside days: a label, a
//! byline, a time, a category.

use chrono_tz::Tz;

use crate::date::digits::in_latin;
pub use crate::date::labels::DayMeaning;
use crate::date::labels::label_at_start;
use crate::date::{DateError, PartialDate, WrittenDate};

/// A longer line is prose.
const LONGEST_CHARS: usize = 120;
/// More words beside a day are prose.
const MOST_OTHER_WORDS: usize = 3;

/// How bylines begin, in lower case.
const BYLINES: &str =
    "by |words by |written by |story by |text by |report by |reported by |posted by |author: ";

/// The same in other languages, where their words begin much else too: they count between a day and other parts only.
const BYLINES_ABROAD: &str =
    "von |par |por |door |di |da |av |af |przez |gan |de la |text: |foto: ";
/// A longer part of that kind is a text.
const MOST_BYLINE_WORDS: usize = 4;

/// A line that says a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLine {
    /// `None`: a day without its year, or "2 days ago".
    pub date: Option<WrittenDate>,
    pub of: DayMeaning,
}

/// The day that a line says, if saying a day is what it is for.
pub fn day_line(text: &str, zone: Tz) -> Option<DayLine> {
    let text = in_latin(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    if text.is_empty()
        || text.chars().count() > LONGEST_CHARS
        || !text.contains(|c: char| c.is_ascii_digit())
    {
        return relative(&text);
    }
    if is_span_of_days(&text, zone) {
        return Some(DayLine { date: None, of: DayMeaning::Event });
    }
    // Two labels are two days, though a day in brackets would pass for a comment on the other.
    if at_labels(&text).len() == 1
        && let Some(line) = piece(&text, zone)
    {
        return Some(line);
    }
    let pieces = pieces(&text);
    if pieces.len() > 1 {
        let mut found: Option<DayLine> = None;
        let mut other_words = 0;
        for part in &pieces {
            match piece(part, zone) {
                // "Published 3 December | Updated 5 May": the day of publication.
                Some(line)
                    if found.is_none_or(|had| {
                        had.of == DayMeaning::Change && line.of != DayMeaning::Change
                    }) =>
                {
                    found = Some(line);
                }
                Some(_) => {}
                None if is_light(part) => other_words += 1,
                None => other_words += part.split(' ').count(),
            }
        }
        return found.filter(|_| other_words <= MOST_OTHER_WORDS).or_else(|| relative(&text));
    }
    relative(&text)
}

/// Whether a part of a line says a day.
pub fn says_day(text: &str, zone: Tz) -> bool {
    day_line(text, zone).is_some() || pieces(text).iter().any(|part| piece(part, zone).is_some())
}

/// "1 May 1932 – 9 June 2019", "3 – 9 June 2019": when somebody lived or something is on.
fn is_span_of_days(text: &str, zone: Tz) -> bool {
    let plain = text.trim_matches(['(', ')', '[', ']', ' ']);
    [" – ", " — ", " - ", " to "].iter().any(|mark| {
        let Some((first, last)) = plain.split_once(mark) else { return false };
        let day = |text: &str| piece(text, zone).filter(|line| line.of == DayMeaning::Unsaid);
        let Some(last) = day(last) else { return false };
        let is_number = (1..=2).contains(&first.len())
            && first.parse().is_ok_and(|day: u32| (1..=31).contains(&day));
        let is_early = matches!(PartialDate::read(first, zone), Err(DateError::OutOfRange(_)));
        is_number || is_early || day(first).is_some_and(|first| first.date != last.date)
    })
}

fn pieces(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    for mark in [
        " | ", " · ", " • ", " – ", " — ", " / ", " - ", " » ", " › ", " ~ ", "; ", " ∙ ", "|",
        "•", "·",
    ] {
        text = text.replace(mark, "\n");
    }
    text.split('\n')
        .flat_map(at_labels)
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// A text cut where a label follows a day: "Published 3 December 2020, last updated 5 May 2021".
fn at_labels(text: &str) -> Vec<&str> {
    let begins = |at: usize| {
        let meaning = text.get(at..).and_then(label_at_start).map(|(of, _)| of);
        matches!(meaning, Some(DayMeaning::Change | DayMeaning::Publication))
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    for (blank, _) in text.match_indices(' ') {
        let before = text[start..blank].trim_end_matches(['.', ',', ';', ')', ' ']);
        let is_behind_day = before.ends_with(|c: char| c.is_ascii_digit());
        let bracket = usize::from(text[blank + 1..].starts_with('('));
        let label = blank + 1 + bracket;
        if is_behind_day && begins(label) {
            pieces.push(&text[start..blank]);
            start = blank + 1;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// A byline, a count, a time to read.
fn is_light(part: &str) -> bool {
    let lower = part.to_lowercase();
    let is_abroad = BYLINES_ABROAD.split('|').any(|start| lower.starts_with(start));
    behind_byline(&lower).is_some()
        || is_abroad && lower.split(' ').count() <= MOST_BYLINE_WORDS
        || lower.ends_with(" read")
        || lower.ends_with(" min")
        || lower.ends_with(" mins")
        || lower.ends_with(" comments")
        || lower.ends_with(" comment")
        || lower.ends_with(" views")
        || (part.split(' ').count() <= 3 && lower.starts_with("in "))
}

/// A line that is one piece: labels, then the day, then a time, a byline or a category.
pub fn piece(text: &str, zone: Tz) -> Option<DayLine> {
    let trim = |text: &str| {
        text.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ':' | ',' | '.' | '|' | '–' | '—' | '-' | '(' | ')' | '[' | ']' | '•' | '·'
                )
        })
        .to_owned()
    };
    if let Some(date) = dotted_day(text, zone) {
        return Some(DayLine { date: Some(date), of: DayMeaning::Unsaid });
    }
    let mut rest = trim(behind_dateline(behind_small_label(text)));
    let mut of = DayMeaning::Unsaid;
    for _ in 0..3 {
        let lower = rest.to_lowercase();
        if let Some((label, length)) = label_at_start(&rest) {
            if of == DayMeaning::Unsaid || label != DayMeaning::Publication {
                of = label;
            }
            rest = trim(rest.get(length..).unwrap_or_default());
        } else if let Some(after) = lower
            .strip_prefix("on ")
            .or_else(|| lower.strip_prefix("on:"))
            .or_else(|| lower.strip_prefix("at "))
            .or_else(|| lower.strip_prefix("the "))
        {
            rest =
                rest.get(rest.len().saturating_sub(after.len())..).unwrap_or_default().to_owned();
        } else if let Some(day) = after_byline(&rest) {
            rest = day;
        } else {
            break;
        }
    }
    if of == DayMeaning::Publication {
        rest = behind_topic(&rest).to_owned();
    }
    let words: Vec<&str> = rest.split(' ').collect();
    for length in (1..=words.len().min(9)).rev() {
        let (day, after) = words.split_at(length);
        let date = match whole_day(day, zone) {
            Some(Day::Known(date)) => Some(date),
            Some(Day::WithoutYear) => None,
            None => continue,
        };
        let tail: Vec<&str> = after.iter().copied().filter(|word| !is_time(word)).collect();
        let all: Vec<&str> = day.iter().chain(after).copied().collect();
        // "Date: 5 June 2021, 7pm to 9pm".
        let may_be_event = matches!(of, DayMeaning::Unsaid | DayMeaning::Publication);
        let of = if may_be_event && is_span(&all) { DayMeaning::Event } else { of };
        let tail = tail.join(" ").to_lowercase();
        let is_tail = tail.is_empty()
            || matches!(tail.as_str(), "in" | "by" | "under")
            || is_topic(&tail)
            || ((tail.starts_with("by ") || tail.starts_with("in ") || tail.starts_with("under "))
                && tail.split(' ').count() <= 6);
        let is_place = tail.split(' ').count() <= 5 && !text.trim_end().ends_with('.');
        if is_tail || (of == DayMeaning::Event && is_place) {
            return Some(DayLine { date, of });
        }
        return None;
    }
    None
}

/// "3. listopada 2020.": points at both ends of a day say which language it is in.
fn dotted_day(text: &str, zone: Tz) -> Option<WrittenDate> {
    const MOST_WORDS: usize = 3;
    let plain = text.trim();
    let is_day = plain.ends_with('.')
        && plain.starts_with(|c: char| c.is_ascii_digit())
        && plain.split(' ').count() <= MOST_WORDS;
    whole(plain, zone).filter(|_| is_day)
}

/// "in News on 3 December 2020", as "Posted" goes on: the day.
fn behind_topic(text: &str) -> &str {
    let lower = text.to_lowercase();
    let at = lower.find(" on ").filter(|_| lower.starts_with("in "));
    at.and_then(|at| text.get(at + 4..)).unwrap_or(text)
}

/// What stands behind the day where neither a name nor a place does: "News", "Views: 120".
fn is_topic(tail: &str) -> bool {
    const TOPICS: &str = "news|blog|press release|press releases|latest news|news story|stories";
    let is_count = tail.split_once(": ").is_some_and(|(name, count)| {
        matches!(name, "views" | "hits" | "comments") && count.bytes().all(|b| b.is_ascii_digit())
    });
    is_count || TOPICS.split('|').any(|topic| topic == tail)
}

/// "LONDON, 3 December 2020", as press releases begin.
fn behind_dateline(text: &str) -> &str {
    text.split_once(", ").map_or(text, |(place, rest)| {
        let is_place = place.chars().filter(|c| c.is_uppercase()).count() > 2
            && place.chars().all(|c| c.is_uppercase() || matches!(c, ' ' | '-' | '.'));
        if is_place && rest.starts_with(|c: char| c.is_ascii_digit()) { rest } else { text }
    })
}

/// "Author: Ann Lee Date: 3 December 2020": what stands behind the first label and its words.
fn behind_small_label(text: &str) -> &str {
    const SMALL: [&str; 5] = ["author: ", "category: ", "categories: ", "topic: ", "by: "];
    const MOST_LABEL_WORDS: usize = 5;
    let lower = text.to_ascii_lowercase();
    if !SMALL.iter().any(|label| lower.starts_with(label)) {
        return text;
    }
    [" date: ", " posted: ", " published: "]
        .iter()
        .filter_map(|label| lower.find(label))
        .find(|at| text[..*at].split(' ').count() <= MOST_LABEL_WORDS)
        .map_or(text, |at| text[at..].trim_start())
}

/// What stands behind the words that begin a byline. `lower` is in lower case.
fn behind_byline(lower: &str) -> Option<&str> {
    BYLINES.split('|').find_map(|start| lower.strip_prefix(start))
}

/// Whether a line names who wrote something: "By Ann Lee", "Words by Ann Lee".
pub fn is_byline(text: &str) -> bool {
    const MOST_WORDS: usize = 8;
    behind_byline(&text.to_lowercase()).is_some()
        && !text.ends_with('.')
        && text.split_whitespace().count() <= MOST_WORDS
}

/// "By Ann Lee on 3 December 2020" and "By Ann Lee, 3 December 2020": what stands behind the name.
fn after_byline(text: &str) -> Option<String> {
    const LONGEST_NAME: usize = 6;
    let lower = text.to_lowercase();
    let rest = behind_byline(&lower)?;
    let offset = text.len().checked_sub(rest.len())?;
    let at = rest
        .find(" on ")
        .map(|at| at + 4)
        .or_else(|| [", ", ". "].iter().find_map(|mark| Some(rest.find(mark)? + mark.len())))
        .or_else(|| rest.find(|c: char| c.is_ascii_digit()))?;
    (rest[..at].split(' ').count() <= LONGEST_NAME + 1)
        .then(|| text.get(offset + at..).map(str::to_owned))
        .flatten()
}

/// A day as words say it.
enum Day {
    Known(WrittenDate),
    WithoutYear,
}

/// Words that are exactly a day, a time beside it or not.
fn whole_day(words: &[&str], zone: Tz) -> Option<Day> {
    /// "Thursday 3rd December".
    const MOST_WORDS: usize = 4;
    let parse = |text: &str| whole(text, zone);
    if !words.iter().any(|word| word.contains(char::is_numeric)) {
        return None;
    }
    let marks = [',', '.', ':', '(', ')', '[', ']', ';'];
    let text = words.join(" ");
    if let Some(date) = parse(text.trim_matches(marks)) {
        return Some(Day::Known(date));
    }
    let plain: Vec<&str> = words
        .iter()
        .map(|word| word.trim_matches(marks))
        .filter(|word| !word.is_empty() && !is_time(word))
        .collect();
    let joined = plain.join(" ");
    if let Some(date) = parse(&joined) {
        return Some(Day::Known(date));
    }
    let is_day = (2..=MOST_WORDS).contains(&plain.len())
        && PartialDate::parse(&joined, zone).is_err()
        && parse(&format!("{joined} 2000")).is_some();
    is_day.then_some(Day::WithoutYear)
}

/// The day that a line without a year means in a year that is known otherwise.
pub fn in_year(text: &str, year: i32, zone: Tz) -> Option<WrittenDate> {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches([',', '.', '(', ')', '[', ']', ';', ':']))
        .filter(|word| {
            !word.is_empty()
                && !is_time(word)
                && !matches!(word.to_lowercase().as_str(), "on" | "published" | "posted" | "date")
        })
        .collect();
    whole(&format!("{} {year}", words.join(" ")), zone)
}

/// A text that is a whole day and nothing else.
pub fn whole(text: &str, zone: Tz) -> Option<WrittenDate> {
    let written = PartialDate::read(text, zone).ok()?;
    matches!(written.likely(), PartialDate::Day(_) | PartialDate::Instant(_)).then_some(written)
}

/// "09:00", "9.30am", "10am", "GMT", "at", "pm".
fn is_time(word: &str) -> bool {
    let word = word.trim_matches([',', '.', '(', ')', '[', ']', ';', '-', '–']).to_lowercase();
    if matches!(
        word.as_str(),
        "at" | "am" | "pm" | "a.m" | "p.m" | "gmt" | "bst" | "utc" | "uhr" | "hrs" | "noon" | ""
    ) {
        return true;
    }
    let number = word.trim_end_matches("hrs").trim_end_matches(['a', 'p', 'm', 'h', '.']);
    let suffixed = number.len() < word.len();
    let mut parts = number.split([':', '.']);
    let is_short =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let (first, rest) = (parts.next().unwrap_or_default(), parts.collect::<Vec<_>>());
    is_short(first)
        && rest.iter().all(|part| is_short(part))
        && (suffixed || (!rest.is_empty() && rest.len() < 2) || word.contains(':'))
}

/// Whether the words have a time with an end, as events have: "10am–4pm", "10am to 4pm", "10:00 - 12:00".
fn is_span(words: &[&str]) -> bool {
    // "7:00 pm - 9:00 pm" is "7:00 - 9:00" with words behind its times.
    let is_half = |word: &&&str| {
        matches!(word.to_lowercase().as_str(), "am" | "pm" | "a.m." | "p.m." | "uhr" | "hrs")
    };
    let words: Vec<&str> = words.iter().filter(|word| !is_half(word)).copied().collect();
    let has_time = |word: &str| word.contains(|c: char| c.is_ascii_digit()) && is_time(word);
    words.iter().any(|word| {
        word.split(['–', '-', '—']).collect::<Vec<_>>().as_slice().windows(2).any(|pair| {
            let number = |text: &str| {
                !text.is_empty()
                    && text.len() <= 7
                    && text.starts_with(|c: char| c.is_ascii_digit())
            };
            number(pair[0]) && number(pair[1]) && (has_time(pair[0]) || has_time(pair[1]))
        })
    }) || words.windows(3).any(|three| {
        has_time(three[0])
            && matches!(three[1], "to" | "–" | "-" | "—" | "until" | "till")
            && has_time(three[2])
    })
}

/// "2 days ago", "Yesterday", "an hour ago".
fn relative(text: &str) -> Option<DayLine> {
    let lower = text.to_lowercase();
    let is_ago = lower.ends_with(" ago") && lower.split(' ').count() <= 5;
    (is_ago || matches!(lower.as_str(), "today" | "yesterday" | "just now"))
        .then_some(DayLine { date: None, of: DayMeaning::Unsaid })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn a_line_that_says_a_day_and_little_else() {
        use DayMeaning::{Change, Event, Publication, Unsaid};
        for (text, day, of) in [
            ("3 December 2020", "2020-12-03", Unsaid),
            ("Thursday, 3rd December 2020", "2020-12-03", Unsaid),
            ("December 3, 2020", "2020-12-03", Unsaid),
            ("03/12/2020", "2020-12-03", Unsaid),
            ("3 December 2020 at 09:00", "2020-12-03", Unsaid),
            ("Von Anna Lang | 3.12.2020 | Allgemein", "2020-12-03", Unsaid),
            ("Story by Ann Lee. 3 December 2020.", "2020-12-03", Unsaid),
            ("Words by Ann Lee on 3 December 2020", "2020-12-03", Unsaid),
            ("3. listopada 2020.", "2020-10-03", Unsaid),
            ("3 December 2020, 9.30am", "2020-12-03", Unsaid),
            ("Published 3 December 2020", "2020-12-03", Publication),
            ("Published on: 3 December 2020", "2020-12-03", Publication),
            ("Posted on Thursday, 3rd December 2020 by Ann", "2020-12-03", Publication),
            ("Posted in News on 3 December 2020", "2020-12-03", Publication),
            ("3 December 2020, News", "2020-12-03", Unsaid),
            ("3 December 2020 • Ann Lee • 4 min", "2020-12-03", Unsaid),
            ("For immediate release: 3 December 2020", "2020-12-03", Publication),
            ("LONDON, 3 December 2020 –", "2020-12-03", Unsaid),
            ("Author: Ann Lee Date: 3 December 2020", "2020-12-03", Publication),
            ("Category: News Posted: 3 December 2020 Views: 120", "2020-12-03", Publication),
            ("Date: 3 December 2020", "2020-12-03", Publication),
            ("By Ann Lee | 3 December 2020 | News", "2020-12-03", Unsaid),
            ("By Ann Lee on 3 December 2020", "2020-12-03", Unsaid),
            ("News · 3 December 2020 · 4 min read", "2020-12-03", Unsaid),
            ("Published 3 December 2020 | Updated 5 May 2021", "2020-12-03", Publication),
            ("Updated 5 May 2021 | Published 3 December 2020", "2020-12-03", Publication),
            ("Updated 5 May 2021. Published 3 December 2020.", "2020-12-03", Publication),
            ("Published: 3 December 2020 Last updated: 5 May 2021", "2020-12-03", Publication),
            ("Published 3 December 2020, last updated 5 May 2021", "2020-12-03", Publication),
            ("Last updated 5 May 2021 (first published 3 Dec 2020)", "2020-12-03", Publication),
            ("3 December 2020 (updated 5 May 2021)", "2020-12-03", Unsaid),
            ("Last updated: 5 May 2021", "2021-05-05", Change),
            ("Event date: 5 May 2021", "2021-05-05", Event),
            ("Saturday 5 June 2021, 10am–4pm", "2021-06-05", Event),
            ("Saturday 5 June 2021 10:00 - 12:00", "2021-06-05", Event),
            ("5 June 2021 @ 7:00 pm - 9:00 pm", "2021-06-05", Event),
            ("Closing date: 5 May 2021", "2021-05-05", Event),
            ("Date: 5 June 2021, 7pm to 9pm", "2021-06-05", Event),
            ("Sold out: 5 May 2021", "2021-05-05", Event),
            ("Mis à jour le 5 mai 2021", "2021-05-05", Change),
            ("Cyhoeddwyd ar 3 Rhagfyr 2020", "2020-12-03", Publication),
        ] {
            let line = day_line(text, London).unwrap_or_else(|| panic!("{text}"));
            let found = line.date.map(|date| date.likely().days(London).0.to_string());
            assert_eq!((found.as_deref(), line.of), (Some(day), of), "{text}");
        }
    }

    #[test]
    fn a_span_of_days_is_when_something_is_on() {
        for text in [
            "1 January 2019 – 9 June 2019",
            "1 January 2019 - 9 June 2019",
            "1 May 1932 – 3 December 2020",
            "1932 – 3 December 2020",
            "3 – 9 June 2019",
            "28 May – 9 June 2019",
            "28 May to 9 June 2019",
        ] {
            let line = DayLine { date: None, of: DayMeaning::Event };
            assert_eq!(day_line(text, London), Some(line), "{text}");
        }
    }

    #[test]
    fn prose_that_names_a_day_is_no_such_line() {
        for text in [
            "Join us on 5 May 2021 at the hall.",
            "The fair of 3 December 2020 was a good one",
            "Choir fills the hall on 3 December 2020",
            "Annual report 2020",
            "2020",
            "December 2020",
            "Read more",
            "",
            "10 reasons to give",
            "Over 300 people came, 3 December 2020 was a day to remember for all",
        ] {
            assert_eq!(day_line(text, London), None, "{text}");
        }
    }

    #[test]
    fn a_day_without_its_year_is_a_day_that_is_not_known() {
        for text in ["3 December", "Thursday 3 December", "2 days ago", "Yesterday", "Posted 3 Dec"]
        {
            let line = day_line(text, London).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(line.date, None, "{text}");
        }
        assert_eq!(
            in_year("Thu 3 December", 2020, London).unwrap().likely().to_string(),
            "2020-12-03"
        );
    }
}
