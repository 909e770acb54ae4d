//! RSS, Atom, CDF and JSON Feed of every version, read with the tolerance that real feeds need.
//! Pure: bytes in, items and problems out.

mod address;
mod day;
mod entry;
mod json;
mod letters;
mod link;
mod picture;
mod reader;
mod space;
mod written;
mod xml;

use std::borrow::Cow;

use chrono_tz::Tz;

use self::address::address as absolute;
use self::day::{EntryDay, days};
use self::entry::FeedEntry;
pub use self::reader::Head;
use self::written::Text;
use self::xml::XmlDocument;
use super::decode::{DecodedText, decode, text_of};
use super::json_text::{self, JsonText};
use super::text::{shortened, without_more};
use crate::count::counted;
use crate::date::{DateOrder, Numeric};
use crate::news::date_order::of_language;
use crate::news::dedupe::canonical;
use crate::news::item::{Evidence, Image, Item, Reading, slug, title_from, web_address};
use crate::problem::{Place, Problem};
use crate::rfc::text::one_line;

/// Where the day of a story was taken from whose feed never says when anything was published.
const OF_CHANGE: &str =
    "the feed: its last change, which is not sure to be its publication; the feed has no other day";

/// Reads a feed that stands at `address` (an address or a file's name).
pub fn read(source: &str, address: &str, bytes: &[u8], zone: Tz) -> Reading {
    read_text(source, address, &decode(bytes, ""), zone)
}

/// Reads the text of a feed that stands at `address`.
pub fn read_text(source: &str, address: &str, decoded: &DecodedText<'_>, zone: Tz) -> Reading {
    let mut reading = Reading::default();
    let found = match found(address, &decoded.text) {
        Ok(found) => found,
        Err(problem) => {
            reading.problems.push(problem);
            return reading;
        }
    };
    let fault = match &found.fault {
        None if decoded.damaged => Some("some of its bytes are not in its encoding".to_owned()),
        fault => fault.clone(),
    };
    if let Some(fault) = fault {
        let lost = match found.lost {
            0 => String::new(),
            1 => "; one item of it cannot be read".to_owned(),
            lost => format!("; {lost} items of it cannot be read"),
        };
        reading.problems.push(Problem::new(
            Place::whole(address),
            format!("the feed was damaged and has been repaired: {fault}{lost}"),
            "tell whoever runs the site",
        ));
    }
    let is_complete = found.head.is_complete && reading.problems.is_empty() && found.lost == 0;
    let order = found.head.language.as_deref().and_then(of_language);
    let entries = found.entries.len();
    let days = days(&found.entries, zone);
    let only_changed = found
        .entries
        .iter()
        .zip(&days)
        .filter(|(entry, day)| day.is_none() && !entry.changes.is_empty())
        .count();
    for (index, (entry, day)) in found.entries.into_iter().zip(days).enumerate() {
        let made = Made { source, address, order, index };
        made.add(&mut reading, entry, day);
    }
    // One that could not be read may be one that is known.
    reading.is_complete = is_complete && reading.items.len() == entries;
    if reading.items.is_empty() && reading.problems.is_empty() {
        reading.problems.push(Problem::new(
            Place::whole(address),
            "the feed is empty",
            "open the address in a browser: some sites have a feed for each section",
        ));
    }
    note_undated(&mut reading, address, only_changed);
    if let Some(item) =
        reading.items.iter().find(|item| is_mojibake(&item.title) || is_mojibake(&item.summary))
    {
        reading.problems.push(Problem::new(
            item.place.clone(),
            format!("the text of “{}” was garbled before it reached roundup", item.title),
            "tell whoever runs the site: its text was stored in the wrong encoding",
        ));
    }
    reading
}

/// Says how many items have no day; `only_changed` of them say when they were changed last.
fn note_undated(reading: &mut Reading, address: &str, only_changed: usize) {
    // Dates that can be read in two ways have a problem of their own.
    let undated =
        reading.items.iter().filter(|item| item.date.is_none() && item.numeric.is_none()).count();
    let only_changed = only_changed.min(undated);
    for (count, what) in [
        (undated - only_changed, "no date that can be read"),
        (only_changed, "only the day of a change, which does not say when they were published"),
    ] {
        if count > 0 {
            reading.problems.push(Problem::new(
                Place::whole(address),
                format!("{} {what}", counted(count, "item has", "items have")),
                "add their dates: roundup news dates",
            ));
        }
    }
}

/// What a feed that stands at `address` says of itself; nothing where it cannot be read.
pub fn head(address: &str, text: &str) -> Head {
    found(address, text).map(|found| found.head).unwrap_or_default()
}

/// What a feed has.
struct FeedContents {
    head: Head,
    entries: Vec<FeedEntry>,
    /// What is wrong with the whole.
    fault: Option<String>,
    /// Entries that cannot be read.
    lost: usize,
}

fn found(address: &str, text: &str) -> Result<FeedContents, Problem> {
    let at = web_address(address, None);
    let text = text.trim_start_matches('\u{feff}');
    if is_json(text) {
        return found_in_json(address, text, at.as_deref());
    }
    let prepared = letters::prepared(text);
    let document = XmlDocument::read(&prepared, at.as_deref());
    let (head, mut entries) = entry::entries(&document);
    let root = document.root().map(|root| document.nodes[root].name.as_str());
    if root == Some("html")
        || (entries.is_empty() && !matches!(root, Some("rss" | "feed" | "rdf" | "channel")))
    {
        let is_json = json_text::value(text).is_ok();
        if is_json && let Ok(found) = found_in_json(address, text, at.as_deref()) {
            return Ok(found);
        }
        let fault = document.fault.as_deref().unwrap_or("it has no element of a feed");
        return Err(refusal(address, text, fault));
    }
    let all = entries.len();
    entries.retain(|entry| !entry.is_cut || entry.title.is_some() && entry.link.is_some());
    let fault = document.fault.map(|fault| {
        let is_cut = entries.last().is_some_and(|entry| entry.is_cut);
        if is_cut {
            format!("{fault}, and its last item has only what stands before")
        } else {
            fault
        }
    });
    Ok(FeedContents { head, lost: all - entries.len(), entries, fault })
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn found_in_json(address: &str, text: &str, at: Option<&str>) -> Result<FeedContents, Problem> {
    let JsonText { value, damage } = json_text::read(text)
        .map_err(|error| refusal(address, text, &one_line(&error.to_string())))?;
    let (head, entries) = json::entries(&value, at)
        .ok_or_else(|| refusal(address, text, "it is JSON without a list of items"))?;
    let all = entries.len();
    let entries: Vec<FeedEntry> = entries.into_iter().flatten().collect();
    let others = all - entries.len();
    let lost = others + damage.as_ref().map_or(0, |damage| damage.lost);
    let fault = damage
        .map(|damage| damage.words)
        .or_else(|| (others > 0).then(|| "it has items that are not objects".to_owned()));
    Ok(FeedContents { head, entries, fault, lost })
}

/// What an entry is made an item with.
struct Made<'a> {
    source: &'a str,
    address: &'a str,
    order: Option<DateOrder>,
    index: usize,
}

impl Made<'_> {
    fn add(&self, reading: &mut Reading, entry: FeedEntry, day: Option<EntryDay>) {
        let place = Place::whole(format!("{} item {}", self.address, self.index + 1));
        let title = entry.title.as_ref().map(Text::one_line).filter(|title| !title.is_empty());
        let (summary, picture) = self.texts(&entry, title.as_deref());
        let title_made = title.is_none();
        let title = title
            .or_else(|| Some(title_from(&summary)).filter(|title| !title.is_empty()))
            .or_else(|| {
                picture
                    .as_ref()
                    .map(|found| title_from(&found.alt))
                    .filter(|title| !title.is_empty())
            })
            .or_else(|| entry.link.as_deref().and_then(title_of_address));
        let Some(title) = title else {
            reading.problems.push(Problem::new(
                place,
                "this item has no title and no text: it was left out",
                "tell whoever runs the site",
            ));
            return;
        };
        let is_of_change = day.as_ref().is_some_and(|day| day.is_of_change);
        let numeric = day.as_ref().and_then(|day| Numeric::of(&day.text, day.written, self.order));
        let evidence =
            Evidence { date: is_of_change.then(|| OF_CHANGE.to_owned()), ..Evidence::default() };
        let id = entry
            .id
            .or_else(|| entry.link.as_deref().map(canonical))
            .unwrap_or_else(|| slug(&title));
        reading.items.push(Item {
            id,
            title,
            title_made,
            summary,
            link: entry.link,
            image: entry.image.or(picture),
            topics: entry.topics,
            date: day.and_then(|day| day.written.date()),
            date_of_change: is_of_change,
            numeric,
            evidence,
            source: self.source.to_owned(),
            place,
            order: i64::try_from(self.index).unwrap_or(i64::MAX).saturating_add(1),
            ..Item::default()
        });
    }

    /// The text, and a picture that stands in it: the summary where there is one that says more than the title, else the
    /// content.
    fn texts(&self, entry: &FeedEntry, title: Option<&str>) -> (String, Option<Image>) {
        let mut text = String::new();
        let mut picture = None;
        let mut is_needed = entry.image.is_none();
        for (index, written) in entry.summaries.iter().chain(&entry.contents).enumerate() {
            if !text.is_empty() && !is_needed {
                break;
            }
            let markup = written.read();
            if is_needed {
                picture = markup.pictures.iter().find_map(|found| {
                    let address = absolute(&found.address, entry.base.as_deref())?;
                    Some(Image { address, alt: found.alt.clone(), ..Image::default() })
                });
                is_needed = picture.is_none();
            }
            if text.is_empty() {
                let is_summary = index < entry.summaries.len();
                let words = if is_summary { without_more(&markup.text) } else { markup.text };
                let has_more = index + 1 < entry.summaries.len() + entry.contents.len();
                if !(is_summary && has_more && Some(words.as_str()) == title) {
                    text = shortened(&words);
                }
            }
        }
        (text, picture)
    }
}

/// Words for a story that has only its address: "/news/spring-fair.html" as "Spring fair", and the address
/// itself where it has no words.
fn title_of_address(link: &str) -> Option<String> {
    let address = url::Url::parse(link).ok()?;
    let bare = || {
        let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
        Some(title_from(rest.trim_end_matches('/'))).filter(|_| address.has_host())
    };
    words_of_path(&address).or_else(bare)
}

fn words_of_path(address: &url::Url) -> Option<String> {
    let last = address.path_segments()?.rfind(|part| !part.is_empty())?;
    let last = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let words = last.replace(['-', '_', '+'], " ").replace("%20", " ");
    let words = one_line(&words);
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let mut characters = words.chars();
    let first = characters.next()?;
    (letters >= 3 && letters * 2 > words.len() && !words.contains('%'))
        .then(|| first.to_uppercase().chain(characters).collect())
}

/// UTF-8 that somebody has read as windows-1252 and stored again: "cafÃ©", "donâ€™t".
fn is_mojibake(text: &str) -> bool {
    ["Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã§", "â€™", "â€œ", "â€“", "Â£"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// The page with older items, if the feed names one (RFC 5005), or is of a site that has them by number (`WordPress`).
/// `number` is the page's own, from 1.
pub fn next_page(address: &str, bytes: &[u8], number: usize) -> Option<String> {
    let text = text_of(bytes);
    let base = web_address(address, None)?;
    if is_json(&text) {
        let feed = json_text::value(&text).ok()?;
        return web_address(feed.get("next_url")?.as_str()?, Some(&base));
    }
    let named = text.split('<').find_map(|tag| {
        let name = tag.split(char::is_whitespace).next().unwrap_or_default();
        let is_link = name.rsplit(':').next() == Some("link");
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

/// The value of an attribute of a tag, in quotation marks or without, its name in any case.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let lower = tag.to_ascii_lowercase();
    lower.match_indices(name).find_map(|(at, _)| {
        let is_whole = tag[..at].ends_with(|c: char| c.is_whitespace());
        let rest = tag[at + name.len()..]
            .trim_start()
            .strip_prefix('=')
            .filter(|_| is_whole)?
            .trim_start();
        match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next(),
            _ => rest.split_whitespace().next().map(|value| value.trim_end_matches('/')),
        }
    })
}

fn refusal(address: &str, text: &str, error: &str) -> Problem {
    let start = text[..text.floor_char_boundary(2000)].to_lowercase();
    if start.trim().is_empty() {
        return Problem::new(
            Place::whole(address),
            "the response is empty",
            "open the address in a browser",
        );
    }
    if start.contains("<!doctype html") || start.contains("<html") {
        let page = Cow::Borrowed(text);
        if page.contains("type=\"password\"") || page.contains("type='password'") {
            return Problem::new(
                Place::whole(address),
                "this is a page to log in, not a feed",
                "give an address that everybody can read",
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
        "open the address in a browser",
    )
}

/// The feeds that a page names in its head (`<link rel="alternate" type="application/rss+xml" href="…">`).
pub fn advertised_feeds(page: &str, address: &str) -> Vec<String> {
    let base = web_address(address, None);
    page.split('<')
        .filter(|tag| tag.to_ascii_lowercase().starts_with("link"))
        .filter(|tag| {
            let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
            let kind = kind.split(';').next().unwrap_or_default().trim();
            ["application/rss+xml", "application/atom+xml", "application/feed+json"].contains(&kind)
        })
        .filter_map(|tag| {
            web_address(&attribute(tag, "href")?.replace("&amp;", "&"), base.as_deref())
        })
        // Comments of readers are not news.
        .filter(|feed| !feed.contains("/comments"))
        .take(3)
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn an_address_is_a_title_where_there_is_nothing_else() {
        for (link, title) in [
            ("https://club.example/news/spring-fair.html", "Spring fair"),
            ("https://club.example/?p=123", "club.example/?p=123"),
            ("https://club.example/2020/12/", "club.example/2020/12"),
            ("http://www.club.example/", "www.club.example"),
        ] {
            assert_eq!(title_of_address(link).as_deref(), Some(title), "{link}");
        }
        assert_eq!(title_of_address("mailto:ann@club.example"), None);
    }

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
    fn damaged_feeds_are_repaired_and_reported() {
        let whole = rss("<item><title>Fish & chips</title></item><item><title>Two</title></item>");
        let cut = &whole[..whole.find("Two").unwrap() + 2];
        // The words of the part that breaks off are half of something.
        let linked = "<rss><channel><item><title>One</title></item><item><title>Two</title><link>https://e.org/2</link>";
        let mismatched = rss(
            "<item><title>One</title></item><item><title>Two</title><b></i></item><item><title>Three</title></item>",
        );
        for (bytes, expected) in [
            (whole.as_bytes(), vec!["Fish & chips", "Two"]),
            (cut.as_bytes(), vec!["Fish & chips"]),
            (&linked.as_bytes()[..linked.len() - 3], vec!["One"]),
            (linked.as_bytes(), vec!["One", "Two"]),
            (mismatched.as_bytes(), vec!["One", "Two", "Three"]),
        ] {
            let reading = read("feed", "https://e.org/feed", bytes, London);
            assert_eq!(titles(&reading), expected);
            assert!(reading.problems[0].what.contains("repaired"), "{:?}", reading.problems);
        }
    }

    #[test]
    fn of_a_picture_in_several_sizes_the_widest() {
        let sizes = |sizes: &[(&str, &str)]| -> String {
            let one = |(name, width): &(&str, &str)| {
                format!("<media:content url=\"/{name}\" medium=\"image\" {width}/>")
            };
            sizes.iter().map(one).collect()
        };
        for (pictures, expected) in [
            (sizes(&[("s.jpg", "width=\"100\""), ("b.jpg", "width=\"800\"")]), "b.jpg"),
            (sizes(&[("b.jpg", "width=\"800\""), ("s.jpg", "width=\"100\"")]), "b.jpg"),
            (sizes(&[("a.jpg", ""), ("b.jpg", "")]), "a.jpg"),
            (sizes(&[("a.jpg", "width=\"wide\""), ("b.jpg", "width=\"5\"")]), "b.jpg"),
        ] {
            let feed = rss(&format!(
                "<item><title>Fair</title><pubDate>2020-12-03</pubDate>\
                 <media:group>{pictures}</media:group></item>"
            ));
            let reading = read("s", "https://e.org/feed", feed.as_bytes(), London);
            let image = reading.items[0].image.as_ref().unwrap();
            assert_eq!(image.address, format!("https://e.org/{expected}"));
        }
    }

    #[test]
    fn a_feed_whose_namespace_nobody_knows_is_a_feed() {
        let feed = "<r:rss xmlns:r='urn:x'><r:channel><r:item><r:title>Fair</r:title>\
                    <r:pubDate>2020-12-03</r:pubDate></r:item></r:channel></r:rss>";
        for feed in [feed.to_owned(), feed.replace(" xmlns:r='urn:x'", "")] {
            let reading = read("s", "https://e.org/feed", feed.as_bytes(), London);
            assert_eq!(reading.items.len(), 1, "{feed}");
            assert_eq!(reading.items[0].title, "Fair");
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
    fn letters_that_were_mixed_up_are_a_problem() {
        let feed = rss("<item><title>CafÃ© bar</title><pubDate>2020-12-03</pubDate></item>");
        let reading = read("feed", "https://e.org/feed", feed.as_bytes(), London);
        assert!(reading.problems[0].what.contains("garbled"), "{:?}", reading.problems);
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
        let shouted = "<HTML><LINK REL=alternate TYPE='APPLICATION/RSS+XML' HREF=/feed>";
        assert_eq!(advertised_feeds(shouted, "https://e.org/news"), ["https://e.org/feed"]);
        let comments = "<link type='application/rss+xml' href='/comments/feed/'><link type='application/rss+xml' href='/feed/'>";
        assert_eq!(advertised_feeds(comments, "https://e.org/news"), ["https://e.org/feed/"]);
        let reading = read("feed", "https://e.org/news", b"", London);
        assert_eq!(reading.problems[0].what, "the response is empty");
    }
}
