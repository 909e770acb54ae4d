//! Where a page leads to older stories: a link to the next page, or the pattern of further pages.
//! Pure: elements in, a selector or a pattern out.

use scraper::{ElementRef, Html};

use crate::news::dedupe::canonical;
use crate::news::item::web_address;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::part::PageContext;

/// The link to the page with older stories.
pub(super) fn next_link(page: &Html) -> Option<String> {
    let elements = || page.root_element().descendent_elements();
    let anchors = || {
        elements().filter(|element| {
            element.value().name() == "a" && element.value().attr("href").is_some()
        })
    };
    let is_next = |element: &ElementRef<'_>| {
        element
            .value()
            .attr("rel")
            .is_some_and(|rel| rel.split(' ').any(|word| word.eq_ignore_ascii_case("next")))
    };
    if anchors().any(|anchor| is_next(&anchor)) {
        return Some("a[rel~=next]".to_owned());
    }
    if elements().any(|element| element.value().name() == "link" && is_next(&element)) {
        return Some("link[rel~=next]".to_owned());
    }
    let says_next = |text: &str| {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        matches!(
            text.as_str(),
            "next"
                | "next page"
                | "older"
                | "older posts"
                | "older news"
                | "older entries"
                | "older stories"
                | "more news"
                | "load more"
                | "show more"
                | "more stories"
                | "older articles"
        )
    };
    let next = anchors().find(|anchor| {
        says_next(&text_of(*anchor)) || anchor.value().attr("aria-label").is_some_and(says_next)
    })?;
    let parent = next.parent().and_then(ElementRef::wrap)?;
    let is_name = |class: &&str| {
        class.starts_with(|c: char| c.is_ascii_alphabetic())
            && class.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if let Some(class) = next.value().classes().find(is_name) {
        return Some(format!("a.{class}"));
    }
    parent
        .value()
        .classes()
        .find(is_name)
        .map(|class| format!("{}.{class} > a", parent.value().name()))
}

/// The pattern of further pages: `?page=2` or `?Take=26` in a link of the page to itself.
pub(super) fn pages(page: &Html, context: &PageContext<'_>) -> Option<String> {
    if next_link(page).is_some() {
        return None;
    }
    let own = canonical(context.address.split(['?', '#']).next().unwrap_or(context.address));
    page.root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "a")
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
