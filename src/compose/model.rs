//! What templates see: an edition and a theme as plain data. Absent things are `null`, so that a misspelt name is an error.
//! Pure: values in, JSON out.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::layout::Density;
use super::theme::Branding;
use crate::edition::Edition;
use crate::edition::draft::Grouping;
use crate::locale::{DateStyle, Locale, capitalised};
use crate::news::item::slug;
use crate::news::{Item, dedupe};
use crate::problem::nearest;

/// The data for one mail. `words` are the editor's, already rendered.
pub fn of(
    edition: &Edition,
    theme: &Branding,
    lexicon: &Locale,
    words: &EditorWords,
    density: Density,
    asked: NamesInUse<'_>,
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
    let numbers = numbers(edition, lexicon);
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
            "title": capitalised(&lexicon.window(&edition.window)),
            "is_year": edition.window.is_year(),
        },
        "count": all,
        "density": density.asked(),
        // What there was no room for, and where it is.
        "more": (shown < all).then(|| json!({"count": all - shown, "link": theme.organisation.website})),
        // For an email about one thing: that story, and the others.
        "first": edition.shown().next().filter(|_| asked.has("first")).map(|item| {
            let mut first = story(item);
            // Where the subject is another, its title must be said, too.
            first["heading"] = json!(Some(&item.title).filter(|title| **title != words.subject));
            first
        }),
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

/// The figures of the edition, for the line of numbers.
fn numbers(edition: &Edition, lexicon: &Locale) -> Vec<Value> {
    let zone = edition.window.zone;
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
    numbers
}

/// The words of the templates: a story stands in the data as often as they name it.
#[derive(Debug, Clone, Copy)]
pub struct NamesInUse<'a>(pub &'a BTreeSet<String>);

impl NamesInUse<'_> {
    fn has(self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The editor's words for one kind of part (HTML or text).
#[derive(Debug, Clone)]
pub struct EditorWords {
    pub subject: String,
    pub preheader: String,
    pub introduction: String,
}

fn number(lexicon: &Locale, value: usize, label: &str) -> Value {
    json!({"value": value, "label": lexicon.count(label, value)})
}

/// A year is grouped by month, a shorter window is one section, unless the draft wants a section for each topic. Order is
/// the edition's: a group stands where its first story does.
fn sections(
    edition: &Edition,
    items: &[Item],
    lexicon: &Locale,
    story: &dyn Fn(&Item) -> Value,
) -> Vec<Value> {
    let zone = edition.window.zone;
    let say = |key: &str| lexicon.say(key).unwrap_or_default().to_owned();
    let by_month = edition.template == "year" || edition.window.is_year();
    let mut groups: Vec<(String, Vec<&Item>)> = Vec::new();
    for item in items {
        let heading = if edition.group == Grouping::Topic {
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

fn month_heading(edition: &Edition, lexicon: &Locale, year: i32, month: u32) -> String {
    let name = capitalised(lexicon.month_name(month));
    // A window of one calendar year says it once, in its title.
    if edition.window.name().len() == 4 { name } else { format!("{name} {year}") }
}

fn story(item: &Item, lexicon: &Locale, zone: Tz, asked: NamesInUse<'_>) -> Value {
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
        "place": item.link.as_deref().map(|link| dedupe::canonical(link).split('/').next().unwrap_or("").to_owned()),
        "image": item.image,
        "topics": item.topics.iter().map(|topic| topic_words(topic)).collect::<Vec<_>>(),
    })
}

/// A topic as people read it: `youth-programme` is "youth programme".
fn topic_words(topic: &str) -> String {
    topic.replace(['-', '_'], " ")
}

/// Every name that the data can have, whether today's stories have it or not.
pub const NAMES: [&str; 76] = [
    "accent",
    "accent_ink",
    "address",
    "alt",
    "anchor",
    "appeal",
    "button",
    "button_radius",
    "by",
    "cards",
    "charity",
    "contact",
    "contents",
    "count",
    "dark_accent",
    "dark_ground",
    "dark_ink",
    "dark_line",
    "dark_muted",
    "dark_paper",
    "date",
    "density",
    "direction",
    "edition",
    "end",
    "event",
    "first",
    "font",
    "footer",
    "ground",
    "heading",
    "heading_font",
    "id",
    "image",
    "ink",
    "introduction",
    "is_year",
    "iso",
    "items",
    "label",
    "language",
    "lead",
    "legal_name",
    "line",
    "link",
    "list",
    "logo",
    "logo_width",
    "more",
    "muted",
    "name",
    "numbers",
    "organisation",
    "others",
    "paper",
    "paragraph",
    "paragraphs",
    "place",
    "preheader",
    "quote",
    "rows",
    "sections",
    "start",
    "subject",
    "summary",
    "tagline",
    "text",
    "theme",
    "title",
    "topics",
    "url",
    "use",
    "value",
    "website",
    "why",
    "words",
];

/// Names that belong to a story, an event, and so on: where they are known, and where not.
const OF_STORIES: [&str; 15] = [
    "title",
    "summary",
    "paragraph",
    "paragraphs",
    "date",
    "iso",
    "event",
    "quote",
    "link",
    "place",
    "image",
    "topics",
    "alt",
    "by",
    "id",
];
const OF_SECTIONS: [&str; 3] = ["items", "heading", "anchor"];

/// The names in a path: `@root.theme.ink` has `theme` and `ink`, `../items.[0].title` has `items` and `title`.
pub fn names_of_path(path: &str) -> impl Iterator<Item = &str> {
    // `@first` and its sisters are Handlebars' own.
    let path = if path.starts_with('@') { path.strip_prefix("@root").unwrap_or("") } else { path };
    path.split(['.', '/'])
        .map(|part| part.trim_start_matches('[').trim_end_matches(']'))
        .filter(|part| !part.is_empty() && *part != "this" && part.parse::<usize>().is_err())
}

/// What to say of a path with a name in it that nothing is called.
pub fn unknown_name(path: &str, unknown: &str, columns: &[String]) -> (String, String) {
    let is_column = columns.iter().any(|column| column == unknown)
        || ["first_name", "last_name", "email"].contains(&unknown);
    let cure = if is_column {
        format!(
            "it is a column of the list: write {{{{recipient \"{unknown}\" fallback=\"…\"}}}}, or {{{{#for_recipient}}}}…{{{{/for_recipient}}}} around it"
        )
    } else if unknown == "length" {
        format!("write {{{{len {}}}}}", path.trim_end_matches(".length"))
    } else {
        match nearest(unknown, NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "docs/TEMPLATES.md lists the names".to_owned(),
        }
    };
    (format!("`{path}` is not known here"), cure)
}

/// What to say of a path that has no value where it stands, although all its names are known.
pub fn missing_value(path: &str, data: &Value) -> (String, String) {
    let names: Vec<&str> = names_of_path(path).collect();
    let first = names.first().copied().unwrap_or(path);
    let is_of_root = data.get(first).is_some();
    if names.len() > 1 && (is_of_root || OF_STORIES.contains(&first)) {
        // The last of them before which there was something.
        let mut value = Some(data);
        let empty = names.iter().enumerate().find(|(_, name)| {
            value = value.and_then(|value| value.get(**name));
            value.is_none_or(Value::is_null)
        });
        let depth = if is_of_root { empty.map_or(0, |(at, _)| at) } else { 0 };
        let whole = names[..=depth.min(names.len() - 1)].join(".");
        let what = if is_of_root {
            format!("there is no `{whole}` here, and so no `{path}`")
        } else {
            format!("this story has no `{whole}`, and so no `{path}`")
        };
        return (what, format!("put it in {{{{#if {whole}}}}}…{{{{/if}}}}"));
    }
    let what = format!("`{path}` is not known here");
    let cure = if OF_SECTIONS.contains(&first) {
        "it belongs to a section: write it inside {{#each sections}}".to_owned()
    } else if OF_STORIES.contains(&first) {
        "it belongs to a story: write it inside {{#with first}}, {{#each lead}} or {{#each items}}"
            .to_owned()
    } else if is_of_root {
        format!("inside a loop write @root.{path}")
    } else {
        "docs/TEMPLATES.md says where each name is known".to_owned()
    };
    (what, cure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::theme::{Appeal, Organisation};
    use crate::news::markdown;
    use crate::window::select;

    fn names(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    found.insert(name.clone());
                    names(value, found);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| names(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_name_of_the_data_is_known_and_no_other() {
        let zone = chrono_tz::Europe::London;
        let story = "---\ntitle: A\ndate: 2020-12-03\nlink: https://e.example/1\nimage: https://e.example/1.jpg\nalt: x\n\
                     event: 2021-01-15\nwhere: Online\nquote: Words\nquote_by: Ann\ntopics: [a]\n---\nWords.\n";
        let items = (0..30)
            .flat_map(|n| markdown::read("news", &format!("news/{n}.md"), story, zone).items);
        let window = crate::window::Window::month("2020-12", zone).unwrap();
        let selection = select(items.collect(), &window, "2021-01-04".parse().unwrap());
        let lexicon = Locale::english();
        let mut draft = crate::edition::Draft::propose(&window, &selection, None, "x", &lexicon);
        draft.pinned = draft.items.drain(..1).collect();
        let edition = crate::edition::edit(&draft, selection).unwrap();
        let line = || "x".to_owned();
        let theme = Branding {
            organisation: Organisation {
                name: line(),
                legal_name: line(),
                address: line(),
                charity: Some(line()),
                website: line(),
                contact: line(),
                why: line(),
            },
            look: crate::compose::theme::Theme::default(),
            appeal: Some(Appeal { title: line(), text: line(), button: line(), url: line() }),
            translations: std::collections::BTreeMap::new(),
        };
        let words = EditorWords { subject: line(), preheader: line(), introduction: line() };
        let asked: BTreeSet<String> = NAMES.map(str::to_owned).into();
        let data = of(&edition, &theme, &lexicon, &words, Density::Top(9), NamesInUse(&asked));
        let mut found = BTreeSet::new();
        names(&data, &mut found);
        let known: BTreeSet<String> = NAMES.map(str::to_owned).into();
        let missing: Vec<_> = found.difference(&known).collect();
        let surplus: Vec<_> = known.difference(&found).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "missing {missing:?}, surplus {surplus:?}"
        );
    }
}
