//! The relay, with its login and what was learnt of it.
//! Shell: reads the project and its secrets.

use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::system;
use crate::message::Sender;
use crate::project::{Project, RelayAddress, RelayMemory, Variable};
use crate::send::relay::FolderRelay;
use crate::smtp::RelayServer;
use crate::smtp::conversation::{Credentials, Settings as SmtpSettings};
use crate::smtp::deadlines::Deadlines;
use secrecy::ExposeSecret;
use std::time::Duration;

/// Where messages go in practice.
pub fn outbox(project: &Project) -> Result<FolderRelay, Failure> {
    FolderRelay::new(&project.path("outbox"))
        .map_err(|error| Failure::new(Exit::Failed, format!("outbox/ cannot be written: {error}")))
}

/// The relay, with all that is known of it.
pub fn server(
    project: &Project,
    relay: &RelayAddress,
    sender: &Sender,
) -> Result<RelayServer, Failure> {
    server_with(project, relay, sender, credentials(project)?)
}

/// The same with a login that is not in the environment yet.
pub fn server_with(
    project: &Project,
    relay: &RelayAddress,
    sender: &Sender,
    credentials: Option<Credentials>,
) -> Result<RelayServer, Failure> {
    let settings = &project.settings.send;
    let smtp = SmtpSettings {
        ehlo_name: settings.ehlo_name.clone().unwrap_or_else(|| sender.domain().to_owned()),
        security: relay.security,
        credentials,
    };
    let ca_file = settings.ca_file.as_ref().map(|path| project.path(path));
    let deadlines = Deadlines::of_answers(Duration::from_secs(settings.answer_within_seconds));
    let server =
        RelayServer::new(relay.host.clone(), relay.port, smtp, deadlines, ca_file.as_deref())?;
    let (memory, name) = (RelayMemory::new(&project.root), relay.to_string());
    let known = memory.of(&name, system::now());
    Ok(server.with_quirks(known, move |quirks| {
        // What cannot be written is learnt again by the next run.
        let _ = memory.remember(&name, quirks, system::now());
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
    Failure::new(Exit::Usage, format!("{set} is set, but {missing} is not"))
        .help(format!("set {missing} too, in .env or in the environment"))
}
