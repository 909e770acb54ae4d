//! What templates see: an edition and a theme as plain data. Absent things are `null`, so that a misspelt name is an error.
//! Pure: values in, JSON out.

use std::collections::BTreeSet;

use chrono::Datelike;
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::arrangement::{Arrangement, BriefForm, is_by_month};
use super::layout::Density;
use super::other_script::marked;
use super::palette::{Panel, dark_reverse_ink, reverse_ink};
use super::theme::Branding;
use crate::edition::Edition;
use crate::edition::draft::Grouping;
use crate::edition::figures::Figure;
use crate::locale::{DateStyle, Direction, Locale, capitalised};
use crate::news::item::slug;
use crate::news::{Item, PartialDate, dedupe};

/// The data for one email. `words` are the editor's, already rendered; the story `without`, where there is one, is left out of an email
/// that is only measured, and the others stay where they are.
pub fn of(
    edition: &Edition,
    theme: &Branding,
    locale: &Locale,
    words: &EditorWords,
    (density, without): (Density, Option<&str>),
    asked: NamesInUse<'_>,
) -> Value {
    let zone = edition.window.zone;
    let all = edition.shown().count();
    let shown = density.shows(all);
    let kept = |item: &&Item| without != Some(item.id.as_str());
    let mut blocks = Arrangement::of(edition, density, asked.may_lead());
    blocks.retain(kept);
    let lead: Vec<&Item> = edition.pinned.iter().take(shown).filter(kept).collect();
    let rest: Vec<&Item> =
        edition.shown().take(shown).skip(edition.pinned.len()).filter(kept).collect();
    let story = |item: &Item| story(item, locale, zone, asked);
    let stories = |items: &[&Item]| items.iter().map(|item| story(item)).collect::<Vec<_>>();
    let sections_of = |items: &[&Item], others: &str| {
        sections(edition, items, locale, (blocks.form, others), &story)
    };
    let briefs = asked.has("briefs").then(|| {
        let is_month = edition.window.name().len() == "2020-12".len();
        sections_of(&blocks.briefs, if is_month { "month_heading" } else { "more_heading" })
    });
    let sections = (asked.has("sections") || briefs.is_none()).then(|| {
        sections_of(&rest, if lead.is_empty() { "stories_heading" } else { "more_heading" })
    });
    json!({
        "subject": words.subject,
        "headline": words.headline,
        "preheader": words.preheader,
        "preheader_room": room_after(&words.preheader),
        "introduction": words.introduction,
        "edition": {
            "name": edition.name,
            "title": capitalised(&locale.window(&edition.window)),
            "is_year": edition.window.is_year(),
        },
        "count": all,
        "density": density.asked(),
        // What there was no room for, and where it is.
        "more": (shown < all).then(|| json!({"count": all - shown, "link": theme.organisation.website})),
        // For an email about one thing: that story, and the others.
        "first": edition.shown().find(kept).filter(|_| asked.has("first")).map(|item| {
            with_heading(story(item), item, words, locale)
        }),
        "others": asked
            .has("others")
            .then(|| edition.shown().take(shown).filter(kept).skip(1).map(story).collect::<Vec<_>>()),
        "lead": stories(&lead),
        "leading": asked.has("leading").then(|| stories(&blocks.leading)),
        "cards": asked.has("cards").then(|| stories(&blocks.cards)),
        "events": asked.has("events").then(|| stories(&blocks.events)),
        "quotes": asked.has("quotes").then(|| stories(&blocks.quotes)),
        "sections": sections,
        "briefs": briefs,
        "contents": contents(briefs.as_ref().or(sections.as_ref())),
        "numbers": numbers(edition, locale),
        "figures": figures(edition, locale),
        "links": theme.links.0,
        // Where the archive has this edition.
        "browser_page": theme.archive.as_ref().map(|archive| format!("{archive}/{}/", edition.name)),
        "appeal": with_marks(json!(theme.appeal), &["title", "text", "button"], locale),
        "organisation": with_marks(
            json!(theme.organisation),
            &["legal_name", "charity", "address", "why"],
            locale,
        ),
        "theme": look(theme, locale),
    })
}

/// Where the email's own title is another, the story's must be said, too.
fn with_heading(mut story: Value, item: &Item, words: &EditorWords, locale: &Locale) -> Value {
    let title = (item.title != words.headline).then(|| marked(&item.title, locale.direction()));
    story["heading"] = json!(title);
    story
}

/// Settings with their words as an email of this direction shows them.
fn with_marks(mut settings: Value, names: &[&str], locale: &Locale) -> Value {
    for name in names {
        if let Some(Value::String(words)) = settings.get_mut(name) {
            *words = marked(words, locale.direction()).into_owned();
        }
    }
    settings
}

/// The sections without their stories.
fn contents(sections: Option<&Vec<Value>>) -> Vec<Value> {
    let of_section = |section: &Value| json!({"heading": section["heading"], "anchor": section["anchor"], "count": section["count"]});
    sections.map(|sections| sections.iter().map(of_section).collect()).unwrap_or_default()
}

/// The settings of `[theme]`, and what follows from them and from the direction of writing.
fn look(theme: &Branding, locale: &Locale) -> Value {
    let mut look = json!(theme.look);
    let direction = locale.direction();
    for (name, word) in [
        ("direction", direction.word()),
        ("start", direction.start()),
        ("end", direction.end()),
        ("arrow", if direction == Direction::Ltr { "→" } else { "←" }),
    ] {
        look[name] = json!(word);
    }
    for (dark, panel) in [("", Panel::light(&theme.look)), ("dark_", Panel::dark(&theme.look))] {
        look[format!("{dark}tint")] = json!(panel.ground);
        look[format!("{dark}tint_ink")] = json!(panel.ink);
        look[format!("{dark}tint_muted")] = json!(panel.muted);
        look[format!("{dark}tint_accent")] = json!(panel.accent);
    }
    look["reverse_ink"] = json!(reverse_ink(&theme.look));
    look["dark_reverse_ink"] = json!(dark_reverse_ink(&theme.look));
    look["name_lines"] = json!(two_lines(&theme.organisation.name));
    let radius = theme.look.corner_radius;
    // Within a frame of one pixel; and of a picture as small as a stamp.
    let inner = radius.saturating_sub(1);
    look["corners"] = json!(format!("{radius}px"));
    look["corners_above"] = json!(format!("{inner}px {inner}px 0 0"));
    look["corners_small"] = json!(format!("{}px", radius / 2));
    look
}

/// A name on one line or two: it is broken at the blank that is nearest to its middle.
fn two_lines(name: &str) -> Vec<&str> {
    let middle = name.len() / 2;
    match name.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(middle)) {
        Some(at) => vec![&name[..at], &name[at + 1..]],
        None => vec![name],
    }
}

/// The figures of the edition, for the line of numbers.
fn numbers(edition: &Edition, locale: &Locale) -> Vec<Value> {
    let zone = edition.window.zone;
    let months = edition
        .shown()
        .filter_map(|item| item.date.and_then(|date| date.month(zone)))
        .collect::<BTreeSet<_>>()
        .len();
    let topics = edition.shown().flat_map(|item| item.topics.iter()).collect::<BTreeSet<_>>().len();
    let count = edition.shown().count();
    let mut numbers = vec![number(locale, count, "story_label")];
    if topics > 1 {
        numbers.push(number(locale, topics, "topic_label"));
    }
    // Four numbers fit beside each other on a phone: a year's editions say more than its months.
    if months > 1 && edition.counted.is_none() {
        numbers.push(number(locale, months, "month_label"));
    }
    if let Some(counted) = edition.counted {
        if counted.editions > 1 {
            numbers.push(number(locale, counted.editions, "edition_label"));
        }
        if counted.people > 1 {
            let people = usize::try_from(counted.people).unwrap_or(usize::MAX);
            numbers.push(number(locale, people, "people_label"));
        }
    }
    numbers
}

/// The words of the templates: a story stands in the data as often as they name it.
#[derive(Debug, Clone, Copy)]
pub struct NamesInUse<'a> {
    pub all: &'a BTreeSet<String>,
    /// Those of the HTML part.
    pub html: &'a BTreeSet<String>,
}

impl NamesInUse<'_> {
    fn has(self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// Whether the first story may lead where none is pinned: templates of before there were blocks would lose it.
    fn may_lead(self) -> bool {
        ["leading", "briefs"].iter().all(|name| self.html.contains(*name))
    }
}

/// The editor's words for one kind of part (HTML or text).
#[derive(Debug, Clone)]
pub struct EditorWords {
    pub subject: String,
    pub headline: String,
    pub preheader: String,
    pub introduction: String,
}

/// What fills the line of the inbox behind a preheader, so that the email's first words do not stand there too: blanks, and
/// marks without width that keep programs from joining them.
fn room_after(preheader: &str) -> String {
    /// The number of characters that the widest programs show.
    const SHOWN: usize = 130;
    const MOST: usize = 30;
    "&zwnj;&nbsp;".repeat(SHOWN.saturating_sub(preheader.chars().count()).min(MOST))
}

/// Widths in pixels that three figures share: on a computer, on a phone, and on the smallest phone, 320 wide.
const FIGURES_ROOM: [usize; 3] = [520, 319, 264];
/// The design's digits, and the smallest that still read as a figure.
const FIGURE_SIZES: std::ops::RangeInclusive<usize> = 14..=34;
/// Left and right of a figure together.
const FIGURE_GAP: usize = 6;

/// The figures that the charity chose. `share` is the width of each in hundredths; `size`, `phone` and `small` the height of its
/// digits on a computer, a phone and a very small one: the same for all, so that the longest has room beside the others.
fn figures(edition: &Edition, locale: &Locale) -> Vec<Value> {
    let figures = &edition.figures;
    let longest = figures.iter().map(|one| tenths(&one.value)).max().unwrap_or(0).max(1);
    let [size, phone, small] = FIGURES_ROOM.map(|room| {
        let own = (room / figures.len().max(1)).saturating_sub(FIGURE_GAP);
        (own * 10 / longest).clamp(*FIGURE_SIZES.start(), *FIGURE_SIZES.end())
    });
    let of_one = |one: &Figure| {
        json!({
            "value": one.value,
            "label": marked(&one.label, locale.direction()),
            "share": 100 / figures.len().max(1),
            "size": size,
            "line": size + 6,
            "phone": phone,
            "small": small,
            "narrow": small < size,
        })
    };
    figures.iter().map(of_one).collect()
}

/// How wide words are in bold, in tenths of their height, in the widest font that is common.
fn tenths(words: &str) -> usize {
    let of_one = |character| match character {
        '.' | ',' | ':' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' => 4,
        '%' | 'm' | 'M' | 'W' => 11,
        _ => 7,
    };
    words.chars().map(of_one).sum()
}

fn number(locale: &Locale, value: usize, label: &str) -> Value {
    json!({"value": value, "label": locale.count(label, value)})
}

/// A year is grouped by month, a shorter window is one section, unless the draft wants a section for each topic. Order is
/// the edition's: a group stands where its first story does.
fn sections(
    edition: &Edition,
    items: &[&Item],
    locale: &Locale,
    (form, others): (BriefForm, &str),
    story: &dyn Fn(&Item) -> Value,
) -> Vec<Value> {
    let zone = edition.window.zone;
    let say = |key: &str| locale.say(key).unwrap_or_default().to_owned();
    let by_month = is_by_month(edition);
    let mut groups: Vec<(String, Vec<&Item>)> = Vec::new();
    for item in items.iter().copied() {
        let heading = if edition.group == Grouping::Topic {
            match item.topics.first() {
                Some(topic) => {
                    marked(&capitalised(&topic_words(topic)), locale.direction()).into_owned()
                }
                None => say("more_heading"),
            }
        } else if by_month {
            match item.date.and_then(|date| date.month(zone)) {
                Some((year, month)) => month_heading(edition, locale, year, month),
                None => say("undated_heading"),
            }
        } else {
            say(others)
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
                "cards": form == BriefForm::Cards,
                "rows": form == BriefForm::Rows,
                "lines": form == BriefForm::Lines,
                "items": items.into_iter().map(story).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn month_heading(edition: &Edition, locale: &Locale, year: i32, month: u32) -> String {
    let name = capitalised(locale.month_name(month));
    // A window of one calendar year says it once, in its title.
    if edition.window.name().len() == 4 { name } else { format!("{name} {year}") }
}

fn story(item: &Item, locale: &Locale, zone: Tz, asked: NamesInUse<'_>) -> Value {
    let first = item.summary.split("\n\n").next().unwrap_or("");
    let direction = locale.direction();
    json!({
        "id": item.id,
        "title": marked(&item.title, direction),
        "summary": asked.has("summary").then_some(&item.summary),
        "paragraph": marked(first, direction),
        "paragraphs": asked.has("paragraphs").then(|| {
            item.summary.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(|text| marked(text, direction)).collect::<Vec<_>>()
        }),
        "date": item.date.map(|date| locale.date(date, zone)),
        // As `{{date story "month"}}` takes it.
        "iso": item.date.map(|date| locale.date_as(date, DateStyle::Iso, zone)),
        "event": item.event.as_ref().map(|event| json!({
            "date": locale.date(event.date, zone),
            "iso": locale.date_as(event.date, DateStyle::Iso, zone),
            // As a badge has it: "Jan", and "14" where the day is known.
            "month": event.date.month(zone).map(|(_, month)| locale.short_month_name(month)),
            "day": day_of(event.date, zone),
            "place": Some(marked(&event.place, direction)).filter(|place| !place.is_empty()),
        })),
        "quote": item.quote.as_ref().map(|quote| json!({
            "words": marked(&quote.words, direction),
            "by": Some(marked(&quote.by, direction)).filter(|by| !by.is_empty()),
        })),
        "link": item.link,
        "place": item.link.as_deref().map(|link| dedupe::canonical(link).split('/').next().unwrap_or("").to_owned()),
        "image": item.image,
        "topics": item.topics.iter().map(|topic| marked(&topic_words(topic), direction).into_owned()).collect::<Vec<_>>(),
    })
}

/// The day of the month, where it is known.
fn day_of(date: PartialDate, zone: Tz) -> Option<u32> {
    let (first, last) = date.days(zone);
    (first == last).then(|| first.day())
}

/// A topic as people read it: `youth-programme` is "youth programme".
fn topic_words(topic: &str) -> String {
    topic.replace(['-', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::names::NAMES;
    use crate::compose::theme::{Appeal, Organisation};
    use crate::compose::whole_values::WHOLE;
    use crate::news::readers::markdown;
    use crate::window::select;

    /// The names of lists and groups.
    fn wholes(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    if value.is_array() || value.is_object() {
                        found.insert(name.clone());
                    }
                    wholes(value, found);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| wholes(value, found)),
            _ => {}
        }
    }

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
    fn a_name_is_broken_near_its_middle() {
        for (name, lines) in [
            ("Safe Childhood", vec!["Safe", "Childhood"]),
            ("Lantern", vec!["Lantern"]),
            ("The Trust for Every Child", vec!["The Trust for", "Every Child"]),
            ("é à", vec!["é", "à"]),
        ] {
            assert_eq!(two_lines(name), lines);
        }
    }

    #[test]
    fn every_name_of_the_data_is_known_and_no_other() {
        let zone = chrono_tz::Europe::London;
        let story = "---\ntitle: A\ndate: 2020-12-03\nlink: https://e.example/1\nimage: https://e.example/1.jpg\nalt: x\nimage_size: 4x3\n\
                     event: 2021-01-15\nwhere: Online\nquote: Words\nquote_by: Ann\ntopics: [a]\n---\nWords.\n";
        let items = (0..30)
            .flat_map(|n| markdown::read("news", &format!("news/{n}.md"), story, zone).items);
        let window = crate::window::Window::month("2020-12", zone).unwrap();
        let selection = select(items.collect(), &window, "2021-01-04".parse().unwrap());
        let locale = Locale::english();
        let mut draft = crate::edition::Draft::propose(&window, &selection, None, "x", &locale);
        draft.figures.push(Figure { value: "1".to_owned(), label: "a".to_owned(), line: 1 });
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
            archive: None,
            links: crate::compose::theme::FooterLinks(vec![crate::compose::theme::FooterLink {
                name: line(),
                url: line(),
            }]),
            translations: std::collections::BTreeMap::new(),
        };
        let words = EditorWords {
            subject: line(),
            headline: line(),
            preheader: line(),
            introduction: line(),
        };
        let asked: BTreeSet<String> = NAMES.map(str::to_owned).into();
        let data = of(
            &edition,
            &theme,
            &locale,
            &words,
            (Density::Top(9), None),
            NamesInUse { all: &asked, html: &asked },
        );
        let mut found = BTreeSet::new();
        names(&data, &mut found);
        let mut whole = BTreeSet::new();
        wholes(&data, &mut whole);
        // A story of a pair.
        whole.insert("second".to_owned());
        assert_eq!(whole, WHOLE.map(str::to_owned).into());
        // What `pairs` makes of a list, and `fit` of a picture.
        found.extend(["second", "inset", "above"].map(str::to_owned));
        let known: BTreeSet<String> = NAMES.map(str::to_owned).into();
        let missing: Vec<_> = found.difference(&known).collect();
        let surplus: Vec<_> = known.difference(&found).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "missing {missing:?}, surplus {surplus:?}"
        );
    }
}
