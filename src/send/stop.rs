//! Stopping a run: once to finish what is in flight, twice to leave at once. Both are safe through the ledger.
//! Shell: signals of the operating system.

use tokio::sync::watch;

/// How much of a hurry there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    No,
    /// Claim nothing more; finish what is in flight.
    Soon,
    /// Drop the connections now.
    Now,
}

/// The end of the line that a run looks at.
#[derive(Debug, Clone)]
pub struct Stopper {
    wish: watch::Receiver<Stop>,
    // Keeps the line open when nobody else does.
    _sender: std::sync::Arc<watch::Sender<Stop>>,
}

/// The other end.
#[derive(Debug, Clone)]
pub struct Handle(std::sync::Arc<watch::Sender<Stop>>);

impl Handle {
    pub fn wish(&self, stop: Stop) {
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
pub fn line() -> (Handle, Stopper) {
    let (sender, wish) = watch::channel(Stop::No);
    let sender = std::sync::Arc::new(sender);
    (Handle(std::sync::Arc::clone(&sender)), Stopper { wish, _sender: sender })
}

impl Stopper {
    pub fn wish(&self) -> Stop {
        *self.wish.borrow()
    }

    /// Waits until at least this much of a stop is wished.
    pub async fn wished(&self, at_least: Stop) {
        let mut wish = self.wish.clone();
        // The sender lives in `self`: the line cannot close while we wait.
        let _ = wish.wait_for(|current| *current >= at_least).await;
    }
}

/// Listens for Ctrl-C and SIGTERM: the first asks to stop soon, the second to stop now. `told` is called at each.
pub fn listen(handle: Handle, told: impl Fn(Stop) + Send + 'static) {
    tokio::spawn(async move {
        let mut wish = Stop::No;
        loop {
            if signal().await.is_err() {
                return;
            }
            wish = if wish == Stop::No { Stop::Soon } else { Stop::Now };
            told(wish);
            handle.wish(wish);
        }
    });
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wish_only_grows() {
        let (handle, stopper) = line();
        assert_eq!(stopper.wish(), Stop::No);
        handle.wish(Stop::Now);
        handle.wish(Stop::Soon);
        assert_eq!(stopper.wish(), Stop::Now);
        stopper.wished(Stop::Soon).await;
    }
}
