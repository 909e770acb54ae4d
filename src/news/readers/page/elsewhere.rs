//! Parts of a page that look like its stories and stand under a heading or in a tab of something else: "Upcoming events".
//! Pure: elements in, those that are stories and those that are not out.

use std::collections::{BTreeSet, HashMap};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::block::text_of;
use super::region::{is_heading, stands_around};
use crate::news::item::SkippedItem;
use crate::news::readers::headings::{is_call, is_section_elsewhere};
use crate::problem::Place;

/// A page with more elements is an archive of everything, and has no second column.
const MOST_ELEMENTS: usize = 50_000;
/// A heading further from its list is of the page.
const MOST_LEVELS: usize = 3;

/// Where stories begin, without those of something else. Where those are half of all or more, they are the page's own.
pub fn without_elsewhere<'a>(
    page: &'a Html,
    starts: Vec<ElementRef<'a>>,
) -> (Vec<ElementRef<'a>>, Vec<ElementRef<'a>>) {
    let found = elsewhere(page, &starts);
    if found.is_empty() || found.len() * 2 >= starts.len() {
        return (starts, Vec::new());
    }
    starts.into_iter().partition(|start| !found.contains(&start.id()))
}

/// Names what was left out.
pub fn skipped(starts: &[ElementRef<'_>], source: &str, address: &str) -> Vec<SkippedItem> {
    let title = |start: &ElementRef<'_>| {
        let inner = start.descendent_elements().find(|inner| {
            (is_heading(*inner) || inner.value().name() == "a") && !text_of(*inner).is_empty()
        });
        crate::news::item::title_from(&text_of(inner.unwrap_or(*start)))
    };
    let item = |start: &ElementRef<'_>| SkippedItem {
        title: title(start),
        source: source.to_owned(),
        place: Place::whole(address),
        reason: "it stands in a part that is not news".to_owned(),
    };
    starts.iter().map(item).collect()
}

/// A heading, while the page is read: of what it is, and how far it reaches.
struct Heading<'a> {
    element: ElementRef<'a>,
    is_beside: bool,
    /// Stories stand before it: it is not the page's own.
    is_after_news: bool,
    /// The box that holds it and the first story below it.
    reach: Option<NodeId>,
}

fn elsewhere(page: &Html, starts: &[ElementRef<'_>]) -> BTreeSet<NodeId> {
    let ids: BTreeSet<NodeId> = starts.iter().map(|start| start.id()).collect();
    let tabs = tabs(page);
    let mut found = BTreeSet::new();
    let mut heading: Option<Heading<'_>> = None;
    let mut inside: Option<ElementRef<'_>> = None;
    for element in page.root_element().descendent_elements().take(MOST_ELEMENTS) {
        if ids.contains(&element.id()) {
            inside = Some(element);
            let is_own = heading.as_mut().is_some_and(|heading| heading.reaches(element));
            let is_beside = heading.as_ref().is_some_and(|heading| is_own && heading.is_beside);
            let mut around = element.ancestors().filter_map(ElementRef::wrap);
            let in_tab = around
                .any(|around| around.value().id().is_some_and(|id| tabs.get(id) == Some(&true)));
            if is_beside || in_tab {
                found.insert(element.id());
            }
            continue;
        }
        let is_inside =
            inside.is_some_and(|start| element.ancestors().any(|around| around.id() == start.id()));
        if is_inside {
            continue;
        }
        if is_heading(element) {
            let is_beside = is_section_elsewhere(&text_of(element)) && !stands_around(element);
            heading =
                Some(Heading { element, is_beside, is_after_news: inside.is_some(), reach: None });
        } else if element.value().name() == "a"
            && heading.as_ref().is_some_and(|heading| heading.reach.is_none())
            && !is_call(&text_of(element))
        {
            // What stands between has links of its own: the heading is theirs.
            heading = None;
        }
    }
    found
}

impl Heading<'_> {
    /// Whether a story stands below it: in the nearest box that holds both it and the first story behind it.
    fn reaches(&mut self, start: ElementRef<'_>) -> bool {
        let reach = self.reach.or_else(|| {
            let mut boxes = self.element.ancestors().filter_map(ElementRef::wrap).take(MOST_LEVELS);
            let holds = |around: &ElementRef<'_>| {
                !matches!(around.value().name(), "html" | "body" | "main")
                    && start.ancestors().any(|node| node.id() == around.id())
            };
            boxes.find(holds).map(|around| around.id())
        });
        self.reach = reach;
        match reach {
            Some(reach) => start.ancestors().any(|node| node.id() == reach),
            None => self.is_after_news && self.stands_over(start),
        }
    }

    /// Whether a story stands between it and the next heading beside it, directly in the page's content.
    fn stands_over(&self, start: ElementRef<'_>) -> bool {
        let below = self.element.next_siblings().filter_map(ElementRef::wrap);
        below.take_while(|element| !is_heading(*element)).any(|element| {
            element.id() == start.id() || start.ancestors().any(|node| node.id() == element.id())
        })
    }
}

/// The parts that links lead to within the page, by their ids, and whether their names are of something else.
fn tabs(page: &Html) -> HashMap<String, bool> {
    let links = page.root_element().descendent_elements().filter_map(|element| {
        let value = element.value();
        let to = ["href", "data-target", "data-bs-target", "aria-controls"]
            .iter()
            .find_map(|name| value.attr(name))?;
        let id = to.strip_prefix('#').or_else(|| value.attr("aria-controls"))?;
        let text: String = element.text().collect();
        (!id.is_empty()).then(|| (id.to_owned(), is_section_elsewhere(&text)))
    });
    links.take(MOST_ELEMENTS).collect()
}

#[cfg(test)]
mod tests {
    use scraper::Selector;

    use super::*;

    fn left(body: &str) -> (usize, usize) {
        let page = Html::parse_document(&format!("<body>{body}</body>"));
        let selector = Selector::parse(".c").unwrap();
        let (kept, out) = without_elsewhere(&page, page.select(&selector).collect());
        (kept.len(), out.len())
    }

    #[test]
    fn stories_under_a_heading_of_something_else_are_left_out() {
        let cards =
            |count: usize| "<div class=c><h3><a href=x>The fair</a></h3></div>".repeat(count);
        let news = format!("<div><h2>News</h2>{}</div>", cards(3));
        for (rest, expected) in [
            (format!("<div><h2>Upcoming events</h2>{}</div>", cards(2)), (3, 2)),
            (format!("<div><div><h2>What’s on</h2></div><div>{}</div></div>", cards(2)), (3, 2)),
            (
                format!("<div><h2>Events</h2><a href=e>View all events</a>{}</div>", cards(1)),
                (3, 1),
            ),
            // The heading of another list.
            (
                format!(
                    "<div><h2>Events</h2><a href=e>Quiz night</a></div><div>{}</div>",
                    cards(2)
                ),
                (5, 0),
            ),
            (format!("<h2>Events</h2><div>{}</div>", cards(2)), (3, 2)),
            (format!("<h2>Events</h2>{}", cards(2)), (3, 2)),
            (format!("<h2>Events</h2><p>None.</p><h2>Older</h2><div>{}</div>", cards(2)), (5, 0)),
            (format!("<div><h2>Events</h2>{}</div>", cards(4)), (7, 0)),
            (format!("<div><h2>Stories</h2>{}</div>", cards(2)), (5, 0)),
            (format!("<div><h2>News archive</h2>{}</div>", cards(2)), (5, 0)),
        ] {
            assert_eq!(left(&format!("{news}{rest}")), expected, "{rest}");
        }
        let tabs = "<ul><li><a href='#n'>News</a></li><li><a href='#e'>Events</a></li></ul>";
        let body = format!("{tabs}<div id=n>{}</div><div id=e>{}</div>", cards(3), cards(2));
        assert_eq!(left(&body), (3, 2));
    }
}
