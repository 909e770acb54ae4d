//! Whether enough people have approved an edition as it is now: nothing is sent before.
//! Shell: reads the ledger.

use crate::approval::{Approval, ApprovalState, FrozenEdition};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::count::people;
use crate::ledger::{AnyLedger, ApprovalStore};

/// Where an edition stands with those who must approve it.
pub async fn state_of(
    ledger: Option<&AnyLedger>,
    edition: &str,
    needed: u8,
    now: &FrozenEdition,
) -> Result<ApprovalState, Failure> {
    let given = match ledger {
        Some(ledger) => ledger.approvals_of(edition).await?,
        None => Vec::<Approval>::new(),
    };
    Ok(ApprovalState::of(needed, &given, now))
}

/// Whoever is missing, and what has changed, before anything is sent.
pub fn refuse_unapproved(
    edition: &str,
    corrects: Option<&str>,
    state: &ApprovalState,
) -> Result<(), Failure> {
    if state.is_enough() {
        return Ok(());
    }
    let given = state.valid.len() as u64;
    let failure = Failure::new(
        Exit::Findings,
        format!(
            "`{edition}` is not approved: {} must approve it as it is now, and {} done so",
            people(state.needed.into()),
            match given {
                0 => "nobody has".to_owned(),
                1 => "1 has".to_owned(),
                more => format!("{more} have"),
            }
        ),
    );
    let mut more: Vec<String> =
        state.changes.iter().map(|change| format!("changed since: {change}")).collect();
    if state.only_by_editor {
        more.push("whoever edited it last has approved it: somebody else must too".to_owned());
    }
    let which = corrects.map_or(edition.to_owned(), |first| format!("--correction {first}"));
    let help = format!("look at it and approve it: roundup approve {which} --as \"YOUR NAME\"");
    Err(Failure { more, ..failure.help(help) })
}
