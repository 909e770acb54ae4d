//! Delivery status reports: one block of fields a person (RFC 3464 section 2.3, RFC 6533 section 3).
//! Pure: text in, people out.

use super::MOST_PEOPLE;
use super::addresses::address_of_field;
use super::fields::{decoded_words, field_of, within};
use super::replies::enhanced_in;
use crate::rfc::reply::EnhancedStatus;

/// What is read of a server's words.
const LONGEST_DIAGNOSTIC_BYTES: usize = 4096;

/// What became of one person's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportedAction {
    Failed,
    Delayed,
    /// Delivered, relayed or expanded.
    Succeeded,
}

/// What a report says of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReportedPerson {
    /// As the sender wrote it: the person that we know.
    pub original: Option<String>,
    /// As the last server had it, after aliases and forwarding.
    pub last: Option<String>,
    pub action: Option<ReportedAction>,
    pub status: Option<EnhancedStatus>,
    /// A server's words.
    pub diagnostic: String,
}

impl ReportedPerson {
    /// The person's address.
    pub fn address(&self) -> Option<&String> {
        self.original.as_ref().or(self.last.as_ref())
    }

    pub fn is_delay(&self) -> bool {
        self.action == Some(ReportedAction::Delayed)
    }

    pub fn has_succeeded(&self) -> bool {
        match self.action {
            Some(action) => action == ReportedAction::Succeeded,
            None => self.status.is_some_and(|status| status.class == 2),
        }
    }
}

/// One person's block while it is read.
#[derive(Default)]
struct Block {
    person: ReportedPerson,
    fields: Vec<String>,
}

/// The people of a report, or of a text with such fields in it.
pub(super) fn people_of(text: &str) -> Vec<ReportedPerson> {
    let mut people: Vec<ReportedPerson> = Vec::new();
    let mut block = Block::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            block.end(&mut people);
            continue;
        }
        let Some((name, value)) = field_of(line.trim_start()) else { continue };
        let name = name.to_ascii_lowercase();
        let mut value = value.trim().to_owned();
        while let Some(next) = lines.peek() {
            let folds = next.starts_with([' ', '\t']) && !next.trim().is_empty();
            // A field that is indented as a whole is one of its own.
            if !folds || is_field(next) {
                break;
            }
            if value.len() < LONGEST_DIAGNOSTIC_BYTES {
                value.push('\n');
                value.push_str(next.trim());
            }
            lines.next();
        }
        block.add(&name, &value, &mut people);
    }
    block.end(&mut people);
    people.truncate(MOST_PEOPLE);
    people
}

/// An X.400 system writes its numbers into `Diagnostic-Code`, and the reason here (RFC 2156 section 4.7).
const X400_REASON: &str = "x400-supplementary-info";

const FIELDS: [&str; 8] = [
    "original-recipient",
    "final-recipient",
    "x-actual-recipient",
    "action",
    "status",
    "diagnostic-code",
    "remote-mta",
    X400_REASON,
];

fn is_field(line: &str) -> bool {
    field_of(line.trim_start())
        .is_some_and(|(name, _)| FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field)))
}

impl Block {
    fn add(&mut self, name: &str, value: &str, people: &mut Vec<ReportedPerson>) {
        if !FIELDS.contains(&name) {
            return;
        }
        // The same field again: the next person, without an empty line between them.
        if self.fields.iter().any(|known| known == name) && name.ends_with("-recipient") {
            self.end(people);
        }
        self.fields.push(name.to_owned());
        let person = &mut self.person;
        match name {
            "original-recipient" => person.original = recipient(value),
            "final-recipient" => person.last = recipient(value),
            "x-actual-recipient" => person.last = person.last.take().or_else(|| recipient(value)),
            "action" => person.action = person.action.or_else(|| action_of(value)),
            "status" => person.status = person.status.or_else(|| enhanced_in(value)),
            "diagnostic-code" if person.diagnostic.is_empty() => {
                within(value, LONGEST_DIAGNOSTIC_BYTES).clone_into(&mut person.diagnostic);
            }
            X400_REASON => {
                let reason = within(value, LONGEST_DIAGNOSTIC_BYTES).trim_matches('"');
                person.diagnostic.insert_str(0, &format!("{reason}\n"));
            }
            _ => {}
        }
    }

    /// Ends a block. One without a person belongs to the one before it: some systems put empty lines between fields.
    fn end(&mut self, people: &mut Vec<ReportedPerson>) {
        let block = std::mem::take(self);
        if block.fields.is_empty() {
            return;
        }
        let names_somebody = block.fields.iter().any(|field| field.ends_with("-recipient"));
        let says_something = block.fields.iter().any(|field| !field.ends_with("-recipient"));
        let person = block.person;
        if let Some(last) = people.last_mut() {
            let last_is_bare =
                last.action.is_none() && last.status.is_none() && last.diagnostic.is_empty();
            let same = names_somebody && last_is_bare && !says_something;
            if !names_somebody || same {
                last.original = last.original.take().or(person.original);
                last.last = last.last.take().or(person.last);
                last.action = last.action.or(person.action);
                last.status = last.status.or(person.status);
                if last.diagnostic.is_empty() {
                    last.diagnostic = person.diagnostic;
                }
                return;
            }
        }
        if names_somebody && people.len() < MOST_PEOPLE {
            people.push(person);
        }
    }
}

fn recipient(value: &str) -> Option<String> {
    address_of_field(&decoded_words(value))
}

fn action_of(value: &str) -> Option<ReportedAction> {
    let word = value.trim().to_ascii_lowercase();
    let starts = |begin: &str| word.starts_with(begin);
    if starts("fail") || starts("error") {
        Some(ReportedAction::Failed)
    } else if starts("delay") {
        Some(ReportedAction::Delayed)
    } else if starts("deliver") || starts("relay") || starts("expand") {
        Some(ReportedAction::Succeeded)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_a_block() {
        let text = "Reporting-MTA: dns; mx.example.org\n\nOriginal-Recipient: rfc822;ann@example.org\n\
            Final-Recipient: rfc822; box17@mx.example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;\n 550 no\n\n\
            Final-Recipient: RFC822; <bob@example.org>\nAction: Delayed\nStatus: 4.4.1 (time)\n";
        let people = people_of(text);
        assert_eq!(people.len(), 2);
        assert_eq!(people[0].address().unwrap(), "ann@example.org");
        assert_eq!(people[0].diagnostic, "smtp;\n550 no");
        assert!(people[1].is_delay());
        assert_eq!(people[1].status.unwrap().to_string(), "4.4.1");
    }

    #[test]
    fn fields_apart_and_fields_together() {
        let apart = "Final-Recipient: rfc822;ann@example.org\n\nAction: failed\n\nStatus: 5.2.2\n";
        let people = people_of(apart);
        assert_eq!((people.len(), people[0].status.unwrap().detail), (1, 2));
        let together = "Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.1.1\n\
            Final-Recipient: rfc822;bob@example.org\nAction: failed\nStatus: 5.2.2\n";
        assert_eq!(people_of(together).len(), 2);
        let odd = "Original-Recipient: rfc822;\nFinal-Recipient: rfc822;ann@example.org\nAction: relayed\n";
        assert_eq!(people_of(odd)[0].address().unwrap(), "ann@example.org");
        assert!(people_of(odd)[0].has_succeeded());
        assert!(people_of("Action: failed\nStatus: 5.1.1\n").is_empty());
    }
}
