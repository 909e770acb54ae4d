//! The address that each tool gives a page: from its file's name, its fields, and the tool's settings.
//! Pure: names and fields in, an address out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::SitePage;
use super::eleventy_template::{TemplatePage, template};
use super::names::{Name, hugo_path, length_of_day, text, without_date, zola_path};
use super::pattern::{Words, filled};
use crate::date::PartialDate;
use crate::news::item::web_address;
use crate::news::source::SourceKind;
use crate::rfc::csv::simple;

impl SitePage<'_> {
    fn name(&self) -> Name<'_> {
        let languages = &self.site.config.languages;
        let of_file = languages.of_file(&self.site.folder, self.below);
        let below = of_file.map_or(self.below, |(_, below)| below);
        // The sections of a language begin at its own folder.
        let section = if of_file.is_some() { "" } else { self.site.section.as_str() };
        let mut sections: Vec<&str> = section.split('/').filter(|part| !part.is_empty()).collect();
        let (folders, file) = below.rsplit_once('/').unwrap_or(("", below));
        sections.extend(folders.split('/').filter(|part| !part.is_empty()));
        if let Some(folder) = &self.site.config.collections_folder
            && sections.first() == Some(&folder.as_str())
        {
            sections.remove(0);
        }
        let mut whole = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let (own, code) = languages.split(whole);
        whole = own;
        let of_folder = of_file.map(|(code, _)| code).or(self.site.language.as_deref());
        let language = code.or(of_folder);
        let is_index = whole == "index";
        if is_index {
            whole = sections.pop().unwrap_or(whole);
        }
        let drops_date =
            matches!(self.site.kind, SourceKind::Jekyll | SourceKind::Zola | SourceKind::Eleventy)
                || self.site.config.has_dated_names();
        let keeps_date = self.site.kind == SourceKind::Zola && self.site.config.keeps_dates;
        let base =
            if drops_date && !keeps_date { without_date(whole, self.site.kind) } else { whole };
        Name { sections, base, whole, is_index, language }
    }

    /// The file's address on the website, if the project says where that is. No address is better than a wrong one.
    pub fn link(
        &self,
        fields: &BTreeMap<String, Value>,
        date: Option<PartialDate>,
        zone: Tz,
    ) -> Option<String> {
        let languages = &self.site.config.languages;
        let own = self.language().and_then(|code| languages.addresses.get(&code).cloned());
        let base = own.or_else(|| self.base())?;
        let day = self.day_of_address(fields, date, zone);
        let path = match self.site.kind {
            SourceKind::Hugo => self.hugo(fields, day),
            SourceKind::Jekyll => self.jekyll(fields, day),
            SourceKind::Zola => self.zola(fields, day),
            SourceKind::Eleventy => self.eleventy(fields, day),
            _ => self.site.permalink.and_then(|pattern| {
                filled(self.site.kind, pattern, self.name().base, fields, day, &Words::default())
            }),
        }?;
        let path = joined(&path);
        // A site may live below a folder of its host: its own paths begin there.
        let whole = if path.contains("://") {
            path
        } else {
            format!("{}{path}", base.trim_end_matches('/'))
        };
        web_address(&whole, None)
    }

    /// The fields that the tool takes the day of addresses from, the first before the others.
    pub fn names_of_day(&self) -> &'static [&'static str] {
        let all = &["date", "publishdate", "pubdate", "published"];
        if self.site.kind == SourceKind::Hugo { all } else { &all[..1] }
    }

    /// The day that addresses are made of: in Hugo as it is written, whatever the time is elsewhere.
    fn day_of_address(
        &self,
        fields: &BTreeMap<String, Value>,
        date: Option<PartialDate>,
        zone: Tz,
    ) -> Option<NaiveDate> {
        let written = self.names_of_day().iter().find_map(|name| {
            NaiveDate::parse_from_str(text(fields, name)?.get(..10)?, "%Y-%m-%d").ok()
        });
        let of_hugo = written.filter(|_| self.site.kind == SourceKind::Hugo);
        of_hugo.or_else(|| Some(date?.days(zone).0))
    }

    fn hugo(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let path = |text: &str| hugo_path(text, self.site.config.hugo.paths);
        let sections: Vec<String> = name.sections.iter().map(|part| path(part)).collect();
        let own_slug = text(fields, "slug").map(|slug| path(&slug));
        let title = text(fields, "title").map(|title| path(&title)).unwrap_or_default();
        let file = path(name.base);
        let language = self.site.config.languages.folder_in_addresses(name.language);
        if let Some(url) = text(fields, "url") {
            let is_file = url.rsplit('/').next().is_some_and(|last| last.contains('.'));
            let url = if url.ends_with('/') || is_file { url } else { format!("{url}/") };
            // Patterns have been possible there since 0.131.
            if !url.contains(':') || url.contains("://") {
                return Some(url);
            }
            let words = Words { title, slug: own_slug, file, sections, ..Words::default() };
            return filled(self.site.kind, &url, name.base, fields, day, &words);
        }
        let section = sections.first().cloned().unwrap_or_default();
        let configured = self
            .site
            .config
            .permalinks
            .get(&section)
            .or_else(|| self.site.config.permalinks.get("/"));
        if let Some(pattern) = self.site.permalink.or(configured.map(String::as_str)) {
            let words = Words { title, slug: own_slug, file, sections, ..Words::default() };
            let path = filled(self.site.kind, pattern, name.base, fields, day, &words)?;
            return Some(format!("{language}/{}", path.trim_start_matches('/')));
        }
        let last = own_slug.unwrap_or(file);
        let end =
            if self.site.config.hugo.is_ugly(&section) && !name.is_index { ".html" } else { "/" };
        Some(format!("{language}/{}/{last}{end}", sections.join("/")))
    }

    fn jekyll(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let own_slug = text(fields, "slug");
        let is_post = self.is_jekyll_post() || length_of_day(name.whole, self.site.kind).is_some();
        let configured = self.site.config.permalinks.get("").map(String::as_str);
        let own = text(fields, "permalink");
        let collection = self.collection();
        let of_collection = collection.and_then(|(_, (pattern, _))| pattern.as_deref());
        let pattern = own
            .as_deref()
            .or(self.site.permalink)
            .or(of_collection)
            .or(configured)
            .unwrap_or("date");
        let pattern = match pattern {
            "date" => "/:categories/:year/:month/:day/:title:output_ext",
            "pretty" => "/:categories/:year/:month/:day/:title/",
            "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
            "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
            "none" => "/:categories/:title:output_ext",
            other => other,
        };
        let folders: Vec<&str> =
            name.sections.iter().map(|part| part.trim_start_matches('_')).collect();
        // A collection's files are not posts: their addresses are made of their folders, and end as the posts' do.
        if !is_post && own.is_none() && of_collection.is_none() && self.site.permalink.is_none() {
            let end = match configured.unwrap_or("date") {
                "date" | "ordinal" | "none" | "weekdate" => ".html",
                style if style == "pretty" || style.ends_with('/') => "/",
                style if style.ends_with(":output_ext") => ".html",
                _ => "",
            };
            return Some(format!("/{}/{}{end}", folders.join("/"), name.whole));
        }
        let below = folders.get(1..).unwrap_or_default();
        let words = Words {
            title: own_slug.clone().unwrap_or_else(|| name.base.to_owned()),
            slug: own_slug,
            file: name.base.to_owned(),
            sections: Vec::new(),
            categories: self.categories(&name, fields),
            collection: collection.map_or("posts", |(name, _)| name).to_owned(),
            path: below.iter().copied().chain([name.whole]).collect::<Vec<&str>>().join("/"),
        };
        filled(self.site.kind, pattern, name.base, fields, day, &words)
    }

    /// Jekyll's categories: the folders above `_posts`, then the fields, each once, in lower case.
    fn categories(&self, name: &Name<'_>, fields: &BTreeMap<String, Value>) -> String {
        let mut all: Vec<String> = name
            .sections
            .iter()
            .take_while(|part| **part != "_posts" && **part != "_drafts")
            .map(|part| (*part).to_owned())
            .collect();
        if !name.sections.contains(&"_posts") {
            all.clear();
        }
        let field = |name: &str| {
            fields.iter().find(|(other, _)| simple(other) == name).map(|(_, value)| value)
        };
        let words = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        // `category` is one, whatever blanks it has; `categories` a list, or words between blanks.
        all.extend(field("category").and_then(words).filter(|text| !text.trim().is_empty()));
        match field("categories") {
            Some(Value::Array(values)) => all.extend(values.iter().filter_map(words)),
            Some(Value::String(text)) => all.extend(text.split_whitespace().map(str::to_owned)),
            _ => {}
        }
        let mut once: Vec<String> = Vec::new();
        for category in all.iter().map(|category| category.trim().to_lowercase()) {
            if !once.contains(&category) {
                once.push(category);
            }
        }
        once.join("/")
    }

    fn zola(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        if let Some(path) = text(fields, "path") {
            return Some(format!("/{}/", path.trim_matches('/')));
        }
        let name = self.name();
        let slugs = self.site.config.slugs;
        let language = self.site.config.languages.folder_in_addresses(name.language);
        let sections: Vec<String> =
            name.sections.iter().map(|part| zola_path(part, slugs)).collect();
        let slug = text(fields, "slug").unwrap_or_else(|| name.base.to_owned());
        let file = zola_path(&slug, slugs);
        match self.site.permalink {
            Some(pattern) => {
                let words = Words {
                    title: file.clone(),
                    slug: Some(file.clone()),
                    file,
                    sections,
                    ..Words::default()
                };
                filled(self.site.kind, pattern, name.base, fields, day, &words)
            }
            None => Some(format!("{language}/{}/{file}/", sections.join("/"))),
        }
    }

    fn eleventy(&self, fields: &BTreeMap<String, Value>, day: Option<NaiveDate>) -> Option<String> {
        let name = self.name();
        let stem: Vec<&str> =
            name.sections.iter().copied().chain(std::iter::once(name.base)).collect();
        let words = Words {
            title: name.base.to_owned(),
            slug: text(fields, "slug"),
            file: name.base.to_owned(),
            sections: name.sections.iter().map(|part| (*part).to_owned()).collect(),
            ..Words::default()
        };
        match EleventyPermalink::of(fields) {
            EleventyPermalink::Unknown => return None,
            EleventyPermalink::Template(pattern) => {
                let globals = &self.site.config.globals;
                let stem = &stem.join("/");
                let page = TemplatePage { fields, globals, name: &name, stem, day };
                let path = template(&pattern, &page)?;
                let path = path.strip_suffix("index.html").unwrap_or(&path).to_owned();
                return Some(format!("/{}", path.trim_start_matches('/')));
            }
            EleventyPermalink::OfItsPlace => {}
        }
        if let Some(pattern) = self.site.permalink {
            return filled(self.site.kind, pattern, name.base, fields, day, &words);
        }
        if self.site.config.has_made_addresses {
            return None;
        }
        // `posts/posts.md` is the page of the folder.
        let is_folder = name.sections.last() == Some(&name.base);
        let parts = if is_folder { &stem[..stem.len() - 1] } else { &stem[..] };
        let is_first = parts.len() == 1 && name.base == "index";
        Some(if is_first { "/".to_owned() } else { format!("/{}/", parts.join("/")) })
    }

    /// The code of the page's language, where its file or folder says it.
    pub(super) fn language(&self) -> Option<String> {
        self.name().language.map(str::to_lowercase)
    }
}

/// What a page of Eleventy says of its address.
enum EleventyPermalink {
    /// Nothing: it is made of its place.
    OfItsPlace,
    Template(String),
    /// A program makes it.
    Unknown,
}

impl EleventyPermalink {
    fn of(fields: &BTreeMap<String, Value>) -> Self {
        let find = |name: &str| {
            fields.iter().find(|(other, _)| simple(other) == name).map(|(_, value)| value)
        };
        // What is computed comes after all that is written.
        let computed = find("eleventycomputed").and_then(|computed| computed.get("permalink"));
        match computed.or_else(|| find("permalink")) {
            None | Some(Value::Bool(_)) => Self::OfItsPlace,
            Some(Value::String(pattern)) if pattern.trim().is_empty() => Self::OfItsPlace,
            Some(Value::String(pattern)) => Self::Template(pattern.clone()),
            Some(_) => Self::Unknown,
        }
    }
}

fn joined(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let mut path = path.to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}
