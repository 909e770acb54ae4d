//! The lists of a page: headlines that stand in the same way in the same box, each read and judged as one of stories.
//! Pure: headlines in, lists with their scores out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::place::{Headings, place_of};
use super::seed::Seed;
use crate::news::item::Item;
use crate::news::readers::day_line::day_line;
use crate::news::readers::page::block::text_of;
use crate::news::readers::page::days_between;
use crate::news::readers::page::part::{
    PageContext, PartSelectors, RepeatedParts, StoryPart, story,
};
use crate::news::readers::page::region::is_heading;
use crate::news::readers::page::runs::parts_of;
use crate::news::source::DayPlace;

/// Lists that are compared, those of most headlines.
const MOST_LISTS: usize = 120;

/// Stories of a list that are read to judge it.
const JUDGED_STORIES: usize = 40;

/// Stories that count when lists are compared.
const TELLING_STORIES: usize = 12;

pub(super) struct StoryList<'a> {
    pub(super) records: Vec<ElementRef<'a>>,
    pub(super) items: Vec<Item>,
    pub(super) score: f64,
}

/// Every box with seeds that hang below it in the same way, read as a list.
pub(super) fn lists<'a>(
    page: &'a Html,
    seeds: &[Seed<'a>],
    context: &PageContext<'_>,
) -> Vec<StoryList<'a>> {
    let headings = Headings::of(page);
    let mut groups: BTreeMap<(NodeId, &str), Vec<usize>> = BTreeMap::new();
    for (at, seed) in seeds.iter().enumerate() {
        for (holder, path) in &seed.boxes {
            groups.entry((*holder, path)).or_default().push(at);
        }
    }
    let mut lists: Vec<StoryList<'a>> = Vec::new();
    let mut seen: BTreeSet<Vec<NodeId>> = BTreeSet::new();
    // The nearest box first: one further up holds the same and more of the page.
    let mut groups: Vec<((NodeId, &str), Vec<usize>)> = groups.into_iter().collect();
    groups.retain(|(_, members)| members.len() > 1);
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    groups.truncate(MOST_LISTS);
    groups.sort_by_key(|((_, path), _)| path.len());
    for ((holder, _), members) in groups {
        let elements: Vec<ElementRef<'a>> = members.iter().map(|at| seeds[*at].element).collect();
        if !seen.insert(elements.iter().map(|element| element.id()).collect()) {
            continue;
        }
        let records = records(&elements, holder);
        if let Some(list) = judged(&headings, records, context) {
            lists.push(list);
        }
    }
    if lists.is_empty() {
        // One story, or two that stand differently.
        for seed in seeds
            .iter()
            .filter(|seed| is_heading(seed.element) && seed.element.value().name() != "h1")
            .take(TELLING_STORIES)
        {
            let record = alone(seed, seeds);
            lists.extend(judged(&headings, vec![record], context));
        }
    }
    lists
}

/// Of each seed the largest part of the box that has no other seed of the list. Seeds hang below the box in the same way, and so do
/// their parts: a month with one story is a part no more than a month with three.
fn records<'a>(elements: &[ElementRef<'a>], holder: NodeId) -> Vec<ElementRef<'a>> {
    /// The name of a month or a year, which stands over its only story.
    const LONGEST_HEADING_CHARS: usize = 40;
    let mut count: BTreeMap<NodeId, usize> = BTreeMap::new();
    for element in elements {
        for node in element.ancestors() {
            *count.entry(node.id()).or_default() += 1;
        }
    }
    let climbed: Vec<Vec<ElementRef<'a>>> = elements
        .iter()
        .map(|element| {
            let around = element
                .ancestors()
                .filter_map(ElementRef::wrap)
                .take_while(|parent| parent.id() != holder && count.get(&parent.id()) == Some(&1));
            std::iter::once(*element).chain(around).collect()
        })
        .collect();
    let lowest = climbed.iter().map(Vec::len).min().unwrap_or_default();
    let at_lowest = climbed.iter().filter(|way| way.len() == lowest).count();
    let length = |element: ElementRef<'_>| text_of(element).chars().count();
    let is_bare = |way: &Vec<ElementRef<'a>>| {
        let (part, whole) = (length(way[lowest - 1]), length(way[way.len() - 1]));
        whole.saturating_sub(part) <= LONGEST_HEADING_CHARS
    };
    let is_level = at_lowest * 2 > climbed.len() || at_lowest > 1 && climbed.iter().all(is_bare);
    let records =
        climbed.iter().map(|way| if is_level { way[lowest - 1] } else { way[way.len() - 1] });
    begun_before(records.collect())
}

/// Where stories are runs of siblings (`img`, `h3`, `p`), a story may begin before its heading, with its picture. A day between
/// them may be of either story: whose it is the reader decides over the whole list.
fn begun_before(records: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let parent = |element: &ElementRef<'_>| element.parent().map(|node| node.id());
    let are_siblings = records.windows(2).all(|pair| parent(&pair[0]) == parent(&pair[1]));
    if !are_siblings || records.is_empty() {
        return records;
    }
    let (mut begins, mut seen) = (records.clone(), records);
    while let Some(before) = before_all(&seen) {
        let text = text_of(before[0]);
        let is_picture = |element: ElementRef<'_>| element.value().name() == "img";
        if text.is_empty() && before[0].descendent_elements().any(is_picture) {
            begins.clone_from(&before);
        } else if day_line(&text, Tz::UTC).is_none() {
            break;
        }
        seen = before;
    }
    begins
}

/// The elements right before these, where they are alike and none of these.
fn before_all<'a>(records: &[ElementRef<'a>]) -> Option<Vec<ElementRef<'a>>> {
    let name = |element: &ElementRef<'_>| {
        (element.value().name().to_owned(), element.value().classes().next().map(str::to_owned))
    };
    let ids: BTreeSet<NodeId> = records.iter().map(|record| record.id()).collect();
    let before: Vec<ElementRef<'a>> = records
        .iter()
        .map(|record| record.prev_siblings().find_map(ElementRef::wrap))
        .collect::<Option<_>>()?;
    let first = name(before.first()?);
    let is_like = |element: &ElementRef<'_>| name(element) == first && !ids.contains(&element.id());
    before.iter().all(is_like).then_some(before)
}

/// The largest part around a seed that has no other heading.
fn alone<'a>(seed: &Seed<'a>, seeds: &[Seed<'a>]) -> ElementRef<'a> {
    let mut record = seed.element;
    while let Some(parent) = record.parent().and_then(ElementRef::wrap)
        && !matches!(parent.value().name(), "body" | "html" | "main")
        && !seeds.iter().any(|other| {
            other.element.id() != seed.element.id()
                && is_heading(other.element)
                && other.element.ancestors().any(|node| node.id() == parent.id())
        })
    {
        record = parent;
    }
    record
}

/// A list as the reader reads it, if it may be one of stories.
fn judged<'a>(
    headings: &Headings<'_>,
    records: Vec<ElementRef<'a>>,
    context: &PageContext<'_>,
) -> Option<StoryList<'a>> {
    let mut parts = parts_of(&records[..records.len().min(JUDGED_STORIES)]);
    // Whose the days are between stories does not matter here.
    days_between::settle(&mut parts, Some(DayPlace::Below));
    // A box with many links is a box around stories.
    let crowded = parts.iter().filter(|part| part.links(context).len() > 6).count();
    if crowded * 2 > parts.len() {
        return None;
    }
    let common = RepeatedParts::of(&parts, context);
    let items: Vec<Item> = parts
        .iter()
        .filter_map(|part| story(part, &PartSelectors::default(), &common, context))
        .collect();
    let links: BTreeSet<&str> = items.iter().filter_map(|item| item.link.as_deref()).collect();
    let titles: BTreeSet<&str> = items.iter().map(|item| item.title.as_str()).collect();
    if titles.len() * 3 < items.len() * 2 || items.is_empty() {
        return None;
    }
    let has = |is: &dyn Fn(&Item) -> bool| {
        items.iter().filter(|item| is(item)).count() as f64 / items.len() as f64
    };
    let dated = has(&|item| item.date.is_some());
    let texts = has(&|item| item.summary.chars().count() >= 30);
    let pictured = has(&|item| item.image.is_some());
    let linked = links.len() as f64 / items.len() as f64;
    let headed = has(&|item| !item.title_made);
    let long = has(&|item| {
        (15..=140).contains(&item.title.chars().count()) && item.title.split(' ').count() > 2
    });
    // What has neither days nor texts, and short titles, is a menu.
    if (dated < 0.3 && texts < 0.3 && long < 0.5)
        || (items.len() < 3 && dated < 0.5 && texts < 0.5)
        || (linked < 0.3 && dated < 0.5 && texts < 0.5)
    {
        return None;
    }
    let quality =
        1.0 + 3.0 * dated + 3.0 * texts + 0.7 * pictured + 2.5 * linked + headed + 2.0 * long;
    let mut score = (items.len().min(TELLING_STORIES) as f64).sqrt() * quality;
    score *= place_of(headings, &records, &items, context);
    if is_mixed(&records, &parts, &common, context) {
        score *= 0.4;
    }
    Some(StoryList { records, items, score })
}

/// Whether a list is of two boxes, one with days and one without: services and news, written alike.
fn is_mixed(
    records: &[ElementRef<'_>],
    parts: &[StoryPart<'_>],
    common: &RepeatedParts,
    context: &PageContext<'_>,
) -> bool {
    let mut boxes: BTreeMap<NodeId, (usize, usize)> = BTreeMap::new();
    for (record, part) in records.iter().zip(parts) {
        let is_dated = story(part, &PartSelectors::default(), common, context)
            .is_some_and(|item| item.date.is_some());
        if let Some(parent) = record.parent() {
            let (dated, all) = boxes.entry(parent.id()).or_default();
            *dated += usize::from(is_dated);
            *all += 1;
        }
    }
    let many = || boxes.values().filter(|(_, all)| *all > 1);
    many().any(|(dated, all)| dated == all) && many().any(|(dated, _)| *dated == 0)
}
