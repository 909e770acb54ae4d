//! The window of an edition: a half-open span of days in a time zone, and which items are in it.
//! Pure: what "today" is comes in as an argument.
//!
//! `[start of the first day, start of the day after the last)`. An item is *in*, *out*, or nobody *can say*: a date
//! that is known only to the year says nothing about a month.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::date::names::ENGLISH_MONTHS;
use crate::date::{DateError, FIRST_YEAR, LAST_YEAR};
use crate::news::item::OutsideCounts;
use crate::news::{Item, PartialDate, Reading};

/// A span of whole days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day, in the window.
    pub start: NaiveDate,
    /// The day after the last one.
    pub end: NaiveDate,
    pub zone: Tz,
}

/// Why there is no such window.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WindowError {
    #[error("`{0}` is not a month")]
    Month(String),
    #[error("`{0}` is not a quarter")]
    Quarter(String),
    #[error("`{0}` is not a year")]
    Year(String),
    #[error("`{0}` is not a day")]
    Day(String),
    /// A window that there is, at a time that is taken for a slip of the keyboard.
    #[error("`{0}` is not between {FIRST_YEAR} and {LAST_YEAR}")]
    Outside(String),
    #[error("`{0}` is not a length of time")]
    Length(String),
    #[error("the window ends on {until}, before it begins on {since}")]
    Backwards { since: NaiveDate, until: NaiveDate },
    #[error("the last edition's window goes on to {0}")]
    NotOver(NaiveDate),
}

impl WindowError {
    /// What to write instead.
    pub fn cure(&self) -> String {
        match self {
            Self::Month(text) => hint(text, "--month", "write 2020-12"),
            Self::Quarter(text) => hint(text, "--quarter", "write 2020-Q4"),
            Self::Year(text) => {
                hint(text, "--year", "write a year between 1990 and 2100, as in 2020")
            }
            Self::Day(_) => "write 2020-12-31".to_owned(),
            Self::Outside(_) => "check the year: nothing earlier or later is kept".to_owned(),
            Self::Length(_) => {
                "write 30d, 6w or 3m, for days, weeks or months; the most is ten years".to_owned()
            }
            Self::Backwards { since, until } => {
                format!("swap the two days: {until}_{since}, or --since {until} --until {since}")
            }
            Self::NotOver(last) => format!(
                "the next one begins after that day; name other days, as in --month {}",
                last.format("%Y-%m")
            ),
        }
    }
}

/// What to write instead of a text behind an option.
fn hint(text: &str, option: &str, otherwise: &str) -> String {
    let Some(name) = meant(text) else {
        return impossible(text).unwrap_or_else(|| otherwise.to_owned());
    };
    if option_of(&name) == option {
        return format!("did you mean `{name}`?");
    }
    format!("did you mean `{} {name}`?", option_of(&name))
}

/// Longer texts are not the name of a window.
const LONGEST_NAME_CHARS: usize = 40;

/// The words and numbers of a text: `2020q3` and `q3` have no space where a number ends.
fn parts_of(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let is_digit = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
            let (part, behind) = rest.split_at(end);
            parts.push(part);
            rest = behind;
        }
    }
    parts
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && matches!(part.parse(), Ok(FIRST_YEAR..=LAST_YEAR))
}

/// The number of a month that is written as a word, or as its first three letters or more.
fn month_of(word: &str) -> Option<u32> {
    let at = ENGLISH_MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(word))?;
    u32::try_from(at + 1).ok()
}

/// The name of the window that somebody meant who wrote it as people do: `Q3 2020`, `December 2020`, `12/2020`.
pub fn meant(text: &str) -> Option<String> {
    if text.chars().count() > LONGEST_NAME_CHARS {
        return None;
    }
    let text = text.to_lowercase();
    let mut parts = parts_of(&text);
    let year = parts.iter().position(|part| is_year(part))?;
    let year = parts.remove(year);
    let small = |part: &str, most: u32| {
        part.parse::<u32>().ok().filter(|number| (1..=most).contains(number))
    };
    match parts[..] {
        [] => Some(year.to_owned()),
        ["q" | "quarter", number] => Some(format!("{year}-Q{}", small(number, 4)?)),
        [one] => {
            let month = small(one, 12).or_else(|| month_of(one))?;
            Some(format!("{year}-{month:02}"))
        }
        _ => None,
    }
}

/// What is wrong with a text that is like the name of a window, and cannot be one: there is no such month, or no year.
pub fn impossible(text: &str) -> Option<String> {
    if text.chars().count() > LONGEST_NAME_CHARS || meant(text).is_some() {
        return None;
    }
    let text = text.to_lowercase();
    match parts_of(&text)[..] {
        [word] if month_of(word).is_some() => {
            Some(format!("add the year, as in 2020-{:02}", month_of(word)?))
        }
        ["q" | "quarter", "1" | "2" | "3" | "4"] => Some("add the year, as in 2020-Q3".to_owned()),
        [year, "q" | "quarter", number] if is_year(year) && number.parse::<u32>().is_ok() => {
            Some(format!("a year has four quarters, {year}-Q1 to {year}-Q4"))
        }
        [year, number] if is_year(year) && number.parse::<u32>().is_ok() => {
            Some(format!("a year has twelve months, {year}-01 to {year}-12"))
        }
        _ => None,
    }
}

/// The option that takes a window of this name.
pub fn option_of(name: &str) -> &'static str {
    match name.len() {
        4 => "--year",
        _ if name.contains('Q') => "--quarter",
        _ => "--month",
    }
}

/// The longest window: more is a mistake of the keyboard.
const LONGEST_DAYS: u64 = 3660;

impl Window {
    /// # Errors
    /// When `text` is not like `2020-12`.
    pub fn month(text: &str, zone: Tz) -> Result<Self, WindowError> {
        match PartialDate::parse(text, zone) {
            Ok(date @ PartialDate::Month(..)) => Ok(Self::of(date, zone)),
            Err(DateError::OutOfRange(_)) => Err(WindowError::Outside(text.to_owned())),
            _ => Err(WindowError::Month(text.to_owned())),
        }
    }

    /// # Errors
    /// When `text` is not like `2020-Q4`.
    pub fn quarter(text: &str, zone: Tz) -> Result<Self, WindowError> {
        let wrong = || WindowError::Quarter(text.to_owned());
        let (year, quarter) =
            text.split_once("-Q").or_else(|| text.split_once("-q")).ok_or_else(wrong)?;
        let quarter: u32 = match quarter {
            "1" | "2" | "3" | "4" => quarter.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        let year = Self::year(year, zone).map_err(|error| match error {
            WindowError::Outside(_) => WindowError::Outside(text.to_owned()),
            _ => wrong(),
        })?;
        let start = year.start + Months::new(3 * (quarter - 1));
        Ok(Self { start, end: start + Months::new(3), zone })
    }

    /// # Errors
    /// When `text` is not like `2020`.
    pub fn year(text: &str, zone: Tz) -> Result<Self, WindowError> {
        match PartialDate::parse(text, zone) {
            Ok(date @ PartialDate::Year(_)) => Ok(Self::of(date, zone)),
            Err(DateError::OutOfRange(_)) => Err(WindowError::Outside(text.to_owned())),
            _ => Err(WindowError::Year(text.to_owned())),
        }
    }

    /// From a day to a day, both in it.
    ///
    /// # Errors
    /// When a text is not a day, or the days are in the wrong order.
    pub fn days(since: &str, until: &str, zone: Tz) -> Result<Self, WindowError> {
        let since = parse_day(since, zone)?;
        let until = parse_day(until, zone)?;
        if until < since {
            return Err(WindowError::Backwards { since, until });
        }
        Ok(Self { start: since, end: until + Days::new(1), zone })
    }

    /// The last days, weeks or months (`30d`, `6w`, `3m`), today included.
    ///
    /// # Errors
    /// When `text` is not a length of time.
    pub fn last(text: &str, today: NaiveDate, zone: Tz) -> Result<Self, WindowError> {
        let wrong = || WindowError::Length(text.to_owned());
        let unit = text.chars().last().ok_or_else(wrong)?;
        let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
        let days = match unit {
            'd' => u64::from(number),
            'w' => u64::from(number) * 7,
            'm' => u64::from(number) * 31,
            _ => return Err(wrong()),
        };
        if number == 0 || days > LONGEST_DAYS {
            return Err(wrong());
        }
        let end = today + Days::new(1);
        let start = if unit == 'm' { end - Months::new(number) } else { end - Days::new(days) };
        Ok(Self { start, end, zone })
    }

    /// From the day after an earlier window's last day up to and including today.
    ///
    /// # Errors
    /// When that window has not ended yet.
    pub fn since_last(last: &Window, today: NaiveDate) -> Result<Self, WindowError> {
        let end = today + Days::new(1);
        if end <= last.end {
            return Err(WindowError::NotOver(last.last_day()));
        }
        Ok(Self { start: last.end, end, zone: last.zone })
    }

    /// The last month that is over.
    pub fn last_full_month(today: NaiveDate, zone: Tz) -> Self {
        let end = today.with_day(1).unwrap_or(today);
        Self { start: end - Months::new(1), end, zone }
    }

    /// All days that a date may mean.
    pub fn of(date: PartialDate, zone: Tz) -> Self {
        let (first, last) = date.days(zone);
        Self { start: first, end: last + Days::new(1), zone }
    }

    /// The last day in it.
    pub fn last_day(&self) -> NaiveDate {
        self.end - Days::new(1)
    }

    /// What an edition made on the fly is called: `2020`, `2020-Q4`, `2020-12`, `2020-12-01_2020-12-15`.
    pub fn name(&self) -> String {
        let first = self.start;
        if first.day() == 1 {
            if first.month() == 1 && first + Months::new(12) == self.end {
                return format!("{:04}", first.year());
            }
            if first.month0().is_multiple_of(3) && first + Months::new(3) == self.end {
                return format!("{:04}-Q{}", first.year(), first.month0() / 3 + 1);
            }
            if first + Months::new(1) == self.end {
                return first.format("%Y-%m").to_string();
            }
        }
        format!("{}_{}", first.format("%Y-%m-%d"), self.last_day().format("%Y-%m-%d"))
    }

    /// True when it is a whole calendar year or longer.
    pub fn is_year(&self) -> bool {
        self.start + Months::new(12) <= self.end
    }

    /// Whether a date is in the window.
    pub fn judge(&self, date: PartialDate) -> Placement {
        let (first, last) = date.days(self.zone);
        if last < self.start {
            Placement::Before
        } else if first >= self.end {
            Placement::After
        } else if first >= self.start && last < self.end {
            Placement::In
        } else {
            Placement::CannotSay
        }
    }
}

/// For people: "December 2020", "2020", "1 to 15 December 2020".
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        let last = self.last_day();
        if name.len() == 4 {
            f.write_str(&name)
        } else if let Some((year, quarter)) = name.split_once("-Q") {
            let word = ["first", "second", "third", "fourth"]
                .get(quarter.parse::<usize>().unwrap_or(1) - 1)
                .unwrap_or(&"");
            write!(f, "{word} quarter of {year}")
        } else if name.len() == 7 {
            write!(f, "{}", self.start.format("%B %Y"))
        } else if self.start == last {
            write!(f, "{}", last.format("%-d %B %Y"))
        } else if (self.start.year(), self.start.month()) == (last.year(), last.month()) {
            write!(f, "{} to {}", self.start.day(), last.format("%-d %B %Y"))
        } else {
            write!(f, "{} to {}", self.start.format("%-d %B %Y"), last.format("%-d %B %Y"))
        }
    }
}

fn parse_day(text: &str, zone: Tz) -> Result<NaiveDate, WindowError> {
    match PartialDate::parse(text, zone) {
        Ok(PartialDate::Day(date)) => Ok(date),
        Err(DateError::OutOfRange(_)) => Err(WindowError::Outside(text.to_owned())),
        _ => Err(WindowError::Day(text.to_owned())),
    }
}

/// Where a date lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    In,
    Before,
    After,
    /// The date covers days in the window and days outside it.
    CannotSay,
}

/// Every item of a reading, in one of three lists; nothing is lost between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Newest first.
    pub chosen: Vec<Item>,
    pub left_out: Vec<(Item, String)>,
    pub undecided: Vec<(Item, String)>,
    /// Stories of other days that were counted, and not read.
    pub elsewhere: OutsideCounts,
}

impl Selection {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Item> {
        let others = self.left_out.iter().chain(&self.undecided);
        self.chosen.iter().chain(others.map(|(item, _)| item))
    }
}

/// Why an item that its source has no more is in no edition.
pub const GONE: &str = "removed by its source";
/// Why items of other days are not in a window.
pub const BEFORE: &str = "before the window";
pub const AFTER: &str = "after the window";

/// Sorts items into those of a window, those outside, and those that are not sure. An item dated after `today`
/// waits, whatever the window.
pub fn select_reading(reading: Reading, window: &Window, today: NaiveDate) -> Selection {
    let elsewhere = reading.elsewhere;
    Selection { elsewhere, ..select(reading.items, window, today) }
}

/// The same for items by themselves.
pub fn select(items: Vec<Item>, window: &Window, today: NaiveDate) -> Selection {
    let mut selection = Selection::default();
    for item in items {
        if let Some(gone) = item.seen.gone {
            selection.left_out.push((item, format!("{GONE} ({})", gone.format("%-d %B %Y"))));
            continue;
        }
        let Some(date) = item.date else {
            selection.undecided.push((item, "it has no date".to_owned()));
            continue;
        };
        match window.judge(date) {
            Placement::In if date.days(window.zone).0 > today => {
                selection.left_out.push((
                    item,
                    format!("it is dated in the future ({})", date.long(window.zone)),
                ));
            }
            Placement::In => selection.chosen.push(item),
            Placement::Before => {
                selection.left_out.push((item, format!("{BEFORE} ({})", date.long(window.zone))));
            }
            Placement::After => {
                selection.left_out.push((item, format!("{AFTER} ({})", date.long(window.zone))));
            }
            Placement::CannotSay => selection.undecided.push((
                item,
                format!("only the {} is known ({})", date.precision(), date.long(window.zone)),
            )),
        }
    }
    let zone = window.zone;
    sort_newest_first(&mut selection.chosen, zone);
    selection
}

/// Newest first. Of items that may be of one day, the more precisely dated stands first, then their own order.
pub fn sort_newest_first(items: &mut [Item], zone: Tz) {
    items.sort_by_cached_key(|item| {
        let last_day = item.date.map(|date| date.days(zone).1);
        // A month-precise item stands after the dated ones of its month: its first day counts.
        let first_day = item.date.map(|date| date.days(zone).0);
        let instant = match item.date {
            Some(PartialDate::Instant(instant)) => Some(instant),
            _ => None,
        };
        (
            std::cmp::Reverse(first_day),
            std::cmp::Reverse(last_day),
            std::cmp::Reverse(instant),
            item.order,
            item.id.clone(),
        )
    });
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use proptest::prelude::*;

    use super::*;
    use crate::problem::Place;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn item(when: &str) -> Item {
        Item {
            id: when.to_owned(),
            title: when.to_owned(),
            title_made: false,
            summary: String::new(),
            link: None,
            image: None,
            topics: Vec::new(),
            date: PartialDate::parse(when, London).ok(),
            source: "news".to_owned(),
            place: Place::whole("x"),
            order: 0,
            ..Item::default()
        }
    }

    #[test]
    fn windows_and_their_names() {
        let today = date("2020-12-15");
        for (window, name, words) in [
            (Window::month("2020-12", London), "2020-12", "December 2020"),
            (Window::quarter("2020-Q4", London), "2020-Q4", "fourth quarter of 2020"),
            (Window::year("2020", London), "2020", "2020"),
            (
                Window::days("2020-12-01", "2020-12-15", London),
                "2020-12-01_2020-12-15",
                "1 to 15 December 2020",
            ),
            (Window::days("2020-02-01", "2020-02-29", London), "2020-02", "February 2020"),
            (
                Window::last("30d", today, London),
                "2020-11-16_2020-12-15",
                "16 November 2020 to 15 December 2020",
            ),
            (
                Window::last("1m", today, London),
                "2020-11-16_2020-12-15",
                "16 November 2020 to 15 December 2020",
            ),
            (Ok(Window::last_full_month(today, London)), "2020-11", "November 2020"),
        ] {
            let window = window.unwrap();
            assert_eq!(window.name(), name);
            assert_eq!(window.to_string(), words);
        }
    }

    #[test]
    fn what_is_no_window_says_what_to_write() {
        let today = date("2020-12-15");
        assert!(Window::month("2020", London).is_err());
        assert!(Window::month("2020-13", London).is_err());
        assert!(Window::quarter("2020-Q5", London).is_err());
        assert!(Window::quarter("2020", London).is_err());
        assert!(Window::year("20", London).is_err());
        assert!(Window::days("2020-12-15", "2020-12-01", London).is_err());
        for text in ["", "d", "0d", "30", "30x", "99999999d", "-1d", "é"] {
            assert!(Window::last(text, today, London).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_window_is_said_with_its_cure() {
        let kind = |error: &WindowError| std::mem::discriminant(error);
        let (outside, day) = (WindowError::Outside(String::new()), WindowError::Day(String::new()));
        for year in ["1900", "1989", "2101"] {
            let days = Window::days(&format!("{year}-01-01"), &format!("{year}-12-31"), London);
            for window in [
                days,
                Window::year(year, London),
                Window::month(&format!("{year}-12"), London),
                Window::quarter(&format!("{year}-Q1"), London),
            ] {
                let error = window.unwrap_err();
                assert_eq!(kind(&error), kind(&outside), "{error}");
                assert!(error.to_string().contains("between 1990 and 2100"), "{error}");
                assert!(!error.cure().is_empty());
            }
        }
        for text in ["", "2020-02-30", "yesterday", "2020-12", "2020"] {
            let error = Window::days(text, "2020-12-31", London).unwrap_err();
            assert_eq!(kind(&error), kind(&day), "{text}: {error}");
            assert_eq!(error.cure(), "write 2020-12-31");
        }
    }

    #[test]
    fn windows_as_people_write_them() {
        for (text, name) in [
            ("Q3 2020", Some("2020-Q3")),
            ("2020Q3", Some("2020-Q3")),
            ("2020 q3", Some("2020-Q3")),
            ("q3/2020", Some("2020-Q3")),
            ("quarter 4, 2020", Some("2020-Q4")),
            ("December 2020", Some("2020-12")),
            ("dec-2020", Some("2020-12")),
            ("2020 Sept", Some("2020-09")),
            ("12/2020", Some("2020-12")),
            ("2020.3", Some("2020-03")),
            ("year 2020", None),
            (" 2020 ", Some("2020")),
            ("Q5 2020", None),
            ("2020-13", None),
            ("ma 2020", None),
            ("2020-12-31", None),
            ("gala", None),
            ("", None),
            ("2020é", None),
        ] {
            assert_eq!(meant(text).as_deref(), name, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_somebody_meant_is_a_window(text in "[qQ0-9 /.é-]{0,12}|[a-z]{1,9} [0-9]{4}|\\PC{0,50}") {
            if let Some(name) = meant(&text) {
                prop_assert_eq!(crate::edition::draft_reading::window_from_name(&name, London).unwrap().name(), name);
            }
        }
    }

    #[test]
    fn partial_dates_are_in_out_or_nobody_can_say() {
        let december = Window::month("2020-12", London).unwrap();
        let year = Window::year("2020", London).unwrap();
        let half = Window::days("2020-12-01", "2020-12-15", London).unwrap();
        for (when, in_december, in_year, in_half) in [
            ("2020-12-01", Placement::In, Placement::In, Placement::In),
            ("2020-12-31", Placement::In, Placement::In, Placement::After),
            ("2021-01-01", Placement::After, Placement::After, Placement::After),
            ("2020-11-30", Placement::Before, Placement::In, Placement::Before),
            ("2020-12", Placement::In, Placement::In, Placement::CannotSay),
            ("2020-11", Placement::Before, Placement::In, Placement::Before),
            ("2020", Placement::CannotSay, Placement::In, Placement::CannotSay),
            ("2019", Placement::Before, Placement::Before, Placement::Before),
            ("2020-12-31T23:59:59Z", Placement::In, Placement::In, Placement::After),
            ("2020-06-30T23:30:00Z", Placement::Before, Placement::In, Placement::Before),
        ] {
            let parsed = PartialDate::parse(when, London).unwrap();
            assert_eq!(december.judge(parsed), in_december, "{when}");
            assert_eq!(year.judge(parsed), in_year, "{when}");
            assert_eq!(half.judge(parsed), in_half, "{when}");
        }
    }

    #[test]
    fn the_edge_of_a_month_is_the_zones_midnight() {
        let june = Window::month("2020-06", London).unwrap();
        let july = Window::month("2020-07", London).unwrap();
        // In summer London is an hour ahead: 23:30 UTC on 30 June is 1 July there.
        let instant = PartialDate::parse("2020-06-30T23:30:00Z", London).unwrap();
        assert_eq!(june.judge(instant), Placement::After);
        assert_eq!(july.judge(instant), Placement::In);
    }

    #[test]
    fn every_item_is_in_exactly_one_list() {
        let window = Window::month("2020-12", London).unwrap();
        let items: Vec<Item> =
            ["2020-12-01", "2020-12", "2020", "2019", "no date", "2020-12-30"].map(item).to_vec();
        let selection = select(items, &window, date("2020-12-15"));
        let names =
            |list: &[(Item, String)]| list.iter().map(|(i, _)| i.id.clone()).collect::<Vec<_>>();
        let chosen: Vec<&str> = selection.chosen.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(chosen, ["2020-12", "2020-12-01"]);
        assert_eq!(names(&selection.left_out), ["2019", "2020-12-30"]);
        assert_eq!(names(&selection.undecided), ["2020", "no date"]);
    }

    proptest! {
        /// Windows that follow each other share no day and leave none out.
        #[test]
        fn each_day_is_in_exactly_one_month(offset in 0u64..36_000) {
            let day = date("1991-01-01") + Days::new(offset);
            let within = |d: NaiveDate| {
                Window::month(&d.format("%Y-%m").to_string(), London).unwrap().judge(PartialDate::Day(day))
            };
            prop_assert_eq!(within(day), Placement::In);
            prop_assert_eq!(within(day - Months::new(1)), Placement::After);
            prop_assert_eq!(within(day + Months::new(1)), Placement::Before);
        }
    }

    /// The offset from UTC in minutes by the law of each country, written down here by hand: what the database of zones says
    /// is checked against it. `minute` counts from 1970.
    fn offset_by_law(zone: Tz, minute: i64) -> i64 {
        let day = |year: i32, month: u32, day: u32| {
            i64::from(
                NaiveDate::from_ymd_opt(year, month, day).unwrap().num_days_from_ce() - 719_163,
            )
        };
        // Sunday is 0: the first of January 1970 was a Thursday.
        let weekday = |day: i64| (day + 4).rem_euclid(7);
        let sunday = |year: i32, month: u32, nth: i64| {
            let first = day(year, month, 1);
            first + (7 - weekday(first)) % 7 + 7 * (nth - 1)
        };
        let last_sunday = |year: i32, month: u32, days: u32| {
            let last = day(year, month, days);
            last - weekday(last)
        };
        let year = {
            let days = i32::try_from(minute.div_euclid(1440)).unwrap();
            NaiveDate::from_num_days_from_ce_opt(days + 719_163).unwrap().year()
        };
        let summer = |from: i64, to: i64| (from..to).contains(&minute);
        match zone {
            // From 01:00 UTC on the last Sunday of March to 01:00 UTC on the last of October.
            Tz::Europe__London => {
                let from = last_sunday(year, 3, 31) * 1440 + 60;
                let to = last_sunday(year, 10, 31) * 1440 + 60;
                if summer(from, to) { 60 } else { 0 }
            }
            // From 02:00 on the second Sunday of March to 02:00 on the first of November, by the clock.
            Tz::America__New_York => {
                let from = sunday(year, 3, 2) * 1440 + 2 * 60 + 300;
                let to = sunday(year, 11, 1) * 1440 + 2 * 60 + 240;
                if summer(from, to) { -240 } else { -300 }
            }
            // Half an hour of summer, from the first Sunday of October to the first of April, at 02:00.
            Tz::Australia__Lord_Howe => {
                let to = sunday(year, 4, 1) * 1440 + 2 * 60 - 660;
                let from = sunday(year, 10, 1) * 1440 + 2 * 60 - 630;
                if summer(to, from) { 630 } else { 660 }
            }
            Tz::Asia__Kathmandu => 345,
            other => panic!("no law is written down for {other}"),
        }
    }

    #[test]
    fn every_half_hour_of_a_year_is_in_the_month_that_the_law_says() {
        let zones = [London, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Asia__Kathmandu];
        for zone in zones {
            for year in [2020, 2023, 2024] {
                let months: Vec<Window> = (0..14)
                    .map(|month| {
                        let first = date(&format!("{}-12-01", year - 1)) + Months::new(month);
                        Window::month(&first.format("%Y-%m").to_string(), zone).unwrap()
                    })
                    .collect();
                let first = date(&format!("{year}-01-01")).num_days_from_ce() - 719_163;
                // A day more on either side: somewhere it is that year already, or still.
                let minutes = (i64::from(first) - 1) * 1440..(i64::from(first) + 367) * 1440;
                for minute in minutes.step_by(30) {
                    let instant = chrono::DateTime::from_timestamp(minute * 60, 0).unwrap();
                    let local = minute + offset_by_law(zone, minute);
                    let days = i32::try_from(local.div_euclid(1440)).unwrap() + 719_163;
                    let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
                    let inside: Vec<String> = months
                        .iter()
                        .filter(|month| month.judge(PartialDate::Instant(instant)) == Placement::In)
                        .map(Window::name)
                        .collect();
                    assert_eq!(inside, [day.format("%Y-%m").to_string()], "{zone} {instant}");
                }
            }
        }
    }
}
