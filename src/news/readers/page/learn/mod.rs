//! Finds where a news page has its stories, only from the page: headlines that stand in the same way in the same box.
//! Pure: HTML in, selectors out.
//!
//! Each headline (a heading, a named title, a link of several words) is a seed. Seeds that hang below one box by the same path are
//! a list; a story is the largest part of the box that has one seed. Each list is read as the reader will read it, and the one whose
//! stories have most of what stories have is the news.

mod list;
mod next;
mod place;
mod seed;

use std::collections::BTreeSet;

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use super::base_of;
use super::part::{PageContext, PartSelectors, RepeatedParts, StoryPart, story};
use super::region::{has_word, is_heading, stands_beside};
use super::selector::selector_for;
use crate::count::counted;
use crate::news::dedupe::canonical;
use crate::news::item::Item;
use crate::news::source::{DayPlace, Select};
use list::{StoryList, lists};
use next::{next_link, pages};
use seed::{Seed, seeds};

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
    let context = PageContext { source: "", address, base: &base, zone, order: None };
    let mut headlines = seeds(&page, zone, false);
    let mut lists = lists(&page, &headlines, &context);
    if lists.is_empty() {
        // Titles may stand in pictures only.
        headlines = seeds(&page, zone, true);
        lists = list::lists(&page, &headlines, &context);
    }
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
        let select = select_of(&page, &list, &headlines, &context);
        let ways = select.map(|select| ways(&page, html, &select, &context)).unwrap_or_default();
        if !ways.is_empty() {
            known.push(titles);
            guesses.extend(ways);
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

/// A list of a lower score may be a menu: the page's data for search engines is better, if it has a list.
const WEAK: f64 = 12.0;

/// The selectors of a list: of its stories, of those that stand above it, of the page after it.
fn select_of(
    page: &Html,
    list: &StoryList<'_>,
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
    Some(Select {
        item,
        next: next_link(page, context),
        pages: pages(page, context),
        ..Select::default()
    })
}

/// Stories in boxes of their own: before the list, with a link to where the list's stories lie.
fn heroes<'a>(
    list: &StoryList<'a>,
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
        let found = story(&part, &PartSelectors::default(), &RepeatedParts::default(), context);
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
            // More than these are another list.
            return Vec::new();
        }
    }
    heroes
}

/// A list as the reader reads it: in two ways where its days may be of the stories above them or below.
fn ways(page: &Html, html: &str, select: &Select, context: &PageContext<'_>) -> Vec<Guess> {
    let PageContext { address, zone, .. } = *context;
    if !super::read("", address, html, select, zone, 1, 0).has_open_days {
        return checked(page, html, select.clone(), context).into_iter().collect();
    }
    let way = |(place, doubt): (DayPlace, &str)| {
        let select = Select { days: Some(place), ..select.clone() };
        let mut guess = checked(page, html, select, context)?;
        guess.doubts.insert(0, doubt.to_owned());
        Some(guess)
    };
    [
        (DayPlace::Above, "days stand between the stories: here each is of the story below it"),
        (DayPlace::Below, "days stand between the stories: here each is of the story above it"),
    ]
    .into_iter()
    .filter_map(way)
    .collect()
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
    if let Some(first) = listed.reading.skipped.first() {
        doubts.push(format!(
            "{} for an appeal or a button, and left out: “{}”",
            counted(listed.reading.skipped.len(), "card was taken", "cards were taken"),
            first.title
        ));
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
