//! A news page of a website that has no feed: its stories by CSS selectors, and the page after it.
//! Pure: HTML in, stories out.

pub mod article;
mod block;
mod data;
mod days_between;
mod distinct;
mod elsewhere;
pub mod learn;
mod pager;
mod part;
mod picture;
mod promo;
mod region;
mod runs;
mod selector;
pub mod sitemap;

use std::collections::HashMap;

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};

use crate::count::counted;
use crate::date::{DateOrder, Numeric, WrittenDate};
use crate::news::date_order::of_language;
use crate::news::dedupe::canonical;
use crate::news::item::{Evidence, Item, Reading, SkippedItem, slug, title_from, web_address};
use crate::news::shown_address::without_password;
use crate::news::source::Select;
use crate::problem::{Place, Problem};
use distinct::distinct;
use part::{PageContext, PartSelectors, RepeatedParts, story};
use runs::{outermost, parts_of};

/// A page with more is an archive of everything; its first stories are the news.
const MOST_STORIES: usize = 500;
/// Names the page's data for search engines as the place of its stories.
pub const DATA_ITEM: &str = "script[type='application/ld+json']";
/// Names the addresses of a sitemap.
pub const SITEMAP_ITEM: &str = "url";

/// What a page has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageListing {
    pub reading: Reading,
    /// The next page, where there is one.
    pub next: Option<String>,
    /// Days stand between the stories, and nothing says whether they are of the one above or the one below.
    pub has_open_days: bool,
}

/// Reads the stories of a page. `number` is the page's own, from 1, and `so_far` the stories of the pages before it.
pub fn read(
    source: &str,
    address: &str,
    html: &str,
    select: &Select,
    zone: Tz,
    number: usize,
    so_far: usize,
) -> PageListing {
    if sitemap::is_sitemap(html) {
        let (items, cut) = sitemap::stories(source, html, address, zone);
        let (items, problems) = (numbered(items, so_far), left_out("", address, cut, 0));
        return PageListing {
            reading: Reading { items, problems, ..Reading::default() },
            ..PageListing::default()
        };
    }
    let mut listed = PageListing::default();
    let selectors = match Selectors::of(select) {
        Ok(selectors) => selectors,
        Err((name, text)) => {
            listed.reading.problems.push(Problem::new(
                Place::whole("roundup.toml"),
                format!("`{text}` is not a CSS selector ({name} of `{source}`)"),
                "run `roundup news learn` to write it, or find it in the browser's inspector",
            ));
            return listed;
        }
    };
    let page = Html::parse_document(&crate::news::readers::nesting::flattened(html));
    let base = base_of(&page, address);
    let order = order_of(&page);
    let context = PageContext { source, address, base: &base, zone, order };
    let data = data::articles(&page, &base, zone);
    let mut items: Vec<Item> = if select.item == DATA_ITEM {
        data.iter().filter_map(|article| of_data(article, &context)).collect()
    } else {
        let (mut elements, skipped) = starts_of(&page, &selectors.item, &context);
        listed.reading.skipped = skipped;
        let all = elements.len();
        elements.truncate(MOST_STORIES);
        let mut parts = parts_of(&elements);
        listed.has_open_days = days_between::settle(&mut parts, select.days);
        let common = RepeatedParts::of(&parts, &context);
        let stories = parts.iter().map(|part| story(part, &selectors.given, &common, &context));
        let items: Vec<Item> = stories.flatten().collect();
        let empty = parts.len() - items.len();
        listed.reading.problems.extend(left_out(&select.item, address, all - parts.len(), empty));
        if listed.has_open_days {
            listed.reading.problems.push(open_days(address));
        }
        items
    };
    fill_days(&mut items, &data, order);
    let (stories, promos) = promo::without_promos(distinct(items));
    listed.reading.items = numbered(stories, so_far);
    listed.reading.skipped.extend(promos);
    if listed.reading.items.is_empty() && number == 1 {
        listed.reading.problems.push(Problem::new(
            Place::whole(address),
            format!("no part of the page matches `{}`", select.item),
            "the website has changed: run `roundup news learn` with its address again",
        ));
    }
    let next = (selectors.next.as_ref(), select.pages.as_deref());
    let stories = so_far + listed.reading.items.len();
    listed.next = pager::next_of(&page, next, &context, number, stories);
    listed
}

/// Where stories begin, and the parts like them that are none.
fn starts_of<'a>(
    page: &'a Html,
    item: &Selector,
    context: &PageContext<'_>,
) -> (Vec<ElementRef<'a>>, Vec<SkippedItem>) {
    let elements = days_between::without_days(outermost(page.select(item)));
    let (starts, others) = elsewhere::without_elsewhere(page, elements);
    (starts, elsewhere::skipped(&others, context.source, context.address))
}

/// Says which parts of a page gave no story: those after the first `MOST_STORIES`, and those without words.
fn left_out(item: &str, address: &str, cut: usize, empty: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = || Place::whole(without_password(address));
    if cut > 0 {
        problems.push(Problem::new(
            place(),
            format!(
                "the page lists more than {MOST_STORIES} stories: {} left out",
                counted(cut, "story was", "stories were")
            ),
            "give the page that lists the newest, or one for each year",
        ));
    }
    if empty > 0 {
        problems.push(Problem::new(
            place(),
            format!(
                "{} `{item}` and no words: left out",
                counted(empty, "part of the page matches", "parts of the page match")
            ),
            "check that no story of the page is missing; if one is: roundup news learn",
        ));
    }
    problems
}

/// Says that the days of a page may be of the stories above or below them.
fn open_days(address: &str) -> Problem {
    Problem::new(
        Place::whole(without_password(address)),
        "this page can be read in two ways: its days stand between the stories, above them or below. No day was taken",
        "run `roundup news learn` with its address to see both, or write days = \"above\" or days = \"below\" under [news.select]",
    )
}

/// The order of a page's numeric dates that its language makes sure.
fn order_of(page: &Html) -> Option<DateOrder> {
    page.root_element().value().attr("lang").and_then(of_language)
}

/// Where relative addresses of a page begin (HTML, 4.2.3).
pub fn base_of(page: &Html, address: &str) -> String {
    let selector = Selector::parse("base[href]").ok();
    let href = selector.and_then(|selector| {
        page.select(&selector).next()?.value().attr("href").map(str::to_owned)
    });
    href.and_then(|href| web_address(&href, Some(address))).unwrap_or_else(|| address.to_owned())
}

struct Selectors {
    item: Selector,
    given: PartSelectors,
    next: Option<Selector>,
}

impl Selectors {
    fn of(select: &Select) -> Result<Self, (&'static str, String)> {
        let parse = |name: &'static str, text: &str| {
            Selector::parse(text).map_err(|_| (name, text.to_owned()))
        };
        let or_none = |name: &'static str, text: &Option<String>| {
            text.as_deref().map(|text| parse(name, text)).transpose()
        };
        Ok(Self {
            item: parse("item", &select.item)?,
            given: PartSelectors {
                title: or_none("title", &select.title)?,
                link: or_none("link", &select.link)?,
                date: or_none("date", &select.date)?,
                summary: or_none("summary", &select.summary)?,
                image: or_none("image", &select.image)?,
            },
            next: or_none("next", &select.next)?,
        })
    }
}

fn numbered(items: Vec<Item>, so_far: usize) -> Vec<Item> {
    items
        .into_iter()
        .zip(so_far + 1..)
        .map(|(item, order)| Item { order: i64::try_from(order).unwrap_or(i64::MAX), ..item })
        .collect()
}

/// A story as a page's JSON-LD has it.
fn of_data(article: &data::DataArticle, context: &PageContext<'_>) -> Option<Item> {
    let link = article.address.clone().filter(|link| canonical(link) != canonical(context.address));
    let title_made = article.title.is_none();
    let title = article.title.clone().or_else(|| {
        let last = url::Url::parse(link.as_deref()?).ok()?;
        let words = last.path_segments()?.rfind(|part| !part.is_empty())?.replace(['-', '_'], " ");
        Some(title_from(&words))
    })?;
    let why = "what the page tells search engines (JSON-LD)".to_owned();
    Some(Item {
        id: link.as_deref().map_or_else(|| slug(&title), canonical),
        title,
        title_made,
        summary: article.summary.clone().unwrap_or_default(),
        place: Place::whole(link.as_deref().unwrap_or(context.address)),
        image: article.image.clone(),
        date: article.date.map(WrittenDate::likely),
        numeric: article.date.and_then(|day| Numeric::of_day(day, context.order)),
        source: context.source.to_owned(),
        evidence: Evidence {
            title: Some(why.clone()),
            link: link.as_ref().map(|_| why.clone()),
            date: article.date.map(|_| why.clone()),
            image: article.image.as_ref().map(|_| why.clone()),
            summary: article.summary.as_ref().map(|_| why.clone()),
        },
        link,
        ..Item::default()
    })
}

/// Gives stories their days from the page's data for search engines.
fn fill_days(items: &mut [Item], data: &[data::DataArticle], order: Option<DateOrder>) {
    let mut days: HashMap<String, Option<WrittenDate>> = HashMap::new();
    for article in data {
        if let Some(address) = &article.address {
            days.entry(canonical(address)).or_insert(article.date);
        }
    }
    for item in items.iter_mut().filter(|item| item.date.is_none()) {
        let day = item.link.as_deref().and_then(|link| *days.get(&canonical(link))?);
        if let Some(date) = day {
            item.date = Some(date.likely());
            item.numeric = Numeric::of_day(date, order);
            item.evidence.date = Some("what the list tells search engines (JSON-LD)".to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
