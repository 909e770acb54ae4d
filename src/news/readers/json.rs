//! News as JSON: a list of items, or an object that holds one under `items`, `posts`, `news` or `data`.
//! Pure: bytes in, items and problems out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::decode::text_of;
use super::fields::{self, Origin};
use super::json_text::{self, JsonDamage, JsonText};
use crate::news::item::Reading;
use crate::news::source::SourceContext;
use crate::problem::{Place, Problem};

/// Reads a list.
pub fn read(opened: &SourceContext<'_>, bytes: &[u8]) -> Reading {
    let path = opened.shown;
    let mut reading = Reading::default();
    let mut refuse = |place: Place, what: String, cure: &str| {
        reading.problems.push(Problem::new(place, what, cure));
    };
    let JsonText { value, damage } = match json_text::read(&text_of(bytes)) {
        Ok(read) => read,
        Err(error) => {
            let place = Place::at(path, error.line(), error.column());
            refuse(
                place,
                format!("this is not JSON: {error}"),
                "check there for a missing comma or bracket",
            );
            return reading;
        }
    };
    let list = match (&opened.settings.list, &value) {
        (Some(path), value) => at(value, path).and_then(Value::as_array),
        (None, Value::Array(list)) => Some(list),
        (None, Value::Object(map)) => ["items", "posts", "news", "data", "articles"]
            .iter()
            .find_map(|key| map.get(*key))
            .and_then(Value::as_array),
        _ => None,
    };
    let Some(list) = list else {
        refuse(
            Place::whole(path),
            "there is no list of items in this JSON".to_owned(),
            "say where it is, as in list = \"data.results\"",
        );
        return reading;
    };
    if let Some(damage) = damage {
        note_damage(&mut reading, path, &damage);
    }
    for (index, value) in list.iter().enumerate() {
        // JSON has no lines once it is read: the item's number says where.
        let place = Place::whole(format!("{path} item {}", index + 1));
        let Value::Object(map) = value else {
            reading.has_lost = true;
            reading.problems.push(Problem::new(
                place,
                "this item is not an object",
                "write {\"title\": …}",
            ));
            continue;
        };
        let mut fields: BTreeMap<String, Value> =
            map.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, path) in &opened.settings.columns {
            // What it is called there is no name of ours.
            fields.remove(path.split('.').next().unwrap_or(path));
            if let Some(found) = at(value, path) {
                fields.insert(name.clone(), found.clone());
            }
        }
        fields::add(
            &mut reading,
            &fields,
            Origin {
                date: opened.date,
                ..Origin::listed(&opened.settings.name, place, opened.zone, index)
            },
        );
    }
    reading
}

/// Says what of the list was repaired. What is not read here need not be gone.
fn note_damage(reading: &mut Reading, path: &str, damage: &JsonDamage) {
    reading.has_lost = true;
    reading.problems.push(Problem::new(
        Place::at(path, damage.line, damage.column),
        format!("this JSON was damaged and has been repaired: {}", damage.said()),
        "correct it there, or tell whoever makes it",
    ));
}

/// The value at a path such as `data.results` or `title.rendered`.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(values) => values.get(part.parse::<usize>().ok()?),
        Value::Object(map) => map.get(part),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::news::source::{Settings, SourceKind};

    fn read_as(settings: &str, bytes: &[u8]) -> Reading {
        let mut table: toml::Table = toml::from_str(settings).unwrap();
        let mut source = Settings::new("api", SourceKind::Json);
        source.list = table.remove("list").map(|list| list.as_str().unwrap().to_owned());
        source.columns = table.try_into().unwrap();
        read(
            &SourceContext { settings: &source, shown: "news.json", zone: London, date: None },
            bytes,
        )
    }

    #[test]
    fn keys_of_any_name_however_deep() {
        let reading = read_as(
            "list = 'data.results'\ntitle = 'head.text'\ndate = 'when'",
            br#"{"data": {"results": [{"head": {"text": "One"}, "when": 1606953600}]}}"#,
        );
        assert_eq!(reading.problems, []);
        assert_eq!(reading.items[0].title, "One");
        assert_eq!(reading.items[0].date.unwrap().to_string(), "2020-12-03T00:00:00Z");
    }

    #[test]
    fn a_list_or_an_object_with_one() {
        for text in [
            r#"[{"id": 7, "title": "One", "date": "2020-12"}, 5]"#,
            r#"{"posts": [{"id": 7, "title": "One", "date": "2020-12"}, 5]}"#,
        ] {
            let reading = read_as("", text.as_bytes());
            assert_eq!(reading.items[0].id, "7");
            assert_eq!(reading.problems[0].place.source, "news.json item 2");
        }
    }

    #[test]
    fn a_slip_costs_one_item_and_what_is_missing_is_not_taken_away() {
        let reading = read_as("", b"[{\"title\": \"One\",},\n!!,\n{\"title\": \"Two\"}]");
        let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!((titles, reading.has_lost), (vec!["One", "Two"], true));
        let problem = &reading.problems[0];
        assert_eq!(problem.place.line, Some(1));
        assert!(problem.what.contains("a comma too many"), "{problem}");
        assert!(problem.what.ends_with("1 item of it cannot be read"), "{problem}");
        assert!(!read_as("", b"[{\"title\": \"One\"}]").has_lost);
    }

    #[test]
    fn broken_json_names_its_place() {
        let reading = read_as("", b"[\n{title 1}]");
        assert_eq!(reading.problems[0].place.line, Some(2));
        assert!(reading.problems[0].what.contains("not JSON"));
        let reading = read_as("", b"{\"a\": 1}");
        assert!(reading.problems[0].what.contains("no list"));
    }
}
