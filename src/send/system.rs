//! Clock and chance of the computer, as a run gets them from outside.
//! Pure: the functions come in as values.

use chrono::{DateTime, Utc};

/// The time, and chance.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub now: fn() -> DateTime<Utc>,
    /// From 0 to 1.
    pub jitter: fn() -> f64,
}
