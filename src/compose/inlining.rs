//! Partials that are called with nothing, put where they are called: Handlebars copies all that a template can show for each call.
//! Pure: parsed templates in, parsed templates out.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, TemplateElement};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, Renderable,
    Template,
};
use serde_json::Value;

use super::declarations::partial_of;

/// The block that an inlined partial stands in: it knows its file, for errors, and its words see what those around it see.
pub const INLINED: &str = "inlined_partial";

/// Elements that are copied into their callers at most; calls beyond that stay calls. All of ours have some 2,000. Partials
/// that each call the next one twice would fill the memory.
const MOST_COPIED_ELEMENTS: usize = 20_000;

/// Renders an inlined partial.
pub struct InlinedPartial;

impl HelperDef for InlinedPartial {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let caller = render.get_current_template_name();
        let outcome =
            h.template().map_or(Ok(()), |part| part.render(registry, context, render, out));
        render.set_current_template_name(caller);
        outcome
    }
}

/// The files, each with the partials inlined that can be without any difference, by their names.
/// They must not call each other in a ring.
pub fn inlined(
    files: Vec<(String, Template)>,
    texts: &[(String, String)],
) -> Vec<(String, Template)> {
    // An inline partial stands for the file of its name: for what its own file calls, and for whatever that calls.
    let mut declared = BTreeSet::new();
    if !files.iter().all(|(_, template)| note_inlines(template, &mut declared)) {
        return files;
    }
    // `../` and `@partial-block` mean something else one level further out.
    let stands_alone =
        |text: &str| ["../", "@partial-block", "*inline"].iter().any(|form| text.contains(form));
    let closed: BTreeSet<&str> = texts
        .iter()
        .filter(|(_, text)| stands_alone(text))
        .map(|(name, _)| name.as_str())
        .collect();
    let Some(prototype) = prototype() else { return files };
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let mut inlining = Inlining {
        waiting: files.into_iter().collect(),
        closed,
        declared,
        prototype,
        left: MOST_COPIED_ELEMENTS,
        done: BTreeMap::new(),
    };
    for name in &names {
        inlining.file(name);
    }
    let mut done = inlining.done;
    names.into_iter().filter_map(|name| done.remove(&name).map(|file| (name, file))).collect()
}

/// The partials that are still called when `file` is rendered: most stand in their callers now.
pub fn still_called(file: &str, files: &[(String, Template)]) -> BTreeSet<String> {
    let by_name: BTreeMap<&str, &Template> =
        files.iter().map(|(name, template)| (name.as_str(), template)).collect();
    let mut found = BTreeSet::new();
    let mut waiting = vec![file.to_owned()];
    while let Some(template) = waiting.pop() {
        let mut names = Vec::new();
        if by_name.get(template.as_str()).is_some_and(|template| !note_calls(template, &mut names))
        {
            return by_name.into_keys().map(str::to_owned).collect();
        }
        waiting.extend(names.into_iter().filter(|name| found.insert(name.clone())));
    }
    found
}

/// Notes which partials a template calls. False where a call says its name only when it is rendered.
fn note_calls(template: &Template, names: &mut Vec<String>) -> bool {
    template.elements.iter().all(|element| match element {
        TemplateElement::PartialExpression(call) | TemplateElement::PartialBlock(call) => {
            let name = partial_of(call);
            names.extend(name.map(str::to_owned));
            name.is_some() && call.template.as_ref().is_none_or(|inner| note_calls(inner, names))
        }
        TemplateElement::DecoratorBlock(block) => {
            block.template.as_ref().is_none_or(|inner| note_calls(inner, names))
        }
        TemplateElement::HelperBlock(block) => [&block.template, &block.inverse]
            .into_iter()
            .flatten()
            .all(|inner| note_calls(inner, names)),
        _ => true,
    })
}

/// Notes the names of a template's inline partials. False where one says its name only when it is rendered.
fn note_inlines(template: &Template, names: &mut BTreeSet<String>) -> bool {
    template.elements.iter().all(|element| match element {
        TemplateElement::DecoratorBlock(block) => {
            let Some(Parameter::Literal(Value::String(name))) = block.params.first() else {
                return false;
            };
            names.insert(name.clone());
            block.template.as_ref().is_none_or(|inner| note_inlines(inner, names))
        }
        TemplateElement::PartialBlock(call) => {
            call.template.as_ref().is_none_or(|inner| note_inlines(inner, names))
        }
        TemplateElement::HelperBlock(block) => [&block.template, &block.inverse]
            .into_iter()
            .flatten()
            .all(|inner| note_inlines(inner, names)),
        _ => true,
    })
}

/// An empty block, to be filled.
fn prototype() -> Option<Box<HelperTemplate>> {
    let template = Template::compile(&format!("{{{{#{INLINED}}}}}{{{{/{INLINED}}}}}")).ok()?;
    template.elements.into_iter().find_map(|element| match element {
        TemplateElement::HelperBlock(block) => Some(block),
        _ => None,
    })
}

struct Inlining<'a> {
    /// Files that no partial has been put into yet.
    waiting: BTreeMap<String, Template>,
    /// Files that stand only by themselves.
    closed: BTreeSet<&'a str>,
    /// Names of inline partials: which of two partials a call means is known only when it is rendered.
    declared: BTreeSet<String>,
    prototype: Box<HelperTemplate>,
    /// How many more elements may be copied.
    left: usize,
    done: BTreeMap<String, Template>,
}

/// A template's elements, and those within them.
fn elements_in(template: &Template) -> usize {
    let within = |inner: &Option<Template>| inner.as_ref().map_or(0, elements_in);
    let elements = template.elements.iter().map(|element| match element {
        TemplateElement::HelperBlock(block) => 1 + within(&block.template) + within(&block.inverse),
        TemplateElement::PartialBlock(call) => 1 + within(&call.template),
        _ => 1,
    });
    elements.sum()
}

impl Inlining<'_> {
    fn file(&mut self, name: &str) -> Option<&Template> {
        if let Some(template) = self.waiting.remove(name) {
            let template = self.template(template);
            self.done.insert(name.to_owned(), template);
        }
        self.done.get(name)
    }

    fn template(&mut self, mut template: Template) -> Template {
        for element in &mut template.elements {
            match element {
                TemplateElement::PartialExpression(call) => {
                    if let Some(part) = self.callee(call) {
                        let mut block = self.prototype.clone();
                        block.template = Some(part);
                        *element = TemplateElement::HelperBlock(block);
                    }
                }
                TemplateElement::HelperBlock(block) => {
                    block.template = block.template.take().map(|inner| self.template(inner));
                    block.inverse = block.inverse.take().map(|inner| self.template(inner));
                }
                TemplateElement::PartialBlock(call) => {
                    call.template = call.template.take().map(|inner| self.template(inner));
                }
                _ => {}
            }
        }
        template
    }

    /// What a call is replaced by: a partial that is given nothing.
    fn callee(&mut self, call: &DecoratorTemplate) -> Option<Template> {
        let Parameter::Name(name) = &call.name else { return None };
        let is_bare = call.params.is_empty() && call.hash.is_empty() && call.template.is_none();
        let is_known = !self.closed.contains(name.as_str()) && !self.declared.contains(name);
        if !is_bare || !is_known {
            return None;
        }
        let size = elements_in(self.file(name)?);
        self.left = self.left.checked_sub(size)?;
        self.file(name).cloned()
    }
}
