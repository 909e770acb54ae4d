//! A news page's listing pasted as text: one teaser after another, each ending in "Read more", without title, date or link.
//! Pure: text in, items and problems out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::date::PartialDate;
use super::fields::{self, Origin};
use super::item::{Reading, slug, title_from};
use crate::problem::{Place, Problem};
use crate::rfc::csv;
use crate::rfc::header::one_line;

const MARKER: &str = "read more";
/// A shorter rest than this is a page number or a menu word, not a teaser.
const SHORTEST_TEASER_CHARS: usize = 30;
/// A longer line is a sentence, not a title.
const LONGEST_TITLE_CHARS: usize = 110;

/// Reads teasers in the order of the page. `date` is all that is known of when they were published.
pub fn read(
    source: &str,
    path: &str,
    bytes: &[u8],
    zone: Tz,
    date: Option<PartialDate>,
) -> Reading {
    let mut reading = Reading::default();
    let text = match csv::decode(bytes) {
        Ok((text, _)) => text,
        Err(error) => {
            reading.problems.push(Problem::new(
                Place::whole(path),
                error.to_string(),
                "paste the text of the page into a plain text file",
            ));
            return reading;
        }
    };
    let teasers = teasers(&text, zone);
    let width = teasers.len().to_string().len().max(2);
    for (index, teaser) in teasers.iter().enumerate() {
        let number = index + 1;
        if teaser.summary.chars().count() < SHORTEST_TEASER_CHARS && teaser.title.is_none() {
            reading.problems.push(Problem::new(
                Place::line(path, teaser.line),
                format!("`{}` is too short to be a story: it was left out", teaser.summary),
                "add it by hand if it is one",
            ));
            continue;
        }
        let mut values = BTreeMap::new();
        let title = teaser.title.clone().unwrap_or_else(|| title_from(&teaser.summary));
        values.insert("title_made".to_owned(), Value::Bool(teaser.title.is_none()));
        values.insert("title".to_owned(), Value::String(title.clone()));
        let date = teaser.date.or(date);
        let when = date.map_or_else(String::new, |date| format!("{date}-"));
        fields::add(
            &mut reading,
            &values,
            Origin {
                id: Some(format!("{when}listing-{number:0width$}-{}", slug(&title))),
                date,
                body: Some(fields::tidy(&teaser.summary)),
                ..Origin::listed(source, Place::line(path, teaser.line), zone, index)
            },
        );
    }
    if reading.items.is_empty() {
        reading.problems.push(Problem::new(
            Place::whole(path),
            "there is no story in this text",
            "paste the part of the page with the stories, one a line, or each ending in “Read more”",
        ));
    }
    reading
}

struct Teaser {
    line: usize,
    title: Option<String>,
    date: Option<PartialDate>,
    summary: String,
}

/// Cuts the text where a "Read more" ends a teaser; a text without any has one teaser a line.
fn teasers(text: &str, zone: Tz) -> Vec<Teaser> {
    let mut teasers = Vec::new();
    let mut lines: Vec<(usize, String)> = Vec::new();
    let has_marker = text.lines().any(|line| marker(line).is_some());
    for (index, line) in text.lines().enumerate() {
        let mut rest = line.trim();
        while let Some((start, end)) = marker(rest) {
            lines.push((index + 1, rest[..start].trim().to_owned()));
            teasers.extend(teaser(&mut lines, zone));
            rest = rest[end..].trim_start_matches(|c: char| !c.is_alphanumeric() && !is_opening(c));
        }
        lines.push((index + 1, rest.to_owned()));
        if !has_marker {
            teasers.extend(teaser(&mut lines, zone));
        }
    }
    teasers.extend(teaser(&mut lines, zone));
    teasers
}

/// A teaser without the "Read more" at its end.
pub fn without_marker(teaser: &str) -> String {
    match marker(teaser) {
        Some((start, end)) if !teaser[end..].chars().any(char::is_alphanumeric) => {
            teaser[..start].trim_end().to_owned()
        }
        _ => teaser.to_owned(),
    }
}

fn is_opening(c: char) -> bool {
    matches!(c, '“' | '‘' | '"' | '\'' | '(' | '£' | '$' | '€' | '#' | '@')
}

/// Where a line has "Read more" as the end of a teaser: at its own end, or before a new sentence. "Read more about it
/// here" within a sentence is none. The words may be glued to what stands before them.
fn marker(line: &str) -> Option<(usize, usize)> {
    let bytes = line.as_bytes();
    (0..bytes.len().saturating_sub(MARKER.len() - 1)).find_map(|start| {
        let end = start + MARKER.len();
        if !bytes[start..end].eq_ignore_ascii_case(MARKER.as_bytes()) {
            return None;
        }
        let rest = line[end..].trim_start_matches([' ', '.', '…', '»', '>', '→', '›', '\u{a0}']);
        let goes_on = rest.chars().next().is_some_and(|c| c.is_lowercase() || c == ',');
        (!goes_on).then_some((start, end))
    })
}

/// One teaser of the lines gathered so far: what stands around the page's list, a title (often twice, as the picture's
/// caption and as the heading), a date, then the text, whose lines may have been wrapped.
fn teaser(lines: &mut Vec<(usize, String)>, zone: Tz) -> Option<Teaser> {
    let mut lines: Vec<(usize, String)> =
        std::mem::take(lines).into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let date = lines.iter().find_map(|(_, text)| whole_day(text, zone));
    // A day alone on its line is neither title nor text.
    if lines.len() > 1 {
        lines.retain(|(_, text)| whole_day(text, zone).is_none());
    }
    let first = lines.first()?.0;
    let doubled = (1..lines.len()).find(|at| lines[*at].1 == lines[at - 1].1);
    let from = match doubled {
        Some(at) if at + 1 < lines.len() => at + 1,
        _ => text_begins(&lines),
    };
    let title = from.checked_sub(1).map(|at| one_line(&lines[at].1));
    let line = match from.checked_sub(1) {
        Some(at) => lines[at].0,
        None => first,
    };
    let text: Vec<&str> = lines[from..].iter().map(|(_, text)| text.as_str()).collect();
    Some(Teaser { line, title, date, summary: one_line(&text.join(" ")) })
}

/// Where the text begins: at the first line that is a sentence, or the beginning of one that was wrapped. What stands
/// before it is a title, and before that the words around a page: menus, headings of sections.
fn text_begins(lines: &[(usize, String)]) -> usize {
    let is_text = |at: usize| {
        let line = &lines[at].1;
        let goes_on =
            lines.get(at + 1).is_some_and(|(_, next)| next.starts_with(char::is_lowercase));
        line.ends_with(['.', '!', ',', ';', ':', '…', '”', '"'])
            || goes_on
            || line.chars().count() > LONGEST_TITLE_CHARS
    };
    // The last line is text, whatever it looks like.
    (0..lines.len()).find(|at| is_text(*at)).unwrap_or(lines.len().saturating_sub(1))
}

fn whole_day(text: &str, zone: Tz) -> Option<PartialDate> {
    match PartialDate::parse(text, zone) {
        Ok(date @ (PartialDate::Day(_) | PartialDate::Instant(_))) => Some(date),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn read_text(text: &str) -> Reading {
        read("page", "page.txt", text.as_bytes(), London, Some(PartialDate::Year(2020)))
    }

    const PAGE: &str = "The choir of the youth club has sung for two hundred neighbours. Tickets sold out in a day. Read more\n\
        A new well brings clean water to the school. It was paid for by last year’s fair.Read more\n\
        What does it cost to keep a library open? We did the sums, and you can read more about them in the report. Read more";

    #[test]
    fn one_teaser_a_line_glued_or_not() {
        let reading = read_text(PAGE);
        let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "The choir of the youth club has sung for two hundred neighbours",
                "A new well brings clean water to the school",
                "What does it cost to keep a library open?",
            ]
        );
        assert!(reading.items.iter().all(|item| item.title_made));
        assert!(reading.items.iter().all(|item| item.date == Some(PartialDate::Year(2020))));
        assert_eq!(
            reading.items[1].summary,
            "A new well brings clean water to the school. It was paid for by last year’s fair."
        );
        let orders: Vec<i64> = reading.items.iter().map(|item| item.order).collect();
        assert_eq!(orders, [1, 2, 3]);
        assert_eq!(reading.problems, []);
    }

    #[test]
    fn wrapped_lines_and_doubled_titles() {
        let reading = read_text(
            "Spring fair\nSpring fair\nThe fair raised more than ever, and\neverybody helped to tidy up. Read more »\n\n\
             Thank you\nOur volunteers gave nine hundred hours of their time this year. READ MORE\n",
        );
        assert_eq!(reading.items[0].title, "Spring fair");
        assert!(!reading.items[0].title_made);
        assert_eq!(
            reading.items[0].summary,
            "The fair raised more than ever, and everybody helped to tidy up."
        );
        assert_eq!(reading.items[1].title, "Thank you");
    }

    #[test]
    fn a_text_without_the_marker_has_one_teaser_a_line() {
        let reading = read_text(
            "The roof of the hall is mended after the storm.\n\nThe garden group meets again from Monday.\n12\n",
        );
        assert_eq!(reading.items.len(), 2);
        assert_eq!(reading.problems.len(), 1);
        assert_eq!(reading.problems[0].place.line, Some(4));
    }

    #[test]
    fn an_empty_text_is_told() {
        assert_eq!(read_text("").problems.len(), 1);
        assert_eq!(read_text("Read more\nRead more\n").items.len(), 0);
    }
}
