//! Eleventy's data files: the plain values that they give pages, and whether a program works out more.
//! Pure: text in, values out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::news::readers::json_repair::repaired;

/// What a data file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EleventyData {
    pub values: BTreeMap<String, Value>,
    /// Some of it is worked out by a program.
    pub is_program: bool,
}

/// Reads a data file: JSON, or a program that gives an object. What a program works out is left out; where that is an address, the
/// address is not known.
pub fn eleventy_data(name: &str, text: &str) -> EleventyData {
    let is_json = name.rsplit('.').next().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let given = if is_json { Some(text) } else { object_of(text) };
    let read = given.and_then(repaired);
    let is_whole = read.as_ref().is_some_and(|read| read.slips.left_out == 0);
    let values = match read.map(|read| read.value) {
        Some(Value::Object(map)) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let mut data = EleventyData { values, is_program: !is_whole && !text.trim().is_empty() };
    if is_json && data.values.is_empty() && serde_json::from_str::<Value>(text).is_ok() {
        data.is_program = false;
    }
    for name in ["permalink", "eleventyComputed"] {
        if data.is_program && text.contains(name) && !data.values.contains_key(name) {
            // Neither a text nor `false`: nobody but the program knows.
            data.values.insert("permalink".to_owned(), Value::Null);
        }
    }
    data
}

/// The object that a program gives, from its bracket on.
fn object_of(text: &str) -> Option<&str> {
    let rest = ["module.exports", "export default"].iter().find_map(|word| {
        let (_, rest) = text.split_once(word)?;
        Some(rest.trim_start().trim_start_matches('=').trim_start())
    })?;
    rest.starts_with('{').then_some(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_worked_out_is_not_known() {
        for (name, text, values, is_program) in [
            ("a.json", r#"{"permalink": "/x/"}"#, json!({"permalink": "/x/"}), false),
            ("a.json", "{}", json!({}), false),
            (
                "a.11tydata.js",
                "module.exports = {permalink: '/x/', tags: [\"news\"],};",
                json!({"permalink": "/x/", "tags": ["news"]}),
                false,
            ),
            (
                "a.11tydata.mjs",
                "// ours\nexport default { layout: \"post\" }",
                json!({"layout": "post"}),
                false,
            ),
            (
                "a.11tydata.js",
                "module.exports = {permalink: d => \"/x/\" + d.title, tags: 'a'}",
                json!({"permalink": null, "tags": "a"}),
                true,
            ),
            (
                "a.11tydata.js",
                "module.exports = {permalink: function (d) { return d.x, 1; }, tags: 'a'}",
                json!({"permalink": null, "tags": "a"}),
                true,
            ),
            (
                "a.11tydata.js",
                "module.exports = () => ({ permalink: '/x/' })",
                json!({"permalink": null}),
                true,
            ),
            ("a.11tydata.js", "module.exports = async () => ({ tags: 'a' })", json!({}), true),
            ("a.11tydata.js", "", json!({}), false),
        ] {
            let data = eleventy_data(name, text);
            assert_eq!((json!(data.values), data.is_program), (values, is_program), "{text}");
        }
    }
}
