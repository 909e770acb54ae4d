//! Who approved an edition and who stopped it, as a report says it: in the order of time.
//! Pure: values in, words out.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{Approval, EditionStop};
use crate::ledger::EditionSummary;

/// Somebody's yes to what was planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedApproval {
    pub who: String,
    pub account: String,
    pub at: DateTime<Utc>,
    pub hash: String,
    /// As people read it.
    #[serde(skip)]
    pub words: String,
}

impl ReportedApproval {
    /// Whether it is about the page for everybody, which somebody approves once the edition is sent. The time by itself does
    /// not say so: a clock may have gone back before it was planned.
    pub fn is_of_page(edition: &EditionSummary, approval: &Approval) -> bool {
        approval.frozen.hash == edition.hash
            && approval.frozen.archive == Some(true)
            && approval.at > edition.planned_at
    }

    /// Those that were given to what was planned, before it was planned.
    pub fn of(edition: &EditionSummary, given: &[Approval], zone: Tz) -> Vec<Self> {
        let is_for_it = |approval: &&Approval| {
            approval.edition == edition.name
                && approval.frozen.hash == edition.hash
                && !Self::is_of_page(edition, approval)
        };
        let reported = |approval: &Approval| Self {
            who: approval.who.clone(),
            account: approval.account.clone(),
            at: approval.at,
            hash: approval.frozen.hash.clone(),
            words: approval.words(zone),
        };
        given.iter().filter(is_for_it).map(reported).collect()
    }
}

/// A line for each decision, the earliest first: each has its time, and no line is about the one before it.
pub fn decision_lines(
    approvals: &[ReportedApproval],
    stops: &[EditionStop],
    zone: Tz,
) -> Vec<String> {
    let given = approvals.iter().map(|one| (one.at, format!("Approved by {}.", one.words)));
    let stopped = stops.iter().map(|stop| (stop.at, format!("It was {}.", stop.words(zone))));
    let mut lines: Vec<(DateTime<Utc>, String)> = given.chain(stopped).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::StopKind;

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2027-01-05T{hour:02}:00:00Z").parse().unwrap()
    }

    fn stop(kind: StopKind, hour: u32) -> EditionStop {
        EditionStop {
            edition: "2020".to_owned(),
            kind,
            who: "Ben".to_owned(),
            account: "ben".to_owned(),
            at: at(hour),
            approvals: 0,
        }
    }

    #[test]
    fn decisions_stand_in_the_order_of_time_whatever_they_are() {
        let yes = |who: &str, hour| ReportedApproval {
            who: who.to_owned(),
            account: who.to_owned(),
            at: at(hour),
            hash: String::new(),
            words: format!("{who} at {hour}"),
        };
        let stops = [
            stop(StopKind::Paused, 12),
            stop(StopKind::Resumed, 13),
            stop(StopKind::Cancelled, 15),
        ];
        let lines = decision_lines(&[yes("Amina", 11), yes("Cy", 14)], &stops, Tz::UTC);
        let expected = [
            "Approved by Amina at 11.",
            "It was paused by Ben (account ben) on 5 January 2027 at 12:00.",
            "It was resumed by Ben (account ben) on 5 January 2027 at 13:00.",
            "Approved by Cy at 14.",
            "It was cancelled by Ben (account ben) on 5 January 2027 at 15:00.",
        ];
        assert_eq!(lines, expected);
    }
}
