//! Notices of plain words only: who is named in them, and what is said of each.
//! Pure: text in, people out.
//!
//! qmail, Exim, Exchange 2003, Lotus Notes and many others write for people. An address by itself on a line, or behind
//! `RCPT TO:`, is a person's; one in a sentence may be anybody's. Words that follow an address are about it.

use super::addresses::{FoundAddress, addresses_in, is_of_a_server};
use super::fields::{field_of, within};

/// Lines of a notice that are looked at. What is longer quotes an email.
const MOST_LINES: usize = 2000;
const LONGEST_LINE_BYTES: usize = 4096;
/// What is kept of the lines about one person.
const LONGEST_WORDS_BYTES: usize = 8192;

/// A person named in a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPerson {
    pub address: String,
    /// The address that they are known by, where a server says that it made this one of it.
    pub made_of: Option<String>,
    /// The lines about them.
    pub words: String,
    /// Of those, the ones up to the first empty line.
    pub first_words: String,
    weight: u8,
}

/// A notice's words without the mail that it returns, and the text of that mail.
pub(super) fn split(text: &str) -> (&str, &str) {
    let (mut at, mut seen) = (0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let is_head = begins_a_head(&text[at..]);
        let is_mark = seen > 0 && announces_a_copy(line);
        if is_head || is_mark {
            return text.split_at(at);
        }
        seen += usize::from(!line.trim().is_empty());
        at += line.len();
        if number > MOST_LINES {
            break;
        }
    }
    text.split_at(at)
}

/// Fields that an email on its way has, and no sentence.
const SURE_FIELDS: [&str; 9] = [
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "dkim-signature",
    "x-mailer",
    "delivered-to",
    "content-type",
    "content-transfer-encoding",
];

/// Whether three fields in a row begin here, one of which only an email has.
fn begins_a_head(text: &str) -> bool {
    let (mut fields, mut is_sure) = (0, false);
    // A summary of an email is indented, and so are some returned heads: only servers write these two fields.
    let is_indented = text.starts_with([' ', '\t']);
    for line in text.lines().take(8) {
        let line = within(line, 200);
        let is_rest = fields > 0 && line.starts_with([' ', '\t']) && !line.trim().is_empty();
        match field_of(line.trim_start()) {
            Some((name, _)) => {
                let name = name.to_ascii_lowercase();
                if matches!(
                    name.as_str(),
                    "final-recipient" | "original-recipient" | "action" | "status"
                ) {
                    return false;
                }
                fields += 1;
                is_sure |= if is_indented {
                    name == "received" || name == "return-path"
                } else {
                    SURE_FIELDS.contains(&name.as_str())
                };
            }
            _ if is_rest => {}
            _ => break,
        }
    }
    fields >= 3 && is_sure
}

/// Whether a line says that a copy of the mail follows.
fn announces_a_copy(line: &str) -> bool {
    if line.len() > 200 {
        return false;
    }
    let lower = line.to_lowercase();
    let is_ruled = lower.trim().starts_with("--")
        || lower.trim().starts_with("==")
        || lower.trim().starts_with("**");
    let words = [
        "below this line is",
        "original message",
        "returned message",
        "unsent message",
        "message headers follow",
        "header of the original",
        "copy of the message",
        "copy of your message",
        "copy of the original",
        "copy of the returned",
        "originalnachricht",
        "original-nachricht",
        "ursprüngliche nachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "元のメッセージ",
        "原始邮件",
    ];
    let follows = [
        "original message follows",
        "included is a copy of",
        "below is a copy of",
        "here is a copy of the first part",
        "a copy of the message is attached",
        "the original message is attached",
        "message headers follow",
        "es folgt der header",
    ];
    (is_ruled && words.iter().any(|words| lower.contains(words)))
        || follows.iter().any(|words| lower.trim().starts_with(words))
}

/// The people of a notice while they are found, each with the line that names them best.
#[derive(Default)]
struct NamedPeople {
    people: Vec<(usize, NamedPerson)>,
    /// Addresses that a server made of others.
    made_of: Vec<(String, String)>,
}

impl NamedPeople {
    fn add(&mut self, number: usize, address: &str, weight: u8) {
        let is_room = self.people.len() < super::MOST_PEOPLE;
        let known =
            self.people.iter_mut().find(|(_, one)| one.address.eq_ignore_ascii_case(address));
        match known {
            Some((place, one)) if weight > one.weight => {
                one.weight = weight;
                *place = number;
            }
            None if is_room => {
                let person = NamedPerson {
                    address: address.to_owned(),
                    made_of: None,
                    words: String::new(),
                    first_words: String::new(),
                    weight,
                };
                self.people.push((number, person));
            }
            _ => {}
        }
    }

    fn add_original(&mut self, address: &str) {
        if let Some((_, last)) = self.people.last() {
            self.made_of.push((last.address.clone(), address.to_owned()));
        }
    }

    /// The surest of them, each with the lines up to the next.
    fn with_words(self, lines: &[&str]) -> Vec<NamedPerson> {
        let Self { mut people, made_of } = self;
        let best = people.iter().map(|(_, one)| one.weight).max().unwrap_or_default();
        people.retain(|(_, one)| one.weight >= best.min(4));
        // Addresses in sentences are guesses: one of them at most.
        if best < 3 {
            people.truncate(1);
        }
        people.sort_by_key(|(place, _)| *place);
        let places: Vec<usize> = people.iter().map(|(place, _)| *place).collect();
        let people = people.into_iter().enumerate();
        people
            .map(|(at, (place, person))| {
                let end = places.iter().skip(at + 1).find(|next| **next > place);
                let about = &lines[place..end.copied().unwrap_or(lines.len())];
                let first = about.iter().position(|line| line.trim().is_empty());
                let original = made_of.iter().find(|(made, _)| *made == person.address);
                NamedPerson {
                    made_of: original.map(|(_, one)| one.clone()),
                    words: joined(about),
                    first_words: joined(&about[..first.unwrap_or(about.len())]),
                    ..person
                }
            })
            .collect()
    }
}

/// Lines as one text, as far as anybody reads it.
fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        text.push('\n');
        if text.len() > LONGEST_WORDS_BYTES {
            break;
        }
    }
    text
}

/// The people that a notice names. `known` are those the returned mail was for; `ours` is who wrote it and who gets the
/// notice.
pub(super) fn people_in(prose: &str, known: &[String], ours: &[String]) -> Vec<NamedPerson> {
    let lines: Vec<&str> =
        prose.lines().take(MOST_LINES).map(|line| within(line, LONGEST_LINE_BYTES)).collect();
    // Exchange says whom the email was for, and then whom it did not reach.
    let failed = lines
        .iter()
        .position(|line| line.to_lowercase().contains("did not reach the following recipient"));
    let after = failed.map(|failed| named_from(&lines, failed + 1, known, ours));
    after.filter(|people| !people.is_empty()).unwrap_or_else(|| named_from(&lines, 0, known, ours))
}

/// Those named from a line on.
fn named_from(lines: &[&str], start: usize, known: &[String], ours: &[String]) -> Vec<NamedPerson> {
    let mut people = NamedPeople::default();
    let mut last_line = "";
    for (number, line) in lines.iter().enumerate().skip(start) {
        for found in addresses_in(line) {
            if is_of_a_server(found.address) {
                continue;
            }
            let before = line[..found.from].to_lowercase();
            if before.contains("generated from") || before.contains("expanded from") {
                if addresses_in(last_line).is_empty() {
                    // "an undisclosed address (generated from ann@example.org)"
                    people.add(number, found.address, 4);
                } else {
                    people.add_original(found.address);
                }
                continue;
            }
            let is = |one: &String| one.eq_ignore_ascii_case(found.address);
            let weight = match weight_of(line, &found, last_line) {
                0 => continue,
                weight if known.iter().any(is) => weight + 2,
                weight if ours.iter().any(is) => weight.min(1),
                weight => weight,
            };
            people.add(number, found.address, weight);
        }
        if !line.trim().is_empty() {
            last_line = line;
        }
    }
    people.with_words(lines)
}

/// What stands before an address of a person whose mail came back.
const LEADS: [&str; 32] = [
    "undeliverable to",
    "gateway for",
    "rcpt to",
    "recipient",
    "recipients",
    "final-recipient: rfc822;",
    "original-recipient: rfc822;",
    "addressed to",
    "failed recipient",
    "unknown user",
    "user unknown",
    "no such user",
    "invalid address",
    "following address",
    "following recipient",
    "delivering your mail to",
    "delivery to",
    "deliver to",
    "deliver message to",
    "deliver your message to",
    "delivered to",
    "message to",
    "mail to",
    "sent to",
    "allowed size",
    "mailbox for",
    "for user",
    "address",
    "empfänger",
    "destinataire",
    "destinatario",
    "宛先",
];

/// Whose address it is when these words stand right before it.
const OTHERS: [&str; 22] = [
    "from",
    "mail from",
    "sender",
    "by",
    "contact",
    "reply-to",
    "return-path",
    "reporting-mta",
    "postmaster",
    "administrator",
    "support",
    "help",
    "email us at",
    "write to",
    "von",
    "absender",
    "de",
    "expéditeur",
    "remitente",
    "message-id",
    "message id",
    "差出人",
];

/// How surely an address is the person's: 0 for others', 4 where it stands by itself.
fn weight_of(line: &str, found: &FoundAddress<'_>, last_line: &str) -> u8 {
    const AROUND: [char; 16] =
        ['<', '>', '"', '\'', '*', '-', '•', '|', '[', ']', '(', ')', ':', '#', '=', ' '];
    let before =
        line[..found.from].trim_matches(|c: char| AROUND.contains(&c) || c == '\t').to_lowercase();
    let after = line[found.to..].trim_start_matches(['>', '"', '\'', ']', ' ', '\t']);
    let behind = |words: &[&str]| {
        words.iter().any(|word| {
            before.strip_suffix(word).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        })
    };
    if behind(&OTHERS) || last_line.trim().to_lowercase().ends_with("mail from") {
        return 0;
    }
    // A list's number, or the server's mark of what it sent.
    let is_first = before.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '>');
    if is_first {
        let ends = after.is_empty()
            || after.starts_with([':', '(', ';', ',', '.', '-', '/', '|', '<', ')'])
            || after.starts_with("...");
        return if ends { 4 } else { 3 };
    }
    if behind(&LEADS) {
        return 4;
    }
    if before.ends_with("to")
        || before.ends_with("an")
        || before.ends_with("à")
        || before.ends_with("für")
    {
        return 3;
    }
    if super::replies::replies_in(line).is_empty() { 1 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(prose: &str) -> Vec<String> {
        let ours = ["news@charity.example".to_owned()];
        people_in(prose, &[], &ours).into_iter().map(|one| one.address).collect()
    }

    #[test]
    fn people_are_named_in_many_ways() {
        for prose in [
            "<ann@example.org>:\nno mailbox here by that name",
            "The following address(es) failed:\n\n  ann@example.org\n    550 no",
            ">>> RCPT TO:<ann@example.org>\n<<< 550 no\nWrite to help@mx.example for help",
            "There was an error delivering your mail to <ann@example.org>.",
            "\"ann@example.org\":\nSMTP error",
            "Unknown user: ann@example.org",
            "550 5.1.1 <ann@example.org>... User unknown\nfrom news@charity.example",
            "  To: ann@example.org\n  Subject: x\ndid not reach them. Questions? Contact it@example.net",
            "  To: list@example.net\n\ndid not reach the following recipient(s):\n\nann@example.org on Friday",
            "did not reach the following recipient(s):\n\nc=US;a= ;p=X;dda:SMTP=ann@example.org; on Friday",
            "failed:\n\n  an undisclosed address\n    (generated from ann@example.org)\n",
        ] {
            assert_eq!(named(prose), ["ann@example.org"], "{prose}");
        }
        assert_eq!(
            named("<ann@example.org>:\nfull\n\n<bob@example.org>:\nunknown"),
            ["ann@example.org", "bob@example.org"]
        );
        assert!(named("Mail from news@charity.example").is_empty());
    }

    #[test]
    fn words_belong_to_the_address_before_them() {
        let people = people_in("<a@x.org>:\nfull\n\n<b@x.org>:\nunknown\n", &[], &[]);
        assert!(people[0].words.contains("full") && !people[0].words.contains("unknown"));
        assert!(people[1].words.contains("unknown"));
        let made = people_in("  box@x.org\n    (generated from ann@x.org)\n    550 no", &[], &[]);
        assert_eq!(made[0].made_of.as_deref(), Some("ann@x.org"));
    }

    #[test]
    fn the_returned_mail_is_cut_off() {
        for text in [
            "words\n\n--- Below this line is a copy of the message.\n\nTo: x",
            "words\n\nReceived: from a\n\tby b\nFrom: x\nTo: y\n",
            "words\n\n   ----- Unsent message follows -----\nTo: x",
        ] {
            assert_eq!(split(text).0.trim(), "words", "{text}");
        }
        let exchange = "Your message\n\n  To: a\n  Subject: b\n  Sent: c\n\ndid not arrive\n";
        assert_eq!(split(exchange).0, exchange);
    }
}
