//! The do-not-mail list on the server.
//! Shell: reads and writes rows.

use tokio_postgres::{Row, Transaction};

use crate::audience::{NoMail, NoMailChange, NoMailStep};
use crate::ledger::column::{millis, time};
use crate::ledger::error::LedgerError;
use crate::ledger::no_mail::{NoMailColumns, entry_of, step_words};
use crate::ledger::{join_store, schema_of_people};

pub(super) const ENTRIES: &str = "SELECT d.reason, c.origin, d.at, c.detail, n.text, d.person
    FROM do_not_mail d JOIN no_mail_changes c ON c.id = d.change LEFT JOIN no_mail_notes n ON n.change = d.change";

pub(super) const ENTRY: &str = "SELECT d.reason, c.origin, d.at, c.detail, n.text
    FROM do_not_mail d JOIN no_mail_changes c ON c.id = d.change LEFT JOIN no_mail_notes n ON n.change = d.change
    WHERE d.person = $1";

pub(super) const CHANGES: &str = "SELECT c.reason, c.origin, c.at, c.detail, n.text, c.step
    FROM no_mail_changes c LEFT JOIN no_mail_notes n ON n.change = c.id WHERE c.person = $1 ORDER BY c.id";

const IS_KNOWN: &str =
    "SELECT 1 FROM no_mail_changes WHERE person = $1 AND at = $2 AND step = $3 AND origin = $4
    AND reason IS NOT DISTINCT FROM $5 LIMIT 1";

const ADD: &str = "INSERT INTO no_mail_changes (at, person, step, reason, origin, detail)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

const ENTER: &str = "INSERT INTO do_not_mail VALUES ($1, $2, $3, $4)
    ON CONFLICT (person) DO UPDATE SET reason = excluded.reason, at = excluded.at, change = excluded.change";

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

/// For each change, whether it counted, for the person's address or for the one they have now.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    changes: &[NoMailChange],
) -> Result<Vec<bool>, LedgerError> {
    // One writer at a time, so that what counts is decided by rows that stay. Whoever reads or claims is not held up.
    transaction.batch_execute("LOCK TABLE do_not_mail IN SHARE ROW EXCLUSIVE MODE").await?;
    let mut counted = Vec::new();
    for change in changes {
        let has_counted = write_one(transaction, change).await?;
        let moved_to = transaction.query_opt(schema_of_people::MOVED_TO, &[&change.person]).await?;
        let carried = moved_to.and_then(|row| change.carried_to(row.get(0)));
        let has_carried = match carried {
            Some(carried) => write_one(transaction, &carried).await?,
            None => false,
        };
        counted.push(has_counted || has_carried);
    }
    Ok(counted)
}

async fn write_one(
    transaction: &Transaction<'_>,
    change: &NoMailChange,
) -> Result<bool, LedgerError> {
    let (at, person) = (millis(change.at), &change.person);
    if let Some(notice) = &change.notice {
        let sql = "INSERT INTO notices VALUES ($1, $2) ON CONFLICT DO NOTHING";
        if transaction.execute(sql, &[notice, &at]).await? == 0 {
            return Ok(false);
        }
    }
    if matches!(change.step, NoMailStep::Add(_)) {
        // Also a no that adds nothing to an earlier one makes a request void.
        transaction.execute(join_store::WITHDRAW_BEFORE, &[person, &at]).await?;
    }
    let (step, reason) = step_words(change.step);
    let origin = change.origin.word();
    let is_known = change.may_come_twice()
        && transaction
            .query_opt(IS_KNOWN, &[person, &at, &step, &origin, &reason])
            .await?
            .is_some();
    let entry = entry(transaction, person).await?;
    let yes: Option<i64> = transaction.query_one(join_store::OWN_YES, &[person]).await?.get(0);
    if is_known || change.is_overtaken(yes.map(time)) || !change.counts(entry.as_ref()) {
        return Ok(false);
    }
    let row =
        transaction.query_one(ADD, &[&at, person, &step, &reason, &origin, &change.detail]).await?;
    let id: i64 = row.get(0);
    if let Some(note) = &change.note {
        let sql = "INSERT INTO no_mail_notes VALUES ($1, $2)";
        transaction.execute(sql, &[&id, note]).await?;
    }
    match change.step {
        NoMailStep::Add(_) => {
            transaction.execute(ENTER, &[person, &reason, &at, &id]).await?;
        }
        NoMailStep::Lift => {
            transaction.execute("DELETE FROM do_not_mail WHERE person = $1", &[person]).await?;
        }
    }
    Ok(true)
}
