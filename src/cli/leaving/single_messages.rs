//! Messages to one person: written in the newsletter's words, and handed to its relay by `serve`, `inbox` and `send`.
//! Shell: the ledger, the relay, the outbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::audience::Values;
use crate::audience::settings::ListPlace;
use crate::audience::{Keys, Recipient};
use crate::cli::leaving::latest::latest_for;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::message_template::made;
use crate::cli::steps::relay::{outbox, server};
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::screen::Screen;
use crate::cli::terminal::system;
use crate::compose::composition::Composition;
use crate::count::counted;
use crate::ledger::AnyLedger;
use crate::ledger::single_store::{SingleMessage, SinglePurpose};
use crate::message::single::SingleText;
use crate::message::{Message, Sender};
use crate::people::Welcome;
use crate::project::Project;
use crate::rfc::address::EmailAddress;
use crate::send::messages_per_connection::MessagesPerConnection;
use crate::send::pace::Rate;
use crate::send::relay::SmtpRelay;
use crate::send::single::{SingleCounts, SingleRun};
use crate::smtp::RelayServer;

/// What is needed to write messages to one person and hand them over.
pub struct SingleWriter<'a> {
    project: &'a Project,
    identity: Sender,
    keys: Keys,
    public_url: String,
    /// The outbox where there is none.
    server: Option<Arc<RelayServer>>,
    takes_examples: bool,
    gap: Duration,
    holder: String,
}

impl<'a> SingleWriter<'a> {
    /// `None` where nobody can sign up: the list is in files, or there is no public address.
    pub fn new(
        project: &'a Project,
        keys: &Keys,
        destination: &Destination,
    ) -> Result<Option<Self>, Failure> {
        let identity = Sender::new(&project.settings.sender)?;
        let Some(public_url) = identity.public_url.clone() else { return Ok(None) };
        if project.settings.people.keep == ListPlace::Files {
            return Ok(None);
        }
        let server = match destination {
            Destination::Outbox => None,
            Destination::Relay(relay) => Some(Arc::new(server(project, relay, &identity)?)),
        };
        // A key that cannot be read is found before somebody waits for a message.
        project.signers(identity.domain())?;
        let gap = match (&server, &project.settings.send.rate) {
            (Some(_), Some(rate)) => Rate::parse(rate)?.gap,
            _ => Duration::ZERO,
        };
        Ok(Some(Self {
            project,
            identity,
            keys: keys.clone(),
            public_url,
            server,
            takes_examples: destination.takes_examples(),
            gap,
            holder: system::process_name(),
        }))
    }

    /// Hands over what is due.
    pub async fn drain(&self, ledger: &AnyLedger) -> Result<SingleCounts, Failure> {
        let run = SingleRun { holder: &self.holder, gap: self.gap, clock: system::now };
        let build = async |single: &SingleMessage| self.message(single, ledger).await;
        let counts = match &self.server {
            None => run.drain(ledger, outbox(self.project)?, build).await?,
            Some(server) => {
                let set = self.project.settings.send.messages_per_connection;
                let limit = Arc::new(Mutex::new(MessagesPerConnection::new(set)));
                run.drain(ledger, SmtpRelay::new(Arc::clone(server), limit), build).await?
            }
        };
        Ok(counts)
    }

    async fn message(&self, single: &SingleMessage, ledger: &AnyLedger) -> Result<Message, String> {
        let address = EmailAddress::parse(&single.address).map_err(|error| error.to_string())?;
        if address.is_reserved() && !self.takes_examples {
            return Err("an example address is written to in practice only".to_owned());
        }
        let is_latest = self.project.settings.joining.welcome == Welcome::Latest
            && single.purpose == SinglePurpose::Welcome;
        if is_latest {
            let (project, key) = (self.project, address.key());
            let latest = latest_for(project, &self.keys, ledger, single, &key).await;
            if let Some((edition, recipient)) = latest {
                return self.made(edition.composition, &recipient);
            }
        }
        let mut values = Values::new();
        values.insert("email".to_owned(), address.to_string());
        let recipient = Recipient { address, values, segments: std::collections::BTreeSet::new() };
        self.made(self.words(single, &recipient.address), &recipient)
    }

    fn made(&self, composition: Composition, recipient: &Recipient) -> Result<Message, String> {
        let (identity, keys) = (self.identity.clone(), self.keys.clone());
        let signers = self.project.signers(identity.domain()).map_err(|error| error.to_string())?;
        let template = made(self.project, composition, identity, keys, signers, system::now())
            .map_err(|failure| failure.what)?;
        Ok(template.personalise(recipient))
    }

    fn words(&self, single: &SingleMessage, address: &EmailAddress) -> Composition {
        let settings = &self.project.settings;
        let token = self.keys.confirmation_token(&single.person, single.occasion);
        let text = SingleText {
            purpose: single.purpose,
            occasion: single.occasion,
            language: &settings.theme.language,
            name: self.identity.sender.name.as_ref().map_or("", |name| name.as_str()),
            organisation: &settings.organisation,
            confirm: &format!("{}/c/{token}", self.public_url),
            leave: &format!("{}/u/{}", self.public_url, self.keys.unsubscribe_token(address)),
        };
        text.composition()
    }
}

/// Hands over what is due beside another command. That command goes on whatever comes of it.
pub async fn drain_beside(
    project: &Project,
    keys: &Keys,
    destination: &Destination,
    ledger: &AnyLedger,
    screen: &Screen,
) {
    let drained = match SingleWriter::new(project, keys, destination) {
        Ok(Some(writer)) => writer.drain(ledger).await,
        Ok(None) => return,
        Err(failure) => Err(failure),
    };
    match drained {
        Ok(counts) => {
            if counts.accepted > 0 {
                let messages = counted(
                    counts.accepted,
                    "message about signing up",
                    "messages about signing up",
                );
                screen.say(&format!("{messages} handed over."));
            }
            if let Some(why) = counts.stopped {
                screen.warn(&stopped(&why));
            }
        }
        Err(failure) => screen.warn(&stopped(&failure.what)),
    }
}

/// Why messages wait.
pub fn stopped(why: &str) -> String {
    format!("messages about signing up wait: {why}. They are tried again by themselves")
}
