//! The run: claim, address, transmit, record, until no row is left.
//! Pure: `verdict.rs` decides about rows, `failures.rs` about the run; `pace.rs`, `domains.rs`, `throttle.rs` and `hours.rs` about time.

pub mod config;
pub mod domains;
mod failures;
pub mod hours;
mod lease;
mod limit;
pub mod messages_per_connection;
pub mod pace;
pub mod patience;
mod queue;
mod rate_limit;
mod refusals;
pub mod relay;
pub mod run;
mod run_state;
pub mod single;
pub mod stop;
pub mod system;
pub mod throttle;
pub mod verdict;
mod worker;
mod write_ahead;
mod written;

pub use refusals::{answer_without_names, reply_of_given_back};

use crate::compose::setting;
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[send]` of `roundup.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Messages under way at a time.
    #[serde(deserialize_with = "setting::within::<1, 64, _, _>")]
    pub connections: usize,
    /// As in `30/min`; as fast as the relay takes them when there is none.
    #[serde(deserialize_with = "written::rate")]
    pub rate: Option<String>,
    /// Rates by the recipient's domain, as in `"gmail.com" = "20/s"`; `"*"` for all others; "unlimited" lifts one.
    #[serde(deserialize_with = "written::domains")]
    pub domains: BTreeMap<String, String>,
    /// As in `08:00-18:00`; outside of them the run waits.
    #[serde(deserialize_with = "written::hours")]
    pub hours: Option<String>,
    /// As in `mon-fri`.
    #[serde(deserialize_with = "written::days")]
    pub days: Option<String>,
    /// After this number of messages a new connection is made; learned when the relay hangs up twice after the same number.
    #[serde(deserialize_with = "setting::optional_within::<1, 1_000_000, _, _>")]
    pub messages_per_connection: Option<u32>,
    /// Read and not used: a run judges refusals by their answers (`refusals.rs`). Accepted so that older projects go on.
    pub pause_above_refused_percent: Option<u8>,
    /// The name this computer gives itself when it greets the relay; the sender's domain by default.
    #[serde(alias = "hello", deserialize_with = "written::ehlo_name")]
    pub ehlo_name: Option<String>,
    /// A PEM file of certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Messages that a connection announces ahead of the one under way, 0 or 1. After a crash at most `lookahead + 1`
    /// people a connection are uncertain.
    #[serde(alias = "window", deserialize_with = "setting::within::<0, 1, _, _>")]
    pub lookahead: u8,
    /// How long after the plan deferred copies are tried again.
    #[serde(deserialize_with = "setting::within::<0, 720, _, _>")]
    pub expires_after_hours: u32,
    /// Before a deferred copy is tried again for the first time.
    #[serde(deserialize_with = "setting::within::<0, 86_400, _, _>")]
    pub retry_after_seconds: u64,
    /// How long trouble with the relay may last before the run ends, as in `5m`.
    #[serde(deserialize_with = "written::patience")]
    pub patience: Option<String>,
    /// How long the relay may take for an answer. It has ten times as long for the answer to a message's end.
    #[serde(deserialize_with = "setting::within::<1, 3600, _, _>")]
    pub answer_within_seconds: u64,
}

/// A relay that takes more than this at a time from one sender is rare.
pub const MOST_CONNECTIONS: usize = 64;

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 4,
            rate: None,
            domains: BTreeMap::new(),
            hours: None,
            days: None,
            messages_per_connection: None,
            pause_above_refused_percent: None,
            ehlo_name: None,
            ca_file: None,
            lookahead: 1,
            expires_after_hours: 24,
            retry_after_seconds: 60,
            patience: None,
            answer_within_seconds: 60,
        }
    }
}
