//! Asks one website for its news: as many pages as it takes to meet a story that is known.
//! Shell: the network.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::{StreamExt, stream};

use super::date::PartialDate;
use super::fetch::{Answer, FetchError, Fetched, Validators, Web, without_password};
use super::item::{Item, Reading};
use super::page;
use super::page::article::{self, Article};
use super::same::canonical;
use super::source::{Kind, Opened, Settings};
use super::store::Scope;
use super::wordpress::Permalinks;
use super::{csv, feed, ghost, json, listing, wordpress};
use crate::problem::{Place, Problem};

/// An archive of ten stories a page has this many pages after ten years.
const MOST_PAGES: usize = 60;
/// New stories whose own pages are looked at in one go; the others follow the next time.
const MOST_ARTICLES: usize = 200;
/// Stories that have left a list and whose own addresses are asked in one go.
const MOST_PROBES: usize = 20;
/// Pages of stories that are asked for at the same time.
const ARTICLES_AT_A_TIME: usize = 4;

/// A question to a website.
#[derive(Debug, Clone)]
pub struct Question {
    pub settings: Settings,
    /// For items that have none.
    pub date: Option<PartialDate>,
    /// When it answered last.
    pub answered: Option<DateTime<Utc>>,
    pub validators: Validators,
    /// Its items that are known.
    pub known: Vec<Item>,
    pub zone: Tz,
}

/// What a website said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Nothing has changed.
    Same,
    News(Box<News>),
}

/// A website's items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub reading: Reading,
    pub scope: Scope,
    pub validators: Validators,
    /// Whether it was read to its very first item.
    pub to_the_end: bool,
    /// Known items that should stand in it and do not.
    pub missing: Vec<String>,
    /// Those of them whose own address says that they were taken away.
    pub withdrawn: Vec<String>,
}

impl News {
    /// Some of what a website has.
    fn part(reading: Reading, validators: Validators, to_the_end: bool) -> Self {
        let (missing, withdrawn) = (Vec::new(), Vec::new());
        Self { reading, scope: Scope::Part, validators, to_the_end, missing, withdrawn }
    }
}

/// Asks.
///
/// # Errors
/// When its first page cannot be had.
pub async fn ask(web: &Web, question: &Question) -> Result<Heard, FetchError> {
    let url = question.settings.url.as_deref().unwrap_or_default();
    let mut heard = match question.settings.kind {
        Kind::Feed => feed_pages(web, question, url).await,
        Kind::Wordpress | Kind::Ghost => posts(web, question, url).await,
        Kind::Page => listed(web, question, url).await,
        Kind::Csv
        | Kind::Json
        | Kind::Listing
        | Kind::Markdown
        | Kind::Hugo
        | Kind::Jekyll
        | Kind::Zola
        | Kind::Eleventy => whole(web, question, url).await,
    }?;
    if let Heard::News(news) = &mut heard
        && news.scope == Scope::Part
    {
        let missing = missing(&question.known, &news.reading, question.zone);
        news.withdrawn = withdrawn(web, &missing, url).await;
        news.missing = missing.into_iter().map(|item| item.id.clone()).collect();
    }
    Ok(heard)
}

/// The known items that should stand in a list and do not: later than its last one, where it stands in the order of days,
/// else those that stood as high up in it before.
fn missing<'a>(known: &'a [Item], reading: &Reading, zone: Tz) -> Vec<&'a Item> {
    let listed = Knowledge::of(&reading.items);
    let after = after(&reading.items, zone);
    let places = i64::try_from(reading.items.len()).unwrap_or(i64::MAX);
    known
        .iter()
        .filter(|item| item.seen.gone.is_none() && item.seen.unlisted.is_none())
        .filter(|item| !listed.has(item) && listed.of_link(item.link.as_deref()).is_none())
        .filter(|item| match (after, item.date) {
            (Some(after), Some(date)) => date.days(zone).0 > after,
            (Some(_) | None, _) => item.order <= places,
        })
        .collect()
}

/// Those whose own address says that they are there no more (RFC 9110, 15.5.5 and 15.5.11). Nothing else says so: a server
/// that is down, or a story that a list forgot, proves nothing. Only the source's own website is asked.
async fn withdrawn(web: &Web, missing: &[&Item], url: &str) -> Vec<String> {
    let host = |address: &str| {
        let host = url::Url::parse(address).ok()?.host_str()?.to_owned();
        Some(host.strip_prefix("www.").map(str::to_owned).unwrap_or(host))
    };
    let own = host(url);
    let asked: Vec<(String, String)> = missing
        .iter()
        .filter_map(|item| Some((item.id.clone(), item.link.clone()?)))
        .filter(|(_, link)| host(link) == own)
        .take(MOST_PROBES)
        .collect();
    let asking = asked.into_iter().map(|(id, link)| async move {
        match web.get(&link).await {
            Err(FetchError::Status { status: 404 | 410, .. }) => Some(id),
            Ok(_) | Err(_) => None,
        }
    });
    let found = stream::iter(asking).buffer_unordered(ARTICLES_AT_A_TIME);
    found.filter_map(|id| async move { id }).collect().await
}

/// One answer that has everything.
async fn whole(web: &Web, question: &Question, url: &str) -> Result<Heard, FetchError> {
    let answer = match web.get_unless_same(url, &question.validators).await? {
        Fetched::Same => return Ok(Heard::Same),
        Fetched::New(answer) => answer,
    };
    let Question { settings, date, zone, .. } = question;
    let opened = Opened { settings, shown: &answer.address, zone: *zone, date: *date };
    let mut reading = match settings.kind {
        Kind::Csv => csv::read(&opened, &answer.bytes),
        Kind::Json => json::read(&opened, &answer.bytes),
        _ => listing::read(&opened, &answer.bytes),
    };
    // A page of teasers shows the newest; a table is what it is.
    let is_whole = matches!(settings.kind, Kind::Csv | Kind::Json);
    reading.problems.extend(moved(url, &answer));
    Ok(Heard::News(Box::new(News {
        reading,
        scope: if is_whole { Scope::Whole } else { Scope::Part },
        validators: answer.validators,
        to_the_end: is_whole,
        missing: Vec::new(),
        withdrawn: Vec::new(),
    })))
}

/// Says that a source's address has moved for good, and the line to change.
fn moved(url: &str, answer: &Answer) -> Option<Problem> {
    let to = answer.moved.as_ref()?;
    // A page that only gets its last slash has not moved for anybody.
    (canonical(to) != canonical(url) || to.starts_with("https:") != url.starts_with("https:")).then(
        || {
            Problem::new(
                Place::whole(without_password(url)),
                format!("it has moved for good to {to}"),
                format!("write url = \"{to}\" in roundup.toml"),
            )
        },
    )
}

async fn feed_pages(web: &Web, question: &Question, url: &str) -> Result<Heard, FetchError> {
    let Question { settings, zone, .. } = question;
    let known = Knowledge::of(&question.known);
    let mut answer = match web.get_unless_same(url, &question.validators).await? {
        Fetched::Same => return Ok(Heard::Same),
        Fetched::New(answer) => answer,
    };
    let mut validators = answer.validators.clone();
    let mut reading = feed::read_text(&settings.name, &answer.address, &answer.decoded(), *zone);
    if reading.items.is_empty()
        && let Some((found, theirs)) = advertised(web, settings, &answer, *zone).await
    {
        // The page's own version says nothing of its feed's.
        validators = Validators::default();
        (answer, reading) = (found, theirs);
    }
    reading.problems.extend(moved(url, &answer));
    let mut to_the_end = false;
    let mut met = known.meets(&reading.items);
    for number in 1..MOST_PAGES {
        let Some(next) = feed::next_page(&answer.address, &answer.bytes, number) else {
            to_the_end = number > 1;
            break;
        };
        if met {
            break;
        }
        match web.get(&next).await {
            Ok(page) => answer = page,
            // The page after the last one, where pages have numbers.
            Err(FetchError::Status { status: 404, .. }) => {
                to_the_end = true;
                break;
            }
            Err(error) => {
                reading.problems.push(not_further(&next, &error));
                break;
            }
        }
        let page = feed::read_text(&settings.name, &answer.address, &answer.decoded(), *zone);
        if page.items.is_empty() || !adds(&reading.items, &page.items) {
            to_the_end = true;
            break;
        }
        met = known.meets(&page.items);
        add_page(&mut reading, page);
    }
    Ok(Heard::News(Box::new(News::part(reading, validators, to_the_end))))
}

/// The feed that a page names, and what is in it.
async fn advertised(
    web: &Web,
    settings: &Settings,
    answer: &Answer,
    zone: Tz,
) -> Option<(Answer, Reading)> {
    let html = answer.decoded().text;
    let address = feed::advertised_feeds(&html, &answer.address).into_iter().next()?;
    let found = web.get(&address).await.ok()?;
    let mut reading = feed::read_text(&settings.name, &found.address, &found.decoded(), zone);
    reading.problems.push(Problem::new(
        Place::whole(&answer.address),
        "this is a web page: the feed that it names was read instead",
        format!("write url = \"{address}\" in roundup.toml"),
    ));
    (!reading.items.is_empty()).then_some((found, reading))
}

/// Posts of `WordPress` or Ghost: the newest, until a page has one that is known; then those that changed since.
async fn posts(web: &Web, question: &Question, url: &str) -> Result<Heard, FetchError> {
    let Question { settings, zone, answered, .. } = question;
    let key = settings.key.as_deref().unwrap_or_default();
    let is_ghost = settings.kind == Kind::Ghost;
    let at = |permalinks: Permalinks, page: usize, since: Option<DateTime<Utc>>| {
        let address = if is_ghost {
            ghost::address(url, key, page, since)
        } else {
            wordpress::address(url, permalinks, page, since)
        };
        address.ok_or_else(|| FetchError::NotWeb(url.to_owned()))
    };
    let read = |bytes: &[u8]| {
        if is_ghost {
            return ghost::read(&settings.name, url, bytes, *zone);
        }
        let reading = wordpress::read(&settings.name, url, bytes, *zone);
        let is_full = reading.items.len() + reading.skipped.len() >= wordpress::POSTS_A_PAGE;
        (reading, is_full)
    };
    let known = Knowledge::of(&question.known);
    let first = web.get(&at(Permalinks::Pretty, 1, None)?).await;
    let mut permalinks = Permalinks::Pretty;
    let mut found = first.map(|answer| read(&answer.bytes));
    // Where addresses are numbers there is no `/wp-json/`, but an error or the home page.
    let is_missing = match &found {
        Ok((reading, _)) => reading.items.is_empty() && !reading.problems.is_empty(),
        Err(error) => matches!(error, FetchError::Status { status: 400..=499, .. }),
    };
    if is_missing
        && !is_ghost
        && let Ok(plain) = web.get(&at(Permalinks::Plain, 1, None)?).await
    {
        let plain = read(&plain.bytes);
        if plain.0.problems.is_empty() {
            (permalinks, found) = (Permalinks::Plain, Ok(plain));
        }
    }
    let (mut reading, mut has_more) = found?;
    let address = |page: usize, since: Option<DateTime<Utc>>| at(permalinks, page, since);
    let mut is_whole = reading.problems.is_empty();
    let mut met = known.meets(&reading.items);
    let mut to_the_end = !has_more;
    for number in 2..=MOST_PAGES {
        if !has_more || met {
            break;
        }
        let next = address(number, None)?;
        match web.get(&next).await {
            Ok(answer) => {
                let (page, more) = read(&answer.bytes);
                // What could not be read may have been there.
                is_whole &= page.problems.is_empty();
                has_more = more && adds(&reading.items, &page.items);
                met = known.meets(&page.items);
                add_page(&mut reading, page);
                to_the_end = !has_more;
            }
            // The page after the last one.
            Err(FetchError::Status { status: 400 | 404, .. }) => {
                to_the_end = true;
                break;
            }
            Err(error) => {
                reading.problems.push(not_further(url, &error));
                break;
            }
        }
    }
    if let Some(answered) = answered.filter(|_| !to_the_end) {
        match web.get(&address(1, Some(answered))?).await {
            Ok(answer) => add_page(&mut reading, read(&answer.bytes).0),
            Err(error) => reading.problems.push(not_further(url, &error)),
        }
    }
    let mut news = News::part(reading, Validators::default(), to_the_end);
    if to_the_end && is_whole {
        news.scope = Scope::Whole;
    }
    Ok(Heard::News(Box::new(news)))
}

/// A page of stories by its selectors, the pages after it, and the own page of each story that is new.
async fn listed(web: &Web, question: &Question, url: &str) -> Result<Heard, FetchError> {
    let Question { settings, zone, .. } = question;
    let select = settings.select.clone().unwrap_or_default();
    let known = Knowledge::of(&question.known);
    let mut reading = Reading::default();
    let mut address = url.to_owned();
    let mut to_the_end = false;
    for number in 1..=MOST_PAGES {
        let answer = match web.get(&address).await {
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
        let html = decoded(&answer);
        let so_far = reading.items.len();
        let listed =
            page::read(&settings.name, &answer.address, &html, &select, *zone, number, so_far);
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
    look_at_articles(web, &mut reading, &known, question.date, *zone).await;
    Ok(Heard::News(Box::new(News::part(reading, Validators::default(), to_the_end))))
}

/// Completes each story: from what is known of it, else from its own page.
async fn look_at_articles(
    web: &Web,
    reading: &mut Reading,
    known: &Knowledge<'_>,
    date: Option<PartialDate>,
    zone: Tz,
) {
    let mut asked = 0;
    let mut waiting: Vec<(usize, String)> = Vec::new();
    for (index, item) in reading.items.iter_mut().enumerate() {
        let before = known.of_link(item.link.as_deref());
        if let Some(before) = before {
            Article::found_before(before).complete(item);
        }
        let is_whole = item.date.is_some() && before.is_some();
        if let Some(link) = item.link.clone().filter(|_| !is_whole && asked < MOST_ARTICLES) {
            asked += 1;
            waiting.push((index, link));
        }
    }
    let asking = waiting.into_iter().map(|(index, link)| async move {
        let answer = web.get(&link).await;
        let found = answer.map(|answer| article::read(&decoded(&answer), &answer.address, zone));
        (index, link, found)
    });
    let mut asking = stream::iter(asking).buffer_unordered(ARTICLES_AT_A_TIME);
    while let Some((index, link, found)) = asking.next().await {
        match found {
            Ok(article) => article.complete(&mut reading.items[index]),
            Err(error) => reading.problems.push(not_further(&link, &error)),
        }
    }
    for item in &mut reading.items {
        item.date = item.date.or(date);
    }
    let undated = reading.items.iter().filter(|item| item.date.is_none()).count();
    if undated > 0 {
        let which =
            if undated == 1 { "1 story has".to_owned() } else { format!("{undated} stories have") };
        let place = reading.items.first().map_or("the page", |item| item.source.as_str());
        reading.problems.push(Problem::new(
            Place::whole(place),
            format!("{which} no date, on the page or on its own"),
            "say when they were published: roundup news dates",
        ));
    }
}

/// A page's text.
pub fn decoded(answer: &Answer) -> String {
    answer.decoded().text.into_owned()
}

fn not_further(address: &str, error: &FetchError) -> Problem {
    Problem::new(
        Place::whole(without_password(address)),
        format!("{error}: what stands there is missing"),
        "try again later: roundup news sync",
    )
}

/// The day after which nothing can be missing between items that stand in the order of their dates.
fn after(items: &[Item], zone: Tz) -> Option<NaiveDate> {
    let days: Option<Vec<NaiveDate>> =
        items.iter().map(|item| item.date.map(|date| date.days(zone).0)).collect();
    let days = days.filter(|days| days.is_sorted_by(|a, b| a >= b))?;
    days.last().copied()
}

/// Whether a page has an item that the pages before it have not.
fn adds(items: &[Item], page: &[Item]) -> bool {
    let all = Knowledge::of(items);
    page.iter().any(|item| !all.has(item))
}

fn add_page(reading: &mut Reading, mut page: Reading) {
    let all = Knowledge::of(&reading.items);
    let fresh: Vec<bool> = page.items.iter().map(|item| !all.has(item)).collect();
    let mut fresh = fresh.into_iter();
    page.items.retain(|_| fresh.next().unwrap_or(true));
    let so_far = reading.items.len();
    for (item, order) in page.items.iter_mut().zip(so_far + 1..) {
        item.order = i64::try_from(order).unwrap_or(i64::MAX);
    }
    reading.append(page);
}

/// Items by what they are known by.
struct Knowledge<'a> {
    links: HashMap<String, &'a Item>,
    ids: HashMap<&'a str, &'a Item>,
    newest: Vec<&'a Item>,
}

/// One of the newest known items shows that nothing lies between: one alone may have been taken away, and an old one may
/// stand first on every page.
const NEWEST: usize = 3;

impl<'a> Knowledge<'a> {
    fn of(items: &'a [Item]) -> Self {
        let links = items.iter().filter_map(|item| Some((canonical(item.link.as_deref()?), item)));
        let ids = items.iter().map(|item| (item.id.as_str(), item));
        let mut newest: Vec<&Item> = items.iter().collect();
        newest.sort_by_cached_key(|item| item.date.map(|date| date.days(Tz::UTC).1));
        let newest = newest.into_iter().rev().take(NEWEST).collect();
        Self { links: links.collect(), ids: ids.collect(), newest }
    }

    fn has(&self, item: &Item) -> bool {
        self.ids.contains_key(item.id.as_str())
            || self.of_link(item.link.as_deref()).is_some_and(|known| known.title == item.title)
    }

    /// Whether a page goes back to what is known: it has one of the newest known items, or mostly known ones.
    fn meets(&self, page: &[Item]) -> bool {
        let of_page = Knowledge { newest: Vec::new(), ..Knowledge::of(page) };
        let known = page.iter().filter(|item| self.has(item)).count();
        self.newest.iter().any(|item| of_page.has(item)) || (known > 0 && known * 2 >= page.len())
    }

    fn of_link(&self, link: Option<&str>) -> Option<&'a Item> {
        self.links.get(&canonical(link?)).copied()
    }
}
