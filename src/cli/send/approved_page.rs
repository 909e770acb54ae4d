//! `roundup approve` of an edition that was sent: its page for everybody, where it was sent to stay out of the archive.
//! Shell: reads the ledger and the draft, the person at the keyboard.

use crate::approval::{Approval, ApproverName, PublicPage};
use crate::cli::archive::public::{page_of, sent_edition};
use crate::cli::send::cancelled_run::refuse_cancelled;
use crate::cli::send::confirm::confirm_approval;
use crate::cli::send::gate;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, grouped, people};
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, EditionSummary, Ledger};
use crate::project::{Project, account};

/// Somebody's yes to the page, once they have confirmed it; none where they have not.
///
/// # Errors
/// When there is nothing left to approve, the number is wrong, or the ledger cannot be read.
pub async fn page_approval(
    on: (&Project, &AnyLedger, &Screen),
    planned: &EditionSummary,
    name: &ApproverName,
    flag: Option<u64>,
) -> Result<Option<Approval>, Failure> {
    let (project, ledger, screen) = on;
    let draft = project.draft(&planned.name)?;
    let PublicPage::Waits(state) = page_of(project, ledger, planned, draft.as_ref()).await? else {
        refuse_cancelled(ledger, &planned.name, project.settings.time_zone).await?;
        return Err(already_planned(&planned.name));
    };
    screen.for_people(|text| {
        text.say(format!("{} · \"{}\" · version {}", planned.name, planned.subject, planned.hash));
        for change in &state.changes {
            text.say(format!("  {change}"));
        }
        text.say("");
    })?;
    let number = ledger.counts(&planned.name).await?.accepted;
    if !confirm(number, name, flag, screen)? {
        return Ok(None);
    }
    let decisions = gate::decisions(Some(ledger), &planned.name).await?;
    let path = project.draft_path(&planned.name)?;
    Ok(Some(Approval {
        edition: planned.name.clone(),
        who: name.who.clone(),
        account: project.account.clone(),
        by_last_editor: account::owns(&project.path(path)) && name.is_owner_of_account,
        at: system::now(),
        frozen: sent_edition(planned).frozen_as_public(&decisions.approvals),
    }))
}

fn confirm(
    number: u64,
    name: &ApproverName,
    flag: Option<u64>,
    screen: &Screen,
) -> Result<bool, Failure> {
    let another = |flag| {
        Failure::new(
            Exit::Usage,
            format!(
                "the edition was sent to {}, but --confirm gives {}: nothing was approved",
                people(number),
                grouped(flag)
            ),
        )
        .help("leave out --confirm, and `roundup approve` shows what it is about")
    };
    let question = format!(
        "It was sent to {}. To approve as {} that everybody may read it, type {number}. Press Enter to cancel: ",
        people(number),
        name.who
    );
    confirm_approval(number, flag, screen, another, &question)
}

/// What was planned is sent as it was planned: there is nothing left to say yes to.
fn already_planned(edition: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("`{edition}` was planned already: what was planned is what is sent"),
    )
    .help(format!("`roundup approve {edition} --show` shows who has approved it"))
}
