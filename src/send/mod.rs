//! The run: claim, address, transmit, record, until no row is left.
//! Pure: `verdict.rs` and `pace.rs` decide; `run.rs`, `relay.rs` and `stop.rs` are the shells.

pub mod pace;
pub mod relay;
pub mod run;
pub mod stop;
pub mod verdict;
