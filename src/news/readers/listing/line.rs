//! The lines of a pasted text, made whole: without bullets and addresses, day boxes and wrapped sentences on one line each.
//! Pure: text in, lines out.

use chrono_tz::Tz;

use super::marker::{is_marker, marker};
use crate::date::PartialDate;
use crate::news::item::web_address;
use crate::news::readers::day_line::day_line;

/// A line as long as this was wrapped where it ends.
const WRAPPED_CHARS: usize = 55;
/// A paragraph that is longer is no teaser: its lines are left apart.
const LONGEST_JOINED_CHARS: usize = 3000;
/// A page has a few hundred; the rest of a longer text is left out, and said.
pub const MOST_LINES: usize = 10_000;

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
    let lines = without_header_cells(written(text));
    unwrapped(in_one_box(without_addresses(without_bullets(lines)), zone), zone)
}

fn written(text: &str) -> Vec<ListingLine> {
    let mut lines = Vec::new();
    let mut gap = false;
    for (index, line) in text.lines().take(MOST_LINES).enumerate() {
        let line =
            line.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}');
        if line.is_empty() {
            gap = true;
            continue;
        }
        let line = &cells_of_pipes(line);
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

/// Words over the columns of a table.
const HEADER_NAMES: &str = "date|title|headline|name|news|story|summary|description|details|text|category|type|topic|author|link|\
    published|read more|more";

fn is_header_name(text: &str) -> bool {
    let text = text.trim().trim_end_matches(':');
    HEADER_NAMES.split('|').any(|name| text.eq_ignore_ascii_case(name))
}

/// "Date ⇥ Title ⇥ Category" over a table.
fn is_header_row(line: &str) -> bool {
    let mut cells = line.split('\t').map(str::trim).filter(|cell| !cell.is_empty());
    line.contains('\t') && cells.all(is_header_name)
}

/// "| 3 December 2020 | The fair |" as cells; nothing of the row of dashes below the names.
fn cells_of_pipes(line: &str) -> String {
    let inner = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    let Some(inner) = inner.filter(|inner| inner.contains('|')) else { return line.to_owned() };
    let is_rule = inner.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '));
    if is_rule {
        String::new()
    } else {
        inner.split('|').map(str::trim).collect::<Vec<_>>().join("\t")
    }
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

/// Bullets, and numbers that count, are no part of what they stand before.
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
        line.text = without_emphasis(&line.text).to_owned();
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

/// A line that Markdown or a chat program shows in bold or italics: "**The fair**", "_3 December 2020_".
fn without_emphasis(text: &str) -> &str {
    ["**", "__", "*", "_"]
        .into_iter()
        .find_map(|mark| {
            let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
            let is_one = !inner.is_empty() && inner.trim() == inner && !inner.contains(mark);
            is_one.then(|| without_emphasis(inner))
        })
        .unwrap_or(text)
}

/// Addresses that stand for links are taken out and kept: "[The fair](https://…)", "Read more (https://…)", and lines that
/// are nothing else. One within a sentence stays.
fn without_addresses(lines: Vec<ListingLine>) -> Vec<ListingLine> {
    let mut out: Vec<ListingLine> = Vec::new();
    for mut line in lines {
        if let Some((text, link)) = markdown_link(&line.text).or_else(|| link_at_end(&line.text)) {
            without_emphasis(&text).clone_into(&mut line.text);
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
