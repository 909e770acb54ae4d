//! Which edition is meant where nobody names one, in every command: what has begun, or else what is prepared and not sent.
//! Shell: reads the ledger and the drafts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::approval::{ApprovalState, EVERY_EDITION, EditionDecisions, StopKind};
use crate::audience::EditionPurpose;
use crate::cli::steps::corrections::is_correction;
use crate::cli::steps::ledgers::{existing_ledger, last_of, last_window};
use crate::cli::steps::typed_again::{approved_for, as_decided};
use crate::cli::steps::window_args::{EditionArguments, typed_again};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::outcome::time_words;
use crate::edition::draft_reading::window_from_name;
use crate::ledger::{AnyLedger, ApprovalStore, EditionSummary, Ledger, ScheduleStore};
use crate::project::Project;
use crate::schedule::OccurrenceState;
use crate::window::Window;

/// How far an edition has come that is not sent; those further down are nearer to being sent by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    Cancelled,
    /// It is approved, and `due` sends it at its time.
    Timed,
    Paused,
    /// It is a file in editions/, or some of those have approved it who must.
    Drafted,
    /// It was approved, and has changed since.
    Changed,
    Approved,
}

/// An edition that somebody has prepared, and nobody has sent.
#[derive(Debug, Clone, Serialize)]
pub struct UnsentEdition {
    pub edition: String,
    pub state: Readiness,
    /// Whether it is a file in editions/.
    pub has_draft: bool,
    /// How many people have approved it, and how many must.
    pub approvals: usize,
    pub needed: u8,
    /// The time at which `due` sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// Who has stopped it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// All of it in one sentence.
    pub words: String,
    /// What to type for it.
    pub next: String,
    #[serde(skip)]
    end: Option<NaiveDate>,
    #[serde(skip)]
    is_correction: bool,
    /// As `send` and `approve` take it.
    #[serde(skip)]
    argument: String,
    /// Whom it was approved for, and what for, where that is not what the draft says.
    #[serde(skip)]
    typed: (Option<String>, Option<EditionPurpose>),
}

/// What comes next.
pub struct NextEdition {
    /// What has begun and is not finished, the latest first.
    pub unfinished: Option<EditionSummary>,
    /// What is not sent, what comes next first.
    pub unsent: Vec<UnsentEdition>,
    /// The window of the last edition that was planned.
    pub last: Option<Window>,
}

impl NextEdition {
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn of(project: &Project, practice: bool) -> Result<Self, Failure> {
        // What went out for real counts first, in practice too.
        let real = if practice { last_window(project, false).await? } else { None };
        let ledger = existing_ledger(project, practice).await?;
        let planned = match &ledger {
            Some(ledger) => ledger.summaries().await?,
            None => Vec::new(),
        };
        let last = real.or_else(|| last_of(project, &planned));
        let mut unfinished = None;
        if let Some(ledger) = &ledger {
            for edition in &planned {
                if ledger.progress(&edition.name).await?.open > 0 {
                    unfinished = Some(edition.clone());
                    break;
                }
            }
        }
        let sent: BTreeSet<&str> = planned.iter().map(|edition| edition.name.as_str()).collect();
        let unsent = unsent(project, ledger.as_ref(), &sent, last.as_ref()).await?;
        Ok(Self { unfinished, unsent, last })
    }

    /// What a command is about that names no edition and no window; none where only a window can be meant.
    pub fn meant(&self, typed: &EditionArguments) -> Option<EditionArguments> {
        let typed = typed.clone();
        if let Some(begun) = &self.unfinished {
            return Some(EditionArguments { edition: Some(begun.name.clone()), ..typed });
        }
        let next = self.taken()?;
        let (segment, purpose) = next.typed.clone();
        Some(EditionArguments {
            edition: Some(next.edition.clone()),
            segment: typed.segment.or(segment),
            purpose: typed.purpose.or(purpose),
            ..typed
        })
    }

    /// What is approved as somebody last saw it, as `send` takes it.
    pub fn approved(&self) -> BTreeMap<String, EditionArguments> {
        let is_approved = |edition: &&UnsentEdition| {
            matches!(edition.state, Readiness::Approved | Readiness::Timed)
        };
        let asked = |edition: &UnsentEdition| {
            let (segment, purpose) = edition.typed.clone();
            let name = edition.edition.clone();
            let edition = Some(name.clone());
            (name, EditionArguments { edition, segment, purpose, ..EditionArguments::default() })
        };
        self.unsent.iter().filter(is_approved).map(asked).collect()
    }

    /// Those that are not approved as they are now.
    pub fn mark_changed(&mut self, changed: &BTreeSet<String>, zone: chrono_tz::Tz) {
        for edition in &mut self.unsent {
            if changed.contains(&edition.edition) {
                edition.state = Readiness::Changed;
                edition.approvals = 0;
                edition.at = None;
                edition.words = edition.sentence(zone);
                edition.next = edition.next_command();
            }
        }
        sort(&mut self.unsent);
    }

    /// What comes next of what is not sent; a correction is taken only where it is named.
    pub fn taken(&self) -> Option<&UnsentEdition> {
        self.unsent.iter().find(|edition| !edition.is_correction)
    }

    /// Which one is taken, and which ones are not; none where there is nothing to take.
    pub fn note(&self) -> Option<String> {
        if let Some(begun) = &self.unfinished {
            return Some(format!("Taking {}, which is not finished.", begun.name));
        }
        let Some(next) = self.taken() else {
            return self.unsent.first().map(|next| next.words.clone());
        };
        let taken = if next.has_draft {
            format!("Using your draft editions/{}.md.", next.edition)
        } else {
            format!("Taking {}, which is not sent yet.", next.edition)
        };
        let others = self.unsent.iter().map(|other| other.edition.as_str());
        let others: Vec<&str> = others.filter(|other| *other != next.edition).collect();
        if others.is_empty() {
            return Some(taken);
        }
        Some(format!("{taken} Not sent yet either: {}; name one to take it.", others.join(", ")))
    }
}

/// Every edition that is prepared and not planned. A draft of days before the last edition is left over, unless somebody has
/// approved it since.
async fn unsent(
    project: &Project,
    ledger: Option<&AnyLedger>,
    sent: &BTreeSet<&str>,
    last: Option<&Window>,
) -> Result<Vec<UnsentEdition>, Failure> {
    let decisions = match ledger {
        Some(ledger) => decisions_by_edition(ledger).await?,
        None => BTreeMap::new(),
    };
    let times = match ledger {
        Some(ledger) => times_by_edition(ledger).await?,
        None => BTreeMap::new(),
    };
    let drafts = project.drafts()?;
    // Earlier versions wrote stops down under names that no command takes.
    let decided = decisions.keys().filter(|name| project.draft_path(name).is_ok());
    let names: BTreeSet<&String> = drafts.iter().chain(decided).collect();
    let mut unsent = Vec::new();
    for name in names.into_iter().filter(|name| !sent.contains(name.as_str())) {
        let none = EditionDecisions::default();
        let decisions = decisions.get(name).unwrap_or(&none);
        let is_correction = is_correction(name, |first| sent.contains(first));
        // The words of a correction stand in the first edition's draft.
        if is_correction && decisions.approvals.is_empty() {
            continue;
        }
        let has_draft = drafts.contains(name);
        let mut found = look_at(project, name, has_draft, decisions, times.get(name).copied());
        if is_correction {
            found.is_correction = true;
            // Its people and its purpose are those of the edition that it corrects.
            found.typed = (None, None);
            found.argument = as_decided(project, name, decisions)?;
            found.next = found.next_command();
        }
        let is_next = match (found.end, last) {
            (Some(end), Some(last)) => end >= last.end,
            // One that cannot be read is named by the command that opens it.
            (None, _) => has_draft,
            (Some(_), None) => true,
        };
        let is_wanted = match found.state {
            Readiness::Cancelled => has_draft && is_next,
            _ if decisions.approvals.is_empty() => is_next,
            _ => has_draft || is_correction || found.end.is_some(),
        };
        if is_wanted {
            unsent.push(found);
        }
    }
    sort(&mut unsent);
    Ok(unsent)
}

/// What comes next first.
fn sort(unsent: &mut [UnsentEdition]) {
    unsent.sort_by_key(|edition| Reverse((edition.state, edition.end, edition.edition.clone())));
}

fn look_at(
    project: &Project,
    name: &str,
    has_draft: bool,
    decisions: &EditionDecisions,
    at: Option<DateTime<Utc>>,
) -> UnsentEdition {
    let zone = project.settings.time_zone;
    let draft = project.draft(name).ok().flatten();
    let window = match &draft {
        Some(draft) => Some(draft.window.clone()),
        None => window_from_name(name, zone).ok(),
    };
    let needed = project.settings.approval.people.max(1);
    let last = decisions.approvals.last();
    let approval = last.map(|last| ApprovalState::of(needed, decisions, &last.frozen));
    let stop = match &approval {
        Some(state) => state.stopped.as_ref(),
        None => decisions.stop_without_approval(),
    };
    let state = match (stop.map(|stop| stop.kind), &approval) {
        (Some(StopKind::Cancelled), _) => Readiness::Cancelled,
        (Some(StopKind::Paused | StopKind::Resumed | StopKind::Timed), _) => Readiness::Paused,
        (None, Some(state)) if state.is_enough() && at.is_some() => Readiness::Timed,
        (None, Some(state)) if state.is_enough() => Readiness::Approved,
        (None, _) => Readiness::Drafted,
    };
    let typed = last.map(|last| approved_for(&last.frozen.audience, draft.as_ref()));
    let typed = typed.unwrap_or_default();
    let mut edition = UnsentEdition {
        edition: name.to_owned(),
        state,
        has_draft,
        approvals: approval.as_ref().map_or(0, |state| state.valid.len()),
        needed,
        at: at.filter(|_| state == Readiness::Timed),
        stopped: stop.map(|stop| stop.words(zone)),
        words: String::new(),
        next: String::new(),
        end: window.map(|window| window.end),
        is_correction: false,
        argument: typed_again(name, typed.0.as_deref(), typed.1),
        typed,
    };
    edition.words = edition.sentence(zone);
    edition.next = edition.next_command();
    edition
}

impl UnsentEdition {
    fn sentence(&self, zone: chrono_tz::Tz) -> String {
        let Self { edition, approvals, needed, .. } = self;
        match (self.state, &self.stopped, self.at) {
            (_, Some(stopped), _) if self.has_draft => {
                format!("{edition} has a draft, and was {stopped}: it is not sent.")
            }
            (_, Some(stopped), _) => format!("{edition} was {stopped}: it is not sent."),
            (Readiness::Timed, None, Some(at)) => {
                format!("{edition} is approved, and due on {}.", time_words(at, zone))
            }
            (Readiness::Approved | Readiness::Timed, None, _) => {
                format!("{edition} is approved, and not sent yet.")
            }
            (Readiness::Changed, None, _) => {
                format!("{edition} has changed since its approval, and is not sent.")
            }
            _ if *approvals > 0 => {
                format!("{edition} is approved by {approvals} of {needed}, and not sent yet.")
            }
            _ => format!("{edition} has a draft, and is not sent yet."),
        }
    }

    /// How somebody approves it as it was approved before, for the same people.
    pub fn approve_command(&self) -> String {
        format!("roundup approve {}", self.argument)
    }

    fn next_command(&self) -> String {
        let what = &self.argument;
        match self.state {
            Readiness::Cancelled | Readiness::Changed => self.approve_command(),
            Readiness::Paused => format!("roundup send {what} --unpause"),
            Readiness::Approved => format!("roundup send {what}"),
            Readiness::Timed => "roundup due --install-hints".to_owned(),
            Readiness::Drafted if self.approvals > 0 => self.approve_command(),
            Readiness::Drafted => format!("roundup preview {}", self.edition),
        }
    }
}

/// All that people have decided, by edition.
pub async fn decisions_by_edition(
    ledger: &AnyLedger,
) -> Result<BTreeMap<String, EditionDecisions>, Failure> {
    let mut by_edition: BTreeMap<String, EditionDecisions> = BTreeMap::new();
    let stops = ledger.stops().await?.into_iter();
    for stop in stops.filter(|stop| stop.edition != EVERY_EDITION) {
        by_edition.entry(stop.edition.clone()).or_default().stops.push(stop);
    }
    for approval in ledger.approvals().await? {
        by_edition.entry(approval.edition.clone()).or_default().approvals.push(approval);
    }
    Ok(by_edition)
}

/// The times that editions wait for.
async fn times_by_edition(ledger: &AnyLedger) -> Result<BTreeMap<String, DateTime<Utc>>, Failure> {
    let rows = ledger.occurrences().await?.into_iter();
    let waiting = rows.filter(|row| row.is_once() && row.state == OccurrenceState::Waiting);
    Ok(waiting.filter_map(|row| Some((row.edition?, row.opens_at))).collect())
}
