//! Dates in the words: days that do not match, words that age, years of another edition, invitations to what is over.
//! Pure: texts in, findings out.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::phrases::Phrases;
use super::{Finding, Known, Rule, Severity, Shown, excerpt};

pub const RULES: [Rule; 5] = [
    Rule::new(
        "weekday",
        "Does every weekday match its date?",
        "\"Tuesday 15 July 2020\" was a Wednesday: half of the readers come on one day and half on the other. roundup \
         looks at every weekday that stands before a whole date.",
        weekday,
    ),
    Rule::new(
        "stale-words",
        "Are \"today\" and \"this week\" still true?",
        "Words such as today, tomorrow, yesterday and last month were true when the story was written, and are not \
         when the mail is read. Name the day instead.",
        stale_words,
    ),
    Rule::new(
        "other-year",
        "Is the year in the subject this edition's?",
        "A draft is often made from last year's, and the year in its subject stays behind. A year in the subject or the \
         preheader that is neither the window's nor today's is looked at twice here.",
        other_year,
    ),
    Rule::new(
        "past-event",
        "Is everything that people are invited to still to come?",
        "An event of last week among the news reads as if nobody had looked. When a sentence asks people to come, to \
         register or to apply, and its date is past on the day of sending, leave the story out or say how it went.",
        past_event,
    ),
    Rule::new(
        "copyright-year",
        "Is the year after the © this year?",
        "A © with last year's number at the foot of a mail says that nobody looks after it. Leave the year out, or mend it.",
        copyright_year,
    ),
];

fn weekday(_: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    known
        .written()
        .iter()
        .flat_map(|written| {
            wrong_weekdays(written.text).into_iter().map(move |(at, said, date)| {
                Finding::new(
                    "weekday",
                    Severity::Should,
                    written.place(at),
                    format!(
                        "{} was a {}, and the text says {said}",
                        date.format("%-d %B %Y"),
                        date.format("%A")
                    ),
                    "look the day up, and mend the weekday or the date",
                )
            })
        })
        .collect()
}

/// Weekdays that stand before a date with a year, in English, and are not that date's.
fn wrong_weekdays(text: &str) -> Vec<(usize, String, NaiveDate)> {
    Phrases::of(text)
        .words
        .windows(4)
        .filter_map(|four| {
            let (at, name) = four[0];
            let said: Weekday = (name.len() > 2).then(|| name.parse().ok())??;
            let date = date_of(four[1].1, four[2].1, year(four[3].1)?)?;
            (date.weekday() != said).then(|| (at, name.to_owned(), date))
        })
        .collect()
}

/// `15 July`, `15th July`, `July 15`.
fn date_of(first: &str, second: &str, year: i32) -> Option<NaiveDate> {
    let number = |word: &str| -> Option<u32> {
        word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()
    };
    let month = |word: &str| word.parse::<chrono::Month>().ok().map(|m| m.number_from_month());
    let (day, month) = match (number(first), month(second)) {
        (Some(day), Some(month)) => (day, month),
        _ => (number(second)?, month(first)?),
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// A year as people write it in a text of our times.
fn year(word: &str) -> Option<i32> {
    (word.len() == 4).then(|| word.parse().ok())?.filter(|year| (1900..2100).contains(year))
}

fn stale_words(_: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    const PHRASES: [&str; 12] = [
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
        let Some((at, found)) = Phrases::of(written.text).find_any(&PHRASES) else { continue };
        let place = written.place(at);
        // A title made from the first sentence says it a second time.
        if findings.iter().all(|finding| finding.place != place) {
            findings.push(Finding::new(
                "stale-words",
                Severity::Note,
                place,
                format!(
                    "\"{found}\" in \"{}\" may not be true when it is read",
                    excerpt(written.text)
                ),
                "name the day",
            ));
        }
    }
    findings
}

fn other_year(_: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    let window = &known.edition.window;
    let first = window.start.year();
    let last = window.end.checked_sub_days(Days::new(1)).unwrap_or(window.end).year();
    let edition = known.edition;
    [("subject", &edition.subject), ("preheader", &edition.preheader)]
        .into_iter()
        // What roundup proposed is made of titles, which may speak of any year.
        .filter(|(_, words)| words.source.is_some())
        .filter_map(|(name, words)| {
            let (at, said) = Phrases::of(&words.text)
                .words
                .into_iter()
                .filter_map(|(at, word)| Some((at, year(word)?)))
                .find(|(_, said)| !(first..=last).contains(said) && *said != known.today.year())?;
            Some(Finding::new(
                "other-year",
                Severity::Should,
                words.place_of(at),
                format!("the {name} says {said}, and this edition is about {window}"),
                "is it left from another edition?",
            ))
        })
        .collect()
}

fn past_event(_: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    const INVITING: [&str; 15] = [
        "join us",
        "register",
        "sign up",
        "book your",
        "book a place",
        "book now",
        "rsvp",
        "come along",
        "apply by",
        "apply before",
        "deadline",
        "tickets",
        "closes on",
        "will take place",
        "will be held",
    ];
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
    for written in known.written() {
        let item = written.item();
        let zone = known.edition.window.zone;
        let year = item
            .and_then(|item| item.date)
            .map_or(known.edition.window.start, |date| date.days(zone).0)
            .year();
        for (start, sentence) in sentences(written.text) {
            let words = Phrases::of(sentence);
            let Some((_, phrase)) = words.find_any(&INVITING) else { continue };
            let Some((at, date)) = last_date(&words, year) else { continue };
            if date < known.today {
                findings.push(Finding::new(
                    "past-event",
                    Severity::Should,
                    written.place(start + at),
                    format!("\"{phrase}\" for {}, which is past", date.format("%-d %B %Y")),
                    "leave it out, or say how it went",
                ));
            }
        }
    }
    findings
}

/// The latest day that some words name. Without a year it is in `year`.
fn last_date(words: &Phrases<'_>, in_year: i32) -> Option<(usize, NaiveDate)> {
    let words = &words.words;
    (0..words.len().saturating_sub(1))
        .filter_map(|at| {
            let said = words.get(at + 2).and_then(|(_, word)| year(word)).unwrap_or(in_year);
            Some((words[at].0, date_of(words[at].1, words[at + 1].1, said)?))
        })
        .max_by_key(|(_, date)| *date)
}

/// The sentences of a text, each with the byte at which it begins.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive(['.', '!', '?', '\n']).map(move |sentence| {
        let at = start;
        start += sentence.len();
        (at, sentence)
    })
}

fn copyright_year(shown: &Shown<'_>, known: &Known<'_>) -> Vec<Finding> {
    let this_year = known.today.year();
    let mut findings: Vec<Finding> = Vec::new();
    for variant in &shown.variants {
        for text in [&variant.page.words, &variant.text] {
            for (at, _) in text.char_indices().filter(|(_, c)| *c == '©') {
                let after: String =
                    text[at..].chars().take(60).take_while(|c| *c != '\n').collect();
                let last = Phrases::of(&after).words.iter().filter_map(|(_, w)| year(w)).max();
                if let Some(said) = last.filter(|year| *year < this_year)
                    && findings.is_empty()
                {
                    let place = known.place_of(after.trim());
                    findings.push(Finding::new(
                        "copyright-year",
                        Severity::Should,
                        place,
                        format!("© says {said}, and it is {this_year}"),
                        "mend the year, or leave it out",
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;
    use super::*;
    use crate::edition::Words;

    #[test]
    fn weekdays_of_dates() {
        let found = |text: &str| {
            wrong_weekdays(text).into_iter().map(|(_, said, _)| said).collect::<Vec<_>>()
        };
        assert_eq!(found("on Tuesday 15 July 2020 at noon"), ["Tuesday"]);
        assert_eq!(found("on Tue, 15th July 2020"), ["Tue"]);
        assert_eq!(found("Friday, December 4, 2019"), ["Friday"]);
        assert!(found("on Wednesday 15 July 2020, and Friday, December 4, 2020").is_empty());
        assert!(found("on Tuesday 15 July, and Tuesday 45 July 2020, so 2020").is_empty());
        let mail = Mail::with(|mail| {
            mail.edition.items[0].summary = "Be there on Tuesday 15 July 2020.".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "weekday: 15 July 2020 was a Wednesday, and the text says Tuesday"
        );
    }

    #[test]
    fn words_that_age() {
        let mail = Mail::with(|mail| {
            mail.edition.items[0].summary = "The inquiry opens this week.".to_owned();
        });
        assert!(mail.only_finding().starts_with("stale-words: \"this week\" in"));
        let fresh = Mail::with(|mail| {
            mail.edition.items[0].summary = "The inquiry opens today.".to_owned();
            mail.edition.items[0].date =
                "2021-01-04".parse().ok().map(crate::news::PartialDate::Day);
        });
        assert_eq!(fresh.findings(), Vec::<String>::new());
    }

    #[test]
    fn years_of_another_edition() {
        let written = |text: &str| Words {
            text: text.to_owned(),
            source: Some("editions/2020-12.md".to_owned()),
            line: 2,
        };
        let old = Mail::with(|mail| mail.edition.subject = written("Our news of December 2019"));
        assert_eq!(
            old.only_finding(),
            "other-year: the subject says 2019, and this edition is about December 2020"
        );
        let fine =
            Mail::with(|mail| mail.edition.subject = written("News of 2020, plans for 2021"));
        assert_eq!(fine.findings(), Vec::<String>::new());
    }

    #[test]
    fn invitations_to_what_is_over() {
        let with = |text: &str| Mail::with(|mail| mail.edition.items[0].summary = text.to_owned());
        assert_eq!(
            with("We met. Join us on 12 December!").only_finding(),
            "past-event: \"join us\" for 12 December 2020, which is past"
        );
        let event = |day: &str| {
            Mail::with(|mail| {
                let date = crate::news::PartialDate::Day(day.parse().unwrap());
                mail.edition.items[0].event =
                    Some(crate::news::item::Event { date, place: "Leeds".to_owned() });
            })
        };
        assert_eq!(
            event("2021-01-03").only_finding(),
            "past-event: \"Training for forty nurses\" took place on 3 January 2021"
        );
        assert_eq!(event("2021-01-04").findings(), Vec::<String>::new());
        for fine in [
            "Join us on 12 January 2021!",
            "We met on 12 December. Join us next year!",
            "The deadline was long ago",
        ] {
            assert_eq!(with(fine).findings(), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn copyright_of_last_year() {
        let with = |text: &str| Mail::with(|mail| mail.edition.introduction.text = text.to_owned());
        assert_eq!(
            with("Hello. © Example Charity 2018-2020").only_finding(),
            "copyright-year: © says 2020, and it is 2021"
        );
        assert_eq!(with("© 2018-2021 Example Charity").findings(), Vec::<String>::new());
    }
}
