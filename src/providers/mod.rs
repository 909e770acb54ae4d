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

pub use kind::{Blame, RefusalKind};
use table::{ABOUT_US, GROUPS, ProviderReplies, ReplyRule};

use crate::rfc::reply::{Reply, Stage};

/// What one reply means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    pub kind: RefusalKind,
    pub about: Blame,
    /// Whose row it is, for people who wonder; nothing when only the code or nothing was known.
    pub provider: &'static str,
}

/// The meaning of a refusal (4yz or 5yz) at a stage.
pub fn meaning(stage: Stage, reply: &Reply) -> Meaning {
    let is_permanent = reply.is_permanent();
    let words = words_of(reply);
    let known = GROUPS
        .iter()
        .find_map(|group| {
            group.rows.iter().find(|row| row_fits(row, reply, &words)).map(|row| (group, row.2))
        })
        .map(|(ProviderReplies { provider, .. }, kind)| (*provider, kind));
    let (provider, kind) = known.unwrap_or(("", by_code(stage, reply)));
    let ours = kind.is_gone().then(|| words_about_the_sender(reply, &words)).flatten();
    let (provider, kind) = ours.map_or((provider, kind), |ours| (ABOUT_US.provider, ours));
    let mut about = kind.about(is_permanent);
    // Before the person was named, and at DATA, nothing can surely be about their mailbox.
    if about == Blame::Person && !may_be_about_person(stage) {
        about = if stage < Stage::Recipient { Blame::Us } else { Blame::Unclear };
    }
    if about == Blame::Unclear && stage < Stage::Recipient {
        about = Blame::Us;
    }
    Meaning { kind, about, provider }
}

/// What the words say of the sender, the login or the connection. A server that has looked for our own mailbox repeats what
/// another said of it: "sender address rejected: … the account that you tried to reach does not exist". Nobody on the list is
/// gone because of that.
fn words_about_the_sender(reply: &Reply, words: &str) -> Option<RefusalKind> {
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
        )
    };
    let rows = ABOUT_US.rows.iter().filter(|row| is_of_the_sender(row.2));
    rows.filter(|row| row_fits(row, reply, words)).map(|row| row.2).next()
}

fn may_be_about_person(stage: Stage) -> bool {
    matches!(stage, Stage::Recipient | Stage::Dot)
}

/// The reply's words in lower case, without addresses and links: nobody's name is read as a reason.
fn words_of(reply: &Reply) -> String {
    let mut words = String::from(" ");
    for word in reply.lines.iter().flat_map(|line| line.split_whitespace()) {
        if word.contains('@') || word.contains("://") {
            continue;
        }
        words.push_str(&word.to_lowercase());
        words.push(' ');
    }
    words
}

/// Whether a row's status and all its words are in the reply.
fn row_fits(ReplyRule(status, wanted, _): &ReplyRule, reply: &Reply, words: &str) -> bool {
    status_fits(status, reply) && wanted.split('+').all(|wanted| words.contains(wanted))
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
        (Some((7, 20..=26 | 30 | 515)), _) => RefusalKind::Authentication,
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
