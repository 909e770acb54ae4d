//! The people of a list that lives in the ledger's database, and every change to them.
//! Pure: what a database must do for it.

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::AddAssign;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::LedgerError;
use crate::audience::import::StoredPerson;
use crate::audience::{ChangeOrigin, NoMailChange, NoMailReason, NoMailStep};

/// Everybody on the list, and which change was the last: whoever writes says which state they saw.
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
    /// The keyed hashes of people who come onto the list by themselves: nobody else's old address leads there any more.
    pub arrived: Vec<String>,
    pub no_mail: Vec<NoMailChange>,
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
}

/// Who has had which addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// The keyed hash of each old address, and that of the address which the person has now.
    pub to: BTreeMap<String, String>,
    /// The folded addresses of all of them, as far as they are still kept, among others.
    pub keys: Vec<String>,
}

impl Moves {
    /// The hashes of every address of the person to whom one belongs.
    pub fn of_person(&self, hash: &str) -> Vec<String> {
        let now = self.to.get(hash).map_or(hash, String::as_str);
        let before = self.to.iter().filter(|(_, to)| *to == now).map(|(old, _)| old.clone());
        std::iter::once(now.to_owned()).chain(before).collect()
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
pub struct UndonePeople {
    /// The import's number.
    pub import: i64,
    pub at_millis: i64,
    pub summary: String,
    /// Folded addresses of people who come off the list again.
    pub removed: Vec<String>,
    /// Folded addresses of people who get their earlier fields back.
    pub restored: Vec<String>,
    /// How many changed since, and stay as they are.
    pub kept: u64,
}

impl UndonePeople {
    /// Counts a person whom the import touched: whether nothing touched them since, and whether they were there before.
    pub(super) fn take(&mut self, key: String, is_untouched: bool, was_there: bool) {
        match (is_untouched, was_there) {
            (false, _) => self.kept += 1,
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

    /// The latest imports that were not taken back, the last one first: at most a hundred.
    fn imports(&self) -> impl Future<Output = Result<Vec<PastImport>, LedgerError>> + Send;

    /// What taking the last import back would come to; `None` where there is none to take back.
    fn undo_of_last_import(
        &self,
    ) -> impl Future<Output = Result<Option<UndonePeople>, LedgerError>> + Send;

    /// Deletes everything that names a person (by their folded address, which is empty where only its hash is left, and their
    /// keyed name), in one commit, and puts the keyed name on the do-not-mail list as erased. Then the pages that held it are
    /// written over.
    fn erase(
        &self,
        key: &str,
        person: &str,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<ErasedRows, LedgerError>> + Send;

    /// Every address that somebody has left for another.
    fn moves(&self) -> impl Future<Output = Result<Moves, LedgerError>> + Send;

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
