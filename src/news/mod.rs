//! News items and where they come from: `readers/` read, `sources/` fetch, `store/` keeps, `gather.rs` does all three in order.
//! Pure: the types; `sources/`, `store/` and `gather.rs` are the shells.

pub mod credentials;
pub mod date_order;
pub mod dates_file;
pub mod dedupe;
pub mod gather;
pub mod item;
pub mod readers;
pub mod sanity;
pub mod shown_address;
pub mod source;
pub mod source_state;
pub mod sources;
pub mod store;
pub mod translations;
pub mod trouble;

pub use crate::date::{DateError, PartialDate};
pub use item::{Image, Item, Reading, SkippedItem};
