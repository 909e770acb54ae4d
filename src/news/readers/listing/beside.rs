//! A day that stands beside words on one line: before them, behind them, or between a title and its text.
//! Pure: a line in, its words and its day out.

use chrono_tz::Tz;

use super::marker::is_opening;
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::day_line::{in_year, whole};

const MARKS: &[char] = &['–', '—', '|', ':', '·', '•', '(', ')', '[', ']', '-', '/', ';', ','];
/// A shorter rest behind a day in the middle is not text.
const SHORTEST_TEXT_CHARS: usize = 25;
const LONGEST_TITLE_CHARS: usize = 110;
/// Days of more words than anybody writes.
const MOST_WORDS: usize = 6;

/// Where days are looked for.
#[derive(Debug, Clone, Copy)]
pub struct DaySearch {
    pub zone: Tz,
    /// The year of days that stand without one.
    pub year: Option<i32>,
    /// Days count without a mark between them and the words.
    pub loose: bool,
    /// The month of days of which only the number stands before the words: "3 – The fair".
    pub month: Option<(i32, u32)>,
    /// Months count as days do, behind the words.
    pub months: bool,
}

impl DaySearch {
    /// Days with a mark before the words or behind them, and nothing else.
    pub fn strict(zone: Tz) -> Self {
        Self { zone, year: None, loose: false, month: None, months: false }
    }

    /// "3" and "3rd" in a known month.
    fn in_month(self, word: &str) -> Option<WrittenDate> {
        let (year, month) = self.month?;
        let bare = word.trim_matches(|c| MARKS.contains(&c) || c == '.');
        let digits = bare.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let day: u32 = digits.parse().ok().filter(|_| digits.len() + 2 >= bare.len())?;
        PartialDate::read(&format!("{year}-{month:02}-{day:02}"), self.zone).ok()
    }

    /// A month that some words are.
    fn in_months(self, words: &[&str]) -> Option<WrittenDate> {
        let text = words.join(" ");
        let date = PartialDate::parse(text.trim_matches(|c| MARKS.contains(&c)), self.zone).ok()?;
        let is_month = self.months && matches!(date, PartialDate::Month(..));
        is_month.then(|| WrittenDate::known(date))
    }

    /// A day that some words are, all of them.
    pub fn whole(self, words: &[&str]) -> Option<WrittenDate> {
        if !words.iter().any(|word| word.contains(char::is_numeric)) {
            return None;
        }
        let text = words.join(" ");
        let text = text.trim_matches(|c| MARKS.contains(&c));
        let text = text.strip_suffix('.').filter(|text| !text.contains('.')).unwrap_or(text);
        whole(text, self.zone).or_else(|| {
            let is_date = PartialDate::read(text, self.zone).is_ok();
            self.year.filter(|_| !is_date).and_then(|year| in_year(text, year, self.zone))
        })
    }

    /// A title, its day and its text, marks between them: "The fair (3 December 2020): it was full".
    pub fn between(self, text: &str) -> Option<(String, WrittenDate, String)> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let starts = (1..words.len().saturating_sub(2)).filter(|at| {
            words[*at].contains(char::is_numeric)
                || words.get(at + 1).is_some_and(|next| next.contains(char::is_numeric))
        });
        for start in starts.take(SHORTEST_TEXT_CHARS) {
            let before = words[start - 1];
            let is_behind_mark = before.ends_with(['–', '—', '|', ':', '·']) || before == "-";
            let is_opened = words[start].starts_with(['(', '[']) || is_behind_mark;
            for end in (start + 1..=(start + MOST_WORDS).min(words.len() - 1)).rev() {
                let next = words[end];
                let last = words[end - 1];
                let is_closed = last.ends_with([')', ']', ':', '–', '—', '|'])
                    || matches!(next, "–" | "—" | "|" | "·" | "-" | ":")
                    // "The fair – 3 December 2020. It was full."
                    || (is_behind_mark && last.ends_with('.') && next.starts_with(char::is_uppercase));
                if !is_opened || !is_closed {
                    continue;
                }
                let Some(day) = self.whole(&words[start..end]) else { continue };
                let (title, rest) = (tidy(&words[..start]), tidy(&words[end..]));
                let is_title = (2..=LONGEST_TITLE_CHARS).contains(&title.chars().count());
                if is_title && rest.chars().count() >= SHORTEST_TEXT_CHARS {
                    return Some((title, day, rest));
                }
            }
        }
        None
    }

    /// A line with a day beside its words: before or behind them.
    pub fn beside(self, text: &str) -> Option<(String, WrittenDate)> {
        const LINKS: &[&str] = &[
            "on", "of", "until", "till", "by", "from", "to", "since", "before", "after", "for",
            "in", "and", "the", "a", "at", "between", "ended", "ending", "starting", "up",
        ];
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let loose = self.loose;
        let whole = |words: &[&str]| self.whole(words);
        let most = words.len().saturating_sub(1).min(MOST_WORDS);
        for count in (1..=most).rev() {
            let (first, rest) = words.split_at(count);
            let of_number = || {
                self.in_month(first[0]).filter(|_| {
                    let is_marked = first[0].ends_with([':', '–', '—'])
                        || matches!(rest[0], "–" | "—" | "-" | "|" | ":");
                    let words: &[&str] =
                        if rest[0].len() > 3 { rest } else { rest.get(1..).unwrap_or_default() };
                    count == 1
                        && is_marked
                        && words.first().is_some_and(|word| {
                            word.starts_with(|c: char| c.is_uppercase() || is_opening(c))
                        })
                })
            };
            if let Some(day) = whole(first).or_else(of_number) {
                let is_marked = first[count - 1].ends_with(MARKS) || rest[0].starts_with(MARKS);
                let begins = rest[0].starts_with(|c: char| c.is_uppercase() || is_opening(c));
                // "3 December 2020 was a day to remember."
                if is_marked || (begins && loose) {
                    return Some((tidy(rest), day));
                }
            }
        }
        for count in (1..=most).rev() {
            let (rest, last) = words.split_at(words.len() - count);
            // "The fair on 5 June": of the fair, though a date may begin so.
            if LINKS.contains(&last[0].to_lowercase().as_str()) {
                continue;
            }
            if let Some(day) = whole(last).or_else(|| self.in_months(last)) {
                let before = rest[rest.len() - 1];
                let is_marked = last[0].starts_with(['(', '['])
                    || before.ends_with(['–', '—', '|', ':', '·', '•', '-', '/', ',', ';'])
                    || matches!(before, "–" | "—" | "|" | "·" | "•" | "-" | "/");
                let is_linked = LINKS.contains(&before.to_lowercase().as_str());
                let ends = last[count - 1].ends_with(['.', '!', '?']);
                let is_day = !matches!(day.likely(), PartialDate::Month(..));
                if is_marked || (loose && !is_linked && !ends && is_day) {
                    return Some((tidy(rest), day));
                }
            }
        }
        None
    }
}

fn tidy(words: &[&str]) -> String {
    let text = words.join(" ");
    text.trim_matches(|c: char| {
        c.is_whitespace() || (MARKS.contains(&c) && !matches!(c, ')' | ']' | '('))
    })
    .trim_end_matches(['(', '['])
    .trim_start_matches([')', ']', ':', ' '])
    .trim()
    .to_owned()
}
