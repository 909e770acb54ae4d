//! Rendering that ends: a template that writes more than any mail can be is stopped.
//! Pure: a registry and data in, text out.
//!
//! Loops over loops multiply; an email of a year is 60 KB of MJML. Rounds that write nothing are
//! counted in `helper_state.rs`.

use std::io;

use handlebars::{Context, Handlebars, Output, RenderContext, RenderError, Renderable, Template};

use super::fault::TemplateFault;
use crate::problem::Place;

/// Twenty times the largest mail that arrives whole.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Why a rendering ended early.
pub enum RenderStop {
    TooLong(TemplateFault),
    Wrong(Box<RenderError>),
}

impl RenderStop {
    /// The fault, with what the library's error means.
    pub fn or_else(self, of: impl FnOnce(RenderError) -> TemplateFault) -> TemplateFault {
        match self {
            Self::TooLong(fault) => fault,
            Self::Wrong(error) => of(*error),
        }
    }
}

/// Text that ends where it gets too long.
#[derive(Default)]
pub struct LimitedOutput {
    pub text: String,
    is_full: bool,
}

impl Output for LimitedOutput {
    fn write(&mut self, text: &str) -> io::Result<()> {
        if self.text.len() + text.len() > MOST_BYTES {
            self.is_full = true;
            return Err(io::Error::other("too long"));
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// Renders a template, which need not be one of the registry's own: with its partials in their places it is large, and a
/// registry takes no template without a copy of it.
///
/// # Errors
/// When it is wrong, or writes more than two megabytes.
pub fn render(
    registry: &Handlebars<'_>,
    template: &Template,
    data: &Context,
    place: &Place,
) -> Result<String, RenderStop> {
    let mut out = LimitedOutput::default();
    let mut render = RenderContext::new(template.name.as_ref());
    let ended = template.render(registry, data, &mut render, &mut out);
    if out.is_full {
        return Err(RenderStop::TooLong(TemplateFault {
            place: place.clone(),
            what: "the template produces more than 2 MB".to_owned(),
            cure: "look for {{#each}} inside {{#each}}: each story is written once for every other"
                .to_owned(),
            line_text: None,
        }));
    }
    ended.map_err(|error| RenderStop::Wrong(Box::new(error)))?;
    Ok(out.text)
}
