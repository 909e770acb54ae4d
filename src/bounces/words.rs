//! What the words of a notice say, in the languages that mail systems write (`phrases.txt`).
//! Pure: text in, what it says out.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::addresses::addresses_in;

const PHRASES: &str = include_str!("phrases.txt");

/// Words that sound like something else, and what they mean: how `IronPort` begins each refusal of an address, whatever the
/// server said of it; a mailbox that was closed because nobody reads it; a size that is the mailbox's and not the message's.
const IDIOMS: [(&str, &str); 9] = [
    (" unknown address error ", " "),
    (" has been blocked due to inactivity", " is inactive"),
    (" was blocked due to inactivity", " is inactive"),
    (" is blocked due to inactivity", " is inactive"),
    (" blocked for inactivity", " is inactive"),
    (" mailbox size limit", " mailbox quota"),
    (" too many messages on the server", " mailbox is full"),
    (" recipient account is blocked", " recipient account is inactive"),
    (" compte du destinataire est bloqu", " recipient account is inactive "),
];

/// What some words say. Of reasons, the strongest first: whoever is named together with a refusal of us is not written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PhraseMeaning {
    /// Surely about us: proof of the domain, a block list, spam.
    Us,
    /// The mailbox is full.
    Full,
    /// It passes, although other words sound final.
    Passes,
    /// The mailbox or its domain is not there.
    Gone,
    /// The same, if no code says that it is about us.
    PerhapsGone,
    /// It passes.
    Later,
    /// Most probably about us.
    PerhapsUs,
    /// A subject of returned mail.
    FailureSubject,
    /// How a notice of returned mail begins.
    FailureOpening,
    /// A subject of an automatic reply.
    ReplySubject,
    /// How a holiday notice begins.
    ReplyOpening,
    /// A question whether the sender is real.
    Challenge,
    /// An automatic reply of an address that nobody uses any more.
    Left,
    /// No reason: it names us, or something that we sent.
    NamesUs,
    /// No reason: it names a mailbox, or whose it is.
    NamesPerson,
    /// No reason: it speaks to us, or of what we write. Only where no absence is named does that say anything.
    AddressesUs,
}

/// The sections of the file.
const SECTIONS: [(&str, PhraseMeaning); 16] = [
    ("us", PhraseMeaning::Us),
    ("full", PhraseMeaning::Full),
    ("passes", PhraseMeaning::Passes),
    ("gone", PhraseMeaning::Gone),
    ("perhaps-gone", PhraseMeaning::PerhapsGone),
    ("later", PhraseMeaning::Later),
    ("perhaps-us", PhraseMeaning::PerhapsUs),
    ("failure-subject", PhraseMeaning::FailureSubject),
    ("failure-opening", PhraseMeaning::FailureOpening),
    ("reply-subject", PhraseMeaning::ReplySubject),
    ("reply-opening", PhraseMeaning::ReplyOpening),
    ("challenge", PhraseMeaning::Challenge),
    ("left", PhraseMeaning::Left),
    ("names-us", PhraseMeaning::NamesUs),
    ("names-person", PhraseMeaning::NamesPerson),
    ("addresses-us", PhraseMeaning::AddressesUs),
];

struct PhraseFinder {
    finder: AhoCorasick,
    senses: Vec<PhraseMeaning>,
}

/// Each phrase with its sense. A line that is in no section says nothing.
fn phrases() -> Vec<(String, PhraseMeaning)> {
    let mut section = None;
    let mut rows = Vec::new();
    for line in PHRASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = SECTIONS.iter().find(|known| known.0 == name).map(|known| known.1);
        } else if let Some(sense) = section {
            rows.push((line.replace('_', " "), sense));
        }
    }
    rows
}

static FINDER: LazyLock<Option<PhraseFinder>> = LazyLock::new(|| {
    let rows = phrases();
    let finder =
        AhoCorasick::builder().match_kind(MatchKind::Standard).build(rows.iter().map(|row| &row.0));
    let senses = rows.iter().map(|row| row.1).collect();
    finder.ok().map(|finder| PhraseFinder { finder, senses })
});

/// Everything that a text made ready by `plain` says.
fn all_senses_of(plain: &str) -> Vec<PhraseMeaning> {
    let Some(phrases) = FINDER.as_ref() else { return Vec::new() };
    let mut senses: Vec<PhraseMeaning> = Vec::new();
    for found in phrases.finder.find_overlapping_iter(plain) {
        if let Some(sense) = phrases.senses.get(found.pattern().as_usize())
            && !senses.contains(sense)
        {
            senses.push(*sense);
        }
    }
    senses.sort_unstable();
    senses
}

/// The reasons that a text made ready by `plain` gives, the strongest first.
pub(super) fn reasons_in(plain: &str) -> Vec<PhraseMeaning> {
    let mut senses = all_senses_of(plain);
    senses.retain(|sense| *sense <= PhraseMeaning::PerhapsUs);
    senses
}

/// Whether a text made ready by `plain` says something.
pub(super) fn says(plain: &str, sense: PhraseMeaning) -> bool {
    all_senses_of(plain).contains(&sense)
}

/// The place of the first words with a sense.
pub(super) fn first_place(plain: &str, sense: PhraseMeaning) -> Option<usize> {
    let phrases = FINDER.as_ref()?;
    let found = phrases.finder.find_overlapping_iter(plain);
    let has_sense = |found: &aho_corasick::Match| {
        phrases.senses.get(found.pattern().as_usize()) == Some(&sense)
    };
    found.filter(has_sense).map(|found| found.start()).min()
}

/// Whether one clause of a text says that something is not there, and has words with a sense, too.
pub(super) fn absence_has(plain: &str, sense: PhraseMeaning) -> bool {
    plain.split(['.', ',', ';', '(', ')', '!', '?']).any(|clause| {
        let senses = all_senses_of(&format!(" {clause} "));
        let is_absence = senses
            .iter()
            .any(|one| matches!(one, PhraseMeaning::Gone | PhraseMeaning::PerhapsGone));
        is_absence && senses.contains(&sense)
    })
}

/// The clauses of a text made ready by `plain`. What stands before a colon says whom the rest is for, and no more.
pub(super) fn clauses(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(['.', ',', ';', ':', '(', ')', '!', '?', '。', '、', '，', '：'])
}

/// A text in lower case, its white space single and its quotation marks straight, without addresses and links: nobody's
/// name is read as a reason.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for line in text.lines() {
        let mut from = 0;
        for found in addresses_in(line) {
            push_words(&line[from..found.from], &mut out);
            from = found.to;
        }
        push_words(&line[from..], &mut out);
    }
    out
}

/// A text made ready by `plain`, its idioms replaced by what they mean.
pub(super) fn with_idioms(mut plain: String) -> String {
    for (idiom, meaning) in IDIOMS {
        plain = plain.replace(idiom, meaning);
    }
    plain
}

fn push_words(text: &str, out: &mut String) {
    for word in text.split_whitespace().filter(|word| !word.contains("://")) {
        for c in word.chars() {
            match c {
                '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => out.push('\''),
                _ => out.extend(c.to_lowercase()),
            }
        }
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_words_win() {
        for (text, sense) in [
            ("User unknown", Some(PhraseMeaning::Gone)),
            ("550 5.1.0 SPF check failed, user unknown", Some(PhraseMeaning::Us)),
            ("Host not found, try again", Some(PhraseMeaning::Passes)),
            ("Host or domain name not found", Some(PhraseMeaning::Gone)),
            ("The recipient\u{2019}s mailbox is full", Some(PhraseMeaning::Full)),
            ("<spam@example.org>: hello", None),
            ("<ann@example.org>:User unknown", Some(PhraseMeaning::Gone)),
            ("指定されたユーザーは存在しません", Some(PhraseMeaning::Gone)),
            ("", None),
        ] {
            assert_eq!(reasons_in(&plain(text)).first().copied(), sense, "{text}");
        }
    }

    #[test]
    fn phrases_are_as_texts_are_made_ready() {
        let rows = phrases();
        for (name, sense) in SECTIONS {
            assert!(rows.iter().filter(|row| row.1 == sense).count() > 5, "{name}");
        }
        for (at, (phrase, sense)) in rows.iter().enumerate() {
            assert_eq!(*phrase, phrase.to_lowercase());
            assert!(!phrase.contains("  ") && !phrase.trim().is_empty(), "{phrase:?}");
            let twice = rows[..at].iter().any(|row| row.0 == *phrase && row.1 == *sense);
            assert!(!twice, "{phrase:?} stands twice");
        }
        assert!(FINDER.is_some());
        let sections = PHRASES.lines().filter(|line| line.starts_with('[')).count();
        assert_eq!(sections, SECTIONS.len());
    }
}
