//! Sitemaps (sitemaps.org) and news sitemaps: addresses of pages, and of news their titles and days.
//! Pure: XML in, stories out.

use chrono_tz::Tz;
use scraper::{ElementRef, Html};

use crate::date::PartialDate;
use crate::news::dedupe::canonical;
use crate::news::item::{Evidence, Item, title_from, web_address};
use crate::news::readers::nesting::flattened;
use crate::problem::Place;
use crate::rfc::text::one_line;

/// A sitemap of a whole site may have fifty thousand; the news are those that look like news.
const MOST_STORIES: usize = 500;
/// An address of a news sitemap has a dozen parts, and its pictures.
const MOST_PARTS: usize = 200;
/// Words of addresses below which news lie.
const NEWS_PATHS: &str = "news|blog|blogs|stories|story|press|press-releases|press-release|articles|article|posts|post|updates|\
    latest|media|announcements|newyddion|aktuelles|actualites|noticias";

/// Whether an answer is a sitemap and not a page.
pub fn is_sitemap(text: &str) -> bool {
    let start: String = text.chars().take(2000).collect();
    start.contains("<urlset") || start.contains("<sitemapindex")
}

/// The sitemaps that an index of sitemaps names, those of news first.
pub fn children(text: &str, base: &str) -> Vec<String> {
    let page = Html::parse_document(&flattened(&readable(text)));
    let mut found: Vec<String> = page
        .root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "sitemap")
        .filter_map(|element| web_address(&child(element, "loc")?, Some(base)))
        .collect();
    let is_news = |address: &String| !path_words(address).iter().any(|word| is_news_word(word));
    found.sort_by_key(is_news);
    found
}

/// The stories of a sitemap: those with a title and a day of their own (Google's news sitemaps), else the pages that lie
/// where news lie. When a page was changed says nothing of when it was published. Of more than `MOST_STORIES` those that
/// changed last are taken; the number of the others comes with them.
pub fn stories(source: &str, text: &str, base: &str, zone: Tz) -> (Vec<Item>, usize) {
    let page = Html::parse_document(&flattened(&readable(text)));
    let urls: Vec<ElementRef<'_>> = page
        .root_element()
        .descendent_elements()
        .filter(|element| element.value().name() == "url")
        .collect();
    let is_news = urls.iter().any(|url| child(*url, "news-title").is_some());
    let mut wanted: Vec<(ElementRef<'_>, String, Option<String>)> = urls
        .into_iter()
        .filter_map(|url| {
            let link = web_address(&child(url, "loc")?, Some(base))?;
            let title = child(url, "news-title");
            let is_wanted = if is_news { title.is_some() } else { is_story(&link) };
            is_wanted.then_some((url, link, title))
        })
        .collect();
    let cut = wanted.len().saturating_sub(MOST_STORIES);
    if cut > 0 {
        // Days in ISO 8601 are in the order of their letters.
        wanted.sort_by_cached_key(|(url, ..)| std::cmp::Reverse(child(*url, "lastmod")));
        wanted.truncate(MOST_STORIES);
    }
    let mut items = Vec::with_capacity(wanted.len());
    for (url, link, title) in wanted {
        let date = child(url, "news-publication_date")
            .and_then(|text| PartialDate::parse(&text, zone).ok());
        let title_made = title.is_none();
        let evidence = Evidence {
            title: Some(
                if title_made { "made from its address" } else { "the news sitemap" }.to_owned(),
            ),
            link: Some("the sitemap".to_owned()),
            date: date.map(|_| "the news sitemap: its date of publication".to_owned()),
            ..Evidence::default()
        };
        items.push(Item {
            id: canonical(&link),
            title: title.unwrap_or_else(|| title_of(&link)),
            title_made,
            place: Place::whole(&link),
            link: Some(link),
            date,
            source: source.to_owned(),
            evidence,
            ..Item::default()
        });
    }
    (items, cut)
}

/// An HTML parser knows no prefixes and no CDATA.
fn readable(text: &str) -> String {
    let text = text.replace("<![CDATA[", "").replace("]]>", "");
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive('>') {
        // `<news:title>` and `<n:title>`, whatever the prefix: only the news schema has a title or a date.
        let at = piece.find('<').unwrap_or(0);
        let (before, tag) = piece.split_at(at);
        out.push_str(before);
        let (open, name) = match tag.strip_prefix("</") {
            Some(name) => ("</", name),
            None => ("<", tag.strip_prefix('<').unwrap_or(tag)),
        };
        match name.split_once(':').filter(|(prefix, _)| {
            !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_alphanumeric())
        }) {
            Some((prefix, rest)) if tag.starts_with('<') => {
                let prefix =
                    if ["title", "publication_date"].iter().any(|name| rest.starts_with(name))
                        && !prefix.contains("image")
                        && !prefix.contains("video")
                    {
                        "news"
                    } else {
                        prefix
                    };
                out.push_str(&format!("{open}{prefix}-{rest}"));
            }
            _ => out.push_str(tag),
        }
    }
    out
}

fn child(element: ElementRef<'_>, name: &str) -> Option<String> {
    let own =
        element.descendent_elements().skip(1).take_while(|inner| inner.value().name() != "url");
    let found = own.take(MOST_PARTS).find(|inner| inner.value().name() == name)?;
    // The text of its own, not of what an unclosed element swallowed.
    let text: String = found
        .children()
        .take_while(|node| !node.value().is_element())
        .filter_map(|node| node.value().as_text())
        .map(|text| &**text)
        .collect();
    Some(one_line(&text)).filter(|text| !text.is_empty())
}

fn path_words(address: &str) -> Vec<String> {
    let path = url::Url::parse(address).map(|url| url.path().to_lowercase()).unwrap_or_default();
    path.split(['/', '-', '_', '.']).map(str::to_owned).collect()
}

fn is_news_word(word: &str) -> bool {
    NEWS_PATHS.split('|').any(|other| other == word)
}

/// Whether an address lies below a folder of news: `/news/fair`, `/2020/12/fair`, and not `/news/` or `/news/page/2`.
fn is_story(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let parts: Vec<String> = url
        .path()
        .to_lowercase()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let Some((last, folders)) = parts.split_last() else { return false };
    let is_list = folders.iter().any(|part| {
        matches!(
            part.as_str(),
            "page" | "category" | "tag" | "author" | "topic" | "tags" | "categories"
        )
    });
    let is_year = |part: &String| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
    !is_list && !is_year(last) && folders.iter().any(|part| is_news_word(part) || is_year(part))
}

fn title_of(address: &str) -> String {
    let url = url::Url::parse(address);
    let last = url
        .as_ref()
        .ok()
        .and_then(|url| url.path_segments()?.rfind(|part| !part.is_empty()))
        .unwrap_or(address);
    let stem = last.split('.').next().unwrap_or(last);
    let words = stem.replace(['-', '_'], " ");
    let mut chars = words.chars();
    let title: String =
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    title_from(&title)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn of_a_long_sitemap_what_changed_last_is_taken_and_the_rest_is_counted() {
        let urls: String = (0..MOST_STORIES + 7)
            .map(|at| {
                let month = 1 + at / 50;
                format!(
                    "<url><loc>https://e.org/news/a{at}</loc><lastmod>2020-{month:02}-01</lastmod></url>"
                )
            })
            .collect();
        let text = format!("<urlset>{urls}</urlset>");
        let (items, cut) = stories("s", &text, "https://e.org/sitemap.xml", London);
        assert_eq!((items.len(), cut), (MOST_STORIES, 7));
        assert!(items.iter().any(|item| item.id == format!("e.org/news/a{}", MOST_STORIES + 6)));
    }

    #[test]
    fn news_of_a_news_sitemap_and_pages_of_any_other() {
        let news = r#"<?xml version="1.0"?><urlset xmlns="s" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
            <url><loc>https://e.org/a</loc><lastmod>2021-05-05</lastmod><n:news><n:publication><n:name>N</n:name></n:publication>
            <n:publication_date>2020-12-03T09:00:00Z</n:publication_date><n:title><![CDATA[Fish & chips]]></n:title></n:news></url>
            <url><loc>https://e.org/about</loc></url></urlset>"#;
        assert!(is_sitemap(news));
        let items = stories("s", news, "https://e.org/sitemap.xml", London).0;
        let told: Vec<(&str, String)> = items
            .iter()
            .map(|item| (item.title.as_str(), item.date.unwrap().to_string()))
            .collect();
        assert_eq!(told, [("Fish & chips", "2020-12-03T09:00:00Z".to_owned())]);
        let plain = "<urlset><url><loc>https://e.org/</loc></url><url><loc>https://e.org/news/</loc></url>\
            <url><loc>https://e.org/news/spring-fair</loc><lastmod>2021-05-05</lastmod></url><url><loc>https://e.org/news/page/2</loc></url></urlset>";
        let items = stories("s", plain, "https://e.org/sitemap.xml", London).0;
        assert_eq!(items.len(), 1);
        assert_eq!(
            (items[0].title.as_str(), items[0].title_made, items[0].date),
            ("Spring fair", true, None)
        );
        let index = "<sitemapindex><sitemap><loc>/pages.xml</loc></sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>";
        assert_eq!(
            children(index, "https://e.org/"),
            ["https://e.org/news.xml", "https://e.org/pages.xml"]
        );
    }
}
