//! Somebody whose no is lifted: the list itself may have it too, from a file that was imported.
//! Shell: the ledger.

use serde_json::json;

use crate::audience::import::{ImportedPerson, ListState};
use crate::audience::settings::ListPlace;
use crate::audience::{ChangeOrigin, NoMail};
use crate::cli::subscribers::writing::{changed_meanwhile, open_list};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::system;
use crate::ledger::AnyLedger;
use crate::ledger::list_store::{ListChangeKind, ListStore};
use crate::project::Project;
use crate::rfc::address::EmailAddress;

/// Somebody as a list in the database has them, where it has a no of theirs.
pub(crate) async fn listed_with_a_no(
    project: &Project,
    ledger: &AnyLedger,
    address: &EmailAddress,
) -> Result<Option<ImportedPerson>, Failure> {
    if project.settings.people.keep != ListPlace::Database {
        return Ok(None);
    }
    let found = ledger.people_of(vec![address.key()]).await?;
    let found = found.into_iter().map(ImportedPerson::from);
    Ok(found.into_iter().find(|person| person.state.is_no()))
}

/// The no that the list has of somebody, as an entry of the do-not-mail list.
pub(crate) fn no_of_list(person: &ImportedPerson) -> Option<NoMail> {
    let reason = person.state.no_mail_reason()?;
    let at = person.no_since().unwrap_or_else(system::now);
    Some(NoMail { reason, origin: ChangeOrigin::Import, at, detail: None, note: None })
}

/// Takes the no from the list. `request` is where they wrote for the email again; without one they are mailed by what they had
/// agreed to before. The state in which they are then.
pub(crate) async fn bring_back(
    project: &Project,
    person: ImportedPerson,
    request: Option<&str>,
) -> Result<ListState, Failure> {
    let list = open_list(project).await?;
    let seen = list.ledger.list_version().await?;
    let today = system::today(project.settings.time_zone);
    let back = match request {
        Some(request) => person.wanted_again(request, today),
        None => person.without_no(),
    };
    let summary = json!({ "lifted": 1 }).to_string();
    let (kind, at) = (ListChangeKind::Edit, system::now());
    if !list.write(seen, kind, summary, &[&back], Vec::new(), at).await? {
        return Err(changed_meanwhile());
    }
    Ok(back.state)
}
