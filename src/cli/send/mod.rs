//! `roundup send`: plan, confirm, deliver, record. Run again, it carries on.
//! Shell: the ledger, the relay, the person at the keyboard.

pub mod announce;
mod approval_outcome;
pub mod approve;
pub mod approved_page;
mod approved_plan;
pub mod arguments;
pub mod at;
pub mod cancel;
mod cancelled_run;
pub mod confirm;
pub mod deliver;
pub mod dry_run;
pub mod ending;
pub mod first_plan;
pub mod gate;
mod given_yes;
pub mod ledger_trust;
pub mod not_covered;
pub mod pause;
pub mod planned;
pub mod progress;
pub mod resume;
pub mod run_config;
pub mod stop;
pub mod test;

use crate::cli::send::arguments::Arguments;
use crate::cli::send::deliver::deliver_through;
use crate::cli::send::ending::{notice, tell_end};
use crate::cli::send::first_plan::{is_planned, plan_first, plan_trusted};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use std::fs::File;

use crate::cli::globals::{Globals, warn_of_readers};
use crate::cli::leaving::drop_box;
use crate::cli::leaving::single_messages::drain_beside;
use crate::cli::leaving::watch::LeavingWatch;
use crate::cli::leaving::ways::refuse_without_way;
use crate::cli::report::report_of;
use crate::cli::send::dry_run::dry_run;
use crate::cli::send::ledger_trust::{Trust, newsletter_of, synced_folder};
use crate::cli::send::planned::hold;
use crate::cli::send::resume::{ResumeOutcome, ResumedEdition, TypedAudience, tell_changes};
use crate::cli::send::run_config::orders;
use crate::cli::steps::chosen_edition::{ChosenEdition, choose_correction, choose_for};
use crate::cli::steps::corrections::end_first;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers;
use crate::cli::steps::message_template::skeleton;
use crate::cli::steps::notices::notify;
use crate::cli::steps::relay::server;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::ledger::{AnyLedger, Ledger, PlannedEdition};
use crate::message::Sender;
use crate::project::Project;
use crate::report::Report;
use crate::send::config::RunEnd;
use crate::smtp::RelayServer;

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    warn_of_readers(&project, screen);
    let chosen = chosen_of(&project, &arguments, &destination, screen).await?;
    refuse_retired(&project, &chosen.name, destination.is_practice()).await?;
    if let Some(exit) = not_now(&project, &chosen, &destination, &arguments, screen).await? {
        return Ok(exit);
    }
    let practice = destination.is_practice();
    note_first(&project, practice, screen);
    // Everything that can be wrong with the orders is found before anything is written.
    let mut orders = orders(&project, &chosen.name, &destination, &arguments)?;
    let identity = Sender::new(&project.settings.sender)?;
    let server = server_of(&project, &destination, &identity)?;
    refuse_without_way(&project, &identity, &destination, screen)?;
    if !practice {
        drop_box::read_first(&project, screen).await?;
    }
    let existing = ledgers::existing_ledger(&project, practice).await?;
    let secret_check = secret_check(&project, existing.as_ref().filter(|_| !practice)).await?;
    let trust = Trust {
        project: &project,
        newsletter: &newsletter_of(&project, &identity),
        edition: &chosen.name,
        secret_check: &secret_check,
        trusted: arguments.trust_ledger,
        screen,
    };
    // Until the number was typed nothing is written; then everything happens under the lock.
    let plan = if is_planned(existing.as_ref(), &chosen.name).await? {
        None
    } else {
        let trust = (!practice).then_some(&trust);
        let plan = plan_trusted(&project, &chosen, &destination, &arguments, trust, screen).await?;
        if plan.is_none() {
            screen.say("Nothing was sent.");
            return Ok(Exit::Interrupted);
        }
        plan
    };
    drop(existing);
    project.own_folder(practice)?;
    let ledger = Arc::new(ledgers::ledger_for(&project, practice, orders.connections).await?);
    let mut held = hold(&project, &*ledger, &chosen.name, practice)?;
    let keys = ledgers::keys_for(&project, Some(&*ledger).filter(|_| !practice)).await?;
    ledger.bind_secret(&keys.check()).await?;
    if plan.is_some() {
        end_corrected(&project, &ledger, &chosen, practice).await?;
    }
    let planned = if let Some(planned) = plan_first(&*ledger, plan).await? {
        planned
    } else {
        let on = Resumption { project: &project, ledger: &ledger, chosen: &chosen };
        match on.resume(&destination, &trust, &arguments, &mut held, screen).await? {
            Ok(planned) => planned,
            Err(exit) => return Ok(exit),
        }
    };
    if !practice {
        trust.remember(&*ledger, &planned, &keys).await?;
        Box::pin(drain_beside(&project, &keys, &destination, &ledger, screen)).await;
    }
    orders.retry.expires_at = expiry_of(&project, &planned).unwrap_or(orders.retry.expires_at);
    let skeleton =
        Arc::new(skeleton(&project, planned.composition.clone(), identity, planned.planned_at)?);
    // Practice has a ledger of its own: who really left is nothing to it.
    let _watch = (!practice).then(|| LeavingWatch::start(&project, &ledger, &keys));
    let end = deliver_through(&project, &ledger, skeleton, orders, server, screen).await?;
    let report = report_after(held, &project, &ledger, &planned, practice).await?;
    tell_both(&project, &ledger, &destination, (&end, &report), screen).await
}

/// Where another computer has the ledger now, nothing else is said of how to go on. A finished edition may be looked at.
async fn refuse_retired(project: &Project, edition: &str, practice: bool) -> Result<(), Failure> {
    let Some(ledger) = ledgers::existing_ledger(project, practice).await? else { return Ok(()) };
    let is_finished =
        ledger.edition(edition).await?.is_some() && ledger.counts(edition).await?.open() == 0;
    if !is_finished {
        ledger.nature().await?.refuse_retired()?;
    }
    Ok(())
}

/// Reports how a run ended, to the operator and on the screen.
async fn tell_both(
    project: &Project,
    ledger: &AnyLedger,
    destination: &Destination,
    (end, report): (&RunEnd, &Report),
    screen: &Screen,
) -> Result<Exit, Failure> {
    let zone = project.settings.time_zone;
    notify(project, ledger, destination, notice(end, report, zone), screen).await;
    tell_end(end, report, zone, screen)
}

/// The report of a run that has ended: nobody is sending any more.
async fn report_after(
    held: Option<File>,
    project: &Project,
    ledger: &AnyLedger,
    planned: &PlannedEdition,
    practice: bool,
) -> Result<Report, Failure> {
    drop(held);
    report_of(project, ledger, planned, practice).await
}

/// What people should know of the project, whatever becomes of the sending.
fn note_first(project: &Project, practice: bool, screen: &Screen) {
    note_old_settings(project, screen);
    warn_of_a_synced_folder(project, practice, screen);
}

/// What ends before anybody is mailed: a dry run, and a time to come.
async fn not_now(
    project: &Project,
    chosen: &ChosenEdition,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Exit>, Failure> {
    if arguments.dry_run {
        return dry_run(project, chosen, destination, arguments, screen).await.map(Some);
    }
    match &arguments.at {
        Some(at) => at::set_time(project, chosen, destination, at, screen).await.map(Some),
        None => Ok(None),
    }
}

/// The edition that is meant, or the correction of one.
async fn chosen_of(
    project: &Project,
    arguments: &Arguments,
    destination: &Destination,
    screen: &Screen,
) -> Result<ChosenEdition, Failure> {
    let Some(first) = &arguments.correction else {
        return choose_for(project, &arguments.which, destination.is_practice(), screen).await;
    };
    choose_correction(project, first, arguments.those_in_doubt, destination.is_practice()).await
}

/// The server to connect to; none in practice.
fn server_of(
    project: &Project,
    destination: &Destination,
    identity: &Sender,
) -> Result<Option<RelayServer>, Failure> {
    match destination {
        Destination::Outbox => Ok(None),
        Destination::Relay(relay) => server(project, relay, identity).map(Some),
    }
}

/// Of a correction that is about to be planned: nobody gets the edition with the mistake any more.
async fn end_corrected(
    project: &Project,
    ledger: &AnyLedger,
    chosen: &ChosenEdition,
    practice: bool,
) -> Result<(), Failure> {
    match chosen.audience.correction.as_deref() {
        Some(whom) => end_first(project, ledger, whom, practice).await,
        None => Ok(()),
    }
}

fn warn_of_a_synced_folder(project: &Project, practice: bool, screen: &Screen) {
    if let (false, Some((what, cure))) = (practice, synced_folder(project)) {
        screen.warn(&format!("{what}: {cure}"));
    }
}

/// What the secret is known by, where there is one. None is made before somebody has said yes. Practice is not compared: nobody
/// is mailed.
async fn secret_check(project: &Project, real: Option<&AnyLedger>) -> Result<String, Failure> {
    if real.is_some() || project.secret_source()?.is_some() {
        return Ok(ledgers::keys_for(project, real).await?.check());
    }
    Ok(String::new())
}

/// When messages are given up that a relay defers again and again.
fn expiry_of(project: &Project, planned: &PlannedEdition) -> Option<DateTime<Utc>> {
    let hours = chrono::TimeDelta::hours(project.settings.send.expires_after_hours.into());
    planned.planned_at.checked_add_signed(hours)
}

/// An edition that is planned already, in this ledger.
struct Resumption<'a> {
    project: &'a Project,
    ledger: &'a AnyLedger,
    chosen: &'a ChosenEdition,
}

impl Resumption<'_> {
    /// Gets it ready to go on; or the exit code, where nothing is left to send.
    async fn resume(
        &self,
        destination: &Destination,
        trust: &Trust<'_>,
        arguments: &Arguments,
        held: &mut Option<File>,
        screen: &Screen,
    ) -> Result<Result<PlannedEdition, Exit>, Failure> {
        let Self { project, ledger, chosen } = *self;
        let Some(planned) = ledger.edition(&chosen.name).await? else {
            return Err(Failure::new(
                Exit::Failed,
                "the ledger was removed while roundup was running",
            ));
        };
        let on = ResumedEdition {
            project,
            ledger,
            planned: &planned,
            destination,
            trust,
            choice: &chosen.audience,
        };
        let typed = TypedAudience {
            segment: arguments.which.segment.as_ref().and(chosen.audience.segment.as_ref()),
            purpose: arguments.which.purpose,
        };
        let people = match on.begin(arguments, typed, held, screen).await? {
            ResumeOutcome::On(people) => people,
            ResumeOutcome::Ended(exit) => return Ok(Err(exit)),
        };
        tell_changes(project, chosen, &planned, &people, screen).await;
        Ok(Ok(planned))
    }
}

/// Settings that are called otherwise now, or not used any more.
fn note_old_settings(project: &Project, screen: &Screen) {
    if project.settings.send.pause_above_refused_percent.is_some() {
        screen.say(
            "Note: `pause_above_refused_percent` under [send] is no longer used and can be deleted: a run stops by \
             itself when many people get the same reply.",
        );
    }
    for (old, new) in &project.settings.old_names {
        screen.say(&format!(
            "Note: `{old}` under [send] is now called `{new}`; the old name still works."
        ));
    }
}
