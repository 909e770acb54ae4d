//! The ledger of a project: a file, or a server that several computers share.
//! Shell: passes everything on to the one or the other.

mod decisions;
mod joining;
mod sharing;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Claim, CopyRow, Counts, EditionProgress, EditionState, EditionSummary, Event, Heartbeat,
    Ledger, LedgerMark, LeftOutRow, Nature, Plan, PlannedEdition, PostgresLedger, RowFilter,
    RunControl, RunId, RunStart, SqliteLedger,
};
use crate::audience::import::StoredPerson;
use crate::audience::{NoMail, NoMailChange};
use crate::ledger::aftermath::{AftermathStore, EditionReturn, Leaving};
use crate::ledger::error::LedgerError;
use crate::ledger::list_store::{
    ErasedAddress, ErasedRows, ImportUndo, ListChange, ListStore, Moves, PastImport,
    PeoplePortions, StoredList, erasure,
};
use crate::ledger::returns::{FoundCopy, ReturnStore, ReturnedCopy, Settlement};
use crate::ledger::shared_list::SharedList;

/// The ledger that the settings name, in a file or on a server, and the list it shares with other newsletters.
#[derive(Debug)]
pub struct AnyLedger {
    store: LedgerStore,
    /// The do-not-mail list of several newsletters, which each claim reads as well.
    shared: Option<Arc<SharedList>>,
}

#[derive(Debug)]
pub(super) enum LedgerStore {
    File(SqliteLedger),
    Server(PostgresLedger),
}

impl From<SqliteLedger> for AnyLedger {
    fn from(ledger: SqliteLedger) -> Self {
        Self { store: LedgerStore::File(ledger), shared: None }
    }
}

impl From<PostgresLedger> for AnyLedger {
    fn from(ledger: PostgresLedger) -> Self {
        Self { store: LedgerStore::Server(ledger), shared: None }
    }
}

macro_rules! pass_on {
    ($self:ident, $ledger:ident => $call:expr) => {
        match &$self.store {
            LedgerStore::File($ledger) => $call.await,
            LedgerStore::Server($ledger) => $call.await,
        }
    };
}

impl Ledger for AnyLedger {
    async fn plan(&self, plan: Plan) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.plan(plan))
    }

    async fn edition(&self, name: &str) -> Result<Option<PlannedEdition>, LedgerError> {
        pass_on!(self, ledger => ledger.edition(name))
    }

    async fn editions(&self) -> Result<Vec<PlannedEdition>, LedgerError> {
        pass_on!(self, ledger => ledger.editions())
    }

    async fn summaries(&self) -> Result<Vec<EditionSummary>, LedgerError> {
        pass_on!(self, ledger => ledger.summaries())
    }

    async fn recover(&self, edition: &str, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.recover(edition, now))
    }

    async fn enter(
        &self,
        edition: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<RunStart, LedgerError> {
        pass_on!(self, ledger => ledger.enter(edition, name, now))
    }

    async fn keep(&self, sender: RunId, now: DateTime<Utc>) -> Result<Heartbeat, LedgerError> {
        pass_on!(self, ledger => ledger.keep(sender, now))
    }

    async fn leave(&self, sender: RunId, now: DateTime<Utc>) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.leave(sender, now))
    }

    fn lease(&self) -> Option<Duration> {
        match &self.store {
            LedgerStore::File(ledger) => ledger.lease(),
            LedgerStore::Server(ledger) => ledger.lease(),
        }
    }

    async fn claim(
        &self,
        sender: RunId,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Claim, LedgerError> {
        let Some(shared) = &self.shared else {
            return pass_on!(self, ledger => ledger.claim(sender, now, most));
        };
        // A list that cannot be read gives nobody out.
        shared.count().await?;
        let claim = pass_on!(self, ledger => ledger.claim(sender, now, most))?;
        let found = shared.among(&claim.deliveries, self).await?;
        if !found.is_empty() {
            // Their copies are claimed; noting them here keeps them from being handed over.
            pass_on!(self, ledger => ledger.change_no_mail(found))?;
        }
        Ok(claim)
    }

    fn record_all(
        &self,
        sender: RunId,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send {
        // Both begin at once, before the future is polled.
        let writing: Pin<Box<dyn Future<Output = _> + Send + '_>> = match &self.store {
            LedgerStore::File(ledger) => Box::pin(ledger.record_all(sender, events, now)),
            LedgerStore::Server(ledger) => Box::pin(ledger.record_all(sender, events, now)),
        };
        writing
    }

    async fn decide(
        &self,
        events: Vec<(i64, Event)>,
        now: DateTime<Utc>,
    ) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.decide(events, now))
    }

    async fn control_if(
        &self,
        edition: &str,
        control: RunControl,
        seen: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<RunControl, LedgerError> {
        pass_on!(self, ledger => ledger.control_if(edition, control, seen, now))
    }

    async fn edition_state(&self, edition: &str) -> Result<EditionState, LedgerError> {
        pass_on!(self, ledger => ledger.edition_state(edition))
    }

    async fn age(&self) -> Result<LedgerMark, LedgerError> {
        pass_on!(self, ledger => ledger.age())
    }

    async fn nature(&self) -> Result<Nature, LedgerError> {
        pass_on!(self, ledger => ledger.nature())
    }

    async fn bind_secret(&self, check: &str) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.bind_secret(check))
    }

    async fn settle_here(&self) -> Result<(), LedgerError> {
        pass_on!(self, ledger => ledger.settle_here())
    }

    async fn reserve_send_slots(
        &self,
        edition: &str,
        count: u32,
        gap: Duration,
        now: DateTime<Utc>,
    ) -> Result<Duration, LedgerError> {
        pass_on!(self, ledger => ledger.reserve_send_slots(edition, count, gap, now))
    }

    async fn counts(&self, edition: &str) -> Result<Counts, LedgerError> {
        pass_on!(self, ledger => ledger.counts(edition))
    }

    async fn progress(&self, edition: &str) -> Result<EditionProgress, LedgerError> {
        pass_on!(self, ledger => ledger.progress(edition))
    }

    async fn page(
        &self,
        edition: &str,
        pick: RowFilter,
        after: Option<i64>,
    ) -> Result<Vec<(i64, CopyRow)>, LedgerError> {
        pass_on!(self, ledger => ledger.page(edition, pick, after))
    }

    async fn left_out(&self, edition: &str) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.left_out(edition))
    }

    async fn history(&self, key: &str) -> Result<(Vec<CopyRow>, Vec<LeftOutRow>), LedgerError> {
        pass_on!(self, ledger => ledger.history(key))
    }

    async fn change_no_mail(&self, changes: Vec<NoMailChange>) -> Result<Vec<bool>, LedgerError> {
        self.share(&changes).await?;
        pass_on!(self, ledger => ledger.change_no_mail(changes))
    }

    async fn no_mail_changes(&self, person: &str) -> Result<Vec<NoMailChange>, LedgerError> {
        pass_on!(self, ledger => ledger.no_mail_changes(person))
    }

    async fn suppression(&self, person: &str) -> Result<Option<NoMail>, LedgerError> {
        pass_on!(self, ledger => ledger.suppression(person))
    }

    async fn no_mail_list(&self) -> Result<Vec<(String, NoMail)>, LedgerError> {
        pass_on!(self, ledger => ledger.no_mail_list())
    }
}

impl ReturnStore for AnyLedger {
    async fn find_copies(
        &self,
        message_ids: Vec<String>,
        people: Vec<String>,
    ) -> Result<Vec<FoundCopy>, LedgerError> {
        pass_on!(self, ledger => ledger.find_copies(message_ids, people))
    }

    async fn settle_returns(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, LedgerError> {
        self.share(settlements.iter().filter_map(|one| one.change.as_ref())).await?;
        pass_on!(self, ledger => ledger.settle_returns(settlements))
    }

    async fn returns_of(&self, person: &str) -> Result<Vec<ReturnedCopy>, LedgerError> {
        pass_on!(self, ledger => ledger.returns_of(person))
    }
}

impl AftermathStore for AnyLedger {
    async fn returns_of_edition(&self, edition: &str) -> Result<Vec<EditionReturn>, LedgerError> {
        pass_on!(self, ledger => ledger.returns_of_edition(edition))
    }

    async fn leavings_of_edition(
        &self,
        edition: &str,
        until: DateTime<Utc>,
    ) -> Result<Vec<Leaving>, LedgerError> {
        pass_on!(self, ledger => ledger.leavings_of_edition(edition, until))
    }

    async fn noes_since_plan(&self, edition: &str) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.noes_since_plan(edition))
    }

    async fn people_missing_from(&self, edition: &str, other: &str) -> Result<u64, LedgerError> {
        pass_on!(self, ledger => ledger.people_missing_from(edition, other))
    }
}

impl ListStore for AnyLedger {
    async fn stored_list(&self) -> Result<StoredList, LedgerError> {
        pass_on!(self, ledger => ledger.stored_list())
    }

    async fn write_list(&self, change: ListChange) -> Result<bool, LedgerError> {
        self.share(&change.no_mail).await?;
        pass_on!(self, ledger => ledger.write_list(change))
    }

    async fn write_many(
        &self,
        change: ListChange,
        people: PeoplePortions,
    ) -> Result<bool, LedgerError> {
        if self.shared.is_some() {
            for portion in people.all() {
                let noes: Vec<NoMailChange> =
                    portion?.into_iter().filter_map(|one| one.no).collect();
                self.share(&noes).await?;
            }
        }
        pass_on!(self, ledger => ledger.write_many(change, people))
    }

    async fn list_version(&self) -> Result<i64, LedgerError> {
        pass_on!(self, ledger => ledger.list_version())
    }

    async fn people_of(&self, keys: Vec<String>) -> Result<Vec<StoredPerson>, LedgerError> {
        pass_on!(self, ledger => ledger.people_of(keys))
    }

    async fn keys_after(&self, key: String) -> Result<Vec<String>, LedgerError> {
        pass_on!(self, ledger => ledger.keys_after(key))
    }

    async fn no_mail_of(&self, people: Vec<String>) -> Result<Vec<(String, NoMail)>, LedgerError> {
        pass_on!(self, ledger => ledger.no_mail_of(people))
    }

    async fn own_yeses_of(
        &self,
        people: Vec<String>,
    ) -> Result<Vec<(String, DateTime<Utc>)>, LedgerError> {
        pass_on!(self, ledger => ledger.own_yeses_of(people))
    }

    async fn moves(&self) -> Result<Moves, LedgerError> {
        pass_on!(self, ledger => ledger.moves())
    }

    async fn taken_addresses(&self) -> Result<Vec<String>, LedgerError> {
        pass_on!(self, ledger => ledger.taken_addresses())
    }

    async fn imports(&self) -> Result<Vec<PastImport>, LedgerError> {
        pass_on!(self, ledger => ledger.imports())
    }

    async fn undo_of_last_import(&self) -> Result<Option<ImportUndo>, LedgerError> {
        pass_on!(self, ledger => ledger.undo_of_last_import())
    }

    async fn erase(
        &self,
        addresses: Vec<ErasedAddress>,
        at: DateTime<Utc>,
    ) -> Result<ErasedRows, LedgerError> {
        // Of an old address only the hash may be left, which means nothing to other newsletters; and in their list whoever
        // has an address now is the one who is meant.
        let own = addresses.iter().filter(|one| !one.key.is_empty() && one.until.is_none());
        let shared: Vec<NoMailChange> =
            own.map(|one| erasure(&one.person, at).of_key(&one.key)).collect();
        self.share(&shared).await?;
        pass_on!(self, ledger => ledger.erase(addresses, at))
    }

    async fn undo_import(
        &self,
        import: i64,
        seen: i64,
        at: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        pass_on!(self, ledger => ledger.undo_import(import, seen, at))
    }
}
