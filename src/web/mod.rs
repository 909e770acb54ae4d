//! Pages that show an edition in a browser.
//! Pure: values in, HTML out; who asks writes the files.

pub mod page;

pub use page::Page;
