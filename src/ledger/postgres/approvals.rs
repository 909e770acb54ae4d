//! Who has approved and who has stopped what, on the server.
//! Shell: reads and writes rows.

use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::PostgresLedger;
use super::runs::control_if;
use super::server::patiently;
use crate::approval::{Approval, EVERY_EDITION, EditionStop, StopKind};
use crate::ledger::RunControl;
use crate::ledger::approval_store::ApprovalStore;
use crate::ledger::column::{damaged, from_json, millis, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::schema_of_stops as sql;

/// Plans, approvals and stops of an edition come one after the other, and each sees what the one before has written.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('roundup decision ' || $1, 0))";
/// Many plan at the same time, each their own edition; a pause of everything waits for them.
const LOCK_EVERYTHING: &str =
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('roundup decision ', 0))";
const ADD: &str = "INSERT INTO approvals (edition, at, who, account, by_last_editor, frozen)
    VALUES ($1, $2, $3, $4, $5, $6)";
const ALL: &str =
    "SELECT edition, at, who, account, by_last_editor, frozen FROM approvals ORDER BY id";

impl ApprovalStore for PostgresLedger {
    async fn approve(&self, approval: Approval, stops_seen: usize) -> Result<bool, LedgerError> {
        let Approval { edition, who, account, by_last_editor, at, frozen } = &approval;
        let (at, frozen) = (millis(*at), to_json(frozen)?);
        // Written twice where the answer of a commit was lost: one person's yes counts once.
        patiently!(self.server, async |transaction, _| {
            if stops_of(transaction, edition).await? > stops_seen {
                return Ok(false);
            }
            transaction
                .execute(ADD, &[edition, &at, who, account, by_last_editor, &frozen])
                .await?;
            Ok(true)
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

    async fn stop(&self, stop: EditionStop, stops_seen: usize) -> Result<bool, LedgerError> {
        let EditionStop { edition, kind, who, account, at, .. } = &stop;
        let (at, word) = (millis(*at), kind.word());
        // Written twice where the answer of a commit was lost: stopped twice is stopped. What lifts a stop is refused the
        // second time, and the next look shows that it went on.
        patiently!(self.server, async |transaction, _| {
            let is_unseen = stops_of(transaction, edition).await? > stops_seen && kind.lifts();
            let planned: i64 = transaction.query_one(sql::IS_PLANNED, &[edition]).await?.get(0);
            if planned > 0 || is_unseen {
                return Ok(false);
            }
            transaction.execute(sql::ADD, &[edition, &at, &word, who, account, edition]).await?;
            Ok(true)
        })
    }

    async fn stop_run(
        &self,
        stop: EditionStop,
        seen: Option<i64>,
    ) -> Result<RunControl, LedgerError> {
        let EditionStop { edition, kind, who, account, at, .. } = &stop;
        let (wanted, word) = (RunControl::of(*kind), kind.word());
        self.server
            .transaction(async |transaction, statements| {
                let of = (wanted, seen);
                let holds = control_if(transaction, statements, edition, of, *at).await?;
                if holds == wanted {
                    let at = millis(*at);
                    let values: [&(dyn ToSql + Sync); 6] =
                        [edition, &at, &word, who, account, edition];
                    transaction.execute(sql::ADD, &values).await?;
                }
                Ok(holds)
            })
            .await
    }

    async fn stops(&self) -> Result<Vec<EditionStop>, LedgerError> {
        let rows = self.server.query(sql::ALL, &[]).await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.get(2);
                Ok(EditionStop {
                    edition: row.get(0),
                    at: time(row.get(1)),
                    kind: StopKind::parse(&kind)
                        .ok_or_else(|| damaged(format!("`{kind}` is not a kind of stop")))?,
                    who: row.get(3),
                    account: row.get(4),
                    approvals: usize::try_from(row.get::<_, i64>(5)).unwrap_or(0),
                })
            })
            .collect()
    }
}

/// How many stops an edition has; nobody adds one before this transaction ends.
pub(super) async fn stops_of(
    transaction: &Transaction<'_>,
    edition: &str,
) -> Result<usize, LedgerError> {
    if edition != EVERY_EDITION {
        transaction.query_one(LOCK_EVERYTHING, &[]).await?;
    }
    transaction.query_one(LOCK, &[&edition]).await?;
    let count: i64 = transaction.query_one(sql::COUNT, &[&edition]).await?.get(0);
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}
