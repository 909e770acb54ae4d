//! Where a page leads to older stories: a link to the next page, or the pattern of further pages.
//! Pure: elements in, a selector or a pattern out.

use scraper::{ElementRef, Html};

use crate::news::dedupe::canonical;
use crate::news::item::web_address;
use crate::news::readers::page::pager::{has_rel, number_of, says_next};
use crate::news::readers::page::part::PageContext;

/// The link to the page with older stories, or the row of numbers that has it.
pub(super) fn next_link(page: &Html, context: &PageContext<'_>) -> Option<String> {
    named(page).or_else(|| {
        if pages(page, context).is_some() {
            return None;
        }
        anchors(page).find(|anchor| number_of(*anchor) == Some(2)).map(selector_of)
    })
}

fn anchors(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    page.root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "a" && element.value().attr("href").is_some())
}

/// A link that says where it leads.
fn named(page: &Html) -> Option<String> {
    if anchors(page).any(|anchor| has_rel(anchor, "next")) {
        return Some("a[rel~=next]".to_owned());
    }
    let mut elements = page.root_element().descendent_elements();
    if elements.any(|element| element.value().name() == "link" && has_rel(element, "next")) {
        return Some("link[rel~=next]".to_owned());
    }
    let next = anchors(page).find(|anchor| says_next(*anchor))?;
    let class = next.value().classes().find(is_name).map(|class| format!("a.{class}"));
    Some(class.unwrap_or_else(|| selector_of(next)))
}

fn is_name(class: &&str) -> bool {
    class.starts_with(|c: char| c.is_ascii_alphabetic())
        && class.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The links of the nearest box that has a name: the reader takes the one that leads on. Without a name, all of the page.
fn selector_of(link: ElementRef<'_>) -> String {
    /// A box further out is the page's.
    const MOST_LEVELS: usize = 3;
    let boxes = link.ancestors().filter_map(ElementRef::wrap).take(MOST_LEVELS);
    let mut named = boxes
        .filter(|around| !matches!(around.value().name(), "html" | "body" | "main"))
        .filter_map(|around| {
            let class = around.value().classes().find(is_name)?;
            Some(format!("{}.{class} a", around.value().name()))
        });
    named.next().unwrap_or_else(|| "a[href]".to_owned())
}

/// The pattern of further pages: `?page=2` or `?Take=26` in a link of the page to itself.
pub(super) fn pages(page: &Html, context: &PageContext<'_>) -> Option<String> {
    if named(page).is_some() {
        return None;
    }
    let own = canonical(context.address.split(['?', '#']).next().unwrap_or(context.address));
    anchors(page)
        .filter_map(|anchor| web_address(anchor.value().attr("href")?, Some(context.base)))
        .filter(|link| canonical(link.split(['?', '#']).next().unwrap_or(link)) == own)
        .find_map(|link| {
            let link = url::Url::parse(&link).ok()?;
            link.query_pairs().find_map(|(name, value)| {
                value.parse::<u32>().ok()?;
                match name.to_lowercase().as_str() {
                    "page" | "p" | "paged" | "pg" | "seite" | "pagenumber" | "pageno" => {
                        Some(format!("?{name}={{page}}"))
                    }
                    "take" | "limit" | "count" | "show" | "top" => {
                        Some(format!("?{name}={{stories}}"))
                    }
                    _ => None,
                }
            })
        })
}
