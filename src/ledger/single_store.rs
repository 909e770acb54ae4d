//! Messages to one person that belong to no edition: a confirmation, a reminder, a welcome.
//! Pure: the values, and what a database must do for them.
//!
//! A row is unique by person, purpose and occasion. It is given out to one program at a time, marked *handing over* before
//! the message's end leaves and *accepted* after the answer; what was left in between is uncertain, and never sent again.

use std::future::Future;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::LedgerError;
use super::column::{damaged, from_json, millis, time};
use crate::audience::NoMail;
use crate::audience::import::StoredPerson;

/// What a message to one person is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinglePurpose {
    /// "Was it you who signed up?"
    Confirmation,
    /// The same, once more.
    Reminder,
    /// They signed up, and are on the list.
    Already,
    /// After they confirmed.
    Welcome,
}

impl SinglePurpose {
    pub const ALL: [Self; 4] = [Self::Confirmation, Self::Reminder, Self::Already, Self::Welcome];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Reminder => "reminder",
            Self::Already => "already",
            Self::Welcome => "welcome",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// How long a message may be in the hand of one program. A relay takes some minutes at most.
pub const HOLDS_MINUTES: i64 = 15;

/// What has become of a message to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SingleStatus {
    Planned,
    Claimed,
    HandingOver,
    Accepted,
    Deferred,
    Rejected,
    /// Nobody can know whether it arrived. It is not sent again.
    Uncertain,
    /// Not wanted any more.
    Dropped,
}

impl SingleStatus {
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Claimed,
        Self::HandingOver,
        Self::Accepted,
        Self::Deferred,
        Self::Rejected,
        Self::Uncertain,
        Self::Dropped,
    ];

    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Claimed => "claimed",
            Self::HandingOver => "handing_over",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Uncertain => "uncertain",
            Self::Dropped => "dropped",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether nothing more happens to it.
    fn is_final(self) -> bool {
        match self {
            Self::Accepted | Self::Rejected | Self::Uncertain | Self::Dropped => true,
            Self::Planned | Self::Claimed | Self::HandingOver | Self::Deferred => false,
        }
    }
}

/// A message as a program gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleMessage {
    pub id: i64,
    /// The person's address hash.
    pub person: String,
    pub purpose: SinglePurpose,
    /// The request that made it due.
    pub occasion: DateTime<Utc>,
    pub address: String,
    /// How often it was tried, with this time.
    pub attempts: u32,
}

impl SingleMessage {
    /// Whether it is wanted still by somebody who has said no: only a question whether it was them who signed up after it.
    pub(super) fn is_wanted_after(&self, no: &NoMail) -> bool {
        match self.purpose {
            SinglePurpose::Confirmation | SinglePurpose::Reminder => no.at < self.occasion,
            SinglePurpose::Already | SinglePurpose::Welcome => false,
        }
    }
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleResult {
    pub status: SingleStatus,
    /// A server's words, or why there are none.
    pub detail: String,
    /// Of a deferred one.
    pub next_at: DateTime<Utc>,
}

/// A message of a person's, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SingleRecord {
    pub at: DateTime<Utc>,
    pub purpose: &'static str,
    pub status: &'static str,
    pub detail: String,
}

/// A database with messages to one person.
pub trait SingleStore: Send + Sync {
    /// The next message that is due, given to `holder` for [`HOLDS_MINUTES`]. First it settles what others left open, and
    /// drops what is not wanted any more.
    fn claim_single(
        &self,
        holder: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<SingleMessage>, LedgerError>> + Send;

    /// Marks it as *handing over*; false where it is not `holder`'s any more, or nobody wants it any more. Its end may leave
    /// only after that.
    fn hand_over_single(
        &self,
        id: i64,
        holder: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// Writes what a try came to, where it is `holder`'s still.
    fn record_single(
        &self,
        id: i64,
        holder: &str,
        result: SingleResult,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// A person's messages, the oldest first.
    fn single_messages_of(
        &self,
        person: &str,
    ) -> impl Future<Output = Result<Vec<SingleRecord>, LedgerError>> + Send;

    /// Somebody on the list, by their folded address.
    fn person_on_list(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<StoredPerson>, LedgerError>> + Send;
}

/// Whether a message is wanted still: the request stands, or the person is not on the do-not-mail list.
const WANTED: &str = "CASE WHEN purpose IN ('confirmation', 'reminder')
    THEN EXISTS (SELECT 1 FROM join_requests r
        WHERE r.person = single_messages.person AND r.requested_at = single_messages.occasion)
    ELSE NOT EXISTS (SELECT 1 FROM do_not_mail d WHERE d.person = single_messages.person) END";

pub(super) const RELEASE_STALE: &str =
    "UPDATE single_messages SET status = 'planned', holder = '', changed_at = $1
    WHERE status = 'claimed' AND held_until <= $1";

pub(super) const SETTLE_STALE: &str =
    "UPDATE single_messages SET status = 'uncertain', holder = '', recipient = '', changed_at = $1,
        detail = 'the program that handed it over was stopped'
    WHERE status = 'handing_over' AND held_until <= $1";

pub(super) fn drop_unwanted() -> String {
    format!(
        "UPDATE single_messages SET status = 'dropped', recipient = '', changed_at = $1
         WHERE status IN ('planned', 'deferred') AND NOT ({WANTED})"
    )
}

/// `locking` is what keeps two transactions of a server from the same row.
pub(super) fn claim(locking: &str) -> String {
    format!(
        "UPDATE single_messages SET status = 'claimed', holder = $1, changed_at = $2, held_until = $3,
            attempts = attempts + 1
         WHERE id = (SELECT id FROM single_messages WHERE status IN ('planned', 'deferred') AND next_at <= $2
            ORDER BY next_at, id LIMIT 1 {locking})
         RETURNING id, person, purpose, occasion, recipient, attempts"
    )
}

pub(super) fn hand_over() -> String {
    format!(
        "UPDATE single_messages SET status = 'handing_over', changed_at = $1
         WHERE id = $2 AND holder = $3 AND status = 'claimed' AND held_until > $1 AND {WANTED}"
    )
}

pub(super) const RECORD_RESULT: &str =
    "UPDATE single_messages SET status = $1, detail = $2, next_at = $3, changed_at = $4, holder = '',
        recipient = CASE WHEN CAST($5 AS BIGINT) = 1 THEN '' ELSE recipient END
    WHERE id = $6 AND holder = $7 AND status IN ('claimed', 'handing_over')";

pub(super) const OF_PERSON: &str = "SELECT made_at, purpose, status, detail FROM single_messages
    WHERE person = $1 ORDER BY id";

/// The values of [`RECORD_RESULT`] up to the fifth.
pub(super) fn result_columns(
    result: &SingleResult,
    now: DateTime<Utc>,
) -> (&'static str, String, i64, i64, i64) {
    let detail: String = result.detail.chars().filter(|c| *c != '\0').take(500).collect();
    let ends = i64::from(result.status.is_final());
    (result.status.word(), detail, millis(result.next_at), millis(now), ends)
}

pub(super) fn held_until(now: DateTime<Utc>) -> i64 {
    millis(now + TimeDelta::minutes(HOLDS_MINUTES))
}

/// A message from the columns that [`claim`] returns.
pub(super) fn message_of(
    (id, person, purpose, occasion, recipient, attempts): (i64, String, String, i64, String, i64),
) -> Result<SingleMessage, LedgerError> {
    Ok(SingleMessage {
        id,
        person,
        purpose: purpose_of(&purpose)?,
        occasion: time(occasion),
        address: from_json(&recipient)?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
    })
}

pub(super) fn purpose_of(word: &str) -> Result<SinglePurpose, LedgerError> {
    SinglePurpose::parse(word).ok_or_else(|| damaged(format!("`{word}` is not a purpose")))
}

pub(super) fn single_record_of(
    (at, purpose, status, detail): (i64, String, String, String),
) -> Result<SingleRecord, LedgerError> {
    let status = SingleStatus::parse(&status)
        .ok_or_else(|| damaged(format!("`{status}` is not a status")))?
        .word();
    Ok(SingleRecord { at: time(at), purpose: purpose_of(&purpose)?.word(), status, detail })
}
