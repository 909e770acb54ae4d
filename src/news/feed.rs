//! RSS, Atom and JSON Feed, read by feed-rs, with the repairs that real feeds need.
//! Pure: bytes in, items and problems out.

use std::borrow::Cow;

use chrono_tz::Tz;
use feed_rs::model::{Entry, Feed};

use super::date::{PartialDate, instant_of};
use super::fields::{html_to_text, plain_text, without_more};
use super::item::{Image, Item, Reading, slug, title_from, web_address};
use super::same::canonical;
use crate::problem::{Place, Problem};
use crate::rfc::header::one_line;

/// Reads a feed that stands at `address` (an address or a file's name).
pub fn read(source: &str, address: &str, bytes: &[u8], zone: Tz) -> Reading {
    let mut reading = Reading::default();
    let entries = match parse(address, bytes, zone) {
        Ok(feed) => feed.entries,
        Err(first) => {
            let repaired = repaired(bytes);
            let (entries, lost) = match parse(address, repaired.as_bytes(), zone) {
                Ok(feed) => (feed.entries, 0),
                Err(_) => one_by_one(address, &repaired, zone),
            };
            if entries.is_empty() {
                reading.problems.push(refusal(address, bytes, &first));
                return reading;
            }
            let lost = match lost {
                0 => String::new(),
                1 => "; one item of it cannot be read".to_owned(),
                lost => format!("; {lost} items of it cannot be read"),
            };
            reading.problems.push(Problem::new(
                Place::whole(address),
                format!("the feed is damaged and was mended: {first}{lost}"),
                "tell whoever runs the site",
            ));
            entries
        }
    };
    for (index, entry) in entries.into_iter().enumerate() {
        add(&mut reading, source, address, zone, index, entry);
    }
    put_pictures_of_json(&mut reading, address, bytes);
    if reading.items.is_empty() && reading.problems.is_empty() {
        reading.problems.push(Problem::new(
            Place::whole(address),
            "the feed is empty",
            "look at the address in a browser: some sites have one feed a section",
        ));
    }
    let undated = reading.items.iter().filter(|item| item.date.is_none()).count();
    if undated > 0 {
        let which =
            if undated == 1 { "1 item has".to_owned() } else { format!("{undated} items have") };
        reading.problems.push(Problem::new(
            Place::whole(address),
            format!("{which} no date that can be read"),
            "say when they were published: roundup news dates",
        ));
    }
    if let Some(item) =
        reading.items.iter().find(|item| is_mojibake(&item.title) || is_mojibake(&item.summary))
    {
        reading.problems.push(Problem::new(
            item.place.clone(),
            format!("the letters of “{}” were mixed up before they came here", item.title),
            "tell whoever runs the site: its text was stored in the wrong encoding",
        ));
    }
    reading
}

/// JSON Feed has a picture an item, which feed-rs leaves out.
fn put_pictures_of_json(reading: &mut Reading, address: &str, bytes: &[u8]) {
    let lacks = |item: &Item| item.image.is_none();
    if !is_json(bytes) || !reading.items.iter().any(lacks) {
        return;
    }
    let Ok(feed) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let items = feed.get("items").and_then(serde_json::Value::as_array);
    for (number, item) in (1_i64..).zip(items.into_iter().flatten()) {
        let named = ["image", "banner_image"].iter().find_map(|name| item.get(*name)?.as_str());
        let picture = named.and_then(|text| web_address(text, Some(address)));
        let story = reading.items.iter_mut().find(|story| story.order == number && lacks(story));
        if let (Some(address), Some(story)) = (picture, story) {
            story.image = Some(Image { address, alt: String::new() });
        }
    }
}

fn is_json(bytes: &[u8]) -> bool {
    bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

/// UTF-8 that somebody has read as windows-1252 and stored again: "cafÃ©", "donâ€™t".
fn is_mojibake(text: &str) -> bool {
    ["Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã§", "â€™", "â€œ", "â€“", "Â£"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// The items that can be read of a feed that as a whole cannot, and how many cannot.
fn one_by_one(address: &str, feed: &str, zone: Tz) -> (Vec<Entry>, usize) {
    let (name, root) = if feed.contains("<entry") { ("entry", "feed") } else { ("item", "rss") };
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let Some(first) = feed.find(&opening) else { return (Vec::new(), 0) };
    // What the parser needs to know of the whole: its names and version.
    let tag = feed[..first].find('<').and_then(|_| {
        let at = feed.find(&format!("<{root}")).or_else(|| feed.find("<rdf:RDF"))?;
        Some(&feed[at..=at + feed[at..].find('>')?])
    });
    let Some(tag) = tag else { return (Vec::new(), 0) };
    let (before, after) = match root {
        "feed" => (format!("{tag}<title>x</title>"), "</feed>".to_owned()),
        _ if tag.starts_with("<rdf") => {
            (format!("{tag}<channel><title>x</title></channel>"), "</rdf:RDF>".to_owned())
        }
        _ => (format!("{tag}<channel><title>x</title>"), "</channel></rss>".to_owned()),
    };
    let mut entries = Vec::new();
    let mut lost = 0;
    for part in feed[first..].split(&opening).skip(1) {
        let Some(end) = part.find(&closing) else {
            lost += 1;
            continue;
        };
        let alone = format!("{before}{opening}{}{closing}{after}", &part[..end]);
        match parse(address, alone.as_bytes(), zone) {
            Ok(feed) if !feed.entries.is_empty() => entries.extend(feed.entries),
            _ => lost += 1,
        }
    }
    (entries, lost)
}

/// The page with older items, if the feed names one (RFC 5005), or is of a site that has them by number (`WordPress`).
/// `number` is the page's own, from 1.
pub fn next_page(address: &str, bytes: &[u8], number: usize) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let base = web_address(address, None)?;
    if text.trim_start().starts_with('{') {
        let feed: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        return web_address(feed.get("next_url")?.as_str()?, Some(&base));
    }
    let named = text.split('<').find_map(|tag| {
        let is_link = tag.starts_with("link ") || tag.starts_with("atom:link ");
        let rel = attribute(tag, "rel").filter(|_| is_link)?;
        matches!(rel, "next" | "prev-archive").then(|| attribute(tag, "href")).flatten()
    });
    if let Some(href) = named {
        return web_address(&href.replace("&amp;", "&"), Some(&base)).filter(|next| *next != base);
    }
    let head = text.get(..text.len().min(4000)).unwrap_or(&text);
    let is_wordpress = head.split_once("<generator>").is_some_and(|(_, rest)| {
        rest.starts_with("https://wordpress.org") || rest.starts_with("http://wordpress.org")
    });
    if !is_wordpress {
        return None;
    }
    let mut next = url::Url::parse(&base).ok()?;
    let kept: Vec<(String, String)> = next
        .query_pairs()
        .filter(|(name, _)| name != "paged")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    next.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("paged", &(number + 1).to_string());
    Some(next.to_string())
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    tag.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag[..at].ends_with(|c: char| c.is_whitespace());
        let rest = tag[at + name.len()..]
            .trim_start()
            .strip_prefix('=')
            .filter(|_| is_whole)?
            .trim_start();
        let sign = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(sign).next()
    })
}

fn parse(address: &str, bytes: &[u8], zone: Tz) -> Result<Feed, String> {
    let json_with_text_ids = json_ids_as_text(bytes);
    // feed-rs ends a title at the first tag within it, without an error.
    let with_whole_titles = match std::str::from_utf8(bytes) {
        Ok(text) if has_markup_in_a_title(text) => Some(titles_as_text(text).into_bytes()),
        _ => None,
    };
    let bytes = with_whole_titles.as_deref().unwrap_or(bytes);
    feed_rs::parser::Builder::new()
        .base_uri(web_address(address, None))
        // A hash would name the item in drafts; its address names it for people too.
        .id_generator(|links, title, _| {
            let link = links.first().map(|link| canonical(&link.href));
            let title = title.as_ref().map(|title| slug(&html_to_text(&title.content)));
            link.or(title).unwrap_or_default()
        })
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

fn has_markup_in_a_title(feed: &str) -> bool {
    feed.split("<title").skip(1).any(|rest| {
        let inner = rest.split_once('>').map_or("", |(_, inner)| inner);
        let inner = inner.split("</title>").next().unwrap_or_default();
        inner.contains('<') && !inner.contains("<![CDATA[")
    })
}

/// JSON Feed says that an id which is no text must be taken as one; feed-rs refuses the whole feed.
fn json_ids_as_text(bytes: &[u8]) -> Option<Vec<u8>> {
    if !is_json(bytes) {
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

/// Bytes that are not UTF-8: windows-1252, which nearly always is what they were, unless other letters of the text are
/// UTF-8 all the same.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let Err(error) = std::str::from_utf8(bytes) else { return String::from_utf8_lossy(bytes) };
    let is_utf8_elsewhere = !bytes[..error.valid_up_to()].is_ascii();
    let names_another = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_lowercase();
    if is_utf8_elsewhere || names_another.contains("encoding=\"utf-16") {
        return String::from_utf8_lossy(bytes);
    }
    let text = encoding_rs::WINDOWS_1252.decode(bytes).0;
    Cow::Owned(text.into_owned())
}

/// Markup within a title ends it for the parser: it is made text, as it was meant.
fn titles_as_text(feed: &str) -> String {
    let mut out = String::with_capacity(feed.len());
    let mut rest = feed;
    while let Some(start) = rest.find("<title") {
        let Some(open) = rest[start..].find('>').map(|at| start + at + 1) else { break };
        let Some(end) = rest[open..].find("</title>").map(|at| open + at) else { break };
        let inner = &rest[open..end];
        out.push_str(&rest[..open]);
        let is_markup = inner.contains('<') && !inner.contains("<![CDATA[");
        if is_markup && !rest[start..open].contains("xhtml") {
            out.push_str(&inner.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        } else {
            out.push_str(inner);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The same feed with bad bytes replaced, bare `&` escaped, and what a broken-off download lacks closed.
fn repaired(bytes: &[u8]) -> String {
    let text = decoded(bytes);
    let text = titles_as_text(&text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
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
        if page.contains("type=\"password\"") || page.contains("type='password'") {
            return Problem::new(
                Place::whole(address),
                "this is a page to log in, not a feed",
                "give an address that everybody may read",
            );
        }
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
pub fn advertised_feeds(page: &str, address: &str) -> Vec<String> {
    let base = web_address(address, None);
    page.split('<')
        .filter(|tag| tag.to_ascii_lowercase().starts_with("link"))
        .filter(|tag| {
            ["application/rss+xml", "application/atom+xml", "application/feed+json"]
                .iter()
                .any(|kind| tag.contains(kind))
        })
        .filter_map(|tag| {
            web_address(&attribute(tag, "href")?.replace("&amp;", "&"), base.as_deref())
        })
        .take(3)
        .collect()
}

fn add(reading: &mut Reading, source: &str, address: &str, zone: Tz, index: usize, entry: Entry) {
    let place = Place::whole(format!("{address} item {}", index + 1));
    let content = entry.content.and_then(|content| content.body);
    let summary = entry
        .summary
        .map(|text| without_more(&plain_text(&text.content)))
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
        place,
        order: i64::try_from(index).unwrap_or(i64::MAX) + 1,
        ..Item::default()
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
        let mismatched = rss(
            "<item><title>One</title></item><item><title>Two</title><b></i></item><item><title>Three</title></item>",
        );
        let mut bad_byte = rss("<item><title>Caf# bar</title></item>").into_bytes();
        let at = bad_byte.iter().position(|b| *b == b'#').unwrap();
        bad_byte[at] = 0xe9;
        for (bytes, expected) in [
            (whole.as_bytes(), vec!["Fish & chips", "Two"]),
            (cut.as_bytes(), vec!["Fish & chips"]),
            (&bad_byte[..], vec!["Café bar"]),
            (mismatched.as_bytes(), vec!["One", "Three"]),
        ] {
            let reading = read("feed", "https://e.org/feed", bytes, London);
            assert_eq!(titles(&reading), expected);
            assert!(reading.problems[0].what.contains("mended"), "{:?}", reading.problems);
        }
    }

    #[test]
    fn titles_with_markup_are_whole() {
        let feed = rss(
            "<item><title>Hi <b>bold</b> there</title></item><item><title><![CDATA[It&#8217;s <i>here</i>]]></title></item>",
        );
        let reading = read("feed", "https://e.org/feed", feed.as_bytes(), London);
        assert_eq!(titles(&reading), ["Hi bold there", "It’s here"]);
    }

    #[test]
    fn letters_that_were_mixed_up_are_told() {
        let feed = rss("<item><title>CafÃ© bar</title><pubDate>2020-12-03</pubDate></item>");
        let reading = read("feed", "https://e.org/feed", feed.as_bytes(), London);
        assert!(reading.problems[0].what.contains("mixed up"), "{:?}", reading.problems);
    }

    #[test]
    fn the_page_with_older_items() {
        let next = |head: &str, number: usize| {
            let feed = rss("<item><title>One</title></item>")
                .replace("<channel>", &format!("<channel>{head}"));
            next_page("https://e.org/feed/?x=1", feed.as_bytes(), number)
        };
        let link = "<atom:link rel=\"next\" href=\"/feed?page=2&amp;y=1\"/>";
        assert_eq!(next(link, 1).as_deref(), Some("https://e.org/feed?page=2&y=1"));
        let generator = "<generator>https://wordpress.org/?v=6.4</generator>";
        assert_eq!(next(generator, 2).as_deref(), Some("https://e.org/feed/?x=1&paged=3"));
        assert_eq!(next("<generator>Other</generator>", 1), None);
        let json = br#"{"version":"https://jsonfeed.org/version/1.1","next_url":"https://e.org/2.json","items":[]}"#;
        assert_eq!(
            next_page("https://e.org/1.json", json, 1).as_deref(),
            Some("https://e.org/2.json")
        );
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
