//! What there is to know before it is decided what is due: rows, approvals, plans.
//! Shell: reads the ledger and the project.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::approval::{Approval, ApprovalState};
use crate::audience::EditionPurpose;
use crate::cli::steps::chosen::choose;
use crate::cli::steps::window_args::Which;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::ledger::{AnyLedger, ApprovalStore, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::{ApprovedEdition, Occurrence, Schedule, ScheduleFacts};

/// See the module.
pub struct KnownSchedule {
    begun: DateTime<Utc>,
    rows: Vec<Occurrence>,
    pub approved: Vec<ApprovedEdition>,
    /// What was approved, as `send` takes it.
    asked: BTreeMap<String, Which>,
    planned: Vec<String>,
    unfinished: Vec<String>,
}

impl KnownSchedule {
    pub fn facts<'a>(&'a self, schedule: &'a Schedule, now: DateTime<Utc>) -> ScheduleFacts<'a> {
        ScheduleFacts {
            now,
            schedule,
            begun: self.begun,
            rows: &self.rows,
            approved: &self.approved,
            planned: &self.planned,
            unfinished: &self.unfinished,
        }
    }

    /// The edition and the audience that were approved.
    pub fn asked(&self, edition: &str) -> Which {
        let plain = || Which { edition: Some(edition.to_owned()), ..Which::default() };
        self.asked.get(edition).cloned().unwrap_or_else(plain)
    }
}

pub async fn gather(
    project: &Project,
    ledger: &AnyLedger,
    schedule: &Schedule,
    now: DateTime<Utc>,
    screen: &Screen,
) -> Result<KnownSchedule, Failure> {
    let begun = match &schedule.phrase {
        Some(phrase) => ledger.begin_schedule(&phrase.to_string(), now).await?,
        None => now,
    };
    let rows = ledger.occurrences().await?;
    let (mut planned, mut unfinished) = (Vec::new(), Vec::new());
    for edition in ledger.summaries().await? {
        if ledger.progress(&edition.name).await?.open > 0 {
            unfinished.push(edition.name.clone());
        }
        planned.push(edition.name);
    }
    let approvals = ledger.approvals().await?;
    let (approved, asked) = approved(project, approvals, &planned, screen).await;
    Ok(KnownSchedule { begun, rows, approved, asked, planned, unfinished })
}

/// Editions that enough people have approved in one form, the last that anybody saw. Whether they are still in it is found out
/// before they are sent.
pub async fn approved(
    project: &Project,
    approvals: Vec<Approval>,
    planned: &[String],
    screen: &Screen,
) -> (Vec<ApprovedEdition>, BTreeMap<String, Which>) {
    let mut by_edition: BTreeMap<String, Vec<Approval>> = BTreeMap::new();
    for approval in approvals.into_iter().filter(|approval| !planned.contains(&approval.edition)) {
        by_edition.entry(approval.edition.clone()).or_default().push(approval);
    }
    let needed = project.settings.approval.people.max(1);
    let (mut approved, mut asked) = (Vec::new(), BTreeMap::new());
    for (name, given) in by_edition {
        let Some(last) = given.last() else { continue };
        let state = ApprovalState::of(needed, &given, &last.frozen);
        let Some(since) = state.since().filter(|_| state.is_enough()) else { continue };
        let audience = &last.frozen.audience;
        let purpose = EditionPurpose::ALL.into_iter().find(|p| p.to_string() == audience.purpose);
        let which = Which {
            edition: Some(name.clone()),
            segment: audience.typed_segment.clone(),
            purpose,
            ..Which::default()
        };
        match choose(project, &which, &screen.silent()).await {
            Ok(chosen) => approved.push(ApprovedEdition {
                name: name.clone(),
                window_end: chosen.window.end,
                since,
            }),
            Err(failure) => {
                screen.warn(&format!("`{name}` is approved, and cannot be sent: {}", failure.what));
                continue;
            }
        }
        asked.insert(name, which);
    }
    (approved, asked)
}
