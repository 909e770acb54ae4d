//! Which kind of email this is, and what it says of whom.
//! Pure: an email's bytes in, a notice out.

use super::addresses::{address_of_field, addresses_in, is_of_a_server};
use super::automatic;
use super::complaint;
use super::fields::{decoded_words, main_value, parameter, within};
use super::judge::{Judgement, judge, replies_in};
use super::mime::{self, ParsedEmail, PartUse};
use super::prose;
use super::returned::{ReturnedMail, message_ids};
use super::status_report::{ReportedPerson, people_of};
use super::words::{plain, senses_of};
use super::{MOST_PEOPLE, Notice, NoticeKind, NoticePerson};

/// Where an email says what it is.
const OPENING_BYTES: usize = 1200;
/// What is read of a notice's words when they are judged as a whole.
const JUDGED_BYTES: usize = 4096;

/// Everything about one email that decides what it is.
struct Seen {
    email: ParsedEmail,
    subject: String,
    /// Words for people, with their line ends, up to the mail that came back.
    prose: String,
    /// What follows them in the same text.
    tail: String,
    returned: ReturnedMail,
    /// The first words, made ready for looking.
    opening: String,
}

/// Reads an email's first `LONGEST_READ_BYTES`.
pub fn read(bytes: &[u8]) -> Notice {
    let seen = Seen::new(mime::parse(bytes));
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

impl Seen {
    fn new(email: ParsedEmail) -> Self {
        let subject = email.fields.decoded("subject");
        let (prose, tail) = words_for_people(&email);
        let mut returned = ReturnedMail::of(&email);
        if returned.is_missing() {
            returned = ReturnedMail { fields: head_in(&tail) };
        }
        let opening = plain(within(&prose, OPENING_BYTES));
        Self { email, subject, prose, tail, returned, opening }
    }

    fn people(&self) -> Vec<NoticePerson> {
        let email = &self.email;
        if let Some(people) = complaint::people_of(email, &self.returned, &self.subject) {
            return people;
        }
        if email.parts.iter().any(|part| part.used_as == PartUse::Disposition) {
            return Vec::new();
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
                self.of_report(one, recipient)
            };
            // A delay and then a failure: the failure is what counts.
            match people.iter_mut().find(|known| {
                !known.recipient.is_empty()
                    && known.recipient.eq_ignore_ascii_case(&person.recipient)
            }) {
                Some(known) if known.is_delay || known.kind == NoticeKind::Unknown => {
                    *known = person
                }
                Some(known)
                    if known.kind == NoticeKind::Hard && person.kind == NoticeKind::Policy =>
                {
                    *known = person
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

    fn of_report(&self, one: &ReportedPerson, recipient: String) -> NoticePerson {
        let about = self.words_about(one);
        let mut judgement = judge(one.status, &one.diagnostic);
        if judgement.kind == NoticeKind::Hard
            || judgement.kind == NoticeKind::Unknown
            || one.diagnostic.is_empty()
        {
            // A system may write "user unknown" over a refusal whose own words are of a block list.
            let said = said_by_servers(&about);
            let own = judge(None, &said);
            if own.kind == NoticeKind::Policy {
                judgement = Judgement { status: own.status.or(judgement.status), ..own };
            }
        }
        let is_general = one.status.is_none_or(|status| {
            status.subject == 0
                || matches!((status.subject, status.detail), (1 | 2 | 3 | 4 | 5, 0) | (4, 4))
        });
        let says_little = senses_of(&plain(&one.diagnostic)).is_empty();
        if judgement.kind == NoticeKind::Unknown || (is_general && says_little) {
            let own = judge(one.status, &about);
            if own.kind != NoticeKind::Unknown {
                let status = judgement.status.or(own.status);
                judgement = Judgement { status, ..own };
            }
        }
        if one.is_delay() && judgement.kind != NoticeKind::Policy {
            judgement.kind = NoticeKind::Soft;
        }
        let Judgement { kind, status, reason } = judgement;
        NoticePerson { recipient, kind, status, reason, is_delay: one.is_delay() }
    }

    /// The words for people that are about one of a report.
    fn words_about(&self, one: &ReportedPerson) -> String {
        let addresses: Vec<String> =
            [&one.original, &one.last].into_iter().flatten().cloned().collect();
        let named = prose::people_in(&self.prose, &addresses, &[]);
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
        let whole = judge(None, &whole_words(&self.subject, &self.prose));
        let mut people: Vec<NoticePerson> = named
            .iter()
            .filter(|one| {
                failed.is_empty()
                    || failed.iter().any(|known| known.eq_ignore_ascii_case(&one.address))
            })
            .map(|one| {
                let own = judge(None, &without_boilerplate(&one.words));
                let found = if own.kind == NoticeKind::Unknown { whole.clone() } else { own };
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

    /// Where a mail system writes about mail of ours, as the fields say.
    fn says_that_it_returns_mail(&self) -> bool {
        let fields = &self.email.fields;
        if fields.has("x-failed-recipients") {
            return true;
        }
        let report = parameter(fields.get("content-type"), "report-type").unwrap_or_default();
        let is_report = self.email.media == "multipart/report"
            && (report.is_empty() || report.eq_ignore_ascii_case("delivery-status"));
        if self.is_list_mail() && !self.is_from_a_mail_system() {
            return is_report;
        }
        let subject_fails = subject_says_failure(&self.subject);
        if self.is_from_a_mail_system() {
            let is_answer = automatic::says_so(fields, &self.subject) && !subject_fails;
            let tells = subject_fails
                || !self.returned.is_missing()
                || opening_says_failure(&self.opening)
                || !senses_of(&self.opening).is_empty();
            return tells && (!is_answer || opening_says_failure(&self.opening));
        }
        is_report
            || (subject_fails && (self.is_from_nobody() || opening_says_failure(&self.opening)))
    }

    /// The same by weaker signs.
    fn seems_to_return_mail(&self) -> bool {
        if self.is_list_mail() || is_reply_or_forward(&self.subject) {
            return false;
        }
        let is_made = self.is_from_nobody() || !self.returned.is_missing();
        (is_made && opening_says_failure(&self.opening))
            || (subject_says_failure(&self.subject) && !self.returned.is_missing())
    }

    fn is_automatic(&self) -> bool {
        if automatic::is_challenge(&self.subject, &self.opening) && !self.is_list_mail() {
            return true;
        }
        if self.is_list_mail() {
            return false;
        }
        automatic::says_so(&self.email.fields, &self.subject)
            || automatic::seems_so(&self.email.fields, &self.subject, within(&self.opening, 600))
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

    fn is_list_mail(&self) -> bool {
        ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| self.email.fields.has(name))
    }

    /// Nobody may answer it (RFC 5321 section 4.5.5), or it says that a program wrote it.
    fn is_from_nobody(&self) -> bool {
        let fields = &self.email.fields;
        let submitted = main_value(fields.get("auto-submitted"));
        let path = fields.all("return-path").any(|value| matches!(value.trim(), "<>" | ""));
        path || (!submitted.is_empty() && submitted != "no")
    }

    /// The names under which mail systems write (RFC 5321 section 4.5.1, RFC 2142 section 5).
    fn is_from_a_mail_system(&self) -> bool {
        let from = self.email.fields.decoded("from").to_lowercase();
        if addresses_in(&from).first().is_some_and(|one| is_of_a_server(one.address)) {
            return true;
        }
        let names = [
            "mailer-daemon",
            "mailer daemon",
            "mail delivery",
            "mail daemon",
            "mail system",
            "maildaemon",
            "postmaster",
            "delivery subsystem",
            "mail administrator",
            "system administrator",
            "systemadministrator",
            "microsoft outlook",
            "microsoft exchange",
            "internet mail delivery",
            "email delivery",
            "delivery status",
            "mail router",
            "nondelivery",
            "mailadmin",
            "mail_daemon",
            "e-mail-system",
            "mailsystem",
        ];
        names.iter().any(|name| from.contains(name))
    }

    fn sent_to(&self) -> Vec<String> {
        let fields = &self.email.fields;
        let names = [
            "delivered-to",
            "x-original-to",
            "envelope-to",
            "x-envelope-to",
            "x-rcpt-to",
            "to",
            "cc",
        ];
        names
            .iter()
            .flat_map(|name| fields.all(name))
            .flat_map(|value| addresses_in(value).into_iter().map(|one| one.address.to_owned()))
            .take(MOST_PEOPLE)
            .collect()
    }
}

fn person_of(recipient: String, judgement: Judgement) -> NoticePerson {
    let Judgement { kind, status, reason } = judgement;
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

/// The first text for people, and what it quotes. HTML only where there is nothing else.
fn words_for_people(email: &ParsedEmail) -> (String, String) {
    let texts = || email.parts.iter().filter(|part| part.used_as == PartUse::Text);
    let has_plain = texts().any(|part| part.media != "text/html" && !part.text.trim().is_empty());
    let (mut words, mut tail) = (String::new(), String::new());
    for part in texts().filter(|part| !has_plain || part.media != "text/html") {
        let (own, rest) = prose::split(&part.text);
        words.push_str(own);
        words.push('\n');
        tail.push_str(rest);
        tail.push('\n');
    }
    (words, tail)
}

/// The head of the returned mail in a text that quotes it.
fn head_in(tail: &str) -> super::fields::HeaderFields {
    let mut rest = tail;
    // Some lines announce it.
    for _ in 0..12 {
        let (fields, _) =
            super::fields::HeaderFields::read(rest.trim_start_matches(['\n', ' ', '\t']));
        if fields.iter().count() >= 2 {
            return fields;
        }
        let Some((_, after)) = rest.split_once('\n') else { break };
        rest = after;
    }
    super::fields::HeaderFields::default()
}

/// What servers said themselves, in a transcript of a session.
fn said_by_servers(words: &str) -> String {
    let mut said = String::new();
    for line in words.lines() {
        let line = line.trim();
        if let Some(reply) = line.strip_prefix("<<<") {
            said.push_str(reply);
            said.push('\n');
        } else if line.contains(" said: ") && !replies_in(line).is_empty() {
            said.push_str(line);
            said.push('\n');
        }
    }
    said
}

/// The words of a whole notice, its subject last.
fn whole_words(subject: &str, prose: &str) -> String {
    format!("{}\n{subject}", without_boilerplate(within(prose, JUDGED_BYTES)))
}

/// Sentences that stand in every notice of a system and say nothing of this one.
fn without_boilerplate(words: &str) -> String {
    const ALWAYS: [&str; 12] = [
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
    ];
    let said = said_by_servers(words);
    if !said.is_empty() && judge(None, &said).kind != NoticeKind::Unknown {
        return said;
    }
    let lines = words.lines().filter(|line| {
        let lower = line.to_lowercase();
        !ALWAYS.iter().any(|always| lower.contains(always))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_reply_or_forward(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    ["re:", "aw:", "fwd:", "fw:", "wg:", "tr:", "sv:", "rv:"]
        .iter()
        .any(|mark| lower.starts_with(mark))
}

fn subject_says_failure(subject: &str) -> bool {
    const SUBJECTS: &[&str] = &[
        "undeliver",
        "not deliver",
        "non-deliver",
        "nondeliver",
        "delivery fail",
        "delivery has failed",
        "delivery problem",
        "delivery status",
        "delivery notification",
        "delivery error",
        "delivery report",
        "delivery delay",
        "delivery not",
        "delivery incomplete",
        "mail delivery",
        "failure notice",
        "failure notification",
        "failed to deliver",
        "failed delivery",
        "message delivery",
        "returned mail",
        "returned to sender",
        "return to sender",
        "returned email",
        "could not send",
        "could not be",
        "couldn't be",
        "cannot be delivered",
        "can't be delivered",
        "unable to deliver",
        "unable to send",
        "unknown user",
        "user unknown",
        "mail error",
        "mail failure",
        "mail system error",
        "mail returned",
        "message returned",
        "error sending",
        "email address not found",
        "address not found",
        "bounce",
        "rejected",
        "warning: message",
        "warning: could not",
        "delayed",
        "over quota",
        "mailbox full",
        "mailbox is full",
        "nodelivery",
        "unzustellbar",
        "nicht zugestellt",
        "nicht zustellbar",
        "zustellung",
        "fehler bei der",
        "non remis",
        "non distribué",
        "échec de la remise",
        "échec de remise",
        "retour de courrier",
        "non délivré",
        "no se puede entregar",
        "no se pudo entregar",
        "no entregado",
        "no se ha podido",
        "devuelto",
        "error de entrega",
        "impossibile recapitare",
        "mancato recapito",
        "non recapitabile",
        "mancata consegna",
        "não foi possível entregar",
        "não entregue",
        "devolvida",
        "onbestelbaar",
        "niet bezorgd",
        "niet worden bezorgd",
        "olevererbart",
        "olevererbar",
        "kan inte levereras",
        "kunne ikke leveres",
        "kan ikke leveres",
        "ei voitu toimittaa",
        "nie można dostarczyć",
        "niedostarczone",
        "zwrot",
        "nedoručiteln",
        "kézbesíthetetlen",
        "недоставлен",
        "не доставлен",
        "не удалось доставить",
        "teslim edilemedi",
        "配信",
        "送信できません",
        "配送",
        "エラー",
        "戻り",
        "リターン",
        "退信",
        "无法投递",
        "未送达",
        "無法傳遞",
        "배달",
        "전송 실패",
        "반송",
    ];
    let plain = plain(subject);
    SUBJECTS.iter().any(|words| plain.contains(words))
}

fn opening_says_failure(opening: &str) -> bool {
    const WORDS: &[&str] = &[
        "could not be delivered",
        "couldn't be delivered",
        "cannot be delivered",
        "can't be delivered",
        "not be delivered",
        "wasn't able to deliver",
        "was not able to deliver",
        "unable to deliver",
        "not able to deliver",
        "was undeliverable",
        "is undeliverable",
        "undeliverable",
        "undelivered",
        "wasn't delivered",
        "was not delivered",
        "not delivered",
        "did not reach",
        "didn't reach",
        "delivery to the following",
        "delivery failed",
        "delivery has failed",
        "delivery of your message",
        "failed to deliver",
        "failure delivering",
        "failed permanently",
        "error delivering",
        "error has occurred while",
        "permanent fatal errors",
        "transient non-fatal errors",
        "had delivery problems",
        "delivery problems",
        "returned to sender",
        "returned for the following",
        "could not deliver",
        "couldn't deliver",
        "cannot deliver",
        "can't deliver",
        "could not send",
        "could not be sent",
        "couldn't be sent",
        "unable to send",
        "was rejected",
        "was not sent",
        "no such user",
        "user unknown",
        "unknown user",
        "mailbox full",
        "mailbox is full",
        "automatically by mail delivery software",
        "mail delivery software",
        "message from the mail system",
        "mail system at host",
        "could not be reached",
        "has been delayed",
        "not yet been delivered",
        "may not exist, or you may not",
        "transcript of session",
        "failure reasons",
        "message you sent",
        "your message to the following",
        "message was not",
        "nicht zugestellt",
        "unzustellbar",
        "konnte nicht",
        "nicht ausgeliefert",
        "n'a pas pu être",
        "n'a pas été",
        "impossible de remettre",
        "non remis",
        "no se pudo entregar",
        "no se ha podido",
        "no pudo ser entregado",
        "non è stato possibile",
        "impossibile recapitare",
        "non può essere",
        "não pôde ser entregue",
        "não foi possível",
        "niet worden bezorgd",
        "kan niet worden",
        "kunne ikke leveres",
        "kunde inte levereras",
        "nie mogła",
        "nie można dostarczyć",
        "nemohla být doručena",
        "не может быть доставлен",
        "не удалось доставить",
        "не было доставлено",
        "teslim edilemedi",
        "配信できません",
        "届けることができ",
        "お届けできません",
        "送信できません",
        "配送できません",
        "送れません",
        "受信できません",
        "不達",
        "无法投递",
        "无法送达",
        "未能送达",
        "배달할 수 없습니다",
    ];
    WORDS.iter().any(|words| opening.contains(words))
}
