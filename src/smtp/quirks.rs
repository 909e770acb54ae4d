//! What one relay bears and what it does not, as far as it is known: shared by all connections to it, and remembered.
//! Pure: what happened in, what to do out.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::login::Mechanism;

/// What is worth remembering for the next run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RememberedQuirks {
    /// It does not bear the next message's commands in one packet with a message's end. Haraka answers 503 to them since
    /// version 3.3.4, others drop them.
    pub takes_no_announcement: bool,
    /// The mechanism that worked, where the first one offered was refused.
    pub mechanism: Option<Mechanism>,
}

/// Closed connections in a row, each at an announced message, before it is taken for a rule: one may be a coincidence.
const CLOSES_THAT_MAKE_A_RULE: u32 = 2;
/// Addresses that failed lately; a relay has few.
const MOST_FAILING: usize = 16;

/// All that was learnt.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    pub remembered: RememberedQuirks,
    /// A session was opened: the name, the port and the login are right.
    pub has_opened: bool,
    /// It was tried whether the port expects TLS from the first byte.
    pub has_probed: bool,
    closes: u32,
    failing: Vec<SocketAddr>,
}

/// What happened to a message that was announced with the end of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncementFate {
    /// Its commands were answered in their places.
    Taken,
    /// They were answered out of sequence, or not at all.
    Lost,
    /// The connection was closed.
    Closed,
}

impl Quirks {
    pub fn may_announce(&self) -> bool {
        !self.remembered.takes_no_announcement
    }

    /// True when there is something new to remember.
    pub fn note_announced(&mut self, announced: AnnouncementFate) -> bool {
        match announced {
            AnnouncementFate::Taken => self.closes = 0,
            AnnouncementFate::Closed => self.closes += 1,
            AnnouncementFate::Lost => self.closes = CLOSES_THAT_MAKE_A_RULE,
        }
        let is_rule = self.closes >= CLOSES_THAT_MAKE_A_RULE;
        is_rule && !std::mem::replace(&mut self.remembered.takes_no_announcement, true)
    }

    /// True when there is something new to remember.
    pub fn note_login(&mut self, mechanism: Mechanism, is_second_choice: bool) -> bool {
        let before = self.remembered.mechanism;
        if is_second_choice {
            self.remembered.mechanism = Some(mechanism);
        }
        self.remembered.mechanism != before
    }

    /// The addresses of the relay with those that failed lately at the end.
    pub fn in_order(&self, mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        addresses.sort_by_key(|address| {
            self.failing.iter().position(|failing| failing == address).map_or(0, |place| place + 1)
        });
        addresses
    }

    /// A session over this address came to nothing: others are tried first the next time.
    pub fn note_failure(&mut self, address: SocketAddr) {
        self.failing.retain(|failing| *failing != address);
        self.failing.push(address);
        if self.failing.len() > MOST_FAILING {
            self.failing.remove(0);
        }
    }

    pub fn note_opened(&mut self, address: SocketAddr) {
        self.has_opened = true;
        self.failing.retain(|failing| *failing != address);
    }
}

/// The quirks of one relay, for all connections to it.
pub(super) struct SharedQuirks {
    quirks: Mutex<Quirks>,
    remember: Box<dyn Fn(&RememberedQuirks) + Send + Sync>,
}

impl Default for SharedQuirks {
    fn default() -> Self {
        Self::new(RememberedQuirks::default(), |_| {})
    }
}

impl fmt::Debug for SharedQuirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.look().fmt(f)
    }
}

impl SharedQuirks {
    pub fn new(
        known: RememberedQuirks,
        remember: impl Fn(&RememberedQuirks) + Send + Sync + 'static,
    ) -> Self {
        let quirks = Quirks { remembered: known, ..Quirks::default() };
        Self { quirks: Mutex::new(quirks), remember: Box::new(remember) }
    }

    pub fn look(&self) -> Quirks {
        self.quirks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `change` says whether there is something new to remember.
    pub fn note(&self, change: impl FnOnce(&mut Quirks) -> bool) {
        let learnt = {
            let mut quirks = self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut quirks).then(|| quirks.remembered.clone())
        };
        if let Some(learnt) = learnt {
            (self.remember)(&learnt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lost_step_is_a_rule_and_one_closed_connection_is_not() {
        let mut quirks = Quirks::default();
        assert!(!quirks.note_announced(AnnouncementFate::Closed) && quirks.may_announce());
        assert!(!quirks.note_announced(AnnouncementFate::Taken));
        assert!(!quirks.note_announced(AnnouncementFate::Closed) && quirks.may_announce());
        assert!(quirks.note_announced(AnnouncementFate::Closed) && !quirks.may_announce());
        // It is remembered once.
        assert!(!quirks.note_announced(AnnouncementFate::Lost));
        let mut quirks = Quirks::default();
        assert!(quirks.note_announced(AnnouncementFate::Lost) && !quirks.may_announce());
    }

    #[test]
    fn an_address_that_failed_comes_after_the_others() {
        let address = |n: u8| SocketAddr::from(([192, 0, 2, n], 25));
        let all = || vec![address(1), address(2), address(3)];
        let mut quirks = Quirks::default();
        assert_eq!(quirks.in_order(all()), all());
        quirks.note_failure(address(1));
        assert_eq!(quirks.in_order(all()), [address(2), address(3), address(1)]);
        quirks.note_failure(address(2));
        assert_eq!(quirks.in_order(all()), [address(3), address(1), address(2)]);
        quirks.note_opened(address(1));
        assert_eq!(quirks.in_order(all()), [address(1), address(3), address(2)]);
    }

    #[test]
    fn only_a_second_choice_of_login_is_remembered() {
        let mut quirks = Quirks::default();
        assert!(!quirks.note_login(Mechanism::Plain, false));
        assert!(quirks.note_login(Mechanism::Login, true));
        assert!(!quirks.note_login(Mechanism::Login, true));
        assert_eq!(quirks.remembered.mechanism, Some(Mechanism::Login));
    }
}
