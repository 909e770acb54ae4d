//! `roundup serve`: the public address behind unsubscribe links, until it is stopped.
//! Shell: the network, the ledger, the spool.

use crate::cli::terminal::number;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::cli::globals::Globals;
use crate::cli::leaving::archived::{archive_of, keep_archive};
use crate::cli::leaving::drop_kit;
use crate::cli::leaving::hooked::{hook_folder, hooks, keep, settle_waiting};
use crate::cli::leaving::joining::{self, JoinDesk};
use crate::cli::leaving::single_messages::{self, SingleWriter};
use crate::cli::leaving::spooled::{spool, warn_of_damage};
use crate::cli::steps::destination::Destination;
use crate::cli::steps::ledgers::{keys_for, ledger_or_away};
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::JoinStore;
use crate::ledger::{AnyLedger, Ledger};
use crate::message::Sender;
use crate::people::{Act, ActKind, Journal, Standpoint};
use crate::project::Project;
use crate::web::serve::{self, Change, Intent, PageText, PublicCall, PublicServer};

/// Mail providers wait some ten seconds. What the ledger cannot take in this time goes into the spool.
const LEDGER_PATIENCE: Duration = Duration::from_secs(1);
const LEDGER_CONNECTIONS: usize = 4;
/// How often the spool is emptied.
const DRAIN_EVERY: Duration = Duration::from_secs(1);
/// How often requests are looked for that nobody confirmed.
const EXPIRE_EVERY: Duration = Duration::from_hours(1);
/// How soon somebody who signed up is written to.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How long a server is waited for before we listen without it.
const FIRST_TRY: Duration = Duration::from_secs(3);
/// How often a ledger that is away is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// A monitor of the service calls every few seconds; each answer costs a write to the disk.
const HEALTH_HOLDS: Duration = Duration::from_secs(2);
/// Whoever ends services waits at least this long before they kill them.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(8);

#[derive(Debug, Args)]
pub struct Arguments {
    /// The address to listen on; put a proxy with a certificate in front of it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8025", value_parser = number::socket)]
    listen: SocketAddr,
    /// Write the drop box for web space that cannot run roundup, and end
    #[arg(long, value_name = "DIR", conflicts_with = "listen")]
    drop_kit: Option<PathBuf>,
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let project = globals.project()?;
    let screen = &globals.screen;
    let identity = Sender::new(&project.settings.sender)?;
    let name = identity.sender.name.as_ref().map_or("", |name| name.as_str()).to_owned();
    let text = PageText::new(&project.settings.theme.language, &name);
    if let Some(folder) = &arguments.drop_kit {
        return Box::pin(drop_kit::write(&project, folder, &text, screen)).await;
    }
    let Some(public_url) = identity.public_url.as_deref().and_then(|url| url::Url::parse(url).ok())
    else {
        return Err(Failure::new(Exit::Usage, "`public_url` under [sender] is not set")
            .help("add the address that people reach, such as public_url = \"https://news.charity.example\""));
    };
    project.own_folder(false)?;
    warn_of_damage(&project, screen);
    let form = joining::form(&project, &text, screen);
    let journal = Journal::new(spool(&project), LEDGER_PATIENCE);
    let keys = match ledger_now(&project).await? {
        Ok(ledger) => {
            let keys = right_keys(&project, &ledger).await?;
            journal.open_ledger(Arc::new(ledger));
            keys
        }
        // With a secret that is made now, no link of any email would be right.
        Err(away) if project.secret_source()?.is_none() => return Err(away),
        Err(away) => {
            screen.warn(&format!(
                "{}: until it is back, requests to leave wait in `.roundup`",
                away.what
            ));
            project.keys(system::random)?
        }
    };
    let writer = match SingleWriter::new(&project, &keys, &Destination::of(&project, None)?) {
        Ok(writer) => writer,
        // A relay that cannot be used is nothing to people who leave.
        Err(failure) if form.is_some() => return Err(failure),
        Err(_) => None,
    };
    let desk = JoinDesk::new(&project, keys.clone(), &text, &public_url, LEDGER_PATIENCE);
    let hooks_folder = hook_folder(&project);
    let (archive, maker) = archive_of(globals.project()?, &public_url);
    let keeper = Arc::new(Keeper { journal, desk, health: Mutex::new(None), hooks_folder });
    let setting = serve::Setting {
        keys,
        public_url: public_url.clone(),
        trusted_proxies: project.settings.serve.trusted_proxies.clone(),
        text,
        joining: form,
        archive,
        hooks: hooks(&project)?,
        clock: system::now,
    };
    let stop = stop_signal();
    let server = serve::open(arguments.listen, setting).await.map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot listen on {}: {error}", arguments.listen)).help(
            "another program may be using this port: choose another with --listen 127.0.0.1:8026",
        )
    })?;
    screen.say(&format!(
        "Listening on http://{} for {public_url}. Press Ctrl-C to stop.",
        server.address
    ));
    let outcome = tokio::select! {
        outcome = Box::pin(answer_and_write(server, &keeper, &project, (writer, screen), stop)) => outcome,
        failure = settle_hooks(&project, &keeper, globals) => Err(failure),
        () = keep_archive(maker, &keeper.journal, screen) => Ok(Exit::Done),
    };
    stopped_well(outcome, &project, globals).await
}

/// What was answered last is settled, too.
async fn stopped_well(
    outcome: Result<Exit, Failure>,
    project: &Project,
    globals: &Globals,
) -> Result<Exit, Failure> {
    if outcome.is_ok() {
        settle_waiting(project, globals).await?;
        globals.screen.say("Stopped. Every answered request is recorded.");
    }
    outcome
}

/// Answers until somebody stops it, and hands over messages meanwhile.
async fn answer_and_write(
    server: PublicServer,
    keeper: &Arc<Keeper>,
    project: &Project,
    (writer, screen): (Option<SingleWriter<'_>>, &Screen),
    signal: impl Future<Output = ()> + Send,
) -> Result<Exit, Failure> {
    let (stop, stops) = watch::channel(false);
    let writing = keeper.keep_writing(writer, screen, stops);
    tokio::pin!(writing);
    let outcome = tokio::select! {
        outcome = answer_all(server, keeper, project, signal) => outcome,
        outcome = &mut writing => outcome,
    };
    // A message whose end has left is waited for: nobody would know otherwise whether it arrived.
    stop.send_replace(true);
    if outcome.is_ok() {
        let _ = timeout(LAST_ANSWERS_WITHIN, writing).await;
    }
    outcome
}

/// Settles what mail services have reported, for ever. Ends only with what nobody can wait for.
async fn settle_hooks(project: &Project, keeper: &Keeper, globals: &Globals) -> Failure {
    loop {
        if keeper.journal.has_ledger()
            && let Err(failure) = settle_waiting(project, globals).await
            && failure.exit != Exit::Later
        {
            return failure;
        }
        sleep(DRAIN_EVERY).await;
    }
}

/// The ledger, or why it cannot be had now.
async fn ledger_now(project: &Project) -> Result<Result<AnyLedger, Failure>, Failure> {
    match timeout(FIRST_TRY, ledger_or_away(project, LEDGER_CONNECTIONS)).await {
        Ok(opened) => Ok(opened?.map_err(Into::into)),
        Err(_) => Ok(Err(Failure::new(Exit::Later, "the ledger's server does not answer"))),
    }
}

/// The keys, when they are those of the ledger and it may be written.
async fn right_keys(
    project: &Project,
    ledger: &AnyLedger,
) -> Result<crate::audience::Keys, Failure> {
    ledger.nature().await?.refuse_retired()?;
    let keys = keys_for(project, Some(ledger)).await?;
    ledger.bind_secret(&keys.check()).await?;
    Ok(keys)
}

/// Answers until somebody stops it, and then the requests that have come already.
async fn answer_all(
    mut server: PublicServer,
    keeper: &Arc<Keeper>,
    project: &Project,
    stop: impl Future<Output = ()> + Send,
) -> Result<Exit, Failure> {
    let mut settling = JoinSet::new();
    let ledger = keeper.keep_emptying(project);
    tokio::pin!(stop, ledger);
    let outcome = loop {
        tokio::select! {
            () = &mut stop => break Ok(Exit::Done),
            failure = &mut ledger => break Err(failure),
            Some(_) = settling.join_next() => {}
            call = server.calls.recv() => {
                let Some(call) = call else { break Ok(Exit::Done) };
                let keeper = Arc::clone(keeper);
                settling.spawn(async move { keeper.answer(call).await });
            }
        }
    };
    server.close();
    let last = async {
        // Ends when the last connection has.
        while let Some(call) = server.calls.recv().await {
            keeper.answer(call).await;
        }
        while settling.join_next().await.is_some() {}
    };
    // Clients without an answer by then were promised nothing.
    let _ = timeout(LAST_ANSWERS_WITHIN, last).await;
    outcome
}

/// Keeps what people wanted.
struct Keeper {
    journal: Journal<AnyLedger>,
    desk: JoinDesk,
    /// When we last looked, and what we found.
    health: Mutex<Option<(Instant, bool)>>,
    /// Where events of mail services wait.
    hooks_folder: PathBuf,
}

impl Keeper {
    /// Finds the ledger if it is away, and empties the spool into it, for ever. Ends only with what nobody can wait for.
    async fn keep_emptying(&self, project: &Project) -> Failure {
        while !self.journal.has_ledger() {
            match ledger_or_away(project, LEDGER_CONNECTIONS).await {
                Err(failure) => return failure,
                Ok(Err(_)) => sleep(TRY_AGAIN).await,
                Ok(Ok(ledger)) => match right_keys(project, &ledger).await {
                    Err(failure) if failure.exit == Exit::Later => sleep(TRY_AGAIN).await,
                    Err(failure) => return failure,
                    Ok(_) => self.journal.open_ledger(Arc::new(ledger)),
                },
            }
        }
        let mut looked: Option<Instant> = None;
        loop {
            // What cannot be taken now stays, and is tried again in a second.
            let _ = self.journal.drain().await;
            if looked.is_none_or(|at| at.elapsed() >= EXPIRE_EVERY)
                && let Some(ledger) = self.journal.ledger()
            {
                // Those that stay are looked for again.
                let _ = ledger.expire_requests(system::now()).await;
                looked = Some(Instant::now());
            }
            sleep(DRAIN_EVERY).await;
        }
    }

    /// Hands over messages to one person, until it is stopped between two drains.
    async fn keep_writing(
        &self,
        writer: Option<SingleWriter<'_>>,
        screen: &Screen,
        mut stops: watch::Receiver<bool>,
    ) -> Result<Exit, Failure> {
        let mut said = String::new();
        while !*stops.borrow() {
            if let (Some(writer), Some(ledger)) = (&writer, self.journal.ledger()) {
                let stopped = match writer.drain(ledger).await {
                    Ok(counts) if counts.accepted > 0 => counts.stopped.or(Some(String::new())),
                    Ok(counts) => counts.stopped,
                    Err(failure) => Some(failure.what),
                };
                // What goes on being wrong is said once.
                if let Some(why) = stopped.filter(|why| *why != said) {
                    if !why.is_empty() {
                        screen.warn(&single_messages::stopped(&why));
                    }
                    said = why;
                }
            }
            let _ = timeout(WRITE_EVERY, stops.wait_for(|stops| *stops)).await;
        }
        Ok(Exit::Done)
    }

    async fn answer(&self, call: PublicCall) {
        match call {
            PublicCall::Change(change) => self.settle(change).await,
            PublicCall::Joining(call) => self.desk.settle(call, &self.journal).await,
        }
    }

    async fn settle(&self, change: Change) {
        let Change { person, wanted, answer } = change;
        let now = system::now();
        let settled = match wanted {
            Intent::Probe => self.is_well().await.then_some(Standpoint::Unknown),
            Intent::Look => match self.journal.standpoint(&person, now).await.ok() {
                Some(Standpoint::Mailed) => Some(self.chosen_by(&person).await),
                other => other,
            },
            Intent::Choose(frequency) => {
                let act = Act::new(&person, now, ActKind::Chose { frequency });
                self.journal.record(vec![act]).await.ok().map(|_| Standpoint::MailedAs(frequency))
            }
            Intent::Events { hook, body } => self.keep_events(hook, body).await,
            Intent::Leave { way, reason } => {
                let act = Act::new(&person, now, ActKind::Left { way, reason });
                self.journal.record(vec![act]).await.ok().map(|_| Standpoint::LeftLately)
            }
            Intent::Stay => {
                let act = Act::new(&person, now, ActKind::Stayed);
                self.journal.record(vec![act]).await.ok().map(|_| Standpoint::Mailed)
            }
        };
        // The client may have gone away: what the person wanted is kept all the same.
        let _ = answer.send(settled);
    }

    /// What somebody gets who is mailed; not sure while the ledger is away.
    async fn chosen_by(&self, person: &str) -> Standpoint {
        let Some(ledger) = self.journal.ledger() else { return Standpoint::Mailed };
        match timeout(LEDGER_PATIENCE, ledger.frequency_of(person)).await {
            Ok(Ok(frequency)) => Standpoint::MailedAs(frequency.unwrap_or_default()),
            Ok(Err(_)) | Err(_) => Standpoint::Mailed,
        }
    }

    /// On disk, or not taken.
    async fn keep_events(&self, hook: String, body: Vec<u8>) -> Option<Standpoint> {
        let folder = self.hooks_folder.clone();
        let kept = tokio::task::spawn_blocking(move || keep(&folder, &hook, &body)).await;
        matches!(kept, Ok(Ok(()))).then_some(Standpoint::Unknown)
    }

    /// One look at a time, which holds for a moment.
    async fn is_well(&self) -> bool {
        let mut health = self.health.lock().await;
        if let Some((at, is_well)) = *health
            && at.elapsed() < HEALTH_HOLDS
        {
            return is_well;
        }
        let is_well = self.journal.is_well().await;
        *health = Some((Instant::now(), is_well));
        is_well
    }
}

/// Waits for Ctrl-C, or for whoever ends services. The system knows of it as soon as this is called: what comes between the
/// first answer and the wait is not lost.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let [ends, interrupts] = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    async {
        match (ends, interrupts) {
            (Ok(mut ends), Ok(mut interrupts)) => {
                tokio::select! {
                    _ = ends.recv() => {}
                    _ = interrupts.recv() => {}
                }
            }
            // Without a handler the process is ended by the system itself.
            (Ok(mut one), Err(_)) | (Err(_), Ok(mut one)) => drop(one.recv().await),
            (Err(_), Err(_)) => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    let _ = tokio::signal::ctrl_c().await;
}
