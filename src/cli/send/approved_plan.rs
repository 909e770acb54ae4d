//! `roundup approve --show` of an edition that was planned already: the approvals on record.
//! Shell: reads the ledger.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::approval::{Approval, EditionStop, FrozenAudience, PublicPage, approve_command};
use crate::cli::archive::public::page_of;
use crate::cli::send::gate;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text, zone_name};
use crate::cli::terminal::screen::{Screen, people};
use crate::ledger::{AnyLedger, EditionSummary, Ledger, RunControl};
use crate::project::Project;
use crate::report::decisions::{ReportedApproval, decision_lines};

/// `roundup.approval/1` of an edition that was planned: nothing in it changes any more.
#[derive(Serialize)]
struct PlannedApprovals {
    schema: &'static str,
    edition: String,
    /// What was planned may be sent.
    approved: bool,
    missing: u64,
    /// Whether nobody else gets it: that is for good.
    cancelled: bool,
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
    /// Whether everybody may read it in the archive.
    page: ShownPage,
}

/// What becomes of the page of an edition, with who has approved that since it was sent.
#[derive(Serialize)]
struct ShownPage {
    public: bool,
    /// How many people must approve it before it is.
    missing: u64,
    /// What is different from what was sent, in words.
    changes: Vec<String>,
    approvals: Vec<ReportedApproval>,
    /// How whoever is missing approves it.
    #[serde(skip)]
    approve: String,
}

impl ShownPage {
    fn of(page: &PublicPage, since: &[Approval], (project, edition): (&Project, &str)) -> Self {
        let zone = project.settings.time_zone;
        let given = if let PublicPage::Waits(state) = page { state.valid.len() } else { 0 };
        let approve = approve_command(edition, given, &project.settings.approval.accounts);
        let (public, missing, changes) = match page {
            PublicPage::Shown => (true, 0, Vec::new()),
            PublicPage::StaysOut => (false, 0, Vec::new()),
            PublicPage::Waits(state) => (false, state.missing(), state.changes.clone()),
        };
        let approvals = since.iter().map(|approval| ReportedApproval {
            who: approval.who.clone(),
            account: approval.account.clone(),
            at: approval.at,
            hash: approval.frozen.hash.clone(),
            words: approval.words(zone),
        });
        Self { public, missing, changes, approvals: approvals.collect(), approve }
    }

    fn lines(&self, text: &mut Text) {
        for approval in &self.approvals {
            text.line(format!("Its page for everybody was approved by {}.", approval.words));
        }
        if self.missing > 0 {
            text.line("Changed since it was sent:");
            for change in &self.changes {
                text.line(format!("  {change}"));
            }
            text.say(format!(
                "{} to go before the page is public. Next: {}",
                people(self.missing),
                self.approve
            ));
        }
    }
}

impl Outcome for PlannedApprovals {
    fn text(&self, text: &mut Text) {
        let planned = self.planned_at.with_timezone(&self.time_zone);
        let planned = planned.format("%-d %B %Y at %H:%M");
        let Self { edition, subject, hash, .. } = self;
        text.line(format!("{} · \"{subject}\" · version {hash}", text.strong(edition)));
        text.line(if self.cancelled {
            format!("{edition} was planned on {planned}, and was cancelled: nobody else gets it.")
        } else {
            format!("{edition} was planned on {planned}: what was planned is what is sent.")
        });
        if self.approvals.is_empty() {
            text.line("Nobody had approved it: roundup.toml asked for no approval.");
        }
        if let Some(audience) = &self.audience {
            text.line(format!("It was approved for {}.", people(audience.people)));
        }
        for line in decision_lines(&self.approvals, &self.stops, self.time_zone) {
            text.line(line);
        }
        self.page.lines(text);
        text.say(format!("Next: roundup report {edition}"));
    }
}

/// Shows who had approved a planned edition.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn show_approvals(
    on: (&Project, &AnyLedger, &Screen),
    planned: &EditionSummary,
) -> Result<Exit, Failure> {
    let (project, ledger, screen) = on;
    let zone = project.settings.time_zone;
    let draft = project.draft(&planned.name)?;
    let page = page_of(project, ledger, planned, draft.as_ref()).await?;
    let decisions = gate::decisions(Some(ledger), &planned.name).await?;
    let approvals = ReportedApproval::of(planned, &decisions.approvals, zone);
    let is_counted = |hash: &str| approvals.iter().any(|approval| approval.hash == hash);
    let last = decisions.approvals.iter().rfind(|approval| is_counted(&approval.frozen.hash));
    let is_of_page = |approval: &&Approval| ReportedApproval::is_of_page(planned, approval);
    let of_page: Vec<Approval> = decisions.approvals.iter().filter(is_of_page).cloned().collect();
    let cancelled = ledger.edition_state(&planned.name).await?.control == RunControl::Cancel;
    screen.outcome(&PlannedApprovals {
        schema: "roundup.approval/1",
        edition: planned.name.clone(),
        approved: !cancelled,
        missing: 0,
        cancelled,
        planned_at: planned.planned_at,
        time_zone: zone,
        hash: planned.hash.clone(),
        subject: planned.subject.clone(),
        audience: last.map(|approval| approval.frozen.audience.clone()),
        approvals,
        stops: decisions.stops,
        page: ShownPage::of(&page, &of_page, (project, &planned.name)),
    })?;
    Ok(Exit::Done)
}
