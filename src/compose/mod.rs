//! From an edition to a mail: the same for everybody, with slots where people differ.
//! Pure: an edition, a theme, templates and a nonce in, a composition out.

mod blocks;
pub mod density;
pub mod fault;
mod grammar;
mod helpers;
pub mod html;
mod inlined;
mod limited;
pub mod model;
mod parsed;
pub mod prep;
pub mod slot;
pub mod templates;
pub mod text;
pub mod theme;
pub mod words;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest;
use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::edition::{self, Edition};
use crate::lexicon::{Lexicon, LexiconError};
use crate::news::same::canonical;
use crate::rfc::base16;
use crate::rfc::header::one_line;
use crate::rfc::quoted_printable;

pub use density::Density;
pub use fault::TemplateFault;
pub use slot::{Context, Filler, Nonce, Piece, Slot, Values};
pub use templates::Templates;
pub use theme::Theme;

use fault::Source;
use helpers::{Part, Shared, lock};
use slot::{Slots, escape_html};

/// A mail that is ready but for the slots. A plain value: it is stored when a run is planned, and what is sent is
/// what was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composition {
    pub edition: String,
    pub subject: Vec<Piece>,
    pub preheader: String,
    /// One for each combination of segments in use; the first is for people without any.
    pub variants: Vec<Variant>,
    pub slots: Vec<Slot>,
    /// Segments that the templates ask about: the others make no difference.
    pub segments: BTreeSet<String>,
    /// How much room a story got.
    #[serde(default = "as_in_earlier_versions")]
    pub density: Density,
    /// Stories that there was no room for: the mail says that they are on the website.
    #[serde(default)]
    pub more: usize,
    /// The stories that it tells, in its order. Compositions of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stories: Vec<Told>,
    /// The same mail in other languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// A story that a mail tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub id: String,
    /// Its address in canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A mail in another language than the newsletter's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// `cy`
    pub language: String,
    pub composition: Composition,
}

fn as_in_earlier_versions() -> Density {
    Density::Cards
}

/// The two parts for the people of some segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub segments: BTreeSet<String>,
    pub html: Vec<Piece>,
    pub text: Vec<Piece>,
    /// Where the HTML came from, for people who look; not part of the mail.
    #[serde(skip)]
    pub mjml: String,
}

impl Variant {
    /// What both parts take as they are sent, with a little for each slot.
    pub fn bytes(&self) -> usize {
        const SLOT_BYTES: usize = 40;
        let mut encoded = Vec::new();
        let mut slots = 0;
        for piece in self.html.iter().chain(&self.text) {
            match piece {
                Piece::Text(text) => quoted_printable::encode_piece(text, &mut encoded),
                Piece::Slot { .. } => slots += SLOT_BYTES,
            }
        }
        encoded.len() + slots
    }
}

/// What there is to know of the people before one of them is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Columns of the list.
    pub columns: Vec<String>,
    /// Every combination of segments that somebody is in.
    pub segments: BTreeSet<BTreeSet<String>>,
}

/// Why nothing can be composed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComposeError {
    #[error("there is no template `{name}`")]
    NoTemplate { name: String, known: Vec<String>, nearest: Option<String> },
    #[error(transparent)]
    Template(#[from] TemplateFault),
    #[error(transparent)]
    Words(#[from] LexiconError),
}

impl Composition {
    /// Which variant a person of these segments gets.
    pub fn variant(&self, segments: &BTreeSet<String>) -> usize {
        if segments.is_empty() || self.segments.is_empty() {
            return 0;
        }
        let asked: BTreeSet<&String> = segments.intersection(&self.segments).collect();
        self.variants
            .iter()
            .position(|variant| variant.segments.iter().collect::<BTreeSet<_>>() == asked)
            .unwrap_or(0)
    }

    /// Names these words and no others: sixteen hexadecimal digits of their SHA-256.
    pub fn hash(&self) -> String {
        let bytes =
            serde_json::to_vec(self).expect("a composition of texts can be written as JSON");
        base16::encode(&digest::digest(&digest::SHA256, &bytes).as_ref()[..8])
    }

    /// The same mail as a test: its subject says so, in every language.
    #[must_use]
    pub fn as_test(mut self) -> Self {
        self.subject.insert(0, Piece::Text("[TEST] ".to_owned()));
        for translation in &mut self.translations {
            translation.composition.subject.insert(0, Piece::Text("[TEST] ".to_owned()));
        }
        self
    }

    /// The fixed text of some pieces, slots shown by their names in braces.
    pub fn shown(&self, pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Slot { index, .. } => match &self.slots[*index] {
                    Slot::Field { name, .. } => format!("{{{name}}}"),
                    Slot::UnsubscribeUrl => "{unsubscribe_url}".to_owned(),
                    Slot::Block { .. } => "{for_recipient}".to_owned(),
                },
            })
            .collect()
    }
}

/// The code by which translations go: `cy-GB` and `CY ` are `cy`.
pub fn language_code(written: &str) -> String {
    written.trim().split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// Some pieces with their slots filled for one person.
pub fn filled(filler: &Filler, pieces: &[Piece], person: &Values, unsubscribe_url: &str) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot { index, context } => {
                filler.fill(*index, *context, person, unsubscribe_url, &mut out);
            }
        }
    }
    out
}

/// Composes an edition.
///
/// # Errors
/// When a template or the editor's words are wrong, with the place and the cure.
pub fn compose(
    edition: &Edition,
    theme: &Theme,
    templates: &Templates,
    people: &People,
    nonce: Nonce,
) -> Result<Composition, ComposeError> {
    let mut translations = Vec::new();
    for language in theme.translations.keys() {
        let (edition, theme) = (edition.in_language(language), theme.in_language(language));
        let nonce = nonce.clone();
        translations.push(Translation {
            language: language.clone(),
            composition: compose_within(&edition, &theme, templates, people, nonce, None)?,
        });
    }
    let composition = compose_within(edition, theme, templates, people, nonce, None)?;
    Ok(Composition { translations, ..composition })
}

/// What each story that the mail shows takes of its bytes, in the mail's order: the mail without it is so much smaller.
/// A story that there is no room for takes none.
///
/// # Errors
/// As `compose`.
pub fn costs(
    edition: &Edition,
    theme: &Theme,
    templates: &Templates,
    people: &People,
    composition: &Composition,
) -> Result<Vec<usize>, ComposeError> {
    let bytes = |variants: &[Variant]| variants.iter().map(Variant::bytes).max().unwrap_or(0);
    let whole = bytes(&composition.variants);
    let stories = edition.shown().count();
    let shown = composition.density.shows(stories);
    (0..stories)
        .map(|index| {
            if index >= shown {
                return Ok(0);
            }
            let mut without = edition.clone();
            match index.checked_sub(without.pinned.len()) {
                None => drop(without.pinned.remove(index)),
                Some(index) => drop(without.items.remove(index)),
            }
            let nonce = Nonce::new([0; 16]);
            let fixed = Some(composition.density);
            let smaller = compose_within(&without, theme, templates, people, nonce, fixed)?;
            Ok(whole.saturating_sub(bytes(&smaller.variants)))
        })
        .collect()
}

/// Composes at one density, or at the first that fits.
fn compose_within(
    edition: &Edition,
    theme: &Theme,
    templates: &Templates,
    people: &People,
    nonce: Nonce,
    fixed: Option<Density>,
) -> Result<Composition, ComposeError> {
    let files = [format!("{}.mjml.hbs", edition.template), format!("{}.txt.hbs", edition.template)];
    if templates.file(&files[0]).is_none() || templates.file(&files[1]).is_none() {
        return Err(ComposeError::NoTemplate {
            name: edition.template.clone(),
            known: templates.names().into_iter().map(str::to_owned).collect(),
            nearest: templates.nearest_name(&edition.template).map(str::to_owned),
        });
    }
    let parsed = templates.parsed(&edition.template, &files)?;
    let mut columns = people.columns.clone();
    for column in ["email", "first_name", "last_name"] {
        if !columns.iter().any(|known| known == column) {
            columns.push(column.to_owned());
        }
    }
    let lexicon = Lexicon::of(&theme.look.language, &templates.words())?;
    let shared = Arc::new(Shared {
        lexicon: lexicon.clone(),
        slots: Mutex::new(Slots::new(nonce)),
        active: Mutex::new(BTreeSet::new()),
        asked: Mutex::new(BTreeSet::new()),
        blocks: Mutex::new(parsed.blocks.clone()),
        columns,
        accent: theme.look.accent.clone(),
    });
    let mut html_side = Handlebars::new();
    html_side.register_escape_fn(escape_html);
    let mut text_side = Handlebars::new();
    text_side.register_escape_fn(handlebars::no_escape);
    for (part, registry, files) in
        [(Part::Html, &mut html_side, &parsed.html), (Part::Text, &mut text_side, &parsed.text)]
    {
        registry.set_strict_mode(true);
        helpers::register(registry, part, &shared);
        for (name, template) in files {
            registry.register_template(name, template.clone());
        }
    }

    let side = Side { templates, html: &html_side, text: &text_side, shared: &shared };
    let subject = one_line(&side.words(&edition.subject, edition, theme)?);
    let preheader = one_line(&side.words(&edition.preheader, edition, theme)?);
    let introduction = side.words(&edition.introduction, edition, theme)?;
    let words_as = |introduction: String| model::Words {
        subject: subject.clone(),
        preheader: preheader.clone(),
        introduction,
    };
    let in_html = words_as(words::html(&introduction, &theme.look.accent));
    let in_text = words_as(words::text(&introduction));

    let mut sets: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    sets.extend(people.segments.iter().filter(|set| !set.is_empty()).cloned());
    let stories = edition.shown().count();
    let asked = model::Asked(&parsed.words);
    let mut density = fixed.unwrap_or_else(|| Density::of(stories));
    let variants = loop {
        let for_html = model::of(edition, theme, &lexicon, &in_html, density, asked);
        let for_text = model::of(edition, theme, &lexicon, &in_text, density, asked);
        let variants = side.variants(&files, &for_html, &for_text, &sets)?;
        let bytes = variants.iter().map(Variant::bytes).max().unwrap_or(0);
        match density.narrower(bytes, stories) {
            Some(narrower) if bytes > density::MOST_BYTES && fixed.is_none() => density = narrower,
            _ => break variants,
        }
    };
    let segments = lock(&shared.asked).clone();
    let subject = lock(&shared.slots).cut_text(&subject, Context::Header);
    let preheader_pieces = lock(&shared.slots).cut_text(&preheader, Context::PlainText);
    let slots =
        std::mem::replace(&mut *lock(&shared.slots), Slots::new(Nonce::new([0; 16]))).into_slots();
    let composition = Composition {
        edition: edition.name.clone(),
        subject,
        preheader: String::new(),
        variants,
        slots,
        segments,
        density,
        more: stories - density.shows(stories),
        stories: edition
            .shown()
            .take(density.shows(stories))
            .map(|item| Told { id: item.id.clone(), link: item.link.as_deref().map(canonical) })
            .collect(),
        translations: Vec::new(),
    };
    try_blocks(&composition, &shared.columns, templates)?;
    let preheader = composition.shown(&preheader_pieces);
    Ok(Composition { preheader, ..composition })
}

fn try_blocks(
    composition: &Composition,
    columns: &[String],
    templates: &Templates,
) -> Result<(), TemplateFault> {
    Filler::new(&composition.slots).and_then(|filler| filler.try_blocks(columns)).map_err(|error| {
        let line = error.place.line.unwrap_or(1) + error.line;
        let (what, cure) = match &error.unknown {
            Some(name) => (
                format!("the list has no column `{name}`"),
                crate::problem::did_you_mean(
                    name,
                    columns.iter().map(String::as_str),
                    "its columns are",
                ),
            ),
            None => (
                error.what.clone(),
                "a block may hold text, {{column}} and {{#if column}}".to_owned(),
            ),
        };
        TemplateFault {
            line_text: templates.line(&error.place.source, line),
            place: crate::problem::Place::line(&error.place.source, line),
            what,
            cure,
        }
    })
}

/// The two registries with what they share.
struct Side<'a> {
    templates: &'a Templates,
    html: &'a Handlebars<'a>,
    text: &'a Handlebars<'a>,
    shared: &'a Shared,
}

impl Side<'_> {
    /// The editor's words with their slots; nothing is escaped yet.
    fn words(
        &self,
        words: &edition::Words,
        edition: &Edition,
        theme: &Theme,
    ) -> Result<String, TemplateFault> {
        // Nothing to fill in: most words are plain.
        if !words.text.contains("{{") {
            return Ok(words.text.clone());
        }
        let source = Source { place: words.place(), text: &words.text };
        let data = serde_json::json!({
            "edition": {"name": edition.name, "title": edition.window.to_string()},
            "count": edition.shown().count(),
            "organisation": theme.organisation,
        });
        let mut registry = self.text.clone();
        let cut = blocks::cut(
            &source.place.source,
            source.place.line.unwrap_or(1),
            &words.text,
            &mut lock(&self.shared.blocks),
        )?;
        registry.register_template_string("words of the draft", &cut).map_err(|error| {
            fault::of_parsing(
                self.templates,
                "words of the draft",
                &words.text,
                Some(&source),
                &error,
            )
        })?;
        limited::render(&registry, "words of the draft", &data, &words.place()).map_err(|error| {
            error.or_else(|error| {
                fault::of_rendering(self.templates, Some(&source), &known_names(&data), &error)
            })
        })
    }

    /// What the people of each set of segments get.
    fn variants(
        &self,
        files: &[String; 2],
        for_html: &serde_json::Value,
        for_text: &serde_json::Value,
        sets: &[BTreeSet<String>],
    ) -> Result<Vec<Variant>, TemplateFault> {
        // A block inside another one is seen only when the outer one is active: render until no new segment is asked about.
        loop {
            let asked = lock(&self.shared.asked).clone();
            let mut variants: Vec<Variant> = Vec::new();
            for set in sets {
                let active: BTreeSet<String> = set.intersection(&asked).cloned().collect();
                if !variants.iter().any(|variant| variant.segments == active) {
                    lock(&self.shared.active).clone_from(&active);
                    variants.push(self.variant(files, for_html, for_text, active)?);
                }
            }
            if *lock(&self.shared.asked) == asked {
                return Ok(variants);
            }
        }
    }

    fn variant(
        &self,
        files: &[String; 2],
        for_html: &serde_json::Value,
        for_text: &serde_json::Value,
        segments: BTreeSet<String>,
    ) -> Result<Variant, TemplateFault> {
        let rendered = |registry: &Handlebars<'_>, file: &str, data: &serde_json::Value| {
            let place = crate::problem::Place::whole(Templates::shown(file));
            limited::render(registry, file, data, &place).map_err(|error| {
                error.or_else(|error| {
                    fault::of_rendering(self.templates, None, &known_names(data), &error)
                })
            })
        };
        let mjml = rendered(self.html, &files[0], for_html)?;
        let html = html::render(&mjml, self.templates)?;
        let text = rendered(self.text, &files[1], for_text)?;
        let slots = lock(&self.shared.slots);
        let html = slots.cut_html(&html).map_err(|error| TemplateFault {
            place: crate::problem::Place::whole(format!("templates/{}", files[0])),
            what: error.to_string(),
            cure: "move it into the text of the mail, or into an attribute's quotation marks"
                .to_owned(),
            line_text: None,
        })?;
        let text = slots.cut_text(&text::tidy(&text), Context::PlainText);
        let mjml_pieces = slots.cut_text(&mjml, Context::PlainText);
        drop(slots);
        let mjml = Self::shown_mjml(&mjml_pieces);
        Ok(Variant { segments, html, text, mjml })
    }

    fn shown_mjml(pieces: &[Piece]) -> String {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Slot { index, .. } => out.push_str(&format!("{{slot {index}}}")),
            }
        }
        out
    }
}

fn known_names(data: &serde_json::Value) -> Vec<String> {
    let mut names = model::names(data);
    names.extend(helpers::NAMES.iter().map(|name| (*name).to_owned()));
    names
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::London;

    use super::*;
    use crate::edition::Draft;
    use crate::news::markdown;
    use crate::problem::Place;
    use crate::window::{Window, select};

    fn theme() -> Theme {
        Theme {
            organisation: theme::Organisation {
                name: "Example Charity".to_owned(),
                legal_name: "Example Charity Ltd".to_owned(),
                address: "1 High Street, Example".to_owned(),
                charity: Some("Registered charity no. 1".to_owned()),
                website: "https://charity.example".to_owned(),
                contact: "news@charity.example".to_owned(),
                why: "You asked.".to_owned(),
            },
            look: theme::Look::default(),
            appeal: None,
            translations: std::collections::BTreeMap::new(),
        }
    }

    fn edition(draft_text: &str) -> Edition {
        let items = (1..=3)
            .flat_map(|day| {
                let text = format!(
                    "---\ntitle: 'Story {day} {{{{x}}}} & b'\ndate: 2020-12-0{day}\ntopics: [a-b]\nlink: https://charity.example/{day}\n---\nWords of {day} & “more” > less.\n"
                );
                markdown::read("news", &format!("news/s{day}.md"), &text, London).items
            })
            .collect();
        let draft = Draft::read("2020-12", "editions/2020-12.md", draft_text, London).unwrap();
        let selection = select(items, &draft.window, "2026-01-01".parse().unwrap());
        crate::edition::edit(&draft, selection).unwrap()
    }

    const DRAFT: &str = "---\nsubject: \"News for {{recipient 'first_name' fallback='you'}}\"\nwindow: 2020-12\npinned: [s2]\nitems: [s3, s1]\n---\n\n{{#for_recipient}}{{#if first_name}}Dear {{first_name}},{{else}}Hello,{{/if}}{{/for_recipient}}\n\nGood *news*.\n";

    fn try_compose(
        draft: &str,
        own: &[(&str, &str)],
        people: &People,
    ) -> Result<Composition, ComposeError> {
        let templates =
            Templates::with(own.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())));
        compose(&edition(draft), &theme(), &templates, people, Nonce::new([3; 16]))
    }

    fn fault(draft: &str, own: &[(&str, &str)]) -> TemplateFault {
        match try_compose(draft, own, &People::default()) {
            Err(ComposeError::Template(fault)) => fault,
            other => panic!("no fault: {other:?}"),
        }
    }

    #[test]
    fn a_composition_has_every_story_in_both_parts_and_slots_for_the_person() {
        let composition = try_compose(DRAFT, &[], &People::default()).unwrap();
        let filler = Filler::new(&composition.slots).unwrap();
        let person: Values = [("first_name".to_owned(), "Zoë & Co".to_owned())].into();
        let variant = &composition.variants[0];
        let html = filled(&filler, &variant.html, &person, "https://charity.example/u/1");
        let text = filled(&filler, &variant.text, &person, "https://charity.example/u/1");
        for day in 1..=3 {
            assert!(html.contains(&format!("Story {day} {{{{x}}}} &amp; b")), "{html}");
            assert!(text.contains(&format!("Story {day} {{{{x}}}} & b")), "{text}");
            assert!(text.contains(&format!("\nhttps://charity.example/{day}\n")), "{text}");
            for part in [&html, &text] {
                assert!(part.contains(&format!("{day} December 2020 · a b")), "{part}");
            }
        }
        assert!(html.contains("Words of 1 &amp; “more” &gt; less."));
        assert!(html.contains("Dear Zoë &amp; Co,"), "{html}");
        assert!(text.contains("Dear Zoë & Co,"), "{text}");
        assert!(html.contains("href=\"https://charity.example/u/1\""));
        assert_eq!(filled(&filler, &composition.subject, &person, ""), "News for Zoë & Co");
        assert!(!html.contains("n0000"), "a marker is left");
        assert!(!html.contains("fonts.googleapis"));
    }

    #[test]
    fn the_same_input_gives_the_same_composition_whatever_the_nonce() {
        let templates = Templates::with([]);
        let one =
            compose(&edition(DRAFT), &theme(), &templates, &People::default(), Nonce::new([1; 16]))
                .unwrap();
        let two =
            compose(&edition(DRAFT), &theme(), &templates, &People::default(), Nonce::new([2; 16]))
                .unwrap();
        assert_eq!(one, two);
        assert_eq!(one.hash(), two.hash());
        let stored: Composition =
            serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(stored.hash(), one.hash());
    }

    #[test]
    fn segments_make_variants_and_only_those_in_use() {
        let layout = "<mjml><mj-body><mj-section><mj-column><mj-text>{{#for_segment \"donors\"}}Thanks{{#for_segment \"local\"}} neighbour{{/for_segment}}{{else}}Join{{/for_segment}} <a href=\"{{unsubscribe_url}}\">x</a></mj-text></mj-column></mj-section></mj-body></mjml>";
        let set =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let people = People {
            columns: vec![],
            segments: [
                set(&[]),
                set(&["donors", "press"]),
                set(&["donors", "local"]),
                set(&["press"]),
            ]
            .into(),
        };
        let composition = try_compose(DRAFT, &[("monthly.mjml.hbs", layout)], &people).unwrap();
        assert_eq!(composition.variants.len(), 3);
        let html = |names: &[&str]| {
            composition.shown(&composition.variants[composition.variant(&set(names))].html)
        };
        assert!(html(&["press"]).contains("Join"));
        assert!(html(&["donors", "press"]).contains("Thanks "));
        assert!(html(&["donors", "local"]).contains("Thanks neighbour"));
    }

    #[test]
    fn a_template_that_writes_without_end_is_stopped() {
        let deep = "{{#each @root.sections}}{{#each items}}".repeat(14)
            + &"words ".repeat(40)
            + &"{{/each}}{{/each}}".repeat(14);
        let found = fault(DRAFT, &[("monthly.txt.hbs", deep.as_str())]);
        assert_eq!(found.what, "the template writes more than 2 MB");
        assert_eq!(found.place.source, "templates/monthly.txt.hbs");
    }

    /// What both parts of a template of one line say of the first story.
    fn said(line: &str) -> (String, String) {
        let html = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{{{#with first}}}}«{line}»{{{{/with}}}}</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        let text = format!("{{{{#with first}}}}«{line}»{{{{/with}}}}");
        let own = [("monthly.mjml.hbs", html.as_str()), ("monthly.txt.hbs", text.as_str())];
        let composition = try_compose(DRAFT, &own, &People::default()).unwrap();
        let variant = &composition.variants[0];
        let within = |shown: String| {
            let (_, rest) = shown.split_once('«').unwrap();
            rest.rsplit_once('»').unwrap().0.to_owned()
        };
        (within(composition.shown(&variant.html)), within(composition.shown(&variant.text)))
    }

    #[test]
    fn helpers_say_dates_and_markdown_in_each_part() {
        assert_eq!(said("{{date}}"), ("2 December 2020".to_owned(), "2 December 2020".to_owned()));
        assert_eq!(said("{{date this 'month'}}").0, "December 2020");
        assert_eq!(said("{{date this 'day'}}").1, "2 December");
        assert_eq!(said("{{date '2021-01' }}").0, "January 2021");
        assert_eq!(said("{{date event}}").0, "");
        let (html, text) = said("{{markdown '**bold** <b>x</b>'}}");
        assert!(html.contains("<strong>bold</strong>") && !html.contains("<b>"), "{html}");
        assert_eq!(text, "bold <b>x</b>");
        let wrong = fault(DRAFT, &[("monthly.txt.hbs", "{{date first 'loong'}}")]);
        assert!(wrong.what.contains("did you mean `long`?"), "{wrong:?}");
        let wrong = fault(DRAFT, &[("monthly.txt.hbs", "{{date 'soon'}}")]);
        assert!(wrong.what.contains("`soon` is neither"), "{wrong:?}");
    }

    #[test]
    fn events_and_quotes_are_in_both_parts() {
        let mut edition = edition(DRAFT);
        let date = crate::news::PartialDate::parse("2021-01-15", London).unwrap();
        for item in edition.items.iter_mut().chain(&mut edition.pinned) {
            item.event = Some(crate::news::item::Event { date, place: "the Hub".to_owned() });
            item.quote = Some(crate::news::item::Quote {
                words: "We were heard".to_owned(),
                by: "Ann, 16".to_owned(),
            });
        }
        for template in ["monthly", "year", "announcement"] {
            edition.template = template.to_owned();
            let composition = compose(
                &edition,
                &theme(),
                &Templates::with([]),
                &People::default(),
                Nonce::new([7; 16]),
            )
            .unwrap();
            let variant = &composition.variants[0];
            for part in [&variant.html, &variant.text] {
                let shown = composition.shown(part);
                assert!(shown.contains("Event: 15 January 2021, the Hub"), "{template}: {shown}");
                assert!(shown.contains("“We were heard”") && shown.contains("Ann, 16"), "{shown}");
            }
        }
    }

    #[test]
    fn mistakes_in_templates_name_their_place_and_cure() {
        let body = |text: &str| {
            format!(
                "<mjml><mj-body>\n<mj-section><mj-column><mj-text>\n{text}\n</mj-text></mj-column></mj-section>\n</mj-body></mjml>"
            )
        };
        let unknown = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{organisaton.name}}"))]);
        assert_eq!(unknown.place, Place::at("templates/monthly.mjml.hbs", 3, 1));
        assert_eq!(unknown.cure, "did you mean `organisation`?");
        assert_eq!(unknown.line_text.as_deref(), Some("{{organisaton.name}}"));
        let helper = fault(DRAFT, &[("monthly.mjml.hbs", &body("x {{plurall count}}"))]);
        assert_eq!((helper.place.line, helper.cure.as_str()), (Some(3), "did you mean `plural`?"));
        let partial = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{> stroy}}"))]);
        assert_eq!(partial.cure, "did you mean `story`?");
        let open = fault(DRAFT, &[("monthly.mjml.hbs", &body("{{#if count}}"))]);
        assert_eq!(open.what, "{{#if}} is never closed");
        let element = fault(
            DRAFT,
            &[(
                "monthly.mjml.hbs",
                "<mjml><mj-body>\n  <mj-sektion></mj-sektion>\n</mj-body></mjml>",
            )],
        );
        assert_eq!(element.place, Place::at("templates/monthly.mjml.hbs", 2, 3));
        assert_eq!(element.cure, "did you mean <mj-section>?");
        let unclosed = fault(
            DRAFT,
            &[("monthly.mjml.hbs", "<mjml>\n<mj-body>\n<mj-section>\n</mj-body></mjml>")],
        );
        assert_eq!(unclosed.place.line, Some(3));
        let raw_html = fault(DRAFT, &[("monthly.mjml.hbs", &body("<p>a<p>b"))]);
        assert!(raw_html.what.contains("cannot be rendered"), "{raw_html:?}");
    }

    #[test]
    fn mistakes_in_the_editors_words_name_the_drafts_line() {
        let fault_of = |old: &str, new: &str| fault(&DRAFT.replace(old, new), &[]);
        let column = fault_of("'first_name' fallback", "'frist_name' fallback");
        assert_eq!(column.place.line, Some(2));
        assert!(column.what.contains("did you mean `first_name`?"), "{column:?}");
        let fallback = fault_of(" fallback='you'", "");
        assert!(fallback.what.contains("fallback="), "{fallback:?}");
        let block = fault_of("Dear {{first_name}}", "Dear {{town}}");
        assert_eq!(block.place, Place::line("editions/2020-12.md", 8));
        assert_eq!(block.what, "the list has no column `town`");
        let open = fault_of("Good *news*", "{{#if count}}Good");
        assert_eq!(open.place.line, Some(10));
    }

    #[test]
    fn a_template_that_is_not_there_names_the_nearest() {
        let error = try_compose(
            &DRAFT.replace("window: 2020-12", "window: 2020-12\ntemplate: montly"),
            &[],
            &People::default(),
        );
        assert!(
            matches!(error, Err(ComposeError::NoTemplate { nearest: Some(near), .. }) if near == "monthly")
        );
    }

    /// The edition that takes everything of a window.
    fn proposed(window: &Window, items: Vec<crate::news::Item>) -> Edition {
        let selection = select(items, window, "2026-01-01".parse().unwrap());
        let lexicon = Lexicon::english();
        let draft = Draft::propose(window, &selection, None, "Example Charity", &lexicon);
        crate::edition::edit(&draft, selection).unwrap()
    }

    /// An edition of a year with so many stories, each with a picture and some words.
    fn long_year(stories: usize) -> Edition {
        let window = Window::year("2020", London).unwrap();
        let items = (0..stories)
            .flat_map(|n| {
                let text = format!(
                    "---\ntitle: \"Story {n}: what children told the inquiry this year\"\ndate: 2020-{:02}-{:02}\n\
                     link: https://charity.example/news/what-children-told-{n}\ntopics: [policy]\n\
                     image: https://charity.example/images/news/story-{n}.jpg\n\
                     alt: \"Young people at a table, talking and drawing together\"\n---\n\n{}\n",
                    n % 12 + 1,
                    n % 28 + 1,
                    "Short courses of 45 minutes, open to anyone whose work may bring them to a child. ".repeat(2)
                );
                markdown::read("news", &format!("news/{n}.md"), &text, London).items
            })
            .collect();
        proposed(&window, items)
    }

    fn composed(stories: usize) -> (Composition, usize) {
        let templates = Templates::with([]);
        let people = People::default();
        let composition =
            compose(&long_year(stories), &theme(), &templates, &people, Nonce::new([7; 16]));
        let composition = composition.unwrap();
        let bytes = composition.variants[0].bytes();
        (composition, bytes)
    }

    #[test]
    fn a_mail_stays_small_and_gets_narrower_before_it_gets_large() {
        let (year, bytes) = composed(26);
        assert_eq!((year.density, year.more), (Density::Rows, 0));
        assert!(bytes < 50_000, "{bytes}");
        let (long, bytes) = composed(60);
        assert!(long.more == 0 && bytes < 95_000, "{bytes} {:?}", long.density);
        let (longer, bytes) = composed(120);
        assert!(longer.density >= Density::List && bytes < density::MOST_BYTES, "{bytes}");
        let (longest, bytes) = composed(600);
        assert!(matches!(longest.density, Density::Top(shown) if longest.more == 600 - shown));
        assert!(bytes < density::MOST_BYTES, "{bytes}");
        // Who does not find a story is told where it is, in both parts.
        let variant = &longest.variants[0];
        for part in [&variant.html, &variant.text] {
            let part = longest.shown(part);
            assert!(part.contains(&format!("{} more stories are on our website", longest.more)));
        }
        assert_eq!(composed(6).0.density, Density::Cards);
    }

    #[test]
    fn a_year_is_grouped_by_month() {
        let window = Window::year("2020", London).unwrap();
        let items: Vec<_> = ["2020-03-25", "2020-12", "2020-12-23", "2020"]
            .iter()
            .flat_map(|date| {
                markdown::read(
                    "news",
                    &format!("news/{date}x.md"),
                    &format!("---\ntitle: S\ndate: {date}\n---\n"),
                    London,
                )
                .items
            })
            .collect();
        let edition = proposed(&window, items);
        let data = model::of(
            &edition,
            &theme(),
            &Lexicon::of("en", &std::collections::BTreeMap::new()).unwrap(),
            &model::Words {
                subject: String::new(),
                preheader: String::new(),
                introduction: String::new(),
            },
            Density::Rows,
            model::Asked(&BTreeSet::new()),
        );
        let headings: Vec<&str> = data["contents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["heading"].as_str().unwrap())
            .collect();
        assert_eq!(headings, ["March", "December", "Through the year"]);
        assert_eq!(data["sections"][1]["items"][0]["date"], "23 December 2020");
    }
}
