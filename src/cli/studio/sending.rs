//! What became of the edition that the studio shows: who has approved it, who has stopped it, who got it, and what to type.
//! Shell: reads the ledger.

use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{ApprovalState, StopKind, approve_command};
use crate::cli::report::edition_report::{became, figures_of, resume_step};
use crate::cli::send::gate;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen;
use crate::cli::steps::ledgers;
use crate::cli::studio::view::View;
use crate::cli::terminal::failure::Failure;
use crate::count::{more_people, people};
use crate::report::{EditionPhase, Report};

/// How far the edition has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SendingPhase {
    /// Nothing is in its way but the checks.
    Ready,
    /// People must approve it first.
    Waiting,
    /// Somebody has paused or cancelled it before anybody was planned.
    Stopped,
    /// It is planned, and somebody is still to be tried.
    Begun,
    /// The same, and it goes on without us: a run has it, or another computer.
    Sending,
    Finished,
}

/// What the page says beside the email about sending it.
#[derive(Debug, Serialize)]
pub struct SendingState {
    phase: SendingPhase,
    /// What became of it; empty until it is planned.
    words: String,
    /// Who has approved it, who is missing, and who has stopped it; empty where nobody has to and nobody has.
    approval: String,
    /// What to type next.
    command: String,
    /// What sends a correction, where it is finished.
    correction: Option<String>,
}

impl SendingState {
    /// Where the ledger cannot be read, the reason stands beside the command that sends, which says more about it.
    pub async fn of(view: &View) -> Self {
        let state = Self::read(view).await;
        state.unwrap_or_else(|failure| Self::ready(view.send_command(), failure.what))
    }

    async fn read(view: &View) -> Result<Self, Failure> {
        let View { project, chosen, .. } = view;
        let practice = Destination::of(project, None)?.is_practice();
        let ledger = ledgers::existing_ledger(project, practice).await?;
        if let Some(ledger) = &ledger
            && let Some(report) = figures_of(project, ledger, &chosen.name, practice).await?
        {
            return Ok(Self::begun(&report));
        }
        let needed = project.settings.approval.people;
        let decisions = gate::decisions(ledger.as_ref(), &chosen.name).await?;
        if needed == 0 && decisions.is_empty() {
            // The list is not read for nothing, each time that somebody types.
            return Ok(Self::ready(view.send_command(), String::new()));
        }
        let now = frozen::frozen(project, chosen, &view.prepared)?;
        let state = ApprovalState::of(needed, &decisions, &now);
        let accounts = &project.settings.approval.accounts;
        let approve = approve_command(&chosen.argument, state.valid.len(), accounts);
        let approval = words(&state, &approve, project.settings.time_zone);
        let (phase, command) = match state.stopped.as_ref().map(|stop| stop.kind) {
            Some(StopKind::Cancelled) => (SendingPhase::Stopped, approve),
            Some(StopKind::Paused | StopKind::Resumed | StopKind::Timed) => {
                (SendingPhase::Stopped, format!("{} --unpause", view.send_command()))
            }
            None if state.missing() > 0 => (SendingPhase::Waiting, approve),
            None => return Ok(Self::ready(view.send_command(), approval)),
        };
        Ok(Self { phase, words: String::new(), approval, command, correction: None })
    }

    fn ready(command: String, approval: String) -> Self {
        let words = String::new();
        Self { phase: SendingPhase::Ready, words, approval, command, correction: None }
    }

    /// An edition that is planned: everybody gets it as it was then.
    fn begun(report: &Report) -> Self {
        let edition = &report.edition;
        let resume = resume_step(report);
        let phase = match (report.state, &resume) {
            (EditionPhase::Finished, _) => SendingPhase::Finished,
            (_, Some(_)) => SendingPhase::Begun,
            (_, None) => SendingPhase::Sending,
        };
        Self {
            phase,
            words: became(report),
            approval: String::new(),
            command: resume.unwrap_or_else(|| format!("roundup report {edition}")),
            correction: (phase == SendingPhase::Finished && report.corrects.is_none())
                .then(|| format!("roundup send --correction {edition}")),
        }
    }
}

fn words(state: &ApprovalState, approve: &str, zone: Tz) -> String {
    let mut sentences = Vec::new();
    let by: Vec<String> = state.valid.iter().map(|approval| approval.words(zone)).collect();
    if !by.is_empty() {
        sentences.push(format!("Approved by {}.", by.join(" and by ")));
    } else if !state.changes.is_empty() {
        sentences.push(format!("Changed since it was approved: {}.", state.changes.join("; ")));
    }
    if let Some(stop) = &state.stopped {
        sentences.push(format!("It was {}: it is not sent.", stop.words(zone)));
    }
    if state.missing() > 0 {
        let missing =
            if by.is_empty() { people(state.missing()) } else { more_people(state.missing()) };
        sentences.push(format!("{missing} must approve it before it is sent: {approve}"));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono_tz::Europe::London;

    use super::*;
    use crate::approval::Approval;
    use crate::approval::tests::frozen;

    fn approval(who: &str) -> Approval {
        Approval {
            edition: "2020".to_owned(),
            who: who.to_owned(),
            account: "office".to_owned(),
            by_last_editor: false,
            at: "2027-01-05T10:00:00Z".parse().unwrap(),
            frozen: frozen(),
        }
    }

    #[test]
    fn the_line_says_who_has_approved_and_who_is_missing() {
        let state = |needed, who: &[&str], changes: &[&str]| ApprovalState {
            needed,
            valid: who.iter().map(|who| approval(who)).collect(),
            changes: changes.iter().map(|change| (*change).to_owned()).collect(),
            moments: Vec::new(),
            only_by_editor: false,
            stopped: None,
        };
        for (state, said) in [
            (state(0, &[], &[]), ""),
            (
                state(0, &["Amina"], &[]),
                "Approved by Amina (account office) on 5 January 2027 at 10:00.",
            ),
            (
                state(1, &[], &[]),
                "1 person must approve it before it is sent: roundup approve 2020",
            ),
            (
                state(2, &["Amina"], &["the subject"]),
                "Approved by Amina (account office) on 5 January 2027 at 10:00. 1 more person must approve it before it is \
                 sent: roundup approve 2020 --as \"THEIR NAME\"",
            ),
            (
                state(2, &[], &["the subject"]),
                "Changed since it was approved: the subject. 2 people must approve it before it is sent: roundup approve 2020",
            ),
        ] {
            let approve = approve_command("2020", state.valid.len(), &BTreeMap::new());
            assert_eq!(words(&state, &approve, London), said);
        }
    }
}
