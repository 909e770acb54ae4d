//! What only Hugo's settings say of addresses: their ends, letters and sections, and which field says when a page is published.
//! Pure: settings and paths in, settings out.

use serde_json::{Map, Value};

use super::hugo_dates::date_names;
use super::languages::within;

/// How Hugo writes paths, as far as settings decide it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HugoPaths {
    /// `removePathAccents`.
    pub is_plain: bool,
    /// `disablePathToLower`.
    pub keeps_case: bool,
}

/// What only Hugo's settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HugoSettings {
    pub paths: HugoPaths,
    /// Addresses end in `.html`.
    is_ugly: bool,
    /// Sections whose addresses end so.
    ugly_sections: Vec<String>,
    /// Folders, and what of the website's content they are: `posts` is `blog`.
    mounts: Vec<(String, String)>,
    /// Fields that say when a page is published, in order; in lower case.
    pub publish_names: Vec<String>,
}

impl HugoSettings {
    /// Reads settings whose names are in lower case.
    pub fn of(map: &Map<String, Value>) -> Self {
        let is = |name: &str| map.get(name).and_then(Value::as_bool).unwrap_or_default();
        let by_section = map.get("uglyurls").and_then(Value::as_object).into_iter().flatten();
        let ugly = by_section.filter(|(_, is_ugly)| is_ugly.as_bool() == Some(true));
        Self {
            paths: HugoPaths {
                is_plain: is("removepathaccents"),
                keeps_case: is("disablepathtolower"),
            },
            is_ugly: is("uglyurls"),
            ugly_sections: ugly.map(|(section, _)| section.to_lowercase()).collect(),
            mounts: mounts(map),
            publish_names: date_names(map, "publishdate"),
        }
    }

    /// Whether the addresses of a section end in `.html`.
    pub fn is_ugly(&self, section: &str) -> bool {
        self.is_ugly || self.ugly_sections.iter().any(|other| other == section)
    }

    /// What of the website's content a folder is, where the settings say it.
    pub fn section_of(&self, folder: &str) -> Option<String> {
        let found = self.mounts.iter().filter_map(|(source, target)| {
            let rest = within(folder, source)?;
            Some((rest.len(), format!("{target}/{rest}").trim_matches('/').to_owned()))
        });
        found.min_by_key(|(rest, _)| *rest).map(|(_, section)| section)
    }
}

/// `contentDir` and `[[module.mounts]]`, as far as they are of content.
fn mounts(map: &Map<String, Value>) -> Vec<(String, String)> {
    let bare = |path: &str| path.trim_start_matches("./").trim_matches('/').to_owned();
    let own = map.get("contentdir").and_then(Value::as_str);
    let own = own.map(|source| (bare(source), String::new()));
    let all = map.get("module").and_then(|module| module.get("mounts"));
    let all = all.and_then(Value::as_array).into_iter().flatten().filter_map(|mount| {
        let of = |name: &str| mount.get(name).and_then(Value::as_str).map(bare);
        let target = of("target")?;
        Some((of("source")?, within(&target, "content")?.to_owned()))
    });
    own.into_iter().chain(all).filter(|(source, _)| !source.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_decide_sections_and_ends() {
        let settings = json!({
            "contentdir": "src",
            "uglyurls": {"news": true, "blog": false},
            "module": {"mounts": [
                {"source": "posts", "target": "content/blog"},
                {"source": "./old", "target": "content"},
                {"source": "pictures", "target": "assets"},
            ]},
        });
        let hugo = HugoSettings::of(settings.as_object().unwrap());
        for (folder, expected) in [
            ("src/news/2020", Some("news/2020")),
            ("src", Some("")),
            ("posts", Some("blog")),
            ("posts/2020", Some("blog/2020")),
            ("old/news", Some("news")),
            ("pictures", None),
            ("content/news", None),
        ] {
            assert_eq!(hugo.section_of(folder).as_deref(), expected, "{folder}");
        }
        assert_eq!([hugo.is_ugly("news"), hugo.is_ugly("blog")], [true, false]);
    }
}
