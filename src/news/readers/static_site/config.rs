//! The settings of the tool that makes a website, as far as they decide addresses and what is published.
//! Pure: the text of its settings file in, settings out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::glob;
use super::hugo_cascade::CascadeBlock;
use super::hugo_dates::date_order;
use super::jekyll_defaults::ScopedDefaults;
use crate::news::source::SourceKind;
use crate::news::translations::split_language;

/// How Hugo writes paths, as far as settings decide it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HugoPaths {
    /// `removePathAccents`.
    pub is_plain: bool,
    /// `disablePathToLower`.
    pub keeps_case: bool,
}

/// What a tool's settings file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The folder of the website, below the project; empty where that is the project's own.
    pub root: String,
    /// It was found: the folder of the website is known.
    pub is_known: bool,
    /// The website's address.
    pub address: Option<String>,
    /// Jekyll and Eleventy: the folder of its host that the website lives below, where its settings name no host.
    pub base_path: Option<String>,
    /// Jekyll: what ends the beginning of a text.
    pub excerpt_end: Option<String>,
    /// Hugo and Zola: the languages of the website.
    pub languages: Languages,
    /// Patterns of addresses, by section; the empty name is for all.
    pub permalinks: BTreeMap<String, String>,
    /// Hugo: addresses end in `.html`.
    pub ugly: bool,
    /// Hugo: how names become addresses.
    pub hugo_paths: HugoPaths,
    /// Stories of days to come are published.
    pub future: bool,
    /// Hugo: drafts are published.
    pub drafts: bool,
    /// Files that the tool leaves out, as regular expressions of their places below the root.
    pub ignored: Vec<String>,
    /// Zola: how names become addresses.
    pub slugs: Slugs,
    /// Zola: the day in a file's name stays in its address.
    pub keeps_dates: bool,
    /// Eleventy: all addresses are made by a program.
    pub has_made_addresses: bool,
    /// Eleventy's input folder.
    pub input: Option<String>,
    /// Hugo: where the date of a page comes from, in order.
    pub date_order: Vec<String>,
    /// Jekyll: collections by name: the pattern of their addresses, and whether they are published.
    pub collections: BTreeMap<String, (Option<String>, bool)>,
    /// Jekyll: values for some pages.
    pub defaults: Vec<ScopedDefaults>,
    /// Hugo: values for some pages.
    pub cascade: Vec<CascadeBlock>,
}

/// How Zola makes addresses of names (`slugify.paths`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Slugs {
    /// Letters without accents, numbers and hyphens.
    #[default]
    On,
    /// As they are, without what no file system takes.
    Safe,
    /// As they are.
    Off,
}

impl Slugs {
    fn of(map: &Map<String, Value>) -> Self {
        match slugify(map, "paths").and_then(Value::as_str) {
            Some("safe") => Self::Safe,
            Some("off") => Self::Off,
            _ => Self::On,
        }
    }
}

/// What Zola's settings say of slugs.
fn slugify<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get("slugify")?.get(name)
}

/// The languages that Hugo or Zola makes a website in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Languages {
    /// The code of the one whose pages lie at the root.
    pub main: String,
    /// By code: the folder that holds the pages of this language, where it has one of its own.
    pub folders: BTreeMap<String, Option<String>>,
    /// The pages of the main language lie below its code too.
    pub is_main_below: bool,
}

impl Languages {
    fn of(map: &Map<String, Value>) -> Self {
        let Some(Value::Object(all)) = map.get("languages") else { return Self::default() };
        let folder = |own: &Value| {
            let own = own.as_object()?;
            let (_, dir) = own.iter().find(|(name, _)| name.eq_ignore_ascii_case("contentdir"))?;
            Some(dir.as_str()?.trim_start_matches("./").trim_matches('/').to_owned())
        };
        let main = ["defaultcontentlanguage", "default_language"]
            .iter()
            .find_map(|name| map.get(*name)?.as_str());
        let main = main.unwrap_or("en");
        let below = map.get("defaultcontentlanguageinsubdir").and_then(Value::as_bool);
        Self {
            main: main.to_lowercase(),
            folders: all.iter().map(|(code, own)| (code.to_lowercase(), folder(own))).collect(),
            is_main_below: below.unwrap_or_default(),
        }
    }

    /// A file's name without the code of its language, and the code: `gala.cy` as `gala` and `cy`.
    pub fn split<'n>(&self, name: &'n str) -> (&'n str, Option<&'n str>) {
        let is_language = |code: &str| self.folders.contains_key(&code.to_lowercase());
        split_language(name, is_language).map_or((name, None), |(base, code)| (base, Some(code)))
    }

    /// The language whose own folder holds this path, and the rest of the path. One language's folder may lie in another's.
    pub fn of_folder<'p>(&self, path: &'p str) -> Option<(&str, &'p str)> {
        let found = self
            .folders
            .iter()
            .filter_map(|(code, folder)| Some((code.as_str(), within(path, folder.as_deref()?)?)));
        found.min_by_key(|(_, rest)| rest.len())
    }

    /// The language whose own folder, below a source's, holds a file, and the file's place in it.
    pub fn of_file<'p>(&self, source: &str, below: &'p str) -> Option<(&str, &'p str)> {
        let found = self.folders.iter().filter_map(|(code, folder)| {
            let inner = within(folder.as_deref()?, source).filter(|inner| !inner.is_empty())?;
            Some((code.as_str(), within(below, inner)?))
        });
        found.min_by_key(|(_, rest)| rest.len())
    }

    /// The folder of a language in addresses; empty for the main one.
    pub fn folder_in_addresses(&self, code: Option<&str>) -> String {
        let code = code.map_or_else(|| self.main.clone(), str::to_lowercase);
        let is_below = code != self.main || self.is_main_below;
        if is_below && !self.folders.is_empty() { format!("/{code}") } else { String::new() }
    }
}

/// What of a path lies in a folder.
fn within<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = if folder.is_empty() { path } else { path.strip_prefix(folder)? };
    let is_inside = folder.is_empty() || rest.is_empty() || rest.starts_with('/');
    is_inside.then(|| rest.trim_start_matches('/'))
}

/// The names that a tool's settings file goes by.
pub fn config_names(kind: SourceKind) -> &'static [&'static str] {
    match kind {
        SourceKind::Hugo => &[
            "hugo.toml",
            "hugo.yaml",
            "hugo.yml",
            "hugo.json",
            "config.toml",
            "config.yaml",
            "config.yml",
            "config.json",
            "config/_default/hugo.toml",
            "config/_default/config.toml",
            "config/_default/config.yaml",
        ],
        SourceKind::Jekyll => &["_config.yml", "_config.yaml", "_config.toml"],
        SourceKind::Zola => &["config.toml", "zola.toml"],
        SourceKind::Eleventy => &[
            "eleventy.config.js",
            ".eleventy.js",
            "eleventy.config.mjs",
            "eleventy.config.cjs",
            "eleventy.config.ts",
        ],
        _ => &[],
    }
}

impl Config {
    /// Reads a settings file that lies in `root`, and files with parts of the settings, each named for its part. What cannot be
    /// read says nothing.
    pub fn read(
        kind: SourceKind,
        root: &str,
        name: &str,
        text: &str,
        parts: &[(String, String)],
    ) -> Self {
        let root = root.to_owned();
        if kind == SourceKind::Eleventy {
            return Self::of_eleventy(root, text);
        }
        let Value::Object(map) = value_of(name, text) else {
            return Self { root, ..Self::default() };
        };
        let mut map: Map<String, Value> =
            map.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        for (name, text) in parts {
            let part = name.split('.').next().unwrap_or_default().to_lowercase();
            map.insert(part, value_of(name, text));
        }
        let text = |name: &str| map.get(name).and_then(Value::as_str).map(str::to_owned);
        let is = |name: &str| map.get(name).and_then(Value::as_bool).unwrap_or_default();
        let address = match kind {
            SourceKind::Hugo => text("baseurl"),
            SourceKind::Zola => text("base_url"),
            _ => text("url").map(|url| {
                format!("{}{}", url.trim_end_matches('/'), text("baseurl").unwrap_or_default())
            }),
        };
        let is_real = |address: &String| {
            address.starts_with("http")
                && !address.contains("localhost")
                && !address.contains("127.0.0.1")
        };
        Self {
            root,
            is_known: true,
            address: address.filter(is_real),
            base_path: text("baseurl")
                .map(|path| path.trim_matches('/').to_owned())
                .filter(|path| kind == SourceKind::Jekyll && !path.is_empty())
                .map(|path| format!("/{path}")),
            excerpt_end: text("excerpt_separator").filter(|_| kind == SourceKind::Jekyll),
            languages: match kind {
                SourceKind::Hugo | SourceKind::Zola => Languages::of(&map),
                _ => Languages::default(),
            },
            permalinks: permalinks(kind, &map),
            ugly: is("uglyurls"),
            hugo_paths: HugoPaths {
                is_plain: is("removepathaccents"),
                keeps_case: is("disablepathtolower"),
            },
            future: is("future") || is("buildfuture"),
            drafts: is("builddrafts"),
            ignored: ignored(kind, &map),
            slugs: Slugs::of(&map),
            keeps_dates: slugify(&map, "paths_keep_dates").and_then(Value::as_bool) == Some(true),
            has_made_addresses: false,
            input: None,
            date_order: date_order(&map),
            collections: collections(&map),
            defaults: ScopedDefaults::read(&map),
            cascade: match (kind, map.get("cascade")) {
                (SourceKind::Hugo, Some(value)) => CascadeBlock::read(value),
                _ => Vec::new(),
            },
        }
    }

    /// What the program of a website sets with plain values.
    fn of_eleventy(root: String, text: &str) -> Self {
        let added =
            text.match_indices("ignores.add(").filter_map(|(at, _)| quoted_after(&text[at..], "("));
        Self {
            root,
            is_known: true,
            input: quoted_after(text, "input:"),
            base_path: quoted_after(text, "pathPrefix:").map(|path| format!("/{path}")),
            ignored: added.map(|glob| regex_of_glob(&glob, false)).collect(),
            has_made_addresses: quoted_after(text, "addGlobalData(").as_deref()
                == Some("permalink"),
            ..Self::default()
        }
    }

    /// Adds what a file with a pattern on each line leaves out (`.eleventyignore`).
    pub fn ignore(&mut self, list: &str) {
        let patterns = list
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
        self.ignored.extend(patterns.map(|pattern| regex_of_glob(pattern, true)));
    }

    /// Hugo: the day in a file's name is its date, and no part of its address.
    pub fn has_dated_names(&self) -> bool {
        self.date_order.iter().any(|name| name == ":filename")
    }
}

/// The value of a settings file, by the ending of its name.
fn value_of(name: &str, text: &str) -> Value {
    match name.rsplit('.').next().unwrap_or_default() {
        "toml" => toml::from_str(text).unwrap_or_default(),
        "json" => serde_json::from_str(text).unwrap_or_default(),
        _ => serde_saphyr::from_str(text).unwrap_or_default(),
    }
}

/// What the settings leave out: Hugo's `ignoreFiles` are regular expressions, Jekyll's `exclude` are names and patterns.
fn ignored(kind: SourceKind, map: &Map<String, Value>) -> Vec<String> {
    let list = |name: &str| {
        let all = map.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<String>>()
    };
    match kind {
        SourceKind::Hugo => list("ignorefiles"),
        SourceKind::Jekyll => {
            list("exclude").iter().map(|glob| regex_of_glob(glob, false)).collect()
        }
        _ => Vec::new(),
    }
}

/// A pattern such as `drafts/**/*.md` as a regular expression; a folder has all that is in it. `anywhere`: a bare name is one at any
/// depth.
fn regex_of_glob(glob: &str, anywhere: bool) -> String {
    let bare = glob.trim_start_matches("./").trim_matches('/');
    let begin = if anywhere && !bare.contains('/') { "^(?:.*/)?" } else { "^" };
    format!("{begin}{}(?:/.*)?$", glob::regex_of(bare, "(?:.*/)?"))
}

fn permalinks(kind: SourceKind, map: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match (kind, map.get("permalinks"), map.get("permalink")) {
        (SourceKind::Jekyll, _, Some(Value::String(pattern))) => {
            found.insert(String::new(), pattern.clone());
        }
        (SourceKind::Hugo, Some(Value::Object(sections)), _) => {
            for (section, pattern) in sections {
                match pattern {
                    Value::String(pattern) => {
                        found.insert(section.clone(), pattern.clone());
                    }
                    // Since 0.115: by the kind of page.
                    Value::Object(inner) if section == "page" => {
                        found.extend(inner.iter().filter_map(|(section, pattern)| {
                            Some((section.clone(), pattern.as_str()?.to_owned()))
                        }));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    found
}

/// Jekyll's `collections`: a list of names, or names with settings.
fn collections(map: &Map<String, Value>) -> BTreeMap<String, (Option<String>, bool)> {
    let Some(Value::Object(all)) = map.get("collections") else { return BTreeMap::new() };
    all.iter()
        .map(|(name, own)| {
            let pattern = own.get("permalink").and_then(Value::as_str).map(str::to_owned);
            let is_published = own.get("output").and_then(Value::as_bool).unwrap_or_default();
            (name.clone(), (pattern, is_published))
        })
        .collect()
}

/// The text in quotation marks behind a word.
fn quoted_after(text: &str, word: &str) -> Option<String> {
    let rest = &text[text.find(word)? + word.len()..];
    let rest = rest.trim_start();
    let mark = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let rest = &rest[1..];
    let inner = rest[..rest.find(mark)?].trim_start_matches("./").trim_matches('/');
    (!inner.is_empty() && inner != ".").then(|| inner.to_owned())
}
