//! Dates in the words: days that do not match, words that age, years of another edition, invitations to what is over.
//! Pure: texts in, findings out.

use crate::check::events::near;
use crate::check::events::{past_event, sentences, stale_words};
use std::collections::BTreeSet;

use crate::check::expression::Expression;
use crate::check::phrase_search::Phrases;
use crate::check::{
    CheckContext, Finding, RenderedEmail, Rule, Severity, calendar, clock, greetings, ranges,
};
use chrono::{Datelike, Days, NaiveDate};

pub const RULES: [Rule; 7] = [
    Rule::new(
        "weekday",
        "Does every weekday match its date?",
        "\"Tuesday 15 July 2020\" was a Wednesday: half the readers come on one day and half on \
            the other. roundup checks every weekday that is beside a date. A date without a year \
            is the one nearest to the edition.",
        weekday,
    ),
    Rule::new(
        "impossible-date",
        "Does every date and time exist?",
        "There is no 31 November and no 25:00: anyone who wants to come has to write to you \
            first. Look up the day and the time.",
        impossible_date,
    ),
    Rule::new(
        "stale-words",
        "Will \"today\" and \"this week\" still be true?",
        "Words such as today, tomorrow, yesterday and last month were true when the story was \
            written, but may not be when the email is read. Give the date instead.",
        stale_words,
    ),
    Rule::new(
        "other-year",
        "Is the year in the subject this edition's?",
        "A draft is often made from last year's, and the old year stays in its subject. roundup \
            reports \"News of November 2025\" in an edition of another year. A subject may \
            mention an older year for a good reason.",
        other_year,
    ),
    Rule::new(
        "other-month",
        "Is the month in the subject this edition's?",
        "A draft is often made from last month's, and \"Our October news\" stays in the subject \
            of November. roundup checks months that are beside words such as news, newsletter and \
            update.",
        other_month,
    ),
    Rule::new(
        "past-event",
        "Is every event that people are invited to still to come?",
        "An invitation to last week's event looks careless. When a sentence asks people to come, \
            register or apply, and the date has passed on the day of sending, leave the story out \
            or say how it went.",
        past_event,
    ),
    Rule::new(
        "copyright-year",
        "Is the year after the © this year?",
        "A © with last year's date at the foot of an email looks neglected. Leave the year out, \
            or write this year. The © of a picture belongs to its photographer: leave it as it is.",
        copyright_year,
    ),
];

fn weekday(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let near = near(known);
    let mut findings: Vec<Finding> = Vec::new();
    for written in &known.written() {
        for (at, said, date) in wrong_weekdays(&without_marks(written.text), near) {
            let is = if date < known.today { "was" } else { "is" };
            findings.push(Finding::new(
                "weekday",
                Severity::Should,
                written.place(at),
                format!(
                    "{} {is} a {}, but the text says {said}",
                    date.format("%-d %B %Y"),
                    date.format("%A")
                ),
                "check the calendar, and correct the weekday or the date",
            ));
        }
    }
    // A title made from the first sentence says it a second time.
    findings.dedup_by(|one, other| one.message == other.message);
    findings
}

/// Words without what only Markdown reads: emphasis, the address of a link, blanks as entities. Every byte keeps its place.
fn without_marks(text: &str) -> String {
    const BLANKS: [&str; 6] = ["&nbsp;", "&#160;", "&#xa0;", "&thinsp;", "&ensp;", "&emsp;"];
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    while let Some(c) = text[out.len()..].chars().next() {
        let rest = &text[out.len()..];
        let after = rest.chars().nth(1).unwrap_or(' ');
        let is_within_a_word = before.is_alphanumeric() && after.is_alphanumeric();
        let length = match c {
            '&' => BLANKS.iter().find(|blank| rest.starts_with(*blank)).map(|blank| blank.len()),
            '*' | '`' => Some(1),
            '_' if !is_within_a_word => Some(1),
            '\\' if after == '\n' => Some(1),
            '[' if rest.contains("](") => Some(1),
            ']' if after == '(' => rest.find(')').map(|end| end + 1),
            _ => None,
        };
        match length {
            // A line end within stays one: two make a paragraph.
            Some(length) => {
                out.extend(
                    rest[..length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
                );
            }
            None => out.push(c),
        }
        before = c;
    }
    out
}

/// Weekdays that stand beside a date and are not that date's.
fn wrong_weekdays(text: &str, near: NaiveDate) -> Vec<(usize, String, NaiveDate)> {
    calendar::mentions(text)
        .into_iter()
        .filter_map(|mention| {
            let said = mention.weekday?;
            let date = mention.nearest(near)?;
            // "On Wednesday 12 November last year": a text that names a year may mean that one.
            let elsewhere = mention.year.is_none()
                && years_around(text, mention.at, near)
                    .into_iter()
                    .any(|year| mention.in_year(year).is_some_and(|date| date.weekday() == said));
            (date.weekday() != said && !elsewhere).then_some((
                mention.at,
                mention.weekday_name,
                date,
            ))
        })
        .collect()
}

/// The years that a sentence speaks of: those it names, and last year where it says so.
fn years_around(text: &str, at: usize, near: NaiveDate) -> Vec<i32> {
    let (_, sentence) = sentences(text)
        .find(|(start, sentence)| (*start..start + sentence.len()).contains(&at))
        .unwrap_or((0, text));
    let mut years: Vec<i32> =
        Phrases::of(sentence).words.iter().filter_map(|(_, w)| year(w)).collect();
    let lower = sentence.to_lowercase();
    if ["last year", "a year ago", "the year before"].iter().any(|words| lower.contains(words)) {
        years.push(near.year() - 1);
    }
    if lower.contains("next year") {
        years.push(near.year() + 1);
    }
    years
}

fn impossible_date(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for written in &known.written() {
        let text = without_marks(written.text);
        let dates = calendar::mentions(&text)
            .into_iter()
            .filter(calendar::DayMention::is_impossible)
            .map(|mention| (mention.at, mention.words, "is not in the calendar"));
        let times = clock::impossible_times(&text)
            .into_iter()
            .map(|(at, words)| (at, words, "is not a time of day"));
        let ranges = ranges::backward(&text)
            .into_iter()
            .map(|(at, words)| (at, words, "ends before it begins"));
        for (at, words, what) in dates.chain(times).chain(ranges) {
            let message = format!("\"{words}\" {what}");
            if findings.iter().all(|finding| finding.message != message) {
                let cure = "look it up, and correct the day or the time";
                let place = written.place(at);
                findings.push(Finding::new(
                    "impossible-date",
                    Severity::Should,
                    place,
                    message,
                    cure,
                ));
            }
        }
    }
    findings
}

/// A year as people write it in a text of our times.
fn year(word: &str) -> Option<i32> {
    (word.len() == 4).then(|| word.parse().ok())?.filter(|year| (1900..2100).contains(year))
}

/// The months of the edition, and the one in which it is read.
fn own_months(known: &CheckContext<'_>) -> BTreeSet<u32> {
    let window = &known.edition.window;
    let last = window.end.checked_sub_days(Days::new(1)).unwrap_or(window.end);
    let mut months: BTreeSet<u32> =
        window.start.iter_days().take_while(|day| *day <= last).map(|day| day.month()).collect();
    months.insert(window.end.month());
    months.insert(known.today.month());
    months
}

/// Nobody copies a draft that is older.
const MOST_YEARS_BACK: i32 = 5;

fn other_year(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static OF_EDITION: Expression = Expression::new(
        r"(?i)\b(?:(?:january|february|march|april|may|june|july|august|september|october|november|december|jan\.?|feb\.?|mar\.?|apr\.?|jun\.?|jul\.?|aug\.?|sept?\.?|oct\.?|nov\.?|dec\.?|spring|summer|autumn|winter|christmas|easter|%EDITION%s?|year|annual(?: \w+)?)(?: (?:of|for|from|in))?:? (?P<after>(?:19|20)\d\d)\b|(?P<before>(?:19|20)\d\d)(?:[:'’]s?)? (?:in (?:review|brief|numbers|pictures|figures)|annual|%EDITION%))",
    );
    let window = &known.edition.window;
    let first = window.start.year();
    let last = window.end.checked_sub_days(Days::new(1)).unwrap_or(window.end).year();
    // A draft is made from one of the last years; a year of long ago is history.
    let is_history = |said: i32| said < first - MOST_YEARS_BACK;
    let is_own = |said: i32| (first..=last).contains(&said) || said == known.today.year();
    let edition = known.edition;
    [("subject", &edition.subject), ("preheader", &edition.preheader)]
        .into_iter()
        // What roundup proposed is made of titles, which may speak of any year.
        .filter(|(_, words)| words.source.is_some())
        // "1996 to 2026" speaks of this year too.
        .filter(|(_, words)| {
            !Phrases::of(&words.text).words.iter().any(|(_, w)| year(w).is_some_and(is_own))
        })
        .filter_map(|(name, words)| {
            let (at, said) = OF_EDITION.captures_iter(&words.text).find_map(|captures| {
                let number = captures.name("after").or_else(|| captures.name("before"))?;
                // "A year on: what October 2025 taught us" looks back.
                let ahead = words.text[..captures.get(0)?.start()].to_lowercase();
                if [" on:", "year on", "years on", "year ago", "years ago", "since"]
                    .iter()
                    .any(|word| ahead.contains(word))
                {
                    return None;
                }
                // "The 2025 annual report is here" speaks of a report, which is about the year before.
                let behind = &words.text[captures.get(0)?.end()..];
                let is_report = ["report", "accounts", "review", "return", "statement", "survey"]
                    .iter()
                    .any(|word| behind.trim_start().to_lowercase().starts_with(word));
                if is_report && year(number.as_str()).is_some_and(|said| said == first - 1) {
                    return None;
                }
                Some((number.start(), year(number.as_str())?))
                    .filter(|(_, said)| !is_own(*said) && !is_history(*said))
            })?;
            Some(Finding::new(
                "other-year",
                Severity::Should,
                words.place_of(at),
                format!("the {name} says {said}, but this edition is about {window}"),
                "check whether it was left from another edition",
            ))
        })
        .collect()
}

/// Whether a month lies in the half year before the edition: one that is to come may be what the email is about.
fn is_behind(known: &CheckContext<'_>, month: &str) -> bool {
    let first = known.edition.window.start;
    calendar::month_named(month)
        .is_some_and(|number| (1..=6).contains(&((first.month() + 12 - number) % 12)))
}

fn other_month(_: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    static OF_EDITION: Expression = Expression::new(
        r"(?:\b(?P<before>%MONTH%)(?: 20\d\d)?(?:['’]s)? (?:\w+ )?(?i:%EDITION%)\b|(?i:\b%EDITION%)(?:[,:]| ?[|–—-]| (?:of|for|from|in|:)) ?(?P<after>%MONTH%)(?: \d|[^\w ]|\s*$))",
    );
    static LOOKING_BACK: Expression = Expression::new(
        r"(?:^(?P<back1>%MONTH%)(?: (?:at|in) |:| [|–—-] )|(?i:\b(?:what|how|when)) (?P<back2>%MONTH%) (?i:brought|gave|taught|showed|made|looked|meant|was|has|had|did|changed)\b|(?i:\b(?:look(?:ing)? back (?:at|on|to)|highlights (?:of|from)|the best of|all of|everything (?:of|from)|goodbye,?|our month of|that was)) (?P<back3>%MONTH%)\b|(?i:^(?:your|our|this|in)) (?P<back4>%MONTH%)(?:[:,–—]|$))",
    );
    let own = own_months(known);
    let edition = known.edition;
    [
        ("subject", &edition.subject),
        ("headline", &edition.headline),
        ("preheader", &edition.preheader),
        ("introduction", &edition.introduction),
    ]
    .into_iter()
    .filter(|(_, words)| words.source.is_some())
    .filter_map(|(name, words)| {
        let months = OF_EDITION.captures_iter(&words.text).chain(
            // A subject is about its month also where no such word stands beside it.
            LOOKING_BACK.captures_iter(&words.text).filter(|_| name != "introduction"),
        );
        let (at, month) = months.into_iter().find_map(|captures| {
            let word = captures.name("before").or_else(|| captures.name("after"));
            let back = (1..=4)
                .find_map(|number| captures.name(&format!("back{number}")))
                .filter(|back| is_behind(known, back.as_str()));
            let word = word.or(back)?;
            let number = calendar::month_named(word.as_str())?;
            (!own.contains(&number)).then(|| (word.start(), word.as_str().to_owned()))
        })?;
        // "In our October newsletter we asked for books" looks back.
        let before = words.text[..at].to_lowercase();
        let looks_back = name == "introduction"
            && [
                "in",
                "in our",
                "since our",
                "from our",
                "read our",
                "after our",
                "since the",
                "in the",
            ]
            .iter()
            .any(|words| before.trim_end().ends_with(words));
        (!looks_back).then(|| {
            Finding::new(
                "other-month",
                Severity::Should,
                words.place_of(at),
                format!("the {name} says {month}, but this edition is about {}", edition.window),
                "check whether it was left from another edition",
            )
        })
    })
    .chain(other_season(known))
    .chain(other_feast(known))
    .collect()
}

/// "Happy Easter!" in November: left from the edition that this one was copied from.
fn other_feast(known: &CheckContext<'_>) -> Option<Finding> {
    let own = own_months(known);
    let edition = known.edition;
    let is_european = edition.window.zone.name().starts_with("Europe/");
    [&edition.subject, &edition.headline, &edition.preheader, &edition.introduction]
        .into_iter()
        .filter(|words| words.source.is_some())
        .find_map(|words| {
            let (at, wish) = greetings::out_of_season(&words.text, &own, is_european)?;
            Some(Finding::new(
                "other-month",
                Severity::Should,
                words.place_of(at),
                format!("\"{wish}\", but this edition is about {}", edition.window),
                "check whether it was left from another edition",
            ))
        })
}

/// Seasons as the north of Europe has them, with the months in which a newsletter may still, or already, speak of one as its own.
const SEASONS: [(&str, &[u32]); 4] = [
    ("spring", &[2, 3, 4, 5, 6]),
    ("summer", &[5, 6, 7, 8, 9]),
    ("autumn", &[8, 9, 10, 11, 12]),
    ("winter", &[11, 12, 1, 2, 3]),
];

/// "Your summer newsletter" in November.
fn other_season(known: &CheckContext<'_>) -> Option<Finding> {
    static OF_EDITION: Expression =
        Expression::new(r"(?i)\b(?P<season>spring|summer|autumn|winter) (?:20\d\d )?%EDITION%\b");
    let own = own_months(known);
    // On the other side of the world the seasons are others.
    if !known.edition.window.zone.name().starts_with("Europe/") {
        return None;
    }
    let edition = known.edition;
    [
        ("subject", &edition.subject),
        ("headline", &edition.headline),
        ("preheader", &edition.preheader),
    ]
    .into_iter()
    .filter(|(_, words)| words.source.is_some())
    .find_map(|(name, words)| {
        let found = OF_EDITION.captures_iter(&words.text).next()?.name("season")?;
        let season = found.as_str().to_lowercase();
        let (_, months) = SEASONS.iter().find(|(name, _)| *name == season)?;
        let is_own = months.iter().any(|month| own.contains(month));
        (!is_own).then(|| {
            Finding::new(
                "other-month",
                Severity::Should,
                words.place_of(found.start()),
                format!("the {name} says {season}, but this edition is about {}", edition.window),
                "check whether it was left from another edition",
            )
        })
    })
}

fn copyright_year(shown: &RenderedEmail<'_>, known: &CheckContext<'_>) -> Vec<Finding> {
    let this_year = known.today.year();
    for variant in &shown.variants {
        for text in [&variant.page.words, &variant.text] {
            for (at, _) in text.char_indices().filter(|(_, c)| *c == '©') {
                let after: String =
                    text[at..].chars().take(60).take_while(|c| *c != '\n').collect();
                let line = text[..at].rsplit('\n').next().unwrap_or_default();
                // The © of a picture or of a quotation is somebody else's.
                let is_credit =
                    ["photo", "picture", "image", "credit", "illustration", "drawing", "map"]
                        .iter()
                        .any(|word| line.to_lowercase().contains(word));
                // "Songs by Dylan (© 1963)" speaks of somebody's work.
                let within = after.split(')').next().unwrap_or_default();
                let is_aside = text[..at].ends_with('(')
                    && within.len() < after.len()
                    && !within.contains(&known.theme.organisation.name);
                if is_credit || is_aside || known.is_of_a_story(after.trim()) {
                    continue;
                }
                let last = Phrases::of(&after).words.iter().filter_map(|(_, w)| year(w)).max();
                if let Some(said) = last.filter(|year| *year < this_year) {
                    return vec![Finding::new(
                        "copyright-year",
                        Severity::Should,
                        known.place_of(after.trim()),
                        format!("the © says {said}, but this year is {this_year}"),
                        "write this year, or leave the year out",
                    )];
                }
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::SampleEmail;
    use crate::edition::PlacedText;

    #[test]
    fn weekdays_of_dates() {
        let found = |text: &str| {
            let near = "2020-12-01".parse().unwrap();
            wrong_weekdays(text, near).into_iter().map(|(_, said, _)| said).collect::<Vec<_>>()
        };
        assert_eq!(found("on Tuesday 15 July 2020 at noon"), ["Tuesday"]);
        for text in [
            "on **Tuesday** 15 July 2020",
            "on _Tuesday_ 15 **July** 2020",
            "on Tuesday&nbsp;15&nbsp;July 2020",
            "on [Tuesday](https://charity.org.uk/a_b) 15 July 2020",
            "on Tuesday\\\n15 July 2020",
            "on Tuesday evening, 15 July 2020",
            "on 15 July 2020, a Tuesday",
        ] {
            let plain = without_marks(text);
            assert_eq!(plain.len(), text.len(), "{text}");
            assert_eq!(found(&plain), ["Tuesday"], "{text}");
        }
        assert!(found("We meet on Tuesday evening. 15 July 2020 is another day.").is_empty());
        assert!(found(&without_marks("on **Wednesday** evening, 15 July 2020")).is_empty());
        assert_eq!(found("on Tue, 15th July 2020"), ["Tue"]);
        assert_eq!(found("mardi 15 juillet 2020, und Mittwoch, 15. Juli 2020"), ["mardi"]);
        assert_eq!(
            found("dydd Mawrth 15 Gorffennaf 2020, el miércoles 15 de julio de 2020"),
            ["Mawrth"]
        );
        assert_eq!(found("Friday, December 4, 2019"), ["Friday"]);
        assert!(found("on Wednesday 15 July 2020, and Friday, December 4, 2020").is_empty());
        assert_eq!(found("on Tuesday 15 July, and Tuesday 45 July 2020"), ["Tuesday"]);
        assert_eq!(found("On Wednesday 16 December last year and Monday 15 July 2019."), [""; 0]);
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "Be there on Tuesday 15 July 2020.".to_owned();
        });
        assert_eq!(
            mail.only_finding(),
            "weekday: 15 July 2020 was a Wednesday, but the text says Tuesday"
        );
    }

    #[test]
    fn words_that_age() {
        let mail = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "The inquiry opens this week.".to_owned();
        });
        assert!(mail.only_finding().starts_with("stale-words: \"this week\" in"));
        let fresh = SampleEmail::with(|mail| {
            mail.edition.items[0].summary = "The inquiry opens today.".to_owned();
            mail.edition.items[0].date =
                "2021-01-04".parse().ok().map(crate::news::PartialDate::Day);
        });
        assert_eq!(fresh.findings(), Vec::<String>::new());
    }

    #[test]
    fn years_of_another_edition() {
        let written = |text: &str| PlacedText {
            text: text.to_owned(),
            source: Some("editions/2020-12.md".to_owned()),
            line: 2,
            field: None,
        };
        let old =
            SampleEmail::with(|mail| mail.edition.subject = written("Our news of December 2019"));
        assert_eq!(
            old.only_finding(),
            "other-year: the subject says 2019, but this edition is about December 2020"
        );
        let fine = SampleEmail::with(|mail| {
            mail.edition.subject = written("News of 2020, plans for 2021");
        });
        assert_eq!(fine.findings(), Vec::<String>::new());
        let back = SampleEmail::with(|mail| {
            mail.edition.subject = written("A year on: what October 2019 taught us");
        });
        assert_eq!(back.findings(), Vec::<String>::new());
    }

    #[test]
    fn invitations_to_what_is_over() {
        let with =
            |text: &str| SampleEmail::with(|mail| mail.edition.items[0].summary = text.to_owned());
        assert_eq!(
            with("We met. Join us on 12 December!").only_finding(),
            "past-event: \"join us\" for 12 December 2020, which has passed"
        );
        let event = |day: &str| {
            SampleEmail::with(|mail| {
                let date = crate::news::PartialDate::Day(day.parse().unwrap());
                mail.edition.items[0].event =
                    Some(crate::news::item::EventDetails { date, place: "Leeds".to_owned() });
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
        let with =
            |text: &str| SampleEmail::with(|mail| mail.edition.introduction.text = text.to_owned());
        assert_eq!(
            with("Hello. © Example Charity 2018-2020").only_finding(),
            "copyright-year: the © says 2020, but this year is 2021"
        );
        for good in ["© 2018-2021 Example Charity", "Songs by Dylan (© 1963) were sung by all."] {
            assert_eq!(with(good).findings(), Vec::<String>::new(), "{good}");
        }
        assert_eq!(with("Hello (© Example Charity 2020).").findings().len(), 1);
    }
}
