//! Which parts of a page are one story: a slider and a list may show it twice.
//! Pure: stories in, stories out.

use std::collections::{BTreeSet, HashMap};

use crate::news::dedupe::{identity, words};
use crate::news::item::{Item, is_cut};

/// From this number of titles on, one address is not that of one story: it belongs to something else.
const TOO_MANY_TITLES: usize = 3;

#[derive(PartialEq, Eq, Hash)]
enum Identity {
    /// By its address, and, where a page holds several stories, the place within it.
    Address(String),
    /// By its title and date.
    Words(String, String),
}

/// Each story once.
pub fn distinct(mut items: Vec<Item>) -> Vec<Item> {
    let mut titles: HashMap<String, BTreeSet<String>> = HashMap::new();
    for item in &items {
        if let Some(link) = &item.link {
            titles.entry(with_place(link)).or_default().insert(words(&item.title));
        }
    }
    // "Donate" at each card, and nothing else: no address is better than a wrong one.
    for item in &mut items {
        let is_shared = item.link.as_ref().is_some_and(|link| {
            titles.get(&with_place(link)).is_some_and(|titles| titles.len() >= TOO_MANY_TITLES)
        });
        if is_shared {
            item.link = None;
            item.evidence.link = None;
        }
    }
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    let mut at: HashMap<Identity, usize> = HashMap::new();
    for item in items {
        let identity = match &item.link {
            Some(link) => Identity::Address(with_place(link)),
            None => Identity::Words(
                item.title.clone(),
                item.date.map(|date| date.to_string()).unwrap_or_default(),
            ),
        };
        if let Some(known) = at.get(&identity) {
            join(&mut kept[*known], item);
        } else {
            at.insert(identity, kept.len());
            kept.push(item);
        }
    }
    kept
}

/// Gives a story what it says better where it stands again: its day, its text, the title that is not cut short, the shorter of
/// two spellings of its address.
fn join(known: &mut Item, again: Item) {
    let has_title = is_worse(known) && !is_worse(&again);
    if known.date.is_none() && again.date.is_some() {
        (known.date, known.numeric) = (again.date, again.numeric);
        known.evidence.date = again.evidence.date;
    }
    if has_title {
        (known.title, known.title_made) = (again.title, again.title_made);
        known.evidence.title = again.evidence.title;
    }
    if known.summary.is_empty() {
        known.summary = again.summary;
        known.evidence.summary = again.evidence.summary;
    }
    let length = |link: &Option<String>| link.as_ref().map_or(usize::MAX, String::len);
    if length(&again.link) < length(&known.link) {
        (known.id, known.link, known.place) = (again.id, again.link, again.place);
        known.evidence.link = again.evidence.link;
    }
}

/// Whether a title was made of the text, or is cut short.
fn is_worse(item: &Item) -> bool {
    item.title_made || is_cut(&item.title)
}

/// An address as `identity` has it, with the place within its page where that is a story's and not the page's own parts.
fn with_place(link: &str) -> String {
    const PARTS: [&str; 8] =
        ["", "top", "comments", "respond", "content", "main", "main-content", "disqus_thread"];
    let place = link.split_once('#').map(|(_, place)| place).unwrap_or_default();
    let page = identity(link);
    if PARTS.contains(&place) { page } else { format!("{page}#{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(title: &str, link: &str) -> Item {
        Item {
            title: title.to_owned(),
            link: (!link.is_empty()).then(|| link.to_owned()),
            ..Item::default()
        }
    }

    #[test]
    fn one_story_is_shown_once_and_several_are_several() {
        for (stories, kept) in [
            (vec![("Fair", "https://e.org/a"), ("The fair", "https://www.e.org/a/")], vec!["Fair"]),
            (vec![("Fair", "https://e.org/a"), ("Fair", "https://e.org/a#comments")], vec!["Fair"]),
            (
                vec![("Fair", "https://e.org/all#fair"), ("Well", "https://e.org/all#well")],
                vec!["Fair", "Well"],
            ),
            (vec![("Fair", ""), ("Fair", "")], vec!["Fair"]),
            (vec![("Fair", ""), ("Well", "")], vec!["Fair", "Well"]),
            (
                vec![
                    ("A", "https://e.org/give"),
                    ("B", "https://e.org/give"),
                    ("C", "https://e.org/give"),
                ],
                vec!["A", "B", "C"],
            ),
        ] {
            let items = stories.iter().map(|(title, link)| story(title, link)).collect();
            let found = distinct(items);
            let titles: Vec<&str> = found.iter().map(|item| item.title.as_str()).collect();
            assert_eq!(titles, kept);
        }
    }

    #[test]
    fn a_story_that_stands_twice_has_the_better_of_both() {
        for (first, again, title, link) in [
            ("/fair?utm_source=hero", "/fair", "Fair", "/fair"),
            ("/fair/", "/fair", "Fair", "/fair"),
            ("/fair", "/fair?ref=list", "Fair", "/fair"),
        ] {
            let at = |path: &str| format!("https://e.org{path}");
            let found = distinct(vec![
                Item { title_made: true, ..story("Fai", &at(first)) },
                story("Fair", &at(again)),
            ]);
            assert_eq!(found.len(), 1, "{first}");
            assert_eq!((&*found[0].title, found[0].link.clone()), (title, Some(at(link))));
        }
        let found = distinct(vec![
            story("The fair in the…", "https://e.org/a"),
            story("The fair in the hall", "https://e.org/a"),
        ]);
        assert_eq!(found[0].title, "The fair in the hall");
    }

    #[test]
    fn an_address_that_many_titles_share_is_that_of_none() {
        let shared = "https://e.org/give";
        let found = distinct(vec![story("A", shared), story("B", shared), story("C", shared)]);
        assert!(found.iter().all(|item| item.link.is_none()));
    }
}
