//! The laws that every ledger keeps, as one test that each of them runs.
//! Shell: runs ledgers that come in as arguments.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::London;

use super::{Event, Ledger, LedgerError, Plan, Status};
use crate::audience::{Audience, Keys, LeftOut, Recipient, WhyNot};
use crate::compose::{Composition, Values, Variant};
use crate::problem::Place;
use crate::rfc::address::EmailAddress;
use crate::window::Window;

pub fn now() -> DateTime<Utc> {
    "2020-12-31T12:00:00Z".parse().unwrap()
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
            segments: BTreeSet::new(),
            html: Vec::new(),
            text: Vec::new(),
            mjml: String::new(),
        }],
        slots: Vec::new(),
        segments: BTreeSet::new(),
    };
    let audience = Audience {
        recipients: addresses.iter().map(|address| recipient(address)).collect(),
        left_out: vec![LeftOut {
            address: "Gone@example.org".to_owned(),
            place: Place::whole("people.csv"),
            why: WhyNot::Unsubscribed,
        }],
    };
    let window = Window::year("2020", London).unwrap();
    Plan::new(composition, &window, audience, &Keys::new(b"secret"), "example.org", now())
}

fn why(text: &str) -> String {
    text.to_owned()
}

/// Runs all laws over a fresh ledger.
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

    // A row is given out once, in the order of the list, and never to another edition's run.
    let first = ledger.claim("2020", now(), 2).await.unwrap().deliveries;
    let second = ledger.claim("2020", now(), 1).await.unwrap().deliveries;
    let addresses: Vec<&str> =
        first.iter().chain(&second).map(|d| d.recipient.address.as_str()).collect();
    assert_eq!(addresses, ["a@example.org", "b@example.org", "c@example.org"]);

    // Accepted only after handing over.
    let accepted = Event::Accepted { reply: why("250 ok") };
    assert!(matches!(
        ledger.record(first[0].id, accepted.clone(), now()).await,
        Err(LedgerError::Impossible(_))
    ));
    assert_eq!(
        ledger.record(first[0].id, Event::HandingOver, now()).await,
        Ok(Status::HandingOver)
    );
    assert_eq!(ledger.record(first[0].id, accepted.clone(), now()).await, Ok(Status::Accepted));
    assert!(ledger.record(first[0].id, accepted, now()).await.is_err());

    // A deferred row comes back when it is due, and not before; its attempts are counted.
    let later = now() + TimeDelta::minutes(5);
    let deferred = Event::Deferred { why: why("451 later"), next_at: later };
    assert_eq!(ledger.record(first[1].id, deferred, now()).await, Ok(Status::Deferred));
    let fourth = ledger.claim("2020", now(), 9).await.unwrap().deliveries;
    assert_eq!(fourth.len(), 1);
    let nothing = ledger.claim("2020", now(), 9).await.unwrap();
    assert_eq!((nothing.deliveries.len(), nothing.next_due), (0, Some(later)));
    let again = ledger.claim("2020", later, 9).await.unwrap().deliveries;
    assert_eq!((again[0].id, again[0].attempts), (first[1].id, 1));

    // A crash leaves the claimed unsent and the handed over uncertain.
    ledger.record(second[0].id, Event::HandingOver, now()).await.unwrap();
    assert_eq!(ledger.recover("2020", later).await, Ok(1));
    let counts = ledger.counts("2020").await.unwrap();
    assert_eq!((counts.uncertain, counts.planned, counts.accepted), (1, 2, 1));
    assert_eq!(ledger.recover("2020", later).await, Ok(0));
    // Another edition is not touched.
    assert_eq!(ledger.counts("2021").await.unwrap().planned, 1);

    // The uncertain are never given out by themselves.
    let rest = ledger.claim("2020", later, 9).await.unwrap().deliveries;
    assert!(rest.iter().all(|delivery| delivery.id != second[0].id));
    assert_eq!(rest.len(), 2);
    assert_eq!(ledger.record(second[0].id, Event::Resent, later).await, Ok(Status::Planned));

    // A suppressed person is never given out again, in any edition.
    let keys = Keys::new(b"secret");
    let person = |address: &str| keys.person_name(&EmailAddress::parse(address).unwrap());
    for address in ["a@example.org", "c@example.org"] {
        ledger.suppress(&person(address), "550 5.1.1 no such user", later).await.unwrap();
    }
    assert!(ledger.claim("2020", later, 9).await.unwrap().deliveries.is_empty());
    assert!(ledger.claim("2021", later, 9).await.unwrap().deliveries.is_empty());
    assert_eq!(ledger.counts("2021").await.unwrap().suppressed, 1);
    assert_eq!(
        ledger.suppression(&person("A@example.org")).await.unwrap().as_deref(),
        Some("550 5.1.1 no such user")
    );
    assert_eq!(ledger.suppression(&person("b@example.org")).await.unwrap(), None);

    // Sums add up whatever happened, and everything about a person is found by her address.
    let counts = ledger.counts("2020").await.unwrap();
    assert_eq!(counts.people(), 4);
    let (rows, left_out) = ledger.history("a@example.org").await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.message_id.ends_with("@example.org")));
    assert_eq!(left_out, []);
    let (rows, left_out) = ledger.history("gone@example.org").await.unwrap();
    assert_eq!((rows.len(), left_out.len()), (0, 2));
    let all = ledger.rows("2020").await.unwrap();
    assert_eq!(
        all.iter().map(|(_, row)| row.address.as_str()).collect::<Vec<_>>(),
        ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
    );
    assert_eq!(ledger.editions().await.unwrap().len(), 2);
    assert_eq!(ledger.edition("none").await.unwrap(), None);
}

#[tokio::test]
async fn the_laws_hold_in_memory() {
    hold(&super::memory::MemoryLedger::default()).await;
}
