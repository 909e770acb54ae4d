//! A notice to a command of the operator's own: its text on standard input, its kind in `ROUNDUP_NOTICE`.
//! Shell: a process with a time limit. What it prints is not shown.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::count::counted;
use crate::smtp::token::{shell, succeeded};

/// A command that passes a notice on ends within seconds; a sending waits for it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// What it may know of the notice beside its text.
const KIND: &str = "ROUNDUP_NOTICE";

/// Where a command runs, and which variables of this process it does not get: the newsletter's secrets are nothing to it.
#[derive(Debug)]
pub struct CommandPlace<'a> {
    pub folder: &'a Path,
    pub hidden: &'a [String],
}

/// Runs a command with a notice.
///
/// # Errors
/// In words for people; none of them holds what the command printed.
pub async fn run(
    command: &str,
    kind: &str,
    text: &str,
    place: &CommandPlace<'_>,
) -> Result<(), String> {
    run_within(command, kind, text, place, LONGEST_WAIT).await
}

async fn run_within(
    command: &str,
    kind: &str,
    text: &str,
    place: &CommandPlace<'_>,
    longest: Duration,
) -> Result<(), String> {
    let mut shell = shell(command);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    shell.current_dir(place.folder);
    for variable in place.hidden {
        shell.env_remove(variable);
    }
    shell.env(KIND, kind);
    let mut child = shell.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
    let running = async {
        if let Some(mut input) = child.stdin.take() {
            // A command that does not read it may be content without.
            let _ = input.write_all(text.as_bytes()).await;
        }
        let status = child.wait().await;
        succeeded(status.map_err(|error| format!("its result was lost: {error}"))?)
    };
    timeout(longest, running).await.map_err(|_| {
        format!("the command took longer than {}", counted(longest.as_secs(), "second", "seconds"))
    })?
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_gets_the_notice_and_none_of_our_variables() {
        let folder = tempfile::tempdir().unwrap();
        let hidden = ["HOME".to_owned()];
        let place = CommandPlace { folder: folder.path(), hidden: &hidden };
        let command = "cat > notice; echo \"$ROUNDUP_NOTICE $HOME.\" >> notice";
        run(command, "paused", "2020 is paused\n", &place).await.unwrap();
        let written = std::fs::read_to_string(folder.path().join("notice")).unwrap();
        assert_eq!(written, "2020 is paused\npaused .\n");
        let long = "x".repeat(1 << 20);
        // What it does not read is nothing to us.
        run("true", "paused", &long, &place).await.unwrap();
    }

    #[tokio::test]
    async fn what_goes_wrong_is_said_without_what_was_printed() {
        let place = CommandPlace { folder: Path::new("."), hidden: &[] };
        for (command, expected) in [
            ("echo s3cret; exit 3", "the command exited with 3"),
            ("kill -9 $$", "the command was ended by a signal"),
            ("s3cret-no-such-program", "the command exited with 127"),
        ] {
            assert_eq!(run(command, "paused", "", &place).await.unwrap_err(), expected);
        }
        let late = Duration::from_millis(50);
        let late = run_within("exec tail -f /dev/null", "paused", "", &place, late).await;
        assert_eq!(late.unwrap_err(), "the command took longer than 0 seconds");
    }
}
