//! Whether a part of a page is of something else than its article: a related story, a document, a picture.
//! Pure: elements in, a decision out.

use scraper::ElementRef;

use super::Reader;
use crate::news::readers::day_line::day_line;
use crate::news::readers::page::block::{blocks, text_of};
use crate::news::readers::page::region::is_heading;

/// What holds more is neither a card nor an entry of a list.
const MOST_NODES: usize = 60;
/// A link of fewer words may be of an author or of a topic.
const FEWEST_TITLE_WORDS: usize = 3;
/// Places of a website that say of a story who wrote it, and what it is about.
const BYLINE_PATHS: &str = "author|authors|people|person|staff|team|writer|writers|contributor|contributors|profile|user|category|\
    categories|tag|tags|topic|topics|theme|themes|section";
const FILES: [&str; 8] = [".pdf", ".doc", ".docx", ".odt", ".xls", ".xlsx", ".ppt", ".pptx"];

impl Reader<'_> {
    /// Whether an element lies in a box of its own, apart from the headline, that has a heading before it or a link to
    /// another page: what it says is of that.
    pub(super) fn is_of_other(&self, element: ElementRef<'_>) -> bool {
        let Some(headline) = self.headline else { return false };
        let boxes = std::iter::once(element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .take_while(|around| {
                !matches!(around.value().name(), "html" | "body" | "main")
                    && around.id() != headline.id()
                    && !headline.ancestors().any(|node| node.id() == around.id())
            });
        boxes.into_iter().any(|around| {
            matches!(around.value().name(), "figure" | "figcaption")
                || has_heading_before(around, element)
                || self.leads_elsewhere(around)
        })
    }

    /// Whether a small box has a link to another page, or to a document.
    fn leads_elsewhere(&self, around: ElementRef<'_>) -> bool {
        if around.descendants().nth(MOST_NODES).is_some() {
            return false;
        }
        let own = url::Url::parse(self.address).ok();
        around.descendent_elements().filter(|inner| inner.value().name() == "a").any(|link| {
            let Some(to) = link.value().attr("href").filter(|to| !to.starts_with('#')) else {
                return false;
            };
            let Some(to) = url::Url::parse(self.base).ok().and_then(|base| base.join(to).ok())
            else {
                return false;
            };
            if own.as_ref().is_some_and(|own| own.path() == to.path()) {
                return false;
            }
            let path = to.path().to_lowercase();
            let is_byline =
                path.split('/').any(|part| BYLINE_PATHS.split('|').any(|word| word == part))
                    || link.value().attr("rel").is_some_and(|rel| {
                        rel.split(' ').any(|word| matches!(word, "author" | "tag" | "category"))
                    });
            let is_title = link.descendent_elements().any(is_heading)
                || link.parent().and_then(ElementRef::wrap).is_some_and(is_heading)
                || text_of(link).split_whitespace().count() >= FEWEST_TITLE_WORDS;
            // "3 December 2020" and the day of the last change may be the link to the page's month.
            let are_days = || {
                let all = blocks(&[*link]);
                all.iter().all(|block| day_line(&block.text, self.zone).is_some())
            };
            FILES.iter().any(|end| path.ends_with(end)) || (is_title && !is_byline && !are_days())
        })
    }
}

/// Whether a heading stands in a box before an element of it, or in a small box that is the element.
fn has_heading_before(around: ElementRef<'_>, element: ElementRef<'_>) -> bool {
    let is_small = || around.descendants().nth(MOST_NODES).is_none();
    if around.id() == element.id() {
        return !is_heading(around) && is_small() && around.descendent_elements().any(is_heading);
    }
    around
        .descendent_elements()
        .take_while(|inner| inner.id() != element.id())
        .any(|inner| is_heading(inner) && !element.ancestors().any(|node| node.id() == inner.id()))
}
