//! One run with its progress and its signals, into the outbox or through the relay.
//! Shell: the ledger, the relay, Ctrl-C.

use crate::cli::send::progress::Progress;
use crate::cli::steps::relay::outbox;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::count::counted;
use crate::ledger::{AnyLedger, Ledger};
use crate::message::MessageTemplate;
use crate::project::Project;
use crate::project::memory::SeenLedger;
use crate::send::config::{RunConfig, RunEnd, RunEvent};
use crate::send::messages_per_connection::MessagesPerConnection;
use crate::send::relay::{Relay, SmtpRelay};
use crate::send::run::run as run_edition;
use crate::send::stop::{Urgency, channel, listen};
use crate::smtp::RelayServer;
use std::sync::{Arc, Mutex};

/// Into the outbox, or through the relay.
pub async fn deliver_through(
    project: &Project,
    ledger: &Arc<AnyLedger>,
    skeleton: Arc<MessageTemplate>,
    orders: RunConfig,
    server: Option<RelayServer>,
    screen: &Screen,
) -> Result<RunEnd, Failure> {
    match server {
        None => {
            let relay = outbox(project)?;
            deliver(project, ledger, skeleton, orders, move || relay.clone(), screen).await
        }
        Some(server) => {
            let server = Arc::new(server);
            let set = project.settings.send.messages_per_connection;
            let limit = Arc::new(Mutex::new(MessagesPerConnection::new(set)));
            let relay = move || SmtpRelay::new(Arc::clone(&server), Arc::clone(&limit));
            deliver(project, ledger, skeleton, orders, relay, screen).await
        }
    }
}

/// The run itself, with its progress and its signals.
async fn deliver<L: Ledger, R: Relay>(
    project: &Project,
    ledger: &Arc<L>,
    skeleton: Arc<MessageTemplate>,
    config: RunConfig,
    relay: impl Fn() -> R,
    screen: &Screen,
) -> Result<RunEnd, Failure> {
    let so_far = ledger.progress(&config.edition).await?;
    let zone = project.settings.time_zone;
    let settled = so_far.people - so_far.open;
    let progress = Arc::new(Progress::new(screen, zone, so_far.people, settled));
    let (handle, stopper) = channel();
    let notices = Arc::clone(&progress);
    let connections = config.connections;
    listen(handle, move |stop| match stop {
        Urgency::Soon => notices.line(&format!(
            "Stopping: finishing the messages in progress, at most {} … (Ctrl-C again to drop \
             them)",
            counted(connections, "message", "messages")
        )),
        Urgency::Now => {
            notices
                .line("Dropping the messages in progress: whether they arrived will be uncertain.");
        }
        Urgency::No => {}
    })
    .map_err(|error| Failure::new(Exit::Failed, format!("cannot listen for signals: {error}")))?;
    let shown = Arc::clone(&progress);
    let identity = ledger.age().await?.identity;
    let place = ledger.nature().await?.place;
    let memory = project.memory.clone();
    let end = run_edition(
        Arc::clone(ledger),
        skeleton,
        config,
        relay,
        stopper,
        system::CLOCK,
        move |event| match event {
            RunEvent::Alive { age } => {
                let place = place.clone();
                memory.see(&identity, &SeenLedger { age, place, restored: None });
            }
            event => shown.take(event),
        },
    )
    .await;
    progress.end();
    Ok(end?)
}
