//! JSON Feed 1 and 1.1 (jsonfeed.org), item by item.
//! Pure: a value in, entries out.

use serde_json::Value;

use super::address::address;
use super::entry::FeedEntry;
use super::reader::Head;
use super::written::Text;
use crate::news::item::{Image, add_topic};
use crate::news::readers::text::{is_picture_address, title_text};

/// The entries of a feed; `None` in the place of one that is none. Without a list of items there is nothing to read.
pub fn entries(feed: &Value, at: Option<&str>) -> Option<(Head, Vec<Option<FeedEntry>>)> {
    let list: Option<Vec<&Value>> = match feed {
        Value::Array(list) => Some(list.iter().collect()),
        Value::Object(map) => ["items", "entries", "posts", "articles"]
            .iter()
            .find_map(|name| list_of(map.get(*name)?)),
        _ => None,
    };
    let head = Head {
        title: text(feed, &["title"]),
        language: text(feed, &["language"]),
        home: text(feed, &["home_page_url"]).and_then(|home| address(&home, at)),
        is_complete: false,
    };
    let is_feed = text(feed, &["version"]).is_some_and(|version| version.contains("jsonfeed"));
    match list {
        Some(list) => Some((head, list.into_iter().map(|item| entry(item, at)).collect())),
        None => is_feed.then(|| (head, Vec::new())),
    }
}

/// A list, one item by itself, or items by their numbers, as PHP writes a list with holes.
fn list_of(value: &Value) -> Option<Vec<&Value>> {
    const OF_ITEMS: [&str; 5] = ["title", "url", "id", "content_html", "content_text"];
    match value {
        Value::Array(list) => Some(list.iter().collect()),
        Value::Object(map) if OF_ITEMS.iter().any(|name| map.contains_key(*name)) => {
            Some(vec![value])
        }
        Value::Object(map) if map.keys().all(|name| name.parse::<u32>().is_ok()) => {
            Some(map.values().collect())
        }
        _ => None,
    }
}

fn entry(item: &Value, at: Option<&str>) -> Option<FeedEntry> {
    let map = item.as_object()?;
    let own = |names: &[&str]| text(item, names);
    let all = |names: &[&str]| names.iter().filter_map(|name| text(item, &[name])).collect();
    let attached =
        map.get("attachments").and_then(Value::as_array).into_iter().flatten().find_map(|file| {
            let kind = text(file, &["mime_type"])?;
            text(file, &["url"]).filter(|_| kind.starts_with("image/"))
        });
    let picture = own(&["image"]).or_else(|| own(&["banner_image"])).or(attached);
    let image = picture
        .filter(|picture| is_picture_address(picture))
        .and_then(|picture| address(&picture, at))
        .map(|address| Image { address, alt: String::new(), ..Image::default() });
    let mut topics: Vec<String> = Vec::new();
    for tag in map.get("tags").and_then(Value::as_array).into_iter().flatten() {
        add_topic(&mut topics, tag.as_str().map(title_text).unwrap_or_default());
    }
    let html = own(&["content_html", "content"]).map(Text::Html);
    let plain = own(&["content_text"]).map(Text::Plain);
    Some(FeedEntry {
        id: own(&["id", "guid"]),
        title: own(&["title"]).map(Text::Html),
        summaries: own(&["summary", "description", "excerpt"])
            .map(Text::Html)
            .into_iter()
            .collect(),
        contents: html.into_iter().chain(plain).collect(),
        link: ["url", "external_url", "link"]
            .iter()
            .filter_map(|name| own(&[*name]))
            // The specification wants the address of the item as its id.
            .chain(own(&["id"]).filter(|id| id.starts_with("http")))
            .find_map(|written| address(&written, at)),
        dates: all(&["date_published", "published", "date"]),
        changes: all(&["date_modified", "updated", "modified"]),
        image,
        topics,
        base: at.map(str::to_owned),
        is_cut: false,
    })
}

/// A text, or a number as one: the specification says that readers must take it so.
fn text(of: &Value, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|name| match of.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(inner) => {
            inner.get("url").or_else(|| inner.get("rendered"))?.as_str().map(str::to_owned)
        }
        Value::Array(_) | Value::Bool(_) | Value::Null => None,
    });
    found.filter(|text| !text.trim().is_empty())
}
