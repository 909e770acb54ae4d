//! Whether enough people have approved an edition as it is now: nothing is sent before.
//! Shell: reads the ledger.

use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{ApprovalState, EditionDecisions, EditionStop, StopKind, approve_command};
use crate::cli::report::edition_report::{became, figures_of, resume_step};
use crate::cli::steps::ledgers::existing_ledger;
use crate::cli::steps::typed_again::as_decided;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::count::people;
use crate::ledger::{AnyLedger, ApprovalStore};
use crate::project::Project;

/// All that people have decided about an edition.
pub async fn decisions(
    ledger: Option<&AnyLedger>,
    edition: &str,
) -> Result<EditionDecisions, Failure> {
    Ok(match ledger {
        Some(ledger) => ledger.decisions_of(edition).await?,
        None => EditionDecisions::default(),
    })
}

/// An edition that somebody has stopped, and nobody has decided about since.
pub fn stopped(stop: &EditionStop, which: &str, zone: Tz) -> Failure {
    let (edition, words) = (&stop.edition, stop.words(zone));
    match stop.kind {
        StopKind::Cancelled => {
            Failure::new(Exit::Findings, format!("`{edition}` was {words}: nothing was sent"))
                .help(format!(
                    "to let it go out after all, approve it again: roundup approve {which}"
                ))
        }
        StopKind::Paused | StopKind::Resumed | StopKind::Timed => {
            Failure::new(Exit::Later, format!("`{edition}` was {words}: nothing was sent"))
                .help(format!(
                    "to send it now: roundup send {which} --unpause. To let it go out at its time, approve it again: \
                     roundup approve {which}"
                ))
        }
    }
}

/// Why the command that sends is not what comes next, and what is.
#[derive(Serialize)]
pub struct HoldNote {
    /// `cancelled by Amina (account office) on 27 November 2026 at 08:01`, where somebody has stopped it and nobody has decided
    /// about it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// What became of it.
    pub sentence: String,
    pub next: String,
}

/// Whether an edition is planned already, or somebody has stopped it.
pub async fn hold_note(
    project: &Project,
    edition: &str,
    practice: bool,
) -> Result<Option<HoldNote>, Failure> {
    let ledger = existing_ledger(project, practice).await?;
    if let Some(ledger) = &ledger
        && let Some(report) = figures_of(project, ledger, edition, practice).await?
    {
        let next = resume_step(&report).unwrap_or_else(|| format!("roundup report {edition}"));
        return Ok(Some(HoldNote { stopped: None, sentence: became(&report), next }));
    }
    let decisions = decisions(ledger.as_ref(), edition).await?;
    let Some(stop) = decisions.stop_without_approval() else { return Ok(None) };
    let words = stop.words(project.settings.time_zone);
    let which = as_decided(project, edition, &decisions)?;
    Ok(Some(HoldNote {
        sentence: format!("{edition} was {words}: it is not sent."),
        stopped: Some(words),
        next: match stop.kind {
            StopKind::Cancelled => format!("roundup approve {which}"),
            StopKind::Paused | StopKind::Resumed | StopKind::Timed => {
                format!("roundup send {which} --unpause")
            }
        },
    }))
}

/// The people who are missing, and what has changed, before anything is sent. `which` is the edition as commands take it.
pub fn refuse_unapproved(
    edition: &str,
    which: &str,
    state: &ApprovalState,
    project: &Project,
) -> Result<(), Failure> {
    if state.is_enough() {
        return Ok(());
    }
    if let Some(stop) = &state.stopped {
        return Err(stopped(stop, which, project.settings.time_zone));
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
    let accounts = &project.settings.approval.accounts;
    let approve = approve_command(which, state.valid.len(), accounts);
    let help = format!("look at it and approve it: {approve}");
    Err(Failure { more, ..failure.help(help) })
}
