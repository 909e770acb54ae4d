//! A name for an email that stays the same however often and wherever it is read.
//! Pure: bytes in, a word out.

use aws_lc_rs::digest;

use crate::rfc::base16;

/// Fields that mail servers and mail programs add or change on the way to a mailbox and in it.
const CHANGING: [&str; 7] = [
    "received",
    "status",
    "x-status",
    "x-keywords",
    "x-uid",
    "x-mozilla-status",
    "x-mozilla-status2",
];

/// The SHA-256 of an email without what changes on its way.
pub fn notice_of(bytes: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut in_head = true;
    let mut is_left_out = false;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if in_head {
            in_head = !line.is_empty();
            let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
            if !is_folded {
                let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
                is_left_out =
                    CHANGING.iter().any(|field| name.eq_ignore_ascii_case(field.as_bytes()));
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
        for other in ["Subject: unsubscribe\n\n", "Subject: unsubscribe \n\nReceived: text\n", ""] {
            assert_ne!(notice_of(email.as_bytes()), notice_of(other.as_bytes()), "{other}");
        }
    }
}
