//! Who has approved what, on the server.
//! Shell: reads and writes rows.

use super::PostgresLedger;
use super::server::patiently;
use crate::approval::Approval;
use crate::ledger::approval_store::ApprovalStore;
use crate::ledger::column::{from_json, millis, time, to_json};
use crate::ledger::error::LedgerError;

const ADD: &str = "INSERT INTO approvals (edition, at, who, account, by_last_editor, frozen)
    VALUES ($1, $2, $3, $4, $5, $6)";
const ALL: &str =
    "SELECT edition, at, who, account, by_last_editor, frozen FROM approvals ORDER BY id";

impl ApprovalStore for PostgresLedger {
    async fn approve(&self, approval: Approval) -> Result<(), LedgerError> {
        let Approval { edition, who, account, by_last_editor, at, frozen } = &approval;
        let (at, frozen) = (millis(*at), to_json(frozen)?);
        // Written twice where the answer of a commit was lost: one person's yes counts once.
        patiently!(self.server, async |transaction, _| {
            transaction
                .execute(ADD, &[edition, &at, who, account, by_last_editor, &frozen])
                .await?;
            Ok(())
        })
    }

    async fn approvals(&self) -> Result<Vec<Approval>, LedgerError> {
        let rows = self.server.query(ALL, &[]).await?;
        rows.iter()
            .map(|row| {
                Ok(Approval {
                    edition: row.get(0),
                    at: time(row.get(1)),
                    who: row.get(2),
                    account: row.get(3),
                    by_last_editor: row.get(4),
                    frozen: from_json(row.get(5))?,
                })
            })
            .collect()
    }
}
