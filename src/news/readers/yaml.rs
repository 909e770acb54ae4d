//! Front matter in YAML whose texts stay texts: a title `No`, `2020`, `1.10` or `1e3` is what stands there.
//! Pure: text in, fields out.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::fields::is_text;

/// The fields of a front matter, as YAML takes them, with the texts as they are written.
pub fn with_texts(front: &str, mut fields: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let is_changed = |value: &Value| match value {
        Value::Bool(_) | Value::Number(_) => true,
        Value::Array(values) => values.iter().any(|value| value.is_boolean() || value.is_number()),
        Value::Null | Value::String(_) | Value::Object(_) => false,
    };
    let wanted: BTreeMap<String, bool> = fields
        .iter()
        .filter(|(name, value)| is_text(name) && is_changed(value))
        .map(|(name, value)| (name.clone(), value.is_array()))
        .collect();
    if wanted.is_empty() {
        return fields;
    }
    // What was read once reads again; where it does not, the value stays as YAML takes it.
    let texts = serde_saphyr::with_deserializer_from_str(front, |deserializer| {
        Texts { wanted: &wanted }.deserialize(deserializer)
    });
    fields.extend(texts.unwrap_or_default());
    fields
}

struct Texts<'a> {
    /// Names of the fields, and whether each is a list.
    wanted: &'a BTreeMap<String, bool>,
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = BTreeMap<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = BTreeMap<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a front matter")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            match self.wanted.get(&name) {
                Some(true) => {
                    let list = map.next_value::<Vec<String>>()?;
                    texts.insert(name, Value::from(list));
                }
                Some(false) => {
                    let text = map.next_value::<String>()?;
                    texts.insert(name, Value::String(text));
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(front: &str) -> BTreeMap<String, Value> {
        with_texts(front, serde_saphyr::from_str(front).unwrap())
    }

    #[test]
    fn texts_are_what_stands_there() {
        for text in [
            "No", "yes", "true", "2020", "1.10", "1e3", "0x1F", "0755", "+1", ".5", "12_000",
            "1:30",
        ] {
            let fields =
                read(&format!("title: {text}\ndraft: false\nweight: 3\ntags: [a, {text}]\n"));
            assert_eq!(fields["title"], text);
            assert_eq!(fields["tags"][1], text);
            assert_eq!(
                (&fields["draft"], &fields["weight"]),
                (&Value::Bool(false), &Value::from(3))
            );
        }
        let fields = read("published: false\ntitle: ~\nextra: {a: 1}\n");
        assert_eq!((&fields["published"], &fields["title"]), (&Value::Bool(false), &Value::Null));
    }
}
