//! A question whose answer is not shown. However it ends, the terminal shows again what is typed.
//! Shell: the terminal, signals of the operating system.

use std::io::Write;

use super::failure::{Exit, Failure};
use super::prompt::cannot_ask;

/// Puts a question at the terminal of standard input, without showing what is typed.
///
/// # Errors
/// When there is no terminal, or the person stops the command.
pub async fn hidden(question: &str) -> Result<String, Failure> {
    let mut output = std::io::stderr();
    write!(output, "{question}")
        .and_then(|()| output.flush())
        .map_err(|error| cannot_ask(&error))?;
    // Before the terminal is quiet: no signal finds it so.
    let stopped = system::stopped();
    let quiet = system::QuietTerminal::begin().map_err(|error| cannot_ask(&error))?;
    let (send, typed) = tokio::sync::oneshot::channel();
    // A thread of its own: nothing waits for a line that is never typed.
    std::thread::spawn(move || send.send(system::line()));
    let answer = tokio::select! {
        typed = typed => typed.unwrap_or_else(|_| Err(std::io::ErrorKind::UnexpectedEof.into())),
        () = stopped => {
            drop(quiet);
            let _ = writeln!(output);
            return Err(Failure::new(Exit::Interrupted, "stopped: nothing was saved")
                .help("run the same command again"));
        }
    };
    drop(quiet);
    answer.map_err(|error| cannot_ask(&error))
}

#[cfg(unix)]
mod system {
    use std::io::{self, Stdin, stdin};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use tokio::signal::unix::{SignalKind, signal};

    /// The terminal while it does not show what is typed.
    pub struct QuietTerminal(Stdin, Termios);

    impl QuietTerminal {
        pub fn begin() -> io::Result<Self> {
            let terminal = stdin();
            let before = tcgetattr(&terminal)?;
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            // Enter is shown: what follows is on a line of its own.
            quiet.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(&terminal, OptionalActions::Flush, &quiet)?;
            Ok(Self(terminal, before))
        }
    }

    impl Drop for QuietTerminal {
        fn drop(&mut self) {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(&self.0, OptionalActions::Now, &self.1);
        }
    }

    pub fn line() -> io::Result<String> {
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        Ok(answer)
    }

    /// Waits for whatever ends a command. The system knows of it as soon as this is called.
    pub fn stopped() -> impl Future<Output = ()> {
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::quit(),
            SignalKind::hangup(),
        ];
        let signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
        async move {
            let mut signals = signals;
            let waits: Vec<_> = signals.iter_mut().map(|one| Box::pin(one.recv())).collect();
            if waits.is_empty() {
                // Without a handler the system itself ends the command.
                std::future::pending::<()>().await;
            }
            futures_util::future::select_all(waits).await;
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    /// The library below shows again what is typed by itself.
    pub struct QuietTerminal;

    impl QuietTerminal {
        pub fn begin() -> io::Result<Self> {
            Ok(Self)
        }
    }

    pub fn line() -> io::Result<String> {
        rpassword::read_password()
    }

    pub async fn stopped() {
        let _ = tokio::signal::ctrl_c().await;
    }
}
