//! Days and times as people write them, in English and the languages of `date::names`, and whether there are such days.
//! Pure: texts in, mentions out.

use crate::check::date_words::{
    BEFORE_A_DAY, BEFORE_A_MONTH, PieceKind, TIMES_OF_DAY, TextPiece, pieces,
};
use crate::date::names;
use chrono::{Datelike, NaiveDate, Weekday};

/// A day that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayMention {
    /// The byte at which it begins.
    pub at: usize,
    pub words: String,
    pub weekday: Option<Weekday>,
    /// The weekday's name as it stands there.
    pub weekday_name: String,
    pub day: u32,
    pub month: u32,
    pub year: Option<i32>,
}

impl DayMention {
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

/// Every day of a text that has its month.
pub fn mentions(text: &str) -> Vec<DayMention> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let pieces = pieces(text);
    let reading = TextPieces { text, all: &pieces };
    let mut found: Vec<DayMention> = Vec::new();
    let mut next = 0;
    while next < pieces.len() {
        let days = reading
            .day_first(next)
            .or_else(|| reading.month_first(next))
            .or_else(|| reading.in_numbers(next));
        match days {
            Some((days, end)) => {
                found.extend(days);
                next = end.max(next + 1);
            }
            None => next += 1,
        }
    }
    found.sort_by_key(|mention| mention.at);
    found
}

/// The pieces of a text, in which days are looked for.
struct TextPieces<'t> {
    text: &'t str,
    all: &'t [TextPiece<'t>],
}

/// A weekday before a day: the piece at which it stands.
#[derive(Clone, Copy)]
struct Before {
    index: usize,
    weekday: Weekday,
}

impl<'t> TextPieces<'t> {
    fn get(&self, index: usize) -> Option<&TextPiece<'t>> {
        self.all.get(index)
    }

    /// The number at `index` as a day, and the index behind it and its ending: "3", "3rd", "3.", "1er".
    fn day(&self, index: usize) -> Option<(u32, usize)> {
        let piece = self.get(index)?;
        let day = piece.number(1..=2)?;
        let before =
            index.checked_sub(1).and_then(|before| self.get(before)).filter(|_| piece.is_glued);
        if before.is_some_and(|before| {
            before.kind == PieceKind::Word || before.is_mark(&['£', '$', '€', '#'])
        }) {
            return None;
        }
        let mut next = index + 1;
        if let Some(ending) = self.get(next).filter(|ending| ending.is_glued) {
            let is_ending = ending.kind == PieceKind::Word
                && names::is_ordinal_ending(&ending.text.to_lowercase());
            if is_ending || ending.is_mark(&['.', 'º', 'ª']) {
                next += 1;
            } else if ending.kind == PieceKind::Word {
                return None;
            }
        }
        Some((day, next))
    }

    /// A year behind a date, and the index behind it.
    fn year(&self, index: usize) -> (Option<i32>, usize) {
        let mut next = index;
        let is_comma = |at: usize| self.get(at).is_some_and(|piece| piece.is(","));
        let is_of =
            |at: usize| self.get(at).is_some_and(|piece| piece.is_word(&["de", "del", "of", "o"]));
        if is_comma(next) || is_of(next) {
            next += 1;
        }
        match self.get(next).and_then(TextPiece::year) {
            // "5.3.2026" ends here; "2026-27" and "2026:3" go on.
            Some(year) => (Some(year), next + 1),
            None => (None, index),
        }
    }

    /// The weekday that stands before the piece at `index`, with nothing but small words between.
    fn weekday_before(&self, index: usize) -> Option<Before> {
        let mut at = index;
        for _ in 0..4 {
            at = at.checked_sub(1)?;
            let piece = self.get(at)?;
            if let Some(weekday) = piece.weekday() {
                // A weekday that ends a sentence is not this day's.
                let stops =
                    self.get(at + 1).is_some_and(|mark| mark.is(".")) && piece.text.len() > 5;
                return (!stops).then_some(Before { index: at, weekday });
            }
            if piece.is_word(TIMES_OF_DAY) && !self.get(at + 1).is_some_and(|mark| mark.is(".")) {
                continue;
            }
            let is_small = piece.is_word(BEFORE_A_DAY) || piece.is_mark(&[',', '.', '(', '-']);
            if !is_small {
                return None;
            }
        }
        None
    }

    /// "Tuesday 15 July 2020", "mardi 1er mars", "Dienstag, den 3. März", and several days of one month.
    fn day_first(&self, index: usize) -> Option<(Vec<DayMention>, usize)> {
        let (day, mut next) = self.day(index)?;
        while self.get(next).is_some_and(|piece| piece.is_word(BEFORE_A_MONTH)) && next < index + 5
        {
            next += 1;
        }
        let name = self.get(next)?;
        let (month, is_sure) = name.month()?;
        next += 1;
        if self.get(next).is_some_and(|mark| mark.is(".") && mark.is_glued) && name.text.len() < 5 {
            next += 1;
        }
        let (year, behind) = self.year(next);
        let before = self.weekday_before(index);
        // "31 Mars bars" is a number of sweets.
        if !is_sure && before.is_none() && year.is_none() {
            return None;
        }
        let (after, behind) = match self.weekday_behind(behind) {
            Some((after, end)) if before.is_none() => (Some(after), end),
            _ => (None, behind),
        };
        let weekday = before.filter(|before| !self.closes_a_range(*before)).or(after);
        let start = before.map_or(index, |before| before.index);
        let last = DayMention { month, year, ..self.mention(start, behind, weekday, day) };
        let mut days = self.days_before(start, &last);
        // "Monday 14 December (Tuesday)" says two, and one of them is wrong.
        let second = self.weekday_behind(behind).filter(|_| before.is_some());
        let second = second.filter(|_| self.get(behind).is_some_and(|mark| mark.is("(")));
        let also = second.map(|(after, end)| DayMention {
            month,
            year,
            ..self.mention(start, end, Some(after), day)
        });
        days.push(last);
        days.extend(also);
        Some((days, behind))
    }

    fn mention(
        &self,
        start: usize,
        behind: usize,
        weekday: Option<Before>,
        day: u32,
    ) -> DayMention {
        let at = self.all[start].at;
        let end = self.all[behind.max(start + 1) - 1].end();
        DayMention {
            at,
            words: self.text[at..end].trim_end_matches([',', '.']).to_owned(),
            weekday: weekday.map(|before| before.weekday),
            weekday_name: weekday
                .map_or_else(String::new, |one| self.all[one.index].text.to_owned()),
            day,
            month: 0,
            year: None,
        }
    }

    /// "3 December (Monday)", "3 December (a Monday)", "3 December is a Monday", "3 December, a Monday".
    fn weekday_behind(&self, index: usize) -> Option<(Before, usize)> {
        let mut next = index;
        if self.get(next)?.is("(") {
            next += 1;
            // "(this is a Monday)", "(it’s a Monday)", "(which will be a Monday)".
            while next < index + 8
                && (self.get(next)?.is_word(IN_AN_ASIDE) || self.get(next)?.is_mark(&['\'', '’']))
            {
                next += 1;
            }
        } else {
            let is_aside = self.get(next)?.is_mark(&[',', '–', '—']);
            next += usize::from(is_aside);
            next += usize::from(self.get(next)?.is_word(&["which"]));
            if self.get(next)?.is_word(&["will"]) && self.get(next + 1)?.is_word(&["be"]) {
                next += 2;
            } else if self.get(next)?.is_word(&["is", "was"]) {
                next += 1;
            } else if !is_aside {
                return None;
            }
            if !self.get(next)?.is_word(&["a"]) {
                return None;
            }
            next += 1;
        }
        let weekday = self.get(next)?.weekday()?;
        // "(Tuesday 15 if it rains)" is another day.
        let is_another = self.get(next + 1).is_some_and(|piece| piece.kind == PieceKind::Number);
        (!is_another).then_some((Before { index: next, weekday }, next + 1))
    }

    /// "Monday to Friday, 14 December": the weekday is of the range before.
    fn closes_a_range(&self, before: Before) -> bool {
        let is_apart = self.get(before.index + 1).is_some_and(|mark| mark.is_mark(&[',', '.']));
        let joins =
            |piece: &TextPiece<'_>| piece.is_word(JOINING) || piece.is_mark(&['-', '–', '—', '/']);
        let Some(join) =
            before.index.checked_sub(1).and_then(|at| self.get(at)).filter(|one| joins(one))
        else {
            return false;
        };
        let first = self.all.iter().rev().find(|piece| piece.at < join.at);
        is_apart
            && first.is_some_and(|first| {
                first.weekday().is_some()
                    || first.text.to_lowercase().trim_end_matches('s').ends_with("day")
            })
    }

    /// The days that share the month of `last`: "Monday 7 to Friday 11 December".
    fn days_before(&self, start: usize, last: &DayMention) -> Vec<DayMention> {
        let mut days = Vec::new();
        let mut start = start;
        // A week has seven days.
        for _ in 0..7 {
            let Some(join) = start.checked_sub(1).and_then(|at| self.get(at)) else { break };
            if !(join.is_word(JOINING) || join.is_mark(&['-', '–', '—', ',', '&'])) {
                break;
            }
            let ending = start.checked_sub(2).and_then(|at| self.get(at));
            let is_ending =
                ending.is_some_and(|piece| piece.kind == PieceKind::Word && piece.is_glued);
            let Some(number) = start.checked_sub(if is_ending { 3 } else { 2 }) else { break };
            let Some((day, _)) = self.day(number).filter(|(_, behind)| *behind < start) else {
                break;
            };
            let Some(before) = self.weekday_before(number) else { break };
            let one = self.mention(before.index, number + 1, Some(before), day);
            days.push(DayMention { month: last.month, year: last.year, ..one });
            start = before.index;
        }
        days.reverse();
        days
    }

    /// "Friday, December 4, 2019".
    fn month_first(&self, index: usize) -> Option<(Vec<DayMention>, usize)> {
        let (name, mut at) = (self.get(index)?, index + 1);
        if !names::is_english_month(&name.text.to_lowercase()) {
            return None;
        }
        let (month, _) = name.month()?;
        if self.get(at).is_some_and(|mark| mark.is(".") && mark.is_glued) {
            at += 1;
        }
        let (day, mut next) =
            self.day(at).filter(|_| self.get(at).is_some_and(|day| !day.is_glued))?;
        if self.get(next - 1).is_some_and(|mark| mark.is(".")) {
            next -= 1;
        }
        let (year, behind) = self.year(next);
        // "May 32 volunteers come?" is a question, and "in November 31 schools joined" names a number.
        if year.is_none() {
            let follower =
                self.get(behind).filter(|piece| !piece.is_glued && piece.kind != PieceKind::Break);
            let ends = follower.is_none_or(|piece| {
                piece.is_word(&[
                    "at", "from", "in", "to", "and", "until", "for", "deadline", "event", "meeting",
                ])
            });
            let is_ordinal = self
                .get(at + 1)
                .is_some_and(|ending| ending.is_glued && ending.kind == PieceKind::Word);
            if (day > 31 && !is_ordinal)
                || (!ends && NaiveDate::from_ymd_opt(2000, month, day).is_none())
            {
                return None;
            }
        }
        let weekday = self.weekday_before(index);
        let start = weekday.map_or(index, |before| before.index);
        Some((
            vec![DayMention { month, year, ..self.mention(start, behind, weekday, day) }],
            behind,
        ))
    }

    /// "Sun 14/12/2026", "5.3.2026", "2027-02-28".
    fn in_numbers(&self, index: usize) -> Option<(Vec<DayMention>, usize)> {
        let [first, mark, second, other, third] = self.all.get(index..index + 5)? else {
            return None;
        };
        let is_one = [mark, second, other, third].iter().all(|piece| piece.is_glued)
            && mark.text == other.text;
        let is_last = self.get(index + 5).is_none_or(|next| {
            !next.is_glued || !(next.kind == PieceKind::Number || next.kind == PieceKind::Word)
        });
        let is_first = index.checked_sub(1).and_then(|at| self.get(at)).is_none_or(|before| {
            !first.is_glued
                || !matches!(before.kind, PieceKind::Word | PieceKind::Number)
                    && !before.is_mark(&['/', '.', '-'])
        });
        if !is_one || !is_last || !is_first {
            return None;
        }
        let weekday = self.weekday_before(index);
        let (day, month, year) = if mark.is("-") {
            (
                third.number(2..=2)?,
                second.number(2..=2)?,
                first.year().filter(|year| *year >= 1900)?,
            )
        } else if mark.is_mark(&['/', '.']) {
            let (day, month) = (first.number(1..=2)?, second.number(1..=2)?);
            let year = third.year().filter(|year| (2000..2100).contains(year));
            // 1.2.26 may be a version, and 31/12/99 a score: only with a year of four digits, or a weekday.
            let short = third.number(2..=2).filter(|_| weekday.is_some() && mark.is("/"));
            let year = year.or_else(|| short.and_then(|year| i32::try_from(2000 + year).ok()))?;
            (day, month, year)
        } else {
            return None;
        };
        let start = weekday.map_or(index, |before| before.index);
        let mention = self.mention(start, index + 5, weekday, day);
        Some((vec![DayMention { month, year: Some(year), ..mention }], index + 5))
    }
}

/// Words before the weekday in brackets behind a day.
const IN_AN_ASIDE: &[&str] =
    &["a", "the", "this", "that", "it", "which", "is", "was", "will", "be", "s", "on"];

/// Words between the days of a range.
const JOINING: &[&str] =
    &["to", "and", "or", "until", "till", "bis", "und", "et", "au", "y", "al", "a", "i", "tan"];

/// The month of a name, from 1.
pub fn month_named(name: &str) -> Option<u32> {
    names::month(&names::plain_letters(name))
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
            ("3 December (a Monday)", "3 December (a Monday"),
            ("3 December (it’s a Monday)", "3 December (it’s a Monday"),
            ("3 December – a Monday – we", "3 December – a Monday"),
            ("3 December (doors at 6pm)", "3 December"),
            ("3 December (Tuesday 4 if it rains)", "3 December"),
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
        for (text, found) in [
            ("mardi 3 mars 2026", "mardi 3 mars 2026"),
            ("le mardi 1er mars", "mardi 1er mars"),
            ("am Dienstag, den 3. März 2026, um", "Dienstag, den 3. März 2026"),
            ("el martes 3 de marzo de 2026", "martes 3 de marzo de 2026"),
            ("ar ddydd Mawrth 3 Mawrth 2026", "Mawrth 3 Mawrth 2026"),
            ("nos Fawrth, 3ydd o Fawrth", "Fawrth, 3ydd o Fawrth"),
            ("dydd Iau 5 Rhagfyr", "Iau 5 Rhagfyr"),
            ("we wtorek, 3 marca 2026 r.", "wtorek, 3 marca 2026"),
            ("Dienstag, 3.3.2026", "Dienstag, 3.3.2026"),
        ] {
            assert_eq!(words(text), [found], "{text}");
        }
        for text in
            ["we sold 31 Mars bars", "16 mai tais", "They meet on Tuesday. Of 15 people, 3 do."]
        {
            assert_eq!(words(text), Vec::<String>::new(), "{text}");
        }
        let open = mentions("open Monday to Friday, 14 December to 18 December");
        assert_eq!(open[0].weekday, None);
        let range = mentions("from Monday 7 to Friday 11 December");
        let days: Vec<(u32, Option<Weekday>)> =
            range.iter().map(|mention| (mention.day, mention.weekday)).collect();
        assert_eq!(days, [(7, Some(Weekday::Mon)), (11, Some(Weekday::Fri))]);
        let three = mentions("on Monday 7, Tuesday 8 and Thursday 9 December");
        assert_eq!(three.len(), 3, "{three:?}");
        assert_eq!(mentions("on Tuesday. 15 July is the deadline.")[0].weekday, None);
    }

    #[test]
    fn days_that_no_calendar_has() {
        for (text, is_impossible) in [
            ("31 November", true),
            ("30 February", true),
            ("29 February", false),
            ("29 February 2027", true),
            ("32 December", true),
            ("05/13/2027", true),
            ("31 December", false),
            ("on December 32nd at the hall", true),
            ("on November 31, at noon", true),
            ("January 31 schools", false),
        ] {
            assert_eq!(mentions(text)[0].is_impossible(), is_impossible, "{text}");
        }
    }
}
