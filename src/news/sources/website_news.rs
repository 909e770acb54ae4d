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
}

impl WebsiteNews {
    /// Nothing where there are no stories.
    pub fn new(kind: SourceKind, url: String, items: &[Item], zone: Tz) -> Option<Self> {
        let days = items.iter().filter_map(|item| item.date.map(|date| date.days(zone).1));
        let newest = days.max();
        (!items.is_empty()).then_some(Self {
            kind,
            url,
            select: None,
            stories: items.len(),
            newest,
        })
    }

    /// The year and month of the newest story.
    pub fn month(&self) -> Option<(i32, u32)> {
        self.newest.map(|day| (day.year(), day.month()))
    }
}
