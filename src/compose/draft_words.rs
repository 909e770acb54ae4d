//! The words of a draft, read once: subject, preheader and introduction may hold slots, blocks and segments.
//! Pure: an edition in, templates out.

use handlebars::{Context, Handlebars, Template};
use serde_json::json;

use super::declarations::Declarations;
use super::fault::TemplateFault;
use super::introduction;
use super::partial_depth::{count_depth, refuse_rings};
use super::recipient_blocks;
use super::slot::{BlockForm, Slot, SlotError};
use super::strict::{self, KnownNames};
use super::syntax;
use super::tags::tags;
use super::template_cache::{ParsedTemplate, refuse_depth};
use super::templates::TemplateFiles;
use super::theme::Branding;
use super::words;
use crate::compose::helper_state::{HelperState, lock};
use crate::edition::{self, Edition};
use crate::problem::Place;

/// The editor's words, read once and rendered for each combination of segments.
pub struct DraftWords<'a> {
    pub subject: WordTemplate<'a>,
    pub headline: WordTemplate<'a>,
    pub preheader: WordTemplate<'a>,
    pub introduction: WordTemplate<'a>,
    pub data: Context,
}

/// The partials of the edition's template, and those of the project that are not among them.
fn partials_of<'t>(
    parsed: &'t ParsedTemplate,
    templates: &'t TemplateFiles,
) -> (Vec<&'t str>, Vec<&'t str>) {
    let own: Vec<&str> = parsed.files.iter().map(|(name, _)| name.as_str()).collect();
    let all = templates.partials().map(|(name, _)| name);
    let elsewhere = all.filter(|name| !own.contains(name)).collect();
    (own, elsewhere)
}

/// One text of the draft.
pub struct WordTemplate<'a> {
    pub words: &'a edition::PlacedText,
    /// `None` where there is nothing to fill in.
    pub template: Option<Template>,
    pub declared: Declarations,
    /// The introduction stands on lines of its own.
    is_below_front_matter: bool,
}

impl<'a> DraftWords<'a> {
    /// # Errors
    /// When one of the texts is wrong, with its place in the draft.
    pub fn read(
        edition: &'a Edition,
        theme: &Branding,
        templates: &TemplateFiles,
        parsed: &ParsedTemplate,
        shared: &HelperState,
        registry: &mut Handlebars<'_>,
    ) -> Result<Self, TemplateFault> {
        let data = json!({
            "edition": {
                "name": edition.name,
                "title": shared.locale.window(&edition.window),
                "is_year": edition.window.is_year(),
            },
            "count": edition.shown().count(),
            "organisation": theme.organisation,
        });
        let mut read = |name: &str, words: &'a edition::PlacedText, form: BlockForm| {
            WordTemplate::read(name, words, &form, (templates, parsed), shared, registry)
        };
        Ok(Self {
            subject: read("the subject", &edition.subject, BlockForm::Plain)?,
            headline: read("the headline", &edition.headline, BlockForm::Plain)?,
            preheader: read("the preheader", &edition.preheader, BlockForm::Plain)?,
            introduction: read(
                "the introduction",
                &edition.introduction,
                BlockForm::Markdown(shared.look.clone()),
            )?,
            data: Context::from(data),
        })
    }
}

impl<'a> WordTemplate<'a> {
    fn read(
        name: &str,
        words: &'a edition::PlacedText,
        form: &BlockForm,
        (templates, parsed): (&TemplateFiles, &ParsedTemplate),
        shared: &HelperState,
        registry: &mut Handlebars<'_>,
    ) -> Result<Self, TemplateFault> {
        let is_below_front_matter = matches!(form, BlockForm::Markdown(_));
        let own = Self {
            words,
            template: None,
            declared: Declarations::default(),
            is_below_front_matter,
        };
        if is_below_front_matter {
            look_at_markdown(words)?;
        }
        // Nothing to fill in: most words are plain.
        if !words.text.contains("{{") {
            return Ok(own);
        }
        let place = words.place();
        let (shown, first_line) = (place.source.as_str(), place.line.unwrap_or(1));
        let where_written = |mut fault: TemplateFault| {
            own.place_in_file(&mut fault);
            fault
        };
        let in_file = |mut fault: TemplateFault| {
            fault.place.line = fault.place.line.map(|line| line + first_line - 1);
            where_written(fault)
        };
        refuse_depth(shown, &words.text).map_err(in_file)?;
        let cut = own.without_blocks(form, shared).map_err(where_written)?;
        let template = syntax::parse(name, &cut)
            .map_err(|fault| where_written(fault.placed(shown, first_line, &words.text)))?;
        let mut declared = Declarations::default();
        declared.read(name, &cut, &template);
        // With the calls of the templates, so that a ring through a partial is found too.
        let calls = declared.calls.iter().chain(&parsed.declared.calls);
        refuse_rings(calls, |call| match parsed.text(&call.file) {
            Some(text) => (TemplateFiles::shown(&call.file), 1, text),
            None => (shown.to_owned(), first_line, &words.text),
        })
        .map_err(where_written)?;
        let (partials, elsewhere) = partials_of(parsed, templates);
        let (columns, partials) = (&shared.columns, &partials[..]);
        let names = KnownNames { declared: &declared, columns, partials, elsewhere: &elsewhere };
        let mut template =
            strict::read(name, shown, &cut, &template, &names).map_err(|mut fault| {
                let line = fault.place.line.unwrap_or(1);
                fault.line_text = words.text.lines().nth(line - 1).map(str::to_owned);
                in_file(fault)
            })?;
        syntax::hoist(&mut template);
        if declared.is_dynamic || parsed.declared.is_dynamic {
            count_depth(&mut template);
        }
        if is_below_front_matter {
            introduction::mark_segments(&mut template);
        }
        // Words may call any partial, of the HTML part too.
        if !declared.calls.is_empty() || declared.is_dynamic {
            let files = parsed.files.iter();
            files.for_each(|(name, file)| registry.register_template(name, file.clone()));
        }
        Ok(Self { template: Some(template), declared, ..own })
    }
}

/// What Markdown cannot be, before anything is filled in.
fn look_at_markdown(words: &edition::PlacedText) -> Result<(), TemplateFault> {
    let fault = |at: usize, what: String, cure: &str| {
        let line = words.text[..at].matches('\n').count();
        let line_text = words.text.lines().nth(line).map(|line| line.chars().take(120).collect());
        let place = words.place_of(at);
        Err(TemplateFault { place, what, cure: cure.to_owned(), line_text })
    };
    if let Some((at, what)) = words::too_deep(&words.text) {
        return fault(at, what, "nest fewer");
    }
    match personal_address(&words.text) {
        Some(at) => fault(
            at,
            "a personal word is in the address of a link".to_owned(),
            SlotError::WholeAddress.cure(),
        ),
        None => Ok(()),
    }
}

/// The byte at which the address of a Markdown link begins that has a word of the list in it.
///
/// Tags and ends are read once: every letter of a text may begin a link.
fn personal_address(markdown: &str) -> Option<usize> {
    let found = tags(markdown);
    // Up to the parenthesis that closes it; one within braces is part of a call.
    let is_within = |at: &usize| {
        let next = found.partition_point(|tag| tag.end <= *at);
        found.get(next).is_some_and(|tag| tag.start <= *at)
    };
    let ends: Vec<usize> =
        markdown.match_indices([')', '\n']).map(|(at, _)| at).filter(|at| !is_within(at)).collect();
    let personal: Vec<usize> = found
        .iter()
        .filter(|tag| ["recipient", "for_recipient"].contains(&tag.word(markdown)))
        .map(|tag| tag.start)
        .collect();
    let first_from =
        |all: &[usize], at: usize| all.get(all.partition_point(|one| *one < at)).copied();
    markdown.match_indices("](").map(|(at, _)| at + 2).find(|at| {
        let end = first_from(&ends, *at).unwrap_or(markdown.len());
        first_from(&personal, *at).is_some_and(|start| start < end)
    })
}

impl WordTemplate<'_> {
    /// Within the front matter the words stand behind a name, in quotation marks, perhaps on several lines: a fault is placed
    /// where the file has it, and shows the file's line.
    pub fn place_in_file(&self, fault: &mut TemplateFault) {
        if let Some((place, line)) = self.exact(&fault.place) {
            fault.place = place;
            fault.line_text = line;
        }
    }

    /// The words with a marker for each block of personal ones, which has its place in the file.
    fn without_blocks(
        &self,
        form: &BlockForm,
        shared: &HelperState,
    ) -> Result<String, TemplateFault> {
        let place = self.words.place();
        let mut blocks = lock(&shared.blocks);
        let known = blocks.len();
        let first_line = place.line.unwrap_or(1);
        let cut =
            recipient_blocks::cut(&place.source, first_line, &self.words.text, form, &mut blocks)?;
        for block in &mut blocks[known..] {
            if let Slot::Block { place, .. } = block
                && let Some((exact, _)) = self.exact(place)
            {
                *place = exact;
            }
        }
        Ok(cut)
    }

    /// The place in the file of one among the words, and the line that stands there. None where it is right already.
    fn exact(&self, place: &Place) -> Option<(Place, Option<String>)> {
        let own = self.words.place();
        if place.source != own.source || self.is_below_front_matter {
            return None;
        }
        let line = (place.line? + 1).saturating_sub(own.line?);
        let text = &self.words.text;
        let before: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let within = text[before..].char_indices().nth(place.column.unwrap_or(1).saturating_sub(1));
        let at = within.map_or(text.len(), |(at, _)| before + at);
        Some(self.words.exact_place_of(at))
    }
}
