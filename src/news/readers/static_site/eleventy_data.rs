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
    // Of what another file gives only the program knows whether it is an address.
    let is_open = given.is_none() || text.contains("...");
    if data.is_program && !data.values.contains_key("permalink") && (is_open || makes_address(text))
    {
        data.values.insert("permalink".to_owned(), Value::Null);
    }
    data
}

/// Whether a program works out an address: neither a text nor `false`, and only the program knows it.
fn makes_address(text: &str) -> bool {
    ["permalink", "eleventyComputed"].iter().any(|name| text.contains(name))
}

/// Reads front matter that is a program: an object, or a line such as `const title = "The fair";` for each field. What is worked out is
/// left out.
pub fn script_fields(front: &str) -> BTreeMap<String, Value> {
    let object = if front.trim_start().starts_with('{') {
        front.to_owned()
    } else {
        let declared = declarations(front);
        let fields = declared.iter().map(|(name, value)| format!("{name}: {value}"));
        format!("{{{}}}", fields.collect::<Vec<String>>().join(",\n"))
    };
    let read = repaired(&object);
    let is_program = read.as_ref().is_none_or(|read| read.slips.left_out > 0);
    let mut fields: BTreeMap<String, Value> = match read.map(|read| read.value) {
        Some(Value::Object(map)) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    if is_program && makes_address(front) && !fields.contains_key("permalink") {
        fields.insert("permalink".to_owned(), Value::Null);
    }
    fields
}

/// The names and values of the variables that a program declares, each from the beginning of a line.
fn declarations(program: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut begins: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in program.split_inclusive('\n') {
        let bare = line.strip_prefix("export ").unwrap_or(line);
        let rest = ["const ", "let ", "var "].iter().find_map(|word| bare.strip_prefix(word));
        if let Some(rest) = rest {
            begins.push((at, at + line.len() - rest.len()));
        }
        at += line.len();
    }
    for (index, (_, from)) in begins.iter().enumerate() {
        let end = begins.get(index + 1).map_or(program.len(), |(next, _)| *next);
        if let Some((name, value)) = program[*from..end].split_once('=') {
            found.push((name.trim(), value.trim().trim_end_matches(';')));
        }
    }
    found
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
    fn front_matter_that_is_a_program() {
        for (front, expected) in [
            (
                "const title = \"A fair\";\nconst date = '2020-12-03';\nconst draft = true;\n",
                json!({"title": "A fair", "date": "2020-12-03", "draft": true}),
            ),
            (
                "let title = 'A = b';\nconst tags = [\n  'a',\n  'b'\n];",
                json!({"title": "A = b", "tags": ["a", "b"]}),
            ),
            ("{ title: \"A fair\", draft: false }", json!({"title": "A fair", "draft": false})),
            (
                "const title = 'A';\nconst permalink = (data) => `/x/${data.title}/`;\n",
                json!({"title": "A", "permalink": null}),
            ),
            ("//\n", json!({})),
        ] {
            assert_eq!(json!(script_fields(front)), expected, "{front}");
        }
    }

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
            (
                "a.11tydata.js",
                "module.exports = async () => ({ tags: 'a' })",
                json!({"permalink": null}),
                true,
            ),
            (
                "a.11tydata.js",
                "module.exports = require('../lib/post')",
                json!({"permalink": null}),
                true,
            ),
            (
                "a.11tydata.js",
                "module.exports = { ...base, tags: 'a' }",
                json!({"permalink": null, "tags": "a"}),
                true,
            ),
            ("a.11tydata.js", "", json!({}), false),
        ] {
            let data = eleventy_data(name, text);
            assert_eq!((json!(data.values), data.is_program), (values, is_program), "{text}");
        }
    }
}
