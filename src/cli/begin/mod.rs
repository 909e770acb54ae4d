//! The first steps: a new newsletter, and the mail server.
//! Shell: a folder, the network, the terminal.

mod answers;
pub mod init;
mod login_cure;
mod own_website;
mod project_files;
pub mod setup_relay;
