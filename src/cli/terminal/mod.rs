//! The terminal: what is printed, the questions, and how a failure reads. The only place that prints.
//! Shell: standard streams, files that people share, the clock.

pub mod failure;
pub mod files;
mod ledger_failure;
pub mod number;
pub mod prompt;
pub mod screen;
pub mod shell_files;
pub mod world;
