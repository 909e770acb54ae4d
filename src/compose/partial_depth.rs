//! Keeps partials from calling each other without end: rings of fixed names are found, other calls are counted.
//! Pure: parsed templates in, a fault or the same ones with calls that count out.
//!
//! Every text that is rendered goes through it, templates and the words of a draft: Handlebars overflows the stack.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::Template;
use handlebars::template::{TemplateElement, TemplateMapping};

use super::declarations::Call;
use super::fault::TemplateFault;
use super::tags::line_and_column;
use crate::problem::Place;

/// Partials nest a handful deep; Handlebars overflows the stack on those that call each other in a ring.
const DEEPEST_PARTIALS: usize = 20;

/// Finds partials that call each other in a ring, before Handlebars follows it. `text_of` has the file's name for people,
/// the line of it at which its text begins, and the text.
///
/// # Errors
/// Names the ring, and the place of one call in it.
pub fn refuse_rings<'a>(
    calls: impl Iterator<Item = &'a Call>,
    text_of: impl Fn(&Call) -> (String, usize, &'a str),
) -> Result<(), TemplateFault> {
    let mut by_caller: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        by_caller.entry(&call.caller).or_default().push(call);
    }
    let mut finished = BTreeSet::new();
    for start in by_caller.keys() {
        if let Some((ring, call)) = ring_from(&by_caller, &mut vec![*start], &mut finished) {
            let (shown, first_line, text) = text_of(call);
            let (line, column) = line_and_column(text, call.at);
            return Err(TemplateFault {
                line_text: text.lines().nth(line - 1).map(str::to_owned),
                place: Place::at(shown, line + first_line - 1, column),
                what: ring.what(),
                cure: "take one of the calls out".to_owned(),
            });
        }
    }
    Ok(())
}

/// Calls that end nowhere, or too far away.
enum Ring {
    Closed(String),
    TooDeep(String),
}

impl Ring {
    fn what(&self) -> String {
        match self {
            Self::Closed(names) => format!("templates call each other in a circle: {names}"),
            Self::TooDeep(names) => {
                format!("partials are nested more than {DEEPEST_PARTIALS} deep: {names} → …")
            }
        }
    }
}

fn ring_from<'a>(
    calls: &BTreeMap<&'a str, Vec<&'a Call>>,
    path: &mut Vec<&'a str>,
    finished: &mut BTreeSet<&'a str>,
) -> Option<(Ring, &'a Call)> {
    let caller = *path.last()?;
    if finished.contains(caller) {
        return None;
    }
    for call in calls.get(caller).into_iter().flatten() {
        if let Some(start) = path.iter().position(|name| *name == call.called) {
            let mut ring = path[start..].to_vec();
            ring.push(&call.called);
            return Some((Ring::Closed(ring.join(" → ")), call));
        }
        if path.len() == DEEPEST_PARTIALS {
            return Some((Ring::TooDeep(path.join(" → ")), call));
        }
        path.push(&call.called);
        let found = ring_from(calls, path, finished);
        path.pop();
        if found.is_some() {
            return found;
        }
    }
    finished.insert(caller);
    None
}

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
