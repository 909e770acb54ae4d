//! Days that share their line with other words, and months in the middle of a story: whose they are, by where they stand.
//! Pure: lines in, decisions out.
//!
//! "Sold out: 14 January 2021" below a title says when something else was, "Leeds, 3 December 2020" when the story came out. Words
//! before a day are known labels, a place, a name, or of something else.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::beside::DaySearch;
use super::line::ListingLine;
use super::look::{Look, is_title};
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::day_line::day_line;

/// More words beside a day are a title.
const MOST_LABEL_WORDS: usize = 4;
/// A longer name is none.
const MOST_NAME_WORDS: usize = 3;

/// What a day on a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NearDay {
    /// The story's, for whose title or text the line stands.
    Own(WrittenDate),
    /// Of something that the line names.
    OfOther,
}

/// The lines, by their place, with such a day.
pub fn near_days(lines: &[ListingLine], looks: &[Look], zone: Tz) -> BTreeMap<usize, NearDay> {
    let mut found = labelled(lines, looks, zone);
    found.extend(own_months(lines, looks, zone));
    found.extend(topic_days(lines, looks, zone));
    found
}

/// Whether a story ends with this line, by an empty line or the end of all.
fn ends_block(lines: &[ListingLine], at: usize) -> bool {
    lines.get(at + 1).is_none_or(|next| next.gap)
}

/// A day beside a few words, between the title and the text of a story or at its end. Where such a line also begins stories, it is the
/// form of their titles.
fn labelled(lines: &[ListingLine], looks: &[Look], zone: Tz) -> BTreeMap<usize, NearDay> {
    let mut found = BTreeMap::new();
    let beside: Vec<Option<NearDay>> = lines
        .iter()
        .zip(looks)
        .map(|(line, look)| is_title(Some(look)).then(|| few_words(&line.text, zone)).flatten())
        .collect();
    let is_plain_title = |at: usize| is_title(looks.get(at)) && beside[at].is_none();
    for at in (0..lines.len()).filter(|at| beside[*at].is_some()) {
        let is_inside = at > 0 && !lines[at].gap && !lines[at].starts;
        let is_before_text = looks.get(at + 1) == Some(&Look::Sentence) && !ends_block(lines, at);
        let is_below_title = is_inside
            && is_plain_title(at - 1)
            && (is_before_text || ends_block(lines, at) && lines[at - 1].gap);
        let is_below_day = is_inside
            && at > 1
            && looks[at - 1] == Look::Day
            && !lines[at - 1].gap
            && is_plain_title(at - 2)
            && is_before_text;
        let is_at_end = is_inside
            && looks[at - 1] == Look::Sentence
            && (ends_block(lines, at) || is_plain_title(at + 1));
        if !(is_below_title || is_below_day || is_at_end) {
            return BTreeMap::new();
        }
        found.extend(beside[at].map(|day| (at, day)));
    }
    found
}

/// A line of a few words and a day, with nothing or a weak mark between them.
fn few_words(text: &str, zone: Tz) -> Option<NearDay> {
    let search = DaySearch { loose: true, ..DaySearch::strict(zone) };
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let is_name = |words: &[&str]| {
        words.len() <= MOST_NAME_WORDS
            && words.iter().all(|word| {
                let word = word.trim_end_matches(',');
                word.starts_with(char::is_uppercase)
                    && word
                        .chars()
                        .all(|c| c.is_alphabetic() || matches!(c, '-' | '’' | '\'' | '.'))
            })
    };
    for at in 1..words.len().min(MOST_LABEL_WORDS + 1) {
        let (before, day) = words.split_at(at);
        if let Some(day) = search.whole(day) {
            let last = before[at - 1];
            if words[at].starts_with(['(', '['])
                || last.ends_with(['–', '—', '-', '|', '·', '•', '/'])
            {
                return None;
            }
            let is_own = last.ends_with(',') && is_name(before);
            return Some(if is_own { NearDay::Own(day) } else { NearDay::OfOther });
        }
        let (day, behind) = words.split_at(words.len() - at);
        if let Some(found) = search.whole(day) {
            let is_own = day.last().is_some_and(|last| last.ends_with(',')) && is_name(behind);
            return is_own.then_some(NearDay::Own(found));
        }
    }
    None
}

/// "December 2020" between the title and the text of a story, or below each: of this story. Elsewhere a month is a heading.
fn own_months(lines: &[ListingLine], looks: &[Look], zone: Tz) -> BTreeMap<usize, NearDay> {
    let months: Vec<usize> = (0..looks.len()).filter(|at| looks[*at] == Look::Month).collect();
    let is_inside = |at: usize| at > 0 && !lines[at].gap;
    let is_between = |at: usize| {
        is_inside(at)
            && is_title(looks.get(at - 1))
            && looks.get(at + 1) == Some(&Look::Sentence)
            && !ends_block(lines, at)
    };
    let others = looks.windows(3).filter(|three| {
        is_title(three.first()) && three[1] == Look::Day && three[2] == Look::Sentence
    });
    let between: Vec<usize> = months.iter().copied().filter(|at| is_between(*at)).collect();
    let is_below = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| looks.get(before));
        is_inside(at)
            && (is_title(before) || matches!(before, Some(Look::Sentence | Look::Other)))
            && ends_block(lines, at)
    };
    let is_every_second = months.windows(2).all(|pair| pair[1] == pair[0] + 2)
        && months.iter().all(|at| is_inside(*at) && is_title(looks.get(at - 1)))
        && looks.iter().rev().find(|look| **look != Look::Other) == Some(&Look::Month);
    let own = if !between.is_empty() && between.len() + others.count() > 1 {
        between
    } else if months.len() > 1 && (months.iter().all(|at| is_below(*at)) || is_every_second) {
        months
    } else {
        Vec::new()
    };
    own.into_iter()
        .filter_map(|at| {
            let date = PartialDate::parse(&lines[at].text, zone).ok()?;
            Some((at, NearDay::Own(WrittenDate::known(date))))
        })
        .collect()
}

/// "Environment | 3 December 2020" over several titles or below them: the day with the topic of the story, or with its author.
fn topic_days(lines: &[ListingLine], looks: &[Look], zone: Tz) -> BTreeMap<usize, NearDay> {
    let found: BTreeMap<usize, NearDay> = (0..lines.len())
        .filter(|at| {
            let at = *at;
            let has_mark = [" | ", " · ", " • "].iter().any(|mark| lines[at].text.contains(mark));
            let begins = at == 0 || lines[at].gap || looks[at - 1] == Look::Sentence;
            let is_over_title = begins
                && is_title(looks.get(at + 1))
                && looks.get(at + 2) == Some(&Look::Sentence)
                && !lines[at + 1].gap;
            let is_below_title = at > 0
                && !lines[at].gap
                && is_title(looks.get(at - 1))
                && looks.get(at + 1) == Some(&Look::Sentence)
                && !ends_block(lines, at);
            // Only the form of all stories makes it the end of one.
            let is_at_end = at > 0
                && !lines[at].gap
                && looks[at - 1] == Look::Sentence
                && (ends_block(lines, at) || looks.get(at + 1) == Some(&Look::Other));
            looks[at] == Look::Day && has_mark && (is_over_title || is_below_title || is_at_end)
        })
        .filter_map(|at| {
            let date = day_line(&lines[at].text, zone)?.date?;
            Some((at, NearDay::Own(date)))
        })
        .collect();
    if found.len() > 1 { found } else { BTreeMap::new() }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::super::line::lines;
    use super::super::look::look;
    use super::*;

    fn found(text: &str) -> Vec<(usize, Option<String>)> {
        let lines = lines(text, London);
        let looks: Vec<Look> = lines.iter().map(|line| look(&line.text, London)).collect();
        near_days(&lines, &looks, London)
            .into_iter()
            .map(|(at, day)| {
                let day = match day {
                    NearDay::Own(day) => Some(day.likely().to_string()),
                    NearDay::OfOther => None,
                };
                (at, day)
            })
            .collect()
    }

    #[test]
    fn words_before_a_day_say_whose_it_is() {
        let own = |day: &str| vec![(1, Some(day.to_owned()))];
        for (line, expected) in [
            ("Sold out tonight: 14 January 2021", vec![(1, None)]),
            ("Interviews begin 14 January 2021", vec![(1, None)]),
            ("Part two, 14 January 2021", vec![(1, None)]),
            ("Leeds, 14 January 2021", own("2021-01-14")),
            ("14 January 2021, Ann Lee", own("2021-01-14")),
            // Known labels, and days without other words, are lines of days.
            ("Published: 14 January 2021", vec![]),
            ("14 January 2021", vec![]),
            ("Sold out: 14 January 2021", vec![]),
        ] {
            let text = format!("Choir fills the hall\n{line}\nIt was full.\n");
            assert_eq!(found(&text), expected, "{line}");
        }
        // As the form of titles.
        assert_eq!(
            found("The fair: 3 December 2020\nIt was full.\nThe well: 4 December 2020\nIt is new."),
            []
        );
    }

    #[test]
    fn a_month_is_a_storys_or_stands_over_several() {
        let own = |at: usize, month: &str| (at, Some(month.to_owned()));
        for (text, expected) in [
            (
                "The fair\nDecember 2020\nIt was full.\n\nA well\nNovember 2020\nIt is new.",
                vec![own(1, "2020-12"), own(4, "2020-11")],
            ),
            (
                "The fair\nDecember 2020\nA well\nNovember 2020",
                vec![own(1, "2020-12"), own(3, "2020-11")],
            ),
            (
                "The fair\nIt was full.\nDecember 2020\n\nA well\nIt is new.\nNovember 2020",
                vec![own(2, "2020-12"), own(5, "2020-11")],
            ),
            ("December 2020\nThe fair\nIt was full.\nNovember 2020\nA well\nIt is new.", vec![]),
            ("December 2020\nThe fair\nA well\nNovember 2020\nThe choir", vec![]),
            (
                "December 2020\n\nThe fair\nIt was full.\n\nNovember 2020\n\nA well\nIt is new.",
                vec![],
            ),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
