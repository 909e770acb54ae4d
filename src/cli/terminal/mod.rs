//! The terminal: what is printed, the questions, and how a failure reads. The only place that prints.
//! Shell: standard streams, files that people share, the clock.

pub mod colour;
pub mod document;
pub mod failure;
mod failure_object;
pub mod files;
pub mod findings;
pub mod guarded;
pub mod hidden;
mod json_stream;
mod ledger_failure;
pub mod number;
pub mod outcome;
mod project_failure;
pub mod project_option;
pub mod prompt;
pub mod screen;
pub mod shell_files;
pub mod system;
