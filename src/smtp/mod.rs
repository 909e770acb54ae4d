//! SMTP (RFC 5321), as a client that never loses track of which reply belongs to what.
//! Pure: `conversation.rs`, `login.rs` and `quirks.rs` decide; `connection.rs` is the shell with the socket.

pub mod capabilities;
pub mod connection;
pub mod conversation;
mod dial;
pub mod fault;
pub mod login;
pub mod quirks;
mod stream;
pub(crate) mod tls;
pub(crate) mod token;

pub use capabilities::Capabilities;
pub use connection::{Connection, RelayServer};
pub use fault::{FaultKind, SmtpFault, TransmitOutcome};
pub use login::Mechanism;
