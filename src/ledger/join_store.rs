//! Requests to join in the ledger's database, and what came of them.
//! Pure: what a database must do for it, and the statements that a file and a server understand alike.
//!
//! `SQLite` numbers `$1` and `$2` in the order in which they appear: they stand in the order of their numbers here.

use std::future::Future;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::LedgerError;
use super::column::{damaged, from_json, millis, time, to_json};
use super::joining::{
    ConfirmStep, JoinConfirmation, JoinEvidence, JoinRequest, JoinStep, KEPT_DAYS, MONTH,
};
use crate::audience::NoMail;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinEvent {
    Requested,
    Confirmed,
    /// Nobody confirmed it.
    Expired,
    /// An operator took them off the list.
    Removed,
}

impl JoinEvent {
    const ALL: [Self; 4] = [Self::Requested, Self::Confirmed, Self::Expired, Self::Removed];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Confirmed => "confirmed",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

/// A line of the record of who signed up and confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinRecord {
    pub at: DateTime<Utc>,
    pub event: JoinEvent,
    pub requested: DateTime<Utc>,
    /// The wording they agreed to and where it stood.
    pub evidence: JoinEvidence,
}

/// A database in which people sign up.
pub trait JoinStore: Send + Sync {
    /// Keeps a request, and the message that it is answered with, in one commit. `shared` is what the person has said to all
    /// newsletters, here and below.
    fn request_join_beside(
        &self,
        request: JoinRequest,
        shared: Option<NoMail>,
    ) -> impl Future<Output = Result<JoinStep, LedgerError>> + Send;

    /// What a confirmation would come to, changing nothing.
    fn look_at_request_beside(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
        shared: Option<NoMail>,
    ) -> impl Future<Output = Result<ConfirmStep, LedgerError>> + Send;

    /// Puts a person on the list who confirms, and takes them off the do-not-mail list, in one commit.
    fn confirm_join_beside(
        &self,
        confirmation: JoinConfirmation,
        shared: Option<NoMail>,
    ) -> impl Future<Output = Result<ConfirmStep, LedgerError>> + Send;

    /// As [`request_join_beside`](Self::request_join_beside), by what the store itself knows.
    fn request_join(
        &self,
        request: JoinRequest,
    ) -> impl Future<Output = Result<JoinStep, LedgerError>> + Send {
        self.request_join_beside(request, None)
    }

    /// As [`look_at_request_beside`](Self::look_at_request_beside), by what the store itself knows.
    fn look_at_request(
        &self,
        person: &str,
        requested: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<ConfirmStep, LedgerError>> + Send {
        self.look_at_request_beside(person, requested, now, None)
    }

    /// As [`confirm_join_beside`](Self::confirm_join_beside), by what the store itself knows.
    fn confirm_join(
        &self,
        confirmation: JoinConfirmation,
    ) -> impl Future<Output = Result<ConfirmStep, LedgerError>> + Send {
        self.confirm_join_beside(confirmation, None)
    }

    /// Folded addresses for which a person's requests may have been made: of the open one, and of people who confirmed when
    /// they did.
    fn keys_of_requests(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Vec<String>, LedgerError>> + Send;

    /// People who have signed up and not confirmed, by their folded addresses.
    fn join_requests(&self) -> impl Future<Output = Result<Vec<JoinRequest>, LedgerError>> + Send;

    /// Deletes a request; false where there is none.
    fn withdraw_request(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Deletes requests that were not confirmed for [`KEPT_DAYS`]. Gives their number.
    fn expire_requests(
        &self,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// When everybody who did last said yes themself, by their address hashes.
    fn own_yeses(
        &self,
    ) -> impl Future<Output = Result<Vec<(String, DateTime<Utc>)>, LedgerError>> + Send;

    /// What a person's requests came to, the oldest first.
    fn join_record(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Vec<JoinRecord>, LedgerError>> + Send;
}

pub(super) const PENDING: &str = "SELECT request FROM join_requests WHERE person = $1";

pub(super) const ALL_PENDING: &str = "SELECT request FROM join_requests ORDER BY person";

pub(super) const ON_LIST: &str = "SELECT key, address, state, fields FROM people WHERE key = $1";

/// What was the last of the two, and the request that it was about.
pub(super) const CONFIRMED: &str = "SELECT at, requested_at, event = 'confirmed' FROM join_changes
    WHERE person = $1 AND event IN ('confirmed', 'removed') ORDER BY id DESC LIMIT 1";

/// Folded addresses of people who confirmed at the moment at which this one did.
pub(super) const CONFIRMED_KEYS: &str = "SELECT DISTINCT b.key FROM people_before b
    JOIN list_changes c ON c.id = b.change WHERE c.kind = 'join'
        AND c.at IN (SELECT at FROM join_changes WHERE person = $1 AND event = 'confirmed')";

/// When a person last said yes themself, at the address that they have now or at one before: they signed up, and confirmed it;
/// or they took a leaving back.
pub(super) const OWN_YES: &str = "SELECT max(y.at) FROM
    (SELECT requested_at AS at FROM join_changes WHERE event = 'confirmed'
         AND (person = $1 OR person IN (SELECT m.person FROM moves m WHERE m.moved_to = $1))
     UNION ALL SELECT at FROM no_mail_changes WHERE step = 'lift' AND origin = 'self:page'
         AND (person = $1 OR person IN (SELECT m.person FROM moves m WHERE m.moved_to = $1))) y";

/// The same of everybody who ever did, by the address that they have now.
pub(super) const OWN_YESES: &str = "SELECT coalesce(m.moved_to, y.person), max(y.at) FROM
    (SELECT person, requested_at AS at FROM join_changes WHERE event = 'confirmed'
     UNION ALL SELECT person, at FROM no_mail_changes WHERE step = 'lift' AND origin = 'self:page') y
    LEFT JOIN moves m ON m.person = y.person GROUP BY 1";

pub(super) const MESSAGES: &str = "SELECT purpose, made_at FROM single_messages
    WHERE person = $1 AND made_at > $2 AND purpose <> 'welcome' ORDER BY id";

pub(super) const OF_HOUR: &str =
    "SELECT count(*) FROM single_messages WHERE made_at > $1 AND purpose <> 'welcome'";

pub(super) const KEEP_REQUEST: &str =
    "INSERT INTO join_requests (person, requested_at, confirm_until, request)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (person) DO UPDATE SET requested_at = excluded.requested_at,
        confirm_until = excluded.confirm_until, request = excluded.request";

pub(super) const COUNT_REQUEST: &str = "INSERT INTO join_hours (hour, requests) VALUES ($1, 1)
    ON CONFLICT (hour) DO UPDATE SET requests = join_hours.requests + 1";

pub(super) const FORGET_HOURS: &str = "DELETE FROM join_hours WHERE hour < $1";

pub(super) const WITHDRAW: &str = "DELETE FROM join_requests WHERE person = $1";

/// A no that is younger than a request makes it void.
pub(super) const WITHDRAW_BEFORE: &str =
    "DELETE FROM join_requests WHERE person = $1 AND requested_at <= $2";

pub(super) const RECORD: &str =
    "INSERT INTO join_changes (at, person, event, requested_at, evidence)
    VALUES ($1, $2, $3, $4, $5)";

pub(super) const RECORDS: &str = "SELECT at, event, requested_at, evidence FROM join_changes
    WHERE person = $1 ORDER BY id";

pub(super) const RECORD_EXPIRED: &str =
    "INSERT INTO join_changes (at, person, event, requested_at, evidence)
    SELECT $1, person, 'expired', requested_at, '{\"source\":\"\",\"wording\":\"\",\"page\":\"\"}'
    FROM join_requests WHERE requested_at <= $2";

/// Somebody comes off the list: the link that they confirmed with says no longer that they are on it.
pub(super) const RECORD_REMOVED: &str =
    "INSERT INTO join_changes (at, person, event, requested_at, evidence)
    SELECT $1, person, 'removed', requested_at, '{\"source\":\"\",\"wording\":\"\",\"page\":\"\"}'
    FROM join_changes WHERE person = $2 AND event = 'confirmed' ORDER BY id DESC LIMIT 1";

pub(super) const EXPIRE: &str = "DELETE FROM join_requests WHERE requested_at <= $1";

/// Messages of a request that are not on their way yet, and are not wanted any more.
pub(super) const DROP_MESSAGES: &str =
    "UPDATE single_messages SET status = 'dropped', recipient = '', changed_at = $1
    WHERE person = $2 AND purpose <> 'welcome' AND status IN ('planned', 'deferred')";

/// Makes a message; no row where the same one was made before.
pub(super) const MAKE_MESSAGE: &str = "INSERT INTO single_messages
    (person, purpose, occasion, made_at, recipient, status, attempts, changed_at, next_at, held_until, holder, detail)
    VALUES ($1, $2, $3, $4, $5, 'planned', 0, $4, $4, 0, '', '')
    ON CONFLICT (person, purpose, occasion) DO NOTHING";

pub(super) const ERASE_REQUEST: &str = WITHDRAW;

pub(super) const ERASE_SINGLE: &str = "UPDATE single_messages SET recipient = '', detail = '',
    status = CASE WHEN status IN ('planned', 'deferred', 'claimed') THEN 'dropped' ELSE status END
    WHERE person = $1";

/// The moments from which messages count: of a person, and of everybody.
pub(super) fn since(now: DateTime<Utc>) -> (i64, i64) {
    (millis(now - MONTH), millis(now - TimeDelta::hours(1)))
}

/// A moment's hour since 1970.
pub(super) fn hour(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(3600)
}

/// The moment before which requests are deleted.
pub(super) fn expiry(now: DateTime<Utc>) -> i64 {
    millis(now - TimeDelta::days(KEPT_DAYS))
}

pub(super) fn request_of(text: &str) -> Result<JoinRequest, LedgerError> {
    from_json(text)
}

pub(super) fn record_of(
    (at, word, requested, evidence): (i64, String, i64, String),
) -> Result<JoinRecord, LedgerError> {
    let event = JoinEvent::ALL.into_iter().find(|event| event.word() == word);
    let event = event.ok_or_else(|| damaged(format!("`{word}` is not an event of a request")))?;
    let evidence = from_json(&evidence)?;
    Ok(JoinRecord { at: time(at), event, requested: time(requested), evidence })
}

/// A request as its row stands: requested at, confirm until, JSON.
pub(super) fn columns_of(request: &JoinRequest) -> Result<(i64, i64, String), LedgerError> {
    Ok((millis(request.at), millis(request.confirm_until()), to_json(request)?))
}
