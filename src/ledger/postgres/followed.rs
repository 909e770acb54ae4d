//! Copies of editions that follow a person to their new address, on the server.
//! Shell: reads and writes rows.

use tokio_postgres::Transaction;

use super::runs;
use super::server::Statements;
use crate::ledger::column::{from_json, status_of, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::MovedPerson;
use crate::ledger::plan::{CopyAfterMove, after_move, copy_is_there};

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
    for row in transaction.query(COPIES, &[old, person, &new]).await? {
        let id: i64 = row.get(0);
        match after_move(status_of(row.get(1))?, row.get(3)) {
            CopyAfterMove::Stays => {}
            CopyAfterMove::IsThere => {
                let events = [(id, copy_is_there())];
                runs::decide(transaction, statements, &events, time(at)).await?;
            }
            CopyAfterMove::Follows => {
                let recipient = to_json(&moved.recipient(from_json(row.get(2))?))?;
                let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
                    [&id, &new, &address, &moved.to, &recipient];
                transaction.execute(MOVE_COPY, &values).await?;
            }
        }
    }
    Ok(())
}
