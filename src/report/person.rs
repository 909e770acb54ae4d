//! Everything about one person, in the order in which it happened.
//! Pure: what the list and the ledger have in, sentences out.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::ReportedDelivery;
use crate::audience::import::ImportedPerson;
use crate::audience::law::UNSTATED;
use crate::audience::{NoMail, NoMailChange, NoMailStep};
use crate::ledger::Lift;
use crate::ledger::join_store::{JoinEvent, JoinRecord};
use crate::ledger::returns::{ReturnedCopy, ReturnedKind};
use crate::ledger::single_store::SingleRecord;

/// `roundup.why/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonHistory {
    pub schema: &'static str,
    pub address: String,
    /// The word of the list, when they are on it.
    pub basis: Option<String>,
    /// Why they would not be mailed now, or `None` when they would.
    pub not_mailed: Option<String>,
    /// All that they have had, where it is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PersonAddress>,
    pub joined: Option<NaiveDate>,
    pub consent: Option<ConsentProof>,
    pub deliveries: Vec<ReportedDelivery>,
    /// Suppressions that were lifted, the oldest first.
    pub lifts: Vec<Lift>,
    /// All changes to their place on the do-not-mail list, the oldest first.
    pub do_not_mail: Vec<NoMailEntry>,
    /// What their requests to join came to, the oldest first.
    pub joining: Vec<JoinRecord>,
    /// Confirmations, reminders and welcomes, the oldest first.
    pub single_messages: Vec<SingleRecord>,
    /// What they have chosen: `every` or `year`.
    pub frequency: Option<&'static str>,
    /// What came back of their copies, the oldest first.
    pub returns: Vec<ReturnEntry>,
}

/// A copy that came back, or was held up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnEntry {
    pub at: DateTime<Utc>,
    /// None where only the person is known.
    pub edition: Option<String>,
    pub kind: &'static str,
    /// As in 5.1.1, or empty.
    pub status: String,
    /// As people read it.
    #[serde(skip)]
    pub words: String,
}

impl From<ReturnedCopy> for ReturnEntry {
    fn from(copy: ReturnedCopy) -> Self {
        let what = match copy.kind {
            ReturnedKind::Hard => "came back for good",
            ReturnedKind::Soft => "came back for now",
            ReturnedKind::Delay => "was held up on its way",
            ReturnedKind::Policy => "was refused for a reason of ours",
            ReturnedKind::Complaint => "was called spam",
        };
        let edition = copy.edition.as_deref().unwrap_or("an email");
        let status = Some(&copy.status).filter(|status| !status.is_empty());
        let status = status.map_or_else(String::new, |status| format!(" ({status})"));
        let words = format!("{edition} {what}{status}");
        let (at, kind) = (copy.at, copy.kind.word());
        Self { at, edition: copy.edition, kind, status: copy.status, words }
    }
}

/// An address that somebody has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonAddress {
    pub address: String,
    /// Since when, where somebody else had it before.
    pub since: Option<DateTime<Utc>>,
    /// When they left it.
    pub until: Option<DateTime<Utc>>,
}

/// On what basis they are mailed, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentProof {
    basis: &'static str,
    source: String,
    wording: String,
    obtained: Option<NaiveDate>,
    obtained_directly: Option<bool>,
    optout_offered: Option<bool>,
    met_through: String,
}

impl ConsentProof {
    /// `None` where the list has no evidence.
    pub fn of(person: &ImportedPerson) -> Option<Self> {
        person.evidence.as_ref().map(|evidence| Self {
            basis: evidence.basis.word(),
            source: evidence.source.clone(),
            wording: evidence.wording.clone(),
            obtained: evidence.given.obtained,
            obtained_directly: evidence.given.directly,
            optout_offered: evidence.given.optout_offered,
            met_through: evidence.given.met_through.word().to_owned(),
        })
    }

    /// All of it, each thing that is known on a line of its own.
    pub fn lines(&self) -> Vec<String> {
        let word =
            |stated: Option<bool>| stated.map(|yes| if yes { "yes" } else { "no" }.to_owned());
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let known = [
            ("Basis", text(self.basis)),
            ("Given on", self.obtained.map(|day| day.format("%-d %B %Y").to_string())),
            ("Source", text(&self.source)),
            ("Wording", text(&self.wording).map(|wording| format!("“{wording}”"))),
            ("Given to us directly", word(self.obtained_directly)),
            ("An opt-out was offered", word(self.optout_offered)),
            ("Met through", text(&self.met_through).filter(|word| word != UNSTATED)),
        ];
        known.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?))).collect()
    }

    /// As in "consent, source: the website, wording: “Yes, send me news”".
    fn words(&self) -> String {
        let mut words = self.basis.to_owned();
        if !self.source.is_empty() {
            words += &format!(", source: {}", self.source);
        }
        if !self.wording.is_empty() {
            words += &format!(", wording: “{}”", self.wording);
        }
        words
    }
}

/// A change to somebody's place on the do-not-mail list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoMailEntry {
    pub at: DateTime<Utc>,
    pub step: &'static str,
    pub reason: Option<&'static str>,
    pub through: &'static str,
    pub detail: Option<String>,
    pub note: Option<String>,
    /// As people read it.
    #[serde(skip)]
    words: String,
}

impl From<NoMailChange> for NoMailEntry {
    fn from(change: NoMailChange) -> Self {
        let (step, reason, words) = match change.step {
            NoMailStep::Add(reason) => {
                let (detail, note) = (change.detail.clone(), change.note.clone());
                let entry = NoMail { reason, origin: change.origin, at: change.at, detail, note };
                ("added", Some(reason.word()), entry.words_without_time())
            }
            NoMailStep::Lift => ("lifted", None, String::new()),
        };
        let NoMailChange { at, origin, detail, note, .. } = change;
        Self { at, step, reason, through: origin.word(), detail, note, words }
    }
}

impl PersonHistory {
    /// What happened, one line an event, the oldest first. What has no time of its own comes last.
    pub fn story(&self, zone: Tz) -> Vec<String> {
        let mut events: Vec<(Option<DateTime<Utc>>, String)> = Vec::new();
        for left in self.addresses.iter().filter(|one| one.until.is_some()) {
            events.push((left.until, format!("moved on from {}", left.address)));
        }
        for entry in self.do_not_mail.iter().filter(|entry| entry.step == "added") {
            events.push((Some(entry.at), format!("do-not-mail list: {}", entry.words)));
        }
        for lift in &self.lifts {
            let was = &lift.suppressed_for;
            events.push((Some(lift.at), format!("mailed again: {} (it was: {was})", lift.why)));
        }
        for record in &self.joining {
            events.push((Some(record.at), joining_words(record)));
        }
        for single in &self.single_messages {
            let (purpose, status) = (single.purpose, single.status.replace('_', " "));
            events
                .push((Some(single.at), format!("{purpose} by email: {status} {}", single.detail)));
        }
        let returns = self.returns.iter();
        events.extend(returns.map(|copy| (Some(copy.at), copy.words.clone())));
        for delivery in &self.deliveries {
            events.push((delivery.at, delivery_words(delivery)));
        }
        events.sort_by_key(|(at, _)| (at.is_none(), *at));
        let timed = events.into_iter().map(|(at, words)| {
            let at = at.map(|at| at.with_timezone(&zone).format("%-d %B %Y, %H:%M").to_string());
            (at.unwrap_or_default(), words)
        });
        let lines: Vec<(String, String)> = self.joined_line().into_iter().chain(timed).collect();
        let has_times = lines.iter().any(|(time, _)| !time.is_empty());
        let line = |(time, words): (String, String)| {
            if has_times { format!("{time:<TIME_COLUMNS$}  {words}") } else { words }
        };
        lines.into_iter().map(line).collect()
    }

    fn joined_line(&self) -> Option<(String, String)> {
        let day = self.joined.or_else(|| self.consent.as_ref()?.obtained);
        let words = self.consent.as_ref().map(ConsentProof::words);
        match (day, words) {
            (Some(day), Some(words)) => Some((long(day), format!("joined: {words}"))),
            (Some(day), None) => Some((long(day), "joined".to_owned())),
            (None, Some(words)) => Some((String::new(), format!("joined: {words}"))),
            (None, None) => None,
        }
    }
}

/// "17 September 2026, 10:00" has the longest month.
const TIME_COLUMNS: usize = 25;

fn long(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn joining_words(record: &JoinRecord) -> String {
    let words = match record.event {
        JoinEvent::Requested => "signed up on the web page",
        JoinEvent::Confirmed => "confirmed that they signed up",
        JoinEvent::Removed => "came off the list by hand",
        JoinEvent::Expired => "did not confirm: the request was deleted",
    };
    words.to_owned()
}

fn delivery_words(delivery: &ReportedDelivery) -> String {
    let practice = if delivery.practice { " (practice)" } else { "" };
    let corrects = delivery.corrects.iter().map(|first| format!(" (corrects {first})"));
    let about: String = corrects.chain([practice.to_owned()]).collect();
    let mut words = format!("{}{about}: {}", delivery.edition, delivery.state.replace('_', " "));
    if !delivery.reply.is_empty() {
        words += &format!(", {}", delivery.reply);
    }
    if let Some(id) = &delivery.message_id {
        words += &format!("  Message-ID <{id}>");
    }
    if !delivery.approvals.is_empty() {
        let by: Vec<_> = delivery.approvals.iter().map(|approval| &*approval.words).collect();
        words += &format!("  approved by {}", by.join(" and by "));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::{ChangeOrigin, NoMailReason};
    use crate::ledger::joining::JoinEvidence;

    #[test]
    fn a_story_is_in_order_whatever_came_from_where() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let delivery = |edition: &str, time: Option<&str>| ReportedDelivery {
            edition: edition.to_owned(),
            state: if time.is_some() { "accepted" } else { "left_out" }.to_owned(),
            at: time.map(at),
            reply: "250 ok".to_owned(),
            message_id: None,
            practice: false,
            corrects: None,
            approvals: Vec::new(),
        };
        let left = NoMailChange {
            detail: Some("too_many".to_owned()),
            ..NoMailChange::new(
                "p",
                NoMailStep::Add(NoMailReason::Unsubscribed),
                ChangeOrigin::Page,
                at("2026-06-10T08:00:00Z"),
            )
        };
        let history = PersonHistory {
            schema: "roundup.why/1",
            address: "ann@example.org".to_owned(),
            basis: None,
            not_mailed: None,
            addresses: Vec::new(),
            joined: NaiveDate::from_ymd_opt(2020, 5, 3),
            consent: Some(ConsentProof {
                basis: "consent",
                source: "website".to_owned(),
                wording: "Send me news".to_owned(),
                obtained: None,
                obtained_directly: None,
                optout_offered: None,
                met_through: "unstated".to_owned(),
            }),
            deliveries: vec![
                delivery("2026-07", None),
                delivery("2026-06", Some("2026-07-01T08:30:00Z")),
                delivery("2026-05", Some("2026-06-01T08:30:00Z")),
            ],
            lifts: vec![Lift {
                suppressed_for: "unsubscribed".to_owned(),
                why: "they came back themselves".to_owned(),
                at: at("2026-06-12T08:00:00Z"),
            }],
            do_not_mail: vec![NoMailEntry::from(left)],
            joining: vec![JoinRecord {
                at: at("2026-06-11T08:00:00Z"),
                event: JoinEvent::Confirmed,
                requested: at("2026-06-11T07:59:00Z"),
                evidence: JoinEvidence::default(),
            }],
            frequency: None,
            returns: vec![
                ReturnEntry::from(ReturnedCopy {
                    person: "p".to_owned(),
                    edition: Some("2026-05".to_owned()),
                    kind: ReturnedKind::Soft,
                    at: at("2026-06-01T09:00:00Z"),
                    status: "4.2.2".to_owned(),
                }),
                ReturnEntry::from(ReturnedCopy {
                    person: "p".to_owned(),
                    edition: None,
                    kind: ReturnedKind::Policy,
                    at: at("2026-06-01T10:00:00Z"),
                    status: String::new(),
                }),
            ],
            single_messages: vec![SingleRecord {
                at: at("2026-06-11T07:59:00Z"),
                purpose: "confirmation",
                status: "accepted",
                detail: "250 ok".to_owned(),
            }],
        };
        let story = history.story(chrono_tz::Europe::London).join("\n");
        assert_eq!(
            story,
            "\
3 May 2020                 joined: consent, source: website, wording: “Send me news”
1 June 2026, 09:30         2026-05: accepted, 250 ok
1 June 2026, 10:00         2026-05 came back for now (4.2.2)
1 June 2026, 11:00         an email was refused for a reason of ours
10 June 2026, 09:00        do-not-mail list: unsubscribed on the web page (reason: too_many)
11 June 2026, 08:59        confirmation by email: accepted 250 ok
11 June 2026, 09:00        confirmed that they signed up
12 June 2026, 09:00        mailed again: they came back themselves (it was: unsubscribed)
1 July 2026, 09:30         2026-06: accepted, 250 ok
                           2026-07: left out, 250 ok"
        );
    }
}
