//! A date of which only a part may be known, and what a source wrote for one.
//! Pure: values.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// When a story was published, as precisely as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialDate {
    Year(i32),
    Month(i32, u32),
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

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
}

/// Which number comes first in dates such as 3/12/2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3/12/2020 is 3 December
    DayFirst,
    /// 3/12/2020 is 12 March
    MonthFirst,
}

/// A date as its source has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenDate {
    /// `order` is what the date shows of its source's order: 23/12/2020 can only be day first.
    Known { date: PartialDate, order: Option<DateOrder> },
    /// 3/12/2020 is 3 December or 12 March.
    Either { day_first: PartialDate, month_first: PartialDate },
    /// 3.12.2020 is 3 December, unless its source shows that it puts the month first between points too.
    Dotted { day_first: PartialDate, month_first: PartialDate },
}

impl WrittenDate {
    pub fn known(date: PartialDate) -> Self {
        Self::Known { date, order: None }
    }

    /// The date, where it is known.
    pub fn date(self) -> Option<PartialDate> {
        match self {
            Self::Known { date, .. } | Self::Dotted { day_first: date, .. } => Some(date),
            Self::Either { .. } => None,
        }
    }

    /// The date, taken as day first where it is open: to weigh days against each other until `date_order::settle` has
    /// decided, never to show.
    pub fn likely(self) -> PartialDate {
        match self {
            Self::Known { date, .. }
            | Self::Either { day_first: date, .. }
            | Self::Dotted { day_first: date, .. } => date,
        }
    }

    /// The same date as something else says it too: `<time datetime="2020-03-12">12/03/2020</time>` is 12 March, and an
    /// instant is more than a day.
    #[must_use]
    pub fn confirmed_by(self, other: Option<Self>, zone: Tz) -> Self {
        let Some(other) = other.and_then(Self::date) else { return self };
        let is_same = |date: PartialDate| date.days(zone) == other.days(zone);
        match self {
            Self::Known { date, order } if is_same(date) => Self::Known { date: other, order },
            Self::Either { day_first, .. } | Self::Dotted { day_first, .. }
                if is_same(day_first) =>
            {
                Self::Known { date: other, order: Some(DateOrder::DayFirst) }
            }
            Self::Either { month_first, .. } | Self::Dotted { month_first, .. }
                if is_same(month_first) =>
            {
                Self::Known { date: other, order: Some(DateOrder::MonthFirst) }
            }
            Self::Known { .. } | Self::Either { .. } | Self::Dotted { .. } => self,
        }
    }
}

/// What an item's source wrote for its date, where it is a date of three numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numeric {
    pub text: String,
    pub written: WrittenDate,
    /// What the source's language makes sure: people who write in British English put the day first.
    pub language: Option<DateOrder>,
}

impl Numeric {
    /// What is worth remembering of a date: one that shows the order, or one that needs it.
    pub fn of(text: &str, written: WrittenDate, language: Option<DateOrder>) -> Option<Self> {
        let is_numeric = match written {
            WrittenDate::Known { order, .. } => order.is_some(),
            WrittenDate::Either { .. } | WrittenDate::Dotted { .. } => true,
        };
        is_numeric.then(|| Self { text: text.trim().chars().take(40).collect(), written, language })
    }

    /// The same where only the date itself was kept of what was written.
    pub fn of_day(written: WrittenDate, language: Option<DateOrder>) -> Option<Self> {
        let (day, _) = written.likely().days(Tz::UTC);
        Self::of(&day.format("%d/%m/%Y").to_string(), written, language)
    }

    /// The same where the words with the date are known.
    pub fn of_words(
        words: &str,
        written: WrittenDate,
        language: Option<DateOrder>,
    ) -> Option<Self> {
        let numeric = Self::of_day(written, language)?;
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '/' | '.');
        let short = words.split(|c| !is_part(c)).map(|part| part.trim_matches(['.', '/']));
        let short = short.filter(|part| short_numbers(part).is_some()).map(str::to_owned).next();
        Some(match short {
            Some(text) => Self { text, ..numeric },
            None => numeric,
        })
    }

    /// Its three numbers, where each has two digits at the most: 3/12/20.
    pub fn short_numbers(&self) -> Option<[u32; 3]> {
        short_numbers(self.text.split(' ').next()?)
    }
}

fn short_numbers(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split(['/', '.', '-']);
    let mut number = || {
        let part = parts.next().filter(|part| (1..=2).contains(&part.len()))?;
        part.parse::<u32>().ok()
    };
    let numbers = [number()?, number()?, number()?];
    parts.next().is_none().then_some(numbers)
}

/// The instant of a local time: the earlier where the clock shows it twice, the next valid one where it is skipped.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    if let Some(instant) = zone.from_local_datetime(&local).earliest() {
        return instant.to_utc();
    }
    // No zone skips more than a day (Samoa skipped one whole day in 2011), and clocks are turned at whole minutes.
    let mut next = local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local);
    for _ in 0..=24 * 60 {
        next += chrono::TimeDelta::minutes(1);
        if let Some(instant) = zone.from_local_datetime(&next).earliest() {
            return instant.to_utc();
        }
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
