//! Which kind of email this is, and what it says of whom.
//! Pure: an email's bytes in, a notice out.

use super::absence::Parties;
use super::addresses::{address_of_field, addresses_in};
use super::automatic;
use super::complaint;
use super::events;
use super::evidence::NoticeEvidence;
use super::fields::{decoded_words, within};
use super::judge::{JudgedWords, Judgement, judge};
use super::mime::{self, PartUse};
use super::prose;
use super::replies::{QuotedReply, replies_in};
use super::returned::message_ids;
use super::status_report::{ReportedPerson, people_of};
use super::words::{plain, reasons_in};
use super::{MOST_PEOPLE, Notice, NoticeKind, NoticePerson};
use crate::providers::mailbox_hosts::filters_after_data;
use crate::rfc::reply::Stage;

/// What is read of a notice's words when they are judged as a whole.
const JUDGED_BYTES: usize = 4096;
/// Where a report's own words for people stand. Each of its people looks through them, and a report may name a hundred.
const SEARCHED_BYTES: usize = 16 * 1024;

/// Reads an email's first `LONGEST_READ_BYTES`.
pub fn read(bytes: &[u8]) -> Notice {
    let seen = NoticeEvidence::new(mime::parse(bytes));
    if let Some(notice) = events::notice_in(&seen.prose) {
        return notice;
    }
    let people = seen.people();
    let mut fields = Vec::new();
    for name in ["list-unsubscribe", "feedback-id", "x-feedback-id", "list-unsubscribe-post"] {
        fields.extend(seen.returned.fields.all(name).map(str::to_owned));
    }
    Notice {
        people,
        message_ids: message_ids(&seen.email, &seen.returned, &seen.tail),
        sent_to: seen.sent_to(),
        returned_fields: fields,
    }
}

impl NoticeEvidence {
    fn people(&self) -> Vec<NoticePerson> {
        let email = &self.email;
        if let Some(people) = complaint::people_of(email, &self.returned, &self.subject) {
            return people;
        }
        if email.parts.iter().any(|part| part.used_as == PartUse::Disposition) {
            // A mailbox's own rule refuses in this form too (Dovecot; RFC 5429).
            let refuses = self.opening.contains("was automatically rejected");
            return if refuses { self.of_words() } else { Vec::new() };
        }
        let reported = self.reported();
        if !reported.is_empty() {
            return self.of_reports(&reported);
        }
        let says_return = self.says_that_it_returns_mail();
        if !says_return && self.is_automatic() {
            return vec![self.automatic_reply()];
        }
        if says_return || self.seems_to_return_mail() { self.of_words() } else { Vec::new() }
    }

    /// The people of a report in fields, in a part of its own or hidden in the text.
    fn reported(&self) -> Vec<ReportedPerson> {
        let parts = self.email.parts.iter();
        let reports = parts.filter(|part| part.used_as == PartUse::DeliveryStatus);
        let mut found: Vec<ReportedPerson> =
            reports.flat_map(|part| people_of(&part.text)).take(MOST_PEOPLE).collect();
        if found.is_empty() && (self.says_that_it_returns_mail() || self.seems_to_return_mail()) {
            found = people_of(&self.prose);
            if found.is_empty() {
                found = people_of(&self.tail);
            }
        }
        found
    }

    fn of_reports(&self, reported: &[ReportedPerson]) -> Vec<NoticePerson> {
        let known = self.returned.recipients();
        let mut people: Vec<NoticePerson> = Vec::new();
        for one in reported {
            let recipient = one.address().cloned().or_else(|| {
                // "Final-Recipient: rfc822; ann" is one of those the mail was for.
                (reported.len() == 1 && known.len() == 1).then(|| known[0].clone())
            });
            let recipient = recipient.unwrap_or_default();
            let person = if one.has_succeeded() {
                let status = one.status;
                let reason = "a report that it was delivered or passed on".to_owned();
                NoticePerson { recipient, kind: NoticeKind::None, status, reason, is_delay: false }
            } else {
                self.of_report(one, recipient, reported.len() == 1)
            };
            // A delay and then a failure: the failure is what counts.
            match people.iter_mut().find(|known| {
                !known.recipient.is_empty()
                    && known.recipient.eq_ignore_ascii_case(&person.recipient)
            }) {
                Some(known) if known.is_delay || known.kind == NoticeKind::Unknown => {
                    *known = person;
                }
                Some(known)
                    if known.kind == NoticeKind::Hard && person.kind == NoticeKind::Policy =>
                {
                    *known = person;
                }
                Some(_) => {}
                None => people.push(person),
            }
        }
        if self.returned.is_notice() {
            people = vec![bounce_of_a_bounce()];
        }
        people
    }

    fn of_report(&self, one: &ReportedPerson, recipient: String, is_only: bool) -> NoticePerson {
        let about = self.words_about(one, is_only);
        let said = said_by_servers(&about);
        let parties = self.parties(one.last.as_ref().unwrap_or(&recipient));
        let judged = |status, words: &str| {
            let stage = stage_of(&one.diagnostic, &about);
            judge(&JudgedWords { status, words, stage, parties: &parties })
        };
        let mut judgement = judged(one.status, &one.diagnostic);
        if judgement.kind == NoticeKind::Hard
            || judgement.kind == NoticeKind::Unknown
            || one.diagnostic.is_empty()
        {
            // A system may write "user unknown" over a refusal whose own words are of a block list.
            let own = judged(None, &said);
            if own.kind == NoticeKind::Policy {
                judgement = Judgement { status: own.status.or(judgement.status), ..own };
            }
        }
        let is_general = one.status.is_none_or(|status| {
            status.subject == 0 || matches!((status.subject, status.detail), (1..=5, 0) | (4, 4))
        });
        let says_little = reasons_in(&plain(&one.diagnostic)).is_empty();
        if judgement.kind == NoticeKind::Unknown || (is_general && says_little) {
            // What the mailer says around a server's words is a guess of its own.
            let own = judged(one.status, if said.is_empty() { &about } else { &said });
            let is_overruled = judgement.is_contested && own.kind == NoticeKind::Hard;
            if own.kind != NoticeKind::Unknown && !is_overruled {
                let status = judgement.status.or(own.status);
                judgement = Judgement { status, ..own };
            }
        }
        if one.is_delay() {
            judgement.kind = NoticeKind::Soft;
        }
        let Judgement { kind, status, reason, .. } = judgement;
        NoticePerson { recipient, kind, status, reason, is_delay: one.is_delay() }
    }

    /// Who is who in this notice.
    fn parties(&self, recipient: &str) -> Parties {
        let mut ours = self.returned.senders();
        ours.extend(self.sent_to());
        ours.retain(|address| !address.eq_ignore_ascii_case(recipient));
        // The address may be an alias of one of theirs: then the notice names their server.
        let hosts = within(&self.prose, SEARCHED_BYTES)
            .split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'));
        let filters_after_data = hosts.chain([recipient]).any(filters_after_data);
        Parties { ours, recipient: recipient.to_owned(), filters_after_data }
    }

    /// What an X.400 system says behind the fields of the message, which look as if that began there.
    fn x400_reason(&self) -> Option<&str> {
        let texts = [&self.prose, &self.tail].into_iter();
        texts.map(|text| within(text, SEARCHED_BYTES)).find_map(|text| {
            let (before, reason) = text.split_once("for the following reason:")?;
            let is_failure = before.contains("Your message was not delivered to:");
            reason.trim_start().split("\n\n").next().filter(|_| is_failure)
        })
    }

    /// The words for people that are about one of a report.
    fn words_about(&self, one: &ReportedPerson, is_only: bool) -> String {
        if let Some(reason) = self.x400_reason().filter(|_| is_only) {
            return reason.to_owned();
        }
        let addresses: Vec<String> =
            [&one.original, &one.last].into_iter().flatten().cloned().collect();
        let named = prose::people_in(within(&self.prose, SEARCHED_BYTES), &addresses, &[]);
        let found = named.into_iter().find(|person| {
            addresses.iter().any(|address| address.eq_ignore_ascii_case(&person.address))
        });
        match found {
            Some(person) if !plain(&person.words).trim().is_empty() => person.words,
            _ => within(&self.prose, JUDGED_BYTES).to_owned(),
        }
    }

    fn of_words(&self) -> Vec<NoticePerson> {
        if self.returned.is_notice() {
            return vec![bounce_of_a_bounce()];
        }
        let subject = plain(&self.subject);
        if ["success", "delivered successfully", "relayed", "erfolgreich"]
            .iter()
            .any(|word| subject.contains(word))
        {
            return Vec::new();
        }
        let failed: Vec<String> = self
            .email
            .fields
            .all("x-failed-recipients")
            .flat_map(|value| addresses_in(value).into_iter().map(|one| one.address.to_owned()))
            .take(MOST_PEOPLE)
            .collect();
        let mut known = self.returned.recipients();
        known.extend(failed.iter().cloned());
        let mut ours = self.returned.senders();
        ours.extend(self.sent_to());
        ours.extend(address_of_field(self.email.fields.get("from")));
        let text = format!("{}\n{}", self.subject, self.prose);
        let named = prose::people_in(&text, &known, &ours);
        let whole_text = whole_words(&self.subject, &self.prose);
        let judged = |recipient: &str, words: &str| {
            let parties = self.parties(recipient);
            judge(&JudgedWords { status: None, words, stage: None, parties: &parties })
        };
        let whole = judged(known.first().map_or("", String::as_str), &whole_text);
        let mut people: Vec<NoticePerson> = named
            .iter()
            .filter(|one| {
                failed.is_empty()
                    || failed.iter().any(|known| known.eq_ignore_ascii_case(&one.address))
            })
            .map(|one| {
                let found = judged_of([&one.first_words, &one.words], &whole, |words| {
                    judged(&one.address, words)
                });
                let recipient = one.made_of.clone().unwrap_or_else(|| one.address.clone());
                person_of(recipient, found)
            })
            .collect();
        if people.is_empty() {
            let others = if failed.is_empty() { known } else { failed };
            people =
                others.into_iter().map(|recipient| person_of(recipient, whole.clone())).collect();
        }
        if people.is_empty() {
            people.push(person_of(String::new(), whole));
        }
        people.truncate(MOST_PEOPLE);
        people
    }

    fn automatic_reply(&self) -> NoticePerson {
        let reason = if automatic::is_challenge(&self.subject, &self.opening) {
            "a program wants to know whether the sender is real"
        } else if automatic::says_that_they_left(&self.opening) {
            "an automatic reply: this address is no longer in use"
        } else {
            "an automatic reply"
        };
        NoticePerson {
            recipient: address_of_field(&decoded_words(self.email.fields.get("from")))
                .unwrap_or_default(),
            kind: NoticeKind::Autoreply,
            status: None,
            reason: reason.to_owned(),
            is_delay: false,
        }
    }
}

/// The judgement of the first words that say something, or of the whole notice.
fn judged_of(
    words: [&String; 2],
    whole: &Judgement,
    judged: impl Fn(&str) -> Judgement,
) -> Judgement {
    let known = |found: &Judgement| found.kind != NoticeKind::Unknown;
    let mut own = words.into_iter().map(|words| judged(&without_boilerplate(words)));
    own.find(known).unwrap_or_else(|| whole.clone())
}

/// The command that a report's reply answered, as the words for people have it.
fn stage_of(diagnostic: &str, about: &str) -> Option<Stage> {
    let refusal = |text: &str| replies_in(text).into_iter().find(|one| !one.reply.is_positive());
    let code = refusal(diagnostic).map(|one| one.reply.code);
    let same = |one: &QuotedReply| code.is_none_or(|code| one.reply.code == code);
    let refusals = replies_in(about).into_iter().filter(|one| !one.reply.is_positive());
    refusals.filter(same).find_map(|one| one.stage)
}

fn person_of(recipient: String, judgement: Judgement) -> NoticePerson {
    let Judgement { kind, status, reason, .. } = judgement;
    NoticePerson { recipient, kind, status, reason, is_delay: false }
}

/// A notice about a notice says nothing of anybody that we wrote to.
fn bounce_of_a_bounce() -> NoticePerson {
    NoticePerson {
        recipient: String::new(),
        kind: NoticeKind::None,
        status: None,
        reason: "a notice that another notice could not be delivered".to_owned(),
        is_delay: false,
    }
}

/// What servers said themselves, with the commands that they answered, in a transcript of a session.
fn said_by_servers(words: &str) -> String {
    let mut said = String::new();
    let (mut is_quoting, mut last) = (false, "");
    for line in words.lines() {
        let line = line.trim();
        let is_transcript = line.starts_with("<<<");
        let is_command = line.starts_with(">>>");
        let begins = line.contains(" said: ") && !replies_in(line).is_empty();
        is_quoting = begins || (is_quoting && !line.is_empty());
        if begins {
            // qmail says there which command failed.
            said.push_str(last);
            said.push('\n');
        }
        last = line;
        if is_transcript || is_command || is_quoting {
            said.push_str(line.trim_start_matches("<<<"));
            said.push('\n');
        }
    }
    if replies_in(&said).is_empty() { String::new() } else { said }
}

/// The words of a whole notice, its subject last.
fn whole_words(subject: &str, prose: &str) -> String {
    format!("{}\n{subject}", without_boilerplate(within(prose, JUDGED_BYTES)))
}

/// Sentences that stand in every notice of a system and say nothing of this one.
fn without_boilerplate(words: &str) -> String {
    const ALWAYS: [&str; 15] = [
        "including all the headers",
        "your message could not be delivered to one or more",
        "could not be delivered to one or more",
        "it's attached below",
        "further assistance",
        "this is a permanent error",
        "please, do not reply",
        "for assistance",
        "if you do so, please include",
        "problem report",
        "delete your own text from the attached",
        "i've given up",
        "scanned for virus",
        "checked for virus",
        "scanned by",
    ];
    let said = said_by_servers(words);
    if !said.is_empty() {
        return said;
    }
    let lines = words.lines().filter(|line| {
        let lower = line.to_lowercase();
        !replies_in(line).is_empty() || !ALWAYS.iter().any(|always| lower.contains(always))
    });
    lines.collect::<Vec<_>>().join("\n")
}
