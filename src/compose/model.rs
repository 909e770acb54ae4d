//! What templates see: an edition and a theme as plain data. Absent things are `null`, so that a misspelt name is an error.
//! Pure: values in, JSON out.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::density::Density;
use super::theme::Theme;
use crate::edition::Edition;
use crate::edition::draft::Group;
use crate::lexicon::{DateStyle, Lexicon};
use crate::news::item::slug;
use crate::news::{Item, same};

/// The data for one mail. `words` are the editor's, already rendered.
pub fn of(
    edition: &Edition,
    theme: &Theme,
    lexicon: &Lexicon,
    words: &Words,
    density: Density,
    asked: Asked<'_>,
) -> Value {
    let zone = edition.window.zone;
    let all = edition.shown().count();
    let shown = density.shows(all);
    let lead = &edition.pinned[..edition.pinned.len().min(shown)];
    let items = &edition.items[..shown - lead.len()];
    let story = |item: &Item| story(item, lexicon, zone, asked);
    let sections = sections(edition, items, lexicon, &story);
    let contents: Vec<Value> = sections
        .iter()
        .map(|section| {
            json!({"heading": section["heading"], "anchor": section["anchor"], "count": section["count"]})
        })
        .collect();
    let months = edition
        .shown()
        .filter_map(|item| item.date.and_then(|date| date.month(zone)))
        .collect::<BTreeSet<_>>()
        .len();
    let topics = edition.shown().flat_map(|item| item.topics.iter()).collect::<BTreeSet<_>>().len();
    let count = edition.shown().count();
    let mut numbers = vec![number(lexicon, count, "story_label")];
    if topics > 1 {
        numbers.push(number(lexicon, topics, "topic_label"));
    }
    // Four numbers fit beside each other on a phone: a year's editions tell more than its months.
    if months > 1 && edition.counted.is_none() {
        numbers.push(number(lexicon, months, "month_label"));
    }
    if let Some(counted) = edition.counted {
        if counted.editions > 1 {
            numbers.push(number(lexicon, counted.editions, "edition_label"));
        }
        if counted.people > 1 {
            let people = usize::try_from(counted.people).unwrap_or(usize::MAX);
            numbers.push(number(lexicon, people, "people_label"));
        }
    }
    let mut look = json!(theme.look);
    look["direction"] = json!(lexicon.direction().word());
    look["start"] = json!(lexicon.direction().start());
    look["end"] = json!(lexicon.direction().end());
    json!({
        "subject": words.subject,
        "preheader": words.preheader,
        "introduction": words.introduction,
        "edition": {
            "name": edition.name,
            "title": lexicon.window(&edition.window),
            "is_year": edition.window.is_year(),
        },
        "count": count,
        "density": density.asked(),
        // What there was no room for, and where it is.
        "more": (shown < all).then(|| json!({"count": all - shown, "link": theme.organisation.website})),
        // For a mail about one thing: that story, and the others.
        "first": edition.shown().next().filter(|_| asked.has("first")).map(story),
        "others": asked
            .has("others")
            .then(|| edition.shown().take(shown).skip(1).map(story).collect::<Vec<_>>()),
        "lead": lead.iter().map(story).collect::<Vec<_>>(),
        "sections": sections,
        "contents": contents,
        "numbers": numbers,
        "appeal": theme.appeal,
        "organisation": theme.organisation,
        "theme": look,
    })
}

/// The words of the templates: a story stands in the data as often as they name it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a>(pub &'a BTreeSet<String>);

impl Asked<'_> {
    fn has(self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The editor's words for one kind of part (HTML or text).
pub struct Words {
    pub subject: String,
    pub preheader: String,
    pub introduction: String,
}

fn number(lexicon: &Lexicon, value: usize, label: &str) -> Value {
    json!({"value": value, "label": lexicon.count(label, value)})
}

/// A year is grouped by month, a shorter window is one section, unless the draft wants a section for each topic. Order is
/// the edition's: a group stands where its first story does.
fn sections(
    edition: &Edition,
    items: &[Item],
    lexicon: &Lexicon,
    story: &dyn Fn(&Item) -> Value,
) -> Vec<Value> {
    let zone = edition.window.zone;
    let say = |key: &str| lexicon.say(key).unwrap_or_default().to_owned();
    let by_month = edition.template == "year" || edition.window.is_year();
    let mut groups: Vec<(String, Vec<&Item>)> = Vec::new();
    for item in items {
        let heading = if edition.group == Group::Topic {
            match item.topics.first() {
                Some(topic) => capitalised(&topic_words(topic)),
                None => say("more_heading"),
            }
        } else if by_month {
            match item.date.and_then(|date| date.month(zone)) {
                Some((year, month)) => month_heading(edition, lexicon, year, month),
                None => say("undated_heading"),
            }
        } else if edition.pinned.is_empty() {
            say("stories_heading")
        } else {
            say("more_heading")
        };
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, items)) => items.push(item),
            None => groups.push((heading, vec![item])),
        }
    }
    groups
        .into_iter()
        .map(|(heading, items)| {
            json!({
                "anchor": slug(&heading),
                "count": items.len(),
                "heading": heading,
                "items": items.into_iter().map(story).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn month_heading(edition: &Edition, lexicon: &Lexicon, year: i32, month: u32) -> String {
    let name = lexicon.month_name(month);
    // A window of one calendar year says it once, in its title.
    if edition.window.name().len() == 4 { name.to_owned() } else { format!("{name} {year}") }
}

fn story(item: &Item, lexicon: &Lexicon, zone: Tz, asked: Asked<'_>) -> Value {
    let first = item.summary.split("\n\n").next().unwrap_or("");
    json!({
        "id": item.id,
        "title": item.title,
        "summary": asked.has("summary").then_some(&item.summary),
        "paragraph": first,
        "paragraphs": asked.has("paragraphs").then(|| {
            item.summary.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>()
        }),
        "date": item.date.map(|date| lexicon.date(date, zone)),
        // As `{{date story "month"}}` takes it.
        "iso": item.date.map(|date| lexicon.date_as(date, DateStyle::Iso, zone)),
        "event": item.event.as_ref().map(|event| json!({
            "date": lexicon.date(event.date, zone),
            "iso": lexicon.date_as(event.date, DateStyle::Iso, zone),
            "place": Some(&event.place).filter(|place| !place.is_empty()),
        })),
        "quote": item.quote.as_ref().map(|quote| json!({
            "words": quote.words,
            "by": Some(&quote.by).filter(|by| !by.is_empty()),
        })),
        "link": item.link,
        "place": item.link.as_deref().map(|link| same::canonical(link).split('/').next().unwrap_or("").to_owned()),
        "image": item.image,
        "topics": item.topics.iter().map(|topic| topic_words(topic)).collect::<Vec<_>>(),
    })
}

/// A topic as people read it: `youth-programme` is "youth programme".
fn topic_words(topic: &str) -> String {
    topic.replace(['-', '_'], " ")
}

/// Every name that occurs in the data, for "did you mean".
pub fn names(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    collect(value, &mut names);
    names.sort();
    names.dedup();
    names
}

fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                names.push(name.clone());
                collect(value, names);
            }
        }
        Value::Array(values) => {
            if let Some(first) = values.first() {
                collect(first, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
