//! What an email to the unsubscribe address wants (RFC 2369 section 3.2, RFC 3834).
//! Pure: an email's bytes in, one value out.

use mail_parser::{HeaderName, Message, MessageParser};

use crate::rfc::address::EmailAddress;

/// An unsubscribe email has a few hundred bytes; whoever attaches a photograph is still understood.
pub const LONGEST_EMAIL_BYTES: usize = 1024 * 1024;
/// Words of an email that might be tokens. More are somebody's attempt to keep us busy.
const MOST_TOKENS: usize = 16;
const TOKEN_LENGTHS: std::ops::RangeInclusive<usize> = 20..=80;
/// A request stands in the first lines that people write themselves.
const FIRST_LINES: usize = 5;

/// What an email wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailRequest {
    /// Its sender wants to leave. Whoever holds the keys tries the words that might be tokens, in their order.
    Leave {
        tokens: Vec<String>,
        /// Counts only where no token is right.
        from: Option<EmailAddress>,
        /// They say so in words, with or without a token.
        in_words: bool,
    },
    /// A program answered: nobody wants anything.
    AutoReply,
    /// For people to read.
    Other,
    /// Not an email at all.
    Unreadable,
}

/// Reads the first `LONGEST_EMAIL_BYTES` of an email.
pub fn read(bytes: &[u8]) -> EmailRequest {
    let bytes = &bytes[..bytes.len().min(LONGEST_EMAIL_BYTES)];
    let Some(message) = MessageParser::default().parse(bytes) else {
        return EmailRequest::Unreadable;
    };
    if message.headers().is_empty() || (message.from().is_none() && message.subject().is_none()) {
        return EmailRequest::Unreadable;
    }
    let subject = message.subject().unwrap_or_default();
    let mut tokens = words_like_tokens(subject);
    let asks_by_subject = !tokens.is_empty() && asks_to_leave(subject);
    if is_automatic(&message, asks_by_subject) {
        return EmailRequest::AutoReply;
    }
    tokens.extend(recipients(&message).iter().flat_map(|text| words_like_tokens(text)));
    let body = message.body_text(0).unwrap_or_default();
    let first = first_lines(&body);
    // A token that somebody else's forwarded email holds is theirs: only a line of the sender's own counts.
    for line in &first {
        if asks_to_leave(line) {
            tokens.extend(words_like_tokens(line));
        }
    }
    tokens.dedup();
    tokens.truncate(MOST_TOKENS);
    let in_words = asks_to_leave(without_reply_marks(subject))
        || first.first().is_some_and(|line| asks_to_leave(line));
    if tokens.is_empty() && !in_words {
        return EmailRequest::Other;
    }
    EmailRequest::Leave { tokens, from: sender(&message), in_words }
}

fn sender(message: &Message<'_>) -> Option<EmailAddress> {
    let from = message.from()?;
    // Two senders are nobody, in one field or in two.
    let fields =
        message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("From")).count();
    if fields > 1 {
        return None;
    }
    let mut addresses = from.iter().filter_map(|address| address.address());
    let (first, more) = (addresses.next()?, addresses.next());
    if more.is_some() {
        return None;
    }
    EmailAddress::parse(first).ok()
}

/// The addresses it was sent to, where `unsubscribe+TOKEN@` may stand.
fn recipients(message: &Message<'_>) -> Vec<String> {
    let fields = ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"];
    message
        .headers_raw()
        .filter(|(name, _)| fields.iter().any(|field| name.eq_ignore_ascii_case(field)))
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Fields by which a program says that it answers by itself: RFC 3834 section 5, and what autoresponders wrote before it.
/// A value of "no" says the opposite.
const ANSWERS: [&str; 8] = [
    "X-Autoreply",
    "X-Autoreply-From",
    "X-Autorespond",
    "X-Auto-Respond",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "X-Vacation",
    "X-MS-Exchange-Inbox-Rules-Loop",
];
/// How the subjects of automatic replies and of returned mail begin.
const AUTOMATIC_SUBJECTS: [&str; 18] = [
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto-reply",
    "auto:",
    "autosvar",
    "out of office",
    "out of the office",
    "réponse automatique",
    "respuesta automática",
    "abwesenheit",
    "automatische antwort",
    "ateb awtomatig",
    "undeliverable",
    "undelivered mail",
    "delivery status notification",
    "mail delivery failed",
    "returned mail",
];

/// Whether nobody wrote this: a program's answer (RFC 3834 section 5), a bounce, or a report.
///
/// Two strengths. Some fields say that a program *answers*: then nobody wants anything, whatever the subject holds. Others
/// only say that a program *wrote* or that nobody takes an answer: an unsubscribe email that a provider or a mail program
/// makes for a person looks the same. There a subject that is our own link's, `unsubscribe TOKEN`, decides: an answer's
/// subject never begins so.
fn is_automatic(message: &Message<'_>, asks_by_subject: bool) -> bool {
    let raw = |name: &str| {
        message
            .headers_raw()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_lowercase())
    };
    let submitted = raw("Auto-Submitted")
        .map(|value| value.split([';', ' ', '(']).next().unwrap_or_default().to_owned());
    let precedence = raw("Precedence").unwrap_or_default();
    let subject = message.subject().unwrap_or_default().trim().to_lowercase();
    let is_report = message
        .header_raw(HeaderName::ContentType)
        .is_some_and(|value| value.trim().to_lowercase().starts_with("multipart/report"));
    let answers = is_report
        || submitted.as_deref() == Some("auto-replied")
        || ANSWERS.iter().any(|name| raw(name).is_some_and(|value| value != "no"))
        || matches!(precedence.as_str(), "auto_reply" | "auto-reply")
        || AUTOMATIC_SUBJECTS.iter().any(|begin| subject.starts_with(begin));
    if answers || asks_by_subject {
        return answers;
    }
    submitted.is_some_and(|word| word != "no")
        || raw("X-Autogenerated").is_some_and(|value| value != "no")
        || raw("X-Auto-Response-Suppress").is_some_and(|value| value != "none")
        || matches!(precedence.as_str(), "bulk" | "junk" | "list")
        || raw("Return-Path").is_some_and(|value| value == "<>")
        || is_from_a_mail_system(message)
}

/// The names under which mail servers write (RFC 5321 section 4.5.1, RFC 2142 section 5).
fn is_from_a_mail_system(message: &Message<'_>) -> bool {
    let addresses = message.from().into_iter().flat_map(mail_parser::Address::iter);
    addresses.filter_map(|address| address.address()).any(|address| {
        let local = address.split('@').next().unwrap_or_default().to_lowercase();
        matches!(local.as_str(), "mailer-daemon" | "postmaster")
    })
}

/// The words of a text that are made of the characters of tokens.
pub fn words_of_token_signs(text: &str) -> impl Iterator<Item = &str> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.split(move |c: char| !is_sign(c))
}

/// Whether a word has the form of a token. Whether it is one only the keys know.
pub fn is_like_a_token(word: &str) -> bool {
    TOKEN_LENGTHS.contains(&word.len()) && word.matches('.').count() >= 2
}

fn words_like_tokens(text: &str) -> Vec<String> {
    words_of_token_signs(text)
        .map(|word| word.trim_matches('.'))
        .filter(|word| is_like_a_token(word))
        .take(MOST_TOKENS)
        .map(str::to_owned)
        .collect()
}

/// The first lines that the sender wrote themself: no quotation, and nothing behind its head or a signature's line.
fn first_lines(body: &str) -> Vec<&str> {
    body.lines()
        .map(str::trim)
        .take_while(|line| *line != "--" && !is_head_of_quotation(line))
        .filter(|line| !line.is_empty() && !line.starts_with('>'))
        .take(FIRST_LINES)
        .collect()
}

fn is_head_of_quotation(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.starts_with("-----")
        || lower.starts_with("________")
        || lower.starts_with("from:")
        || (lower.starts_with("on ") && lower.ends_with("wrote:"))
        || lower.starts_with("begin forwarded message")
}

fn without_reply_marks(subject: &str) -> &str {
    let mut rest = subject.trim();
    loop {
        let mark = ["re:", "aw:", "sv:", "fwd:", "fw:", "tr:", "ateb:"].into_iter().find(|mark| {
            rest.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
        });
        match mark {
            Some(mark) => rest = rest[mark.len()..].trim_start(),
            None => return rest,
        }
    }
}

/// Whether a line is a request to leave: it begins with one of these words, after a greeting or a "please".
fn asks_to_leave(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let mut rest = lower.as_str();
    for polite in
        ["please", "could you please", "can you please", "hi,", "hello,", "dear all,", "kindly"]
    {
        rest = rest.strip_prefix(polite).unwrap_or(rest).trim_start_matches([' ', ',', ':']);
    }
    let begins = [
        "unsubscribe",
        "un-subscribe",
        "un subscribe",
        "opt out",
        "opt me out",
        "opt-out",
        "remove me",
        "remove my email",
        "remove my address",
        "take me off",
        "stop sending me",
        "stop emailing me",
        "i want to unsubscribe",
        "i would like to unsubscribe",
        "i'd like to unsubscribe",
        "i wish to unsubscribe",
        "désinscription",
        "désinscrire",
        "me désinscrire",
        "désabonner",
        "désabonnement",
        "abmelden",
        "abmeldung",
        "dad-danysgrifio",
        "dileu tanysgrifiad",
        "إلغاء الاشتراك",
    ];
    rest == "stop" || rest == "stop." || begins.iter().any(|begin| begins_with_word(rest, begin))
}

/// "unsubscribe" and "unsubscribe me", but not "unsubscribed" or "unsubscribers".
fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| rest.chars().next().is_none_or(|next| !next.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1.AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB";

    fn email(head: &str, body: &str) -> EmailRequest {
        read(format!("{head}\n\n{body}").replace('\n', "\r\n").as_bytes())
    }

    fn leaves_by_token(request: &EmailRequest) -> bool {
        matches!(request, EmailRequest::Leave { tokens, .. } if tokens.first().is_some_and(|t| t == TOKEN))
    }

    #[test]
    fn a_token_in_the_subject_the_address_or_the_senders_own_line() {
        let from = "From: Ann <ann@example.org>\nTo: news@charity.example";
        let encoded =
            "=?utf-8?B?dW5zdWJzY3JpYmUgMS5BQUFBQUFBQUFBQUFBQUFBLkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=?=";
        for (head, body) in [
            (format!("{from}\nSubject: unsubscribe {TOKEN}"), ""),
            (format!("{from}\nSubject: Unsubscribe {TOKEN}\nMIME-Version: 1.0"), "x"),
            (format!("{from}\nSubject: {encoded}"), ""),
            (format!("{from}\nSubject: unsubscribe\n {TOKEN}"), ""),
            (
                format!(
                    "From: ann@example.org\nTo: <unsubscribe+{TOKEN}@charity.example>\nSubject: x"
                ),
                "",
            ),
            (format!("{from}\nDelivered-To: unsubscribe+{TOKEN}@charity.example\nSubject: x"), ""),
            (
                format!("{from}\nSubject: unsubscribe {TOKEN}\nAuto-Submitted: auto-generated"),
                "This was sent by your mail program.",
            ),
            (format!("{from}\nSubject: unsubscribe {TOKEN}\nAuto-Submitted: no"), ""),
        ] {
            let request = email(&head, body);
            assert!(leaves_by_token(&request), "{head}: {request:?}");
        }
        let line = email(&format!("{from}\nSubject: hello"), &format!("unsubscribe {TOKEN}"));
        assert!(leaves_by_token(&line));
        // dW5zdWJzY3JpYmUg… is "unsubscribe" and the token again.
        let base64 = email(
            &format!(
                "{from}\nSubject: hello\nContent-Type: text/plain\nContent-Transfer-Encoding: base64"
            ),
            "dW5zdWJzY3JpYmUgMS5BQUFBQUFBQUFBQUFBQUFBLkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=",
        );
        assert!(leaves_by_token(&base64));
    }

    #[test]
    fn words_without_a_token_count_for_the_sender() {
        let ann = EmailAddress::parse("ann@example.org").unwrap();
        for (subject, body) in [
            ("unsubscribe", ""),
            ("Re: Unsubscribe", ""),
            ("AW: RE: December news", "Please unsubscribe me.\n\n> December news"),
            ("December news", "Hello,\nSTOP"),
            ("STOP", ""),
            ("Please remove me from your list", ""),
            ("x", "please take me off this list"),
            ("désinscription", ""),
        ] {
            let head = format!("From: Ann <ann@example.org>\nSubject: {subject}");
            let EmailRequest::Leave { tokens, from, in_words } = email(&head, body) else {
                // "Hello," stands before the word: people read that themselves.
                assert_eq!(body, "Hello,\nSTOP", "{subject}");
                continue;
            };
            assert!(tokens.is_empty() && in_words, "{subject}");
            assert_eq!(from, Some(ann.clone()), "{subject}");
        }
    }

    #[test]
    fn what_others_wrote_below_changes_nothing() {
        let head = "From: bob@example.org\nSubject: Fwd: December news";
        for body in [
            format!("Look at this!\n\nOn Friday Ann wrote:\nunsubscribe {TOKEN}"),
            format!("> unsubscribe {TOKEN}"),
            format!("Nice.\n-- \nunsubscribe {TOKEN}"),
            format!("-----Original Message-----\nunsubscribe {TOKEN}"),
            format!("https://charity.example/u/{TOKEN}"),
            "We unsubscribed from nothing".to_owned(),
            "Unsubscribed people are many".to_owned(),
        ] {
            assert_eq!(email(head, &body), EmailRequest::Other, "{body}");
        }
        // A request of Bob's that quotes Ann's email is Bob's.
        let request =
            email(head, &format!("Please unsubscribe me\n\n> https://charity.example/u/{TOKEN}"));
        let bob = EmailAddress::parse("bob@example.org").ok();
        assert_eq!(request, EmailRequest::Leave { tokens: vec![], from: bob, in_words: true });
    }

    #[test]
    fn programs_that_answer_want_nothing() {
        let base = format!("From: ann@example.org\nSubject: Re: unsubscribe {TOKEN}");
        for field in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-replied (vacation)",
            "Auto-Submitted: auto-replied; owner-email=a@example.org",
            "Auto-Submitted: auto-generated",
            "X-Autoreply: yes",
            "X-Autorespond: unsubscribe",
            "X-Autogenerated: Reply",
            "X-Auto-Response-Suppress: All",
            "Precedence: auto_reply",
            "Precedence: junk",
            "Return-Path: <>",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        ] {
            assert_eq!(email(&format!("{base}\n{field}"), "x"), EmailRequest::AutoReply, "{field}");
        }
        for subject in
            ["Automatic reply: unsubscribe", "Out of Office Re: x", "Réponse automatique"]
        {
            let head = format!("From: ann@example.org\nSubject: {subject}");
            assert_eq!(email(&head, "unsubscribe"), EmailRequest::AutoReply, "{subject}");
        }
    }

    #[test]
    fn what_a_program_sends_for_a_person_counts_by_the_token_in_its_subject() {
        let base = format!("From: ann@example.org\nSubject: unsubscribe {TOKEN}");
        for (field, leaves) in [
            ("Return-Path: <>", true),
            ("X-Autogenerated: Unsubscribe", true),
            ("Auto-Submitted: auto-generated", true),
            ("Auto-Submitted: auto-notified", true),
            ("X-Auto-Response-Suppress: All", true),
            ("Precedence: bulk", true),
            ("X-Autoreply: no", true),
            ("Auto-Submitted: auto-replied", false),
            ("X-Autoreply: yes", false),
            ("Precedence: auto_reply", false),
            ("Content-Type: multipart/report; boundary=b", false),
        ] {
            let request = email(&format!("{base}\n{field}"), "");
            assert_eq!(leaves_by_token(&request), leaves, "{field}: {request:?}");
        }
        // Without a token the words of a program count for nobody.
        for from in ["MAILER-DAEMON@example.org", "postmaster@example.org"] {
            let request = email(&format!("From: {from}\nSubject: unsubscribe"), "");
            assert_eq!(request, EmailRequest::AutoReply, "{from}");
        }
    }

    #[test]
    fn two_senders_are_nobody_and_no_email_is_unreadable() {
        let request = email("From: a@example.org, b@example.org\nSubject: unsubscribe", "");
        assert_eq!(request, EmailRequest::Leave { tokens: vec![], from: None, in_words: true });
        let two = email("From: a@example.org\nFrom: b@example.org\nSubject: unsubscribe", "");
        assert_eq!(two, request);
        assert_eq!(read(b""), EmailRequest::Unreadable);
        assert_eq!(read(b"\xff\xd8\xff\xe0 a picture"), EmailRequest::Unreadable);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_end_the_process(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
            read(&bytes);
        }

        #[test]
        fn no_text_ends_the_process(text in "(From|To|Subject|Auto-Submitted|Content-Type): \\PC{0,40}\r\n\\PC{0,200}") {
            read(text.as_bytes());
        }
    }
}
