//! Templates parsed once, however many mails are composed with them.
//! Pure: texts in, parsed templates out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use handlebars::Template;

use super::blocks;
use super::fault::{self, TemplateFault};
use super::helpers::lock;
use super::inlined::Partials;
use super::slot::Slot;
use super::templates::Templates;

/// A template's two parts and all partials.
pub struct Parsed {
    /// By the name Handlebars knows them by, for the HTML part.
    pub html: Vec<(String, Template)>,
    /// The same for the text part.
    pub text: Vec<(String, Template)>,
    /// The blocks that were cut out of them; a marker in the templates has the number of its block.
    pub blocks: Vec<Slot>,
    /// Every word of them. What no template names need not be in the data: Handlebars copies it for each partial.
    pub words: BTreeSet<String>,
}

/// What was parsed already, by the name of the template.
#[derive(Default)]
pub struct Kept(Mutex<BTreeMap<String, Arc<Parsed>>>);

impl Kept {
    /// The parsed files of a template: parsed now, or kept from the last time.
    ///
    /// # Errors
    /// When one of them cannot be parsed.
    pub fn get(
        &self,
        name: &str,
        files: &[String],
        templates: &Templates,
    ) -> Result<Arc<Parsed>, TemplateFault> {
        if let Some(parsed) = lock(&self.0).get(name) {
            return Ok(Arc::clone(parsed));
        }
        templates.refuse_rings()?;
        let mut blocks = Vec::new();
        let mut words = BTreeSet::new();
        let mut compiled = Vec::new();
        let partials = templates.partials().count();
        let files = files.iter().map(|file| (file.as_str(), templates.file(file).unwrap_or("")));
        for (name, text) in templates.partials().chain(files) {
            let cut = blocks::cut(&Templates::shown(name), 1, text, &mut blocks)?;
            let template = Template::compile_with_name(&cut, name.to_owned())
                .map_err(|error| fault::of_parsing(templates, name, text, None, &error))?;
            compiled.push((name, text, template));
            let named = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(named.filter(|word| !word.is_empty()).map(str::to_owned));
        }
        let called: Vec<(&str, &str, &Template)> = compiled[..partials]
            .iter()
            .map(|(name, text, template)| (*name, *text, template))
            .collect();
        let with_partials = |is_text: bool| {
            let partials = Partials::new(&called, is_text);
            let put = |(name, text, template): &(&str, &str, Template)| {
                ((*name).to_owned(), partials.put_into(template, text))
            };
            compiled.iter().map(put).collect()
        };
        let parsed = Arc::new(Parsed {
            html: with_partials(false),
            text: with_partials(true),
            blocks,
            words,
        });
        lock(&self.0).insert(name.to_owned(), Arc::clone(&parsed));
        Ok(parsed)
    }
}

/// What is kept is no part of the templates' value: they are the same with and without.
impl Clone for Kept {
    fn clone(&self) -> Self {
        Self(Mutex::new(lock(&self.0).clone()))
    }
}

impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(lock(&self.0).keys()).finish()
    }
}
