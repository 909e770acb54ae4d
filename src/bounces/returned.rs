//! The mail that came back with a notice, or what is left of it: whose it was, and how we know it again.
//! Pure: fields in, values out.

use super::addresses::{address_of_field, addresses_in, is_of_a_server};
use super::fields::{HeaderFields, main_value};
use super::mime::{ParsedEmail, PartUse};

/// Message-IDs of one notice that are tried.
const MOST_MESSAGE_IDS: usize = 20;
/// People of one field.
const MOST_RECIPIENTS: usize = 100;

/// The head of the returned mail.
#[derive(Debug, Clone, Default)]
pub(super) struct ReturnedMail {
    pub fields: HeaderFields,
}

impl ReturnedMail {
    /// From the part that holds it.
    pub fn of(email: &ParsedEmail) -> Self {
        let heads = email
            .parts
            .iter()
            .filter(|part| part.used_as == PartUse::Returned)
            .map(|part| HeaderFields::read(part.text.trim_start_matches('\n')).0);
        let fields = heads.into_iter().find(|fields| !fields.is_empty()).unwrap_or_default();
        Self { fields }
    }

    pub fn is_missing(&self) -> bool {
        self.fields.is_empty()
    }

    /// Whom it was for, as far as it shows.
    pub fn recipients(&self) -> Vec<String> {
        for name in [
            "x-hmxmroriginalrecipient",
            "x-envelope-to",
            "envelope-to",
            "x-original-to",
            "x-rcpt-to",
            "to",
            "delivered-to",
            "apparently-to",
        ] {
            let found: Vec<String> = self
                .fields
                .all(name)
                .flat_map(|value| addresses_in(value).into_iter().map(|one| one.address.to_owned()))
                .filter(|address| !is_hidden(address) && !is_of_a_server(address))
                .take(MOST_RECIPIENTS)
                .collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Who wrote it: us.
    pub fn senders(&self) -> Vec<String> {
        ["from", "return-path", "sender", "reply-to"]
            .iter()
            .filter_map(|name| address_of_field(self.fields.get(name)))
            .collect()
    }

    /// Whether what came back was itself a notice of a mail system.
    pub fn is_notice(&self) -> bool {
        let kind = self.fields.get("content-type").to_ascii_lowercase();
        let is_report = main_value(&kind) == "multipart/report";
        let from = address_of_field(self.fields.get("from")).unwrap_or_default();
        let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
        is_report || local == "mailer-daemon"
    }
}

/// A complaint hides the address of whoever complained.
pub(super) fn is_hidden(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["redacted", "undisclosed", "hidden@", "recipient@hidden", "removed@"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Message-IDs that a notice names, without angle brackets: of the returned mail, and of what it answers.
pub(super) fn message_ids(
    email: &ParsedEmail,
    returned: &ReturnedMail,
    prose: &str,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |value: &str| {
        for id in ids_in(value) {
            if found.len() < MOST_MESSAGE_IDS && !found.contains(&id) {
                found.push(id);
            }
        }
    };
    for (name, value) in returned.fields.iter() {
        if matches!(name, "message-id" | "x-original-message-id") {
            add(value);
        }
    }
    for name in ["in-reply-to", "references", "x-original-message-id", "original-message-id"] {
        add(email.fields.get(name));
    }
    let receipts = email.parts.iter().filter(|part| part.used_as == PartUse::Disposition);
    let receipts = receipts.flat_map(|part| part.text.lines());
    for line in prose.lines().chain(receipts) {
        let lower = line.trim_start_matches([' ', '\t', '>']).to_ascii_lowercase();
        if lower.starts_with("message-id") || lower.starts_with("original-message-id") {
            add(line);
        }
    }
    found
}

fn ids_in(value: &str) -> Vec<String> {
    value
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim())
        .filter(|id| id.contains('@') && id.len() <= 255 && !id.contains(' '))
        .map(str::to_owned)
        .take(MOST_MESSAGE_IDS)
        .collect()
}
