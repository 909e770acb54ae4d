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
use crate::date::labels::{label, label_at_start};
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::dateline::names_occasion;
use crate::news::readers::day_line::day_line;

/// More words beside a day are a title.
const MOST_LABEL_WORDS: usize = 4;
/// A longer name is none.
const MOST_NAME_WORDS: usize = 3;
/// "The Yorkshire Evening Post and Mail": more words are a title.
const MOST_SOURCE_WORDS: usize = 5;

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
    found.extend(days_of_sources(lines, looks, zone));
    found
}

/// "The Guardian, 3 December 2020" below every title or over every title, as press coverage has it: the day of the story.
fn days_of_sources(lines: &[ListingLine], looks: &[Look], zone: Tz) -> BTreeMap<usize, NearDay> {
    let sources: BTreeMap<usize, WrittenDate> = (0..lines.len())
        .filter(|at| is_title(looks.get(*at)) || looks[*at] == Look::Day)
        .filter_map(|at| Some((at, source_and_day(&lines[at].text, zone)?)))
        .collect();
    let is_plain = |at: usize| {
        is_title(looks.get(at)) && !sources.contains_key(&at) && !lines[at].text.contains('\t')
    };
    let is_in_block = |at: usize| lines.get(at).is_some_and(|line| !line.gap && !line.starts);
    let is_below = |at: usize| at > 0 && is_in_block(at) && is_plain(at - 1);
    let is_above = |at: usize| is_in_block(at + 1) && is_plain(at + 1);
    // What stands at the ends of all says which of two ways it is.
    let ends = || (0..lines.len()).filter(|at| !matches!(looks[*at], Look::Other | Look::Month));
    let is_source = |at: Option<usize>| at.is_some_and(|at| sources.contains_key(&at));
    let are_below = !is_source(ends().next()) && sources.keys().all(|at| is_below(*at));
    let are_above = !is_source(ends().next_back()) && sources.keys().all(|at| is_above(*at));
    let is_form = sources.len() > 1 && (are_below || are_above);
    if is_form {
        sources.into_iter().map(|(at, day)| (at, NearDay::Own(day))).collect()
    } else {
        BTreeMap::new()
    }
}

/// The day of a line that is a name and a day: "BBC Radio 4, 3 December 2020", "3 December 2020 – theguardian.com".
fn source_and_day(text: &str, zone: Tz) -> Option<WrittenDate> {
    let search = DaySearch::strict(zone);
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let most = words.len().saturating_sub(1).min(MOST_SOURCE_WORDS + 1);
    (1..=most).find_map(|at| {
        let (before, day) = words.split_at(at);
        let (first, behind) = words.split_at(words.len() - at);
        let above = search.whole(day).filter(|_| is_source_name(&before.join(" ")));
        above.or_else(|| search.whole(first).filter(|_| is_source_name(&behind.join(" "))))
    })
}

/// "The Guardian", "BBC Radio 4", "Voice of Leeds", "theguardian.com": a name, and not one of something that takes place.
pub fn is_source_name(text: &str) -> bool {
    const SMALL: [&str; 8] = ["of", "and", "the", "on", "for", "&", "de", "y"];
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let bare =
        |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&').to_owned();
    let name: Vec<String> =
        words.iter().map(|word| bare(word)).filter(|word| !word.is_empty()).collect();
    let is_domain = |word: &str| word.split_once('.').is_some_and(|(_, end)| end.len() > 1);
    let is_of_name = |(at, word): (usize, &String)| {
        word.starts_with(char::is_uppercase)
            || at > 0
                && (SMALL.contains(&word.as_str()) || word.bytes().all(|b| b.is_ascii_digit()))
            || is_domain(word)
    };
    let whole = name.join(" ");
    !name.is_empty()
        && name.len() <= MOST_SOURCE_WORDS
        && name.iter().enumerate().all(is_of_name)
        && !words.last().is_some_and(|last| last.ends_with(':'))
        && !names_occasion(&whole)
        && label(&whole).is_none()
        && label_at_start(&whole).is_none()
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
    fn a_source_and_a_day_at_every_title_are_of_the_stories() {
        for (form, expected) in [
            ("Forty trees planted\nThe Guardian, 3 December 2020", vec![1, 3]),
            ("Forty trees planted\nVoice of Leeds (3 December 2020)", vec![1, 3]),
            ("Forty trees planted\nBBC Radio 4 3 December 2020", vec![1, 3]),
            ("Forty trees planted\n3 December 2020, theguardian.com", vec![1, 3]),
            ("The Guardian, 3 December 2020\nForty trees planted", vec![0, 2]),
            // What takes place, and words that name nobody.
            ("Forty trees planted\nQuiz Night, 3 December 2020", vec![]),
            ("Forty trees planted\nDoors open 3 December 2020", vec![]),
            ("Forty trees planted\nIt begins, 3 December 2020", vec![]),
        ] {
            let found: Vec<usize> = found(&format!("{form}\n{form}"))
                .into_iter()
                .filter_map(|(at, day)| day.map(|_| at))
                .collect();
            assert_eq!(found, expected, "{form}");
        }
        // Of which story they are cannot be known.
        let day = "The Guardian, 3 December 2020";
        assert_eq!(found(&format!("{day}\nForty trees planted\n{day}\nA new desk\n{day}")), []);
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
