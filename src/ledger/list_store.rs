//! The people of a list that lives in the ledger's database, and every change to them.
//! Pure: what a database must do for it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::ops::AddAssign;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::LedgerError;
use crate::audience::import::StoredPerson;
use crate::audience::{
    ChangeOrigin, Keys, NoMail, NoMailChange, NoMailReason, NoMailStep, Recipient,
};
use crate::rfc::address::EmailAddress;

/// Everybody on the list, and which change was the last: a writer says which state it saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredList {
    pub version: i64,
    /// In the order of their folded addresses.
    pub people: Vec<StoredPerson>,
}

/// A change to the list, written whole or not at all.
#[derive(Debug, Clone)]
pub struct ListChange {
    /// The version that was seen; when another change came in between, nothing is written.
    pub seen: i64,
    pub at: DateTime<Utc>,
    pub kind: ListChangeKind,
    /// What people read about it later, as JSON. It holds no address.
    pub summary: String,
    /// New people, and those who changed, as they are from now on.
    pub people: Vec<StoredPerson>,
    /// People who come off the list.
    pub removed: Vec<RemovedPerson>,
    pub moved: Option<MovedPerson>,
    /// The keyed hashes of people who had left their address, and to whose address somebody else comes.
    pub taken: Vec<String>,
    pub no_mail: Vec<NoMailChange>,
}

/// Somebody as they are from now on, with the no that a file has of them.
#[derive(Debug, Clone)]
pub struct ListedPerson {
    pub person: StoredPerson,
    pub no: Option<NoMailChange>,
}

/// More people of a change than are in memory: the portion of a number, which is empty behind the last one. A portion may be wanted
/// again.
#[derive(Clone)]
pub struct PeoplePortions(
    pub Arc<dyn Fn(u64) -> Result<Vec<ListedPerson>, LedgerError> + Send + Sync>,
);

impl PeoplePortions {
    /// One portion after the other, each with people in it.
    pub(super) fn all(&self) -> impl Iterator<Item = Result<Vec<ListedPerson>, LedgerError>> {
        let portions = (0..).map(|portion| (self.0)(portion));
        portions.take_while(|portion| !portion.as_ref().is_ok_and(Vec::is_empty))
    }
}

impl fmt::Debug for PeoplePortions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeoplePortions").finish_non_exhaustive()
    }
}

/// Somebody who comes off the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedPerson {
    /// The address, folded.
    pub key: String,
    /// Its keyed hash.
    pub person: String,
}

/// Somebody who has another address now, which stands among `ListChange::people`. What they have chosen goes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedPerson {
    pub from: RemovedPerson,
    /// The keyed hash of the new address.
    pub to: String,
    /// The new address, as it is written.
    pub address: EmailAddress,
}

impl MovedPerson {
    /// Their copy of an edition, as it goes to the new address.
    pub(super) fn recipient(&self, before: Recipient) -> Recipient {
        let mut recipient = Recipient { address: self.address.clone(), ..before };
        if let Some(email) = recipient.values.get_mut("email") {
            *email = self.address.to_string();
        }
        recipient
    }
}

/// Somebody who has left an address for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerAddress {
    /// The keyed hash of the address which they have now.
    pub to: String,
    pub at: DateTime<Utc>,
    /// Somebody else has it now.
    pub is_taken: bool,
}

/// Who has had which addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// By the keyed hash that the person had with the old address.
    pub left: BTreeMap<String, FormerAddress>,
    /// The folded addresses of all of them, as far as they are still kept, among others.
    pub keys: Vec<String>,
}

impl Moves {
    /// The hash of the address that somebody has now, who had this one.
    pub fn to(&self, hash: &str) -> Option<&str> {
        self.left.get(hash).map(|left| left.to.as_str())
    }

    /// The hashes of every address of the person to whom one belongs.
    pub fn of_person(&self, hash: &str) -> Vec<String> {
        let now = self.to(hash).unwrap_or(hash);
        let before = self.left.iter().filter(|(_, left)| left.to == now);
        let before = before.map(|(old, _)| old.clone());
        std::iter::once(now.to_owned()).chain(before).collect()
    }

    /// The person who comes to an address: the hash that they get, and that of the person who has left it, if somebody has.
    pub fn arrival(&self, keys: &Keys, key: &str) -> (String, Option<String>) {
        let hash = keys.address_hash_of_key(key);
        if self.left.contains_key(&hash) {
            (keys.next_address_hash(key), Some(hash))
        } else {
            (hash, None)
        }
    }
}

/// An address of which everything is deleted that names its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedAddress {
    /// The address, folded; empty where only its hash is left.
    pub key: String,
    /// Their keyed name with that address.
    pub person: String,
    /// Until when it was theirs, where it is somebody else's now.
    pub until: Option<DateTime<Utc>>,
}

impl ErasedAddress {
    /// An address that nobody else has.
    pub fn own(key: &str, person: &str) -> Self {
        Self { key: key.to_owned(), person: person.to_owned(), until: None }
    }

    /// In milliseconds since 1970, for the columns.
    pub(super) fn until_millis(&self) -> i64 {
        self.until.map_or(i64::MAX, super::column::millis)
    }
}

/// What changed a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListChangeKind {
    Import,
    /// One person, by hand.
    Edit,
    Undo,
    /// One person, who confirmed that they signed up.
    Join,
}

impl ListChangeKind {
    /// As a database has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Edit => "edit",
            Self::Undo => "undo",
            Self::Join => "join",
        }
    }
}

/// What taking an import back comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportUndo {
    /// The import's number.
    pub import: i64,
    pub at_millis: i64,
    pub summary: String,
    /// Folded addresses of people who come off the list again.
    pub removed: Vec<String>,
    /// Folded addresses of people who get their earlier fields back.
    pub restored: Vec<String>,
    /// Folded addresses of people who changed since, and stay as they are.
    pub kept: Vec<String>,
}

impl ImportUndo {
    /// Counts a person whom the import touched: whether nothing touched them since, and whether they were there before.
    pub(super) fn take(&mut self, key: String, is_untouched: bool, was_there: bool) {
        match (is_untouched, was_there) {
            (false, _) => self.kept.push(key),
            (true, true) => self.restored.push(key),
            (true, false) => self.removed.push(key),
        }
    }
}

/// What people read later about an import that was taken back, as JSON.
pub(super) fn summary_of_undo(import: i64) -> String {
    format!("{{\"undoes\":{import}}}")
}

/// An import as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastImport {
    pub at: DateTime<Utc>,
    /// As it was written, as JSON.
    pub summary: String,
}

/// What was deleted of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ErasedRows {
    /// On the list, and what changes to the list found of them.
    pub people: u64,
    /// Messages whose address, name and replies are gone; their number and their state stay.
    pub messages: u64,
    /// Editions that left them out.
    pub left_out: u64,
    /// Free text about them on the do-not-mail list.
    pub notes: u64,
}

impl AddAssign for ErasedRows {
    fn add_assign(&mut self, other: Self) {
        self.people += other.people;
        self.messages += other.messages;
        self.left_out += other.left_out;
        self.notes += other.notes;
    }
}

/// A database with a list of people in it.
pub trait ListStore: Send + Sync {
    fn stored_list(&self) -> impl Future<Output = Result<StoredList, LedgerError>> + Send;

    /// Writes a change. False when the list is not as it was seen any more; nothing was written then.
    fn write_list(
        &self,
        change: ListChange,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// The same with more people than are in memory, in one commit.
    fn write_many(
        &self,
        change: ListChange,
        people: PeoplePortions,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;

    /// The version of the list: a writer says that it saw it.
    fn list_version(&self) -> impl Future<Output = Result<i64, LedgerError>> + Send;

    /// Those of the list with one of these folded addresses.
    fn people_of(
        &self,
        keys: Vec<String>,
    ) -> impl Future<Output = Result<Vec<StoredPerson>, LedgerError>> + Send;

    /// Folded addresses of the list behind one of them, in their order: a few thousand, and none behind the last one.
    fn keys_after(
        &self,
        key: String,
    ) -> impl Future<Output = Result<Vec<String>, LedgerError>> + Send;

    /// Those of these people who are on the do-not-mail list, by their address hashes.
    fn no_mail_of(
        &self,
        people: Vec<String>,
    ) -> impl Future<Output = Result<Vec<(String, NoMail)>, LedgerError>> + Send;

    /// When those of these people who did last said yes themself.
    fn own_yeses_of(
        &self,
        people: Vec<String>,
    ) -> impl Future<Output = Result<Vec<(String, DateTime<Utc>)>, LedgerError>> + Send;

    /// The latest imports that were not taken back, the last one first: at most a hundred.
    fn imports(&self) -> impl Future<Output = Result<Vec<PastImport>, LedgerError>> + Send;

    /// What taking the last import back would come to; `None` where there is none to take back.
    fn undo_of_last_import(
        &self,
    ) -> impl Future<Output = Result<Option<ImportUndo>, LedgerError>> + Send;

    /// Deletes everything that names a person by one of their addresses, in one commit, and puts the keyed names on the
    /// do-not-mail list as erased. Then the pages that held it are written over.
    fn erase(
        &self,
        addresses: Vec<ErasedAddress>,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<ErasedRows, LedgerError>> + Send;

    /// Every address that somebody has left for another.
    fn moves(&self) -> impl Future<Output = Result<Moves, LedgerError>> + Send;

    /// The keyed hashes of people whose address is somebody else's now.
    fn taken_addresses(&self) -> impl Future<Output = Result<Vec<String>, LedgerError>> + Send;

    /// Takes an import back. A no that it brought stays. False when the list is not as it was seen any more.
    fn undo_import(
        &self,
        import: i64,
        seen: i64,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, LedgerError>> + Send;
}

/// The change to the do-not-mail list that an erasure makes.
pub(super) fn erasure(person: &str, at: DateTime<Utc>) -> NoMailChange {
    NoMailChange::new(person, NoMailStep::Add(NoMailReason::Erased), ChangeOrigin::Operator, at)
}
