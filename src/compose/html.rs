//! The HTML part: MJML as Handlebars gave it, checked, repaired, and rendered by mrml.
//! Pure: MJML in, HTML out. (A thread of its own is used for its stack, not for time.)

use std::borrow::Cow;
use std::collections::HashMap;

use mrml::prelude::render::RenderOptions;

use super::mjml_repair;
use super::structure::{self, MjmlFault};

/// mrml and Handlebars recurse; a worker thread's 2 MB are too few for a deep template.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs what recurses on a stack that is deep enough. `None` when it panicked: that is a library's bug, and must not
/// take the process with it.
///
/// # Errors
/// When no thread can be started.
pub fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<Option<T>, String> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map(|worker| worker.join().ok())
            .map_err(|error| error.to_string())
    })
}

/// Renders MJML, on a stack that is deep enough. No fonts are fetched by the email: the list of fonts is empty.
///
/// # Errors
/// When the MJML is wrong, with the byte of the `prep::normalised` text.
pub fn render(mjml: &str) -> Result<String, MjmlFault> {
    let mjml = mjml_repair::normalised(mjml);
    if let Some(fault) = structure::first_fault(&mjml) {
        return Err(fault);
    }
    let prepared = mjml_repair::prepare(&mjml);
    let wrong = |at: usize, error: &str| MjmlFault {
        at,
        what: format!("the MJML cannot be rendered: {}", plain(error)),
        cure: "check for a tag that is not closed, or an attribute without quotation marks"
            .to_owned(),
    };
    let parsed = mrml::parse(&prepared.mjml).map_err(|error| {
        let at = error_position(&error).map_or(usize::MAX, |at| prepared.origin(at));
        wrong(at, &error.to_string())
    })?;
    let options = RenderOptions {
        disable_comments: false,
        social_icon_origin: None,
        fonts: HashMap::<String, Cow<'static, str>>::new(),
    };
    let html =
        parsed.element.render(&options).map_err(|error| wrong(usize::MAX, &error.to_string()))?;
    Ok(prepared.finish(&html))
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
