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
        _ => Err(Failure::new(Exit::Usage, "the mailbox's login is incomplete").help(
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
                "write it as imaps://imap.example.org, followed by a folder if it is not the inbox",
            ),
            ImapError::PlainFarAway => (
                Exit::Usage,
                "write imaps:// (TLS, port 993); only a server on this computer may be used \
                 without",
            ),
            ImapError::Credentials => (
                Exit::Usage,
                "remove them from the address, and set ROUNDUP_INBOX_USERNAME and \
                 ROUNDUP_INBOX_PASSWORD",
            ),
            ImapError::Tls(_) => (Exit::Usage, "check `ca_file` under [send]"),
            ImapError::Token(_) => (
                Exit::Usage,
                "run the command in ROUNDUP_INBOX_TOKEN_COMMAND by hand: it must print one access \
                 token",
            ),
            ImapError::Login(_) => (
                Exit::Usage,
                "check ROUNDUP_INBOX_USERNAME and ROUNDUP_INBOX_PASSWORD; Microsoft and Google \
                 need a token, from ROUNDUP_INBOX_TOKEN_COMMAND",
            ),
            ImapError::Refused { .. } => (
                Exit::Failed,
                "what was read is saved; check the folder's name, and that you may create a \
                 folder `Done` in this mailbox",
            ),
            ImapError::Unreachable { .. }
            | ImapError::Silent
            | ImapError::Closed(_)
            | ImapError::Malformed(_) => (
                Exit::Later,
                "what was read is saved; run the same command again: an email that is read twice \
                 counts once",
            ),
        };
        Self::new(exit, error.to_string()).help(help)
    }
}
