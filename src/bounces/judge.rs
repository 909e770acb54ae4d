//! What a status and a server's words come to: who is at fault, the person's mailbox, we, or the hour (RFC 3463).
//! Pure: words in, a kind out.
//!
//! A server's own words win over a status that contradicts them, and words about us win over all others: nobody is written
//! off for what is our fault, and a mailer's words around a server's reply never decide that a mailbox is gone.

use super::NoticeKind;
use super::absence::{Absence, AbsentParty, Parties, is_before_recipient};
use super::fields::within;
use super::replies::{LONGEST_REPLY_BYTES, QuotedReply, enhanced_in, replies_in};
use super::words::{PhraseMeaning, plain, reasons_in, with_idioms};
use crate::providers::{RefusalKind, meaning};
use crate::rfc::reply::{EnhancedStatus, Reply, Stage};

/// What is read of a server's words. The longest replies have ten lines.
const LONGEST_WORDS_BYTES: usize = 4096;
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
    /// A server's own words say something else than its status: no status makes it final.
    pub is_contested: bool,
}

/// What there is to judge.
#[derive(Debug, Clone, Copy)]
pub(super) struct JudgedWords<'a> {
    /// A status field.
    pub status: Option<EnhancedStatus>,
    /// A server's words, or a notice's. May be empty.
    pub words: &'a str,
    /// The point of the session, where other words of the notice say it.
    pub stage: Option<Stage>,
    pub parties: &'a Parties,
}

/// Judges a status field and a server's words; either may be missing.
pub(super) fn judge(judged: &JudgedWords<'_>) -> Judgement {
    let words = within(judged.words, LONGEST_WORDS_BYTES);
    let quoted = replies_in(words);
    let own = quoted.iter().find_map(|one| one.reply.enhanced).or_else(|| enhanced_in(words));
    // A server's own code is nearer to the fact than the field of the system that wrote the notice.
    let nearest = match (own, judged.status) {
        (Some(own), _) if own.class != 2 => Some(own),
        (own, status) => status.or(own),
    };
    let said = said_in(&quoted);
    let is_said = said.contains(char::is_alphabetic);
    let mut senses = reasons_in(&ready(if is_said { &said } else { words }));
    if is_said && senses.is_empty() {
        senses = reasons_in(&ready(words));
        senses.retain(|sense| {
            !matches!(
                sense,
                PhraseMeaning::Gone | PhraseMeaning::PerhapsGone | PhraseMeaning::Later
            )
        });
    }
    let replies: Vec<Reply> = quoted.iter().map(|one| one.reply.clone()).collect();
    let by_table = by_table(&replies, words, nearest);
    let decided = match decided(&senses, by_table, nearest, &replies) {
        // No later try finds a server for a domain that says it has none (RFC 7505), though some call that passing.
        NoticeKind::Soft if says_no_server(words) => NoticeKind::Hard,
        kind => kind,
    };
    let first = quoted.iter().find(|one| !one.reply.is_positive());
    let absence = Absence {
        stage: first.and_then(|one| one.stage).or(judged.stage),
        code: first.map(|one| one.reply.code),
        status: nearest,
        words: if is_said { &said } else { words },
        is_well_known: by_table.is_some_and(|vote| vote.is_specific),
        is_servers: first.is_some() || own.is_some(),
    };
    // A status that only the mailer made up, of a reply in words that are not known.
    let has_code = replies.first().and_then(kind_of_code).is_some();
    let is_guess = is_said && own.is_none() && !has_code && by_table.is_none() && senses.is_empty();
    let kind = if is_guess && decided == NoticeKind::Hard {
        NoticeKind::Unknown
    } else {
        acquitted(decided, &senses, &absence, judged.parties)
    };
    let is_contested = !is_guess && decided == NoticeKind::Hard && kind != NoticeKind::Hard;
    Judgement { kind, status: nearest, reason: reason_of(words), is_contested }
}

/// A kind that stands against the person only where it is the person's mailbox that is not there.
fn acquitted(
    kind: NoticeKind,
    senses: &[PhraseMeaning],
    absence: &Absence<'_>,
    parties: &Parties,
) -> NoticeKind {
    let strongest = senses.first().copied();
    let is_absence = match kind {
        NoticeKind::Hard => true,
        NoticeKind::Soft => {
            matches!(strongest, Some(PhraseMeaning::Gone | PhraseMeaning::PerhapsGone))
        }
        _ => false,
    };
    let is_final = absence.code.is_some_and(|code| code >= 500);
    let is_ours = is_final && is_before_recipient(absence.stage) && kind != NoticeKind::None;
    if is_ours {
        return NoticeKind::Policy;
    }
    if !is_absence {
        return kind;
    }
    if absence.is_filter(parties) {
        return NoticeKind::Unknown;
    }
    match absence.party(parties) {
        AbsentParty::Recipient => kind,
        AbsentParty::Us => NoticeKind::Policy,
        AbsentParty::Unclear => NoticeKind::Unknown,
    }
}

fn says_no_server(words: &str) -> bool {
    let words = plain(words);
    [
        "null mx",
        "nullmx",
        "receive email according to the administrator",
        "indicated no smtp service",
    ]
    .iter()
    .any(|saying| words.contains(saying))
}

/// The words of all refusals that a text quotes.
fn said_in(quoted: &[QuotedReply]) -> String {
    let refusals = quoted.iter().filter(|one| !one.reply.is_positive());
    refusals.map(QuotedReply::words).collect::<Vec<_>>().join("\n")
}

/// A text as its phrases are looked for, with the hosts of its links: some servers give no other reason than a link to a
/// block list.
fn ready(words: &str) -> String {
    let mut ready = with_idioms(plain(words));
    for link in words.split_whitespace().filter_map(|word| word.split_once("://")) {
        let host = link.1.split(['/', '?', ':', '#']).next().unwrap_or_default();
        ready.push_str(&host.to_lowercase());
        ready.push(' ');
    }
    ready
}

fn decided(
    senses: &[PhraseMeaning],
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
    if sense == Some(PhraseMeaning::Us) {
        return if is_full && senses.contains(&PhraseMeaning::Full) {
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
            Some(PhraseMeaning::Gone) if is_doubtful => return gone,
            Some(PhraseMeaning::Full) if is_doubtful => return NoticeKind::Soft,
            // The notice's own words about a connection, without a reply.
            Some(PhraseMeaning::Passes) if is_doubtful && replies.is_empty() => {
                return NoticeKind::Soft;
            }
            _ => return vote.kind,
        }
    }
    match sense {
        Some(PhraseMeaning::Us) => NoticeKind::Policy,
        Some(PhraseMeaning::Full | PhraseMeaning::Passes) => NoticeKind::Soft,
        Some(PhraseMeaning::Gone) => gone,
        Some(PhraseMeaning::PerhapsGone) if status.is_some_and(|status| status.subject == 7) => {
            NoticeKind::Policy
        }
        // "Recipient address rejected" stands before every reason; trouble of the system is not a fault of the address.
        Some(PhraseMeaning::PerhapsGone) if status.is_some_and(|status| status.subject == 3) => {
            by_status.unwrap_or(gone)
        }
        Some(PhraseMeaning::PerhapsGone) => gone,
        Some(PhraseMeaning::Later) => by_status
            .filter(|kind| matches!(kind, NoticeKind::Policy | NoticeKind::Hard))
            .unwrap_or(NoticeKind::Soft),
        Some(PhraseMeaning::PerhapsUs) => by_status.unwrap_or(NoticeKind::Policy),
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
        (4, 1, 7 | 8) => NoticeKind::Policy,
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

    fn judged(field: &str, words: &str) -> NoticeKind {
        let parties = Parties {
            ours: vec!["bounces@charity.example".to_owned(), "news@charity.example".to_owned()],
            recipient: "ann@example.org".to_owned(),
            filters_after_data: false,
        };
        judge(&JudgedWords { status: status(field), words, stage: None, parties: &parties }).kind
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
            ("5.3.5", "lowest numbered MX record points to local host", Soft),
            ("5.0.0", "MX loops back to myself", Soft),
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
            ("5.1.3", "553 http://www.spamhaus.org/query/bl?ip=192.0.2.1", Policy),
            ("5.1.1", "550 5.1.1 no such user, see https://support.example.org/?p=spam", Hard),
        ] {
            assert_eq!(judged(field, words), kind, "{field} {words}");
        }
    }

    #[test]
    fn words_about_us_are_about_us_in_every_language() {
        for words in [
            "Absender gesperrt: Ihre IP steht auf einer schwarzen Liste",
            "Ihre Nachricht wurde abgelehnt: zu viele Verbindungen",
            "expéditeur refusé, votre serveur est sur une liste noire",
            "Votre adresse IP a une mauvaise réputation",
            "Remitente rechazado: su dirección IP está en una lista negra",
            "Mittente bloccato: il vostro IP è in una lista nera",
            "Remetente bloqueado: o seu IP está numa lista de bloqueio",
            "Afzender geblokkeerd, uw IP staat op een zwarte lijst",
            "Din IP finns på svarta listan",
            "Afsender blokeret, serveren er sortlistet",
            "Nadawca zablokowany: adres na czarnej liście",
            "Odesílatel je blokován, adresa je na černé listině",
            "A cím feketelistán van",
            "Отправитель заблокирован: ваш IP в черном списке",
            "IP adresiniz kara listede",
            "Lähettäjän palvelin on mustalla listalla",
            "あなたのIPアドレスはブラックリストに登録されています",
            "您的IP已被列入黑名单",
            "귀하의 IP 주소가 블랙리스트에 있습니다",
            ":  AOL will not accept delivery of this message.",
        ] {
            for status in ["5.1.1", "5.2.1", "5.1.2"] {
                for words in [format!("550 {status} {words}"), format!("521 {status} {words}")] {
                    assert_eq!(judged(status, &words), NoticeKind::Policy, "{words}");
                }
            }
        }
        for words in [
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            "550 5.4.1 All recipient addresses rejected : Access denied. AS(201806271)",
        ] {
            assert_eq!(judged("5.4.1", words), NoticeKind::Hard, "{words}");
        }
    }
}
