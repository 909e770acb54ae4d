//! How much the place of a list on its page speaks for it.
//! Pure: elements in, a weight out.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use crate::news::item::Item;
use crate::news::readers::headings::is_heading_beside;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::part::PageContext;
use crate::news::readers::page::region::{has_word, is_heading, stands_beside};

/// How much the place of a list on the page, and where it leads, speak for it.
pub(super) fn place_of(
    headings: &Headings<'_>,
    records: &[ElementRef<'_>],
    items: &[Item],
    context: &PageContext<'_>,
) -> f64 {
    let first = records[0];
    let mut weight = 1.0;
    if stands_beside(first) {
        weight *= 0.25;
    }
    if first.ancestors().filter_map(ElementRef::wrap).any(|around| {
        around.value().name() == "main"
            || has_word(
                around,
                &["main", "content", "news", "blog", "posts", "articles", "stories", "press"],
            )
    }) {
        weight *= 1.3;
    }
    if headings.over(first).is_some_and(|text| is_heading_beside(&text)) {
        weight *= 0.25;
    }
    let own = url::Url::parse(context.address)
        .map(|url| url.path().trim_end_matches('/').to_owned())
        .unwrap_or_default();
    let of_news = |item: &&Item| {
        let path = item
            .link
            .as_deref()
            .and_then(|link| url::Url::parse(link).ok())
            .map(|url| url.path().to_lowercase())
            .unwrap_or_default();
        let is_below = own.len() > 1 && path.starts_with(&format!("{}/", own.to_lowercase()));
        is_below
            || path.split(['/', '-']).any(|word| {
                matches!(
                    word,
                    "news"
                        | "blog"
                        | "story"
                        | "stories"
                        | "press"
                        | "article"
                        | "articles"
                        | "post"
                        | "posts"
                        | "updates"
                        | "latest"
                )
            })
    };
    if items.iter().filter(of_news).count() * 2 > items.len() {
        weight *= 1.3;
    }
    let of_events = items
        .iter()
        .filter(|item| item.link.as_deref().is_some_and(|link| link.contains("/event")))
        .count();
    if of_events * 2 > items.len() {
        weight *= 0.25;
    }
    weight
}

/// The headings of a page, and the place of each element in it: looked up for every list.
pub(super) struct Headings<'a> {
    places: HashMap<NodeId, usize>,
    /// In the page's order.
    headings: Vec<(usize, ElementRef<'a>)>,
}

impl<'a> Headings<'a> {
    pub(super) fn of(page: &'a Html) -> Self {
        let mut found = Self { places: HashMap::new(), headings: Vec::new() };
        for (place, element) in page.root_element().descendent_elements().enumerate() {
            found.places.insert(element.id(), place);
            if is_heading(element) {
                found.headings.push((place, element));
            }
        }
        found
    }

    /// The words of the heading that stands before an element and over it.
    fn over(&self, element: ElementRef<'_>) -> Option<String> {
        let place = *self.places.get(&element.id())?;
        let before = self.headings.partition_point(|(other, _)| *other < place);
        Some(text_of(self.headings.get(before.checked_sub(1)?)?.1))
    }
}
