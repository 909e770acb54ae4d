//! Copies of editions that follow a person to their new address, in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::copies;
use crate::ledger::column::{from_json, status_of, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::MovedPerson;
use crate::ledger::plan::{CopyAfterMove, after_move, copy_is_there};
use crate::ledger::schema_of_people as sql;

/// Their copies, and whether the edition has one for the new address already.
const COPIES: &str = "SELECT d.id, d.edition, d.status, d.recipient,
        EXISTS (SELECT 1 FROM copies n WHERE n.key = ?3 AND n.edition = c.edition)
    FROM copies c JOIN deliveries d ON d.id = c.delivery
    WHERE c.key = ?1 AND d.person = ?2 ORDER BY d.id";

const MOVE_COPY: &str = "UPDATE deliveries SET key = ?2, person = ?3, recipient = ?4 WHERE id = ?1";

const MOVE_KEY: &str = "UPDATE copies SET key = ?3 WHERE key = ?1 AND edition = ?2";

const IS_THERE: &str = "SELECT 1 FROM copies WHERE key = ?1 AND edition = ?2 AND delivery <> ?3";

pub(super) fn move_copies(
    connection: &Connection,
    moved: &MovedPerson,
    at: i64,
) -> Result<(), LedgerError> {
    let (old, new) = (&moved.from.key, moved.address.key());
    move_on(connection, moved)?;
    let mut query = connection.prepare_cached(COPIES)?;
    let rows = query.query_map(params![old, moved.from.person, new], |row| {
        let words: (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((row.get::<_, i64>(0)?, words, row.get::<_, bool>(4)?))
    })?;
    for (id, (edition, status, recipient), has_other) in rows.collect::<Result<Vec<_>, _>>()? {
        let recipient = || to_json(&moved.recipient(from_json(&recipient)?));
        match after_move(status_of(&status)?, has_other) {
            CopyAfterMove::Stays => {}
            CopyAfterMove::IsThere => {
                copies::decide(connection, id, &copy_is_there(), time(at))?;
            }
            CopyAfterMove::Follows => {
                connection.execute(MOVE_KEY, params![old, edition, new])?;
                connection.execute(MOVE_COPY, params![id, new, moved.to, recipient()?])?;
            }
            CopyAfterMove::FollowsLater => {
                let values = params![id, new, moved.to, recipient()?];
                connection.execute(sql::FOLLOW_LATER, values)?;
            }
        }
    }
    Ok(())
}

/// Copies that are on their way to an earlier address of theirs.
fn move_on(connection: &Connection, moved: &MovedPerson) -> Result<(), LedgerError> {
    let mut query = connection.prepare_cached(sql::FOLLOWING)?;
    let rows = query.query_map([&moved.from.person], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (id, recipient) in rows.collect::<Result<Vec<(i64, String)>, _>>()? {
        let recipient = to_json(&moved.recipient(from_json(&recipient)?))?;
        let values = params![id, moved.address.key(), moved.to, recipient];
        connection.execute(sql::FOLLOW_LATER, values)?;
    }
    Ok(())
}

/// Copies of an edition that were given back go to the address which their person has now; to nobody where the edition has a
/// copy for it.
pub(super) fn follow(
    connection: &Connection,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut query = connection.prepare_cached(sql::GIVEN_BACK)?;
    let rows = query.query_map([edition], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    })?;
    let rows = rows.collect::<Result<Vec<(i64, String, String, String, String)>, _>>()?;
    for (id, key, person, recipient, old) in rows {
        if connection.prepare_cached(IS_THERE)?.exists(params![key, edition, id])? {
            copies::decide(connection, id, &copy_is_there(), now)?;
        } else {
            connection.execute(MOVE_KEY, params![old, edition, key])?;
            connection.execute(MOVE_COPY, params![id, key, person, recipient])?;
        }
        connection.execute(sql::FOLLOWED, [id])?;
    }
    Ok(())
}
