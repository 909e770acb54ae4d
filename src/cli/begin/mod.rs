//! The first steps: a new newsletter.
//! Shell: a folder, the network, the terminal.

mod answers;
pub mod init;
mod project_files;
