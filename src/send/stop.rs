//! Stopping a run: once to finish what is in flight, twice to leave at once. Both are safe through the ledger.
//! Shell: signals of the operating system.

use tokio::sync::watch;

/// How much of a hurry there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    No,
    /// Claim nothing more; finish what is in flight.
    Soon,
    /// Drop the connections now.
    Now,
}

/// The end of the line that a run looks at.
#[derive(Debug, Clone)]
pub struct StopSignal {
    urgency: watch::Receiver<Urgency>,
    // Keeps the line open when nobody else does.
    _sender: std::sync::Arc<watch::Sender<Urgency>>,
}

/// The other end.
#[derive(Debug, Clone)]
pub struct StopHandle(std::sync::Arc<watch::Sender<Urgency>>);

impl StopHandle {
    pub fn stop(&self, stop: Urgency) {
        self.0.send_if_modified(|current| {
            let stronger = stop > *current;
            if stronger {
                *current = stop;
            }
            stronger
        });
    }
}

/// A line with nobody's hand on it yet.
pub fn channel() -> (StopHandle, StopSignal) {
    let (sender, urgency) = watch::channel(Urgency::No);
    let sender = std::sync::Arc::new(sender);
    (StopHandle(std::sync::Arc::clone(&sender)), StopSignal { urgency, _sender: sender })
}

impl StopSignal {
    pub fn urgency(&self) -> Urgency {
        *self.urgency.borrow()
    }

    /// Waits until at least this much of a stop is wished.
    pub async fn wished(&self, at_least: Urgency) {
        let mut urgency = self.urgency.clone();
        // The channel's sender lives in `self`: it cannot close while we wait.
        let _ = urgency.wait_for(|current| *current >= at_least).await;
    }
}

/// A signal from outside to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// What `kill`, service managers and a computer that shuts down send.
    Terminate,
    /// The terminal was closed.
    HangUp,
    /// Ctrl-\\.
    Quit,
}

/// Which signals have come so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignalHistory {
    was_deliberate: bool,
}

impl SignalHistory {
    /// How urgent this one makes it. Only a second Ctrl-C or `kill` is in a hurry: a window that closes sends several
    /// signals, and none of them means that messages in flight shall be dropped.
    pub fn urgency(&mut self, signal: Signal) -> Urgency {
        let is_deliberate = matches!(signal, Signal::Interrupt | Signal::Terminate);
        let again = is_deliberate && self.was_deliberate;
        self.was_deliberate |= is_deliberate;
        if again { Urgency::Now } else { Urgency::Soon }
    }
}

/// Listens for signals, and passes on how urgent they are. `report` is called when that has changed.
///
/// # Errors
/// When the operating system lets nobody listen.
pub fn listen(
    handle: StopHandle,
    report: impl Fn(Urgency) + Send + 'static,
) -> std::io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        let mut history = SignalHistory::default();
        let mut reported = Urgency::No;
        while let Some(signal) = signals.next().await {
            let urgency = history.urgency(signal);
            // Done first: where the terminal is gone, the report to it may fail.
            handle.stop(urgency);
            if urgency > reported {
                reported = urgency;
                report(urgency);
            }
        }
    });
    Ok(())
}

/// Made once: a signal between two waits is not lost.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    /// `None` under `nohup`, which ignores it for us.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let hang_up = if is_ignored(&ignored, SignalKind::hangup().as_raw_value()) {
            None
        } else {
            Some(signal(SignalKind::hangup())?)
        };
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hang_up,
        })
    }

    async fn next(&mut self) -> Option<Signal> {
        let hang_up = async {
            match &mut self.hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            received = self.interrupt.recv() => received.map(|()| Signal::Interrupt),
            received = self.terminate.recv() => received.map(|()| Signal::Terminate),
            received = self.quit.recv() => received.map(|()| Signal::Quit),
            received = hang_up => received.map(|()| Signal::HangUp),
        }
    }
}

/// Whether a signal was ignored when the process began, from the text of `/proc/self/status` (proc(5), `SigIgn`).
#[cfg(unix)]
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = u32::try_from(signal - 1).ok().and_then(|shift| 1u64.checked_shl(shift));
    mask.zip(bit).is_some_and(|(mask, bit)| mask & bit != 0)
}

/// Windows ends the process a few seconds after the last three: enough for what is in flight, at most relays.
#[cfg(windows)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    log_off: tokio::signal::windows::CtrlLogoff,
    shut_down: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            ctrl_c: windows::ctrl_c()?,
            ctrl_break: windows::ctrl_break()?,
            close: windows::ctrl_close()?,
            log_off: windows::ctrl_logoff()?,
            shut_down: windows::ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            received = self.ctrl_c.recv() => received.map(|()| Signal::Interrupt),
            received = self.ctrl_break.recv() => received.map(|()| Signal::Terminate),
            received = self.close.recv() => received.map(|()| Signal::HangUp),
            received = self.log_off.recv() => received.map(|()| Signal::HangUp),
            received = self.shut_down.recv() => received.map(|()| Signal::HangUp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wish_only_grows() {
        let (handle, stopper) = channel();
        assert_eq!(stopper.urgency(), Urgency::No);
        handle.stop(Urgency::Now);
        handle.stop(Urgency::Soon);
        assert_eq!(stopper.urgency(), Urgency::Now);
        stopper.wished(Urgency::Soon).await;
    }

    #[test]
    fn only_a_second_deliberate_signal_is_in_a_hurry() {
        use Signal::{HangUp, Interrupt, Quit, Terminate};
        for (signals, expected) in [
            (&[Interrupt][..], "soon"),
            (&[Terminate], "soon"),
            (&[HangUp], "soon"),
            (&[Quit], "soon"),
            (&[HangUp, HangUp, HangUp], "soon soon soon"),
            (&[HangUp, Terminate], "soon soon"),
            (&[Terminate, HangUp, Quit], "soon soon soon"),
            (&[Interrupt, Interrupt], "soon now"),
            (&[Interrupt, Terminate], "soon now"),
            (&[Terminate, HangUp, Terminate], "soon soon now"),
            (&[HangUp; 9], "soon soon soon soon soon soon soon soon soon"),
            (
                &[
                    HangUp, HangUp, HangUp, HangUp, HangUp, HangUp, HangUp, HangUp, Quit,
                    Interrupt, Interrupt,
                ],
                "soon soon soon soon soon soon soon soon soon soon now",
            ),
        ] {
            let mut history = SignalHistory::default();
            let controls: Vec<&str> = signals
                .iter()
                .map(|signal| match history.urgency(*signal) {
                    Urgency::Now => "now",
                    Urgency::Soon | Urgency::No => "soon",
                })
                .collect();
            assert_eq!(controls.join(" "), expected, "{signals:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nohup_is_noticed() {
        let status = "Name:\troundup\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000000\n";
        assert!(is_ignored(status, 1) && is_ignored(status, 13));
        assert!(!is_ignored(status, 2) && !is_ignored(status, 3) && !is_ignored("", 1));
    }
}
