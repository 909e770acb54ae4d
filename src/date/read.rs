//! Dates as programs and people write them: RFC 2822, ISO 8601, W3CDTF, asctime, what scripts print, and words in many languages.
//! Pure: text in, a date out.
//!
//! A text is cut into numbers, words and marks. The time and its zone are taken out first; what is left must be a date,
//! the whole of it: one word that is none of a date's makes it none.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::clock::take_clock;
use super::day::{Day, day_of};
use super::labels::behind_label;
use super::partial::{PartialDate, WrittenDate};
use super::tokens::{DateFault, cleaned, tokens};

/// No form is longer; a longer text is prose.
const LONGEST_DATE_BYTES: usize = 120;

/// Reads a date. Date-times without a zone are taken in `zone`.
///
/// # Errors
/// When the text is not a date, or a day that does not exist.
pub fn read(text: &str, zone: Tz) -> Result<WrittenDate, DateFault> {
    if text.len() > LONGEST_DATE_BYTES || !text.contains(char::is_numeric) {
        return Err(DateFault::NotADate);
    }
    // What Microsoft's serialisers write: "/Date(1606986000000)/".
    let counted =
        text.trim().strip_prefix("/Date(").and_then(|rest| rest.split([')', '+', '-']).next());
    if let Some(instant) = unix_time(counted.unwrap_or(text.trim())) {
        return Ok(WrittenDate::known(instant));
    }
    // Go prints the reading of its steady clock behind the time.
    let text = match text.split_once(" m=") {
        Some((date, clock)) if clock.trim_start_matches(['+', '-']).parse::<f64>().is_ok() => date,
        _ => text,
    };
    let text = in_brackets(text).trim_end().trim_end_matches("%z");
    let mut tokens = tokens(&cleaned(behind_label(text)));
    if tokens.is_empty() || tokens.len() > 40 {
        return Err(DateFault::NotADate);
    }
    let clock = take_clock(&mut tokens)?;
    let day = day_of(&tokens, clock.is_some())?;
    let at = |day: NaiveDate| match clock {
        Some(clock) => clock.on(day, zone),
        None => Some(PartialDate::Day(day)),
    };
    match day {
        Day::Year(year) => Ok(WrittenDate::known(PartialDate::Year(year))),
        Day::Month(year, month) => Ok(WrittenDate::known(PartialDate::Month(year, month))),
        Day::Whole { day, order } => {
            let date = at(day).ok_or(DateFault::NoSuchDay)?;
            Ok(WrittenDate::Known { date, order })
        }
        Day::Either { day_first, month_first } | Day::Dotted { day_first, month_first } => {
            let is_dotted = matches!(day, Day::Dotted { .. });
            let both = (at(day_first), at(month_first));
            let (Some(day_first), Some(month_first)) = both else {
                return Err(DateFault::NoSuchDay);
            };
            Ok(if is_dotted {
                WrittenDate::Dotted { day_first, month_first }
            } else {
                WrittenDate::Either { day_first, month_first }
            })
        }
    }
}

/// What stands in brackets that hold all of a text: within a date, they hold a comment.
fn in_brackets(text: &str) -> &str {
    let text = text.trim();
    [('[', ']'), ('(', ')')]
        .into_iter()
        .find_map(|(open, close)| {
            let inner = text.strip_prefix(open)?.strip_suffix(close)?;
            (!inner.contains([open, close])).then_some(inner)
        })
        .unwrap_or(text)
}

/// Seconds since 1970, or thousandths of them, as programs count.
fn unix_time(text: &str) -> Option<PartialDate> {
    let whole = text.split('.').next()?;
    let is_number = !whole.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.matches('.').count() <= 1;
    if !is_number {
        return None;
    }
    let instant = match (whole.len(), whole.parse::<i64>().ok()?) {
        (9 | 10, seconds) => chrono::DateTime::from_timestamp(seconds, 0),
        (13, thousandths) => chrono::DateTime::from_timestamp(thousandths / 1000, 0),
        (16, millionths) => chrono::DateTime::from_timestamp(millionths / 1_000_000, 0),
        _ => None,
    };
    instant.map(PartialDate::Instant)
}
