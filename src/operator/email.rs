//! A notice as an email (RFC 5322) to one address, signed like every message, and marked as sent by a program (RFC 3834).
//! Pure: words in, bytes out.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::OperatorNotice;
use crate::message::{Envelope, Message, Sender, sign};
use crate::rfc::address::{EmailAddress, Mailbox};
use crate::rfc::dkim::Signer;
use crate::rfc::header::{mailbox_field, text_field};
use crate::rfc::quoted_printable;

/// Who writes, and when.
#[derive(Debug)]
pub struct NoticeOrigin<'a> {
    pub identity: &'a Sender,
    pub organisation: &'a str,
    pub signers: &'a [Signer],
    pub at: DateTime<Utc>,
    pub zone: Tz,
    /// What no other notice has.
    pub number: &'a str,
}

/// The notice as it goes over the wire. It does not belong to an edition: nothing in it leads back to a row, a list or a token.
pub fn email(notice: &OperatorNotice, to: EmailAddress, origin: &NoticeOrigin<'_>) -> Message {
    let identity = origin.identity;
    let message_id = format!("notice.{}@{}", origin.number, identity.domain());
    let fields = [
        mailbox_field("From", &identity.sender),
        mailbox_field("To", &Mailbox { name: None, address: to.clone() }),
        text_field("Subject", &format!("[roundup] {}", notice.subject)),
        format!("Message-ID: <{message_id}>\r\n"),
        format!("Date: {}\r\n", origin.at.with_timezone(&origin.zone).to_rfc2822()),
        "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n".to_owned(),
        format!("X-Roundup-Notice: {}\r\n", notice.topic.word()),
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n".to_owned(),
        "Content-Transfer-Encoding: quoted-printable\r\n".to_owned(),
    ]
    .concat();
    let mut bytes = format!("{fields}\r\n").into_bytes();
    let body = bytes.len();
    quoted_printable::encode_piece(&notice.text(origin.organisation), &mut bytes);
    bytes.extend_from_slice(b"\r\n");
    sign(origin.signers, &fields, body, &mut bytes);
    Message {
        // Without a token: what comes back is about no copy.
        envelope: Envelope { sender: identity.bounce_address.clone(), recipient: to },
        message_id,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::super::NoticeTopic;
    use super::*;

    #[test]
    fn it_is_one_plain_email_whatever_the_words() {
        let settings = crate::message::Settings {
            name: "Example Charity".to_owned(),
            address: "news@charity.example".to_owned(),
            reply_to: None,
            bounce_address: Some("bounces@charity.example".to_owned()),
            bounce_tokens: true,
            list_id: None,
            unsubscribe_address: None,
            public_url: None,
        };
        let identity = Sender::new(&settings).unwrap();
        let origin = NoticeOrigin {
            identity: &identity,
            organisation: "Example Charity",
            signers: &[],
            at: "2027-01-05T10:00:00Z".parse().unwrap(),
            zone: Tz::Europe__London,
            number: "7",
        };
        let to = || EmailAddress::parse("sam@charity.example").unwrap();
        for words in ["it is paused", "a\r\nBcc: evil@evil.example", ".\r\nQUIT", "Café – ü", ""]
        {
            let notice = OperatorNotice::new(NoticeTopic::Paused, words, words, words);
            let message = email(&notice, to(), &origin);
            let text = String::from_utf8(message.bytes).unwrap();
            assert!(text.ends_with("\r\n") && !text.lines().any(|line| line.starts_with('.')));
            let fields = text.split("\r\n\r\n").next().unwrap();
            assert!(!fields.lines().any(|line| line.starts_with("Bcc:")), "{text}");
            assert!(
                !text.contains("List-Unsubscribe") && text.matches("charity.example").count() == 3
            );
            let parsed = mail_parser::MessageParser::new().parse(text.as_bytes()).unwrap();
            assert!(parsed.body_text(0).unwrap().contains("under [notify]"));
            assert_eq!(message.envelope.sender.as_str(), "bounces@charity.example");
        }
    }
}
