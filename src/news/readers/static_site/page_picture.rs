//! The picture of a page, in the spellings of the tools and their themes, and its address on the website.
//! Pure: fields in, an address out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{SitePage, first_of};
use crate::news::item::web_address;
use crate::news::source::SourceKind;
use crate::rfc::csv::simple;

impl SitePage<'_> {
    /// The picture of a story in the spellings of themes.
    pub(super) fn complete_picture(&self, fields: &mut BTreeMap<String, Value>) {
        const NAMES: [&str; 14] = [
            "image",
            "images",
            "cover",
            "thumbnail",
            "featuredimage",
            "featureimage",
            "hero",
            "coverimage",
            "banner",
            "teaser",
            "heroimage",
            "headerimage",
            "img",
            "thumb",
        ];
        let (mut picture, alt) =
            match first_of(fields, &NAMES).or_else(|| first_of(fields, &["header"])) {
                Some(value) => picture_in(value),
                None => (None, None),
            };
        if picture.is_none()
            && let Some(Value::Array(resources)) = first_of(fields, &["resources"])
        {
            picture = cover_among(resources);
        }
        if picture.is_none() && self.is_bundle() {
            let is_picture = |name: &&String| {
                let lower = name.to_lowercase();
                let ending = lower.rsplit('.').next().unwrap_or_default();
                matches!(ending, "jpg" | "jpeg" | "png" | "webp" | "gif")
                    && ["feature", "cover", "thumbnail"].iter().any(|word| lower.contains(word))
            };
            picture = self.beside.iter().find(is_picture).cloned();
        }
        if let Some(picture) = picture.filter(|text| !text.trim().is_empty()) {
            fields.retain(|name, _| !NAMES.contains(&simple(name).as_str()));
            fields.insert("image".to_owned(), Value::String(picture));
        }
        if let Some(alt) = alt
            && !fields
                .keys()
                .any(|name| matches!(simple(name).as_str(), "alt" | "imagealt" | "featureimagealt"))
        {
            fields.insert("alt".to_owned(), Value::String(alt));
        }
    }

    /// The address of a picture that a file names, on the website. `link` is the page's own.
    pub fn picture(&self, text: &str, link: Option<&str>) -> Option<String> {
        let text = text.trim();
        if text.contains("://") || text.starts_with("//") {
            return web_address(text, self.base().as_deref());
        }
        let base = self.base()?;
        // Files of Hugo's and Zola's static folder lie at the root of the website.
        let is_static = matches!(self.site.kind, SourceKind::Hugo | SourceKind::Zola);
        let path = if is_static {
            text.trim_start_matches('/').strip_prefix("static/").map(|rest| format!("/{rest}"))
        } else {
            None
        };
        let path = path.unwrap_or_else(|| text.to_owned());
        if let Some(rest) = path.strip_prefix('/') {
            return web_address(&format!("{}/{rest}", base.trim_end_matches('/')), None);
        }
        let bare = path.trim_start_matches("./");
        let is_beside = self.beside.iter().any(|name| name == bare)
            || path.starts_with("./")
            || path.starts_with("../");
        let is_colocated = self.is_bundle()
            && matches!(self.site.kind, SourceKind::Hugo | SourceKind::Zola)
            && (is_beside
                || !bare.contains('/')
                || self.beside.iter().any(|name| bare.starts_with(&format!("{name}/"))));
        match link {
            Some(link) if is_colocated || is_beside => web_address(&path, Some(link)),
            _ => web_address(&format!("{}/{bare}", base.trim_end_matches('/')), None),
        }
    }
}

/// The picture that a field's value names, and its words: a text, the first of a list, or an object.
fn picture_in(value: &Value) -> (Option<String>, Option<String>) {
    const WITHIN: [&str; 10] = [
        "image",
        "src",
        "url",
        "path",
        "file",
        "filename",
        "teaser",
        "overlay_image",
        "thumbnail",
        "og_image",
    ];
    let value = match value {
        Value::Array(values) => values.first().unwrap_or(&Value::Null),
        other => other,
    };
    match value {
        Value::String(text) => (Some(text.clone()), None),
        Value::Object(map) => {
            let text = |name: &&str| map.get(*name)?.as_str().map(str::to_owned);
            let alt = ["alt", "image_description", "caption"];
            (WITHIN.iter().find_map(text), alt.iter().find_map(text))
        }
        _ => (None, None),
    }
}

/// Of a page's files in Hugo the one that is named a cover.
fn cover_among(resources: &[Value]) -> Option<String> {
    let is_cover = |map: &&Value| {
        let name = map.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        ["cover", "feature", "thumbnail", "header"].iter().any(|word| name.contains(word))
    };
    resources.iter().find(is_cover).and_then(|map| map.get("src")?.as_str().map(str::to_owned))
}
