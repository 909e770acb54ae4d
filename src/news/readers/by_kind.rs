//! One source's bytes, read by the reader of its kind.
//! Pure: bytes in, stories out.

use super::decode::{NOT_A_TEXT_CURE, is_binary, text_of};
use super::{csv, feed, ghost, json, markdown, pasted_page, wordpress};
use crate::news::credentials;
use crate::news::date_order::settle;
use crate::news::item::Reading;
use crate::news::source::{SourceContext, SourceKind};
use crate::problem::{Place, Problem};

/// Reads one source's bytes by the reader of its kind.
pub fn read_bytes(opened: &SourceContext<'_>, bytes: &[u8]) -> Reading {
    let SourceContext { settings, shown, zone, .. } = *opened;
    let source = &settings.name;
    let is_text = matches!(settings.kind, SourceKind::Listing | SourceKind::Page)
        || settings.kind.is_folder();
    if is_text && is_binary(bytes) {
        let problem = Problem::new(Place::whole(shown), "this is not a text", NOT_A_TEXT_CURE);
        return Reading { problems: vec![problem], ..Reading::default() };
    }
    let mut reading = match settings.kind {
        SourceKind::Markdown
        | SourceKind::Hugo
        | SourceKind::Jekyll
        | SourceKind::Zola
        | SourceKind::Eleventy => markdown::read(source, shown, &text_of(bytes), zone),
        SourceKind::Csv => csv::read(opened, bytes),
        SourceKind::Json => json::read(opened, bytes),
        SourceKind::Feed => feed::read(source, shown, bytes, zone),
        SourceKind::Wordpress => wordpress::read(source, shown, bytes, zone).0,
        SourceKind::Ghost => ghost::read(source, shown, bytes, zone).0,
        SourceKind::Listing | SourceKind::Page => pasted_page::read(opened, bytes),
    };
    settle(&mut reading, source, settings.dates);
    for item in &mut reading.items {
        item.date = item.date.or(opened.date);
    }
    credentials::remove(&mut reading);
    reading
}
