//! What people decide about editions, in a ledger's database: rows are added, and never changed.
//! Pure: what a database must do for it.

use std::future::Future;

use super::{LedgerError, RunControl};
use crate::approval::{Approval, EVERY_EDITION, EditionDecisions, EditionStop};

/// A database that remembers who has approved and who has stopped what.
pub trait ApprovalStore: Send + Sync {
    /// Adds somebody's yes. False where the edition has more stops than they saw: nothing is written then.
    fn approve(
        &self,
        approval: Approval,
        stops_seen: usize,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// All that were ever given, the oldest first.
    fn approvals(&self) -> impl Future<Output = Result<Vec<Approval>, LedgerError>> + Send;

    /// Stops an edition that is not planned, or lets it go on; the ledger counts the approvals that it has. False where it
    /// is planned, and where somebody would lift a stop that they have not seen: nothing is written then.
    fn stop(
        &self,
        stop: EditionStop,
        stops_seen: usize,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Stops an edition that is planned, or lets it go on, and writes down who did, both or neither. `seen` is the number of
    /// commands that somebody has seen who lets it go on. Gives what holds afterwards: where that is something else than
    /// what was wanted, nothing is written.
    fn stop_run(
        &self,
        stop: EditionStop,
        seen: Option<i64>,
    ) -> impl Future<Output = Result<RunControl, LedgerError>> + Send;

    /// All that were ever written, the oldest first; those of `EVERY_EDITION` among them.
    fn stops(&self) -> impl Future<Output = Result<Vec<EditionStop>, LedgerError>> + Send;

    /// All that was decided about one edition.
    fn decisions_of(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<EditionDecisions, LedgerError>> + Send {
        async move {
            // Stops first: whoever writes one between the two reads is seen too late, and never too early.
            let mut stops = self.stops().await?;
            let mut approvals = self.approvals().await?;
            let of_everything = stops.iter().filter(|stop| stop.edition == EVERY_EDITION).count();
            stops.retain(|stop| stop.edition == edition);
            approvals.retain(|approval| approval.edition == edition);
            Ok(EditionDecisions { approvals, stops, pauses_of_everything: of_everything })
        }
    }
}
