//! What news a website offers: a feed, `WordPress`, or a page that lists stories.
//! Shell: the network.

use chrono_tz::Tz;
use scraper::{Html, Selector};

use super::crawl::{Crawler, text_of};
use super::fetch::{FetchedBytes, Web};
use super::fetch_error::FetchError;
use super::website_news::WebsiteNews;
use crate::news::readers::feed;
use crate::news::readers::page::{self, learn};
use crate::news::readers::wordpress;
use crate::news::readers::wordpress::Permalinks;
use crate::news::source::SourceKind;
use crate::rfc::text::one_line;

/// Where programs put feeds that their pages do not name.
const USUAL_FEEDS: [&str; 5] = ["feed", "rss.xml", "feed.xml", "atom.xml", "index.xml"];
/// Words of links that lead to a page of news.
const NEWS_WORDS: [&str; 8] =
    ["news", "latest", "blog", "stories", "updates", "newyddion", "actualités", "press"];
/// Pages that are looked at for a list of stories.
const MOST_NEWS_PAGES: usize = 3;
/// Fewer are a coincidence.
const FEWEST_STORIES: usize = 3;
const LONGEST_TITLE_CHARS: usize = 60;

/// A website, as far as a newsletter wants to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website {
    /// Where it answered.
    pub address: String,
    /// What it calls itself.
    pub title: Option<String>,
    pub news: Option<WebsiteNews>,
}

/// Looks at a website. An address without a scheme gets `https://`.
///
/// # Errors
/// When its page cannot be had.
pub async fn look_at(web: &Web, address: &str, zone: Tz) -> Result<Website, FetchError> {
    let mut crawler = Crawler::new(web);
    let home = crawler.get(&with_scheme(address)).await?;
    if let Some(news) = feed_of(&home, zone) {
        return Ok(website_of_feed(&mut crawler, &home, news).await);
    }
    let html = text_of(&mut crawler, &home).await;
    let head = PageHead::read(&html, &home.address);
    let news = match wordpress_of(&mut crawler, &head, zone).await {
        Some(news) => Some(news),
        None => match feeds_of(&mut crawler, &html, &home.address, zone).await {
            Some(news) => Some(news),
            None => listing_of(&mut crawler, &html, &head, &home.address, zone).await,
        },
    };
    Ok(Website { address: home.address, title: head.title, news })
}

/// The website of a feed that somebody named in its place: the one that the feed names, or the one where it stands.
async fn website_of_feed(
    crawler: &mut Crawler<'_>,
    answer: &FetchedBytes,
    news: WebsiteNews,
) -> Website {
    let feed = feed::head(&answer.address, &answer.decoded().text);
    let stands_at = url::Url::parse(&answer.address).and_then(|url| url.join("/"));
    let stands_at = stands_at.map_or_else(|_| answer.address.clone(), String::from);
    let address = feed.home.unwrap_or(stands_at);
    // The page calls the website by its name; a feed is often called "News".
    let page = match crawler.get(&address).await {
        Ok(page) => PageHead::read(&text_of(crawler, &page).await, &page.address).title,
        Err(_) => None,
    };
    let title = page.or(feed.title.map(|title| short(&title)).filter(|title| !title.is_empty()));
    Website { address, title, news: Some(news) }
}

/// `charity.example` as people type it.
fn with_scheme(address: &str) -> String {
    let address = address.trim();
    if address.contains("://") { address.to_owned() } else { format!("https://{address}") }
}

fn feed_of(answer: &FetchedBytes, zone: Tz) -> Option<WebsiteNews> {
    if !is_like_a_feed(&answer.decoded().text) {
        return None;
    }
    let reading = feed::read_text("website", &answer.address, &answer.decoded(), zone);
    WebsiteNews::new(SourceKind::Feed, answer.address.clone(), &reading.items, zone)
}

/// Whether a text begins as a feed does. The reader of feeds would find a story in many a web page.
fn is_like_a_feed(text: &str) -> bool {
    const BEGINNING_CHARS: usize = 2000;
    let beginning: String = text.trim_start().chars().take(BEGINNING_CHARS).collect();
    let beginning = beginning.to_lowercase();
    let roots = ["<rss", "<feed", "<rdf", "<channel"];
    beginning.starts_with('{') || roots.iter().any(|root| beginning.contains(root))
}

/// Posts of `WordPress`: its own list has them all, where a feed has ten.
async fn wordpress_of(crawler: &mut Crawler<'_>, head: &PageHead, zone: Tz) -> Option<WebsiteNews> {
    let site = head.wordpress.as_ref()?;
    let address = wordpress::address(site, Permalinks::Pretty, 1, None)?;
    let answer = crawler.get(&address).await.ok()?;
    let (reading, _) = wordpress::read("website", site, &answer.bytes, zone);
    WebsiteNews::new(SourceKind::Wordpress, site.clone(), &reading.items, zone)
}

/// The feed that the page names, or one at a usual place.
async fn feeds_of(
    crawler: &mut Crawler<'_>,
    html: &str,
    address: &str,
    zone: Tz,
) -> Option<WebsiteNews> {
    let named = feed::advertised_feeds(html, address);
    let base = url::Url::parse(address).ok()?;
    let usual = USUAL_FEEDS.iter().filter_map(|name| base.join(&format!("/{name}")).ok());
    let usual: Vec<String> = usual.map(String::from).collect();
    for address in named.iter().chain(&usual) {
        let Ok(answer) = crawler.get(address).await else { continue };
        if let Some(news) = feed_of(&answer, zone) {
            return Some(news);
        }
    }
    None
}

/// The page that lists the stories: one that the home page links to by such a word, or the home page itself.
async fn listing_of(
    crawler: &mut Crawler<'_>,
    html: &str,
    head: &PageHead,
    address: &str,
    zone: Tz,
) -> Option<WebsiteNews> {
    for page in &head.news_pages {
        let Ok(answer) = crawler.get(page).await else { continue };
        let html = text_of(crawler, &answer).await;
        if let Some(news) = list_on(&html, &answer.address, zone) {
            return Some(news);
        }
    }
    list_on(html, address, zone)
}

fn list_on(html: &str, address: &str, zone: Tz) -> Option<WebsiteNews> {
    let guess = learn::learn(html, address, zone).into_iter().next()?;
    let listed = page::read("website", address, html, &guess.select, zone, 1, 0);
    if listed.reading.items.len() < FEWEST_STORIES {
        return None;
    }
    let news = WebsiteNews::new(SourceKind::Page, address.to_owned(), &listed.reading.items, zone)?;
    Some(WebsiteNews { select: Some(guess.select), ..news })
}

/// What a page says of its website.
#[derive(Debug, Default, PartialEq, Eq)]
struct PageHead {
    title: Option<String>,
    /// The address of a `WordPress` site.
    wordpress: Option<String>,
    news_pages: Vec<String>,
}

impl PageHead {
    fn read(html: &str, address: &str) -> Self {
        let page = Html::parse_document(html);
        let base = url::Url::parse(&page::base_of(&page, address)).ok();
        let absolute = |link: &str| base.as_ref().and_then(|base| base.join(link).ok());
        let first = |selector: &str, name: &str| {
            let selector = Selector::parse(selector).ok()?;
            let found = page.select(&selector).next()?;
            found.attr(name).map(str::to_owned).filter(|text| !text.trim().is_empty())
        };
        let site_name = first("meta[property='og:site_name']", "content")
            .or_else(|| first("meta[name='application-name']", "content"));
        let title = Selector::parse("head title").ok().and_then(|selector| {
            let found = page.select(&selector).next()?;
            Some(last_part(&found.text().collect::<String>()))
        });
        let wordpress = first("link[rel='https://api.w.org/']", "href")
            .and_then(|link| absolute(&link))
            .map(|url| url.as_str().split("wp-json").next().unwrap_or_default().to_owned());
        Self {
            title: site_name.or(title).map(|text| short(&text)).filter(|text| !text.is_empty()),
            wordpress: wordpress.filter(|site| !site.contains('?')),
            news_pages: news_pages(&page, base.as_ref()),
        }
    }
}

/// Pages of the same website whose links have a word for news, the surest first.
fn news_pages(page: &Html, base: Option<&url::Url>) -> Vec<String> {
    let (Ok(selector), Some(base)) = (Selector::parse("a[href]"), base) else { return Vec::new() };
    let mut found: Vec<(usize, String)> = Vec::new();
    for link in page.select(&selector) {
        let text = link.text().collect::<String>().trim().to_lowercase();
        let Some(url) = link.attr("href").and_then(|href| base.join(href).ok()) else { continue };
        let path = url.path().trim_matches('/').to_lowercase();
        let is_other = url.host_str() != base.host_str() || path.is_empty();
        let words = text.split_whitespace().count();
        let rank = NEWS_WORDS.iter().position(|word| {
            text.split(|c: char| !c.is_alphanumeric()).any(|part| part == *word) && words <= 4
                || path.split(['/', '-', '.']).next_back() == Some(word)
        });
        let (Some(rank), false) = (rank, is_other) else { continue };
        let address = url.as_str().split('#').next().unwrap_or_default().to_owned();
        if !found.iter().any(|(_, known)| *known == address) {
            found.push((rank, address));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, address)| address).take(MOST_NEWS_PAGES).collect()
}

/// What stands between a page's name and its website's.
const SEPARATORS: [&str; 6] = [" | ", " – ", " — ", " - ", " · ", " :: "];

/// "News | Example Charity" is Example Charity: what a title ends in is the website's own name.
fn last_part(title: &str) -> String {
    let end = SEPARATORS
        .iter()
        .filter_map(|separator| title.rfind(separator).map(|at| at + separator.len()))
        .max()
        .unwrap_or_default();
    title[end..].to_owned()
}

fn short(text: &str) -> String {
    one_line(text).chars().take(LONGEST_TITLE_CHARS).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_website_and_its_pages_of_news() {
        for (html, title, wordpress, pages) in [
            (
                "<title>Home | Example Charity</title><a href=/latest>Latest</a><a href=/news/>News &amp; views</a>\
                 <a href=/news/#top>News</a><a href=/donate>Donate</a><a href=https://other.example/news>News</a>",
                Some("Example Charity"),
                None,
                vec!["https://c.example/news/", "https://c.example/latest"],
            ),
            (
                "<title>Welcome</title><meta property=og:site_name content='Safe  Childhood'>\
                 <link rel='https://api.w.org/' href='https://c.example/site/wp-json/'>",
                Some("Safe Childhood"),
                Some("https://c.example/site/"),
                vec![],
            ),
            (
                "<a href='/about-our-newsroom-policy'>About the newsroom and us</a>",
                None,
                None,
                vec![],
            ),
            ("", None, None, vec![]),
        ] {
            let head = PageHead::read(html, "https://c.example/");
            assert_eq!(head.title.as_deref(), title, "{html}");
            assert_eq!(head.wordpress.as_deref(), wordpress, "{html}");
            assert_eq!(head.news_pages, pages, "{html}");
        }
        assert!(
            is_like_a_feed("<?xml version='1.0'?><RSS><channel>")
                && is_like_a_feed(" {\"items\":[]}")
        );
        assert!(!is_like_a_feed("<title>N</title><link rel=alternate href=/feed><item>"));
        assert_eq!(with_scheme(" charity.example "), "https://charity.example");
        assert_eq!(with_scheme("http://charity.example"), "http://charity.example");
        assert_eq!(last_part("A - B – C"), "C");
    }

    proptest::proptest! {
        #[test]
        fn no_page_ends_the_process(html in "(<(a href|title|link rel)[ ='>]\\PC{0,40}){0,5}") {
            PageHead::read(&html, "https://c.example/");
        }
    }
}
