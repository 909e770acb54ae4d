//! Values that are not texts: a story, a list, a group of settings. Written as they are they would be `[object]`.
//! Pure: values and their names in, sentences out.

use serde_json::Value;

/// Names that stand for a list or a group, in the data of every edition.
pub const WHOLE: [&str; 28] = [
    "appeal",
    "briefs",
    "cards",
    "contents",
    "density",
    "edition",
    "event",
    "events",
    "figures",
    "first",
    "image",
    "items",
    "lead",
    "leading",
    "links",
    "more",
    "name_lines",
    "numbers",
    "organisation",
    "others",
    "paragraphs",
    "quote",
    "quotes",
    "second",
    "sections",
    "size",
    "theme",
    "topics",
];

/// Whether what a path stands for may be a list or a group: by its last name, or because only the run can say.
pub fn may_be_whole(path: &str, is_given: impl Fn(&str) -> bool) -> bool {
    let last = path.rsplit(['.', '/']).find(|part| !part.is_empty()).unwrap_or_default();
    let last = last.trim_start_matches('[').trim_end_matches(']');
    let is_place = matches!(last, "" | "this" | "@root") || last.parse::<usize>().is_ok();
    is_place || WHOLE.contains(&last) || is_given(last)
}

/// What to say of a value that is to be written and is not a text; nothing of one that is.
pub fn not_a_text(value: &Value, path: Option<&str>) -> Option<(String, String)> {
    let named = path.map_or_else(|| "this".to_owned(), |path| format!("`{path}`"));
    let within = path.filter(|path| !matches!(*path, "." | "this"));
    match value {
        Value::Array(_) => {
            let list = path.unwrap_or("list");
            let cure = format!("go through it: {{{{#each {list}}}}}…{{{{/each}}}}");
            Some((format!("{named} is a list, not a text"), cure))
        }
        Value::Object(names) => {
            let is_text = |value: &Value| value.is_string() || value.is_number();
            let preferred = ["title", "name", "text"].into_iter();
            let mut names_of_texts = preferred
                .filter(|name| names.get(*name).is_some_and(is_text))
                .chain(names.iter().filter(|(_, value)| is_text(value)).map(|(name, _)| &**name));
            let cure = match (names_of_texts.next(), within) {
                (Some(name), Some(path)) => {
                    format!("write one of its values, such as {{{{{path}.{name}}}}}")
                }
                (Some(name), None) => format!("write one of its values, such as {{{{{name}}}}}"),
                (None, _) => "docs/TEMPLATES.md lists the names".to_owned(),
            };
            Some((format!("{named} is a group of values, not a text"), cure))
        }
        _ => None,
    }
}

/// What to say of a value that a helper cannot use as it is meant: a loop over a word, the length of a number.
pub fn not_for(helper: &str, value: &Value, path: &str) -> Option<(String, String)> {
    match (helper, value) {
        ("each", Value::Number(_) | Value::Bool(true)) => Some((
            format!("`{path}` is not a list"),
            format!("write {{{{#if {path}}}}}…{{{{/if}}}}"),
        )),
        ("each", Value::String(text)) if !text.is_empty() => {
            Some((format!("`{path}` is a text, not a list"), format!("write {{{{{path}}}}}")))
        }
        ("len", Value::Number(_) | Value::Bool(_)) => {
            let cure = format!("write {{{{{path}}}}}");
            Some((format!("`{path}` is not a list or a text: it has no length"), cure))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_a_text_is_named_with_a_way_that_works() {
        let story = json!({"id": "a", "title": "T", "topics": ["x"]});
        let of = |value: &Value, path| {
            not_a_text(value, path).map(|(what, cure)| format!("{what}: {cure}"))
        };
        for (value, path, said) in [
            (
                &story,
                Some("first"),
                "`first` is a group of values, not a text: write one of its values, such as {{first.title}}",
            ),
            (
                &story,
                Some("this"),
                "`this` is a group of values, not a text: write one of its values, such as {{title}}",
            ),
            (
                &story["topics"],
                Some("first.topics"),
                "`first.topics` is a list, not a text: go through it: {{#each first.topics}}…{{/each}}",
            ),
            (
                &json!({}),
                None,
                "this is a group of values, not a text: docs/TEMPLATES.md lists the names",
            ),
        ] {
            assert_eq!(of(value, path).as_deref(), Some(said));
        }
        for text in [json!("x"), json!(3), json!(true), Value::Null] {
            assert_eq!(of(&text, Some("count")), None);
        }
    }

    #[test]
    fn a_path_is_looked_at_when_its_last_name_is_not_always_a_text() {
        for path in
            ["first", "@root.theme", "..", "../..", ".", "this", "@root", "others.[0]", "wide"]
        {
            assert!(may_be_whole(path, |name| name == "wide"), "{path}");
        }
        for path in ["first.title", "count", "../count", "@root.theme.ink", "@index"] {
            assert!(!may_be_whole(path, |_| false), "{path}");
        }
    }

    #[test]
    fn a_loop_needs_a_list_and_a_length_something_long() {
        assert!(not_for("each", &json!(3), "count").is_some());
        assert!(not_for("each", &json!("words"), "subject").is_some());
        assert!(not_for("each", &json!([]), "others").is_none());
        assert!(not_for("each", &Value::Null, "more").is_none());
        assert!(not_for("len", &json!(3), "count").is_some());
        assert!(not_for("len", &json!("é"), "subject").is_none());
    }
}
