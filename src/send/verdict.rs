//! What an answer, or its absence, means for the person's row and for the run: the fault table (see docs/DELIVERY.md).
//! Pure: an outcome in, a verdict out.

use super::pace::Delay;
use crate::ledger::Event;
use crate::rfc::reply::{EnhancedStatus, Reply, Stage};
use crate::smtp::{Fault, FaultKind, Outcome};
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

/// What becomes of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunFate {
    GoOn,
    /// This connection failed: another may do better. Many in a row stop the run.
    ConnectionFailed {
        why: String,
    },
    /// A refusal for reasons of policy: several in a row are about us.
    PolicyRefusal {
        why: String,
    },
    /// It is about us: nobody else must be tried until somebody has looked.
    Pause {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub row: RowFate,
    pub run: RunFate,
}

/// Whether the relay asks for less: fewer connections, or slower.
pub fn asks_for_less(outcome: &Outcome) -> bool {
    match &outcome.result {
        Ok(reply) => reply.is_transient() && delay_of(outcome.stage, reply) == Delay::Throttled,
        Err(_) => false,
    }
}

/// What "not now" means, by its enhanced code (RFC 3463), or else by its words.
fn delay_of(stage: Stage, reply: &Reply) -> Delay {
    let text = reply.summary().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let code = reply.enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    if says(&["greylist", "graylist", "grey-list", "gray-list"]) {
        return Delay::Greylisted;
    }
    if says(&[
        "throttl",
        "rate limit",
        "too many",
        "too fast",
        "at a rate",
        "unusual rate",
        "slow down",
    ]) {
        return Delay::Throttled;
    }
    match code {
        Some((2, 2)) => Delay::MailboxFull,
        Some((2, 0) | (7, 1)) => Delay::Greylisted,
        Some((7, 28) | (5, 3) | (3, 2)) => Delay::Throttled,
        _ if reply.code == 421 => Delay::Throttled,
        // Before the person was named it can only be about us.
        _ if matches!(stage, Stage::Banner | Stage::Mail | Stage::Data) => Delay::Throttled,
        _ => Delay::Ordinary,
    }
}

/// Judges one transaction.
pub fn judge(outcome: &Outcome) -> Verdict {
    let stage = outcome.stage;
    match &outcome.result {
        Ok(reply) => judge_reply(stage, reply),
        Err(fault) => judge_fault(stage, fault),
    }
}

fn judge_fault(stage: Stage, fault: &Fault) -> Verdict {
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
        FaultKind::Setup | FaultKind::Ourselves => RunFate::Pause { why: fault.to_string() },
        FaultKind::Connection => RunFate::ConnectionFailed { why: why.clone() },
    };
    Verdict { row: RowFate::Released { why }, run }
}

fn judge_reply(stage: Stage, reply: &Reply) -> Verdict {
    let answer = reply.summary();
    let released = || RowFate::Released { why: format!("{answer} ({})", stage.name()) };
    let about_us =
        || RunFate::Pause { why: format!("the relay answered {answer} ({})", stage.name()) };
    let failed = || RunFate::ConnectionFailed {
        why: format!("the relay answered {answer} ({})", stage.name()),
    };
    match stage {
        Stage::Connect | Stage::Banner | Stage::Hello | Stage::Tls | Stage::Login => {
            // A login that is refused is never tried again by itself: accounts are locked for that.
            let run = if reply.is_transient() { failed() } else { about_us() };
            Verdict { row: released(), run }
        }
        Stage::Mail | Stage::Data | Stage::Body | Stage::Reset | Stage::Quit => {
            if reply.code == 421 {
                Verdict { row: released(), run: failed() }
            } else if reply.is_transient() {
                let delay = delay_of(stage, reply);
                Verdict { row: RowFate::Deferred { why: answer, delay }, run: RunFate::GoOn }
            } else {
                Verdict { row: released(), run: about_us() }
            }
        }
        Stage::Recipient | Stage::Dot => judge_person(stage, reply),
    }
}

/// RCPT and the end of the message: the only places where an answer can be about the person.
fn judge_person(stage: Stage, reply: &Reply) -> Verdict {
    let answer = reply.summary();
    let pause = || Verdict {
        row: RowFate::Released { why: answer.clone() },
        run: RunFate::Pause { why: format!("the relay answered {answer} ({})", stage.name()) },
    };
    if reply.is_positive() {
        return Verdict { row: RowFate::Accepted { reply: answer }, run: RunFate::GoOn };
    }
    if reply.code == 421 {
        // An explicit refusal, even after the dot: the message was not taken.
        return Verdict {
            row: RowFate::Released { why: answer.clone() },
            run: RunFate::ConnectionFailed { why: format!("the relay answered {answer}") },
        };
    }
    if reply.is_transient() {
        let delay = delay_of(stage, reply);
        return Verdict { row: RowFate::Deferred { why: answer, delay }, run: RunFate::GoOn };
    }
    if matches!(reply.code, 530 | 534 | 535) {
        return pause();
    }
    let Some(EnhancedStatus { subject, detail, .. }) = reply.enhanced else {
        // A bare 55x is about the person at RCPT; at the end of the message it is about what we said.
        let run = match stage {
            Stage::Dot => RunFate::PolicyRefusal { why: answer.clone() },
            _ => RunFate::GoOn,
        };
        return Verdict { row: RowFate::Rejected { why: answer, suppress: false }, run };
    };
    match (subject, detail) {
        // No such person, no such domain, mailbox closed.
        (1, 1 | 2 | 3 | 6 | 10) | (2, 1) => {
            Verdict { row: RowFate::Rejected { why: answer, suppress: true }, run: RunFate::GoOn }
        }
        // The mailbox is full: it may not be tomorrow.
        (2, 2) => {
            let delay = Delay::MailboxFull;
            Verdict { row: RowFate::Deferred { why: answer, delay }, run: RunFate::GoOn }
        }
        // The message is too large for the system: it is for everybody.
        (3, 4) | (2, 3) => pause(),
        // Our own address, or our authentication.
        (1, 7 | 8) | (7, 8 | 9 | 23 | 26 | 515) => pause(),
        (7, _) => Verdict {
            row: RowFate::Rejected { why: answer.clone(), suppress: false },
            run: RunFate::PolicyRefusal { why: answer },
        },
        _ => {
            Verdict { row: RowFate::Rejected { why: answer, suppress: false }, run: RunFate::GoOn }
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

    /// One letter for the row, one for the run: A accepted, D deferred, R rejected, S rejected and suppressed,
    /// U uncertain, P planned again; go on, connection failed, policy, HALT.
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
            RunFate::PolicyRefusal { .. } => " policy",
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
    fn answers_by_stage() {
        // Columns: banner, EHLO, TLS, login | MAIL | RCPT | DATA | dot
        let table = [
            ("250 2.0.0 ok", ["-", "-", "A", "-", "A"]),
            ("421 4.3.2 closing", ["P conn", "P conn", "P conn", "P conn", "P conn"]),
            ("450 4.2.0 greylisted", ["P conn", "D", "D", "D", "D"]),
            ("451 4.3.0 later", ["P conn", "D", "D", "D", "D"]),
            ("452 4.5.3 too many", ["P conn", "D", "D", "D", "D"]),
            ("454 4.7.0 throttled", ["P conn", "D", "D", "D", "D"]),
            ("550 5.1.1 no such user", ["P halt", "P halt", "S", "P halt", "S"]),
            ("550 5.1.2 no such domain", ["P halt", "P halt", "S", "P halt", "S"]),
            ("550 5.1.10 null MX", ["P halt", "P halt", "S", "P halt", "S"]),
            ("550 5.2.1 disabled", ["P halt", "P halt", "S", "P halt", "S"]),
            ("550 no such user", ["P halt", "P halt", "R", "P halt", "R policy"]),
            ("552 5.2.2 full", ["P halt", "P halt", "D", "P halt", "D"]),
            ("552 5.3.4 too big", ["P halt", "P halt", "P halt", "P halt", "P halt"]),
            ("550 5.7.1 policy", ["P halt", "P halt", "R policy", "P halt", "R policy"]),
            ("550 5.7.26 unauthenticated", ["P halt", "P halt", "P halt", "P halt", "P halt"]),
            ("550 5.7.515 access denied", ["P halt", "P halt", "P halt", "P halt", "P halt"]),
            ("554 5.7.1 spam", ["P halt", "P halt", "R policy", "P halt", "R policy"]),
            ("535 5.7.8 bad password", ["P halt", "P halt", "P halt", "P halt", "P halt"]),
            ("530 5.7.0 login first", ["P halt", "P halt", "P halt", "P halt", "P halt"]),
            ("503 5.5.1 bad sequence", ["P halt", "P halt", "R", "P halt", "R"]),
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
                let verdict = judge(&Outcome { stage, result: Ok(reply.clone()) });
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
                Greylisted,
            ),
            (Stage::Recipient, 451, "4.7.1 come back later", Greylisted),
            (Stage::Recipient, 452, "4.2.2 mailbox full", MailboxFull),
            (Stage::Recipient, 450, "4.2.1 receiving mail at a rate that prevents it", Throttled),
            (Stage::Recipient, 452, "4.5.3 too many recipients", Throttled),
            (Stage::Dot, 421, "4.7.28 unusual rate of mail", Throttled),
            (Stage::Dot, 451, "4.3.0 temporary problem", Ordinary),
            (Stage::Dot, 451, "try again", Ordinary),
            (Stage::Mail, 451, "try again", Throttled),
            (Stage::Banner, 421, "closing", Throttled),
            (Stage::Tls, 454, "4.7.0 no TLS today", Ordinary),
            (Stage::Login, 454, "4.7.0 temporary failure", Ordinary),
        ] {
            let reply = Reply::new(code, text);
            assert_eq!(delay_of(stage, &reply), expected, "{code} {text}");
            let asks = asks_for_less(&Outcome { stage, result: Ok(reply) });
            assert_eq!(asks, expected == Throttled, "{code} {text}");
        }
        assert!(!asks_for_less(&Outcome { stage: Stage::Dot, result: Ok(Reply::new(250, "ok")) }));
        assert!(!asks_for_less(&Outcome { stage: Stage::Dot, result: Err(Fault::Closed) }));
    }

    #[test]
    fn faults_are_uncertain_after_the_dot_and_harmless_before() {
        let faults = [
            (Fault::TimedOut, " conn"),
            (Fault::Closed, " conn"),
            (Fault::Broken("reset".to_owned()), " conn"),
            (Fault::OutOfPlace("354 go".to_owned()), " conn"),
            (Fault::Unsolicited, " conn"),
            (Fault::NotSmtp(crate::rfc::reply::ReplyError::MixedCodes), " conn"),
            (Fault::TlsNotOffered, " halt"),
            (Fault::TlsInjected, " halt"),
            (Fault::TlsFailed("expired".to_owned()), " halt"),
            (Fault::NoLogin("GSSAPI".to_owned()), " halt"),
            (Fault::TlsBroken("cut".to_owned()), " conn"),
            (Fault::TooLarge { size: 2, limit: 1 }, " halt"),
            (Fault::NoLeave("disk full".to_owned()), " halt"),
        ];
        let verdict = judge(&Outcome { stage: Stage::Mail, result: Err(Fault::Utf8NotOffered) });
        assert!(matches!(verdict.row, RowFate::Rejected { suppress: false, .. }));
        assert_eq!(verdict.run, RunFate::GoOn);
        for (fault, run) in faults {
            for stage in STAGES {
                let verdict = judge(&Outcome { stage, result: Err(fault.clone()) });
                let expected =
                    if stage == Stage::Dot { "U conn".to_owned() } else { format!("P{run}") };
                assert_eq!(letters(&verdict), expected, "{fault} at {}", stage.name());
            }
        }
    }
}
