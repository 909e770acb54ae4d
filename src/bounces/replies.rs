//! Replies of servers that a text quotes, each with the command that it answered, where the text says so.
//! Pure: text in, replies out.

use super::fields::within;
use crate::rfc::reply::{EnhancedStatus, Reply, Stage};

/// Replies in one text.
const MOST_REPLIES: usize = 20;
/// One reply.
pub(super) const LONGEST_REPLY_BYTES: usize = 800;
/// How far before a reply the command may stand that it answers.
const LONGEST_LEAD_BYTES: usize = 600;

/// A reply that a text quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuotedReply {
    pub reply: Reply,
    /// The point of the session at which it came.
    pub stage: Option<Stage>,
}

impl QuotedReply {
    /// Its words, without codes.
    pub fn words(&self) -> String {
        self.reply.lines.join("\n")
    }
}

/// The replies of servers in a text.
pub(super) fn replies_in(text: &str) -> Vec<QuotedReply> {
    let starts = code_places(text);
    let mut replies: Vec<QuotedReply> = Vec::new();
    let mut last_start = 0;
    for (at, (start, code)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(text.len(), |next| next.0);
        let said = text.get(start + 3..end).unwrap_or_default();
        let said = up_to_the_next_command(within(said, LONGEST_REPLY_BYTES));
        let said = said.trim_start_matches(['-', ' ', ':']);
        let enhanced =
            enhanced_in(within(said, 40)).filter(|found| u16::from(found.class) == code / 100);
        let lead = last_bytes(&text[last_start..*start], LONGEST_LEAD_BYTES);
        let stage = stage_named(said, true).or_else(|| stage_named(lead, false));
        last_start = *start;
        // Further lines of the same reply.
        match replies.last_mut() {
            Some(last) if last.reply.code == *code => {
                last.reply.enhanced = last.reply.enhanced.or(enhanced);
                last.reply.lines.push(said.to_owned());
                last.stage = last.stage.or(stage);
            }
            _ => {
                let reply = Reply { code: *code, enhanced, lines: vec![said.to_owned()] };
                replies.push(QuotedReply { reply, stage });
            }
        }
    }
    replies
}

/// A reply's words end where a transcript goes on with our next command, or its mailer with its own decision.
fn up_to_the_next_command(said: &str) -> &str {
    let mut end = 0;
    for line in said.split_inclusive('\n') {
        let line_start = line.trim_start();
        let is_other =
            [">>>", "-->", "Giving up on"].iter().any(|mark| line_start.starts_with(mark));
        if end > 0 && (is_other || line_start.is_empty()) {
            break;
        }
        end += line.len();
    }
    &said[..end]
}

/// The longest end of a text that has at most this number of bytes.
fn last_bytes(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// Commands, and how mailers call them (RFC 5321 section 4.1.1).
const COMMANDS: [(&str, Stage); 11] = [
    ("initial connection", Stage::Banner),
    ("ehlo", Stage::Hello),
    ("helo", Stage::Hello),
    ("starttls", Stage::Tls),
    ("mail from", Stage::Mail),
    ("mail", Stage::Mail),
    ("rcpt to", Stage::Recipient),
    ("rcpt", Stage::Recipient),
    ("data", Stage::Data),
    ("end of data", Stage::Dot),
    ("message body", Stage::Dot),
];

/// Whole phrases of mailers that name a command in other words.
const PHRASES: [(&str, Stage); 6] = [
    ("greeting failed", Stage::Banner),
    ("my name was rejected", Stage::Hello),
    ("sender was rejected", Stage::Mail),
    ("does not like recipient", Stage::Recipient),
    ("failed on data command", Stage::Data),
    ("failed after i sent the message", Stage::Dot),
];

/// What stands right before a command that a reply answers.
const LEADS: [&str; 15] = [
    ">>>",
    "-->",
    "after",
    "pipelined",
    "reply to",
    "response to",
    "answer to",
    "during",
    "sent:",
    "command:",
    "command was:",
    "command is:",
    "command",
    "performing the",
    "sending",
];

/// The command that a text names last. `surely`: only where the text says that the reply answers it, because a server may
/// name a command in its own words.
fn stage_named(text: &str, surely: bool) -> Option<Stage> {
    let lower = text.to_ascii_lowercase();
    let mut last: Option<(usize, Stage)> = None;
    let mut add = |at: usize, stage: Stage| {
        if last.is_none_or(|(known, _)| at >= known) {
            last = Some((at, stage));
        }
    };
    for (command, stage) in COMMANDS {
        for (at, _) in lower.match_indices(command) {
            let (before, after) = (&lower[..at], &lower[at + command.len()..]);
            let is_word = !before.ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '-')
                && !after.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '-');
            let before = before.trim_end_matches([' ', '\t', '"', '\'', '<', '(', '\n']);
            let after = after.trim_start_matches([' ', '\t', '"', '\'', '>', '\n']);
            let is_transcript =
                [">>>", "-->", "smtp command"].iter().any(|mark| before.ends_with(mark));
            let is_answered = LEADS.iter().any(|lead| before.ends_with(lead))
                || after.strip_prefix("command").is_some_and(|rest| !rest.starts_with('s'));
            let is_whole = matches!(command, "mail from" | "rcpt to" | "ehlo" | "helo");
            let is_written =
                is_whole && !surely && (after.starts_with([':', '<']) || command.ends_with("lo"));
            // Sendmail shows its last command: behind DATA stand the answers to every RCPT before it.
            let is_other = stage == Stage::Data && (is_transcript || before.ends_with("end of"));
            if is_word && (is_answered || is_written) && !is_other {
                add(at, stage);
            }
        }
    }
    for (phrase, stage) in PHRASES {
        if let Some(at) = lower.rfind(phrase) {
            add(at, stage);
        }
    }
    last.map(|(_, stage)| stage)
}

/// Where replies begin: three digits that stand at a line's start, behind a colon or the like, or before a status.
fn code_places(text: &str) -> Vec<(usize, u16)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(three) = bytes.get(at..at + 3) {
        let place = at;
        at += 1;
        if !matches!(three, [b'2' | b'4' | b'5', b'0'..=b'5', b'0'..=b'9']) {
            continue;
        }
        let before = place.checked_sub(1).map(|before| bytes[before]);
        if before.is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@')
        }) {
            continue;
        }
        let rest = &bytes[place + 3..];
        let follows = rest.first().is_none_or(|byte| {
            matches!(byte, b' ' | b'-' | b':' | b'\n' | b',' | b'\t' | b'_' | b'#')
        });
        if !follows {
            continue;
        }
        let line = &bytes[..place];
        let lead = line.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        let is_led = lead.is_none_or(|byte| {
            matches!(byte, b'\n' | b':' | b';' | b'<' | b'>' | b'(' | b'[' | b'"' | b'\'' | b'=')
        });
        let has_status = std::str::from_utf8(&rest[..rest.len().min(12)])
            .is_ok_and(|rest| enhanced_in(rest).is_some());
        let word = last_word(line);
        let is_named = matches!(
            word.as_slice(),
            b"said" | b"error" | b"code" | b"smtp" | b"status" | b"reply" | b"response" | b"with"
        );
        if is_led || has_status || is_named {
            found.push((
                place,
                three.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0')),
            ));
            at = place + 3;
            if found.len() >= MOST_REPLIES {
                break;
            }
        }
    }
    found
}

/// The last word of some bytes, in lower case.
fn last_word(bytes: &[u8]) -> Vec<u8> {
    let near = &bytes[bytes.len().saturating_sub(24)..];
    let near = near.trim_ascii_end();
    let from = near.iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    near[from..].to_ascii_lowercase()
}

/// The first enhanced status of a text (RFC 3463), not a part of an address or a version.
pub(super) fn enhanced_in(text: &str) -> Option<EnhancedStatus> {
    let bytes = text.as_bytes();
    for at in 0..bytes.len() {
        if !matches!(bytes[at], b'2' | b'4' | b'5') || bytes.get(at + 1) != Some(&b'.') {
            continue;
        }
        let before = at.checked_sub(1).map(|before| bytes[before]);
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'@')) {
            continue;
        }
        let digits = |from: usize| {
            bytes[from..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count()
        };
        let subject = digits(at + 2);
        let dot = at + 2 + subject;
        if !(1..=3).contains(&subject) || bytes.get(dot) != Some(&b'.') {
            continue;
        }
        let detail = digits(dot + 1);
        let end = dot + 1 + detail;
        let goes_on = bytes.get(end) == Some(&b'.')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
            || bytes.get(end).is_some_and(u8::is_ascii_alphabetic);
        if !(1..=3).contains(&detail) || goes_on {
            continue;
        }
        let found = text.get(at..end).and_then(EnhancedStatus::parse_prefix);
        if let Some(found) = found.filter(|found| found.subject <= 7) {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_found_where_it_stands() {
        for (text, found) in [
            ("550 5.1.1 no", Some("5.1.1")),
            ("(#5.1.1)", Some("5.1.1")),
            ("#4.4.2: x", Some("4.4.2")),
            ("Exim 4.92.3", None),
            ("host [192.5.1.1]", None),
            ("5.1.1.1", None),
            ("Postfix 2.11.0", None),
            ("status=5.7.515.", Some("5.7.515")),
            ("15.1.1", None),
        ] {
            assert_eq!(
                enhanced_in(text).map(|found| found.to_string()).as_deref(),
                found,
                "{text}"
            );
        }
    }

    #[test]
    fn replies_are_found_and_numbers_are_not() {
        for (text, codes) in [
            ("550 no", vec![550]),
            ("host x said: 550-5.1.1 no\n550 5.1.1 more", vec![550]),
            ("smtp; 421 later", vec![421]),
            ("<<< 554 5.7.1 spam\n550 5.1.1 <a@b.org>... User unknown", vec![554, 550]),
            ("the message has 550 lines, at 12:45:50", vec![]),
            ("[192.0.2.250] 500px", vec![]),
            ("error 552: full", vec![552]),
        ] {
            let found: Vec<u16> = replies_in(text).iter().map(|quoted| quoted.reply.code).collect();
            assert_eq!(found, codes, "{text}");
        }
    }

    #[test]
    fn a_reply_is_read_with_the_command_that_it_answers() {
        use Stage::{Data, Dot, Hello, Mail, Recipient};
        for (text, stage) in [
            ("said: 550 no (in reply to MAIL FROM command)", Some(Mail)),
            ("said: 550 no (in reply to RCPT TO command)", Some(Recipient)),
            ("said: 550 no (in reply to end of DATA command)", Some(Dot)),
            ("said: 550 no (in reply to DATA command)", Some(Data)),
            ("said: 550 no (in reply to EHLO command)", Some(Hello)),
            (
                "SMTP error from remote mail server after MAIL FROM:<a@b.org> SIZE=1:\n 550 no",
                Some(Mail),
            ),
            ("remote mail server after pipelined MAIL FROM:<a@b.org>:\n550 no", Some(Mail)),
            ("after RCPT TO:<a@b.org>:\n    550-one\n    550 two", Some(Recipient)),
            ("after HELO mail.charity.example:\n 550 no", Some(Hello)),
            ("after end of data:\n 550 no", Some(Dot)),
            (">>> MAIL From:<a@b.org> SIZE=2\n<<< 550 no", Some(Mail)),
            (">>> RCPT To:<a@b.org>\n<<< 550 no\n>>> RSET", Some(Recipient)),
            (
                ">>> MAIL From:<a@b.org>\n<<< 250 ok\n>>> RCPT To:<c@b.org>\n<<< 550 no",
                Some(Recipient),
            ),
            (">>> DATA\n<<< 550 5.1.1 <a@b.org>... User unknown\n<<< 503 Need RCPT", None),
            (
                "Connected to 192.0.2.1 but sender was rejected.\nRemote host said: 550 no",
                Some(Mail),
            ),
            ("192.0.2.1 does not like recipient.\nRemote host said: 550 no", Some(Recipient)),
            ("error for MAIL FROM command: 550 no", Some(Mail)),
            ("While talking to mx, sent: MAIL FROM:<a@b.org>, received: 550 no", Some(Mail)),
            ("The failing command was: HELO x\n550 no", Some(Hello)),
            ("550 no such user, mail sent to data.example", None),
            ("I got mail from you: 550 no", None),
        ] {
            let found = replies_in(text).into_iter().find(|quoted| !quoted.reply.is_positive());
            assert_eq!(found.unwrap().stage, stage, "{text}");
        }
    }
}
