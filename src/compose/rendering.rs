//! One email from one edition: words of the draft, data, both parts for everybody and for each segment.
//! Pure: an edition, branding, templates and a nonce in, a composition out.

use crate::compose::variants::{ComposedVariant, Side};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use handlebars::Handlebars;

use super::branches;
use super::draft_words::DraftWords;
use super::fault::TemplateFault;
use super::filler::Filler;
use super::helpers;
use super::layout::{Density, HeldArrangement};
use super::slot::{BlockForm, Piece, Slot, Slots};
use super::tags::line_and_column;
use super::template_cache::ParsedTemplate;
use super::template_cache::Templates;
use super::theme::Branding;
use super::words::MarkdownStyle;
use super::{html, model};
use crate::audience::People;
use crate::compose::composition::{ComposeError, ComposedStory, Composition, Variant};
use crate::compose::helper_state::{EmailPart, HelperState, lock};
use crate::compose::marker::{Nonce, escape_html};
use crate::edition::Edition;
use crate::locale::Locale;
use crate::news::dedupe::canonical;
use crate::problem::Place;

/// Composes at one density, or at the first that fits.
pub(super) fn compose_within(
    edition: &Edition,
    theme: &Branding,
    templates: &Templates,
    people: &People,
    nonce: &Nonce,
    held: Option<HeldArrangement<'_>>,
) -> Result<Composition, ComposeError> {
    let work = || compose_here(edition, theme, templates, people, nonce, held);
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
    held: Option<HeldArrangement<'_>>,
) -> Result<Composition, ComposeError> {
    let files = files_of(edition, templates)?;
    let columns = columns_of(people);
    let parsed = templates.parsed(&edition.template, &files, &columns)?;
    let locale = Locale::of(&theme.look.language, &templates.words())?;
    let look = MarkdownStyle {
        accent: theme.look.accent.clone(),
        start: locale.direction().start().to_owned(),
    };
    let shared = Arc::new(shared_by(&parsed, nonce, columns, &locale, &look));
    let [html_side, mut text_side] = registries(&parsed, &shared);
    let spoken = DraftWords::read(edition, theme, templates, &parsed, &shared, &mut text_side)?;
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
    let asked = model::NamesInUse { all: &parsed.words, html: &parsed.html_words };
    let (fixed, without) = (held.map(|one| one.density), held.and_then(|one| one.without));
    let data_at = |density, words: &model::EditorWords| {
        model::of(edition, theme, &locale, words, (density, without), asked)
    };
    let (density, composed) = side.at_a_fitting_density(fixed, edition, &sets, &data_at)?;
    let segments = lock(&shared.asked).clone();
    let slots = lock(&shared.slots).all().to_vec();
    let subject = composed.first().map(|one| one.subject.clone()).ok_or_else(|| {
        side.whole_fault("the template produces nothing", "begin it with {{#> layout}}")
    })?;
    let variants = with_own_subjects(composed, &subject);
    let composition = Composition {
        edition: edition.name.clone(),
        subject,
        preheader: String::new(),
        variants,
        slots,
        segments,
        unknown_segments: side.unknown_segments(people),
        density,
        more: density.hides(edition.shown().count()),
        stories: composed_stories(edition, density),
        translations: Vec::new(),
    };
    look_at_blocks(&composition, &shared.columns, templates, edition)?;
    look_at_markup(&composition, templates)?;
    // A rendering that is only measured has a nonce that anybody can know.
    if held.is_none() {
        side.refuse_markers(&composition)?;
    }
    // For which the slots have to be there already.
    let preheader = composition.variants.first().map(|first| composition.shown(&first.preheader));
    Ok(Composition { preheader: preheader.unwrap_or_default(), ..composition })
}

/// The variants, each with its subject where that is another than everybody's.
fn with_own_subjects(composed: Vec<ComposedVariant>, subject: &[Piece]) -> Vec<Variant> {
    let own = |one: ComposedVariant| Variant {
        subject: Some(one.subject).filter(|own| own != subject),
        preheader: one.preheader,
        ..one.variant
    };
    composed.into_iter().map(own).collect()
}

/// What the helpers of both registries share.
fn shared_by(
    parsed: &ParsedTemplate,
    nonce: &Nonce,
    columns: Vec<String>,
    locale: &Locale,
    look: &MarkdownStyle,
) -> HelperState {
    HelperState {
        locale: locale.clone(),
        slots: Mutex::new(Slots::new(nonce.clone())),
        active: Mutex::new(BTreeSet::new()),
        asked: Mutex::new(BTreeSet::new()),
        blocks: Mutex::new(parsed.blocks.clone()),
        columns,
        look: look.clone(),
        given: parsed.declared.given.clone(),
        depth: AtomicUsize::new(0),
        steps: AtomicUsize::new(0),
    }
}

/// The stories that there is room for.
fn composed_stories(edition: &Edition, density: Density) -> Vec<ComposedStory> {
    let shown = density.shows(edition.shown().count());
    edition
        .shown()
        .take(shown)
        .map(|item| ComposedStory {
            id: item.id.clone(),
            link: item.link.as_deref().map(canonical),
            topics: item.topics.clone(),
        })
        .collect()
}

/// The registries of the HTML part and of the text part.
fn registries(parsed: &ParsedTemplate, shared: &Arc<HelperState>) -> [Handlebars<'static>; 2] {
    let mut html = Handlebars::new();
    html.register_escape_fn(escape_html);
    let mut text = Handlebars::new();
    text.register_escape_fn(handlebars::no_escape);
    let parts = [
        (EmailPart::Html, &mut html, &parsed.html_called),
        (EmailPart::Text, &mut text, &parsed.text_called),
    ];
    for (part, registry, own) in parts {
        registry.set_strict_mode(true);
        helpers::register(registry, part, shared);
        for (name, template) in parsed.files.iter().filter(|(name, _)| own.contains(name)) {
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
            let words =
                [&edition.subject, &edition.headline, &edition.preheader, &edition.introduction];
            let mut own = words
                .into_iter()
                .filter(|words| words.source.as_ref() == Some(&error.place.source));
            own.find_map(|words| words.line_of_file(line)).map(str::to_owned)
        };
        TemplateFault {
            line_text: templates.line(&error.place.source, line).or_else(of_draft),
            place: place_within(&error.place, error.fault.line, error.fault.column),
            what: error.fault.what,
            cure,
        }
    })
}

/// The place of something in a block, from the place at which its content begins.
fn place_within(block: &Place, lines: usize, column: usize) -> Place {
    let first = block.column.map(|first| if lines == 0 { first + column - 1 } else { column });
    Place { source: block.source.clone(), line: block.line.map(|line| line + lines), column: first }
}

/// The markup of each block of the HTML part, in every branch.
fn look_at_markup(composition: &Composition, templates: &Templates) -> Result<(), TemplateFault> {
    let pieces = composition.variants.iter().flat_map(|variant| &variant.html);
    let used: BTreeSet<usize> = pieces
        .filter_map(|piece| match piece {
            Piece::Slot(place) => Some(place.index),
            Piece::Text(_) => None,
        })
        .collect();
    for index in used {
        let Slot::Block { source, place, form: BlockForm::Raw } = &composition.slots[index] else {
            continue;
        };
        if let Some(fault) = branches::first_fault(source) {
            let (line, column) = line_and_column(source, fault.at.min(source.len()));
            let place = place_within(place, line - 1, column);
            return Err(TemplateFault {
                line_text: templates.line(&place.source, place.line.unwrap_or(1)),
                place,
                what: fault.what,
                cure: fault.cure,
            });
        }
    }
    Ok(())
}
