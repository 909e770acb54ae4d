//! The words and formats of the standards, each file named after one and citing it.
//! Pure: bytes and values in, bytes and values out.

pub mod address;
pub mod base16;
pub mod csv;
pub mod dkim;
pub mod header;
pub mod list;
pub mod quoted_printable;
pub mod reply;
pub mod text;
