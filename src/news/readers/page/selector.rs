//! A CSS selector that finds given elements of a page and, as far as can be, no others.
//! Pure: elements in, a selector out.

use std::collections::BTreeSet;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

/// Classes for a part's state or place, which are not those of all parts.
const STATES: [&str; 24] = [
    "first",
    "last",
    "odd",
    "even",
    "active",
    "featured",
    "alt",
    "current",
    "hidden",
    "visible",
    "sticky",
    "open",
    "closed",
    "loaded",
    "cloned",
    "clone",
    "duplicate",
    "center",
    "slick-cloned",
    "slick-active",
    "slick-current",
    "swiper-slide-duplicate",
    "swiper-slide-active",
    "swiper-slide-next",
];
/// This number of classes names a part well enough.
const MOST_CLASSES: usize = 3;

/// The shortest of the selectors that find these elements best.
pub fn selector_for(page: &Html, elements: &[ElementRef<'_>]) -> Option<String> {
    let first = elements.first()?;
    let wanted: BTreeSet<NodeId> = elements.iter().map(|element| element.id()).collect();
    let mut best: Option<(f64, usize, String)> = None;
    for text in candidates(*first, elements) {
        let Ok(selector) = Selector::parse(&text) else { continue };
        let found: BTreeSet<NodeId> = page.select(&selector).map(|element| element.id()).collect();
        let both = found.intersection(&wanted).count() as f64;
        if both == 0.0 {
            continue;
        }
        let (recall, precision) = (both / wanted.len() as f64, both / found.len() as f64);
        let fit = (2.0 * recall * precision / (recall + precision)) * 1000.0;
        let is_better = best.as_ref().is_none_or(|(had, length, _)| {
            fit > *had + 0.5 || (fit > *had - 0.5 && text.len() < *length)
        });
        if is_better {
            best = Some((fit, text.len(), text));
        }
    }
    best.map(|(_, _, text)| text)
}

/// Selectors that may find an element and those like it.
fn candidates(first: ElementRef<'_>, elements: &[ElementRef<'_>]) -> Vec<String> {
    let name = first.value().name();
    let shared: Vec<&str> = classes(first)
        .into_iter()
        .filter(|class| {
            elements.iter().all(|element| element.value().classes().any(|other| other == *class))
        })
        .collect();
    let mut own = vec![name.to_owned()];
    own.extend(shared.iter().map(|class| format!("{name}.{class}")));
    if shared.len() > 1 {
        let all: Vec<&str> = shared.iter().take(MOST_CLASSES).copied().collect();
        own.push(format!("{name}.{}", all.join(".")));
    }
    // Paragraphs with links or in bold, between paragraphs with days and texts.
    for inner in ["a", "strong", "b"] {
        let has_inner = |element: &ElementRef<'_>| {
            element.descendent_elements().any(|found| found.value().name() == inner)
        };
        if name != inner && elements.iter().all(has_inner) {
            own.push(format!("{name}:has({inner})"));
        }
    }
    let mut found: Vec<String> = own
        .iter()
        .filter(|text| text.contains('.') || elements.len() > 1 && matches!(name, "article" | "dt"))
        .cloned()
        .collect();
    if let Some(id) = first.value().id().filter(|id| elements.len() == 1 && is_name(id)) {
        found.push(format!("#{id}"));
    }
    // Within what holds them: by its id, its class, its place.
    let mut below = String::new();
    for around in first.ancestors().filter_map(ElementRef::wrap).take(6) {
        let value = around.value();
        let mut holders: Vec<String> =
            classes(around).into_iter().map(|class| format!(".{class}")).collect();
        holders.extend(value.id().filter(|id| is_name(id)).map(|id| format!("#{id}")));
        if value.name() == "main" {
            holders.push("main".to_owned());
        }
        for holder in holders {
            for own in &own {
                found.push(format!("{holder} {own}"));
                found.push(format!("{holder} > {below}{own}"));
            }
        }
        below = format!("{} > {below}", value.name());
    }
    let path = path_of(first.parent().and_then(ElementRef::wrap));
    found.extend(own.iter().map(|own| format!("{path}{own}")));
    // Those that lie deeper in what holds all of them.
    let mut chain = String::new();
    for around in first.ancestors().filter_map(ElementRef::wrap).take(4) {
        chain = format!("{} > {chain}", around.value().name());
        let path = path_of(around.parent().and_then(ElementRef::wrap));
        found.extend(own.iter().map(|own| format!("{path}{chain}{own}")));
    }
    found
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Classes that may be those of all parts: no numbers, no states.
fn classes(element: ElementRef<'_>) -> Vec<&str> {
    element
        .value()
        .classes()
        .filter(|class| {
            is_name(class) && !STATES.contains(class) && !class.bytes().any(|b| b.is_ascii_digit())
        })
        .collect()
}

/// The place of an element from the page's body, or from the nearest id.
fn path_of(element: Option<ElementRef<'_>>) -> String {
    let mut path = String::new();
    let mut next = element;
    while let Some(element) = next {
        let name = element.value().name();
        if let Some(id) = element.value().id().filter(|id| is_name(id)) {
            return format!("#{id} > {path}");
        }
        if matches!(name, "body" | "html") {
            return format!("body > {path}");
        }
        let place = element
            .prev_siblings()
            .filter_map(ElementRef::wrap)
            .filter(|other| other.value().name() == name)
            .count()
            + 1;
        let is_only = place == 1
            && !element
                .next_siblings()
                .filter_map(ElementRef::wrap)
                .any(|other| other.value().name() == name);
        let step = if is_only { name.to_owned() } else { format!("{name}:nth-of-type({place})") };
        path = format!("{step} > {path}");
        next = element.parent().and_then(ElementRef::wrap);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_that_finds_them_and_no_others() {
        for (html, wanted, expected) in [
            ("<ul class='news'><li>a<li>b</ul><ul><li>c</ul>", ".news li", ".news li"),
            (
                "<div class='card x1'></div><div class='card first'></div><div class='other'></div>",
                ".card",
                "div.card",
            ),
            ("<main><h3>a</h3><p>x</p><h3>b</h3></main><h3>c</h3>", "main h3", "main h3"),
            (
                "<main><p>1</p><p><a href='/a'>a</a></p><p>2</p><p><a href='/b'>b</a></p></main>",
                "p:has(a)",
                "main p:has(a)",
            ),
            (
                "<div><div><p>a</p><p>b</p></div><div><p>c</p></div></div>",
                "div > div:first-child > p",
                "body > div > div:nth-of-type(1) > p",
            ),
        ] {
            let page = Html::parse_document(html);
            let elements: Vec<ElementRef<'_>> =
                page.select(&Selector::parse(wanted).unwrap()).collect();
            assert_eq!(selector_for(&page, &elements).as_deref(), Some(expected), "{html}");
        }
    }
}
