//! The lines of a pasted text, made whole: without bullets and addresses, day boxes and wrapped sentences on one line each.
//! Pure: text in, lines out.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::beside::DaySearch;
use super::bullets::bullets;
use super::cells::{MOST_LINES, TableForm, bare, is_header_name, is_header_row};
use super::class::{Class, class};
use super::emphasis::{heading, without_emphasis};
use super::marker::{is_marker, marker};
use super::noise::is_path_of_page;
use crate::date::PartialDate;
use crate::news::item::web_address;
use crate::news::readers::day_line::day_line;

/// A line as long as this was wrapped where it ends.
const WRAPPED_CHARS: usize = 55;
/// A paragraph that is longer is not a teaser: its lines are not joined.
const LONGEST_JOINED_CHARS: usize = 3000;

/// A line of the text.
#[derive(Debug, Default)]
pub struct ListingLine {
    pub number: usize,
    pub text: String,
    /// The address that stands in it or below it.
    pub link: Option<String>,
    /// An empty line stands before it.
    pub gap: bool,
    /// A bullet, a number or a row begins here.
    pub starts: bool,
    /// How many blanks stand before it.
    pub indent: usize,
}

/// The lines of a text.
pub fn lines(text: &str, zone: Tz) -> Vec<ListingLine> {
    let lines = without_header_cells(without_emoji(written(text)));
    unwrapped(in_one_box(without_addresses(without_bullets(lines)), zone), zone)
}

fn written(text: &str) -> Vec<ListingLine> {
    let mut lines = Vec::new();
    let mut gap = false;
    let table = TableForm::of(text);
    for (index, line) in text.lines().take(MOST_LINES).enumerate() {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let line = bare(line);
        let line = if table.is_quoted { bare(line.trim_start_matches('>')) } else { line };
        if line.is_empty() {
            gap = true;
            continue;
        }
        let line = &table.cells(line);
        if line.is_empty() || is_header_row(line) {
            continue;
        }
        let starts = line.contains('\t');
        let gap = std::mem::take(&mut gap);
        lines.push(ListingLine {
            number: index + 1,
            text: line.to_owned(),
            gap,
            starts,
            indent,
            link: None,
        });
    }
    lines
}

/// Takes out the names of columns that stand one below the other, as a table pasted cell by cell has them: its days would pass for
/// those of the stories before them.
fn without_header_cells(mut lines: Vec<ListingLine>) -> Vec<ListingLine> {
    const DATES: [&str; 2] = ["date", "published"];
    let is_name = |line: &ListingLine| is_header_name(&line.text);
    let is_date = |line: &ListingLine| {
        DATES.iter().any(|name| line.text.trim_end_matches(':').eq_ignore_ascii_case(name))
    };
    let run = |from: usize| lines[from..].iter().take_while(|line| is_name(line)).count();
    let header = (0..lines.len())
        .map(|from| from..from + run(from))
        .find(|range| range.len() > 1 && lines[range.clone()].iter().any(is_date));
    if let Some(header) = header {
        lines.drain(header);
    }
    lines
}

/// Emoji that begin several lines are marks of what the lines are: "📣 The fair", "🗓 3 December 2020".
fn without_emoji(mut lines: Vec<ListingLine>) -> Vec<ListingLine> {
    let is_emoji = |c: char| {
        matches!(c, '\u{2190}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
            && !matches!(c, '\u{2500}'..='\u{25ff}' | '\u{2190}'..='\u{21ff}')
    };
    let mark = |text: &str| {
        let rest = text.trim_start_matches(|c| is_emoji(c) || matches!(c, '\u{fe0f}' | '\u{200d}'));
        (rest.len() < text.len() && !rest.trim().is_empty()).then(|| text.len() - rest.len())
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for line in &lines {
        if let Some(length) = mark(&line.text) {
            *count.entry(line.text[..length].to_owned()).or_default() += 1;
        }
    }
    for line in &mut lines {
        if let Some(length) = mark(&line.text).filter(|length| count[&line.text[..*length]] > 1) {
            line.text = line.text[length..].trim_start().to_owned();
        }
    }
    lines
}

/// Bullets, and numbers that count, do not belong to what they stand before.
fn without_bullets(mut lines: Vec<ListingLine>) -> Vec<ListingLine> {
    let texts: Vec<(usize, &str)> =
        lines.iter().map(|line| (line.indent, line.text.as_str())).collect();
    let found = bullets(&texts);
    for (line, found) in lines.iter_mut().zip(found) {
        if let Some(bullet) = found {
            line.text = bullet.rest;
            line.starts = !bullet.is_inner;
        } else if let Some(text) = heading(&line.text) {
            line.text = text;
        }
        line.text = without_emphasis(&line.text);
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// Addresses that stand for links are taken out and kept: "[The fair](https://…)", "Read more (https://…)", and lines that
/// are nothing else. One within a sentence stays.
fn without_addresses(mut lines: Vec<ListingLine>) -> Vec<ListingLine> {
    for line in &mut lines {
        if let Some((text, link)) = markdown_link(&line.text).or_else(|| link_at_end(&line.text)) {
            line.text = without_emphasis(&text);
            line.link = Some(link);
        }
    }
    let behind: Vec<Option<(String, String)>> =
        lines.iter().map(|line| address_behind_title(&line.text)).collect();
    // Of one line only the address may be a part of a sentence.
    if behind.iter().flatten().nth(1).is_some() {
        for (line, found) in lines.iter_mut().zip(behind) {
            if let Some((title, link)) = found.filter(|_| line.link.is_none()) {
                line.text = title;
                line.link = Some(link);
            }
        }
    }
    let are_above = are_addresses_above(&lines);
    let mut out: Vec<ListingLine> = Vec::new();
    let mut above: Option<ListingLine> = None;
    for mut line in lines {
        if line.text.is_empty() && are_above {
            above = Some(line);
            continue;
        }
        if let Some(address) = above.take() {
            line.link = line.link.or(address.link);
            line.gap |= address.gap;
        }
        match (out.last_mut(), &line.link) {
            (Some(before), Some(_)) if line.text.is_empty() => {
                before.link = before.link.take().or(line.link);
            }
            _ if line.text.is_empty() => {}
            _ => out.push(line),
        }
    }
    out
}

/// "The fair https://…": a title and its address, but "See https://…" is a sentence.
fn address_behind_title(text: &str) -> Option<(String, String)> {
    const LEADS: [&str; 12] =
        ["at", "on", "to", "see", "visit", "here", "via", "from", "is", "and", "of", "in"];
    let (title, address) = text.rsplit_once(' ')?;
    let link = web_address(address, None).filter(|_| address.starts_with("http"))?;
    let last = title.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let is_title = title.contains(' ') && class(title) == Class::Title;
    (is_title && !LEADS.contains(&last.as_str())).then(|| (title.trim_end().to_owned(), link))
}

/// Whether lines that are addresses and nothing else stand over their stories: empty lines say it, or else the ends of the text.
fn are_addresses_above(lines: &[ListingLine]) -> bool {
    let bare: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].text.is_empty()).collect();
    let has_gap = |at: usize| lines.get(at).is_none_or(|line| line.gap);
    let by_gaps = bare.iter().all(|at| (*at == 0 || has_gap(*at)) && !has_gap(at + 1));
    let is_without_gaps = bare.iter().all(|at| *at == 0 || !has_gap(*at));
    let by_ends =
        bare.first() == Some(&0) && bare.last().is_some_and(|last| last + 1 < lines.len());
    !bare.is_empty() && (by_gaps || is_without_gaps && by_ends)
}

/// "[The fair](https://…): it was full" as "The fair: it was full".
fn markdown_link(text: &str) -> Option<(String, String)> {
    let (before, rest) = text.split_once('[')?;
    let (words, rest) = rest.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    let is_first = !before.contains(char::is_alphabetic) || before.len() < 20;
    let link = web_address(address.split(' ').next()?, None).filter(|_| is_first)?;
    Some((format!("{before}{words}{after}").trim().to_owned(), link))
}

/// An address at the end of a line that is nothing else, or that brackets, "Read more" or a colon part from it.
fn link_at_end(text: &str) -> Option<(String, String)> {
    let at = ["https://", "http://", "www."].iter().filter_map(|start| text.find(start)).min()?;
    let (before, written) = text.split_at(at);
    let written = written.trim_end_matches([')', '>', ']', ' ', '.']);
    if written.contains(char::is_whitespace) {
        return None;
    }
    let whole =
        if written.starts_with("www.") { format!("https://{written}") } else { written.to_owned() };
    let link = web_address(&whole, None)?;
    let bare = before.trim_end().trim_end_matches(['(', '<', '[']).trim_end();
    let is_apart = bare.is_empty()
        || bare.len() < before.trim_end().len()
        || is_marker(bare)
        || marker(bare).is_some_and(|(_, end)| end + 2 >= bare.len())
        || before.contains('\t') && before.ends_with('\t');
    is_apart.then(|| (bare.to_owned(), link))
}

/// A day in a box of its own, a line each for its parts ("3", "Dec", "2020"), on one line.
fn in_one_box(lines: Vec<ListingLine>, zone: Tz) -> Vec<ListingLine> {
    let mut out: Vec<ListingLine> = Vec::new();
    let mut lines = std::collections::VecDeque::from(lines);
    while let Some(mut line) = lines.pop_front() {
        if let Some((count, day)) = box_at(&line, &lines, out.last(), zone) {
            line.text = day;
            lines.drain(..count);
        }
        out.push(line);
    }
    out
}

/// How many lines behind this one are of its box, and the day that they are. An empty line may part the three of a whole day.
fn box_at(
    first: &ListingLine,
    rest: &std::collections::VecDeque<ListingLine>,
    before: Option<&ListingLine>,
    zone: Tz,
) -> Option<(usize, String)> {
    let is_day = |text: &str| {
        text.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day)) && text.len() <= 2
    };
    let is_month = |text: &str| {
        text.chars().count() <= 12
            && text.chars().all(|c| c.is_alphabetic() || c == '.')
            && PartialDate::parse(&format!("1 {text} 2000"), zone).is_ok()
    };
    let is_year = |text: &str| {
        text.len() == 4
            && (text.starts_with("20") || text.starts_with("19"))
            && text.parse::<u32>().is_ok()
    };
    let (second, third) = (rest.front()?, rest.get(1));
    let one = first.text.as_str();
    let two = second.text.as_str();
    let year = third.filter(|line| is_year(&line.text)).map(|line| (line.text.as_str(), line.gap));
    let (day, month) = if is_day(one) && is_month(two) {
        (one, two)
    } else if is_month(one) && is_day(two) {
        (two, one)
    } else {
        // "3" over "Dec 2020", where no pager counts before it; "3 Dec" over "2020".
        let is_counted = before.is_some_and(|line| line.text.parse::<u32>().is_ok());
        let (month, year) = two.split_once(' ').unwrap_or_default();
        let is_month_and_year = is_day(one) && is_month(month) && is_year(year) && !is_counted;
        let (day, name) = one.split_once(' ').unwrap_or_default();
        let is_before_year = is_day(day) && is_month(name) && is_year(two);
        return (!second.gap && (is_month_and_year || is_before_year))
            .then(|| (1, format!("{one} {two}")));
    };
    match year {
        Some((year, gap)) if gap == second.gap => Some((2, format!("{day} {month} {year}"))),
        _ => (!second.gap).then(|| (1, format!("{day} {month}"))),
    }
}

/// Joins lines that were wrapped in the middle of a sentence.
fn unwrapped(lines: Vec<ListingLine>, zone: Tz) -> Vec<ListingLine> {
    let mut joined: Vec<ListingLine> = Vec::new();
    for line in lines {
        let goes_on = joined.last().is_some_and(|before| {
            let is_open = before.text.ends_with(|c: char| {
                c.is_alphanumeric() || matches!(c, ',' | ';' | '–' | '-' | '’')
            });
            let length = before.text.chars().take(LONGEST_JOINED_CHARS).count();
            let is_long = length >= WRAPPED_CHARS;
            let begins_low =
                line.text.starts_with(char::is_lowercase) && !is_path_of_page(&line.text);
            // "The fair, and what it raised - 3 December 2020" is a title and its day.
            let is_prose = is_long
                && before.text.split(' ').count() > 7
                && before.text.contains(['.', ','])
                && DaySearch::strict(zone).beside(&before.text).is_none();
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

/// Where the block of a line ends: before the next empty line, or with all.
pub fn block_end(lines: &[ListingLine], at: usize) -> usize {
    (at + 1..lines.len()).find(|next| lines[*next].gap).unwrap_or(lines.len())
}
