//! `roundup resolve EDITION --rejected`: people whose copy was refused, grouped by the reply, and what becomes of them.
//! Shell: reads and writes the ledger.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audience::{Keys, NoMailReason};
use crate::cli::globals::Globals;
use crate::cli::terminal::failure::{Exit, Failure};
use crate::cli::terminal::outcome::{Outcome, Text};
use crate::cli::terminal::screen::people;
use crate::cli::terminal::system;
use crate::ledger::{CopyRow, Event, Ledger, RowFilter, Status};
use crate::rfc::address::EmailAddress;
use crate::send::reply_of_given_back;
use crate::send::verdict::waits_for_a_cure;

/// What somebody wants done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: they are listed.
    Look,
    Retry,
    Accept,
}

/// `roundup.resolve.rejected/1`.
#[derive(Serialize)]
struct RejectedOutcome {
    schema: &'static str,
    edition: String,
    groups: Vec<ReplyGroup>,
    retried: u64,
    accepted: u64,
    #[serde(skip)]
    decision: Decision,
}

/// People who got the same reply.
#[derive(Serialize)]
struct ReplyGroup {
    reply: String,
    people: Vec<CopyRow>,
}

/// Rows of an edition that were refused and that nobody has decided about. One that a run gave back has its own reply again.
async fn refused(ledger: &impl Ledger, edition: &str) -> Result<Vec<(i64, CopyRow)>, Failure> {
    let mut rows = ledger.rows(edition, RowFilter::PlannedAgain).await?;
    rows.retain_mut(|(_, row)| match reply_of_given_back(&row.detail) {
        Some(reply) => {
            row.detail = reply.to_owned();
            true
        }
        None => false,
    });
    for status in [Status::Rejected, Status::Expired, Status::Deferred] {
        let some = ledger.rows(edition, RowFilter::In(status)).await?;
        let counts = |row: &CopyRow| status != Status::Deferred || waits_for_a_cure(&row.detail);
        rows.extend(some.into_iter().filter(|(_, row)| counts(row)));
    }
    rows.sort_by_key(|(id, _)| *id);
    Ok(rows)
}

/// By reply, without what differs from person to person; the largest group first.
fn grouped(rows: impl IntoIterator<Item = CopyRow>) -> Vec<ReplyGroup> {
    let mut groups: BTreeMap<String, Vec<CopyRow>> = BTreeMap::new();
    for row in rows {
        let reply = match EmailAddress::parse(&row.address) {
            Ok(address) => crate::send::answer_without_names(&row.detail, &address),
            Err(_) => row.detail.clone(),
        };
        groups.entry(reply).or_default().push(row);
    }
    let mut groups: Vec<ReplyGroup> =
        groups.into_iter().map(|(reply, people)| ReplyGroup { reply, people }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    groups
}

/// Lists them, or does with them what somebody decided.
pub async fn resolve(
    ledger: &impl Ledger,
    keys: &Keys,
    edition: &str,
    only: &[String],
    decision: Decision,
    globals: &Globals,
) -> Result<Exit, Failure> {
    let wanted = |row: &CopyRow| {
        only.is_empty() || only.iter().any(|only| only.eq_ignore_ascii_case(&row.address))
    };
    let rows: Vec<_> =
        refused(ledger, edition).await?.into_iter().filter(|(_, row)| wanted(row)).collect();
    let now = system::now();
    let event = |row: &CopyRow| match decision {
        Decision::Look => None,
        // It is tried again as it is.
        Decision::Retry if row.status == Status::Planned => None,
        Decision::Retry => {
            Some(Event::Retried { why: format!("tried again after: {}", row.detail) })
        }
        Decision::Accept if row.status == Status::Planned => {
            Some(Event::GivenUp { why: row.detail.clone() })
        }
        Decision::Accept => Some(Event::Closed { why: row.detail.clone() }),
    };
    let events: Vec<_> = rows.iter().filter_map(|(id, row)| Some((*id, event(row)?))).collect();
    let decided = if events.is_empty() { 0 } else { ledger.decide(events, now).await? };
    if decision == Decision::Retry {
        for (_, row) in &rows {
            lift_refusal(ledger, keys, row, edition).await?;
        }
    }
    let waiting = rows.iter().filter(|(_, row)| row.status == Status::Planned).count() as u64;
    let count = rows.len() as u64;
    let groups = grouped(rows.into_iter().map(|(_, row)| row));
    let exit = if decision == Decision::Look && count > 0 { Exit::Partly } else { Exit::Done };
    globals.screen.outcome(&RejectedOutcome {
        schema: "roundup.resolve.rejected/1",
        edition: edition.to_owned(),
        groups,
        retried: if decision == Decision::Retry { decided + waiting } else { 0 },
        accepted: if decision == Decision::Accept { decided } else { 0 },
        decision,
    })?;
    Ok(exit)
}

impl Outcome for RejectedOutcome {
    fn text(&self, text: &mut Text) {
        let Self { edition, groups, retried, accepted, decision, .. } = self;
        if groups.is_empty() {
            text.line(format!("{edition}: no rejected messages are waiting for a decision."));
            return;
        }
        for ReplyGroup { reply, people: rows } in groups {
            text.line(format!("{}: {reply}", text.strong(&people(rows.len() as u64))));
            for row in rows {
                text.line(format!("  {}", row.address));
            }
        }
        match decision {
            Decision::Look => text.say(format!(
                "Decide: roundup resolve {edition} --rejected --retry (send to them again), or --accept (leave it so)"
            )),
            Decision::Retry => {
                text.line(format!("{} will be tried again.", people(*retried)));
                text.say(format!("Next: roundup send {edition}"));
            }
            Decision::Accept => {
                text.line(format!("{} closed: no further attempt.", people(*accepted)));
                text.say(format!("Next: roundup report {edition}"));
            }
        }
    }
}

/// People who are tried again come off the do-not-mail list, if a refusal is why they are on it.
async fn lift_refusal(
    ledger: &impl Ledger,
    keys: &Keys,
    row: &CopyRow,
    edition: &str,
) -> Result<(), Failure> {
    let Ok(address) = EmailAddress::parse(&row.address) else { return Ok(()) };
    let person = keys.address_hash(&address);
    let entry = ledger.suppression(&person).await?;
    if entry.is_some_and(|entry| entry.reason == NoMailReason::Bounced) {
        let reason = format!("tried again in {edition}");
        ledger.lift(&person, &reason, system::now()).await?;
    }
    Ok(())
}
