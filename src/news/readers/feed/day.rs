//! The day of each entry of a feed: of its publication, or, where no entry has one, of its last change.
//! Pure: entries in, days out.
//!
//! A change is not a publication. Atom makes `updated` compulsory and `published` optional (RFC 4287, 4.1.1 and 4.2.15), hence
//! many feeds have only the former; for a story that nobody touched again the two are the same. Such a day is taken and marked as
//! unsure. It is not taken where any entry says when it was published: the others then leave it out on purpose. Nor where
//! most entries were changed on one day: that is the day on which the website was made again.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::entry::FeedEntry;
use crate::date::{PartialDate, WrittenDate};

/// Fewer stories may well be changed on one day while others were not.
const MANY: usize = 3;

/// The day of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDay {
    pub written: WrittenDate,
    /// As the feed writes it.
    pub text: String,
    /// It is of the last change: nothing says when the story was published.
    pub is_of_change: bool,
}

/// The days of the entries, in their order.
pub fn days(entries: &[FeedEntry], zone: Tz) -> Vec<Option<EntryDay>> {
    let is_published = entries.iter().any(|entry| !entry.dates.is_empty());
    let mut days: Vec<Option<EntryDay>> = entries
        .iter()
        .map(|entry| first(if is_published { &entry.dates } else { &entry.changes }, zone))
        .collect();
    if !is_published {
        let mut count: BTreeMap<(NaiveDate, NaiveDate), usize> = BTreeMap::new();
        let span = |day: &EntryDay| day.written.likely().days(zone);
        for day in days.iter().flatten() {
            *count.entry(span(day)).or_default() += 1;
        }
        let all = entries.len();
        let is_made_again =
            |count: usize| count > 1 && count == all || count >= MANY && count * 2 > all;
        for slot in &mut days {
            *slot = slot
                .take()
                .filter(|day| !count.get(&span(day)).copied().is_some_and(is_made_again))
                .map(|day| EntryDay { is_of_change: true, ..day });
        }
    }
    days
}

/// The first that can be read, or that may be read in two ways.
fn first(dates: &[String], zone: Tz) -> Option<EntryDay> {
    dates.iter().find_map(|text| {
        let written = PartialDate::read(text, zone).ok()?;
        Some(EntryDay { written, text: text.clone(), is_of_change: false })
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    /// The days of entries, each written as `published` and `updated`; empty where there is none.
    fn found(entries: &[(&str, &str)]) -> Vec<Option<(String, bool)>> {
        let list = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let entries: Vec<FeedEntry> = entries
            .iter()
            .map(|(published, updated)| FeedEntry {
                dates: list(published).into_iter().collect(),
                changes: list(updated).into_iter().collect(),
                ..FeedEntry::default()
            })
            .collect();
        let day = |day: EntryDay| (day.written.likely().to_string(), day.is_of_change);
        days(&entries, London).into_iter().map(|found| found.map(day)).collect()
    }

    #[test]
    fn a_change_is_a_publication_only_where_nothing_else_is_said_and_never_one_for_all() {
        let (one, two, three) = ("2020-12-01", "2020-12-02", "2020-12-03");
        let of = |day: &str, is_of_change| Some((day.to_owned(), is_of_change));
        for (entries, wanted) in [
            // Published: the change says nothing.
            (vec![(one, two)], vec![of(one, false)]),
            (vec![(one, two), ("", three)], vec![of(one, false), None]),
            (vec![("soon", two), ("", three)], vec![None, None]),
            // Only changes.
            (vec![("", two)], vec![of(two, true)]),
            (vec![("", two), ("", one)], vec![of(two, true), of(one, true)]),
            (vec![("", two), ("", "")], vec![of(two, true), None]),
            // The website was made again.
            (vec![("", two), ("", "2020-12-02T09:00:00Z")], vec![None, None]),
            (
                vec![("", two), ("", two), ("", two), ("", three)],
                vec![None, None, None, of(three, true)],
            ),
            // Two of four on one day may be chance.
            (
                vec![("", two), ("", two), ("", one), ("", three)],
                vec![of(two, true), of(two, true), of(one, true), of(three, true)],
            ),
        ] {
            assert_eq!(found(&entries), wanted, "{entries:?}");
        }
    }
}
