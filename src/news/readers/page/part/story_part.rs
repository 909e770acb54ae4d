//! A part of a page that is one story: its elements, blocks and links, and what several parts have in common.
//! Pure: nodes in, what stands in them out.

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeRef;
use scraper::{ElementRef, Node, Selector};

use super::context::PageContext;
use super::link::Anchor;
use crate::news::dedupe::{canonical, identity};
use crate::news::readers::page::block::{Block, blocks};
use crate::news::readers::page::picture::{address_of, words_for_picture};

/// A longer text that stands in several parts is a teaser all the same.
const LONGEST_LABEL_CHARS: usize = 60;

/// Nodes in a row that are one story.
#[derive(Debug, Clone)]
pub struct StoryPart<'a> {
    pub nodes: Vec<NodeRef<'a, Node>>,
}

/// What the parts of a page have in common.
#[derive(Debug, Default)]
pub struct RepeatedParts {
    /// Short texts that stand in several parts: categories, authors, buttons.
    pub(super) labels: BTreeSet<String>,
    /// Pictures that stand in several parts.
    pub(super) pictures: BTreeSet<String>,
}

impl<'a> StoryPart<'a> {
    pub fn of(element: ElementRef<'a>) -> Self {
        Self { nodes: vec![*element] }
    }

    pub fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> + '_ {
        self.nodes.iter().flat_map(NodeRef::descendants).filter_map(ElementRef::wrap)
    }

    pub fn blocks(&self) -> Vec<Block<'a>> {
        blocks(&self.nodes)
    }

    pub(super) fn select<'s>(
        &'s self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = ElementRef<'a>> + 's {
        self.elements().filter(move |element| selector.matches(element))
    }

    /// The addresses that it leads to.
    pub fn links(&self, context: &PageContext<'_>) -> BTreeSet<String> {
        self.anchors(context).into_iter().map(|anchor| canonical(&anchor.to)).collect()
    }

    /// Its links to pages, the one around it among them.
    pub(super) fn anchors(&self, context: &PageContext<'_>) -> Vec<Anchor<'a>> {
        let around = self
            .nodes
            .first()
            .into_iter()
            .flat_map(NodeRef::ancestors)
            .filter_map(ElementRef::wrap);
        let around = around.filter(|element| element.value().name() == "a");
        around
            .chain(self.elements().filter(|element| element.value().name() == "a"))
            .filter_map(|element| Anchor::of(element, context))
            .collect()
    }
}

impl RepeatedParts {
    pub fn of(parts: &[StoryPart<'_>], context: &PageContext<'_>) -> Self {
        let mut labels: BTreeMap<String, usize> = BTreeMap::new();
        let mut pictures: BTreeMap<String, usize> = BTreeMap::new();
        let mut seen: BTreeSet<(BTreeSet<String>, BTreeSet<String>)> = BTreeSet::new();
        for part in parts {
            let mut texts: BTreeSet<String> = part
                .blocks()
                .into_iter()
                .map(|block| block.text)
                .filter(|text| text.chars().count() <= LONGEST_LABEL_CHARS)
                .collect();
            let links = part.elements().filter(|element| element.value().name() == "a");
            texts.extend(links.filter_map(words_for_picture));
            // A story that stands twice, among the featured ones and in the list, has not made labels of its words.
            let pages =
                part.anchors(context).into_iter().map(|anchor| identity(&anchor.to)).collect();
            if !seen.insert((pages, texts.clone())) {
                continue;
            }
            for text in texts {
                *labels.entry(text).or_default() += 1;
            }
            let shown: BTreeSet<String> =
                part.elements().filter_map(|element| address_of(element, context.base)).collect();
            for picture in shown {
                *pictures.entry(picture).or_default() += 1;
            }
        }
        labels.retain(|_, count| *count > 1);
        pictures.retain(|_, count| *count > 1);
        Self { labels: labels.into_keys().collect(), pictures: pictures.into_keys().collect() }
    }
}
