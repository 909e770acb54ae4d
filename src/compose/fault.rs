//! A mistake in a template or in the editor's words, with its place and the line it stands on.
//! Pure: errors of libraries in, ours out.

use thiserror::Error;

use crate::problem::Place;

/// Where, what, and the cure; the line's text lets a caret point at it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}")]
pub struct TemplateFault {
    pub place: Place,
    pub what: String,
    pub cure: String,
    pub line_text: Option<String>,
}

/// Where a text that is not a file of `templates/` stands: the words of a draft.
pub struct Source<'a> {
    pub place: Place,
    pub text: &'a str,
}
