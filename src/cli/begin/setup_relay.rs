//! `roundup setup relay`: the mail server, tried before it is written into `.env`.
//! Shell: the terminal, the network, `.env`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::answers::ask;
use super::login_cure::{self, WrongPart};
use crate::cli::check::diagnoses::{names, show};
use crate::cli::globals::Globals;
use crate::cli::report::overview::edition_in_sight;
use crate::cli::steps::destination::Destination;
use crate::cli::steps::practised::practised_note;
use crate::cli::steps::relay::server_with;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::files::cannot_write;
use crate::cli::terminal::hidden::hidden;
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::Screen;
use crate::database::private;
use crate::doctor::Diagnosis;
use crate::message::Sender;
use crate::project::env_file::with_values;
use crate::project::{Project, RelayAddress, RelayError, Variable};
use crate::providers::servers::{LoginKind, ProviderServer, SERVERS, server_meant, server_named};
use crate::shell_words::for_shell;
use crate::smtp::Connection;
use crate::smtp::conversation::Credentials;
use crate::smtp::deadlines::Deadlines;

/// A login that fails three times wants another look, not another try.
const MOST_TRIES: usize = 3;
/// Somebody waits at the keyboard: a server that takes longer to greet is not one to send a list through.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// A password file holds one line.
const LONGEST_PASSWORD_BYTES: u64 = 4096;
const RELAY: &str = "ROUNDUP_RELAY";
const USERNAME: &str = "ROUNDUP_RELAY_USERNAME";
const PASSWORD: &str = "ROUNDUP_RELAY_PASSWORD";
const COMMAND: &str = "ROUNDUP_RELAY_TOKEN_COMMAND";

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: SetupCommand,
}

#[derive(Debug, Subcommand)]
enum SetupCommand {
    /// Set up the mail server: the login is tried first, then saved in .env
    Relay(RelayArguments),
}

#[derive(Debug, Args)]
struct RelayArguments {
    #[arg(
        long,
        value_name = "NAME|URL",
        help = "Your provider, as in `brevo`, or its server, as in smtps://smtp.example.org"
    )]
    server: Option<String>,
    /// The username
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// A file that holds the password; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "token_command")]
    password_file: Option<PathBuf>,
    /// A command that prints an access token, for Microsoft 365 and Google
    #[arg(long, value_name = "COMMAND")]
    token_command: Option<String>,
    /// The server wants no login
    #[arg(long, conflicts_with_all = ["username", "password_file", "token_command"])]
    no_login: bool,
}

/// `roundup.setup-relay/1`.
#[derive(Serialize)]
struct SetupOutcome {
    schema: &'static str,
    server: String,
    file: &'static str,
    diagnoses: Vec<Diagnosis>,
    next: String,
}

/// What is typed, before it is known to work.
struct RelayLogin {
    relay: RelayAddress,
    address: String,
    username: Option<String>,
    secret: LoginSecret,
}

enum LoginSecret {
    None,
    Password(String),
    Command(String),
}

pub async fn run(arguments: Arguments, globals: &Globals) -> Result<Exit, Failure> {
    let SetupCommand::Relay(arguments) = arguments.what;
    let project = globals.project()?;
    let screen = &globals.screen;
    let identity = Sender::new(&project.settings.sender)?;
    let login = working_login(&project, &arguments, &identity, screen).await?;
    save(&project, &login)?;
    let destination = Destination::Relay(login.relay.clone());
    let diagnoses = names(&project, &identity, &destination, None).await?;
    warn_of_environment(globals, &login)?;
    if let Some(note) = practised_note(&project, false).await? {
        screen.warn(&format!("{}. To approve it now: {}", note.what, note.cure));
    }
    screen.outcome(&SetupOutcome {
        schema: "roundup.setup-relay/1",
        server: login.relay.to_string(),
        file: ".env",
        diagnoses,
        next: next_command(&identity, globals).await?,
    })?;
    Ok(Exit::Done)
}

impl Outcome for SetupOutcome {
    fn text(&self, text: &mut Text) {
        text.line(format!("Saved in {}, which only you can read: {}", self.file, self.server));
        text.line("What the domain says about your mail now:");
        show(&self.diagnoses, text);
        text.line(format!("Next: {}", self.next));
    }
}

/// A test of an edition that has stories: in a new newsletter that is seldom the last month's.
async fn next_command(identity: &Sender, globals: &Globals) -> Result<String, Failure> {
    // Read again: its mail server is set now.
    let project = globals.project()?;
    let to = for_shell(&identity.sender.address.to_string());
    Ok(match edition_in_sight(&project, globals).await? {
        Some(edition) => format!("roundup test {edition} --to {to}"),
        None => "roundup news".to_owned(),
    })
}

/// A login that the server accepts. At a terminal, people type again what may be wrong, and nothing else.
async fn working_login(
    project: &Project,
    arguments: &RelayArguments,
    identity: &Sender,
    screen: &Screen,
) -> Result<RelayLogin, Failure> {
    let asks = screen.asks;
    let mut server = read_server(arguments, identity, asks, screen)?;
    let (mut username, mut secret) = read_secret(arguments, identity, server.1, asks).await?;
    let mut tries = 0;
    loop {
        let (address, provider) = server;
        let relay = relay_address(&address)?;
        screen.say(&format!("  Connecting to {relay}…"));
        let login = RelayLogin { relay, address, username, secret };
        tries += 1;
        let (wrong, failure) = match try_login(project, &login, identity).await? {
            Ok(said) => {
                screen.say(&format!("  {said}"));
                return Ok(login);
            }
            Err(wrong) => wrong,
        };
        // There is no question about what an option gave.
        let is_typed = match wrong {
            WrongPart::Server => arguments.server.is_none(),
            WrongPart::Login => {
                arguments.password_file.is_none() && arguments.token_command.is_none()
            }
            WrongPart::Nothing => false,
        };
        if !asks
            || tries == MOST_TRIES
            || !is_typed
            || login.username.is_none() && wrong == WrongPart::Login
        {
            return Err(failure);
        }
        screen.say(&format!("  {}", failure.what));
        screen.say(&format!("  {}", failure.help.unwrap_or_default()));
        let RelayLogin { address, username: name, secret: known, .. } = login;
        (server, (username, secret)) = match wrong {
            WrongPart::Login => {
                ((address, provider), read_secret(arguments, identity, provider, asks).await?)
            }
            WrongPart::Server | WrongPart::Nothing => {
                (read_server(arguments, identity, asks, screen)?, (name, known))
            }
        };
    }
}

fn missing(flag: &str) -> Failure {
    Failure::new(Exit::Usage, format!("`{flag}` is missing, and there is no terminal to ask at")).help(
        "write all of them, as in `roundup setup relay --server brevo --username NAME --password-file FILE`",
    )
}

/// A server's address, and whose it is where that is known.
type NamedServer = (String, Option<&'static ProviderServer>);

fn read_server(
    arguments: &RelayArguments,
    identity: &Sender,
    asks: bool,
    screen: &Screen,
) -> Result<NamedServer, Failure> {
    let (address, provider) = match (&arguments.server, asks) {
        (Some(named), _) => server_of(named)?,
        (None, true) => {
            let names: Vec<&str> = SERVERS.iter().map(|server| server.name).collect();
            screen.say(&format!(
                "Where do you send through? A provider ({}), or a server, as in smtps://smtp.example.org.",
                names.join(", ")
            ));
            let own = format!("smtps://smtp.{}", identity.domain());
            ask("Provider or server", &own, server_of)?
        }
        (None, false) => return Err(missing("--server")),
    };
    if let Some(provider) = provider {
        screen.say(&format!("  {}, {}: {}.", provider.name, provider.address, provider.note));
    }
    Ok((address, provider))
}

/// A username and its secret; none where the server wants no login.
async fn read_secret(
    arguments: &RelayArguments,
    identity: &Sender,
    provider: Option<&ProviderServer>,
    asks: bool,
) -> Result<(Option<String>, LoginSecret), Failure> {
    if arguments.no_login {
        return Ok((None, LoginSecret::None));
    }
    let usual = provider.map(|provider| provider.username).filter(|name| !name.is_empty());
    let sender = identity.sender.address.to_string();
    let usual = usual.map_or(sender, str::to_owned);
    let username = match (&arguments.username, asks) {
        (Some(name), _) => name.clone(),
        (None, true) => ask("Username, or none where there is no login", &usual, typed)?,
        (None, false) => return Err(missing("--username")),
    };
    if username == "none" && arguments.username.is_none() {
        return Ok((None, LoginSecret::None));
    }
    let wants_token = provider.is_some_and(|provider| provider.login == LoginKind::Token);
    let secret = match (&arguments.token_command, &arguments.password_file, asks) {
        (Some(command), ..) => LoginSecret::Command(command.clone()),
        (None, Some(file), _) => LoginSecret::Password(password_in(file)?),
        (None, None, true) if wants_token => {
            LoginSecret::Command(ask("A command that prints an access token", "", typed)?)
        }
        (None, None, true) => {
            LoginSecret::Password(password_of(&hidden("Password (it is not shown): ").await?)?)
        }
        (None, None, false) => return Err(missing("--password-file")),
    };
    Ok((Some(username), secret))
}

/// A provider's server, or one that was typed; a name without a scheme means TLS from the start.
pub fn server_of(text: &str) -> Result<NamedServer, Failure> {
    let text = text.trim();
    if let Some(server) = server_named(text) {
        return Ok((server.address.to_owned(), Some(server)));
    }
    if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-') {
        return Err(Failure::new(
            Exit::Usage,
            format!("`{text}` is neither a provider nor a server"),
        )
        .help(if let Some(near) = server_meant(text) {
            format!("did you mean `{near}`?")
        } else {
            let names: Vec<&str> = SERVERS.iter().map(|server| server.name).collect();
            format!(
                "the providers are {}; a server is written as smtps://smtp.example.org",
                names.join(", ")
            )
        }));
    }
    let is_host = text.contains('.') && !text.contains("://");
    let address = if is_host { format!("smtps://{text}") } else { text.to_owned() };
    relay_address(&address)?;
    Ok((address, None))
}

fn typed(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Failure::new(Exit::Usage, "that is empty, or has a control character")
            .help("type it again, or press Ctrl-C"));
    }
    Ok(text.to_owned())
}

fn password_of(text: &str) -> Result<String, Failure> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Failure::new(
            Exit::Usage,
            "that is not a password: it is empty, or has a line break",
        )
        .help("give the password and nothing else"));
    }
    Ok(text.to_owned())
}

fn password_in(file: &Path) -> Result<String, Failure> {
    let cannot_read = |error: std::io::Error| {
        Failure::new(Exit::Usage, format!("{} cannot be read: {error}", file.display()))
            .help("name a file that holds the password and nothing else, or - for standard input")
    };
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(LONGEST_PASSWORD_BYTES).read_to_string(&mut text)
    } else {
        std::fs::File::open(file)
            .map_err(cannot_read)?
            .take(LONGEST_PASSWORD_BYTES)
            .read_to_string(&mut text)
    }
    .map_err(cannot_read)?;
    password_of(&text)
}

/// Connects and logs in. What it says, or what may be wrong, and why.
async fn try_login(
    project: &Project,
    login: &RelayLogin,
    identity: &Sender,
) -> Result<Result<String, (WrongPart, Failure)>, Failure> {
    let credentials = match (&login.username, &login.secret) {
        (Some(name), LoginSecret::Password(password)) => {
            Some(Credentials::new(name.clone(), password.clone()))
        }
        (Some(name), LoginSecret::Command(command)) => {
            Some(Credentials::with_token_command(name.clone(), command.clone()))
        }
        _ => None,
    };
    let mut server = server_with(project, &login.relay, identity, credentials)?;
    server.deadlines = Deadlines::of_answers(server.deadlines.answer.min(ANSWER_WITHIN));
    Ok(match Connection::open(&server).await {
        Ok(connection) => {
            let mechanism = connection.login();
            connection.close().await;
            Ok(mechanism.map_or_else(
                || format!("{} answers", login.relay),
                |mechanism| format!("{} accepts the login ({})", login.relay, mechanism.name()),
            ))
        }
        Err(outcome) => {
            let (wrong, cure) = login_cure::cure(&outcome, &login.relay.host);
            Err((
                wrong,
                Failure::new(Exit::Failed, format!("{}: {outcome}", login.relay)).help(cure),
            ))
        }
    })
}

/// Into `.env`, whole or not at all, and for nobody else to read.
fn save(project: &Project, login: &RelayLogin) -> Result<(), Failure> {
    const FILE: &str = ".env";
    let path = project.path(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(cannot_write(FILE, &error)),
    };
    let (password, command) = match &login.secret {
        LoginSecret::None => (None, None),
        LoginSecret::Password(password) => (Some(password.as_str()), None),
        LoginSecret::Command(command) => (None, Some(command.as_str())),
    };
    let changed = with_values(
        &text,
        &[
            (RELAY, Some(login.address.as_str())),
            (USERNAME, login.username.as_deref()),
            (PASSWORD, password),
            (COMMAND, command),
        ],
    );
    private::write(&path, changed.as_bytes()).map_err(|error| cannot_write(FILE, &error))
}

/// A variable of the process is stronger than `.env`.
fn warn_of_environment(globals: &Globals, login: &RelayLogin) -> Result<(), Failure> {
    use secrecy::ExposeSecret;
    let used = globals.project()?.secret(Variable::Relay)?;
    if used.is_none_or(|used| used.expose_secret() != login.address) {
        globals.screen.warn(&format!(
            "{RELAY} is set in this terminal to another server, which is used as long as it is set"
        ));
    }
    Ok(())
}

/// An address as it was typed. Its cures are about what was typed: nothing is written yet.
fn relay_address(text: &str) -> Result<RelayAddress, Failure> {
    RelayAddress::parse(text).map_err(|error| match error {
        RelayError::Credentials => Failure::from(error)
            .help("remove them from the address, and give `--username` and `--password-file`"),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_provider_a_name_or_an_address() {
        for (typed, address) in [
            ("brevo", "smtp://smtp-relay.brevo.com"),
            ("smtp.example.org", "smtps://smtp.example.org"),
            ("smtp.example.org:465", "smtps://smtp.example.org:465"),
            ("smtp://smtp.example.org:2525", "smtp://smtp.example.org:2525"),
        ] {
            assert_eq!(server_of(typed).unwrap().0, address, "{typed}");
        }
        for wrong in ["", "https://x.example", "smtps://u:p@x.example", "something"] {
            assert!(server_of(wrong).is_err(), "{wrong}");
        }
        assert_eq!(password_of("a b'$ c\r\n"), Ok("a b'$ c".to_owned()));
        assert!(password_of("\n").is_err() && password_of("a\nb").is_err());
    }
}
