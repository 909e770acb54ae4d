//! RSS, Atom and JSON Feed, read by feed-rs, with the repairs that real feeds need.
//! Pure: bytes in, items and problems out.

use chrono_tz::Tz;
use feed_rs::model::{Entry, Feed};

use super::date::{PartialDate, instant_of};
use super::fields::{html_to_text, plain_text};
use super::item::{Image, Item, Reading, title_from, web_address};
use crate::problem::{Place, Problem};
use crate::rfc::header::one_line;

/// Reads a feed that stands at `address` (an address or a file's name).
pub fn read(source: &str, address: &str, bytes: &[u8], zone: Tz) -> Reading {
    let mut reading = Reading::default();
    let feed = match parse(address, bytes, zone) {
        Ok(feed) => feed,
        Err(first) => {
            let repaired = repaired(bytes);
            if let Ok(feed) = parse(address, repaired.as_bytes(), zone) {
                reading.problems.push(Problem::new(
                    Place::whole(address),
                    format!("the feed is damaged and was mended: {first}"),
                    "tell whoever runs the site",
                ));
                feed
            } else {
                reading.problems.push(refusal(address, bytes, &first));
                return reading;
            }
        }
    };
    for (index, entry) in feed.entries.into_iter().enumerate() {
        add(&mut reading, source, address, zone, index, entry);
    }
    if reading.items.is_empty() && reading.problems.is_empty() {
        reading.problems.push(Problem::new(
            Place::whole(address),
            "the feed is empty",
            "look at the address in a browser: some sites have one feed a section",
        ));
    }
    reading
}

fn parse(address: &str, bytes: &[u8], zone: Tz) -> Result<Feed, String> {
    let json_with_text_ids = json_ids_as_text(bytes);
    feed_rs::parser::Builder::new()
        .base_uri(web_address(address, None))
        .timestamp_parser(move |text| {
            match PartialDate::parse(text, zone).ok()? {
                PartialDate::Instant(instant) => Some(instant),
                // feed-rs has room for instants only: the beginning of the day keeps the day.
                PartialDate::Day(date) => {
                    Some(instant_of(date.and_time(chrono::NaiveTime::MIN), zone))
                }
                PartialDate::Year(_) | PartialDate::Month(..) => None,
            }
        })
        .build()
        .parse(json_with_text_ids.as_deref().unwrap_or(bytes))
        .map_err(|error| one_line(&error.to_string()))
}

/// JSON Feed says that an id which is no text must be taken as one; feed-rs refuses the whole feed.
fn json_ids_as_text(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace())?;
    if *first != b'{' {
        return None;
    }
    let mut feed: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    for item in feed.get_mut("items")?.as_array_mut()? {
        if let Some(id) = item.get_mut("id").filter(|id| id.is_number()) {
            *id = serde_json::Value::String(id.to_string());
        }
    }
    serde_json::to_vec(&feed).ok()
}

/// The same feed with bad bytes replaced, bare `&` escaped, and what a broken-off download lacks closed.
fn repaired(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    // Within CDATA an `&` is what it is.
    while let Some(start) = rest.find("<![CDATA[") {
        let end = rest[start..].find("]]>").map_or(rest.len(), |end| start + end + 3);
        escape_bare_ampersands(&rest[..start], &mut out);
        out.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    escape_bare_ampersands(rest, &mut out);
    for (item, closing) in [
        ("</item>", if out.contains("<rdf:RDF") { "</rdf:RDF>" } else { "</channel></rss>" }),
        ("</entry>", "</feed>"),
    ] {
        let root = closing.rsplit("</").next().unwrap_or(closing);
        if !out.contains(&format!("</{root}"))
            && let Some(end) = out.rfind(item)
        {
            out.truncate(end + item.len());
            out.push_str(closing);
        }
    }
    out
}

fn escape_bare_ampersands(text: &str, out: &mut String) {
    for (index, part) in text.split('&').enumerate() {
        if index > 0 {
            let name = part.split(';').next().unwrap_or("");
            let is_entity = name.len() < part.len()
                && !name.is_empty()
                && name.len() <= 10
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
            out.push_str(if is_entity { "&" } else { "&amp;" });
        }
        out.push_str(part);
    }
}

fn refusal(address: &str, bytes: &[u8], error: &str) -> Problem {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).to_lowercase();
    if start.trim().is_empty() {
        return Problem::new(
            Place::whole(address),
            "the answer is empty",
            "look at the address in a browser",
        );
    }
    if start.contains("<!doctype html") || start.contains("<html") {
        let page = String::from_utf8_lossy(bytes);
        let feeds = advertised_feeds(&page, address);
        let cure = if feeds.is_empty() {
            "look for “RSS” or “feed” on the site, or try the address with /feed at its end"
                .to_owned()
        } else {
            format!("it names this feed: {}", feeds.join(" or "))
        };
        return Problem::new(Place::whole(address), "this is a web page, not a feed", cure);
    }
    Problem::new(
        Place::whole(address),
        format!("the feed cannot be read: {error}"),
        "look at the address in a browser",
    )
}

/// The feeds that a page names in its head (`<link rel="alternate" type="application/rss+xml" href="…">`).
fn advertised_feeds(page: &str, address: &str) -> Vec<String> {
    let base = web_address(address, None);
    page.split('<')
        .filter(|tag| tag.to_ascii_lowercase().starts_with("link"))
        .filter(|tag| {
            ["application/rss+xml", "application/atom+xml", "application/feed+json"]
                .iter()
                .any(|kind| tag.contains(kind))
        })
        .filter_map(|tag| {
            let rest = &tag[tag.find("href=")? + 5..];
            let sign = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            web_address(rest[1..].split(sign).next()?, base.as_deref())
        })
        .take(3)
        .collect()
}

fn add(reading: &mut Reading, source: &str, address: &str, zone: Tz, index: usize, entry: Entry) {
    let place = Place::whole(format!("{address} item {}", index + 1));
    let content = entry.content.and_then(|content| content.body);
    let summary = entry
        .summary
        .map(|text| plain_text(&text.content))
        .filter(|text| !text.is_empty())
        .or_else(|| content.as_deref().map(plain_text))
        .unwrap_or_default();
    let title = entry
        .title
        .map(|text| one_line(&html_to_text(&html_to_text(&text.content))))
        .filter(|title| !title.is_empty());
    let title_made = title.is_none();
    let title = title.unwrap_or_else(|| title_from(&summary));
    if title.is_empty() {
        reading.problems.push(Problem::new(
            place,
            "this item has no title and no text: it was left out",
            "tell whoever runs the site",
        ));
        return;
    }
    let base = web_address(address, None);
    let link = entry
        .links
        .iter()
        .find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"))
        .and_then(|link| web_address(&link.href, base.as_deref()));
    let image = entry.media.iter().find_map(|media| {
        let picture = media
            .content
            .iter()
            .find(|content| {
                content
                    .content_type
                    .as_ref()
                    .is_none_or(|kind| kind.to_string().starts_with("image/"))
            })
            .and_then(|content| content.url.as_ref().map(ToString::to_string))
            .or_else(|| media.thumbnails.first().map(|thumbnail| thumbnail.image.uri.clone()))?;
        let alt = media.description.as_ref().map(|text| one_line(&html_to_text(&text.content)));
        Some(Image {
            address: web_address(&picture, base.as_deref())?,
            alt: alt.unwrap_or_default(),
        })
    });
    let date = entry
        .published
        .or(entry.updated)
        .map(PartialDate::Instant)
        .filter(|date| PartialDate::parse(&date.to_string(), zone).is_ok());
    let mut topics: Vec<String> = Vec::new();
    for category in entry.categories {
        let topic = one_line(&html_to_text(category.label.as_deref().unwrap_or(&category.term)));
        if !topic.is_empty() && !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    reading.items.push(Item {
        id: one_line(&entry.id),
        title,
        title_made,
        summary,
        link,
        image,
        topics,
        date,
        source: source.to_owned(),
        also_in: Vec::new(),
        place,
        order: i64::try_from(index).unwrap_or(i64::MAX) + 1,
        consent: None,
        event: None,
        quote: None,
        lines: crate::news::item::Lines::default(),
        translations: std::collections::BTreeMap::new(),
    });
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    fn rss(items: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>N</title><link>https://e.org</link>{items}</channel></rss>"
        )
    }

    fn titles(reading: &Reading) -> Vec<&str> {
        reading.items.iter().map(|item| item.title.as_str()).collect()
    }

    #[test]
    fn rss_atom_and_json_feed() {
        let rss = rss("<item><title>Fish &amp;amp; chips</title><link>/a</link><guid>g1</guid>\
            <pubDate>Tue, 03 Jun 2025 09:00:00 BST</pubDate><description>&lt;p&gt;One&lt;/p&gt;</description>\
            <category>food</category></item>");
        let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>N</title><id>x</id><updated>2025-06-03T08:00:00Z</updated>\
            <entry><id>g1</id><title>Fish &amp; chips</title><link href=\"https://e.org/a\"/>\
            <updated>2025-06-03T08:00:00Z</updated><summary>One</summary><category term=\"food\"/></entry></feed>";
        let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"N","items":[
            {"id":7,"url":"https://e.org/a","title":"Fish & chips","content_html":"<p>One</p>",
             "date_published":"2025-06-03T08:00:00Z","tags":["food"]}]}"#;
        for (text, id) in [(rss.as_str(), "g1"), (atom, "g1"), (json, "7")] {
            let reading = read("feed", "https://e.org/feed", text.as_bytes(), London);
            assert_eq!(reading.problems, [], "{text}");
            let item = &reading.items[0];
            assert_eq!(item.title, "Fish & chips");
            assert_eq!(item.summary, "One");
            assert_eq!(item.link.as_deref(), Some("https://e.org/a"));
            assert_eq!(item.date.unwrap().to_string(), "2025-06-03T08:00:00Z");
            assert_eq!(item.topics, ["food"]);
            assert_eq!(item.id, id);
        }
    }

    #[test]
    fn damaged_feeds_are_mended_and_told() {
        let whole = rss("<item><title>Fish & chips</title></item><item><title>Two</title></item>");
        let cut = &whole[..whole.find("Two").unwrap() + 2];
        let mut bad_byte = rss("<item><title>Caf# bar</title></item>").into_bytes();
        let at = bad_byte.iter().position(|b| *b == b'#').unwrap();
        bad_byte[at] = 0xe9;
        for (bytes, expected) in [
            (whole.as_bytes(), vec!["Fish & chips", "Two"]),
            (cut.as_bytes(), vec!["Fish & chips"]),
            (&bad_byte[..], vec!["Caf\u{fffd} bar"]),
        ] {
            let reading = read("feed", "https://e.org/feed", bytes, London);
            assert_eq!(titles(&reading), expected);
            assert_eq!(reading.problems.len(), 1);
        }
    }

    #[test]
    fn an_item_without_a_date_keeps_none() {
        let feed = rss(
            "<item><title>One</title></item><item><title>Two</title><pubDate>soon</pubDate></item>",
        );
        let reading = read("feed", "https://e.org/feed", feed.as_bytes(), London);
        assert!(reading.items.iter().all(|item| item.date.is_none()));
    }

    #[test]
    fn a_web_page_is_told_from_a_feed_and_names_its_feed() {
        let page = "<!doctype html><html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed\"></head>";
        let reading = read("feed", "https://e.org/news", page.as_bytes(), London);
        assert_eq!(reading.problems[0].what, "this is a web page, not a feed");
        assert!(reading.problems[0].cure.contains("https://e.org/feed"));
        let reading = read("feed", "https://e.org/news", b"", London);
        assert_eq!(reading.problems[0].what, "the answer is empty");
    }
}
