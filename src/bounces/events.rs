//! Events of those who send mail for others, as JSON: Amazon SES, Postmark, Mailgun, `SendGrid` and Brevo.
//! Pure: text in, notices out.
//!
//! A file has one object, a list of them, or one on each line. What kind of event is not known says nothing.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use super::absence::Parties;
use super::addresses::address_of_field;
use super::judge::{JudgedWords, judge};
use super::{MOST_PEOPLE, Notice, NoticeKind, NoticePerson};
use crate::providers::mailbox_hosts::filters_after_data;
use crate::rfc::base16;
use crate::rfc::reply::EnhancedStatus;

/// Events of one file. A month's are fewer, and the file can be cut.
const MOST_EVENTS: usize = 100_000;

/// One event of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// A name that stays the same however often it comes, after the provider's.
    pub id: String,
    /// When it happened.
    pub at: Option<DateTime<Utc>>,
    pub notice: Notice,
}

impl ProviderEvent {
    /// Whose form it has: `ses`, `postmark`, `mailgun`, `sendgrid` or `brevo`.
    fn provider(&self) -> &str {
        self.id.split(':').next().unwrap_or_default()
    }

    /// With the people and the moment in its name. Some numbers are those of what sends events, and a list of people who
    /// leave has one moment for all: by itself neither says which event it is. Names outlive whoever is erased, so that
    /// they are a digest.
    fn named(self) -> Self {
        let moment = self.at.map_or_else(String::new, |at| at.timestamp().to_string());
        let people = self.notice.people.iter().map(|person| person.recipient.to_lowercase());
        let parts: Vec<String> = [self.id.clone(), moment].into_iter().chain(people).collect();
        let digest = digest::digest(&digest::SHA256, parts.join("\n").as_bytes());
        let id = format!("{}:{}", self.provider(), base16::encode(&digest.as_ref()[..16]));
        Self { id, ..self }
    }
}

/// What a file of events holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventBatch {
    pub events: Vec<ProviderEvent>,
    /// Places of those that are not from a provider we know, from 1.
    pub strange: Vec<usize>,
    /// Lines that are not JSON, from 1, among others that are.
    pub broken_lines: Vec<usize>,
    /// Where Amazon wants somebody to confirm that it may send events.
    pub confirmations: Vec<String>,
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

/// Reads every event of a file. One of no known form among others is counted, and they are read; so is a line that is cut off.
///
/// # Errors
/// When it is not JSON, or holds nothing that is an event of a known provider.
pub fn read_events(text: &str) -> Result<EventBatch, EventError> {
    read_events_of(text, None)
}

/// The same where only one provider may speak: events in another's form count as those of no known form.
///
/// # Errors
/// As for [`read_events`].
pub fn read_events_of(text: &str, provider: Option<&str>) -> Result<EventBatch, EventError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading { provider, number: 0, batch: EventBatch::default() };
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value {
            Ok(value) => reading.take(value)?,
            Err(error) => {
                let what = error.to_string();
                return by_lines(text, provider)
                    .unwrap_or(Err(EventError::Json { line: error.line(), what }));
            }
        }
    }
    reading.done()
}

/// Line by line, where one of several is broken. `None` where no line is an event by itself: then it is not a file of lines.
fn by_lines(text: &str, provider: Option<&str>) -> Option<Result<EventBatch, EventError>> {
    let mut reading = Reading { provider, number: 0, batch: EventBatch::default() };
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(value) => {
                if let Err(error) = reading.take(value) {
                    return Some(Err(error));
                }
            }
            Err(_) => reading.batch.broken_lines.push(number),
        }
    }
    let EventBatch { events, confirmations, .. } = &reading.batch;
    (!(events.is_empty() && confirmations.is_empty())).then(|| reading.done())
}

struct Reading<'a> {
    /// The only one that may speak.
    provider: Option<&'a str>,
    number: usize,
    batch: EventBatch,
}

impl Reading<'_> {
    /// One event, or a list of them.
    fn take(&mut self, value: Value) -> Result<(), EventError> {
        let list = match value {
            Value::Array(list) => list,
            one => vec![one],
        };
        let may_speak = |provider: &str| self.provider.is_none_or(|only| only == provider);
        for one in list {
            self.number += 1;
            if self.number > MOST_EVENTS {
                return Err(EventError::TooMany);
            }
            let link = confirmation_link(&one).filter(|_| may_speak("ses"));
            if let Some(link) = link {
                self.batch.confirmations.push(link);
            } else if let Some(event) = event_of(&one).filter(|event| may_speak(event.provider())) {
                self.batch.events.push(event.named());
            } else {
                self.batch.strange.push(self.number);
            }
        }
        Ok(())
    }

    fn done(self) -> Result<EventBatch, EventError> {
        let batch = self.batch;
        match batch.strange.first() {
            Some(first) if batch.events.is_empty() && batch.confirmations.is_empty() => {
                Err(EventError::Stranger(*first))
            }
            _ => Ok(batch),
        }
    }
}

/// The link by which somebody says yes to Amazon's notification service, on one of its own hosts.
fn confirmation_link(value: &Value) -> Option<String> {
    let link = url::Url::parse(text(value, "SubscribeURL")).ok()?;
    let host = link.host_str()?;
    let is_amazon = host.starts_with("sns.")
        && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
    (link.scheme() == "https" && is_amazon).then(|| link.to_string())
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

/// An event that says nothing of the person, but that a server has the copy.
fn taken(provider: &str, id: &str, message_id: &str) -> ProviderEvent {
    let notice = Notice { message_ids: ids(message_id), ..Notice::default() };
    ProviderEvent { notice, ..nothing(provider, id) }
}

fn ids(message_id: &str) -> Vec<String> {
    let id = message_id.trim().trim_matches(['<', '>']);
    if id.contains('@') { vec![id.to_owned()] } else { Vec::new() }
}

/// A person, by a provider's kind and a server's words. A provider that calls a refusal of us final is not believed.
fn person(recipient: &str, kind: NoticeKind, status: &str, words: &str) -> NoticePerson {
    let parties = Parties {
        ours: Vec::new(),
        recipient: recipient.to_owned(),
        filters_after_data: filters_after_data(recipient),
    };
    let status = EnhancedStatus::parse_prefix(status);
    let found = judge(&JudgedWords { status, words, stage: None, parties: &parties });
    let kind = match kind {
        NoticeKind::Hard | NoticeKind::Unknown if found.kind == NoticeKind::Policy => {
            NoticeKind::Policy
        }
        // A full mailbox that a provider gives up on is full, and not gone.
        NoticeKind::Hard if found.kind == NoticeKind::Soft => NoticeKind::Soft,
        NoticeKind::Unknown => found.kind,
        kind => kind,
    };
    NoticePerson {
        recipient: address_of_field(recipient).unwrap_or_else(|| recipient.trim().to_owned()),
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
        "Subscription" => return ses_subscription(value, mail),
        "Delivery" | "Send" | "Open" | "Click" | "DeliveryDelay" => {
            return taken("ses", text(mail, "messageId"), message_id.unwrap_or_default());
        }
        _ => return nothing("ses", text(mail, "messageId")),
    };
    let part = value.get(part).unwrap_or(&Value::Null);
    let kind = if kind == "Bounce" { ses_bounce(part) } else { ses_complaint(part) };
    let recipients = part.get(list).and_then(Value::as_array);
    let is_own_list =
        matches!(text(part, "bounceSubType"), "OnAccountSuppressionList" | "Suppressed");
    let people = recipients.into_iter().flatten().take(MOST_PEOPLE).map(|one| {
        let words = text(one, "diagnosticCode");
        let found = person(text(one, "emailAddress"), kind, text(one, "status"), words);
        // No server has spoken: Amazon says of its own list why nothing was sent, and names our account in it.
        if is_own_list { NoticePerson { kind, ..found } } else { found }
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

/// Somebody left every topic at Amazon's own page.
fn ses_subscription(value: &Value, mail: &Value) -> ProviderEvent {
    let part = value.get("subscription").unwrap_or(&Value::Null);
    let left = part.pointer("/newTopicPreferences/unsubscribeAll").and_then(Value::as_bool);
    let message_id = mail.pointer("/commonHeaders/messageId").and_then(Value::as_str);
    let id = format!("ses:subscription:{}:{}", text(mail, "messageId"), text(part, "timestamp"));
    let recipients = mail.get("destination").and_then(Value::as_array).into_iter().flatten();
    let recipients: Vec<&str> = recipients.filter_map(Value::as_str).take(2).collect();
    // An email to several people does not say who it was.
    let ([recipient], Some(true)) = (recipients.as_slice(), left) else {
        return nothing("ses", &id);
    };
    let found = person(recipient, NoticeKind::Unsubscribe, "", "");
    single(id, time(part, "timestamp"), message_id.unwrap_or_default(), found)
}

fn ses_bounce(part: &Value) -> NoticeKind {
    match (text(part, "bounceType"), text(part, "bounceSubType")) {
        // They left at Amazon's own page: nothing was sent.
        ("Permanent", "UnsubscribedRecipient") => NoticeKind::Unsubscribe,
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
    let message_id = data.pointer("/message/headers/message-id").and_then(Value::as_str);
    let message_id = message_id.unwrap_or_default();
    let kind = match (text(data, "event"), text(data, "reason")) {
        ("failed", _) if status.starts_with("5.7.") => NoticeKind::Policy,
        ("failed", "bounce" | "suppress-bounce") if is_permanent => NoticeKind::Hard,
        ("failed", "suppress-complaint" | "suppress-unsubscribe") => NoticeKind::None,
        ("failed", _) if is_permanent => NoticeKind::Unknown,
        ("failed", _) => NoticeKind::Soft,
        ("complained", _) => NoticeKind::Complaint,
        ("unsubscribed", _) => NoticeKind::Unsubscribe,
        ("rejected", _) => return nothing("mailgun", text(data, "id")),
        _ => return taken("mailgun", text(data, "id"), message_id),
    };
    let found = person(text(data, "recipient"), kind, status, words);
    let id = format!("mailgun:{}", text(data, "id"));
    single(id, time(data, "timestamp"), message_id, found)
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
        // Some add what the server had said.
        ("dropped", _) => match reason.split(';').next().unwrap_or_default().trim() {
            "Bounced Address" | "Invalid" => NoticeKind::Hard,
            "Unsubscribed Address" | "Spam Reporting Address" => NoticeKind::None,
            _ => NoticeKind::Policy,
        },
        ("spamreport", _) => NoticeKind::Complaint,
        ("unsubscribe" | "group_unsubscribe", _) => NoticeKind::Unsubscribe,
        _ => return taken("sendgrid", text(value, "sg_event_id"), text(value, "smtp-id")),
    };
    let words = if reason.is_empty() { text(value, "response") } else { reason };
    let found = person(text(value, "email"), kind, text(value, "status"), words);
    let id = format!("sendgrid:{}", text(value, "sg_event_id"));
    single(id, time(value, "timestamp"), text(value, "smtp-id"), NoticePerson { is_delay, ..found })
}

fn brevo(value: &Value, event: &str) -> ProviderEvent {
    let id = format!("brevo:{event}:{}:{}", id_text(value, "id"), text(value, "message-id"));
    // Written in both ways: `hard_bounce` and `hardBounce`.
    let event = event.replace('_', "").to_lowercase();
    let kind = match event.as_str() {
        "hardbounce" | "invalidemail" => NoticeKind::Hard,
        "softbounce" | "deferred" => NoticeKind::Soft,
        "blocked" => NoticeKind::Policy,
        "spam" | "complaint" => NoticeKind::Complaint,
        "unsubscribed" | "unsubscribe" => NoticeKind::Unsubscribe,
        "error" => return nothing("brevo", &id),
        _ => return taken("brevo", &id, text(value, "message-id")),
    };
    let found = person(text(value, "email"), kind, "", text(value, "reason"));
    let found = NoticePerson { is_delay: event == "deferred", ..found };
    let at = time(value, "ts_event").or_else(|| time(value, "ts"));
    single(id, at, text(value, "message-id"), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMAZONS_LIST: &str = "Amazon SES did not send the message to this address because it is on the suppression list \
         for your account. For more information about removing addresses from the suppression list, see the Amazon SES \
         Developer Guide at https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html";

    fn kinds(json: &str) -> Vec<(String, NoticeKind)> {
        let events = read_events(json).unwrap().events;
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
            (ses("Permanent", "OnAccountSuppressionList", AMAZONS_LIST), Hard),
            (ses("Permanent", "Suppressed", AMAZONS_LIST), Hard),
            (ses("Permanent", "UnsubscribedRecipient", ""), Unsubscribe),
            (sendgrid(r#""event":"bounce","type":"bounce","status":"5.0.0","reason":"500 unknown recipient""#), Hard),
            (ses("Transient", "MailboxFull", ""), Soft),
            (ses("Permanent", "General", "smtp; 552 5.2.2 Mailbox full"), Soft),
            (
                r#"{"RecordType":"Bounce","Type":"HardBounce","ID":1,"Email":"Ann <a@x.org>","Details":"552 5.2.2 over quota"}"#.to_owned(),
                Soft,
            ),
            (
                r#"{"eventType":"Subscription","mail":{"messageId":"m","destination":["\"Ann\" <a@x.org>"]},
                "subscription":{"timestamp":"2026-12-07T10:00:00Z","newTopicPreferences":{"unsubscribeAll":true}}}"#
                    .to_owned(),
                Unsubscribe,
            ),
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
            (mailgun("permanent", "generic", "Too old"), Soft),
            (mailgun("permanent", "bounce", "552 5.2.2 Mailbox full"), Soft),
            (sendgrid(r#""event":"bounce","type":"bounce","reason":"550 5.1.1 no such user""#), Hard),
            (sendgrid(r#""event":"bounce","type":"blocked","reason":"550 no""#), Policy),
            (sendgrid(r#""event":"deferred","response":"450 later""#), Soft),
            (sendgrid(r#""event":"spamreport""#), Complaint),
            (sendgrid(r#""event":"dropped","reason":"Unsubscribed Address""#), None),
            (sendgrid(r#""event":"dropped","reason":"Bounced Address; 550 5.1.1""#), Hard),
            (brevo("hard_bounce"), Hard),
            (brevo("hardBounce"), Hard),
            (brevo("blocked"), Policy),
            (brevo("spam"), Complaint),
            (brevo("unsubscribed"), Unsubscribe),
            (brevo("unsubscribe"), Unsubscribe),
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
            assert_eq!(read_events(&text).unwrap().events.len(), count, "{text}");
        }
        let broken = read_events("{\n  \"event\": \"spam\",\n  oops\n}");
        assert!(matches!(broken, Err(EventError::Json { line: 3, .. })), "{broken:?}");
        assert_eq!(read_events("{}"), Err(EventError::Stranger(1)));
        assert_eq!(read_events("[1]"), Err(EventError::Stranger(1)));
    }

    /// Real events of two people that share everything else: the number is the hook's, or the moment that of a whole list.
    #[test]
    fn an_event_is_named_by_whom_and_when_it_is_about() {
        let shapes = [
            r#"{"RecordType":"SubscriptionChange","MessageID":"00000000-0000-0000-0000-000000000000","Recipient":"PERSON","ChangedAt":"2026-12-07T10:00:SECZ","SuppressSending":true,"SuppressionReason":"ManualSuppression"}"#,
            r#"{"RecordType":"Bounce","Type":"HardBounce","Email":"PERSON","BouncedAt":"2026-12-07T10:00:SECZ"}"#,
            r#"{"event":"unsubscribe","email":"PERSON","id":31,"camp_id":20,"ts_event":17336400SEC}"#,
            r#"{"event":"spam","email":"PERSON","id":31,"message-id":"","ts_event":17336400SEC}"#,
            r#"{"event-data":{"event":"unsubscribed","recipient":"PERSON","timestamp":17336400SEC.5}}"#,
            r#"{"event":"unsubscribe","email":"PERSON","sg_message_id":"m","timestamp":17336400SEC}"#,
            r#"{"eventType":"Complaint","mail":{},"complaint":{"timestamp":"2026-12-07T10:00:SECZ","complainedRecipients":[{"emailAddress":"PERSON"}]}}"#,
        ];
        for shape in shapes {
            let name = |person: &str, second: &str| {
                let json = shape.replace("PERSON", person).replace("SEC", second);
                let event = read_events(&json).unwrap().events.remove(0);
                assert_eq!(event.notice.people.len(), 1, "{json}");
                let whom = person.split('@').next().unwrap_or_default();
                assert!(!event.id.contains(whom), "a name holds no address: {}", event.id);
                event.id
            };
            let first = name("ann@x.org", "10");
            assert_eq!(name("Ann@X.org", "10"), first, "the same event, again: {shape}");
            assert_ne!(name("bob@x.org", "10"), first, "somebody else's: {shape}");
            assert_ne!(name("ann@x.org", "11"), first, "a later one: {shape}");
        }
    }

    #[test]
    fn a_broken_line_costs_itself_and_is_named_wherever_it_stands() {
        let one = r#"{"event":"spam","email":"a@x.org","id":1}"#;
        for broken in [r#"{"event":"spam","email":"#, "{", "]", "oops", r#"{"a":1}}"#, r#""open"#] {
            for at in 0..3 {
                let mut lines = vec![one; 3];
                lines[at] = broken;
                let batch = read_events(&lines.join("\n")).unwrap();
                assert_eq!(batch.events.len(), 2, "{lines:?}");
                assert_eq!(batch.broken_lines, [at + 1], "{lines:?}");
            }
            assert!(matches!(read_events(broken), Err(EventError::Json { line: 1, .. })));
        }
    }

    #[test]
    fn only_the_provider_of_a_hook_may_speak() {
        let shapes = [
            (
                "ses",
                r#"{"eventType":"Complaint","complaint":{"feedbackId":"c","complainedRecipients":[{"emailAddress":"a@x.org"}]}}"#,
            ),
            ("postmark", r#"{"RecordType":"SpamComplaint","ID":1,"Email":"a@x.org"}"#),
            ("mailgun", r#"{"event-data":{"event":"complained","id":"1","recipient":"a@x.org"}}"#),
            ("sendgrid", r#"[{"email":"a@x.org","sg_event_id":"1","event":"spamreport"}]"#),
            ("brevo", r#"{"event":"spam","email":"a@x.org","id":7}"#),
        ];
        for (provider, _) in shapes {
            for (shape, json) in shapes {
                let found = read_events_of(json, Some(provider));
                assert_eq!(found.is_ok(), provider == shape, "{provider} {json}");
            }
        }
    }

    #[test]
    fn a_strange_event_costs_nothing_but_itself() {
        let one = r#"{"event":"spam","email":"a@x.org","id":1}"#;
        for strange in
            ["{}", "1", "null", r#"{"event":7}"#, r#"{"Type":"SubscriptionConfirmation"}"#]
        {
            for text in [format!("[{strange},{one},{one}]"), format!("{strange}\n{one}\n{one}")] {
                let batch = read_events(&text).unwrap();
                assert_eq!((batch.events.len(), batch.strange.as_slice()), (2, &[1][..]), "{text}");
            }
        }
    }

    #[test]
    fn amazons_question_is_shown_with_a_link_of_its_own_only() {
        let ask = |link: &str| {
            let value = serde_json::json!({"Type": "SubscriptionConfirmation", "MessageId": "m",
                "TopicArn": "arn:aws:sns:eu-west-2:1:x", "Message": "You have chosen to subscribe", "SubscribeURL": link});
            read_events(&value.to_string())
        };
        let link = "https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=1";
        assert_eq!(ask(link).unwrap().confirmations, [link]);
        for link in [
            "https://evil.example/",
            "http://sns.eu-west-2.amazonaws.com/",
            "https://sns.x.amazonaws.com.evil.example/",
            "",
        ] {
            assert!(ask(link).unwrap().confirmations.is_empty(), "{link}");
        }
    }

    #[test]
    fn an_event_after_the_handover_names_the_copy() {
        let sendgrid = r#"{"event":"delivered","email":"a@x.org","sg_event_id":"1","smtp-id":"<i@c.example>"}"#;
        let mailgun = r#"{"event-data":{"event":"delivered","id":"1","recipient":"a@x.org","message":{"headers":{"message-id":"i@c.example"}}}}"#;
        let brevo =
            r#"{"event":"delivered","email":"a@x.org","id":7,"message-id":"<i@c.example>"}"#;
        let ses = r#"{"eventType":"Delivery","mail":{"messageId":"m","commonHeaders":{"messageId":"<i@c.example>"}}}"#;
        for json in [sendgrid, mailgun, brevo, ses] {
            let event = read_events(json).unwrap().events.remove(0);
            assert!(event.notice.people.is_empty(), "{json}");
            assert_eq!(event.notice.message_ids, ["i@c.example"], "{json}");
        }
    }
}
