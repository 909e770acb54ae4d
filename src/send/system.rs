//! Clock and chance of the computer, as a run gets them from outside.
//! Pure: the functions come in as values.

use chrono::{DateTime, Utc};

/// What tells the time, and what tosses coins.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub now: fn() -> DateTime<Utc>,
    /// From 0 to 1.
    pub jitter: fn() -> f64,
}
