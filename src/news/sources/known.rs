//! The items of a source that are known: how far a new answer must be read, and what it lacks.
//! Pure: items in, decisions out.

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::news::dedupe::canonical;
use crate::news::item::{Item, Reading};

/// Items by what they are known by.
pub struct Knowledge<'a> {
    links: HashMap<String, &'a Item>,
    ids: HashMap<&'a str, &'a Item>,
    newest: Vec<&'a Item>,
}

/// One of the newest known items shows that nothing lies between: one only may have been taken away, and an old one may
/// stand first on every page.
const NEWEST: usize = 3;

impl<'a> Knowledge<'a> {
    pub fn of(items: &'a [Item]) -> Self {
        let links = items.iter().filter_map(|item| Some((canonical(item.link.as_deref()?), item)));
        let ids = items.iter().map(|item| (item.id.as_str(), item));
        let mut newest: Vec<&Item> = items.iter().collect();
        newest.sort_by_cached_key(|item| item.date.map(|date| date.days(Tz::UTC).1));
        let newest = newest.into_iter().rev().take(NEWEST).collect();
        Self { links: links.collect(), ids: ids.collect(), newest }
    }

    pub fn has(&self, item: &Item) -> bool {
        self.ids.contains_key(item.id.as_str())
            || self.of_link(item.link.as_deref()).is_some_and(|known| known.title == item.title)
    }

    /// Whether a page goes back to what is known: it has one of the newest known items, or mostly known ones.
    pub fn meets(&self, page: &[Item]) -> bool {
        let of_page = Knowledge { newest: Vec::new(), ..Knowledge::of(page) };
        let known = page.iter().filter(|item| self.has(item)).count();
        self.newest.iter().any(|item| of_page.has(item)) || (known > 0 && known * 2 >= page.len())
    }

    pub fn of_link(&self, link: Option<&str>) -> Option<&'a Item> {
        self.links.get(&canonical(link?)).copied()
    }
}

/// Whether a page has an item that the pages before it have not.
pub fn adds(items: &[Item], page: &[Item]) -> bool {
    let all = Knowledge::of(items);
    page.iter().any(|item| !all.has(item))
}

/// Adds the items of a further page that are not there yet.
pub fn add_page(reading: &mut Reading, mut page: Reading) {
    let all = Knowledge::of(&reading.items);
    let fresh: Vec<bool> = page.items.iter().map(|item| !all.has(item)).collect();
    let mut fresh = fresh.into_iter();
    page.items.retain(|_| fresh.next().unwrap_or(true));
    let so_far = reading.items.len();
    for (item, order) in page.items.iter_mut().zip(so_far + 1..) {
        item.order = i64::try_from(order).unwrap_or(i64::MAX);
    }
    reading.append(page);
}

/// The known items that should stand in a list and do not: later than its last one, where it stands in the order of days,
/// else those that stood as high up in it before.
pub fn missing<'a>(known: &'a [Item], reading: &Reading, zone: Tz) -> Vec<&'a Item> {
    let listed = Knowledge::of(&reading.items);
    let after = after(&reading.items, zone);
    let places = i64::try_from(reading.items.len()).unwrap_or(i64::MAX);
    known
        .iter()
        .filter(|item| item.seen.gone.is_none() && item.seen.unlisted.is_none())
        .filter(|item| !listed.has(item) && listed.of_link(item.link.as_deref()).is_none())
        .filter(|item| match (after, item.date) {
            (Some(after), Some(date)) => date.days(zone).0 > after,
            (Some(_) | None, _) => item.order <= places,
        })
        .collect()
}

/// The day after which nothing can be missing between items that stand in the order of their dates.
fn after(items: &[Item], zone: Tz) -> Option<NaiveDate> {
    let days: Option<Vec<NaiveDate>> =
        items.iter().map(|item| item.date.map(|date| date.days(zone).0)).collect();
    let days = days.filter(|days| days.is_sorted_by(|a, b| a >= b))?;
    days.last().copied()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::PartialDate;

    fn item(id: &str, date: &str, order: i64) -> Item {
        let date = PartialDate::parse(date, London).ok();
        Item { id: id.to_owned(), title: id.to_owned(), date, order, ..Item::default() }
    }

    #[test]
    fn what_should_stand_in_a_list_and_does_not() {
        let known = [item("a", "2020-12-01", 3), item("b", "2020-12-05", 2), item("c", "", 9)];
        let reading = |items: Vec<Item>| Reading { items, ..Reading::default() };
        let ids = |reading: &Reading| -> Vec<String> {
            missing(&known, reading, London).into_iter().map(|item| item.id.clone()).collect()
        };
        // In the order of days: what is later than the last.
        assert_eq!(
            ids(&reading(vec![item("d", "2020-12-09", 1), item("e", "2020-12-02", 2)])),
            ["b"]
        );
        // In no order: what stood as high up.
        assert_eq!(ids(&reading(vec![item("d", "", 1), item("e", "2020-12-09", 2)])), ["b"]);
        assert_eq!(ids(&reading(Vec::new())), [] as [&str; 0]);
    }
}
