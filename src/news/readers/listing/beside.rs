//! A day that stands beside words on one line: before them, behind them, or between a title and its text.
//! Pure: a line in, its words and its day out.

use chrono_tz::Tz;

use super::marker::is_opening;
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::day_line::{in_year, whole};

const MARKS: &[char] = &['–', '—', '|', ':', '·', '•', '(', ')', '[', ']', '-', '/', ';', ','];
/// A shorter rest behind a day in the middle is no text.
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
}

impl DaySearch {
    /// A day that some words are, all of them.
    pub fn whole(self, words: &[&str]) -> Option<WrittenDate> {
        if !words.iter().any(|word| word.contains(char::is_numeric)) {
            return None;
        }
        let text = words.join(" ");
        let text = text.trim_matches(|c| MARKS.contains(&c));
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
            let is_opened = words[start].starts_with(['(', '['])
                || before.ends_with(['–', '—', '|', ':', '·'])
                || before == "-";
            for end in (start + 1..=(start + MOST_WORDS).min(words.len() - 1)).rev() {
                let next = words[end];
                let last = words[end - 1];
                let is_closed = last.ends_with([')', ']', ':', '–', '—', '|'])
                    || matches!(next, "–" | "—" | "|" | "·" | "-" | ":");
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
            if let Some(day) = whole(first) {
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
            if let Some(day) = whole(last) {
                let before = rest[rest.len() - 1];
                let is_marked = last[0].starts_with(['(', '['])
                    || before.ends_with(['–', '—', '|', ':', '·', '•', '-', '/', ',', ';'])
                    || matches!(before, "–" | "—" | "|" | "·" | "•" | "-" | "/");
                let is_linked = LINKS.contains(&before.to_lowercase().as_str());
                let ends = last[count - 1].ends_with(['.', '!', '?']);
                if is_marked || (loose && !is_linked && !ends) {
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
