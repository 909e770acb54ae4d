//! `roundup send`: plan, confirm, deliver, record. Run again, it carries on.
//! Shell: the ledger, the relay, the person at the keyboard.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::prepare::{self, Chosen, Destination, Prepared, choose, ledger_path, prepare, skeleton};
use super::progress::Progress;
use super::report::report_of;
use super::screen::{Screen, grouped, json_text, people};
use super::which::Which;
use super::{Desk, preview, prompt, world};
use crate::audience::{Audience, LeftOut, List, assemble};
use crate::ledger::{Counts, Event, Ledger, Plan, PlannedEdition, SqliteLedger, Status};
use crate::message::{Identity, Skeleton};
use crate::project::{Project, RelayAddress, Variable};
use crate::report::Report;
use crate::send::pace::{Rate, Retry};
use crate::send::relay::{FolderRelay, SmtpRelay};
use crate::send::run::{End, Orders, run as run_orders};
use crate::send::stop::{Stop, line, listen};
use crate::send::{MOST_CONNECTIONS, relay::Relay};
use crate::smtp::Server;
use crate::smtp::connection::Deadlines;
use crate::smtp::conversation::{Credentials, Security, Settings as SmtpSettings};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Do everything but connect and record: pages, one message a person, report.json
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Where --dry-run writes; preview/EDITION when not given
    #[arg(long, short, value_name = "DIR", requires = "dry_run")]
    out: Option<PathBuf>,
    /// The number of people, for scripts: it must be the number in the plan
    #[arg(long, value_name = "N")]
    confirm: Option<u64>,
    #[arg(
        long,
        value_name = "URL",
        help = "Where to send it, as in smtps://smtp.example.org or smtp://127.0.0.1:2525"
    )]
    relay: Option<String>,
    /// No faster than this, as in 30/min
    #[arg(long, value_name = "RATE")]
    rate: Option<String>,
    /// Messages under way at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    connections: Option<u8>,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let destination = Destination::of(&project, arguments.relay.as_deref())?;
    let chosen = choose(&project, &arguments.which, screen).await?;
    if arguments.dry_run {
        return dry_run(&project, &chosen, &destination, &arguments, screen).await;
    }
    let practice = destination.is_practice();
    // Everything that can be wrong with the orders is found before anything is written.
    let mut orders = orders(&project, &chosen.name, &arguments)?;
    let identity = Identity::new(&project.settings.sender)?;
    let server = match &destination {
        Destination::Outbox => None,
        Destination::Relay(relay) => Some(server(&project, relay, &identity)?),
    };
    let list = project.list()?;
    screen.problems(&list.problems);
    // Until the number was typed nothing is written; then everything happens under the lock.
    let plan = if planned_already(&project, &chosen.name, practice).await? {
        None
    } else if let Some(plan) =
        plan(&project, &chosen, &list, &destination, &arguments, screen).await?
    {
        Some(plan)
    } else {
        screen.say("Nothing was sent.");
        return Ok(Exit::Interrupted);
    };
    project.own_folder(practice)?;
    let _lock = lock(&project, &chosen.name, practice)?;
    let ledger =
        Arc::new(SqliteLedger::open_for(&ledger_path(&project, practice)?, orders.connections)?);
    let planned = if let Some(plan) = plan {
        let edition = plan.edition.clone();
        // Another process may have planned it while the number was typed: then this fails.
        ledger.plan(plan).await?;
        edition
    } else {
        let Some(planned) = ledger.edition(&chosen.name).await? else {
            return Err(Failure::new(Exit::Failed, "the ledger was taken away meanwhile"));
        };
        let go_on = carry_on(&project, &ledger, &planned, &list, &destination, &arguments, screen);
        if let Some(exit) = go_on.await? {
            return Ok(exit);
        }
        tell_changes(&project, &chosen, &planned, &list, screen).await;
        planned
    };
    let hours = chrono::TimeDelta::hours(project.settings.send.expires_after_hours.into());
    if let Some(expires_at) = planned.planned_at.checked_add_signed(hours) {
        orders.retry.expires_at = expires_at;
    }
    let skeleton =
        Arc::new(skeleton(&project, planned.composition.clone(), identity, planned.planned_at)?);
    let end = match server {
        None => {
            let folder = project.path("outbox");
            let relay = FolderRelay::new(&folder).map_err(|error| {
                Failure::new(Exit::Failed, format!("outbox/ cannot be written: {error}"))
            })?;
            deliver(&ledger, skeleton, orders, move || relay.clone(), screen).await?
        }
        Some(server) => {
            let server = Arc::new(server);
            deliver(&ledger, skeleton, orders, move || SmtpRelay::new(Arc::clone(&server)), screen)
                .await?
        }
    };
    let report = report_of(&project, &ledger, &planned, practice).await?;
    tell_end(&end, &report, screen)
}

/// Whether an earlier run has planned this edition.
async fn planned_already(project: &Project, name: &str, practice: bool) -> Result<bool, Failure> {
    match prepare::existing_ledger(project, practice)? {
        Some(ledger) => Ok(ledger.edition(name).await?.is_some()),
        None => Ok(false),
    }
}

/// What was planned is what is sent; people who have changed something since should know.
async fn tell_changes(
    project: &Project,
    chosen: &Chosen,
    planned: &PlannedEdition,
    list: &List,
    screen: &Screen,
) {
    // An edition that cannot be composed any more is no obstacle: it was composed when it was planned.
    let changed = match prepare::composed(project, chosen, Some(list)).await {
        Ok((_, now)) => {
            let then = &planned.composition;
            let (now_first, then_first) = (now.variants.first(), then.variants.first());
            now.subject != then.subject
                || now_first.map(|v| (&v.html, &v.text)) != then_first.map(|v| (&v.html, &v.text))
        }
        Err(_) => true,
    };
    if changed {
        screen.say(
            "Stories, templates or settings have changed since the plan: what was planned is sent, to everybody.",
        );
    }
}

/// The run itself, with its progress and its signals.
async fn deliver<R: Relay>(
    ledger: &Arc<SqliteLedger>,
    skeleton: Arc<Skeleton>,
    orders: Orders,
    relay: impl Fn() -> R,
    screen: &Screen,
) -> Result<End, Failure> {
    let counts = ledger.counts(&orders.edition).await?;
    let progress =
        Arc::new(Progress::new(screen, counts.people(), counts.people() - counts.open()));
    let (handle, stopper) = line();
    let talker = Arc::clone(&progress);
    let connections = orders.connections;
    listen(handle, move |stop| {
        match stop {
        Stop::Soon => talker.line(&format!(
            "Stopping: finishing what is in flight, {connections} messages at most … (Ctrl-C again to drop them)"
        )),
        Stop::Now => talker.line("Dropping what is in flight: nobody can know whether it arrived."),
        Stop::No => {}
    }
    });
    let told = Arc::clone(&progress);
    let end = run_orders(
        Arc::clone(ledger),
        skeleton,
        orders,
        relay,
        stopper,
        world::WORLD,
        move |event| told.take(event),
    )
    .await;
    progress.end();
    Ok(end?)
}

fn orders(project: &Project, edition: &str, arguments: &Arguments) -> Result<Orders, Failure> {
    let settings = &project.settings.send;
    let rate = match arguments.rate.as_ref().or(settings.rate.as_ref()) {
        Some(rate) => Some(Rate::parse(rate)?),
        None => None,
    };
    let connections = arguments.connections.map_or(settings.connections, usize::from);
    if !(1..=MOST_CONNECTIONS).contains(&connections) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "`connections` under [send] is {connections}, and must be from 1 to {MOST_CONNECTIONS}"
            ),
        ));
    }
    let first = Duration::from_secs(settings.retry_after_seconds);
    Ok(Orders {
        connections,
        rate,
        window: settings.window.min(1),
        retry: Retry { first, ..Retry::default() },
        ..Orders::new(edition)
    })
}

fn server(project: &Project, relay: &RelayAddress, sender: &Identity) -> Result<Server, Failure> {
    let settings = &project.settings.send;
    let username = project.secret(Variable::RelayUsername)?;
    let password = project.secret(Variable::RelayPassword)?;
    let credentials = match (username, password) {
        (Some(username), Some(password)) => Some(Credentials::new(
            username.expose_secret().to_owned(),
            password.expose_secret().to_owned(),
        )),
        (None, None) => None,
        (Some(_), None) => return Err(half("ROUNDUP_RELAY_USERNAME", "ROUNDUP_RELAY_PASSWORD")),
        (None, Some(_)) => return Err(half("ROUNDUP_RELAY_PASSWORD", "ROUNDUP_RELAY_USERNAME")),
    };
    let smtp = SmtpSettings {
        hello: settings.hello.clone().unwrap_or_else(|| sender.domain().to_owned()),
        security: relay.security,
        credentials,
    };
    let ca_file = settings.ca_file.as_ref().map(|path| project.path(path));
    let deadlines =
        Deadlines::of_answers(Duration::from_secs(settings.answer_within_seconds.clamp(1, 3600)));
    Ok(Server::new(relay.host.clone(), relay.port, smtp, deadlines, ca_file.as_deref())?)
}

fn half(set: &str, missing: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{set} is set and {missing} is not"))
        .help(format!("set {missing} too, in .env or in the environment"))
}

/// Held while the run lives. The operating system lets go of it even when the process is killed.
fn lock(project: &Project, edition: &str, practice: bool) -> Result<File, Failure> {
    let path = project.lock_path(edition, practice);
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{} cannot be locked: {error}", path.display()))
    };
    let mut file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let holder = holder.trim();
            return Err(Failure::new(
                Exit::Failed,
                format!("the edition `{edition}` is being sent at this moment (process {holder})"),
            )
            .help("let it finish; `roundup status` shows how far it is"));
        }
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
    }
    file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(cannot)?;
    Ok(file)
}

/// Whether a run holds an edition's lock at this moment.
pub fn is_sending(project: &Project, edition: &str, practice: bool) -> bool {
    match File::open(project.lock_path(edition, practice)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Prepares a first run and asks for the number. `None` when the person pressed Enter.
async fn plan(
    project: &Project,
    chosen: &Chosen,
    list: &List,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Plan>, Failure> {
    let prepared =
        prepare(project, chosen, Some(list), destination.takes_examples(), screen).await?;
    refuse_unread(&prepared, chosen)?;
    refuse_findings(&prepared, screen)?;
    refuse_nobody(&prepared.audience, list, destination)?;
    let number = prepared.audience.recipients.len() as u64;
    let keys = project.keys(world::random)?;
    screen.say(&format!(
        "{} · \"{}\"",
        chosen.name,
        prepared.composition.shown(&prepared.composition.subject)
    ));
    tell_people(&prepared.audience, screen);
    tell_destination(destination, &prepared.identity, screen);
    if !confirm(number, arguments.confirm, screen)? {
        return Ok(None);
    }
    Ok(Some(Plan::new(
        prepared.composition,
        &prepared.edition.window,
        prepared.audience,
        &keys,
        prepared.identity.domain(),
        world::now(),
    )))
}

/// A source that could not be read may have stories that belong in: nothing is missed in silence.
fn refuse_unread(prepared: &Prepared, chosen: &Chosen) -> Result<(), Failure> {
    if prepared.unread.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failed,
        format!(
            "nothing could be read from {}: stories may be missing",
            prepared.unread.join(", ")
        ),
    )
    .help(format!(
        "mend the source or take it out of roundup.toml, then run `roundup send {}` again",
        chosen.name
    )))
}

fn refuse_findings(prepared: &Prepared, screen: &Screen) -> Result<(), Failure> {
    if !prepared.is_held() {
        return Ok(());
    }
    screen.findings(&prepared.findings)?;
    Err(Failure::new(Exit::Findings, "the checks found what must be mended: nothing was sent")
        .help(format!("mend it, then look again with `roundup check {}`", prepared.edition.name)))
}

fn refuse_nobody(
    audience: &Audience,
    list: &List,
    destination: &Destination,
) -> Result<(), Failure> {
    if !audience.recipients.is_empty() {
        return Ok(());
    }
    let rows = list.subscribers.len() + list.left_out.len();
    let failure = Failure::new(Exit::Nothing, "there is nobody to mail");
    Err(if rows == 0 {
        failure.help("the lists in subscribers/ have no row below the names of their columns")
    } else if assemble(list, true).recipients.is_empty() || destination.takes_examples() {
        let why: BTreeSet<String> =
            audience.left_out.iter().map(|left| left.why.to_string()).collect();
        failure.help(format!(
            "the lists have {rows} rows, and none can be mailed: {}",
            why.into_iter().take(5).collect::<Vec<_>>().join("; ")
        ))
    } else {
        failure.help("the list holds only example addresses, which get mail in practise mode alone")
    })
}

fn tell_people(audience: &Audience, screen: &Screen) {
    screen.say(&format!("  To        {}", people(audience.recipients.len() as u64)));
    let masked: Vec<String> =
        audience.recipients.iter().take(3).map(|recipient| recipient.address.masked()).collect();
    screen.say(&format!("  First     {}", masked.join(", ")));
    tell_left_out(&audience.left_out, screen);
}

/// Rows that are not mailed: each is named, or counted when there are many.
fn tell_left_out(left_out: &[LeftOut], screen: &Screen) {
    if left_out.is_empty() {
        return;
    }
    let most = if screen.verbose { usize::MAX } else { 10 };
    screen.say(&format!("  Not to    {}:", people(left_out.len() as u64)));
    for left in left_out.iter().take(most) {
        screen.say(&format!("    {} {}: {}", left.place, left.address, left.why));
    }
    if left_out.len() > most {
        screen.say(&format!("    … and {} more (-v shows them all)", left_out.len() - most));
    }
}

fn tell_destination(destination: &Destination, identity: &Identity, screen: &Screen) {
    match destination {
        Destination::Outbox => screen.say(
            "  Through   outbox/ on this computer: practise mode, nobody is mailed \
             (set ROUNDUP_RELAY to send for real)",
        ),
        Destination::Relay(relay) => screen.say(&format!(
            "  Through   {relay} as {} ({})",
            identity.sender.address,
            match relay.security {
                Security::Implicit => "TLS",
                Security::StartTls => "STARTTLS",
                Security::Plain => "on this computer, without TLS",
            }
        )),
    }
}

/// `true` to go on, `false` when the person pressed Enter.
fn confirm(number: u64, flag: Option<u64>, screen: &Screen) -> Result<bool, Failure> {
    match flag {
        Some(flag) if flag == number => Ok(true),
        Some(flag) => Err(Failure::new(
            Exit::Usage,
            format!(
                "the plan has {}, and --confirm says {}: nothing was sent",
                people(number),
                grouped(flag)
            ),
        )
        .help("look at the list again; the right number is the one in the plan")),
        None if screen.asks => prompt::number_of_people(
            number,
            &mut std::io::stdin().lock(),
            &mut std::io::stderr().lock(),
        ),
        None => Err(Failure::new(
            Exit::Usage,
            "nobody is here to type the number of people: nothing was sent",
        )
        .help(format!("add --confirm {number} when that is the number you expect"))),
    }
}

/// Gets a planned edition ready to go on. `Some` when it is finished already, or the person pressed Enter.
async fn carry_on(
    project: &Project,
    ledger: &SqliteLedger,
    planned: &PlannedEdition,
    list: &List,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Option<Exit>, Failure> {
    let now = world::now();
    let name = &planned.name;
    let uncertain = ledger.recover(name, now).await?;
    if uncertain > 0 {
        screen.warn(&format!(
            "the last run stopped while {} handed over: nobody can know whether it arrived. \
             It is not sent again; `roundup resolve {name}` lists it",
            if uncertain == 1 { "1 message was" } else { "several messages were" }
        ));
    }
    let counts = ledger.counts(name).await?;
    if counts.open() == 0 {
        let report = report_of(project, ledger, planned, destination.is_practice()).await?;
        if screen.json {
            screen.object(&report)?;
        } else {
            screen.print(&format!("{name} is finished: {}.", report.arithmetic()))?;
            screen.say(&format!("Next: roundup report {name}"));
        }
        return Ok(Some(Exit::Done));
    }
    screen.say(&format!(
        "Carrying on with {name}, planned on {}: {} of {} left.",
        planned.planned_at.with_timezone(&project.settings.time_zone).format("%-d %B %Y at %H:%M"),
        grouped(counts.open()),
        people(counts.people())
    ));
    if !confirm(counts.people(), arguments.confirm, screen)? {
        screen.say("Nothing was sent.");
        return Ok(Some(Exit::Interrupted));
    }
    suppress_the_gone(ledger, name, list, destination, screen).await?;
    Ok(None)
}

/// People who have unsubscribed or left the list since the plan are not mailed; people who came since are told of.
async fn suppress_the_gone(
    ledger: &SqliteLedger,
    edition: &str,
    list: &List,
    destination: &Destination,
    screen: &Screen,
) -> Result<(), Failure> {
    let audience = assemble(list, destination.takes_examples());
    let current: BTreeSet<String> =
        audience.recipients.iter().map(|recipient| recipient.address.key()).collect();
    let reasons: BTreeMap<String, String> = audience
        .left_out
        .iter()
        .map(|left| (left.address.to_lowercase(), left.why.to_string()))
        .collect();
    let rows = ledger.rows(edition).await?;
    let mut gone = 0;
    let mut planned: BTreeSet<String> = BTreeSet::new();
    for (id, row) in rows {
        let key = crate::rfc::address::EmailAddress::parse(&row.address)
            .map_or_else(|_| row.address.to_lowercase(), |address| address.key());
        planned.insert(key.clone());
        if current.contains(&key) || !matches!(row.status, Status::Planned | Status::Deferred) {
            continue;
        }
        let why =
            reasons.get(&key).cloned().unwrap_or_else(|| "is no longer on the list".to_owned());
        ledger.record(id, Event::Suppressed { why: why.clone() }, world::now()).await?;
        screen.say(&format!("  {}: not mailed: {why}", row.address));
        gone += 1;
    }
    let new = current.difference(&planned).count();
    if gone > 0 {
        screen.say(&format!(
            "{} left the list since the plan, and will not be mailed.",
            people(gone)
        ));
    }
    if new > 0 {
        screen.say(&format!(
            "{} joined the list since the plan: this edition does not go to them.",
            people(new as u64)
        ));
    }
    Ok(())
}

fn tell_end(end: &End, report: &Report, screen: &Screen) -> Result<Exit, Failure> {
    let name = &report.edition;
    let exit = match end {
        End::Finished
            if report.accepted + report.suppressed + report.cancelled == report.people =>
        {
            Exit::Done
        }
        End::Finished => Exit::Partly,
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } => Exit::Later,
        End::Interrupted => Exit::Interrupted,
    };
    if screen.json {
        screen.object(&Sent {
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
        End::Waiting { until } => format!(
            "the relay asked to try {} later, from {} UTC on",
            people(report.deferred),
            until.format("%H:%M on %-d %B")
        ),
        End::Paused { why } | End::Unreachable { why } => why.clone(),
        End::Interrupted => "stopped, as asked; nobody is mailed twice".to_owned(),
    };
    if !screen.json {
        screen.print(&format!("{name}: {}.", report.arithmetic()))?;
        if report.practice && report.accepted > 0 {
            screen.say(
                "The mail is in outbox/, a Maildir that mail programs open. Nobody was mailed.",
            );
        }
    }
    match end {
        End::Finished => {
            screen.say(&format!("Next: roundup report {name}"));
            Ok(exit)
        }
        End::Interrupted => {
            screen.say(&format!("Stopped. Carry on with: roundup send {name}"));
            Ok(exit)
        }
        End::Waiting { .. } | End::Paused { .. } | End::Unreachable { .. } => {
            Err(Failure::new(exit, how).help(format!(
                "nobody was missed: {} still to go. Carry on with: roundup send {name}",
                people(report.planned + report.deferred)
            )))
        }
    }
}

/// `roundup.send/1`.
#[derive(Serialize)]
struct Sent<'a> {
    schema: &'static str,
    edition: &'a str,
    dry_run: bool,
    people: u64,
    messages: u64,
    hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_largest: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Report>,
}

/// Everything but the sending: the preview, one message a person, and what the report would be.
async fn dry_run(
    project: &Project,
    chosen: &Chosen,
    destination: &Destination,
    arguments: &Arguments,
    screen: &Screen,
) -> Result<Exit, Failure> {
    orders(project, &chosen.name, arguments)?;
    let list = project.list()?;
    screen.problems(&list.problems);
    let prepared =
        prepare(project, chosen, Some(&list), destination.takes_examples(), screen).await?;
    refuse_nobody(&prepared.audience, &list, destination)?;
    let number = prepared.audience.recipients.len() as u64;
    if let Some(flag) = arguments.confirm {
        confirm(number, Some(flag), screen)?;
    }
    let folder =
        arguments.out.clone().unwrap_or_else(|| preview::default_folder(project, &chosen.name));
    let now = world::now();
    let skeleton = prepared.skeleton(project, now)?;
    preview::write(&prepared, &skeleton, &folder)?;
    write_messages(&prepared, &skeleton, &folder)?;
    let keys = project.keys(world::random)?;
    let plan = Plan::new(
        prepared.composition.clone(),
        &prepared.edition.window,
        prepared.audience.clone(),
        &keys,
        prepared.identity.domain(),
        now,
    );
    let counts = Counts { planned: number, ..Counts::default() };
    let left_out = plan.left_out.len() as u64;
    let report =
        Report::new(&plan.edition, counts, Vec::new(), left_out, destination.is_practice(), false);
    let path = folder.join("report.json");
    let text = json_text(&report)?;
    super::draft::write_whole(&path, text.as_bytes()).map_err(|error| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display()))
    })?;
    let exit = if prepared.is_held() { Exit::Findings } else { Exit::Done };
    if screen.json {
        screen.object(&Sent {
            schema: "roundup.send/1",
            edition: &chosen.name,
            dry_run: true,
            people: number,
            messages: number,
            hash: &prepared.composition.hash(),
            bytes_largest: Some(prepared.largest),
            folder: Some(folder.display().to_string()),
            report: Some(&report),
        })?;
        return Ok(exit);
    }
    screen.print(&format!(
        "Dry run of {}: nothing was sent. {} would get it.",
        chosen.name,
        people(number)
    ))?;
    preview::summarise(&prepared, screen)?;
    screen.print(&format!("  Preview   {}", folder.join("index.html").display()))?;
    screen.print(&format!("  Messages  {} (one a person)", folder.join("messages").display()))?;
    screen.print(&format!("  Report    {}", path.display()))?;
    tell_left_out(&prepared.audience.left_out, screen);
    if prepared.is_held() {
        screen.findings(&prepared.findings)?;
        screen.say(&format!(
            "Sending is held until that is mended. Look again with: roundup check {}",
            chosen.name
        ));
    } else {
        screen.say(&format!(
            "Next: open the preview in a browser, then roundup send {}",
            chosen.name
        ));
    }
    Ok(exit)
}

/// One file a person, in the order of the list. An earlier dry run's files are cleared away first.
fn write_messages(
    prepared: &Prepared,
    skeleton: &Skeleton,
    folder: &std::path::Path,
) -> Result<(), Failure> {
    let messages = folder.join("messages");
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {error}", messages.display()))
    };
    fs::create_dir_all(&messages).map_err(cannot)?;
    for entry in fs::read_dir(&messages).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            fs::remove_file(path).map_err(cannot)?;
        }
    }
    let width = prepared.audience.recipients.len().to_string().len();
    for (number, recipient) in (1..).zip(&prepared.audience.recipients) {
        let name: String = recipient
            .address
            .to_string()
            .chars()
            .map(
                |c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@') { c } else { '_' },
            )
            .take(100)
            .collect();
        let path = messages.join(format!("{number:0width$}-{name}.eml"));
        fs::write(path, &skeleton.address(recipient).bytes).map_err(cannot)?;
    }
    Ok(())
}

/// What `status` and `resolve` need of an edition: its ledger, and whether it was practice.
pub async fn find_planned(
    project: &Project,
    name: &str,
) -> Result<(SqliteLedger, PlannedEdition, bool), Failure> {
    let name = name.trim_start_matches("editions/").trim_end_matches(".md");
    let mut known = Vec::new();
    for practice in [false, true] {
        let Some(ledger) = prepare::existing_ledger(project, practice)? else { continue };
        if let Some(planned) = ledger.edition(name).await? {
            return Ok((ledger, planned, practice));
        }
        known.extend(ledger.editions().await?.into_iter().map(|edition| edition.name));
    }
    let shown: String = name.escape_debug().take(60).collect();
    let failure = Failure::new(Exit::Usage, format!("the edition `{shown}` was never sent"));
    Err(if known.is_empty() {
        failure
            .help("no edition was sent yet: roundup send --year 2020 --dry-run shows how it goes")
    } else {
        failure.help(format!("the editions that were are {}", known.join(", ")))
    })
}
