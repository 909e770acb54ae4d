//! One story that several sources have is one item.
//! Pure: items in, items out.

use std::collections::BTreeMap;

use super::item::Item;

/// Joins items that have the same address and the same title, or the same title and date. The first one stays, with
/// the names of the other sources; what it lacks it takes from them. Many sites give one listing page as the address
/// of all their stories, so an address alone proves nothing.
pub fn join(items: Vec<Item>) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for item in items {
        let title = words(&item.title);
        let keys: Vec<(String, String)> = [
            item.link.as_deref().map(|link| (title.clone(), canonical(link))),
            item.date.map(|date| (title.clone(), date.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect();
        let same = keys.iter().find_map(|key| known.get(key)).copied().filter(|index| {
            // Within one source two items of one name are two items: the editor sees both.
            joined[*index].source != item.source
        });
        if let Some(index) = same {
            merge(&mut joined[index], item);
        } else {
            for key in keys {
                known.entry(key).or_insert(joined.len());
            }
            joined.push(item);
        }
    }
    joined
}

fn merge(first: &mut Item, other: Item) {
    if !first.also_in.contains(&other.source) {
        first.also_in.push(other.source);
    }
    if first.summary.is_empty() {
        first.summary = other.summary;
    }
    first.image = first.image.take().or(other.image);
    first.link = first.link.take().or(other.link);
    first.date = first.date.or(other.date);
    if first.topics.is_empty() {
        first.topics = other.topics;
    }
}

fn words(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// An address without what does not change the page: scheme, `www.`, campaign words, fragment, last slash.
pub fn canonical(link: &str) -> String {
    let Ok(mut address) = url::Url::parse(link) else {
        return link.to_owned();
    };
    let kept: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(name, _)| {
            !name.starts_with("utm_")
                && !matches!(name.as_ref(), "fbclid" | "gclid" | "mc_cid" | "mc_eid")
        })
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    address.set_fragment(None);
    address.set_query(None);
    if !kept.is_empty() {
        address.query_pairs_mut().extend_pairs(kept);
    }
    let text = address.to_string();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    fn item(source: &str, title: &str, link: &str, summary: &str) -> Item {
        Item {
            id: title.to_owned(),
            title: title.to_owned(),
            title_made: false,
            summary: summary.to_owned(),
            link: Some(link.to_owned()),
            image: None,
            topics: Vec::new(),
            date: None,
            source: source.to_owned(),
            also_in: Vec::new(),
            place: Place::whole(source),
            order: 0,
            consent: None,
            event: None,
            quote: None,
            lines: crate::news::item::Lines::default(),
            translations: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn one_story_of_two_sources_is_one_item() {
        let joined = join(vec![
            item("folder", "Fish & chips", "https://www.e.org/a/?utm_source=x", ""),
            item("feed", "Fish – Chips", "http://e.org/a#top", "Text"),
            item("feed", "Other", "https://e.org/a", ""),
        ]);
        assert_eq!(joined.len(), 2);
        assert_eq!(joined[0].also_in, ["feed"]);
        assert_eq!(joined[0].summary, "Text");
    }

    #[test]
    fn stories_that_share_a_listing_page_stay_apart() {
        let page = "https://e.org/news";
        let joined = join(vec![
            item("a", "One", page, ""),
            item("a", "Two", page, ""),
            item("a", "One", page, ""),
        ]);
        assert_eq!(joined.len(), 3);
    }
}
