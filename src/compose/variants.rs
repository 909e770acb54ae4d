//! Both parts of an email for each set of segments, rendered until no new segment turns up.
//! Pure: templates and data in, pieces out.

use super::layout::{self, Density, ListSearch};
use crate::audience::People;
use crate::compose::composition::{Composition, UnknownSegment, Variant};
use crate::compose::draft_words::{DraftWords, WordTemplate};
use crate::compose::fault::{Source, TemplateFault};
use crate::compose::helper_state::{HelperState, lock};
use crate::compose::slot::{Piece, SlotContext, SlotError};
use crate::compose::structure::MjmlFault;
use crate::compose::tags::line_and_column;
use crate::compose::template_cache::ParsedTemplate;
use crate::compose::template_cache::Templates;
use crate::compose::words::{self, MarkdownStyle};
use crate::compose::{html, introduction, mjml_repair, model, render_limit, source_map, text};
use crate::edition::Edition;
use crate::problem::{Place, nearest};
use crate::rfc::text::{of_a_text, one_line};
use handlebars::{Context, Handlebars};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// More different emails of one edition nobody can look at before they are sent.
pub const MOST_VARIANTS: usize = 32;

/// A variant, with its subject and preheader apart.
pub struct ComposedVariant {
    pub variant: Variant,
    pub subject: Vec<Piece>,
    pub preheader: Vec<Piece>,
}

/// The two registries with what they share.
pub struct Side<'a> {
    pub templates: &'a Templates,
    pub parsed: &'a ParsedTemplate,
    pub html: &'a Handlebars<'a>,
    pub text: &'a Handlebars<'a>,
    pub shared: &'a Arc<HelperState>,
    pub spoken: &'a DraftWords<'a>,
    pub look: &'a MarkdownStyle,
    pub files: &'a [String; 2],
    /// A word that no input holds.
    pub word: String,
}

impl Side<'_> {
    pub fn whole_fault(&self, what: &str, cure: &str) -> TemplateFault {
        TemplateFault {
            place: Place::whole(Templates::shown(&self.files[0])),
            what: what.to_owned(),
            cure: cure.to_owned(),
            line_text: None,
        }
    }

    /// The editor's words with their slots; nothing is escaped yet.
    pub fn words(&self, spoken: &WordTemplate<'_>) -> Result<String, TemplateFault> {
        let Some(template) = &spoken.template else { return Ok(spoken.words.text.clone()) };
        let source = Source { place: spoken.words.place(), text: &spoken.words.text };
        self.shared.begin();
        let data = &self.spoken.data;
        render_limit::render(self.text, template, data, &spoken.words.place()).map_err(|error| {
            let columns = &self.shared.columns;
            let mut fault = error.or_else(|error| {
                super::explanation::of_rendering(
                    self.templates,
                    Some(&source),
                    data.data(),
                    columns,
                    &error,
                )
            });
            spoken.place_in_file(&mut fault);
            fault
        })
    }

    /// Every variant at the density that is given, or at the first at which the largest fits.
    pub fn at_a_fitting_density(
        &self,
        fixed: Option<Density>,
        edition: &Edition,
        sets: &[BTreeSet<String>],
        data_at: &dyn Fn(Density, &model::EditorWords) -> Value,
    ) -> Result<(Density, Vec<ComposedVariant>), TemplateFault> {
        let compose = |density| self.variants(&|words| data_at(density, words), sets);
        let size = |composed: &[ComposedVariant]| {
            composed.iter().map(|one| one.variant.bytes()).max().unwrap_or(0)
        };
        if let Some(fixed) = fixed {
            return Ok((fixed, compose(fixed)?));
        }
        let stories = edition.shown().count();
        let mut density = Density::of(stories);
        while density != Density::List {
            let composed = compose(density)?;
            if size(&composed) <= layout::MOST_BYTES {
                return Ok((density, composed));
            }
            density = density.narrower();
        }
        let mut search = ListSearch::new(stories);
        let mut best = None;
        while let Some(shown) = search.next() {
            let composed = compose(Density::list(shown, stories))?;
            search.measure(shown, size(&composed));
            if search.best() == Some(shown) {
                best = Some((Density::list(shown, stories), composed));
            }
        }
        best.ok_or_else(|| {
            self.whole_fault("the template produces nothing", "begin it with {{#> layout}}")
        })
    }

    /// What the people of each set of segments get.
    pub fn variants(
        &self,
        data: &dyn Fn(&model::EditorWords) -> Value,
        sets: &[BTreeSet<String>],
    ) -> Result<Vec<ComposedVariant>, TemplateFault> {
        // A block inside another one is seen only when the outer one is active: render until no new segment turns up.
        loop {
            let asked = lock(&self.shared.asked).clone();
            let mut variants: Vec<ComposedVariant> = Vec::new();
            for set in sets {
                let active: BTreeSet<String> = set.intersection(&asked).cloned().collect();
                if !variants.iter().any(|one| one.variant.segments == active) {
                    if variants.len() == MOST_VARIANTS {
                        return Err(self.whole_fault(
                            &format!(
                                "the segments of this edition make more than {MOST_VARIANTS} different emails"
                            ),
                            "use fewer {{#for_segment}} blocks: nobody can look at all of these",
                        ));
                    }
                    lock(&self.shared.active).clone_from(&active);
                    variants.push(self.variant(data, active)?);
                }
            }
            if *lock(&self.shared.asked) == asked {
                return Ok(variants);
            }
        }
    }

    pub fn variant(
        &self,
        data: &dyn Fn(&model::EditorWords) -> Value,
        segments: BTreeSet<String>,
    ) -> Result<ComposedVariant, TemplateFault> {
        let subject = one_line(&self.words(&self.spoken.subject)?);
        let preheader = one_line(&self.words(&self.spoken.preheader)?);
        let headline = one_line(&self.words(&self.spoken.headline)?);
        let introduction = introduction::settled(&self.words(&self.spoken.introduction)?);
        let words_as = |introduction: String| model::EditorWords {
            subject: subject.clone(),
            headline: if headline.is_empty() { subject.clone() } else { headline.clone() },
            preheader: preheader.clone(),
            introduction,
        };
        let (in_html, in_text) = self.introduction(&introduction);
        let for_html = Context::from(data(&words_as(in_html)));
        let for_text = Context::from(data(&words_as(in_text)));
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
        let variant = Variant { segments, subject: None, preheader: Vec::new(), html, text, mjml };
        Ok(ComposedVariant { variant, subject, preheader })
    }

    /// The introduction for both parts: with a block in it, it is one slot.
    fn introduction(&self, markdown: &str) -> (String, String) {
        let mut slots = lock(&self.shared.slots);
        let place = self.spoken.introduction.words.place();
        match introduction::with_blocks(markdown, &slots, self.look, place) {
            Some(block) => {
                let marker = slots.marker(block);
                (format!("{}{marker}</p>", words::PARAGRAPH), marker)
            }
            None => (words::html(markdown, self.look), words::text(markdown)),
        }
    }

    pub fn rendered(
        &self,
        registry: &Handlebars<'_>,
        file: &str,
        data: &Context,
    ) -> Result<String, TemplateFault> {
        self.shared.begin();
        let place = Place::whole(Templates::shown(file));
        let Some(template) = self.parsed.template(file) else { return Ok(String::new()) };
        render_limit::render(registry, template, data, &place).map_err(|error| {
            let (columns, data) = (&self.shared.columns, data.data());
            error.or_else(|error| {
                super::explanation::of_rendering(self.templates, None, data, columns, &error)
            })
        })
    }

    pub fn misplaced(
        &self,
        error: &SlotError,
        mjml: &str,
        data: &Context,
        at: Option<usize>,
    ) -> TemplateFault {
        let cure = error.cure();
        match at {
            Some(at) => {
                let what = error.to_string();
                self.place(mjml, data, MjmlFault { at, what, cure: cure.to_owned() })
            }
            None => self.whole_fault(&error.to_string(), cure),
        }
    }

    /// A fault of the MJML where it was written: the templates say it themselves, rendered a second time with marks.
    pub fn place(&self, mjml: &str, data: &Context, fault: MjmlFault) -> TemplateFault {
        let normalised = mjml_repair::normalised(mjml);
        if fault.at > normalised.len() {
            return self.whole_fault(&fault.what, &fault.cure);
        }
        let found = self.parsed.marked(&self.word).and_then(|files| {
            let mut registry = self.html.clone();
            for (name, template) in &files {
                registry.register_template(name, template.clone());
            }
            self.shared.begin();
            let place = Place::whole(&self.files[0]);
            let (_, template) = files.iter().find(|(name, _)| *name == self.files[0])?;
            let marked = render_limit::render(&registry, template, data, &place).ok()?;
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
    pub fn unknown_segments(&self, people: &People) -> Vec<UnknownSegment> {
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
        let DraftWords { subject, headline, preheader, introduction, .. } = self.spoken;
        let of_draft =
            [subject, headline, preheader, introduction].into_iter().flat_map(|spoken| {
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
    pub fn refuse_markers(&self, composition: &Composition) -> Result<(), TemplateFault> {
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
