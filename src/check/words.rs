//! The editor's words: subject, preheader, and what was left in them by mistake.
//! Pure: texts in, findings out.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Finding, Known, Rule, Severity, excerpt, written};
use crate::compose::Composition;

pub const RULES: [Rule; 5] = [
    Rule {
        id: "subject-length",
        title: "Has the subject between 10 and 78 characters?",
        why: "Phones show 35 to 45 characters of a subject, most programs on a desk some 70. A shorter one than ten says \
              nothing. Put what matters first, and cut the rest.",
        find: subject_length,
    },
    Rule {
        id: "preheader",
        title: "Does the preheader add something to the subject?",
        why: "The line after the subject in the inbox is the preheader. Without one, mail programs show the first words \
              of the mail; one that repeats the subject wastes the place. Write `preheader:` in the draft: 40 to 100 \
              characters that make somebody open the mail.",
        find: preheader,
    },
    Rule {
        id: "placeholder",
        title: "Is a placeholder left anywhere?",
        why: "TK, TODO, XXX, lorem ipsum and [insert …] are notes to oneself. Readers got them often enough that every \
              newsroom has such a story. They hold the sending.",
        find: placeholder,
    },
    Rule {
        id: "weekday",
        title: "Does every weekday match its date?",
        why: "\"Tuesday 15 July 2020\" was a Wednesday: half of the readers come on one day and half on the other. roundup \
              looks at every weekday that stands before a whole date.",
        find: weekday,
    },
    Rule {
        id: "stale-words",
        title: "Are \"today\" and \"this week\" still true?",
        why: "Words such as today, tomorrow, yesterday and this week were true when the story was written, and are not \
              when the mail is read. Name the day instead.",
        find: stale_words,
    },
];

fn subject_length(composition: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let length = composition.shown(&composition.subject).chars().count();
    if (10..=78).contains(&length) {
        return Vec::new();
    }
    let (what, cure) = if length < 10 {
        ("says little", "say what the reader will find")
    } else {
        ("is cut off in most mail programs", "cut it to 78 characters; 45 are seen on a phone")
    };
    vec![Finding {
        rule: "subject-length",
        severity: Severity::Should,
        place: known.edition.subject.place(),
        message: format!("a subject of {length} characters {what}"),
        cure: cure.to_owned(),
    }]
}

fn preheader(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    let words = known.edition.preheader.text.trim();
    let subject = known.edition.subject.text.trim();
    let message = if words.is_empty() {
        "there is no preheader: the inbox shows whatever the mail begins with"
    } else if words.eq_ignore_ascii_case(subject) {
        "the preheader repeats the subject"
    } else {
        return Vec::new();
    };
    vec![Finding {
        rule: "preheader",
        severity: Severity::Should,
        place: known.edition.preheader.place(),
        message: message.to_owned(),
        cure: "write a `preheader:` of 40 to 100 characters in the draft".to_owned(),
    }]
}

fn placeholder(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    const WORDS: [&str; 5] = ["TK", "TKTK", "TODO", "XXX", "FIXME"];
    const PHRASES: [&str; 4] = ["lorem ipsum", "[insert", "[your ", "<insert"];
    written(known)
        .into_iter()
        .filter_map(|(place, text)| {
            let lower = text.to_lowercase();
            let found =
                PHRASES.into_iter().find(|phrase| lower.contains(phrase)).or_else(|| {
                    WORDS.into_iter().find(|word| {
                        text.split(|c: char| !c.is_alphanumeric()).any(|part| part == *word)
                    })
                })?;
            Some(Finding {
                rule: "placeholder",
                severity: Severity::Must,
                place,
                message: format!("`{found}` is left in \"{}\"", excerpt(text)),
                cure: "write what belongs there, or take it out".to_owned(),
            })
        })
        .collect()
}

fn weekday(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    written(known)
        .into_iter()
        .flat_map(|(place, text)| {
            wrong_weekdays(text).into_iter().map(move |(said, date)| Finding {
                rule: "weekday",
                severity: Severity::Should,
                place: place.clone(),
                message: format!(
                    "{} was a {}, and the text says {said}",
                    date.format("%-d %B %Y"),
                    date.format("%A")
                ),
                cure: "look the day up, and mend the weekday or the date".to_owned(),
            })
        })
        .collect()
}

/// Weekdays that stand before a date with a year, in English, and are not that date's.
fn wrong_weekdays(text: &str) -> Vec<(String, NaiveDate)> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words
        .windows(4)
        .filter_map(|four| {
            let said: Weekday = (four[0].len() > 2).then(|| four[0].parse().ok())??;
            let number = |word: &str| -> Option<u32> {
                word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()
            };
            let month =
                |word: &str| word.parse::<chrono::Month>().ok().map(|m| m.number_from_month());
            let (day, month) = match (number(four[1]), month(four[2])) {
                (Some(day), Some(month)) => (day, month),
                _ => (number(four[2])?, month(four[1])?),
            };
            let date = NaiveDate::from_ymd_opt(four[3].parse().ok()?, month, day)?;
            (date.weekday() != said).then(|| (four[0].to_owned(), date))
        })
        .collect()
}

fn stale_words(_: &Composition, known: &Known<'_>) -> Vec<Finding> {
    const PHRASES: [&str; 7] =
        ["today", "tomorrow", "yesterday", "this week", "last week", "next week", "this morning"];
    written(known)
        .into_iter()
        .filter_map(|(place, text)| {
            let plain: String = text
                .to_lowercase()
                .chars()
                .map(|c| if c.is_alphanumeric() || c == '\'' || c == '’' { c } else { ' ' })
                .collect();
            let plain = format!(" {plain} ");
            let found =
                PHRASES.into_iter().find(|phrase| plain.contains(&format!(" {phrase} ")))?;
            Some(Finding {
                rule: "stale-words",
                severity: Severity::Note,
                place,
                message: format!(
                    "\"{found}\" in \"{}\" may not be true when it is read",
                    excerpt(text)
                ),
                cure: "name the day".to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::Mail;
    use super::*;

    #[test]
    fn subjects_too_short_and_too_long() {
        let short = Mail::with(|mail| mail.edition.subject.text = "News".to_owned());
        assert_eq!(short.only_finding(), "subject-length: a subject of 4 characters says little");
        let long = Mail::with(|mail| mail.edition.subject.text = "news ".repeat(20));
        assert!(long.only_finding().starts_with("subject-length: a subject of "));
    }

    #[test]
    fn preheaders_that_add_nothing() {
        let none = Mail::with(|mail| mail.edition.preheader.text = String::new());
        assert!(none.only_finding().starts_with("preheader: there is no preheader"));
        let same =
            Mail::with(|mail| mail.edition.preheader.text = mail.edition.subject.text.clone());
        assert_eq!(same.only_finding(), "preheader: the preheader repeats the subject");
    }

    #[test]
    fn placeholders_are_whole_words() {
        let left =
            Mail::with(|mail| mail.edition.introduction.text = "We trained TK nurses.".to_owned());
        assert_eq!(left.only_finding(), "placeholder: `TK` is left in \"We trained TK nurses.\"");
        let fine =
            Mail::with(|mail| mail.edition.introduction.text = "The TKS course, XXXL.".to_owned());
        assert_eq!(fine.findings(), Vec::<String>::new());
    }

    #[test]
    fn weekdays_of_dates() {
        let found =
            |text: &str| wrong_weekdays(text).into_iter().map(|(said, _)| said).collect::<Vec<_>>();
        assert_eq!(found("on Tuesday 15 July 2020 at noon"), ["Tuesday"]);
        assert_eq!(found("on Tue, 15th July 2020"), ["Tue"]);
        assert_eq!(found("Friday, December 4, 2019"), ["Friday"]);
        assert!(found("on Wednesday 15 July 2020, and Friday, December 4, 2020").is_empty());
        assert!(found("on Tuesday 15 July, and Tuesday 45 July 2020, so 2020").is_empty());
        let mail = Mail::with(|mail| {
            mail.edition.items[0].summary = "Join us on Tuesday 15 July 2020.".to_owned();
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
    }
}
