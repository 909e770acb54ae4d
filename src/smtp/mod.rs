//! SMTP (RFC 5321), as a client that never loses track of which answer belongs to what.
//! Pure: `conversation.rs` decides; `connection.rs` is the shell with the socket.

pub mod connection;
pub mod conversation;

pub use connection::{Connection, Server};
pub use conversation::{Fault, Outcome};
