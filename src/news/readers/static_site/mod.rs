//! What the tools that make websites of text files do with a file: its address, its pictures, and whether it is published.
//! Pure: a file's place, fields and the tool's own settings in, decisions out.
//!
//! | tool | address of `news/2020-12-23-gala.md` | not published |
//! | --- | --- | --- |
//! | Hugo | `/news/2020-12-23-gala/`, or its `slug`, `url`, or `permalinks` | `_index.md`, `draft`, `headless`, `build.render = never`, expired, or of a day to come |
//! | Jekyll | `/categories/2020/12/23/gala.html`, or its `permalink` | `_drafts/`, `published: false`, no date in the name, of a day to come |
//! | Zola | `/news/gala/`, or its `slug`, or its `path` | `_index.md`, `draft`, `render = false` |
//! | Eleventy | `/news/gala/`, or its `permalink` | `permalink: false`, `draft`, `eleventyExcludeFromCollections` |

mod address;
mod config;
mod eleventy_data;
mod eleventy_template;
mod glob;
mod hugo_cascade;
mod hugo_dates;
mod hugo_settings;
mod jekyll_defaults;
mod languages;
mod names;
mod page_picture;
mod pattern;
mod publishing;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

pub use config::{Config, config_names};
pub use eleventy_data::{eleventy_data, script_fields};
pub use hugo_cascade::CascadeBlock;
use hugo_dates::put_date;
use jekyll_defaults::defaults_of;
use publishing::PublishingFields;

use crate::date::PartialDate;
use crate::date::file_name::{day_length, loose_day_length};
use crate::news::item::web_address;
use crate::news::source::{Settings, SourceKind};
use crate::rfc::csv::simple;

/// A website's folder of text files.
#[derive(Debug, Clone)]
pub struct Site<'a> {
    pub kind: SourceKind,
    /// The website's address.
    address: Option<String>,
    /// Its own way to make addresses.
    permalink: Option<&'a str>,
    /// What stands between the website's content and the source's folder: `news` of `content/news`.
    section: String,
    /// The source's folder, from where the website begins.
    folder: String,
    /// The language whose own folder it is, in Hugo.
    language: Option<String>,
    pub config: Config,
    pub today: NaiveDate,
}

/// One file of it.
#[derive(Debug, Clone)]
pub struct SitePage<'a> {
    site: &'a Site<'a>,
    /// Below the source's folder, with `/`.
    below: &'a str,
    /// What folders above it say of all their pages: Hugo's cascade, Eleventy's and Jekyll's defaults.
    defaults: BTreeMap<String, Value>,
    /// Names of the files beside it, where it is a bundle.
    beside: Vec<String>,
}

impl<'a> Site<'a> {
    pub fn new(settings: &'a Settings, config: Config, today: NaiveDate) -> Self {
        let path = settings.path.as_deref().and_then(|path| path.to_str()).unwrap_or_default();
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./").trim_matches('/');
        let below_root = path.strip_prefix(&config.root).unwrap_or(path).trim_start_matches('/');
        let of_language = config.languages.of_folder(below_root);
        let of_language = of_language.map(|(code, section)| (code.to_owned(), section.to_owned()));
        let section = match settings.kind {
            _ if of_language.is_some() => {
                of_language.as_ref().map(|(_, section)| section.clone()).unwrap_or_default()
            }
            SourceKind::Hugo | SourceKind::Zola => {
                config.hugo.section_of(below_root).unwrap_or_else(|| section_of(path))
            }
            // Jekyll's folders are categories, from where the site begins.
            SourceKind::Jekyll if config.is_known => {
                path.strip_prefix(&config.root).unwrap_or(path).trim_matches('/').to_owned()
            }
            SourceKind::Jekyll => match path.find("_posts").or_else(|| path.find("_drafts")) {
                Some(at) => path[at..].to_owned(),
                None => path.rsplit('/').next().unwrap_or_default().to_owned(),
            },
            // Eleventy makes addresses of folders from where it was started, or from its input folder.
            SourceKind::Eleventy => {
                let path = path.strip_prefix(&config.root).unwrap_or(path).trim_start_matches('/');
                let input = config.input.as_deref().unwrap_or_default();
                path.strip_prefix(input).unwrap_or(path).trim_matches('/').to_owned()
            }
            _ => String::new(),
        };
        // The tool knows best below which folder of its host it lies.
        let host = |address: &str| {
            url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned))
        };
        let own = config.address.clone();
        let address = match &settings.site {
            Some(given) if own.as_deref().is_some_and(|own| host(own) == host(given)) => {
                let has_path = url::Url::parse(given).is_ok_and(|url| url.path().len() > 1);
                if has_path { Some(given.clone()) } else { own }
            }
            Some(given) => {
                let has_path = url::Url::parse(given).is_ok_and(|url| url.path().len() > 1);
                let folder = config.base_path.as_deref().filter(|_| !has_path).unwrap_or_default();
                Some(format!("{}{folder}", given.trim_end_matches('/')))
            }
            None => own,
        };
        Self {
            kind: settings.kind,
            address,
            permalink: settings.permalink.as_deref(),
            section,
            folder: below_root.to_owned(),
            language: of_language.map(|(code, _)| code),
            config,
            today,
        }
    }

    /// The path of a page as Hugo's settings name it: `/news/old/fair`.
    pub fn hugo_path_of(&self, below: &str) -> String {
        let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
        let page = stem.strip_suffix("index").map_or(stem, |folder| folder.trim_end_matches('/'));
        format!("/{}/{page}", self.section).replace("//", "/")
    }

    /// Whether a Jekyll site has a collection of this name.
    pub fn has_collection(&self, name: &str) -> bool {
        self.config.collections.contains_key(name)
    }

    /// The file at a place below the folder.
    pub fn of(&'a self, below: &'a str) -> SitePage<'a> {
        SitePage { site: self, below, defaults: BTreeMap::new(), beside: Vec::new() }
    }
}

impl SitePage<'_> {
    /// With what the folders above it say, and the names of the files beside it.
    #[must_use]
    pub fn with(self, defaults: BTreeMap<String, Value>, beside: Vec<String>) -> Self {
        Self { defaults, beside, ..self }
    }

    /// The mark of its own that ends the beginning of a text, in Jekyll.
    pub fn excerpt_end(&self, fields: &BTreeMap<String, Value>) -> Option<String> {
        if self.site.kind != SourceKind::Jekyll {
            return None;
        }
        let own = first_of(fields, &["excerptseparator"]).and_then(Value::as_str);
        let end = own.or(self.site.config.excerpt_end.as_deref())?;
        (!end.trim().is_empty()).then(|| end.to_owned())
    }

    /// True for a file that belongs to no website's tool.
    pub fn is_plain(&self) -> bool {
        self.site.kind == SourceKind::Markdown
    }

    /// Adds to a file's fields what folders above it say of all their pages, and the picture that lies beside it.
    pub fn complete(&self, fields: &mut BTreeMap<String, Value>) {
        if self.is_plain() {
            return;
        }
        let has = |fields: &BTreeMap<String, Value>, name: &str| {
            fields.keys().any(|other| simple(other) == simple(name))
        };
        for (name, value) in self.defaults.iter().chain(&self.jekyll_defaults()) {
            if !has(fields, name) {
                fields.insert(name.clone(), value.clone());
            } else if self.site.kind == SourceKind::Eleventy && name == "tags" {
                put_together(fields, value);
            }
        }
        if self.site.config.drafts {
            fields.retain(|name, _| simple(name) != "draft");
        }
        put_date(fields, &self.site.config.date_order);
        self.complete_picture(fields);
    }

    /// What Jekyll's settings say of the page.
    fn jekyll_defaults(&self) -> BTreeMap<String, Value> {
        let place = format!("{}/{}", self.site.folder, self.below);
        let collection = self.collection().map(|(name, _)| name);
        defaults_of(&self.site.config.defaults, place.trim_matches('/'), collection)
    }

    fn is_bundle(&self) -> bool {
        let file = self.below.rsplit('/').next().unwrap_or(self.below);
        file.split('.').next() == Some("index") && self.below.contains('/')
    }

    /// Why the tool does not publish it, if it does not.
    pub fn held_back(&self, fields: &BTreeMap<String, Value>, zone: Tz) -> Option<String> {
        let fields = PublishingFields { fields, zone };
        if fields.is(&["unlisted"], true) {
            return Some("the website does not list it".to_owned());
        }
        let has_drafts = |path: &str| path.split('/').any(|part| part == "_drafts");
        if has_drafts(self.below) || has_drafts(&self.site.section) {
            return Some("it is in the folder of drafts".to_owned());
        }
        match self.site.kind {
            SourceKind::Hugo => self.hugo_holds_back(&fields),
            SourceKind::Jekyll => self.jekyll_holds_back(&fields),
            SourceKind::Zola => {
                if self.file().starts_with("_index.") {
                    return Some("it is the page of a whole section".to_owned());
                }
                if fields.is(&["render"], false) { Some(NOT_PUBLISHED.to_owned()) } else { None }
            }
            SourceKind::Eleventy => {
                let is_out = fields.find(&["permalink"]) == Some(&Value::Bool(false))
                    || fields.is(&["permalink"], false)
                    || fields.is(&["eleventyexcludefromcollections"], true);
                let is_of_list =
                    fields.find(&["pagination"]).is_some_and(|list| list.get("data").is_some());
                match (is_out, is_of_list) {
                    (true, _) => Some(NOT_PUBLISHED.to_owned()),
                    (false, true) => Some("the website makes pages of a list with it".to_owned()),
                    (false, false) => None,
                }
            }
            _ => None,
        }
    }

    /// Hugo takes the day of the last change where there is no other.
    pub fn takes_days_of_changes(&self) -> bool {
        self.site.kind == SourceKind::Hugo
    }

    fn file(&self) -> &str {
        self.below.rsplit('/').next().unwrap_or(self.below)
    }

    fn hugo_holds_back(&self, fields: &PublishingFields<'_>) -> Option<String> {
        if self.file().starts_with("_index.") {
            return Some("it is the page of a whole section".to_owned());
        }
        let build = fields.find(&["build"]).or_else(|| fields.find(&["_build"]));
        let render = build.and_then(|build| build.get("render"));
        let is_never = matches!(render, Some(Value::Bool(false)))
            || render.and_then(Value::as_str).is_some_and(|text| matches!(text, "never" | "link"));
        let is_off =
            self.language().is_some_and(|code| self.site.config.languages.disabled.contains(&code));
        if fields.is(&["headless"], true) || is_never || is_off {
            return Some(NOT_PUBLISHED.to_owned());
        }
        if let Some(day) =
            fields.day(&["expirydate", "unpublishdate"]).filter(|day| *day <= self.site.today)
        {
            return Some(format!("it expired on {}", day.format("%-d %B %Y")));
        }
        let named = self.site.config.hugo.publish_names.iter().map(String::as_str);
        let names = named.chain(["publishdate", "pubdate", "published", "date"]);
        let published = names.into_iter().find_map(|name| fields.day(&[name]));
        if self.site.config.future { None } else { self.to_come(published) }
    }

    fn jekyll_holds_back(&self, fields: &PublishingFields<'_>) -> Option<String> {
        let file = self.file();
        let is_out = self.collection().is_some_and(|(_, (_, is_published))| !is_published);
        if fields.is(&["published"], false) || is_out {
            return Some(NOT_PUBLISHED.to_owned());
        }
        let length = names::length_of_day(file, self.site.kind);
        if self.is_jekyll_post() && length.is_none() {
            return Some("its name has no date, so Jekyll does not publish it".to_owned());
        }
        let of_name = PartialDate::parse(&file[..length.unwrap_or_default()], fields.zone)
            .ok()
            .map(|date| date.days(fields.zone).0);
        if self.site.config.future { None } else { self.to_come(fields.day(&["date"]).or(of_name)) }
    }

    fn to_come(&self, day: Option<NaiveDate>) -> Option<String> {
        let day = day.filter(|day| *day > self.site.today)?;
        Some(format!("it will be published on {}", day.format("%-d %B %Y")))
    }

    /// The collection of Jekyll that it is of, if its settings name one.
    fn collection(&self) -> Option<(&str, &(Option<String>, bool))> {
        let folders = self.site.section.split('/').chain(self.below.split('/'));
        let mut named = folders.filter_map(|part| part.strip_prefix('_'));
        let all = &self.site.config.collections;
        named.find_map(|name| all.get_key_value(name).map(|(name, own)| (name.as_str(), own)))
    }

    /// What the tool works out of a page's fields itself, by name: Eleventy's `eleventyComputed`.
    pub fn computed(&self, fields: &BTreeMap<String, Value>) -> Vec<String> {
        const OF_STORIES: [&str; 7] =
            ["title", "date", "summary", "description", "excerpt", "image", "tags"];
        let is_eleventy = self.site.kind == SourceKind::Eleventy;
        let computed = first_of(fields, &["eleventycomputed"]).filter(|_| is_eleventy);
        let names = computed.and_then(Value::as_object).into_iter().flatten();
        names
            .map(|(name, _)| name.clone())
            .filter(|name| OF_STORIES.contains(&name.as_str()))
            .collect()
    }

    /// The day of a folder or a name that Eleventy takes where there is no other: `2020-12-03/fair.md`.
    pub fn day_of_folder(&self, zone: Tz) -> Option<PartialDate> {
        if self.site.kind != SourceKind::Eleventy {
            return None;
        }
        self.below.split('/').find_map(|part| {
            let at = (0..part.len())
                .filter(|at| part.is_char_boundary(*at))
                .find(|at| day_length(&part[*at..]).is_some())?;
            PartialDate::parse(part.get(at..at + 10)?, zone).ok()
        })
    }

    /// The words of a file's name, which Jekyll takes for a title where there is none: "Spring Fair". Obsidian's notes have no other
    /// title than their names, which are words with blanks.
    pub fn title_of_name(&self) -> Option<String> {
        const NO_NAMES: [&str; 4] = ["untitled", "unbenannt", "sans titre", "copy of"];
        let file = self.below.rsplit('/').next().unwrap_or(self.below);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        if self.is_plain() {
            let name = stem.get(loose_day_length(stem).unwrap_or_default()..)?;
            let name = name.trim_matches([' ', '-', '_', '–']);
            let is_named = name.contains(' ')
                && name.starts_with(char::is_alphabetic)
                && !NO_NAMES.iter().any(|other| name.to_lowercase().starts_with(other));
            return is_named.then(|| name.to_owned());
        }
        let words: Vec<String> = names::without_date(stem, self.site.kind)
            .split(['-', '_', ' '])
            .filter(|word| !word.is_empty())
            .map(|word| {
                let mut letters = word.chars();
                letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
            })
            .collect();
        (self.site.kind == SourceKind::Jekyll && !words.is_empty()).then(|| words.join(" "))
    }

    fn is_jekyll_post(&self) -> bool {
        self.below.split('/').any(|part| part == "_posts")
            || self.site.section.split('/').any(|part| part == "_posts")
    }

    /// Where relative addresses of the file begin.
    pub fn base(&self) -> Option<String> {
        self.site.address.as_deref().and_then(|address| web_address(address, None))
    }

    /// The names of topics that stand in one text between blanks.
    pub fn splits_topics_at_blanks(&self) -> bool {
        self.site.kind == SourceKind::Jekyll
    }
}

/// What of the website's content a folder is, by its name.
fn section_of(path: &str) -> String {
    match path.rsplit_once("content/") {
        Some((_, section)) => section.to_owned(),
        None if path.ends_with("content") => String::new(),
        None => path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

const NOT_PUBLISHED: &str = "the website does not publish it";

/// Eleventy adds the tags of a page to those of its folder.
fn put_together(fields: &mut BTreeMap<String, Value>, of_folder: &Value) {
    let list = |value: &Value| match value {
        Value::Array(all) => all.clone(),
        other => vec![other.clone()],
    };
    if let Some(own) = fields.get_mut("tags") {
        let mut all = list(of_folder);
        all.extend(list(own).into_iter().filter(|tag| !list(of_folder).contains(tag)));
        *own = Value::Array(all);
    }
}

/// The value of the first of these names that a file has.
fn first_of<'a>(fields: &'a BTreeMap<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| {
        fields.iter().find(|(other, _)| simple(other) == *name).map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests;
