//! News as JSON: a list of items, or an object that holds one under `items`, `posts`, `news` or `data`.
//! Pure: bytes in, items and problems out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::date::PartialDate;
use super::fields::{self, Origin};
use super::item::Reading;
use crate::problem::{Place, Problem};

/// Reads a list. `date` is given to items that have none.
pub fn read(
    source: &str,
    path: &str,
    bytes: &[u8],
    zone: Tz,
    date: Option<PartialDate>,
) -> Reading {
    let mut reading = Reading::default();
    let mut refuse = |place: Place, what: String, cure: &str| {
        reading.problems.push(Problem::new(place, what, cure));
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => {
            let place = Place::at(path, error.line(), error.column());
            refuse(
                place,
                format!("this is not JSON: {error}"),
                "look at the place for a missing comma or bracket",
            );
            return reading;
        }
    };
    let list = match &value {
        Value::Array(list) => Some(list),
        Value::Object(map) => ["items", "posts", "news", "data", "articles"]
            .iter()
            .find_map(|key| map.get(*key))
            .and_then(Value::as_array),
        _ => None,
    };
    let Some(list) = list else {
        refuse(
            Place::whole(path),
            "there is no list of items in this JSON".to_owned(),
            "give a list, or an object with a list under `items`",
        );
        return reading;
    };
    for (index, value) in list.iter().enumerate() {
        // JSON has no lines once it is read: the item's number says where.
        let place = Place::whole(format!("{path} item {}", index + 1));
        let Value::Object(map) = value else {
            reading.problems.push(Problem::new(
                place,
                "this item is not an object",
                "write {\"title\": …}",
            ));
            continue;
        };
        let fields: BTreeMap<String, Value> =
            map.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        fields::add(
            &mut reading,
            &fields,
            Origin {
                source,
                place,
                zone,
                id: None,
                date,
                body: None,
                body_lines: Vec::new(),
                order: i64::try_from(index).unwrap_or(i64::MAX) + 1,
                line_of: &|_| None,
            },
        );
    }
    reading
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;

    #[test]
    fn a_list_or_an_object_with_one() {
        for text in [
            r#"[{"id": 7, "title": "One", "date": "2020-12"}, 5]"#,
            r#"{"posts": [{"id": 7, "title": "One", "date": "2020-12"}, 5]}"#,
        ] {
            let reading = read("api", "news.json", text.as_bytes(), London, None);
            assert_eq!(reading.items[0].id, "7");
            assert_eq!(reading.problems[0].place.source, "news.json item 2");
        }
    }

    #[test]
    fn broken_json_names_its_place() {
        let reading = read("api", "news.json", b"[\n{\"title\" 1}]", London, None);
        assert_eq!(reading.problems[0].place.line, Some(2));
        let reading = read("api", "news.json", b"{\"a\": 1}", London, None);
        assert!(reading.problems[0].what.contains("no list"));
    }
}
