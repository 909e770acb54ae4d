//! Partials put into the templates that call them, once, when they are parsed.
//! Pure: parsed templates in, parsed templates out.
//!
//! Handlebars copies all the data that a partial sees each time it is called: for a partial of each story of a year that
//! is half of the time that composing takes. A call that hands on its own data, and nothing else, means the same as the
//! partial's text in its place.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::Template;
use handlebars::template::{Parameter, TemplateElement};

/// The line of an element that came from a partial is the partial's number, from 1, times this, and its own line there.
/// No template has so many lines (`project` reads 4 MB at most).
const LINES_EACH: usize = 10_000_000;

/// The number of the partial, from 0, and its own line, of a line that Handlebars reports.
pub fn origin(line: usize) -> (Option<usize>, usize) {
    ((line / LINES_EACH).checked_sub(1), line % LINES_EACH)
}

/// What may be put where it is called.
pub struct Partials<'a> {
    by_name: BTreeMap<&'a str, (usize, &'a Template)>,
    /// Whether the blanks before a call matter: in plain text each line of the partial gets them.
    is_text: bool,
}

impl<'a> Partials<'a> {
    /// Of all partials in their order, with their text.
    pub fn new(all: &[(&'a str, &'a str, &'a Template)], is_text: bool) -> Self {
        let local: BTreeSet<&str> =
            all.iter().flat_map(|(_, text, _)| names_of_inline(text)).collect();
        let by_name = all
            .iter()
            .enumerate()
            // What looks up at its caller, or at the block it was given, means something else in another place.
            .filter(|(_, (name, text, _))| {
                !text.contains("../")
                    && !text.contains("@partial-block")
                    && !text.contains("#*inline")
                    && !local.contains(name)
            })
            .map(|(number, (name, _, template))| (*name, (number, *template)))
            .collect();
        Self { by_name, is_text }
    }

    /// The template with every simple call replaced, however deep. Rings were refused before.
    pub fn put_into(&self, template: &Template, text: &str) -> Template {
        if names_of_inline(text).next().is_some() {
            return template.clone();
        }
        self.put(template, None)
    }

    fn put(&self, template: &Template, number: Option<usize>) -> Template {
        let mut whole = Template::new();
        whole.name.clone_from(&template.name);
        for (element, place) in template.elements.iter().zip(&template.mapping) {
            let mut place = place.clone();
            if let Some(number) = number {
                place.0 = (number + 1) * LINES_EACH + place.0 % LINES_EACH;
            }
            if let Some((of, partial, indent)) = self.called(element) {
                if let Some(indent) = indent {
                    whole.elements.push(TemplateElement::RawString(indent.to_owned()));
                    whole.mapping.push(place);
                }
                let inner = self.put(partial, Some(of));
                whole.elements.extend(inner.elements);
                whole.mapping.extend(inner.mapping);
                continue;
            }
            let mut element = element.clone();
            match &mut element {
                TemplateElement::HelperBlock(block)
                | TemplateElement::Expression(block)
                | TemplateElement::HtmlExpression(block) => {
                    for inner in block.template.iter_mut().chain(block.inverse.iter_mut()) {
                        *inner = self.put(inner, number);
                    }
                }
                TemplateElement::PartialBlock(block) | TemplateElement::DecoratorBlock(block) => {
                    if let Some(inner) = &mut block.template {
                        *inner = self.put(inner, number);
                    }
                }
                TemplateElement::RawString(_)
                | TemplateElement::DecoratorExpression(_)
                | TemplateElement::PartialExpression(_)
                | TemplateElement::Comment(_) => {}
                // The library may add kinds of elements: what it is, it stays.
                _ => {}
            }
            whole.elements.push(element);
            whole.mapping.push(place);
        }
        whole
    }

    /// The partial that an element calls, if it may stand in its place.
    fn called<'b>(
        &'b self,
        element: &'b TemplateElement,
    ) -> Option<(usize, &'b Template, Option<&'b String>)> {
        let TemplateElement::PartialExpression(call) = element else { return None };
        let Parameter::Name(name) = &call.name else { return None };
        let is_simple = call.params.is_empty() && call.hash.is_empty() && call.template.is_none();
        let (number, partial) = self.by_name.get(name.as_str())?;
        let keeps_blanks = self.is_text && call.indent.is_some();
        (is_simple && !keeps_blanks).then_some((*number, *partial, call.indent.as_ref()))
    }
}

/// The names that `{{#*inline "name"}}` gives in a text.
fn names_of_inline(text: &str) -> impl Iterator<Item = &str> {
    text.split("#*inline").skip(1).filter_map(|rest| {
        let rest = rest.trim_start().trim_start_matches(['"', '\'']);
        rest.split(['"', '\'', '}', ' ']).next()
    })
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde_json::json;

    use super::*;

    const PARTIALS: [(&str, &str); 5] = [
        ("name", "<b>{{name}}</b>"),
        ("story", "{{#if name}}{{> name}}{{/if}}\n  {{> lines}}\n"),
        ("lines", "one\ntwo\n"),
        ("upper", "{{../title}}"),
        ("wrong", "\n\n{{nothing}}"),
    ];

    /// The template as it is, and with its partials put into it.
    fn both(text: &str, is_text: bool) -> [Result<String, (usize, String)>; 2] {
        let compiled: Vec<(&str, &str, Template)> = PARTIALS
            .iter()
            .map(|(name, text)| {
                (*name, *text, Template::compile_with_name(text, (*name).to_owned()).unwrap())
            })
            .collect();
        let list: Vec<(&str, &str, &Template)> =
            compiled.iter().map(|(name, text, template)| (*name, *text, template)).collect();
        let plain = Template::compile_with_name(text, "main".to_owned()).unwrap();
        let put = Partials::new(&list, is_text).put_into(&plain, text);
        [plain, put].map(|template| {
            let mut registry = Handlebars::new();
            registry.set_strict_mode(true);
            for (name, _, partial) in &compiled {
                registry.register_template(name, partial.clone());
            }
            registry.register_template("main", template);
            let data = json!({"title": "T", "items": [{"name": "a"}, {"name": "b"}]});
            registry.render("main", &data).map_err(|error| {
                (error.line_no.unwrap_or(0), error.template_name.clone().unwrap_or_default())
            })
        })
    }

    #[test]
    fn a_template_means_the_same_with_its_partials_in_it() {
        for text in [
            "{{#each items}}\n{{> story}}\n{{/each}}",
            "{{#each items}}{{> upper}}{{@index}}{{> name}}{{/each}}",
            "{{#each items}}{{> name name=\"x\"}}{{> name this}}{{/each}}",
            "{{#*inline \"name\"}}own{{/inline}}{{#each items}}{{> name}}{{/each}}",
        ] {
            let [plain, put] = both(text, true);
            assert_eq!(plain, put, "{text}");
        }
        // Where blanks mean nothing, only the first line of a partial keeps its own.
        let [plain, put] = both("{{#each items}}\n  {{> lines}}\n{{/each}}", false);
        assert_eq!(plain.unwrap(), "  one\n  two\n  one\n  two\n");
        assert_eq!(put.unwrap(), "  one\ntwo\n  one\ntwo\n");
    }

    #[test]
    fn a_mistake_is_found_in_the_partial_it_stands_in() {
        let [plain, put] = both("a\n{{#if title}}\n{{> wrong}}{{/if}}", false);
        assert_eq!(plain.unwrap_err(), (3, "wrong".to_owned()));
        let (line, _) = put.unwrap_err();
        assert_eq!(origin(line), (Some(4), 3));
        assert_eq!(origin(7), (None, 7));
    }
}
