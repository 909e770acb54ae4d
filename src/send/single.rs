//! Hands messages to one person over, one after the other, under the promise of editions.
//! Shell: the relay and the ledger.
//!
//! *Handing over* is on disk before a message's end leaves, and what may have arrived is never sent again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::relay::{Leave, Relay};
use super::verdict::{RowFate, RunFate, judge_message};
use crate::ledger::error::LedgerError;
use crate::ledger::single_store::{SingleMessage, SingleResult, SingleStatus, SingleStore};
use crate::message::Message;

/// Waits of 5, 10, 20 minutes and so on, to 4 hours: some two days in all.
const MOST_TRIES: u32 = 16;
const FIRST_WAIT_MINUTES: i64 = 5;
const LONGEST_WAIT_MINUTES: i64 = 240;
/// Messages of one drain: the program that drains has something else to do.
const MOST_AT_ONCE: u64 = 500;

/// What a drain came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SingleCounts {
    pub accepted: u64,
    pub deferred: u64,
    pub rejected: u64,
    pub uncertain: u64,
    /// Why it ended before everything was tried.
    pub stopped: Option<String>,
}

/// Which program drains, and how.
#[derive(Debug, Clone, Copy)]
pub struct SingleRun<'a> {
    /// Names this program among those that drain.
    pub holder: &'a str,
    /// From one message to the next.
    pub gap: Duration,
    pub clock: fn() -> DateTime<Utc>,
}

impl SingleRun<'_> {
    /// Hands over what is due. `build` makes a message's bytes, or says why it cannot be made.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn drain<S: SingleStore, R: Relay>(
        &self,
        store: &S,
        mut relay: R,
        build: impl AsyncFn(&SingleMessage) -> Result<Message, String>,
    ) -> Result<SingleCounts, LedgerError> {
        let mut counts = SingleCounts::default();
        for number in 0..MOST_AT_ONCE {
            let Some(single) = store.claim_single(self.holder, (self.clock)()).await? else {
                break;
            };
            if number > 0 && !self.gap.is_zero() {
                tokio::time::sleep(self.gap).await;
            }
            let (result, stop) = match build(&single).await {
                Ok(message) => self.transmit(store, &mut relay, &single, &message).await,
                Err(why) => (self.result(SingleStatus::Rejected, why), None),
            };
            match result.status {
                SingleStatus::Accepted => counts.accepted += 1,
                SingleStatus::Rejected => counts.rejected += 1,
                SingleStatus::Uncertain => counts.uncertain += 1,
                _ => counts.deferred += 1,
            }
            store.record_single(single.id, self.holder, result, (self.clock)()).await?;
            if stop.is_some() {
                counts.stopped = stop;
                break;
            }
        }
        relay.close().await;
        Ok(counts)
    }

    fn result(&self, status: SingleStatus, detail: String) -> SingleResult {
        SingleResult { status, detail, next_at: (self.clock)() }
    }

    /// What a try came to, and why no other message is tried now.
    async fn transmit<S: SingleStore, R: Relay>(
        &self,
        store: &S,
        relay: &mut R,
        single: &SingleMessage,
        message: &Message,
    ) -> (SingleResult, Option<String>) {
        let leave: Leave<'_> = Box::pin(async {
            match store.hand_over_single(single.id, self.holder, (self.clock)()).await {
                Ok(true) => Ok(()),
                Ok(false) => Err("nobody wants this message any more".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        });
        let outcome = relay.transmit(message, leave, None).await;
        let verdict = judge_message(&outcome, message);
        let result = match verdict.row {
            RowFate::Accepted { reply } => self.result(SingleStatus::Accepted, reply),
            RowFate::Rejected { why, .. } => self.result(SingleStatus::Rejected, why),
            RowFate::Uncertain { why } => self.result(SingleStatus::Uncertain, why),
            RowFate::Deferred { why, .. } | RowFate::Released { why } => {
                if single.attempts >= MOST_TRIES {
                    self.result(SingleStatus::Rejected, why)
                } else {
                    let mut result = self.result(SingleStatus::Deferred, why);
                    result.next_at += wait_after(single.attempts);
                    result
                }
            }
        };
        let stop = match verdict.run {
            RunFate::GoOn | RunFate::Refused(_) => None,
            RunFate::ConnectionFailed { why }
            | RunFate::SessionLost { why }
            | RunFate::Pause { why, .. } => Some(why),
        };
        (result, stop)
    }
}

fn wait_after(attempts: u32) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).min(10);
    TimeDelta::minutes((FIRST_WAIT_MINUTES << doublings).min(LONGEST_WAIT_MINUTES))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ledger::SqliteLedger;
    use crate::ledger::join_store::JoinStore;
    use crate::ledger::joining::{JoinEvidence, JoinRequest};
    use crate::message::Envelope;
    use crate::rfc::address::EmailAddress;
    use crate::rfc::reply::Stage;
    use crate::send::relay::scripted::{ScriptStep, ScriptedRelay};

    fn now() -> DateTime<Utc> {
        "2026-11-27T10:00:00Z".parse().unwrap()
    }

    fn next_day() -> DateTime<Utc> {
        now() + TimeDelta::days(1)
    }

    async fn asked(ledger: &SqliteLedger, name: &str) -> JoinRequest {
        let request = JoinRequest {
            person: name.to_owned(),
            key: format!("{name}@charity.org.uk"),
            address: format!("{name}@charity.org.uk"),
            first_name: String::new(),
            at: now(),
            evidence: JoinEvidence::default(),
            left: None,
        };
        ledger.request_join(request.clone()).await.unwrap();
        request
    }

    async fn build(single: &SingleMessage) -> Result<Message, String> {
        if single.address.starts_with("odd") {
            return Err("it cannot be made".to_owned());
        }
        let recipient = EmailAddress::parse(&single.address).unwrap();
        let envelope = Envelope { sender: recipient.clone(), recipient };
        let message_id = format!("{}@charity.example", single.id);
        Ok(Message { envelope, message_id, bytes: b"x\r\n".to_vec() })
    }

    const RUN: SingleRun<'_> = SingleRun { holder: "a", gap: Duration::ZERO, clock: now };
    const LATER: SingleRun<'_> = SingleRun { holder: "b", gap: Duration::ZERO, clock: next_day };

    async fn states(ledger: &SqliteLedger, names: &[&str]) -> BTreeMap<String, &'static str> {
        let mut states = BTreeMap::new();
        for name in names {
            let records = ledger.single_messages_of(name).await.unwrap();
            states.insert((*name).to_owned(), records[0].status);
        }
        states
    }

    #[tokio::test]
    async fn each_answer_and_its_absence_has_its_state_and_nothing_is_sent_twice() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
        let names = ["ann", "grey", "gone", "lost", "odd"];
        for name in names {
            asked(&ledger, name).await;
        }
        let relay = ScriptedRelay::new(|to, before| match to.split('@').next().unwrap() {
            "grey" if before == 0 => ScriptStep::Answer(Stage::Recipient, 450, "4.7.1 later"),
            "gone" => ScriptStep::Answer(Stage::Recipient, 550, "5.1.1 no such user"),
            "lost" => ScriptStep::Break(Stage::Dot),
            _ => ScriptStep::Answer(Stage::Dot, 250, "2.0.0 ok"),
        });
        for _ in 0..4 {
            RUN.drain(&ledger, relay.clone(), build).await.unwrap();
        }
        let found = states(&ledger, &names).await;
        let expected = [
            ("ann", "accepted"),
            ("gone", "rejected"),
            ("grey", "deferred"),
            ("lost", "uncertain"),
            ("odd", "rejected"),
        ];
        assert_eq!(found, expected.map(|(name, state)| (name.to_owned(), state)).into());
        LATER.drain(&ledger, relay.clone(), build).await.unwrap();
        LATER.drain(&ledger, relay.clone(), build).await.unwrap();
        assert_eq!(states(&ledger, &["grey"]).await["grey"], "accepted");
        let mut taken = relay.taken.lock().unwrap().clone();
        taken.sort();
        assert_eq!(taken, ["ann@charity.org.uk", "grey@charity.org.uk"]);
    }

    #[tokio::test]
    async fn a_program_that_stopped_leaves_what_it_had_ended_uncertain_and_the_rest_for_others() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
        for name in ["held", "ended"] {
            asked(&ledger, name).await;
            let single = ledger.claim_single("dead", now()).await.unwrap().unwrap();
            assert_eq!(single.person, name);
            if name == "ended" {
                assert!(ledger.hand_over_single(single.id, "dead", now()).await.unwrap());
            }
            // Nobody else may end it, and nobody may end it twice.
            assert!(!ledger.hand_over_single(single.id, "other", now()).await.unwrap());
        }
        assert_eq!(ledger.claim_single("b", now()).await, Ok(None));
        let relay = ScriptedRelay::new(|_, _| ScriptStep::Answer(Stage::Dot, 250, "2.0.0 ok"));
        LATER.drain(&ledger, relay.clone(), build).await.unwrap();
        assert_eq!(*relay.taken.lock().unwrap(), ["held@charity.org.uk"]);
        assert_eq!(states(&ledger, &["ended"]).await["ended"], "uncertain");
        // The one that was thought dead wakes: its answer changes nothing.
        let late =
            SingleResult { status: SingleStatus::Deferred, detail: String::new(), next_at: now() };
        ledger.record_single(1, "dead", late, next_day()).await.unwrap();
        assert_eq!(states(&ledger, &["held"]).await["held"], "accepted");
    }

    #[tokio::test]
    async fn whoever_does_not_want_it_any_more_gets_nothing_at_any_moment() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
        let early = asked(&ledger, "early").await;
        assert!(ledger.withdraw_request(&early.person).await.unwrap());
        asked(&ledger, "while-built").await;
        let relay = ScriptedRelay::new(|_, _| ScriptStep::Answer(Stage::Dot, 250, "2.0.0 ok"));
        let leaves = async |single: &SingleMessage| {
            ledger.withdraw_request(&single.person).await.unwrap();
            build(single).await
        };
        RUN.drain(&ledger, relay.clone(), leaves).await.unwrap();
        LATER.drain(&ledger, relay.clone(), build).await.unwrap();
        assert!(relay.taken.lock().unwrap().is_empty());
        let found = states(&ledger, &["early", "while-built"]).await;
        assert!(found.values().all(|state| *state == "dropped"), "{found:?}");
    }

    #[test]
    fn waits_grow_and_end() {
        let minutes = |attempts| wait_after(attempts).num_minutes();
        assert_eq!([1, 2, 3, 7, 16, u32::MAX].map(minutes), [5, 10, 20, 240, 240, 240]);
    }
}
