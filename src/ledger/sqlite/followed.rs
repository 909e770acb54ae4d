//! Copies of editions that follow a person to their new address, in the file.
//! Shell: reads and writes rows.

use rusqlite::{Connection, params};

use super::copies;
use crate::ledger::column::{from_json, status_of, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::MovedPerson;
use crate::ledger::plan::{CopyAfterMove, after_move, copy_is_there};

/// Their copies, and whether the edition has one for the new address already.
const COPIES: &str = "SELECT d.id, d.edition, d.status, d.recipient,
        EXISTS (SELECT 1 FROM copies n WHERE n.key = ?3 AND n.edition = c.edition)
    FROM copies c JOIN deliveries d ON d.id = c.delivery
    WHERE c.key = ?1 AND d.person = ?2 ORDER BY d.id";

const MOVE_COPY: &str = "UPDATE deliveries SET key = ?2, person = ?3, recipient = ?4 WHERE id = ?1";

const MOVE_KEY: &str = "UPDATE copies SET key = ?3 WHERE key = ?1 AND edition = ?2";

pub(super) fn move_copies(
    connection: &Connection,
    moved: &MovedPerson,
    at: i64,
) -> Result<(), LedgerError> {
    let (old, new) = (&moved.from.key, moved.address.key());
    let mut query = connection.prepare_cached(COPIES)?;
    let rows = query.query_map(params![old, moved.from.person, new], |row| {
        let words: (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((row.get::<_, i64>(0)?, words, row.get::<_, bool>(4)?))
    })?;
    for (id, (edition, status, recipient), has_other) in rows.collect::<Result<Vec<_>, _>>()? {
        match after_move(status_of(&status)?, has_other) {
            CopyAfterMove::Stays => {}
            CopyAfterMove::IsThere => {
                copies::decide(connection, id, &copy_is_there(), time(at))?;
            }
            CopyAfterMove::Follows => {
                let recipient = to_json(&moved.recipient(from_json(&recipient)?))?;
                connection.execute(MOVE_KEY, params![old, edition, new])?;
                connection.execute(MOVE_COPY, params![id, new, moved.to, recipient])?;
            }
        }
    }
    Ok(())
}
