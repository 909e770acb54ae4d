//! Signing up with a confirmation: which message a request is answered with, and which confirmation counts.
//! Pure: what a database knows of a person in, a decision out.
//!
//! Anybody can type anybody's address into a form. So a request changes nothing on the list, and brings its address at most
//! a confirmation, a reminder when it is made again, and no more than a few messages a month.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::single_store::SinglePurpose;
use crate::audience::import::{
    BasisEvidence, ImportedPerson, ListState, OwnCells, StoredPerson, WordKinds,
};
use crate::audience::law::{CollectionFacts, MetThrough};
use crate::audience::one_person::is_mailed_by_consent;
use crate::audience::{Basis, ChangeOrigin, NoMail, NoMailChange, NoMailStep};
use crate::problem::Place;

/// How long the link in a confirmation holds.
pub const CONFIRM_DAYS: i64 = 7;
/// How long a request that nobody confirmed is kept.
pub const KEPT_DAYS: i64 = 30;
/// A person who signs up again within a day has an email of ours already.
const REMIND_AFTER: TimeDelta = TimeDelta::days(1);
/// Messages about signing up that one address gets in `MONTH` without confirming.
const MOST_A_MONTH: usize = 3;
pub const MONTH: TimeDelta = TimeDelta::days(30);
/// Messages about signing up in one hour over all: a form that robots have found must not spoil the relay's good name.
pub const MOST_AN_HOUR: u64 = 200;

/// What the person read and where, which is the proof of their consent. No network address is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinEvidence {
    pub source: String,
    pub wording: String,
    /// The address of the page.
    pub page: String,
}

/// A request to join, as it is kept until it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// The address's keyed hash.
    pub person: String,
    /// The address, folded.
    pub key: String,
    pub address: String,
    pub first_name: String,
    /// Whole milliseconds: the link in the confirmation holds it.
    pub at: DateTime<Utc>,
    pub evidence: JoinEvidence,
    /// The keyed hash of somebody who had the address before and has left it: the person who signs up with it is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
}

impl JoinRequest {
    pub fn confirm_until(&self) -> DateTime<Utc> {
        self.at + TimeDelta::days(CONFIRM_DAYS)
    }

    /// How the list shows them until they confirm.
    pub fn as_listed(&self) -> ImportedPerson {
        ImportedPerson {
            waits_for: WordKinds::default(),
            address: self.address.clone(),
            state: ListState::Unconfirmed,
            first_name: self.first_name.clone(),
            last_name: String::new(),
            tags: Vec::new(),
            joined: None,
            since: Some(self.at.date_naive()),
            why: format!("signed up, and has not confirmed: {}", self.evidence.source),
            columns: OwnCells::new(),
            key: self.key.clone(),
            evidence: None,
            language: String::new(),
            place: Place::whole("the database"),
        }
    }
}

/// What a database knows of a person who signs up or confirms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinFacts {
    pub pending: Option<JoinRequest>,
    /// To this newsletter or to all of them, the later one.
    pub no: Option<NoMail>,
    pub on_list: Option<StoredPerson>,
    /// When they last confirmed, and the request that it confirmed.
    pub confirmed: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Messages about signing up that were made for them within `MONTH`.
    pub messages: Vec<(SinglePurpose, DateTime<Utc>)>,
    /// The same for everybody, within an hour.
    pub of_hour: u64,
}

impl JoinFacts {
    /// The same with what the person has said to every newsletter of the organisation.
    #[must_use]
    pub(super) fn beside(self, shared: Option<&NoMail>) -> Self {
        let no = self.no.into_iter().chain(shared.cloned()).max_by_key(|no| no.at);
        Self { no, ..self }
    }

    /// Whether they get every edition, by their consent: whoever is on the list for another reason has something to confirm.
    fn is_mailed(&self, now: DateTime<Utc>) -> bool {
        // The day on which they joined has begun where the newsletter is, and perhaps not yet in UTC.
        let today = (now + TimeDelta::hours(14)).date_naive();
        let on_list = self.on_list.clone().map(ImportedPerson::from);
        self.no.is_none() && on_list.is_some_and(|person| is_mailed_by_consent(&person, today))
    }

    /// Messages that count against the limit: a confirmation proves that the earlier ones were wanted.
    fn unanswered(&self) -> impl Iterator<Item = &(SinglePurpose, DateTime<Utc>)> {
        let since = self.confirmed.map(|(at, _)| at);
        self.messages.iter().filter(move |(_, at)| since.is_none_or(|since| *at > since))
    }

    /// The request whose link still holds.
    fn open_request(&self, now: DateTime<Utc>) -> Option<&JoinRequest> {
        let request = self.pending.as_ref()?;
        let is_void = self.no.as_ref().is_some_and(|no| no.at >= request.at);
        (now < request.confirm_until() && !is_void).then_some(request)
    }
}

/// What a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinStep {
    /// Too many requests in this hour: nothing is kept, and the page says so.
    Busy,
    /// They have had our messages.
    Nothing,
    /// A new request, which takes the place of an earlier one.
    Confirm,
    /// Of the open request, which was made then.
    Remind { of: DateTime<Utc> },
    /// They get every edition already.
    SayAlready,
}

/// Decides about a request.
pub fn on_request(request: &JoinRequest, facts: &JoinFacts) -> JoinStep {
    if facts.of_hour >= MOST_AN_HOUR {
        return JoinStep::Busy;
    }
    if facts.unanswered().count() >= MOST_A_MONTH {
        return JoinStep::Nothing;
    }
    let was_made = |purpose| facts.unanswered().any(|(made, _)| *made == purpose);
    if facts.is_mailed(request.at) {
        let has_heard = was_made(SinglePurpose::Already);
        return if has_heard { JoinStep::Nothing } else { JoinStep::SayAlready };
    }
    let Some(open) = facts.open_request(request.at) else { return JoinStep::Confirm };
    let of_open = |purpose| {
        move |(made, at): &&(SinglePurpose, DateTime<Utc>)| *made == purpose && *at >= open.at
    };
    let was_reminded = facts.unanswered().any(|one| of_open(SinglePurpose::Reminder)(&one));
    if was_reminded || request.at - open.at < REMIND_AFTER {
        return JoinStep::Nothing;
    }
    JoinStep::Remind { of: open.at }
}

/// What a confirmation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmStep {
    Join,
    /// It was confirmed before, and they are mailed.
    Already,
    /// The link is older than [`CONFIRM_DAYS`].
    TooLate,
    /// They said no after the request, or another request took its place.
    Void,
}

/// Decides about the confirmation of a request that was made at `requested`.
pub fn on_confirmation(
    requested: DateTime<Utc>,
    now: DateTime<Utc>,
    facts: &JoinFacts,
) -> ConfirmStep {
    let is_void = facts.no.as_ref().is_some_and(|no| no.at >= requested);
    let is_pending = facts.pending.as_ref().is_some_and(|pending| pending.at == requested);
    let is_late = now - requested >= TimeDelta::days(CONFIRM_DAYS) || now < requested;
    let was_confirmed = facts.confirmed.is_some_and(|(_, of)| of == requested);
    match (is_pending, is_late) {
        _ if is_void => ConfirmStep::Void,
        // Whose address it was is not known any more: that nobody said no since is enough.
        (false, _) if was_confirmed => ConfirmStep::Already,
        (true, false) => ConfirmStep::Join,
        (_, true) => ConfirmStep::TooLate,
        (false, false) => ConfirmStep::Void,
    }
}

/// A confirmation, as the page passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinConfirmation {
    pub person: String,
    pub requested: DateTime<Utc>,
    pub now: DateTime<Utc>,
    /// The day where the newsletter is.
    pub today: NaiveDate,
    /// Whether a welcome follows.
    pub welcomes: bool,
}

/// The person as the list has them after confirming: what was known of them stays, the evidence is the new one.
pub fn joined(
    request: &JoinRequest,
    on_list: Option<StoredPerson>,
    today: NaiveDate,
) -> StoredPerson {
    let mut person = on_list.map_or_else(|| request.as_listed(), ImportedPerson::from);
    person.address.clone_from(&request.address);
    person.state = ListState::Subscribed;
    person.waits_for = WordKinds::default();
    person.since = Some(today);
    person.joined = person.joined.or(Some(today));
    if !request.first_name.is_empty() {
        person.first_name.clone_from(&request.first_name);
    }
    let evidence = BasisEvidence {
        basis: Basis::Consent,
        source: request.evidence.source.clone(),
        wording: request.evidence.wording.clone(),
        given: CollectionFacts {
            obtained: Some(today),
            directly: Some(true),
            optout_offered: Some(true),
            met_through: MetThrough::Ourselves,
        },
    };
    person.why = evidence.to_string();
    person.evidence = Some(evidence);
    StoredPerson::from(&person)
}

/// What a confirmation does to the do-not-mail list.
pub fn lift(confirmation: &JoinConfirmation) -> NoMailChange {
    let JoinConfirmation { person, now, .. } = confirmation;
    NoMailChange::new(person, NoMailStep::Lift, ChangeOrigin::Confirmation, *now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::NoMailReason;

    fn hour(hours: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
    }

    fn request(hours: i64) -> JoinRequest {
        JoinRequest {
            person: "ann".to_owned(),
            key: "ann@e.org".to_owned(),
            address: "Ann@e.org".to_owned(),
            first_name: "Ann".to_owned(),
            at: hour(hours),
            evidence: JoinEvidence::default(),
            left: None,
        }
    }

    fn no(hours: i64) -> NoMail {
        let (reason, origin) = (NoMailReason::Complained, ChangeOrigin::Email);
        NoMail { reason, origin, at: hour(hours), detail: None, note: None }
    }

    /// Somebody on the list, who gave their address to the charity today.
    fn listed(state: ListState, basis: Option<Basis>) -> ImportedPerson {
        let given = CollectionFacts {
            obtained: Some(hour(0).date_naive()),
            directly: Some(true),
            optout_offered: Some(true),
            met_through: MetThrough::Ourselves,
        };
        let (source, wording) = (String::new(), String::new());
        let evidence = basis.map(|basis| BasisEvidence { basis, source, wording, given });
        ImportedPerson { state, evidence, ..request(0).as_listed() }
    }

    fn on_list(state: ListState) -> StoredPerson {
        StoredPerson::from(&listed(state, Some(Basis::Consent)))
    }

    #[test]
    fn what_a_request_is_answered_with() {
        use SinglePurpose::{Already, Confirmation, Reminder};
        let facts = JoinFacts::default();
        let pending = JoinFacts {
            pending: Some(request(0)),
            messages: vec![(Confirmation, hour(0))],
            ..JoinFacts::default()
        };
        let reminded = JoinFacts {
            messages: vec![(Confirmation, hour(0)), (Reminder, hour(25))],
            ..pending.clone()
        };
        let remind = JoinStep::Remind { of: hour(0) };
        let mailed = JoinFacts { on_list: Some(on_list(ListState::Subscribed)), ..facts.clone() };
        for (what, facts, at, expected) in [
            ("somebody new", facts.clone(), 0, JoinStep::Confirm),
            ("again at once", pending.clone(), 1, JoinStep::Nothing),
            ("again the next day", pending.clone(), 24, remind),
            ("a third time", reminded.clone(), 100, JoinStep::Nothing),
            ("when the link is old", reminded.clone(), 168, JoinStep::Confirm),
            ("after a no", JoinFacts { no: Some(no(1)), ..pending.clone() }, 2, JoinStep::Confirm),
            (
                "after an older no",
                JoinFacts { no: Some(no(-1)), ..pending.clone() },
                2,
                JoinStep::Nothing,
            ),
            (
                "with an old no",
                JoinFacts { no: Some(no(-1)), ..facts.clone() },
                2,
                JoinStep::Confirm,
            ),
            ("on the list", mailed.clone(), 0, JoinStep::SayAlready),
            (
                "on the list, with a no",
                JoinFacts { no: Some(no(0)), ..mailed.clone() },
                1,
                JoinStep::Confirm,
            ),
            (
                "on the list, again",
                JoinFacts { messages: vec![(Already, hour(0))], ..mailed.clone() },
                99,
                JoinStep::Nothing,
            ),
            (
                "on the list without evidence",
                JoinFacts { on_list: Some(on_list(ListState::NoEvidence)), ..facts.clone() },
                0,
                JoinStep::Confirm,
            ),
            (
                "a full hour",
                JoinFacts { of_hour: MOST_AN_HOUR, ..facts.clone() },
                0,
                JoinStep::Busy,
            ),
            (
                "three in a month",
                JoinFacts { messages: vec![(Confirmation, hour(0)); 3], ..facts.clone() },
                400,
                JoinStep::Nothing,
            ),
            (
                "three that were answered",
                JoinFacts {
                    messages: vec![(Confirmation, hour(0)); 3],
                    confirmed: Some((hour(1), hour(0))),
                    ..facts
                },
                400,
                JoinStep::Confirm,
            ),
        ] {
            assert_eq!(on_request(&request(at), &facts), expected, "{what}");
        }
    }

    /// Whoever signs up gets every edition in the end: by what they have agreed to, or after they confirm.
    #[test]
    fn only_whoever_consented_has_nothing_to_confirm() {
        let bases = Basis::ALL.into_iter().map(Some).chain([None]);
        for (basis, state) in bases.flat_map(|basis| ListState::ALL.map(|state| (basis, state))) {
            let person = StoredPerson::from(&listed(state, basis));
            let facts = JoinFacts { on_list: Some(person.clone()), ..JoinFacts::default() };
            let has_consented = state == ListState::Subscribed && basis == Some(Basis::Consent);
            let expected = if has_consented { JoinStep::SayAlready } else { JoinStep::Confirm };
            assert_eq!(on_request(&request(1), &facts), expected, "{state:?} {basis:?}");
            let person = joined(&request(1), Some(person), hour(1).date_naive());
            let facts = JoinFacts { on_list: Some(person), ..JoinFacts::default() };
            assert_eq!(
                on_request(&request(2), &facts),
                JoinStep::SayAlready,
                "{state:?} {basis:?}"
            );
        }
        // A consent of a day that has not come is left out of every plan.
        let mut early = listed(ListState::Subscribed, Some(Basis::Consent));
        let later = hour(72).date_naive();
        early.evidence.iter_mut().for_each(|evidence| evidence.given.obtained = Some(later));
        let facts = JoinFacts { on_list: Some((&early).into()), ..JoinFacts::default() };
        assert_eq!(on_request(&request(0), &facts), JoinStep::Confirm);
        assert_eq!(on_request(&request(72), &facts), JoinStep::SayAlready);
    }

    #[test]
    fn which_confirmation_counts() {
        let pending = JoinFacts { pending: Some(request(0)), ..JoinFacts::default() };
        let confirmed = JoinFacts {
            confirmed: Some((hour(1), hour(0))),
            on_list: Some(on_list(ListState::Subscribed)),
            ..JoinFacts::default()
        };
        for (what, facts, now, expected) in [
            ("in time", pending.clone(), 1, ConfirmStep::Join),
            ("at the last moment", pending.clone(), 167, ConfirmStep::Join),
            ("too late", pending.clone(), 168, ConfirmStep::TooLate),
            ("before it was made", pending.clone(), -1, ConfirmStep::TooLate),
            (
                "with an older no",
                JoinFacts { no: Some(no(-1)), ..pending.clone() },
                1,
                ConfirmStep::Join,
            ),
            (
                "with a no since",
                JoinFacts { no: Some(no(0)), ..pending.clone() },
                1,
                ConfirmStep::Void,
            ),
            (
                "of an earlier request",
                JoinFacts { pending: Some(request(2)), ..pending },
                3,
                ConfirmStep::Void,
            ),
            ("of nothing", JoinFacts::default(), 1, ConfirmStep::Void),
            ("of nothing that is left", JoinFacts::default(), 999, ConfirmStep::TooLate),
            ("a second time", confirmed.clone(), 2, ConfirmStep::Already),
            ("a second time, late", confirmed.clone(), 999, ConfirmStep::Already),
            (
                "a second time, after a no",
                JoinFacts { no: Some(no(2)), ..confirmed },
                3,
                ConfirmStep::Void,
            ),
        ] {
            assert_eq!(on_confirmation(hour(0), hour(now), &facts), expected, "{what}");
        }
    }

    #[test]
    fn confirming_keeps_what_was_known_and_brings_evidence() {
        let known = ImportedPerson {
            state: ListState::Unsubscribed,
            first_name: "A.".to_owned(),
            last_name: "Example".to_owned(),
            tags: vec!["policy".to_owned()],
            joined: Some(NaiveDate::from_ymd_opt(2019, 5, 1).unwrap()),
            ..request(0).as_listed()
        };
        let evidence = JoinEvidence { wording: "Yes".to_owned(), ..JoinEvidence::default() };
        let request = JoinRequest { evidence, ..request(0) };
        let today = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let after = ImportedPerson::from(joined(&request, Some(StoredPerson::from(&known)), today));
        assert_eq!(after.state, ListState::Subscribed);
        assert_eq!((after.first_name.as_str(), after.last_name.as_str()), ("Ann", "Example"));
        assert_eq!((after.tags, after.joined), (known.tags, known.joined));
        assert_eq!(after.since, Some(today));
        let evidence = after.evidence.unwrap();
        assert_eq!((evidence.basis, evidence.wording.as_str()), (Basis::Consent, "Yes"));
        assert_eq!(evidence.given.obtained, Some(today));
        let new = ImportedPerson::from(joined(&request, None, today));
        assert_eq!((new.state, new.joined), (ListState::Subscribed, Some(today)));
    }
}
