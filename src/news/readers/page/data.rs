//! What a page says to search engines in JSON-LD: articles, and lists of them.
//! Pure: HTML in, articles out.

use chrono_tz::Tz;
use scraper::{Html, Selector};
use serde_json::{Map, Value};

use crate::date::{PartialDate, WrittenDate};
use crate::news::item::{Image, web_address};
use crate::news::readers::fields::plain_text;
use crate::news::readers::json_text;
use crate::rfc::text::one_line;

/// Within JSON-LD nothing of use lies deeper.
const DEEPEST: usize = 12;
/// A page has no more; its first ones are the news.
const MOST_ARTICLES: usize = 500;

/// An article as JSON-LD has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DataArticle {
    /// Its address, where it says one.
    pub address: Option<String>,
    pub title: Option<String>,
    pub date: Option<WrittenDate>,
    pub summary: Option<String>,
    pub image: Option<Image>,
    /// It stood in a list, and not by itself.
    pub listed: bool,
}

/// The articles that a page's JSON-LD has, in their order. Events, products and the page itself are none.
pub fn articles(page: &Html, base: &str, zone: Tz) -> Vec<DataArticle> {
    let mut found = Vec::new();
    let Ok(scripts) = Selector::parse("script") else { return found };
    for script in page.select(&scripts) {
        let kind = script.value().attr("type").unwrap_or_default();
        if !kind.trim().to_lowercase().starts_with("application/ld+json") {
            continue;
        }
        let text: String = script.text().collect();
        let text = text
            .trim()
            .trim_start_matches("<![CDATA[")
            .trim_end_matches("]]>")
            .trim_end_matches(';');
        // A line break within a text is not valid JSON, and common; so are commas too many.
        if let Ok(data) = json_text::value(text) {
            gather(&data, base, zone, false, 0, &mut found);
        }
    }
    found.truncate(MOST_ARTICLES);
    found
}

fn gather(
    value: &Value,
    base: &str,
    zone: Tz,
    listed: bool,
    depth: usize,
    found: &mut Vec<DataArticle>,
) {
    if depth > DEEPEST || found.len() >= MOST_ARTICLES {
        return;
    }
    match value {
        Value::Array(values) => {
            for value in values {
                gather(value, base, zone, listed, depth + 1, found);
            }
        }
        Value::Object(map) => {
            if is_article(map) {
                found.push(article(map, base, zone, listed));
                return;
            }
            if is_type(map, |kind| kind == "ListItem") {
                list_item(map, base, zone, depth, found);
                return;
            }
            let is_list = is_type(map, |kind| {
                matches!(kind, "ItemList" | "Blog" | "CollectionPage" | "SearchResultsPage")
            });
            for (name, inner) in map {
                // What an event, an offer or a person holds is of them.
                let is_held = matches!(
                    name.as_str(),
                    "@graph"
                        | "mainEntity"
                        | "itemListElement"
                        | "blogPost"
                        | "blogPosts"
                        | "hasPart"
                        | "itemList"
                        | "@set"
                        | "mainEntityOfPage"
                );
                if is_held {
                    gather(
                        inner,
                        base,
                        zone,
                        listed || is_list || name == "itemListElement",
                        depth + 1,
                        found,
                    );
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A place in a list: an article within it, or only an address.
fn list_item(
    map: &Map<String, Value>,
    base: &str,
    zone: Tz,
    depth: usize,
    found: &mut Vec<DataArticle>,
) {
    match map.get("item") {
        Some(Value::Object(inner))
            if is_article(inner)
                || !inner.contains_key("@type")
                || is_type(inner, |kind| matches!(kind, "WebPage" | "Thing" | "CreativeWork")) =>
        {
            let mut one = article(inner, base, zone, true);
            one.title = one.title.or_else(|| text(map, &["name", "headline"]));
            one.address = one.address.or_else(|| address(map, base));
            found.push(one);
        }
        Some(Value::String(item)) => {
            let address = web_address(item, Some(base));
            found.push(DataArticle {
                address,
                title: text(map, &["name"]),
                listed: true,
                ..DataArticle::default()
            });
        }
        Some(inner) => gather(inner, base, zone, true, depth + 1, found),
        None if map.contains_key("url") => {
            found.push(DataArticle {
                address: address(map, base),
                title: text(map, &["name"]),
                listed: true,
                ..DataArticle::default()
            });
        }
        None => {}
    }
}

fn is_type(map: &Map<String, Value>, is: impl Fn(&str) -> bool) -> bool {
    let name = |kind: &str| kind.rsplit(['/', ':', '#']).next().unwrap_or(kind).to_owned();
    match map.get("@type") {
        Some(Value::String(kind)) => is(&name(kind)),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).any(|kind| is(&name(kind)))
        }
        _ => false,
    }
}

/// The types of schema.org that are written and published.
fn is_article(map: &Map<String, Value>) -> bool {
    is_type(map, |kind| {
        kind.ends_with("Article")
            || matches!(
                kind,
                "BlogPosting"
                    | "LiveBlogPosting"
                    | "SocialMediaPosting"
                    | "Report"
                    | "PressRelease"
            )
    })
}

fn article(map: &Map<String, Value>, base: &str, zone: Tz, listed: bool) -> DataArticle {
    let date = ["datePublished", "dateCreated"]
        .iter()
        .find_map(|name| PartialDate::read(map.get(*name)?.as_str()?, zone).ok());
    DataArticle {
        address: address(map, base),
        title: text(map, &["headline", "name"]),
        // `sdDatePublished` is when the data was made, `dateModified` a change.
        date,
        summary: text(map, &["description", "abstract"]),
        image: image(map.get("image"), base).or_else(|| image(map.get("thumbnailUrl"), base)),
        listed,
    }
}

fn text(map: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| map.get(*name)?.as_str())
        .map(|text| one_line(&plain_text(text)))
        .find(|text| !text.is_empty())
}

fn address(map: &Map<String, Value>, base: &str) -> Option<String> {
    let of = |value: &Value| match value {
        Value::String(text) => web_address(text, Some(base)),
        Value::Object(inner) => inner
            .get("@id")
            .or_else(|| inner.get("url"))
            .and_then(Value::as_str)
            .and_then(|text| web_address(text, Some(base))),
        _ => None,
    };
    ["url", "mainEntityOfPage", "@id"].iter().find_map(|name| of(map.get(*name)?))
}

fn image(value: Option<&Value>, base: &str) -> Option<Image> {
    match value? {
        Value::String(text) => web_address(text, Some(base)).map(|address| Image {
            address,
            alt: String::new(),
            ..Image::default()
        }),
        Value::Array(values) => values.iter().find_map(|value| image(Some(value), base)),
        Value::Object(map) => {
            let address = ["url", "contentUrl", "@id"]
                .iter()
                .find_map(|name| web_address(map.get(*name)?.as_str()?, Some(base)))?;
            Some(Image {
                address,
                alt: text(map, &["caption", "name"]).unwrap_or_default(),
                ..Image::default()
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Vec<DataArticle> {
        let page =
            Html::parse_document(&format!("<script type=\"application/ld+json\">{json}</script>"));
        articles(&page, "https://e.org/news", London)
    }

    #[test]
    fn articles_wherever_they_stand_and_nothing_else() {
        for (json, titles) in [
            (r#"{"@type":"NewsArticle","headline":"A","datePublished":"2020-12-03"}"#, vec!["A"]),
            (
                r#"{"@graph":[{"@type":"WebSite","name":"W"},{"@type":["Article","X"],"headline":"A"}]}"#,
                vec!["A"],
            ),
            (
                r#"{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"BlogPosting","headline":"A"}},{"@type":"ListItem","name":"B","url":"/b"}]}"#,
                vec!["A", "B"],
            ),
            (r#"{"@type":"Event","name":"E","startDate":"2021-01-01"}"#, vec![]),
            (r#"{"@type":"WebPage","name":"P","datePublished":"2021-01-01"}"#, vec![]),
            (r#"{"@type":"Blog","blogPost":[{"@type":"BlogPosting","headline":"A"}]}"#, vec!["A"]),
            ("{not json", vec![]),
            ("{\"@type\":\"Article\",\"headline\":\"A\",}", vec!["A"]),
            ("{\"@type\":\"Article\",\"headline\":\"A\",\"description\":\"x\ny\"}", vec!["A"]),
        ] {
            let found: Vec<String> =
                read(json).into_iter().filter_map(|article| article.title).collect();
            assert_eq!(found, titles, "{json}");
        }
        let one = &read(
            r#"{"@type":"Article","mainEntityOfPage":{"@id":"/a"},"image":{"url":"/a.jpg"},"dateModified":"2021-01-01"}"#,
        )[0];
        assert_eq!((one.address.as_deref(), one.date), (Some("https://e.org/a"), None));
        assert_eq!(one.image.as_ref().unwrap().address, "https://e.org/a.jpg");
    }

    proptest! {
        #[test]
        fn any_data_is_read(json in "[\\[\\]{}\":,@a-z0-9]{0,80}") {
            read(&json);
        }
    }
}
