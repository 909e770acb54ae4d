//! `roundup serve`: the public address behind unsubscribe links, until it is stopped.
//! Shell: the network, the ledger, the spool.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::failure::{Exit, Failure};
use super::leaving::{DRAIN_EVERY, apply, drain, spool};
use super::ledgers::{keys_for, ledger_for};
use super::{Desk, world};
use crate::ledger::{KeptLedger, Ledger};
use crate::message::Identity;
use crate::people::{Act, Spool, What, may_stay};
use crate::web::serve::{self, Change, PageText, Standpoint, Wanted};

/// Mail providers wait some ten seconds. What the ledger cannot take in this time goes into the spool.
const LEDGER_PATIENCE: Duration = Duration::from_secs(2);
const LEDGER_CONNECTIONS: usize = 4;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Where to listen; a proxy with a certificate stands before it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8025")]
    listen: SocketAddr,
}

pub async fn run(arguments: Arguments, desk: &Desk) -> Result<Exit, Failure> {
    let project = desk.project()?;
    let screen = &desk.screen;
    let identity = Identity::new(&project.settings.sender)?;
    let Some(public_url) = identity.public_url.as_deref().and_then(|url| url::Url::parse(url).ok())
    else {
        return Err(Failure::new(Exit::Usage, "`public_url` under [sender] is not set")
            .help("add the address that people reach, such as public_url = \"https://news.charity.example\""));
    };
    project.own_folder(false)?;
    let ledger = Arc::new(ledger_for(&project, false, LEDGER_CONNECTIONS).await?);
    let keys = keys_for(&project, Some(&ledger)).await?;
    ledger.bind_secret(&keys.check()).await?;
    let desk = Arc::new(Keeper { ledger, spool: spool(&project), order: Mutex::new(()) });
    let name = identity.sender.name.as_ref().map_or("", |name| name.as_str()).to_owned();
    let setting = serve::Setting {
        keys,
        public_url: public_url.clone(),
        trusted_proxies: project.settings.serve.trusted_proxies.clone(),
        text: PageText::new(&project.settings.theme.language, &name),
        clock: world::now,
    };
    let (address, mut changes) = serve::open(arguments.listen, setting).await.map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot listen at {}: {error}", arguments.listen)).help(
            "another program may use this port: name another one with --listen 127.0.0.1:8026",
        )
    })?;
    screen.say(&format!("Listening at http://{address} for {public_url}. Ctrl-C stops it."));
    let stop = stopped();
    tokio::pin!(stop);
    let emptier = Arc::clone(&desk);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(DRAIN_EVERY).await;
            emptier.empty_spool().await;
        }
    });
    loop {
        tokio::select! {
            () = &mut stop => break,
            change = changes.recv() => {
                let Some(change) = change else { break };
                let desk = Arc::clone(&desk);
                tokio::spawn(async move { desk.settle(change).await });
            }
        }
    }
    screen.say("Stopped. What was answered is kept.");
    Ok(Exit::Done)
}

/// Keeps what people wanted: in the ledger, or in the spool where that is away.
struct Keeper {
    ledger: Arc<KeptLedger>,
    spool: Spool,
    /// One act after the other goes into the spool or out of it, so that none overtakes an earlier one.
    order: Mutex<()>,
}

impl Keeper {
    async fn empty_spool(&self) {
        if self.spool.is_empty() {
            return;
        }
        let _turn = self.order.lock().await;
        // What cannot be taken now stays, and is tried again in a second.
        let _ = timeout(LEDGER_PATIENCE, drain(&self.spool, &*self.ledger)).await;
    }

    async fn settle(&self, change: Change) {
        let Change { person, wanted, answer } = change;
        let settled = match wanted {
            Wanted::Probe => self.probe().await,
            Wanted::Look => self.look(&person).await,
            Wanted::Leave { way, reason } => {
                let what = What::Left { way, reason };
                let kept = self.keep(Act { person, at: world::now(), what }).await;
                kept.then_some(Standpoint::LeftLately)
            }
            Wanted::Stay => {
                let act = Act { person, at: world::now(), what: What::Stayed };
                self.keep(act).await.then_some(Standpoint::Mailed)
            }
        };
        // Whoever asked may have gone away: what they wanted is kept all the same.
        let _ = answer.send(settled);
    }

    async fn probe(&self) -> Option<Standpoint> {
        let spool = self.spool.clone();
        let can_keep = tokio::task::spawn_blocking(move || spool.prove_writable()).await;
        let read = timeout(LEDGER_PATIENCE, self.ledger.suppression("")).await;
        let is_well = matches!(can_keep, Ok(Ok(()))) && matches!(read, Ok(Ok(_)));
        is_well.then_some(Standpoint::Mailed)
    }

    async fn look(&self, person: &str) -> Option<Standpoint> {
        let words = timeout(LEDGER_PATIENCE, self.ledger.suppression(person)).await.ok()?.ok()?;
        Some(match words {
            None => Standpoint::Mailed,
            Some(words) if may_stay(&words, world::now()) => Standpoint::LeftLately,
            Some(_) => Standpoint::NotMailed,
        })
    }

    /// True when it is on disk. While something waits in the spool, what comes later goes behind it.
    async fn keep(&self, act: Act) -> bool {
        let _turn = self.order.lock().await;
        if self.spool.is_empty() {
            let written = timeout(LEDGER_PATIENCE, apply(&*self.ledger, &act)).await;
            if matches!(written, Ok(Ok(_))) {
                return true;
            }
        }
        let spool = self.spool.clone();
        let added = tokio::task::spawn_blocking(move || spool.add(&act)).await;
        matches!(added, Ok(Ok(())))
    }
}

/// Waits for Ctrl-C, or for whoever ends services.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ends) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = ends.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the process is ended by the system itself.
    let _ = tokio::signal::ctrl_c().await;
}
