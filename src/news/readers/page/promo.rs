//! Cards in a list that are not stories, but appeals or links elsewhere: "Donate today", "View all news".
//! Pure: stories in, stories and what was left out of them out.
//!
//! A story may have such a title: what has a day of its own, or lies where the others lie and says more, is kept.

use crate::news::dedupe::canonical;
use crate::news::item::{Item, SkippedItem};
use crate::news::readers::headings::is_call;

/// A longer text says something.
const LONGEST_APPEAL_CHARS: usize = 90;

/// Parts of addresses where people are invited to give or to buy.
const ASKING: &str = "donate|donation|donations|give|giving|appeal|appeals|shop|store|cart|basket|checkout|support-us|join|join-us|\
    membership|become-a-member|subscribe|newsletter|sign-up|signup|leave-a-gift|legacy|legacies|fundraise|sponsor|raffle|lottery";

/// Whether an address is of a shop, a donation or a form: the first part of its path says so, or its host.
fn is_asking(link: &str) -> bool {
    let canonical = canonical(link);
    let (host, path) = canonical.split_once('/').unwrap_or((&canonical, ""));
    let is = |part: &str| ASKING.split('|').any(|word| word == part);
    let first = path.split(['/', '?']).next().unwrap_or_default();
    is(first.split('.').next().unwrap_or_default()) || host.split('.').next().is_some_and(is)
}

/// The stories, and the cards that are none.
pub fn without_promos(items: Vec<Item>) -> (Vec<Item>, Vec<SkippedItem>) {
    let folder = |item: &Item| {
        let link = canonical(item.link.as_deref()?);
        link.rsplit_once('/').map(|(folder, _)| folder.to_owned())
    };
    let has_day = |item: &Item| item.date.is_some() || item.numeric.is_some();
    let asks = |item: &Item| {
        is_call(&item.title) || !has_day(item) && item.link.as_deref().is_some_and(is_asking)
    };
    let others: Vec<&Item> = items.iter().filter(|item| !asks(item)).collect();
    let folders: Vec<Option<String>> = others.iter().map(|item| folder(item)).collect();
    let are_dated = others.iter().filter(|item| has_day(item)).count() * 2 > others.len();
    if others.len() < 2 || others.len() == items.len() {
        return (items, Vec::new());
    }
    let is_promo = |item: &Item| {
        let lies_elsewhere = item.link.is_none() || !folders.contains(&folder(item));
        let says_little = item.summary.chars().count() <= LONGEST_APPEAL_CHARS;
        let is_call = is_call(&item.title) && (lies_elsewhere || are_dated && says_little);
        !has_day(item) && (is_call || asks(item) && lies_elsewhere && are_dated)
    };
    let (promos, stories): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_promo);
    let skipped = |item: Item| SkippedItem {
        title: item.title,
        source: item.source,
        place: item.place,
        reason: "it is an appeal or a button, and tells no story".to_owned(),
    };
    (stories, promos.into_iter().map(skipped).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::PartialDate;

    fn item(title: &str, link: &str, day: Option<i32>, summary: &str) -> Item {
        Item {
            title: title.to_owned(),
            link: Some(format!("https://e.org{link}")),
            date: day.map(PartialDate::Year),
            summary: summary.to_owned(),
            ..Item::default()
        }
    }

    #[test]
    fn a_card_that_asks_for_something_is_no_story_unless_it_tells_one() {
        let long = "Two hundred people gave their time this year, and here is what they did with all of it, week by week.";
        for (title, link, day, summary, is_kept) in [
            ("Donate today", "/donate", None, "Help us.", false),
            ("View all news →", "/news", None, "", false),
            ("Sign up to our newsletter", "/news/sign-up", None, "", false),
            ("Become a member", "https://x.org/join", None, long, false),
            // By where they lead.
            ("£10 could feed a family tonight", "/donate", None, long, false),
            ("Christmas cards 2020", "/shop/cards", None, "£4.99 for ten", false),
            ("Help us reach more young carers", "/give?to=carers", None, long, false),
            ("A shop that gives", "/news/shop", None, "It opened today.", true),
            // A day, or a place among the stories and a text.
            ("Donate today", "/donate", Some(2020), "", true),
            ("Get involved in our campaign", "/news/get-involved", None, long, true),
            ("Donated books find readers", "/library", None, "", true),
            ("Support us, they said, and you did", "/thanks", None, "", true),
        ] {
            let items = vec![
                item("Choir fills the hall", "/news/choir", Some(2020), "It was full."),
                item(title, link, day, summary),
                item("A new well", "/news/well", Some(2020), "Clean water."),
            ];
            let (stories, skipped) = without_promos(items);
            assert_eq!(stories.iter().any(|item| item.title == title), is_kept, "{title} {link}");
            assert_eq!(skipped.len(), usize::from(!is_kept), "{title}");
        }
    }

    #[test]
    fn a_list_of_such_titles_only_is_a_list() {
        let items =
            vec![item("Donate today", "/a", None, ""), item("Get involved", "/b", None, "")];
        assert_eq!(without_promos(items.clone()), (items, Vec::new()));
    }
}
