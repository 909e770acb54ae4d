//! Jekyll's `defaults`: values for the pages below a path or of a kind.
//! Pure: settings in, values out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Values, and which pages they are for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScopedDefaults {
    /// From where the website begins; empty for all.
    path: String,
    /// `posts`, `drafts`, `pages` or a collection's name; nothing for all.
    kind: Option<String>,
    values: BTreeMap<String, Value>,
}

impl ScopedDefaults {
    /// All that a settings file has, the ones for fewer pages last.
    pub fn read(map: &Map<String, Value>) -> Vec<Self> {
        const WANTED: [&str; 8] = [
            "permalink",
            "published",
            "category",
            "categories",
            "image",
            "tags",
            "description",
            "excerpt",
        ];
        let Some(Value::Array(all)) = map.get("defaults") else { return Vec::new() };
        let mut found: Vec<Self> = all
            .iter()
            .filter_map(|one| {
                let of_scope = |name: &str| one.get("scope")?.get(name)?.as_str();
                let Value::Object(values) = one.get("values")? else { return None };
                let values = values.iter().filter(|(name, _)| WANTED.contains(&name.as_str()));
                Some(Self {
                    path: of_scope("path")
                        .unwrap_or_default()
                        .trim_start_matches("./")
                        .trim_end_matches('*')
                        .trim_matches('/')
                        .to_owned(),
                    kind: of_scope("type").filter(|kind| !kind.is_empty()).map(str::to_owned),
                    values: values.map(|(name, value)| (name.clone(), value.clone())).collect(),
                })
            })
            .collect();
        found.sort_by_key(|one| one.path.len());
        found
    }

    fn is_for(&self, place: &str, collection: Option<&str>) -> bool {
        let rest = place.strip_prefix(self.path.as_str());
        let is_below = self.path.is_empty()
            || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_of = |kind: &str| match kind {
            "posts" => collection.is_none_or(|name| name == kind),
            "drafts" => place.contains("_drafts/"),
            _ => collection == Some(kind),
        };
        is_below && self.kind.as_deref().is_none_or(is_of)
    }
}

/// The values for the page at a place below the website's folder.
pub fn defaults_of(
    all: &[ScopedDefaults],
    place: &str,
    collection: Option<&str>,
) -> BTreeMap<String, Value> {
    let found = all.iter().filter(|one| one.is_for(place, collection));
    found.flat_map(|one| one.values.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_for_a_path_and_a_kind() {
        let settings = json!({"defaults": [
            {"scope": {"path": "_posts/old"}, "values": {"permalink": "/old/"}},
            {"scope": {"path": "", "type": "posts"}, "values": {"permalink": "/b/"}},
            {"scope": {"path": "", "type": "stories"}, "values": {"permalink": "/s/"}},
        ]});
        let all = ScopedDefaults::read(settings.as_object().unwrap());
        for (place, collection, expected) in [
            ("_posts/2020-12-03-fair.md", None, Some("/b/")),
            ("_posts/old/2020-12-03-fair.md", None, Some("/old/")),
            ("_posts/older.md", None, Some("/b/")),
            ("_stories/fair.md", Some("stories"), Some("/s/")),
            ("_books/fair.md", Some("books"), None),
        ] {
            let values = defaults_of(&all, place, collection);
            assert_eq!(values.get("permalink").and_then(Value::as_str), expected, "{place}");
        }
    }
}
