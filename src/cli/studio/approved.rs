//! Who has approved the edition as the studio shows it, and who is missing.
//! Shell: reads the ledger.

use chrono_tz::Tz;

use crate::approval::{ApprovalState, approve_command};
use crate::cli::send::gate;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen;
use crate::cli::steps::ledgers;
use crate::cli::studio::view::View;
use crate::cli::terminal::failure::Failure;
use crate::count::{more_people, people};

/// One sentence for the line that says what to type when the email is ready; empty where nobody has to approve and nobody has.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn approved(view: &View) -> Result<String, Failure> {
    let View { project, chosen, prepared, .. } = view;
    let practice = Destination::of(project, None)?.is_practice();
    let ledger = ledgers::existing_ledger(project, practice).await?;
    let needed = project.settings.approval.people;
    let decisions = gate::decisions(ledger.as_ref(), &chosen.name).await?;
    if needed == 0 && decisions.is_empty() {
        // The list is not read for nothing, each time that somebody types.
        return Ok(String::new());
    }
    let now = frozen::frozen(project, chosen, prepared)?;
    let state = ApprovalState::of(needed, &decisions, &now);
    let accounts = &project.settings.approval.accounts;
    let approve = approve_command(&chosen.name, state.valid.len(), accounts);
    Ok(words(&state, &approve, project.settings.time_zone))
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
