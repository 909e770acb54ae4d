//! Whether something that a server did not find is the recipient's mailbox: only then may anybody be written off for it.
//! Pure: a refusal and whom it concerns in, yes or no out.
//!
//! Servers look for many things: the sender's domain, the name in EHLO, a DNS record, a certificate. The command that was
//! refused, the status and the words each say whose it was, and any of them is enough to acquit the recipient.

use super::addresses::addresses_in;
use super::words::{PhraseMeaning, absence_has, clauses, plain, says, with_idioms};
use crate::rfc::reply::{EnhancedStatus, Stage};

/// Whom a notice is about, as far as the notice shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Parties {
    /// Addresses of ours: who wrote the email, and who gets the notice.
    pub ours: Vec<String>,
    /// The person's address.
    pub recipient: String,
    /// Whether their host names a mailbox that is not there where their own filter has not taken a message.
    pub filters_after_data: bool,
}

/// Something that a server says is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absence<'a> {
    /// The point of the session at which it came, where that is known.
    pub stage: Option<Stage>,
    /// Three digits, if there were any.
    pub code: Option<u16>,
    pub status: Option<EnhancedStatus>,
    /// The server's words, or the notice's where no reply is quoted.
    pub words: &'a str,
    /// By what is known of one provider or server.
    pub is_well_known: bool,
    /// The words are a server's own, and not those of whoever wrote the notice.
    pub is_servers: bool,
}

/// Whose it is that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AbsentParty {
    Recipient,
    Us,
    /// The status says the recipient, and the words something else that is not understood.
    Unclear,
}

/// Stands for the recipient's address where clauses are taken apart. No phrase has it.
const THEM: &str = "\u{1}";

/// Whom a notice goes back to is not what it is about.
const SAYINGS: [&str; 4] = ["returned to sender", "return to sender", "to the sender", "to sender"];

/// Before anybody was named, nothing can be about them; nor can an answer to DATA.
pub(super) fn is_before_recipient(stage: Option<Stage>) -> bool {
    stage.is_some_and(|stage| stage < Stage::Recipient || stage == Stage::Data)
}

impl Absence<'_> {
    /// Whether the words of an absence are those of the person's own filter: they came only after the message. Sendmail does not
    /// show which command was answered, and gives 5.2.0.
    pub fn is_filter(&self, parties: &Parties) -> bool {
        let status = self.status.map(|status| (status.subject, status.detail));
        let is_after =
            self.stage == Some(Stage::Dot) || (self.stage.is_none() && status == Some((2, 0)));
        parties.filters_after_data && is_after
    }

    pub fn party(&self, parties: &Parties) -> AbsentParty {
        // SendGrid reports "500 unknown recipient".
        let names_mailbox = self.status.is_none_or(|status| status.subject == 0)
            && absence_has(&plain(self.words), PhraseMeaning::NamesPerson);
        let is_syntax = matches!(self.code, Some(500 | 502 | 503 | 504)) && !names_mailbox;
        if is_before_recipient(self.stage) || is_syntax || self.status.is_some_and(is_about_us) {
            return AbsentParty::Us;
        }
        let mut marked = with_idioms(plain(&with_parties_named(self.words, parties)));
        for saying in SAYINGS {
            marked = marked.replace(saying, " ");
        }
        let words = marked.replace(&format!("{THEM} "), "");
        if absence_has(&words, PhraseMeaning::NamesUs) {
            return AbsentParty::Us;
        }
        let is_theirs = match self.status.map(|status| (status.subject, status.detail)) {
            // The recipient's address, or their mailbox, by the status.
            Some((1, 1 | 2 | 3 | 6 | 10) | (2 | 4, 1)) => {
                return self.party_in_words(&marked, &words);
            }
            Some((7, 17 | 18)) => true,
            // Commands in a wrong order, or wrongly written.
            Some((5, 1..)) => false,
            // Policy and the protocol: the words must name the mailbox itself.
            Some((5 | 7, _)) => {
                (self.is_well_known || absence_has(&words, PhraseMeaning::NamesPerson))
                    && !(self.code.is_some() && says(&words, PhraseMeaning::NamesUs))
            }
            // A notice's own words name senders often; a server's reply only with a reason.
            _ => self.code.is_none() || !says(&words, PhraseMeaning::NamesUs),
        };
        if is_theirs { AbsentParty::Recipient } else { AbsentParty::Us }
    }

    /// Whose a server's own words say it is, where the status says the recipient's. Servers write one status over every
    /// refusal: where no phrase for an absence is found, whom the words name counts, in whatever language they go on.
    fn party_in_words(&self, marked: &str, words: &str) -> AbsentParty {
        let is_absence =
            says(words, PhraseMeaning::Gone) || says(words, PhraseMeaning::PerhapsGone);
        if is_absence || !self.is_servers {
            return AbsentParty::Recipient;
        }
        let of_us: Vec<&str> =
            clauses(marked).filter(|clause| says(clause, PhraseMeaning::NamesUs)).collect();
        if of_us.iter().any(|clause| !clause.contains(THEM)) {
            return AbsentParty::Us;
        }
        let is_contested = !of_us.is_empty()
            || says(words, PhraseMeaning::AddressesUs)
            || (says(words, PhraseMeaning::PerhapsUs) && !self.is_well_known);
        if is_contested { AbsentParty::Unclear } else { AbsentParty::Recipient }
    }
}

/// Statuses of the sender, the content and the size (RFC 3463 sections 3.2, 3.4, 3.7; RFC 7505; Microsoft's 5.1.90).
fn is_about_us(status: EnhancedStatus) -> bool {
    matches!((status.subject, status.detail), (1, 7 | 8 | 9 | 90) | (2, 3) | (3, 4) | (6, _))
}

/// A text in which our addresses, and names of our domain, are replaced by a word for us, and the recipient's by a mark.
fn with_parties_named(text: &str, parties: &Parties) -> String {
    let domain_of = |address: &str| address.rsplit('@').next().map(str::to_ascii_lowercase);
    let theirs = domain_of(&parties.recipient).unwrap_or_default();
    // A colleague's mailbox is of our own domain.
    let domains: Vec<String> = parties
        .ours
        .iter()
        .filter_map(|address| domain_of(address))
        .filter(|domain| domain.contains('.') && !is_within(&theirs, domain))
        .collect();
    let is_ours = |host: &str| domains.iter().any(|domain| is_within(host, domain));
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if line.trim().is_empty() {
            // Paragraphs are about different things.
            out.push_str(" . ");
        }
        let mut from = 0;
        for found in addresses_in(line) {
            push_named(&line[from..found.from], is_ours, &mut out);
            let is_theirs = found.address.eq_ignore_ascii_case(&parties.recipient);
            let is_exact =
                parties.ours.iter().any(|address| address.eq_ignore_ascii_case(found.address));
            let is_us = is_exact || is_ours(&domain_of(found.address).unwrap_or_default());
            match (is_theirs, is_us) {
                (true, _) => out.push_str(&format!(" {THEM} ")),
                (false, true) => out.push_str(" sender "),
                (false, false) => out.push_str(found.address),
            }
            from = found.to;
        }
        push_named(&line[from..], is_ours, &mut out);
        out.push('\n');
    }
    out
}

fn push_named(text: &str, is_ours: impl Fn(&str) -> bool, out: &mut String) {
    for word in text.split_inclusive([' ', '\t']) {
        let host = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        let host = host.split(['[', '(', '<', ':']).next().unwrap_or_default();
        if host.contains('.') && is_ours(host) {
            out.push_str(" sender ");
        } else {
            out.push_str(word);
        }
    }
}

/// Whether a name is a domain or below it.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
