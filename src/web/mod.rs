//! Pages that show an edition in a browser.
//! Pure: values in, HTML out; callers write the files.

pub mod archive;
pub mod drop_box;
pub mod guard;
pub mod page;
pub mod serve;
pub mod studio;

pub use page::PageView;
