//! An access token for XOAUTH2 or OAUTHBEARER, printed by the operator's own command.
//! Shell: a process with a time limit. What it prints is a secret, and is shown to nobody.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use crate::count::counted;
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

/// A command that gets a token from a provider answers within seconds.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Microsoft's tokens have about 2,500 characters.
const LONGEST_TOKEN_BYTES: usize = 8 * 1024;

/// Runs the command and reads the token: the first line that it prints.
///
/// # Errors
/// In words for people; none of them holds what the command printed.
pub(crate) async fn fetch(command: &str) -> Result<SecretString, String> {
    fetch_within(command, LONGEST_WAIT).await
}

async fn fetch_within(command: &str, longest: Duration) -> Result<SecretString, String> {
    let mut shell = shell(command);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = shell.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let running = async {
        let mut printed = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            // One byte more than may be there shows that there was more.
            read_most(stdout, LONGEST_TOKEN_BYTES + 1, &mut printed)
                .await
                .map_err(|error| format!("it cannot be read: {error}"))?;
        }
        if printed.len() > LONGEST_TOKEN_BYTES {
            return Err(format!("it printed more than {LONGEST_TOKEN_BYTES} bytes"));
        }
        let status = child.wait().await.map_err(|error| format!("its result was lost: {error}"))?;
        succeeded(status).map(|()| printed)
    };
    let printed = timeout(longest, running).await.map_err(|_| {
        format!("the command took longer than {}", counted(longest.as_secs(), "second", "seconds"))
    })??;
    token_of(&printed)
}

/// How an operator's command ended.
///
/// # Errors
/// With its exit code, when that is not 0.
pub(crate) fn succeeded(status: ExitStatus) -> Result<(), String> {
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(format!("the command exited with {code}")),
        None => Err("the command was ended by a signal".to_owned()),
    }
}

async fn read_most(
    from: impl AsyncRead + Unpin,
    most: usize,
    into: &mut Vec<u8>,
) -> std::io::Result<()> {
    from.take(most as u64).read_to_end(into).await.map(|_| ())
}

/// An operator's command, as they would type it.
#[cfg(not(windows))]
pub(crate) fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

#[cfg(windows)]
pub(crate) fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").raw_arg(command);
    shell
}

/// The one token on the first line (RFC 6750 section 2.1: `b64token`).
fn token_of(printed: &[u8]) -> Result<SecretString, String> {
    let text =
        std::str::from_utf8(printed).map_err(|_| "what it printed is not text".to_owned())?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(token) = lines.next() else { return Err("the command printed nothing".to_owned()) };
    if lines.next().is_some() {
        return Err("the command printed more than one line".to_owned());
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if !token.chars().all(is_token) {
        return Err("what it printed is not an access token (is it JSON?)".to_owned());
    }
    Ok(token.to_owned().into())
}

#[cfg(all(test, unix))]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    async fn fetched(command: &str) -> Result<String, String> {
        fetch(command).await.map(|token| token.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn a_command_prints_a_token() {
        assert_eq!(fetched("echo ya29.A0-_~+/=").await.unwrap(), "ya29.A0-_~+/=");
        assert_eq!(fetched("printf '\\n  abc  \\r\\n'").await.unwrap(), "abc");
        assert_eq!(fetched("echo noise >&2; echo abc").await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_without_what_was_printed() {
        for (command, expected) in [
            ("echo s3cret; exit 3", "the command exited with 3"),
            ("true", "the command printed nothing"),
            ("echo s3cret; echo s3cret", "the command printed more than one line"),
            (
                "echo '{\"token\": \"s3cret\"}'",
                "what it printed is not an access token (is it JSON?)",
            ),
            ("printf 's3cret\\377'", "what it printed is not text"),
            ("yes s3cret", "it printed more than 8192 bytes"),
            ("kill -9 $$", "the command was ended by a signal"),
        ] {
            assert_eq!(fetched(command).await.unwrap_err(), expected, "{command}");
        }
        let command = "echo s3cret; exec tail -f /dev/null";
        let late = fetch_within(command, Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(late, "the command took longer than 0 seconds");
    }
}
