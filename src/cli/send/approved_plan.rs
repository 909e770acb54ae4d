//! `roundup approve --show` of an edition that was planned already: the approvals on record.
//! Shell: reads the ledger.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{EditionStop, FrozenAudience};
use crate::cli::send::gate;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::screen::{Screen, people};
use crate::ledger::{AnyLedger, EditionSummary};
use crate::report::ReportedApproval;

/// `roundup.approval/1` of an edition that was planned: nothing in it changes any more.
#[derive(Serialize)]
struct PlannedApprovals {
    schema: &'static str,
    edition: String,
    /// What was planned may be sent.
    approved: bool,
    missing: u64,
    planned_at: DateTime<Utc>,
    #[serde(serialize_with = "zone_name")]
    time_zone: Tz,
    hash: String,
    subject: String,
    /// As the last of them saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<FrozenAudience>,
    /// Those that were given to what was planned.
    approvals: Vec<ReportedApproval>,
    stops: Vec<EditionStop>,
}

impl Outcome for PlannedApprovals {
    fn text(&self, text: &mut Text) {
        let planned = self.planned_at.with_timezone(&self.time_zone);
        let planned = planned.format("%-d %B %Y at %H:%M");
        let Self { edition, subject, hash, .. } = self;
        text.line(format!("{} · \"{subject}\" · version {hash}", text.strong(edition)));
        text.line(format!("{edition} was planned on {planned}: what was planned is what is sent."));
        if self.approvals.is_empty() {
            text.line("Nobody had approved it: roundup.toml asked for no approval.");
        }
        if let Some(audience) = &self.audience {
            text.line(format!("It was approved for {}.", people(audience.people)));
        }
        for approval in &self.approvals {
            text.line(format!("Approved by {}.", approval.words));
        }
        for stop in &self.stops {
            text.line(format!("It was {}.", stop.words(self.time_zone)));
        }
        text.say(format!("Next: roundup report {edition}"));
    }
}

/// Shows who had approved a planned edition.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn show_approvals(
    ledger: &AnyLedger,
    planned: &EditionSummary,
    zone: Tz,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let decisions = gate::decisions(Some(ledger), &planned.name).await?;
    let approvals = ReportedApproval::of(planned, &decisions.approvals, zone);
    let is_counted = |hash: &str| approvals.iter().any(|approval| approval.hash == hash);
    let last = decisions.approvals.iter().rfind(|approval| is_counted(&approval.frozen.hash));
    screen.outcome(&PlannedApprovals {
        schema: "roundup.approval/1",
        edition: planned.name.clone(),
        approved: true,
        missing: 0,
        planned_at: planned.planned_at,
        time_zone: zone,
        hash: planned.hash.clone(),
        subject: planned.subject.clone(),
        audience: last.map(|approval| approval.frozen.audience.clone()),
        approvals,
        stops: decisions.stops,
    })?;
    Ok(Exit::Done)
}
