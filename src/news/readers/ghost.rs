//! Posts of a Ghost site, as its Content API gives them.
//! Pure: bytes in, items and problems out.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use url::Url;

use super::decode::text_of;
use super::fields::{self, Origin};
use super::json_text::{self, JsonText};
use crate::news::item::{Reading, SkippedItem};
use crate::problem::{Place, Problem};

pub const POSTS_A_PAGE: usize = 100;

/// The address of a page of posts, newest first; `changed_since` limits it to those that changed since.
pub fn address(
    site: &str,
    key: &str,
    page: usize,
    changed_since: Option<DateTime<Utc>>,
) -> Option<String> {
    let mut address = Url::parse(site).ok()?;
    if !address.path().contains("/ghost/api/") {
        let path = format!("{}/ghost/api/content/posts/", address.path().trim_end_matches('/'));
        address.set_path(&path);
    }
    let mut query = address.query_pairs_mut();
    query.append_pair("key", key);
    query.append_pair("include", "tags");
    query.append_pair("limit", &POSTS_A_PAGE.to_string());
    query.append_pair("page", &page.to_string());
    query.append_pair("order", "published_at desc");
    query.append_pair(
        "fields",
        "id,title,url,published_at,custom_excerpt,excerpt,feature_image,feature_image_alt,visibility",
    );
    if let Some(since) = changed_since {
        let since = since.format("%Y-%m-%dT%H:%M:%SZ");
        query.append_pair("filter", &format!("updated_at:>'{since}'"));
    }
    drop(query);
    Some(address.to_string())
}

/// Reads one page of posts; says whether there is another. The address is shown without the key.
pub fn read(source: &str, site: &str, bytes: &[u8], zone: Tz) -> (Reading, bool) {
    let mut reading = Reading::default();
    let Ok(JsonText { value: answer, damage }) = json_text::read(&text_of(bytes)) else {
        reading.problems.push(Problem::new(
            Place::whole(site),
            "this is not the Content API of a Ghost site",
            "give the address of its home page as `url`, or its feed: kind = \"feed\"",
        ));
        return (reading, false);
    };
    let Some(posts) = answer.get("posts").and_then(Value::as_array) else {
        let said = answer.pointer("/errors/0/message").and_then(Value::as_str);
        reading.problems.push(Problem::new(
            Place::whole(site),
            format!("the Ghost site says: {}", said.unwrap_or("no list of posts")),
            "check the `key`: it is the “Content API key” of an integration",
        ));
        return (reading, false);
    };
    for (index, post) in posts.iter().enumerate() {
        let text = |name: &str| post.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
        let place = Place::whole(text("url").unwrap_or(site));
        if let Some(visibility) = text("visibility").filter(|visibility| *visibility != "public") {
            reading.skipped.push(SkippedItem {
                title: text("title").unwrap_or_default().to_owned(),
                source: source.to_owned(),
                place,
                reason: format!("it is for {visibility} only"),
            });
            continue;
        }
        let mut fields = BTreeMap::new();
        for (name, value) in [
            ("id", text("id")),
            ("title", text("title")),
            ("link", text("url")),
            ("date", text("published_at")),
            ("summary", text("custom_excerpt").or_else(|| text("excerpt"))),
            ("image", text("feature_image")),
            ("alt", text("feature_image_alt")),
        ] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), Value::String(value.to_owned()));
            }
        }
        let tags: Vec<Value> = post
            .get("tags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            // Names that begin with # are the editors' own marks.
            .filter_map(|tag| {
                tag.get("name").filter(|name| name.as_str().is_some_and(|n| !n.starts_with('#')))
            })
            .cloned()
            .collect();
        if !tags.is_empty() {
            fields.insert("topics".to_owned(), Value::Array(tags));
        }
        fields::add(&mut reading, &fields, Origin::listed(source, place, zone, index));
    }
    reading.problems.extend(damage.map(|damage| damage.problem(site)));
    let has_more = answer.pointer("/meta/pagination/next").is_some_and(Value::is_number);
    (reading, has_more)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn posts_that_everybody_may_read() {
        let posts = r##"{"posts": [
          {"id": "5f", "title": "Fair", "url": "https://e.org/fair/", "published_at": "2020-06-03T23:30:00.000+00:00",
           "custom_excerpt": null, "excerpt": "The fair was full.", "feature_image": "https://e.org/f.jpg",
           "feature_image_alt": "A table", "visibility": "public", "tags": [{"name": "Events"}, {"name": "#wide"}]},
          {"id": "60", "title": "For friends", "url": "https://e.org/x/", "published_at": "2020-06-02T10:00:00.000+00:00",
           "visibility": "members"}],
          "meta": {"pagination": {"page": 1, "next": 2}}}"##;
        let (reading, has_more) = read("ghost", "https://e.org", posts.as_bytes(), London);
        assert!(has_more);
        let fair = &reading.items[0];
        assert_eq!((fair.id.as_str(), fair.summary.as_str()), ("5f", "The fair was full."));
        assert_eq!(fair.date.unwrap().days(London).0.to_string(), "2020-06-04");
        assert_eq!(
            (fair.image.as_ref().unwrap().alt.as_str(), &fair.topics[..]),
            ("A table", &["Events".to_owned()][..])
        );
        assert_eq!(reading.skipped[0].reason, "it is for members only");
    }

    #[test]
    fn a_wrong_key_is_told_as_the_site_tells_it() {
        let answer = r#"{"errors":[{"message":"Unknown Content API Key"}]}"#;
        let (reading, has_more) = read("ghost", "https://e.org", answer.as_bytes(), London);
        assert!(reading.problems[0].what.contains("Unknown Content API Key") && !has_more);
    }

    #[test]
    fn addresses() {
        let address =
            address("https://e.org/", "k", 2, "2020-12-03T10:00:00Z".parse().ok()).unwrap();
        assert!(address.starts_with(
            "https://e.org/ghost/api/content/posts/?key=k&include=tags&limit=100&page=2"
        ));
        assert!(
            address.ends_with("filter=updated_at%3A%3E%272020-12-03T10%3A00%3A00Z%27"),
            "{address}"
        );
    }
}
