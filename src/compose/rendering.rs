//! One email from one edition: words of the draft, data, both parts for everybody and for each segment.
//! Pure: an edition, branding, templates and a nonce in, a composition out.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use handlebars::Handlebars;
use serde_json::Value;

use super::draft_words::{DraftWords, WordTemplate};
use super::fault::{Source, TemplateFault};
use super::filler::Filler;
use super::helpers;
use super::layout::{self, Density};
use super::slot::{Piece, SlotContext, SlotError, Slots};
use super::structure::MjmlFault;
use super::tags::line_and_column;
use super::template_cache::ParsedTemplate;
use super::template_cache::Templates;
use super::theme::Branding;
use super::words::{self, MarkdownStyle};
use super::{html, mjml_repair, model, render_limit, source_map, text};
use crate::compose::composition::{
    ComposeError, ComposedStory, Composition, People, UnknownSegment, Variant,
};
use crate::compose::helper_state::{EmailPart, Shared, lock};
use crate::compose::marker::{Nonce, escape_html};
use crate::edition::Edition;
use crate::locale::Locale;
use crate::news::dedupe::canonical;
use crate::problem::{Place, nearest};
use crate::rfc::text::{of_a_text, one_line};

/// Composes at one density, or at the first that fits.
pub(super) fn compose_within(
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    people: &People,
    nonce: &Nonce,
    fixed: Option<Density>,
) -> Result<Composition, ComposeError> {
    let work = || compose_here(edition, theme, templates, people, nonce, fixed);
    let stopped = |what: String, cure: &str| {
        let place = Place::whole(Templates::shown(&format!("{}.mjml.hbs", edition.template)));
        let fault = TemplateFault { place, what, cure: cure.to_owned(), line_text: None };
        Err(ComposeError::Template(fault))
    };
    match html::on_a_deep_stack(work) {
        Ok(Some(outcome)) => outcome,
        // A panic of a library is its bug, and must not take the run with it.
        Ok(None) => stopped(
            "a library failed on this template".to_owned(),
            "undo the last change to the template, and report it",
        ),
        Err(error) => stopped(
            format!("no thread could be started to render the email: {error}"),
            "close other programs and try again",
        ),
    }
}

/// The two files of a template.
fn files_of(edition: &Edition, templates: &Templates) -> Result<[String; 2], ComposeError> {
    let name = &edition.template;
    let files = [format!("{name}.mjml.hbs"), format!("{name}.txt.hbs")];
    let missing: Vec<&String> =
        files.iter().filter(|file| templates.file(file).is_none()).collect();
    match missing[..] {
        [] => Ok(files),
        [one] => Err(ComposeError::HalfATemplate {
            name: name.clone(),
            place: edition.template_place.clone(),
            missing: one.clone(),
        }),
        _ => Err(ComposeError::NoTemplate {
            name: name.clone(),
            place: edition.template_place.clone(),
            known: templates.names().into_iter().map(str::to_owned).collect(),
            nearest: templates.nearest_name(name).map(str::to_owned),
        }),
    }
}

/// The columns of the list, and those that everybody has.
fn columns_of(people: &People) -> Vec<String> {
    let mut columns = people.columns.clone();
    for column in ["email", "first_name", "last_name"] {
        if !columns.iter().any(|known| known == column) {
            columns.push(column.to_owned());
        }
    }
    columns
}

fn compose_here(
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    people: &People,
    nonce: &Nonce,
    fixed: Option<Density>,
) -> Result<Composition, ComposeError> {
    let files = files_of(edition, templates)?;
    let columns = columns_of(people);
    let parsed = templates.parsed(&edition.template, &files, &columns)?;
    let lexicon = Locale::of(&theme.look.language, &templates.words())?;
    let look = MarkdownStyle {
        accent: theme.look.accent.clone(),
        start: lexicon.direction().start().to_owned(),
    };
    let shared = Arc::new(Shared {
        lexicon: lexicon.clone(),
        slots: Mutex::new(Slots::new(nonce.clone())),
        active: Mutex::new(BTreeSet::new()),
        asked: Mutex::new(BTreeSet::new()),
        blocks: Mutex::new(parsed.blocks.clone()),
        columns,
        look: look.clone(),
        given: parsed.declared.given.clone(),
        depth: AtomicUsize::new(0),
    });
    let [html_side, mut text_side] = registries(&parsed, &shared);
    let spoken = DraftWords::read(edition, theme, &lexicon, &parsed, &shared, &mut text_side)?;
    let side = Side {
        templates,
        parsed: &parsed,
        html: &html_side,
        text: &text_side,
        shared: &shared,
        spoken: &spoken,
        look: &look,
        files: &files,
        word: nonce.word(),
    };

    let mut sets: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    sets.extend(people.segments.iter().filter(|set| !set.is_empty()).cloned());
    let stories = edition.shown().count();
    let asked = model::NamesInUse(&parsed.words);
    let mut density = fixed.unwrap_or_else(|| Density::of(stories));
    let composed = loop {
        let data =
            |words: &model::EditorWords| model::of(edition, theme, &lexicon, words, density, asked);
        let composed = side.variants(&data, &sets)?;
        let bytes = composed.iter().map(|one| one.variant.bytes()).max().unwrap_or(0);
        match density.narrower(bytes, stories) {
            Some(narrower) if bytes > layout::MOST_BYTES && fixed.is_none() => density = narrower,
            _ => break composed,
        }
    };
    let segments = lock(&shared.asked).clone();
    let slots = lock(&shared.slots).all().to_vec();
    let Some(first) = composed.first() else {
        return Err(side
            .whole_fault("the template produces nothing", "begin it with {{#> layout}}")
            .into());
    };
    let subject = first.subject.clone();
    let preheaders: Vec<Vec<Piece>> = composed.iter().map(|one| one.preheader.clone()).collect();
    let variants = composed
        .into_iter()
        .map(|one| Variant {
            subject: Some(one.subject).filter(|own| *own != subject),
            ..one.variant
        })
        .collect();
    let composition = Composition {
        edition: edition.name.clone(),
        subject,
        preheader: String::new(),
        variants,
        slots,
        segments,
        unknown_segments: side.unknown_segments(people),
        density,
        more: stories - density.shows(stories),
        stories: edition
            .shown()
            .take(density.shows(stories))
            .map(|item| ComposedStory {
                id: item.id.clone(),
                link: item.link.as_deref().map(canonical),
            })
            .collect(),
        translations: Vec::new(),
    };
    look_at_blocks(&composition, &shared.columns, templates, edition)?;
    // A rendering that is only measured has a nonce that anybody can know.
    if fixed.is_none() {
        side.refuse_markers(&composition)?;
    }
    let preheaders: Vec<String> =
        preheaders.iter().map(|pieces| composition.shown(pieces)).collect();
    let preheader = preheaders.first().cloned().unwrap_or_default();
    let mut composition = Composition { preheader, ..composition };
    for (variant, preheader) in composition.variants.iter_mut().zip(preheaders) {
        variant.preheader = preheader;
    }
    Ok(composition)
}

/// The registries of the HTML part and of the text part.
fn registries(parsed: &ParsedTemplate, shared: &Arc<Shared>) -> [Handlebars<'static>; 2] {
    let mut html = Handlebars::new();
    html.register_escape_fn(escape_html);
    let mut text = Handlebars::new();
    text.register_escape_fn(handlebars::no_escape);
    for (part, registry) in [(EmailPart::Html, &mut html), (EmailPart::Text, &mut text)] {
        registry.set_strict_mode(true);
        helpers::register(registry, part, shared);
        for (name, template) in &parsed.files {
            registry.register_template(name, template.clone());
        }
    }
    [html, text]
}

/// Every block with every column of the list, in every branch.
fn look_at_blocks(
    composition: &Composition,
    columns: &[String],
    templates: &Templates,
    edition: &Edition,
) -> Result<(), TemplateFault> {
    let looked = Filler::new(&composition.slots).and_then(|filler| filler.look_at_blocks(columns));
    looked.map_err(|error| {
        let line = error.place.line.unwrap_or(1) + error.fault.line;
        let cure = match &error.fault.unknown {
            Some(name) => {
                let known = columns.iter().map(String::as_str);
                crate::problem::did_you_mean(name, known, "its columns are")
            }
            None => error.fault.cure.clone(),
        };
        let of_draft = || {
            let words = [&edition.subject, &edition.preheader, &edition.introduction];
            let own = words.into_iter().find(|words| {
                words.source.as_ref() == Some(&error.place.source)
                    && (words.line..words.line + words.text.lines().count().max(1)).contains(&line)
            })?;
            own.text.lines().nth(line - own.line).map(str::to_owned)
        };
        TemplateFault {
            line_text: templates.line(&error.place.source, line).or_else(of_draft),
            place: Place::line(&error.place.source, line),
            what: error.fault.what,
            cure,
        }
    })
}

/// A variant with what is told of it apart.
struct ComposedVariant {
    variant: Variant,
    subject: Vec<Piece>,
    preheader: Vec<Piece>,
}

/// The two registries with what they share.
struct Side<'a> {
    templates: &'a Templates,
    parsed: &'a ParsedTemplate,
    html: &'a Handlebars<'a>,
    text: &'a Handlebars<'a>,
    shared: &'a Arc<Shared>,
    spoken: &'a DraftWords<'a>,
    look: &'a MarkdownStyle,
    files: &'a [String; 2],
    /// A word that no input holds.
    word: String,
}

impl Side<'_> {
    fn whole_fault(&self, what: &str, cure: &str) -> TemplateFault {
        TemplateFault {
            place: Place::whole(Templates::shown(&self.files[0])),
            what: what.to_owned(),
            cure: cure.to_owned(),
            line_text: None,
        }
    }

    /// The editor's words with their slots; nothing is escaped yet.
    fn words(&self, spoken: &WordTemplate<'_>) -> Result<String, TemplateFault> {
        let Some(name) = &spoken.template else { return Ok(spoken.words.text.clone()) };
        let source = Source { place: spoken.words.place(), text: &spoken.words.text };
        self.shared.depth.store(0, Ordering::Relaxed);
        let data = &self.spoken.data;
        render_limit::render(self.text, name, data, &spoken.words.place()).map_err(|error| {
            let columns = &self.shared.columns;
            let mut fault = error.or_else(|error| {
                super::explanation::of_rendering(
                    self.templates,
                    Some(&source),
                    data,
                    columns,
                    &error,
                )
            });
            spoken.without_column(&mut fault);
            fault
        })
    }

    /// What the people of each set of segments get.
    fn variants(
        &self,
        data: &dyn Fn(&model::EditorWords) -> Value,
        sets: &[BTreeSet<String>],
    ) -> Result<Vec<ComposedVariant>, TemplateFault> {
        // A block inside another one is seen only when the outer one is active: render until no new segment is asked about.
        loop {
            let asked = lock(&self.shared.asked).clone();
            let mut variants: Vec<ComposedVariant> = Vec::new();
            for set in sets {
                let active: BTreeSet<String> = set.intersection(&asked).cloned().collect();
                if !variants.iter().any(|one| one.variant.segments == active) {
                    lock(&self.shared.active).clone_from(&active);
                    variants.push(self.variant(data, active)?);
                }
            }
            if *lock(&self.shared.asked) == asked {
                return Ok(variants);
            }
        }
    }

    fn variant(
        &self,
        data: &dyn Fn(&model::EditorWords) -> Value,
        segments: BTreeSet<String>,
    ) -> Result<ComposedVariant, TemplateFault> {
        let subject = one_line(&self.words(&self.spoken.subject)?);
        let preheader = one_line(&self.words(&self.spoken.preheader)?);
        let introduction = self.words(&self.spoken.introduction)?;
        let words_as = |introduction: String| model::EditorWords {
            subject: subject.clone(),
            preheader: preheader.clone(),
            introduction,
        };
        let for_html = data(&words_as(words::html(&introduction, self.look)));
        let for_text = data(&words_as(words::text(&introduction)));
        let mjml = self.rendered(self.html, &self.files[0], &for_html)?;
        let mjml = of_a_text(&mjml).into_owned();
        let html = html::render(&mjml).map_err(|fault| self.place(&mjml, &for_html, fault))?;
        let text = self.rendered(self.text, &self.files[1], &for_text)?;
        let slots = lock(&self.shared.slots);
        let html = match slots.cut_html(&html) {
            Ok(pieces) => pieces,
            Err(misplaced) => {
                let at = slots.place_in(&mjml_repair::normalised(&mjml), &misplaced);
                drop(slots);
                return Err(self.misplaced(&misplaced.error, &mjml, &for_html, at));
            }
        };
        let text = slots.cut_text(&text::tidy(&text), SlotContext::PlainText);
        let mjml = slots.cut_text(&mjml, SlotContext::Header);
        let subject = slots.cut_text(&subject, SlotContext::Header);
        let preheader = slots.cut_text(&preheader, SlotContext::Header);
        drop(slots);
        let mjml = shown_mjml(&mjml);
        let variant =
            Variant { segments, subject: None, preheader: String::new(), html, text, mjml };
        Ok(ComposedVariant { variant, subject, preheader })
    }

    fn rendered(
        &self,
        registry: &Handlebars<'_>,
        file: &str,
        data: &Value,
    ) -> Result<String, TemplateFault> {
        self.shared.depth.store(0, Ordering::Relaxed);
        let place = Place::whole(Templates::shown(file));
        render_limit::render(registry, file, data, &place).map_err(|error| {
            let columns = &self.shared.columns;
            error.or_else(|error| {
                super::explanation::of_rendering(self.templates, None, data, columns, &error)
            })
        })
    }

    fn misplaced(
        &self,
        error: &SlotError,
        mjml: &str,
        data: &Value,
        at: Option<usize>,
    ) -> TemplateFault {
        let cure = match error {
            SlotError::WholeAddress => {
                "write the beginning of the address: href=\"https://charity.example/?town={{recipient …}}\""
            }
            _ => "move it into the text of the email, or into an attribute's quotation marks",
        };
        match at {
            Some(at) => {
                let what = error.to_string();
                self.place(mjml, data, MjmlFault { at, what, cure: cure.to_owned() })
            }
            None => self.whole_fault(&error.to_string(), cure),
        }
    }

    /// A fault of the MJML where it was written: the templates say it themselves, rendered a second time with marks.
    fn place(&self, mjml: &str, data: &Value, fault: MjmlFault) -> TemplateFault {
        let normalised = mjml_repair::normalised(mjml);
        if fault.at > normalised.len() {
            return self.whole_fault(&fault.what, &fault.cure);
        }
        let found = self.parsed.marked(&self.word).and_then(|files| {
            let mut registry = self.html.clone();
            for (name, template) in files {
                registry.register_template(&name, template);
            }
            self.shared.depth.store(0, Ordering::Relaxed);
            let place = Place::whole(&self.files[0]);
            let marked = render_limit::render(&registry, &self.files[0], data, &place).ok()?;
            let (plain, map) = source_map::unmarked(&mjml_repair::normalised(&marked), &self.word);
            if plain != normalised {
                return None;
            }
            map.place(&normalised, fault.at, &self.parsed.shown_files(self.templates))
        });
        let MjmlFault { what, cure, .. } = fault;
        match found {
            Some((place, line)) => TemplateFault { place, what, cure, line_text: Some(line) },
            // Text before the first tag, or nothing at all: it is the beginning of the template.
            None => TemplateFault {
                place: Place::line(Templates::shown(&self.files[0]), 1),
                line_text: self
                    .templates
                    .text(&self.files[0])
                    .and_then(|text| text.lines().next().map(str::to_owned)),
                what,
                cure,
            },
        }
    }

    /// The segments that are named, and that nobody on the list is in.
    fn unknown_segments(&self, people: &People) -> Vec<UnknownSegment> {
        let known: BTreeSet<&str> = people.segments.iter().flatten().map(String::as_str).collect();
        // Without a list nobody is known.
        if people.segments.is_empty() {
            return Vec::new();
        }
        let of_templates = self.parsed.declared.segments.iter().map(|(name, file, at)| {
            let (line, column) =
                line_and_column(self.templates.text(file).unwrap_or_default(), *at);
            (name, Place::at(Templates::shown(file), line, column))
        });
        let DraftWords { subject, preheader, introduction, .. } = self.spoken;
        let of_draft = [subject, preheader, introduction].into_iter().flat_map(|spoken| {
            let named = spoken.declared.segments.iter();
            named.map(|(name, _, at)| (name, spoken.words.place_of(*at)))
        });
        of_templates
            .chain(of_draft)
            .filter(|(name, _)| !known.contains(name.as_str()))
            .map(|(name, place)| UnknownSegment {
                name: name.clone(),
                place,
                nearest: nearest(name, known.iter().copied()).map(str::to_owned),
            })
            .collect()
    }

    /// The last gate: a marker that something has changed on its way reaches nobody.
    fn refuse_markers(&self, composition: &Composition) -> Result<(), TemplateFault> {
        let slots = lock(&self.shared.slots);
        let changed = |pieces: &[Piece]| {
            pieces.iter().any(|piece| match piece {
                Piece::Text(text) => slots.holds_a_part(text),
                Piece::Slot(place) => {
                    slots.holds_a_part(&place.before) || slots.holds_a_part(&place.after)
                }
            })
        };
        let of_template = |file: &str| Place::whole(Templates::shown(file));
        for variant in &composition.variants {
            let parts = [
                (self.spoken.subject.words.place(), composition.subject_of(variant)),
                (of_template(&self.files[0]), variant.html.as_slice()),
                (of_template(&self.files[1]), variant.text.as_slice()),
            ];
            for (place, pieces) in parts {
                if changed(pieces) {
                    return Err(TemplateFault {
                        place,
                        what: "a personal word was changed on its way into the email".to_owned(),
                        cure: "write it by itself, or use {{#for_recipient}}…{{/for_recipient}}"
                            .to_owned(),
                        line_text: None,
                    });
                }
            }
        }
        Ok(())
    }
}

fn shown_mjml(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot(place) => out.push_str(&format!("{{slot {}}}", place.index)),
        }
    }
    out
}
