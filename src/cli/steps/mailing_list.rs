//! The list as an edition takes it: without the people who are suppressed.
//! Shell: reads lists and ledgers.

use std::sync::Arc;

use crate::audience::{DoNotMail, Keys, List};
use crate::cli::steps::audience_choice::AudienceChoice;
use crate::cli::steps::ledgers::{existing_ledger, keys_for};
use crate::cli::steps::list_place::{list_of, list_of_any};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::world;
use crate::ledger::Ledger;
use crate::ledger::frequency_store::FrequencyStore;
use crate::project::Project;

/// The list of the project without everybody who is suppressed. In practice mode those of real runs are left out too: the
/// number of people is then the one that a real run would have.
pub async fn mailing_list(
    project: &Project,
    practice: bool,
    choice: &AudienceChoice,
) -> Result<Arc<List>, Failure> {
    let list = in_segments(project, list_of(project).await?, choice)?;
    let list = chosen_by_people(project, list, choice).await?;
    without(project, list, suppressed(project, practice).await?)
}

/// The list with the segments of the project, for an edition with a purpose and a segment of its own.
fn in_segments(project: &Project, list: List, choice: &AudienceChoice) -> Result<List, Failure> {
    let mut list = list
        .for_purpose(choice.purpose)
        .in_segments(project.segments()?, choice.segment.clone())?
        .correcting(choice.correction.clone());
    list.see_segments()?;
    Ok(list)
}

/// The same, or `None` where a command can do without.
pub async fn list_if_any(
    project: &Project,
    practice: bool,
    choice: &AudienceChoice,
    screen: &Screen,
) -> Result<Option<Arc<List>>, Failure> {
    let Some(list) = list_of_any(project).await? else { return Ok(None) };
    let list = in_segments(project, list, choice)?;
    screen.problems(&list.problems);
    let list = chosen_by_people(project, list, choice).await?;
    let suppressed = match suppressed(project, practice).await {
        // A mail can be looked at while the ledger's server is away; nothing is sent by it.
        Err(failure) if failure.exit == Exit::Later => {
            screen.warn(&format!("cannot find out who must not be mailed: {}", failure.what));
            Vec::new()
        }
        known => known?,
    };
    without(project, list, suppressed).map(Some)
}

/// The list without those who want the year's round-up only, where the edition is not one.
async fn chosen_by_people(
    project: &Project,
    list: List,
    choice: &AudienceChoice,
) -> Result<List, Failure> {
    if !choice.skips_yearly {
        return Ok(list);
    }
    let choices = match existing_ledger(project, false).await {
        Ok(Some(ledger)) => ledger.frequencies().await?,
        Ok(None) => Vec::new(),
        // Nothing is planned while it is away; whoever only looks sees a few people more.
        Err(failure) if failure.exit == Exit::Later => Vec::new(),
        Err(failure) => return Err(failure),
    };
    // No secret is made for people who have chosen nothing.
    let keys = if choices.is_empty() { Keys::new(&[]) } else { project.keys(world::random)? };
    Ok(list.not_of_a_year(DoNotMail::new(keys, choices)))
}

/// The keyed names of everybody who must not be mailed, each with a reason.
async fn suppressed(project: &Project, practice: bool) -> Result<Vec<(String, String)>, Failure> {
    let mut suppressed = Vec::new();
    for practice in if practice { &[false, true][..] } else { &[false] } {
        if let Some(ledger) = existing_ledger(project, *practice).await? {
            if !*practice {
                // With another secret nobody who left would be recognised.
                keys_for(project, Some(&ledger)).await?;
            }
            suppressed.extend(ledger.suppressions().await?);
        }
    }
    Ok(suppressed)
}

/// A list without the people of some keyed names, each with a reason.
pub fn without(
    project: &Project,
    list: List,
    suppressed: Vec<(String, String)>,
) -> Result<Arc<List>, Failure> {
    let list = list.on(world::today(project.settings.time_zone));
    // No secret is made for an empty list.
    if suppressed.is_empty() {
        return Ok(Arc::new(list));
    }
    let keys = project.keys(world::random)?;
    Ok(Arc::new(list.without(DoNotMail::new(keys, suppressed))))
}
