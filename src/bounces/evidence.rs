//! The evidence in an email of what it is: returned mail, a program's answer, or neither.
//! Pure: an email in, yes or no out.

use super::addresses::{addresses_in, is_of_a_server};
use super::automatic;
use super::fields::{HeaderFields, main_value, parameter, within};
use super::mime::{ParsedEmail, PartUse};
use super::returned::ReturnedMail;
use super::words::{PhraseMeaning, first_place, plain, reasons_in, says};
use super::{MOST_PEOPLE, prose};

/// Where an email says what it is.
const OPENING_BYTES: usize = 1200;

/// Everything about one email that decides what it is.
pub(super) struct NoticeEvidence {
    pub email: ParsedEmail,
    pub subject: String,
    /// Words for people, with their line ends, up to the mail that came back.
    pub prose: String,
    /// What follows them in the same text.
    pub tail: String,
    pub returned: ReturnedMail,
    /// The first words, made ready for looking.
    pub opening: String,
}

impl NoticeEvidence {
    pub fn new(email: ParsedEmail) -> Self {
        let subject = email.fields.decoded("subject");
        let (prose, tail) = words_for_people(&email);
        let mut returned = ReturnedMail::of(&email);
        if returned.is_missing() {
            returned = ReturnedMail { fields: head_in(&tail) };
        }
        let opening = plain(within(&prose, OPENING_BYTES));
        Self { email, subject, prose, tail, returned, opening }
    }

    /// Where a mail system writes about mail of ours, as the fields say.
    pub fn says_that_it_returns_mail(&self) -> bool {
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
        let subject_fails = self.subject_fails();
        let opening_fails = says(&self.opening, PhraseMeaning::FailureOpening);
        if self.is_from_a_mail_system() {
            let is_answer = automatic::says_so(fields, &self.subject) && !subject_fails;
            let tells = subject_fails
                || !self.returned.is_missing()
                || opening_fails
                || !reasons_in(&self.opening).is_empty();
            return tells && (!is_answer || opening_fails);
        }
        is_report
            || (!self.is_from_somebody()
                && subject_fails
                && (opening_fails || (self.is_from_nobody() && !self.is_automatic())))
    }

    /// Whether the subject is one of returned mail, in the mailer's own words: an answer quotes ours, which may be
    /// "Asylum claims rejected".
    fn subject_fails(&self) -> bool {
        let subject = plain(&self.subject);
        let place = |sense| first_place(&subject, sense);
        let Some(fails) = place(PhraseMeaning::FailureSubject) else { return false };
        let is_quoted = place(PhraseMeaning::ReplySubject).is_some_and(|replies| replies <= fails);
        !is_quoted && !automatic::is_marked_as_answer(&self.subject)
    }

    /// The same by weaker evidence.
    pub fn seems_to_return_mail(&self) -> bool {
        let is_somebodys = self.is_from_somebody() && !self.is_from_a_mail_system();
        if self.is_list_mail() || is_somebodys || automatic::is_marked_as_answer(&self.subject) {
            return false;
        }
        let is_made = self.is_from_nobody() || !self.returned.is_missing();
        (is_made && says(&self.opening, PhraseMeaning::FailureOpening))
            || (self.subject_fails() && !self.returned.is_missing())
    }

    pub fn is_automatic(&self) -> bool {
        if automatic::is_challenge(&self.subject, &self.opening) && !self.is_list_mail() {
            return true;
        }
        if self.is_list_mail() {
            return false;
        }
        automatic::says_so(&self.email.fields, &self.subject)
            || automatic::seems_so(&self.email.fields, &self.subject, within(&self.opening, 600))
    }

    fn is_list_mail(&self) -> bool {
        ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| self.email.fields.has(name))
    }

    /// It would come back to a person: mail systems write in the name of nobody, so that their notices never do.
    fn is_from_somebody(&self) -> bool {
        let path = self.email.fields.get("return-path");
        let addresses = addresses_in(path);
        !self.is_from_nobody()
            && addresses.first().is_some_and(|one| !is_of_a_server(one.address))
            && self.returned.is_missing()
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

    pub fn sent_to(&self) -> Vec<String> {
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
fn head_in(tail: &str) -> HeaderFields {
    let mut rest = tail;
    // Some lines announce it.
    for _ in 0..12 {
        let (fields, _) = HeaderFields::read(rest.trim_start_matches(['\n', ' ', '\t']));
        if fields.iter().count() >= 2 {
            return fields;
        }
        let Some((_, after)) = rest.split_once('\n') else { break };
        rest = after;
    }
    HeaderFields::default()
}
