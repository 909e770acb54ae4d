//! The lines of a pasted text, made whole: without bullets and addresses, day boxes and wrapped sentences on one line each.
//! Pure: text in, lines out.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::cells::{MOST_LINES, TableForm, bare, is_header_name, is_header_row};
use super::marker::{is_marker, marker};
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
    const BULLETS: [char; 19] = [
        '•', '-', '*', '–', '·', '◦', '▪', '▸', '►', '●', '‣', '→', '»', '✓', '■', '□', '➢', '❖',
        '\u{f0b7}',
    ];
    let bullet = |text: &str| {
        let blanks = [' ', '\t', '\u{a0}'];
        // What word processors write for hollow and square bullets.
        let rest = text
            .strip_prefix(BULLETS)
            .or_else(|| text.strip_prefix(['o', '§']).filter(|rest| rest.starts_with('\t')))?;
        rest.starts_with(blanks).then(|| rest.trim_start().to_owned())
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
        } else if let Some(text) = heading(&line.text) {
            line.text = text;
        }
        line.text = without_emphasis(&line.text);
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// A heading as plain text has it: "** The fair", "## The fair".
fn heading(text: &str) -> Option<String> {
    ['*', '#'].into_iter().find_map(|sign| {
        let rest = text.trim_start_matches(sign);
        let is_marked = (1..=6).contains(&(text.len() - rest.len())) && rest.starts_with(' ');
        (is_marked && (sign == '#' || text.starts_with("**")))
            .then(|| rest.trim().trim_end_matches(sign).trim_end().to_owned())
    })
}

/// A line without the marks of bold and italics, as Markdown and chat programs write them: "**The fair** (3 December 2020)".
fn without_emphasis(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["**", "__", "*", "_", "~~"] {
        let mut from = 0;
        while let Some((open, close)) = emphasis(&text, mark, from) {
            text.replace_range(close..close + mark.len(), "");
            text.replace_range(open..open + mark.len(), "");
            from = open;
        }
    }
    text
}

/// Where the next two marks stand that belong together: each tight to words on its inner side and to none on the other.
fn emphasis(text: &str, mark: &str, from: usize) -> Option<(usize, usize)> {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let marks: Vec<usize> =
        text.get(from..)?.match_indices(mark).map(|(at, _)| from + at).collect();
    let before = |at: usize| text[..at].chars().next_back();
    let behind = |at: usize| text[at + mark.len()..].chars().next();
    let opens = |at: usize| !is_word(before(at)) && !is_blank(behind(at));
    let closes = |at: usize| !is_blank(before(at)) && !is_word(behind(at));
    marks.iter().enumerate().find_map(|(index, open)| {
        let close = marks[index + 1..].iter().find(|at| closes(**at))?;
        (opens(*open) && *close > open + mark.len()).then_some((*open, *close))
    })
}

/// Addresses that stand for links are taken out and kept: "[The fair](https://…)", "Read more (https://…)", and lines that
/// are nothing else. One within a sentence stays.
fn without_addresses(lines: Vec<ListingLine>) -> Vec<ListingLine> {
    let mut out: Vec<ListingLine> = Vec::new();
    for mut line in lines {
        if let Some((text, link)) = markdown_link(&line.text).or_else(|| link_at_end(&line.text)) {
            line.text = without_emphasis(&text);
            line.link = Some(link);
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

/// Where the block of a line ends: before the next empty line, or with all.
pub fn block_end(lines: &[ListingLine], at: usize) -> usize {
    (at + 1..lines.len()).find(|next| lines[*next].gap).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_emphasis_go_and_other_marks_stay() {
        for (text, expected) in [
            ("**The fair** (3 December 2020)", "The fair (3 December 2020)"),
            ("*The fair*", "The fair"),
            ("_3 December 2020_", "3 December 2020"),
            ("**_The fair_** was *very* full", "The fair was very full"),
            ("3 * 4 * 5", "3 * 4 * 5"),
            ("a_file_name and 2*3*4", "a_file_name and 2*3*4"),
            ("** The fair", "** The fair"),
            ("****", "****"),
            ("The fair*", "The fair*"),
        ] {
            assert_eq!(without_emphasis(text), expected, "{text}");
        }
    }
}
