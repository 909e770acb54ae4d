//! Posts of a `WordPress` site, as its REST API gives them.
//! Pure: bytes in, items and problems out.
//!
//! `date` is the site's own clock, and what its readers saw; `date_gmt` and the two can disagree. The API's filters
//! compare the site's clock too, and refuse days without a time: roundup requests a day more on either side.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use url::Url;

use super::decode::text_of;
use super::fields::{self, Origin, plain_text, without_more};
use super::json_text::{self, JsonText};
use super::tool_markup::without_wordpress;
use crate::news::item::Reading;
use crate::problem::{Place, Problem};

/// The most that one answer has.
pub const POSTS_A_PAGE: usize = 100;
/// The site's clock may be a day from ours.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// How a site's addresses are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permalinks {
    /// `/wp-json/wp/v2/posts`.
    Pretty,
    /// `/?rest_route=/wp/v2/posts`, where the site's addresses are numbers.
    Plain,
}

/// The address of a page of posts, newest first; `changed_since` limits it to those that changed since.
pub fn address(
    site: &str,
    permalinks: Permalinks,
    page: usize,
    changed_since: Option<DateTime<Utc>>,
) -> Option<String> {
    let mut address = Url::parse(site).ok()?;
    let names_route = address.query_pairs().any(|(name, _)| name == "rest_route");
    if permalinks == Permalinks::Plain && !names_route {
        let path = address.path().split("/wp-json").next().unwrap_or_default();
        let path = format!("{}/", path.trim_end_matches('/'));
        address.set_path(&path);
        address.query_pairs_mut().append_pair("rest_route", "/wp/v2/posts");
    } else if !names_route && !address.path().contains("/wp-json/") {
        let path = format!("{}/wp-json/wp/v2/posts", address.path().trim_end_matches('/'));
        address.set_path(&path);
    }
    let mut query = address.query_pairs_mut();
    query.append_pair("per_page", &POSTS_A_PAGE.to_string());
    query.append_pair("page", &page.to_string());
    query.append_pair("_embed", "wp:featuredmedia,wp:term");
    let fields = "id,date,link,title,excerpt,content,status,type,_links,_embedded";
    query.append_pair("_fields", fields);
    if let Some(since) = changed_since {
        let since = (since - MARGIN).format("%Y-%m-%dT%H:%M:%S").to_string();
        query.append_pair("modified_after", &since);
    }
    drop(query);
    Some(address.to_string())
}

/// Reads one page of posts, and says how many it has: a post that cannot be read counts.
pub fn read(source: &str, address: &str, bytes: &[u8], zone: Tz) -> (Reading, usize) {
    let mut reading = Reading::default();
    let (posts, damage) = match json_text::read(&text_of(bytes)) {
        Ok(JsonText { value: Value::Array(posts), damage }) => (posts, damage),
        Ok(JsonText { value: answer, .. }) => {
            let said = answer.get("message").and_then(Value::as_str).unwrap_or("no list of posts");
            reading.problems.push(Problem::new(
                Place::whole(address),
                format!("the WordPress site says: {}", plain_text(said)),
                "check that its REST API is open; its feed may be: kind = \"feed\"",
            ));
            return (reading, 0);
        }
        Err(_) => {
            reading.problems.push(Problem::new(
                Place::whole(address),
                "this is not the REST API of a WordPress site",
                "give the address of its home page as `url`, or its feed: kind = \"feed\"",
            ));
            return (reading, 0);
        }
    };
    for (index, post) in posts.iter().enumerate() {
        let link = post.get("link").and_then(Value::as_str).unwrap_or_default();
        let place = if link.is_empty() {
            Place::whole(format!("{address} post {}", index + 1))
        } else {
            Place::whole(link)
        };
        fields::add(&mut reading, &fields_of(post), Origin::listed(source, place, zone, index));
    }
    let lost = damage.as_ref().map_or(0, |damage| damage.lost);
    reading.problems.extend(damage.map(|damage| damage.problem(address)));
    (reading, posts.len() + lost)
}

fn fields_of(post: &Value) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    let text = |path: &str| post.pointer(path).and_then(Value::as_str).map(str::trim);
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fields.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    };
    put("title", text("/title/rendered"));
    put("date", text("/date"));
    put("link", text("/link"));
    let excerpt =
        text("/excerpt/rendered").map(|html| without_more(&plain_text(&without_wordpress(html))));
    put("summary", excerpt.as_deref());
    put("content", text("/content/rendered").map(without_wordpress).as_deref());
    let picture = "/_embedded/wp:featuredmedia/0";
    put("image", text(&format!("{picture}/source_url")));
    put("alt", text(&format!("{picture}/alt_text")));
    if let Some(id) = post.get("id") {
        fields.insert("id".to_owned(), Value::String(format!("post-{id}")));
    }
    if text("/status").is_some_and(|status| status != "publish") {
        fields.insert("draft".to_owned(), Value::Bool(true));
    }
    let groups = post.pointer("/_embedded/wp:term").and_then(Value::as_array);
    let topics: Vec<Value> = groups
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|term| term.get("name"))
        // What nobody has sorted is not about anything.
        .filter(|name| {
            name.as_str() != Some("Uncategorized") && name.as_str() != Some("Uncategorised")
        })
        .filter_map(|name| Some(Value::String(plain_text(name.as_str()?))))
        .collect();
    if !topics.is_empty() {
        fields.insert("topics".to_owned(), Value::Array(topics));
    }
    fields
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    const POSTS: &str = r#"[
      {"id": 12, "date": "2020-06-03T00:30:00", "status": "publish", "link": "https://e.org/fair/",
       "title": {"rendered": "Fish &#038; chips &#8211; the fair"},
       "excerpt": {"rendered": "<p>The fair was full. [&hellip;] <a href=\"x\">Continue reading <span>The fair</span></a></p>\n"},
       "content": {"rendered": "<p>The fair was full.</p><p>More.</p>"},
       "_embedded": {
         "wp:featuredmedia": [{"source_url": "https://e.org/fair.jpg", "alt_text": "People at a table"}],
         "wp:term": [[{"name": "Events"}, {"name": "Uncategorized"}], [{"name": "summer"}]]}},
      {"id": 13, "date": "2020-06-02T10:00:00", "link": "https://e.org/b/",
       "title": {"rendered": ""}, "excerpt": {"rendered": ""}, "content": {"rendered": "<p>Only a text. Really.</p>"},
       "_embedded": {"wp:featuredmedia": [{"code": "rest_forbidden"}]}}
    ]"#;

    #[test]
    fn posts_with_picture_and_topics() {
        let reading = read("site", "https://e.org/wp-json", POSTS.as_bytes(), London).0;
        assert_eq!(reading.problems, []);
        let fair = &reading.items[0];
        assert_eq!(fair.title, "Fish & chips – the fair");
        assert_eq!(fair.summary, "The fair was full.…");
        assert_eq!(fair.id, "post-12");
        // The site's clock: half past midnight is the third of June, as its readers saw.
        assert_eq!(fair.date.unwrap().days(London).0.to_string(), "2020-06-03");
        assert_eq!(fair.image.as_ref().unwrap().alt, "People at a table");
        assert_eq!(fair.topics, ["Events", "summer"]);
        let text = &reading.items[1];
        assert_eq!((text.title.as_str(), text.image.is_none()), ("Only a text", true));
    }

    #[test]
    fn what_a_site_answers_instead() {
        let closed =
            r#"{"code":"rest_not_logged_in","message":"You are not currently logged in."}"#;
        let reading = read("site", "https://e.org/", closed.as_bytes(), London).0;
        assert!(reading.problems[0].what.contains("not currently logged in"));
        let reading = read("site", "https://e.org/", b"<!doctype html>", London).0;
        assert!(reading.problems[0].what.contains("not the REST API"));
    }

    #[test]
    fn addresses() {
        let since = "2020-12-03T10:00:00Z".parse().ok();
        assert_eq!(
            address("https://e.org/blog/", Permalinks::Pretty, 2, since).unwrap(),
            "https://e.org/blog/wp-json/wp/v2/posts?per_page=100&page=2&_embed=wp%3Afeaturedmedia%2Cwp%3Aterm&\
             _fields=id%2Cdate%2Clink%2Ctitle%2Cexcerpt%2Ccontent%2Cstatus%2Ctype%2C_links%2C_embedded&\
             modified_after=2020-12-02T10%3A00%3A00"
        );
        for site in [
            "https://e.org/blog/",
            "https://e.org/blog",
            "https://e.org/blog/?rest_route=/wp/v2/posts",
        ] {
            let plain = address(site, Permalinks::Plain, 1, None).unwrap();
            let start = if site.contains('?') {
                "https://e.org/blog/?rest_route=/wp/v2/posts&per_page=100&page=1"
            } else {
                "https://e.org/blog/?rest_route=%2Fwp%2Fv2%2Fposts&per_page=100&page=1"
            };
            assert!(plain.starts_with(start), "{plain}");
        }
    }
}
