//! A source of news as a website offers it, before it stands in the settings.
//! Pure: values.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::news::item::Item;
use crate::news::source::{Select, SourceKind};

/// A source of news that a website offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebsiteNews {
    pub kind: SourceKind,
    pub url: String,
    /// For a page without a feed.
    pub select: Option<Select>,
    /// On its first page.
    pub stories: usize,
    pub newest: Option<NaiveDate>,
    /// The days of all of them that have one.
    pub days: Vec<NaiveDate>,
}

impl WebsiteNews {
    /// `None` where there are no stories.
    pub fn new(kind: SourceKind, url: String, items: &[Item], zone: Tz) -> Option<Self> {
        let days: Vec<NaiveDate> =
            items.iter().filter_map(|item| item.date.map(|date| date.days(zone).1)).collect();
        (!items.is_empty()).then_some(Self {
            kind,
            url,
            select: None,
            stories: items.len(),
            newest: days.iter().max().copied(),
            days,
        })
    }

    /// The first day of the month of the newest story.
    pub fn month(&self) -> Option<NaiveDate> {
        self.newest.and_then(|day| day.with_day(1))
    }
}
