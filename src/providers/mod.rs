//! What mail providers' replies mean: about us, about the person, later, or unclear (RFC 5321, RFC 3463).
//! Pure: a stage and a reply in, their meaning out.
//!
//! The tables are data, by provider and with sources, in the order in which they are read: what is known of one provider
//! or server first, then the words that many use, then the enhanced codes. A reply that no row knows is unclear, and an
//! unclear reply marks nobody.

mod kind;
pub mod mailbox_hosts;
pub mod servers;
mod table;
mod words;

pub use kind::{Blame, RefusalKind};
use mailbox_hosts::filters_after_data;
use table::{ABOUT_US, GROUPS, ReplyRule};
pub use words::{Correspondents, replaced};
use words::{ReplyWords, has};

use crate::rfc::reply::{Reply, Stage};

/// What one reply means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    pub kind: RefusalKind,
    pub about: Blame,
    /// Whose row it is, for people who wonder; nothing when only the code or nothing was known.
    pub provider: &'static str,
}

/// The meaning of a refusal (4yz or 5yz) at a stage, where nothing is known of the message.
pub fn meaning(stage: Stage, reply: &Reply) -> Meaning {
    meaning_between(stage, reply, Correspondents::default())
}

/// The meaning of a refusal (4yz or 5yz) at a stage, to a message between two addresses.
pub fn meaning_between(stage: Stage, reply: &Reply, between: Correspondents<'_>) -> Meaning {
    let is_permanent = reply.is_permanent();
    let words = ReplyWords::of(reply, between);
    let known = GROUPS.iter().find_map(|group| {
        group.rows.iter().find(|row| row_fits(row, reply, &words.text)).map(|row| (group, row))
    });
    let (mut provider, mut kind) = ("", by_code(stage, reply));
    if let Some((group, row)) = known {
        (provider, kind) = (group.provider, row.2);
        // Of an account that is switched off it is the code that says whose it is.
        let of_mailbox = of_a_mailbox(stage, reply);
        if kind == RefusalKind::Licence && of_mailbox && !speaks_to_us(&words.text) {
            kind = by_code(stage, reply);
        } else if kind.may_be_about_a_person() && is_weak_beside_policy(row, reply) {
            kind = RefusalKind::Unclear;
        }
    }
    // A provider's own code for a mailbox that takes mail from its people only says why: "authentication required".
    let is_own_code = known.is_some_and(|(_, row)| {
        row.2 == RefusalKind::Closed && (row.0.contains('.') || row.1.contains('.'))
    });
    let is_open = kind == RefusalKind::Unclear || kind.may_be_about_a_person() && !is_own_code;
    if is_open && let Some(ours) = about_the_sender(kind, reply, &words) {
        (provider, kind) = (ABOUT_US.provider, ours);
    }
    if kind.is_gone() && stage == Stage::Dot && filters_after_data(between.recipient) {
        kind = RefusalKind::Closed;
    }
    kind = at_stage(kind, stage, reply);
    let mut about = kind.about(is_permanent);
    // At DATA nothing can surely be about one mailbox.
    if about == Blame::Person && !may_be_about_person(stage) {
        about = Blame::Unclear;
    }
    if about == Blame::Unclear && stage < Stage::Recipient {
        about = Blame::Us;
    }
    Meaning { kind, about, provider }
}

/// Before the person is named, an unknown user is our login, and an unknown domain our own.
fn at_stage(kind: RefusalKind, stage: Stage, reply: &Reply) -> RefusalKind {
    match kind {
        _ if kind.may_be_about_a_person() && stage == Stage::Login => RefusalKind::Login,
        _ if kind.may_be_about_a_person() && stage < Stage::Recipient => RefusalKind::Sender,
        RefusalKind::Unclear if stage == Stage::Hello && reply.code == 501 => RefusalKind::EhloName,
        // The command is what it does not know, and not the name behind it (RFC 5321 section 4.2.4).
        RefusalKind::Unclear if stage == Stage::Hello && is_unknown_command(reply) => {
            RefusalKind::NoEhlo
        }
        RefusalKind::EhloName if is_unknown_command(reply) => RefusalKind::NoEhlo,
        _ => kind,
    }
}

/// Whether a server does not know a command, or not at this point.
fn is_unknown_command(reply: &Reply) -> bool {
    matches!(reply.code, 500 | 502 | 503)
}

/// What a reply says of the sender, the login or the connection, though its words are those of a mailbox. A server that has
/// looked for our own mailbox repeats what another said of it: "sender address rejected: … the account that you tried to
/// reach does not exist". Nobody on the list is gone because of that.
fn about_the_sender(kind: RefusalKind, reply: &Reply, words: &ReplyWords) -> Option<RefusalKind> {
    // RFC 3463 section 3.2, RFC 7372 section 3: these are never about the recipient.
    let by_code = match reply.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail)) {
        Some((1, 7 | 8)) => Some(RefusalKind::Sender),
        Some((7, 20..=27 | 30 | 32)) => Some(RefusalKind::Authentication),
        _ => None,
    };
    let by_name =
        (words.names_the_sender && !words.names_the_recipient).then_some(RefusalKind::Sender);
    let is_of_the_sender = |kind: RefusalKind| {
        matches!(
            kind,
            RefusalKind::Login
                | RefusalKind::LoginAttempts
                | RefusalKind::Encryption
                | RefusalKind::Sender
                | RefusalKind::Authentication
                | RefusalKind::Relaying
                | RefusalKind::EhloName
                | RefusalKind::NoEhlo
        )
    };
    let rows = ABOUT_US.rows.iter().filter(|row| is_of_the_sender(row.2));
    let mut by_words = rows.filter(|row| row_fits(row, reply, &words.text)).map(|row| row.2);
    by_code.or(by_name).or_else(|| by_words.next().filter(|_| kind != RefusalKind::Unclear))
}

/// Whether the code says that it is about the mailbox that was named (RFC 3463 sections 3.2 and 3.3).
fn of_a_mailbox(stage: Stage, reply: &Reply) -> bool {
    let code = reply.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    stage == Stage::Recipient && matches!(code, Some((1, 1 | 2 | 3 | 6 | 10) | (2, 1)))
}

/// Words with which a provider speaks of our account, and not of a mailbox.
fn speaks_to_us(text: &str) -> bool {
    [
        "your account",
        "sending",
        "outgoing",
        "outbound",
        "sender",
        "smtp account",
        "relay account",
        "upgrade",
    ]
    .iter()
    .any(|words| has(text, words))
}

/// With a code of policy (X.7.Z) pairs of words that are far apart say nothing of a mailbox: "Authenticated user restricted from
/// sending", "this address may no longer send".
fn is_weak_beside_policy(ReplyRule(status, words, kind): &ReplyRule, reply: &Reply) -> bool {
    let is_policy = reply.enhanced.is_some_and(|enhanced| enhanced.subject == 7);
    let is_by_code = status.contains('.') || words.contains('.');
    let is_vague = words.contains('+')
        || matches!(*words, "no mailbox" | "no user")
        || matches!(kind, RefusalKind::Closed | RefusalKind::NoDomain | RefusalKind::Disabled);
    is_policy && !is_by_code && is_vague
}

fn may_be_about_person(stage: Stage) -> bool {
    matches!(stage, Stage::Recipient | Stage::Dot)
}

/// Whether a row's status and all its words are in the reply.
fn row_fits(ReplyRule(status, wanted, _): &ReplyRule, reply: &Reply, words: &str) -> bool {
    status_fits(status, reply) && wanted.split('+').all(|wanted| has(words, wanted))
}

/// `""` fits every refusal, `"5"` a class, `"550"` a code, `"5.7.1"` an enhanced code of its class, `"x.7.1"` of any.
fn status_fits(status: &str, reply: &Reply) -> bool {
    match status.len() {
        0 => true,
        1 => status.parse() == Ok(reply.code / 100),
        3 if !status.contains('.') => status.parse() == Ok(reply.code),
        _ => reply.enhanced.is_some_and(|enhanced| {
            let found = enhanced.to_string();
            match status.strip_prefix('x') {
                Some(rest) => found.get(1..) == Some(rest),
                None => found == status,
            }
        }),
    }
}

/// What the codes say when the words say nothing.
fn by_code(stage: Stage, reply: &Reply) -> RefusalKind {
    let code = reply.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    match (code, reply.code) {
        (_, 530 | 534 | 535 | 538) => RefusalKind::Login,
        (_, 523) => RefusalKind::Size,
        (Some((1, 1 | 3 | 6)), _) => RefusalKind::NoMailbox,
        (Some((1, 2 | 10)), _) => RefusalKind::NoDomain,
        (Some((1, 7 | 8)), _) => RefusalKind::Sender,
        (Some((2, 1)), _) => RefusalKind::Disabled,
        (Some((2, 2)), _) => RefusalKind::MailboxFull,
        (Some((3, 4) | (2, 3)), _) => RefusalKind::Size,
        (Some((7, 8 | 9 | 11)), _) => RefusalKind::Login,
        (Some((7, 20..=27 | 30 | 32 | 515)), _) => RefusalKind::Authentication,
        (Some((7, 17 | 18)), _) => RefusalKind::NoMailbox,
        (Some((7, 28) | (4, 5)), _) => RefusalKind::Rate,
        (Some((5, 3)), 400..=499) => RefusalKind::Rate,
        (Some((3, 2)), 400..=499) => RefusalKind::Connections,
        (Some((2, 0) | (7, 1)), 400..=499) => RefusalKind::Greylisting,
        // "Service closing" is what many say when they want less.
        (_, 421) => RefusalKind::Connections,
        // Before the person was named, "not now" can only be about how much we send.
        (_, 400..=499) if matches!(stage, Stage::Banner | Stage::Mail | Stage::Data) => {
            RefusalKind::Rate
        }
        (_, 400..=499) => RefusalKind::Trouble,
        _ => RefusalKind::Unclear,
    }
}

/// Every provider or server of the tables with the place where its replies are documented.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    GROUPS.iter().map(|group| (group.provider, group.source))
}

#[cfg(test)]
mod tests;
