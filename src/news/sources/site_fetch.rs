//! Fetches the news of one website: page by page, until a story that is known.
//! Shell: the network.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::{StreamExt, stream};

use super::crawl::{CrawlContext, CrawlResult, crawl, not_further};
use super::fetch::{FetchResult, FetchedBytes, Web};
use super::known::{Knowledge, add_page, adds, missing};
use crate::date::PartialDate;
use crate::news::dedupe::canonical;
use crate::news::item::{Item, Reading};
use crate::news::readers::csv;
use crate::news::readers::feed;
use crate::news::readers::ghost;
use crate::news::readers::json;
use crate::news::readers::pasted_page;
use crate::news::readers::wordpress;
use crate::news::readers::wordpress::Permalinks;
use crate::news::shown_address::{change_of_address, without_password};
use crate::news::source::{Settings, SourceContext, SourceKind};
use crate::news::source_state::Validators;
use crate::news::sources::fetch_error::FetchError;
use crate::news::store::Scope;
use crate::problem::{Place, Problem};

/// An archive of ten stories a page has this many pages after ten years.
const MOST_PAGES: usize = 60;
/// Stories that have left a list and whose own addresses are fetched in one go.
const MOST_PROBES: usize = 20;
/// Of them at the same time.
const PROBES_AT_A_TIME: usize = 4;

/// A question to a website.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    pub settings: Settings,
    /// For items that have none.
    pub date: Option<PartialDate>,
    /// When it answered last.
    pub answered: Option<DateTime<Utc>>,
    pub validators: Validators,
    /// Its items that are known.
    pub known: Vec<Item>,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// What a website said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteNews {
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

/// Fetches the news of a website, and what happened to stories that have left its list.
///
/// # Errors
/// When its first page cannot be had.
pub async fn ask(web: &Web, question: &FetchRequest) -> Result<SiteNews, FetchError> {
    let url = question.settings.url.as_deref().unwrap_or_default();
    let mut heard = match question.settings.kind {
        SourceKind::Feed => feed_pages(web, question, url).await,
        SourceKind::Wordpress | SourceKind::Ghost => posts(web, question, url).await,
        SourceKind::Page => pages(web, question, url).await,
        SourceKind::Csv
        | SourceKind::Json
        | SourceKind::Listing
        | SourceKind::Markdown
        | SourceKind::Hugo
        | SourceKind::Jekyll
        | SourceKind::Zola
        | SourceKind::Eleventy => whole(web, question, url).await,
    }?;
    if let SiteNews::News(news) = &mut heard
        && news.scope == Scope::Part
    {
        let missing = missing(&question.known, &news.reading, question.zone);
        news.withdrawn = withdrawn(web, &missing, url).await;
        news.missing = missing.into_iter().map(|item| item.id.clone()).collect();
    }
    Ok(heard)
}

/// Those whose own address says that they are there no more (RFC 9110, 15.5.5 and 15.5.11). Nothing else says so: a server
/// that is down, or a story that a list forgot, proves nothing. We connect only to the source's own website.
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
    let found = stream::iter(asking).buffer_unordered(PROBES_AT_A_TIME);
    found.filter_map(|id| async move { id }).collect().await
}

/// One answer that has everything.
async fn whole(web: &Web, question: &FetchRequest, url: &str) -> Result<SiteNews, FetchError> {
    let answer = match web.get_unless_same(url, &question.validators).await? {
        FetchResult::Same => return Ok(SiteNews::Same),
        FetchResult::New(answer) => answer,
    };
    let FetchRequest { settings, date, zone, .. } = question;
    let opened = SourceContext { settings, shown: &answer.address, zone: *zone, date: *date };
    let mut reading = match settings.kind {
        SourceKind::Csv => csv::read(&opened, &answer.bytes),
        SourceKind::Json => json::read(&opened, &answer.bytes),
        _ => pasted_page::read(&opened, &answer.bytes),
    };
    // A page of teasers shows the newest; a table is what it is.
    let is_whole = matches!(settings.kind, SourceKind::Csv | SourceKind::Json) && !reading.has_lost;
    reading.problems.extend(moved(url, &answer));
    Ok(SiteNews::News(Box::new(News {
        reading,
        scope: if is_whole { Scope::Whole } else { Scope::Part },
        validators: answer.validators,
        to_the_end: is_whole,
        missing: Vec::new(),
        withdrawn: Vec::new(),
    })))
}

/// Says that a source's address has moved for good, and the line to change.
fn moved(url: &str, answer: &FetchedBytes) -> Option<Problem> {
    let to = answer.moved.as_ref()?;
    // A page that only gets its last slash has not moved for anybody.
    (canonical(to) != canonical(url) || to.starts_with("https:") != url.starts_with("https:")).then(
        || {
            Problem::new(
                Place::whole(without_password(url)),
                format!("it has moved for good to {}", without_password(to)),
                change_of_address(url, to),
            )
        },
    )
}

async fn feed_pages(web: &Web, question: &FetchRequest, url: &str) -> Result<SiteNews, FetchError> {
    let FetchRequest { settings, zone, .. } = question;
    let known = Knowledge::of(&question.known);
    let mut answer = match web.get_unless_same(url, &question.validators).await? {
        FetchResult::Same => return Ok(SiteNews::Same),
        FetchResult::New(answer) => answer,
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
    let is_complete = reading.is_complete;
    let mut to_the_end = is_complete;
    let mut met = is_complete || known.meets(&reading.items);
    for number in 1..MOST_PAGES {
        let Some(next) = feed::next_page(&answer.address, &answer.bytes, number) else {
            to_the_end = is_complete || number > 1;
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
    let mut news = News::part(reading, validators, to_the_end);
    if is_complete {
        news.scope = Scope::Whole;
    }
    Ok(SiteNews::News(Box::new(news)))
}

/// The feed that a page names, and what is in it.
async fn advertised(
    web: &Web,
    settings: &Settings,
    answer: &FetchedBytes,
    zone: Tz,
) -> Option<(FetchedBytes, Reading)> {
    let html = answer.decoded().text;
    let address = feed::advertised_feeds(&html, &answer.address).into_iter().next()?;
    let found = web.get(&address).await.ok()?;
    let mut reading = feed::read_text(&settings.name, &found.address, &found.decoded(), zone);
    reading.problems.push(Problem::new(
        Place::whole(without_password(&answer.address)),
        "this is a web page: the feed that it names was read instead",
        if without_password(&address) == address {
            format!("write url = \"{address}\" in roundup.toml")
        } else {
            "copy the feed’s address out of the page’s source into url in roundup.toml".to_owned()
        },
    ));
    (!reading.items.is_empty()).then_some((found, reading))
}

/// Posts of `WordPress` or Ghost: the newest, until a page has one that is known; then those that changed since.
async fn posts(web: &Web, question: &FetchRequest, url: &str) -> Result<SiteNews, FetchError> {
    let FetchRequest { settings, zone, answered, .. } = question;
    let key = settings.key.as_deref().unwrap_or_default();
    let is_ghost = settings.kind == SourceKind::Ghost;
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
        let (reading, posts) = wordpress::read(&settings.name, url, bytes, *zone);
        (reading, posts >= wordpress::POSTS_A_PAGE)
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
    Ok(SiteNews::News(Box::new(news)))
}

/// A website without a feed.
async fn pages(web: &Web, question: &FetchRequest, url: &str) -> Result<SiteNews, FetchError> {
    let FetchRequest { settings, known, date, zone, now, .. } = question;
    let before = CrawlContext { settings, date: *date, known, zone: *zone, now: *now };
    let CrawlResult { mut reading, to_the_end, first } = crawl(web, before, url).await?;
    reading.problems.extend(moved(url, &first));
    Ok(SiteNews::News(Box::new(News::part(reading, Validators::default(), to_the_end))))
}
