//! News items and where they come from: one pure reader a format, thin shells that read, ask and keep.
//! Pure: the types; `folder.rs`, `fetch.rs`, `site_fetch.rs`, `crawl.rs`, `store/` and `gather.rs` are the shells.

pub mod body;
pub mod crawl;
pub mod csv;
pub mod date;
pub mod dates_file;
pub mod day_line;
pub mod decode;
pub mod dedupe;
pub mod evidence;
pub mod feed;
pub mod fetch;
pub mod fetch_error;
pub mod fields;
pub mod folder;
pub mod front_matter;
pub mod gather;
pub mod ghost;
pub mod item;
pub mod json;
pub mod json_text;
pub mod known;
pub mod listing;
pub mod markdown;
pub mod more;
mod nesting;
pub mod page;
pub mod pictures;
mod property_lines;
pub mod public;
pub mod robots;
pub mod sanity;
mod shown_address;
pub mod site_fetch;
pub mod source;
pub mod static_site;
pub mod store;
pub mod text;
pub mod tool_markup;
pub mod translations;
mod unpack;
pub mod wordpress;
pub mod yaml;

pub use date::{DateError, PartialDate};
pub use item::{Image, Item, Reading, SkippedItem};
