//! The link of one story among all in its part of a page.
//! Pure: elements in, an address out.

use std::collections::BTreeSet;

use scraper::ElementRef;

use super::context::PageContext;
use super::labels::{LABEL_WORDS, TITLE_WORDS, is_path_of_label};
use crate::news::dedupe::canonical;
use crate::news::item::web_address;
use crate::news::readers::listing::is_marker;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::region::{has_word, is_heading};
use crate::news::readers::pictures::is_picture_file;

pub(super) struct Anchor<'a> {
    pub(super) element: ElementRef<'a>,
    pub(super) to: String,
    pub(super) text: String,
    /// It leads to a category, an author or a place to share.
    pub(super) is_label: bool,
}

impl<'a> Anchor<'a> {
    pub(super) fn of(element: ElementRef<'a>, context: &PageContext<'_>) -> Option<Self> {
        const SHARERS: [&str; 8] = [
            "facebook.com/sharer",
            "twitter.com/intent",
            "twitter.com/share",
            "x.com/intent",
            "linkedin.com/share",
            "pinterest.",
            "wa.me/",
            "whatsapp.com/send",
        ];
        let href = element.value().attr("href")?.trim();
        if href.is_empty() || href.starts_with('#') {
            return None;
        }
        let to = web_address(href, Some(context.base))?;
        if canonical(&to) == canonical(context.address)
            || SHARERS.iter().any(|sharer| to.contains(sharer))
        {
            return None;
        }
        let rel = element.value().attr("rel").unwrap_or_default();
        let path = url::Url::parse(&to).map(|url| url.path().to_lowercase()).unwrap_or_default();
        // A picture in its full size is not a page.
        if is_picture_file(&path) {
            return None;
        }
        let is_label = rel.split(' ').any(|word| matches!(word, "tag" | "category" | "author"))
            || has_word(element, &LABEL_WORDS)
            || element.parent().and_then(ElementRef::wrap).is_some_and(|parent| {
                !is_heading(parent)
                    && has_word(parent, &LABEL_WORDS)
                    && !has_word(parent, &TITLE_WORDS)
            })
            || is_path_of_label(&path);
        Some(Self { element, to, text: text_of(element), is_label })
    }
}

/// The title's own link, or one around it, or "Read more", or the only other one that leads to no category.
pub(super) fn link(
    anchors: &[Anchor<'_>],
    title: Option<ElementRef<'_>>,
    labels: &BTreeSet<String>,
) -> Option<(String, &'static str)> {
    if let Some(title) = title {
        let within = |outer: ElementRef<'_>, inner: ElementRef<'_>| {
            outer.id() == inner.id() || inner.ancestors().any(|node| node.id() == outer.id())
        };
        let own = anchors
            .iter()
            .find(|anchor| within(title, anchor.element))
            .or_else(|| anchors.iter().find(|anchor| within(anchor.element, title)));
        // A heading whose text stands in one link of it.
        let heading = title
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take(2)
            .find(|element| is_heading(*element));
        let own = own.or_else(|| {
            anchors
                .iter()
                .find(|anchor| heading.is_some_and(|heading| within(heading, anchor.element)))
        });
        if let Some(anchor) = own {
            return Some((anchor.to.clone(), "the link of the headline"));
        }
    }
    if let Some(anchor) = anchors.iter().find(|anchor| {
        is_marker(&anchor.text) || anchor.element.value().attr("title").is_some_and(is_marker)
    }) {
        return Some((anchor.to.clone(), "the link “Read more”"));
    }
    let mut others: Vec<&Anchor<'_>> = anchors
        .iter()
        .filter(|anchor| !anchor.is_label && !labels.contains(&anchor.text))
        .collect();
    if let Some(picture) = others.iter().find(|anchor| anchor.text.is_empty()) {
        return Some((picture.to.clone(), "the link of the picture"));
    }
    others.dedup_by(|one, other| one.to == other.to);
    match others[..] {
        // Of several links in a text, none need be the story's.
        [only] => Some((only.to.clone(), "the only link of its part of the list")),
        _ => None,
    }
}
