//! The time of day in a date, and its zone, in all their spellings.
//! Pure: tokens in, a time out.

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::names::{month, plain_letters, weekday};
use super::partial::{PartialDate, instant_of};
use super::tokens::{DateFault, DateToken, TokenKind};
use super::zones::{Zone, named, offset};

/// A time of day and what is known of its zone.
#[derive(Debug, Clone, Copy)]
pub struct TimeOfDay {
    time: NaiveTime,
    /// 24:00 is the beginning of the next day.
    is_next_day: bool,
    zone: ZoneReading,
}

/// What the text says of the zone.
#[derive(Debug, Clone, Copy)]
enum ZoneReading {
    Nothing,
    Zone(Zone),
    /// An unknown zone is named: only the day is sure.
    Unknown,
}

impl TimeOfDay {
    pub fn on(self, day: NaiveDate, own: Tz) -> Option<PartialDate> {
        let day = if self.is_next_day { day.checked_add_days(Days::new(1))? } else { day };
        let local = day.and_time(self.time);
        Some(match self.zone {
            ZoneReading::Unknown => PartialDate::Day(day),
            ZoneReading::Nothing => PartialDate::Instant(instant_of(local, own)),
            ZoneReading::Zone(Zone::Place(place)) => PartialDate::Instant(instant_of(local, place)),
            ZoneReading::Zone(Zone::Offset(east)) => {
                PartialDate::Instant(east.from_local_datetime(&local).single()?.to_utc())
            }
        })
    }
}

/// Takes the time, half of the day and zone out of the tokens.
pub fn take_clock(tokens: &mut Vec<DateToken>) -> Result<Option<TimeOfDay>, DateFault> {
    let half = take_half(tokens);
    let Some((at, numbers)) = take_numbers_of_time(tokens, half.map(|(_, at)| at))? else {
        return if half.is_some() { Err(DateFault::NotADate) } else { Ok(None) };
    };
    let [mut hour, minute, second] = numbers;
    match half.map(|(half, _)| half) {
        Some(Half::Morning) if hour == 12 => hour = 0,
        Some(Half::Afternoon) if hour < 12 => hour += 12,
        _ => {}
    }
    let is_next_day = hour == 24 && minute == 0 && second == 0;
    // A leap second is the last of its minute.
    let time = NaiveTime::from_hms_opt(
        if is_next_day { 0 } else { hour },
        minute,
        if second == 60 { 59 } else { second },
    );
    let time = time.ok_or(DateFault::NotADate)?;
    Ok(Some(TimeOfDay { time, is_next_day, zone: take_zone(tokens, at)? }))
}

#[derive(Debug, Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

/// "am" or "pm" behind a number, and where it stood; "am" is also German and stands before a day there.
fn take_half(tokens: &mut Vec<DateToken>) -> Option<(Half, usize)> {
    let has_time = tokens.iter().any(|token| token.is_mark(':'));
    let at = (0..tokens.len()).find(|at| {
        let behind_number =
            at.checked_sub(1).is_some_and(|before| tokens[before].kind == TokenKind::Number);
        let before_number = tokens.get(at + 1).is_some_and(|after| after.kind == TokenKind::Number);
        let is_half = tokens[*at].is_word(&["am", "pm"]);
        let is_german = before_number && !behind_number && !has_time;
        // "2004-05-25 pm 11:23": the half stands before the time in East Asia.
        is_half
            && !is_german
            && (behind_number
                || (before_number && tokens.get(at + 2).is_some_and(|mark| mark.is_mark(':'))))
    })?;
    let is_morning = tokens[at].is_word(&["am"]);
    tokens.remove(at);
    Some((if is_morning { Half::Morning } else { Half::Afternoon }, at))
}

/// Hour, minute and second, and where they stood.
fn take_numbers_of_time(
    tokens: &mut Vec<DateToken>,
    half_at: Option<usize>,
) -> Result<Option<(usize, [u32; 3])>, DateFault> {
    let colon = (1..tokens.len()).find(|at| {
        tokens[*at].is_mark(':')
            && tokens[at - 1].is_number(1..=2)
            && tokens.get(at + 1).is_some_and(|minute| minute.is_number(1..=2))
    });
    // "2020-12-03+01:00": a zone without a time, which says nothing of the day.
    if let Some(colon) = colon
        && colon >= 2
        && (tokens[colon - 2].is_mark('+') || (tokens[colon - 2].is_mark('-') && tokens.len() == 9))
        && tokens[colon - 1].is_glued
    {
        tokens.drain(colon - 2..=colon + 1);
        return Ok(None);
    }
    let (start, end, numbers) = if let Some(colon) = colon {
        let mut numbers = [tokens[colon - 1].number(), tokens[colon + 1].number(), Some(0)];
        let mut end = colon + 2;
        if tokens.get(end).is_some_and(|mark| mark.is_mark(':')) {
            numbers[2] = tokens
                .get(end + 1)
                .filter(|second| second.is_number(1..=2))
                .and_then(DateToken::number);
            end += 2;
        }
        // Database servers write the thousandths behind a colon: "09:00:00:000AM".
        let is_fraction = tokens.get(end).is_some_and(|mark| {
            let digits = tokens.get(end + 1).filter(|digits| digits.is_glued);
            let is_decimal = mark.is_mark('.') || mark.is_mark(',');
            digits.is_some_and(|digits| {
                is_decimal && digits.kind == TokenKind::Number
                    || mark.is_mark(':') && digits.is_number(3..=3)
            })
        });
        end += if is_fraction { 2 } else { 0 };
        if tokens.get(end).is_some_and(|mark| mark.is_mark(':')) {
            return Err(DateFault::NotADate);
        }
        (colon - 1, end, numbers)
    } else if let Some(found) = time_without_colon(tokens, half_at) {
        found
    } else {
        return Ok(None);
    };
    let [Some(hour), Some(minute), Some(second)] = numbers else { return Err(DateFault::NotADate) };
    tokens.drain(start..end);
    let mut start = start;
    // "T" of ISO 8601, "at", "um", "@", and "Uhr" or "h" behind.
    if start < tokens.len() && tokens[start].is_word(&["uhr", "h", "hrs"]) {
        tokens.remove(start);
    }
    while start > 0
        && (tokens[start - 1].is_word(&["t", "at", "um", "kl", "klo", "om"])
            || tokens[start - 1].is_mark('@')
            || tokens[start - 1].is_mark(':'))
    {
        tokens.remove(start - 1);
        start -= 1;
    }
    Ok(Some((start, [hour, minute, second])))
}

/// "9.30pm", "9pm", "09h30", "9.30 Uhr", and the digits in a row of ISO 8601: "T0930", "T093000".
fn time_without_colon(
    tokens: &[DateToken],
    half_at: Option<usize>,
) -> Option<(usize, usize, [Option<u32>; 3])> {
    for at in 0..tokens.len() {
        let next = |ahead: usize| tokens.get(at + ahead);
        let minute = next(2).filter(|minute| minute.is_number(2..=2));
        if tokens[at].is_number(1..=2)
            && next(1)
                .is_some_and(|word| word.is_word(&["h"]) && (word.is_glued || minute.is_some()))
        {
            let end = at + if minute.is_some() { 3 } else { 2 };
            let minute = minute.map_or(Some(0), DateToken::number);
            return Some((at, end, [tokens[at].number(), minute, Some(0)]));
        }
        let is_dotted = tokens[at].is_number(1..=2)
            && next(1).is_some_and(|mark| mark.is_mark('.') && mark.is_glued)
            && next(2).is_some_and(|minute| minute.is_number(2..=2) && minute.is_glued)
            && !next(3).is_some_and(|mark| mark.is_mark('.') || mark.is_mark('-'));
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let is_free = before.is_none_or(|before| !before.is_mark('.'));
        let says_time = half_at == Some(at + 3)
            || next(3).is_some_and(|word| word.is_word(&["uhr"]))
            || before.is_some_and(|word| word.is_word(&["kl", "klo", "um"]))
            || (next(3).is_none()
                && (before.is_some_and(|year| year.is_number(4..=4))
                    || is_behind_iso_day(tokens, at)));
        if is_dotted && is_free && says_time {
            return Some((at, at + 3, [tokens[at].number(), tokens[at + 2].number(), Some(0)]));
        }
        // "09.00.00 AM", and with a fraction "09.00.00.000000 AM", as Oracle prints a time.
        let in_three = is_first_of_three(&tokens[at..]);
        if in_three && half_at.is_some_and(|half| half == at + 5 || half == at + 7) {
            let part = |ahead: usize| next(ahead).and_then(DateToken::number);
            return half_at.map(|half| (at, half, [part(0), part(2), part(4)]));
        }
        let is_behind_t = before.is_some_and(|word| word.is_word(&["t"]) && word.is_glued);
        // "3 Dec 2020 09.00.00": behind the year, three numbers are a time, and so behind the "T".
        let is_behind_year =
            !tokens[at].is_glued && before.is_some_and(|year| year.is_number(4..=4));
        if in_three && (is_behind_year || is_behind_t) {
            let part = |ahead: usize| next(ahead).and_then(DateToken::number);
            return Some((at, at + 5, [part(0), part(2), part(4)]));
        }
        if is_behind_t
            && [2, 4, 6].contains(&tokens[at].text.len())
            && tokens[at].number().is_some()
        {
            let digits = &tokens[at].text;
            let two =
                |from: usize| digits.get(from..from + 2).map_or(Some(0), |two| two.parse().ok());
            return Some((at, at + 1, [two(0), two(2), two(4)]));
        }
    }
    // "3 December 2020 9pm": the number that the half of the day stood behind.
    let hour = half_at?.checked_sub(1)?;
    let number = tokens.get(hour).filter(|hour| hour.is_number(1..=2))?;
    Some((hour, hour + 1, [number.number(), Some(0), Some(0)]))
}

/// "2020-12-03 09.00".
fn is_behind_iso_day(tokens: &[DateToken], at: usize) -> bool {
    let Some([year, first, _, second, _]) = at.checked_sub(5).and_then(|from| tokens.get(from..at))
    else {
        return false;
    };
    year.is_number(4..=4) && first.is_mark('-') && second.is_mark('-') && !tokens[at].is_glued
}

/// Whether tokens begin with three numbers of two digits that dots part.
fn is_first_of_three(tokens: &[DateToken]) -> bool {
    let is_two = |at: usize| tokens.get(at).is_some_and(|number| number.is_number(2..=2));
    let is_dot = |at: usize| tokens.get(at).is_some_and(|mark| mark.is_mark('.') && mark.is_glued);
    is_two(0) && is_dot(1) && is_two(2) && is_dot(3) && is_two(4)
}

/// Takes the zone out, which stands behind the time, or behind the year that asctime has there.
fn take_zone(tokens: &mut Vec<DateToken>, at: usize) -> Result<ZoneReading, DateFault> {
    let behind_year = tokens.get(at).is_some_and(|year| year.is_number(4..=4)).then_some(at + 1);
    for start in [Some(at), behind_year].into_iter().flatten() {
        let Some(first) = tokens.get(start) else { continue };
        // "0000", "0100" and "00:00" that have lost their sign are not years.
        let is_bare = first.is_number(4..=4) && first.text.starts_with('0');
        let has_colon = matches!(first.text.as_str(), "00" | "01")
            && tokens.get(start + 1).is_some_and(|mark| mark.is_mark(':'));
        if start == at && (is_bare || has_colon) {
            tokens[start].is_glued = true;
            tokens.insert(
                start,
                DateToken { kind: TokenKind::Mark('+'), text: "+".to_owned(), is_glued: false },
            );
        }
        let Some(first) = tokens.get(start) else { continue };
        if (first.is_mark('+') || first.is_mark('-'))
            && let Some((end, heard)) = offset_at(tokens, start)?
        {
            tokens.drain(start..end);
            return Ok(heard);
        }
        if first.kind != TokenKind::Word {
            continue;
        }
        let slash = tokens.get(start + 1).is_some_and(|mark| mark.is_mark('/'));
        if slash && let Some(city) = tokens.get(start + 2) {
            let name = format!("{}/{}", first.text, city.text);
            let heard = named(&name).map_or(ZoneReading::Unknown, ZoneReading::Zone);
            tokens.drain(start..start + 3);
            return Ok(heard);
        }
        let is_name =
            first.text.len() <= 5 && first.text.bytes().all(|byte| byte.is_ascii_alphabetic());
        if let Some(zone) = named(&first.text).filter(|_| is_name) {
            let mut end = start + 1;
            let mut heard = ZoneReading::Zone(zone);
            let is_greenwich = first.is_word(&["GMT", "UTC", "UT", "Z"]);
            let has_offset =
                tokens.get(end).is_some_and(|mark| mark.is_mark('+') || mark.is_mark('-'));
            if is_greenwich
                && has_offset
                && let Some((after, found)) = offset_at(tokens, end)?
            {
                (end, heard) = (after, found);
            }
            tokens.drain(start..end);
            return Ok(heard);
        }
        let is_unknown = is_name
            && first.text.len() >= 2
            && first.text.bytes().all(|byte| byte.is_ascii_uppercase())
            && month(&plain_letters(&first.text)).is_none()
            && weekday(&plain_letters(&first.text)).is_none();
        if is_unknown {
            tokens.remove(start);
            return Ok(ZoneReading::Unknown);
        }
    }
    Ok(ZoneReading::Nothing)
}

/// "+0100", "+01:00", "-5": the offset and where it ends. `None` when the mark parts other things.
fn offset_at(
    tokens: &[DateToken],
    start: usize,
) -> Result<Option<(usize, ZoneReading)>, DateFault> {
    let Some(digits) = tokens.get(start + 1) else { return Ok(None) };
    if !digits.is_glued || digits.kind == TokenKind::Mark(' ') {
        return Ok(None);
    }
    if digits.kind == TokenKind::Word {
        // "+zz:00" is a damaged zone, and "2020-Dec" parts other things.
        return if tokens[start].is_mark('+') { Err(DateFault::NotADate) } else { Ok(None) };
    }
    if digits.kind != TokenKind::Number {
        return Ok(None);
    }
    let has_colon = tokens.get(start + 2).is_some_and(|mark| mark.is_mark(':'));
    let (hours, minutes, end) = if has_colon {
        let minutes =
            tokens.get(start + 3).and_then(DateToken::number).ok_or(DateFault::NotADate)?;
        (digits.number(), Some(minutes), start + 4)
    } else {
        match digits.text.len() {
            1 | 2 => (digits.number(), Some(0), start + 2),
            3 | 4 => {
                let (hours, minutes) = digits.text.split_at(digits.text.len() - 2);
                (hours.parse().ok(), minutes.parse().ok(), start + 2)
            }
            _ => return Ok(None),
        }
    };
    let (Some(hours), Some(minutes)) = (hours, minutes) else { return Err(DateFault::NotADate) };
    let minutes = i32::try_from(hours * 60 + minutes).unwrap_or(i32::MAX);
    let minutes = if tokens[start].is_mark('-') { -minutes } else { minutes };
    // No place is so far from Greenwich: only the day is sure.
    Ok(Some((
        end,
        offset(minutes).map_or(ZoneReading::Unknown, |zone| ZoneReading::Zone(Zone::Offset(zone))),
    )))
}
