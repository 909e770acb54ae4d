//! `roundup approve`: somebody looks at an edition and says yes to exactly that.
//! Shell: the ledger, the list, the person at the keyboard.

use clap::Args;

use crate::approval::{
    Approval, ApprovalState, ApproverName, EditionDecisions, EditionStop, FrozenEdition,
    approve_command,
};
use crate::cli::globals::Globals;
use crate::cli::send::announce::AnnouncedPeople;
use crate::cli::send::approval_outcome::{ApprovalOutcome, GivenApproval, PeopleSince, ShownStop};
use crate::cli::send::approved_page::page_approval;
use crate::cli::send::approved_plan::show_approvals;
use crate::cli::send::confirm::confirm_approval;
use crate::cli::send::first_plan::refuse_unready;
use crate::cli::send::gate;
use crate::cli::send::given_yes::record;
use crate::cli::steps::chosen_edition::{ChosenEdition, choose_correction, choose_for};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen::frozen;
use crate::cli::steps::ledgers;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::notices::notify;
use crate::cli::steps::prepare::{PreparedEdition, prepare};
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::window_args::EditionArguments;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::number;
use crate::cli::terminal::screen::{Screen, grouped, people};
use crate::cli::terminal::system;
use crate::count::more_people;
use crate::ledger::{AnyLedger, ApprovalStore, EditionSummary, Ledger};
use crate::operator::{NoticeTopic, OperatorNotice};
use crate::project::{Project, account};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: EditionArguments,
    /// Your name; the owner of the computer's account if not given
    #[arg(long = "as", value_name = "NAME", conflicts_with = "show")]
    name: Option<String>,
    /// Approve the correction of an edition that was sent
    #[arg(long, value_name = "EDITION", conflicts_with_all = ["edition", "window", "segment", "purpose"])]
    correction: Option<String>,
    /// With the people whose delivery is uncertain
    #[arg(long, requires = "correction")]
    those_in_doubt: bool,
    /// Show who has approved it, and what has changed since; approve nothing
    #[arg(long)]
    show: bool,
    /// The number of people, for scripts: it must match the list
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number::people)]
    confirm: Option<u64>,
    /// The relay that `send` gets with --relay; without one, practice is approved
    #[arg(long, value_name = "URL")]
    relay: Option<String>,
}

/// Lines of the text that are shown: a screen has some forty.
const FIRST_SCREEN_LINES: usize = 24;
/// A line that is longer is cut.
const LONGEST_LINE_CHARS: usize = 100;

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let (project, screen) = (globals.project()?, &globals.screen);
    let accounts = &project.settings.approval.accounts;
    let name = if arguments.show {
        None
    } else {
        Some(ApproverName::of(arguments.name.as_deref(), &project.account, accounts)?)
    };
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    let practice = destination.is_practice();
    let chosen = match &arguments.correction {
        Some(first) => {
            choose_correction(&project, first, arguments.those_in_doubt, practice).await?
        }
        None => choose_for(&project, &arguments.which, practice, screen).await?,
    };
    let existing = ledgers::existing_ledger(&project, practice).await?;
    if let (Some(ledger), true) = (&existing, name.is_some()) {
        ledger.nature().await?.refuse_retired()?;
    }
    let existing = match existing {
        Some(ledger) => match ledger.edition(&chosen.name).await? {
            Some(planned) => {
                let look = PlannedLook { project: &project, planned: &planned, practice, screen };
                return look.end(ledger, name, arguments.confirm).await;
            }
            None => Some(ledger),
        },
        None => None,
    };
    let list = mailing_list(&project, practice, &chosen.audience).await?;
    screen.problems(&list.problems);
    let examples = destination.takes_examples();
    let prepared = prepare(&project, &chosen, Some(list), examples, Reach::Project, screen).await?;
    let now = frozen(&project, &chosen, &prepared)?;
    let before = gate::decisions(existing.as_ref(), &chosen.name).await?;
    let state = ApprovalState::of(project.settings.approval.people, &before, &now);
    let on = ApprovalView {
        project: &project,
        chosen: &chosen,
        prepared: &prepared,
        now: &now,
        stopped: state.stopped.clone(),
        practice,
        screen,
    };
    let Some(name) = name else {
        return on.outcome(&before, &state).map(|()| Exit::Done);
    };
    refuse_unready((&project, &destination, screen), &chosen, &prepared, "nothing was approved")
        .await?;
    on.show()?;
    if !on.confirm(&name, arguments.confirm)? {
        screen.say("Nothing was approved.");
        return Ok(Exit::Interrupted);
    }
    drop(existing);
    project.own_folder(practice)?;
    let ledger = ledgers::ledger_for(&project, practice, 1).await?;
    ledger.nature().await?.refuse_retired()?;
    record((&project, &ledger, screen), on.approval(&name)?, before.stops_seen()).await?;
    let decisions = ledger.decisions_of(&chosen.name).await?;
    let state = ApprovalState::of(project.settings.approval.people, &decisions, &now);
    on.outcome(&decisions, &state)?;
    if !state.valid.is_empty() && !state.is_enough() {
        let notice = waits(&project, &chosen, &state);
        notify(&project, &ledger, &destination, Some(notice), screen).await;
    }
    Ok(Exit::Done)
}

/// Whoever is missing may not be in the same room.
fn waits(project: &Project, chosen: &ChosenEdition, state: &ApprovalState) -> OperatorNotice {
    let edition = &chosen.name;
    OperatorNotice::new(
        NoticeTopic::WaitsForApproval,
        &format!("{edition} waits for an approval"),
        &format!(
            "{edition} is approved by {}, and needs {}.",
            people(state.valid.len() as u64),
            more_people(state.missing())
        ),
        &approve_command(&chosen.argument, state.valid.len(), &project.settings.approval.accounts),
    )
}

/// An edition that was planned, as somebody looks at it.
struct PlannedLook<'a> {
    project: &'a Project,
    planned: &'a EditionSummary,
    practice: bool,
    screen: &'a Screen,
}

impl PlannedLook<'_> {
    /// Takes somebody's yes, or shows who has given theirs.
    async fn end(
        &self,
        ledger: AnyLedger,
        name: Option<ApproverName>,
        confirm: Option<u64>,
    ) -> Result<Exit, Failure> {
        let Self { project, planned, screen, .. } = self;
        let on = (*project, &ledger, *screen);
        let Some(name) = name else { return show_approvals(on, planned).await };
        let approval = page_approval(on, planned, &name, confirm).await?;
        drop(ledger);
        self.record(approval).await
    }

    /// Writes somebody's yes to the page for everybody, and shows where that stands.
    async fn record(&self, approval: Option<Approval>) -> Result<Exit, Failure> {
        let Self { project, planned, practice, screen } = self;
        let Some(approval) = approval else {
            screen.say("Nothing was approved.");
            return Ok(Exit::Interrupted);
        };
        let ledger = ledgers::ledger_for(project, *practice, 1).await?;
        ledger.nature().await?.refuse_retired()?;
        let stops_seen = gate::decisions(Some(&ledger), &planned.name).await?.stops_seen();
        record((project, &ledger, screen), approval, stops_seen).await?;
        show_approvals((project, &ledger, screen), planned).await
    }
}

/// Whether everybody can read it once it is sent: that is approved, too.
fn page_words(now: &FrozenEdition) -> &'static str {
    if now.archive.unwrap_or(now.audience.segment.is_none()) {
        "everybody can read it, where there is an archive"
    } else {
        "it stays out"
    }
}

/// An edition as somebody looks at it.
struct ApprovalView<'a> {
    project: &'a Project,
    chosen: &'a ChosenEdition,
    prepared: &'a PreparedEdition,
    now: &'a FrozenEdition,
    /// What keeps it from being sent until somebody approves it.
    stopped: Option<EditionStop>,
    practice: bool,
    screen: &'a Screen,
}

impl ApprovalView<'_> {
    /// Subject, people, bases, and the first screen of the text as the first of the list reads it.
    fn show(&self) -> Result<(), Failure> {
        let Self { chosen, prepared, now, screen, project, stopped, .. } = self;
        let people = AnnouncedPeople::of(prepared, screen.verbose)?;
        let (_, _, email) = prepared.unsigned.seen_by(&prepared.example());
        let lines: Vec<&str> = email.lines().collect();
        screen.for_people(|text| {
            text.say(format!("{} · \"{}\" · version {}", chosen.name, now.subject, now.hash));
            people.lines(text);
            text.say(format!("  Archive   {}", page_words(now)));
            if let Some(stop) = stopped {
                let words = stop.words(project.settings.time_zone);
                text.say(format!("  Stopped   it was {words}: an approval lets it go out again"));
            }
            text.say("");
            for line in lines.iter().take(FIRST_SCREEN_LINES) {
                let line: String =
                    line.chars().filter(|c| !c.is_control()).take(LONGEST_LINE_CHARS).collect();
                text.say(format!("  │ {line}"));
            }
            if lines.len() > FIRST_SCREEN_LINES {
                text.say(format!("  │ … the whole email: roundup preview {}", chosen.name));
            }
            text.say("");
        })
    }

    fn confirm(&self, name: &ApproverName, flag: Option<u64>) -> Result<bool, Failure> {
        let number = self.now.audience.people;
        let another = |flag| {
            Failure::new(
                Exit::Usage,
                format!(
                    "the list has {} to mail, but --confirm gives {}: nothing was approved",
                    people(number),
                    grouped(flag)
                ),
            )
            .help("check the list; the right number is the one that `roundup approve` shows")
        };
        let question = format!(
            "To approve this for {} as {}, type {number}. Press Enter to cancel: ",
            people(number),
            name.who
        );
        confirm_approval(number, flag, self.screen, another, &question)
    }

    fn approval(&self, name: &ApproverName) -> Result<Approval, Failure> {
        let wrote_it = match &self.chosen.draft {
            Some(draft) => account::owns(&self.project.path(self.project.draft_path(&draft.name)?)),
            None => false,
        };
        Ok(Approval {
            edition: self.chosen.name.clone(),
            who: name.who.clone(),
            account: self.project.account.clone(),
            by_last_editor: wrote_it && name.is_owner_of_account,
            at: system::now(),
            frozen: self.now.clone(),
        })
    }

    /// Who has approved it, who has stopped it, what has changed, and who is missing.
    fn outcome(&self, decisions: &EditionDecisions, state: &ApprovalState) -> Result<(), Failure> {
        let Self { project, chosen, now, screen, .. } = self;
        let zone = project.settings.time_zone;
        let approvals = decisions.approvals.iter().map(|approval| GivenApproval {
            who: &approval.who,
            account: &approval.account,
            at: approval.at,
            hash: &approval.frozen.hash,
            by_last_editor: approval.by_last_editor,
            holds: approval.frozen.changes_to(now).is_empty(),
            counts: state.valid.contains(approval),
            people_since: approval.frozen.people_change(now).map(PeopleSince::of),
            words: approval.words(zone),
        });
        let shown = |stop| ShownStop { stop, words: EditionStop::words(stop, zone) };
        let argument = &chosen.argument;
        screen.outcome(&ApprovalOutcome {
            schema: "roundup.approval/1",
            edition: &chosen.name,
            approve: approve_command(
                argument,
                state.valid.len(),
                &project.settings.approval.accounts,
            ),
            practice: self.practice,
            argument,
            approved: state.is_enough(),
            needed: state.needed,
            missing: state.missing(),
            hash: &now.hash,
            subject: &now.subject,
            audience: &now.audience,
            approvals: approvals.collect(),
            changes: &state.changes,
            only_by_editor: state.only_by_editor,
            stopped: state.stopped.as_ref().map(shown),
            stops: decisions.stops.iter().map(shown).collect(),
        })
    }
}
