//! Templates read strictly before they run: every name known, every helper there, no personal word changed.
//! Pure: a parsed template in, the same one with exact places and guards out.
//!
//! Every branch is read, also those that no story of today takes.
//! To Handlebars a condition about a name that is not there is simply false. A guard before each call looks at its
//! names when it runs (`helpers::Guard`); what can be known before is looked at here.

use crate::compose::helper_names::GUARD;
use handlebars::Template;
use handlebars::template::{
    DecoratorTemplate, HelperTemplate, Parameter, TemplateElement, TemplateMapping,
};
use serde_json::Value;

use super::balance;
use super::declarations::{Declarations, TagsInOrder, is_indent};
use super::explanation::usage;
use super::fault::TemplateFault;
use super::helper_names;
use super::names;
use super::tags::{TagKind, line_and_column, tags};
use super::whole_values::may_be_whole;
use crate::problem::{Place, nearest};

/// What names are known where templates are read.
pub struct KnownNames<'a> {
    pub declared: &'a Declarations,
    /// Columns of the list, for the cure.
    pub columns: &'a [String],
    /// Partials there are, by the names they are called by.
    pub partials: &'a [&'a str],
    /// Partials of the project that the edition's template does not have.
    pub elsewhere: &'a [&'a str],
}

/// The template with exact places and a guard before every call that looks at a name.
///
/// # Errors
/// At the first name, helper or partial that is not known, and where a personal word would be changed.
pub fn read(
    file: &str,
    shown: &str,
    text: &str,
    template: &Template,
    names: &KnownNames<'_>,
) -> Result<Template, TemplateFault> {
    let mut strict = Strict {
        file,
        shown,
        text,
        names,
        tags: TagsInOrder::of(text),
        guard: prototype(),
        place: Template::compile("x").map(|one| one.mapping[0].clone()).ok(),
    };
    if let Some((at, what, cure)) = balance::open_comment(text, &tags(text)) {
        return Err(strict.fault(at, what, cure));
    }
    strict.template(template)
}

/// A call of the guard, to be filled.
fn prototype() -> Option<Box<HelperTemplate>> {
    let template = Template::compile(&format!("{{{{{GUARD} \"\"}}}}")).ok()?;
    template.elements.into_iter().find_map(|element| match element {
        TemplateElement::Expression(call) => Some(call),
        _ => None,
    })
}

struct Strict<'a> {
    file: &'a str,
    shown: &'a str,
    text: &'a str,
    names: &'a KnownNames<'a>,
    tags: TagsInOrder,
    guard: Option<Box<HelperTemplate>>,
    place: Option<TemplateMapping>,
}

impl Strict<'_> {
    fn template(&mut self, template: &Template) -> Result<Template, TemplateFault> {
        let mut out = Template::new();
        // Every part knows its file: a part that another file renders would be blamed on that one.
        out.name = Some(self.file.to_owned());
        for element in &template.elements {
            match element {
                TemplateElement::Expression(call) => {
                    let at = self.tags.take(TagKind::Single);
                    self.call(call, at, &mut out)?;
                    self.push(element.clone(), at, &mut out);
                }
                TemplateElement::HtmlExpression(call) => {
                    let at = self.tags.take(TagKind::Single);
                    self.call(call, at, &mut out)?;
                    self.push(element.clone(), at, &mut out);
                }
                TemplateElement::HelperBlock(block) if is_indent(block) => {
                    let at = self.tags.next_start();
                    let mut block = block.clone();
                    if let Some(inner) = &mut block.template {
                        *inner = self.template(inner)?;
                    }
                    self.push(TemplateElement::HelperBlock(block), at, &mut out);
                }
                TemplateElement::HelperBlock(block) => {
                    let at = self.tags.take(TagKind::Open);
                    self.call(block, at, &mut out)?;
                    let block = self.block(block)?;
                    self.tags.take(TagKind::Close);
                    self.push(TemplateElement::HelperBlock(block), at, &mut out);
                }
                TemplateElement::PartialExpression(call) => {
                    let at = self.tags.take(TagKind::Single);
                    self.partial(call, false, at, &mut out)?;
                    self.push(element.clone(), at, &mut out);
                }
                TemplateElement::PartialBlock(call) => {
                    let at = self.tags.take(TagKind::Open);
                    self.partial(call, true, at, &mut out)?;
                    let mut call = call.clone();
                    if let Some(inner) = &mut call.template {
                        *inner = self.template(inner)?;
                    }
                    self.tags.take(TagKind::Close);
                    self.push(TemplateElement::PartialBlock(call), at, &mut out);
                }
                TemplateElement::DecoratorBlock(block) => {
                    let at = self.tags.take(TagKind::Open);
                    let mut block = block.clone();
                    if let Some(inner) = &mut block.template {
                        *inner = self.template(inner)?;
                    }
                    self.tags.take(TagKind::Close);
                    self.push(TemplateElement::DecoratorBlock(block), at, &mut out);
                }
                TemplateElement::DecoratorExpression(_) => {
                    let at = self.tags.take(TagKind::Single);
                    self.push(element.clone(), at, &mut out);
                }
                // Text, and kinds that the library may add: as they are.
                _ => {
                    let at = self.tags.next_start();
                    self.push(element.clone(), at, &mut out);
                }
            }
        }
        Ok(out)
    }

    fn push(&self, element: TemplateElement, at: usize, out: &mut Template) {
        out.elements.push(element);
        if let Some(mut place) = self.place.clone() {
            (place.0, place.1) = line_and_column(self.text, at);
            out.mapping.push(place);
        }
    }

    /// The inside of a block, and of the chain behind it.
    fn block(&mut self, block: &HelperTemplate) -> Result<Box<HelperTemplate>, TemplateFault> {
        let mut block = Box::new(block.clone());
        if let Some(template) = &block.template {
            block.template = Some(self.template(template)?);
        }
        match self.tags.peek() {
            Some(TagKind::Else) => {
                self.tags.take(TagKind::Else);
                if let Some(inverse) = &block.inverse {
                    block.inverse = Some(self.template(inverse)?);
                }
            }
            Some(TagKind::ElseChain) => {
                let at = self.tags.take(TagKind::ElseChain);
                if let Some(inverse) = &block.inverse
                    && let [TemplateElement::HelperBlock(next)] = &inverse.elements[..]
                {
                    let mut chain = Template::new();
                    chain.name = Some(self.file.to_owned());
                    self.call(next, at, &mut chain)?;
                    let next = self.block(next)?;
                    self.push(TemplateElement::HelperBlock(next), at, &mut chain);
                    block.inverse = Some(chain);
                }
            }
            _ => {}
        }
        Ok(block)
    }

    fn fault(&self, at: usize, what: String, cure: String) -> TemplateFault {
        let (line, column) = line_and_column(self.text, at);
        TemplateFault {
            place: Place::at(self.shown, line, column),
            what,
            cure,
            line_text: self.text.lines().nth(line - 1).map(str::to_owned),
        }
    }

    /// Looks at a value or a call of a helper, and puts a guard before it.
    fn call(
        &mut self,
        call: &HelperTemplate,
        at: usize,
        out: &mut Template,
    ) -> Result<(), TemplateFault> {
        let name = call.name.as_name().unwrap_or_default();
        if !call.block && call.params.is_empty() && call.hash.is_empty() {
            if helper_names::is_helper(name) || matches!(call.name, Parameter::Literal(_)) {
                return Ok(());
            }
            self.path(name, None, at)?;
            let declared = self.names.declared;
            let is_given =
                |name: &str| declared.given.contains(name) || declared.block_params.contains(name);
            if may_be_whole(name, is_given) {
                self.guard(helper_names::WRITTEN, vec![call.name.clone()], at, out);
            }
            return Ok(());
        }
        self.form(call, name, at)?;
        self.helper(call, at, out)
    }

    /// A helper with content where it has none, or without where it does nothing else.
    fn form(&self, call: &HelperTemplate, name: &str, at: usize) -> Result<(), TemplateFault> {
        let is_helper = helper_names::is_helper(name);
        if call.block && is_helper && !helper_names::takes_content(name) {
            let what = format!("`{name}` has no content: what stands in it would be lost");
            return Err(self.fault(at, what, usage(name)));
        }
        if !call.block && helper_names::needs_content(name) {
            let what = format!("`{name}` is a block, but it is empty");
            return Err(self.fault(at, what, usage(name)));
        }
        Ok(())
    }

    fn guard(&self, name: &str, paths: Vec<Parameter>, at: usize, out: &mut Template) {
        if let Some(guard) = &self.guard {
            let mut guard = guard.clone();
            guard.params = vec![Parameter::Literal(Value::String(name.to_owned()))];
            guard.params.extend(paths);
            self.push(TemplateElement::Expression(guard), at, out);
        }
    }

    /// Looks at a call of a helper with all its parameters, however deep, and puts a guard before it for its own.
    fn helper(
        &mut self,
        call: &HelperTemplate,
        at: usize,
        out: &mut Template,
    ) -> Result<(), TemplateFault> {
        let name = call.name.as_name().unwrap_or_default();
        if !helper_names::is_helper(name) {
            if call.block && call.params.is_empty() {
                let what = format!("there is no block `{name}`");
                let cure = if self.text[at..].starts_with("{{{{") {
                    format!(
                        "write {{{{{name}}}}} for its value, or {{{{{{{{raw}}}}}}}}…{{{{{{{{/raw}}}}}}}} around braces that are text"
                    )
                } else if self.text[at..].trim_start_matches(['{', '~', ' ']).starts_with("else") {
                    format!("write {{{{else if {name}}}}}")
                } else {
                    "write {{#if …}}, {{#each …}} or {{#with …}}".to_owned()
                };
                return Err(self.fault(at, what, cure));
            }
            let cure = match nearest(name, helper_names::all_names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "docs/TEMPLATES.md lists the helpers".to_owned(),
            };
            return Err(self.fault(at, format!("there is no helper `{name}`"), cure));
        }
        let most = helper_names::most_values(name);
        if let Some(most) = most.filter(|most| call.params.len() > *most) {
            let extra =
                call.params[most].as_name().map_or_else(String::new, |name| format!(": `{name}`"));
            let what = format!("`{name}` has a value too many{extra}");
            return Err(self.fault(at, what, usage(name)));
        }
        let options = helper_names::options(name);
        if let Some(option) = call.hash.keys().find(|option| !options.contains(&option.as_str())) {
            let cure = match nearest(option, options.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => usage(name),
            };
            return Err(self.fault(at, format!("`{name}` has no option `{option}`"), cure));
        }
        let mut paths = Vec::new();
        for param in call.params.iter().chain(call.hash.values()) {
            self.parameter(Some(name), param, at, &mut paths, out)?;
        }
        if !paths.is_empty() {
            self.guard(name, paths, at, out);
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        of: Option<&str>,
        param: &Parameter,
        at: usize,
        paths: &mut Vec<Parameter>,
        out: &mut Template,
    ) -> Result<(), TemplateFault> {
        match param {
            Parameter::Path(_) | Parameter::Name(_) => {
                self.path(param.as_name().unwrap_or_default(), of, at)?;
                paths.push(param.clone());
                Ok(())
            }
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(call) => {
                    let name = call.name.as_name().unwrap_or_default();
                    if helper_names::is_slot(name)
                        && let Some(of) = of
                        && !helper_names::passes_slots(of)
                    {
                        return Err(self.personal(of, at));
                    }
                    if call.params.is_empty()
                        && call.hash.is_empty()
                        && !helper_names::is_helper(name)
                    {
                        self.path(name, of, at)?;
                        paths.push(call.name.clone());
                        return Ok(());
                    }
                    self.form(call, name, at)?;
                    self.helper(call, at, out)
                }
                _ => Ok(()),
            },
            Parameter::Literal(_) => Ok(()),
            _ => Ok(()),
        }
    }

    fn personal(&self, helper: &str, at: usize) -> TemplateFault {
        let (what, cure) = helper_names::personal_word(helper);
        self.fault(at, what, cure)
    }

    fn path(&self, raw: &str, of: Option<&str>, at: usize) -> Result<(), TemplateFault> {
        let first = raw.split(['.', '/']).next().unwrap_or_default();
        if helper_names::is_slot(first)
            && let Some(of) = of
        {
            return if helper_names::passes_slots(of) {
                let what = format!("`{first}` is not known here");
                let cure = format!("write ({first}) in parentheses: it is a helper");
                Err(self.fault(at, what, cure))
            } else {
                Err(self.personal(of, at))
            };
        }
        if let Some(unknown) = names::unknown_of_a_loop(raw) {
            let (what, cure) = unknown;
            return Err(self.fault(at, what, cure));
        }
        let declared = self.names.declared;
        let is_known = |name: &str| {
            names::NAMES.contains(&name)
                || declared.given.contains(name)
                || declared.block_params.contains(name)
        };
        let Some(unknown) = names::names_of_path(raw).find(|name| !is_known(name)) else {
            return Ok(());
        };
        let (what, cure) = names::unknown_name(raw, unknown, self.names.columns);
        Err(self.fault(at, what, cure))
    }

    fn partial(
        &mut self,
        call: &DecoratorTemplate,
        is_block: bool,
        at: usize,
        out: &mut Template,
    ) -> Result<(), TemplateFault> {
        let mut paths = Vec::new();
        for param in call.params.iter().chain(call.hash.values()) {
            self.parameter(None, param, at, &mut paths, out)?;
        }
        if let Parameter::Subexpression(_) = call.name {
            self.parameter(Some("lookup"), &call.name, at, &mut paths, out)?;
        } else {
            let name = call.name.as_name().unwrap_or_default().trim_matches(['\'', '"', '[', ']']);
            let is_known = name == "@partial-block"
                || self.names.partials.contains(&name)
                || self.names.declared.inlines.contains(name);
            if !is_known && self.names.elsewhere.contains(&name) {
                let what = format!("the partial `{name}` is not a part of this edition's template");
                let cure = format!("call `{name}` in the template, or write its words here");
                return Err(self.fault(at, what, cure));
            }
            if !is_known && !is_block {
                // A name with a dot is a template's.
                let known = self.names.partials.iter().copied().filter(|name| !name.contains('.'));
                let cure = match nearest(name, known.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the partials are {}", known.collect::<Vec<_>>().join(", ")),
                };
                return Err(self.fault(at, format!("there is no partial `{name}`"), cure));
            }
        }
        // Also where it is given nothing: partials that call the next one twice are without end.
        self.guard(">", paths, at, out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::compose::comparison;
    use crate::compose::helper_state::EmailPart;
    use crate::compose::inlining::{self, INLINED, InlinedPartial};
    use crate::compose::partial_indent::IndentedPartial;
    use crate::compose::syntax::{self, INDENTED};

    const PARTIALS: [(&str, &str); 6] = [
        ("memo", "file {{count}}"),
        ("asks", "<{{> memo}}>"),
        ("line", "<i>{{title}}</i>\n"),
        ("frame", "  [{{> @partial-block}}]\n{{#if count}}\n  {{> line}}\n{{/if}}"),
        ("chain", "{{#if more}}m{{else if image}}i{{else}}{{count}}{{/if}}"),
        ("given", "{{#if wide}}w{{else unless text}}t{{else}}{{value}}{{/if}}"),
    ];

    /// Templates of every kind of tag, nested.
    fn template() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            Just("title"),
            Just("count"),
            Just("more"),
            Just("image"),
            Just("first.title"),
            Just("@root.title"),
            Just("items.[0].title"),
            Just("../title"),
        ];
        let leaf = prop_oneof![
            Just("words".to_owned()),
            Just("\n".to_owned()),
            Just(" \n  ".to_owned()),
            Just("\\{{x}}".to_owned()),
            Just("{{!-- {{#if x}} --}}".to_owned()),
            Just("{{! note }}".to_owned()),
            Just("\n  {{~!-- note --}}\n".to_owned()),
            Just("{{.}}".to_owned()),
            Just("{{> line .}}".to_owned()),
            Just("{{> line @root}}".to_owned()),
            Just("\n\t{{> \"chain\"}}\n".to_owned()),
            Just("{{> memo}}{{#*inline \"memo\"}}later{{/inline}}".to_owned()),
            Just("{{#with @root}}{{title}}{{/with}}{{#if .}}y{{/if}}".to_owned()),
            Just("{{{{raw}}}} {{title}} {{{{/raw}}}}".to_owned()),
            Just("{{> line}}".to_owned()),
            Just("\n  {{> line}}\n".to_owned()),
            Just("{{> given value=title}}".to_owned()),
            Just("{{> given this wide=true}}".to_owned()),
            Just("{{> chain}}".to_owned()),
            // An inline partial of a file's name stands for the file, where it is called and in what is called.
            Just("{{#*inline \"memo\"}}own {{count}}{{/inline}}".to_owned()),
            Just("{{> memo}}".to_owned()),
            Just("{{> asks}}".to_owned()),
            Just("{{#> frame}}{{#*inline \"line\"}}own{{/inline}}{{> memo}}{{/frame}}".to_owned()),
            Just("{{{title}}}".to_owned()),
            Just("{{len items}}".to_owned()),
            Just("{{@index}}".to_owned()),
            name.clone().prop_map(|name| format!("{{{{{name}}}}}")),
            name.clone().prop_map(|name| format!("{{{{~{name}~}}}}")),
        ];
        let condition = prop_oneof![
            name.prop_map(str::to_owned),
            Just("(or more count)".to_owned()),
            Just("(eq count 2)".to_owned()),
            Just("(and (not more) (gt count 1))".to_owned()),
        ];
        let tilde = prop_oneof![Just(""), Just("~")];
        leaf.prop_recursive(4, 40, 4, move |inner| {
            let c = condition.clone();
            let body = prop::collection::vec(inner.clone(), 0..3).prop_map(|parts| parts.concat());
            let t = tilde.clone();
            prop_oneof![
                (c.clone(), body.clone(), t.clone())
                    .prop_map(|(c, b, t)| format!("{{{{{t}#if {c}}}}}{b}{{{{/if{t}}}}}")),
                (c.clone(), body.clone(), c.clone(), body.clone(), body.clone(), t).prop_map(
                    |(c, a, d, b, e, t)| format!(
                        "{{{{#if {c}{t}}}}}{a}{{{{{t}else if {d}}}}}{b}{{{{else}}}}{e}{{{{/if}}}}"
                    )
                ),
                (c.clone(), body.clone(), body.clone()).prop_map(|(c, a, b)| format!(
                    "{{{{#unless {c}}}}}\n{a}\n{{{{else each items}}}}\n{b}\n{{{{/unless}}}}"
                )),
                (body.clone(), body.clone()).prop_map(|(a, b)| format!(
                    "{{{{#each items as |story at|}}}}{{{{at}}}}{a}{{{{else with first}}}}{b}{{{{/each}}}}"
                )),
                body.clone().prop_map(|a| format!("{{{{#with first}}}}{a}{{{{else}}}}x{{{{/with}}}}")),
                body.clone().prop_map(|a| format!("{{{{#> frame}}}}\n{a}\n{{{{/frame}}}}")),
                (body.clone(), body.clone()).prop_map(|(a, b)| format!(
                    "{{{{#*inline \"note\"}}}}{a}{{{{/inline}}}}{b}{{{{> note}}}}"
                )),
                body.prop_map(|a| format!("{{{{#> missing}}}}{a}{{{{/missing}}}}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn a_template_that_is_read_strictly_writes_the_same(text in template()) {
            let compiled = |name: &str, text: &str| syntax::parse(name, text).unwrap();
            let mut declared = Declarations::default();
            let main = compiled("main", &text);
            declared.read("main", &text, &main);
            for (name, text) in PARTIALS {
                declared.read(name, text, &compiled(name, text));
            }
            // What a call of `given` gives, whether this template has one or not.
            declared.given.extend(["wide", "value"].map(str::to_owned));
            let partials = PARTIALS.map(|(name, _)| name);
            let names = KnownNames { declared: &declared, columns: &[], partials: &partials, elsewhere: &[] };
            let mut plain = Handlebars::new();
            plain.set_strict_mode(true);
            handlebars::handlebars_helper!(silent: |*_names| "");
            plain.register_helper(GUARD, Box::new(silent));
            plain.register_helper(INDENTED, Box::new(IndentedPartial(EmailPart::Text)));
            comparison::register(&mut plain);
            let mut strict = plain.clone();
            let (mut files, mut texts) = (Vec::new(), Vec::new());
            for (name, text) in PARTIALS.into_iter().chain([("main", text.as_str())]) {
                let mut template = compiled(name, text);
                let mut read = read(name, name, text, &template, &names).unwrap();
                syntax::hoist(&mut template);
                syntax::hoist(&mut read);
                files.push((name.to_owned(), read.clone()));
                texts.push((name.to_owned(), text.to_owned()));
                strict.register_template(name, read);
                plain.register_template(name, template);
            }
            // The same with partials inlined.
            let mut inlined = plain.clone();
            inlined.register_helper(INLINED, Box::new(InlinedPartial));
            for (name, template) in inlining::inlined(files, &texts) {
                inlined.register_template(&name, template);
            }
            let data = json!({
                "title": "T & t", "count": 2, "more": null, "image": {"alt": "x"}, "text": "",
                "first": {"title": "F", "count": 0, "items": [], "image": null, "more": 1},
                "items": [{"title": "a", "count": 1, "more": null}, {"title": "b", "image": 3}],
            });
            let written = |registry: &Handlebars<'_>| {
                registry.render("main", &data).map_err(|error| error.reason().to_string())
            };
            prop_assert_eq!(written(&plain), written(&strict), "{}", text);
            prop_assert_eq!(written(&strict), written(&inlined), "{}", text);
        }
    }
}
