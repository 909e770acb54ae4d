//! What happens to rows: events, claims, and what runs that are gone have left.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::no_mail::{columns, entry_of_copy};
use super::schema::{CLAIMABLE, COPY, IN_HAND, WAITING, WISH_OF_COPY, WRITE_COPY, WRITE_EVENT};
use crate::ledger::column::{from_json, millis, status_of, time};
use crate::ledger::delivery::{CopyState, Event, Status, Writer, after_a_crash, in_cancelled};
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::{NoMailColumns, entry_of};
use crate::ledger::{Claim, Delivery, RunControl, RunId};

fn copy_state(connection: &Connection, id: i64) -> Result<CopyState, LedgerError> {
    let found = connection
        .prepare_cached(COPY)?
        .query_row([id], |row| {
            let state = CopyState {
                status: Status::Planned,
                holder: row.get::<_, Option<i64>>(1)?.map(RunId),
                attempts: row.get(2)?,
                changed_at: time(row.get(3)?),
                next_at: row.get::<_, Option<i64>>(4)?.map(time),
                detail: row.get(5)?,
            };
            Ok((row.get::<_, String>(0)?, state))
        })
        .optional()?;
    let (word, state) = found.ok_or(LedgerError::NoRow { id })?;
    Ok(CopyState { status: status_of(&word)?, ..state })
}

/// Writes one event into its row. Ordinary steps leave no line in `events`: their row says all.
pub(super) fn apply(
    connection: &Connection,
    id: i64,
    event: &Event,
    now: DateTime<Utc>,
    writer: Writer,
) -> Result<Status, LedgerError> {
    let mut copy = copy_state(connection, id)?;
    let status = copy.apply(writer, event, now)?;
    if *event == Event::HandingOver {
        // They may have left since the row was claimed.
        if let Some(entry) = entry_of_copy(connection, id)? {
            return Err(LedgerError::Suppressed { why: entry.words() });
        }
    }
    connection.prepare_cached(WRITE_COPY)?.execute(params![
        id,
        status.word(),
        copy.holder.map(|holder| holder.0),
        copy.attempts,
        millis(copy.changed_at),
        copy.next_at.map(millis),
        copy.detail
    ])?;
    if !event.is_ordinary() {
        let values = params![id, millis(now), event.word(), copy.detail];
        connection.prepare_cached(WRITE_EVENT)?.execute(values)?;
    }
    Ok(status)
}

/// Writes somebody's word about a row, and says whether it was true for it.
pub(super) fn decide(
    connection: &Connection,
    id: i64,
    event: &Event,
    now: DateTime<Utc>,
) -> Result<bool, LedgerError> {
    let control: Option<String> =
        connection.prepare_cached(WISH_OF_COPY)?.query_row([id], |row| row.get(0)).optional()?;
    let is_cancelled = control.as_deref().and_then(RunControl::parse) == Some(RunControl::Cancel);
    let events = if is_cancelled { in_cancelled(event) } else { vec![event.clone()] };
    for event in &events {
        match apply(connection, id, event, now, Writer::Operator) {
            Ok(_) => {}
            Err(LedgerError::Impossible(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(!events.is_empty())
}

/// A run that was ended writes nothing more. Gives its edition.
pub(super) fn edition_of(connection: &Connection, sender: RunId) -> Result<String, LedgerError> {
    connection
        .prepare_cached("SELECT edition FROM senders WHERE id = ?1 AND ended_at IS NULL")?
        .query_row([sender.0], |row| row.get(0))
        .optional()?
        .ok_or(LedgerError::Fenced)
}

/// What is wanted of an edition, and how many commands there were.
pub(super) fn control_of(
    connection: &Connection,
    edition: &str,
) -> Result<(RunControl, i64), LedgerError> {
    let found: Option<(String, i64)> = connection
        .prepare_cached("SELECT wish, wish_number FROM editions WHERE name = ?1")?
        .query_row([edition], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (word, number) = found.unwrap_or_default();
    Ok((RunControl::parse(&word).unwrap_or_default(), number))
}

/// Sets what an operator wants of an edition, where that gives way; gives what holds afterwards.
pub(super) fn control_if(
    connection: &Connection,
    edition: &str,
    (control, seen): (RunControl, Option<i64>),
    now: DateTime<Utc>,
) -> Result<RunControl, LedgerError> {
    let (current, number) = control_of(connection, edition)?;
    if !current.gives_way(number, control, seen) {
        return Ok(current);
    }
    connection.execute(
        "UPDATE editions SET wish = ?2, wished_at = ?3, wish_number = ?4 WHERE name = ?1",
        params![edition, control.word(), millis(now), number + 1],
    )?;
    if control == RunControl::Cancel {
        cancel_rest(connection, edition, now)?;
    }
    Ok(control)
}

/// Settles what runs that are gone had in progress: all of an edition, or those of one run.
pub(super) fn settle(
    connection: &Connection,
    edition: &str,
    of: Option<RunId>,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    let open: Vec<(i64, String)> = connection
        .prepare_cached(IN_HAND)?
        .query_map(params![edition, of.map(|of| of.0)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut uncertain = 0;
    for (id, word) in open {
        if let Some(event) = after_a_crash(status_of(&word)?)
            && apply(connection, id, &event, now, Writer::Settlement)? == Status::Uncertain
        {
            uncertain += 1;
        }
    }
    if control_of(connection, edition)?.0 == RunControl::Cancel {
        cancel_rest(connection, edition, now)?;
    }
    Ok(uncertain)
}

/// Ends every run of an edition. On one computer the run's lock has shown that they are gone.
pub(super) fn recover(
    connection: &Connection,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<u64, LedgerError> {
    connection.execute(
        "UPDATE senders SET ended_at = ?2 WHERE edition = ?1 AND ended_at IS NULL",
        params![edition, millis(now)],
    )?;
    settle(connection, edition, None, now)
}

fn cancel_rest(
    connection: &Connection,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let rest: Vec<i64> = connection
        .prepare_cached(WAITING)?
        .query_map([edition], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in rest {
        apply(connection, id, &Event::Cancelled, now, Writer::Operator)?;
    }
    Ok(())
}

/// Rows that are planned, or deferred and due.
pub(super) fn claim(
    connection: &Connection,
    sender: RunId,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Claim, LedgerError> {
    let edition = &edition_of(connection, sender)?;
    if control_of(connection, edition)?.0 != RunControl::Go {
        return Ok(Claim::default());
    }
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    loop {
        let mut found: Vec<(i64, String, u32, Option<NoMailColumns>)> = Vec::new();
        // Two queries, so that each is answered by the index.
        for sql in CLAIMABLE {
            let room = most - i64::try_from(found.len()).unwrap_or(most);
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map(params![edition, millis(now), room], |row| {
                let suppressed =
                    row.get::<_, Option<String>>(3)?.map(|_| columns(row, 3)).transpose()?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, suppressed))
            })?;
            for row in rows {
                found.push(row?);
            }
        }
        let mut claim = Claim::default();
        let nothing_found = found.is_empty();
        for (id, recipient, attempts, suppressed) in found {
            if let Some(entry) = suppressed {
                let why = entry_of(entry)?.words();
                apply(connection, id, &Event::Suppressed { why }, now, Writer::Settlement)?;
                continue;
            }
            apply(connection, id, &Event::Claimed, now, Writer::Sender(sender))?;
            claim.deliveries.push(Delivery { id, recipient: from_json(&recipient)?, attempts });
        }
        if claim.deliveries.is_empty() {
            if !nothing_found {
                // All of these were suppressed: look for others.
                continue;
            }
            let due: Option<i64> = connection.query_row(
                "SELECT min(next_at) FROM deliveries WHERE edition = ?1 AND status = 'deferred'",
                [edition],
                |row| row.get(0),
            )?;
            claim.next_due = due.map(time);
        }
        return Ok(claim);
    }
}
