//! Why somebody is on the do-not-mail list, through whom, and which change to the list counts.
//! Pure: an entry and a change in, a decision out.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// How long somebody who left may come back from the public page itself.
pub const STAY_DAYS: i64 = 30;
/// A file has a day and no time zone: only this long after its midnight is the day over everywhere on earth.
const DAY_IS_OVER_AFTER: TimeDelta = TimeDelta::hours(36);
/// A reason that an operator types, or a server's reply. More helps nobody.
pub const LONGEST_NOTE_CHARACTERS: usize = 500;

/// Why nobody may mail a person, the weakest first: a stronger reason takes the place of a weaker one, and never the other
/// way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoMailReason {
    /// A server said that the mailbox is gone.
    Bounced,
    /// They left.
    Unsubscribed,
    /// The Fundraising Preference Service, or one like it, passed their request on.
    PreferenceService,
    /// They objected, by letter or telephone (UK GDPR article 21).
    Objected,
    /// They reported an email as spam.
    Complained,
    /// They had their data erased.
    Erased,
}

/// Who may take somebody off the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiftedBy {
    /// An operator, with a reason: a server can be wrong.
    Operator,
    /// An operator, who says where the person wrote or said so.
    TheirRequest,
    /// Only the person, who signs up again.
    OnlyThem,
}

impl NoMailReason {
    pub const ALL: [Self; 6] = [
        Self::Bounced,
        Self::Unsubscribed,
        Self::PreferenceService,
        Self::Objected,
        Self::Complained,
        Self::Erased,
    ];

    /// As a database and JSON have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Unsubscribed => "unsubscribed",
            Self::PreferenceService => "preference_service",
            Self::Objected => "objected",
            Self::Complained => "complained",
            Self::Erased => "erased",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    fn words(self) -> &'static str {
        match self {
            Self::PreferenceService => "asked a preference service for no more emails",
            Self::Objected => "objected to being emailed",
            Self::Bounced | Self::Unsubscribed | Self::Complained | Self::Erased => self.word(),
        }
    }

    /// Which no the words of an entry are about, where the state of a list has no word for it.
    pub fn in_words(words: &str) -> Option<Self> {
        let known = [Self::PreferenceService, Self::Objected];
        known.into_iter().find(|reason| words.starts_with(reason.words()))
    }

    /// Whether they said it to the organisation, and not to one of its newsletters. A mailbox that is gone is found by each.
    pub fn is_of_all(self) -> bool {
        match self {
            Self::Bounced | Self::Unsubscribed => false,
            Self::PreferenceService | Self::Objected | Self::Complained | Self::Erased => true,
        }
    }

    pub fn lifted_by(self) -> LiftedBy {
        match self {
            Self::Bounced => LiftedBy::Operator,
            Self::Unsubscribed | Self::PreferenceService | Self::Objected => LiftedBy::TheirRequest,
            Self::Complained | Self::Erased => LiftedBy::OnlyThem,
        }
    }
}

/// Through whom a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeOrigin {
    /// The person, by their mail provider's button.
    OneClick,
    /// The person, on the public page.
    Page,
    /// The person, by email.
    Email,
    /// The person, by the mail service's own link: the service has reported it.
    Service,
    /// The person, who signed up again and confirmed it.
    Confirmation,
    /// Somebody of the organisation.
    Operator,
    /// A server's reply to a message.
    Relay,
    /// A file of another system, in which they had said no.
    Import,
    /// Another newsletter of the organisation, by the list that they share.
    Shared,
}

impl ChangeOrigin {
    pub const ALL: [Self; 9] = [
        Self::OneClick,
        Self::Page,
        Self::Email,
        Self::Service,
        Self::Confirmation,
        Self::Operator,
        Self::Relay,
        Self::Import,
        Self::Shared,
    ];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::OneClick => "self:one-click",
            Self::Page => "self:page",
            Self::Email => "self:email",
            Self::Service => "self:service",
            Self::Confirmation => "self:confirmation",
            Self::Operator => "operator",
            Self::Relay => "relay",
            Self::Import => "import",
            Self::Shared => "shared",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.word() == word)
    }

    fn words(self) -> &'static str {
        match self {
            Self::OneClick => "by one click",
            Self::Page => "on the web page",
            Self::Email => "by email",
            Self::Service => "through the mail service",
            Self::Confirmation => "by confirming that they signed up",
            Self::Operator => "recorded by hand",
            Self::Relay => "reported by a server",
            Self::Import => "in a file that was imported",
            Self::Shared => "to another newsletter that shares the do-not-mail list",
        }
    }

    /// Whether the person did it themself.
    pub fn is_their_own(self) -> bool {
        match self {
            Self::OneClick | Self::Page | Self::Email | Self::Service | Self::Confirmation => true,
            Self::Operator | Self::Relay | Self::Import | Self::Shared => false,
        }
    }
}

/// A person's place on the do-not-mail list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMail {
    pub reason: NoMailReason,
    pub origin: ChangeOrigin,
    pub at: DateTime<Utc>,
    /// A word of ours, such as the reason they ticked.
    pub detail: Option<String>,
    /// Free text, which may name somebody: a server's reply, an operator's reason.
    pub note: Option<String>,
}

impl NoMail {
    /// For people, as in "unsubscribed by one click at 2026-11-01T10:00:00Z".
    pub fn words(&self) -> String {
        self.words_at(&format!(" at {}", self.at.format("%Y-%m-%dT%H:%M:%SZ")))
    }

    /// The same for people of a place, as in "unsubscribed by one click on 1 November 2026 at 10:00".
    pub fn words_in(&self, zone: Tz) -> String {
        let at = self.at.with_timezone(&zone);
        self.words_at(&at.format(" on %-d %B %Y at %H:%M").to_string())
    }

    /// The same, where the time stands elsewhere.
    pub fn words_without_time(&self) -> String {
        self.words_at("")
    }

    /// The same for another list: what came in with a file is as the file has it, and says no more with each time.
    pub fn words_elsewhere(&self) -> String {
        match (self.origin, &self.note) {
            (ChangeOrigin::Import, Some(note)) => note.clone(),
            (ChangeOrigin::Import, None) => self.reason.words().to_owned(),
            _ => self.words(),
        }
    }

    fn words_at(&self, time: &str) -> String {
        // A notice may give no reason.
        let is_said = |text: &&String| !text.trim().is_empty();
        let (detail, note) =
            (self.detail.as_ref().filter(is_said), self.note.as_ref().filter(is_said));
        if let (NoMailReason::Bounced, Some(note)) = (self.reason, note) {
            return note.clone();
        }
        let (reason, origin) = (self.reason.words(), self.origin.words());
        let comma = if self.origin.is_their_own() { "" } else { "," };
        let mut words = format!("{reason}{comma} {origin}{time}");
        if let Some(detail) = detail {
            words += &format!(" (reason: {detail})");
        }
        if let Some(note) = note {
            words += &format!(": {note}");
        }
        words
    }

    /// Whether they left by themself, and may still take it back on the page. An older "stay" never undoes a later leaving.
    pub fn may_stay(&self, now: DateTime<Utc>) -> bool {
        self.reason == NoMailReason::Unsubscribed
            && self.origin.is_their_own()
            && self.at <= now
            && now - self.at < TimeDelta::days(STAY_DAYS)
    }
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMailStep {
    Add(NoMailReason),
    Lift,
}

/// A change to the do-not-mail list. The person is named by their address's keyed hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMailChange {
    pub person: String,
    pub at: DateTime<Utc>,
    pub step: NoMailStep,
    pub origin: ChangeOrigin,
    pub detail: Option<String>,
    pub note: Option<String>,
    /// The hash of the email with their request: whatever is read twice counts once.
    pub notice: Option<String>,
    /// The address, folded, where it is known: for the list that newsletters share. No ledger keeps it.
    pub key: Option<String>,
}

impl NoMailChange {
    pub fn new(person: &str, step: NoMailStep, origin: ChangeOrigin, at: DateTime<Utc>) -> Self {
        let person = person.to_owned();
        Self { person, at, step, origin, detail: None, note: None, notice: None, key: None }
    }

    #[must_use]
    pub fn of_key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    #[must_use]
    pub fn with_note(self, note: &str) -> Self {
        // No database takes a NUL into a text.
        let note: String =
            note.chars().filter(|c| *c != '\0').take(LONGEST_NOTE_CHARACTERS).collect();
        Self { note: Some(note), ..self }
    }

    /// Whether it may be written twice: what a person did is written again when a program died between the ledger and the
    /// spool. The same act at the same moment is then the same.
    pub fn may_come_twice(&self) -> bool {
        self.origin.is_their_own()
    }

    /// Whether the person has said yes themself since: `yes` is when they last did. A no that arrives late takes nothing back
    /// that they decided after it. An operator's word is of the moment in which it is written.
    pub fn is_overtaken(&self, yes: Option<DateTime<Utc>>) -> bool {
        let said_by = match self.origin {
            ChangeOrigin::Operator => return false,
            ChangeOrigin::Import => self.at + DAY_IS_OVER_AFTER,
            _ => self.at,
        };
        matches!(self.step, NoMailStep::Add(_)) && yes.is_some_and(|yes| said_by < yes)
    }

    /// The person's place on the list after it.
    #[must_use]
    pub fn applied_to(&self, entry: Option<NoMail>) -> Option<NoMail> {
        if !self.counts(entry.as_ref()) {
            return entry;
        }
        match self.step {
            NoMailStep::Add(reason) => {
                let (detail, note) = (self.detail.clone(), self.note.clone());
                Some(NoMail { reason, origin: self.origin, at: self.at, detail, note })
            }
            NoMailStep::Lift => None,
        }
    }

    /// The same for the address that the person has now, where they did it through a link to an earlier one. A mailbox that
    /// is gone says nothing of another, and what an operator takes back is what they named.
    pub fn carried_to(&self, moved_to: &str) -> Option<Self> {
        let is_carried = match self.step {
            NoMailStep::Add(reason) => reason != NoMailReason::Bounced,
            NoMailStep::Lift => self.origin == ChangeOrigin::Page,
        };
        let person = moved_to.to_owned();
        is_carried.then(|| Self { person, notice: None, key: None, ..self.clone() })
    }

    /// Whether it counts, with the person's place on the list as it is.
    pub fn counts(&self, entry: Option<&NoMail>) -> bool {
        match (self.step, entry) {
            (NoMailStep::Add(_), None) => true,
            (NoMailStep::Add(reason), Some(entry)) => reason > entry.reason,
            (NoMailStep::Lift, None) => false,
            (NoMailStep::Lift, Some(entry)) => match self.origin {
                ChangeOrigin::Page
                | ChangeOrigin::OneClick
                | ChangeOrigin::Email
                | ChangeOrigin::Service => entry.may_stay(self.at),
                // A person who signs up and confirms comes off the list after any no that is older than their request.
                ChangeOrigin::Confirmation => entry.at < self.at,
                ChangeOrigin::Operator => entry.reason.lifted_by() != LiftedBy::OnlyThem,
                ChangeOrigin::Relay | ChangeOrigin::Import | ChangeOrigin::Shared => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000 + day)
    }

    fn entry(reason: NoMailReason, origin: ChangeOrigin) -> NoMail {
        NoMail { reason, origin, at: at(0), detail: None, note: None }
    }

    #[test]
    fn words_are_read_back() {
        for reason in NoMailReason::ALL {
            assert_eq!(NoMailReason::parse(reason.word()), Some(reason));
        }
        for origin in ChangeOrigin::ALL {
            assert_eq!(ChangeOrigin::parse(origin.word()), Some(origin));
        }
        assert_eq!(NoMailReason::parse("other"), None);
        assert_eq!(ChangeOrigin::parse("self"), None);
    }

    #[test]
    fn a_stronger_no_takes_the_place_of_a_weaker_one_and_none_other_does() {
        for (had, one) in (0..).zip(NoMailReason::ALL) {
            for (wanted, other) in (0..).zip(NoMailReason::ALL) {
                let change =
                    NoMailChange::new("p", NoMailStep::Add(other), ChangeOrigin::Email, at(1));
                let had_entry = entry(one, ChangeOrigin::Email);
                assert_eq!(change.counts(Some(&had_entry)), wanted > had, "{one:?} {other:?}");
                assert!(change.counts(None));
            }
        }
    }

    #[test]
    fn who_may_lift_what() {
        for reason in NoMailReason::ALL {
            for origin in ChangeOrigin::ALL {
                for by in ChangeOrigin::ALL {
                    for (day, in_time) in [(0, true), (29, true), (30, false), (-1, false)] {
                        let change = NoMailChange::new("p", NoMailStep::Lift, by, at(day));
                        let expected = match by {
                            ChangeOrigin::Operator => {
                                !matches!(reason, NoMailReason::Complained | NoMailReason::Erased)
                            }
                            ChangeOrigin::Relay | ChangeOrigin::Import | ChangeOrigin::Shared => {
                                false
                            }
                            ChangeOrigin::Confirmation => day > 0,
                            _ => {
                                reason == NoMailReason::Unsubscribed
                                    && origin.is_their_own()
                                    && in_time
                            }
                        };
                        let found = change.counts(Some(&entry(reason, origin)));
                        assert_eq!(found, expected, "{reason:?} {origin:?} {by:?} {day}");
                    }
                }
            }
        }
        let change = NoMailChange::new("p", NoMailStep::Lift, ChangeOrigin::Operator, at(0));
        assert!(!change.counts(None));
    }

    #[test]
    fn a_no_that_is_older_than_their_own_yes_counts_no_more() {
        let hours = |hours: i64| Some(at(0) + TimeDelta::hours(hours));
        for reason in NoMailReason::ALL {
            for origin in ChangeOrigin::ALL {
                for (yes, days) in
                    [(None, false), (hours(0), false), (hours(36), false), (hours(37), true)]
                {
                    let change = NoMailChange::new("p", NoMailStep::Add(reason), origin, at(0));
                    let expected = match origin {
                        ChangeOrigin::Operator => false,
                        ChangeOrigin::Import => days,
                        _ => yes.is_some_and(|yes| yes > at(0)),
                    };
                    assert_eq!(change.is_overtaken(yes), expected, "{reason:?} {origin:?} {yes:?}");
                }
                let lift = NoMailChange::new("p", NoMailStep::Lift, origin, at(0));
                assert!(!lift.is_overtaken(hours(99)), "{origin:?}");
            }
        }
    }

    #[test]
    fn what_people_read() {
        let left = entry(NoMailReason::Unsubscribed, ChangeOrigin::OneClick);
        assert_eq!(left.words(), "unsubscribed by one click at 2024-10-04T00:00:00Z");
        assert_eq!(left.words_without_time(), "unsubscribed by one click");
        let ticked = NoMail { detail: Some("too_many".to_owned()), ..left };
        assert!(ticked.words().ends_with("Z (reason: too_many)"));
        let reply = Some("550 5.1.1 no such user".to_owned());
        let bounced = NoMail { note: reply, ..entry(NoMailReason::Bounced, ChangeOrigin::Relay) };
        assert_eq!(bounced.words(), "550 5.1.1 no such user");
        for nothing in ["", "  "] {
            let silent = NoMail { note: Some(nothing.to_owned()), ..bounced.clone() };
            let words = silent.words_in(chrono_tz::Europe::Lisbon);
            assert!(words.ends_with("reported by a server on 4 October 2024 at 01:00"), "{words}");
        }
        let objected = entry(NoMailReason::Objected, ChangeOrigin::Operator);
        assert!(
            objected.words().starts_with("objected to being emailed, recorded by hand at 2024")
        );
    }

    #[test]
    fn a_change_is_applied_where_it_counts_and_leaves_the_rest_as_it_is() {
        let had = entry(NoMailReason::Objected, ChangeOrigin::Operator);
        let add =
            |reason| NoMailChange::new("p", NoMailStep::Add(reason), ChangeOrigin::Page, at(1));
        let first =
            NoMailChange { detail: Some("too_many".to_owned()), ..add(NoMailReason::Bounced) };
        let made = first.with_note("as they wrote").applied_to(None).unwrap();
        let expected = NoMail {
            reason: NoMailReason::Bounced,
            origin: ChangeOrigin::Page,
            at: at(1),
            detail: Some("too_many".to_owned()),
            note: Some("as they wrote".to_owned()),
        };
        assert_eq!(made, expected);
        // A weaker no, and a stronger one.
        assert_eq!(
            add(NoMailReason::Unsubscribed).applied_to(Some(had.clone())),
            Some(had.clone())
        );
        let stronger = add(NoMailReason::Erased).applied_to(Some(had.clone())).unwrap();
        assert_eq!(stronger.reason, NoMailReason::Erased);
        // One who may lift it, and one who may not.
        let lift = |by| NoMailChange::new("p", NoMailStep::Lift, by, at(1));
        assert_eq!(lift(ChangeOrigin::Operator).applied_to(Some(had.clone())), None);
        assert_eq!(lift(ChangeOrigin::Relay).applied_to(Some(had.clone())), Some(had));
    }

    #[test]
    fn what_is_carried_to_the_address_that_somebody_has_now() {
        for origin in ChangeOrigin::ALL {
            let change = |step| {
                let notice = Some("hash".to_owned());
                NoMailChange { notice, ..NoMailChange::new("old", step, origin, at(1)) }
                    .of_key("old@example.org")
            };
            for reason in NoMailReason::ALL {
                let carried = change(NoMailStep::Add(reason)).carried_to("new");
                assert_eq!(carried.is_some(), reason != NoMailReason::Bounced, "{reason:?}");
                if let Some(carried) = carried {
                    assert_eq!((carried.person.as_str(), carried.at), ("new", at(1)));
                    assert_eq!((carried.notice, carried.key), (None, None));
                }
            }
            let lifted = change(NoMailStep::Lift).carried_to("new").is_some();
            assert_eq!(lifted, origin == ChangeOrigin::Page, "{origin:?}");
        }
    }

    #[test]
    fn what_somebody_says_to_the_organisation_is_of_all_its_newsletters() {
        for reason in NoMailReason::ALL {
            let of_one = [NoMailReason::Bounced, NoMailReason::Unsubscribed].contains(&reason);
            assert_eq!(reason.is_of_all(), !of_one, "{reason:?}");
        }
    }

    #[test]
    fn what_a_person_did_may_be_written_twice() {
        for origin in ChangeOrigin::ALL {
            let change = NoMailChange::new("p", NoMailStep::Lift, origin, at(0));
            let is_theirs = origin.word().starts_with("self:");
            assert_eq!(change.may_come_twice(), is_theirs, "{origin:?}");
        }
    }

    #[test]
    fn a_note_has_a_limit_and_no_nul() {
        let change = NoMailChange::new("p", NoMailStep::Lift, ChangeOrigin::Operator, at(0))
            .with_note(&"a\0".repeat(1000));
        assert_eq!(change.note.unwrap(), "a".repeat(LONGEST_NOTE_CHARACTERS));
    }
}
