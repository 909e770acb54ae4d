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
        const WANTED: [&str; 5] = ["permalink", "published", "category", "categories", "image"];
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

    /// Its values, if they are for the page at a place below the website's folder.
    pub fn for_page(
        &self,
        place: &str,
        is_of: impl Fn(&str) -> bool,
    ) -> Option<&BTreeMap<String, Value>> {
        let is_below = self.path.is_empty()
            || place
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (is_below && self.kind.as_deref().is_none_or(is_of)).then_some(&self.values)
    }
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
        for (place, kind, expected) in [
            ("_posts/2020-12-03-fair.md", "posts", Some("/b/")),
            ("_posts/old/2020-12-03-fair.md", "posts", Some("/old/")),
            ("_posts/older.md", "posts", Some("/b/")),
            ("_stories/fair.md", "stories", Some("/s/")),
            ("about.md", "pages", None),
        ] {
            let mut values = BTreeMap::new();
            for one in all.iter().filter_map(|one| one.for_page(place, |other| other == kind)) {
                values.extend(one.clone());
            }
            assert_eq!(values.get("permalink").and_then(Value::as_str), expected, "{place}");
        }
    }
}
