//! Where a page stands, when, and what people said of the inside of its stories.
//! Pure: types.

use chrono_tz::Tz;
use scraper::Selector;

use crate::date::DateOrder;

/// Where a page stands, and when.
#[derive(Debug, Clone, Copy)]
pub struct PageContext<'a> {
    pub source: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Where relative addresses begin: its `<base>`, or its address.
    pub base: &'a str,
    pub zone: Tz,
    /// The order of its numeric dates that its language makes sure.
    pub order: Option<DateOrder>,
}

/// The selectors that people gave for the inside of a part.
#[derive(Debug, Default)]
pub struct PartSelectors {
    pub title: Option<Selector>,
    pub link: Option<Selector>,
    pub date: Option<Selector>,
    pub summary: Option<Selector>,
    pub image: Option<Selector>,
}
