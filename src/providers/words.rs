//! The words of a reply, without names: a person or a host may be called as a reason is.
//! Pure: text in, text out.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::table::GROUPS;
use crate::rfc::reply::{EnhancedStatus, Reply};

/// Between whom a message goes: addresses in lower case. What is not known is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Correspondents<'a> {
    /// The envelope's sender.
    pub sender: &'a str,
    /// The domain of the address that people see as the sender's.
    pub domain: &'a str,
    pub recipient: &'a str,
}

impl<'a> Correspondents<'a> {
    fn our_domains(self) -> Vec<&'a str> {
        let domains = [domain_of(self.sender), self.domain].into_iter();
        domains.filter(|domain| !domain.is_empty()).collect()
    }
}

/// The words of a reply that may name a reason.
#[derive(Debug, Default)]
pub(super) struct ReplyWords {
    /// In lower case, each with one space before and behind it.
    pub text: String,
    /// An address or the domain of whoever sends is among them.
    pub names_the_sender: bool,
    /// The same of whoever is written to.
    pub names_the_recipient: bool,
}

/// Endings of names of hosts, beside those of two letters: a full stop without a space behind it ends a sentence too.
const ENDINGS: [&str; 16] = [
    "biz", "charity", "cloud", "com", "edu", "email", "example", "gov", "info", "invalid", "local",
    "net", "online", "org", "scot", "test",
];

/// Whom a reply advises people to write to.
const CONTACTS: [&str; 7] =
    ["abuse@", "admin@", "help@", "helpdesk@", "hostmaster@", "postmaster@", "support@"];

/// Advice of whom to contact is not about us: "contact your server administrator".
const ADVISERS: [&str; 9] = [
    " your server admin",
    " your mail server admin",
    " your email server admin",
    " your domain admin",
    " your email admin",
    " your mail admin",
    " your system admin",
    " your network admin",
    " your it department",
];

/// Words of the tables that speak of mailboxes: nobody is taken to be called so.
static ABOUT_MAILBOXES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let rows = GROUPS.iter().flat_map(|group| group.rows.iter());
    let rows = rows.filter(|row| row.2.may_be_about_a_person());
    rows.flat_map(|row| row.1.split(['+', ' '])).filter(|word| !word.is_empty()).collect()
});

impl ReplyWords {
    pub fn of(reply: &Reply, between: Correspondents<'_>) -> Self {
        let mut words = Self { text: String::from(" "), ..Self::default() };
        let mut names_an_ip = false;
        for line in &reply.lines {
            // The status may stand on each line: a sentence goes on behind it.
            let status = EnhancedStatus::parse_prefix(line.trim_start());
            for word in line.split_whitespace().skip(usize::from(status.is_some())) {
                names_an_ip |= is_ipv4(word);
                words.push(&word.to_lowercase(), between);
            }
        }
        if names_an_ip {
            words.text.push_str("ip ");
        }
        for adviser in ADVISERS {
            while let Some(at) = words.text.find(adviser) {
                let rest = &words.text[at + adviser.len()..];
                let end = rest.find(' ').unwrap_or(rest.len());
                words.text.replace_range(at..at + adviser.len() + end, "");
            }
        }
        words
    }

    fn push(&mut self, word: &str, between: Correspondents<'_>) {
        if word.contains("://") {
            return;
        }
        if word.contains('@') {
            return self.see_address(word, between);
        }
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !bare.is_empty() && bare == domain_of(between.recipient) {
            self.names_the_recipient = true;
        } else if between.our_domains().contains(&bare) {
            self.names_the_sender = true;
        } else if is_block_list(bare) {
            self.text.push_str(&bare.replace('.', " "));
            self.text.push(' ');
        } else if !is_host(bare) {
            let local = between.recipient.rsplit_once('@').map_or("", |(local, _)| local);
            let word = if ABOUT_MAILBOXES.contains(local) {
                word.to_owned()
            } else {
                without(word, local)
            };
            // "unknown.Please try": two sentences, and no host.
            let is_sentence = bare.contains('.') && !is_identifier(bare) && !is_ipv4(bare);
            let word = if is_sentence { word.replace('.', ". ") } else { word };
            self.text.push_str(&word);
            self.text.push(' ');
        }
    }

    /// Whose address it is: anybody's at our own domain is ours, other than the recipient's.
    fn see_address(&mut self, word: &str, between: Correspondents<'_>) {
        let is_there = |address: &str| !address.is_empty() && without(word, address) != word;
        let is_of_advice = CONTACTS.iter().any(|contact| word.contains(contact));
        if is_there(between.recipient) {
            self.names_the_recipient = true;
        } else if is_of_advice && !is_there(between.sender) {
            // "… contact postmaster@charity.example": it is our relay that says so, of whomever.
        } else if between.our_domains().iter().any(|domain| is_there(&format!("@{domain}"))) {
            self.names_the_sender = true;
        }
    }
}

/// Whether a text has a phrase. Words of ASCII are whole at their beginning, and short ones at their end too: "helo" is not in
/// "bachelor", nor "spf" in "hauspflege".
pub(super) fn has(text: &str, phrase: &str) -> bool {
    const SHORT: usize = 4;
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_short = phrase.len() <= SHORT && phrase != "spam";
    let bytes = text.as_bytes();
    text.match_indices(phrase).any(|(at, _)| {
        let is_begun = is_word(phrase.as_bytes().first())
            && at.checked_sub(1).is_some_and(|before| is_word(bytes.get(before)));
        let goes_on =
            is_short && is_word(phrase.as_bytes().last()) && is_word(bytes.get(at + phrase.len()));
        !is_begun && !goes_on
    })
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn without(word: &str, name: &str) -> String {
    replaced(word, name, "")
}

/// A word with something else for a name, wherever that stands by itself in it: `user/ann:` is `user/…:`.
pub fn replaced(word: &str, name: &str, by: &str) -> String {
    if name.is_empty() {
        return word.to_owned();
    }
    let is_of_a_name = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_inside = is_of_a_name(before.chars().next_back().or(out.chars().next_back()))
            && name.starts_with(char::is_alphanumeric)
            || is_of_a_name(after.chars().next()) && name.ends_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if is_inside { name } else { by });
        rest = after;
    }
    out + rest
}

/// `mx.example.org`, and neither `unknown.please` nor a name of a program such as `resolver.adr.recipnotfound`.
fn is_host(bare: &str) -> bool {
    let labels: Vec<&str> = bare.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let Some(last) = labels.last().filter(|last| last.chars().all(char::is_alphabetic)) else {
        return false;
    };
    labels.len() > 1
        && labels.iter().all(is_label)
        && !is_identifier(bare)
        && (last.chars().count() == 2 || ENDINGS.contains(last) || labels.len() > 2)
}

/// The name of a block list is a reason: "blocked by zen.spamhaus.org".
fn is_block_list(bare: &str) -> bool {
    const LISTS: [&str; 8] = [
        "barracuda",
        "blacklist",
        "blocklist",
        "dnsbl",
        "sorbs",
        "spamcop",
        "spamhaus",
        "uceprotect",
    ];
    is_host(bare) && bare.split('.').any(|label| LISTS.iter().any(|list| label.starts_with(list)))
}

fn is_identifier(bare: &str) -> bool {
    ["resolver.", "storedrv.", "smtpin."].iter().any(|begin| bare.starts_with(begin))
}

fn is_ipv4(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
    bare.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> ReplyWords {
        let between = Correspondents {
            sender: "news@mail.charity.example",
            domain: "charity.example",
            recipient: "ann.lee@b.example",
        };
        ReplyWords::of(&Reply::new(550, text), between)
    }

    #[test]
    fn names_are_no_reasons() {
        for (text, expected) in [
            ("5.1.1 <ann.lee@b.example>: User unknown", " user unknown "),
            ("user/ann.lee: Mailbox does not exist", " user/: mailbox does not exist "),
            ("mx.billinghurst.example says: no", " says: no "),
            ("unknown.Please ask", " unknown. please ask "),
            ("RESOLVER.ADR.RecipNotFound; not found", " resolver.adr.recipnotfound; not found "),
            ("see https://a.example/spam", " see "),
            ("client [192.0.2.1] blocked", " client [192.0.2.1] blocked ip "),
            ("unknown: contact your server administrator", " unknown: contact "),
        ] {
            assert_eq!(words(text).text, expected, "{text}");
        }
        let mut lines = Reply::new(550, "5.1.1 The sender");
        lines.lines.push("5.1.1 address is gone".to_owned());
        assert_eq!(
            ReplyWords::of(&lines, Correspondents::default()).text,
            " the sender address is gone "
        );
    }

    #[test]
    fn whose_address_a_reply_names() {
        for (text, sender, recipient) in [
            ("<news@charity.example>: user unknown", true, false),
            ("no MX for charity.example", true, false),
            ("<bounce+x@charity.example> gone", true, false),
            ("<ann.lee@b.example> unknown", false, true),
            ("<ann.lee@b.example> unknown (from <news@charity.example>)", true, true),
            ("domain b.example is gone", false, true),
            ("user unknown", false, false),
            ("user unknown, ask postmaster@charity.example", false, false),
        ] {
            let found = words(text);
            assert_eq!(
                (found.names_the_sender, found.names_the_recipient),
                (sender, recipient),
                "{text}"
            );
        }
    }

    #[test]
    fn phrases_are_whole_words() {
        for (text, phrase, expected) in [
            (" bachelor ", "helo", false),
            (" helo rejected ", "helo", true),
            (" hauspflege ", "spf", false),
            (" blacklisted ", "blacklist", true),
            (" explanation ", "plan", false),
            (" spammers ", "spam", true),
            (" users are ", "user", false),
            (" l'expéditeur ", "expéditeur", true),
            (" 拒绝发件人地址 ", "发件人", true),
        ] {
            assert_eq!(has(text, phrase), expected, "{text}: {phrase}");
        }
    }
}
