//! A count of how deep partials call each other, for those whose name is known only when they run.
//! Pure: a parsed template in, the same one with calls that count out.

use handlebars::Template;
use handlebars::template::{TemplateElement, TemplateMapping};

/// The helpers that count how deep partials have called each other.
pub const ENTER: &str = "partial_begins";
pub const LEAVE: &str = "partial_ends";

/// Puts a count at the beginning and end of a partial, and of every inline partial in it: one that is called by a name
/// that is known only when it runs can call itself.
pub fn count_depth(template: &mut Template) {
    let call = |name: &str| {
        let template = Template::compile(&format!("{{{{{name}}}}}")).ok();
        template.and_then(|one| {
            Some((one.elements.into_iter().next()?, one.mapping.into_iter().next()?))
        })
    };
    let (Some((enter, place)), Some((leave, _))) = (call(ENTER), call(LEAVE)) else { return };
    count_inlines(template, &enter, &leave, &place);
    wrap_in(template, enter, leave, place);
}

fn wrap_in(
    template: &mut Template,
    enter: TemplateElement,
    leave: TemplateElement,
    place: TemplateMapping,
) {
    template.elements.insert(0, enter);
    template.mapping.insert(0, place.clone());
    template.elements.push(leave);
    template.mapping.push(place);
}

fn count_inlines(
    template: &mut Template,
    enter: &TemplateElement,
    leave: &TemplateElement,
    place: &TemplateMapping,
) {
    for element in &mut template.elements {
        match element {
            TemplateElement::HelperBlock(block) => {
                for inner in block.template.iter_mut().chain(block.inverse.iter_mut()) {
                    count_inlines(inner, enter, leave, place);
                }
            }
            TemplateElement::PartialBlock(block) => {
                if let Some(inner) = &mut block.template {
                    count_inlines(inner, enter, leave, place);
                }
            }
            TemplateElement::DecoratorBlock(block) => {
                if let Some(inner) = &mut block.template {
                    count_inlines(inner, enter, leave, place);
                    wrap_in(inner, enter.clone(), leave.clone(), place.clone());
                }
            }
            _ => {}
        }
    }
}
