//! `roundup send`: plan, confirm, deliver, record. Run again, it carries on.
//! Shell: the ledger, the relay, the person at the keyboard.

pub mod announce;
pub mod arguments;
pub mod cancel;
pub mod confirm;
pub mod dry_run;
pub mod ledger_trust;
pub mod pause;
pub mod planned;
pub mod progress;
pub mod resume;
pub mod run_config;
pub mod test;

use crate::cli::send::announce::{
    SendReport, tell_checks, tell_destination, tell_people, tell_strangest,
};
use crate::cli::send::arguments::Arguments;
use crate::cli::send::confirm::{confirm, refuse_nobody};
use crate::count::counted;
use std::sync::{Arc, Mutex};

use chrono::NaiveTime;

use crate::cli::globals::{Globals, warn_of_readers};
use crate::cli::leaving::ways::refuse_without_way;
use crate::cli::leaving::{keep_draining, spool};
use crate::cli::report::report_of;
use crate::cli::send::dry_run::dry_run;
use crate::cli::send::ledger_trust::{Trust, newsletter_of, synced_folder};
use crate::cli::send::planned::hold;
use crate::cli::send::progress::Progress;
use crate::cli::send::resume::{CarriedOn, Go, asked, tell_changes};
use crate::cli::send::run_config::orders;
use crate::cli::steps::chosen::{Chosen, choose};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers;
use crate::cli::steps::mailing_list::mailing_list;
use crate::cli::steps::message_template::skeleton;
use crate::cli::steps::prepare::{Prepared, prepare};
use crate::cli::steps::relay::server;
use crate::cli::steps::run_checks::Asking;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::{Screen, people};
use crate::cli::terminal::world;
use crate::ledger::{
    AnyLedger, Ledger, LedgerError, Plan, PlannedEdition, PlannedList, RowBuilder,
};
use crate::message::{MessageTemplate, Sender};
use crate::news::date::instant_of;
use crate::project::Project;
use crate::project::memory::SeenLedger;
use crate::report::Report;
use crate::send::config::{End, Pause, RunConfig, RunEvent};
use crate::send::messages_per_connection::MessagesPerConnection;
use crate::send::relay::{FolderRelay, Relay, SmtpRelay};
use crate::send::run::run as run_edition;
use crate::send::stop::{Urgency, channel, listen};
use crate::smtp::RelayServer;

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    warn_of_readers(&project, screen);
    let chosen = choose(&project, &arguments.which, screen).await?;
    if arguments.dry_run {
        return dry_run(&project, &chosen, &destination, &arguments, screen).await;
    }
    let practice = destination.is_practice();
    note_old_settings(&project, screen);
    // Everything that can be wrong with the orders is found before anything is written.
    let mut orders = orders(&project, &chosen.name, &destination, &arguments)?;
    let identity = Sender::new(&project.settings.sender)?;
    let server = match &destination {
        Destination::Outbox => None,
        Destination::Relay(relay) => Some(server(&project, relay, &identity)?),
    };
    refuse_without_way(&project, &identity, &destination, screen)?;
    let existing = ledgers::existing_ledger(&project, practice).await?;
    // Practice is not compared: nobody is mailed.
    let real = existing.as_ref().filter(|_| !practice);
    // A secret is not made before somebody has said yes.
    let secret_check = if real.is_some() || project.secret_source()?.is_some() {
        ledgers::keys_for(&project, real).await?.check()
    } else {
        String::new()
    };
    let trust = Trust {
        project: &project,
        newsletter: &newsletter_of(&project, &identity),
        edition: &chosen.name,
        secret_check: &secret_check,
        trusted: arguments.trust_ledger,
        screen,
    };
    if let (false, Some((what, cure))) = (practice, synced_folder(&project)) {
        screen.warn(&format!("{what}: {cure}"));
    }
    // Until the number was typed nothing is written; then everything happens under the lock.
    let plan = if is_planned(existing.as_ref(), &chosen.name).await? {
        None
    } else {
        let trust = (!practice).then_some(&trust);
        let Some(plan) =
            plan_trusted(&project, &chosen, &destination, &arguments, trust, screen).await?
        else {
            screen.say("Nothing was sent.");
            return Ok(Exit::Interrupted);
        };
        Some(plan)
    };
    drop(existing);
    project.own_folder(practice)?;
    let ledger = Arc::new(ledgers::ledger_for(&project, practice, orders.connections).await?);
    let mut held = hold(&project, &*ledger, &chosen.name, practice)?;
    let keys = ledgers::keys_for(&project, Some(&*ledger).filter(|_| !practice)).await?;
    ledger.bind_secret(&keys.check()).await?;
    let first = match plan {
        Some(plan) => plan_first(&*ledger, plan).await?,
        None => None,
    };
    let planned = if let Some(planned) = first {
        planned
    } else {
        let Some(planned) = ledger.edition(&chosen.name).await? else {
            return Err(Failure::new(
                Exit::Failed,
                "the ledger was removed while roundup was \
                                                   running",
            ));
        };
        let on = CarriedOn {
            project: &project,
            ledger: &*ledger,
            planned: &planned,
            destination: &destination,
            trust: &trust,
        };
        let people = match on.begin(&arguments, &mut held, screen).await? {
            Go::On(people) => people,
            Go::Ended(exit) => return Ok(exit),
        };
        tell_changes(&project, &chosen, &planned, &people, screen).await;
        planned
    };
    if !practice {
        trust.remember(&*ledger, &planned, &keys).await?;
    }
    let hours = chrono::TimeDelta::hours(project.settings.send.expires_after_hours.into());
    if let Some(expires_at) = planned.planned_at.checked_add_signed(hours) {
        orders.retry.expires_at = expires_at;
    }
    let skeleton =
        Arc::new(skeleton(&project, planned.composition.clone(), identity, planned.planned_at)?);
    let end =
        deliver_through(&project, &ledger, skeleton, orders, server, practice, screen).await?;
    let report = report_of(&project, &*ledger, &planned, practice).await?;
    tell_end(&end, &report, screen)
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

/// Into the outbox, or through the relay.
async fn deliver_through(
    project: &Project,
    ledger: &Arc<AnyLedger>,
    skeleton: Arc<MessageTemplate>,
    orders: RunConfig,
    server: Option<RelayServer>,
    is_practice: bool,
    screen: &Screen,
) -> Result<End, Failure> {
    match server {
        None => {
            let folder = project.path("outbox");
            let relay = FolderRelay::new(&folder).map_err(|error| {
                Failure::new(Exit::Failed, format!("outbox/ cannot be written: {error}"))
            })?;
            deliver(project, ledger, skeleton, orders, move || relay.clone(), is_practice, screen)
                .await
        }
        Some(server) => {
            let server = Arc::new(server);
            let set = project.settings.send.messages_per_connection;
            let limit = Arc::new(Mutex::new(MessagesPerConnection::new(set)));
            let relay = move || SmtpRelay::new(Arc::clone(&server), Arc::clone(&limit));
            deliver(project, ledger, skeleton, orders, relay, is_practice, screen).await
        }
    }
}

/// Whether an earlier run has planned an edition.
async fn is_planned(ledger: Option<&AnyLedger>, name: &str) -> Result<bool, Failure> {
    match ledger {
        Some(ledger) => Ok(ledger.edition(name).await?.is_some()),
        None => Ok(false),
    }
}

/// Plans a first run with a ledger that may be trusted; practice is not compared. `None` when the person pressed Enter.
async fn plan_trusted(
    project: &Project,
    chosen: &Chosen,
    destination: &Destination,
    arguments: &Arguments,
    trust: Option<&Trust<'_>>,
    screen: &Screen,
) -> Result<Option<Plan>, Failure> {
    let Some(trust) = trust else {
        return plan(project, chosen, destination, arguments, screen).await;
    };
    let before = ledgers::existing_ledger(project, false).await?;
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

/// Writes the plan. `None` when somebody else has written one meanwhile: then that one is carried on with.
async fn plan_first(ledger: &impl Ledger, plan: Plan) -> Result<Option<PlannedEdition>, Failure> {
    let edition = plan.edition.clone();
    match ledger.plan(plan).await {
        Ok(()) => Ok(Some(edition)),
        Err(LedgerError::PlannedAlready { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The run itself, with its progress and its signals.
async fn deliver<L: Ledger, R: Relay>(
    project: &Project,
    ledger: &Arc<L>,
    skeleton: Arc<MessageTemplate>,
    config: RunConfig,
    relay: impl Fn() -> R,
    is_practice: bool,
    screen: &Screen,
) -> Result<End, Failure> {
    let so_far = ledger.progress(&config.edition).await?;
    let progress = Arc::new(Progress::new(screen, so_far.people, so_far.people - so_far.open));
    let (handle, stopper) = channel();
    let talker = Arc::clone(&progress);
    let connections = config.connections;
    listen(handle, move |stop| match stop {
        Urgency::Soon => talker.line(&format!(
            "Stopping: finishing the messages in progress, at most {} … (Ctrl-C again to drop \
             them)",
            counted(connections, "message", "messages")
        )),
        Urgency::Now => {
            talker
                .line("Dropping the messages in progress: whether they arrived will be uncertain.");
        }
        Urgency::No => {}
    })
    .map_err(|error| Failure::new(Exit::Failed, format!("cannot listen for signals: {error}")))?;
    let told = Arc::clone(&progress);
    let identity = ledger.age().await?.identity;
    let place = ledger.nature().await?.place;
    let memory = project.memory.clone();
    // Practice has a ledger of its own: who really left is nothing to it.
    let draining =
        (!is_practice).then(|| tokio::spawn(keep_draining(spool(project), Arc::clone(ledger))));
    let end = run_edition(
        Arc::clone(ledger),
        skeleton,
        config,
        relay,
        stopper,
        world::CLOCK,
        move |event| match event {
            RunEvent::Alive { age } => {
                let place = place.clone();
                memory.see(&identity, &SeenLedger { age, place, restored: None });
            }
            event => told.take(event),
        },
    )
    .await;
    if let Some(draining) = draining {
        draining.abort();
    }
    progress.end();
    Ok(end?)
}

/// Prepares a first run and asks for the number. `None` when the person pressed Enter.
async fn plan(
    project: &Project,
    chosen: &Chosen,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Plan>, Failure> {
    let list = mailing_list(project, destination.is_practice()).await?;
    screen.problems(&list.problems);
    let examples = destination.takes_examples();
    let asking = Asking::Nobody;
    let prepared =
        prepare(project, chosen, Some(Arc::clone(&list)), examples, asking, screen).await?;
    refuse_unread(&prepared, chosen)?;
    refuse_findings(&prepared, screen)?;
    refuse_nobody(&prepared)?;
    let number = prepared.audience.mailed;
    let keys = project.keys(world::random)?;
    screen.say(&format!(
        "{} · \"{}\"",
        chosen.name,
        prepared.composition.shown(&prepared.composition.subject)
    ));
    tell_people(&prepared, screen)?;
    tell_strangest(&prepared, screen);
    tell_checks(project, &prepared, screen);
    tell_destination(destination, &prepared.identity, screen);
    if !confirm(number, arguments.confirm, screen)? {
        return Ok(None);
    }
    let namer = RowBuilder {
        edition: chosen.name.clone(),
        keys,
        domain: prepared.identity.domain().to_owned(),
    };
    let planned_list = PlannedList {
        fingerprint: asked(&list.fingerprint(), examples),
        people: list.people.clone(),
    };
    let window = &prepared.edition.window;
    let edition =
        PlannedEdition::new(prepared.composition, window, Some(planned_list), world::now());
    Ok(Some(Plan::new(edition, list, examples, namer, number)))
}

/// A source that could not be read may have stories that belong in: nothing is missed in silence.
fn refuse_unread(prepared: &Prepared, chosen: &Chosen) -> Result<(), Failure> {
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
    .help(format!(
        "fix the source or remove it from roundup.toml, then run `roundup send {}` again",
        chosen.name
    )))
}

fn refuse_findings(prepared: &Prepared, screen: &Screen) -> Result<(), Failure> {
    if !prepared.is_held() {
        return Ok(());
    }
    screen.findings(&prepared.findings)?;
    Err(Failure::new(
        Exit::Findings,
        "the checks found things that must be fixed: nothing was sent",
    )
    .help(format!("fix them, then check again with `roundup check {}`", prepared.edition.name)))
}

fn tell_end(end: &End, report: &Report, screen: &Screen) -> Result<Exit, Failure> {
    let name = &report.edition;
    let exit = match end {
        End::Finished
            if report.accepted + report.suppressed + report.cancelled + report.closed
                == report.people =>
        {
            Exit::Done
        }
        End::Finished => Exit::Partly,
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } | End::Halted => {
            Exit::Later
        }
        End::Cancelled => Exit::Partly,
        End::Interrupted => Exit::Interrupted,
    };
    if screen.json {
        screen.object(&SendReport {
            schema: "roundup.send/1",
            edition: name,
            dry_run: false,
            people: report.people,
            messages: report.accepted,
            hash: &report.hash,
            bytes_largest: None,
            folder: None,
            report: Some(report),
        })?;
    }
    let how = match end {
        End::Finished => String::new(),
        End::Waiting { until, why: Pause::Deferred } => format!(
            "the relay wants {} to be tried again later, from {} UTC on",
            people(report.deferred),
            until.format("%H:%M on %-d %B")
        ),
        End::Waiting { until, why: Pause::Hours | Pause::Others } => format!(
            "outside the hours for sending: it can resume from {} UTC on",
            until.format("%H:%M on %-d %B")
        ),
        End::Halted => "it was paused".to_owned(),
        End::Cancelled => "it was cancelled: nobody else gets it".to_owned(),
        End::Paused { why, .. } | End::Unreachable { why } => why.clone(),
        End::Interrupted => "stopped on request; nobody is mailed twice".to_owned(),
    };
    if !screen.json {
        screen.print(&format!("{name}: {}.", report.arithmetic()))?;
        if report.practice && report.accepted > 0 {
            screen.say(
                "The messages are in outbox/, a Maildir that mail programs can open. Nothing was \
                 sent.",
            );
        }
    }
    match end {
        End::Finished | End::Cancelled => {
            if *end == End::Cancelled {
                screen.say(&how);
            }
            screen.say(&format!("Next: roundup report {name}"));
            Ok(exit)
        }
        End::Interrupted => {
            screen.say(&format!("Stopped. To resume: roundup send {name}"));
            Ok(exit)
        }
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } | End::Halted => {
            let cure = match end {
                End::Paused { cure, .. } if !cure.is_empty() => format!("{cure}. Then: "),
                End::Unreachable { .. } => format!("{RELAY_CURE}. Then: "),
                _ => String::new(),
            };
            Err(Failure::new(exit, how).help(format!("{cure}{}", still_to_go(report))))
        }
    }
}

/// What to do when the relay has been away, or has made no sense, for as long as the run is patient.
const RELAY_CURE: &str = "look whether this computer is online and ROUNDUP_RELAY names the right server and port; if both are \
                          right, ask the relay's provider";

/// What is left, and how to go on. That nobody was missed is said only where the rows prove it.
fn still_to_go(report: &Report) -> String {
    let left = report.planned + report.deferred;
    let missed = report.rejected + report.uncertain + report.expired;
    let so_far = if missed == 0 {
        format!("nobody was missed: {} left", people(left))
    } else {
        format!(
            "{} left; not delivered or uncertain: {} (see `roundup report {}`)",
            people(left),
            people(missed),
            report.edition
        )
    };
    format!("{so_far}. To resume: roundup send {}", report.edition)
}
