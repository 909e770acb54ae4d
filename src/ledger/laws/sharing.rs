//! The laws of signing up beside a do-not-mail list that newsletters share, as one test that each ledger with a list runs.
//! Shell: a shared list in a temporary folder; runs ledgers that come in as arguments.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::joining::{confirmation, request, state_of};
use super::{keys, now};
use crate::audience::{ChangeOrigin, Keys, NoMailChange, NoMailReason, NoMailStep};
use crate::ledger::AnyLedger;
use crate::ledger::join_store::JoinStore;
use crate::ledger::joining::{ConfirmStep, JoinRequest, JoinStep};
use crate::ledger::shared_list::SharedList;
use crate::ledger::single_store::{SinglePurpose, SingleResult, SingleStatus, SingleStore};
use crate::rfc::address::EmailAddress;

/// A ledger, and another newsletter that shares its list.
struct Sharing {
    ledger: AnyLedger,
    other: Arc<SharedList>,
}

fn hour(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

impl Sharing {
    /// They say no to the other newsletter.
    async fn say_no(&self, request: &JoinRequest, reason: NoMailReason, at: DateTime<Utc>) {
        let step = NoMailStep::Add(reason);
        let change = NoMailChange::new("their hash there", step, ChangeOrigin::Email, at);
        self.other.write(&[change.of_key(&request.key)]).await.unwrap();
    }

    async fn confirms(&self, request: &JoinRequest, at: DateTime<Utc>) -> ConfirmStep {
        let look = self.ledger.look_at_request(&request.person, request.at, at).await.unwrap();
        let step = self.ledger.confirm_join(confirmation(request, at)).await.unwrap();
        assert_eq!(look, step);
        step
    }

    async fn is_mailed(&self, request: &JoinRequest) -> bool {
        let address = EmailAddress::parse(&request.key).unwrap();
        let no = self.ledger.shared_no(&address).await.unwrap();
        no.is_none() && state_of(&self.ledger, &request.key).await.is_some()
    }

    /// What is handed out for a person.
    async fn messages(&self, request: &JoinRequest, now: DateTime<Utc>) -> Vec<SinglePurpose> {
        let mut found = Vec::new();
        while let Some(single) = self.ledger.claim_single("a", now).await.unwrap() {
            let (status, detail) = (SingleStatus::Accepted, String::new());
            let result = SingleResult { status, detail, next_at: now };
            self.ledger.record_single(single.id, "a", result, now).await.unwrap();
            assert_eq!(single.person, request.person);
            found.push(single.purpose);
        }
        found
    }
}

pub async fn hold_of_sharing(ledger: impl Into<AnyLedger>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.db");
    SharedList::make(&path).unwrap();
    let other = Arc::new(SharedList::new(path.clone(), "The other", Keys::new(b"another secret")));
    let ledger = ledger.into().sharing(SharedList::new(path, "This", keys()));
    let sharing = Sharing { ledger, other };
    for reason in NoMailReason::ALL.into_iter().filter(|reason| reason.is_of_all()) {
        whoever_said_no_elsewhere_comes_back_by_signing_up(&sharing, reason).await;
        a_no_elsewhere_makes_a_request_void(&sharing, reason).await;
        a_no_that_is_said_again_is_a_new_one(&sharing, reason).await;
        whoever_says_no_elsewhere_gets_no_welcome(&sharing, reason).await;
    }
}

async fn whoever_said_no_elsewhere_comes_back_by_signing_up(
    sharing: &Sharing,
    reason: NoMailReason,
) {
    let kim = request(&format!("kim-{}", reason.word()), hour(0));
    assert_eq!(sharing.ledger.request_join(kim.clone()).await, Ok(JoinStep::Confirm));
    assert_eq!(sharing.confirms(&kim, hour(1)).await, ConfirmStep::Join);
    assert!(sharing.is_mailed(&kim).await);
    sharing.messages(&kim, hour(1)).await;
    sharing.say_no(&kim, reason, hour(2)).await;
    // The link that they used says no longer that they are on the list.
    assert_eq!(sharing.confirms(&kim, hour(3)).await, ConfirmStep::Void);
    let again = JoinRequest { at: hour(4), ..kim };
    assert_eq!(sharing.ledger.request_join(again.clone()).await, Ok(JoinStep::Confirm));
    assert_eq!(sharing.messages(&again, hour(4)).await, [SinglePurpose::Confirmation]);
    assert!(!sharing.is_mailed(&again).await, "nothing changes until they confirm");
    assert_eq!(sharing.confirms(&again, hour(5)).await, ConfirmStep::Join);
    assert!(sharing.is_mailed(&again).await);
    assert_eq!(sharing.messages(&again, hour(5)).await, [SinglePurpose::Welcome]);
    assert_eq!(sharing.confirms(&again, hour(6)).await, ConfirmStep::Already);
    let third = JoinRequest { at: hour(7), ..again };
    assert_eq!(sharing.ledger.request_join(third.clone()).await, Ok(JoinStep::SayAlready));
    assert_eq!(sharing.messages(&third, hour(7)).await, [SinglePurpose::Already]);
}

async fn a_no_elsewhere_makes_a_request_void(sharing: &Sharing, reason: NoMailReason) {
    for is_mailed_first in [true, false] {
        let lou = request(&format!("lou-{}-{is_mailed_first}", reason.word()), hour(10));
        assert_eq!(sharing.ledger.request_join(lou.clone()).await, Ok(JoinStep::Confirm));
        if is_mailed_first {
            let sent = sharing.messages(&lou, hour(10)).await;
            assert_eq!(sent, [SinglePurpose::Confirmation]);
        }
        sharing.say_no(&lou, reason, hour(11)).await;
        assert_eq!(sharing.messages(&lou, hour(12)).await, []);
        assert_eq!(sharing.confirms(&lou, hour(12)).await, ConfirmStep::Void);
        assert!(state_of(&sharing.ledger, &lou.key).await.is_none());
        assert_eq!(sharing.messages(&lou, hour(12)).await, []);
        let again = JoinRequest { at: hour(13), ..lou };
        assert_eq!(sharing.ledger.request_join(again.clone()).await, Ok(JoinStep::Confirm));
        assert_eq!(sharing.messages(&again, hour(13)).await, [SinglePurpose::Confirmation]);
        assert_eq!(sharing.confirms(&again, hour(14)).await, ConfirmStep::Join);
        sharing.messages(&again, hour(14)).await;
    }
}

/// Also one that is weaker than the first.
async fn a_no_that_is_said_again_is_a_new_one(sharing: &Sharing, first: NoMailReason) {
    for second in NoMailReason::ALL.into_iter().filter(|reason| reason.is_of_all()) {
        let dot = request(&format!("dot-{}-{}", first.word(), second.word()), hour(30));
        sharing.say_no(&dot, first, hour(29)).await;
        assert_eq!(sharing.ledger.request_join(dot.clone()).await, Ok(JoinStep::Confirm));
        sharing.messages(&dot, hour(30)).await;
        sharing.say_no(&dot, second, hour(31)).await;
        assert_eq!(sharing.confirms(&dot, hour(32)).await, ConfirmStep::Void);
        let again = JoinRequest { at: hour(33), ..dot };
        assert_eq!(sharing.ledger.request_join(again.clone()).await, Ok(JoinStep::Confirm));
        assert_eq!(sharing.confirms(&again, hour(34)).await, ConfirmStep::Join);
        assert!(sharing.is_mailed(&again).await);
        sharing.messages(&again, hour(34)).await;
        sharing.say_no(&again, second, hour(35)).await;
        assert!(!sharing.is_mailed(&again).await, "{first:?} {second:?}");
        // A no that a newsletter passes on late takes nothing back.
        sharing.say_no(&again, second, hour(-9)).await;
        assert!(!sharing.is_mailed(&again).await, "{first:?} {second:?}");
    }
}

async fn whoever_says_no_elsewhere_gets_no_welcome(sharing: &Sharing, reason: NoMailReason) {
    let mo = request(&format!("mo-{}", reason.word()), hour(20));
    assert_eq!(sharing.ledger.request_join(mo.clone()).await, Ok(JoinStep::Confirm));
    sharing.messages(&mo, hour(20)).await;
    assert_eq!(sharing.confirms(&mo, hour(21)).await, ConfirmStep::Join);
    sharing.say_no(&mo, reason, hour(22)).await;
    assert_eq!(sharing.messages(&mo, hour(23)).await, []);
    let made = sharing.ledger.single_messages_of(&mo.person).await.unwrap();
    assert_eq!(made.last().map(|message| message.status), Some(SingleStatus::Dropped.word()));
}
