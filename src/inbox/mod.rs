//! What comes back by email: for now, people who leave by writing to the unsubscribe address.
//! Pure: `leaving.rs` says what an email wants; `mailbox.rs` is the shell that reads them.

pub mod imap;
pub mod leaving;
pub mod mailbox;
mod notice;

pub use imap::{ImapAddress, ImapError, ImapLogin, ImapMailbox};
pub use leaving::{EmailRequest, read};
pub use mailbox::{EmailSource, MailboxError};
pub use notice::notice_of;
