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
struct LinePart<'a> {
    text: String,
    is_link: bool,
    element: Option<ElementRef<'a>>,
}

/// The title of a line that is a link, a day and names: "3 December 2020: [The fair]".
pub fn title_on_line(line: ElementRef<'_>, zone: Tz) -> Option<(String, ElementRef<'_>)> {
    let segments = segments(line)?;
    let mut links = segments.iter().filter(|segment| segment.is_link);
    let (Some(link), None) = (links.next(), links.next()) else { return None };
    let title = link.text.split(' ').nth(1).map(|_| link.text.clone())?;
    inline_day(line, Some(&title), zone)?;
    Some((title, link.element?))
}

/// Whether a text is the line of a title: the title, a day, and a name at the most.
pub fn is_line_of_title(text: &str, title: &str, zone: Tz) -> bool {
    let Some((before, behind)) = text.split_once(title) else { return false };
    let rest = [before, behind].map(str::trim);
    rest.iter().any(|rest| day_of(rest, Some(title), zone).is_some())
        && rest.iter().all(|rest| {
            !rest.contains(char::is_alphanumeric)
                || is_name(rest)
                || day_of(rest, Some(title), zone).is_some()
        })
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
    let is_title = |segment: &LinePart<'_>| {
        segment.is_link && title.is_some_and(|title| is_of_title(title, &segment.text))
    };
    let before = at.checked_sub(1).map(|before| &segments[before]);
    if before.is_some_and(|before| !is_title(before) && is_label_of_other(&before.text)) {
        return None;
    }
    // "[The fair] *3 December 2020* It was full.": right behind the title, in an element of its own.
    let is_behind_title = segments[at].element.is_some() && before.is_some_and(is_title);
    let are_light = segments.iter().enumerate().all(|(other, segment)| {
        other == at || is_title(segment) || (!segment.is_link && is_name(&segment.text))
    });
    (is_behind_title || are_light && segments.len() > 1).then(|| (day, segments[at].text.clone()))
}

fn segments(line: ElementRef<'_>) -> Option<Vec<LinePart<'_>>> {
    let mut found = Vec::new();
    for node in line.children() {
        let segment = match node.value() {
            Node::Text(text) => LinePart {
                text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                is_link: false,
                element: None,
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
                LinePart { text: text_of(element), is_link, element: Some(element) }
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

    #[test]
    fn the_title_of_a_line_is_its_only_link() {
        for (html, title, is_line) in [
            (
                "<p><b>3 December 2020</b> <a href=x>The spring fair</a></p>",
                Some("The spring fair"),
                true,
            ),
            (
                "<p><a href=x>The spring fair</a> (3 December 2020)</p>",
                Some("The spring fair"),
                true,
            ),
            (
                "<p>3 December 2020: <a href=x>The spring fair</a> was full of <a href=y>many people</a></p>",
                None,
                false,
            ),
            ("<p>We met at <a href=x>The spring fair</a>, 3 December 2020, again</p>", None, false),
            ("<p>3 December 2020 <a href=x>Fair</a></p>", None, true),
        ] {
            let page = Html::parse_fragment(html);
            let line = page.select(&Selector::parse("p").unwrap()).next().unwrap();
            let found = title_on_line(line, London).map(|(title, _)| title);
            assert_eq!(found.as_deref(), title, "{html}");
            let name = if html.contains("spring") { "The spring fair" } else { "Fair" };
            assert_eq!(is_line_of_title(&text_of(line), name, London), is_line, "{html}");
        }
    }
}
