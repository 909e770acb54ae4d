//! An edition as `send` and `approve` take it again: with the people and the purpose that it was made or approved for.
//! Shell: reads the drafts.

use crate::approval::{EditionDecisions, FrozenAudience};
use crate::audience::EditionPurpose;
use crate::audience::correction::correction_argument;
use crate::cli::steps::audience_choice::purpose_of;
use crate::cli::steps::corrections::{corrected_name, is_approved_with_those_in_doubt};
use crate::cli::steps::window_args::{EditionArguments, typed_again};
use crate::edition::Draft;
use crate::project::{Project, ProjectError};

/// What somebody has typed, without what its draft says anyway.
pub fn beside_draft(name: &str, which: &EditionArguments, draft: Option<&Draft>) -> String {
    let segment = which.segment.as_ref().filter(|typed| Some(*typed) != drafted(draft));
    let purpose = which.purpose.filter(|typed| purpose_of(None, draft) != Ok(*typed));
    typed_again(name, segment.map(String::as_str), purpose)
}

/// As people have decided about it: a correction by what it corrects.
///
/// # Errors
/// When the drafts cannot be read.
pub fn as_decided(
    project: &Project,
    name: &str,
    decisions: &EditionDecisions,
) -> Result<String, ProjectError> {
    let is_draft = project.drafts()?.iter().any(|known| known == name);
    if let Some(first) = corrected_name(name).filter(|_| !is_draft) {
        return Ok(correction_argument(&first, is_approved_with_those_in_doubt(decisions)));
    }
    let Some(last) = decisions.approvals.last() else { return Ok(typed_again(name, None, None)) };
    let draft = project.draft(name).ok().flatten();
    let (segment, purpose) = approved_for(&last.frozen.audience, draft.as_ref());
    Ok(typed_again(name, segment.as_deref(), purpose))
}

/// What was typed when it was approved, where the draft says something else.
pub fn approved_for(
    audience: &FrozenAudience,
    draft: Option<&Draft>,
) -> (Option<String>, Option<EditionPurpose>) {
    let segment = audience.typed_segment.clone().filter(|typed| Some(typed) != drafted(draft));
    let purpose = EditionPurpose::parse(&audience.purpose);
    let drafted = purpose_of(None, draft).unwrap_or_default();
    (segment, purpose.filter(|purpose| *purpose != drafted))
}

/// The segment that the draft says.
fn drafted(draft: Option<&Draft>) -> Option<&String> {
    draft.and_then(|draft| draft.segment.as_ref()).map(|words| &words.text)
}
