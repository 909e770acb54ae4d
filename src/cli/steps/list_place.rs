//! The list of the project, from its files or from the database.
//! Shell: reads files and the ledger.

use std::sync::Arc;

use crate::audience::List;
use crate::audience::import::{ImportedPerson, as_table};
use crate::audience::list_error::NamedInput;
use crate::audience::settings::ListPlace;
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::terminal::failure::Failure;
use crate::ledger::list_store::ListStore;
use crate::project::{Project, ProjectError};
use crate::rfc::csv::Input;

/// What places in a list of the database are called: their lines are those that an export has.
const DATABASE: &str = "roundup subscribers export";

/// The list, read and looked through.
pub async fn list_of(project: &Project) -> Result<List, Failure> {
    survey(project, list_inputs(project).await?)
}

/// The same; `None` where there is no list yet.
pub async fn list_of_any(project: &Project) -> Result<Option<List>, Failure> {
    let Some(inputs) = list_inputs_of_any(project).await? else { return Ok(None) };
    survey(project, inputs).map(Some)
}

/// Whether there is a list, be it ever so short.
pub async fn has_list(project: &Project) -> Result<bool, Failure> {
    Ok(list_inputs_of_any(project).await?.is_some())
}

/// The tables of the list, in their order: the files, or the people of the database as one table.
pub async fn list_inputs(project: &Project) -> Result<Vec<NamedInput>, Failure> {
    let none = match project.settings.people.keep {
        ListPlace::Files => ProjectError::NoList,
        ListPlace::Database => ProjectError::NobodyStored,
    };
    Ok(list_inputs_of_any(project).await?.ok_or(none)?)
}

async fn list_inputs_of_any(project: &Project) -> Result<Option<Vec<NamedInput>>, Failure> {
    match project.settings.people.keep {
        ListPlace::Files => match project.list_files() {
            Ok(files) => Ok(Some(files)),
            Err(ProjectError::NoList) => Ok(None),
            Err(error) => Err(error.into()),
        },
        ListPlace::Database => {
            let people = stored_people(project).await?;
            if people.is_empty() {
                return Ok(None);
            }
            let table: Arc<[u8]> = as_table(&people).into();
            let input: Arc<dyn Input> = Arc::new(table);
            Ok(Some(vec![(DATABASE.to_owned(), input)]))
        }
    }
}

fn survey(project: &Project, inputs: Vec<NamedInput>) -> Result<List, Failure> {
    if project.settings.people.keep == ListPlace::Database {
        return Ok(List::survey_stored(inputs).map_err(ProjectError::from)?);
    }
    let mut list = List::survey(inputs).map_err(ProjectError::from)?;
    drop(list.problems.splice(0..0, project.unread_lists()?));
    Ok(list)
}

/// Everybody in the database, in the order of their addresses.
pub async fn stored_people(project: &Project) -> Result<Vec<ImportedPerson>, Failure> {
    let Some(ledger) = existing_ledger(project, false).await? else { return Ok(Vec::new()) };
    let list = ledger.stored_list().await?;
    Ok(list.people.into_iter().map(ImportedPerson::from).collect())
}
