//! Days and times as people write them in English: what they say, and whether there is such a day.
//! Pure: texts in, mentions out.

use std::sync::LazyLock;

use chrono::{Datelike, Month, NaiveDate, Weekday};
use regex::{Captures, Regex};

use super::around;

/// A day that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The byte at which it begins.
    pub at: usize,
    pub words: String,
    pub weekday: Option<Weekday>,
    pub day: u32,
    pub month: u32,
    pub year: Option<i32>,
}

impl Mention {
    /// The day in a year; none when that year has no such day.
    pub fn in_year(&self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    /// The day it means: with its own year, or else of the year that brings it nearest to `near`.
    pub fn nearest(&self, near: NaiveDate) -> Option<NaiveDate> {
        if let Some(year) = self.year {
            return self.in_year(year);
        }
        (near.year() - 1..=near.year() + 1)
            .filter_map(|year| self.in_year(year))
            .min_by_key(|date| (*date - near).num_days().abs())
    }

    /// Whether no year has such a day, or its own year has none.
    pub fn is_impossible(&self) -> bool {
        match self.year {
            Some(year) => self.in_year(year).is_none(),
            // 2000 has a 29 February.
            None => self.in_year(2000).is_none(),
        }
    }
}

const WEEKDAY: &str = r"(?P<weekday>Mon(?:day)?|Tue(?:s|sday)?|Wed(?:s|nesday)?|Thu(?:r|rs|rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?|MON(?:DAY)?|TUE(?:S|SDAY)?|WED(?:NESDAY)?|THU(?:RS|RSDAY)?|FRI(?:DAY)?|SAT(?:URDAY)?|SUN(?:DAY)?)";
const MONTH: &str = r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)";

fn regex(of: &str) -> Regex {
    let of = of.replace("WEEKDAY", WEEKDAY).replace("MONTH", MONTH);
    around::regex(&of)
}

fn all(regex: &Regex, text: &str, month_first: bool) -> Vec<Mention> {
    regex.captures_iter(text).filter_map(|captures| mention(text, &captures, month_first)).collect()
}

fn mention(text: &str, captures: &Captures<'_>, month_first: bool) -> Option<Mention> {
    let whole = captures.get(0)?;
    let (before, after) = (&text[..whole.start()], &text[whole.end()..]);
    let part = |name: &str| captures.name(name).map(|part| part.as_str());
    let number = |name: &str| part(name).and_then(|digits| digits.parse::<u32>().ok());
    let month = match part("month") {
        Some(name) => month_named(name)?,
        None => number("month_number")?,
    };
    let year = part("year").and_then(|digits| match digits.len() {
        2 => digits.parse::<i32>().ok().map(|year| 2000 + year),
        _ => digits.parse::<i32>().ok(),
    });
    let day = number("day")?;
    // "May 32 volunteers come?" is a question, and "in November 31 schools joined" names a number.
    if month_first && year.is_none() {
        let next =
            after.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let ends = !after.starts_with(' ')
            || ["at", "from", "in", "to", "and", "until", "for"].contains(&next);
        if day > 31 || (!ends && NaiveDate::from_ymd_opt(2000, month, day).is_none()) {
            return None;
        }
    }
    // "Monday to Friday, 14 December": the weekday is of the range before.
    let follows_a_day = {
        let before = before.trim_end().to_lowercase();
        let before = ["to", "–", "-", "and", "or", "until"]
            .iter()
            .find_map(|word| before.strip_suffix(word));
        before.is_some_and(|rest| rest.trim_end().trim_end_matches('s').ends_with("day"))
            && part("weekday")
                .is_some_and(|name| whole.as_str()[name.len()..].starts_with([',', '.']))
    };
    Some(Mention {
        at: whole.start(),
        words: whole.as_str().trim().trim_end_matches([',', '.']).to_owned(),
        weekday: part("weekday").filter(|_| !follows_a_day).and_then(weekday_named),
        day,
        month,
        year: year.filter(|year| (1000..=2999).contains(year)),
    })
}

fn month_named(name: &str) -> Option<u32> {
    let three: String = name.to_lowercase().chars().take(3).collect();
    three.parse::<Month>().ok().map(|month| month.number_from_month())
}

fn weekday_named(name: &str) -> Option<Weekday> {
    let three: String = name.to_lowercase().chars().take(3).collect();
    three.parse().ok()
}

/// Every day of a text that has its month.
pub fn mentions(text: &str) -> Vec<Mention> {
    // Weekday, day, month; the weekday may be missing.
    static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\bWEEKDAY\b(?:[.,] ?| |, | on )?(?:\(?the )?\s?)?\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s(?:day )?(?:of )?MONTH\b\.?(?:,? ?(?P<year>(?:1\d|20|21)\d\d)\b)?",
        )
    });
    static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\bWEEKDAY\b[.,]? )?\bMONTH\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?:,? (?P<year>(?:1\d|20|21)\d\d)\b)?",
        )
    });
    static IN_NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\bWEEKDAY\b[.,]? )?\b(?P<day>\d{1,2})[/.](?P<month_number>\d{1,2})[/.](?P<year>20\d\d|\d\d)\b",
        )
    });
    static ISO: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:\bWEEKDAY\b[.,]? )?\b(?P<year>(?:19|20)\d\d)-(?P<month_number>\d\d)-(?P<day>\d\d)\b",
        )
    });
    static DAY_THEN_WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s(?:of )?MONTH\b(?:,? (?P<year>(?:1\d|20|21)\d\d)\b)?(?: \(|,? (?:which )?(?:is|was|will be) a )WEEKDAY\b",
        )
    });
    // The two days of a range share their words, so they stand first.
    let mut found = ranges(text);
    let mut add = |more: Vec<Mention>| {
        for one in more {
            let end = one.at + one.words.len();
            if found
                .iter()
                .all(|known: &Mention| known.at + known.words.len() <= one.at || end <= known.at)
            {
                found.push(one);
            }
        }
    };
    add(all(&DAY_THEN_WEEKDAY, text, false));
    add(all(&DAY_FIRST, text, false));
    add(all(&MONTH_FIRST, text, true));
    add(all(&ISO, text, false));
    // 1.2.26 may be a version, and 31/12/99 a score: only with a year of four digits, or a weekday.
    let numbers = all(&IN_NUMBERS, text, false);
    add(numbers
        .into_iter()
        .filter(|one| {
            let digits = one.words.rsplit(['/', '.']).next().unwrap_or_default();
            (one.words.contains('/') || digits.len() == 4)
                && (digits.len() == 4 || one.weekday.is_some())
        })
        .collect());
    found.sort_by_key(|mention| mention.at);
    found
}

/// "Monday 7 to Friday 11 December": both days are of the month that stands at the end.
fn ranges(text: &str) -> Vec<Mention> {
    static FROM: LazyLock<Regex> = LazyLock::new(|| {
        let weekday = WEEKDAY.replace("?P<weekday>", "?P<first_weekday>");
        regex(&format!(
            r"\b{weekday}[.,]? (?:the )?(?P<first>\d{{1,2}})(?:st|nd|rd|th)?(?: ?[-–] ?| to | and | & |, )WEEKDAY[.,]? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of )?MONTH\b(?:,? (?P<year>(?:1\d|20|21)\d\d)\b)?"
        ))
    });
    let mut both = Vec::new();
    for captures in FROM.captures_iter(text) {
        let Some(last) = mention(text, &captures, false) else { continue };
        let first_day = captures.name("first").and_then(|day| day.as_str().parse().ok());
        let weekday = captures.name("first_weekday").and_then(|name| weekday_named(name.as_str()));
        if let Some(day) = first_day {
            both.push(Mention { weekday, day, ..last.clone() });
        }
        both.push(last);
    }
    // Both begin at the same byte: what follows looks at each.
    both
}

/// Times that no clock shows, such as 25:00, 16:75 and 13pm.
pub fn impossible_times(text: &str) -> Vec<(usize, String)> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?i)\b(?:at|from|until|till|to|by|before|after|opens?|begins?|starts?|ends?|[–-]|doors:?|time:|when:|,) ?(?P<hour>\d{1,2})(?P<mark>[:.])(?P<minute>\d\d)\b(?P<half> ?(?:[ap]\.?m\b|hrs\b|h\b|o'clock))?",
        )
    });
    static HALF: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))? ?[ap]\.?m\b"));
    static OTHER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b\d{1,2}(?::\d\d| ?[ap]\.?m\b|[:.]\d\d ?[ap]m\b)"));
    let number = |captures: &Captures<'_>, name: &str| -> Option<u32> {
        captures.name(name)?.as_str().parse().ok()
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for captures in HALF.captures_iter(text) {
        let (Some(whole), Some(hour)) = (captures.get(0), number(&captures, "hour")) else {
            continue;
        };
        let minute = number(&captures, "minute").unwrap_or(0);
        // "0.30pm" and "00:30am" are odd, and can be read.
        if hour > 12 || minute > 59 {
            found.push((whole.start(), whole.as_str().to_owned()));
        }
    }
    for captures in CLOCK.captures_iter(text) {
        let (Some(whole), Some(hour), Some(minute)) =
            (captures.get(0), number(&captures, "hour"), number(&captures, "minute"))
        else {
            continue;
        };
        let is_time = hour < 24 && minute < 60 || hour == 24 && minute == 0;
        let has_colon = captures.name("mark").is_some_and(|mark| mark.as_str() == ":");
        // A dot is a decimal point too: only where another time stands in the same text.
        let others = OTHER.find_iter(text).filter(|other| !whole.range().contains(&other.start()));
        let is_a_clock = has_colon || captures.name("half").is_some() || others.count() > 0;
        let at = captures.name("hour").map_or(whole.start(), |hour| hour.start());
        if !is_time && is_a_clock && found.iter().all(|(known, _)| *known != at) {
            found.push((at, text[at..whole.end()].trim_end().to_owned()));
        }
    }
    found.sort();
    found
}

/// The months that a text names, each with its byte.
pub fn months(text: &str) -> Vec<(usize, u32)> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| regex(r"\bMONTH\b"));
    NAMES
        .find_iter(text)
        .filter_map(|name| Some((name.start(), month_named(name.as_str())?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        mentions(text).into_iter().map(|mention| mention.words).collect()
    }

    #[test]
    fn days_as_people_write_them() {
        for (text, found) in [
            ("on Tuesday 15 July 2020 at noon", "Tuesday 15 July 2020"),
            ("on Tue, 15th July 2020", "Tue, 15th July 2020"),
            ("Friday, December 4, 2019", "Friday, December 4, 2019"),
            ("Saturday the 6th of December", "Saturday the 6th of December"),
            ("Thurs 4th December.", "Thurs 4th December"),
            ("by 31 November in London", "31 November"),
            ("Sun 14/12/2026", "Sun 14/12/2026"),
            ("on 2027-02-30", "2027-02-30"),
            ("3 December (Monday)", "3 December (Monday"),
        ] {
            assert_eq!(words(text), [found], "{text}");
        }
        for text in [
            "We meet every Tuesday. Then 14 come.",
            "In November 31 schools joined.",
            "May 32 volunteers come?",
            "a march of 31 people",
            "version 1.2.26",
            "the score was 31:25",
        ] {
            assert_eq!(words(text), Vec::<String>::new(), "{text}");
        }
        let open = mentions("open Monday to Friday, 14 December to 18 December");
        assert_eq!(open[0].weekday, None);
        let range = mentions("from Monday 7 to Friday 11 December");
        let days: Vec<(u32, Option<Weekday>)> =
            range.iter().map(|mention| (mention.day, mention.weekday)).collect();
        assert_eq!(days, [(7, Some(Weekday::Mon)), (11, Some(Weekday::Fri))]);
    }

    #[test]
    fn days_and_times_that_no_calendar_and_no_clock_has() {
        for (text, is_impossible) in [
            ("31 November", true),
            ("30 February", true),
            ("29 February", false),
            ("29 February 2027", true),
            ("32 December", true),
            ("05/13/2027", true),
            ("31 December", false),
            ("on November 31, at noon", true),
            ("January 31 schools", false),
        ] {
            assert_eq!(mentions(text)[0].is_impossible(), is_impossible, "{text}");
        }
        for (text, count) in [
            ("Doors open at 25:00.", 1),
            ("open from 16:75 to 18:00", 1),
            ("at 13pm", 1),
            ("10am to 26.00", 1),
            ("from 09:30 to 17:00, and until 24:00", 0),
            ("Matthew 25:40 and a score of 31:25", 0),
            ("from 25.50 to 30.75 pounds", 0),
            ("7.30pm", 0),
        ] {
            assert_eq!(impossible_times(text).len(), count, "{text}");
        }
    }
}
