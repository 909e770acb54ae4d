//! How roundup comes to a source's bytes: folders, websites, and the limits of what is fetched.
//! Shell: reads folders and fetches addresses.

pub mod crawl;
pub mod fetch;
pub mod fetch_error;
pub mod folder;
mod folder_files;
mod folder_pictures;
pub mod known;
pub mod picture_sizes;
pub mod public;
pub mod robots;
pub mod site_fetch;
mod unpack;
pub mod website;
pub mod website_news;
