//! What people did at the public address or by email, on its way into the ledger.
//! Shell: the ledger and the spool.

mod archived;
pub mod drop_box;
mod drop_kit;
mod events;
mod hooked;
pub mod imap_login;
pub mod inbox;
mod joining;
mod keeping;
mod latest;
mod policy_stop;
mod returned;
pub mod serve;
mod settling;
pub mod single_messages;
pub mod spooled;
mod verdicts;
pub mod watch;
pub mod ways;

use crate::cli::terminal::failure::{Exit, Failure};

/// What `doctor` calls this part.
const ABOUT: &str = "Leaving";

/// That a way of leaving works is known only once that is on disk.
fn cannot_keep(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the outcome cannot be kept in .roundup: {error}"))
}
