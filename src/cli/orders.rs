//! From settings and flags to a run's orders and its relay.
//! Pure: what the project read comes in as an argument.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::failure::{Exit, Failure};
use super::prepare::Destination;
use super::send::Arguments;
use super::world;
use crate::message::Identity;
use crate::project::{Project, RelayAddress, Variable};
use crate::send::MOST_CONNECTIONS;
use crate::send::config::RunConfig;
use crate::send::domains::Domains;
use crate::send::hours::Hours;
use crate::send::pace::{Rate, Retry};
use crate::smtp::Server;
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
        ..RunConfig::new(edition)
    })
}

/// The relay, with all that is known of it.
pub fn server(
    project: &Project,
    relay: &RelayAddress,
    sender: &Identity,
) -> Result<Server, Failure> {
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
