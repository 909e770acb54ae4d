//! The plan of an edition that nobody has planned yet: prepared, confirmed, compared, written.
//! Shell: the ledger, the list, the person at the keyboard.

use crate::approval::{ApprovalState, StopKind};
use crate::audience::segment::Segment;
use crate::cli::report::figures::refuse_after_complaints;
use crate::cli::send::announce::{
    AnnouncedPeople, checks_words, destination_words, greeting_lines, unusual_greetings,
};
use crate::cli::send::arguments::Arguments;
use crate::cli::send::confirm::{confirm, refuse_nobody};
use crate::cli::send::gate;
use crate::cli::send::ledger_trust::Trust;
use crate::cli::send::resume::asked;
use crate::cli::steps::chosen_edition::ChosenEdition;
use crate::cli::steps::corrections::refuse_unchanged;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::frozen::frozen;
use crate::cli::steps::ledgers;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::prepare::{PreparedEdition, prepare};
use crate::cli::steps::run_checks::Reach;
use crate::cli::steps::stop_row::stop_row;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::findings::findings;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::date::instant_of;
use crate::ledger::error::LedgerError;
use crate::ledger::{
    AnyLedger, ApprovalStore, Ledger, Plan, PlannedEdition, PlannedList, RowBuilder,
};
use crate::project::Project;
use crate::rfc::text::one_line;
use chrono::NaiveTime;
use std::sync::Arc;

/// Whether an earlier run has planned an edition.
pub async fn is_planned(ledger: Option<&AnyLedger>, name: &str) -> Result<bool, Failure> {
    match ledger {
        Some(ledger) => Ok(ledger.edition(name).await?.is_some()),
        None => Ok(false),
    }
}

/// Plans a first run with a ledger that may be trusted; practice is not compared. `None` when the person pressed Enter.
pub async fn plan_trusted(
    project: &Project,
    chosen: &ChosenEdition,
    destination: &Destination,
    arguments: &Arguments,
    trust: Option<&Trust<'_>>,
    screen: &Screen,
) -> Result<Option<Plan>, Failure> {
    let Some(trust) = trust else {
        return plan(project, chosen, destination, arguments, screen).await;
    };
    let before = ledgers::existing_ledger(project, false).await?;
    let reason = arguments.after_complaints.as_deref();
    refuse_after_complaints(before.as_ref(), reason, system::now()).await?;
    let asked = trust.before_plan(before.as_ref(), &chosen.window).await?;
    drop(before);
    let plan = plan(project, chosen, destination, arguments, screen).await?;
    // Somebody may have sent it from elsewhere while the question stood.
    let now = ledgers::existing_ledger(project, false).await?;
    if plan.is_some() && !is_planned(now.as_ref(), &chosen.name).await? {
        trust.unchanged(&asked, now.as_ref(), &chosen.window).await?;
    }
    Ok(plan)
}

/// Writes the plan, where there is a new one. `None` when somebody else has written one: that one is carried on with.
pub async fn plan_first(
    ledger: &impl Ledger,
    plan: Option<Plan>,
) -> Result<Option<PlannedEdition>, Failure> {
    let Some(plan) = plan else { return Ok(None) };
    let edition = plan.edition.clone();
    match ledger.plan(plan).await {
        Ok(()) => Ok(Some(edition)),
        Err(LedgerError::PlannedAlready { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Prepares a first run and asks for the number. `None` when the person pressed Enter.
pub async fn plan(
    project: &Project,
    chosen: &ChosenEdition,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Plan>, Failure> {
    let practice = destination.is_practice();
    let corrected = chosen.audience.correction.as_deref();
    let list = mailing_list(project, practice, &chosen.audience).await?;
    screen.problems(&list.problems);
    let examples = destination.takes_examples();
    let asking = Reach::Project;
    let prepared =
        prepare(project, chosen, Some(Arc::clone(&list)), examples, asking, screen).await?;
    refuse_unready((project, destination, screen), chosen, &prepared, "nothing was sent").await?;
    let stops = refuse_early(project, chosen, &prepared, destination, arguments, screen).await?;
    let number = prepared.audience.mailed;
    let keys = project.keys(system::random)?;
    announce(project, &prepared, destination, screen)?;
    if !arguments.unattended && !confirm(number, arguments.confirm, screen)? {
        return Ok(None);
    }
    let stops_seen = stops.resumed(project, &chosen.name, practice).await?;
    let namer = RowBuilder {
        edition: chosen.name.clone(),
        keys,
        domain: prepared.identity.domain().to_owned(),
    };
    let planned_list = PlannedList {
        fingerprint: asked(&list.fingerprint(), examples),
        people: list.people.clone(),
        segment: chosen.audience.segment.as_ref().map(Segment::planned),
        purpose: chosen.audience.purpose,
        bases: prepared.audience.bases.clone(),
    };
    let window = &prepared.edition.window;
    let subject = prepared.shown_subject();
    let mut edition =
        PlannedEdition::new(prepared.composition, window, Some(planned_list), system::now());
    edition.summary.after_complaints.clone_from(&arguments.after_complaints);
    edition.summary.subject = subject;
    edition.summary.corrects = corrected.map(|whom| whom.edition.clone());
    if let Some(draft) = &chosen.draft {
        edition.summary.archive = draft.archive;
        let note = corrected.and(draft.correction.as_ref()).map(|note| one_line(&note.text));
        edition.summary.correction_note = note;
    }
    let plan = Plan::new(edition, list, examples, namer, number);
    Ok(Some(Plan { stops_seen, ..plan }))
}

/// What somebody should read before they type the number of people.
fn announce(
    project: &Project,
    prepared: &PreparedEdition,
    destination: &Destination,
    screen: &Screen,
) -> Result<(), Failure> {
    let subject = prepared.shown_subject();
    let people = AnnouncedPeople::of(prepared, screen.verbose)?;
    screen.lines(|text| {
        text.say(format!("{} · \"{subject}\"", prepared.edition.name));
        people.lines(text);
        greeting_lines(&unusual_greetings(prepared), text);
        text.say(format!("  Checks    {}", checks_words(project, prepared)));
        text.say(format!("  Through   {}", destination_words(destination, &prepared.identity)));
    })
}

/// The stops of an edition that somebody has seen before they typed the number.
struct SeenStops {
    count: usize,
    /// Whether they let go a pause among them.
    lifts_pause: bool,
}

impl SeenStops {
    /// Writes that the pause is over, where there was one; gives how many stops there are then.
    async fn resumed(
        self,
        project: &Project,
        edition: &str,
        practice: bool,
    ) -> Result<usize, Failure> {
        let Self { count, lifts_pause } = self;
        if !lifts_pause {
            return Ok(count);
        }
        let ledger = ledgers::ledger_for(project, practice, 1).await?;
        let resumed = stop_row(project, edition, StopKind::Resumed);
        if ledger.stop(resumed, count).await? {
            return Ok(count + 1);
        }
        Err(LedgerError::StoppedMeanwhile { edition: edition.to_owned() }.into())
    }
}

/// Nothing goes out before those who must have approved it, nor while somebody has stopped it.
async fn refuse_early(
    project: &Project,
    chosen: &ChosenEdition,
    prepared: &PreparedEdition,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<SeenStops, Failure> {
    // Without anybody at the keyboard somebody must have said yes.
    let needed = project.settings.approval.people.max(u8::from(arguments.unattended));
    let ledger = ledgers::existing_ledger(project, destination.is_practice()).await?;
    let decisions = gate::decisions(ledger.as_ref(), &chosen.name).await?;
    let count = decisions.stops_seen();
    if needed == 0 && decisions.stops.is_empty() {
        return Ok(SeenStops { count, lifts_pause: false });
    }
    let now = frozen(project, chosen, prepared)?;
    let mut state = ApprovalState::of(needed, &decisions, &now);
    let zone = project.settings.time_zone;
    let may_lift = !arguments.unattended && (screen.asks || arguments.unpause);
    let pause = state.stopped.take_if(|stop| stop.kind == StopKind::Paused && may_lift);
    if let Some(pause) = &pause {
        screen.say(&format!("{} was {}; resuming now.", chosen.name, pause.words(zone)));
    }
    gate::refuse_unapproved(&chosen.name, &chosen.argument, &state, project)?;
    Ok(SeenStops { count, lifts_pause: pause.is_some() })
}

/// What cannot be sent is not approved either. `so` says what did not happen: nothing was sent, or nothing was approved.
///
/// # Errors
/// When a source could not be read, nothing is corrected, something must be fixed, or nobody would get it.
pub async fn refuse_unready(
    (project, destination, screen): (&Project, &Destination, &Screen),
    chosen: &ChosenEdition,
    prepared: &PreparedEdition,
    so: &str,
) -> Result<(), Failure> {
    let corrected = chosen.audience.correction.as_deref();
    let practice = destination.is_practice();
    refuse_unchanged(project, corrected, &prepared.composition, practice).await?;
    refuse_unread(prepared, chosen)?;
    refuse_findings(prepared, so, screen)?;
    refuse_nobody(prepared)
}

/// A source that could not be read may have stories that belong in: nothing is missed in silence.
fn refuse_unread(prepared: &PreparedEdition, chosen: &ChosenEdition) -> Result<(), Failure> {
    // What a source had when the window was over is all that belongs in.
    let window = &chosen.window;
    let over = instant_of(window.end.and_time(NaiveTime::MIN), window.zone);
    let missing: Vec<&str> = prepared
        .unread
        .iter()
        .filter(|unread| unread.answered.is_none_or(|answered| answered < over))
        .map(|unread| unread.source.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failed,
        format!("nothing could be read from {}: stories may be missing", missing.join(", ")),
    )
    .help("fix the source or remove it from roundup.toml, then type the same command again"))
}

/// What must be fixed is shown first.
fn refuse_findings(prepared: &PreparedEdition, so: &str, screen: &Screen) -> Result<(), Failure> {
    if !prepared.is_held() {
        return Ok(());
    }
    screen.lines(|text| findings(&prepared.findings, text))?;
    Err(Failure::new(Exit::Findings, format!("the checks found things that must be fixed: {so}"))
        .help(format!("fix them, then check again with `roundup check {}`", prepared.edition.name)))
}
