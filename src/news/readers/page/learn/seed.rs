//! The headlines of a page, from which its lists grow.
//! Pure: elements in, headlines out.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use crate::news::readers::day_line::day_line;
use crate::news::readers::listing::is_marker;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::picture::words_for_picture;
use crate::news::readers::page::region::{has_word, is_heading, stands_around};

/// A page with more is an archive of everything.
const MOST_SEEDS: usize = 1500;

/// A headline holds fewer elements and texts: what holds more is a box around a part of the page.
const MOST_NODES_OF_TITLE: usize = 200;

/// Boxes this far above a headline hold the page, not a list.
const HIGHEST_BOX: usize = 14;

/// A shorter text is a word of a menu.
const SHORTEST_TITLE_CHARS: usize = 8;

const LONGEST_TITLE_CHARS: usize = 200;

/// A headline.
pub(super) struct Seed<'a> {
    pub(super) element: ElementRef<'a>,
    /// The boxes above it, the nearest first, and the names of the elements from the box down to it.
    pub(super) boxes: Vec<(NodeId, String)>,
}

/// The headlines. `with_pictures`: also links that are a picture and nothing else, whose words are those for the picture.
pub(super) fn seeds<'a>(page: &'a Html, zone: Tz, with_pictures: bool) -> Vec<Seed<'a>> {
    let mut seeds: Vec<ElementRef<'a>> = Vec::new();
    let mut within: BTreeSet<NodeId> = BTreeSet::new();
    let named = ["title", "headline", "heading"];
    for pass in 0..3 {
        for element in page.root_element().descendent_elements() {
            let name = element.value().name();
            let is_seed = match pass {
                0 => is_heading(element) || matches!(name, "dt" | "summary"),
                1 => {
                    !matches!(
                        name,
                        "body" | "html" | "head" | "title" | "main" | "section" | "article" | "ul"
                    ) && has_word(element, &named)
                }
                _ => {
                    name == "a" && element.value().attr("href").is_some()
                        || matches!(name, "strong" | "b")
                }
            };
            if !is_seed || within.contains(&element.id()) || seeds.len() == MOST_SEEDS {
                continue;
            }
            if element.descendants().nth(MOST_NODES_OF_TITLE).is_some() {
                continue;
            }
            let holds_one = element.descendants().any(|node| within.contains(&node.id()));
            let in_one = element.ancestors().any(|node| within.contains(&node.id()));
            let text = match text_of(element) {
                text if text.is_empty() && with_pictures && name == "a" => {
                    words_for_picture(element).unwrap_or_default()
                }
                text => text,
            };
            if holds_one || in_one || stands_around(element) || !is_title(&text, pass, zone) {
                continue;
            }
            within.insert(element.id());
            seeds.push(element);
        }
    }
    seeds
        .into_iter()
        .map(|element| {
            let mut path = element.value().name().to_owned();
            let mut boxes = Vec::new();
            for around in element.ancestors().filter_map(ElementRef::wrap).take(HIGHEST_BOX) {
                boxes.push((around.id(), path.clone()));
                path = format!("{} > {path}", around.value().name());
            }
            Seed { element, boxes }
        })
        .collect()
}

fn is_title(text: &str, pass: usize, zone: Tz) -> bool {
    let length = text.chars().count();
    let is_long =
        if pass == 2 { length >= SHORTEST_TITLE_CHARS && text.contains(' ') } else { length > 2 };
    is_long
        && length <= LONGEST_TITLE_CHARS * 3
        && !is_marker(text)
        && day_line(text, zone).is_none()
        && (pass == 2 || length <= LONGEST_TITLE_CHARS)
}
