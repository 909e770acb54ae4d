//! Feeds, pages and files as real ones are, each beside what is made of it: adding a pair adds a test.
//!
//! `ROUNDUP_WRITE_EXPECTED=1` writes what is made of them now; look at the difference before it is kept.

use std::fs;
use std::path::Path;

use chrono_tz::Europe::London;
use roundup::news::Reading;
use roundup::news::readers::by_kind::read_bytes;
use roundup::news::source::{Settings, SourceContext, SourceKind};
use serde_json::{Value, json};

fn kind_of(name: &str) -> SourceKind {
    if name.ends_with(".posts.json") {
        return SourceKind::Wordpress;
    }
    match name.rsplit('.').next() {
        Some("md") => SourceKind::Markdown,
        Some("txt") => SourceKind::Listing,
        Some("csv") => SourceKind::Csv,
        Some("json") if name.starts_with('7') => SourceKind::Json,
        _ => SourceKind::Feed,
    }
}

fn told(reading: &Reading) -> Value {
    let items: Vec<Value> = reading
        .items
        .iter()
        .map(|item| {
            let mut told = json!({"id": item.id, "title": item.title});
            let mut put = |name: &str, value: Value| {
                if !matches!(&value, Value::Null)
                    && value != json!("")
                    && value != json!([])
                    && value != json!(false)
                {
                    told[name] = value;
                }
            };
            put("made", json!(item.title_made));
            put("date", json!(item.date.map(|date| date.to_string())));
            put("summary", json!(item.summary));
            put("link", json!(item.link));
            put("image", json!(item.image.as_ref().map(|image| &image.address)));
            put("alt", json!(item.image.as_ref().map(|image| &image.alt)));
            put("topics", json!(item.topics));
            told
        })
        .collect();
    let skipped: Vec<String> = reading
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.title, skipped.reason))
        .collect();
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    json!({"items": items, "skipped": skipped, "problems": problems})
}

#[test]
fn each_source_becomes_what_stands_beside_it() {
    let folder = Path::new("tests/sources");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".expected.json"))
        .collect();
    names.sort();
    assert!(names.len() > 40, "{}", names.len());
    let writes = std::env::var_os("ROUNDUP_WRITE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for name in &names {
        let bytes = fs::read(folder.join(name)).unwrap();
        let settings = Settings::new("club", kind_of(name));
        let shown = match settings.kind {
            SourceKind::Feed | SourceKind::Wordpress => "https://club.example/feed",
            _ => name,
        };
        let opened = SourceContext { settings: &settings, shown, zone: London, date: None };
        let made = told(&read_bytes(&opened, &bytes));
        let stem = name.rsplit_once('.').unwrap().0;
        let path = folder.join(format!("{stem}.expected.json"));
        if writes {
            fs::write(&path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
            continue;
        }
        let expected =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let expected: Value = serde_json::from_str(&expected).unwrap();
        if made != expected {
            wrong.push(format!("{name}\n  is {made}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
