//! The languages of a website, as the settings of Hugo or Zola have them: by the names of files or by folders of their own.
//! Pure: settings and paths in, languages out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::news::translations::split_language;

/// The languages that Hugo or Zola makes a website in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Languages {
    /// The code of the one whose pages lie at the root.
    pub main: String,
    /// By code: the folder that holds the pages of this language, where it has one of its own.
    pub folders: BTreeMap<String, Option<String>>,
    /// The pages of the main language lie below its code too.
    pub is_main_below: bool,
    /// By code: the address of a language that has its own.
    pub addresses: BTreeMap<String, String>,
    /// Codes of those that are not published.
    pub disabled: Vec<String>,
}

impl Languages {
    pub(super) fn of(map: &Map<String, Value>) -> Self {
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
            addresses: all
                .iter()
                .filter_map(|(code, own)| Some((code.to_lowercase(), address(own)?)))
                .collect(),
            disabled: disabled(map, all),
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
        if self.addresses.contains_key(&code) {
            return String::new();
        }
        let is_below = code != self.main || self.is_main_below;
        if is_below && !self.folders.is_empty() { format!("/{code}") } else { String::new() }
    }
}

/// The address of a language that Hugo gives a website of its own.
fn address(own: &Value) -> Option<String> {
    let (_, address) =
        own.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case("baseurl"))?;
    address.as_str().filter(|address| address.starts_with("http")).map(str::to_owned)
}

/// The languages that Hugo's settings switch off, each by itself or in a list.
fn disabled(map: &Map<String, Value>, all: &Map<String, Value>) -> Vec<String> {
    let is_off = |own: &Value| own.get("disabled").and_then(Value::as_bool) == Some(true);
    let off = all.iter().filter(|(_, own)| is_off(own)).map(|(code, _)| code.as_str());
    let listed = map.get("disablelanguages").and_then(Value::as_array).into_iter().flatten();
    off.chain(listed.filter_map(Value::as_str)).map(str::to_lowercase).collect()
}

/// What of a path lies in a folder.
pub(super) fn within<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = if folder.is_empty() { path } else { path.strip_prefix(folder)? };
    let is_inside = folder.is_empty() || rest.is_empty() || rest.starts_with('/');
    is_inside.then(|| rest.trim_start_matches('/'))
}
