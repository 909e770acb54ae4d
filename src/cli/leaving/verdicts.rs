//! What one email comes to, for whom, and how the person was recognised.
//! Pure: an email's bytes, keys and the list in, verdicts out.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::audience::{Keys, List};
use crate::bounces::{self, Notice, NoticeKind, NoticePerson, ProviderEvent};
use crate::cli::terminal::failure::Failure;
use crate::inbox::{EmailRequest, notice_of, read};
use crate::rfc::address::EmailAddress;

/// How a person was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By the address that it was sent to, made for this person and edition.
    Verp,
    /// By the Message-ID of the copy.
    MessageId,
    Token,
    Address,
    Nothing,
}

/// What one email means for whom.
pub struct Verdict {
    pub action: NoticeKind,
    pub matched_by: MatchedBy,
    /// The person's address hash, when something is to be kept.
    pub person: Option<String>,
    pub recipient: String,
    /// As in 5.1.1, or empty.
    pub status: String,
    pub reason: String,
    /// It came back from a mail system, and not from a person.
    pub is_return: bool,
    /// A server goes on trying.
    pub is_delay: bool,
}

/// An email that was read.
pub struct ReadEmail {
    /// A word for its bytes.
    pub notice: String,
    pub verdicts: Vec<Verdict>,
    /// By what it may be recognised, if it came back.
    pub traces: Traces,
    /// When it happened, where a provider says so. Its word for an address is believed: it sent the email.
    pub event_at: Option<DateTime<Utc>>,
    pub is_event: bool,
    /// It holds a token made like ours, which no copy has.
    pub has_forged_token: bool,
}

/// What of ours stands in an email that came back.
#[derive(Debug, Default)]
pub struct Traces {
    pub message_ids: Vec<String>,
    pub sent_to: Vec<String>,
    /// Fields that may hold a token.
    pub fields: Vec<String>,
}

fn nobody(action: NoticeKind, reason: &str) -> Verdict {
    Verdict {
        action,
        matched_by: MatchedBy::Nothing,
        person: None,
        recipient: String::new(),
        status: String::new(),
        reason: reason.to_owned(),
        is_return: false,
        is_delay: false,
    }
}

/// What an email says: of the person who wants to leave, or of everybody whose mail came back.
///
/// # Errors
/// When the list cannot be read.
pub fn judge(bytes: &[u8], keys: &Keys, list: Option<&List>) -> Result<ReadEmail, Failure> {
    let request = read(bytes);
    let name = notice_of(bytes);
    let is_request = matches!(request, EmailRequest::Leave { .. });
    let notice = bounces::read(bytes);
    if is_request || notice.people.is_empty() {
        let verdicts = vec![request_of(&request, keys, list)?];
        // A person who answers a copy has it.
        let traces = Traces { message_ids: notice.message_ids, ..Traces::default() };
        return Ok(new_email(name, verdicts, traces));
    }
    Ok(of_whole_notice(name, notice))
}

/// What a provider's event says.
pub fn of_event(event: ProviderEvent) -> ReadEmail {
    let ProviderEvent { id, at, notice } = event;
    ReadEmail { event_at: at, is_event: true, ..of_whole_notice(id, notice) }
}

fn of_whole_notice(name: String, notice: Notice) -> ReadEmail {
    let traces = Traces {
        message_ids: notice.message_ids,
        sent_to: notice.sent_to,
        fields: notice.returned_fields,
    };
    let verdicts = notice.people.into_iter().map(of_notice).collect();
    new_email(name, verdicts, traces)
}

fn new_email(notice: String, verdicts: Vec<Verdict>, traces: Traces) -> ReadEmail {
    let (event_at, is_event, has_forged_token) = (None, false, false);
    ReadEmail { notice, verdicts, traces, event_at, is_event, has_forged_token }
}

fn of_notice(person: NoticePerson) -> Verdict {
    Verdict {
        recipient: person.recipient,
        status: person.status.map(|status| status.to_string()).unwrap_or_default(),
        is_return: true,
        is_delay: person.is_delay,
        ..nobody(person.kind, &person.reason)
    }
}

/// What an email to the unsubscribe address wants.
fn request_of(
    request: &EmailRequest,
    keys: &Keys,
    list: Option<&List>,
) -> Result<Verdict, Failure> {
    let (tokens, from, in_words) = match request {
        EmailRequest::Leave { tokens, from, in_words } => (tokens, from, *in_words),
        EmailRequest::AutoReply | EmailRequest::Other => {
            return Ok(nobody(NoticeKind::None, "not a request to leave"));
        }
        EmailRequest::Unreadable => return Ok(nobody(NoticeKind::None, "not an email")),
    };
    if let Some(person) = tokens.iter().find_map(|token| keys.person_of_unsubscribe_token(token)) {
        if person == keys.invented_person() {
            return Ok(nobody(NoticeKind::None, "a probe of the unsubscribe links: no change"));
        }
        return Ok(Verdict {
            matched_by: MatchedBy::Token,
            person: Some(person),
            recipient: from.as_ref().map(EmailAddress::to_string).unwrap_or_default(),
            ..nobody(NoticeKind::Unsubscribe, "a request to leave, with one of our tokens")
        });
    }
    if !in_words || !tokens.is_empty() {
        return Ok(nobody(NoticeKind::Unknown, "the token is not one of ours: no change"));
    }
    let Some(from) = from else {
        return Ok(nobody(
            NoticeKind::Unknown,
            "a request to leave without a single sender: read it yourself",
        ));
    };
    let is_known = match list {
        Some(list) => list.find(&from.key(), true)?.is_some(),
        None => false,
    };
    if !is_known {
        let reason = format!(
            "{from} wants to leave, but this address is not on the list: find out which address \
             receives the emails"
        );
        return Ok(Verdict { recipient: from.to_string(), ..nobody(NoticeKind::Unknown, &reason) });
    }
    let reason = format!("{from} wants to leave, without a token: matched by the sender's address");
    Ok(Verdict {
        matched_by: MatchedBy::Address,
        person: Some(keys.address_hash(from)),
        recipient: from.to_string(),
        ..nobody(NoticeKind::Unsubscribe, &reason)
    })
}
