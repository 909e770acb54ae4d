//! Whom refusals are about, judged by what surrounds them: one person's mailbox, or all of us.
//! Pure: outcomes in, in the order in which they were read; what to do about them out.
//!
//! A refusal about us is tried with a few more people before the run ends: one odd address must not hold up an edition.
//! The same answer for many people is about us, whatever its code says. And nobody is put on the do-not-mail list before
//! messages were accepted both before and after their refusal.

use std::collections::VecDeque;

use super::verdict::Refusal;
use crate::count::{counted, people};
use crate::providers::{Blame, RefusalKind, replaced};
use crate::rfc::address::EmailAddress;

/// Outcomes that are looked back on.
const RECENT: usize = 50;
/// The same answer for this many of them is about us: ten in a row, or one in five of fifty.
const SAME_ANSWER: usize = 10;
/// Refusals about us with no acceptance between them: an account is an account for everybody, …
const CERTAIN: usize = 2;
/// … but filters and rules may be about the few addresses that happen to stand at the top of the list.
const LIKELY: usize = 5;

/// A person to be put on the do-not-mail list, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suppression {
    pub person: String,
    pub why: String,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RefusedRow {
    pub id: i64,
    /// What the server said, by `answer_without_names`: equal for everybody who got the same refusal.
    pub answer: String,
    pub refusal: Refusal,
    /// Set when the row was rejected.
    pub suppression: Option<Suppression>,
    /// Whether it would not be tried again by the next run: it was rejected, or waits for a time of its own.
    pub is_put_off: bool,
}

/// The run ends because of refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RefusalStop {
    pub why: String,
    pub cure: &'static str,
    /// Rows that the next run tries at once, each with its own reply: their refusals were about us.
    pub give_back: Vec<(i64, String)>,
}

struct Entry {
    refused: RefusedRow,
    /// Messages accepted when it was refused.
    accepted: u64,
}

/// What was refused lately.
#[derive(Default)]
pub(super) struct Refusals {
    /// `None` is an acceptance.
    recent: VecDeque<Option<Entry>>,
    accepted: u64,
    /// Rows of this run that wait because of a refusal, and the last of them.
    waiting: u64,
    last: Option<Refusal>,
}

impl Refusals {
    /// A message was accepted. Gives who can be put on the do-not-mail list by now.
    pub fn accepted(&mut self) -> Option<Suppression> {
        self.accepted += 1;
        self.push(None)
    }

    /// A row was refused. Gives who can be put on the do-not-mail list by now, and whether the run ends.
    pub fn refused(&mut self, refused: RefusedRow) -> (Option<Suppression>, Option<RefusalStop>) {
        if matches!(refused.refusal.about, Blame::Us | Blame::Unclear) {
            self.waiting += 1;
            self.last = Some(refused.refusal.clone());
        }
        let (answer, refusal) = (refused.answer.clone(), refused.refusal.clone());
        let suppression = self.push(Some(Entry { refused, accepted: self.accepted }));
        if refusal.about == Blame::Us && self.about_us_in_a_row() >= most_in_a_row(refusal.kind) {
            let stop = self.stop(&refusal, |other| other.refusal.about == Blame::Us);
            return (suppression, Some(stop));
        }
        let same = |other: &RefusedRow| other.answer == answer;
        if self.refusals().filter(|entry| same(&entry.refused)).count() >= SAME_ANSWER {
            return (suppression, Some(self.stop(&refusal, same)));
        }
        (suppression, None)
    }

    /// At the end of a round with rows that wait: what to say of them, if refusals are the reason.
    pub fn at_the_end(&mut self) -> Option<RefusalStop> {
        let last = self.last.clone()?;
        if self.about_us_in_a_row() > 0 {
            return Some(self.stop(&last, |other| other.refusal.about == Blame::Us));
        }
        let people = people(self.waiting);
        let why = format!(
            "the relay rejected messages to {people}, to be tried again later: {}",
            last.why
        );
        Some(RefusalStop { why, cure: last.kind.cure(), give_back: Vec::new() })
    }

    /// The run is over and was healthy: everybody whose refusal stands between acceptances.
    pub fn finish(&mut self) -> Vec<Suppression> {
        let entries: Vec<_> = self.recent.drain(..).flatten().collect();
        entries.into_iter().filter_map(|entry| self.of_healthy(entry)).collect()
    }

    fn refusals(&self) -> impl Iterator<Item = &Entry> {
        self.recent.iter().flatten()
    }

    /// Different rows that met a refusal about us since the last acceptance.
    fn about_us_in_a_row(&self) -> usize {
        let mut rows: Vec<i64> = self
            .recent
            .iter()
            .rev()
            .map_while(Option::as_ref)
            .filter(|entry| entry.refused.refusal.about == Blame::Us)
            .map(|entry| entry.refused.id)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len()
    }

    fn stop(&mut self, refusal: &Refusal, made_it: impl Fn(&RefusedRow) -> bool) -> RefusalStop {
        let mut give_back = Vec::new();
        let mut people = 0;
        for entry in self.recent.iter_mut().flatten().filter(|entry| made_it(&entry.refused)) {
            people += 1;
            // People who are given back are not on their way to the do-not-mail list.
            entry.refused.suppression = None;
            if std::mem::take(&mut entry.refused.is_put_off) {
                give_back.push((entry.refused.id, entry.refused.refusal.why.clone()));
            }
        }
        let why = if refusal.about == Blame::Us {
            format!("the relay refuses us: {}", refusal.why)
        } else {
            format!(
                "the relay gave {} the same reply: {}",
                counted(people, "person", "people"),
                refusal.why
            )
        };
        let cure = match refusal.about {
            Blame::Us => refusal.kind.cure(),
            Blame::Later => SAME_LATER_CURE,
            Blame::Person => SAME_CURE,
            Blame::Unclear => refusal.kind.cure(),
        };
        RefusalStop { why, cure, give_back }
    }

    fn push(&mut self, entry: Option<Entry>) -> Option<Suppression> {
        self.recent.push_back(entry);
        if self.recent.len() <= RECENT {
            return None;
        }
        let oldest = self.recent.pop_front().flatten()?;
        self.of_healthy(oldest)
    }

    fn of_healthy(&self, entry: Entry) -> Option<Suppression> {
        let is_between = entry.accepted > 0 && self.accepted > entry.accepted;
        entry.refused.suppression.filter(|_| is_between)
    }
}

/// What to do when many people got the same answer, as mailboxes that do not exist get it.
const SAME_CURE: &str = "many rejections at once are rarely the recipients' fault: check that the relay knows its recipients and can \
                         look up names in DNS, and that the list is not an old one (`roundup resolve EDITION --rejected` lists them, and \
                         with --accept they are left out); then run the same command again";

/// How the detail of a row begins that was given back to be tried by the next run. Behind it stands the row's own reply.
const GIVEN_BACK: &str = "given back, since many people got the same reply: ";

pub(super) fn given_back(reply: &str) -> String {
    format!("{GIVEN_BACK}{reply}")
}

/// The reply of a row that was given back: until the next run has tried it, people can decide about it too.
pub fn reply_of_given_back(detail: &str) -> Option<&str> {
    detail.strip_prefix(GIVEN_BACK)
}

/// The same for what would pass by itself in one mailbox, such as a full one.
const SAME_LATER_CURE: &str = "ten mailboxes are seldom full at once: look whether your own account, or the relay's disk, is full; then run \
                               the same command again";

fn most_in_a_row(kind: RefusalKind) -> usize {
    match kind {
        RefusalKind::Login
        | RefusalKind::LoginAttempts
        | RefusalKind::PasswordsOff
        | RefusalKind::Encryption
        | RefusalKind::Licence
        | RefusalKind::Quota => CERTAIN,
        _ => LIKELY,
    }
}

/// The answer without what differs from person to person: addresses, names of hosts, numbers, queue names. The recipient's name is
/// taken out wherever it stands by itself, as in `user/ann:` or `uid=ann,ou=people`.
pub fn answer_without_names(why: &str, recipient: &EmailAddress) -> String {
    let address = recipient.key();
    let (local, domain) = address.split_once('@').unwrap_or((&address, ""));
    let lower = why.to_lowercase();
    let mut words = lower.split_whitespace();
    let mut answer = words.next().unwrap_or_default().to_owned();
    for (index, word) in words.enumerate() {
        let word = replaced(word, local, "…");
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_status = index == 0 && bare.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let is_name = bare == domain
            || word.contains('@')
            || word.contains("://")
            || bare.contains('.')
            || bare.contains(|c: char| c.is_ascii_digit());
        answer.push(' ');
        answer.push_str(if is_name && !is_status { "…" } else { &word });
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(about: Blame, kind: RefusalKind) -> Refusal {
        Refusal { why: "550 no".to_owned(), about, kind }
    }

    fn refused(id: i64, about: Blame, kind: RefusalKind, answer: &str) -> RefusedRow {
        let suppression = (about == Blame::Person)
            .then(|| Suppression { person: format!("person {id}"), why: "gone".to_owned() });
        RefusedRow {
            id,
            answer: answer.to_owned(),
            refusal: refusal(about, kind),
            suppression,
            is_put_off: matches!(about, Blame::Person | Blame::Later),
        }
    }

    /// `A` accepted, `p` a mailbox with the same answer as all others, `d` one with an answer of its own, `f` a full one with
    /// the same answer, `u` about us, `q` a quota, `?` unclear. Gives after how many outcomes the run ended and how many rows were given back.
    fn play(outcomes: &str) -> (Option<(usize, usize)>, usize) {
        let mut refusals = Refusals::default();
        let mut suppressed = 0;
        for (id, outcome) in (1..).zip(outcomes.chars()) {
            let entry = match outcome {
                'A' => {
                    suppressed += usize::from(refusals.accepted().is_some());
                    continue;
                }
                'p' => refused(id, Blame::Person, RefusalKind::NoMailbox, "550 unknown"),
                'd' => refused(id, Blame::Person, RefusalKind::NoMailbox, &format!("550 {id}")),
                'f' => refused(id, Blame::Later, RefusalKind::MailboxFull, "552 full"),
                'u' => refused(id, Blame::Us, RefusalKind::Content, "554 spam"),
                'q' => refused(id, Blame::Us, RefusalKind::Quota, "554 quota"),
                _ => refused(id, Blame::Unclear, RefusalKind::Unclear, "550 no"),
            };
            let (suppression, stop) = refusals.refused(entry);
            suppressed += usize::from(suppression.is_some());
            if let Some(stop) = stop {
                let at = usize::try_from(id).unwrap();
                assert!(!stop.cure.is_empty());
                return (Some((at, stop.give_back.len())), suppressed);
            }
        }
        (None, suppressed + refusals.finish().len())
    }

    #[test]
    fn when_it_is_about_us() {
        let healthy = "A".repeat(60);
        for (outcomes, expected) in [
            ("AAAApAAA", (None, 1)),
            ("pAAAA", (None, 0)),
            ("AAAAp", (None, 0)),
            ("pppppppppp", (Some((10, 10)), 0)),
            ("Appppppppppp", (Some((11, 10)), 0)),
            ("dddddddddddddddd", (None, 0)),
            ("ffffffffff", (Some((10, 10)), 0)),
            ("AfAfAfAfAfAfAfAfAfAf", (Some((20, 10)), 0)),
            ("fAffAfffffA", (None, 0)),
            ("qq", (Some((2, 0)), 0)),
            ("AAqAqAqA", (None, 0)),
            ("uuuu", (None, 0)),
            ("uuuuA", (None, 0)),
            ("uuuuu", (Some((5, 0)), 0)),
            ("upupupupu", (Some((9, 0)), 0)),
            ("??????????", (Some((10, 0)), 0)),
            (&format!("{}{healthy}", "App"), (None, 2)),
            (&"AAAAp".repeat(10), (Some((50, 10)), 0)),
            (&"AAAAAp".repeat(20), (None, 20 - 1)),
        ] {
            assert_eq!(play(outcomes), expected, "{outcomes}");
        }
    }

    #[test]
    fn at_the_end_of_a_list_one_refusal_about_us_is_enough() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.at_the_end(), None);
        refusals.accepted();
        refusals.refused(refused(1, Blame::Us, RefusalKind::Sender, "550 sender"));
        assert_eq!(refusals.at_the_end().map(|stop| stop.cure), Some(RefusalKind::Sender.cure()));
    }

    #[test]
    fn a_few_full_mailboxes_at_the_end_stop_nothing() {
        let mut refusals = Refusals::default();
        refusals.accepted();
        refusals.refused(refused(1, Blame::Later, RefusalKind::MailboxFull, "552 full"));
        assert_eq!(refusals.at_the_end(), None);
    }

    #[test]
    fn a_name_inside_a_word_makes_no_answer_of_its_own() {
        for text in [
            "550 5.1.1 user/{}: Mailbox does not exist",
            "550 5.1.1 user={} unknown",
            "550 5.1.1 {}/INBOX: no such mailbox",
            "550 5.1.1 no entry for uid={},ou=people,o=example",
            "550 5.1.1 \"{}\"@ is nobody",
            "550 5.1.1 {}",
        ] {
            let keys = ["ann.lee", "bob7", "o'brien", "a-b"].map(|local| {
                let address = EmailAddress::parse(&format!("{local}@a.example")).unwrap();
                answer_without_names(&text.replace("{}", local), &address)
            });
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        }
    }

    #[test]
    fn one_answer_is_known_again_whoever_gets_it() {
        let key =
            |why: &str, to: &str| answer_without_names(why, &EmailAddress::parse(to).unwrap());
        let first = key(
            "550 5.1.1 <ann@a.example>: User ann unknown (queue 4XyZ1) at mx1.a.example",
            "ann@a.example",
        );
        let second = key(
            "550 5.1.1 <bob@b.example>: User bob unknown (queue 9AbC7) at mx2.b.example",
            "bob@b.example",
        );
        assert_eq!(first, second);
        assert_eq!(first, "550 5.1.1 … user … unknown (queue … at …");
        assert_ne!(first, key("550 5.2.1 <ann@a.example>: User ann unknown", "ann@a.example"));
    }
}
