//! The login of the IMAP mailbox, and what to do about a mailbox that fails.
//! Shell: reads the project's secrets.

use secrecy::ExposeSecret;

use crate::cli::terminal::failure::{Exit, Failure};
use crate::inbox::{ImapError, ImapLogin};
use crate::project::{Project, Variable};

/// A username goes with a password or with a command that prints an access token.
pub fn login(project: &Project) -> Result<ImapLogin, Failure> {
    let read = |variable| -> Result<Option<String>, Failure> {
        Ok(project.secret(variable)?.map(|value| value.expose_secret().to_owned()))
    };
    let username = read(Variable::InboxUsername)?;
    let password = read(Variable::InboxPassword)?;
    let command = read(Variable::InboxTokenCommand)?;
    match (username, password, command) {
        (Some(username), Some(password), None) => {
            Ok(ImapLogin::Password { username, password: password.into() })
        }
        (Some(username), None, Some(command)) => Ok(ImapLogin::Token { username, command }),
        _ => Err(Failure::new(Exit::Usage, "the mailbox's login is not whole").help(
            "set ROUNDUP_INBOX_USERNAME, and either ROUNDUP_INBOX_PASSWORD or ROUNDUP_INBOX_TOKEN_COMMAND, in .env or in \
             the environment",
        )),
    }
}

impl From<ImapError> for Failure {
    fn from(error: ImapError) -> Self {
        let (exit, help) = match &error {
            ImapError::Address(_) => (
                Exit::Usage,
                "write it as imaps://imap.example.org, with a folder behind it if it is not the inbox",
            ),
            ImapError::PlainFarAway => (
                Exit::Usage,
                "write imaps:// (TLS, port 993); a server on this computer may go without",
            ),
            ImapError::Credentials => (
                Exit::Usage,
                "take them out of the address, and set ROUNDUP_INBOX_USERNAME and ROUNDUP_INBOX_PASSWORD",
            ),
            ImapError::Tls(_) => (Exit::Usage, "check `ca_file` under [send]"),
            ImapError::Token(_) => (
                Exit::Usage,
                "run the command of ROUNDUP_INBOX_TOKEN_COMMAND by hand: it must print one access token",
            ),
            ImapError::Login(_) => (
                Exit::Usage,
                "check ROUNDUP_INBOX_USERNAME and ROUNDUP_INBOX_PASSWORD; Microsoft and Google want a token, from \
                 ROUNDUP_INBOX_TOKEN_COMMAND",
            ),
            ImapError::Refused { .. } => (
                Exit::Failed,
                "what was read is kept; check the folder's name, and that you may make a folder `Done` in this mailbox",
            ),
            ImapError::Unreachable { .. }
            | ImapError::Silent
            | ImapError::Closed(_)
            | ImapError::Malformed(_) => (
                Exit::Later,
                "what was read is kept; run the same command again: an email that is read twice counts once",
            ),
        };
        Self::new(exit, error.to_string()).help(help)
    }
}
