//! The day in a date whose time is taken out: in numbers of every order, in words, by the week or by the year.
//! Pure: tokens in, a day out.

use chrono::{Datelike, NaiveDate, Weekday};

use super::names::{
    croatian_month, is_filler, is_ordinal_ending, month, plain_letters, roman_month, weekday,
};
use super::partial::DateOrder;
use super::tokens::{DateFault, DateToken, TokenKind};

/// What is left when the time is gone.
pub enum Day {
    Year(i32),
    Month(i32, u32),
    Whole {
        day: NaiveDate,
        order: Option<DateOrder>,
    },
    Either {
        day_first: NaiveDate,
        month_first: NaiveDate,
    },
    /// The same with points: the day first, as far as anybody knows.
    Dotted {
        day_first: NaiveDate,
        month_first: NaiveDate,
    },
}

/// A number of a date.
#[derive(Debug, Clone, Copy)]
struct Part {
    value: u32,
    digits: usize,
    /// The mark before it.
    mark: Option<char>,
    /// Whether it stands behind the month's name.
    is_behind_month: bool,
    is_after_apostrophe: bool,
}

pub fn day_of(tokens: &[DateToken], has_time: bool) -> Result<Day, DateFault> {
    let has_offset_words = tokens.iter().any(|token| token.kind == TokenKind::Word);
    let sorted = DayTokens::of(tokens)?;
    let DayTokens { parts, month, weekday, .. } = &sorted;
    if let Some(month) = month {
        return named_month(parts, *month, has_time);
    }
    if let Some(era) = sorted.era {
        let [year, month, day] = parts[..] else { return Err(DateFault::NotADate) };
        return whole(i32::try_from(year.value).unwrap_or(0) + era, month.value, day.value);
    }
    if sorted.is_week {
        return week_day(parts);
    }
    match parts[..] {
        [one] => match (one.digits, has_time, has_offset_words) {
            (4, false, false) => Ok(Day::Year(year_of(one))),
            (8, ..) => {
                whole(year_of_digits(one.value / 10_000), one.value / 100 % 100, one.value % 100)
            }
            (7, ..) => ordinal(year_of_digits(one.value / 1000), one.value % 1000),
            _ => Err(DateFault::NotADate),
        },
        [first, second] if !has_time || second.digits == 3 => match (first.digits, second.digits) {
            (4, 3) => ordinal(year_of(first), second.value),
            (4, 1 | 2) if !has_offset_words => month_of(year_of(first), second.value),
            (1 | 2, 4) if !has_offset_words => month_of(year_of(second), first.value),
            _ => Err(DateFault::NotADate),
        },
        [first, second, third] => three_numbers(first, second, third, *weekday),
        _ => Err(DateFault::NotADate),
    }
}

/// The tokens of a date by what they are.
#[derive(Default)]
struct DayTokens {
    parts: Vec<Part>,
    month: Option<u32>,
    weekday: Option<u32>,
    /// What is added to a year that is counted from an emperor's first.
    era: Option<i32>,
    /// "2020-W49-4".
    is_week: bool,
}

impl DayTokens {
    fn of(tokens: &[DateToken]) -> Result<Self, DateFault> {
        let mut sorted = Self::default();
        let months = tokens
            .iter()
            .filter(|token| {
                token.kind == TokenKind::Word && month(&plain_letters(&token.text)).is_some()
            })
            .count();
        let mut months_left = months;
        let mut mark = None;
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Number => {
                    let value = token.number().ok_or(DateFault::NotADate)?;
                    let is_after_apostrophe = matches!(mark, Some('\'' | '’' | '‘'));
                    let is_behind_month = sorted.month.is_some();
                    let digits = token.text.len();
                    sorted.parts.push(Part {
                        value,
                        digits,
                        mark,
                        is_behind_month,
                        is_after_apostrophe,
                    });
                    mark = None;
                }
                TokenKind::Mark(sign) => match sign {
                    '-' | '/' | '.' | ',' | '\'' | '’' | '‘' | '|' | '·' | '—' => {
                        mark = Some(sign);
                    }
                    _ => return Err(DateFault::NotADate),
                },
                TokenKind::Word => {
                    // Only between the numbers of a day and a year: an "I" is also a word.
                    let may_be_month = months == 0 && sorted.parts.len() == 1;
                    let is_last = at + 1 == tokens.len();
                    let roman = roman_month(&token.text).filter(|_| may_be_month && !is_last);
                    if let Some(month) = roman {
                        sorted.month = Some(month);
                        continue;
                    }
                    let word = plain_letters(&token.text);
                    if let Some(month) = dotted_croatian_month(tokens, at, &word)? {
                        sorted.month = Some(month);
                        continue;
                    }
                    let behind_number =
                        at > 0 && tokens[at - 1].kind == TokenKind::Number && token.is_glued;
                    sorted.take_word(&word, behind_number, &mut months_left)?;
                }
            }
        }
        Ok(sorted)
    }

    fn take_word(
        &mut self,
        word: &str,
        behind_number: bool,
        months_left: &mut usize,
    ) -> Result<(), DateFault> {
        // "mar. 3 mars", "Dydd Mawrth 3 Mawrth": where two words may be the month, the first is the day of the week.
        let may_be_weekday = weekday(word).is_some();
        if let Some(number) = month(word) {
            *months_left -= 1;
            if may_be_weekday && (*months_left > 0 || self.month.is_some()) {
                return Ok(());
            }
            return match self.month.replace(number) {
                None => Ok(()),
                Some(_) => Err(DateFault::NotADate),
            };
        }
        match word {
            "reiwa" => self.era = Some(2018),
            "heisei" => self.era = Some(1988),
            "w" => self.is_week = true,
            // What is left of "T" when no time follows it, and a zone behind a day.
            "t" | "z" | "gmt" | "utc" => {}
            _ if behind_number && is_ordinal_ending(word) => {}
            _ if may_be_weekday => self.weekday = self.weekday.or(weekday(word)),
            _ if is_filler(word) => {}
            _ => return Err(DateFault::NotADate),
        }
        Ok(())
    }
}

/// "3. listopada 2020.": with points behind the day and the year as Croatian writes them. With the first point only, the month may be
/// either language's: then it is not known.
fn dotted_croatian_month(
    tokens: &[DateToken],
    at: usize,
    word: &str,
) -> Result<Option<u32>, DateFault> {
    let is_behind_point = at.checked_sub(1).is_some_and(|before| tokens[before].is_mark('.'));
    let Some(month) = croatian_month(word).filter(|_| is_behind_point) else { return Ok(None) };
    let ends_in_point = tokens.last().is_some_and(|last| last.is_mark('.'));
    if ends_in_point { Ok(Some(month)) } else { Err(DateFault::NotADate) }
}

fn year_of_digits(year: u32) -> i32 {
    i32::try_from(year).unwrap_or(0)
}

/// A year in two digits is of the last hundred years or the few that come.
fn year_of(part: Part) -> i32 {
    let year = year_of_digits(part.value);
    match (part.digits, year) {
        (1 | 2, 0..=69) => 2000 + year,
        (1 | 2, _) => 1900 + year,
        _ => year,
    }
}

fn whole(year: i32, month: u32, day: u32) -> Result<Day, DateFault> {
    let day = NaiveDate::from_ymd_opt(year, month, day).ok_or(DateFault::NoSuchDay)?;
    Ok(Day::Whole { day, order: None })
}

fn month_of(year: i32, month: u32) -> Result<Day, DateFault> {
    if (1..=12).contains(&month) { Ok(Day::Month(year, month)) } else { Err(DateFault::NoSuchDay) }
}

fn ordinal(year: i32, day: u32) -> Result<Day, DateFault> {
    let day = NaiveDate::from_yo_opt(year, day).ok_or(DateFault::NoSuchDay)?;
    Ok(Day::Whole { day, order: None })
}

fn week_day(parts: &[Part]) -> Result<Day, DateFault> {
    let [year, week, day] = parts[..] else { return Err(DateFault::NotADate) };
    let weekday = day.value.checked_sub(1).and_then(|day| u8::try_from(day).ok());
    let weekday =
        weekday.and_then(|day| Weekday::try_from(day).ok()).ok_or(DateFault::NoSuchDay)?;
    let day = NaiveDate::from_isoywd_opt(year_of(year), week.value, weekday);
    day.map(|day| Day::Whole { day, order: None }).ok_or(DateFault::NoSuchDay)
}

/// "3 December 2020", "December 3, 2020", "2020. december 3.", "03-Dec-20", "Dec ’20".
fn named_month(parts: &[Part], month: u32, has_time: bool) -> Result<Day, DateFault> {
    match parts[..] {
        [year] if year.digits == 4 || year.is_after_apostrophe => {
            if has_time {
                Err(DateFault::NotADate)
            } else {
                month_of(year_of(year), month)
            }
        }
        [first, second] => {
            let (day, year) = match (first.digits, second.digits) {
                (4, 1 | 2) => (second, first),
                (1 | 2, 4) => (first, second),
                // Two digits each: the year is behind the month, and behind the day.
                (1 | 2, 2) if second.is_behind_month => (first, second),
                _ => return Err(DateFault::NotADate),
            };
            whole(year_of(year), month, day.value)
        }
        _ => Err(DateFault::NotADate),
    }
}

/// 2020-12-03, 3.12.2020, and what is day first here and month first there: 3/12/2020, 3-12-20.
fn three_numbers(
    first: Part,
    second: Part,
    third: Part,
    weekday: Option<u32>,
) -> Result<Day, DateFault> {
    if first.digits == 4 {
        // Some programs write the month as 012.
        let is_month = second.digits <= 2 || (second.digits == 3 && second.value <= 12);
        if !is_month || third.digits > 2 {
            return Err(DateFault::NotADate);
        }
        return whole(year_of(first), second.value, third.value);
    }
    let has_marks = second.mark.is_some() && third.mark.is_some();
    if first.digits > 2 || second.digits > 2 || !matches!(third.digits, 2 | 4) || !has_marks {
        return Err(DateFault::NotADate);
    }
    let year = year_of(third);
    let day_first = NaiveDate::from_ymd_opt(year, second.value, first.value);
    let month_first = NaiveDate::from_ymd_opt(year, first.value, second.value);
    let is_dotted = second.mark == Some('.') && third.mark == Some('.');
    if third.digits == 2 && !is_dotted {
        // It may be the year first, as in ISO 8601 of old.
        let year_first = NaiveDate::from_ymd_opt(year_of(first), second.value, third.value);
        if second.mark == Some('-') && first.digits == 2 && year_first.is_some() {
            return Err(DateFault::NotADate);
        }
    }
    match (day_first, month_first) {
        (None, None) => Err(DateFault::NoSuchDay),
        (Some(day), None) => Ok(Day::Whole { day, order: Some(DateOrder::DayFirst) }),
        (None, Some(day)) => Ok(Day::Whole { day, order: Some(DateOrder::MonthFirst) }),
        (Some(day), Some(other)) if day == other => Ok(Day::Whole { day, order: None }),
        // Between points the day comes first nearly everywhere: 12.03.2020 beside 11.26.2020 shows that it does not here.
        (Some(day_first), Some(month_first)) if is_dotted => {
            Ok(Day::Dotted { day_first, month_first })
        }
        (Some(day_first), Some(month_first)) => {
            let is_on = |day: NaiveDate| {
                weekday.is_some_and(|weekday| day.weekday().num_days_from_monday() == weekday)
            };
            match (is_on(day_first), is_on(month_first)) {
                (true, false) => {
                    Ok(Day::Whole { day: day_first, order: Some(DateOrder::DayFirst) })
                }
                (false, true) => {
                    Ok(Day::Whole { day: month_first, order: Some(DateOrder::MonthFirst) })
                }
                _ => Ok(Day::Either { day_first, month_first }),
            }
        }
    }
}
