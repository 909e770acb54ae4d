//! One person's message: the composition's bytes, encoded once, with their slots filled and their header fields on top.
//! Pure: a composition and a person in, bytes out.
//!
//! The fixed text is quoted-printable already; a slot's value stands between two soft line breaks (see
//! `rfc::quoted_printable`), so a message is put together by copying. Two people's messages differ in slots and in the
//! header fields that name the person, and nowhere else.

pub mod examine;
mod mail;
pub mod single;
mod single_words;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::audience::{Keys, Recipient};
use crate::compose::composition::Composition;
use crate::compose::filler::BlockError;
use crate::compose::setting::look_at_web_address;
use crate::compose::{Piece, filled};
use crate::locale::language_code;
use crate::rfc::address::{AddressError, EmailAddress, Mailbox};
use crate::rfc::dkim::Signer;
use crate::rfc::header::{mailbox_field, text_field};
use crate::rfc::text::{DisplayName, HeaderTextError};
use crate::rfc::{list, quoted_printable};

use mail::{BodyPart, EncodedEmail, fixed_bytes};

/// `[sender]` of `roundup.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Shown as the sender.
    pub name: String,
    pub address: String,
    /// Where answers go, if not to `address`.
    pub reply_to: Option<String>,
    /// Where returned mail goes (the envelope's sender), if not to `address`.
    pub bounce_address: Option<String>,
    /// Whether each copy comes back to an address of its own: the bounce address with `+TOKEN`.
    #[serde(default)]
    pub bounce_tokens: bool,
    /// Name of the list in `List-Id`; `news.` and the sender's domain by default.
    pub list_id: Option<String>,
    /// Where a message that says "unsubscribe" goes, if not to `address`.
    pub unsubscribe_address: Option<String>,
    /// The public https address of `roundup serve`, for one-click unsubscribing.
    pub public_url: Option<String>,
}

/// Who sends, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub sender: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub bounce_address: EmailAddress,
    pub bounce_tokens: bool,
    pub list_id: String,
    pub unsubscribe_address: EmailAddress,
    /// Without a slash at the end.
    pub public_url: Option<String>,
}

/// What leaves room for `+` and a token within the 64 characters of RFC 5321 section 4.5.3.1.1.
const LONGEST_BOUNCE_NAME: usize = 31;

/// Which setting of the sender is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdentityError {
    #[error("`{field}` under [sender]: {error}")]
    Address { field: &'static str, error: AddressError },
    #[error("`name` under [sender]: {0}")]
    Name(HeaderTextError),
    #[error("`public_url` under [sender] is `{0}`, and must be like https://news.charity.org.uk")]
    PublicUrl(String),
    #[error(
        "`bounce_tokens` under [sender] needs a bounce address with at most {LONGEST_BOUNCE_NAME} characters before the @"
    )]
    BounceName,
    #[error("`list_id` under [sender] is `{0}`, and must be like news.charity.org.uk")]
    ListId(String),
}

impl IdentityError {
    /// The setting under `[sender]`.
    pub fn setting(&self) -> &'static str {
        match self {
            Self::Address { field, .. } => field,
            Self::Name(_) => "name",
            Self::PublicUrl(_) => "public_url",
            Self::BounceName => "bounce_address",
            Self::ListId(_) => "list_id",
        }
    }

    pub fn cure(&self) -> &'static str {
        match self {
            Self::Address { .. } => "write one address on one line, as in news@charity.org.uk",
            Self::Name(_) => "write the name as people know it, on one line",
            Self::PublicUrl(_) => {
                "write public_url = \"https://news.charity.org.uk\", without anything behind the path"
            }
            Self::BounceName => "choose a shorter bounce_address",
            Self::ListId(_) => "write a name made of words with full stops between them",
        }
    }
}

/// The public address as it was read: what is checked here is what stands in header fields. A path may follow the host;
/// what belongs to one page only may not.
fn public_url(text: &str) -> Result<String, IdentityError> {
    let wrong = || IdentityError::PublicUrl(text.escape_debug().to_string());
    look_at_web_address(text).map_err(|_| wrong())?;
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if url.scheme() != "https" || !is_plain {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

impl Sender {
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(settings: &Settings) -> Result<Self, IdentityError> {
        let address = |field: &'static str, text: &str| {
            EmailAddress::parse(text)
                .and_then(EmailAddress::in_ascii)
                .map_err(|error| IdentityError::Address { field, error })
        };
        let optional = |field: &'static str, text: &Option<String>| {
            text.as_deref().map(|text| address(field, text)).transpose()
        };
        let name = DisplayName::parse(&settings.name).map_err(IdentityError::Name)?;
        let sender = Mailbox { name: Some(name), address: address("address", &settings.address)? };
        let reply_to = optional("reply_to", &settings.reply_to)?
            .map(|address| Mailbox { name: sender.name.clone(), address });
        let bounce_address = optional("bounce_address", &settings.bounce_address)?
            .unwrap_or_else(|| sender.address.clone());
        let bounce_tokens = settings.bounce_tokens;
        let name_length = bounce_address.as_str().len() - bounce_address.domain().len() - 1;
        if bounce_tokens && name_length > LONGEST_BOUNCE_NAME {
            return Err(IdentityError::BounceName);
        }
        let unsubscribe_address = optional("unsubscribe_address", &settings.unsubscribe_address)?
            .unwrap_or_else(|| sender.address.clone());
        let public_url = settings.public_url.as_deref().map(public_url).transpose()?;
        let list_id =
            settings.list_id.clone().unwrap_or_else(|| format!("news.{}", sender.address.domain()));
        let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !list_id.contains('.') || !list_id.chars().all(is_label) {
            return Err(IdentityError::ListId(list_id));
        }
        Ok(Self {
            sender,
            reply_to,
            bounce_address,
            bounce_tokens,
            list_id,
            unsubscribe_address,
            public_url,
        })
    }

    /// The right part of Message-IDs.
    pub fn domain(&self) -> &str {
        self.sender.address.domain()
    }

    /// Where a copy comes back to. Its token is that of its Message-ID, which is made with the project's key and known to
    /// the ledger.
    fn returned_to(&self, message_id: &str) -> EmailAddress {
        let token = message_id.split('@').next().unwrap_or_default();
        let own = self.bounce_address.as_str().split_once('@').filter(|_| self.bounce_tokens);
        own.and_then(|(name, domain)| EmailAddress::parse(&format!("{name}+{token}@{domain}")).ok())
            .unwrap_or_else(|| self.bounce_address.clone())
    }

    /// The address behind "unsubscribe" in a person's message: https where there is a public address, `mailto:` otherwise.
    fn unsubscribe_url(&self, token: &str) -> String {
        match &self.public_url {
            Some(url) => format!("{url}/unsubscribe/{token}"),
            None => self.unsubscribe_mail(token),
        }
    }

    fn unsubscribe_mail(&self, token: &str) -> String {
        format!("mailto:{}?subject=unsubscribe%20{token}", self.unsubscribe_address)
    }
}

/// Who gives the message to whom (RFC 5321 section 2.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub sender: EmailAddress,
    pub recipient: EmailAddress,
}

/// A message as it goes over the wire, and into files of dry runs: the very same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub envelope: Envelope,
    /// Without angle brackets.
    pub message_id: String,
    /// Header and body with CRLF line ends; no line begins with a full stop; the last one ends in CRLF.
    pub bytes: Vec<u8>,
}

impl Message {
    /// The envelope's sender and recipient, folded.
    pub fn ends(&self) -> (String, String) {
        (self.envelope.sender.key(), self.envelope.recipient.key())
    }

    /// The domain of the address that people see as the sender's.
    pub fn domain(&self) -> &str {
        self.message_id.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A composition made ready to address many people.
#[derive(Debug)]
pub struct MessageTemplate {
    identity: Sender,
    keys: Keys,
    signers: Vec<Signer>,
    /// Fields before those that name the person.
    head: String,
    /// The newsletter's own language first.
    mails: Vec<EncodedEmail>,
}

struct Head {
    fields: String,
    message_id: String,
    unsubscribe_url: String,
}

impl MessageTemplate {
    /// Encodes all that is fixed. `date` is the edition's date: the same for everybody and for every try.
    ///
    /// # Errors
    /// When a stored block is not a template, which a composition of `compose` cannot have.
    pub fn new(
        composition: Composition,
        identity: Sender,
        keys: Keys,
        signers: Vec<Signer>,
        date: DateTime<Utc>,
        zone: Tz,
    ) -> Result<Self, BlockError> {
        let mut head = mailbox_field("From", &identity.sender);
        if let Some(reply_to) = &identity.reply_to {
            head.push_str(&mailbox_field("Reply-To", reply_to));
        }
        let mut tail = format!("Date: {}\r\n", date.with_timezone(&zone).to_rfc2822());
        let list_name = identity.sender.name.as_ref().map_or("", |name| name.as_str()).to_owned();
        tail.push_str(&list::list_id(&list_name, &identity.list_id));
        // Machines should not answer for people who are away.
        tail.push_str("Precedence: bulk\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n");
        let translations: Vec<EncodedEmail> = composition
            .translations
            .iter()
            .map(|one| EncodedEmail::new(&one.language, one.composition.clone(), &tail))
            .collect::<Result<_, _>>()?;
        let mut mails = vec![EncodedEmail::new("", composition, &tail)?];
        mails.extend(translations);
        Ok(Self { identity, keys, signers, head, mails })
    }

    /// Marks every message as a test, for programs that look.
    #[must_use]
    pub fn as_test(mut self) -> Self {
        self.head.push_str("X-Roundup-Test: 1\r\n");
        self
    }

    /// What was composed, in all its languages.
    pub fn composition(&self) -> &Composition {
        &self.mails[0].composition
    }

    /// What was composed in the language that a person gets.
    pub fn composition_of(&self, recipient: &Recipient) -> &Composition {
        &self.mail_of(recipient).composition
    }

    /// The email in the language that stands in a person's column `language`, or else in the newsletter's own.
    fn mail_of(&self, recipient: &Recipient) -> &EncodedEmail {
        let own = &self.mails[0];
        if self.mails.len() == 1 {
            return own;
        }
        let wanted = recipient.values.get("language").map_or("", String::as_str);
        let code = language_code(wanted);
        self.mails.iter().skip(1).find(|mail| mail.language == code).unwrap_or(own)
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The HTML and the text as this person sees them, for previews.
    pub fn seen_by(&self, recipient: &Recipient) -> (String, String, String) {
        let mail = self.mail_of(recipient);
        let variant = mail.variant(recipient);
        let token = self.keys.unsubscribe_token(&recipient.address);
        let url = self.identity.unsubscribe_url(&token);
        let fill = |pieces: &[Piece]| filled(&mail.filler, pieces, &recipient.values, &url);
        (fill(mail.composition.subject_of(variant)), fill(&variant.html), fill(&variant.text))
    }

    /// The header fields of one person's message, in order, without the signatures.
    fn head_of(&self, mail: &EncodedEmail, recipient: &Recipient) -> Head {
        let token = self.keys.unsubscribe_token(&recipient.address);
        let unsubscribe_url = self.identity.unsubscribe_url(&token);
        let message_id = format!(
            "{}@{}",
            self.keys.message_id(&mail.composition.edition, &recipient.address),
            self.identity.domain()
        );
        let to = Mailbox {
            name: recipient.name().and_then(|name| DisplayName::parse(&name).ok()),
            address: recipient.address.clone(),
        };
        let subject =
            filled(&mail.filler, mail.subject(recipient), &recipient.values, &unsubscribe_url);
        let by_mail = self.identity.unsubscribe_mail(&token);
        let https = self.identity.public_url.as_ref().map(|_| unsubscribe_url.as_str());
        let fields = [
            self.head.as_str(),
            &mailbox_field("To", &to),
            &text_field("Subject", &subject),
            &format!("Message-ID: <{message_id}>\r\n"),
            &list::unsubscribe(https, &by_mail),
            &mail.tail,
        ]
        .concat();
        Head { fields, message_id, unsubscribe_url }
    }

    /// One person's message.
    pub fn personalise(&self, recipient: &Recipient) -> Message {
        let mail = self.mail_of(recipient);
        let Head { fields, message_id, unsubscribe_url: url } = self.head_of(mail, recipient);
        let parts = mail.body(recipient);
        let mut bytes = Vec::with_capacity(fields.len() + fixed_bytes(parts) + ROOM_BYTES);
        bytes.extend_from_slice(fields.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        let body = bytes.len();
        let mut value = String::new();
        for part in parts {
            match part {
                BodyPart::Fixed(fixed) => bytes.extend_from_slice(fixed),
                BodyPart::Slot(place) => {
                    value.clear();
                    mail.filler.fill(place, &recipient.values, &url, &mut value);
                    quoted_printable::encode_piece(&value, &mut bytes);
                }
            }
        }
        sign(&self.signers, &fields, body, &mut bytes);
        Message {
            envelope: Envelope {
                sender: self.identity.returned_to(&message_id),
                recipient: recipient.address.clone(),
            },
            message_id,
            bytes,
        }
    }
}

/// Room for slots and a signature, so that a message is written into memory once.
const ROOM_BYTES: usize = 8 * 1024;

/// Puts the signatures before the fields. The body begins at `body`, and is canonical (see `rfc::quoted_printable`).
pub fn sign(signers: &[Signer], fields: &str, body: usize, bytes: &mut Vec<u8>) {
    if signers.is_empty() {
        return;
    }
    let fields = split_fields(fields);
    let signatures: String =
        signers.iter().map(|signer| signer.sign(&fields, &bytes[body..])).collect();
    bytes.splice(0..0, signatures.into_bytes());
}

/// Header text as whole fields: a line that begins with white space belongs to the one before.
fn split_fields(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(end) = text[at..].find("\r\n") {
        at += end + 2;
        if !text[at..].starts_with([' ', '\t']) {
            fields.push(&text[start..at]);
            start = at;
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Europe::London;
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;
    use crate::audience::Values;
    use crate::compose::composition::Variant;
    use crate::compose::{Slot, SlotContext};

    pub(super) fn settings() -> Settings {
        Settings {
            name: "Example Charity — news".to_owned(),
            address: "news@charity.example".to_owned(),
            reply_to: Some("hello@charity.example".to_owned()),
            bounce_address: None,
            bounce_tokens: false,
            list_id: None,
            unsubscribe_address: None,
            public_url: None,
        }
    }

    fn composition() -> Composition {
        let text = |text: &str| Piece::Text(text.to_owned());
        let slot = |index, context| Piece::Slot(crate::compose::SlotPlace::new(index, context));
        Composition {
            edition: "2020".to_owned(),
            subject: vec![text("For "), slot(0, SlotContext::Header)],
            preheader: String::new(),
            variants: vec![Variant {
                subject: None,
                preheader: Vec::new(),
                segments: BTreeSet::new(),
                html: vec![
                    text("<p>Dear "),
                    slot(0, SlotContext::HtmlText),
                    text("</p>\n.dot\n--x <a href=\""),
                    slot(1, SlotContext::HtmlAddress),
                    text("\">bye</a>"),
                ],
                text: vec![
                    text("Dear "),
                    slot(0, SlotContext::PlainText),
                    text(",\n\n.dot  é\nFrom here\n"),
                ],
                mjml: String::new(),
            }],
            slots: vec![
                Slot::Field { name: "first_name".to_owned(), fallback: "friend".to_owned() },
                Slot::UnsubscribeUrl,
            ],
            segments: BTreeSet::new(),
            unknown_segments: Vec::new(),
            density: crate::compose::Density::Cards,
            more: 0,
            stories: Vec::new(),
            translations: Vec::new(),
        }
    }

    pub(super) fn skeleton(settings: &Settings) -> MessageTemplate {
        MessageTemplate::new(
            composition(),
            Sender::new(settings).unwrap(),
            Keys::new(b"secret"),
            Vec::new(),
            "2020-12-31T12:00:00Z".parse().unwrap(),
            London,
        )
        .unwrap()
    }

    pub(super) fn person(name: &str) -> Recipient {
        Recipient {
            address: EmailAddress::parse("ann@example.org").unwrap(),
            values: [("first_name".to_owned(), name.to_owned())].into(),
            segments: BTreeSet::new(),
        }
    }

    #[test]
    fn an_independent_parser_reads_what_was_meant() {
        let skeleton = skeleton(&settings());
        let message = skeleton.personalise(&person("Zoë"));
        let parsed = MessageParser::default().parse(&message.bytes).unwrap();
        assert_eq!(parsed.subject(), Some("For Zoë"));
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Example Charity — news"));
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ann@example.org"));
        assert_eq!(parsed.message_id(), Some(message.message_id.as_str()));
        let (_, html, text) = skeleton.seen_by(&person("Zoë"));
        assert_eq!(parsed.body_html(0).unwrap().replace("\r\n", "\n"), html);
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
        let header = String::from_utf8_lossy(&message.bytes);
        for field in [
            "From:",
            "To:",
            "Subject:",
            "Date:",
            "Message-ID:",
            "List-Id:",
            "List-Unsubscribe:",
            "MIME-Version:",
        ] {
            assert_eq!(
                header.matches(&format!("\r\n{field}")).count()
                    + usize::from(header.starts_with(field)),
                1,
                "{field}"
            );
        }
    }

    #[test]
    fn one_click_needs_a_public_address() {
        let bytes = |settings: &Settings| {
            String::from_utf8(skeleton(settings).personalise(&person("A")).bytes).unwrap()
        };
        assert!(!bytes(&settings()).contains("List-Unsubscribe-Post"));
        let public =
            Settings { public_url: Some("https://news.charity.example/".to_owned()), ..settings() };
        let message = bytes(&public);
        assert!(message.contains("List-Unsubscribe: <https://news.charity.example/unsubscribe/1."));
        assert!(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    }

    #[test]
    fn two_people_differ_in_slots_and_nowhere_else() {
        let skeleton = skeleton(&settings());
        let fixed = |name: &str, address: &str| {
            let recipient =
                Recipient { address: EmailAddress::parse(address).unwrap(), ..person(name) };
            let message = skeleton.personalise(&recipient);
            let text = String::from_utf8(message.bytes).unwrap();
            let token = skeleton.keys.unsubscribe_token(&recipient.address);
            text.replace("=\r\n", "")
                .replace(&message.message_id, "ID")
                .replace(&token.replace('.', "=2E"), "TOKEN")
                .replace(&token, "TOKEN")
                .replace(address, "ADDRESS")
                .replace(name, "NAME")
        };
        assert_eq!(fixed("Annabel", "ann@example.org"), fixed("Bartholomew", "bob@example.net"));
    }

    #[test]
    fn settings_that_are_wrong_are_named() {
        let error = |change: fn(&mut Settings)| {
            let mut settings = settings();
            change(&mut settings);
            Sender::new(&settings).unwrap_err().to_string()
        };
        assert!(error(|s| s.address = "news".to_owned()).starts_with("`address` under [sender]"));
        assert!(error(|s| s.name = "a\nb".to_owned()).starts_with("`name` under [sender]"));
        assert!(error(|s| s.public_url = Some("http://x.example".to_owned())).contains("https://"));
        assert!(error(|s| s.list_id = Some("x>\r\ny".to_owned())).contains("list_id"));
    }

    proptest! {
        #[test]
        fn hostile_names_arrive_as_they_are_and_change_nothing_else(name in "[\\PC\\r\\n\\t.]{0,80}|\u{202e}x|(é\u{1F600}){30}|\\.\\r\\n\\.\\r\\n") {
            let skeleton = skeleton(&settings());
            let values: Values = [("first_name".to_owned(), name)].into();
            let recipient = Recipient { values, ..person("") };
            let message = skeleton.personalise(&recipient);
            let text = String::from_utf8(message.bytes.clone()).unwrap();
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare line end");
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.starts_with('.')));
            let parsed = MessageParser::default().parse(&message.bytes).unwrap();
            let (subject, html, text) = skeleton.seen_by(&recipient);
            prop_assert_eq!(parsed.body_html(0).unwrap().replace("\r\n", "\n"), html);
            prop_assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
            prop_assert_eq!(parsed.subject().unwrap_or("").trim(), crate::rfc::text::one_line(&subject));
            prop_assert_eq!(parsed.headers().len(), 12);
        }
    }

    #[test]
    fn a_copy_may_come_back_to_an_address_of_its_own() {
        let settings = Settings {
            name: "Example Charity".to_owned(),
            address: "news@charity.example".to_owned(),
            reply_to: None,
            bounce_address: Some("bounces@charity.example".to_owned()),
            bounce_tokens: true,
            list_id: None,
            unsubscribe_address: None,
            public_url: None,
        };
        let token = "00af1af79342652db3daafdd3c2a555d";
        let id = format!("{token}@charity.example");
        let sender = Sender::new(&settings).unwrap();
        let address = sender.returned_to(&id).to_string();
        assert_eq!(address, format!("bounces+{token}@charity.example"));
        let plain = Sender::new(&Settings { bounce_tokens: false, ..settings.clone() }).unwrap();
        assert_eq!(plain.returned_to(&id).to_string(), "bounces@charity.example");
        let long = Some(format!("{}@charity.example", "b".repeat(32)));
        let long = Settings { bounce_address: long, ..settings };
        assert_eq!(Sender::new(&long), Err(IdentityError::BounceName));
    }
}
