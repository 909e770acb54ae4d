//! Complaints: abuse reports (RFC 5965) and Microsoft's form of them.
//! Pure: an email in, people out.

use super::addresses::{address_of_field, addresses_in};
use super::fields::HeaderFields;
use super::mime::{ParsedEmail, PartUse};
use super::returned::{ReturnedMail, is_hidden};
use super::{MOST_PEOPLE, NoticeKind, NoticePerson};

/// The people of an abuse report, or nothing if the email is none.
pub(super) fn people_of(
    email: &ParsedEmail,
    returned: &ReturnedMail,
    subject: &str,
) -> Option<Vec<NoticePerson>> {
    let report = email.parts.iter().find(|part| part.used_as == PartUse::Feedback);
    if let Some(report) = report {
        return Some(of_report(&fields_of(&report.text), returned));
    }
    if email.media == "multipart/report"
        && let Some(part) = email.parts.iter().find(|part| {
            part.used_as == PartUse::Text
                && part.text.to_ascii_lowercase().contains("\nfeedback-type:")
        })
    {
        return Some(of_report(&fields_of(&part.text), returned));
    }
    let subject = subject.trim().to_lowercase();
    let is_form = subject.starts_with("complaint about message from")
        || returned.fields.has("x-hmxmroriginalrecipient");
    is_form.then(|| {
        people(returned.recipients(), NoticeKind::Complaint, "a complaint by Microsoft's form")
    })
}

/// The fields of a report; an empty line between them ends nothing.
fn fields_of(text: &str) -> HeaderFields {
    let joined: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .skip_while(|line| !line.to_ascii_lowercase().starts_with("feedback-type"))
        .collect();
    if joined.is_empty() {
        HeaderFields::read(text).0
    } else {
        HeaderFields::read(&joined.join("\n")).0
    }
}

fn of_report(fields: &HeaderFields, returned: &ReturnedMail) -> Vec<NoticePerson> {
    // A comment may follow: `not-spam (from the junk folder)`.
    let kind = fields.get("feedback-type").trim().to_ascii_lowercase();
    let kind = kind.split([' ', '\t', '(', ';']).next().unwrap_or_default();
    let (kind, reason) = match kind {
        "auth-failure" | "dkim" | "dmarc" => {
            (NoticeKind::Policy, "a report that the proof of the sender's domain failed".to_owned())
        }
        "not-spam" => (NoticeKind::None, "a report that an email is not spam".to_owned()),
        "" => (NoticeKind::Complaint, "a complaint".to_owned()),
        other => {
            let word: String = other.chars().filter(char::is_ascii_graphic).take(40).collect();
            (NoticeKind::Complaint, format!("a complaint: {word}"))
        }
    };
    let named = |name: &str| -> Vec<String> {
        fields
            .all(name)
            .filter_map(|value| {
                addresses_in(value)
                    .first()
                    .map(|one| one.address.to_owned())
                    .or_else(|| address_of_field(value))
            })
            .filter(|address| !is_hidden(address))
            .collect()
    };
    let mut recipients = named("original-rcpt-to");
    if recipients.is_empty() {
        recipients = named("removal-recipient");
    }
    if recipients.is_empty() {
        recipients = returned.recipients();
    }
    people(recipients, kind, &reason)
}

fn people(recipients: Vec<String>, kind: NoticeKind, reason: &str) -> Vec<NoticePerson> {
    let mut recipients = recipients;
    recipients.truncate(MOST_PEOPLE);
    recipients.dedup();
    if recipients.is_empty() {
        recipients.push(String::new());
    }
    recipients
        .into_iter()
        .map(|recipient| NoticePerson {
            recipient,
            kind,
            status: None,
            reason: reason.to_owned(),
            is_delay: false,
        })
        .collect()
}
