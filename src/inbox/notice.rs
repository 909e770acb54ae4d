//! A name for an email that stays the same however often and wherever it is read.
//! Pure: bytes in, a word out.

use aws_lc_rs::digest;

use crate::rfc::base16;
use crate::rfc::text::with_plain_line_ends;

/// Fields that mail servers, filters and mail programs add or change on the way to a mailbox and in it.
const CHANGING: [&str; 17] = [
    "received",
    "x-received",
    "received-spf",
    "return-path",
    "delivered-to",
    "x-delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "authentication-results",
    "delivery-date",
    "status",
    "x-status",
    "x-keywords",
    "x-uid",
    "x-mozilla-status",
    "x-mozilla-status2",
];
/// How the names of such fields begin.
const CHANGING_STARTS: [&str; 3] = ["x-spam", "x-virus", "arc-"];

fn is_changing(name: &[u8]) -> bool {
    let starts = |start: &&str| {
        name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
    };
    CHANGING.iter().any(|field| name.eq_ignore_ascii_case(field.as_bytes()))
        || CHANGING_STARTS.iter().any(starts)
}

/// The SHA-256 of an email without what changes on its way, and without the empty lines at its end: an mbox parts emails
/// with one.
pub fn notice_of(bytes: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut in_head = true;
    let mut is_left_out = false;
    let bytes = with_plain_line_ends(bytes);
    let end = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
    // What ends in a line end has an empty piece behind it.
    for line in bytes[..end].split(|byte| *byte == b'\n').chain([&b""[..]]) {
        if in_head {
            in_head = !line.is_empty();
            let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
            if !is_folded {
                let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
                is_left_out = is_changing(name);
            }
            if is_left_out {
                continue;
            }
        }
        context.update(line);
        context.update(b"\n");
    }
    base16::encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_matter_how_an_email_came_and_where_it_lies() {
        let email = "Received: from a\r\n by b\r\nSubject: unsubscribe\r\n\r\nReceived: text\r\n";
        let same =
            "RECEIVED: from c\nStatus: RO\nSubject: unsubscribe\nX-UID: 7\n\nReceived: text\n";
        assert_eq!(notice_of(email.as_bytes()), notice_of(same.as_bytes()));
        for field in [
            "Delivered-To: bounces@charity.example",
            "Return-Path: <>",
            "X-Spam-Status: No,\n\tscore=0",
        ] {
            let other = format!("{field}\n{same}");
            assert_eq!(notice_of(email.as_bytes()), notice_of(other.as_bytes()), "{field}");
        }
        let plain = "Subject: unsubscribe\n\nReceived: text\n";
        for end in ["\n", "\r\n", "\r", "\r\r\n"] {
            for more in ["", "\n", "\n\n"] {
                let other = format!("{plain}{more}").replace('\n', end);
                assert_eq!(notice_of(email.as_bytes()), notice_of(other.as_bytes()), "{other:?}");
            }
        }
        for other in ["Subject: unsubscribe\n\n", "Subject: unsubscribe \n\nReceived: text\n", ""] {
            assert_ne!(notice_of(email.as_bytes()), notice_of(other.as_bytes()), "{other}");
        }
    }
}
