//! The laws of signing up, as one test that each ledger with a list runs.
//! Shell: runs ledgers that come in as arguments.

use chrono::{DateTime, TimeDelta, Utc};

use super::{keys, now};
use crate::audience::frequency::Frequency;
use crate::audience::import::{ImportedPerson, ListState, StoredPerson};
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};
use crate::ledger::frequency_store::FrequencyStore;
use crate::ledger::join_store::{JoinEvent, JoinStore};
use crate::ledger::joining::{
    ConfirmStep, JoinConfirmation, JoinEvidence, JoinRequest, JoinStep, MOST_AN_HOUR,
};
use crate::ledger::list_store::{
    ErasedAddress, ListChange, ListChangeKind, ListStore, MovedPerson, RemovedPerson,
};
use crate::ledger::single_store::{SinglePurpose, SingleResult, SingleStatus, SingleStore};
use crate::ledger::{Ledger, LedgerError};
use crate::rfc::address::EmailAddress;

pub(super) fn request(name: &str, at: DateTime<Utc>) -> JoinRequest {
    let key = format!("{name}@charity.org.uk");
    JoinRequest {
        person: keys().address_hash_of_key(&key),
        address: key.to_uppercase(),
        key,
        first_name: "Ann".to_owned(),
        at,
        evidence: JoinEvidence {
            source: "sign-up page".to_owned(),
            wording: "Yes, please.".to_owned(),
            page: "https://news.charity.example/join".to_owned(),
        },
        left: None,
    }
}

pub(super) fn confirmation(request: &JoinRequest, at: DateTime<Utc>) -> JoinConfirmation {
    JoinConfirmation {
        person: request.person.clone(),
        requested: request.at,
        now: at,
        today: at.date_naive(),
        welcomes: true,
    }
}

pub(super) async fn state_of(ledger: &impl ListStore, key: &str) -> Option<ImportedPerson> {
    let stored = ledger.stored_list().await.unwrap().people;
    stored.into_iter().find(|person| person.key == key).map(ImportedPerson::from)
}

async fn say_no(
    ledger: &impl Ledger,
    request: &JoinRequest,
    reason: NoMailReason,
    at: DateTime<Utc>,
) {
    let step = NoMailStep::Add(reason);
    let change = NoMailChange::new(&request.person, step, ChangeOrigin::Page, at);
    ledger.change_no_mail(vec![change]).await.unwrap();
}

pub async fn hold_of_joining(
    ledger: &(impl Ledger + ListStore + JoinStore + SingleStore + FrequencyStore),
) {
    let hour = |hours: i64| now() + TimeDelta::hours(hours);
    a_choice_stays_until_another(ledger, hour(0)).await;
    a_message_is_in_one_hand_and_ends_once(ledger, hour(-1000)).await;
    a_request_changes_nothing_until_it_is_confirmed(ledger, hour).await;
    a_no_that_is_younger_makes_a_request_void(ledger, hour).await;
    whoever_is_on_the_list_is_only_written_to(ledger, hour).await;
    an_older_no_takes_nothing_back(ledger, hour).await;
    whoever_comes_off_the_list_is_not_on_it(ledger, hour).await;
    whoever_moves_is_the_same_person(ledger, hour).await;
    requests_expire(ledger, hour(100)).await.unwrap();
    an_hour_has_a_limit(ledger, hour(20_000)).await;
}

async fn a_request_changes_nothing_until_it_is_confirmed(
    ledger: &(impl Ledger + ListStore + JoinStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    for reason in NoMailReason::ALL {
        let ann = request(&format!("ann-{}", reason.word()), hour(0));
        say_no(ledger, &ann, reason, hour(-1)).await;
        assert_eq!(ledger.request_join(ann.clone()).await, Ok(JoinStep::Confirm));
        assert_eq!(ledger.request_join(ann.clone()).await, Ok(JoinStep::Nothing));
        assert_eq!(state_of(ledger, &ann.key).await, None);
        let entry = ledger.suppression(&ann.person).await.unwrap().unwrap();
        assert_eq!(entry.reason, reason);
        assert!(ledger.join_requests().await.unwrap().contains(&ann));
        let look = ledger.look_at_request(&ann.person, ann.at, hour(1)).await;
        assert_eq!(look, Ok(ConfirmStep::Join));
        let wrong = JoinConfirmation { requested: hour(-9), ..confirmation(&ann, hour(1)) };
        assert_eq!(ledger.confirm_join(wrong).await, Ok(ConfirmStep::Void));
        let version = ledger.stored_list().await.unwrap().version;
        let confirmed = ledger.confirm_join(confirmation(&ann, hour(1))).await;
        assert_eq!(confirmed, Ok(ConfirmStep::Join));
        assert_eq!(ledger.suppression(&ann.person).await, Ok(None), "{reason:?}");
        // A caller that looked at the list before sees that it has changed.
        assert_ne!(ledger.stored_list().await.unwrap().version, version);
        let person = state_of(ledger, &ann.key).await.unwrap();
        assert_eq!((person.state, person.first_name.as_str()), (ListState::Subscribed, "Ann"));
        assert_eq!(person.evidence.unwrap().wording, "Yes, please.");
        let again = ledger.confirm_join(confirmation(&ann, hour(2))).await;
        assert_eq!(again, Ok(ConfirmStep::Already));
        let record = ledger.join_record(&ann.person).await.unwrap();
        let events: Vec<_> = record.iter().map(|line| line.event).collect();
        assert_eq!(events, [JoinEvent::Requested, JoinEvent::Confirmed]);
        assert_eq!(record[1].evidence, ann.evidence);
        let last = ledger.no_mail_changes(&ann.person).await.unwrap().pop().unwrap();
        assert_eq!((last.step, last.origin), (NoMailStep::Lift, ChangeOrigin::Confirmation));
        // A link that was used puts nobody back who left since.
        say_no(ledger, &ann, reason, hour(3)).await;
        let void = ledger.confirm_join(confirmation(&ann, hour(4))).await;
        assert_eq!(void, Ok(ConfirmStep::Void));
        assert!(ledger.suppression(&ann.person).await.unwrap().is_some());
        // A new request may.
        let again = JoinRequest { at: hour(5), ..ann.clone() };
        assert_eq!(ledger.request_join(again.clone()).await, Ok(JoinStep::Confirm));
        let confirmed = ledger.confirm_join(confirmation(&again, hour(6))).await;
        assert_eq!(confirmed, Ok(ConfirmStep::Join));
    }
}

async fn a_no_that_is_younger_makes_a_request_void(
    ledger: &(impl Ledger + ListStore + JoinStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    // Also a no that is weaker than the one that is there already.
    for earlier in NoMailReason::ALL {
        for later in NoMailReason::ALL {
            let bob = request(&format!("bob-{}-{}", earlier.word(), later.word()), hour(0));
            say_no(ledger, &bob, earlier, hour(-1)).await;
            assert_eq!(ledger.request_join(bob.clone()).await, Ok(JoinStep::Confirm));
            say_no(ledger, &bob, later, hour(1)).await;
            let void = ledger.confirm_join(confirmation(&bob, hour(2))).await;
            assert_eq!(void, Ok(ConfirmStep::Void), "{earlier:?} {later:?}");
            assert!(ledger.suppression(&bob.person).await.unwrap().is_some());
            assert_eq!(state_of(ledger, &bob.key).await, None);
        }
    }
    let late = request("late", hour(0));
    assert_eq!(ledger.request_join(late.clone()).await, Ok(JoinStep::Confirm));
    let confirmed = ledger.confirm_join(confirmation(&late, hour(7 * 24))).await;
    assert_eq!(confirmed, Ok(ConfirmStep::TooLate));
    assert!(ledger.withdraw_request(&late.person).await.unwrap());
    assert!(!ledger.withdraw_request(&late.person).await.unwrap());
    // An erasure deletes the request too.
    let gone = request("gone", hour(0));
    assert_eq!(ledger.request_join(gone.clone()).await, Ok(JoinStep::Confirm));
    ledger.erase(vec![ErasedAddress::own(&gone.key, &gone.person)], hour(1)).await.unwrap();
    assert!(!ledger.join_requests().await.unwrap().iter().any(|open| open.key == gone.key));
    let void = ledger.confirm_join(confirmation(&gone, hour(2))).await;
    assert_eq!(void, Ok(ConfirmStep::Void));
}

async fn whoever_is_on_the_list_is_only_written_to(
    ledger: &(impl Ledger + ListStore + JoinStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    let cy = request("cy", hour(10));
    ledger.request_join(cy.clone()).await.unwrap();
    ledger.confirm_join(confirmation(&cy, hour(11))).await.unwrap();
    let before = state_of(ledger, &cy.key).await;
    let stranger = JoinRequest { first_name: "X".to_owned(), at: hour(12), ..cy.clone() };
    assert_eq!(ledger.request_join(stranger.clone()).await, Ok(JoinStep::SayAlready));
    assert_eq!(ledger.request_join(stranger).await, Ok(JoinStep::Nothing));
    assert_eq!(state_of(ledger, &cy.key).await, before);
}

async fn requests_expire(
    ledger: &(impl Ledger + JoinStore),
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let old = request("old", at);
    ledger.request_join(old.clone()).await?;
    ledger.expire_requests(at + TimeDelta::days(29)).await?;
    assert!(ledger.join_requests().await?.contains(&old));
    let late = at + TimeDelta::days(30);
    assert!(ledger.expire_requests(late).await? >= 1);
    assert_eq!(ledger.join_requests().await?, []);
    assert_eq!(ledger.expire_requests(late).await?, 0);
    let record = ledger.join_record(&old.person).await?;
    assert_eq!(record.last().map(|line| line.event), Some(JoinEvent::Expired));
    Ok(())
}

async fn an_hour_has_a_limit(ledger: &(impl Ledger + JoinStore), at: DateTime<Utc>) {
    let mut kept = 0;
    for number in 0..MOST_AN_HOUR + 5 {
        let step = ledger.request_join(request(&format!("robot-{number}"), at)).await.unwrap();
        kept += u64::from(step == JoinStep::Confirm);
        assert!(step != JoinStep::Busy || kept == MOST_AN_HOUR);
    }
    assert_eq!(kept, MOST_AN_HOUR);
    let later = request("later", at + TimeDelta::hours(1));
    assert_eq!(ledger.request_join(later).await, Ok(JoinStep::Confirm));
}

async fn a_choice_stays_until_another(
    ledger: &(impl ListStore + FrequencyStore),
    at: DateTime<Utc>,
) {
    assert_eq!(ledger.frequency_of("ann").await, Ok(None));
    let choices =
        [(Frequency::Year, 0), (Frequency::Every, 1), (Frequency::Every, 4), (Frequency::Year, 5)];
    for (frequency, seconds) in choices {
        let at = at + TimeDelta::seconds(seconds);
        assert_eq!(ledger.choose_frequency("ann", frequency, at).await, Ok(true));
        assert_eq!(ledger.frequency_of("ann").await, Ok(Some(frequency)));
        let all = vec![("ann".to_owned(), frequency.word().to_owned())];
        assert_eq!(ledger.frequencies().await, Ok(all));
        // A choice that comes late, or twice, changes nothing.
        for late in [at, at - TimeDelta::seconds(1)] {
            assert_eq!(ledger.choose_frequency("ann", Frequency::Every, late).await, Ok(false));
        }
        assert_eq!(ledger.frequency_of("ann").await, Ok(Some(frequency)));
    }
    ledger.erase(vec![ErasedAddress::own("ann@charity.org.uk", "ann")], at).await.unwrap();
    assert_eq!(ledger.frequency_of("ann").await, Ok(None));
}

async fn a_message_is_in_one_hand_and_ends_once(
    ledger: &(impl Ledger + ListStore + JoinStore + SingleStore),
    at: DateTime<Utc>,
) {
    let [ann, bob] = ["s-ann", "s-bob"].map(|name| request(name, at));
    for request in [&ann, &bob] {
        ledger.request_join(request.clone()).await.unwrap();
    }
    let first = ledger.claim_single("a", at).await.unwrap().unwrap();
    let second = ledger.claim_single("b", at).await.unwrap().unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(
        (first.purpose, first.occasion, first.attempts),
        (SinglePurpose::Confirmation, at, 1)
    );
    assert_eq!(first.address, ann.address);
    assert_eq!(ledger.claim_single("c", at).await, Ok(None));
    assert_eq!(ledger.hand_over_single(first.id, "b", at).await, Ok(false));
    assert_eq!(ledger.hand_over_single(first.id, "a", at).await, Ok(true));
    assert_eq!(ledger.hand_over_single(first.id, "a", at).await, Ok(false));
    let next_at = at + TimeDelta::minutes(5);
    let result = |status| SingleResult { status, detail: "250 \0ok".to_owned(), next_at };
    ledger.record_single(first.id, "a", result(SingleStatus::Accepted), at).await.unwrap();
    ledger.record_single(first.id, "a", result(SingleStatus::Deferred), at).await.unwrap();
    ledger.record_single(second.id, "b", result(SingleStatus::Deferred), at).await.unwrap();
    assert_eq!(ledger.claim_single("c", at).await, Ok(None));
    let again = ledger.claim_single("c", next_at).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (second.id, 2));
    // They leave while their message is being made.
    say_no(ledger, &bob, NoMailReason::Unsubscribed, next_at).await;
    assert_eq!(ledger.hand_over_single(again.id, "c", next_at).await, Ok(false));
    ledger.record_single(again.id, "c", result(SingleStatus::Deferred), next_at).await.unwrap();
    assert_eq!(ledger.claim_single("c", next_at).await, Ok(None));
    for (person, status) in [(&ann.person, "accepted"), (&bob.person, "dropped")] {
        let records = ledger.single_messages_of(person).await.unwrap();
        assert_eq!(records.iter().map(|record| record.status).collect::<Vec<_>>(), [status]);
    }
    // A welcome goes to people who are on the list, and to nobody who has left since.
    for leaves in [false, true] {
        let cy = request(if leaves { "s-cy" } else { "s-di" }, at + TimeDelta::hours(2));
        ledger.request_join(cy.clone()).await.unwrap();
        let confirmed = ledger.confirm_join(confirmation(&cy, cy.at)).await;
        assert_eq!(confirmed, Ok(ConfirmStep::Join));
        assert!(ledger.person_on_list(&cy.key).await.unwrap().is_some());
        if leaves {
            say_no(ledger, &cy, NoMailReason::Unsubscribed, cy.at).await;
        }
        let welcome = ledger.claim_single("a", cy.at).await.unwrap();
        let purpose = welcome.as_ref().map(|single| single.purpose);
        assert_eq!(purpose, (!leaves).then_some(SinglePurpose::Welcome));
        if let Some(welcome) = welcome {
            let accepted = result(SingleStatus::Accepted);
            ledger.record_single(welcome.id, "a", accepted, cy.at).await.unwrap();
        }
    }
}

/// A confirmation beats every no that is older than the request, whenever that no is heard of, and none that is younger.
async fn an_older_no_takes_nothing_back(
    ledger: &(impl Ledger + ListStore + JoinStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    let origins = [ChangeOrigin::Import, ChangeOrigin::Email, ChangeOrigin::Page];
    for (number, (origin, hours, holds)) in origins
        .into_iter()
        .flat_map(|origin| [(-48, true), (12, false)].map(|(hours, is)| (origin, hours, is)))
        .enumerate()
    {
        let dot = request(&format!("dot-{number}"), hour(11));
        assert_eq!(ledger.request_join(dot.clone()).await, Ok(JoinStep::Confirm));
        let confirmed = ledger.confirm_join(confirmation(&dot, hour(13))).await;
        assert_eq!(confirmed, Ok(ConfirmStep::Join));
        let yes = ledger.own_yeses().await.unwrap();
        assert!(yes.contains(&(dot.person.clone(), dot.at)), "the request is the yes");
        let step = NoMailStep::Add(NoMailReason::Unsubscribed);
        let change = NoMailChange::new(&dot.person, step, origin, hour(hours));
        assert_eq!(
            ledger.change_no_mail(vec![change]).await,
            Ok(vec![!holds]),
            "{origin:?} {hours}"
        );
        assert_eq!(ledger.suppression(&dot.person).await.unwrap().is_none(), holds);
    }
}

pub(in crate::ledger) fn of_key(key: &str) -> RemovedPerson {
    RemovedPerson { key: key.to_owned(), person: keys().address_hash_of_key(key) }
}

/// Somebody on the list, with nothing but an address.
pub(in crate::ledger) fn subscribed(key: &str) -> StoredPerson {
    StoredPerson {
        key: key.to_owned(),
        address: key.to_owned(),
        state: "subscribed".to_owned(),
        fields: "{}".to_owned(),
    }
}

pub(in crate::ledger) async fn edit(ledger: &impl ListStore, edit: impl FnOnce(&mut ListChange)) {
    let seen = ledger.stored_list().await.unwrap().version;
    let (people, removed, no_mail) = (Vec::new(), Vec::new(), Vec::new());
    let (at, kind, summary) = (now(), ListChangeKind::Edit, "{}".to_owned());
    let mut change = ListChange {
        seen,
        at,
        kind,
        summary,
        people,
        removed,
        moved: None,
        taken: Vec::new(),
        no_mail,
    };
    edit(&mut change);
    assert_eq!(ledger.write_list(change).await, Ok(true));
}

async fn whoever_comes_off_the_list_is_not_on_it(
    ledger: &(impl Ledger + ListStore + JoinStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    let eve = request("eve", hour(0));
    ledger.request_join(eve.clone()).await.unwrap();
    ledger.confirm_join(confirmation(&eve, hour(1))).await.unwrap();
    let look = async || ledger.look_at_request(&eve.person, eve.at, hour(2)).await;
    assert_eq!(look().await, Ok(ConfirmStep::Already));
    edit(ledger, |change| change.removed = vec![of_key(&eve.key)]).await;
    assert_eq!(look().await, Ok(ConfirmStep::Void));
    assert_eq!(ledger.confirm_join(confirmation(&eve, hour(3))).await, Ok(ConfirmStep::Void));
    assert_eq!(state_of(ledger, &eve.key).await, None);
    // They may sign up again, with a link of its own.
    let again = JoinRequest { at: hour(4), ..eve.clone() };
    assert_eq!(ledger.request_join(again.clone()).await, Ok(JoinStep::Confirm));
    let confirmed = ledger.confirm_join(confirmation(&again, hour(5))).await;
    assert_eq!(confirmed, Ok(ConfirmStep::Join));
    let events: Vec<_> =
        ledger.join_record(&eve.person).await.unwrap().iter().map(|line| line.event).collect();
    let (asked, yes) = (JoinEvent::Requested, JoinEvent::Confirmed);
    assert_eq!(events, [asked, yes, JoinEvent::Removed, asked, yes]);
}

pub(in crate::ledger) fn moved(from: &RemovedPerson, to: &RemovedPerson) -> MovedPerson {
    let address = EmailAddress::parse(&to.key).unwrap();
    MovedPerson { from: from.clone(), to: to.person.clone(), address }
}

/// Twice: from one address to another, and on. Links to the first two speak for the third.
async fn whoever_moves_is_the_same_person(
    ledger: &(impl Ledger + ListStore + JoinStore + FrequencyStore),
    hour: impl Fn(i64) -> DateTime<Utc>,
) {
    let [old, between, new] = ["mo@old.org.uk", "mo@between.org.uk", "mo@new.org.uk"].map(of_key);
    edit(ledger, |change| change.people = vec![subscribed(&old.key)]).await;
    ledger.choose_frequency(&old.person, Frequency::Year, hour(0)).await.unwrap();
    for (from, to) in [(&old, &between), (&between, &new)] {
        edit(ledger, |change| {
            change.people = vec![subscribed(&to.key)];
            change.moved = Some(moved(from, to));
        })
        .await;
        assert_eq!(ledger.frequency_of(&to.person).await, Ok(Some(Frequency::Year)));
    }
    for address in [&old, &between] {
        assert_eq!(state_of(ledger, &address.key).await, None);
        assert_eq!(ledger.frequency_of(&address.person).await, Ok(Some(Frequency::Year)));
    }
    ledger.choose_frequency(&old.person, Frequency::Every, hour(1)).await.unwrap();
    assert_eq!(ledger.frequency_of(&new.person).await, Ok(Some(Frequency::Every)));
    let change =
        |of: &RemovedPerson, step, origin, at| NoMailChange::new(&of.person, step, origin, at);
    let leave = NoMailStep::Add(NoMailReason::Unsubscribed);
    for (hours, link) in [(10, &old), (20, &between)] {
        let left = change(link, leave, ChangeOrigin::OneClick, hour(hours));
        assert_eq!(ledger.change_no_mail(vec![left]).await, Ok(vec![true]));
        assert!(ledger.suppression(&new.person).await.unwrap().is_some());
        let back = change(link, NoMailStep::Lift, ChangeOrigin::Page, hour(hours + 1));
        assert_eq!(ledger.change_no_mail(vec![back]).await, Ok(vec![true]));
        assert_eq!(ledger.suppression(&new.person).await, Ok(None));
    }
    // The old mailbox is gone: that says nothing of the new one.
    ledger.suppress(&old.person, "550 no such user", hour(30)).await.unwrap();
    assert_eq!(ledger.suppression(&new.person).await, Ok(None));
    // Back to the first address: it leads nowhere else, and the others lead to it.
    edit(ledger, |change| {
        change.people = vec![subscribed(&old.key)];
        change.moved = Some(moved(&new, &old));
    })
    .await;
    let left = change(&between, leave, ChangeOrigin::Email, hour(40));
    ledger.change_no_mail(vec![left]).await.unwrap();
    let entry = ledger.suppression(&old.person).await.unwrap().unwrap();
    assert_eq!(entry.reason, NoMailReason::Unsubscribed);
}
