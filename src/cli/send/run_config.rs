//! From settings and flags to a run's orders and its relay.
//! Shell: the settings and flags of this run.

use std::time::Duration;

use crate::cli::send::arguments::Arguments;
use crate::cli::steps::destination::Destination;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::system;
use crate::project::Project;
use crate::send::config::RunConfig;
use crate::send::domains::Domains;
use crate::send::hours::Hours;
use crate::send::pace::{Rate, Retry};
use crate::send::patience;

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
    let domains = match destination {
        // Nobody has to be spared.
        Destination::Outbox => Domains::unlimited(),
        Destination::Relay(_) => Domains::new(&settings.domains)?,
    };
    let zone = project.settings.time_zone;
    let hours = Hours::parse(settings.hours.as_deref(), settings.days.as_deref(), zone)?;
    let first = Duration::from_secs(settings.retry_after_seconds);
    Ok(RunConfig {
        sender: system::process_name(),
        domains,
        hours: hours.filter(|_| !destination.is_practice()),
        connections,
        rate,
        lookahead: settings.lookahead,
        retry: Retry { first, ..Retry::default() },
        relay_patience: match &settings.patience {
            Some(text) => patience::parse(text)?,
            None => patience::DEFAULT,
        },
        ..RunConfig::new(edition)
    })
}
