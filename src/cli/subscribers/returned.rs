//! What came back of a person's copies, at whatever address.
//! Shell: reads the ledger.

use crate::cli::subscribers::addresses::HeldAddress;
use crate::cli::terminal::failure::Failure;
use crate::ledger::AnyLedger;
use crate::ledger::returns::ReturnStore;
use crate::report::person::ReturnEntry;

/// What came back of each address that somebody has or had, the oldest first.
pub async fn returned(
    ledger: &AnyLedger,
    held: &[HeldAddress],
) -> Result<Vec<ReturnEntry>, Failure> {
    let mut returns = Vec::new();
    for one in held {
        let copies = ledger.returns_of(&one.person).await?.into_iter();
        returns.extend(copies.map(ReturnEntry::from));
    }
    returns.sort_by_key(|copy: &ReturnEntry| copy.at);
    returns.dedup();
    Ok(returns)
}
