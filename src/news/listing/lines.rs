//! The lines of a pasted text, each known for what it is: a title, a sentence, a day, "Read more", or what stands around a list.
//! Pure: text in, tokens out.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::marker::{is_marker, marker};
use super::noise::is_noise;
use crate::news::date::PartialDate;
use crate::news::day_line::{Of, day_line, in_year, piece};
use crate::rfc::text::one_line;

/// A longer line is a sentence, not a title.
const LONGEST_TITLE_CHARS: usize = 110;
/// A title is seldom longer; a sentence without its full stop seldom shorter.
const TITLE_CHARS: usize = 70;
/// A line as long as this was wrapped where it ends.
const WRAPPED_CHARS: usize = 55;

/// A paragraph that is longer is no teaser: its lines are left apart.
const LONGEST_JOINED_CHARS: usize = 3000;
/// A page has a few hundred; the rest of a longer text is left out, and said.
pub const MOST_LINES: usize = 10_000;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Title,
    /// A title or a sentence.
    Either,
    Sentence,
    Day,
    Marker,
}

/// A line, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineToken {
    pub line: usize,
    pub text: String,
    pub class: Class,
    /// The day that it says, or that stands beside it.
    pub day: Option<PartialDate>,
    /// An empty line stands before it.
    pub gap: bool,
    /// A bullet, a number or a row begins here.
    pub starts: bool,
    /// The month or year of the heading that it stands below.
    pub heading: Option<PartialDate>,
}

struct Line {
    number: usize,
    text: String,
    gap: bool,
    starts: bool,
}

/// Reads the lines. `year` is the year of days that stand without one, where it is known.
pub fn tokens(text: &str, zone: Tz, year: Option<i32>) -> Vec<LineToken> {
    let lines = unwrapped(without_bullets(lines(text)), zone);
    let repeated = repeated(&lines);
    let inline = lines.iter().filter(|line| beside(&line.text, zone, true).is_some()).count();
    let mut reader = Reader { zone, year, heading: None, loose: inline > 1, tokens: Vec::new() };
    for line in &lines {
        reader.line(line, &repeated);
    }
    reader.tokens.dedup_by(|later, first| {
        later.class != Class::Day
            && later.class != Class::Marker
            && later.text == first.text
            && first.class != Class::Sentence
    });
    reader.tokens
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut gap = false;
    for (index, line) in text.lines().take(MOST_LINES).enumerate() {
        if line.trim().is_empty() {
            gap = true;
            continue;
        }
        let starts = line.trim().contains('\t');
        let text = line.trim().to_owned();
        lines.push(Line { number: index + 1, text, gap: std::mem::take(&mut gap), starts });
    }
    lines
}

/// Bullets, and numbers that count, are no part of what they stand before.
fn without_bullets(mut lines: Vec<Line>) -> Vec<Line> {
    const BULLETS: [char; 14] =
        ['•', '-', '*', '–', '·', '◦', '▪', '▸', '►', '●', '‣', '→', '»', '✓'];
    let bullet = |text: &str| {
        let rest = text.strip_prefix(BULLETS)?;
        rest.starts_with([' ', '\t', '\u{a0}']).then(|| rest.trim_start().to_owned())
    };
    let number = |text: &str| -> Option<(u32, String)> {
        let end = text.find(|c: char| !c.is_ascii_digit()).filter(|end| (1..=3).contains(end))?;
        let rest = text[end..].strip_prefix(['.', ')', ':'])?;
        let is_item = rest.starts_with([' ', '\t', '\u{a0}']);
        is_item.then(|| Some((text[..end].parse().ok()?, rest.trim_start().to_owned())))?
    };
    let numbers: Vec<u32> =
        lines.iter().filter_map(|line| number(&line.text)).map(|(n, _)| n).collect();
    let counts = numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let has_bullets = lines.iter().filter(|line| bullet(&line.text).is_some()).count() > 1;
    for line in &mut lines {
        let found = bullet(&line.text)
            .filter(|_| has_bullets)
            .or_else(|| number(&line.text).filter(|_| counts).map(|(_, rest)| rest));
        if let Some(text) = found {
            line.text = text;
            line.starts = true;
        }
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// Joins lines that were wrapped in the middle of a sentence.
fn unwrapped(lines: Vec<Line>, zone: Tz) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        let goes_on = joined.last().is_some_and(|before| {
            let is_open = before.text.ends_with(|c: char| {
                c.is_alphanumeric() || matches!(c, ',' | ';' | '–' | '-' | '’')
            });
            let length = before.text.chars().take(LONGEST_JOINED_CHARS).count();
            let is_long = length >= WRAPPED_CHARS;
            let begins_low = line.text.starts_with(char::is_lowercase);
            let is_prose =
                is_long && before.text.split(' ').count() > 7 && before.text.contains(['.', ',']);
            !line.gap
                && !line.starts
                && is_open
                && length < LONGEST_JOINED_CHARS
                && (begins_low
                    || (is_prose && line.text.trim_end().ends_with(['.', '!', '?', '…', '”'])))
                && marker(&before.text).is_none()
                && !is_marker(&line.text)
                && day_line(&line.text, zone).is_none()
                && day_line(&before.text, zone).is_none()
        });
        match joined.last_mut() {
            Some(before) if goes_on => {
                before.text.push(' ');
                before.text.push_str(&line.text);
            }
            _ => joined.push(line),
        }
    }
    joined
}

/// Short texts that stand at several stories: categories, names of authors, buttons.
fn repeated(lines: &[Line]) -> BTreeMap<&str, usize> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        // A title stands twice in a row where its picture has it too.
        let is_double = at > 0 && lines[at - 1].text == line.text;
        if !is_double && line.text.split(' ').count() <= 2 {
            *count.entry(line.text.as_str()).or_default() += 1;
        }
    }
    count.retain(|_, count| *count > 1);
    count
}

struct Reader {
    zone: Tz,
    year: Option<i32>,
    heading: Option<PartialDate>,
    /// Several lines have a day at their end, so one without a mark before it is one too.
    loose: bool,
    tokens: Vec<LineToken>,
}

impl Reader {
    fn line(&mut self, line: &Line, repeated: &BTreeMap<&str, usize>) {
        if repeated.contains_key(line.text.as_str())
            && !is_marker(&line.text)
            && day_line(&line.text, self.zone).is_none()
        {
            return;
        }
        let mut starts = line.starts;
        let mut gap = line.gap;
        for cell in line.text.split('\t').map(str::trim).filter(|cell| !cell.is_empty()) {
            let mut rest = cell;
            while let Some((from, to)) =
                if is_marker(rest) { Some((0, rest.len())) } else { marker(rest) }
            {
                self.part(line.number, &rest[..from], &mut gap, &mut starts);
                self.push(line.number, "", Class::Marker, None, &mut gap, &mut starts);
                rest = rest[to..].trim_start_matches(|c: char| {
                    !c.is_alphanumeric() && !super::marker::is_opening(c)
                });
            }
            self.part(line.number, rest, &mut gap, &mut starts);
        }
    }

    fn push(
        &mut self,
        line: usize,
        text: &str,
        class: Class,
        day: Option<PartialDate>,
        gap: &mut bool,
        starts: &mut bool,
    ) {
        let (gap, starts) = (std::mem::take(gap), std::mem::take(starts));
        let text = one_line(text);
        self.tokens.push(LineToken { line, text, class, day, gap, starts, heading: self.heading });
    }

    fn part(&mut self, line: usize, text: &str, gap: &mut bool, starts: &mut bool) {
        let text = text.trim().trim_end_matches(['|', '→', '»', '›']).trim();
        if text.is_empty() || is_noise(text) {
            return;
        }
        // "December 2020" and "2020" stand over the stories of a month or a year.
        if let Ok(heading @ (PartialDate::Month(..) | PartialDate::Year(_))) =
            PartialDate::parse(text, self.zone)
        {
            self.heading = Some(heading);
            return;
        }
        let beside = beside(text, self.zone, self.loose).filter(|(rest, _)| !is_noise(rest));
        let found = piece(text, self.zone).or_else(|| match beside {
            Some(_) => None,
            None => day_line(text, self.zone),
        });
        if let Some(found) = found {
            if found.of != Of::Change && found.of != Of::Event {
                let day = found.date.or_else(|| in_year(text, self.known_year()?, self.zone));
                self.push(line, text, Class::Day, day, gap, starts);
            }
            return;
        }
        let (text, day) = match beside {
            Some((rest, day)) => (rest, Some(day)),
            None => (text.to_owned(), None),
        };
        if is_noise(&text) {
            return;
        }
        self.push(line, &text, class(&text), day, gap, starts);
    }

    fn known_year(&self) -> Option<i32> {
        match self.heading {
            Some(PartialDate::Month(year, _) | PartialDate::Year(year)) => Some(year),
            Some(PartialDate::Day(_) | PartialDate::Instant(_)) | None => self.year,
        }
    }
}

fn class(text: &str) -> Class {
    let length = text.chars().count();
    let end = text.trim_end_matches(['”', '"', '’', ')']);
    if length > LONGEST_TITLE_CHARS
        || end.ends_with(['.', '…', ',', ';', ':'])
        || text.contains(". ")
    {
        // "The St. Ann's fair" is short, and ends without a full stop.
        let is_short = length <= TITLE_CHARS
            && !end.ends_with(['.', '…', ',', ';', ':'])
            && crate::news::item::first_sentence(text) == text;
        return if is_short { Class::Title } else { Class::Sentence };
    }
    if end.ends_with(['!', '?']) && length > 30 || length > TITLE_CHARS {
        return Class::Either;
    }
    Class::Title
}

/// A line with a day beside its words: before or behind them. `loose`: without a mark between.
fn beside(text: &str, zone: Tz, loose: bool) -> Option<(String, PartialDate)> {
    const MARKS: &[char] = &['–', '—', '|', ':', '·', '•', '(', ')', '[', ']', '-', '/', ';', ','];
    const LINKS: &[&str] = &[
        "on", "of", "until", "till", "by", "from", "to", "since", "before", "after", "for", "in",
        "and", "the", "a", "at", "between", "ended", "ending", "starting", "up",
    ];
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let whole = |words: &[&str]| match PartialDate::parse(
        words.join(" ").trim_matches(|c| MARKS.contains(&c)),
        zone,
    ) {
        Ok(day @ (PartialDate::Day(_) | PartialDate::Instant(_))) => Some(day),
        Ok(PartialDate::Year(_) | PartialDate::Month(..)) | Err(_) => None,
    };
    let tidy = |words: &[&str]| {
        let text = words.join(" ");
        text.trim_matches(|c: char| {
            c.is_whitespace() || (MARKS.contains(&c) && !matches!(c, ')' | ']' | '('))
        })
        .trim_end_matches(['(', '['])
        .trim()
        .to_owned()
    };
    let most = words.len().saturating_sub(2).min(6);
    for count in (1..=most).rev() {
        let (first, rest) = words.split_at(count);
        if let Some(day) = whole(first) {
            let is_marked = first[count - 1].ends_with(MARKS) || rest[0].starts_with(MARKS);
            let begins =
                rest[0].starts_with(|c: char| c.is_uppercase() || super::marker::is_opening(c));
            // "3 December 2020 was a day to remember."
            if is_marked || (begins && loose) {
                return Some((tidy(rest), day));
            }
        }
    }
    for count in (1..=most).rev() {
        let (rest, last) = words.split_at(words.len() - count);
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

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn classes(text: &str) -> String {
        tokens(text, London, None)
            .iter()
            .map(|token| match token.class {
                Class::Title => 'T',
                Class::Either => 'E',
                Class::Sentence => 'S',
                Class::Day => 'D',
                Class::Marker => 'M',
            })
            .collect()
    }

    #[test]
    fn lines_are_what_they_look_like() {
        for (text, found) in [
            ("Home\nAbout us\nNews and press releases\nIt was full. Read more", "SM"),
            ("The fair\nThe fair\nIt was full.", "TS"),
            ("News\n3 December 2020\nThe fair\nBy Ann Lee\nIt was full.\n3 min read", "DTS"),
            ("Last updated: 5 May 2021\nThe fair", "T"),
            ("1. The fair\n2. The well", "TT"),
            ("• The fair\n• The well", "TT"),
            ("The fair raised more than ever, and\neverybody helped to tidy up.", "S"),
            ("1 2 3 Next\n© 2020 The club\nPage 1 of 9", ""),
            ("The fair\tIt was full.\t3 December 2020", "TSD"),
        ] {
            assert_eq!(classes(text), found, "{text}");
        }
    }

    #[test]
    fn a_day_beside_a_title_is_its_day() {
        for (text, title) in [
            ("3 December 2020 – Choir fills the hall", Some("Choir fills the hall")),
            ("3 December 2020: Choir fills the hall", Some("Choir fills the hall")),
            ("Choir fills the hall (3 December 2020)", Some("Choir fills the hall")),
            ("Choir fills the hall | 3 December 2020", Some("Choir fills the hall")),
            ("Choir fills the hall, 3 December 2020", Some("Choir fills the hall")),
            ("Annual report for the year to 3 December 2020", None),
            ("We met on 3 December 2020", None),
        ] {
            let found = beside(text, London, false);
            assert_eq!(found.as_ref().map(|(title, _)| title.as_str()), title, "{text}");
            assert!(found.is_none_or(|(_, day)| day.to_string() == "2020-12-03"));
        }
    }

    #[test]
    fn a_heading_gives_the_month_and_the_year_of_what_stands_below_it() {
        let found =
            tokens("December 2020\nThe fair\n3 December\nNovember 2019\nThe well\n", London, None);
        let headings: Vec<String> =
            found.iter().filter_map(|token| token.heading).map(|date| date.to_string()).collect();
        assert_eq!(headings, ["2020-12", "2020-12", "2019-11"]);
        assert_eq!(found[1].day.unwrap().to_string(), "2020-12-03");
    }
}
