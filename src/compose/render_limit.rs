//! Rendering that ends: a template that writes more than any mail can be is stopped.
//! Pure: a registry and data in, text out.
//!
//! Loops over loops multiply; an email of a year is 60 KB of MJML. Rounds that write nothing are
//! counted in `helper_state.rs`.

use std::io;

use handlebars::{Handlebars, RenderError};
use serde_json::Value;

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

struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST_BYTES {
            self.is_full = true;
            return Err(io::Error::other("too long"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Renders a template by its name.
///
/// # Errors
/// When it is wrong, or writes more than two megabytes.
pub fn render(
    registry: &Handlebars<'_>,
    name: &str,
    data: &Value,
    place: &Place,
) -> Result<String, RenderStop> {
    let mut out = Limited { bytes: Vec::new(), is_full: false };
    let ended = registry.render_to_write(name, data, &mut out);
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
    Ok(String::from_utf8_lossy(&out.bytes).into_owned())
}
