//! What there is to know before it is decided what is due: rows, approvals, plans.
//! Shell: reads the ledger and the project.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::approval::{ApprovalState, EditionStop};
use crate::audience::EditionPurpose;
use crate::cli::due::REPEATED_EVERY;
use crate::cli::steps::approved_now::changed;
use crate::cli::steps::chosen_edition::choose;
use crate::cli::steps::next_edition::decisions_by_edition;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::ledger::schedule_store::{DUE_RAN, FollowedSchedule};
use crate::ledger::{AnyLedger, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::{
    ApprovedEdition, Occurrence, OccurrenceState, PlannedSending, Schedule, ScheduleFacts,
};

/// The facts about a schedule that `due` decides from, and that `status` and `approve` answer from.
#[derive(Default)]
pub struct KnownSchedule {
    pub followed: FollowedSchedule,
    pub rows: Vec<Occurrence>,
    pub approved: Vec<ApprovedEdition>,
    /// What was approved, as `send` takes it.
    asked: BTreeMap<String, EditionArguments>,
    /// What somebody has stopped, and nobody has decided about since.
    stopped: Vec<String>,
    planned: Vec<PlannedSending>,
    unfinished: Vec<String>,
}

impl KnownSchedule {
    /// What the ledger says without a look at any edition.
    pub async fn read(
        ledger: &AnyLedger,
        schedule: &Schedule,
        now: DateTime<Utc>,
    ) -> Result<Self, Failure> {
        let mut known = Self { rows: ledger.occurrences().await?, ..Self::default() };
        // Without a phrase there are times of editions, and when `due` ran last.
        let phrase = schedule.phrase.as_ref().map_or_else(String::new, ToString::to_string);
        known.followed = ledger.followed(&phrase, now).await?;
        for edition in ledger.summaries().await? {
            if ledger.progress(&edition.name).await?.open > 0 {
                known.unfinished.push(edition.name.clone());
            }
            known.planned.push(PlannedSending {
                is_correction: edition.corrects.is_some(),
                at: edition.planned_at,
                edition: edition.name,
            });
        }
        Ok(known)
    }

    /// With what people have decided about editions that are not planned; `changed` are those that have changed since.
    pub fn with(mut self, decided: UnplannedEditions, changed: &BTreeSet<String>) -> Self {
        self.stopped = decided.stopped.into_iter().map(|stop| stop.edition).collect();
        (self.approved, self.asked) = (decided.approved, decided.asked);
        for edition in &mut self.approved {
            edition.has_changed |= changed.contains(&edition.name);
        }
        self
    }

    /// Looks again at approved editions: true where one of them has changed since.
    pub async fn look_again(
        &mut self,
        project: &Project,
        ledger: &AnyLedger,
        names: &BTreeSet<&str>,
        screen: &Screen,
    ) -> bool {
        let asked = self.approved.iter().filter(|edition| names.contains(edition.name.as_str()));
        let asked = asked.map(|edition| (edition.name.clone(), self.asked(&edition.name)));
        let changed = changed(project, ledger, &asked.collect(), screen).await;
        for edition in &mut self.approved {
            edition.has_changed |= changed.contains(&edition.name);
        }
        !changed.is_empty()
    }

    /// Whether something waits for `due`, and no run of it is known: nobody has set it up.
    pub fn waits_in_vain(&self, schedule: &Schedule) -> bool {
        let waits = schedule.phrase.is_some()
            || self.rows.iter().any(|row| row.state == OccurrenceState::Waiting);
        waits && self.followed.begun.is_none() && self.followed.last_run.is_none()
    }

    pub fn planned(&self) -> Vec<String> {
        self.planned.iter().map(|sent| sent.edition.clone()).collect()
    }

    pub fn facts<'a>(&'a self, schedule: &'a Schedule, now: DateTime<Utc>) -> ScheduleFacts<'a> {
        ScheduleFacts {
            now,
            schedule,
            // One that was never followed is followed from now on.
            begun: self.followed.begun.unwrap_or(now),
            rows: &self.rows,
            approved: &self.approved,
            stopped: &self.stopped,
            planned: &self.planned,
            unfinished: &self.unfinished,
        }
    }

    /// The edition and the audience that were approved.
    pub fn asked(&self, edition: &str) -> EditionArguments {
        let plain = || EditionArguments {
            edition: Some(edition.to_owned()),
            ..EditionArguments::default()
        };
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
    if let Some(phrase) = &schedule.phrase {
        ledger.begin_schedule(&phrase.to_string(), now).await?;
    }
    // Doctor and status say when it ran last.
    ledger.claim_notice(DUE_RAN, TimeDelta::zero(), now).await?;
    let known = KnownSchedule::read(ledger, schedule, now).await?;
    let decided = unplanned(project, ledger, &known.planned(), screen).await?;
    for (name, why) in &decided.unsendable {
        let kind = format!("due unsendable {name}");
        let may = ledger.claim_notice(&kind, REPEATED_EVERY, now).await?;
        if screen.asks || screen.verbose || may {
            screen.warn(&unsendable_words(name, why));
        }
    }
    Ok(known.with(decided, &BTreeSet::new()))
}

/// Editions that people have decided about and nobody has planned.
pub struct UnplannedEditions {
    /// Those that enough people have approved in one form, the last that anybody saw. Whether they are still in it is found
    /// out before they are sent.
    pub approved: Vec<ApprovedEdition>,
    /// Corrections that are approved, in the form that anybody saw last: they go out by hand.
    pub corrections: Vec<String>,
    /// Those that are approved and cannot be found any more, with the reason.
    pub unsendable: Vec<(String, String)>,
    /// What was approved, as `send` takes it.
    asked: BTreeMap<String, EditionArguments>,
    /// Those that somebody has stopped, and nobody has decided about since.
    pub stopped: Vec<EditionStop>,
}

pub fn unsendable_words(name: &str, why: &str) -> String {
    format!("`{name}` is approved, and cannot be sent: {why}")
}

/// What people have decided about editions that are not planned.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn unplanned(
    project: &Project,
    ledger: &AnyLedger,
    planned: &[String],
    screen: &Screen,
) -> Result<UnplannedEditions, Failure> {
    let mut by_edition = decisions_by_edition(ledger).await?;
    by_edition.retain(|edition, _| !planned.contains(edition));
    let needed = project.settings.approval.people.max(1);
    let (mut approved, mut asked, mut stopped) = (Vec::new(), BTreeMap::new(), Vec::new());
    let (mut corrections, mut unsendable) = (Vec::new(), Vec::new());
    for (name, decisions) in by_edition {
        let Some(last) = decisions.approvals.last() else {
            stopped.extend(decisions.stop_without_approval().cloned());
            continue;
        };
        let state = ApprovalState::of(needed, &decisions, &last.frozen);
        if let Some(stop) = state.stopped {
            stopped.push(stop);
            continue;
        }
        if !state.is_enough() {
            continue;
        }
        let audience = &last.frozen.audience;
        let purpose = EditionPurpose::parse(&audience.purpose);
        let which = EditionArguments {
            edition: Some(name.clone()),
            segment: audience.typed_segment.clone(),
            purpose,
            ..EditionArguments::default()
        };
        match choose(project, &which, &screen.silent()).await {
            // A correction goes out by hand, whoever has approved it.
            Ok(chosen) if chosen.audience.correction.is_some() => corrections.push(name.clone()),
            Ok(chosen) => approved.push(ApprovedEdition {
                name: name.clone(),
                window_end: chosen.window.end,
                moments: state.moments,
                has_changed: false,
            }),
            Err(failure) => unsendable.push((name.clone(), failure.what)),
        }
        asked.insert(name, which);
    }
    Ok(UnplannedEditions { approved, corrections, unsendable, asked, stopped })
}
