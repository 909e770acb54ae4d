//! Dates as precise as they are known: a year, a month, a day, or an instant.
//! Pure: parsing and comparing.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// When a story was published, as precisely as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialDate {
    Year(i32),
    Month(i32, u32),
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateError {
    #[error("`{0}` is not a date")]
    NotADate(String),
    #[error("`{0}` is a day that does not exist")]
    NoSuchDay(String),
    #[error("`{0}` is not between {FIRST_YEAR} and {LAST_YEAR}")]
    OutOfRange(String),
}

/// Earlier dates are zero values of other systems (1 January 1970 and the like), not news.
pub const FIRST_YEAR: i32 = 1990;
/// Later dates are mistakes of the keyboard.
pub const LAST_YEAR: i32 = 2100;

impl PartialDate {
    /// The word for how precise it is.
    pub fn precision(self) -> &'static str {
        match self {
            Self::Year(_) => "year",
            Self::Month(..) => "month",
            Self::Day(_) => "day",
            Self::Instant(_) => "instant",
        }
    }

    /// The first and last day it may mean, in a time zone.
    pub fn days(self, zone: Tz) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Year(year) => (day(year, 1, 1), day(year, 12, 31)),
            Self::Month(year, month) => {
                let first = day(year, month, 1);
                (first, first + chrono::Months::new(1) - chrono::Days::new(1))
            }
            Self::Day(date) => (date, date),
            Self::Instant(instant) => {
                let date = instant.with_timezone(&zone).date_naive();
                (date, date)
            }
        }
    }

    /// Year and month, where they are known.
    pub fn month(self, zone: Tz) -> Option<(i32, u32)> {
        let (first, last) = self.days(zone);
        (first.month() == last.month()).then(|| (first.year(), first.month()))
    }

    /// As people in Britain write it: "23 December 2020", "December 2020", "2020".
    pub fn long(self, zone: Tz) -> String {
        let (first, _) = self.days(zone);
        match self {
            Self::Year(year) => year.to_string(),
            Self::Month(..) => first.format("%B %Y").to_string(),
            Self::Day(_) | Self::Instant(_) => first.format("%-d %B %Y").to_string(),
        }
    }

    /// Reads a date in any of the forms that feeds, front matter and people use. Date-times without a zone are taken
    /// in `zone`; dates of three numbers are day first, as in Britain.
    ///
    /// # Errors
    /// When the text is no date, or none that can be news.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, DateError> {
        let text = text.trim().trim_matches('"').trim();
        let shown = || text.escape_debug().take(60).collect::<String>();
        if text.len() > 100 {
            return Err(DateError::NotADate(shown()));
        }
        let date = parse_iso(text, zone)
            .or_else(|| parse_rfc_2822(text, zone))
            .or_else(|| parse_words(text, zone))
            .ok_or_else(|| DateError::NotADate(shown()))?
            .ok_or_else(|| DateError::NoSuchDay(shown()))?;
        let (first, last) = date.days(zone);
        if first.year() < FIRST_YEAR || last.year() > LAST_YEAR {
            return Err(DateError::OutOfRange(shown()));
        }
        Ok(date)
    }
}

/// `None`: not of this form. `Some(None)`: of this form, and no such day exists.
type Parsed = Option<Option<PartialDate>>;

fn numbers(text: &str, sign: char) -> Option<Vec<u32>> {
    text.split(sign)
        .map(|part| {
            (!part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        })
        .collect()
}

fn year_month_day(year: u32, month: u32, day: u32) -> Option<PartialDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(PartialDate::Day)
}

fn parse_iso(text: &str, zone: Tz) -> Parsed {
    if let Some(parts) = numbers(text, '-')
        && text.len() >= 4
        && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
    {
        return match parts[..] {
            [year] => Some(i32::try_from(year).ok().map(PartialDate::Year)),
            [year, month] => Some(
                i32::try_from(year)
                    .ok()
                    .filter(|_| (1..=12).contains(&month))
                    .map(|year| PartialDate::Month(year, month)),
            ),
            [year, month, day] => Some(year_month_day(year, month, day)),
            _ => None,
        };
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(Some(PartialDate::Instant(instant.to_utc())));
    }
    for form in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z", "%Y-%m-%dT%H:%M:%S%z"] {
        if let Ok(instant) = DateTime::parse_from_str(text, form) {
            return Some(Some(PartialDate::Instant(instant.to_utc())));
        }
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, form) {
            return Some(Some(PartialDate::Instant(instant_of(local, zone))));
        }
    }
    if let Some(parts) = numbers(text, '/').or_else(|| numbers(text, '.'))
        && let [first, second, third] = parts[..]
    {
        // 2020/12/23, else day first: 23/12/2020.
        return Some(if first > 31 {
            year_month_day(first, second, third)
        } else {
            year_month_day(third, second, first)
        });
    }
    None
}

/// RFC 2822 and the zone names that RFC 822 feeds still use. BST is British Summer Time here, not Bangladesh's.
fn parse_rfc_2822(text: &str, zone: Tz) -> Parsed {
    const ZONES: [(&str, &str); 11] = [
        ("BST", "+0100"),
        ("IST", "+0100"),
        ("WEST", "+0100"),
        ("CET", "+0100"),
        ("CEST", "+0200"),
        ("EET", "+0200"),
        ("EEST", "+0300"),
        ("UTC", "+0000"),
        ("WET", "+0000"),
        ("Z", "+0000"),
        ("GMT", "+0000"),
    ];
    // The weekday is often wrong, or spelled in four letters: it says nothing the date does not.
    let text = text.split_once(", ").map_or(text, |(weekday, rest)| {
        if weekday.chars().all(char::is_alphabetic) { rest } else { text }
    });
    let (rest, offset) = match text.rsplit_once(' ') {
        Some((rest, name)) => match ZONES.iter().find(|(known, _)| *known == name) {
            Some((_, offset)) => (rest, Some(*offset)),
            None => (text, None),
        },
        None => return None,
    };
    let text = offset.map_or_else(|| rest.to_owned(), |offset| format!("{rest} {offset}"));
    if let Ok(instant) = DateTime::parse_from_rfc2822(&text) {
        return Some(Some(PartialDate::Instant(instant.to_utc())));
    }
    for form in ["%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %B %Y %H:%M:%S", "%d %B %Y %H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(&text, form) {
            return Some(Some(PartialDate::Instant(instant_of(local, zone))));
        }
    }
    None
}

/// "Tuesday, 30th April 2019", "30 Apr 2019", "April 30, 2019", "April 2019".
fn parse_words(text: &str, _zone: Tz) -> Parsed {
    let mut day_of_month = None;
    let mut month = None;
    let mut year = None;
    for word in text.split([' ', ',', '\u{a0}']).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        let digits = lower
            .strip_suffix("st")
            .or_else(|| lower.strip_suffix("nd"))
            .or_else(|| lower.strip_suffix("rd"))
            .or_else(|| lower.strip_suffix("th"))
            .unwrap_or(&lower);
        if let Ok(number) = digits.parse::<u32>() {
            if digits.len() == 4 && digits == lower && year.is_none() {
                year = Some(number);
            } else if digits.len() <= 2 && day_of_month.is_none() {
                day_of_month = Some(number);
            } else {
                return None;
            }
        } else if let Ok(named) = lower.trim_end_matches('.').parse::<chrono::Month>() {
            if month.replace(named.number_from_month()).is_some() {
                return None;
            }
        } else if lower.trim_end_matches('.').parse::<chrono::Weekday>().is_err()
            && lower != "of"
            && lower != "tues"
            && lower != "thurs"
        {
            return None;
        }
    }
    let (year, month) = (year?, month?);
    match day_of_month {
        Some(day) => Some(year_month_day(year, month, day)),
        None => Some(i32::try_from(year).ok().map(|year| PartialDate::Month(year, month))),
    }
}

/// The instant of a local time: the earlier where the clock shows it twice, the next valid one where it is skipped.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let mut local = local;
    // No zone skips more than a day (Samoa skipped one whole day in 2011).
    for _ in 0..=48 {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            return instant.to_utc();
        }
        local += chrono::TimeDelta::minutes(30);
    }
    local.and_utc()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    // Years are checked by `parse`, months by the form; a value made otherwise falls back to a day that exists.
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(NaiveDate::MIN)
}

/// As it is written in front matter: `2020`, `2020-12`, `2020-12-23`, or RFC 3339.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Self::Instant(instant) => write!(f, "{}", instant.format("%Y-%m-%dT%H:%M:%SZ")),
        }
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As it is written, so it is read: no zone is needed, for an instant is written in UTC.
impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, Tz::UTC).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn the_forms_that_sources_use() {
        for (text, expected) in [
            ("2020", "2020"),
            ("2020-12", "2020-12"),
            ("2020-12-23", "2020-12-23"),
            ("2020/12/23", "2020-12-23"),
            ("03/06/2025", "2025-06-03"),
            ("3.6.2025", "2025-06-03"),
            ("2020-12-23T10:00:00Z", "2020-12-23T10:00:00Z"),
            ("2020-06-23T10:00:00", "2020-06-23T09:00:00Z"),
            ("2020-06-23 10:00", "2020-06-23T09:00:00Z"),
            ("2020-06-23 10:00:00 +0200", "2020-06-23T08:00:00Z"),
            ("2025-06-03T09:00:00+0100", "2025-06-03T08:00:00Z"),
            ("Tue, 03 Jun 2025 09:00:00 BST", "2025-06-03T08:00:00Z"),
            ("Tues, 03 Jun 2025 09:00:00 GMT", "2025-06-03T09:00:00Z"),
            ("Mon, 03 Jun 2025 09:00:00 EST", "2025-06-03T14:00:00Z"),
            ("03 Jun 2025 09:00", "2025-06-03T08:00:00Z"),
            ("3 June 2025", "2025-06-03"),
            ("Tuesday, 30th April 2019", "2019-04-30"),
            ("Apr 30, 2019", "2019-04-30"),
            ("December 2020", "2020-12"),
        ] {
            let date = PartialDate::parse(text, London);
            assert_eq!(date.map(|d| d.to_string()), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_says_so() {
        use DateError as E;
        let error = |text: &str| PartialDate::parse(text, London).unwrap_err();
        assert!(matches!(error("soon"), E::NotADate(_)));
        assert!(matches!(error(""), E::NotADate(_)));
        assert!(matches!(error("2020-13"), E::NoSuchDay(_)));
        assert!(matches!(error("2021-02-29"), E::NoSuchDay(_)));
        assert!(matches!(error("31 April 2019"), E::NoSuchDay(_)));
        assert!(matches!(error("1970-01-01"), E::OutOfRange(_)));
        assert!(matches!(error("0001-01-01"), E::OutOfRange(_)));
        assert!(matches!(error("20201223"), E::NotADate(_)));
    }

    #[test]
    fn an_instant_belongs_to_the_day_of_the_zone() {
        // 23:30 UTC on 31 March 2020 is half past midnight of 1 April in London.
        let date = PartialDate::parse("2020-03-31T23:30:00Z", London).unwrap();
        assert_eq!(date.days(London).0, NaiveDate::from_ymd_opt(2020, 4, 1).unwrap());
    }

    #[test]
    fn local_times_that_the_clock_skips_or_repeats() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        // London skips 01:00 to 02:00 on 30 March 2025 and repeats it on 26 October.
        let skipped = instant_of(at("2025-03-30 01:30"), London);
        assert_eq!(skipped.to_rfc3339(), "2025-03-30T01:00:00+00:00");
        let repeated = instant_of(at("2025-10-26 01:30"), London);
        assert_eq!(repeated.to_rfc3339(), "2025-10-26T00:30:00+00:00");
    }
}
