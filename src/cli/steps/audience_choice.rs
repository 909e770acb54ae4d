//! Whom an edition is for (everybody on the list, or a segment), and what for, as the command line or the draft says it.
//! Shell: reads `segments/`.

use crate::audience::EditionPurpose;
use crate::audience::correction::CorrectionAudience;
use crate::audience::segment::Segment;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::edition::Draft;
use crate::problem::{Place, did_you_mean};
use crate::project::Project;
use std::sync::Arc;

/// The people whom an edition is for, and its purpose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AudienceChoice {
    /// Everybody where there is none.
    pub segment: Option<Segment>,
    pub purpose: EditionPurpose,
    /// Of a correction: those who have something of the edition, or were to get it.
    pub correction: Option<Arc<CorrectionAudience>>,
    /// Whether it is not a year's round-up, nor a correction: people may want nothing else.
    pub skips_yearly: bool,
}

/// What an edition is for. What is typed beats the draft.
pub fn purpose_of(
    typed: Option<EditionPurpose>,
    draft: Option<&Draft>,
) -> Result<EditionPurpose, Failure> {
    if let Some(purpose) = typed {
        return Ok(purpose);
    }
    let Some(words) = draft.and_then(|draft| draft.purpose.as_ref()) else {
        return Ok(EditionPurpose::default());
    };
    let known = EditionPurpose::ALL.map(EditionPurpose::word);
    EditionPurpose::parse(&words.text).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{}` is not a purpose", words.text))
            .at(words.exact_place_of(0).0)
            .help(did_you_mean(&words.text, known, "the purposes are"))
    })
}

/// The segment of an edition; `None` where it is for everybody. What is typed beats the draft.
pub fn segment_of(
    project: &Project,
    typed: Option<&str>,
    draft: Option<&Draft>,
) -> Result<Option<Segment>, Failure> {
    if let Some(text) = typed {
        let place = Place::whole("--segment");
        let filter = || Ok(Segment::of_filter(&place.source, text.trim())?);
        return Ok(Some(named(project, text, &place, filter)?));
    }
    let Some(words) = draft.and_then(|draft| draft.segment.as_ref()) else {
        return Ok(None);
    };
    let (place, _) = words.exact_place_of(0);
    let filter = || {
        let text = words.text.trim();
        // Gone since it was read: then only the filter is shown.
        let Ok(file) = std::fs::read_to_string(project.path(&place.source)) else {
            return Ok(Segment::of_filter(&place.source, text)?);
        };
        Ok(Segment::of_line(&place.source, &file, words.line, text)?)
    };
    Ok(Some(named(project, &words.text, &place, filter)?))
}

/// A segment by the name of its file; anything that cannot be a name is a filter.
fn named(
    project: &Project,
    text: &str,
    place: &Place,
    filter: impl FnOnce() -> Result<Segment, Failure>,
) -> Result<Segment, Failure> {
    let text = text.trim();
    let is_name = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !is_name || text.is_empty() {
        return filter();
    }
    let mut segments = project.segments()?;
    if let Some(at) = segments.iter().position(|segment| segment.name == text) {
        return Ok(segments.swap_remove(at));
    }
    let known: Vec<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
    let failure = Failure::new(Exit::Usage, format!("there is no segment `{text}`"));
    let failure = if place.line.is_some() { failure.at(place.clone()) } else { failure };
    Err(failure.help(if known.is_empty() {
        format!("write segments/{text}.toml, or give a filter such as 'town = \"York\"'")
    } else {
        did_you_mean(text, known.iter().copied(), "the segments are")
    }))
}
