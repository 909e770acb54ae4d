//! The HTML part: MJML as Handlebars gave it, mended, checked, and rendered by mrml.
//! Pure: MJML in, HTML out. (A thread of its own is used for its stack, not for time.)

use std::borrow::Cow;
use std::collections::HashMap;

use mrml::prelude::render::RenderOptions;

use super::fault::TemplateFault;
use super::prep;
use super::templates::Templates;
use crate::problem::Place;

/// mrml recurses; a worker thread's 2 MB are too few for a deep template.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Renders MJML. No fonts are fetched by the mail: the list of fonts is empty.
///
/// # Errors
/// When the MJML is wrong, with the template's line where it can be found.
pub fn render(mjml: &str, templates: &Templates) -> Result<String, TemplateFault> {
    if let Some(fault) = prep::first_fault(mjml) {
        return Err(place_in_templates(mjml, fault.at, templates, fault.what, fault.cure));
    }
    let prepared = prep::prepare(mjml);
    let worker =
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            match mrml::parse(&prepared) {
                Ok(parsed) => {
                    let options = RenderOptions {
                        disable_comments: false,
                        social_icon_origin: None,
                        fonts: HashMap::<String, Cow<'static, str>>::new(),
                    };
                    parsed
                        .element
                        .render(&options)
                        .map_err(|error| (error.to_string(), None, prepared))
                }
                Err(error) => {
                    let at = error_position(&error);
                    Err((error.to_string(), at, prepared))
                }
            }
        });
    let cure = "look for a tag that is not closed, or an attribute without quotation marks";
    let outcome = match worker {
        Ok(worker) => worker.join(),
        Err(error) => {
            return Err(TemplateFault {
                place: Place::whole("templates"),
                what: format!("no thread could be started to render the mail: {error}"),
                cure: "close other programs and try again".to_owned(),
                line_text: None,
            });
        }
    };
    match outcome {
        Ok(Ok(html)) => Ok(prep::finish(&html)),
        Ok(Err((what, at, prepared))) => Err(place_in_templates(
            &prepared,
            at.unwrap_or(0),
            templates,
            format!("the MJML cannot be rendered: {}", plain(&what)),
            cure.to_owned(),
        )),
        // A panic of the library is its bug, and must not take the run with it.
        Err(_) => Err(TemplateFault {
            place: Place::whole("templates"),
            what: "the MJML library failed on this template".to_owned(),
            cure: "undo the last change of the template, and report it".to_owned(),
            line_text: None,
        }),
    }
}

fn plain(error: &str) -> &str {
    error.split(" in root template").next().unwrap_or(error)
}

fn error_position(error: &mrml::prelude::parser::Error) -> Option<usize> {
    // mrml prints `position 19:25` as byte start and end; its span fields are not public.
    let text = error.to_string();
    let (_, position) = text.split_once(" at position ")?;
    position.split(':').next()?.parse().ok()
}

/// A place of the generated MJML as a place of the template that it came from, where a template has the line or the
/// tag; otherwise the line of the MJML itself, which `preview` writes to `email.mjml`.
fn place_in_templates(
    mjml: &str,
    at: usize,
    templates: &Templates,
    what: String,
    cure: String,
) -> TemplateFault {
    let at = (0..=at.min(mjml.len())).rev().find(|at| mjml.is_char_boundary(*at)).unwrap_or(0);
    let line_start = mjml[..at].rfind('\n').map_or(0, |at| at + 1);
    let line_end = mjml[at..].find('\n').map_or(mjml.len(), |end| at + end);
    let line_text = &mjml[line_start..line_end];
    let tag: String = mjml[at..]
        .chars()
        .enumerate()
        .take_while(|(index, c)| *index == 0 || c.is_ascii_alphanumeric() || matches!(c, '-' | '/'))
        .map(|(_, c)| c)
        .collect();
    let found = templates
        .find_line(line_text)
        .or_else(|| tag.starts_with("<mj").then(|| templates.find_text(&tag)).flatten());
    match found {
        Some((place, text)) => TemplateFault { place, what, cure, line_text: Some(text) },
        None => TemplateFault {
            place: Place::at(
                "the generated MJML",
                mjml[..at].matches('\n').count() + 1,
                at - line_start + 1,
            ),
            what,
            cure,
            line_text: Some(line_text.to_owned()),
        },
    }
}
