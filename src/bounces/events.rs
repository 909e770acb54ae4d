//! Events of those who send mail for others, as JSON: Amazon SES, Postmark, Mailgun, `SendGrid` and Brevo.
//! Pure: text in, notices out.
//!
//! A file has one object, a list of them, or one on each line. What kind of event is not known says nothing.

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use super::absence::Parties;
use super::judge::{JudgedWords, judge};
use super::{MOST_PEOPLE, Notice, NoticeKind, NoticePerson};
use crate::rfc::reply::EnhancedStatus;

/// Events of one file. A month's are fewer, and the file can be cut.
const MOST_EVENTS: usize = 100_000;

/// One event of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's name of it, with the provider.
    pub id: String,
    /// When it happened.
    pub at: Option<DateTime<Utc>>,
    pub notice: Notice,
}

/// Why a file of events cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    #[error("line {line}: this is not JSON: {what}")]
    Json { line: usize, what: String },
    #[error("this is not an event of Amazon SES, Postmark, Mailgun, SendGrid or Brevo: event {0}")]
    Stranger(usize),
    #[error("there are more than {MOST_EVENTS} events in one file")]
    TooMany,
}

/// Reads every event of a file.
///
/// # Errors
/// When it is not JSON, or holds something that is not an event of a known provider.
pub fn read_events(text: &str) -> Result<Vec<ProviderEvent>, EventError> {
    let mut events = Vec::new();
    let text = text.trim_start_matches('\u{feff}');
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value
            .map_err(|error| EventError::Json { line: error.line(), what: error.to_string() })?;
        let list = match value {
            Value::Array(list) => list,
            one => vec![one],
        };
        for one in list {
            if events.len() >= MOST_EVENTS {
                return Err(EventError::TooMany);
            }
            let event = event_of(&one).ok_or(EventError::Stranger(events.len() + 1))?;
            events.push(event);
        }
    }
    Ok(events)
}

/// The notice of an email whose text is an event, as Amazon's notification service sends it.
pub(super) fn notice_in(text: &str) -> Option<Notice> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    // Amazon breaks lines of more than 998 characters, as sendmail does: an exclamation mark, the line's end and a space.
    let text = text.replace("!\r\n ", "").replace("!\n ", "");
    let value = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next()?.ok()?;
    event_of(&value).map(|event| event.notice)
}

fn event_of(value: &Value) -> Option<ProviderEvent> {
    // Amazon's notification service puts the event into a text.
    if let Some(inner) = value.get("Message").and_then(Value::as_str)
        && value.get("TopicArn").is_some()
    {
        return match serde_json::from_str::<Value>(inner) {
            Ok(inner) => event_of(&inner),
            Err(_) => Some(nothing("ses", text(value, "MessageId"))),
        };
    }
    if let Some(kind) = value.get("notificationType").or_else(|| value.get("eventType")) {
        return Some(ses(value, kind.as_str().unwrap_or_default()));
    }
    if let Some(kind) = value.get("RecordType").and_then(Value::as_str) {
        return Some(postmark(value, kind));
    }
    if let Some(data) = value.get("event-data") {
        return Some(mailgun(data));
    }
    let kind = value.get("event").and_then(Value::as_str)?;
    if value.get("sg_event_id").is_some() || value.get("sg_message_id").is_some() {
        Some(sendgrid(value, kind))
    } else if value.get("recipient").is_some() {
        Some(mailgun(value))
    } else {
        value.get("email").is_some().then(|| brevo(value, kind))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A number or a text.
fn id_text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// RFC 3339, or seconds since 1970.
fn time(value: &Value, name: &str) -> Option<DateTime<Utc>> {
    match value.get(name)? {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        // Some give parts of a second.
        Value::Number(number) => {
            let whole = number.as_i64().or_else(|| {
                number.to_string().split('.').next().and_then(|whole| whole.parse().ok())
            })?;
            DateTime::from_timestamp(whole, 0)
        }
        _ => None,
    }
}

fn nothing(provider: &str, id: &str) -> ProviderEvent {
    ProviderEvent { id: format!("{provider}:{id}"), at: None, notice: Notice::default() }
}

fn ids(message_id: &str) -> Vec<String> {
    let id = message_id.trim().trim_matches(['<', '>']);
    if id.contains('@') { vec![id.to_owned()] } else { Vec::new() }
}

/// A person, by a provider's kind and a server's words. A provider that calls a refusal of us final is not believed.
fn person(recipient: &str, kind: NoticeKind, status: &str, words: &str) -> NoticePerson {
    let parties = Parties { ours: Vec::new(), recipient: recipient.to_owned() };
    let status = EnhancedStatus::parse_prefix(status);
    let found = judge(&JudgedWords { status, words, stage: None, parties: &parties });
    let kind = match kind {
        NoticeKind::Hard | NoticeKind::Unknown if found.kind == NoticeKind::Policy => {
            NoticeKind::Policy
        }
        NoticeKind::Unknown => found.kind,
        kind => kind,
    };
    NoticePerson {
        recipient: recipient.trim().trim_matches(['<', '>']).to_owned(),
        kind,
        status: found.status,
        reason: found.reason,
        is_delay: false,
    }
}

fn ses(value: &Value, kind: &str) -> ProviderEvent {
    let mail = value.get("mail").unwrap_or(&Value::Null);
    let message_id = mail.pointer("/commonHeaders/messageId").and_then(Value::as_str);
    let (part, list) = match kind {
        "Bounce" => ("bounce", "bouncedRecipients"),
        "Complaint" => ("complaint", "complainedRecipients"),
        _ => return nothing("ses", text(mail, "messageId")),
    };
    let part = value.get(part).unwrap_or(&Value::Null);
    let kind = if kind == "Bounce" { ses_bounce(part) } else { ses_complaint(part) };
    let recipients = part.get(list).and_then(Value::as_array);
    let people = recipients.into_iter().flatten().take(MOST_PEOPLE).map(|one| {
        person(text(one, "emailAddress"), kind, text(one, "status"), text(one, "diagnosticCode"))
    });
    ProviderEvent {
        id: format!("ses:{}", text(part, "feedbackId")),
        at: time(part, "timestamp"),
        notice: Notice {
            people: people.collect(),
            message_ids: ids(message_id.unwrap_or_default()),
            ..Notice::default()
        },
    }
}

fn ses_bounce(part: &Value) -> NoticeKind {
    match (text(part, "bounceType"), text(part, "bounceSubType")) {
        ("Permanent", _) => NoticeKind::Hard,
        ("Transient", "MessageTooLarge" | "ContentRejected" | "AttachmentRejected") => {
            NoticeKind::Policy
        }
        ("Transient", _) => NoticeKind::Soft,
        _ => NoticeKind::Unknown,
    }
}

fn ses_complaint(part: &Value) -> NoticeKind {
    // The provider's own list kept it from being sent: nobody complained now.
    let is_kept_back = !text(part, "complaintSubType").is_empty();
    if is_kept_back || text(part, "complaintFeedbackType") == "not-spam" {
        NoticeKind::None
    } else {
        NoticeKind::Complaint
    }
}

/// One person's event.
fn single(
    id: String,
    at: Option<DateTime<Utc>>,
    message_id: &str,
    person: NoticePerson,
) -> ProviderEvent {
    let notice = Notice { people: vec![person], message_ids: ids(message_id), ..Notice::default() };
    ProviderEvent { id, at, notice }
}

fn postmark(value: &Value, record: &str) -> ProviderEvent {
    let id = format!("postmark:{record}:{}{}", id_text(value, "ID"), text(value, "ChangedAt"));
    let (kind, recipient) = match record {
        "Bounce" => (postmark_bounce(text(value, "Type")), text(value, "Email")),
        "SpamComplaint" => (NoticeKind::Complaint, text(value, "Email")),
        "SubscriptionChange" => {
            let is_off = value.get("SuppressSending").and_then(Value::as_bool) == Some(true);
            let kind = match text(value, "SuppressionReason") {
                "HardBounce" if is_off => NoticeKind::Hard,
                "SpamComplaint" if is_off => NoticeKind::Complaint,
                _ if is_off => NoticeKind::Unsubscribe,
                _ => NoticeKind::None,
            };
            (kind, text(value, "Recipient"))
        }
        _ => return nothing("postmark", &id_text(value, "ID")),
    };
    let at = time(value, "BouncedAt").or_else(|| time(value, "ChangedAt"));
    let words = text(value, "Details");
    single(id, at, "", person(recipient, kind, "", words))
}

fn postmark_bounce(kind: &str) -> NoticeKind {
    match kind {
        "HardBounce" | "BadEmailAddress" => NoticeKind::Hard,
        "SoftBounce" | "Transient" | "DnsError" => NoticeKind::Soft,
        "SpamNotification" | "VirusNotification" | "DMARCPolicy" | "Blocked" => NoticeKind::Policy,
        "SpamComplaint" => NoticeKind::Complaint,
        "AutoResponder" | "ChallengeVerification" => NoticeKind::Autoreply,
        "Unsubscribe" => NoticeKind::Unsubscribe,
        "Subscribe"
        | "OpenRelayTest"
        | "AddressChange"
        | "ManuallyDeactivated"
        | "Unconfirmed"
        | "TemplateRenderingFailed"
        | "InboundError" => NoticeKind::None,
        _ => NoticeKind::Unknown,
    }
}

fn mailgun(data: &Value) -> ProviderEvent {
    let delivery = data.get("delivery-status").unwrap_or(&Value::Null);
    let words = match text(delivery, "message") {
        "" => text(delivery, "description"),
        message => message,
    };
    let status = text(delivery, "enhanced-code");
    let is_permanent = text(data, "severity") == "permanent";
    let kind = match (text(data, "event"), text(data, "reason")) {
        ("failed", _) if status.starts_with("5.7.") => NoticeKind::Policy,
        ("failed", "bounce" | "suppress-bounce") if is_permanent => NoticeKind::Hard,
        ("failed", "suppress-complaint" | "suppress-unsubscribe") => NoticeKind::None,
        ("failed", _) if is_permanent => NoticeKind::Unknown,
        ("failed", _) => NoticeKind::Soft,
        ("complained", _) => NoticeKind::Complaint,
        ("unsubscribed", _) => NoticeKind::Unsubscribe,
        _ => return nothing("mailgun", text(data, "id")),
    };
    let message_id = data.pointer("/message/headers/message-id").and_then(Value::as_str);
    let found = person(text(data, "recipient"), kind, status, words);
    let id = format!("mailgun:{}", text(data, "id"));
    single(id, time(data, "timestamp"), message_id.unwrap_or_default(), found)
}

fn sendgrid(value: &Value, kind: &str) -> ProviderEvent {
    let reason = text(value, "reason");
    let mut is_delay = false;
    let kind = match (kind, text(value, "type")) {
        ("bounce", "blocked") | ("blocked", _) => NoticeKind::Policy,
        ("bounce", _) => NoticeKind::Hard,
        ("deferred", _) => {
            is_delay = true;
            NoticeKind::Soft
        }
        ("dropped", _) => match reason {
            "Bounced Address" | "Invalid" => NoticeKind::Hard,
            "Unsubscribed Address" | "Spam Reporting Address" => NoticeKind::None,
            _ => NoticeKind::Policy,
        },
        ("spamreport", _) => NoticeKind::Complaint,
        ("unsubscribe" | "group_unsubscribe", _) => NoticeKind::Unsubscribe,
        _ => return nothing("sendgrid", text(value, "sg_event_id")),
    };
    let words = if reason.is_empty() { text(value, "response") } else { reason };
    let found = person(text(value, "email"), kind, text(value, "status"), words);
    let id = format!("sendgrid:{}", text(value, "sg_event_id"));
    single(id, time(value, "timestamp"), text(value, "smtp-id"), NoticePerson { is_delay, ..found })
}

fn brevo(value: &Value, event: &str) -> ProviderEvent {
    let id = format!("brevo:{event}:{}:{}", id_text(value, "id"), text(value, "message-id"));
    let kind = match event {
        "hard_bounce" | "invalid_email" => NoticeKind::Hard,
        "soft_bounce" | "deferred" => NoticeKind::Soft,
        "blocked" => NoticeKind::Policy,
        "spam" | "complaint" => NoticeKind::Complaint,
        "unsubscribed" => NoticeKind::Unsubscribe,
        _ => return nothing("brevo", &id),
    };
    let found = person(text(value, "email"), kind, "", text(value, "reason"));
    let found = NoticePerson { is_delay: event == "deferred", ..found };
    let at = time(value, "ts_event").or_else(|| time(value, "ts"));
    single(id, at, text(value, "message-id"), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(json: &str) -> Vec<(String, NoticeKind)> {
        let events = read_events(json).unwrap();
        let people = events.into_iter().flat_map(|event| event.notice.people);
        people.map(|person| (person.recipient, person.kind)).collect()
    }

    #[test]
    fn each_provider_says_what_it_means() {
        use NoticeKind::{Complaint, Hard, None, Policy, Soft, Unsubscribe};
        let ses = |kind: &str, sub: &str, words: &str| {
            format!(
                r#"{{"notificationType":"Bounce","mail":{{"messageId":"x"}},"bounce":{{"bounceType":"{kind}","bounceSubType":"{sub}",
                "feedbackId":"f","timestamp":"2026-12-07T10:00:00Z","bouncedRecipients":[{{"emailAddress":"a@x.org","diagnosticCode":"{words}"}}]}}}}"#
            )
        };
        let complaint = r#"{"eventType":"Complaint","complaint":{"feedbackId":"c","complainedRecipients":[{"emailAddress":"a@x.org"}]}}"#;
        let wrapped = serde_json::json!({"Type": "Notification", "TopicArn": "arn", "MessageId": "m", "Message": complaint});
        let mailgun = |severity: &str, reason: &str, words: &str| {
            format!(
                r#"{{"signature":{{}},"event-data":{{"event":"failed","severity":"{severity}","reason":"{reason}","id":"1","timestamp":1733565600.5,
                "recipient":"a@x.org","delivery-status":{{"code":550,"message":"{words}"}},"message":{{"headers":{{"message-id":"i@c.example"}}}}}}}}"#
            )
        };
        let sendgrid = |rest: &str| {
            format!(r#"[{{"email":"a@x.org","sg_event_id":"1","timestamp":1733565600,{rest}}}]"#)
        };
        let brevo = |event: &str| {
            format!(
                r#"{{"event":"{event}","email":"a@x.org","id":7,"ts_event":1733565600,"message-id":"<i@c.example>"}}"#
            )
        };
        for (json, kind) in [
            (ses("Permanent", "General", "smtp; 550 5.1.1 user unknown"), Hard),
            (ses("Permanent", "General", "smtp; 550 5.7.1 blocked using zen.spamhaus.org"), Policy),
            (ses("Transient", "MailboxFull", ""), Soft),
            (ses("Transient", "ContentRejected", ""), Policy),
            (complaint.to_owned(), Complaint),
            (wrapped.to_string(), Complaint),
            (r#"{"RecordType":"Bounce","Type":"HardBounce","ID":1,"Email":"a@x.org"}"#.to_owned(), Hard),
            (r#"{"RecordType":"Bounce","Type":"DMARCPolicy","ID":1,"Email":"a@x.org"}"#.to_owned(), Policy),
            (r#"{"RecordType":"SpamComplaint","ID":1,"Email":"a@x.org"}"#.to_owned(), Complaint),
            (
                r#"{"RecordType":"SubscriptionChange","Recipient":"a@x.org","SuppressSending":true,"SuppressionReason":"ManualSuppression"}"#.to_owned(),
                Unsubscribe,
            ),
            (mailgun("permanent", "bounce", "550 5.1.1 user unknown"), Hard),
            (mailgun("permanent", "bounce", "550 5.7.1 SPF check failed"), Policy),
            (mailgun("temporary", "generic", "451 later"), Soft),
            (sendgrid(r#""event":"bounce","type":"bounce","reason":"550 5.1.1 no such user""#), Hard),
            (sendgrid(r#""event":"bounce","type":"blocked","reason":"550 no""#), Policy),
            (sendgrid(r#""event":"deferred","response":"450 later""#), Soft),
            (sendgrid(r#""event":"spamreport""#), Complaint),
            (sendgrid(r#""event":"dropped","reason":"Unsubscribed Address""#), None),
            (brevo("hard_bounce"), Hard),
            (brevo("blocked"), Policy),
            (brevo("spam"), Complaint),
            (brevo("unsubscribed"), Unsubscribe),
        ] {
            assert_eq!(kinds(&json), [("a@x.org".to_owned(), kind)], "{json}");
        }
        for json in [
            r#"{"event":"delivered","email":"a@x.org"}"#,
            &sendgrid(r#""event":"open""#),
            r#"{"RecordType":"Open"}"#,
        ] {
            assert!(kinds(json).is_empty(), "{json}");
        }
    }

    #[test]
    fn a_file_has_one_event_a_list_or_lines() {
        let one = r#"{"event":"spam","email":"a@x.org","id":1}"#;
        for (text, count) in [
            (one.to_owned(), 1),
            (format!("[{one},{one}]"), 2),
            (format!("{one}\n{one}\n\n{one}\n"), 3),
            (String::new(), 0),
        ] {
            assert_eq!(read_events(&text).unwrap().len(), count, "{text}");
        }
        let broken = read_events(&format!("{one}\n{{"));
        assert!(matches!(broken, Err(EventError::Json { line: 2, .. })), "{broken:?}");
        assert_eq!(read_events("{}"), Err(EventError::Stranger(1)));
        assert_eq!(read_events("[1]"), Err(EventError::Stranger(1)));
        let id = read_events(one).unwrap().remove(0);
        assert_eq!(id.id, "brevo:spam:1:");
    }
}
