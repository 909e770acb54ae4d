//! A source of news as it stands in `roundup.toml`.
//! Pure: values in, text out.

use clap::ValueEnum;
use clap::builder::PossibleValue;

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
    // As the command line has it, and the settings too.
    let kind = kind.to_possible_value();
    let kind = kind.as_ref().map_or("", PossibleValue::get_name);
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
        ("days", &select.days.map(|place| place.word().to_owned())),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_the_settings() {
        for kind in SourceKind::value_variants() {
            let text = source_text("n", *kind, "https://e.example/", false, None);
            let table: toml::Table = text.parse().unwrap();
            let source = table["news"][0].clone();
            let read: crate::news::source::Settings = source.try_into().unwrap();
            assert_eq!(read.kind, *kind, "{text}");
        }
    }
}
