//! What the files of a template declare and call, read from the parser's tree and never from the text.
//! Pure: parsed templates in, names out.

use std::collections::BTreeSet;

use handlebars::Template;
use handlebars::template::{
    BlockParam, DecoratorTemplate, HelperTemplate, Parameter, TemplateElement,
};
use serde_json::Value;

use super::syntax::INDENTED;
use super::tags::{Tag, TagKind, tags};

/// What all files of a template declare between them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Declarations {
    /// Names that calls of partials give (`{{> card wide=true}}`): in a call without it there is nothing.
    pub given: BTreeSet<String>,
    /// Names behind `as |story|`.
    pub block_params: BTreeSet<String>,
    /// Names of `{{#*inline}}`.
    pub inlines: BTreeSet<String>,
    /// Who calls which partial, at which byte of which file.
    pub calls: Vec<Call>,
    /// Segments that `{{#for_segment}}` names, each with its file and byte.
    pub segments: Vec<(String, String, usize)>,
    /// Whether a partial is called by a name that is only known when it runs.
    pub is_dynamic: bool,
}

/// A call of a partial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The file or inline partial that it stands in.
    pub caller: String,
    pub called: String,
    /// Whether it brings its own content, which stands in where there is no such partial.
    pub is_block: bool,
    /// The file, and the byte of it.
    pub file: String,
    pub at: usize,
}

impl Declarations {
    /// Takes in what a file declares.
    pub fn read(&mut self, file: &str, text: &str, template: &Template) {
        let mut reader = Reader { declared: self, file, tags: TagsInOrder::of(text) };
        reader.template(file, template);
    }
}

struct Reader<'a> {
    declared: &'a mut Declarations,
    file: &'a str,
    tags: TagsInOrder,
}

impl Reader<'_> {
    fn template(&mut self, within: &str, template: &Template) {
        for element in &template.elements {
            match element {
                TemplateElement::Expression(_) | TemplateElement::HtmlExpression(_) => {
                    self.tags.take(TagKind::Single);
                }
                TemplateElement::DecoratorExpression(_) => {
                    self.tags.take(TagKind::Single);
                }
                TemplateElement::HelperBlock(block) if is_indent(block) => {
                    block.template.iter().for_each(|inner| self.template(within, inner));
                }
                TemplateElement::HelperBlock(block) => {
                    let at = self.tags.take(TagKind::Open);
                    self.block(within, block, at);
                    self.tags.take(TagKind::Close);
                }
                TemplateElement::PartialExpression(call) => {
                    let at = self.tags.take(TagKind::Single);
                    self.call(within, call, false, at);
                }
                TemplateElement::PartialBlock(call) => {
                    let at = self.tags.take(TagKind::Open);
                    self.call(within, call, true, at);
                    if let Some(inner) = &call.template {
                        self.template(within, inner);
                    }
                    self.tags.take(TagKind::Close);
                }
                TemplateElement::DecoratorBlock(block) => {
                    self.tags.take(TagKind::Open);
                    let name = match block.params.first() {
                        Some(Parameter::Literal(Value::String(name))) => name.clone(),
                        Some(other) => other.as_name().unwrap_or_default().to_owned(),
                        None => String::new(),
                    };
                    if let Some(inner) = &block.template {
                        self.template(&name, inner);
                    }
                    self.declared.inlines.insert(name);
                    self.tags.take(TagKind::Close);
                }
                _ => {}
            }
        }
    }

    fn block(&mut self, within: &str, block: &HelperTemplate, at: usize) {
        if block.name.as_name() == Some("for_segment")
            && let Some(Parameter::Literal(Value::String(segment))) = block.params.first()
        {
            self.declared.segments.push((segment.clone(), self.file.to_owned(), at));
        }
        let mut name = |param: &Parameter| {
            self.declared.block_params.extend(param.as_name().map(str::to_owned));
        };
        match &block.block_param {
            Some(BlockParam::Single(one)) => name(one),
            Some(BlockParam::Pair((one, other))) => {
                name(one);
                name(other);
            }
            _ => {}
        }
        if let Some(template) = &block.template {
            self.template(within, template);
        }
        match self.tags.peek() {
            Some(TagKind::Else) => {
                self.tags.take(TagKind::Else);
                if let Some(inverse) = &block.inverse {
                    self.template(within, inverse);
                }
            }
            Some(TagKind::ElseChain) => {
                let at = self.tags.take(TagKind::ElseChain);
                if let Some(inverse) = &block.inverse
                    && let [TemplateElement::HelperBlock(next)] = &inverse.elements[..]
                {
                    self.block(within, next, at);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, within: &str, call: &DecoratorTemplate, is_block: bool, at: usize) {
        self.declared.given.extend(call.hash.keys().cloned());
        let Some(called) = partial_of(call).map(str::to_owned) else {
            self.declared.is_dynamic = true;
            return;
        };
        if called != "@partial-block" {
            self.declared.calls.push(Call {
                caller: within.to_owned(),
                called,
                is_block,
                file: self.file.to_owned(),
                at,
            });
        }
    }
}

/// Whether a block is `syntax`'s own, around a partial whose lines are moved.
pub fn is_indent(block: &HelperTemplate) -> bool {
    block.name.as_name() == Some(INDENTED)
}

/// Tags taken one after the other, as the parser's elements come; it sees no comments.
pub struct TagsInOrder {
    tags: Vec<Tag>,
    next: usize,
}

impl TagsInOrder {
    pub fn of(text: &str) -> Self {
        let mut tags = tags(text);
        tags.retain(|tag| tag.kind != TagKind::Comment);
        Self { tags, next: 0 }
    }

    pub fn peek(&self) -> Option<TagKind> {
        self.tags.get(self.next).map(|tag| tag.kind)
    }

    /// The byte at which the next tag begins.
    pub fn next_start(&self) -> usize {
        self.tags.get(self.next).map_or(0, |tag| tag.start)
    }

    /// Takes the next tag, and says at which byte it begins; it is of this kind, unless text and tree are not the same.
    pub fn take(&mut self, kind: TagKind) -> usize {
        let Some(tag) = self.tags.get(self.next) else {
            return self.tags.last().map_or(0, |tag| tag.start);
        };
        if tag.kind == kind {
            self.next += 1;
        }
        tag.start
    }
}

/// The partial that a call names; `None` where it says so only when it is rendered.
pub fn partial_of(call: &DecoratorTemplate) -> Option<&str> {
    match &call.name {
        Parameter::Literal(Value::String(name)) => Some(name),
        Parameter::Name(name) => Some(name.trim_matches(['\'', '"', '[', ']'])),
        Parameter::Path(_) => call.name.as_name(),
        _ => None,
    }
}
