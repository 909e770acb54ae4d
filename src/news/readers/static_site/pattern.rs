//! The patterns of addresses in Hugo and Jekyll: `/:year/:month/:slug/`.
//! Pure: a pattern and what it stands for in, a path out.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
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

/// A pattern of Hugo or Jekyll with its placeholders replaced. Placeholders that need a day leave nothing where there is none.
pub(super) fn filled(
    tool: SourceKind,
    pattern: &str,
    file: &str,
    fields: &BTreeMap<String, Value>,
    day: Option<NaiveDate>,
    words: &Words,
) -> String {
    let is_jekyll = tool == SourceKind::Jekyll;
    let of = |form: &str| day.map(|day| day.format(form).to_string()).unwrap_or_default();
    let bare = Words { file: file.to_owned(), ..Words::default() };
    let words = if words.file.is_empty() { &bare } else { words };
    let slug_or_title = words.slug.clone().unwrap_or_else(|| {
        if words.title.is_empty() { words.file.clone() } else { words.title.clone() }
    });
    let slug_or_file = words.slug.clone().unwrap_or_else(|| words.file.clone());
    let hugo_title =
        if words.title.is_empty() { slug_or_file.clone() } else { words.title.clone() };
    let monthname = if is_jekyll { String::new() } else { of("%B").to_lowercase() };
    let sections = words.sections.join("/");
    let second = words.sections.get(1..).unwrap_or_default().join("/");
    let last = words.sections.last().cloned().unwrap_or_default();
    let slug = if tool == SourceKind::Hugo { slug_or_title } else { slug_or_file.clone() };
    let plain = [format!("{sections}/{slug_or_file}"), hugo_title, slug, words.file.clone()];
    let [path, title, slug, name] = if is_jekyll { of_jekyll(words, &slug_or_file) } else { plain };
    // The longer names first: `:sections` begins with `:section`.
    let signs: [(&str, String); 37] = [
        (":slugified_categories", slugged(&words.categories)),
        (":slugorcontentbasename", slug_or_file.clone()),
        (":slugorfilename", slug_or_file.clone()),
        (":contentbasename", words.file.clone()),
        (":categories", words.categories.clone()),
        (":sections[1:]", second),
        (":sections[last]", last),
        (":sections", sections.clone()),
        (":section", words.sections.first().cloned().unwrap_or_default()),
        (":output_ext", ".html".to_owned()),
        (":short_month", of("%b")),
        (":long_month", of("%B")),
        (":monthname", monthname),
        (":short_year", of("%y")),
        (":weekdayname", of("%A").to_lowercase()),
        (":short_day", of("%a")),
        (":long_day", of("%A")),
        (":i_month", of("%-m")),
        (":yearday", of("%-j")),
        (":weekday", of("%w")),
        (":i_day", of("%-d")),
        (":y_day", of("%j")),
        (":w_year", of("%G")),
        (":w_day", of("%u")),
        (":filename", words.file.clone()),
        (":path", path),
        (":collection", words.collection.clone()),
        (":title", title),
        (":slug", slug),
        (":name", name),
        (":year", day.map(|day| format!("{:04}", day.year())).unwrap_or_default()),
        (":month", of("%m")),
        (":week", of("%V")),
        (":hour", String::new()),
        (":minute", String::new()),
        (":day", of("%d")),
        (":id", text(fields, "id").unwrap_or_default()),
    ];
    signs.iter().fold(pattern.to_owned(), |path, (sign, value)| path.replace(sign, value))
}

/// Path, title, slug and name as Jekyll writes them.
fn of_jekyll(words: &Words, slug: &str) -> [String; 4] {
    [words.path.clone(), jekyll_title(&words.title), jekyll_slug(slug), jekyll_slug(&words.file)]
}

/// Each category of a path as a slug.
fn slugged(categories: &str) -> String {
    categories.split('/').map(jekyll_slug).collect::<Vec<String>>().join("/")
}
