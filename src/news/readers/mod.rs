//! One reader a format: bytes or text in, stories out, and what could not be read.
//! Pure: the list of readers.

pub mod body;
pub mod by_kind;
pub mod csv;
pub mod dateline;
pub mod day_line;
pub mod decode;
pub mod evidence;
pub mod feed;
mod field_values;
pub mod fields;
mod front_fields;
pub mod front_matter;
pub mod ghost;
pub mod headings;
pub mod json;
mod json_repair;
pub mod json_text;
pub mod listing;
pub mod markdown;
mod mdx;
pub mod more;
mod nesting;
pub mod page;
pub mod pasted_page;
pub mod pictures;
mod property_lines;
pub mod static_site;
pub mod story_file;
pub mod text;
pub mod tool_markup;
pub mod wordpress;
pub mod yaml;
