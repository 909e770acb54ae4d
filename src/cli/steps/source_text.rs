//! A source of news as it stands in `roundup.toml`.
//! Pure: values in, text out.

use crate::news::source::{Select, SourceKind};

/// A text as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// One `[[news]]` for a website.
pub fn source_text(
    name: &str,
    kind: SourceKind,
    address: &str,
    allow_local: bool,
    select: Option<&Select>,
) -> String {
    let kind = match kind {
        SourceKind::Feed => "feed",
        SourceKind::Wordpress => "wordpress",
        SourceKind::Ghost => "ghost",
        SourceKind::Page => "page",
        SourceKind::Csv => "csv",
        SourceKind::Json => "json",
        SourceKind::Listing => "listing",
        SourceKind::Markdown => "markdown",
        SourceKind::Hugo => "hugo",
        SourceKind::Jekyll => "jekyll",
        SourceKind::Zola => "zola",
        SourceKind::Eleventy => "eleventy",
    };
    let (name, url) = (quoted(name), quoted(address));
    let mut text = format!("[[news]]\nname = {name}\nkind = \"{kind}\"\nurl = {url}\n");
    if allow_local {
        text.push_str("allow_local = true\n");
    }
    let Some(select) = select else { return text };
    text.push_str(&format!("[news.select]\nitem = {}\n", quoted(&select.item)));
    for (part, selector) in [
        ("title", &select.title),
        ("link", &select.link),
        ("date", &select.date),
        ("summary", &select.summary),
        ("image", &select.image),
        ("next", &select.next),
        ("pages", &select.pages),
    ] {
        if let Some(selector) = selector {
            text.push_str(&format!("{part} = {}\n", quoted(selector)));
        }
    }
    text
}

/// The website's name as people say it: `charity.example`.
pub fn host_of(address: &str) -> String {
    let canonical = crate::news::dedupe::canonical(address);
    canonical.split(['/', ':']).next().unwrap_or("website").to_owned()
}
