//! Requests to join, on the server.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use tokio_postgres::Transaction;

use super::server::patiently;
use super::{PostgresLedger, no_mail, no_mail_batch, people};
use crate::audience::NoMail;
use crate::audience::import::StoredPerson;
use crate::ledger::column::{millis, time, to_json};
use crate::ledger::error::LedgerError;
use crate::ledger::join_store::{self as sql, JoinEvent, JoinRecord, JoinStore};
use crate::ledger::joining::{
    ConfirmStep, JoinConfirmation, JoinFacts, JoinRequest, JoinStep, joined, lift, on_confirmation,
    on_request,
};
use crate::ledger::list_store::ListChangeKind;
use crate::ledger::schema_of_people;
use crate::ledger::single_store::{SinglePurpose, purpose_of};

/// One writer at a time: what a person's rows say is then still so when theirs are written.
const LOCK: &str = "LOCK TABLE join_requests IN SHARE ROW EXCLUSIVE MODE";

impl JoinStore for PostgresLedger {
    async fn request_join_beside(
        &self,
        request: JoinRequest,
        shared: Option<NoMail>,
    ) -> Result<JoinStep, LedgerError> {
        let shared = shared.as_ref();
        patiently!(self.server, async |transaction, _| keep(transaction, &request, shared).await)
    }

    async fn look_at_request_beside(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        let shared = shared.as_ref();
        patiently!(self.server, async |transaction, _| {
            let facts = facts(transaction, person, None, now).await?.beside(shared);
            Ok(on_confirmation(requested, now, &facts))
        })
    }

    async fn confirm_join_beside(
        &self,
        confirmation: JoinConfirmation,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        let shared = shared.as_ref();
        patiently!(self.server, async |transaction, _| {
            confirm(transaction, &confirmation, shared).await
        })
    }

    async fn keys_of_requests(&self, person: &str) -> Result<Vec<String>, LedgerError> {
        let open = self.server.query(sql::PENDING, &[&person]).await?;
        let open: Option<JoinRequest> =
            open.first().map(|row| sql::request_of(row.get(0))).transpose()?;
        let rows = self.server.query(sql::CONFIRMED_KEYS, &[&person]).await?;
        let confirmed = rows.iter().map(|row| row.get(0));
        Ok(open.map(|request| request.key).into_iter().chain(confirmed).collect())
    }

    async fn join_requests(&self) -> Result<Vec<JoinRequest>, LedgerError> {
        let rows = self.server.query(sql::ALL_PENDING, &[]).await?;
        rows.iter().map(|row| sql::request_of(row.get(0))).collect()
    }

    async fn withdraw_request(&self, person: &str) -> Result<bool, LedgerError> {
        patiently!(self.server, async |transaction, _| {
            Ok(transaction.execute(sql::WITHDRAW, &[&person]).await? > 0)
        })
    }

    async fn expire_requests(&self, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        let before = sql::expiry(now);
        patiently!(self.server, async |transaction, _| {
            transaction.batch_execute(LOCK).await?;
            transaction.execute(sql::RECORD_EXPIRED, &[&millis(now), &before]).await?;
            transaction.execute(sql::FORGET_HOURS, &[&sql::hour(now)]).await?;
            Ok(transaction.execute(sql::EXPIRE, &[&before]).await?)
        })
    }

    async fn own_yeses(&self) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        let rows = self.server.query(sql::OWN_YESES, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), time(row.get(1)))).collect())
    }

    async fn join_record(&self, person: &str) -> Result<Vec<JoinRecord>, LedgerError> {
        let rows = self.server.query(sql::RECORDS, &[&person]).await?;
        let record = |row: &tokio_postgres::Row| {
            sql::record_of((row.get(0), row.get(1), row.get(2), row.get(3)))
        };
        rows.iter().map(record).collect()
    }
}

/// What is known of a person; `key` is their folded address, which a request that waits has too.
async fn facts(
    transaction: &Transaction<'_>,
    person: &str,
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<JoinFacts, LedgerError> {
    let pending = transaction.query_opt(sql::PENDING, &[&person]).await?;
    let pending = pending.map(|row| sql::request_of(row.get(0))).transpose()?;
    let key = key.or(pending.as_ref().map(|request| request.key.as_str())).unwrap_or_default();
    let on_list = transaction.query_opt(sql::ON_LIST, &[&key]).await?;
    let on_list = on_list.as_ref().map(person_of);
    let confirmed = transaction.query_opt(sql::CONFIRMED, &[&person]).await?;
    let confirmed = confirmed.filter(|row| row.get::<_, bool>(2));
    let confirmed = confirmed.map(|row| (time(row.get(0)), time(row.get(1))));
    let (of_month, of_hour) = sql::since(now);
    let rows = transaction.query(sql::MESSAGES, &[&person, &of_month]).await?;
    let message = |row: &tokio_postgres::Row| Ok((purpose_of(row.get(0))?, time(row.get(1))));
    let messages = rows.iter().map(message).collect::<Result<_, LedgerError>>()?;
    let count: i64 = transaction.query_one(sql::OF_HOUR, &[&of_hour]).await?.get(0);
    let of_hour = u64::try_from(count).unwrap_or_default();
    let no = no_mail::entry(transaction, person).await?;
    Ok(JoinFacts { pending, no, on_list, confirmed, messages, of_hour })
}

/// Somebody on the list, from their row.
pub(super) fn person_of(row: &tokio_postgres::Row) -> StoredPerson {
    StoredPerson { key: row.get(0), address: row.get(1), state: row.get(2), fields: row.get(3) }
}

async fn keep(
    transaction: &Transaction<'_>,
    request: &JoinRequest,
    shared: Option<&NoMail>,
) -> Result<JoinStep, LedgerError> {
    transaction.batch_execute(LOCK).await?;
    let person = &request.person;
    transaction.execute(sql::COUNT_REQUEST, &[&sql::hour(request.at)]).await?;
    let facts = facts(transaction, person, Some(&request.key), request.at).await?.beside(shared);
    let step = on_request(request, &facts);
    match step {
        JoinStep::Busy | JoinStep::Nothing => {}
        JoinStep::Confirm => {
            transaction.execute(sql::DROP_MESSAGES, &[&millis(request.at), person]).await?;
            let (at, until, text) = sql::columns_of(request)?;
            transaction.execute(sql::KEEP_REQUEST, &[person, &at, &until, &text]).await?;
            record(transaction, JoinEvent::Requested, request, request.at).await?;
            make(transaction, request, SinglePurpose::Confirmation, request.at).await?;
        }
        JoinStep::Remind { of } => {
            make(transaction, request, SinglePurpose::Reminder, of).await?;
        }
        JoinStep::SayAlready => {
            make(transaction, request, SinglePurpose::Already, request.at).await?;
        }
    }
    Ok(step)
}

async fn record(
    transaction: &Transaction<'_>,
    event: JoinEvent,
    request: &JoinRequest,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let evidence = to_json(&request.evidence)?;
    let (at, requested) = (millis(at), millis(request.at));
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&at, &request.person, &event.word(), &requested, &evidence];
    transaction.execute(sql::RECORD, &values).await?;
    Ok(())
}

/// Makes a message for the person of a request; the occasion is the time of the request.
async fn make(
    transaction: &Transaction<'_>,
    request: &JoinRequest,
    purpose: SinglePurpose,
    occasion: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let recipient = to_json(&request.address)?;
    let (occasion, at) = (millis(occasion), millis(request.at));
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&request.person, &purpose.word(), &occasion, &at, &recipient];
    transaction.execute(sql::MAKE_MESSAGE, &values).await?;
    Ok(())
}

async fn confirm(
    transaction: &Transaction<'_>,
    confirmation: &JoinConfirmation,
    shared: Option<&NoMail>,
) -> Result<ConfirmStep, LedgerError> {
    // In the order of those who write the list, and after them the do-not-mail list.
    people::lock(transaction).await?;
    transaction.batch_execute(LOCK).await?;
    let JoinConfirmation { person, requested, now, today, welcomes } = confirmation;
    let facts = facts(transaction, person, None, *now).await?.beside(shared);
    let step = on_confirmation(*requested, *now, &facts);
    let (ConfirmStep::Join, Some(request)) = (step, facts.pending) else { return Ok(step) };
    let after = joined(&request, facts.on_list, *today);
    let (at, kind) = (millis(*now), ListChangeKind::Join);
    let number = people::begin(transaction, at, kind, "{\"joined\":1}").await?;
    people::put(transaction, number, &after).await?;
    no_mail_batch::write(transaction, &[lift(confirmation)]).await?;
    record(transaction, JoinEvent::Confirmed, &request, *now).await?;
    transaction.execute(sql::WITHDRAW, &[person]).await?;
    if let Some(left) = &request.left {
        transaction.execute(schema_of_people::TAKE, &[left]).await?;
    }
    transaction.execute(sql::DROP_MESSAGES, &[&at, person]).await?;
    if *welcomes {
        let moment = JoinRequest { at: *now, ..request };
        make(transaction, &moment, SinglePurpose::Welcome, *requested).await?;
    }
    Ok(step)
}
