//! News items and where they come from: one pure reader a format, one thin shell that fetches.
//! Pure: the types; `fetch.rs` and `gather.rs` are the shells.

pub mod csv;
pub mod date;
pub mod feed;
pub mod fetch;
pub mod fields;
pub mod gather;
pub mod item;
pub mod json;
pub mod listing;
pub mod markdown;
pub mod same;
pub mod translated;

pub use date::{DateError, PartialDate};
pub use item::{Image, Item, Reading, Skipped};
