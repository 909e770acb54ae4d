//! The settings of the tool that makes a website, as far as they decide addresses and what is published.
//! Pure: the text of its settings file in, settings out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::glob;
use super::hugo_cascade::CascadeBlock;
use super::hugo_dates::date_names;
use super::hugo_settings::HugoSettings;
use super::jekyll_defaults::ScopedDefaults;
use super::languages::Languages;
use crate::news::source::SourceKind;

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
    pub hugo: HugoSettings,
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
    /// Eleventy: the folder of what all pages know, below the input folder, and what it says by the names of its files.
    pub data_folder: String,
    pub globals: BTreeMap<String, Value>,
    /// Hugo: where the date of a page comes from, in order.
    pub date_order: Vec<String>,
    /// Jekyll: the folder that its posts and collections lie in.
    pub collections_folder: Option<String>,
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
        put_parts(&mut map, parts);
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
        let languages = match kind {
            SourceKind::Hugo | SourceKind::Zola => Languages::of(&map),
            _ => Languages::default(),
        };
        let of_main = || languages.addresses.get(&languages.main).cloned();
        Self {
            root,
            is_known: true,
            address: address.filter(is_real).or_else(of_main),
            base_path: text("baseurl")
                .map(|path| path.trim_matches('/').to_owned())
                .filter(|path| kind == SourceKind::Jekyll && !path.is_empty())
                .map(|path| format!("/{path}")),
            excerpt_end: text("excerpt_separator").filter(|_| kind == SourceKind::Jekyll),
            languages,
            permalinks: permalinks(kind, &map),
            hugo: match kind {
                SourceKind::Hugo => HugoSettings::of(&map),
                _ => HugoSettings::default(),
            },
            future: is("future") || is("buildfuture"),
            drafts: is("builddrafts"),
            ignored: ignored(kind, &map),
            slugs: Slugs::of(&map),
            keeps_dates: slugify(&map, "paths_keep_dates").and_then(Value::as_bool) == Some(true),
            has_made_addresses: false,
            input: None,
            data_folder: String::new(),
            globals: BTreeMap::new(),
            date_order: date_names(&map, "date"),
            collections_folder: text("collections_dir").filter(|_| kind == SourceKind::Jekyll),
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
            data_folder: quoted_after(text, "data:").unwrap_or_else(|| "_data".to_owned()),
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

/// Adds the files of Hugo's settings that have a part each: `permalinks.toml`, and `languages.en.toml` for one language.
fn put_parts(map: &mut Map<String, Value>, parts: &[(String, String)]) {
    for (name, text) in parts {
        let lower = name.to_lowercase();
        let names: Vec<&str> = lower.split('.').collect();
        match names[..] {
            [part, code, _] => {
                let all = map.entry(part).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(all) = all {
                    all.insert(code.to_owned(), value_of(name, text));
                }
            }
            [part, ..] => {
                map.insert(part.to_owned(), value_of(name, text));
            }
            [] => {}
        }
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
