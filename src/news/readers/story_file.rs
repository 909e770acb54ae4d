//! A story as people keep it: a Markdown file with front matter.
//! Pure: an item in, text out.

use serde_json::Value;

use crate::news::item::Item;

/// An item as a Markdown file, for `roundup news import`.
pub fn write(item: &Item) -> String {
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    let mut file = format!("---\ntitle: {}\n", quoted(&item.title));
    if item.title_made {
        file.push_str("title_made: true # from the first sentence; change it as you like\n");
    }
    if let Some(date) = item.date {
        file.push_str(&format!("date: {date}\n"));
    }
    if !item.topics.is_empty() {
        let topics: Vec<String> = item.topics.iter().map(|topic| quoted(topic)).collect();
        file.push_str(&format!("topics: [{}]\n", topics.join(", ")));
    }
    if let Some(link) = &item.link {
        file.push_str(&format!("link: {}\n", quoted(link)));
    }
    if let Some(image) = &item.image {
        file.push_str(&format!("image: {}\nalt: {}\n", quoted(&image.address), quoted(&image.alt)));
    }
    if let Some(consent) = &item.consent {
        file.push_str("consent:\n");
        if !consent.channels.is_empty() {
            let channels: Vec<String> = consent.channels.iter().map(|c| quoted(c)).collect();
            file.push_str(&format!("  channels: [{}]\n", channels.join(", ")));
        }
        if let Some(until) = consent.until {
            file.push_str(&format!("  until: {until}\n"));
        }
    }
    if let Some(event) = &item.event {
        file.push_str(&format!("event: {}\n", event.date));
        if !event.place.is_empty() {
            file.push_str(&format!("where: {}\n", quoted(&event.place)));
        }
    }
    if let Some(quote) = &item.quote {
        file.push_str(&format!("quote: {}\n", quoted(&quote.words)));
        if !quote.by.is_empty() {
            file.push_str(&format!("quote_by: {}\n", quoted(&quote.by)));
        }
    }
    if item.order != 0 {
        file.push_str(&format!("order: {}\n", item.order));
    }
    file.push_str("---\n\n");
    // Text that Markdown would take for markup is written so that it stays text.
    for (index, paragraph) in item.summary.split("\n\n").enumerate() {
        if index > 0 {
            file.push('\n');
        }
        file.push_str(&escaped(paragraph));
        file.push('\n');
    }
    file
}

fn escaped(paragraph: &str) -> String {
    let mut out = String::with_capacity(paragraph.len());
    for (at, c) in paragraph.char_indices() {
        let starts_block = at == 0 && matches!(c, '#' | '-' | '+' | '>' | '=' | '~' | '|' | ':');
        if starts_block || matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '&' | '{' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    // "1. x" or "2) x" would begin a list.
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && matches!(out.as_bytes().get(digits), Some(b'.' | b')')) {
        out.insert(digits, '\\');
    }
    out
}
