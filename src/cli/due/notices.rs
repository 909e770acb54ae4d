//! What `due` lets the operator know: what was missed, what waits for an approval, complaints, and what nobody has read.
//! Shell: the ledger, the project's folder, the clock.

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::leaving::drop_box;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::next_edition::{NextEdition, UnsentEdition};
use crate::cli::steps::notices::{notify, notify_of_complaints};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::{AnyLedger, Ledger, ScheduleStore};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::people::LeavingProof;
use crate::project::{Project, Variable};
use crate::schedule::{Decision, Occurrence, OccurrenceState, after_missed};

/// Somebody may have written to leave since.
const UNREAD_AFTER: TimeDelta = TimeDelta::hours(24);
/// A mailbox that was read longer ago, and that no setting names, was read once for a reason.
const IN_USE_FOR: TimeDelta = TimeDelta::days(30);

/// Looks at all that stays as it is until somebody acts; each kind is at most one notice.
pub async fn notify_of_what_waits(
    project: &Project,
    ledger: &AnyLedger,
    destination: &Destination,
    decision: &Decision,
    screen: &Screen,
) -> Result<(), Failure> {
    if project.settings.notify.is_empty() {
        return Ok(());
    }
    let now = system::now();
    let mut notices = Vec::new();
    notices.extend(missed(&ledger.occurrences().await?, now));
    let approve = what_to_approve(project, destination).await?;
    notices.extend(decision.waits_for_approval.map(|day| {
        let day = day.format("%-d %B %Y");
        OperatorNotice::new(
            NoticeTopic::WaitsForApproval,
            &format!("{day} is due, and nothing is approved"),
            &format!("{day} is due, and no edition is approved for it."),
            &approve,
        )
    }));
    let first = ledger.summaries().await?.into_iter().map(|edition| edition.planned_at).min();
    if !destination.is_practice() && first.is_some_and(|first| now - first > UNREAD_AFTER) {
        notices.extend(unread(project, now)?);
    }
    for notice in notices {
        notify(project, ledger, destination, Some(notice), screen).await;
    }
    notify_of_complaints(project, ledger, destination, screen).await
}

/// How the edition that comes next is approved; where there is none, what shows what there is.
pub async fn what_to_approve(
    project: &Project,
    destination: &Destination,
) -> Result<String, Failure> {
    let next = NextEdition::of(project, destination.is_practice()).await?;
    let next = next.taken().map(UnsentEdition::approve_command);
    Ok(next.unwrap_or_else(|| "roundup status".to_owned()))
}

/// What was missed since a notice of it may have gone: each is in one, also where the one before it did not get through.
fn missed(rows: &[Occurrence], now: DateTime<Utc>) -> Option<OperatorNotice> {
    let since = now - NoticeTopic::Missed.every();
    let is_new = |row: &&Occurrence| row.state == OccurrenceState::Missed && row.at > since;
    let rows: Vec<&Occurrence> = rows.iter().filter(is_new).collect();
    let last = rows.last()?;
    let line = |row: &&Occurrence| {
        let edition = row.edition.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        format!("The sending{edition} on {} was missed: {}.", row.day.format("%-d %B %Y"), row.why)
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    let subject = format!("the sending on {} was missed", last.day.format("%-d %B %Y"));
    let cure = match &last.edition {
        Some(edition) => after_missed(edition, &last.why),
        None => "roundup status".to_owned(),
    };
    Some(OperatorNotice::new(NoticeTopic::Missed, &subject, &lines.join("\n"), &cure))
}

/// Where people write to leave, and nobody has looked for a day.
fn unread(project: &Project, now: DateTime<Utc>) -> Result<Option<OperatorNotice>, Failure> {
    let proof = LeavingProof::read(&project.path(".roundup"));
    let is_old = |at: Option<DateTime<Utc>>| at.is_none_or(|at| now - at > UNREAD_AFTER);
    let leaving = &project.settings.leaving;
    let is_read_by_hand =
        leaving.mailbox_read_by.as_ref().is_some_and(|name| !name.trim().is_empty());
    let is_in_use = |at: DateTime<Utc>| now - at < IN_USE_FOR;
    let has_mailbox = project.secret(Variable::Inbox)?.is_some()
        || proof.mailbox_read_at().is_some_and(is_in_use)
        || project.settings.sender.public_url.is_none();
    let mut what = Vec::new();
    if has_mailbox && !is_read_by_hand && is_old(proof.mailbox_read_at()) {
        what.push(("the mailbox", "roundup inbox"));
    }
    if let Some(address) = drop_box::of_settings(project)
        && is_old(proof.drop_box_place(address).map(|(_, at)| at))
    {
        what.push(("the drop box", "roundup inbox --drop"));
    }
    let places: Vec<&str> = what.iter().map(|(place, _)| *place).collect();
    let cures: Vec<&str> = what.iter().map(|(_, cure)| *cure).collect();
    Ok((!what.is_empty()).then(|| {
        let places = places.join(" and ");
        OperatorNotice::new(
            NoticeTopic::Unread,
            &format!("{places} unread for a day"),
            &format!("Nothing has read {places} for a day: somebody may have asked to leave."),
            &cures.join(", then "),
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: &str, state: OccurrenceState, at: &str) -> Occurrence {
        let at: DateTime<Utc> = at.parse().unwrap();
        Occurrence {
            schedule: "every day".to_owned(),
            day: day.parse().unwrap(),
            state,
            edition: Some(format!("e{day}")),
            opens_at: at,
            at,
            closed_at: at,
            by: String::new(),
            why: "the computer slept".to_owned(),
        }
    }

    #[test]
    fn what_was_missed_lately_is_one_notice() {
        let now: DateTime<Utc> = "2027-01-10T12:00:00Z".parse().unwrap();
        let rows = [
            row("2027-01-08", OccurrenceState::Missed, "2027-01-09T12:00:00Z"),
            row("2027-01-09", OccurrenceState::Missed, "2027-01-10T11:00:00Z"),
            row("2027-01-10", OccurrenceState::Done, "2027-01-10T11:30:00Z"),
        ];
        let notice = missed(&rows, now).unwrap();
        assert_eq!(notice.subject, "the sending on 9 January 2027 was missed");
        assert_eq!(
            notice.what,
            "The sending of e2027-01-09 on 9 January 2027 was missed: the computer slept."
        );
        assert_eq!(notice.cure, "roundup send e2027-01-09");
        assert_eq!(missed(&rows[..1], now), None);
        assert_eq!(missed(&rows[2..], now), None);
    }
}
