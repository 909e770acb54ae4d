//! What comes back by email: returned mail, complaints and automatic replies, read as their senders wrote them.
//! Pure: an email's bytes in, what it says of whom out.
//!
//! A report in fields (RFC 3464, RFC 5965) is read first; then words, in many languages. Everything from outside has a
//! limit, and nothing that is not understood says anything about a person.

mod absence;
mod addresses;
mod automatic;
mod complaint;
mod events;
mod evidence;
mod fields;
mod judge;
mod mime;
mod prose;
mod replies;
mod returned;
mod status_report;
mod verdicts;
mod words;

use serde::Serialize;

use crate::rfc::reply::EnhancedStatus;

pub use events::{EventBatch, EventError, ProviderEvent, read_events, read_events_of};
pub use mime::LONGEST_READ_BYTES;
pub use verdicts::read;

/// People of one notice.
const MOST_PEOPLE: usize = 100;

/// What came back, and what it means for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// The mailbox or its domain does not exist, has moved or is closed for good.
    Hard,
    /// Full, slow, broken, for now.
    Soft,
    /// About us: proof of the domain, reputation, content, size, rate.
    Policy,
    /// Somebody called an email spam.
    Complaint,
    /// Somebody left at the provider's own page.
    Unsubscribe,
    /// A program answered for a person.
    Autoreply,
    /// Success, or other mail.
    None,
    /// Surely a return, for a reason that is not understood.
    Unknown,
}

/// What a notice says of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePerson {
    /// As the notice has it: an address that was read by no stricter rule than "something, `@`, something". May be empty.
    pub recipient: String,
    pub kind: NoticeKind,
    pub status: Option<EnhancedStatus>,
    /// A server's words, or what kind of email it is.
    pub reason: String,
    /// The server goes on trying: the failure, if it comes to one, is a notice of its own.
    pub is_delay: bool,
}

/// An email that came back, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Nobody, where it is other mail.
    pub people: Vec<NoticePerson>,
    /// Message-IDs that it names, without angle brackets.
    pub message_ids: Vec<String>,
    /// The addresses that it was sent to.
    pub sent_to: Vec<String>,
    /// Fields of the returned mail that may hold a token.
    pub returned_fields: Vec<String>,
}

impl Notice {
    /// Whether it says nothing of anybody, and names no copy.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.message_ids.is_empty()
    }
}
