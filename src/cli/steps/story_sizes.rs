//! What stories take of an email's bytes.
//! Shell: reads the project's templates.

use crate::cli::steps::message_template::nobody;
use crate::cli::steps::prepare::PreparedEdition;
use crate::cli::terminal::failure::Failure;
use crate::compose::{costs, longest};
use crate::project::Project;

/// The bytes of each story, in the order of the email.
///
/// # Errors
/// When the email cannot be made any more: a template has changed.
pub fn of_each_story(project: &Project, prepared: &PreparedEdition) -> Result<Vec<usize>, Failure> {
    let all: Vec<usize> = (0..prepared.edition.shown().count()).collect();
    of_stories(project, prepared, &all)
}

/// The bytes of the largest story.
///
/// # Errors
/// As `of_each_story`.
pub fn of_the_largest(project: &Project, prepared: &PreparedEdition) -> Result<usize, Failure> {
    let longest = longest(&prepared.edition, &prepared.composition);
    Ok(of_stories(project, prepared, &longest)?.into_iter().max().unwrap_or(0))
}

fn of_stories(
    project: &Project,
    prepared: &PreparedEdition,
    wanted: &[usize],
) -> Result<Vec<usize>, Failure> {
    let (theme, templates) = (project.settings.theme(), project.templates()?);
    let nobody = nobody();
    let people = prepared.list.as_ref().map_or(&nobody, |list| &list.people);
    let PreparedEdition { edition, composition, .. } = prepared;
    Ok(costs(edition, &theme, &templates, people, composition, wanted)?)
}
