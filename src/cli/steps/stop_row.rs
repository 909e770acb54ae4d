//! The row of a decision by the person at this computer: who stops an edition, or lets it go on.
//! Shell: the clock.

use crate::approval::{ApproverName, EditionStop, StopKind};
use crate::cli::terminal::system;
use crate::project::Project;

pub fn stop_row(project: &Project, edition: &str, kind: StopKind) -> EditionStop {
    let account = project.account.clone();
    let accounts = &project.settings.approval.accounts;
    let who = match ApproverName::of(None, &account, accounts) {
        Ok(name) => name.who,
        // People whose name is unknown may still stop it.
        Err(_) => "somebody".to_owned(),
    };
    EditionStop { edition: edition.to_owned(), kind, who, account, at: system::now(), approvals: 0 }
}
