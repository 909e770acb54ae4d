//! Which field of its front matter Hugo takes a page's date from, where the settings say so (`[frontmatter] date`).
//! Pure: settings and fields in, fields out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::date::PartialDate;
use crate::rfc::csv::simple;

/// The names that stand for one of Hugo's dates (`date`, `publishdate`) in their order, in lower case; with a colon before them where
/// they are not fields.
pub fn date_names(map: &Map<String, Value>, date: &str) -> Vec<String> {
    let all = map.get("frontmatter").and_then(Value::as_object).into_iter().flatten();
    let order = all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(date));
    let order = order.map(|(_, names)| names);
    let names: Vec<&Value> = match order {
        Some(Value::Array(names)) => names.iter().collect(),
        Some(name @ Value::String(_)) => vec![name],
        _ => Vec::new(),
    };
    names.into_iter().filter_map(Value::as_str).map(str::to_lowercase).collect()
}

/// Puts the day of the first named field that has one in the place of `date`. A file's time is not evidence, and the usual order
/// stands in the list as `:default`.
pub fn put_date(fields: &mut BTreeMap<String, Value>, order: &[String]) {
    for name in order {
        match name.as_str() {
            ":filemodtime" | ":git" => continue,
            _ if name.starts_with(':') => return,
            _ => {}
        }
        let found = fields.iter().find(|(field, _)| simple(field) == simple(name));
        let day = found.map(|(_, value)| value).filter(|value| {
            value.as_str().is_some_and(|text| PartialDate::read(text, Tz::UTC).is_ok())
        });
        if let Some(day) = day.cloned() {
            fields.retain(|field, _| simple(field) != "date");
            fields.insert("date".to_owned(), day);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_field_of_the_order_that_has_a_day_is_the_date() {
        for (order, expected) in [
            (json!(["published", "date"]), "2020-12-03"),
            (json!(["missing", "lastmod"]), "2021-05-05"),
            (json!([":fileModTime", "lastmod"]), "2021-05-05"),
            (json!("published"), "2020-12-03"),
            (json!([":filename", "published"]), "2019-01-01"),
            (json!([":default"]), "2019-01-01"),
            (json!([]), "2019-01-01"),
        ] {
            let settings = json!({"frontmatter": {"date": order}});
            let fields =
                json!({"date": "2019-01-01", "Published": "2020-12-03", "lastmod": "2021-05-05"});
            let mut fields = serde_json::from_value(fields).unwrap();
            put_date(&mut fields, &date_names(settings.as_object().unwrap(), "date"));
            assert_eq!(fields["date"], json!(expected), "{order}");
        }
    }
}
