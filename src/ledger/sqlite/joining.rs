//! Requests to join, in the file.
//! Shell: reads and writes rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{SqliteLedger, no_mail, people};
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

impl JoinStore for SqliteLedger {
    async fn request_join_beside(
        &self,
        request: JoinRequest,
        shared: Option<NoMail>,
    ) -> Result<JoinStep, LedgerError> {
        self.writer.run(true, move |connection| keep(connection, &request, shared.as_ref())).await
    }

    async fn look_at_request_beside(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(false, move |connection| {
                let facts = facts(connection, &person, None, now)?.beside(shared.as_ref());
                Ok(on_confirmation(requested, now, &facts))
            })
            .await
    }

    async fn confirm_join_beside(
        &self,
        confirmation: JoinConfirmation,
        shared: Option<NoMail>,
    ) -> Result<ConfirmStep, LedgerError> {
        self.writer
            .run(true, move |connection| confirm(connection, &confirmation, shared.as_ref()))
            .await
    }

    async fn keys_of_requests(&self, person: &str) -> Result<Vec<String>, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(false, move |connection| {
                let open = pending(connection, &person)?.map(|request| request.key);
                let mut query = connection.prepare(sql::CONFIRMED_KEYS)?;
                let rows = query.query_map([person], |row| row.get(0))?;
                Ok(open.map(Ok).into_iter().chain(rows).collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn join_requests(&self) -> Result<Vec<JoinRequest>, LedgerError> {
        self.writer
            .run(false, |connection| {
                let mut query = connection.prepare_cached(sql::ALL_PENDING)?;
                let rows = query.query_map([], |row| row.get::<_, String>(0))?;
                rows.map(|row| sql::request_of(&row?)).collect()
            })
            .await
    }

    async fn withdraw_request(&self, person: &str) -> Result<bool, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(true, move |connection| Ok(connection.execute(sql::WITHDRAW, [person])? > 0))
            .await
    }

    async fn expire_requests(&self, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        self.writer.run(true, move |connection| expire(connection, now)).await
    }

    async fn own_yeses(&self) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        self.writer
            .run(false, |connection| {
                let mut query = connection.prepare(sql::OWN_YESES)?;
                let rows = query.query_map([], |row| Ok((row.get(0)?, time(row.get(1)?))))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn join_record(&self, person: &str) -> Result<Vec<JoinRecord>, LedgerError> {
        let person = person.to_owned();
        self.writer
            .run(false, move |connection| {
                let mut query = connection.prepare_cached(sql::RECORDS)?;
                let rows = query.query_map([person], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?;
                rows.map(|row| sql::record_of(row?)).collect()
            })
            .await
    }
}

/// A person's open request.
fn pending(connection: &Connection, person: &str) -> Result<Option<JoinRequest>, LedgerError> {
    let mut query = connection.prepare_cached(sql::PENDING)?;
    let found = query.query_row([person], |row| row.get::<_, String>(0)).optional()?;
    found.map(|text| sql::request_of(&text)).transpose()
}

/// What is known of a person; `key` is their folded address, which a request that waits has too.
fn facts(
    connection: &Connection,
    person: &str,
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<JoinFacts, LedgerError> {
    let pending = pending(connection, person)?;
    let key = key.or(pending.as_ref().map(|request| request.key.as_str())).unwrap_or_default();
    let on_list = on_list(connection, key)?;
    let confirmed = connection
        .prepare_cached(sql::CONFIRMED)?
        .query_row([person], |row| {
            Ok((time(row.get(0)?), time(row.get(1)?), row.get::<_, bool>(2)?))
        })
        .optional()?;
    let confirmed = confirmed.and_then(|(at, of, is)| is.then_some((at, of)));
    let (of_month, of_hour) = sql::since(now);
    let mut query = connection.prepare_cached(sql::MESSAGES)?;
    let rows = query.query_map(params![person, of_month], |row| {
        Ok((row.get::<_, String>(0)?, time(row.get(1)?)))
    })?;
    let messages = rows
        .map(|row| {
            let (word, at) = row?;
            Ok((purpose_of(&word)?, at))
        })
        .collect::<Result<_, LedgerError>>()?;
    let count: i64 =
        connection.prepare_cached(sql::OF_HOUR)?.query_row([of_hour], |row| row.get(0))?;
    let of_hour = u64::try_from(count).unwrap_or_default();
    let no = no_mail::entry(connection, person)?;
    Ok(JoinFacts { pending, no, on_list, confirmed, messages, of_hour })
}

/// Somebody on the list.
pub(super) fn on_list(
    connection: &Connection,
    key: &str,
) -> Result<Option<StoredPerson>, LedgerError> {
    let mut query = connection.prepare_cached(sql::ON_LIST)?;
    let person = query.query_row([key], |row| {
        Ok(StoredPerson {
            key: row.get(0)?,
            address: row.get(1)?,
            state: row.get(2)?,
            fields: row.get(3)?,
        })
    });
    Ok(person.optional()?)
}

fn keep(
    connection: &Connection,
    request: &JoinRequest,
    shared: Option<&NoMail>,
) -> Result<JoinStep, LedgerError> {
    let person = &request.person;
    connection.prepare_cached(sql::COUNT_REQUEST)?.execute([sql::hour(request.at)])?;
    let facts = facts(connection, person, Some(&request.key), request.at)?.beside(shared);
    let step = on_request(request, &facts);
    match step {
        JoinStep::Busy | JoinStep::Nothing => {}
        JoinStep::Confirm => {
            connection.execute(sql::DROP_MESSAGES, params![millis(request.at), person])?;
            let (at, until, text) = sql::columns_of(request)?;
            let values = params![person, at, until, text];
            connection.prepare_cached(sql::KEEP_REQUEST)?.execute(values)?;
            record(connection, JoinEvent::Requested, request, request.at)?;
            make(connection, request, SinglePurpose::Confirmation, request.at)?;
        }
        JoinStep::Remind { of } => make(connection, request, SinglePurpose::Reminder, of)?,
        JoinStep::SayAlready => make(connection, request, SinglePurpose::Already, request.at)?,
    }
    Ok(step)
}

fn record(
    connection: &Connection,
    event: JoinEvent,
    request: &JoinRequest,
    at: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let evidence = to_json(&request.evidence)?;
    let values = params![millis(at), request.person, event.word(), millis(request.at), evidence];
    connection.prepare_cached(sql::RECORD)?.execute(values)?;
    Ok(())
}

/// Makes a message for the person of a request; the occasion is the time of the request.
fn make(
    connection: &Connection,
    request: &JoinRequest,
    purpose: SinglePurpose,
    occasion: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let recipient = to_json(&request.address)?;
    let values =
        params![request.person, purpose.word(), millis(occasion), millis(request.at), recipient];
    connection.prepare_cached(sql::MAKE_MESSAGE)?.execute(values)?;
    Ok(())
}

fn confirm(
    connection: &Connection,
    confirmation: &JoinConfirmation,
    shared: Option<&NoMail>,
) -> Result<ConfirmStep, LedgerError> {
    let JoinConfirmation { person, requested, now, today, welcomes } = confirmation;
    let facts = facts(connection, person, None, *now)?.beside(shared);
    let step = on_confirmation(*requested, *now, &facts);
    let (ConfirmStep::Join, Some(request)) = (step, facts.pending) else { return Ok(step) };
    let after = joined(&request, facts.on_list, *today);
    let number = people::begin(connection, millis(*now), ListChangeKind::Join, "{\"joined\":1}")?;
    people::put(connection, number, &after)?;
    no_mail::write(connection, &lift(confirmation))?;
    record(connection, JoinEvent::Confirmed, &request, *now)?;
    connection.execute(sql::WITHDRAW, [person])?;
    if let Some(left) = &request.left {
        connection.execute(schema_of_people::TAKE, [left])?;
    }
    connection.execute(sql::DROP_MESSAGES, params![millis(*now), person])?;
    if *welcomes {
        let moment = JoinRequest { at: *now, ..request };
        make(connection, &moment, SinglePurpose::Welcome, *requested)?;
    }
    Ok(step)
}

fn expire(connection: &Connection, now: DateTime<Utc>) -> Result<u64, LedgerError> {
    let before = sql::expiry(now);
    connection.execute(sql::RECORD_EXPIRED, params![millis(now), before])?;
    connection.execute(sql::FORGET_HOURS, [sql::hour(now)])?;
    let rows = connection.execute(sql::EXPIRE, [before])?;
    Ok(u64::try_from(rows).unwrap_or(u64::MAX))
}
