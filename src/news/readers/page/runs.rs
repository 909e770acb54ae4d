//! Where the stories of a page begin and end: in one element each, or in a run of siblings.
//! Pure: elements in, parts of the page out.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node};

use super::block::text_of;
use super::part::StoryPart;
use super::region::{is_around, is_heading};
use crate::news::readers::day_line::day_line;

/// Without those that lie within another one of them.
pub fn outermost<'a>(elements: impl Iterator<Item = ElementRef<'a>>) -> Vec<ElementRef<'a>> {
    let mut taken: BTreeSet<NodeId> = BTreeSet::new();
    let mut kept = Vec::new();
    for element in elements {
        if !element.ancestors().any(|node| taken.contains(&node.id())) {
            taken.insert(element.id());
            kept.push(element);
        }
    }
    kept
}

/// The parts of a page that begin with these elements: the elements themselves, or, where a story is a run of siblings
/// (`dt` and `dd`, `h3` and `p`), all up to the next one.
pub fn parts_of<'a>(elements: &[ElementRef<'a>]) -> Vec<StoryPart<'a>> {
    let starts: BTreeSet<NodeId> = elements.iter().map(|element| element.id()).collect();
    let length = length_of_runs(elements, &starts);
    elements
        .iter()
        .map(|element| {
            let mut nodes: Vec<NodeRef<'a, Node>> = vec![**element];
            if length.is_some() || begins_run(*element, &starts) {
                let level = |element: ElementRef<'_>| {
                    element
                        .value()
                        .name()
                        .strip_prefix('h')
                        .and_then(|level| level.parse::<u8>().ok())
                };
                let own = level(*element);
                let mut count = 0;
                for sibling in element.next_siblings() {
                    let inner = ElementRef::wrap(sibling);
                    count += usize::from(inner.is_some());
                    let ends = length.is_some_and(|length| count > length)
                        || starts.contains(&sibling.id())
                        || inner.is_some_and(|inner| {
                            is_around(inner)
                                || inner.value().name() == "hr"
                                || own.zip(level(inner)).is_some_and(|(own, other)| other < own)
                                || inner.descendants().any(|node| starts.contains(&node.id()))
                        });
                    if ends {
                        break;
                    }
                    nodes.push(sibling);
                }
            }
            StoryPart { nodes }
        })
        .collect()
}

/// How many siblings behind its beginning are of each story, where the beginnings are titles and what follows is written alike:
/// tables with two rows a story, paragraphs of a title, a day and a text. Days only may be of the next story as well.
fn length_of_runs(elements: &[ElementRef<'_>], starts: &BTreeSet<NodeId>) -> Option<usize> {
    /// More are not a form of a list.
    const MOST: usize = 5;
    let are_titles = elements.iter().all(|element| {
        matches!(element.value().name(), "tr" | "p" | "div")
            && super::block::blocks(&[**element]).len() == 1
    });
    let (last, others) = elements.split_last()?;
    let mut runs = others.iter().map(|element| rows_behind(*element, starts, MOST + 1));
    let first = runs.next()?;
    let length = first.len();
    if !are_titles || !(1..=MOST).contains(&length) || runs.any(|run| run != first) {
        return None;
    }
    let own = rows_behind(*last, starts, length);
    let is_text = |run: &Vec<(String, bool)>| run.iter().any(|(_, is_text)| *is_text);
    (own == first && is_text(&first)).then_some(length)
}

/// What stands behind the beginning of a story, up to the next: the names of the elements, and whether each has a text that is
/// not a day.
fn rows_behind(
    start: ElementRef<'_>,
    starts: &BTreeSet<NodeId>,
    most: usize,
) -> Vec<(String, bool)> {
    start
        .next_siblings()
        .filter_map(ElementRef::wrap)
        .take_while(|next| !starts.contains(&next.id()) && !is_heading(*next) && !is_around(*next))
        .take(most)
        .map(|next| {
            let text = text_of(next);
            let is_text = !text.is_empty() && day_line(&text, Tz::UTC).is_none();
            (next.value().name().to_owned(), is_text)
        })
        .collect()
}

/// Whether an element is only the beginning of its story.
fn begins_run(element: ElementRef<'_>, starts: &BTreeSet<NodeId>) -> bool {
    let name = element.value().name();
    if is_heading(element)
        || matches!(
            name,
            "dt" | "time" | "img" | "picture" | "strong" | "b" | "a" | "span" | "figure"
        )
    {
        // A card that is a link has everything within.
        let has_inner = name == "a" && element.child_elements().count() > 1;
        let followed = element
            .next_siblings()
            .find_map(ElementRef::wrap)
            .is_some_and(|next| !starts.contains(&next.id()));
        return !has_inner
            && (followed
                || element.next_siblings().any(|node| {
                    node.value().as_text().is_some_and(|text| !text.trim().is_empty())
                }));
    }
    let next = element.next_siblings().find_map(ElementRef::wrap);
    let next_is_heading = next.is_some_and(|next| is_heading(next) && !starts.contains(&next.id()));
    let text = text_of(element);
    next_is_heading && (text.is_empty() || day_line(&text, Tz::UTC).is_some())
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn a_story_may_be_two_rows() {
        for (between, expected) in [
            (
                "<tr><td><i>3 December 2020</i></td><td>It was full.</td></tr>",
                "T1 3 December 2020 It was full.",
            ),
            // A row of months, and a day that may be of the next story.
            ("<tr><td>3 December 2020</td></tr>", "T1"),
            ("", "T1"),
        ] {
            // What stands below the last story is of none.
            let rows: Vec<String> =
                (1..=3).map(|n| format!("<tr class=t><td>T{n}</td></tr>{between}")).collect();
            let page = Html::parse_document(&format!("<table>{}</table>", rows.concat()));
            let selector = Selector::parse("tr.t").unwrap();
            let starts: Vec<ElementRef<'_>> = page.select(&selector).collect();
            let parts = parts_of(&starts);
            let texts: Vec<String> =
                parts[0].blocks().into_iter().map(|block| block.text).collect();
            assert_eq!((parts.len(), texts.join(" ").as_str()), (3, expected));
        }
    }
}
