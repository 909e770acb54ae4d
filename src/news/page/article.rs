//! One story's own page: its date, summary and picture, from whatever the page says of them.
//! Pure: HTML in, findings out.
//!
//! The order of trust for the date, as the makers of htmldate measured it: what the page tells search engines (JSON-LD),
//! what it tells other sites (`meta`), microdata, `<time>`, the address, and at last the words that people see. Dates of
//! changes are never taken for the date of publication.

use chrono_tz::Tz;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use super::{date_of, text_of};
use crate::news::answers::is_open;
use crate::news::date::PartialDate;
use crate::news::fields::plain_text;
use crate::news::item::{Image, Item, web_address};
use crate::rfc::header::one_line;

/// What a page says of its story.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub summary: Option<String>,
    pub image: Option<Image>,
}

/// Names of `meta` elements that tell when something was published.
const DATE_NAMES: [&str; 34] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "og:pubdate",
    "article:published",
    "article.published",
    "article_date_original",
    "bt:pubdate",
    "citation_date",
    "citation_publication_date",
    "cxenseparse:recs:publishtime",
    "date",
    "date.created",
    "date_published",
    "datepublished",
    "dc.date",
    "dc.date.created",
    "dc.date.issued",
    "dc.date.publication",
    "dcterms.created",
    "dcterms.date",
    "dcterms.issued",
    "displaydate",
    "originalpublicationdate",
    "parsely-pub-date",
    "pubdate",
    "publication_date",
    "publish-date",
    "publish_date",
    "published_time",
    "rnews:datepublished",
    "sailthru.date",
    "shareaholic:article_published_time",
    "timestamp",
];
/// Within JSON-LD nothing of use lies deeper.
const DEEPEST_DATA: usize = 12;
/// A longer text is prose, in which a day may be any day.
const LONGEST_DATE_LINE_CHARS: usize = 90;
/// A shorter paragraph is a caption or a button.
const SHORTEST_PARAGRAPH_CHARS: usize = 60;

/// Reads the page of one story.
pub fn read(html: &str, address: &str, zone: Tz) -> Article {
    let page = Html::parse_document(html);
    let meta = |names: &[&str]| {
        select(&page, "meta").find_map(|element| {
            let value = element.value();
            let name = ["property", "name", "itemprop"].iter().find_map(|key| value.attr(key))?;
            let wanted = names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted));
            value.attr("content").filter(|text| wanted && !text.trim().is_empty())
        })
    };
    let date = date_in_data(&page, zone)
        .or_else(|| meta(&DATE_NAMES).and_then(|text| PartialDate::parse(text, zone).ok()))
        .or_else(|| date_in_markup(&page, zone))
        .or_else(|| date_in_address(address))
        .or_else(|| date_in_words(&page, zone));
    let title = select(&page, "h1")
        .map(text_of)
        .find(|text| !text.is_empty())
        .or_else(|| meta(&["og:title", "twitter:title"]).map(one_line));
    let summary = meta(&["og:description", "description", "twitter:description"])
        .map(plain_text)
        .filter(|text| !text.is_empty())
        .or_else(|| {
            select(&page, "article p, main p, [role=main] p, .content p, #content p")
                .map(text_of)
                .find(|text| text.chars().count() >= SHORTEST_PARAGRAPH_CHARS)
        });
    let image = meta(&["og:image", "og:image:url", "twitter:image"])
        .and_then(|text| web_address(text, Some(address)))
        .map(|picture| Image {
            address: picture,
            alt: one_line(meta(&["og:image:alt", "twitter:image:alt"]).unwrap_or_default()),
        });
    Article { title, date, summary, image }
}

impl Article {
    /// What was found when the page was read for an item that is known: it need not be asked for again.
    pub fn found_before(known: &Item) -> Self {
        Self {
            title: (!known.title_made).then(|| known.title.clone()),
            date: known.date,
            summary: Some(known.summary.clone()),
            image: known.image.clone(),
        }
    }

    /// Gives an item what it lacks; what the listing said of it stays.
    pub fn complete(self, item: &mut Item) {
        if item.title_made
            && let Some(title) = self.title
        {
            item.title = title;
            item.title_made = false;
        }
        // A whole day is better than the month that a listing says.
        if is_open(item.date) {
            item.date = self.date.or(item.date);
        }
        if item.summary.is_empty() {
            item.summary = self.summary.unwrap_or_default();
        }
        match (&mut item.image, self.image) {
            (None, found) => item.image = found,
            (Some(image), Some(found)) if image.alt.is_empty() => image.alt = found.alt,
            _ => {}
        }
    }
}

fn select<'a>(page: &'a Html, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<ElementRef<'a>> =
        Selector::parse(selector).map(|s| page.select(&s).collect()).unwrap_or_default();
    found.into_iter()
}

fn date_in_data(page: &Html, zone: Tz) -> Option<PartialDate> {
    select(page, "script[type='application/ld+json']").find_map(|script| {
        let text: String = script.text().collect();
        let data: Value = serde_json::from_str(text.trim()).ok()?;
        published(&data, 0).and_then(|text| PartialDate::parse(&text, zone).ok())
    })
}

/// `datePublished`, not `sdDatePublished`, which is when the data was made.
fn published(value: &Value, depth: usize) -> Option<String> {
    if depth > DEEPEST_DATA {
        return None;
    }
    match value {
        Value::Object(map) => map
            .get("datePublished")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| map.values().find_map(|inner| published(inner, depth + 1))),
        Value::Array(values) => values.iter().find_map(|inner| published(inner, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn date_in_markup(page: &Html, zone: Tz) -> Option<PartialDate> {
    let says_change = |element: &ElementRef<'_>| {
        let value = element.value();
        ["class", "itemprop", "id"]
            .iter()
            .filter_map(|name| value.attr(name))
            .any(|text| text.contains("odified") || text.contains("pdated"))
    };
    [
        "[itemprop=datePublished]",
        "[itemprop=dateCreated]",
        "time[pubdate]",
        "article time, main time",
        "time",
        ".published, .date-published, .entry-date, .post-date, .article-date, .news-date, .date",
    ]
    .iter()
    .find_map(|selector| {
        select(page, selector)
            .filter(|element| !says_change(element))
            .find_map(|element| date_of(element, zone))
    })
}

/// `/2020/12/03/`, `/2020-12-03-`, or `/2020/12/` in an address.
pub fn date_in_address(address: &str) -> Option<PartialDate> {
    let path = url::Url::parse(address).ok()?.path().to_owned();
    let parts: Vec<&str> = path.split(['/', '-', '_', '.']).collect();
    let number = |text: &str, length: usize| -> Option<u32> {
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        (is_number && (1..=length).contains(&text.len())).then(|| text.parse().ok()).flatten()
    };
    let mut month_only = None;
    for at in 0..parts.len() {
        let Some(year) = number(parts[at], 4).filter(|year| (1990..=2100).contains(year)) else {
            continue;
        };
        let month =
            parts.get(at + 1).and_then(|text| number(text, 2)).filter(|m| (1..=12).contains(m));
        let day =
            parts.get(at + 2).and_then(|text| number(text, 2)).filter(|d| (1..=31).contains(d));
        let text = match (month, day) {
            (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year}-{month:02}"),
            _ => continue,
        };
        let Ok(date) = PartialDate::parse(&text, Tz::UTC) else { continue };
        match date {
            PartialDate::Day(_) => return Some(date),
            _ => month_only = month_only.or(Some(date)),
        }
    }
    month_only
}

fn date_in_words(page: &Html, zone: Tz) -> Option<PartialDate> {
    let body = ["article", "main", "[role=main]", "#content", ".content", "body"]
        .iter()
        .find_map(|selector| select(page, selector).next())?;
    body.text()
        .map(str::trim)
        .filter(|text| (6..=LONGEST_DATE_LINE_CHARS).contains(&text.chars().count()))
        .find_map(|text| date_in_text(text, zone))
}

/// The first whole day that a short text names, as in "Posted on Tuesday, 30th April 2019 by Ann".
pub fn date_in_text(text: &str, zone: Tz) -> Option<PartialDate> {
    if text.chars().count() > LONGEST_DATE_LINE_CHARS {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    for at in 0..words.len() {
        // The longest first: with weekday and time before day, month and year alone.
        for length in (1..=6).rev() {
            let Some(part) = words.get(at..at + length) else { continue };
            let part = part.join(" ");
            let part = part
                .trim_matches(|c: char| matches!(c, ',' | '.' | '|' | '–' | '-' | ':' | '(' | ')'));
            if let Ok(date @ (PartialDate::Day(_) | PartialDate::Instant(_))) =
                PartialDate::parse(part, zone)
            {
                return Some(date);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn date(html: &str, address: &str) -> Option<String> {
        read(html, address, London).date.map(|date| date.to_string())
    }

    #[test]
    fn the_date_from_wherever_the_page_has_it() {
        let address = "https://e.org/fair";
        for (html, expected) in [
            (
                r#"<script type="application/ld+json">{"@graph":[{"sdDatePublished":"2001-01-01","dateModified":"2021-01-01"},
                   {"@type":"NewsArticle","datePublished":"2020-12-03"}]}</script><meta name="date" content="2019-01-01">"#,
                Some("2020-12-03"),
            ),
            (
                r#"<meta property="article:modified_time" content="2021-01-01"><meta property="article:published_time" content="2020-12-03">"#,
                Some("2020-12-03"),
            ),
            (r#"<meta name="DC.date.issued" content="2020-12-03">"#, Some("2020-12-03")),
            (
                r#"<span itemprop="dateModified">1 Jan 2021</span><span itemprop="datePublished">3 December 2020</span>"#,
                Some("2020-12-03"),
            ),
            (
                r#"<time class="updated" datetime="2021-01-01"></time><time datetime="2020-12-03">Thursday</time>"#,
                Some("2020-12-03"),
            ),
            (r#"<div class="news-date">Thursday, 3rd December 2020</div>"#, Some("2020-12-03")),
            (
                "<main><h1>Fair</h1><p>Posted on Thursday, 3rd December 2020 by Ann</p></main>",
                Some("2020-12-03"),
            ),
            (
                "<main><p>The fair of 3 December 2020 was, as everybody who came there has told us since and often, a good one.</p></main>",
                None,
            ),
            ("<p>no date at all</p>", None),
            (r#"<script type="application/ld+json">{not json</script>"#, None),
        ] {
            assert_eq!(date(html, address).as_deref(), expected, "{html}");
        }
    }

    #[test]
    fn the_date_in_an_address() {
        for (address, expected) in [
            ("https://e.org/2020/12/03/fair", Some("2020-12-03")),
            ("https://e.org/news/2020-12-03-fair.html", Some("2020-12-03")),
            ("https://e.org/2020/12/fair", Some("2020-12")),
            ("https://e.org/2020/fair", None),
            ("https://e.org/1020/12/03", None),
            ("https://e.org/2020/13/03", None),
        ] {
            let found = date_in_address(address).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{address}");
        }
        // A page that says more than its address is believed.
        let html = r#"<meta name="date" content="2020-12-05">"#;
        assert_eq!(date(html, "https://e.org/2020/12/03/x").as_deref(), Some("2020-12-05"));
    }

    #[test]
    fn an_item_gets_what_it_lacks_and_keeps_what_it_has() {
        let html = r#"<html><head><meta property="og:description" content="A &lt;b&gt;full&lt;/b&gt; fair.">
            <meta property="og:image" content="/f.jpg"><meta property="og:image:alt" content="A table">
            <meta name="date" content="2020-12-03"></head><body><h1>The fair</h1></body></html>"#;
        let mut item = Item { title: "Made".to_owned(), title_made: true, ..Item::default() };
        read(html, "https://e.org/fair", London).complete(&mut item);
        assert_eq!((item.title.as_str(), item.summary.as_str()), ("The fair", "A full fair."));
        assert_eq!(item.image.as_ref().unwrap().address, "https://e.org/f.jpg");
        assert_eq!(item.date.unwrap().to_string(), "2020-12-03");
        let mut known = Item {
            title: "Ours".to_owned(),
            summary: "Text".to_owned(),
            date: PartialDate::parse("2020-12-01", London).ok(),
            ..Item::default()
        };
        read(html, "https://e.org/fair", London).complete(&mut known);
        assert_eq!((known.title.as_str(), known.summary.as_str()), ("Ours", "Text"));
        assert_eq!(known.date.unwrap().to_string(), "2020-12-01");
    }

    #[test]
    fn what_its_own_page_said_holds_when_the_listing_says_less_again() {
        let html = r#"<meta name="date" content="2020-12-03"><meta name="description" content="A full fair.">
            <meta property="og:image" content="/f.jpg"><h1>The fair</h1>"#;
        let listed = Item {
            title: "The fair".to_owned(),
            date: PartialDate::parse("2020-12", London).ok(),
            ..Item::default()
        };
        let mut first = listed.clone();
        read(html, "https://e.org/fair", London).complete(&mut first);
        assert_eq!(first.date.unwrap().to_string(), "2020-12-03");
        let mut again = listed;
        Article::found_before(&first).complete(&mut again);
        assert_eq!(again, first);
    }
}
