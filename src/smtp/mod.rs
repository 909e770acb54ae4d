//! SMTP (RFC 5321), as a client that never loses track of which reply belongs to what.
//! Pure: `conversation.rs`, `login.rs` and `quirks.rs` decide; `connection.rs` is the shell with the socket.

pub mod capabilities;
pub mod connection;
pub mod conversation;
pub mod deadlines;
mod dial;
pub mod fault;
pub mod login;
pub mod quirks;
pub mod relay_server;
mod stream;
pub(crate) mod tls;
pub(crate) mod token;

pub use capabilities::Capabilities;
pub use connection::Connection;
pub use fault::{FaultKind, SmtpFault, TransmitOutcome};
pub use login::Mechanism;
pub use relay_server::RelayServer;
