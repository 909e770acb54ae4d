//! Finds where a news page has its stories, from the page alone: headlines that stand in the same way in the same box.
//! Pure: HTML in, selectors out.
//!
//! Each headline (a heading, a named title, a link of several words) is a seed. Seeds that hang below one box by the same path are
//! a list; a story is the largest part of the box that has one seed. Each list is read as the reader will read it, and the one whose
//! stories have most of what stories have is the news.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;
use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

use super::block::text_of;
use super::part::{Common, PageContext, PartSelectors, StoryPart, story};
use super::region::{has_word, is_heading, is_heading_beside, stands_around, stands_beside};
use super::selector::selector_for;
use super::{base_of, parts_of};
use crate::news::dedupe::canonical;
use crate::news::item::{Item, web_address};
use crate::news::readers::day_line::day_line;
use crate::news::readers::listing::is_marker;
use crate::news::source::Select;

/// A page with more is an archive of everything.
const MOST_SEEDS: usize = 1500;
/// Lists that are compared, those of most headlines.
const MOST_LISTS: usize = 120;
/// Stories of a list that are read to judge it.
const JUDGED_STORIES: usize = 40;
/// A headline holds fewer elements and texts: what holds more is a box around a part of the page.
const MOST_NODES_OF_TITLE: usize = 200;
/// Boxes this far above a headline hold the page, not a list.
const HIGHEST_BOX: usize = 14;
/// A shorter text is a word of a menu.
const SHORTEST_TITLE_CHARS: usize = 8;
const LONGEST_TITLE_CHARS: usize = 200;
/// Stories that count when lists are compared.
const TELLING_STORIES: usize = 12;
/// Ways to read a page that are offered.
const MOST_GUESSES: usize = 3;
/// Stories that stand in boxes of their own above the list.
const MOST_HEROES: usize = 3;

/// A way to read the page, the likeliest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    pub select: Select,
    /// How many stories it finds.
    pub stories: usize,
    /// What a person should look at.
    pub doubts: Vec<String>,
}

/// The ways to read a page that stands at `address`, the likeliest first.
pub fn learn(html: &str, address: &str, zone: Tz) -> Vec<Guess> {
    let page = Html::parse_document(&crate::news::readers::nesting::flattened(html));
    let base = base_of(&page, address);
    let context = PageContext { source: "", address, base: &base, zone };
    let seeds = seeds(&page, zone);
    let mut lists: Vec<List<'_>> = lists(&page, &seeds, &context);
    lists.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut known: Vec<BTreeSet<String>> = Vec::new();
    let mut guesses = Vec::new();
    let best = lists.first().map_or(0.0, |list| list.score);
    for list in lists {
        if guesses.len() == MOST_GUESSES || list.score < best / 6.0 {
            break;
        }
        let titles: BTreeSet<String> = list.items.iter().map(|item| item.title.clone()).collect();
        // Two boxes around the same stories are one guess.
        if known
            .iter()
            .any(|other| other.intersection(&titles).count() * 2 > titles.len().min(other.len()))
        {
            continue;
        }
        let select = select_of(&page, &list, &seeds, &context);
        if let Some(guess) = select.and_then(|select| checked(&page, html, select, &context)) {
            known.push(titles);
            guesses.push(guess);
        }
    }
    if guesses.is_empty() || best < WEAK {
        let data = Select { item: super::DATA_ITEM.to_owned(), ..Select::default() };
        if let Some(guess) = checked(&page, html, data, &context) {
            guesses.insert(0, guess);
        }
    }
    guesses.truncate(MOST_GUESSES);
    guesses
}

/// A list of a lower score may be a menu: what the page tells search engines is better, if it tells of a list.
const WEAK: f64 = 12.0;

/// A headline.
struct Seed<'a> {
    element: ElementRef<'a>,
    /// The boxes above it, the nearest first, and the names of the elements from the box down to it.
    boxes: Vec<(NodeId, String)>,
}

struct List<'a> {
    records: Vec<ElementRef<'a>>,
    items: Vec<Item>,
    score: f64,
}

fn seeds<'a>(page: &'a Html, zone: Tz) -> Vec<Seed<'a>> {
    let mut seeds: Vec<ElementRef<'a>> = Vec::new();
    let mut within: BTreeSet<NodeId> = BTreeSet::new();
    let named = ["title", "headline", "heading"];
    for pass in 0..3 {
        for element in page.root_element().descendent_elements() {
            let name = element.value().name();
            let is_seed = match pass {
                0 => is_heading(element) || name == "dt",
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
            if holds_one || in_one || stands_around(element) || !is_title(element, pass, zone) {
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

fn is_title(element: ElementRef<'_>, pass: usize, zone: Tz) -> bool {
    let text = text_of(element);
    let length = text.chars().count();
    let is_long =
        if pass == 2 { length >= SHORTEST_TITLE_CHARS && text.contains(' ') } else { length > 2 };
    is_long
        && length <= LONGEST_TITLE_CHARS * 3
        && !is_marker(&text)
        && day_line(&text, zone).is_none()
        && (pass == 2 || length <= LONGEST_TITLE_CHARS)
}

/// Every box with seeds that hang below it in the same way, read as a list.
fn lists<'a>(page: &'a Html, seeds: &[Seed<'a>], context: &PageContext<'_>) -> Vec<List<'a>> {
    let headings = Headings::of(page);
    let mut groups: BTreeMap<(NodeId, &str), Vec<usize>> = BTreeMap::new();
    for (at, seed) in seeds.iter().enumerate() {
        for (holder, path) in &seed.boxes {
            groups.entry((*holder, path)).or_default().push(at);
        }
    }
    let mut lists: Vec<List<'a>> = Vec::new();
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

/// Of each seed the largest part of the box that has no other seed of the list.
fn records<'a>(elements: &[ElementRef<'a>], holder: NodeId) -> Vec<ElementRef<'a>> {
    let mut count: BTreeMap<NodeId, usize> = BTreeMap::new();
    for element in elements {
        for node in element.ancestors() {
            *count.entry(node.id()).or_default() += 1;
        }
    }
    let records = elements.iter().map(|element| {
        let mut record = *element;
        while let Some(parent) = record.parent().and_then(ElementRef::wrap)
            && parent.id() != holder
            && count.get(&parent.id()) == Some(&1)
        {
            record = parent;
        }
        record
    });
    begun_before(records.collect())
}

/// Where stories are runs of siblings (`time`, `h3`, `p`), a story may begin before its heading.
fn begun_before(records: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let parent = |element: &ElementRef<'_>| element.parent().map(|node| node.id());
    let are_siblings = records.windows(2).all(|pair| parent(&pair[0]) == parent(&pair[1]));
    let mut records = records;
    if !are_siblings || records.is_empty() {
        return records;
    }
    loop {
        let before: Vec<ElementRef<'_>> = records
            .iter()
            .filter_map(|record| record.prev_siblings().find_map(ElementRef::wrap))
            .collect();
        let name = |element: &ElementRef<'_>| {
            (element.value().name().to_owned(), element.value().classes().next().map(str::to_owned))
        };
        let ids: BTreeSet<NodeId> = records.iter().map(|record| record.id()).collect();
        let is_same = before.len() == records.len()
            && before
                .iter()
                .all(|element| name(element) == name(&before[0]) && !ids.contains(&element.id()));
        let first = before.first();
        let begins = first.is_some_and(|element| {
            let text = text_of(*element);
            let name = element.value().name();
            // A day, a category or a picture; the text before a heading is the story's before it.
            name != "hr"
                && (day_line(&text, Tz::UTC).is_some()
                    || (text.is_empty()
                        && element
                            .descendent_elements()
                            .any(|inner| inner.value().name() == "img"))
                    || name == "img")
        });
        if !is_same || !begins {
            return records;
        }
        records = before;
    }
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
) -> Option<List<'a>> {
    let parts = parts_of(&records[..records.len().min(JUDGED_STORIES)]);
    // A box with many links is a box around stories.
    let crowded = parts.iter().filter(|part| part.links(context).len() > 6).count();
    if crowded * 2 > parts.len() {
        return None;
    }
    let common = Common::of(&parts, context);
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
    // What is neither dated nor told of, and has short titles, is a menu.
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
    Some(List { records, items, score })
}

/// Whether a list is of two boxes, one with days and one without: services and news, written alike.
fn is_mixed(
    records: &[ElementRef<'_>],
    parts: &[StoryPart<'_>],
    common: &Common,
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

/// How much the place of a list on the page, and where it leads, speak for it.
fn place_of(
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
struct Headings<'a> {
    places: HashMap<NodeId, usize>,
    /// In the page's order.
    headings: Vec<(usize, ElementRef<'a>)>,
}

impl<'a> Headings<'a> {
    fn of(page: &'a Html) -> Self {
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

/// The selectors of a list: of its stories, of those that stand above it, of the page after it.
fn select_of(
    page: &Html,
    list: &List<'_>,
    seeds: &[Seed<'_>],
    context: &PageContext<'_>,
) -> Option<Select> {
    let mut item = selector_for(page, &list.records)?;
    for hero in heroes(list, seeds, context) {
        if let Some(selector) = selector_for(page, &[hero])
            .filter(|selector| !item.split(", ").any(|part| part == selector))
        {
            item = format!("{selector}, {item}");
        }
    }
    Some(Select { item, next: next_link(page), pages: pages(page, context), ..Select::default() })
}

/// Stories in boxes of their own: before the list, with a link to where the list's stories lie.
fn heroes<'a>(
    list: &List<'a>,
    seeds: &[Seed<'a>],
    context: &PageContext<'_>,
) -> Vec<ElementRef<'a>> {
    let folder = |link: &str| canonical(link).rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let folders: BTreeSet<String> =
        list.items.iter().filter_map(|item| folder(item.link.as_deref()?)).collect();
    let links: BTreeSet<String> =
        list.items.iter().filter_map(|item| item.link.as_deref().map(canonical)).collect();
    let in_list = |element: ElementRef<'_>| {
        list.records.iter().any(|record| {
            record.id() == element.id()
                || element.ancestors().any(|node| node.id() == record.id())
                || record.ancestors().any(|node| node.id() == element.id())
        })
    };
    let mut heroes: Vec<ElementRef<'a>> = Vec::new();
    for seed in seeds.iter().filter(|seed| !in_list(seed.element) && !stands_beside(seed.element)) {
        let is_headed = is_heading(seed.element) || has_word(seed.element, &["title", "headline"]);
        let mut record = seed.element;
        while let Some(parent) = record.parent().and_then(ElementRef::wrap)
            && !matches!(parent.value().name(), "body" | "html" | "main")
            && !list
                .records
                .iter()
                .any(|other| other.ancestors().any(|node| node.id() == parent.id()))
            && !seeds.iter().any(|other| {
                other.element.id() != seed.element.id()
                    && is_heading(other.element)
                    && other.element.ancestors().any(|node| node.id() == parent.id())
            })
        {
            record = parent;
        }
        let part = StoryPart::of(record);
        let found = story(&part, &PartSelectors::default(), &Common::default(), context);
        let is_story = found.is_some_and(|item| {
            let has_more = !item.summary.is_empty() || item.date.is_some() || item.image.is_some();
            let link = item.link.as_deref();
            has_more
                && link.and_then(folder).is_some_and(|folder| folders.contains(&folder))
                && !link.is_some_and(|link| links.contains(&canonical(link)))
        });
        if is_headed
            && is_story
            && !in_list(record)
            && !heroes.iter().any(|hero| hero.id() == record.id())
        {
            heroes.push(record);
        }
        if heroes.len() > MOST_HEROES {
            // So many are another list.
            return Vec::new();
        }
    }
    heroes
}

/// A way as the reader reads it, with what a person should look at.
fn checked(page: &Html, html: &str, select: Select, context: &PageContext<'_>) -> Option<Guess> {
    let PageContext { address, zone, .. } = *context;
    Selector::parse(&select.item).ok()?;
    let listed = super::read("", address, html, &select, zone, 1, 0);
    let items = &listed.reading.items;
    if items.is_empty() {
        return None;
    }
    let mut doubts = Vec::new();
    let stories = items.len();
    let count = |is: &dyn Fn(&Item) -> bool| items.iter().filter(|item| is(item)).count();
    let host = |link: &str| canonical(link).split(['/', ':']).next().unwrap_or_default().to_owned();
    let (undated, unlinked) =
        (count(&|item| item.date.is_none()), count(&|item| item.link.is_none()));
    let elsewhere =
        count(&|item| item.link.as_deref().is_some_and(|link| host(link) != host(address)));
    let made = count(&|item| item.title_made);
    if stories < 3 {
        doubts.push(
            "there are fewer than three stories: so short a list is hard to tell from the \
            rest of the page"
                .to_owned(),
        );
    }
    if undated > 0 {
        doubts.push(format!(
            "{undated} of {stories} have no date in the list: roundup reads each story's own page \
             for it"
        ));
    }
    if unlinked > 0 {
        doubts.push(format!("{unlinked} of {stories} have no link"));
    }
    if elsewhere > 0 {
        doubts.push(format!("{elsewhere} of {stories} lead to other websites"));
    }
    if made > 0 {
        doubts.push(format!(
            "{made} of {stories} have no headline: it is made from the first sentence"
        ));
    }
    if select.next.is_none()
        && select.pages.is_none()
        && page.root_element().descendent_elements().count() > 0
        && stories >= 5
    {
        doubts.push("no link to older stories was found: only this page is read".to_owned());
    }
    Some(Guess { select, stories, doubts })
}

/// The link to the page with older stories.
fn next_link(page: &Html) -> Option<String> {
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
fn pages(page: &Html, context: &PageContext<'_>) -> Option<String> {
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
