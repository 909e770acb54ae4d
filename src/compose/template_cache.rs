//! Template files parsed once, however many emails are composed with them.
//! Pure: texts in, parsed templates out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use handlebars::Template;

use super::declarations::Declarations;
use super::fault::TemplateFault;
use super::inlining::{inlined, still_called};
use super::partial_depth::{count_depth, refuse_rings};
use super::recipient_blocks;
use super::slot::{BlockForm, Slot};
use super::source_map;
use super::strict::{self, KnownNames};
use super::syntax;
use super::tags::{line_and_column, too_deep};
use super::templates::TemplateFiles;
use crate::compose::helper_state::lock;
use crate::problem::Place;

/// A template's two parts and the partials that they call, however deep.
pub struct ParsedTemplate {
    /// By the name Handlebars knows them by.
    pub files: Vec<(String, Template)>,
    /// The partials that are still called while the HTML part is rendered, and the text part.
    pub html_called: BTreeSet<String>,
    pub text_called: BTreeSet<String>,
    /// Their texts, with the blocks cut out.
    texts: Vec<(String, String)>,
    pub declared: Declarations,
    /// The blocks that were cut out of them; a marker in the templates has the number of its block.
    pub blocks: Vec<Slot>,
    /// Every word of them. What no template names need not be in the data: Handlebars copies it for each partial.
    pub words: BTreeSet<String>,
    /// Those of the HTML part: of all files but the text part's own.
    pub html_words: BTreeSet<String>,
}

/// What calls of our own partials may give, and most do not: of `layout`, and of `headline` and `quote`.
const OPTIONS_OF_PARTIALS: [&str; 2] = ["own_opening", "ink"];

impl ParsedTemplate {
    /// Parses what a template uses, and nothing else: what is not used cannot be wrong.
    fn read(
        files: &[String],
        templates: &TemplateFiles,
        columns: &[String],
    ) -> Result<Self, TemplateFault> {
        let all: BTreeSet<&str> = templates.partials().map(|(name, _)| name).collect();
        let mut waiting: Vec<String> = files.iter().rev().cloned().collect();
        let mut parsed = Self {
            files: Vec::new(),
            texts: Vec::new(),
            declared: Declarations::default(),
            blocks: Vec::new(),
            html_called: BTreeSet::new(),
            text_called: BTreeSet::new(),
            words: BTreeSet::new(),
            html_words: BTreeSet::new(),
        };
        parsed.declared.given.extend(OPTIONS_OF_PARTIALS.map(str::to_owned));
        let mut compiled: Vec<Template> = Vec::new();
        while let Some(name) = waiting.pop() {
            if parsed.texts.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let Some(text) = templates.text(&name) else { continue };
            let shown = TemplateFiles::shown(&name);
            refuse_depth(&shown, text)?;
            let cut = recipient_blocks::cut(&shown, 1, text, &BlockForm::Raw, &mut parsed.blocks)?;
            let template = syntax::parse(&name, &cut)
                .map_err(|fault| with_own_line(fault.placed(&shown, 1, &cut), templates))?;
            parsed.declared.read(&name, &cut, &template);
            let named = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let words: Vec<String> =
                named.filter(|word| !word.is_empty()).map(str::to_owned).collect();
            if !name.ends_with(".txt.hbs") && !name.ends_with("_text") {
                parsed.html_words.extend(words.iter().cloned());
            }
            parsed.words.extend(words);
            compiled.push(template);
            parsed.texts.push((name, cut));
            let called = parsed.declared.calls.iter().map(|call| call.called.as_str());
            let dynamic = all.iter().copied().filter(|_| parsed.declared.is_dynamic);
            waiting
                .extend(called.chain(dynamic).filter(|name| all.contains(name)).map(str::to_owned));
        }
        refuse_rings(parsed.declared.calls.iter(), |call| {
            (TemplateFiles::shown(&call.file), 1, templates.text(&call.file).unwrap_or_default())
        })?;
        let partials: Vec<&str> = all.into_iter().collect();
        let names =
            KnownNames { declared: &parsed.declared, columns, partials: &partials, elsewhere: &[] };
        for ((name, text), template) in parsed.texts.iter().zip(&compiled) {
            let mut template =
                strict::read(name, &TemplateFiles::shown(name), text, template, &names)
                    .map_err(|fault| with_own_line(fault, templates))?;
            syntax::hoist(&mut template);
            if parsed.declared.is_dynamic {
                count_depth(&mut template);
            }
            parsed.files.push((name.clone(), template));
        }
        let own = std::mem::take(&mut parsed.files);
        parsed.files = parsed.inlined(own);
        parsed.html_called = still_called(&files[0], &parsed.files);
        parsed.text_called = still_called(&files[1], &parsed.files);
        Ok(parsed)
    }

    /// A file with its partials in their places.
    pub fn template(&self, file: &str) -> Option<&Template> {
        self.files.iter().find(|(name, _)| name == file).map(|(_, template)| template)
    }

    /// The same templates with marks that say where their words were written.
    pub fn marked(&self, word: &str) -> Option<Vec<(String, Template)>> {
        let names = KnownNames {
            declared: &self.declared,
            columns: &[],
            partials: &self.partials(),
            elsewhere: &[],
        };
        let files: Option<Vec<_>> = self
            .texts
            .iter()
            .enumerate()
            .map(|(number, (name, text))| {
                let mark = |at: usize| source_map::mark(number, at, word);
                let template = syntax::parse_marked(name, text, &mark).ok()?;
                let mut strict = strict::read(name, name, text, &template, &names).ok()?;
                syntax::hoist(&mut strict);
                Some((name.clone(), strict))
            })
            .collect();
        // What they write must be what the templates themselves write, blank for blank.
        files.map(|files| self.inlined(files))
    }

    fn inlined(&self, files: Vec<(String, Template)>) -> Vec<(String, Template)> {
        if self.declared.is_dynamic {
            return files;
        }
        inlined(files, &self.texts)
    }

    fn partials(&self) -> Vec<&str> {
        let names = self.texts.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !name.contains('.')).collect()
    }

    /// The text of a file, with the blocks cut out.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The files as people know them, with their texts, by number.
    pub fn shown_files<'a>(&self, templates: &'a TemplateFiles) -> Vec<(String, &'a str)> {
        self.texts
            .iter()
            .map(|(name, _)| (TemplateFiles::shown(name), templates.text(name).unwrap_or_default()))
            .collect()
    }
}

/// The line as it stands in the file: blocks were cut out of the text that was read.
fn with_own_line(mut fault: TemplateFault, templates: &TemplateFiles) -> TemplateFault {
    if let Some(line) = fault.place.line.and_then(|line| templates.line(&fault.place.source, line))
    {
        fault.line_text = Some(line);
    }
    fault
}

/// Refuses a text that nests deeper than its parser can bear.
///
/// # Errors
/// Says what is nested, and where.
pub fn refuse_depth(shown: &str, text: &str) -> Result<(), TemplateFault> {
    let Some((at, what)) = too_deep(text) else { return Ok(()) };
    let (line, column) = line_and_column(text, at);
    Err(TemplateFault {
        place: Place::at(shown, line, column),
        what,
        cure: "nest fewer, or move the inner part to a partial".to_owned(),
        // Of thousands of parentheses nobody reads more.
        line_text: text.lines().nth(line - 1).map(|text| text.chars().take(column + 120).collect()),
    })
}

/// All templates of a project, each parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    files: TemplateFiles,
    cache: TemplateCache,
}

impl Templates {
    /// The built-in templates with a project's own over them, by file name.
    pub fn with(own: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { files: TemplateFiles::with(own), cache: TemplateCache::default() }
    }

    /// The file's name for people, from the name Handlebars knows it by.
    pub fn shown(name: &str) -> String {
        TemplateFiles::shown(name)
    }

    /// A template's two parts, with all partials, parsed.
    ///
    /// # Errors
    /// When one of them is wrong. `columns` of the list are for cures.
    pub fn parsed(
        &self,
        name: &str,
        files: &[String],
        columns: &[String],
    ) -> Result<Arc<ParsedTemplate>, TemplateFault> {
        self.cache.get(name, files, &self.files, columns)
    }
}

impl Deref for Templates {
    type Target = TemplateFiles;

    fn deref(&self) -> &TemplateFiles {
        &self.files
    }
}

/// What was parsed already, by the name of the template.
#[derive(Default)]
pub struct TemplateCache(Mutex<BTreeMap<String, Arc<ParsedTemplate>>>);

impl TemplateCache {
    /// The parsed files of a template: parsed now, or kept from the last time. `columns` of the list are for cures.
    ///
    /// # Errors
    /// When one of them cannot be parsed.
    pub fn get(
        &self,
        name: &str,
        files: &[String],
        templates: &TemplateFiles,
        columns: &[String],
    ) -> Result<Arc<ParsedTemplate>, TemplateFault> {
        if let Some(parsed) = lock(&self.0).get(name) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = Arc::new(ParsedTemplate::read(files, templates, columns)?);
        lock(&self.0).insert(name.to_owned(), Arc::clone(&parsed));
        Ok(parsed)
    }
}

/// The cache does not count in the value of the templates: they are the same with and without.
impl Clone for TemplateCache {
    fn clone(&self) -> Self {
        Self(Mutex::new(lock(&self.0).clone()))
    }
}

impl PartialEq for TemplateCache {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TemplateCache {}

impl fmt::Debug for TemplateCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(lock(&self.0).keys()).finish()
    }
}
