//! From settings and flags to a run's orders and its relay.
//! Pure: what the project read comes in as an argument.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::failure::{Exit, Failure};
use super::prepare::Destination;
use super::send::Arguments;
use super::world;
use crate::message::Sender;
use crate::project::{Project, RelayAddress, RelayMemory, Variable};
use crate::send::MOST_CONNECTIONS;
use crate::send::config::RunConfig;
use crate::send::domains::Domains;
use crate::send::hours::Hours;
use crate::send::pace::{Rate, Retry};
use crate::send::patience;
use crate::smtp::RelayServer;
use crate::smtp::connection::Deadlines;
use crate::smtp::conversation::{Credentials, Settings as SmtpSettings};

/// How the run shall go: the command line's words, or else the settings'.
pub fn orders(
    project: &Project,
    edition: &str,
    destination: &Destination,
    arguments: &Arguments,
) -> Result<RunConfig, Failure> {
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
    let domains = match destination {
        // Nobody has to be spared.
        Destination::Outbox => Domains::unlimited(),
        Destination::Relay(_) => Domains::new(&settings.domains)?,
    };
    let zone = project.settings.time_zone;
    let hours = Hours::parse(settings.hours.as_deref(), settings.days.as_deref(), zone)?;
    let first = Duration::from_secs(settings.retry_after_seconds);
    Ok(RunConfig {
        sender: world::process_name(),
        domains,
        hours: hours.filter(|_| !destination.is_practice()),
        connections,
        rate,
        window: settings.window.min(1),
        retry: Retry { first, ..Retry::default() },
        relay_patience: match &settings.patience {
            Some(text) => patience::parse(text)?,
            None => patience::DEFAULT,
        },
        ..RunConfig::new(edition)
    })
}

/// The relay, with all that is known of it.
pub fn server(
    project: &Project,
    relay: &RelayAddress,
    sender: &Sender,
) -> Result<RelayServer, Failure> {
    let settings = &project.settings.send;
    let credentials = credentials(project)?;
    let smtp = SmtpSettings {
        hello: settings.hello.clone().unwrap_or_else(|| sender.domain().to_owned()),
        security: relay.security,
        credentials,
    };
    let ca_file = settings.ca_file.as_ref().map(|path| project.path(path));
    let deadlines =
        Deadlines::of_answers(Duration::from_secs(settings.answer_within_seconds.clamp(1, 3600)));
    let server =
        RelayServer::new(relay.host.clone(), relay.port, smtp, deadlines, ca_file.as_deref())?;
    let (memory, name) = (RelayMemory::new(&project.root), relay.to_string());
    let known = memory.of(&name, world::now());
    Ok(server.with_quirks(known, move |quirks| {
        // What cannot be written is learnt again by the next run.
        let _ = memory.remember(&name, quirks, world::now());
    }))
}

/// A username goes with a password or with a command that prints an access token, never with both.
fn credentials(project: &Project) -> Result<Option<Credentials>, Failure> {
    const USERNAME: &str = "ROUNDUP_RELAY_USERNAME";
    const PASSWORD: &str = "ROUNDUP_RELAY_PASSWORD";
    const COMMAND: &str = "ROUNDUP_RELAY_TOKEN_COMMAND";
    let read = |variable| -> Result<Option<String>, Failure> {
        Ok(project.secret(variable)?.map(|value| value.expose_secret().to_owned()))
    };
    let username = read(Variable::RelayUsername)?;
    let password = read(Variable::RelayPassword)?;
    let command = read(Variable::RelayTokenCommand)?;
    Ok(match (username, password, command) {
        (None, None, None) => None,
        (Some(username), Some(password), None) => Some(Credentials::new(username, password)),
        (Some(username), None, Some(command)) => {
            Some(Credentials::with_token_command(username, command))
        }
        (_, Some(_), Some(_)) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("{PASSWORD} and {COMMAND} are both set"),
            )
            .help(format!(
                "keep one: {COMMAND} for Microsoft 365 and Google, {PASSWORD} elsewhere"
            )));
        }
        (Some(_), None, None) => return Err(half(USERNAME, PASSWORD)),
        (None, Some(_), None) => return Err(half(PASSWORD, USERNAME)),
        (None, None, Some(_)) => return Err(half(COMMAND, USERNAME)),
    })
}

fn half(set: &str, missing: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{set} is set and {missing} is not"))
        .help(format!("set {missing} too, in .env or in the environment"))
}
