//! The lines of a pasted text, each known for what it is: a title, a sentence, a day, "Read more", or what stands around a list.
//! Pure: text in, tokens out.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::beside::DaySearch;
use super::class::{Class, class};
use super::line::{ListingLine, lines};
use super::marker::{is_marker, marker};
use super::near_days::NearDay;
use super::noise::{is_noise, is_of_social_page, is_pager_word};
use super::roles::{Roles, roles};
use crate::date::{PartialDate, WrittenDate};
use crate::news::readers::dateline::{Dateline, dateline};
use crate::news::readers::day_line::{DayMeaning, day_line, in_year, piece, says_day};
use crate::rfc::text::one_line;

/// A longer text is a sentence, however often it stands there.
const MOST_LABEL_WORDS: usize = 6;

/// A line, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineToken {
    pub line: usize,
    pub text: String,
    pub class: Class,
    /// The day that it says, or that stands beside it.
    pub day: Option<WrittenDate>,
    /// It says that the day is of the publication.
    pub is_published: bool,
    /// The words with the day that stood beside them.
    pub whole: Option<String>,
    /// An empty line stands before it.
    pub gap: bool,
    /// A bullet, a number or a row begins here.
    pub starts: bool,
    /// The month or year of the heading that it stands below.
    pub heading: Option<PartialDate>,
    /// The address that stands at it.
    pub link: Option<String>,
}

/// What was read of a text.
#[derive(Debug, Default)]
pub struct ListingTokens {
    pub tokens: Vec<LineToken>,
    /// Parts that are left out: where they begin, their first words, and why.
    pub elsewhere: Vec<(usize, String, &'static str)>,
}

/// Reads the lines. `year` is the year of days that stand without one, where it is known.
pub fn tokens(text: &str, zone: Tz, year: Option<i32>) -> ListingTokens {
    let lines = lines(text, zone);
    let repeated = repeated(&lines, zone);
    let roles = roles(&lines, zone);
    let loose = DaySearch { year, loose: true, ..DaySearch::strict(zone) };
    let monthly = DaySearch { months: true, ..DaySearch::strict(zone) };
    let months = lines.iter().filter(|line| {
        let day = monthly.beside(&line.text).map(|(_, day)| day.likely());
        matches!(day, Some(PartialDate::Month(..)))
    });
    let months = months.count() > 1;
    let inline = lines.iter().filter(|line| loose.beside(&line.text).is_some()).count();
    let mut reader = Reader {
        zone,
        year,
        heading: None,
        loose: inline > 1,
        months,
        next: TokenStart::default(),
        tokens: Vec::new(),
    };
    for line in &lines {
        reader.line(line, &repeated, &roles);
    }
    without_days_of_the_page(&mut reader.tokens, &lines);
    reader.tokens.dedup_by(|later, first| {
        later.class != Class::Day
            && later.class != Class::Marker
            && later.text == first.text
            && first.class != Class::Sentence
    });
    let elsewhere = roles.elsewhere.iter().map(|(at, why)| {
        let first = &lines[*at];
        (first.number, first.text.clone(), *why)
    });
    ListingTokens { tokens: reader.tokens, elsewhere: elsewhere.collect() }
}

/// Takes out a day that the page shows of itself: the first or the last of all, with the page's menu between it and the stories.
fn without_days_of_the_page(tokens: &mut Vec<LineToken>, lines: &[ListingLine]) {
    let is_apart = |one: &LineToken, other: &LineToken| {
        lines.iter().any(|line| one.line < line.number && line.number < other.line)
    };
    // Where small print stands between each day and its story, that is the form of the list.
    let days_apart = |tokens: &[LineToken], day: usize| {
        tokens
            .windows(2)
            .filter(|pair| pair[day].class == Class::Day && is_apart(&pair[0], &pair[1]))
            .count()
    };
    if let [first, next, ..] = &tokens[..]
        && first.class == Class::Day
        && is_apart(first, next)
        && days_apart(tokens, 0) == 1
    {
        tokens.remove(0);
    }
    if let [.., before, last] = &tokens[..]
        && last.class == Class::Day
        && is_apart(before, last)
        && days_apart(tokens, 1) == 1
    {
        tokens.pop();
    }
}

/// Short texts that stand at several stories: categories, names of authors, buttons. A longer one must stand at more.
fn repeated(lines: &[ListingLine], zone: Tz) -> BTreeMap<&str, usize> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        // A title stands twice in a row where its picture has it too.
        let is_double = at > 0 && lines[at - 1].text == line.text;
        if !is_double && line.text.split(' ').count() <= MOST_LABEL_WORDS {
            *count.entry(line.text.as_str()).or_default() += 1;
        }
    }
    count.retain(|text, count| *count > 2 || (*count > 1 && text.split(' ').count() <= 2));
    // "Weekly update" three times, and no other titles: these are they.
    let is_other_title = |line: &ListingLine| {
        !count.contains_key(line.text.as_str())
            && !is_noise(&line.text)
            && class(&line.text) != Class::Sentence
            && !is_marker(&line.text)
            && day_line(&line.text, zone).is_none()
    };
    if !lines.iter().any(is_other_title) {
        // A name is whoever wrote all of them, and "#leeds" a topic.
        let is_social = lines.iter().any(|line| is_of_social_page(&line.text));
        count.retain(|text, _| is_social || !is_phrase(text) || is_noise(text));
    }
    count
}

/// "Weekly update": words that say something, where "millbrooktrust" and "Ann Lee" only name somebody.
fn is_phrase(text: &str) -> bool {
    let mut words = text.split(' ');
    words.next().is_some_and(|first| first.starts_with(char::is_alphabetic))
        && words.any(|word| word.starts_with(char::is_lowercase))
}

struct Reader {
    zone: Tz,
    year: Option<i32>,
    heading: Option<PartialDate>,
    /// Several lines have a day at their end, so one without a mark before it is one too.
    loose: bool,
    /// Several lines have a month at their end behind a mark.
    months: bool,
    /// What the next token has of its line.
    next: TokenStart,
    tokens: Vec<LineToken>,
}

/// The line that is read, and what of it belongs to its first token only.
#[derive(Debug, Default)]
struct TokenStart {
    line: usize,
    gap: bool,
    starts: bool,
    link: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &ListingLine, repeated: &BTreeMap<&str, usize>, roles: &Roles) {
        let is_repeated = repeated.contains_key(line.text.as_str())
            && !is_marker(&line.text)
            && !roles.near_days.contains_key(&line.number)
            && day_line(&line.text, self.zone).is_none();
        let ListingLine { number, gap, starts, ref link, .. } = *line;
        if is_repeated || roles.others.contains(&number) {
            return;
        }
        // What is left out leaves the empty line before it.
        let gap = gap || self.next.gap;
        self.next = TokenStart { line: number, gap, starts, link: link.clone() };
        if roles.titles.contains(&number) {
            self.push(&line.text, Class::Title, None);
            return;
        }
        match roles.near_days.get(&number) {
            Some(NearDay::Own(day)) => return self.push(&line.text, Class::Day, Some(*day)),
            Some(NearDay::OfOther) => return self.push(&line.text, Class::Sentence, None),
            None => {}
        }
        for cell in line.text.split('\t').map(str::trim).filter(|cell| !cell.is_empty()) {
            let mut rest = self.without_title_again(cell);
            while let Some((from, to)) =
                if is_marker(rest) { Some((0, rest.len())) } else { marker(rest) }
            {
                self.part(&rest[..from]);
                self.push("", Class::Marker, None);
                rest = rest[to..].trim_start_matches(|c: char| {
                    !c.is_alphanumeric() && !super::marker::is_opening(c)
                });
            }
            self.part(rest);
        }
    }

    /// "It was full. Read more about the fair" without the title that stood before: it is there for those who only hear it.
    fn without_title_again<'t>(&self, cell: &'t str) -> &'t str {
        /// A title stands a few lines above.
        const NEAR: usize = 5;
        let titles = self.tokens.iter().rev().take(NEAR).map(|token| token.text.as_str());
        for title in titles.filter(|title| title.len() > 4 && title.len() < cell.len()) {
            let at = cell.len() - title.len();
            let is_again = cell.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(title));
            let Some(before) = cell.get(..at).filter(|_| is_again) else { continue };
            let bare = before.trim_end_matches([' ', '“', '"', ':', '–', '-']);
            let bare = [" about", " on", " of"]
                .iter()
                .find_map(|word| bare.strip_suffix(word))
                .unwrap_or(bare);
            if is_marker(bare) || marker(bare).is_some_and(|(_, end)| end == bare.len()) {
                return bare;
            }
        }
        cell
    }

    fn push(&mut self, text: &str, class: Class, day: Option<WrittenDate>) {
        let TokenStart { line, gap, starts, link } = std::mem::take(&mut self.next);
        self.next.line = line;
        let (text, heading) = (one_line(text), self.heading);
        self.tokens.push(LineToken {
            line,
            text,
            class,
            day,
            is_published: false,
            whole: None,
            gap,
            starts,
            heading,
            link,
        });
    }

    fn part(&mut self, text: &str) {
        let text = text.trim().trim_end_matches(['|', '→', '»', '›']).trim();
        let date = PartialDate::parse(text, self.zone);
        let is_date = match date {
            Ok(PartialDate::Day(_) | PartialDate::Instant(_) | PartialDate::Month(..)) => true,
            Ok(PartialDate::Year(_)) => text.len() == 4,
            Err(_) => false,
        };
        let month = match self.heading {
            Some(PartialDate::Month(year, month)) => Some((year, month)),
            _ => None,
        };
        let (year, loose, months) = (self.known_year(), self.loose, self.months);
        let search = DaySearch { zone: self.zone, year, loose, month, months };
        let line = day_line(text, self.zone);
        let is_of_other =
            line.is_some_and(|line| matches!(line.of, DayMeaning::Change | DayMeaning::Event));
        let beside = search.beside(text).filter(|(rest, _)| {
            // "Last" is a button, unless a day stands by it.
            // "Published 3 December 2020 | Updated 5 May 2021" is a line of days.
            (is_pager_word(rest) || !is_noise(rest))
                && !is_small_print(rest)
                && !says_day(rest, self.zone)
                && !is_of_other
        });
        if text.is_empty() || (is_noise(text) && !is_date && beside.is_none() && line.is_none()) {
            return;
        }
        // "December 2020" and "2020" stand over the stories of a month or a year.
        if let Ok(heading @ (PartialDate::Month(..) | PartialDate::Year(_))) = date {
            self.heading = Some(heading);
            return;
        }
        let found = piece(text, self.zone).or(line.filter(|_| beside.is_none()));
        if let Some(found) = found {
            if found.of != DayMeaning::Change && found.of != DayMeaning::Event {
                let day = found.date.or_else(|| in_year(text, self.known_year()?, self.zone));
                self.push(text, Class::Day, day);
                if let Some(token) = self.tokens.last_mut() {
                    token.is_published = found.of == DayMeaning::Publication;
                }
            }
            return;
        }
        if let Some(Dateline { words, day, rest }) = dateline(text, self.zone) {
            self.push(words, Class::Day, Some(day));
            self.push(rest, Class::Sentence, None);
            return;
        }
        if let Some((title, day, rest)) = search.between(text) {
            self.push(&title, Class::Title, Some(day));
            self.push(&rest, Class::Sentence, None);
            return;
        }
        let Some((rest, day)) = beside else {
            if !is_noise(text) {
                self.push(text, class(text), None);
            }
            return;
        };
        self.push(&rest, class(&rest), Some(day));
        if let Some(token) = self.tokens.last_mut() {
            token.whole = Some(one_line(text));
        }
    }

    fn known_year(&self) -> Option<i32> {
        match self.heading {
            Some(PartialDate::Month(year, _) | PartialDate::Year(year)) => Some(year),
            Some(PartialDate::Day(_) | PartialDate::Instant(_)) | None => self.year,
        }
    }
}

/// "admin / 0 Comments": what stands beside a day where no title does.
fn is_small_print(text: &str) -> bool {
    let parts: Vec<&str> =
        text.split(['/', '|', '·', '•']).map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.len() > 1
        && parts.iter().any(|part| is_noise(part))
        && parts.iter().all(|part| part.split(' ').count() <= 3)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn classes(text: &str) -> String {
        tokens(text, London, None)
            .tokens
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
            // Today's date over the menu, and below what stands at the foot.
            ("Friday 27 November 2026\nHome\nAbout us\nThe fair\n3 December 2020", "TD"),
            ("3 December 2020\nThe fair\n© 2020 The club\n27 November 2026", "DT"),
            ("The fair\nPublished 3 December 2020 | Updated 5 May 2021\nIt was full.", "TDS"),
            ("The fair\nPublished 3 December 2020, updated 5 May 2021\nIt was full.", "TDS"),
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
            let search = DaySearch::strict(London);
            let found = search.beside(text);
            assert_eq!(found.as_ref().map(|(title, _)| title.as_str()), title, "{text}");
            assert!(found.is_none_or(|(_, day)| day.likely().to_string() == "2020-12-03"));
        }
    }

    #[test]
    fn a_heading_gives_the_month_and_the_year_of_what_stands_below_it() {
        let found =
            tokens("December 2020\nThe fair\n3 December\nNovember 2019\nThe well\n", London, None)
                .tokens;
        let headings: Vec<String> =
            found.iter().filter_map(|token| token.heading).map(|date| date.to_string()).collect();
        assert_eq!(headings, ["2020-12", "2020-12", "2019-11"]);
        assert_eq!(found[1].day.unwrap().likely().to_string(), "2020-12-03");
    }
}
