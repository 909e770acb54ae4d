//! The patterns of addresses in Hugo and Jekyll: `/:year/:month/:slug/`.
//! Pure: a pattern and what it stands for in, a path out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::names::{jekyll_slug, jekyll_title, text};
use crate::news::source::SourceKind;

/// What the placeholders of a pattern stand for.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) slug: Option<String>,
    pub(super) file: String,
    pub(super) sections: Vec<String>,
    pub(super) categories: String,
    /// Jekyll: the collection, and the place of the file in it.
    pub(super) collection: String,
    pub(super) path: String,
}

/// A pattern of Hugo or Jekyll with its placeholders replaced; `None` where one is not known, or needs a day and there is none.
pub(super) fn filled(
    tool: SourceKind,
    pattern: &str,
    file: &str,
    fields: &BTreeMap<String, Value>,
    day: Option<NaiveDate>,
    words: &Words,
) -> Option<String> {
    let bare = Words { file: file.to_owned(), ..Words::default() };
    let words = if words.file.is_empty() { &bare } else { words };
    let placeholders = placeholders(tool, fields, day, words);
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((name, value)) = placeholders.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push_str(value.as_deref()?);
            rest = &rest[name.len()..];
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        } else {
            out.push(':');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Some(out)
}

/// What each placeholder stands for, the longer names first: `:sections` begins with `:section`.
fn placeholders(
    tool: SourceKind,
    fields: &BTreeMap<String, Value>,
    day: Option<NaiveDate>,
    words: &Words,
) -> [(&'static str, Option<String>); 35] {
    let is_jekyll = tool == SourceKind::Jekyll;
    let of = |form: &str| day.map(|day| day.format(form).to_string());
    let slug_or_title = words.slug.clone().unwrap_or_else(|| {
        if words.title.is_empty() { words.file.clone() } else { words.title.clone() }
    });
    let slug_or_file = words.slug.clone().unwrap_or_else(|| words.file.clone());
    let hugo_title =
        if words.title.is_empty() { slug_or_file.clone() } else { words.title.clone() };
    let lower = |form: &str| of(form).filter(|_| !is_jekyll).map(|name| name.to_lowercase());
    let sections = words.sections.join("/");
    let second = words.sections.get(1..).unwrap_or_default().join("/");
    let last = words.sections.last().cloned().unwrap_or_default();
    let slug = if tool == SourceKind::Hugo { slug_or_title } else { slug_or_file.clone() };
    let plain = [format!("{sections}/{slug_or_file}"), hugo_title, slug, words.file.clone()];
    let [path, title, slug, name] = if is_jekyll { of_jekyll(words, &slug_or_file) } else { plain };
    [
        (":slugified_categories", Some(slugged(&words.categories))),
        (":slugorcontentbasename", Some(slug_or_file.clone())),
        (":slugorfilename", Some(slug_or_file.clone())),
        (":contentbasename", Some(words.file.clone())),
        (":categories", Some(words.categories.clone())),
        (":sections[1:]", Some(second)),
        (":sections[last]", Some(last)),
        (":sections", Some(sections.clone())),
        (":section", Some(words.sections.first().cloned().unwrap_or_default())),
        (":output_ext", Some(".html".to_owned())),
        (":short_month", of("%b")),
        (":long_month", of("%B")),
        (":monthname", lower("%B")),
        (":short_year", of("%y")),
        (":weekdayname", lower("%A")),
        (":short_day", of("%a")),
        (":long_day", of("%A")),
        (":i_month", of("%-m")),
        (":yearday", of("%-j")),
        (":weekday", of("%w")),
        (":i_day", of("%-d")),
        (":y_day", of("%j")),
        (":w_year", of("%G")),
        (":w_day", of("%u")),
        (":filename", Some(words.file.clone())),
        (":path", Some(path)),
        (":collection", Some(words.collection.clone())),
        (":title", Some(title)),
        (":slug", Some(slug)),
        (":name", Some(name)),
        (":year", of("%Y")),
        (":month", of("%m")),
        (":week", of("%V")),
        (":day", of("%d")),
        (":id", Some(text(fields, "id").unwrap_or_default())),
    ]
}

/// Path, title, slug and name as Jekyll writes them.
fn of_jekyll(words: &Words, slug: &str) -> [String; 4] {
    [words.path.clone(), jekyll_title(&words.title), jekyll_slug(slug), jekyll_slug(&words.file)]
}

/// Each category of a path as a slug.
fn slugged(categories: &str) -> String {
    categories.split('/').map(jekyll_slug).collect::<Vec<String>>().join("/")
}
