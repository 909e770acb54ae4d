//! Small inputs with what must come of them, one after the other: `tests/compose/cases.toml`.
//! Pure: texts in, an email or a fault out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Europe::London;
use serde::Deserialize;

use super::theme::{Appeal, Organisation, Theme};
use super::{Branding, Filler, Nonce, Templates, compose, filled};
use crate::audience::People;
use crate::audience::Values;
use crate::compose::composition::{ComposeError, Composition};
use crate::edition::{Draft, edit};
use crate::locale::words::WordsFileError;
use crate::news::readers::markdown;
use crate::window::select;

#[derive(Debug, Deserialize)]
struct File {
    case: Vec<Case>,
}

/// One input. What is not given is as in a good email.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Case {
    name: String,
    /// Files of the project, over those that come with roundup.
    files: BTreeMap<String, String>,
    /// What stands in the HTML part, from the third line of its template, and in the text part, from the first.
    mjml: Option<String>,
    text: Option<String>,
    /// Words of the draft; the introduction begins at the ninth line.
    subject: Option<String>,
    headline: Option<String>,
    preheader: Option<String>,
    introduction: Option<String>,
    window: Option<String>,
    /// Title of the first story.
    title: Option<String>,
    language: Option<String>,
    template: Option<String>,
    /// Who it is for.
    person: BTreeMap<String, String>,
    segments: BTreeSet<String>,
    /// What must be in the HTML part, the text part, both, neither.
    html: Vec<String>,
    plain: Vec<String>,
    both: Vec<String>,
    neither: Vec<String>,
    subject_is: Option<String>,
    unknown_segment: Option<String>,
    /// The fault as `PLACE: WHAT`, and its cure.
    error: Option<String>,
    cure: Option<String>,
}

const STORIES: [(&str, &str); 3] = [
    ("a", "Forty volunteers trained in Hull"),
    ("b", "A new room for the Thursday club"),
    ("c", "Our evidence to the inquiry"),
];

fn theme(language: &str) -> Branding {
    Branding {
        organisation: Organisation {
            name: "Lantern".to_owned(),
            legal_name: "Lantern for Children".to_owned(),
            address: "5 Quay Road, Hull".to_owned(),
            charity: None,
            website: "https://lantern.example/".to_owned(),
            contact: "hello@lantern.example".to_owned(),
            why: "You asked.".to_owned(),
        },
        look: Theme { language: language.to_owned(), ..Theme::default() },
        appeal: Some(Appeal {
            title: "Give".to_owned(),
            text: "Ten pounds.".to_owned(),
            button: "Give now".to_owned(),
            url: "https://lantern.example/give".to_owned(),
        }),
        archive: None,
        links: crate::compose::theme::FooterLinks::default(),
        translations: BTreeMap::new(),
    }
}

fn people() -> People {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    People {
        columns: ["email", "first_name", "last_name", "town"].map(str::to_owned).to_vec(),
        segments: [set(&[]), set(&["donors"]), set(&["donors", "local"]), set(&["press"])].into(),
    }
}

impl Case {
    fn compose(&self) -> Result<Composition, String> {
        let mut own: Vec<(String, String)> = self
            .files
            .iter()
            .map(|(path, text)| (path.trim_start_matches("templates/").to_owned(), text.clone()))
            .collect();
        let is_own = self.mjml.is_some() || self.text.is_some();
        if is_own {
            let mjml = self.mjml.as_deref().unwrap_or("x");
            let text = self.text.as_deref().unwrap_or("x");
            own.push((
                "t.mjml.hbs".to_owned(),
                format!("{{{{#> layout}}}}\n<mj-text>\n{mjml}\n</mj-text>\n{{{{/layout}}}}\n"),
            ));
            own.push(("t.txt.hbs".to_owned(), format!("{text}\n{{{{> footer_text}}}}\n")));
        }
        let has_own = own.iter().any(|(name, _)| name.starts_with("t."));
        let template = self.template.as_deref().unwrap_or(if has_own { "t" } else { "monthly" });
        let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
        let draft = format!(
            "---\nsubject: {}\npreheader: {}\ntemplate: {template}\nwindow: \"{}\"\nitems: [a, b, c]\n{}---\n\n{}\n",
            quoted(self.subject.as_deref().unwrap_or("A larger room")),
            quoted(self.preheader.as_deref().unwrap_or("What November brought")),
            self.window.as_deref().unwrap_or("2026-11"),
            self.headline
                .as_deref()
                .map(|words| format!("headline: {}\n", quoted(words)))
                .unwrap_or_default(),
            self.introduction.as_deref().unwrap_or("Hello.")
        );
        let items = STORIES
            .iter()
            .enumerate()
            .flat_map(|(index, (name, title))| {
                let title = self.title.as_deref().filter(|_| index == 0).unwrap_or(title);
                let text = format!(
                    "---\ntitle: {}\ndate: 2026-11-{:02}\ntopics: [club]\nlink: https://lantern.example/{name}\n---\n\nWhat happened.\n",
                    quoted(title),
                    index + 5
                );
                markdown::read("news", &format!("news/{name}.md"), &text, London).items
            })
            .collect();
        let draft = Draft::read("2026-11", "editions/2026-11.md", &draft, London)
            .map_err(|problem| format!("{}: {}\n{}", problem.place, problem.what, problem.cure))?;
        let selection = select(items, &draft.window, "2026-11-26".parse().unwrap());
        let edition = edit(&draft, selection).unwrap();
        let theme = theme(self.language.as_deref().unwrap_or("en"));
        compose(&edition, &theme, &Templates::with(own), &people(), Nonce::new([9; 16])).map_err(
            |error| match error {
                ComposeError::Template(fault) => {
                    let line = fault.line_text.unwrap_or_default();
                    assert!(
                        fault.place.line.is_none() || !line.is_empty(),
                        "no line: {}",
                        fault.place
                    );
                    format!("{}: {}\n{}", fault.place, fault.what, fault.cure)
                }
                ComposeError::Words(WordsFileError::File { place, what, cure, line_text }) => {
                    assert!(line_text.is_some_and(|line| !line.is_empty()), "no line: {place}");
                    format!("{place}: {what}\n{cure}")
                }
                other => format!("{other}\n"),
            },
        )
    }

    fn look_at(&self, composition: &Composition) {
        let name = &self.name;
        let mut values: Values =
            people().columns.into_iter().map(|column| (column, String::new())).collect();
        values.extend(self.person.clone());
        let filler = Filler::new(&composition.slots).unwrap();
        let variant = &composition.variants[composition.variant(&self.segments)];
        let url = "https://lantern.example/u/1";
        let html = filled(&filler, &variant.html, &values, url);
        let text = filled(&filler, &variant.text, &values, url);
        let subject = filled(&filler, composition.subject_of(variant), &values, url);
        for words in self.html.iter().chain(&self.both) {
            assert!(html.contains(words), "no {words:?} in the HTML part:\n{}", body(&html));
        }
        for words in self.plain.iter().chain(&self.both) {
            assert!(text.contains(words), "{name}: no {words:?} in the text part:\n{text}");
        }
        for words in &self.neither {
            assert!(!html.contains(words), "{words:?} is in the HTML part:\n{}", body(&html));
            assert!(!text.contains(words), "{name}: {words:?} is in the text part:\n{text}");
        }
        for part in [&html, &text, &subject] {
            assert!(!crate::compose::marker::holds_marker(part), "{name}: a marker is left");
        }
        assert!(!text.contains("\n\n\n"), "{name}: a gap in the text part:\n{text}");
        if let Some(expected) = &self.subject_is {
            assert_eq!(&subject, expected, "{name}");
        }
        let unknown = composition.unknown_segments.first().map(|segment| {
            let near = segment.nearest.as_deref().unwrap_or("-");
            format!("{}: {} ({near})", segment.place, segment.name)
        });
        assert_eq!(unknown, self.unknown_segment, "{name}");
    }
}

/// What people see of a page, for messages.
fn body(html: &str) -> &str {
    html.split_once("</h1>").map_or(html, |(_, body)| body)
}

#[test]
fn each_case_gives_what_it_must() {
    let file: File = toml::from_str(include_str!("../../tests/compose/cases.toml")).unwrap();
    assert!(file.case.len() >= 60, "{}", file.case.len());
    let mut wrong = Vec::new();
    for case in &file.case {
        let looked = std::panic::catch_unwind(|| match (case.compose(), &case.error) {
            (Ok(composition), None) => case.look_at(&composition),
            (Ok(_), Some(error)) => panic!("no fault: {error}"),
            (Err(found), None) => panic!("{found}"),
            (Err(found), Some(error)) => {
                let (what, cure) = found.split_once('\n').unwrap();
                assert_eq!(what, error, "{}", case.name);
                if let Some(expected) = &case.cure {
                    assert!(cure.contains(expected), "{}: the cure is {cure}", case.name);
                }
            }
        });
        if let Err(panic) = looked {
            let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            wrong.push(format!("{}: {}", case.name, said.chars().take(900).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn partials_that_call_each_other_end_in_every_text() {
    let rings = [
        "{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}",
        "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{> a}}",
        "{{#*inline \"a\"}}{{#if count}}x{{> a}}{{/if}}{{/inline}}{{#> a}}y{{/a}}",
        "{{#*inline \"2026-11\"}}{{> (lookup edition \"name\")}}{{/inline}}{{> (lookup edition \"name\")}}",
        "{{#*inline \"inner\"}}{{> outer}}{{/inline}}{{> outer}}",
    ];
    let base = || Case {
        files: [
            ("templates/partials/outer.hbs".to_owned(), "{{> inner}}".to_owned()),
            ("templates/partials/inner.hbs".to_owned(), "x".to_owned()),
        ]
        .into(),
        mjml: Some("{{#if lead}}{{> outer}}{{/if}}".to_owned()),
        ..Case::default()
    };
    let texts: [fn(&mut Case, String); 6] = [
        |case, text| case.mjml = Some(text),
        |case, text| case.text = Some(text),
        |case, text| case.subject = Some(text),
        |case, text| case.headline = Some(text),
        |case, text| case.preheader = Some(text),
        |case, text| case.introduction = Some(text),
    ];
    for ring in rings {
        for (number, set) in texts.iter().enumerate() {
            let mut case = base();
            set(&mut case, ring.to_owned());
            let found = case.compose().err().unwrap_or_default();
            let is_stopped = ["in a circle", "calls itself", "30 deep"];
            assert!(
                is_stopped.iter().any(|what| found.contains(what)),
                "{number}: {ring}: {found}"
            );
        }
    }
}
