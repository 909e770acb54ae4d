//! Approvals in a ledger's database: rows are added, and never changed.
//! Pure: what a database must do for it.

use std::future::Future;

use super::LedgerError;
use crate::approval::Approval;

/// A database that remembers who has approved what.
pub trait ApprovalStore: Send + Sync {
    /// Adds somebody's yes.
    fn approve(&self, approval: Approval) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// All that were ever given, the oldest first.
    fn approvals(&self) -> impl Future<Output = Result<Vec<Approval>, LedgerError>> + Send;

    /// Those of one edition, the oldest first.
    fn approvals_of(
        &self,
        edition: &str,
    ) -> impl Future<Output = Result<Vec<Approval>, LedgerError>> + Send {
        async move {
            let all = self.approvals().await?;
            Ok(all.into_iter().filter(|approval| approval.edition == edition).collect())
        }
    }
}
