//! What an answer, or its absence, means for the person's row and for the run: the fault table (see docs/DELIVERY.md).
//! Pure: an outcome in, a verdict out.

use super::pace::Delay;
use crate::ledger::Event;
use crate::message::Message;
use crate::providers::{Blame, Correspondents, RefusalKind, meaning, meaning_between};
use crate::rfc::reply::{Reply, Stage};
use crate::smtp::{FaultKind, SmtpFault, TransmitOutcome};
use chrono::{DateTime, Utc};

/// What becomes of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFate {
    Accepted {
        reply: String,
    },
    /// Again later, at a time that `pace` chooses.
    Deferred {
        why: String,
        delay: Delay,
    },
    Rejected {
        why: String,
        suppress: bool,
    },
    Uncertain {
        why: String,
    },
    /// Not about the person: back to the plan.
    Released {
        why: String,
    },
}

/// A refusal that was read once the person was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    pub about: Blame,
    pub kind: RefusalKind,
}

/// What becomes of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunFate {
    GoOn,
    /// This connection failed: another may do better. Many in a row stop the run.
    ConnectionFailed {
        why: String,
    },
    /// A session that had begun this person's message was lost: it may be the row that relays stumble over.
    SessionLost {
        why: String,
    },
    /// Whom it is about is judged together with those before and after it (`refusals.rs`).
    Refused(Refusal),
    /// It is about us: nobody else must be tried until somebody has looked.
    Pause {
        why: String,
        cure: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub row: RowFate,
    pub run: RunFate,
}

/// What the relay wants less of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    Connections,
    /// Messages in a span of time.
    Messages,
}

/// Whether the relay wants less, and of what.
pub fn wants_less(outcome: &TransmitOutcome) -> Option<LimitKind> {
    let reply = outcome.result.as_ref().ok().filter(|reply| reply.is_transient())?;
    match meaning(outcome.stage, reply).kind {
        RefusalKind::Connections => Some(LimitKind::Connections),
        RefusalKind::Rate => Some(LimitKind::Messages),
        _ => None,
    }
}

/// How long a copy waits for what passes by itself.
fn delay_of(kind: RefusalKind) -> Delay {
    match kind {
        RefusalKind::Greylisting => Delay::Greylisted,
        RefusalKind::MailboxFull => Delay::MailboxFull,
        RefusalKind::Rate | RefusalKind::Connections | RefusalKind::MailboxBusy => Delay::Throttled,
        _ => Delay::Ordinary,
    }
}

/// How a reason begins that is a reply, and not silence or a broken connection.
pub const ANSWERED: &str = "the relay answered ";

/// How the reason begins for a row on which sessions are lost again and again.
pub const LOST_ON_IT: &str = "the relay breaks off whenever this person is named: ";

/// Whether a copy that was deferred with these words waits for somebody to do something, and not for a time: the next run
/// tries it again at once.
pub fn waits_for_a_cure(why: &str) -> bool {
    if why.starts_with(LOST_ON_IT) {
        return true;
    }
    let code = why.get(..3).and_then(|code| code.parse().ok());
    let Some(code) = code.filter(|code| (400..600).contains(code)) else { return false };
    let reply = Reply::new(code, why.get(4..).unwrap_or_default());
    meaning(Stage::Recipient, &reply).about != Blame::Later
}

/// What a refusal is about; none where the outcome is not one.
pub fn kind_of(outcome: &TransmitOutcome) -> Option<RefusalKind> {
    let refusal = outcome.result.as_ref().ok()?;
    let is_one = refusal.is_transient() || refusal.is_permanent();
    is_one.then(|| meaning(outcome.stage, refusal).kind)
}

/// What to change after a refusal or a fault, where it is known.
pub fn cure_of(outcome: &TransmitOutcome) -> Option<String> {
    match &outcome.result {
        Ok(_) => kind_of(outcome).map(|kind| kind.cure().to_owned()),
        Err(fault) => fault.cure(),
    }
}

/// Judges one transaction of a message.
pub fn judge_message(outcome: &TransmitOutcome, message: &Message) -> Verdict {
    // What names nobody needs no names: nearly every message is accepted.
    if !outcome.result.as_ref().is_ok_and(|reply| reply.is_transient() || reply.is_permanent()) {
        return judge(outcome, Correspondents::default());
    }
    let (sender, recipient) = message.ends();
    let domain = message.domain();
    judge(outcome, Correspondents { sender: &sender, domain, recipient: &recipient })
}

/// Judges one transaction of a message between two addresses.
pub fn judge(outcome: &TransmitOutcome, between: Correspondents<'_>) -> Verdict {
    let stage = outcome.stage;
    match &outcome.result {
        Ok(reply) => judge_reply(stage, reply, between),
        Err(fault) => judge_fault(stage, fault),
    }
}

fn judge_fault(stage: Stage, fault: &SmtpFault) -> Verdict {
    let why = format!("{} ({})", fault, stage.name());
    if stage == Stage::Dot {
        // The dot may have arrived. Nobody can know.
        return Verdict {
            row: RowFate::Uncertain { why: why.clone() },
            run: RunFate::ConnectionFailed { why },
        };
    }
    let run = match fault.kind() {
        FaultKind::Address => {
            // About this address and this relay: another relay, or a later year, may take it.
            return Verdict {
                row: RowFate::Rejected { why: fault.to_string(), suppress: false },
                run: RunFate::GoOn,
            };
        }
        FaultKind::Setup | FaultKind::Ourselves => {
            RunFate::Pause { why: fault.to_string(), cure: fault.cure().unwrap_or_default() }
        }
        FaultKind::Connection if is_of_a_message(stage) => {
            RunFate::SessionLost { why: why.clone() }
        }
        FaultKind::Connection => RunFate::ConnectionFailed { why: why.clone() },
    };
    Verdict { row: RowFate::Released { why }, run }
}

/// Whether the person is named at this stage, or about to be, and the message is certainly not sent.
fn is_of_a_message(stage: Stage) -> bool {
    matches!(stage, Stage::Recipient | Stage::Data | Stage::Body)
}

fn judge_reply(stage: Stage, reply: &Reply, between: Correspondents<'_>) -> Verdict {
    let answer = reply.summary();
    let said = format!("{ANSWERED}{answer} ({})", stage.name());
    let failed = |row| Verdict { row, run: RunFate::ConnectionFailed { why: said.clone() } };
    let released = || RowFate::Released { why: format!("{answer} ({})", stage.name()) };
    if !reply.is_transient() && !reply.is_permanent() {
        return match (stage, reply.code) {
            (Stage::Dot, 250) => {
                Verdict { row: RowFate::Accepted { reply: answer }, run: RunFate::GoOn }
            }
            // It took something: what, nobody can know.
            (Stage::Dot, _) => failed(RowFate::Uncertain { why: answer.clone() }),
            _ => failed(released()),
        };
    }
    let meaning = meaning_between(stage, reply, between);
    let cure = match (stage, meaning.kind) {
        // It has offered STARTTLS, and does not have it.
        (Stage::Tls, RefusalKind::Unclear | RefusalKind::Encryption) => {
            SmtpFault::TlsNotOffered.cure().unwrap_or_default()
        }
        (_, kind) => kind.cure().to_owned(),
    };
    let pause = || RunFate::Pause { why: said.clone(), cure: cure.clone() };
    let is_limit = matches!(meaning.kind, RefusalKind::Rate | RefusalKind::Connections);
    match stage {
        Stage::Connect | Stage::Banner | Stage::Hello | Stage::Tls | Stage::Login => {
            // A login that is refused is never tried again by itself: accounts are locked for that.
            let is_about_us = reply.is_permanent() || meaning.about == Blame::Us;
            if is_about_us { Verdict { row: released(), run: pause() } } else { failed(released()) }
        }
        Stage::Reset | Stage::Quit => failed(released()),
        Stage::Mail if meaning.about != Blame::Later => Verdict { row: released(), run: pause() },
        // An explicit refusal, even after the dot: the message was not taken.
        Stage::Mail if reply.code == 421 => failed(released()),
        // A relay that hangs up over how much we send has said so: the row is not at fault.
        _ if reply.code == 421 && meaning.kind == RefusalKind::Rate => {
            Verdict { row: released(), run: RunFate::GoOn }
        }
        _ if reply.code == 421 && meaning.about == Blame::Later => {
            Verdict { row: released(), run: RunFate::SessionLost { why: said.clone() } }
        }
        _ if reply.is_transient() && is_limit => Verdict { row: released(), run: RunFate::GoOn },
        Stage::Mail | Stage::Recipient | Stage::Data | Stage::Body | Stage::Dot => {
            let refusal = Refusal { why: answer.clone(), about: meaning.about, kind: meaning.kind };
            let waits = |delay| RowFate::Deferred { why: answer.clone(), delay };
            match meaning.about {
                // "Never", for what passes by itself: the same for many people is about us all the same.
                Blame::Later if reply.is_permanent() => {
                    Verdict { row: waits(delay_of(meaning.kind)), run: RunFate::Refused(refusal) }
                }
                Blame::Later => Verdict { row: waits(delay_of(meaning.kind)), run: RunFate::GoOn },
                Blame::Us | Blame::Unclear => {
                    Verdict { row: waits(Delay::Refused), run: RunFate::Refused(refusal) }
                }
                Blame::Person => Verdict {
                    row: RowFate::Rejected { why: answer, suppress: meaning.kind.is_gone() },
                    run: RunFate::Refused(refusal),
                },
            }
        }
    }
}

impl RowFate {
    /// The ledger's word for it; a deferral's time comes from `pace`.
    pub fn event(&self, next_at: DateTime<Utc>) -> Event {
        match self.clone() {
            RowFate::Accepted { reply } => Event::Accepted { reply },
            RowFate::Deferred { why, .. } => Event::Deferred { why, next_at },
            RowFate::Rejected { why, .. } => Event::Rejected { why },
            RowFate::Uncertain { why } => Event::Uncertain { why },
            RowFate::Released { why } => Event::Released { why },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(outcome: &TransmitOutcome) -> Verdict {
        judge(outcome, Correspondents::default())
    }

    /// One letter for the row, one for the run: A accepted, D deferred, R rejected, S rejected and suppressed,
    /// U uncertain, P planned again; go on, connection failed, refused, refused about us, halt.
    fn letters(verdict: &Verdict) -> String {
        let row = match &verdict.row {
            RowFate::Accepted { .. } => "A",
            RowFate::Deferred { .. } => "D",
            RowFate::Rejected { suppress: false, .. } => "R",
            RowFate::Rejected { suppress: true, .. } => "S",
            RowFate::Uncertain { .. } => "U",
            RowFate::Released { .. } => "P",
        };
        let run = match verdict.run {
            RunFate::GoOn => "",
            RunFate::ConnectionFailed { .. } => " conn",
            RunFate::SessionLost { .. } => " lost",
            RunFate::Refused(Refusal { about: Blame::Us, .. }) => " us",
            RunFate::Refused(_) => " refused",
            RunFate::Pause { .. } => " halt",
        };
        format!("{row}{run}")
    }

    const STAGES: [Stage; 9] = [
        Stage::Connect,
        Stage::Banner,
        Stage::Hello,
        Stage::Tls,
        Stage::Login,
        Stage::Mail,
        Stage::Recipient,
        Stage::Data,
        Stage::Dot,
    ];

    #[test]
    fn each_kind_that_passes_by_itself_has_its_own_wait() {
        for (kind, delay) in [
            (RefusalKind::Greylisting, Delay::Greylisted),
            (RefusalKind::MailboxFull, Delay::MailboxFull),
            (RefusalKind::Rate, Delay::Throttled),
            (RefusalKind::Connections, Delay::Throttled),
            (RefusalKind::MailboxBusy, Delay::Throttled),
            (RefusalKind::Unclear, Delay::Ordinary),
        ] {
            assert_eq!(delay_of(kind), delay, "{kind:?}");
        }
    }

    #[test]
    fn a_refusal_and_a_fault_have_a_cure_and_a_yes_has_none() {
        let outcome = |result| TransmitOutcome { stage: Stage::Recipient, result };
        let reply = |code, words| outcome(Ok(Reply::new(code, words)));
        assert_eq!(cure_of(&reply(250, "2.1.5 ok")), None);
        for (code, words) in [(450, "4.2.0 greylisted"), (550, "5.1.1 no such user")] {
            let kind = meaning(Stage::Recipient, &Reply::new(code, words)).kind;
            assert_eq!(cure_of(&reply(code, words)).as_deref(), Some(kind.cure()), "{words}");
        }
        let nobody = SmtpFault::NoSuchHost("smtp.example.org".to_owned());
        let cure = cure_of(&outcome(Err(nobody)));
        assert!(cure.is_some_and(|cure| cure.contains("the server's name")));
    }

    #[test]
    fn answers_by_stage() {
        // Columns: banner, EHLO, TLS, login | MAIL | RCPT | DATA | dot
        let table = [
            ("250 2.0.0 ok", ["-", "-", "-", "-", "A"]),
            ("421 4.3.2 closing", ["P conn", "P conn", "P lost", "P lost", "P lost"]),
            ("450 4.2.0 greylisted", ["P conn", "D", "D", "D", "D"]),
            ("451 4.3.0 later", ["P conn", "P", "D", "P", "D"]),
            ("452 4.5.3 too many", ["P conn", "P", "P", "P", "P"]),
            ("454 4.7.0 throttled", ["P conn", "P", "P", "P", "P"]),
            ("550 5.1.1 no such user", ["P halt", "P halt", "S refused", "D refused", "S refused"]),
            (
                "550 5.1.2 no such domain",
                ["P halt", "P halt", "S refused", "D refused", "S refused"],
            ),
            ("550 5.1.10 null MX", ["P halt", "P halt", "S refused", "D refused", "S refused"]),
            ("550 5.2.1 disabled", ["P halt", "P halt", "S refused", "D refused", "S refused"]),
            ("550 no such user", ["P halt", "P halt", "S refused", "D refused", "S refused"]),
            ("550 no", ["P halt", "P halt", "D refused", "D refused", "D refused"]),
            ("452 4.2.2 full", ["P conn", "D", "D", "D", "D"]),
            ("552 5.2.2 full", ["P halt", "D refused", "D refused", "D refused", "D refused"]),
            ("552 5.3.4 too big", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("550 5.7.1 policy", ["P halt", "P halt", "D refused", "D refused", "D refused"]),
            ("550 5.7.26 unauthenticated", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("550 5.7.515 access denied", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("554 5.7.1 spam", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("535 5.7.8 bad password", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("530 5.7.0 login first", ["P halt", "P halt", "D us", "D us", "D us"]),
            ("503 5.5.1 bad sequence", ["P halt", "P halt", "D refused", "D refused", "D refused"]),
            ("251 2.1.5 ok", ["-", "-", "-", "-", "U conn"]),
            ("221 2.0.0 bye", ["-", "-", "-", "-", "U conn"]),
            ("354 go on", ["-", "-", "-", "-", "U conn"]),
        ];
        for (answer, expected) in table {
            let (code, text) = answer.split_once(' ').unwrap();
            let reply = Reply::new(code.parse().unwrap(), text);
            for stage in STAGES {
                let column = match stage {
                    Stage::Mail => 1,
                    Stage::Recipient => 2,
                    Stage::Data => 3,
                    Stage::Dot => 4,
                    _ => 0,
                };
                if expected[column] == "-" {
                    continue;
                }
                let verdict = judged(&TransmitOutcome { stage, result: Ok(reply.clone()) });
                assert_eq!(letters(&verdict), expected[column], "{answer} at {}", stage.name());
            }
        }
    }

    #[test]
    fn each_not_now_waits_for_its_own_time() {
        use Delay::{Greylisted, MailboxFull, Ordinary, Throttled};
        for (stage, code, text, expected) in [
            (
                Stage::Recipient,
                450,
                "4.2.0 <a@b>: Recipient address rejected: Greylisted",
                Ok(Greylisted),
            ),
            (Stage::Recipient, 451, "4.7.1 come back later", Ok(Greylisted)),
            (Stage::Recipient, 452, "4.2.2 mailbox full", Ok(MailboxFull)),
            (
                Stage::Recipient,
                450,
                "4.2.1 receiving mail at a rate that prevents it",
                Ok(Throttled),
            ),
            (Stage::Dot, 451, "4.3.0 temporary problem", Ok(Ordinary)),
            (Stage::Dot, 451, "try again", Ok(Ordinary)),
            (Stage::Tls, 454, "4.7.0 no TLS today", Ok(Ordinary)),
            (Stage::Recipient, 452, "4.5.3 too many recipients", Err(LimitKind::Messages)),
            (Stage::Dot, 421, "4.7.28 unusual rate of mail", Err(LimitKind::Messages)),
            (Stage::Mail, 451, "try again", Err(LimitKind::Messages)),
            (Stage::Dot, 451, "4.7.500 Server busy", Err(LimitKind::Messages)),
            (
                Stage::Recipient,
                450,
                "4.7.1 Error: too much mail from 192.0.2.1",
                Err(LimitKind::Messages),
            ),
            (
                Stage::Dot,
                432,
                "4.3.2 Concurrent connections limit exceeded",
                Err(LimitKind::Connections),
            ),
            (Stage::Banner, 421, "closing", Err(LimitKind::Connections)),
        ] {
            let reply = Reply::new(code, text);
            let kind = meaning(stage, &reply).kind;
            let less = wants_less(&TransmitOutcome { stage, result: Ok(reply) });
            assert_eq!(less, expected.err(), "{code} {text}");
            if let Ok(delay) = expected {
                assert_eq!(delay_of(kind), delay, "{code} {text}");
            }
        }
        assert_eq!(
            wants_less(&TransmitOutcome { stage: Stage::Dot, result: Ok(Reply::new(250, "ok")) }),
            None
        );
        assert_eq!(
            wants_less(&TransmitOutcome { stage: Stage::Dot, result: Err(SmtpFault::Closed) }),
            None
        );
    }

    #[test]
    fn what_waits_for_a_cure_is_known_by_its_words() {
        for (why, expected) in [
            ("550 5.7.1 not allowed to send as this", true),
            ("550 no", true),
            ("454 Throttling failure: Daily message quota exceeded.", true),
            (&format!("{LOST_ON_IT}no answer in time (RCPT)"), true),
            ("450 4.2.0 greylisted", false),
            ("552 5.2.2 mailbox full", false),
            ("no answer in time (RCPT)", false),
            ("", false),
            ("5é", false),
        ] {
            assert_eq!(waits_for_a_cure(why), expected, "{why}");
        }
    }

    #[test]
    fn faults_are_uncertain_after_the_dot_and_harmless_before() {
        let faults = [
            (SmtpFault::TimedOut, " conn"),
            (SmtpFault::Closed, " conn"),
            (SmtpFault::Broken("reset".to_owned()), " conn"),
            (SmtpFault::OutOfPlace("354 go".to_owned()), " conn"),
            (SmtpFault::Unsolicited, " conn"),
            (SmtpFault::NotSmtp(crate::rfc::reply::ReplyError::MixedCodes), " conn"),
            (SmtpFault::TlsNotOffered, " halt"),
            (SmtpFault::TlsInjected, " halt"),
            (SmtpFault::TlsFailed("expired".to_owned()), " halt"),
            (SmtpFault::NoLogin("GSSAPI".to_owned()), " halt"),
            (SmtpFault::TlsBroken("cut".to_owned()), " conn"),
            (SmtpFault::TooLarge { size: 2, limit: 1 }, " halt"),
            (SmtpFault::NoLeave("disk full".to_owned()), " halt"),
        ];
        let verdict =
            judged(&TransmitOutcome { stage: Stage::Mail, result: Err(SmtpFault::Utf8NotOffered) });
        assert!(matches!(verdict.row, RowFate::Rejected { suppress: false, .. }));
        assert_eq!(verdict.run, RunFate::GoOn);
        for (fault, run) in faults {
            for stage in STAGES {
                let verdict = judged(&TransmitOutcome { stage, result: Err(fault.clone()) });
                let expected = match stage {
                    Stage::Dot => "U conn".to_owned(),
                    Stage::Recipient | Stage::Data if run == " conn" => "P lost".to_owned(),
                    _ => format!("P{run}"),
                };
                assert_eq!(letters(&verdict), expected, "{fault} at {}", stage.name());
            }
        }
    }
}
