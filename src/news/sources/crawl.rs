//! A website without a feed: the pages that list its stories, and each story's own, as far as its robots.txt lets us.
//! Shell: the network.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::{StreamExt, stream};

use super::fetch::{FetchedBytes, Web};
use super::known::{Knowledge, add_page, adds};
use super::robots::Robots;
use crate::count::counted;
use crate::date::PartialDate;
use crate::news::date_order::as_far_as_known;
use crate::news::item::{Item, Reading};
use crate::news::readers::page::article::{self, Article, without_shared};
use crate::news::readers::page::{self, sitemap};
use crate::news::shown_address::without_password;
use crate::news::source::Settings;
use crate::news::sources::fetch_error::FetchError;
use crate::problem::{Place, Problem};

/// An archive of ten stories a page has this many pages after ten years.
const MOST_PAGES: usize = 60;
/// New stories whose own pages are read in one go; the others follow the next time.
const MOST_ARTICLES: usize = 200;
/// Pages of stories that are fetched at the same time.
const ARTICLES_AT_A_TIME: usize = 4;
/// Sitemaps of an index that are read.
const MOST_SITEMAPS: usize = 5;
/// Fewer stories of one day are nothing unusual.
const MANY: usize = 3;

/// What is known before a website is read.
#[derive(Debug, Clone, Copy)]
pub struct CrawlContext<'a> {
    pub settings: &'a Settings,
    /// For items that have none.
    pub date: Option<PartialDate>,
    pub known: &'a [Item],
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// A website's stories, whether they were read to the very first, and where its list has moved for good.
#[derive(Debug)]
pub struct CrawlResult {
    pub reading: Reading,
    pub to_the_end: bool,
    pub first: FetchedBytes,
}

/// Fetches pages that robots.txt lets programs read.
pub struct Crawler<'a> {
    web: &'a Web,
    robots: HashMap<String, Robots>,
}

impl<'a> Crawler<'a> {
    pub fn new(web: &'a Web) -> Self {
        Self { web, robots: HashMap::new() }
    }

    /// Fetches a page.
    ///
    /// # Errors
    /// When it cannot be had, or robots.txt does not let programs read it.
    pub async fn get(&mut self, address: &str) -> Result<FetchedBytes, FetchError> {
        self.learn_rules(address).await?;
        self.allows(address)?;
        self.web.get(address).await
    }

    /// The sitemaps that a website names.
    pub async fn sitemaps(&mut self, address: &str) -> Vec<String> {
        if self.learn_rules(address).await.is_err() {
            return Vec::new();
        }
        let Some(origin) = origin(address) else { return Vec::new() };
        let mut named =
            self.robots.get(&origin).map(|robots| robots.sitemaps.clone()).unwrap_or_default();
        for usual in ["/news-sitemap.xml", "/sitemap.xml", "/sitemap_index.xml"] {
            named.push(format!("{origin}{usual}"));
        }
        named.dedup();
        named.truncate(MOST_SITEMAPS);
        named
    }

    /// Reads the rules of an address's website, once. Of one that cannot be reached nothing may be read, and that is why.
    async fn learn_rules(&mut self, address: &str) -> Result<(), FetchError> {
        let Some(origin) = origin(address) else { return Ok(()) };
        if self.robots.contains_key(&origin) {
            return Ok(());
        }
        let robots = match self.web.get(&format!("{origin}/robots.txt")).await {
            Ok(answer) => Robots::parse(&answer.bytes),
            // There is none: everything may be read (RFC 9309, 2.3.1.3).
            Err(FetchError::Status { status: 400..=499, .. }) => Robots::default(),
            // A server in trouble has not closed anything: the page says so as well.
            Err(
                error @ (FetchError::Unreachable { .. }
                | FetchError::NoTls { .. }
                | FetchError::Status { status: 500..=599, .. }),
            ) => return Err(error),
            // It is there and cannot be had: nothing may be (2.3.1.4).
            Err(
                FetchError::Status { .. } | FetchError::TooLarge { .. } | FetchError::Swells { .. },
            ) => Robots::closed(),
            // The page itself is refused for the same reason, and says so better.
            Err(
                FetchError::NotWeb(_)
                | FetchError::Private(_)
                | FetchError::Port { .. }
                | FetchError::Robots { .. },
            ) => Robots::default(),
        };
        self.robots.insert(origin, robots);
        Ok(())
    }

    fn allows(&self, address: &str) -> Result<(), FetchError> {
        let Ok(url) = url::Url::parse(address) else { return Ok(()) };
        let path = url
            .query()
            .map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let robots = origin(address).and_then(|origin| self.robots.get(&origin));
        if robots.is_none_or(|robots| robots.allows(&path)) {
            return Ok(());
        }
        Err(FetchError::Robots {
            host: url.host_str().unwrap_or_default().to_owned(),
            path: url.path().to_owned(),
        })
    }
}

fn origin(address: &str) -> Option<String> {
    let origin = url::Url::parse(address).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Reads the list by its selectors, the pages after it, and the own page of each story that is new.
///
/// # Errors
/// When its first page cannot be had.
pub async fn crawl(
    web: &Web,
    before: CrawlContext<'_>,
    url: &str,
) -> Result<CrawlResult, FetchError> {
    let CrawlContext { settings, zone, .. } = before;
    let select = settings.select.clone().unwrap_or_default();
    let known = Knowledge::of(before.known);
    let mut crawler = Crawler::new(web);
    let mut reading = Reading::default();
    let mut address = url.to_owned();
    let mut to_the_end = false;
    let mut first = None;
    for number in 1..=MOST_PAGES {
        let answer = match crawler.get(&address).await {
            Ok(answer) => answer,
            Err(error) if number == 1 => return Err(error),
            Err(FetchError::Status { status: 404, .. }) => {
                to_the_end = true;
                break;
            }
            Err(error) => {
                reading.problems.push(not_further(&address, &error));
                break;
            }
        };
        let html = text_of(&mut crawler, &answer).await;
        let so_far = reading.items.len();
        let listed =
            page::read(&settings.name, &answer.address, &html, &select, zone, number, so_far);
        first.get_or_insert(answer);
        let is_new = adds(&reading.items, &listed.reading.items);
        let met = known.meets(&listed.reading.items);
        add_page(&mut reading, listed.reading);
        if number > 1 && !is_new {
            to_the_end = true;
            break;
        }
        match listed.next {
            Some(next) if !met => address = next,
            Some(_) => break,
            None => {
                to_the_end = number > 1 || select.next.is_some() || select.pages.is_some();
                break;
            }
        }
    }
    read_articles(&mut crawler, &mut reading, &known, before).await;
    let first = first.ok_or_else(|| FetchError::NotWeb(without_password(url)))?;
    Ok(CrawlResult { reading, to_the_end, first })
}

/// The text of a page; of an index of sitemaps that of the first one that has stories.
pub async fn text_of(crawler: &mut Crawler<'_>, answer: &FetchedBytes) -> String {
    let text = decoded(answer);
    if !sitemap::is_sitemap(&text) || !text.contains("<sitemapindex") {
        return text;
    }
    for child in sitemap::children(&text, &answer.address).into_iter().take(MOST_SITEMAPS) {
        if let Ok(answer) = crawler.get(&child).await {
            let inner = decoded(&answer);
            if !sitemap::stories("", &inner, &answer.address, Tz::UTC).0.is_empty() {
                return inner;
            }
        }
    }
    text
}

/// Completes each story: from what is known of it, else from its own page.
async fn read_articles(
    crawler: &mut Crawler<'_>,
    reading: &mut Reading,
    known: &Knowledge<'_>,
    before: CrawlContext<'_>,
) {
    let zone = before.zone;
    let today = before.now.with_timezone(&zone).date_naive();
    as_far_as_known(&mut reading.items, before.settings.dates);
    without_impossible(&mut reading.items, today, zone);
    let mut waiting: Vec<(bool, usize, String, String)> = Vec::new();
    for (index, item) in reading.items.iter_mut().enumerate() {
        // What an earlier roundup took of it, without saying from where, is read again.
        let known = known.of_link(item.link.as_deref()).filter(|known| !known.evidence.is_empty());
        if let Some(known) = known {
            Article::found_before(known).complete(item, zone);
        }
        let is_whole = item.date.is_some() && known.is_some();
        if let Some(link) = item.link.clone().filter(|_| !is_whole) {
            waiting.push((known.is_some(), index, link, item.title.clone()));
        }
    }
    // What was never read comes first: pages that show no day would keep it out for ever.
    waiting.sort_by_key(|(is_known, ..)| *is_known);
    let later = waiting.len().saturating_sub(MOST_ARTICLES);
    waiting.truncate(MOST_ARTICLES);
    if later > 0 {
        reading.problems.push(Problem::new(
            Place::whole(before.settings.name.as_str()),
            format!(
                "the pages of {} were not read yet: at most {MOST_ARTICLES} are read at a time",
                counted(later, "story", "stories")
            ),
            "run again: roundup news sync",
        ));
    }
    let mut allowed = Vec::new();
    for (_, index, link, title) in waiting {
        let rules = crawler.learn_rules(&link).await;
        match rules.and_then(|()| crawler.allows(&link)) {
            Ok(()) => allowed.push((index, link, title)),
            Err(error) => reading.problems.push(not_further(&link, &error)),
        }
    }
    let web = crawler.web;
    let fetching = allowed.into_iter().map(|(index, link, title)| async move {
        let answer = web.get(&link).await;
        let found =
            answer.map(|answer| article::read(&decoded(&answer), &answer.address, zone, &title));
        (index, link, found)
    });
    let mut fetching = stream::iter(fetching).buffer_unordered(ARTICLES_AT_A_TIME);
    let (mut indices, mut articles) = (Vec::new(), Vec::new());
    while let Some((index, link, found)) = fetching.next().await {
        match found {
            Ok(article) => {
                indices.push(index);
                articles.push(article);
            }
            Err(error) => reading.problems.push(not_further(&link, &error)),
        }
    }
    without_shared(&mut articles, today, zone);
    for (index, article) in indices.into_iter().zip(articles) {
        article.complete(&mut reading.items[index], zone);
    }
    for item in &mut reading.items {
        item.date = item.date.or(before.date);
    }
    say_undated(reading);
}

/// Takes out days of the list that are not of its stories: those after the fetch, and today's date at every one of them.
fn without_impossible(items: &mut [Item], today: NaiveDate, zone: Tz) {
    let next = today.succ_opt().unwrap_or(today);
    let day = |item: &Item| item.date.map(|date| date.days(zone).0);
    let are_of_today =
        items.len() >= MANY && items.iter().all(|item| day(item).is_some_and(|day| day >= today));
    for item in items {
        if day(item).is_some_and(|day| day > next) || are_of_today {
            item.date = None;
            item.evidence.date = None;
        }
    }
}

fn say_undated(reading: &mut Reading) {
    let undated = reading.items.iter().filter(|item| item.date.is_none()).count();
    if undated > 0 {
        let which = counted(undated, "story has", "stories have");
        let place = reading.items.first().map_or("the page", |item| item.source.as_str());
        reading.problems.push(Problem::new(
            Place::whole(place),
            format!("{which} no date, on the page or on its own"),
            "add their dates: roundup news dates",
        ));
    }
}

/// A page's text.
pub fn decoded(answer: &FetchedBytes) -> String {
    answer.decoded().text.into_owned()
}

/// Says that a page could not be had.
pub fn not_further(address: &str, error: &FetchError) -> Problem {
    Problem::new(
        Place::whole(without_password(address)),
        format!("{error}: its stories are missing"),
        "try again later: roundup news sync",
    )
}
