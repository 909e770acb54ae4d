//! The laws that every ledger keeps, as one test that each of them runs.
//! Shell: runs ledgers that come in as arguments.

pub mod joining;
pub mod moves;
pub mod sharing;
pub mod undo;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::London;

use super::aftermath::{AftermathStore, Leaving};
use super::approval_store::ApprovalStore;
use super::list_store::{
    ErasedAddress, ErasedRows, ListChange, ListChangeKind, ListStore, RemovedPerson, StoredList,
};
use super::returns::{ReturnStore, ReturnedCopy, ReturnedKind, Settlement};
use super::schedule_store::{DUE_RAN, FollowedSchedule, OccurrenceStep, ScheduleStore};
use super::{
    Claim, EditionProgress, Event, Ledger, PAGE, Plan, PlannedEdition, RowBuilder, RowFilter,
    RowPlan, RunControl, Status,
};
use crate::approval::{
    Approval, EVERY_EDITION, EditionStop, FrozenAudience, FrozenEdition, FrozenParts, FrozenStory,
    PeopleSample, StopKind,
};
use crate::audience::Values;
use crate::audience::import::StoredPerson;
use crate::audience::list_error::{ListError, ListFault};
use crate::audience::{
    ChangeOrigin, ExclusionReason, Keys, LeftOut, NoMailChange, NoMailReason, NoMailStep, Person,
    Recipient,
};
use crate::compose::composition::{Composition, Variant};
use crate::ledger::error::LedgerError;
use crate::problem::Place;
use crate::rfc::address::EmailAddress;
use crate::schedule::{Occurrence, OccurrenceState};
use crate::window::Window;

pub fn now() -> DateTime<Utc> {
    "2020-12-31T12:00:00Z".parse().unwrap()
}

pub fn keys() -> Keys {
    Keys::new(b"secret")
}

pub fn recipient(address: &str) -> Recipient {
    Recipient {
        address: EmailAddress::parse(address).unwrap(),
        values: Values::new(),
        segments: BTreeSet::new(),
    }
}

pub fn plan(edition: &str, addresses: &[&str]) -> Plan {
    let composition = Composition {
        edition: edition.to_owned(),
        subject: Vec::new(),
        preheader: String::new(),
        variants: vec![Variant {
            subject: None,
            preheader: Vec::new(),
            segments: BTreeSet::new(),
            html: Vec::new(),
            text: Vec::new(),
            mjml: String::new(),
        }],
        slots: Vec::new(),
        segments: BTreeSet::new(),
        unknown_segments: Vec::new(),
        density: crate::compose::Density::Cards,
        more: 0,
        stories: Vec::new(),
        translations: Vec::new(),
    };
    let namer =
        RowBuilder { edition: edition.to_owned(), keys: keys(), domain: "example.org".to_owned() };
    let left_out = LeftOut {
        address: "Gone@example.org".to_owned(),
        place: Place::whole("people.csv"),
        why: ExclusionReason::Unsubscribed,
    };
    let people = addresses.iter().map(|address| Person::Mailed(recipient(address)));
    let people = people.chain([Person::LeftOut(left_out)]);
    let rows: Vec<RowPlan> = people.map(|person| namer.planned(&person)).collect();
    let window = Window::year("2020", London).unwrap();
    Plan {
        edition: PlannedEdition::new(composition, &window, None, now()),
        people: addresses.len() as u64,
        stops_seen: 0,
        rows: Arc::new(move || Box::new(rows.clone().into_iter().map(|row| Ok(vec![row])))),
    }
}

fn why(text: &str) -> String {
    text.to_owned()
}

/// Runs all laws over a fresh ledger.
#[allow(clippy::too_many_lines, reason = "one story, told from beginning to end")]
pub async fn hold(ledger: &impl Ledger) {
    ledger
        .plan(plan("2020", &["a@example.org", "b@example.org", "c@example.org", "d@example.org"]))
        .await
        .unwrap();
    ledger.plan(plan("2021", &["a@example.org"])).await.unwrap();

    // An edition is planned once.
    assert_eq!(
        ledger.plan(plan("2020", &["e@example.org"])).await,
        Err(LedgerError::PlannedAlready { edition: why("2020") })
    );
    assert_eq!(ledger.counts("2020").await.unwrap().people(), 4);

    // A plan whose list breaks off, or has another number of people than somebody confirmed, is not written at all.
    let good = plan("2019", &["a@example.org", "b@example.org"]);
    let broken = ListError { path: why("people.csv"), fault: ListFault::Changed };
    let rows = Arc::clone(&good.rows);
    let breaks_off = Plan {
        rows: Arc::new({
            let broken = broken.clone();
            move || Box::new(rows().chain([Err(broken.clone())]))
        }),
        ..good.clone()
    };
    assert_eq!(ledger.plan(breaks_off).await, Err(LedgerError::List(broken)));
    let miscounted = Plan { people: 3, ..good };
    let expected = LedgerError::Miscounted { people: 3, written: 2 };
    assert_eq!(ledger.plan(miscounted).await, Err(expected));
    assert_eq!(ledger.edition("2019").await, Ok(None));
    assert_eq!(ledger.history("b@example.org").await.unwrap().0.len(), 1);
    let status = async |id: i64| {
        let rows = ledger.rows("2020", RowFilter::All).await.unwrap();
        rows.iter().find(|(found, _)| *found == id).map(|(_, row)| row.status).unwrap()
    };

    // A row is given out once, in the order of the list, and never to another edition's run.
    let sender = ledger.enter("2020", "first", now()).await.unwrap().sender;
    let other = ledger.enter("2021", "other", now()).await.unwrap().sender;
    assert!(other > sender, "the numbers of senders grow");
    let first = ledger.claim(sender, now(), 2).await.unwrap().deliveries;
    let second = ledger.claim(sender, now(), 1).await.unwrap().deliveries;
    let addresses: Vec<&str> =
        first.iter().chain(&second).map(|d| d.recipient.address.as_str()).collect();
    assert_eq!(addresses, ["a@example.org", "b@example.org", "c@example.org"]);

    // Another run cannot write rows that this one has in progress, and an operator cannot either.
    assert_eq!(
        ledger.record(other, first[0].id, Event::HandingOver, now()).await,
        Err(LedgerError::Fenced)
    );
    let gone = Event::Suppressed { why: why("unsubscribed") };
    assert_eq!(ledger.decide(vec![(first[0].id, gone)], now()).await, Ok(0));

    // Accepted only after handing over; of several events all or none are written.
    let accepted = Event::Accepted { reply: why("250 ok") };
    assert!(matches!(
        ledger.record(sender, first[0].id, accepted.clone(), now()).await,
        Err(LedgerError::Impossible(_))
    ));
    let both = vec![(first[0].id, Event::HandingOver), (first[1].id, accepted.clone())];
    assert!(ledger.record_all(sender, both, now()).await.is_err());
    assert_eq!(status(first[0].id).await, Status::Claimed);
    ledger.record(sender, first[0].id, Event::HandingOver, now()).await.unwrap();
    assert_eq!(status(first[0].id).await, Status::HandingOver);
    ledger.record(sender, first[0].id, accepted.clone(), now()).await.unwrap();
    assert_eq!(status(first[0].id).await, Status::Accepted);
    assert!(ledger.record(sender, first[0].id, accepted.clone(), now()).await.is_err());

    // A deferred row comes back when it is due, and not before; its attempts are counted.
    let later = now() + TimeDelta::minutes(5);
    let deferred = Event::Deferred { why: why("451 later"), next_at: later };
    ledger.record(sender, first[1].id, deferred, now()).await.unwrap();
    assert_eq!(status(first[1].id).await, Status::Deferred);
    let fourth = ledger.claim(sender, now(), 9).await.unwrap().deliveries;
    assert_eq!(fourth.len(), 1);
    let nothing = ledger.claim(sender, now(), 9).await.unwrap();
    assert_eq!((nothing.deliveries.len(), nothing.next_due), (0, Some(later)));
    let again = ledger.claim(sender, later, 9).await.unwrap().deliveries;
    assert_eq!((again[0].id, again[0].attempts), (first[1].id, 1));

    // A run that leaves gives back what it had not begun, and is in doubt about what it was handing over.
    ledger.record(sender, second[0].id, Event::HandingOver, now()).await.unwrap();
    assert_eq!(ledger.leave(sender, later).await, Ok(1));
    let counts = ledger.counts("2020").await.unwrap();
    assert_eq!((counts.uncertain, counts.planned, counts.accepted), (1, 2, 1));
    assert_eq!(ledger.recover("2020", later).await, Ok(0));
    // Another edition is not touched.
    assert_eq!(ledger.counts("2021").await.unwrap().planned, 1);
    // Once ended, it writes nothing more.
    assert_eq!(ledger.claim(sender, later, 9).await, Err(LedgerError::Fenced));
    assert_eq!(ledger.keep(sender, later).await, Err(LedgerError::Fenced));
    assert_eq!(
        ledger.record(sender, first[1].id, Event::Claimed, later).await,
        Err(LedgerError::Fenced)
    );

    // The uncertain are never given out by themselves.
    let entered = ledger.enter("2020", "second", later).await.unwrap();
    assert_eq!(entered.uncertain, 0);
    let sender = entered.sender;
    let rest = ledger.claim(sender, later, 9).await.unwrap().deliveries;
    assert!(rest.iter().all(|delivery| delivery.id != second[0].id));
    assert_eq!(rest.len(), 2);
    assert_eq!(ledger.decide(vec![(second[0].id, Event::Resent)], later).await, Ok(1));
    assert_eq!(status(second[0].id).await, Status::Planned);
    assert_eq!(ledger.decide(vec![(second[0].id, Event::Resent)], later).await, Ok(0));

    // While it is paused nobody is given out; the runs learn of a command.
    ledger.control("2020", RunControl::Pause, later).await.unwrap();
    assert_eq!(ledger.claim(sender, later, 9).await.unwrap(), Claim::default());
    assert_eq!(ledger.keep(sender, later).await.unwrap().control, RunControl::Pause);
    let state = ledger.edition_state("2020").await.unwrap();
    assert_eq!((state.control, state.controlled_at), (RunControl::Pause, Some(later)));
    assert_eq!(state.last_sign, later);
    assert_eq!(ledger.edition_state("2021").await.unwrap().control, RunControl::Go);
    ledger.control("2020", RunControl::Go, later).await.unwrap();

    // The person who lets it go on must have seen everything that stopped it.
    let seen = ledger.edition_state("2020").await.unwrap().control_number;
    assert_eq!(ledger.control("2020", RunControl::Pause, later).await, Ok(RunControl::Pause));
    assert_eq!(
        ledger.control_if("2020", RunControl::Go, Some(seen), later).await,
        Ok(RunControl::Pause)
    );
    assert_eq!(ledger.claim(sender, later, 9).await.unwrap(), Claim::default());
    let seen = ledger.edition_state("2020").await.unwrap().control_number;
    assert_eq!(
        ledger.control_if("2020", RunControl::Go, Some(seen), later).await,
        Ok(RunControl::Go)
    );

    // A suppressed person is never given out again, in any edition.
    let keys = keys();
    let person = |address: &str| keys.address_hash(&EmailAddress::parse(address).unwrap());
    for address in ["a@example.org", "c@example.org"] {
        ledger.suppress(&person(address), "550 5.1.1 no such user", later).await.unwrap();
    }
    assert!(ledger.claim(sender, later, 9).await.unwrap().deliveries.is_empty());
    assert!(ledger.claim(other, later, 9).await.unwrap().deliveries.is_empty());
    assert_eq!(ledger.counts("2021").await.unwrap().suppressed, 1);
    let suppressed = ledger.rows("2021", RowFilter::In(Status::Suppressed)).await.unwrap();
    assert_eq!(suppressed[0].1.detail, "550 5.1.1 no such user");
    let entry = ledger.suppression(&person("A@example.org")).await.unwrap().unwrap();
    assert_eq!(
        (entry.reason, entry.origin, entry.at),
        (NoMailReason::Bounced, ChangeOrigin::Relay, later)
    );
    assert_eq!(entry.words(), "550 5.1.1 no such user");
    assert_eq!(ledger.suppression(&person("b@example.org")).await.unwrap(), None);
    let all = ledger.suppressions().await.unwrap();
    assert!(
        all.contains(&(person("a@example.org"), "550 5.1.1 no such user".to_owned())),
        "{all:?}"
    );
    assert!(all.iter().all(|(suppressed, _)| *suppressed != person("b@example.org")), "{all:?}");
    hold_for_the_do_not_mail_list(ledger, later).await;
    // Until somebody lifts it, which is remembered.
    let gone = person("A@example.org");
    assert!(ledger.lift(&gone, "the mailbox is back", later).await.unwrap());
    assert!(!ledger.lift(&gone, "again", later).await.unwrap());
    assert_eq!(ledger.suppression(&gone).await.unwrap(), None);
    let lifts = ledger.lifts(&gone).await.unwrap();
    assert_eq!(lifts.len(), 1);
    assert_eq!(lifts[0].suppressed_for, "550 5.1.1 no such user");
    assert_eq!((lifts[0].why.as_str(), lifts[0].at), ("the mailbox is back", later));

    assert!(ledger.claim(other, later, 9).await.unwrap().deliveries.is_empty());
    // It can be set again, and lifted again, and the lifts stand in their order.
    ledger.suppress(&gone, "550 5.2.1 disabled", later).await.unwrap();
    let again = later + TimeDelta::seconds(1);
    assert!(ledger.lift(&gone, "it is back again", again).await.unwrap());
    let lifts = ledger.lifts(&gone).await.unwrap();
    assert_eq!(lifts.iter().map(|lift| lift.at).collect::<Vec<_>>(), [later, again]);
    // Lifted, the next edition goes to them; people who leave between claim and dot get nothing handed over, and of the other
    // events of that commit none is written.
    ledger.plan(plan("2018", &["a@example.org", "z@example.org"])).await.unwrap();
    let sender = ledger.enter("2018", "fourth", later).await.unwrap().sender;
    let hand = ledger.claim(sender, later, 9).await.unwrap().deliveries;
    assert_eq!(hand.len(), 2);
    ledger.record(sender, hand[0].id, Event::HandingOver, later).await.unwrap();
    ledger.suppress(&person("z@example.org"), "unsubscribed by one click", later).await.unwrap();
    let both = vec![(hand[0].id, accepted.clone()), (hand[1].id, Event::HandingOver)];
    let left = LedgerError::Suppressed { why: why("unsubscribed by one click") };
    assert_eq!(ledger.record_all(sender, both.clone(), later).await, Err(left));
    let counts = ledger.counts("2018").await.unwrap();
    assert_eq!((counts.handing_over, counts.claimed), (1, 1));
    let gone_too = (hand[1].id, Event::Suppressed { why: why("unsubscribed by one click") });
    ledger.record_all(sender, vec![both[0].clone(), gone_too], later).await.unwrap();
    let counts = ledger.counts("2018").await.unwrap();
    assert_eq!((counts.accepted, counts.suppressed, counts.open()), (1, 1, 0));
    // A run that leaves keeps nothing in progress: what left with the dot has left.
    ledger.leave(sender, later).await.unwrap();

    // Cancelled: at once what is not in progress, the rest as soon as it comes back.
    ledger.plan(plan("2022", &["a@example.net", "b@example.net", "c@example.net"])).await.unwrap();
    let third = ledger.enter("2022", "third", later).await.unwrap().sender;
    let hand = ledger.claim(third, later, 2).await.unwrap().deliveries;
    ledger.control("2022", RunControl::Cancel, later).await.unwrap();
    assert_eq!(ledger.counts("2022").await.unwrap().cancelled, 1);
    ledger.record(third, hand[0].id, Event::HandingOver, later).await.unwrap();
    ledger.record(third, hand[0].id, accepted, later).await.unwrap();
    assert_eq!(ledger.leave(third, later).await, Ok(0));
    let counts = ledger.counts("2022").await.unwrap();
    assert_eq!((counts.cancelled, counts.accepted, counts.open()), (2, 1, 0));
    // What was cancelled stays so.
    for control in RunControl::ALL {
        assert_eq!(ledger.control("2022", control, later).await, Ok(RunControl::Cancel));
    }

    // The first secret is the one.
    let nature = ledger.nature().await.unwrap();
    assert_eq!((nature.secret_check.as_deref(), nature.is_copy()), (None, false));
    let (key, person) = nature.somebody.unwrap();
    assert_eq!(person, keys.address_hash(&EmailAddress::parse(&key).unwrap()));
    for check in ["one", "two"] {
        ledger.bind_secret(check).await.unwrap();
    }
    assert_eq!(ledger.nature().await.unwrap().secret_check.as_deref(), Some("one"));
    ledger.settle_here().await.unwrap();
    assert!(!ledger.nature().await.unwrap().is_copy());

    // Send slots of a rate are given out once, to any run, and never later than their gaps make them.
    let gap = Duration::from_millis(100);
    assert_eq!(ledger.reserve_send_slots("2021", 5, gap, later).await, Ok(Duration::ZERO));
    let wait = ledger.reserve_send_slots("2021", 1, gap, later).await.unwrap();
    assert!(wait > Duration::from_millis(400) && wait <= Duration::from_millis(500), "{wait:?}");

    // The ledger grows older with each sign of life.
    let before = ledger.age().await.unwrap();
    let kept = ledger.keep(other, later).await.unwrap();
    let after = ledger.age().await.unwrap();
    assert_eq!((before.identity, before.age + 1), (after.identity, after.age));
    assert_eq!((kept.age, kept.control), (after.age, RunControl::Go));

    // Sums add up whatever happened, and everything about a person is found by their address.
    let counts = ledger.counts("2020").await.unwrap();
    assert_eq!(counts.people(), 4);
    let (rows, left_out) = ledger.history("a@example.org").await.unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.message_id.ends_with("@example.org")));
    assert_eq!(left_out, []);
    let (rows, left_out) = ledger.history("gone@example.org").await.unwrap();
    assert_eq!((rows.len(), left_out.len()), (0, 4));
    let all = ledger.rows("2020", RowFilter::All).await.unwrap();
    assert_eq!(
        all.iter().map(|(_, row)| row.address.as_str()).collect::<Vec<_>>(),
        ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
    );
    let whole = ledger.editions().await.unwrap();
    let summaries: Vec<_> = whole.iter().map(|planned| planned.summary.clone()).collect();
    assert_eq!(whole.len(), 4);
    assert_eq!(ledger.summaries().await.unwrap(), summaries);

    // What is counted by the indexes is what stands in the rows, and each pick takes only its rows.
    for edition in ["2018", "2020", "2021", "2022"] {
        let counts = ledger.counts(edition).await.unwrap();
        let progress = EditionProgress { people: counts.people(), open: counts.open() };
        assert_eq!(ledger.progress(edition).await, Ok(progress), "{edition}");
        let picks =
            Status::ALL.into_iter().map(RowFilter::In).chain([RowFilter::All, RowFilter::Unusual]);
        for pick in picks {
            let rows = ledger.rows(edition, pick).await.unwrap();
            assert!(rows.iter().all(|(_, row)| pick.takes(row.status, &row.detail)), "{pick:?}");
            let expected: u64 =
                Status::ALL.into_iter().filter(|s| pick.takes(*s, "")).map(|s| counts.of(s)).sum();
            assert_eq!(rows.len() as u64, expected, "{edition} {pick:?}");
        }
    }

    // Of many rows none is missed and none comes twice between two pages.
    let many: Vec<String> = (0..PAGE * 2 + 3).map(|n| format!("p{n}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    ledger.plan(plan("many", &many)).await.unwrap();
    let rows = ledger.rows("many", RowFilter::All).await.unwrap();
    assert!(rows.iter().map(|(_, row)| row.address.as_str()).eq(many));
    assert_eq!(ledger.edition("none").await.unwrap(), None);
}

#[tokio::test]
async fn the_laws_hold_in_memory() {
    hold(&super::memory::MemoryLedger::default()).await;
}

/// What the do-not-mail list keeps, whichever ledger it is in.
async fn hold_for_the_do_not_mail_list(ledger: &impl Ledger, now: DateTime<Utc>) {
    let at = |seconds: i64| now + chrono::TimeDelta::seconds(seconds);
    let add = |person: &str, reason, origin, seconds| {
        NoMailChange::new(person, NoMailStep::Add(reason), origin, at(seconds))
    };
    let lift = |person: &str, origin, seconds| {
        NoMailChange::new(person, NoMailStep::Lift, origin, at(seconds))
    };
    // A stronger no takes the place of a weaker one, and each step is in the record.
    for (seconds, reason) in (0..).zip(NoMailReason::ALL) {
        let change = add("stronger", reason, ChangeOrigin::Operator, seconds);
        assert_eq!(ledger.change_no_mail(vec![change]).await, Ok(vec![true]), "{reason:?}");
        let weaker = add("stronger", NoMailReason::Bounced, ChangeOrigin::Relay, seconds + 20);
        assert_eq!(ledger.change_no_mail(vec![weaker]).await, Ok(vec![false]), "{reason:?}");
        let entry = ledger.suppression("stronger").await.unwrap().unwrap();
        assert_eq!((entry.reason, entry.at), (reason, at(seconds)));
    }
    let record = ledger.no_mail_changes("stronger").await.unwrap();
    let steps: Vec<NoMailStep> = record.iter().map(|change| change.step).collect();
    assert_eq!(steps, NoMailReason::ALL.map(NoMailStep::Add));
    // Nobody lifts an erasure.
    assert_eq!(ledger.lift("stronger", "please", at(99)).await, Ok(false));

    // They leave and stay, and what is written a second time counts once.
    let left = NoMailChange {
        detail: Some("too_many".to_owned()),
        ..add("own", NoMailReason::Unsubscribed, ChangeOrigin::Page, 1)
    };
    let all = vec![
        left.clone(),
        lift("own", ChangeOrigin::Page, 2),
        lift("own", ChangeOrigin::Page, 3),
        left.clone(),
    ];
    let counted = ledger.change_no_mail(all.clone()).await;
    assert_eq!(counted, Ok(vec![true, true, false, false]));
    assert_eq!(ledger.change_no_mail(all).await, Ok(vec![false; 4]));
    assert_eq!(ledger.suppression("own").await, Ok(None));
    assert_eq!(ledger.no_mail_changes("own").await.unwrap()[0], left);

    // An email counts once, whatever has happened since.
    let notice = Some("a hash".to_owned());
    let by_email = |seconds| NoMailChange {
        notice: notice.clone(),
        ..add("by-email", NoMailReason::Unsubscribed, ChangeOrigin::Email, seconds)
    };
    assert_eq!(ledger.change_no_mail(vec![by_email(1)]).await, Ok(vec![true]));
    assert_eq!(ledger.lift("by-email", "letter of 3 May", at(2)).await, Ok(true));
    assert_eq!(ledger.change_no_mail(vec![by_email(3)]).await, Ok(vec![false]));
    assert_eq!(ledger.suppression("by-email").await, Ok(None));
    let lifts = ledger.lifts("by-email").await.unwrap();
    assert!(lifts[0].suppressed_for.starts_with("unsubscribed by email at "), "{lifts:?}");
}

/// A list in the database is written whole or not at all, by whoever saw it last, and an import can be taken back.
pub async fn hold_of_the_list(ledger: &(impl Ledger + ListStore)) {
    let person = |name: &str, fields: &str| StoredPerson {
        key: format!("{name}@example.org"),
        address: format!("{name}@example.org"),
        state: "subscribed".to_owned(),
        fields: fields.to_owned(),
    };
    let change = |seen: i64, kind: ListChangeKind, people: Vec<StoredPerson>| ListChange {
        seen,
        at: now(),
        kind,
        summary: "{}".to_owned(),
        people,
        removed: Vec::new(),
        moved: None,
        taken: Vec::new(),
        no_mail: Vec::new(),
    };
    assert_eq!(ledger.stored_list().await, Ok(StoredList::default()));
    assert_eq!(ledger.undo_of_last_import().await, Ok(None));
    let first = vec![person("ann", "{}"), person("bob", "{}"), person("cy", "{}")];
    let edit = change(0, ListChangeKind::Edit, first.clone());
    assert_eq!(ledger.write_list(edit.clone()).await, Ok(true));
    assert_eq!(ledger.write_list(edit).await, Ok(false), "it was seen before the change");
    let seen = ledger.stored_list().await.unwrap();
    assert_eq!((seen.version, &seen.people), (1, &first));

    let hash = keys().address_hash_of_key("eve@example.org");
    let step = NoMailStep::Add(NoMailReason::Unsubscribed);
    let import = ListChange {
        no_mail: vec![NoMailChange::new(&hash, step, ChangeOrigin::Import, now())],
        ..change(
            seen.version,
            ListChangeKind::Import,
            vec![person("ann", "{\"a\":1}"), person("bob", "{\"b\":1}"), person("eve", "{}")],
        )
    };
    assert_eq!(ledger.write_list(import).await, Ok(true));
    let later = ledger.stored_list().await.unwrap().version;
    let edit = change(later, ListChangeKind::Edit, vec![person("bob", "{\"b\":2}")]);
    assert_eq!(ledger.write_list(edit).await, Ok(true));

    let undone = ledger.undo_of_last_import().await.unwrap().unwrap();
    assert_eq!(undone.removed, ["eve@example.org"]);
    assert_eq!(undone.restored, ["ann@example.org"]);
    assert_eq!(undone.kept, ["bob@example.org"]);
    assert_eq!(ledger.undo_import(undone.import, later, now()).await, Ok(false));
    let version = ledger.stored_list().await.unwrap().version;
    assert_eq!(ledger.undo_import(undone.import, version, now()).await, Ok(true));
    let people = ledger.stored_list().await.unwrap().people;
    assert_eq!(people, [person("ann", "{}"), person("bob", "{\"b\":2}"), person("cy", "{}")]);
    assert_eq!(ledger.undo_of_last_import().await, Ok(None));
    assert!(ledger.suppression(&hash).await.unwrap().is_some(), "a no stays");

    let ann = keys().address_hash_of_key("ann@example.org");
    ledger.plan(plan("2020", &["ann@example.org", "bob@example.org"])).await.unwrap();
    let erased =
        ledger.erase(vec![ErasedAddress::own("ann@example.org", &ann)], now()).await.unwrap();
    assert_eq!((erased.people, erased.messages), (3, 1), "{erased:?}");
    assert_eq!(ledger.counts("2020").await.unwrap().people(), 2, "the numbers stay");
    assert_eq!(ledger.history("ann@example.org").await.unwrap().0.len(), 0);
    let entry = ledger.suppression(&ann).await.unwrap().unwrap();
    assert_eq!(entry.reason, NoMailReason::Erased);
    assert_eq!(
        ledger.erase(vec![ErasedAddress::own("ann@example.org", &ann)], now()).await.unwrap(),
        ErasedRows::default()
    );
    let sender = ledger.enter("2020", "a", now()).await.unwrap().sender;
    let claim = ledger.claim(sender, now(), 9).await.unwrap();
    let claimed: Vec<&str> =
        claim.deliveries.iter().map(|delivery| delivery.recipient.address.as_str()).collect();
    assert_eq!(claimed, ["bob@example.org"]);

    let of = |name: &str| {
        let key = format!("{name}@example.org");
        RemovedPerson { person: keys().address_hash_of_key(&key), key }
    };
    let version = ledger.stored_list().await.unwrap().version;
    let removal =
        ListChange { removed: vec![of("cy")], ..change(version, ListChangeKind::Edit, Vec::new()) };
    assert_eq!(ledger.write_list(removal).await, Ok(true));
    assert_eq!(ledger.stored_list().await.unwrap().people.len(), 1);
}

/// The laws of what comes back.
pub async fn hold_of_returns(ledger: &(impl Ledger + ReturnStore + AftermathStore)) {
    ledger.plan(plan("2020", &["ann@example.org", "bob@example.org"])).await.unwrap();
    ledger.plan(plan("2021", &["ann@example.org"])).await.unwrap();
    let ann = keys().address_hash(&recipient("ann@example.org").address);
    let id = |edition: &str, address: &str| {
        format!("{}@example.org", keys().message_id(edition, &recipient(address).address))
    };
    let wanted = vec![id("2020", "bob@example.org"), "unknown@example.org".to_owned()];
    let found = ledger.find_copies(wanted, vec![ann.clone()]).await.unwrap();
    let found: Vec<(&str, &str)> =
        found.iter().map(|copy| (copy.row.edition.as_str(), copy.row.address.as_str())).collect();
    let people =
        [("2020", "ann@example.org"), ("2020", "bob@example.org"), ("2021", "ann@example.org")];
    assert_eq!(found, people);
    // A copy in doubt had been taken, or it could not have come back.
    let sender = ledger.enter("2020", "a", now()).await.unwrap().sender;
    let claim = ledger.claim(sender, now(), 9).await.unwrap();
    let copy = claim.deliveries[0].id;
    ledger.record(sender, copy, Event::HandingOver, now()).await.unwrap();
    let lost = Event::Uncertain { why: "no answer".to_owned() };
    ledger.record(sender, copy, lost, now()).await.unwrap();
    let step = NoMailStep::Add(NoMailReason::Bounced);
    let settlement = Settlement {
        notice: "n1".to_owned(),
        returned: ReturnedCopy {
            person: ann.clone(),
            edition: Some("2020".to_owned()),
            kind: ReturnedKind::Hard,
            at: now(),
            status: "5.1.1".to_owned(),
        },
        change: Some(NoMailChange::new(&ann, step, ChangeOrigin::Relay, now())),
        proof: Some((copy, Event::AssumedSent { why: "it came back".to_owned() })),
    };
    let twice = vec![settlement.clone(), settlement.clone()];
    assert_eq!(ledger.settle_returns(twice).await, Ok(vec![true, false]));
    assert_eq!(ledger.settle_returns(vec![settlement.clone()]).await, Ok(vec![false]));
    assert_eq!(ledger.returns_of(&ann).await, Ok(vec![settlement.returned.clone()]));
    assert_eq!(ledger.suppression(&ann).await.unwrap().unwrap().reason, NoMailReason::Bounced);
    assert_eq!(ledger.counts("2020").await.unwrap().of(Status::Accepted), 1);
    // Somebody lifted it: the same notice does not add it again.
    assert_eq!(ledger.lift(&ann, "the mailbox is back", now()).await, Ok(true));
    assert_eq!(ledger.settle_returns(vec![settlement]).await, Ok(vec![false]));
    assert_eq!(ledger.suppression(&ann).await, Ok(None));
    assert_eq!(ledger.returns_of("nobody").await, Ok(vec![]));
    let returned = ledger.returns_of_edition("2020").await.unwrap();
    let found: Vec<_> = returned.iter().map(|one| (one.key.as_str(), one.kind)).collect();
    assert_eq!(found, [("ann@example.org", ReturnedKind::Hard)]);
    assert_eq!(ledger.returns_of_edition("2021").await, Ok(vec![]));
    // Bob has no copy, and a server's no is not Ann's.
    let later = now() + TimeDelta::days(9);
    assert_eq!(ledger.leavings_of_edition("2020", later).await, Ok(vec![]));
    let bob = keys().address_hash(&recipient("bob@example.org").address);
    let leaves = |person: &str, days| {
        let at = now() + TimeDelta::days(days);
        let step = NoMailStep::Add(NoMailReason::Unsubscribed);
        NoMailChange {
            detail: Some("too_many".to_owned()),
            ..NoMailChange::new(person, step, ChangeOrigin::Page, at)
        }
    };
    ledger.change_no_mail(vec![leaves(&ann, 3), leaves(&bob, 3)]).await.unwrap();
    let left = Leaving { reason: NoMailReason::Unsubscribed, detail: Some("too_many".to_owned()) };
    assert_eq!(ledger.leavings_of_edition("2020", later).await, Ok(vec![left]));
    let before = now() + TimeDelta::days(2);
    assert_eq!(ledger.leavings_of_edition("2020", before).await, Ok(vec![]));
    assert_eq!(ledger.people_missing_from("2020", "2021").await, Ok(1));
    assert_eq!(ledger.people_missing_from("2021", "2020").await, Ok(0));
    assert_eq!(ledger.people_missing_from("2020", "none").await, Ok(2));
}

/// Somebody's yes to an edition as it was.
pub fn approval(edition: &str, who: &str) -> Approval {
    Approval {
        edition: edition.to_owned(),
        who: who.to_owned(),
        account: "office".to_owned(),
        by_last_editor: who == "Ben",
        at: now(),
        frozen: FrozenEdition {
            hash: "0123456789abcdef".to_owned(),
            subject: "'; DROP TABLE approvals; -- é 🕯".to_owned(),
            preheader: String::new(),
            template: "monthly".to_owned(),
            template_hash: "1".to_owned(),
            words_hash: "2".to_owned(),
            settings_hash: "3".to_owned(),
            archive: Some(false),
            parts: FrozenParts {
                texts: [("the subject in cy".to_owned(), "Rhagfyr".to_owned())].into(),
                hashes: [("[appeal] in roundup.toml".to_owned(), "5".to_owned())].into(),
            },
            stories: vec![FrozenStory {
                id: "a".to_owned(),
                title: "A".to_owned(),
                hash: "4".to_owned(),
            }],
            audience: FrozenAudience {
                segment: Some("town = \"York\"".to_owned()),
                typed_segment: Some("town = \"York\"".to_owned()),
                those_in_doubt: Some(true),
                purpose: "charitable".to_owned(),
                people: 1_204,
                bases: [("consent".to_owned(), 1_204)].into(),
            },
            people: Some(PeopleSample::of(vec![u64::MAX, 7, 1])),
        },
    }
}

/// The laws of approvals: as they were given, in their order, none lost.
pub async fn hold_of_approvals(ledger: &(impl ApprovalStore + Ledger)) {
    assert_eq!(ledger.approvals().await, Ok(vec![]));
    let given = [approval("2020", "Amina"), approval("2021", "Ben"), approval("2020", "Ben")];
    for one in &given {
        assert_eq!(ledger.approve(one.clone(), 0).await, Ok(true));
    }
    assert_eq!(ledger.approvals().await.unwrap(), given);
    let of = ledger.decisions_of("2020").await.unwrap();
    assert_eq!(of.approvals, [given[0].clone(), given[2].clone()]);
    assert!(ledger.decisions_of("2022").await.unwrap().is_empty());
    hold_of_stops(ledger).await;
}

/// The laws of stops: each knows the approvals before it, nobody lifts one that they have not seen, and nothing is planned
/// past one.
async fn hold_of_stops(ledger: &(impl ApprovalStore + Ledger)) {
    let stop = |kind: StopKind| EditionStop {
        edition: why("2020"),
        kind,
        who: why("Cy; DROP TABLE edition_stops"),
        account: why("office"),
        at: now(),
        approvals: 0,
    };
    for kind in StopKind::ALL {
        assert_eq!(StopKind::parse(kind.word()), Some(kind));
    }
    assert_eq!(ledger.stop(stop(StopKind::Paused), 0).await, Ok(true));
    for unseen in [StopKind::Resumed, StopKind::Timed] {
        assert_eq!(ledger.stop(stop(unseen), 0).await, Ok(false));
    }
    assert_eq!(ledger.approve(approval("2020", "Cy"), 0).await, Ok(false));
    assert_eq!(ledger.approve(approval("2020", "Cy"), 1).await, Ok(true));
    assert_eq!(ledger.approve(approval("2021", "Cy"), 0).await, Ok(true));
    // The person who stops it need not have seen anything.
    assert_eq!(ledger.stop(stop(StopKind::Cancelled), 0).await, Ok(true));
    assert_eq!(ledger.stop(stop(StopKind::Timed), 2).await, Ok(true));
    let stops = ledger.decisions_of("2020").await.unwrap().stops;
    let expected = [(StopKind::Paused, 2), (StopKind::Cancelled, 3), (StopKind::Timed, 3)]
        .map(|(kind, approvals)| EditionStop { approvals, ..stop(kind) });
    assert_eq!(stops, expected);
    assert!(ledger.decisions_of("2021").await.unwrap().stops.is_empty());
    let people = ["a@example.org"];
    let unseen = Err(LedgerError::StoppedMeanwhile { edition: why("2020") });
    assert_eq!(ledger.plan(Plan { stops_seen: 2, ..plan("2020", &people) }).await, unseen);
    assert_eq!(ledger.edition("2020").await, Ok(None));
    assert_eq!(ledger.plan(Plan { stops_seen: 3, ..plan("2020", &people) }).await, Ok(()));
    // What is planned is stopped as a run is.
    for kind in StopKind::ALL {
        assert_eq!(ledger.stop(stop(kind), 9).await, Ok(false));
    }
    assert_eq!(ledger.stops().await.unwrap(), expected);
    // Whoever stops a run, or lets it go on, is written down with what holds, and not where something else holds.
    let (go, pause, cancel) = (RunControl::Go, RunControl::Pause, RunControl::Cancel);
    let mut all = expected.to_vec();
    for (kind, seen, holds) in [
        (StopKind::Paused, None, pause),
        (StopKind::Resumed, Some(0), pause),
        (StopKind::Resumed, Some(1), go),
        (StopKind::Paused, None, pause),
        (StopKind::Cancelled, None, cancel),
        (StopKind::Paused, None, cancel),
        (StopKind::Resumed, Some(9), cancel),
    ] {
        assert_eq!(ledger.stop_run(stop(kind), seen).await, Ok(holds), "{kind:?} {seen:?}");
        assert_eq!(ledger.edition_state("2020").await.unwrap().control, holds);
        if RunControl::of(kind) == holds {
            all.push(EditionStop { approvals: 3, ..stop(kind) });
        }
        assert_eq!(ledger.stops().await.unwrap(), all, "{kind:?} {seen:?}");
    }
    assert_eq!(ledger.counts("2020").await.unwrap().open(), 0);
    // Everything is paused: what was being planned is not, and what begins after it is held by nothing.
    let everything = EditionStop { edition: EVERY_EDITION.to_owned(), ..stop(StopKind::Paused) };
    assert_eq!(ledger.stop(everything, 0).await, Ok(true));
    let seen = ledger.decisions_of("2022").await.unwrap();
    assert_eq!((seen.stops_seen(), seen.stop_without_approval()), (1, None));
    let unseen = Err(LedgerError::StoppedMeanwhile { edition: why("2022") });
    assert_eq!(ledger.plan(Plan { stops_seen: 0, ..plan("2022", &people) }).await, unseen);
    assert_eq!(ledger.plan(Plan { stops_seen: 1, ..plan("2022", &people) }).await, Ok(()));
}

fn occurrence(schedule: &str, day: &str, state: OccurrenceState) -> Occurrence {
    Occurrence {
        schedule: schedule.to_owned(),
        day: day.parse().unwrap(),
        state,
        edition: Some("2020".to_owned()),
        opens_at: now(),
        at: now(),
        closed_at: now(),
        by: "a".to_owned(),
        why: String::new(),
    }
}

/// The laws of occurrences: one row a schedule and day, and one computer that has it.
pub async fn hold_of_schedules(ledger: &impl ScheduleStore) {
    use OccurrenceState::{Cancelled, Claimed, Done, Missed, Waiting};
    let later = now() + TimeDelta::hours(30);
    assert_eq!(ledger.followed("first Tuesday", now()).await, Ok(FollowedSchedule::default()));
    assert_eq!(ledger.begin_schedule("first Tuesday", now()).await, Ok(now()));
    assert_eq!(ledger.claim_notice(DUE_RAN, TimeDelta::zero(), now()).await, Ok(true));
    let followed = FollowedSchedule { begun: Some(now()), last_run: Some(now()) };
    assert_eq!(ledger.followed("first Tuesday", now()).await, Ok(followed));
    assert_eq!(ledger.begin_schedule("first Tuesday", later).await, Ok(now()));
    // Begun by a clock that was ahead, it is begun again once the clock is right; one that is behind changes nothing for long.
    let days = |count| now() + TimeDelta::days(count);
    for (clock, begun) in
        [(1_500, 1_500), (3, 3), (4, 3), (-9_000, -9_000), (5, 3), (-8_999, -9_000)]
    {
        assert_eq!(ledger.begin_schedule("every Friday", days(clock)).await, Ok(days(begun)));
        let followed = ledger.followed("every Friday", days(clock)).await.unwrap();
        assert_eq!(followed.begun, Some(days(begun)), "{clock}");
    }
    assert_eq!(ledger.followed("every Friday", days(-9_001)).await.unwrap().begun, None);
    assert_eq!(ledger.occurrences().await, Ok(vec![]));
    let row = occurrence("first Tuesday", "2021-01-05", Claimed);
    let claims = tokio::join!(
        ledger.claim_occurrence(row.clone()),
        ledger.claim_occurrence(row.clone()),
        ledger.claim_occurrence(row.clone())
    );
    let claims = [claims.0.unwrap(), claims.1.unwrap(), claims.2.unwrap()];
    assert_eq!(claims.into_iter().filter(|is_mine| *is_mine).count(), 1);
    let step = |from, to| OccurrenceStep {
        schedule: row.schedule.clone(),
        day: row.day,
        from,
        to,
        at: later,
        closed_at: later,
        by: "b".to_owned(),
        why: "why".to_owned(),
    };
    assert_eq!(ledger.step_occurrence(step(Waiting, Done)).await, Ok(false));
    assert_eq!(ledger.step_occurrence(step(Claimed, Done)).await, Ok(true));
    assert_eq!(ledger.step_occurrence(step(Claimed, Done)).await, Ok(false));
    let done = Occurrence {
        state: Done,
        at: later,
        closed_at: later,
        by: "b".to_owned(),
        why: "why".to_owned(),
        ..row.clone()
    };
    assert_eq!(ledger.occurrences().await, Ok(vec![done.clone()]));
    // What was missed by a clock that was ahead gives way; what was missed in time does not.
    let ahead = Occurrence { at: later, ..occurrence("first Tuesday", "2021-02-02", Missed) };
    assert_eq!(ledger.claim_occurrence(ahead).await, Ok(true));
    let claim = occurrence("first Tuesday", "2021-02-02", Claimed);
    let soon = Occurrence { at: now() + TimeDelta::hours(29), ..claim.clone() };
    assert_eq!(ledger.claim_occurrence(soon).await, Ok(false));
    assert_eq!(ledger.claim_occurrence(claim.clone()).await, Ok(true));
    assert_eq!(ledger.claim_occurrence(claim).await, Ok(false));
    // A time that somebody sets again takes the place of the one that waits.
    let set = |day: &str| occurrence("once 2020", day, Waiting);
    for day in ["2021-03-01", "2021-03-02", "2021-03-01", "2021-03-01"] {
        assert_eq!(ledger.set_time(set(day)).await, Ok(true));
    }
    let states = |rows: Vec<Occurrence>| -> Vec<OccurrenceState> {
        rows.into_iter().filter(Occurrence::is_once).map(|row| row.state).collect()
    };
    assert_eq!(states(ledger.occurrences().await.unwrap()), [Waiting, Cancelled]);
    let begin = OccurrenceStep {
        schedule: "once 2020".to_owned(),
        day: "2021-03-01".parse().unwrap(),
        ..step(Waiting, Claimed)
    };
    assert_eq!(ledger.step_occurrence(begin).await, Ok(true));
    assert_eq!(ledger.set_time(set("2021-03-04")).await, Ok(false));
    assert_eq!(states(ledger.occurrences().await.unwrap()), [Claimed, Cancelled]);
    // One notice of a kind an hour, and a clock that was ahead holds none back.
    for (minutes, kind, expected) in [
        (0, "missed", true),
        (0, "paused", true),
        (1, "missed", false),
        (59, "missed", false),
        (60, "missed", true),
        (61, "paused", true),
        (600, "missed", true),
        (120, "missed", true),
        (121, "missed", false),
    ] {
        let at = now() + TimeDelta::minutes(minutes);
        let every = TimeDelta::hours(1);
        assert_eq!(ledger.claim_notice(kind, every, at).await, Ok(expected), "{minutes} {kind}");
    }
    // What was taken back may be claimed again; only by the one that claimed it.
    let at = now() + TimeDelta::minutes(121);
    for (released, expected) in [(now(), false), (now() + TimeDelta::minutes(120), true)] {
        assert_eq!(ledger.release_notice("missed", released).await, Ok(()));
        let every = TimeDelta::hours(1);
        assert_eq!(ledger.claim_notice("missed", every, at).await, Ok(expected));
    }
}
