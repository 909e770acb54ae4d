//! Hugo's `cascade`: values that a section or the settings give pages, all or those of some paths.
//! Pure: settings and paths in, values out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::glob::regex_of;

/// Values, and which pages they are for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CascadeBlock {
    /// A pattern of paths; nothing for all.
    path: Option<String>,
    /// It is for pages of this website as it is published.
    is_for_pages: bool,
    pub values: BTreeMap<String, Value>,
}

impl CascadeBlock {
    /// Values for all pages.
    pub fn for_all(values: BTreeMap<String, Value>) -> Self {
        Self { path: None, is_for_pages: true, values }
    }

    /// One set of values, or several, each for some pages.
    pub fn read(value: &Value) -> Vec<Self> {
        match value {
            Value::Object(map) => vec![Self::of(map)],
            Value::Array(all) => all.iter().flat_map(Self::read).collect(),
            _ => Vec::new(),
        }
    }

    fn of(map: &Map<String, Value>) -> Self {
        let target = map.get("target").or_else(|| map.get("_target"));
        let named = |name: &str| target?.get(name)?.as_str();
        let is = |name: &str, wanted: &str| named(name).is_none_or(|glob| is_match(glob, wanted));
        // Values stand beside the target, or, since 0.151, in `params` of their own.
        let values =
            map.iter().filter(|(name, _)| !name.trim_start_matches('_').starts_with("target"));
        Self {
            path: named("path").map(str::to_owned),
            is_for_pages: is("kind", "page") && is("environment", "production"),
            values: values.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }

    /// Whether it is for the page at a path as Hugo has it: `/news/old/fair`.
    pub fn is_for(&self, path: &str) -> bool {
        self.is_for_pages && self.path.as_deref().is_none_or(|glob| is_match(glob, path))
    }
}

/// Whether a pattern such as `/news/{old,older}/**` is of a whole text. Hugo's are in lower case.
fn is_match(glob: &str, text: &str) -> bool {
    let glob = glob.to_lowercase();
    matches(&alternatives(&glob), &text.to_lowercase())
}

fn matches(globs: &[String], text: &str) -> bool {
    globs.iter().any(|glob| {
        let regex = format!("^{}$", regex_of(glob, ".*/"));
        regex::Regex::new(&regex).is_ok_and(|regex| regex.is_match(text))
    })
}

/// `{a,b}/**` as `a/**` and `b/**`.
fn alternatives(glob: &str) -> Vec<String> {
    /// More are not a pattern that somebody wrote.
    const MOST: usize = 64;
    let Some((before, inner, behind)) = glob.split_once('{').and_then(|(before, rest)| {
        let (inner, behind) = rest.split_once('}')?;
        Some((before, inner, behind))
    }) else {
        return vec![glob.to_owned()];
    };
    let rest = alternatives(behind);
    let all = inner
        .split(',')
        .flat_map(|word| rest.iter().map(move |rest| format!("{before}{}{rest}", word.trim())));
    all.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_for_the_pages_of_their_target() {
        for (target, path, expected) in [
            (json!({"path": "/news/old/**"}), "/news/old/a", true),
            (json!({"path": "/news/old/**"}), "/news/a", false),
            (json!({"path": "{/news/old/**}"}), "/news/old/2019/a", true),
            (json!({"path": "/{news,blog}/*"}), "/blog/a", true),
            (json!({"path": "/{news,blog}/*"}), "/blog/old/a", false),
            (json!({"path": "/News/*"}), "/news/a", true),
            (json!({"kind": "section"}), "/news/a", false),
            (json!({"kind": "{page,section}"}), "/news/a", true),
            (json!({"environment": "staging"}), "/news/a", false),
            (json!({}), "/news/a", true),
        ] {
            for name in ["target", "_target"] {
                let found = CascadeBlock::read(&json!([{name: target, "draft": true}]));
                assert_eq!(found[0].is_for(path), expected, "{target}");
                assert_eq!(found[0].values, BTreeMap::from([("draft".to_owned(), json!(true))]));
            }
        }
        assert_eq!(CascadeBlock::read(&json!({"draft": true})).len(), 1);
        assert_eq!(CascadeBlock::read(&json!("draft")), []);
    }
}
