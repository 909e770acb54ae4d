//! The do-not-mail list on the server.
//! Shell: reads and writes rows.

use tokio_postgres::{Row, Transaction};

use crate::audience::NoMail;
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::{NoMailColumns, entry_of};

pub(super) const ENTRIES: &str = "SELECT d.reason, c.origin, d.at, c.detail, n.text, d.person
    FROM do_not_mail d JOIN no_mail_changes c ON c.id = d.change LEFT JOIN no_mail_notes n ON n.change = d.change";

pub(super) const ENTRY: &str = "SELECT d.reason, c.origin, d.at, c.detail, n.text
    FROM do_not_mail d JOIN no_mail_changes c ON c.id = d.change LEFT JOIN no_mail_notes n ON n.change = d.change
    WHERE d.person = $1";

pub(super) const CHANGES: &str = "SELECT c.reason, c.origin, c.at, c.detail, n.text, c.step
    FROM no_mail_changes c LEFT JOIN no_mail_notes n ON n.change = c.id WHERE c.person = $1 ORDER BY c.id";

/// The columns of an entry, from one of them on.
pub(super) fn columns(row: &Row, first: usize) -> NoMailColumns {
    (row.get(first), row.get(first + 1), row.get(first + 2), row.get(first + 3), row.get(first + 4))
}

/// Why somebody is suppressed, from the columns of a row that is joined with their entry.
pub(super) fn suppressed_for(row: &Row, first: usize) -> Result<Option<String>, LedgerError> {
    if row.get::<_, Option<String>>(first).is_none() {
        return Ok(None);
    }
    Ok(Some(entry_of(columns(row, first))?.words()))
}

/// A person's place on the list.
pub(super) async fn entry(
    transaction: &Transaction<'_>,
    person: &str,
) -> Result<Option<NoMail>, LedgerError> {
    let row = transaction.query_opt(ENTRY, &[&person]).await?;
    row.map(|row| entry_of(columns(&row, 0))).transpose()
}
