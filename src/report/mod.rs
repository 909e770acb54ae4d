//! Who got it, who did not, and why: the ledger's rows as people and scripts read them.
//! Pure: rows in, a report out; every figure is counted from rows.

pub mod breakdown;
pub mod complaints;
pub mod decisions;
pub mod figures;
pub mod page;
pub mod person;
mod plot;
pub mod relay_log;
pub mod table;
pub mod year;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use self::breakdown::Breakdown;
use self::decisions::ReportedApproval;
use self::figures::EditionFigures;
use crate::approval::{EditionStop, StopKind};
use crate::audience::EditionPurpose;
use crate::audience::law::BasisCounts;
use crate::count::{grouped, people};
use crate::ledger::delivery::after_a_crash;
use crate::ledger::{CopyRow, Counts, EditionSummary, Event, LeftOutRow, Status};

/// Where an edition stands. `roundup.report/1`: the eight figures after `people` add up to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub schema: &'static str,
    pub edition: String,
    pub subject: String,
    /// Names the words that are sent.
    pub hash: String,
    /// True when the messages went into the outbox folder and to nobody.
    pub practice: bool,
    pub state: EditionPhase,
    /// Whether another computer has the ledger now: nothing goes on here.
    #[serde(skip)]
    pub is_retired: bool,
    pub planned_at: DateTime<Utc>,
    /// The edition that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// The correction of this one, where one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<String>,
    pub people: u64,
    /// Whom it was planned for, where that is not everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    pub purpose: EditionPurpose,
    /// How many people by each basis, when it was planned; programs have those that are shown.
    #[serde(serialize_with = "shown_bases")]
    pub bases: BasisCounts,
    pub accepted: u64,
    pub deferred: u64,
    /// Those that somebody has closed among them.
    pub rejected: u64,
    /// Rejected or expired, looked at by somebody, and left so: a part of `rejected`.
    pub closed: u64,
    pub uncertain: u64,
    pub suppressed: u64,
    pub cancelled: u64,
    pub expired: u64,
    /// Not tried yet, or being tried at this moment.
    pub planned: u64,
    /// The people of the list who were left out when it was planned.
    pub left_out: u64,
    /// Everybody who did not simply get it.
    pub rows: Vec<CopyRow>,
    /// Who had approved it as it was planned, where somebody had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ReportedApproval>,
    /// Who has stopped it, before it was planned or since, and what let it go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<EditionStop>,
    /// What became of it afterwards, where somebody has counted that.
    #[serde(flatten)]
    pub figures: Option<EditionFigures>,
}

/// Computed, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionPhase {
    /// A run has it at this moment.
    Sending,
    /// Somebody is still to be tried: `send` carries on.
    Unfinished,
    /// Nobody is left to try.
    Finished,
    /// Somebody paused it with people still to go.
    Paused,
}

impl Report {
    /// Who keeps it from those who have nothing of it, where that is known.
    pub fn held_by(&self) -> Option<&EditionStop> {
        let kind = match self.state {
            EditionPhase::Paused => StopKind::Paused,
            _ if self.cancelled > 0 => StopKind::Cancelled,
            _ => return None,
        };
        let is_of_run = |stop: &&EditionStop| stop.kind == kind && stop.at >= self.planned_at;
        self.stops.iter().rfind(is_of_run)
    }

    /// `rows` are the unusual ones (`Pick::Unusual`); `known` is what is known beside the rows: whether somebody sends it, or somebody paused it.
    pub fn new(
        edition: &EditionSummary,
        mut counts: Counts,
        mut rows: Vec<CopyRow>,
        left_out: u64,
        practice: bool,
        known: EditionPhase,
    ) -> Self {
        let open = counts.open();
        if known != EditionPhase::Sending {
            // The run that had them in progress is gone. The next run writes it down; it is true before.
            counts.uncertain += std::mem::take(&mut counts.handing_over);
            rows = rows
                .into_iter()
                .map(abandoned)
                .filter(|row| row.status != Status::Planned)
                .collect();
        }
        let state = match (known, open) {
            (_, 0) => EditionPhase::Finished,
            (EditionPhase::Sending, _) => EditionPhase::Sending,
            (EditionPhase::Paused, _) => EditionPhase::Paused,
            (EditionPhase::Unfinished | EditionPhase::Finished, _) => EditionPhase::Unfinished,
        };
        let report = Self {
            schema: "roundup.report/1",
            edition: edition.name.clone(),
            subject: edition.subject.clone(),
            hash: edition.hash.clone(),
            practice,
            state,
            is_retired: false,
            planned_at: edition.planned_at,
            corrects: edition.corrects.clone(),
            corrected_by: None,
            figures: None,
            people: counts.people(),
            purpose: edition.list.as_ref().map(|list| list.purpose).unwrap_or_default(),
            bases: edition.list.as_ref().map(|list| list.bases.clone()).unwrap_or_default(),
            segment: edition
                .list
                .as_ref()
                .and_then(|list| list.segment.as_ref())
                .map(ToString::to_string),
            accepted: counts.accepted,
            deferred: counts.deferred,
            rejected: counts.rejected + counts.closed,
            closed: counts.closed,
            uncertain: counts.uncertain,
            suppressed: counts.suppressed,
            cancelled: counts.cancelled,
            expired: counts.expired,
            planned: counts.planned + counts.claimed + counts.handing_over,
            left_out,
            rows,
            approvals: Vec::new(),
            stops: Vec::new(),
        };
        debug_assert_eq!(
            report.people,
            report.parts().iter().map(|(_, count)| count).sum::<u64>(),
            "everybody is counted once"
        );
        report
    }

    /// The figures that add up to `people`, in the order people read them.
    pub fn parts(&self) -> [(&'static str, u64); 8] {
        [
            ("accepted", self.accepted),
            ("deferred", self.deferred),
            ("rejected", self.rejected),
            ("uncertain", self.uncertain),
            ("suppressed", self.suppressed),
            ("cancelled", self.cancelled),
            ("expired", self.expired),
            ("planned", self.planned),
        ]
    }

    /// The audience by basis, without groups that are too small to be shown to others.
    pub fn bases_shown(&self) -> Breakdown {
        Breakdown::of(self.bases.iter().map(|(basis, people)| (basis.replace('_', " "), *people)))
    }

    /// Whether somebody has to look at rows that were rejected: neither tried again nor closed.
    pub fn has_open_rejections(&self) -> bool {
        self.rejected > self.closed
    }

    /// What it corrects, or is corrected by, behind its name: as in " (corrects 2020-12)".
    pub fn correction_note(&self) -> String {
        let corrects = self.corrects.iter().map(|first| format!(" (corrects {first})"));
        let corrected = self.corrected_by.iter().map(|later| format!(" (corrected by {later})"));
        corrects.chain(corrected).collect()
    }

    /// The sum as a line that people can check.
    pub fn arithmetic(&self) -> String {
        let parts: Vec<String> = self
            .parts()
            .into_iter()
            .filter(|(name, count)| *count > 0 || *name == "accepted")
            .map(|(name, count)| format!("{} {name}", grouped(count)))
            .collect();
        format!("{} = {}", people(self.people), parts.join(" + "))
    }
}

fn shown_bases<S: Serializer>(bases: &BasisCounts, serializer: S) -> Result<S::Ok, S::Error> {
    let counts = bases.iter().map(|(basis, people)| (basis.clone(), *people));
    serializer.collect_map(Breakdown::of(counts).shown())
}

/// A row as it is when no run has it in progress any more: what the next run will make of it.
pub fn abandoned(row: CopyRow) -> CopyRow {
    match after_a_crash(row.status) {
        Some(Event::Uncertain { why }) => CopyRow { status: Status::Uncertain, detail: why, ..row },
        Some(_) => CopyRow { status: Status::Planned, ..row },
        None => row,
    }
}

/// One edition's copy for this person, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedDelivery {
    pub edition: String,
    pub state: String,
    pub at: Option<DateTime<Utc>>,
    pub reply: String,
    pub message_id: Option<String>,
    pub practice: bool,
    /// The edition that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// Who had approved the edition as it was planned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ReportedApproval>,
}

impl ReportedDelivery {
    pub fn of_row(row: CopyRow, practice: bool) -> Self {
        Self {
            edition: row.edition,
            state: row.status.word().to_owned(),
            at: Some(row.changed_at),
            reply: row.detail,
            message_id: Some(row.message_id),
            practice,
            corrects: None,
            approvals: Vec::new(),
        }
    }

    pub fn of_left_out(row: LeftOutRow, practice: bool) -> Self {
        Self {
            edition: row.edition,
            state: "left_out".to_owned(),
            at: None,
            reply: row.why,
            message_id: None,
            practice,
            corrects: None,
            approvals: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::laws;

    #[test]
    fn the_figures_add_up_in_every_state() {
        let edition = laws::plan("2020", &[]).edition;
        let mut counts = Counts::default();
        for (rows, status) in (1..).zip(Status::ALL) {
            counts.add(status, rows);
            let report =
                Report::new(&edition, counts, Vec::new(), 2, false, EditionPhase::Unfinished);
            let sum: u64 = report.parts().iter().map(|(_, count)| count).sum();
            assert_eq!(sum, report.people);
        }
        let report = Report::new(&edition, counts, Vec::new(), 2, false, EditionPhase::Unfinished);
        assert_eq!(report.state, EditionPhase::Unfinished);
        assert_eq!(
            report.arithmetic(),
            "66 people = 4 accepted + 5 deferred + 17 rejected + 10 uncertain + 8 suppressed + 9 cancelled \
             + 10 expired + 3 planned"
        );
        // While it is being sent, what is being handed over may still come to anything.
        let report = Report::new(&edition, counts, Vec::new(), 2, false, EditionPhase::Sending);
        assert_eq!((report.uncertain, report.planned), (7, 6));
    }
}
