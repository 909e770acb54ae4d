//! A failure for programs: `roundup.error/1`.
//! Pure: an error in, its object out.

use serde::Serialize;

use crate::cli::terminal::failure::Failure;
use crate::problem::Place;

/// What is printed to stdout with `--json` where a command fails. `code` is what the process ends with.
#[derive(Debug, Serialize)]
pub struct FailureObject<'a> {
    schema: &'static str,
    code: u8,
    what: &'a str,
    place: Option<&'a Place>,
    /// The line that the place points to.
    line_text: Option<&'a str>,
    /// Further things of the same kind.
    more: &'a [String],
    help: Option<&'a str>,
}

impl<'a> FailureObject<'a> {
    pub fn of(failure: &'a Failure) -> Self {
        Self {
            schema: "roundup.error/1",
            code: failure.exit as u8,
            what: &failure.what,
            place: failure.place.as_ref(),
            line_text: failure.line_text.as_deref(),
            more: &failure.more,
            help: failure.help.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::failure::Exit;

    #[test]
    fn a_program_gets_what_people_read() {
        let failure = Failure::new(Exit::Usage, "there is no setting `legal_nam` here")
            .at(Place::at("roundup.toml", 12, 3))
            .help("did you mean `legal_name`?");
        let json = serde_json::to_value(FailureObject::of(&failure)).unwrap();
        let wanted = serde_json::json!({
            "schema": "roundup.error/1", "code": 2, "what": "there is no setting `legal_nam` here",
            "place": {"source": "roundup.toml", "line": 12, "column": 3},
            "line_text": null, "more": [], "help": "did you mean `legal_name`?",
        });
        assert_eq!(json, wanted);
    }
}
