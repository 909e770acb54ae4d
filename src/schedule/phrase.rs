//! Phrases for days: `first Tuesday`, `last working day`, `day 31`, `every Friday`.
//! Pure: words in, days out.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use thiserror::Error;

use crate::date::names::ENGLISH_MONTHS;
use crate::problem::nearest;

/// Which days a schedule has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phrase {
    EveryDay,
    EveryWorkingDay,
    /// In the order of the week.
    EveryWeekday(Vec<Weekday>),
    /// One day of each month, or of some months.
    Monthly {
        which: MonthDay,
        months: MonthChoice,
    },
}

/// Which day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthDay {
    /// 1 to 31; the month's last where it has fewer.
    Day(u32),
    LastDay,
    /// The first to the fourth of its kind.
    Weekday(u32, Weekday),
    LastWeekday(Weekday),
    /// The first to the tenth.
    WorkingDay(u32),
    LastWorkingDay,
}

/// Which months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MonthChoice {
    Each,
    /// The first month of each quarter, or its last for a last day.
    Quarters,
    /// In the order of the year.
    Named(Vec<u32>),
}

/// What is wrong with a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{phrase}` under `every` is not a day that a schedule knows")]
pub struct PhraseError {
    phrase: String,
    near: Option<String>,
}

/// A phrase is a few words.
const LONGEST_PHRASE_CHARS: usize = 120;
const EXAMPLES: &str = "write it as \"first Tuesday\", \"last working day\", \"day 31\", \"every Friday\" or \"first Monday of the quarter\"";
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const OTHERS: [&str; 9] =
    ["every", "last", "day", "working", "of", "the", "month", "quarter", "year"];

/// How often, where a day is wanted.
const FREQUENCIES: [(&str, &str); 8] = [
    ("monthly", "first Tuesday"),
    ("weekly", "every Friday"),
    ("fortnightly", "every Friday"),
    ("daily", "every day"),
    ("quarterly", "first Monday of the quarter"),
    ("yearly", "first Monday of January"),
    ("annually", "first Monday of January"),
    ("annual", "first Monday of January"),
];

impl PhraseError {
    fn of(phrase: &str) -> Self {
        let known: Vec<&str> =
            WEEKDAYS.into_iter().chain(ENGLISH_MONTHS).chain(ORDINALS).chain(OTHERS).collect();
        let typed = words(phrase);
        let near = typed.iter().enumerate().find_map(|(at, word)| {
            if let Some((_, meant)) = FREQUENCIES.iter().find(|(name, _)| name == word) {
                return Some((*meant).to_owned());
            }
            let is_known = known.contains(&word.as_str()) || number(word).is_some();
            let near = (!is_known).then(|| nearest(word, known.iter().copied()))??;
            // What would be refused too is not suggested. One word fewer is unknown then: this ends.
            let mut meant: Vec<&str> = typed.iter().map(String::as_str).collect();
            meant[at] = near;
            Phrase::parse(&meant.join(" ")).is_ok().then(|| near.to_owned())
        });
        Self { phrase: phrase.escape_debug().take(LONGEST_PHRASE_CHARS).collect(), near }
    }

    pub fn cure(&self) -> String {
        match &self.near {
            Some(near) => format!("did you mean `{near}`? {EXAMPLES}"),
            None => EXAMPLES.to_owned(),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let is_between = |c: char| c.is_whitespace() || c == ',';
    text.to_lowercase()
        .split(is_between)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `3`, `3rd`
fn number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let number: u32 = digits.parse().ok()?;
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    let rest = &word[digits.len()..];
    (!digits.is_empty() && digits.len() <= 2 && (rest.is_empty() || rest == ending))
        .then_some(number)
}

fn ordinal(word: &str) -> Option<u32> {
    let named = ORDINALS.iter().position(|known| *known == word);
    let named = named.and_then(|at| u32::try_from(at + 1).ok());
    named.or_else(|| number(word).filter(|_| !word.ends_with(|c: char| c.is_ascii_digit())))
}

/// Whole, or its first three letters, or in the plural.
fn weekday(word: &str) -> Option<Weekday> {
    let at = WEEKDAYS.iter().position(|known| {
        *known == word || known[..3] == *word || word.strip_suffix('s') == Some(known)
    })?;
    Weekday::try_from(u8::try_from(at).ok()?).ok()
}

fn month(word: &str) -> Option<u32> {
    let at = ENGLISH_MONTHS.iter().position(|known| *known == word || known[..3] == *word)?;
    u32::try_from(at + 1).ok()
}

impl Phrase {
    /// Reads a phrase.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        let failed = || PhraseError::of(text);
        if text.chars().count() > LONGEST_PHRASE_CHARS {
            return Err(failed());
        }
        let words = words(text);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        let is_every = words.first().is_some_and(|word| matches!(*word, "every" | "each"));
        if is_every {
            words.remove(0);
            if let Some(every) = every(&words) {
                return Ok(every);
            }
        }
        // "every first Tuesday" is "first Tuesday".
        let of = words.iter().position(|word| *word == "of");
        let (day, months) = words.split_at(of.unwrap_or(words.len()));
        let which = month_day(day.strip_prefix(&["the"]).unwrap_or(day)).ok_or_else(failed)?;
        let months = match months {
            [] => MonthChoice::Each,
            [_, rest @ ..] => month_choice(which, rest).ok_or_else(failed)?,
        };
        Ok(Self::Monthly { which, months })
    }

    /// Whether a day is one of them.
    pub fn is_on(&self, day: NaiveDate, holidays: &[NaiveDate]) -> bool {
        match self {
            Self::EveryDay => true,
            Self::EveryWorkingDay => is_working(day, holidays),
            Self::EveryWeekday(weekdays) => weekdays.contains(&day.weekday()),
            Self::Monthly { which, months } => {
                months.has(day.month(), *which) && which.day(day, holidays) == Some(day)
            }
        }
    }
}

fn every(words: &[&str]) -> Option<Phrase> {
    match words {
        ["day"] => return Some(Phrase::EveryDay),
        ["working" | "week", "day"] | ["weekday"] => return Some(Phrase::EveryWorkingDay),
        _ => {}
    }
    let named: Option<Vec<Weekday>> =
        words.iter().filter(|word| **word != "and").map(|word| weekday(word)).collect();
    let mut named = named.filter(|days| !days.is_empty())?;
    named.sort_by_key(Weekday::num_days_from_monday);
    named.dedup();
    Some(Phrase::EveryWeekday(named))
}

fn month_day(words: &[&str]) -> Option<MonthDay> {
    let within = |number: u32, most: u32| (1..=most).contains(&number).then_some(number);
    Some(match words {
        ["day", day] => MonthDay::Day(within(number(day)?, 31)?),
        ["last", "day"] => MonthDay::LastDay,
        ["last", "working", "day"] => MonthDay::LastWorkingDay,
        ["last", day] => MonthDay::LastWeekday(weekday(day)?),
        [which, "day"] => MonthDay::Day(within(ordinal(which)?, 31)?),
        [which, "working", "day"] => MonthDay::WorkingDay(within(ordinal(which)?, 10)?),
        [which, day] => MonthDay::Weekday(within(ordinal(which)?, 4)?, weekday(day)?),
        _ => return None,
    })
}

fn month_choice(which: MonthDay, words: &[&str]) -> Option<MonthChoice> {
    match words {
        ["the" | "each" | "every", "month"] => return Some(MonthChoice::Each),
        // The 31st day of a quarter is nobody's idea of a day of its first month.
        ["the" | "each" | "every", "quarter"] => {
            return (!matches!(which, MonthDay::Day(_))).then_some(MonthChoice::Quarters);
        }
        ["the" | "each" | "every", "year"] if !matches!(which, MonthDay::Day(_)) => {
            return Some(MonthChoice::Named(vec![if which.is_last() { 12 } else { 1 }]));
        }
        _ => {}
    }
    let named: Option<Vec<u32>> =
        words.iter().filter(|word| **word != "and").map(|word| month(word)).collect();
    let mut named = named.filter(|months| !months.is_empty())?;
    named.sort_unstable();
    named.dedup();
    Some(MonthChoice::Named(named))
}

impl MonthChoice {
    fn has(&self, month: u32, which: MonthDay) -> bool {
        match self {
            Self::Each => true,
            Self::Quarters => month % 3 == u32::from(!which.is_last()),
            Self::Named(months) => months.contains(&month),
        }
    }
}

impl MonthDay {
    fn is_last(self) -> bool {
        matches!(self, Self::LastDay | Self::LastWeekday(_) | Self::LastWorkingDay)
    }

    /// The day in the month of a day; none where the month has no such day.
    fn day(self, of: NaiveDate, holidays: &[NaiveDate]) -> Option<NaiveDate> {
        let first = of.with_day(1)?;
        let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
        match self {
            Self::Day(day) => first.with_day(day.min(last.day())),
            Self::LastDay => Some(last),
            Self::Weekday(nth, weekday) => {
                let ahead = weekday.days_since(first.weekday());
                first.checked_add_days(Days::new(u64::from(ahead + 7 * (nth - 1))))
            }
            Self::LastWeekday(weekday) => {
                last.checked_sub_days(Days::new(u64::from(last.weekday().days_since(weekday))))
            }
            Self::WorkingDay(nth) => {
                let days = first.iter_days().take_while(|day| *day <= last);
                days.filter(|day| is_working(*day, holidays)).nth(nth as usize - 1)
            }
            Self::LastWorkingDay => {
                let days = first.iter_days().take_while(|day| *day <= last);
                days.filter(|day| is_working(*day, holidays)).last()
            }
        }
    }
}

fn is_working(day: NaiveDate, holidays: &[NaiveDate]) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !holidays.contains(&day)
}

fn named(weekday: Weekday) -> String {
    let name = WEEKDAYS[weekday.num_days_from_monday() as usize];
    capital(name)
}

fn capital(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

fn nth(number: u32) -> &'static str {
    ORDINALS[number as usize - 1]
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "day {day}"),
            Self::LastDay => f.write_str("last day"),
            Self::Weekday(number, weekday) => write!(f, "{} {}", nth(*number), named(*weekday)),
            Self::LastWeekday(weekday) => write!(f, "last {}", named(*weekday)),
            Self::WorkingDay(number) => write!(f, "{} working day", nth(*number)),
            Self::LastWorkingDay => f.write_str("last working day"),
        }
    }
}

/// The same words for the same days: an occurrence is known by them.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryDay => f.write_str("every day"),
            Self::EveryWorkingDay => f.write_str("every working day"),
            Self::EveryWeekday(weekdays) => {
                let names: Vec<String> = weekdays.iter().map(|day| named(*day)).collect();
                write!(f, "every {}", names.join(", "))
            }
            Self::Monthly { which, months } => {
                write!(f, "{which}")?;
                match months {
                    MonthChoice::Each => Ok(()),
                    MonthChoice::Quarters => f.write_str(" of the quarter"),
                    MonthChoice::Named(months) => {
                        let name = |month: &u32| capital(ENGLISH_MONTHS[*month as usize - 1]);
                        let names: Vec<String> = months.iter().map(name).collect();
                        write!(f, " of {}", names.join(", "))
                    }
                }
            }
        }
    }
}
