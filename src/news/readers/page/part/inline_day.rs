//! A day that shares its line with a title's link, a name or a topic: "3 December 2020: The fair", "Ann Lee 3 December 2020".
//! Pure: elements in, a day and its words out.
//!
//! Days within sentences are of anything. So each part of the line must be the day, the title's link, or a name.

use chrono_tz::Tz;
use scraper::{ElementRef, Node};

use super::day::is_label_of_other;
use crate::date::WrittenDate;
use crate::news::readers::day_line::{DayMeaning, day_line};
use crate::news::readers::page::block::text_of;

/// A longer name is none.
const MOST_NAME_WORDS: usize = 3;
/// A line of more parts is prose.
const MOST_SEGMENTS: usize = 12;

/// A part of a line: an element or the text between two.
struct LinePart {
    text: String,
    is_link: bool,
    is_element: bool,
}

/// The day of a line. `title` is what the story is called, where the line may hold its link.
pub fn inline_day(
    line: ElementRef<'_>,
    title: Option<&str>,
    zone: Tz,
) -> Option<(WrittenDate, String)> {
    let segments = segments(line)?;
    let days: Vec<(usize, WrittenDate)> = segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| !segment.is_link)
        .filter_map(|(at, segment)| Some((at, day_of(&segment.text, title, zone)?)))
        .collect();
    let [(at, day)] = days[..] else { return None };
    let is_title = |segment: &LinePart| {
        segment.is_link && title.is_some_and(|title| is_of_title(title, &segment.text))
    };
    let before = at.checked_sub(1).map(|before| &segments[before]);
    if before.is_some_and(|before| !is_title(before) && is_label_of_other(&before.text)) {
        return None;
    }
    // "[The fair] *3 December 2020* It was full.": right behind the title, in an element of its own.
    let is_behind_title = segments[at].is_element && before.is_some_and(is_title);
    let are_light = segments.iter().enumerate().all(|(other, segment)| {
        other == at || is_title(segment) || (!segment.is_link && is_name(&segment.text))
    });
    (is_behind_title || are_light && segments.len() > 1).then(|| (day, segments[at].text.clone()))
}

fn segments(line: ElementRef<'_>) -> Option<Vec<LinePart>> {
    let mut found = Vec::new();
    for node in line.children() {
        let segment = match node.value() {
            Node::Text(text) => LinePart {
                text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                is_link: false,
                is_element: false,
            },
            Node::Element(_) => {
                let element = ElementRef::wrap(node)?;
                let is_inline = matches!(
                    element.value().name(),
                    "a" | "b"
                        | "strong"
                        | "i"
                        | "em"
                        | "small"
                        | "span"
                        | "font"
                        | "time"
                        | "svg"
                        | "img"
                );
                if !is_inline {
                    return None;
                }
                let is_link =
                    element.descendent_elements().any(|inner| inner.value().name() == "a");
                LinePart { text: text_of(element), is_link, is_element: true }
            }
            _ => continue,
        };
        if segment.text.contains(char::is_alphanumeric) {
            found.push(segment);
        }
    }
    (found.len() <= MOST_SEGMENTS).then_some(found)
}

/// The day of a segment, a name before it where the line has the title's link: ", BBC News, 3 December 2020".
fn day_of(text: &str, title: Option<&str>, zone: Tz) -> Option<WrittenDate> {
    let own = |text: &str| {
        day_line(text, zone)
            .filter(|line| matches!(line.of, DayMeaning::Publication | DayMeaning::Unsaid))
            .and_then(|line| line.date)
    };
    let bare =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '–' | '-' | '|'));
    own(bare).or_else(|| {
        let (name, day) = bare.split_once(", ").filter(|_| title.is_some())?;
        own(day).filter(|_| is_name(name))
    })
}

fn is_of_title(title: &str, link: &str) -> bool {
    link.split(' ').count() > 1 && (title.contains(link) || link.contains(title))
}

/// "Ann Lee", "Campaigns", "The Guardian": a few words, each with a capital letter.
fn is_name(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let words = bare.split(' ').filter(|word| word.contains(char::is_alphanumeric));
    let are_names = words.clone().all(|word| {
        word.starts_with(char::is_uppercase) && !word.contains(|c: char| c.is_ascii_digit())
    });
    are_names
        && words.count() <= MOST_NAME_WORDS
        && !text.ends_with(':')
        && !is_label_of_other(text)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn a_day_on_a_line_with_a_link_or_a_name() {
        for (html, has_day) in [
            ("<p><strong>3 December 2020</strong> <a href=x>The spring fair</a></p>", true),
            ("<p>3 December 2020: <a href=x>The spring fair</a></p>", true),
            ("<p><a href=x>The spring fair</a>, BBC News, 3 December 2020</p>", true),
            ("<p>BBC News, 3 December 2020: <a href=x>The spring fair</a></p>", true),
            (
                "<p><a href=x>The spring fair</a> <i>3 December 2020</i> <span>It was full.</span></p>",
                true,
            ),
            ("<p><span>Ann Lee</span><span>3 December 2020</span></p>", true),
            ("<p><i class=icon></i> 3 December 2020 <i class=icon></i> Ann Lee</p>", true),
            ("<p><span>Deadline</span><span>3 December 2020</span></p>", false),
            ("<p><span>Sold out</span><span>3 December 2020</span></p>", false),
            ("<p>Join us for <a href=x>another thing</a> <i>3 December 2020</i></p>", false),
            ("<p>We met on <b>3 December 2020</b> in the hall</p>", false),
            ("<p><b>4 December 2020</b> <b>3 December 2020</b></p>", false),
        ] {
            let page = Html::parse_fragment(html);
            let line = page.select(&Selector::parse("p").unwrap()).next().unwrap();
            let found = inline_day(line, Some("The spring fair"), London);
            assert_eq!(found.is_some(), has_day, "{html}");
        }
    }
}
