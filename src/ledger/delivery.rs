//! What may become of one person's copy, and who may write it: the table of `docs/DELIVERY.md`.
//! Pure: a copy and an event in, the copy as it is afterwards out.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::RunId;

/// Why a copy is planned again that was claimed when a run ended: its message was not begun.
pub const NOT_BEGUN: &str = "the run stopped before the message was complete";

/// Where one person's copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In the plan; nothing was sent.
    Planned,
    /// A run is about to try; nothing that counts was sent.
    Claimed,
    /// Written and fsynced before the message's final dot leaves.
    HandingOver,
    /// The relay took responsibility.
    Accepted,
    /// The relay said "not now"; has a time to try again.
    Deferred,
    /// The relay said "never", about this person.
    Rejected,
    /// The final dot may have left and no answer was read: nobody on our side can know.
    Uncertain,
    /// Must not be mailed any more: unsubscribed, bounced, or gone from the list since the plan.
    Suppressed,
    /// The run was ended by its operator.
    Cancelled,
    /// Deferred until its last time.
    Expired,
    /// It was rejected or expired, and somebody has looked at it and leaves it so.
    Closed,
}

impl Status {
    pub const ALL: [Status; 11] = [
        Status::Planned,
        Status::Claimed,
        Status::HandingOver,
        Status::Accepted,
        Status::Deferred,
        Status::Rejected,
        Status::Uncertain,
        Status::Suppressed,
        Status::Cancelled,
        Status::Expired,
        Status::Closed,
    ];

    /// Its word in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Planned => "planned",
            Status::Claimed => "claimed",
            Status::HandingOver => "handing_over",
            Status::Accepted => "accepted",
            Status::Deferred => "deferred",
            Status::Rejected => "rejected",
            Status::Uncertain => "uncertain",
            Status::Suppressed => "suppressed",
            Status::Cancelled => "cancelled",
            Status::Expired => "expired",
            Status::Closed => "closed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// True while a run works on it, and nobody else may.
    pub fn is_in_hand(self) -> bool {
        matches!(self, Status::Claimed | Status::HandingOver)
    }

    /// True when nothing will happen to it without somebody's decision.
    pub fn is_final(self) -> bool {
        match self {
            Status::Planned | Status::Claimed | Status::HandingOver | Status::Deferred => false,
            Status::Accepted
            | Status::Rejected
            | Status::Uncertain
            | Status::Suppressed
            | Status::Cancelled
            | Status::Expired
            | Status::Closed => true,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What happened to one person's copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    Claimed,
    /// Given back untried, or the trouble was not about this person: nothing of it can have been delivered.
    Released {
        why: String,
    },
    HandingOver,
    Accepted {
        reply: String,
    },
    Deferred {
        why: String,
        next_at: DateTime<Utc>,
    },
    Rejected {
        why: String,
    },
    Uncertain {
        why: String,
    },
    Suppressed {
        why: String,
    },
    Cancelled,
    Expired {
        why: String,
    },
    /// An operator decided that an uncertain copy shall be sent again.
    Resent,
    /// An operator, or the relay's own log, says that an uncertain copy arrived.
    AssumedSent {
        why: String,
    },
    /// A refusal turned out to be about us, or an operator wants another try: the copy is as it was before.
    Retried {
        why: String,
    },
    /// An operator has looked at a copy that was refused, and leaves it so.
    Closed {
        why: String,
    },
    /// The same of a copy that a run gave back after a refusal. It is another event, so that people who decided before somebody else
    /// wanted another try close nothing.
    GivenUp {
        why: String,
    },
}

impl Event {
    /// When the copy is tried again, if the event says so.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Event::Deferred { next_at, .. } => Some(*next_at),
            _ => None,
        }
    }

    /// What it does to the count of tries: given back untried, a copy was not tried.
    pub fn tries(&self) -> i32 {
        match self {
            Event::Claimed => 1,
            Event::Released { .. } | Event::Retried { .. } => -1,
            _ => 0,
        }
    }

    /// True for the steps that nearly every copy takes: its row says all of them, and they leave no line in `events`.
    pub fn is_ordinary(&self) -> bool {
        matches!(self, Event::Claimed | Event::HandingOver | Event::Accepted { .. })
    }

    /// What people read about it.
    pub fn detail(&self) -> &str {
        match self {
            Event::Released { why }
            | Event::Deferred { why, .. }
            | Event::Rejected { why }
            | Event::Uncertain { why }
            | Event::Suppressed { why }
            | Event::Expired { why }
            | Event::AssumedSent { why }
            | Event::Retried { why }
            | Event::Closed { why }
            | Event::GivenUp { why } => why,
            Event::Accepted { reply } => reply,
            Event::Claimed | Event::HandingOver | Event::Cancelled | Event::Resent => "",
        }
    }

    /// The status of a copy that this has happened to.
    pub fn becomes(&self) -> Status {
        match self {
            Event::Claimed => Status::Claimed,
            Event::Released { .. } | Event::Resent | Event::Retried { .. } => Status::Planned,
            Event::Closed { .. } | Event::GivenUp { .. } => Status::Closed,
            Event::HandingOver => Status::HandingOver,
            Event::Accepted { .. } | Event::AssumedSent { .. } => Status::Accepted,
            Event::Deferred { .. } => Status::Deferred,
            Event::Rejected { .. } => Status::Rejected,
            Event::Uncertain { .. } => Status::Uncertain,
            Event::Suppressed { .. } => Status::Suppressed,
            Event::Cancelled => Status::Cancelled,
            Event::Expired { .. } => Status::Expired,
        }
    }

    pub fn word(&self) -> &'static str {
        match self {
            Event::Claimed => "claimed",
            Event::Released { .. } => "released",
            Event::HandingOver => "handing_over",
            Event::Accepted { .. } => "accepted",
            Event::Deferred { .. } => "deferred",
            Event::Rejected { .. } => "rejected",
            Event::Uncertain { .. } => "uncertain",
            Event::Suppressed { .. } => "suppressed",
            Event::Cancelled => "cancelled",
            Event::Expired { .. } => "expired",
            Event::Resent => "resent",
            Event::AssumedSent { .. } => "assumed_sent",
            Event::Retried { .. } => "retried",
            Event::Closed { .. } => "closed",
            Event::GivenUp { .. } => "given_up",
        }
    }
}

/// A step that a caller must never request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a copy that is {from} cannot become {event}")]
pub struct ImpossibleStep {
    pub from: Status,
    pub event: &'static str,
}

/// The next status. This function is the whole of the state machine.
///
/// # Errors
/// When the event cannot happen to a copy in this status.
pub fn next(from: Status, event: &Event) -> Result<Status, ImpossibleStep> {
    use Event as E;
    use Status as S;
    let may = match event {
        E::Claimed | E::Cancelled => matches!(from, S::Planned | S::Deferred),
        E::Suppressed { .. } | E::Expired { .. } => {
            matches!(from, S::Planned | S::Deferred | S::Claimed)
        }
        E::HandingOver => from == S::Claimed,
        // Refusals before the dot, and explicit refusals after it: in both the relay has not taken the message.
        E::Released { .. } | E::Deferred { .. } | E::Rejected { .. } => from.is_in_hand(),
        E::Accepted { .. } | E::Uncertain { .. } => from == S::HandingOver,
        E::Resent | E::AssumedSent { .. } => from == S::Uncertain,
        E::Retried { .. } | E::Closed { .. } => {
            matches!(from, S::Rejected | S::Expired | S::Deferred)
        }
        E::GivenUp { .. } => from == S::Planned,
    };
    if may { Ok(event.becomes()) } else { Err(ImpossibleStep { from, event: event.word() }) }
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A run that takes rows, or has them in progress.
    Sender(RunId),
    /// Whoever settles what a run left.
    Settlement,
    /// An operator: rows that a run has claimed are not theirs.
    Operator,
}

/// Why an event is not written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriteRefusal {
    /// Another run has the copy in progress.
    #[error("another run is sending it")]
    Fenced,
    #[error(transparent)]
    Impossible(#[from] ImpossibleStep),
}

/// One person's copy as every ledger keeps it, without the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyState {
    pub status: Status,
    /// The run that has it in progress, or had it last.
    pub holder: Option<RunId>,
    /// How often it was tried.
    pub attempts: u32,
    pub changed_at: DateTime<Utc>,
    /// When it is tried again.
    pub next_at: Option<DateTime<Utc>>,
    /// The relay's answer, or why it is what it is.
    pub detail: String,
}

impl CopyState {
    /// A copy as it is planned.
    pub fn planned(at: DateTime<Utc>) -> Self {
        Self {
            status: Status::Planned,
            holder: None,
            attempts: 0,
            changed_at: at,
            next_at: None,
            detail: String::new(),
        }
    }

    /// Whether a writer may let an event happen to it, and what it becomes.
    ///
    /// # Errors
    /// When it is in another's hand, or the event cannot happen to it.
    pub fn may_write(&self, writer: Writer, event: &Event) -> Result<Status, WriteRefusal> {
        match writer {
            Writer::Sender(sender) if self.status.is_in_hand() && self.holder != Some(sender) => {
                Err(WriteRefusal::Fenced)
            }
            Writer::Operator if self.status.is_in_hand() => {
                Err(ImpossibleStep { from: self.status, event: event.word() }.into())
            }
            Writer::Sender(_) | Writer::Settlement | Writer::Operator => {
                Ok(next(self.status, event)?)
            }
        }
    }

    /// Lets an event happen to it.
    ///
    /// # Errors
    /// As `may_write`; then nothing has changed.
    pub fn apply(
        &mut self,
        writer: Writer,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Status, WriteRefusal> {
        self.status = self.may_write(writer, event)?;
        if let Writer::Sender(sender) = writer {
            self.holder = Some(sender);
        }
        self.attempts = self.attempts.saturating_add_signed(event.tries());
        self.changed_at = now;
        self.next_at = event.next_at();
        self.detail = detail_of(event);
        Ok(self.status)
    }

    /// Whether this very event was written already: a commit whose answer was lost is not made twice.
    pub fn has(&self, sender: RunId, event: &Event, at: DateTime<Utc>) -> bool {
        self.status == event.becomes()
            && self.holder == Some(sender)
            && self.changed_at.timestamp_millis() == at.timestamp_millis()
            && self.detail == detail_of(event)
    }
}

/// A server's answer may hold anything; no database takes U+0000.
fn detail_of(event: &Event) -> String {
    event.detail().replace('\0', "\u{fffd}")
}

/// What somebody's word comes to in a cancelled edition, where nothing is planned again: a copy that may have arrived
/// stays uncertain, and one that was rejected is cancelled with the others.
pub fn in_cancelled(event: &Event) -> Vec<Event> {
    match event {
        Event::Resent => Vec::new(),
        Event::Retried { .. } => vec![event.clone(), Event::Cancelled],
        event => vec![event.clone()],
    }
}

/// What a copy found by a new run becomes: the run that had it is gone.
pub fn after_a_crash(status: Status) -> Option<Event> {
    match status {
        Status::Claimed => Some(Event::Released { why: NOT_BEGUN.to_owned() }),
        Status::HandingOver => Some(Event::Uncertain {
            why: "the run stopped while the message was being sent".to_owned(),
        }),
        Status::Planned
        | Status::Accepted
        | Status::Deferred
        | Status::Rejected
        | Status::Uncertain
        | Status::Suppressed
        | Status::Cancelled
        | Status::Expired
        | Status::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_only_decisions_change_what_is_final() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.word()), Some(status));
            let may_change_by_itself = matches!(
                status,
                Status::Planned | Status::Claimed | Status::HandingOver | Status::Deferred
            );
            assert_eq!(status.is_final(), !may_change_by_itself, "{status}");
        }
        assert_eq!(Status::parse("sent"), None);
        assert_eq!(Status::parse(""), None);
    }

    #[test]
    fn what_an_event_does_to_the_tries_and_what_leaves_no_line() {
        for event in events() {
            let tries = match event {
                Event::Claimed => 1,
                Event::Released { .. } | Event::Retried { .. } => -1,
                _ => 0,
            };
            assert_eq!(event.tries(), tries, "{event:?}");
            let is_ordinary =
                matches!(event, Event::Claimed | Event::HandingOver | Event::Accepted { .. });
            assert_eq!(event.is_ordinary(), is_ordinary, "{event:?}");
            let next = matches!(event, Event::Deferred { .. }).then_some(DateTime::UNIX_EPOCH);
            assert_eq!(event.next_at(), next, "{event:?}");
        }
    }

    #[test]
    fn a_servers_words_are_kept_without_what_no_database_takes() {
        let event = Event::Rejected { why: "550 no\0body".to_owned() };
        assert_eq!(detail_of(&event), "550 no\u{fffd}body");
        assert_eq!(detail_of(&Event::Claimed), "");
    }

    fn events() -> Vec<Event> {
        let why = String::new;
        vec![
            Event::Claimed,
            Event::Released { why: why() },
            Event::HandingOver,
            Event::Accepted { reply: why() },
            Event::Deferred { why: why(), next_at: DateTime::UNIX_EPOCH },
            Event::Rejected { why: why() },
            Event::Uncertain { why: why() },
            Event::Suppressed { why: why() },
            Event::Cancelled,
            Event::Expired { why: why() },
            Event::Resent,
            Event::AssumedSent { why: why() },
            Event::Retried { why: why() },
            Event::Closed { why: why() },
            Event::GivenUp { why: why() },
        ]
    }

    #[test]
    fn only_a_copy_being_handed_over_becomes_accepted_or_uncertain() {
        for from in Status::ALL {
            for event in events() {
                let to = next(from, &event);
                if to == Ok(Status::Uncertain) {
                    assert_eq!(from, Status::HandingOver);
                }
                if to == Ok(Status::Accepted) {
                    assert!(matches!(from, Status::HandingOver | Status::Uncertain));
                }
            }
        }
    }

    #[test]
    fn nothing_leaves_a_final_status_but_by_somebodys_word() {
        for from in Status::ALL.into_iter().filter(|status| status.is_final()) {
            for event in events() {
                let allowed = match from {
                    Status::Uncertain => {
                        matches!(event, Event::Resent | Event::AssumedSent { .. })
                    }
                    Status::Rejected | Status::Expired => {
                        matches!(event, Event::Retried { .. } | Event::Closed { .. })
                    }
                    _ => false,
                };
                assert_eq!(next(from, &event).is_ok(), allowed, "{from} {}", event.word());
            }
        }
    }

    #[test]
    fn an_uncertain_copy_is_never_claimed() {
        assert!(next(Status::Uncertain, &Event::Claimed).is_err());
        assert!(next(Status::HandingOver, &Event::Claimed).is_err());
        assert!(next(Status::Accepted, &Event::Claimed).is_err());
    }

    #[test]
    fn after_a_crash_every_open_copy_is_unsent_or_uncertain() {
        for status in Status::ALL {
            let settled =
                after_a_crash(status).map_or(Ok(status), |event| next(status, &event)).unwrap();
            assert!(!matches!(settled, Status::Claimed | Status::HandingOver));
        }
    }

    #[test]
    fn nobody_writes_what_another_has_in_hand() {
        let (mine, theirs) = (Writer::Sender(RunId(1)), Writer::Sender(RunId(2)));
        let now = DateTime::UNIX_EPOCH;
        for status in Status::ALL {
            for event in events() {
                let held = CopyState { status, holder: Some(RunId(1)), ..CopyState::planned(now) };
                let before = held.clone();
                let step = next(status, &event);
                assert_eq!(held.may_write(mine, &event).ok(), step.clone().ok());
                assert_eq!(held.may_write(Writer::Settlement, &event).ok(), step.clone().ok());
                for other in [theirs, Writer::Operator] {
                    let mut copy = held.clone();
                    let written = copy.apply(other, &event, now);
                    if status.is_in_hand() || step.is_err() {
                        assert!(written.is_err(), "{status} {event:?} {other:?}");
                        assert_eq!(copy, before, "a refused event changes nothing");
                    } else {
                        assert_eq!(written.ok(), step.clone().ok());
                    }
                }
            }
        }
    }

    #[test]
    fn an_event_that_was_written_is_known_again_and_no_other() {
        let now = DateTime::UNIX_EPOCH;
        let sender = RunId(7);
        for status in Status::ALL {
            for event in events() {
                let mut copy =
                    CopyState { status, holder: Some(sender), ..CopyState::planned(now) };
                copy.changed_at = now - chrono::TimeDelta::seconds(1);
                assert!(!copy.has(sender, &event, now));
                if copy.apply(Writer::Sender(sender), &event, now).is_ok() {
                    assert!(copy.has(sender, &event, now), "{event:?}");
                    assert!(!copy.has(RunId(8), &event, now));
                    assert!(!copy.has(sender, &event, now + chrono::TimeDelta::milliseconds(1)));
                }
            }
        }
    }

    #[test]
    fn the_document_has_the_same_table() {
        let document = include_str!("../../docs/DELIVERY.md");
        for from in Status::ALL {
            for event in events() {
                if let Ok(to) = next(from, &event) {
                    let row = format!("| {from} | {} | {to} |", event.word());
                    assert!(document.contains(&row), "docs/DELIVERY.md lacks the row {row}");
                }
            }
        }
        let rows = document
            .lines()
            .filter(|line| {
                line.split('|').count() == 5
                    && Status::ALL.iter().any(|s| line.starts_with(&format!("| {s} |")))
            })
            .count();
        let steps = Status::ALL
            .iter()
            .flat_map(|from| events().into_iter().map(move |e| next(*from, &e)))
            .flatten()
            .count();
        assert_eq!(rows, steps, "docs/DELIVERY.md has rows that the code does not know");
    }
}
