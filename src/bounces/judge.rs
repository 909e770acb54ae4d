//! What a status and a server's words come to: who is at fault, the person's mailbox, we, or the hour (RFC 3463).
//! Pure: words in, a kind out.
//!
//! A server's own words win over a status that contradicts them, and words about us win over all others: nobody is written
//! off for what is our fault.

use super::NoticeKind;
use super::fields::within;
use super::words::{Sense, plain, reasons_in};
use crate::providers::{RefusalKind, meaning};
use crate::rfc::reply::{EnhancedStatus, Reply, Stage};

/// What is read of a server's words. The longest replies have ten lines.
const LONGEST_WORDS_BYTES: usize = 4096;
/// How `IronPort` begins each refusal of an address, whatever the server said of it.
const GATEWAY_WORDS: &str = " unknown address error ";
/// Replies in one text.
const MOST_REPLIES: usize = 20;
/// One reply.
const LONGEST_REPLY_BYTES: usize = 800;
/// What is shown as the reason.
const LONGEST_REASON_BYTES: usize = 300;

/// A kind with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub kind: NoticeKind,
    /// The most exact status there is.
    pub status: Option<EnhancedStatus>,
    /// A server's words.
    pub reason: String,
}

/// Judges a status field and a server's words; either may be missing.
pub(super) fn judge(status: Option<EnhancedStatus>, words: &str) -> Judgement {
    let words = within(words, LONGEST_WORDS_BYTES);
    let replies = replies_in(words);
    let own = replies.iter().find_map(|reply| reply.enhanced).or_else(|| enhanced_in(words));
    // A server's own code is nearer to the fact than the field of the system that wrote the notice.
    let nearest = match (own, status) {
        (Some(own), _) if own.class != 2 => Some(own),
        (own, status) => status.or(own),
    };
    let senses = reasons_in(&plain(words).replace(GATEWAY_WORDS, " "));
    let by_table = by_table(&replies, words, nearest);
    let kind = decided(&senses, by_table, nearest, &replies);
    Judgement { kind, status: nearest, reason: reason_of(words) }
}

fn decided(
    senses: &[Sense],
    by_table: Option<TableVote>,
    status: Option<EnhancedStatus>,
    replies: &[Reply],
) -> NoticeKind {
    let passes = status.map_or_else(
        || replies.first().is_some_and(Reply::is_transient),
        |status| status.class == 4,
    );
    let by_status = status.and_then(kind_of_status);
    let is_full = status.is_some_and(|status| (status.subject, status.detail) == (2, 2));
    let sense = senses.first().copied();
    if sense == Some(Sense::Us) {
        return if is_full && senses.contains(&Sense::Full) {
            NoticeKind::Soft
        } else {
            NoticeKind::Policy
        };
    }
    let gone = if passes { NoticeKind::Soft } else { NoticeKind::Hard };
    if let Some(vote) = by_table {
        // Single words of the table are less sure than a sentence about the mailbox, or than a code and words that agree.
        let is_doubtful = vote.kind == NoticeKind::Policy
            && (!vote.is_specific || by_status == Some(NoticeKind::Hard) || is_full);
        match sense {
            Some(Sense::Gone) if is_doubtful => return gone,
            Some(Sense::Full) if is_doubtful => return NoticeKind::Soft,
            // The notice's own words about a connection, without a reply.
            Some(Sense::Passes) if is_doubtful && replies.is_empty() => return NoticeKind::Soft,
            _ => return vote.kind,
        }
    }
    match sense {
        Some(Sense::Us) => NoticeKind::Policy,
        Some(Sense::Full | Sense::Passes) => NoticeKind::Soft,
        Some(Sense::Gone) => gone,
        Some(Sense::PerhapsGone) if status.is_some_and(|status| status.subject == 7) => {
            NoticeKind::Policy
        }
        // "Recipient address rejected" stands before every reason; trouble of the system is no fault of the address.
        Some(Sense::PerhapsGone) if status.is_some_and(|status| status.subject == 3) => {
            by_status.unwrap_or(gone)
        }
        Some(Sense::PerhapsGone) => gone,
        Some(Sense::Later) => by_status
            .filter(|kind| matches!(kind, NoticeKind::Policy | NoticeKind::Hard))
            .unwrap_or(NoticeKind::Soft),
        Some(Sense::PerhapsUs) => by_status.unwrap_or(NoticeKind::Policy),
        // Other senses are not reasons.
        _ => by_status
            .or_else(|| replies.first().and_then(kind_of_code))
            .unwrap_or(NoticeKind::Unknown),
    }
}

/// What the table of replies says.
#[derive(Clone, Copy)]
struct TableVote {
    kind: NoticeKind,
    /// By what is known of one provider or server, not by single words that many use.
    is_specific: bool,
}

/// By the table of replies: a refusal that is about us in any of them is about us.
fn by_table(replies: &[Reply], words: &str, status: Option<EnhancedStatus>) -> Option<TableVote> {
    let invented;
    let replies = if replies.is_empty() {
        let status = status?;
        let code = if status.class == 4 { 450 } else { 550 };
        let text = within(words, LONGEST_REPLY_BYTES).to_owned();
        invented = [Reply { code, enhanced: Some(status), lines: vec![text] }];
        &invented[..]
    } else {
        replies
    };
    let mut first = None;
    let refusals = replies.iter().filter(|reply| !reply.is_positive()).enumerate();
    // A server that hangs up after a refusal says nothing more about its reason.
    for (_, reply) in refusals.filter(|(at, reply)| *at == 0 || reply.code != 421) {
        let found = meaning(Stage::Dot, reply);
        // A code by itself is looked at later, after the words.
        if found.provider.is_empty() {
            continue;
        }
        let is_specific = !found.provider.ends_with(" in general");
        let Some(kind) = kind_of_refusal(found.kind, reply.is_permanent()) else { continue };
        let vote = TableVote { kind, is_specific };
        if kind == NoticeKind::Policy {
            return Some(vote);
        }
        first = first.or(Some(vote));
    }
    first
}

fn kind_of_refusal(kind: RefusalKind, is_permanent: bool) -> Option<NoticeKind> {
    Some(match kind {
        RefusalKind::NoMailbox | RefusalKind::NoDomain | RefusalKind::Disabled => {
            if is_permanent {
                NoticeKind::Hard
            } else {
                NoticeKind::Soft
            }
        }
        RefusalKind::MailboxFull
        | RefusalKind::MailboxBusy
        | RefusalKind::Greylisting
        | RefusalKind::Trouble => NoticeKind::Soft,
        RefusalKind::Unclear => return None,
        _ => NoticeKind::Policy,
    })
}

/// What a status says when no words do.
fn kind_of_status(status: EnhancedStatus) -> Option<NoticeKind> {
    Some(match (status.class, status.subject, status.detail) {
        (2, ..) => NoticeKind::None,
        (4, ..) => NoticeKind::Soft,
        (_, 1, 1 | 2 | 3 | 6 | 10) | (_, 2, 1) => NoticeKind::Hard,
        (_, 1, 7 | 8 | 9 | 90) | (_, 2, 3) | (_, 3, 4) => NoticeKind::Policy,
        (_, 2, 2 | 4) | (_, 3 | 4, _) => NoticeKind::Soft,
        (_, 5..=7, _) => NoticeKind::Policy,
        _ => return None,
    })
}

/// What three digits say when there is nothing else (RFC 5321 section 4.2.3, RFC 7504).
fn kind_of_code(reply: &Reply) -> Option<NoticeKind> {
    match reply.code {
        400..=499 | 552 => Some(NoticeKind::Soft),
        521 | 551 | 556 => Some(NoticeKind::Hard),
        530 | 534 | 535 | 555 => Some(NoticeKind::Policy),
        _ => None,
    }
}

/// The replies of servers in a text.
pub(super) fn replies_in(text: &str) -> Vec<Reply> {
    let starts = code_places(text);
    let mut replies: Vec<Reply> = Vec::new();
    for (at, (start, code)) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(text.len(), |next| next.0);
        let said = text.get(start + 3..end).unwrap_or_default();
        let said = within(said, LONGEST_REPLY_BYTES).trim_start_matches(['-', ' ', ':']);
        let enhanced =
            enhanced_in(within(said, 40)).filter(|found| u16::from(found.class) == code / 100);
        // Further lines of the same reply.
        match replies.last_mut() {
            Some(last) if last.code == *code => {
                last.enhanced = last.enhanced.or(enhanced);
                last.lines.push(said.to_owned());
            }
            _ => replies.push(Reply { code: *code, enhanced, lines: vec![said.to_owned()] }),
        }
    }
    replies
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

/// The words as one line of moderate length.
fn reason_of(words: &str) -> String {
    // `smtp; 550 no` of a report.
    let own = words.split_once(';').filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("smtp"));
    let mut out = String::new();
    for word in own.map_or(words, |own| own.1).split_whitespace() {
        if out.len() + word.len() + 1 > LONGEST_REASON_BYTES {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !c.is_control()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<EnhancedStatus> {
        EnhancedStatus::parse_prefix(text)
    }

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
            let found: Vec<u16> = replies_in(text).iter().map(|reply| reply.code).collect();
            assert_eq!(found, codes, "{text}");
        }
    }

    #[test]
    fn words_win_over_a_status_and_words_about_us_over_all() {
        use NoticeKind::{Hard, None, Policy, Soft, Unknown};
        for (field, words, kind) in [
            ("5.1.1", "smtp; 550 5.1.1 User unknown", Hard),
            ("5.1.1", "", Hard),
            ("5.1.1", "smtp; 550 5.7.1 IP address blacklisted by example", Policy),
            ("5.1.0", "smtp; 550 5.1.0 SPF check failed", Policy),
            ("5.0.0", "smtp; 550 listed at zen.spamhaus.org", Policy),
            ("5.0.0", "smtp; 550 No such user here", Hard),
            ("5.0.0", "", Unknown),
            ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", Hard),
            ("5.7.1", "smtp; 550 5.7.1 Recipient address rejected: Access denied", Policy),
            ("5.2.2", "smtp; 552 5.2.2 Over quota", Soft),
            ("5.2.3", "smtp; 552 5.2.3 Message size exceeds the maximum", Policy),
            ("5.7.515", "smtp; 550 5.7.515 Access denied, sending domain", Policy),
            ("4.4.1", "connect to mx.example.org[192.0.2.1]:25: Connection timed out", Soft),
            ("4.4.7", "smtp; 450 4.1.1 User unknown", Soft),
            ("5.4.4", "Host or domain name not found. Name service error for name=x type=A", Hard),
            ("5.4.4", "", Soft),
            ("5.4.6", "too many hops", Soft),
            ("2.0.0", "", None),
            ("5.5.0", "smtp; 550 Requested action not taken: mailbox unavailable", Hard),
            ("", "550 5.1.1 The email account that you tried to reach does not exist", Hard),
            ("", "nothing that is known", Unknown),
            ("5.1.1", "550 5.1.1 User unknown; see the header of your message", Hard),
            ("5.1.0", "5.1.0 - Unknown address error 550-'5.7.1 Access denied'", Policy),
            ("5.1.0", "5.1.0 - Unknown address error 550-'5.1.1 no such user'", Hard),
            (
                "5.2.3",
                "552 5.2.3 Recipient address rejected: Message length exceeds the limit",
                Policy,
            ),
            ("5.3.0", "554 5.3.0 Recipient address rejected: Mailer error", Soft),
            (
                "4.4.2",
                "lost connection with mx.example.org while performing the HELO handshake",
                Soft,
            ),
            ("5.0.0", "Remote host said: 501 5.0.0 Invalid domain name", Policy),
            ("5.0.0", "The recipient server did not accept our requests to connect.", Soft),
            ("5.5.0", "550 5.5.0 Invalid recipient 421 4.7.0 Error: too many errors", Hard),
            ("5.0.0", "550 Mailbox is frozen", Soft),
        ] {
            assert_eq!(judge(status(field), words).kind, kind, "{field} {words}");
        }
    }
}
