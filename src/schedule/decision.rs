//! What is due now, and what was missed: decided from the rows that there are.
//! Pure: facts in, a decision out.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::approved::{ApprovedEdition, WRONG_CLOCK};
use super::missed::{
    MissedOccurrence, NOT_FINISHED, NOTHING_APPROVED, NOTHING_RAN, SUPERSEDED, WAS_STOPPED,
    as_it_is,
};
use super::{Occurrence, OccurrenceHours, OccurrenceState, Schedule};

/// An edition that was planned, whoever planned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSending {
    pub edition: String,
    pub at: DateTime<Utc>,
    /// A correction goes to those who have the edition already.
    pub is_correction: bool,
}

/// What there is to know at a moment.
#[derive(Debug, Clone)]
pub struct ScheduleFacts<'a> {
    pub now: DateTime<Utc>,
    pub schedule: &'a Schedule,
    /// When this schedule was first followed: what was due before is nobody's fault.
    pub begun: DateTime<Utc>,
    pub rows: &'a [Occurrence],
    pub approved: &'a [ApprovedEdition],
    /// Editions that somebody has paused or cancelled before they were planned.
    pub stopped: &'a [String],
    /// Editions that have a plan in the ledger, and those of them that have people left to mail.
    pub planned: &'a [PlannedSending],
    pub unfinished: &'a [String],
}

/// An edition to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSend {
    pub schedule: String,
    pub day: NaiveDate,
    pub edition: String,
    pub opens_at: DateTime<Utc>,
    pub is_late: bool,
    /// Whether a computer has begun it before.
    pub is_begun: bool,
}

impl DueSend {
    /// Whether somebody has set its time.
    pub fn is_once(&self) -> bool {
        self.schedule == super::once_name(&self.edition)
    }
}

/// An occurrence whose edition somebody has sent by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandSentOccurrence {
    pub schedule: String,
    pub day: NaiveDate,
    pub opens_at: DateTime<Utc>,
    pub closed_at: DateTime<Utc>,
    pub edition: String,
}

/// The sends that are due, the occurrences that were missed, and when to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    pub missed: Vec<MissedOccurrence>,
    pub sends: Vec<DueSend>,
    /// Claimed rows whose edition is finished.
    pub finished: Vec<(String, NaiveDate)>,
    /// Days without a row, for which somebody has sent an edition by hand.
    pub by_hand: Vec<HandSentOccurrence>,
    /// The day that is due, and nothing is approved for it.
    pub waits_for_approval: Option<NaiveDate>,
    /// When the day of the schedule opened that may begin now, and that nothing has come of yet.
    pub open_since: Option<DateTime<Utc>>,
    /// What was approved up to here was approved for days that have passed.
    pub counts_after: DateTime<Utc>,
    /// The next moment at which something may be due.
    pub next: Option<DateTime<Utc>>,
}

impl Decision {
    /// Whether an approval is one for the day that is due, or for the next: others are not taken for it.
    pub fn takes(&self, edition: &ApprovedEdition, now: DateTime<Utc>) -> bool {
        edition.approved_within(self.counts_after, now, now).is_some()
    }

    /// What goes out on the day of the schedule that is open.
    pub fn sent_now(&self) -> Option<&str> {
        let is_open = |send: &&DueSend| !send.is_once() && Some(send.opens_at) == self.open_since;
        self.sends.iter().find(is_open).map(|send| send.edition.as_str())
    }
}

/// Beyond this nobody wants to know what was missed.
const LOOK_BACK_DAYS: u64 = 800;
/// How far the next occurrence is looked for: a yearly one may be this far away.
const LOOK_AHEAD_DAYS: u64 = 400;

/// Decides. Whoever follows must claim each row first: two computers may decide the same.
pub fn decide(facts: &ScheduleFacts<'_>) -> Decision {
    let mut decision = Decision::default();
    once(facts, &mut decision);
    recurring(facts, &mut decision);
    never_together(facts, &mut decision);
    decision
}

/// The days of the schedule that have passed, and that nothing has looked at.
pub fn unseen_days(facts: &ScheduleFacts<'_>) -> Vec<NaiveDate> {
    decide(facts).missed.into_iter().filter(|one| one.was.is_none()).map(|one| one.day).collect()
}

/// A missed row of a clock that was ahead is as if it were not there, unless its edition has begun.
fn is_of_wrong_clock(facts: &ScheduleFacts<'_>, row: &Occurrence) -> bool {
    let is_planned = row.edition.as_ref().is_some_and(|edition| is_planned(facts, edition));
    row.state == OccurrenceState::Missed && row.at > facts.now + WRONG_CLOCK && !is_planned
}

/// Whether something of the row may be left to finish. One that was taken for missed may have begun meanwhile.
fn has_begun(facts: &ScheduleFacts<'_>, row: &Occurrence) -> bool {
    let is_unfinished = row.edition.as_ref().is_some_and(|edition| has(facts.unfinished, edition));
    row.state == OccurrenceState::Claimed || (row.state == OccurrenceState::Missed && is_unfinished)
}

fn is_planned(facts: &ScheduleFacts<'_>, edition: &str) -> bool {
    facts.planned.iter().any(|known| known.edition == edition)
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

/// Goes on with what a computer has begun. False when there is nothing left to decide about the row.
fn begun(
    facts: &ScheduleFacts<'_>,
    row: &Occurrence,
    slot: &OccurrenceHours,
    decision: &mut Decision,
) {
    let Some(edition) = &row.edition else { return };
    let is_planned = is_planned(facts, edition);
    if is_planned && !has(facts.unfinished, edition) {
        decision.finished.push((row.schedule.clone(), row.day));
    } else if is_planned || slot.may_begin(facts.now) {
        decision.sends.push(DueSend {
            schedule: row.schedule.clone(),
            day: row.day,
            edition: edition.clone(),
            opens_at: row.opens_at,
            is_late: slot.is_late(facts.now),
            is_begun: true,
        });
    } else if slot.is_over(facts.now) {
        decision.missed.push(missed_row(row, slot.deadline, NOT_FINISHED));
    } else {
        see_next(decision, slot.deadline);
    }
}

fn missed_row(row: &Occurrence, closed_at: DateTime<Utc>, why: &str) -> MissedOccurrence {
    MissedOccurrence {
        schedule: row.schedule.clone(),
        day: row.day,
        opens_at: row.opens_at,
        closed_at,
        edition: row.edition.clone(),
        why: why.to_owned(),
        was: Some(row.state),
    }
}

fn see_next(decision: &mut Decision, at: DateTime<Utc>) {
    decision.next = Some(decision.next.map_or(at, |next| next.min(at)));
}

/// Editions whose time somebody has set.
fn once(facts: &ScheduleFacts<'_>, decision: &mut Decision) {
    let Schedule { between, catch_up, zone, .. } = *facts.schedule;
    for row in facts.rows.iter().filter(|row| row.is_once()) {
        let slot = OccurrenceHours::once(row.opens_at, between, catch_up, zone);
        let Some(edition) = &row.edition else { continue };
        match row.state {
            _ if has_begun(facts, row) => begun(facts, row, &slot, decision),
            // Somebody sent it by hand before its time.
            OccurrenceState::Waiting if is_planned(facts, edition) => {
                decision.finished.push((row.schedule.clone(), row.day));
            }
            OccurrenceState::Waiting if facts.now < slot.opens => see_next(decision, slot.opens),
            OccurrenceState::Waiting if slot.is_over(facts.now) => {
                let why = match facts.approved.iter().find(|known| known.name == *edition) {
                    Some(approved) => as_it_is(Some(approved), NOTHING_RAN),
                    None if has(facts.stopped, edition) => WAS_STOPPED,
                    None => NOTHING_APPROVED,
                };
                decision.missed.push(missed_row(row, slot.deadline, why));
            }
            OccurrenceState::Waiting if slot.may_begin(facts.now) => {
                if facts.approved.iter().any(|known| known.name == *edition) {
                    decision.sends.push(DueSend {
                        schedule: row.schedule.clone(),
                        day: row.day,
                        edition: edition.clone(),
                        opens_at: row.opens_at,
                        is_late: slot.is_late(facts.now),
                        is_begun: false,
                    });
                } else if !has(facts.stopped, edition) {
                    decision.waits_for_approval = Some(row.day);
                }
            }
            _ => {}
        }
    }
}

/// The days of the schedule.
fn recurring(facts: &ScheduleFacts<'_>, decision: &mut Decision) {
    let (schedule, now) = (facts.schedule, facts.now);
    let Some(name) = schedule.phrase.as_ref().map(ToString::to_string) else { return };
    let local = |at: DateTime<Utc>| at.with_timezone(&schedule.zone).date_naive();
    let today = local(now);
    let earliest = today.checked_sub_days(Days::new(LOOK_BACK_DAYS)).unwrap_or(NaiveDate::MIN);
    let mut pending = Vec::new();
    let mut closed_at = DateTime::<Utc>::MIN_UTC;
    // What has a row was followed, also where the schedule was begun again since.
    let rows = facts.rows.iter().filter(|row| row.schedule == name);
    let first = rows.map(|row| row.day).chain([local(facts.begun)]).min().unwrap_or(today);
    for day in schedule.days(first.max(earliest), today) {
        let slot = schedule.slot(day);
        if slot.opens > now {
            continue;
        }
        let row = facts.rows.iter().find(|row| row.schedule == name && row.day == day);
        match row.filter(|row| !is_of_wrong_clock(facts, row)) {
            None if slot.closes <= facts.begun => {}
            None => pending.push((day, slot)),
            Some(row) => {
                closed_at = closed_at.max(row.closed_at);
                if has_begun(facts, row) {
                    begun(facts, row, &slot, decision);
                }
            }
        }
    }
    let ahead = today.checked_add_days(Days::new(LOOK_AHEAD_DAYS)).unwrap_or(today);
    let is_ahead = |day: &NaiveDate| schedule.slot(*day).opens > now;
    if let Some(day) = schedule.days(today, ahead).find(is_ahead) {
        see_next(decision, schedule.slot(day).opens);
    }
    let current = pending.pop();
    for (day, slot) in pending {
        let edition = candidate(facts, closed_at, slot.closes);
        closed_at = closed_at.max(slot.closes);
        match (edition, sent_by_hand(facts, day, &slot)) {
            (None, Some(sent)) => decision.by_hand.push(done(&name, day, &slot, sent)),
            (None, None) if has_own_edition(facts, day) => {}
            (edition, _) => {
                let why = as_it_is(edition, SUPERSEDED);
                decision.missed.push(missed(&name, day, &slot, slot.closes, edition, why));
            }
        }
    }
    decision.counts_after = closed_at;
    if let Some(current) = current {
        newest(facts, &name, current, closed_at, decision);
    }
}

/// The last day that has come, and that has no row.
fn newest(
    facts: &ScheduleFacts<'_>,
    name: &str,
    (day, slot): (NaiveDate, OccurrenceHours),
    closed_at: DateTime<Utc>,
    decision: &mut Decision,
) {
    let now = facts.now;
    let by_hand = sent_by_hand(facts, day, &slot);
    if slot.is_over(now) {
        decision.counts_after = closed_at.max(slot.deadline);
        let edition = candidate(facts, closed_at, slot.deadline);
        match (edition, by_hand) {
            (None, Some(sent)) => decision.by_hand.push(done(name, day, &slot, sent)),
            (None, None) if has_own_edition(facts, day) => {}
            (edition, by_hand) => {
                let sent = by_hand.map(already_sent);
                let why = as_it_is(edition, sent.as_deref().unwrap_or(NOTHING_RAN));
                decision.missed.push(missed(name, day, &slot, slot.deadline, edition, why));
            }
        }
        return;
    }
    if !slot.may_begin(now) {
        see_next(decision, slot.deadline);
        return;
    }
    match (candidate(facts, closed_at, now), by_hand) {
        // The same people would get two in a day, and nobody is there to look.
        (edition @ Some(_), Some(sent)) => {
            let sent = already_sent(sent);
            let why = as_it_is(edition, &sent);
            decision.counts_after = now;
            decision.missed.push(missed(name, day, &slot, now, edition, why));
        }
        (Some(edition), None) => {
            decision.open_since = Some(slot.opens);
            decision.sends.push(DueSend {
                schedule: name.to_owned(),
                day,
                edition: edition.name.clone(),
                opens_at: slot.opens,
                is_late: slot.is_late(now),
                is_begun: false,
            });
        }
        (None, Some(_)) => see_next(decision, slot.deadline),
        (None, None) if has_own_edition(facts, day) => see_next(decision, slot.deadline),
        (None, None) => {
            decision.open_since = Some(slot.opens);
            decision.waits_for_approval = Some(day);
        }
    }
}

/// Whether somebody has given an edition a time on that day: the day has its edition, and what becomes of it is said once.
fn has_own_edition(facts: &ScheduleFacts<'_>, day: NaiveDate) -> bool {
    let zone = facts.schedule.zone;
    let is_own = |row: &&Occurrence| {
        row.is_once() && row.edition.is_some() && row.state != OccurrenceState::Cancelled
    };
    let rows = facts.rows.iter().filter(is_own);
    rows.map(|row| row.opens_at.with_timezone(&zone).date_naive()).any(|own| own == day)
}

fn already_sent(sent: &PlannedSending) -> String {
    format!("{} was sent by hand for that day, and two never go out together", sent.edition)
}

/// The edition that somebody has sent by hand on the day of an occurrence, or until it is missed. What has a row of its own
/// was not sent by hand, or has a time on purpose.
fn sent_by_hand<'a>(
    facts: &ScheduleFacts<'a>,
    day: NaiveDate,
    slot: &OccurrenceHours,
) -> Option<&'a PlannedSending> {
    let has_row =
        |edition: &str| facts.rows.iter().any(|row| row.edition.as_deref() == Some(edition));
    let zone = facts.schedule.zone;
    facts.planned.iter().find(|sent| {
        sent.at.with_timezone(&zone).date_naive() >= day
            && sent.at <= slot.deadline
            && !sent.is_correction
            && !has_row(&sent.edition)
    })
}

fn done(
    schedule: &str,
    day: NaiveDate,
    slot: &OccurrenceHours,
    sent: &PlannedSending,
) -> HandSentOccurrence {
    HandSentOccurrence {
        schedule: schedule.to_owned(),
        day,
        opens_at: slot.opens,
        closed_at: slot.deadline,
        edition: sent.edition.clone(),
    }
}

/// Of what was approved since the occurrence before, the newest; what somebody has set a time for is not among it.
fn candidate<'a>(
    facts: &ScheduleFacts<'a>,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Option<&'a ApprovedEdition> {
    let has_own_time = |name: &str| {
        let is_open = |row: &&Occurrence| {
            matches!(row.state, OccurrenceState::Waiting | OccurrenceState::Claimed)
        };
        let rows = facts.rows.iter().filter(is_open);
        rows.filter_map(|row| row.edition.as_deref()).any(|edition| edition == name)
    };
    let approved = facts.approved.iter();
    let approved = approved.filter(|edition| !is_planned(facts, &edition.name));
    approved
        .filter(|edition| !has_own_time(&edition.name))
        .filter_map(|edition| Some((edition.approved_within(after, until, facts.now)?, edition)))
        .max_by_key(|(at, edition)| (edition.window_end, *at, edition.name.as_str()))
        .map(|(_, edition)| edition)
}

fn missed(
    schedule: &str,
    day: NaiveDate,
    slot: &OccurrenceHours,
    closed_at: DateTime<Utc>,
    edition: Option<&ApprovedEdition>,
    why: &str,
) -> MissedOccurrence {
    MissedOccurrence {
        schedule: schedule.to_owned(),
        day,
        opens_at: slot.opens,
        closed_at,
        edition: edition.map(|edition| edition.name.clone()),
        why: why.to_owned(),
        was: None,
    }
}

/// Of what is late only the newest goes out, and only where nothing else is on time: two missed months never go together.
fn never_together(facts: &ScheduleFacts<'_>, decision: &mut Decision) {
    let is_fresh_and_late = |send: &DueSend| send.is_late && !send.is_begun;
    let newest = decision
        .sends
        .iter()
        .filter(|send| is_fresh_and_late(send))
        .map(|send| send.opens_at)
        .max();
    let others = decision.sends.iter().any(|send| !is_fresh_and_late(send));
    let mut kept_one = others;
    let sends = std::mem::take(&mut decision.sends);
    for send in sends {
        if !is_fresh_and_late(&send) {
            decision.sends.push(send);
        } else if !kept_one && Some(send.opens_at) == newest {
            kept_one = true;
            decision.sends.push(send);
        } else {
            let is_once =
                facts.rows.iter().any(|row| row.schedule == send.schedule && row.day == send.day);
            if !is_once {
                decision.open_since = None;
                decision.counts_after = facts.now;
            }
            decision.missed.push(MissedOccurrence {
                schedule: send.schedule,
                day: send.day,
                opens_at: send.opens_at,
                closed_at: facts.now,
                edition: Some(send.edition),
                why: SUPERSEDED.to_owned(),
                was: is_once.then_some(OccurrenceState::Waiting),
            });
        }
    }
}
