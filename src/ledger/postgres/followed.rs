//! Copies of editions that follow a person to their new address, on the server.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::runs;
use super::server::Statements;
use crate::audience::Recipient;
use crate::ledger::column::{from_json, status_of, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::MovedPerson;
use crate::ledger::plan::{CopyAfterMove, after_move, copy_is_there};
use crate::ledger::schema_of_people as sql;

/// Their copies, and whether the edition has one for the new address already.
const COPIES: &str = "SELECT d.id, d.status, d.recipient,
        EXISTS (SELECT 1 FROM deliveries n WHERE n.key = $3 AND n.edition = d.edition)
    FROM deliveries d WHERE d.key = $1 AND d.person = $2 ORDER BY d.id";

const MOVE_COPY: &str = "UPDATE deliveries SET key = $2, address = $3, person = $4, recipient = $5
    WHERE id = $1 AND status NOT IN ('accepted', 'suppressed', 'cancelled', 'closed')";

pub(super) async fn move_copies(
    transaction: &Transaction<'_>,
    statements: &Statements,
    moved: &MovedPerson,
    at: i64,
) -> Result<(), LedgerError> {
    let (new, address) = (moved.address.key(), moved.address.to_string());
    let (old, person) = (&moved.from.key, &moved.from.person);
    move_on(transaction, moved).await?;
    for row in transaction.query(COPIES, &[old, person, &new]).await? {
        let id: i64 = row.get(0);
        let recipient = || to_json(&moved.recipient(from_json(row.get(2))?));
        match after_move(status_of(row.get(1))?, row.get(3)) {
            CopyAfterMove::Stays => {}
            CopyAfterMove::IsThere => {
                let events = [(id, copy_is_there())];
                runs::decide(transaction, statements, &events, time(at)).await?;
            }
            CopyAfterMove::Follows => {
                let recipient = recipient()?;
                let values: [&(dyn ToSql + Sync); 5] = [&id, &new, &address, &moved.to, &recipient];
                transaction.execute(MOVE_COPY, &values).await?;
            }
            CopyAfterMove::FollowsLater => {
                let recipient = recipient()?;
                transaction.execute(sql::FOLLOW_LATER, &[&id, &new, &moved.to, &recipient]).await?;
            }
        }
    }
    Ok(())
}

/// Copies that are on their way to an earlier address of theirs.
async fn move_on(transaction: &Transaction<'_>, moved: &MovedPerson) -> Result<(), LedgerError> {
    let key = moved.address.key();
    for row in transaction.query(sql::FOLLOWING, &[&moved.from.person]).await? {
        let id: i64 = row.get(0);
        let recipient = to_json(&moved.recipient(from_json(row.get(1))?))?;
        transaction.execute(sql::FOLLOW_LATER, &[&id, &key, &moved.to, &recipient]).await?;
    }
    Ok(())
}

const IS_THERE: &str =
    "SELECT 1 FROM deliveries WHERE key = $1 AND edition = $2 AND id <> $3 LIMIT 1";

/// Copies of an edition that were given back go to the address which their person has now; to nobody where the edition has a
/// copy for it.
pub(super) async fn follow(
    transaction: &Transaction<'_>,
    statements: &Statements,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    for row in transaction.query(sql::GIVEN_BACK, &[&edition]).await? {
        let (id, key): (i64, &str) = (row.get(0), row.get(1));
        let (person, recipient): (&str, &str) = (row.get(2), row.get(3));
        if transaction.query_opt(IS_THERE, &[&key, &edition, &id]).await?.is_some() {
            runs::decide(transaction, statements, &[(id, copy_is_there())], now).await?;
        } else {
            let address = from_json::<Recipient>(recipient)?.address.to_string();
            let values: [&(dyn ToSql + Sync); 5] = [&id, &key, &address, &person, &recipient];
            transaction.execute(MOVE_COPY, &values).await?;
        }
        transaction.execute(sql::FOLLOWED, &[&id]).await?;
    }
    Ok(())
}
