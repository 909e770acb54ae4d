//! Which items are one story: the same item seen again, or the same story in two sources.
//! Pure: items in, decisions out.

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::item::Item;

/// An item as it was seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierItem {
    pub id: String,
    /// Its own address, in canonical form.
    pub link: Option<String>,
    /// The words of its title.
    pub words: String,
    /// First day it may be of, if it has a date.
    pub day: Option<i32>,
}

/// Titles as alike as this, of one day, are one title that was corrected.
const ALIKE: f64 = 0.9;

/// Finds the known item that each of a reading is; new ones have `None`. An item is known by its own address, else by
/// its id, else by its title and date. No two are the same known item.
pub fn recognise(items: &[EarlierItem], known: &[EarlierItem]) -> Vec<Option<usize>> {
    let mut found = vec![None; items.len()];
    let mut taken = vec![false; known.len()];
    let mut take = |index: usize, which: usize, found: &mut Vec<Option<usize>>| {
        if found[index].is_none() && !taken[which] {
            taken[which] = true;
            found[index] = Some(which);
        }
    };
    let by_link: HashMap<&str, usize> = known
        .iter()
        .enumerate()
        .filter_map(|(which, known)| Some((known.link.as_deref()?, which)))
        .collect();
    let by_id: HashMap<&str, usize> =
        known.iter().enumerate().map(|(which, known)| (known.id.as_str(), which)).collect();
    for (index, item) in items.iter().enumerate() {
        if let Some(which) = item.link.as_deref().and_then(|link| by_link.get(link))
            && may_be(item, &known[*which])
        {
            take(index, *which, &mut found);
        }
    }
    for (index, item) in items.iter().enumerate() {
        if let Some(which) = by_id.get(item.id.as_str()) {
            take(index, *which, &mut found);
        }
    }
    let mut open = OpenItems::of(known, &taken);
    for (index, item) in items.iter().enumerate() {
        if found[index].is_none()
            && let Some(which) = open.same(item)
        {
            open.close(which);
            found[index] = Some(which);
        }
    }
    found
}

/// Known items that are none of a reading's yet, by what they are found by. A source may have thousands of one day or one
/// title: none is compared with all.
struct OpenItems<'a> {
    known: &'a [EarlierItem],
    by_words: HashMap<(Option<i32>, &'a str), BTreeSet<usize>>,
    by_day: HashMap<i32, BTreeSet<usize>>,
    /// By the first and the last word of their titles: who corrects a title seldom changes both.
    by_edge: HashMap<(i32, &'a str), BTreeSet<usize>>,
}

/// Titles that one title is compared with, letter by letter.
const MOST_COMPARED: usize = 60;

/// The first and the last word of a title.
fn edges(words: &str) -> [&str; 2] {
    let first = words.split(' ').next().unwrap_or_default();
    [first, words.rsplit(' ').next().unwrap_or_default()]
}

impl<'a> OpenItems<'a> {
    fn of(known: &'a [EarlierItem], taken: &[bool]) -> Self {
        let mut open = Self {
            known,
            by_words: HashMap::new(),
            by_day: HashMap::new(),
            by_edge: HashMap::new(),
        };
        for (which, item) in known.iter().enumerate().filter(|(which, _)| !taken[*which]) {
            open.by_words.entry((item.day, item.words.as_str())).or_default().insert(which);
            let Some(day) = item.day else { continue };
            open.by_day.entry(day).or_default().insert(which);
            for word in edges(&item.words) {
                open.by_edge.entry((day, word)).or_default().insert(which);
            }
        }
        open
    }

    /// The known item with an item's title and day. A bulletin has the same title each week, and is another story each
    /// time: only of one day is it the same.
    fn same(&self, item: &EarlierItem) -> Option<usize> {
        let exact = self.by_words.get(&(item.day, item.words.as_str())).into_iter().flatten();
        // Without a day, two items with addresses of their own are two.
        let may_be = |which: &&usize| {
            item.day.is_some() || item.link.is_none() || self.known[**which].link.is_none()
        };
        if let Some(which) = exact.take(MOST_COMPARED).find(may_be) {
            return Some(*which);
        }
        let of_day = self.by_day.get(&item.day?)?;
        let mut near: BTreeSet<usize> = BTreeSet::new();
        if of_day.len() <= MOST_COMPARED {
            near.extend(of_day);
        } else {
            for word in edges(&item.words) {
                let beside = self.by_edge.get(&(item.day?, word)).into_iter().flatten();
                near.extend(beside.take(MOST_COMPARED));
            }
        }
        near.into_iter().find(|which| {
            let words = &self.known[*which].words;
            strsim::normalized_damerau_levenshtein(words, &item.words) >= ALIKE
        })
    }

    fn close(&mut self, which: usize) {
        let item = &self.known[which];
        if let Some(same) = self.by_words.get_mut(&(item.day, item.words.as_str())) {
            same.remove(&which);
        }
        let Some(day) = item.day else { return };
        if let Some(same) = self.by_day.get_mut(&day) {
            same.remove(&which);
        }
        for word in edges(&item.words) {
            if let Some(same) = self.by_edge.get_mut(&(day, word)) {
                same.remove(&which);
            }
        }
    }
}

/// Whether an item with a known item's address may be that item. Some sites give one page as the address of whatever is
/// new: another id, another title and another day together are another story.
fn may_be(item: &EarlierItem, known: &EarlierItem) -> bool {
    let same_day = item.day.is_none() || known.day.is_none() || item.day == known.day;
    item.id == known.id || item.words == known.words || same_day
}

/// The addresses that only one of these items has. Many sites give one listing page as the address of all their stories:
/// such an address says nothing.
pub fn own_links(items: &[Item]) -> Vec<Option<String>> {
    let links: Vec<Option<String>> =
        items.iter().map(|item| item.link.as_deref().map(identity)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for link in links.iter().flatten() {
        *count.entry(link).or_default() += 1;
    }
    let shared: BTreeSet<String> =
        count.into_iter().filter(|(_, n)| *n > 1).map(|(link, _)| link.to_owned()).collect();
    links.into_iter().map(|link| link.filter(|link| !shared.contains(link))).collect()
}

/// Each story once: a source that lists one twice, in other spellings of its address, has it once. Another title or another day
/// at the same address is another story.
pub fn once(items: &mut Vec<Item>, zone: Tz) {
    let mut first: HashMap<(String, String), Vec<usize>> = HashMap::new();
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let day = |item: &Item| item.date.map(|date| date.days(zone));
        let Some(link) = item.link.as_deref().map(identity) else {
            kept.push(item);
            continue;
        };
        let same = first.entry((link, words(&item.title))).or_default();
        let twin = same.iter().find(|at| {
            day(&kept[**at]).is_none() || day(&item).is_none() || day(&kept[**at]) == day(&item)
        });
        if let Some(at) = twin {
            fill(&mut kept[*at], item);
        } else {
            same.push(kept.len());
            kept.push(item);
        }
    }
    *items = kept;
}

/// Gives an item what it lacks.
fn fill(item: &mut Item, other: Item) {
    if item.summary.is_empty() {
        item.summary = other.summary;
    }
    item.image = item.image.take().or(other.image);
    item.link = item.link.take().or(other.link);
    // A publication is surer than a change.
    let is_surer = item.date_of_change && !other.date_of_change && other.date.is_some();
    if item.date.is_none() || is_surer {
        (item.date, item.date_of_change) = (other.date, other.date_of_change);
        item.evidence.date = other.evidence.date;
    }
    if item.topics.is_empty() {
        item.topics = other.topics;
    }
}

/// Adds to an item what another source's item of the same story has beyond it.
pub fn merge(first: &mut Item, other: Item) {
    if other.source != first.source && !first.also_in.contains(&other.source) {
        first.also_in.push(other.source.clone());
    }
    first.seen.first = first.seen.first.into_iter().chain(other.seen.first).min();
    first.seen.changes.extend(other.seen.changes.iter().cloned());
    first.seen.aliases.push(other.id.clone());
    first.seen.aliases.extend(other.seen.aliases.iter().cloned());
    fill(first, other);
}

/// A title's words, in lower case, without punctuation.
pub fn words(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// An address without what does not change the page: scheme, name and password, `www.`, campaign words, fragment, last slash.
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
    // Ids are made of it: whose login stood in an address is nobody's business.
    let _ = address.set_username("").and_then(|()| address.set_password(None));
    address.set_query(None);
    if !kept.is_empty() {
        address.query_pairs_mut().extend_pairs(kept);
    }
    let text = address.to_string();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    text.strip_prefix("www.").unwrap_or(text).trim_end_matches('/').to_owned()
}

/// An address as the name of a page: what is written in other letters, ends in `index.html`, is the page for telephones, or
/// says from where its readers came, is the same page.
pub fn identity(link: &str) -> String {
    const CAME_FROM: [&str; 12] = [
        "ref",
        "ref_src",
        "referrer",
        "amp",
        "amp_js_v",
        "outputtype",
        "igshid",
        "cmpid",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "share",
    ];
    let canonical = canonical(link);
    let (path, query) = canonical.split_once('?').unwrap_or((&canonical, ""));
    let path: String = letters_of(path).nfc().flat_map(char::to_lowercase).collect();
    let mut path = path.as_str();
    for file in ["/index.html", "/index.htm", "/index.php", "/default.aspx", "/amp", "/amp.html"] {
        path = path.strip_suffix(file).unwrap_or(path);
    }
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("amp.").filter(|rest| rest.contains('.')).unwrap_or(path);
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| {
            let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
            !part.is_empty() && !CAME_FROM.contains(&name.as_str())
        })
        .collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// A path with its encoded letters as letters; one that is not valid UTF-8 stays as it is.
fn letters_of(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let number = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            // A slash or a question mark that is encoded parts nothing.
            .filter(|byte| !matches!(byte, b'/' | b'?' | b'#' | b'%'));
        bytes.push(number.unwrap_or(*first));
        rest = if number.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// What of a story people would read differently, in words for them.
pub fn differences(old: &Item, new: &Item) -> Vec<String> {
    let mut found = Vec::new();
    let short = |text: &str| -> String {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= 60 {
            return line;
        }
        format!("{}…", line.chars().take(59).collect::<String>().trim_end())
    };
    let mut differ = |what: &str, old: String, new: String| {
        if old != new {
            found.push(match (old.is_empty(), new.is_empty()) {
                (true, _) => format!("{what}: “{}” is new", short(&new)),
                (_, true) => format!("{what}: “{}” is gone", short(&old)),
                _ if short(&old) == short(&new) => format!("{what}: changed after its beginning"),
                _ => format!("{what}: “{}” is “{}” now", short(&old), short(&new)),
            });
        }
    };
    let date = |item: &Item| item.date.map(|date| date.to_string()).unwrap_or_default();
    let image = |item: &Item| item.image.as_ref().map(|image| image.address.clone());
    let alt = |item: &Item| item.image.as_ref().map(|image| image.alt.clone());
    differ("title", old.title.clone(), new.title.clone());
    differ("text", old.summary.clone(), new.summary.clone());
    differ("date", date(old), date(new));
    differ("address", old.link.clone().unwrap_or_default(), new.link.clone().unwrap_or_default());
    differ("picture", image(old).unwrap_or_default(), image(new).unwrap_or_default());
    differ(
        "description of the picture",
        alt(old).unwrap_or_default(),
        alt(new).unwrap_or_default(),
    );
    differ("topics", old.topics.join(", "), new.topics.join(", "));
    let said = |item: &Item| item.quote.as_ref().map(|quote| quote.words.clone());
    differ("quote", said(old).unwrap_or_default(), said(new).unwrap_or_default());
    let event = |item: &Item| {
        item.event.as_ref().map(|event| format!("{} {}", event.date, event.place).trim().to_owned())
    };
    differ("event", event(old).unwrap_or_default(), event(new).unwrap_or_default());
    if old.consent != new.consent {
        found.push("consent: changed".to_owned());
    }
    if old.translations != new.translations {
        found.push("translations: changed".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str, link: &str, title: &str, day: Option<i32>) -> EarlierItem {
        EarlierItem {
            id: id.to_owned(),
            link: (!link.is_empty()).then(|| canonical(link)),
            words: words(title),
            day,
        }
    }

    #[test]
    fn a_publication_is_surer_than_a_change() {
        let story = |day: &str, date_of_change| Item {
            date: crate::date::PartialDate::parse(day, Tz::UTC).ok(),
            date_of_change,
            ..Item::default()
        };
        for (first, other, wanted) in [
            (story("2020-12-03", true), story("2020-11-20", false), ("2020-11-20", false)),
            (story("2020-12-03", true), story("2020-11-20", true), ("2020-12-03", true)),
            (story("2020-12-03", true), story("", false), ("2020-12-03", true)),
            (story("2020-12-03", false), story("2020-11-20", true), ("2020-12-03", false)),
            (story("", false), story("2020-11-20", true), ("2020-11-20", true)),
        ] {
            let mut merged = first;
            merge(&mut merged, other);
            assert_eq!((merged.date.unwrap().to_string().as_str(), merged.date_of_change), wanted);
        }
    }

    #[test]
    fn a_story_that_its_source_lists_twice_is_one() {
        let story = |link: &str, title: &str, day: &str| Item {
            title: title.to_owned(),
            link: (!link.is_empty()).then(|| link.to_owned()),
            date: crate::date::PartialDate::parse(day, Tz::UTC).ok(),
            ..Item::default()
        };
        let fair = || story("https://e.org/a", "The fair", "2020-12-03");
        for (other, count) in [
            (fair(), 1),
            (story("http://www.e.org/a/?utm_source=x", "The fair", "2020-12-03"), 1),
            (story("https://e.org/a/amp/", "the Fair", ""), 1),
            // A bulletin at one address, another title there, and two without an address.
            (story("https://e.org/a", "The fair", "2020-12-10"), 2),
            (story("https://e.org/a", "The well", "2020-12-03"), 2),
            (story("https://e.org/b", "The fair", "2020-12-03"), 2),
            (story("", "The fair", "2020-12-03"), 2),
        ] {
            let said = format!("{other:?}");
            let mut items = vec![fair(), Item { summary: "It was full.".to_owned(), ..other }];
            once(&mut items, Tz::UTC);
            assert_eq!(items.len(), count, "{said}");
            // What only the second one has is not lost.
            assert!(items.iter().any(|item| item.summary == "It was full."), "{said}");
        }
    }

    #[test]
    fn an_item_is_known_by_address_then_id_then_title() {
        let before = [
            known("1", "https://e.org/a", "Fish and chips", Some(10)),
            known("2", "", "Spring fair", Some(20)),
            known("3", "https://e.org/c", "A new well for the school", Some(30)),
            known("4", "", "Open day", Some(40)),
        ];
        let now = [
            // Another id and title, the same address.
            known("9", "http://www.e.org/a/?utm_source=x", "Chips", Some(10)),
            known("2", "", "The spring fair", Some(21)),
            // Another id and address, a title that was corrected.
            known("7", "https://e.org/well", "A new well for the schools", Some(30)),
            // The open day of the next week is another story.
            known("8", "", "Open day", Some(47)),
        ];
        assert_eq!(recognise(&now, &before), [Some(0), Some(1), Some(2), None]);
        // Titles that only differ in a word that matters, on different days, are two stories.
        let monday = [known("a", "", "Choir meets on Monday", Some(1))];
        let tuesday = [known("b", "", "Choir meets on Tuesday", Some(2))];
        assert_eq!(recognise(&tuesday, &monday), [None]);
    }

    #[test]
    fn no_two_items_are_the_same_known_one() {
        let before = [known("1", "", "Story", Some(1))];
        let now = [known("x", "", "Story", Some(1)), known("y", "", "Story", Some(1))];
        assert_eq!(recognise(&now, &before), [Some(0), None]);
    }

    #[test]
    fn as_many_of_one_title_are_known_as_there_are() {
        let now = ["a", "b", "c"].map(|id| known(id, "", "Open day", Some(1)));
        let before = ["x", "y"].map(|id| known(id, "", "Open day", Some(1)));
        assert_eq!(recognise(&now, &before), [Some(0), Some(1), None]);
    }

    #[test]
    fn a_corrected_title_is_known_among_thousands_of_its_day() {
        let title =
            |number: usize, last: &str| format!("Report {number} of the committee for {last}");
        let before: Vec<_> =
            (0..3000).map(|at| known(&format!("a{at}"), "", &title(at, "2019"), Some(1))).collect();
        let mut now = before.clone();
        for (at, item) in now.iter_mut().enumerate() {
            item.id = format!("b{at}");
        }
        now[2999].words = words("The Report 2999 of the committee for 2019");
        let found = recognise(&now, &before);
        let all: Vec<Option<usize>> = (0..3000).map(Some).collect();
        assert_eq!(found, all);
    }

    #[test]
    fn one_page_goes_by_many_addresses() {
        for other in [
            "http://www.e.org/news/Fair/",
            "https://e.org/news/fair?ref=home",
            "https://e.org/news/fair/index.html",
            "https://e.org/news/fair/amp/",
            "https://e.org/news/fair?amp=1&utm_source=x#top",
            "https://amp.e.org/news/fair",
            "https://e.org/news/f%61ir",
            "https://user:pw@e.org/news/fair",
        ] {
            assert_eq!(identity(other), identity("https://e.org/news/fair"), "{other}");
        }
        assert_eq!(identity("https://e.org/caf%C3%A9"), identity("https://e.org/cafe\u{301}"));
        for (one, other) in [
            ("https://e.org/?p=1", "https://e.org/?p=2"),
            ("https://e.org/a", "https://e.org/b"),
            ("https://e.org/watch?v=aB", "https://e.org/watch?v=Ab"),
            ("https://e.org/a%2Fb", "https://e.org/a/b"),
            ("https://e.org/camp", "https://e.org/c"),
        ] {
            assert_ne!(identity(one), identity(other), "{one} {other}");
        }
    }

    #[test]
    fn an_address_that_many_items_have_is_nobodys() {
        let item = |link: &str| Item { link: Some(link.to_owned()), ..Item::default() };
        let links = own_links(&[
            item("https://e.org/news"),
            item("https://www.e.org/news/"),
            item("https://e.org/a"),
        ]);
        assert_eq!(links, [None, None, Some("e.org/a".to_owned())]);
    }

    #[test]
    fn differences_in_words() {
        let old = Item { title: "A".to_owned(), summary: "x".to_owned(), ..Item::default() };
        let new = Item { title: "B".to_owned(), ..Item::default() };
        assert_eq!(differences(&old, &new), ["title: “A” is “B” now", "text: “x” is gone"]);
        assert_eq!(differences(&old, &old), [] as [&str; 0]);
    }
}
