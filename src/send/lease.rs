//! How long a run may trust that nobody else has taken over its rows.
//! Shell: two clocks of the computer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A lease is trusted until this long before its end: the message's last bytes need a moment to leave.
const MARGIN: Duration = Duration::from_secs(5);

/// A moment on two clocks: one stands still while the computer sleeps, the other goes on.
type Moment = (Instant, SystemTime);

/// When this run last showed that it lives.
pub(super) struct Lease {
    /// `None` where one computer's lock says who sends.
    length: Option<Duration>,
    renewed: Mutex<Moment>,
}

impl Lease {
    pub fn new(length: Option<Duration>) -> Self {
        Self { length, renewed: Mutex::new(Self::moment()) }
    }

    /// Taken before the ledger is written: the lease runs from here at the latest.
    pub fn moment() -> Moment {
        (Instant::now(), SystemTime::now())
    }

    pub fn renew(&self, moment: Moment) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }

    /// Whether nobody else can have taken over what this run has in progress. A process that was stopped, or a computer that
    /// slept, may wake up long after: the clock that goes on in sleep counts as well.
    pub fn holds(&self) -> bool {
        let Some(length) = self.length else { return true };
        let (instant, time) = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let slept = time.elapsed().unwrap_or_default();
        instant.elapsed().max(slept) < length.saturating_sub(MARGIN)
    }
}
