//! The types of a run: how it shall go, what it reports, how it ends.
//! Pure: values only.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::domains::Domains;
use super::hours::Hours;
use super::pace::{Rate, Retry};
use crate::ledger::Status;

/// How a run shall go.
#[derive(Debug, Clone)]
pub struct RunConfig {
    pub edition: String,
    /// For people: which computer and process this is.
    pub sender: String,
    /// How many messages are under way at a time, each on a connection of its own.
    pub connections: usize,
    pub rate: Option<Rate>,
    pub domains: Domains,
    pub hours: Option<Hours>,
    /// How many messages beyond the one under way a connection may announce and record ahead: 0 or 1. After a crash at
    /// most `lookahead + 1` rows a connection are uncertain.
    pub lookahead: u8,
    pub retry: Retry,
    /// How long the run waits for the next deferred copy before it ends and says when to carry on.
    pub patience: Duration,
    /// How long trouble with the relay may last before the run ends.
    pub relay_patience: Duration,
    /// Before the first new connection after one that failed; longer the longer the trouble lasts.
    pub reconnect: Duration,
    /// How often the run shows that it lives, and reads what the operator wants.
    pub keep_every: Duration,
}

impl RunConfig {
    pub fn new(edition: impl Into<String>) -> Self {
        Self {
            edition: edition.into(),
            sender: "roundup".to_owned(),
            connections: 4,
            rate: None,
            domains: Domains::unlimited(),
            hours: None,
            lookahead: 1,
            retry: Retry::default(),
            patience: Duration::from_mins(30),
            relay_patience: super::patience::DEFAULT,
            reconnect: Duration::from_secs(1),
            // Whoever pauses a run sees it stop within a second.
            keep_every: Duration::from_millis(500),
        }
    }
}

/// What a run reports while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// A copy came to this status.
    Row { address: String, status: Status, why: String },
    /// A connection failed; another is tried after the pause. The run gives up when the trouble has lasted for `left`
    /// longer.
    Trouble { why: String, pause: Duration, left: Duration },
    /// The relay answers again.
    Recovered,
    /// The relay wants less: this number of connections is used now, with a rest before each message.
    Slower { connections: usize, rest: Duration },
    /// Nothing can be done before this moment.
    Waiting { until: DateTime<Utc>, why: Pause },
    /// The ledger has come to this age.
    Alive { age: i64 },
}

/// Why nothing is sent for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The relay wants some people to be tried later.
    Deferred,
    /// The relay has said nothing: it breaks off whenever one of those who are left is named.
    BrokenOff,
    /// Nothing is sent at this hour.
    Hours,
    /// Another run has the last rows in progress; when it is gone, they come back.
    Others,
}

/// How a run ended. What happened to each person stands in the ledger, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// No row is left to try.
    Finished,
    /// Nothing can be done for longer than the run waits.
    Waiting { until: DateTime<Utc>, why: Pause },
    /// The relay has something against us: somebody has to look.
    Paused { why: String, cure: String },
    /// Somebody paused it, here or on another computer.
    Halted,
    /// Somebody cancelled it.
    Cancelled,
    /// The relay cannot be reached, or drops every connection.
    Unreachable { why: String },
    /// Somebody stopped it.
    Interrupted,
}
