//! The do-not-mail list in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::audience::{NoMail, NoMailChange, NoMailStep};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::{NoMailColumns, change_of, entry_of, step_words};
use crate::ledger::{join_store, schema_of_people};

const ENTRIES: &str = "SELECT d.reason, c.origin, d.at, c.detail, n.text, d.person
    FROM do_not_mail d JOIN no_mail_changes c ON c.id = d.change LEFT JOIN no_mail_notes n ON n.change = d.change";

/// The columns of an entry, from one of them on.
pub(super) fn columns(row: &Row<'_>, first: usize) -> rusqlite::Result<NoMailColumns> {
    Ok((
        row.get(first)?,
        row.get(first + 1)?,
        row.get(first + 2)?,
        row.get(first + 3)?,
        row.get(first + 4)?,
    ))
}

/// Whether a change counted, for the person's address or for the one they have now.
pub(super) fn write(connection: &Connection, change: &NoMailChange) -> Result<bool, LedgerError> {
    let counted = write_one(connection, change)?;
    let mut query = connection.prepare_cached(schema_of_people::MOVED_TO)?;
    let moved_to: Option<String> =
        query.query_row([&change.person], |row| row.get(0)).optional()?;
    let Some(carried) = moved_to.and_then(|moved_to| change.carried_to(&moved_to)) else {
        return Ok(counted);
    };
    Ok(write_one(connection, &carried)? || counted)
}

fn write_one(connection: &Connection, change: &NoMailChange) -> Result<bool, LedgerError> {
    let at = millis(change.at);
    if let Some(notice) = &change.notice {
        let sql = "INSERT INTO notices VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        if connection.prepare_cached(sql)?.execute(params![notice, at])? == 0 {
            return Ok(false);
        }
    }
    if matches!(change.step, NoMailStep::Add(_)) {
        // Also a no that adds nothing to an earlier one makes a request void.
        let values = params![change.person, at];
        connection.prepare_cached(join_store::WITHDRAW_BEFORE)?.execute(values)?;
    }
    let (step, reason) = step_words(change.step);
    let origin = change.origin.word();
    let sql =
        "SELECT 1 FROM no_mail_changes WHERE person = ?1 AND at = ?2 AND step = ?3 AND origin = ?4
        AND reason IS ?5";
    let known = params![change.person, at, step, origin, reason];
    let is_known = change.may_come_twice() && connection.prepare_cached(sql)?.exists(known)?;
    let is_late = change.is_overtaken(own_yes(connection, &change.person)?);
    if is_known || is_late || !change.counts(entry(connection, &change.person)?.as_ref()) {
        return Ok(false);
    }
    let sql = "INSERT INTO no_mail_changes (at, person, step, reason, origin, detail)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        at,
        change.person,
        step,
        reason,
        origin,
        change.detail
    ])?;
    let id = connection.last_insert_rowid();
    if let Some(note) = &change.note {
        connection.execute("INSERT INTO no_mail_notes VALUES (?1, ?2)", params![id, note])?;
    }
    match change.step {
        NoMailStep::Add(_) => {
            let sql = "INSERT OR REPLACE INTO do_not_mail VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(sql)?.execute(params![change.person, reason, at, id])?;
        }
        NoMailStep::Lift => {
            connection.execute("DELETE FROM do_not_mail WHERE person = ?1", [&change.person])?;
        }
    }
    Ok(true)
}

fn own_yes(connection: &Connection, person: &str) -> Result<Option<DateTime<Utc>>, LedgerError> {
    let mut query = connection.prepare_cached(join_store::OWN_YES)?;
    let at: Option<i64> = query.query_row([person], |row| row.get(0))?;
    Ok(at.map(time))
}

pub(super) fn entry(connection: &Connection, person: &str) -> Result<Option<NoMail>, LedgerError> {
    let sql = format!("{ENTRIES} WHERE d.person = ?1");
    let mut query = connection.prepare_cached(&sql)?;
    let found = query.query_row([person], |row| columns(row, 0)).optional()?;
    found.map(entry_of).transpose()
}

/// Of each of these people who is on the list.
pub(super) fn entries_of(
    connection: &Connection,
    people: Vec<String>,
) -> Result<Vec<(String, NoMail)>, LedgerError> {
    let mut found = Vec::new();
    for person in people {
        if let Some(entry) = entry(connection, &person)? {
            found.push((person, entry));
        }
    }
    Ok(found)
}

/// When each of these people who did last said yes themself.
pub(super) fn own_yeses_of(
    connection: &Connection,
    people: Vec<String>,
) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
    let mut found = Vec::new();
    for person in people {
        if let Some(at) = own_yes(connection, &person)? {
            found.push((person, at));
        }
    }
    Ok(found)
}

/// Of the person whose copy it is, at the address that it goes to or at the one they have now.
pub(super) fn entry_of_copy(
    connection: &Connection,
    copy: i64,
) -> Result<Option<NoMail>, LedgerError> {
    let sql = format!(
        "{ENTRIES} WHERE d.person IN (SELECT person FROM deliveries WHERE id = ?1
            UNION SELECT person FROM copy_moves WHERE delivery = ?1) LIMIT 1"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let found = query.query_row([copy], |row| columns(row, 0)).optional()?;
    found.map(entry_of).transpose()
}

pub(super) fn entries(connection: &Connection) -> Result<Vec<(String, NoMail)>, LedgerError> {
    let mut query = connection.prepare(ENTRIES)?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(5)?, columns(row, 0)?)))?;
    rows.map(|row| {
        let (person, found) = row?;
        Ok((person, entry_of(found)?))
    })
    .collect()
}

pub(super) fn changes(
    connection: &Connection,
    person: &str,
) -> Result<Vec<NoMailChange>, LedgerError> {
    let sql = "SELECT c.reason, c.origin, c.at, c.detail, n.text, c.step FROM no_mail_changes c
        LEFT JOIN no_mail_notes n ON n.change = c.id WHERE c.person = ?1 ORDER BY c.id";
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([person], |row| Ok((row.get::<_, String>(5)?, columns(row, 0)?)))?;
    rows.map(|row| {
        let (step, found) = row?;
        change_of(person, &step, found)
    })
    .collect()
}
