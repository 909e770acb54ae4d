//! Whatever stands in a story, a draft, a setting or a list: the edition composes, and holds only valid characters.
//! Pure: random texts in, an email out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Europe::London;
use proptest::prelude::*;

use super::marker::Nonce;
use super::theme::{Appeal, Organisation, Theme};
use super::{Branding, Filler, Templates, compose, filled};
use crate::audience::People;
use crate::audience::Values;
use crate::edition::proposal::as_words;
use crate::edition::{Draft, edit};
use crate::news::item::{EventDetails, Image, Quote};
use crate::news::{Item, PartialDate};
use crate::problem::Place;
use crate::rfc::text::is_of_a_text;
use crate::window::select;

/// Characters that end, begin or hide something somewhere between a feed and a mail program.
const ODD: &str = "\0\u{1}\u{7}\u{8}\u{b}\u{c}\u{e}\u{1b}\u{1f}\u{7f}\u{80}\u{85}\u{92}\u{9f}\u{ad}\u{61c}\u{200b}\u{200d}\
    \u{200e}\u{2028}\u{2029}\u{202e}\u{2066}\u{e000}\u{f8fe}\u{f8ff}\u{fdd0}\u{fdef}\u{feff}\u{fffc}\u{fffd}\u{fffe}\
    \u{ffff}\u{1fffe}\u{1ffff}\u{e0001}\u{10fffe}\u{10ffff}\r\n\t\\\"'<>&;{}[]()`*_~#!|=/$%";
/// References to such characters, as feeds and editors write them.
const REFERENCES: [&str; 10] = [
    "&#1;",
    "&#x0;",
    "&#xFFFE;",
    "&#xFFFF;",
    "&#x1F;",
    "&#xD800;",
    "&#146;",
    "&amp;#xFFFE;",
    "&nbsp;",
    "]]>",
];

fn text() -> impl Strategy<Value = String> {
    let odd: Vec<char> = ODD.chars().collect();
    let piece = prop_oneof![
        3 => any::<char>().prop_map(String::from),
        3 => prop::sample::select(odd).prop_map(String::from),
        1 => prop::sample::select(&REFERENCES[..]).prop_map(str::to_owned),
        2 => "[a-z]{1,6} ?",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// An item whose every word is one of the texts.
fn item(number: usize, texts: &[String]) -> Item {
    let text = |index: usize| texts[(number + index) % texts.len()].clone();
    Item {
        id: format!("s{number}"),
        title: text(0),
        summary: format!("{}\n\n{}", text(1), text(2)),
        link: Some(format!("https://charity.example/{number}")),
        image: Some(Image {
            address: format!("https://charity.example/{number}.jpg"),
            alt: text(3),
            ..Image::default()
        }),
        topics: vec![text(4)],
        date: "2026-11-04".parse().ok().map(PartialDate::Day),
        source: "news".to_owned(),
        place: Place::line("news/a.md", 1),
        event: "2026-11-05"
            .parse()
            .ok()
            .map(|day| EventDetails { date: PartialDate::Day(day), place: text(5) }),
        quote: Some(Quote { words: text(6), by: text(7) }),
        ..Item::default()
    }
}

fn theme(texts: &[String]) -> Branding {
    let text = |index: usize| texts[index % texts.len()].clone();
    Branding {
        organisation: Organisation {
            name: text(0),
            legal_name: text(1),
            address: text(2),
            charity: Some(text(3)),
            website: "https://charity.example/".to_owned(),
            contact: "hello@charity.example".to_owned(),
            why: text(4),
        },
        look: Theme { tagline: Some(text(5)), footer: Some(text(6)), ..Theme::default() },
        appeal: Some(Appeal {
            title: text(7),
            text: text(8),
            button: text(9),
            url: "https://charity.example/give".to_owned(),
        }),
        archive: None,
        links: crate::compose::theme::FooterLinks::default(),
        translations: BTreeMap::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_in_any_field_composes(
        texts in prop::collection::vec(text(), 11),
        introduction in text(),
        template in prop::sample::select(&["monthly", "year", "announcement"][..]),
    ) {
        // A draft loses its control characters: braces must not meet when one between them goes.
        let quoted = |text: &str| serde_json::Value::String(as_words(text)).to_string();
        let draft = format!(
            "---\nsubject: {}\npreheader: {}\ntemplate: {template}\nwindow: \"2026-11\"\npinned: [s0]\nitems: [s1, s2]\n---\n\n\
             {}\n\n{{{{recipient \"town\" fallback=\"x\"}}}} {{{{#for_recipient}}}}{{{{town}}}}{{{{/for_recipient}}}}\n",
            quoted(&texts[0]), quoted(&texts[1]), introduction.replace('{', "{ ").replace('\\', "/")
        );
        let draft = Draft::read("2026-11", "editions/2026-11.md", &draft, London);
        let draft = draft.map_err(|problem| TestCaseError::fail(format!("{problem:?}")))?;
        let items = (0..3).map(|number| item(number, &texts)).collect();
        let selection = select(items, &draft.window, "2026-11-26".parse().unwrap());
        let edition = edit(&draft, selection).unwrap();
        let people = People { columns: vec!["town".to_owned()], segments: BTreeSet::new() };
        let composed = compose(&edition, &theme(&texts), &Templates::with([]), &people, Nonce::new([9; 16]));
        let composition = composed.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        let filler = Filler::new(&composition.slots).unwrap();
        let person: Values = [("town".to_owned(), texts[10].clone())].into();
        for variant in &composition.variants {
            for pieces in [&variant.html, &variant.text, &composition.subject] {
                let text = filled(&filler, pieces, &person, "https://charity.example/u/1");
                let odd = text.chars().find(|c| !is_of_a_text(*c));
                prop_assert_eq!(odd, None, "{}", text.escape_debug());
            }
        }
    }
}
